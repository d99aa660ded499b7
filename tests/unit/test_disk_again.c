/* SPDX-License-Identifier: MIT */
/*
 * A partition that is looked at again, with a libblkid of our own.
 */
#include "base/text.h"
#include "probe/probe.h"
#include "source/blkid.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

static struct facts facts;
static const struct sources SOURCES = {.root = {.fd = -1, .is_fixture = true}};
static bool is_known_meanwhile;
static char uuid_meanwhile[48];
static const char *uuid_found = "";
static int result;

void blkid_source_filesystem(const struct sysroot *root, struct disk_source *disk, const char *name,
	uint64_t offset_bytes, uint64_t length_bytes, struct filesystem_fact *filesystem)
{
	const struct filesystem_fact *seen = &facts.filesystems[1];

	(void)root;
	(void)disk;
	(void)offset_bytes;
	(void)length_bytes;
	if (strcmp(name, "sda1") != 0)
		return;
	is_known_meanwhile = fact_is_known(&seen->once);
	(void)text_copy(uuid_meanwhile, sizeof(uuid_meanwhile), seen->uuid);
	(void)text_copy(filesystem->uuid, sizeof(filesystem->uuid), uuid_found);
	filesystem->probe = outcome_from(result);
}

int blkid_source_partitions(struct disk_source *disk, struct extent *partitions, uint32_t max)
{
	(void)disk;
	(void)partitions;
	(void)max;
	return -ENOENT;
}

static void start(void)
{
	struct block_fact *disk = fact_new(facts.blocks), *part;
	struct gpt_fact *gpt;

	(void)text_copy(disk->name, sizeof(disk->name), "sda");
	fact_done(facts.blocks);
	part = fact_new(facts.blocks);
	(void)text_copy(part->name, sizeof(part->name), "sda1");
	(void)text_copy(part->parent, sizeof(part->parent), "sda");
	part->partition = 1;
	fact_done(facts.blocks);
	gpt = fact_new(facts.gpts);
	(void)text_copy(gpt->disk, sizeof(gpt->disk), "sda");
	gpt->kind = TABLE_GPT;
	gpt->partition_count = 1;
	gpt->partition[0].number = 1;
	gpt->partition[0].unique_guid[0] = 1;
	fact_done(facts.gpts);
	uuid_found = "first";
	ck_assert_int_eq(disk_run(&SOURCES, &facts, 0), 0);
	ck_assert(!is_known_meanwhile);
	ck_assert_str_eq(facts.filesystems[1].uuid, "first");
	ck_assert(fact_is_known(&facts.filesystems[1].once));
	uuid_found = "second";
}

START_TEST(what_was_found_holds_while_it_is_looked_at_again)
{
	start();
	ck_assert_int_eq(disk_run(&SOURCES, &facts, 0), 0);
	ck_assert(is_known_meanwhile);
	ck_assert_str_eq(uuid_meanwhile, "first");
	ck_assert_str_eq(facts.filesystems[1].uuid, "second");
	ck_assert(fact_is_known(&facts.filesystems[1].once));
}

START_TEST(what_the_look_has_found_holds_whatever_it_is)
{
	start();
	uuid_found = "";
	result = -ENOENT;
	ck_assert_int_eq(disk_run(&SOURCES, &facts, 0), 0);
	ck_assert_str_eq(facts.filesystems[1].uuid, "");
	ck_assert_int_eq(facts.filesystems[1].probe, -ENOENT);
	/* Nothing was found, so there is nothing to keep. */
	ck_assert_int_eq(disk_run(&SOURCES, &facts, 0), 0);
	ck_assert(!is_known_meanwhile);
}

START_TEST(another_partition_is_looked_at_anew)
{
	start();
	facts.gpts.item[0].partition[0].unique_guid[0] = 2;
	ck_assert_int_eq(disk_run(&SOURCES, &facts, 0), 0);
	ck_assert(!is_known_meanwhile);
	ck_assert_str_eq(uuid_meanwhile, "");
	ck_assert_str_eq(facts.filesystems[1].uuid, "second");
}

UNIT_MAIN("disk_again", what_was_found_holds_while_it_is_looked_at_again,
	what_the_look_has_found_holds_whatever_it_is, another_partition_is_looked_at_anew)
