"""ACPI tables that a scenario gives to its machine beside those of the firmware, or in their place."""

import functools
import struct
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

import cache
import kernels

SOURCES = HERE / "acpi"
FIXTURES = cache.REPO / "tests/fixtures/acpi"
HEADER_BYTES, CHECKSUM_AT, REVISION_AT = 36, 9, 24


def _checked(table):
    """The table with the checksum that belongs to it."""
    table = bytearray(table)
    table[CHECKSUM_AT] = 0
    table[CHECKSUM_AT] = -sum(table) & 0xFF
    return bytes(table)


def _garbage():
    """A sound header, and behind it bytes that are no AML."""
    body = bytes(range(255, 191, -1)) * 4
    return _checked(struct.pack("<4sIBB6s8sI4sI", b"SSDT", HEADER_BYTES + len(body), 2, 0, b"BPTEST",
                                b"GARBAGE ", 1, b"TEST", 1) + body)


def _compile(source, made):
    subprocess.run(["iasl", "-p", str(made.with_suffix("")), str(source)], check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


ADDITIONS = ("garbage", *sorted(path.stem for path in SOURCES.glob("*.asl")))


def addition(name):
    """The file of a table to add."""
    source = SOURCES / f"{name}.asl"
    inputs = (Path(__file__), source) if source.exists() else (Path(__file__), name)
    path = kernels.VM / "acpi" / f"{name}-{cache.key(*inputs)}.aml"
    if source.exists():
        return cache.entry(path, functools.partial(_compile, source))
    return cache.entry(path, lambda made: made.write_bytes(_garbage()))


def replacement(machine, hidden=""):
    """The DSDT of a machine among the fixtures, a revision higher than it was: the kernel then takes
    it in place of one that bears the same names (CONFIG_ACPI_TABLE_UPGRADE). hidden: an id that no
    device shall have."""
    table = bytearray((FIXTURES / machine / "tables/DSDT").read_bytes())
    if hidden:
        table = table.replace(hidden.encode(), b"GONE".ljust(len(hidden), b"0"))
    revision, = struct.unpack_from("<I", table, REVISION_AT)
    struct.pack_into("<I", table, REVISION_AT, revision + 1)
    return _checked(table)
