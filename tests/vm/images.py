"""Kernels, initrds and disks for the VM tests, each made once below the cache.

The cache is asked first and for ever: remove .cache/vm/kernels or .cache/apt to get newer packages.
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


# ---------------------------------------------------------------- dracut

CHROOT_PACKAGES = ("dracut-core", "systemd", "systemd-sysv", "udev", "kmod", "e2fsprogs", "cpio")
CHROOT_OPTIONS = ("--mode=root", "--variant=minbase", "--aptopt=APT::Install-Recommends false",
                  "--dpkgopt=path-exclude=/usr/share/doc/*",
                  "--dpkgopt=path-exclude=/usr/share/man/*",
                  "--dpkgopt=path-exclude=/usr/share/locale/*")


def _bootstrap(suite, made):
    sources = made.with_suffix(".list")
    sources.write_text("\n".join(debian.sources(suite)) + "\n")
    debian.run(["mmdebstrap", *CHROOT_OPTIONS, f"--include={','.join(CHROOT_PACKAGES)}", suite,
                str(made), str(sources)])


def chroot(suite):
    """A root folder of that suite with dracut, systemd and udev."""
    name = f"{suite}-{cache.key(CHROOT_PACKAGES, CHROOT_OPTIONS)}"
    return cache.entry(VM / "chroots" / name, functools.partial(_bootstrap, suite))


# Runs in a root folder, with /proc and /sys mounted where this machine lets us.
IN_CHROOT = """
mount -t proc proc "$1/proc" 2>/dev/null
mount -t sysfs sysfs "$1/sys" 2>/dev/null
exec chroot "$@"
"""


def run_in(root, *command):
    namespace = ["unshare", "--mount", "--pid", "--fork"]
    if subprocess.run([*namespace, "true"], stderr=subprocess.DEVNULL).returncode != 0:
        namespace = []
    return debian.run([*namespace, "sh", "-c", IN_CHROOT, "sh", str(root), *command])


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


def _dracut_options(dracut, release):
    omit = OMIT + (() if dracut.systemd else OMIT_SYSTEMD)
    options = ["--force", "--quiet", "--no-compress", "--no-early-microcode", "--kver", release,
               "--add", "bootprobe", "--omit", " ".join(omit)]
    if dracut.systemd:
        options += ["--add", "systemd dracut-systemd"]
    if dracut.hostonly:
        return options + ["--hostonly", "--hostonly-mode", "sloppy", "--no-hostonly-cmdline",
                          "--add-drivers", HOSTONLY_DRIVERS, "--filesystems", "ext4"]
    return options + ["--no-hostonly"]


def _install_in_chroot(root, kernel_, stage):
    """Puts a kernel's modules and an installation of bootprobe where dracut in root finds them.
    stage: a folder as made by "meson install" with DESTDIR, or None for a stand-in of the hook."""
    modules = root / "usr/lib/modules" / kernel_.release
    if not modules.exists():
        modules.parent.mkdir(exist_ok=True)
        debian.run(["cp", "-al", str(kernel_.modules), str(modules)])
    module = root / "usr/lib/dracut/modules.d/50bootprobe"
    shutil.rmtree(module, ignore_errors=True)
    hook = root / HOOK_IN_DRACUT
    hook.parent.mkdir(exist_ok=True)
    if stage:
        debian.run(["cp", "-aT", str(stage), str(root)])
    else:
        shutil.copytree(MODULE, module)
        hook.write_text("#!/bin/sh\n")
        hook.chmod(0o755)


def _dracut(dracut, kernel_name, stage, made):
    kernel_, root = kernel(kernel_name), chroot(dracut.suite)
    with cache.locked(root):
        _install_in_chroot(root, kernel_, stage)
        run_in(root, "dracut", *_dracut_options(dracut, kernel_.release), "/initrd.img")
        shutil.move(root / "initrd.img", made)


def dracut_initrd(name, kernel_name):
    """An initrd that dracut made, with the module and a stand-in for the hook."""
    dracut = INITRDS[name]
    inputs = sorted(p for p in MODULE.iterdir() if p.is_file())
    digest = cache.key(Path(__file__), dracut, kernel(kernel_name).release, chroot(dracut.suite),
                       *inputs)
    return cache.entry(VM / "initrds" / f"{name}-{digest}.cpio",
                       functools.partial(_dracut, dracut, kernel_name, None))


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
    kernel_ = kernel(kernel_name)
    with tempfile.TemporaryDirectory(dir=made.parent) as scratch:
        base = Path(scratch) / "dracut"
        (base / "modules.d").mkdir(parents=True)
        for entry in (*HOST_DRACUT.iterdir(), *(HOST_DRACUT / "modules.d").iterdir()):
            if entry.name != "modules.d":
                (base / entry.relative_to(HOST_DRACUT)).symlink_to(entry)
        (base / "modules.d/50bootprobe").symlink_to(stage_ / "usr/lib/dracut/modules.d/50bootprobe")
        debian.run(["dracut", "--force", "--quiet", "--no-compress", "--no-early-microcode",
                    "--no-hostonly", "--conf", "/dev/null", "--confdir", scratch,
                    "--kver", kernel_.release, "--kmoddir", str(kernel_.modules),
                    "--modules", DEMO_MODULES, "--drivers", DEMO_DRIVERS, str(made)],
                   env={**os.environ, "dracutbasedir": str(base),
                        "bootprobe_hook": str(stage_ / HOOK_IN_DRACUT)})


# ---------------------------------------------------------------- the initrd of a scenario

def base_initrd(scenario):
    """(the cached archive without the hook, where the hook belongs in it)"""
    if scenario.initrd == "bare":
        return bare(scenario.kernel, tuple(scenario.omit_drivers)), HOOK_IN_BARE
    return dracut_initrd(scenario.initrd, scenario.kernel), HOOK_IN_DRACUT


def initrd(scenario, hook, made):
    """Writes the initrd of a scenario: the cached base, then the hook as an archive of its own. The
    initrd of an installation is made afresh and has nothing appended."""
    if scenario.installed:
        with tempfile.TemporaryDirectory(dir=made.parent) as scratch:
            installation = stage(Path(scratch) / "stage")
            _dracut(INITRDS[scenario.initrd], scenario.kernel, installation, made)
        return
    base, inside = base_initrd(scenario)
    with open(made, "wb") as out:
        with open(base, "rb") as archive:
            shutil.copyfileobj(archive, out)
        out.write(b"\0" * (-out.tell() % newc.BLOCK))
        if scenario.hook:
            out.write(hook_archive(hook, inside))
