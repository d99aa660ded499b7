/* SPDX-License-Identifier: MIT */
/*
 * A timeline as one HTML page: the picture, and a table of what is in it. It is XML as well.
 */
#include "cli/timeline.h"
#include "cli/xml.h"

#include <string.h>

static const char HEAD[] =
	"<!DOCTYPE html>\n"
	"<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\"><head>\n"
	"<meta charset=\"UTF-8\"/>\n"
	"<meta name=\"viewport\" content=\"width=device-width\"/>\n"
	"<meta name=\"color-scheme\" content=\"light dark\"/>\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	"style-src 'unsafe-inline'\"/>\n";

static const char STYLE[] =
	"<style>\n"
	"body{font:14px/1.45 system-ui,sans-serif;margin:0;background:#fff;color:#1d2126}\n"
	".picture{overflow-x:auto}\n"
	"table{border-collapse:collapse;margin:16px 14px;font-size:13px}\n"
	"caption{text-align:left;font-weight:bold;padding:6px 0}\n"
	"th,td{text-align:left;vertical-align:top;padding:3px 14px 3px 0;"
	"border-bottom:1px solid #e2e6ea;overflow-wrap:anywhere}\n"
	"td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\n"
	".error{color:#c4281f}.warning{color:#a86500}\n"
	"@media (prefers-color-scheme:dark){body{background:#16191d;color:#e4e7ea}"
	"th,td{border-color:#2c3238}.error{color:#ff6b61}.warning{color:#f2a93b}}\n"
	"</style>\n";

static void put_cell(FILE *stream, const char *text)
{
	(void)fputs("<td>", stream);
	xml_text(stream, text, 4 * TIMELINE_TEXT_SIZE);
	(void)fputs("</td>", stream);
}

static void put_times(FILE *stream, const struct timeline_item *item)
{
	char start[32], duration[32];

	timeline_format(start, sizeof(start), item->start, 0.001);
	timeline_format_duration(duration, sizeof(duration), item->end - item->start);
	(void)fprintf(stream, "<td class=\"n\">%s%s</td>",
		item->is_estimated && !item->is_unplaced ? "about " : "",
		item->is_unplaced ? "not known" : start);
	(void)fprintf(stream, "<td class=\"n\">%s%s</td>", item->is_open ? "over " : "",
		item->end > item->start ? duration : "");
}

static void put_row(
	FILE *stream, const struct timeline_lane *lane, const struct timeline_item *item)
{
	const char *class =
		item->severity == READER_INFO ? "" : reader_severity_name(item->severity);

	(void)fprintf(stream, "<tr%s%s%s>", *class ? " class=\"" : "", class, *class ? "\"" : "");
	put_times(stream, item);
	put_cell(stream, lane->name);
	put_cell(stream, timeline_kind_name(item->kind));
	put_cell(stream, item->label);
	put_cell(stream, strcmp(item->label, item->text) == 0 ? "" : item->text);
	(void)fputs("</tr>\n", stream);
}

static void put_table(FILE *stream, const struct timeline *timeline)
{
	(void)fputs("<table><caption>All moments, by line of the picture</caption>\n"
		    "<thead><tr><th>when</th><th>how long</th><th>line</th><th>kind</th>"
		    "<th>what</th><th>in words</th></tr></thead><tbody>\n",
		stream);
	for (size_t i = 0; i < timeline->lane_count; i++) {
		for (size_t k = 0; k < timeline->lane[i].count; k++)
			put_row(stream, &timeline->lane[i], &timeline->lane[i].item[k]);
	}
	/* A table without rows is none. */
	(void)fprintf(stream, "<tr><td colspan=\"6\">%zu moments, %zu disks</td></tr>\n",
		timeline->item_count, timeline->disk_count);
	(void)fputs("</tbody></table>\n", stream);
}

void timeline_print_html(FILE *stream, const struct timeline_view *view)
{
	(void)fputs(HEAD, stream);
	(void)fputs("<title>bootprobe timeline of boot ", stream);
	xml_text(stream, view->report->boot, 16);
	(void)fputs("</title>\n", stream);
	(void)fputs(STYLE, stream);
	(void)fputs("</head><body>\n<div class=\"picture\">\n", stream);
	timeline_print_svg(stream, view);
	(void)fputs("</div>\n", stream);
	if (view->print_more)
		view->print_more(stream, view->context);
	put_table(stream, view->timeline);
	(void)fputs("</body></html>\n", stream);
}
