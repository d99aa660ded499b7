"""Initrds that hold what nixos-module/ evaluates to, and nothing else of NixOS: Debian's systemd with
exactly the units of the module, and a script in the shape of NixOS' with exactly the module's parts."""

import functools
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

import cache
import chroots
import dracut
import kernels
import newc

MODULE = cache.REPO / "nixos-module"
TESTS = cache.REPO / "tests/nix"
INPUTS = (MODULE / "default.nix", TESTS / "evaluate.nix", TESTS / "stand-in.nix", TESTS / "system.nix",
          TESTS / "cases.nix")
INIT = HERE / "guest/nixos-init"
# Where the mocked package of tests/nix/evaluate.nix says that the hook is.
HOOK_IN_STORE = "nix/store/00000000000000000000000000000000-bootprobe-0/lib/bootprobe/bootprobe-hook"
SYSTEMD_DRACUT = dracut.INITRDS["dracut106-systemd"]
# The last systemd that is linked with libkmod and libblkid: later ones look for them at run time.
UDEV_SUITE = "bookworm"
MODULES_CLOSURE = "nix/store/00000000000000000000000000000000-linux-modules"
UDEV_PROGRAMS = ("usr/bin/udevadm", "usr/lib/systemd/systemd-udevd")
# In a store that is an image in the initrd.
SYSTEM = "00000000000000000000000000000000-nixos-system-test"
BUSYBOX = "00000000000000000000000000000000-busybox"
# What the module of NixOS' netboot adds.
STORE_DRIVERS = ("loop", "overlay", "squashfs")
INITRDS = {"nixos-systemd": HOOK_IN_STORE, "nixos-scripted": "bin/bootprobe-hook"}


@functools.cache
def _evaluated():
    """What the module puts into an initrd, of either kind, in its dormant form."""
    found = subprocess.run(
        ["nix-instantiate", "--eval", "--strict", "--json", str(TESTS / "evaluate.nix"),
         "--arg", "nixpkgs", "null"],
        check=True, capture_output=True, text=True)
    return json.loads(found.stdout)


# ---------------------------------------------------------------- systemd

def _add_units(archive, result):
    for name, unit in result["units"].items():
        archive.file(f"etc/systemd/system/{name}", unit["text"].encode())
        for target in unit["wantedBy"]:
            archive.folder(f"etc/systemd/system/{target}.wants")
            archive.link(f"etc/systemd/system/{target}.wants/{name}", f"../{name}")
    modules = "\n".join(result["kernelModules"]) + "\n"
    archive.file("etc/modules-load.d/nixos.conf", modules.encode())


def _dracut_without_ours(kernel, made):
    """Debian's systemd in an initrd that knows nothing of bootprobe."""
    root = chroots.chroot(SYSTEMD_DRACUT.suite, dracut.PACKAGES)
    options = dracut._options(SYSTEMD_DRACUT, kernel.release, ())
    at = options.index("bootprobe")
    options[at - 1:at + 1] = ["--add-drivers", " ".join(
        ["virtio_pci", "virtio_console", "virtio_mmio", "qemu_fw_cfg", *STORE_DRIVERS])]
    with cache.locked(root):
        chroots.add_modules(root, kernel)
        chroots.run_in(root, "dracut", *options, "--omit", "bootprobe", "/initrd.img")
        shutil.move(root / "initrd.img", made)


def _systemd(kernel_name, made):
    kernel = kernels.kernel(kernel_name)
    base = cache.entry(
        kernels.VM / "initrds" / f"systemd-{cache.key(SYSTEMD_DRACUT, STORE_DRIVERS, kernel.release)}.cpio",
        functools.partial(_dracut_without_ours, kernel))
    archive = newc.Archive()
    _add_units(archive, _evaluated()["systemd"]["dormant"])
    data = base.read_bytes()
    made.write_bytes(data + b"\0" * (-len(data) % newc.BLOCK) + archive.bytes())


# ---------------------------------------------------------------- scripted

def _libraries(root, program):
    """The loader and the libraries that a program of root is linked with, as paths below root."""
    text = subprocess.check_output(["chroot", str(root), "ldd", f"/{program}"], text=True)
    found = {word.strip("/") for word in text.split() if word.startswith("/")}
    return {path if path.startswith("usr/") else f"usr/{path}" for path in found}


def _add_udev(archive, root):
    for program in UDEV_PROGRAMS:
        for path in sorted({program, *_libraries(root, program)}):
            if path not in archive.entries:
                archive.file(path, (root / path).read_bytes(), 0o755)
    archive.link("bin/udevadm", "../usr/bin/udevadm")
    archive.tree(root / "usr/lib/udev/rules.d", "usr/lib/udev/rules.d")


def _script(result):
    text = INIT.read_text()
    for name, commands in {**result["fragments"], "modulesClosure": f"/{MODULES_CLOSURE}",
                           "kernelModules": " ".join(result["kernelModules"])}.items():
        text = text.replace(f"@{name}@", commands)
    return text.encode()


def _scripted(kernel_name, drivers, add_busybox, made):
    kernel = kernels.kernel(kernel_name)
    root = chroots.chroot(UDEV_SUITE, dracut.PACKAGES)
    archive = newc.Archive()
    with tempfile.TemporaryDirectory(dir=made.parent) as scratch:
        busybox, modules = Path(scratch) / "busybox", Path(scratch) / "modules"
        add_busybox(busybox)
        modules.mkdir()
        kernels.copy_modules(kernel, modules, [
            *drivers, *STORE_DRIVERS, "virtio_console", "virtio_mmio", "qemu_fw_cfg"])
        archive.tree(modules, MODULES_CLOSURE)
        archive.tree(busybox / "bin", "bin")
        archive.link("sbin", "bin")
        archive.link("lib", "usr/lib")
        archive.link("lib64", "usr/lib64")
        _add_udev(archive, root)
    archive.folder("dev")
    archive.device("dev/console", 5, 1)
    archive.file("etc/initrd-release", b'NAME=NixOS\nID=nixos\n')
    archive.file("init", _script(_evaluated()["scripted"]["dormant"]), 0o755)
    made.write_bytes(archive.bytes())


# ---------------------------------------------------------------- the store in the initrd

# What NixOS' netboot.nix makes of fileSystems, for systemd's generator.
FSTAB = """\
tmpfs / tmpfs mode=0755,x-initrd.mount 0 0
/nix-store.squashfs /nix/.ro-store squashfs ro,loop,x-initrd.mount 0 0
tmpfs /nix/.rw-store tmpfs mode=0755,x-initrd.mount 0 0
overlay /nix/store overlay lowerdir=/sysroot/nix/.ro-store,upperdir=/sysroot/nix/.rw-store/store,\
workdir=/sysroot/nix/.rw-store/work,x-initrd.mount,x-systemd.requires=rw-store.service,\
x-systemd.requires-mounts-for=/sysroot/nix/.ro-store 0 0
"""
MANAGER = "[Manager]\nManagerEnvironment=SYSTEMD_SYSROOT_FSTAB=/etc/sysroot-fstab\n"
STORE_UNITS = {
    "rw-store.service": """\
[Unit]
DefaultDependencies=no
RequiresMountsFor=/sysroot/nix/.rw-store
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/mkdir -p /sysroot/nix/.rw-store/store /sysroot/nix/.rw-store/work
""",
    # Fills the new root, which systemd wants to look like a system's.
    "initrd-nixos-activation.service": """\
[Unit]
DefaultDependencies=no
After=initrd-switch-root.target
Before=initrd-switch-root.service
[Service]
Type=oneshot
ExecStart=/bin/sh -c "cd /sysroot && mkdir -p proc sys dev run etc && echo ID=test >etc/os-release"
""",
}
# dracut's own, of which NixOS knows nothing: they refuse a root= that they do not know.
DRACUT_UNITS = ("cmdline", "cmdline-ask", "pre-udev", "pre-trigger", "initqueue", "pre-mount", "mount",
                "pre-pivot")


def add_store(archive, name, image):
    """Adds a store to an initrd of that kind, and what makes the root of it."""
    archive.file("nix-store.squashfs", image.read_bytes())
    if name != "nixos-systemd":
        return
    units = "etc/systemd/system"
    for unit, text in STORE_UNITS.items():
        archive.file(f"{units}/{unit}", text.encode())
    archive.folder(f"{units}/initrd-switch-root.service.requires")
    archive.link(f"{units}/initrd-switch-root.service.requires/initrd-nixos-activation.service",
                 "../initrd-nixos-activation.service")
    for unit in DRACUT_UNITS:
        archive.link(f"{units}/dracut-{unit}.service", "/dev/null")
    archive.file("etc/systemd/system.conf.d/sysroot.conf", MANAGER.encode())
    archive.file("etc/sysroot-fstab", FSTAB.encode())


def initrd(name, kernel_name, drivers, add_busybox):
    """An initrd of that kind. drivers: those of the tests' disks; add_busybox: lays busybox out."""
    digest = cache.key(Path(__file__), INIT, *INPUTS, kernels.kernel(kernel_name).release, drivers,
                       Path(newc.__file__))
    make = (functools.partial(_systemd, kernel_name) if name == "nixos-systemd" else
            functools.partial(_scripted, kernel_name, drivers, add_busybox))
    return cache.entry(kernels.VM / "initrds" / f"{name}-{digest}.cpio", make)
