/* SPDX-License-Identifier: MIT */
#include "report/encode.h"

static void encode_because(struct encoding *encoding, const struct finding *finding)
{
	uint32_t said[BECAUSE_MAX], count = 0;

	record_array_begin(encoding->record, "because");
	for (uint32_t i = 0; i < finding->because_count; i++) {
		uint32_t sequence = encoding_sequence(encoding, finding->because[i]);
		bool is_new = sequence != 0;

		for (uint32_t k = 0; k < count; k++)
			is_new &= said[k] != sequence;
		if (!is_new)
			continue;
		said[count++] = sequence;
		record_array_u64(encoding->record, sequence);
	}
	record_array_end(encoding->record);
}

static void encode_fixes(struct record *record, const struct finding *finding)
{
	record_array_begin(record, "fix");
	for (uint32_t i = 0; i < finding->fix_count; i++) {
		record_object_begin(record);
		record_string(record, "tool", finding->fix[i].tool);
		record_text(record, "change", finding->fix[i].change);
		record_flag(record, "first", finding->fix[i].is_first);
		record_object_end(record);
	}
	record_array_end(record);
}

void encode_findings(
	struct encoding *encoding, const struct findings *findings, uint32_t *ret_sequences)
{
	for (uint32_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->item[i];

		record_begin(encoding->record, encoding->report, "finding");
		record_string(encoding->record, "id", finding->id);
		record_string(encoding->record, "severity", SEVERITY_NAMES[finding->severity]);
		record_text(encoding->record, "subject", finding->subject);
		record_text(encoding->record, "summary", finding->summary);
		record_string(encoding->record, "part_of", finding->part_of);
		encode_because(encoding, finding);
		encode_fixes(encoding->record, finding);
		ret_sequences[i] = record_end(encoding->record);
	}
}
