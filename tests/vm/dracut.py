"""Initrds by dracut, with the module that is in this repository."""

import functools
import os
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

MODULE = cache.REPO / "dracut/50bootprobe"
HOOK_INSIDE = "usr/lib/bootprobe/bootprobe-hook"
PACKAGES = ("dracut-core", "systemd", "systemd-sysv", "udev", "kmod", "e2fsprogs", "cpio")


class Dracut(NamedTuple):
    """How an initrd is made. suite: whose dracut."""
    suite: str
    systemd: bool
    hostonly: bool = False


INITRDS = {
    "dracut059": Dracut("bookworm", systemd=False),
    "dracut059-systemd": Dracut("bookworm", systemd=True),
    "dracut059-hostonly": Dracut("bookworm", systemd=False, hostonly=True),
    "dracut059-systemd-hostonly": Dracut("bookworm", systemd=True, hostonly=True),
    "dracut106": Dracut("trixie", systemd=False),
    "dracut106-systemd": Dracut("trixie", systemd=True),
    "dracut106-hostonly": Dracut("trixie", systemd=False, hostonly=True),
    "dracut106-systemd-hostonly": Dracut("trixie", systemd=True, hostonly=True),
}
# dracut's drivers for the disks of the tests, which a host-only initrd would leave out.
HOSTONLY_DRIVERS = "virtio_blk virtio_scsi sd_mod ext4"
# Parts of a default initrd that no test needs and that take long under emulation.
OMIT = ("plymouth", "multipath", "nvdimm", "lvm", "dm", "crypt", "mdraid", "dmraid", "btrfs",
        "memstrack", "rngd", "bluetooth", "iscsi", "nfs", "network", "i18n")
OMIT_SYSTEMD = ("systemd", "systemd-initrd", "dracut-systemd")


def _options(dracut, release, omit_drivers):
    omit = OMIT + (() if dracut.systemd else OMIT_SYSTEMD)
    options = ["--force", "--quiet", "--no-compress", "--no-early-microcode", "--kver", release,
               "--add", "bootprobe", "--omit", " ".join(omit)]
    if omit_drivers:
        options += ["--omit-drivers", " ".join(omit_drivers)]
    if dracut.systemd:
        options += ["--add", "systemd dracut-systemd"]
    if dracut.hostonly:
        return options + ["--hostonly", "--hostonly-mode", "sloppy", "--no-hostonly-cmdline",
                          "--add-drivers", HOSTONLY_DRIVERS, "--filesystems", "ext4"]
    return options + ["--no-hostonly"]


def _install(root, kernel, stage_):
    """Puts a kernel's modules and an installation of bootprobe where dracut in root finds them.
    stage_: a folder as made by "meson install" with DESTDIR, or None for a stand-in of the hook."""
    chroots.add_modules(root, kernel)
    module = root / "usr/lib/dracut/modules.d/50bootprobe"
    shutil.rmtree(module, ignore_errors=True)
    hook = root / HOOK_INSIDE
    hook.parent.mkdir(exist_ok=True)
    if stage_:
        debian.run(["cp", "-aT", str(stage_), str(root)])
    else:
        shutil.copytree(MODULE, module)
        hook.write_text("#!/bin/sh\n")
        hook.chmod(0o755)


def make(name, kernel_name, stage_, omit_drivers, made):
    dracut, kernel = INITRDS[name], kernels.kernel(kernel_name)
    root = chroots.chroot(dracut.suite, PACKAGES)
    with cache.locked(root):
        _install(root, kernel, stage_)
        chroots.run_in(root, "dracut", *_options(dracut, kernel.release, omit_drivers),
                       "/initrd.img")
        shutil.move(root / "initrd.img", made)


def initrd(name, kernel_name, omit_drivers=()):
    """An initrd that dracut made, with the module and a stand-in for the hook."""
    dracut = INITRDS[name]
    inputs = sorted(p for p in MODULE.iterdir() if p.is_file())
    digest = cache.key(Path(__file__), dracut, kernels.kernel(kernel_name).release, omit_drivers,
                       chroots.chroot(dracut.suite, PACKAGES), *inputs)
    return cache.entry(kernels.VM / "initrds" / f"{name}-{digest}.cpio",
                       functools.partial(make, name, kernel_name, None, omit_drivers))


# ---------------------------------------------------------------- installations

BUILD = cache.REPO / "build/static"
HOST_DRACUT = Path("/usr/lib/dracut")
# All that a plain root on a disk needs; a default initrd takes three times as long to make and boot.
DEMO_MODULES = "base dash kernel-modules rootfs-block udev-rules fs-lib bootprobe"
DEMO_DRIVERS = "virtio_pci virtio_blk virtio_scsi virtio_console sd_mod ext4 ata_piix ahci nvme"


def stage(target):
    """Installs build/static below the folder target, as a package would."""
    debian.run(["meson", "install", "-C", str(BUILD), "--no-rebuild", "--destdir", str(target)])
    return target


def host_initrd(kernel_name, stage_, made):
    """An initrd by this machine's own dracut, with the installed module, and without systemd so that
    it is the same on every machine. Nothing is installed on this machine for it."""
    kernel = kernels.kernel(kernel_name)
    with tempfile.TemporaryDirectory(dir=made.parent) as scratch:
        base = Path(scratch) / "dracut"
        (base / "modules.d").mkdir(parents=True)
        for entry in (*HOST_DRACUT.iterdir(), *(HOST_DRACUT / "modules.d").iterdir()):
            if entry.name != "modules.d":
                (base / entry.relative_to(HOST_DRACUT)).symlink_to(entry)
        (base / "modules.d/50bootprobe").symlink_to(stage_ / "usr/lib/dracut/modules.d/50bootprobe")
        debian.run(["dracut", "--force", "--quiet", "--no-compress", "--no-early-microcode",
                    "--no-hostonly", "--conf", "/dev/null", "--confdir", scratch,
                    "--kver", kernel.release, "--kmoddir", str(kernel.modules),
                    "--modules", DEMO_MODULES, "--drivers", DEMO_DRIVERS, str(made)],
                   env={**os.environ, "dracutbasedir": str(base),
                        "bootprobe_hook": str(stage_ / HOOK_INSIDE)})
