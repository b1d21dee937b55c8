"""Real mail servers that a private portald hands its mails to."""

import itertools
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from demo_parts.slapd import die_with_parent
from demo_parts.spool import Spool

USER, PASSWORD = "portal", "geheim 7 für «SMTP»"


class _Keeper:
    """Writes each mail as a file that a Spool reads, and remembers how it came."""

    def __init__(self, folder):
        self.folder, self.count, self.came = folder, itertools.count(1), []

    async def handle_DATA(self, _server, session, envelope):  # noqa: N802: aiosmtpd's name
        self.came.append({"from": envelope.mail_from, "to": envelope.rcpt_tos,
                          "tls": session.ssl is not None, "user": session.authenticated,
                          "peer": session.peer})
        draft = self.folder / "draft"
        draft.write_bytes(envelope.original_content)
        draft.rename(self.folder / f"{next(self.count):06}.eml")
        return "250 2.0.0 taken"


def _judge(_server, _session, _envelope, _mechanism, data):
    good = isinstance(data, LoginPassword) and data.login.decode() == USER and \
        data.password.decode() == PASSWORD
    return AuthResult(success=good, handled=False)


class AioServer:
    """aiosmtpd on a loopback port. `security`: "starttls", "tls" or "none"; with TLS it also wants
    a login. `certificate`: (chain, key)."""

    def __init__(self, folder, port, security="none", certificate=None):
        self.folder, self.port = Path(folder), port
        self.folder.mkdir(parents=True, exist_ok=True)
        self.keeper = _Keeper(self.folder)
        self.mails = Spool(self.folder)
        options = {}
        if security != "none":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            options = {"authenticator": _judge, "auth_required": True}
            if security == "tls":
                # aiosmtpd does not see that the connection is protected from its first byte.
                options.update(ssl_context=context, auth_require_tls=False)
            else:
                options.update(tls_context=context, require_starttls=True)
        self.options, self.controller = options, None

    def start(self):
        self.controller = Controller(self.keeper, hostname="127.0.0.1", port=self.port,
                                     server_hostname="localhost", **self.options)
        self.controller.start()
        return self

    def stop(self):
        if self.controller is not None:
            self.controller.stop()
            self.controller = None


class SilentServer:
    """Takes connections and says nothing: what a firewall or a hanging relay looks like."""

    def __init__(self, port):
        self.listener = socket.create_server(("127.0.0.1", port), backlog=64)
        self.port, self.asked, self.held = port, 0, []
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self):
        while True:
            try:
                self.held.append(self.listener.accept()[0])
            except OSError:
                return
            self.asked += 1

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in self.held:
            connection.close()


class OpenSmtpd:
    """OpenSMTPD with a queue and a control socket that only its own processes see; it delivers what
    it is given into a Maildir. Without TLS: the one in Debian 12 fails each handshake as a server
    since OpenSSL 3 (its issues 1171 and 1239), and it takes no login without TLS."""

    CONFIGURATION = """\
table everybody {{ "@" = "nobody" }}
listen on 127.0.0.1 port {port} hostname localhost
action "keep" maildir "{folder}/Maildir" virtual <everybody>
match from any for domain "example.ch" action "keep"
"""

    def __init__(self, folder, port):
        self.folder, self.port, self.process = Path(folder), port, None
        self.maildir, self.log = self.folder / "Maildir", self.folder / "log"
        self.mails = Spool(self.folder / "read")

    def start(self, patience=15):
        self.folder.mkdir(parents=True)
        self.maildir.mkdir()
        self.mails.folder.mkdir()
        # It delivers as "nobody", who must come this far.
        shutil.chown(self.maildir, "nobody")
        for folder in (self.folder, *self.folder.parents):
            if folder == Path("/tmp"):
                break
            folder.chmod(folder.stat().st_mode | 0o011)
        configuration = self.folder / "smtpd.conf"
        configuration.write_text(self.CONFIGURATION.format(folder=self.folder, port=self.port),
                                 encoding="utf-8")
        private = ("mount -t tmpfs -o mode=755 none /var/spool && mount -t tmpfs -o mode=755 none /run"
                   f" && exec /usr/sbin/smtpd -d -f {configuration}")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", private],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent)
        end = time.monotonic() + patience
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                    if connection.recv(100).startswith(b"220"):
                        return self
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"smtpd does not answer:\n{self.log.read_text(errors='replace')}")

    def collect(self):
        """Puts what was delivered where a Spool reads it."""
        for file in sorted((self.maildir / "new").glob("*")):
            target = self.mails.folder / f"{file.name.replace('/', '_')}.eml"
            if not target.exists():
                os.link(file, target)

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


class Letterbox:
    """Reads mails from a mail server and SMS from the daemon's spool, as Journey asks for them."""

    def __init__(self, server, spool):
        self.server, self.spool = server, spool

    def wait_for(self, to, patience=10):
        if "@" not in to:
            return self.spool.wait_for(to, patience)
        end = time.monotonic() + patience
        while True:
            if hasattr(self.server, "collect"):
                self.server.collect()
            try:
                return self.server.mails.wait_for(to, 0.1)
            except AssertionError:
                if time.monotonic() > end:
                    raise

    def skip_all(self):
        self.spool.skip_all()

    def new(self):
        return self.spool.new()
