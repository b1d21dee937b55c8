"""A private portald in one folder, beside a private slapd."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from .authority import Authority
from .slapd import die_with_parent
from .spool import Spool
from .terminal import Terminal

CONFIG = Path(__file__).resolve().parent.parent
PORTALS = ("flex", "1e")

TEMPLATE = """\
key_file = "{key_file}"

[log]
target = "stderr"
level = "info"

[store]
url = "{store}"

[directory]
uris = ["{ldap[uri]}"]
bind_dn = "{ldap[bind_dn]}"
password_file = "{ldap[password_file]}"
people_base = "{ldap[people_base]}"
staging_base = "{ldap[staging_base]}"
policy_dn = "{ldap[policy_dn]}"

[web]
listen = "https"
address = "127.0.0.1"
port = {port}
certificate = "{certificate}"
private_key = "{private_key}"

[pam]
socket = "{pam_socket}"

[administration]
socket = "{folder}/run/admin.sock"

[delivery]
spool = "{spool}"

[[portal]]
id = "flex"
host = "flex.localhost"
mail_from = "Caisse de pension exemple <no-reply@flex.example.ch>"
name = {{ fr = "Portail flex", de = "Portal flex", it = "Portale flex", en = "flex portal" }}
audience = [
  {{ id = "insured", name = {{ fr = "Assurés ou pensionnés", de = "Versicherte oder Rentenbeziehende", it = "Assicurati o pensionati", en = "Insured persons or pensioners" }} }},
  {{ id = "employer", name = {{ fr = "Employeurs", de = "Arbeitgebende", it = "Datori di lavoro", en = "Employers" }}, may_register = false }},
]
terms.version = "2026-01"
look = {{ accent = "#1d4f6e", dark_accent = "#8fc4e4", logo = "{config}/looks/flex.svg" }}
terms.text = {{ fr = "{config}/terms/flex.fr.txt", de = "{config}/terms/flex.de.txt", it = "{config}/terms/flex.it.txt", en = "{config}/terms/flex.en.txt" }}

[[portal]]
id = "1e"
host = "1e.localhost"
mail_from = "Caisse de pension exemple <no-reply@1e.example.ch>"
name = {{ fr = "Portail 1e", de = "Portal 1e", it = "Portale 1e", en = "1e portal" }}
audience = [
  {{ id = "insured", name = {{ fr = "Assurés ou pensionnés", de = "Versicherte oder Rentenbeziehende", it = "Assicurati o pensionati", en = "Insured persons or pensioners" }} }},
]
terms.version = "2026-01"
look = {{ accent = "#5b3a8c", dark_accent = "#c3a6f0", logo = "{config}/looks/1e.svg" }}
terms.text = {{ fr = "{config}/terms/1e.fr.txt", de = "{config}/terms/1e.de.txt", it = "{config}/terms/1e.it.txt", en = "{config}/terms/1e.en.txt" }}
"""


class PortaldError(Exception):
    """The daemon or its command failed; the text says how."""


class PrivatePortald:
    """`build`: the build folder with the binaries. A second start finds the data of the first."""

    def __init__(self, folder, build, ldap, port=8443, environment=None, append="",
                 pam_socket=None, apart=False, store=None, beside=None):
        """`ldap`: the facts of a PrivateSlapd. `append`: more configuration. `apart`: no key at the
        terminal ends it, and it ends with us. `store`: the URL, if it is no file in the folder.
        `beside`: another node, whose store, key and spool this one shares."""
        self.folder, self.build, self.port = Path(folder).resolve(), Path(build).resolve(), port
        self.ldap, self.environment, self.append = ldap, dict(environment or {}), append
        self.pam_socket = Path(pam_socket or self.folder / "run" / "pam.sock")
        self.configuration = self.folder / "portald.toml"
        self.log = self.folder / "portald.log"
        self.authority = Authority(self.folder / "tls")
        self.store = store or (beside and beside.store) or f"sqlite://{self.folder}/portal.db"
        self.key_file = beside.key_file if beside else self.folder / "master.key"
        self.spool = Spool(beside.spool.folder if beside else self.folder / "spool")
        self.process, self.apart = None, apart

    def prepare(self):
        """Writes what the daemon reads; made once for a folder."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.folder / "run").mkdir(mode=0o755, exist_ok=True)
        certificate, key = self.authority.issue("server", [self.host(name) for name in PORTALS])
        self.configuration.write_text(
            TEMPLATE.format(folder=self.folder, ldap=self.ldap, port=self.port,
                            pam_socket=self.pam_socket, certificate=certificate,
                            private_key=key, config=CONFIG, store=self.store,
                            key_file=self.key_file, spool=self.spool.folder) + self.append,
            encoding="utf-8")
        if not self.key_file.exists():
            self.ctl("key", "generate", str(self.key_file))

    @staticmethod
    def host(portal):
        return f"{portal}.localhost"

    def url(self, portal):
        return f"https://{self.host(portal)}:{self.port}/"

    def no_host(self):
        """Keeps the host's own login sessions out of the daemon's sight."""
        return {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self.folder}/run/no-bus"}

    def start(self, patience=20, environment=None):
        """Returns when the daemon says that it serves."""
        self.prepare()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices:
            name = self.folder / "run" / "notify.sock"
            name.unlink(missing_ok=True)
            notices.bind(str(name))
            notices.settimeout(0.2)
            with open(self.log, "ab") as log:
                self.process = subprocess.Popen(
                    [self.build / "provisioning/daemon/portald", "--config", self.configuration],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    start_new_session=self.apart,
                    preexec_fn=die_with_parent if self.apart else None,
                    env={**os.environ, **self.no_host(), **self.environment, **(environment or {}),
                         "NOTIFY_SOCKET": str(name)})
            end = time.monotonic() + patience
            while time.monotonic() < end:
                if self.process.poll() is not None:
                    break
                try:
                    if b"READY=1" in notices.recv(4096):
                        return self
                except TimeoutError:
                    continue
        code = self.process.poll()
        self.kill()
        raise PortaldError(f"portald is not ready (code {code}):\n{self.last_lines()}")

    def stop(self, patience=15):
        """Asks it to end and gives its exit code."""
        if self.process is None:
            return None
        process, self.process = self.process, None
        process.terminate()
        try:
            return process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise PortaldError(f"portald did not end within {patience} s") from None

    def kill(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.kill()

    def last_lines(self, count=30):
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace")
                         .splitlines()[-count:])

    def ctl(self, *arguments, check=True):
        """Runs portalctl; gives the finished process with its output as text."""
        done = subprocess.run(
            [self.build / "provisioning/ctl/portalctl", "--socket",
             self.folder / "run" / "admin.sock", *arguments],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if check and done.returncode != 0:
            raise PortaldError(f"portalctl {' '.join(arguments)}: code {done.returncode}\n"
                               f"{done.stdout}{done.stderr}")
        return done

    def terminal(self):
        return Terminal(self.folder / "pam.d", self.build / "pam_module/pam_portal.so",
                        self.pam_socket)
