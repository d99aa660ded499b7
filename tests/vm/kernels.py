"""Debian's kernels for the VM tests, unpacked once below the cache, and their modules.

The cache is asked first and for ever: remove .cache/vm/kernels or .cache/apt to get newer packages.
"""

import functools
import lzma
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

import cache
import debian

VM = cache.CACHE / "vm"


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


def _contents(kernel_, path):
    data = (kernel_.modules / path).read_bytes()
    return lzma.decompress(data) if path.endswith(".xz") else data


def module(kernel_, name):
    """(path below the folder of the kernel's modules, contents) of one module, decompressed."""
    path, _ = _dependencies(kernel_)[name]
    return path.removesuffix(".xz"), _contents(kernel_, path)


def copy_modules(kernel_, root, names):
    """Copies modules and what they depend on below root, decompressed, with fresh indexes."""
    table = _dependencies(kernel_)
    wanted = set()
    for name in names:
        if name in table:
            wanted.update([table[name][0], *table[name][1]])
    target = Path(root) / "lib/modules" / kernel_.release
    for path in sorted(wanted):
        copy = target / path.removesuffix(".xz")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(_contents(kernel_, path))
    target.mkdir(parents=True, exist_ok=True)
    for index in INDEXES:
        if (kernel_.modules / index).exists():
            shutil.copy(kernel_.modules / index, target)
    debian.run(["/sbin/depmod", "-b", str(root), kernel_.release])
