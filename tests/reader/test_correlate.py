#!/usr/bin/python3
"""Tests of `bootprobe correlate`: test_correlate.py BOOTPROBE [unittest arguments]"""

import json
import re
import sys
import unittest
import xml.etree.ElementTree as ET
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import correlate_case
import made_report
from correlate_case import (CAPTURES, DANGEROUS, STARTED, Correlate, bare_report, c_log, mount, plain_log, qemu_log,
                            reply, request, rust_log, share_report, wall)


class Real(Correlate):
    """Logs of machines that ran; captures/README.md says when their kernels started."""

    def test_virtiofsd(self):
        said = self.json(CAPTURES / "virtiofs-root-virtio.jsonl", CAPTURES / "virtiofs-root-virtiofsd.log")
        low, high = self.interval(said)
        self.assertLessEqual(low, 1795292892.4417)
        self.assertGreaterEqual(high, 1795292892.4417 - 0.5)
        self.assertLess(high - low, 1)
        self.assertEqual(said["logs"][0]["kind"], "virtiofsd")
        by_pid = {process["pid"]: process for process in said["processes"]}
        operations = {one["operation"]: one for one in by_pid[1]["operations"]}
        self.assertEqual(operations["READ"]["requests"], 30)
        self.assertEqual(operations["LOOKUP"]["failed"], 1)
        self.assertTrue(by_pid[143]["is_bootprobe"])
        self.assertEqual({name["name"] for name in by_pid[143]["looks_up"]}, {"sbin", "init", "bin", "busybox"})
        self.assertEqual(sum(process["requests"] for process in said["processes"]), said["logs"][0]["requests"])
        # Firmware and kernel come before stage 2 reads anything.
        for process in said["processes"]:
            for operation in process["operations"]:
                self.assertGreater(operation["first"], 9)
        text = self.text(CAPTURES / "virtiofs-root-virtio.jsonl", CAPTURES / "virtiofs-root-virtiofsd.log")
        self.assertIn("this kernel started at 2026-11-21 20:28:12.", text)
        self.assertIn("process 143 bootprobe", text)

    def test_qemu(self):
        said = self.json(CAPTURES / "blk-trace-virtio.jsonl", CAPTURES / "blk-trace-qemu.log")
        low, high = self.interval(said)
        self.assertLessEqual(low, 1795292891.6621)
        self.assertGreaterEqual(high, 1795292891.6621 - 0.5)
        self.assertLess(high - low, 1)
        disk, = said["processes"]
        self.assertEqual(disk["disk"], "vda")
        self.assertEqual(disk["operations"][0]["operation"], "read")
        # The firmware looked at it before there was a kernel.
        self.assertLess(disk["operations"][0]["first"], 0)
        self.assertLess(said["begin"], 0)
        self.assertIn("the guest: virtio_blk, 64 MiB", self.text(
            CAPTURES / "blk-trace-virtio.jsonl", CAPTURES / "blk-trace-qemu.log"))

    def test_a_recording(self):
        """What the guest of livelock-sync recorded of its looper stands beside requests of the same pid."""
        log = c_log((5, request(20, "WRITE", 16, 176)), (5.001, reply(20)), (5.5, request(22, "FSYNC", 20, 176)))
        said = self.json(CAPTURES / "livelock-sync-virtio.jsonl", log, options=("--offset", f"{STARTED}"), status=1)
        process, = said["processes"]
        self.assertEqual((process["pid"], process["requests"], process["unanswered"]), (176, 2, 1))
        guest = process["guest"]
        self.assertEqual((guest["comm"], guest["call"], guest["call_count"]), ("looper", "fsync", 173511))
        self.assertGreater(guest["cpu_us"], 5000000)
        self.assertEqual([stall["requests"] for stall in said["stalls"]][:1], [2])

    def test_a_log_of_another_day(self):
        log = (CAPTURES / "blk-trace-qemu.log").read_bytes()
        later = re.sub(rb"@(\d+)\.", lambda at: b"@%d." % (int(at[1]) + 86400), log)
        report = CAPTURES / "blk-trace-virtio.jsonl"
        self.assertEqual(self.clock(self.json(report, log, later))["state"], "contradictory")
        # In one log, and without what a machine's begin and end say: nothing tells which day it was.
        both = b"".join(line for line in (log + later).splitlines(True) if b"vm_state" not in line)
        said = self.json(report, both)
        self.assertEqual(self.clock(said)["candidates"], 2)
        self.assertGreater(self.clock(said)["uncertainty_us"], 40000e6)


class Clocks(Correlate):
    def test_a_share(self):
        said = self.json(share_report(), c_log(*mount()))
        low, high = self.interval(said)
        # LOOKUP less the handoff at 3.3 s; STATFS less mounted.
        self.assertAlmostEqual(low, STARTED - 0.1, delta=0.2)
        self.assertLessEqual(low, STARTED)
        self.assertGreaterEqual(high, STARTED)
        self.assertEqual(self.clock(said)["not_after"]["host_saw"], "STATFS")

    def test_an_init_that_the_host_takes_late(self):
        """mount(2) does not wait for it: the share was mounted at 3 s, the host answered at 32.9 s."""
        report = made_report.Report()
        made_report.start(report)
        report.add(33.3, "root", kind="virtiofs", spec="virtiofs:r", value="r", device_count=1, since=2.5, mounted=3.0)
        report.add(33.3, "handoff", root="/sysroot", mounted=True, fstype="virtiofs", init="/sbin/init",
                   init_stat="ok", free_bytes=1)
        report.end(33.4)
        low, high = self.interval(self.json(report.text(), c_log(*mount(33.0))))
        self.assertTrue(low <= STARTED <= high, (low - STARTED, high - STARTED))

    def test_whole_seconds_are_no_more_than_that(self):
        log = rust_log((2.9, "DEBUG virtiofsd::server] Received request: opcode=Init (26), inode=0, unique=2, pid=0"),
                       (3.1, "DEBUG virtiofsd::server] Received request: opcode=Statfs (17), inode=1, unique=4, "
                             "pid=90"),
                       (3.2, "DEBUG virtiofsd::server] Received request: opcode=Lookup (1), inode=1, unique=6, "
                             "pid=90"),
                       (3.2, "DEBUG virtiofsd::server] Replying ERROR, header: OutHeader { error: -2 (No such file "
                             "or directory), unique: 6, len: 16 }"))
        said = self.json(share_report(), log)
        low, high = self.interval(said)
        self.assertLessEqual(low, STARTED)
        self.assertGreaterEqual(high, STARTED)
        self.assertGreaterEqual(high - low, 1)
        lookup = next(one for process in said["processes"] for one in process["operations"]
                      if one["operation"] == "LOOKUP")
        self.assertEqual((lookup["requests"], lookup["failed"]), (1, 1))
        self.assertEqual((lookup["slowest_us"], lookup["slowest_resolution_us"]), (0, 1000000))
        self.assertRegex(self.text(share_report(), log), r"LOOKUP 1 1 1 < 1 s ")

    def test_who_asks_for_free_space_besides(self):
        """The hook is one of them, and not told from the others: the last one counts."""
        alone = self.interval(self.json(share_report(), c_log(*mount())))
        more = self.interval(self.json(share_report(), c_log(*mount(), (3.25, request(90, "STATFS", 17, 1)))))
        self.assertAlmostEqual(more[1] - alone[1], 0.15, places=3)

    def test_names_that_were_listed_may_be_known(self):
        """What is looked up behind a listing says nothing of when bootprobe looked."""
        listed = (3.15, request(50, "READDIRPLUS", 44, 1))
        late = (9.0, "lo_lookup(parent=1, name=sbin)")
        said = self.json(share_report(), c_log(*mount(names=False), listed, late))
        low, _ = self.interval(said)
        self.assertLessEqual(low, STARTED)

    def test_what_the_hook_did_not_find_was_looked_up_later(self):
        """An interpreter that could not be looked at says nothing of when it was."""
        report = made_report.Report()
        made_report.start(report)
        report.add(3.3, "root", kind="virtiofs", spec="virtiofs:r", value="r", device_count=1, since=2.5, mounted=3.0)
        report.add(3.3, "handoff", root="/sysroot", mounted=True, fstype="virtiofs", init="/sbin/init",
                   init_stat="ok", free_bytes=1, interpreters=[{"path": "/bin/gone", "stat": "EACCES"}])
        report.end(3.4)
        said = self.json(report.text(), c_log(*mount(), (9, "lo_lookup(parent=1, name=gone)")))
        low, high = self.interval(said)
        self.assertTrue(low <= STARTED <= high)

    def test_a_machine_that_starts_and_ends(self):
        log = qemu_log((-1, "vm_state_notify running 1 reason 9 (running)"),
                       (5, "vm_state_notify running 0 reason 11 (shutdown)"))
        low, high = self.interval(self.json(bare_report(), log))
        self.assertAlmostEqual(low, STARTED - 1, places=3)
        self.assertAlmostEqual(high, STARTED + 5 - 3.4, places=3)

    def test_lines_of_the_guest(self):
        start = qemu_log((-1, "vm_state_notify running 1 reason 9 (running)"))
        console = plain_log((1.81, "[    1.800000] Run /init as init process"),
                            (1.5, "[    1.500000] Run /init as init process"),
                            (0.1, "[    1.800000] something else"))
        said = self.json(bare_report(), start, console)
        _, high = self.interval(said)
        self.assertIn("kernel", self.clock(said)["not_after"]["host_saw"])
        self.assertAlmostEqual(high, STARTED + 0.01 + 0.25, places=3)
        record = plain_log((1.92, "guest: " + bare_report().decode().splitlines()[0]))
        said = self.json(bare_report(), start, record)
        _, high = self.interval(said)
        self.assertAlmostEqual(high, STARTED + 0.02, places=3)
        # It has its place already; that of another boot tells nothing.
        self.assertEqual([lane["name"] for lane in self.host_lanes(said)], ["host0.log"])
        other = record.replace(b'"boot":"5a1f09c3"', b'"boot":"5a1f09c4"')
        self.assertEqual(self.clock(self.json(bare_report(), start, other))["state"], "unknown")

    def disk_report(self, **more):
        report = made_report.Report()
        made_report.start(report)
        for t in (3.0, 3.3):
            report.add(t, "block", name="vda", transport="virtio", driver="virtio_blk", size_bytes=1 << 30,
                       sector_bytes=512, header_reads=made_report.reads(), **more)
        report.end(3.4)
        return report.text()

    def disk_log(self, device, at, *sectors):
        """Each request and its end."""
        lines = []
        for n, sector in enumerate(sectors):
            t = at + n / 100
            lines += [(t, f"virtio_blk_handle_read vdev {device} req 0x9 sector {sector} nsectors 1"),
                      (t + 0.001, f"virtio_blk_req_complete vdev {device} req 0x9 status 0")]
        return lines

    def test_a_disk_is_known_by_its_header(self):
        """Another disk of which a sector was read, and the firmware's look at the same one, are not it."""
        header = (0, 1, 2, (1 << 30) // 512)
        firmware = self.disk_log("0x1", -5, *header)
        other = self.disk_log("0x2", 1, 0)
        start = [(2.4, "virtio_set_status vdev 0x1 val 0"), (2.4, "virtio_set_status vdev 0x1 val 15")]
        kernel = self.disk_log("0x1", 2.45, 0) + self.disk_log("0x1", 2.6, *header)
        said = self.json(self.disk_report(arrived=2.5), qemu_log(*other, *start, *kernel))
        self.assertEqual(self.clock(said)["candidates"], 1)
        low, high = self.interval(said)
        self.assertAlmostEqual(low, STARTED + 2.451 - 2.5, places=3)
        self.assertAlmostEqual(high, STARTED + 2.6 - 2.5, places=3)
        self.assertEqual({(process["device"], process.get("disk")) for process in said["processes"]},
                         {(1, "vda"), (2, None)})
        # It reads all of it: one cannot be told from the other, but by when the machine began.
        both = firmware + start + kernel
        self.assertEqual(self.clock(self.json(self.disk_report(arrived=2.5), qemu_log(*both)))["candidates"], 2)
        began = [(-4, "vm_state_notify running 1 reason 9 (running)")]
        said = self.json(self.disk_report(arrived=2.5), qemu_log(*both, *began))
        self.assertEqual((self.clock(said)["candidates"], self.interval(said)), (1, (low, high)))

    def test_a_disk_that_was_there_before(self):
        """Nobody saw it come. The hook began at 1.9 s, and told of its header at 3 s."""
        header = self.disk_log("0x1", 2.6, 0, 1, 2, (1 << 30) // 512)
        low, high = self.interval(self.json(self.disk_report(), qemu_log(*header)))
        self.assertAlmostEqual(low, STARTED + 2.63 - 3.0, places=3)
        self.assertAlmostEqual(high, STARTED + 2.6 - 1.9, places=3)

    def test_disks_of_virtio_scsi_and_nvme(self):
        for event in ("scsi_disk_dma_command_READ Read (sector {0}, count 1)",
                      "pci_nvme_read cid 5 nsid 1 nlb 1 count 512 lba {0:#x}"):
            lines = [(2.6, event.format(sector)) for sector in (0, 1, 2, (1 << 30) // 512)]
            said = self.json(self.disk_report(arrived=2.5), qemu_log(*lines))
            low, high = self.interval(said)
            self.assertAlmostEqual(high, STARTED + 0.1, places=3)
            self.assertLessEqual(low, STARTED + 0.1)
            self.assertEqual(said["processes"][0]["disk"], "vda")

    def test_nothing_that_both_saw(self):
        log = plain_log((1, "systemd[1]: Started something"), (2, "sshd: hello"))
        said = self.json(bare_report(), log)
        clock = self.clock(said)
        self.assertEqual((clock["state"], clock["not_before"], clock["not_after"]), ("unknown", None, None))
        self.assertNotIn("offset_us", clock)
        self.assertEqual(self.host_lanes(said), [])
        text = self.text(bare_report(), log)
        self.assertIn("NOT KNOWN", text)
        self.assertIn("2026-11-21 20:01:11.000000 UTC systemd[1]: Started something", text)

    def test_one_side_is_not_enough(self):
        said = self.json(bare_report(), qemu_log((-1, "vm_state_notify running 1 reason 9 (running)")))
        clock = self.clock(said)
        self.assertEqual(clock["state"], "unknown")
        self.assertEqual(clock["not_before"]["offset_us"], int((STARTED - 1) * 1e6))
        self.assertIsNone(clock["not_after"])

    def test_what_excludes_each_other(self):
        log = qemu_log((-1, "vm_state_notify running 1 reason 9 (running)"),
                       (2, "vm_state_notify running 0 reason 11 (shutdown)"))
        said = self.json(bare_report(), log)
        clock = self.clock(said)
        self.assertEqual(clock["state"], "contradictory")
        self.assertTrue(clock["not_before"] and clock["not_after"])
        self.assertEqual(self.host_lanes(said), [])
        self.assertIn("excludes each other", self.text(bare_report(), log))

    def test_several_boots_in_a_log(self):
        """Nothing tells them apart: the interval holds both. What else is known does."""
        twice = c_log(*mount(), *[(t + 100, text) for t, text in mount()])
        said = self.json(share_report(), twice)
        self.assertEqual(self.clock(said)["candidates"], 2)
        low, high = self.interval(said)
        self.assertLessEqual(low, STARTED)
        self.assertGreaterEqual(high, STARTED + 100)
        self.assertIn("2 boots in a log fit", self.text(share_report(), twice))
        end = qemu_log((50, "vm_state_notify running 0 reason 11 (shutdown)"))
        said = self.json(share_report(), twice, end)
        self.assertEqual(self.clock(said)["candidates"], 1)
        low, high = self.interval(said)
        self.assertLess(high - low, 1)
        self.assertTrue(low <= STARTED <= high)

    def test_more_boots_than_are_looked_at(self):
        """The newest are; that there were others is told."""
        days = c_log(*((t - day * 86400, text) for day in range(69, -1, -1) for t, text in mount()))
        said = self.json(share_report(), days)
        self.assertEqual((self.clock(said)["candidates"], self.clock(said)["left_out"]), (64, 6))
        low, high = self.interval(said)
        self.assertTrue(low <= STARTED <= high, (low - STARTED, high - STARTED))
        self.assertIn("6 older boots in the logs were not looked at", self.text(share_report(), days))
        reads = [line for n in range(70) for line in
                 [(n - 100, "virtio_set_status vdev 0x1 val 0"), *self.disk_log("0x1", n - 100, 0)]]
        header = self.disk_log("0x1", 2.6, 0, 1, 2, (1 << 30) // 512)
        said = self.json(self.disk_report(arrived=2.5), qemu_log(*reads, (2, "virtio_set_status vdev 0x1 val 0"), *header))
        self.assertEqual((self.clock(said)["state"], self.clock(said)["left_out"]), ("estimated", 7))

    def test_bounds_that_cross_by_less_than_the_drift(self):
        """The machine ended 2 ms before its guest can have written: one of the clocks is that wrong at least."""
        log = qemu_log((-1, "vm_state_notify running 1 reason 9 (running)"),
                       (3.4 - 1 - 0.002, "vm_state_notify running 0 reason 11 (shutdown)"))
        said = self.json(bare_report(), log)
        self.interval(said)
        self.assertGreater(self.clock(said)["uncertainty_us"], 2000)

    def test_given_by_hand(self):
        log = plain_log((2, "sshd: hello"))
        for offset in (f"{STARTED:.6f}", "2026-11-21T20:01:10Z", "2026-11-21T21:01:10+01:00"):
            said = self.json(bare_report(), log, options=("--offset", offset))
            self.assertEqual(self.clock(said)["state"], "given")
            lane, = self.host_lanes(said)
            self.assertEqual((lane["items"][0]["start"], lane["items"][0]["text"]), (2.0, "sshd: hello"))
        picture = self.folder / "boot.svg"
        self.run_verb("-o", picture, "--offset", f"{STARTED:.6f}", *self.paths(bare_report(), [log]))
        self.assertIn("its clock was given", picture.read_text())
        self.assertNotIn("0.0 ms of the guest", picture.read_text())
        dmesg = b"[  102.000000] kvm: hello\n"
        said = self.json(bare_report(), dmesg, options=("--offset", "100"))
        self.assertEqual(self.host_lanes(said)[0]["items"][0]["start"], 2.0)

    def test_two_clocks_by_the_journal(self):
        vm = qemu_log((-1, "vm_state_notify running 1 reason 9 (running)"),
                      (4, "vm_state_notify running 0 reason 11 (shutdown)"))
        journal = b"".join(b"__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\nMESSAGE=%s\n\n"
                           % ((STARTED + t) * 1e6, (500 + t) * 1e6, text)
                           for t, text in ((1, b"one"), (2, b"two")))
        dmesg = b"[  502.500000] kvm: hello\n"
        said = self.json(bare_report(), vm, journal, dmesg)
        self.assertTrue(said["logs"][1]["journal"])
        wall_clock, uptime = self.clock(said), self.clock(said, "uptime")
        self.assertEqual(uptime["state"], "estimated")
        self.assertEqual(wall_clock["offset_us"] - uptime["offset_us"], int((STARTED - 500) * 1e6))
        self.assertGreaterEqual(uptime["uncertainty_us"], wall_clock["uncertainty_us"])
        self.assertEqual(self.clock(self.json(bare_report(), vm, dmesg), "uptime")["state"], "unknown")

    def test_what_the_journal_was_told_later(self):
        """virtiofsd's own stamp is of whole seconds; the uptime belongs to that of the entry. Two entries that
        disagree leave that much open."""
        def entry(at, text, uptime):
            return b"__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\nMESSAGE=%s\n\n" % (
                (STARTED + at) * 1e6, uptime * 1e6, text)

        vm = qemu_log((-1, "vm_state_notify running 1 reason 9 (running)"),
                      (4, "vm_state_notify running 0 reason 11 (shutdown)"))
        journal = entry(1.95, f"[{wall(1):%Y-%m-%dT%H:%M:%SZ} DEBUG virtiofsd::server] x".encode(), 501.95)
        dmesg = b"[  502.500000] kvm: hello\n"
        said = self.json(bare_report(), vm, journal, dmesg)
        self.assertEqual(self.clock(said)["offset_us"] - self.clock(said, "uptime")["offset_us"],
                         int((STARTED - 500) * 1e6))
        set_back = self.json(bare_report(), vm, journal + entry(2, b"x", 502.5), dmesg)
        self.assertGreaterEqual(self.clock(set_back, "uptime")["uncertainty_us"],
                                self.clock(said, "uptime")["uncertainty_us"] + 250000)

    def test_before_1970(self):
        text = self.text(bare_report(), b"1969-12-31T23:59:59.5Z y\n1970-01-01T00:00:00.25+05:00 vm\n")
        self.assertIn("1969-12-31 19:00:00.250000 UTC vm", text)

    def test_stamps_without_a_zone(self):
        log = f"{wall(2):%Y-%m-%d %H:%M:%S} sshd: hello\n".encode()
        at = {}
        for name, options, zone in (("utc", (), "UTC0"), ("here", (), "XXX-2"), ("said", ("--zone", "+02:00"), "UTC0")):
            said = self.json(bare_report(), log, options=("--offset", f"{STARTED - 7200:.6f}", *options), zone=zone)
            at[name] = [lane["items"][0]["start"] for lane in self.host_lanes(said)]
        self.assertEqual(at, {"utc": [], "here": [2.0], "said": [2.0]})
        # Summer and winter of one machine, whenever it is asked.
        for civil, kernel in (("2026-07-20 12:00:02", "2026-07-20T10:00:00Z"), ("2026-01-20 12:00:02", "2026-01-20T11:00:00Z")):
            said = self.json(bare_report(), f"{civil} sshd: hello\n".encode(), options=("--offset", kernel),
                             zone="CET-1CEST,M3.5.0,M10.5.0/3")
            self.assertEqual([lane["items"][0]["start"] for lane in self.host_lanes(said)], [2.0], civil)


class Requests(Correlate):
    def test_beside_the_guests_own_view(self):
        """A process that looks two names up for ever: the guest counts its calls, the host its requests."""
        lines = mount()
        for n in range(400):
            unique, t = 100 + 2 * n, 10 + n / 100
            lines += [(t, request(unique, "LOOKUP", 1, 310)),
                      (t, f"lo_lookup(parent=1, name={'a' if n % 4 else 'b'})"), (t + 0.0005, reply(unique, -2))]
        report = share_report(
            (14, "heartbeat", dict(number=1, at=14, interval_us=5000000, stage=2, progress=4, busy=[
                {"pid": 310, "comm": "looker", "cpu_us": 2500000}])),
            (19, "stall", dict(number=1, at=19, since=4, waiting_count=1, waiting=[
                {"pid": 310, "comm": "looker", "state": "D", "call": "newfstatat", "file": "/mnt"}])),
            (19, "syscalls", dict(at=19, interval_us=5000000, pid=310, comm="looker", calls=90000,
                                  counts=[{"call": "newfstatat", "calls": 80000}, {"call": "read", "calls": 9}],
                                  paths=[{"path": "/mnt/a", "share": 7500}])),
            (19.2, "syscalls", dict(at=19.2, interval_us=1000000, pid=310, comm="looker", call="read", calls=20)),
            (19.5, "heartbeat", dict(number=2, at=19.5, interval_us=5000000, stage=2, progress=4, busy=[
                {"pid": 310, "comm": "looker", "cpu_us": 500000, "read_bytes": 4096}])))
        said = self.json(report, c_log(*lines))
        process = said["processes"][0]
        self.assertEqual(process["guest"], {
            "comm": "looker", "cpu_us": 3000000, "read_bytes": 4096, "calls": 90020, "call": "newfstatat",
            "call_count": 80000, "call_interval_us": 5000000, "path": "/mnt/a",
            "path_share": 7500, "waits": "newfstatat of /mnt"})
        lookup, = process["operations"]
        self.assertEqual((lookup["requests"], lookup["failed"], lookup["peak_per_second"], lookup["slowest_us"]),
                         (400, 400, 100, 500))
        self.assertEqual({name["name"]: name["at_least"] for name in process["looks_up"]}, {"a": 300, "b": 100})
        text = self.text(report, c_log(*lines))
        self.assertIn("process 310 looker LOOKUP 400 400 100", text)
        self.assertIn("looks up most: a (300), b (100)", text)
        self.assertIn("the guest: 3.00 s of processor time, 4 KiB read, 90020 system calls, 80000 of newfstatat "
                      "within 5.00 s, most for /mnt/a (75 %), waits in newfstatat of /mnt", text)
        # The stall began at 4 s, and went on when it was told of at 19 s.
        stall, = said["stalls"]
        self.assertEqual((stall["since"], stall["until"], stall["open"], stall["requests"]), (4, 19, True, 400))
        self.assertEqual(stall["processes"], [{"pid": 310, "requests": 400}])
        self.assertIn("4.000 s to 19.000 s and on: 400 requests; 400 of process 310 looker", text)
        lane = next(lane for lane in self.host_lanes(said) if lane["name"] == "pid 310 looker")
        self.assertEqual(lane["detail"], "400 requests")

    def test_while_nothing_goes_on(self):
        """What is told again is the same stall; what is before and behind it is not in it."""
        lines = mount() + [(t, request(int(t * 100), "OPEN", 14, 300)) for t in (4, 6, 7, 9.5)]
        stalls = [(8, "stall", dict(number=1, at=8, since=5)), (9, "stall", dict(number=1, at=8, since=5, ended=9))]
        stall, = self.json(share_report(*stalls), c_log(*lines))["stalls"]
        self.assertEqual((stall["until"], stall["open"], stall["requests"]), (9, False, 2))
        self.assertIn("5.000 s to 9.000 s: 2 requests; 2 of process 300", self.text(share_report(*stalls), c_log(*lines)))
        quiet = self.text(share_report(*stalls), c_log(*mount()))
        self.assertIn("5.000 s to 9.000 s: 0 requests", quiet)
        unknown = self.text(share_report(*stalls), plain_log((6, "sshd: hello")))
        self.assertNotIn("while nothing went on", unknown)

    def test_what_nobody_answers(self):
        log = c_log(*mount(), (5, request(20, "OPEN", 14, 300)), (6, request(22, "READ", 15, 301)),
                    (7, request(24, "FORGET", 2, 0)), (8, request(26, "READ", 15, 302)),
                    (8.25, "virtio_send_data_iov: preadv ret=5 len=4096"))
        said = self.json(share_report(), log)
        self.assertEqual([(one["operation"], one["id"]) for one in said["unanswered"]], [("OPEN", 300), ("READ", 301)])
        by_pid = {process["pid"]: process for process in said["processes"]}
        self.assertEqual(by_pid[302]["operations"][0]["slowest_us"], 250000)
        self.assertIn("2 without an answer", self.text(share_report(), log))

    def test_what_is_behind_the_boot(self):
        log = c_log(*mount(), (1000, request(20, "OPEN", 14, 300)))
        self.assertEqual(self.json(share_report(), log)["logs"][0]["outside"], 1)
        said = self.json(share_report(), log, options=("--until", "2000"))
        self.assertEqual(said["logs"][0]["outside"], 0)
        self.assertIn(300, [process["pid"] for process in said["processes"]])

    def test_more_than_is_kept(self):
        lines = mount() + [(4 + n / 1000, request(100 + 2 * n, "OPEN", 14, 1000 + n)) for n in range(6000)]
        said = self.json(share_report(), c_log(*lines))
        self.assertEqual(len(said["processes"]), 512)
        self.assertEqual(sum(p["requests"] for p in said["processes"]) + said["uncounted"],
                         said["logs"][0]["requests"])
        marks = plain_log(*((2 + n / 1000, f"line {n}") for n in range(1000)))
        said = self.json(bare_report(), marks, options=("--offset", f"{STARTED}"))
        self.assertEqual(len(self.host_lanes(said)[0]["items"]), 200)
        self.assertEqual(said["left_out"], 800)

    def test_bursts_are_kept_apart(self):
        lines = mount() + [(t + n / 10000, request(int(t * 1000) * 100 + 2 * n, "OPEN", 14, 300))
                           for t in (10, 20, 30) for n in range(50)]
        said = self.json(share_report(), c_log(*lines))
        lane = next(lane for lane in self.host_lanes(said) if lane["name"] == "pid 300")
        self.assertEqual([item["label"] for item in lane["items"]], ["50 requests"] * 3)


    def test_more_bursts_than_are_kept(self):
        """Those that are near to each other become one; what is far apart stays so."""
        lines = mount() + [(t + n / 50, request(int(t * 1000) * 1000 + 2 * n, "OPEN", 14, 300))
                           for t in (10, 40) for n in range(300)]
        said = self.json(share_report(), c_log(*lines))
        items = next(lane for lane in self.host_lanes(said) if lane["name"] == "pid 300")["items"]
        self.assertLessEqual(len(items), 128)
        self.assertEqual(sum(int(item["label"].split()[0]) for item in items), 600)
        self.assertFalse([item for item in items if item["start"] < 17 < 39 < item["start"] + item["seconds"]])


class Hostile(Correlate):
    def logs(self):
        poison = made_report.HOSTILE.encode("utf-8", "surrogatepass").replace(b"\n", b"")
        yield b"2026-11-21T20:01:12Z " + poison + b"\n"
        yield c_log(*mount()) + b"[2026-11-21 20:01:14+0000] [ID: 00000007] lo_lookup(parent=1, name=" + poison + b")\n"
        yield qemu_log((-1, "vm_state_notify running 1 reason 9 (running)")) + b"77@1795291272.5:virtio_" + poison
        yield b"__REALTIME_TIMESTAMP=1795291272000000\nMESSAGE\n\x09\0\0\0\0\0\0\0\x1b[31m\xff\n\0<\n\n"

    def test_nothing_of_it_is_acted_on(self):
        for log in self.logs():
            for report in (made_report.hostile(), share_report()):
                paths = self.paths(report, [log])
                done = self.run_verb("--offset", f"{STARTED}", "--color", "never", *paths)
                self.assertIsNone(DANGEROUS.search(done.stdout + done.stderr))
                done = self.run_verb("--json", "--offset", f"{STARTED}", *paths)
                self.assertIsNone(DANGEROUS.search(done.stdout))
                json.loads(done.stdout)
                for name in ("out.svg", "out.html"):
                    done = self.run_verb("--offset", f"{STARTED}", "-o", self.folder / name, *paths)
                    self.assertEqual(done.stderr, b"")
                    root = ET.fromstring((self.folder / name).read_bytes())
                    self.assertFalse([e for e in root.iter() if e.tag.endswith("script")])

    def test_numbers_without_measure(self):
        for line in ("99999999999.9 x", "0.0 x", "[99999999999.999999] x", "9999-12-31T23:59:59Z x",
                     "1@99999999999.999999:vm_state_notify running 1 reason 9 (running)"):
            for options in ((), ("--offset", "1"), ("--offset", "1795291270")):
                done = self.run_verb(*options, *self.paths(bare_report(), [line.encode() + b"\n"]))
                self.assertEqual((done.returncode, done.stderr), (0, b""), line)


class Interface(Correlate):
    def test_pictures(self):
        log = self.file(c_log(*mount()), "host.log")
        report = self.file(share_report(), "report.jsonl")
        for name in ("out.svg", "out.html"):
            done = self.run_verb("-o", self.folder / name, report, log)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))
            root = ET.fromstring((self.folder / name).read_bytes())
            words = " ".join(root.itertext())
            self.assertIn("pid 90 bootprobe", words)
            self.assertIn("The host: its clock is known to", words)
        self.assertIn("give or take", words)
        self.assertIn("What the guest asked the host for", words)

    def test_pipes(self):
        report, log = self.file(share_report(), "report.jsonl"), c_log(*mount())
        wanted = self.run_verb(report, self.file(log, "-.log")).stdout
        done = self.run_verb(report, "-", stdin=log)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual(re.sub(rb"\s+", b"", done.stdout), re.sub(rb"\s+", b"", wanted.replace(b"-.log", b"-")))
        done = self.run_verb("-", self.folder / "-.log", stdin=share_report())
        self.assertEqual((done.returncode, done.stdout), (0, wanted))

    def test_where_a_pipe_is_kept(self):
        """In $TMPDIR; where that is full, that is said."""
        report, log = self.file(share_report(), "report.jsonl"), c_log(*mount())
        done = self.run_verb(report, "-", stdin=log, scratch=self.folder / "absent")
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"No such file or directory", done.stderr)
        done = self.run_verb(report, "-", stdin=log, scratch=self.folder, file_size=100)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"File too large", done.stderr)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["report.jsonl"])

    def test_usage(self):
        report, log = self.file(share_report(), "report.jsonl"), self.file(c_log(*mount()), "host.log")
        for arguments, why in (([], "one log"), ([report], "one log"), ([report, *[log] * 17], "16 logs"),
                               (["-", "-"], "standard input"), (["--offset", "x", report, log], "--offset"),
                               (["--offset", "-1", report, log], "--offset"), (["--offset", "nan", report, log], "--offset"),
                               (["--offset", "2026-11-21", report, log], "--offset"),
                               (["--zone", "CET", report, log], "--zone"), (["--until", "0", report, log], "--until"),
                               (["--until", "inf", report, log], "--until"), (["--width", "10", report, log], "--width"),
                               (["-o", "x.png", report, log], "-o takes"),
                               (["-o", "x.svg", "--json", report, log], "exclude"),
                               ([report, self.folder / "none"], "No such file"),
                               ([self.folder / "none", log], "No such file"),
                               ([log, log], "no report"), ([report, self.folder], "directory"),
                               ([report, self.file(b"a\nb\n", "text")], "time stamp"),
                               ([report, self.file(b"", "empty")], "time stamp")):
            done = self.run_verb(*arguments)
            self.assertEqual((done.returncode, done.stdout), (2, b""), arguments)
            self.assertIn(why.encode(), done.stderr)

    def test_exit_status(self):
        log = self.file(c_log(*mount()), "host.log")
        for name, status in (("blk-trace", 0), ("growroot-trap", 1)):
            self.assertEqual(self.run_verb(CAPTURES / f"{name}-virtio.jsonl", log).returncode, status)
        cut = b"".join(share_report().splitlines(True)[:-1])
        self.assertEqual(self.run_verb(self.file(cut, "cut.jsonl"), log).returncode, 2)


if __name__ == "__main__":
    correlate_case.BOOTPROBE = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
