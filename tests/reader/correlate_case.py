"""Logs of a host made up around a report, and what `bootprobe correlate` is asked about them."""

import json
import os
import re
import resource
import signal
import subprocess
import tempfile
import unittest
from datetime import datetime, timezone
from pathlib import Path

import made_report

HERE = Path(__file__).resolve().parent
CAPTURES = HERE / "captures"
# The program, set by the test.
BOOTPROBE = None
DANGEROUS = re.compile(rb"[\x00-\x09\x0b-\x1f\x7f-\xff]")
# When the made guest's kernel started, by its host's clock.
STARTED = 1795291270.0


def wall(guest):
    return datetime.fromtimestamp(STARTED + guest, timezone.utc)


def c_log(*lines):
    """virtiofsd in C: (guest time, text)."""
    return "".join(f"[{wall(t):%Y-%m-%d %H:%M:%S.%f}+0000] [ID: 00000007] {text}\n"
                   for t, text in lines).encode()


def rust_log(*lines):
    return "".join(f"[{wall(t):%Y-%m-%dT%H:%M:%SZ} {text}\n" for t, text in lines).encode()


def qemu_log(*lines):
    return "".join(f"77@{STARTED + t:.6f}:{text}\n" for t, text in lines).encode()


def plain_log(*lines):
    return "".join(f"{wall(t):%Y-%m-%dT%H:%M:%S.%fZ} {text}\n" for t, text in lines).encode()


def request(unique, operation, code, pid):
    return f"unique: {unique}, opcode: {operation} ({code}), nodeid: 1, insize: 45, pid: {pid}"


def reply(unique, error=0):
    return f"   unique: {unique}, " + (f"error: {error} (x), outsize: 16" if error else "success, outsize: 144")


def mount(at=3.0, names=True):
    """The share's driver starts, it is mounted, bootprobe looks at what stage 2 begins with."""
    lines = [(at - 0.2, "fv_queue_set_started: qidx=0 started=1"), (at - 0.1, request(2, "INIT", 26, 0)),
             (at - 0.1, reply(2)), (at + 0.1, request(4, "STATFS", 17, 90)), (at + 0.1, reply(4)),
             (at + 0.2, request(6, "LOOKUP", 1, 90))]
    if names:
        lines += [(at + 0.2, "lo_lookup(parent=1, name=sbin)")]
    return [*lines, (at + 0.2, reply(6))]


def share_report(*more):
    """A root on a share: its device is there at 2.5 s, it is mounted at 3 s, looked at by 3.3 s."""
    report = made_report.Report()
    made_report.start(report)
    report.add(3.3, "root", kind="virtiofs", spec="virtiofs:r", value="r", devices=["virtio1"],
               device_count=1, since=2.5, mounted=3.0, mount_us=500000)
    report.add(3.3, "handoff", root="/sysroot", mounted=True, fstype="virtiofs", source="r",
               init="/sbin/init", init_stat="ok", free_bytes=1)
    report.end(3.4)
    for t, kind, members in more:
        report.add(t, kind, **members)
    return report.text()


def bare_report():
    report = made_report.Report()
    made_report.start(report)
    report.end(3.4)
    return report.text()


class Correlate(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def file(self, content, name):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def run_verb(self, *arguments, stdin=b"", zone="UTC0", scratch="", file_size=None):
        """file_size: what a file can hold, as on a full disk."""
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))

        return subprocess.run([BOOTPROBE, "correlate", *map(str, arguments)], input=stdin,
                              capture_output=True, timeout=120,
                              env={**os.environ, "LC_ALL": "C", "TZ": zone, "TMPDIR": scratch},
                              preexec_fn=limit if file_size else None)

    def paths(self, report, logs):
        if isinstance(report, bytes):
            report = self.file(report, "report.jsonl")
        return [report, *(self.file(log, f"host{n}.log") if isinstance(log, bytes) else log
                          for n, log in enumerate(logs))]

    def json(self, report, *logs, options=(), status=0, zone="UTC0"):
        done = self.run_verb("--json", *options, *self.paths(report, logs), zone=zone)
        self.assertEqual((done.returncode, done.stderr), (status, b""))
        return json.loads(done.stdout)

    def text(self, report, *logs, options=(), status=0):
        done = self.run_verb(*options, *self.paths(report, logs))
        self.assertEqual((done.returncode, done.stderr), (status, b""))
        for row in done.stdout.decode().splitlines():
            self.assertLessEqual(len(row), 80, row)
        self.assertIsNone(DANGEROUS.search(done.stdout))
        return re.sub(r"\s+", " ", done.stdout.decode())

    def clock(self, said, name="wall"):
        return next(clock for clock in said["clocks"] if clock["clock"] == name)

    def interval(self, said, name="wall"):
        clock = self.clock(said, name)
        self.assertEqual(clock["state"], "estimated", clock)
        low, high = clock["not_before"]["offset_us"], clock["not_after"]["offset_us"]
        self.assertLess(abs(clock["offset_us"] - (low + high) / 2), 2)
        drift = 1000 + 500 * abs(clock["not_before"]["guest"] - clock["not_after"]["guest"])
        self.assertLess(abs(clock["uncertainty_us"] - abs(high - low) / 2 - drift), 2)
        return low / 1e6, high / 1e6

    def host_lanes(self, said):
        return [lane for lane in said["lanes"] if lane["kind"].startswith("host")]
