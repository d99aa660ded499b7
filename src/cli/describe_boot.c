/* SPDX-License-Identifier: MIT */
/*
 * The boot itself: how bootprobe went about it, and how far it got.
 */
#include "cli/describe_part.h"

#include "cli/words.h"
#include "reader/report.h"

#include <string.h>

void describe_begin(struct text *text, const json_t *m)
{
	words_key(text, "bootprobe ", m, "version");
	words_key(text, " starts to look, called with ", m, "verb");
}

void describe_config(struct text *text, const json_t *m)
{
	text_append(text, "sends the report to: ");
	words_strings(text, ", ", json_object_get(m, "sinks"));
	if (!reader_has(m, "problems"))
		return;
	text_append(text, "; not understood: ");
	words_strings(text, "; ", json_object_get(m, "problems"));
}

void describe_handoff(struct text *text, const json_t *m)
{
	const json_t *element;
	size_t i;

	words_add(text, "init: ", *reader_string(m, "init") ? reader_string(m, "init") : "none");
	if (!reader_is(m, "init_stat", "ok"))
		words_key(text, ", ", m, "init_stat");
	words_key(text, ", ", m, "init_type");
	words_bool(text, m, "init_executable", "", "not executable");
	words_bool(text, m, "architecture_right", "", "for another architecture");
	json_array_foreach(json_object_get(m, "interpreters"), i, element)
	{
		words_key(text, " -> ", element, "path");
		if (!reader_is(element, "stat", "ok"))
			words_key(text, " ", element, "stat");
	}
	words_key(text, ", root file system ", m, "fstype");
	words_key(text, " on ", m, "source");
	words_bool(text, m, "mounted", "", "nothing mounted");
}

void describe_event(struct text *text, const json_t *m)
{
	words_key(text, "kernel: ", m, reader_has(m, "text") ? "text" : "kind");
	words_integer(text, ", lost lines: ", m, "lost");
}

void describe_probe(struct text *text, const json_t *m)
{
	if (!reader_has(m, "state")) {
		text_append(text, "probes that ended well: ");
		text_append_u64(text, json_array_size(json_object_get(m, "done")));
		return;
	}
	words_key(text, "probe ", m, "name");
	words_key(text, " of ", m, "subject");
	words_key(text, ": ", m, "state");
	words_key(text, ", ", m, "error");
	words_integer(text, ", signal ", m, "signal");
	words_key(text, ", waits in ", m, "wait_channel");
}

void describe_sink(struct text *text, const json_t *m)
{
	const json_t *element;
	size_t i;

	text_append(text, "delivered:");
	json_array_foreach(json_object_get(m, "sinks"), i, element)
	{
		words_key(text, i ? ", " : " ", element, "name");
		if (!reader_is(element, "state", "ok"))
			words_key(text, " ", element, "state");
		words_integer(text, " ", element, "delivered");
		words_integer(text, ", dropped ", element, "dropped");
	}
}

void describe_finding(struct text *text, const json_t *m)
{
	words_key(text, "", m, "severity");
	words_key(text, " ", m, "id");
	words_key(text, ": ", m, "summary");
}

void describe_end(struct text *text, const json_t *m)
{
	static const char *const PHASES[][2] = {
		{"finish", "stage 1 is done: all is set for stage 2"},
		/* In stage 1 or behind it. */
		{"stall", "the boot has not gone on yet"},
		{"goes-on", "the boot has gone on again"}, {"now", "done"},
		{"terminated", "told to end before the boot came to stage 2"},
		{"exit", "PID 1 ended, and the kernel panics of it"},
		{"frozen", "PID 1 stands still for ever, and the kernel does not panic of it"},
		{"up", "the boot is through; PID 1 is not watched any more"},
		{"time-over", "PID 1 was watched for as long as asked"},
		{"shutdown", "the machine is being shut down; PID 1 is not watched any more"},
		{"delivered", "the last records are delivered"}};
	const char *phase = reader_string(m, "phase");

	for (size_t i = 0; i < ARRAY_SIZE(PHASES); i++) {
		if (strcmp(PHASES[i][0], phase) == 0) {
			text_append(text, PHASES[i][1]);
			return;
		}
	}
	words_add(text, "end of ", phase);
}
