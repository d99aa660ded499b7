#!/bin/sh
# Boots the machine that started this project and prints what bootprobe found out about it.
set -eu

usage()
{
	cat <<'END'
usage: sh tests/demo.sh [--serial] [--disk SIZE] [--table SIZE] [--bus BUS]
                        [--cmdline TEXT] [--growroot] [--keep] [--help]

Builds bootprobe-hook and bootprobe, makes a dracut initrd with the hook and
boots that in QEMU, in a machine that has no serial port, is told to use one
(console=tty0 console=ttyS0), and has a 20 GB disk whose partition table was
made for 2 GB. Then reads the report that came out of its virtio port.

  --serial        give the machine the serial port
  --disk SIZE     size of the disk (default 20G, sparse): bytes, or a number
                  with K, M, G or T
  --table SIZE    size of the disk when its table was made (default 2G, at
                  most --disk)
  --bus BUS       virtio-scsi (default), virtio-blk
  --cmdline TEXT  append to the kernel command line
  --growroot      Debian's own initrd with cloud-initramfs-growroot instead,
                  which panics there; made in a Debian that is downloaded for
                  it, once
  --keep          keep the initrd, and a script that boots the machine again

Exit status: 0 the report is there and right, 1 it is not, 2 usage.
END
}

repo=$(cd "$(dirname "$0")/.." && pwd)
started=$(date +%s)
say() { printf '%3d s  %s\n' "$(($(date +%s) - started))" "$*"; }
die() { printf 'demo: %s\n' "$*" >&2; exit 1; }
refuse() { printf 'demo: %s; see sh tests/demo.sh --help\n' "$*" >&2; exit 2; }

# ---- what is wanted -------------------------------------------------------------------------

min_mib=32 max_tib=8

# The bytes of a size, or nothing.
bytes_of()
{
	number=${1%[KMGT]}
	case $number in
	'' | 0* | *[!0-9]* | ?????????????????*) return ;;
	esac
	case $1 in
	*K) factor=1024 ;;
	*M) factor=$((1024 * 1024)) ;;
	*G) factor=$((1024 * 1024 * 1024)) ;;
	*T) factor=$((1024 * 1024 * 1024 * 1024)) ;;
	*) factor=1 ;;
	esac
	# Nothing that is allowed comes near to where this wraps.
	[ "$number" -le $((max_tib * 1024 * 1024 * 1024 * 1024 / factor)) ] || number=0 factor=1
	echo $((number * factor))
}

# check_size OPTION VALUE: prints the bytes.
check_size()
{
	bytes=$(bytes_of "$2")
	[ -n "$bytes" ] || refuse "$1 $2: not a size; want one such as 20G, 512M or 2147483648"
	[ "$bytes" -gt 0 ] || refuse "$1 $2: $max_tib TiB at most"
	[ $((bytes % 512)) = 0 ] || refuse "$1 $2: not a multiple of 512 bytes"
	[ "$bytes" -ge $((min_mib * 1024 * 1024)) ] || refuse "$1 $2: at least ${min_mib}M"
	echo "$bytes"
}

serial=no keep=no growroot=no disk=20G table='' bus=virtio-scsi cmdline=
while [ $# -gt 0 ]; do
	option=$1
	shift
	case $option in
	--disk=* | --table=* | --bus=* | --cmdline=*)
		value=${option#*=}
		option=${option%%=*}
		;;
	--disk | --table | --bus | --cmdline)
		[ $# -gt 0 ] || refuse "$option: needs a value"
		value=$1
		shift
		;;
	esac
	case $option in
	-h | --help) usage; exit 0 ;;
	--serial) serial=yes ;;
	--keep) keep=yes ;;
	--growroot) growroot=yes ;;
	--disk) disk=$value ;;
	--table) table=$value ;;
	--bus) bus=$value ;;
	--cmdline) cmdline=$value ;;
	--serial=* | --keep=* | --growroot=*) refuse "${option%%=*}: takes no value" ;;
	-*) refuse "$option: no such option" ;;
	*) refuse "$option: this is no option" ;;
	esac
done

disk_bytes=$(check_size --disk "$disk") || exit 2
if [ -n "$table" ]; then
	table_bytes=$(check_size --table "$table") || exit 2
	[ "$table_bytes" -le "$disk_bytes" ] ||
		refuse "--table $table: the table cannot be larger than the disk ($disk)"
else
	table_bytes=$((2 * 1024 * 1024 * 1024))
	[ "$table_bytes" -le "$disk_bytes" ] || table_bytes=$disk_bytes
fi
case $bus in
virtio-scsi | virtio-blk) ;;
*) refuse "--bus $bus: want virtio-scsi or virtio-blk" ;;
esac
case $cmdline in
*"
"*) refuse "--cmdline: has more than one line" ;;
esac

# ---- one at a time --------------------------------------------------------------------------

mkdir -p "$repo/.cache"
lock=$repo/.cache/demo.lock
exec 9>>"$lock"
flock -n 9 || die "another demo runs in this folder ($(cat "$lock")); wait for it, or use another clone"
echo "process $$" >"$lock"

# ---- building -------------------------------------------------------------------------------

logs=$repo/.cache/demo-logs
mkdir -p "$logs"
# watched.sh reads it.
# shellcheck disable=SC2034
quiet_s=5
# shellcheck source=tests/lib/watched.sh
. "$repo/tests/lib/watched.sh"
_say_where() { say "    ... ${1:-still at it}"; }

# step TEXT COMMAND...: says what is done, and every few seconds how far it is.
step()
{
	say "$1"
	shift
	watched "$logs/step.log" '$.' "$@" && return
	tail -n 30 "$logs/step.log" >&2
	die "that did not work; its log: $logs/step.log"
}

# What apt starts must not hold the lock.
install_packages() { sh "$repo/tests/deps.sh" "$@" 9>&-; }
static_libraries() { sh "$repo/tools/static-deps.sh" --install 9>&- 3>&1 1>"$logs/libraries" 2>&3; }
static_hook() { sh "$repo/tests/lib/build-static.sh" "$(cat "$logs/libraries")"; }

command_line_tool()
{
	build=$repo/build/dev
	[ -f "$build/build.ninja" ] || meson setup "$build" "$repo"
	meson compile -C "$build" bootprobe
}

groups=demo
[ $growroot = no ] || groups="demo vm"
# shellcheck disable=SC2086
step "installing what is missing (apt)" install_packages $groups
step "building the static libraries (once, about two minutes)" static_libraries
step "building bootprobe-hook, which goes into the initrd" static_hook
step "building bootprobe, which reads the report" command_line_tool

set -- --started "$started" --disk "$disk_bytes" --table "$table_bytes" --bus "$bus" --cmdline "$cmdline"
[ $serial = no ] || set -- "$@" --serial
[ $growroot = no ] || set -- "$@" --growroot
[ $keep = no ] || set -- "$@" --keep
exec /usr/bin/python3 "$repo/tests/vm/demo.py" "$@"
