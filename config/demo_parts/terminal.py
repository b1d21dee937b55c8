"""Logs in through PAM as a program of this host would: pamtester on the real module."""

import os
import pty
import select
import subprocess
import time
from pathlib import Path


def wrapper_library():
    """libpam_wrapper, which lets a private folder stand in for /etc/pam.d."""
    for folder in Path("/usr/lib").glob("*-linux-gnu"):
        for name in ("libpam_wrapper.so", "libpam_wrapper.so.0"):
            if (folder / name).exists():
                return folder / name
    raise FileNotFoundError("libpam_wrapper.so; Debian package libpam-wrapper")


class Outcome:
    def __init__(self, code, screen):
        self.code, self.screen = code, screen

    @property
    def succeeded(self):
        return self.code == 0


class Terminal:
    """A folder of PAM services, and pamtester on a terminal of its own."""

    def __init__(self, folder, module, socket):
        self.services = Path(folder)
        self.screen = ""  # as it was when the last answer was due
        self.services.mkdir(parents=True, exist_ok=True)
        self.module, self.socket = Path(module), Path(socket)
        self.write_service("portal-demo")
        # libpam reads it beside each service.
        (self.services / "other").write_text("".join(
            f"{phase:9}required  pam_deny.so\n"
            for phase in ("auth", "account", "password", "session")), encoding="utf-8")

    def write_service(self, name, options=""):
        line = f"{self.module} socket={self.socket} {options}".rstrip()
        stack = "".join(f"{phase:9}required  {line}\n"
                        for phase in ("auth", "account", "password", "session"))
        (self.services / name).write_text(stack, encoding="utf-8")

    def environment(self):
        return {"LD_PRELOAD": str(wrapper_library()), "PAM_WRAPPER": "1",
                "PAM_WRAPPER_SERVICE_DIR": str(self.services)}

    def command(self, user, *operations, service="portal-demo"):
        return ["pamtester", "-v", service, user, *operations]

    def printed_line(self, user, *operations):
        """The same as a person types it."""
        settings = " ".join(f"{name}={value}" for name, value in self.environment().items())
        return f"env {settings} pamtester portal-demo {user} {' '.join(operations)}"

    def log_in(self, user, answers, operations=("authenticate", "acct_mgmt"),
               service="portal-demo", patience=30):
        """Types one answer at each prompt (a function is called for it when it is due, and may look
        at the screen)."""
        main, terminal = pty.openpty()
        process = subprocess.Popen(
            self.command(user, *operations, service=service), stdin=terminal, stdout=terminal,
            stderr=terminal, env={**os.environ, **self.environment()}, start_new_session=True)
        os.close(terminal)
        screen, waiting, end = "", list(answers), time.monotonic() + patience
        seen = 0
        try:
            while time.monotonic() < end:
                ready, _, _ = select.select([main], [], [], 0.1)
                if ready:
                    try:
                        data = os.read(main, 4096)
                    except OSError:
                        break  # the other end is closed: the program is over
                    if not data:
                        break
                    screen += data.decode("utf-8", "replace")
                elif waiting and screen[seen:].rstrip(" ").endswith(":"):
                    # The prompt is out and nothing more comes: the person types.
                    seen = len(screen)
                    answer = waiting.pop(0)
                    self.screen = screen
                    text = answer() if callable(answer) else answer
                    os.write(main, (text + "\n").encode())
                elif process.poll() is not None:
                    break
            else:
                raise AssertionError(f"no end within {patience} s; on the screen: {screen!r}")
        finally:
            os.close(main)
            if process.poll() is None:
                try:
                    process.wait(5)
                except subprocess.TimeoutExpired:
                    process.kill()
        return Outcome(process.wait(), screen)
