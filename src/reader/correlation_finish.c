/* SPDX-License-Identifier: MIT */
/*
 * When all logs are read: whose requests they were, which have no answer, and the order.
 */
#include "base/text.h"
#include "reader/correlation_part.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* It asked for the free space of the root, and nobody else did. */
static bool is_hook(const struct sightings *sightings, const struct correlation_process *process)
{
	for (unsigned i = 0; i < sightings_kept(sightings->mount_count); i++) {
		const struct sighted_mount *mount = &sightings->mount[i];

		if (mount->log == process->log && mount->statfs_count == 1 &&
			!isnan(sightings->wanted.handoff) && mount->statfs[0].pid == process->id)
			return true;
	}
	return false;
}

/* The guest's name of a disk; nothing where two are read alike. */
static void name_device(const struct correlation *correlation, struct correlation_process *process)
{
	const struct sightings *sightings = correlation->sightings;
	const char *name = NULL;

	for (unsigned i = 0; i < sightings_kept(sightings->device_count); i++) {
		const struct sighted_device *device = &sightings->device[i];

		for (unsigned d = 0; d < sightings->wanted.disk_count; d++) {
			const struct wanted_disk *disk = &sightings->wanted.disk[d];

			if (device->log != process->log || device->device != process->id ||
				!sighting_is_disk(device, disk))
				continue;
			if (name && strcmp(name, disk->name) != 0)
				return;
			name = disk->name;
		}
	}
	(void)text_copy(process->disk, sizeof(process->disk), name ? name : "");
}

static int compare_processes(const void *left, const void *right)
{
	const struct correlation_process *a = *(struct correlation_process *const *)left,
					 *b = *(struct correlation_process *const *)right;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

static int compare_operations(const void *left, const void *right)
{
	const struct correlation_operation *a = left, *b = right;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return strcmp(a->name, b->name);
}

static int compare_names(const void *left, const void *right)
{
	const struct correlation_name *a = left, *b = right;

	return a->count > b->count ? -1 : a->count < b->count;
}

/* Oldest first. */
static void keep_open(struct correlation *correlation, const struct pending_request *request)
{
	const struct correlation_process *process = correlation->process[request->process];
	struct correlation_open made = {.log = request->log,
		.id = process->id,
		.unique = request->unique,
		.since_us = request->since_us,
		.clock = process->clock};
	unsigned at;

	(void)text_copy(made.operation, sizeof(made.operation),
		process->operation[request->operation].name);
	correlation->open_total++;
	for (at = correlation->open_count; at > 0; at--) {
		if (correlation->open[at - 1].since_us <= made.since_us)
			break;
		if (at < CORRELATION_OPEN_MAX)
			correlation->open[at] = correlation->open[at - 1];
	}
	if (at < CORRELATION_OPEN_MAX)
		correlation->open[at] = made;
	if (correlation->open_count < CORRELATION_OPEN_MAX)
		correlation->open_count++;
}

void correlation_finish(struct correlation *correlation)
{
	struct pending *pending = correlation->pending;

	for (unsigned i = 0; i < PENDING_MAX; i++) {
		if (!pending->request[i].is_used)
			continue;
		correlation->process[pending->request[i].process]->unanswered++;
		keep_open(correlation, &pending->request[i]);
	}
	for (unsigned i = 0; i < correlation->process_count; i++) {
		struct correlation_process *process = correlation->process[i];

		if (process->is_device)
			name_device(correlation, process);
		else
			process->is_hook = is_hook(correlation->sightings, process);
		qsort(process->operation, process->operation_count, sizeof(process->operation[0]),
			compare_operations);
		qsort(process->name, CORRELATION_NAMES_MAX, sizeof(process->name[0]),
			compare_names);
	}
	if (correlation->process_count)
		qsort(correlation->process, correlation->process_count,
			sizeof(correlation->process[0]), compare_processes);
}
