#!/usr/bin/python3
"""Holds the built pam_portal.so against what a module inside sshd may be."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

BUILD = pathlib.Path(os.environ.get("PORTAL_BUILD", pathlib.Path(__file__).parents[2] / "build/dev"))
MODULE = BUILD / "pam_module/pam_portal.so"


def output_of(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


class Shape(unittest.TestCase):
    def test_needs_libpam_and_libc_alone(self):
        # M2
        needed = set(re.findall(r"\(NEEDED\).*\[(.+)\]", output_of("readelf", "-dW", MODULE)))
        self.assertEqual(needed, {"libpam.so.0", "libc.so.6"})

    def test_exports_its_entry_points_alone(self):
        # M2
        exported = {line.split()[-1] for line in
                    output_of("nm", "-D", "--defined-only", MODULE).splitlines()}
        self.assertEqual(exported, {"pam_sm_authenticate", "pam_sm_setcred", "pam_sm_acct_mgmt",
                                    "pam_sm_open_session", "pam_sm_close_session",
                                    "pam_sm_chauthtok"})

    def test_is_small_once_stripped(self):
        # M2
        with tempfile.TemporaryDirectory() as folder:
            stripped = pathlib.Path(folder) / "module.so"
            shutil.copy(MODULE, stripped)
            subprocess.run(["strip", "--strip-unneeded", stripped], check=True)
            self.assertLess(stripped.stat().st_size, 40 * 1024)

    def test_stays_loaded_and_is_bound_at_once(self):
        # M2
        flags = " ".join(re.findall(r"\(FLAGS(?:_1)?\)(.*)", output_of("readelf", "-dW", MODULE)))
        self.assertIn("NODELETE", flags)
        self.assertIn("NOW", flags)

    def test_uses_no_runtime_thread_signal_environment_or_set_data(self):
        # M2
        used = {line.split()[-1].split("@")[0] for line in
                output_of("nm", "-D", "--undefined-only", MODULE).splitlines()}
        forbidden = re.compile(r"_Z|__cxa_(?!finalize)|_Unwind|__gxx|pthread_create|signal|sigaction"
                               r"|(secure_)?getenv$|select$|malloc|calloc|realloc|pam_set_data"
                               r"|getpw|dlopen")
        self.assertEqual({name for name in used if forbidden.match(name)}, set())


if __name__ == "__main__":
    unittest.main()
