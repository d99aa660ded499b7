"""Debian's Xen, unpacked once below the cache: the hypervisor itself, as QEMU takes a multiboot kernel."""

import gzip
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

import cache
import debian
import kernels

SUITE, PACKAGE = "bookworm", "xen-hypervisor-4.17-amd64"
# Xen writes to the first serial port, and so does the console that it gives dom0 (hvc0).
PARAMETERS = "com1=115200,8n1 console=com1 dom0_mem=600M"


def _unpack(made):
    suite = debian.Suite(SUITE).ready()
    with tempfile.TemporaryDirectory(dir=made.parent) as scratch:
        tree = Path(scratch) / "tree"
        debian.run(["dpkg-deb", "-x", str(suite.download(PACKAGE, Path(scratch))), str(tree)])
        packed = next((tree / "boot").glob("xen-*-amd64.gz"))
        made.write_bytes(gzip.decompress(packed.read_bytes()))


def hypervisor():
    return cache.entry(kernels.VM / "kernels" / f"{PACKAGE}.elf", _unpack)
