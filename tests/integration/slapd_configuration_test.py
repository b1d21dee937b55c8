"""The shipped slapd configuration, seen by OpenLDAP's own tools; and the helper that starts it."""

import base64
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "config"))

from demo_parts import slapd as slapd_module  # noqa: E402
from demo_parts.slapd import PEOPLE, SERVICE_DN, STAGING, SUFFIX, PrivateSlapd  # noqa: E402

HELPER = ROOT / "config" / "demo_parts" / "slapd.py"
PERSON = f"uid=anna,{PEOPLE}"
STAGED = f"uid=beat,{STAGING}"
PASSWORD = "Lac-Leman-1963"
INSUFFICIENT_ACCESS, NO_SUCH_OBJECT, INVALID_CREDENTIALS = 50, 32, 49


def entry(dn, uid):
    return (f"dn: {dn}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {uid}\n"
            f"sn: {uid}\nmail: {uid}@example.ch\nuserPassword: {PASSWORD}\n\n")


class Client:
    """ldapsearch and its kin, in somebody's name."""

    def __init__(self, uri, *who):
        self.uri, self.who = uri, who

    def run(self, tool, *arguments, ldif=None):
        return subprocess.run([tool, "-H", self.uri, *self.who, *arguments], input=ldif,
                              capture_output=True, text=True, check=False)

    def search(self, base, *arguments):
        return self.run("ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-b", base, *arguments)

    def modify(self, ldif):
        return self.run("ldapmodify", ldif=ldif).returncode


class ShippedConfiguration(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="portal-test-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.slapd = PrivateSlapd(Path(cls.folder.name) / "slapd").start()
        cls.addClassCleanup(cls.slapd.stop)
        uri = cls.slapd.uri
        cls.admin = Client(uri, "-Y", "EXTERNAL", "-Q")
        cls.service = Client(uri, "-x", "-D", SERVICE_DN, "-y", str(cls.slapd.password_file))
        cls.person = Client(uri, "-x", "-D", PERSON, "-w", PASSWORD + "-2")
        cls.nobody = Client(uri, "-x")
        assert cls.admin.modify(entry(PERSON, "anna") + entry(STAGED, "beat")) == 0
        # A second password each, so that there is a history.
        for dn in (PERSON, STAGED):
            changed = cls.service.run("ldappasswd", "-s", PASSWORD + "-2", dn)
            assert changed.returncode == 0, changed.stderr

    def test_slapd_finds_no_fault_and_it_converts_to_cn_config(self):
        # P6
        target = Path(self.folder.name) / "slapd.d"
        target.mkdir()
        done = subprocess.run([slapd_module.SLAPD, "-Tt", "-f",
                               str(self.slapd.folder / "slapd.conf"), "-F", str(target)],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        text = "".join(file.read_text() for file in target.rglob("*.ldif"))
        for fact in ("{ARGON2}", "olcPPolicyUseLockout: TRUE", "olcSpSessionlog: 10000"):
            self.assertIn(fact, text)

    def test_passwords_are_stored_as_argon2id(self):
        # P6
        for dn in (PERSON, STAGED, SERVICE_DN):
            said = self.admin.search(dn, "-s", "base", "userPassword").stdout
            stored = base64.b64decode(re.search(r"userPassword:: (\S+)", said).group(1)).decode()
            self.assertRegex(stored, r"^\{ARGON2\}\$argon2id\$v=19\$m=19456,t=2,p=1\$")

    def test_the_hash_module_refuses_weaker_parameters(self):
        # P6
        for weak in ("m=19455", "t=1", "m=", "m=-1", "m=1e9", "p=1", "x", "m=99999999999999999999"):
            done = subprocess.run(
                [slapd_module.SLAPD, "-Tp", "-o", f"module-path={self.slapd.modules}", "-o",
                 f"module-load=portal_argon2id.so {weak}", "-h", "{ARGON2}", "-s", "x"],
                capture_output=True, text=True, check=False)
            self.assertNotEqual(done.returncode, 0, weak)

    def test_nobody_and_no_person_sees_anybody(self):
        # L4
        for who in (self.nobody, self.person):
            for base in (SUFFIX, PEOPLE, STAGING, PERSON, STAGED, SERVICE_DN):
                said = who.search(base, "(objectClass=*)")
                self.assertEqual((said.stdout, said.returncode), ("", NO_SUCH_OBJECT))

    def test_a_person_binds_and_a_staged_one_does_not(self):
        # L4
        self.assertEqual(self.person.run("ldapwhoami").stdout.strip(), f"dn:{PERSON}")
        staged = Client(self.slapd.uri, "-x", "-D", STAGED, "-w", PASSWORD + "-2")
        self.assertEqual(staged.run("ldapwhoami").returncode, INVALID_CREDENTIALS)

    def test_the_service_account_sees_people_and_staging_without_passwords(self):
        # L4
        for base, uid in ((PEOPLE, "anna"), (STAGING, "beat")):
            said = self.service.search(base, f"(uid={uid})", "*", "+").stdout
            self.assertIn(f"mail: {uid}@example.ch", said)
            self.assertIn("entryUUID: ", said)
            for secret in ("userPassword", "pwdHistory"):
                self.assertIn(secret, self.admin.search(base, f"(uid={uid})", "*", "+").stdout)
                self.assertNotIn(secret, said)
                self.assertEqual(self.service.search(base, f"({secret}=*)", "1.1").stdout, "")

    def test_the_service_account_can_do_no_more_than_it_needs(self):
        # L4
        forbidden = {
            "add among the people": entry(f"uid=new,{PEOPLE}", "new"),
            "change a person": f"dn: {PERSON}\nchangetype: modify\nreplace: mail\nmail: x@y.ch\n\n",
            "remove a person": f"dn: {PERSON}\nchangetype: delete\n\n",
            "move a person away": f"dn: {PERSON}\nchangetype: modrdn\nnewrdn: uid=anna\n"
                                  f"deleteoldrdn: 0\nnewsuperior: {STAGING}\n\n",
            "change its own password": f"dn: {SERVICE_DN}\nchangetype: modify\n"
                                       "replace: userPassword\nuserPassword: x\n\n",
            "add a service": entry(f"uid=s,ou=services,{SUFFIX}", "s"),
            "loosen the policy": f"dn: cn=people,ou=policies,{SUFFIX}\nchangetype: modify\n"
                                 "replace: pwdMaxFailure\npwdMaxFailure: 0\n\n",
            "remove staging": f"dn: {STAGING}\nchangetype: delete\n\n",
        }
        for what, ldif in forbidden.items():
            self.assertIn(self.service.modify(ldif), (INSUFFICIENT_ACCESS, NO_SUCH_OBJECT), what)

    def test_the_service_account_cannot_be_locked_out(self):
        # L4
        wrong = Client(self.slapd.uri, "-x", "-D", SERVICE_DN, "-w", "wrong")
        for _ in range(25):
            self.assertEqual(wrong.run("ldapwhoami").returncode, INVALID_CREDENTIALS)
        self.assertEqual(self.service.run("ldapwhoami").returncode, 0)

    def test_the_service_account_reads_more_than_500_people(self):
        # L4
        many = "".join(f"dn: uid=m{n},{PEOPLE}\nchangetype: add\nobjectClass: inetOrgPerson\n"
                       f"uid: m{n}\ncn: m\nsn: m\n\n" for n in range(600))
        self.assertEqual(self.admin.modify(many), 0)
        said = self.service.search(PEOPLE, "(uid=m*)", "1.1")
        self.assertEqual((said.returncode, said.stdout.count("dn: uid=m")), (0, 600))

    def test_changes_can_be_followed(self):
        # N2: syncrepl's refresh (RFC 4533) ends with a cookie
        said = self.service.run("ldapsearch", "-b", PEOPLE, "-E", "!sync=ro", "(uid=anna)", "1.1")
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertIn("1.3.6.1.4.1.4203.1.9.1.3", said.stdout)


class Helper(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="portal-test-")
        self.addCleanup(self.temporary.cleanup)
        self.folder = Path(self.temporary.name) / "slapd"

    def start(self, *prefix):
        process = subprocess.Popen([*prefix, "/usr/bin/python3", str(HELPER), "--folder",
                                    str(self.folder)], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stdin.close)
        line = process.stdout.readline()
        return process, int(re.search(r'"pid": (\d+)', line).group(1))

    def assert_gone(self, pid):
        end = time.monotonic() + 10
        while time.monotonic() < end:
            try:
                state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
            except OSError:
                return
            if state == "Z":
                return
            time.sleep(0.05)
        self.fail(f"slapd {pid} still runs")

    def test_a_second_start_finds_the_data_and_the_password_of_the_first(self):
        # R13
        with PrivateSlapd(self.folder) as slapd:
            password = slapd.password_file.read_text()
            admin = Client(slapd.uri, "-Y", "EXTERNAL", "-Q")
            self.assertEqual(admin.modify(entry(PERSON, "anna")), 0)
        with PrivateSlapd(self.folder) as slapd:
            self.assertEqual(slapd.password_file.read_text(), password)
            person = Client(slapd.uri, "-x", "-D", PERSON, "-w", PASSWORD)
            self.assertEqual(person.run("ldapwhoami").returncode, 0)

    def test_what_is_secret_is_private(self):
        # L4
        with PrivateSlapd(self.folder) as slapd:
            self.assertEqual(self.folder.stat().st_mode & 0o077, 0)
            self.assertEqual(slapd.password_file.stat().st_mode & 0o077, 0)

    def test_slapd_ends_with_the_standard_input(self):
        # L4
        process, pid = self.start()
        process.stdin.close()
        self.assertEqual(process.wait(15), 0)
        self.assert_gone(pid)

    def test_slapd_ends_with_a_signal(self):
        # L4
        process, pid = self.start()
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(15), 0)
        self.assert_gone(pid)

    def test_slapd_ends_when_its_helper_is_killed(self):
        # L4
        process, pid = self.start()
        process.kill()
        process.wait(15)
        self.assert_gone(pid)

    def test_a_user_who_is_not_root_can_start_one(self):
        # L4
        if os.geteuid() != 0:
            self.skipTest("is not root already")
        os.chmod(self.temporary.name, 0o755)
        self.folder.mkdir()
        os.chown(self.folder, 65534, 65534)
        module = Path(self.temporary.name) / slapd_module.HASH_MODULE
        module.write_bytes((slapd_module.hash_module_folder() / module.name).read_bytes())
        os.chmod(module, 0o755)
        source = Path(self.temporary.name) / "config"
        subprocess.run(["cp", "-r", str(ROOT / "config"), str(source)], check=True)
        (Path(self.temporary.name) / "slapd.so").mkdir()
        build = Path(self.temporary.name) / "build"
        (build / "slapd").mkdir(parents=True)
        module.rename(build / "slapd" / module.name)
        process = subprocess.Popen(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env",
             f"PORTAL_BUILD={build}", "/usr/bin/python3", str(source / "demo_parts" / "slapd.py"),
             "--folder", str(self.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = process.stdout.readline()
        try:
            self.assertIn('"pid": ', line)
        finally:
            process.stdin.close()
            process.stdout.close()
            process.wait(15)

    def test_a_path_too_long_for_a_socket_is_named(self):
        # L4
        with self.assertRaisesRegex(slapd_module.SlapdError, "too long"):
            PrivateSlapd(self.folder / ("x" * 100)).start()


if __name__ == "__main__":
    unittest.main()
