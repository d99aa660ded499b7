#!/usr/bin/python3
"""Tests of `bootprobe compare` and `timeline`: test_compare.py BOOTPROBE [unittest arguments]"""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ET
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import made_report
from report_lines import line, seal

CAPTURES = HERE / "captures"
BOOTPROBE = None
SVG = "{http://www.w3.org/2000/svg}"
# What a terminal or a browser would act on.
DANGEROUS = re.compile(rb"[\x00-\x09\x0b-\x1f\x7f-\xff]")


def run(*arguments, stdin=b"", env=None):
    return subprocess.run([BOOTPROBE, *map(str, arguments)], input=stdin, capture_output=True,
                          timeout=120, env={**os.environ, "LC_ALL": "C", **(env or {})})


def capture(name):
    return CAPTURES / f"{name}-virtio.jsonl"


class Verb(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def file(self, content, name="report.jsonl"):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def assert_fits(self, text, columns=80):
        for at in text.decode().splitlines():
            self.assertLessEqual(len(at), columns, at)


def groups(text):
    """Heading -> its sentences, each on one line again."""
    found, heading = {}, None
    for at in text.decode().partition("\n\n")[2].splitlines():
        if at.startswith("  - "):
            found[heading].append(at[4:])
        elif at.startswith("    "):
            found[heading][-1] += " " + at.strip()
        elif at:
            heading = at
            found[heading] = []
    return found


class Compare(Verb):
    def compare(self, a, b, *options, status=0):
        done = run("compare", *options, a, b)
        self.assertEqual((done.returncode, done.stderr), (status, b""), done.stdout)
        if "--json" not in options:
            self.assert_fits(done.stdout)
        return done.stdout

    def test_a_machine_with_and_without_a_uart(self):
        said = groups(self.compare(capture("blk-uart"), capture("blk-no-uart")))
        self.assertEqual(list(said)[:3], ["findings", "hardware", "consoles"])
        self.assertEqual(said["findings"][0],
                         "B has console.phantom (warning, ttyS0), A has not: the console ttyS0 has no "
                         "UART behind it: it opens, and every write fails with EIO, those of PID 1 to "
                         "/dev/console included")
        self.assertEqual(said["hardware"],
                         [r"A has a UART (\_SB_.PCI0.S08_.COM1, irq 4), B has none"])
        self.assertEqual(said["consoles"][0],
                         "console ttyS0: live in A, a phantom (writes fail with EIO) in B")
        self.assertNotIn("kernel command line", said)
        self.assertNotIn("disks", said)
        self.assertNotIn("not compared", said)

    def test_the_other_way_round(self):
        said = groups(self.compare(capture("blk-no-uart"), capture("blk-uart")))
        self.assertEqual(said["hardware"],
                         [r"B has a UART (\_SB_.PCI0.S08_.COM1, irq 4), A has none"])

    def test_a_disk_that_was_grown(self):
        """B panicked: what its report does not say stands under "not compared"."""
        said = groups(self.compare(capture("growroot-no-room"), capture("growroot-trap"), status=1))
        self.assertTrue(said["findings"][0].startswith("B has growroot.trap (error, growroot), A "
                                                       "has not: "), said["findings"])
        self.assertIn("sda: size is 2 GiB in A, 20 GiB in B", said["disks"])
        self.assertNotIn("hardware", said)
        self.assertTrue(said["not compared"][0].startswith("B is not whole: there is no end"))

    def test_another_bus_and_a_larger_disk(self):
        said = groups(self.compare(capture("blk-no-uart"), capture("original")))
        self.assertEqual(said["hardware"], ["A has a virtio block device, B has none",
                                            "B has a virtio scsi device, A has none"])
        self.assertIn("vda/sda: size is 64 MiB in A, 20 GiB in B", said["disks"])
        self.assertIn("root device: vda1 in A, sda1 in B", said["disks"])
        self.assertEqual(said["kernel command line"][0],
                         "console=ttyS0 in A, console=tty0 console=ttyS0 in B")
        self.assertTrue(said["findings"][0].startswith("B has gpt.backup-misplaced (warning, sda)"))

    def test_a_boot_that_panicked_before_the_last_look(self):
        """Its modules came behind the one look at virtio; its disk and its report went through it."""
        pair = capture("growroot-no-room"), capture("recorder-growroot")
        virtio = ["the virtio port org.bootprobe.report.0", "the virtio port org.bootprobe.test.0",
                  "virtio console devices", "virtio scsi devices"]
        for a, b, sides in ((*pair, ": A tells, B does not"), (*pair[::-1], ": B tells, A does not")):
            said = groups(self.compare(a, b, status=1))
            self.assertNotIn("hardware", said)
            self.assertNotIn("drivers", said)
            self.assertEqual(sorted(one for one in said["not compared"] if "virtio" in one),
                             [what + sides for what in virtio])

    def test_what_is_used_is_there(self):
        """A last look that has no list of virtio devices, where the disk and the report's port are."""
        lines = capture("recorder-growroot").read_bytes().splitlines()
        end = lines[-1].replace(b'"phase":"exit"', b'"phase":"finish"').rpartition(b',"crc"')[0]
        rest = self.file(b"\n".join([*lines[:-1], seal(end), b""]))
        said = groups(self.compare(capture("growroot-no-room"), rest, status=1))
        for what in ("virtio scsi devices", "virtio console devices", "the virtio port org.bootprobe.report.0"):
            self.assertIn(f"{what}: A tells, B does not", said["not compared"])

    def test_the_same_twice(self):
        for name, status in (("blk-uart", 0), ("original", 0), ("growroot-trap", 1)):
            out = self.compare(capture(name), capture(name), status=status)
            self.assertEqual(out.partition(b"\n\n")[2], b"no difference\n")

    def test_records_that_are_missing_are_no_hardware_that_is(self):
        """Whatever one record is taken out: no device, disk or console disappears with it."""
        lines = capture("blk-uart").read_bytes().splitlines(True)
        for at in range(len(lines)):
            rest = self.file(b"".join(lines[:at] + lines[at + 1:]))
            done = run("compare", capture("blk-uart"), rest)
            said = groups(done.stdout)
            self.assertLessEqual(set(said), {"not compared"},
                                 lines[at] + done.stdout)
            self.assertIn("not compared", said)

    def test_damage(self):
        lines = capture("blk-uart").read_bytes().splitlines(True)
        at = next(i for i, one in enumerate(lines) if b'"type":"handoff"' in one)
        lines[at] = lines[at].replace(b"/sysroot", b"/sysr00t")
        said = groups(run("compare", capture("blk-uart"), self.file(b"".join(lines))).stdout)
        self.assertEqual(list(said), ["not compared"])
        self.assertIn("what stage 2 begins with: A tells, B does not, and records of it are missing",
                      said["not compared"])

    def test_boots_of_one_file(self):
        both = self.file(capture("blk-uart").read_bytes() + capture("original").read_bytes())
        a, b = (json.loads(capture(name).read_bytes().splitlines()[0])["boot"]
                for name in ("blk-uart", "original"))
        out = self.compare(both, both, "--boot-a", a, "--boot-b", b)
        self.assertIn(b"A has a UART", out)
        self.assertIn(b"no difference", self.compare(both, both, "--boot-a", b, "--boot-b", b))

    def test_json(self):
        out = json.loads(self.compare(capture("blk-uart"), capture("blk-no-uart"), "--json"))
        self.assertEqual(out["a"]["verdict"], "OK")
        self.assertEqual(out["b"]["verdict"], "WARNING")
        self.assertEqual([one["group"] for one in out["differences"]][0], "findings")
        self.assertEqual(out["differences"][0]["severity"], "warning")

    def test_standard_input(self):
        done = run("compare", "-", capture("blk-uart"), stdin=capture("blk-uart").read_bytes())
        self.assertEqual(done.returncode, 0)

    def test_what_cannot_be_read(self):
        for arguments in ((), ("one",), ("-", "-"), ("--colour", "a", "b"), ("a", "b", "c"),
                          ("--color", "x", "a", "b"), (capture("blk-uart"), "/nonexistent"),
                          (self.file(b"nothing\n"), capture("blk-uart")),
                          ("--boot-a", "xyz", capture("blk-uart"), capture("blk-uart")),
                          ("--boot-b", "00000000", capture("blk-uart"), capture("blk-uart"))):
            done = run("compare", *arguments)
            self.assertEqual((done.returncode, done.stdout), (2, b""), arguments)
            self.assertTrue(done.stderr)

    def test_no_verdict(self):
        facts = self.file(line(1, "begin", {"version": "0.1.0", "verb": "start"}) + b"\n")
        self.assertEqual(run("compare", facts, capture("blk-uart")).returncode, 2)
        self.assertEqual(run("compare", capture("blk-uart"), facts).returncode, 2)
        self.assertEqual(run("compare", facts, capture("growroot-trap")).returncode, 1)

    def test_hostile(self):
        hostile = self.file(made_report.hostile())
        for a, b in ((hostile, capture("original")), (capture("original"), hostile)):
            for options in ((), ("--json",)):
                done = run("compare", *options, a, b)
                self.assertEqual(done.returncode, 1)
                self.assertIsNone(DANGEROUS.search(done.stdout))
                if not options:
                    self.assert_fits(done.stdout)
        coloured = run("compare", "--color", "always", hostile, capture("original")).stdout
        self.assertIsNone(DANGEROUS.search(re.sub(rb"\x1b\[[0-9;]*m", b"", coloured)))
        self.assertIn(b"\x1b[1;31m", coloured)

    def test_times_that_somebody_would_notice(self):
        """The largest first; what is small, and what is more than a few, is counted."""
        def report(name, times):
            disks = [line(i + 2, "block", {"name": f"sd{chr(97 + i)}", "size_bytes": 1 << 30, "transport": "nvme",
                                           "serial": f"s{i}", "header_reads": [{"what": "mbr", "duration_us": int(s * 1e6)}]})
                     for i, s in enumerate(times)]
            return self.file(b"\n".join([line(1, "begin"), *disks, line(len(disks) + 2, "end", {
                "phase": "now", "errors": 0, "warnings": 0})]), name)

        slow = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.2, 1.0]
        a, b = report("a", [0.1] * 8 + [0.6]), report("b", slow)
        out = self.compare(a, b)
        said = groups(out)["timings"]
        self.assertEqual([re.search(r"headers of (\w+) took", row)[1] for row in said[:5]],
                         ["sdg", "sdf", "sde", "sdd", "sdc"])
        self.assertIn(b"\n  and 4 smaller: see --all\n", out)
        every = groups(self.compare(a, b, "--all"))["timings"]
        self.assertEqual(len(every), 9)
        self.assertNotIn(b"see --all", self.compare(a, b, "--all"))
        small = self.compare(report("c", [0.1]), report("d", [0.2]))
        self.assertIn(b"timings\n  and 1 smaller: see --all\n", small)
        told = json.loads(self.compare(a, b, "--json"))["differences"]
        self.assertEqual(sum(one["group"] == "timings" for one in told), 9)

    def test_many_differences_are_bounded(self):
        many = self.file(made_report.disks(200))
        out = self.compare(capture("blk-uart"), many, status=1)
        self.assertLess(len(out.splitlines()), 300)
        self.assertIn(b"more: see --all", out)
        every = self.compare(capture("blk-uart"), many, "--all", status=1)
        self.assertGreater(len(groups(every)["disks"]), 200)


class Timeline(Verb):
    def picture(self, report, *options, name="out.svg", status=0):
        out = self.folder / name
        done = run("timeline", *options, "-o", out, report)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (status, b"", b""))
        return out.read_bytes()

    def made(self, count):
        return self.file(made_report.disks(count), f"disks{count}.jsonl")

    def text(self, report, *options, status=0, env=None):
        done = run("timeline", *options, report, env=env)
        self.assertEqual((done.returncode, done.stderr), (status, b""))
        return done.stdout

    def names(self, text):
        """Of the lanes."""
        lanes = text.decode().split("\n\n")[1].splitlines()[1:]
        return [one[:18].strip() for one in lanes]

    def test_text(self):
        text = self.text(capture("original"))
        self.assert_fits(text)
        self.assertEqual(self.names(text)[:3], ["boot", "kernel log", "sda"])
        self.assertIn(b"  sda arrives\n", text)
        self.assertIn(b"  handoff\n", text)
        text.decode("ascii")

    def test_a_prediction_bears_its_own_words(self):
        """At its time nothing had happened yet."""
        said = " ".join(self.text(capture("recorder-growroot"), status=1).decode().split())
        self.assertIn("7.853 s growroot.trap growroot: this boot will panic", said)
        self.assertIn("boot: = kernel, stage 1, stage 2", said)
        self.assertNotIn("something goes on", said)

    def test_blocks_where_the_locale_has_them(self):
        text = self.text(capture("original"), env={"LC_ALL": "C.UTF-8"})
        self.assert_fits(text)
        self.assertIn("\u2593", text.decode())

    def test_width(self):
        for columns in (60, 80, 200):
            self.assert_fits(self.text(capture("original"), "--width", columns), max(columns, 80))

    def test_one_disk_and_two_hundred(self):
        self.assertIn("vda", self.names(self.text(self.made(1))))
        text = self.text(self.made(200), status=1)
        self.assert_fits(text)
        self.assertEqual(self.names(text)[2:8],
                         ["sdh", "sdl", "sdcw", "sdgr", "67 virtio disks", "129 virtio-scsi .."])
        self.assertLess(len(text.splitlines()), 120)

    def test_many_events(self):
        """What is bad is told, whatever has to be left out."""
        many = self.file(made_report.events(300))
        text = self.text(many)
        self.assertLess(len(text.splitlines()), 100)
        self.assertIn(b"mounted number 299", text)
        self.assertIn(b"more: see --json", text)
        self.assertIn(b" without a label", self.picture(many))
        bad = self.text(self.file(made_report.events(300, bad=300)))
        self.assertLess(len(bad.splitlines()), 100)

    def test_more_findings_than_a_hook_makes(self):
        lines = [line(i, "finding", {"id": "a.b", "subject": str(i)}) for i in range(1, 2001)]
        out = run("timeline", "--json", "-", stdin=b"\n".join(lines)).stdout
        lane = next(one for one in json.loads(out)["lanes"] if one["kind"] == "findings")
        self.assertEqual((len(lane["items"]), json.loads(out)["left_out"]), (512, 1488))

    def test_pictures_are_xml_and_need_nothing(self):
        for report, status in ((capture("original"), 0), (capture("growroot-trap"), 1),
                               (self.made(1), 0), (self.made(200), 1),
                               (self.file(made_report.hostile()), 1)):
            for name in ("out.svg", "out.html"):
                content = self.picture(report, name=name, status=status)
                root = ET.fromstring(content)
                svg = root if name == "out.svg" else root.find(f".//{SVG}svg")
                self.assertEqual(svg.tag, f"{SVG}svg")
                for element in root.iter():
                    self.assertNotIn(element.tag.rpartition("}")[2],
                                     {"script", "image", "use", "link", "a", "foreignObject", "img"})
                    for key in element.attrib:
                        self.assertFalse(key.lower().startswith("on") or "href" in key
                                         or key == "src", key)
                self.assertIsNone(DANGEROUS.search(content))
                self.assertIn(b"prefers-color-scheme:dark", content)
                for foreign in (b"url(", b"@import", b"<!ENTITY"):
                    self.assertNotIn(foreign, content)

    def test_nothing_overlaps(self):
        """No two texts on one another, none beyond the edge: all are monospaced, 11 pixels."""
        for report, width, status in (
                (capture("original"), 1200, 0), (capture("original"), 640, 0),
                (self.made(1), 1200, 0), (self.made(200), 1200, 1),
                (self.file(made_report.events(300), "events.jsonl"), 1200, 0),
                (self.file(made_report.disks(60, rest=0, odd=False), "late.jsonl"), 700, 0), (self.made(200), 640, 1),
                (self.file(made_report.recording(beats=40, at=300.0, calls=20, stalls=[
                    (i, 30 + 3 * i) for i in range(1, 30)]), "recording.jsonl"), 1200, 0),
                (self.file(made_report.recording("open", beats=9, stalls=[(1, None)]), "open.jsonl"), 640, 0),
                (self.file(made_report.hostile()), 1200, 1),
                (self.file(made_report.hostile()), 640, 1)):
            root = ET.fromstring(self.picture(report, "--width", width, status=status))
            boxes = []
            for text in root.iter(f"{SVG}text"):
                size = 9.1 if text.get("class") == "title" else 6.65
                x, y = float(text.get("x")), float(text.get("y"))
                length = len(text.text or "") * size
                if text.get("text-anchor") == "middle":
                    x -= length / 2
                self.assertLessEqual(x + length, width + 1, text.text)
                self.assertLess(y, float(root.get("height")))
                for left, right, other_y, other in boxes:
                    self.assertFalse(abs(other_y - y) < 10 and x < right and left < x + length,
                                     (text.text, other))
                boxes.append((x, x + length, y, text.text))

    def test_the_tallest_picture_is_bounded(self):
        heights = [float(ET.fromstring(self.picture(self.made(count), status=1)).get("height"))
                   for count in (200, 1000)]
        self.assertLess(heights[1], 1500)
        self.assertLess(abs(heights[0] - heights[1]), 200)

    def test_the_table_has_all_that_is_in_the_picture(self):
        page = ET.fromstring(self.picture(capture("original"), name="out.html"))
        html = "{http://www.w3.org/1999/xhtml}"
        rows = ["|".join(cell.text or "" for cell in row) for row in page.iter(f"{html}tr")]
        data = json.loads(self.text(capture("original"), "--json"))
        items = [item for lane in data["lanes"] for item in lane["items"]]
        self.assertEqual(len(rows), len(items) + 2)
        for item in items:
            self.assertTrue(any(item["label"] in row for row in rows), item)

    def test_a_file_that_cannot_be_written(self):
        done = run("timeline", "-o", "/nonexistent/out.svg", capture("original"))
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"/nonexistent/out.svg", done.stderr)

    def test_usage(self):
        for arguments in ((), ("a", "b"), ("-o", "x.png", "a"), ("--width", "x", "a"),
                          ("--width", "9", "a"), ("--json", "-o", "x.svg", "a"),
                          ("--width", "100", "-o", "x.svg", "a"), ("/nonexistent",),
                          ("--boot", "00000000", capture("original"))):
            done = run("timeline", *arguments)
            self.assertEqual((done.returncode, done.stdout), (2, b""), arguments)
            self.assertTrue(done.stderr)

    def test_hostile(self):
        hostile = self.file(made_report.hostile())
        for options in ((), ("--json",)):
            text = self.text(hostile, *options, status=1)
            self.assertIsNone(DANGEROUS.search(text))
        self.assert_fits(self.text(hostile, status=1))
        coloured = self.text(hostile, "--color", "always", status=1)
        self.assertIsNone(DANGEROUS.search(re.sub(rb"\x1b\[[0-9;]*m", b"", coloured)))

    def test_what_is_missing_is_said(self):
        lines = capture("original").read_bytes().splitlines(True)
        at = next(i for i, one in enumerate(lines) if b'"kind":"gpt-complaint"' in one)
        rest = self.file(b"".join(lines[:at] + lines[at + 4:]))
        self.assertIn(b"4 records are missing", self.text(rest))
        self.assertIn(b"4 records of the report are missing", self.picture(rest))


if __name__ == "__main__":
    BOOTPROBE = sys.argv.pop(1)
    unittest.main()
