"""Disk images for tests of partition tables: made by sgdisk and sfdisk, damaged byte by byte."""

import os
import struct
import subprocess
import zlib

MIB = 1 << 20
# Where the fields of a GPT header are, and how long (UEFI 2.10, section 5.3.2).
HEADER = {"signature": (0, 8), "revision": (8, 4), "header_size": (12, 4), "crc": (16, 4),
          "reserved": (20, 4), "my_lba": (24, 8), "alternate_lba": (32, 8),
          "first_usable": (40, 8), "last_usable": (48, 8), "disk_guid": (56, 16),
          "entries_lba": (72, 8), "entry_count": (80, 4), "entry_size": (84, 4),
          "entries_crc": (88, 4)}


def run(*command, stdin="", env=None):
    subprocess.run([str(word) for word in command], input=stdin, text=True, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)


class Image:
    """A sparse disk image."""

    # The library of tests/gpt/tool_shim.c.
    shim = None

    def __init__(self, path, size=64 * MIB, sector=512):
        self.path, self.sector = path, sector
        with open(path, "wb") as image:
            image.truncate(size)

    @property
    def size(self):
        return self.path.stat().st_size

    @property
    def last_lba(self):
        return self.size // self.sector - 1

    def environment(self):
        """What a tool must be started with to see the sector size of the image."""
        environment = dict(os.environ, LC_ALL="C", LD_PRELOAD=str(self.shim))
        if self.sector != 512:
            environment.update(SECTOR_BYTES=str(self.sector), PARTED_SECTOR_SIZE=str(self.sector))
        return environment

    def sgdisk(self, *options):
        run("sgdisk", *options, self.path, env=self.environment())
        return self

    def sfdisk(self, script):
        run("sfdisk", self.path, stdin=script, env=self.environment())
        return self

    def parted(self, *words):
        run("parted", "-s", self.path, *words, env=self.environment())
        return self

    def resize(self, size):
        os.truncate(self.path, size)
        return self

    def write(self, offset, data):
        with open(self.path, "r+b") as image:
            image.seek(offset)
            image.write(data)
        return self

    def read(self, offset, length):
        with open(self.path, "rb") as image:
            image.seek(offset)
            return image.read(length)

    def flip(self, offset):
        return self.write(offset, bytes([self.read(offset, 1)[0] ^ 0xFF]))

    def field(self, lba, name):
        offset, length = HEADER[name]
        return int.from_bytes(self.read(lba * self.sector + offset, length), "little")

    def forge(self, lba, offset, data):
        """Changes a header and makes its CRC right again."""
        header = bytearray(self.read(lba * self.sector, 92))
        header[offset:offset + len(data)] = data
        header[16:20] = b"\0\0\0\0"
        header[16:20] = struct.pack("<I", zlib.crc32(bytes(header)))
        return self.write(lba * self.sector, bytes(header))

    def set(self, lba, **fields):
        """Changes fields of a header by their names, with its CRC made right."""
        for name, value in fields.items():
            offset, length = HEADER[name]
            self.forge(lba, offset, (value % (1 << 8 * length)).to_bytes(length, "little"))
        return self

    def seal_entries(self, lba):
        """Gives the header at lba the CRC of the entries that it names."""
        at, count, size = (self.field(lba, name)
                           for name in ("entries_lba", "entry_count", "entry_size"))
        return self.set(lba, entries_crc=zlib.crc32(self.read(at * self.sector, count * size)))

    def change_entries(self, change, lbas=None):
        """Gives the array of each header to change(bytearray), with all CRCs right."""
        for lba in lbas or (1, self.last_lba):
            at, count, size = (self.field(lba, name)
                               for name in ("entries_lba", "entry_count", "entry_size"))
            array = bytearray(self.read(at * self.sector, count * size))
            change(array)
            self.write(at * self.sector, bytes(array))
            self.seal_entries(lba)
        return self

    def forge_entries(self, number, start, end):
        """Moves a partition in both tables, with all CRCs right."""
        def move(array):
            struct.pack_into("<QQ", array, (number - 1) * 128 + 32, start, end)
        return self.change_entries(move)
