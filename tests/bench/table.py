"""The figures, for people and for programs."""

import statistics

HEAD = (f"{'':48}{'p50 µs':>9}{'p95':>8}{'p99':>8}{'× floor':>9}{'least–most':>13}{'at most':>9}"
        f"{'1 proc/s':>10}{'8 proc/s':>10}{'refused':>9}")


def ratio_of(row, by_name):
    return row.ratios(by_name[row.floor]) if row.floor else []


def line(row, by_name):
    ratios = ratio_of(row, by_name)
    held = f"{statistics.median(ratios):.2f}" if ratios else ""
    spread = f"{min(ratios):.2f}–{max(ratios):.2f}" if ratios else ""
    most = f"{row.most:.1f}" if row.most else ""
    side_by_side = f"{statistics.median(row.side_by_side):.0f}" if row.side_by_side else ""
    return (f"{row.name:48}{row.percentile(.5):9.0f}{row.percentile(.95):8.0f}"
            f"{row.percentile(.99):8.0f}{held:>9}{spread:>13}{most:>9}"
            f"{statistics.median(row.alone):10.0f}{side_by_side:>10}{row.refused:9}")


def text(rows, facts):
    by_name = {row.name: row for row in rows}
    memory, module = facts["memory"], facts["module"]
    load = module["load_us"]
    return "\n".join([
        f"{facts['people']:,} people, {facts['cpus']} processors, {len(rows[0].rounds)} rounds",
        HEAD, *(line(row, by_name) for row in rows), "",
        f"portald idle: {memory['idle']['Rss']:.1f} MiB RSS, {memory['idle']['Pss']:.1f} PSS"
        " (at most 40)",
        f"with {memory['waiting']:,} at the code prompt: {memory['with_waiting']['Rss']:.1f} MiB"
        f" RSS, {memory['with_waiting']['Pss']:.1f} PSS (at most 120);"
        f" afterwards {memory['afterwards']['Rss']:.1f}",
        f"a password login takes {memory['login_before']:.0f} µs before,"
        f" {memory['login_meanwhile']:.0f} µs meanwhile",
        f"pam_portal.so: {module['bytes']:,} bytes (under 40,960), needs"
        f" {' '.join(module['needed'])}; loading costs {load['portal']:.0f} µs, an empty module"
        f" {load['empty']:.0f} µs: {load['portal'] - load['empty']:.0f} µs more (under 100)"])


def data(rows, facts):
    by_name = {row.name: row for row in rows}
    return {**facts, "rows": [
        {"name": row.name, "floor": row.floor, "at_most": row.most,
         "us": {str(share): row.percentile(share / 100) for share in (50, 95, 99)},
         "ratios": ratio_of(row, by_name), "one_process": row.alone,
         "side_by_side": row.side_by_side, "refused": row.refused} for row in rows]}
