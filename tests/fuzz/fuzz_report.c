/* SPDX-License-Identifier: MIT */
/*
 * What people see of hostile reports: the page, the exports, the timeline, what differs from
 * another one. Whatever a guest wrote, what comes out is printable ASCII. A byte 0xff begins the
 * second report; with an odd first byte, all CRCs are made right.
 */
#include "cli/page.h"
#include "cli/timeline.h"
#include "fuzz_seal.h"
#include "fuzz_text.h"
#include "reader/difference.h"
#include "reader/reader.h"
#include "reader/timeline.h"

#include <stdio.h>

static struct reader_report *read_report(char *bytes, size_t size, bool is_sealed)
{
	struct reader *reader = reader_new(NULL);
	struct reader_report *report = NULL;

	if (!reader)
		abort();
	if (is_sealed)
		fuzz_seal(bytes, size);
	(void)reader_feed(reader, bytes, size);
	(void)reader_finish(reader);
	(void)reader_report(reader, NULL, &report);
	reader_free(reader);
	return report;
}

static void check_printable(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] != '\n' && (text[i] < ' ' || text[i] > '~'))
			abort();
	}
}

static void show(const struct reader_report *report)
{
	struct timeline timeline;
	struct timeline_view view = {.report = report, .timeline = &timeline, .width = 80};
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	if (!stream)
		abort();
	page_print(stream, report, false, false, false);
	if (timeline_build(report, &timeline) == 0) {
		timeline_print_text(stream, &view);
		view.width = TIMELINE_PIXELS;
		timeline_print_svg(stream, &view);
		timeline_print_html(stream, &view);
		timeline_release(&timeline);
	}
	(void)fclose(stream);
	check_printable(text, size);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader_report *one, *other;
	struct difference_list list;
	char *text = fuzz_text(data, size), *middle;

	if (size < 2) {
		free(text);
		return 0;
	}
	middle = memchr(text + 1, 0xff, size - 1);
	middle = middle ? middle : text + size;
	one = read_report(text + 1, (size_t)(middle - text) - 1, data[0] & 1);
	other = read_report(middle, (size_t)(text + size - middle), data[0] & 1);
	if (one)
		show(one);
	if (one && difference_find(one, other ? other : one, &list) == 0)
		difference_release(&list);
	reader_report_free(one);
	reader_report_free(other);
	free(text);
	return 0;
}
