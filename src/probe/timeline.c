/* SPDX-License-Identifier: MIT */
#include "probe/probe.h"

#include "parse/cmdline.h"
#include "parse/redact.h"
#include "source/cmdline.h"
#include "source/kmsg.h"

#include <errno.h>
#include <string.h>

/* More than the largest log buffer holds; what a file or a kernel gone wild may cost at most. */
enum { RECORDS_MAX = 200000 };

/* The same complaint again (a disk that cannot be read repeats itself) is counted only. */
static bool is_repeated(struct facts *facts, const struct kernel_event_fact *event)
{
	fact_foreach (known, facts->kernel_events) {
		if (known->kind == event->kind && strcmp(known->text, event->text) == 0) {
			known->repeat_count++;
			return true;
		}
	}
	return false;
}

static void event_keep(struct facts *facts, const struct kernel_event_fact *event)
{
	struct timeline_fact *timeline = &facts->timeline;
	struct kernel_event_fact *kept;

	if (is_repeated(facts, event))
		return;
	if (timeline->kept_count[event->kind] >= KERNEL_EVENTS_OF_A_KIND_MAX) {
		timeline->omitted_count[event->kind]++;
		return;
	}
	kept = fact_new(facts->kernel_events);
	if (!kept)
		return;
	*kept = *event;
	timeline->kept_count[event->kind]++;
	fact_done(facts->kernel_events);
}

/* The kernel repeats words of its command line. */
static const struct redacted *known_secrets(const struct sources *sources)
{
	static char cmdline[CMDLINE_SIZE], shown[2 * sizeof(cmdline)];
	static struct redacted redacted;

	(void)cmdline_source_read(&sources->root, cmdline, sizeof(cmdline));
	(void)cmdline_redact_parts(cmdline, shown, sizeof(shown), &redacted);
	return &redacted;
}

static void record_take(struct facts *facts, const char *bytes, size_t length, bool is_behind_gap,
	const struct redacted *known)
{
	struct timeline_fact *timeline = &facts->timeline;
	struct kernel_event_fact event;
	struct kmsg_record record;
	bool is_first = !fact_is_known(&timeline->once);

	if (kmsg_parse(bytes, length, &record) < 0) {
		timeline->malformed_count++;
		return;
	}
	if (!is_first && record.sequence < timeline->next_sequence)
		return;
	if (is_first)
		timeline->first_sequence = record.sequence;
	else if (is_behind_gap)
		timeline->lost_count += record.sequence - timeline->next_sequence;
	timeline->next_sequence = record.sequence + 1;
	if (kmsg_judge(&record, known, &event))
		event_keep(facts, &event);
	fact_publish(&timeline->once);
}

/* Goes on behind the last record that an earlier phase has seen. */
int timeline_run(const struct sources *sources, struct facts *facts, uint32_t subject)
{
	static struct kmsg_source source;
	const struct redacted *known = known_secrets(sources);
	bool is_behind_gap = fact_is_known(&facts->timeline.once);
	int r;

	(void)subject;
	r = kmsg_source_open(sources, &source);
	facts->timeline.read = outcome_from(r);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < RECORDS_MAX; i++) {
		const char *bytes;
		size_t length;

		r = kmsg_source_next(&source, &bytes, &length);
		if (r == -EPIPE) {
			is_behind_gap = true;
			continue;
		}
		if (r < 0 || length == 0)
			break;
		record_take(facts, bytes, length, is_behind_gap, known);
		is_behind_gap = false;
	}
	kmsg_source_close(&source);
	facts->timeline.read = outcome_from(r);
	return 0;
}
