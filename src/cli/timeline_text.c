/* SPDX-License-Identifier: MIT */
/*
 * A timeline in a terminal: one line a lane, and what happened, in order.
 */
#include "cli/timeline.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/fold.h"
#include "cli/output.h"

#include <string.h>

/* NAME_COLUMNS and a space stand in front of the axis. */
enum { NAME_COLUMNS = 18, EVENTS_MAX = 60 };

enum glyph {
	GLYPH_NONE,
	GLYPH_PHASE,
	GLYPH_UDEV,
	GLYPH_PROBE,
	GLYPH_READ,
	GLYPH_STALL,
	GLYPH_TICK,
	GLYPH_FINDING
};

static const char *const ASCII[] = {[GLYPH_NONE] = " ",
	[GLYPH_PHASE] = "=",
	[GLYPH_UDEV] = "-",
	[GLYPH_PROBE] = "=",
	[GLYPH_READ] = "#",
	[GLYPH_STALL] = "x",
	[GLYPH_TICK] = "|",
	[GLYPH_FINDING] = "!"};
static const char *const BLOCKS[] = {[GLYPH_NONE] = " ",
	[GLYPH_PHASE] = "\u2593",
	[GLYPH_UDEV] = "\u2591",
	[GLYPH_PROBE] = "\u2592",
	[GLYPH_READ] = "\u2588",
	[GLYPH_STALL] = "x",
	[GLYPH_TICK] = "\u2502",
	[GLYPH_FINDING] = "!"};

struct page {
	FILE *stream;
	const struct timeline_view *view;
	const struct timeline *timeline;
	size_t columns; /* of the axis */
};

struct cell {
	unsigned char glyph;
	unsigned char severity;
};

static enum glyph glyph_of(const struct timeline_item *item)
{
	switch (item->kind) {
	case TIMELINE_ITEM_PHASE:
		return GLYPH_PHASE;
	case TIMELINE_ITEM_PROGRESS:
		return GLYPH_PHASE;
	case TIMELINE_ITEM_STALL:
		return GLYPH_STALL;
	case TIMELINE_ITEM_SLOW:
		return GLYPH_PROBE;
	case TIMELINE_ITEM_UDEV:
	case TIMELINE_ITEM_CALLS:
		return GLYPH_UDEV;
	case TIMELINE_ITEM_PROBE:
		return GLYPH_PROBE;
	case TIMELINE_ITEM_READ:
	case TIMELINE_ITEM_REQUESTS:
		return GLYPH_READ;
	case TIMELINE_ITEM_FINDING:
		return GLYPH_FINDING;
	case TIMELINE_ITEM_ARRIVAL:
		return item->end > item->start ? GLYPH_UDEV : GLYPH_TICK;
	default:
		return GLYPH_TICK;
	}
}

static size_t column_of(const struct page *page, double seconds)
{
	double span = page->timeline->end - page->timeline->begin;
	double part = (seconds - page->timeline->begin) / (span > 0 ? span : 1);

	if (part <= 0)
		return 0;
	return part >= 1 ? page->columns - 1 : (size_t)(part * (double)page->columns);
}

static bool is_on_axis(const struct page *page, const struct timeline_item *item)
{
	return !item->is_unplaced && item->start >= page->timeline->begin &&
	       item->start <= page->timeline->end;
}

/* What matters more covers what matters less. */
static void put(struct cell *cell, enum glyph glyph, enum reader_severity severity)
{
	if (glyph < cell->glyph)
		return;
	cell->glyph = (unsigned char)glyph;
	if (severity > cell->severity)
		cell->severity = (unsigned char)severity;
}

static void fill(const struct page *page, const struct timeline_lane *lane, struct cell *cells)
{
	for (size_t i = 0; i < lane->count; i++) {
		const struct timeline_item *item = &lane->item[i];

		if (!is_on_axis(page, item))
			continue;
		for (size_t c = column_of(page, item->start); c <= column_of(page, item->end); c++)
			put(&cells[c], glyph_of(item), item->severity);
	}
}

static void print_cell(const struct page *page, const struct cell *cell)
{
	static const char *const COLOURS[] = {
		[READER_INFO] = "", [READER_WARNING] = "\033[1;33m", [READER_ERROR] = "\033[1;31m"};
	bool is_coloured = page->view->is_coloured && cell->severity != READER_INFO;

	(void)fprintf(page->stream, "%s%s%s", is_coloured ? COLOURS[cell->severity] : "",
		page->view->is_utf8 ? BLOCKS[cell->glyph] : ASCII[cell->glyph],
		is_coloured ? "\033[0m" : "");
}

static void print_lane(const struct page *page, const struct timeline_lane *lane)
{
	struct cell cells[TIMELINE_COLUMNS_MAX] = {0};
	char name[NAME_COLUMNS + 3];
	size_t last = 0;

	fill(page, lane, cells);
	fold_cut(name, NAME_COLUMNS, lane->name);
	for (size_t i = 0; i < page->columns; i++)
		last = cells[i].glyph ? i + 1 : last;
	(void)fprintf(page->stream, "%-*s", last ? NAME_COLUMNS + 1 : 0, name);
	for (size_t i = 0; i < last; i++)
		print_cell(page, &cells[i]);
	(void)fputc('\n', page->stream);
}

/* A disk stands there even if nothing of it is known. */
static bool is_empty(const struct page *page, const struct timeline_lane *lane)
{
	for (size_t i = 0; i < lane->count; i++) {
		if (is_on_axis(page, &lane->item[i]))
			return false;
	}
	return lane->kind != TIMELINE_DISK && lane->kind != TIMELINE_GROUP;
}

static void print_axis(const struct page *page)
{
	double span = page->timeline->end - page->timeline->begin;
	double step = timeline_step(span, (unsigned)(page->columns / 10));
	size_t at = 0;

	(void)fprintf(page->stream, "%*s", NAME_COLUMNS + 1, "");
	for (unsigned i = 0; i <= 100 && i * step <= span; i++) {
		double seconds = page->timeline->begin + i * step;
		size_t column = column_of(page, seconds);
		char data[32];

		timeline_format(data, sizeof(data), seconds, step);
		if (column < at || column + strlen(data) > page->columns)
			continue;
		(void)fprintf(page->stream, "%*s%s", (int)(column - at), "", data);
		at = column + strlen(data);
	}
	(void)fputc('\n', page->stream);
}

/* -------------------------------------------------------------------------------------- in words
 */

struct event {
	const struct timeline_lane *lane;
	const struct timeline_item *item;
};

/* Lines of the kernel log and of disks that share a lane are many, and say little each. */
static bool is_told(const struct timeline_lane *lane, const struct timeline_item *item)
{
	if (item->is_unplaced || item->kind == TIMELINE_ITEM_PROBE ||
		item->kind == TIMELINE_ITEM_REQUESTS || item->kind == TIMELINE_ITEM_PROGRESS)
		return item->severity != READER_INFO;
	if (item->kind == TIMELINE_ITEM_FINDING)
		return lane->kind == TIMELINE_FINDINGS;
	if (item->kind == TIMELINE_ITEM_READ)
		return item->severity != READER_INFO || lane->kind == TIMELINE_GROUP;
	return lane->kind != TIMELINE_GROUP || item->end > item->start;
}

static int compare_events(const void *left, const void *right)
{
	const struct event *a = left, *b = right;

	if (a->item->start < b->item->start || a->item->start > b->item->start)
		return a->item->start < b->item->start ? -1 : 1;
	return (a->lane > b->lane) - (a->lane < b->lane);
}

static size_t collect(const struct timeline *timeline, struct event *events)
{
	size_t count = 0;

	for (size_t i = 0; i < timeline->lane_count; i++) {
		const struct timeline_lane *lane = &timeline->lane[i];

		for (size_t k = 0; k < lane->count; k++) {
			if (is_told(lane, &lane->item[k]))
				events[count++] = (struct event){lane, &lane->item[k]};
		}
	}
	qsort(events, count, sizeof(*events), compare_events);
	return count;
}

static void print_event(const struct page *page, const struct event *event)
{
	static const enum output_colour COLOURS[] = {[READER_INFO] = COLOUR_NONE,
		[READER_WARNING] = COLOUR_YELLOW,
		[READER_ERROR] = COLOUR_RED};
	const struct timeline_item *item = event->item;
	char start[32], duration[48] = "", number[48], data[2 * TIMELINE_TEXT_SIZE];
	bool is_group =
		event->lane->kind == TIMELINE_GROUP || event->lane->kind == TIMELINE_HOST_LOG;

	timeline_format(start, sizeof(start), item->start, 0.001);
	timeline_format_duration(number, sizeof(number), item->end - item->start);
	if (item->end > item->start)
		(void)text_join(
			duration, sizeof(duration), item->is_open ? ", over " : ", ", number, NULL);
	(void)text_join(data, sizeof(data), is_group ? event->lane->name : "", is_group ? ": " : "",
		item->label, duration, strcmp(item->label, item->text) == 0 ? "" : ": ",
		strcmp(item->label, item->text) == 0 ? "" : item->text, NULL);
	(void)snprintf(number, sizeof(number), "%11s  ", start);
	output_coloured(page->stream, page->view->is_coloured, COLOURS[item->severity], number);
	fold_words(page->stream, (unsigned)strlen(number), 13, data);
}

/* Those that matter most, in order of time. */
static void print_events(const struct page *page)
{
	const struct timeline *timeline = page->timeline;
	_cleanup_free_ struct event *events = calloc(timeline->item_count + 1, sizeof(*events));
	size_t count = events ? collect(timeline, events) : 0, shown = 0, bad = 0;

	for (size_t i = 0; i < count; i++)
		bad += events[i].item->severity != READER_INFO;
	for (size_t i = 0; i < count && shown < EVENTS_MAX; i++) {
		bool is_bad = events[i].item->severity != READER_INFO;

		bad -= is_bad;
		if (!is_bad && shown + bad >= EVENTS_MAX)
			continue;
		print_event(page, &events[i]);
		shown++;
	}
	if (count > shown)
		(void)fprintf(
			page->stream, "and %zu more: see --json, or -o FILE.html\n", count - shown);
}

static void print_heading(const struct page *page)
{
	static const enum output_colour VERDICTS[] = {[READER_OK] = COLOUR_GREEN,
		[READER_HAS_WARNINGS] = COLOUR_YELLOW,
		[READER_INCOMPLETE] = COLOUR_PURPLE,
		[READER_FAIL] = COLOUR_RED};
	const struct reader_report *report = page->view->report;
	const char *verdict = reader_verdict_name(report->verdict);
	char data[TIMELINE_TEXT_SIZE + 64];

	(void)text_join(data, sizeof(data), "boot ", report->boot,
		*page->timeline->machine ? ", " : "", page->timeline->machine, NULL);
	output_coloured(page->stream, page->view->is_coloured, VERDICTS[report->verdict], verdict);
	(void)fputs("  ", page->stream);
	fold_words(
		page->stream, (unsigned)strlen(verdict) + 2, (unsigned)strlen(verdict) + 2, data);
	(void)fputc('\n', page->stream);
}

static bool has_progress(const struct timeline *timeline)
{
	for (size_t i = 0; i < timeline->lane_count; i++) {
		if (timeline->lane[i].kind == TIMELINE_PROGRESS)
			return true;
	}
	return false;
}

static void print_legend(const struct page *page)
{
	const char *const *glyphs = page->view->is_utf8 ? BLOCKS : ASCII;

	(void)fprintf(page->stream,
		"\n%*s%s read  %s udev  %s probe  %s arrival, event  %s finding\n",
		NAME_COLUMNS + 1, "", glyphs[GLYPH_READ], glyphs[GLYPH_UDEV], glyphs[GLYPH_PROBE],
		glyphs[GLYPH_TICK], glyphs[GLYPH_FINDING]);
	(void)fprintf(page->stream, "%*sboot: %s kernel, stage 1, stage 2\n", NAME_COLUMNS + 1, "",
		glyphs[GLYPH_PHASE]);
	if (has_progress(page->timeline))
		(void)fprintf(page->stream, "%*sprogress: %s something goes on  %s nothing does\n",
			NAME_COLUMNS + 1, "", glyphs[GLYPH_PHASE], glyphs[GLYPH_STALL]);
	(void)fputc('\n', page->stream);
}

void timeline_print_text(FILE *stream, const struct timeline_view *view)
{
	const struct page page = {.stream = stream,
		.view = view,
		.timeline = view->timeline,
		.columns = view->width - NAME_COLUMNS - 1};

	print_heading(&page);
	print_axis(&page);
	for (size_t i = 0; i < view->timeline->lane_count; i++) {
		const struct timeline_lane *lane = &view->timeline->lane[i];

		if (!is_empty(&page, lane))
			print_lane(&page, lane);
	}
	print_legend(&page);
	print_events(&page);
	if (view->report->missing_lines || view->report->damage_count)
		(void)fprintf(stream,
			"\n%llu records are missing, %zu damaged: not all of it is here\n",
			(unsigned long long)view->report->missing_lines,
			view->report->damage_count);
}
