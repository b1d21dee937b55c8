"""The rule of who may include whom, as the architecture page has it."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
SOURCES = {".cpp", ".hpp", ".h", ".c"}

BASICS = {"base", "identity"}
DOMAIN_USERS = {"directory", "factors", "messages", "delivery", "store", "ipc", "web", "api"}

# room -> the rooms that it may include besides itself
ALLOWED = {
    "base": set(),
    "identity": {"base"},
    "wire": {"base"},
    "snapshot": {"base"},
    "domain": BASICS,
    "http": {"base"},
    "ctl": BASICS,
    "daemon": BASICS | DOMAIN_USERS | {"domain", "wire", "http"},
    **{room: BASICS | {"domain"} for room in DOMAIN_USERS},
}
ALLOWED["ipc"] = ALLOWED["ipc"] | {"wire"}
ALLOWED["web"] = ALLOWED["web"] | {"http"}
ALLOWED["api"] = ALLOWED["api"] | {"http"}

# library header -> the only rooms that adapt it
ADAPTED = {
    r"ldap(_\w+)?\.h|lber\.h": {"directory"},
    r"curl/.*": {"ctl", "delivery"},
    r"(lib)?oath(/.*)?\.h": {"factors"},
    r"qrencode\.h": {"factors"},
    r"soci/.*": {"store"},
    r"sqlite3\.h|libpq-fe\.h": {"store"},
    r"boost/locale.*": {"messages"},
    r"boost/(asio|beast|system).*": {"http", "ipc"},
    r"openssl/.*": {"http"},
    r"sodium\.h": {"base"},
    r"unicode/.*": {"identity"},
    r"phonenumbers/.*": {"identity"},
    r"pwquality\.h|crack\.h": {"identity"},
    r"toml(\+\+|plusplus)?(/.*|\.h)?": {"daemon"},
    r"CLI/.*": {"ctl"},
    r"nlohmann/json\.hpp": {"api", "ctl", "delivery", "store"},
    r"kainjow/.*": {"web"},
    r"systemd/.*": {"daemon"},
    r"security/.*": {"pam_module"},
}
PUBLIC_IN_HEADERS = {r"nlohmann/json_fwd\.hpp", r"security/.*", r"systemd/.*"}

# The freestanding cores, and what the modules may use of them.
MODULES_MAY_INCLUDE = {"pam_module": re.compile(r"wire/core/|pam_module/"),
                       "nss": re.compile(r"snapshot/core/|nss/")}


def sources(folder):
    return [path for path in folder.rglob("*") if path.suffix in SOURCES]


def includes(path):
    for mark, name in INCLUDE.findall(path.read_text(encoding="utf-8")):
        yield mark == '"', name


class Includes(unittest.TestCase):
    def test_arrows_between_rooms_run_one_way(self):
        wrong = []
        rooms = ROOT / "provisioning"
        for path in sources(rooms):
            room = path.relative_to(rooms).parts[0]
            self.assertIn(room, ALLOWED, f"{room} is a room that this test does not know")
            for own, name in includes(path):
                other = name.split("/")[0]
                if own and "/" in name and other in ALLOWED and other != room:
                    if other not in ALLOWED[room]:
                        wrong.append(f"{path.relative_to(ROOT)} includes {name}")
        self.assertEqual(wrong, [])

    def test_a_library_is_known_to_its_adapter_alone(self):
        wrong = []
        for path in [path for folder in ("provisioning", "pam_module", "nss")
                     for path in sources(ROOT / folder)]:
            parts = path.relative_to(ROOT).parts
            room = parts[1] if parts[0] == "provisioning" else parts[0]
            for _, name in includes(path):
                for pattern, rooms in ADAPTED.items():
                    if re.fullmatch(pattern, name) and room not in rooms:
                        wrong.append(f"{path.relative_to(ROOT)} includes {name}")
        self.assertEqual(wrong, [])

    def test_a_heavy_header_stands_in_one_source_of_its_room(self):
        heavy = (r"soci/soci\.h", r"soci/sqlite3/.*", r"soci/postgresql/.*", r"toml.*", r"CLI/.*",
                 r"nlohmann/json\.hpp", r"kainjow/.*",
                 r"boost/beast.*", r"boost/locale.*", r"phonenumbers/.*")
        found = {}
        wrong = []
        for path in sources(ROOT / "provisioning"):
            room = path.relative_to(ROOT / "provisioning").parts[0]
            for _, name in includes(path):
                for pattern in heavy:
                    if re.fullmatch(pattern, name):
                        found.setdefault((room, pattern), set()).add(path.name)
        for (room, pattern), names in found.items():
            if len(names) > 1:
                wrong.append(f"{room}: {pattern} in {sorted(names)}")
        self.assertEqual(wrong, [])

    def test_a_module_knows_its_core_alone(self):
        wrong = []
        for module, allowed in MODULES_MAY_INCLUDE.items():
            self.assertTrue(sources(ROOT / module))
            for path in sources(ROOT / module):
                for own, name in includes(path):
                    if own and "/" in name and not allowed.match(name):
                        wrong.append(f"{path.relative_to(ROOT)} includes {name}")
        self.assertEqual(wrong, [])

    def test_a_core_knows_nothing_but_itself(self):
        wrong = []
        for core in (ROOT / "provisioning").glob("*/core"):
            for path in sources(core):
                for own, name in includes(path):
                    if own and not name.startswith(f"{core.parent.name}/core/"):
                        wrong.append(f"{path.relative_to(ROOT)} includes {name}")
        self.assertEqual(wrong, [])

    def test_the_top_level_holds_what_the_customer_fixed(self):
        allowed = {"CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "config", "nss",
                   "pam_module", "provisioning", "tests", "build", "CMakeUserPresets.json"}
        found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
        self.assertLessEqual(found, allowed)


if __name__ == "__main__":
    unittest.main()
