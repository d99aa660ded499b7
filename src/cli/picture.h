/* SPDX-License-Identifier: MIT */
/*
 * A timeline as a picture: what its parts are drawn with. All text is monospaced, so that its width
 * is known here and nothing overlaps.
 */
#ifndef CLI_PICTURE_H
#define CLI_PICTURE_H

#include "cli/timeline.h"

#include <stddef.h>

/* Pixels, of the axis: names stand in front of it, labels of the last moments go behind it. */
enum { PICTURE_LEFT = 216, PICTURE_RIGHT = 190, PICTURE_MARGIN = 14 };
/* Pixels of a row of labels, and how long a label is at most. */
enum { PICTURE_ROW = 14, PICTURE_LABEL_CHARS = 40 };
/* Pixels of a character of 11 pixels' height. */
#define PICTURE_CHARACTER 6.65

struct picture {
	FILE *stream;
	const struct timeline_view *view;
	const struct timeline *timeline;
	double width, y;
	double scale; /* pixels a second */
};

/* Where a moment is, and where what began then ends: at the latest with the axis. */
double picture_x(const struct picture *picture, double seconds);
double picture_end(const struct picture *picture, const struct timeline_item *item);
/* Whether an item has a place on the axis. */
bool picture_has(const struct picture *picture, const struct timeline_item *item);
size_t picture_characters(double pixels);
/* The class of an item in the style sheet. */
const char *picture_class(const struct timeline_item *item);

/* At most width characters. */
void picture_text(const struct picture *picture, double x, double y, const char *class,
	const char *text, size_t width);
/* A bar; never thinner than can be seen. */
void picture_bar(const struct picture *picture, const struct timeline_item *item, double y,
	double height, const char *class);
void picture_tick(
	const struct picture *picture, const struct timeline_item *item, double y, double height);
void picture_diamond(const struct picture *picture, const struct timeline_item *item, double y);
/* The name of a lane, and what it is below that. */
void picture_name(const struct picture *picture, const struct timeline_lane *lane, double height);

/* Draws a lane at picture->y, and moves that below it. */
void picture_lane(struct picture *picture, const struct timeline_lane *lane, bool is_first_probe);

#endif
