"""What the browser tests use, from npm's registry."""

import shutil
import subprocess
from pathlib import Path

from demo_parts.building import BuildError

ROOT = Path(__file__).resolve().parent.parent.parent


def bring():
    """Brings into build/browser what tests/browser/package-lock.json names, unless it is there."""
    source, folder = ROOT / "tests/browser", ROOT / "build/browser"
    lock, brought = source / "package-lock.json", folder / "brought"
    if brought.exists() and brought.read_bytes() == lock.read_bytes():
        return
    folder.mkdir(parents=True, exist_ok=True)
    brought.unlink(missing_ok=True)
    for file in (lock, source / "package.json"):
        shutil.copy(file, folder)
    done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise BuildError(f"npm does not bring what the browser tests use:\n{done.stdout[-3000:]}")
    shutil.copy(lock, brought)
