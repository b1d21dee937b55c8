"""The demo: a private directory and daemon, and a person or a script who uses them."""

import argparse
import contextlib
import fcntl
import shutil
import signal
import socket
import sys
import time
from pathlib import Path

from . import gateways, network, people, script
from .portald import PortaldError, PrivatePortald
from .slapd import PrivateSlapd, SlapdError
from .terminal import wrapper_library

ROOT = Path(__file__).resolve().parent.parent.parent


class Ended(Exception):
    """Somebody asked us to end."""


def port_number(text):
    """argparse tells whoever typed something else."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"wants a port from 1 to 65535, found {text}")
    return int(text)


def on_signal(*_):
    raise Ended


def say(text=""):
    print(text, flush=True)


def show_letter(person, portald):
    say(f"  portal            {portald.url(person.portal)}")
    say(f"  AHV number        {person.ahv_number}")
    say(f"  date of birth     {person.birth_date}")
    say(f"  activation code   {person.activation_code}")


def show_message(letter):
    kind = "SMS" if letter.is_sms else "mail"
    say(f"\n--- {kind} to {letter.to} " + "-" * max(4, 50 - len(letter.to)))
    if letter.subject:
        say(f"Subject: {letter.subject}\n")
    say(letter.text.strip())
    say("-" * 64)


def lock(folder):
    """Held until the process ends: two demos on one folder would take it from one another."""
    file = open(folder / ".portal-demo", "w", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise PortaldError(f"a demo runs on {folder} already; end it, or give this one another "
                           "--folder and --port") from None
    return file


def look_for_port(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise PortaldError(f"port {port} is in use on this machine; take another one, "
                               "e.g. --port 9443") from None


def by_hand(portald, has_data):
    terminal = portald.terminal()
    say("\nThe portal is open. Trust its authority in your browser, or click through the warning:")
    say(f"  {portald.authority.certificate}")
    say("If your browser is on another machine, bring it the port first:")
    say(f"  ssh -L {portald.port}:127.0.0.1:{portald.port} THIS-MACHINE")
    if has_data:
        say("\nThe data of the last time are still here: whoever has registered logs in, and a used")
        say("letter is refused. --fresh begins anew.")
    say("\nA letter has reached Anna Muster, who does not exist:")
    show_letter(people.ANNA, portald)
    say("\nand one Carla Esempio, of the other portal:")
    show_letter(people.CARLA, portald)
    say("\nRegister with any address and any mobile number of Switzerland or Liechtenstein: nothing")
    say("leaves this machine, each mail and SMS is shown here. Then log in through PAM, in another")
    say("terminal, by the address that you registered; half a minute after the last code, because an")
    say("app's code counts once and SMS have a pause. The first prompt is in the service's language,")
    say("French here, and the next in the person's own:")
    say(f"\n  {terminal.printed_line(people.ANNA.email, 'authenticate', 'acct_mgmt')}")
    say("\nand look at it as its administrator:")
    ctl = portald.build / "provisioning/ctl/portalctl"
    say(f"\n  {ctl} --socket {portald.folder}/run/admin.sock accounts list")
    say("\n(or audit list; --help says what else).")
    say(f"\nThe daemon's log is {portald.log}. Ctrl-C ends everything; the data stay.")
    portald.spool.skip_all()
    while portald.process.poll() is None:
        for letter in portald.spool.new():
            show_message(letter)
        time.sleep(0.2)
    say(f"portald has ended by itself:\n{portald.last_lines()}")
    return 1


def run(options):
    folder = Path(options.folder or ROOT / "build" / ("demo-scripted" if options.scripted else "demo"))
    mark = folder / ".portal-demo"
    if folder.exists() and not folder.is_dir():
        raise PortaldError(f"{folder} is not a folder")
    if folder.exists() and any(folder.iterdir()) and not mark.exists():
        raise PortaldError(f"{folder} holds something else than a demo's data")
    wrapper_library()
    look_for_port(options.port)
    if options.gateway:
        network.leave(door=None if options.scripted else options.port)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = lock(folder)
    if options.fresh or options.scripted:
        for part in folder.iterdir():
            if part != mark:
                shutil.rmtree(part) if part.is_dir() else part.unlink()
    has_data = (folder / "portald").exists()
    with contextlib.ExitStack() as house:
        house.enter_context(kept)
        slapd = house.enter_context(PrivateSlapd(folder / "ldap", apart=True))
        sent_by = house.enter_context(gateways.Gateways(folder)) if options.gateway else None
        if sent_by:
            sent_by.leave_password(folder / "portald")
        portald = house.enter_context(
            PrivatePortald(folder / "portald", options.build, slapd.facts(), options.port, apart=True,
                           append=gateways.CONFIGURATION if sent_by else ""))
        portald.spool = sent_by or portald.spool
        persons = folder / "persons.csv"
        people.write_csv(persons)
        portald.ctl("--quiet", "persons", "import", str(persons))
        code = (script.run(portald, slapd, say, sent_by) if options.scripted
                else by_hand(portald, has_data))
        portald.stop()
    return code


def main():
    parser = argparse.ArgumentParser(prog="config/demo")
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--scripted", action="store_true")
    parser.add_argument("--gateway", action="store_true")
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--port", type=port_number, default=8443)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGHUP, on_signal)
    try:
        return run(options)
    except (KeyboardInterrupt, Ended):
        say("\nEnding.")
        return 0 if not options.scripted else 130
    except (SlapdError, PortaldError, OSError, AssertionError) as error:
        print(f"config/demo: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
