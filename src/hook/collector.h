/* SPDX-License-Identifier: MIT */
/*
 * The process that follows the boot: it runs the probes in children, listens to uevents, writes
 * the records, and ends once the boot has gone on to stage 2 and everything is delivered.
 */
#ifndef HOOK_COLLECTOR_H
#define HOOK_COLLECTOR_H

#include "bootprobe/config.h"
#include "bootprobe/facts.h"
#include "source/sources.h"

/* The whole final pass, from the request to the answer. */
#define FINISH_MAX_US (UINT64_C(2000000))

struct collector_options {
	const char *verb; /* of the begin record: start, finish or now */
	const struct config *config;
	struct sources sources;
	/* Report at once, instead of waiting for "finish". */
	bool is_single_pass;
	/* Stay for a while after the report when somebody may still come to read it. */
	bool may_linger;
	/* Of "finish": what follows is a prompt. */
	bool has_given_up;
	/* Started by the kernel itself: nobody will say "finish". */
	bool is_first_program;
	int control_fd; /* listening, or -1 */
	/* One byte is written here when the early records are out, in a single pass when all are;
	 * -1: nobody waits. */
	int caller_fd;
	int report_fd;  /* all records go here as well; -1: no */
	int summary_fd; /* the summary goes here as well; -1: no */
};

/* What became of the report, for the one who asked for it. */
struct collector_results {
	struct sink_fact sinks[SINKS_MAX];
	uint32_t sinks_count;
	outcome_t summary; /* of writing it to summary_fd */
};

/* Runs to the end. Owns the descriptors of the options. Returns 0 or a negative errno when
 * nothing could be done at all. ret_results may be NULL. */
int collector_run(const struct collector_options *options, struct collector_results *ret_results);

#endif
