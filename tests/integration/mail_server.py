"""Real mail servers that a private portald hands its mails to."""

import itertools
import socket
import ssl
import threading
import time
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from demo_parts.spool import Spool

USER, PASSWORD = "portal", "geheim 7 für «SMTP»"


class _Keeper:
    """Writes each mail as a file that a Spool reads, and remembers how it came."""

    def __init__(self, folder):
        self.folder, self.count, self.came = folder, itertools.count(1), []
        self.arrivals = {}  # address → time.monotonic() of the first mail to it

    async def handle_DATA(self, _server, session, envelope):  # noqa: N802: aiosmtpd's name
        for address in envelope.rcpt_tos:
            self.arrivals.setdefault(address, time.monotonic())
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


class Letterbox:
    """Reads mails from a mail server and SMS from the daemon's spool, as Journey asks for them."""

    def __init__(self, server, spool):
        self.server, self.spool = server, spool

    def wait_for(self, to, patience=10):
        if "@" not in to:
            return self.spool.wait_for(to, patience)
        return self.server.mails.wait_for(to, patience)

    def skip_all(self):
        self.spool.skip_all()

    def new(self):
        return self.spool.new()
