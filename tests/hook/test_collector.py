#!/usr/bin/python3
"""The collector of a boot, in states and orders that a boot rarely gets into.

    test_collector.py BOOTPROBE_HOOK SLOW_FORK_LIBRARY

Runs in namespaces of its own, as process 1, with a kernel command line that switches the hook on.
Needs root (exit status 77: skipped). Nothing here depends on how fast the machine is: what is to come
is waited for.
"""

import contextlib
import fcntl
import json
import os
import pty
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import tty
import unittest
from pathlib import Path

BOX = ["unshare", "-m", "-n", "-p", "-f", "--mount-proc"]
PATIENCE_S = 120
ADDRESS = "\0org.bootprobe.collector"
NOBODY = 65534
PAGE = 4096
REPORT = Path("/run/bootprobe/report.jsonl")
CMDLINE = Path("/run/cmdline")


def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)


def processes():
    """(pid, parent) of each process of the hook."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (folder / "cmdline").read_bytes().startswith(b"@bootprobe"):
                yield int(folder.name), int((folder / "stat").read_text().rsplit(")")[-1].split()[1])


def reap():
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def collectors():
    reap()
    return [pid for pid, parent in processes() if parent == 1]


def children():
    return [pid for pid, parent in processes() if parent != 1]


def records(kind):
    found = []
    with contextlib.suppress(FileNotFoundError):
        for line in REPORT.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n"):
                found.append(json.loads(line))
    return [record for record in found if record["type"] == kind]


def phases():
    return [end["phase"] for end in records("end")]


def until(condition, *arguments):
    """Waits for it, for longer than any machine takes."""
    end = time.monotonic() + PATIENCE_S
    while not condition(*arguments):
        if time.monotonic() > end:
            raise AssertionError(f"{condition.__name__}{arguments} never came")
        time.sleep(0.01)


def ask(message=b"-"):
    """A client that has asked for the final pass."""
    client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    client.settimeout(PATIENCE_S)
    client.connect(ADDRESS)
    client.send(message)
    return client


def answer():
    with contextlib.closing(ask()) as client:
        return client.recv(16)


def kill_children(client):
    """Whether the client has its answer; until then no child comes to its end."""
    for pid in children():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGABRT)
    with contextlib.suppress(TimeoutError):
        return client.recv(16) == b"done"


@contextlib.contextmanager
def waiting_port():
    """A virtio console that its driver has not taken: a port may still come."""
    mount("-t", "tmpfs", "none", "/sys")
    try:
        device = Path("/sys/bus/virtio/devices/virtio0/device")
        device.parent.mkdir(parents=True)
        device.write_text("0x0003\n")
        yield
    finally:
        subprocess.run(["umount", "-l", "/sys"], check=True)


@contextlib.contextmanager
def narrow_port():
    """The report port, behind which a host reads one page and no more: gives its end of it."""
    Path("/run/dev").mkdir()
    Path("/run/dev/null").touch()
    mount("--bind", "/dev/null", "/run/dev/null")
    os.mkfifo("/run/dev/vport0p1")
    host = os.open("/run/dev/vport0p1", os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(host, fcntl.F_SETPIPE_SZ, PAGE)
    mount("-t", "tmpfs", "none", "/sys")
    mount("--rbind", "/run/dev", "/dev")
    try:
        name = Path("/sys/class/virtio-ports/vport0p1/name")
        name.parent.mkdir(parents=True)
        name.write_text("org.bootprobe.report.0\n")
        yield host
    finally:
        subprocess.run(["umount", "-l", "/sys", "/dev", "/run/dev/null"], check=True)
        shutil.rmtree("/run/dev")
        os.close(host)


class Test(unittest.TestCase):
    def setUp(self):
        for pid in collectors():
            os.kill(pid, signal.SIGKILL)
        until(self.is_gone)
        shutil.rmtree("/run/bootprobe", ignore_errors=True)

    tearDown = setUp

    @staticmethod
    def is_gone():
        return not collectors() and not children()

    def hook(self, *arguments, slow_ms=0):
        environment = dict(os.environ)
        if slow_ms:
            environment.update(LD_PRELOAD=SLOW_FORK, SLOW_FORK_MS=str(slow_ms),
                               ASAN_OPTIONS="verify_asan_link_order=0")
        self.assertEqual(subprocess.run([HOOK, *arguments], env=environment, check=False,
                                        stdin=subprocess.DEVNULL).returncode, 0)

    def start(self, options="", slow_ms=0):
        """A collector that hears signals. Returns its process id."""
        CMDLINE.write_text(f"bootprobe bootprobe.sinks=run bootprobe.stall=60 {options}\n")
        self.hook("start", slow_ms=slow_ms)
        until(records, "begin")
        until(collectors)
        return collectors()[0]

    def terminate(self, pid):
        os.kill(pid, signal.SIGTERM)
        until(self.is_gone)

    # ------------------------------------------------------------------ finish

    def test_finish_reports_when_the_collector_died_after_a_stall(self):
        pid = self.start("bootprobe.stall=1")
        until(lambda: "stall" in phases())
        os.kill(pid, signal.SIGKILL)
        until(self.is_gone)
        self.hook("finish", "--root", "/")
        until(lambda: phases()[-1] == "finish")
        self.assertEqual([begin["verb"] for begin in records("begin")], ["start", "finish"])

    def test_finish_reports_once_without_a_sink_in_run(self):
        master, slave = pty.openpty()
        tty.setraw(slave)
        output = bytearray()

        def drain():
            with contextlib.suppress(OSError):
                while chunk := os.read(master, 65536):
                    output.extend(chunk)

        thread = threading.Thread(target=drain)
        thread.start()
        mount("--bind", os.ttyname(slave), "/dev/kmsg")
        try:
            CMDLINE.write_text("bootprobe bootprobe.sinks=kmsg\n")
            self.hook("finish")
            until(lambda: b'"type":"end"' in output)
            until(self.is_gone)
            self.hook("finish")
            self.assertTrue(self.is_gone())
        finally:
            subprocess.run(["umount", "/dev/kmsg"], check=True)
            os.close(slave)
            thread.join()
        self.assertEqual(output.count(b'"type":"begin"'), 1)
        self.assertFalse(REPORT.exists())

    def test_a_stall_pass_does_not_answer_finish(self):
        self.start("bootprobe.stall=1", slow_ms=400)
        until(lambda: not children())
        until(children)
        self.assertEqual(answer(), b"done")
        self.assertEqual(phases()[-1], "finish")

    def test_finish_is_answered_while_something_waits_for_delivery(self):
        with waiting_port():
            pid = self.start("bootprobe.sinks=run,virtio")
            self.assertEqual(answer(), b"done")
            self.assertEqual(collectors(), [pid])
            self.assertEqual(answer(), b"done")
            self.assertEqual(phases(), ["finish"])
            self.terminate(pid)
        self.assertEqual(phases(), ["finish", "delivered"])
        account = next(sink for sink in records("sink")[-1]["sinks"] if sink["name"] == "virtio")
        self.assertGreater(account["dropped"], 0)

    def test_a_host_that_reads_too_little(self):
        with narrow_port() as host:
            pid = self.start("bootprobe.sinks=run,virtio")
            until(lambda: len(os.read(host, PAGE)) > 0)
            self.assertEqual(answer(), b"done")
            self.terminate(pid)
        self.assertEqual(phases(), ["finish", "delivered"])
        account = next(sink for sink in records("sink")[-1]["sinks"] if sink["name"] == "virtio")
        self.assertGreater(account["delivered"], 0)
        self.assertGreater(account["dropped"], 0)
        finding = next(f for f in records("finding") if f["id"] == "sink.dropped")
        self.assertEqual((finding["severity"], finding["subject"]), ("warning", "virtio"))
        self.assertRegex(finding["summary"],
                         r"^\d+ records could not be delivered to /dev/vport0p1$")
        self.assertIn(finding["seq"], records("end")[-1]["findings"])

    def test_a_probe_that_dies(self):
        """All that are started from the request on: later runs take back what was said of earlier ones."""
        self.start(slow_ms=400)
        with contextlib.closing(ask()) as client:
            client.settimeout(0.02)
            until(kill_children, client)
        crashed = {probe.get("subject", probe["name"]): probe for probe in records("probe")
                   if probe.get("state") == "crashed"}
        holding = records("end")[-1]["findings"]
        findings = [f for f in records("finding") if f["id"] == "probe.crashed" and f["seq"] in holding]
        self.assertTrue(findings)
        for finding in findings:
            probe = crashed[finding["subject"]]
            name = probe["name"] + (f" of {probe['subject']}" if "subject" in probe else "")
            self.assertEqual(probe["signal"], signal.SIGABRT)
            self.assertEqual(finding["severity"], "warning")
            self.assertEqual(finding["summary"],
                             f"the probe {name} died of signal {int(signal.SIGABRT)}")

    def test_who_leaves_the_prompt_lets_stage_1_go_on(self):
        self.start()
        self.hook("finish", "--gave-up", "--root", "/run")
        until(lambda: phases() == ["finish"])
        self.assertEqual(len(collectors()), 1)
        self.hook("finish", "--gave-up")
        self.hook("finish", "--root", "/run")
        until(lambda: phases()[:3] == ["finish"] * 3)
        self.assertEqual([end.get("gave_up") for end in records("end")][:3], [True, True, None])
        self.assertEqual(records("handoff")[-1]["root"], "/run")

    def test_a_long_root_is_looked_at(self):
        root = Path("/run") / ("r" * 100) / ("s" * 100) / ("t" * 100)
        root.mkdir(parents=True)
        self.start()
        self.hook("finish", "--root", str(root))
        until(lambda: "finish" in phases())
        self.assertEqual(records("handoff")[-1]["root_open"], "ok")

    def test_what_is_no_path_is_refused(self):
        pid = self.start()
        with contextlib.closing(ask(b"r" * 5000)) as client:
            self.assertEqual(client.recv(16), b"")
        output = subprocess.run([HOOK, "finish", "--root", "r" * 5000], check=True,
                                stderr=subprocess.PIPE).stderr
        self.assertIn(b"too long", output)
        self.terminate(pid)
        self.assertEqual(phases(), ["terminated"])

    def test_only_root_is_heard(self):
        pid = self.start()
        if os.fork() == 0:
            os.setresuid(NOBODY, NOBODY, NOBODY)
            heard = b""
            with contextlib.suppress(ConnectionError):
                heard = answer()
            os._exit(1 if heard else 0)
        self.assertEqual(os.waitstatus_to_exitcode(os.wait()[1]), 0)
        self.assertEqual(phases(), [])
        self.terminate(pid)
        self.assertEqual(phases(), ["terminated"])

    # ------------------------------------------------------------------ stall, SIGTERM

    def test_stalls_are_told_at_doubling_intervals(self):
        self.start("bootprobe.stall=1")
        until(lambda: len(phases()) >= 3)
        at = [end["t"] for end in records("end")]
        self.assertEqual(set(phases()), {"stall"})
        self.assertGreaterEqual(at[1] - at[0], 2)
        self.assertGreaterEqual(at[2] - at[1], 4)

    def test_told_to_end_while_the_early_probes_run(self):
        self.terminate(self.start("bootprobe.budget=0", slow_ms=400))
        self.assertEqual(phases(), ["terminated"])

    def test_told_to_end_while_it_follows(self):
        pid = self.start()
        until(lambda: not children())
        self.terminate(pid)
        self.assertEqual(phases(), ["terminated"])

    def test_told_to_end_during_a_stall_pass(self):
        pid = self.start("bootprobe.stall=1", slow_ms=400)
        until(lambda: not children())
        until(children)
        self.terminate(pid)
        self.assertEqual(phases()[-1], "terminated")

    def test_told_to_end_during_the_final_pass(self):
        pid = self.start(slow_ms=400)
        until(lambda: not children())
        with contextlib.closing(ask()) as client:
            until(children)
            self.terminate(pid)
            self.assertEqual(client.recv(16), b"done")
        self.assertEqual(phases(), ["finish"])


def in_box():
    if os.getuid() != 0:
        return "needs root"
    if subprocess.run([*BOX, "true"], stderr=subprocess.DEVNULL, check=False).returncode:
        return "needs namespaces"
    return None


if __name__ == "__main__":
    if sys.argv[-1] != "inside":
        reason = in_box()
        if reason:
            print(reason)
            sys.exit(77)
        os.execvp(BOX[0], [*BOX, sys.executable, *sys.argv, "inside"])
    sys.argv.pop()
    SLOW_FORK = sys.argv.pop(2)
    HOOK = sys.argv.pop(1)
    mount("-t", "tmpfs", "none", "/run")
    CMDLINE.write_text("bootprobe\n")
    mount("--bind", str(CMDLINE), "/proc/cmdline")
    # Nothing is loaded into the kernel that runs here.
    if Path("/lib/modules").is_dir():
        mount("-t", "tmpfs", "none", "/lib/modules")
    unittest.main()
