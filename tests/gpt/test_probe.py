#!/usr/bin/python3
"""A machine made of files, and what the hook must say of its disks, its root and its stage 2.

    test_probe.py BOOTPROBE_HOOK
"""

import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))
import disk  # noqa: E402
import file_machine  # noqa: E402

MIB = 1 << 20
PCI = "sys/devices/pci0000:00/0000:00:05.0/virtio1"
ELF_X86_64, ELF_ARM64 = 62, 183


class Machine(file_machine.Machine):
    """With disks."""

    def block(self, place, name, number, size, **attributes):
        """A disk or partition at place in sysfs; attributes' double underscores are slashes."""
        folder = f"{place}/{name}"
        self.file(f"{folder}/dev", f"{number}\n")
        self.file(f"{folder}/size", f"{size // 512}\n")
        self.file(f"{folder}/stat", "10 0 80 7 3 0 24 1 2 0 0\n")
        for key, value in attributes.items():
            self.file(f"{folder}/{key.replace('__', '/')}", f"{value}\n")
        self.link(f"sys/class/block/{name}", f"../../../{folder}")

    def scsi_disk(self, name, size, sector=512):
        scsi = f"{PCI}/host2/target2:0:0/2:0:0:0"
        self.block(f"{scsi}/block", name, "8:0", size, queue__logical_block_size=sector,
                   queue__physical_block_size=4096, queue__rotational=1, ro=0, removable=0,
                   device__vendor="QEMU    ", device__model="QEMU HARDDISK   ")
        self.file(f"{scsi}/block/{name}/device/vpd_pg80", b"\0\x80\0\x06drive0")
        self.file("sys/class/scsi_host/host2/proc_name", "virtio_scsi\n")
        return f"{scsi}/block/{name}"

    def content(self, name, size, sector=512, layout="gpt", table=None, faults=()):
        """The bytes of the disk's first and last MiB, as tests/lib/disk.py makes them."""
        with tempfile.NamedTemporaryFile() as image:
            disk.make(image.name, None, size, table=table, sector=sector, layout=layout,
                      faults=faults)
            data = Path(image.name)
            with open(data, "rb") as file:
                for offset in (0, (table or size) - MIB):
                    file.seek(offset)
                    self.file(f".devices/block/{name}/{offset}", file.read(MIB))

    def elf(self, path, machine=ELF_X86_64, interpreter=None, mode=0o755):
        name = (interpreter or "").encode() + b"\0"
        header = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack(
            "<HHIQQQIHHHHHH", 3, machine, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0)
        segment = struct.pack("<IIQQQQQQ", 3 if interpreter else 1, 4, 200, 0, 0, len(name), 0, 1)
        os.chmod(self.file(path, (header + segment).ljust(200, b"\0") + name), mode)


class Test(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.machine = Machine(self.folder)

    def tearDown(self):
        shutil.rmtree(self.folder)

    def records(self, kind, *options, status=0):
        return [record for record in self.machine.report(HOOK, *options, status=status)
                if record["type"] == kind]

    def last(self, kind, *options, status=0):
        return self.records(kind, *options, status=status)[-1]

    def ordinary(self, size=64 * MIB, partition=62 * MIB, **content):
        place = self.machine.scsi_disk("sda", size)
        self.machine.block(place, "sda1", "8:1", partition, partition=1, start=2048)
        self.machine.content("sda", size, **content)
        self.machine.file(".devices/blkid/sda1",
                          "UUID=aa-bb\nLABEL=bproot\nTYPE=ext4\nUSAGE=filesystem\n")
        self.machine.file("proc/filesystems", "nodev\ttmpfs\n\text4\n")

    def assert_members(self, record, **members):
        self.assertEqual({key: record.get(key) for key in members}, members)

    def test_block(self):
        self.ordinary()
        block = self.last("block")
        self.assert_members(
            block, name="sda", transport="virtio-scsi", driver="virtio_scsi", vendor="QEMU",
            model="QEMU HARDDISK", serial="drive0", size_bytes=64 * MIB, sector_bytes=512,
            physical_sector_bytes=4096, rotational=True, read_only=None, gone=None)
        self.assertEqual(self.last("traffic")["disks"], [
            {"name": "sda", "reads": 10, "read_bytes": 80 * 512, "read_us": 7000, "writes": 3, "in_flight": 2}])
        self.assertEqual([read["what"] for read in block["header_reads"]],
                         ["mbr", "gpt-primary", "gpt-entries", "gpt-backup", "backup-entries"])
        self.assertEqual(block["partitions"], [
            {"name": "sda1", "number": 1, "start_bytes": MIB, "size_bytes": 62 * MIB}])

    def test_table_and_filesystem(self):
        self.ordinary()
        self.assert_members(self.last("gpt"), disk="sda", kind="gpt", primary="sound",
                            backup="sound", kernel_agrees=True, partitions=1)
        self.assert_members(self.last("partition"), disk="sda", device="sda1", name="bproot",
                            kind="linux-root-x86-64", guid=str(disk.part_guid()))
        self.assert_members(self.last("filesystem"), device="sda1", fstype="ext4", uuid="aa-bb",
                            label="bproot", usage="filesystem", partuuid=str(disk.part_guid()),
                            partlabel="bproot", module_state="built-in", error=None)

    def test_grown(self):
        self.ordinary(size=128 * MIB, table=64 * MIB)
        self.assert_members(self.last("gpt"), backup_misplaced_bytes=64 * MIB,
                            kernel_agrees=True)

    def test_kernel_disagrees(self):
        self.ordinary(partition=10 * MIB)
        self.assert_members(self.last("gpt"), kernel_agrees=False,
                            disagreement="the kernel has another place or size for partition 1")

    def test_read_error(self):
        self.ordinary()
        self.machine.file(".devices/block/sda/error", "512 512 5\n")
        self.assert_members(self.last("gpt"), primary="unreadable", primary_error="EIO",
                            backup="sound", from_backup=True, partitions=1)
        self.assertEqual(self.last("block")["header_reads"][1]["error"], "EIO")

    def test_4096(self):
        place = self.machine.scsi_disk("sda", 64 * MIB, sector=4096)
        self.machine.block(place, "sda1", "8:1", 62 * MIB, partition=1, start=2048)
        self.machine.content("sda", 64 * MIB, sector=4096)
        self.assert_members(self.last("gpt"), primary="sound", backup="sound",
                            kernel_agrees=True, disk_sectors=16384)

    def test_mbr(self):
        self.machine.file("proc/cmdline", "root=PARTUUID=B0079A0B-01\n")
        self.ordinary(layout="mbr")
        self.assert_members(self.last("gpt"), kind="mbr", mbr_signature="0xb0079a0b",
                            kernel_agrees=True)
        self.assert_members(self.last("filesystem"), partuuid="b0079a0b-01")
        self.assert_members(self.last("root"), devices=["sda1"])

    def test_whole_disk(self):
        self.machine.scsi_disk("sda", 64 * MIB)
        self.machine.content("sda", 64 * MIB, layout="none")
        self.assert_members(self.last("gpt"), kind="none", partitions=None)
        self.assertEqual(self.records("filesystem"), [])
        self.machine.file(".devices/blkid/sda", "TYPE=xfs\nUUID=1\nUSAGE=filesystem\n")
        self.assert_members(self.last("gpt"), kind="filesystem")
        self.assert_members(self.last("filesystem"), device="sda", fstype="xfs")

    def test_ambivalent_and_unknown(self):
        self.ordinary()
        self.machine.file(".devices/blkid/sda1", "AMBIVALENT=1\n")
        self.assert_members(self.last("filesystem"), ambivalent=True, fstype=None)
        (self.machine.root / ".devices/blkid/sda1").unlink()
        self.assert_members(self.last("filesystem"), error="ENOENT", device="sda1")

    def test_what_a_content_needs(self):
        """A driver that the kernel has, whether loaded or built in; a type of the kernel's list stands
        behind nodev or alone; what is stacked needs another driver than one of its name."""
        self.ordinary()
        self.machine.file("sys/module/ext4/initstate", "live\n")
        self.assert_members(self.last("filesystem"), fstype="ext4", module_state="loaded")
        self.machine.file("proc/filesystems", "nodev\text4dev\nnodev\text4\n")
        self.assert_members(self.last("filesystem"), module_state="loaded")
        self.machine.file("proc/filesystems", "nodev\text4dev\n\txfs\n")
        self.assert_members(self.last("filesystem"), module_state="missing")
        for kind, module in (("LVM2_member", "dm_mod"), ("crypto_LUKS", "dm_crypt"),
                             ("linux_raid_member", "md_mod"), ("zfs_member", "zfs")):
            with self.subTest(kind):
                self.machine.file(".devices/blkid/sda1", f"TYPE={kind}\nUSAGE=raid\n")
                self.assert_members(self.last("filesystem"), module_state="missing")
                self.machine.file(f"sys/module/{module}/initstate", "live\n")
                self.assert_members(self.last("filesystem"), module_state="loaded", module=module)

    def test_bytes_not_captured(self):
        self.ordinary()
        shutil.rmtree(self.machine.root / ".devices/block")
        self.assertEqual(self.records("gpt"), [])
        self.assert_members(self.last("block"), open_error="ENOENT", header_reads=None)
        self.assert_members(self.last("filesystem"), device="sda1", fstype="ext4")

    def test_idle_devices_are_left_out(self):
        for name in ("loop0", "ram3", "zram0"):
            self.machine.block("sys/devices/virtual/block", name, "7:0", 0)
        self.machine.block("sys/devices/virtual/block", "loop1", "7:1", MIB)
        self.machine.block("sys/devices/virtual/block", "dm-0", "253:0", MIB, dm__name="vg-root",
                           dm__uuid="LVM-x")
        self.machine.block("sys/devices/virtual/nvme", "nvme0c0n1", "259:0", MIB, hidden=1)
        blocks = {record["name"]: record for record in self.records("block")}
        self.assertEqual(sorted(blocks), ["dm-0", "loop1"])
        self.assert_members(blocks["dm-0"], transport="dm", model="vg-root", serial="LVM-x")

    def test_other_buses(self):
        bus = "sys/devices/pci0000:00/0000:00:01.1"
        self.machine.block(f"{bus}/ata1/host0/target0:0:0/0:0:0:0/block", "sda", "8:0", MIB)
        self.machine.block(f"{bus}/usb1/1-1/host1/target1:0:0/1:0:0:0/block", "sdb", "8:16", MIB)
        self.machine.block(f"{bus}/nvme/nvme0", "nvme0n1", "259:0", MIB, wwid="eui.01",
                           device__model="QEMU NVMe Ctrl", device__serial="n0")
        self.machine.block(f"{PCI}/block", "vda", "254:0", MIB, serial="v0", device__vendor="0x1af4")
        self.machine.link(f"{PCI}/block/vda/device/driver", "../../../../drivers/virtio_blk")
        blocks = {record["name"]: record for record in self.records("block")}
        self.assertEqual({name: block["transport"] for name, block in blocks.items()},
                         {"sda": "ata", "sdb": "usb", "nvme0n1": "nvme", "vda": "virtio"})
        self.assert_members(blocks["vda"], vendor=None, serial="v0", driver="virtio_blk")
        self.assert_members(blocks["nvme0n1"], model="QEMU NVMe Ctrl", serial="n0", wwn="eui.01")

    def test_root(self):
        self.ordinary()
        self.machine.file("proc/cmdline", "root=/dev/sdb1 root=UUID=AA-BB rootfstype=ext4\n")
        self.assert_members(self.last("root"), kind="uuid", spec="UUID=AA-BB", value="AA-BB",
                            rootfstype="ext4", devices=["sda1"], device_count=1)
        self.machine.file("proc/cmdline", "root=LABEL=nobody\n")
        self.assert_members(self.last("root"), kind="label", devices=None, device_count=0)
        self.machine.link("dev/disk/by-id/x-part1", "../../sda1")
        self.machine.file("dev/sda1")
        self.machine.file("proc/cmdline", "root=/dev/disk/by-id/x-part1\n")
        self.assert_members(self.last("root"), kind="device", devices=["sda1"])

    def stage2(self):
        self.machine.file("proc/self/mountinfo",
                          "1 0 0:2 / / rw - rootfs rootfs rw\n"
                          "2 1 0:6 / /dev rw - devtmpfs devtmpfs rw\n"
                          "3 1 8:1 / /sysroot ro,relatime - ext4 /dev/sda1 rw\n")
        self.machine.file("dev/console")
        self.machine.elf("sysroot/usr/lib/systemd/systemd", interpreter="/lib64/ld-linux.so.2")
        self.machine.link("sysroot/sbin/init", "/usr/lib/systemd/systemd")
        self.machine.elf("sysroot/lib64/ld-linux.so.2")
        self.machine.file(".devices/cpuid")

    def handoff(self, status=0):
        return self.last("handoff", "--root", "/sysroot/", status=status)

    def test_handoff(self):
        self.stage2()
        self.assert_members(
            self.handoff(), root="/sysroot", root_open="ok", mounted=True, fstype="ext4",
            source="/dev/sda1", read_only=True, dev_console="ok", dev_moved=True,
            init="/sbin/init", init_from_cmdline=None, init_stat="ok",
            init_target="/usr/lib/systemd/systemd", init_regular=True, init_executable=True,
            init_type="elf", architecture="x86-64",
            interpreters=[{"path": "/lib64/ld-linux.so.2", "stat": "ok"}], free_bytes=None)

    def test_handoff_init_of_cmdline(self):
        self.stage2()
        self.machine.file("proc/cmdline", "init=/sbin/old init=/nix/store/x/init\n")
        self.assert_members(self.handoff(), init="/nix/store/x/init", init_from_cmdline=True,
                            init_stat="ENOENT", init_type=None)
        # A script, by way of another script, and the links of NixOS.
        self.machine.file("sysroot/nix/store/y/init", "#! /nix/store/wrap -e\n")
        self.machine.link("sysroot/nix/store/x/init", "/nix/store/y/init")
        self.machine.file("sysroot/nix/store/wrap", "#!/nix/store/bash\n")
        self.machine.elf("sysroot/nix/store/bash", machine=ELF_ARM64, interpreter="/nix/store/ld.so")
        self.assert_members(
            self.handoff(), init_target="/nix/store/y/init", init_executable=False,
            init_type="script", architecture="arm64",
            interpreters=[{"path": "/nix/store/wrap", "stat": "ok"},
                          {"path": "/nix/store/bash", "stat": "ok"},
                          {"path": "/nix/store/ld.so", "stat": "ENOENT"}])

    def test_handoff_of_nothing(self):
        self.assert_members(self.handoff(status=2), root="/sysroot", root_open="ENOENT", init=None)
        self.machine.file("sysroot/etc/fstab")
        self.assert_members(self.handoff(), root_open="ok", mounted=None, init="/sbin/init",
                            init_stat="ENOENT", dev_console="ENOENT")

    def test_script_that_is_its_own_interpreter(self):
        self.stage2()
        self.machine.file("proc/cmdline", "init=/loop\n")
        self.machine.file("sysroot/loop", "#!/loop\n")
        self.assertEqual(len(self.handoff()["interpreters"]), 4)

    def test_garbage_is_another_type(self):
        self.stage2()
        self.machine.file("proc/cmdline", "init=/x\n")
        self.machine.file("sysroot/x", b"\x7fELF garbage")
        self.assert_members(self.handoff(), init_type="other", architecture=None)


def can_loop():
    return os.geteuid() == 0 and shutil.which("losetup") and subprocess.run(
        ["losetup", "-f"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


@unittest.skipUnless(can_loop(), "needs root and loop devices")
class RealDevices(unittest.TestCase):
    """Loop devices, with libblkid itself and reads past the page cache."""

    def look_at(self, image, sector=512):
        device = subprocess.run(["losetup", "-f", "--show", "-b", str(sector), image], check=True,
                                text=True, stdout=subprocess.PIPE).stdout.strip()
        try:
            output = subprocess.run([HOOK, "now", "--quiet", "--report", "-"], check=True,
                                    stdout=subprocess.PIPE, timeout=30).stdout
        finally:
            subprocess.run(["losetup", "-d", device], check=True)
        name = Path(device).name
        found = {}
        for record in map(json.loads, output.splitlines()):
            if name in (record.get("name"), record.get("disk"), record.get("device")):
                found[record["type"]] = record
        return found

    def setUp(self):
        self.image = tempfile.NamedTemporaryFile()
        self.addCleanup(self.image.close)

    def test_table(self):
        for sector in (512, 4096):
            disk.make(self.image.name, None, 64 * MIB, sector=sector)
            found = self.look_at(self.image.name, sector)
            self.assertEqual(found["gpt"]["primary"], "sound")
            self.assertEqual(found["gpt"]["backup"], "sound")
            self.assertTrue(found["gpt"]["libblkid_agrees"])
            self.assertEqual(found["block"]["sector_bytes"], sector)
            self.assertEqual(len(found["block"]["header_reads"]), 5)
            self.assertNotIn("filesystem", found)

    def test_file_system(self):
        self.image.truncate(64 * MIB)
        subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-L", "whole", "-U", str(disk.FS_UUID),
                        self.image.name], check=True)
        found = self.look_at(self.image.name)
        self.assertEqual(found["gpt"]["kind"], "filesystem")
        self.assertEqual(found["filesystem"]["fstype"], "ext4")
        self.assertEqual(found["filesystem"]["label"], "whole")
        self.assertEqual(found["filesystem"]["uuid"], str(disk.FS_UUID))
        self.assertEqual(found["filesystem"]["usage"], "filesystem")

    def test_file_system_over_an_old_table(self):
        disk.make(self.image.name, None, 64 * MIB)
        subprocess.run(["mkfs.vfat", "-I", "-n", "OVER", self.image.name], check=True,
                       stdout=subprocess.DEVNULL)
        with open(self.image.name, "r+b") as file:
            file.seek(512)
            if file.read(8) == b"EFI PART":
                file.seek(512)
                file.write(bytes(8))
        found = self.look_at(self.image.name)
        self.assertEqual(found["gpt"]["kind"], "filesystem")
        self.assertEqual(found["filesystem"]["fstype"], "vfat")

    def test_nothing(self):
        self.image.truncate(64 * MIB)
        found = self.look_at(self.image.name)
        self.assertEqual(found["gpt"]["kind"], "none")
        self.assertNotIn("filesystem", found)


if __name__ == "__main__":
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    HOOK = sys.argv.pop(1)
    unittest.main()
