/* SPDX-License-Identifier: MIT */
/*
 * Loading the modules that came with the hook: see parse/appended.h. Neither libkmod nor an index
 * is needed, the order was settled where the archive was made.
 */
#ifndef SOURCE_APPENDED_H
#define SOURCE_APPENDED_H

#include "source/sysroot.h"

/* Opens the folder of the running kernel. -ENOENT: nobody appended any; -ENOEXEC: there are some,
 * and none for this kernel. */
int appended_open(const struct sysroot *root, struct sysroot *ret_folder);
/* The release of a kernel that there are some for: of any, where there are several. */
void appended_kernel(const struct sysroot *root, char *buf, size_t size);
/* Reads the list into buf, to be walked with appended_next(). */
int appended_order(const struct sysroot *folder, char *buf, size_t size);
/* Waits for the module's init function. 0 also when it was there before. */
int appended_load(const struct sysroot *folder, const char *file);

#endif
