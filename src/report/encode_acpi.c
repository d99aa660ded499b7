/* SPDX-License-Identifier: MIT */
#include "report/encode.h"

void encode_acpi_tables(struct encoding *encoding)
{
	(void)encoding;
}

void encode_acpi_devices(struct encoding *encoding)
{
	(void)encoding;
}
