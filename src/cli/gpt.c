/* SPDX-License-Identifier: MIT */
/*
 * bootprobe gpt: the partition table of a disk image or a block device, judged by the hook's rules.
 */
#include "cli/cli.h"
#include "cli/gpt_print.h"
#include "cli/input.h"
#include "cli/options.h"
#include "gpt/table.h"
#include "source/blkid.h"
#include "source/confine.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_SOUND = 0, EXIT_ERRORS = 1, EXIT_UNREADABLE = 2 };

static const char HELP[] =
	"Usage: bootprobe gpt [OPTION...] IMAGE|DEVICE\n"
	"\n"
	"Says whether the partition table of a disk is sound, what is wrong with it and\n"
	"how to mend it, then prints it. Nothing is written, and nothing is locked: a\n"
	"machine may be running on the disk.\n"
	"\n"
	"Raw images and block devices are read as they are; qcow2, VMDK, VDI, VHDX and\n"
	"VHD through qemu-nbd (Debian: qemu-utils). What an image is stands in its first\n"
	"bytes, never in its name. Only the files that are needed are opened, here and\n"
	"read-only, and qemu-nbd gets nothing else: the backing file of a qcow2 where it\n"
	"lies beside the image, at most seven of them in a row, never a URL.\n"
	"\n"
	"  --json           the records of a report (docs/report-format.md), one a line:\n"
	"                   block, gpt, partition, filesystem, finding\n"
	"  --sector-size N  the disk has logical sectors of N bytes; else a device's own,\n"
	"                   and 512 for an image. 4096 for logical_block_size=4096\n"
	"  --backing        follow backing files out of the image's folder, and to\n"
	"                   devices: only for images whose maker you trust. Each is named\n"
	"                   in the output\n"
	"  --timeout N      wait N seconds for an answer of qemu-nbd (30)\n"
	"  --help           this text\n"
	"\n"
	"No finding, though other tools warn of it: gaps between the tables and the\n"
	"partitions, where partitions begin and end within a MiB, a protective MBR of\n"
	"another length than the disk. Notes in the output say the rest.\n"
	"\n"
	"Fixes are written for the image as it was given. Mend a copy, or a disk that no\n"
	"machine is running on.\n"
	"\n"
	"Exit status: 0 sound, or no worse than a warning, or a disk without a table that\n"
	"is blank or one file system; 1 a finding of severity error; 2 usage, a disk that\n"
	"cannot be read, or content that is neither a table nor a file system.\n";

static struct facts facts;
static struct findings findings;
static struct image_source image;

static int complain(const char *path, const char *why)
{
	input_complain("gpt", path, why);
	return EXIT_UNREADABLE;
}

/* --------------------------------------------------------------------------------------- reading
 */

static int read_image(void *context, const char *what, uint64_t offset_bytes, uint8_t *buffer,
	uint32_t length_bytes)
{
	return image_source_read(context, what, offset_bytes, buffer, length_bytes);
}

static int read_table(struct gpt_fact *gpt)
{
	static uint8_t buffer[GPT_BUFFER_SIZE] __attribute__((aligned(DISK_ALIGNMENT)));
	const struct gpt_input input = {
		.size_bytes = image.size_bytes,
		.sector_bytes = image.sector_bytes,
		.read = read_image,
		.context = &image,
		.buffer = buffer,
	};

	return gpt_table_read(&input, gpt);
}

/* A disk without a table may be one file system, or blank. Returns false when it cannot be read. */
static bool look_for_content(
	const struct block_fact *block, struct gpt_fact *gpt, enum image_content *ret_content)
{
	struct filesystem_fact *filesystem = &facts.filesystems[0];

	*ret_content = IMAGE_CONTENT_UNKNOWN;
	if (!gpt_table_may_be_filesystem(gpt))
		return true;
	if (image_source_prefetch(&image) < 0)
		return false;
	(void)text_copy(filesystem->device, sizeof(filesystem->device), block->name);
	blkid_source_filesystem(
		&image.root, &image.disk, block->name, 0, image.size_bytes, filesystem);
	if (filesystem->probe == OUTCOME_OK)
		gpt->kind = TABLE_FILESYSTEM;
	*ret_content = image_source_content(&image);
	fact_publish(&filesystem->once);
	return true;
}

/* ------------------------------------------------------------------------------------- the fix */

static bool is_plain(const char *path)
{
	return path[0] != '-' &&
	       !path[strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				  "/._-+,:@%=")];
}

/* The path as a word of a shell's, or IMAGE for one that cannot be pasted. */
static void quote(const char *path, char *word, size_t size)
{
	struct text text;
	bool is_fit = true;

	text_init(&text, word, size);
	if (is_plain(path)) {
		text_append(&text, path);
	} else {
		text_append(&text, path[0] == '-' ? "'./" : "'");
		for (const char *c = path; *c; c++) {
			is_fit &= *c >= ' ' && *c != 0x7f && *c != '\'';
			text_append_char(&text, *c);
		}
		text_append_char(&text, '\'');
	}
	if (text.is_cut || !is_fit)
		(void)text_copy(word, size, "IMAGE");
}

/* What tools take for the disk: themselves they read raw images with sectors of 512 bytes only. */
static void name_argument(const char *path, struct gpt_fact *gpt)
{
	const struct image_link *link = &image.link[0];

	if (link->is_device || (!image.server && image.sector_bytes == 512))
		quote(path, gpt->argument, sizeof(gpt->argument));
	else
		(void)text_copy(gpt->argument, sizeof(gpt->argument),
			image.server ? "/dev/nbd0" : "/dev/loop0");
}

/* How the image becomes the device that the fixes name: the first of the changes. */
static void prepend_attaching(const char *path, struct finding *finding)
{
	char word[128], number[16];
	struct fix fix = {.tool = "host", .is_first = true};
	struct text text;

	if (!finding->fix_count || finding->fix_count == FIXES_MAX)
		return;
	quote(path, word, sizeof(word));
	text_init(&text, number, sizeof(number));
	text_append_u64(&text, image.sector_bytes);
	if (image.server)
		(void)text_join(fix.change, sizeof(fix.change), "qemu-nbd --connect=/dev/nbd0 -f ",
			image.link[0].format.driver, " ", word,
			"   (after modprobe nbd; --disconnect when done)", NULL);
	else
		(void)text_join(fix.change, sizeof(fix.change), "losetup --sector-size ", number,
			" /dev/loop0 ", word, "   (losetup -d when done)", NULL);
	memmove(&finding->fix[1], &finding->fix[0], finding->fix_count * sizeof(fix));
	finding->fix[0] = fix;
	finding->fix_count++;
}

static void complete_fixes(const char *path, const struct gpt_fact *gpt)
{
	bool is_attached =
		strcmp(gpt->argument, "/dev/nbd0") == 0 || strcmp(gpt->argument, "/dev/loop0") == 0;

	for (uint32_t i = 0; i < findings.count && is_attached && !image.link[0].is_device; i++) {
		if (strstr(findings.item[i].fix[0].change, gpt->argument))
			prepend_attaching(path, &findings.item[i]);
	}
}

/* ------------------------------------------------------------------------------------------ all */

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static bool has_errors(void)
{
	bool has = false;

	for (uint32_t i = 0; i < findings.count; i++)
		has |= findings.item[i].severity == SEVERITY_ERROR;
	return has;
}

static int complain_unreadable(const char *path)
{
	if (image_source_is_late(&image))
		return complain(path, "qemu-nbd has not answered in time; the storage of the image "
				      "may hang (--timeout waits longer)");
	return complain(path, "cannot be read");
}

static int complain_small(const char *path)
{
	char why[160], size[32];
	struct text text;

	if (!image.size_bytes)
		return complain(path, "is empty");
	text_init(&text, size, sizeof(size));
	text_append_u64(&text, image.size_bytes);
	(void)text_join(why, sizeof(why), "no partition table found: ", size,
		" bytes have no room for one in sectors of this size; is it a disk?", NULL);
	return complain(path, why);
}

static int judge(const char *path, bool is_json, enum image_content content)
{
	struct gpt_fact *gpt = &facts.gpts.item[0];
	const struct gpt_view view = {path, &image, &facts, &findings, content};
	int r;

	atomic_store(&facts.blocks.item[0].is_look_over, 1);
	name_argument(path, gpt);
	fact_publish(&gpt->once);
	fact_done(facts.blocks);
	fact_done(facts.gpts);
	rules_judge(&facts, &findings);
	complete_fixes(path, gpt);
	r = is_json ? gpt_print_json(&view) : gpt_print_text(&view);
	if (r < 0)
		return complain("standard output", strerror(-r));
	/* Nothing was there that could be judged. */
	if (gpt->kind == TABLE_NONE && content == IMAGE_CONTENT_UNKNOWN)
		return EXIT_UNREADABLE;
	return has_errors() ? EXIT_ERRORS : EXIT_SOUND;
}

static int look(const char *path, bool is_json)
{
	struct gpt_fact *gpt = &facts.gpts.item[0];
	enum image_content content;

	if (read_table(gpt) < 0)
		return complain_small(path);
	if (!look_for_content(&facts.blocks.item[0], gpt, &content) || gpt->kind == TABLE_UNKNOWN)
		return complain_unreadable(path);
	return judge(path, is_json, content);
}

static int run(const char *path, const struct image_options *options, bool is_json)
{
	struct block_fact *block = &facts.blocks.item[0];
	char why_data[2048];
	struct text why;
	int status;

	(void)text_copy(block->name, sizeof(block->name), name_of(path));
	(void)text_copy(block->transport, sizeof(block->transport), "image");
	(void)text_copy(facts.gpts.item[0].disk, sizeof(facts.gpts.item[0].disk), block->name);
	text_init(&why, why_data, sizeof(why_data));
	if (image_source_open(path, options, block, &image, &why) < 0)
		return complain(path, why_data);
	/* qemu-nbd is asked over a socket, and stopped in the end. */
	if (!image.server)
		confine_reader();
	status = look(path, is_json);
	image_source_close(&image);
	return status;
}

static bool is_sector_size(uint32_t bytes)
{
	return bytes >= 512 && bytes <= 65536 && (bytes & (bytes - 1)) == 0;
}

struct gpt_options {
	struct image_options image;
	bool is_json;
};

static const char *take_option(void *context, int option)
{
	struct gpt_options *options = context;
	uint32_t *sector = &options->image.sector_bytes, *patience = &options->image.patience_s;

	switch (option) {
	case 'j':
		options->is_json = true;
		return NULL;
	case 's':
		return text_parse_u32(optarg, 10, sector) == 0 && is_sector_size(*sector)
			       ? NULL
			       : "--sector-size takes a power of two from 512 to 65536";
	case 't':
		return text_parse_u32(optarg, 10, patience) == 0 && *patience && *patience <= 3600
			       ? NULL
			       : "--timeout takes seconds, 1 to 3600";
	default:
		options->image.may_follow = true;
		return NULL;
	}
}

static const struct option OPTIONS[] = {{"json", no_argument, NULL, 'j'},
	{"sector-size", required_argument, NULL, 's'}, {"backing", no_argument, NULL, 'b'},
	{"timeout", required_argument, NULL, 't'}, {0}};

int gpt_main(int argc, char **argv)
{
	enum { PATIENCE_S = 30 };
	static const struct options SYNTAX = {
		.verb = "gpt", .help = HELP, .table = OPTIONS, .take = take_option};
	struct gpt_options options = {.image.patience_s = PATIENCE_S};
	int status;

	if (!options_parse(&SYNTAX, argc, argv, &options, &status))
		return status;
	if (argc - optind != 1)
		return options_complain("gpt", "give one image or device");
	return run(argv[optind], &options.image, options.is_json);
}
