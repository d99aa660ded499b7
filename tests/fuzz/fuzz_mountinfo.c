/* SPDX-License-Identifier: MIT */
/*
 * What /proc says of processes and mounts, and what PID 1 was started with: names, paths and
 * arguments are what somebody in the guest has chosen.
 */
#include "base/text.h"
#include "parse/mountinfo.h"
#include "parse/proc_status.h"
#include "parse/redact.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *string, size_t size)
{
	if (!memchr(string, '\0', size))
		abort();
}

static void read_mounts(char *text)
{
	struct mountinfo mount;

	while (mountinfo_next(&text, &mount)) {
		(void)mountinfo_has_option(mount.options, "ro");
		check(mount.mount_point, strlen(mount.mount_point) + 1);
	}
}

static void hide_secrets(const char *text)
{
	char shown[512];
	struct redacted redacted;
	struct text out;

	(void)cmdline_redact_parts(text, shown, sizeof(shown), &redacted);
	check(shown, sizeof(shown));
	text_init(&out, shown, sizeof(shown));
	(void)redact_text(text, strlen(text), &redacted, &out);
	check(shown, sizeof(shown));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	uint64_t caught;

	if (!text)
		abort();
	for (int i = 0; i < 3; i++) {
		memcpy(text, data, size);
		text[size] = '\0';
		if (i == 0)
			read_mounts(text);
		else if (i == 1)
			(void)proc_status_caught(text, &caught);
		else
			hide_secrets(text);
	}
	free(text);
	return 0;
}
