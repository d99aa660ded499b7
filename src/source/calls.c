/* SPDX-License-Identifier: MIT */
#include "source/calls.h"

#include "base/clock.h"
#include "base/text.h"

#include <string.h>
#include <unistd.h>

#define INSTANCE "bootprobe-calls"
#define ENTER "events/raw_syscalls/sys_enter/"
#define EXIT "events/raw_syscalls/sys_exit/"
#define COUNTS "hist:keys=common_pid,id:sort=hitcount.descending:size=1024"

/* How long a reading may take. */
#define READ_MAX_US (300 * US_PER_MS)

/* Kernels look most paths up by the second one; what goes by the first may not come along there. */
static const char *const PROBES[] = {"bootprobe_open/path", "bootprobe_look/path", NULL};
static const char *const PROBE_FUNCTIONS[] = {" getname", " getname_flags"};

/* Of a processor; when it is full, what comes next is left out. */
static const struct {
	const char *file, *value;
} SETTINGS[] = {
	{"tracing_on", "0"},
	{"buffer_size_kb", "64"},
	{"trace_clock", "mono"},
	{"options/overwrite", "0"},
	{"events/enable", "0"},
};

static const char *const FOLLOWED[] = {
	ENTER, EXIT, "events/bootprobe_open/path/", "events/bootprobe_look/path/"};
/* Of these, what it takes. */
enum { FOLLOWED_NEEDED = 2 };

static int add_probes(const struct calls_source *source)
{
	int r = 0;

	for (size_t i = 0; PROBES[i] && r == 0; i++) {
		char definition[96];

		(void)text_join(definition, sizeof(definition), "p:", PROBES[i], PROBE_FUNCTIONS[i],
			" name=+0($arg1):ustring", NULL);
		r = trace_instance_add_probe(&source->instance, definition);
	}
	return r;
}

int calls_source_open(struct calls_source *source)
{
	int r = trace_instance_open(&source->instance, INSTANCE);

	for (size_t i = 0; i < ARRAY_SIZE(SETTINGS) && r == 0; i++)
		r = trace_instance_set(&source->instance, SETTINGS[i].file, SETTINGS[i].value);
	if (r < 0) {
		calls_source_close(source);
		return r;
	}
	source->paths_read = outcome_from(add_probes(source));
	return 0;
}

/* Names that ours bear, and hardly anybody else. */
#define OTHERS " if comm != \"bootprobe-hook\" && !(comm ~ \"bp-*\")"

/* The same words begin and end it. */
static int set_counting(const struct calls_source *source, bool is_on)
{
	char definition[160];
	struct text text;

	text_init(&text, definition, sizeof(definition));
	text_append(&text, is_on ? "" : "!");
	text_append(&text, COUNTS);
	text_append(&text, OTHERS);
	return trace_instance_set(&source->instance, ENTER "trigger", definition);
}

int calls_source_count(struct calls_source *source)
{
	/* One that was left behind has counted from another time on. */
	(void)set_counting(source, false);
	return set_counting(source, true);
}

int calls_source_read_counts(
	struct calls_source *source, void (*take)(void *context, char *line), void *context)
{
	int r = trace_instance_read(
		&source->instance, ENTER "hist", take, context, clock_now_us() + READ_MAX_US);

	(void)set_counting(source, false);
	return r;
}

/* Of each event: its filter, and what has it written down. */
static int set_followed(const struct calls_source *source, size_t i, const char *filter)
{
	char file[64];
	int r;

	(void)text_join(file, sizeof(file), FOLLOWED[i], "filter", NULL);
	r = trace_instance_set(&source->instance, file, filter);
	if (r < 0 || source->is_following)
		return r;
	(void)text_join(file, sizeof(file), FOLLOWED[i], "enable", NULL);
	return trace_instance_set(&source->instance, file, "1");
}

int calls_source_follow(struct calls_source *source, uint32_t pid)
{
	char filter[32];
	struct text text;
	int r = 0;

	text_init(&text, filter, sizeof(filter));
	text_append(&text, "common_pid == ");
	text_append_u64(&text, pid);
	for (size_t i = 0; i < ARRAY_SIZE(FOLLOWED) && r == 0; i++) {
		r = set_followed(source, i, filter);
		if (i >= FOLLOWED_NEEDED && r < 0) {
			source->paths_read = outcome_from(r);
			r = 0;
		}
	}
	source->is_following = r == 0;
	if (r == 0)
		r = trace_instance_clear(&source->instance);
	return r < 0 ? r : trace_instance_set(&source->instance, "tracing_on", "1");
}

void calls_source_read_followed(
	struct calls_source *source, void (*take)(void *context, char *line), void *context)
{
	(void)trace_instance_set(&source->instance, "tracing_on", "0");
	(void)trace_instance_read(
		&source->instance, "trace", take, context, clock_now_us() + READ_MAX_US);
}

void calls_source_rest(struct calls_source *source)
{
	(void)trace_instance_set(&source->instance, "tracing_on", "0");
	(void)trace_instance_set(&source->instance, "events/enable", "0");
	source->is_following = false;
}

void calls_source_close(struct calls_source *source)
{
	trace_instance_remove(&source->instance, INSTANCE, PROBES);
	*source = CALLS_SOURCE_CLOSED;
}
