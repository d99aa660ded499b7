/* SPDX-License-Identifier: MIT */
/*
 * Partition tables.
 */
#include "rule/fix.h"
#include "rule/judge.h"

/* A disk's table is for the machine that boots from the disk: not where the disk is a part of an array
 * or of a multipath device, nor where it is a volume, which the kernel never partitions and which may
 * be a guest's disk. */
static bool is_table_in_use(const struct block_fact *disk)
{
	return is_text_empty(disk->holder) && !is_equal(disk->transport, "dm", 3) &&
	       strncmp(disk->name, "zd", 2) != 0;
}

/* Calls judge for each disk with a GPT that is known. */
static enum verdict for_each_gpt(struct judgement *judgement,
	enum verdict (*judge)(struct judgement *judgement, const struct gpt_fact *gpt))
{
	const struct facts *facts = judgement->facts;
	enum verdict verdict = are_disks_known(facts);

	fact_foreach (gpt, facts->gpts) {
		const struct block_fact *block = block_find(facts, gpt->disk);

		if (!is_plain_disk(facts, block) || !is_table_in_use(block))
			continue;
		if (!fact_is_known(&gpt->once))
			verdict = verdict_worst(verdict, VERDICT_UNKNOWN);
		if (!fact_is_known(&gpt->once) ||
			(gpt->kind != TABLE_GPT && gpt->kind != TABLE_HYBRID))
			continue;
		verdict = verdict_worst(verdict, judge(judgement, gpt));
	}
	return verdict;
}

static struct finding *tell(
	struct judgement *judgement, const struct gpt_fact *gpt, enum severity severity)
{
	struct finding *finding = finding_about(judgement, severity, gpt->disk);

	finding_because(judgement, finding, gpt);
	return finding;
}

static void fix_with_sgdisk(
	struct finding *finding, const struct gpt_fact *gpt, const char *option, const char *why)
{
	COPY_OF(disk, gpt->disk);
	COPY_OF(argument, gpt->argument);

	if (text_is_empty(argument))
		finding_fix(finding, "guest", "sgdisk ", option, " /dev/", disk, why, NULL);
	else
		finding_fix(finding, "host", "sgdisk ", option, " ", argument, why, NULL);
}

/* A header is good for the kernel only together with its entries. */
static bool is_good(const struct gpt_header_fact *header)
{
	return gpt_header_is_sound(header) && header->is_entries_crc_right != ANSWER_NO;
}

static const char *what_is_wrong(const struct gpt_header_fact *header)
{
	if (header->has_signature == ANSWER_NO)
		return "there is no header";
	if (header->is_header_crc_right == ANSWER_NO)
		return "its checksum is wrong";
	if (header->is_sane == ANSWER_NO)
		return "what it says cannot be true";
	return "the checksum of its entries is wrong";
}

/* ---------------------------------------------------------------------- gpt.primary-corrupt */

/* The kernel takes no GPT without a protective MBR: what is left of one that was wiped, on purpose
 * more often than not, unless the root is sought in vain. */
static enum severity primary_severity(const struct facts *facts, const struct gpt_fact *gpt)
{
	if (gpt->has_protective_mbr || gpt->primary.has_signature != ANSWER_NO)
		return SEVERITY_ERROR;
	return is_root_missing(facts) == ANSWER_YES ||
			       is_equal(block_find(facts, gpt->disk)->transport, "image", 6)
		       ? SEVERITY_WARNING
		       : SEVERITY_INFO;
}

static enum verdict judge_primary(struct judgement *judgement, const struct gpt_fact *gpt)
{
	struct finding *finding;

	if (gpt->primary.read != OUTCOME_OK)
		return VERDICT_UNKNOWN;
	if (is_good(&gpt->primary) || gpt->wrong_sector_bytes)
		return VERDICT_GOOD;
	finding = tell(judgement, gpt, primary_severity(judgement->facts, gpt));
	finding_say(finding, "the primary GPT of ", NULL);
	finding_say_array(finding, gpt->disk);
	finding_say(finding, " is damaged (", what_is_wrong(&gpt->primary), ")", NULL);
	if (is_good(&gpt->backup)) {
		finding_say(finding, "; the backup is whole", NULL);
		fix_with_sgdisk(
			finding, gpt, "--backup=/root/gpt.bin", "   (keep what there is), then:");
		fix_with_sgdisk(
			finding, gpt, "-e", "   (sgdisk reads the backup and writes both anew)");
	} else {
		finding_say(finding, ", and so is the backup: no partition can be found", NULL);
		finding_fix(finding, "guest",
			"testdisk or gpart can look for lost partitions; restore a "
			"backup of the disk",
			NULL);
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
		finding_say(finding, "the disk ", NULL);
		finding_say_array(finding, gpt->disk);
		finding_say(finding, " is ", NULL);
		finding_say_size(finding, gpt->disk_shrunk_bytes);
		finding_say(finding,
			" shorter than its GPT says: the backup is missing, and so may "
			"data be",
			NULL);
		finding_fix(finding, "host",
			"make the disk as large as it was before anything is written "
			"to it",
			NULL);
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
			    gpt->backup_misplaced_bytes < GROWTH_MIN_BYTES;
	struct finding *finding;

	if (!gpt->backup_misplaced_bytes)
		return VERDICT_GOOD;
	finding = tell(judgement, gpt, is_cared_for ? SEVERITY_INFO : SEVERITY_WARNING);
	finding_say(finding, "the disk ", NULL);
	finding_say_array(finding, gpt->disk);
	finding_say(finding, " grew by ", NULL);
	finding_say_size(finding, gpt->backup_misplaced_bytes);
	finding_say(finding, " since its GPT was written: the backup is not at the end of the disk",
		NULL);
	fix_with_sgdisk(finding, gpt, "-e", "");
	return VERDICT_BAD;
}

enum verdict judge_gpt_backup_misplaced(struct judgement *judgement)
{
	return for_each_gpt(judgement, judge_misplaced);
}

/* --------------------------------------------------------------------- gpt.entries-mismatch */

static enum verdict judge_entries(struct judgement *judgement, const struct gpt_fact *gpt)
{
	bool is_different =
		gpt->do_headers_match == ANSWER_NO || gpt->do_entries_match == ANSWER_NO;
	struct finding *finding;

	if (!is_different && !gpt->out_of_range)
		return VERDICT_GOOD;
	finding = tell(judgement, gpt, SEVERITY_WARNING);
	if (is_different) {
		finding_say(finding, "the primary and the backup GPT of ", NULL);
		finding_say_array(finding, gpt->disk);
		finding_say(finding,
			" are both whole and differ: which one is right, only their "
			"owner knows",
			NULL);
		fix_with_sgdisk(finding, gpt, "-e", "   (keeps the primary)");
	} else {
		finding_say(finding, "partition ", NULL);
		finding_say_u64(finding, gpt->out_of_range);
		finding_say(finding, " of ", NULL);
		finding_say_array(finding, gpt->disk);
		finding_say(finding, " lies outside of the area that its GPT allows", NULL);
		fix_with_sgdisk(finding, gpt, "-v", "   (says which sectors)");
	}
	return VERDICT_BAD;
}

enum verdict judge_gpt_entries_mismatch(struct judgement *judgement)
{
	return for_each_gpt(judgement, judge_entries);
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
	finding_say(finding, " of ", NULL);
	finding_say_array(finding, gpt->disk);
	finding_say(finding, " share sectors: writing to one damages the other", NULL);
	fix_with_sgdisk(finding, gpt, "-p", "   (shows them); delete or shorten the wrong one");
	return VERDICT_BAD;
}

enum verdict judge_gpt_overlap(struct judgement *judgement)
{
	return for_each_gpt(judgement, judge_overlap);
}

static enum verdict judge_sector_size(struct judgement *judgement, const struct gpt_fact *gpt)
{
	struct finding *finding;

	if (!gpt->wrong_sector_bytes)
		return VERDICT_GOOD;
	finding = tell(judgement, gpt, SEVERITY_ERROR);
	finding_say(finding, "the GPT of ", NULL);
	finding_say_array(finding, gpt->disk);
	finding_say(finding, " was written for sectors of ", NULL);
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
	finding_say(finding, "the kernel's partitions of ", NULL);
	finding_say_array(finding, gpt->disk);
	finding_say(finding, " are not those of its table: ", NULL);
	finding_say_array(finding, gpt->disagreement);
	fix_with_sgdisk(finding, gpt, "-v", "   (checks the table); then partprobe, or boot again");
	return VERDICT_BAD;
}

enum verdict judge_gpt_kernel_mismatch(struct judgement *judgement)
{
	return for_each_gpt(judgement, judge_kernel);
}

/* ------------------------------------------------------------- gpt.growable, growroot.trap */

enum verdict judge_gpt_growable(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	uint64_t room = root_room_bytes(facts);
	const struct block_fact *root = root_block(facts);
	const struct grower_fact *grower = NULL;
	struct finding *finding;

	fact_foreach (candidate, facts->growers) {
		if (!grower && candidate->is_done != ANSWER_YES)
			grower = candidate;
	}
	if (!fact_is_known(&facts->root.once) || (!grower && !has_probed(facts, "grower")))
		return VERDICT_UNKNOWN;
	if (!room || !grower)
		return VERDICT_GOOD;
	finding = finding_about(judgement, SEVERITY_INFO, root->name);
	finding_say_array(finding, grower->name);
	finding_say(finding, grower->is_in_initrd ? " (in the initrd)" : " (in stage 2)",
		" will enlarge ", NULL);
	finding_say_array(finding, root->name);
	finding_say(finding, " by ", NULL);
	finding_say_size(finding, room);
	finding_because(judgement, finding, grower);
	finding_because(judgement, finding, gpt_find(facts, root->parent));
	return VERDICT_BAD;
}

enum verdict judge_growroot_trap(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	const struct grower_fact *grower = grower_at_risk(facts);
	enum verdict console = is_dev_console_failing(facts);
	const struct block_fact *root = root_block(facts);
	struct finding *finding;

	/* At the handoff the grower has been through, and survived. */
	if (facts->boot.phase == BOOT_PHASE_HANDOFF || console == VERDICT_GOOD)
		return VERDICT_GOOD;
	if (!grower)
		return has_probed(facts, "grower") ? VERDICT_GOOD : VERDICT_UNKNOWN;
	if (console == VERDICT_UNKNOWN || !fact_is_known(&facts->root.once))
		return VERDICT_UNKNOWN;
	if (!root_room_bytes(facts))
		return VERDICT_GOOD;
	finding = finding_about(judgement, SEVERITY_ERROR, grower->name);
	finding_say(finding, "this boot will panic (exitcode 0x00000200 or 0x00000100): ", NULL);
	finding_say_array(finding, grower->name);
	finding_say(finding, " enlarges ", NULL);
	finding_say_array(finding, root->name);
	finding_say(finding, ", then dies of its own message, because /dev/console", NULL);
	if (facts->dev_console.device[0]) {
		finding_say(finding, " (", NULL);
		finding_say_array(finding, facts->dev_console.device);
		finding_say(finding, ")", NULL);
	}
	finding_say(finding, " fails, and leaves no root mounted", NULL);
	finding_because(judgement, finding, grower);
	finding_because(judgement, finding, &facts->dev_console);
	finding_because(judgement, finding, last_console(facts));
	finding_because(judgement, finding, gpt_find(facts, root->parent));
	finding_because(judgement, finding, &facts->root);
	fix_add_serial_port(finding, facts);
	fix_console_to_tty0(finding, facts);
	return VERDICT_BAD;
}
