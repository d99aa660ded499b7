#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""make_cases.py ORACLE

Compiles tests/acpi/cases/*.asl with iasl and writes what ORACLE (a script that prints the devices
that ACPICA finds in a table) makes of each to a .tsv beside it. The sources use constructs that
iasl has to be forced to accept: names that do not exist, scopes that are never closed.
"""
import pathlib
import subprocess
import sys

CASES = pathlib.Path(__file__).resolve().parent / 'cases'


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for source in sorted(CASES.glob('*.asl')):
        table = source.with_suffix('.aml')
        table.unlink(missing_ok=True)
        subprocess.run(['iasl', '-f', '-of', '-on', '-p', source.with_suffix(''), source],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if not table.exists():
            sys.exit(f'iasl refuses {source}')
        devices = subprocess.run([sys.executable, sys.argv[1], table], check=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        source.with_suffix('.tsv').write_bytes(devices)


if __name__ == '__main__':
    main()
