/* SPDX-License-Identifier: MIT */
/* /proc/tty/driver/serial. */
#include "fuzz_text.h"
#include "parse/proc_serial.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *cursor = text;
	struct proc_serial serial;
	size_t count = 0;

	while (proc_serial_next(&cursor, &serial)) {
		if (++count > size)
			abort();
		FUZZ_ENDS(serial.type);
		FUZZ_ENDS(serial.lines);
	}
	free(text);
	return 0;
}
