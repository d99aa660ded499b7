#!/usr/bin/python3
"""bootprobe-hook now, for people: its exit status, and what it says when it cannot do what it was asked.

    test_now.py BOOTPROBE_HOOK
"""

import errno
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))
import file_machine  # noqa: E402


class Test(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.machine = file_machine.Machine(self.folder / "machine")

    def tearDown(self):
        shutil.rmtree(self.folder)

    def hook(self, *arguments, **options):
        options = {"stdout": subprocess.PIPE, **options}
        done = subprocess.run([HOOK, *map(str, arguments)], stderr=subprocess.PIPE, timeout=30, text=True,
                              **options)
        return done.returncode, done.stdout or "", done.stderr

    def now(self, *arguments, **options):
        return self.hook("now", "--sysroot", self.machine.root, *arguments, **options)

    def refused(self, done, *words):
        status, _, said = done
        self.assertEqual((status, said.count("\n")), (2, 1), said)
        self.assertTrue(said.startswith("bootprobe-hook: "), said)
        for word in words:
            self.assertIn(str(word), said)

    def test_a_report(self):
        report = self.folder / "report"
        status, page, said = self.now("--report", report)
        self.assertEqual((status, said), (0, ""))
        self.assertEqual(page.splitlines()[-1], f"records    {report}")
        self.assertIn('"type":"end"', report.read_text())
        self.assertEqual(self.now("--report", report, "--quiet"), (0, "", ""))
        status, records, said = self.now("--report", "-")
        self.assertEqual((status, said), (0, ""))
        self.assertTrue(all(line.startswith("{") for line in records.splitlines()))

    def test_nowhere(self):
        status, page, said = self.now()
        self.assertEqual(status, 0)
        self.assertIn("disk ", page)
        self.assertIn("--report FILE", said)
        self.refused(self.now("--quiet"), "not written anywhere", "--report FILE")

    def test_a_full_disk(self):
        full = os.strerror(errno.ENOSPC)
        self.refused(self.now("--report", "/dev/full"), "/dev/full: " + full)
        self.refused(self.now("--report", "/dev/full", "--quiet"), "/dev/full: " + full)
        with open("/dev/full", "w") as output:
            self.refused(self.now("--report", "-", stdout=output), "standard output: " + full)
            self.refused(self.now(stdout=output), "standard output: " + full)

    def test_closed_output(self):
        command = f'exec "{HOOK}" now --sysroot "{self.machine.root}" "$@" >&-'
        for options, status in (("--report -", 2), ("", 2), (f"--report {self.folder}/r", 0)):
            done = subprocess.run(["sh", "-c", command, "sh", *options.split()], timeout=30, text=True,
                                  stderr=subprocess.PIPE)
            self.assertEqual(done.returncode, status, options)
            if status:
                self.assertIn("standard output: ", done.stderr)

    def test_a_pipe_that_nobody_reads(self):
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        self.refused(self.now("--report", fifo), fifo, "nobody reads")

    def test_a_pipe_that_is_read(self):
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        read = []
        reader = threading.Thread(target=lambda: read.append(fifo.read_text()))
        reader.start()
        status = 2
        while status:  # until the reader is there
            status, _, _ = self.now("--report", fifo, "--quiet")
        reader.join()
        self.assertIn('"type":"end"', read[0])

    def test_a_reader_that_is_gone(self):
        reading, writing = os.pipe()
        os.close(reading)
        self.refused(self.now("--report", "-", stdout=writing), os.strerror(errno.EPIPE))
        os.close(writing)

    def test_names_and_reasons(self):
        gone = os.strerror(errno.ENOENT)
        self.refused(self.hook("now", "--sysroot", "/nonexistent"), "/nonexistent: " + gone)
        self.refused(self.now("--report", "/nonexistent/x"), "/nonexistent/x: " + gone)
        report = self.folder / "report"
        self.refused(self.now("--root", "/nonexist", "--report", report), "--root /nonexist: " + gone)
        self.assertIn('"root_open":"ENOENT"', report.read_text())

    def test_help(self):
        for arguments in (["--help"], ["-h"], ["now", "--help"], ["now", "-h"], ["start", "--help"]):
            status, said, error = self.hook(*arguments)
            self.assertEqual((status, error), (0, ""), arguments)
            self.assertTrue(said.startswith("Usage: bootprobe-hook"), arguments)
            self.assertIn("Exit status", said)
            self.assertTrue(all(len(row) < 80 for row in said.splitlines()), said)

    def test_what_is_not_understood(self):
        for arguments in (["now", "--bogus"], ["now", "extra"], ["now", "--report"], ["bogus"], []):
            status, said, error = self.hook(*arguments)
            self.assertEqual((status, said), (2, ""), arguments)
            self.assertIn("Usage:", error)
            for word in arguments[arguments[:1] == ["now"]:]:
                self.assertIn(f"{word}: not understood", error)

    def test_a_boot_goes_on(self):
        for arguments in (["start", "extra"], ["finish", "--bogus"], ["finish", "--root"],
                          ["start", "--sysroot", "/nonexistent"]):
            status, said, error = self.hook(*arguments[:1], "--sysroot", self.machine.root, *arguments[1:])
            self.assertEqual((status, said, error.count("\n")), (0, "", 1), arguments)
            self.assertIn(arguments[-1], error)


if __name__ == "__main__":
    HOOK = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
