/* SPDX-License-Identifier: MIT */
/*
 * Writes a tar archive (POSIX ustar) to a descriptor. Every entry belongs to root, has no date, and
 * is written once: a second one with the same name is passed over.
 */
#ifndef CAPTURE_TAR_H
#define CAPTURE_TAR_H

#include <stdbool.h>
#include <stddef.h>

enum { TAR_ENTRIES_MAX = 16384 };

struct tar {
	int fd;
	bool is_failed; /* a write failed, or a limit was hit */
	char *names[TAR_ENTRIES_MAX];
	size_t name_count;
	size_t bytes;
};

/* Paths have no leading slash and at most 255 bytes, targets of links at most 100. */
bool tar_has(const struct tar *tar, const char *path);
void tar_add_file(struct tar *tar, const char *path, const void *data, size_t size);
void tar_add_link(struct tar *tar, const char *path, const char *target);
void tar_finish(struct tar *tar);

#endif
