#!/usr/bin/python3
"""What "meson install" of a build puts where: test_install.py BUILD_DIRECTORY

A static build is for guests and installs the hook; any other is for people and installs the command.
A hook that needs libraries must never lie where the dracut module takes the hook from."""

import json
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]
MODULE = {f"usr/lib/dracut/modules.d/50bootprobe/{path.name}"
          for path in (REPO / "dracut/50bootprobe").iterdir()}
INITRAMFS_TOOLS = {f"usr/share/{path.relative_to(REPO)}"
                   for path in (REPO / "initramfs-tools").rglob("*") if path.is_file()}
WANTED = {
    True: {"usr/lib/bootprobe/bootprobe-hook", *MODULE},
    False: {"usr/bin/bootprobe", "usr/share/bash-completion/completions/bootprobe",
            "usr/share/zsh/site-functions/_bootprobe"},
}
# Where scdoc is not there, there is none.
PAGES = {True: "usr/share/man/man8/bootprobe-hook.8", False: "usr/share/man/man1/bootprobe.1"}
BUILD = None


def option(name):
    options = json.loads(subprocess.check_output(["meson", "introspect", "--buildoptions", BUILD]))
    return next(one["value"] for one in options if one["name"] == name)


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.is_static = option("static")
        if option("prefix") != "/usr":
            raise unittest.SkipTest("this build is not for /usr")
        cls.scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.root = Path(cls.scratch.name)
        subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir",
                        cls.root], check=True, stdin=subprocess.DEVNULL)
        cls.files = {str(path.relative_to(cls.root)) for path in cls.root.rglob("*")
                     if not path.is_dir()}

    def test_what_lands_where(self):
        wanted = set(WANTED[self.is_static])
        if self.is_static and option("initramfs_tools"):
            wanted |= INITRAMFS_TOOLS
        self.assertEqual(self.files - {PAGES[self.is_static]}, wanted)

    def test_modes(self):
        for name in self.files:
            # initramfs-tools passes over a script that is not executable.
            is_program = (name.endswith(("/bootprobe-hook", "bin/bootprobe")) or
                          name in INITRAMFS_TOOLS)
            mode = (self.root / name).stat().st_mode
            if is_program or not name.startswith("usr/lib/dracut"):
                self.assertEqual(stat.S_IMODE(mode), 0o755 if is_program else 0o644, name)

    def test_the_hook_needs_no_libraries(self):
        for name in self.files:
            if name.endswith("/bootprobe-hook"):
                headers = subprocess.check_output(["readelf", "-lW", self.root / name], text=True)
                self.assertNotIn("INTERP", headers)


if __name__ == "__main__":
    BUILD = sys.argv.pop(1)
    unittest.main(verbosity=1)
