/* SPDX-License-Identifier: MIT */
#include "reader/correlation_part.h"
#include "reader/timeline_part.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* Of what the host saw behind the last record. */
static const double BEHIND = 60;

const char *host_clock_name(enum host_clock clock)
{
	static const char *const NAMES[] = {[HOST_WALL] = "wall", [HOST_UPTIME] = "uptime"};

	return NAMES[clock % HOST_CLOCKS];
}

const char *correlation_state_name(enum correlation_state state)
{
	static const char *const NAMES[] = {[CORRELATION_UNUSED] = "unused",
		[CORRELATION_GIVEN] = "given",
		[CORRELATION_ESTIMATED] = "estimated",
		[CORRELATION_UNKNOWN] = "unknown",
		[CORRELATION_CONTRADICTORY] = "contradictory"};

	return NAMES[state];
}

static const struct {
	const char *host, *guest;
} WORDS[SIGHTING_RULES] = {
	[SIGHTING_CONNECTED] = {"QEMU came to virtiofsd", "its kernel started behind that"},
	[SIGHTING_RUNNING] = {"the machine started", "its kernel started behind that"},
	[SIGHTING_QUEUE] = {"the driver of the share started", "the share's device was there"},
	[SIGHTING_INIT] = {"INIT of the share",
		"bootprobe had looked into the share before it told of the handoff"},
	[SIGHTING_STATFS] = {"STATFS", "the share was mounted, and bootprobe asked for its free "
				       "space behind that"},
	[SIGHTING_LOOKUP] = {"LOOKUP of what stage 2 begins with",
		"bootprobe had looked at it before it told of the handoff"},
	[SIGHTING_FIRST_READ] = {"the disk was read first", "the disk had arrived behind that"},
	[SIGHTING_HEADER_READ] = {"the disk's header was read",
		"the disk had arrived, and bootprobe read its header behind that"},
	[SIGHTING_HEADER_BEGUN] = {"the disk's header was read",
		"bootprobe had begun, and read the header behind that"},
	[SIGHTING_HEADER_TOLD] = {"the disk's header was read",
		"bootprobe had read it before it told of the disk"},
	[SIGHTING_RECORD] = {"a record is in this log", "it was written before"},
	[SIGHTING_CONSOLE] = {"a line of the guest's kernel is in this log",
		"it was written before (0.25 s allowed: its stamp is of another clock)"},
	[SIGHTING_END] = {"the machine ended", "its last record was written before"},
	[SIGHTING_LINKED] = {"the journal has both clocks", ""},
};

const char *sighting_host_words(enum sighting_rule rule)
{
	return WORDS[rule % SIGHTING_RULES].host;
}

const char *sighting_guest_words(enum sighting_rule rule)
{
	return WORDS[rule % SIGHTING_RULES].guest;
}

/* ------------------------------------------------------------------------------------------ life
 */

struct correlation *correlation_new(const struct reader_report *report, double until)
{
	struct correlation *correlation = calloc(1, sizeof(*correlation));

	if (!correlation)
		return NULL;
	correlation->report = report;
	correlation->sightings = calloc(1, sizeof(*correlation->sightings));
	if (!correlation->sightings || pending_new(&correlation->pending) < 0) {
		correlation_free(correlation);
		return NULL;
	}
	wanted_collect(report, &correlation->sightings->wanted);
	stalls_collect(correlation);
	correlation->until = until;
	if (!timeline_is_moment(until))
		correlation->until = fmax(correlation->sightings->wanted.last, 0) + BEHIND;
	return correlation;
}

void correlation_free(struct correlation *correlation)
{
	if (!correlation)
		return;
	for (unsigned i = 0; i < correlation->log_count; i++)
		free(correlation->log[i].mark);
	for (unsigned i = 0; i < correlation->process_count; i++)
		free(correlation->process[i]);
	free(correlation->sightings);
	pending_free(correlation->pending);
	free(correlation);
}

int correlation_add_log(struct correlation *correlation, const char *name)
{
	if (correlation->log_count == CORRELATION_LOGS_MAX)
		return -E2BIG;
	correlation->log[correlation->log_count].name = name;
	return (int)correlation->log_count++;
}

void correlation_note_log(
	struct correlation *correlation, unsigned log, struct host_log_count count)
{
	correlation->log[log].lines = count.lines;
	correlation->log[log].stamped = count.stamped;
	correlation->log[log].is_journal = count.is_journal;
}

bool correlation_is_placed(const struct correlation_clock *clock)
{
	return clock->state == CORRELATION_GIVEN || clock->state == CORRELATION_ESTIMATED;
}

double correlation_time(
	const struct correlation *correlation, enum host_clock clock, int64_t host_us)
{
	const struct correlation_clock *known = &correlation->clock[clock];

	return correlation_is_placed(known) ? (double)(host_us - known->offset_us) / 1e6 : NAN;
}
