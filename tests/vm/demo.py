#!/usr/bin/python3
"""The VM part of tests/demo.sh: an initrd by this machine's dracut, one boot, the report as a page."""

import argparse
import shlex
import shutil
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]

import cache
import debian
import disk
import dracut
import expect
import images
import kernels
import machine
import pretty
import run
import scenario as scenarios

FOLDER = cache.CACHE / "demo"
KERNEL = "6.1-cloud"
ROOT = f"root=UUID={disk.FS_UUID}"
BUSES = ("virtio-scsi", "virtio-blk")


def arguments():
    parser = argparse.ArgumentParser(usage="see tests/demo.sh --help", add_help=False)
    parser.add_argument("--started", type=int, default=int(time.time()))
    parser.add_argument("--serial", action="store_true")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--disk", default="20G")
    parser.add_argument("--table", default="2G")
    parser.add_argument("--bus", default=BUSES[0], choices=BUSES)
    parser.add_argument("--cmdline", default="")
    return parser.parse_args()


def describe(options):
    size, table = disk.parse_size(options.disk), disk.parse_size(options.table)
    return scenarios.Scenario(
        name="demo", summary="", kernel=KERNEL, timeout_s=180,
        cmdline=f"bootprobe console=tty0 console=ttyS0 {ROOT} {options.cmdline}".strip(),
        machine=scenarios.Machine(memory_mib=1024, serial=["isa"] if options.serial else []),
        disk=[scenarios.Disk(bus=options.bus, size=size, table=min(size, table))])


def boot(scenario, initrd):
    kernel = kernels.kernel(KERNEL)
    image = images.disk_image(scenario.disk[0].spec(), KERNEL)
    args = machine.CommandLine(scenario, FOLDER).build(kernel.vmlinuz, initrd, [image])
    (FOLDER / "qemu.sh").write_text(shlex.join(args) + "\n")
    with run.vm_slot():
        return run.run_qemu(scenario, FOLDER, args, [image])


def main():
    options = arguments()

    def say(text):
        print(f"{int(time.time()) - options.started:3} s  {text}", flush=True)

    scenario = describe(options)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    say("fetching and unpacking a Debian kernel (once)")
    kernels.kernel(KERNEL)
    say("making the initrd with dracut")
    initrd = FOLDER / "initrd"
    dracut.host_initrd(KERNEL, dracut.stage(FOLDER / "stage"), initrd)
    serial = "a" if options.serial else "no"
    say(f"booting: {serial} serial port, {options.disk} disk on {options.bus}")
    complaint = boot(scenario, initrd)
    texts, captures = run.collect(FOLDER)
    reached = "STAGE2-ALIVE" in texts["test"]
    say("the machine reached stage 2" if reached else "the machine did not reach stage 2")
    if complaint:
        say(complaint)

    records = expect.parse(captures["virtio"])
    print()
    print(pretty.page(records, run.read_text(FOLDER / "guest/run/summary.txt")))
    print()
    print(f"{len(records)} records, as they came out of the virtio port: {FOLDER}/report-port.log")
    if options.keep:
        print(f"to boot it again: sh {FOLDER}/qemu.sh")
    else:
        initrd.unlink()
    return 0 if reached and records and not complaint else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (debian.Unavailable, scenarios.Malformed) as error:
        sys.exit(f"demo: {error}")
