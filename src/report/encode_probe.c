/* SPDX-License-Identifier: MIT */
#include "report/encode.h"

#include "base/text.h"
#include "rule/rule.h"

#include <string.h>

static const char *const STATES[PROBE_STATE_COUNT] = {
	[PROBE_NOT_RUN] = "not-run",
	[PROBE_RUNNING] = "running",
	[PROBE_DONE] = "done",
	[PROBE_FAILED] = "failed",
	[PROBE_TIMEOUT] = "timeout",
	[PROBE_CRASHED] = "crashed",
	[PROBE_NO_CHILD] = "no-child",
};

static void encode_probe(struct encoding *encoding, const struct probe_fact *probe)
{
	struct record *record = encoding->record;
	char process_state[2] = {probe->process_state, '\0'};

	record_begin(record, encoding->report, "probe");
	record_text(record, "name", probe->name);
	record_text(record, "subject", probe->subject);
	record_string(record, "state", STATES[probe->state % PROBE_STATE_COUNT]);
	record_outcome(record, "error", probe->error);
	record_nonzero(record, "signal", (uint64_t)probe->signal);
	record_nonzero(record, "duration_us", probe->duration_us);
	record_u64(record, "budget_us", probe->budget_us);
	record_text(record, "wait_channel", probe->wait_channel);
	record_string(record, "process_state", process_state);
	if (probe->unconfined < 0)
		record_outcome(record, "unconfined", probe->unconfined);
	encoding_end(encoding, probe);
}

static bool is_same_probe(const struct probe_fact *one, const struct probe_fact *other)
{
	return strncmp(one->name, other->name, sizeof(one->name)) == 0 &&
	       strncmp(one->subject, other->subject, sizeof(one->subject)) == 0;
}

/* Whether an earlier run of that probe was said to have failed. */
static bool is_taking_back(const struct encoding *encoding, const struct probe_fact *probe)
{
	const char *base = (const char *)encoding->facts;

	fact_foreach (earlier, encoding->facts->probes) {
		if (earlier < probe && earlier->state > PROBE_DONE &&
			encoding_sequence(encoding, (uint32_t)((const char *)earlier - base)) &&
			is_same_probe(earlier, probe))
			return true;
	}
	return false;
}

/* Healthy probes share one record, the others have one each; the last run of a probe takes back
 * what was said of those before. */
void encode_probes(struct encoding *encoding)
{
	fact_foreach (probe, encoding->facts->probes) {
		if (probe_is_overtaken(encoding->facts, probe))
			continue;
		if (probe->state > PROBE_DONE ||
			(probe->state == PROBE_DONE && probe->unconfined < 0) ||
			(probe->state == PROBE_DONE && is_taking_back(encoding, probe)))
			encode_probe(encoding, probe);
	}
}

/* The longest run of each: a probe runs early, when something has arrived, and late. Returns NULL
 * where an earlier entry stands for this one. */
static const struct probe_fact *longest_run(
	const struct facts *facts, const struct probe_fact *first, uint32_t *ret_runs)
{
	const struct probe_fact *longest = first;

	*ret_runs = 0;
	fact_foreach (probe, facts->probes) {
		if (probe->state != PROBE_DONE || !is_same_probe(probe, first))
			continue;
		if (probe < first)
			return NULL;
		longest = probe->duration_us > longest->duration_us ? probe : longest;
		++*ret_runs;
	}
	return longest;
}

void encode_probe_durations(struct encoding *encoding)
{
	struct record *record = encoding->record;

	record_begin(record, encoding->report, "probe");
	record_array_begin(record, "done");
	fact_foreach (probe, encoding->facts->probes) {
		const struct probe_fact *longest;
		uint32_t runs;

		if (probe->state != PROBE_DONE)
			continue;
		longest = longest_run(encoding->facts, probe, &runs);
		if (!longest)
			continue;
		record_object_begin(record);
		record_text(record, "name", longest->name);
		record_text(record, "subject", longest->subject);
		record_seconds(record, "started", longest->started_us);
		record_u64(record, "duration_us", longest->duration_us);
		if (runs > 1)
			record_u64(record, "runs", runs);
		record_object_end(record);
	}
	record_array_end(record);
	(void)record_end(record);
}
