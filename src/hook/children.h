/* SPDX-License-Identifier: MIT */
/*
 * Probe children: each has a deadline, is killed when it has passed, and left behind when not even
 * that ends it (a read that the kernel does not give back). Nothing ever waits for one.
 */
#ifndef HOOK_CHILDREN_H
#define HOOK_CHILDREN_H

#include "bootprobe/facts.h"
#include "probe/probe.h"

#include <sys/types.h>

/* At most this many at once. Disks, which may hang by the dozen, leave room for all others; those
 * beyond wait for their turn. */
enum { CHILDREN_MAX = 64, CHILDREN_DISKS_MAX = 32, CHILDREN_KEEP_OUT_MAX = 16 };

struct child {
	pid_t pid;
	const struct probe *probe;
	uint32_t subject;
	uint32_t phase;
	uint64_t deadline_us;
	struct probe_fact *fact; /* NULL: the list was full */
	bool is_left_behind;
};

struct children {
	struct child item[CHILDREN_MAX];
	uint32_t count;
	/* Descriptors that a child closes first: the collector's own. -1 at the end. */
	int keep_out[CHILDREN_KEEP_OUT_MAX];
	/* The kernel has what it takes to confine them: one that is not says so. */
	bool may_confine;
};

/* A descriptor of the collector alone. What a child that hangs held, would never be closed. */
void children_keep_out(struct children *children, int fd);
/* A descriptor that was closed: its number may be another one's from now on. */
void children_let_in(struct children *children, int fd);
/* For a process that lives on by itself: all but the standard descriptors and these. An end of a
 * socket that it held besides would hide that who has the other one is gone. */
void children_close_others(const int *kept, size_t count);
/* Returns 0, -EAGAIN when there are CHILDREN_MAX already, or fork's errno (both are published as
 * a fact too). subject_name goes into the fact and may be NULL. */
int children_start(struct children *children, const struct probe *probe, uint32_t phase,
	const struct sources *sources, struct facts *facts, uint32_t subject,
	const char *subject_name);
/* Takes in every child that has ended. Returns how many. */
uint32_t children_reap(struct children *children);
/* Kills those whose deadline has passed. Returns how many were given up. */
uint32_t children_expire(struct children *children, const struct sources *sources, uint64_t now_us);
/* Kills all that are left, of those phases. */
void children_give_up(struct children *children, const struct sources *sources, uint32_t phases);
/* How many that nobody gave up are running, of those phases. */
uint32_t children_running(const struct children *children, uint32_t phases);
/* The nearest deadline, or UINT64_MAX. */
uint64_t children_next_deadline(const struct children *children);

#endif
