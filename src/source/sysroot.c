/* SPDX-License-Identifier: MIT */
#include "source/sysroot.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "source/sysroot_how.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>

enum { TRIES_MAX = 64 };

static int shortage;

/* Passes a result on, and remembers that the machine had nothing left to answer with. */
static int note(int result)
{
	if (!shortage && (result == -ENOMEM || result == -ENFILE || result == -EMFILE))
		shortage = result;
	return result;
}

int sysroot_shortage(void)
{
	return shortage;
}

void sysroot_forget_shortage(void)
{
	shortage = 0;
}

#define HOW(how)                                                       \
	{                                                              \
		.flags = (how) | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT \
	}
/* openat2(2) refuses flags that mean nothing beside O_PATH. */
const struct open_how SYSROOT_HOWS[SYSROOT_HOWS_COUNT] __attribute__((aligned(512))) = {
	HOW(O_RDONLY | O_NOCTTY),
	HOW(O_RDONLY | O_NOCTTY | O_NONBLOCK),
	HOW(O_RDONLY | O_NOCTTY | O_DIRECTORY),
	HOW(O_PATH),
	HOW(O_PATH | O_NOFOLLOW),
	HOW(O_PATH | O_DIRECTORY),
	HOW(O_WRONLY | O_NOCTTY | O_NONBLOCK),
	HOW(O_RDWR | O_NOCTTY | O_NONBLOCK),
};
/* The filter of confine.h compares lower halves of their addresses. */
_Static_assert(sizeof(SYSROOT_HOWS) <= 512, "they may lie across a multiple of 2^32");

static const struct open_how *how_of(int flags)
{
	for (size_t i = 0; i < ARRAY_SIZE(SYSROOT_HOWS); i++) {
		if (SYSROOT_HOWS[i].flags == (uint64_t)(unsigned)flags)
			return &SYSROOT_HOWS[i];
	}
	return NULL;
}

/* glibc and musl have no wrapper for openat2(2). */
static int openat2_in_root(int root, const char *path, int flags)
{
	const struct open_how *how = how_of(flags);
	/* For a process that is not confined. */
	struct open_how other = {.flags = (uint64_t)(unsigned)flags, .resolve = RESOLVE_IN_ROOT};
	long fd;
	unsigned tries = 0;

	how = how ? how : &other;

	/* openat2(2): a rename or mount anywhere, while a ".." of the path was walked. */
	do
		fd = syscall(SYS_openat2, root, path, how, sizeof(*how));
	while (fd < 0 && errno == EAGAIN && ++tries < TRIES_MAX);

	return fd < 0 ? -errno : (int)fd;
}

int sysroot_openat(const struct sysroot *root, const char *path, int flags)
{
	static const char SYS[] = "sys/";
	int folder = root->fd, fd;

	if (folder < 0)
		return -EBADF;
	if (root->is_narrow) {
		if (!text_starts_with(path, SYS))
			return -EACCES;
		folder = root->sys_fd;
		path += strlen(SYS);
	}
	if (!*path)
		path = ".";
	flags |= flags & O_PATH ? O_CLOEXEC : O_CLOEXEC | O_NOCTTY;
	fd = openat2_in_root(folder, path, flags);
	/* Without openat2 a captured machine could lead outside, so only the real root goes on. */
	if (fd != -ENOSYS || root->is_fixture)
		return note(fd);

	fd = openat(folder, path, flags);
	return fd < 0 ? note(-errno) : fd;
}

int sysroot_open(const char *path, struct sysroot *ret_root)
{
	bool is_this_machine = !path || strcmp(path, "/") == 0;
	int fd = open(is_this_machine ? "/" : path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	*ret_root = (struct sysroot){.fd = fd, .is_fixture = !is_this_machine};
	return 0;
}

int sysroot_open_below(const struct sysroot *root, const char *path, struct sysroot *ret_root)
{
	int fd = sysroot_openat(root, path, O_PATH | O_DIRECTORY);

	if (fd < 0)
		return fd;
	*ret_root = (struct sysroot){.fd = fd, .is_fixture = root->is_fixture};
	return 0;
}

int sysroot_narrow(struct sysroot *root)
{
	int fd = openat2_in_root(root->fd, "sys", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return fd;
	root->sys_fd = fd;
	root->is_narrow = true;
	return 0;
}

void sysroot_close(struct sysroot *root)
{
	if (root->is_narrow)
		cleanup_close(&root->sys_fd);
	root->is_narrow = false;
	cleanup_close(&root->fd);
	root->fd = -1;
}

ssize_t sysroot_read(const struct sysroot *root, const char *path, char *buf, size_t size)
{
	_cleanup_close_ int fd = -1;
	size_t length = 0;

	if (!size)
		return -EINVAL;
	buf[0] = '\0';
	fd = sysroot_openat(root, path, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return fd;

	for (;;) {
		char beyond;
		bool is_full = length == size - 1;
		ssize_t n =
			read(fd, is_full ? &beyond : buf + length, is_full ? 1 : size - 1 - length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return note(-errno);
		if (n == 0)
			return (ssize_t)length;
		if (is_full)
			return -EFBIG;
		length += (size_t)n;
		buf[length] = '\0';
	}
}

static int path_concatenate(char *path, size_t size, va_list parts)
{
	struct text text;
	const char *part;

	text_init(&text, path, size);
	while ((part = va_arg(parts, const char *)))
		text_append(&text, part);
	return text.is_cut ? -ENAMETOOLONG : 0;
}

int sysroot_attribute(const struct sysroot *root, char *buf, size_t size, ...)
{
	char path[PATH_MAX];
	va_list parts;
	ssize_t n;
	int r;

	va_start(parts, size);
	r = path_concatenate(path, sizeof(path), parts);
	va_end(parts);
	if (r < 0)
		return r;

	n = sysroot_read(root, path, buf, size);
	if (n < 0 && n != -EFBIG)
		return (int)n;
	text_trim(buf);
	return n < 0 ? (int)n : 0;
}

int sysroot_number(const struct sysroot *root, unsigned base, unsigned long long *ret_value, ...)
{
	char path[PATH_MAX], digits[32];
	uint64_t value;
	va_list parts;
	ssize_t n;
	int r;

	va_start(parts, ret_value);
	r = path_concatenate(path, sizeof(path), parts);
	va_end(parts);
	if (r < 0)
		return r;

	n = sysroot_read(root, path, digits, sizeof(digits));
	if (n < 0)
		return (int)n;
	r = text_parse_u64(text_trim(digits), base, &value);
	if (r == 0)
		*ret_value = value;
	return r;
}

ssize_t sysroot_readlink(const struct sysroot *root, const char *path, char *buf, size_t size)
{
	_cleanup_close_ int fd = sysroot_openat(root, path, O_PATH | O_NOFOLLOW);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = readlinkat(fd, "", buf, size);
	if (n < 0)
		return note(-errno);
	if ((size_t)n >= size)
		return -ENAMETOOLONG;
	buf[n] = '\0';
	return n;
}

int sysroot_link_name(const struct sysroot *root, char *buf, size_t size, ...)
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *name;
	va_list parts;
	ssize_t n;
	int r;

	buf[0] = '\0';
	va_start(parts, size);
	r = path_concatenate(path, sizeof(path), parts);
	va_end(parts);
	if (r < 0)
		return r;

	n = sysroot_readlink(root, path, target, sizeof(target));
	if (n < 0)
		return (int)n;
	name = strrchr(target, '/');
	return text_copy(buf, size, name ? name + 1 : target) ? 0 : -ENAMETOOLONG;
}

static int descriptor_path(int fd, char *buf, size_t size)
{
	char link[64];
	struct text text;
	ssize_t n;

	text_init(&text, link, sizeof(link));
	text_append(&text, "/proc/self/fd/");
	text_append_u64(&text, (uint64_t)fd);
	n = readlink(link, buf, size);
	if (n < 0)
		return note(-errno);
	if ((size_t)n >= size)
		return -ENAMETOOLONG;
	buf[n] = '\0';
	return 0;
}

int sysroot_resolve(const struct sysroot *root, const char *path, char *buf, size_t size)
{
	_cleanup_close_ int fd = sysroot_openat(root, path, O_PATH);
	char base[PATH_MAX], full[PATH_MAX];
	size_t base_length;
	int r;

	if (fd < 0)
		return fd;
	r = descriptor_path(root->fd, base, sizeof(base));
	if (r < 0)
		return r;
	r = descriptor_path(fd, full, sizeof(full));
	if (r < 0)
		return r;

	base_length = strcmp(base, "/") == 0 ? 0 : strlen(base);
	if (strncmp(full, base, base_length) != 0)
		return -EXDEV;
	return text_copy(buf, size, full + base_length + (full[base_length] == '/'))
		       ? 0
		       : -ENAMETOOLONG;
}

bool sysroot_exists(const struct sysroot *root, const char *path)
{
	_cleanup_close_ int fd = sysroot_openat(root, path, O_PATH);

	return fd >= 0;
}

int sysroot_stat(const struct sysroot *root, const char *path, struct stat *ret_stat)
{
	_cleanup_close_ int fd = sysroot_openat(root, path, O_PATH);

	if (fd < 0)
		return fd;
	return fstat(fd, ret_stat) < 0 ? note(-errno) : 0;
}

DIR *sysroot_opendir(const struct sysroot *root, const char *path)
{
	int fd = sysroot_openat(root, path, O_RDONLY | O_DIRECTORY);
	DIR *directory;

	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	directory = fdopendir(fd);
	if (!directory)
		(void)close(fd);
	return directory;
}

const char *sysroot_next_entry(DIR *directory)
{
	struct dirent *entry;

	errno = 0;
	while ((entry = readdir(directory))) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			return entry->d_name;
	}
	/* The list is cut short, which looks like its end. */
	(void)note(-errno);
	return NULL;
}
