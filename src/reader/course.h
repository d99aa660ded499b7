/* SPDX-License-Identifier: MIT */
/*
 * The course of a boot behind what stage 1 found: what that predicted, how far the boot got, and
 * what came true. All of it is the guest's own word; nothing is judged again.
 */
#ifndef READER_COURSE_H
#define READER_COURSE_H

#include "base/text.h"
#include "reader/report.h"

/* What the recorder saw last. */
enum course_end {
	COURSE_UNWATCHED, /* there was none, or it was not allowed to watch */
	COURSE_OPEN,      /* it was watching when the report ended */
	COURSE_EXIT,      /* PID 1 ended, and the kernel panicked */
	COURSE_FROZEN,    /* PID 1 stands still for ever */
	COURSE_UP,
	COURSE_TIME_OVER,
	COURSE_SHUTDOWN, /* the machine was being shut down */
	COURSE_LOST,     /* the recorder itself was gone */
	COURSE_END_COUNT,
};

enum course_outcome {
	COURSE_NOT_SEEN,  /* whether it came true */
	COURSE_CAME_TRUE, /* the guest lays its end, or its standstill, to it */
	COURSE_WITHDRAWN, /* it did not: it holds no more */
	COURSE_HEALED,    /* the same, since bootprobe.heal= took the reason away */
	COURSE_HARMLESS,  /* it holds, and the boot came up all the same */
	COURSE_NOT_IT,    /* it holds, and PID 1 ended of something else */
	COURSE_OUTCOME_COUNT,
};

/* A finding of stage 1 that says that the boot fails of it. */
struct course_prediction {
	const struct reader_record *record; /* as it was said first */
	const char *id, *subject;
	enum course_outcome outcome;
};

enum { COURSE_PREDICTIONS_MAX = 16 };

struct course {
	enum course_end end;
	double ended;   /* seconds since the kernel started, as all of these; NAN: not known */
	double handoff; /* PID 1 got the root of stage 2, or was about to; NAN: not seen */
	double gave_up; /* stage 1 was over without a root; NAN: it was not */
	size_t stalls, heartbeats;
	double stalled; /* seconds in which nothing went on */
	/* NULL: none. */
	const struct reader_record *recorder, *exit, *up, *redirect;
	const struct reader_record *last_heartbeat;
	struct course_prediction prediction[COURSE_PREDICTIONS_MAX]; /* in order of time */
	size_t prediction_count, left_out;
};

void course_of(const struct reader_report *report, struct course *course);
/* Whether there is more to tell than stage 1 does. */
bool course_is_told(const struct course *course);

/* "unwatched", "open", "exit", "frozen", "up", "time-over", "shutdown", "lost" */
const char *course_end_name(enum course_end end);
/* "not-seen", "came-true", "withdrawn", "healed", "harmless", "not-it" */
const char *course_outcome_name(enum course_outcome outcome);

/* How long nothing went on, in seconds; of one that has not ended, up to when it was written. NAN:
 * the record does not tell. */
double course_stall_seconds(const struct reader_record *stall);
/* What the machine does meanwhile, behind a comma: ", while the machine computes"; "" for nothing.
 */
const char *course_stall_work(const json_t *stall);
/* What a stall waits for: "the device /dev/vdb (start) and 3 more jobs; dd in read of /dev/vda". */
void course_stall_words(struct text *text, const json_t *stall);
/* Of a record "syscalls": calls a second, of so many that it counted, or of all; 0 where that is
 * not known. */
double course_rate(const json_t *syscalls, int64_t calls);
double course_call_rate(const json_t *syscalls);
/* "init of exit status 2" in words: "exit status 2", "killed by SIGSEGV". */
void course_exit_words(struct text *text, const json_t *pid1);

#endif
