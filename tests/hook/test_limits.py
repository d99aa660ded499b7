#!/usr/bin/python3
"""What is larger than expected, and what never answers.

    test_limits.py BOOTPROBE_HOOK
"""

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

    def tearDown(self):
        shutil.rmtree(self.folder)

    def records(self, kind, *options):
        return [record for record in self.machine.report(HOOK, *options)
                if record["type"] == kind]

    # ------------------------------------------------------------------ the command line

    def test_a_long_command_line_is_used_as_far_as_it_goes(self):
        filler = " ".join(f"word{number}" for number in range(2000))
        self.machine.file("proc/cmdline", f"root=/dev/vda7 console=ttyS3 init=/my/init {filler}\n")
        self.machine.file("sysroot/my/init", "#!/bin/sh\n")
        report = self.machine.report(HOOK, "--root", "/sysroot")
        last = {record["type"]: record for record in report}
        self.assertTrue(next(record for record in report
                             if record["type"] == "cmdline" and "cont" not in record)["is_cut"])
        self.assertEqual(last["root"]["spec"], "/dev/vda7")
        self.assertEqual(last["handoff"]["init"], "/my/init")
        self.assertIn("ttyS3", [record.get("name") for record in report
                                if record["type"] == "console"])

    # ------------------------------------------------------------------ --root

    def test_a_long_root(self):
        for length in (63, 64, 65, 200, 300):
            root = "/" + ("r" * 40 + "/") * (length // 41) + "s" * (length % 41)
            self.machine.file(root.lstrip("/") + "/sbin/init", "#!/bin/sh\n")
            handoff = self.records("handoff", "--root", root)[-1]
            self.assertEqual((handoff["root_open"], handoff["init_stat"]), ("ok", "ok"))
            self.assertEqual(handoff["root"], root[:255])

    # ------------------------------------------------------------------ disks that hang

    def hang(self, count):
        good = disk_farm.add_disk(self.machine, 0, 2)
        hung = [disk_farm.hang(self.machine, number) for number in range(1, count + 1)]
        report = self.machine.report(HOOK)
        self.assertEqual(report[-1]["type"], "end")
        reads = {}
        for record in report:
            if record["type"] == "block" and "header_reads" in record:
                reads.setdefault(record["name"], []).extend(record["header_reads"])
        self.assertNotIn("open_since", reads[good][-1])
        still_open = [name for name in hung
                      if name in reads and "open_since" in reads[name][-1]]
        self.assertEqual([record["disk"] for record in report if record["type"] == "partition"],
                         [good, good])
        return still_open, hung, report

    def test_one_disk_hangs(self):
        still_open, hung, _ = self.hang(1)
        self.assertEqual(still_open, hung)

    def test_more_disks_hang_than_there_are_children(self):
        still_open, hung, report = self.hang(41)
        # Those beyond wait for their turn, which does not come, and others have theirs.
        self.assertGreater(len(still_open), 8)
        self.assertLess(len(still_open), len(hung))
        self.assertEqual([record for record in report if record["type"] == "probe" and
                          record.get("state") == "no-child"], [])
        self.assertIn("root", [record["type"] for record in report])


if __name__ == "__main__":
    HOOK = sys.argv.pop(1)
    unittest.main()
