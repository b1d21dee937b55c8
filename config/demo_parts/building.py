"""Runs what builds, into a log, and says on a terminal how far it is."""

import re
import subprocess
import sys
from pathlib import Path

STEP = re.compile(r"^\[(\d+)/(\d+)\]")


class BuildError(Exception):
    """What the compiler said is shown already."""


def run(name, command, log, root, shows=None, **how):
    """Appends to `log`. `shows`: whether to tell the steps; as the terminal allows if None."""
    if shows is None:
        shows = sys.stdout.isatty()
    with open(log, "a", buffering=1, encoding="utf-8") as written:
        process = subprocess.Popen(command, cwd=root, text=True, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **how)
        for line in process.stdout:
            written.write(line)
            step = STEP.match(line)
            if shows and step:
                print(f"\rbuilding {name}: {step[1]} of {step[2]} ", end="", flush=True)
    if shows:
        print("\r\033[K", end="")
    if process.wait() != 0:
        # At once: tests that run already are waited for.
        print(log.read_text(encoding="utf-8")[-8000:], flush=True)
        raise BuildError(f"building {name} failed; the whole log is in {log}")


def main():
    """What is shipped, without the tests."""
    root = Path(__file__).resolve().parent.parent.parent
    log = root / "build" / "demo-build.log"
    log.parent.mkdir(exist_ok=True)
    log.unlink(missing_ok=True)
    if not (root / "build/release/provisioning/daemon/portald").exists():
        print("Building; the first time takes ten minutes or so.", flush=True)
    try:
        run("the product", ["cmake", "--preset", "release", "-DPORTAL_TESTS=OFF"], log, root)
        run("the product", ["cmake", "--build", "--preset", "release"], log, root)
    except BuildError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print("\nEnding. What is built so far is kept.")
        sys.exit(130)


if __name__ == "__main__":
    main()
