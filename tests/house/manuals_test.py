"""The manuals, as a terminal of 80 columns shows them."""

import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


class Manuals(unittest.TestCase):
    def test_each_renders_without_a_warning(self):
        manuals = sorted((ROOT / "config/man").glob("*.[0-9]"))
        self.assertGreater(len(manuals), 3)
        for manual in manuals:
            with self.subTest(manual=manual.name):
                done = subprocess.run(
                    ["groff", "-t", "-man", "-ww", "-Tutf8", "-rLL=78n", str(manual)],
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True)
                self.assertEqual(done.stderr, "")
                self.assertGreater(done.stdout.count("\n"), 50)

    def test_each_option_of_the_module_is_in_its_manual(self):
        source = (ROOT / "pam_module/options.cpp").read_text(encoding="utf-8")
        manual = (ROOT / "config/man/pam_portal.8").read_text(encoding="utf-8")
        for option in ("try_first_pass", "use_first_pass", "second_factor_only", "socket=",
                       "server_uid="):
            self.assertIn(f'"{option}"', source)
            self.assertRegex(manual, rf"(?m)^\.BI? {option}")


if __name__ == "__main__":
    unittest.main()
