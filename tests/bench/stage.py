"""What is measured: a directory full of people, daemons with stores of several sizes, peers."""

import os
import sqlite3
import subprocess
from pathlib import Path

from bench import crowd
from bench.crowd import Someone
from demo_parts.portald import PrivatePortald
from demo_parts.slapd import HASH_MODULE, SHIPPED, SLAPD, PrivateSlapd, die_with_parent
from integration import host

SOURCE = Path(os.environ["PORTAL_SOURCE"])
BUILD = Path(os.environ["PORTAL_BUILD"])
PROGRAMS = BUILD / "bench"
PEERS = SOURCE / "build/bench-peers"

SERVICES = """
[[pam.service]]
name = "password"
second_factor = false

[[pam.service]]
name = "password-{name}"
second_factor = false
"""

NSLCD = """\
uri {uri}
base ou=people,dc=example,dc=ch
binddn {dn}
bindpw {password}
filter passwd (objectClass=inetOrgPerson)
pam_authc_search {search}
log none
"""


class Stage:
    """`people` in the directory, the last tenth with an Argon2id password, the others {SSHA}."""

    def __init__(self, folder, people, say):
        self.folder, self.people, self.say = Path(folder), people, say
        self.argon2id_from = people - people // 10
        self.host = host.enter()
        self.everybody = self.folder / "people"
        self.slapd = None
        self.portalds = {}
        self.nslcd = None

    # The directory.

    def start_directory(self):
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # nslcd reads a person's own entry after the bind, unless told otherwise.
        rules = self.folder / "access.conf"
        text = (SHIPPED / "access.conf").read_text(encoding="utf-8")
        shipped = 'access to dn.subtree="ou=people,dc=example,dc=ch"\n'
        assert text.count(shipped) == 1
        rules.write_text(text.replace(shipped, shipped + "  by self read\n"), encoding="utf-8")
        loaded = self.folder / "loaded"
        self.slapd = PrivateSlapd(self.folder / "ldap", access=rules)
        self.slapd.start()
        if not loaded.exists():
            self.slapd.stop()
            self._load_people()
            loaded.touch()
            self.slapd.start()

    def _load_people(self):
        self.say(f"loading {self.people:,} people into the directory …")
        scheme = self._argon2id()
        ldif = self.folder / "people.ldif"
        with open(ldif, "w", encoding="ascii") as entries, \
                open(self.everybody, "w", encoding="ascii") as lines:
            for someone in map(Someone, range(self.people)):
                stored = (scheme if someone.number >= self.argon2id_from
                          else crowd.salted_sha(crowd.PASSWORD))
                entries.write(crowd.entry(someone, stored))
                lines.write(crowd.line_for_loop(someone))
        subprocess.run([SLAPD, "-Ta", "-q", "-f", self.slapd.folder / "slapd.conf", "-l", ldif],
                       check=True, stdin=subprocess.DEVNULL)
        ldif.unlink()

    def _argon2id(self):
        made = subprocess.run(
            [SLAPD, "-Tp", "-o", f"module-path={self.slapd.modules}",
             "-o", f"module-load={HASH_MODULE} m=19456 t=2", "-h", "{ARGON2}",
             "-s", crowd.PASSWORD],
            check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        return made.stdout.strip()

    # Our daemons.

    def start_portald(self, accounts, port):
        """A daemon whose store has the first so many people; gives it. PAM services: "password" and
        "code" with "-accounts" behind them."""
        portald = PrivatePortald(
            self.folder / f"portal-{accounts}", BUILD, self.slapd.facts(), port=port,
            append=SERVICES.format(name=accounts))
        portald.prepare()
        if not (portald.folder / "filled").exists():
            self.say(f"loading {accounts:,} accounts into a store …")
            lines = "".join(crowd.line_for_store(Someone(i)) for i in range(accounts))
            subprocess.run([PROGRAMS / "bench_fill_store", portald.folder / "portal.db",
                            portald.folder / "master.key"], input=lines, text=True, check=True)
            (portald.folder / "filled").touch()
        portald.start()
        self.portalds[accounts] = portald
        self.forget_used_steps(accounts)
        module = f"pam_portal.so socket={portald.pam_socket}"
        for service in ("password", "code"):
            self.stack(f"{service}-{accounts}", [module], module)
        return portald

    def forget_used_steps(self, accounts):
        """So that the same few people can use the same code once more."""
        store = sqlite3.connect(self.portalds[accounts].folder / "portal.db", timeout=10)
        with store:
            store.execute("update factors set last_step = 0")
        store.close()

    # PAM and the peers.

    @staticmethod
    def stack(service, authentication, others):
        """All four kinds, and nothing in the stack "other", which libpam reads and loads as well:
        on a usual host it costs ten times what is to be measured here."""
        (host.PAM / "other").write_text("", encoding="ascii")
        lines = [f"auth required {module}\n" for module in authentication]
        lines += [f"{kind} required {others}\n" for kind in ("account", "password", "session")]
        (host.PAM / service).write_text("".join(lines), encoding="ascii")

    def start_peers(self, few, many):
        """PAM services "pam_ldap", and "pam_oath-N" for so many users in pam_oath's file."""
        for module in PEERS.glob("**/security/*.so"):
            (host.modules_folder() / module.name).write_bytes(module.read_bytes())
        self.stack("pam_ldap", ["pam_ldap.so"], "pam_ldap.so")
        for users in (few, many):
            file = self.renew_oath_users(users)
            self.stack(f"pam_oath-{users}",
                       ["pam_ldap.so", f"pam_oath.so usersfile={file} window=10 digits=6"],
                       "pam_ldap.so")
        self.restart_nslcd("BASE")

    def renew_oath_users(self, count):
        """pam_oath's file without a used code; on the disk that everything else is on."""
        file = self.folder / f"users-{count}.oath"
        file.write_text("".join(crowd.line_for_oath(Someone(i)) for i in range(count)),
                        encoding="ascii")
        file.chmod(0o600)
        return file

    def restart_nslcd(self, search):
        """`search`: nslcd's pam_authc_search; BASE is what it does if it is told nothing."""
        self.stop_nslcd()
        facts = self.slapd.facts()
        configuration = Path("/etc/nslcd.conf")
        configuration.write_text(NSLCD.format(
            uri=facts["uri"], dn=facts["bind_dn"], search=search,
            password=Path(facts["password_file"]).read_text(encoding="ascii")), encoding="ascii")
        configuration.chmod(0o600)
        Path("/run/nslcd").mkdir(exist_ok=True)
        socket = Path("/run/nslcd/socket")
        socket.unlink(missing_ok=True)
        with open(self.folder / "nslcd.log", "ab") as log:
            self.nslcd = subprocess.Popen([PEERS / "usr/sbin/nslcd", "-n"], stderr=log,
                                          stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
        for _ in range(100):
            if socket.exists():
                return
            try:
                self.nslcd.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
            break
        raise AssertionError("nslcd does not listen")

    def stop_nslcd(self):
        if self.nslcd:
            self.nslcd.terminate()
            self.nslcd.wait()
            self.nslcd = None

    def stop(self):
        self.stop_nslcd()
        for portald in self.portalds.values():
            portald.stop()
        if self.slapd:
            self.slapd.stop()
