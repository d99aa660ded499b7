"""Whether `bootprobe correlate` finds by how much the host's clock is ahead of the guest's. The truth is
told by what a machine says on its test port, and when: QEMU traces each byte of that, and the logs that
are correlated do not hold it.
"""

import json
import re
import subprocess

import images

# QEMU's trace event of a write to a virtio-serial port, and the number of the test port.
EVENT, TEST_PORT = "virtio_console_flush_buf", 1
TRACE = "qemu-trace.log"
FLUSH = re.compile(rf"^\d+@([0-9.]+):{EVENT} port (\d+), in_len (\d+),", re.M)
SPOKEN = re.compile(r"^\S+ uptime=([0-9.]+)\n", re.M)
# Between reading /proc/uptime and the write lie a few programs of the guest, under emulation, beside
# other machines.
SPEAKS_WITHIN_S = 2


def upper_bound(folder):
    """What the host's clock said at the latest when the guest's kernel started: the guest wrote down its
    time, then the host saw that. The trace has one write a line, since each is one echo."""
    if not (folder / TRACE).exists():
        return None
    spoken = (folder / "test-port.log").read_text(errors="replace")
    writes = [(float(at), int(length)) for at, port, length in FLUSH.findall((folder / TRACE).read_text())
              if int(port) == TEST_PORT]
    bounds, position = [], 0
    for at, length in writes:
        said = SPOKEN.fullmatch(spoken[position:position + length])
        if said:
            bounds.append(at - float(said[1]))
        position += length
    return min(bounds, default=None)


def judge(scenario, folder):
    """What is wrong with what `bootprobe correlate` says of this machine's logs."""
    logs = scenario.expect.correlate
    if not logs:
        return []
    truth = upper_bound(folder)
    if truth is None:
        return [f"correlate: nothing in {TRACE} tells the truth"]
    done = subprocess.run([images.BOOTPROBE, "correlate", "--json", "--zone", "Z",
                           folder / "report-port.log", *(folder / log for log in logs)],
                          capture_output=True, text=True)
    if done.returncode not in (0, 1):
        return [f"correlate: exit status {done.returncode}: {done.stderr}"]
    said = json.loads(done.stdout)
    clock = next(c for c in said["clocks"] if c["clock"] == "wall")
    if clock["state"] != "estimated":
        return [f"correlate: the clock is {clock['state']}: {clock}"]
    low, high = (clock[name]["offset_us"] / 1e6 for name in ("not_before", "not_after"))
    complaints = []
    if not low <= truth:
        complaints.append(f"correlate: not before {low:.6f}, and it was by {truth:.6f}: {clock['not_before']}")
    if not high >= truth - SPEAKS_WITHIN_S:
        complaints.append(f"correlate: not after {high:.6f}, and it was about {truth:.6f}: {clock['not_after']}")
    if not any(process["requests"] for process in said["processes"]):
        complaints.append("correlate: no request was counted")
    return complaints
