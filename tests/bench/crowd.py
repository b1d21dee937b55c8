"""Many made-up people, the same at every run: for the directory, the store and the peers."""

import base64
import hashlib
import os
import uuid
from dataclasses import dataclass

from demo_parts.people import with_check_digit
from demo_parts.slapd import PEOPLE

PASSWORD = "Regen?Bogen7unter"
SPACE = uuid.UUID("5f3b5a52-0d0e-4a5e-9a52-3c1f6f0f4c11")


@dataclass(frozen=True)
class Someone:
    number: int

    @property
    def name(self):
        return f"u{self.number:06}"

    @property
    def dn(self):
        return f"uid={self.name},{PEOPLE}"

    @property
    def entry_uuid(self):
        return uuid.uuid5(SPACE, self.name)

    @property
    def ahv_number(self):
        return with_check_digit(f"756{self.number:09}")

    @property
    def seed(self):
        return hashlib.sha1(b"seed" + self.name.encode()).hexdigest()


def salted_sha(password):
    salt = os.urandom(8)
    digest = hashlib.sha1(password.encode() + salt).digest()
    return "{SSHA}" + base64.b64encode(digest + salt).decode()


def entry(someone, password_hash):
    """Its LDIF."""
    return (f"dn: {someone.dn}\nobjectClass: inetOrgPerson\nuid: {someone.name}\ncn: Anna Muster\n"
            f"sn: Muster\nmail: {someone.name}@example.ch\nentryUUID: {someone.entry_uuid}\n"
            f"userPassword: {password_hash}\n\n")


def line_for_store(someone):
    """As fill_store reads it."""
    return "\t".join((someone.name, someone.dn, str(someone.entry_uuid), someone.ahv_number,
                      someone.seed)) + "\n"


def line_for_loop(someone):
    """As login_loop reads it."""
    return "\t".join((someone.name, someone.dn, PASSWORD, someone.seed)) + "\n"


def line_for_oath(someone):
    """As pam_oath's file of users has it."""
    return f"HOTP/T30/6\t{someone.name}\t-\t{someone.seed}\n"
