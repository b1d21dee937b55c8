"""kill -9 at every named point of a registration, then a start: resumable or gone, never half."""

import collections
import json
import os
import re
import shutil
import subprocess
import time
import unittest

from demo_parts import people
from demo_parts.journey import Journey
from demo_parts.portald import PrivatePortald
from integration.household import BUILD, Household

LEAST_POINTS = 45  # of the fifty that one walk passes; a point may fall into the daemon's own end
PAUSE = 1  # seconds between two mails or SMS
# A message whose worker was killed is taken up again when its lease ends.
PATIENCE = 90
# Passed again and again while nothing happens, or only waited for (a lease must end): once is enough.
ONCE = ("delivery.",)


class Gone(Exception):
    """The daemon was killed under the person."""


class Walk:
    """Goes through a registration with every detour once: a wrong address, a mail sent again, a
    change of mind about the factor, a wrong number. After a crash it goes on where the pages lead,
    or starts again with the same letter."""

    def __init__(self, portald, person):
        self.portald, self.person = portald, person
        self.journey = Journey(portald, person)
        self.detours = ["address", "mail", "factor", "number"]
        self.in_hand = {}  # recipient -> the newest code that reached them

    def take(self, detour):
        """True once for each detour."""
        if detour not in self.detours:
            return False
        self.detours.remove(detour)
        return True

    def code_for(self, recipient, digits):
        """The newest code that reached this recipient; waits if none has."""
        end = time.monotonic() + PATIENCE
        while True:
            for letter in self.portald.spool.new():
                if letter.code_or_none(digits):
                    self.in_hand[letter.to] = letter.code(digits)
            if recipient in self.in_hand:
                return self.in_hand[recipient]
            if time.monotonic() > end:
                raise AssertionError(f"nothing was sent to {recipient} within {PATIENCE} s")
            time.sleep(0.05)

    def one_step(self):
        """Does what the page asks that is shown; true when registered."""
        browser, page = self.journey.browser, self.journey.browser.page
        if page is None or page.path == "/register":
            self.in_hand.clear()
            self.journey.open_portal()
            self.journey.choose_audience()
        elif page.path == "/register/identity":
            self.journey.type_identity()
        elif page.path == "/register/credentials":
            email = "wrong.address@example.ch" if self.take("address") else self.person.email
            browser.fill(email=email, password=self.person.password,
                         password_again=self.person.password)
        elif page.path.startswith("/register/mail-code"):
            self.mail_step(browser, page)
        elif page.path == "/register/factor":
            browser.fill(factor="totp" if "factor" in self.detours else "sms")
        elif page.path == "/register/app":
            self.take("factor")
            browser.submit(page.form_to("/register/factor/again"))
        elif page.path == "/register/phone":
            wrong = self.take("number")
            browser.submit(page.form_to("/register/phone"),
                           phone="079 000 00 99" if wrong else self.person.phone)
        elif page.path.startswith("/register/sms-code"):
            self.sms_step(browser, page)
        elif page.path == "/register/done":
            return "__Host-registration" in browser.cookies
        else:
            raise AssertionError(f"{page.status} {page.path}: {page.text[:300]}")
        return False

    def mail_step(self, browser, page):
        if self.person.email not in page.text:
            browser.submit(page.form_to("/register/mail-code/address"), email=self.person.email)
        elif self.take("mail"):
            self.code_for(self.person.email, 8)
            time.sleep(2 * PAUSE + 0.1)  # it doubles with each mail
            if browser.submit(page.form_to("/register/mail-code/resend")).status == 200:
                self.in_hand.clear()
        else:
            browser.submit(page.form_to("/register/mail-code"),
                           code=self.code_for(self.person.email, 8))

    def sms_step(self, browser, page):
        if "99" in page.text and "11" not in page.text:
            browser.submit(page.form_to("/register/sms-code/number"), phone=self.person.phone)
        else:
            browser.submit(page.form_to("/register/sms-code"),
                           code=self.code_for(self.journey.e164, 6))

    def go_on(self):
        """Walks until registered. Raises Gone when the daemon is dead."""
        for _ in range(40):
            try:
                if self.one_step():
                    return
            except (OSError, AssertionError) as error:
                try:
                    self.portald.process.wait(1)
                except subprocess.TimeoutExpired:
                    raise error from None
                raise Gone from error
        page = self.journey.browser.page
        raise AssertionError(f"no end; at {page.path} {page.status}: {page.text[:300]}\n"
                             f"{self.portald.last_lines()}")

    def resume(self):
        """After a restart: the page that the daemon leads to, with the same browser."""
        self.journey.browser.go("/register/credentials")


class Crash(Household):
    """One directory for all; each point has a daemon's folder of its own, copied from a clean one."""

    people_invited = (people.ANNA,)
    append = f"""
[registration]
mail_pause = "{PAUSE}s"

[sms]
pause = "{PAUSE}s"
"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portald.stop()
        cls.clean = cls.folder / "clean"
        shutil.copytree(cls.portald.folder, cls.clean, ignore=shutil.ignore_patterns("run"))

    def daemon(self, name):
        folder = self.folder / name
        shutil.copytree(self.clean, folder)
        return PrivatePortald(folder, BUILD, self.slapd.facts(), port=self.portald.port,
                              append=self.append)

    def ldap(self, *arguments):
        done = subprocess.run(
            ["ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-Y", "EXTERNAL", "-Q", "-H",
             self.slapd.uri, *arguments], capture_output=True, text=True, check=True)
        return done.stdout

    def entries(self, base):
        return self.ldap("-b", base, "-s", "one", "(objectClass=inetOrgPerson)", "dn").count("dn:")

    def empty_directory(self):
        for base in (self.slapd.facts()["people_base"], self.slapd.facts()["staging_base"]):
            listed = self.ldap("-b", base, "-s", "one", "(objectClass=inetOrgPerson)", "dn")
            for line in listed.splitlines():
                if line.startswith("dn:"):
                    subprocess.run(["ldapdelete", "-Y", "EXTERNAL", "-Q", "-H", self.slapd.uri,
                                    line.removeprefix("dn:").strip()], check=True)

    def points(self):
        """Every moment that a registration passes, as (name, which time), found by walking once."""
        trace = self.folder / "trace"
        portald = self.daemon("traced")
        portald.start(environment={"PORTAL_TRACE_FAULT_POINTS": str(trace)})
        try:
            trace.write_text("", encoding="utf-8")
            Walk(portald, people.ANNA).go_on()
            # The notice at the end is sent after the page.
            portald.spool.wait_for(people.ANNA.email)
        finally:
            portald.kill()
        self.empty_directory()
        only = re.compile(os.environ.get("PORTAL_ONLY_POINTS", ""))
        times, moments = collections.Counter(), []
        for point in trace.read_text(encoding="utf-8").split():
            times[point] += 1
            again = times[point] > 1
            if only.search(point) and not (again and point.startswith(ONCE)):
                moments.append((point, times[point]))
        return moments

    def check_invariants(self, portald, point):
        """Whatever the crash left: no half account in the store or in the directory."""
        listed = json.loads(portald.ctl("--json", "accounts", "list").stdout)
        accounts = listed["accounts"] if isinstance(listed, dict) else listed
        self.assertLessEqual(len(accounts), 1, point)
        active = [account for account in accounts if account["state"] == "active"]
        self.assertEqual(len(active), len(accounts), f"{point}: half an account: {accounts}\n"
                         f"{portald.last_lines()}")
        in_people = self.entries(self.slapd.facts()["people_base"])
        self.assertEqual(in_people, len(active), f"{point}: entries among the people")
        listed = self.ldap("-b", self.slapd.facts()["people_base"], "-s", "one",
                           "(objectClass=inetOrgPerson)", "mail")
        self.assertEqual(re.findall("^mail: (.*)$", listed, re.MULTILINE),
                         [people.ANNA.email] * len(active), f"{point}: an address not proven")

    def walk_with_crash(self, number, point, which):
        portald = self.daemon(f"crash-{number}")
        armed = portald.folder / "armed"
        portald.start(environment={"PORTAL_CRASH_AT": f"{point}:{which}",
                                   "PORTAL_CRASH_ARMED_BY": str(armed)})
        walk = Walk(portald, people.ANNA)
        try:
            walk.one_step()
            # From here on: what the daemon passes by itself at its start is no point of ours.
            armed.touch()
            try:
                walk.go_on()
                time.sleep(0.3)  # the notice is sent after the page
                crashed = portald.process.poll() is not None
            except Gone:
                crashed = True
            portald.kill()
            portald.start()
            self.check_invariants(portald, point)
            walk.resume()
            walk.go_on()
            self.check_invariants(portald, point)
            self.assertEqual(self.entries(self.slapd.facts()["people_base"]), 1, point)
        finally:
            portald.kill()
        self.empty_directory()
        shutil.rmtree(portald.folder)
        return crashed

    def test_a_person_goes_on_or_starts_again_after_a_crash_at_any_point(self):
        """R13, R4: every named moment of a registration with all its detours."""
        moments = self.points()
        crashed = 0
        for number, (point, which) in enumerate(moments):
            with self.subTest(point=point, which=which):
                crashed += self.walk_with_crash(number, point, which)
        print(f"{len(moments)} moments, {crashed} crashes")
        if "PORTAL_ONLY_POINTS" not in os.environ:
            self.assertGreaterEqual(crashed, LEAST_POINTS)


if __name__ == "__main__":
    unittest.main()
