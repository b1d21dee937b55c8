"""sshd with the stacks of config/pam.d, and the ssh client."""

import re
import time
import unittest

from demo_parts import people
from integration.host import LOCAL_PASSWORD
from integration.residents import Town, wrong
from integration.ssh_server import Sshd, make_key

PASSWORD, TOTP, SMS = r"Mot de passe : ", r"Code aus .*: ", r"Code .*SMS .*: "
REFUSED = "Permission denied"
SSH_FAILED = 255


class KeyboardInteractive(Town):
    """config/pam.d/sshd and config/sshd/keyboard-interactive.conf."""

    people_invited = (people.ANNA, people.BEAT)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.host.install_stack("sshd")
        cls.sshd = Sshd(cls.folder / "sshd", "sshd", "keyboard-interactive.conf", 2201)
        cls.addClassCleanup(cls.sshd.stop)
        cls.anna, cls.beat = cls.settle(people.ANNA, by_sms=True), cls.settle(people.BEAT)
        cls.key = make_key(cls.folder / "key")
        cls.host.add_keeper()
        cls.host.authorize(cls.beat.name, cls.key)

    def test_password_and_app_let_in_and_the_session_is_in_the_ledger_until_it_ends(self):
        """L5: the first prompt is in the service's language, the second in the person's own."""
        with self.sshd.connect(self.beat.name) as ssh:
            ssh.answer(PASSWORD, self.beat.password)
            ssh.answer(TOTP, self.beat.new_code())
            ssh.expect(r"\$ ")
            session, = self.beat.sessions()
            self.assertEqual((session["service"], session["address"], session["kind"]),
                             ("sshd", "127.0.0.1", "pam"))
            ssh.type("id -un; exit 7")
            ssh.expect(self.beat.name)
            self.assertEqual(ssh.wait(), 7)
            self.assertNotIn(self.beat.password, ssh.screen)
        self.wait_until(lambda: self.beat.sessions() == [])

    def test_password_and_sms_let_in_by_askpass(self):
        """S1: a client without a terminal sees both prompts, each with all that one must know."""
        self.next_sms()
        client, questions = self.sshd.connect_by_askpass(self.anna.name, "id", "-un")
        questions.answer(self.anna.password)
        questions.answer(self.anna.sms_code())
        self.assertEqual(client.communicate(timeout=20)[0].strip(), self.anna.name)
        password, code = questions.asked()
        self.assertRegex(password, PASSWORD)
        self.assertRegex(code, r"Code à 6 chiffres envoyé par SMS au \+41 .* 11 : $")

    def test_an_unused_right_code_alone_lets_in(self):
        """T4: a wrong code and a used one are refused, with a reference and no second question."""
        code = self.beat.new_code()
        shown = self.refused(self.beat, wrong(code))
        self.assertRegex(shown, r"[a-z2-7]{26}")
        with self.sshd.connect(self.beat.name, "true") as ssh:
            ssh.answer(PASSWORD, self.beat.password)
            ssh.answer(TOTP, code)
            self.assertEqual(ssh.wait(), 0, ssh.screen)
        self.refused(self.beat, code)

    def refused(self, resident, code):
        """Gives what is shown after the code."""
        with self.sshd.connect(resident.name, "true") as ssh:
            ssh.answer(PASSWORD, resident.password)
            ssh.answer(TOTP, code)
            self.assertEqual(ssh.wait(), SSH_FAILED, ssh.screen)
            self.assertIn(REFUSED, ssh.screen)
            return ssh.screen[ssh.read_to:]

    def test_a_wrong_password_and_an_unknown_name_look_alike(self):
        """L5: one prompt, then the same words."""
        screens = []
        for name in (self.beat.name, "pnobody234", "nobody@example.ch"):
            with self.sshd.connect(name, "true") as ssh:
                ssh.answer(PASSWORD, "Falsch?Wort8und9")
                self.assertEqual(ssh.wait(), SSH_FAILED)
                screens.append(re.sub(r"[a-z2-7]{26}", "REFERENCE", ssh.screen)
                               .replace(name, "NAME"))
        self.assertEqual(screens[1:], screens[:1] * 2)

    def test_a_locked_account_is_refused_after_password_and_after_public_key(self):
        """M4: the account phase stands alone after a key; without the lock the same key lets in."""
        options = ("-i", self.key, "-o", "PreferredAuthentications=publickey")
        with self.sshd.connect(self.beat.name, "true", options=options) as ssh:
            self.assertEqual(ssh.wait(), 0, ssh.screen)
        self.lock(self.beat)
        with self.sshd.connect(self.beat.name, "true", options=options) as ssh:
            self.assertEqual(ssh.wait(), SSH_FAILED, ssh.screen)
        with self.sshd.connect(self.beat.name, "true") as ssh:
            ssh.answer(PASSWORD, self.beat.password)
            self.assertEqual(ssh.wait(), SSH_FAILED, ssh.screen)

    def test_without_the_daemon_only_local_people_get_in(self):
        """M2: refused within 5 s, also by public key; local-login uses the host's password."""
        self.stop_daemon()
        for options in ((), ("-i", self.key)):
            started = time.monotonic()
            with self.sshd.connect(self.beat.name, "true", options=options) as ssh:
                self.assertEqual(ssh.wait(), SSH_FAILED, ssh.screen)
            self.assertLess(time.monotonic() - started, 5)
        with self.sshd.connect("keeper", "true") as ssh:
            ssh.answer(r"Password: ", LOCAL_PASSWORD)
            self.assertEqual(ssh.wait(), 0, ssh.screen)


class PublicKeyAndFactor(Town):
    """config/pam.d/sshd-publickey and config/sshd/public-key-and-factor.conf."""

    people_invited = (people.ANNA, people.BEAT)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.host.install_stack("sshd-publickey")
        cls.sshd = Sshd(cls.folder / "sshd", "sshd-publickey", "public-key-and-factor.conf", 2202)
        cls.addClassCleanup(cls.sshd.stop)
        cls.anna, cls.beat = cls.settle(people.ANNA, by_sms=True), cls.settle(people.BEAT)
        cls.key = make_key(cls.folder / "key")
        for name in (cls.anna.name, cls.beat.name, cls.host.add_keeper()):
            cls.host.authorize(name, cls.key)

    def connect(self, name, with_key=True):
        options = ("-i", self.key) if with_key else ("-o", "PubkeyAuthentication=no")
        return self.sshd.connect(name, "id", "-un", options=options)

    def test_key_and_app_let_in_without_a_password(self):
        """T4: the code is the only question; a wrong and a used one are refused."""
        code = self.beat.new_code()
        for typed, outcome in ((wrong(code), SSH_FAILED), (code, 0), (code, SSH_FAILED)):
            with self.connect(self.beat.name) as ssh:
                ssh.answer(TOTP, typed)
                self.assertNotRegex(ssh.screen, PASSWORD)
                self.assertEqual(ssh.wait(), outcome, ssh.screen)

    def test_key_and_sms_let_in(self):
        """S1: the SMS leaves after the key, before anything was asked."""
        self.next_sms()
        with self.connect(self.anna.name) as ssh:
            ssh.answer(SMS, self.anna.sms_code())
            self.assertEqual(ssh.wait(), 0, ssh.screen)

    def test_a_code_without_the_key_is_not_even_asked_for(self):
        """L5: nobody is sent an SMS by a stranger either."""
        for name in (self.beat.name, self.anna.name, "keeper", "pnobody234"):
            with self.connect(name, with_key=False) as ssh:
                self.assertEqual(ssh.wait(), SSH_FAILED)
                self.assertNotRegex(ssh.screen, "Code|Mot de passe")
        self.assertEqual(self.portald.spool.new(), [])

    def test_a_locked_account_is_refused_and_without_the_daemon_only_local_people_get_in(self):
        """M2, M4: the key is right each time, and so is the code."""
        self.lock(self.beat)
        with self.connect(self.beat.name) as ssh:
            ssh.answer(r"Code .*: ", self.beat.new_code())
            self.assertEqual(ssh.wait(), SSH_FAILED, ssh.screen)
        self.stop_daemon()
        started = time.monotonic()
        with self.connect(self.beat.name) as ssh:
            self.assertEqual(ssh.wait(), SSH_FAILED, ssh.screen)
        self.assertLess(time.monotonic() - started, 5)
        with self.connect("keeper") as ssh:
            self.assertEqual(ssh.wait(), 0, ssh.screen)


class SinglePrompt(Town):
    """config/pam.d/sshd and config/sshd/single-prompt.conf: what PasswordAuthentication can ask."""

    people_invited = (people.ANNA, people.BEAT)
    append = """
[[pam.service]]
name = "sshd-once"
conversation = "single"
"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.host.install_stack("sshd", "sshd-once")
        cls.sshd = Sshd(cls.folder / "sshd", "sshd-once", "single-prompt.conf", 2203)
        cls.addClassCleanup(cls.sshd.stop)
        cls.anna, cls.beat = cls.settle(people.ANNA, by_sms=True), cls.settle(people.BEAT)

    def try_once(self, resident, answer):
        """Gives the exit code."""
        with self.sshd.connect(resident.name, "true") as ssh:
            ssh.answer(r"password: ", answer)
            return ssh.wait()

    def test_password_and_code_in_one_answer_let_in(self):
        """T4: wrong, used and missing codes are refused, and so is a wrong password."""
        beat, code = self.beat, self.beat.new_code()
        for answer, outcome in (
                (beat.password, SSH_FAILED), (f"{beat.password},{wrong(code)}", SSH_FAILED),
                (f"Falsch?Wort8und9,{code}", SSH_FAILED), (f"{beat.password},{code}", 0),
                (f"{beat.password},{code}", SSH_FAILED)):
            self.assertEqual(self.try_once(beat, answer), outcome)

    def test_an_sms_takes_two_tries_in_one_connection(self):
        """S1: the password alone sends the code and is refused; then password and code let in."""
        self.next_sms()
        options = ("-o", "NumberOfPasswordPrompts=2")
        with self.sshd.connect(self.anna.name, "id", "-un", options=options) as ssh:
            ssh.answer(r"password: ", self.anna.password)
            ssh.expect("Permission denied, please try again")
            ssh.answer(r"password: ", f"{self.anna.password},{self.anna.sms_code()}")
            self.assertEqual(ssh.wait(), 0, ssh.screen)

    def test_a_locked_account_and_an_absent_daemon_are_refusals(self):
        """M2, M4: the code is not used up by them."""
        code = self.beat.new_code()
        self.lock(self.beat)
        self.assertEqual(self.try_once(self.beat, f"{self.beat.password},{code}"), SSH_FAILED)
        self.stop_daemon()
        started = time.monotonic()
        self.assertEqual(self.try_once(self.beat, f"{self.beat.password},{code}"), SSH_FAILED)
        self.assertLess(time.monotonic() - started, 5)


if __name__ == "__main__":
    unittest.main()
