"""A forgotten password, on the real directory: by the mail's code and the second factor."""

import json
import os
import sqlite3
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from demo_parts import people
from demo_parts.journey import Journey, expect_path
from integration.clock import STEP, Clock, text_of
from integration.household import Household

NEXT = "Schnee!Ball3hinten"
PATIENCE = 40  # the housekeeper looks at intents every 15 seconds


class Owner(Journey):
    """A person whose app goes by the daemon's clock."""

    def __init__(self, portald, person, clock):
        super().__init__(portald, person)
        self.clock = clock
        self.identify()
        self.choose_credentials()
        self.confirm_mail()
        self.choose_app()
        self.confirm_app(self.fresh_code())

    def fresh_code(self):
        """A code of the app that was not used yet."""
        self.clock.advance(STEP)
        return self.app.code(text_of(self.clock.step()))

    def forget(self):
        """Types the address; stands at the mail's code."""
        self.portald.spool.skip_all()
        self.browser.go("/login")
        self.browser.go("/reset")
        page = self.browser.page
        expect_path(self.browser.submit(page.form_to("/reset"), email=self.person.email),
                    "/reset/code")

    def prove(self, path, code):
        page = self.browser.page
        return self.browser.submit(page.form_to(path), code=code)

    def choose(self, password=NEXT):
        form = self.browser.page.form_to("/reset/password")
        return self.browser.submit(form, password=password, password_again=password)

    def at_the_new_password(self):
        self.forget()
        expect_path(self.prove("/reset/code", self.read_mail_code()), "/reset/factor")
        expect_path(self.prove("/reset/factor", self.fresh_code()), "/reset/password")


class ResetPassword(Household):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory(prefix="clock-")
        cls.addClassCleanup(holder.cleanup)
        cls.clock = Clock(Path(holder.name) / "clock")
        cls.environment = cls.clock.environment
        super().setUpClass()
        cls.terminal = cls.portald.terminal()

    def owner(self, person):
        return Owner(self.portald, person, self.clock)

    def logs_in_by_pam(self, owner, password):
        return self.terminal.log_in(owner.person.email, [password, owner.fresh_code()]).succeeded

    def entry_of(self, email):
        found = self.ldap("ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-b",
                          self.slapd.facts()["people_base"], f"(mail={email})", "dn")
        return found.splitlines()[0].removeprefix("dn: ")

    def locked_since(self, email):
        found = self.ldap("ldapsearch", "-LLL", "-b", self.entry_of(email), "-s", "base",
                          "pwdAccountLockedTime")
        return [line.split(": ")[1] for line in found.splitlines()
                if line.startswith("pwdAccountLockedTime: ")]

    def lock(self, email, since):
        self.ldap("ldapmodify", said=f"dn: {self.entry_of(email)}\nchangetype: modify\n"
                                     "replace: pwdAccountLockedTime\n"
                                     f"pwdAccountLockedTime: {since}\n")

    def ldap(self, program, *arguments, said=""):
        return subprocess.run(
            [program, "-Q", "-Y", "EXTERNAL", "-H", self.slapd.uri, *arguments], input=said,
            capture_output=True, text=True, check=True,
            env={**os.environ, "LDAPCONF": "/dev/null"}).stdout

    def sessions(self, owner):
        shown = self.portald.ctl("--json", "sessions", "list", owner.person.email).stdout
        return json.loads(shown)["sessions"]

    def intents(self):
        with sqlite3.connect(self.portald.folder / "portal.db") as store:
            return store.execute("select count(*) from intents").fetchone()[0]

    def test_a_forgotten_password_is_reset_by_both_proofs(self):
        """P4, W4, R12, J1: the old one is dead, the new one counts in PAM and on the web."""
        beat = self.owner(people.BEAT)
        expect_path(beat.type_password(), "/login/code")
        expect_path(beat.type_code(beat.fresh_code()), "/account")
        self.assertEqual(len(self.sessions(beat)), 1)
        before = dict(beat.browser.cookies)

        beat.at_the_new_password()
        expect_path(beat.choose(), "/reset/done")
        self.assertEqual(self.sessions(beat), [])
        self.assertEqual(beat.browser.cookies.get("__Host-session"),
                         before.get("__Host-session"))
        self.assertEqual(beat.browser.go("/account").path, "/login")
        self.assertIn("Passwort", self.portald.spool.wait_for(people.BEAT.email).subject)

        self.assertFalse(self.logs_in_by_pam(beat, people.BEAT.password))
        self.assertTrue(self.logs_in_by_pam(beat, NEXT))
        self.assertEqual(beat.type_password().status, 422)
        expect_path(beat.type_password(NEXT), "/login/code")
        expect_path(beat.type_code(beat.fresh_code()), "/account")
        self.assertEqual(self.portald.ctl("--json", "audit", "list", "--limit", "1000")
                         .stdout.count("password_reset.done"), 1)

    def test_the_directorys_reason_is_told_and_its_lock_lifted(self):
        """P1, L4: the policy judges the new password; a lock by wrong passwords ends with the old."""
        anna = self.owner(people.ANNA)
        self.lock(people.ANNA.email, time.strftime("%Y%m%d%H%M%SZ", time.gmtime()))
        self.assertFalse(self.logs_in_by_pam(anna, people.ANNA.password))
        anna.at_the_new_password()
        page = anna.choose(people.ANNA.password)
        self.assertEqual(page.status, 422)
        self.assertIn("déjà", page.text)
        expect_path(anna.choose(), "/reset/done")
        self.assertEqual(self.locked_since(people.ANNA.email), [])
        self.assertTrue(self.logs_in_by_pam(anna, NEXT))

        # What the directory's administrator has locked for good stays so.
        self.lock(people.ANNA.email, "000001010000Z")
        anna.at_the_new_password()
        self.assertEqual(anna.choose("Noch?Ein7anderes").status, 422)
        self.assertEqual(self.locked_since(people.ANNA.email), ["000001010000Z"])

    def test_an_administrator_starts_a_reset_and_sees_no_code(self):
        """P5: a mail with a code; nothing ends before its owner has come by it."""
        carla = self.owner(people.CARLA)
        self.portald.spool.skip_all()
        started = self.portald.ctl("accounts", "start-reset", people.CARLA.email)
        letter = self.portald.spool.wait_for(people.CARLA.email)
        self.assertIn("/reset/with-code", letter.text)
        code = letter.code(8)
        audit = self.portald.ctl("--json", "audit", "list", "--limit", "1000").stdout
        self.assertIn("password_reset.started", audit)
        for shown in (started.stdout, started.stderr, audit):
            self.assertNotIn(code, shown)
        self.assertTrue(self.logs_in_by_pam(carla, people.CARLA.password))
        carla.browser.go("/reset/with-code")
        page = carla.browser.submit(carla.browser.page.form_to("/reset/with-code"),
                                    email=people.CARLA.email, code=code)
        expect_path(page, "/reset/factor")
        expect_path(carla.prove("/reset/factor", carla.fresh_code()), "/reset/password")
        expect_path(carla.choose(), "/reset/done")
        self.assertTrue(self.logs_in_by_pam(carla, NEXT))

    def test_a_crash_leaves_one_password_that_counts_and_no_intent(self):
        """P4, R13: kill -9 between the directory and the store, at each point of the change."""
        doris = self.owner(people.DORIS)
        counts = people.DORIS.password
        points = ("password_reset.intent.committed", "directory.set_password.before",
                  "directory.set_password.after", "password_reset.done.uncommitted")
        for number, point in enumerate(points):
            with self.subTest(point=point):
                armed = self.folder / f"armed-{number}"
                self.portald.stop()
                self.portald.start(environment={"PORTAL_CRASH_AT": point,
                                                "PORTAL_CRASH_ARMED_BY": str(armed)})
                self.clock.advance(3601)  # so many mails to one address in an hour
                doris.at_the_new_password()
                armed.touch()
                wanted = f"{NEXT}{number}"
                with self.assertRaises(OSError):
                    doris.choose(wanted)
                self.portald.process.wait(5)
                self.portald.process = None
                self.portald.start()
                self.assertEqual(self.intents(), 1)
                self.assertIn(doris.browser.go("/reset/done").path, ("/reset/done",))
                self.clock.advance(61)
                self.portald.spool.skip_all()
                told = self.portald.spool.wait_for(people.DORIS.email, PATIENCE)
                self.assertIn("may have been changed", told.subject)
                self.assertEqual(self.intents(), 0)
                self.assertEqual(doris.browser.go("/reset/done").path, "/reset")
                taken = self.logs_in_by_pam(doris, wanted)
                self.assertNotEqual(taken, self.logs_in_by_pam(doris, counts))
                self.assertEqual(taken, number >= 2)
                counts = wanted if taken else counts


if __name__ == "__main__":
    unittest.main()
