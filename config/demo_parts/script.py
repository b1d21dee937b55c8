"""The journey without a person: every step says what was seen, and must hold."""

import time

from . import people
from .journey import Journey, expect


def next_app_code(journey):
    """A code that was not used yet: each works once."""
    end = time.monotonic() + 35
    while time.monotonic() < end:
        fresh = journey.app.code()
        if fresh != journey.used_code:
            journey.used_code = fresh
            return fresh
        time.sleep(0.5)
    raise AssertionError("the app shows the same code for more than half a minute")


class Script:
    def __init__(self, portald, slapd, say):
        self.portald, self.slapd, self.say = portald, slapd, say
        self.steps = 0

    def step(self, what, work):
        """Runs one step and says what it saw."""
        seen = work()
        self.steps += 1
        self.say(f"{self.steps:3}. {what}: {seen or 'held'}")

    def register(self):
        anna, beat = Journey(self.portald, people.ANNA), Journey(self.portald, people.BEAT)
        self.step("Anna opens the portal flex, in French", lambda: self.title(anna.open_portal()))
        self.step("0  she chooses her audience", anna.choose_audience)
        self.step("1  a wrong code on the letter is refused", lambda: self.wrong_letter(anna))
        self.step("1  her AHV number, birth date and code, the terms accepted",
                  lambda: self.path(anna.type_identity(), "/register/credentials"))
        self.step("2  a password without a special character is refused", lambda: self.weak(anna))
        self.step("2  her address and a good password", anna.choose_credentials)
        self.step("3  the code from the mail", anna.confirm_mail)
        self.step("4  she chooses SMS and gives her number", anna.choose_sms)
        self.step("5  the code from the SMS: she is registered", anna.confirm_sms)
        self.step("1-3 Beat, in German, up to his factor", lambda: self.up_to_factor(beat))
        self.step("4  he chooses the app; zbar reads the QR code from the page",
                  lambda: beat.choose_app() or f"the app shows {beat.app.label}")
        self.step("5  a wrong code of the app is refused", lambda: self.wrong_app_code(beat))
        self.step("5  the app's code: he is registered", beat.confirm_app)
        self.step("1  Anna's letter does not count a second time",
                  lambda: self.used_letter(Journey(self.portald, people.ANNA)))
        return anna, beat

    def log_in_on_the_web(self, anna, beat):
        self.step("the code of Beat's registration is not taken again", lambda: self.reused(beat))
        self.step("Beat logs in on the web with a fresh code", lambda: self.web_app(beat))
        self.step("Beat logs out; his cookie is dead on the server", lambda: self.out(beat))
        self.step("a wrong password is refused", lambda: self.wrong_password(anna))
        self.step("Anna waits until another SMS may go to her number", lambda: time.sleep(30))
        self.step("Anna logs in on the web, code by SMS", lambda: anna.log_in() and None)
        self.step("Anna logs out; her cookie is dead on the server", lambda: self.out(anna))

    def log_in_through_pam(self, anna, beat):
        terminal = self.portald.terminal()
        self.step("PAM: Beat with password and app",
                  lambda: self.pam(terminal, beat, lambda: next_app_code(beat)))
        self.step("PAM: the same code again is refused",
                  lambda: self.pam_refused(terminal, beat, lambda: beat.used_code))
        self.step("PAM: a wrong code is refused",
                  lambda: self.pam_refused(terminal, beat, lambda: "000000"))
        self.step("PAM: a wrong password is refused", lambda: self.pam_wrong_password(terminal, beat))
        self.step("PAM: an unknown name is refused in the same words",
                  lambda: self.pam_unknown(terminal))
        self.step("Anna waits until another SMS may go to her number", lambda: time.sleep(30))
        self.step("PAM: Anna with password and SMS",
                  lambda: self.pam(terminal, anna, anna.read_sms_code))
        self.step("PAM: a session opens and closes", lambda: self.pam_session(terminal, beat))

    def look_at_gateways(self):
        self.step("portalctl mail test: OpenSMTPD takes it", self.mail_trial)
        self.step("portalctl sms test: Kannel takes it", self.sms_trial)
        self.step("Kannel has reported that each SMS reached the phone", self.reports)

    def administer(self, anna):
        self.step("portalctl shows both accounts", self.accounts)
        self.step("portalctl locks Anna: her password is right and she stays outside",
                  lambda: self.locked(anna))
        self.step("portalctl unlocks her", lambda: self.ctl("accounts", "unlock", anna.person.email))
        self.step("the audit log holds together", self.audit)

    # What a step looks at.

    @staticmethod
    def title(page):
        return page.title.strip()

    @staticmethod
    def path(page, path):
        expect(page.path == path and page.status == 200,
               f"wanted {path}, got {page.status} {page.path}: {page.text[:400]}")

    @staticmethod
    def refused(page, status=422):
        expect(page.status == status, f"answered {page.status} {page.path}: {page.text[:400]}")
        return f"refused with {page.status}"

    def wrong_letter(self, journey):
        seen = self.refused(journey.type_identity(code="AAAA-BBBB-CCCC"))
        expect(journey.person.activation_code not in journey.browser.page.body, "a code is shown")
        return seen

    def weak(self, journey):
        page = journey.browser.fill(email=journey.person.email, password="regenbogen7",
                                    password_again="regenbogen7")
        expect("regenbogen7" not in page.body, "the password stands on the page")
        return self.refused(page)

    def up_to_factor(self, journey):
        journey.identify()
        journey.choose_credentials()
        journey.confirm_mail()
        return f"page in {journey.browser.page.language}"

    def wrong_app_code(self, journey):
        form = journey.browser.page.form_to("/register/app")
        wrong = "000000" if journey.app.code() != "000000" else "111111"
        return self.refused(journey.browser.submit(form, code=wrong))

    def used_letter(self, journey):
        journey.open_portal()
        journey.choose_audience()
        return self.refused(journey.type_identity())

    def reused(self, journey):
        journey.type_password()
        return self.refused(journey.type_code(journey.used_code))

    @staticmethod
    def web_app(journey):
        journey.type_password()
        page = journey.type_code(next_app_code(journey))
        expect(page.path == "/account", f"answered {page.status} {page.path}: {page.text[:400]}")
        return page.title.strip()

    @staticmethod
    def out(journey):
        stolen = dict(journey.browser.cookies)
        journey.log_out()
        thief = Journey(journey.portald, journey.person)
        thief.browser.cookies = stolen
        page = thief.browser.go("/account")
        expect(page.path == "/login", f"the old cookie leads to {page.path}")
        return "the old cookie leads to the login page"

    def wrong_password(self, journey):
        return self.refused(journey.type_password("Falsch?Wort8und9"))

    @staticmethod
    def prompts(screen):
        return " / ".join(line.strip() for line in screen.splitlines() if line.rstrip().endswith(":"))

    def pam(self, terminal, journey, code):
        outcome = terminal.log_in(journey.person.email, [journey.person.password, code])
        expect(outcome.succeeded, f"refused: {outcome.screen}")
        return self.prompts(outcome.screen) or "let in"

    @staticmethod
    def pam_refused(terminal, journey, code):
        outcome = terminal.log_in(journey.person.email, [journey.person.password, code])
        expect(not outcome.succeeded, f"let in: {outcome.screen}")
        return outcome.screen.strip().splitlines()[-1]

    @staticmethod
    def pam_wrong_password(terminal, journey):
        outcome = terminal.log_in(journey.person.email, ["Falsch?Wort8und9"])
        expect(not outcome.succeeded, f"let in: {outcome.screen}")
        return outcome.screen.strip().splitlines()[-1]

    @staticmethod
    def pam_unknown(terminal):
        outcome = terminal.log_in("nobody@example.ch", ["Falsch?Wort8und9"],
                                  operations=("authenticate",))
        expect(not outcome.succeeded, f"let in: {outcome.screen}")
        return outcome.screen.strip().splitlines()[-1]

    @staticmethod
    def pam_session(terminal, journey):
        outcome = terminal.log_in(journey.person.email, [], ("open_session", "close_session"))
        expect(outcome.succeeded, outcome.screen)

    def ctl(self, *arguments):
        self.portald.ctl(*arguments)

    def accounts(self):
        listed = self.portald.ctl("accounts", "list").stdout
        for person in (people.ANNA, people.BEAT):
            expect(person.email in listed, f"{person.email} is not listed: {listed}")
        return f"{len(listed.splitlines())} lines"

    def locked(self, journey):
        self.ctl("accounts", "lock", journey.person.email)
        return self.refused(journey.type_password())

    def mail_trial(self):
        self.ctl("mail", "test", "eva@example.ch")
        return "arrived: " + self.portald.spool.wait_for("eva@example.ch").subject

    def sms_trial(self):
        self.ctl("sms", "test", "079 000 00 55")
        return "arrived: " + self.portald.spool.wait_for("+41790000055").text.splitlines()[0]

    def reports(self):
        end = time.monotonic() + 10
        while True:
            log = self.portald.log.read_text(encoding="utf-8").splitlines()
            taken = sum("SMS gateway asked" in line and "outcome=accepted" in line for line in log)
            delivered = sum("outcome=delivered" in line for line in log)
            if taken and taken == delivered:
                return f"{delivered} of {taken}"
            expect(time.monotonic() < end, f"{delivered} reports of {taken} SMS")
            time.sleep(0.1)

    def audit(self):
        verdict = self.portald.ctl("audit", "verify").stdout.strip()
        expect("records hold together, last hash " in verdict, verdict)
        listed = self.portald.ctl("audit", "list", "--limit", "1000").stdout
        for person in (people.ANNA, people.BEAT):
            for secret in (person.ahv_number.replace(".", ""), person.ahv_number, person.password,
                           person.activation_code):
                expect(secret not in listed, "a secret stands in the audit log")
        return f"{verdict}; no secret in them"


def run(portald, slapd, say, gateways=None):
    """Gives the exit code."""
    script = Script(portald, slapd, say)
    anna, beat = script.register()
    script.log_in_on_the_web(anna, beat)
    script.log_in_through_pam(anna, beat)
    if gateways:
        script.look_at_gateways()
    script.administer(anna)
    say(f"All {script.steps} steps held.")
    return 0
