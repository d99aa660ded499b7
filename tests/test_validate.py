#!/usr/bin/python3
"""Tests of validate.py: whole reports in every kind of capture, and each way of being broken."""

import json
import subprocess
import sys
import unittest
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import validate

BOOT = "5a1f09c3"


def line(seq, type_, members=None, boot=BOOT, t=None, frame=None):
    """A record line as bytes, with its CRC."""
    record = {"bootprobe": 1, "boot": boot, "seq": seq, "t": 0.5 + seq / 100 if t is None else t,
              "type": type_, **(frame or {}), **(members or {})}
    body = json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode()[:-1]
    return seal(body)


def seal(body):
    return b'%s,"crc":"%08x"}' % (body, zlib.crc32(body))


def begin(seq=1, **more):
    return line(seq, "begin", {"version": "0.1.0", "verb": "start"}, **more)


def config(seq, sinks=("kmsg", "run"), frame=None, **more):
    return line(seq, "config", {"budget_us": 1000000, "stall_us": 30000000, "sinks": list(sinks)},
                frame=frame, **more)


def end(seq, phase="finish", **more):
    members = {"phase": phase, "records": seq, **more.pop("members", {})}
    return line(seq, "end", members, **more)


def problems(seq, texts, **more):
    return line(seq, "config", {"budget_us": 1, "stall_us": 1, "problems": list(texts)}, **more)


GOOD = [begin(), config(2), problems(3, ["bootprobe.x: é \\ \" unknown"]), end(4)]


def text(lines):
    return b"".join(one + b"\n" for one in lines)


def devkmsg(raw):
    """As the kernel writes a record's text to those who read /dev/kmsg."""
    return b"".join(bytes([c]) if 32 <= c < 127 and c != 92 else b"\\x%02x" % c for c in raw)


class Base(unittest.TestCase):
    def good(self, lines, **options):
        data = lines if isinstance(lines, bytes) else text(lines)
        reports, complaints = validate.judge_file(data, **options)
        self.assertEqual(complaints, [])
        return reports

    def bad(self, lines, wanted, **options):
        """Exactly the complaints that match, in any order."""
        data = lines if isinstance(lines, bytes) else text(lines)
        _, complaints = validate.judge_file(data, **options)
        wanted = [wanted] if isinstance(wanted, str) else wanted
        self.assertEqual(len(complaints), len(wanted), complaints)
        for pattern in wanted:
            self.assertTrue(any(pattern in said for said in complaints), f"{pattern!r} in {complaints}")


class Captures(Base):
    def test_bare(self):
        self.assertEqual(len(self.good(GOOD)[0].lines), 4)

    def test_serial_console(self):
        noise = b"[    0.412345] random: crng init done\r\n"
        data = b"\xff\xfeBIOS\r\n" + b"".join(
            noise + b"[    0.5%05d] bootprobe: %s\r\n" % (n, one) for n, one in enumerate(GOOD))
        self.good(data)

    def test_dev_kmsg(self):
        data = b"".join(b"5,%d,%d,-;bootprobe: %s\n SUBSYSTEM=x\n" % (n, n * 1000, devkmsg(one))
                        for n, one in enumerate(GOOD))
        self.good(data)

    def test_two_records_on_one_line(self):
        self.good(GOOD[0] + GOOD[1] + b" lost newline " + GOOD[2] + b"\n" + GOOD[3])

    def test_copies(self):
        self.good(GOOD[:3] + GOOD + GOOD[2:])

    def test_out_of_order(self):
        self.good([GOOD[3], GOOD[1], GOOD[0], GOOD[2]])

    def test_two_boots(self):
        other = [begin(boot="00000001"), end(2, boot="00000001")]
        self.assertEqual(len(self.good([GOOD[0], other[0], *GOOD[1:], other[1]])), 2)

    def test_two_boots_one_broken(self):
        self.bad(GOOD + [begin(boot="00000001")], "boot 00000001: no end record")

    def test_two_reports_of_one_boot(self):
        again = [begin(t=90.0), end(2, "now", t=91.0)]
        self.assertEqual(len(self.good(GOOD + again)), 2)

    def test_phase(self):
        self.good(GOOD, phase="finish")
        self.bad(GOOD, "has phase finish, not stall", phase="stall")

    def test_stall_then_finish(self):
        lines = [begin(), end(2, "stall"), config(3), end(4)]
        self.good(lines, phase="finish")
        self.good(lines[:3], phase="stall")


class Broken(Base):
    def test_each_flipped_byte(self):
        for at in range(len(GOOD[1])):
            flipped = bytearray(GOOD[1])
            flipped[at] ^= 1
            with self.subTest(at=at):
                _, complaints = validate.judge_file(text([GOOD[0], bytes(flipped), *GOOD[2:]]))
                self.assertTrue(complaints)

    def test_flipped_byte_is_named(self):
        self.bad([GOOD[0], GOOD[1].replace(b"kmsg", b"kmsh"), *GOOD[2:]],
                 ["line 2: its CRC is wrong", "missing: record 2 of 4"])

    def test_cut_line(self):
        self.bad([GOOD[0], GOOD[1][:40], *GOOD[2:]], ["it has no CRC", "missing: record 2"])

    def test_missing_lines(self):
        self.bad([GOOD[0], GOOD[3]], "missing: record 2-3 of 4")
        self.good([GOOD[0], GOOD[3]], allow_missing=True)

    def test_quiet_lines(self):
        beat = {"number": 1, "at": 1.0, "interval_us": 1, "stage": 2, "progress": 1.0, "quiet": True}
        quiet = [line(seq, "heartbeat", {**beat, "number": seq}) for seq in (3, 4)]
        told = end(5, frame={"skip": 2})
        self.good([*GOOD[:2], *quiet, told])
        self.good([*GOOD[:2], told])
        self.good([*GOOD[:2], quiet[1], told])
        self.bad([GOOD[0], told], "missing: record 2 of 5")
        self.bad([*GOOD[:2], end(5)], "missing: record 3-4 of 5")

    def test_a_recording_goes_on_behind_the_end(self):
        beat = {"number": 1, "at": 1.0, "interval_us": 1, "stage": 2, "progress": 1.0}
        self.good([*GOOD, line(5, "heartbeat", beat)])
        self.bad([*GOOD, line(5, "heartbeat", beat), problems(6, [])], "1 records behind the last end")

    def test_missing_begin(self):
        self.bad(GOOD[1:], "missing: record 1 of 4")

    def test_missing_end(self):
        self.bad(GOOD[:3], "no end record")
        self.good(GOOD[:3], allow_missing=True)

    def test_nothing(self):
        self.bad(b"", "no records")
        self.bad(b"[ 0.1] Linux version\n", "no records")

    def test_behind_the_end(self):
        self.bad(GOOD + [config(5)], "1 records behind the last end record")

    def test_first_is_no_begin(self):
        self.bad([config(1), end(2)], "record 1 is no begin record but config")

    def test_same_number_twice(self):
        self.bad(GOOD[:2] + [config(2, sinks=["run"])] + GOOD[2:], "different records have the number 2")

    def test_time_runs_back(self):
        self.bad([begin(), config(2, t=0.1), end(3)], "record 2 is older than record 1")

    def test_wrong_count(self):
        self.bad([begin(), line(2, "end", {"phase": "finish", "records": 3})], "counts 3 records")

    def test_wrong_findings(self):
        self.bad([begin(), end(2, members={"errors": 1, "warnings": 0})], "says 1 errors, the findings are 0")

    def test_too_long(self):
        name = "x" * 900
        self.bad([begin(), problems(2, [name]), end(3)],
                 [f"{len(problems(2, [name]))} bytes long", "missing: record 2"])

    def test_longest(self):
        spare = 960 - len(problems(2, [""]))
        self.good([begin(), problems(2, ["x" * spare]), end(3)])

    def test_not_utf8(self):
        raw = seal(problems(2, ["caf?"]).split(b',"crc"')[0].replace(b"?", b"\xe9"))
        self.bad([begin(), raw, end(3)], ["not UTF-8", "missing: record 2"])

    def test_bare_control_character(self):
        for bad in (b"\x07", b"\x7f", b"\xc2\x9b"):
            raw = seal(problems(2, ["a?"]).split(b',"crc"')[0].replace(b"?", bad))
            with self.subTest(bad=bad):
                self.bad([begin(), raw, end(3)], ["bare control character", "missing: record 2"])

    def test_not_json(self):
        raw = seal(b'{"bootprobe":1,"boot":"5a1f09c3","seq":2,"t":0.5,"type":')
        self.bad([begin(), raw, end(3)], ["not JSON", "missing: record 2"])

    def test_member_twice(self):
        raw = seal(config(2).split(b',"crc"')[0] + b',"budget_us":5')
        self.bad([begin(), raw, end(3)], ["stands twice", "missing: record 2"])

    def test_frame(self):
        for name, value in (("boot", "xyz"), ("seq", "2"), ("t", None), ("type", 5), ("seq", True)):
            raw = config(2)
            members = json.loads(raw)
            members.pop("crc")
            members[name] = value
            raw = seal(json.dumps(members, separators=(",", ":")).encode()[:-1])
            with self.subTest(name=name):
                _, complaints = validate.judge_file(text([begin(), raw, end(3)]))
                self.assertTrue(any(f"{name} is " in one for one in complaints), complaints)


class Schema(Base):
    def test_unknown_type(self):
        self.bad([begin(), line(2, "colour", {"x": 1}), end(3)], "record 2 (colour): no such type")

    def test_unknown_member(self):
        self.bad([begin(), line(2, "config", {"budget_us": 1, "stall_us": 1, "colour": 1}), end(3)],
                 "'colour' was unexpected")

    def test_unknown_member_of_an_element(self):
        sink = {"name": "kmsg", "delivered": 1, "delivered_bytes": 1, "colour": 1}
        self.bad([begin(), line(2, "sink", {"sinks": [sink]}), end(3)], "'colour' was unexpected")

    def test_wrong_kind(self):
        self.bad([begin(), line(2, "config", {"budget_us": "1", "stall_us": 1}), end(3)],
                 "budget_us: '1' is not of type 'integer'")

    def test_outside_of_the_list(self):
        self.bad([begin(), end(2, "lunch")], "'lunch' is not one of")

    def test_required(self):
        self.bad([begin(), line(2, "config", {"budget_us": 1}), end(3)], "'stall_us' is a required property")


class Chains(Base):
    PARTS = [line(2, "config", {"budget_us": 1, "problems": ["a"], "more": True}),
             line(3, "config", {"problems": ["b"], "stall_us": 1}, frame={"cont": 2})]

    def test_joined(self):
        reports = self.good([begin(), *self.PARTS, end(4)])
        records, _ = validate.join(reports[0])
        self.assertEqual(records[1].members["problems"], ["a", "b"])
        self.assertEqual(records[1].members["stall_us"], 1)

    def test_joined_record_must_be_whole(self):
        parts = [self.PARTS[0], line(3, "config", {"problems": ["b"]}, frame={"cont": 2})]
        self.bad([begin(), *parts, end(4)], "'stall_us' is a required property")

    def test_cut_record_may_lack_members(self):
        self.good([begin(), line(2, "config", {"budget_us": 1, "cut": True}), end(3)])

    def test_part_missing(self):
        self.bad([begin(), self.PARTS[0], end(4)], "missing: record 3")
        self.bad([begin(), self.PARTS[1], end(4)], "missing: record 2")
        self.good([begin(), self.PARTS[1], end(4)], allow_missing=True)

    def test_more_is_not_kept(self):
        self.bad([begin(), self.PARTS[0], end(3)], "record 2 says more, and record 3 is a new one")

    def test_continues_nothing(self):
        self.bad([begin(), line(2, "config", {"budget_us": 1}, frame={"cont": 1}), end(3)],
                 "record 2 continues 1, which is not open")

    def test_continues_another_type(self):
        self.bad([begin(), self.PARTS[0], line(3, "sink", {}, frame={"cont": 2}), end(4)],
                 "record 3 continues 2, which is not open")

    def test_member_in_both(self):
        parts = [self.PARTS[0], line(3, "config", {"budget_us": 2, "stall_us": 1}, frame={"cont": 2})]
        self.bad([begin(), *parts, end(4)], "budget_us stands twice")


class Program(unittest.TestCase):
    def run_on(self, data, *options):
        return subprocess.run([HERE / "validate.py", *options, "-"], input=data, stdout=subprocess.PIPE)

    def test_status(self):
        done = self.run_on(text(GOOD), "--phase", "finish")
        self.assertEqual((done.returncode, done.stdout), (0, b"-: boot 5a1f09c3: 4 records, right\n"))
        done = self.run_on(text(GOOD[:3]))
        self.assertEqual((done.returncode, done.stdout), (1, b"-: boot 5a1f09c3: no end record\n"))

    def test_files_that_cannot_be_read(self):
        for name in ("/does/not/exist", HERE):
            done = subprocess.run([HERE / "validate.py", name], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertRegex(done.stderr, r"^validate\.py: /[^\n]*: [^\n]+\n$")


if __name__ == "__main__":
    unittest.main()
