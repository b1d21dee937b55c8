"""Builds the presets that the tests need, and says how far it is."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from humble import HUMBLY

ROOT = Path(__file__).resolve().parent.parent.parent
STEP = re.compile(r"^\[(\d+)/(\d+)\]")


class BuildError(Exception):
    """What the compiler said is shown already."""


def log_of(preset):
    return ROOT / "build" / f"{preset}.log"


def run(preset, command, mode, humbly=False):
    """Runs a command into the preset's log; on a terminal a line says which step of how many."""
    shows = sys.stdout.isatty() and not humbly
    with open(log_of(preset), mode, encoding="utf-8") as log:
        process = subprocess.Popen([*(HUMBLY if humbly else []), *command], cwd=ROOT, text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, start_new_session=humbly)
        for line in process.stdout:
            log.write(line)
            step = STEP.match(line)
            if shows and step:
                print(f"\rbuilding {preset}: {step[1]} of {step[2]} ", end="", flush=True)
    if shows:
        print("\r\033[K", end="")
    if process.wait() != 0:
        # At once: tests that run already are waited for.
        print(log_of(preset).read_text(encoding="utf-8")[-8000:], flush=True)
        raise BuildError(f"building {preset} failed; the whole log is in {log_of(preset)}")


def configure(preset):
    """After it the preset's tests can be listed."""
    log_of(preset).parent.mkdir(exist_ok=True)
    run(preset, ["cmake", "--preset", preset], "w")


def build(preset, targets, humbly):
    """Builds some targets; `humbly` beside tests that run."""
    started = time.monotonic()
    beside = ", beside the tests" if humbly else ""
    print(f"building {preset}: {len(targets)} programs{beside} …", flush=True)
    run(preset, ["cmake", "--build", "--preset", preset, "--parallel", str(os.cpu_count() or 2),
                 "--target", *sorted(targets)], "a", humbly)
    print(f"built {preset} in {time.monotonic() - started:.0f} s", flush=True)
