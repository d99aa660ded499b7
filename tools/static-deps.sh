#!/bin/sh
# Builds libudev.a, libkmod.a and libblkid.a for a small static program on Debian 12 from Debian's
# own source packages, and prints the folder that holds them as the last line on stdout.
#
# Each archive has one relocatable object that exports the library's public functions and nothing
# else: its internal functions, and for libkmod the three decompressors, are local to it. So two
# archives cannot clash, and code that no public function reaches is left out, together with the
# parts of libc that it would pull in. Sections stay separate: link with -Wl,--gc-sections.
#
# The libraries are silent: their debug output is compiled out, because a boot program must not
# write to descriptors that it inherited.
set -eu

# Part of the folder's name. Raise it whenever a change here changes the result.
revision=1

PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
umask 022

usage()
{
	cat <<'EOF'
usage: tools/static-deps.sh [--install] [--refresh] [--dir DIR]

  --install   apt-get install missing build tools (needs root)
  --refresh   ask Debian for newer sources even if a finished folder exists
  --dir DIR   where the folders are kept (default: .cache/static-deps in the repository)

Without --refresh a finished folder of the same architecture, compiler and script revision is
used as it is, without network.
EOF
}

repo=$(cd "$(dirname "$0")/.." && pwd)
store=$repo/.cache/static-deps
want_install=no
want_refresh=no
while [ $# -gt 0 ]; do
	case $1 in
	--install) want_install=yes ;;
	--refresh) want_refresh=yes ;;
	--dir) [ $# -ge 2 ] || { usage >&2; exit 2; }; store=$2; shift ;;
	--dir=*) store=${1#--dir=} ;;
	-h | --help) usage; exit 0 ;;
	*) usage >&2; exit 2 ;;
	esac
	shift
done

say() { printf 'static-deps: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# Runs a function with its output in the log; shows the end of the log if it fails.
step()
{
	say "$1"
	printf '== %s (%s)\n' "$1" "$(date +%T)" >>"$log"
	step_name=$1
	shift
	set +e
	(set -eu; "$@") >>"$log" 2>&1
	step_status=$?
	set -e
	[ "$step_status" -eq 0 ] || step_failed "$step_name" "$log"
}

step_failed()
{
	say "failed: $1; the end of $2:"
	tail -n 30 "$2" >&2
	exit 1
}

# ---- the machine ----------------------------------------------------------------------------

host_check()
{
	# shellcheck source=/dev/null
	codename=$(. /etc/os-release 2>/dev/null && printf '%s' "${VERSION_CODENAME:-}")
	[ "$codename" = bookworm ] || die "this script is for Debian 12 (bookworm), not '$codename'"
}

has_libc() { libc=$(gcc -print-file-name=libc.a 2>/dev/null) && [ "$libc" != libc.a ]; }

tools_missing()
{
	for pair in gcc:gcc ld:binutils meson:meson ninja:ninja-build gperf:gperf \
		pkg-config:pkg-config dpkg-source:dpkg-dev patch:patch xz:xz-utils bzip2:bzip2; do
		command -v "${pair%%:*}" >/dev/null || printf '%s ' "${pair#*:}"
	done
	has_libc || printf 'libc6-dev '
	/usr/bin/python3 -c 'import jinja2' 2>/dev/null || printf 'python3-jinja2 '
}

tools_install()
{
	export DEBIAN_FRONTEND=noninteractive
	# shellcheck disable=SC2086 # a list of packages
	apt-get install -y -qq --no-install-recommends $missing || {
		apt-get update -qq
		apt-get install -y -qq --no-install-recommends $missing
	}
}

tools_require()
{
	missing=$(tools_missing)
	[ -n "$missing" ] || return 0
	[ $want_install = yes ] || die "build tools are missing; install these packages or give --install: $missing"
	[ "$(id -u)" -eq 0 ] || die "--install needs root; missing packages: $missing"
	step "install $missing" tools_install
	missing=$(tools_missing)
	[ -z "$missing" ] || die "still missing after installation: $missing"
}

# ---- Debian's sources -----------------------------------------------------------------------

packages='systemd kmod util-linux libzstd xz-utils zlib libcap2'

# A private apt configuration: the machine's own Debian entries, as source entries, with their own
# lists. Nothing of the machine's apt state is written. Security comes last, because of two entries
# with the same version the first one is used, and the main archive keeps its files for longer.
apt_entries()
{
	# shellcheck disable=SC2016 # apt's own variables
	apt-get "$@" indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT) $(CODENAME) [$(ORIGIN)]' |
		awk -v codename="$codename" '
			$3 != "main" { next }
			$5 == "[Debian]" && $4 !~ "^" codename "(-updates|-security)?$" { next }
			$5 !~ /^\[(Debian|\$\(ORIGIN\))?\]$/ { next }
			{ line = "deb-src " $1 " " $2 " " $3 }
			$2 ~ /security/ { last = last line "\n"; next }
			{ print line }
			END { printf "%s", last }' | awk '!seen[$0]++'
}

apt_keyrings()
{
	mkdir keyrings
	for key in /usr/share/keyrings/debian-archive-*.gpg /etc/apt/trusted.gpg.d/*.gpg \
		/etc/apt/trusted.gpg.d/*.asc $(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list \
			/etc/apt/sources.list.d/*.sources 2>/dev/null |
			sed -n 's/.*[Ss]igned-[Bb]y[:=] *\(\/[^] ,]*\).*/\1/p' | sort -u); do
		[ ! -r "$key" ] || cp "$key" keyrings/
	done
}

apt_setup()
{
	mkdir -p lists/partial archives/partial
	apt_keyrings
	cat >apt.conf <<EOF
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "-";
Dir::Etc::trustedparts "$work/keyrings";
Dir::State::lists "$work/lists";
Dir::Cache "$work";
Acquire::Languages "none";
Acquire::http::Timeout "20";
APT::Sandbox::User "root";
APT::Get::Only-Source "true";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
EOF
	apt_entries >sources.list
	[ -s sources.list ] || { echo "apt knows no Debian package source"; return 1; }
	apt-get -c apt.conf update -q || echo "apt-get update: not all lists"
	# The origin of an entry is certain only now that its Release file is there.
	apt_entries -c apt.conf >sources.new
	grep -q . sources.new || { echo "no Debian source list could be read"; return 1; }
	mv sources.new sources.list
}

# One line a package: name and full version, newest first choice of apt.
apt_versions()
{
	for package in $packages; do
		# shellcheck disable=SC2016 # awk's
		apt-get -c apt.conf source --print-uris -qq "$package" |
			awk -v p="$package" '/\.dsc / { sub(/\.dsc$/, "", $2); sub(/^[^_]*_/, "", $2); print p, $2; ok = 1 }
				END { exit !ok }'
	done >versions
	cat versions
}

version_of() { awk -v p="$1" '$1 == p { sub(/[-+].*/, "", $2); sub(/\.dfsg.*/, "", $2); print $2 }' "$work/versions"; }

sources_fetch()
{
	mkdir src
	cd src
	# shellcheck disable=SC2086 # a list of packages
	apt-get -c ../apt.conf source -q --download-only $packages
	for package in $packages; do
		echo "$package"
	done | xargs -P "$jobs" -I{} sh -c 'dpkg-source --no-check -x {}_*.dsc {}'
}

# ---- compiling ------------------------------------------------------------------------------

cflags='-Os -fPIC -fvisibility=hidden -ffunction-sections -fdata-sections -fno-common
	-fno-asynchronous-unwind-tables -fno-unwind-tables -w'

# compile OBJDIR FLAG...: compiles the files named on stdin, each to one object in OBJDIR.
compile()
{
	objects=$1
	shift
	mkdir -p "$objects"
	# shellcheck disable=SC2016,SC2086 # expanded by the inner shell; a list of flags
	xargs -P "$jobs" -I{} sh -c '
		source=$1 object=$2/$(echo "$1" | tr / _).o
		shift 2
		exec "$@" -c "$source" -o "$object"' sh {} "$objects" gcc $cflags "$@"
}

# archive NAME OBJECT...: makes lib/libNAME.a of what the functions listed in NAME.api reach.
archive()
{
	name=$1
	shift
	# shellcheck disable=SC2046 # one option a function
	ld -r --gc-sections $(sed 's/^/-u /' "$work/$name.api") -o "$work/$name.o" "$@"
	objcopy --keep-global-symbols="$work/$name.api" "$work/$name.o"
	# Also drops the undefined symbols that only left-out sections refer to.
	strip --strip-unneeded "$work/$name.o"
	ar rcsD "$prefix/lib/lib$name.a" "$work/$name.o"
}

# api_list FILE PREFIX: the functions that a linker version script exports.
api_list() { sed -n "s/^[[:space:]]*\\($2[a-z0-9_]*\\);.*/\\1/p" "$1" | sort -u; }

# Small stand-ins for functions of libc, local to each archive. glibc's own are made for wide
# characters, floating point and every processor: scanf costs 100 kB, fnmatch 35 kB, strncasecmp
# 27 kB, strncpy 13 kB, if_indextoname 7 kB.
# scanf takes blanks, literals, and %[*][width](d|i|u|x|s|[set]) with l or ll; from a stream it reads
# one line a call; other conversions abort. libudev and libblkid use nothing else.
support_source()
{
	cat <<'EOF'
#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define BLANKS " \t\n\v\f\r"

static void store(va_list *ap, int longs, unsigned long long value)
{
	if (longs >= 2)
		*va_arg(*ap, unsigned long long *) = value;
	else if (longs == 1)
		*va_arg(*ap, unsigned long *) = (unsigned long)value;
	else
		*va_arg(*ap, unsigned int *) = (unsigned int)value;
}

static size_t number(const char *text, size_t width, char conversion, unsigned long long *ret)
{
	char digits[68], *end;
	int base = conversion == 'x' ? 16 : conversion == 'i' ? 0 : 10;
	size_t n = strnlen(text, width < sizeof(digits) - 1 ? width : sizeof(digits) - 1);

	memcpy(digits, text, n);
	digits[n] = '\0';
	*ret = conversion == 'd' || conversion == 'i' ? (unsigned long long)strtoll(digits, &end, base)
						      : strtoull(digits, &end, base);
	return (size_t)(end - digits);
}

static size_t word(const char *text, size_t width, const char *set, size_t set_length)
{
	bool is_inverted = !set || *set == '^';
	size_t n;

	if (!set) {
		set = BLANKS;
		set_length = strlen(BLANKS);
	} else if (is_inverted) {
		set++;
		set_length--;
	}
	for (n = 0; n < width && text[n]; n++)
		if ((memchr(set, text[n], set_length) != NULL) == is_inverted)
			break;
	return n;
}

static int scan(const char *text, const char *f, va_list *ap)
{
	int stored = 0;

	for (; *f; f++) {
		bool is_skipped;
		int longs = 0;
		size_t width, n, set_length = 0;
		unsigned long long value = 0;
		const char *set = NULL;

		if (isspace((unsigned char)*f)) {
			text += strspn(text, BLANKS);
			continue;
		}
		if (*f != '%') {
			if (*text != *f)
				return !*text && !stored ? EOF : stored;
			text++;
			continue;
		}

		is_skipped = *++f == '*';
		if (is_skipped)
			f++;
		width = *f >= '0' && *f <= '9' ? strtoul(f, (char **)&f, 10) : (size_t)-1;
		for (; *f == 'l'; f++)
			longs++;
		if (*f != '[')
			text += strspn(text, BLANKS);
		if (!*text)
			return stored ? stored : EOF;

		switch (*f) {
		case 'd':
		case 'i':
		case 'u':
		case 'x':
			n = number(text, width, *f, &value);
			break;
		case '[':
			set = f + 1;
			f = strchr(set + 1, ']');
			if (!f)
				abort();
			set_length = (size_t)(f - set);
			/* fall through */
		case 's':
			n = word(text, width, set, set_length);
			break;
		default:
			abort();
		}
		if (!n)
			return stored;
		if (!is_skipped) {
			if (*f == 's' || *f == ']') {
				char *to = va_arg(*ap, char *);

				memcpy(to, text, n);
				to[n] = '\0';
			} else {
				store(ap, longs, value);
			}
			stored++;
		}
		text += n;
	}
	return stored;
}

int __isoc99_sscanf(const char *text, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = scan(text, format, &ap);
	va_end(ap);
	return n;
}

int __isoc99_vfscanf(FILE *stream, const char *format, va_list ap)
{
	char line[2048];
	va_list copy;
	int n;

	if (!fgets(line, sizeof(line), stream))
		return EOF;
	va_copy(copy, ap);
	n = scan(line, format, &copy);
	va_end(copy);
	return n;
}

int __isoc99_fscanf(FILE *stream, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = __isoc99_vfscanf(stream, format, ap);
	va_end(ap);
	return n;
}

/* Ranges, negation and escapes; no classes such as [:alpha:], which module aliases do not use.
 * All callers pass no flags. */
static bool bracket_match(const char **pattern, char c)
{
	const char *p = *pattern + 1;
	bool is_negated = *p == '!' || *p == '^', is_in = false;
	const char *first = p += is_negated;

	for (; *p && (*p != ']' || p == first); p++) {
		unsigned char low, high;

		if (*p == '\\' && p[1])
			p++;
		low = high = (unsigned char)*p;
		if (p[1] == '-' && p[2] && p[2] != ']') {
			p += 2;
			if (*p == '\\' && p[1])
				p++;
			high = (unsigned char)*p;
		}
		if ((unsigned char)c >= low && (unsigned char)c <= high)
			is_in = true;
	}
	if (!*p)
		return c == '[';
	*pattern = p;
	return is_in != is_negated;
}

int fnmatch(const char *pattern, const char *text, int flags)
{
	const char *star = NULL, *star_text = NULL;

	if (flags)
		abort();
	for (;;) {
		const char *p = pattern;
		bool is_match;

		if (*p == '*') {
			star = ++pattern;
			star_text = text;
			continue;
		}
		if (!*text && !*p)
			return 0;
		if (!*text)
			return 1;
		if (*p == '[') {
			is_match = bracket_match(&p, *text);
		} else {
			if (*p == '\\' && p[1])
				p++;
			is_match = (*p == '?' && p == pattern) || (*p && *p == *text);
		}
		if (is_match) {
			pattern = p + 1;
			text++;
			continue;
		}
		if (!star)
			return 1;
		pattern = star;
		text = ++star_text;
	}
}

int strncasecmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++) {
		int d = tolower((unsigned char)*a) - tolower((unsigned char)*b);

		if (d || !*a)
			return d;
	}
	return 0;
}

char *strncpy(char *to, const char *from, size_t n)
{
	size_t length = strnlen(from, n);

	memcpy(to, from, length);
	memset(to + length, 0, n - length);
	return to;
}

char *if_indextoname(unsigned int index, char *name)
{
	struct ifreq request = { .ifr_ifindex = (int)index };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return NULL;
	err = ioctl(fd, SIOCGIFNAME, &request) < 0 ? errno : 0;
	close(fd);
	if (err) {
		errno = err == ENODEV ? ENXIO : err;
		return NULL;
	}
	return memcpy(name, request.ifr_name, IFNAMSIZ);
}

/* systemd: names the owner of a path in a log message; libc's getpwuid needs NSS. */
char *uid_to_name(unsigned int uid)
{
	(void)uid;
	return NULL;
}
EOF
}

build_support()
{
	mkdir support
	support_source >support/support.c
	(cd support && echo support.c | compile "$work/obj-support" -fno-builtin -D_GNU_SOURCE)
}

# The .xz decoder without the encoders; kernel modules use LZMA2, branch filters and CRC32.
build_lzma()
{
	cd "$work/src/xz-utils/src/liblzma"
	flags='-std=gnu99 -DHAVE_VISIBILITY=0 -DTUKLIB_SYMBOL_PREFIX=lzma_ -DHAVE_SMALL=1 -DHAVE__BOOL=1'
	for have in STDBOOL_H STDINT_H INTTYPES_H CHECK_CRC32 CHECK_CRC64 DECODERS DECODER_LZMA2 \
		DECODER_X86 DECODER_ARM DECODER_ARMTHUMB DECODER_ARM64 DECODER_POWERPC; do
		flags="$flags -DHAVE_$have=1"
	done
	for folder in api common check lz rangecoder lzma delta simple ../common; do
		flags="$flags -I$folder"
	done
	# shellcheck disable=SC2086 # a list of flags
	printf '%s.c\n' check/check check/crc32_small check/crc64_small \
		common/block_decoder common/block_header_decoder common/block_util common/common \
		common/filter_common common/filter_decoder common/filter_flags_decoder common/index_hash \
		common/stream_decoder common/stream_flags_common common/stream_flags_decoder \
		common/vli_decoder common/vli_size lz/lz_decoder lzma/lzma2_decoder lzma/lzma_decoder \
		simple/simple_coder simple/simple_decoder simple/x86 simple/arm simple/armthumb \
		simple/arm64 simple/powerpc |
		compile "$work/obj-kmod" $flags
}

build_zstd()
{
	cd "$work/src/libzstd/lib"
	printf '%s\n' common/*.c decompress/*.c |
		compile "$work/obj-kmod" -I. -DXXH_NAMESPACE=ZSTD_ -DZSTD_LEGACY_SUPPORT=0 \
			-DZSTD_DISABLE_ASM=1 -DZSTD_TRACE=0 -DDYNAMIC_BMI2=0 -DHUF_FORCE_DECOMPRESS_X1=1 \
			-DZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT=1 -DZSTD_NO_INLINE=1 \
			-DZSTD_STRIP_ERROR_STRINGS=1
}

# Reading only. The CRC tables are made at run time.
build_zlib()
{
	cd "$work/src/zlib"
	printf '%s.c\n' adler32 crc32 gzclose gzlib gzread inffast inflate inftrees zutil |
		compile "$work/obj-kmod" -D_LARGEFILE64_SOURCE=1 -DHAVE_HIDDEN -DHAVE_UNISTD_H \
			-DNO_GZCOMPRESS -DDYNAMIC_CRC_TABLE -DZ_TESTW=0
}

build_kmod()
{
	cd "$work/src/kmod"
	version=$(version_of kmod)
	cat >config.h <<EOF
#define _GNU_SOURCE 1
#define _FILE_OFFSET_BITS 64
#define HAVE_DECL_BE32TOH 1
#define HAVE_DECL_STRNDUPA 1
#define HAVE_LINUX_MODULE_H 1
#define HAVE_NORETURN 1
#define HAVE_SECURE_GETENV 1
#define HAVE_STATIC_ASSERT 1
#define HAVE_STRUCT_STAT_ST_MTIM 1
#define HAVE___BUILTIN_UADDL_OVERFLOW 1
#define HAVE___BUILTIN_UADDLL_OVERFLOW 1
#define ENABLE_XZ 1
#define ENABLE_ZLIB 1
#define ENABLE_ZSTD 1
#define SYSCONFDIR "/etc"
#define PACKAGE "kmod"
#define VERSION "$version"
EOF
	printf '%s\n' libkmod/*.c shared/*.c |
		compile "$work/obj-kmod" -std=gnu99 -include config.h -I. -I../zlib -I../libzstd/lib \
			-I../xz-utils/src/liblzma/api
	api_list libkmod/libkmod.sym kmod_ >"$work/kmod.api"
	archive kmod "$work"/obj-kmod/*.o "$work"/obj-support/*.o
	cp libkmod/libkmod.h "$prefix/include/"
	pc_file libkmod "$version" -lkmod ''
}

# The debug macros are emptied; everything that identifies a format is built.
build_blkid()
{
	cd "$work/src/util-linux"
	version=$(version_of util-linux)
	date=$(sed -n 's/^LIBBLKID_DATE="\(.*\)"/\1/p' configure.ac)
	cat >config.h <<EOF
#define _GNU_SOURCE 1
#define _FILE_OFFSET_BITS 64
#define PACKAGE "util-linux"
#define PACKAGE_VERSION "$version"
#define PACKAGE_STRING "util-linux $version"
#define LIBBLKID_VERSION "$version"
#define LIBBLKID_DATE "$date"
EOF
	for have in BYTESWAP_H CLOSE_RANGE CPU_SET_T DECL_CPU_ALLOC DIRFD ENDIAN_H ENVIRON_DECL ERR \
		ERRNO_H ERRX ERR_H EXPLICIT_BZERO FSYNC GETDTABLESIZE GETOPT_H GETRANDOM GETRLIMIT \
		JRAND48 LINUX_BLKZONED_H LINUX_CDROM_H LINUX_FD_H LINUX_VERSION_H LOCALE_H LOFF_T \
		MEMPCPY MKOSTEMP MNTENT_H NANOSLEEP OPENAT PATHS_H POSIX_FADVISE PRCTL \
		PROGRAM_INVOCATION_SHORT_NAME SECURE_GETENV SRANDOM STDIO_EXT_H STDLIB_H STRNDUP \
		STRNLEN STRUCT_STAT_ST_MTIM_TV_NSEC SYSCONF SYSINFO SYS_IOCTL_H SYS_MOUNT_H \
		SYS_PRCTL_H SYS_STAT_H SYS_SYSCALL_H SYS_SYSMACROS_H SYS_TYPES_H TLS UNISTD_H USLEEP \
		WARN WARNX __FPENDING __PROGNAME; do
		echo "#define HAVE_$have 1"
	done >>config.h
	sed -e "s/@LIBBLKID_VERSION@/$version/; s/@LIBBLKID_DATE@/$date/" libblkid/src/blkid.h.in \
		>libblkid/src/blkid.h
	cat >quiet.h <<'EOF'
#include <stdio.h>
#include <stdlib.h>
#include "debug.h"
#undef __UL_DBG
#undef __UL_DBG_CALL
#define __UL_DBG(...) do { } while (0)
#define __UL_DBG_CALL(...) do { } while (0)
EOF
	printf '%s\n' libblkid/src/*.c libblkid/src/*/*.c lib/blkdev.c lib/buffer.c lib/canonicalize.c \
		lib/crc32.c lib/crc32c.c lib/encode.c lib/env.c lib/fileutils.c lib/linux_version.c \
		lib/mangle.c lib/md5.c lib/path.c lib/strutils.c lib/sysfs.c |
		compile "$work/obj-blkid" -fsigned-char -include config.h -I. -Iinclude -Ilibblkid/src \
			-D_PATH_RUNSTATEDIR='"/run"' -D_PATH_SYSCONFSTATICDIR='"/usr/lib"' \
			-DLOCALEDIR='"/usr/share/locale"' -include quiet.h
	api_list libblkid/src/libblkid.sym blkid_ >"$work/blkid.api"
	archive blkid "$work"/obj-blkid/*.o "$work"/obj-support/*.o
	mkdir -p "$prefix/include/blkid"
	cp libblkid/src/blkid.h "$prefix/include/blkid/"
	pc_file blkid "$version" -lblkid /blkid
}

# systemd's configuration wants libmount and libcap. libudev uses neither, except for the constants
# in libcap's header. Becomes the process of meson, so that it can be ended by its id.
udev_configure()
{
	cd "$work/src/systemd"
	mkdir "$work/pc"
	for pair in mount:2.38.1 libcap:2.66; do
		printf 'Name: %s\nDescription: header only\nVersion: %s\n' "${pair%%:*}" "${pair#*:}" \
			>"$work/pc/${pair%%:*}.pc"
	done
	# shellcheck disable=SC2046 # one option a name
	PKG_CONFIG_LIBDIR=$work/pc CFLAGS=-I$work/src/libcap2/libcap/include CC=gcc \
		exec meson setup build --buildtype=plain -Dauto_features=disabled -Dskip-deps=true \
		-Dmode=release -Dstatic-libudev=pic -Dcryptolib=auto \
		$(printf -- '-D%s=false ' tests man gcrypt openssl zlib bzip2 dns-over-tls idn nscd utmp \
			smack ima efi tpm gshadow translations adm-group wheel-group)
}

build_udev()
{
	cd "$work/src/systemd"
	ninja -C build -t targets all >generated
	sed -n 's/^\(src\/\(basic\|shared\)\/[a-z_-]*\.h\): .*/\1/p' generated |
		xargs ninja -C build version.h
	flags='-std=gnu11 -D_FILE_OFFSET_BITS=64 -fno-strict-aliasing -include config.h'
	for folder in build build/src/basic src/basic src/fundamental src/systemd src/libsystemd/sd-bus \
		src/libsystemd/sd-device src/libsystemd/sd-event src/libsystemd/sd-hwdb \
		src/libsystemd/sd-id128 src/libsystemd/sd-journal src/libsystemd/sd-netlink \
		src/libsystemd/sd-network src/libsystemd/sd-resolve build/src/shared src/shared \
		"$work/src/libcap2/libcap/include"; do
		flags="$flags -I$folder"
	done
	# No messages; a failed assertion traps without its text.
	cat >quiet.h <<'EOF'
#include <errno.h>
#include <stddef.h>
#include "log.h"
#define log_get_max_level() LOG_NULL
#define log_set_max_level(...) ((void)0)
#define log_internal(level, error, ...) (-ERRNO_VALUE(error))
#define log_object_internal(level, error, ...) (-ERRNO_VALUE(error))
#define log_struct_internal(level, error, ...) (-ERRNO_VALUE(error))
#define log_oom_internal(...) (-ENOMEM)
#define log_assert_failed(...) __builtin_trap()
#define log_assert_failed_unreachable(...) __builtin_trap()
#define log_assert_failed_return(...) ((void)0)
EOF
	# What the public functions reach, instead of the 320 files of systemd's own libudev.a.
	# shellcheck disable=SC2086 # a list of flags
	{
		printf 'src/basic/%s.c\n' MurmurHash2 alloc-util chase-symlinks devnum-util dirent-util \
			env-util escape extract-word fd-util fileio format-util fs-util hash-funcs hashmap \
			hexdecoct io-util memory-util mempool mkdir mountpoint-util parse-util path-util \
			prioq process-util random-util siphash24 socket-util stat-util string-table \
			string-util strv sync-util time-util tmpfile-util uid-range user-util utf8
		printf 'src/fundamental/%s.c\n' sha256 string-util-fundamental
		printf 'src/libsystemd/%s.c\n' sd-device/device-enumerator sd-device/device-filter \
			sd-device/device-monitor sd-device/device-private sd-device/sd-device \
			sd-event/sd-event sd-hwdb/sd-hwdb
		printf '%s\n' src/libudev/libudev*.c src/shared/device-nodes.c src/shared/udev-util.c
	} | compile "$work/obj-udev" $flags -include quiet.h
	objcopy --weaken-symbol=uid_to_name "$work"/obj-udev/src_basic_user-util.c.o
	api_list src/libudev/libudev.sym udev_ >"$work/udev.api"
	archive udev "$work"/obj-udev/*.o "$work"/obj-support/*.o
	cp src/libudev/libudev.h "$prefix/include/"
	version=$(version_of systemd)
	pc_file libudev "${version%%.*}" -ludev ''
}

# pc_file NAME VERSION LIBS INCLUDE: relative to the file, so that the folder can be renamed.
pc_file()
{
	cat >"$prefix/lib/pkgconfig/$1.pc" <<EOF
prefix=\${pcfiledir}/../..
libdir=\${prefix}/lib
includedir=\${prefix}/include

Name: $1
Description: $1, static, reduced to what its public functions reach
Version: $2
Libs: -L\${libdir} $3
Cflags: -I\${includedir}$4
EOF
}

# ---- proof ----------------------------------------------------------------------------------

test_source()
{
	cat <<'EOF'
#include <blkid.h>
#include <fcntl.h>
#include <libkmod.h>
#include <libudev.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

static void need(int is_good, const char *what)
{
	if (is_good)
		return;
	printf("failed: %s\n", what);
	exit(1);
}

static void use_udev(void)
{
	struct udev *udev = udev_new();
	struct udev_monitor *monitor = udev_monitor_new_from_netlink(udev, "kernel");
	struct udev_enumerate *list = udev_enumerate_new(udev);
	struct udev_device *device = udev_device_new_from_syspath(udev, "/sys/devices/virtual/mem/null");
	struct udev_list_entry *entry;
	const char *name = NULL;
	int n = 0;

	need(udev != NULL, "udev_new");
	need(list != NULL, "udev_enumerate_new");
	if (monitor) {
		struct pollfd p = { .events = POLLIN };

		need(udev_monitor_filter_add_match_subsystem_devtype(monitor, "block", NULL) >= 0, "monitor filter");
		need(udev_monitor_enable_receiving(monitor) >= 0, "udev_monitor_enable_receiving");
		p.fd = udev_monitor_get_fd(monitor);
		if (poll(&p, 1, 0) > 0)
			udev_device_unref(udev_monitor_receive_device(monitor));
	}
	udev_enumerate_add_match_subsystem(list, "mem");
	udev_enumerate_scan_devices(list);
	udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(list))
		n++;
	if (device)
		name = udev_device_get_property_value(device, "DEVNAME");
	printf("udev: monitor %s, %d devices, null is %s\n", monitor ? "open" : "refused", n, name ? name : "-");
	udev_device_unref(device);
	udev_enumerate_unref(list);
	udev_monitor_unref(monitor);
	udev_unref(udev);
}

static void use_kmod(void)
{
	struct kmod_ctx *ctx = kmod_new(NULL, NULL);
	struct kmod_module *module = NULL;
	struct kmod_list *list = NULL, *item;
	struct kmod_config_iter *blacklist;
	int n = 0, state, err;

	need(ctx != NULL, "kmod_new");
	(void)kmod_load_resources(ctx);
	(void)kmod_module_new_from_lookup(ctx, "pci:v00001AF4d00001001sv00001AF4sd00000002bc01sc00i00", &list);
	kmod_list_foreach(item, list) {
		struct kmod_module *found = kmod_module_get_module(item);
		const char *path = kmod_module_get_path(found);

		printf("kmod: %s for a virtio disk\n", path ? path : "built in");
		kmod_module_unref(found);
	}
	kmod_module_unref_list(list);
	need(kmod_module_new_from_name(ctx, "no_such_module", &module) == 0, "kmod_module_new_from_name");
	state = kmod_module_get_initstate(module);
	err = kmod_module_probe_insert_module(module, 0, NULL, NULL, NULL, NULL);
	need(err < 0, "inserting a missing module must fail");
	blacklist = kmod_config_get_blacklists(ctx);
	while (kmod_config_iter_next(blacklist))
		n++;
	kmod_config_iter_free_iter(blacklist);
	printf("kmod: state %d, insert %d, %d blacklisted\n", state, err, n);
	kmod_module_unref(module);
	kmod_unref(ctx);
}

static void use_blkid(const char *path)
{
	const char *version = NULL, *type = NULL, *table = NULL;
	blkid_probe probe = blkid_new_probe();
	blkid_partlist list;
	int fd = open(path, O_RDONLY | O_CLOEXEC), n = -1;

	need(probe != NULL, "blkid_new_probe");
	need(fd >= 0, path);
	(void)blkid_get_library_version(&version, NULL);
	need(blkid_known_fstype("ext4") && blkid_known_fstype("xfs") && blkid_known_fstype("btrfs") &&
	     blkid_known_fstype("vfat") && blkid_known_fstype("squashfs") && blkid_known_fstype("erofs") &&
	     blkid_known_fstype("iso9660") && blkid_known_fstype("swap") && blkid_known_fstype("crypto_LUKS") &&
	     blkid_known_fstype("LVM2_member") && blkid_known_fstype("linux_raid_member") &&
	     blkid_known_fstype("zfs_member") && blkid_known_fstype("bcache") && blkid_known_fstype("ntfs") &&
	     blkid_known_fstype("f2fs") && blkid_known_pttype("dos") && blkid_known_pttype("gpt"),
	     "a common format is missing");
	need(blkid_probe_set_device(probe, fd, 0, 0) == 0, "blkid_probe_set_device");
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_enable_partitions(probe, 1);
	blkid_probe_set_partitions_flags(probe, BLKID_PARTS_ENTRY_DETAILS);
	list = blkid_probe_get_partitions(probe);
	if (list)
		n = blkid_partlist_numof_partitions(list);
	need(blkid_do_safeprobe(probe) == 0, "blkid_do_safeprobe");
	need(blkid_do_fullprobe(probe) == 0, "blkid_do_fullprobe");
	(void)blkid_probe_lookup_value(probe, "TYPE", &type, NULL);
	(void)blkid_probe_lookup_value(probe, "PTTYPE", &table, NULL);
	printf("blkid %s: type %s, table %s, %d partitions\n", version, type ? type : "-", table ? table : "-", n);
	blkid_free_probe(probe);
}

int main(int argc, char **argv)
{
	need(argc == 2, "usage");
	use_udev();
	use_kmod();
	use_blkid(argv[1]);
	return 0;
}
EOF
}

# A disk image with a DOS partition table: one Linux partition, sectors 2048 to 4095.
test_image()
{
	truncate -s 2M "$1"
	printf '\000\000\002\000\203\000\000\000\000\010\000\000\000\010\000\000' |
		dd of="$1" bs=1 seek=446 conv=notrunc status=none
	printf '\125\252' | dd of="$1" bs=1 seek=510 conv=notrunc status=none
}

verify()
{
	cd "$work"
	doubles=$(nm -g --defined-only "$prefix"/lib/*.a | awk 'NF == 3 { print $3 }' | sort | uniq -d)
	[ -z "$doubles" ] || { echo "defined twice:" "$doubles"; return 1; }
	heavy=$(nm -u "$prefix"/lib/*.a | awk '$2 ~ /scanf$|^fnmatch$|^getpw|^getgr|^getaddrinfo$|^gethost|^getserv|^dlopen$|^iconv/ { print $2 }')
	[ -z "$heavy" ] || { echo "needs parts of libc that are to be left out:" "$heavy"; return 1; }

	test_source >test.c
	test_image test.img
	# shellcheck disable=SC2046 # flags
	gcc -std=gnu11 -Os -Wall -Wextra -fPIE -ffunction-sections -fdata-sections \
		$(PKG_CONFIG_LIBDIR=$prefix/lib/pkgconfig pkg-config --static --cflags libudev libkmod blkid) \
		test.c -o test -static-pie -Wl,--gc-sections -Wl,--fatal-warnings -Wl,-Map=test.map \
		$(PKG_CONFIG_LIBDIR=$prefix/lib/pkgconfig pkg-config --static --libs libudev libkmod blkid)
	strip test
	"$work/test" test.img >test.out || { cat test.out; return 1; }
	grep -q 'table dos, 1 partitions' test.out
}

manifest()
{
	{
		echo "architecture $architecture"
		echo "compiler $compiler"
		echo "script-revision $revision"
		sed 's/^/source /' "$work/versions"
		for name in udev kmod blkid; do
			size "$work/$name.o" | awk -v n="lib$name.a" 'NR == 2 { print "archive", n, "text", $1, "data", $2, "bss", $3 }'
		done
		echo "test-program static-pie stripped $(stat -c %s "$work/test") bytes"
		sed 's/^/test-output /' "$work/test.out"
	} >"$prefix/manifest"
}

# ---- putting it together --------------------------------------------------------------------

# The newest finished folder of this architecture, compiler and revision, or nothing.
finished_prefix()
{
	# shellcheck disable=SC2012 # names of our own making
	newest=$(ls -td "$store/$stem-"*/manifest 2>/dev/null | head -n 1)
	[ -n "$newest" ] && printf '%s\n' "${newest%/manifest}"
}

build()
{
	jobs=$(nproc)
	prefix=$work/prefix
	mkdir -p "$prefix/lib/pkgconfig" "$prefix/include"
	step "fetch and unpack sources" sources_fetch

	# The configuration of systemd takes longer than all of the others and uses one core.
	udev_log=$work/udev.log
	(set -eu; udev_configure) >"$udev_log" 2>&1 &
	udev_pid=$!
	step "stand-ins for libc" build_support
	step "lzma decoder" build_lzma
	step "zstd decoder" build_zstd
	step "zlib decoder" build_zlib
	step "libkmod" build_kmod
	step "libblkid" build_blkid
	say "systemd's configuration"
	udev_status=0
	wait $udev_pid || udev_status=$?
	udev_pid=
	cat "$udev_log" >>"$log"
	[ $udev_status -eq 0 ] || step_failed "systemd's configuration" "$udev_log"
	step "libudev" build_udev
	step "link and run a test program" verify
	manifest
}

cleanup()
{
	if [ -n "${udev_pid:-}" ]; then
		kill "$udev_pid" 2>/dev/null || :
		wait "$udev_pid" || :
	fi
	# Nobody has to wait for that; the next run removes what is left.
	[ -z "${work:-}" ] || rm -rf "$work" </dev/null >/dev/null 2>&1 3>&- 9>&- &
}

main()
{
	architecture=$(dpkg --print-architecture 2>/dev/null) || die "dpkg is missing: this is not Debian"
	if ! command -v gcc >/dev/null; then
		host_check
		mkdir -p "$store"
		log=$store/build.log
		: >"$log"
		tools_require
	fi
	compiler="gcc$(gcc -dumpfullversion)"
	stem="$architecture-$compiler-r$revision"

	if [ $want_refresh = no ] && finished=$(finished_prefix); then
		printf '%s\n' "$finished"
		return
	fi

	host_check
	mkdir -p "$store"
	store=$(cd "$store" && pwd)
	[ -e "$store/.gitignore" ] || echo '*' >"$store/.gitignore"
	exec 9>"$store/.lock"
	flock -n 9 || { say "waiting for another run"; flock 9; }
	if [ $want_refresh = no ] && finished=$(finished_prefix); then
		printf '%s\n' "$finished"
		return
	fi

	log=$store/build.log
	: >"$log"
	tools_require
	rm -rf "$store"/.work.*
	work=$(mktemp -d "$store/.work.XXXXXX")
	chmod 755 "$work"
	trap cleanup EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	cd "$work"
	step "read Debian's source lists" apt_setup
	step "choose versions" apt_versions
	final=$store/$stem-$(sha256sum <"$work/versions" | cut -c1-12)
	if [ ! -f "$final/manifest" ]; then
		build
		rm -rf "$final"
		mv "$prefix" "$final"
	fi
	touch "$final/manifest"
	say "test program, stripped: $(sed -n 's/^test-program .* \([0-9]* bytes\)$/\1/p' "$final/manifest")"
	printf '%s\n' "$final"
}

main
