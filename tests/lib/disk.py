"""Makes sparse disk images with a partition table and a root file system, without mounts, loop
devices or block devices. Layout and CRCs follow the UEFI specification 2.10, section 5.3."""

import os
import struct
import subprocess
import uuid
import zlib

MIB = 1 << 20
FIRST_BYTE = MIB
ENTRIES, ENTRY_BYTES = 128, 128
ROOT_TYPE = uuid.UUID("4f68bce3-e8cd-4db1-96e7-fbcaf984b709")

# Fixed, so that a scenario can name them on the kernel command line.
DISK_GUID = uuid.UUID("b0079a0b-0000-4000-8000-000000000001")
PART_GUID = uuid.UUID("b0079a0b-0000-4000-8000-000000000002")
FS_UUID = uuid.UUID("b0079a0b-0000-4000-8000-000000000003")
LABEL = "bproot"


def parse_size(text):
    """'20G' or '512M' or a number of bytes."""
    units = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
    text = str(text)
    return int(text[:-1]) * units[text[-1]] if text[-1] in units else int(text)


def _header(own, other, entries_at, last, table_crc, sector):
    def pack(crc):
        return struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, crc, 0, own, other,
                           FIRST_BYTE // sector, last - 1 - _table_sectors(sector),
                           DISK_GUID.bytes_le, entries_at, ENTRIES, ENTRY_BYTES, table_crc)
    return pack(zlib.crc32(pack(0)))


def _table_sectors(sector):
    return ENTRIES * ENTRY_BYTES // sector


def _protective_mbr(sectors):
    entry = struct.pack("<B3sB3sII", 0, b"\x00\x02\x00", 0xEE, b"\xff\xff\xff", 1,
                        min(sectors - 1, 0xFFFFFFFF))
    return b"\0" * 446 + entry + b"\0" * 48 + b"\x55\xaa"


def write_gpt(image, table_bytes, sector):
    """Writes a table for a disk of table_bytes, with one partition that fills it."""
    last = table_bytes // sector - 1
    start, end = FIRST_BYTE // sector, (table_bytes - FIRST_BYTE) // sector - 1
    entry = struct.pack("<16s16sQQQ72s", ROOT_TYPE.bytes_le, PART_GUID.bytes_le, start, end, 0,
                        LABEL.encode("utf-16-le"))
    table = entry.ljust(ENTRIES * ENTRY_BYTES, b"\0")
    crc, backup_at = zlib.crc32(table), last - _table_sectors(sector)
    for at, data in ((0, _protective_mbr(last + 1)),
                     (1, _header(1, last, 2, last, crc, sector)), (2, table),
                     (backup_at, table), (last, _header(last, 1, backup_at, last, crc, sector))):
        os.pwrite(image, data, at * sector)


def write_mbr(image, table_bytes, _sector):
    start, end = FIRST_BYTE // 512, (table_bytes - FIRST_BYTE) // 512
    entry = struct.pack("<B3sB3sII", 0x80, b"\xfe\xff\xff", 0x83, b"\xfe\xff\xff", start,
                        end - start)
    os.pwrite(image, b"\0" * 440 + b"\x0b\x9a\x07\xb0\0\0" + entry + b"\0" * 48 + b"\x55\xaa", 0)


# How a disk is divided: what writes its table, and where the file system starts.
LAYOUTS = {"gpt": (write_gpt, FIRST_BYTE), "mbr": (write_mbr, FIRST_BYTE), "none": (None, 0)}


def _flip(image, at):
    byte = os.pread(image, 1, at)[0]
    os.pwrite(image, bytes([byte ^ 0xFF]), at)


# Damage done to a finished image: (image, size of the table, sector size).
FAULTS = {
    "primary-header": lambda image, size, sector: _flip(image, sector + 72),
    "primary-entries": lambda image, size, sector: _flip(image, 2 * sector + 33),
    "backup-header": lambda image, size, sector: _flip(image, size - sector + 72),
    "backup-entries": lambda image, size, sector: _flip(image, size - sector * (1 + _table_sectors(sector)) + 33),
}


def _mkfs(path, offset, size, root, sector):
    command = ["/sbin/mke2fs", "-q", "-F", "-t", "ext4", "-O", "^has_journal,^metadata_csum",
               "-b", "4096", "-L", LABEL, "-U", str(FS_UUID), "-I", "256",
               "-E", f"offset={offset},lazy_itable_init=1,root_owner=0:0,nodiscard", "-d", str(root),
               str(path), f"{size // 1024}k"]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def make(path, root, size, table=None, sector=512, layout="gpt", faults=()):
    """Makes the image of a disk of 'size' bytes whose table was written when it had 'table' bytes.
    root is a folder with the content of its file system, or None for an empty disk."""
    table = table or size
    writer, offset = LAYOUTS[layout]
    with open(path, "w+b") as image:
        image.truncate(table)
    if root is not None:
        _mkfs(path, offset, table - 2 * offset, root, sector)
    with open(path, "r+b") as image:
        if writer:
            writer(image.fileno(), table, sector)
        for fault in faults:
            FAULTS[fault](image.fileno(), table, sector)
        image.truncate(size)
