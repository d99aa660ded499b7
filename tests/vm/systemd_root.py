"""Stage 2 with Debian's systemd as PID 1, and next to nothing for it to start: it is up within seconds
under emulation."""

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

import chroots
import dracut

SUITES = {"systemd252": "bookworm", "systemd257": "trixie"}
# What it runs; of those that a version does not have, none.
PROGRAMS = ("usr/lib/systemd/systemd", "usr/lib/systemd/systemd-executor",
            "usr/lib/systemd/systemd-shutdown", "usr/bin/systemctl", "usr/sbin/agetty")
# What it runs besides, by what is wrong.
MORE_PROGRAMS = {"log-full": ("usr/lib/systemd/systemd-journald", "usr/bin/systemd-cat")}
# Of the distribution: what it takes to go down.
UNITS = ("poweroff.target", "systemd-poweroff.service", "reboot.target", "systemd-reboot.service",
         "shutdown.target", "final.target", "umount.target", "rescue.target")
LINKS = (("bin", "usr/bin"), ("sbin", "usr/sbin"), ("lib", "usr/lib"), ("lib64", "usr/lib64"))

# test.getty: somebody can log in; test.report: what is left is told, and the machine ended;
# test.poweroff: it is switched off.
OUR_UNITS = {
    "default.target": """[Unit]
Wants=slow.service getty.service report.service poweroff.service crash.service
After=slow.service
AllowIsolate=yes
""",
    "slow.service": """[Service]
Type=oneshot
ExecStart=/bin/busybox sleep 3
""",
    "getty.service": """[Unit]
ConditionKernelCommandLine=test.getty
After=slow.service
[Service]
ExecStart=/sbin/agetty --noclear --keep-baud 115200 ttyS0
""",
    "report.service": """[Unit]
ConditionKernelCommandLine=test.report
[Service]
ExecStart=/sbin/stage2-init
""",
    "poweroff.service": """[Unit]
ConditionKernelCommandLine=test.poweroff
[Service]
ExecStart=/bin/busybox sh -c "sleep 1; exec systemctl poweroff"
""",
    "crash.service": """[Unit]
ConditionKernelCommandLine=test.crash
[Service]
ExecStart=/bin/busybox sh -c "sleep 3; kill -ABRT 1; sleep 1000"
""",
}


def _no_library(root):
    """As an interrupted update leaves it."""
    for library in root.glob("usr/lib/**/libsystemd-core-*.so"):
        library.unlink()


def _no_units(root):
    shutil.rmtree(root / "usr/lib/systemd/system")


def _no_device(root):
    """As an entry of /etc/fstab with a name that no disk bears."""
    default = root / "usr/lib/systemd/system/default.target"
    default.write_text(default.read_text().replace(
        "[Unit]\n", "[Unit]\nRequires=dev-disk-by\\x2dlabel-data.device\n"
        "After=dev-disk-by\\x2dlabel-data.device\n"))


def _log_full(root):
    """Something has filled /run, and a service writes the same line to the log for ever: for each, journald
    tries in vain to make its file."""
    units = root / "usr/lib/systemd/system"
    units.joinpath("journald.service").write_text("""[Unit]
DefaultDependencies=no
[Service]
ExecStart=/usr/lib/systemd/systemd-journald
""")
    # As where nothing of the log must be lost. Else journald drops what comes too fast, and rests.
    root.joinpath("etc/systemd").mkdir()
    root.joinpath("etc/systemd/journald.conf").write_text("[Journal]\nRateLimitIntervalSec=0\n")
    units.joinpath("app.service").write_text("""[Unit]
DefaultDependencies=no
After=journald.service slow.service
[Service]
Type=oneshot
TimeoutStartSec=infinity
ExecStartPre=-/bin/busybox dd if=/dev/zero of=/run/core bs=64k
ExecStart=/usr/bin/systemd-cat -t app /bin/busybox yes "the database is not ready, trying again"
""")
    default = units / "default.target"
    default.write_text(default.read_text().replace("Wants=", "Wants=journald.service app.service ")
                       .replace("After=", "After=app.service "))


FAULTS = {"": lambda root: None, "log-full": _log_full, "no-device": _no_device, "no-library": _no_library, "no-units": _no_units}
KINDS = tuple(f"{systemd}-{fault}" if fault else systemd
              for systemd in SUITES for fault in FAULTS)


def _libraries(chroot, program):
    """The libraries that a program of a root folder needs, loader included, without leading slashes."""
    told = subprocess.check_output(["chroot", str(chroot), "ldd", f"/{program}"], text=True)
    words = [word for line in told.splitlines() for word in line.split()]
    return [word.lstrip("/") for word in words if word.startswith("/")]


def _copy(chroot, name, made):
    """By its name, links being followed; lib may be a link to usr/lib."""
    target = made / (name if name.startswith("usr/") else f"usr/{name}")
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy((chroot / name).resolve(), target)


def fill(made, kind):
    """Puts it into a root folder that has a busybox in usr/bin, and a script that tells what is left."""
    systemd, _, fault = kind.partition("-")
    chroot = chroots.chroot(SUITES[systemd], dracut.PACKAGES)
    for name in (*PROGRAMS, *MORE_PROGRAMS.get(fault, ())):
        if (chroot / name).exists():
            _copy(chroot, name, made)
            for library in _libraries(chroot, name):
                _copy(chroot, library, made)
    units = made / "usr/lib/systemd/system"
    for name in UNITS:
        _copy(chroot, f"usr/lib/systemd/system/{name}", made)
    for name, text in OUR_UNITS.items():
        # Nothing of what units need by default is there.
        if name.endswith(".service"):
            text = text if text.startswith("[Unit]\n") else "[Unit]\n" + text
            text = text.replace("[Unit]\n", "[Unit]\nDefaultDependencies=no\n", 1)
        (units / name).write_text(text)
    (made / "usr/sbin/init").symlink_to("../lib/systemd/systemd")
    (made / "etc/passwd").write_text("root::0:0:root:/:/bin/sh\n")
    (made / "etc/machine-id").write_text("0123456789abcdef0123456789abcdef\n")
    FAULTS[fault](made)
