"""From a scenario to QEMU's command line. Emulation only: it is the same on every host."""

from pathlib import Path

import acpi
import correlate
import initramfs_tools
import loaders
import xen

REPORT_PORT = "org.bootprobe.report.0"
TEST_PORT = "org.bootprobe.test.0"
OVMF = Path("/usr/share/OVMF/OVMF_CODE_4M.fd")
OVMF_VARS = Path("/usr/share/OVMF/OVMF_VARS_4M.fd")

# A panic ends the machine at once, so that no scenario waits for its deadline because of one.
PANIC = "panic=-1"
# initramfs-tools reads panic= as well, and then reboots where it would have given a shell.
PANIC_OF_THE_KERNEL_ONLY = "sysctl.kernel.panic=-1"
# The one way to end a microvm that needs no firmware: a triple fault.
MICROVM_END = "reboot=t"

# The guest's time passes with its instructions, whatever the host is doing besides. Costs twice the time.
EXACT_TIME = "shift=0"

# QEMU 7.2's emulation of cmpxchg16b damages the flags now and then, and a kernel that uses it for its
# memory allocator (any that sees the feature) then crashes in random places.
CPU = "max,cx16=off"

# Devices behind a bus: on PCI, and on microvm, which has virtio-mmio only. The last is the disk, what
# stands before it is there from the start even if the disk is plugged in late.
DISKS = {
    "virtio-blk": ["virtio-blk-pci,drive={drive},serial={serial}{options}"],
    "virtio-scsi": ["virtio-scsi-pci,id=scsi{n}",
                    "scsi-hd,bus=scsi{n}.0,drive={drive},serial={serial}{options}"],
    "nvme": ["nvme,drive={drive},serial={serial}{options}"],
    "ide": ["ide-hd,bus=ide.{n},drive={drive},serial={serial}{options}"],
    "ahci": ["ide-hd,bus={ahci}.{n},drive={drive},serial={serial}{options}"],
}
MMIO = {"virtio-blk-pci": "virtio-blk-device", "virtio-scsi-pci": "virtio-scsi-device",
        "virtio-serial-pci": "virtio-serial-device"}


def report_socket(folder):
    """QEMU's end of the report port. Short: a socket's path has 107 bytes at most."""
    return folder / "report.sock"


def qmp_socket(folder):
    return folder / "qmp.sock"


def nbd_socket(folder, n):
    return folder / f"nbd{n}.sock"


def share_socket(folder):
    """virtiofsd's end of the device."""
    return folder / "share.sock"


def stuck_pipe(folder, n):
    """QEMU reads from the pipe of that name with .in, and writes to the one with .out."""
    return folder / f"serial{n}.pipe"


def needs_qmp(scenario):
    return bool(scenario.expect.screen) or any(disk.late_s for disk in scenario.disk)


def disk_devices(scenario, n):
    """The devices of disk n, as QEMU's -device takes them."""
    disk, is_q35 = scenario.disk[n], scenario.machine.type == "q35"
    options = "" if disk.sector == 512 else (
        f",logical_block_size={disk.sector},physical_block_size={disk.sector}")
    if disk.nbd is not None and disk.bus != "nvme":
        # Without a geometry QEMU reads one from the disk, and waits for it before the machine starts.
        options += ",cyls=1024,heads=16,secs=63"
    return [text.format(n=n, drive=f"disk{n}", options=options, ahci="ide" if is_q35 else "ahci",
                        serial=disk.serial or f"bootprobe{n}") for text in DISKS[disk.bus]]


def late_devices(scenario, n):
    """The devices of a disk that is plugged in late, as arguments of device_add."""
    names = [text.partition(",") for text in disk_devices(scenario, n)[-1:]]
    return [{"driver": name, **dict(pair.split("=", 1) for pair in rest.split(","))}
            for name, _, rest in names]


class CommandLine:
    """Collects QEMU's arguments for one scenario, its files lie in folder."""

    def __init__(self, scenario, folder, is_exact=False):
        self.scenario, self.folder, self.machine = scenario, folder, scenario.machine
        # A microvm's timer has no reference but itself: on a busy host the kernel's calibration fails,
        # and the kernel then waits for ever.
        self.is_exact = is_exact or self.machine.type == "microvm"
        # QEMU never outlives the runner.
        self.args = ["setpriv", "--pdeathsig", "KILL", "qemu-system-x86_64"]

    def add(self, *args):
        self.args += map(str, args)

    def device(self, text):
        name, comma, rest = text.partition(",")
        if self.machine.type == "microvm":
            name = MMIO.get(name, name)
        self.add("-device", name + comma + rest)

    def build(self, kernel, initrd, images, share=None):
        """share: the folder of scenario.share."""
        self._machine()
        self._firmware()
        self._serial()
        self._ports()
        for n, (disk, image) in enumerate(zip(self.scenario.disk, images)):
            self._disk(n, disk, image)
        if self.scenario.share:
            self._share(share)
        for table in self.machine.tables:
            self.add("-acpitable", f"file={acpi.addition(table)}")
        for name, text in self.machine.fw_cfg.items():
            self.add("-fw_cfg", f"name={name},string={text}")
        self.add(*self._boot(kernel, initrd))
        events = self.machine.trace + ([correlate.EVENT] if self.scenario.expect.correlate else [])
        for event in events:
            self.add("-trace", event)
        if events:
            self.add("-msg", "timestamp=on", "-D", self.folder / correlate.TRACE)
        self.add(*self.machine.extra)
        if needs_qmp(self.scenario):
            self.add("-qmp", f"unix:{qmp_socket(self.folder)},server=on,wait=off")
        if self.scenario.expect.screen:
            # At its end the machine stands still, so that its screen can be read.
            self.add("-no-shutdown")
        return self.args

    def _boot(self, kernel, initrd):
        words = self._kernel_parameters()
        if not self.machine.xen:
            way = self.scenario.boot
            apart = initrd.with_name(loaders.HOOK_APART) if loaders.WAYS[way].is_hook_apart else None
            return loaders.arguments(way, loaders.Load(self.folder, kernel, initrd, words, apart))
        # Modules of a multiboot kernel: a comma ends one, and two are a comma.
        modules = ",".join(text.replace(",", ",,") for text in (f"{kernel} {words}", str(initrd)))
        return ["-kernel", xen.hypervisor(), "-initrd", modules, "-append", xen.PARAMETERS]

    def _kernel_parameters(self):
        words = [self.scenario.cmdline,
                 PANIC_OF_THE_KERNEL_ONLY if self.scenario.initrd in initramfs_tools.INITRDS else PANIC]
        if self.machine.type == "microvm":
            words.append(MICROVM_END)
        return " ".join(filter(None, words))

    def _machine(self):
        options = self.machine.options
        if self.machine.type == "microvm":
            # Without a serial port of ours the machine has none; the clock is needed for udev.
            options += ",isa-serial=" + ("on" if "isa" in self.machine.serial else "off")
            options += ",rtc=on"
        if self.is_memory_shared():
            options += ",memory-backend=memory"
            self.add("-object", f"memory-backend-memfd,id=memory,size={self.machine.memory_mib}M,share=on")
        self.add("-machine", ",".join(filter(None, [self.machine.type, options.strip(",")])))
        if self.is_exact:
            self.add("-icount", EXACT_TIME)
        self.add("-accel", "tcg", "-cpu", CPU + self.machine.cpu, "-m", self.machine.memory_mib,
                 "-smp", self.machine.cpus, "-nodefaults", "-no-user-config", "-no-reboot",
                 "-display", "none", "-vga", self.machine.vga)

    def is_memory_shared(self):
        """virtiofsd reads and writes the guest's memory."""
        return self.scenario.share is not None and self.scenario.share.kind == "virtiofs"

    def _firmware(self):
        if self.machine.firmware == "ovmf":
            variables = self.folder / "ovmf-vars.fd"
            variables.write_bytes(OVMF_VARS.read_bytes())
            self.add("-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={OVMF}")
            self.add("-drive", f"if=pflash,format=raw,unit=1,file={variables}")

    def _serial(self):
        for n, kind in enumerate(self.machine.serial):
            self.add("-chardev", f"pipe,id=serial{n},path={stuck_pipe(self.folder, n)}"
                     if kind == "stuck" else f"file,id=serial{n},path={self.folder}/serial{n}.log")
            if kind == "isa" and self.machine.type == "microvm":
                self.add("-serial", f"chardev:serial{n}")
            elif kind != "virtconsole":
                self.device(f"{'pci' if kind == 'pci' else 'isa'}-serial,chardev=serial{n}")

    def _ports(self):
        """One virtio-serial controller: hvc consoles first, since port 0 is theirs alone."""
        self.device("virtio-serial-pci,id=ports")
        for n, kind in enumerate(self.machine.serial):
            if kind == "virtconsole":
                self.device(f"virtconsole,bus=ports.0,chardev=serial{n}")
        self.add("-chardev", f"file,id=test,path={self.folder}/test-port.log")
        self.device(f"virtserialport,bus=ports.0,chardev=test,name={TEST_PORT}")
        if self.scenario.report.port == "none":
            return
        if self.scenario.report.port == "file":
            self.add("-chardev", f"file,id=report,path={self.folder}/report-port.log")
        else:
            self.add("-chardev",
                     f"socket,id=report,path={report_socket(self.folder)},server=on,wait=off")
        self.device(f"virtserialport,bus=ports.0,chardev=report,name={REPORT_PORT}")

    def _share(self, folder):
        tag = self.scenario.share.tag
        if self.is_memory_shared():
            self.add("-chardev", f"socket,id=share,path={share_socket(self.folder)}")
            self.device(f"vhost-user-fs-pci,chardev=share,tag={tag}")
        else:
            self.add("-fsdev", f"local,id=share,path={folder},security_model=none,readonly=on")
            self.device(f"virtio-9p-pci,fsdev=share,mount_tag={tag}")

    def _disk(self, n, disk, image):
        """The image stays as it is: what the guest writes goes to an unnamed file."""
        file = image if disk.nbd is None else f"nbd+unix:///?socket={nbd_socket(self.folder, n)}"
        keep = "readonly=on" if disk.readonly else "snapshot=on"
        self.add("-drive", f"if=none,id=disk{n},format=raw,{keep},file={file}")
        if disk.bus == "ahci" and self.machine.type != "q35" and n == 0:
            self.device("ahci,id=ahci")
        for text in disk_devices(self.scenario, n)[:-1 if disk.late_s else None]:
            self.device(text)
