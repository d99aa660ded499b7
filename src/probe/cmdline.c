/* SPDX-License-Identifier: MIT */
#include "probe/probe.h"

#include "parse/cmdline.h"
#include "source/cmdline.h"

#include <errno.h>
#include <string.h>

int cmdline_run(const struct sources *sources, struct facts *facts, uint32_t subject)
{
	struct cmdline_fact *fact = &facts->cmdline;
	/* COMMAND_LINE_SIZE is 2048 on x86 and arm64, and 4096 at most elsewhere. */
	char text[sizeof(fact->text)];
	unsigned redacted;
	int r;

	(void)subject;
	r = cmdline_source_read(&sources->root, text, sizeof(text));
	fact->read = outcome_from(r);
	if (fact->read == OUTCOME_OK) {
		fact->length_bytes = (uint32_t)strlen(text);
		fact->is_cut = r > 0;
		if (!cmdline_redact(text, fact->text, sizeof(fact->text), &redacted))
			fact->is_cut = true;
		fact->redacted_count = redacted;
	}
	fact_publish(&fact->once);
	return 0;
}
