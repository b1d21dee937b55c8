"""What is shipped has no way to crash it on command."""

import json
import os
import shlex
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ["PORTAL_SOURCE"])
SWITCHES = (b"PORTAL_CRASH_AT", b"PORTAL_CRASH_ARMED_BY", b"PORTAL_TRACE_FAULT_POINTS")


class Release(unittest.TestCase):
    def configured(self, build, *options):
        subprocess.run(["cmake", "-S", SOURCE, "-B", build, "-G", "Ninja", "-DPORTAL_TESTS=OFF",
                        "-DCMAKE_BUILD_TYPE=RelWithDebInfo", *options], check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        commands = json.loads((Path(build) / "compile_commands.json").read_text(encoding="utf-8"))
        return {entry["file"]: entry for entry in commands}

    @staticmethod
    def compiled(entry, output):
        command = shlex.split(entry["command"])
        command[command.index("-o") + 1] = output
        subprocess.run(command, cwd=entry["directory"], check=True, stdin=subprocess.DEVNULL)
        return Path(output).read_bytes()

    def test_a_release_has_no_fault_points(self):
        """R13: the switches that the crash tests use are absent from every object of a release."""
        switched = [str(file) for file in (SOURCE / "provisioning").rglob("*.cpp")
                    if any(switch in file.read_bytes() for switch in SWITCHES)]
        self.assertTrue(switched, "nothing to look for")
        with tempfile.TemporaryDirectory(prefix="portal-") as folder:
            release = self.configured(f"{folder}/release")
            for entry in release.values():
                self.assertNotIn("-DPORTAL_FAULT_POINTS", entry["command"])
            for file in switched:
                content = self.compiled(release[file], f"{folder}/release.o")
                for switch in SWITCHES:
                    self.assertNotIn(switch, content, file)
            # And they would be found: the same sources, with the option on.
            tests = self.configured(f"{folder}/tests", "-DPORTAL_FAULT_POINTS=ON")
            self.assertTrue(any(SWITCHES[0] in self.compiled(tests[file], f"{folder}/test.o")
                                for file in switched))


if __name__ == "__main__":
    unittest.main()
