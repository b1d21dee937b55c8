"""A private OpenSMTPD, which delivers each mail it is given into a Maildir."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from .slapd import die_with_parent
from .spool import Spool

CONFIGURATION = """\
table everybody {{ "@" = "nobody" }}
listen on 127.0.0.1 port {port} hostname localhost
action "keep" maildir "/run/Maildir" virtual <everybody>
match from any for {takes} action "keep"
"""
# Its queue, its control socket and where it delivers are seen by its own processes alone.
PRIVATELY = """\
mount -t tmpfs -o mode=755 none /var/spool
mount -t tmpfs -o mode=755 none /run
mkdir /run/Maildir
mount --bind "$1" /run/Maildir
exec /usr/sbin/smtpd -d -f "$2"
"""


class PrivateOpenSmtpd:
    """Without TLS: the one in Debian 12 fails each handshake as a server since OpenSSL 3 (its issues
    1171 and 1239), and it takes no login without TLS. Needs root."""

    def __init__(self, folder, port, takes='domain "example.ch"'):
        """`takes`: whose mails, as smtpd.conf(5) says it after "for"."""
        self.folder, self.port, self.takes = Path(folder), port, takes
        self.process = None
        self.maildir, self.log = self.folder / "Maildir", self.folder / "log"
        self.mails = Spool(self.folder / "read")

    def start(self, patience=15):
        self.maildir.mkdir(parents=True, exist_ok=True)
        self.mails.folder.mkdir(exist_ok=True)
        shutil.chown(self.maildir, "nobody")
        configuration = self.folder / "smtpd.conf"
        configuration.write_text(CONFIGURATION.format(port=self.port, takes=self.takes), encoding="utf-8")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-ec", PRIVATELY,
                 "smtpd", self.maildir, configuration],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=lambda: die_with_parent(signal.SIGKILL))  # unshare ignores SIGTERM
        end = time.monotonic() + patience
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                    if connection.recv(100).startswith(b"220"):
                        return self
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"smtpd does not answer:\n{self.log.read_text(errors='replace')}")

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    # What was delivered, as a Spool gives it.

    def skip_all(self):
        self._collect()
        self.mails.skip_all()

    def new(self):
        self._collect()
        return self.mails.new()

    def wait_for(self, to, patience=10):
        end = time.monotonic() + patience
        while True:
            self._collect()
            try:
                return self.mails.wait_for(to, 0.1)
            except AssertionError:
                if time.monotonic() > end:
                    raise

    def _collect(self):
        for file in sorted((self.maildir / "new").glob("*")):
            target = self.mails.folder / f"{file.name}.eml"
            if not target.exists():
                os.link(file, target)
