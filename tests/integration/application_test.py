"""The fund's application behind real nginx, with the shipped configuration."""

import json
import os
import socket
import subprocess
import time
import unittest
from pathlib import Path

from demo_parts import people
from demo_parts.journey import Journey, expect_path
from demo_parts.portald import PrivatePortald
from demo_parts.slapd import die_with_parent, replace_line
from integration.household import BUILD, Household
from integration.sample_application import SampleApplication

SHIPPED = Path(os.environ["PORTAL_SOURCE"]) / "config/nginx/portal.conf"
APPLICATION = 18080
WANTED = "/pension/statements/2026?month=03&sort=a,b"

FRAME = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/portal.conf;
}}
"""


class PortaldBehindProxy(PrivatePortald):
    """Its pages are on a Unix socket, and its portal flex has an application."""

    def prepare(self):
        super().prepare()
        text = self.configuration.read_text(encoding="utf-8")
        for old, new in (('listen = "https"', 'listen = "unix-socket"\n'
                          f'socket = "{self.folder}/run/web.sock"'),
                         ('host = "flex.localhost"', 'host = "flex.localhost"\n'
                          'application = "/pension/"\nreturn_paths = ["/pension/"]')):
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        self.configuration.write_text(text, encoding="utf-8")


class Nginx:
    def __init__(self, folder, portald):
        self.folder, self.process = folder, None
        folder.mkdir()
        text = SHIPPED.read_text(encoding="utf-8")
        certificate, key = portald.authority.issue("server", ["flex.localhost", "1e.localhost"])
        for start, line in (
                ("    server unix:", f"    server unix:{portald.folder}/run/web.sock;"),
                ("    server 127.", f"    server 127.0.0.1:{APPLICATION};"),
                ("    listen 443", "    listen 127.0.0.1:443 ssl http2;"),
                ("    server_name ", "    server_name flex.localhost;"),
                ("    ssl_certificate ", f"    ssl_certificate {certificate};"),
                ("    ssl_certificate_key ", f"    ssl_certificate_key {key};")):
            text = replace_line(text, start, line)
        (folder / "portal.conf").write_text(text, encoding="utf-8")
        (folder / "nginx.conf").write_text(FRAME.format(folder=folder), encoding="utf-8")

    def start(self):
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                ["nginx", "-p", self.folder, "-c", self.folder / "nginx.conf"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent)
        end = time.monotonic() + 10
        while time.monotonic() < end and self.process.poll() is None:
            with socket.socket() as attempt:
                if attempt.connect_ex(("127.0.0.1", 443)) == 0:
                    return self
            time.sleep(0.05)
        raise AssertionError((self.folder / "log").read_text(errors="replace"))

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


class BehindNginx(Household):
    stays = None

    @classmethod
    def started_portald(cls):
        return PortaldBehindProxy(cls.folder / "portald", BUILD, cls.slapd.facts(), port=443).start()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.application = SampleApplication(APPLICATION)
        cls.addClassCleanup(cls.application.stop)
        cls.nginx = Nginx(cls.folder / "nginx", cls.portald).start()
        cls.addClassCleanup(cls.nginx.stop)
        cls.beat = Journey(cls.portald, people.BEAT)
        cls.beat.register_by_app()

    def logged_in(self, to="/pension/"):
        """A browser of Beat's that asked for `to` and has logged in; gives the page it ends at."""
        beat = Journey(self.portald, people.BEAT)
        beat.app, beat.used_code = self.beat.app, self.beat.used_code
        page = beat.browser.go(to)
        expect_path(page, "/login")
        beat.browser.fill(user_name=people.BEAT.email, password=people.BEAT.password)
        page = beat.type_code(beat.next_code())
        type(self).beat.used_code = beat.used_code
        return beat, page

    def inside(self):
        """A browser that stays logged in from test to test: each code of the app counts once."""
        if self.stays is None:
            type(self).stays, _ = self.logged_in()
        return self.stays.browser

    def test_a_visitor_is_led_to_the_login_and_back(self):
        """W1, W2, W5: then the application knows who came; after log out, nobody."""
        asked = self.application.asked
        stranger = Journey(self.portald, people.BEAT).browser
        answer = stranger.request("GET", WANTED)
        self.assertEqual(answer.status, 303)
        self.assertEqual(answer.headers["location"],
                         "/login?to=%2Fpension%2Fstatements%2F2026%3Fmonth%3D03%26sort%3Da%2Cb")
        self.assertEqual(stranger.request("POST", WANTED, "a=b").status, 303)
        self.assertEqual(self.application.asked, asked)

        beat, page = self.logged_in(WANTED)
        self.assertEqual(page.status, 200)
        seen = json.loads(page.body)
        self.assertEqual(seen["path"], WANTED)
        listed = json.loads(self.portald.ctl("--json", "accounts", "show",
                                             people.BEAT.email).stdout)
        headers = seen["headers"]
        self.assertEqual(headers["x-portal-account"], [listed["id"]])
        self.assertRegex(headers["x-portal-person"][0], "^[a-z2-7]{26}$")
        self.assertEqual(headers["x-portal-factor"], ["totp"])
        self.assertRegex(headers["x-portal-login-time"][0], r"^20\d\d-.*\.\d{3}Z$")
        # The key to the account stays with the portal.
        self.assertIn("__Host-session", beat.browser.cookies)
        self.assertNotIn("__Host-session", seen["cookies"])

        stolen = dict(beat.browser.cookies)
        beat.browser.go("/account")
        beat.log_out()
        thief = Journey(self.portald, people.BEAT).browser
        thief.cookies = stolen
        asked = self.application.asked
        expect_path(thief.go("/pension/"), "/login")
        self.assertEqual(self.application.asked, asked)

    def test_headers_of_that_name_from_outside_never_come_through(self):
        """W5: with and without a session, and in every spelling."""
        forged = {"X-Portal-Account": "forged", "X-Portal-Person": "forged", "X_Portal_Account": "forged",
                  "x-portal-FACTOR": "forged", "X-Portal-Login-Time": "forged",
                  "X-Original-URI": "/pension/forged"}
        stranger = Journey(self.portald, people.BEAT).browser
        answer = stranger.request("GET", "/pension/", headers=forged)
        self.assertEqual((answer.status, answer.headers["location"]),
                         (303, "/login?to=%2Fpension%2F"))
        browser = self.inside()
        browser.cookies["other"] = "kept"
        seen = json.loads(browser.request("GET", "/pension/", headers=forged).body)
        self.assertNotIn("forged", json.dumps(seen))
        self.assertIn("other=kept", seen["cookies"])
        self.assertNotIn("__Host-session", seen["cookies"])
        # A second session cookie beside the right one: it is not known which one holds.
        doubled = stranger.request("GET", "/pension/", headers={
            "Cookie": f"__Host-session={'A' * 43}; __Host-session="
                      f"{browser.cookies['__Host-session']}"})
        self.assertEqual(doubled.status, 303)

    def test_the_question_is_not_for_browsers(self):
        """W5: nor is the way round it."""
        browser = Journey(self.portald, people.BEAT).browser
        for path in ("/session/check", "/portal-check"):
            self.assertEqual(browser.request("GET", path).status, 404)
        asked = self.application.asked
        for path in ("/pension/../pension/", "//pension/", "/pension/%2e%2e/account",
                     "/login?to=//evil.example/"):
            answer = browser.request("GET", path)
            self.assertNotIn("evil", answer.headers.get("location", ""))
        self.assertEqual(self.application.asked, asked)

    def test_a_portal_that_is_down_lets_nobody_in(self):
        """L5: nothing reaches the application that nobody has vouched for."""
        browser = self.inside()
        self.portald.stop()
        try:
            asked = self.application.asked
            self.assertEqual(browser.request("GET", "/pension/").status, 500)
            self.assertEqual(self.application.asked, asked)
        finally:
            self.portald.start()
        self.assertEqual(browser.request("GET", "/pension/").status, 200)


if __name__ == "__main__":
    unittest.main()
