#!/usr/bin/python3
"""Nothing that may be a secret leaves the guest: a marker stands in every place of a captured machine
from where the text of a command line or of the kernel log can get into a report.

    test_secrets.py BOOTPROBE_HOOK
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))
import file_machine  # noqa: E402

MARK = "S3CRET"
# KERNEL_EVENTS_OF_A_KIND_MAX, and fewer than the report has room for (include/bootprobe/facts.h).
KEPT_OF_A_KIND, ITEMS_AT_ONCE = 16, 40

# One command line each.
COMMAND_LINES = (
    "root=cifs://user:S3CRET@srv/share",
    "root=//user:S3CRET@srv/share rootfstype=cifs",
    "root=live:http://u:S3CRET@h/x.img",
    "root=live:http://h/x.img?token=S3CRET",
    "root=http://u:S3CRET@h/x.img",
    "root=nbd://u:S3CRET@h/x",
    "root=iscsi:user:S3CRET@10.0.0.1::::iqn.2020-01.org.example:x",
    "netroot=iscsi:user:S3CRET:in:S3CRET@10.0.0.1::::iqn.2020-01.org.example:x",
    "root=/dev/sda1;password=S3CRET",
    'root="live:http://u:S3CRET words@h/x.img"',
    "root=/dev/sda1 rootflags=user=me,password=S3CRET",
    "root=/dev/nfs nfsroot=10.0.0.1:/x,password=S3CRET",
    "rootfstype=password=S3CRET",
    "rootpw=S3CRET", "inst.rootpw=S3CRET", "userpw=S3CRET", "inst.sshpw=S3CRET", "sshpw=S3CRET",
    "pwroot=S3CRET", "session=S3CRET", "cookie=S3CRET", "bitlocker=S3CRET", "recovery=S3CRET",
    "fetch=http://h/x;tok=S3CRET", "fetch=http://h/x?tok=S3CRET", "ds=nocloud;s=http://u:S3CRET@h/",
    "fetch=http://h/x?a=1&tok=S3CRET", "ds=nocloud;sess=S3CRET", "x=http://h/#access_token=S3CRET",
    "-- --token S3CRET", "-- --token=S3CRET", "-- --tok S3CRET", "-- --pw S3CRET",
    '-- --password "S3CRET and S3CRET"', "-- --auth-key=S3CRET", "-- -x --pass S3CRET",
    "init=/sbin/init?password=S3CRET", "init=/run/token=S3CRET/init",
    "init=http://u:S3CRET@h/init", "init=/nonexistent,password=S3CRET",
    "console=ttyS0,password=S3CRET", "console=password=S3CRET", 
    "earlycon=uart8250,io,0x3f8,token=S3CRET", "earlyprintk=serial,password=S3CRET",
    "bootprobe.password=S3CRET", "bootprobe.budget=password=S3CRET", "bootprobe.sinks=token=S3CRET",
    "bootprobe.token:S3CRET", "bootprobe.sinks=kmsg,pw=S3CRET",
    "ip=dhcp:password=S3CRET", "BOOTIF=token=S3CRET", "systemd.set_credential=x:S3CRET",
    "modprobe.blacklist=token=S3CRET", "virtio_blk.password=S3CRET", "wpa_psk=S3CRET",
    "http_proxy=http://u:S3CRET@h:3128/", "systemd.setenv=TOKEN=S3CRET", "rd.luks.key=S3CRET",
)

# What the kernel, or a driver, writes to its log; @ stands for the command line.
KERNEL_LINES = (
    "Command line: @",
    "Kernel command line: @",
    'Unknown kernel command line parameters "@", will be passed to user space.',
    "Malformed early option '@'",
    'VFS: Cannot open root device "@" or unknown-block(0,0): error -6',
    'VFS: Unable to mount root fs "@"',
    'Kernel panic - not syncing: VFS: Unable to mount root fs on "@"',
    'Kernel panic - not syncing: Requested init @ failed (error -2).',
    "Failed to execute @ (error -2)",
    "Run @ as init process",
    "  with arguments:", "    @", "  with environment:",
    "ACPI Error: @",
    "printk: console [@] enabled",
    "EXT4-fs (@): mounted filesystem with ordered data mode",
    "EXT4-fs (vda1): VFS: @",
    "BUG: @",
    "x: Unknown symbol @",
    "Module @ is blacklisted",
    " vda: @",
    "GPT:@",
)


class Test(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()

    def tearDown(self):
        shutil.rmtree(self.folder)

    def report(self, cmdline, log=(), **files):
        shutil.rmtree(self.folder)
        machine = file_machine.Machine(self.folder)
        machine.file("proc/cmdline", cmdline + "\n")
        machine.file("proc/consoles", "ttyS0                -W- (EC p a)    4:64\n")
        machine.file("sys/class/tty/console/active", "ttyS0\n")
        machine.file("dev/kmsg", "".join(f"6,{n},{n * 1000},-;{line}\n" for n, line in enumerate(log)))
        machine.file("sysroot/sbin/init", "#!/bin/sh\n")
        for path, content in files.items():
            machine.file(path, content)
        records = Path(self.folder, "report.jsonl")
        # Whether it leaks memory, all other tests of it tell.
        environment = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}
        page = subprocess.run([HOOK, "now", "--sysroot", self.folder, "--root", "/sysroot",
                               "--report", records], check=True, capture_output=True, timeout=30,
                              env=environment)
        self.assertIn(b"bootprobe", page.stdout)
        self.assertIn('"type":"end"', records.read_text())
        return (page.stdout + page.stderr).decode() + records.read_text()

    def hold(self, text, what):
        found = [line for line in text.splitlines() if MARK in line or "S3CR" in line]
        self.assertFalse(found, f"{what}\n" + "\n".join(found))

    def test_command_lines(self):
        for cmdline in COMMAND_LINES:
            with self.subTest(cmdline):
                self.hold(self.report(cmdline), cmdline)

    def test_it_would_be_found(self):
        self.assertIn(MARK, self.report("init=/S3CRET root=LABEL=S3CRET"))

    def test_cut_anywhere(self):
        """A secret that begins just before the end of what a fact has room for."""
        for length in (*range(8, 180, 3), 250, 500, 1000, 2030, 4080):
            words = [f"{name}=cifs://{'u' * length}:S3CRET@h/x"
                     for name in ("root", "init", "console", "earlycon")]
            # All in one command line, as long as it holds them.
            for cmdline in [" ".join(words)] if length < 900 else words:
                with self.subTest(length=length, cmdline=cmdline[:20]):
                    self.hold(self.report(cmdline), cmdline)

    def test_kernel_log(self):
        for cmdline in COMMAND_LINES:
            value = cmdline.split("=", 1)[-1]
            log = [line.replace("@", words) for line in KERNEL_LINES
                   for words in (cmdline, value, value.strip('"')) if "S3CRET" in words]
            # A secret whose name is not in the line is known by the command line alone.
            with self.subTest(cmdline):
                self.hold(self.report(cmdline, log), cmdline)

    def test_kernel_log_is_cut(self):
        """In portions of which the report keeps each line."""
        for first in range(90, 170, KEPT_OF_A_KIND):
            lines = [f"VFS: Cannot open root device \"{length:03}{'x' * (length - 3)}//user:S3CRET@h/x password=S3CRET"
                     for length in range(first, first + KEPT_OF_A_KIND)]
            with self.subTest(first=first):
                text = self.report("quiet", lines)
                self.assertEqual(text.count('"type":"kernel.event"'), KEPT_OF_A_KIND)
                self.hold(text, lines)

    def test_host(self):
        folder = "sys/firmware/qemu_fw_cfg/by_name/opt/org.bootprobe"
        for first in range(0, len(COMMAND_LINES), ITEMS_AT_ONCE):
            portion = COMMAND_LINES[first:first + ITEMS_AT_ONCE]
            files = {f"{folder}/{n}/{name}": content for n, cmdline in enumerate(portion)
                     for name, content in (("raw", cmdline), ("size", "99\n"))}
            text = self.report("quiet", **files)
            self.assertEqual(text.count('"content"'), len(portion))
            self.hold(text, portion)

    def test_mounts(self):
        for source in ("//u:S3CRET@srv/share", "http://u:S3CRET@h/", "h:/x?token=S3CRET"):
            mounts = f"36 35 0:40 / /sysroot rw - cifs {source} rw,password=S3CRET\n"
            with self.subTest(source):
                self.hold(self.report("quiet", **{"proc/self/mountinfo": mounts}), source)


if __name__ == "__main__":
    HOOK = sys.argv.pop(1)
    unittest.main()
