#!/usr/bin/python3
"""Holds the message catalogues against each other and against the sources.

Fails on a key that one language lacks, an empty wording, placeholders that differ between
languages, a key that the sources use and no catalogue has, and a key that no source uses.
"""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LANGUAGES = ("fr", "de", "it", "en")
CATALOGUES = ROOT / "provisioning/messages"
TEMPLATES = ROOT / "provisioning/web/templates"

KEY = r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+"
# The first part of a key says what it belongs to; other dotted names ("login.granted" of the audit
# log, "registration.identify" of a write) are not messages.
FAMILIES = ("prompt", "notice", "factor", "refusal", "mail", "sms", "page", "field", "fault", "password",
            "password_rule",
            "welcome", "register", "reset", "log_in", "my_account", "terms", "trouble")
# Keys that the sources put together: the prefix, and the enumeration that ends it.
ENUMERATED = {
    "refusal.": ("provisioning/domain/refusal.hpp", "RefusalReason", {"reference"}),
    "factor.": ("provisioning/domain/ports/accounts.hpp", "FactorKind", set()),
}
# GSM 03.38 basic alphabet: an SMS with anything else shrinks to 70 characters.
GSM = set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
          "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà")


def parse_po(path):
    """{key: wording} of a .po file as this project writes it: no plurals, no contexts."""
    messages, key, field = {}, None, None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        match = re.fullmatch(r'(msgid |msgstr |)"(.*)"', line)
        if not match:
            raise ValueError(f"{path.name}:{number}: not understood")
        text = match[2].replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")
        field = match[1].strip() or field
        if match[1] == "msgid ":
            key = ""
        if field == "msgid":
            key += text
        else:
            if match[1] == "msgstr " and key in messages:
                raise ValueError(f"{path.name}:{number}: {key} comes twice")
            messages[key] = messages.get(key, "") + text
    messages.pop("", None)
    return messages


def enumerators(file, name):
    """The names in `enum class NAME { … }`."""
    text = re.sub(r"//.*", "", (ROOT / file).read_text(encoding="utf-8"))
    body = re.search(r"enum class " + name + r"[^{]*\{([^}]*)\}", text)[1]
    return {word.strip() for word in body.split(",") if word.strip()}


def without_comments(text):
    return re.sub(r"^\s*//.*$|\s//[^\"\n]*$", "", text, flags=re.MULTILINE)


def keys_in_sources():
    """The keys named in C++ literals and in templates, and the literals that begin a key."""
    keys, prefixes = set(), set()
    for path in sorted((ROOT / "provisioning").rglob("*.[ch]pp")):
        text = without_comments(path.read_text(encoding="utf-8"))
        for literal in re.findall(r'"((?:[^"\\\n]|\\.)*)"', text):
            if re.fullmatch(KEY, literal) and literal.split(".")[0] in FAMILIES:
                keys.add(literal)
            elif re.fullmatch(r"(?:[a-z0-9_]+\.)+", literal):
                prefixes.add(literal)
    for path in sorted(TEMPLATES.glob("*.html")):
        keys.update(re.findall(r"\[\[(" + KEY + r")\]\]", path.read_text(encoding="utf-8")))
    return keys, prefixes


def is_message(key, catalogue):
    """A mail or SMS is named without its parts."""
    return key in catalogue or key + ".body" in catalogue


class Catalogues(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.messages = {code: parse_po(CATALOGUES / f"{code}.po") for code in LANGUAGES}
        cls.english = cls.messages["en"]
        cls.used, cls.prefixes = keys_in_sources()

    def test_every_language_has_every_key(self):
        for code in LANGUAGES:
            self.assertEqual(set(self.messages[code]) ^ set(self.english), set(), code)

    def test_no_wording_is_empty_or_has_a_stray_character(self):
        for code, messages in self.messages.items():
            for key, wording in messages.items():
                self.assertTrue(wording.strip(), f"{code} {key}")
                self.assertNotIn("ß", wording, f"{code} {key}: Swiss spelling has ss")
                self.assertNotRegex(wording, r"[<>\x00-\x09\x0b-\x1f]", f"{code} {key}")

    def test_placeholders_are_the_same_in_each_language(self):
        for code, messages in self.messages.items():
            for key, wording in messages.items():
                self.assertEqual(sorted(set(re.findall(r"{{(.*?)}}", wording))),
                                 sorted(set(re.findall(r"{{(.*?)}}", self.english[key]))),
                                 f"{code} {key}")
                self.assertNotRegex(re.sub(r"{{[a-z_]+}}", "", wording), r"[{}]", f"{code} {key}")

    def test_families_are_known(self):
        self.assertEqual({key.split(".")[0] for key in self.english} - set(FAMILIES), set())

    def test_sources_use_no_key_that_is_missing(self):
        # The audit log has names of its own in the enumerated families ("factor.reset").
        missing = {key for key in self.used if not is_message(key, self.english)
                   and not key.startswith(tuple(ENUMERATED))}
        self.assertEqual(missing, set())

    def test_every_key_is_used(self):
        enumerated = {prefix + name for prefix, (file, enum, _) in ENUMERATED.items()
                      for name in enumerators(file, enum) if prefix in self.prefixes}
        unused = {key for key in self.english
                  if key not in self.used and key not in enumerated
                  and re.sub(r"\.(body|subject)$", "", key) not in self.used}
        self.assertEqual(unused, set())

    def test_enumerated_keys_are_complete(self):
        for prefix, (file, enum, others) in ENUMERATED.items():
            present = {key for key in self.english if key.startswith(prefix)}
            wanted = {prefix + name for name in enumerators(file, enum) | others}
            self.assertEqual(present ^ wanted, set(), enum)

    def test_mails_have_subject_and_body(self):
        for key, wording in self.english.items():
            if key.startswith("mail."):
                stem = key.rsplit(".", 1)[0]
                self.assertIn(stem + ".subject", self.english)
                self.assertIn(stem + ".body", self.english)
            if key.endswith(".subject"):
                for messages in self.messages.values():
                    self.assertNotIn("\n", messages[key], key)
                    self.assertNotIn("{{code}}", messages[key], "a code shows on locked screens")

    def test_sms_fit_one_message(self):
        for code, messages in self.messages.items():
            for key, wording in messages.items():
                if key.startswith("sms."):
                    filled = wording.replace("{{code}}", "447683").replace("{{portal}}", "P" * 40)
                    self.assertLessEqual(len(filled), 160, f"{code} {key}")
                    self.assertEqual(set(filled) - GSM, set(), f"{code} {key}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
