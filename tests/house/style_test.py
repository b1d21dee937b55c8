"""The formatter, run as a test; files that stay short and leave nothing to do."""

import re
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
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

    def test_nothing_is_left_to_do(self):
        mark = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX|HA" + r"CK)\b")
        found = []
        for path in tracked("*.cpp", "*.hpp", "*.h", "*.c", "*.py", "*.cmake", "CMakeLists.txt",
                            "*.html", "*.css", "*.sql", "*.po", "*.toml", "*.md", "*.sh"):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if mark.search(line):
                    found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
        self.assertEqual(found, [])

    def test_the_linter_is_silenced_for_a_reason_alone(self):
        reasoned = re.compile(r"// NO" + r"LINT(NEXTLINE)?\([\w.,-]+\): \w")
        found = []
        for path in tracked("*.cpp", "*.hpp", "*.h"):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if "NO" + "LINT" in line and not reasoned.search(line):
                    found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
        self.assertEqual(found, [])


if __name__ == "__main__":
    unittest.main()
