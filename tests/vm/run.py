#!/usr/bin/python3
"""Boots the scenarios of tests/vm/scenarios in QEMU and judges what they left behind.

Artefacts of each lie in .cache/vm/results/<scenario>/.
"""

import argparse
import concurrent.futures
import contextlib
import fcntl
import fnmatch
import json
import re
import shlex
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]

import cache
import correlate
import debian
import dracut
import expect
import findings
import host
import images
import kernels
import loaders
import machine
import scenario as scenarios

SCENARIOS = HERE / "scenarios"
RESULTS = images.VM / "results"
SLOTS = [Path(f"/tmp/bootprobe-vm-slot-{n}") for n in (1, 2)]
HOOK = dracut.BUILD / "bootprobe-hook"
# Shown when a scenario fails.
LOGS = ("qemu.log", "virtiofsd.log", "serial0.log", "screen.txt", "test-port.log")
TAIL_LINES = 15
POLL_S = 0.05
# A machine that is ended at a prompt gets this long to finish what it writes.
SETTLE_S = 1.0
REPORT_LIMIT_BYTES = 16 << 20


@contextlib.contextmanager
def vm_slot():
    """Waits for one of the two places for a VM that this whole machine has."""
    files = [open(path, "w") for path in SLOTS]
    try:
        while True:
            for file in files:
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    yield
                    return
            time.sleep(0.2)
    finally:
        for file in files:
            file.close()


class Reader(threading.Thread):
    """The host's end of a socket chardev: connects, at once or late, and keeps what it reads."""

    def __init__(self, scenario, folder):
        super().__init__(daemon=True)
        self.socket_path = machine.report_socket(folder)
        self.output = folder / "report-port.log"
        self.test_port = folder / "test-port.log"
        self.after = scenario.report.reader_after if scenario.report.port == "socket-late" else None
        self.over = threading.Event()

    def run(self):
        while self.after and not self.over.is_set() and self.after not in read_text(self.test_port):
            time.sleep(0.1)
        client = self._connect()
        if client:
            with client, open(self.output, "wb") as out:
                self._copy(client, out)

    def _connect(self):
        # The path of a socket is short; that of a work folder may not be.
        while not self.over.is_set():
            client = socket.socket(socket.AF_UNIX)
            with contextlib.suppress(OSError):
                client.connect(str(self.socket_path))
                return client
            client.close()
            time.sleep(0.05)
        return None

    @staticmethod
    def _copy(client, out):
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                out.write(data)
                if out.tell() > REPORT_LIMIT_BYTES:
                    return


def read_text(path):
    return path.read_bytes().decode("utf-8", "replace").replace("\r", "") if path.exists() else ""


def run_qemu(scenario, folder, args, disks, share=None):
    """Runs QEMU until it ends; returns a complaint, or None. Kills it at its deadline."""
    with host.Host(scenario, folder, disks, share) as attendant:
        complaint = run_attended(scenario, folder, args, attendant)
    return attendant.complaint or complaint


def run_attended(scenario, folder, args, attendant):
    reader = Reader(scenario, folder)
    with open(folder / "qemu.log", "wb") as log:
        qemu = subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    attendant.attend()
    if scenario.report.port in ("socket", "socket-late"):
        reader.start()
    try:
        ended = wait_for_end(scenario, folder, qemu)
    finally:
        if qemu.poll() is None:
            qemu.kill()
            qemu.wait()
        reader.over.set()
        if reader.ident:
            reader.join(5)
    if not ended:
        return f"the machine still ran after {scenario.timeout_s} s"
    return f"QEMU ended with status {qemu.returncode}" if qemu.returncode > 0 else None


def wait_for_end(scenario, folder, qemu):
    """Waits until QEMU ends or the scenario has what it waits for. False at the deadline."""
    deadline = time.monotonic() + scenario.timeout_s
    while time.monotonic() < deadline:
        if qemu.poll() is not None:
            return True
        if scenario.until and re.search(scenario.until, seen_so_far(folder), re.M):
            time.sleep(SETTLE_S)
            return True
        time.sleep(POLL_S)
    return False


def serial_text(folder):
    return "".join(read_text(path) for path in sorted(folder.glob("serial*.log")))


def seen_so_far(folder):
    return serial_text(folder) + read_text(folder / "report-port.log")


def split_sections(text):
    """The parts that stage 2 sent between its markers, by name."""
    sections, name = {}, None
    for line in text.splitlines():
        if line.startswith("@@begin "):
            name = line.removeprefix("@@begin ")
            sections[name] = []
        elif line == "@@end":
            name = None
        elif name is not None:
            sections[name].append(line)
    return {name: "\n".join(lines).rstrip("\n") + "\n" for name, lines in sections.items()}


def followed(log):
    """What somebody sees who follows the report port."""
    # It goes on by itself where the report has no end.
    done = subprocess.run(["timeout", "-s", "INT", "10", images.BOOTPROBE, "read", "--follow", log],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return done.stdout + done.stderr


def collect(folder):
    """(texts, captures): what was seen where, and the lines of records on each output."""
    test = read_text(folder / "test-port.log")
    for name, text in split_sections(test).items():
        target = folder / "guest" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    serial = serial_text(folder)
    texts = {"test": test, "serial": serial, "report": read_text(folder / "report-port.log"),
             "kmsg": read_text(folder / "guest/kmsg"), "held": read_text(folder / "guest/held"), "screen": read_text(folder / "screen.txt")}
    run_report = read_text(folder / "guest/run/report.jsonl")
    captures = {"virtio": texts["report"], "run": run_report, "kmsg": texts["kmsg"],
                "console": serial}
    captures = {name: expect.records_of(text.encode()) for name, text in captures.items()}
    for name, lines in captures.items():
        if lines:
            (folder / f"{name}.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    return texts, captures


def boot(scenario, hook, folder, is_exact):
    """Boots one scenario; returns (complaints, its judgement, seconds that it ran)."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    kernel = kernels.kernel(scenario.kernel)
    initrd = folder / "initrd"
    images.initrd(scenario, hook, initrd)
    disks = [images.disk_image(disk.spec(), scenario.kernel) for disk in scenario.disk]
    share = images.stage2(scenario.kernel, scenario.share.stage2) if scenario.share else None
    args = machine.CommandLine(scenario, folder, is_exact).build(kernel.vmlinuz, initrd, disks, share)
    (folder / "qemu.sh").write_text(shlex.join(args) + "\n")
    with vm_slot():
        started = time.monotonic()
        complaint = run_qemu(scenario, folder, args, disks, share)
        seconds = time.monotonic() - started
    texts, captures = collect(folder)
    if scenario.expect.follow:
        texts["follow"] = followed(folder / "report-port.log")
    judgement = expect.Judgement(scenario, folder, texts, captures)
    complaints = ([complaint] if complaint else []) + judgement.judge()
    # When instructions are counted, the guest's seconds are not the host's.
    if not is_exact:
        complaints += correlate.judge(scenario, folder)
    return complaints, judgement, seconds


def unmet(scenario, hook):
    """Why this scenario cannot run here, or None."""
    if scenario.machine.firmware == "ovmf" and not machine.OVMF.exists():
        return f"no {machine.OVMF}"
    if (scenario.cpio or scenario.expect.correlate) and not images.BOOTPROBE.exists():
        return f"no {images.BOOTPROBE}: build it"
    if scenario.share and scenario.share.kind == "virtiofs" and not host.VIRTIOFSD.exists():
        return f"no {host.VIRTIOFSD}"
    if missing := loaders.unmet(scenario.boot):
        return f"no {missing}"
    if scenario.store and not shutil.which(images.MKSQUASHFS):
        return f"no {images.MKSQUASHFS}"
    if scenario.installed and dracut.BUILD not in hook.parents:
        return f"the hook is not from {dracut.BUILD}, so it cannot be installed"
    return None


class Result:
    def __init__(self, scenario, verdict, complaints, seconds, found=findings.Verdict(False)):
        self.scenario, self.verdict, self.found = scenario, verdict, found
        self.complaints, self.seconds = complaints, seconds
        self.notes, self.tails = [], []

    def print(self):
        print(f"{self.verdict:4} {self.seconds:6.1f} s  {self.scenario.name}: "
              f"{self.scenario.summary}")
        for line in [*self.complaints, *self.notes, *self.tails]:
            print("       " + line.replace("\n", "\n       "))
        sys.stdout.flush()


def tail(path):
    """The end of a log, in a form that a terminal can bear."""
    lines = read_text(path).splitlines()[-TAIL_LINES:]
    clean = ["| " + "".join(c if c.isprintable() else "?" for c in line[:200]) for line in lines]
    return "\n".join([f"-- end of {path}", *clean]) if lines else f"-- nothing in {path}"


def run_one(scenario, hook, options):
    reason = unmet(scenario, hook)
    if scenario.variant_of and not options.all and not options.names:
        reason = f"for want of time; {scenario.variant_of} shows nearly the same (--all)"
    if reason:
        return Result(scenario, "SKIP", [reason], 0.0)
    folder = RESULTS / scenario.name
    # Somebody else may run the same scenario.
    with cache.locked(folder):
        result = run_in_folder(scenario, hook, options.keep, folder, options.exact)
        if result.verdict == "FAIL" and not options.exact and ran_out_of_time(folder, result):
            result = run_in_folder(scenario, hook, options.keep, folder, is_exact=True)
            result.complaints.append("this is the second try: in the first, the guest was too slow")
    return result


def ran_out_of_time(folder, result):
    """Whether something took longer than it may: under emulation that tells of a busy host, and what
    the report then says or lacks is no fault of the guest."""
    if any(name in complaint for complaint in result.complaints for name in findings.OF_TIME):
        return True
    return any(b'"state":"timeout"' in path.read_bytes() for path in folder.glob("*.jsonl"))


def run_in_folder(scenario, hook, keep, folder, is_exact=False):
    found, notes, seconds = findings.Verdict(False), [], 0.0
    try:
        complaints, judgement, seconds = boot(scenario, hook, folder, is_exact)
        found, notes = judgement.verdict, judgement.notes
    except host.Failed as error:
        complaints = [f"on the host: {error}"]
    except (debian.Unavailable, subprocess.CalledProcessError) as error:
        complaints = [f"an image could not be made: {error}"]
    if not keep:
        for name in ("initrd", "ovmf-vars.fd", *loaders.WAYS[scenario.boot].made):
            (folder / name).unlink(missing_ok=True)
    result = Result(scenario, "FAIL" if complaints else "PASS", complaints, seconds, found)
    result.notes = notes
    result.tails = [tail(folder / log) for log in LOGS] if complaints else []
    (folder / "result.json").write_text(json.dumps(
        {"scenario": scenario.name, "verdict": result.verdict, "seconds": round(seconds, 1),
         "complaints": complaints}, indent=1) + "\n")
    return result


def chosen(names, tag):
    everything = scenarios.load_all(SCENARIOS)
    if tag:
        everything = [s for s in everything if tag in s.tags]
    if not names:
        return everything
    found = [s for s in everything if any(fnmatch.fnmatch(s.name, n) for n in names)]
    if not found:
        sys.exit(f"run.py: no scenario matches {' '.join(names)}")
    return found


def find_hook(path):
    hook = Path(path).resolve() if path else HOOK
    if not hook.is_file():
        sys.exit(f"run.py: no hook at {hook}: build it, or say --hook")
    return hook


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="scenarios, or patterns of their names")
    parser.add_argument("--hook", help=f"the static bootprobe-hook to put into the initrds (default: {HOOK})")
    parser.add_argument("--jobs", type=int, default=2, help="VMs at once, at most 2")
    parser.add_argument("--exact", action="store_true",
                        help="count instructions at once, not only in a second try: a busy host does no harm")
    parser.add_argument("--keep", action="store_true", help="keep initrds, so that qemu.sh runs again")
    parser.add_argument("--list", action="store_true", help="only name the scenarios")
    parser.add_argument("--all", action="store_true", help="variants of other scenarios as well")
    parser.add_argument("--tag", help="only scenarios with this tag")
    return parser.parse_args()


def main():
    options = arguments()
    picked = chosen(options.names, options.tag)
    if options.list:
        for scenario in picked:
            print(f"{scenario.name:28} {scenario.kernel:11} {scenario.initrd:16} {scenario.summary}")
        return 0
    hook = find_hook(options.hook)
    counts, verdicts = {"PASS": 0, "FAIL": 0, "SKIP": 0}, []
    jobs = max(1, min(options.jobs, len(SLOTS)))
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        running = [pool.submit(run_one, s, hook, options) for s in picked]
        for done in concurrent.futures.as_completed(running):
            result = done.result()
            counts[result.verdict] += 1
            verdicts.append(result.found)
            result.print()
    print(findings.score(verdicts))
    print(f"{counts['PASS']} passed, {counts['FAIL']} failed, {counts['SKIP']} skipped")
    return 1 if counts["FAIL"] else 0


if __name__ == "__main__":
    sys.exit(main())
