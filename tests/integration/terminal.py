"""A person at a terminal: reads what a program shows, and types."""

import os
import pty
import re
import select
import signal
import time


class Terminal:
    """One program on a terminal of its own; ended with it. Use as a context manager."""

    def __init__(self, command, environment=None, patience=20):
        self.command, self.patience = [str(word) for word in command], patience
        self.screen, self.read_to, self.code = "", 0, None
        clean = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "TERM": "dumb"}
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            try:
                os.chdir("/")
                os.execvpe(self.command[0], self.command, {**clean, **(environment or {})})
            finally:
                os._exit(127)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.terminal)
        if self.code is None:
            end = time.monotonic() + 3
            while not self._ended() and time.monotonic() < end:  # the terminal is gone: it hangs up
                time.sleep(0.01)
            if self.code is None:
                os.kill(self.pid, signal.SIGKILL)
                self._ended(0)

    def expect(self, pattern, patience=None):
        """Reads until what is new on the screen matches; gives the match."""
        end = time.monotonic() + (patience or self.patience)
        while True:
            match = re.search(pattern, self.screen[self.read_to:])
            if match:
                self.read_to += match.end()
                return match
            if not self._read(end):
                raise AssertionError(f"{self.command[0]} never showed {pattern!r}:\n{self.screen}")

    def type(self, text):
        os.write(self.terminal, (text + "\n").encode())

    def answer(self, prompt, text):
        """Types at a prompt, and gives it as it was shown."""
        shown = self.expect(prompt).group()
        self.type(text)
        return shown

    def wait(self, patience=None):
        """Reads to the end; gives the exit code (128 + signal, as a shell does)."""
        end = time.monotonic() + (patience or self.patience)
        while self._read(end):
            pass
        while not self._ended():
            if time.monotonic() > end:
                raise AssertionError(f"{self.command[0]} does not end:\n{self.screen}")
            time.sleep(0.01)
        return self.code

    def _read(self, end):
        """More of the screen; false at its end, or when time is up."""
        ready, _, _ = select.select([self.terminal], [], [], max(0, end - time.monotonic()))
        if not ready:
            return False
        try:
            data = os.read(self.terminal, 4096)
        except OSError:  # nobody holds the other end any more
            return False
        self.screen += data.decode("utf-8", "replace").replace("\r", "")
        return bool(data)

    def _ended(self, flags=os.WNOHANG):
        pid, status = os.waitpid(self.pid, flags)
        if pid:
            code = os.waitstatus_to_exitcode(status)
            self.code = code if code >= 0 else 128 - code
        return bool(pid)
