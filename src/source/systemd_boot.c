/* SPDX-License-Identifier: MIT */
#include "source/systemd_boot.h"

#include "base/text.h"
#include "parse/slow_part.h"
#include "parse/systemd_reply.h"
#include "source/systemd_link.h"

#include <errno.h>
#include <string.h>

/* Too large for a stack. One process of ours asks. */
static struct systemd_link the;

/* ---------------------------------------------------------------------------------- the manager */

static int ask_manager(struct systemd_link *link, struct systemd_boot *ret)
{
	static const char *const PROPERTIES[] = {
		"FinishTimestampMonotonic", "UserspaceTimestampMonotonic", "NJobs"};
	uint64_t value[ARRAY_SIZE(PROPERTIES)];
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(PROPERTIES) && r == 0; i++)
		r = systemd_link_ask(link, SYSTEMD_MANAGER_PATH, SYSTEMD_MANAGER, PROPERTIES[i]);
	for (size_t i = 0; i < ARRAY_SIZE(PROPERTIES) && r == 0; i++)
		r = systemd_link_told(link, &value[i]);
	if (r < 0)
		return r;
	*ret = (struct systemd_boot){.finished_us = value[0],
		.began_us = value[1],
		.jobs = value[2] > UINT32_MAX ? UINT32_MAX : (uint32_t)value[2]};
	return 0;
}

int systemd_boot_read(
	const struct sysroot *proc, uint64_t deadline_us, struct systemd_boot *ret_boot)
{
	int r = systemd_link_open(&the, proc, deadline_us);

	if (r < 0)
		return r;
	r = ask_manager(&the, ret_boot);
	systemd_link_close(&the);
	return r;
}

/* ------------------------------------------------------------------------------------ its units */

enum { UNITS_MAX = 256 };

struct units {
	uint32_t count;
	bool is_full;
	struct {
		char name[sizeof(((struct systemd_unit *)0)->name)];
	} item[UNITS_MAX];
};

/* Targets, sockets and devices wait for others; what was not found was never started. */
static bool is_wanted(const struct systemd_unit *unit)
{
	return strcmp(unit->loaded, "loaded") == 0 &&
	       (text_ends_with(unit->name, ".service") || text_ends_with(unit->name, ".mount") ||
		       text_ends_with(unit->name, ".swap"));
}

static int take_unit(void *context, struct dbus_cursor *cursor)
{
	struct units *units = context;
	struct systemd_unit unit;
	int r = systemd_unit_take(cursor, &unit);

	if (r < 0 || !is_wanted(&unit))
		return r;
	if (units->count == UNITS_MAX) {
		units->is_full = true;
		return 0;
	}
	(void)text_copy(units->item[units->count].name, sizeof(units->item[0].name), unit.name);
	units->count++;
	return 0;
}

static int list_units(struct systemd_link *link, struct units *units)
{
	static const struct dbus_call LIST_UNITS = {.destination = SYSTEMD_DESTINATION,
		.path = SYSTEMD_MANAGER_PATH,
		.interface = SYSTEMD_MANAGER,
		.member = "ListUnits"};
	struct dbus_header header;
	int r = systemd_link_call(link, &LIST_UNITS);

	if (r == 0)
		r = systemd_link_answer(link, SYSTEMD_UNITS_SIGNATURE, &header);
	return r < 0 ? r : systemd_link_entries(link, &header, take_unit, units);
}

/* All questions about a unit are on their way before the first answer is read. */
static int ask_unit(struct systemd_link *link, const char *name, struct systemd_unit_times *ret)
{
	static const char *const PROPERTIES[] = {"InactiveExitTimestampMonotonic",
		"ActiveEnterTimestampMonotonic", "InactiveEnterTimestampMonotonic"};
	uint64_t *const times[] = {&ret->began_us, &ret->active_us, &ret->stopped_us};
	char path[512];
	int r = systemd_unit_path(name, path, sizeof(path)) ? 0 : -ENAMETOOLONG;

	for (size_t i = 0; i < ARRAY_SIZE(PROPERTIES) && r == 0; i++)
		r = systemd_link_ask(link, path, SYSTEMD_UNIT, PROPERTIES[i]);
	for (size_t i = 0; i < ARRAY_SIZE(PROPERTIES) && r == 0; i++) {
		r = systemd_link_told(link, times[i]);
		/* This unit is left out: the other answers come all the same. */
		r = r == -EREMOTEIO ? 0 : r;
	}
	return r;
}

static int ask_units(struct systemd_link *link, const struct units *units, uint64_t since_us,
	uint64_t until_us, struct boot_end_fact *end)
{
	for (uint32_t i = 0; i < units->count; i++) {
		const char *name = units->item[i].name;
		struct systemd_unit_times times = {0};
		int r = ask_unit(link, name, &times);

		if (r < 0)
			return r;
		if (times.began_us >= since_us && times.began_us < until_us)
			slow_part_note(
				end, name, times.began_us, systemd_unit_duration(&times, until_us));
	}
	return units->is_full ? -E2BIG : 0;
}

int systemd_boot_slowest(const struct sysroot *proc, uint64_t deadline_us, uint64_t since_us,
	uint64_t until_us, struct boot_end_fact *end)
{
	static struct units units;
	int r = systemd_link_open(&the, proc, deadline_us);

	if (r < 0)
		return r;
	units.count = 0;
	r = list_units(&the, &units);
	if (r == 0)
		r = ask_units(&the, &units, since_us, until_us, end);
	systemd_link_close(&the);
	return r;
}
