"""Runs the test programs, each in a network namespace of its own, several at once."""

import concurrent.futures
import os
import queue
import re
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from humble import HUMBLY
from programs import Program

ROOT = Path(__file__).resolve().parent.parent.parent

# Loopback of its own: no test sees another's ports, none reaches anything else.
PRIVATE_NETWORK = ["unshare", "--net", "--", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]

CMOCKA_LINE = re.compile(r"^\[\s*(OK|FAILED|SKIPPED)\s*\] (\w+)$", re.MULTILINE)
UNITTEST_LINE = re.compile(r"^(test_\w+) \([\w.]+\)(?:\n.*?)? \.\.\. .*?"
                           r"(ok|FAIL|ERROR|skipped.*|expected failure|unexpected success)$",
                           re.MULTILINE | re.DOTALL)


@dataclass
class Case:
    program: str
    name: str
    result: str  # "passed", "failed", "skipped"


@dataclass
class Outcome:
    program: Program
    cases: list
    output: str
    seconds: float


def read_cases(program, output, code):
    """The cases that a run told of; one that ended badly has at least one failed case."""
    cases = {}
    if program.kind == "cmocka":
        for word, name in CMOCKA_LINE.findall(output):
            result = {"OK": "passed", "FAILED": "failed", "SKIPPED": "skipped"}[word]
            if cases.get(name) != "failed":
                cases[name] = result
    elif program.kind == "unittest":
        for name, word in UNITTEST_LINE.findall(output):
            cases[name] = ("passed" if word == "ok"
                           else "skipped" if word.startswith("skipped") else "failed")
    else:
        cases[program.name] = "passed" if code == 0 else "failed"
    if not cases or (code != 0 and all(result == "passed" for result in cases.values())):
        cases[f"{program.name} ended with code {code}"] = "failed"
    return [Case(program.name, name, result) for name, result in cases.items()]


def run(program):
    started = time.monotonic()
    command = [*(HUMBLY if program.humble else []), *PRIVATE_NETWORK, *program.command]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True,
        env={**os.environ, "LC_ALL": "C.UTF-8", **program.environment})
    try:
        output, _ = process.communicate(timeout=program.seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        output += f"\nnot done after {program.seconds} s\n".encode()
    text = output.decode("utf-8", "replace")
    code = process.returncode
    return Outcome(program, read_cases(program, text, code), text, time.monotonic() - started)


def run_all(stages, jobs):
    """Yields what happened, in the order of the ends. `stages`: lists of programs, each given when
    they can run. The humble ones begin when all are known; last and one by one come those that
    measure time."""
    outcomes = queue.SimpleQueue()
    last = []

    def feed(pool, beside):
        try:
            programs = []
            started = []
            for stage in stages:
                programs += stage
                # The long ones first, so that the end is not one of them alone.
                for program in sorted(stage, key=lambda one: one.kind != "unittest"):
                    if not program.alone and not program.humble:
                        started.append(pool.submit(lambda one=program: outcomes.put(run(one))))
            started += [beside.submit(lambda one=program: outcomes.put(run(one)))
                        for program in programs if program.humble]
            last.extend(program for program in programs if program.alone)
            for done in started:
                done.result()
            outcomes.put(None)
        except BaseException as error:  # of a build: it ends the tests
            pool.shutdown(wait=False, cancel_futures=True)
            outcomes.put(error)

    with (concurrent.futures.ThreadPoolExecutor(jobs) as pool,
          concurrent.futures.ThreadPoolExecutor(1) as beside):
        threading.Thread(target=feed, args=(pool, beside), daemon=True).start()
        while (outcome := outcomes.get()) is not None:
            if isinstance(outcome, BaseException):
                raise outcome
            yield outcome
    yield from map(run, last)
