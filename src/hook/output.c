/* SPDX-License-Identifier: MIT */
#include "hook/collector_part.h"

#include "base/text.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* What was found may become worse, but nobody reads page after page. */
enum { WARNINGS_MAX = 3 };

static struct encoding encoding(struct collector *collector)
{
	return (struct encoding){.report = &collector->report,
		.record = &collector->record,
		.facts = collector->facts,
		.said = &collector->said};
}

/* What the outputs know is a fact as well. */
static void note_sinks(struct collector *collector)
{
	struct sink *port = sinks_find(&collector->sinks, SINK_VIRTIO);
	struct sink_fact accounts[SINKS_MAX];
	uint32_t count = sinks_account(&collector->sinks, accounts);

	fact_list_reset(&collector->facts->sinks.list);
	for (uint32_t i = 0; i < count; i++) {
		collector->facts->sinks.item[i] = accounts[i];
		fact_done(collector->facts->sinks);
	}
	/* Only the sink opens our port, so only it knows whether the host reads it. */
	fact_foreach (entry, collector->facts->virtio_ports) {
		if (port && entry->is_ours)
			entry->is_read_by_host = port->account.is_read;
	}
}

static enum boot_phase boot_phase(const struct collector *collector)
{
	static const char *const OF_A_RECORDING[] = {
		"exit", "frozen", "up", "time-over", "shutdown", "goes-on"};

	/* What PID 1 was about to meet is what it has met; before, its devices were still coming.
	 */
	for (size_t i = 0; i < ARRAY_SIZE(OF_A_RECORDING); i++) {
		if (strcmp(collector->phase, OF_A_RECORDING[i]) == 0)
			return collector->is_handed_off ? BOOT_PHASE_HANDOFF : BOOT_PHASE_EARLY;
	}
	if (collector->state == STATE_START || collector->state == STATE_HEAL ||
		collector->state == STATE_FOLLOW)
		return BOOT_PHASE_EARLY;
	if (strcmp(collector->phase, "now") != 0)
		return strcmp(collector->phase, "finish") == 0 || collector->is_handed_off
			       ? BOOT_PHASE_HANDOFF
			       : BOOT_PHASE_STALLED;
	if (collector->sources.new_root)
		return BOOT_PHASE_HANDOFF;
	/* Somebody who asks in the shell of an initrd asks why it does not go on. */
	return collector->facts->platform.initrd == INITRD_NONE ? BOOT_PHASE_RUNNING
								: BOOT_PHASE_STALLED;
}

static void note_phase(struct collector *collector)
{
	collector->facts->boot.phase = boot_phase(collector);
	collector->facts->boot.is_root_there =
		collector->is_first_program && collector->sources.new_root;
	collector->facts->boot.now_us = clock_now_us();
}

void output_findings(struct collector *collector)
{
	struct encoding to = encoding(collector);

	note_sinks(collector);
	note_phase(collector);
	rules_judge(collector->facts, &collector->findings);
	encode_findings(&to, &collector->findings, collector->finding_sequences);
}

void output_facts(struct collector *collector)
{
	struct encoding to = encoding(collector);

	note_sinks(collector);
	note_phase(collector);
	encode_facts(&to);
	output_findings(collector);
	collector->is_encoding_wanted = false;
}

void output_recording(struct collector *collector)
{
	struct encoding to = encoding(collector);

	if (!collector_may_encode(collector)) {
		encode_recording(&to);
		output_findings(collector);
		return;
	}
	output_facts(collector);
}

void output_progress(struct collector *collector)
{
	struct encoding to = encoding(collector);

	encode_progress(&to);
}

void output_end(struct collector *collector)
{
	struct encoding to = encoding(collector);
	struct sink_fact accounts[SINKS_MAX + 2];
	uint32_t count;

	encode_traffic(&to);
	encode_probe_durations(&to);
	report_tell_omitted(&collector->report, &collector->record);
	sinks_pump(&collector->sinks);
	count = sinks_account(&collector->sinks, accounts);
	count += console_output_account(collector->facts, &accounts[count]);
	count += console_forward_account(collector, &accounts[count]);
	encode_sinks(&collector->record, &collector->report, accounts, count);
	encode_end(&collector->record, &collector->report, collector->phase, &collector->findings,
		collector->finding_sequences);
}

void output_note_shown(struct collector *collector)
{
	struct sink *run = sinks_find(&collector->sinks, SINK_RUN);
	bool is_shown = console_output_is_shown(collector->facts);

	if (run)
		(void)run_write_file(
			run, "shown", is_shown ? collector->facts->dev_console.device : "");
}

void output_last_page(struct collector *collector)
{
	struct sink *run = sinks_find(&collector->sinks, SINK_RUN);

	summary_write(collector->facts, collector->config, &collector->findings, collector->phase,
		collector->report.boot, collector->summary, sizeof(collector->summary));
	if (run)
		(void)run_write_file(run, "summary.txt", collector->summary);
}

void output_summary(struct collector *collector)
{
	output_last_page(collector);
	if (collector->summary_fd >= 0)
		collector->summary_written =
			outcome_from(write(collector->summary_fd, collector->summary,
					     strlen(collector->summary)) < 0
					     ? -errno
					     : 0);
	console_output_start(collector);
}

/* The first finding is what a page tells in full. */
static bool is_news(struct collector *collector)
{
	const struct finding *first = &collector->findings.item[0];
	char what[sizeof(collector->warned_of)];

	(void)text_join(what, sizeof(what), first->id, " ", first->subject, NULL);
	if (collector->warnings >= WARNINGS_MAX || strcmp(what, collector->warned_of) == 0)
		return false;
	(void)text_copy(collector->warned_of, sizeof(collector->warned_of), what);
	collector->warnings++;
	return true;
}

/* A boot that is about to fail may not come to its end: what was found goes out at once, to those
 * who look at a console, and again when something worse is found. */
void output_early_warning(struct collector *collector)
{
	if (collector->is_single_pass || findings_worst(&collector->findings) != SEVERITY_ERROR ||
		!is_news(collector))
		return;
	summary_write(collector->facts, collector->config, &collector->findings, "early",
		collector->report.boot, collector->summary, sizeof(collector->summary));
	console_output_start(collector);
}
