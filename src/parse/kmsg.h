/* SPDX-License-Identifier: MIT */
/*
 * The records of /dev/kmsg (Documentation/ABI/testing/dev-kmsg) and what they mean to a boot.
 */
#ifndef PARSE_KMSG_H
#define PARSE_KMSG_H

#include "bootprobe/facts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What one read of /dev/kmsg gives at most (CONSOLE_EXT_LOG_MAX of the kernel). */
enum { KMSG_RECORD_MAX = 8192 };

/* The text is borrowed from the bytes that were parsed, ends at its first newline, and has
 * unprintable bytes as \xNN, as the kernel writes them. */
struct kmsg_record {
	unsigned facility; /* 0: the kernel itself; user space cannot write that */
	unsigned level;
	uint64_t sequence, stamp_us;
	const char *text;
	size_t text_length;
};

/* Takes "prio,sequence,stamp,flags[,more];text\n[ KEY=value\n...]". -EINVAL when it is something
 * else; *ret_record is untouched then. */
int kmsg_parse(const char *bytes, size_t length, struct kmsg_record *ret_record);

/* The length of the first record in a file of records, one after another: up to and including the
 * newline that no continuation line (one that starts with a space) follows. 0 when its end is not
 * within length and there may be more (is_end: there is not). */
size_t kmsg_record_length(const char *bytes, size_t length, bool is_end);

/* Fills kind, subject, stamp, sequence and text when the record is an event that matters; returns
 * whether it is. Only the kernel's own words count. Of secrets, those that are known (NULL: none)
 * and those that show themselves are left out. */
struct redacted;
bool kmsg_judge(const struct kmsg_record *record, const struct redacted *known,
	struct kernel_event_fact *event);

#endif
