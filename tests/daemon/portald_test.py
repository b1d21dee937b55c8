"""The daemon as a process: its start, its refusals, its signals, its end."""

import http.client
import os
import signal
import socket
import ssl
import subprocess
import threading
import time
import unittest
from pathlib import Path

from demo_parts import people
from demo_parts.journey import Journey
from integration.household import BUILD, Household

PORTALD = BUILD / "provisioning/daemon/portald"
WRONG_COMMAND, TRY_LATER, WRONG_CONFIGURATION = 64, 75, 78


def run(*arguments, **options):
    return subprocess.run([PORTALD, *map(str, arguments)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, check=False, **options)


class Notices:
    """What the daemon tells its service manager."""

    def __init__(self, folder):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.path = Path(folder) / "notices.sock"
        self.path.unlink(missing_ok=True)
        self.socket.bind(str(self.path))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def wait_for(self, wanted, patience=20):
        """Returns when a notice has this line; fails after some time."""
        end = time.monotonic() + patience
        while (left := end - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                if wanted in self.socket.recv(4096).decode().split("\n"):
                    return
            except TimeoutError:
                break
        raise AssertionError(f"no {wanted} within {patience} s")


class Portald(Household):
    people_invited = (people.ANNA, people.BEAT)

    def setUp(self):
        if self.portald.process is None:
            self.portald.start()

    def start_beside(self, *arguments, **environment):
        """A daemon of its own, on the same configuration as the household's, which is stopped."""
        self.portald.stop()
        process = subprocess.Popen(
            [PORTALD, "--config", self.portald.configuration, *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, **environment})
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        process.kill()
        process.communicate()

    def changed(self, name, before, after):
        """A copy of the configuration with one text replaced."""
        text = self.portald.configuration.read_text(encoding="utf-8")
        self.assertIn(before, text)
        file = self.portald.folder / name
        file.write_text(text.replace(before, after), encoding="utf-8")
        return file

    def connect(self):
        """A TLS connection to the pages, and its certificate's serial number."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        plain = socket.create_connection(("127.0.0.1", self.portald.port), timeout=10)
        return context.wrap_socket(plain, server_hostname=self.portald.host("flex"))

    # --- What it says ---------------------------------------------------------------------------

    def test_check_says_whether_a_configuration_is_good(self):
        done = run("--config", self.portald.configuration, "--check")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("good", done.stdout)

    def test_check_names_each_problem_with_file_line_and_column(self):
        file = self.changed("bad.toml", "[log]", "[log]\nlevle = 1\n[login]\ncode_tries = 9\n[sms]")
        done = run("--config", file, "--check")
        self.assertEqual(done.returncode, WRONG_CONFIGURATION)
        lines = done.stderr.splitlines()
        at = file.read_text(encoding="utf-8").split("\n").index("levle = 1") + 1
        self.assertIn(f'{file}:{at}:1: unknown key "log.levle"; did you mean "level"?', lines)
        self.assertIn(f"{file}:{at + 2}:14: login.code_tries: wants a number (1 to 5), found 9",
                      lines)

    def test_check_reads_the_certificate_and_its_key(self):
        """W5: what would end the start is told before it."""
        for before, after, told in (
                ("server.crt", "none.crt", "none.crt: No such file"),
                ("server.key", "none.key", "none.key: No such file"),
                ("server.crt", "ca.crt", "does not belong to the certificate")):
            file = self.changed("tls.toml", before, after)
            done = run("--config", file, "--check")
            self.assertEqual(done.returncode, WRONG_CONFIGURATION, done.stderr)
            self.assertIn(told, done.stderr)

    def test_check_refuses_a_throttle_that_lets_the_directory_lock_people_out(self):
        """T6"""
        # The directory locks at 20.
        file = self.changed("tries.toml", "[log]", "[login]\ndirectory_max_failures = 21\n\n[log]")
        done = run("--config", file, "--check")
        self.assertEqual(done.returncode, WRONG_CONFIGURATION)
        self.assertIn("login.directory_max_failures is 21, but the directory locks an account at 20",
                      done.stderr)

    def test_check_warns_where_the_directorys_limit_is_not_known(self):
        """T6"""
        file = self.changed("unnamed.toml", "policy_dn =", "#policy_dn =")
        done = run("--config", file, "--check")
        self.assertEqual(done.returncode, 0)
        self.assertIn("warning: the directory's limit on wrong passwords could not be compared", done.stderr)
        file = self.changed("away.toml", "ldapi://", "ldapi://%2Fnowhere")
        done = run("--config", file, "--check")
        self.assertEqual(done.returncode, 0)
        self.assertIn("warning: the directory's limit on wrong passwords could not be compared", done.stderr)

    def test_a_start_warns_of_a_directory_that_locks_people_out(self):
        """T6"""
        file = self.changed("tries.toml", "[log]", "[login]\ndirectory_max_failures = 21\n\n[log]")
        self.expect_logged(self.start_beside("--config", file), "directory_max_failures is 21")

    def test_a_start_warns_of_a_directory_that_stores_passwords_weakly(self):
        """P6"""
        self.portald.stop()
        self.slapd.stop()
        self.slapd.password_hash = "{SSHA}"
        self.slapd.start()
        try:
            self.expect_logged(self.start_beside(), "stores passwords as {SSHA}")
        finally:
            self.slapd.password_hash = None
            self.slapd.stop()
            self.slapd.start()

    def expect_logged(self, process, text):
        """Waits until the daemon has logged this."""
        patience = threading.Timer(60, process.kill)
        patience.start()
        self.addCleanup(patience.cancel)
        for line in process.stderr:
            if text in line:
                return
        self.fail(f"portald ended without logging: {text}")

    def test_a_wrong_command_line_is_refused(self):
        done = run("--confg", "x")
        self.assertEqual(done.returncode, WRONG_COMMAND)
        self.assertIn("unknown option --confg", done.stderr)
        self.assertEqual(run("--version").stdout, "portald 0.1.0\n")
        self.assertIn("Usage:", run("--help").stdout)

    def test_the_printed_defaults_are_the_shipped_file(self):
        shipped = Path(os.environ["PORTAL_SOURCE"]) / "config/portald.toml"
        self.assertEqual(run("--print-defaults").stdout, shipped.read_text(encoding="utf-8"))

    # --- What it refuses to start with ----------------------------------------------------------

    def assert_refused(self, process, code, text):
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, code, errors)
        self.assertIn(text, errors)

    def test_a_key_file_that_others_can_read_is_refused(self):
        """T7"""
        key = self.portald.folder / "master.key"
        self.addCleanup(key.chmod, 0o600)
        key.chmod(0o644)
        self.assert_refused(self.start_beside(), WRONG_CONFIGURATION, "make it private")

    def test_another_key_is_refused_and_changes_nothing(self):
        """T7"""
        self.portald.stop()
        other = self.portald.folder / "other.key"
        self.portald.ctl("key", "generate", str(other))
        self.addCleanup(other.unlink)
        file = self.changed("other.toml", "master.key", "other.key")
        store = self.portald.folder / "portal.db"
        before = store.read_bytes()
        process = subprocess.Popen([PORTALD, "--config", file], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end, process)
        self.assert_refused(process, WRONG_CONFIGURATION, "key")
        self.assertEqual(store.read_bytes(), before)

    def test_an_unsafe_directory_is_refused(self):
        """The staging subtree under usual access rules: a staged entry could log in."""
        usual = self.folder / "usual.conf"
        usual.write_text('access to attrs=userPassword\n'
                         '  by dn.exact="cn=portald,ou=services,dc=example,dc=ch" write\n'
                         '  by anonymous auth\n  by * none\n'
                         'access to *\n'
                         '  by dn.exact="cn=portald,ou=services,dc=example,dc=ch" write\n'
                         '  by * read\n', encoding="utf-8")
        shipped, self.slapd.access = self.slapd.access, usual
        self.portald.stop()
        self.slapd.stop()
        self.slapd.start()
        try:
            self.assert_refused(self.start_beside(), WRONG_CONFIGURATION, "unsafe access rules")
        finally:
            self.slapd.access = shipped
            self.slapd.stop()
            self.slapd.start()

    def test_a_port_in_use_may_be_free_later(self):
        self.portald.stop()
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(("127.0.0.1", self.portald.port))
            taken.listen()
            self.assert_refused(self.start_beside(), TRY_LATER, "Address already in use")

    # --- Signals --------------------------------------------------------------------------------

    def test_it_tells_its_service_manager_what_it_does(self):
        with Notices(self.folder) as notices:
            process = self.start_beside(NOTIFY_SOCKET=str(notices.path), WATCHDOG_USEC="400000")
            notices.wait_for("READY=1")
            notices.wait_for("WATCHDOG=1")
            process.send_signal(signal.SIGHUP)
            notices.wait_for("RELOADING=1")
            notices.wait_for("READY=1")
            process.terminate()
            notices.wait_for("STOPPING=1")
            self.assertEqual(process.wait(20), 0)

    def test_a_hangup_reads_the_certificate_again(self):
        with self.connect() as before:
            old = before.getpeercert(binary_form=True)
        names = [self.portald.host(name) for name in ("flex", "1e")]
        for file in self.certificate_files():
            file.unlink()
        self.portald.authority.issue("server", names)
        self.portald.process.send_signal(signal.SIGHUP)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            with self.connect() as after:
                if after.getpeercert(binary_form=True) != old:
                    return
            time.sleep(0.1)
        self.fail("still the old certificate")

    def test_a_bad_new_certificate_leaves_the_old_one(self):
        certificate = next(path for path in self.certificate_files() if b"CERTIFICATE" in
                           path.read_bytes() and b"PRIVATE" not in path.read_bytes())
        with self.connect() as before:
            old = before.getpeercert(binary_form=True)
        content = certificate.read_bytes()
        certificate.write_bytes(b"nonsense")
        try:
            self.portald.process.send_signal(signal.SIGHUP)
            end = time.monotonic() + 20
            while "the old certificate stays" not in self.portald.last_lines():
                self.assertLess(time.monotonic(), end)
                time.sleep(0.1)
            with self.connect() as after:
                self.assertEqual(after.getpeercert(binary_form=True), old)
        finally:
            certificate.write_bytes(content)

    def certificate_files(self):
        text = self.portald.configuration.read_text(encoding="utf-8")
        return [Path(line.split('"')[1]) for line in text.splitlines()
                if line.startswith(("certificate", "private_key"))]

    def test_an_idle_connection_does_not_hold_up_the_end(self):
        """Nothing of it is in flight."""
        with self.connect(), socket.socket(socket.AF_UNIX) as module:
            module.connect(str(self.portald.folder / "run" / "pam.sock"))
            started = time.monotonic()
            self.assertEqual(self.portald.stop(), 0)
            self.assertLess(time.monotonic() - started, 10)

    def test_the_end_waits_for_the_request_in_flight(self):
        """A refusal that is held back by its schedule still leaves, and then the daemon ends."""
        daemon = self.start_one_that_refuses_slowly()
        journey = Journey(self.portald, people.ANNA)
        journey.browser.go("/login")
        pages = []
        asking = threading.Thread(target=lambda: pages.append(
            journey.browser.fill(user_name="nobody@example.ch", password="Wrong-password-1")))
        asking.start()
        time.sleep(1.5)
        self.assertEqual(pages, [])
        daemon.terminate()
        asking.join(20)
        self.assertEqual(daemon.wait(20), 0)
        self.assertEqual(len(pages), 1, "the request was cut")
        self.assertIn("role=\"alert\"", pages[0].body)

    def start_one_that_refuses_slowly(self):
        """So slowly that a busy machine has asked before the answer leaves."""
        file = self.portald.configuration
        usual = file.read_text(encoding="utf-8")
        file.write_text(usual.replace('[web]\n', '[web]\nrefusal_schedule = "5s"\n'),
                        encoding="utf-8")
        self.addCleanup(file.write_text, usual, encoding="utf-8")
        with Notices(self.portald.folder) as notices:
            daemon = self.start_beside(NOTIFY_SOCKET=str(notices.path))
            notices.wait_for("READY=1")
        return daemon

    def test_a_second_signal_ends_it_at_once(self):
        """What waits for a directory that says nothing holds up the end, but not a second signal."""
        journey = Journey(self.portald, people.ANNA)
        journey.identify()
        process = self.portald.process
        self.slapd.process.send_signal(signal.SIGSTOP)
        try:
            asking = threading.Thread(target=self.ask_in_vain, args=(journey,))
            asking.start()
            time.sleep(0.5)
            process.terminate()
            time.sleep(1)
            self.assertIsNone(process.poll(), "it did not wait for the request in flight")
            process.terminate()
            self.assertEqual(process.wait(1), -signal.SIGTERM)
            asking.join(20)
        finally:
            self.slapd.process.send_signal(signal.SIGCONT)
            self.portald.kill()

    @staticmethod
    def ask_in_vain(journey):
        try:
            journey.choose_credentials()
        except (OSError, AssertionError, http.client.HTTPException):
            pass

    # --- The log --------------------------------------------------------------------------------

    def test_no_level_of_the_log_has_secrets_codes_or_numbers(self):
        """J4: a registration and a login, right and wrong, at level debug."""
        self.portald.stop()
        file = self.changed("debug.toml", 'level = "info"', 'level = "debug"')
        log = self.folder / "debug.log"
        with open(log, "wb") as output, Notices(self.folder) as notices:
            process = subprocess.Popen([PORTALD, "--config", file], stdin=subprocess.DEVNULL,
                                       stdout=output, stderr=output,
                                       env={**os.environ, "NOTIFY_SOCKET": str(notices.path)})
            self.addCleanup(self.end, process)
            notices.wait_for("READY=1")
            secrets = self.live_by_sms(people.BEAT) + self.live_by_app(people.ANNA)
            process.terminate()
            self.assertEqual(process.wait(20), 0)
        text = log.read_text(encoding="utf-8")
        self.assertIn("serving", text)
        for secret in secrets:
            self.assertNotIn(secret, text)

    def live_by_sms(self, person):
        """Registers, also with wrong data; gives all that must not be seen."""
        journey = Journey(self.portald, person)
        journey.open_portal()
        journey.choose_audience()
        journey.type_identity(code="2222-3333-4444")
        journey.identify()
        journey.choose_credentials()
        mail_code = journey.read_mail_code()
        journey.confirm_mail(mail_code)
        journey.choose_sms()
        sms_code = journey.read_sms_code()
        journey.confirm_sms(sms_code)
        digits = "".join(filter(str.isdigit, person.ahv_number))
        return [mail_code, sms_code, person.password, person.activation_code, "2222-3333-4444",
                digits, person.ahv_number, journey.e164, journey.e164.removeprefix("+41")]

    def live_by_app(self, person):
        """Registers and logs in, also wrongly; gives all that must not be seen."""
        journey = Journey(self.portald, person)
        journey.register_by_app()
        journey.type_password("Wrong-password-1")
        journey.type_password()
        journey.type_code("000000")
        journey.type_password()
        code = journey.app.code()
        journey.type_code(code)
        return [code, journey.app.secret, person.password, "Wrong-password-1",
                person.activation_code]

    # --- Sockets --------------------------------------------------------------------------------

    def test_it_takes_the_login_socket_that_systemd_hands_over(self):
        """C2: its owner is then root, whom the modules trust."""
        self.portald.stop()
        path = self.folder / "handed.sock"
        with socket.socket(socket.AF_UNIX) as listening, Notices(self.folder) as notices:
            listening.bind(str(path))
            listening.listen()
            # LISTEN_PID must be the daemon's own: a shell says it and becomes the daemon.
            process = subprocess.Popen(
                ["sh", "-c", 'exec 3<&"$0"; LISTEN_PID=$$ exec "$@"', str(listening.fileno()),
                 PORTALD, "--config", self.portald.configuration],
                pass_fds=(listening.fileno(),), stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env={**os.environ, "NOTIFY_SOCKET": str(notices.path), "LISTEN_FDS": "1",
                     "LISTEN_FDNAMES": "login"})
            self.addCleanup(self.end, process)
            notices.wait_for("READY=1")
            self.assertFalse((self.portald.folder / "run" / "pam.sock").exists())
            with socket.socket(socket.AF_UNIX) as module:
                module.settimeout(10)
                module.connect(str(path))
                listening.close()
                module.sendall(b"\xff" * 64)
                # A frame over the limit: the connection is closed, which shows that it was read.
                try:
                    self.assertEqual(module.recv(1), b"")
                except ConnectionResetError:
                    pass
            process.terminate()
            self.assertEqual(process.wait(20), 0)
            self.assertTrue(path.exists(), "systemd's socket is not ours to remove")

    def test_what_it_makes_is_private(self):
        """R5, C2: the store, the spool and the administration are for the daemon alone."""
        folder = self.portald.folder
        self.assertEqual((folder / "portal.db").stat().st_mode & 0o077, 0)
        self.assertEqual((folder / "spool").stat().st_mode & 0o077, 0)
        self.assertEqual((folder / "run" / "admin.sock").stat().st_mode & 0o007, 0)
        self.assertEqual((folder / "run" / "pam.sock").stat().st_mode & 0o777, 0o666)


if __name__ == "__main__":
    unittest.main()
