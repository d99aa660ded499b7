#!/usr/bin/python3
"""However many disks and partitions there are, a report has its root, its findings and its end.

    test_many_disks.py BOOTPROBE_HOOK
"""

import collections
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]
import disk_farm  # noqa: E402
import file_machine  # noqa: E402


class Test(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.machine = file_machine.Machine(self.folder)
        self.machine.file("proc/cmdline", "root=UUID=dead-beef\n")

    def tearDown(self):
        shutil.rmtree(self.folder)

    def look(self, disks):
        for number in range(disks):
            disk_farm.add_disk(self.machine, number)
        records = self.machine.report(HOOK)
        self.assertEqual([record["seq"] for record in records],
                         list(range(1, len(records) + 1)))
        end, sink = records[-1], records[-2]
        self.assertEqual((end["type"], sink["type"]), ("end", "sink"))
        self.assertEqual(end["records"], len(records))
        self.assertNotIn("dropped", sink["sinks"][0])
        judged = {record["seq"]: record.get("id") for record in records
                  if record["type"] == "finding"}
        self.assertTrue(end["findings"])
        self.assertLessEqual(set(end["findings"]), set(judged))
        # On a machine that is slow, probes have not come to an end: that is said then.
        late = {record.get("name") for record in records
                if record["type"] == "probe" and record.get("state") == "timeout"}
        if "root" not in late:
            self.assertEqual([record["device_count"] for record in records
                              if record["type"] == "root"], [0])
            # Nor is it known while a disk is still being read.
            self.assertIn("root.absent", [*judged.values(), *end.get("undecided", [])])
        return collections.Counter(record["type"] for record in records)

    def test_some_disks(self):
        self.assertGreater(self.look(40)["partition"], 128)

    def test_as_many_as_there_is_room_for(self):
        self.assertGreater(self.look(256)["partition"], 128)


if __name__ == "__main__":
    HOOK = sys.argv.pop(1)
    unittest.main()
