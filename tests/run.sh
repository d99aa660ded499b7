#!/bin/sh
# Runs all tests: unit and fixture tests in the developer build and again under the sanitizers, the
# NixOS module and a build with musl, then the VM scenarios with the static build. Ends with "N passed, N failed, N skipped"; exit status 1
# when anything failed.
#
#   sh tests/run.sh            everything
#   sh tests/run.sh --no-vm    without the VM scenarios
#   sh tests/run.sh NAME...    only these VM scenarios
set -eu

repo=$(cd "$(dirname "$0")/.." && pwd)
cd "$repo"
logs=$repo/.cache/test-logs
mkdir -p "$logs"

passed=0 failed=0 skipped=0 score=
vm=yes meson=yes
case ${1-} in
--no-vm) vm=no; shift ;;
?*) meson=no ;;
esac

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
	if ! "$@" </dev/null >"$logs/step.log" 2>&1; then
		tail -50 "$logs/step.log"
		echo "FAIL  $name"
		add 0 1
		return 1
	fi
}

# The number behind a label of meson's summary.
count() { sed -n "s/^$1: *\([0-9]*\).*/\1/p" "$2" | tail -1; }

meson_tests() {
	folder=$1
	say "tests in $folder"
	log=$logs/$(basename "$folder").log
	meson test -C "$folder" --print-errorlogs </dev/null >"$log" 2>&1 || :
	bad=$(($(count Fail "$log" | grep . || echo 0) + $(count Timeout "$log" | grep . || echo 0)))
	good=$(count Ok "$log")
	[ -n "$good" ] || bad=1
	[ "$bad" = 0 ] || tail -100 "$log"
	add "$good" "$bad" "$(count Skipped "$log")"
}

# Runs a script that counts for itself, shows what it skipped and why, and what failed.
counted() {
	name=$1
	shift
	say "$name"
	"$@" </dev/null >"$logs/counted.log" 2>&1 || :
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

configure() {
	folder=$1
	shift
	[ -f "$folder/build.ninja" ] || meson setup "$folder" "$@"
}

build_sanitized() {
	CC=clang configure build/sanitized -Db_sanitize=address,undefined -Db_lundef=false &&
		meson compile -C build/sanitized
}

build_static() {
	libraries=$(sh tools/static-deps.sh --install) || return 1
	sh tests/lib/build-static.sh "$libraries"
}

vm_tests() {
	say "VM scenarios"
	python3=/usr/bin/python3
	$python3 tests/vm/run.py "$@" </dev/null >"$logs/vm.log" 2>&1 &
	child=$!
	tail -n +1 -s 0.5 -f --pid="$child" "$logs/vm.log"
	wait "$child" || :
	score=$(grep '^score: ' "$logs/vm.log" | tail -1)
	line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$logs/vm.log" | tail -1)
	if [ -z "$line" ]; then
		add 0 1
		return
	fi
	# shellcheck disable=SC2086
	set -- $(printf '%s' "$line" | tr -cd '0-9 ')
	add "$1" "$2" "${3:-0}"
}

step "installing what the tests need" sh tests/deps.sh || { echo "$passed passed, $failed failed"; exit 1; }
if [ $meson = yes ]; then
	step "developer build" configure build/dev && step "compiling" meson compile -C build/dev &&
		meson_tests build/dev
	step "sanitizer build" build_sanitized && meson_tests build/sanitized
	counted "NixOS module, musl" sh tests/nix/run.sh
fi
if [ $vm = yes ] && step "static build" build_static; then
	vm_tests "$@"
fi

[ -z "$score" ] || echo "$score"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
