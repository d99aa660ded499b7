/* SPDX-License-Identifier: MIT */
#include "reader/store.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

/* What jansson takes for a value, at most: an empty object. */
enum { VALUE_WEIGHT = 128, LINE_WEIGHT = sizeof(struct store_line) + 64 };

static size_t weigh(const char *bytes, size_t length)
{
	size_t weight = LINE_WEIGHT + length;

	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == ',' || bytes[i] == '[' || bytes[i] == '{')
			weight += VALUE_WEIGHT;
	}
	return weight;
}

/* ------------------------------------------------------------------------------------------ runs
 */

static int compare_seq(const void *a, const void *b)
{
	const struct store_line *left = a, *right = b;

	return (left->frame.seq > right->frame.seq) - (left->frame.seq < right->frame.seq);
}

const struct store_line *store_find(const struct store_run *run, uint32_t seq)
{
	const struct store_line key = {.frame.seq = seq};
	void *root = run->by_seq;
	void *node = tfind(&key, &root, compare_seq);

	return node ? *(struct store_line *const *)node : NULL;
}

static void keep_node(void *line)
{
	(void)line;
}

static void run_release(struct store_run *run)
{
	tdestroy(run->by_seq, keep_node);
	for (size_t i = 0; i < run->count; i++)
		free(run->lines[i]);
	free(run->lines);
	memset(run, 0, sizeof(*run));
}

static int run_grow(struct store_run *run)
{
	size_t capacity = run->capacity ? 2 * run->capacity : 64;
	struct store_line **lines;

	if (run->count < run->capacity)
		return 0;
	lines = reallocarray(run->lines, capacity, sizeof(*lines));
	if (!lines)
		return -ENOMEM;
	run->lines = lines;
	run->capacity = capacity;
	return 0;
}

static int run_add(struct store_run *run, const struct frame *frame, const char *bytes,
	size_t length, const struct store_line **ret_line)
{
	struct store_line *line;

	if (run_grow(run) < 0)
		return -ENOMEM;
	line = malloc(sizeof(*line) + length + 1);
	if (!line)
		return -ENOMEM;
	line->frame = *frame;
	line->length = (uint32_t)length;
	memcpy(line->bytes, bytes, length);
	line->bytes[length] = '\0';
	if (!tsearch(line, &run->by_seq, compare_seq)) {
		free(line);
		return -ENOMEM;
	}
	run->lines[run->count++] = line;
	if (run->count == 1 || frame->seq < run->first_seq) {
		run->first_seq = frame->seq;
		run->first_t = frame->t;
	}
	if (frame->seq > run->last_seq) {
		run->last_seq = frame->seq;
		run->last_t = frame->t;
	}
	*ret_line = line;
	return STORE_NEW;
}

/* ----------------------------------------------------------------------------------------- boots
 */

static void boot_free(struct store_boot *boot)
{
	for (unsigned i = 0; i < boot->run_count; i++)
		run_release(&boot->runs[i]);
	free(boot);
}

static void forget_oldest(struct store *store)
{
	store->weight -= store->boots[0]->weight;
	boot_free(store->boots[0]);
	store->boot_count--;
	memmove(store->boots, store->boots + 1, store->boot_count * sizeof(store->boots[0]));
	store->forgotten_boots++;
}

static struct store_boot *find_boot(struct store *store, const char *id)
{
	for (unsigned i = store->boot_count; i > 0; i--) {
		if (strcmp(store->boots[i - 1]->boot, id) == 0)
			return store->boots[i - 1];
	}
	return NULL;
}

static struct store_boot *get_boot(struct store *store, const char *id)
{
	struct store_boot *boot = find_boot(store, id);

	if (boot)
		return boot;
	boot = calloc(1, sizeof(*boot));
	if (!boot)
		return NULL;
	if (store->boot_count == STORE_BOOTS_MAX)
		forget_oldest(store);
	memcpy(boot->boot, id, sizeof(boot->boot));
	boot->run_count = 1;
	store->boots[store->boot_count++] = boot;
	return boot;
}

/* What a verdict hangs on has room of its own. */
static size_t weight_limit(const struct frame *frame)
{
	bool is_verdict = strcmp(frame->type, "end") == 0 || strcmp(frame->type, "finding") == 0;

	return STORE_WEIGHT_MAX + (is_verdict ? STORE_RESERVE : 0);
}

/* Makes room for a line of this boot by forgetting older boots. False: there is none. */
static bool make_room(struct store *store, const struct store_boot *boot, const struct frame *frame,
	size_t weight)
{
	size_t limit = weight_limit(frame);

	while (store->weight + weight > limit && store->boots[0] != boot)
		forget_oldest(store);
	return store->weight + weight <= limit;
}

/* ------------------------------------------------------------------------- which run it belongs to
 */

static bool is_copy(
	const struct store_run *run, const struct frame *frame, const char *bytes, size_t length)
{
	const struct store_line *line = store_find(run, frame->seq);

	return line && line->length == length && memcmp(line->bytes, bytes, length) == 0;
}

/* Whether a line may belong to a run: time does not go back within one. */
static bool fits(const struct store_run *run, const struct frame *frame)
{
	if (!run->count)
		return true;
	if (frame->seq < run->first_seq)
		return frame->t <= run->first_t;
	if (frame->seq > run->last_seq)
		return frame->t >= run->last_t;
	return frame->t >= run->first_t && frame->t <= run->last_t && !store_find(run, frame->seq);
}

/* The reports of one boot may be interleaved, and their beginnings lost. A line continues the run
 * in which it is next, else the one that spoke last, else the newest that it fits into. Returns
 * run_count when it belongs to none that was seen before. */
static unsigned choose_run(const struct store_boot *boot, const struct frame *frame)
{
	const struct store_run *run = &boot->runs[boot->current];

	if (fits(run, frame) && run->last_seq + 1 == frame->seq)
		return boot->current;
	for (unsigned i = 0; i < boot->run_count; i++) {
		if (boot->runs[i].last_seq + 1 == frame->seq && fits(&boot->runs[i], frame))
			return i;
	}
	if (fits(run, frame))
		return boot->current;
	for (unsigned i = boot->run_count; i > 0; i--) {
		if (fits(&boot->runs[i - 1], frame))
			return i - 1;
	}
	return boot->run_count;
}

int store_add(struct store *store, const struct frame *frame, const char *bytes, size_t length,
	const struct store_line **ret_line)
{
	size_t weight = weigh(bytes, length);
	struct store_boot *boot;
	unsigned chosen;
	int result;

	*ret_line = NULL;
	if (store->wanted[0] && strcmp(store->wanted, frame->boot) != 0)
		return STORE_REFUSED;
	boot = get_boot(store, frame->boot);
	if (!boot)
		return -ENOMEM;
	for (unsigned i = 0; i < boot->run_count; i++) {
		if (is_copy(&boot->runs[i], frame, bytes, length)) {
			boot->current = i;
			return STORE_COPY;
		}
	}
	chosen = choose_run(boot, frame);
	if (chosen == STORE_RUNS_MAX || !make_room(store, boot, frame, weight)) {
		boot->runs[boot->current].refused++;
		return STORE_REFUSED;
	}
	result = run_add(&boot->runs[chosen], frame, bytes, length, ret_line);
	if (result < 0)
		return result;
	if (chosen == boot->run_count)
		boot->run_count++;
	boot->current = chosen;
	boot->weight += weight;
	store->weight += weight;
	return result;
}

void store_add_damage(
	struct store *store, const struct frame *frame, unsigned parsed, const char *why)
{
	if (store->wanted[0] && parsed >= 1 && strcmp(store->wanted, frame->boot) != 0)
		return;
	store->damage_total++;
	if (store->damage_count == STORE_DAMAGE_MAX)
		return;
	store->damage[store->damage_count++] =
		(struct store_damage){.frame = *frame, .parsed = parsed, .why = why};
}

void store_release(struct store *store)
{
	for (unsigned i = 0; i < store->boot_count; i++)
		boot_free(store->boots[i]);
	memset(store, 0, sizeof(*store));
}
