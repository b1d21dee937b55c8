"""Registered persons who have a user on the private host, and the daemon that judges them."""

import json
import sys
import time

from demo_parts.journey import Journey
from integration import host
from integration.clock import STEP, Clock, text_of
from integration.household import Household


def wrong(code):
    """A code that is not this one."""
    return f"{(int(code) + 1) % 1_000_000:06}"


class Resident:
    """`name`: the account's pseudonym, a local user here."""

    def __init__(self, town, person, by_sms=False):
        self.town, self.person, self.password = town, person, person.password
        self.journey = Journey(town.portald, person)
        self.journey.identify()
        self.journey.choose_credentials()
        self.journey.confirm_mail()
        if by_sms:
            self.journey.choose_sms()
            self.journey.confirm_sms()
        else:
            self.journey.choose_app()
            self.journey.confirm_app(self.app_code())
        shown = json.loads(town.portald.ctl("--json", "accounts", "show", person.email).stdout)
        self.name = shown["login_name"]
        town.host.add_user(self.name)

    def new_code(self):
        """A code of the app that was not used yet."""
        self.town.clock.advance(STEP)
        return self.app_code()

    def app_code(self):
        return self.journey.app.code(text_of(self.town.clock.step()))

    def sms_code(self):
        return self.journey.read_sms_code()

    def sessions(self):
        listed = self.town.portald.ctl("--json", "sessions", "list", self.name).stdout
        return json.loads(listed)["sessions"]


class Town(Household):
    """A household on a private host, with a clock that can be moved."""

    @classmethod
    def setUpClass(cls):
        cls.host = host.enter()
        cls.clock = Clock("/run/clock")
        cls.environment = cls.clock.environment
        cls.pam_socket = "/run/portald/login.sock"
        super().setUpClass()

    def run(self, result=None):
        """Shows the daemon's side of a failure."""
        result = super().run(result)
        if result and any(test is self for test, _ in result.failures + result.errors):
            print(self.portald.last_lines(), file=sys.stderr)
        return result

    @classmethod
    def settle(cls, person, by_sms=False):
        return Resident(cls, person, by_sms)

    def next_sms(self):
        """Moves on until another SMS may go to any number."""
        self.clock.advance(31)

    def lock(self, resident):
        self.portald.ctl("accounts", "lock", resident.name)
        self.addCleanup(self.portald.ctl, "accounts", "unlock", resident.name)

    def stop_daemon(self):
        self.portald.stop()
        self.addCleanup(self.portald.start)

    def wait_until(self, holds, patience=5):
        end = time.monotonic() + patience
        while not holds():
            self.assertLess(time.monotonic(), end, "it does not come to be")
            time.sleep(0.05)
