"""Makes sparse disk images with a partition table and a root file system, without mounts, loop
devices or block devices. Layout and CRCs follow the UEFI specification 2.10, section 5.3."""

import os
import struct
import subprocess
import tempfile
import uuid
import zlib

MIB = 1 << 20
FIRST_BYTE = MIB
ENTRIES, ENTRY_BYTES = 128, 128
ROOT_TYPE = uuid.UUID("4f68bce3-e8cd-4db1-96e7-fbcaf984b709")

LABEL = "bproot"


def _fixed(number, identity):
    return uuid.UUID(f"b0079a0b-0000-4000-{0x8000 + identity:04x}-{number:012x}")


def disk_guid(identity=0):
    """Fixed, as the others are, so that a scenario can name them on the kernel command line. Disks
    of the same identity are copies of each other."""
    return _fixed(1, identity)


def part_guid(identity=0):
    return _fixed(2, identity)


def fs_uuid(identity=0):
    return _fixed(3, identity)


FS_UUID = fs_uuid()


def label(identity=0):
    return f"{LABEL}{identity}" if identity else LABEL


def parse_size(text):
    """'20G' or '512M' or a number of bytes."""
    units = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
    text = str(text)
    return int(text[:-1]) * units[text[-1]] if text[-1] in units else int(text)


HEADER = struct.Struct("<8sIIIIQQQQ16sQIII")
HEADER_CRC_AT, TABLE_CRC_AT = 16, 88


def _seal(header):
    """The header with the checksum that belongs to it."""
    empty = header[:HEADER_CRC_AT] + b"\0" * 4 + header[HEADER_CRC_AT + 4:]
    return (header[:HEADER_CRC_AT] + struct.pack("<I", zlib.crc32(empty)) +
            header[HEADER_CRC_AT + 4:])


def _header(own, other, entries_at, last, table_crc, sector, guid):
    return _seal(HEADER.pack(b"EFI PART", 0x10000, HEADER.size, 0, 0, own, other,
                             FIRST_BYTE // sector, last - 1 - _table_sectors(sector),
                             guid.bytes_le, entries_at, ENTRIES, ENTRY_BYTES, table_crc))


def _entry(number, start, end, identity):
    """A partition of root's type from sector start to end; the number tells it from the first."""
    guid = part_guid(identity + number)
    return struct.pack("<16s16sQQQ72s", ROOT_TYPE.bytes_le, guid.bytes_le, start, end, 0,
                       label(identity + number).encode("utf-16-le"))


def _table_sectors(sector):
    return ENTRIES * ENTRY_BYTES // sector


def _protective_mbr(sectors):
    entry = struct.pack("<B3sB3sII", 0, b"\x00\x02\x00", 0xEE, b"\xff\xff\xff", 1,
                        min(sectors - 1, 0xFFFFFFFF))
    return b"\0" * 446 + entry + b"\0" * 48 + b"\x55\xaa"


def write_gpt(image, table_bytes, sector, identity=0):
    """Writes a table for a disk of table_bytes, with one partition that fills it."""
    last = table_bytes // sector - 1
    start, end = FIRST_BYTE // sector, (table_bytes - FIRST_BYTE) // sector - 1
    table = _entry(0, start, end, identity).ljust(ENTRIES * ENTRY_BYTES, b"\0")
    crc, backup_at = zlib.crc32(table), last - _table_sectors(sector)
    guid = disk_guid(identity)
    for at, data in ((0, _protective_mbr(last + 1)),
                     (1, _header(1, last, 2, last, crc, sector, guid)), (2, table),
                     (backup_at, table),
                     (last, _header(last, 1, backup_at, last, crc, sector, guid))):
        os.pwrite(image, data, at * sector)


def _mbr_entry(status, start, end):
    return struct.pack("<B3sB3sII", status, b"\xfe\xff\xff", 0x83, b"\xfe\xff\xff", start,
                       end - start)


def write_mbr(image, table_bytes, _sector, identity=0):
    entry = _mbr_entry(0x80, FIRST_BYTE // 512, (table_bytes - FIRST_BYTE) // 512)
    signature = struct.pack("<I", 0xb0079a0b + identity)
    os.pwrite(image, b"\0" * 440 + signature + b"\0\0" + entry + b"\0" * 48 + b"\x55\xaa", 0)


# How a disk is divided: what writes its table, and where the file system starts.
LAYOUTS = {"gpt": (write_gpt, FIRST_BYTE), "mbr": (write_mbr, FIRST_BYTE), "none": (None, 0)}


def _flip(image, at):
    byte = os.pread(image, 1, at)[0]
    os.pwrite(image, bytes([byte ^ 0xFF]), at)


def _change_entries(image, header_at, sector, change):
    """Rewrites one copy of the entries, with all checksums right."""
    header = os.pread(image, HEADER.size, header_at)
    entries_at = HEADER.unpack(header)[10] * sector
    table = change(os.pread(image, ENTRIES * ENTRY_BYTES, entries_at))
    os.pwrite(image, table, entries_at)
    header = header[:TABLE_CRC_AT] + struct.pack("<I", zlib.crc32(table)) + header[TABLE_CRC_AT + 4:]
    os.pwrite(image, _seal(header), header_at)


def _with_second(sectors, first):
    """Adds to a table of one partition another one, from sector first on."""
    return lambda table: (table[:ENTRY_BYTES] + _entry(1, first, first + sectors - 1, 0) +
                          table[2 * ENTRY_BYTES:])


def _overlap(image, size, sector):
    change = _with_second(MIB // sector, 2 * FIRST_BYTE // sector)
    for header_at in (sector, size - sector):
        _change_entries(image, header_at, sector, change)


def _change_backup(image, size, sector):
    """The last MiB of the disk is a partition of its own, in the backup only."""
    _change_entries(image, size - sector, sector, _with_second(
        MIB // (2 * sector), (size - FIRST_BYTE) // sector))


def _split(image, size, sector):
    """Two partitions of half the disk in the place of one."""
    half = size // 2 // sector

    def change(table):
        first = bytearray(table[:ENTRY_BYTES])
        struct.pack_into("<Q", first, 40, half - 1)
        return _with_second((size - FIRST_BYTE) // sector - half, half)(
            bytes(first) + table[ENTRY_BYTES:])
    for header_at in (sector, size - sector):
        _change_entries(image, header_at, sector, change)


def _hybrid(image, size, sector):
    entry = _mbr_entry(0, FIRST_BYTE // sector, (size - FIRST_BYTE) // sector)
    os.pwrite(image, entry, 446 + 16)


def _wipe(image, size, sector):
    for at in (0, size - FIRST_BYTE):
        os.pwrite(image, b"\0" * FIRST_BYTE, at)


# Damage done to a finished image: (image, size of the table, sector size).
FAULTS = {
    "overlap": _overlap,
    "backup-differs": _change_backup,
    "hybrid-mbr": _hybrid,
    "split": _split,
    "wiped": _wipe,
    "primary-header": lambda image, size, sector: _flip(image, sector + 72),
    "primary-entries": lambda image, size, sector: _flip(image, 2 * sector + 33),
    "backup-header": lambda image, size, sector: _flip(image, size - sector + 72),
    "backup-entries": lambda image, size, sector: _flip(image, size - sector * (1 + _table_sectors(sector)) + 33),
}


def _mkfs(path, offset, size, root, identity):
    command = ["/sbin/mke2fs", "-q", "-F", "-t", "ext4", "-O", "^has_journal,^metadata_csum",
               "-b", "4096", "-L", label(identity), "-U", str(fs_uuid(identity)), "-I", "256",
               "-E", f"offset={offset},lazy_itable_init=1,root_owner=0:0,nodiscard", "-d", str(root),
               str(path), f"{size // 1024}k"]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def _fill(path, offset, size):
    """Writes a file into the file system until that has no free block."""
    with tempfile.NamedTemporaryFile() as filler:
        filler.write(b"filler\n" * (size // 7))
        filler.flush()
        subprocess.run(["/sbin/debugfs", "-w", "-R", f"write {filler.name} filler",
                        f"{path}?offset={offset}"], check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make(path, root, size, table=None, sector=512, layout="gpt", faults=(), table_sector=None,
         identity=0, is_full=False):
    """Makes the image of a disk of 'size' bytes whose table was written when it had 'table' bytes.
    root is a folder with the content of its file system, or None for an empty disk. table_sector:
    the sector size that the table was written for."""
    table, table_sector = table or size, table_sector or sector
    writer, offset = LAYOUTS[layout]
    with open(path, "w+b") as image:
        image.truncate(table)
    if root is not None:
        _mkfs(path, offset, table - 2 * offset, root, identity)
        if is_full:
            _fill(path, offset, table - 2 * offset)
    with open(path, "r+b") as image:
        if writer:
            writer(image.fileno(), table, table_sector, identity)
        for fault in faults:
            FAULTS[fault](image.fileno(), table, table_sector)
        image.truncate(size)
