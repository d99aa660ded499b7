/* SPDX-License-Identifier: MIT */
#include "gpt/layout.h"

#include "base/text.h"
#include "gpt/mbr.h"

#include <string.h>

uint32_t gpt_kept_count(const struct gpt_fact *gpt)
{
	return gpt->partition_count < GPT_PARTITIONS_MAX ? gpt->partition_count
							 : GPT_PARTITIONS_MAX;
}

static bool is_container(const struct gpt_partition_fact *partition)
{
	return mbr_type_is_extended(partition->mbr_type);
}

/* Indices of the partitions that hold data, by their start. At most GPT_PARTITIONS_MAX, so that
 * insertion is bounded whatever the disk says. */
static uint32_t order_by_start(const struct gpt_fact *gpt, uint8_t order[GPT_PARTITIONS_MAX])
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < gpt_kept_count(gpt); i++) {
		uint64_t first = gpt->partition[i].first_lba;
		uint32_t at = count;

		if (is_container(&gpt->partition[i]))
			continue;
		for (; at > 0 && gpt->partition[order[at - 1]].first_lba > first; at--)
			order[at] = order[at - 1];
		order[at] = (uint8_t)i;
		count++;
	}
	return count;
}

static void find_overlap(struct gpt_fact *gpt, const uint8_t *order, uint32_t count)
{
	const struct gpt_partition_fact *furthest = NULL;

	gpt->has_overlap = ANSWER_NO;
	for (uint32_t i = 0; i < count; i++) {
		const struct gpt_partition_fact *partition = &gpt->partition[order[i]];

		if (furthest && partition->first_lba <= furthest->last_lba) {
			gpt->has_overlap = ANSWER_YES;
			gpt->overlap_first = furthest->number;
			gpt->overlap_second = partition->number;
			return;
		}
		if (!furthest || partition->last_lba > furthest->last_lba)
			furthest = partition;
	}
}

static void find_out_of_range(struct gpt_fact *gpt, uint64_t first_lba, uint64_t last_lba)
{
	gpt->out_of_range = 0;
	for (uint32_t i = 0; i < gpt_kept_count(gpt) && !gpt->out_of_range; i++) {
		const struct gpt_partition_fact *partition = &gpt->partition[i];

		if (partition->first_lba < first_lba || partition->last_lba > last_lba ||
			partition->first_lba > partition->last_lba)
			gpt->out_of_range = partition->number;
	}
}

/* Two partitions of one GUID, which is there to tell them apart. */
static void find_twins(struct gpt_fact *gpt)
{
	static const uint8_t NONE[16];
	uint32_t kept = gpt_kept_count(gpt);

	for (uint32_t i = 0; i < kept && !gpt->twin_first; i++) {
		const struct gpt_partition_fact *one = &gpt->partition[i];

		for (uint32_t k = i + 1; k < kept && !gpt->twin_first; k++) {
			if (memcmp(one->unique_guid, NONE, sizeof(NONE)) == 0 ||
				memcmp(one->unique_guid, gpt->partition[k].unique_guid,
					sizeof(NONE)) != 0)
				continue;
			gpt->twin_first = one->number;
			gpt->twin_second = gpt->partition[k].number;
		}
	}
}

static void find_last(struct gpt_fact *gpt, uint64_t growable_last_lba)
{
	uint64_t end = 0;

	gpt->last_partition = 0;
	for (uint32_t i = 0; i < gpt_kept_count(gpt); i++) {
		const struct gpt_partition_fact *partition = &gpt->partition[i];

		if (is_container(partition) || partition->last_lba < end)
			continue;
		end = partition->last_lba;
		gpt->last_partition = partition->number;
	}
	gpt->free_behind_last_bytes =
		gpt->last_partition && growable_last_lba > end
			? (growable_last_lba - end) * gpt->logical_sector_bytes
			: 0;
}

void gpt_layout_judge(
	struct gpt_fact *gpt, uint64_t first_lba, uint64_t last_lba, uint64_t growable_last_lba)
{
	uint8_t order[GPT_PARTITIONS_MAX];
	uint32_t count = order_by_start(gpt, order);

	find_overlap(gpt, order, count);
	find_out_of_range(gpt, first_lba, last_lba);
	find_twins(gpt);
	find_last(gpt, growable_last_lba);
}

/* ------------------------------------------------------------------------------- agreement */

static const struct extent *extent_find(const struct extent *extents, size_t count, uint32_t number)
{
	for (size_t i = 0; i < count; i++) {
		if (extents[i].number == number)
			return &extents[i];
	}
	return NULL;
}

static const struct gpt_partition_fact *partition_find(const struct gpt_fact *gpt, uint32_t number)
{
	for (uint32_t i = 0; i < gpt_kept_count(gpt); i++) {
		if (gpt->partition[i].number == number)
			return &gpt->partition[i];
	}
	return NULL;
}

static bool is_same_place(const struct gpt_fact *gpt, const struct gpt_partition_fact *partition,
	const struct extent *extent)
{
	uint64_t units = gpt->logical_sector_bytes / EXTENT_UNIT_BYTES;

	if (extent->start != partition->first_lba * units)
		return false;
	return is_container(partition) ||
	       extent->count == (partition->last_lba - partition->first_lba + 1) * units;
}

static bool disagree(char *why, size_t size, const char *who, const char *what, uint32_t number)
{
	struct text text;

	text_init(&text, why, size);
	text_append(&text, who);
	text_append(&text, what);
	if (number)
		text_append_u64(&text, number);
	return false;
}

bool gpt_layout_agrees(const struct gpt_fact *gpt, const struct extent *others, size_t count,
	const char *who, char *why, size_t size)
{
	if (!count && gpt->partition_count)
		return disagree(why, size, who, " has no partitions", 0);
	for (uint32_t i = 0; i < gpt_kept_count(gpt); i++) {
		const struct gpt_partition_fact *partition = &gpt->partition[i];
		const struct extent *other = extent_find(others, count, partition->number);

		if (!other)
			return disagree(why, size, who, " lacks partition ", partition->number);
		if (!is_same_place(gpt, partition, other))
			return disagree(why, size, who, " has another place or size for partition ",
				partition->number);
	}
	if (gpt->partition_count > GPT_PARTITIONS_MAX)
		return true;
	for (size_t i = 0; i < count; i++) {
		if (!partition_find(gpt, others[i].number))
			return disagree(
				why, size, who, " has one more partition: ", others[i].number);
	}
	return true;
}
