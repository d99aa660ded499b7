/* SPDX-License-Identifier: MIT */
/*
 * Scope-bound release of memory and descriptors. Every destructor takes the empty value.
 */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(function) __attribute__((cleanup(function)))
#define _cleanup_close_ _cleanup_(cleanup_close)
#define _cleanup_free_ _cleanup_(cleanup_free)
#define _cleanup_closedir_ _cleanup_(cleanup_closedir)

static inline void cleanup_close(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void cleanup_closedir(DIR *const *directory)
{
	if (*directory)
		(void)closedir(*directory);
}

/* Gives up ownership: the variable becomes -1 and the caller gets its value. */
static inline int take_fd(int *fd)
{
	int value = *fd;
	*fd = -1;
	return value;
}

#endif
