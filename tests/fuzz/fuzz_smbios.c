/* SPDX-License-Identifier: MIT */
/*
 * The walk over an SMBIOS table, and what is taken out of its strings. They must end within the
 * table, and there cannot be more of them than it has bytes.
 */
#include "parse/config.h"
#include "parse/smbios.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct smbios_walk walk;
	struct config config;
	const char *string;
	size_t count = 0;

	config_init(&config);
	smbios_begin(&walk, data, size);
	while ((string = smbios_next_oem_string(&walk))) {
		size_t at = (size_t)((const uint8_t *)string - data);

		if (++count > size || at >= size || !*string || !memchr(string, 0, size - at))
			abort();
		if (config_is_ours(string))
			config_parse(&config, string);
	}
	return 0;
}
