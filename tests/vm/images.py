"""Disks and initrds for the VM tests, each made once below the cache."""

import functools
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

import acpi
import cache
import disk
import dracut
import initramfs_tools
import kernels
import loaders
import newc
import nixos
import systemd_root

VM = kernels.VM
BOOTPROBE = cache.REPO / "build/dev/bootprobe"
BUSYBOX = Path("/bin/busybox")
MKSQUASHFS = "mksquashfs"
HOOK_IN_ROOT = "bootprobe-hook"
LOOPER = HERE / "guest/looper.c"

# What stage 1 and stage 2 of the tests may need; a name that is built in or absent is passed over.
DRIVERS = ("virtio_pci", "virtio_mmio", "virtio_blk", "virtio_scsi", "virtio_console", "virtio_rng",
           "nvme", "ahci", "ata_piix", "sd_mod", "ext4", "qemu_fw_cfg", "crc32c_generic",
           "8250_pci", "virtio_net", "virtiofs", "9p", "9pnet_virtio")
PORT_DRIVERS = ("virtio_pci", "virtio_mmio", "virtio_console")


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


def _foreign_program():
    """A 64-bit ELF program for another machine (EM_AARCH64): its header and one segment's."""
    header = b"\x7fELF\x02\x01\x01".ljust(16, b"\0") + struct.pack(
        "<HHIQQQIHHHHHH", 2, 183, 1, 0x400000, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, 4096, 4096, 4096)
    return (header + segment).ljust(4096, b"\0")


def _crashing_program():
    """A 64-bit ELF program that writes to address 0."""
    base, offset = 0x400000, 0x78
    code = bytes.fromhex("31c0" "8900")          # xor eax, eax; mov [rax], eax
    header = b"\x7fELF\x02\x01\x01".ljust(16, b"\0") + struct.pack(
        "<HHIQQQIHHHHHH", 2, 62, 1, base + offset, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, 4096, 4096, 4096)
    return (header + segment + code).ljust(4096, b"\0")


def _spoil_init(change):
    return lambda root: change(root / "sbin/init")


def _add_looper(root):
    """A program that gets nowhere; test.run= says what it is to do."""
    subprocess.run(["cc", "-static", "-Os", "-s", "-Wall", "-Werror", "-o", str(root / "bin/looper"), str(LOOPER)],
                   check=True)


def _remove_init(root):
    """All that an initrd would try in place of /sbin/init as well."""
    for name in ("sbin/init", "etc/init", "bin/init", "bin/sh"):
        (root / name).unlink(missing_ok=True)


# What may be wrong with stage 2; init-no-loader is a program whose dynamic linker is not there.
STAGE2_FAULTS = {
    "": lambda root: None,
    "no-init": _remove_init,
    "init-not-executable": _spoil_init(lambda init: init.chmod(0o644)),
    "init-crashes": _spoil_init(lambda init: init.write_bytes(_crashing_program())),
    # Long enough for the report of the handoff to be through.
    "init-set-e": _spoil_init(lambda init: init.write_text(
        "#!/bin/busybox sh\nset -e\n/bin/busybox sleep 1\necho >/missing/folder/file\n")),
    "looper": _add_looper,
    # The first lines of NixOS' scripted stage 1, begun with closed descriptors.
    "init-closed": _spoil_init(lambda init: init.write_text(
        "#!/bin/busybox sh\n/bin/busybox sleep 1\nexec <&- >&- 2>&-\neval 'exec 8>&1 9>&2'\n")),
    "init-foreign": _spoil_init(lambda init: init.write_bytes(_foreign_program())),
    "init-no-interpreter": _spoil_init(lambda init: init.write_text("#!/bin/missing-shell\n")),
    "init-no-loader": _spoil_init(lambda init: shutil.copy("/bin/true", init)),
    # Another PID 1, see systemd_root.py.
    **{kind: functools.partial(systemd_root.fill, kind=kind) for kind in systemd_root.KINDS},
}


def _stage2_tree(kernel, fault, made):
    is_merged = fault in systemd_root.KINDS
    for link, target in systemd_root.LINKS if is_merged else ():
        if target != "usr/sbin":
            (made / target).mkdir(parents=True)
        (made / link).symlink_to(target)
    _add_busybox(made / "usr" if is_merged else made)
    for folder in ("proc", "sys", "dev", "run", "tmp", "etc", "usr"):
        (made / folder).mkdir(exist_ok=True)
    shutil.copy(HERE / "guest/stage2-init", made / ("sbin/stage2-init" if is_merged else "sbin/init"))
    (made / "etc/os-release").write_text('NAME="bootprobe test"\nID=bootprobe-test\n')
    (made / "etc/fstab").touch()
    kernels.copy_modules(kernel, made, PORT_DRIVERS)
    STAGE2_FAULTS[fault](made)


def stage2(kernel_name, fault=""):
    """A folder with the root file system of stage 2."""
    kernel = kernels.kernel(kernel_name)
    name = cache.key("stage2", Path(__file__), kernel_name, kernel.release, fault,
                     HERE / "guest/stage2-init", BUSYBOX, *([LOOPER] if fault == "looper" else []),
                     *([Path(systemd_root.__file__)] if fault in systemd_root.KINDS else []))
    return cache.entry(VM / "stage2" / name, functools.partial(_stage2_tree, kernel, fault))


class Disk(NamedTuple):
    """What is on a disk, see disk.make. stage2: what is wrong with stage 2 (STAGE2_FAULTS), None: it
    is on another disk."""
    size: int
    table: int
    sector: int = 512
    layout: str = "gpt"
    faults: tuple = ()
    table_sector: int = 512
    identity: int = 0
    is_full: bool = False
    stage2: str | None = ""


def disk_image(spec, kernel_name):
    """A sparse raw image, never to be written to."""
    tree = None if spec.stage2 is None else stage2(kernel_name, spec.stage2)
    name = cache.key("disk", spec, tree, Path(disk.__file__)) + ".raw"
    how = spec._asdict()
    del how["stage2"]
    return cache.entry(VM / "disks" / name, lambda made: disk.make(made, tree, **how))


def _store(kernel_name, made):
    """stage 2 as NixOS has it: a program of a store, and the programs that it needs."""
    with tempfile.TemporaryDirectory(dir=made.parent) as scratch:
        tree = Path(scratch)
        shutil.copytree(stage2(kernel_name) / "bin", tree / nixos.BUSYBOX / "bin", symlinks=True)
        init = tree / nixos.SYSTEM / "init"
        init.parent.mkdir()
        text = (HERE / "guest/stage2-init").read_text()
        init.write_text(text.replace("/bin/busybox", f"/nix/store/{nixos.BUSYBOX}/bin/busybox")
                        .replace("PATH=/bin", f"PATH=/nix/store/{nixos.BUSYBOX}/bin"))
        init.chmod(0o755)
        subprocess.run([MKSQUASHFS, str(tree), str(made), "-no-progress", "-quiet", "-all-root",
                        "-noI", "-noD", "-noF", "-no-xattrs"], check=True, stdout=subprocess.DEVNULL)


def store(kernel_name):
    """A squashfs with a Nix store and a system in it."""
    name = cache.key("store", Path(__file__), stage2(kernel_name), HERE / "guest/stage2-init")
    return cache.entry(VM / "stage2" / f"{name}.squashfs", functools.partial(_store, kernel_name))


# ---------------------------------------------------------------- initrds

def _bare(kernel_name, omit, made):
    """busybox, the drivers, a plain init, and a copy of stage 2 for machines without a disk."""
    with tempfile.TemporaryDirectory(dir=made.parent) as scratch:
        root = Path(scratch)
        _add_busybox(root)
        kernels.copy_modules(kernels.kernel(kernel_name), root,
                             [d for d in DRIVERS if d not in omit])
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
    name = cache.key("bare", Path(__file__), kernels.kernel(kernel_name).release, sorted(omit),
                     HERE / "guest/bare-init", stage2(kernel_name), Path(newc.__file__))
    return cache.entry(VM / "initrds" / f"bare-{name}.cpio",
                       functools.partial(_bare, kernel_name, omit))


def _system(kernel_name, made):
    """stage 2 as an initramfs: a whole system, and nothing that could follow."""
    archive = newc.Archive()
    archive.tree(stage2(kernel_name))
    archive.device("dev/console", 5, 1)
    archive.link("init", "sbin/init")
    made.write_bytes(archive.bytes())


def system(kernel_name):
    name = cache.key("system", Path(__file__), stage2(kernel_name), Path(newc.__file__))
    return cache.entry(VM / "initrds" / f"system-{name}.cpio",
                       functools.partial(_system, kernel_name))


INITRDS = ("bare", "system", *dracut.INITRDS, *initramfs_tools.INITRDS, *nixos.INITRDS)


class Base(NamedTuple):
    """A cached archive without the hook, where that belongs in it, and where modules are."""
    archive: Path
    hook: str = HOOK_IN_ROOT
    modules: str = "usr/lib/modules"


def _base(scenario):
    name, kernel, omit = scenario.initrd, scenario.kernel, tuple(scenario.omit_drivers)
    if name in dracut.INITRDS:
        return Base(dracut.initrd(name, kernel, omit), hook=dracut.HOOK_INSIDE)
    if name in initramfs_tools.INITRDS:
        is_ours = initramfs_tools.INITRDS[name].is_ours
        return Base(initramfs_tools.initrd(name, kernel),
                    hook=initramfs_tools.HOOK_INSIDE if is_ours else HOOK_IN_ROOT)
    if name in nixos.INITRDS:
        return Base(nixos.initrd(name, kernel, DRIVERS, _add_busybox), hook=nixos.INITRDS[name])
    if name == "system":
        return Base(system(kernel), modules="lib/modules")
    return Base(bare(kernel, omit), modules="lib/modules")


def hook_archive(hook, path):
    """The archive that brings the hook into an initrd, at that path."""
    archive = newc.Archive()
    archive.file(path, Path(hook).read_bytes(), 0o755)
    return archive.bytes()


def _additions(scenario, base):
    """What else is appended to the base: damaged modules, stage 2, what a shell does meanwhile."""
    archive = newc.Archive()
    if scenario.store:
        nixos.add_store(archive, scenario.initrd, store(scenario.kernel))
    for moment, script in scenario.guest.items():
        archive.file(f"moment/{moment}", script.encode())
    kernel = kernels.kernel(scenario.kernel)
    for driver in scenario.broken_drivers:
        path, data = kernels.module(kernel, driver)
        archive.file(f"{base.modules}/{kernel.release}/{path}", data[:len(data) // 2])
    return archive.bytes()


CPIO_OPTIONS = {"plain": (), "zstd": ("--zstd",)}


def _appended(scenario, hook):
    """What bootprobe cpio writes."""
    kernel = kernels.kernel(scenario.kernel)
    command = [BOOTPROBE, "cpio", "--hook", hook, *CPIO_OPTIONS[scenario.cpio]]
    if scenario.cpio_modules:
        command += ["--modules", kernel.release, "--root", kernel.home]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL).stdout


def _hook(scenario, hook, base):
    return _appended(scenario, hook) if scenario.cpio else hook_archive(hook, base.hook)


def _copy_base(archive, is_compressed, out):
    """A compressed initrd has any length, and so may what follows it be anywhere if it is compressed too."""
    if not is_compressed:
        with open(archive, "rb") as plain:
            shutil.copyfileobj(plain, out)
        out.write(b"\0" * (-out.tell() % newc.BLOCK))
        return
    data = subprocess.run(["zstd", "-q", "-1", "-c", archive], check=True, stdout=subprocess.PIPE).stdout
    out.write(data + (b"" if len(data) % newc.ALIGN else b"\0"))


def _put_before(scenario):
    """An archive that the kernel reads before all others: ACPI tables that replace the firmware's."""
    if not scenario.machine.dsdt:
        return b""
    archive = newc.Archive()
    archive.file("kernel/firmware/acpi/dsdt.aml", acpi.replacement(scenario.machine.dsdt,
                                                                      scenario.machine.dsdt_hides))
    return archive.bytes()


def initrd(scenario, hook, made):
    """Writes the initrd of a scenario: the cached base, then an archive with what is the scenario's
    own, and one with the hook, or that in a file beside it. The initrd of an installation is made
    afresh and has nothing appended."""
    if scenario.installed:
        with tempfile.TemporaryDirectory(dir=made.parent) as scratch:
            installation = dracut.stage(Path(scratch) / "stage")
            if scenario.initrd in initramfs_tools.INITRDS:
                initramfs_tools.make(scenario.initrd, scenario.kernel, installation, made)
            else:
                dracut.make(scenario.initrd, scenario.kernel, installation, (), made)
        return
    base, is_apart = _base(scenario), loaders.WAYS[scenario.boot].is_hook_apart
    with open(made, "wb") as out:
        out.write(_put_before(scenario))
        _copy_base(base.archive, scenario.cpio == "zstd", out)
        if not scenario.cpio:
            out.write(_additions(scenario, base))
        if scenario.hook and not is_apart:
            out.write(_hook(scenario, hook, base))
    if scenario.hook and is_apart:
        made.with_name(loaders.HOOK_APART).write_bytes(_hook(scenario, hook, base))
