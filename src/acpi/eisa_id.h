/* SPDX-License-Identifier: MIT */
/*
 * Compressed EISA ids (ACPI 6.5, section 19.3.4, EISAID): three letters of five bits and four
 * hexadecimal digits, byte-swapped in an integer.
 */
#ifndef ACPI_EISA_ID_H
#define ACPI_EISA_ID_H

#include <stdint.h>

enum { EISA_ID_SIZE = 11 };

/* Writes "PNP0501", or the number as 0x... when the letters are none. Bits above 31 are ignored. */
void eisa_id_format(uint64_t value, char id[EISA_ID_SIZE]);

#endif
