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
enum { RECORD_PAYLOAD_SIZE = 816, RECORD_LINES_MAX = 16, REPORT_SAID_MAX = 4096 };

/* Receives each finished line (no newline, NUL-terminated). */
typedef void (*report_line_fn)(void *context, const char *line, size_t length);

struct report {
	char boot[9]; /* first 8 hex digits of boot_id */
	uint32_t next_sequence;
	report_line_fn emit;
	void *context;
	uint64_t (*now_us)(void);
	/* What was said already: hashes of payloads with the sequence number of their first line,
	 * so that a later pass says only what is new. */
	struct {
		uint64_t hash, subject;
		uint32_t sequence;
	} said[REPORT_SAID_MAX];
	uint32_t said_count;
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
	uint64_t subject;   /* 0: the record speaks for itself alone */
	char array_key[32];
};

/* Usage: record_begin, members, record_end. The struct is large (13 kB): keep it static. */
void record_begin(struct record *record, struct report *report, const char *type);
/* The type and the members so far name what the record is about. Of two records of one subject the
 * later one counts, so the same is said again when something else was said in between. */
void record_subject(struct record *record);
/* Numbers and sends the lines, unless the same was said before and still stands. Returns the
 * sequence number of its first line, now or then. */
uint32_t record_end(struct record *record);
/* As record_end, but sends even what was said before (begin, sink, end). */
uint32_t record_end_always(struct record *record);

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
