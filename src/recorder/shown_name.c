/* SPDX-License-Identifier: MIT */
#include "recorder/shown_name.h"

#include "base/text.h"
#include "parse/trace_line.h"
#include "source/cmdline.h"

#include <errno.h>
#include <string.h>

const struct redacted *shown_secrets(const struct sysroot *proc)
{
	static char cmdline[CMDLINE_SIZE], shown[2 * sizeof(cmdline)];
	static struct redacted redacted;
	ssize_t n = sysroot_read(proc, "cmdline", cmdline, sizeof(cmdline));

	if (n < 0 && n != -EFBIG)
		cmdline[0] = '\0';
	(void)cmdline_redact_parts(cmdline, shown, sizeof(shown), &redacted);
	return &redacted;
}

void shown_copy(char *buf, size_t size, const char *name, const struct redacted *secrets)
{
	bool is_cut = strlen(name) >= TRACE_PATH_SIZE - 1;
	char shown[2 * TRACE_PATH_SIZE];
	struct text out;

	text_init(&out, shown, sizeof(shown));
	(void)redact_text(name, strlen(name), secrets, &out);
	text_init(&out, buf, size);
	for (const char *part = shown; *part;) {
		/* Names of a store have a shape of their own, as a whole. */
		bool is_whole = !is_cut && redact_is_harmless(part, strlen(part));
		size_t length = is_whole ? strlen(part) : strcspn(part + 1, "/") + 1;
		bool is_shown = redact_is_harmless(part, length) && (part[length] || !is_cut);

		if (is_shown)
			text_append_bytes(&out, part, length);
		else
			text_append(&out, *part == '/' ? "/***" : "***");
		part += length;
	}
}

void shown_hide_path(char *path, size_t size, const struct redacted *secrets)
{
	char whole[2 * TRACE_PATH_SIZE];

	/* "pipe:[1234]" and its like are the kernel's words. */
	if (*path != '/' || !text_copy(whole, sizeof(whole), path))
		return;
	shown_copy(path, size, whole, secrets);
}

void shown_hide_name(char *name, size_t size, const struct redacted *secrets)
{
	char whole[TRACE_PATH_SIZE];
	struct text out;

	if (!text_copy(whole, sizeof(whole), name))
		return;
	text_init(&out, name, size);
	(void)redact_text(whole, strlen(whole), secrets, &out);
}
