/* SPDX-License-Identifier: MIT */
/*
 * Kernel modules, by libkmod: which module drives a device, and what keeps it from doing so.
 *
 * On this machine modules are those of the running kernel in /lib/modules. In a captured machine
 * they are in lib/modules/<proc/sys/kernel/osrelease> below its root. A root without modules or
 * without their index files is an ordinary case: nothing is found there.
 *
 * libkmod reports unreadable configuration on standard error while it starts; callers that must
 * keep quiet have standard error on /dev/null.
 */
#ifndef SOURCE_KMOD_H
#define SOURCE_KMOD_H

#include "bootprobe/facts.h"
#include "source/sources.h"

/* Resolves a modalias ("virtio:d00000003v00001AF4") or a module's name to the module, and tells
 * its state:
 *
 *   DRIVER_LOADED       it is in the kernel (sys/module)
 *   DRIVER_BUILT_IN     modules.builtin has it, or the kernel shows it without it being loadable
 *   DRIVER_BLACKLISTED  kernel command line (modprobe.blacklist=, module_blacklist=), or
 *                       modprobe.d (blacklist; install with true or false)
 *   DRIVER_MODULE_FILE  its file is there and nobody loaded it
 *   DRIVER_FAILED       its file is there, and is cut short: the kernel would not take it
 *   DRIVER_MISSING      nothing in this root matches, or its file is not there
 *
 * DRIVER_BOUND is for callers, who know more. Of several matching modules the
 * one that modprobe prefers counts, but those that are not MISSING go before those that are.
 * module receives the name with underscores, or "" when nothing matches (for a plain name: the
 * name itself). Returns 0 or a negative errno, and then leaves *ret_state alone. */
int kmod_source_state(const struct sources *sources, const char *alias_or_name, char *module,
	size_t size, enum driver_state *ret_state);

/* For many questions in a row: the configuration and indexes are read once. Opening succeeds on a
 * root without modules as well. sources is borrowed until the source is closed. */
struct kmod_ctx;
struct kmod_source {
	const struct sources *sources;
	struct kmod_ctx *context; /* NULL: this root has no modules */
	int modules_fd;           /* the folder of the indexes, -1 without /proc or modules */
};
#define KMOD_SOURCE_CLOSED ((struct kmod_source){.modules_fd = -1})

int kmod_source_open(const struct sources *sources, struct kmod_source *ret_source);
/* As kmod_source_state(). */
int kmod_source_look_up(const struct kmod_source *source, const char *alias_or_name, char *module,
	size_t size, enum driver_state *ret_state);
void kmod_source_close(struct kmod_source *source);

/* Inserts a module, named or by alias, after the modules that it depends on. 0 also when it was
 * there before or is built in. -EPERM unless sources->may_load_modules; -ENOENT where nothing
 * matches; -ECANCELED for a blacklisted one and for one that modprobe.d replaces by a command
 * (commands are never run). Waits for the module's init function. */
int kmod_source_load(const struct sources *sources, const char *name);

#endif
