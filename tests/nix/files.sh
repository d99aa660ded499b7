#!/bin/sh
# Builds the command's parts out of the files that nixos-module/package.nix names, and no others, as a
# Nix build has them; then installs the way the package does: files.sh FOLDER
set -eu

repo=$(cd "$(dirname "$0")/../.." && pwd)
work=$1/files
mkdir -p "$work/source"
cd "$repo"
names=$(sed -n '/fileset.unions \[/,/\];/s|^ *\.\./||p' nixos-module/package.nix)
[ "$(echo "$names" | wc -l)" -gt 5 ] || { echo "files.sh: package.nix names no files" >&2; exit 1; }
for name in $names; do
	mkdir -p "$work/source/$(dirname "$name")"
	cp -R "$name" "$work/source/$name"
done
cd "$work"
meson setup build source -Dtests=disabled --prefix /usr
meson compile -C build
DESTDIR=$work/out meson install -C build --no-rebuild
out=$work/out/usr
[ -x "$out/bin/bootprobe" ]
"$out/bin/bootprobe" explain console.phantom
# What the package does behind that, with this build's own hook in place of the static one.
mkdir -p hook/lib/bootprobe
touch hook/lib/bootprobe/bootprobe-hook
sed -n '/^  postInstall =/,/;$/p' "$repo/nixos-module/package.nix" |
	sed -n '/^    else/,$p' | grep -E '^ +install ' | sed 's|\${hook}|hook|' >post-install
[ -s post-install ]
out=$out sh -e post-install
[ -x "$out/lib/bootprobe/bootprobe-hook" ]
