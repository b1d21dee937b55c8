"""sudo with the stack of config/pam.d, for a person whom sudoers lets become root."""

import time
import unittest
from pathlib import Path

from demo_parts import people
from integration.host import LOCAL_PASSWORD, as_user
from integration.residents import Town, wrong
from integration.terminal import Terminal

PASSWORD, CODE = r"Mot de passe : ", r"Code aus .*: "
REFUSED = 1


class Sudo(Town):
    people_invited = (people.BEAT,)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in ("sudo", "sudo-i"):
            cls.host.install_stack(name)
        cls.beat = cls.settle(people.BEAT)
        cls.host.add_keeper()
        Path("/etc/sudoers.d/people").write_text(
            "Defaults lecture=never, timestamp_timeout=0, passwd_tries=1\n"
            f"{cls.beat.name} ALL=(ALL:ALL) ALL\nkeeper ALL=(ALL:ALL) ALL\n", encoding="ascii")

    def sudo(self, *words, user=None):
        """What the person types at their own prompt."""
        user = user or self.beat.name
        return Terminal(as_user(user, "sudo", *words))

    def test_password_and_code_make_root(self):
        """T4: and neither what is typed is shown, nor a used code taken again."""
        code = self.beat.new_code()
        with self.sudo("id", "-un") as sudo:
            sudo.answer(PASSWORD, self.beat.password)
            sudo.answer(CODE, code)
            self.assertEqual(sudo.wait(), 0, sudo.screen)
            self.assertEqual(sudo.screen.split("\n")[-2], "root")
            self.assertNotIn(self.beat.password, sudo.screen)
            self.assertNotIn(code, sudo.screen)
        self.refused(code)

    def refused(self, code, *words):
        with self.sudo(*(words or ("true",))) as sudo:
            sudo.answer(PASSWORD, self.beat.password)
            sudo.answer(CODE, code)
            self.assertEqual(sudo.wait(), REFUSED, sudo.screen)
            self.assertIn("incorrect password attempt", sudo.screen)

    def test_wrong_codes_and_the_password_alone_are_refused(self):
        """T6: also by "sudo -i", which is a service of its own."""
        code = self.beat.new_code()
        self.refused(wrong(code))
        self.refused(self.beat.password)
        self.refused(wrong(code), "-i")
        with self.sudo("-i", "id", "-un") as sudo:
            sudo.answer(PASSWORD, self.beat.password)
            sudo.answer(CODE, code)
            self.assertEqual(sudo.wait(), 0, sudo.screen)

    def test_a_locked_account_is_refused_also_where_sudo_asks_nobody(self):
        """M4: the account phase is asked even where sudoers says NOPASSWD."""
        trusted = Path("/etc/sudoers.d/trusted")
        trusted.write_text(f"{self.beat.name} ALL=(ALL:ALL) NOPASSWD: /bin/true\n",
                           encoding="ascii")
        self.addCleanup(trusted.unlink)
        with self.sudo("/bin/true") as sudo:
            self.assertEqual(sudo.wait(), 0, sudo.screen)
        self.lock(self.beat)
        with self.sudo("/bin/true") as sudo:
            self.assertEqual(sudo.wait(), REFUSED, sudo.screen)
        with self.sudo("id") as sudo:
            sudo.answer(PASSWORD, self.beat.password)
            self.assertEqual(sudo.wait(), REFUSED, sudo.screen)

    def test_without_the_daemon_only_local_people_become_root(self):
        """M2: refused within 5 s before anything is asked; the local password still works."""
        self.stop_daemon()
        started = time.monotonic()
        with self.sudo("true") as sudo:
            self.assertEqual(sudo.wait(), REFUSED, sudo.screen)
            self.assertNotRegex(sudo.screen, PASSWORD)
        self.assertLess(time.monotonic() - started, 5)
        with self.sudo("id", "-un", user="keeper") as sudo:
            sudo.answer("password for keeper: ", LOCAL_PASSWORD)
            self.assertEqual(sudo.wait(), 0, sudo.screen)


if __name__ == "__main__":
    unittest.main()
