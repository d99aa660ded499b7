#!/usr/bin/python3
"""Each row of README's table of initrds names a VM test that does what the row says."""

import re
import sys
import unittest
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPO / "tests/vm"))

import scenario

SCENARIOS = {one.name: one for one in scenario.load_all(REPO / "tests/vm/scenarios")}
ROW = re.compile(r"^\| *([^|]*?) *\| *([^|]*?) *\| *([^|]*?) *\| *([^|]*?) *\| *`([a-z0-9-]+)` *\|$", re.M)
SECTION = "## Where it runs"

# What a word in a row asks of its scenario.
ASKS = {
    "NixOS": lambda s: s.initrd.startswith("nixos-"),
    "dracut": lambda s: s.initrd.startswith("dracut"),
    "dracut 059": lambda s: "059" in s.initrd,
    "dracut 106": lambda s: "106" in s.initrd,
    "initramfs-tools": lambda s: s.initrd.startswith("initramfs-tools"),
    "initramfs-tools 0.142": lambda s: "142" in s.initrd,
    "initramfs-tools 0.148": lambda s: "148" in s.initrd,
    "systemd": lambda s: "systemd" in s.initrd,
    "netboot": lambda s: s.store,
    "iPXE": lambda s: s.boot == "ipxe",
    "unified kernel image": lambda s: s.boot == "uki",
    "kexec": lambda s: s.boot == "kexec",
    "Xen": lambda s: s.machine.xen,
    "bootprobe cpio": lambda s: s.cpio,
    "--modules": lambda s: s.cpio_modules,
    "--zstd": lambda s: s.cpio == "zstd",
    "kernel parameter": lambda s: "bootprobe" in s.cmdline.split(),
    "rdinit=": lambda s: "rdinit=/bootprobe-hook" in s.cmdline.split(),
    "host:": lambda s: "bootprobe" not in s.cmdline.split(),
    "SMBIOS": lambda s: "-smbios" in s.machine.extra,
    "fw_cfg": lambda s: "opt/org.bootprobe/cmdline" in s.machine.fw_cfg,
    "virtio port": lambda s: "virtio" in s.whole(),
    "a socket": lambda s: s.report.port.startswith("socket"),
    "serial console": lambda s: "isa" in s.machine.serial and (s.expect.serial or "console" in s.whole()),
    "hvc0": lambda s: "console=hvc0" in s.cmdline.split() and s.expect.serial,
    "page above the prompt": lambda s: any("prompt" in s.summary or r"\(initramfs\)" in one
                                           for one in s.expect.serial),
    "console-records": lambda s: "console-records" in s.cmdline,
}


def rows():
    section = (REPO / "README.md").read_text().split(SECTION, 1)[1].split("\n## ", 1)[0]
    return ROW.findall(section)


class Table(unittest.TestCase):
    def test_rows(self):
        self.assertGreater(len(rows()), 15)
        for *cells, name in rows():
            self.assertIn(name, SCENARIOS, cells)
            for word, ask in ASKS.items():
                if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w.])", " ".join(cells)):
                    self.assertTrue(ask(SCENARIOS[name]), f"{name}: {word}")

    def test_every_row_asks_something(self):
        for *cells, name in rows():
            self.assertTrue(any(word in " ".join(cells) for word in ASKS), name)

    def test_names_beside_the_table(self):
        text = (REPO / "README.md").read_text().split(SECTION, 1)[1].split("\n## ", 1)[0]
        for name in re.findall(r"\(`([a-z0-9-]+)`\)", text):
            self.assertIn(name, SCENARIOS)


if __name__ == "__main__":
    unittest.main()
