/* SPDX-License-Identifier: MIT */
#ifndef SOURCE_PRIVATE_MOUNT_H
#define SOURCE_PRIVATE_MOUNT_H

/* A file system of the kernel's own (tracefs, devpts), mounted where no path leads: it goes with
 * the last descriptor. Returns a descriptor of its root or a negative errno. */
int private_mount(const char *type);

#endif
