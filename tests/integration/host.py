"""A host of one's own: its /etc, users and PAM stacks, on the programs of the real one.

`enter` moves this process, and with it whatever it starts, into a mount and a network namespace of
its own. What is changed there lives in memory and is gone with the process, killed or not.
"""

import ctypes
import os
import shutil
import subprocess
from pathlib import Path

CLONE_NEWNS, CLONE_NEWNET = 0x00020000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000

STACKS = Path(os.environ["PORTAL_SOURCE"]) / "config/pam.d"
MODULE = Path(os.environ["PORTAL_BUILD"]) / "pam_module/pam_portal.so"
PAM = Path("/etc/pam.d")
FIRST_UID = 20000
LOCAL_PASSWORD = "Keller#Treppe4"

# Where programs leave traces: empty here.
EMPTIED = ("/run", "/home", "/var/log", "/var/lib/sudo")

libc = ctypes.CDLL(None, use_errno=True)


def call(function, *arguments):
    if function(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{function.__name__}: {os.strerror(code)}")


def mount(source, target, kind=None, flags=0):
    call(libc.mount, *(None if word is None else str(word).encode()
                       for word in (source, target, kind)), flags, None)


def modules_folder():
    """Where libpam looks for a module that a stack names without a path."""
    return next(Path("/usr/lib").glob("*-linux-gnu/security/pam_unix.so")).parent


class PrivateHost:
    """The one that this process lives on."""

    def __init__(self):
        self.next_uid = FIRST_UID
        call(libc.unshare, CLONE_NEWNS | CLONE_NEWNET)
        mount(None, "/", flags=MS_REC | MS_PRIVATE)
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        mount("tmpfs", "/mnt", "tmpfs")
        for folder in (Path("/etc"), modules_folder()):
            private = Path("/mnt") / folder.name
            shutil.copytree(folder, private, symlinks=True)
            mount(private, folder, flags=MS_BIND)
        shutil.copy(MODULE, modules_folder())
        for folder in filter(os.path.isdir, EMPTIED):
            mount("tmpfs", folder, "tmpfs")
            os.chmod(folder, 0o755)
        Path("/run/portald").mkdir()
        # What Debian's su and login complain about when it is missing.
        Path("/etc/default/locale").touch()

    def install_stack(self, name, service=None):
        """A stack of config/pam.d, byte by byte, for the service of its name or of another."""
        shutil.copy(STACKS / name, PAM / (service or name))

    def add_user(self, name, groups=(), password=None):
        """A local user with a home; without a local password unless one is given."""
        uid, self.next_uid = self.next_uid, self.next_uid + 1
        home = Path("/home") / name
        self._append("passwd", f"{name}:x:{uid}:{uid}::{home}:/bin/sh")
        self._append("shadow", f"{name}:*:20000:0:99999:7:::")
        self._append("group", f"{name}:x:{uid}:")
        for group in groups:
            subprocess.run(["groupadd", "--force", "--system", group], check=True)
            subprocess.run(["usermod", "--append", "--groups", group, name], check=True)
        if password:
            subprocess.run(["chpasswd", "-c", "SHA256"], input=f"{name}:{password}", text=True,
                           check=True)
        home.mkdir(mode=0o755)
        os.chown(home, uid, uid)

    def add_keeper(self):
        """The local way in: a user with a local password whom the stacks let use it."""
        if not (Path("/home") / "keeper").exists():
            self.add_user("keeper", ["local-login"], LOCAL_PASSWORD)
        return "keeper"

    @staticmethod
    def authorize(name, key):
        """Lets the user log in by this public key."""
        folder = Path("/home") / name / ".ssh"
        folder.mkdir(exist_ok=True)
        shutil.copy(key.with_suffix(".pub"), folder / "authorized_keys")

    @staticmethod
    def _append(file, line):
        with open(Path("/etc") / file, "a", encoding="utf-8") as entries:
            entries.write(line + "\n")


def as_user(name, *command):
    """`command` as this user would start it: a process that is not root."""
    return ["setpriv", f"--reuid={name}", f"--regid={name}", "--init-groups", *command]


_entered = []


def enter():
    """Gives this process's private host; made at the first call."""
    if not _entered:
        _entered.append(PrivateHost())
    return _entered[0]
