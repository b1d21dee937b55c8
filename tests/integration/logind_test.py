"""What ends in the ledger ends on the host, and the other way round."""

import json
import os
import signal
import time
import unittest
from datetime import datetime

from demo_parts import people
from integration.login_manager import LoginManager
from integration.residents import Town
from integration.ssh_server import Sshd

PASSWORD, TOTP = r"Mot de passe : ", r"Code aus .*: "
THROWN_OUT = 255


class LoginSessions(Town):
    """sshd, and a stand-in for systemd-logind that knows its sessions."""

    people_invited = (people.BEAT,)

    @classmethod
    def started_portald(cls):
        cls.logind = LoginManager(cls.folder)
        cls.addClassCleanup(cls.logind.stop)
        cls.environment = {**cls.environment, **cls.logind.environment}
        return super().started_portald()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.host.install_stack("sshd")
        cls.sshd = Sshd(cls.folder / "sshd", "sshd", "keyboard-interactive.conf", 2201)
        cls.addClassCleanup(cls.sshd.stop)
        cls.beat = cls.settle(people.BEAT)

    def logged_in(self):
        """A client at the shell's prompt, and its row of the ledger."""
        ssh = self.sshd.connect(self.beat.name)
        self.addCleanup(ssh.__exit__, None, None, None)
        ssh.answer(PASSWORD, self.beat.password)
        ssh.answer(TOTP, self.beat.new_code())
        ssh.expect(r"\$ ")
        session, = self.beat.sessions()
        return ssh, session

    @staticmethod
    def opened(session):
        return int(datetime.fromisoformat(session["started"]).timestamp())

    def end(self, session):
        self.portald.ctl("sessions", "end", session["id"])
        self.assertEqual(self.beat.sessions(), [])

    def test_an_ended_session_is_thrown_out(self):
        ssh, session = self.logged_in()
        login = self.logind.add_session("c1", session["process"], self.opened(session))
        self.end(session)
        self.assertEqual(ssh.wait(), THROWN_OUT)
        self.assertEqual(self.logind.terminations(login), 1)

    def test_a_lock_throws_out(self):
        ssh, session = self.logged_in()
        self.logind.add_session("c2", session["process"], self.opened(session))
        self.lock(self.beat)
        self.assertEqual(ssh.wait(), THROWN_OUT)

    def test_the_login_of_somebody_else_is_left_alone(self):
        """A process that is merely inside (sudo), and one that got the number of an older one."""
        for name, leader, opened in (("c3", lambda own: os.getpid(), lambda own: own),
                                     ("c4", lambda own: own, lambda own: own + 3600)):
            with self.subTest(name):
                ssh, session = self.logged_in()
                own = session["process"]
                login = self.logind.add_session(name, leader(own), opened(self.opened(session)),
                                                inside=(own,))
                self.end(session)
                self.wait_until(lambda: self.logind.was_asked_for(own))
                time.sleep(0.5)
                self.assertEqual(self.logind.terminations(login), 0)
                ssh.type("exit 7")
                self.assertEqual(ssh.wait(), 7)

    def test_a_session_whose_process_was_killed_ends_in_the_ledger(self):
        """J1: its close was never told."""
        _, session = self.logged_in()
        os.kill(session["process"], signal.SIGKILL)
        self.wait_until(lambda: self.beat.sessions() == [], patience=20)
        events = json.loads(self.portald.ctl("--json", "audit", "list", "--limit", "1000").stdout)
        lost, = [one for one in events["records"] if one["what"] == "session.lost"]
        self.assertIn(session["id"], lost["reason"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
