#!/bin/sh
# Tests nixos-module/ and flake.nix without NixOS: tests/nix/run.sh [--self-test]
#
# Debian's nix evaluates them. NIXPKGS in the environment names a nixpkgs: then NixOS's own modules
# take part, or, where it has no nixos folder, its lib. Packages are mocked; nothing is built or
# fetched. Then the scripts' parts run in busybox's ash, systemd reads the units, and musl-gcc builds
# the hook.
#
# Ends with "N passed, N failed, N skipped". --self-test breaks the module in every way that it knows
# and wants to see each found.
set -eu

repo=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0

# Debian's nix, for one user, with a store of its own that stays empty.
NIX_STATE_DIR=$work/nix NIX_LOG_DIR=$work/nix/log NIX_STORE_DIR=/nix/store NIX_CONF_DIR=$work
NIX_REMOTE="local?root=$work/root" NIX_PATH='' HOME=$work LC_ALL=C
export NIX_STATE_DIR NIX_LOG_DIR NIX_STORE_DIR NIX_CONF_DIR NIX_REMOTE NIX_PATH HOME LC_ALL
echo 'build-users-group =' >"$work/nix.conf"

result() {
	case $1 in
	ok) passed=$((passed + 1)) ;;
	FAIL) failed=$((failed + 1)) ;;
	SKIP) skipped=$((skipped + 1)) ;;
	esac
	printf '%-5s %s\n' "$1" "$2"
}

# try NAME COMMAND...: its output is shown where it fails.
try() {
	name=$1
	shift
	if "$@" >"$work/log" 2>&1 </dev/null; then
		result ok "$name"
	else
		tail -40 "$work/log"
		result FAIL "$name"
	fi
}

evaluate() { nix-instantiate --eval --strict --json "$@"; }

# ---- what is evaluated

parse_all() {
	for file in "$1"/flake.nix "$1"/nixos-module/*.nix "$1"/tests/nix/*.nix; do
		nix-instantiate --parse "$file" >/dev/null || return 1
	done
}

# judge TREE NIXPKGS: the module, the package, the flake and the tests of NixOS.
judge() {
	evaluate "$1/tests/nix/evaluate.nix" --arg nixpkgs "$2" >"$work/module.json" &&
		evaluate -E "import $1/tests/nix/package.nix" >"$work/package.json" &&
		python3 "$1/tests/nix/check.py" "$work/module.json" "$work/package.json"
}

with_nixpkgs() {
	[ -e "${NIXPKGS:-}/lib/default.nix" ] || {
		result SKIP "the module with nixpkgs: NIXPKGS does not name one"
		return
	}
	what="NixOS's modules"
	[ -e "$NIXPKGS/nixos/lib/eval-config.nix" ] || what="nixpkgs' lib"
	try "the module with $what ($NIXPKGS)" judge "$repo" "$NIXPKGS"
	[ "$what" = "NixOS's modules" ] ||
		result SKIP "the module with NixOS's modules: $NIXPKGS has no nixos/lib/eval-config.nix"
}

# ---- what was evaluated

# extract: lays out the units and the scripts' parts of one case.
extract() {
	evaluate "$repo/tests/nix/evaluate.nix" --arg nixpkgs null >"$work/module.json" &&
		python3 - "$work/module.json" "$work" <<'END'
import json, sys
from pathlib import Path

found, work = json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2])
(work / "units").mkdir()
for name, unit in found["systemd"]["all-settings"]["units"].items():
    (work / "units" / name).write_text(unit["text"])
(work / "fragments").mkdir()
for name, text in found["scripted"]["crowded-scripted"]["fragments"].items():
    (work / "fragments" / name).write_text(text)
END
}

# systemd knows every key, and no unit goes in a circle with its own.
verify_units() {
	for unit in "$work"/units/*.service; do
		sed -i 's|^\(ExecStart=-\)/nix/store/[^ ]*|\1/bin/true|; s|^Documentation=.*||' "$unit"
	done
	SYSTEMD_UNIT_PATH=$work/units: systemd-analyze --man=no verify "$work"/units/*.service 2>&1 |
		grep -E "^[^ ]*$work/units|bootprobe|[Cc]ycle" >"$work/verify.log" || return 0
	cat "$work/verify.log"
	return 1
}

# A script in the shape of NixOS's: commands that may fail, a trap, a log that needs descriptors.
write_script() {
	sed "s|/run/bootprobe|$work/run|g; s|/nix/store|$work/store|g; s|\([ (]\)/lib\([ /]\)|\1$work/lib\2|g" >"$work/stage-1" <<END
targetRoot=/mnt-root
other=untouched
fail() {
$(cat "$work/fragments/preFailCommands")
trap - 0
exit 7
}
trap 'fail' 0
eval "exec 8>&1 9>&2"
[ "\${1-}" != --fail ] || fail
$(cat "$work/fragments/preDeviceCommands")
echo "status \$? \$other" >>"$work/called"
$(cat "$work/fragments/postMountCommands")
echo "status \$? \$other" >>"$work/called"
trap - 0
END
	mkdir -p "$work/bin"
	cat >"$work/bin/bootprobe-hook" <<END
#!/bin/sh
echo "\$*" >>"$work/called"
for n in 0 1 2; do
	[ "\$(readlink /proc/\$\$/fd/\$n)" = /dev/null ] || echo "descriptor \$n is not /dev/null" >>"$work/called"
done
mkdir -p "$work/run"
echo page >"$work/run/summary.txt"
exit 3
END
	chmod 755 "$work/bin/bootprobe-hook"
}

run_script() {
	rm -rf "${work:?}/run" "${work:?}/called" "${work:?}/lib"
	mkdir -p "$work/store/x-modules/lib/modules/6.1"
	PATH=$work/bin:$PATH busybox ash "$work/stage-1" "$@"
}

called() { tr '\n' ';' <"$work/called"; }

expect() {
	[ "$2" = "$3" ] || { printf '%s: %s\ninstead of %s\n' "$1" "$2" "$3"; return 1; }
}

run_fragments() {
	write_script
	finish='finish --root /mnt-root;'
	run_script >"$work/out" || :
	expect "a boot" "$(called)" "start;status 0 untouched;${finish}status 0 untouched;" || return 1
	run_script --fail >"$work/out" || :
	expect "a prompt" "$(called)" "start;$finish" || return 1
	expect "the page above a prompt" "$(cat "$work/out")" "page
other" || return 1
	# Here the script dies of its first redirection, and only the trap runs.
	run_script <&- >&- 2>&- || :
	expect "no descriptors" "$(called)" "start;$finish" || return 1
	expect "modules without descriptors" "$(ls "$work/lib/modules/")" 6.1 || return 1
}

# ---- the test of the tests

# Each line breaks one file of the module: FILE, a tab, a command for sed.
mutations() {
	sed 's/ *| */\t/' <<'END'
default.nix | s/DefaultDependencies = false;/DefaultDependencies = true;/
default.nix | s/IgnoreOnIsolate = true;//
default.nix | s/KillMode = "process";//
default.nix | s/StandardOutput = "null";//
default.nix | s/"systemd-udev-trigger.service"//
default.nix | s/"initrd-switch-root.service"//
default.nix | s/IgnoreOnIsolate = true;/IgnoreOnIsolate = true; ConditionKernelCommandLine = "bootprobe";/
default.nix | s/ConditionPathExists = "!\/run\/bootprobe";//
default.nix | s/"panic-on-fail.service"//
default.nix | s/storePaths = \[ hook \];//
default.nix | s/mkAfter finishCommands/mkBefore finishCommands/
default.nix | s/mkBefore startCommands/startCommands/
default.nix | s/preFailCommands = mkBefore failCommands;//
default.nix | s/(mkIf (!initrd.systemd.enable) {/(mkIf true {/
default.nix | s/(mkIf initrd.systemd.enable {/(mkIf true {/
default.nix | s/optional (cfg.activation == "always")/optional true/
default.nix | s/concatStringsSep "," settings.sinks/toString settings.sinks/
default.nix | s/isBetween 0 60000/isBetween 0 61000/
default.nix | s/isBetween 1000 /isBetween 999 /
default.nix | s/record-for = settings.recordFor;//
default.nix | s/assertion = doubled == \[ \]/assertion = true/
default.nix | s/assertion = initrd.enable/assertion = true/
default.nix | s/\[ "virtio_pci" \]/[ ]/
default.nix | s/environment.systemPackages = \[ cfg.package \];//
default.nix | s/(ms|s|min)?"/(ms|s|min|h)?"/
default.nix | s/Remove it from/It is in/
default.nix | s/# bootprobe: last look/echo @preLVMCommands@/
default.nix | s/optionalAttrs (options.boot.initrd ? preFailCommands)//
package.nix | s/(lib.mesonBool "static_pie" false)//
package.nix | s/"static_pie"/"static-pie"/
package.nix | s/install -D -m 555/ln -s/
package.nix | s/install -D -m 555/install -m 555/
test.nix | s/def records/deff records/
END
}

self_test() {
	tab=$(printf '\t')
	mutations >"$work/mutations"
	while IFS=$tab read -r file command; do
		rm -rf "$work/tree"
		mkdir "$work/tree"
		cp -R "$repo/nixos-module" "$repo/flake.nix" "$repo/meson.build" "$repo/meson_options.txt" "$work/tree"
		for folder in LICENSE completions docs dracut include src tools; do
			ln -s "$repo/$folder" "$work/tree/$folder"
		done
		mkdir "$work/tree/tests"
		cp -R "$repo/tests/nix" "$work/tree/tests"
		sed -i "$command" "$work/tree/nixos-module/$file"
		if cmp -s "$repo/nixos-module/$file" "$work/tree/nixos-module/$file"; then
			result FAIL "changes nothing: $file $command"
		elif judge "$work/tree" null >/dev/null 2>&1; then
			result FAIL "is not found: $file $command"
		else
			result ok "is found: $file $command"
		fi
	done <"$work/mutations"
}

if ! command -v nix-instantiate >/dev/null; then
	result SKIP "the module: no nix-instantiate (Debian's package nix-bin)"
elif [ "${1-}" = --self-test ]; then
	self_test
else
	try "all files parse" parse_all "$repo"
	try "the module with a stand-in for nixpkgs" judge "$repo" null
	with_nixpkgs
	try "units and scripts" extract
	if command -v systemd-analyze >/dev/null; then
		try "systemd reads the units" verify_units
	else
		result SKIP "systemd reads the units: no systemd-analyze (Debian's package systemd)"
	fi
	if command -v busybox >/dev/null; then
		try "scripted stage 1 in ash" run_fragments
	else
		result SKIP "scripted stage 1 in ash: no busybox (Debian's package busybox-static)"
	fi
	try "the package's files are all that its build needs" sh "$repo/tests/nix/files.sh" "$work"
	result SKIP "building the package: needs nixpkgs and its builders"
fi
if [ "${1-}" != --self-test ]; then
	if command -v musl-gcc >/dev/null; then
		try "the hook with musl" sh "$repo/tests/nix/musl.sh"
	else
		result SKIP "the hook with musl: no musl-gcc (Debian's package musl-tools)"
	fi
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
