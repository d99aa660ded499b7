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
    options[at - 1:at + 1] = ["--add-drivers", "virtio_pci virtio_console virtio_mmio qemu_fw_cfg"]
    with cache.locked(root):
        chroots.add_modules(root, kernel)
        chroots.run_in(root, "dracut", *options, "--omit", "bootprobe", "/initrd.img")
        shutil.move(root / "initrd.img", made)


def _systemd(kernel_name, made):
    kernel = kernels.kernel(kernel_name)
    base = cache.entry(
        kernels.VM / "initrds" / f"systemd-{cache.key(SYSTEMD_DRACUT, kernel.release)}.cpio",
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
        kernels.copy_modules(kernel, modules, [*drivers, "virtio_console", "virtio_mmio", "qemu_fw_cfg"])
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


def initrd(name, kernel_name, drivers, add_busybox):
    """An initrd of that kind. drivers: those of the tests' disks; add_busybox: lays busybox out."""
    digest = cache.key(Path(__file__), INIT, *INPUTS, kernels.kernel(kernel_name).release, drivers,
                       Path(newc.__file__))
    make = (functools.partial(_systemd, kernel_name) if name == "nixos-systemd" else
            functools.partial(_scripted, kernel_name, drivers, add_busybox))
    return cache.entry(kernels.VM / "initrds" / f"{name}-{digest}.cpio", make)
