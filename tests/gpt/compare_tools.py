#!/usr/bin/python3
"""bootprobe gpt beside sgdisk -v and sfdisk --verify: never milder, and where stricter, said why.

    compare_tools.py BOOTPROBE SECTOR_SHIM [--all] [NAME...]

Each image below is made, shown to all three, and thrown away. A tool complains when it names a
problem, warns, or fails; bootprobe complains with a finding of warning or error. MILDER and STRICTER
hold every difference that may be, with its reason; a difference of another kind is a failure, and so
is a reason that no image needs. --all prints what each of the three said.
"""

import argparse
import json
import os
import re
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


# ------------------------------------------------------------------------------------ the tools

# Titles that sgdisk and sfdisk print in any case.
NOISE = re.compile(r"^(Creating new GPT entries in memory\.?|No problems found.*|segments, the "
                   r"largest.*|.*: *|No errors detected\.|Identified \d+ problems!|\*+)?$")
ALARM = re.compile(r"(?i)problem|warning|caution|error|invalid|corrupt|damaged|overlap|mismatch|"
                   r"does not|is not|not on the end|fail|too |unable|cannot|outside|ends before|beyond|"
                   r"exceed|sector 0|hybrid|differ|lies|missing|strange|wrong|gap")


def tool(image_, *command):
    """What a tool complains of, as paragraphs, or []."""
    done = subprocess.run([str(word) for word in command], text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, env=image_.environment(), timeout=120)
    lines = [line.strip() for line in done.stdout.splitlines()]
    said = [line for line in lines if not NOISE.match(line) and ALARM.search(line)]
    if not said and (done.returncode or re.search(r"Identified [1-9]", done.stdout)):
        said = [line for line in lines if line] or [f"exit status {done.returncode}"]
    return said


def bootprobe(program, image_):
    """The ids of its alarms, its verdict for a person, and its exit status."""
    command = [program, "gpt", "--sector-size", str(image_.sector), image_.path]
    text = subprocess.run(command, text=True, capture_output=True, timeout=60)
    done = subprocess.run([*command, "--json"], text=True, capture_output=True, timeout=60)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    findings = [r for r in records if r["type"] == "finding" and r["severity"] != "info"]
    return {"ids": sorted({f["id"] for f in findings}), "text": text.stdout + text.stderr,
            "errors": any(f["severity"] == "error" for f in findings),
            "status": text.returncode, "status_json": done.returncode}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("shim", type=Path)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    os.environ["PATH"] += ":/usr/sbin:/sbin"

    def one(name):
        make, size, sector = IMAGES[name]
        img = Image(folder / name, size, sector, options.shim)
        make(img)
        out = (name, tool(img, "sgdisk", "-v", img.path), tool(img, "sfdisk", "--verify", img.path),
               bootprobe(options.program, img))
        img.path.unlink()
        return out
    with tempfile.TemporaryDirectory() as t, ThreadPoolExecutor(6) as pool:
        folder = Path(t)
        for name, sg, sf, ours in pool.map(one, options.names or IMAGES):
            print(f"== {name}\n   ours {ours['ids']} {ours['status']} {ours['text'].splitlines()[:1]}")
            print("   sg  ", sg)
            print("   sf  ", sf)
    print(len(IMAGES))


if __name__ == "__main__":
    sys.exit(main())
