"""The master key is changed while two nodes run and people register, log in, and a node dies."""

import json
import shutil
import signal
import subprocess
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from demo_parts import people
from demo_parts.journey import Journey, expect_path
from demo_parts.portald import PortaldError, PrivatePortald
from integration.household import BUILD, Household
from support.postgresql import Server

BAD_CONFIGURATION = 78
PATIENCE = 30
MANY = 400  # people, so that sealing them anew takes several steps


def status_of(node):
    return json.loads(node.ctl("--json", "key", "status").stdout)


def earlier(node, what):
    return next(need["earlier"] for need in status_of(node)["needs"] if need["what"] == what)


class Rotation(Household):
    """The same on both databases."""

    people_invited = (people.ANNA, people.BEAT)
    append = """
[sms]
pause = "1s"
per_number_and_hour = 1000
per_number_and_day = 1000
per_address_and_hour = 1000
"""

    @classmethod
    def node(cls, name, **settings):
        return PrivatePortald(cls.folder / name, BUILD, cls.slapd.facts(), append=cls.append,
                              **settings)

    @classmethod
    def invite_many(cls):
        """Made-up persons beside those who register."""
        file = cls.folder / "crowd.csv"
        with open(file, "w", encoding="utf-8") as rows:
            rows.write("ahv_number,birth_date,given_name,family_name,portal,audience,language\n")
            for number in range(MANY):
                ahv_number = people.with_check_digit(f"756{number + 1000:09}")
                rows.write(f"{ahv_number},1970-01-01,Vera,Muster,flex,insured,fr\n")
        cls.portald.ctl("--quiet", "persons", "import", str(file))

    def wait_until_sealed(self, node):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if status_of(node)["resealing"] is None:
                return
            time.sleep(0.2)
        raise AssertionError(f"not sealed within {PATIENCE} s: {status_of(node)}\n"
                             f"{node.last_lines()}")

    @staticmethod
    def log_in_by_app(journey):
        expect_path(journey.type_password(), "/login/code")
        expect_path(journey.type_code(journey.next_code()), "/account")
        journey.log_out()

    def add_key(self, node):
        added = node.ctl("--quiet", "key", "rotate", str(node.key_file)).stdout.strip()
        self.assertRegex(added, "^[0-9a-f]{16}$")
        return added


class OneNode(Rotation):
    def test_everything_goes_on(self):
        """T7, R5, R3: misuse first, then a change of keys with a crash in it."""
        node = self.portald
        self.invite_many()
        anna = Journey(node, people.ANNA)
        anna.register_by_app()
        first = status_of(node)["keys"][0]
        self.assertEqual(first["state"], "active")
        before = node.key_file.read_bytes()

        # Not a key file, none, and one that others may read: nothing is made or changed.
        other = self.folder / "other"
        other.write_text("x\n", encoding="ascii")
        other.chmod(0o600)
        for file in (other, self.folder / "none"):
            self.assertEqual(node.ctl("key", "rotate", str(file), check=False).returncode, 1)
        self.assertEqual(other.read_text(encoding="ascii"), "x\n")
        self.assertFalse((self.folder / "none").exists())
        node.key_file.chmod(0o640)
        self.assertEqual(node.ctl("key", "rotate", str(node.key_file), check=False).returncode, 1)
        node.key_file.chmod(0o600)
        self.assertEqual(node.key_file.read_bytes(), before)

        old_key = self.folder / "old.key"
        shutil.copy2(node.key_file, old_key)
        second = self.add_key(node)
        self.assertTrue(node.key_file.read_bytes().endswith(before))
        self.assertEqual(node.key_file.stat().st_mode & 0o777, 0o600)
        node.process.send_signal(signal.SIGHUP)
        end = time.monotonic() + PATIENCE
        while status_of(node)["keys"][0]["fingerprint"] != second:
            self.assertLess(time.monotonic(), end, node.last_lines())
            time.sleep(0.1)
        self.assertEqual([key["state"] for key in status_of(node)["keys"]], ["waiting", "active"])

        # It dies while it seals: just before a commit.
        node.stop()
        node.start(environment={"PORTAL_CRASH_AT": "keys.reseal.uncommitted:7"})
        node.ctl("key", "activate")
        node.process.wait(PATIENCE)
        node.kill()

        # Without the new key it does not start, and the store stays as it is.
        both = node.key_file.read_bytes()
        store = node.folder / "portal.db"
        sealed = subprocess.check_output(
            ["sqlite3", store, "select count(*) from people group by substr(personal, 1, 9)"])
        self.assertEqual(len(sealed.split()), 2, sealed)
        dump = subprocess.check_output(["sqlite3", store, ".dump"])
        node.key_file.write_bytes(old_key.read_bytes())
        with self.assertRaisesRegex(PortaldError, f"code {BAD_CONFIGURATION}"):
            node.start()
        self.assertEqual(subprocess.check_output(["sqlite3", store, ".dump"]), dump)
        node.key_file.write_bytes(both)

        # Half is sealed with the one, half with the other.
        node.start()
        beat = Journey(node, people.BEAT)
        beat.register_by_sms()
        self.log_in_by_app(anna)
        self.wait_until_sealed(node)
        for what in ("people", "accounts", "factors", "registrations", "messages"):
            self.assertEqual(earlier(node, what), 0, what)
        status = status_of(node)
        self.assertEqual([(key["fingerprint"], key["state"]) for key in status["keys"]],
                         [(second, "active"), (first["fingerprint"], "earlier")])
        self.assertGreater(earlier(node, "audit records"), 0)
        self.log_in_by_app(anna)
        time.sleep(1.1)
        beat.log_in()
        node.ctl("audit", "verify")
        events = json.loads(node.ctl("--json", "audit", "list", "--limit", "1000").stdout)
        whats = [event["what"] for event in events["records"]]
        self.assertEqual((whats.count("key.activated"), whats.count("key.resealed")), (1, 1))
        # For people, on a terminal.
        shown = node.ctl("key", "status").stdout
        self.assertIn(second, shown)
        self.assertIn("recovery codes", shown)


class TwoNodes(Rotation):
    @classmethod
    def started_portald(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.remove)
        cls.server.start()
        first = cls.node("portald", store=cls.server.create("portal"))
        first.prepare()
        cls.second = cls.node("second", port=8444, beside=first)
        # A host of its own has a key file of its own.
        cls.second.key_file = cls.folder / "second.key"
        shutil.copy2(first.key_file, cls.second.key_file)
        for node in (first, cls.second):
            node.start()
            cls.addClassCleanup(node.kill)
        return first

    def test_both_hold_the_key_before_it_counts(self):
        """T7, R5, S1: no node is left behind; people do not notice."""
        first, second = self.portald, self.second
        self.invite_many()
        anna = Journey(first, people.ANNA)
        anna.register_by_sms()
        beat = Journey(second, people.BEAT)
        beat.register_by_sms()
        new = self.add_key(first)
        refused = first.ctl("key", "activate", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("second", refused.stderr)
        self.assertIn("does not hold the key", refused.stderr)
        self.assertEqual(status_of(second)["keys"][0]["state"], "active")

        shutil.copy2(first.key_file, second.key_file)
        second.process.send_signal(signal.SIGHUP)
        end = time.monotonic() + PATIENCE
        while first.ctl("key", "activate", check=False).returncode != 0:
            self.assertLess(time.monotonic(), end, second.last_lines())
            time.sleep(0.2)

        # Logins at both, over and over, until all is sealed.
        ended = threading.Event()

        def log_in_and_out(journey):
            times = 0
            while not ended.is_set() or times == 0:
                time.sleep(1.1)
                journey.log_in()
                journey.log_out()
                times += 1
            return times

        with ThreadPoolExecutor(2) as pool:
            logins = [pool.submit(log_in_and_out, journey) for journey in (anna, beat)]
            try:
                self.wait_until_sealed(second)
            finally:
                ended.set()
            for login in logins:
                self.assertGreater(login.result(), 0)
        for node in (first, second):
            self.assertEqual(status_of(node)["keys"][0],
                             status_of(first)["keys"][0] | {"fingerprint": new, "state": "active"})
            self.assertEqual(earlier(node, "people"), 0)
            self.assertEqual([holder["lacks"] for holder in status_of(node)["holders"]],
                             [None, None])
            node.ctl("audit", "verify")


if __name__ == "__main__":
    unittest.main()
