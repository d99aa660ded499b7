/* SPDX-License-Identifier: MIT */
#ifndef BASE_UNIT_NAME_H
#define BASE_UNIT_NAME_H

#include <stddef.h>

/* The path that a unit of systemd is named after: "dev-disk-by\x2duuid-1234.device" is
 * /dev/disk/by-uuid/1234 (systemd.unit(5)). What is too long is cut. */
void unit_name_path(const char *unit, char *ret_path, size_t size);

#endif
