#!/usr/bin/python3
"""A private slapd with the shipped configuration, for the demo and the tests.

Everything lives in one folder: configuration, data, socket, the service account's password. The
host's slapd and /etc are not touched. Used as a module (`PrivateSlapd`), or as a command that
prints one line of JSON when the server answers, and stops it at SIGTERM, SIGINT or the end of its
standard input:

    slapd.py --folder /tmp/x [--listen ldaps://127.0.0.1:1636 --certificate F --key F]
"""

import argparse
import ctypes
import json
import os
import re
import secrets
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path

SHIPPED = Path(__file__).resolve().parent.parent / "ldap"
SLAPD = "/usr/sbin/slapd"
MODULES = "/usr/lib/ldap"
HASH_MODULE = "portal_argon2id.so"
SUFFIX = "dc=example,dc=ch"
PEOPLE = f"ou=people,{SUFFIX}"
STAGING = f"ou=staging,{SUFFIX}"
POLICY = f"cn=people,ou=policies,{SUFFIX}"
SERVICE_DN = f"cn=portald,ou=services,{SUFFIX}"
PR_SET_PDEATHSIG = 1

# An anonymous LDAPv3 bind and the start of its answer's result (RFC 4511 sections 4.2 and 4.2.2).
ANONYMOUS_BIND = bytes.fromhex("300c020101600702010304008000")
BIND_SUCCESS = bytes.fromhex("0a0100")


class SlapdError(Exception):
    """slapd or one of its tools failed; the text says how."""


def die_with_parent(by=signal.SIGTERM):
    """In the child: a slapd never outlives the process that started it, not even a killed one."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, by)


def replace_line(text, start, line):
    """`text` with its only line that begins with `start` replaced: the shipped file stays ours."""
    changed, count = re.subn(rf"^{re.escape(start)}.*$", lambda _: line, text, flags=re.MULTILINE)
    if count != 1:
        raise SlapdError(f"slapd.conf has {count} lines that begin with '{start}', wanted one")
    return changed


def hash_module_folder():
    """Where our slapd module is: in the build folder that PORTAL_BUILD names, in the newest build of
    this source tree, or installed."""
    named = os.environ.get("PORTAL_BUILD")
    built = [Path(named) / "slapd" / HASH_MODULE] if named else sorted(
        SHIPPED.parent.parent.glob(f"build/**/slapd/{HASH_MODULE}"),
        key=lambda file: file.stat().st_mtime, reverse=True)
    for file in [*built, Path(MODULES) / HASH_MODULE]:
        if file.exists():
            return file.parent.resolve()
    raise SlapdError(f"{HASH_MODULE} is not built (target portal_argon2id) and not installed")


class PrivateSlapd:
    """One slapd in one folder. A second start in the same folder finds the data of the first."""

    def __init__(self, folder, listen=(), certificate=None, key=None, access=None, policy=None,
                 password_hash=None, apart=False):
        """`listen`: further URLs, on loopback. `access`: a file in place of the shipped rules.
        `policy`: attribute → value, changes to the people's password policy of a new tree.
        `password_hash`: a scheme in place of the shipped one. `apart`: no key at the terminal
        ends it."""
        self.folder = Path(folder).resolve()
        self.listen = list(listen)
        self.certificate = certificate
        self.key = key
        self.access = Path(access) if access else SHIPPED / "access.conf"
        self.policy = dict(policy or {})
        self.password_hash = password_hash
        self.apart = apart
        self.socket = self.folder / "ldapi"
        self.uri = "ldapi://" + urllib.parse.quote(str(self.socket), safe="")
        self.password_file = self.folder / "service-password"
        self.modules = f"{MODULES}:{hash_module_folder()}"
        self.process = None

    def start(self, patience=15):
        """Returns when the server answers."""
        if len(str(self.socket)) > 100:
            raise SlapdError(f"the socket's path is too long for a Unix socket: {self.socket}")
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._write_configuration()
        if not (self.folder / "data" / "data.mdb").exists():
            self._load_tree()
        self.socket.unlink(missing_ok=True)
        log = open(self.folder / "slapd.log", "ab")
        with log:
            # -d keeps it in the foreground, so that its pid is ours.
            self.process = subprocess.Popen(
                [SLAPD, "-d", "0", "-f", str(self.folder / "slapd.conf"),
                 "-h", " ".join([self.uri, *self.listen])],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                preexec_fn=die_with_parent, start_new_session=self.apart)
        self._wait_until_ready(patience)
        return self

    def stop(self, patience=10):
        """Ends the server; its data stay."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def facts(self):
        """What a client must know, for JSON."""
        return {"uri": self.uri, "listen": self.listen, "pid": self.process.pid,
                "bind_dn": SERVICE_DN, "password_file": str(self.password_file),
                "people_base": PEOPLE, "staging_base": STAGING, "policy_dn": POLICY}

    def _write_configuration(self):
        text = (SHIPPED / "slapd.conf").read_text(encoding="utf-8")
        text = replace_line(text, "pidfile ", f'pidfile "{self.folder}/slapd.pid"')
        text = replace_line(text, "argsfile ", f'argsfile "{self.folder}/slapd.args"')
        text = replace_line(text, "directory ", f'directory "{self.folder}/data"')
        text = replace_line(text, "modulepath ", f'modulepath "{self.modules}"')
        text = replace_line(text, "include   access.conf", f'include "{self.folder}/access.conf"')
        # Whoever starts a private slapd is its administrator, root or not.
        text = replace_line(
            text, "authz-regexp ",
            f'authz-regexp "gidNumber={os.getegid()}[+]uidNumber={os.geteuid()},'
            'cn=peercred,cn=external,cn=auth"')
        if self.password_hash:
            text = replace_line(text, "password-hash ", f"password-hash {self.password_hash}")
        if self.certificate:
            text = replace_line(text, "#TLSCertificateFile",
                                f'TLSCertificateFile "{self.certificate}"')
            text = replace_line(text, "#TLSCertificateKeyFile",
                                f'TLSCertificateKeyFile "{self.key}"')
            text = replace_line(text, "#TLSProtocolMin", "TLSProtocolMin 3.3")
        (self.folder / "slapd.conf").write_text(text, encoding="utf-8")
        rules = self.access.read_text(encoding="utf-8")
        (self.folder / "access.conf").write_text(rules, encoding="utf-8")

    def _load_tree(self):
        (self.folder / "data").mkdir(mode=0o700, exist_ok=True)
        tree = (SHIPPED / "tree.ldif").read_text(encoding="utf-8")
        tree = tree.replace("@SERVICE_PASSWORD_HASH@", self._new_service_password())
        # The first of each is the people's policy.
        for attribute, value in self.policy.items():
            tree, count = re.subn(rf"^{attribute}: .*$", f"{attribute}: {value}", tree, count=1,
                                  flags=re.MULTILINE)
            if count == 0:
                tree = tree.replace("cn: people\n", f"cn: people\n{attribute}: {value}\n", 1)
        loaded = subprocess.run(
            [SLAPD, "-Ta", "-f", str(self.folder / "slapd.conf")],
            input=tree, text=True, capture_output=True, check=False)
        if loaded.returncode != 0:
            raise SlapdError(f"slapadd failed: {loaded.stderr.strip()}")

    def _new_service_password(self):
        """Writes a new random password for the service account, and gives its hash."""
        self.password_file.unlink(missing_ok=True)
        descriptor = os.open(self.password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(24))  # no newline: slappasswd would take it in
        made = subprocess.run(
            [SLAPD, "-Tp", "-o", f"module-path={self.modules}",
             "-o", f"module-load={HASH_MODULE} m=19456 t=2", "-h", "{ARGON2}",
             "-T", str(self.password_file)],
            text=True, capture_output=True, check=False)
        if made.returncode != 0:
            raise SlapdError(f"slappasswd failed: {made.stderr.strip()}")
        return made.stdout.strip()

    def _wait_until_ready(self, patience):
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise SlapdError(f"slapd ended with {self.process.returncode}: {self._reason()}")
            if self._answers():
                return
            time.sleep(0.02)
        self.stop()
        raise SlapdError(f"slapd did not answer within {patience} s")

    def _reason(self):
        """Why slapd did not start: in the foreground it says nothing, slaptest does."""
        tested = subprocess.run([SLAPD, "-Tt", "-u", "-f", str(self.folder / "slapd.conf")],
                                capture_output=True, text=True, check=False)
        return tested.stderr.strip()[-2000:] or "its configuration is good; is a port taken?"

    def _answers(self):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            try:
                client.connect(str(self.socket))
                client.sendall(ANONYMOUS_BIND)
                return BIND_SUCCESS in client.recv(256)
            except OSError:
                return False


def wait_for_the_end(woken):
    """Until the standard input ends or a signal is told through `woken`. A plain read would not see a
    signal that comes just before it sleeps."""
    while True:
        ready, _, _ = select.select([sys.stdin.fileno(), woken], [], [])
        if woken in ready or not os.read(sys.stdin.fileno(), 4096):
            return


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", required=True)
    parser.add_argument("--listen", action="append", default=[], metavar="URL")
    parser.add_argument("--certificate", metavar="PEM")
    parser.add_argument("--key", metavar="PEM")
    parser.add_argument("--access", metavar="FILE", help="rules in place of the shipped ones")
    parser.add_argument("--policy", action="append", default=[], metavar="ATTRIBUTE=VALUE")
    parser.add_argument("--hash", metavar="SCHEME", help="in place of the shipped one")
    options = parser.parse_args()
    policy = dict(item.split("=", 1) for item in options.policy)

    def end(*_):
        raise SystemExit(0)

    woken, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker)
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    slapd = PrivateSlapd(options.folder, options.listen, options.certificate, options.key,
                         options.access, policy, options.hash)
    try:
        slapd.start()
        print(json.dumps(slapd.facts()), flush=True)
        wait_for_the_end(woken)
    except SlapdError as error:
        sys.exit(f"slapd.py: {error}")
    finally:
        slapd.stop()


if __name__ == "__main__":
    main()
