#!/usr/bin/python3
"""Kills the flight recorder, and the collector it reports to, at random moments of real boots.

Every boot must come to the end that it would have come to without bootprobe: stage 2, or the same panic.
What to kill and when follows from the seed, which is printed; a run that was interrupted goes on where it
was (.cache/vm/kill/SEED). Prints a table: boots, kills that hit, boots harmed, the slowest.

    kill_recorder.py                       200 boots, one at a time
    kill_recorder.py --boots 6 --jobs 2    a slice of them
    kill_recorder.py --seed 7 --only stop  those of that kind
"""

import argparse
import concurrent.futures
import contextlib
import dataclasses
import functools
import json
import random
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
VM = HERE.parent / "vm"
sys.path[:0] = [str(VM), str(HERE.parent / "lib")]

import cache
import debian
import images
import kernels
import machine
import newc
import run as vm
import scenario as scenarios

KILLER = HERE / "killer.c"
# On a busy host an emulated timer may be late enough for the kernel to take it for broken.
RECORDED = "no_timer_check bootprobe bootprobe.record={record} console=ttyS0"
UUID_ROOT = "root=UUID=b0079a0b-0000-4000-8000-000000000003"
PANIC = "Attempted to kill init! exitcode="
SIGKILL, SIGSTOP = 9, 19


class Kind(NamedTuple):
    """A kind of boot. share: of all boots; end: the panic that it ends with, "": stage 2."""
    share: int
    cmdline: str
    initrd: str = "bare"
    stage2: str = ""
    end: str = ""
    memory_mib: int = 512
    who: tuple = ("recorder", "collector")
    signal: int = SIGKILL
    is_held: bool = False
    usual_s: float = 2.0        # from the recorder's start to the end, where no undisturbed boot told it


KINDS = {
    # To the end of stage 2.
    "plain": Kind(10, "root=/dev/vda1"),
    # An init that dies: the panic must come all the same, and be the same.
    "panic": Kind(4, "root=/dev/vda1", stage2="init-set-e", end="0x00000100"),
    # At the first moment when PID 1 stands still for its tracer.
    "held": Kind(3, "root=/dev/vda1", stage2="init-set-e", end="0x00000100", is_held=True),
    # A recorder that is stopped instead.
    "stop": Kind(2, "root=/dev/vda1", who=("recorder",), signal=SIGSTOP),
    # systemd in stage 1, which stops everything for a moment itself.
    "systemd": Kind(1, UUID_ROOT, initrd="dracut059-systemd", memory_mib=1024, usual_s=15),
}
COMMS = {"recorder": "bp-recorder", "observer": "bp-observer"}


def scenario_of(name, kind, record, options):
    words = " ".join(filter(None, ["rdinit=/killer", RECORDED.format(record=record), kind.cmdline, options]))
    return scenarios.Scenario(
        name=name, summary="", initrd=kind.initrd, cmdline=words, timeout_s=600,
        machine=scenarios.Machine(memory_mib=kind.memory_mib, serial=["isa"]),
        disk=[scenarios.Disk(stage2=kind.stage2)])


def killer_program(made):
    debian.run(["cc", "-static", "-Os", "-s", "-Wall", "-Werror", "-o", str(made), str(KILLER)])


def make_initrd(name, hook, made):
    program = cache.entry(kernels.VM / f"killer-{cache.key(KILLER)}", killer_program)
    archive = newc.Archive()
    archive.file("killer", program.read_bytes(), 0o755)
    images.initrd(scenario_of(name, KINDS[name], "exit", ""), hook, made)
    with open(made, "ab") as out:
        out.write(archive.bytes())


class Boot(NamedTuple):
    """One boot of the plan. after: of what is possible, which part passes before the signal."""
    number: int
    kind: str
    who: str
    after: float

    def is_reference(self):
        return not self.who


def plan(seed, count, record, references):
    """Undisturbed boots first; the kinds in turn, so that any slice has some of each."""
    boots = [Boot(n, kind, "", 0) for n, kind in
             enumerate(kind for kind in KINDS for _ in range(references))]
    # Of each kind its share, evenly spread, the first of each at the front.
    every = sum(kind.share for kind in KINDS.values())
    order = sorted((position / kind.share, name) for name, kind in KINDS.items()
                   for position in range(kind.share))
    draw = random.Random(seed)
    for n in range(count):
        name = order[n % every][1]
        who = KINDS[name].who + (("observer",) if record == "full" and len(KINDS[name].who) > 1 else ())
        boots.append(Boot(len(boots), name, who[n // every % len(who)] if n >= every
                          else draw.choice(who), draw.random()))
    return boots


class Campaign:
    def __init__(self, options, hook):
        self.options, self.hook = options, hook
        self.folder = kernels.VM / "kill" / f"{options.seed}-{options.record}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.results = self.folder / "results.jsonl"
        self.done = {}
        if self.results.exists():
            for line in self.results.read_text().splitlines():
                result = json.loads(line)
                self.done[result["number"]] = result

    @functools.cache
    def initrd(self, name):
        made = self.folder / f"initrd-{name}"
        make_initrd(name, self.hook, made)
        return made

    def run(self, boot):
        kind = KINDS[boot.kind]
        words = [f"kill_who={COMMS.get(boot.who or 'recorder', boot.who)}"]
        if boot.is_reference():
            words.append("kill_signal=0")
        else:
            words += [f"kill_signal={kind.signal}", f"kill_after={self.delay_ms(boot)}"]
            words += ["kill_held=1"] if kind.is_held else []
        scenario = scenario_of(f"kill-{boot.number}", kind, self.options.record, " ".join(words))
        folder = self.folder / str(boot.number)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        kernel = kernels.kernel(scenario.kernel)
        disks = [images.disk_image(disk.spec(), scenario.kernel) for disk in scenario.disk]
        args = machine.CommandLine(scenario, folder).build(kernel.vmlinuz, self.initrd(boot.kind), disks)
        with vm.vm_slot():
            complaint = vm.run_qemu(scenario, folder, args, disks)
        result = {**boot._asdict(), **judge(kind, folder, complaint)}
        if not result["harm"]:
            shutil.rmtree(folder)
        return result

    def delay_ms(self, boot):
        """A held one is waited for from then on."""
        seen = [r["end_s"] - r["there_s"] for r in self.references(boot.kind)]
        least = min(seen, default=KINDS[boot.kind].usual_s)
        return int(1000 * least * boot.after * (0.6 if KINDS[boot.kind].is_held else 1))

    def references(self, kind):
        return [r for r in self.done.values() if r["kind"] == kind and not r["who"]]

    def keep(self, result):
        self.done[result["number"]] = result
        with open(self.results, "a") as out:
            out.write(json.dumps(result) + "\n")

    def work(self, boots):
        boots = [boot for boot in boots if boot.number not in self.done]
        with concurrent.futures.ThreadPoolExecutor(self.options.jobs) as pool:
            for done in concurrent.futures.as_completed([pool.submit(self.run, b) for b in boots]):
                result = done.result()
                self.keep(result)
                print(describe(result), flush=True)


def last_float(pattern, text):
    found = re.findall(pattern, text, re.M)
    return float(found[-1]) if found else None


def judge(kind, folder, complaint):
    """What became of a boot, and what the killer said of it."""
    serial, test = vm.serial_text(folder), vm.read_text(folder / "test-port.log")
    report = vm.read_text(folder / "report-port.log")
    harm = [complaint] if complaint else []
    if kind.end:
        if f"{PANIC}{kind.end}" not in serial:
            harm.append("not the panic that it should have ended with")
        end_s = last_float(r"^\[ *(\d+\.\d+)\] Kernel panic", serial)
    else:
        if "STAGE2-ALIVE" not in test or "STAGE2-END" not in test:
            harm.append("stage 2 did not come to its end")
        if "Kernel panic" in serial:
            harm.append("a panic")
        end_s = last_float(r"^\[ *(\d+\.\d+)\] reboot: ", serial)
    if end_s is None and not harm:
        harm.append("no end was seen")
    alive_s = last_float(r"^STAGE2-ALIVE uptime=([0-9.]+)$", test)
    kill = re.search(r"\[ *(\d+\.\d+)\] killer: signal \d+ to (\S+), PID 1 was (\S)", serial)
    return {"harm": harm, "end_s": end_s, "alive_s": alive_s,
            "there_s": last_float(r"\[ *(\d+\.\d+)\] killer: \S+ is there: \d+", serial),
            "kill_s": float(kill[1]) if kill else None,
            "state": kill[3] if kill else None,
            "is_told_lost": '"type":"recorder","state":"lost"' in report,
            "phase": phase(kill and float(kill[1]), kind, report, alive_s)}


def phase(kill_s, kind, report, alive_s):
    """Where in the boot that was."""
    if kill_s is None:
        return "too late"
    ends = [json.loads(line)["t"] for line in report.splitlines() if line.startswith("{")
            and '"type":"handoff"' in line and line.endswith("}")]
    if kind.is_held:
        return "PID 1 held"
    if alive_s and kill_s >= alive_s or not alive_s and ends and kill_s > ends[-1] + 0.5:
        return "stage 2"
    return "handoff" if ends and kill_s >= ends[0] else "stage 1"


def describe(result):
    what = f"{result['who']} {result['phase']}" if result["who"] else "undisturbed"
    when = f" at {result['kill_s']:.2f} s" if result["kill_s"] else ""
    return (f"{'FAIL' if result['harm'] else 'ok  '} {result['number']:4} {result['kind']:8} {what}{when}, "
            f"end {result['end_s']} {'; '.join(result['harm'])}")


def table(results):
    rows = [("boots", "killed", "in", "hits", "harmed", "told lost", "slowest / undisturbed")]
    groups = {}
    for result in results:
        if result["who"]:
            groups.setdefault((result["kind"], result["who"], result["phase"]), []).append(result)
    for (kind, who, where), group in sorted(groups.items()):
        usual = [r["end_s"] for r in results if r["kind"] == kind and not r["who"] and r["end_s"]]
        ends = [r["end_s"] for r in group if r["end_s"]]
        slow = f"{max(ends):.2f} s / {max(usual):.2f} s" if ends and usual else "-"
        rows.append((f"{len(group)} {kind}", who, where,
                     str(sum(r["kill_s"] is not None for r in group)),
                     str(sum(bool(r["harm"]) for r in group)),
                     str(sum(r["is_told_lost"] for r in group)), slow))
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
                     for row in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--boots", type=int, default=200, help="besides the undisturbed ones")
    parser.add_argument("--references", type=int, default=2, help="undisturbed boots of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--record", choices=("exit", "full"), default="exit")
    parser.add_argument("--only", choices=tuple(KINDS), help="boots of that kind")
    parser.add_argument("--jobs", type=int, default=1, help="VMs at once, at most 2")
    parser.add_argument("--hook", help=f"the static hook (default: {vm.HOOK})")
    parser.add_argument("--afresh", action="store_true", help="forget what was done with this seed")
    options = parser.parse_args()

    hook = vm.find_hook(options.hook)
    if options.afresh:
        shutil.rmtree(kernels.VM / "kill" / f"{options.seed}-{options.record}", ignore_errors=True)
    campaign = Campaign(options, hook)
    boots = [b for b in plan(options.seed, options.boots, options.record, options.references)
             if options.only in (None, b.kind)]
    wanted = {b.kind for b in boots if not b.is_reference()}
    boots = [b for b in boots if b.kind in wanted]
    print(f"seed {options.seed}, {len(boots)} boots, {len(campaign.done)} of them done before", flush=True)
    campaign.work([b for b in boots if b.is_reference()])
    campaign.work([b for b in boots if not b.is_reference()])
    results = [campaign.done[b.number] for b in boots]
    print(table(results))
    return verdict(results)


def verdict(results):
    """A kill that came too late has shown nothing; where most do, the killer does not work."""
    harmed = sum(bool(r["harm"]) for r in results)
    killed = [r for r in results if r["who"] and not r["harm"]]
    missed = [r for r in killed if r["kill_s"] is None]
    unseen = [r for r in killed if r["there_s"] is None]
    if missed:
        print(f"SKIP  {len(missed)} of the kills came too late: {', '.join(str(r['number']) for r in missed)}")
    if killed and (2 * len(missed) >= len(killed) or unseen):
        print(f"FAIL  the killer does not do its work: {len(missed)} of {len(killed)} kills hit nothing, and "
              f"{len(unseen)} of the processes were never seen")
        harmed += 1
    print(f"{max(0, len(results) - harmed - len(missed))} passed, {harmed} failed, {len(missed)} skipped")
    return 1 if harmed else 0


if __name__ == "__main__":
    sys.exit(main())
