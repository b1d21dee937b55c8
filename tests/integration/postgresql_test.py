"""PostgreSQL's method "pam": a server that is not root, and asks only once."""

import json
import os
import shutil
import subprocess
import time
import unittest
from pathlib import Path

from demo_parts import people
from integration.host import as_user
from integration.residents import Town, wrong
from integration.terminal import Terminal

PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"))
PLACE = Path("/run/postgresql")
LET_IN, REFUSED = 0, 2

RULES = """\
local all postgres peer
host all all 127.0.0.1/32 pam pamservice=postgresql
host all all ::1/128 pam pamservice=elsewhere
"""


class Postgresql(Town):
    people_invited = (people.ANNA, people.BEAT)
    append = """
[[pam.service]]
name = "postgresql"
conversation = "single"

[[pam.service]]
name = "elsewhere"
conversation = "single"

[[pam.caller]]
user = "postgres"
services = ["postgresql"]
"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for service in ("postgresql", "elsewhere"):
            cls.host.install_stack("single-prompt", service)
        cls.anna, cls.beat = cls.settle(people.ANNA, by_sms=True), cls.settle(people.BEAT)
        PLACE.mkdir()
        shutil.chown(PLACE, "postgres", "postgres")
        cls.start_server()
        for resident in (cls.anna, cls.beat):
            cls.as_postgres("psql", "-c", f'create role "{resident.name}" login')

    @classmethod
    def as_postgres(cls, program, *words):
        done = subprocess.run(as_user("postgres", PROGRAMS / program, *words), cwd="/", text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{program}: {done.stdout}{done.stderr}")

    @classmethod
    def start_server(cls):
        data, cls.log = PLACE / "data", cls.folder / "postgresql.log"
        cls.as_postgres("initdb", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", "-D", data)
        (data / "pg_hba.conf").write_text(RULES, encoding="ascii")
        with open(cls.log, "wb") as log:
            server = subprocess.Popen(
                as_user("postgres", PROGRAMS / "postgres", "-D", data, "-k", PLACE,
                        "-h", "127.0.0.1,::1", "-c", "fsync=off", "-c", "shared_buffers=1MB"),
                cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        cls.addClassCleanup(server.wait)
        cls.addClassCleanup(server.terminate)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            ready = subprocess.run([PROGRAMS / "pg_isready", "-q", "-h", PLACE], check=False)
            if ready.returncode == 0:
                return
            time.sleep(0.05)
        raise AssertionError(cls.log.read_text(encoding="utf-8"))

    @staticmethod
    def psql(resident, address="127.0.0.1"):
        return [PROGRAMS / "psql", "-h", address, "-U", resident.name, "-d", "postgres", "-At",
                "-P", "pager=off", "-c", "select current_user"]

    def connect(self, resident, password, address="127.0.0.1"):
        """Gives the exit code and what psql said."""
        done = subprocess.run(
            self.psql(resident, address), stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False, timeout=20, env={**os.environ, "PGPASSWORD": password, "HOME": "/"})
        return done.returncode, (done.stdout + done.stderr).strip()

    def test_password_and_code_in_one_let_in_once(self):
        """T4, C2: postgres may ask for others at its own service; the client's address counts."""
        password, code = self.beat.password, self.beat.new_code()
        for answer, outcome in (
                (password, REFUSED), (f"{password},{wrong(code)}", REFUSED),
                (f"{password},{code}", LET_IN), (f"{password},{code}", REFUSED)):
            self.assertEqual(self.connect(self.beat, answer)[0], outcome, answer)
        events = json.loads(self.portald.ctl("--json", "audit", "list").stdout)["records"]
        granted = [event for event in events if event["what"] == "login.granted"]
        self.assertEqual(granted[0]["address"], "127.0.0.1")

    def test_psql_asks_at_its_prompt(self):
        """T6: its first connection, without a password, is no try."""
        with Terminal(self.psql(self.beat)) as psql:
            psql.answer("Password for user .*: ", f"{self.beat.password},{self.beat.new_code()}")
            self.assertEqual(psql.wait(), LET_IN, psql.screen)
            self.assertEqual(psql.screen.split("\n")[-2], self.beat.name)

    def test_an_sms_takes_two_tries(self):
        """S1: the password alone sends the code and is refused."""
        self.next_sms()
        self.assertEqual(self.connect(self.anna, self.anna.password)[0], REFUSED)
        answer = f"{self.anna.password},{self.anna.sms_code()}"
        self.assertEqual(self.connect(self.anna, answer), (LET_IN, self.anna.name))

    def test_a_service_that_is_not_listed_is_refused_and_uses_no_code(self):
        """C2: postgres is nobody there, whatever the person knows."""
        answer = f"{self.beat.password},{self.beat.new_code()}"
        self.assertEqual(self.connect(self.beat, answer, "::1")[0], REFUSED)
        self.assertEqual(self.connect(self.beat, answer), (LET_IN, self.beat.name))

    def test_a_locked_account_and_an_absent_daemon_are_refusals(self):
        """M2, M4: within 5 s, and nothing of the answer is in the server's log."""
        answer = f"{self.beat.password},{self.beat.new_code()}"
        self.lock(self.beat)
        self.assertEqual(self.connect(self.beat, answer)[0], REFUSED)
        self.stop_daemon()
        started = time.monotonic()
        self.assertEqual(self.connect(self.beat, answer)[0], REFUSED)
        self.assertLess(time.monotonic() - started, 5)
        self.assertNotIn(self.beat.password, self.log.read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
