/* SPDX-License-Identifier: MIT */
#include "recorder/last_words.h"

#include "base/text.h"
#include "parse/kernel_message.h"
#include "parse/redact.h"
#include "parse/trace_line.h"
#include "recorder/shown_name.h"
#include "recorder/waiting.h"

#include <errno.h>
#include <string.h>
#include <sys/klog.h>

enum { WRITERS_KEPT = 16 };

/* --------------------------------------------------------------------------- what had failed */

/* What is known of a call before it fails. */
struct trail {
	struct pid1_exit_fact *exit;
	const struct redacted *secrets;
	char path[TRACE_PATH_SIZE]; /* that PID 1 looked up last */
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
	trail->writer[at].descriptor =
		line->argument[0] > INT32_MAX ? -1 : (int32_t)line->argument[0];
}

/* Once: of the next one that fails it may not be known. */
static int32_t take_descriptor(struct trail *trail, uint32_t pid)
{
	for (uint32_t i = 0; i < trail->writers; i++) {
		int32_t descriptor = trail->writer[i].descriptor;

		if (trail->writer[i].pid != pid)
			continue;
		trail->writer[i].descriptor = -1;
		return descriptor;
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

/* The oldest of PID 1, or of all others, whoever has more than half of the room: a script that
 * looks for its programs does not push out what they said. */
static uint32_t oldest(const struct pid1_exit_fact *exit, uint32_t count)
{
	const struct failed_call_fact *item = exit->calls.item;
	uint32_t of_pid1 = 0, at = 0;

	for (uint32_t i = 0; i < count; i++)
		of_pid1 += item[i].pid == 1;
	while (at + 1 < count && (item[at].pid == 1) != (of_pid1 > count / 2))
		at++;
	return at;
}

/* One that is tried again and again counts once: of PID 1 the last, since that is what it died of,
 * of all others the first. */
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
	at = at == count ? oldest(exit, count) : at;
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

	shown_copy(call.comm, sizeof(call.comm), line->comm, trail->secrets);
	text_copy(call.name, sizeof(call.name), trace_call_name(line->number));
	if (strcmp(call.name, "write") == 0 || strcmp(call.name, "writev") == 0)
		call.descriptor = take_descriptor(trail, line->pid);
	if (line->pid == 1 && trace_call_takes_path(line->number))
		shown_copy(call.path, sizeof(call.path), trail->path, trail->secrets);
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
static void note_arguments(
	const struct sysroot *proc, struct pid1_exit_fact *exit, const struct redacted *secrets)
{
	char raw[1024], words[2 * sizeof(raw)], shown[2 * sizeof(words)];
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
	(void)cmdline_redact(words, shown, sizeof(shown), &redacted);
	text_init(&text, exit->arguments, sizeof(exit->arguments));
	(void)redact_text(shown, strlen(shown), secrets, &text);
}

/* Where a link leads. */
static ssize_t note_link(const struct sysroot *proc, const char *path, char *buf, size_t size,
	const struct redacted *secrets)
{
	char target[TRACE_PATH_SIZE];
	ssize_t n = sysroot_readlink(proc, path, target, sizeof(target));

	if (n >= 0)
		shown_copy(buf, size, target, secrets);
	return n;
}

static void note_descriptors(
	const struct sysroot *proc, struct pid1_exit_fact *exit, const struct redacted *secrets)
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
		n = note_link(proc, path, fact->target, sizeof(fact->target), secrets);
		fact->link = outcome_from(n < 0 ? n : 0);
		fact_done(exit->descriptors);
	}
}

/* What it said of itself. The log is asked for without a path: /dev may be gone. */
static void note_message(struct pid1_exit_fact *exit, const struct redacted *secrets)
{
	enum { READ_ALL = 3 }; /* SYSLOG_ACTION_READ_ALL: the newest that fit */
	static char log[16384];
	char words[sizeof(exit->message)];
	struct text text;
	int n = klogctl(READ_ALL, log, sizeof(log) - 1);

	if (n <= 0)
		return;
	log[n] = '\0';
	kernel_message_of_pid1(log, words, sizeof(words));
	text_init(&text, exit->message, sizeof(exit->message));
	(void)redact_text(words, strlen(words), secrets, &text);
}

void last_words_gather(const struct sysroot *proc, struct trace_source *trace,
	struct pid1_exit_fact *exit, uint64_t deadline_us)
{
	static struct trail trail;
	char comm[sizeof(exit->comm)];

	trail.exit = exit;
	trail.secrets = shown_secrets(proc);
	if (sysroot_attribute(proc, comm, sizeof(comm), "1/comm", NULL) == 0)
		shown_copy(exit->comm, sizeof(exit->comm), comm, trail.secrets);
	(void)note_link(proc, "1/exe", exit->executable, sizeof(exit->executable), trail.secrets);
	note_arguments(proc, exit, trail.secrets);
	note_descriptors(proc, exit, trail.secrets);
	note_message(exit, trail.secrets);
	exit->available_bytes = waiting_available_bytes(proc);
	trace_source_read(trace, take_line, &trail, deadline_us);
}
