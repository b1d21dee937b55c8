"""Builds what is asked for, runs it, says what happened."""

import argparse
import os
import sys
import time
from pathlib import Path

import builds
import packages
import programs
import report
import running
from demo_parts.building import BuildError

ROOT = Path(__file__).resolve().parent.parent.parent

HELP = """\
The unit tests run with AddressSanitizer and UndefinedBehaviorSanitizer (preset asan), those of the
module and those that start real servers on what is shipped plus fault points (preset dev), the
parsers under libFuzzer (preset fuzz), and the linter beside them all with what time they leave.

  tests/run                    everything
  tests/run --quick login      the programs with "login" in their name, without sanitizers
  tests/run integration.crash  one program; only what it needs is built
  tests/run --threads          what has threads, under ThreadSanitizer (preset tsan)

The logs of the builds are build/PRESET.log. The exit code is 0 if every test passed.
"""


def arguments():
    parser = argparse.ArgumentParser(
        prog="tests/run", epilog=HELP, formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Installs what the tests need, builds, runs them, says how many passed.")
    parser.add_argument("--report", action="store_true",
                        help="also write which test proves which requirement to build/report")
    parser.add_argument("--quick", action="store_true",
                        help="no sanitizers, no fuzzing, no tests of the house")
    parser.add_argument("--threads", action="store_true",
                        help="run what has threads under ThreadSanitizer, and nothing else")
    parser.add_argument("--list", action="store_true", help="name the programs and end")
    parser.add_argument("names", nargs="*", metavar="NAME",
                        help="run only programs with one of these in their name")
    return parser.parse_args()


def presets_for(options):
    return ("tsan",) if options.threads else ("dev",) if options.quick else ("dev", "asan", "fuzz")


def selected_by(options):
    folders = [ROOT / "build" / preset for preset in presets_for(options)]
    found = (programs.with_threads(*folders) if options.threads else
             programs.quick(*folders) if options.quick else programs.everything(*folders))
    return [program for program in found
            if not options.names or any(name in program.name for name in options.names)]


def built(options, selected):
    """Preset by preset its programs, each when they are built: the first build has the machine for
    itself, the others what the tests of the first leave."""
    humbly = False
    for preset in presets_for(options):
        targets = {target for program in selected if program.preset == preset
                   for target in program.targets}
        if targets:
            builds.build(preset, targets, humbly)
        stage = [program for program in selected_by(options) if program.preset == preset]
        humbly = humbly or bool(stage)
        yield stage


def show(outcome):
    failed = [case for case in outcome.cases if case.result != "passed"]
    mark = "ok  " if not failed else "FAIL"
    print(f"{mark} {outcome.program.name}: {len(outcome.cases)} tests, "
          f"{outcome.seconds:.1f} s", flush=True)
    if failed:
        print(f"     failed: {', '.join(case.name for case in failed)}")
        print(outcome.output[-6000:], flush=True)


def main():
    options = arguments()
    started = time.monotonic()
    try:
        for preset in presets_for(options):
            builds.configure(preset)
        return test(options, started)
    except BuildError as error:
        sys.exit(str(error))


def test(options, started):
    selected = selected_by(options)
    if options.list:
        print("\n".join(f"{program.name} ({program.preset})" for program in selected))
        return 0
    if any(program.name.startswith("browser.") for program in selected):
        packages.bring()
    results = []
    # One more than there are cores: the longest test mostly waits.
    for outcome in running.run_all(built(options, selected), jobs=(os.cpu_count() or 2) + 1):
        results += outcome.cases
        show(outcome)

    if options.report:
        report.write(ROOT, results, ROOT / "build/report")
    bad = sum(case.result != "passed" for case in results)
    print(f"{time.monotonic() - started:.0f} s in all, {len(selected)} programs")
    print(f"{len(results) - bad} passed, {bad} failed")
    return 1 if bad or not results else 0


if __name__ == "__main__":
    sys.exit(main())
