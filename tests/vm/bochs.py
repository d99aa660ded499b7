#!/usr/bin/python3
"""Boots a machine in Bochs, another emulator than QEMU, and judges the report that came out of its first
serial port. Takes minutes, so CI runs it only when asked: BOOTPROBE_BOCHS=1.

    bochs.py [--hook PATH]              boots and judges
    bochs.py --capture PROGRAM          boots, and renews tests/fixtures/bochs from what it is

What a run left behind lies in .cache/vm/results/bochs: serial0.log, console.jsonl, bochs.log.
"""

import argparse
import base64
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib"), str(HERE.parent / "fixtures")]

import cache
import debian
import expect
import images
import kernels
import newc
import run

KERNEL = "6.1-cloud"
NEEDED = ("bochs", "grub-mkrescue", "xorriso")
TIMEOUT_S = 900
# Bochs has no port of its own for a report: the records go where the page goes. Its UART takes no more
# than a real one, and the 9600 baud that Linux begins with are too slow for all of them.
CMDLINE = ("bootprobe bootprobe.sinks=kmsg,run,console,console-records loglevel=4 console=ttyS0,115200 "
           "root=/dev/sda1 panic=-1")
# The debugger, which Debian's Bochs is built with, stands still before the first instruction.
DEBUGGER_COMMANDS = "c\n"
SETTINGS = """\
display_library: term
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
cpu: model=corei7_sandy_bridge_2600k, count=1, ips=50000000, reset_on_triple_fault=0
memory: guest=512, host=512
clock: sync=none
boot: cdrom
ata0-master: type=disk, path="{disk}", mode=volatile
ata1-master: type=cdrom, path="{iso}", status=inserted
com1: enabled=1, mode=file, dev="{serial}"
log: "{log}"
panic: action=fatal
error: action=report
info: action=ignore
debug: action=ignore
speaker: enabled=0
"""
GRUB = """\
set timeout=0
set default=0
menuentry boot {{
	linux /vmlinuz {cmdline}
	initrd /initrd
}}
"""
PRESENT = (
    {"type": "platform", "hypervisor": "bochs"},
    {"type": "console", "name": "ttyS0", "is_dev_console": True, "empty_write": "ok", "live": True},
    {"type": "uart", "name": "ttyS0", "live": True, "uart": "16550A"},
    # COM2 is declared and has no UART.
    {"type": "acpi.device", "path": {"regex": "COM2$"}, "status": "0xf", "pnp_state": "active"},
    {"type": "uart", "live_ports": 1},
    {"type": "block", "name": "sda", "transport": "ata"},
    {"type": "root", "devices": ["sda1"]},
    {"type": "handoff", "mounted": True, "init_stat": "ok"},
)
ABSENT = (
    {"type": "uart", "name": "ttyS1", "live": True},
    {"type": "finding", "severity": {"regex": "error|warning"}},
)
STAND_IN = """#!/bin/busybox sh
[ "$1" = finish ] || exit 0
dmesg -n 1
/capture --keep-ids /run/machine.tar
status=$?
{ echo CAPTURE-BEGIN; gzip -c /run/machine.tar | base64; echo "CAPTURE-STATUS $status"; } >/dev/ttyS0
sleep 600
"""


def missing():
    return [name for name in NEEDED if not shutil.which(name)]


def initrd(hook, folder, capture=None):
    scenario = run.scenarios.Scenario("bochs", "", kernel=KERNEL)
    made = folder / "initrd"
    images.initrd(scenario, hook, made)
    if capture:
        archive = newc.Archive()
        archive.file("capture", capture.read_bytes(), 0o755)
        with open(made, "ab") as out:
            out.write(archive.bytes())
    return made


def disc(folder, made):
    """A disc with GRUB, the kernel and the initrd."""
    tree = folder / "disc"
    (tree / "boot/grub").mkdir(parents=True)
    shutil.copy(kernels.kernel(KERNEL).vmlinuz, tree / "vmlinuz")
    made.rename(tree / "initrd")
    (tree / "boot/grub/grub.cfg").write_text(GRUB.format(cmdline=CMDLINE))
    iso = folder / "disc.iso"
    debian.run(["grub-mkrescue", "-d", "/usr/lib/grub/i386-pc", "-o", str(iso), str(tree)])
    shutil.rmtree(tree)
    return iso


def drain(descriptor):
    try:
        while os.read(descriptor, 65536):
            pass
    except OSError:
        pass


def bochs(folder, iso, until):
    """Runs Bochs until its serial port has said that or it has ended by itself; returns the seconds."""
    serial = folder / "serial0.log"
    spec = run.scenarios.Disk(bus="ide").spec()
    settings, commands = folder / "bochsrc", folder / "commands"
    settings.write_text(SETTINGS.format(disk=images.disk_image(spec, KERNEL), iso=iso, serial=serial,
                                        log=folder / "bochs.log"))
    commands.write_text(DEBUGGER_COMMANDS)
    terminal, end = pty.openpty()
    started = time.monotonic()
    process = subprocess.Popen(
        ["setpriv", "--pdeathsig", "KILL", "bochs", "-q", "-f", str(settings), "-rc", str(commands)],
        stdin=end, stdout=end, stderr=end, start_new_session=True,
        env={**os.environ, "TERM": "linux", "LINES": "30", "COLUMNS": "100"})
    os.close(end)
    threading.Thread(target=drain, args=(terminal,), daemon=True).start()
    try:
        while time.monotonic() - started < TIMEOUT_S and process.poll() is None and \
                not re.search(until, run.read_text(serial), re.M):
            time.sleep(0.5)
        return time.monotonic() - started
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.close(terminal)


def boot(hook, until, capture=None):
    folder = run.RESULTS / "bochs"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    iso = disc(folder, initrd(hook, folder, capture))
    with run.vm_slot():
        seconds = bochs(folder, iso, until)
    iso.unlink()
    return folder, seconds


def judge(folder):
    """What is wrong with the report that the serial port holds."""
    lines = expect.records_of((folder / "serial0.log").read_bytes())
    if not lines:
        return ["no report on the serial port"]
    (folder / "console.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    said = expect.validate(folder / "console.jsonl", "finish")
    complaints = [f"console: {said}"] if said else []
    records = expect.parse(lines)
    complaints += [f"no record {matcher}; nearest: {expect.nearest(records, matcher)}"
                   for matcher in PRESENT if not any(expect.matches(r, matcher) for r in records)]
    complaints += [f"unwanted: {record}" for matcher in ABSENT for record in records
                   if expect.matches(record, matcher)]
    return complaints


def report(hook):
    folder, seconds = boot(hook, r'"type":"end".*"phase":"finish"')
    complaints = judge(folder)
    print(f"{'FAIL' if complaints else 'PASS'} {seconds:6.1f} s  bochs: another emulator, with a UART that ACPI "
          "declares and that is not there")
    for complaint in complaints:
        print(f"       {complaint}")
    if complaints:
        print(run.tail(folder / "serial0.log"), run.tail(folder / "bochs.log"), sep="\n")
    print(f"{int(not complaints)} passed, {int(bool(complaints))} failed, 0 skipped")
    return 1 if complaints else 0


def renew(program):
    """The fixture, from the machine as it is when stage 1 is over."""
    import capture
    fixture = cache.REPO / "tests/fixtures/bochs"
    folder = run.RESULTS / "bochs"
    folder.parent.mkdir(parents=True, exist_ok=True)
    stand_in = folder.parent / "bochs-stand-in"
    stand_in.write_text(STAND_IN)
    _, seconds = boot(stand_in, r"^CAPTURE-STATUS \d+", program)
    text = run.read_text(folder / "serial0.log")
    found = re.search(r"CAPTURE-BEGIN\n(.*?)CAPTURE-STATUS 0", text, re.S)
    if not found:
        sys.exit(f"bochs.py: nothing was captured: {text[-1000:]}")
    capture.unpack(zlib.decompress(base64.b64decode(found[1]), 31), fixture / "root")
    print(f"bochs: captured after {seconds:.0f} s")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hook", help="the static bootprobe-hook to put into the initrd")
    parser.add_argument("--capture", type=Path, help="the static capture program: renews the fixture")
    options = parser.parse_args()
    lacking = missing()
    if lacking:
        print(f"SKIP  bochs: no {', '.join(lacking)} (sh tests/deps.sh bochs)")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    if options.capture:
        return renew(options.capture.resolve())
    return report(run.find_hook(options.hook))


if __name__ == "__main__":
    sys.exit(main())
