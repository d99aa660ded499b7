#!/usr/bin/python3
"""What read, timeline, compare and the exports make of a boot that was recorded:
test_recording.py BOOTPROBE [unittest arguments]"""

import json
import os
import pty
import re
import subprocess
import sys
import tempfile
import threading
import unittest
import xml.etree.ElementTree as ET
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import made_report
from made_report import TRAP, Report, recording
from report_lines import finding, healthy, line, text

BOOTPROBE = None
PANICKED = TRAP | {"summary": "this boot panicked (exitcode 0x00000200): growroot enlarged sda1"}
EXIT = {"id": "pid1.exit", "severity": "error", "subject": "init",
        "summary": "PID 1 ended, and the kernel panics of it: init called open of x: ENOENT"}
OVERLAP = {"id": "gpt.overlap", "severity": "error", "subject": "sdb",
           "summary": "partitions of sdb overlap: 1 and 2"}


def run(verb, *arguments, stdin=b"", env=None):
    return subprocess.run([BOOTPROBE, verb, *map(str, arguments)], input=stdin, capture_output=True,
                          timeout=120, env={**os.environ, "LC_ALL": "C", **(env or {})})


def page(log, verb="read", *arguments):
    return run(verb, *arguments, stdin=log).stdout.decode()


def story(log):
    """The section of the page: what was when, each on one line; "" where the line has no time."""
    entries = []
    for row in page(log).partition("\nThe boot\n")[2].split("\n\n")[0].splitlines():
        assert len(row) < 80, row
        when, words = row[2:13].strip(), row[13:].strip()
        # Further words of an entry and an entry without a time stand alike: these have a verb.
        if when or re.match(r"(whether \S+|\S+) (came|did|holds)|stage 1 had|and \d+ more", words):
            entries.append([when, words])
        else:
            entries[-1][1] += " " + words
    return [tuple(entry) for entry in entries]


def renumbered(rows, first):
    """The same records behind others."""
    found = []
    for at, row in enumerate(map(json.loads, rows), first):
        type_, t = row["type"], row["t"]
        members = {key: value for key, value in row.items()
                   if key not in ("bootprobe", "boot", "seq", "t", "type", "crc")}
        found.append(line(at, type_, members, t=t))
    return found


class Story(unittest.TestCase):
    def test_what_came_true(self):
        told = story(recording("exit", predicted=[TRAP], handed_off=False, beats=0, at=15.6,
                               findings=[PANICKED, EXIT | {"part_of": "growroot.trap"}]))
        self.assertEqual(told, [
            ("4.600 s", "stage 1 predicts growroot.trap: this boot will panic (exitcode 0x00000200 or "
                        "0x00000100)"),
            ("15.580 s", "PID 1 (init) ended: exit status 2, exitcode=0x00000200; the kernel panics"),
            ("", "growroot.trap came true")])

    def test_what_did_not(self):
        told = story(recording("up", predicted=[TRAP]))
        self.assertEqual(told[1:], [
            ("5.100 s", "stage 1 is done, stage 2 begins"),
            ("41.000 s", "the boot came up all the same (agetty runs); longest: apt-daily.service "
                         "12.100 s, ssh.service 3.000 s"),
            ("", "growroot.trap did not come true")])

    def test_what_holds_and_does_no_harm(self):
        told = story(recording("up", predicted=[OVERLAP], findings=[OVERLAP]))
        self.assertEqual(told[-1], ("", "gpt.overlap holds, and did not keep the boot from coming up"))

    def test_what_healing_undid(self):
        log = recording("up", predicted=[TRAP]).splitlines()
        healed = {"console": "ttyS0", "target": "tty1", "outcome": "ok"}
        for members, is_healed in ((healed, True), (healed | {"undone": True}, False),
                                   (healed | {"outcome": "EPERM"}, False)):
            report = text([*log[:8], line(9, "console.redirect", members, t=4.7), *renumbered(log[8:], 10)])
            told = story(report)
            self.assertEqual(told[1][0], "4.700 s")
            self.assertEqual(told[-1][1], "growroot.trap did not come true" +
                             (", since the console was healed" if is_healed else ""))
        self.assertNotIn("healed", story(recording("up", predicted=[OVERLAP]))[-1][1])

    def test_healing_without_a_recorder(self):
        log = [line(1, "begin"), line(2, "finding", TRAP),
               line(3, "console.redirect", {"console": "ttyS0", "target": "tty1", "outcome": "ok"}),
               line(4, "end", {"phase": "finish", "errors": 0, "warnings": 0, "findings": []})]
        self.assertEqual(story(text(log))[-1],
                         ("", "growroot.trap did not come true, since the console was healed"))
        self.assertEqual(story(text(log[:2] + log[3:])), [])

    def test_an_end_that_is_of_something_else(self):
        told = story(recording("exit", predicted=[OVERLAP], findings=[EXIT, OVERLAP]))
        self.assertEqual(told[-1], ("", "gpt.overlap holds, and is not what PID 1 ended of"))

    def test_a_pid_1_that_stands_still(self):
        """There is no panic, and no exit status: what it said is all that there is."""
        frozen = {"id": "pid1.frozen", "severity": "error", "subject": "systemd",
                  "summary": "PID 1 stands still for ever, and the kernel does not panic of it"}
        log = text([line(1, "begin"),
                    line(2, "recorder", {"state": "frozen", "seize": "ok", "ended": 15.1}),
                    line(3, "pid1", {"wait_status": 6, "frozen": True, "at": 15.1, "comm": "systemd",
                                     "message": "Unit rescue.target not found."}),
                    line(4, "finding", frozen | {"because": [3]}),
                    line(5, "end", {"phase": "frozen", "errors": 1, "warnings": 0, "findings": [4]})])
        self.assertIn(("15.100 s", "PID 1 stands still for ever: Unit rescue.target not found."), story(log))
        self.assertIn("PID 1 was systemd; stands still for ever, hit by SIGABRT", page(log))
        self.assertNotIn("exit status", page(log))

    def test_an_end_that_nobody_predicted(self):
        self.assertEqual(story(recording("exit", findings=[EXIT]))[-1],
                         ("", "stage 1 had predicted nothing of it"))
        self.assertNotIn("predicted nothing", page(recording("up")))

    def test_what_was_said_when_it_was_there_predicts_nothing(self):
        """The last pass judges once more, and what is part of another story leads none."""
        told = story(recording("exit", predicted=[EXIT | {"part_of": "x"}, dict(OVERLAP, severity="warning")],
                               findings=[OVERLAP, EXIT]))
        self.assertNotIn("gpt.overlap", str(told))
        rows = recording("exit", findings=[EXIT]).splitlines()
        endless = text([row for row in rows if b'"type":"pid1"' not in row and b'"state":"exit"' not in row])
        self.assertNotIn("predicts", page(endless))

    def test_not_seen(self):
        for end in ("time-over", "lost", "open"):
            findings = [TRAP] if end == "time-over" else []
            log = recording(end, predicted=[TRAP], findings=findings, handed_off=False)
            self.assertEqual(story(log)[-1], ("", "whether growroot.trap came true was not seen"), end)
        words = {end: story(recording(end))[-1][1] for end in ("time-over", "shutdown", "lost", "open")}
        self.assertEqual(words, {"time-over": "PID 1 lives, and was watched for as long as asked",
                                 "shutdown": "the machine is being shut down",
                                 "lost": "the recorder is gone: nobody watches from there on",
                                 "open": "the report ends; PID 1 lived, and was being watched"})
        self.assertTrue(page(recording("open")).startswith(
            "OK  nothing wrong was found so far; the recording has no end\n"))

    def test_the_last_heartbeat_where_nothing_else_tells(self):
        beat = ("35.000 s", "stage 2: 280 processes, 54 units; quiet 0.4 s; systemd-udevd 93 % CPU")
        self.assertIn(beat, story(recording("time-over")))
        for end in ("up", "exit"):
            self.assertNotIn(beat, story(recording(end)), end)

    def test_stalls(self):
        waits = "the device /dev/vdb (start), srv.mount (start) and 3 more jobs; jbd2/vda1-8 in fsync of " \
                "/var/log/journal/x, io_schedule"
        told = story(recording("up", stalls=[(1, 33.5)]))
        self.assertIn(("15.000 s", "nothing goes on for 18.500 s; waits for: " + waits), told)
        self.assertIn("the boot came up all the same", told[-1][1])
        told = story(recording("open", stalls=[(1, None)]))
        self.assertIn(("15.000 s", "nothing goes on from here on, for 16.000 s at least; waits for: " + waits), told)
        told = story(recording("open", stalls=[(1, None)], stuck="vda"))
        self.assertTrue(any(words.endswith("io_schedule; requests to the disk vda") for _, words in told), told)
        stalled = {"id": "boot.stalled", "severity": "error", "summary": "nothing goes on: x",
                   "part_of": "gpt.overlap"}
        told = story(recording("time-over", stalls=[(1, None)], predicted=[OVERLAP],
                               findings=[OVERLAP, stalled]))
        self.assertEqual(told[-1], ("", "gpt.overlap came true"))

    def test_a_stall_that_is_written_again_is_one(self):
        report = Report()
        made_report.start(report)
        for ended in (None, 40.0):
            made_report.stall(report, 30.0, ended=ended)
        report.end(41, phase="time-over")
        self.assertEqual(len([words for _, words in story(report.text()) if "nothing goes on" in words]), 1)
        got = json.loads(page(report.text(), "read", "--json"))["course"]
        self.assertEqual((got["stalls"], got["stalled_seconds"]), (1, 25.0))

    def test_many_stalls_and_predictions_are_bounded(self):
        many = [dict(OVERLAP, subject=f"sd{i}") for i in range(30)]
        told = story(recording("up", stalls=[(i, 31 + i) for i in range(1, 20)], predicted=many, at=60))
        self.assertLess(len(told), 16)
        self.assertIn("and 16 more times, up to here", [words for _, words in told])
        self.assertIn(("", "and 27 more predictions: see --json"), told)

    def test_circles(self):
        livelock = {"id": "boot.livelock", "severity": "error", "summary": "looper calls newfstatat"}
        self.assertIn(("41.100 s", "it goes round in circles (boot.livelock)"),
                      story(recording("time-over", calls=2, findings=[livelock])))

    def test_signals(self):
        for status, words in ((11, "killed by SIGSEGV"), (139, "killed by SIGSEGV"), (9, "killed by SIGKILL"),
                              (0x7f00, "exit status 127"), (0, "exit status 0"), (63, "killed by signal 63")):
            log = recording("exit", findings=[EXIT], wait_status=status)
            self.assertIn(f"PID 1 (init) ended: {words}, exitcode=0x{status:08x};", " ".join(page(log).split()))

    def test_a_record_that_did_not_get_through(self):
        rows = recording("exit", findings=[EXIT]).splitlines()
        log = text([row for row in rows if b'"type":"pid1"' not in row])
        self.assertIn(("41.000 s", "PID 1 ended, and what it said did not get through; the kernel panics"),
                      story(log))

    def test_evidence_is_the_end_of_what_failed(self):
        log = recording("exit", beats=0, findings=[EXIT | {"because": [9]}])
        said = " ".join(page(log).split())
        self.assertIn("PID 1 was init (/usr/bin/dash); exit status 2; before these calls 2 others failed; "
                      "init open /lib/2: ENOENT;", said)
        self.assertIn("init open /lib/5: ENOENT", said)


    def test_a_stall_of_stage_1_and_one_behind_it(self):
        """The same phase ends both passes."""
        stalled = {"phase": "stall", "errors": 0, "warnings": 0}
        for t, is_told in ((4.0, True), (20.0, False)):
            report = Report()
            made_report.start(report)
            report.add(2.0, "recorder", state="watching", seize="ok")
            if t < 5:
                report.add(t, "end", **stalled)
            report.end(5.0)
            if t > 5:
                report.add(t, "end", **stalled)
            made_report.heartbeat(report, 1, 25.0)
            report.add(26.0, "end", phase="goes-on", errors=0, warnings=0)
            self.assertEqual((f"{t:.3f} s", "stage 1 has not gone on yet") in story(report.text()), is_told)
            followed = run("read", "--follow", stdin=report.text()).stdout
            self.assertIn(b"the boot has not gone on yet\n", followed)
            self.assertIn(b"the boot has gone on again\n", followed)


class Real(unittest.TestCase):
    """Reports of VMs."""

    def story(self, name):
        return story((HERE / f"captures/{name}-virtio.jsonl").read_bytes())

    def test_a_device_that_never_comes(self):
        told = self.story("observer-device")
        self.assertEqual([words for _, words in told][:2], [
            "stage 1 is done, stage 2 begins",
            "nothing goes on from here on, for 4.094 s at least; waits for: the device /dev/disk/by-label/data "
            "(start), default.target (start)"])

    def test_circles(self):
        told = self.story("livelock-sync")
        self.assertIn("nothing goes on from here on, for 6.214 s at least, while the machine computes",
                      [words for _, words in told])
        self.assertIn("it goes round in circles (boot.livelock)", [words for _, words in told])
        drawn = page((HERE / "captures/livelock-sync-virtio.jsonl").read_bytes(), "timeline", "-")
        self.assertIn("looper fsync 346625/s", drawn)
        self.assertRegex(drawn, "for /run/state")

    def test_the_end_of_pid_1(self):
        self.assertEqual(self.story("recorder-growroot")[-1][1], "growroot.trap came true")
        told = run("read", "--follow", stdin=(HERE / "captures/recorder-growroot-virtio.jsonl").read_bytes()).stdout
        self.assertIn("; before these calls 1 other failed; ", " ".join(told.decode().split()))


class Unwatched(unittest.TestCase):
    """Reports without a recorder are told as before, but for one remark."""

    def test_nobody_watched(self):
        words = "end if it did not come up: boot again with bootprobe.record=full; nobody watched behind stage 1, " \
                "which was done 0.530 s"
        self.assertIn(words, " ".join(page(text(healthy())).split()))
        self.assertIn(words.replace("0.530", "5.000"), " ".join(page(text(
            [line(1, "begin", {"verb": "start"}), finding(2), line(3, "end", {
                "phase": "finish", "errors": 1, "warnings": 0, "findings": [2]}, t=5)])).split()))
        self.assertIn("nobody watched PID 1;", page(text(healthy()[:2])))
        for log in (recording("up"), text([*healthy()[:2], line(3, "end", {"phase": "now", "errors": 0,
                                                                           "warnings": 0})])):
            self.assertNotIn("nobody watched", page(log))

    def test_not_on_the_machine_itself(self):
        with tempfile.TemporaryDirectory() as root:
            Path(root, "run/bootprobe").mkdir(parents=True)
            Path(root, "run/bootprobe/report.jsonl").write_bytes(text(healthy()))
            done = run("show", env={"BOOTPROBE_ROOT": root})
        self.assertEqual((done.returncode, done.stdout[:4]), (0, b"OK  "))
        self.assertNotIn(b"nobody watched", done.stdout)

    def test_a_recorder_that_was_refused(self):
        refused = text([*healthy()[:2], line(3, "recorder", {"state": "watching", "seize": "EPERM"}),
                        line(4, "end", {"phase": "finish", "errors": 0, "warnings": 0})])
        self.assertEqual(story(refused), [])
        self.assertIn("  recorder   PID 1 cannot be watched: EPERM\n", page(refused))
        self.assertNotIn("  recorder ", page(recording("up")))

    def test_parameters_that_were_not_understood(self):
        log = text([line(1, "begin"), line(2, "config", {"problems": ["stall=x: no time", "sinks: y"]}),
                    line(3, "end", {"phase": "now", "errors": 0, "warnings": 0})])
        self.assertIn("  parameters not understood: stall=x: no time; sinks: y\n", page(log))


class GaveUp(unittest.TestCase):
    """An emergency shell: somebody ended stage 1, and there is no root."""

    def log(self, mounted):
        return text([line(1, "begin", {"verb": "start"}),
                     line(2, "handoff", {"root": "/sysroot", "root_open": "ok", "mounted": mounted}),
                     line(3, "end", {"phase": "finish", "errors": 0, "warnings": 0}, t=30.2)])

    def test_everywhere(self):
        shell, root = self.log(False), self.log(True)
        for log, gave_up in ((shell, True), (root, False)):
            self.assertEqual("stage 1 gave up: no root is mounted, 30.200 s" in " ".join(page(log).split()),
                             gave_up)
            followed = run("read", "--follow", stdin=log).stdout
            self.assertEqual(b"stage 1 gave up: no root" in followed.split(b"\n\n")[0], gave_up)
            self.assertEqual(b"stage 1 is done" in followed, not gave_up)
            course = json.loads(page(log, "read", "--json"))["course"]
            self.assertEqual(("gave_up" in course, "handoff" in course), (gave_up, not gave_up))
            said = page(log, "timeline", "-")
            self.assertEqual(("30.200 s  stage 1 gives up" in said, "30.200 s  handoff" in said),
                             (gave_up, not gave_up))
            journal = page(log, "read", "--output=journal")
            self.assertEqual("MESSAGE=stage 1 gave up" in journal, gave_up)

    def test_compared(self):
        with tempfile.NamedTemporaryFile() as a, tempfile.NamedTemporaryFile() as b:
            for file, log in ((a, self.log(False)), (b, self.log(True))):
                file.write(log)
                file.flush()
            said = run("compare", a.name, b.name).stdout.decode()
        self.assertIn("in A stage 1 gave up, with no root mounted, in B the handoff was reached", said)


class Timeline(unittest.TestCase):
    def lanes(self, log):
        return {lane["name"]: lane for lane in json.loads(page(log, "timeline", "--json", "-"))["lanes"]}

    def phases(self, log):
        return [(item["label"], item["start"], round(item["start"] + item["seconds"], 3), item.get("open", False))
                for item in self.lanes(log)["boot"]["items"] if item["kind"] == "phase"]

    def test_phases(self):
        for end, handed_off, expected in (
                ("up", True, [("stage 1", 1.8, 5.1, False), ("stage 2", 5.1, 41.0, False)]),
                ("exit", True, [("stage 1", 1.8, 5.0, False), ("stage 2", 5.0, 40.98, False)]),
                ("exit", False, [("stage 1", 1.8, 40.98, False)]),
                ("time-over", True, [("stage 1", 1.8, 5.0, False), ("stage 2", 5.0, 41.0, True)]),
                ("open", True, [("stage 1", 1.8, 5.0, False), ("stage 2", 5.0, 35.0, True)])):
            beats = 6 if handed_off else 0
            self.assertEqual(self.phases(recording(end, handed_off=handed_off, beats=beats))[1:], expected, end)

    def test_what_did_not_come_true(self):
        for log, is_there in ((recording("up", predicted=[TRAP]), True),
                              (recording("up", predicted=[OVERLAP], findings=[OVERLAP]), False)):
            labels = [item["label"] for item in self.lanes(log)["boot"]["items"]]
            self.assertEqual(any(one.startswith("predicts ") for one in labels), is_there)

    def test_how_it_ended(self):
        for end, label in (("up", "the boot is up"), ("exit", "PID 1 ends: exit status 2"),
                           ("time-over", "no longer watched"), ("shutdown", "the machine is shut down"),
                           ("lost", "the recorder is gone")):
            labels = [item["label"] for item in self.lanes(recording(end))["boot"]["items"]]
            self.assertIn(label, labels)
            self.assertEqual(len(set(labels) & {"the boot is up", "no longer watched"}),
                             end in ("up", "time-over"))

    def test_progress_and_stalls(self):
        report = Report()
        made_report.start(report)
        for number in (1, 2, 3):
            made_report.heartbeat(report, number, 5.0 * number, progress=9.0 if number == 3 else None)
        made_report.stall(report, 30.0, since=9.0, ended=33.0)
        made_report.stall(report, 60.0, number=2, since=40.0)
        report.end(61, phase="time-over")
        items = self.lanes(report.text())["progress"]["items"]
        self.assertEqual([(item["kind"], item["start"], item["seconds"], item.get("open", False))
                          for item in items],
                         [("progress", 0, 5, False), ("progress", 5, 5, False), ("stall", 9, 24, False),
                          ("stall", 40, 20, True)])
        self.assertEqual(items[1]["label"], "new: 30 processes, 9 units, 1 mounts, 10 kernel messages, "
                                            "4096 bytes on consoles")
        self.assertTrue(items[2]["text"].startswith("waits for the device /dev/vdb (start)"))
        said = page(report.text(), "timeline", "-")
        self.assertRegex(said, r"(?m)^progress +[ =]*x+[ =x]*$")
        self.assertIn("= something goes on  x nothing does", said)
        self.assertIn("9.000 s  nothing goes on, 24.00 s: waits for the device /dev/vdb", said)
        self.assertNotIn("new: ", said)
        self.assertNotIn("nothing does", page(text(healthy()), "timeline", "-"))

    def test_calls_and_slow_parts(self):
        lanes = self.lanes(recording("up", calls=2))
        self.assertEqual([item["label"] for item in lanes["system calls"]["items"]],
                         ["looper newfstatat 12000/s"] * 2)
        self.assertEqual([item["start"] for item in lanes["system calls"]["items"]], [30, 35])
        self.assertEqual(lanes["system calls"]["items"][0]["text"], "mostly on /run/a")
        self.assertEqual(lanes["apt-daily.service"]["items"][0]["start"], 12)
        self.assertEqual(lanes["apt-daily.service"]["items"][0]["seconds"], 12.1)
        self.assertIn("apt-daily.service  ", page(recording("up"), "timeline", "-"))

    def test_of_the_calls_of_an_interval_the_first(self):
        report = Report()
        made_report.start(report)
        for comm in ("busiest", "other"):
            made_report.syscalls(report, 30.0, comm=comm)
        made_report.syscalls(report, 35.0, comm="later")
        labels = [item["label"] for item in self.lanes(report.text())["system calls"]["items"]]
        self.assertEqual([label.split()[0] for label in labels], ["busiest", "later"])

    def test_a_picture(self):
        log = recording("exit", stalls=[(1, 33.0)], calls=1, predicted=[TRAP],
                        findings=[PANICKED, EXIT | {"part_of": "growroot.trap"}])
        with tempfile.TemporaryDirectory() as folder:
            for name in ("boot.svg", "boot.html"):
                done = run("timeline", "-o", f"{folder}/{name}", "-", stdin=log)
                self.assertEqual((done.returncode, done.stderr), (1, b""))
            picture = Path(folder, "boot.svg").read_text()
            table = Path(folder, "boot.html").read_text()
        ET.fromstring(picture)
        ET.fromstring(table)
        for class_ in ("stage2", "progress", "warning"):
            self.assertRegex(picture, f'<rect [^>]*class="{class_}"')
        for words in ("stage 2", "PID 1 ends: exit status 2", "nothing goes on", "looper newfstatat"):
            self.assertIn(words, picture)
            self.assertIn(words, table)
        for legend in ("something goes on", "slow part", "information"):
            self.assertIn(f">{legend}</text>", picture)


class Compare(unittest.TestCase):
    def compare(self, a, b, *options):
        with tempfile.TemporaryDirectory() as folder:
            paths = [f"{folder}/{name}.jsonl" for name in "ab"]
            for path, log in zip(paths, (a, b)):
                Path(path).write_bytes(log)
            done = run("compare", "--json", *options, *paths)
        self.assertEqual(done.stderr, b"")
        return {one["text"]: one["group"] for one in json.loads(done.stdout)["differences"]}

    def test_heartbeats_of_two_healthy_boots_are_none(self):
        self.assertEqual(self.compare(recording("up", beats=6), recording("up", beats=7, boot="aaaaaaaa")), {})
        self.assertEqual(self.compare(recording("up", beats=2), recording("up", beats=7)), {})

    def test_how_it_ended(self):
        said = self.compare(recording("up"), recording("exit", at=15.6, beats=2))
        self.assertEqual(said.get("A came up, after 41.0 s; B's PID 1 ended (exit status 2), after 15.6 s, "
                                  "in stage 2"), "the boot")
        said = self.compare(recording("exit", handed_off=False, beats=0), recording("exit", wait_status=11))
        self.assertIn("the end of PID 1: exit status 2, in stage 1 in A, killed by SIGSEGV, in stage 2 in B", said)
        said = self.compare(recording("exit"), recording("exit", comm="systemd"))
        self.assertEqual(list(said), ["PID 1 at its end: its name is init in A, systemd in B"])

    def test_how_far(self):
        said = self.compare(recording("time-over", beats=2), recording("time-over", beats=6))
        self.assertEqual(said, {
            "units of systemd that ran: 18 in A, 54 in B, when each was seen last": "the boot",
            "processes that were started: 160 in A, 280 in B, when each was seen last": "the boot"})
        self.assertEqual(self.compare(recording("time-over", beats=6), recording("time-over", beats=7)), {})

    def test_how_fast(self):
        said = self.compare(recording("up"), recording("up", at=95.0, slow=[
            {"name": "apt-daily.service", "started": 12.0, "duration_us": 66000000}]))
        self.assertEqual(said, {
            "the boot, until it was up, took 2.3 times as long in B (95.0 s) as in A (41.0 s)": "timings",
            "apt-daily.service took 5.5 times as long in B (66.0 s) as in A (12.1 s)": "timings"})

    def test_stalls(self):
        said = self.compare(recording("up"), recording("up", stalls=[(1, 33.5), (2, 35.0)]))
        self.assertEqual(list(said), [
            "B stood still for 38.5 s, waiting for the device /dev/vdb (start), srv.mount (start) and 3 more jobs; "
            "jbd2/vda1-8 in fsync of /var/log/journal/x, io_schedule; A did not"])
        self.assertEqual(self.compare(recording("up", stalls=[(1, 33.5)]), recording("up", stalls=[(1, 33.0)])),
                         {})

    def test_one_that_was_not_recorded(self):
        said = self.compare(recording("up"), text([*healthy()]))
        self.assertEqual(said.get("how the boot went on behind stage 1: A tells, B was not recorded "
                                  "(bootprobe.record=full)"), "not compared")
        self.assertEqual(said.get("in A the boot came to its end, in B the handoff was reached"), "the boot")


class Documentation(unittest.TestCase):
    """docs/panic.md shows what the program prints."""
    TEXT = (HERE.parents[1] / "docs/panic.md").read_text()

    def test_pages(self):
        printed = page((HERE / "captures/recorder-growroot-virtio.jsonl").read_bytes())
        stalled = page((HERE / "captures/observer-device-virtio.jsonl").read_bytes())
        blocks = [re.sub("(?m)^   ", "", block) for block in re.findall(r"(?ms)^   ```\n(.*?)^   ```$", self.TEXT)]
        self.assertEqual([block.split()[0] for block in blocks], ["FAIL", "What"])
        for block in blocks:
            self.assertIn(block, printed)
        blocks = re.findall(r"(?ms)^```\n(FAIL .*?)^```$", self.TEXT)
        self.assertEqual(len(blocks), 1)
        self.assertTrue(stalled.startswith(blocks[0]))

    def test_words_of_outcomes(self):
        logs = (recording("exit", predicted=[TRAP], findings=[TRAP, EXIT | {"part_of": "growroot.trap"}]),
                recording("up", predicted=[TRAP]), recording("up", predicted=[TRAP], findings=[TRAP]),
                recording("exit", predicted=[TRAP], findings=[TRAP, EXIT]),
                recording("time-over", predicted=[TRAP], findings=[TRAP]))
        said = {story(log)[-1][1] for log in logs}
        rows = re.findall(r"(?m)^\| ((?:came|did|holds|whether)[^|]*?) \|", self.TEXT)
        told = {row.replace("\u2026", "growroot.trap") if "\u2026" in row else f"growroot.trap {row}" for row in rows}
        self.assertEqual(told, said)
        self.assertEqual(len(said), 5)

    def test_exit_codes(self):
        rows = re.findall(r"(?m)^\| `0x([0-9a-f]{8})` \| ([^|]*)\|", self.TEXT)
        self.assertGreater(len(rows), 6)
        for code, meaning in rows:
            said = " ".join(page(recording("exit", findings=[EXIT], wait_status=int(code, 16))).split())
            self.assertIn(f"exitcode=0x{code}", said)
            names = re.findall(r"`exit (\d+)`|ended with (\d+)|crashed \((SIG\w+)\)", meaning)
            number, ended, signal_name = names[0]
            self.assertIn(f"ended: killed by {signal_name}," if signal_name else
                          f"ended: exit status {number or ended},", said)
        for code, name in re.findall(r"`0x(0000000.)` (SIG\w+)", self.TEXT):
            self.assertIn(f"killed by {name},", " ".join(page(recording(
                "exit", findings=[EXIT], wait_status=int(code, 16))).split()))


class Exports(unittest.TestCase):
    def test_json(self):
        got = json.loads(page(recording("up", predicted=[TRAP], stalls=[(1, 33.5)]), "read", "--json"))
        self.assertEqual(got["course"], {
            "end": "up", "heartbeats": 6, "stalls": 1, "stalled_seconds": 18.5, "handoff": 5.1, "ended": 41.0,
            "predictions": [{"id": "growroot.trap", "subject": "growroot", "t": 4.6, "outcome": "withdrawn"}]})
        self.assertEqual(len(got["facts"]["heartbeat"]), 6)
        self.assertEqual(json.loads(page(text(healthy()), "read", "--json"))["course"]["end"], "unwatched")

    def test_prometheus(self):
        said = page(recording("up", stalls=[(1, 33.5)]), "read", "--output=prometheus")
        for row in ('bootprobe_boot_end{boot="5a1f09c3",end="up"} 1', 'bootprobe_boot_end{boot="5a1f09c3",end="exit"} 0',
                    'bootprobe_boot_end_seconds{boot="5a1f09c3"} 41', 'bootprobe_handoff_seconds{boot="5a1f09c3"} 5.1',
                    'bootprobe_stalls{boot="5a1f09c3"} 1', 'bootprobe_stalled_seconds{boot="5a1f09c3"} 18.5',
                    'bootprobe_slow_part_seconds{boot="5a1f09c3",name="apt-daily.service"} 12.1'):
            self.assertIn(row + "\n", said)
        self.assertNotIn("pid1", said)
        said = page(recording("exit"), "read", "--output=prometheus")
        self.assertIn('bootprobe_pid1_wait_status{boot="5a1f09c3"} 512\n', said)
        said = page(text(healthy()), "read", "--output=prometheus")
        self.assertIn('bootprobe_boot_end{boot="5a1f09c3",end="unwatched"} 1\n', said)
        self.assertNotIn("bootprobe_stalls", said)

    def test_prometheus_says_numbers_as_they_are_meant(self):
        for row in page(recording("up"), "read", "--output=prometheus").splitlines():
            if not row.startswith("#"):
                self.assertLessEqual(len(row.rpartition(" ")[2]), 16, row)

    def test_the_journal(self):
        said = page(recording("exit", findings=[EXIT], stalls=[(1, 33.5)]), "read", "--output=journal")
        entries = [dict(row.split("=", 1) for row in entry.splitlines()) for entry in said.split("\n\n") if entry]
        priorities = {entry["BOOTPROBE_TYPE"]: entry["PRIORITY"] for entry in entries}
        self.assertEqual((priorities["pid1"], priorities["stall"], priorities["heartbeat"]), ("3", "4", "7"))
        messages = {entry["BOOTPROBE_TYPE"]: entry["MESSAGE"] for entry in entries}
        self.assertTrue(messages["stall"].startswith("nothing has gone on for 18.500 s"))
        self.assertEqual(messages["heartbeat"],
                         "stage 2: 280 processes, 54 units; quiet 0.4 s; systemd-udevd 93 % CPU")

    def test_system_calls_in_words(self):
        said = page(recording("open", calls=1), "read", "--output=journal")
        self.assertIn("MESSAGE=looper (412) makes 12000 system calls a second: newfstatat 11999, call 999 1, "
                      "on /run/a (50 %), /run/b (49 %)\n", said)
        said = page(text([line(1, "begin"), line(2, "syscalls", {"at": 3.0, "read": "ENOENT"})]), "read",
                    "--output=journal")
        self.assertIn("MESSAGE=system calls cannot be counted: ENOENT\n", said)


class Follow(unittest.TestCase):
    BEAT = b"stage 2: 130 processes, 9 units; quiet 0.4 s; systemd-udevd 93"

    def follow_on_a_terminal(self, log, term="xterm"):
        with tempfile.NamedTemporaryFile() as file:
            file.write(log)
            file.flush()
            master, slave = pty.openpty()
            child = subprocess.Popen([BOOTPROBE, "read", "--follow", file.name], stdout=slave,
                                     env={**os.environ, "TERM": term, "LC_ALL": "C"})
            os.close(slave)
            got = b""
            try:
                while piece := os.read(master, 65536):
                    got += piece
            except OSError:
                pass
            os.close(master)
            child.wait(30)
        return got

    def test_heartbeats_do_not_flood(self):
        log = recording("up", beats=7)
        self.assertNotIn(b"quiet ", run("read", "--follow", stdin=log).stdout)
        # A minute apart.
        told = run("read", "--follow", stdin=recording("time-over", beats=60, at=400.0)).stdout
        self.assertEqual({int(t) for t in re.findall(rb"(?m)^([ \d]{4})\.000 s  stage 2:", told)},
                         {65, 125, 185, 245, 305})

    def test_one_line_on_a_terminal(self):
        got = self.follow_on_a_terminal(recording("up", beats=7, stalls=[(1, 36.0)]))
        told = got.split(b"\r\n\r\n")[0]
        self.assertIn(b"  10.000 s  " + self.BEAT, told)
        self.assertEqual(told.count(b"quiet "), 7)
        self.assertEqual(told.count(b"\r\x1b[K"), 7)
        for row in re.split(rb"\r\n|\r\x1b\[K", told):
            self.assertLess(len(row), 80, row)
        # What is news stands on lines of its own, which nothing takes away.
        for news in (b"nothing has gone on", b"the boot came up"):
            row = next(row for row in told.split(b"\r\n") if news in row)
            self.assertNotIn(b"quiet ", row.rpartition(b"\x1b[K")[2])
        self.assertEqual(self.follow_on_a_terminal(recording("up", beats=7), "dumb").count(b"quiet "), 0)

    def test_a_stall_is_told_at_once(self):
        told = run("read", "--follow", stdin=recording("open", stalls=[(1, None)])).stdout.split(b"\n\n")[0]
        self.assertIn(b"  31.000 s  nothing has gone on for 16.000 s, since 15.000 s; it waits for:", told)

    def followed(self, *logs):
        """Of files that nobody writes any more, all at a time: the exit status of each, None while it
        waits for more."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        children = []
        for at, log in enumerate(logs):
            path = Path(folder.name, str(at))
            path.write_bytes(log)
            children.append(subprocess.Popen([BOOTPROBE, "read", "--follow", path],
                                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        return children

    def pages(self, *phases):
        """How many --follow prints of a report whose ends come one by one, each when the one before it has
        been told: while it goes on, and as its last word."""
        child = subprocess.Popen([BOOTPROBE, "read", "--follow"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        timer = threading.Timer(60, child.kill)
        timer.start()
        child.stdin.write(text([line(1, "begin"), line(2, "config", {"record": "full"})]))
        got = b""
        for at, phase in enumerate(phases, 3):
            child.stdin.write(line(at, "end", {"phase": phase, "errors": 0, "warnings": 0}) + b"\n")
            child.stdin.flush()
            marker = b"the boot has gone on again\n" if phase == "goes-on" else b"  boot 5a1f09c3\n"
            told = got.count(marker) + 1
            while got.count(marker) < told:
                piece = os.read(child.stdout.fileno(), 65536)
                self.assertTrue(piece, got)
                got += piece
        got += child.communicate()[0]
        timer.cancel()
        return got.count(b"\nSO FAR  nothing wrong was found; still watching\n"), got.count(b"\nOK  ")

    def test_that_it_goes_on_again_takes_no_page(self):
        self.assertEqual(self.pages("finish", "stall", "goes-on", "up"), (2, 1))
        # What was said last is said in the end, if no page says it yet.
        self.assertEqual(self.pages("finish", "stall", "goes-on"), (2, 1))

    def test_what_goes_on_has_not_ended(self):
        """A page that is printed while PID 1 is watched, and the one when the input ends."""
        stalled = {"id": "boot.stalled", "severity": "error", "summary": "nothing goes on: x"}
        for findings, name in (([], b"SO FAR"), ([stalled], b"FAIL")):
            log = recording("open", stalls=[(1, None)], findings=findings)
            pages = re.split(rb"\n(?=(?:SO FAR|OK|FAIL)  )", run("read", "--follow", stdin=log).stdout)[1:]
            self.assertEqual([page.split(b"  ")[0] for page in pages], [name, b"FAIL" if findings else b"OK"])
            self.assertIn(b"still watching", pages[0])
            self.assertIn(b"so far; PID 1 lives, and is still being watched", pages[0])
            self.assertNotIn(b"the report ends", pages[0])
            self.assertNotIn(b"so far; PID 1", pages[1])
            self.assertIn(b"the report ends", pages[1])

    def test_a_finding_that_weighs_otherwise_now(self):
        rows = [line(1, "begin")] + [
            line(at, "finding", {"id": "console.phantom", "severity": severity, "subject": "ttyS0", "summary": "x"})
            for at, severity in ((2, "warning"), (3, "warning"), (4, "error"), (5, "warning"), (6, "warning"))]
        told = run("read", "--follow", stdin=text(rows)).stdout
        self.assertEqual(re.findall(rb" s  (.*console.phantom)", told),
                         [b"warning console.phantom", b"now error console.phantom", b"now warning console.phantom"])

    def test_what_ends_it(self):
        logs = [recording(end) for end in ("up", "exit", "time-over", "shutdown", "lost")]
        # Where the recorder's own record did not get through, its end tells.
        logs += [text([line(1, "begin"), line(2, "config", {"record": "exit"}), *(
            line(at, "end", {"phase": phase, "errors": 0, "warnings": 0}) for at, phase in ((3, "finish"), (4, end)))])
            for end in ("up", "exit", "time-over", "shutdown")]
        self.assertEqual([child.wait(60) for child in self.followed(*logs)], [0] * 9)

    def test_what_does_not(self):
        full = text([line(1, "begin"), line(2, "config", {"record": "full"}),
                     line(3, "end", {"phase": "finish", "errors": 0, "warnings": 0}),
                     line(4, "end", {"phase": "stall", "errors": 0, "warnings": 0}),
                     line(5, "end", {"phase": "goes-on", "errors": 0, "warnings": 0})])
        children = self.followed(recording("open", beats=2), full)
        for child in children:
            self.addCleanup(child.wait)
            self.addCleanup(child.kill)
        with self.assertRaises(subprocess.TimeoutExpired):
            children[0].wait(3)
        self.assertIsNone(children[1].poll())


if __name__ == "__main__":
    BOOTPROBE = sys.argv.pop(1)
    unittest.main(verbosity=1)
