/* SPDX-License-Identifier: MIT */
#include "parse/fwcfg.h"

#include "base/text.h"
#include "parse/cmdline.h"

#include <string.h>

static const char OURS[] = "opt/org.bootprobe/";
static const char BOOT_ORDER[] = "bootorder";
static const char BOOT_FAIL_WAIT[] = "etc/boot-fail-wait";

bool fwcfg_may_show(const char *name)
{
	return text_starts_with(name, OURS) || strcmp(name, BOOT_ORDER) == 0 ||
	       strcmp(name, BOOT_FAIL_WAIT) == 0;
}

/* Milliseconds, little-endian; all ones: for ever. */
static void wait_parse(struct text *text, const char *bytes, size_t length)
{
	uint32_t value = 0;

	if (length != 4 && length != 2)
		return;
	for (size_t i = length; i-- > 0;)
		value = value << 8 | (unsigned char)bytes[i];
	if (length == 4 && value == UINT32_MAX)
		text_append(text, "-1");
	else
		text_append_u64(text, value);
}

/* Device paths with newlines between them and a NUL behind the last one. */
static void order_parse(struct text *text, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length && bytes[i]; i++)
		text_append_char(text, bytes[i]);
}

void fwcfg_content_parse(
	struct fwcfg_item_fact *item, const char *bytes, size_t length, bool is_whole)
{
	char copy[1024];
	struct text text;
	unsigned redacted;

	text_init(&text, item->content, sizeof(item->content));
	if (strcmp(item->name, BOOT_FAIL_WAIT) == 0) {
		wait_parse(&text, bytes, length);
		return;
	}
	if (strcmp(item->name, BOOT_ORDER) == 0) {
		order_parse(&text, bytes, length);
		item->is_content_cut = text.is_cut || !is_whole;
		return;
	}
	item->is_content_cut = !text_copy_bytes(copy, sizeof(copy), bytes, length) || !is_whole;
	if (!cmdline_redact(copy, item->content, sizeof(item->content), &redacted))
		item->is_content_cut = true;
}
