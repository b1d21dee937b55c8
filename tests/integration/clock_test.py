"""The daemon's clock is set forward and back under it (by faketime) while a person logs in."""

import json
import unittest

from demo_parts import people
from demo_parts.journey import Journey
from integration.clock import Clock, text_of
from integration.household import Household


class SetBack(Household):
    people_invited = (people.ANNA,)

    @classmethod
    def started_portald(cls):
        cls.clock = Clock(cls.folder / "offset")
        cls.environment = cls.clock.environment
        return super().started_portald()

    def code_of(self, step):
        return self.journey.app.code(text_of(step))

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
        enrolled = self.clock.step()

        self.clock.set(120)
        last = self.clock.step()
        self.assertGreater(last, enrolled + 2, "the daemon's clock is not ours to set")
        self.assertTrue(self.enters_with(last))
        self.assertFalse(self.enters_with(last), "a code was taken twice")

        self.clock.set(0)
        earlier = self.clock.step()
        self.assertLess(earlier, last - 2)
        # The code that was used, what an app with the same clock shows, and the step past.
        for step in (last, earlier, earlier - 1):
            self.assertFalse(self.enters_with(step), f"step {step} after {last}")
        self.assertEqual(self.events("login.code", "wrong_code"), 4)
        self.assertEqual(self.events("login.granted", "service"), 1)

        self.clock.set(180)
        self.assertTrue(self.enters_with(self.clock.step()), "time has passed the last step")


if __name__ == "__main__":
    unittest.main()
