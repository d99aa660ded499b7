#!/usr/bin/python3
"""bootprobe explain: test_explain.py BOOTPROBE"""

import json
import re
import subprocess
import sys
import unittest
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO / "tools"))

import explanations

TEXT = (REPO / "docs/findings.md").read_text()


def explain(*arguments):
    done = subprocess.run([BOOTPROBE, "explain", *arguments], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


class Explain(unittest.TestCase):
    def test_the_list(self):
        status, out, err = explain()
        self.assertEqual((status, err), (0, ""))
        rows = [re.match(r"(\S+) +(\w+) +(.*)", row).groups() for row in out.splitlines()]
        self.assertEqual(rows, explanations.ROW.findall(TEXT))
        self.assertTrue(all(len(row) <= 80 for row in out.splitlines()))

    def test_each(self):
        for name, severity, line, text in explanations.read(TEXT)[0]:
            status, out, err = explain(name)
            self.assertEqual((status, err), (0, ""), name)
            self.assertEqual(out, f"{name}  {severity}\n{line}\n\n{text}\n")
            self.assertTrue(all(len(row) <= 80 for row in out.splitlines()), name)
            self.assertNotRegex(out, r"\*\*|`", name)

    def test_json(self):
        status, out, _ = explain("--json")
        every = json.loads(out)
        self.assertEqual(status, 0)
        self.assertEqual([one["id"] for one in every], [row[0] for row in explanations.ROW.findall(TEXT)])
        self.assertEqual([one["id"] for one in every if not one["is_produced"]],
                         ["pid1.exit", "boot.stalled", "boot.livelock"])
        status, out, _ = explain("--json", "gpt.overlap")
        self.assertEqual(json.loads(out), next(one for one in every if one["id"] == "gpt.overlap"))

    def test_ids_that_are_none(self):
        for typed, meant in (("console.fantom", "console.phantom"), ("growroot", "growroot.trap"),
                             ("phantom", "console.phantom"), ("disk.slwo", "disk.slow"),
                             ("GROWROOT.TRAP", ""), ("", ""), ("x" * 5000, ""), ("\x1b[31m\u202e", "")):
            status, out, err = explain(typed)
            self.assertEqual((status, out), (2, ""), typed)
            self.assertIn("Did you mean", err)
            self.assertIn(meant, err)
            self.assertNotIn("\x1b", err)
            self.assertNotIn("\u202e", err)
            self.assertLess(len(err), 400)

    def test_usage(self):
        self.assertEqual(explain("a", "b")[0], 2)
        self.assertEqual(explain("--colour")[0], 2)

    def test_output_that_cannot_be_written(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([BOOTPROBE, "explain"], stdout=full, stderr=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 2)


class Generator(unittest.TestCase):
    """What the build refuses."""

    def complaints(self, old, new):
        self.assertIn(old, TEXT)
        return " ".join(explanations.read(TEXT.replace(old, new, 1))[1])

    def test_the_text_is_taken(self):
        self.assertEqual(explanations.read(TEXT)[1], [])

    def test_a_line_that_is_too_long(self):
        self.assertIn("81 columns", self.complaints("# Findings", "# Findings".ljust(81, "s")))

    def test_a_section_without_a_row(self):
        self.assertIn("disk.fast", self.complaints("\n## disk.slow\n", "\n## disk.fast\n"))

    def test_another_order(self):
        swapped = (TEXT.replace("\n## disk.slow\n", "\n## X\n").replace("\n## root.late\n", "\n## disk.slow\n")
                   .replace("\n## X\n", "\n## root.late\n"))
        self.assertIn("order", " ".join(explanations.read(swapped)[1]))

    def test_a_severity_that_is_none(self):
        self.assertIn("fatal", self.complaints("| error |", "| fatal |"))

    def test_a_part_that_is_missing(self):
        self.assertIn("its parts", self.complaints("**How it is told.**", "How it is told."))


if __name__ == "__main__":
    BOOTPROBE = sys.argv.pop(1)
    unittest.main(verbosity=1)
