/* SPDX-License-Identifier: MIT */
/*
 * The rules over one partition table: what each damage is called, how bad it is, and what the fix
 * begins with.
 */
#include "base/text.h"
#include "rule/rule.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

static struct facts facts;
static struct findings findings;
static struct gpt_fact *const gpt = &facts.gpts.item[0];

static void header_make(struct gpt_header_fact *header)
{
	*header = (struct gpt_header_fact){
		.read = OUTCOME_OK,
		.has_signature = ANSWER_YES,
		.is_header_crc_right = ANSWER_YES,
		.is_entries_crc_right = ANSWER_YES,
		.is_sane = ANSWER_YES,
		.entry_count = 128,
		.entry_length_bytes = 128,
	};
}

/* A sound one. */
static void table_make(void)
{
	struct block_fact *block = &facts.blocks.item[0];

	memset(&facts, 0, sizeof(facts));
	(void)text_copy(block->name, sizeof(block->name), "sda");
	(void)text_copy(block->transport, sizeof(block->transport), "image");
	(void)text_copy(gpt->disk, sizeof(gpt->disk), "sda");
	gpt->kind = TABLE_GPT;
	gpt->logical_sector_bytes = 512;
	gpt->disk_lba = 131072;
	gpt->mbr_read = OUTCOME_OK;
	gpt->has_protective_mbr = true;
	gpt->protective_count = 1;
	gpt->protective_first_lba = 1;
	header_make(&gpt->primary);
	header_make(&gpt->backup);
	gpt->do_headers_match = ANSWER_YES;
	gpt->do_entries_match = ANSWER_YES;
	gpt->has_overlap = ANSWER_NO;
	gpt->partition_count = 3;
	fact_publish(&gpt->once);
	fact_done(facts.blocks);
	fact_done(facts.gpts);
}

static void primary_flipped(void)
{
	gpt->primary.is_header_crc_right = ANSWER_NO;
}

static void primary_lying(void)
{
	gpt->primary.is_sane = ANSWER_NO;
}

static void primary_entries(void)
{
	gpt->primary.is_entries_crc_right = ANSWER_NO;
	gpt->do_entries_match = ANSWER_NO;
}

static void primary_unreadable(void)
{
	memset(&gpt->primary, 0, sizeof(gpt->primary));
	gpt->primary.read = -EIO;
}

static void both_flipped(void)
{
	gpt->primary.is_header_crc_right = ANSWER_NO;
	gpt->backup.is_header_crc_right = ANSWER_NO;
}

static void large_entries(void)
{
	gpt->primary.entry_length_bytes = 256;
	gpt->backup.entry_length_bytes = 256;
}

static void remains(void)
{
	gpt->has_protective_mbr = false;
	gpt->protective_count = 0;
	gpt->primary.has_signature = ANSWER_NO;
}

static void unprotected(void)
{
	gpt->has_protective_mbr = false;
	gpt->protective_count = 0;
}

static void protected_elsewhere(void)
{
	gpt->has_protective_mbr = false;
	gpt->protective_first_lba = 2;
}

static void unprotected_and_taken(void)
{
	unprotected();
	gpt->does_kernel_agree = ANSWER_YES;
}

static void shrunk(void)
{
	gpt->primary.is_sane = ANSWER_NO;
	gpt->backup.has_signature = ANSWER_NO;
	gpt->disk_shrunk_bytes = 32 << 20;
}

static void shrunk_a_little(void)
{
	gpt->backup.has_signature = ANSWER_NO;
	gpt->disk_shrunk_bytes = 512;
}

static void backup_flipped(void)
{
	gpt->backup.is_header_crc_right = ANSWER_NO;
}

static void backup_lying(void)
{
	gpt->backup.is_sane = ANSWER_NO;
}

static void grown(void)
{
	gpt->backup_misplaced_bytes = 1 << 30;
}

static void different(void)
{
	gpt->do_headers_match = ANSWER_NO;
}

static void out_of_range(void)
{
	gpt->out_of_range = 3;
}

static void mismatched_hybrid(void)
{
	gpt->kind = TABLE_HYBRID;
	gpt->hybrid_mismatch = 2;
}

static void have_twins(void)
{
	gpt->twin_first = 1;
	gpt->twin_second = 3;
}

static void overlap(void)
{
	gpt->has_overlap = ANSWER_YES;
	gpt->overlap_first = 1;
	gpt->overlap_second = 2;
}

static void mbr_overlap(void)
{
	overlap();
	gpt->kind = TABLE_MBR;
	gpt->has_protective_mbr = false;
}

static void mbr_out_of_range(void)
{
	gpt->kind = TABLE_MBR;
	gpt->has_protective_mbr = false;
	gpt->out_of_range = 1;
}

static void sound_mbr(void)
{
	gpt->kind = TABLE_MBR;
	gpt->has_protective_mbr = false;
	memset(&gpt->primary, 0, sizeof(gpt->primary));
	memset(&gpt->backup, 0, sizeof(gpt->backup));
}

static void other_sectors(void)
{
	gpt->primary.has_signature = ANSWER_NO;
	gpt->backup.has_signature = ANSWER_NO;
	gpt->wrong_sector_bytes = 4096;
}

static void nothing(void)
{
}

static void not_looked_at(void)
{
	atomic_store(&gpt->once.is_known, 0);
	gpt->primary.is_header_crc_right = ANSWER_NO;
}

static const struct damage {
	void (*make)(void);
	const char *id; /* NULL: none */
	enum severity severity;
	const char *fix; /* how the last one begins, %s the disk; NULL: whatever it is */
} DAMAGES[] = {
	{nothing, NULL, 0, NULL},
	{not_looked_at, NULL, 0, NULL},
	{sound_mbr, NULL, 0, NULL},
	{primary_unreadable, NULL, 0, NULL},
	{unprotected_and_taken, NULL, 0, NULL},
	{primary_flipped, "gpt.primary-corrupt", SEVERITY_ERROR, "sgdisk -e /dev/sda"},
	{primary_entries, "gpt.primary-corrupt", SEVERITY_ERROR, "sgdisk -e /dev/sda"},
	{primary_lying, "gpt.primary-corrupt", SEVERITY_ERROR,
		"gdisk /dev/sda   and type: r b c y w y"},
	{both_flipped, "gpt.primary-corrupt", SEVERITY_ERROR, "testdisk"},
	{large_entries, "gpt.primary-corrupt", SEVERITY_ERROR, NULL},
	{remains, "gpt.primary-corrupt", SEVERITY_WARNING, "gdisk /dev/sda   choose"},
	{unprotected, "gpt.primary-corrupt", SEVERITY_ERROR,
		"gdisk /dev/sda   choose the current GPT"},
	{protected_elsewhere, "gpt.primary-corrupt", SEVERITY_ERROR,
		"gdisk /dev/sda   choose the current GPT"},
	{shrunk, "gpt.primary-corrupt", SEVERITY_ERROR, "make the disk as large"},
	{shrunk_a_little, "gpt.backup-corrupt", SEVERITY_WARNING, "make the disk as large"},
	{backup_flipped, "gpt.backup-corrupt", SEVERITY_WARNING, "sgdisk -e /dev/sda"},
	{backup_lying, "gpt.backup-corrupt", SEVERITY_WARNING,
		"gdisk /dev/sda   and type: r d w y"},
	{grown, "gpt.backup-misplaced", SEVERITY_WARNING, "sgdisk -e /dev/sda"},
	{different, "gpt.entries-mismatch", SEVERITY_WARNING,
		"gdisk /dev/sda   and type: r b c y w y"},
	{out_of_range, "gpt.entries-mismatch", SEVERITY_WARNING, "sgdisk -v /dev/sda"},
	{mismatched_hybrid, "gpt.entries-mismatch", SEVERITY_WARNING, "sgdisk --hybrid"},
	{have_twins, "gpt.entries-mismatch", SEVERITY_WARNING, "sgdisk -u 3:R /dev/sda"},
	{mbr_out_of_range, "gpt.entries-mismatch", SEVERITY_WARNING, "make the disk as large"},
	{overlap, "gpt.overlap", SEVERITY_ERROR, "sgdisk -p /dev/sda"},
	{mbr_overlap, "gpt.overlap", SEVERITY_ERROR, NULL},
	{other_sectors, "gpt.sector-size", SEVERITY_ERROR, "attach the disk with"},
};

static const struct finding *first_gpt_finding(void)
{
	for (uint32_t i = 0; i < findings.count; i++) {
		if (text_starts_with(findings.item[i].id, "gpt."))
			return &findings.item[i];
	}
	return NULL;
}

START_TEST(damages)
{
	for (size_t i = 0; i < ARRAY_SIZE(DAMAGES); i++) {
		const struct damage *damage = &DAMAGES[i];
		const struct finding *finding;

		table_make();
		damage->make();
		rules_judge(&facts, &findings);
		finding = first_gpt_finding();
		ck_assert_msg(!finding == !damage->id, "case %zu: %s", i,
			finding ? finding->id : "no finding");
		if (!finding)
			continue;
		ck_assert_str_eq(finding->id, damage->id);
		ck_assert_int_eq(finding->severity, damage->severity);
		if (damage->fix)
			ck_assert_msg(text_starts_with(finding->fix[finding->fix_count - 1].change,
					      damage->fix),
				"case %zu: %s", i, finding->fix[finding->fix_count - 1].change);
	}
}
END_TEST

/* The fix names what the tools take for the disk. */
START_TEST(images)
{
	const struct finding *finding;

	table_make();
	(void)text_copy(facts.blocks.item[0].name, 32, "fd-of-my-vm.img");
	(void)text_copy(gpt->disk, sizeof(gpt->disk), "fd-of-my-vm.img");
	(void)text_copy(facts.blocks.item[0].transport, 16, "image");
	(void)text_copy(gpt->argument, sizeof(gpt->argument), "'my images/fd-of-my-vm.img'");
	grown();
	rules_judge(&facts, &findings);
	finding = findings_find(&findings, "gpt.backup-misplaced");
	ck_assert_ptr_nonnull(finding);
	ck_assert_str_eq(finding->fix[0].tool, "host");
	ck_assert_str_eq(finding->fix[0].change, "sgdisk -e 'my images/fd-of-my-vm.img'");
}
END_TEST

UNIT_MAIN("gpt_rules", damages, images)
