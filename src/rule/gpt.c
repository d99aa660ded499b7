/* SPDX-License-Identifier: MIT */
/*
 * Partition tables.
 */
#include "rule/judge.h"

typedef enum verdict judge_one(struct judgement *judgement, const struct gpt_fact *gpt);

static bool is_gpt(const struct gpt_fact *gpt)
{
	return gpt->kind == TABLE_GPT || gpt->kind == TABLE_HYBRID;
}

/* A disk's table is for the machine that boots from the disk: not where the disk is a part of an
 * array or of a multipath device, nor where it is a volume, which the kernel never partitions and
 * which may be a guest's disk. */
static bool is_table_in_use(const struct block_fact *disk)
{
	return is_text_empty(disk->holder) && !is_equal(disk->transport, "dm", 3) &&
	       strncmp(disk->name, "zd", 2) != 0;
}

/* Calls judge for each disk with a table that is known; a plain MBR has no headers to judge. */
static enum verdict for_each_table(struct judgement *judgement, judge_one *judge, bool has_mbrs)
{
	const struct facts *facts = judgement->facts;
	enum verdict verdict = are_disks_known(facts);

	fact_foreach (gpt, facts->gpts) {
		const struct block_fact *block = block_find(facts, gpt->disk);

		if (!is_plain_disk(facts, block) || !is_table_in_use(block))
			continue;
		if (!fact_is_known(&gpt->once))
			verdict = verdict_worst(verdict, VERDICT_UNKNOWN);
		if (!fact_is_known(&gpt->once))
			continue;
		if (is_gpt(gpt) || (has_mbrs && gpt->kind == TABLE_MBR))
			verdict = verdict_worst(verdict, judge(judgement, gpt));
	}
	return verdict;
}

static enum verdict for_each_gpt(struct judgement *judgement, judge_one *judge)
{
	return for_each_table(judgement, judge, false);
}

/* An image that somebody wants to have checked: what a machine can live with is told as well. */
static bool is_offline(const struct facts *facts, const struct gpt_fact *gpt)
{
	const struct block_fact *block = block_find(facts, gpt->disk);

	return block && is_equal(block->transport, "image", sizeof(block->transport));
}

static struct finding *tell(
	struct judgement *judgement, const struct gpt_fact *gpt, enum severity severity)
{
	struct finding *finding = finding_about(judgement, severity, gpt->disk);

	finding_because(judgement, finding, gpt);
	return finding;
}

static void fix_with(
	struct finding *finding, const struct gpt_fact *gpt, const char *command, const char *why)
{
	COPY_OF(disk, gpt->disk);
	COPY_OF(argument, gpt->argument);

	if (text_is_empty(argument))
		finding_fix(finding, "guest", command, " /dev/", disk, why, NULL);
	else
		finding_fix(finding, "host", command, " ", argument, why, NULL);
}

static void fix_with_sgdisk(
	struct finding *finding, const struct gpt_fact *gpt, const char *option, const char *why)
{
	char command[40];

	(void)text_join(command, sizeof(command), "sgdisk ", option, NULL);
	fix_with(finding, gpt, command, why);
}

/* Steps for a person, never keys to pipe in: gdisk asks questions of its own where sector 0 is not
 * as it should be, and a key that answers another question than it was meant for may delete. */
static void fix_with_gdisk(
	struct finding *finding, const struct gpt_fact *gpt, const char *keys, const char *why)
{
	char steps[160];

	(void)text_join(steps, sizeof(steps),
		gpt->has_protective_mbr ? "   and type: "
					: "   choose the current GPT if it asks, and type: ",
		keys, " w y", why, NULL);
	fix_with(finding, gpt, "gdisk", steps);
}

/* UEFI allows entries of any power of two above; the kernel, libblkid and libfdisk do not. */
enum { KERNEL_ENTRY_BYTES = 128 };

/* A header is good for the kernel only together with its entries. */
static bool is_good(const struct gpt_header_fact *header)
{
	return gpt_header_is_sound(header) && header->is_entries_crc_right != ANSWER_NO &&
	       header->entry_length_bytes == KERNEL_ENTRY_BYTES;
}

/* Its checksum is right and what it says cannot be: sgdisk -e believes it. */
static bool is_lying(const struct gpt_header_fact *header)
{
	return header->is_header_crc_right == ANSWER_YES && header->is_sane == ANSWER_NO;
}

static const char *what_is_wrong(const struct gpt_header_fact *header)
{
	if (header->has_signature == ANSWER_NO)
		return "there is no header";
	if (header->is_header_crc_right == ANSWER_NO)
		return "its checksum is wrong";
	if (header->is_sane == ANSWER_NO)
		return "what it says cannot be true";
	if (header->entry_length_bytes != KERNEL_ENTRY_BYTES)
		return "its entries are not of 128 bytes";
	return "the checksum of its entries is wrong";
}

/* ---------------------------------------------------------------------- gpt.primary-corrupt */

/* The kernel looks at no GPT without one, and finds nothing else there either. */
static enum verdict judge_protection(struct judgement *judgement, const struct gpt_fact *gpt)
{
	struct finding *finding;

	if (gpt->mbr_read != OUTCOME_OK)
		return VERDICT_UNKNOWN;
	if (gpt->has_protective_mbr || gpt->does_kernel_agree == ANSWER_YES)
		return VERDICT_GOOD;
	finding = tell(judgement, gpt, SEVERITY_ERROR);
	finding_say(finding, "the GPT of ", NULL);
	finding_say_array(finding, gpt->disk);
	if (gpt->protective_count) {
		finding_say(finding, " has a protective MBR that begins at sector ", NULL);
		finding_say_u64(finding, gpt->protective_first_lba);
		finding_say(finding, " instead of 1", NULL);
	} else {
		finding_say(finding, " has no protective MBR in sector 0", NULL);
	}
	finding_say(finding, ": the kernel takes no GPT then, and finds no partition", NULL);
	fix_with_gdisk(finding, gpt, "x n", "   (a new protective MBR)");
	return VERDICT_BAD;
}

static void tell_shrunk(struct finding *finding, const struct gpt_fact *gpt)
{
	finding_say_name(finding, "the disk ", gpt->disk, " is ");
	finding_say_size(finding, gpt->disk_shrunk_bytes);
	finding_say(finding, " shorter than its GPT says: ", NULL);
	finding_fix(finding, "host",
		"make the disk as large as it was before anything is written to it", NULL);
}

/* sgdisk and gdisk look for a backup at the end of the disk alone, and write an empty table where
 * they find none. A copy that ends where the disk ended once has it there. */
static void fix_with_copy(struct finding *finding, const struct gpt_fact *gpt)
{
	char bytes[24];
	struct text text;
	COPY_OF(disk, gpt->disk);
	COPY_OF(argument, gpt->argument);
	bool is_image = !text_is_empty(argument);

	text_init(&text, bytes, sizeof(bytes));
	text_append_u64(&text, (gpt->backup.found_lba + 1) * gpt->logical_sector_bytes);
	finding_fix(finding, is_image ? "host" : "rescue", "head -c ", bytes,
		is_image ? " " : " /dev/", is_image ? argument : disk,
		" >copy.img && sgdisk -e copy.img   (never sgdisk -e on the disk itself: it would "
		"write an empty table)",
		NULL);
}

static void tell_corrupt(struct finding *finding, const struct gpt_fact *gpt)
{
	bool is_astray = gpt->backup.found_lba && gpt->backup.found_lba + 1 != gpt->disk_lba &&
			 !gpt_header_is_sound(&gpt->primary);

	finding_say(finding, "the primary GPT of ", NULL);
	finding_say_array(finding, gpt->disk);
	finding_say(finding, " is damaged (", what_is_wrong(&gpt->primary), ")", NULL);
	if (is_good(&gpt->backup) && is_astray) {
		finding_say(finding, "; the backup is whole, but not at the end of the disk", NULL);
		fix_with_copy(finding, gpt);
		return;
	}
	if (is_good(&gpt->backup)) {
		finding_say(finding, "; the backup is whole", NULL);
		if (gpt->has_protective_mbr && !is_lying(&gpt->primary))
			fix_with_sgdisk(finding, gpt, "-e",
				"   (sgdisk reads the backup and writes both anew)");
		else
			fix_with_gdisk(
				finding, gpt, "r b c y", "   (makes the primary of the backup)");
		return;
	}
	finding_say(finding, ", and so is the backup: no partition can be relied upon", NULL);
	finding_fix(finding, "guest",
		"testdisk or gpart can look for lost partitions; restore a backup of the disk",
		NULL);
}

/* The kernel takes no GPT without a protective MBR: what is left of one that was wiped, on purpose
 * more often than not, unless the root is sought in vain. */
static enum severity primary_severity(const struct facts *facts, const struct gpt_fact *gpt)
{
	if (gpt->has_protective_mbr || gpt->primary.has_signature != ANSWER_NO)
		return SEVERITY_ERROR;
	return is_root_missing(facts) == ANSWER_YES || is_offline(facts, gpt) ? SEVERITY_WARNING
									      : SEVERITY_INFO;
}

static enum verdict judge_primary(struct judgement *judgement, const struct gpt_fact *gpt)
{
	struct finding *finding;

	if (gpt->primary.read != OUTCOME_OK)
		return VERDICT_UNKNOWN;
	if (gpt->wrong_sector_bytes)
		return VERDICT_GOOD;
	if (is_good(&gpt->primary))
		return judge_protection(judgement, gpt);
	finding = tell(judgement, gpt, primary_severity(judgement->facts, gpt));
	if (gpt->disk_shrunk_bytes && gpt->primary.is_sane == ANSWER_NO) {
		tell_shrunk(finding, gpt);
		finding_say(
			finding, "the kernel takes no such table, and data may be missing", NULL);
	} else {
		tell_corrupt(finding, gpt);
	}
	return VERDICT_BAD;
}

enum verdict judge_gpt_primary_corrupt(struct judgement *judgement)
{
	return for_each_gpt(judgement, judge_primary);
}

/* ----------------------------------------------------------------------- gpt.backup-corrupt */

static enum verdict judge_backup(struct judgement *judgement, const struct gpt_fact *gpt)
{
	struct finding *finding;

	if (!is_good(&gpt->primary))
		return VERDICT_GOOD;
	if (gpt->disk_shrunk_bytes) {
		finding = tell(judgement, gpt, SEVERITY_WARNING);
		tell_shrunk(finding, gpt);
		finding_say(finding, "the backup is missing, and so may data be", NULL);
		return VERDICT_BAD;
	}
	if (gpt->backup.read != OUTCOME_OK)
		return VERDICT_UNKNOWN;
	if (is_good(&gpt->backup))
		return VERDICT_GOOD;
	finding = tell(judgement, gpt, SEVERITY_WARNING);
	finding_say(finding, "the backup GPT of ", NULL);
	finding_say_array(finding, gpt->disk);
	finding_say(finding, " is damaged (", what_is_wrong(&gpt->backup),
		"); the primary is whole, and the kernel uses it", NULL);
	if (is_lying(&gpt->backup))
		fix_with_gdisk(finding, gpt, "r d", "   (makes the backup of the primary)");
	else
		fix_with_sgdisk(finding, gpt, "-e", "   (writes the backup anew)");
	return VERDICT_BAD;
}

enum verdict judge_gpt_backup_corrupt(struct judgement *judgement)
{
	return for_each_gpt(judgement, judge_backup);
}

/* --------------------------------------------------------------------- gpt.backup-misplaced */

static enum verdict judge_misplaced(struct judgement *judgement, const struct gpt_fact *gpt)
{
	/* Where something enlarges partitions, it moves the backup as well; and an image that was
	 * rounded up in a conversion has nothing to be enlarged. */
	bool is_cared_for = fact_count(judgement->facts->growers) > 0 ||
			    (gpt->backup_misplaced_bytes < GROWTH_MIN_BYTES &&
				    !is_offline(judgement->facts, gpt));
	struct finding *finding;

	if (!gpt->backup_misplaced_bytes)
		return VERDICT_GOOD;
	finding = tell(judgement, gpt, is_cared_for ? SEVERITY_INFO : SEVERITY_WARNING);
	finding_say_name(finding, "the disk ", gpt->disk, " grew by ");
	finding_say_size(finding, gpt->backup_misplaced_bytes);
	finding_say(finding, " since its GPT was written: the backup is not at the end of the disk",
		NULL);
	if (gpt_header_is_sound(&gpt->primary))
		fix_with_sgdisk(finding, gpt, "-e", "");
	else
		fix_with_copy(finding, gpt);
	return VERDICT_BAD;
}

enum verdict judge_gpt_backup_misplaced(struct judgement *judgement)
{
	return for_each_gpt(judgement, judge_misplaced);
}

/* --------------------------------------------------------------------- gpt.entries-mismatch */

static enum verdict judge_difference(struct judgement *judgement, const struct gpt_fact *gpt)
{
	struct finding *finding;

	/* Of a table that is damaged, it is no news that the other one differs. */
	if (!is_good(&gpt->primary) || !is_good(&gpt->backup) ||
		(gpt->do_headers_match != ANSWER_NO && gpt->do_entries_match != ANSWER_NO))
		return VERDICT_GOOD;
	finding = tell(judgement, gpt, SEVERITY_WARNING);
	finding_say_name(finding, "the primary and the backup GPT of ", gpt->disk,
		" are both whole and differ: which one is right, only their owner knows");
	fix_with_gdisk(finding, gpt, "r d", "   (keeps the primary)");
	fix_with_gdisk(finding, gpt, "r b c y", "   (keeps the backup)");
	return VERDICT_BAD;
}

static enum verdict judge_range(struct judgement *judgement, const struct gpt_fact *gpt)
{
	struct finding *finding;

	if (!gpt->out_of_range)
		return VERDICT_GOOD;
	finding = tell(judgement, gpt, SEVERITY_WARNING);
	finding_say(finding, "partition ", NULL);
	finding_say_u64(finding, gpt->out_of_range);
	finding_say(finding, " of ", NULL);
	finding_say_array(finding, gpt->disk);
	finding_say(finding, " lies outside of the ",
		is_gpt(gpt) ? "area that its GPT allows" : "disk", NULL);
	if (is_gpt(gpt))
		fix_with_sgdisk(finding, gpt, "-v", "   (says which sectors)");
	else
		finding_fix(finding, "host",
			"make the disk as large as it was when its MBR was written", NULL);
	return VERDICT_BAD;
}

static enum verdict judge_hybrid(struct judgement *judgement, const struct gpt_fact *gpt)
{
	struct finding *finding;

	if (!gpt->hybrid_mismatch)
		return VERDICT_GOOD;
	finding = tell(judgement, gpt, SEVERITY_WARNING);
	finding_say(finding, "partition ", NULL);
	finding_say_u64(finding, gpt->hybrid_mismatch);
	finding_say_name(finding, " of the hybrid MBR of ", gpt->disk,
		" is none of its GPT: a system that reads the MBR writes over other data");
	fix_with_sgdisk(finding, gpt, "--hybrid=NUMBERS",
		"   (makes it anew of these partitions of the GPT)");
	return VERDICT_BAD;
}

static enum verdict judge_twins(struct judgement *judgement, const struct gpt_fact *gpt)
{
	struct finding *finding;
	char option[24];
	struct text text;

	if (!gpt->twin_first)
		return VERDICT_GOOD;
	finding = tell(judgement, gpt, SEVERITY_WARNING);
	finding_say(finding, "partitions ", NULL);
	finding_say_u64(finding, gpt->twin_first);
	finding_say(finding, " and ", NULL);
	finding_say_u64(finding, gpt->twin_second);
	finding_say_name(
		finding, " of ", gpt->disk, " have the same GUID: PARTUUID= names either of them");
	text_init(&text, option, sizeof(option));
	text_append(&text, "-u ");
	text_append_u64(&text, gpt->twin_second);
	text_append(&text, ":R");
	fix_with_sgdisk(finding, gpt, option, "   (gives the second one a new GUID)");
	return VERDICT_BAD;
}

static enum verdict judge_entries(struct judgement *judgement, const struct gpt_fact *gpt)
{
	enum verdict verdict = judge_difference(judgement, gpt);

	verdict = verdict_worst(verdict, judge_range(judgement, gpt));
	verdict = verdict_worst(verdict, judge_hybrid(judgement, gpt));
	return verdict_worst(verdict, judge_twins(judgement, gpt));
}

enum verdict judge_gpt_entries_mismatch(struct judgement *judgement)
{
	return for_each_table(judgement, judge_entries, true);
}

/* ------------------------------------------------------------- gpt.overlap, gpt.sector-size */

static enum verdict judge_overlap(struct judgement *judgement, const struct gpt_fact *gpt)
{
	struct finding *finding;

	if (gpt->has_overlap != ANSWER_YES)
		return gpt->has_overlap == ANSWER_NO || !gpt->partition_count ? VERDICT_GOOD
									      : VERDICT_UNKNOWN;
	finding = tell(judgement, gpt, SEVERITY_ERROR);
	finding_say(finding, "partitions ", NULL);
	finding_say_u64(finding, gpt->overlap_first);
	finding_say(finding, " and ", NULL);
	finding_say_u64(finding, gpt->overlap_second);
	finding_say_name(
		finding, " of ", gpt->disk, " share sectors: writing to one damages the other");
	if (is_gpt(gpt))
		fix_with_sgdisk(
			finding, gpt, "-p", "   (shows them); delete or shorten the wrong one");
	return VERDICT_BAD;
}

enum verdict judge_gpt_overlap(struct judgement *judgement)
{
	return for_each_table(judgement, judge_overlap, true);
}

static enum verdict judge_sector_size(struct judgement *judgement, const struct gpt_fact *gpt)
{
	struct finding *finding;

	if (!gpt->wrong_sector_bytes)
		return VERDICT_GOOD;
	finding = tell(judgement, gpt, SEVERITY_ERROR);
	finding_say_name(finding, "the GPT of ", gpt->disk, " was written for sectors of ");
	finding_say_u64(finding, gpt->wrong_sector_bytes);
	finding_say(finding, " bytes, and this disk has sectors of ", NULL);
	finding_say_u64(finding, gpt->logical_sector_bytes);
	finding_say(finding, ": the kernel finds no partition", NULL);
	finding_fix(finding, "host", "attach the disk with logical_block_size=",
		gpt->wrong_sector_bytes == 4096 ? "4096" : "512",
		",physical_block_size=", gpt->wrong_sector_bytes == 4096 ? "4096" : "512", NULL);
	return VERDICT_BAD;
}

enum verdict judge_gpt_sector_size(struct judgement *judgement)
{
	return for_each_gpt(judgement, judge_sector_size);
}

/* ---------------------------------------------------------------------- gpt.kernel-mismatch */

static enum verdict judge_kernel(struct judgement *judgement, const struct gpt_fact *gpt)
{
	struct finding *finding;

	if (gpt->does_kernel_agree != ANSWER_NO)
		return VERDICT_GOOD;
	finding = tell(judgement, gpt, SEVERITY_WARNING);
	finding_say_name(
		finding, "the kernel's partitions of ", gpt->disk, " are not those of its table: ");
	finding_say_array(finding, gpt->disagreement);
	fix_with_sgdisk(finding, gpt, "-v", "   (checks the table); then partprobe, or boot again");
	return VERDICT_BAD;
}

enum verdict judge_gpt_kernel_mismatch(struct judgement *judgement)
{
	return for_each_gpt(judgement, judge_kernel);
}
