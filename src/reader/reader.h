/* SPDX-License-Identifier: MIT */
/*
 * Takes reports out of anything that was logged: bytes in, reports out. Does no input or output of
 * its own.
 *
 *	struct reader *reader = reader_new(NULL);
 *	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
 *		reader_feed(reader, buffer, (size_t)n);
 *	reader_finish(reader);
 *	reader_report(reader, NULL, &report);
 *	...
 *	reader_report_free(report);
 *	reader_free(reader);
 *
 * Input of any size takes bounded memory: see store.h.
 */
#ifndef READER_READER_H
#define READER_READER_H

#include "reader/report.h"
#include "reader/seen_page.h"

#include <stddef.h>
#include <stdint.h>

struct reader;

/* NULL: out of memory. With boot (8 hex digits) all other boots are passed over. */
struct reader *reader_new(const char *boot);
void reader_free(struct reader *reader);

/* For _cleanup_(). */
static inline void cleanup_reader(struct reader *const *reader)
{
	reader_free(*reader);
}

static inline void cleanup_report(struct reader_report *const *report)
{
	reader_report_free(*report);
}

/* Records of what was written to the console. They are numbered by themselves, go to who observes,
 * and are not kept. */
#define READER_CONSOLE_TEXT "console.text"

/* Called for each new line, as it comes, with its members; both borrowed. */
typedef void (*reader_line_fn)(void *context, const char *boot, uint32_t seq, const json_t *line);
void reader_observe(struct reader *reader, reader_line_fn line, void *context);

/* Both: -ENOMEM. After finish, more may be fed: it begins on a new line. */
int reader_feed(struct reader *reader, const char *bytes, size_t length);
int reader_finish(struct reader *reader);

/* A report that was seen: run counts the reports of one boot from 1. */
struct reader_seen {
	char boot[9];
	unsigned run, run_count;
	size_t lines;
	double first_t, last_t;
	bool has_end;
};

/* Oldest first. Returns how many there are; writes at most size of them. */
size_t reader_list(const struct reader *reader, struct reader_seen *seen, size_t size);

/* "1a2b3c4d", "1a2b3c4d/2" (the second report of that boot), or NULL: the newest one. -ENOENT: not
 * there; -EINVAL: no such thing as a boot; -ENOMEM. */
int reader_report(const struct reader *reader, const char *id, struct reader_report **ret_report);

/* A line of a report as it came, escapes of /dev/kmsg undone; borrowed. NULL: not there. */
const char *reader_line(const struct reader *reader, const struct reader_report *report,
	uint32_t seq, size_t *ret_length);

/* What was lost on the way here, of whichever boot. */
struct reader_loss {
	uint64_t damaged_lines;   /* lines of reports whose CRC is wrong, in all boots */
	uint64_t forgotten_boots; /* boots that were too many to keep */
};
struct reader_loss reader_loss(const struct reader *reader);

/* The last page that was among all that was read; never NULL. */
const struct seen_page *reader_page(const struct reader *reader);

#endif
