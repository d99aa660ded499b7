#!/bin/sh
# Boots the machine that started this project and prints what bootprobe found out about it.
set -eu

usage()
{
	cat <<'END'
usage: sh tests/demo.sh [--serial] [--keep] [--disk SIZE] [--table SIZE] [--bus BUS]
                        [--cmdline TEXT] [--help]

Builds bootprobe-hook, makes a dracut initrd with it and boots that in QEMU, in a machine that has
no serial port, is told to use one (console=tty0 console=ttyS0), and has a 20 GB disk whose
partition table was made for 2 GB. Then prints the report that came out of its virtio port.

  --serial        give the machine the serial port
  --disk SIZE     size of the disk (default 20G, sparse)
  --table SIZE    size of the disk when its table was made (default 2G, at most --disk)
  --bus BUS       virtio-scsi (default), virtio-blk
  --cmdline TEXT  append to the kernel command line
  --keep          keep the initrd, and print the command that boots the machine again
END
}

repo=$(cd "$(dirname "$0")/.." && pwd)
started=$(date +%s)
say() { printf '%3d s  %s\n' "$(($(date +%s) - started))" "$*"; }

value=no
for word in "$@"; do
	case $value:$word in
	yes:*) value=no ;;
	*:-h | *:--help) usage; exit 0 ;;
	*:--serial | *:--keep) ;;
	*:--disk | *:--table | *:--bus | *:--cmdline) value=yes ;;
	*) usage >&2; exit 2 ;;
	esac
done
[ $value = no ] || { usage >&2; exit 2; }

mkdir -p "$repo/.cache"
say "installing what is missing (apt)"
sh "$repo/tests/deps.sh" demo

say "building the static libraries (once)"
libraries=$(sh "$repo/tools/static-deps.sh" --install 2>"$repo/.cache/demo-libraries.log") || {
	tail -20 "$repo/.cache/demo-libraries.log" >&2
	exit 1
}

say "building bootprobe-hook"
sh "$repo/tests/lib/build-static.sh" "$libraries"

exec /usr/bin/python3 "$repo/tests/vm/demo.py" --started "$started" "$@"
