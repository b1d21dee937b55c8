"""What the table has a row for, and how a row is measured."""

import json
import statistics
import subprocess
from dataclasses import dataclass, field

from bench.stage import PROGRAMS


class LoginFailed(Exception):
    """A login that should have succeeded did not: nothing here is worth a number then."""


@dataclass
class Told:
    """What login_loop told."""

    seconds: float
    right: int
    refused: int
    said: str
    ns: list

    @property
    def rate(self):
        return self.right / self.seconds


def loop(service, people, first, count, *options):
    done = subprocess.run(
        [PROGRAMS / "bench_login_loop", *map(str, options), service, people, str(first),
         str(count)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        check=False)
    if done.returncode != 0:
        raise LoginFailed(f"{service}: {done.stderr.strip()}")
    return Told(**json.loads(done.stdout))


@dataclass
class Row:
    """`pool`: the numbers of the people who log in, as (first, how many). `codes`: each login uses
    up a code of its person. `floor`: the name of the row that it is held against."""

    name: str
    service: str
    pool: tuple = None
    floor: str = None
    most: float = None  # the promise: at most so many times the floor
    codes: bool = False
    spread: int = 1
    options: tuple = ()
    account: bool = False
    tolerant: bool = False  # of right codes refused when logins overlap
    logins: int = 0  # 0: as many as the run wants
    logins_side_by_side: int = 0  # the same for those
    before: object = None  # called before each batch
    rounds: list = field(default_factory=list)  # of each round: the sorted nanoseconds
    alone: list = field(default_factory=list)  # logins a second, one process
    side_by_side: list = field(default_factory=list)  # the same, several processes
    refused: int = 0
    cursor: int = 0

    def measure(self, stage, count):
        """One round of one process."""
        told = self._run(stage, self.logins or count)
        self.rounds.append(sorted(told.ns))
        self.alone.append(told.rate)

    def measure_side_by_side(self, stage, count, processes):
        extra = ["--processes", processes]
        if self.tolerant:
            extra.append("--count-refusals")
        told = self._run(stage, self.logins_side_by_side or self.logins or count, *extra)
        self.side_by_side.append(told.rate)
        self.refused += told.refused

    def _run(self, stage, count, *extra):
        if self.before:
            self.before()
        first, size = self.pool
        people = min(count, size)
        if self.cursor + people > size:
            self.cursor = 0
        start, self.cursor = first + self.cursor, self.cursor + people
        options = [*self.options, *extra, "--people", people, "--spread", self.spread]
        if self.account:
            options.append("--account")
        return loop(self.service, stage.everybody, start, count, *options)

    def percentile(self, share):
        """Over all rounds, in microseconds."""
        everything = sorted(ns for one in self.rounds for ns in one)
        return everything[min(int(len(everything) * share), len(everything) - 1)] / 1000

    def ratios(self, floor):
        """Of each round: its median against that of the floor in the same round."""
        return [statistics.median(own) / statistics.median(other)
                for own, other in zip(self.rounds, floor.rounds)]
