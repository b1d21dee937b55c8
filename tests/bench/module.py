"""pam_portal.so itself: what it needs, how large it is, what loading it costs."""

import re
import statistics
import subprocess
from pathlib import Path

from bench.stage import BUILD, PROGRAMS


def load_times(module, count):
    told = subprocess.run([PROGRAMS / "bench_module_cost", str(count), module],
                          stdout=subprocess.PIPE, text=True, check=True)
    return sorted(int(line) / 1000 for line in told.stdout.split())


def facts(loads):
    module, empty = BUILD / "pam_module/pam_portal.so", PROGRAMS / "bench_empty_module.so"
    listed = subprocess.run(["readelf", "-d", module], stdout=subprocess.PIPE, text=True,
                            check=True).stdout
    stripped = Path("/run/pam_portal.stripped.so")
    subprocess.run(["strip", "-o", stripped, module], check=True)
    load_times(module, loads)  # so that both are in the page cache
    ours, least = load_times(module, loads), load_times(empty, loads)
    return {"needed": re.findall(r"\(NEEDED\).*\[(.*)\]", listed),
            "bytes": stripped.stat().st_size,
            "load_us": {"portal": statistics.median(ours), "empty": statistics.median(least),
                        "portal_min": ours[0], "empty_min": least[0]}}
