#!/usr/bin/python3
"""No byte of a report reaches the terminal unescaped: test_hostile.py BOOTPROBE SCHEMA_FOLDER

Each string of each type of record is filled with what terminals act upon, in turn, with a right CRC:
raw where JSON allows it, as escapes where it does not. No output may hold a control character other
than newline, and the sequences of its own colours.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from report_lines import BOOT, seal

BOOTPROBE = None
SCHEMAS = None
OWN_COLOURS = re.compile(rb"\x1b\[(?:0|1|1;3[1235])m")
C0 = "".join(map(chr, range(0x20))) + "\x7f"
C1 = "".join(map(chr, range(0x80, 0xa0)))
POISONS = {
    "c0": C0[:11],
    "more c0": C0[11:22],
    "yet more c0": C0[22:],
    "c1": C1,
    "ansi": "\x1b[2J\x1b[31mred\x1b]0;title\x07\x1bc\x1b[6n",
    "osc52": "\x1b]52;c;cm0gLXJmIC8=\x07",
    "bidi": "\u202e\u202d\u2066\u2069\u200f\u061c\u200b\u2028\u2029\ufeff\U000e0041",
    "wide": "\u4e2d\u0301\U0001f600",
    "format": "%s%n%99999d\\",
    "html": "<script>\"'&",
}


def example(schema, poison):
    """A value that the schema describes, with poison in all strings."""
    type_ = schema.get("type")
    if type_ == "object" or "properties" in schema:
        return {key: example(value, poison) for key, value in schema["properties"].items()}
    if type_ == "array":
        return [example(schema["items"], poison)]
    if type_ == "boolean" or schema.get("const") is True:
        return schema.get("const", False)
    if type_ in ("integer", "number"):
        return schema.get("minimum", 3)
    return poison


def records(poison):
    """A report with each type of record, poisoned; twice, as the schema says and with known words
    where those decide what is said."""
    for path in sorted(Path(SCHEMAS).glob("*.json")):
        schema = json.loads(path.read_text())
        yield path.stem, example(schema, poison)
        known = {key: value["enum"][0] for key, value in schema["properties"].items()
                 if "enum" in value}
        yield path.stem, {**example(schema, poison), **known, "live": True, "registered": False}
    yield "finding", {"id": poison, "severity": "warning", "subject": poison, "summary": poison,
                      "because": list(range(1, 60)), "fix": [{"tool": poison, "change": poison}]}
    yield "finding", {"id": "x.y", "severity": "error", "summary": poison, "part_of": poison}
    yield "unknown.type", {"what": poison}


def encode(record, ensure_ascii):
    body = json.dumps(record, separators=(",", ":"), ensure_ascii=ensure_ascii)
    # the one control character that JSON allows raw, and no terminal line can hold
    return seal(body.replace("\x7f", "\\u007f").encode()[:-1])


def report(poison, ensure_ascii, with_end=True):
    lines, seq, said = [], 0, 0
    for type_, members in records(poison):
        # what was written to the console is numbered by itself
        is_text = type_ == "console.text"
        seq, said = seq + (not is_text), said + is_text
        frame = {"bootprobe": 1, "boot": BOOT, "seq": said if is_text else seq, "t": seq / 10, "type": type_}
        members = {k: v for k, v in members.items() if k not in ("more", "cont", "cut")}
        if type_ == "end" and not with_end:
            members, frame["type"] = {}, "begin"
        # JSON forbids raw C0; all else goes raw
        lines.append(encode({**frame, **members}, ensure_ascii))
    return b"\n".join(lines) + b"\n"


def wait_for_filter(child):
    """What the kernel says of a process that has one, or of one that gets none in ten seconds."""
    for _ in range(1000):
        status = Path(f"/proc/{child.pid}/status").read_text()
        if "\nSeccomp:\t2\n" in status:
            return status
        time.sleep(0.01)
    raise AssertionError(f"no filter: {status}")


WAYS = ([], ["--color=always"], ["--json"], ["--boots"], ["--boots", "--json"], ["--follow"],
        ["--follow", "--color=always"], ["--console"], ["--output=records"], ["--output=json"],
        ["--output=journal"], ["--output=prometheus"])


class Hostile(unittest.TestCase):
    def assert_clean(self, output, arguments):
        if "--color=always" in arguments:
            output = OWN_COLOURS.sub(b"", output)
        bad = re.search(rb"[^\x20-\x7e\n]", output)
        self.assertIsNone(bad, output[max(0, bad.start() - 60):bad.start() + 20] if bad else None)

    def try_read(self, log, is_first=False):
        """A sanitizer that looks for leaks takes its time: it does so once for each way."""
        options = os.environ.get("ASAN_OPTIONS", "") + ("" if is_first else ":detect_leaks=0")
        for arguments in WAYS:
            done = subprocess.run([BOOTPROBE, "read", *arguments], input=log, capture_output=True,
                                  env={**os.environ, "ASAN_OPTIONS": options}, timeout=60)
            self.assertIn(done.returncode, (0, 1, 2))
            self.assertTrue(done.stdout or "--console" in arguments, (arguments, done.stderr))
            self.assert_clean(done.stdout, arguments)
            self.assert_clean(done.stderr, arguments)

    def try_show(self, log):
        """What it has found it hands to "read": the file is what differs."""
        with tempfile.TemporaryDirectory() as root:
            Path(root, "run/bootprobe").mkdir(parents=True)
            Path(root, "run/bootprobe/report.jsonl").write_bytes(log)
            for arguments in WAYS:
                if "--follow" in arguments:
                    continue
                done = subprocess.run([BOOTPROBE, "show", *arguments], capture_output=True,
                                      env={**os.environ, "BOOTPROBE_ROOT": root}, timeout=60)
                self.assertTrue(done.stdout or "--console" in arguments)
                self.assert_clean(done.stdout + done.stderr, arguments)

    def test_every_string_of_every_type(self):
        for name, poison in POISONS.items():
            for ensure_ascii in (False, True):
                with self.subTest(name, ensure_ascii=ensure_ascii):
                    self.try_read(report(poison, ensure_ascii), is_first=name == "c0")
        self.try_show(report(POISONS["ansi"], False))
        self.try_show(report(POISONS["c1"], True))

    def test_without_an_end(self):
        log = report(POISONS["ansi"], False, with_end=False)
        self.try_read(log, is_first=True)
        self.try_show(log)

    def test_the_poison_is_read(self):
        """The test would be void if the records were thrown away."""
        for name, poison in POISONS.items():
            log = report(poison, False)
            done = subprocess.run([BOOTPROBE, "read", "--json"], input=log, capture_output=True)
            got = json.loads(done.stdout)
            self.assertEqual((got["damaged"], got["missing"]), ([], []), name)
            self.assertEqual(got["facts"]["platform"][0]["kernel"], poison)

    def test_invalid_utf8(self):
        """Such a record is no JSON, and is called damaged; its bytes stay where they are."""
        for bytes_ in (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\x9b31m"):
            rows = []
            for row in report("POISON", False).splitlines():
                body = row[:row.rindex(b',"crc"')].replace(b"POISON", bytes_)
                rows.append(b'%s,"crc":"%08x"}\n' % (body, zlib.crc32(body)))
            begin = seal(b'{"bootprobe":1,"boot":"%s","seq":900,"t":99,"type":"begin"'
                         % BOOT.encode())
            self.try_read(b"".join(rows) + begin + b"\n")
        self.try_show(b"".join(rows) + begin + b"\n")

    def test_damaged_lines_and_what_stands_between(self):
        log = report(POISONS["ansi"], True)
        damaged = log.replace(b'"type"', b'"type\x1b[31m"', 3).replace(b'"crc":"', b'"crc":"\x9b', 2)
        log = b"\x1b]0;x\x07\xff\n" + damaged
        self.try_read(log, is_first=True)
        self.try_show(log)

    def test_numbers_boots_and_nesting_without_measure(self):
        """Records with a right checksum, among them many boots, one record of each: it comes to an end, in
        memory that is bounded (test_read.py), and says what it is."""
        def record(seq, type_, members, boot=BOOT):
            return seal(b'{"bootprobe":1,"boot":"%s","seq":%d,"t":%d,"type":"%s",%s' %
                        (boot.encode(), seq, min(seq, 10**9), type_.encode(), members))

        nested = b'"a":' + b"[" * 1900 + b"]" * 1900
        deep = b'"a":' + b'{"a":' * 600 + b"1" + b"}" * 600
        numbers = b'"size_bytes":-9223372036854775808,"arrived":-1e308,"duration_us":1e400,"n":1e-400'
        lines = [record(1, "begin", b'"a":1'), b"\0" * 70000, record(2, "block", nested), record(3, "block", deep),
                 record(4, "block", b'"name":"sda",' + numbers), record(5, "gpt", b'"name":"\\u0000\\ud800"'),
                 record(4294967295, "end", b'"errors":-1,"warnings":9223372036854775807,"findings":[0,-1,4294967296,5,{}]'),
                 record(4294967294, "finding", b'"id":7,"severity":[],"because":{},"fix":[1,{},[]]')]
        lines += [record(1, "console", b'"name":[]', f"{boot:08x}") for boot in range(100)]
        lines += [record(9, "finding", b'"id":"x.y","because":[' + b",".join([b"9"] * 1900) + b"]")]
        log = b"\n".join(lines) + b"\n" + report("x", True)
        self.try_read(log, is_first=True)
        self.try_show(log)
        done = subprocess.run([BOOTPROBE, "read", "--boots"], input=b"\n".join(lines), capture_output=True, timeout=60)
        self.assertIn(b"older ones, which are not kept", done.stdout)
        done = subprocess.run([BOOTPROBE, "read"], input=b"\n".join(lines[:7]), capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stdout, rb"missing +6-4294967294")

    def test_it_has_nothing_but_what_is_open(self):
        """While input is still awaited: no capability, and a filter of system calls."""
        if b"__asan_init" in Path(BOOTPROBE).read_bytes():
            self.skipTest("a sanitizer does what the filter forbids")
        end = seal(b'{"bootprobe":1,"boot":"%s","seq":1,"t":1,"type":"begin"' % BOOT.encode())
        with tempfile.TemporaryDirectory() as scratch:
            fifo = os.path.join(scratch, "fifo")
            os.mkfifo(fifo)
            host = Path(scratch, "host.log")
            host.write_text("2026-11-21T20:01:11Z sshd: hello\n")
            for arguments in (["read", fifo], ["read", "--follow", fifo], ["timeline", fifo],
                              ["compare", "-", fifo], ["correlate", fifo, host]):
                with self.subTest(arguments[0]):
                    child = subprocess.Popen([BOOTPROBE, *arguments], stdin=subprocess.PIPE,
                                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                    with open(fifo, "wb") as log:
                        status = wait_for_filter(child)
                        self.assertRegex(status, r"\nCapEff:\t0+\n")
                        self.assertRegex(status, r"\nNoNewPrivs:\t1\n")
                        log.write(end + b"\n")
                    child.communicate(end)
                    self.assertIn(child.returncode, (0, 1, 2))

    @unittest.skipUnless(shutil.which("strace"), "no strace(1)")
    def test_what_is_hashed_has_a_seed_that_nobody_knows(self):
        """Where that cannot be read, a guest that knows when somebody reads its report could make names that
        all hash alike."""
        with tempfile.TemporaryDirectory() as scratch:
            file, trace = Path(scratch, "report"), Path(scratch, "trace")
            file.write_bytes(report("x", True))
            for verb in (["read"], ["timeline"], ["compare", file]):
                subprocess.run(["strace", "-o", trace, "-e", "trace=openat", BOOTPROBE, *verb, file],
                               capture_output=True, timeout=60)
                self.assertRegex(trace.read_text(), r"/dev/urandom.* = [0-9]+\n")

    def test_counters_at_both_ends(self):
        """What grew, and what differs, between the least and the most that a number can be."""
        def log(*values):
            heartbeats = [seal(b'{"bootprobe":1,"boot":"%s","seq":%d,"t":%d,"type":"heartbeat","number":%d,"at":%d,'
                               b'"progress":%d,"interval_us":5000000,"processes":%d' %
                               (BOOT.encode(), 3 + n, 5 + n, n, 5 + n, 4 + n, value)) for n, value in enumerate(values)]
            rows = [seal(b'{"bootprobe":1,"boot":"%s","seq":1,"t":1,"type":"begin"' % BOOT.encode()),
                    seal(b'{"bootprobe":1,"boot":"%s","seq":2,"t":1,"type":"platform","memory_kib":%d' %
                         (BOOT.encode(), values[0])), *heartbeats]
            return b"\n".join(rows) + b"\n"

        least, most = -2**63, 2**63 - 1
        with tempfile.TemporaryDirectory() as scratch:
            one, other = Path(scratch, "one"), Path(scratch, "other")
            one.write_bytes(log(least, 12, most, least))
            other.write_bytes(log(most, -1))
            for arguments in (["timeline", one], ["compare", one, other], ["compare", other, one]):
                with self.subTest(arguments[0]):
                    done = subprocess.run([BOOTPROBE, *arguments], capture_output=True, timeout=60)
                    self.assertIn(done.returncode, (0, 1, 2))
                    self.assertEqual(done.stderr, b"")
                    self.assertTrue(done.stdout)

    def test_a_name_of_a_file(self):
        for verb in (["read"], ["read", "--follow"], ["timeline"], ["compare", "/dev/null"], ["correlate", "/dev/null"], ["acpi"], ["gpt"], ["explain"]):
            done = subprocess.run([BOOTPROBE, *verb, "no\x1b[31msuch\u202e"], capture_output=True)
            self.assertEqual((done.returncode, done.stdout), (2, b""))
            self.assert_clean(done.stderr, [])


if __name__ == "__main__":
    SCHEMAS = sys.argv.pop(2)
    BOOTPROBE = sys.argv.pop(1)
    unittest.main(verbosity=1)
