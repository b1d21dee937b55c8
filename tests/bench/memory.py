"""What portald takes of memory: idle, and while many wait at the code prompt."""

import re
import statistics
import subprocess
from pathlib import Path

from bench.rows import LoginFailed, loop
from bench.stage import PROGRAMS


def of(portald):
    """In MiB: what it has for itself alone and its share of what others use too (PSS), and all of
    it (RSS)."""
    text = Path(f"/proc/{portald.process.pid}/smaps_rollup").read_text(encoding="ascii")
    return {name: int(re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)[1]) / 1024
            for name in ("Rss", "Pss")}


def with_waiting(stage, portald, plan, say):
    """With so many conversations at the code prompt: the memory, and how fast others log in
    meanwhile. All of them must come in at the end."""
    say(f"{plan.waiting:,} conversations wait at the code prompt …")
    service = f"code-{stage.people}"
    options = (f"password-{stage.people}", stage.everybody, 0, plan.logins)
    before = loop(*options)
    crowd = subprocess.Popen(
        [PROGRAMS / "bench_login_loop", "--linger", service, stage.everybody, "0",
         str(plan.waiting)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True)
    if crowd.stdout.readline() != "waiting\n":
        raise LoginFailed(f"waiting: {crowd.communicate()[0]}")
    used = of(portald)
    during = loop(*options)
    said, _ = crowd.communicate("\n")
    if crowd.returncode != 0:
        raise LoginFailed(f"{plan.waiting} who waited: {said[:2000]}")
    return {"waiting": plan.waiting, "with_waiting": used, "afterwards": of(portald),
            "login_before": statistics.median(before.ns) / 1000,
            "login_meanwhile": statistics.median(during.ns) / 1000}
