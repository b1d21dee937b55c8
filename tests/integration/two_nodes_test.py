"""Two nodes on one PostgreSQL database: what one has used up, counted or sent is so for both."""

import json
import shutil
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from demo_parts import people
from demo_parts.authority import Authority
from demo_parts.journey import Journey, expect_path
from demo_parts.portald import PortaldError, PrivatePortald
from integration.household import BUILD, Household
from integration.residents import wrong
from support.postgresql import Server

PARALLEL = 100
BAD_CONFIGURATION = 78


class TwoNodes(Household):
    @classmethod
    def started_portald(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.remove)
        cls.server.start()
        first = cls.node("portald", store=cls.server.create("portal"))
        first.prepare()
        second = cls.node("second", port=8444, beside=first)
        # Both find an empty database at the same time.
        with ThreadPoolExecutor(2) as pool:
            for started in [pool.submit(node.start) for node in (first, second)]:
                cls.addClassCleanup(started.result().kill)
        cls.second = second
        return first

    @classmethod
    def node(cls, name, **settings):
        return PrivatePortald(cls.folder / name, BUILD, cls.slapd.facts(), append=cls.append,
                              **settings)

    @property
    def nodes(self):
        return self.portald, self.second

    def granted_to(self, node, person):
        shown = json.loads(node.ctl("--json", "accounts", "show", person.email).stdout)
        events = json.loads(node.ctl("--json", "audit", "list", "--limit", "1000").stdout)["records"]
        return [event for event in events
                if event["what"] == "login.granted" and event["account"] == shown["id"]]

    def test_a_code_is_used_once_by_a_hundred_at_both(self):
        """T4, J3: one success, one event, one unbroken log."""
        beat = Journey(self.portald, people.BEAT)
        beat.register_by_app()
        code = beat.next_code()
        terminals = [node.terminal() for node in self.nodes]
        start = threading.Barrier(PARALLEL)

        def try_at(terminal):
            start.wait()
            return terminal.log_in(people.BEAT.email, [people.BEAT.password, code], patience=60)

        with ThreadPoolExecutor(PARALLEL) as pool:
            outcomes = list(pool.map(try_at, terminals * (PARALLEL // 2)))
        self.assertEqual(sum(outcome.succeeded for outcome in outcomes), 1)
        for node in self.nodes:
            self.assertEqual(len(self.granted_to(node, people.BEAT)), 1)
            node.ctl("audit", "verify")  # it fails on a broken log

    def test_a_letter_makes_one_account_through_both(self):
        """R4: the last step at the same time, each at its node."""
        journeys = [Journey(node, people.ANNA) for node in self.nodes]
        for journey in journeys:
            journey.identify()
            journey.choose_credentials()
            journey.confirm_mail(self.portald.spool.wait_for(people.ANNA.email).code(8))
            journey.choose_app()

        def finish(journey):
            form = journey.browser.page.form_to("/register/app")
            return journey.browser.submit(form, code=journey.app.code()).path

        with ThreadPoolExecutor(2) as pool:
            paths = list(pool.map(finish, journeys))
        self.assertEqual(paths.count("/register/done"), 1, paths)
        for node in self.nodes:
            listed = json.loads(node.ctl("--json", "accounts", "list").stdout)["accounts"]
            self.assertEqual([account["email"] for account in listed].count(people.ANNA.email), 1)

    def test_wrong_codes_count_wherever_they_are_typed(self):
        """T5: three here, two there, and the right one is refused at both until the pause is over."""
        carla = Journey(self.portald, people.CARLA)
        carla.register_by_app()
        carla.next_code()  # from here on the app shows what was not used yet
        terminals = [node.terminal() for node in self.nodes]
        for terminal in (*terminals, *terminals, terminals[0]):
            refused = terminal.log_in(people.CARLA.email,
                                      [people.CARLA.password, wrong(carla.app.code())])
            self.assertFalse(refused.succeeded)
        for terminal in terminals:
            refused = terminal.log_in(people.CARLA.email,
                                      [people.CARLA.password, carla.app.code])
            self.assertFalse(refused.succeeded)
        self.assertEqual(self.granted_to(self.second, people.CARLA), [])
        time.sleep(31)
        outcome = terminals[1].log_in(people.CARLA.email, [people.CARLA.password, carla.app.code])
        self.assertTrue(outcome.succeeded, outcome.screen)

    def test_a_server_that_was_away_is_found_again(self):
        """R13, M2: refused meanwhile, nobody let in, and the registration goes on where it was."""
        doris = Journey(self.second, people.DORIS)
        doris.identify()
        self.server.stop()
        try:
            page = doris.browser.fill(email=people.DORIS.email, password=people.DORIS.password,
                                      password_again=people.DORIS.password)
            self.assertEqual(page.status, 503)
            started = time.monotonic()
            refused = self.portald.terminal().log_in(people.DORIS.email, [people.DORIS.password])
            self.assertFalse(refused.succeeded)
            self.assertLess(time.monotonic() - started, 6)
        finally:
            self.server.start()
        doris.browser.go("/register/credentials")
        doris.choose_credentials()
        doris.confirm_mail(self.portald.spool.wait_for(people.DORIS.email).code(8))
        doris.choose_app()
        doris.confirm_app()
        outcome = self.portald.terminal().log_in(people.DORIS.email,
                                                 [people.DORIS.password, doris.next_code])
        self.assertTrue(outcome.succeeded, outcome.screen)

    def test_a_node_with_another_key_does_not_start(self):
        """T7"""
        stranger = self.node("stranger", port=8445, store=self.portald.store)
        with self.assertRaises(PortaldError) as refused:
            stranger.start()
        self.assertIn(f"code {BAD_CONFIGURATION}", str(refused.exception))
        self.assertIn("another key", str(refused.exception))


class Elsewhere(Household):
    """A server that is reached by its name and proves it; the role has a password."""

    people_invited = (people.ANNA,)
    password = "Tief-im-Brunnen-7"

    @classmethod
    def started_portald(cls):
        authority = Authority(cls.folder / "database")
        certificate, key = authority.issue("server", ["db.example.ch"])
        cls.server = Server(("ssl=on", "listen_addresses=127.0.0.1"),
                            "local all all trust\n"
                            "hostssl portal teller 127.0.0.1/32 scram-sha-256\n")
        cls.addClassCleanup(cls.server.remove)
        for file, name in ((certificate, "server.crt"), (key, "server.key")):
            shutil.copy(file, cls.server.data / name)
            shutil.chown(cls.server.data / name, "postgres", "postgres")
            (cls.server.data / name).chmod(0o600)
        cls.server.start()
        cls.server.sql(f"create role teller login password '{cls.password}'")
        cls.server.sql("create database portal owner teller")
        cls.passfile = cls.folder / "db.pass"
        cls.passfile.write_text(f"*:5432:portal:teller:{cls.password}\n", encoding="ascii")
        cls.passfile.chmod(0o600)
        cls.authority = authority.certificate
        return cls.node("portald").start()

    @classmethod
    def node(cls, name, host="db.example.ch", authority=None, passfile=None, **settings):
        store = (f"postgresql://teller@{host}:5432/portal?hostaddr=127.0.0.1&sslmode=verify-full"
                 f"&sslrootcert={authority or cls.authority}&passfile={passfile or cls.passfile}")
        return PrivatePortald(cls.folder / name, BUILD, cls.slapd.facts(), store=store, **settings)

    def refusal_of(self, node):
        with self.assertRaises(PortaldError) as refused:
            node.start()
        self.assertNotIn(self.password, str(refused.exception))
        return str(refused.exception)

    def test_the_connection_is_encrypted_and_the_server_verified(self):
        """L3: another name or another authority is refused before anything is said."""
        shown = self.server.sql("select distinct ssl from pg_stat_ssl join pg_stat_activity"
                                " using (pid) where usename = 'teller'", "portal")
        self.assertEqual(shown, "t")
        other = Authority(self.folder / "other").certificate
        self.assertIn("does not match host name",
                      self.refusal_of(self.node("a", host="db2.example.ch", port=8446)))
        self.assertIn("certificate verify failed",
                      self.refusal_of(self.node("b", authority=other, port=8447)))

    def test_a_wrong_password_is_told_of_without_it(self):
        """J4"""
        passfile = self.folder / "wrong.pass"
        passfile.write_text("*:*:*:*:Ganz-falsch-3\n", encoding="ascii")
        passfile.chmod(0o600)
        said = self.refusal_of(self.node("c", passfile=passfile, port=8448))
        self.assertIn("password authentication failed", said)
        self.assertNotIn("Ganz-falsch-3", said)

    def test_the_role_needs_no_more_than_its_database(self):
        """R5: what it made is its own; it is nobody elsewhere."""
        rights = self.server.sql("select rolsuper or rolcreatedb or rolcreaterole or rolbypassrls"
                                 " from pg_roles where rolname = 'teller'")
        self.assertEqual(rights, "f")
        tables = self.server.sql("select count(*) from pg_tables where tableowner = 'teller'",
                                 "portal")
        self.assertGreater(int(tables), 15)


if __name__ == "__main__":
    unittest.main()
