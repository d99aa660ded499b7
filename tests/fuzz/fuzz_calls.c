/* SPDX-License-Identifier: MIT */
/*
 * What tracefs says of system calls: lines of a histogram and of events, mixed, in which a process of
 * the guest has chosen names, paths, descriptors and offsets. A line "--" begins a further sample.
 */
#include "fuzz_text.h"

#include "base/text.h"
#include "parse/call_histogram.h"
#include "parse/call_sample.h"

static struct call_tally tally;
static struct call_sample sample;
static struct caller_fact caller;

static void take(const char *text)
{
	struct trace_line line;
	char *copy = fuzz_text((const uint8_t *)text, strlen(text));

	if (!call_tally_add(&tally, copy)) {
		strcpy(copy, text);
		if (trace_line_parse(copy, &line)) {
			/* All of it is of one process. */
			line.pid = sample.pid;
			call_sample_add(&sample, &line);
		}
	}
	free(copy);
}

static void assert_sound(void)
{
	const struct call_tally_entry *entry = NULL;
	uint64_t before = UINT64_MAX;

	while ((entry = call_tally_next(&tally, entry))) {
		if (entry->calls > before)
			abort();
		before = entry->calls;
	}
	if (sample.path_count > sample.different_paths ||
		sample.file_count > sample.different_files || sample.failed > sample.sampled ||
		sample.empty > sample.sampled || sample.different_paths > sample.lookups)
		abort();
	fact_foreach (path, caller.paths) {
		FUZZ_ENDS(path->path);
		if (path->share > 10000)
			abort();
	}
	fact_foreach (file, caller.files)
		FUZZ_ENDS(file->file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *cursor = text, *line;

	memset(&tally, 0, sizeof(tally));
	memset(&sample, 0, sizeof(sample));
	memset(&caller, 0, sizeof(caller));
	sample.pid = 9;
	call_sample_begin(&sample);
	while ((line = text_next_line(&cursor))) {
		if (strcmp(line, "--") == 0)
			call_sample_begin(&sample);
		else
			take(line);
	}
	call_sample_tell(&sample, &caller);
	assert_sound();
	free(text);
	return 0;
}
