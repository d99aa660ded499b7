/* SPDX-License-Identifier: MIT */
#include "hook/collector_part.h"

/* How often the mounts of PID 1 are looked at, where nobody tells of the switch of root. */
#define STAGE1_LOOK_US (50 * US_PER_MS)

/* Home into PID 1's namespace, and once more when its root is another one. */
static void move_home(struct collector *collector, enum stage1_place place)
{
	struct sysroot root;

	if (stage1_go_home(&collector->proc) < 0 || sysroot_open(NULL, &root) < 0) {
		/* What is known is told, and the collector comes to its end. */
		if (place == STAGE1_SWITCHED) {
			collector->place = place;
			collector->is_finish_wanted = true;
		}
		return;
	}
	sysroot_close(&collector->sources.root);
	collector->sources.root = root;
	collector->place = place;
	sinks_move(&collector->sinks, &collector->sources);
	if (place != STAGE1_SWITCHED)
		return;
	collector->sources.new_root = "/";
	collector->sources.is_switched = true;
	collector->is_finish_wanted = true;
}

/* Nobody says "finish" here: the switch of root is what says it. */
void home_look(struct collector *collector, uint64_t now)
{
	enum stage1_place place;

	if (!collector->is_first_program || collector->place == STAGE1_SWITCHED ||
		collector->state == STATE_LINGER)
		return;
	collector->look_us = now + STAGE1_LOOK_US;
	place = stage1_look(&collector->proc);
	if (place != STAGE1_BARE && place != collector->place)
		move_home(collector, place);
}
