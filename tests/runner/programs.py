"""Finds the test programs, runs each in a network namespace of its own, and reads their results."""

import concurrent.futures
import json
import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

# Loopback of its own: no test sees another's ports, none reaches anything else.
PRIVATE_NETWORK = ["unshare", "--net", "--", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]

CMOCKA_LINE = re.compile(r"^\[\s*(OK|FAILED|SKIPPED)\s*\] (\w+)$", re.MULTILINE)
UNITTEST_LINE = re.compile(r"^(test_\w+) \([\w.]+\)(?:\n.*?)? \.\.\. .*?"
                           r"(ok|FAIL|ERROR|skipped.*|expected failure|unexpected success)$",
                           re.MULTILINE | re.DOTALL)


# The linter keeps every core busy: what measures time must not run beside it.
TAKES_THE_MACHINE = "house.style"


@dataclass
class Program:
    name: str
    command: list
    kind: str  # "cmocka", "unittest" or "plain"
    environment: dict = field(default_factory=dict)
    seconds: float = 300
    alone: bool = False

    def in_build(self, one, other):
        """The same program of another preset."""
        def moved(text):
            return str(text).replace(f"/build/{one}", f"/build/{other}")
        return Program(f"{self.name} ({other})", [moved(part) for part in self.command], self.kind,
                       {name: moved(value) for name, value in self.environment.items()},
                       self.seconds, self.alone)


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


def from_ctest(build):
    listed = subprocess.run(["ctest", "--test-dir", str(build), "--show-only=json-v1"],
                            stdout=subprocess.PIPE, check=True)
    found = []
    for test in json.loads(listed.stdout)["tests"]:
        properties = {item["name"]: item["value"] for item in test.get("properties", [])}
        environment = dict(item.split("=", 1) for item in properties.get("ENVIRONMENT", []))
        plain = "plain" in properties.get("LABELS", [])
        found.append(Program(test["name"], test["command"], "plain" if plain else "cmocka",
                             environment, properties.get("TIMEOUT", 300),
                             bool(properties.get("RUN_SERIAL"))))
    return found


def from_python(build):
    found = []
    for path in sorted((ROOT / "tests").glob("*/*_test.py")):
        name = f"{path.parent.name}.{path.stem.removesuffix('_test')}"
        found.append(Program(name, ["/usr/bin/python3", str(path), "-v"], "unittest",
                             {"PORTAL_BUILD": str(build), "PORTAL_SOURCE": str(ROOT),
                              "PYTHONPATH": f"{ROOT / 'config'}:{ROOT / 'tests'}",
                              "PYTHONDONTWRITEBYTECODE": "1"}, 2400,
                             alone=name == TAKES_THE_MACHINE))
    return found


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
    process = subprocess.Popen(
        [*PRIVATE_NETWORK, *program.command], cwd=ROOT, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
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


def run_all(found, jobs):
    """Runs several at once, those that must be alone at the end."""
    together = [program for program in found if not program.alone]
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        # The long ones first, so that the end is not one of them alone.
        together.sort(key=lambda program: program.kind != "unittest")
        yield from map(lambda done: done.result(),
                       concurrent.futures.as_completed(pool.submit(run, p) for p in together))
    for program in found:
        if program.alone:
            yield run(program)
