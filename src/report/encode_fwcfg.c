/* SPDX-License-Identifier: MIT */
#include "report/encode.h"

#include "base/text.h"
#include "report/driver_state.h"

static void encode_items(struct encoding *encoding)
{
	struct record *record = encoding->record;

	record_array_begin(record, "items");
	fact_foreach (item, encoding->facts->fwcfg_items) {
		record_object_begin(record);
		record_text(record, "name", item->name);
		record_u64(record, "size_bytes", item->size_bytes);
		if (item->content_read == OUTCOME_OK)
			record_text(record, "content", item->content);
		else
			record_outcome(record, "content_read", item->content_read);
		record_flag(record, "is_content_cut", item->is_content_cut);
		record_object_end(record);
	}
	record_array_end(record);
}

void encode_fwcfg(struct encoding *encoding)
{
	const struct fwcfg_fact *fwcfg = &encoding->facts->fwcfg;
	struct record *record = encoding->record;

	if (!fact_is_known(&fwcfg->once) ||
		(fwcfg->is_declared == ANSWER_UNKNOWN && fwcfg->driver == DRIVER_UNKNOWN))
		return;
	record_begin(record, encoding->report, "fwcfg");
	record_subject(record);
	record_answer(record, "is_declared", fwcfg->is_declared);
	record_text(record, "path", fwcfg->acpi_path);
	record_string(record, "driver", driver_state_name(fwcfg->driver));
	record_flag(record, "was_loaded_by_us", fwcfg->was_loaded_by_us);
	if (fwcfg->load != OUTCOME_OK)
		record_outcome(record, "load", fwcfg->load);
	record_text(record, "signature", fwcfg->signature);
	if (fwcfg->revision_read == OUTCOME_OK)
		record_u64(record, "revision", fwcfg->revision);
	else
		record_outcome(record, "revision_read", fwcfg->revision_read);
	record_answer(record, "has_dma", fwcfg->has_dma);
	record_nonzero(record, "item_count", fwcfg->item_count);
	record_flag(record, "is_list_cut", fwcfg->is_list_cut);
	encode_items(encoding);
	encoding_end(encoding, &encoding->facts->fwcfg);
}
