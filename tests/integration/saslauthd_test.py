"""saslauthd with the stack of config/pam.d for clients that ask only once."""

import subprocess
import time
import unittest
from pathlib import Path

from demo_parts import people
from demo_parts.slapd import die_with_parent
from integration.residents import Town, wrong

LET_IN, REFUSED = 0, 255


class Saslauthd(Town):
    people_invited = (people.ANNA, people.BEAT)
    append = """
[[pam.service]]
name = "imap"
conversation = "single"

[[pam.service]]
name = "smtp"
conversation = "single"
separator = ""
"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for service in ("imap", "smtp"):
            cls.host.install_stack("single-prompt", service)
        cls.anna, cls.beat = cls.settle(people.ANNA, by_sms=True), cls.settle(people.BEAT)
        place = Path("/run/saslauthd")
        place.mkdir()
        cls.log = cls.folder / "saslauthd.log"
        with open(cls.log, "wb") as log:
            # -d: in the foreground; -n 0: one process for each question, ended with it. At its end
            # it ends its whole process group: it gets one of its own.
            server = subprocess.Popen(["saslauthd", "-a", "pam", "-d", "-n", "0", "-m", place],
                                      stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                      start_new_session=True, preexec_fn=die_with_parent)
        cls.addClassCleanup(server.wait)
        cls.addClassCleanup(server.terminate)
        cls.socket = place / "mux"
        end = time.monotonic() + 10
        while not cls.socket.exists() and time.monotonic() < end:
            time.sleep(0.02)

    def ask(self, user, password, service="imap"):
        done = subprocess.run(
            ["testsaslauthd", "-u", user, "-p", password, "-s", service, "-f", self.socket],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=20)
        return done.returncode

    def test_password_separator_and_code_let_in_once(self):
        """T4, M3: the name is an e-mail address, unknown to the host."""
        mail, password, code = self.beat.person.email, self.beat.password, self.beat.new_code()
        for answer, outcome in (
                (password, REFUSED), (f"{password},{wrong(code)}", REFUSED),
                (f"{password}{code}", REFUSED), (f"Falsch?Wort8und9,{code}", REFUSED),
                (f"{password},{code}", LET_IN), (f"{password},{code}", REFUSED)):
            self.assertEqual(self.ask(mail, answer), outcome, answer)

    def test_a_service_may_want_no_separator(self):
        """T4: each service is asked as portald.toml says."""
        code = self.beat.new_code()
        self.assertEqual(self.ask(self.beat.name, f"{self.beat.password}{code}", "smtp"), LET_IN)

    def test_an_sms_takes_two_tries(self):
        """S1: bound to the service: what was sent for one does not open the other."""
        self.next_sms()
        self.assertEqual(self.ask(self.anna.name, self.anna.password), REFUSED)
        answer = f"{self.anna.password},{self.anna.sms_code()}"
        self.assertEqual(self.ask(self.anna.name, answer.replace(",", ""), "smtp"), REFUSED)
        self.assertEqual(self.ask(self.anna.name, answer), LET_IN)
        self.assertEqual(self.ask(self.anna.name, answer), REFUSED)

    def test_a_locked_account_and_an_absent_daemon_are_refusals(self):
        """M2, M4: within 5 s, and nothing of the answer is in the server's log."""
        answer = f"{self.beat.password},{self.beat.new_code()}"
        self.lock(self.beat)
        self.assertEqual(self.ask(self.beat.name, answer), REFUSED)
        self.stop_daemon()
        started = time.monotonic()
        self.assertEqual(self.ask(self.beat.name, answer), REFUSED)
        self.assertLess(time.monotonic() - started, 5)
        self.assertNotIn(self.beat.password, self.log.read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
