#!/usr/bin/python3
"""The units of the initrds agree with the hook: test_units.py"""

import re
import unittest
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]


def unit(name):
    return (REPO / "dracut/50bootprobe" / name).read_text().splitlines()


class Test(unittest.TestCase):
    def test_start_may_take_as_long_as_the_longest_budget(self):
        source = (REPO / "src/parse/config.c").read_text()
        longest = int(re.search(r"BUDGET_MAX_US \((\d+) \* US_PER_S\)", source)[1])
        nixos = (REPO / "nixos-module/default.nix").read_text()
        for text in ("\n".join(unit("bootprobe-start.service")), nixos):
            self.assertGreater(int(re.search(r"TimeoutStartSec ?= ?(\d+)", text)[1]), longest)

    def test_the_host_can_switch_it_on(self):
        """No condition knows of SMBIOS: any that asks who switched it on would shut that way."""
        once = ["ConditionPathExists=!/run/bootprobe"]
        for name, wanted in (("bootprobe-start.service", once), ("bootprobe-finish.service", [])):
            self.assertEqual([line for line in unit(name) if line.startswith(("Condition", "Assert"))],
                             wanted, name)


if __name__ == "__main__":
    unittest.main()
