/* SPDX-License-Identifier: MIT */
#include "cli/gpt_print.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/output.h"
#include "gpt/guid.h"
#include "gpt/header.h"
#include "gpt/layout.h"
#include "report/encode.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct gpt_fact *gpt_of(const struct gpt_view *view)
{
	return &view->facts->gpts.item[0];
}

static const char *size_text(uint64_t bytes)
{
	static char buffer[32];
	struct text text;

	text_init(&text, buffer, sizeof(buffer));
	text_append_size(&text, bytes);
	return buffer;
}

static bool is_gpt(const struct gpt_fact *gpt)
{
	return gpt->kind == TABLE_GPT || gpt->kind == TABLE_HYBRID;
}

/* ---------------------------------------------------------------------------------- the verdict */

static void put_coloured(enum output_colour colour, const char *word)
{
	output_coloured(stdout, output_wants_colour(COLOUR_AUTO), colour, word);
}

static bool is_alarm(const struct finding *finding)
{
	return finding->severity > SEVERITY_INFO;
}

static bool has_alarm(const struct findings *findings)
{
	bool has = false;

	for (uint32_t i = 0; i < findings->count; i++)
		has |= is_alarm(&findings->item[i]);
	return has;
}

static void put_ids(const struct findings *findings)
{
	const char *separator = ": ";

	for (uint32_t i = 0; i < findings->count; i++) {
		const char *id = findings->item[i].id;
		bool is_said = !is_alarm(&findings->item[i]);

		for (uint32_t k = 0; k < i; k++)
			is_said |= strcmp(findings->item[k].id, id) == 0;
		if (is_said)
			continue;
		printf("%s%s", separator, id);
		separator = ", ";
	}
}

static void put_content(enum image_content content)
{
	static const char *const CONTENTS[] = {
		[IMAGE_CONTENT_UNKNOWN] = " found, nor a file system: is it a disk at all?",
		[IMAGE_BLANK] = ": the disk is blank, all zeros where tables stand",
		[IMAGE_EMPTY_MBR] = " but an MBR without a partition",
	};

	put_coloured(content == IMAGE_CONTENT_UNKNOWN ? COLOUR_YELLOW : COLOUR_GREEN,
		"no partition table");
	fputs(CONTENTS[content], stdout);
}

static void put_sound(const struct gpt_view *view)
{
	const struct gpt_fact *gpt = gpt_of(view);
	const struct filesystem_fact *filesystem = &view->facts->filesystems[0];

	switch (gpt->kind) {
	case TABLE_GPT:
	case TABLE_HYBRID:
	case TABLE_MBR:
		put_coloured(COLOUR_GREEN, "sound");
		break;
	case TABLE_FILESYSTEM:
		put_coloured(COLOUR_GREEN, "no partition table");
		fputs(": the whole disk is one ", stdout);
		if (filesystem->is_ambivalent)
			fputs("file system, of more than one kind by its marks", stdout);
		else
			output_raw(stdout, filesystem->type);
		break;
	default:
		put_content(view->content);
		break;
	}
}

static void print_verdict(const struct gpt_view *view)
{
	output_raw(stdout, view->path);
	fputs(": ", stdout);
	if (has_alarm(view->findings)) {
		/* A disk that grew is no damage, nor is what a boot never looks at. */
		if (findings_worst(view->findings) == SEVERITY_ERROR)
			put_coloured(COLOUR_RED, "damaged");
		else
			put_coloured(COLOUR_YELLOW, "works, with warnings");
		put_ids(view->findings);
	} else {
		put_sound(view);
	}
	putchar('\n');
}

/* On one line each, to be pasted: what is done first, or what is done then. */
static void print_fixes(const struct finding *finding, bool is_first)
{
	const char *heading = NULL;
	uint32_t count = 0;

	for (uint32_t i = 0; i < finding->fix_count; i++)
		count += finding->fix[i].is_first == is_first;
	if (is_first && count)
		heading = "Do this first:";
	else if (count > 1)
		heading = count < finding->fix_count ? "Then one of these:" : "One of these:";
	else if (count && count < finding->fix_count)
		heading = "Then this:";
	if (heading)
		printf("  %s\n", heading);
	for (uint32_t i = 0; i < finding->fix_count; i++) {
		if (finding->fix[i].is_first != is_first)
			continue;
		fputs(heading ? "    " : "  ", stdout);
		output_raw(stdout, finding->fix[i].change);
		putchar('\n');
	}
}

static void print_finding(const struct finding *finding)
{
	int column = printf("\n%s (%s): ", finding->id, SEVERITY_NAMES[finding->severity]) - 1;

	output_words(stdout, (unsigned)column, 0, finding->summary);
	print_fixes(finding, true);
	print_fixes(finding, false);
}

/* ------------------------------------------------------------------------------------ the table */

static void print_chain(const struct gpt_view *view)
{
	const struct image_source *image = view->image;

	for (uint32_t i = 1; i < image->link_count; i++) {
		fputs("backing    ", stdout);
		output_raw(stdout, image->link[i].path);
		printf(", %s\n", image->link[i].format.driver);
	}
}

static void print_disk(const struct gpt_view *view)
{
	const struct image_source *image = view->image;
	const struct gpt_fact *gpt = gpt_of(view);

	printf("\ndisk       %s, %s, %llu sectors of %u bytes\n",
		image->link[0].is_device ? "block device" : image->link[0].format.driver,
		size_text(image->size_bytes), (unsigned long long)gpt->disk_lba,
		gpt->logical_sector_bytes);
	print_chain(view);
	if (image->size_bytes % gpt->logical_sector_bytes)
		printf("           %llu bytes behind the last whole sector are left out\n",
			(unsigned long long)(image->size_bytes % gpt->logical_sector_bytes));
}

static void print_header(const char *name, const struct gpt_header_fact *header)
{
	printf("%-10s sector %llu, ", name, (unsigned long long)header->found_lba);
	if (header->read < 0)
		printf("cannot be read (%s)", record_errno_name(header->read));
	else if (header->has_signature != ANSWER_YES)
		fputs("no header", stdout);
	else if (header->is_sane == ANSWER_NO)
		fputs(header->problem, stdout);
	else if (header->is_header_crc_right != ANSWER_YES)
		fputs("wrong checksum", stdout);
	else if (header->is_entries_crc_right == ANSWER_NO)
		printf("entries at sector %llu with a wrong checksum",
			(unsigned long long)header->entries_lba);
	else
		printf("%u entries of %u bytes at sector %llu", header->entry_count,
			header->entry_length_bytes, (unsigned long long)header->entries_lba);
	putchar('\n');
}

static void print_table(const struct gpt_fact *gpt)
{
	const struct gpt_header_fact *header = gpt->is_from_backup ? &gpt->backup : &gpt->primary;
	char guid[GUID_TEXT_SIZE];

	if (gpt->kind == TABLE_MBR) {
		printf("table      MBR, signature 0x%08x\n", gpt->mbr_signature);
		return;
	}
	if (!is_gpt(gpt))
		return;
	printf("table      GPT%s", gpt->kind == TABLE_HYBRID ? " and a hybrid MBR" : "");
	if (gpt_header_is_sound(header)) {
		guid_format(header->disk_guid, guid);
		printf(" %s, partitions between sectors %llu and %llu", guid,
			(unsigned long long)header->first_usable_lba,
			(unsigned long long)header->last_usable_lba);
	}
	putchar('\n');
	if (!gpt->wrong_sector_bytes) {
		print_header("primary", &gpt->primary);
		print_header("backup", &gpt->backup);
	}
}

static void print_type(const struct gpt_fact *gpt, const struct gpt_partition_fact *partition)
{
	char guid[GUID_TEXT_SIZE];

	guid_format(partition->type_guid, guid);
	if (!text_is_empty(partition->type_name))
		printf("%-20s", partition->type_name);
	else if (gpt->kind == TABLE_MBR)
		printf("0x%02x                ", partition->mbr_type);
	else
		printf("%s", guid);
}

static void print_partition(const struct gpt_fact *gpt, const struct gpt_partition_fact *partition)
{
	uint64_t count = partition->last_lba - partition->first_lba + 1;
	bool has_size = partition->last_lba >= partition->first_lba &&
			count <= UINT64_MAX / gpt->logical_sector_bytes;

	printf("%6u %12llu %12llu %10s  ", partition->number,
		(unsigned long long)partition->first_lba, (unsigned long long)partition->last_lba,
		has_size ? size_text(count * gpt->logical_sector_bytes) : "-");
	print_type(gpt, partition);
	if (!text_is_empty(partition->name)) {
		fputs("  ", stdout);
		output_raw(stdout, partition->name);
	}
	putchar('\n');
}

static void print_partitions(const struct gpt_fact *gpt)
{
	uint32_t kept = gpt_kept_count(gpt);

	if (!kept)
		return;
	printf("\nnumber        first         last       size  %-20s  name\n", "type");
	for (uint32_t i = 0; i < kept; i++)
		print_partition(gpt, &gpt->partition[i]);
	if (gpt->partition_count > kept)
		printf("and %u more\n", gpt->partition_count - kept);
	if (gpt->is_from_backup)
		puts("(as the backup has them)");
}

/* ---------------------------------------------------------------------------------------- notes */

/* What other tools warn of and nobody suffers from: no finding, and here is why. */

static const struct gpt_header_fact *header_of(const struct gpt_fact *gpt)
{
	const struct gpt_header_fact *header = gpt->is_from_backup ? &gpt->backup : &gpt->primary;

	return is_gpt(gpt) && gpt_header_is_sound(header) ? header : NULL;
}

static void note_protection(const struct gpt_fact *gpt)
{
	uint64_t last_lba = gpt->disk_lba - 1;
	bool is_length_told =
		gpt->backup_misplaced_bytes || gpt->disk_shrunk_bytes || gpt->kind == TABLE_HYBRID;

	if (!gpt->has_protective_mbr)
		return;
	if (gpt->is_protective_active)
		puts("note       the protective MBR has the boot flag: some BIOSes ask for it, "
		     "and\n"
		     "           some UEFI firmware takes no GPT then");
	if (gpt->protective_count > 1)
		printf("note       the protective MBR has %u entries of type 0xEE: one is enough\n",
			gpt->protective_count);
	if (gpt->protective_last_lba != last_lba && gpt->protective_last_lba != UINT32_MAX &&
		!is_length_told)
		printf("note       the protective MBR ends at sector %llu, not with the disk: the "
		       "kernel\n           and firmware do not look at that\n",
			(unsigned long long)gpt->protective_last_lba);
}

static void note_entries(const struct gpt_fact *gpt)
{
	enum { UEFI_LEAST_BYTES = 16384 };
	const struct gpt_header_fact *header = header_of(gpt);

	if (header && gpt_header_entries_bytes(header) < UEFI_LEAST_BYTES)
		printf("note       there is room for %u partitions only: less than UEFI asks for, "
		       "and\n           systems take it\n",
			header->entry_count);
}

static void note_alignment(const struct gpt_fact *gpt)
{
	enum { BLOCK_BYTES = 4096 };
	uint64_t sectors = BLOCK_BYTES / gpt->logical_sector_bytes;

	for (uint32_t i = 0; sectors && i < gpt_kept_count(gpt); i++) {
		const struct gpt_partition_fact *partition = &gpt->partition[i];

		if (partition->first_lba % sectors && !partition->mbr_type) {
			printf("note       partition %u does not begin at a multiple of 4 KiB: "
			       "slow, not wrong\n",
				partition->number);
			return;
		}
	}
}

static void note_stale(const struct gpt_fact *gpt)
{
	if (gpt->kind == TABLE_MBR &&
		(gpt_header_is_sound(&gpt->primary) || gpt_header_is_sound(&gpt->backup)))
		puts("note       behind the MBR there is still a sound GPT header of an earlier "
		     "table: "
		     "the\n           kernel does not look at it, other tools may");
}

static void print_notes(const struct gpt_fact *gpt)
{
	note_protection(gpt);
	note_entries(gpt);
	note_alignment(gpt);
	note_stale(gpt);
}

static int flush(void)
{
	return fflush(stdout) == EOF || ferror(stdout) ? -EIO : 0;
}

int gpt_print_text(const struct gpt_view *view)
{
	print_verdict(view);
	for (uint32_t i = 0; i < view->findings->count; i++)
		print_finding(&view->findings->item[i]);
	print_disk(view);
	print_table(gpt_of(view));
	print_notes(gpt_of(view));
	print_partitions(gpt_of(view));
	return flush();
}

/* ------------------------------------------------------------------------------------- records */

static void print_line(void *context, const char *line, size_t length)
{
	_cleanup_free_ char *safe = output_record_line(line, length);

	(void)context;
	puts(safe ? safe : "");
}

/* Records of the hook bear the time of the boot; there is none here. */
static uint64_t no_clock(void)
{
	return 0;
}

int gpt_print_json(const struct gpt_view *view)
{
	static struct report report;
	static struct record record;
	static struct said_facts said;
	static uint32_t sequences[FINDINGS_MAX];
	struct encoding encoding = {
		.report = &report, .record = &record, .facts = view->facts, .said = &said};

	report_init(&report, "00000000", print_line, NULL, no_clock);
	encode_blocks(&encoding);
	encode_gpts(&encoding);
	encode_filesystems(&encoding);
	encode_findings(&encoding, view->findings, sequences);
	return flush();
}
