#!/usr/bin/python3
"""What nobody could look at is unknown, and the page says so.

    test_unseen.py BOOTPROBE_HOOK
"""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))
import file_machine  # noqa: E402


class Test(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.machine = file_machine.Machine(self.folder)

    def tearDown(self):
        shutil.rmtree(self.folder)

    def page(self):
        return subprocess.run([HOOK, "now", "--sysroot", self.folder], check=True, timeout=30,
                              capture_output=True).stdout.decode()

    def test_a_console_that_may_not_be_opened(self):
        self.machine.file("proc/cmdline", "console=ttyS0\n")
        self.machine.file("proc/consoles", "ttyS0                -W- (EC p a)    4:64\n")
        for error in (13, 1):
            self.machine.file(".devices/tty/ttyS0", f"open=-{error}\n")
            record, = [r for r in self.machine.report(HOOK)
                       if r["type"] == "console" and r["name"] == "ttyS0"]
            self.assertIn("open", record)
            self.assertNotIn("live", record)
            self.assertRegex(self.page(), r"(?m)^unseen +consoles: run it as root$")

    def test_an_empty_folder(self):
        (self.machine.root / "proc/cmdline").unlink()
        findings = [r["id"] for r in self.machine.report(HOOK) if r["type"] == "finding"]
        self.assertNotIn("console.closed", findings)
        self.assertRegex(self.page(), "^INCOMPLETE ")

    def test_no_pid1_to_be_seen(self):
        self.machine.file("proc/cmdline", "console=ttyS0\n")
        records = self.machine.report(HOOK)
        self.assertNotIn("console.closed", [r.get("id") for r in records])
        pid1, = [r for r in records if r["type"] == "console" and r["name"] == "pid1"]
        self.assertEqual({d["link"] for d in pid1["descriptors"]}, {"ESRCH"})


if __name__ == "__main__":
    HOOK = sys.argv.pop(1)
    unittest.main()
