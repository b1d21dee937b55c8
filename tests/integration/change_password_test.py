"""People change their password through PAM, on the real directory."""

import os
import subprocess
import time
import unittest

from demo_parts import people
from demo_parts.journey import Journey
from integration.household import Household

NEXT = "Schnee!Ball3hinten"
SERVICE = "passwd-demo"
POLICY = "cn=people,ou=policies,dc=example,dc=ch"


class ChangePassword(Household):
    people_invited = people.EVERYBODY

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.terminal = cls.portald.terminal()
        cls.terminal.write_service(SERVICE)

    def change(self, user, answers, operation="chauthtok"):
        return self.terminal.log_in(user, answers, (operation,), service=SERVICE)

    def log_in(self, user, answers):
        return self.terminal.log_in(user, answers, service=SERVICE)

    def test_a_password_is_changed_with_the_code_of_an_sms(self):
        """P4, R12, J1: prompts of passwd; a mail to the owner; the new password counts alone."""
        beat = Journey(self.portald, people.BEAT)
        beat.register_by_sms()
        self.portald.spool.skip_all()
        done = self.change(people.BEAT.email,
                           [people.BEAT.password, beat.read_sms_code, NEXT, NEXT])
        self.assertTrue(done.succeeded, done.screen)
        self.assertIn("Neues Passwort. ", done.screen)
        self.assertNotIn(NEXT, done.screen)
        mail = self.portald.spool.wait_for(people.BEAT.email)
        self.assertIn("Passwort", mail.subject)
        self.assertIn("change_password.done", self.portald.ctl("--json", "audit", "list").stdout)
        self.assertFalse(self.log_in(people.BEAT.email, [people.BEAT.password]).succeeded)
        time.sleep(31)  # the pause between two SMS to one number
        self.assertTrue(self.log_in(people.BEAT.email, [NEXT, beat.read_sms_code]).succeeded)

    def test_every_reason_against_a_new_password_is_told(self):
        """P1, P3: and nothing is changed."""
        carla = Journey(self.portald, people.CARLA)
        carla.register_by_app()
        code = carla.next_code()
        done = self.change(people.CARLA.email, [people.CARLA.password, code, "esempio"])
        self.assertFalse(done.succeeded)
        for reason in ("8", "cifra", "maiuscola", "nome"):
            self.assertIn(reason, done.screen)
        self.assertTrue(
            self.log_in(people.CARLA.email, [people.CARLA.password, carla.next_code]).succeeded)

    def test_a_password_that_must_be_changed_needs_no_second_code(self):
        """P4, M4: login, account phase, change; the code of the login is proof enough, once."""
        doris = Journey(self.portald, people.DORIS)
        doris.register_by_app()
        self.directory_says(POLICY, "pwdMustChange", "TRUE")
        self.directory_says(self.entry_of(people.DORIS.email), "pwdReset", "TRUE")
        self.portald.stop()  # it reads the policy once in five minutes
        self.portald.start()
        granted = self.terminal.log_in(people.DORIS.email,
                                       [people.DORIS.password, doris.next_code],
                                       ("authenticate",), service=SERVICE)
        self.assertTrue(granted.succeeded, granted.screen)
        account = self.terminal.log_in(people.DORIS.email, [], ("acct_mgmt",), service=SERVICE)
        self.assertFalse(account.succeeded, account.screen)
        expired = "chauthtok(PAM_CHANGE_EXPIRED_AUTHTOK)"
        done = self.change(people.DORIS.email, [people.DORIS.password, NEXT, NEXT], expired)
        self.assertTrue(done.succeeded, done.screen)
        # Now it has not expired: nothing is asked.
        again = self.change(people.DORIS.email, [], expired)
        self.assertTrue(again.succeeded, again.screen)
        self.assertTrue(self.log_in(people.DORIS.email, [NEXT, doris.next_code]).succeeded)

    def entry_of(self, email):
        found = self.ldap("ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-b",
                          self.slapd.facts()["people_base"], f"(mail={email})", "dn")
        return found.splitlines()[0].removeprefix("dn: ")

    def directory_says(self, entry, attribute, value):
        self.ldap("ldapmodify", said=f"dn: {entry}\nchangetype: modify\n"
                                     f"replace: {attribute}\n{attribute}: {value}\n")

    def ldap(self, program, *arguments, said=""):
        return subprocess.run(
            [program, "-Q", "-Y", "EXTERNAL", "-H", self.slapd.uri, *arguments], input=said,
            capture_output=True, text=True, check=True,
            env={**os.environ, "LDAPCONF": "/dev/null"}).stdout


if __name__ == "__main__":
    unittest.main()
