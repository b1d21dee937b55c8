"""From "wanted" to "handed over"; `tests/bench/delivery` starts it."""

import contextlib
import http.server
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from demo_parts import network, people
from demo_parts.journey import Journey, expect_path
from demo_parts.portald import PrivatePortald
from demo_parts.slapd import PrivateSlapd
from integration.mail_server import AioServer, SilentServer

BUILD = Path(os.environ["PORTAL_BUILD"])
GATEWAY, RELAY, SILENT, NOBODY = 18080, 2525, 2626, 1

CONFIGURATION = """
[mail]
{relays}
[sms]
per_address_and_hour = 100000
in_all_and_hour = 1000000
in_all_and_day = 10000000
{gateways}
"""
WAY_OF_SMS = """
[[sms.gateway]]
name = "{name}"
preset = "generic-json"
url = "http://127.0.0.1:{port}/send"
secret_file = "gateway.secret"
sender = "Portal"
"""
WAY_OF_MAIL = """
[[mail.relay]]
name = "{name}"
host = "127.0.0.1"
port = {port}
security = "none"
"""


class Gateway:
    """Takes every SMS as the preset "generic-json" wants it, and remembers when."""

    def __init__(self):
        self.arrivals = {}  # number → time.monotonic()
        gateway = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):  # noqa: N802: the library's name
                body = self.rfile.read(int(self.headers["Content-Length"]))
                gateway.arrivals[json.loads(body)["to"]] = time.monotonic()
                answer = b'{"status": "accepted"}'
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", GATEWAY), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def everybody(count):
    """Made-up people with a letter each."""
    for number in range(count):
        yield people.Person("Anna", "Muster", people.with_check_digit(f"756{number:09}"),
                            "23.05.1961", "flex", "fr", f"K7QF-9XTM-{number:04}-A",
                            f"u{number:06}@example.ch", f"079 {number // 10000:03} "
                            f"{number // 100 % 100:02} {number % 100:02}", "Regen?Bogen7unter")


def wait_for(arrivals, key, patience=60):
    end = time.monotonic() + patience
    while key not in arrivals:
        if time.monotonic() > end:
            raise AssertionError(f"nothing came within {patience} s")
        time.sleep(0.0005)
    return arrivals[key]


def walk(portald, person, server, gateway):
    """Up to the SMS code; gives how long the mail and the SMS took, in seconds."""
    journey = Journey(portald, person)
    journey.identify()
    wanted = time.monotonic()
    journey.choose_credentials()
    mailed = wait_for(server.keeper.arrivals, person.email) - wanted
    journey.confirm_mail(server.mails.wait_for(person.email).code(8))
    expect_path(journey.browser.fill(factor="sms"), "/register/phone")
    wanted = time.monotonic()
    journey.browser.submit(journey.browser.page.form_to("/register/phone"), phone=person.phone)
    return mailed, wait_for(gateway.arrivals, journey.e164) - wanted


def configuration(first):
    """`first`: the port of a preferred way that does not work, if there is one."""
    def ways(text, port):
        broken = text.format(name="first", port=first) if first else ""
        return broken + text.format(name="works", port=port)
    return CONFIGURATION.format(relays=ways(WAY_OF_MAIL, RELAY), gateways=ways(WAY_OF_SMS, GATEWAY))


def measure(folder, count, first, server, gateway):
    """The mails' and the SMS' times."""
    everyone = list(everybody(count))
    with PrivateSlapd(folder / "ldap") as slapd:
        portald = PrivatePortald(folder / "portald", BUILD, slapd.facts(),
                                 append=configuration(first))
        portald.folder.mkdir(mode=0o700, exist_ok=True)
        secret = portald.folder / "gateway.secret"
        secret.touch(mode=0o600)
        secret.write_text("not-secret\n", encoding="ascii")
        with portald:
            people.write_csv(folder / "persons.csv", everyone)
            portald.ctl("--quiet", "persons", "import", str(folder / "persons.csv"))
            server.keeper.arrivals.clear()
            gateway.arrivals.clear()
            server.mails.skip_all()
            times = [walk(portald, person, server, gateway) for person in everyone]
            portald.stop()
    return list(zip(*times, strict=True))


def line(name, times):
    ordered = sorted(1000 * each for each in times)
    at = [ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (.95, .99)]
    return (f"| {name} | {statistics.median(ordered):.1f} | {at[0]:.1f} | {at[1]:.1f} |"
            f" {ordered[-1]:.1f} |")


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    network.leave()
    with contextlib.ExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="portal-delivery-")))
        server = AioServer(folder / "mails", RELAY).start()
        ends.callback(server.stop)
        gateway = Gateway()
        ends.callback(gateway.server.shutdown)
        silent = SilentServer(SILENT)
        ends.callback(silent.stop)
        print(f"{count} codes each, milliseconds from the click to the last byte\n\n"
              "| the first one | p50 | p95 | p99 | most |\n|---|---|---|---|---|")
        for number, (name, first) in enumerate(
                (("works", None), ("refuses connections", NOBODY), ("hangs", SILENT))):
            mails, sms = measure(folder / str(number), count, first, server, gateway)
            print(line(f"mail: {name}", mails))
            print(line(f"SMS: {name}", sms), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
