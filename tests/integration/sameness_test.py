"""What must not be told apart: whether a person or an address exists."""

import dataclasses
import re
import time
import unittest

from demo_parts import people
from demo_parts.browser import Browser
from demo_parts.journey import Journey
from integration.household import Household

VARIABLE = (
    # The CSRF token and the reference that the person sees differ on every page.
    (re.compile(r'name="csrf" value="[^"]*"'), 'name="csrf"'),
    (re.compile(r"\b[a-z2-7]{26}\b"), "REFERENCE"),
    # What is left of a pause depends on when one looks.
    (re.compile(r"\b\d+ seconds"), "SECONDS"),
)


def comparable(page, *typed):
    """A page without what is random, and without what this person typed."""
    text = page.body
    for pattern, replacement in VARIABLE:
        text = pattern.sub(replacement, text)
    for value in typed:
        text = text.replace(value, "TYPED")
    return page.status, text


class Sameness(Household):
    maxDiff = None

    people_invited = people.EVERYBODY

    def claim(self, ahv, born, code):
        journey = Journey(self.portald, people.ANNA)
        journey.open_portal()
        journey.choose_audience()
        started = time.monotonic()
        page = journey.type_identity(ahv, born, code)
        return comparable(page, ahv, born, code), time.monotonic() - started

    def test_wrong_activation_data_are_answered_with_the_same_bytes(self):
        """R7: unknown AHV number, wrong birth date, wrong code, used code."""
        Journey(self.portald, people.BEAT).register_by_sms()
        unknown = people.with_check_digit("756999988887")
        anna, beat = people.ANNA, people.BEAT
        answers = [
            self.claim(unknown, anna.birth_date, anna.activation_code),
            self.claim(anna.ahv_number, "18.04.1963", anna.activation_code),
            self.claim(anna.ahv_number, anna.birth_date, "XXXX-YYYY-ZZZZ"),
            self.claim(beat.ahv_number, beat.birth_date, beat.activation_code),
        ]
        for answer, seconds in answers:
            self.assertEqual(answer, answers[0][0])
            self.assertEqual(answer[0], 422)
            # The fixed schedule: not before it, and not much after.
            self.assertGreaterEqual(seconds, 0.4)
            self.assertLess(seconds, 0.9)

    def test_an_address_in_use_looks_like_a_free_one(self):
        """R14: same page, same way; its owner gets a mail."""
        carla = Journey(self.portald, people.CARLA)
        carla.register_by_app()
        self.portald.spool.skip_all()
        seen = []
        for email in (people.CARLA.email, "free.address@example.ch"):
            journey = Journey(self.portald, people.DORIS)
            journey.identify()
            journey.choose_credentials(email=email)
            seen.append(comparable(journey.browser.page, email))
            form = journey.browser.page.form_to("/register/mail-code")
            seen.append(comparable(journey.browser.submit(form, code="00000000"), email))
        self.assertEqual(seen[0], seen[2])
        self.assertEqual(seen[1], seen[3])
        self.portald.spool.skip_all()

    def test_unknown_user_and_wrong_password_are_answered_alike(self):
        """L5, W5: on the web, same bytes, same schedule."""
        answers = []
        for user in (people.BEAT.email, "nobody@example.ch"):
            browser = Browser(self.portald.host("flex"), self.portald.port,
                              self.portald.authority.certificate)
            browser.go("/login")
            started = time.monotonic()
            page = browser.fill(user_name=user, password="Falsch?Wort8und9")
            answers.append(comparable(page, user))
            self.assertGreaterEqual(time.monotonic() - started, 0.4)
        self.assertEqual(answers[0], answers[1])

    def test_pam_answers_unknown_user_and_wrong_password_alike(self):
        """L5, M3: same prompts, same result, same schedule."""
        terminal = self.portald.terminal()
        seen = []
        for user in (people.BEAT.email, "nobody@example.ch"):
            started = time.monotonic()
            outcome = terminal.log_in(user, ["Falsch?Wort8und9"], ("authenticate",))
            self.assertGreaterEqual(time.monotonic() - started, 0.4)
            self.assertFalse(outcome.succeeded)
            # pam_wrapper tells its process id.
            screen = re.sub(r"\(\d+\)", "(PID)", outcome.screen.replace(user, "USER"))
            seen.append(re.sub(r"\b[a-z2-7]{26}\b", "REFERENCE", screen))
        self.assertEqual(seen[0], seen[1])

    def test_reference_is_in_the_audit_log(self):
        """J1: the person sees the id under which the decision stands in the log."""
        journey = Journey(self.portald, dataclasses.replace(people.ANNA, language="en"))
        page = journey.type_password("Falsch?Wort8und9")
        references = re.findall(r"\b[a-z2-7]{26}\b", page.text)
        self.assertEqual(len(references), 1, page.text)
        self.assertIn(references[0], self.portald.ctl("--json", "audit", "list").stdout)


if __name__ == "__main__":
    unittest.main()
