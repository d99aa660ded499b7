#!/bin/sh
# Sourced by dracut when it gives up, before it shows its shell. There will be no later moment to
# judge, so the final pass is made now. Prints nothing unless bootprobe was asked for, and nothing
# when a machine that was up fails to go down.
if [ -d /run/bootprobe ] && [ "${action:-Boot}" = Boot ]; then
    (exec /usr/lib/bootprobe/bootprobe-hook finish --gave-up --root "${NEWROOT:-/sysroot}" </dev/null >/dev/null 2>&1) || :
    echo
    # Unless it has just been written to this console.
    [ -s /run/bootprobe/shown ] || [ ! -s /run/bootprobe/summary.txt ] || cat /run/bootprobe/summary.txt
    [ ! -s /run/bootprobe/report.jsonl ] || echo "bootprobe: the whole report is in /run/bootprobe/report.jsonl"
    echo
fi
