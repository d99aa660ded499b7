/* SPDX-License-Identifier: MIT */
#include "parse/systemd_reply.h"

#include "base/text.h"

int systemd_job_take(struct dbus_cursor *cursor, struct job_fact *ret)
{
	struct job_fact job = {0};

	dbus_align(cursor, 8);
	job.id = dbus_take_u32(cursor);
	dbus_take_text(cursor, job.unit, sizeof(job.unit));
	dbus_take_text(cursor, job.type, sizeof(job.type));
	dbus_take_text(cursor, job.state, sizeof(job.state));
	dbus_take_text(cursor, NULL, 0); /* the job's object */
	dbus_take_text(cursor, NULL, 0); /* the unit's object */
	if (!cursor->error)
		*ret = job;
	return cursor->error;
}

int systemd_unit_take(struct dbus_cursor *cursor, struct systemd_unit *ret)
{
	struct systemd_unit unit = {0};
	char name[sizeof(unit.name) + 1];

	dbus_align(cursor, 8);
	dbus_take_text(cursor, name, sizeof(name));
	dbus_take_text(cursor, NULL, 0); /* description */
	dbus_take_text(cursor, unit.loaded, sizeof(unit.loaded));
	dbus_take_text(cursor, unit.active, sizeof(unit.active));
	dbus_take_text(cursor, NULL, 0); /* the type's own state */
	dbus_take_text(cursor, NULL, 0); /* which unit it follows */
	dbus_take_text(cursor, NULL, 0); /* its object */
	(void)dbus_take_u32(cursor);     /* its job, */
	dbus_take_text(cursor, NULL, 0); /* what that does */
	dbus_take_text(cursor, NULL, 0); /* and its object */
	if (cursor->error)
		return cursor->error;
	if (!text_copy(unit.name, sizeof(unit.name), name))
		unit.name[0] = '\0';
	*ret = unit;
	return 0;
}

uint64_t systemd_unit_duration(const struct systemd_unit_times *times, uint64_t now_us)
{
	uint64_t end_us = now_us;

	if (!times->began_us)
		return 0;
	if (times->active_us >= times->began_us)
		end_us = times->active_us;
	else if (times->stopped_us >= times->began_us)
		end_us = times->stopped_us;
	return end_us > times->began_us ? end_us - times->began_us : 0;
}

static bool stands_for_itself(char c, bool is_first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9' && !is_first);
}

bool systemd_unit_path(const char *name, char *buf, size_t size)
{
	struct text text;

	text_init(&text, buf, size);
	text_append(&text, "/org/freedesktop/systemd1/unit/");
	for (const char *c = name; *c; c++) {
		if (stands_for_itself(*c, c == name)) {
			text_append_char(&text, *c);
			continue;
		}
		text_append_char(&text, '_');
		text_append_hex(&text, (uint8_t)*c, 2);
	}
	return !text.is_cut;
}
