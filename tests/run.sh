#!/bin/sh
# Runs all tests: see usage().
set -eu

usage()
{
	cat <<'END'
usage: sh tests/run.sh [--no-vm | --all | --help | SCENARIO...]

Unit and fixture tests in the developer build and again under the sanitizers,
the NixOS module and a build with musl, then the VM scenarios with the static
build. Installs what that needs with apt, as root. Ends with the score of the
findings and "N passed, N failed, N skipped"; exit status 1 when anything
failed.

  sh tests/run.sh                 everything but the VM scenarios that are
                                  variants of others
  sh tests/run.sh --all           those as well: seven minutes more
  sh tests/run.sh --no-vm         without the VM scenarios
  sh tests/run.sh 'gpt-*' ovmf    only these VM scenarios; tests/vm/run.py
                                  --list names them

BOOTPROBE_BOCHS=1 boots a machine in Bochs as well, which takes minutes.
END
}

repo=$(cd "$(dirname "$0")/.." && pwd)
cd "$repo"

vm=yes meson=yes all=
case ${1-} in
-h | --help) usage; exit 0 ;;
--no-vm) vm=no; shift ;;
--all) all=--all; shift ;;
-*) ;;
?*) meson=no ;;
esac
for word in "$@"; do
	case $word in
	-*) echo "run.sh: no such option here: $word (see sh tests/run.sh --help)" >&2; exit 2 ;;
	*) [ $meson = no ] || { echo "run.sh: --no-vm, --all and scenarios exclude each other" >&2; exit 2; } ;;
	esac
done

logs=$repo/.cache/test-logs
mkdir -p "$logs"
# shellcheck source=tests/lib/watched.sh
. tests/lib/watched.sh
# watched.sh reads it.
# shellcheck disable=SC2034
quiet_s=15

passed=0 failed=0 skipped=0 score=

say() { printf '== %s (%s)\n' "$*" "$(date +%T)"; }

add() {
	passed=$((passed + ${1:-0}))
	failed=$((failed + ${2:-0}))
	skipped=$((skipped + ${3:-0}))
}

# Runs a step that has no count of its own: only its failure counts.
step() {
	name=$1
	shift
	say "$name"
	if ! watched "$logs/step.log" '$.' "$@"; then
		tail -50 "$logs/step.log"
		echo "FAIL  $name"
		add 0 1
		return 1
	fi
}

# The number behind a label of meson's summary.
count() { sed -n "s/^$1: *\([0-9]*\).*/\1/p" "$2" | tail -1; }

# meson_tests FOLDER [TEST...]
meson_tests() {
	folder=$1
	shift
	say "tests in $folder"
	log=$logs/$(basename "$folder").log
	watched "$log" '^ *[0-9]+/[0-9]+ ' meson test -C "$folder" --print-errorlogs "$@" || :
	bad=$(($(count Fail "$log" | grep . || echo 0) + $(count Timeout "$log" | grep . || echo 0)))
	good=$(count Ok "$log")
	[ -n "$good" ] || bad=1
	[ "$bad" = 0 ] || tail -100 "$log"
	# A test that is skipped says why in its output.
	sed -n 's/^ *[0-9]*\/[0-9]* \(.*[^ ]\)  *SKIP .*/SKIP  \1/p' "$log"
	grep '^SKIP  ' "$folder/meson-logs/testlog.txt" | sort -u || :
	add "$good" "$bad" "$(count Skipped "$log")"
}

# Runs a script that counts for itself, shows what it skipped and why, and what failed.
counted() {
	name=$1
	shift
	say "$name"
	watched "$logs/counted.log" '$.' "$@" || :
	if grep -q '^FAIL' "$logs/counted.log"; then
		cat "$logs/counted.log"
	else
		grep '^SKIP' "$logs/counted.log" || :
	fi
	line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$logs/counted.log" | tail -1)
	if [ -z "$line" ]; then
		tail -50 "$logs/counted.log"
		line="0 passed, 1 failed, 0 skipped"
	fi
	# shellcheck disable=SC2046
	add $(printf '%s' "$line" | tr -cd '0-9 ')
}

# configure FOLDER OPTION...: made once. The demo makes build/dev where unit tests cannot be built.
configure() {
	folder=$1
	shift
	if [ ! -f "$folder/build.ninja" ]; then
		meson setup "$folder" -Dtests=enabled "$@"
	elif ! grep -qx 'tests = enabled' "$folder/meson-private/cmd_line.txt"; then
		meson configure "$folder" -Dtests=enabled
	fi
}

build_dev() { configure build/dev && meson compile -C build/dev; }

build_sanitized() {
	CC=clang configure build/sanitized -Db_sanitize=address,undefined -Db_lundef=false &&
		meson compile -C build/sanitized
}

# Makes archives for the VM scenarios.
build_command() { configure build/dev && meson compile -C build/dev bootprobe; }

build_static() {
	libraries=$(sh tools/static-deps.sh --install) || return 1
	sh tests/lib/build-static.sh "$libraries"
}

vm_tests() {
	say "VM scenarios"
	watched "$logs/vm.log" . /usr/bin/python3 tests/vm/run.py "$@" || :
	score=$(grep '^score: ' "$logs/vm.log" | tail -1)
	line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$logs/vm.log" | tail -1)
	if [ -z "$line" ]; then
		add 0 1
		return
	fi
	# shellcheck disable=SC2046
	set -- $(printf '%s' "$line" | tr -cd '0-9 ')
	add "$1" "$2" "${3:-0}"
}

bochs_test() {
	if [ "${BOOTPROBE_BOCHS-}" != 1 ]; then
		echo "SKIP  bochs: a boot takes minutes there; BOOTPROBE_BOCHS=1 asks for it"
		add 0 0 1
	elif step "installing Bochs" sh tests/deps.sh bochs; then
		counted "a machine in Bochs" /usr/bin/python3 tests/vm/bochs.py
	fi
}

step "installing what the tests need" sh tests/deps.sh || { echo "$passed passed, $failed failed"; exit 1; }
if [ $meson = yes ]; then
	step "developer build" build_dev && meson_tests build/dev
	step "sanitizer build" build_sanitized && meson_tests build/sanitized
	counted "NixOS module, musl" sh tests/nix/run.sh
fi
if [ $vm = yes ] && step "static build" build_static && step "the command" build_command; then
	meson_tests build/static install nth-call
	# shellcheck disable=SC2086
	vm_tests $all "$@"
	[ $# -gt 0 ] || counted "killing the recorder" /usr/bin/python3 tests/faults/kill_recorder.py \
		--seed 4 --boots 6 --references 0 --jobs 2 --afresh
	[ $# -gt 0 ] || bochs_test
fi

[ -z "$score" ] || echo "$score"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
