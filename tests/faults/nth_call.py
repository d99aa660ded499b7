#!/usr/bin/python3
"""One system call of the hook fails, the n-th of its kind, for every n: strace(1) sees to that.

    nth_call.py BOOTPROBE_HOOK [--every N] [--fixture NAME] [CALL...]

A look at a captured machine must end by itself, with status 0 and a whole report, or with status 2 and
one line that says why. What the report of an undisturbed look has and this one lacks must be missed
with a word: a record that names the error, or a probe that failed. Prints a table; the last line counts.
--every N: only each N-th failure, for want of time.
"""

import argparse
import collections
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import validate  # noqa: E402

SKIPPED = 77
# What the kernel may answer when it is out of something, and nobody else does.
ERRORS = {"clone": "EAGAIN", "clone3": "EAGAIN", "fork": "EAGAIN", "mmap": "ENOMEM", "brk": "ENOMEM",
          "openat": "ENFILE", "openat2": "ENFILE", "pipe2": "ENFILE", "socketpair": "ENFILE",
          "socket": "ENFILE", "dup": "EMFILE", "signalfd4": "ENFILE", "accept4": "ENFILE",
          "fcntl": "EMFILE", "memfd_create": "ENFILE"}
OTHERS = "ENOMEM"
# They do not fail so (the kernel answers brk with the old break), or they are made before main().
NOT_TRIED = {"execve", "exit_group", "exit", "arch_prctl", "set_tid_address", "set_robust_list", "rseq",
             "getpid", "getppid", "gettid", "rt_sigreturn", "wait4", "kill", "getrandom", "prlimit64",
             "close", "munmap", "mprotect", "rt_sigaction", "rt_sigprocmask", "access", "pread64", "prctl",
             "getuid", "geteuid", "getgid", "getegid", "clock_nanosleep", "restart_syscall", "umask", "uname",
             "sysinfo", "clock_gettime", "brk"}
TIME_S = 60
CALL = re.compile(r"^([a-z][a-z0-9_]*)\(", re.M)


class Run:
    def __init__(self, hook, root, inject=()):
        with tempfile.TemporaryDirectory() as folder:
            trace = Path(folder) / "trace"
            command = ["strace", "-ff", "-qq", "-o", str(trace), *inject, hook, "now", "--sysroot", root,
                       "--report", "-"]
            try:
                done = subprocess.run(command, capture_output=True, timeout=TIME_S, check=False)
                self.status, self.lines = done.returncode, done.stdout.splitlines()
                self.said = done.stderr.decode(errors="replace").strip()
            except subprocess.TimeoutExpired:
                self.status, self.lines, self.said = "hung", [], ""
            self.calls = collections.Counter()
            self.is_hit = False
            for file in Path(folder).iterdir():
                text = file.read_text(errors="replace")
                self.is_hit |= "(INJECTED)" in text
                self.calls |= collections.Counter(CALL.findall(text))
        self.records = []
        for line in self.lines:
            try:
                self.records.append(json.loads(line))
            except ValueError:
                self.records.append({"type": "?"})

    def kinds(self):
        """How many records there are of each type, continuations not counted."""
        return collections.Counter(record["type"] for record in self.records if "cont" not in record)

    def alarms(self):
        """Errors and warnings, but for those about the hook's own work."""
        return {record["id"] for record in self.records
                if record["type"] == "finding" and record["severity"] != "info"
                and not record["id"].startswith(("probe.", "sink."))}


def complaint(run, sound, error):
    """What is wrong with a run in which a call failed, or None."""
    if run.status == "hung":
        return f"still ran after {TIME_S} s"
    if run.status not in (0, 2):
        return f"status {run.status}: {run.said[-200:]}"
    if run.status == 2:
        return None if run.said and run.said.count("\n") == 0 else f"status 2 without one line: {run.said!r}"
    # The page may be all there is: the report went nowhere, and standard error says so.
    if not run.records:
        return None if run.said else "no report, and no word"
    if run.records[-1]["type"] != "end":
        return None if run.said else "no end, and no word"
    _, problems = validate.judge_file(b"\n".join(run.lines) + b"\n")
    if problems:
        return f"not valid: {problems[0]}"
    alarms = run.alarms() - sound.alarms()
    if alarms:
        return f"false alarm: {', '.join(sorted(alarms))}"
    missing = {kind: (count, run.kinds()[kind]) for kind, count in sound.kinds().items()
               if run.kinds()[kind] < count}
    if not missing:
        return None
    told = any(error in json.dumps(record) or record["type"] == "omitted" or
               record.get("state") in ("failed", "crashed", "timeout", "no-child") for record in run.records)
    words = ", ".join(f"{kind} {found} of {count}" for kind, (count, found) in sorted(missing.items()))
    return None if told else f"lost without a word: {words}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hook")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--fixture", default="pc-uart")
    parser.add_argument("calls", nargs="*")
    options = parser.parse_intermixed_args()
    root = str(HERE.parent / "fixtures" / options.fixture / "root")
    try:
        subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], check=True, capture_output=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        print("SKIP  strace is not there, or may not trace")
        return SKIPPED
    sound = Run(options.hook, root)
    assert sound.status == 0 and sound.records[-1]["type"] == "end", sound.said
    tried = fell = missed = turn = 0
    for call, most in sorted(sound.calls.items()):
        if call in NOT_TRIED or (options.calls and call not in options.calls):
            continue
        error = ERRORS.get(call, OTHERS)
        complaints, count = [], 0
        for n in range(1, most + 1):
            turn += 1
            if turn % options.every:
                continue
            run = Run(options.hook, root, ["-e", f"inject={call}:error={error}:when={n}"])
            missed += not run.is_hit
            count += 1
            if wrong := complaint(run, sound, error):
                complaints.append((n, wrong))
        tried += count
        fell += len(complaints)
        print(f"{call:14} {error:7} {count:5} tried, {len(complaints):3} wrong", flush=True)
        for n, wrong in complaints[:12]:
            print(f"      n = {n}: {wrong}")
    print(f"{tried} failures injected ({missed} never met), {fell} wrong")
    return 1 if fell or not tried else 0


if __name__ == "__main__":
    sys.exit(main())
