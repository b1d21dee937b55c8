"""Measures an import of persons while people log in; `tests/bench/import` starts it."""

import argparse
import contextlib
import os
import random
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from bench.rows import loop
from bench.stage import BUILD, Stage
from demo_parts.people import with_check_digit

PEOPLE = 8_000  # who can log in
BATCH = 25  # logins of one process, of which the first five are not measured
FLOOR_ROWS = 200_000
HEADER = "ahv_number,birth_date,given_name,family_name,portal,audience,language,activation_code\n"
GIVEN = ("Anna", "Beat", "Chloé", "Dario", "Elsbeth", "François", "Gian-Luca", "Hélène")
FAMILY = ("Muster", "Beispielmann", "Exemple", "Esempio", "von Probe", "Müller-Muster")
ALPHABET = "ACDEFGHJKLMNPQRTUVWXY34679"


def write_file(path, rows):
    """Made-up persons, the same at every run."""
    chance = random.Random(1)
    with open(path, "w", encoding="utf-8") as file:
        file.write(HEADER)
        for i in range(rows):
            code = "".join(chance.choices(ALPHABET, k=12))
            file.write(f"{with_check_digit(f'756{100_000_000 + i:09}')},"
                       f"{1940 + i % 60}-{1 + i % 12:02}-{1 + i % 28:02},{GIVEN[i % 8]},"
                       f"{FAMILY[i % 6]},flex,insured,{('fr', 'de', 'it')[i % 3]},{code}\n")


def peak_of(process):
    text = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(re.search(r"^VmHWM:\s+(\d+) kB", text, re.MULTILINE)[1]) / 1024


class Logins:
    """People who log in all the time, at most some hundred in a second."""

    first = 0  # who is next; of all who log in during a run

    def __init__(self, stage, pause=0.1):
        self.stage, self.pause = stage, pause
        self.ns = {"password": [], "code": []}
        self.failed = None
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _run(self):
        while not self.ending.is_set():
            for service, ns in self.ns.items():
                try:
                    ns += loop(f"{service}-{PEOPLE}", self.stage.everybody, Logins.first,
                               BATCH).ns
                except Exception as failed:  # pylint: disable=broad-except
                    self.failed = failed
                    return
                # Whoever has used a code does not come back within a minute.
                Logins.first = (Logins.first + BATCH) % (PEOPLE * 9 // 10 - BATCH)
                self.ending.wait(self.pause)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()
        if self.failed:
            raise self.failed

    def figures(self, service):
        ms = sorted(ns / 1e6 for ns in self.ns[service])
        if len(ms) < 20:
            return "too few"
        at = lambda share: ms[min(int(len(ms) * share), len(ms) - 1)]
        return f"{at(0.5):.1f} / {at(0.99):.1f} / {ms[-1]:.1f} ms of {len(ms):,}"


def run_import(portald, file, rows):
    """Gives the seconds until the rows are in force and until they are settled, and the peak
    of the command's memory in MiB."""
    begun = time.monotonic()
    command = subprocess.Popen(
        [BUILD / "provisioning/ctl/portalctl", "--socket", portald.folder / "run/admin.sock",
         "persons", "import", file], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    store = sqlite3.connect(f"file:{portald.folder}/portal.db?mode=ro", uri=True, timeout=10)
    in_force = None
    while in_force is None and Path(f"/proc/{command.pid}/stat").read_text().split()[2] != "Z":
        time.sleep(0.05)
        state = store.execute("select state from imports order by number desc limit 1").fetchone()
        if state and state[0] in ("committed", "done"):
            in_force = time.monotonic() - begun
    store.close()
    said = command.stdout.read()
    _, status, used = os.wait4(command.pid, 0)
    done = time.monotonic() - begun
    assert status == 0, said
    return (in_force or done), done, used.ru_maxrss / 1024, said


def floor(folder, size):
    """Rows in a second of a plain insert of texts of that size, a thousand in a transaction, as
    durable as the store."""
    file = folder / "floor.db"
    store = sqlite3.connect(file, isolation_level=None)
    store.execute("pragma journal_mode = wal")
    store.execute("pragma synchronous = full")
    store.execute("create table rows (number integer primary key, content text not null)")
    content = "x" * size
    begun = time.monotonic()
    for first in range(0, FLOOR_ROWS, 1000):
        store.execute("begin immediate")
        store.executemany("insert into rows values (?, ?)",
                          ((number, content) for number in range(first, first + 1000)))
        store.execute("commit")
    rate = FLOOR_ROWS / (time.monotonic() - begun)
    store.close()
    file.unlink()
    return rate


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/import")
    parser.add_argument("--rows", metavar="N", type=int, default=1_000_000)
    parser.add_argument("--folder", metavar="DIR", type=Path)
    options = parser.parse_args()

    def say(text):
        print(text, file=sys.stderr, flush=True)

    with contextlib.ExitStack() as ends:
        folder = options.folder or ends.enter_context(
            tempfile.TemporaryDirectory(prefix="portal-bench-"))
        stage = Stage(Path(folder).resolve(), PEOPLE, say)
        ends.callback(stage.stop)
        stage.start_directory()
        portald = stage.start_portald(PEOPLE, 8443)
        file = stage.folder / "persons.csv"
        write_file(file, options.rows)
        say(f"{options.rows:,} rows, {file.stat().st_size / 1e6:.0f} MB")
        rates = [floor(stage.folder, 480)]
        before = peak_of(portald.process.pid)
        with Logins(stage) as quiet:
            time.sleep(8)
        table = []
        for name in ("first import", "the same file again"):
            say(f"{name} …")
            with Logins(stage) as logins:
                in_force, done, used, said = run_import(portald, file, options.rows)
            say(said)
            rates.append(floor(stage.folder, 480))
            table.append(
                f"| {name} | {options.rows / in_force:,.0f} | {options.rows / done:,.0f} | "
                f"{peak_of(portald.process.pid):.0f} | {used:.0f} | {logins.figures('password')} | "
                f"{logins.figures('code')} |")
            say(table[-1])
    print("| | rows/s until in force | until settled | portald MiB | portalctl MiB "
          "| password p50 / p99 / most | password + code |\n|---|---|---|---|---|---|---|")
    print(f"| nobody imports | | | {before:.0f} | | {quiet.figures('password')} | "
          f"{quiet.figures('code')} |")
    print("\n".join(table))
    print(f"| floor: plain insert | {statistics.median(rates):,.0f} | | | | | |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
