/* SPDX-License-Identifier: MIT */
/*
 * What stands behind /run/systemd/private says all of this: the whole connection reads it, from the
 * greeting on, as a list of jobs, a list of units or numbers (the first byte).
 */
#include "parse/systemd_reply.h"

#include "base/clock.h"
#include "source/systemd_link.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_end(const char *text, size_t size)
{
	if (!memchr(text, '\0', size))
		abort();
}

static int take_job(void *context, struct dbus_cursor *cursor)
{
	struct job_fact job = {0};
	int r = systemd_job_take(cursor, &job);

	(void)context;
	must_end(job.unit, sizeof(job.unit));
	must_end(job.type, sizeof(job.type));
	must_end(job.state, sizeof(job.state));
	return r;
}

static int take_unit(void *context, struct dbus_cursor *cursor)
{
	struct systemd_unit unit = {0};
	int r = systemd_unit_take(cursor, &unit);

	(void)context;
	must_end(unit.name, sizeof(unit.name));
	must_end(unit.loaded, sizeof(unit.loaded));
	must_end(unit.active, sizeof(unit.active));
	return r;
}

static int read_answer(struct systemd_link *link, uint8_t kind)
{
	struct dbus_header header;
	uint64_t value;
	int r;

	if (kind % 3 == 2)
		return systemd_link_told(link, &value);
	r = systemd_link_answer(
		link, kind % 3 ? SYSTEMD_UNITS_SIGNATURE : SYSTEMD_JOBS_SIGNATURE, &header);
	return r < 0 ? r
		     : systemd_link_entries(link, &header, kind % 3 ? take_unit : take_job, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct systemd_link link;
	int pair[2];

	/* What does not fit into the socket would be waited for. */
	if (size < 1 || size > 65536 ||
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) < 0)
		return 0;
	link = (struct systemd_link){.fd = pair[0], .deadline_us = clock_now_us() + US_PER_S};
	(void)!write(pair[1], data + 1, size - 1);
	(void)shutdown(pair[1], SHUT_WR);
	while (read_answer(&link, data[0]) == 0)
		;
	if (link.at > link.length || link.length > sizeof(link.buf))
		abort();
	(void)close(pair[1]);
	systemd_link_close(&link);
	return 0;
}
