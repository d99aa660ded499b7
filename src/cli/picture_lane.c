/* SPDX-License-Identifier: MIT */
/*
 * The lanes of a picture, and the labels in them.
 */
#include "base/text.h"
#include "cli/picture.h"

#include <math.h>
#include <string.h>

enum {
	TRACK = 9,     /* pixels: height of a bar */
	ROWS_MAX = 8,  /* of labels in a lane ... */
	ROWS_INFO = 6, /* ... of those that are no trouble */
	LABELS_MAX = 256,
	SUMMARY_CHARS = 64,
};

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
	return (double)(length < most ? length : most) * PICTURE_CHARACTER;
}

static double label_width(const struct picture *picture, const struct timeline_item *item)
{
	double room = picture->width - PICTURE_MARGIN - picture_x(picture, item->start) - 5;
	char data[TIMELINE_TEXT_SIZE];

	label_text(item, data, sizeof(data));
	return fmin(text_width(data, PICTURE_LABEL_CHARS), room);
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
		double x = picture_x(picture, item->start);
		unsigned row = 0, rows = item->severity == READER_INFO ? ROWS_INFO : ROWS_MAX;

		if (item->kind != kind || !picture_has(picture, item))
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
		double x = picture_x(picture, item->start),
		       base = y + PICTURE_ROW * (labels->row[i] + 1) - 3;
		char data[TIMELINE_TEXT_SIZE];

		(void)fprintf(picture->stream, "<path d=\"M%.1f %.1fV%.1f\" class=\"lead\"/>\n", x,
			y, base);
		label_text(item, data, sizeof(data));
		picture_text(picture, x + 4, base,
			item->severity == READER_INFO ? "dim" : picture_class(item), data,
			picture_characters(label_width(picture, item) + 1));
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
	picture_text(picture, PICTURE_MARGIN, y, "dim", data, sizeof(data));
}

static void put_phase(
	const struct picture *picture, const struct timeline_item *item, double height)
{
	double x = picture_x(picture, item->start), width = picture_end(picture, item) - x;
	char data[96], duration[32];

	timeline_format_duration(duration, sizeof(duration), item->end - item->start);
	(void)text_join(data, sizeof(data), item->label, " ", duration,
		item->is_open ? ", end not seen" : "", NULL);
	picture_bar(picture, item, picture->y, height,
		item->start <= 0                      ? "kernel"
		: strcmp(item->label, "stage 2") == 0 ? "stage2"
						      : "stage");
	if (width > (double)strlen(data) * PICTURE_CHARACTER + 8)
		picture_text(picture, x + 5, picture->y + height - 5, "", data, sizeof(data));
}

static void draw_boot(struct picture *picture, const struct timeline_lane *lane)
{
	enum { HEIGHT = 18 };
	struct labels labels;

	arrange(picture, lane, TIMELINE_ITEM_MOMENT, &labels);
	picture_name(picture, lane, HEIGHT);
	for (size_t i = 0; i < lane->count; i++) {
		if (!picture_has(picture, &lane->item[i]))
			continue;
		if (lane->item[i].kind == TIMELINE_ITEM_PHASE)
			put_phase(picture, &lane->item[i], HEIGHT);
	}
	for (size_t i = 0; i < labels.count; i++)
		picture_tick(picture, labels.item[i], picture->y + HEIGHT, 5);
	put_labels(picture, &labels, picture->y + HEIGHT);
	picture->y += HEIGHT + PICTURE_ROW * labels.rows + 8;
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
	picture_name(picture, lane, HEIGHT);
	put_labels(picture, &labels, picture->y + HEIGHT);
	for (size_t i = 0; i < lane->count; i++) {
		const struct timeline_item *item = &lane->item[i];

		if (!picture_has(picture, item))
			continue;
		if (kind == TIMELINE_ITEM_FINDING)
			picture_diamond(picture, item, picture->y + 1);
		else
			picture_tick(picture, item, picture->y, HEIGHT);
	}
	put_left_out(picture, labels.left_out, picture->y + HEIGHT + PICTURE_ROW);
	if (labels.left_out && !labels.rows)
		labels.rows = 1;
	picture->y += HEIGHT + PICTURE_ROW * labels.rows + 8;
}

/* Bars, those of one kind with labels and in front: progress and what stops it, or system calls. */
static void draw_spans(
	struct picture *picture, const struct timeline_lane *lane, enum timeline_item_kind labelled)
{
	enum { HEIGHT = 16 };
	struct labels labels;

	arrange(picture, lane, labelled, &labels);
	picture_name(picture, lane, HEIGHT);
	put_labels(picture, &labels, picture->y + HEIGHT);
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < lane->count; i++) {
			const struct timeline_item *item = &lane->item[i];

			if (picture_has(picture, item) && (item->kind == labelled) == (pass == 1))
				picture_bar(picture, item, picture->y + 3, TRACK + 2,
					picture_class(item));
		}
	}
	put_left_out(picture, labels.left_out, picture->y + HEIGHT + PICTURE_ROW);
	if (labels.left_out && !labels.rows)
		labels.rows = 1;
	picture->y += HEIGHT + PICTURE_ROW * labels.rows + 8;
}

/* Behind all that is drawn, or in front of it where there is more room. */
static void put_summary(const struct picture *picture, const struct timeline_lane *lane,
	const char *summary, double y)
{
	double first = picture->width, last = PICTURE_LEFT,
	       width = text_width(summary, SUMMARY_CHARS);

	for (size_t i = 0; i < lane->count; i++) {
		if (!picture_has(picture, &lane->item[i]))
			continue;
		first = fmin(first, picture_x(picture, lane->item[i].start));
		last = fmax(last, picture_end(picture, &lane->item[i]));
	}
	if (last + 12 + width < picture->width - 4)
		picture_text(picture, last + 12, y, "dim", summary, SUMMARY_CHARS);
	else if (first - 12 - width > PICTURE_LEFT)
		picture_text(picture, first - 12 - width, y, "dim", summary, SUMMARY_CHARS);
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
		picture_bar(
			picture, item, low, TRACK, is_group ? "read soft" : picture_class(item));
		break;
	case TIMELINE_ITEM_UDEV:
		picture_bar(picture, item, top, TRACK, "udev");
		break;
	case TIMELINE_ITEM_ARRIVAL:
		if (item->end > item->start)
			picture_bar(picture, item, top, TRACK, "arrival soft");
		else
			picture_tick(picture, item, top - 2, TRACK + 3);
		break;
	case TIMELINE_ITEM_FINDING:
		picture_diamond(picture, item, low - 1);
		break;
	default:
		picture_tick(picture, item, top, TRACK);
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
		"<rect x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" class=\"band\"/>\n",
		PICTURE_LEFT, picture->y + 1, picture->width - PICTURE_LEFT - PICTURE_RIGHT,
		HEIGHT - 3);
	picture_name(picture, lane, HEIGHT);
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < lane->count; i++) {
			if (picture_has(picture, &lane->item[i]) &&
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

	picture_text(picture, PICTURE_MARGIN, picture->y + 11, "dim", lane->name,
		picture_characters(PICTURE_LEFT - 24));
	for (size_t i = 0; i < lane->count; i++) {
		sum += lane->item[i].end - lane->item[i].start;
		if (picture_has(picture, &lane->item[i]))
			picture_bar(picture, &lane->item[i], picture->y + 3, TRACK,
				picture_class(&lane->item[i]));
	}
	timeline_format_duration(duration, sizeof(duration), sum);
	if (lane->count == 1)
		(void)snprintf(data, sizeof(data), "%s", duration);
	else
		(void)snprintf(data, sizeof(data), "%zu runs, %s", lane->count, duration);
	put_summary(picture, lane, data, picture->y + 11);
	picture->y += HEIGHT;
}

/* The lane's detail says how many there were. */
static void draw_host(struct picture *picture, const struct timeline_lane *lane)
{
	enum { HEIGHT = 18 };
	const struct timeline_lane named = {.name = lane->name, .detail = ""};

	picture_name(picture, &named, HEIGHT);
	for (size_t i = 0; i < lane->count; i++) {
		if (picture_has(picture, &lane->item[i]))
			picture_bar(picture, &lane->item[i], picture->y + 4, TRACK, "host");
	}
	put_summary(picture, lane, lane->detail, picture->y + 13);
	picture->y += HEIGHT;
}

static bool is_empty(const struct picture *picture, const struct timeline_lane *lane)
{
	for (size_t i = 0; i < lane->count; i++) {
		if (picture_has(picture, &lane->item[i]))
			return false;
	}
	return lane->kind != TIMELINE_DISK && lane->kind != TIMELINE_GROUP;
}

void picture_lane(struct picture *picture, const struct timeline_lane *lane, bool is_first_probe)
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
	case TIMELINE_HOST_LOG:
		picture->y += 8;
		draw_marks(picture, lane, TIMELINE_ITEM_HOST);
		break;
	case TIMELINE_HOST:
		draw_host(picture, lane);
		break;
	case TIMELINE_FINDINGS:
		picture->y += 8;
		draw_marks(picture, lane, TIMELINE_ITEM_FINDING);
		break;
	case TIMELINE_PROGRESS:
		draw_spans(picture, lane, TIMELINE_ITEM_STALL);
		break;
	case TIMELINE_CALLS:
		draw_spans(picture, lane, TIMELINE_ITEM_CALLS);
		break;
	case TIMELINE_SLOW:
		draw_probe(picture, lane);
		break;
	case TIMELINE_PROBE:
		if (is_first_probe) {
			picture_text(picture, PICTURE_MARGIN, picture->y + 18, "name", "probes",
				PICTURE_LABEL_CHARS);
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
