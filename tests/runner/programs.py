"""Finds the test programs."""

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

# What real servers and the module's hosts are made of.
PRODUCT = ("portald", "portalctl", "pam_portal", "nss_portal", "portal_argon2id")

# A sanitizer's word is the program's exit code; leaks count.
SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:check_initialization_order=1:"
                    "strict_string_checks=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1",
}

# cwrap's preloaded libraries and a sanitizer's do not go together, and the modules are not sanitized.
UNSANITIZED = ("module.", "nss.")
THREADED = ("delivery.", "http.", "ipc.", "store.", "wire.")
# The python tests that run on the sanitized build.
ON_ASAN = ("integration.sanitized",)
# Keeps every core busy for minutes: it gets what the others leave.
HUMBLE = ("house.lint",)


@dataclass
class Program:
    name: str
    command: list
    kind: str  # "cmocka", "unittest" or "plain"
    preset: str
    targets: tuple
    environment: dict = field(default_factory=dict)
    seconds: float = 300
    alone: bool = False
    humble: bool = False


def from_ctest(build):
    """The programs that CMake knows in a build folder named for its preset; their commands are known
    once they are built. The test ROOM.NAME is the program test_ROOM_NAME."""
    listed = subprocess.run(["ctest", "--test-dir", str(build), "--show-only=json-v1"],
                            stdout=subprocess.PIPE, check=True)
    sanitizers = {} if build.name == "dev" else SANITIZERS
    found = []
    for test in json.loads(listed.stdout)["tests"]:
        properties = {item["name"]: item["value"] for item in test.get("properties", [])}
        environment = dict(item.split("=", 1) for item in properties.get("ENVIRONMENT", []))
        plain = "plain" in properties.get("LABELS", [])
        target = "test_" + test["name"].removesuffix(".postgresql").replace(".", "_")
        found.append(Program(test["name"], test.get("command"), "plain" if plain else "cmocka",
                             build.name, (target,), {**sanitizers, **environment},
                             properties.get("TIMEOUT", 300), bool(properties.get("RUN_SERIAL"))))
    return found


def from_python(build):
    found = []
    for path in sorted((ROOT / "tests").glob("*/*_test.py")):
        name = f"{path.parent.name}.{path.stem.removesuffix('_test')}"
        found.append(Program(name, ["/usr/bin/python3", str(path), "-v"], "unittest", build.name,
                             () if name.startswith("house.") else PRODUCT,
                             {"PORTAL_BUILD": str(build), "PORTAL_SOURCE": str(ROOT),
                              "PYTHONPATH": f"{ROOT / 'config'}:{ROOT / 'tests'}",
                              "PYTHONDONTWRITEBYTECODE": "1"}, 2400, humble=name in HUMBLE))
    return found


def everything(dev, asan, fuzz):
    """Each unit test once: with sanitizers, unless it cannot be."""
    sanitized = [program for program in from_python(asan) if program.name in ON_ASAN]
    for program in sanitized:
        program.environment |= SANITIZERS
    return ([program for program in from_ctest(dev) if program.name.startswith(UNSANITIZED)]
            + [program for program in from_python(dev) if program.name not in ON_ASAN]
            + [program for program in from_ctest(asan) if not program.name.startswith(UNSANITIZED)]
            + sanitized + from_ctest(fuzz))


def quick(dev):
    return from_ctest(dev) + [program for program in from_python(dev)
                              if program.name not in ON_ASAN
                              and not program.name.startswith("house.")]


def with_threads(tsan):
    return [program for program in from_ctest(tsan) if program.name.startswith(THREADED)]
