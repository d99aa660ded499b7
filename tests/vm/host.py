"""What the host does to a machine that runs: serves its disks, plugs some in late, lets one hang,
and reads the screen once the machine has ended."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import machine
from disk import parse_size

POLL_S = 0.05
VIRTIOFSD = Path("/usr/lib/qemu/virtiofsd")
# Text mode of a VGA: one byte of text, one of colour, 80 to a line; the kernel scrolls within 32 KiB.
SCREEN_ADDRESS, SCREEN_BYTES, SCREEN_COLUMNS = 0xB8000, 32 << 10, 80
# The plain initrd says on the test port what it is doing, and when.
UPTIME = re.compile(r"^STAGE1.* uptime=([0-9.]+)$", re.M)


class Failed(Exception):
    """The host could not do its part."""


class Qmp:
    """A client of QEMU's machine protocol, as far as the tests need it."""

    def __init__(self, path, is_over):
        self.socket = self._connect(path, is_over)
        self.lines = self.socket.makefile("r")
        self.events = set()
        self.lines.readline()
        self.command("qmp_capabilities")

    @staticmethod
    def _connect(path, is_over):
        while not is_over():
            client = socket.socket(socket.AF_UNIX)
            with contextlib.suppress(OSError):
                client.connect(str(path))
                return client
            client.close()
            time.sleep(POLL_S)
        raise Failed("QEMU ended before it could be talked to")

    def command(self, name, **arguments):
        self.socket.sendall(json.dumps({"execute": name, "arguments": arguments}).encode())
        for line in self.lines:
            answer = json.loads(line)
            if "error" in answer:
                raise Failed(f"{name}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]
        raise Failed(f"{name}: QEMU ended")

    def wait_for_end(self):
        """Until the machine has switched itself off, or QEMU is gone."""
        self.socket.settimeout(None)
        with contextlib.suppress(OSError, Failed):
            while self.command("query-status")["status"] == "running":
                time.sleep(4 * POLL_S)

    def close(self):
        self.lines.close()
        self.socket.close()


def bad_sectors(folder, n, image, bad_bytes):
    """Options of nbdkit for a disk whose last bytes cannot be read: what a rescue of it would have
    left in ddrescue's map."""
    size = image.stat().st_size
    good = size - bad_bytes
    path = folder / f"nbd{n}.map"
    path.write_text(f"0x0 + 1\n0x0 {good:#x} +\n{good:#x} {bad_bytes:#x} -\n")
    return [f"ddrescue ddrescue-mapfile={path}"]


class Daemon:
    """A program of the host that serves something on a socket of its own."""

    def __init__(self, path, command, log):
        self.path, self.name = path, Path(command[0]).name
        self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command],
                                        stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def wait(self):
        deadline = time.monotonic() + 30
        while not self.path.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Failed(f"{self.name} does not serve")
            time.sleep(POLL_S)

    def end(self):
        self.process.kill()
        self.process.wait()


class FolderServer(Daemon):
    """virtiofsd with a folder. It goes on without namespaces of its own, which a container may deny."""

    def __init__(self, path, folder, is_debug, log):
        super().__init__(path, [str(VIRTIOFSD), "-d" if is_debug else "-f", f"--socket-path={path}",
                                "-o", f"source={folder},sandbox=chroot"], log)


class Server(Daemon):
    """nbdkit with a disk, on a socket of its own."""

    def __init__(self, path, image, options, log):
        filters = [f"--filter={option.split()[0]}" for option in options]
        parameters = [word for option in options for word in option.split()[1:]]
        super().__init__(path, ["nbdkit", "--foreground", "--readonly", f"--unix={path}", *filters,
                                "file", str(image), *parameters], log)

    def hang(self):
        self.process.send_signal(signal.SIGSTOP)


def full_pipe(path):
    """Makes the pipes of a serial port that nobody reads, full from the start. Returns descriptors
    that keep them so."""
    held = []
    for end in ("in", "out"):
        name = path.with_name(f"{path.name}.{end}")
        os.mkfifo(name)
        held.append(os.open(name, os.O_RDWR | os.O_NONBLOCK))
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(held[-1], b"x" * 4096)
    return held


def screen_text(dump):
    """The lines of the screen and of what has scrolled off it, as far as the memory still has them;
    what the screen broke at its edge is joined."""
    text = re.sub(r"[^ -~]", "?", dump[::2].decode("cp437"))
    rows = [text[at:at + SCREEN_COLUMNS] for at in range(0, len(text), SCREEN_COLUMNS)]
    return "".join(row if len(row.rstrip()) >= SCREEN_COLUMNS - 1 else row.rstrip() + "\n"
                   for row in rows)


class Host(threading.Thread):
    """Used as a context around QEMU's life; what went wrong is in complaint afterwards."""

    def __init__(self, scenario, folder, disks, share=None):
        super().__init__(daemon=True)
        self.scenario, self.folder, self.disks, self.share = scenario, folder, disks, share
        self.servers, self.held = {}, []
        self.complaint = None
        self.over = threading.Event()

    def __enter__(self):
        for n, kind in enumerate(self.scenario.machine.serial):
            if kind == "stuck":
                self.held += full_pipe(machine.stuck_pipe(self.folder, n))
        with open(self.folder / "nbdkit.log", "wb") as log:
            for n, (disk, image) in enumerate(zip(self.scenario.disk, self.disks)):
                if disk.nbd is not None:
                    options = list(disk.nbd)
                    if bad := parse_size(disk.bad_last):
                        options += bad_sectors(self.folder, n, image, bad)
                    self.servers[n] = Server(machine.nbd_socket(self.folder, n), image, options,
                                             log)
        if self.scenario.share and self.scenario.share.kind == "virtiofs":
            with open(self.folder / "virtiofsd.log", "wb") as log:
                self.servers["share"] = FolderServer(machine.share_socket(self.folder), self.share,
                                                     self.scenario.share.debug, log)
        for server in self.servers.values():
            server.wait()
        return self

    def __exit__(self, *_):
        self.over.set()
        if self.ident:
            self.join(5)
        for server in self.servers.values():
            server.end()
        for descriptor in self.held:
            os.close(descriptor)

    def attend(self):
        """QEMU has been started."""
        if machine.needs_qmp(self.scenario) or any(disk.hangs_at for disk in self.scenario.disk):
            self.start()

    def run(self):
        try:
            self._hang_disks()
            self._talk()
        except (Failed, OSError, ValueError) as error:
            if not self.over.is_set():
                self.complaint = f"on the host: {error}"

    def _wait_for(self, pattern):
        """Until that is on the serial or the test port."""
        logs = [self.folder / name for name in ("serial0.log", "test-port.log")]
        while not self.over.wait(POLL_S):
            if any(re.search(pattern, log.read_text(errors="replace"), re.M)
                   for log in logs if log.exists()):
                return

    def _wait_in_guest(self, seconds):
        """Until so much time has passed in the guest since its stage 1 spoke first. False at its end."""
        log = self.folder / "test-port.log"
        while not self.over.wait(POLL_S):
            stamps = UPTIME.findall(log.read_text(errors="replace")) if log.exists() else []
            if stamps and float(stamps[-1]) - float(stamps[0]) >= seconds:
                return True
        return False

    def _hang_disks(self):
        for n, disk in enumerate(self.scenario.disk):
            if disk.hangs_at:
                self._wait_for(disk.hangs_at)
                self.servers[n].hang()

    def _talk(self):
        if not machine.needs_qmp(self.scenario):
            return
        qmp = Qmp(machine.qmp_socket(self.folder), self.over.is_set)
        with contextlib.closing(qmp):
            self._plug(qmp)
            if self.scenario.expect.screen:
                qmp.wait_for_end()
                self._dump_screen(qmp)

    def _plug(self, qmp):
        late = [(disk.late_s, n) for n, disk in enumerate(self.scenario.disk) if disk.late_s]
        for after_s, n in sorted(late):
            if not self._wait_in_guest(after_s):
                return
            for device in machine.late_devices(self.scenario, n):
                qmp.command("device_add", **device)

    def _dump_screen(self, qmp):
        dump = self.folder / "screen.bin"
        qmp.command("pmemsave", val=SCREEN_ADDRESS, size=SCREEN_BYTES, filename=str(dump))
        (self.folder / "screen.txt").write_text(screen_text(dump.read_bytes()))
        dump.unlink()
        with contextlib.suppress(OSError, Failed):
            qmp.command("quit")
