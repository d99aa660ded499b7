"""Initrds by initramfs-tools, as in Debian's cloud images: klibc's sh as PID 1 (or busybox'), udev, and,
where a disk is to grow at boot, cloud-initramfs-growroot. Those with a version in their names hold
bootprobe as it is installed, the others know nothing of it."""

import functools
import shutil
import sys
import tempfile
import zlib
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

import cache
import chroots
import debian
import dracut
import kernels

OURS = cache.REPO / "initramfs-tools"
HOOK_INSIDE = dracut.HOOK_INSIDE
# No busybox: then PID 1 is klibc's sh, as in the cloud images.
PACKAGES = ("initramfs-tools", "klibc-utils", "udev", "kmod", "e2fsprogs", "fdisk", "mawk", "cpio")
# The grower and its growpart. Their dependencies (python, qemu-utils) never get into an initrd, so
# these packages are unpacked and not installed.
GROWROOT = ("cloud-initramfs-growroot", "cloud-guest-utils")
# What a root folder for dracut lacks: a second one of trixie takes long to make.
TRIXIE = ("initramfs-tools-core", "initramfs-tools-bin", "klibc-utils", "libklibc", "busybox", "fdisk",
          "libfdisk1", "libreadline8t64")
# For the ports that the tests read; the driver of the disks is MODULES=most's affair.
MODULES = "virtio_pci\nvirtio_console\n"
GZIP = b"\x1f\x8b\x08"
TRAILER = b"TRAILER!!!\0"


class InitramfsTools(NamedTuple):
    """How an initrd is made. unpacked: packages besides those that are installed; is_ours: with
    bootprobe."""
    suite: str = "bookworm"
    packages: tuple = PACKAGES
    unpacked: tuple = ()
    is_ours: bool = False


INITRDS = {
    "initramfs-tools": InitramfsTools(),
    "initramfs-tools-growroot": InitramfsTools(unpacked=GROWROOT),
    "initramfs-tools142": InitramfsTools(is_ours=True),
    "initramfs-tools142-growroot": InitramfsTools(unpacked=GROWROOT, is_ours=True),
    "initramfs-tools148-growroot": InitramfsTools("trixie", dracut.PACKAGES, TRIXIE + GROWROOT,
                                                  is_ours=True),
}
OURS_INITRDS = tuple(name for name, how in INITRDS.items() if how.is_ours)


def _configure(root, kernel, is_ours):
    chroots.add_modules(root, kernel)
    settings = root / "etc/initramfs-tools"
    (settings / "modules").unlink(missing_ok=True)
    # bootprobe brings its own modules, and nothing else here may hide it if it does not.
    (settings / "modules").write_text("" if is_ours else MODULES)
    (settings / "conf.d").mkdir(exist_ok=True)
    (settings / "conf.d/resume").write_text("RESUME=none\n")
    # mkinitramfs asks there what the kernel can unpack.
    (root / "boot").mkdir(exist_ok=True)
    (root / f"boot/config-{kernel.release}").write_text("CONFIG_RD_GZIP=y\n")


def _unpack(root, suite_name, packages, scratch):
    suite = debian.Suite(suite_name).ready()
    for package in packages:
        debian.run(["dpkg-deb", "-x", str(suite.download(package, scratch)), str(root)])


def _install(root, stage):
    """An installation of bootprobe. stage: a folder as made by "meson install" with DESTDIR, or None for
    a stand-in of the hook. Files of root are links to those of others."""
    copy = ["cp", "-a", "--remove-destination", "-T"]
    if stage:
        debian.run([*copy, str(stage), str(root)])
        return
    debian.run([*copy, str(OURS), str(root / "usr/share/initramfs-tools")])
    hook = root / HOOK_INSIDE
    hook.parent.mkdir(exist_ok=True)
    hook.unlink(missing_ok=True)
    hook.write_text("#!/bin/sh\n")
    hook.chmod(0o755)


def _write_unpacked(image, made):
    """Unpacking takes long under emulation. What is compressed in itself stands before the rest, as it
    is."""
    data = image.read_bytes()
    start = data.index(GZIP, 0 if data.startswith(GZIP) else data.index(TRAILER))
    made.write_bytes(data[:start] + zlib.decompress(data[start:], wbits=zlib.MAX_WBITS | 16))


def make(name, kernel_name, stage, made):
    how, kernel = INITRDS[name], kernels.kernel(kernel_name)
    chroot = chroots.chroot(how.suite, how.packages)
    with tempfile.TemporaryDirectory(dir=made.parent) as scratch:
        root = Path(scratch) / "root"
        with cache.locked(chroot):
            debian.run(["cp", "-al", str(chroot), str(root)])
        _unpack(root, how.suite, how.unpacked, Path(scratch))
        _configure(root, kernel, how.is_ours)
        if how.is_ours:
            _install(root, stage)
        chroots.run_in(root, "mkinitramfs", "-c", "gzip", "-l", "1", "-o", "/initrd.img",
                       kernel.release)
        _write_unpacked(root / "initrd.img", made)


def initrd(name, kernel_name):
    """An initrd that mkinitramfs made, with a stand-in for the hook if it is one of ours."""
    how = INITRDS[name]
    inputs = sorted(p for p in OURS.rglob("*") if p.is_file()) if how.is_ours else ()
    digest = cache.key(Path(__file__), how, kernels.kernel(kernel_name).release,
                       chroots.chroot(how.suite, how.packages), *inputs)
    return cache.entry(kernels.VM / "initrds" / f"{name}-{digest}.cpio",
                       functools.partial(make, name, kernel_name, None))
