"""Mails by relays: a registration whose codes come by SMTP, and everything that a relay can do."""

import email
import email.policy
import json
import re
import time
import unittest

from demo_parts import people
from demo_parts.authority import Authority
from demo_parts.journey import Journey
from demo_parts.opensmtpd import PrivateOpenSmtpd
from demo_parts.portald import PrivatePortald
from integration.household import BUILD, Household
from integration.mail_server import PASSWORD, USER, AioServer, Letterbox, SilentServer

GOOD, SILENT, TLS, PLAIN, STRANGER, MISNAMED, OPEN = range(2525, 2532)


def relay(name, port, security="starttls", host="localhost", password="relay.password",
          ca="tls/ca.crt"):
    text = f'\n[[mail.relay]]\nname = "{name}"\nhost = "{host}"\nport = {port}\n'
    text += f'security = "{security}"\n'
    if security != "none":
        text += f'ca_file = "{ca}"\nuser = "{USER}"\npassword_file = "{password}"\n'
    return text


class RelayHousehold(Household):
    """A daemon that hands its mails to relays; `relays` is its configuration of them."""

    relays = ""

    @classmethod
    def started_portald(cls):
        cls.portald = PrivatePortald(cls.folder / "portald", BUILD, cls.slapd.facts(),
                                     append="\n[mail]\n" + cls.relays)
        for name, secret in (("relay.password", PASSWORD), ("wrong.password", "geheim")):
            file = cls.portald.folder / name
            file.write_text(secret + "\n", encoding="utf-8")
            file.chmod(0o600)
        cls.start_servers()
        return cls.portald.start()

    @classmethod
    def served(cls, server):
        cls.addClassCleanup(server.stop)
        return server.start() if hasattr(server, "start") else server

    def trial(self, name, code):
        """What `portalctl mail test` says of one relay: (outcome, detail)."""
        done = self.portald.ctl("--json", "mail", "test", "eva@example.ch", "--relay", name,
                                check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        attempts = json.loads(done.stdout)["attempts"]
        self.assertEqual([each["relay"] for each in attempts], [name])
        return attempts[0]["outcome"], attempts[0]["detail"]

    def log_text(self):
        return self.portald.log.read_text(encoding="utf-8")


class Relays(RelayHousehold):
    """The preferred relay hangs, the next one is good, and there are bad ones to be tried."""

    relays = (relay("silent", SILENT, "none") + relay("good", GOOD) + relay("tls", TLS, "tls") +
              relay("plain", PLAIN, "none") + relay("stripped", PLAIN) +
              relay("stranger", STRANGER) + relay("misnamed", MISNAMED) +
              relay("intruder", GOOD, password="wrong.password") +
              relay("system", GOOD, ca="/etc/ssl/certs/ca-certificates.crt"))

    @classmethod
    def start_servers(cls):
        own = cls.portald.authority
        certificate = own.issue("relay", ["localhost"])
        other = Authority(cls.folder / "other").issue("relay", ["localhost"])
        # The demo's authority always adds 127.0.0.1, so the wrong name is the other way round.
        misnamed = own.issue("misnamed", ["mail.example.ch"])
        cls.silent = cls.served(SilentServer(SILENT))
        cls.good = cls.served(AioServer(cls.folder / "good", GOOD, "starttls", certificate))
        cls.tls = cls.served(AioServer(cls.folder / "tls", TLS, "tls", certificate))
        cls.plain = cls.served(AioServer(cls.folder / "plain", PLAIN))
        cls.stranger = cls.served(AioServer(cls.folder / "stranger", STRANGER, "starttls", other))
        cls.misnamed = cls.served(AioServer(cls.folder / "misnamed", MISNAMED, "starttls", misnamed))

    def setUp(self):
        self.box = Letterbox(self.good, self.portald.spool)
        self.box.skip_all()

    def journey(self, person):
        journey = Journey(self.portald, person)
        journey.read_mail_code = lambda to=None: self.box.wait_for(to or person.email).code(8)
        return journey

    def test_a_registration_reads_its_code_from_the_mail_server(self):
        """R10, R12, L3: by STARTTLS and login, past a relay that hangs; then the notice."""
        journey = self.journey(people.ANNA)
        journey.identify()
        started = time.monotonic()
        journey.choose_credentials()
        code = journey.read_mail_code()
        self.assertLess(time.monotonic() - started, 2.0)
        journey.confirm_mail(code)
        journey.choose_sms()
        journey.confirm_sms()
        notice = self.box.wait_for(people.ANNA.email)
        self.assertIn("Portail flex", notice.subject)
        for came in self.good.keeper.came:
            self.assertTrue(came["tls"])
            self.assertTrue(came["user"])
            self.assertEqual(came["from"], "no-reply@flex.example.ch")
        # Both mails came on one connection.
        self.assertEqual(len({came["peer"] for came in self.good.keeper.came}), 1)
        # Nothing was left in the spool, and nobody is named in the log (J4).
        self.assertEqual(list((self.portald.folder / "spool").glob("*.eml")), [])
        log = self.log_text()
        self.assertNotIn(people.ANNA.email, log)
        self.assertNotIn(code, log)
        self.assertRegex(log, r"mail handed over.*relay=\"?good")

    def test_a_mail_is_well_formed_and_looks_after_itself(self):
        """RFC 5322, RFC 3834, W5: another reader finds no fault, and nothing is loaded from afar."""
        self.assertEqual(self.trial("good", 0)[0], "accepted")
        self.box.wait_for("eva@example.ch")
        file = sorted(self.good.folder.glob("*.eml"))[-1]
        raw = file.read_bytes()
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        self.assertEqual(mail.defects, [])
        self.assertEqual(mail["Auto-Submitted"], "auto-generated")
        self.assertEqual(mail["Content-Language"], "en")
        self.assertRegex(mail["Message-ID"], r"^<[a-z0-9]{26}@flex\.example\.ch>$")
        self.assertEqual(mail["From"].addresses[0].display_name, "Caisse de pension exemple")
        self.assertEqual([part.get_content_type() for part in mail.iter_parts()],
                         ["text/plain", "text/html"])
        page = mail.get_body(("html",)).get_content()
        self.assertIn("<h1", page)
        self.assertIsNone(re.search(r"src=|href=|url\(|<script", page))
        self.assertLessEqual(max(len(line) for line in raw.split(b"\r\n")), 76)

    def test_a_relay_that_cannot_be_trusted_gets_nothing(self):
        """L3: no STARTTLS, another authority, another name, a wrong password, the host's list."""
        self.assertEqual(self.trial("tls", 0)[0], "accepted")
        self.assertEqual(self.trial("plain", 0)[0], "accepted")
        before = [len(server.keeper.came) for server in (self.good, self.plain)]
        for name in ("stripped", "stranger", "misnamed", "system"):
            outcome, detail = self.trial(name, 1)
            self.assertEqual(outcome, "relay_failed", name)
            self.assertRegex(detail, "^session: .*(SSL|certificate)")
        self.assertEqual(self.trial("intruder", 1)[0:2],
                         ("relay_failed", "session: 535 5.7.8"))
        self.assertEqual(self.trial("silent", 1)[0], "relay_failed")
        for server in (self.stranger, self.misnamed):
            self.assertEqual(server.keeper.came, [])
        self.assertEqual([len(server.keeper.came) for server in (self.good, self.plain)], before)

    def test_a_trial_of_all_goes_the_way_of_a_mail(self):
        """J2: the attempts in their order, up to the one that took it."""
        made = json.loads(self.portald.ctl("--json", "mail", "test", "eva@example.ch").stdout)
        self.assertEqual([(each["relay"], each["outcome"]) for each in made["attempts"]],
                         [("silent", "relay_failed"), ("good", "accepted")])
        self.assertIn("admin.mail_tried", self.portald.ctl("--json", "audit", "list").stdout)
        self.portald.ctl("mail", "test", "eva@example.ch", "--relay", "none", check=False)


class Outage(RelayHousehold):
    """One relay, which is away for a while."""

    relays = 'longest_pause = "1s"\nbounces_to = "<>"\n' + relay("only", GOOD, "none")

    @classmethod
    def start_servers(cls):
        cls.only = AioServer(cls.folder / "only", GOOD)
        cls.addClassCleanup(cls.only.stop)

    def test_a_mail_waits_for_the_relay_to_come_back(self):
        """R10: also over a restart of the daemon; it comes once, and bounces go nowhere."""
        journey = Journey(self.portald, people.BEAT)
        journey.identify()
        journey.choose_credentials()
        time.sleep(1)
        self.assertEqual(self.portald.stop(), 0)
        self.portald.start()
        self.only.start()
        mail = Letterbox(self.only, self.portald.spool).wait_for(people.BEAT.email, 20)
        journey.confirm_mail(mail.code(8))
        time.sleep(1.5)
        self.assertEqual(len(self.only.keeper.came), 1)
        self.assertEqual(self.only.keeper.came[0]["from"], "<>")


class ByOpenSmtpd(RelayHousehold):
    """A real mail server on this host, which delivers into a Maildir."""

    relays = relay("local", OPEN, "none")

    @classmethod
    def start_servers(cls):
        cls.server = cls.served(PrivateOpenSmtpd(cls.folder / "opensmtpd", OPEN))

    def test_a_registration_reads_its_code_from_the_maildir(self):
        """R10, R12: and a refused recipient is told."""
        box = self.server
        journey = Journey(self.portald, people.CARLA)
        journey.identify()
        journey.choose_credentials()
        journey.confirm_mail(box.wait_for(people.CARLA.email, 20).code(8))
        journey.choose_app()
        journey.confirm_app()
        self.assertIn("Portale 1e", box.wait_for(people.CARLA.email, 20).subject)
        done = self.portald.ctl("--json", "mail", "test", "eva@elsewhere.example", check=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        attempt = json.loads(done.stdout)["attempts"][0]
        self.assertEqual(attempt["outcome"], "recipient_refused")
        self.assertTrue(attempt["detail"].startswith("recipient: 550"), attempt["detail"])
        self.assertNotIn("elsewhere", self.log_text())


if __name__ == "__main__":
    unittest.main()
