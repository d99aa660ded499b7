/* SPDX-License-Identifier: MIT */
#include "cli/picture.h"

#include "cli/xml.h"

#include <math.h>
#include <string.h>

double picture_x(const struct picture *picture, double seconds)
{
	return PICTURE_LEFT + (seconds - picture->timeline->begin) * picture->scale;
}

bool picture_has(const struct picture *picture, const struct timeline_item *item)
{
	return !item->is_unplaced && item->start >= picture->timeline->begin &&
	       item->start <= picture->timeline->end;
}

double picture_end(const struct picture *picture, const struct timeline_item *item)
{
	return picture_x(picture, fmin(item->end, picture->timeline->end));
}

size_t picture_characters(double pixels)
{
	return pixels > PICTURE_CHARACTER ? (size_t)(pixels / PICTURE_CHARACTER) : 0;
}

void picture_text(const struct picture *picture, double x, double y, const char *class,
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

const char *picture_class(const struct timeline_item *item)
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
		[TIMELINE_ITEM_PROGRESS] = "progress",
		[TIMELINE_ITEM_STALL] = "warning",
		[TIMELINE_ITEM_CALLS] = "event",
		[TIMELINE_ITEM_SLOW] = "slow",
		[TIMELINE_ITEM_HOST] = "host",
		[TIMELINE_ITEM_REQUESTS] = "host",
	};

	if (item->severity == READER_ERROR)
		return "error";
	if (item->severity == READER_WARNING)
		return "warning";
	return CLASSES[item->kind];
}

void picture_bar(const struct picture *picture, const struct timeline_item *item, double y,
	double height, const char *class)
{
	double x = picture_x(picture, item->start), width = picture_end(picture, item) - x;

	(void)fprintf(picture->stream,
		"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"%s\">", x, y,
		fmax(width, 2), height, class);
	put_tip(picture, item);
	(void)fputs("</rect>\n", picture->stream);
}

void picture_tick(
	const struct picture *picture, const struct timeline_item *item, double y, double height)
{
	(void)fprintf(picture->stream,
		"<rect x=\"%.1f\" y=\"%.1f\" width=\"2\" height=\"%.1f\" class=\"%s\">",
		picture_x(picture, item->start) - 1, y, height, picture_class(item));
	put_tip(picture, item);
	(void)fputs("</rect>\n", picture->stream);
}

void picture_diamond(const struct picture *picture, const struct timeline_item *item, double y)
{
	double x = picture_x(picture, item->start);

	(void)fprintf(picture->stream, "<path d=\"M%.1f %.1fl5 5l-5 5l-5 -5z\" class=\"%s\">", x, y,
		picture_class(item));
	put_tip(picture, item);
	(void)fputs("</path>\n", picture->stream);
}

void picture_name(const struct picture *picture, const struct timeline_lane *lane, double height)
{
	size_t room = picture_characters(PICTURE_LEFT - PICTURE_MARGIN - 10);
	double middle = picture->y + height / 2;

	if (!*lane->detail) {
		picture_text(picture, PICTURE_MARGIN, middle + 4, "name", lane->name, room);
		return;
	}
	picture_text(picture, PICTURE_MARGIN, middle - 2, "name", lane->name, room);
	picture_text(picture, PICTURE_MARGIN, middle + 11, "dim", lane->detail, room);
}
