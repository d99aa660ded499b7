"""Scenario files: what each key means, its default, and the checks that keep a typing error from
silently testing nothing."""

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path

import acpi
import disk
import dracut
import images
import initramfs_tools
import kernels
import loaders
import nixos

MACHINES = ("pc", "q35", "microvm")
FIRMWARES = ("seabios", "ovmf")
BUSES = ("virtio-blk", "virtio-scsi", "nvme", "ide", "ahci")
SHARES = ("virtiofs", "9p")
# stuck: an isa port of which the host takes no byte.
SERIALS = ("isa", "pci", "virtconsole", "stuck")
VGAS = ("none", "std")
# Before and behind the hook's start and finish, and in stage 2.
MOMENTS = ("start", "started", "finish", "finished", "stage2")
SEVERITIES = ("error", "warning", "info")
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
    table_sector: int = 0       # sector size that the table was written for; default: sector
    layout: str = "gpt"         # gpt, mbr, none (the file system fills the disk)
    faults: list = field(default_factory=list)
    root: bool = True           # holds stage 2
    stage2: str = ""            # what is wrong with stage 2
    is_full: bool = False       # no block of the file system is free
    identity: int = 0           # disks of the same identity are clones: same UUIDs and labels
    serial: str = ""
    readonly: bool = False
    nbd: list | None = None     # served by nbdkit, each a filter and its parameters
    bad_last: str = "0"         # so much at the end of the disk cannot be read; wants nbd
    hangs_at: str = ""          # nbdkit stops once this is on the serial or the test port
    late_s: float = 0           # plugged in so long after stage 1 has loaded its drivers, in the guest's time

    def __post_init__(self):
        _one_of("disk.bus", self.bus, BUSES)
        _one_of("disk.layout", self.layout, tuple(disk.LAYOUTS))
        _one_of("disk.stage2", self.stage2, tuple(images.STAGE2_FAULTS))
        for fault in self.faults:
            _one_of("disk.faults", fault, tuple(disk.FAULTS))
        if self.nbd is None and (self.hangs_at or disk.parse_size(self.bad_last)):
            raise Malformed("disk.hangs_at, disk.bad_last: want disk.nbd")

    def spec(self):
        size = disk.parse_size(self.size)
        return images.Disk(size, disk.parse_size(self.table) if self.table else size, self.sector,
                           self.layout, tuple(self.faults), self.table_sector or self.sector,
                           self.identity, self.is_full, self.stage2 if self.root else None)


@dataclass
class Share:
    """Stage 2 as a folder of the host, which the guest sees under a tag."""
    kind: str
    tag: str = "rootfs"
    stage2: str = ""            # what is wrong with stage 2
    debug: bool = False         # virtiofsd logs each request

    def __post_init__(self):
        _one_of("share.kind", self.kind, SHARES)
        _one_of("share.stage2", self.stage2, tuple(images.STAGE2_FAULTS))


@dataclass
class Machine:
    type: str = "pc"
    firmware: str = "seabios"
    memory_mib: int = 512
    cpus: int = 1
    vga: str = "none"
    serial: list = field(default_factory=list)
    options: str = ""           # appended to -machine
    xen: bool = False           # the kernel runs as dom0 of Debian's Xen, which has the first serial port
    cpu: str = ""               # appended to -cpu
    fw_cfg: dict = field(default_factory=dict)
    tables: list = field(default_factory=list)      # ACPI tables to add
    dsdt: str = ""              # the fixture whose DSDT takes the place of the machine's own
    dsdt_hides: str = ""        # an id, as a string of that DSDT, that no device has
    trace: list = field(default_factory=list)       # trace events of QEMU that go to qemu-trace.log
    extra: list = field(default_factory=list)

    def __post_init__(self):
        _one_of("machine.type", self.type, MACHINES)
        _one_of("machine.firmware", self.firmware, FIRMWARES)
        _one_of("machine.vga", self.vga, VGAS)
        for serial in self.serial:
            _one_of("machine.serial", serial, SERIALS)
        for table in self.tables:
            _one_of("machine.tables", table, acpi.ADDITIONS)


@dataclass
class Report:
    port: str = "file"
    reader_after: str = "STAGE2-ALIVE"      # socket-late: the reader comes when this was seen

    def __post_init__(self):
        _one_of("report.port", self.port, PORTS)


@dataclass
class Findings:
    """What the report must find, by id. first: the root cause, which stands before all others; also:
    what else it must find; parts: the same, and each as a part of the root cause; may: what it may
    find. Any other error or warning is a false alarm, and so is any finding in never."""
    first: str = ""
    severity: str = ""          # of the first
    also: list = field(default_factory=list)
    parts: list = field(default_factory=list)
    may: list = field(default_factory=list)
    never: list = field(default_factory=list)

    def __post_init__(self):
        if self.severity:
            _one_of("expect.findings.severity", self.severity, SEVERITIES)

    def allowed(self):
        return {self.first, *self.also, *self.parts, *self.may}


@dataclass
class Expect:
    """present and absent: matchers of records, see expect.py. trouble: types of records that may tell
    of trouble, see there as well. whole: the outputs that must hold a
    whole report (virtio, run, kmsg, console); default: every one that this machine has. silent: the
    hook must leave no trace at all. serial: regular expressions to find on the serial ports or the
    virtio console. not_serial: those that must not be there. screen: those to find on the VGA's screen
    when the machine has ended. held_kib: the most that what is left of the hook in stage 2 may hold, with
    test.held on the command line; then it must hold no disk and no file of the old root either. follow:
    those to find in what bootprobe read --follow prints of the report port. findings: without it the machine
    is healthy, and any error or warning is a false alarm. correlate: logs of the host, of this folder, from
    which `bootprobe correlate` must tell how far the clocks are apart."""
    stage2: bool = True
    silent: bool = False
    whole: list | None = None
    phase: str = "finish"
    present: list = field(default_factory=list)
    absent: list = field(default_factory=list)
    trouble: list = field(default_factory=list)
    serial: list = field(default_factory=list)
    not_serial: list = field(default_factory=list)
    screen: list = field(default_factory=list)
    test_port: list = field(default_factory=list)
    held_kib: int = 0
    correlate: list = field(default_factory=list)
    follow: list = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)

    def __post_init__(self):
        for output in self.whole or ():
            _one_of("expect.whole", output, ("virtio", "run", "kmsg", "console"))


@dataclass
class Scenario:
    name: str
    summary: str
    kernel: str = "6.1-cloud"
    initrd: str = "bare"
    boot: str = "kernel"        # the way in which both come into memory, see loaders.py
    store: bool = False         # stage 2 is a squashfs in the initrd, as NixOS' netboot has it
    omit_drivers: list = field(default_factory=list)
    broken_drivers: list = field(default_factory=list)      # only the first half of each is there
    cmdline: str = "bootprobe root=/dev/vda1"
    cpio: str = ""              # plain, zstd: all that is appended is what bootprobe cpio wrote
    cpio_modules: bool = False  # with --modules
    installed: bool = False     # the initrd is made of an installation of build/static
    hook: bool = True           # false: the hook is not in the initrd
    timeout_s: int = 240
    guest: dict = field(default_factory=dict)   # what a shell does in the plain initrd, by moment
    until: str = ""             # ends the machine once this is on a serial port or in the report
    tags: list = field(default_factory=list)
    variant_of: str = ""        # the scenario that shows nearly the same: this one is run with --all only
    machine: Machine = field(default_factory=Machine)
    disk: list = field(default_factory=lambda: [Disk()])
    share: Share | None = None
    report: Report = field(default_factory=Report)
    expect: Expect = field(default_factory=Expect)

    def __post_init__(self):
        _one_of("kernel", self.kernel, tuple(kernels.KERNELS))
        if self.installed:
            _one_of("initrd", self.initrd, (*dracut.INITRDS, *initramfs_tools.OURS_INITRDS))
        _one_of("initrd", self.initrd, images.INITRDS)
        _one_of("boot", self.boot, tuple(loaders.WAYS))
        if self.store:
            _one_of("initrd", self.initrd, tuple(nixos.INITRDS))
        for moment in self.guest:
            _one_of("guest", moment, MOMENTS)
        if self.guest and self.initrd != "bare":
            raise Malformed("guest: wants the plain initrd")
        _one_of("cpio", self.cpio, ("", *images.CPIO_OPTIONS))
        if self.cpio and (self.broken_drivers or self.store):
            raise Malformed("cpio: nothing else is appended, no broken_drivers, no store")

    def whole(self):
        """The outputs in which a whole report is wanted."""
        if self.expect.silent or not self.hook:
            return []
        if self.expect.whole is not None:
            return self.expect.whole
        read = self.report.port in ("file", "socket", "socket-late")
        return ["run", "kmsg"] + (["virtio"] if read else [])


NESTED = {"machine": Machine, "share": Share, "report": Report, "expect": Expect}


def load(path):
    try:
        table = tomllib.loads(path.read_text())
        if "findings" in table.get("expect", {}):
            table["expect"]["findings"] = _build(Findings, "expect.findings",
                                                 table["expect"]["findings"])
        for name, cls in NESTED.items():
            if name in table:
                table[name] = _build(cls, name, table[name])
        if "disk" in table:
            table["disk"] = [_build(Disk, "disk", d) for d in table["disk"]]
        return _build(Scenario, "scenario", {"name": path.stem, **table})
    except (tomllib.TOMLDecodeError, TypeError, Malformed) as error:
        raise Malformed(f"{path.name}: {error}") from None


def load_all(folder):
    every = {path.stem: load(path) for path in sorted(Path(folder).glob("*.toml"))}
    for one in every.values():
        if one.variant_of and (one.variant_of not in every or every[one.variant_of].variant_of):
            raise Malformed(f"{one.name}: variant_of = {one.variant_of!r}: no scenario that always runs")
    return list(every.values())
