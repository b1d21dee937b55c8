"""A private Kannel with a phone network of one phone: bearerbox, smsbox and fakesmsc.

fakesmsc listens to nobody, but the others do, to all the world: run it in a network of its own.
"""

import re
import socket
import subprocess
import time
import urllib.parse
from pathlib import Path

from .slapd import die_with_parent
from .spool import Words

FAKESMSC = "/usr/lib/kannel/test/fakesmsc"
SEND_PORT, BOX_PORT, ADMIN_PORT, PHONE_PORT = 13013, 13001, 13000, 20000
USER, PASSWORD = "portal", "kannel-password"
ARRIVED = re.compile(r"Got message \d+: <(\S+) (\S+) (text|ucs-2) (.*)>$")

CONFIGURATION = f"""\
group = core
admin-port = {ADMIN_PORT}
admin-interface = 127.0.0.1
admin-password = {PASSWORD}
smsbox-port = {BOX_PORT}
box-allow-ip = "127.0.0.1"
box-deny-ip = "*.*.*.*"
dlr-storage = internal
store-type = file
store-location = "{{folder}}/store"

group = smsc
smsc = fake
smsc-id = phones
host = 127.0.0.1
port = {PHONE_PORT}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {SEND_PORT}
sendsms-interface = 127.0.0.1

group = sendsms-user
username = {USER}
password = {PASSWORD}
max-messages = 3
concatenation = true
"""


class Sms(Words):
    """One SMS as it reached the phones."""

    def __init__(self, sender, to, alphabet, text):
        self.sender, self.to, self.alphabet = sender, to, alphabet
        self.is_sms, self.subject, self.text = True, None, text
        if alphabet == "ucs-2":
            self.text = urllib.parse.unquote_to_bytes(text.replace("+", " ")).decode("utf-16-be")


class PrivateKannel:
    """Everything in one folder; `stop` and `start` may take turns."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.processes, self.seen = [], 0
        self.phones_log = self.folder / "phones.log"

    def start(self, with_phones=True):
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        configuration = self.folder / "kannel.conf"
        configuration.write_text(CONFIGURATION.format(folder=self.folder), encoding="utf-8")
        self._run("bearerbox", ["bearerbox", configuration])
        self._wait_for_port(BOX_PORT)
        self._run("smsbox", ["smsbox", configuration])
        self._wait_for_port(SEND_PORT)
        if with_phones:
            self.start_phones()
        return self

    def start_phones(self):
        """The link to the operator; without it Kannel queues."""
        marks = self._connections()
        self._run("phones", [FAKESMSC, "-H", "127.0.0.1", "-r", str(PHONE_PORT), "-i", "1",
                             "-m", "1000000"])
        end = time.monotonic() + 10
        while self._connections() == marks:
            if time.monotonic() > end:
                raise AssertionError("the phones do not come up")
            time.sleep(0.05)

    def stop(self):
        while self.processes:
            process = self.processes.pop()
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdin:
                process.stdin.close()

    def arrived(self):
        """Every SMS so far, the oldest first."""
        if not self.phones_log.exists():
            return []
        lines = self.phones_log.read_text(encoding="utf-8", errors="replace").splitlines()
        return [Sms(*match.groups()) for match in map(ARRIVED.search, lines) if match]

    def skip_all(self):
        """What has arrived already is old."""
        self.seen = len(self.arrived())

    def new(self):
        fresh = self.arrived()[self.seen:]
        self.seen += len(fresh)
        return fresh

    def wait_for(self, to, patience=15):
        """The next one to this number."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            for sms in self.arrived()[self.seen:]:
                self.seen += 1
                if sms.to == to:
                    return sms
            time.sleep(0.05)
        raise AssertionError(f"no SMS came to {to} within {patience} s")

    def _run(self, name, command):
        with open(self.folder / f"{name}.log", "ab") as log:
            # fakesmsc ends with its standard input.
            self.processes.append(subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=self.folder,
                start_new_session=True, preexec_fn=die_with_parent))

    def _connections(self):
        log = self.folder / "bearerbox.log"
        return log.read_text(encoding="utf-8", errors="replace").count("Fakesmsc client connected")

    @staticmethod
    def _wait_for_port(port):
        end = time.monotonic() + 10
        while time.monotonic() < end:
            with socket.socket() as attempt:
                if attempt.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError(f"nothing listens on port {port}")
