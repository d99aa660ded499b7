/* SPDX-License-Identifier: MIT */
#include "recorder/call_rates.h"

#include "base/clock.h"
#include "base/text.h"
#include "recorder/shown_name.h"

#include <errno.h>
#include <string.h>

#define COUNT_US US_PER_S
/* Of each of the busiest processes. */
#define LOOK_US (300 * US_PER_MS)
/* Between the two first samples, which only together say something. */
#define REST_US (2 * US_PER_S)
/* Those that call less often are not looked at. */
enum { LOOK_MIN_CALLS = 20 };

/* ---------------------------------------------------------------------------------- processes */

/* "PID/task/PID/NAME": pid may be that of a thread. */
static void task_path(char *path, size_t size, uint32_t pid, const char *name)
{
	struct text text;

	text_init(&text, path, size);
	text_append_u64(&text, pid);
	text_append(&text, "/task/");
	text_append_u64(&text, pid);
	text_append(&text, name);
}

/* The first number of schedstat is what it has got of processors, in nanoseconds. */
static uint64_t cpu_us(const struct sysroot *proc, uint32_t pid)
{
	char path[48], words[96], *cursor = words, *first;
	uint64_t ns = 0;

	task_path(path, sizeof(path), pid, "/schedstat");
	if (sysroot_read(proc, path, words, sizeof(words)) > 0 &&
		(first = text_next_field(&cursor)))
		(void)text_parse_u64(first, 10, &ns);
	return ns / 1000;
}

static void name_caller(const struct sysroot *proc, struct caller_fact *caller)
{
	char path[48];

	task_path(path, sizeof(path), caller->pid, "/comm");
	(void)sysroot_attribute(proc, caller->comm, sizeof(caller->comm), path, NULL);
	shown_hide_name(caller->comm, sizeof(caller->comm), shown_secrets(proc));
}

static void hide_secrets(const struct sysroot *proc, struct caller_fact *caller)
{
	const struct redacted *secrets = shown_secrets(proc);

	fact_foreach (path, caller->paths)
		shown_hide_path(path->path, sizeof(path->path), secrets);
	fact_foreach (file, caller->files)
		shown_hide_path(file->file, sizeof(file->file), secrets);
}

/* What it has had open for longer than it is looked at. */
static void name_files(const struct sysroot *proc, struct call_sample *calls)
{
	struct sample_file *file = NULL;

	for (uint32_t i = 0; i < CALL_FILES_MAX; i++) {
		char path[48];
		struct text text;

		file = call_sample_next_file(calls, file);
		if (!file)
			return;
		if (file->name[0])
			continue;
		text_init(&text, path, sizeof(path));
		text_append_u64(&text, calls->pid);
		text_append(&text, "/fd/");
		text_append_i64(&text, file->descriptor);
		if (sysroot_readlink(proc, path, file->name, sizeof(file->name)) < 0)
			file->name[0] = '\0';
	}
}

/* --------------------------------------------------------------------------------- one sample */

static void finish(struct call_rates *rates)
{
	struct call_rates_fact *fact = &rates->facts->call_rates, *draft = &rates->draft;

	if (!rates->is_hopeless)
		calls_source_rest(&rates->source);
	fact_list_reset(&fact->callers.list);
	fact->read = draft->read;
	fact->at_us = draft->at_us;
	fact->interval_us = draft->interval_us;
	fact->calls = draft->calls;
	fact_foreach (caller, draft->callers) {
		*fact_new(fact->callers) = *caller;
		fact_done(fact->callers);
	}
	fact_publish(&fact->once);
	rates->step = rates->is_again || rates->is_hopeless ? CALL_RATES_IDLE : CALL_RATES_RESTING;
	rates->next_us = rates->step == CALL_RATES_IDLE ? UINT64_MAX : clock_now_us() + REST_US;
	rates->is_again = true;
}

static void add_caller(struct call_rates *rates, const struct call_tally_entry *entry)
{
	struct caller_fact *caller = fact_new(rates->draft.callers);

	*caller = (struct caller_fact){.pid = entry->pid, .calls = entry->calls};
	name_caller(rates->proc, caller);
	for (uint32_t i = 0; i < CALLER_CALLS_MAX && i < entry->different; i++) {
		struct call_count_fact *count = fact_new(caller->counts);

		*count = (struct call_count_fact){
			.number = entry->most[i].number, .calls = entry->most[i].calls};
		text_copy(count->name, sizeof(count->name), trace_call_name(count->number));
		fact_done(caller->counts);
	}
	fact_done(rates->draft.callers);
}

static void take_count(void *context, char *line)
{
	(void)call_tally_add(context, line);
}

static void end_counting(struct call_rates *rates, uint64_t now_us)
{
	const struct call_tally_entry *entry = NULL;
	int r;

	memset(&rates->tally, 0, sizeof(rates->tally));
	r = calls_source_read_counts(&rates->source, take_count, &rates->tally);
	rates->draft = (struct call_rates_fact){
		.read = outcome_from(r),
		.at_us = now_us,
		.interval_us = now_us - rates->begun_us,
		.calls = rates->tally.calls,
	};
	while (fact_count(rates->draft.callers) < CALLERS_MAX &&
		(entry = call_tally_next(&rates->tally, entry)))
		add_caller(rates, entry);
}

/* ---------------------------------------------------------------------------------- one caller */

static bool is_caller(const struct call_rates *rates, uint32_t pid)
{
	fact_foreach (caller, rates->draft.callers) {
		if (caller->pid == pid)
			return true;
	}
	return false;
}

/* What was seen of it before, or the place of one that is not among the busiest any more. */
static uint32_t place_of(struct call_rates *rates, uint32_t pid)
{
	uint32_t place = 0;

	while (place < CALLERS_MAX && rates->seen[place].calls.pid != pid)
		place++;
	if (place < CALLERS_MAX)
		return place;
	for (place = 0; is_caller(rates, rates->seen[place].calls.pid); place++)
		;
	memset(&rates->seen[place], 0, sizeof(rates->seen[place]));
	rates->seen[place].calls.pid = pid;
	return place;
}

/* Returns false when there is no caller left to look at. */
static bool begin_look(struct call_rates *rates)
{
	while (rates->looked_at < fact_count(rates->draft.callers)) {
		struct caller_fact *caller = &rates->draft.callers.item[rates->looked_at];

		if (caller->calls >= LOOK_MIN_CALLS) {
			caller->sample =
				outcome_from(calls_source_follow(&rates->source, caller->pid));
			/* With all of it switched on: that may take long by itself. */
			rates->look_us = clock_now_us();
			rates->look_cpu_us = cpu_us(rates->proc, caller->pid);
			rates->next_us = rates->look_us + LOOK_US;
			rates->step = CALL_RATES_LOOKING;
			if (caller->sample == OUTCOME_OK)
				return true;
		}
		rates->looked_at++;
	}
	return false;
}

static void take_line(void *context, char *text)
{
	struct trace_line line;

	if (trace_line_parse(text, &line))
		call_sample_add(context, &line);
}

static void end_look(struct call_rates *rates)
{
	uint64_t now_us = clock_now_us();
	struct caller_fact *caller = &rates->draft.callers.item[rates->looked_at];
	uint32_t place = place_of(rates, caller->pid);
	struct call_sample *calls = &rates->seen[place].calls;
	uint64_t cpu = cpu_us(rates->proc, caller->pid);

	call_sample_begin(calls);
	calls_source_read_followed(&rates->source, take_line, calls);
	name_files(rates->proc, calls);
	rates->seen[place].samples++;
	rates->seen[place].sample_us += now_us - rates->look_us;
	rates->seen[place].cpu_us += cpu > rates->look_cpu_us ? cpu - rates->look_cpu_us : 0;
	caller->samples = rates->seen[place].samples;
	caller->sample_us = rates->seen[place].sample_us;
	caller->cpu_us = rates->seen[place].cpu_us;
	caller->paths_read = rates->source.paths_read;
	call_sample_tell(calls, caller);
	hide_secrets(rates->proc, caller);
	rates->looked_at++;
}

/* ---------------------------------------------------------------------------------- the steps */

void call_rates_init(struct call_rates *rates, const struct sysroot *proc, struct facts *facts)
{
	memset(rates, 0, sizeof(*rates));
	rates->proc = proc;
	rates->facts = facts;
	rates->source = CALLS_SOURCE_CLOSED;
	rates->next_us = UINT64_MAX;
}

static void begin(struct call_rates *rates, uint64_t now_us)
{
	int r = 0;

	if (rates->source.instance.instance_fd < 0)
		r = calls_source_open(&rates->source);
	if (r == 0)
		r = calls_source_count(&rates->source);
	rates->step = CALL_RATES_COUNTING;
	rates->begun_us = clock_now_us();
	rates->next_us = rates->begun_us + COUNT_US;
	if (r == 0)
		return;
	rates->is_hopeless = true;
	rates->draft = (struct call_rates_fact){.read = outcome_from(r), .at_us = now_us};
	rates->next_us = now_us;
}

void call_rates_begin(struct call_rates *rates, uint64_t now_us)
{
	if (rates->step == CALL_RATES_IDLE && !rates->is_hopeless)
		begin(rates, now_us);
}

uint64_t call_rates_next_us(const struct call_rates *rates)
{
	return rates->next_us;
}

bool call_rates_go_on(struct call_rates *rates, uint64_t now_us)
{
	if (rates->step == CALL_RATES_IDLE || now_us < rates->next_us)
		return false;
	if (rates->is_hopeless) {
		finish(rates);
		return true;
	}
	if (rates->step == CALL_RATES_RESTING) {
		begin(rates, now_us);
		return false;
	}
	if (rates->step == CALL_RATES_COUNTING) {
		end_counting(rates, now_us);
		rates->looked_at = 0;
	} else {
		end_look(rates);
	}
	if (begin_look(rates))
		return false;
	finish(rates);
	return true;
}

void call_rates_close(struct call_rates *rates)
{
	calls_source_close(&rates->source);
	memset(rates->seen, 0, sizeof(rates->seen));
	rates->is_again = false;
	rates->step = CALL_RATES_IDLE;
	rates->next_us = UINT64_MAX;
}
