"""A private directory and daemon for one test case, in a folder and a network of its own."""

import os
import tempfile
import unittest
from pathlib import Path

from demo_parts import people
from demo_parts.portald import PrivatePortald
from demo_parts.slapd import PrivateSlapd

BUILD = Path(os.environ["PORTAL_BUILD"])

class Household(unittest.TestCase):
    """Starts both for the class; `people_invited` have a letter."""

    people_invited = people.EVERYBODY
    append = ""
    environment = {}
    pam_socket = None

    @classmethod
    def setUpClass(cls):
        # A short path: Unix sockets have 108 bytes for theirs.
        folder = tempfile.TemporaryDirectory(prefix="portal-", ignore_cleanup_errors=True)
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.slapd = PrivateSlapd(cls.folder / "ldap").start()
        cls.addClassCleanup(cls.slapd.stop)
        cls.portald = cls.started_portald()
        cls.addClassCleanup(cls.portald.kill)
        cls.invite(cls.people_invited)

    @classmethod
    def started_portald(cls):
        return PrivatePortald(cls.folder / "portald", BUILD, cls.slapd.facts(),
                              environment=cls.environment, append=cls.append,
                              pam_socket=cls.pam_socket).start()

    @classmethod
    def invite(cls, persons):
        file = cls.folder / "persons.csv"
        people.write_csv(file, persons)
        cls.portald.ctl("--quiet", "persons", "import", str(file))

    def setUp(self):
        self.portald.spool.skip_all()
