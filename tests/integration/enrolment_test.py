"""A second factor is set up in the terminal: the real module, the real directory, a camera."""

import re
import unittest

from demo_parts import people
from demo_parts.journey import Journey
from demo_parts.phone import App, scan_terminal
from integration.household import Household

SERVICE = "enrolment-demo"
KEY = re.compile(r"\b((?:[A-Z2-7]{4} ){7}[A-Z2-7]{4})\b")


class Enrolment(Household):
    people_invited = people.EVERYBODY
    append = f"""
[[pam.service]]
name = "{SERVICE}"
qr = true
"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.terminal = cls.portald.terminal()
        cls.terminal.write_service(SERVICE)

    def log_in(self, person, answers):
        return self.terminal.log_in(person.email, [person.password, *answers], service=SERVICE)

    def without_factor(self, person):
        journey = Journey(self.portald, person)
        journey.register_by_app()
        self.portald.ctl("accounts", "reset-factor", person.email)
        self.portald.spool.skip_all()
        return journey

    def test_an_app_is_set_up_by_the_picture_on_the_screen(self):
        """A2, T8, M1: no way in before an administrator opens it; the picture and the key agree."""
        self.without_factor(people.ANNA)
        self.assertFalse(self.log_in(people.ANNA, []).succeeded)
        self.portald.ctl("accounts", "allow-enrolment", people.ANNA.email)
        given_up = self.log_in(people.ANNA, ["2", "no code"])
        self.assertFalse(given_up.succeeded)

        def code():
            app = App(scan_terminal(self.terminal.screen))
            typed = KEY.search(self.terminal.screen).group(1).replace(" ", "")
            self.assertEqual(app.secret, typed)
            return app.code()

        done = self.log_in(people.ANNA, ["2", code])
        self.assertTrue(done.succeeded, done.screen)
        mail = self.portald.spool.wait_for(people.ANNA.email)
        self.assertIn("second facteur", mail.subject)
        self.assertIn("factor.set_up", self.portald.ctl("--json", "audit", "list").stdout)

    def test_a_phone_is_set_up_with_the_code_of_a_new_letter(self):
        """A2, S1, T8."""
        beat = self.without_factor(people.BEAT)
        issued = self.portald.ctl("--json", "codes", "issue", "--ahv", people.BEAT.ahv_number,
                                  "--portal", "flex", "--audience", "insured").stdout
        letter = re.search(r'"code": ?"([^"]+)"', issued).group(1)
        self.assertFalse(self.log_in(people.BEAT, ["AAAA-BBBB-CCCC-DDDD"]).succeeded)
        done = self.log_in(people.BEAT, [letter, "1", people.BEAT.phone, beat.read_sms_code])
        self.assertTrue(done.succeeded, done.screen)


if __name__ == "__main__":
    unittest.main()
