/* SPDX-License-Identifier: MIT */
/*
 * The one way in: every path is looked up below one root directory, which is "/" in a real boot
 * and a captured machine in a test. Links, absolute ones included, and ".." stay inside
 * (openat2(2), RESOLVE_IN_ROOT; on kernels before 5.6 and in the real root plain openat).
 *
 * Paths are written without a leading slash: "proc/consoles".
 */
#ifndef SOURCE_SYSROOT_H
#define SOURCE_SYSROOT_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

struct sysroot {
	int fd;
	/* Only what is below sys/ can be reached any more: by this descriptor of it. */
	int sys_fd;
	bool is_narrow;
	/* The root is a captured machine: device nodes are described below .devices/ (see
	 * docs/fixtures.md), and nothing of this machine may be asked. */
	bool is_fixture;
};

/* A root that is not open yet. */
#define SYSROOT_CLOSED ((struct sysroot){.fd = -1})

/* path NULL or "/": this machine. Returns 0 or a negative errno. */
int sysroot_open(const char *path, struct sysroot *ret_root);
/* Another root below root (the new root of a switch), sharing is_fixture. */
int sysroot_open_below(const struct sysroot *root, const char *path, struct sysroot *ret_root);
/* From here on paths other than sys/... fail with -EACCES. Returns 0 or a negative errno: -ENOSYS
 * where the kernel has no openat2(2). */
int sysroot_narrow(struct sysroot *root);
void sysroot_close(struct sysroot *root);

/* An O_CLOEXEC | O_NOCTTY descriptor, which the caller owns, or a negative errno. Meant for
 * reading: the probes that need to write (consoles, ports, kmsg) say so in flags. */
int sysroot_openat(const struct sysroot *root, const char *path, int flags);

/* Reads a file below root into buf, NUL-terminated. Returns its length, -EFBIG if it does not fit
 * (buf then holds the part that does), or another negative errno. */
ssize_t sysroot_read(const struct sysroot *root, const char *path, char *buf, size_t size);
/* The same for a one-line attribute: white space at both ends is removed. Returns 0, -EFBIG with
 * the value cut, or a negative errno with buf empty. The path is the concatenation of the strings
 * up to NULL. */
int sysroot_attribute(const struct sysroot *root, char *buf, size_t size, ...)
	__attribute__((sentinel));
/* A number out of an attribute; base as in text_parse_u64. *ret_value is untouched on failure. */
int sysroot_number(const struct sysroot *root, unsigned base, unsigned long long *ret_value, ...)
	__attribute__((sentinel));

/* The last component of a link's target (a driver's or subsystem's name), or a negative errno. */
int sysroot_link_name(const struct sysroot *root, char *buf, size_t size, ...)
	__attribute__((sentinel));
/* A link's target as it is written. */
ssize_t sysroot_readlink(const struct sysroot *root, const char *path, char *buf, size_t size);
/* The path of a file or directory after all links, relative to the root, without leading slash.
 * On this machine /proc must be there. */
int sysroot_resolve(const struct sysroot *root, const char *path, char *buf, size_t size);

bool sysroot_exists(const struct sysroot *root, const char *path);
int sysroot_stat(const struct sysroot *root, const char *path, struct stat *ret_stat);

/* The caller closes it (_cleanup_closedir_). NULL with errno set on failure. */
DIR *sysroot_opendir(const struct sysroot *root, const char *path);
/* The next entry that is not "." or "..", or NULL. */
const char *sysroot_next_entry(DIR *directory);

/* The first -ENOMEM, -ENFILE or -EMFILE that this process has met here, or 0. What seems not to be
 * there may then be there. */
int sysroot_shortage(void);
void sysroot_forget_shortage(void);

#endif
