/* SPDX-License-Identifier: MIT */
#include "hook/collector_part.h"

/* When the place of PID 1 is looked at without its mounts having changed: a chroot alone changes
 * none. Each time twice as long after the last one, so that a machine that waits is left alone. */
#define LOOK_FIRST_US (1 * US_PER_S)
#define LOOK_MAX_US (3600 * US_PER_S)

/* Home into PID 1's namespace, and once more when its root is another one. */
static void move_home(struct collector *collector, enum stage1_place place)
{
	struct sysroot root;

	if (stage1_go_home(&collector->proc) < 0 || sysroot_open(NULL, &root) < 0) {
		/* What is known is told, and the collector comes to its end. */
		if (place == STAGE1_SWITCHED) {
			collector->place = place;
			collector->sources.new_root = NULL;
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

void home_begin(struct collector *collector)
{
	collector->look_us = UINT64_MAX;
	if (!collector->is_first_program)
		return;
	(void)sysroot_open_below(&collector->sources.root, "proc", &collector->proc);
	collector->look_us = clock_now_us();
	collector->look_step_us = LOOK_FIRST_US;
}

static bool is_over(const struct collector *collector)
{
	return !collector->is_first_program || collector->place == STAGE1_SWITCHED ||
	       collector->state == STATE_LINGER;
}

/* What stage 2 begins with is judged before it does: its first program may be the last. */
static void note_new_root(struct collector *collector, const char *new_root)
{
	if (collector->place != STAGE1_MOUNTED || collector->sources.new_root == new_root)
		return;
	collector->sources.new_root = new_root;
	collector->is_resolve_wanted = collector->is_resolve_wanted || new_root;
}

/* Nobody says "finish" here: the switch of root is what says it. */
void home_look(struct collector *collector, uint64_t now, bool has_news)
{
	enum stage1_place place;
	const char *new_root;

	if (is_over(collector))
		return;
	if (has_news)
		collector->look_step_us = LOOK_FIRST_US;
	collector->look_us = now + collector->look_step_us;
	collector->look_step_us *= collector->look_step_us < LOOK_MAX_US ? 2 : 1;
	place = stage1_look(&collector->proc, &new_root);
	collector->is_leaving = place == STAGE1_BARE && collector->place == STAGE1_MOUNTED;
	if (place != STAGE1_BARE && place != collector->place)
		move_home(collector, place);
	note_new_root(collector, new_root);
}

uint64_t home_next_look(const struct collector *collector)
{
	return is_over(collector) ? UINT64_MAX : collector->look_us;
}
