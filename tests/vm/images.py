#!/usr/bin/python3
"""Kernels, initrds and disks for the VM tests, each made once below the cache.

Called as a program it prints the tables, or makes what its arguments name:
    images.py list | kernel NAME | initrd NAME KERNEL | refresh
"""

import functools
import lzma
import os
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
import newc

VM = cache.CACHE / "vm"
BUSYBOX = Path("/bin/busybox")
MODULE = cache.REPO / "dracut/50bootprobe"
HOOK_IN_DRACUT = "usr/lib/bootprobe/bootprobe-hook"
HOOK_IN_BARE = "bootprobe-hook"


# ---------------------------------------------------------------- kernels

class Kernel(NamedTuple):
    suite: str
    package: str


KERNELS = {
    "6.1-cloud": Kernel("bookworm", "linux-image-cloud-amd64"),
    "6.1": Kernel("bookworm", "linux-image-amd64"),
    "6.12-cloud": Kernel("trixie", "linux-image-cloud-amd64"),
    "6.12": Kernel("trixie", "linux-image-amd64"),
}


class Unpacked(NamedTuple):
    """A kernel package laid out as <home>/{vmlinuz,lib/modules/<release>}."""
    home: Path
    release: str

    @property
    def vmlinuz(self):
        return self.home / "vmlinuz"

    @property
    def modules(self):
        return self.home / "lib/modules" / self.release


def _unpack_kernel(name, made):
    suite = debian.Suite(KERNELS[name].suite).ready()
    package = next((p for p in suite.depends(KERNELS[name].package)
                    if p.startswith("linux-image-")), None)
    if package is None:
        raise debian.Unavailable(f"{KERNELS[name].package}: no kernel behind it")
    with tempfile.TemporaryDirectory(dir=made.parent) as scratch:
        tree = Path(scratch) / "tree"
        debian.run(["dpkg-deb", "-x", str(suite.download(package, Path(scratch))), str(tree)])
        release = package.removeprefix("linux-image-")
        modules = next(path for path in (tree / "usr/lib/modules", tree / "lib/modules")
                       if path.is_dir())
        (made / "lib").mkdir(parents=True)
        modules.rename(made / "lib/modules")
        (tree / f"boot/vmlinuz-{release}").rename(made / "vmlinuz")
    debian.run(["/sbin/depmod", "-b", str(made), release])


@functools.cache
def kernel(name):
    """The unpacked kernel of that name in KERNELS."""
    home = cache.entry(VM / "kernels" / name, functools.partial(_unpack_kernel, name))
    return Unpacked(home, next((home / "lib/modules").iterdir()).name)


# ---------------------------------------------------------------- kernel modules

# What stage 1 and stage 2 of the tests may need; a name that is built in or absent is passed over.
DRIVERS = ("virtio_pci", "virtio_mmio", "virtio_blk", "virtio_scsi", "virtio_console", "virtio_rng",
           "nvme", "ahci", "ata_piix", "sd_mod", "ext4", "qemu_fw_cfg", "crc32c_generic",
           "8250_pci", "virtio_net")
PORT_DRIVERS = ("virtio_pci", "virtio_mmio", "virtio_console")
# Indexes of a modules folder that depmod does not make.
INDEXES = ("modules.builtin", "modules.builtin.modinfo", "modules.order")


def _module_name(path):
    return re.sub(r"\.ko(\.\w+)?$", "", os.path.basename(path)).replace("-", "_")


def _dependencies(kernel_):
    """Module name -> (its path, the paths that it depends on), from modules.dep."""
    table = {}
    for line in (kernel_.modules / "modules.dep").read_text().splitlines():
        path, _, rest = line.partition(":")
        table[_module_name(path)] = (path, rest.split())
    return table


def copy_modules(kernel_, root, names):
    """Copies modules and what they depend on below root, decompressed, with fresh indexes."""
    table = _dependencies(kernel_)
    wanted = set()
    for name in names:
        if name in table:
            wanted.update([table[name][0], *table[name][1]])
    target = Path(root) / "lib/modules" / kernel_.release
    for path in sorted(wanted):
        data = (kernel_.modules / path).read_bytes()
        copy = target / path.removesuffix(".xz")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(lzma.decompress(data) if path.endswith(".xz") else data)
    target.mkdir(parents=True, exist_ok=True)
    for index in INDEXES:
        if (kernel_.modules / index).exists():
            shutil.copy(kernel_.modules / index, target)
    debian.run(["/sbin/depmod", "-b", str(root), kernel_.release])


# ---------------------------------------------------------------- stage 2

def _add_busybox(root):
    """busybox as /bin/busybox with a link for each of its commands. The kernel itself asks for
    modules by way of /sbin/modprobe."""
    (root / "bin").mkdir(parents=True, exist_ok=True)
    shutil.copy(BUSYBOX, root / "bin/busybox")
    for command in subprocess.check_output([BUSYBOX, "--list"], text=True).split():
        if command != "busybox":
            (root / "bin" / command).symlink_to("busybox")
    (root / "sbin").mkdir()
    (root / "sbin/modprobe").symlink_to("../bin/busybox")


def _stage2_tree(kernel_, made):
    _add_busybox(made)
    for folder in ("proc", "sys", "dev", "run", "tmp", "etc", "usr"):
        (made / folder).mkdir()
    shutil.copy(HERE / "guest/stage2-init", made / "sbin/init")
    (made / "etc/os-release").write_text('NAME="bootprobe test"\nID=bootprobe-test\n')
    (made / "etc/fstab").touch()
    copy_modules(kernel_, made, PORT_DRIVERS)


def stage2(kernel_name):
    """A folder with the root file system of stage 2."""
    kernel_ = kernel(kernel_name)
    name = cache.key("stage2", Path(__file__), kernel_name, kernel_.release, HERE / "guest/stage2-init",
                     PORT_DRIVERS, BUSYBOX)
    return cache.entry(VM / "stage2" / name, functools.partial(_stage2_tree, kernel_))


class Disk(NamedTuple):
    """What is on a disk; sizes in bytes."""
    size: int
    table: int
    sector: int = 512
    layout: str = "gpt"
    faults: tuple = ()
    root: bool = True


def disk_image(spec, kernel_name):
    """A sparse raw image, never to be written to."""
    tree = stage2(kernel_name) if spec.root else None
    name = cache.key("disk", spec, tree, Path(disk.__file__)) + ".raw"
    return cache.entry(VM / "disks" / name, lambda made: disk.make(
        made, tree, spec.size, spec.table, spec.sector, spec.layout, spec.faults))


# ---------------------------------------------------------------- initrds

def _bare(kernel_name, omit, made):
    """busybox, the drivers, a plain init, and a copy of stage 2 for machines without a disk."""
    with tempfile.TemporaryDirectory(dir=made.parent) as scratch:
        root = Path(scratch)
        _add_busybox(root)
        copy_modules(kernel(kernel_name), root, [d for d in DRIVERS if d not in omit])
        archive = newc.Archive()
        archive.tree(root)
        for folder in ("proc", "sys", "dev", "run", "sysroot", "etc"):
            archive.folder(folder)
        archive.device("dev/console", 5, 1)
        archive.file("etc/initrd-release", b'NAME="bootprobe bare"\nID=bare\n')
        archive.file("init", (HERE / "guest/bare-init").read_bytes(), 0o755)
        archive.tree(stage2(kernel_name), "stage2")
        made.write_bytes(archive.bytes())


def bare(kernel_name, omit=()):
    name = cache.key("bare", Path(__file__), kernel(kernel_name).release, sorted(omit), DRIVERS,
                     HERE / "guest/bare-init", stage2(kernel_name), Path(newc.__file__))
    return cache.entry(VM / "initrds" / f"bare-{name}.cpio",
                       functools.partial(_bare, kernel_name, omit))


def hook_archive(hook, inside):
    """A cpio archive to append, with the hook at the path where the initrd calls it."""
    archive = newc.Archive()
    archive.file(inside, Path(hook).read_bytes(), 0o755)
    return archive.bytes()


INITRDS = {}


def initrd(scenario, hook, made):
    """Writes the initrd of a scenario: the cached base, then the hook as an archive of its own."""
    base = bare(scenario.kernel, tuple(scenario.omit_drivers))
    inside = HOOK_IN_BARE
    with open(made, "wb") as out:
        out.write(base.read_bytes())
        if scenario.hook:
            out.write(hook_archive(hook, inside))
