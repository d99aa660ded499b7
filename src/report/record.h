/* SPDX-License-Identifier: MIT */
/*
 * Records: the JSON Lines of docs/report-format.md. This layer alone knows the format.
 *
 * A record is written member by member. What does not fit into one line of RECORD_SIZE bytes goes
 * on in a further line of the same type, marked "cont": between two members, or between two
 * elements of an array. A member that is too long for a line by itself is cut and the line says
 * "cut":true. What is unknown is left out: no member, no claim.
 */
#ifndef REPORT_RECORD_H
#define REPORT_RECORD_H

#include "bootprobe/facts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One line, without its newline, takes at most this many bytes: what /dev/kmsg passes whole. */
enum { RECORD_SIZE = 960 };
enum { RECORD_PAYLOAD_SIZE = 816, RECORD_LINES_MAX = 16 };
/* More than 256 disks of 128 partitions each have to say; what is beyond is said in each pass. */
enum { REPORT_SAID_MAX = 1 << 16, REPORT_SAID_BUCKETS = 1 << 13, REPORT_OMITTED_MAX = 32 };

/* What has to go first where room is short. */
enum record_rank {
	RECORD_BULK, /* one of very many of its kind: partition, filesystem, kernel.event */
	RECORD_ORDINARY,
	RECORD_VERDICT, /* without it the report is of no use: root, finding, end, ... */
	RECORD_RANK_COUNT
};

/* Receives each finished line (no newline, NUL-terminated). */
typedef void (*report_line_fn)(void *context, const char *line, size_t length);
/* Whether that many bytes of that rank may still be sent. */
typedef bool (*report_room_fn)(void *context, enum record_rank rank, size_t bytes);

struct report {
	char boot[9]; /* first 8 hex digits of boot_id */
	uint32_t next_sequence;
	/* Lines since the last one that was for all outputs. */
	uint32_t quiet_lines;
	report_line_fn emit;
	report_room_fn has_room; /* NULL: always */
	void *context;
	uint64_t (*now_us)(void);
	/* What was left out of this pass for want of room, by type. It has no sequence number. */
	struct {
		const char *type;
		uint32_t count;
	} omitted[REPORT_OMITTED_MAX];
	/* What was said already: hashes of payloads with the sequence number of their first line,
	 * so that a later pass says only what is new. Chained by either hash: a place + 1, 0 at the
	 * end. */
	uint32_t said_by_hash[REPORT_SAID_BUCKETS], said_by_subject[REPORT_SAID_BUCKETS];
	uint32_t said_count;
	struct report_said {
		uint64_t hash, subject;
		uint32_t sequence, next_by_hash, next_by_subject;
	} said[REPORT_SAID_MAX];
};

void report_init(struct report *report, const char *boot_id, report_line_fn emit, void *context,
	uint64_t (*now_us)(void));

struct record {
	struct report *report;
	const char *type;
	/* Finished members, each behind a comma, line by line. */
	char payload[RECORD_LINES_MAX][RECORD_PAYLOAD_SIZE];
	uint16_t length[RECORD_LINES_MAX];
	bool is_cut[RECORD_LINES_MAX];
	uint32_t line; /* the one being written */
	/* The member or array element being written: it is placed on a line when it is whole. */
	char element[RECORD_PAYLOAD_SIZE];
	uint16_t element_length;
	bool is_element_cut;
	bool is_in_array, is_in_object;
	bool is_array_open; /* "key":[ stands on this line */
	enum record_rank rank;
	bool is_quiet;
	uint64_t subject; /* 0: the record speaks for itself alone */
	char array_key[32];
};

/* Usage: record_begin, members, record_end. The struct is large (13 kB): keep it static. */
void record_begin(struct record *record, struct report *report, const char *type);
/* The type and the members so far name what the record is about. Of two records of one subject the
 * later one counts, so the same is said again when something else was said in between. */
void record_subject(struct record *record);
/* One of so many that it gives way to others. */
void record_is_bulk(struct record *record);
/* For outputs that take everything: the kernel log and consoles do without it. Its lines say so,
 * and the next line that is for all of them says how many they skip. */
void record_is_quiet(struct record *record);
/* Whether a line, as it was emitted, is of such a record. */
bool record_line_is_quiet(const char *line, size_t length);
/* Numbers and sends the lines, unless the same was said before and still stands. Returns the
 * sequence number of its first line, now or then, or 0 where there was no room for it. */
uint32_t record_end(struct record *record);
/* As record_end, but sends even what was said before (begin, sink, end). */
uint32_t record_end_always(struct record *record);
/* Begins a pass, which says anew what it leaves out; and the record that says it, if anything. */
void report_omit_nothing(struct report *report);
void report_tell_omitted(struct report *report, struct record *record);

/* Members. A NULL or empty string, an unknown outcome or answer adds nothing. Keys are literals
 * in snake_case. */
void record_string(struct record *record, const char *key, const char *value);
/* A fixed-size char array that a crashed child may have left unterminated. */
void record_chars(struct record *record, const char *key, const char *value, size_t size);
#define record_text(record, key, array) record_chars(record, key, array, sizeof(array))
void record_u64(struct record *record, const char *key, uint64_t value);
/* Adds nothing when value is 0. */
void record_nonzero(struct record *record, const char *key, uint64_t value);
void record_i64(struct record *record, const char *key, int64_t value);
void record_hex(struct record *record, const char *key, uint64_t value); /* "0x3f8" */
void record_bool(struct record *record, const char *key, bool value);
void record_flag(struct record *record, const char *key, bool value); /* only when true */
void record_answer(struct record *record, const char *key, enum answer value);
/* "ok", or the errno's name: "EIO". */
void record_outcome(struct record *record, const char *key, outcome_t value);
/* Seconds with microseconds: for moments; durations are record_u64 with a key in _us. */
void record_seconds(struct record *record, const char *key, uint64_t value_us);
/* A GUID as the GPT holds it (mixed endian), in the usual notation. */
void record_guid(struct record *record, const char *key, const uint8_t guid[16]);

/* An array; between its begin and end only the element calls. An empty one adds nothing. */
void record_array_begin(struct record *record, const char *key);
void record_array_string(struct record *record, const char *value);
void record_array_u64(struct record *record, uint64_t value);
/* An element that is a flat object: members in between. */
void record_object_begin(struct record *record);
void record_object_end(struct record *record);
void record_array_end(struct record *record);

/* "EIO" for 5 or -5; "errno 523" for what has no name here. */
const char *record_errno_name(int error);

#endif
