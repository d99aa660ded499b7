/* SPDX-License-Identifier: MIT */
#include "recorder/last_words.h"

#include "base/text.h"
#include "parse/cmdline.h"
#include "parse/trace_line.h"
#include "recorder/waiting.h"

#include <errno.h>
#include <string.h>

enum { WRITERS_KEPT = 16 };

/* --------------------------------------------------------------------------- what had failed */

/* What is known of a call before it fails. */
struct trail {
	struct pid1_exit_fact *exit;
	char path[sizeof(((struct failed_call_fact *)0)->path)]; /* that PID 1 looked up last */
	struct {
		uint32_t pid;
		int32_t descriptor;
	} writer[WRITERS_KEPT];
	uint32_t writers;
};

static void note_write(struct trail *trail, const struct trace_line *line)
{
	uint32_t at = 0;

	while (at < trail->writers && trail->writer[at].pid != line->pid)
		at++;
	if (at == WRITERS_KEPT)
		at = line->pid % WRITERS_KEPT;
	if (at == trail->writers)
		trail->writers++;
	trail->writer[at].pid = line->pid;
	trail->writer[at].descriptor = line->argument > INT32_MAX ? -1 : (int32_t)line->argument;
}

static int32_t last_descriptor(const struct trail *trail, uint32_t pid)
{
	for (uint32_t i = 0; i < trail->writers; i++) {
		if (trail->writer[i].pid == pid)
			return trail->writer[i].descriptor;
	}
	return -1;
}

static bool is_same_call(const struct failed_call_fact *a, const struct failed_call_fact *b)
{
	/* Of what PID 1 starts, each program counts once. */
	return (a->pid == 1) == (b->pid == 1) && strcmp(a->comm, b->comm) == 0 &&
	       a->number == b->number && a->error == b->error && a->descriptor == b->descriptor &&
	       strcmp(a->path, b->path) == 0;
}

/* One that is tried again and again counts once: of PID 1 the last, since that is what it died of,
 * of all others the first. The oldest gives way. */
static void keep(struct pid1_exit_fact *exit, const struct failed_call_fact *call)
{
	enum { CALLS = sizeof(exit->calls.item) / sizeof(exit->calls.item[0]) };
	struct failed_call_fact *item = exit->calls.item, *fresh;
	uint32_t count = fact_count(exit->calls), at = 0;

	while (at < count && !is_same_call(&item[at], call))
		at++;
	if (at < count && call->pid != 1)
		return;
	if (at == count && count < CALLS) {
		fresh = fact_new(exit->calls);
		*fresh = *call;
		fact_done(exit->calls);
		return;
	}
	at = at == count ? 0 : at;
	memmove(&item[at], &item[at + 1], (count - at - 1) * sizeof(item[0]));
	item[count - 1] = *call;
}

static void note_failure(struct trail *trail, const struct trace_line *line)
{
	struct failed_call_fact call = {
		.pid = line->pid,
		.at_us = line->at_us,
		.number = line->number,
		.descriptor = -1,
		.error = outcome_from(line->result),
	};

	text_copy(call.comm, sizeof(call.comm), line->comm);
	text_copy(call.name, sizeof(call.name), trace_call_name(line->number));
	if (strcmp(call.name, "write") == 0 || strcmp(call.name, "writev") == 0)
		call.descriptor = last_descriptor(trail, line->pid);
	if (line->pid == 1 && trace_call_takes_path(line->number))
		text_copy(call.path, sizeof(call.path), trail->path);
	keep(trail->exit, &call);
}

static void take_line(void *context, char *text)
{
	struct trail *trail = context;
	struct trace_line line;

	if (!trace_line_parse(text, &line))
		return;
	switch (line.kind) {
	case TRACE_ENTER:
		note_write(trail, &line);
		break;
	case TRACE_PATH:
		if (line.pid == 1)
			text_copy(trail->path, sizeof(trail->path), line.path);
		break;
	case TRACE_EXIT:
		if (line.result < 0)
			note_failure(trail, &line);
		break;
	}
}

/* ------------------------------------------------------------------------------- what it was */

/* What stands behind an option may be its value, and a secret one. */
static void append_argument(struct text *text, const char *argument, const char *before)
{
	bool is_value = before && before[0] == '-' && argument[0] != '-' && argument[0] != '/';

	text_append(text, before ? " " : "");
	text_append(text, is_value ? "***" : argument);
}

/* Arguments may hold what the command line of the kernel does. */
static void note_arguments(const struct sysroot *proc, struct pid1_exit_fact *exit)
{
	char raw[1024], words[sizeof(raw)];
	ssize_t n = sysroot_read(proc, "1/cmdline", raw, sizeof(raw));
	const char *before = NULL;
	struct text text;
	unsigned redacted;

	if (n < 0 && n != -EFBIG)
		return;
	n = n < 0 ? (ssize_t)sizeof(raw) - 1 : n;
	text_init(&text, words, sizeof(words));
	for (const char *argument = raw; argument < raw + n; argument += strlen(argument) + 1) {
		append_argument(&text, argument, before);
		before = argument;
	}
	(void)cmdline_redact(words, exit->arguments, sizeof(exit->arguments), &redacted);
}

static void note_descriptors(const struct sysroot *proc, struct pid1_exit_fact *exit)
{
	fact_list_reset(&exit->descriptors.list);
	for (uint32_t number = 0; number < 3; number++) {
		struct pid1_descriptor_fact *fact = fact_new(exit->descriptors);
		char path[16] = "1/fd/0";
		ssize_t n;

		if (!fact)
			return;
		*fact = (struct pid1_descriptor_fact){.number = number};
		path[5] = (char)('0' + number);
		n = sysroot_readlink(proc, path, fact->target, sizeof(fact->target));
		fact->link = outcome_from(n < 0 ? n : 0);
		fact_done(exit->descriptors);
	}
}

void last_words_gather(const struct sysroot *proc, struct trace_source *trace,
	struct pid1_exit_fact *exit, uint64_t deadline_us)
{
	static struct trail trail;

	trail.exit = exit;
	(void)sysroot_attribute(proc, exit->comm, sizeof(exit->comm), "1/comm", NULL);
	(void)sysroot_readlink(proc, "1/exe", exit->executable, sizeof(exit->executable));
	note_arguments(proc, exit);
	note_descriptors(proc, exit);
	exit->available_bytes = waiting_available_bytes(proc);
	trace_source_read(trace, take_line, &trail, deadline_us);
}
