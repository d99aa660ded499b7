/* SPDX-License-Identifier: MIT */
/*
 * A second tracing instance of our own (beside trace.h): system calls of all processes but ours,
 * counted in the kernel, and for a moment the calls of one process with their results and paths.
 * Memory for either is bounded; neither costs anything while it is not under way.
 */
#ifndef SOURCE_CALLS_H
#define SOURCE_CALLS_H

#include "bootprobe/facts.h"
#include "source/trace_instance.h"

struct calls_source {
	struct trace_instance instance;
	outcome_t paths_read; /* of the probe that tells of paths */
	bool is_following;
};

#define CALLS_SOURCE_CLOSED ((struct calls_source){.instance = {.mount_fd = -1, .instance_fd = -1}})

/* Returns 0 or the negative errno that keeps it from being done. */
int calls_source_open(struct calls_source *source);
/* Begins to count anew; processes that bear our own name are left out. */
int calls_source_count(struct calls_source *source);
/* Hands over the lines of the counts so far (parse/call_histogram.h), and ends them. Returns 0 or a
 * negative errno. */
int calls_source_read_counts(
	struct calls_source *source, void (*take)(void *context, char *line), void *context);
/* Begins to follow one process, and no other any more. */
int calls_source_follow(struct calls_source *source, uint32_t pid);
/* Hands over the lines of what it did (parse/trace_line.h), oldest first. */
void calls_source_read_followed(
	struct calls_source *source, void (*take)(void *context, char *line), void *context);
/* Follows nobody. */
void calls_source_rest(struct calls_source *source);
/* Leaves nothing behind in the kernel. Of one that is closed already: what another process has left
 * there. */
void calls_source_close(struct calls_source *source);

#endif
