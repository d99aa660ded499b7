/* SPDX-License-Identifier: MIT */
/*
 * Files of /proc that hold what processes of the guest have chosen, and lists of what there is. The
 * first byte picks the parser.
 */
#include "fuzz_text.h"
#include "parse/proc_process.h"
#include "parse/proc_status.h"
#include "parse/proc_system.h"

enum { OF_A_PROCESS = 6, OF_THE_SYSTEM = 4 };

static void parse_process(uint8_t which, char *text)
{
	struct proc_stat_line line;
	struct proc_call call;
	uint64_t read_bytes, written_bytes, caught;
	uint32_t mount;
	char functions[32];

	switch (which) {
	case 0:
		if (proc_stat_line_parse(text, &line))
			FUZZ_ENDS(line.comm);
		break;
	case 1:
		(void)proc_io_parse(text, &read_bytes, &written_bytes);
		break;
	case 2:
		(void)proc_call_parse(text, &call);
		break;
	case 3:
		proc_stack_parse(text, functions, sizeof(functions));
		FUZZ_ENDS(functions);
		break;
	case 4:
		(void)proc_fdinfo_mount(text, &mount);
		break;
	default:
		(void)proc_status_caught(text, &caught);
	}
}

static void parse_system(uint8_t which, char *text, size_t size)
{
	struct proc_stat_totals totals;
	struct disk_stats disk;
	uint64_t bytes;
	uint32_t some = 0, full = 0;
	char *cursor = text;

	switch (which) {
	case 0:
		(void)proc_stat_totals_parse(text, &totals);
		break;
	case 1:
		(void)meminfo_bytes(text, "MemAvailable:", &bytes);
		break;
	case 2:
		while (disk_stats_next(&cursor, &disk)) {
			if (disk.name < text || disk.name >= text + size)
				abort();
		}
		break;
	default:
		if (pressure_parse(text, &some, &full) && (some > 10099 || full > 10099))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t which;
	char *text;

	if (!size)
		return 0;
	which = data[0] % (OF_A_PROCESS + OF_THE_SYSTEM);
	text = fuzz_text(data + 1, size - 1);
	if (which < OF_A_PROCESS)
		parse_process(which, text);
	else
		parse_system(which - OF_A_PROCESS, text, size);
	free(text);
	return 0;
}
