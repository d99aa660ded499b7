/* SPDX-License-Identifier: MIT */
/* /proc/consoles. */
#include "fuzz_text.h"
#include "parse/console_option.h"
#include "parse/proc_consoles.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *cursor = text;
	struct proc_console console;
	size_t count = 0;

	while (proc_consoles_next(&cursor, &console)) {
		if (++count > size || !console.name[0])
			abort();
		FUZZ_ENDS(console.name);
		FUZZ_ENDS(console.flags);
		(void)console_kind_from_name(console.name);
	}
	free(text);
	return 0;
}
