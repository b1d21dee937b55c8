"""An import through the daemon itself, which dies in the middle of it."""

import threading
import unittest

from demo_parts import people
from demo_parts.people import with_check_digit
from integration.household import Household

ROWS = 5_000
HEADER = "ahv_number,birth_date,given_name,family_name,portal,audience,activation_code\n"


def number_of(person):
    return with_check_digit(f"756{200_000_000 + person:09}")


class Import(Household):
    people_invited = (people.ANNA,)

    def write_file(self, first):
        self.file = self.folder / "persons.csv"
        self.file.write_text(HEADER + "".join(
            f"{number_of(person)},17.04.1963,Anna,Muster,flex,insured,KLMN3456PQRT\n"
            for person in range(first, first + ROWS)), encoding="utf-8")

    def start(self, crash=None):
        """The daemon anew, to die at a point if one is given."""
        self.portald.kill()
        self.portald.start(environment={"PORTAL_CRASH_AT": crash} if crash else {})

    def import_file(self, check=True):
        return self.portald.ctl("persons", "import", str(self.file), check=check)

    def is_known(self, person):
        done = self.portald.ctl("--quiet", "codes", "issue", "--ahv", number_of(person), "--portal",
                                "flex", "--audience", "insured", check=False)
        return done.returncode == 0

    def test_a_daemon_that_dies_among_the_chunks_is_waited_for(self):
        """J6, R13: the client sends the chunk again to the one that is started anew."""
        self.write_file(0)
        self.start("import.rows.committed:2")
        done = []
        client = threading.Thread(target=lambda: done.append(self.import_file(check=False)))
        client.start()
        self.portald.process.wait(30)
        self.start()
        client.join(60)
        self.assertEqual(done[0].returncode, 0, done[0].stderr)
        self.assertIn(f"new letters  {ROWS}\n", done[0].stdout)
        self.assertIn(f"unchanged    {ROWS}\n", self.import_file().stdout)

    def test_before_the_commit_nothing_counts_and_after_it_everything(self):
        """J6, R13: whatever is settled."""
        for turn, (point, counts) in enumerate((("import.commit.uncommitted", False),
                                                ("import.commit.committed", True),
                                                ("import.work.uncommitted:3", True))):
            with self.subTest(point=point):
                first = (turn + 1) * ROWS
                self.write_file(first)
                self.start(point)
                self.assertEqual(self.import_file(check=False).returncode, 3)
                self.portald.process.wait(10)
                self.start()
                for person in (first, first + ROWS - 1):
                    self.assertEqual(self.is_known(person), counts)
                # And the next daemon has nothing of this one left to do.
                self.import_file()


if __name__ == "__main__":
    unittest.main()
