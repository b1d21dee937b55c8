"""What the daemon sends in place of a mail server and an SMS gateway: files in a folder."""

import email
import email.policy
import json
import re
import time
from pathlib import Path


class Words:
    """What a person was sent, with a code in it."""

    text = ""

    def code_or_none(self, digits):
        """The only run of so many digits in it, if there is one."""
        found = re.findall(rf"(?<!\d)\d{{{digits}}}(?!\d)", self.text)
        return found[0] if len(found) == 1 else None

    def code(self, digits):
        """The only run of so many digits in it."""
        code = self.code_or_none(digits)
        if code is None:
            raise AssertionError(f"wanted one code of {digits} digits in: {self.text!r}")
        return code


class Letter(Words):
    """One mail or SMS as a person reads it."""

    def __init__(self, path):
        self.path = path
        self.is_sms = path.name.endswith(".sms.json")
        if self.is_sms:
            content = json.loads(path.read_text(encoding="utf-8"))
            self.to, self.subject, self.text = content["number"], None, content["text"]
        else:
            content = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            self.to, self.subject = str(content["To"]), str(content["Subject"])
            self.text = content.get_body(("plain",)).get_content()


class Spool:
    """Reads each file of the folder once, in the order in which they were sent."""

    def __init__(self, folder, seen=()):
        self.folder = Path(folder)
        self.seen = set(seen)

    def skip_all(self):
        """What is there already is old."""
        self.seen.update(path.name for path in self._files())

    def new(self):
        fresh = [path for path in self._files() if path.name not in self.seen]
        self.seen.update(path.name for path in fresh)
        return [Letter(path) for path in fresh]

    def wait_for(self, to, patience=10):
        """The next one to this recipient; others that come before it are passed over."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            for path in self._files():
                if path.name in self.seen:
                    continue
                self.seen.add(path.name)
                letter = Letter(path)
                if letter.to == to:
                    return letter
            time.sleep(0.05)
        raise AssertionError(f"nothing was sent to {to} within {patience} s")

    def _files(self):
        if not self.folder.is_dir():
            return []
        wanted = (".eml", ".sms.json")
        return sorted(path for path in self.folder.iterdir() if path.name.endswith(wanted))
