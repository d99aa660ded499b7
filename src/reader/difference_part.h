/* SPDX-License-Identifier: MIT */
/*
 * What the parts of difference.c share: one part a file, each adds what it finds.
 */
#ifndef READER_DIFFERENCE_PART_H
#define READER_DIFFERENCE_PART_H

#include "base/text.h"
#include "reader/difference.h"

struct comparison {
	const struct reader_report *report[2];
	struct difference_list *list;
	int error;
};

extern const char *const SIDE[2]; /* "A", "B" */

/* Adds a sentence made of pieces up to NULL. Returns it, or NULL. */
struct difference *difference_say(struct comparison *comparison, enum difference_group group,
	const char *subject, ...) __attribute__((sentinel));

/* Whether a report would have said what it does not say: no record is missing, and it has an end.
 * Of what a probe finds: that ended well, and the report had its last look. */
bool difference_is_whole(const struct reader_report *report, const char *probe);

/* "what is in A; B does not say": for what side does not know about `what`. */
void difference_say_unknown(
	struct comparison *comparison, const char *subject, const char *what, int side);

/* A JSON value in words: "pc-q35-9.0", "4096", "yes". */
void difference_value(struct text *text, const json_t *value);

enum member_kind {
	MEMBER_VALUE,         /* any scalar */
	MEMBER_SIZE,          /* bytes */
	MEMBER_ROUGH,         /* KiB, of which a few percent do not matter */
	MEMBER_FLAG,          /* stands there only when it is true */
	MEMBER_OPTIONAL,      /* a scalar; absent: there is none */
	MEMBER_OPTIONAL_SIZE, /* bytes; absent: there is none */
};

/* One member of an object that is compared. With what = "sector size": "sda: sector size is 512 in
 * A, 4096 in B". A FLAG reads "sda: read-only in A, not in B". */
struct member_rule {
	const char *name, *what;
	enum member_kind kind;
};

/* Compares two objects. A record that is partial has no say about flags that are absent. prefix:
 * "sda: " or "". */
void difference_members(struct comparison *comparison, enum difference_group group,
	const char *subject, const char *prefix, const json_t *const object[2],
	const struct member_rule *rules, size_t count);

/* The newest record of a type of both reports. False, and said, when one of them is missing or
 * partial; not said when both are absent. */
bool difference_both(struct comparison *comparison, const char *type, const char *what,
	const json_t *ret_members[2]);

/* A record of type "uart" of a port that has hardware. */
bool difference_is_live_uart(const struct reader_record *record);

/* The parts, in the order in which they explain. */
void difference_findings(struct comparison *comparison);
void difference_course(struct comparison *comparison);
void difference_hardware(struct comparison *comparison);
void difference_acpi(struct comparison *comparison); /* part of the hardware */
void difference_consoles(struct comparison *comparison);
void difference_drivers(struct comparison *comparison);
void difference_disks(struct comparison *comparison);
void difference_root(struct comparison *comparison);
void difference_platform(struct comparison *comparison);
void difference_parameters(struct comparison *comparison);
void difference_init(struct comparison *comparison);
void difference_timings(struct comparison *comparison);
void difference_losses(struct comparison *comparison);

/* The disks of both reports, paired: by WWN, serial number, GUID of the table, name, and what is
 * left by its size. */
enum { DISKS_MAX = 1024 };
struct disk_pair {
	const struct reader_record *disk[2]; /* either may be NULL */
};
struct disk_pairs {
	struct disk_pair item[2 * DISKS_MAX];
	size_t count;
	bool is_cut;
};
void difference_pair_disks(const struct comparison *comparison, struct disk_pairs *pairs);
/* "" where that report has no such disk. */
const char *difference_pair_name_in(const struct disk_pair *pair, int side);
/* "sda", or "sda/vda" where the names differ. */
void difference_pair_name(const struct disk_pair *pair, struct text *text);

#endif
