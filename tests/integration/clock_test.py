"""The daemon's clock is set forward and back under it (by faketime) while a person logs in."""

import json
import time
import unittest
from pathlib import Path

from demo_parts import people
from demo_parts.journey import Journey
from integration.household import Household

STEP = 30  # seconds


def faketime_library():
    """libfaketime for programs with threads."""
    for folder in Path("/usr/lib").glob("*-linux-gnu"):
        library = folder / "faketime" / "libfaketimeMT.so.1"
        if library.exists():
            return library
    raise FileNotFoundError("libfaketimeMT.so.1; Debian package faketime")


class Clock(Household):
    people_invited = (people.ANNA,)

    @classmethod
    def started_portald(cls):
        cls.offset_file = cls.folder / "offset"
        cls.set_clock(0)
        # The monotonic clock stays true: only the time of day is what an administrator may change.
        cls.environment = {"LD_PRELOAD": str(faketime_library()),
                           "FAKETIME_TIMESTAMP_FILE": str(cls.offset_file),
                           "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        return super().started_portald()

    @classmethod
    def set_clock(cls, offset):
        """The daemon's clock, in seconds against ours."""
        cls.offset = offset
        fresh = cls.offset_file.with_suffix(".new")
        fresh.write_text(f"{offset:+d}\n", encoding="utf-8")
        fresh.rename(cls.offset_file)

    def now(self):
        """What the daemon's clock shows, as the number of a time step."""
        return int(time.time() + self.offset) // STEP

    def code_of(self, step):
        shown = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(step * STEP))
        return self.journey.app.code(shown)

    def enters_with(self, step):
        """Whether a login with the code of this step goes well; the password is right."""
        answers = [people.ANNA.password, self.code_of(step)]
        return self.portald.terminal().log_in(people.ANNA.email, answers).succeeded

    def events(self, what, reason):
        listed = json.loads(self.portald.ctl("--json", "audit", "list", "--limit", "1000").stdout)
        records = listed["records"] if isinstance(listed, dict) else listed
        return sum(record["what"] == what and record["reason"].startswith(reason)
                   for record in records)

    def test_a_step_is_accepted_once_also_after_the_clock_was_set_back(self):
        """T4: none at or before the last used; the login works again when time has passed it."""
        self.journey = Journey(self.portald, people.ANNA)
        self.journey.register_by_app()
        enrolled = self.now()

        self.set_clock(120)
        last = self.now()
        self.assertGreater(last, enrolled + 2, "the daemon's clock is not ours to set")
        self.assertTrue(self.enters_with(last))
        self.assertFalse(self.enters_with(last), "a code was taken twice")

        self.set_clock(0)
        earlier = self.now()
        self.assertLess(earlier, last - 2)
        # The code that was used, what an app with the same clock shows, and the step past.
        for step in (last, earlier, earlier - 1):
            self.assertFalse(self.enters_with(step), f"step {step} after {last}")
        self.assertEqual(self.events("login.code", "wrong_code"), 4)
        self.assertEqual(self.events("login.granted", "service"), 1)

        self.set_clock(180)
        self.assertTrue(self.enters_with(self.now()), "time has passed the last step")


if __name__ == "__main__":
    unittest.main()
