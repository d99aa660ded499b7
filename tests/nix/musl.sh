#!/bin/sh
# Builds bootprobe with musl, so that a Nix build has no surprises: musl.sh [FOLDER]
#
# The hook goes through meson as pkgsStatic does it, static, once position-independent and once not,
# and looks at captured machines. Debian has no libudev, libkmod and libblkid for musl; in their place
# stand functions that return nothing, which the hook takes as "out of memory". What needs further
# libraries, the command, is compiled and not linked.
# Needs musl-tools and Debian's headers of all libraries. Quiet unless it fails.
set -eu

repo=$(cd "$(dirname "$0")/../.." && pwd)
work=${1:-$repo/build/musl}
arch=$(gcc -print-multiarch)
lib=/usr/lib/${arch%-gnu}-musl
rm -rf "$work"
mkdir -p "$work/include/blkid" "$work/pkgconfig" "$work/lib"
cd "$work"

die() { echo "musl.sh: $*" >&2; exit 1; }

# Debian's wrapper of gcc knows no -static-pie.
make_compiler() {
	sed -e "s|^%{!shared: .*|%{static-pie:$lib/rcrt1.o;static:$lib/crt1.o;!shared:$lib/Scrt1.o} $lib/crti.o %{static-pie\|!static:crtbeginS.o%s;:crtbegin.o%s}|" \
		-e 's|^crtendS.o%s|%{static-pie\|!static:crtendS.o%s;:crtend.o%s}|' \
		-e 's#^\(-dynamic-linker [^ ]*\) -nostdlib.*#-nostdlib %{shared:-shared;static-pie:-static -pie --no-dynamic-linker -z text;static:-static;:\1}#' \
		"$lib/musl-gcc.specs" >musl.specs
	grep -q static-pie musl.specs || die "$lib/musl-gcc.specs is not what was expected"
	for folder in linux asm-generic; do
		ln -s "/usr/include/$folder" "include/$folder"
	done
	ln -s "/usr/include/$arch/asm" include/asm
}

# The functions that a header declares, all of them returning 0.
stand_in() {
	name=$1 prefix=$2 header=$3
	cp "/usr/include/$header" "include/$header"
	grep -oE "\\b${prefix}_[a-z0-9_]+ *\\(" "include/$header" | tr -d ' (' | sort -u |
		sed 's/.*/long &(void); long &(void) { return 0; }/' >"lib/$prefix.c"
	gcc -specs="$work/musl.specs" -Os -fPIC -ffunction-sections -c "lib/$prefix.c" -o "lib/$prefix.o"
	ar rcs "lib/lib$prefix.a" "lib/$prefix.o"
	printf 'Name: %s\nDescription: stand-in\nVersion: 99\nLibs: -L%s -l%s\nCflags: -isystem %s\n' \
		"$name" "$work/lib" "$prefix" "$work/include" >"pkgconfig/$name.pc"
}

make_native_file() {
	cat >native.ini <<END
[binaries]
c = ['gcc', '-specs=$work/musl.specs']
pkgconfig = 'pkg-config'
[built-in options]
c_args = ['-isystem', '$work/include']
END
}

# build FOLDER OPTION...: the hook.
build() {
	folder=$1
	shift
	{
		PKG_CONFIG_LIBDIR=$work/pkgconfig meson setup "$folder" "$repo" --native-file native.ini \
			-Dstatic=true --buildtype=minsize "$@" &&
			meson compile -C "$folder" bootprobe-hook
	} </dev/null >"$folder.log" 2>&1 || { tail -40 "$folder.log" >&2; die "$folder does not build"; }
	readelf -lW "$folder/bootprobe-hook" >"$folder.headers"
	! grep -q INTERP "$folder.headers" || die "$folder/bootprobe-hook is not static"
	# The hook is linked without symbols, so musl shows itself by its words for an unknown error.
	grep -aq 'No error information' "$folder/bootprobe-hook" ||
		die "$folder/bootprobe-hook has nothing of musl"
	! grep -aq GLIBC "$folder/bootprobe-hook" || die "$folder/bootprobe-hook has parts of glibc"
}

# Every captured machine gets a report, whole, with a page.
look() {
	for machine in "$repo"/tests/fixtures/*/root; do
		[ -d "$machine" ] || die "no captured machine in $repo/tests/fixtures"
		"$1" now --sysroot "$machine" --report report >page </dev/null ||
			die "$1 fails at $machine"
		grep -q '"type":"end"' report || die "$1: no whole report of $machine"
		! grep -q '"state":"crashed"' report || die "$1: a probe of $machine is ended by the kernel"
		grep -q '^handoff\|^machine' page || die "$1: no page of $machine"
		python3 "$repo/tests/validate.py" report >validated 2>&1 ||
			{ cat validated >&2; die "$1: a report of $machine is not valid"; }
	done
}

compile_command() {
	for header in jansson libnbd archive archive_entry; do
		cp "/usr/include/$header.h" include/
	done
	cp "/usr/include/$arch/jansson_config.h" include/ 2>/dev/null || cp /usr/include/jansson_config.h include/
	for source in "$repo"/src/reader/*.c "$repo"/src/cli/*.c "$repo"/src/source/*.c; do
		echo "$source"
	done | xargs -P 2 -n 8 gcc -specs="$work/musl.specs" -fsyntax-only -std=gnu11 -D_GNU_SOURCE \
		-DBOOTPROBE_VERSION='"0"' -DHOOK_PATH='"/"' -DHAVE_LIBNBD -Wall -Wextra -Werror -Wconversion -Wshadow \
		-Wstrict-prototypes -Wmissing-prototypes -Wvla \
		-isystem "$work/include" -isystem "$work/include/blkid" -I"$repo/include" -I"$repo/src"
}

make_compiler
stand_in libudev udev libudev.h
stand_in libkmod kmod libkmod.h
stand_in blkid blkid blkid/blkid.h
sed -i 's|^Cflags.*|&/blkid|' pkgconfig/blkid.pc
make_native_file
build pie
# As pkgsStatic has it: the compiler links statically by itself.
build fixed -Dc_link_args=-static -Dstatic_pie=false -Db_pie=false -Dwerror=false
look "$work/pie/bootprobe-hook"
look "$work/fixed/bootprobe-hook"
compile_command
