#!/bin/sh
# Builds the static programs into build/static: build-static.sh FOLDER-OF-LIBRARIES
# Quiet unless it fails.
set -eu

repo=$(cd "$(dirname "$0")/../.." && pwd)
build=$repo/build/static
mkdir -p "$repo/.cache"
log=$(mktemp "$repo/.cache/build-static.XXXXXX")
trap 'rm -f "$log"' EXIT

PKG_CONFIG_PATH=$1/lib/pkgconfig
export PKG_CONFIG_PATH
{
	# A folder made for other libraries is made anew.
	if [ "$(cat "$build/.libraries" 2>/dev/null)" != "$1" ]; then
		rm -rf "$build"
		meson setup "$build" "$repo" -Dstatic=true --buildtype=minsize --prefix=/usr
		printf '%s\n' "$1" >"$build/.libraries"
	fi
	meson compile -C "$build"
} </dev/null >"$log" 2>&1 || {
	cat "$log" >&2
	exit 1
}
