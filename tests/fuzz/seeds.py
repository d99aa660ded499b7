#!/usr/bin/python3
"""Inputs to begin with, for the fuzz targets: out of the fixtures, of the captures, and of what the
unit tests hold against the same parsers.

    seeds.py TARGET FOLDER             writes them
    seeds.py --replay PROGRAM TARGET   gives PROGRAM these and crashers/TARGET; exit status 1 when it
                                       falls
"""

import re
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
TESTS = HERE.parent
sys.path.insert(0, str(TESTS / "reader"))

import made_report  # noqa: E402

MACHINES = sorted(TESTS.glob("fixtures/*/root"))

LITERALS = re.compile(r'"(?:[^"\\\n]|\\.)*"(?:\s*(?:"(?:[^"\\\n]|\\.)*"))*')
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')


def from_fixtures(*patterns):
    """The files of all captured machines that bear such a path."""
    for machine in MACHINES:
        for pattern in patterns:
            for path in sorted(machine.glob(pattern)):
                if path.is_file() and path.stat().st_size:
                    yield path.read_bytes()


def from_unit_tests(*names):
    """The strings in a unit test, adjacent ones joined as in C."""
    for name in names:
        source = (TESTS / f"unit/test_{name}.c").read_text()
        source = re.sub(r"^#include.*$", "", source, flags=re.M)
        for match in LITERALS.finditer(source):
            text = "".join(LITERAL.findall(match.group(0)))
            yield text.encode().decode("unicode_escape", "replace").encode("latin-1", "replace")


def aml():
    yield from from_fixtures("sys/firmware/acpi/tables/[DS]SDT*")
    for path in sorted(TESTS.glob("acpi/cases/*.aml")):
        yield path.read_bytes()


def table():
    yield from from_fixtures("sys/firmware/acpi/tables/[A-CE-RT-Z]*", "sys/firmware/acpi/tables/S[LPR]*")


def disk_image(sector, partitions, choice):
    """A small GPT disk as fuzz_gpt.c takes it: two bytes of choices, the head, the tail."""
    entries = bytearray(sector * max(1, 16384 // sector))
    # The tail is the table and its header; the head is twice as long, and one sector lies between.
    total = 3 * (len(entries) // sector + 1) + 1
    for at, (first, last) in enumerate(partitions):
        name = f"part {at}".encode("utf-16-le").ljust(72, b"\0")
        entries[at * 128:(at + 1) * 128] = struct.pack("<16s16sQQQ", b"\x28" * 16, bytes([at + 1]) * 16,
                                                       first, last, 0) + name
    crc = zlib.crc32(entries)

    def header(here, other, table_lba):
        body = struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, 0, 0, here, other, 2 + len(entries) // sector,
                           total - 2 - len(entries) // sector, b"\x77" * 16, table_lba, 128, 128, crc)
        body = body[:16] + struct.pack("<I", zlib.crc32(body)) + body[20:]
        return body.ljust(sector, b"\0")

    protective = bytearray(sector)
    protective[446:462] = struct.pack("<BBBBBBBBII", 0, 0, 2, 0, 0xEE, 0xFF, 0xFF, 0xFF, 1, total - 1)
    protective[510:512] = b"\x55\xaa"
    head = bytes(protective) + header(1, total - 1, 2) + bytes(entries)
    tail = bytes(entries) + header(total - 1, 1, total - 1 - len(entries) // sector)
    head = head.ljust(2 * len(tail), b"\0")
    return bytes([choice, 1]) + head + tail


def gpt():
    for choice, sector in ((0, 512), (1, 4096), (0x80, 512)):
        yield disk_image(sector, [(8, 9)], choice)
        yield disk_image(sector, [(34, 40), (50, 60)], choice)
        yield disk_image(sector, [(34, 40), (38, 50), (2, 90)], choice)
        yield disk_image(sector, [], choice)
    mbr = bytearray(512 * 3)
    mbr[446:462] = struct.pack("<BBBBBBBBII", 0x80, 0, 2, 0, 0x83, 0xFF, 0xFF, 0xFF, 1, 2)
    mbr[510:512] = b"\x55\xaa"
    yield b"\0\1" + bytes(mbr)


def image_format():
    yield b"QFI\xfb" + struct.pack(">IQIIQIIQQIIQ", 3, 104, 5, 16, 1 << 30, 0, 1, 0x30000, 0x10000, 1, 0,
                                   0) + b"\0" * 32 + b"/b.im"
    yield b"KDMV" + struct.pack("<IIQQQQ", 1, 3, 1 << 20, 128, 1, 20) + b"\0" * 470
    yield b'# Disk DescriptorFile\nversion=1\ncreateType="monolithicFlat"\nRW 4 FLAT "x.vmdk" 0\n'
    yield b"conectix" + b"\0" * 504
    yield b"vhdxfile" + b"\0" * 100
    yield b"<<< Oracle VM VirtualBox Disk Image >>>\n".ljust(64, b"\0") + b"\x7f\x10\xda\xbe" + b"\0" * 400
    yield from from_unit_tests("image_format")


def platform():
    """Sections as fuzz_platform.c takes them."""
    for machine in MACHINES:
        def read(name):
            path = machine / name
            return path.read_bytes()[:4096].strip(b"\0\n") if path.is_file() else b""

        names = [f"sys/class/dmi/id/{name}" for name in ("sys_vendor", "product_name", "product_version",
                                                        "bios_vendor", "bios_version", "board_name")]
        names += ["sys/hypervisor/type", "sys/hypervisor/guest_type", "", "proc/device-tree/model",
                  "proc/device-tree/compatible", "proc/device-tree/hypervisor/compatible",
                  "etc/initrd-release", "", "init", ".devices/cpuid", "proc/cpuinfo", "proc/meminfo",
                  "sys/devices/system/cpu/online", "proc/mounts"]
        yield b"\0".join(read(name).replace(b"\0", b" ") if name else b"" for name in names)


def program():
    for path in ("/bin/sh", "/bin/cat", "/bin/busybox"):
        if Path(path).is_file():
            yield Path(path).read_bytes()[:8192]
    yield b"#!/bin/sh -e\nset -eu\n"
    yield b"#! /usr/bin/env bash\nset -o errexit\n"
    yield from from_unit_tests("elf")


def fwcfg():
    for content in (b"bootprobe bootprobe.stall=5s password=x", b"/pci@i0cf8/scsi@3/disk@0,0\n\0", b"\x01\0"):
        for name in (b"opt/org.bootprobe/cmdline", b"bootorder", b"etc/boot-fail-wait", b"etc/acpi/tables"):
            yield name + b"\n" + content
    yield from from_unit_tests("fwcfg")


def reader():
    """The first byte asks for right CRCs, the second for pieces of that size."""
    for path in sorted(TESTS.glob("reader/captures/*")):
        if path.suffix not in (".jsonl", ".log"):
            continue
        lines = path.read_bytes().splitlines(keepends=True)
        yield b"\1\0" + path.read_bytes()[:60000]
        for at in range(0, min(len(lines), 60), 6):
            yield b"\1\7" + b"".join(lines[at:at + 6])


def report():
    """Two logs, as fuzz_report.c takes them."""
    logs = [path.read_bytes()[:60000] for path in sorted(TESTS.glob("reader/captures/*.jsonl"))]
    for log in logs:
        yield b"\1" + log
    for one, other in zip(logs, logs[1:]):
        yield b"\1" + one + b"\xff" + other
    ends = [made_report.recording(end, predicted=[made_report.TRAP], calls=2, stalls=[(1, 33.5)])
            for end in ("up", "exit", "time-over", "lost", "open")]
    for one, other in zip(ends, ends[1:]):
        yield b"\1" + one + b"\xff" + other


def host_log():
    """The first byte asks for pieces of that size."""
    for path in sorted(TESTS.glob("reader/captures/*.log")):
        lines = path.read_bytes().splitlines(keepends=True)
        yield b"\0" + b"".join(lines[:60])
        yield b"\7" + b"".join(lines[-20:])
    for text in from_unit_tests("stamp", "host_log"):
        yield b"\0" + text
    for text in from_unit_tests("fuse_line", "qemu_trace"):
        yield b"\0[2026-11-21 20:01:17.936904+0000] " + text + b"\n77@1795291270.5:" + text + b"\n"


def qm_config():
    yield (b"agent: 1,type=isa\nargs: -device virtio-serial -chardev socket,id=x,path=/p\nboot: order=scsi0\n"
           b"cores: 2\nname: vm\nserial0: socket\nserial1: /dev/ttyS0\nscsihw: virtio-scsi-single\n"
           b"scsi0: local:vm-1-disk-0,size=20G\nvga: serial0\n\n[PENDING]\nserial2: socket\n\n[snap]\nargs: -S\n")
    yield b"name: a\r\nargs: -x 'quote \" $(id)'\n"


def smbios():
    def structure(kind, body, *strings):
        return (bytes([kind, 4 + len(body), kind, 0]) + body + b"".join(text + b"\0" for text in strings) +
                (b"\0" if strings else b"\0\0"))
    yield (structure(0, b"\1\2\0\0", b"SeaBIOS", b"1.16") + structure(11, b"\2", b"bootprobe",
           b"bootprobe.stall=5") + structure(127, b""))
    yield structure(11, b"\1", b"io.systemd.credential:x=y")
    yield from from_fixtures("sys/firmware/dmi/tables/DMI", "sys/firmware/qemu_fw_cfg/by_key/*/raw")


def trace_line():
    yield from from_unit_tests("trace_line")


def calls():
    """Lines as fuzz_calls.c takes them, after those of the unit test of its parsers."""
    yield from from_unit_tests("call_histogram")
    lines = [text for text in from_unit_tests("call_sample") if b"[000]" in text]
    yield b"\n".join(lines * 4) + b"\n--\n" + b"\n".join(lines)
    for number, first in ((0, 3), (1, 3), (17, 3), (18, 3), (8, 3), (74, 3), (77, 3), (7, 0), (257, 0xffffff9c)):
        stamp = b"x-9 [000] ..... 1.0000%02d: "
        yield b"\n".join((stamp % 1 + b"sys_enter: NR %d (%x, 0, 401, 1000, 0, 0)" % (number, first),
                          stamp % 2 + b'path: (getname+0x0/0x50) name="/x"',
                          stamp % 3 + b"sys_exit: NR %d = 5" % number)) * 3


def proc():
    """Texts as fuzz_proc.c takes them: which parser, the text."""
    for text in from_unit_tests("proc_process", "proc_status", "proc_system"):
        yield from (bytes([which]) + text for which in range(10))


def systemd_reply():
    """Answers of real systemds as fuzz_systemd_reply.c takes them: a list of jobs, one of units, numbers."""
    source = (TESTS / "unit/systemd_replies.h").read_text()
    for name, text in re.findall(r"char (\w+)\[\] =([^;]*);", source):
        answer = "".join(LITERAL.findall(text)).encode().decode("unicode_escape").encode("latin-1")
        yield bytes([("JOBS", "UNITS", "TIME").index(name.partition("_")[0])]) + answer


SEEDS = {
    "aml": aml,
    "cmdline": lambda: [*from_fixtures("proc/cmdline"), *from_unit_tests(
        "cmdline", "config", "console_option", "module_list", "redact")],
    "fwcfg": fwcfg,
    "gpt": gpt,
    "host_log": host_log,
    "image_format": image_format,
    "kmsg": lambda: [*from_fixtures("dev/kmsg"), *from_unit_tests("kmsg")],
    "mountinfo": lambda: [*from_fixtures("proc/self/mountinfo", "proc/mounts", "proc/1/status"),
                          *from_unit_tests("mountinfo", "proc_status", "redact")],
    "platform": platform,
    "proc_consoles": lambda: [*from_fixtures("proc/consoles"), *from_unit_tests("proc_consoles")],
    "proc": proc,
    "proc_serial": lambda: [*from_fixtures("proc/tty/driver/serial"), *from_unit_tests("proc_serial")],
    "program": program,
    "qm_config": qm_config,
    "reader": reader,
    "report": report,
    "smbios": smbios,
    "sysfs": lambda: [*from_fixtures("sys/devices/pnp0/*/resources", "sys/devices/**/modalias",
                                     ".devices/tty/*"),
                      *from_unit_tests("pnp", "uptime", "virtio_port", "modalias", "device_number",
                                       "tty_capture", "appended")],
    "systemd_reply": systemd_reply,
    "table": table,
    "trace_line": trace_line,
    "calls": calls,
}


def write(target, folder):
    """Returns how many. Equal ones are one file."""
    names = set()
    for seed in SEEDS[target]():
        name = f"{zlib.crc32(seed):08x}-{len(seed)}"
        names.add(name)
        (folder / name).write_bytes(seed)
    return len(names)


def replay(program, target):
    with tempfile.TemporaryDirectory() as folder:
        if write(target, Path(folder)) == 0:
            raise SystemExit(f"seeds.py: no seeds for {target}")
        crashers = HERE / "crashers" / target
        return subprocess.run([program, folder, *([crashers] if crashers.is_dir() else [])],
                              check=False).returncode


def main(arguments):
    if len(arguments) == 3 and arguments[0] == "--replay" and arguments[2] in SEEDS:
        sys.exit(1 if replay(arguments[1], arguments[2]) else 0)
    if len(arguments) != 2 or arguments[0] not in SEEDS:
        sys.exit(__doc__)
    Path(arguments[1]).mkdir(parents=True, exist_ok=True)
    write(arguments[0], Path(arguments[1]))


if __name__ == "__main__":
    main(sys.argv[1:])
