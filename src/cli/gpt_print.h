/* SPDX-License-Identifier: MIT */
/*
 * What bootprobe gpt says of one image: for a person, and as records.
 */
#ifndef CLI_GPT_PRINT_H
#define CLI_GPT_PRINT_H

#include "bootprobe/facts.h"
#include "rule/rule.h"
#include "source/image.h"

struct gpt_view {
	const char *path; /* as it was typed */
	const struct image_source *image;
	const struct facts *facts; /* one block device, its table and its file system */
	const struct findings *findings;
	enum image_content content; /* of a disk without partitions and file system */
};

/* Both return 0, or a negative errno when standard output does not take it. */
int gpt_print_text(const struct gpt_view *view);
int gpt_print_json(const struct gpt_view *view);

#endif
