/* SPDX-License-Identifier: MIT */
/*
 * A timeline as SVG: one file, no script, nothing that is fetched; light or dark as the viewer
 * wants. All text is monospaced, so that its width is known here and nothing overlaps.
 */
#include "cli/timeline.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/xml.h"

#include <math.h>
#include <string.h>

/* Pixels. */
enum {
	LEFT = 216,  /* of the axis; names stand in front of it */
	RIGHT = 190, /* behind it; labels of the last moments go there */
	MARGIN = 14,
	ROW = 14,      /* a row of labels */
	TRACK = 9,     /* height of a bar */
	ROWS_MAX = 8,  /* of labels in a lane ... */
	ROWS_INFO = 6, /* ... of those that are no trouble */
	LABELS_MAX = 256,
	LABEL_CHARS = 40,
	SUMMARY_CHARS = 64,
	FINDINGS_MAX = 12,
	SUMMARY_LINES = 3,
};
static const double CHARACTER = 6.65; /* of 11 pixels */

struct picture {
	FILE *stream;
	const struct timeline_view *view;
	const struct timeline *timeline;
	double width, y;
	double scale; /* pixels a second */
};

static const char STYLE[] =
	"<style>\n"
	".bp{--bg:#ffffff;--fg:#1d2126;--dim:#5d6773;--grid:#e2e6ea;--band:#f5f7f9;"
	"--kernel:#a9bdd6;--stage:#6d90bf;--arrival:#1f7a4d;--udev:#a3d4b8;--read:#2f74c8;"
	"--partition:#8351b8;--event:#59636e;--probe:#cdb887;--error:#c4281f;--warning:#c97a00;"
	"--info:#4a7fa5}\n"
	"@media (prefers-color-scheme:dark){.bp{--bg:#16191d;--fg:#e4e7ea;--dim:#98a2ad;"
	"--grid:#2c3238;--band:#1d2126;--kernel:#4b6380;--stage:#5580b8;--arrival:#4fc289;"
	"--udev:#2f6a4a;--read:#5c9ff0;--partition:#b78ae6;--event:#a3adb8;--probe:#86743f;"
	"--error:#ff6b61;--warning:#f2a93b;--info:#7db4dc}}\n"
	/* For viewers that know no variables. */
	".bp text{font:11px 'DejaVu Sans Mono',Menlo,Consolas,monospace;fill:#1d2126;"
	"fill:var(--fg)}\n"
	".bp .title{font-size:15px;font-weight:bold}\n"
	".bp .dim{fill:#5d6773;fill:var(--dim)}\n"
	".bp .name{font-weight:bold}\n"
	".bp .bg{fill:#ffffff;fill:var(--bg)}\n"
	".bp .band{fill:#f5f7f9;fill:var(--band)}\n"
	".bp .grid{stroke:#e2e6ea;stroke:var(--grid)}\n"
	".bp .lead{stroke:#b9c0c8;stroke:var(--dim);stroke-opacity:.5}\n"
	".bp .kernel{fill:#a9bdd6;fill:var(--kernel)}\n"
	".bp .stage{fill:#6d90bf;fill:var(--stage)}\n"
	".bp .moment,.bp .arrival{fill:#1f7a4d;fill:var(--arrival)}\n"
	".bp .udev{fill:#a3d4b8;fill:var(--udev)}\n"
	".bp .read{fill:#2f74c8;fill:var(--read)}\n"
	".bp .partition{fill:#8351b8;fill:var(--partition)}\n"
	".bp .event{fill:#59636e;fill:var(--event)}\n"
	".bp .probe{fill:#cdb887;fill:var(--probe)}\n"
	".bp .error{fill:#c4281f;fill:var(--error)}\n"
	".bp .warning{fill:#c97a00;fill:var(--warning)}\n"
	".bp .info{fill:#4a7fa5;fill:var(--info)}\n"
	".bp .soft{fill-opacity:.45}\n"
	".bp .band{fill-opacity:.7}\n"
	"</style>\n";

/* ---------------------------------------------------------------------------------------- pieces
 */

static double x_of(const struct picture *picture, double seconds)
{
	return LEFT + (seconds - picture->timeline->begin) * picture->scale;
}

static bool is_on_axis(const struct picture *picture, const struct timeline_item *item)
{
	return !item->is_unplaced && item->start >= picture->timeline->begin &&
	       item->start <= picture->timeline->end;
}

static double end_of(const struct picture *picture, const struct timeline_item *item)
{
	return x_of(picture, fmin(item->end, picture->timeline->end));
}

static size_t characters_in(double pixels)
{
	return pixels > CHARACTER ? (size_t)(pixels / CHARACTER) : 0;
}

static void put_text(const struct picture *picture, double x, double y, const char *class,
	const char *text, size_t width)
{
	(void)fprintf(picture->stream, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">", x, y, class);
	xml_text(picture->stream, text, width);
	(void)fputs("</text>\n", picture->stream);
}

/* What a viewer shows while one points at it. */
static void put_tip(const struct picture *picture, const struct timeline_item *item)
{
	char start[32], duration[32];

	timeline_format(start, sizeof(start), item->start, 0.001);
	timeline_format_duration(duration, sizeof(duration), item->end - item->start);
	(void)fprintf(picture->stream, "<title>%s%s", item->is_estimated ? "about " : "", start);
	if (item->end > item->start)
		(void)fprintf(picture->stream, ", %s", duration);
	(void)fputs(": ", picture->stream);
	xml_text(picture->stream, item->label, TIMELINE_TEXT_SIZE);
	if (strcmp(item->label, item->text) != 0) {
		(void)fputs(": ", picture->stream);
		xml_text(picture->stream, item->text, TIMELINE_TEXT_SIZE);
	}
	(void)fputs("</title>", picture->stream);
}

static const char *class_of(const struct timeline_item *item)
{
	static const char *const CLASSES[TIMELINE_ITEM_KINDS] = {
		[TIMELINE_ITEM_PHASE] = "stage",
		[TIMELINE_ITEM_MOMENT] = "moment",
		[TIMELINE_ITEM_EVENT] = "event",
		[TIMELINE_ITEM_ARRIVAL] = "arrival",
		[TIMELINE_ITEM_UDEV] = "udev",
		[TIMELINE_ITEM_READ] = "read",
		[TIMELINE_ITEM_PARTITION] = "partition",
		[TIMELINE_ITEM_PROBE] = "probe",
		[TIMELINE_ITEM_FINDING] = "info",
	};

	if (item->severity == READER_ERROR)
		return "error";
	if (item->severity == READER_WARNING)
		return "warning";
	return CLASSES[item->kind];
}

/* A bar; never thinner than can be seen. */
static void put_bar(const struct picture *picture, const struct timeline_item *item, double y,
	double height, const char *class)
{
	double x = x_of(picture, item->start), width = end_of(picture, item) - x;

	(void)fprintf(picture->stream,
		"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"%s\">", x, y,
		fmax(width, 2), height, class);
	put_tip(picture, item);
	(void)fputs("</rect>\n", picture->stream);
}

static void put_tick(
	const struct picture *picture, const struct timeline_item *item, double y, double height)
{
	(void)fprintf(picture->stream,
		"<rect x=\"%.1f\" y=\"%.1f\" width=\"2\" height=\"%.1f\" class=\"%s\">",
		x_of(picture, item->start) - 1, y, height, class_of(item));
	put_tip(picture, item);
	(void)fputs("</rect>\n", picture->stream);
}

static void put_diamond(const struct picture *picture, const struct timeline_item *item, double y)
{
	double x = x_of(picture, item->start);

	(void)fprintf(picture->stream, "<path d=\"M%.1f %.1fl5 5l-5 5l-5 -5z\" class=\"%s\">", x, y,
		class_of(item));
	put_tip(picture, item);
	(void)fputs("</path>\n", picture->stream);
}

/* The name of a lane, and what it is below that. */
static void put_name(const struct picture *picture, const struct timeline_lane *lane, double height)
{
	size_t room = characters_in(LEFT - MARGIN - 10);
	double middle = picture->y + height / 2;

	if (!*lane->detail) {
		put_text(picture, MARGIN, middle + 4, "name", lane->name, room);
		return;
	}
	put_text(picture, MARGIN, middle - 2, "name", lane->name, room);
	put_text(picture, MARGIN, middle + 11, "dim", lane->detail, room);
}

/* ---------------------------------------------------------------------------------------- labels
 */

struct labels {
	const struct timeline_item *item[LABELS_MAX];
	unsigned row[LABELS_MAX]; /* ROWS_MAX: there was no room */
	size_t count, left_out;
	unsigned rows;
};

static void label_text(const struct timeline_item *item, char *data, size_t size)
{
	char number[16] = "";

	if (item->number)
		(void)snprintf(number, sizeof(number), "%u ", item->number);
	(void)text_join(data, size, number, item->label, NULL);
}

/* At least as wide as it is when it is escaped, and cut. */
static double text_width(const char *text, size_t most)
{
	size_t length = 0;

	for (const char *c = text; *c; c++)
		length += *c >= ' ' && *c <= '~' ? 1 : 6;
	return (double)(length < most ? length : most) * CHARACTER;
}

static double label_width(const struct picture *picture, const struct timeline_item *item)
{
	double room = picture->width - MARGIN - x_of(picture, item->start) - 5;
	char data[TIMELINE_TEXT_SIZE];

	label_text(item, data, sizeof(data));
	return fmin(text_width(data, LABEL_CHARS), room);
}

/* From the last to the first, each in the first row with room: then no line from a mark to its
 * label crosses another label. */
static void arrange(const struct picture *picture, const struct timeline_lane *lane,
	enum timeline_item_kind kind, struct labels *labels)
{
	double free_up_to[ROWS_MAX];

	*labels = (struct labels){0};
	for (unsigned row = 0; row < ROWS_MAX; row++)
		free_up_to[row] = picture->width;
	for (size_t i = lane->count; i > 0; i--) {
		const struct timeline_item *item = &lane->item[i - 1];
		double x = x_of(picture, item->start);
		unsigned row = 0, rows = item->severity == READER_INFO ? ROWS_INFO : ROWS_MAX;

		if (item->kind != kind || !is_on_axis(picture, item))
			continue;
		while (row < rows && x + 5 + label_width(picture, item) + 8 > free_up_to[row])
			row++;
		if (row == rows || labels->count == LABELS_MAX) {
			labels->left_out++;
			continue;
		}
		free_up_to[row] = x;
		labels->rows = row + 1 > labels->rows ? row + 1 : labels->rows;
		labels->row[labels->count] = row;
		labels->item[labels->count++] = item;
	}
}

/* Below y. */
static void put_labels(const struct picture *picture, const struct labels *labels, double y)
{
	for (size_t i = 0; i < labels->count; i++) {
		const struct timeline_item *item = labels->item[i];
		double x = x_of(picture, item->start), base = y + ROW * (labels->row[i] + 1) - 3;
		char data[TIMELINE_TEXT_SIZE];

		(void)fprintf(picture->stream, "<path d=\"M%.1f %.1fV%.1f\" class=\"lead\"/>\n", x,
			y, base);
		label_text(item, data, sizeof(data));
		put_text(picture, x + 4, base,
			item->severity == READER_INFO ? "dim" : class_of(item), data,
			characters_in(label_width(picture, item) + 1));
	}
}

/* ----------------------------------------------------------------------------------------- lanes
 */

static void put_left_out(const struct picture *picture, size_t count, double y)
{
	char data[64];

	if (!count)
		return;
	(void)snprintf(data, sizeof(data), "%zu without a label", count);
	put_text(picture, MARGIN, y, "dim", data, sizeof(data));
}

static void put_phase(
	const struct picture *picture, const struct timeline_item *item, double height)
{
	double x = x_of(picture, item->start), width = end_of(picture, item) - x;
	char data[96], duration[32];

	timeline_format_duration(duration, sizeof(duration), item->end - item->start);
	(void)text_join(data, sizeof(data), item->label, " ", duration,
		item->is_open ? ", end not seen" : "", NULL);
	put_bar(picture, item, picture->y, height, item->start > 0 ? "stage" : "kernel");
	if (width > (double)strlen(data) * CHARACTER + 8)
		put_text(picture, x + 5, picture->y + height - 5, "", data, sizeof(data));
}

static void draw_boot(struct picture *picture, const struct timeline_lane *lane)
{
	enum { HEIGHT = 18 };
	struct labels labels;

	arrange(picture, lane, TIMELINE_ITEM_MOMENT, &labels);
	put_name(picture, lane, HEIGHT);
	for (size_t i = 0; i < lane->count; i++) {
		if (!is_on_axis(picture, &lane->item[i]))
			continue;
		if (lane->item[i].kind == TIMELINE_ITEM_PHASE)
			put_phase(picture, &lane->item[i], HEIGHT);
	}
	for (size_t i = 0; i < labels.count; i++)
		put_tick(picture, labels.item[i], picture->y + HEIGHT, 5);
	put_labels(picture, &labels, picture->y + HEIGHT);
	picture->y += HEIGHT + ROW * labels.rows + 8;
}

/* Marks with labels: the kernel log, and the findings. */
static void draw_marks(
	struct picture *picture, const struct timeline_lane *lane, enum timeline_item_kind kind)
{
	enum { HEIGHT = 12 };
	struct labels labels;

	if (!lane->count)
		return;
	arrange(picture, lane, kind, &labels);
	put_name(picture, lane, HEIGHT);
	put_labels(picture, &labels, picture->y + HEIGHT);
	for (size_t i = 0; i < lane->count; i++) {
		const struct timeline_item *item = &lane->item[i];

		if (!is_on_axis(picture, item))
			continue;
		if (kind == TIMELINE_ITEM_FINDING)
			put_diamond(picture, item, picture->y + 1);
		else
			put_tick(picture, item, picture->y, HEIGHT);
	}
	put_left_out(picture, labels.left_out, picture->y + HEIGHT + ROW);
	if (labels.left_out && !labels.rows)
		labels.rows = 1;
	picture->y += HEIGHT + ROW * labels.rows + 8;
}

/* Behind all that is drawn, or in front of it where there is more room. */
static void put_summary(const struct picture *picture, const struct timeline_lane *lane,
	const char *summary, double y)
{
	double first = picture->width, last = LEFT, width = text_width(summary, SUMMARY_CHARS);

	for (size_t i = 0; i < lane->count; i++) {
		if (!is_on_axis(picture, &lane->item[i]))
			continue;
		first = fmin(first, x_of(picture, lane->item[i].start));
		last = fmax(last, end_of(picture, &lane->item[i]));
	}
	if (last + 12 + width < picture->width - 4)
		put_text(picture, last + 12, y, "dim", summary, SUMMARY_CHARS);
	else if (first - 12 - width > LEFT)
		put_text(picture, first - 12 - width, y, "dim", summary, SUMMARY_CHARS);
}

/* What a disk did, or what it has not come back from. */
static void summarize_disk(const struct timeline_lane *lane, char *data, size_t size)
{
	char arrival[40] = "", reads[64] = "", number[32];
	double sum = 0;
	size_t count = 0;

	for (size_t i = 0; i < lane->count; i++) {
		const struct timeline_item *item = &lane->item[i];

		timeline_format(number, sizeof(number), item->start, 0.001);
		if (item->kind == TIMELINE_ITEM_ARRIVAL && !*arrival)
			(void)text_join(arrival, sizeof(arrival), "at ", number, NULL);
		if (item->kind != TIMELINE_ITEM_READ)
			continue;
		timeline_format_duration(number, sizeof(number), item->end - item->start);
		if (item->is_open) {
			(void)text_join(data, size, "read open for ", number, NULL);
			return;
		}
		count++;
		sum += item->end - item->start;
	}
	timeline_format_duration(number, sizeof(number), sum);
	if (count)
		(void)snprintf(reads, sizeof(reads), "%s%zu read%s %s", *arrival ? ", " : "", count,
			count == 1 ? "" : "s", number);
	(void)text_join(data, size, arrival, reads, NULL);
}

/* Of the one span that stands for all reads. */
static void summarize_group(const struct timeline_lane *lane, char *data, size_t size)
{
	*data = '\0';
	for (size_t i = 0; i < lane->count; i++) {
		if (lane->item[i].kind == TIMELINE_ITEM_READ)
			(void)text_copy(data, size, lane->item[i].label);
	}
}

static void put_disk_item(
	const struct picture *picture, const struct timeline_item *item, bool is_group)
{
	double top = picture->y + 5, low = top + TRACK + 3;

	switch (item->kind) {
	case TIMELINE_ITEM_READ:
		put_bar(picture, item, low, TRACK, is_group ? "read soft" : class_of(item));
		break;
	case TIMELINE_ITEM_UDEV:
		put_bar(picture, item, top, TRACK, "udev");
		break;
	case TIMELINE_ITEM_ARRIVAL:
		if (item->end > item->start)
			put_bar(picture, item, top, TRACK, "arrival soft");
		else
			put_tick(picture, item, top - 2, TRACK + 3);
		break;
	case TIMELINE_ITEM_FINDING:
		put_diamond(picture, item, low - 1);
		break;
	default:
		put_tick(picture, item, top, TRACK);
		break;
	}
}

/* Spans first, then what must not be covered. */
static bool is_below(const struct timeline_item *item)
{
	return item->kind == TIMELINE_ITEM_UDEV || item->kind == TIMELINE_ITEM_READ ||
	       item->end > item->start;
}

static void draw_disk(struct picture *picture, const struct timeline_lane *lane)
{
	enum { HEIGHT = 34 };
	bool is_group = lane->kind == TIMELINE_GROUP;
	char summary[128];

	(void)fprintf(picture->stream,
		"<rect x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" class=\"band\"/>\n", LEFT,
		picture->y + 1, picture->width - LEFT - RIGHT, HEIGHT - 3);
	put_name(picture, lane, HEIGHT);
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < lane->count; i++) {
			if (is_on_axis(picture, &lane->item[i]) &&
				is_below(&lane->item[i]) == (pass == 0))
				put_disk_item(picture, &lane->item[i], is_group);
		}
	}
	if (is_group)
		summarize_group(lane, summary, sizeof(summary));
	else
		summarize_disk(lane, summary, sizeof(summary));
	put_summary(picture, lane, summary, picture->y + 28);
	picture->y += HEIGHT;
}

static void draw_probe(struct picture *picture, const struct timeline_lane *lane)
{
	enum { HEIGHT = 15 };
	double sum = 0;
	char duration[32], data[64];

	put_text(picture, MARGIN, picture->y + 11, "dim", lane->name, characters_in(LEFT - 24));
	for (size_t i = 0; i < lane->count; i++) {
		sum += lane->item[i].end - lane->item[i].start;
		if (is_on_axis(picture, &lane->item[i]))
			put_bar(picture, &lane->item[i], picture->y + 3, TRACK,
				class_of(&lane->item[i]));
	}
	timeline_format_duration(duration, sizeof(duration), sum);
	if (lane->count == 1)
		(void)snprintf(data, sizeof(data), "%s", duration);
	else
		(void)snprintf(data, sizeof(data), "%zu runs, %s", lane->count, duration);
	put_summary(picture, lane, data, picture->y + 11);
	picture->y += HEIGHT;
}

static bool is_empty(const struct picture *picture, const struct timeline_lane *lane)
{
	for (size_t i = 0; i < lane->count; i++) {
		if (is_on_axis(picture, &lane->item[i]))
			return false;
	}
	return lane->kind != TIMELINE_DISK && lane->kind != TIMELINE_GROUP;
}

static void draw_lane(
	struct picture *picture, const struct timeline_lane *lane, bool is_first_probe)
{
	if (is_empty(picture, lane))
		return;
	switch (lane->kind) {
	case TIMELINE_BOOT:
		draw_boot(picture, lane);
		break;
	case TIMELINE_KERNEL:
		draw_marks(picture, lane, TIMELINE_ITEM_EVENT);
		break;
	case TIMELINE_FINDINGS:
		picture->y += 8;
		draw_marks(picture, lane, TIMELINE_ITEM_FINDING);
		break;
	case TIMELINE_PROBE:
		if (is_first_probe) {
			put_text(picture, MARGIN, picture->y + 18, "name", "probes", LABEL_CHARS);
			picture->y += 22;
		}
		draw_probe(picture, lane);
		break;
	case TIMELINE_GROUP:
	case TIMELINE_DISK:
	default:
		draw_disk(picture, lane);
		break;
	}
}

/* ------------------------------------------------------------------------------- around the lanes
 */

static void draw_heading(struct picture *picture)
{
	const struct reader_report *report = picture->view->report;
	const char *verdict = reader_verdict_name(report->verdict);
	size_t room = characters_in(picture->width - 2 * MARGIN);
	char data[128];

	(void)text_join(data, sizeof(data), "boot ", report->boot, ": ", verdict, NULL);
	put_text(picture, MARGIN, 24, "title", data, room);
	put_text(picture, MARGIN, 42, "dim", picture->timeline->machine, room);
	picture->y = 72;
}

static void draw_axis(const struct picture *picture, double top)
{
	double span = picture->timeline->end - picture->timeline->begin;
	double step = timeline_step(span, (unsigned)((picture->width - LEFT - RIGHT) / 90));

	for (unsigned i = 0; i <= 200 && i * step <= span * 1.0001; i++) {
		double seconds = picture->timeline->begin + i * step, x = x_of(picture, seconds);
		char data[32];

		timeline_format(data, sizeof(data), seconds, step);
		(void)fprintf(picture->stream, "<path d=\"M%.1f %.1fV%.1f\" class=\"grid\"/>\n", x,
			top - 8, picture->y);
		(void)fprintf(picture->stream,
			"<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" "
			"class=\"dim\">%s</text>\n",
			x, top - 12, data);
	}
}

/* Words in lines of at most `room` characters; returns how many lines. */
static unsigned put_wrapped(
	const struct picture *picture, double x, double y, const char *text, size_t room)
{
	unsigned lines = 0;

	while (*text && lines < SUMMARY_LINES) {
		size_t length = strlen(text), cut = length;
		char data[TIMELINE_TEXT_SIZE];

		if (length > room && lines + 1 < SUMMARY_LINES) {
			for (cut = room; cut && text[cut] != ' ';)
				cut--;
			cut = cut ? cut : room;
		}
		(void)text_copy_bytes(
			data, sizeof(data), text, cut < sizeof(data) ? cut : sizeof(data) - 1);
		put_text(picture, x, y + ROW * lines, "dim", data, room);
		lines++;
		text += cut;
		text += strspn(text, " ");
	}
	return lines;
}

static void draw_finding(
	struct picture *picture, const struct reader_finding *finding, size_t index)
{
	enum { INDENT = 36 };
	static const char *const CLASSES[] = {
		[READER_INFO] = "info", [READER_WARNING] = "warning", [READER_ERROR] = "error"};
	size_t room = characters_in(picture->width - 2 * MARGIN - INDENT);
	char number[16], data[256];

	(void)snprintf(number, sizeof(number), "%zu", index + 1);
	(void)text_join(data, sizeof(data), reader_severity_name(finding->severity), ": ",
		finding->id, *finding->subject ? ", " : "", finding->subject,
		finding->part_of ? ", part of " : "", finding->part_of ? finding->part_of : "",
		NULL);
	put_text(picture, MARGIN, picture->y + 12, CLASSES[finding->severity], number, 4);
	put_text(picture, MARGIN + INDENT, picture->y + 12, CLASSES[finding->severity], data, room);
	picture->y += 12 + ROW;
	picture->y +=
		ROW * put_wrapped(picture, MARGIN + INDENT, picture->y, finding->summary, room);
	picture->y -= ROW - 6;
}

static void draw_findings(struct picture *picture)
{
	const struct reader_report *report = picture->view->report;
	size_t count = report->finding_count;
	char data[64];

	picture->y += 10;
	for (size_t i = 0; i < count && i < FINDINGS_MAX; i++)
		draw_finding(picture, &report->findings[i], i);
	if (count <= FINDINGS_MAX)
		return;
	(void)snprintf(data, sizeof(data), "and %zu more findings", count - FINDINGS_MAX);
	put_text(picture, MARGIN, picture->y + 12, "dim", data, sizeof(data));
	picture->y += 18;
}

static void draw_legend(struct picture *picture)
{
	static const struct {
		const char *class, *what;
	} LEGEND[] = {
		{"arrival", "disk arrives"},
		{"partition", "partition arrives"},
		{"udev", "udev at work"},
		{"read", "header read"},
		{"probe", "probe"},
		{"event", "kernel log"},
		{"warning", "warning"},
		{"error", "error"},
	};
	double x = MARGIN;

	picture->y += 10;
	for (size_t i = 0; i < ARRAY_SIZE(LEGEND); i++) {
		double width = 16 + (double)strlen(LEGEND[i].what) * CHARACTER + 18;

		if (x + width > picture->width - MARGIN) {
			x = MARGIN;
			picture->y += 18;
		}
		(void)fprintf(picture->stream,
			"<rect x=\"%.1f\" y=\"%.1f\" width=\"10\" height=\"10\" class=\"%s\"/>\n",
			x, picture->y, LEGEND[i].class);
		put_text(picture, x + 16, picture->y + 9, "dim", LEGEND[i].what, LABEL_CHARS);
		x += width;
	}
	picture->y += 26;
	put_text(picture, MARGIN, picture->y, "dim",
		"Reads and probes: the report tells how long they took; when is an estimate.",
		characters_in(picture->width - 2 * MARGIN));
	picture->y += 18;
}

static void draw_notes(struct picture *picture)
{
	const struct timeline *timeline = picture->timeline;
	const struct reader_report *report = picture->view->report;
	size_t room = characters_in(picture->width - 2 * MARGIN);
	char data[160];

	if (timeline->left_out || timeline->disks_left_out) {
		(void)snprintf(data, sizeof(data),
			"%zu moments and %zu disks are more than are drawn", timeline->left_out,
			timeline->disks_left_out);
		put_text(picture, MARGIN, picture->y, "dim", data, room);
		picture->y += 18;
	}
	if (report->missing_lines || report->damage_count) {
		(void)snprintf(data, sizeof(data),
			"%llu records of the report are missing, %zu damaged: not all of it is "
			"here",
			(unsigned long long)report->missing_lines, report->damage_count);
		put_text(picture, MARGIN, picture->y, "warning", data, room);
		picture->y += 18;
	}
}

static void draw_lanes(struct picture *picture)
{
	const struct timeline *timeline = picture->timeline;

	for (size_t i = 0; i < timeline->lane_count; i++) {
		bool is_first_probe = timeline->lane[i].kind == TIMELINE_PROBE && i > 0 &&
				      timeline->lane[i - 1].kind != TIMELINE_PROBE;

		draw_lane(picture, &timeline->lane[i], is_first_probe);
	}
}

static void put_frame(const struct picture *picture)
{
	(void)fprintf(picture->stream,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"bp\" width=\"%.0f\" "
		"height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" role=\"img\">\n",
		picture->width, picture->y, picture->width, picture->y);
	(void)fputs("<title>bootprobe timeline of boot ", picture->stream);
	xml_text(picture->stream, picture->view->report->boot, 16);
	(void)fputs("</title>\n", picture->stream);
	(void)fputs(STYLE, picture->stream);
	(void)fprintf(picture->stream, "<rect width=\"%.0f\" height=\"%.0f\" class=\"bg\"/>\n",
		picture->width, picture->y);
}

/* The height is known when all is drawn, and the grid stands behind all of it. */
void timeline_print_svg(FILE *stream, const struct timeline_view *view)
{
	_cleanup_free_ char *body = NULL;
	size_t size = 0;
	struct picture picture = {.view = view, .timeline = view->timeline, .width = view->width};
	double span = view->timeline->end - view->timeline->begin, top, bottom, height;

	picture.stream = open_memstream(&body, &size);
	if (!picture.stream)
		return;
	picture.scale = (picture.width - LEFT - RIGHT) / (span > 0 ? span : 1);
	draw_heading(&picture);
	top = picture.y += 22;
	draw_lanes(&picture);
	bottom = picture.y;
	draw_findings(&picture);
	draw_legend(&picture);
	draw_notes(&picture);
	height = picture.y;
	(void)fclose(picture.stream);
	picture.stream = stream;
	put_frame(&picture);
	picture.y = bottom;
	draw_axis(&picture, top);
	picture.y = height;
	(void)fwrite(body, 1, size, stream);
	(void)fputs("</svg>\n", stream);
}
