"""Builds everything, runs every test, says what happened."""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

import programs
import report

ROOT = Path(__file__).resolve().parent.parent.parent

# What reads the bytes of strangers, under AddressSanitizer and UndefinedBehaviorSanitizer.
SANITIZED_ROOMS = ("base", "identity", "wire", "fuzz")


def build(preset, targets=()):
    """Configures and builds a preset, or some targets of it; what it said is shown when it fails."""
    started = time.monotonic()
    print(f"building {preset} …", flush=True)
    log = ROOT / "build" / f"{preset}.log"
    log.parent.mkdir(exist_ok=True)
    with open(log, "w", encoding="utf-8") as output:
        chosen_targets = ["--target", *targets] if targets else []
        for command in (["cmake", "--preset", preset],
                        ["cmake", "--build", "--preset", preset, *chosen_targets]):
            done = subprocess.run(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT,
                                  stdin=subprocess.DEVNULL, check=False)
            if done.returncode != 0:
                print(log.read_text(encoding="utf-8")[-8000:])
                sys.exit(f"building {preset} failed; the whole log is in {log}")
    print(f"built {preset} in {time.monotonic() - started:.0f} s", flush=True)


def chosen(found, names):
    return [program for program in found
            if not names or any(name in program.name for name in names)]


def main():
    parser = argparse.ArgumentParser(prog="tests/run")
    parser.add_argument("--report", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--lint", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()

    if options.lint:
        os.environ["PORTAL_LINT"] = "1"
    started = time.monotonic()
    build("dev")
    found = programs.from_ctest(ROOT / "build/dev") + programs.from_python(ROOT / "build/dev")
    if options.quick:
        found = [program for program in found if not program.name.startswith("house.")]
    else:
        sanitized = [program.in_build("dev", "asan") for program in found
                     if program.kind != "unittest"
                     and program.name.split(".")[0] in SANITIZED_ROOMS]
        build("asan", [Path(program.command[0]).name for program in sanitized])
        found += sanitized
    selected = chosen(found, options.names)

    results = []
    for outcome in programs.run_all(selected, jobs=os.cpu_count() or 2):
        results += outcome.cases
        failed = [case for case in outcome.cases if case.result != "passed"]
        mark = "ok  " if not failed else "FAIL"
        print(f"{mark} {outcome.program.name}: {len(outcome.cases)} tests, "
              f"{outcome.seconds:.1f} s", flush=True)
        if failed:
            print(f"     failed: {', '.join(case.name for case in failed)}")
            print(outcome.output[-6000:], flush=True)

    if options.report:
        report.write(ROOT, results, ROOT / "build/report")
    bad = sum(case.result != "passed" for case in results)
    print(f"{time.monotonic() - started:.0f} s, {len(selected)} programs")
    print(f"{len(results) - bad} passed, {bad} failed")
    return 1 if bad or not results else 0


if __name__ == "__main__":
    sys.exit(main())
