"""A captured machine with many disks, of many partitions each, in a file tree."""

import os
import struct
import uuid
import zlib

SECTOR, ENTRIES, ENTRY_BYTES = 512, 128, 128
TABLE_SECTORS = ENTRIES * ENTRY_BYTES // SECTOR
DISK_SECTORS = 1 << 20
TYPE = uuid.UUID("0fc63daf-8483-4772-8e79-3d69d8477de4")
HEADER = struct.Struct("<8sIIIIQQQQ16sQIII")


def name_of(number):
    """As the kernel counts: vda to vdz, vdaa, ..."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return "vd" + letters


def guid_of(disk, partition):
    return uuid.UUID(int=(0xb0079a0b << 96) | (0x8 << 60) | (disk << 16) | partition)


def _header(own, other, entries_at, entries, guid):
    def packed(crc):
        return HEADER.pack(b"EFI PART", 0x10000, HEADER.size, crc, 0, own, other, 2 + TABLE_SECTORS,
                           DISK_SECTORS - 2 - TABLE_SECTORS, guid.bytes_le, entries_at, ENTRIES,
                           ENTRY_BYTES, zlib.crc32(entries))
    return packed(zlib.crc32(packed(0))).ljust(SECTOR, b"\0")


def _entries(disk, count):
    first = 2048
    return b"".join(
        struct.pack("<16s16sQQQ72s", TYPE.bytes_le, guid_of(disk, number).bytes_le,
                    first + number * 64, first + number * 64 + 63, 0,
                    f"disk {disk} part {number} of a farm".encode("utf-16-le"))
        for number in range(1, count + 1)).ljust(ENTRIES * ENTRY_BYTES, b"\0")


def add_disk(machine, number, partitions=ENTRIES):
    """A sound GPT disk. Returns its name."""
    name, folder = name_of(number), f"sys/devices/pci0000:00/virtio{number}/block"
    place = f"{folder}/{name_of(number)}"
    machine.file(f"{place}/dev", f"{252 + (number >> 8)}:{number & 255}\n")
    machine.file(f"{place}/size", f"{DISK_SECTORS}\n")
    machine.link(f"sys/class/block/{name}", f"../../../{place}")
    entries, guid = _entries(number, partitions), guid_of(number, 0)
    last = DISK_SECTORS - 1
    protective = struct.pack("<B3sB3sII", 0, b"\0\2\0", 0xEE, b"\xff\xff\xff", 1, last)
    machine.file(f".devices/block/{name}/0",
                 bytes(446) + protective + bytes(48) + b"\x55\xaa" +
                 _header(1, last, 2, entries, guid) + entries)
    machine.file(f".devices/block/{name}/{(last - TABLE_SECTORS) * SECTOR}",
                 entries + _header(last, 1, last - TABLE_SECTORS, entries, guid))
    return name


def hang(machine, number):
    """A disk that does not answer: whoever opens its content waits for ever. Returns its name."""
    name = add_disk(machine, number, 1)
    folder = machine.root / ".devices/block" / name
    for file in folder.iterdir():
        file.unlink()
    os.mkfifo(folder / "0")
    return name
