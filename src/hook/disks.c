/* SPDX-License-Identifier: MIT */
#include "hook/disks.h"

#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>

static bool is_disk(const struct block_fact *block)
{
	return block->partition == 0 && text_is_empty(block->parent) && block->size_bytes > 0;
}

void disks_note(struct disks *disks, struct facts *facts)
{
	uint32_t count = fact_count(facts->blocks);

	for (uint32_t i = 0; i < count; i++) {
		if (disks->item[i].is_known || !is_disk(&facts->blocks.item[i]))
			continue;
		disks->item[i].is_known = true;
		disks->item[i].is_wanted = true;
	}
	disks->count = count;
}

static struct device_event_fact *event_find(struct facts *facts, const char *name)
{
	struct device_event_fact *fresh;

	fact_foreach (event, facts->device_events) {
		if (strcmp(event->name, name) == 0)
			return event;
	}
	fresh = fact_new(facts->device_events);
	if (!fresh)
		return NULL;
	memset(fresh, 0, sizeof(*fresh));
	text_copy(fresh->name, sizeof(fresh->name), name);
	fact_done(facts->device_events);
	return fresh;
}

static void want_again(struct disks *disks, const struct facts *facts, const char *name)
{
	for (uint32_t i = 0; i < disks->count; i++) {
		const struct block_fact *block = &facts->blocks.item[i];
		if (disks->item[i].is_known && strncmp(block->name, name, sizeof(block->name)) == 0)
			disks->item[i].is_wanted = true;
	}
}

void disks_event(struct disks *disks, struct facts *facts, const struct udev_event *event)
{
	struct device_event_fact *fact = event_find(facts, event->name);
	uint64_t now = clock_now_us();

	if (fact && event->is_processed && event->action != UDEV_REMOVE && !fact->udev_us)
		fact->udev_us = now;
	if (event->is_processed)
		return;
	/* udev's coldplug tells again of what has been there for long: the first moment counts. */
	if (fact && event->action == UDEV_ADD) {
		if (!fact->arrived_us || fact->removed_us)
			fact->arrived_us = now;
		fact->removed_us = 0;
	}
	if (fact && event->action == UDEV_REMOVE)
		fact->removed_us = now;
	/* A table that was written again, or another disk under the old name. */
	if (event->is_disk && event->action != UDEV_REMOVE)
		want_again(disks, facts, event->name);
}

/* The table of a disk has its place before the child starts, since many run at once. */
static bool reserve_gpt(struct facts *facts, const struct block_fact *block)
{
	struct gpt_fact *fresh;

	fact_foreach (gpt, facts->gpts) {
		if (strncmp(gpt->disk, block->name, sizeof(gpt->disk)) == 0)
			return true;
	}
	fresh = fact_new(facts->gpts);
	if (!fresh)
		return false;
	text_copy_bytes(fresh->disk, sizeof(fresh->disk), block->name,
		strnlen(block->name, sizeof(block->name)));
	fact_done(facts->gpts);
	return true;
}

static bool is_running(const struct children *children, uint32_t subject)
{
	for (uint32_t i = 0; i < children->count; i++) {
		if (children->item[i].phase == PHASE_DISK && children->item[i].subject == subject)
			return true;
	}
	return false;
}

/* Those that were left behind are counted too: they still are processes. */
static bool is_room_left(const struct children *children)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < children->count; i++)
		count += children->item[i].phase == PHASE_DISK;
	return count < CHILDREN_DISKS_MAX;
}

void disks_start(struct disks *disks, struct children *children, const struct probe *probe,
	const struct sources *sources, struct facts *facts)
{
	for (uint32_t i = 0; i < disks->count; i++) {
		struct block_fact *block = &facts->blocks.item[i];

		if (!disks->item[i].is_wanted || is_running(children, i))
			continue;
		if (disks->item[i].started >= DISK_READS_MAX || !reserve_gpt(facts, block)) {
			disks->item[i].is_wanted = false;
			disks->item[i].is_stale = true;
			continue;
		}
		if (!is_room_left(children))
			return;
		(void)children_start(children, probe, PHASE_DISK, sources, facts, i, block->name);
		disks->item[i].is_wanted = false;
		disks->item[i].started++;
	}
}

void disks_refresh(struct disks *disks)
{
	for (uint32_t i = 0; i < disks->count; i++) {
		if (!disks->item[i].is_stale)
			continue;
		disks->item[i].is_stale = false;
		disks->item[i].is_wanted = true;
		disks->item[i].started = DISK_READS_MAX - 1;
	}
}

bool disks_are_idle(const struct disks *disks)
{
	for (uint32_t i = 0; i < disks->count; i++) {
		if (disks->item[i].is_wanted && disks->item[i].started < DISK_READS_MAX)
			return false;
	}
	return true;
}
