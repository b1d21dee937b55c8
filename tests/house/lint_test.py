"""The linter, run as a test over every source of the product.

What costs the time are the standard library's headers, which clang-tidy reads and searches for each
source anew. So it is given few sources that include many: as long as no two of them have the same
name in their unnamed namespaces.
"""

import concurrent.futures
import json
import os
import re
import shlex
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = Path(os.environ["PORTAL_BUILD"])
LARGEST_BATCH = 20
ROOMS = ("provisioning", "pam_module", "nss")
# clang's analyzer takes four times as long as all else, and gives up elsewhere at each run: asked for.
ANALYSES = bool(os.environ.get("PORTAL_ANALYSE"))
MORE_CHECKS = ["--checks=clang-analyzer-*"] if ANALYSES else []

UNNAMED = re.compile(r"^namespace \{$(.*?)^\}  // namespace$", re.MULTILINE | re.DOTALL)
WORD = re.compile(r"\w+")


def flags_of(command):
    """Of a compiler's command only what changes how a source is read."""
    command = command.replace("-isystem ", "-isystem")
    return {word for word in shlex.split(command)
            if word.startswith(("-D", "-I", "-isystem", "-std="))}


def sources_and_flags():
    """All sources that are not generated, and the flags of all of them."""
    commands = json.loads((BUILD / "compile_commands.json").read_text(encoding="utf-8"))
    flags = {item["file"]: flags_of(item["command"]) for item in commands
             if item["file"].startswith(tuple(f"{ROOT}/{room}" for room in ROOMS))}
    return list(flags), sorted(set().union(*flags.values()))


def names_in(source):
    """The words by which a source could get into the way of another: too many rather than few."""
    names = set()
    for part in UNNAMED.findall(Path(source).read_text(encoding="utf-8")):
        for line in part.splitlines():
            if line[:1].isalpha():
                names.update(WORD.findall(re.split(r"[({=]", line, maxsplit=1)[0])[-1:])
    return names


def batches(files):
    """Lists of sources that can stand in one."""
    made = []
    for file in sorted(files):
        names = names_in(file)
        for batch, taken in made:
            if len(batch) < LARGEST_BATCH and not taken & names:
                batch.append(file)
                taken |= names
                break
        else:
            made.append(([file], names))
    return [batch for batch, _ in made]


def lint(files, flags):
    """What the linter says of some sources; nothing if it is content."""
    with tempfile.TemporaryDirectory(prefix="lint-") as folder:
        # By this name clang's analyzer knows that what it includes are sources, not headers.
        batch = Path(folder) / "UnifiedSource.cpp"
        batch.write_text("".join(f'#include "{file}"  // NOLINT(bugprone-suspicious-include): batch\n'
                                 for file in files), encoding="utf-8")
        done = subprocess.run(
            ["/usr/bin/clang-tidy", "--quiet", f"--config-file={ROOT}/.clang-tidy",
             *MORE_CHECKS, str(batch),
             "--", *flags], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, check=False)
    if done.returncode == 0:
        return ""
    if "clang-diagnostic-error" in done.stdout and len(files) > 1:
        # Two that cannot stand together, or one that cannot stand at all.
        half = len(files) // 2
        return lint(files[:half], flags) + lint(files[half:], flags)
    return done.stdout or f"clang-tidy ended with code {done.returncode}"


PLANTED = {
    "moved.cpp": "#include <string>\n#include <utility>\n"
                 "std::size_t taken(std::string text) {\n"
                 "  const std::string other = std::move(text);\n"
                 "  return text.size() + other.size();\n}\n",
    "unused.cpp": "int nothing(int unused) { return 0; }\n",
    "null.cpp": "int read_through(const int* place) {\n"
                "  if (place != nullptr) return 0;\n  return *place;\n}\n",
}


class Linter(unittest.TestCase):
    def test_the_linter_finds_nothing(self):
        files, flags = sources_and_flags()
        self.assertGreater(len(files), 150)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
            said = "".join(pool.map(lambda batch: lint(batch, flags), batches(files)))
        self.assertEqual(said, "", said[-6000:])

    def test_the_linter_would_find_a_fault_in_any_source_of_a_batch(self):
        with tempfile.TemporaryDirectory(prefix="lint-provisioning-") as name:
            folder = Path(name) / "provisioning"
            folder.mkdir()
            for file, text in PLANTED.items():
                (folder / file).write_text(text, encoding="utf-8")
            said = lint([folder / file for file in PLANTED], ["-std=c++20"])
        self.assertIn("moved.cpp:5", said)
        self.assertIn("bugprone-use-after-move", said)
        self.assertIn("unused.cpp:1", said)
        self.assertIn("misc-unused-parameters", said)
        if ANALYSES:
            self.assertIn("null.cpp:3", said)
            self.assertIn("clang-analyzer-core.NullDereference", said)


if __name__ == "__main__":
    unittest.main()
