"""The daemon's clock, which a test sets instead of waiting for the next code or SMS."""

import time
from pathlib import Path

STEP = 30  # seconds


def library():
    """libfaketime for programs with threads."""
    for folder in Path("/usr/lib").glob("*-linux-gnu"):
        file = folder / "faketime" / "libfaketimeMT.so.1"
        if file.exists():
            return file
    raise FileNotFoundError("libfaketimeMT.so.1; Debian package faketime")


class Clock:
    """`environment`: for the daemon, which then reads `file` at each look at the clock. Its
    monotonic clock stays true: only the time of day is what an administrator may change."""

    def __init__(self, file):
        self.file = Path(file)
        self.set(0)
        self.environment = {
            "LD_PRELOAD": str(library()), "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}

    def set(self, offset):
        """In seconds against ours."""
        self.offset = offset
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{offset:+d}\n", encoding="ascii")
        fresh.rename(self.file)

    def advance(self, seconds):
        self.set(self.offset + seconds)

    def step(self):
        """What it shows, as the number of a time step."""
        return int(time.time() + self.offset) // STEP


def text_of(step):
    """The beginning of a time step as oathtool wants it."""
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(step * STEP))
