#!/usr/bin/python3
"""bootprobe gpt beside sgdisk -v and sfdisk --verify: never milder, and where stricter, said why.

    compare_tools.py BOOTPROBE TOOL_SHIM [--all] [NAME...]

Each image below is made, shown to all three, and thrown away. A tool complains when it names a
problem, warns, or fails; bootprobe complains with a finding of warning or error. MILDER and STRICTER
hold every difference that may be, with its reason; a difference of another kind is a failure, and so
is a reason that no image needs. Where the fix is made of commands it is followed, and the image must be
sound then, but for UNMENDED. --all prints what each of the three said.
"""

import argparse
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))
import disk  # noqa: E402
from gpt_image import HEADER, MIB, Image, run  # noqa: E402

GIB, TIB = MIB << 10, MIB << 20
SKIPPED = 77
THREE = ("-n", "1:2048:4095", "-t", "1:ef02", "-n", "2:4096:+20M", "-t", "2:ef00", "-c", "2:EFI system",
         "-n", "3:0:0", "-t", "3:8304", "-c", "3:wurzel")
# sgdisk aligns the last partition's end only when it is told to.
ALIGNED = ("-n", "1:2048:4095", "-n", "2:4096:+20M", "-n", "3:0:-1M")

IMAGES = {}


def image(make=None, size=64 * MIB, sector=512):
    """Adds an image: a function that is given an empty one."""
    def add(function):
        IMAGES[function.__name__] = (function, size, sector)
        return function
    return add(make) if make else add


def add(name, function, size=64 * MIB, sector=512):
    function.__name__ = name
    image(function, size=size, sector=sector)


def le(value, size=8):
    return (value % (1 << 8 * size)).to_bytes(size, "little")


# ------------------------------------------------------------------------------- sound ones

for label, bytes_ in (("4m", 4 * MIB), ("64m", 64 * MIB), ("2g", 2 * GIB), ("20g", 20 * GIB),
                      ("2t", 2 * TIB), ("3t", 3 * TIB)):
    add(f"sound_sgdisk_{label}", lambda i: i.sgdisk("-n", "1:2048:0"), size=bytes_)
    add(f"sound_sfdisk_{label}", lambda i: i.sfdisk("label: gpt\n,1M\n,,L\n"), size=bytes_)
    add(f"sound_4096_{label}", lambda i: i.sgdisk("-n", "1:256:0"), size=bytes_, sector=4096)
for label, bytes_ in (("1m", MIB), ("100k", 102400)):
    add(f"sound_tiny_{label}", lambda i: i.sgdisk("-a", "1", "-n", "1:40:60"), size=bytes_)
add("sound_parted", lambda i: i.parted("mklabel", "gpt", "mkpart", "a", "1MiB", "8MiB",
                                       "mkpart", "b", "8MiB", "100%"))
add("entries_of_256_bytes", lambda i: (i.sgdisk(*THREE), [
    i.set(lba, entry_size=256, entry_count=64).seal_entries(lba) for lba in (1, i.last_lba)]))
add("sound_parted_4096", lambda i: i.parted("mklabel", "gpt", "mkpart", "a", "1MiB", "100%"),
    sector=4096)
add("sound_aligned", lambda i: i.sgdisk(*ALIGNED))
add("sound_ours", lambda i: write_own(i))
add("sound_ours_4096", lambda i: write_own(i), sector=4096)
add("no_partitions", lambda i: i.sgdisk("-o"))
add("four_entries", lambda i: i.sfdisk("label: gpt\ntable-length: 4\n,,L\n"))
add("sixty_four_entries", lambda i: i.sgdisk("-S", "64", "-n", "1:0:0"))
add("a_thousand_entries", lambda i: i.sgdisk("-S", "1024", "-n", "1:2048:0"))
add("not_aligned", lambda i: i.sgdisk("-a", "1", "-n", "1:2049:4000", "-n", "2:5001:6000"))
add("every_entry_used", lambda i: i.sgdisk("-a", 1, *(
    word for n in range(1, 129) for word in ("-n", f"{n}:{2048 + n * 64}:{2111 + n * 64}"))))
add("gap_before_entries", lambda i: i.sgdisk("-j", "100", "-n", "1:2048:0"))
add("boot_flag_on_protective", lambda i: i.sgdisk(*THREE).write(446, b"\x80"))
add("names_that_attack", lambda i: i.sgdisk(*THREE).change_entries(
    lambda a: a.__setitem__(slice(56, 128), "\x1b[2J\u202e\u009b]52;c;".encode("utf-16le").ljust(72, b"\0"))))


def write_own(i):
    with open(i.path, "r+b") as file:
        disk.write_gpt(file.fileno(), i.size, i.sector)


# ------------------------------------------------------------------ grown, shrunk, moved

add("grown", lambda i: i.sgdisk(*THREE).resize(128 * MIB))
add("grown_by_a_sector", lambda i: i.sgdisk(*THREE).resize(64 * MIB + 512))
add("grown_to_2t", lambda i: i.sgdisk(*THREE).resize(2 * TIB), size=2 * GIB)
add("grown_4096", lambda i: i.sgdisk("-n", "1:256:0").resize(128 * MIB), sector=4096)
add("grown_and_mended", lambda i: i.sgdisk(*THREE).resize(128 * MIB).sgdisk("-e"))
add("grown_primary_corrupt", lambda i: i.sgdisk(*THREE).resize(128 * MIB).flip(512 + 60))
add("grown_backup_corrupt", lambda i: i.sgdisk(*THREE).flip(i.last_lba * 512 + 60).resize(128 * MIB))
add("shrunk", lambda i: i.sgdisk(*THREE).resize(32 * MIB))
add("shrunk_below_the_usable_area", lambda i: i.sgdisk("-n", "1:2048:+8M").resize(32 * MIB))
add("shrunk_by_a_sector", lambda i: i.sgdisk(*THREE).resize(64 * MIB - 512))
add("shrunk_by_the_backup", lambda i: i.sgdisk(*THREE).resize(64 * MIB - 33 * 512))
add("shrunk_4096", lambda i: i.sgdisk("-n", "1:256:0").resize(48 * MIB), sector=4096)
add("odd_size", lambda i: i.sgdisk(*THREE).resize(64 * MIB + 100))


# --------------------------------------------------------------------------- wrong checksums

PLACES = {"primary": lambda i: 1, "backup": lambda i: i.last_lba}
for place, lba_of in PLACES.items():
    for field, (offset, _) in HEADER.items():
        add(f"{place}_{field}_flipped", lambda i, lba_of=lba_of, offset=offset:
            i.sgdisk(*THREE).flip(lba_of(i) * 512 + offset))
    add(f"{place}_wiped", lambda i, lba_of=lba_of: i.sgdisk(*THREE).write(lba_of(i) * 512, bytes(512)))
    add(f"{place}_random", lambda i, lba_of=lba_of:
        i.sgdisk(*THREE).write(lba_of(i) * 512, bytes(range(256)) * 2))
    add(f"{place}_flipped_4096", lambda i, lba_of=lba_of:
        i.sgdisk("-n", "1:256:0").flip(lba_of(i) * 4096 + 60), sector=4096)
add("primary_entry_flipped", lambda i: i.sgdisk(*THREE).flip(1024 + 60))
add("primary_unused_entry_flipped", lambda i: i.sgdisk(*THREE).flip(1024 + 100 * 128 + 60))
add("backup_entry_flipped", lambda i: i.sgdisk(*THREE).flip((i.last_lba - 32) * 512 + 60))
add("primary_entries_wiped", lambda i: i.sgdisk(*THREE).write(1024, bytes(32 * 512)))
add("backup_entries_wiped", lambda i: i.sgdisk(*THREE).write((i.last_lba - 32) * 512, bytes(32 * 512)))
add("primary_table_wiped", lambda i: i.sgdisk(*THREE).write(512, bytes(33 * 512)))
add("first_34_sectors_wiped", lambda i: i.sgdisk(*THREE).write(0, bytes(34 * 512)))
add("backup_table_wiped", lambda i: i.sgdisk(*THREE).write(i.size - 33 * 512, bytes(33 * 512)))
add("both_headers_flipped", lambda i: i.sgdisk(*THREE).flip(512 + 60).flip(i.last_lba * 512 + 60))
add("both_tables_wiped", lambda i: i.sgdisk(*THREE).write(512, bytes(33 * 512))
    .write(i.size - 33 * 512, bytes(33 * 512)))
add("both_entries_flipped", lambda i: i.sgdisk(*THREE).flip(1024 + 60).flip((i.last_lba - 32) * 512 + 61))
add("primary_header_and_backup_entries", lambda i: i.sgdisk(*THREE).flip(512 + 60)
    .flip((i.last_lba - 32) * 512 + 60))
add("primary_entries_and_backup_header", lambda i: i.sgdisk(*THREE).flip(1024 + 60)
    .flip(i.last_lba * 512 + 60))
add("truncated_in_the_entries", lambda i: i.sgdisk(*THREE).resize(10 * 512))
add("truncated_behind_the_header", lambda i: i.sgdisk(*THREE).resize(1024))
add("truncated_to_4_sectors", lambda i: i.sgdisk(*THREE).resize(2048))


# -------------------------------------------------- lies with right checksums, field by field

LIES = {
    "revision": {"newer": 0x00010001, "major": 0x00020000, "zero": 0},
    "header_size": {"long": 128, "sector": 512},
    "reserved": {"used": 1},
    "my_lba": {"zero": 0, "two": 2, "huge": -1},
    "alternate_lba": {"zero": 0, "one": 1, "middle": 70000, "behind": 131072, "huge": -1},
    "first_usable": {"zero": 0, "in_entries": 20, "late": 60000, "huge": -1},
    "last_usable": {"zero": 0, "short": 90000, "in_backup": 131050, "last": 131071,
                    "behind": 131072, "huge": -1},
    "disk_guid": {"other": 1 << 100, "zero": 0},
    "entries_lba": {"zero": 0, "one": 1, "three": 3, "usable": 5000, "behind": 131072, "huge": -1},
    "entry_count": {"zero": 0, "one": 1, "four": 4, "fewer": 127, "more": 129, "thousand": 1000,
                    "huge": -1},
    "entry_size": {"zero": 0, "64": 64, "127": 127, "256": 256, "384": 384, "4096": 4096,
                   "huge": -1},
    "entries_crc": {"zero": 0, "other": 12345},
}


def lie(lbas, field, value):
    def make(i):
        i.sgdisk(*THREE)
        for lba in lbas(i):
            if field == "header_size":
                forge_length(i, lba, value)
            else:
                i.set(lba, **{field: value})
            if field == "entry_count" and 0 < value < 128:
                i.seal_entries(lba)
    return make


def forge_length(i, lba, length):
    """A longer header, with the CRC over all of it."""
    import zlib
    header = bytearray(i.read(lba * i.sector, length))
    header[12:20] = le(length, 4) + bytes(4)
    header[16:20] = le(zlib.crc32(bytes(header)), 4)
    i.write(lba * i.sector, bytes(header))


for field, values in LIES.items():
    for label, value in values.items():
        add(f"primary_{field}_{label}", lie(lambda i: (1,), field, value))
        add(f"backup_{field}_{label}", lie(lambda i: (i.last_lba,), field, value))
        if field not in ("my_lba", "alternate_lba", "entries_lba"):
            add(f"both_{field}_{label}", lie(lambda i: (1, i.last_lba), field, value))


# -------------------------------------------------------- partitions, with right checksums

add("overlap", lambda i: i.sgdisk(*THREE).forge_entries(3, 40000, 100000))
add("overlap_by_a_sector", lambda i: i.sgdisk(*THREE).forge_entries(2, 4095, 45055))
add("overlap_contained", lambda i: i.sgdisk(*THREE).forge_entries(2, 50000, 51000))
add("overlap_same_place", lambda i: i.sgdisk(*THREE).forge_entries(1, 4096, 45055))
add("overlap_4096", lambda i: i.sgdisk("-n", "1:256:+20M", "-n", "2:0:0").forge_entries(2, 300, 9000),
    sector=4096)
add("ends_behind_usable", lambda i: i.sgdisk(*THREE).forge_entries(3, 100000, i.last_lba - 10))
add("ends_at_last_sector", lambda i: i.sgdisk(*THREE).forge_entries(3, 100000, i.last_lba))
add("ends_behind_disk", lambda i: i.sgdisk(*THREE).forge_entries(3, 100000, 1 << 40))
add("ends_at_2_to_64", lambda i: i.sgdisk(*THREE).forge_entries(3, 100000, (1 << 64) - 1))
add("begins_in_entries", lambda i: i.sgdisk(*THREE).forge_entries(1, 10, 2000))
add("begins_at_zero", lambda i: i.sgdisk(*THREE).forge_entries(1, 0, 2000))
add("ends_before_it_begins", lambda i: i.sgdisk(*THREE).forge_entries(1, 3000, 2000))
add("one_sector_long", lambda i: i.sgdisk(*THREE).forge_entries(1, 2048, 2048))
add("same_guid_twice", lambda i: i.sgdisk(*THREE).change_entries(
    lambda a: a.__setitem__(slice(128 + 16, 128 + 32), a[16:32])))
add("guid_zero", lambda i: i.sgdisk(*THREE).change_entries(
    lambda a: a.__setitem__(slice(16, 32), bytes(16))))
add("all_guids_zero", lambda i: i.sgdisk(*THREE).change_entries(
    lambda a: [a.__setitem__(slice(n + 16, n + 32), bytes(16)) for n in (0, 128, 256)]))
add("guid_of_the_disk", lambda i: i.sgdisk(*THREE).change_entries(
    lambda a: a.__setitem__(slice(16, 32), i.read(512 + 56, 16))))
add("unknown_type", lambda i: i.sgdisk(*THREE).change_entries(
    lambda a: a.__setitem__(slice(0, 16), uuid.UUID(int=77).bytes_le)))
add("unused_entry_not_empty", lambda i: i.sgdisk(*THREE).change_entries(
    lambda a: a.__setitem__(slice(10 * 128 + 32, 10 * 128 + 48), le(5) + le(9))))
add("name_differs_in_backup", lambda i: i.sgdisk(*THREE).change_entries(
    lambda a: a.__setitem__(slice(56, 60), b"X\0Y\0"), (i.last_lba,)))
add("partition_missing_in_backup", lambda i: i.sgdisk(*THREE).change_entries(
    lambda a: a.__setitem__(slice(256, 384), bytes(128)), (i.last_lba,)))
add("partition_missing_in_primary", lambda i: i.sgdisk(*THREE).change_entries(
    lambda a: a.__setitem__(slice(256, 384), bytes(128)), (1,)))
add("partition_moved_in_backup", lambda i: i.sgdisk(*THREE).change_entries(
    lambda a: struct.pack_into("<QQ", a, 288, 60000, 70000), (i.last_lba,)))
add("required_attribute", lambda i: i.sgdisk(*THREE, "-A", "1:set:0"))


# ------------------------------------------------------------------------------------ the MBR

def protective(*entries):
    """Four entries of (status, type, first, count)."""
    text = b"".join(struct.pack("<B3sB3sII", status, b"\0\2\0", kind, b"\xff" * 3, first, count)
                    for status, kind, first, count in entries)
    return text.ljust(64, b"\0") + b"\x55\xaa"


def mbr(name, *entries, before=THREE, size=64 * MIB):
    add(name, lambda i: i.sgdisk(*before).write(446, protective(*entries)), size=size)


LAST = 64 * MIB // 512 - 1
add("mbr_wiped", lambda i: i.sgdisk(*THREE).write(0, bytes(512)))
add("mbr_without_entries", lambda i: i.sgdisk(*THREE).write(446, bytes(64)))
add("mbr_without_signature", lambda i: i.sgdisk(*THREE).write(510, bytes(2)))
mbr("protective_too_small", (0, 0xEE, 1, 1000))
mbr("protective_too_large", (0, 0xEE, 1, LAST + 100))
mbr("protective_of_2_to_32", (0, 0xEE, 1, 0xFFFFFFFF))
mbr("protective_of_no_length", (0, 0xEE, 1, 0))
mbr("protective_from_zero", (0, 0xEE, 0, LAST + 1))
mbr("protective_from_2", (0, 0xEE, 2, LAST - 1))
mbr("protective_in_second_entry", (0, 0, 0, 0), (0, 0xEE, 1, LAST))
mbr("protective_twice", (0, 0xEE, 1, LAST), (0, 0xEE, 1, LAST))
mbr("protective_active", (0x80, 0xEE, 1, LAST))
mbr("protective_strange_status", (0x7F, 0xEE, 1, LAST))
mbr("protective_small_on_2t", (0, 0xEE, 1, 1000), size=3 * TIB)
add("hybrid", lambda i: i.sgdisk(*THREE, "-h", "2:3"))
mbr("hybrid_elsewhere", (0, 0xEE, 1, 2047), (0x80, 0x83, 50000, 1000))
mbr("hybrid_overlapping", (0, 0xEE, 1, 2047), (0x80, 0x83, 4096, 40960), (0, 0x0C, 5000, 1000))
mbr("hybrid_behind_disk", (0, 0xEE, 1, 2047), (0x80, 0x83, 4096, 0x7FFFFFFF))
mbr("plain_mbr_over_gpt", (0, 0x83, 2048, 1000))
add("plain_mbr", lambda i: i.sfdisk("label: dos\n,20M,L,*\n,,S\n"))
add("plain_mbr_by_parted", lambda i: i.parted("mklabel", "msdos", "mkpart", "primary", "1MiB", "100%"))
add("logical_partitions", lambda i: i.sfdisk("label: dos\n,10M,L\n,10M,S\n,,E\n,10M,L\n,,L\n"))
add("plain_mbr_empty", lambda i: i.sfdisk("label: dos\n"))
add("plain_mbr_overlap", lambda i: i.write(
    446, protective((0, 0x83, 2048, 10000), (0, 0x83, 4096, 10000))))
add("plain_mbr_behind_disk", lambda i: i.write(446, protective((0, 0x83, 2048, 1 << 30))))
add("plain_mbr_two_active", lambda i: i.write(
    446, protective((0x80, 0x83, 2048, 1000), (0x80, 0x83, 4096, 1000))))
add("plain_mbr_logical_outside", lambda i: i.sfdisk(
    "label: dos\n,10M,L\n,10M,E\n,5M,L\n").write(22528 * 512 + 446 + 8, le(60000, 4)))
add("plain_mbr_logical_loop", lambda i: i.sfdisk(
    "label: dos\n,10M,L\n,30M,E\n,5M,L\n,5M,L\n").write(22528 * 512 + 446 + 24, le(0, 4)))


# ------------------------------------------------------------------------------- no table

add("empty", lambda i: None)
add("empty_1m", lambda i: None, size=MIB)
add("empty_2t", lambda i: None, size=2 * TIB)
add("file_of_nothing", lambda i: i.resize(0))
add("file_of_100_bytes", lambda i: i.resize(100))
add("file_of_a_sector", lambda i: i.resize(512))
add("zeros_then_signature", lambda i: i.write(510, b"\x55\xaa"))
add("random_bytes", lambda i: i.write(0, bytes((n * n * 7 + n * 13) % 251 for n in range(70000))))
add("ext4_alone", lambda i: run("mke2fs", "-q", "-F", i.path))
add("vfat_alone", lambda i: run("mkfs.vfat", i.path))
add("swap_alone", lambda i: run("mkswap", i.path))
add("ext4_over_gpt", lambda i: (i.sgdisk(*THREE), i.write(0, bytes(34 * 512)),
                                run("mke2fs", "-q", "-F", i.path)))
add("table_for_4096_on_512", lambda i: (i.sgdisk("-n", "1:256:0"), setattr(i, "sector", 512)),
    sector=4096)
add("table_for_512_on_4096", lambda i: (i.sgdisk(*THREE), setattr(i, "sector", 4096)))



# -------------------------------------------------------------------------- the differences

# (what a tool says, of which images, why it is no finding, where bootprobe says so). The last is a
# pattern of its output, or of its --help where it is None.
MILDER = [
    (r"Caution: Partition \d+ doesn't (begin|end) on a", ".*",
     "alignment costs speed and never data", None),
    (r"Warning: There is a gap between", ".*",
     "sectors that nobody uses hurt nobody", None),
    (r"Warning: The size of the partition table", "four_entries|sixty_four_entries|.*_entry_count_.*",
     "firmware and kernel take tables of fewer entries", r"note +there is room for"),
    (r"GPT PMBR size mismatch", "protective_.*",
     "kernel and firmware look at its type and first sector", r"note +the protective MBR ends at"),
    (r"Warning: The 0xEE protective partition in the MBR is marked as active",
     "boot_flag_on_protective|protective_active",
     "installers set it on purpose, for BIOSes that boot nothing else",
     r"note +the protective MBR has the boot flag"),
    (r"Problem: MBR partitions 1 and 2 overlap|Caution: More than one 0xEE", "protective_twice",
     "kernel and firmware take the first", r"note +the protective MBR has 2 entries"),
    (r"Warning: File size is not a multiple of 512", "odd_size",
     "every hypervisor drops or pads the rest", r"behind the last whole sector"),
    (r"Found invalid GPT and valid MBR|Warning! Secondary partition table overlaps", "plain_mbr.*|logical_.*",
     "sgdisk speaks of the GPT that it would make of the MBR", r"table +MBR|no partition table"),
    (r"Found invalid GPT and valid MBR", "vfat_alone|zeros_then_signature",
     "a boot sector is no partition table", r"no partition table"),
    (r"unrecognized partition table type", "empty.*|ext4_.*|swap_alone",
     "no table is no damage", r"no partition table"),
    (r"Invalid partition data|Verification may miss|Warning! Mismatched GPT and MBR", "plain_mbr_over_gpt",
     "kernel and sfdisk go by the MBR, and sgdisk by both", r"note +behind the MBR there is still"),
]

# (of which images, why bootprobe has a finding where both tools have nothing to say).
STRICTER = [
    ("both_headers_flipped|both_tables_wiped",
     "with two broken headers both tools take the disk for an empty one, and say nothing"),
    ("both_last_usable_(in_backup|last)",
     "the area for partitions covers the backup: the next partition is written over it"),
    ("same_guid_twice",
     "UEFI 2.10, section 5.3.3, wants GUIDs unique, and root=PARTUUID= takes either partition"),
]

# (of which images, why the fix does not mend all). Headers that lie under a right checksum come from
# no accident; what can be done with them is to make the table anew.
UNMENDED = [
    ("(primary|both)_(first|last)_usable_.*|primary_alternate_lba_.*|both_first_usable_.*",
     "sgdisk and gdisk carry over the usable area and the backup's place, whatever they are"),
    ("backup_entry_count_(more|thousand|huge)|primary_entry_count_huge",
     "sgdisk and gdisk reserve room for as many entries as the header says, and fail"),
    ("backup_entry_count_one",
     "gdisk keeps as many entries as the shorter of two headers that both look whole says"),
]


# ------------------------------------------------------------------------------------ the tools

NOISE = re.compile(r"^(Creating new GPT entries in memory\.?|No problems found\..*|"
                   r"segments, the largest .*|No errors detected\.|Identified \d+ problems!|"
                   r"/.*: ?|\d+ errors? detected\.|Header version: 1\.0|Using \d+ out of .*|"
                   r"A total of .*|Remaining \d+ unallocated .*|\*+|NOTE: .*|in memory\. THIS.*|"
                   r"segments?\.)$")
BEGIN = re.compile(r"^(Problem|Warning|Caution|Error|Invalid|Found|GPT PMBR|terminate|Partition\(s\)|"
                   r"Disk is too|Verification|The (primary|backup)|.*: ERROR$)")


def complaints_in(output):
    """Paragraph by paragraph, where a line that begins like a complaint begins another one."""
    found, is_open = [], False
    for line in (line.strip("\a \t") for line in output.splitlines()):
        if not line or NOISE.match(line):
            is_open = False
        elif is_open and not BEGIN.match(line):
            found[-1] += " " + line
        else:
            found.append(line)
            is_open = True
    return found


def ask(img, command, stdin=""):
    """What a tool complains of; its exit status when it fails without a word."""
    done = subprocess.run([str(word) for word in command], text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          input=stdin, env=img.environment(), timeout=300)
    return done.returncode, done.stdout


def ask_sgdisk(img):
    status, output = ask(img, ["sgdisk", "-v", img.path])
    return complaints_in(output) or ([f"exit status {status}"] if status else [])


def ask_sfdisk(img):
    """For other sectors fdisk, which has an option for it and the same check in libfdisk."""
    if img.sector == 512:
        status, output = ask(img, ["sfdisk", "--verify", img.path])
        return complaints_in(output) or ([f"exit status {status}"] if status else [])
    _, output = ask(img, ["fdisk", "--color=never", "-b", img.sector, img.path], "v\nq\n")
    before, _, verdict = output.partition("Command (m for help): ")
    lines = [line for line in verdict.splitlines()
             if line and not re.match(r"No errors detected|Header version|Using \d+ out of|A total of|"
                                      r"Command|\d+ errors? detected|Remaining", line)]
    return lines + [line for line in before.splitlines() if re.search(r"corrupt|mismatch|not on", line)]


def ask_bootprobe(program, img):
    command = [program, "gpt", "--sector-size", str(img.sector), img.path]
    # Whether it leaks memory, the other form tells.
    quick = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}
    text = subprocess.run(command, text=True, capture_output=True, timeout=120, env=quick)
    done = subprocess.run([*command, "--json"], text=True, capture_output=True, timeout=120)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    findings = [r for r in records if r["type"] == "finding" and r["severity"] != "info"]
    return {"text": text.stdout + text.stderr, "status": text.returncode, "findings": findings,
            "partitions": sum(r["type"] == "partition" for r in records),
            "status_json": done.returncode}


def judge_itself(ours):
    """What bootprobe does wrong whatever the tools say."""
    errors = [f for f in ours["findings"] if f["severity"] == "error"]
    if ours["status"] not in (0, 1, 2) or ours["status"] != ours["status_json"]:
        yield f"exit status {ours['status']}, with --json {ours['status_json']}"
    elif ours["status"] != 2 and (ours["status"] == 1) != bool(errors):
        yield f"exit status {ours['status']} with {len(errors)} errors"
    if re.search(r"[\0-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", ours["text"]):
        yield "control characters reach the terminal"
    yield from (f"{f['id']} without a fix" for f in ours["findings"]
                if not f.get("fix") and f["id"] != "gpt.overlap")


FIX = re.compile(r"(sgdisk (-e|--backup=\S+|-u \S+)|gdisk) \S+(   .*)?$|losetup |head -c ")


def gdisk_answers(img, fix):
    """What a person types who follows the steps."""
    keys = re.search(r"type: ((?:\w )+\w)", fix)[1].split()
    if "if it asks" in fix:
        _, output = ask(img, ["gdisk", img.path])
        keys = re.findall(r"^ (\d) - (?:Use current )?GPT$", output, re.M) + keys
    return "".join(f"{key}\n" for key in keys)


def follow(img, fix):
    if fix.startswith("losetup"):
        return
    command = fix.partition("   ")[0].replace("/root/", f"{img.path}.").replace("/dev/loop0", str(img.path))
    command = command.replace("copy.img", f"{img.path}.copy")
    ask(img, ["sh", "-c", command], gdisk_answers(img, fix) if fix.startswith("gdisk") else "")
    copy = Path(f"{img.path}.copy")
    if copy.exists():
        copy.replace(img.path)


def mend(program, img, ours):
    """Follows the fixes where all of them are commands. Returns None elsewhere, else what is left."""
    fixes = [fix["change"] for finding in ours["findings"] for fix in finding.get("fix", [])
             if "keeps the backup" not in fix["change"]]     # the other choice
    if not fixes or not all(FIX.match(fix) for fix in fixes):
        return None
    # The same change may be advised twice.
    for fix in dict.fromkeys(fixes):
        follow(img, fix)
    for path in img.path.parent.glob(img.path.name + ".*"):
        path.unlink()
    after = ask_bootprobe(program, img)
    # A table that was made anew and is empty is sound, too.
    lost = ["partitions are lost"] if after["partitions"] < ours["partitions"] else []
    return [f["id"] for f in after["findings"]] + lost


def is_explained(name, complaint, text, used, help_text):
    for row, (says, names, _, where) in enumerate(MILDER):
        if (re.search(says, complaint) and re.fullmatch(names, name)
                and (re.search(where, text) if where else "No finding" in help_text)):
            used.add(("milder", row))
            return True
    return False


def look(program, folder, name):
    """An image, what all three say of it, and what is left when the fixes were followed."""
    make, size, sector = IMAGES[name]
    img = Image(folder / name, size, sector)
    make(img)
    ours = ask_bootprobe(program, img)
    said = ask_sgdisk(img), ask_sfdisk(img)
    left = mend(program, img, ours)
    img.path.unlink()
    return name, ours, said, left


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("shim", type=Path)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    Image.shim = options.shim
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    missing = [tool for tool in ("sgdisk", "sfdisk", "fdisk", "parted", "mke2fs", "mkfs.vfat", "mkswap")
               if not shutil.which(tool)]
    if missing:
        print(f"skipped: no {', '.join(missing)}")
        return SKIPPED
    help_text = subprocess.run([options.program, "gpt", "--help"], text=True, capture_output=True).stdout

    failed, used = [], set()
    counts = dict.fromkeys(("agree", "milder", "stricter", "sound", "damaged", "unreadable", "mended"), 0)
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(8) as pool:
        folder = Path(scratch)
        looks = pool.map(lambda name: look(options.program, folder, name), options.names or IMAGES)
        for name, ours, said, left in looks:
            ids = sorted({f["id"] for f in ours["findings"]})
            open_ = [c for c in (*said[0], *said[1])
                     if not is_explained(name, c, ours["text"], used if not ids else set(), help_text)]
            wrong = list(judge_itself(ours))
            counts["damaged" if ids else "unreadable" if ours["status"] == 2 else "sound"] += 1
            if open_ and not ids and ours["status"] != 2:
                wrong.append(f"bootprobe is milder: {open_}")
            elif bool(open_) == bool(ids or ours["status"] == 2):
                counts["agree" if ids or not (said[0] or said[1]) else "milder"] += 1
            else:
                counts["stricter"] += 1
                rows = [row for row, (names, _) in enumerate(STRICTER) if re.fullmatch(names, name)]
                used.update(("stricter", row) for row in rows)
                if not rows:
                    wrong.append(f"bootprobe is stricter, and no row says why: {ids}")
            if left is not None:
                counts["mended"] += 1
                if left:
                    rows = [row for row, (names, _) in enumerate(UNMENDED) if re.fullmatch(names, name)]
                    used.update(("unmended", row) for row in rows)
                    counts["mended"] -= 1
                    if not rows:
                        wrong.append(f"the fix leaves {left}")
            if options.all:
                print(f"{name}: {ids or ours['status']}\n  sgdisk: {said[0]}\n  sfdisk: {said[1]}\n  left: {left}")
            failed += [f"{name}: {line}" for line in wrong]
    if not options.names:
        failed += [f"no image needs the row {rows[row]}" for kind, rows in
                   (("milder", MILDER), ("stricter", STRICTER), ("unmended", UNMENDED)) for row in range(len(rows))
                   if (kind, row) not in used]
    for line in failed:
        print(line)
    print(f"{len(options.names or IMAGES)} images: {counts['sound']} sound, {counts['damaged']} damaged, "
          f"{counts['unreadable']} no disk; {counts['agree']} as sgdisk and sfdisk say, "
          f"{counts['stricter']} stricter, {counts['milder']} where their warning is no finding; "
          f"{counts['mended']} mended by the fix; {len(failed)} wrong")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
