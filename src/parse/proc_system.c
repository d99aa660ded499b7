/* SPDX-License-Identifier: MIT */
#include "parse/proc_system.h"

#include "base/text.h"

#include <string.h>

enum { SECTOR_BYTES = 512 };

/* ---------------------------------------------------------------------------------------- stat */

/* "cpu  user nice system idle iowait irq softirq steal guest guest_nice": guests are in user
 * already, and what the host steals is nobody's work here. */
static bool busy_parse(char *fields, uint64_t *ret_ticks)
{
	enum { IDLE = 3, IOWAIT = 4, STEAL = 7 };
	uint64_t ticks, sum = 0;

	for (unsigned i = 0; i < STEAL; i++) {
		char *field = text_next_field(&fields);

		if (!field || text_parse_u64(field, 10, &ticks) < 0)
			return false;
		if (i != IDLE && i != IOWAIT && __builtin_add_overflow(sum, ticks, &sum))
			return false;
	}
	*ret_ticks = sum;
	return true;
}

bool proc_stat_totals_parse(char *text, struct proc_stat_totals *ret)
{
	static const char CPU[] = "cpu ", PROCESSES[] = "processes ";
	char *cursor = text, *line;
	unsigned found = 0;

	while ((line = text_next_line(&cursor))) {
		if (text_starts_with(line, CPU)) {
			if (!busy_parse(line + strlen(CPU), &ret->busy_ticks))
				return false;
			found |= 1U;
		} else if (text_starts_with(line, PROCESSES)) {
			if (text_parse_u64(
				    text_trim(line + strlen(PROCESSES)), 10, &ret->processes) < 0)
				return false;
			found |= 2U;
		}
	}
	return found == 3U;
}

/* ------------------------------------------------------------------------------------- meminfo */

/* "MemAvailable:    1234 kB" */
bool meminfo_bytes(char *text, const char *name, uint64_t *ret_bytes)
{
	char *cursor = text, *line;
	uint64_t kilobytes;

	while ((line = text_next_line(&cursor))) {
		char *number;

		if (!text_starts_with(line, name))
			continue;
		line += strlen(name);
		number = text_next_field(&line);
		return number && text_parse_u64(number, 10, &kilobytes) == 0 &&
		       !__builtin_mul_overflow(kilobytes, UINT64_C(1024), ret_bytes);
	}
	return false;
}

/* ----------------------------------------------------------------------------------- diskstats */

/* What stands behind so many more fields, or 0: older kernels do not have it. */
static uint64_t later_number(char **line, unsigned skipped)
{
	uint64_t number = 0;
	char *field = NULL;

	for (unsigned i = 0; i <= skipped; i++)
		field = text_next_field(line);
	return field && text_parse_u64(field, 10, &number) == 0 && number < UINT32_MAX ? number : 0;
}

/* "254 0 vda reads merged sectors ms writes merged sectors ms in-flight …" */
static bool disk_line_parse(char *line, struct disk_stats *ret)
{
	enum {
		READS,
		READ_MERGED,
		READ_SECTORS,
		READ_MS,
		WRITES,
		WRITE_MERGED,
		WRITE_SECTORS,
		WRITE_MS,
		IN_FLIGHT,
		NUMBERS,
		/* Since 4.18 and 5.5. */
		DISCARDS = 11,
		FLUSHES = 15,
	};
	uint64_t number[NUMBERS];
	char *field;

	if (!text_next_field(&line) || !text_next_field(&line))
		return false;
	ret->name = text_next_field(&line);
	if (!ret->name)
		return false;
	for (unsigned i = 0; i < NUMBERS; i++) {
		field = text_next_field(&line);
		if (!field || text_parse_u64(field, 10, &number[i]) < 0 ||
			number[i] > UINT64_MAX / SECTOR_BYTES / 2)
			return false;
	}
	ret->ended = number[READS] + number[WRITES] + later_number(&line, DISCARDS - NUMBERS) +
		     later_number(&line, FLUSHES - DISCARDS - 1);
	ret->bytes = (number[READ_SECTORS] + number[WRITE_SECTORS]) * SECTOR_BYTES;
	ret->requests = number[IN_FLIGHT];
	return true;
}

bool disk_stats_next(char **cursor, struct disk_stats *ret)
{
	char *line;

	while ((line = text_next_line(cursor))) {
		if (disk_line_parse(line, ret))
			return true;
	}
	return false;
}

/* ------------------------------------------------------------------------------------ pressure */

/* "some avg10=1.23 avg60=0.00 avg300=0.00 total=0": two digits behind the point. */
static bool share_parse(char *line, uint32_t *ret_share)
{
	static const char NAME[] = "avg10=";
	char *at = strstr(line, NAME), *point;
	uint32_t whole, part;

	if (!at)
		return false;
	at += strlen(NAME);
	at[strcspn(at, " ")] = '\0';
	point = strchr(at, '.');
	if (!point || strlen(point + 1) != 2)
		return false;
	*point = '\0';
	if (text_parse_u32(at, 10, &whole) < 0 || text_parse_u32(point + 1, 10, &part) < 0 ||
		whole > 100)
		return false;
	*ret_share = whole * 100 + part;
	return true;
}

bool pressure_parse(char *text, uint32_t *ret_some, uint32_t *ret_full)
{
	char *cursor = text, *line;
	bool is_found = false;

	while ((line = text_next_line(&cursor))) {
		if (text_starts_with(line, "some "))
			is_found |= share_parse(line, ret_some);
		else if (ret_full && text_starts_with(line, "full "))
			(void)share_parse(line, ret_full);
	}
	return is_found;
}
