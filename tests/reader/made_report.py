#!/usr/bin/python3
"""Makes reports that no machine at hand would write: 200 disks, names that attack.

    made_report.py disks N > FILE      a boot with N disks, a few of which stand out
    made_report.py hostile > FILE      every text of it tries to break out
    made_report.py recording END > FILE   a boot that was watched up to: up, exit,
                                       time-over, shutdown, lost, open
"""

import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from report_lines import seal

HOSTILE = ("\x1b]52;c;ZXZpbA==\x07\x1b[31m\u009b2J</text></title><script>alert(1)</script>"
           "&amp;&#0;]]>\"'--> \x00\x7f\u202e\ufffe\U0001f4a5")


class Report:
    """Lines of one report, numbered, with right checksums."""

    def __init__(self, boot="5a1f09c3"):
        self.boot, self.lines, self.seq = boot, [], 0

    def line(self, t, kind, members):
        self.seq += 1
        frame = {"bootprobe": 1, "boot": self.boot, "seq": self.seq, "t": round(t, 6), "type": kind}
        body = json.dumps(frame | members, separators=(",", ":"), ensure_ascii=False)[:-1]
        # As the format has it: C1 and DEL are escaped like C0.
        body = re.sub("[\x7f-\x9f]", lambda match: f"\\u{ord(match[0]):04x}", body)
        self.lines.append(seal(body.encode("utf-8", "surrogatepass")))
        return self.seq

    def add(self, t, kind, /, **members):
        return self.line(t, kind, members)

    def add_array(self, t, kind, key, elements, each=12):
        """A record with an array that goes on in further lines."""
        first = self.seq + 1
        for at in range(0, max(len(elements), 1), each):
            members = {key: elements[at:at + each]}
            if at:
                members = {"cont": first} | members
            if at + each < len(elements):
                members["more"] = True
            self.line(t, kind, members)

    def end(self, t, findings=(), errors=0, warnings=0, phase="finish"):
        self.add(t, "end", phase=phase, records=self.seq + 1, errors=errors, warnings=warnings,
                 findings=list(findings))

    def text(self):
        return b"".join(line + b"\n" for line in self.lines)


def start(report):
    report.add(1.9, "begin", version="0.1.0", verb="start")
    report.add(1.901, "config", budget_us=1000000, stall_us=30000000, sinks=["kmsg", "virtio"])
    report.add(1.95, "platform", hypervisor="kvm", machine="pc-q35-9.0", firmware="ovmf",
               kernel="6.12.0", architecture="x86_64", memory_kib=8000000, cpus=8, initrd="dracut")
    report.add(1.951, "cmdline", length_bytes=30,
               parameters=["bootprobe", "console=ttyS0", "root=/dev/vda1"])
    report.add(1.96, "kernel.event", kind="console-enabled", stamp=0.21, subject="ttyS0",
               text="printk: console [ttyS0] enabled")
    report.add(1.96, "kernel.event", kind="initrd", stamp=1.8, subject="/init",
               text="Run /init as init process")


def disk_name(index, prefix):
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return prefix + letters


def reads(slow=1):
    return [{"what": what, "offset_bytes": offset, "duration_us": int(duration * slow)}
            for what, offset, duration in (("mbr", 0, 900), ("gpt-primary", 512, 210),
                                           ("gpt-entries", 1024, 340), ("gpt-backup", 1 << 30, 800))]


def disks(count, rest=7, odd=True):
    """Two thirds virtio-scsi, one third virtio. One is slow, one late, one does not answer, one
    fails: they have to be seen among the others; not with odd=False. rest: how long the boot goes on
    behind the last of them."""
    report = Report()
    start(report)
    blocks, probes, findings = [], [], []
    for i in range(count):
        scsi = i % 3 != 0
        name = disk_name(i, "sd" if scsi else "vd")
        arrived = 2.2 + 0.004 * i
        slow = 1
        if odd and i == count // 2 and count > 1:
            slow = 900
        if odd and i == count - 1 and count > 2:
            arrived += 6
        header_reads = reads(slow)
        if odd and i == 7:
            header_reads = [header_reads[0], {"what": "gpt-primary", "offset_bytes": 512,
                                              "open_since": arrived + 0.1}]
        if odd and i == 11:
            header_reads[3] = header_reads[3] | {"error": "EIO"}
        blocks.append((arrived + 0.05 + 0.003 * slow, dict(
            name=name, transport="virtio-scsi" if scsi else "virtio",
            driver="virtio_scsi" if scsi else "virtio_blk", serial=f"disk{i}",
            size_bytes=(20 << 30) + (i % 5 << 34), sector_bytes=512, arrived=arrived,
            udev=arrived + 0.03, header_reads=header_reads,
            partitions=[{"name": f"{name}1", "number": 1, "start_bytes": 1048576,
                         "size_bytes": 1 << 30, "arrived": arrived + 0.004,
                         "udev": arrived + 0.035}])))
        probes.append({"name": "disk", "subject": name, "duration_us": 4000 * slow})
    # A reader takes a time that goes back for another report.
    for t, block in sorted(blocks, key=lambda entry: entry[0]):
        report.add(t, "block", **block)
    last = max(2.2 + 0.004 * count + rest, max(t for t, _ in blocks) + 0.1)
    if odd and count > 7:
        findings.append(report.add(last, "finding", id="disk.hung", severity="error",
                                   subject=disk_name(7, "sd"),
                                   summary="the disk does not answer: a read of its GPT has been "
                                   "open since it arrived"))
    probes[:0] = [{"name": name, "duration_us": 40000 + 9000 * i} for i, name in enumerate(
        ("platform", "cmdline", "acpi", "fwcfg", "console", "uart", "virtio", "driver"))]
    report.add(last, "root", kind="device", spec="/dev/vda1", device_count=1, devices=["vda1"],
               since=2.21)
    report.add_array(last + 0.1, "probe", "done", probes)
    report.end(last + 0.2, findings, errors=len(findings))
    return report.text()


def events(count, bad=1):
    """So many lines of the kernel log, the last `bad` of which are errors."""
    report = Report()
    start(report)
    for i in range(count):
        report.add(2.0, "kernel.event", kind="io-error" if i >= count - bad else "mount",
                   stamp=0.3 + i / 200, subject=f"/mnt{i}", text=f"mounted number {i}")
    report.end(2.1)
    return report.text()


def hostile():
    """The same text for everything that a guest can name."""
    h, report = HOSTILE, Report()
    report.add(1.0, "begin", version=h, verb="start")
    report.add(1.1, "config", budget_us=1, stall_us=1, sinks=[h], problems=[h])
    report.add(1.2, "platform", hypervisor=h, machine=h, sys_vendor=h, product=h, firmware=h,
               firmware_version=h, kernel=h, architecture=h, initrd=h, boot_loader=h, clocksource=h)
    report.add(1.2, "cmdline", parameters=[h, f"console={h}", f"{h}=1", h * 8])
    report.add(1.2, "acpi.table", read="ok", tables=[{"name": h, "oem": h}])
    report.add(1.2, "acpi.device", path=h, hid=h, declared=True, driver=h, tty=h)
    report.add(1.2, "fwcfg", driver=h, items=[{"name": h, "size_bytes": 1, "content": h}])
    report.add(1.2, "console", name=h, kind=h, registered=True, open=h, empty_write=h, backend=h)
    report.add(1.2, "console", name="/dev/console", device=h, open=h, empty_write=h)
    report.add(1.2, "console", name="pid1", descriptors=[{"number": 0, "link": h, "target": h}])
    report.add(1.2, "uart", name=h, live=True, uart=h, port=h, bus=h, driver=h, acpi_path=h, irq=4)
    report.add(1.2, "device", bus=h, name=h, role=h, bound=False, ids=h, module=h, state=h)
    report.add(1.2, "device", bus="virtio", devices=[{"name": h, "kind": h, "driver": h}])
    report.add(1.2, "virtio.port", device=h, name=h)
    report.add(1.2, "kernel.event", kind=h, stamp=0.5, subject=h, text=h)
    report.add(1.2, "kernel.event", kind="io-error", stamp=-1e300, subject=h, text=h)
    report.add(1.3, "block", name=h, transport=h, driver=h, model=h, serial=h, size_bytes=-1,
               arrived=1.25, udev=1.26, open_error=h, holder=h,
               header_reads=[{"what": h, "offset_bytes": 0, "duration_us": 4000, "error": h},
                             {"what": h, "offset_bytes": 0, "open_since": 1.28}],
               partitions=[{"name": h, "number": 1, "start_bytes": 0, "size_bytes": 1,
                            "arrived": 1.27, "udev": 1.5, "removed": 1.6}])
    report.add(1.3, "gpt", disk=h, kind=h, primary=h, primary_problem=h, backup=h, disk_guid=h)
    report.add(1.3, "partition", disk=h, number=1, device=h, kind=h, name=h, first_lba=9,
               last_lba=1)
    report.add(1.3, "filesystem", device=h, fstype=h, label=h, error=h)
    report.add(1.3, "root", kind=h, spec=h, devices=[h], device_count=1, since=1.3)
    report.add(1.3, "handoff", root=h, root_open=h, fstype=h, source=h, init=h, init_stat=h,
               init_target=h, init_type=h, architecture=h, interpreters=[{"path": h, "stat": h}])
    report.add(1.3, "grower", name=h, where=h, path=h)
    report.add(1.3, "recorder", state=h, seize=h, trace=h, ended=-1)
    report.add(1.3, "heartbeat", number=-1, at=1e300, interval_us=0, stage=9, progress=-1e300,
               processes=-5, busy=[{"pid": -1, "comm": h, "cpu_us": 1 << 62}])
    report.add(1.3, "heartbeat", number=1, at=1.29, interval_us=10000, stage=2, progress=1.285,
               processes=1 << 62, busy=[{"pid": 1, "comm": h, "cpu_us": 5}])
    report.add(1.3, "stall", number=1, at=1.28, since=1.27, job_count=-1, waiting_count=1 << 62,
               jobs=[{"unit": h, "type": h}], waiting=[{"comm": h, "call": h, "file": h, "wait_channel": h}])
    report.add(1.3, "stall", number=h, at=h, since=[], jobs=h, waiting={})
    report.add(1.3, "syscalls", at=1.29, interval_us=1, pid=1, comm=h, calls=1 << 62, files=[{"file": h}],
               counts=[{"call": h, "calls": -1}, h], paths=[{"path": h, "share": -1}])
    report.add(1.3, "up", at=1.29, because=h, handoff=-3,
               slow=[{"name": h, "started": 1.28, "duration_us": 1 << 62}, {"name": h}])
    report.add(1.3, "pid1", wait_status=-1, at=1.29, comm=h, executable=h, arguments=h,
               calls=[{"comm": h, "call": h, "path": h, "error": h}])
    findings = [report.add(1.4, "finding", id=h, severity=severity, subject=h, summary=h * 3,
                           part_of=h, fix=[{"tool": h, "change": h}])
                for severity in ("error",)]
    report.add(1.4, "probe", name=h, subject=h, state=h, error=h, wait_channel=h, duration_us=5000)
    report.add(1.4, "probe", done=[{"name": h, "subject": h, "duration_us": 1000},
                                   {"name": "disk", "subject": h, "duration_us": 1000}])
    report.end(1.5, findings, errors=1)
    return report.text()


def heartbeat(report, number, at, progress=None, stage=2, **more):
    report.add(at, "heartbeat", number=number, at=at, interval_us=5000000, stage=stage,
               progress=at - 0.4 if progress is None else progress, processes=100 + 30 * number,
               messages=400 + 10 * number, mounts=12 + number, uevents=900, units=9 * number,
               console_bytes=4096 * number, available_bytes=800 << 20,
               busy=[{"pid": 300 + number, "comm": "systemd-udevd", "cpu_us": 4650000,
                      "descriptors": 17}], **more)


def stall(report, t, number=1, since=15.0, ended=None, **more):
    """With two jobs that systemd waits for, and a process that a disk does not answer."""
    members = {"number": number, "at": t, "since": since, "jobs_read": "ok", "job_count": 5,
               "jobs": [{"id": 7, "unit": "dev-vdb.device", "type": "start", "state": "running"},
                        {"id": 9, "unit": "srv.mount", "type": "start", "state": "waiting"},
                        {"id": 11, "unit": "local-fs.target", "type": "start", "state": "waiting"}],
               "waiting": [{"pid": 88, "comm": "jbd2/vda1-8", "state": "D", "call": "fsync",
                            "file": "/var/log/journal/x", "device": "vda1",
                            "wait_channel": "io_schedule", "stack": "io_schedule bit_wait_io"}]}
    if ended is not None:
        members["ended"] = ended
    return report.add(ended or t, "stall", **(members | more))


def syscalls(report, t, comm="looper", call="newfstatat", calls=60000, **more):
    return report.add(t, "syscalls", **({
        "at": t, "interval_us": 5000000, "pid": 412, "comm": comm, "calls": calls,
        "counts": [{"call": call, "calls": calls - 5}, {"number": 999, "calls": 5}], "lookups": 4000,
        "different_paths": 2, "paths": [{"path": "/run/a", "share": 5000},
                                        {"path": "/run/b", "share": 4950}]} | more))


def up(report, t, **more):
    return report.add(t, "up", **({
        "at": t, "because": "agetty runs", "handoff": 5.1,
        "slow": [{"name": "apt-daily.service", "started": 12.0, "duration_us": 12100000},
                 {"name": "ssh.service", "started": 30.5, "duration_us": 3000000}]} | more))


def pid1(report, t, wait_status=512, **more):
    return report.add(t, "pid1", **({
        "wait_status": wait_status, "at": t - 0.02, "comm": "init", "executable": "/usr/bin/dash",
        "calls": [{"pid": 1, "comm": "init", "at": t - 0.1 + i / 100, "call": "open",
                   "path": f"/lib/{i}", "error": "ENOENT"} for i in range(6)]} | more))


TRAP = {"id": "growroot.trap", "severity": "error", "subject": "growroot",
        "summary": "this boot will panic (exitcode 0x00000200 or 0x00000100): growroot enlarges "
                   "sda1, then dies of its own message"}


def recording(end="up", beats=6, predicted=(), stalls=(), calls=0, findings=(), handed_off=True,
              boot="5a1f09c3", stuck=None, **last):
    """A boot that was watched. predicted: findings of stage 1; findings: those that hold in the end.
    stalls: pairs of number and when it ended, or None. last: members of the record of its end."""
    report = Report(boot)
    start(report)
    report.add(2.0, "recorder", state="watching", seize="ok", trace="ok", paths="ok")
    for one in predicted:
        report.add(4.6, "finding", **one)
    if handed_off:
        report.end(5.0, errors=len(predicted))
    # A reader takes a time that goes back for another report.
    seen = [(5.0 * (number + 1), heartbeat, (number, 5.0 * (number + 1)), {})
            for number in range(1, beats + 1)]
    seen += [(ended or 30.0 + number, stall, (30.0 + number, number), {"ended": ended} | ({"stuck_disk": stuck} if stuck else {}))
             for number, ended in stalls]
    seen += [(35.0 + 5 * number, syscalls, (35.0 + 5 * number,), {}) for number in range(calls)]
    for _, tell, arguments, members in sorted(seen, key=lambda one: one[0]):
        tell(report, *arguments, **members)
    at = last.pop("at", 41.0)
    if end == "up":
        up(report, at, **last)
    elif end == "exit":
        pid1(report, at, **last)
    if end != "open":
        report.add(at, "recorder", state=end, seize="ok", trace="ok", paths="ok", ended=at)
    sequences = [report.add(at + 0.1, "finding", **one) for one in findings]
    if end not in ("open", "lost"):
        report.end(at + 0.2, sequences, errors=sum(
            one["severity"] == "error" and "part_of" not in one for one in findings), phase=end)
    return report.text()


if __name__ == "__main__":
    made = {"disks": lambda count: disks(int(count)), "hostile": hostile, "recording": recording}
    text = made[sys.argv[1]](*sys.argv[2:])
    sys.stdout.buffer.write(text)
