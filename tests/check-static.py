#!/usr/bin/python3
"""The static hook needs no interpreter and no library, and carries no symbols: it goes into initrds as
it is.

    check-static.py BOOTPROBE_HOOK
"""

import struct
import sys
from pathlib import Path

PT_INTERP, SHT_SYMTAB = 3, 2


def kinds(data, table, entry_format, at):
    """The types in a table of headers; its place, size of an entry and count stand in the ELF header."""
    offset, = struct.unpack_from("<Q", data, table)
    size, count = struct.unpack_from("<HH", data, at)
    return {struct.unpack_from(entry_format, data, offset + i * size)[-1] for i in range(count)}


def main():
    data = Path(sys.argv[1]).read_bytes()
    assert data[:6] == b"\x7fELF\x02\x01", "not a 64-bit little-endian ELF file"
    wrong = []
    if PT_INTERP in kinds(data, 32, "<I", 54):
        wrong.append("it needs an interpreter")
    if SHT_SYMTAB in kinds(data, 40, "<II", 58):
        wrong.append("it is not stripped")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
