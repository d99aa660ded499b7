/* SPDX-License-Identifier: MIT */
#include "reader/reader.h"

#include "base/text.h"
#include "reader/frame.h"
#include "reader/store.h"
#include "reader/wrapped.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The longest line of a log that is taken whole: a journal entry as JSON, its record as an array of
 * bytes, with room to spare. Longer ones are read in pieces. */
enum { LINE_SIZE = 64 * 1024 };

struct reader {
	struct store store;
	/* Of the console's text, which is numbered by itself and not kept. */
	char text_boot[FRAME_BOOT_SIZE];
	uint32_t text_seq;
	reader_line_fn observe;
	void *observe_context;
	struct seen_page page;
	int error;
	size_t length;
	char line[LINE_SIZE];
};

struct reader *reader_new(const char *boot)
{
	struct reader *reader = calloc(1, sizeof(*reader));

	if (reader && boot)
		(void)text_copy(reader->store.wanted, sizeof(reader->store.wanted), boot);
	return reader;
}

void reader_free(struct reader *reader)
{
	if (!reader)
		return;
	store_release(&reader->store);
	free(reader);
}

void reader_observe(struct reader *reader, reader_line_fn line, void *context)
{
	reader->observe = line;
	reader->observe_context = context;
}

/* ----------------------------------------------------------------------------------------- lines
 */

static void observe(
	const struct reader *reader, const struct frame *frame, const char *bytes, size_t length)
{
	json_t *members;

	if (!reader->observe)
		return;
	members = json_loadb(bytes, length, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, NULL);
	if (members)
		reader->observe(reader->observe_context, frame->boot, frame->seq, members);
	json_decref(members);
}

/* Each line once, in its order. */
static void take_text(
	struct reader *reader, const struct frame *frame, const char *bytes, size_t length)
{
	const char *wanted = reader->store.wanted;

	if (*wanted && strcmp(wanted, frame->boot) != 0)
		return;
	if (strcmp(reader->text_boot, frame->boot) != 0)
		reader->text_seq = 0;
	if (frame->seq <= reader->text_seq)
		return;
	(void)text_copy(reader->text_boot, sizeof(reader->text_boot), frame->boot);
	reader->text_seq = frame->seq;
	observe(reader, frame, bytes, length);
}

static void take_whole(struct reader *reader, const char *bytes, size_t length)
{
	char copy[FRAME_LINE_MAX];
	const struct store_line *line = NULL;
	struct frame frame;
	unsigned parsed;
	int result;

	if (!frame_is_intact(bytes, length)) {
		memcpy(copy, bytes, length);
		length = frame_unescape(copy, length);
		if (!frame_is_intact(copy, length)) {
			parsed = frame_parse(bytes, length, &frame);
			store_add_damage(&reader->store, &frame, parsed, "its checksum is wrong");
			return;
		}
		bytes = copy;
	}
	parsed = frame_parse(bytes, length, &frame);
	if (parsed < 4) {
		store_add_damage(&reader->store, &frame, parsed, "it is not a record");
		return;
	}
	if (strcmp(frame.type, READER_CONSOLE_TEXT) == 0) {
		take_text(reader, &frame, bytes, length);
		return;
	}
	result = store_add(&reader->store, &frame, bytes, length, &line);
	if (result < 0)
		reader->error = result;
	else if (result == STORE_NEW)
		observe(reader, &line->frame, line->bytes, line->length);
}

static void take_broken(struct reader *reader, const char *bytes, size_t length)
{
	struct frame frame;
	unsigned parsed = frame_parse(bytes, length, &frame);

	store_add_damage(&reader->store, &frame, parsed, "it is cut off");
}

/* Takes the lines of reports out of bytes. Returns how many bytes are done with: all of them, or up
 * to a line that may go on when more bytes follow (has_more). */
static size_t take_lines(struct reader *reader, const char *bytes, size_t length, bool has_more)
{
	enum { TAIL = sizeof(FRAME_MARKER) };
	size_t at = 0, start, found;

	for (;;) {
		switch (frame_find(bytes + at, length - at, &start, &found)) {
		case FRAME_WHOLE:
			take_whole(reader, bytes + at + start, found);
			break;
		case FRAME_OPEN:
			if (has_more)
				return at + start;
			take_broken(reader, bytes + at + start, found);
			break;
		case FRAME_BROKEN:
			take_broken(reader, bytes + at + start, found);
			break;
		case FRAME_NONE:
		default:
			return has_more && length - at > TAIL ? length - TAIL : length;
		}
		at += start + found;
	}
}

static void take_wrapped(void *context, const char *bytes, size_t length)
{
	char copy[2 * FRAME_LINE_MAX];

	if (length > sizeof(copy))
		return;
	memcpy(copy, bytes, length);
	length = frame_clean(copy, length);
	(void)take_lines(context, copy, length, false);
}

/* Takes what there is of a line of the log. Without its end, what may belong to a line of a report
 * that goes on is kept. */
static void take_log_line(struct reader *reader, bool is_whole)
{
	size_t length = frame_clean(reader->line, reader->length), done;

	if (is_whole)
		seen_page_take(&reader->page, reader->line, length);
	if (is_whole && wrapped_is_likely(reader->line, length) &&
		wrapped_read(reader->line, length, take_wrapped, reader)) {
		reader->length = 0;
		return;
	}
	done = take_lines(reader, reader->line, length, !is_whole);
	memmove(reader->line, reader->line + done, length - done);
	reader->length = length - done;
}

int reader_feed(struct reader *reader, const char *bytes, size_t length)
{
	while (length) {
		const char *newline = memchr(bytes, '\n', length);
		size_t room = sizeof(reader->line) - reader->length;
		size_t count = newline ? (size_t)(newline - bytes) : length;
		bool is_whole = newline && count <= room;

		count = count < room ? count : room;
		memcpy(reader->line + reader->length, bytes, count);
		reader->length += count;
		if (is_whole || reader->length == sizeof(reader->line))
			take_log_line(reader, is_whole);
		count += is_whole ? 1 : 0;
		bytes += count;
		length -= count;
	}
	return reader->error;
}

int reader_finish(struct reader *reader)
{
	take_log_line(reader, true);
	return reader->error;
}

/* --------------------------------------------------------------------------------------- reports
 */

static bool run_has_end(const struct store_run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		if (strcmp(run->lines[i]->frame.type, "end") == 0)
			return true;
	}
	return false;
}

size_t reader_list(const struct reader *reader, struct reader_seen *seen, size_t size)
{
	size_t count = 0;

	for (unsigned i = 0; i < reader->store.boot_count; i++) {
		const struct store_boot *boot = reader->store.boots[i];

		for (unsigned j = 0; j < boot->run_count; j++, count++) {
			const struct store_run *run = &boot->runs[j];

			if (count >= size)
				continue;
			seen[count] = (struct reader_seen){.run = j + 1,
				.run_count = boot->run_count,
				.lines = run->count,
				.first_t = run->first_t,
				.last_t = run->last_t,
				.has_end = run_has_end(run)};
			memcpy(seen[count].boot, boot->boot, sizeof(boot->boot));
		}
	}
	return count;
}

/* "1a2b3c4d" or "1a2b3c4d/2"; *ret_run is 0 where there is none. */
static int parse_id(const char *id, char *boot, uint32_t *ret_run)
{
	const char *slash = strchr(id, '/');
	size_t length = slash ? (size_t)(slash - id) : strlen(id);

	*ret_run = 0;
	if (length != FRAME_BOOT_SIZE - 1 || strspn(id, "0123456789abcdef") != length)
		return -EINVAL;
	memcpy(boot, id, length);
	boot[length] = '\0';
	if (slash && (text_parse_u32(slash + 1, 10, ret_run) < 0 || *ret_run == 0))
		return -EINVAL;
	return 0;
}

int reader_report(const struct reader *reader, const char *id, struct reader_report **ret_report)
{
	const struct store *store = &reader->store;
	const struct store_boot *boot = NULL;
	char wanted[FRAME_BOOT_SIZE] = "";
	uint32_t run = 0;

	if (id && parse_id(id, wanted, &run) < 0)
		return -EINVAL;
	for (unsigned i = 0; i < store->boot_count; i++) {
		if (!id || strcmp(store->boots[i]->boot, wanted) == 0)
			boot = store->boots[i];
	}
	if (!boot || run > boot->run_count)
		return -ENOENT;
	return reader_report_build(store, boot, run ? run - 1 : boot->run_count - 1, ret_report);
}

const char *reader_line(const struct reader *reader, const struct reader_report *report,
	uint32_t seq, size_t *ret_length)
{
	const struct store *store = &reader->store;

	for (unsigned i = 0; i < store->boot_count; i++) {
		const struct store_line *line;

		if (strcmp(store->boots[i]->boot, report->boot) != 0)
			continue;
		line = store_find(&store->boots[i]->runs[report->run - 1], seq);
		if (line)
			*ret_length = line->length;
		return line ? line->bytes : NULL;
	}
	return NULL;
}

struct reader_loss reader_loss(const struct reader *reader)
{
	return (struct reader_loss){.damaged_lines = reader->store.damage_total,
		.forgotten_boots = reader->store.forgotten_boots};
}

const struct seen_page *reader_page(const struct reader *reader)
{
	return &reader->page;
}
