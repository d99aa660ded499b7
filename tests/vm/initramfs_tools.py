"""Initrds by initramfs-tools, as in Debian's cloud images: klibc's sh as PID 1, udev, and, where a
disk is to grow at boot, cloud-initramfs-growroot."""

import functools
import gzip
import shutil
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

import cache
import chroots
import debian
import kernels

SUITE = "bookworm"
# No busybox: then PID 1 is klibc's sh, as in the cloud images.
PACKAGES = ("initramfs-tools", "klibc-utils", "udev", "kmod", "e2fsprogs", "fdisk", "mawk", "cpio")
# The grower and its growpart. Their dependencies (python, qemu-utils) never get into an initrd, so
# these packages are unpacked and not installed.
GROWROOT = ("cloud-initramfs-growroot", "cloud-guest-utils")
# For the ports that the tests read; the driver of the disks is MODULES=most's affair.
MODULES = "virtio_pci\nvirtio_console\n"


class InitramfsTools(NamedTuple):
    """How an initrd is made. unpacked: packages besides PACKAGES."""
    unpacked: tuple = ()


INITRDS = {
    "initramfs-tools": InitramfsTools(),
    "initramfs-tools-growroot": InitramfsTools(GROWROOT),
}


def _configure(root, kernel):
    chroots.add_modules(root, kernel)
    settings = root / "etc/initramfs-tools"
    (settings / "modules").unlink(missing_ok=True)
    (settings / "modules").write_text(MODULES)
    (settings / "conf.d/resume").write_text("RESUME=none\n")
    # mkinitramfs asks there what the kernel can unpack.
    (root / f"boot/config-{kernel.release}").write_text("CONFIG_RD_GZIP=y\n")


def _unpack(root, packages, scratch):
    suite = debian.Suite(SUITE).ready()
    for package in packages:
        debian.run(["dpkg-deb", "-x", str(suite.download(package, scratch)), str(root)])


def _make(name, kernel_name, made):
    kernel = kernels.kernel(kernel_name)
    chroot = chroots.chroot(SUITE, PACKAGES)
    with tempfile.TemporaryDirectory(dir=made.parent) as scratch:
        root = Path(scratch) / "root"
        debian.run(["cp", "-al", str(chroot), str(root)])
        _configure(root, kernel)
        _unpack(root, INITRDS[name].unpacked, Path(scratch))
        chroots.run_in(root, "mkinitramfs", "-c", "gzip", "-l", "1", "-o", "/initrd.img",
                       kernel.release)
        # Unpacking takes long under emulation.
        with gzip.open(root / "initrd.img") as packed, open(made, "wb") as out:
            shutil.copyfileobj(packed, out)


def initrd(name, kernel_name):
    """An initrd that mkinitramfs made. It knows nothing of bootprobe."""
    digest = cache.key(Path(__file__), INITRDS[name], kernels.kernel(kernel_name).release,
                       chroots.chroot(SUITE, PACKAGES))
    return cache.entry(kernels.VM / "initrds" / f"{name}-{digest}.cpio",
                       functools.partial(_make, name, kernel_name))
