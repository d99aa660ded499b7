#!/usr/bin/python3
"""Images made and damaged by sgdisk and sfdisk, and what bootprobe gpt must say of each.

    test_images.py BOOTPROBE TOOL_SHIM
"""

import json
import os
import struct
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))
import disk  # noqa: E402
from gpt_image import MIB, Image, run  # noqa: E402

SKIPPED = 77


THREE = ("-n", "1:2048:4095", "-t", "1:ef02", "-n", "2:4096:+20M", "-t", "2:ef00", "-c", "2:EFI system",
         "-n", "3:0:0", "-t", "3:8304", "-c", "3:wurzel")
SOUND = {"kind": "gpt", "primary": "sound", "backup": "sound", "headers_match": True,
         "entries_match": True, "overlap": None, "out_of_range": None, "from_backup": None,
         "backup_misplaced_bytes": None, "wrong_sector_bytes": None, "primary_problem": None,
         "backup_problem": None, "primary_entries_crc_right": None, "protective_mbr": True}

CASES = []


def case(**expected):
    def add(make):
        CASES.append((make.__name__, make, expected))
        return make
    return add


@case(**SOUND, partitions=3, last_partition=3)
def sound(image):
    image.sgdisk(*THREE)


@case(**SOUND, partitions=0, last_partition=None)
def no_partitions(image):
    image.sgdisk("-o")


@case(**SOUND, partitions=128, last_partition=128)
def all_entries_used(image):
    starts = ((number, 2048 + number * 64) for number in range(1, 129))
    image.sgdisk("-a", 1, *(word for number, start in starts
                            for word in ("-n", f"{number}:{start}:{start + 63}")))


@case(**SOUND, partitions=1, entry_count=4)
def four_entries(image):
    image.sfdisk("label: gpt\ntable-length: 4\n,,L\n")


@case(**SOUND, partitions=1, disk_sectors=16384)
def sectors_of_4096(image):
    """Neither tool makes one in a file."""
    image.sector = 4096
    with open(image.path, "r+b") as file:
        disk.write_gpt(file.fileno(), image.size, image.sector)


@case(kind="gpt", primary="absent", wrong_sector_bytes=4096, partitions=0)
def table_for_4096_sectors_on_512(image):
    sectors_of_4096(image)
    image.sector = 512


@case(kind="gpt", primary="absent", wrong_sector_bytes=512, partitions=0)
def table_for_512_sectors_on_4096(image):
    sound(image)
    image.sector = 4096


GROWN = {**SOUND, "partitions": 3, "backup_misplaced_bytes": 64 * MIB,
         "last_partition": 3}


@case(**GROWN)
def grown(image):
    image.sgdisk(*THREE).resize(128 * MIB)


@case(**SOUND, partitions=3)
def grown_and_mended(image):
    image.sgdisk(*THREE).resize(128 * MIB).sgdisk("-e")


@case(kind="gpt", primary="corrupt", backup="sound", from_backup=True, partitions=3,
      backup_misplaced_bytes=64 * MIB)
def grown_with_corrupt_primary(image):
    image.sgdisk(*THREE).resize(128 * MIB).flip(512 + 60)


@case(kind="gpt", primary="corrupt", primary_problem="usable area ends beyond the disk",
      backup="absent", partitions=0)
def shrunk(image):
    image.sgdisk(*THREE).resize(32 * MIB)


@case(kind="gpt", primary="sound", backup="absent", disk_shrunk_bytes=512, partitions=3)
def shrunk_by_one_sector(image):
    image.sgdisk(*THREE).resize(64 * MIB - 512)


@case(kind="gpt", primary="corrupt", backup="sound", from_backup=True, partitions=3,
      entries_match=None)
def corrupt_primary(image):
    image.sgdisk(*THREE).flip(512 + 60)


@case(kind="gpt", primary="absent", backup="sound", from_backup=True, partitions=3)
def wiped_primary(image):
    image.sgdisk(*THREE).write(512, bytes(33 * 512))


@case(kind="gpt", primary="absent", backup="sound", from_backup=True, partitions=3,
      protective_mbr=None)
def wiped_first_sectors(image):
    image.sgdisk(*THREE).write(0, bytes(34 * 512))


@case(kind="gpt", primary="sound", primary_entries_crc_right=False, backup="sound",
      entries_match=False, from_backup=True, partitions=3)
def corrupt_primary_entries(image):
    image.sgdisk(*THREE).flip(1024 + 60)


@case(kind="gpt", primary="sound", backup="corrupt", from_backup=None, partitions=3)
def corrupt_backup(image):
    image.sgdisk(*THREE).flip(image.last_lba * 512 + 60)


@case(kind="gpt", primary="sound", backup="sound", backup_entries_crc_right=False,
      entries_match=False, from_backup=None, partitions=3)
def corrupt_backup_entries(image):
    image.sgdisk(*THREE).flip((image.last_lba - 32) * 512 + 60)


@case(kind="gpt", primary="corrupt", backup="corrupt", partitions=0)
def corrupt_both(image):
    corrupt_primary(image)
    image.flip(image.last_lba * 512 + 60)


@case(kind="gpt", primary="absent", backup="absent", partitions=0)
def protective_mbr_alone(image):
    image.sgdisk(*THREE).write(512, bytes(33 * 512)).write(image.size - MIB, bytes(MIB))


@case(**{**SOUND, "overlap": [2, 3]}, partitions=3)
def overlapping(image):
    image.sgdisk(*THREE).forge_entries(3, 40000, 100000)


@case(**{**SOUND, "out_of_range": 3}, partitions=3)
def beyond_the_usable_area(image):
    image.sgdisk(*THREE).forge_entries(3, 100000, image.last_lba)


@case(**{**SOUND, "out_of_range": 1}, partitions=3)
def ends_before_it_begins(image):
    image.sgdisk(*THREE).forge_entries(1, 3000, 2000)


@case(kind="gpt", primary="corrupt", primary_problem="says that it stands in another sector",
      from_backup=True)
def header_of_another_sector(image):
    image.sgdisk(*THREE).forge(1, 24, struct.pack("<Q", 7))


@case(kind="gpt", primary="corrupt", primary_problem="entries lie outside of the disk")
def four_billion_entries(image):
    image.sgdisk(*THREE).forge(1, 80, struct.pack("<I", 0xFFFFFFFF))


@case(kind="hybrid", primary="sound", backup="sound", partitions=3, protective_mbr=True)
def hybrid(image):
    image.sgdisk(*THREE, "-h", "2:3")


@case(**SOUND, partitions=3)
def protective_with_boot_flag(image):
    image.sgdisk(*THREE).write(446, b"\x80")


@case(kind="gpt", primary="sound", backup="sound", protective_mbr=None, partitions=3)
def without_protective_mbr(image):
    image.sgdisk(*THREE).write(446, bytes(66))


@case(kind="mbr", partitions=2, mbr_signature="0xcafe1234", stale_gpt=None, out_of_range=None,
      overlap=None, primary=None)
def plain_mbr(image):
    image.sfdisk("label: dos\nlabel-id: 0xcafe1234\n,20M,L,*\n,,S\n")


@case(kind="mbr", partitions=5, overlap=None, out_of_range=None, last_partition=6)
def logical_partitions(image):
    image.sfdisk("label: dos\n,10M,L\n,10M,S\n,,E\n,10M,L\n,,L\n")


@case(kind="mbr", partitions=1, stale_gpt=True)
def mbr_over_a_gpt(image):
    image.sgdisk(*THREE)
    image.write(446, struct.pack("<B3sB3sII", 0, b"", 0x83, b"", 2048, 1000) + bytes(48))


@case(kind="none", partitions=None)
def nothing(image):
    pass


@case(kind="filesystem", partitions=None)
def boot_sector_of_fat(image):
    run("mkfs.vfat", image.path)


@case(kind="filesystem", partitions=None)
def file_system_alone(image):
    run("mke2fs", "-q", "-F", image.path)


def dump(program, image):
    output = subprocess.run([program, "gpt", "--json", "--sector-size", str(image.sector), image.path],
                            text=True, stdout=subprocess.PIPE).stdout
    records = [json.loads(line) for line in output.splitlines()]
    tables = [record for record in records if record["type"] == "gpt"]
    return tables[0], [record for record in records if record["type"] == "partition"]


def compare_with_sfdisk(image, partitions):
    """Where sfdisk sees a table, both must see the same partitions."""
    output = subprocess.run(["sfdisk", "--json", image.path],
                            check=True, text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL).stdout
    theirs = [(p["start"], p["start"] + p["size"] - 1, p.get("uuid", "").lower(), p.get("name"))
              for p in json.loads(output)["partitiontable"].get("partitions", [])]
    ours = [(p["first_lba"], p["last_lba"], p.get("guid", ""), p.get("name")) for p in partitions]
    return theirs == ours or f"sfdisk has {theirs}, not {ours}"


AGREE_WITH_SFDISK = ("sound", "no_partitions", "all_entries_used", "four_entries", "grown", "corrupt_backup", "hybrid", "plain_mbr", "corrupt_primary",
                     "logical_partitions")


def judge(program, folder, name, make, expected):
    image = Image(folder / name)
    make(image)
    gpt, partitions = dump(program, image)
    wrong = [f"{key} is {gpt.get(key)}, not {value}" for key, value in expected.items()
             if gpt.get(key) != value]
    if not wrong and name in AGREE_WITH_SFDISK:
        agreement = compare_with_sfdisk(image, partitions)
        wrong = [] if agreement is True else [agreement]
    image.path.unlink()
    return wrong


def main():
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    for tool in ("sgdisk", "sfdisk", "mkfs.vfat", "mke2fs"):
        if not any((Path(folder) / tool).exists() for folder in os.environ["PATH"].split(":")):
            print(f"skipped: no {tool}")
            return SKIPPED
    failed = 0
    program, Image.shim = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(8) as pool:
        verdicts = pool.map(lambda each: judge(program, Path(folder), *each), CASES)
        for (name, _, _), wrong in zip(CASES, verdicts):
            for line in wrong:
                print(f"{name}: {line}")
                failed += 1
    print(f"{len(CASES)} images, {failed} wrong")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
