#!/usr/bin/python3
"""A probe that does what none does is stopped, and that is told; all others go on.

    test_confine.py BOOTPROBE_HOOK MISDEED_SHIM
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

MISDEEDS = ("open-for-writing", "write-disk", "truncate", "exec", "socket", "fork")


def report(**environment):
    done = subprocess.run([HOOK, "now", "--quiet", "--report", "-"], check=True, stdout=subprocess.PIPE, timeout=60,
                          env={**os.environ, "LD_PRELOAD": SHIM, **environment})
    return [json.loads(line) for line in done.stdout.splitlines()]


def states(records):
    """Probe -> its state."""
    said = [record for record in records if record["type"] == "probe"]
    return {probe["name"]: probe.get("state", "done")
            for record in said for probe in record.get("done", [record])}


class Test(unittest.TestCase):
    def test_misdeeds(self):
        usual = states(report())
        self.assertEqual(usual["platform"], "done")
        for misdeed in MISDEEDS:
            with self.subTest(misdeed), tempfile.NamedTemporaryFile() as file:
                Path(file.name).write_text("untouched")
                records = report(MISDEED=misdeed, MISDEED_FILE=file.name)
                self.assertEqual(Path(file.name).read_text(), "untouched")
                self.assertEqual(states(records), {**usual, "platform": "crashed"})
                stopped = next(r for r in records if r["type"] == "probe" and r.get("name") == "platform")
                self.assertEqual(stopped["signal"], signal.SIGSYS)
                finding = next(r for r in records if r["type"] == "finding" and r["id"] == "probe.crashed")
                self.assertEqual(finding["subject"], "platform")
                self.assertRegex(finding["summary"], "^the probe platform was stopped: it tried ")
                self.assertIn(finding["seq"], records[-1]["findings"])

    def test_a_kernel_without_filters(self):
        """Said once; the probes run all the same, and are not held back."""
        launcher = ("import ctypes, os, struct, sys; libc = ctypes.CDLL(None)\n"
                    # seccomp(2) fails with EINVAL, as without CONFIG_SECCOMP_FILTER
                    "code = struct.pack('HBBI' * 4, 0x20, 0, 0, 0, 0x15, 0, 1, int(sys.argv[1]),\n"
                    "                   6, 0, 0, 0x50016, 6, 0, 0, 0x7fff0000)\n"
                    "program = struct.pack('HP', 4, ctypes.cast(code, ctypes.c_void_p).value)\n"
                    "assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, program) == 0\n"
                    "os.execv(sys.argv[2], sys.argv[2:])\n")
        number = {"x86_64": "317", "aarch64": "277"}[os.uname().machine]
        done = subprocess.run([sys.executable, "-c", launcher, number, HOOK, "now", "--quiet", "--report", "-"],
                              check=True, stdout=subprocess.PIPE, timeout=60)
        records = [json.loads(line) for line in done.stdout.splitlines()]
        said = [r for r in records if r["type"] == "probe" and r.get("name") == "confinement"]
        self.assertEqual([(r["subject"], r["state"], r["error"]) for r in said],
                         [("seccomp", "failed", "EINVAL")])
        self.assertEqual(states(records)["platform"], "done")
        self.assertFalse(any(r["type"] == "finding" and r["id"].startswith("probe.") for r in records))


if __name__ == "__main__":
    SHIM = sys.argv.pop(2)
    HOOK = sys.argv.pop(1)
    unittest.main()
