#!/usr/bin/python3
"""Holds the built libnss_portal.so.2 against what a module inside every process may be."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

BUILD = pathlib.Path(os.environ.get("PORTAL_BUILD", pathlib.Path(__file__).parents[2] / "build/dev"))
MODULE = BUILD / "nss/libnss_portal.so.2"


def output_of(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


class Shape(unittest.TestCase):
    def test_needs_libc_alone_and_has_the_name_that_libc_looks_for(self):
        # N2
        dynamic = output_of("readelf", "-dW", MODULE)
        self.assertEqual(re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic), ["libc.so.6"])
        self.assertEqual(re.findall(r"\(SONAME\).*\[(.+)\]", dynamic), ["libnss_portal.so.2"])

    def test_exports_its_entry_points_alone(self):
        # N1
        exported = {line.split()[-1].removeprefix("_nss_portal_") for line in
                    output_of("nm", "-D", "--defined-only", MODULE).splitlines()}
        self.assertEqual(exported, {"getpwnam_r", "getpwuid_r", "setpwent", "getpwent_r", "endpwent",
                                    "getgrnam_r", "getgrgid_r", "setgrent", "getgrent_r", "endgrent",
                                    "initgroups_dyn"})

    def test_is_small_once_stripped(self):
        # N2
        with tempfile.TemporaryDirectory() as folder:
            stripped = pathlib.Path(folder) / "module.so"
            shutil.copy(MODULE, stripped)
            subprocess.run(["strip", "--strip-unneeded", stripped], check=True)
            self.assertLess(stripped.stat().st_size, 40 * 1024)

    def test_stays_loaded_and_is_bound_at_once(self):
        # N2
        flags = " ".join(re.findall(r"\(FLAGS(?:_1)?\)(.*)", output_of("readelf", "-dW", MODULE)))
        self.assertIn("NODELETE", flags)
        self.assertIn("NOW", flags)

    def test_uses_no_runtime_lock_thread_signal_environment_or_other_database(self):
        # N2, N3
        used = {line.split()[-1].split("@")[0] for line in
                output_of("nm", "-D", "--undefined-only", MODULE).splitlines()}
        forbidden = re.compile(r"_Z|__cxa_(?!finalize)|_Unwind|__gxx|pthread_(?!setcancelstate)|signal"
                               r"|sigaction|(secure_)?getenv$|environ|malloc|calloc|free$|fopen|connect"
                               r"|(v|open|close)?syslog|__tls_get_addr|getpw|getgr|getaddrinfo|dlopen")
        self.assertEqual({name for name in used if forbidden.match(name)}, set())


if __name__ == "__main__":
    unittest.main()
