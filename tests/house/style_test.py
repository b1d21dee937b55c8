"""The formatter and the linter, run as tests; files that stay short."""

import concurrent.futures
import json
import os
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = Path(os.environ["PORTAL_BUILD"])
LONGEST = 450


def tracked(*patterns):
    """The project's files, as git knows them (or as they lie there, without git)."""
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard",
                             *patterns], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if listed.returncode == 0:
        return [ROOT / name for name in listed.stdout.split() if (ROOT / name).exists()]
    return [path for pattern in patterns for path in ROOT.rglob(pattern)
            if "build" not in path.relative_to(ROOT).parts]


class Style(unittest.TestCase):
    def test_the_formatter_changes_nothing(self):
        files = [str(path) for path in tracked("*.cpp", "*.hpp", "*.h")]
        self.assertGreater(len(files), 100)
        done = subprocess.run(["/usr/bin/clang-format", "--dry-run", "--Werror", *files], cwd=ROOT,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout[-4000:])

    def test_no_file_holds_more_than_one_subject(self):
        long = []
        for path in tracked("*.cpp", "*.hpp", "*.h", "*.py"):
            lines = path.read_text(encoding="utf-8").count("\n")
            if lines > LONGEST:
                long.append(f"{path.relative_to(ROOT)}: {lines} lines")
        self.assertEqual(long, [])

    def test_the_project_names_no_place_of_its_making(self):
        marks = ("/wor" + "k/", "/roo" + "t/", "/hom" + "e/")
        found = []
        for path in tracked():
            if path.suffix in (".png", ".ico"):
                continue
            text = path.read_text(encoding="utf-8", errors="replace")
            found += [f"{path.relative_to(ROOT)}: {mark}" for mark in marks if mark in text]
        self.assertEqual(found, [])


class Linter(unittest.TestCase):
    def test_the_linter_finds_nothing(self):
        commands = json.loads((BUILD / "compile_commands.json").read_text(encoding="utf-8"))
        files = sorted({item["file"] for item in commands
                        if item["file"].startswith(str(ROOT / "provisioning"))
                        or item["file"].startswith(str(ROOT / "pam_module"))})
        self.assertGreater(len(files), 50)

        def lint(file):
            return subprocess.run(
                ["/usr/bin/clang-tidy", "--quiet", "-p", str(BUILD), file], cwd=ROOT,
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
            results = list(pool.map(lint, files))
        said = "".join(result.stdout for result in results if result.returncode != 0)
        self.assertEqual(said, "", said[-6000:])


def load_tests(loader, standard, _):
    """The linter reads every source for minutes: `tests/run --lint` asks for it."""
    suite = unittest.TestSuite([loader.loadTestsFromTestCase(Style)])
    if os.environ.get("PORTAL_LINT"):
        suite.addTests(loader.loadTestsFromTestCase(Linter))
    return suite


if __name__ == "__main__":
    unittest.main()
