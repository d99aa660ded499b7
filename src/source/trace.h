/* SPDX-License-Identifier: MIT */
/*
 * A tracing instance of our own (tracefs, CONFIG_FTRACE): system calls of PID 1 and of what it
 * starts that fail, with the descriptor or the path that they were given. Filtered in the kernel,
 * in a small ring buffer.
 */
#ifndef SOURCE_TRACE_H
#define SOURCE_TRACE_H

#include "bootprobe/facts.h"
#include "source/trace_instance.h"

struct trace_source {
	struct trace_instance instance;
};

#define TRACE_SOURCE_CLOSED ((struct trace_source){.instance = {.mount_fd = -1, .instance_fd = -1}})

/* Begins to trace. Returns 0 or the negative errno that keeps it from being done; ret_paths: the
 * same of the probe that tells of paths, without which the rest goes on. */
int trace_source_open(struct trace_source *source, outcome_t *ret_paths);
/* Goes on with what another process has opened. Returns 0 or a negative errno. */
int trace_source_find(struct trace_source *source);
/* Stops tracing, and hands each line of what is in the buffer to take(), oldest first, until the
 * deadline (CLOCK_MONOTONIC). */
void trace_source_read(struct trace_source *source, void (*take)(void *context, char *line),
	void *context, uint64_t deadline_us);
/* Leaves nothing behind in the kernel. Of one that is closed already: what another process has
 * opened. */
void trace_source_close(struct trace_source *source);

#endif
