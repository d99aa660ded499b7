/* SPDX-License-Identifier: MIT */
#include "parse/machine.h"

#include "base/text.h"

#include <stdbool.h>
#include <string.h>

uint64_t meminfo_total_kib(char *text)
{
	static const char KEY[] = "MemTotal:";
	uint64_t value;
	char *line;

	while ((line = text_next_line(&text))) {
		const char *number;

		if (!text_starts_with(line, KEY))
			continue;
		line += sizeof(KEY) - 1;
		number = text_next_field(&line);
		return number && text_parse_u64(number, 10, &value) == 0 ? value : 0;
	}
	return 0;
}

/* "5" or "2-7" at *cursor, which is moved behind it. */
static bool range_take(const char **cursor, uint64_t *ret_count)
{
	uint64_t bounds[2] = {0, 0};
	char digits[12];

	for (int i = 0; i < 2; i++) {
		size_t length = strspn(*cursor, "0123456789");

		if (!text_copy_bytes(digits, sizeof(digits), *cursor, length) ||
			text_parse_u64(digits, 10, &bounds[i]) < 0)
			return false;
		*cursor += length;
		if (i == 0 && **cursor != '-') {
			bounds[1] = bounds[0];
			break;
		}
		*cursor += i == 0;
	}
	*ret_count = bounds[1] - bounds[0] + 1;
	return bounds[1] >= bounds[0];
}

uint32_t cpu_list_count(const char *list)
{
	uint64_t total = 0, count;

	while (*list) {
		if (!range_take(&list, &count) || (*list && *list != ','))
			return 0;
		total += count;
		if (*list == ',' && !*++list)
			return 0;
	}
	return total <= UINT32_MAX ? (uint32_t)total : 0;
}

int cpuinfo_has_flag(char *text, const char *flag)
{
	char *line;

	while ((line = text_next_line(&text))) {
		const char *field;

		if (!text_starts_with(line, "flags"))
			continue;
		while ((field = text_next_field(&line))) {
			if (strcmp(field, flag) == 0)
				return 1;
		}
		return 0;
	}
	return -1;
}

static const char *const PHRASES[] = {
	"To Be Filled By O.E.M.",
	"To be filled by O.E.M.",
	"Default string",
	"Not Specified",
	"Not Applicable",
	"None",
	"System Product Name",
	"System manufacturer",
	"System Version",
	"OEM",
	"O.E.M.",
	"N/A",
	"0123456789",
};

void dmi_clean(char *value)
{
	text_trim(value);
	for (size_t i = 0; i < ARRAY_SIZE(PHRASES); i++) {
		if (strcmp(value, PHRASES[i]) == 0)
			value[0] = '\0';
	}
}
