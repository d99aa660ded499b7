"""What the hook's processes hold of a machine that has gone on to stage 2, as the guest's held() says it."""

import re
from typing import NamedTuple

# Ways in and out that need no file of the old root, and no disk: its root folder alone, mounts that move
# along, the kernel log, virtio ports, what is anonymous.
NEEDED = (r"/(dev|proc|run|sys)?", r"/proc/\d+/mountinfo", r"/dev/(null|kmsg|vport\w+)", r"/run/bootprobe.*",
          r"/instances/bootprobe\w*", r"(socket|pipe):.*", r"anon_inode:.*", r"/memfd:.*")
# Shared memory without a name, and the program itself.
MAPPED = (r"/dev/zero \(deleted\)", r"\S*/?bootprobe-hook( \(deleted\))?")


class Process(NamedTuple):
    name: str
    kib: dict
    cwd: str
    files: list
    mapped: list


def parse(text):
    """The processes of that section."""
    found = []
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        rest = rest.strip()
        if word == "process":
            found.append(Process(rest, {}, "", [], []))
        elif not found:
            continue
        elif size := re.fullmatch(r"(\w+): +(\d+) kB", line):
            found[-1].kib[size[1]] = int(size[2])
        elif word == "cwd":
            found[-1] = found[-1]._replace(cwd=rest)
        elif word in ("fd", "map"):
            (found[-1].files if word == "fd" else found[-1].mapped).append(rest)
    return found


def _others(names, usual):
    return [name for name in names if name and not any(re.fullmatch(pattern, name) for pattern in usual)]


def complaints(processes, limit_kib):
    if not processes:
        yield "no process of the hook was there any more: nothing was measured"
    for process in processes:
        for name in _others(process.files, NEEDED):
            yield f"{process.name} holds {name} open in stage 2"
        for name in _others(process.mapped, MAPPED):
            yield f"{process.name} has {name} mapped in stage 2"
        if process.cwd not in ("/", "(unreachable)/"):
            yield f"{process.name} stands in {process.cwd}"
    if total(processes) > limit_kib:
        yield f"{describe(processes)}: more than {limit_kib} KiB"


def total(processes):
    """Proportional: what two of them share counts once."""
    return sum(process.kib.get("Pss", 0) for process in processes)


def describe(processes):
    each = ", ".join(f"{p.name} {p.kib.get('Pss')} KiB (resident {p.kib.get('Rss')}, of its own "
                     f"{p.kib.get('Private_Dirty')})" for p in processes)
    return f"in stage 2 the hook holds {total(processes)} KiB: {each}"
