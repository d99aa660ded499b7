/* SPDX-License-Identifier: MIT */
#include "sink/sink.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>

static const struct sink_operations *const OPERATIONS[] = {
	&SINK_KMSG_OPERATIONS,
	&SINK_VIRTIO_OPERATIONS,
	&SINK_RUN_OPERATIONS,
};

static void sink_try_open(struct sink *sink)
{
	int r;

	if (sink->fd >= 0)
		return;
	r = sink->operations->open(sink);
	sink->account.state = outcome_from(r);
}

static void open_or_closed(const struct sources *sources, const char *path, struct sysroot *ret)
{
	if (sysroot_open_below(&sources->root, path, ret) < 0)
		*ret = SYSROOT_CLOSED;
}

static void sink_look_below(struct sink *sink, const struct sources *sources)
{
	open_or_closed(sources, "dev", &sink->dev);
	open_or_closed(sources, "sys", &sink->sys);
	open_or_closed(sources, "run", &sink->run);
}

void sinks_move(struct sinks *sinks, const struct sources *sources)
{
	for (uint32_t i = 0; i < sinks->count; i++) {
		struct sink *sink = &sinks->item[i];

		if (sink->operations == &SINK_FILE_OPERATIONS)
			continue;
		sysroot_close(&sink->dev);
		sysroot_close(&sink->sys);
		sysroot_close(&sink->run);
		sink_look_below(sink, sources);
		if (sink->operations->kind != SINK_RUN)
			continue;
		cleanup_close(&sink->fd);
		sink->fd = -1;
		sink->offset = 0;
		sink->account.delivered = 0;
		sink->account.bytes = 0;
	}
	sinks_pump(sinks);
}

void sinks_open(struct sinks *sinks, const struct sources *sources, uint32_t kinds)
{
	for (size_t i = 0; i < ARRAY_SIZE(OPERATIONS); i++) {
		struct sink *sink = &sinks->item[sinks->count];

		if (!(kinds & 1U << OPERATIONS[i]->kind))
			continue;
		*sink = (struct sink){.operations = OPERATIONS[i], .fd = -1};
		text_copy(sink->account.name, sizeof(sink->account.name),
			SINK_NAMES[OPERATIONS[i]->kind]);
		sink_look_below(sink, sources);
		sink_try_open(sink);
		sinks->count++;
	}
}

void sinks_add_file(struct sinks *sinks, int fd)
{
	struct sink *sink = &sinks->item[sinks->count++];

	*sink = (struct sink){.operations = &SINK_FILE_OPERATIONS, .fd = fd};
	sink->dev = sink->sys = sink->run = SYSROOT_CLOSED;
	text_copy(sink->account.name, sizeof(sink->account.name), "file");
	sink->account.state = OUTCOME_OK;
}

static uint32_t count_lines(const char *bytes, size_t length)
{
	uint32_t lines = 0;

	while (length) {
		const char *end = memchr(bytes, '\n', length);
		if (!end)
			break;
		lines++;
		length -= (size_t)(end - bytes) + 1;
		bytes = end + 1;
	}
	return lines;
}

size_t report_log_quiet_length(const char *bytes, size_t length)
{
	const char *end, *at = bytes;

	while ((end = memchr(at, '\n', length - (size_t)(at - bytes))) &&
		record_line_is_quiet(at, (size_t)(end - at)))
		at = end + 1;
	return (size_t)(at - bytes);
}

static void sink_pump(struct sink *sink, const struct report_log *log)
{
	sink_try_open(sink);
	while (sink->fd >= 0 && sink->offset < log->length) {
		const char *bytes = log->data + sink->offset;
		size_t length = log->length - sink->offset;
		size_t spared =
			sink->operations->is_spared ? report_log_quiet_length(bytes, length) : 0;
		ssize_t n;

		if (spared) {
			sink->offset += spared;
			continue;
		}
		n = sink->operations->write(sink, bytes, length);
		if (n <= 0)
			break;
		sink->account.delivered += count_lines(bytes, (size_t)n);
		sink->account.bytes += (uint64_t)n;
		sink->offset += (size_t)n;
	}
}

/* ------------------------------------------------------------------ for the report port alone */

static void aside_cut(struct report_aside *aside, size_t bytes)
{
	aside->waiting -= count_lines(aside->data, bytes);
	aside->length -= bytes;
	memmove(aside->data, aside->data + bytes, aside->length);
}

static void aside_pump(struct report_aside *aside, struct sink *sink)
{
	while (aside->length) {
		ssize_t n = sink->operations->write(sink, aside->data, aside->length);

		if (n <= 0)
			return;
		aside->account.delivered += count_lines(aside->data, (size_t)n);
		aside->account.bytes += (uint64_t)n;
		aside_cut(aside, (size_t)n);
	}
}

/* The oldest line gives way. */
static void aside_drop_line(struct report_aside *aside)
{
	const char *end = memchr(aside->data, '\n', aside->length);

	aside->account.dropped++;
	aside_cut(aside, end ? (size_t)(end - aside->data) + 1 : aside->length);
}

void sinks_emit_aside(void *context, const char *line, size_t length)
{
	struct sinks *sinks = context;
	struct report_aside *aside = &sinks->aside;

	if (length + 1 > sizeof(aside->data))
		return;
	while (length + 1 > sizeof(aside->data) - aside->length)
		aside_drop_line(aside);
	memcpy(aside->data + aside->length, line, length);
	aside->length += length;
	aside->data[aside->length++] = '\n';
	aside->waiting++;
	sinks_pump(sinks);
}

bool sinks_is_aside_waiting(const struct sinks *sinks)
{
	return sinks->aside.length > 0;
}

bool sinks_may_have_port(struct sinks *sinks, bool is_early)
{
	const struct sink *sink = sinks_find(sinks, SINK_VIRTIO);

	if (!sink)
		return false;
	return sink->fd >= 0 ||
	       (is_early ? virtio_is_controller_there(sink) : sink->operations->may_come(sink));
}

/* ------------------------------------------------------------------------------------- all of it
 */

void sinks_pump(struct sinks *sinks)
{
	struct sink *port = sinks_find(sinks, SINK_VIRTIO);

	for (uint32_t i = 0; i < sinks->count; i++)
		sink_pump(&sinks->item[i], &sinks->log);
	if (port && port->fd >= 0 && port->offset == sinks->log.length)
		aside_pump(&sinks->aside, port);
}

bool sinks_have_room(void *context, enum record_rank rank, size_t bytes)
{
	static const size_t RESERVED[RECORD_RANK_COUNT] = {
		[RECORD_BULK] = REPORT_RESERVE_ORDINARY + REPORT_RESERVE_VERDICT,
		[RECORD_ORDINARY] = REPORT_RESERVE_VERDICT,
	};
	const struct sinks *sinks = context;

	return sinks->log.length + bytes <= sizeof(sinks->log.data) - RESERVED[rank];
}

void sinks_emit(void *context, const char *line, size_t length)
{
	struct sinks *sinks = context;
	struct report_log *log = &sinks->log;

	if (length + 1 > sizeof(log->data) - log->length) {
		for (uint32_t i = 0; i < sinks->count; i++)
			sinks->item[i].account.dropped++;
		return;
	}
	memcpy(log->data + log->length, line, length);
	log->length += length;
	log->data[log->length++] = '\n';
	log->lines++;
	sinks_pump(sinks);
}

bool sinks_are_waiting(const struct sinks *sinks)
{
	for (uint32_t i = 0; i < sinks->count; i++) {
		const struct sink *sink = &sinks->item[i];

		if (sink->offset == sinks->log.length)
			continue;
		if (sink->fd >= 0 ||
			(sink->operations->may_come && sink->operations->may_come(sink)))
			return true;
	}
	return false;
}

void sinks_give_up(struct sinks *sinks)
{
	for (uint32_t i = 0; i < sinks->count; i++) {
		struct sink *sink = &sinks->item[i];
		sink->account.dropped += count_lines(
			sinks->log.data + sink->offset, sinks->log.length - sink->offset);
		sink->offset = sinks->log.length;
	}
}

uint32_t sinks_account(struct sinks *sinks, struct sink_fact *ret_accounts)
{
	for (uint32_t i = 0; i < sinks->count; i++) {
		struct sink *sink = &sinks->item[i];
		sink->account.waiting = count_lines(
			sinks->log.data + sink->offset, sinks->log.length - sink->offset);
		ret_accounts[i] = sink->account;
	}
	return sinks->count;
}

struct sink *sinks_find(struct sinks *sinks, enum sink_kind kind)
{
	for (uint32_t i = 0; i < sinks->count; i++) {
		if (sinks->item[i].operations->kind == kind)
			return &sinks->item[i];
	}
	return NULL;
}
