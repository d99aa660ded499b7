"""Root folders of Debian suites, in which initrds are made by Debian's own tools."""

import functools
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

import cache
import debian
import kernels

OPTIONS = ("--mode=root", "--variant=minbase", "--aptopt=APT::Install-Recommends false",
           "--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/man/*",
           "--dpkgopt=path-exclude=/usr/share/locale/*")


def _bootstrap(suite, packages, made):
    sources = made.with_suffix(".list")
    sources.write_text("\n".join(debian.sources(suite)) + "\n")
    debian.run(["mmdebstrap", *OPTIONS, f"--include={','.join(packages)}", suite, str(made),
                str(sources)])


def chroot(suite, packages):
    """A root folder of that suite with those packages."""
    name = f"{suite}-{cache.key(packages, OPTIONS)}"
    return cache.entry(kernels.VM / "chroots" / name,
                       functools.partial(_bootstrap, suite, packages))


def add_modules(root, kernel):
    """Lays a kernel's modules where the tools in root find them."""
    modules = root / "usr/lib/modules" / kernel.release
    if not modules.exists():
        modules.parent.mkdir(exist_ok=True)
        debian.run(["cp", "-al", str(kernel.modules), str(modules)])


# Runs in a root folder, with /proc and /sys where a mount ends with the program: one that stayed would be
# removed together with the folder.
IN_CHROOT = """
mount -t proc proc "$1/proc" 2>/dev/null
mount -t sysfs sysfs "$1/sys" 2>/dev/null
exec chroot "$@"
"""


def run_in(root, *command):
    namespace = ["unshare", "--mount", "--pid", "--fork"]
    if subprocess.run([*namespace, "true"], stderr=subprocess.DEVNULL).returncode != 0:
        return debian.run(["chroot", str(root), *command])
    return debian.run([*namespace, "sh", "-c", IN_CHROOT, "sh", str(root), *command])
