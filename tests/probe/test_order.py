#!/usr/bin/python3
"""A report names things in an order of their own, whatever order a directory has.

    test_order.py BOOTPROBE_HOOK
"""

import random
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))
import file_machine  # noqa: E402

NUMBERS = (0, 1, 2, 3, 9, 10, 11, 19, 20, 30)
NVME = "pci:v00001B36d00000010sv00001AF4sd00001100bc01sc08i02"
VMBUS_SCSI = "vmbus:d96361baa104294db60572e2ffb1dc7f"
# Longer than a record has room for.
GUIDS = ("f8b3781a-1e82-4818-a1c3-63d806ec15ba", "f8b3781b-1e82-4818-a1c3-63d806ec15bb")


class Test(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.machine = file_machine.Machine(self.folder)
        self.random = random.Random(1)

    def tearDown(self):
        shutil.rmtree(self.folder)

    def shuffled(self, items):
        return self.random.sample(items, len(items))

    def records(self, kind, *options):
        return [record for record in self.machine.report(HOOK, *options)
                if record["type"] == kind]

    def names(self, records):
        """Without those of further lines of a record, and of what is said again."""
        return list(dict.fromkeys(record["name"] for record in records if "name" in record))

    def test_virtio_devices(self):
        for number in self.shuffled(NUMBERS):
            self.machine.file(f"sys/bus/virtio/devices/virtio{number}/device", "0x0005\n")
        lists = [record["devices"] for record in self.records("device") if "devices" in record]
        self.assertTrue(lists)
        names = [device["name"] for devices in lists for device in devices]
        self.assertEqual(names[:len(NUMBERS)], [f"virtio{number}" for number in NUMBERS])

    def test_virtio_ports(self):
        for number in self.shuffled(NUMBERS):
            self.machine.file(f"sys/class/virtio-ports/vport0p{number}/name", f"port {number}\n")
        devices = [record["device"] for record in self.records("virtio.port")]
        self.assertEqual(devices[:len(NUMBERS)], [f"vport0p{number}" for number in NUMBERS])

    def test_serial_ports(self):
        for number in self.shuffled(NUMBERS):
            self.machine.file(f"sys/class/tty/ttyS{number}/type", "4\n")
            self.machine.file(f"sys/class/tty/ttyS{number}/console", "Y\n")
        names = [record["name"] for record in self.records("uart") if "name" in record]
        self.assertEqual(names[:len(NUMBERS)], [f"ttyS{number}" for number in NUMBERS])

    def test_disks_and_partitions(self):
        for number in self.shuffled(NUMBERS):
            folder = f"sys/devices/virtual/block/md{number}"
            self.machine.file(f"{folder}/dev", f"9:{number}\n")
            self.machine.file(f"{folder}/size", "2048\n")
            self.machine.link(f"sys/class/block/md{number}", f"../../../{folder}")
        folder = "sys/devices/virtual/block/md0"
        for number in self.shuffled(range(1, 13)):
            self.machine.file(f"{folder}/md0p{number}/partition", f"{number}\n")
            self.machine.file(f"{folder}/md0p{number}/size", "8\n")
            self.machine.link(f"sys/class/block/md0p{number}", f"../../../{folder}/md0p{number}")
        for holder in self.shuffled(("dm-10", "dm-9", "dm-11")):
            self.machine.file(f"{folder}/holders/{holder}")
        blocks = self.records("block")
        self.assertEqual(self.names(blocks), [f"md{number}" for number in NUMBERS])
        self.assertEqual(blocks[0]["holder"], "dm-9")
        parts = [part for block in blocks for part in block.get("partitions", ())]
        self.assertEqual(self.names(parts), [f"md0p{number}" for number in range(1, 13)])

    def test_pci_devices(self):
        addresses = ("0000:00:02.0", "0000:00:10.0", "0000:00:1f.2", "0000:01:00.0")
        for address in self.shuffled(addresses):
            self.machine.file(f"sys/bus/pci/devices/{address}/modalias", NVME + "\n")
        self.assertEqual(self.names(self.records("device")), list(addresses))

    def test_long_names_come_once(self):
        for guid in self.shuffled(GUIDS):
            self.machine.file(f"sys/bus/vmbus/devices/{guid}/modalias", VMBUS_SCSI + "\n")
        names = [record["name"] for record in self.records("device")]
        self.assertEqual(names, [guid[:len(name)] for guid, name in zip(GUIDS, names)])
        self.assertEqual(len(names), len(GUIDS))


if __name__ == "__main__":
    HOOK = sys.argv.pop(1)
    unittest.main()
