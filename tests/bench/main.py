"""Measures logins; `tests/bench/run` starts it."""

import argparse
import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path

from bench import memory, module, table
from bench.rows import LoginFailed, Row
from bench.stage import Stage

PROCESSES = 8
FEW, MIDDLE = 8, 1_000  # accounts of the smaller stores


class Plan:
    """The numbers of a run."""

    def __init__(self, quick):
        self.people = 8_000 if quick else 100_000
        self.oath_users = 1_000 if quick else 10_000
        self.rounds = 2 if quick else 5
        self.logins = 100 if quick else 500
        self.logins_side_by_side = 400 if quick else 2_000
        self.oath_logins_side_by_side = 160 if quick else 400
        self.argon2id_logins = 16 if quick else 40
        self.few_batches = 10 if quick else 100
        self.waiting = 100 if quick else 1_000
        self.loads = 200 if quick else 2_000


def rows_of(plan, stage):
    """Nobody is in two pools, and whoever has used a code does not come back within a minute."""
    ssha = stage.argon2id_from
    quarter = (ssha - plan.oath_users) // 4
    pools = [(ssha - (i + 1) * quarter, quarter) for i in range(4)]
    argon2id = (stage.argon2id_from, plan.people - stage.argon2id_from)
    half = argon2id[1] // 2
    directory, disk = stage.slapd.uri, stage.folder / "floor.append"
    bind = ("--bind", directory)
    append = ("--bind", directory, "--append", disk)
    big = plan.people
    p, f = "floor P: pam_permit + bind", "floor F: P + 4 KiB fdatasync"
    rows = []
    for account in (False, True):
        tail = ", account" if account else ""
        kept = {"account": account}
        # One login each, then the used codes are forgotten.
        few = {"pool": (0, FEW), "logins": FEW, "before": lambda: stage.forget_used_steps(FEW)}
        rows += [
            Row(p + tail, "floor", pools[0], options=bind, **kept),
            Row(f + tail, "floor", pools[0], options=append, **kept),
            Row("portal: password" + tail, f"password-{big}", pools[1], p + tail, 1.5, **kept),
            Row("portal: password + code" + tail, f"code-{big}",
                pools[2] if account else pools[3], f + tail, 1.5, codes=True, **kept),
            Row("pam_ldap" + tail, "pam_ldap", pools[0], p + tail, **kept),
        ]
        if account:
            continue
        rows += [
            Row(f"portal: password, {MIDDLE:,} accounts", f"password-{MIDDLE}", (0, MIDDLE), p),
            Row(f"portal: password, {FEW} accounts", f"password-{FEW}", floor=p,
                **few),
            Row(f"portal: password + code, {MIDDLE:,} accounts", f"code-{MIDDLE}", (0, MIDDLE), f,
                codes=True, logins=MIDDLE // 2,
                before=lambda: stage.forget_used_steps(MIDDLE)),
            Row(f"portal: password + code, {FEW} accounts", f"code-{FEW}", floor=f, codes=True,
                **few),
            # pam_oath wants each code of a person to be a later one.
            Row(f"pam_ldap + pam_oath, {FEW} users", f"pam_oath-{FEW}", (0, FEW), f, codes=True,
                spread=8, logins=64, tolerant=True, before=lambda: stage.renew_oath_users(FEW)),
            Row(f"pam_ldap + pam_oath, {plan.oath_users:,} users", f"pam_oath-{plan.oath_users}",
                (0, plan.oath_users), f, codes=True, tolerant=True,
                logins_side_by_side=plan.oath_logins_side_by_side,
                before=lambda: stage.renew_oath_users(plan.oath_users)),
            Row(p + ", Argon2id", "floor", argon2id, options=bind, logins=plan.argon2id_logins),
            Row("portal: password, Argon2id", f"password-{big}", (argon2id[0], half),
                p + ", Argon2id", 1.5, logins=plan.argon2id_logins),
            Row(f + ", Argon2id", "floor", argon2id, options=append, logins=plan.argon2id_logins),
            Row("portal: password + code, Argon2id", f"code-{big}", (argon2id[0] + half, half),
                f + ", Argon2id", 1.5, codes=True, logins=plan.argon2id_logins),
            Row("pam_ldap, Argon2id", "pam_ldap", argon2id, p + ", Argon2id",
                logins=plan.argon2id_logins),
        ]
    return rows


def chosen(rows, names):
    """Those that were asked for, and their floors."""
    wanted = [row for row in rows if not names or any(name in row.name for name in names)]
    floors = {row.floor for row in wanted}
    return [row for row in rows if row in wanted or row.name in floors]


def measure(plan, stage, rows, say):
    for turn in range(plan.rounds):
        say(f"round {turn + 1} of {plan.rounds} …")
        for row in rows:  # side by side in time: what disturbs one disturbs its floor too
            if row.logins == FEW:
                measure_few(plan, stage, row)
                continue
            row.measure(stage, plan.logins)
            row.measure_side_by_side(stage, plan.logins_side_by_side, PROCESSES)


def measure_few(plan, stage, row):
    """So few people can use so few codes at once: many batches make a round."""
    batches = plan.few_batches // plan.rounds + 1
    for _ in range(batches):
        row.measure(stage, FEW)
    many = [row.rounds.pop() for _ in range(batches)]
    row.rounds.append(sorted(ns for one in many for ns in one))


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/run")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", metavar="N", type=int)
    parser.add_argument("--json", metavar="FILE", type=Path)
    parser.add_argument("--folder", metavar="DIR", type=Path)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    plan = Plan(options.quick)
    plan.rounds = options.rounds or plan.rounds

    def say(text):
        print(text, file=sys.stderr, flush=True)

    with contextlib.ExitStack() as ends:
        folder = options.folder or ends.enter_context(
            tempfile.TemporaryDirectory(prefix="portal-bench-"))
        stage = Stage(Path(folder).resolve(), plan.people, say)
        ends.callback(stage.stop)
        stage.start_directory()
        stage.stack("floor", ["pam_permit.so"], "pam_permit.so")
        big = stage.start_portald(plan.people, 8443)
        idle = memory.of(big)
        stage.start_portald(MIDDLE, 8444)
        stage.start_portald(FEW, 8445)
        stage.start_peers(FEW, plan.oath_users)
        rows = chosen(rows_of(plan, stage), options.names)
        try:
            measure(plan, stage, rows, say)
            crowded = memory.with_waiting(stage, big, plan, say)
        except LoginFailed as failed:
            say(f"a login that should have succeeded failed:\n{failed}\n{big.last_lines(5)}")
            return 1
        facts = {"memory": {"idle": idle, **crowded}, "module": module.facts(plan.loads),
                 "people": plan.people, "processes": PROCESSES, "cpus": os.cpu_count()}
    print(table.text(rows, facts))
    if options.json:
        options.json.write_text(json.dumps(table.data(rows, facts), indent=1) + "\n",
                                encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
