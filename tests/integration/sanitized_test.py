"""The whole way once more, on a daemon built with sanitizers for memory and undefined behaviour."""

import unittest

from demo_parts import script
from integration.household import Household


class Sanitized(Household):
    def test_a_whole_journey_leaves_the_sanitizers_silent_and_no_memory_behind(self):
        script.run(self.portald, self.slapd, print)
        # A leak is told when the process ends, by its exit code.
        self.assertEqual(self.portald.stop(patience=60), 0, self.portald.last_lines(100))
        log = self.portald.log.read_text(encoding="utf-8", errors="replace")
        self.assertNotIn("Sanitizer", log)
        self.assertNotIn("runtime error", log)

    def test_the_daemon_is_built_with_sanitizers(self):
        program = self.portald.build / "provisioning/daemon/portald"
        content = program.read_bytes()
        for needed in (b"__asan_init", b"__ubsan_handle"):
            self.assertIn(needed, content)


if __name__ == "__main__":
    unittest.main()
