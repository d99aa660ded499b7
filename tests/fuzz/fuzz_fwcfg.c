/* SPDX-License-Identifier: MIT */
/* An item of fw_cfg: its name up to the first newline, and its content. */
#include "fuzz_text.h"
#include "parse/config.h"
#include "parse/fwcfg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	char *newline = memchr(text, '\n', size);
	struct fwcfg_item_fact item = {0};
	size_t name = newline ? (size_t)(newline - text) : 0;
	const char *content = newline ? newline + 1 : text;
	size_t length = newline ? size - name - 1 : size;

	memcpy(item.name, text, name < sizeof(item.name) - 1 ? name : sizeof(item.name) - 1);
	if (fwcfg_may_show(item.name)) {
		fwcfg_content_parse(&item, content, length, size % 2);
		FUZZ_ENDS(item.content);
	}
	free(text);
	return 0;
}
