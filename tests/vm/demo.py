#!/usr/bin/python3
"""The VM part of tests/demo.sh, which has checked the options: an initrd, one boot, and the report as
people read it."""

import argparse
import contextlib
import dataclasses
import re
import shlex
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]

import cache
import debian
import disk
import dracut
import host
import images
import kernels
import machine
import run
import scenario as scenarios

FOLDER = cache.CACHE / "demo"
BOOTPROBE = cache.REPO / "build/dev/bootprobe"
VALIDATE = cache.REPO / "tests/validate.py"
HOOK = run.HOOK
KERNEL = "6.1-cloud"
SIGN_OF_LIFE_S = 5
RECORD = b'{"bootprobe":1,'
# A probe that did not end in time: under emulation that tells of the host.
TOO_SLOW = b'"state":"timeout"'
PANIC = re.compile(r"^.*Kernel panic - not syncing.*?(?= *\]?---|$)", re.M)
# Stands in QEMU's arguments for the folder that a boot writes to. A shell and QEMU take it as it is.
OUTPUT = Path("@OUTPUT@")

AGAIN = """\
#!/bin/sh
# Boots the machine of the demo again. Each boot has a folder of its own.
set -eu
output=$(mktemp -d {folder}/boot.XXXXXX)
echo "what the machine writes goes to $output"
{command}
ls -l "$output"
echo "to read the report: {bootprobe} read $output/report-port.log"
"""


def arguments():
    parser = argparse.ArgumentParser(usage="see tests/demo.sh --help", add_help=False)
    parser.add_argument("--started", type=int, default=int(time.time()))
    parser.add_argument("--disk", required=True)
    parser.add_argument("--table", required=True)
    parser.add_argument("--bus", required=True)
    parser.add_argument("--cmdline", default="")
    parser.add_argument("--serial", action="store_true")
    parser.add_argument("--growroot", action="store_true")
    parser.add_argument("--keep", action="store_true")
    return parser.parse_args()


def parameters(start, options):
    return f"{start} console=tty0 console=ttyS0 root=UUID={disk.FS_UUID} {options.cmdline}".strip()


def describe(options):
    serial = ["isa"] if options.serial else []
    one = scenarios.Scenario(
        name="demo", summary="", kernel=KERNEL, timeout_s=180,
        cmdline=parameters("bootprobe", options),
        machine=scenarios.Machine(memory_mib=1024, serial=serial),
        disk=[scenarios.Disk(bus=options.bus, size=options.disk, table=options.table)])
    if not options.growroot:
        return one
    # A screen, on which the panic can be read: the serial console shows nothing.
    return dataclasses.replace(
        one, initrd="initramfs-tools-growroot",
        cmdline=parameters("rdinit=/bootprobe-hook bootprobe", options),
        machine=scenarios.Machine(memory_mib=1024, serial=serial, vga="std"),
        expect=scenarios.Expect(screen=[PANIC.pattern]))


# ---------------------------------------------------------------- progress

class Progress:
    """One line a step, and a sign of life where it takes long."""

    def __init__(self, started):
        self.started = started

    def say(self, text):
        print(f"{int(time.time()) - self.started:3} s  {text}", flush=True)

    @contextlib.contextmanager
    def step(self, text, where=lambda: "still at it"):
        self.say(text)
        over = threading.Event()

        def watch():
            while not over.wait(SIGN_OF_LIFE_S):
                self.say(f"    ... {where()}")

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()


# ---------------------------------------------------------------- the machine

def make_initrd(options, scenario, progress):
    initrd = FOLDER / "initrd"
    if not (kernels.VM / "kernels" / KERNEL).exists():
        with progress.step("fetching and unpacking a Debian kernel (once)"):
            kernels.kernel(KERNEL)
    if options.growroot:
        with progress.step("making an initrd with Debian's initramfs-tools and growroot, in a small "
                           "Debian (once)"):
            images.initrd(scenario, HOOK, initrd)
    else:
        with progress.step("making the initrd with dracut"):
            dracut.host_initrd(KERNEL, dracut.stage(FOLDER / "stage"), initrd)
    return initrd


def quoted(args, output):
    """A line for a shell in which the variable `output` names the folder."""
    words = [f'"{arg.replace(str(OUTPUT), "$" + output)}"' if str(OUTPUT) in arg else shlex.quote(arg)
             for arg in args]
    return " ".join(words)


def write_again(scenario, files):
    """A script that boots the machine once more: it is not talked to, so it goes off by itself."""
    alone = dataclasses.replace(scenario, expect=scenarios.Expect())
    args = machine.CommandLine(alone, OUTPUT).build(*files)
    script = FOLDER / "qemu.sh"
    script.write_text(AGAIN.format(folder=shlex.quote(str(FOLDER)), command=quoted(args, "output"),
                                   bootprobe=shlex.quote(str(BOOTPROBE))))
    return script


def boot(options, scenario, progress):
    """Returns (a complaint or None, the script that boots it again)."""
    initrd = make_initrd(options, scenario, progress)
    with progress.step("making the disk"):
        image = images.disk_image(scenario.disk[0].spec(), KERNEL)
    files = (kernels.kernel(KERNEL).vmlinuz, initrd, [image])
    report = FOLDER / "report-port.log"
    complaint = run_machine(options, scenario, files, report, progress)
    if report.exists() and TOO_SLOW in report.read_bytes():
        progress.say("this host was too busy for a clock of its own: now the guest's time passes with its "
                     "instructions")
        complaint = run_machine(options, scenario, files, report, progress, is_exact=True)
    return complaint, write_again(scenario, files)


def run_machine(options, scenario, files, report, progress, is_exact=False):
    for stale in (report, FOLDER / "screen.txt"):
        stale.unlink(missing_ok=True)
    args = machine.CommandLine(scenario, FOLDER, is_exact).build(*files)
    serial = "a" if options.serial else "no"
    mib = int(options.disk) >> 20
    size = f"{mib / 1024:g} GiB" if mib >= 1024 else f"{mib} MiB"
    state = ["waits: other VMs run on this machine"]

    def where():
        seen = report.read_bytes().count(RECORD) if report.exists() else 0
        return state[0] or f"{seen} lines of the report so far"

    with progress.step(f"booting: {serial} serial port, {size} disk on {options.bus}", where):
        with run.vm_slot():
            state[0] = ""
            return run.run_qemu(scenario, FOLDER, args, files[-1])


# ---------------------------------------------------------------- what came out of it

def shown(path):
    """As a person in this folder would type it."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def show_page(report):
    print(f"\n$ {shown(BOOTPROBE)} read {shown(report)}\n", flush=True)
    subprocess.run([BOOTPROBE, "read", report], stdin=subprocess.DEVNULL)


def is_right(report, panic):
    """Whether the report holds what docs/report-format.md promises. Says so."""
    options = ["--allow-missing"] if panic else []
    print("\n$", shown(VALIDATE), *options, shown(report), flush=True)
    right = subprocess.run([VALIDATE, *options, shown(report)], stdin=subprocess.DEVNULL).returncode == 0
    if panic:
        print(f"the kernel ended before the report did: {panic}")
    return right


def panic_line():
    found = PANIC.search(run.read_text(FOLDER / "screen.txt") + run.serial_text(FOLDER))
    return found[0].strip() if found else None


def main():
    options = arguments()
    progress = Progress(options.started)
    scenario = describe(options)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    complaint, again = boot(options, scenario, progress)
    texts, _ = run.collect(FOLDER)
    reached = "STAGE2-ALIVE" in texts["test"]
    progress.say("the machine reached stage 2" if reached else "the machine did not reach stage 2")
    if complaint:
        progress.say(complaint)

    report = FOLDER / "report-port.log"
    show_page(report)
    right = is_right(report, panic_line())
    print(f"\nthe records, as they came out of the virtio port: {shown(report)}")
    if options.keep:
        print(f"to boot it again: sh {shown(again)}")
    else:
        again.unlink()
        (FOLDER / "initrd").unlink()
    wants_stage2 = not options.growroot and not options.cmdline
    return 0 if right and not complaint and (reached or not wants_stage2) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (debian.Unavailable, host.Failed, scenarios.Malformed, subprocess.CalledProcessError) as error:
        sys.exit(f"demo: {error}")
    except KeyboardInterrupt:
        sys.exit("demo: interrupted")
