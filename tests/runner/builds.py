"""Builds the presets that the tests need, and says how far it is."""

import os
import time
from pathlib import Path

from demo_parts import building
from humble import HUMBLY

ROOT = Path(__file__).resolve().parent.parent.parent


def log_of(preset):
    return ROOT / "build" / f"{preset}.log"


def run(preset, command, humbly=False):
    building.run(preset, [*(HUMBLY if humbly else []), *command], log_of(preset), ROOT,
                 shows=False if humbly else None, start_new_session=humbly)


def configure(preset):
    """After it the preset's tests can be listed."""
    log_of(preset).parent.mkdir(exist_ok=True)
    log_of(preset).unlink(missing_ok=True)
    run(preset, ["cmake", "--preset", preset])


def build(preset, targets, humbly):
    """Builds some targets; `humbly` beside tests that run."""
    started = time.monotonic()
    beside = ", beside the tests" if humbly else ""
    print(f"building {preset}: {len(targets)} programs{beside} …", flush=True)
    run(preset, ["cmake", "--build", "--preset", preset, "--parallel", str(os.cpu_count() or 2),
                 "--target", *sorted(targets)], humbly)
    print(f"built {preset} in {time.monotonic() - started:.0f} s", flush=True)
