#!/bin/sh
# shellcheck disable=SC2317  # functions that check() calls by name
# The hook's verbs in orders that nobody plans: lifecycle.sh HOOK
# Runs it in namespaces of its own, with a kernel command line that switches it on, and records to
# /run only. Needs root (exit status 77: skipped).
set -u

if [ "${2-}" != inside ]; then
	[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
	unshare -m -n -p -f --mount-proc true 2>/dev/null || { echo "needs namespaces"; exit 77; }
	exec timeout 120 unshare -m -n -p -f --mount-proc sh "$0" "$1" inside
fi

hook=$1
report=/run/bootprobe/report.jsonl
failed=0

mount -t tmpfs none /run || exit 77
echo "bootprobe bootprobe.sinks=run bootprobe.stall=60" >/run/cmdline
mount --bind /run/cmdline /proc/cmdline || exit 77

check() {
	what=$1
	shift
	"$@" || { echo "FAIL: $what"; failed=1; }
}
quietly() { "$@" >/dev/null 2>&1; }
# Every verb ends well and in time; the 2 s of a stopped collector are the longest wait there is.
hook() { timeout 15 "$hook" "$@" </dev/null; }
collectors() { pgrep -fc '^@bootprobe'; }
count_is() { [ "$(collectors)" = "$1" ]; }
ends() { grep -c '"type":"end"' $report 2>/dev/null; }
gone() {
	tries=0
	while [ "$(collectors)" != 0 ] && [ $tries -lt 50 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	count_is 0
}

check "start" hook start
check "start twice" hook start
check "one collector after two starts" count_is 1
check "finish" hook finish --root /
check "finish twice" hook finish --root /
check "one end record" [ "$(ends)" = 1 ]
check "the collector leaves when all is delivered" gone
check "finish after the end" hook finish
check "which reports nothing more" [ "$(ends)" = 1 ]

rm -rf /run/bootprobe
check "finish without start" hook finish --root /
check "which reports all the same" [ "$(ends)" = 1 ]
gone

rm -rf /run/bootprobe
check "start before a stop" hook start
pkill -STOP -f '^@bootprobe'
check "finish with a collector that was stopped" hook finish --root /
pkill -KILL -f '^@bootprobe'
gone

rm -rf /run/bootprobe
check "start before SIGTERM" hook start
pkill -TERM -f '^@bootprobe'
check "a collector that is told to end ends" gone
check "with a report" quietly grep '"phase":"terminated"' $report

rm -rf /run/bootprobe
check "start with closed descriptors" hook start <&- >&- 2>&-
check "which starts a collector" count_is 1
pkill -KILL -f '^@bootprobe'
gone

echo bootprobe=0 >/run/cmdline
rm -rf /run/bootprobe
check "start, not asked for" hook start
check "which does nothing" count_is 0
check "and leaves no trace" [ ! -e /run/bootprobe ]

[ $failed = 0 ] && echo "all well"
exit $failed
