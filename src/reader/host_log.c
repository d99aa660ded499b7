/* SPDX-License-Identifier: MIT */
#include "reader/host_log.h"

#include "base/text.h"
#include "parse/fuse_line.h"

#include <stdlib.h>
#include <string.h>

enum state {
	STATE_LINE,   /* of text, or a field of an entry */
	STATE_LENGTH, /* the eight bytes in front of a binary field */
	STATE_DATA,   /* a binary field */
	STATE_BREAK,  /* the newline behind it */
};

struct host_log {
	int64_t zone_us, now_us;
	host_zone_fn zone; /* NULL: zone_us at all times */
	host_line_fn line;
	void *context;
	struct host_log_count count;
	bool is_known; /* whether it is the journal's export format */
	enum state state;
	size_t length;
	char data[HOST_LINE_MAX];
	/* Of an entry of the journal */
	uint64_t left; /* bytes of a binary field; while it is read: the length of it */
	unsigned length_bytes;
	bool is_message;
	struct stamp real, monotonic, source;
	char message[HOST_LINE_MAX];
};

struct host_log *host_log_new(int64_t zone_us, int64_t now_us, host_line_fn line, void *context)
{
	struct host_log *log = calloc(1, sizeof(*log));

	if (!log)
		return NULL;
	log->zone_us = zone_us;
	log->now_us = now_us;
	log->line = line;
	log->context = context;
	return log;
}

void host_log_use_zone(struct host_log *log, host_zone_fn zone)
{
	log->zone = zone;
}

void host_log_free(struct host_log *log)
{
	free(log);
}

struct host_log_count host_log_count(const struct host_log *log)
{
	return log->count;
}

/* ------------------------------------------------------------------------------------------ text
 */

/* A NUL would end the text. */
static void clean(char *data, size_t length)
{
	for (char *nul = data; (nul = memchr(nul, '\0', length - (size_t)(nul - data)));)
		*nul = '?';
}

/* "host virtiofsd[77]: " in front of what that program wrote. */
static const char *skip_sender(const char *text)
{
	size_t host = strcspn(text, " :"), sender;

	if (text[host] != ' ')
		return text;
	sender = strcspn(text + host + 1, " ");
	return text[host + sender] == ':'
		       ? text + host + sender + 1 + strspn(text + host + sender + 1, " ")
		       : text;
}

/* A message that has a stamp of its own was written by a program that knows better. It came here at
 * once, at the latest by the outer stamp. */
static void tell(struct host_log *log, struct host_line *line)
{
	const char *said = skip_sender(line->text);
	struct stamp inner;
	size_t taken = *said == '[' ? stamp_parse(said, strlen(said), &inner) : 0;

	if (taken && inner.clock == STAMP_WALL && line->stamp.clock == STAMP_WALL) {
		int64_t late_us = line->stamp.us + line->stamp.resolution_us - inner.us;

		if (late_us > 0 && late_us < inner.resolution_us)
			inner.resolution_us = late_us;
		line->stamp = inner;
		line->text = said += taken;
	}
	if (fuse_line_is_of_daemon(said))
		line->text = said;
	log->count.stamped++;
	log->line(log->context, line);
}

static void take_text(struct host_log *log)
{
	struct host_line line = {.text = log->data};
	size_t taken = stamp_parse(log->data, log->length, &line.stamp);
	int64_t zone_us = log->zone_us;

	log->count.lines++;
	if (!taken)
		return;
	stamp_settle_year(&line.stamp, zone_us, log->now_us);
	if (log->zone && line.stamp.clock == STAMP_CIVIL)
		zone_us = log->zone(line.stamp.us);
	stamp_settle(&line.stamp, zone_us, log->now_us);
	line.text += taken;
	tell(log, &line);
}

/* --------------------------------------------------------------------------------------- journal
 */

/* https://systemd.io/JOURNAL_EXPORT_FORMATS: an entry ends with an empty line. */
static void end_entry(struct host_log *log)
{
	struct host_line line = {
		.text = log->message, .entry = log->real, .second = log->monotonic};

	if (log->real.clock == STAMP_NONE)
		return;
	log->count.lines++;
	line.stamp = log->source.clock != STAMP_NONE ? log->source : log->real;
	tell(log, &line);
	log->real = log->monotonic = log->source = (struct stamp){0};
	log->message[0] = '\0';
}

static void take_stamp(const char *value, enum stamp_clock clock, struct stamp *ret)
{
	uint64_t us;

	if (text_parse_u64(value, 10, &us) == 0 && us <= (uint64_t)INT64_MAX / 4)
		*ret = (struct stamp){.clock = clock, .us = (int64_t)us, .resolution_us = 1};
}

static void take_field(struct host_log *log)
{
	static const char REAL[] = "__REALTIME_TIMESTAMP=", MESSAGE[] = "MESSAGE=",
			  MONOTONIC[] = "__MONOTONIC_TIMESTAMP=",
			  SOURCE[] = "_SOURCE_REALTIME_TIMESTAMP=";

	if (!log->length) {
		end_entry(log);
		return;
	}
	if (text_starts_with(log->data, REAL))
		take_stamp(log->data + strlen(REAL), STAMP_WALL, &log->real);
	else if (text_starts_with(log->data, SOURCE))
		take_stamp(log->data + strlen(SOURCE), STAMP_WALL, &log->source);
	else if (text_starts_with(log->data, MONOTONIC))
		take_stamp(log->data + strlen(MONOTONIC), STAMP_UPTIME, &log->monotonic);
	else if (text_starts_with(log->data, MESSAGE))
		(void)text_copy(log->message, sizeof(log->message), log->data + strlen(MESSAGE));
	else if (!strchr(log->data, '=')) {
		/* A name alone: its value comes with its length. */
		log->is_message = strcmp(log->data, "MESSAGE") == 0;
		log->state = STATE_LENGTH;
		log->left = 0;
		log->length_bytes = 0;
	}
}

/* Of a binary message the first line is told. */
static void end_data(struct host_log *log)
{
	log->data[log->length] = '\0';
	clean(log->data, log->length);
	log->data[strcspn(log->data, "\n")] = '\0';
	if (log->is_message)
		(void)text_copy(log->message, sizeof(log->message), log->data);
	log->state = STATE_BREAK;
}

/* ----------------------------------------------------------------------------------------- bytes
 */

static void end_line(struct host_log *log)
{
	if (log->length && log->data[log->length - 1] == '\r')
		log->length--;
	log->data[log->length] = '\0';
	clean(log->data, log->length);
	if (!log->is_known && log->length) {
		log->is_known = true;
		log->count.is_journal = text_starts_with(log->data, "__CURSOR=") ||
					text_starts_with(log->data, "__REALTIME_TIMESTAMP=");
	}
	if (log->count.is_journal)
		take_field(log);
	else
		take_text(log);
	log->length = 0;
}

/* Of what is too long, the start. */
static void keep(struct host_log *log, const char *bytes, size_t length)
{
	size_t room = sizeof(log->data) - 1 - log->length;

	length = length < room ? length : room;
	memcpy(log->data + log->length, bytes, length);
	log->length += length;
}

/* Up to the end of a line. Returns how much that is. */
static size_t feed_line(struct host_log *log, const char *bytes, size_t length)
{
	const char *newline = memchr(bytes, '\n', length);
	size_t taken = newline ? (size_t)(newline - bytes) : length;

	keep(log, bytes, taken);
	if (!newline)
		return taken;
	end_line(log);
	return taken + 1;
}

static size_t feed_length(struct host_log *log, const char *bytes)
{
	log->left |= (uint64_t)(unsigned char)*bytes << (8 * log->length_bytes);
	if (++log->length_bytes == 8) {
		log->state = STATE_DATA;
		log->length = 0;
		if (!log->left)
			end_data(log);
	}
	return 1;
}

static size_t feed_data(struct host_log *log, const char *bytes, size_t length)
{
	size_t taken = length < log->left ? length : (size_t)log->left;

	keep(log, bytes, taken);
	log->left -= taken;
	if (!log->left)
		end_data(log);
	return taken;
}

void host_log_feed(struct host_log *log, const char *bytes, size_t length)
{
	while (length) {
		size_t taken;

		switch (log->state) {
		case STATE_LENGTH:
			taken = feed_length(log, bytes);
			break;
		case STATE_DATA:
			taken = feed_data(log, bytes, length);
			break;
		case STATE_BREAK:
			log->state = STATE_LINE;
			log->length = 0;
			taken = *bytes == '\n';
			break;
		case STATE_LINE:
		default:
			taken = feed_line(log, bytes, length);
			break;
		}
		bytes += taken;
		length -= taken;
	}
}

void host_log_finish(struct host_log *log)
{
	if (log->state == STATE_LINE && log->length)
		end_line(log);
	if (log->count.is_journal)
		end_entry(log);
}
