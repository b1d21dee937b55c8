"""What an operator does at night: SMS do not leave, and new letters are wanted."""

import csv
import http.server
import json
import re
import stat
import threading
import time
import unittest

from demo_parts import people
from demo_parts.journey import Journey, expect_path
from integration.household import Household

CARELESS, BUSY = 18101, 18102


def gateway(name, port):
    return f"""
[[sms.gateway]]
name = "{name}"
preset = "generic-json"
url = "http://127.0.0.1:{port}/send"
secret_file = "gateway.secret"
sender = "Portal"
"""


class Gateway:
    """Takes SMS as JSON and answers with `status`, whatever it does with them."""

    def __init__(self, port, status):
        self.status, self.came = status, []
        ours = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                ours.came.append(json.loads(body))
                answer = b'{"status":"accepted"}' if ours.status == 200 else b"{}"
                self.send_response(ours.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def to(self, number):
        return [sms for sms in self.came if sms["to"] == number]


class Outbox(Household):
    append = ("\n[sms]\nfailures_in_a_row = 100\npause = \"1s\"\n" +
              gateway("careless", CARELESS) + gateway("busy", BUSY))

    @classmethod
    def started_portald(cls):
        folder = cls.folder / "portald"
        folder.mkdir(mode=0o700)
        secret = folder / "gateway.secret"
        secret.touch(mode=0o600)
        secret.write_text("Geheim-des-Tors-9\n", encoding="utf-8")
        cls.careless, cls.busy = Gateway(CARELESS, 500), Gateway(BUSY, 503)
        for server in (cls.careless, cls.busy):
            cls.addClassCleanup(server.stop)
        return super().started_portald()

    def setUp(self):
        super().setUp()
        self.careless.status, self.busy.status = 500, 503

    def to_the_sms(self, person):
        journey = Journey(self.portald, person)
        journey.identify()
        journey.choose_credentials()
        journey.confirm_mail()
        journey.choose_sms()
        return journey

    def listed(self, *options):
        done = self.portald.ctl("--json", "outbox", "list", *options)
        return json.loads(done.stdout)["messages"]

    def wait_for(self, find, patience=30):
        end = time.monotonic() + patience
        while not (found := find()):
            self.assertLess(time.monotonic(), end, self.portald.last_lines())
            time.sleep(0.1)
        return found

    def waiting(self, attempts):
        """The one SMS that waits, once it was tried so often and nobody has it in hand."""
        def find():
            return next((one for one in self.listed("--state", "waiting", "--channel", "sms")
                         if one["attempts"] >= attempts and not one["in_hand_until"]), None)
        return self.wait_for(find)

    def shown(self, message):
        return json.loads(self.portald.ctl("--json", "outbox", "show", message).stdout)

    def test_what_waits_is_seen_and_goes_at_once_when_the_operator_says_so(self):
        """S3, J1, J4: and never to the gateway that may have it."""
        anna = self.to_the_sms(people.ANNA)
        one = self.waiting(4)
        self.assertEqual(one["gateways"], ["careless"])
        self.assertEqual(one["trouble"], "unavailable: busy: HTTP 503")
        self.assertEqual(one["recipient"], "+41 •• ••• •• 11")
        table = self.portald.ctl("outbox", "list").stdout
        for cell in (one["id"], "waiting", "+41 •• ••• •• 11", "careless", "HTTP 503"):
            self.assertIn(cell, table)
        self.busy.status = 200
        retried = json.loads(self.portald.ctl("--json", "outbox", "retry", one["id"]).stdout)
        started = time.monotonic()
        self.wait_for(lambda: self.shown(one["id"])["state"] == "sent")
        self.assertLess(time.monotonic() - started, 3)  # its next try was up to 8 s away
        code = re.search(r"\b\d{6}\b", self.busy.to(anna.e164)[-1]["text"]).group()
        anna.confirm_sms(code)
        self.assertEqual(len(self.careless.to(anna.e164)), 1)
        again = self.portald.ctl("outbox", "retry", one["id"], check=False)
        self.assertEqual(again.returncode, 1)
        self.assertIn("cannot be sent again", again.stderr)
        events = self.portald.ctl("--json", "audit", "list", "--limit", "1000").stdout
        self.assertIn(retried["decision"], events)
        for secret in (anna.e164, anna.e164[3:], code):
            self.assertNotIn(secret, events + table + json.dumps(one))

    def test_what_every_gateway_may_have_has_failed_and_says_why(self):
        """S3: nothing can be done about it but to ask for a new code."""
        self.busy.status = 500
        beat = self.to_the_sms(people.BEAT)
        failed = self.wait_for(lambda: self.listed("--state", "failed", "--channel", "sms"))[0]
        self.assertEqual(failed["gateways"], ["careless", "busy"])
        self.assertIn("every gateway may have it", failed["trouble"])
        self.assertIsNone(failed["recipient"])
        refused = self.portald.ctl("outbox", "retry", failed["id"], check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("asks for a new one", refused.stderr)
        time.sleep(1.2)
        for server in (self.careless, self.busy):
            self.assertEqual(len(server.to(beat.e164)), 1)

    def test_new_letters_replace_the_old(self):
        """R3, J6: into a private file, for whoever is known; then the printed code opens the door."""
        letters, wanted = self.folder / "letters.csv", self.folder / "wanted"
        wanted.write_text(f"{people.CARLA.ahv_number}\n{people.DORIS.ahv_number}\n"
                          f"{people.with_check_digit('756000099998')}\n", encoding="utf-8")
        command = ("codes", "reissue", "--file", str(wanted), "--portal", "1e", "--audience",
                   "insured", "--output", str(letters))
        done = self.portald.ctl(*command, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("line 3: nobody with this AHV number was imported", done.stderr)
        self.assertEqual(stat.S_IMODE(letters.stat().st_mode), 0o600)
        with open(letters, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["given_name"] for row in rows], ["Carla", "Doris"])
        self.assertEqual(self.portald.ctl(*command, check=False).returncode, 1)
        journey = Journey(self.portald, people.CARLA)
        journey.open_portal()
        journey.choose_audience()
        self.assertNotEqual(journey.type_identity().path, "/register/credentials")
        expect_path(journey.type_identity(code=rows[0]["code"]), "/register/credentials")
        log = self.portald.log.read_text(encoding="utf-8")
        for row in rows:
            self.assertNotIn(row["code"], done.stdout + done.stderr + log)

    def test_scripts_can_tell_what_happened(self):
        """J6: each exit code, against the daemon itself."""
        ctl = self.portald.ctl
        self.assertEqual(ctl("status").returncode, 0)
        self.assertEqual(ctl("outbox", "show", "nobody", check=False).returncode, 1)
        self.assertEqual(ctl("outbox", "list", "--state", "lost", check=False).returncode, 2)
        self.assertEqual(json.loads(ctl("--json", "outbox", "retry", "nobody",
                                        check=False).stderr)["code"], "not_found")


if __name__ == "__main__":
    unittest.main()
