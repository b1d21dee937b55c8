"""The directory or the daemon is away: refused, kept, and well again afterwards."""

import time
import unittest

from demo_parts import people
from demo_parts.journey import Journey, expect_path
from integration.household import Household

AUTHINFO_UNAVAIL = "cannot retrieve authentication info"


class Outage(Household):
    def test_a_stopped_directory_keeps_the_registration(self):
        """R13: "not possible at the moment", nothing counted, the person goes on afterwards."""
        journey = Journey(self.portald, people.ANNA)
        journey.identify()
        self.slapd.stop()
        try:
            page = journey.browser.fill(email=people.ANNA.email, password=people.ANNA.password,
                                        password_again=people.ANNA.password)
            self.assertEqual(page.status, 503)
            self.assertNotIn(people.ANNA.password, page.body)
        finally:
            self.slapd.start()
        self.assertEqual(self.portald.spool.new(), [])
        journey.browser.go("/register/credentials")
        journey.choose_credentials()
        journey.confirm_mail()

    def test_pam_says_unavailable_within_five_seconds(self):
        """M2, L4: a stopped directory is no wrong password."""
        Journey(self.portald, people.BEAT).register_by_app()
        terminal = self.portald.terminal()
        self.slapd.stop()
        try:
            started = time.monotonic()
            outcome = terminal.log_in(people.BEAT.email, [people.BEAT.password])
            self.assertLess(time.monotonic() - started, 6)
            self.assertFalse(outcome.succeeded)
            self.assertIn(AUTHINFO_UNAVAIL, outcome.screen.lower())
        finally:
            self.slapd.start()
        listed = self.portald.ctl("--json", "audit", "list").stdout
        self.assertNotIn("too_many_tries", listed)

    def test_an_absent_daemon_is_a_refusal_at_once(self):
        """M2: no socket, no login."""
        terminal = self.portald.terminal()
        self.portald.stop()
        try:
            started = time.monotonic()
            outcome = terminal.log_in(people.BEAT.email, [], ("authenticate",))
            self.assertLess(time.monotonic() - started, 5)
            self.assertFalse(outcome.succeeded)
            self.assertIn(AUTHINFO_UNAVAIL, outcome.screen.lower())
        finally:
            self.portald.start()

    def test_a_restart_keeps_registrations_sessions_and_codes(self):
        """R8, R13, W1: no state that matters lives in the daemon's memory."""
        journey = Journey(self.portald, people.CARLA)
        journey.identify()
        journey.choose_credentials()
        code = journey.read_mail_code()
        self.assertEqual(self.portald.stop(), 0)
        self.portald.start()
        journey.browser.go("/register/mail-code")
        journey.confirm_mail(code)
        journey.choose_app()
        self.portald.stop()
        self.portald.start()
        journey.browser.go("/register/app")
        journey.confirm_app()
        time.sleep(31)
        expect_path(journey.type_password(), "/login/code")
        self.portald.stop()
        self.portald.start()
        journey.browser.go("/login/code")
        expect_path(journey.type_code(journey.app.code()), "/account")
        self.portald.stop()
        self.portald.start()
        expect_path(journey.browser.go("/account"), "/account")

    def test_the_daemon_starts_without_its_directory_and_opens_when_it_comes(self):
        """R13: until then registrations read "not possible at the moment"."""
        self.portald.stop()
        self.slapd.stop()
        self.portald.start()
        journey = Journey(self.portald, people.DORIS)
        journey.identify()
        page = journey.browser.fill(email=people.DORIS.email, password=people.DORIS.password,
                                    password_again=people.DORIS.password)
        self.assertEqual(page.status, 503)
        self.slapd.start()
        end = time.monotonic() + 30
        while time.monotonic() < end:
            journey.browser.go("/register/credentials")
            page = journey.browser.fill(email=people.DORIS.email, password=people.DORIS.password,
                                        password_again=people.DORIS.password)
            if page.path == "/register/mail-code":
                return
            time.sleep(0.5)
        self.fail(f"still {page.status} after 30 s: {page.text[:300]}")


if __name__ == "__main__":
    unittest.main()
