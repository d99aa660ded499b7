/* SPDX-License-Identifier: MIT */
/*
 * What the kernel made of each partition table. A table that is being written anew has moments
 * without partitions, so the last word is spoken when all disks have been read.
 */
#include "probe/layout.h"

#include "base/extent.h"
#include "gpt/layout.h"
#include "probe/probe.h"

#include <string.h>

/* Device mapper, and a loop device that was not asked to, never have partitions of the kernel's
 * (genhd: GENHD_FL_NO_PART). */
static bool can_have_partitions(const struct sources *sources, const char *name)
{
	unsigned long long range = 0;
	int r = sysroot_number(
		&sources->root, 10, &range, "sys/class/block/", name, "/ext_range", NULL);

	return r < 0 || range > 1;
}

bool layout_is_part(const struct block_fact *block, const struct block_fact *disk)
{
	return block->partition && !block->is_removed &&
	       strncmp(block->parent, disk->name, sizeof(block->parent)) == 0;
}

static void ask_kernel(struct facts *facts, const struct block_fact *disk, struct gpt_fact *gpt)
{
	static struct extent extents[BLOCK_MAX];
	size_t count = 0;

	fact_foreach (block, facts->blocks) {
		if (layout_is_part(block, disk))
			extents[count++] = (struct extent){
				block->partition, block->start_lba, block->size_bytes / 512};
	}
	/* What was said of it before does not hold any more. */
	if (gpt->does_kernel_agree == ANSWER_NO)
		gpt->disagreement[0] = '\0';
	gpt->does_kernel_agree = answer_from(gpt_layout_agrees(
		gpt, extents, count, "the kernel", gpt->disagreement, sizeof(gpt->disagreement)));
}

void layout_compare(const struct sources *sources, struct facts *facts,
	const struct block_fact *disk, struct gpt_fact *gpt)
{
	if (gpt_has_table(gpt) && can_have_partitions(sources, disk->name))
		ask_kernel(facts, disk, gpt);
}

int layout_run(const struct sources *sources, struct facts *facts, uint32_t subject)
{
	(void)subject;
	fact_foreach (gpt, facts->gpts) {
		if (!fact_is_known(&gpt->once))
			continue;
		fact_foreach (block, facts->blocks) {
			if (!block->partition && !block->is_removed &&
				strncmp(block->name, gpt->disk, sizeof(gpt->disk)) == 0)
				layout_compare(sources, facts, block, gpt);
		}
	}
	return 0;
}
