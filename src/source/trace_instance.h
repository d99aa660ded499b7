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

/* Those that return something return 0 or a negative errno. */

/* tracefs; does nothing where that is done. */
int trace_instance_mount(struct trace_instance *instance);
void trace_instance_unmount(struct trace_instance *instance);
/* Opens one that is there, or makes it. */
int trace_instance_find(struct trace_instance *instance, const char *name);
int trace_instance_make(struct trace_instance *instance, const char *name);
void trace_instance_remove(struct trace_instance *instance, const char *name);
int trace_instance_set(const struct trace_instance *instance, const char *file, const char *value);
/* A line of kprobe_events or synthetic_events, which all instances share. One that is there already
 * is no error. */
int trace_instance_define(
	const struct trace_instance *instance, const char *file, const char *definition);
/* Empties the buffer. */
int trace_instance_clear(const struct trace_instance *instance);
/* Hands each line of a file of it to take(), until the deadline (CLOCK_MONOTONIC). */
int trace_instance_read(const struct trace_instance *instance, const char *file,
	void (*take)(void *context, char *line), void *context, uint64_t deadline_us);

#endif
