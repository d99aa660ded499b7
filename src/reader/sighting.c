/* SPDX-License-Identifier: MIT */
/*
 * The first look at the logs of the host: what of it did the guest see as well?
 */
#include "reader/correlation_part.h"
#include "reader/frame.h"
#include "reader/timeline_part.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

enum host_clock host_clock_of(const struct host_line *line)
{
	return line->stamp.clock == STAMP_UPTIME ? HOST_UPTIME : HOST_WALL;
}

/* ---------------------------------------------------------------------------------------- bounds
 */

/* Kernels stamp lines of their log with a clock that starts a little before the one that records
 * have: 24 ms in QEMU's emulation. */
static const double CONSOLE_AHEAD = 0.25;

static int64_t microseconds(double seconds)
{
	return (int64_t)llround(seconds * 1e6);
}

/* early: how much later than it says the guest may have been. */
static struct sighting_bound bound_of(enum sighting_rule rule, unsigned log,
	const struct sighted *at, int64_t host_us, double guest, double early)
{
	if (!at->is_known || !timeline_is_moment(guest))
		return (struct sighting_bound){0};
	return (struct sighting_bound){.is_known = true,
		.rule = rule,
		.log = log,
		.host_us = at->us,
		.guest = guest,
		.offset_us = host_us - microseconds(guest - early)};
}

struct sighting_bound sighting_low(
	enum sighting_rule rule, unsigned log, const struct sighted *at, double guest)
{
	return bound_of(rule, log, at, at->us, guest, 0);
}

struct sighting_bound sighting_high(
	enum sighting_rule rule, unsigned log, const struct sighted *at, double guest)
{
	double early = rule == SIGHTING_CONSOLE ? CONSOLE_AHEAD : 0;

	return bound_of(rule, log, at, at->us + at->resolution_us, guest, early);
}

void sighting_raise(struct sighting_bound *low, const struct sighting_bound *bound)
{
	if (bound->is_known && (!low->is_known || bound->offset_us > low->offset_us))
		*low = *bound;
}

void sighting_lower(struct sighting_bound *high, const struct sighting_bound *bound)
{
	if (bound->is_known && (!high->is_known || bound->offset_us < high->offset_us))
		*high = *bound;
}

static struct sighted sighted_at(const struct host_line *line)
{
	return (struct sighted){
		.is_known = true, .us = line->stamp.us, .resolution_us = line->stamp.resolution_us};
}

static void note_low(struct sightings *sightings, unsigned log, const struct host_line *line,
	enum sighting_rule rule, double guest)
{
	struct sighted at = sighted_at(line);
	struct sighting_bound bound = sighting_low(rule, log, &at, guest);

	sighting_raise(&sightings->low[log][host_clock_of(line)], &bound);
}

static void note_high(struct sightings *sightings, unsigned log, const struct host_line *line,
	enum sighting_rule rule, double guest)
{
	struct sighted at = sighted_at(line);
	struct sighting_bound bound = sighting_high(rule, log, &at, guest);

	sighting_lower(&sightings->high[log][host_clock_of(line)], &bound);
}

/* ------------------------------------------------------------------------------------- virtiofsd
 */

/* The last one of a log; NULL: nothing was mounted yet. */
static struct sighted_mount *current_mount(struct sightings *sightings, unsigned log)
{
	unsigned kept = sightings_kept(sightings->mount_count);

	for (uint64_t i = sightings->mount_count; i > sightings->mount_count - kept; i--) {
		struct sighted_mount *mount = &sightings->mount[(i - 1) % SIGHTINGS_MAX];

		if (mount->log == log)
			return mount;
	}
	return NULL;
}

/* The report is rather of a new boot than of an old one: the oldest makes room. */
static void begin_mount(struct sightings *sightings, unsigned log, const struct host_line *line)
{
	struct sighted_mount *mount = &sightings->mount[sightings->mount_count % SIGHTINGS_MAX];

	if (sightings->mount_count++ >= SIGHTINGS_MAX)
		sightings->left_out[mount->clock]++;
	*mount = (struct sighted_mount){.log = log,
		.clock = host_clock_of(line),
		.connected = sightings->connected[log],
		.queue = sightings->queue[log],
		.init = sighted_at(line)};
	sightings->connected[log] = sightings->queue[log] = (struct sighted){0};
}

static void note_statfs(struct sighted_mount *mount, uint32_t pid, const struct host_line *line)
{
	for (unsigned i = 0; i < mount->statfs_count; i++) {
		if (mount->statfs[i].pid == pid)
			return;
	}
	if (mount->statfs_count == SIGHTING_PIDS_MAX) {
		mount->has_more_statfs = true;
		return;
	}
	mount->statfs[mount->statfs_count].pid = pid;
	mount->statfs[mount->statfs_count++].at = sighted_at(line);
}

static void sight_request(struct sightings *sightings, unsigned log, const struct fuse_line *fuse,
	const struct host_line *line)
{
	struct sighted_mount *mount;

	if (fuse->opcode == FUSE_INIT)
		begin_mount(sightings, log, line);
	mount = current_mount(sightings, log);
	if (!mount)
		return;
	if (fuse->opcode == FUSE_STATFS)
		note_statfs(mount, fuse->pid, line);
	else if (fuse->opcode == FUSE_READDIRPLUS)
		mount->is_listed = true;
	/* Where names are not logged, the first LOOKUP is at the latest that of what was wanted. */
	else if (fuse->opcode == FUSE_LOOKUP && !fuse->thread && !mount->is_listed &&
		 !mount->name[0].is_known)
		mount->name[0] = sighted_at(line);
}

static void sight_name(struct sightings *sightings, unsigned log, const struct fuse_line *fuse,
	const struct host_line *line)
{
	struct sighted_mount *mount = current_mount(sightings, log);
	const struct wanted *wanted = &sightings->wanted;

	if (!mount || mount->is_listed)
		return;
	for (unsigned i = 0; i < wanted->name_count; i++) {
		if (!mount->name[i].is_known && strcmp(wanted->name[i], fuse->name) == 0)
			mount->name[i] = sighted_at(line);
	}
}

static void sight_fuse(struct sightings *sightings, unsigned log, const struct fuse_line *fuse,
	const struct host_line *line)
{
	struct sighted_mount *mount;

	switch (fuse->kind) {
	case FUSE_CONNECTED:
		sightings->connected[log] = sighted_at(line);
		sightings->queue[log] = (struct sighted){0};
		break;
	case FUSE_QUEUE:
		if (!sightings->queue[log].is_known)
			sightings->queue[log] = sighted_at(line);
		break;
	case FUSE_REQUEST:
		sight_request(sightings, log, fuse, line);
		break;
	case FUSE_NAME:
		sight_name(sightings, log, fuse, line);
		break;
	case FUSE_END:
		mount = current_mount(sightings, log);
		if (mount && !mount->end.is_known)
			mount->end = sighted_at(line);
		break;
	default:
		break;
	}
}

/* ------------------------------------------------------------------------------------------ QEMU
 */

static struct sighted_device *current_device(
	struct sightings *sightings, unsigned log, uint64_t device)
{
	for (unsigned i = 0; i < sightings_kept(sightings->device_count); i++) {
		struct sighted_device *known = &sightings->device[i];

		if (known->log == log && known->device == device && !known->is_over)
			return known;
	}
	return NULL;
}

static struct sighted_device *begin_device(
	struct sightings *sightings, unsigned log, uint64_t device, const struct host_line *line)
{
	struct sighted_device *made = &sightings->device[sightings->device_count % SIGHTINGS_MAX];

	if (sightings->device_count++ >= SIGHTINGS_MAX)
		sightings->left_out[made->clock]++;
	*made = (struct sighted_device){.log = log, .clock = host_clock_of(line), .device = device};
	return made;
}

static void sight_disk_request(struct sightings *sightings, unsigned log,
	const struct qemu_trace *trace, const struct host_line *line)
{
	struct sighted_device *device = current_device(sightings, log, trace->device);
	const struct wanted *wanted = &sightings->wanted;

	if (strcmp(trace->operation, "read") != 0)
		return;
	if (!device)
		device = begin_device(sightings, log, trace->device, line);
	if (!device->is_read) {
		device->is_read = true;
		device->request = trace->request;
		/* Where the end of a request is not logged, its begin was before that. */
		if (!trace->request)
			device->first_done = sighted_at(line);
	}
	for (unsigned i = 0; i < wanted->offset_count; i++) {
		if (wanted->offset[i] != trace->offset_bytes)
			continue;
		device->last[i] = sighted_at(line);
		if (!device->first[i].is_known)
			device->first[i] = device->last[i];
	}
}

static void sight_disk_done(struct sightings *sightings, unsigned log,
	const struct qemu_trace *trace, const struct host_line *line)
{
	struct sighted_device *device = current_device(sightings, log, trace->device);

	if (device && device->is_read && !device->first_done.is_known &&
		device->request == trace->request)
		device->first_done = sighted_at(line);
}

static void sight_qemu(struct sightings *sightings, unsigned log, const struct qemu_trace *trace,
	const struct host_line *line)
{
	struct sighted_device *device;

	switch (trace->kind) {
	case QEMU_REQUEST:
		sight_disk_request(sightings, log, trace, line);
		break;
	case QEMU_DONE:
		sight_disk_done(sightings, log, trace, line);
		break;
	case QEMU_STATUS:
		/* A driver starts anew: that of the firmware, or the next kernel's. */
		device = current_device(sightings, log, trace->device);
		if (device && trace->value == 0)
			device->is_over = true;
		break;
	case QEMU_RUNNING:
		if (trace->value && !sightings->low[log][host_clock_of(line)].is_known)
			note_low(sightings, log, line, SIGHTING_RUNNING, 0);
		else if (trace->is_end)
			note_high(sightings, log, line, SIGHTING_END, sightings->wanted.last);
		break;
	default:
		break;
	}
}

/* ------------------------------------------------------------------------- the guest in a log */

/* A record of this boot was written before its line was. */
static void sight_record(
	struct correlation *correlation, unsigned log, const struct host_line *line)
{
	const char *start = strstr(line->text, FRAME_MARKER);
	struct frame frame;

	if (start && frame_parse(start, strlen(start), &frame) >= 3 &&
		strcmp(frame.boot, correlation->report->boot) == 0)
		note_high(correlation->sightings, log, line, SIGHTING_RECORD, frame.t);
}

/* "[    1.720187] Run /init as init process" behind the host's own stamp. */
static void sight_console(struct sightings *sightings, unsigned log, const struct host_line *line)
{
	const struct wanted *wanted = &sightings->wanted;
	const char *start = strchr(line->text, '[');
	struct stamp stamp;
	size_t taken;

	taken = start ? stamp_parse(start, strlen(start), &stamp) : 0;
	if (!taken || stamp.clock != STAMP_UPTIME)
		return;
	for (unsigned i = 0; i < wanted->line_count; i++) {
		if (wanted->line[i].us == stamp.us &&
			strcmp(start + taken, wanted->line[i].text) == 0)
			note_high(sightings, log, line, SIGHTING_CONSOLE, (double)stamp.us / 1e6);
	}
}

/* ------------------------------------------------------------------------------------------- all
 */

static void note_clock(struct correlation_log *log, enum host_clock clock, int64_t us)
{
	if (!log->on_clock[clock]++ || us < log->first_us[clock])
		log->first_us[clock] = us;
	if (log->on_clock[clock] == 1 || us > log->last_us[clock])
		log->last_us[clock] = us;
}

/* Of the entry: what a program says of when it wrote its message does not belong to the uptime. */
static void note_link(struct sightings *sightings, unsigned log, const struct host_line *line)
{
	int64_t link_us = line->entry.us - line->second.us;

	if (line->entry.clock != STAMP_WALL || line->second.clock != STAMP_UPTIME)
		return;
	if (!sightings->has_link || link_us < sightings->link_low_us)
		sightings->link_low_us = link_us;
	if (!sightings->has_link || link_us > sightings->link_high_us)
		sightings->link_high_us = link_us;
	sightings->has_link = true;
	sightings->link_log = log;
}

void correlation_sight(struct correlation *correlation, unsigned log, const struct host_line *line)
{
	struct sightings *sightings = correlation->sightings;
	struct correlation_log *about = &correlation->log[log];
	struct qemu_trace trace;
	struct fuse_line fuse;

	note_clock(about, host_clock_of(line), line->stamp.us);
	note_link(sightings, log, line);
	if (fuse_line_is_of_daemon(line->text)) {
		about->kind = CORRELATION_FUSE;
		if (fuse_line_parse(line->text, &fuse))
			sight_fuse(sightings, log, &fuse, line);
	} else if (about->kind != CORRELATION_FUSE && qemu_trace_parse(line->text, &trace)) {
		if (trace.kind != QEMU_OTHER)
			about->kind = CORRELATION_QEMU;
		sight_qemu(sightings, log, &trace, line);
	} else {
		sight_record(correlation, log, line);
		sight_console(sightings, log, line);
	}
}
