/* SPDX-License-Identifier: MIT */
#include "report/encode.h"

#include "base/text.h"

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
	encoding_end(encoding, probe);
}

/* Healthy probes share one record, the others have one each. */
void encode_probes(struct encoding *encoding)
{
	fact_foreach (probe, encoding->facts->probes) {
		if (probe->state > PROBE_DONE)
			encode_probe(encoding, probe);
	}
}

void encode_probe_durations(struct encoding *encoding)
{
	struct record *record = encoding->record;

	record_begin(record, encoding->report, "probe");
	record_array_begin(record, "done");
	fact_foreach (probe, encoding->facts->probes) {
		if (probe->state != PROBE_DONE)
			continue;
		record_object_begin(record);
		record_text(record, "name", probe->name);
		record_text(record, "subject", probe->subject);
		record_u64(record, "duration_us", probe->duration_us);
		record_object_end(record);
	}
	record_array_end(record);
	(void)record_end(record);
}
