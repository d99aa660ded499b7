#!/usr/bin/python3
"""What tests/demo.sh and tests/run.sh refuse, before they build anything."""

import subprocess
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Arguments and a word of the complaint.
REFUSED = {
    "demo.sh": [
        (["--disk", "banana"], "banana"), (["--disk", "2.5G"], "2.5G"), (["--disk=2g"], "2g"),
        (["--disk", "0"], "not a size"), (["--disk", "-5"], "not a size"), (["--disk="], "not a size"),
        (["--disk", "010M"], "not a size"), (["--disk", "10M"], "at least"),
        (["--disk", "1000001"], "multiple of 512"), (["--disk", "9T"], "at most"),
        (["--disk", "18446744073709551616"], "not a size"), (["--disk", "9999999999999T"], "at most"),
        (["--disk"], "needs a value"), (["--table", "21G"], "larger than the disk"),
        (["--disk", "1G", "--table", "2G"], "larger than the disk"), (["--bus", "ide"], "ide"),
        (["--bogus"], "--bogus"), (["extra"], "extra"), (["--serial=yes"], "--serial"),
        (["--cmdline", "a\nb"], "one line"),
    ],
    "run.sh": [(["--bogus"], "--bogus"), (["--no-vm", "original"], "exclude"),
               (["original", "--no-vm"], "--no-vm")],
}


def run(script, arguments):
    return subprocess.run(["sh", HERE / script, *arguments], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60)


class Options(unittest.TestCase):
    def test_refused_in_one_line(self):
        for script, cases in REFUSED.items():
            for arguments, word in cases:
                done = run(script, arguments)
                self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
                self.assertEqual(done.stderr.count("\n"), 1, arguments)
                self.assertIn(word, done.stderr)

    def test_help(self):
        for script in REFUSED:
            for option in ("-h", "--help"):
                done = run(script, [option])
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertTrue(done.stdout.startswith(f"usage: sh tests/{script}"))
                self.assertTrue(all(len(row) < 80 for row in done.stdout.splitlines()), done.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=1)
