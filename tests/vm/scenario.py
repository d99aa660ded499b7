"""Scenario files: what each key means, its default, and the checks that keep a typing error from
silently testing nothing."""

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path

import disk
import images

MACHINES = ("pc", "q35", "microvm")
FIRMWARES = ("seabios", "ovmf")
BUSES = ("virtio-blk", "virtio-scsi", "nvme", "ide", "ahci")
SERIALS = ("isa", "pci", "virtconsole")
VGAS = ("none", "std")
# What the host does with the report port: writes it to a file, listens and reads, listens and never
# reads, reads only once a text was seen on the test port, or gives the guest no such port.
PORTS = ("file", "socket", "socket-unread", "socket-late", "none")


class Malformed(Exception):
    """A scenario file says something that means nothing."""


def _one_of(name, value, allowed):
    if value not in allowed:
        raise Malformed(f"{name} = {value!r}: want one of {', '.join(allowed)}")
    return value


def _build(cls, where, table):
    known = {f.name for f in fields(cls)}
    unknown = set(table) - known
    if unknown:
        raise Malformed(f"{where}: unknown {', '.join(sorted(unknown))}")
    return cls(**table)


@dataclass
class Disk:
    bus: str = "virtio-blk"
    size: str = "64M"
    table: str = ""             # size of the disk when its table was written; default: size
    sector: int = 512
    layout: str = "gpt"         # gpt, mbr, none (the file system fills the disk)
    faults: list = field(default_factory=list)
    root: bool = True           # holds stage 2

    def __post_init__(self):
        _one_of("disk.bus", self.bus, BUSES)
        _one_of("disk.layout", self.layout, tuple(disk.LAYOUTS))
        for fault in self.faults:
            _one_of("disk.faults", fault, tuple(disk.FAULTS))

    def spec(self):
        size = disk.parse_size(self.size)
        return images.Disk(size, disk.parse_size(self.table) if self.table else size, self.sector,
                           self.layout, tuple(self.faults), self.root)


@dataclass
class Machine:
    type: str = "pc"
    firmware: str = "seabios"
    memory_mib: int = 512
    cpus: int = 1
    vga: str = "none"
    serial: list = field(default_factory=list)
    options: str = ""           # appended to -machine
    fw_cfg: dict = field(default_factory=dict)
    extra: list = field(default_factory=list)

    def __post_init__(self):
        _one_of("machine.type", self.type, MACHINES)
        _one_of("machine.firmware", self.firmware, FIRMWARES)
        _one_of("machine.vga", self.vga, VGAS)
        for serial in self.serial:
            _one_of("machine.serial", serial, SERIALS)


@dataclass
class Report:
    port: str = "file"
    reader_after: str = "STAGE2-ALIVE"      # socket-late: the reader comes when this was seen

    def __post_init__(self):
        _one_of("report.port", self.port, PORTS)


@dataclass
class Expect:
    """present and absent: matchers of records, see expect.py. trouble: types of records that may tell
    of trouble, see there as well. whole: the outputs that must hold a
    whole report (virtio, run, kmsg, console); default: every one that this machine has. silent: the
    hook must leave no trace at all. serial: regular expressions to find on the serial ports or the
    virtio console. not_serial: those that must not be there."""
    stage2: bool = True
    silent: bool = False
    whole: list | None = None
    phase: str = "finish"
    present: list = field(default_factory=list)
    absent: list = field(default_factory=list)
    trouble: list = field(default_factory=list)
    serial: list = field(default_factory=list)
    not_serial: list = field(default_factory=list)
    test_port: list = field(default_factory=list)

    def __post_init__(self):
        for output in self.whole or ():
            _one_of("expect.whole", output, ("virtio", "run", "kmsg", "console"))


@dataclass
class Scenario:
    name: str
    summary: str
    kernel: str = "6.1-cloud"
    initrd: str = "bare"
    omit_drivers: list = field(default_factory=list)
    cmdline: str = "bootprobe root=/dev/vda1"
    installed: bool = False     # the initrd is made of an installation of build/static, with dracut
    hook: bool = True           # false: the hook is not in the initrd
    timeout_s: int = 240
    until: str = ""             # ends the machine once this regular expression is on a serial port
    tags: list = field(default_factory=list)
    machine: Machine = field(default_factory=Machine)
    disk: list = field(default_factory=lambda: [Disk()])
    report: Report = field(default_factory=Report)
    expect: Expect = field(default_factory=Expect)

    def __post_init__(self):
        _one_of("kernel", self.kernel, tuple(images.KERNELS))
        _one_of("initrd", self.initrd, ("bare", *images.INITRDS))

    def whole(self):
        """The outputs in which a whole report is wanted."""
        if self.expect.silent or not self.hook:
            return []
        if self.expect.whole is not None:
            return self.expect.whole
        read = self.report.port in ("file", "socket", "socket-late")
        return ["run", "kmsg"] + (["virtio"] if read else [])


NESTED = {"machine": Machine, "report": Report, "expect": Expect}


def load(path):
    try:
        table = tomllib.loads(path.read_text())
        for name, cls in NESTED.items():
            if name in table:
                table[name] = _build(cls, name, table[name])
        if "disk" in table:
            table["disk"] = [_build(Disk, "disk", d) for d in table["disk"]]
        return _build(Scenario, "scenario", {"name": path.stem, **table})
    except (tomllib.TOMLDecodeError, TypeError, Malformed) as error:
        raise Malformed(f"{path.name}: {error}") from None


def load_all(folder):
    return [load(path) for path in sorted(Path(folder).glob("*.toml"))]
