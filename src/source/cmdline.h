/* SPDX-License-Identifier: MIT */
#ifndef SOURCE_CMDLINE_H
#define SOURCE_CMDLINE_H

#include "source/sysroot.h"

/* COMMAND_LINE_SIZE is 2048 on x86 and arm64, and 4096 at most elsewhere; twice that much. */
enum { CMDLINE_SIZE = 8192 };

/* The kernel command line, without its newline. Returns 0, 1 when it is longer than buf, which
 * holds the words that fit then, or a negative errno with buf empty. */
int cmdline_source_read(const struct sysroot *root, char *buf, size_t size);

#endif
