"""The faults: what is wrong with a machine, and at which moments of a boot.

A fault is a machine, disks, a port, words for the kernel, or what a shell does in stage 1 at a moment
(scenario.MOMENTS). What it does is undone where stage 1 itself could not go on: the question is what the
hook does, not whether busybox boots without /proc.
"""

from dataclasses import dataclass, field

PROC = "mount -t proc -o nosuid,nodev,noexec proc /proc\n"
SYS = "mount -t sysfs -o nosuid,nodev,noexec sysfs /sys\n"
# Processes of the hook's, by what they run.
OURS = """ours() {
	for folder in /proc/[0-9]*; do
		case $(readlink "$folder/exe") in */bootprobe-hook*) echo "${folder#/proc/}" ;; esac
	done
}
"""
# In the background, so that whatever the hook waits for comes to it from outside.
BEHIND = "( {} ) </dev/null >/dev/null 2>&1 &\n"


@dataclass(frozen=True)
class Fault:
    """says: what the report must tell of it, a regular expression over its lines; "" where there is
    nothing to tell. may_lose: the fault takes the outputs themselves away."""
    summary: str
    phases: dict = field(default_factory=dict)     # phase: {moment: shell}
    machine: dict = field(default_factory=dict)
    disk: list = field(default_factory=list)        # besides the root disk
    root_disk: dict = field(default_factory=dict)
    report: dict = field(default_factory=dict)
    words: str = ""
    says: str = ""
    is_silent: bool = False     # the hook cannot know that it was asked for
    may_lose: bool = False
    timeout_s: int = 300


def at(*phases, before="", after=""):
    """The same at several moments: done before the hook's part, undone behind it."""
    names = {"start": ("start", "started"), "finish": ("finish", "finished")}
    return {phase: {names[phase][0]: before, names[phase][1]: after} for phase in phases}


def behind(script, *phases):
    """In the background from the beginning of a phase."""
    moments = {"start": "start", "follow": "started", "finish": "finish", "recorder": "stage2"}
    return {phase: {moments[phase]: OURS + BEHIND.format(script)} for phase in phases}


def signals(name, rng):
    """Some of the hook's processes get a signal, each at a moment of its own."""
    script = "".join(f"sleep {rng.uniform(0, 0.4):.3f}; set -- $(ours); shift $(({rng.randrange(8)} % ($# + 1))); "
                     f"[ -z \"$1\" ] || kill -{name} \"$1\"; " for _ in range(3))
    return behind(script, "start", "follow", "finish", "recorder")


def nbd(*filters, **more):
    return {"nbd": list(filters), "root": False, **more}


def null_disks(count, size):
    """Disks that hold nothing, of one SCSI adapter."""
    words = ["-device", "virtio-scsi-pci,id=many"]
    for n in range(count):
        words += ["-blockdev", f"null-co,node-name=null{n},size={size},read-zeroes=on", "-device",
                  f"scsi-hd,bus=many.0,channel=0,scsi-id={n // 64},lun={n % 64},drive=null{n}"]
    return {"extra": words}


NOISE = " ".join(f"{chr(97 + n % 26)}{n * 7919 % 9973}.{n}=\"{'x' * (n % 13)}" + ("\"" if n % 3 else "")
                 for n in range(90))[:1500]


def faults(rng):
    """All of them, by name; rng: for those in which chance has a say."""
    return {
        "none": Fault("nothing is wrong", phases={"start": {}}),
        # -------------------------------------------------- disks
        "disk-hung": Fault("a disk hangs for ever once stage 1 runs", phases={"follow": {}},
                           disk=[nbd(hangs_at="STAGE1")], says=r'"name":"vdb"'),
        "disk-1s": Fault("each read takes 1 s", phases={"follow": {}}, disk=[nbd("delay rdelay=1")],
                         says=r'"id":"disk.slow"|"state":"timeout"'),
        "disk-some-errors": Fault("one read in five fails", phases={"follow": {}},
                                  disk=[nbd("error error-pread-rate=20%")], says=r'"name":"vdb"'),
        "disk-errors": Fault("each read fails", phases={"follow": {}}, disk=[nbd("error error-pread-rate=100%")],
                             says=r'"id":"disk.read-error"|EIO'),
        "disk-0-bytes": Fault("a disk of no bytes", phases={"follow": {}}, machine=null_disks(1, 0),
                              says=r'"name":"sda"'),
        "disk-8EiB": Fault("a disk of nearly 8 EiB", phases={"follow": {}}, machine=null_disks(1, (1 << 63) - 512),
                           says=r'"name":"sda"'),
        "disk-read-only": Fault("the root disk is read-only", phases={"follow": {}}, root_disk={"readonly": True}),
        "disk-arrives": Fault("a disk arrives while others are read", phases={"follow": {}},
                              disk=[{"bus": "virtio-blk", "root": False, "late_s": 1}], words="test.hold=3"),
        "disks-255": Fault("255 disks at once", phases={"follow": {}}, machine=null_disks(255, 1 << 20),
                           says=r'"name":"sd[a-z]*"', timeout_s=900),
        # -------------------------------------------------- the report port
        "port-none": Fault("no report port", phases={"start": {}}, report={"port": "none"},
                           says=r'virtio.port-missing'),
        "port-unread": Fault("nobody reads the report port", phases={"start": {}},
                             report={"port": "socket-unread"}, says=r'"id":"virtio.port-unread"'),
        # -------------------------------------------------- consoles
        "serial-stuck": Fault("a serial port takes no byte", phases={"start": {}},
                              machine={"serial": ["stuck"]}, words="console=ttyS0,115200n8r",
                              says=r'"id":"console.blocked"', timeout_s=400),
        # -------------------------------------------------- the kernel log
        "kmsg-absent": Fault("no /dev/kmsg", at("start", "finish", before="mv /dev/kmsg /dev/kmsg-away\n",
                                                after="mv /dev/kmsg-away /dev/kmsg\n")),
        "kmsg-off": Fault("the command line forbids to write to the kernel log", phases={"start": {}},
                          words="printk.devkmsg=off", may_lose=True),
        "kmsg-flood": Fault("others fill the kernel log", behind(
            "while :; do echo flood >/dev/kmsg; sleep 0.01; done", "start", "finish")),
        # -------------------------------------------------- file systems
        "proc-absent": Fault("no /proc", at("start", before="umount -l /proc\n", after=PROC), is_silent=True),
        "proc-absent-late": Fault("no /proc any more", at("finish", before="umount -l /proc\n", after=PROC)),
        "sys-absent": Fault("no /sys", at("start", "finish", before="umount -l /sys\n", after=SYS)),
        "run-absent": Fault("no /run", at("start", before="umount -l /run\n", after="mount -t tmpfs run /run\n")),
        "run-read-only": Fault("/run cannot be written to", at(
            "start", "finish", before="mount -o remount,ro /run\n", after="mount -o remount,rw /run\n")),
        "run-full": Fault("/run is full", at(
            "start", "finish", before="mount -o remount,size=16k /run; dd if=/dev/zero of=/run/fill bs=1k 2>/dev/null\n",
            after="rm -f /run/fill; mount -o remount,size=10m /run\n")),
        # -------------------------------------------------- memory
        "memory-little": Fault("a guest with 112 MiB", phases={"start": {}}, machine={"memory_mib": 112}),
        "oom": Fault("the OOM killer takes the hook's processes", behind(
            "for n in 1 2 3; do for pid in $(ours); do echo 1000 >/proc/$pid/oom_score_adj; done; "
            "echo f >/proc/sysrq-trigger; sleep 0.1; done", "start", "follow", "finish", "recorder"), may_lose=True),
        # -------------------------------------------------- signals
        "kill": Fault("SIGKILL for any of its processes", signals("KILL", rng), may_lose=True),
        "stop": Fault("SIGSTOP for any of its processes", signals("STOP", rng), may_lose=True),
        "term": Fault("SIGTERM for any of its processes", signals("TERM", rng), may_lose=True),
        # -------------------------------------------------- time
        "clock-forward": Fault("the clock jumps 50 years ahead", behind("date -s @3500000000",
                                                                     "start", "follow", "finish", "recorder")),
        "clock-back": Fault("the clock jumps back to 1970", behind("date -s @0", "start", "follow", "finish")),
        # -------------------------------------------------- what is handed over
        "cmdline-noise": Fault("1500 bytes of noise on the command line", phases={"start": {}}, words=NOISE),
        "gpt-lies": Fault("a table that overlaps itself", phases={"follow": {}},
                          disk=[{"bus": "virtio-blk", "root": False, "faults": ["overlap"]}],
                          says=r'"id":"gpt\.'),
        # -------------------------------------------------- the order of things
        "two-starts": Fault("two hooks are started at once", {
            "start": {"start": BEHIND.format("/bootprobe-hook start")}}),
        "start-twice": Fault("it is started again", {"follow": {"started": "/bootprobe-hook start\n"}}),
        "finish-twice": Fault("finish is called again", {"finish": {"finished": "/bootprobe-hook finish --root /sysroot\n"}}),
        "finish-alone": Fault("finish without start", {"start": {"start": "skip_start=1\n"}}, is_silent=True),
        "start-alone": Fault("nobody calls finish", {"finish": {"finish": "skip_finish=1\n"}}, may_lose=True),
        "stage1-again": Fault("stage 1 begins once more", {"follow": {
            "started": "[ -e /again ] || { : >/again; umount -l /run; exec /init; }\n"}}, may_lose=True),
    }
