"""SMS leave by real Kannel, behind a gateway that is dead."""

import socket
import ssl
import threading
import time
import unittest

from demo_parts import kannel, people
from demo_parts.authority import Authority
from demo_parts.journey import Journey, expect_path
from integration.household import Household

GATEWAYS = f"""
[sms]
failures_in_a_row = 3
gateway_pause = "5s"
report_port = 13080
pause = "1s"

[[sms.gateway]]
name = "dead"
preset = "generic-json"
url = "http://127.0.0.1:1/send"
secret_file = "gateway.secret"
sender = "Portal"

[[sms.gateway]]
name = "kannel"
preset = "kannel"
user = "{kannel.USER}"
secret_file = "gateway.secret"
sender = "Portal"
"""


class SmsGateways(Household):
    append = GATEWAYS

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kannel = kannel.PrivateKannel(cls.folder / "kannel").start()
        cls.addClassCleanup(cls.kannel.stop)

    @classmethod
    def started_portald(cls):
        folder = cls.folder / "portald"
        folder.mkdir(mode=0o700)
        secret = folder / "gateway.secret"
        secret.touch(mode=0o600)
        secret.write_text(kannel.PASSWORD + "\n", encoding="utf-8")
        return super().started_portald()

    def to_the_phone_step(self, person):
        journey = Journey(self.portald, person)
        journey.identify()
        journey.choose_credentials()
        journey.confirm_mail()
        return journey

    def log_of(self, outcome):
        return [line for line in self.portald.log.read_text(encoding="utf-8").splitlines()
                if "SMS gateway asked" in line and outcome in line]

    def test_a_registration_and_a_login_reach_the_phone_with_umlauts_intact(self):
        """R11, S3: the first gateway is dead, the second takes it and reports that it arrived."""
        beat = self.to_the_phone_step(people.BEAT)
        started = time.monotonic()
        beat.choose_sms()
        sms = self.kannel.wait_for(beat.e164)
        self.assertLess(time.monotonic() - started, 3)
        self.assertEqual(sms.sender, "Portal")
        self.assertEqual(sms.alphabet, "text")
        self.assertIn("Gilt höchstens 10 Minuten", sms.text)
        beat.confirm_sms(sms.code(6))
        time.sleep(1.1)
        again = Journey(self.portald, people.BEAT)
        expect_path(again.type_password(), "/login/code")
        expect_path(again.type_code(self.kannel.wait_for(beat.e164).code(6)), "/account")
        self.assertFalse([letter for letter in self.portald.spool.new() if letter.is_sms])
        reported = "SMS gateway reports"
        self.wait_until(lambda: self.portald.log.read_text(encoding="utf-8").count(reported) >= 2)
        self.assertIn("gateway=kannel outcome=delivered",
                      self.portald.log.read_text(encoding="utf-8"))

    def test_an_administrator_tries_a_gateway(self):
        """J2, J4: by the list, and by one alone."""
        tried = self.portald.ctl("sms", "test", "079 000 00 55", "--language", "de")
        self.assertIn("kannel", tried.stdout)
        self.assertIn("Sie müssen nichts tun", self.kannel.wait_for("+41790000055").text)
        dead = self.portald.ctl("sms", "test", "079 000 00 55", "--gateway", "dead", check=False)
        self.assertEqual(dead.returncode, 1)
        self.assertIn("refused", dead.stdout)
        events = self.portald.ctl("--json", "audit", "list").stdout
        self.assertIn("admin.sms_tried", events)
        self.assertNotIn("790000055", events)

    def test_when_no_gateway_works_people_read_so_before_a_code_is_asked_for(self):
        """S2, S3, J4: and what waits goes out when one works again."""
        anna, carla = (self.to_the_phone_step(person) for person in (people.ANNA, people.CARLA))
        self.kannel.stop()
        try:
            anna.choose_sms()
            self.wait_until(lambda: len(self.log_of("gateway=kannel outcome=refused")) >= 3)
            expect_path(carla.browser.fill(factor="sms"), "/register/phone")
            page = carla.browser.submit(carla.browser.page.form_to("/register/phone"),
                                        phone=people.CARLA.phone)
            self.assertEqual(page.status, 503)
        finally:
            self.kannel.start()
        anna.confirm_sms(self.kannel.wait_for(anna.e164, patience=60).code(6))
        log = self.portald.log.read_text(encoding="utf-8")
        self.assertIn("SMS gateway works again gateway=kannel", log)
        for secret in (anna.e164[1:], kannel.PASSWORD, "Gilt", "Votre code"):
            self.assertNotIn(secret, log)

    def test_what_kannel_only_queues_counts_as_taken(self):
        """S3: "3: Queued" with status 202; it never gets the message twice."""
        doris = self.to_the_phone_step(people.DORIS)
        self.kannel.stop()
        self.kannel.start(with_phones=False)
        before = len(self.log_of("gateway=kannel outcome=unknown"))
        doris.choose_sms()
        self.wait_until(lambda: len(self.log_of("gateway=kannel outcome=unknown")) > before)
        time.sleep(4)
        self.kannel.start_phones()
        doris.confirm_sms(self.kannel.wait_for(doris.e164, patience=60).code(6))
        time.sleep(1)
        arrived = [sms for sms in self.kannel.arrived() if sms.to == doris.e164]
        self.assertEqual(len(arrived), 1)

    def wait_until(self, holds, patience=20):
        end = time.monotonic() + patience
        while not holds():
            self.assertLess(time.monotonic(), end, self.portald.last_lines())
            time.sleep(0.1)


class DemandingServer:
    """A gateway over TLS that wants to see a certificate of its authority before it hears anything."""

    def __init__(self, authority, port):
        certificate, key = authority.issue("gateway", ["gateway.example.ch"])
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.context.load_verify_locations(authority.certificate)
        self.context.verify_mode = ssl.CERT_REQUIRED
        self.shown, self.requests, self.refusals = [], [], []
        self.listener = socket.create_server(("127.0.0.1", port))
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            plain.settimeout(5)
            try:
                with self.context.wrap_socket(plain, server_side=True) as stream:
                    self.shown.append(dict(part[0] for part in stream.getpeercert()["subject"]))
                    heard = b""
                    while b"text=" not in heard:
                        block = stream.recv(65536)
                        if not block:
                            break
                        heard += block
                    self.requests.append(heard.decode())
                    stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ntaken")
            except OSError as error:  # ssl.SSLError is one
                self.refusals.append(str(error))
                plain.close()

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()


def demanding(name, more=""):
    return f"""
[[sms.gateway]]
name = "{name}"
url = "https://127.0.0.1:13443/send"
body_format = "form"
body = "to={{digits}}&text={{text}}"
sender = "Portal"
ca_file = "ours/ca.crt"
{more}
[sms.gateway.accepted]
status = [200]
begins = "taken"
"""


def showing(folder):
    return f"""client_certificate = "{folder}/client.crt"
client_key = "{folder}/client.key"
"""


class ClientCertificate(Household):
    people_invited = (people.ANNA,)
    append = (demanding("right", showing("ours")) + demanding("none")
              + demanding("wrong", showing("theirs")))

    @classmethod
    def started_portald(cls):
        folder = cls.folder / "portald"
        folder.mkdir(mode=0o700)
        ours, theirs = Authority(folder / "ours"), Authority(folder / "theirs")
        for authority in (ours, theirs):
            authority.issue("client", ["portal.example.ch"], usage="clientAuth")
        cls.gateway = DemandingServer(ours, 13443)
        cls.addClassCleanup(cls.gateway.stop)
        return super().started_portald()

    def send_by(self, name):
        return self.portald.ctl("sms", "test", "079 000 00 55", "--gateway", name, check=False)

    def test_only_the_right_certificate_is_heard(self):
        """S3, L3: none and one of another authority come to nothing, and nothing is said to have left."""
        for number, name in enumerate(("none", "wrong"), 1):
            tried = self.send_by(name)
            self.assertEqual(tried.returncode, 1, tried.stdout)
            self.assertNotIn("accepted", tried.stdout)
            self.assertEqual(len(self.gateway.refusals), number, self.gateway.refusals)
        self.assertEqual(self.gateway.requests, [])
        tried = self.send_by("right")
        self.assertEqual(tried.returncode, 0, tried.stdout + tried.stderr)
        self.assertIn("accepted", tried.stdout)
        self.assertEqual(self.gateway.shown, [{"commonName": "portal.example.ch"}])
        self.assertIn("41790000055", self.gateway.requests[0])


if __name__ == "__main__":
    unittest.main()
