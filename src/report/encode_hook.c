/* SPDX-License-Identifier: MIT */
#include "report/encode_hook.h"

#include "base/text.h"

void encode_begin(struct record *record, struct report *report, const char *verb)
{
	record_begin(record, report, "begin");
	record_string(record, "version", BOOTPROBE_VERSION);
	record_string(record, "verb", verb);
	(void)record_end_always(record);
}

void encode_config(struct record *record, struct report *report, const struct config *config)
{
	record_begin(record, report, "config");
	record_u64(record, "budget_us", config->budget_us);
	record_u64(record, "stall_us", config->stall_us);
	record_array_begin(record, "sinks");
	for (unsigned i = 0; i < SINK_KIND_COUNT; i++) {
		if (config->sinks & 1U << i)
			record_array_string(record, SINK_NAMES[i]);
	}
	record_array_end(record);
	record_string(record, "record",
		config->is_recording_full ? "full"
		: config->is_recording    ? "exit"
					  : "");
	record_string(record, "heal", config->may_heal_console ? "console" : "");
	record_flag(record, "from_smbios", config->is_from_smbios);
	record_flag(record, "from_fwcfg", config->is_from_fwcfg);
	record_array_begin(record, "problems");
	for (uint32_t i = 0; i < config->problem_count && i < CONFIG_PROBLEMS_MAX; i++)
		record_array_string(record, config->problem[i]);
	record_array_end(record);
	if (config->problem_count > CONFIG_PROBLEMS_MAX)
		record_u64(record, "problem_count", config->problem_count);
	(void)record_end_always(record);
}

void encode_sinks(struct record *record, struct report *report, const struct sink_fact *accounts,
	uint32_t count)
{
	record_begin(record, report, "sink");
	record_array_begin(record, "sinks");
	for (uint32_t i = 0; i < count; i++) {
		const struct sink_fact *account = &accounts[i];
		record_object_begin(record);
		record_text(record, "name", account->name);
		record_text(record, "target", account->target);
		record_outcome(record, "state", account->state);
		record_u64(record, "delivered", account->delivered);
		record_nonzero(record, "waiting", account->waiting);
		record_nonzero(record, "dropped", account->dropped);
		record_u64(record, "delivered_bytes", account->bytes);
		record_answer(record, "is_read", account->is_read);
		record_object_end(record);
	}
	record_array_end(record);
	(void)record_end_always(record);
}

/* The end record takes one line, so that it can say how many there are. The findings go before what
 * is undecided, which is only counted where they are many. */
enum { UNDECIDED_SHOWN_MAX = 12, FINDINGS_BESIDE_UNDECIDED_MAX = 40 };

static void encode_verdict(
	struct record *record, const struct findings *findings, const uint32_t *sequences)
{
	bool is_room_left = findings->count <= FINDINGS_BESIDE_UNDECIDED_MAX;
	uint32_t shown_max = is_room_left ? UNDECIDED_SHOWN_MAX : 0;

	record_u64(record, "errors", findings_count(findings, SEVERITY_ERROR));
	record_u64(record, "warnings", findings_count(findings, SEVERITY_WARNING));
	record_array_begin(record, "findings");
	for (uint32_t i = 0; i < findings->count; i++)
		record_array_u64(record, sequences[i]);
	record_array_end(record);
	record_nonzero(record, "dropped_findings", findings->dropped);
	record_array_begin(record, "undecided");
	for (uint32_t i = 0; i < findings->undecided_count && i < shown_max; i++)
		record_array_string(record, findings->undecided[i]);
	record_array_end(record);
	if (findings->undecided_count > shown_max)
		record_u64(record, "undecided_count", findings->undecided_count);
}

void encode_end(struct record *record, struct report *report, const char *phase, bool has_given_up,
	const struct findings *findings, const uint32_t *sequences)
{
	record_begin(record, report, "end");
	record_string(record, "phase", phase);
	record_flag(record, "gave_up", has_given_up);
	/* This line included. */
	record_u64(record, "records", report->next_sequence);
	if (findings)
		encode_verdict(record, findings, sequences);
	(void)record_end_always(record);
}
