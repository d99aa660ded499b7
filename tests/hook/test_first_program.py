#!/usr/bin/python3
"""The hook as the first program of a machine, in namespaces instead of one: test_first_program.py HOOK

Its root is a folder with a stage 1 of a few lines. Needs root and namespaces (exit status 77)."""

import ctypes
import os
import platform
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HOOK = None
# In a real boot nothing is mounted yet. Here a host has to switch it on, so a /sys is there with a table
# of SMBIOS: a second one cannot be mounted on top of it, while a /proc could.
SETUP = """
set -e
mount --bind /usr usr
mount --bind "$PWD/kept" run
if [ -e DMI ]; then
	mount -t proc proc proc
	mount -t sysfs sysfs sys
	mount -t tmpfs firmware sys/firmware
	mkdir -p sys/firmware/dmi/tables
	cp DMI sys/firmware/dmi/tables
	mount -t devtmpfs dev dev
	mount --bind kmsg dev/kmsg
fi
exec chroot . /bootprobe-hook "$@"
"""
WAIT = """
wait_for_end() {
	tries=0
	until grep -q '"type":"end"' /run/bootprobe/report.jsonl; do
		tries=$((tries + 1))
		[ $tries -lt 300 ] || exit 1
		sleep 0.1
	done
}
"""
SWITCH = """#!/bin/sh
until grep -q '"type":"platform"' /run/bootprobe/report.jsonl; do sleep 0.1; done
sleep 0.2
echo before $(grep -c '"type":"end"' /run/bootprobe/report.jsonl) >/run/seen
mkdir -p /new/usr /new/run /new/proc /new/bin /new/lib /new/lib64 /new/etc
for name in bin lib lib64; do rmdir /new/$name; ln -s usr/$name /new/$name; done
cp /stage2 /new
mount --bind /new /new
mount --bind /usr /new/usr
mount --move /run /new/run
mount --move /proc /new/proc
cd /new
mount --move . /
exec chroot . /bin/sh /stage2
"""
STAGE2 = "#!/bin/sh\n" + WAIT + "wait_for_end\n"
# More lines than the hook reads.
MANY_MOUNTS = "#!/bin/sh\n" + WAIT + """
until grep -q '"type":"platform"' /run/bootprobe/report.jsonl; do sleep 0.1; done
name=$(printf '%0250d' 0)
mkdir -p /many/$name/$name/$name
for n in $(seq 100); do mount --bind /many/$name/$name/$name /many/$name/$name/$name; done
[ "$(wc -c </proc/1/mountinfo)" -gt 65536 ] || exit 1
wait_for_end
"""
SAY = """#!/bin/sh
echo "$*" >/run/arguments
if [ ! -e /proc/self ] && [ ! -e /sys/kernel ]; then echo nothing >/run/mounted; fi
"""


def table(*strings):
    """An SMBIOS table with OEM strings."""
    return (b"\x0b\x05\0\0" + bytes([len(strings)]) + b"".join(s.encode() + b"\0" for s in strings) +
            b"\0\x7f\x04\0\0\0\0")


SWITCHED_ON = table("bootprobe", "bootprobe.sinks=run", "bootprobe.stall=600")
ASLEEP = table("io.systemd.credential:a=b", "bootprobed", "quiet bootprobe")


def refuse_setns():
    """For a child before it starts: setns(2) gives EPERM. With it the collector would leave the folder
    that is its root here: only in a real boot that is the root of its namespace."""
    code = [(0x20, 0, 0, 0), (0x15, 0, 1, 308), (0x06, 0, 0, 0x00050001), (0x06, 0, 0, 0x7fff0000)]
    text = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in code))
    program = struct.pack("@HP", len(code), ctypes.addressof(text))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.create_string_buffer(program), 0, 0):
        os._exit(1)


class FirstProgram(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = Path(scratch.name)
        for name in ("usr", "run", "kept", "proc", "sys", "dev", "new"):
            (self.root / name).mkdir()
        (self.root / "kmsg").touch()
        for name in ("lib", "lib64"):
            (self.root / name).symlink_to(f"usr/{name}")
        shutil.copy(HOOK, self.root / "bootprobe-hook")

    def put(self, name, text):
        path = self.root / name
        path.write_text(text)
        path.chmod(0o755)

    def boot(self, *words, init=None, dmi=None, before=None):
        if init:
            (self.root / "bin").symlink_to("usr/bin")
            self.put("init", init)
        if dmi is not None:
            (self.root / "DMI").write_bytes(dmi)
        return subprocess.run(
            ["unshare", "-m", "-n", "-p", "-f", "--kill-child", "sh", "-c", SETUP, "sh", *words],
            cwd=self.root, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=100,
            preexec_fn=before)

    def kept(self, name):
        path = self.root / "kept" / name
        return path.read_text() if path.exists() else ""

    def test_the_words_of_the_kernel_are_those_of_init(self):
        for words in ((), ("start", "-b"), ("finish",), ("now", "--quiet"), ("--help",)):
            with self.subTest(words):
                self.setUp()
                done = self.boot(*words, init=SAY)
                self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
                self.assertEqual(self.kept("arguments"), " ".join(words) + "\n")
                self.assertEqual(self.kept("mounted"), "nothing\n")

    def test_a_container_may_ask_it_for_something(self):
        done = self.boot("--version", init=SAY, dmi=b"")
        self.assertEqual((done.returncode, self.kept("arguments")), (0, ""))
        self.assertIn("bootprobe-hook ", done.stdout)

    def assert_told(self, done):
        report = self.kept("bootprobe/report.jsonl")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('"phase":"finish"', report)
        self.assertIn('"from_smbios":true', report)

    def test_no_way_home(self):
        self.put("stage2", STAGE2)
        self.assert_told(self.boot(init=SWITCH, dmi=SWITCHED_ON, before=refuse_setns))
        self.assertEqual(self.kept("seen"), "before 0\n")

    def test_more_mounts_than_can_be_read(self):
        self.assert_told(self.boot(init=MANY_MOUNTS, dmi=SWITCHED_ON, before=refuse_setns))

    def test_nothing_to_start(self):
        done = self.boot(dmi=b"")
        self.assertEqual(done.returncode, 127, done.stderr)
        self.assertIn("this initramfs has no /init: remove rdinit=",
                      (self.root / "kmsg").read_text())

    def test_asleep(self):
        done = self.boot(init=SAY, dmi=ASLEEP)
        self.assertEqual((done.returncode, self.kept("arguments")), (0, "\n"))
        self.assertEqual(self.kept("bootprobe/report.jsonl"), "")


if __name__ == "__main__":
    HOOK = sys.argv.pop(1)
    if platform.machine() != "x86_64":
        print("the number of setns(2) is that of x86-64")
        sys.exit(77)
    if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "-n", "-p", "-f", "true"],
                                           stderr=subprocess.DEVNULL).returncode:
        print("needs root and namespaces")
        sys.exit(77)
    unittest.main(verbosity=1)
