#!/usr/bin/python3
"""The dracut module, as far as it can be judged without dracut."""

import re
import subprocess
import unittest
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
MODULE = REPO / "dracut/50bootprobe"
# What check() says to dracut: only where somebody asks for the module, and never.
IF_ASKED, NEVER = 255, 1


def check(hook):
    script = f'. "{MODULE}/module-setup.sh"; check'
    return subprocess.run(["bash", "-c", script], env={"PATH": "/usr/bin:/bin", "bootprobe_hook": hook},
                          stdin=subprocess.DEVNULL).returncode


class Module(unittest.TestCase):
    def test_only_where_asked_for(self):
        self.assertEqual(check("/bin/sh"), IF_ASKED)

    def test_not_without_the_hook(self):
        self.assertEqual(check("/does/not/exist"), NEVER)

    def test_all_that_is_installed_is_there(self):
        text = (MODULE / "module-setup.sh").read_text()
        named = set(re.findall(r"\bbootprobe-[a-z]+\.(?:sh|service)\b", text))
        self.assertEqual(named | {"module-setup.sh"}, {path.name for path in MODULE.iterdir()})

    def test_the_pages_that_units_name_exist(self):
        for unit in MODULE.glob("*.service"):
            pages = re.findall(r"^Documentation=man:(\S+)\((\d)\)$", unit.read_text(), re.M)
            self.assertEqual(pages, [("bootprobe-hook", "8")], unit.name)
            for name, section in pages:
                self.assertTrue((REPO / f"docs/man/{name}.{section}.scd").exists(), name)


if __name__ == "__main__":
    unittest.main(verbosity=1)
