/* SPDX-License-Identifier: MIT */
#include "source/cmdline.h"

#include <errno.h>
#include <string.h>

int cmdline_source_read(const struct sysroot *root, char *buf, size_t size)
{
	ssize_t n = sysroot_read(root, "proc/cmdline", buf, size);
	char *last;

	if (n < 0 && n != -EFBIG) {
		buf[0] = '\0';
		return (int)n;
	}
	buf[strcspn(buf, "\n")] = '\0';
	if (n >= 0)
		return 0;
	/* A word that is cut would say something else. */
	last = strrchr(buf, ' ');
	if (last)
		*last = '\0';
	return 1;
}
