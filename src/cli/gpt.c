/* SPDX-License-Identifier: MIT */
/*
 * bootprobe gpt: the partition table of a disk image or a block device, judged by the hook's rules.
 */
#include "cli/cli.h"
#include "cli/gpt_print.h"
#include "cli/output.h"
#include "gpt/table.h"
#include "source/blkid.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_SOUND = 0, EXIT_ERRORS = 1, EXIT_UNREADABLE = 2 };

/* clang-format off */
static const char help[] =
	"Usage: bootprobe gpt [--json] [--sector-size N] [--backing] IMAGE|DEVICE\n"
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
	"  --help           this text\n"
	"\n"
	"No finding, though other tools warn of it: gaps between the tables and the\n"
	"partitions, where partitions begin and end within a MiB, a protective MBR of\n"
	"another length than the disk. Notes in the output say the rest.\n"
	"\n"
	"Fixes are written for the image as it was given. Mend a copy, or a disk that no\n"
	"machine is running on.\n"
	"\n"
	"Exit status: 0 sound, or no worse than a warning; 1 a finding of severity error;\n"
	"2 usage, or a disk that cannot be read.\n";

static struct facts facts;
static struct findings findings;
static struct image_source image;

static int complain(const char *path, const char *why)
{
	(void)fputs("bootprobe gpt: ", stderr);
	output_raw(stderr, path);
	(void)fputs(": ", stderr);
	output_raw(stderr, why);
	(void)fputc('\n', stderr);
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

/* A disk without a table may be one file system. */
static void look_for_filesystem(const struct block_fact *block, struct gpt_fact *gpt)
{
	struct filesystem_fact *filesystem = &facts.filesystems[0];

	if (!gpt_table_may_be_filesystem(gpt) || image_source_prefetch(&image) < 0)
		return;
	(void)text_copy(filesystem->device, sizeof(filesystem->device), block->name);
	blkid_source_filesystem(
		&image.root, &image.disk, block->name, 0, image.size_bytes, filesystem);
	if (filesystem->probe == OUTCOME_OK)
		gpt->kind = TABLE_FILESYSTEM;
	fact_publish(&filesystem->once);
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
	struct fix fix = {.tool = "host"};
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

static int look(const char *path, bool is_json)
{
	struct block_fact *block = &facts.blocks.item[0];
	struct gpt_fact *gpt = &facts.gpts.item[0];
	const struct gpt_view view = {path, &image, &facts, &findings};
	int r = read_table(gpt);

	if (r < 0)
		return complain(path, image.size_bytes
					      ? "has no room for a partition table, or sectors "
						"of an impossible size"
					      : "is empty");
	look_for_filesystem(block, gpt);
	if (gpt->kind == TABLE_UNKNOWN)
		return complain(path, "cannot be read");
	atomic_store(&block->is_look_over, 1);
	name_argument(path, gpt);
	fact_publish(&gpt->once);
	fact_done(facts.blocks);
	fact_done(facts.gpts);
	rules_judge(&facts, &findings);
	complete_fixes(path, gpt);
	r = is_json ? gpt_print_json(&view) : gpt_print_text(&view);
	if (r < 0)
		return complain("standard output", strerror(-r));
	return has_errors() ? EXIT_ERRORS : EXIT_SOUND;
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
	status = look(path, is_json);
	image_source_close(&image);
	return status;
}

static int usage(const char *why)
{
	(void)fprintf(stderr, "bootprobe gpt: %s\nTry 'bootprobe gpt --help'.\n", why);
	return EXIT_UNREADABLE;
}

static bool is_sector_size(uint32_t bytes)
{
	return bytes >= 512 && bytes <= 65536 && (bytes & (bytes - 1)) == 0;
}

int gpt_main(int argc, char **argv)
{
	static const struct option OPTIONS[] = {{"json", no_argument, NULL, 'j'},
		{"sector-size", required_argument, NULL, 's'}, {"backing", no_argument, NULL, 'b'},
		{"help", no_argument, NULL, 'h'}, {0}};
	struct image_options options = {0};
	bool is_json = false;
	int option;

	optind = 1;
	while ((option = getopt_long(argc, argv, "h", OPTIONS, NULL)) >= 0) {
		switch (option) {
		case 'j':
			is_json = true;
			break;
		case 's':
			if (text_parse_u32(optarg, 10, &options.sector_bytes) < 0 ||
				!is_sector_size(options.sector_bytes))
				return usage(
					"--sector-size takes a power of two from 512 to 65536");
			break;
		case 'b':
			options.may_follow = true;
			break;
		case 'h':
			(void)fputs(help, stdout);
			return EXIT_SOUND;
		default:
			(void)fputs("Try 'bootprobe gpt --help'.\n", stderr);
			return EXIT_UNREADABLE;
		}
	}
	if (argc - optind != 1)
		return usage("give one image or device");
	return run(argv[optind], &options, is_json);
}
