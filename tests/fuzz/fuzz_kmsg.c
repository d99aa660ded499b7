/* SPDX-License-Identifier: MIT */
/*
 * A file of records of /dev/kmsg, and what is made of each. A secret of the command line, which
 * programs copy into the log, must not be in an event.
 */
#include "fuzz_text.h"
#include "parse/kmsg.h"
#include "parse/redact.h"

#include <ctype.h>

static const char SECRET[] = "hunter2-secret";

/* A word of its own is the secret; what merely holds its letters is not. */
static bool shows_secret(const struct kernel_event_fact *event)
{
	const char *at = event->text;

	while ((at = strstr(at, SECRET))) {
		const char *end = at + sizeof(SECRET) - 1;

		/* Where the text was cut, nobody knows what went on. */
		if ((at == event->text || !isalnum((unsigned char)at[-1])) &&
			!isalnum((unsigned char)*end) &&
			end < event->text + sizeof(event->text) - 1)
			return true;
		at = end;
	}
	return false;
}

static void judge(const char *bytes, size_t length, const struct redacted *known)
{
	struct kernel_event_fact event = {0};
	struct kmsg_record record;

	if (kmsg_parse(bytes, length, &record) < 0)
		return;
	if (record.text < bytes || record.text + record.text_length > bytes + length)
		abort();
	if (!kmsg_judge(&record, known, &event))
		return;
	FUZZ_ENDS(event.subject);
	FUZZ_ENDS(event.text);
	if (event.kind >= KERNEL_EVENT_COUNT || (known && shows_secret(&event)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct redacted known = {.count = 1, .part = {{SECRET, sizeof(SECRET) - 1}}};
	char *text = fuzz_text(data, size);

	for (size_t at = 0, length; at < size; at += length) {
		length = kmsg_record_length(text + at, size - at, true);
		if (length == 0 || length > size - at)
			abort();
		judge(text + at, length, &known);
		judge(text + at, length, NULL);
	}
	free(text);
	return 0;
}
