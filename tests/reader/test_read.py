#!/usr/bin/python3
"""Tests of `bootprobe read` and `show`: test_read.py BOOTPROBE [unittest arguments]"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from report_lines import (BOOT, failing, finding, healthy, journal_entry, kmsg_escaped, line,
                          text)

CAPTURES = HERE / "captures"
BOOTPROBE = None
JOURNAL_REMOTE = "/lib/systemd/systemd-journal-remote"
# Of the tests below that wait for something.
PATIENCE_S = 30


def run(*arguments, stdin=b"", env=None, verb="read"):
    return subprocess.run([BOOTPROBE, verb, *map(str, arguments)], input=stdin, capture_output=True,
                          timeout=120, env={**os.environ, "TERM": "xterm", **(env or {})})


def capture(name):
    return (CAPTURES / name).read_bytes()


def summary(stdin, *arguments):
    done = run("--json", *arguments, stdin=stdin)
    return json.loads(done.stdout)


class Input(unittest.TestCase):
    """Reports out of every kind of log."""

    def assert_whole(self, log, records=41):
        done = run("--json", stdin=log)
        self.assertEqual(done.stderr, b"")
        got = json.loads(done.stdout)
        self.assertEqual((got["missing"], got["damaged"], got["ended"]), ([], [], True))
        self.assertEqual(got["records"], records)
        return got

    def records(self):
        return capture("console-records-virtio.jsonl").splitlines()

    def whole(self):
        return len([r for r in self.records() if b'"cont":' not in r])

    def test_a_virtio_file(self):
        got = self.assert_whole(capture("console-records-virtio.jsonl"), self.whole())
        self.assertEqual(got["verdict"], "OK")

    def test_a_serial_capture(self):
        self.assert_whole(capture("console-records-serial.log"), self.whole())

    def test_dmesg_with_priorities(self):
        self.assert_whole(capture("console-records-kmsg.log"), self.whole())

    def test_kernel_stamps_escape_sequences_and_crlf(self):
        self.assert_whole(text(self.records(), b"\x1b[32m[    3.123456] \x1b[0m\x1b[33mbootprobe: "
                                               b"\x1b[0m%s\x1b[K\r\r\n"), self.whole())

    @unittest.skipUnless(shutil.which("dmesg"), "no dmesg")
    def test_dmesg_itself(self):
        for options in ([], ["-T"], ["-x"], ["-r"], ["-H"], ["--color=always"],
                        ["--time-format=iso"]):
            with self.subTest(options):
                log = subprocess.run(["dmesg", "-F", CAPTURES / "console-records-kmsg.log", *options],
                                     check=True, capture_output=True).stdout
                self.assert_whole(log, self.whole())

    def test_dmesg_t(self):
        self.assert_whole(text(self.records(), b"[Sat Nov 21 13:51:53 2026] bootprobe: %s\n"),
                          self.whole())

    def test_kmsg_as_the_kernel_writes_it(self):
        self.assert_whole(text([kmsg_escaped(r) for r in self.records()],
                               b"31,9,2,-;bootprobe: %s\n"), self.whole())

    @unittest.skipUnless(os.path.exists(JOURNAL_REMOTE) and shutil.which("journalctl"), "no journal")
    def test_journalctl(self):
        with tempfile.TemporaryDirectory() as folder:
            journal = f"{folder}/x.journal"
            entries = b"".join(journal_entry(r, i) for i, r in enumerate(self.records()))
            subprocess.run([JOURNAL_REMOTE, "-o", journal, "-"], input=entries, check=True,
                           capture_output=True)
            for format_ in ("short", "short-iso", "cat", "verbose", "json", "json-pretty",
                            "json-sse", "json-seq", "export"):
                with self.subTest(format_):
                    log = subprocess.run(["journalctl", "--file", journal, "-o", format_, "--all"],
                                         check=True, capture_output=True).stdout
                    self.assert_whole(log, self.whole())

    def test_byte_arrays(self):
        entries = [json.dumps({"MESSAGE": list(b"bootprobe: " + r), "PRIORITY": "7"}).encode()
                   for r in self.records()]
        self.assert_whole(text(entries), self.whole())

    def test_several_sinks_in_one(self):
        self.assert_whole(capture("console-records-serial.log") +
                          capture("console-records-virtio.jsonl") +
                          capture("console-records-kmsg.log"), self.whole())

    def test_interleaved_output_damages_one_record_and_another_sink_mends_it(self):
        records = self.records()
        half = len(records[11]) // 2
        broken = list(records)
        broken[11] = records[11][:half] + b"[    3.2] usb 1-1: new device\r\n" + records[11][half:]
        got = summary(text(broken))
        self.assertEqual([d["seq"] for d in got["damaged"]], [12])
        self.assertEqual(got["missing"], [])
        self.assert_whole(text(broken) + records[11], self.whole())

    def test_missing_records_are_named(self):
        records = self.records()
        got = summary(text(records[2:9] + records[12:-1]))
        self.assertEqual(got["missing"], [{"first": 1, "last": 2}, {"first": 10, "last": 12}])
        self.assertFalse(got["ended"])
        page = run(stdin=text(records[2:9] + records[12:])).stdout.decode()
        self.assertRegex(page, r"missing +1-2, 10-12\n")
        self.assertRegex(page, r"^INCOMPLETE  ")

    def test_several_boots(self):
        log = text(healthy("aaaaaaaa") + healthy("bbbbbbbb"))
        self.assertEqual(summary(log)["boot"], "bbbbbbbb")
        self.assertEqual(summary(log, "--boot", "aaaaaaaa")["boot"], "aaaaaaaa")
        listed = run("--boots", stdin=log)
        self.assertEqual([row.split()[0] for row in listed.stdout.splitlines()],
                         [b"aaaaaaaa", b"bbbbbbbb"])
        self.assertEqual([b["boot"] for b in json.loads(run("--boots", "--json", stdin=log).stdout)],
                         ["aaaaaaaa", "bbbbbbbb"])
        self.assertEqual(run("--boot", "cccccccc", stdin=log).returncode, 2)

    def test_a_second_report_of_a_boot(self):
        log = text(healthy(t=1) + healthy(t=9))
        self.assertEqual(summary(log)["report"], 2)
        self.assertEqual(summary(log, "--boot", BOOT + "/1")["report"], 1)
        self.assertIn(BOOT.encode() + b"/2", run("--boots", stdin=log).stdout)

    def require_limits(self):
        """A sanitizer reserves more than any limit."""
        if subprocess.run(["sh", "-c", "ulimit -v 400000; exec \"$1\" --version", "sh", BOOTPROBE],
                          capture_output=True).returncode:
            self.skipTest("does not run in 400 MB at all")

    def test_long_input_takes_bounded_memory(self):
        """A gigabyte is out of proportion here; what is kept does not grow with the length."""
        self.require_limits()
        script = "ulimit -v 400000; exec \"$@\""
        for name, piece, count in (
                ("zeroes", bytes(1 << 20), 192),
                ("one line", b"x" * (1 << 20), 192),
                ("open records", b'{"bootprobe":1,"boot":"5a1f09c3","seq":9,' * 20000, 100),
                ("invalid UTF-8", b"\xff\xfe\n" * 300000, 100)):
            with self.subTest(name):
                child = subprocess.Popen(["sh", "-c", script, "sh", BOOTPROBE, "read", "--json"],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE)
                for _ in range(count):
                    child.stdin.write(piece)
                out, err = child.communicate(b"\n" + text(healthy()), timeout=120)
                self.assertEqual((json.loads(out)["records"], err), (3, b""))

    def test_more_records_than_are_kept(self):
        self.require_limits()
        lines = (line(i, "uart", {"name": f"ttyS{i}", "a": [1] * 50}) for i in range(1, 150001))
        child = subprocess.Popen(["sh", "-c", "ulimit -v 700000; exec \"$@\"", "sh", BOOTPROBE,
                                  "read"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
        out, err = child.communicate(text(lines), timeout=300)
        self.assertEqual(err, b"")
        self.assertRegex(out.decode(), r"left out +\d+ records are more than what is kept")


class Verdicts(unittest.TestCase):
    def assert_status(self, lines, status, verdict):
        done = run(stdin=text(lines))
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertTrue(done.stdout.startswith(verdict + b"  "), done.stdout)
        return done.stdout.decode()

    def test_exit_status(self):
        self.assert_status(healthy(), 0, b"OK")
        self.assert_status(failing(), 1, b"FAIL")
        self.assert_status(failing()[:3], 1, b"FAIL")
        self.assert_status(healthy()[:2], 2, b"INCOMPLETE")
        self.assert_status([line(1, "begin"), line(2, "end", {"phase": "now", "records": 2})], 2,
                           b"INCOMPLETE")
        # Nothing wrong was found in what is here: what is missing may say otherwise.
        self.assert_status(healthy()[:1] + healthy()[2:], 2, b"INCOMPLETE")
        self.assert_status([line(1, "begin"), finding(2, "warning"),
                            line(3, "end", {"errors": 0, "warnings": 1, "findings": [2]})], 0,
                           b"WARNING")
        self.assertEqual(run(stdin=b"nothing\n").returncode, 2)
        self.assertIn(b"no report", run(stdin=b"nothing\n").stderr)

    def test_an_end_that_names_a_lost_error_fails(self):
        lines = failing()
        page = self.assert_status(lines[:2] + lines[3:], 1, b"FAIL")
        self.assertRegex(page, r"missing +3\n")

    def test_the_page_tells_the_story_in_order(self):
        page = self.assert_status(failing(), 1, b"FAIL")
        places = [page.index(words) for words in (
            "FAIL  the console ttyS0 has no UART", "console.phantom", "Because",
            "a write of no", "Change this", "qm set VMID --serial0 socket",
            "What follows from it", "console.closed", "Besides", "root.late")]
        self.assertEqual(places, sorted(places))

    def test_parts_stand_behind_their_own_leader(self):
        ids = (("warning", "gpt.backup-misplaced", None), ("info", "console.healed", None),
               ("info", "root.late", None), ("info", "console.phantom", "console.healed"),
               ("info", "console.no-uart", "console.phantom"), ("info", "gpt.no-room",
                                                                "gpt.backup-misplaced"),
               ("info", "root.a", "root.b"), ("info", "root.b", "root.a"), ("info", "x", "lost"))
        lines = [line(1, "begin"), *(finding(2 + i, severity, id_, subject="", **(
            {"part_of": leader} if leader else {})) for i, (severity, id_, leader) in enumerate(ids))]
        end = line(11, "end", {"phase": "finish", "errors": 0, "warnings": 1,
                               "findings": list(range(2, 11))})
        page = self.assert_status(lines + [end], 0, b"WARNING")
        places = [page.index(words) for words in (
            "gpt.backup-misplaced", "What follows from it", "gpt.no-room: ", "\nBesides\n",
            "console.healed: ", "console.phantom: ", "console.no-uart: ", "root.late: ")]
        self.assertEqual(places, sorted(places))
        for id_ in ("root.a", "root.b", "x"):
            self.assertGreater(page.find(f" {id_}: "), page.index("\nBesides\n"), page)
        self.assertEqual(page.count("What follows from it"), 1)

    def test_real_pages(self):
        page = run(CAPTURES / "growroot-trap-virtio.jsonl")
        self.assertEqual(page.returncode, 1)
        self.assertIn(b"growroot.trap", page.stdout)
        self.assertIn(b"not seen to end", page.stdout)
        page = run(CAPTURES / "original-virtio.jsonl")
        self.assertIn(b"qm set VMID --serial0 socket", page.stdout)
        for one in CAPTURES.glob("*-*"):
            for row in run(one).stdout.decode().splitlines():
                self.assertLess(len(row), 80, row)

    def test_a_long_sentence_breaks_between_words(self):
        words = " ".join(f"word{i:03}" for i in range(60))
        page = run(stdin=text([line(1, "begin"), finding(2, summary=words, because=[1])])).stdout.decode()
        self.assertEqual(re.findall(r"word\d+", page), words.split())
        self.assertTrue(all(len(row) < 80 for row in page.splitlines()))

    def test_at_most_six_sound_lines(self):
        page = run(CAPTURES / "console-records-virtio.jsonl").stdout.decode()
        self.assertEqual(len(page.split("\nSound\n")[1].split("\n\n")[0].splitlines()), 6)

    def test_json_says_it_all(self):
        got = summary(text(failing()))
        self.assertEqual((got["verdict"], got["errors"], got["warnings"]), ("FAIL", 1, 1))
        self.assertEqual([f["id"] for f in got["findings"]],
                         ["console.phantom", "console.closed", "root.late"])
        self.assertEqual(got["facts"]["console"][0]["empty_write"], "EIO")
        self.assertEqual(got["undecided"], ["platform.nested"])

    def test_colour(self):
        log = text(failing())
        self.assertNotIn(b"\x1b", run(stdin=log).stdout)
        self.assertIn(b"\x1b[1;31mFAIL", run("--color=always", stdin=log).stdout)
        self.assertNotIn(b"\x1b", run("--color=never", stdin=log).stdout)
        for env, has_colour in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
            with self.subTest(env), tempfile.NamedTemporaryFile() as file:
                file.write(log)
                file.flush()
                master, slave = os.openpty()
                subprocess.run([BOOTPROBE, "read", file.name], stdout=slave, check=False,
                               env={"PATH": os.environ["PATH"], "TERM": "xterm", **env})
                os.close(slave)
                self.assertEqual(b"\x1b[" in os.read(master, 65536), has_colour)
                os.close(master)

    def test_records_in_words(self):
        for type_, members, words in (
                ("device", {"bus": "pci", "name": "0000:00:03.0", "role": "storage", "bound": False,
                            "module": "virtio_pci", "state": "module-file"},
                 "pci device 0000:00:03.0 (storage): no driver, module virtio_pci is not loaded"),
                ("device", {"bus": "pci", "name": "x", "bound": False, "state": "missing"},
                 "pci device x: no driver, its module is missing"),
                ("console", {"name": "/dev/console", "device": "ttyS0", "open": "ok",
                             "empty_write": "EIO"},
                 "/dev/console is ttyS0: opening it: ok, a write of no bytes: EIO"),
                ("root", {"spec": "UUID=1", "device_count": 0},
                 "root=UUID=1: no device bears that name"),
                ("root", {"kind": "virtiofs", "spec": "r", "device_count": 1, "devices": ["virtio4"],
                          "since": 2.5, "mounted": 3.75, "mount_us": 1250000},
                 "root=r: virtio4, there at 2.500 s, mounted at 3.750 s, 1.250 s after that"),
                ("root", {"kind": "9p", "spec": "r", "device_count": 1, "devices": ["virtio4"],
                          "mounted": 3.75, "mount_us": 500000},
                 "root=r: virtio4, mounted at 3.750 s, 0.500 s after bootprobe began"),
                ("root", {"kind": "nfs", "spec": "nfs:10.0.0.1:/srv", "device_count": 0},
                 "root=nfs:10.0.0.1:/srv"),
                ("root", {"kind": "fstab", "spec": "fstab", "device_count": 0,
                          "in_memory": "tmpfs"}, "root=fstab: tmpfs, in memory"),
                ("root", {"kind": "none", "device_count": 0, "in_memory": "initramfs"},
                 "root=(nothing): initramfs, no stage 2 follows"),
                ("block", {"name": "sda", "size_bytes": 21474836480, "transport": "virtio-scsi",
                           "header_reads": [{"what": "mbr", "error": "EIO"}]},
                 "disk sda: 20 GiB virtio-scsi, reading its mbr: EIO"),
                ("later.type", {"what": "this"}, "later.type what this")):
            log = text([line(1, "begin"), line(2, type_, members), finding(3, because=[2])])
            page = " ".join(run(stdin=log).stdout.decode().split())
            self.assertRegex(page, "Because " + re.escape(words) + " Change")

    def test_a_folder_of_the_host(self):
        root = {"kind": "virtiofs", "spec": "r", "device_count": 1, "devices": ["virtio4"]}
        for members, words in (({}, "root=r is virtio4 (virtiofs)\n"),
                               ({"mounted": 3.75, "mount_us": 1250000},
                                "root=r is virtio4 (virtiofs), mounted after 1.250 s\n")):
            log = text([line(1, "begin"), line(2, "root", root | members),
                        line(3, "end", {"phase": "finish", "records": 3, "errors": 0, "warnings": 0})])
            self.assertIn(words, run(stdin=log).stdout.decode())

    def test_usage(self):
        for arguments in (["--nonsense"], ["a", "b"], ["--output=yaml"], ["--color=red"],
                          ["--json", "--output=json"], ["--follow", "--json"],
                          ["--boots", "--output=json"], ["--started=x"], ["--boot"]):
            with self.subTest(arguments):
                done = run(*arguments)
                self.assertEqual((done.returncode, done.stdout), (2, b""))
                self.assertIn(b"Try 'bootprobe read --help'.", done.stderr)
        for path in ("/nowhere", "/"):
            done = run(path)
            self.assertEqual(done.returncode, 2)
            self.assertTrue(done.stderr.startswith(b"bootprobe read: " + path.encode() + b": "))
        done = run("--boot", "latest", stdin=text(healthy()))
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"8 hex digits", done.stderr)


class ConsoleText(unittest.TestCase):
    """What the guest wrote to its console: among the records, numbered by itself, and never of them."""

    @staticmethod
    def said(seq, words, **members):
        return line(seq, "console.text", {"text": words, **members} if words else members, t=seq)

    def log(self):
        records = failing()
        said = [self.said(1, "GROWROOT: CHANGED"), self.said(2, "login: ", open=True), self.said(3, "root"),
                self.said(4, "\x1b[2J\u009b", dropped_bytes=300)]
        # A port that was read twice has all of it twice.
        return text([records[0], said[0], *records[1:4], said[1], said[2], *records[4:], said[3], *said])

    def test_by_itself(self):
        done = run("--console", stdin=self.log())
        self.assertEqual((done.returncode, done.stdout), (0, (
            b"GROWROOT: CHANGED\nlogin: root\n[300 bytes lost]\n\\u001b[2J\\u009b\n")))

    def test_the_report_is_as_without_it(self):
        self.assertEqual(run(stdin=self.log()).stdout, run(stdin=text(failing())).stdout)

    def test_among_the_rest(self):
        done = run("--follow", stdin=self.log())
        self.assertEqual(done.stdout.count(b"   1.000 s  | GROWROOT: CHANGED\n"), 1)
        self.assertEqual(done.stdout.count(b"   3.000 s  | root\n"), 1)

    def test_none(self):
        done = run("--console", stdin=text(failing()))
        self.assertEqual((done.returncode, done.stdout), (2, b""))
        self.assertIn(b"holds nothing that was written to a console", done.stderr)

    def test_of_another_boot(self):
        other = line(1, "console.text", {"text": "other"}, boot="0badcafe", t=1)
        done = run("--console", "--boot", BOOT, stdin=text([other, self.said(1, "ours")]))
        self.assertEqual(done.stdout, b"ours\n")
        done = run("--console", stdin=text([self.said(1, "ours"), self.said(2, "log", open=True), other,
                                            self.said(3, "in:")]))
        self.assertEqual(done.stdout, b"ours\nlog\n[boot 0badcafe]\nother\n[boot %s]\nin:\n" % BOOT.encode())


class Follow(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = f"{self.folder.name}/port"

    def start(self, *arguments, **more):
        child = subprocess.Popen([BOOTPROBE, "read", "--follow", *arguments],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.stderr.close)
        return child

    def await_text(self, child, wanted):
        """Reads until it is there."""
        got = b""
        timer = threading.Timer(PATIENCE_S, child.kill)
        timer.start()
        while wanted not in got:
            piece = os.read(child.stdout.fileno(), 4096)
            self.assertTrue(piece, got)
            got += piece
        timer.cancel()
        return got

    def test_a_socket(self):
        server = socket.socket(socket.AF_UNIX)
        self.addCleanup(server.close)
        server.bind(self.path)
        server.listen()
        child = self.start(self.path)
        guest, _ = server.accept()
        lines = failing()
        guest.sendall(text(lines[:3]))
        self.await_text(child, b"console.phantom")
        guest.sendall(text(lines[3:]))
        self.await_text(child, b"FAIL  ")
        guest.close()
        self.assertEqual(child.wait(PATIENCE_S), 1)

    def test_a_socket_that_nobody_listens_on(self):
        server = socket.socket(socket.AF_UNIX)
        server.bind(self.path)
        server.close()
        child = self.start(self.path)
        self.assertEqual(child.wait(PATIENCE_S), 2)
        self.assertIn(b"does the VM run?", child.stderr.read())

    def test_a_growing_file_to_its_end(self):
        lines = failing()
        with open(self.path, "wb", buffering=0) as file:
            file.write(text(lines[:2]))
            child = self.start(self.path)
            self.await_text(child, b"ttyS0")
            self.assertIsNone(child.poll())
            file.write(text(lines[2:]))
        self.await_text(child, b"FAIL  ")
        self.assertEqual(child.wait(PATIENCE_S), 1)

    def test_after_a_stall_it_goes_on(self):
        lines = [line(1, "begin"), line(2, "end", {"phase": "stall", "records": 2, "errors": 0,
                                                   "warnings": 0})]
        with open(self.path, "wb", buffering=0) as file:
            file.write(text(lines))
            child = self.start(self.path)
            self.await_text(child, b"had not gone on")
            time.sleep(2)
            self.assertIsNone(child.poll())
            file.write(line(3, "end", {"phase": "finish", "records": 3, "errors": 0,
                                       "warnings": 0}) + b"\n")
        self.assertEqual(child.wait(PATIENCE_S), 0)

    def follow_behind_finish(self, *records):
        """Of a file with an end of stage 1, in which PID 1 has not ended yet."""
        lines = [line(1, "begin"), *records]
        count = len(lines) + 1
        lines.append(line(count, "end", {"phase": "finish", "records": count, "errors": 0,
                                         "warnings": 0}))
        with open(self.path, "wb", buffering=0) as file:
            file.write(text(lines))
        return self.start(self.path), count

    def test_while_the_recorder_watches_it_goes_on(self):
        config = line(2, "config", {"record": "exit"})
        watching = line(2, "recorder", {"state": "watching", "seize": "ok"})
        for phase, errors in (("exit", 1), ("up", 0)):
            for record in (config, watching):
                child, count = self.follow_behind_finish(record)
                self.await_text(child, b"SO FAR  ")
                time.sleep(2)
                self.assertIsNone(child.poll(), phase)
                with open(self.path, "ab", buffering=0) as file:
                    if errors:
                        file.write(finding(count + 1, id_="pid1.exit") + b"\n")
                    file.write(line(count + 1 + errors, "end", {
                        "phase": phase, "records": count + 1 + errors, "errors": errors,
                        "warnings": 0}) + b"\n")
                self.assertEqual(child.wait(PATIENCE_S), errors)

    def test_a_recorder_that_watches_nobody_is_not_waited_for(self):
        for state, seize in (("watching", "EPERM"), ("time-over", "ok")):
            child, _ = self.follow_behind_finish(
                line(2, "config", {"record": "exit"}),
                line(3, "recorder", {"state": state, "seize": seize}))
            self.assertEqual(child.wait(PATIENCE_S), 0)

    def test_ctrl_c_shows_what_there_is(self):
        with open(self.path, "wb", buffering=0) as file:
            file.write(text(failing()[:3]))
            child = self.start(self.path)
            self.await_text(child, b"console.phantom")
            child.send_signal(signal.SIGINT)
            self.await_text(child, b"FAIL  ")
            self.assertEqual(child.wait(PATIENCE_S), 1)

    def test_lines_without_news_are_counted(self):
        """Whoever waits sees that something is read."""
        done = run("--follow", stdin=b"noise\n" * 45000 + text(healthy()))
        counted = [int(n) for n in re.findall(rb"(\d+) lines of the log without news", done.stdout)]
        self.assertEqual(done.returncode, 0)
        self.assertEqual(len(counted), 3, counted)
        self.assertTrue(all(b >= 2 * a for a, b in zip(counted, counted[1:])), counted)

    def test_many_news_never_end_it(self):
        """More different lines than are remembered."""
        lines = [line(i, "root", {"spec": f"UUID={i}", "device_count": 0}) for i in range(1, 12001)]
        done = run("--follow", stdin=text(lines))
        self.assertIn(b"root=UUID=12000: no device", done.stdout)
        self.assertEqual(done.stdout.count(b" s  root=UUID="), 12000)

    def test_a_name_is_escaped(self):
        done = run("--follow", "no\x1b[2Jsuch")
        self.assertEqual((done.returncode, done.stderr), (2, b"bootprobe read: no\\u001b[2Jsuch: No such file or directory\n"))
        self.assertEqual(run("").stderr, b'bootprobe read: "": No such file or directory\n')

    def test_standard_input_and_no_line_twice(self):
        lines = failing()
        again = finding(7, n=1)
        log = text(lines)
        done = run("--follow", stdin=log + again + b"\n" + log)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout.count(b"error console.phantom"), 1)
        self.assertEqual(done.stdout.count(b"FAIL  "), 1)
        self.assertEqual(run("--follow", stdin=b"").returncode, 2)


class Show(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        (self.root / "bin").mkdir()

    def show(self, *arguments):
        return run(*arguments, verb="show", env={"BOOTPROBE_ROOT": str(self.root),
                                                 "PATH": str(self.root / "bin")})

    def put(self, path, content):
        path = self.root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def test_the_file_first(self):
        self.put("run/bootprobe/report.jsonl", text(healthy()))
        self.put("dev/kmsg", text(failing()))
        self.assertEqual(self.show().returncode, 0)

    def test_the_kernel_log_next(self):
        self.put("dev/kmsg", text([kmsg_escaped(r) for r in failing()], b"31,9,2,-;bootprobe: %s\n"))
        self.assertEqual(self.show().returncode, 1)

    def test_the_journal_last(self):
        self.put("log", b"".join(json.dumps({"MESSAGE": f"bootprobe: {r.decode()}"}).encode() + b"\n"
                                 for r in failing()))
        self.put("bin/journalctl", f"#!/bin/sh\n[ \"$*\" = '-b -k -o json --no-pager -q' ] && "
                                   f"while read -r l; do printf '%s\\n' \"$l\"; done <{self.root}/log\n"
                 .encode())
        (self.root / "bin/journalctl").chmod(0o755)
        self.assertEqual(self.show().returncode, 1)

    def test_another_boot_does_not_count(self):
        self.put("proc/sys/kernel/random/boot_id", b"aaaaaaaa-0000-4000-8000-000000000000\n")
        self.put("dev/kmsg", text(healthy("bbbbbbbb")))
        self.assertEqual(self.show().returncode, 2)
        self.put("dev/kmsg", text(healthy("aaaaaaaa") + healthy("bbbbbbbb")))
        done = self.show("--json")
        self.assertEqual(json.loads(done.stdout)["boot"], "aaaaaaaa")

    def test_none(self):
        done = self.show()
        self.assertEqual(done.returncode, 2)
        for words in (b"report.jsonl: No such file", b"/dev/kmsg: No such file", b"journalctl",
                      b"kernel command line"):
            self.assertIn(words, done.stderr)


class Fleet(unittest.TestCase):
    """Outputs for other programs."""

    def test_records_come_back_as_they_were(self):
        log = capture("original-virtio.jsonl")
        self.assertEqual(run("--output=records", stdin=log).stdout, log)

    def test_json_is_flat(self):
        done = run("--output=json", "--started=1795000000", stdin=capture("original-virtio.jsonl"))
        rows = [json.loads(row) for row in done.stdout.splitlines()]
        self.assertGreater(len(rows), 20)
        for row in rows:
            self.assertLessEqual({"boot", "seq", "time", "type"}, set(row))
            self.assertFalse([v for v in row.values() if isinstance(v, (dict, list))])
        self.assertRegex(rows[0]["time"], r"^2026-11-18T\d\d:\d\d:\d\d\.\d{6}Z$")
        self.assertIsInstance(json.loads(
            [r for r in rows if r["type"] == "finding"][0]["fix"]), list)

    def test_prometheus(self):
        names, series, types = set(), set(), {}
        done = run("--output=prometheus", stdin=capture("original-virtio.jsonl"))
        self.check_prometheus(done.stdout)
        self.assertIn(b'bootprobe_verdict{boot="52c750ac",verdict="WARNING"} 1\n', done.stdout)
        self.assertRegex(done.stdout, rb'bootprobe_finding\{[^}]*id="console.phantom"')
        # two of the same would be two series of the same name
        hostile = [line(1, "begin"), finding(2, subject='a"b\\c\nd'), finding(3, subject="é"),
                   finding(4, subject="é", n=1),
                   line(5, "end", {"errors": 2, "warnings": 0, "findings": [2, 3, 2, 3, 4]})]
        done = run("--output=prometheus", stdin=text(hostile))
        self.check_prometheus(done.stdout)
        self.assertIn(rb'subject="a\"b\\c\\u000ad"', done.stdout)

    def check_prometheus(self, output):
        """The text exposition format 0.0.4, strictly; and by promtool where it is."""
        sample = re.compile(r'([a-z_]+)\{((?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)*)\} (-?[\d.e+-]+)')
        seen, current, closed = set(), None, set()
        self.assertTrue(output.endswith(b"\n"))
        for row in output.decode("ascii").splitlines():
            if row.startswith("#"):
                kind, name = row.split()[1:3]
                self.assertIn(kind, ("HELP", "TYPE"))
                if kind == "HELP":
                    self.assertNotIn(name, closed)
                    closed.add(name)
                    current = name
                else:
                    self.assertEqual((name, row.split()[3]), (current, "gauge"))
                continue
            match = sample.fullmatch(row)
            self.assertTrue(match, row)
            self.assertEqual(match[1], current)
            self.assertNotIn((match[1], match[2]), seen)
            seen.add((match[1], match[2]))
            float(match[3])
        if shutil.which("promtool"):
            subprocess.run(["promtool", "check", "metrics"], input=output, check=True)

    @unittest.skipUnless(os.path.exists(JOURNAL_REMOTE) and shutil.which("journalctl"), "no journal")
    def test_the_journal_takes_and_gives_it(self):
        with tempfile.TemporaryDirectory() as folder:
            journal = f"{folder}/x.journal"
            log = capture("original-virtio.jsonl")
            done = run("--output=journal", "--started=1795000000", stdin=log)
            subprocess.run([JOURNAL_REMOTE, "-o", journal, "-"], input=done.stdout, check=True,
                           capture_output=True)
            rows = [json.loads(row) for row in subprocess.run(
                ["journalctl", "--file", journal, "-o", "json", "--all"], check=True,
                capture_output=True).stdout.splitlines()]
            self.assertEqual(len(rows), summary(log)["records"])
            self.assertEqual(rows[0]["BOOTPROBE_TYPE"], "begin")
            found = [r for r in rows if r.get("BOOTPROBE_ID") == "console.phantom"][0]
            self.assertEqual((found["PRIORITY"], found["SYSLOG_IDENTIFIER"]), ("4", "bootprobe"))
            self.assertIn("no UART behind it", found["MESSAGE"])
            for format_ in ("json", "export"):
                back = subprocess.run(["journalctl", "--file", journal, "-o", format_, "--all"],
                                      check=True, capture_output=True).stdout
                self.assertEqual(run("--output=records", stdin=back).stdout, log)


if __name__ == "__main__":
    BOOTPROBE = sys.argv.pop(1)
    unittest.main(verbosity=1)
