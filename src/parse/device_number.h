/* SPDX-License-Identifier: MIT */
/*
 * A device number as "major:minor" in decimal: how sysfs, procfs and root= write it.
 */
#ifndef PARSE_DEVICE_NUMBER_H
#define PARSE_DEVICE_NUMBER_H

#include "base/text.h"

#include <stdint.h>

/* include/linux/kdev_t.h: 12 bits and 20 bits. */
enum { DEVICE_MAJOR_MAX = (1 << 12) - 1, DEVICE_MINOR_MAX = (1 << 20) - 1 };

/* The whole text must be a device number: -EINVAL; -ERANGE for one that no kernel has. Both results
 * are untouched on failure. */
int device_number_parse(const char *text, uint32_t *ret_major, uint32_t *ret_minor);

void device_number_append(struct text *text, uint32_t major, uint32_t minor);

#endif
