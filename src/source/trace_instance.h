/* SPDX-License-Identifier: MIT */
/*
 * A tracing instance of our own below tracefs (CONFIG_FTRACE), which is mounted where no path
 * leads: nobody else's tracing is touched. What a process that was killed left behind is taken over
 * by the next one that opens the same.
 */
#ifndef SOURCE_TRACE_INSTANCE_H
#define SOURCE_TRACE_INSTANCE_H

#include <stddef.h>
#include <stdint.h>

struct trace_instance {
	int mount_fd, instance_fd;
};

#define TRACE_INSTANCE_CLOSED ((struct trace_instance){.mount_fd = -1, .instance_fd = -1})

/* All return 0 or a negative errno. */
int trace_instance_open(struct trace_instance *instance, const char *name);
int trace_instance_set(const struct trace_instance *instance, const char *file, const char *value);
/* One that another process has left behind, as it is; -ENOENT where there is none. */
int trace_instance_find(struct trace_instance *instance, const char *name);
/* Leaves it as it is. */
void trace_instance_close(struct trace_instance *instance);
/* Adds to a file of tracefs itself, which all instances share: "synthetic_events". */
int trace_instance_define(
	const struct trace_instance *instance, const char *file, const char *definition);
/* A kprobe, written as kprobe_events wants it. */
int trace_instance_add_probe(const struct trace_instance *instance, const char *definition);
/* Empties the buffer. */
int trace_instance_clear(const struct trace_instance *instance);
/* Hands each line of a file of it to take(), until the deadline (CLOCK_MONOTONIC). */
int trace_instance_read(const struct trace_instance *instance, const char *file,
	void (*take)(void *context, char *line), void *context, uint64_t deadline_us);
/* Removes it, and the probes ("group/event", up to NULL). Of one that is closed: what another
 * process has left there. */
void trace_instance_remove(
	struct trace_instance *instance, const char *name, const char *const probes[]);

#endif
