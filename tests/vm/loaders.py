"""Ways in which a kernel and its initrd come into a machine's memory: QEMU puts them there, iPXE fetches
them, UEFI starts one image of both, another Linux starts them.

Each way is a function that takes a Load and returns QEMU's arguments.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

import cache
import debian
import disk
import kernels
import newc

# Where the hook lies beside the initrd, for ways that take it so.
HOOK_APART = "bootprobe.cpio"
IPXE_ROM = Path("/usr/lib/ipxe/qemu/efi-virtio.rom")
# systemd's, which looks for its parts in sections of its own image.
EFI_STUB = Path("/usr/lib/systemd/boot/efi/linuxx64.efi.stub")
SFDISK = "/sbin/sfdisk"
SECTION_ALIGN = 4096
ESP_FREE_BYTES = 4 << 20
KEXEC = HERE / "guest/kexec.c"


class Load(NamedTuple):
    """What is to be started. folder: where files that this takes may lie. apart: the archive with the
    hook, where the way takes it as a file of its own."""
    folder: Path
    kernel: Path
    initrd: Path
    parameters: str
    apart: Path | None = None


def _by_qemu(load):
    return ["-kernel", load.kernel, "-initrd", load.initrd, "-append", load.parameters]


# ---------------------------------------------------------------- iPXE

def _ipxe_script(load):
    """What somebody would type. iPXE hands initrd= on as it stands: only a kernel that EFI starts reads
    it, as the names of files."""
    files = ["initrd"] + ([HOOK_APART] if load.apart else [])
    words = " ".join([load.parameters, *(f"initrd={name}" for name in files)])
    return "\n".join(["#!ipxe", f"kernel vmlinuz {words} || poweroff",
                      *(f"initrd {name} || poweroff" for name in files), "boot || poweroff", ""])


def _by_ipxe(load):
    """QEMU's own network, which has a TFTP server, and QEMU's own iPXE, on the card's ROM."""
    served = load.folder / "tftp"
    served.mkdir()
    for name, path in (("vmlinuz", load.kernel), ("initrd", load.initrd),
                       (HOOK_APART, load.apart)):
        if path:
            (served / name).symlink_to(path)
    (served / "boot.ipxe").write_text(_ipxe_script(load))
    return ["-netdev", f"user,id=net,restrict=on,tftp={served},bootfile=boot.ipxe",
            "-device", "virtio-net-pci,netdev=net,bootindex=0"]


# ---------------------------------------------------------------- a unified kernel image

def _end_of_sections(image):
    """The first free address behind the sections of a PE image, relative to its base."""
    text = subprocess.check_output(["objdump", "-h", "-w", str(image)], text=True)
    ends = [int(size, 16) + int(address, 16)
            for size, address in re.findall(r"^ *\d+ \S+ +([0-9a-f]+) +([0-9a-f]+) ", text, re.M)]
    return max(ends)


def unified_image(load, made):
    """One EFI program out of the stub, the kernel, its initrd and its parameters."""
    with tempfile.TemporaryDirectory(dir=made.parent) as scratch:
        parameters = Path(scratch) / "cmdline"
        parameters.write_text(load.parameters)
        options, address = [], _end_of_sections(EFI_STUB)
        for name, path in ((".cmdline", parameters), (".linux", load.kernel),
                           (".initrd", load.initrd)):
            address += -address % SECTION_ALIGN
            options += ["--add-section", f"{name}={path}",
                        "--change-section-vma", f"{name}={address:#x}"]
            address += path.stat().st_size
        debian.run(["objcopy", *options, str(EFI_STUB), str(made)])


def system_partition(program, made):
    """A disk with an EFI system partition that holds the program where firmware looks for one."""
    bytes_of_partition = program.stat().st_size + ESP_FREE_BYTES
    bytes_of_partition += -bytes_of_partition % disk.MIB
    with open(made, "wb") as image:
        image.truncate(bytes_of_partition + 2 * disk.FIRST_BYTE)
    sectors = bytes_of_partition // 512
    table = f"label: gpt\nstart={disk.FIRST_BYTE // 512}, size={sectors}, type=uefi\n"
    subprocess.run([SFDISK, "--quiet", str(made)], input=table, text=True, check=True)
    partition = f"{made}@@{disk.FIRST_BYTE}"
    debian.run(["mformat", "-i", partition, "-T", str(sectors), "::"])
    debian.run(["mmd", "-i", partition, "::/EFI", "::/EFI/BOOT"])
    debian.run(["mcopy", "-i", partition, str(program), "::/EFI/BOOT/BOOTX64.EFI"])


def _by_uefi(load):
    program, image = load.folder / "uki.efi", load.folder / "esp.img"
    unified_image(load, program)
    system_partition(program, image)
    program.unlink()
    return ["-drive", f"if=none,id=esp,format=raw,snapshot=on,file={image}",
            "-device", "virtio-blk-pci,drive=esp,serial=esp,bootindex=0"]


# ---------------------------------------------------------------- kexec

def _kexec_program(made):
    debian.run(["cc", "-static", "-Os", "-s", "-Wall", "-Werror", "-o", str(made), str(KEXEC)])


def _first_initrd(load, made):
    """The initrd with another /init, which starts what lies beside it."""
    program = cache.entry(kernels.VM / f"kexec-{cache.key(KEXEC)}", _kexec_program)
    archive = newc.Archive()
    archive.file("bin/kexec", program.read_bytes(), 0o755)
    archive.file("init", (HERE / "guest/kexec-init").read_bytes(), 0o755)
    archive.file("second/vmlinuz", load.kernel.read_bytes())
    archive.file("second/initrd", load.initrd.read_bytes())
    archive.file("second/cmdline", load.parameters.encode())
    made.write_bytes(load.initrd.read_bytes() + archive.bytes())


# The first kernel looks as well: what it reports is that of another boot.
FIRST_PARAMETERS = "bootprobe bootprobe.sinks=virtio panic=-1"


def _by_kexec(load):
    first = load.folder / "first-initrd"
    _first_initrd(load, first)
    return ["-kernel", load.kernel, "-initrd", first, "-append", FIRST_PARAMETERS]


# ---------------------------------------------------------------- all

class Way(NamedTuple):
    """boots: how many kernels report. needs: what this machine must have. made: what it leaves behind."""
    load: object
    boots: int = 1
    is_hook_apart: bool = False
    needs: tuple = ()
    made: tuple = ()


WAYS = {
    "kernel": Way(_by_qemu),
    "ipxe": Way(_by_ipxe, is_hook_apart=True, needs=(IPXE_ROM,), made=(HOOK_APART,)),
    "uki": Way(_by_uefi, needs=(EFI_STUB, SFDISK, "objcopy", "mformat"), made=("esp.img",)),
    "kexec": Way(_by_kexec, boots=2, needs=("cc",), made=("first-initrd",)),
}


def arguments(way, load):
    return [str(word) for word in WAYS[way].load(load)]


def unmet(way):
    """The first file or program that this machine lacks for it, or None."""
    return next((name for name in WAYS[way].needs if not shutil.which(name)
                 and not Path(name).is_file()), None)
