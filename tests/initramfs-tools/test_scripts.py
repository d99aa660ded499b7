#!/usr/bin/python3
"""The hook and the scripts of initramfs-tools, as far as they can be judged without it."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
OURS = REPO / "initramfs-tools"
START, FINISH, PANIC = (f"scripts/{name}" for name in (
    "init-top/bootprobe", "init-bottom/switch-root-bootprobe", "panic/bootprobe"))
BOOT_SCRIPTS = (START, FINISH, PANIC)
# What Debian's packages and overlayroot put beside them; none of these names a prerequisite.
NEIGHBOURS = {START: ("all_generic_ide", "blacklist", "keymap", "udev"),
              FINISH: ("overlayroot", "udev")}
# Who runs them: klibc's sh is a dash.
SHELLS = [shell for shell in (["dash"], ["busybox", "sh"], ["/usr/lib/klibc/bin/sh.shared"])
          if shutil.which(shell[0])]
# Says all it can on all that it was given, and fails.
NOISY = """#!/bin/sh
echo "$*" >>"{log}"
echo noise
echo noise >&2
read -r word && echo "read $word" >>"{log}"
exit 3
"""
# Stands in for initramfs-tools' own.
FUNCTIONS = """
copy_exec() { echo "copy_exec $*"; return "${COPY_STATUS-0}"; }
manual_add_modules() { echo "modules $*"; }
"""


def order(script):
    """The order in which mkinitramfs has the scripts of a folder run: tsort, fed with the names in
    alphabetical order and the prerequisites that each one tells."""
    names = sorted({*NEIGHBOURS[script], Path(script).name})
    told = subprocess.check_output([OURS / script, "prereqs"], text=True).split()
    pairs = [f"{name} {name}" for name in names] + [f"{one} {Path(script).name}" for one in told]
    return subprocess.check_output(["tsort"], input="\n".join(pairs), text=True).split()


class Case(unittest.TestCase):
    """A copy of ours, whose absolute paths lead into a scratch folder."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.home = Path(scratch.name)
        self.log, self.run_folder = self.home / "log", self.home / "run"
        self.conf, self.hook = self.home / "bootprobe.conf", self.home / "bootprobe-hook"
        self.initrd = self.home / "initrd"
        (self.home / "functions").write_text(FUNCTIONS)
        shutil.copytree(OURS, self.home / "ours")
        for path in self.scripts():
            text = path.read_text()
            for name, here in (("/usr/lib/bootprobe/bootprobe-hook", self.hook),
                               ("/usr/share/initramfs-tools/hook-functions", self.home / "functions"),
                               ("/etc/bootprobe/initramfs-tools.conf", self.conf),
                               ("/run/bootprobe", self.run_folder)):
                text = re.sub(rf"(?<=[=\s]){name}(?=\s)", str(here), text)
            path.write_text(text)

    def scripts(self):
        return [path for path in (self.home / "ours").rglob("*") if path.is_file()]

    def make_hook(self, text=NOISY):
        self.hook.write_text(text.format(log=self.log))
        self.hook.chmod(0o755)

    def call(self, script, *, shell=("sh",), arguments=(), **more):
        """(exit status, what it said)"""
        done = subprocess.run([*shell, self.home / "ours" / script, *arguments], text=True,
                              input="typed\n", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)
        return done.returncode, done.stdout


class Scripts(Case):
    """The part that runs in the initrd."""

    def test_initramfs_tools_takes_them(self):
        for path in OURS.rglob("*"):
            if path.is_file():
                self.assertRegex(path.name, r"^[a-z-]+$")
                self.assertTrue(os.access(path, os.X_OK), path)
                for shell in SHELLS:
                    subprocess.run([*shell, "-n", path], check=True)

    def test_start_runs_before_udev_and_behind_the_blacklist(self):
        found = order(START)
        self.assertLess(found.index("blacklist"), found.index("bootprobe"))
        self.assertLess(found.index("bootprobe"), found.index("keymap"))
        self.assertLess(found.index("bootprobe"), found.index("udev"))

    def test_finish_runs_last_before_udev_ends(self):
        self.assertEqual(order(FINISH), ["overlayroot", "switch-root-bootprobe", "udev"])

    def test_what_the_hook_is_called_with(self):
        self.make_hook()
        for script, root, words in ((START, "/root", "start"), (FINISH, "/x y", "finish --root /x y"),
                                    (PANIC, "", "finish --gave-up --root /root")):
            self.log.unlink(missing_ok=True)
            self.call(script, env={**os.environ, "rootmnt": root})
            self.assertEqual(self.log.read_text(), words + "\n")

    def test_whatever_the_hook_does_the_boot_goes_on_in_silence(self):
        broken = "no program at all"
        for text in (NOISY, broken, None):
            self.hook.unlink(missing_ok=True)
            if text:
                self.make_hook(text)
            for script in BOOT_SCRIPTS:
                for shell in SHELLS:
                    with self.subTest(text=text, script=script, shell=shell):
                        self.assertEqual(self.call(script, shell=shell), (0, ""))

    def test_without_any_descriptor(self):
        self.make_hook()
        for script in BOOT_SCRIPTS:
            for shell in SHELLS:
                self.log.unlink(missing_ok=True)
                command = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *shell,
                           self.home / "ours" / script]
                self.assertEqual(subprocess.run(command).returncode, 0)
                self.assertTrue(self.log.exists(), (script, shell))

    def test_the_page_stands_above_the_prompt(self):
        self.make_hook()
        self.run_folder.mkdir()
        (self.run_folder / "summary.txt").write_text("the page\n")
        (self.run_folder / "report.jsonl").write_text("{}\n")
        for shell in SHELLS:
            status, said = self.call(PANIC, shell=shell)
            self.assertEqual(status, 0)
            self.assertEqual(said, "\nthe page\nbootprobe: the whole report is in "
                                   f"{self.run_folder}/report.jsonl\n\n")

    def test_the_page_stands_there_once(self):
        self.make_hook()
        self.run_folder.mkdir()
        (self.run_folder / "summary.txt").write_text("the page\n")
        for shown, page in (("ttyS0", ""), ("", "the page\n")):
            (self.run_folder / "shown").write_text(shown)
            self.assertEqual(self.call(PANIC, shell=SHELLS[0])[1], f"\n{page}\n")

    def test_a_console_that_fails_is_no_matter(self):
        self.make_hook()
        self.run_folder.mkdir()
        (self.run_folder / "summary.txt").write_text("the page\n")
        with open("/dev/full", "w") as full:
            done = subprocess.run(["sh", self.home / "ours" / PANIC], stdout=full, stderr=full)
        self.assertEqual(done.returncode, 0)


class Hook(Case):
    """The part that runs where the initrd is made."""

    def make(self, **environment):
        shutil.rmtree(self.initrd, ignore_errors=True)
        shutil.copytree(self.home / "ours/scripts", self.initrd / "scripts")
        (self.initrd / "scripts/init-top/udev").touch()
        status, said = self.call("hooks/bootprobe", env={
            **os.environ, "DESTDIR": str(self.initrd), **environment})
        self.assertEqual(status, 0, said)
        return said

    def is_there(self):
        """Whether the boot scripts stay; all or none do, and those of others always."""
        self.assertTrue((self.initrd / "scripts/init-top/udev").exists())
        found = {(self.initrd / script).exists() for script in BOOT_SCRIPTS}
        self.assertEqual(len(found), 1)
        self.assertEqual((self.initrd / "scripts/panic").exists(), found == {True})
        return found.pop()

    def test_what_is_installed_is_in(self):
        self.make_hook()
        said = self.make()
        self.assertTrue(self.is_there())
        self.assertIn(f"copy_exec {self.hook}\n", said)

    def test_the_modules_are_those_of_the_dracut_module(self):
        self.make_hook()
        setup = (REPO / "dracut/50bootprobe/module-setup.sh").read_text()
        wanted = re.search(r"instmods -s (.*)$", setup, re.M)[1]
        self.assertIn(f"modules {wanted}\n", self.make())

    def test_it_can_be_left_out(self):
        self.make_hook()
        for text, stays in (("BOOTPROBE=n\n", False), ("# leave it out\nBOOTPROBE='n'\n", False),
                            ("BOOTPROBE=y\n", True), ("", True), ("if (\n", True), ("exit 1\n", True)):
            self.conf.write_text(text)
            said = self.make()
            self.assertEqual(self.is_there(), stays, text)
            self.assertEqual("modules" in said, stays, said)

    def test_no_kernel_fails_to_install_because_of_us(self):
        self.assertIn("W: bootprobe", self.make())
        self.assertFalse(self.is_there())
        self.make_hook()
        self.assertIn("W: bootprobe", self.make(COPY_STATUS="2"))
        self.assertFalse(self.is_there())


if __name__ == "__main__":
    unittest.main(verbosity=1)
