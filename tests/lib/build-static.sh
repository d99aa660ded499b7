#!/bin/sh
# Builds the static programs into build/static: build-static.sh FOLDER-OF-LIBRARIES
set -eu

repo=$(cd "$(dirname "$0")/../.." && pwd)
build=$repo/build/static

PKG_CONFIG_PATH=$1/lib/pkgconfig
export PKG_CONFIG_PATH
# A folder made for other libraries is made anew.
if [ "$(cat "$build/.libraries" 2>/dev/null)" != "$1" ]; then
	rm -rf "$build"
	meson setup "$build" "$repo" -Dstatic=true --buildtype=minsize --prefix=/usr </dev/null
	printf '%s\n' "$1" >"$build/.libraries"
fi
exec meson compile -C "$build" </dev/null
