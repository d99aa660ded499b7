/* SPDX-License-Identifier: MIT */
#include "hook/collector_part.h"

#include "base/text.h"

#include <errno.h>
#include <string.h>

/* One console write, in its own child. */
#define CONSOLE_WRITE_US (500 * US_PER_MS)
#define CONSOLE_SINK "console-sink"

/* What the children that are started next write: they have a copy of it. */
static struct {
	const char *page;
	const struct report_log *records; /* NULL: the page alone */
	uint64_t since_us;
} texts;

static bool is_console_redirected(const struct facts *facts)
{
	return fact_is_known(&facts->console_redirect.once) &&
	       facts->console_redirect.outcome == OUTCOME_OK;
}

bool console_output_account(const struct facts *facts, struct sink_fact *ret_account)
{
	struct sink_fact account = {.name = "console", .state = OUTCOME_OK};

	fact_foreach (probe, facts->probes) {
		if (strcmp(probe->name, CONSOLE_SINK) != 0)
			continue;
		account.delivered += probe->state == PROBE_DONE;
		account.waiting += probe->state == PROBE_RUNNING;
		if (probe->state <= PROBE_DONE ||
			(probe->state == PROBE_TIMEOUT && probe_is_overtaken(facts, probe)))
			continue;
		/* What one that was left behind has written nobody knows. */
		account.dropped += probe->state != PROBE_TIMEOUT;
		account.state = probe->error ? probe->error : -ETIME;
		text_copy_bytes(account.target, sizeof(account.target), probe->subject,
			strnlen(probe->subject, sizeof(probe->subject)));
	}
	account.bytes = atomic_load(&facts->console_sink_bytes);
	*ret_account = account;
	return account.delivered || account.waiting || account.dropped ||
	       account.state != OUTCOME_OK;
}

bool console_output_is_shown(const struct facts *facts)
{
	const char *device = facts->dev_console.device;
	bool is_shown = false;

	/* Elsewhere by the time a script writes to it. */
	if (is_console_redirected(facts))
		return false;
	fact_foreach (probe, facts->probes) {
		if (strcmp(probe->name, CONSOLE_SINK) == 0 && strcmp(probe->subject, device) == 0 &&
			probe->started_us >= texts.since_us)
			is_shown = probe->state == PROBE_DONE && !probe->error;
	}
	return is_shown;
}

bool console_output_has_records(const struct config *config)
{
	return config->sinks & 1U << SINK_CONSOLE_RECORDS;
}

static int write_to_console(const struct sources *sources, struct facts *facts, const char *console,
	const char *text, size_t length, uint64_t deadline_us)
{
	size_t written;
	int r = console_write(sources, console, text, length, deadline_us, &written);

	atomic_fetch_add(&facts->console_sink_bytes, written);
	return r;
}

/* Without what a console is spared. */
static int write_records(const struct sources *sources, struct facts *facts, const char *console,
	const struct report_log *log)
{
	uint64_t deadline_us = clock_now_us() + 2 * CONSOLE_WRITE_US;
	const char *at = log->data, *end = log->data + log->length;
	int r = 0;

	while (r >= 0 && (at += report_log_quiet_length(at, (size_t)(end - at))) < end) {
		const char *from = at;

		while (at < end && !report_log_quiet_length(at, (size_t)(end - at)))
			at = (const char *)memchr(at, '\n', (size_t)(end - at)) + 1;
		r = write_to_console(
			sources, facts, console, from, (size_t)(at - from), deadline_us);
	}
	return r;
}

/* Runs in a child: a tty may hold on to whoever writes to it or closes it. */
static int console_sink_run(const struct sources *sources, struct facts *facts, uint32_t subject)
{
	const char *console = facts->consoles.item[subject].name;
	uint64_t deadline_us = clock_now_us() + CONSOLE_WRITE_US;
	/* Others leave their lines open: "Begin: Running /scripts/init-bottom ... " */
	int r = write_to_console(sources, facts, console, "\n", 1, deadline_us);

	if (r >= 0)
		r = write_to_console(
			sources, facts, console, texts.page, strlen(texts.page), deadline_us);
	if (r < 0 || !texts.records)
		return r;
	return write_records(sources, facts, console, texts.records);
}

void console_output_start(struct collector *collector)
{
	static const struct probe WRITER = {CONSOLE_SINK, PHASE_CONSOLE_SINK, 4 * CONSOLE_WRITE_US,
		console_sink_run, CONFINE_CONSOLE};
	uint32_t wanted = 1U << SINK_CONSOLE | 1U << SINK_CONSOLE_RECORDS;
	bool has_records = console_output_has_records(collector->config);
	uint32_t index = 0;

	texts.since_us = clock_now_us();
	if (collector->sources.root.is_fixture || !(collector->config->sinks & wanted))
		return;
	/* Two pages at once on one console could not be read; the later one says more. */
	children_give_up(&collector->children, &collector->sources, PHASE_CONSOLE_SINK);
	texts.page = collector->summary;
	texts.records = has_records ? &collector->sinks.log : NULL;
	fact_foreach (console, collector->facts->consoles) {
		if (console->is_live == ANSWER_YES && console->is_registered == ANSWER_YES)
			(void)children_start(&collector->children, &WRITER, PHASE_CONSOLE_SINK,
				&collector->sources, collector->facts, index, console->name);
		index++;
	}
}
