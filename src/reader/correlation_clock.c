/* SPDX-License-Identifier: MIT */
/*
 * How far a clock of the host is ahead of the guest's: between the tightest bounds that what both
 * saw allows. A log may hold several boots; of those that fit, the bounds are those of all.
 */
#include "reader/correlation_part.h"
#include "reader/timeline_part.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What one boot of a log would mean. Those of one set exclude each other. */
struct candidate {
	unsigned set;
	struct sighting_bound low, high;
};

/* All that can be: mounts, each device as each disk, and logs. */
enum { CANDIDATES_MAX = SIGHTINGS_MAX * (1 + SIGHTING_DISKS_MAX) + CORRELATION_LOGS_MAX };

struct candidates {
	struct candidate item[CANDIDATES_MAX];
	unsigned count, sets;
};

/* Clocks of two machines differ by so much at most, where something keeps them right. */
static const double DRIFT = 500e-6;
static const int64_t DRIFT_US = 1000;

/* ------------------------------------------------------------------------------------- candidates
 */

static void add(struct candidates *list, const struct candidate *candidate)
{
	if ((candidate->low.is_known || candidate->high.is_known) && list->count < CANDIDATES_MAX)
		list->item[list->count++] = *candidate;
}

/* The hook is among those who asked: it was the first only where nobody else did. */
static struct sighting_bound last_statfs(const struct sighted_mount *mount, double mounted)
{
	struct sighting_bound bound = {0};

	if (mount->has_more_statfs)
		return bound;
	for (unsigned i = 0; i < mount->statfs_count; i++) {
		struct sighting_bound next =
			sighting_high(SIGHTING_STATFS, mount->log, &mount->statfs[i].at, mounted);

		if (!bound.is_known || next.offset_us > bound.offset_us)
			bound = next;
	}
	return bound;
}

static struct candidate of_mount(
	const struct sightings *sightings, const struct sighted_mount *mount, unsigned set)
{
	const struct wanted *wanted = &sightings->wanted;
	struct candidate made = {.set = set};
	struct sighting_bound bound;

	bound = sighting_low(SIGHTING_CONNECTED, mount->log, &mount->connected, 0);
	sighting_raise(&made.low, &bound);
	/* mount(2) does not wait for INIT. Whoever looks into the share does. */
	bound = sighting_low(SIGHTING_INIT, mount->log, &mount->init, wanted->handoff);
	sighting_raise(&made.low, &bound);
	for (unsigned i = 0; i < SIGHTING_NAMES_MAX; i++) {
		bound = sighting_low(SIGHTING_LOOKUP, mount->log, &mount->name[i], wanted->handoff);
		sighting_raise(&made.low, &bound);
	}
	bound = sighting_high(SIGHTING_QUEUE, mount->log, &mount->queue, wanted->since);
	sighting_lower(&made.high, &bound);
	/* Of a root that was not looked at, any mount may be the one. */
	if (!isnan(wanted->handoff)) {
		bound = last_statfs(mount, wanted->mounted);
		sighting_lower(&made.high, &bound);
	}
	bound = sighting_high(SIGHTING_END, mount->log, &mount->end, wanted->last);
	sighting_lower(&made.high, &bound);
	return made;
}

static void add_mounts(
	const struct sightings *sightings, enum host_clock clock, struct candidates *list)
{
	for (unsigned log = 0; log < CORRELATION_LOGS_MAX; log++) {
		for (unsigned i = 0; i < sightings_kept(sightings->mount_count); i++) {
			const struct sighted_mount *mount = &sightings->mount[i];
			struct candidate made;

			if (mount->log != log || mount->clock != clock)
				continue;
			made = of_mount(sightings, mount, list->sets);
			add(list, &made);
		}
		list->sets++;
	}
}

bool sighting_is_disk(const struct sighted_device *device, const struct wanted_disk *disk)
{
	for (unsigned i = 0; i < disk->read_count; i++) {
		if (!device->last[disk->read[i]].is_known)
			return false;
	}
	return true;
}

static struct candidate of_device(const struct wanted *wanted, const struct sighted_device *device,
	const struct wanted_disk *disk, unsigned set)
{
	struct candidate made = {.set = set};

	made.low =
		sighting_low(SIGHTING_FIRST_READ, device->log, &device->first_done, disk->arrived);
	for (unsigned i = 0; i < disk->read_count; i++) {
		const struct sighted *last = &device->last[disk->read[i]];
		struct sighting_bound bound = isnan(disk->arrived)
						      ? sighting_high(SIGHTING_HEADER_BEGUN,
								device->log, last, wanted->begun)
						      : sighting_high(SIGHTING_HEADER_READ,
								device->log, last, disk->arrived);

		sighting_lower(&made.high, &bound);
		bound = sighting_low(SIGHTING_HEADER_TOLD, device->log,
			&device->first[disk->read[i]], disk->told);
		sighting_raise(&made.low, &bound);
	}
	return made;
}

static void add_devices(
	const struct sightings *sightings, enum host_clock clock, struct candidates *list)
{
	const struct wanted *wanted = &sightings->wanted;

	for (unsigned d = 0; d < wanted->disk_count; d++) {
		for (unsigned i = 0; i < sightings_kept(sightings->device_count); i++) {
			const struct sighted_device *device = &sightings->device[i];
			struct candidate made;

			if (device->clock != clock || !sighting_is_disk(device, &wanted->disk[d]))
				continue;
			made = of_device(wanted, device, &wanted->disk[d], list->sets);
			add(list, &made);
		}
		list->sets++;
	}
}

static void add_logs(
	const struct sightings *sightings, enum host_clock clock, struct candidates *list)
{
	for (unsigned log = 0; log < CORRELATION_LOGS_MAX; log++) {
		const struct candidate made = {.set = list->sets++,
			.low = sightings->low[log][clock],
			.high = sightings->high[log][clock]};

		add(list, &made);
	}
}

/* ---------------------------------------------------------------------------------------- bounds
 */

/* How much drift may explain of a contradiction. */
static int64_t drift_between(const struct sighting_bound *low, const struct sighting_bound *high)
{
	return DRIFT_US + (int64_t)(fabs(low->guest - high->guest) * DRIFT * 1e6);
}

static bool is_below(const struct sighting_bound *low, const struct sighting_bound *high)
{
	return !low->is_known || !high->is_known ||
	       low->offset_us <= high->offset_us + drift_between(low, high);
}

static bool fits(const struct candidate *candidate, const struct correlation_clock *clock)
{
	return is_below(&candidate->low, &clock->high) && is_below(&clock->low, &candidate->high) &&
	       is_below(&candidate->low, &candidate->high);
}

/* The weakest bounds of those of a set that fit. Returns how many do. */
static unsigned span_set(const struct candidates *list, unsigned set,
	const struct correlation_clock *clock, struct candidate *ret)
{
	unsigned count = 0;

	for (unsigned i = 0; i < list->count; i++) {
		const struct candidate *next = &list->item[i];

		if (next->set != set || !fits(next, clock))
			continue;
		if (!count++) {
			*ret = *next;
			continue;
		}
		if (!next->low.is_known || next->low.offset_us < ret->low.offset_us)
			ret->low = next->low;
		if (!next->high.is_known || next->high.offset_us > ret->high.offset_us)
			ret->high = next->high;
	}
	return count;
}

static unsigned set_size(const struct candidates *list, unsigned set)
{
	unsigned count = 0;

	for (unsigned i = 0; i < list->count; i++)
		count += list->item[i].set == set;
	return count;
}

/* What leaves no choice comes first. Returns false where nothing of a set fits. */
static bool narrow(const struct candidates *list, bool is_choice, struct correlation_clock *clock)
{
	bool is_sound = true;

	for (unsigned set = 0; set < list->sets; set++) {
		unsigned size = set_size(list, set), count;
		struct candidate spanned = {0};

		if (!size || (size > 1) != is_choice)
			continue;
		count = span_set(list, set, clock, &spanned);
		if (!count) {
			/* Both sides of the contradiction are told. */
			for (unsigned i = 0; i < list->count && size == 1; i++) {
				if (list->item[i].set == set)
					spanned = list->item[i];
			}
			is_sound = false;
		}
		sighting_raise(&clock->low, &spanned.low);
		sighting_lower(&clock->high, &spanned.high);
		if (is_choice && count > clock->candidates)
			clock->candidates = count;
	}
	return is_sound;
}

static void settle(struct correlation_clock *clock)
{
	int64_t low = clock->low.offset_us, high = clock->high.offset_us;

	if (!clock->low.is_known || !clock->high.is_known) {
		clock->state = CORRELATION_UNKNOWN;
		return;
	}
	if (!is_below(&clock->low, &clock->high)) {
		clock->state = CORRELATION_CONTRADICTORY;
		return;
	}
	clock->state = CORRELATION_ESTIMATED;
	clock->offset_us = low + (high - low) / 2;
	clock->uncertainty_us = llabs(high - low) / 2 + drift_between(&clock->low, &clock->high);
}

static void estimate(const struct correlation *correlation, enum host_clock which,
	struct candidates *list, struct correlation_clock *clock)
{
	const struct sightings *sightings = correlation->sightings;
	bool is_sound;

	*list = (struct candidates){0};
	add_mounts(sightings, which, list);
	add_devices(sightings, which, list);
	add_logs(sightings, which, list);
	*clock =
		(struct correlation_clock){.candidates = 1, .left_out = sightings->left_out[which]};
	is_sound = narrow(list, false, clock);
	/* Again: each set may have excluded some of another. */
	for (int round = 0; round < 3; round++) {
		clock->candidates = 1;
		is_sound &= narrow(list, true, clock);
	}
	settle(clock);
	if (!is_sound)
		clock->state = CORRELATION_CONTRADICTORY;
}

/* The journal says both times of each entry. Where the wall clock was set between two of them, that
 * is how far it is known. */
static void link_uptime(struct correlation *correlation)
{
	const struct sightings *sightings = correlation->sightings;
	const struct correlation_clock *wall = &correlation->clock[HOST_WALL];
	struct correlation_clock *uptime = &correlation->clock[HOST_UPTIME];
	int64_t spread_us = sightings->link_high_us - sightings->link_low_us;

	if (uptime->state != CORRELATION_UNKNOWN || !sightings->has_link ||
		!correlation_is_placed(wall))
		return;
	uptime->state = wall->state;
	uptime->offset_us = wall->offset_us - sightings->link_low_us - spread_us / 2;
	uptime->uncertainty_us = wall->uncertainty_us + DRIFT_US + (spread_us + 1) / 2;
	uptime->candidates = wall->candidates;
	uptime->left_out = wall->left_out;
	uptime->low = (struct sighting_bound){.is_known = true,
		.rule = SIGHTING_LINKED,
		.log = sightings->link_log,
		.offset_us = uptime->offset_us - uptime->uncertainty_us};
	uptime->high = uptime->low;
	uptime->high.offset_us = uptime->offset_us + uptime->uncertainty_us;
}

void correlation_give(struct correlation *correlation, enum host_clock clock, int64_t offset_us)
{
	correlation->clock[clock] = (struct correlation_clock){
		.state = CORRELATION_GIVEN, .offset_us = offset_us, .candidates = 1};
}

int correlation_estimate(struct correlation *correlation)
{
	struct candidates *list = calloc(1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	for (int clock = 0; clock < HOST_CLOCKS; clock++) {
		uint64_t lines = 0;

		for (unsigned i = 0; i < correlation->log_count; i++)
			lines += correlation->log[i].on_clock[clock];
		if (correlation->clock[clock].state == CORRELATION_GIVEN)
			continue;
		if (lines)
			estimate(correlation, (enum host_clock)clock, list,
				&correlation->clock[clock]);
	}
	link_uptime(correlation);
	free(list);
	return 0;
}
