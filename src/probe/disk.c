/* SPDX-License-Identifier: MIT */
#include "probe/layout.h"
#include "probe/probe.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "gpt/guid.h"
#include "gpt/layout.h"
#include "gpt/table.h"
#include "source/blkid.h"
#include "source/confine.h"
#include "source/disk.h"
#include "source/kmod.h"

#include <errno.h>
#include <string.h>

/* Memory for reads past the page cache. */
static uint8_t buffer[GPT_BUFFER_SIZE] __attribute__((aligned(DISK_ALIGNMENT)));

/* ---------------------------------------------------------------------------------- the table */

/* The place that the collector made for this disk, or one that nobody sees. */
static struct gpt_fact *gpt_of(struct facts *facts, const char *name)
{
	static struct gpt_fact unseen;

	fact_foreach (gpt, facts->gpts) {
		if (strncmp(gpt->disk, name, sizeof(gpt->disk)) == 0)
			return gpt;
	}
	return &unseen;
}

static int read_for_table(void *context, const char *what, uint64_t offset_bytes, uint8_t *bytes,
	uint32_t length_bytes)
{
	return disk_source_read(context, what, offset_bytes, bytes, length_bytes);
}

static void read_table(
	struct disk_source *disk, const struct block_fact *block, struct gpt_fact *gpt)
{
	const struct gpt_input input = {
		.size_bytes = block->size_bytes,
		.sector_bytes = block->logical_sector_bytes ? block->logical_sector_bytes : 512,
		.read = read_for_table,
		.context = disk,
		.buffer = buffer,
	};

	if (gpt_table_read(&input, gpt) < 0)
		gpt->kind = TABLE_UNKNOWN;
}

static void ask_libblkid(struct disk_source *disk, struct gpt_fact *gpt)
{
	static struct extent extents[2 * GPT_PARTITIONS_MAX];
	char why[sizeof(gpt->disagreement)] = "";
	int count = blkid_source_partitions(disk, extents, ARRAY_SIZE(extents));

	if (count < 0)
		return;
	gpt->does_libblkid_agree = answer_from(
		gpt_layout_agrees(gpt, extents, (size_t)count, "libblkid", why, sizeof(why)));
	if (text_is_empty(gpt->disagreement))
		(void)text_copy(gpt->disagreement, sizeof(gpt->disagreement), why);
}

/* ------------------------------------------------------------------------------- file systems */

/* What a content that is no file system needs to be of use. */
static const struct {
	const char *type, *module;
} STACKED[] = {
	{"LVM2_member", "dm_mod"},
	{"crypto_LUKS", "dm_crypt"},
	{"linux_raid_member", "md_mod"},
	{"DM_multipath_member", "dm_multipath"},
	{"bcache", "bcache"},
	{"zfs_member", "zfs"},
};

/* What is read before the disk is, and held against what lies on it. */
static struct {
	char filesystems[8192]; /* /proc/filesystems */
	struct kmod_source kmod;
} kernel;

/* Whether a line ("nodev\ttmpfs", "\text4") names type. */
static bool is_registered(const char *type)
{
	const size_t length = strlen(type);

	for (const char *at = kernel.filesystems; length && (at = strstr(at, type)); at += length) {
		if (at > kernel.filesystems && at[-1] == '\t' && at[length] == '\n')
			return true;
	}
	return false;
}

static bool is_loaded(const struct sources *sources, const char *type)
{
	char path[64];

	return text_join(path, sizeof(path), "sys/module/", type, "/initstate", NULL) &&
	       sysroot_exists(&sources->root, path);
}

static void look_for_module(const struct sources *sources, struct filesystem_fact *filesystem)
{
	const char *type = filesystem->type;
	char alias[40];

	if (strcmp(filesystem->usage, "filesystem") == 0 && is_registered(type)) {
		filesystem->module = is_loaded(sources, type) ? DRIVER_LOADED : DRIVER_BUILT_IN;
		return;
	}
	alias[0] = '\0';
	if (strcmp(filesystem->usage, "filesystem") == 0)
		(void)text_join(alias, sizeof(alias), "fs-", type, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(STACKED); i++) {
		if (strcmp(type, STACKED[i].type) == 0)
			(void)text_copy(alias, sizeof(alias), STACKED[i].module);
	}
	if (!text_is_empty(alias))
		(void)kmod_source_look_up(&kernel.kmod, alias, filesystem->module_name,
			sizeof(filesystem->module_name), &filesystem->module);
}

static void name_from_gpt(
	const struct gpt_partition_fact *partition, struct filesystem_fact *filesystem)
{
	char guid[GUID_TEXT_SIZE];

	guid_format(partition->unique_guid, guid);
	(void)text_copy(filesystem->part_uuid, sizeof(filesystem->part_uuid), guid);
	(void)text_copy(filesystem->part_label, sizeof(filesystem->part_label), partition->name);
}

/* The kernel's PARTUUID of a partition without a GUID (block/partitions/msdos.c). */
static void name_from_mbr(
	const struct gpt_fact *gpt, uint32_t number, struct filesystem_fact *filesystem)
{
	struct text text;

	text_init(&text, filesystem->part_uuid, sizeof(filesystem->part_uuid));
	text_append_hex(&text, gpt->mbr_signature, 8);
	text_append_char(&text, '-');
	text_append_hex(&text, number, 2);
}

static void name_partition(
	const struct gpt_fact *gpt, uint32_t number, struct filesystem_fact *filesystem)
{
	if (gpt->kind == TABLE_MBR) {
		name_from_mbr(gpt, number, filesystem);
		return;
	}
	for (uint32_t i = 0; i < gpt_kept_count(gpt); i++) {
		if (gpt->partition[i].number == number)
			name_from_gpt(&gpt->partition[i], filesystem);
	}
}

/* What was found on a partition holds until another look at it has ended: one that was enlarged is
 * looked at again just when its root file system is to be named. */
static bool is_same_partition(
	const struct filesystem_fact *before, const struct filesystem_fact *now)
{
	return fact_is_known(&before->once) && before->probe == OUTCOME_OK &&
	       !text_is_empty(now->part_uuid) && strcmp(before->part_uuid, now->part_uuid) == 0;
}

static void look_at(const struct sources *sources, struct facts *facts, struct disk_source *disk,
	const struct gpt_fact *gpt, uint32_t index)
{
	const struct block_fact *block = &facts->blocks.item[index];
	struct filesystem_fact *filesystem = &facts->filesystems[index], fresh, *looked;

	memset(&fresh, 0, sizeof(fresh));
	(void)text_copy(fresh.device, sizeof(fresh.device), block->name);
	if (block->partition)
		name_partition(gpt, block->partition, &fresh);
	looked = is_same_partition(filesystem, &fresh) ? &fresh : filesystem;
	if (looked == filesystem)
		*filesystem = fresh;
	blkid_source_filesystem(&sources->root, disk, block->name, block->start_lba * 512,
		block->size_bytes, looked);
	if (looked->probe == OUTCOME_OK)
		look_for_module(sources, looked);
	fact_publish(&looked->once);
	if (looked != filesystem)
		*filesystem = fresh;
}

static void look_at_partitions(const struct sources *sources, struct facts *facts,
	struct disk_source *disk, const struct gpt_fact *gpt, uint32_t subject)
{
	uint32_t count = fact_count(facts->blocks);

	for (uint32_t i = 0; i < count; i++) {
		if (layout_is_part(&facts->blocks.item[i], &facts->blocks.item[subject]))
			look_at(sources, facts, disk, gpt, i);
	}
}

/* -------------------------------------------------------------------------------------- all */

/* A disk without a table may be one file system, or hold nothing. */
static void look_at_whole(const struct sources *sources, struct facts *facts,
	struct disk_source *disk, struct gpt_fact *gpt, uint32_t subject)
{
	const struct filesystem_fact *filesystem = &facts->filesystems[subject];

	if (gpt_has_table(gpt) && !gpt_table_may_be_filesystem(gpt))
		return;
	look_at(sources, facts, disk, gpt, subject);
	if (filesystem->probe == OUTCOME_OK)
		gpt->kind = TABLE_FILESYSTEM;
}

static void look_at_disk(const struct sources *sources, struct facts *facts,
	struct disk_source *disk, uint32_t subject)
{
	struct block_fact *block = &facts->blocks.item[subject];
	struct gpt_fact *gpt = gpt_of(facts, block->name);

	atomic_store(&gpt->once.is_known, 0);
	if (disk->fd >= 0)
		read_table(disk, block, gpt);
	look_at_whole(sources, facts, disk, gpt, subject);
	layout_compare(sources, facts, block, gpt);
	if (gpt_has_table(gpt) && disk->fd >= 0)
		ask_libblkid(disk, gpt);
	if (gpt->kind != TABLE_UNKNOWN)
		fact_publish(&gpt->once);
	look_at_partitions(sources, facts, disk, gpt, subject);
}

static void look_at_kernel(const struct sources *sources)
{
	if (sysroot_read(&sources->root, "proc/filesystems", kernel.filesystems,
		    sizeof(kernel.filesystems)) < 0)
		kernel.filesystems[0] = '\0';
	(void)kmod_source_open(sources, &kernel.kmod);
}

int disk_run(const struct sources *sources, struct facts *facts, uint32_t subject)
{
	_cleanup_(disk_source_close) struct disk_source disk = {.root = &sources->root, .fd = -1};
	struct sources below = *sources;
	struct block_fact *block;
	int r;

	if (subject >= fact_count(facts->blocks))
		return -EINVAL;
	block = &facts->blocks.item[subject];
	atomic_store(&block->is_look_over, 0);
	atomic_store(&block->read_count, 0);
	r = disk_source_open(&sources->root, block, &disk);
	block->open = outcome_from(r);
	/* A captured machine may tell of file systems without having the bytes of its disks. */
	if (r == 0 || sources->root.is_fixture) {
		look_at_kernel(sources);
		/* A captured disk is a folder of files. */
		if (!sources->root.is_fixture)
			confine_to_sys(&below.root, kernel.kmod.modules_fd);
		kernel.kmod.sources = &below;
		look_at_disk(&below, facts, &disk, subject);
		kmod_source_close(&kernel.kmod);
	}
	atomic_store(&block->is_look_over, 1);
	return 0;
}
