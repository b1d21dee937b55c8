"""The main way from door to door, on real parts."""

import dataclasses
import os
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from demo_parts import people
from demo_parts.journey import Journey, expect_path
from integration.household import Household

ROOT = Path(os.environ["PORTAL_SOURCE"])


class Demo(unittest.TestCase):
    def test_the_scripted_demo_holds_every_step(self):
        """W1, W2, T4, T8, R4, L5: config/demo --scripted ends well and leaves nothing running."""
        self.run_demo()

    def test_the_same_through_real_gateways(self):
        """R10, R11, R12, S3: config/demo --scripted --gateway."""
        said = self.run_demo("--gateway")
        self.assertIn("portalctl sms test: Kannel takes it", said)

    def run_demo(self, *options):
        with tempfile.TemporaryDirectory(prefix="demo-") as folder:
            done = subprocess.run([ROOT / "config/demo", "--scripted", *options,
                                   "--folder", folder + "/d"],
                                  capture_output=True, text=True, check=False, timeout=400)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("steps held", done.stdout)
            left = subprocess.run(["pgrep", "-f", folder], stdout=subprocess.PIPE, text=True,
                                  check=False).stdout
            self.assertEqual(left, "")
        return done.stdout


class Registration(Household):
    def test_the_mail_is_handed_over_within_two_seconds(self):
        """R10: from the answer of the page to the mail in the spool."""
        journey = Journey(self.portald, people.ANNA)
        journey.identify()
        started = time.monotonic()
        journey.choose_credentials()
        journey.read_mail_code()
        self.assertLess(time.monotonic() - started, 2.0)

    def test_a_step_opened_early_or_late_leads_to_the_right_one(self):
        """R8: reload, back button and a second tab do no harm."""
        journey = Journey(self.portald, people.BEAT)
        journey.identify()
        for path in ("/register/app", "/register/done", "/register/mail-code", "/register/phone"):
            expect_path(journey.browser.go(path), "/register/credentials")
        journey.choose_credentials()
        expect_path(journey.browser.go("/register/credentials"), "/register/mail-code")
        # The second tab sends step 2 again: it is led on, and no second mail leaves.
        code = journey.read_mail_code()
        self.assertEqual(self.portald.spool.new(), [])
        journey.browser.go("/register/mail-code")
        journey.confirm_mail(code)
        expect_path(journey.browser.go("/register/mail-code"), "/register/factor")

    def test_one_person_of_the_other_portal_registers_there_and_not_here(self):
        """R7: told apart by host; the letter of one does not count at the other."""
        elsewhere = Journey(self.portald, people.CARLA, portal="flex")
        elsewhere.open_portal()
        elsewhere.choose_audience()
        self.assertEqual(elsewhere.type_identity().status, 422)
        journey = Journey(self.portald, people.CARLA)
        journey.register_by_app()
        page = journey.browser.go("/register/done")
        self.assertIn(people.CARLA.email, page.text)

    def test_a_second_letter_is_joined_by_logging_in(self):
        """R4, R9: one person, one account, two portals."""
        doris = Journey(self.portald, people.DORIS)
        doris.register_by_sms()
        second = dataclasses.replace(people.DORIS, portal="flex", activation_code="2ND-LETT-ER77")
        self.invite([second])
        journey = Journey(self.portald, second)
        journey.open_portal()
        journey.choose_audience()
        expect_path(journey.type_identity(), "/login")
        time.sleep(31)  # the pause between two SMS to one number
        page = journey.browser.fill(user_name=second.email, password=second.password)
        expect_path(page, "/login/code")
        page = journey.type_code(journey.read_sms_code())
        self.assertEqual(page.status, 200)
        shown = self.portald.ctl("--json", "accounts", "show", second.email).stdout
        self.assertIn('"flex"', shown)
        self.assertIn('"1e"', shown)


if __name__ == "__main__":
    unittest.main()
