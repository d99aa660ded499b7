# Sourced: commands that take long, with a sign of life.

# watched LOG FILTER COMMAND...: runs a command with its output in a log. Shows the lines of the log
# that match the filter as they come; where that is silent for quiet_s, the last line of all.
# '$.' matches no line.
# The command stays in the foreground, so that Ctrl-C reaches it.
watched() {
	watched_log=$1 watched_filter=$2
	shift 2
	rm -f "$watched_log.over"
	: >"$watched_log"
	_watch "$watched_log" "$watched_filter" $$ &
	watcher=$!
	watched_status=0
	"$@" </dev/null >"$watched_log" 2>&1 || watched_status=$?
	: >"$watched_log.over"
	wait $watcher || :
	rm -f "$watched_log.over"
	return $watched_status
}

# Until the command is over or the script PARENT is gone: _watch LOG FILTER PARENT
_watch() {
	shown=0 silent_since=$(date +%s) is_running=yes
	while [ $is_running = yes ]; do
		[ ! -e "$1.over" ] && kill -0 "$3" 2>/dev/null || is_running=no
		lines=$(wc -l <"$1")
		if [ "$lines" -gt "$shown" ] &&
			sed -n "$((shown + 1)),${lines}p" "$1" | grep -E -- "$2"; then
			silent_since=$(date +%s)
		elif [ $(($(date +%s) - silent_since)) -ge "$quiet_s" ]; then
			_say_where "$(tail -n 1 "$1" | tr '\r' ' ' | cut -c 1-90)"
			silent_since=$(date +%s)
		fi
		shown=$lines
		[ $is_running = no ] || sleep 0.5
	done
}

# May be defined anew after this file was sourced.
_say_where() { printf '   ... %s\n' "$1"; }
