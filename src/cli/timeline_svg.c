/* SPDX-License-Identifier: MIT */
/*
 * A timeline as SVG: one file, no script, nothing that is fetched; light or dark as the viewer
 * wants.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "cli/picture.h"
#include "cli/xml.h"

#include <string.h>

enum { FINDINGS_MAX = 12, SUMMARY_LINES = 3 };

static const char STYLE[] =
	"<style>\n"
	".bp{--bg:#ffffff;--fg:#1d2126;--dim:#5d6773;--grid:#e2e6ea;--band:#f5f7f9;"
	"--kernel:#a9bdd6;--stage:#6d90bf;--arrival:#1f7a4d;--udev:#a3d4b8;--read:#2f74c8;"
	"--partition:#8351b8;--event:#59636e;--probe:#cdb887;--error:#c4281f;--warning:#c97a00;"
	"--info:#4a7fa5;--stage2:#8fb39b;--progress:#6aa57f;--slow:#c49a6c;--host:#b0662f}\n"
	"@media (prefers-color-scheme:dark){.bp{--bg:#16191d;--fg:#e4e7ea;--dim:#98a2ad;"
	"--grid:#2c3238;--band:#1d2126;--kernel:#4b6380;--stage:#5580b8;--arrival:#4fc289;"
	"--udev:#2f6a4a;--read:#5c9ff0;--partition:#b78ae6;--event:#a3adb8;--probe:#86743f;"
	"--error:#ff6b61;--warning:#f2a93b;--info:#7db4dc;--stage2:#3f7a58;"
	"--progress:#4f9a6c;--slow:#a57b4c;--host:#d9925c}}\n"
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
	".bp .stage2{fill:#8fb39b;fill:var(--stage2)}\n"
	".bp .progress{fill:#6aa57f;fill:var(--progress)}\n"
	".bp .slow{fill:#c49a6c;fill:var(--slow)}\n"
	".bp .moment,.bp .arrival{fill:#1f7a4d;fill:var(--arrival)}\n"
	".bp .udev{fill:#a3d4b8;fill:var(--udev)}\n"
	".bp .read{fill:#2f74c8;fill:var(--read)}\n"
	".bp .partition{fill:#8351b8;fill:var(--partition)}\n"
	".bp .event{fill:#59636e;fill:var(--event)}\n"
	".bp .probe{fill:#cdb887;fill:var(--probe)}\n"
	".bp .error{fill:#c4281f;fill:var(--error)}\n"
	".bp .warning{fill:#c97a00;fill:var(--warning)}\n"
	".bp .info{fill:#4a7fa5;fill:var(--info)}\n"
	".bp .host{fill:#b0662f;fill:var(--host)}\n"
	".bp .soft{fill-opacity:.45}\n"
	".bp .band{fill-opacity:.7}\n"
	"</style>\n";

/* ------------------------------------------------------------------------------- around the lanes
 */

static void draw_heading(struct picture *picture)
{
	const struct reader_report *report = picture->view->report;
	const char *verdict = reader_verdict_name(report->verdict);
	size_t room = picture_characters(picture->width - 2 * PICTURE_MARGIN);
	char data[128];

	(void)text_join(data, sizeof(data), "boot ", report->boot, ": ", verdict, NULL);
	picture_text(picture, PICTURE_MARGIN, 24, "title", data, room);
	picture_text(picture, PICTURE_MARGIN, 42, "dim", picture->timeline->machine, room);
	picture->y = 72;
}

static void draw_axis(const struct picture *picture, double top)
{
	double span = picture->timeline->end - picture->timeline->begin;
	double step = timeline_step(
		span, (unsigned)((picture->width - PICTURE_LEFT - PICTURE_RIGHT) / 90));

	for (unsigned i = 0; i <= 200 && i * step <= span * 1.0001; i++) {
		double seconds = picture->timeline->begin + i * step,
		       x = picture_x(picture, seconds);
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
		picture_text(picture, x, y + PICTURE_ROW * lines, "dim", data, room);
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
	size_t room = picture_characters(picture->width - 2 * PICTURE_MARGIN - INDENT);
	char number[16], data[256];

	(void)snprintf(number, sizeof(number), "%zu", index + 1);
	(void)text_join(data, sizeof(data), reader_severity_name(finding->severity), ": ",
		finding->id, *finding->subject ? ", " : "", finding->subject,
		finding->part_of ? ", part of " : "", finding->part_of ? finding->part_of : "",
		NULL);
	picture_text(
		picture, PICTURE_MARGIN, picture->y + 12, CLASSES[finding->severity], number, 4);
	picture_text(picture, PICTURE_MARGIN + INDENT, picture->y + 12, CLASSES[finding->severity],
		data, room);
	picture->y += 12 + PICTURE_ROW;
	picture->y += PICTURE_ROW * put_wrapped(picture, PICTURE_MARGIN + INDENT, picture->y,
					    finding->summary, room);
	picture->y -= PICTURE_ROW - 6;
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
	picture_text(picture, PICTURE_MARGIN, picture->y + 12, "dim", data, sizeof(data));
	picture->y += 18;
}

static bool has_host(const struct timeline *timeline)
{
	for (size_t i = 0; i < timeline->lane_count; i++) {
		if (timeline->lane[i].kind == TIMELINE_HOST ||
			timeline->lane[i].kind == TIMELINE_HOST_LOG)
			return true;
	}
	return false;
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
		{"progress", "something goes on"},
		{"slow", "slow part"},
		{"info", "information"},
		{"warning", "warning"},
		{"error", "error"},
		{"host", "the host"},
	};
	double x = PICTURE_MARGIN;

	picture->y += 10;
	for (size_t i = 0; i < ARRAY_SIZE(LEGEND); i++) {
		double width;

		if (strcmp(LEGEND[i].class, "host") == 0 && !has_host(picture->timeline))
			continue;
		width = 16 + (double)strlen(LEGEND[i].what) * PICTURE_CHARACTER + 18;
		if (x + width > picture->width - PICTURE_MARGIN) {
			x = PICTURE_MARGIN;
			picture->y += 18;
		}
		(void)fprintf(picture->stream,
			"<rect x=\"%.1f\" y=\"%.1f\" width=\"10\" height=\"10\" class=\"%s\"/>\n",
			x, picture->y, LEGEND[i].class);
		picture_text(picture, x + 16, picture->y + 9, "dim", LEGEND[i].what,
			PICTURE_LABEL_CHARS);
		x += width;
	}
	picture->y += 26;
	picture_text(picture, PICTURE_MARGIN, picture->y, "dim",
		"Reads and probes: the report tells how long they took; when is an estimate.",
		picture_characters(picture->width - 2 * PICTURE_MARGIN));
	picture->y += 18;
}

static void draw_notes(struct picture *picture)
{
	const struct timeline *timeline = picture->timeline;
	const struct reader_report *report = picture->view->report;
	size_t room = picture_characters(picture->width - 2 * PICTURE_MARGIN);
	char data[160];

	if (timeline->note) {
		picture_text(picture, PICTURE_MARGIN, picture->y, "dim", timeline->note, room);
		picture->y += 18;
	}
	if (timeline->left_out || timeline->disks_left_out) {
		(void)snprintf(data, sizeof(data),
			"%zu moments and %zu disks are more than are drawn", timeline->left_out,
			timeline->disks_left_out);
		picture_text(picture, PICTURE_MARGIN, picture->y, "dim", data, room);
		picture->y += 18;
	}
	if (report->missing_lines || report->damage_count) {
		(void)snprintf(data, sizeof(data),
			"%llu records of the report are missing, %zu damaged: not all of it is "
			"here",
			(unsigned long long)report->missing_lines, report->damage_count);
		picture_text(picture, PICTURE_MARGIN, picture->y, "warning", data, room);
		picture->y += 18;
	}
}

static void draw_lanes(struct picture *picture)
{
	const struct timeline *timeline = picture->timeline;

	for (size_t i = 0; i < timeline->lane_count; i++) {
		bool is_first_probe = timeline->lane[i].kind == TIMELINE_PROBE && i > 0 &&
				      timeline->lane[i - 1].kind != TIMELINE_PROBE;

		picture_lane(picture, &timeline->lane[i], is_first_probe);
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
	picture.scale = (picture.width - PICTURE_LEFT - PICTURE_RIGHT) / (span > 0 ? span : 1);
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
