"""su and login with the stacks of config/pam.d."""

import time
import unittest

from demo_parts import people
from integration.host import LOCAL_PASSWORD, as_user
from integration.residents import Town, wrong
from integration.terminal import Terminal

PASSWORD, TOTP, SMS = r"Mot de passe : ", r"Code aus .*: ", r"envoyé par SMS au .*11 : "


class SuAndLogin(Town):
    people_invited = (people.ANNA, people.BEAT)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in ("su", "login"):
            cls.host.install_stack(name)
        cls.anna, cls.beat = cls.settle(people.ANNA, by_sms=True), cls.settle(people.BEAT)
        cls.host.add_keeper()

    @staticmethod
    def su(*words, caller="keeper"):
        return Terminal(as_user(caller, "su", *words))

    def test_su_becomes_a_person_by_their_password_and_code(self):
        """T4: the session is in the ledger until the shell ends; a used code is refused."""
        code = self.beat.new_code()
        with self.su("-", self.beat.name) as su:
            su.answer(PASSWORD, self.beat.password)
            su.answer(TOTP, code)
            su.expect(r"\$ ")
            self.assertEqual([session["service"] for session in self.beat.sessions()], ["su-l"])
            su.type("id -un; exit 7")
            su.expect(self.beat.name)
            self.assertEqual(su.wait(), 7)
        self.assertEqual(self.beat.sessions(), [])
        with self.su("-", self.beat.name) as su:
            su.answer(PASSWORD, self.beat.password)
            su.answer(TOTP, code)
            self.assertEqual(su.wait(), 1, su.screen)
            self.assertRegex(su.screen, r"[a-z2-7]{26}")  # the reference to tell the help desk

    def test_su_sends_an_sms(self):
        """S1: code by SMS; the prompt names the number masked."""
        self.next_sms()
        with self.su(self.anna.name, "-c", "id -un") as su:
            su.answer(PASSWORD, self.anna.password)
            su.answer(SMS, self.anna.sms_code())
            self.assertEqual(su.wait(), 0, su.screen)
            self.assertNotIn(self.anna.person.phone, su.screen)

    def test_su_refuses_a_locked_account_and_lets_root_through(self):
        """M4: root needs no account's consent."""
        self.lock(self.beat)
        with self.su(self.beat.name, "-c", "true") as su:
            su.answer(PASSWORD, self.beat.password)
            self.assertEqual(su.wait(), 1, su.screen)
        with self.su(self.beat.name, "-c", "true", caller="root") as su:
            self.assertEqual(su.wait(), 0, su.screen)

    def test_su_without_the_daemon_is_refused_at_once(self):
        """M2: within 5 s, before anything is asked; the way between local people stays."""
        self.stop_daemon()
        started = time.monotonic()
        with self.su(self.beat.name, "-c", "true") as su:
            self.assertEqual(su.wait(), 1, su.screen)
            self.assertNotRegex(su.screen, PASSWORD)
        self.assertLess(time.monotonic() - started, 5)
        with self.su("keeper", "-c", "true", caller=self.beat.name) as su:
            su.answer("Password: ", LOCAL_PASSWORD)
            self.assertEqual(su.wait(), 0, su.screen)

    def test_login_asks_for_name_password_and_code(self):
        """T4: one wrong answer ends a try, and login begins another."""
        code = self.beat.new_code()
        with Terminal(["login"]) as console:
            for typed in (wrong(code), code):
                console.answer(r"login: ", self.beat.name)
                console.answer(PASSWORD, self.beat.password)
                console.answer(TOTP, typed)
                if typed != code:
                    console.expect(r"[a-z2-7]{26}(?s:.)*Login incorrect")
            console.expect(r"\$ ")
            session, = self.beat.sessions()
            self.assertEqual(session["service"], "login")
            console.type("exit 0")
            console.wait()
            self.assertNotIn(self.beat.password, console.screen)
        self.wait_until(lambda: self.beat.sessions() == [])
        with Terminal(["login", self.beat.name]) as console:
            console.answer(PASSWORD, self.beat.password)
            console.answer(TOTP, code)
            console.expect("Login incorrect")

    def test_login_refuses_a_locked_account(self):
        """M4, L5: in the words of any other refusal."""
        self.lock(self.beat)
        with Terminal(["login", self.beat.name]) as console:
            console.answer(PASSWORD, self.beat.password)
            console.expect("Login incorrect")

    def test_login_without_the_daemon_lets_local_people_in(self):
        """M2: and refuses everybody else within 5 s."""
        self.stop_daemon()
        started = time.monotonic()
        with Terminal(["login", self.beat.name]) as console:
            console.expect("Login incorrect")
            self.assertLess(time.monotonic() - started, 5)
            console.answer(r"login: ", "keeper")
            console.answer("Password: ", LOCAL_PASSWORD)
            console.expect(r"\$ ")


if __name__ == "__main__":
    unittest.main()
