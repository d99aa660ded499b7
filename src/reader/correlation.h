/* SPDX-License-Identifier: MIT */
/*
 * A guest's report and logs of its host on one axis, that of the guest: seconds since its kernel
 * started. Each log is given twice, line by line: once to find what both sides saw, from which
 * follows between which bounds a clock of the host is ahead of the guest's, and once to count and
 * place what the host saw. All memory is bounded, whatever a log holds.
 *
 *	correlation_new(), correlation_add_log() for each log
 *	correlation_sight() for each line of each log
 *	correlation_estimate()
 *	correlation_count() for each line of each log
 *	correlation_finish()
 *
 * That guest and host measure a second alike is taken for granted: drift is not estimated.
 */
#ifndef READER_CORRELATION_H
#define READER_CORRELATION_H

#include "reader/host_log.h"
#include "reader/report.h"
#include "reader/timeline.h"

enum {
	CORRELATION_LOGS_MAX = 16,
	CORRELATION_PROCESSES_MAX = 512,
	CORRELATION_OPERATIONS_MAX = 32, /* of one process */
	CORRELATION_MARKS_MAX = 200,     /* of one log */
	CORRELATION_SPANS_MAX = 128,     /* of one process, on the axis */
	CORRELATION_NAMES_MAX = 8,
	CORRELATION_OPEN_MAX = 16, /* requests without an answer that are named */
	CORRELATION_STALLS_MAX = 8,
	CORRELATION_TEXT_SIZE = 192,
};

/* ----------------------------------------------------------------------------------------- clocks
 */

enum host_clock { HOST_WALL, HOST_UPTIME, HOST_CLOCKS };

/* Why a clock can be ahead of the guest's by no less, or by no more. */
enum sighting_rule {
	SIGHTING_CONNECTED,  /* low: QEMU connects to virtiofsd before the machine runs */
	SIGHTING_RUNNING,    /* low: the machine runs before its kernel does */
	SIGHTING_QUEUE,      /* high: the driver starts the queues of a device that is there */
	SIGHTING_INIT,       /* low: looking into a share waits for INIT */
	SIGHTING_STATFS,     /* high: the hook asks a mounted root for its free space ... */
	SIGHTING_LOOKUP,     /* low: ... and looks up what stage 2 begins with, before it tells */
	SIGHTING_FIRST_READ, /* low: the kernel reads a disk's table before it announces the disk */
	SIGHTING_HEADER_READ,  /* high: the hook reads its header behind that ... */
	SIGHTING_HEADER_BEGUN, /* high: the same of a disk that was there before the hook */
	SIGHTING_HEADER_TOLD,  /* low: ... and tells how long that took */
	SIGHTING_RECORD,       /* high: a record in this log was written before */
	SIGHTING_CONSOLE,      /* high: a line of the guest's kernel log in this log was */
	SIGHTING_END,          /* high: the machine was switched off behind the last record */
	SIGHTING_LINKED,       /* both: by the journal, which has both clocks of the host */
	SIGHTING_RULES,
};

struct sighting_bound {
	bool is_known;
	enum sighting_rule rule;
	unsigned log;
	int64_t offset_us; /* what the clock said when the guest's kernel started */
	int64_t host_us;   /* when the host saw it */
	double guest;      /* when the guest did */
};

enum correlation_state {
	CORRELATION_UNUSED, /* no log has this clock */
	CORRELATION_GIVEN,
	CORRELATION_ESTIMATED,
	CORRELATION_UNKNOWN,       /* a bound is missing: only the order within a log counts */
	CORRELATION_CONTRADICTORY, /* the bounds exclude each other */
};

struct correlation_clock {
	enum correlation_state state;
	struct sighting_bound low, high;
	int64_t offset_us;      /* the middle; of GIVEN what was given */
	int64_t uncertainty_us; /* half of the interval, and the drift between its bounds */
	unsigned candidates;    /* boots in a log that fit; above 1 the interval spans them all */
	uint64_t left_out;      /* older boots in the logs that were not looked at */
};

/* --------------------------------------------------------------------------------------- requests
 */

struct correlation_operation {
	char name[24];
	uint64_t count, failed;
	uint64_t peak;  /* in a second of the host's clock */
	uint64_t timed; /* whose answer was seen */
	int64_t slowest_us;
	int64_t resolution_us;     /* of the stamps that this is the difference of */
	int64_t first_us, last_us; /* the host's clock */
	int64_t second;
	uint64_t in_second;
};

struct correlation_span {
	int64_t start_us, end_us; /* the host's clock */
	uint64_t count;
};

struct correlation_name {
	char text[64];
	uint64_t count; /* at least: what is rare makes room */
};

/* Who asked: a process of the guest, or one of its devices. */
struct correlation_process {
	unsigned log;
	bool is_device;
	bool is_hook;  /* a child of bootprobe in the guest */
	uint64_t id;   /* pid (0: its kernel), or QEMU's pointer to the device */
	char disk[32]; /* of a device: the guest's name of it, "" where that is not known */
	uint64_t count, failed, unanswered;
	struct correlation_operation operation[CORRELATION_OPERATIONS_MAX];
	unsigned operation_count;
	struct correlation_span span[CORRELATION_SPANS_MAX];
	unsigned span_count;
	int64_t gap_us;
	struct correlation_name name[CORRELATION_NAMES_MAX]; /* looked up most */
	enum host_clock clock;
	uint64_t in_stall[CORRELATION_STALLS_MAX]; /* requests while nothing went on in the guest */
};

/* When nothing went on in the guest, as it says itself: what did the host see then? */
struct correlation_stall {
	double since, until;
	bool is_open; /* it had not ended when the guest told of it last */
	uint64_t requests;
};

/* A request that nobody answered. */
struct correlation_open {
	unsigned log;
	uint64_t id;
	uint64_t unique;
	char operation[24];
	int64_t since_us;
	enum host_clock clock;
};

struct correlation_mark {
	int64_t at_us;
	enum host_clock clock;
	enum reader_severity severity;
	char text[CORRELATION_TEXT_SIZE];
};

enum correlation_kind { CORRELATION_LINES, CORRELATION_FUSE, CORRELATION_QEMU };

struct correlation_log {
	const char *name; /* borrowed */
	enum correlation_kind kind;
	bool is_journal;
	uint64_t lines, stamped;
	uint64_t requests;
	uint64_t outside; /* what is not of this boot */
	int64_t first_us[HOST_CLOCKS], last_us[HOST_CLOCKS];
	uint64_t on_clock[HOST_CLOCKS];
	struct correlation_mark *mark;
	size_t mark_count;
	uint64_t marks_left_out;
};

struct correlation {
	const struct reader_report *report;
	struct correlation_log log[CORRELATION_LOGS_MAX];
	unsigned log_count;
	struct correlation_clock clock[HOST_CLOCKS];
	double until; /* of the axis, in the guest's seconds */
	struct correlation_process *process[CORRELATION_PROCESSES_MAX]; /* most requests first */
	unsigned process_count;
	uint64_t uncounted; /* requests of further processes and operations */
	struct correlation_stall stall[CORRELATION_STALLS_MAX];
	unsigned stall_count;
	struct correlation_open open[CORRELATION_OPEN_MAX];
	unsigned open_count;
	uint64_t open_total;
	struct sightings *sightings;
	struct pending *pending;
};

/* until: NAN for a minute behind the last record. NULL: out of memory. */
struct correlation *correlation_new(const struct reader_report *report, double until);
void correlation_free(struct correlation *correlation);
/* name: borrowed. Returns its number; -E2BIG. */
int correlation_add_log(struct correlation *correlation, const char *name);
void correlation_note_log(
	struct correlation *correlation, unsigned log, struct host_log_count count);
/* Before correlation_estimate(): what that clock said when the guest's kernel started. */
void correlation_give(struct correlation *correlation, enum host_clock clock, int64_t offset_us);

void correlation_sight(struct correlation *correlation, unsigned log, const struct host_line *line);
/* -ENOMEM. */
int correlation_estimate(struct correlation *correlation);
/* -ENOMEM. */
int correlation_count(struct correlation *correlation, unsigned log, const struct host_line *line);
void correlation_finish(struct correlation *correlation);

static inline void cleanup_correlation(struct correlation *const *correlation)
{
	correlation_free(*correlation);
}

/* Seconds since the guest's kernel started; NAN where the clock is not known. */
double correlation_time(
	const struct correlation *correlation, enum host_clock clock, int64_t host_us);
bool correlation_is_placed(const struct correlation_clock *clock);
const char *host_clock_name(enum host_clock clock);               /* "wall", "uptime" */
const char *correlation_state_name(enum correlation_state state); /* "estimated" */
/* What the host and what the guest saw. */
const char *sighting_host_words(enum sighting_rule rule);
const char *sighting_guest_words(enum sighting_rule rule);

/* Adds lanes to a timeline that was built of the same report. -ENOMEM. */
int timeline_add_host(struct timeline *timeline, const struct correlation *correlation);

/* ------------------------------------------------------------------------------ the guest's own
 * view
 */

/* What a report says of one of its processes. */
struct guest_process {
	char comm[32]; /* "" not told */
	uint64_t cpu_us, read_bytes, written_bytes, calls;
	char call[32]; /* called most */
	uint64_t call_count, call_interval_us;
	char path[CORRELATION_TEXT_SIZE];  /* looked up most */
	uint64_t path_share;               /* in hundredths of a percent */
	char waits[CORRELATION_TEXT_SIZE]; /* what it was seen waiting for */
};

/* False: nothing. */
bool guest_process_find(
	const struct reader_report *report, uint64_t pid, struct guest_process *ret);

#endif
