/* SPDX-License-Identifier: MIT */
/*
 * One report, as far as it is there: records in order, their lines joined; what is missing; what
 * the guest made of it. Everything is hostile: it was written by a guest. Strings may hold any
 * character (U+0000 too), print them through base/printable.h.
 */
#ifndef READER_REPORT_H
#define READER_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;
struct store_boot;

struct reader_record {
	uint32_t seq, last_seq; /* of its first and last line */
	double t;               /* seconds since the kernel started */
	const char *type;       /* borrowed from members */
	json_t *members;        /* all of them; of the frame, that of the first line, without crc */
	bool is_partial;        /* a line of it is missing or damaged */
	bool is_cut;            /* the guest left something out that was too long */
	bool is_superseded;     /* a later record has the same type and subject */
};

/* Sequence numbers first to last. */
struct reader_span {
	uint32_t first, last;
};

struct reader_damage {
	uint32_t seq; /* as the damaged line says */
	const char *why;
};

enum reader_severity { READER_INFO, READER_WARNING, READER_ERROR };

/* A fix: members of one element of "fix". */
struct reader_fix {
	const char *tool, *change;
	bool is_first; /* to be done before one of the others, which mend it each by itself */
};

struct reader_finding {
	const struct reader_record *record;
	const char *id;
	enum reader_severity severity;
	const char *subject; /* "" where there is none */
	const char *summary;
	const char *part_of;   /* NULL: a root cause */
	const json_t *because; /* array of sequence numbers, or NULL */
	const json_t *fixes;   /* array of objects with tool and change, or NULL */
};

enum reader_verdict { READER_OK, READER_HAS_WARNINGS, READER_INCOMPLETE, READER_FAIL };

struct reader_report {
	char boot[9];
	unsigned run;

	struct reader_record *records; /* by sequence number */
	size_t record_count;
	struct reader_span *missing;
	size_t missing_count;
	uint64_t missing_lines;
	struct reader_damage *damage; /* lines of this report of which no intact copy was there */
	size_t damage_count;
	uint64_t unplaced_damage; /* damaged lines that do not say which they are, of any boot */
	uint64_t refused_lines;   /* beyond what is kept */

	const struct reader_record *end; /* the last one; NULL: not seen */
	const char *phase;               /* of it, "delivered" aside; NULL: none */
	bool is_open;                    /* there is no end, or something follows it */
	bool is_judged;                  /* somebody judged: findings, or an end that counts them */
	struct reader_finding *findings; /* that hold, root cause first */
	size_t finding_count;
	uint64_t lost_findings;      /* the end names them, and they are not there */
	uint64_t omitted_findings;   /* for which the guest had no room */
	uint64_t errors, warnings;   /* that lead their story: no part_of */
	bool has_error, has_warning; /* of any part */
	enum reader_verdict verdict;
};

void reader_report_free(struct reader_report *report);

/* The record that a line with this sequence number belongs to, or NULL. */
const struct reader_record *reader_report_at(const struct reader_report *report, uint32_t seq);
/* The next record of a type (NULL: any) behind previous (NULL: from the start), superseded ones
 * left out. */
const struct reader_record *reader_report_next(
	const struct reader_report *report, const char *type, const struct reader_record *previous);
/* The newest record of a type in which member key is value; key NULL: any. Or NULL. */
const struct reader_record *reader_report_find(
	const struct reader_report *report, const char *type, const char *key, const char *value);
/* When stage 1 was through, in seconds since the kernel started; NAN: that was not seen. */
double reader_report_handoff(const struct reader_report *report);
/* When stage 1 was over with no root mounted: it started a shell, or ended. NAN: it did not. */
double reader_report_gave_up(const struct reader_report *report);
/* Records of `bootprobe gpt --json`: a disk image was looked at, and no boot. */
bool reader_report_is_image(const struct reader_report *report);
const struct reader_finding *reader_report_finding(
	const struct reader_report *report, const char *id);

/* Members of a record, or of any object: "" or the fallback where it is absent or of another type.
 */
const char *reader_string(const json_t *object, const char *key);
const char *reader_string_at(const json_t *array, size_t index);
bool reader_is(const json_t *object, const char *key, const char *value);
bool reader_has(const json_t *object, const char *key);
int64_t reader_integer(const json_t *object, const char *key, int64_t fallback);
double reader_number(const json_t *object, const char *key, double fallback);
bool reader_bool(const json_t *object, const char *key, bool fallback);
/* Element index of array "fix" of a finding: strings are "" where absent. */
struct reader_fix reader_finding_fix(const struct reader_finding *finding, size_t index);

const char *reader_severity_name(enum reader_severity severity);
const char *reader_verdict_name(enum reader_verdict verdict); /* "OK", "WARNING", ... */

/* Builds the report of one run of a boot. -ENOMEM. For reader.c. */
int reader_report_build(const struct store *store, const struct store_boot *boot, unsigned run,
	struct reader_report **ret_report);

#endif
