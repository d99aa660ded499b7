#!/bin/sh
# shellcheck disable=SC2317  # functions that check() calls by name
# The hook's verbs in orders that nobody plans: lifecycle.sh HOOK
# Runs it in namespaces of its own, with a kernel command line that switches it on, and records to
# /run only. Needs root (exit status 77: skipped).
set -u

if [ "${2-}" != inside ]; then
	[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
	unshare -m -n -p -f --mount-proc true 2>/dev/null || { echo "needs namespaces"; exit 77; }
	exec timeout 280 unshare -m -n -p -f --mount-proc sh "$0" "$1" inside
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
# Every verb comes to an end by itself.
hook() { timeout 60 "$hook" "$@" </dev/null; }
# This shell is process 1 here, and parent of collectors only: their children bear the same name.
collectors() { pgrep -P 1 -fc '^@bootprobe'; }
tell_collector() { pkill "$1" -P 1 -f '^@bootprobe'; }
count_is() { [ "$(collectors)" = "$1" ]; }
ends() { grep -c '"type":"end"' $report 2>/dev/null; }
ends_are() { [ "$(ends)" = "$1" ]; }
# A machine under load takes its time: what is to come is waited for, for as long as it takes.
comes() {
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ $tries -lt 600 ] || return 1
		sleep 0.1
	done
}
gone() { comes count_is 0; }
# From its first record on a collector hears signals.
listens() { comes test -s $report; }

check "start" hook start
check "start twice" hook start
check "one collector after two starts" comes count_is 1
check "finish" hook finish --root /
check "finish twice" hook finish --root /
check "an end record" comes ends_are 1
check "the collector leaves when all is delivered" gone
check "one end record" ends_are 1
check "finish after the end" hook finish
check "which starts no collector" count_is 0
check "which reports nothing more" ends_are 1

rm -rf /run/bootprobe
check "finish without start" hook finish --root /
check "which reports all the same" comes ends_are 1
gone

rm -rf /run/bootprobe
check "start before a stop" hook start
comes count_is 1
tell_collector -STOP
check "finish with a collector that was stopped" hook finish --root /
tell_collector -KILL
gone

rm -rf /run/bootprobe
check "start before SIGTERM" hook start
listens
tell_collector -TERM
check "a collector that is told to end ends" gone
check "with a report" quietly grep '"phase":"terminated"' $report

rm -rf /run/bootprobe
check "start with closed descriptors" hook start <&- >&- 2>&-
check "which starts a collector" comes count_is 1
tell_collector -KILL
gone

echo bootprobe=0 >/run/cmdline
rm -rf /run/bootprobe
check "start, not asked for" hook start
check "which does nothing" count_is 0
check "and leaves no trace" [ ! -e /run/bootprobe ]

[ $failed = 0 ] && echo "all well"
exit $failed
