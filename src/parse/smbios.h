/* SPDX-License-Identifier: MIT */
/*
 * The OEM strings of an SMBIOS table (DMTF DSP0134, section 6.1.3 and type 11), as the kernel shows
 * it in /sys/firmware/dmi/tables/DMI. What a host says there reaches a guest without any driver.
 */
#ifndef PARSE_SMBIOS_H
#define PARSE_SMBIOS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct smbios_walk {
	const uint8_t *at, *end;
	bool is_in_strings; /* behind the fixed part of a structure */
	bool is_oem;        /* of a type 11 */
};

/* bytes is borrowed for as long as the walk goes on. */
void smbios_begin(struct smbios_walk *walk, const uint8_t *bytes, size_t length);
/* The next string of a structure of type 11, NUL-terminated within the bytes, or NULL at the end of
 * the table and where it is broken. */
const char *smbios_next_oem_string(struct smbios_walk *walk);

#endif
