#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""compare.py COMMAND...

Holds the device list of COMMAND (for example "build/bootprobe acpi") against the tables and lists
below tests/fixtures/acpi and tests/acpi/cases: nothing missing, nothing different, nothing extra
without a flag. Then feeds it the hostile tables of mkmalformed.py: no crash, no more than a second
each, no control byte on standard output, JSON that parses.
"""
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

TESTS = pathlib.Path(__file__).resolve().parent.parent
SECONDS_MAX = 1.0
SANITIZED = 99
ENVIRONMENT = dict(os.environ, ASAN_OPTIONS=f'exitcode={SANITIZED}',
                   UBSAN_OPTIONS=f'halt_on_error=1:exitcode={SANITIZED}')


def run(command, *arguments):
    return subprocess.run([*command, *map(str, arguments)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60, env=ENVIRONMENT)


def rows(text):
    fields = (line.split('\t') for line in text.split('\n') if line)
    return {f[0]: f[1:] for f in fields}


def compare(command, tables, expected_path, status=0):
    done = run(command, *tables)
    expected = rows(expected_path.read_text())
    found = rows(done.stdout.decode('ascii'))
    if done.returncode != status:
        yield f'exit status {done.returncode}: {done.stderr.decode(errors="replace")}'
    if list(found) != sorted(found):
        yield 'not sorted'
    for path, row in expected.items():
        if path not in found:
            yield f'missing: {path}'
        elif found[path][:6] != row:
            yield f'{path}: {found[path][:6]} instead of {row}'
    for path in found.keys() - expected.keys():
        if found[path][6] == '-':
            yield f'extra without a flag: {path}'


def processor_seconds():
    """Of children: other jobs on the machine do not count."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def survive(command, table):
    start = processor_seconds()
    done = run(command, table)
    seconds = processor_seconds() - start
    if done.returncode not in (0, 1):
        yield f'exit status {done.returncode}: {done.stderr.decode(errors="replace")[:2000]}'
    if done.returncode == 1 and not done.stderr:
        yield 'broken, but not a word on standard error'
    if seconds > SECONDS_MAX:
        yield f'took {seconds:.2f} s'
    for line in done.stdout.split(b'\n'):
        if any(not 0x20 <= byte < 0x7f and byte != 9 for byte in line):
            yield f'control byte in {line[:80]}'
        if line and line.count(b'\t') != 7:
            yield f'not eight fields: {line[:80]}'
    done = run(command, '--json', table)
    try:
        json.loads(done.stdout.decode('utf-8'))
    except ValueError as error:
        yield f'JSON: {error}'


def sets():
    for folder in sorted((TESTS / 'fixtures/acpi').iterdir()):
        if (folder / 'devices.tsv').exists():
            yield folder.name, [folder / 'tables'], folder / 'devices.tsv'
    for listing in sorted((TESTS / 'acpi/cases').glob('*.tsv')):
        yield listing.stem, [listing.with_suffix('.aml')], listing


def main():
    command = sys.argv[1:]
    if not command:
        sys.exit(__doc__)
    failed = devices = machines = hostile = 0
    for name, tables, expected in sets():
        problems = list(compare(command, tables, expected))
        machines += 1
        devices += len(expected.read_text().splitlines())
        failed += bool(problems)
        for problem in problems:
            print(f'{name}: {problem}')
    with tempfile.TemporaryDirectory() as out:
        subprocess.run([sys.executable, str(TESTS / 'acpi/mkmalformed.py'), out], check=True,
                       stdout=subprocess.DEVNULL)
        for folder in sorted(pathlib.Path(out).iterdir()):
            problems = list(survive(command, folder / 'DSDT'))
            hostile += 1
            failed += bool(problems)
            for problem in problems:
                print(f'{folder.name}: {problem}')
    print(f'{machines} sets of tables, {devices} devices; {hostile} hostile tables; {failed} failed')
    sys.exit(1 if failed or not machines or not hostile else 0)


if __name__ == '__main__':
    main()
