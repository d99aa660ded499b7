/* SPDX-License-Identifier: MIT */
/*
 * Which disk of one report is which of the other.
 */
#include "reader/difference_part.h"

#include <string.h>

enum { KEY_WWN, KEY_SERIAL, KEY_GUID, KEY_NAME, KEY_COUNT };

struct disk {
	const struct reader_record *record;
	const char *key[KEY_COUNT];
	bool is_paired;
};

struct disk_list {
	struct disk item[DISKS_MAX];
	size_t count;
	bool is_cut;
};

static void list_disks(const struct reader_report *report, struct disk_list *list)
{
	const struct reader_record *record = NULL, *gpt;

	list->count = 0;
	list->is_cut = false;
	while ((record = reader_report_next(report, "block", record))) {
		const char *name = reader_string(record->members, "name");

		if (list->count == DISKS_MAX) {
			list->is_cut = true;
			return;
		}
		gpt = reader_report_find(report, "gpt", "disk", name);
		list->item[list->count++] = (struct disk){.record = record,
			.key = {[KEY_WWN] = reader_string(record->members, "wwn"),
				[KEY_SERIAL] = reader_string(record->members, "serial"),
				[KEY_GUID] = gpt ? reader_string(gpt->members, "disk_guid") : "",
				[KEY_NAME] = name}};
	}
}

/* Clones have the same names for themselves: what is there twice names nothing. */
static struct disk *only(struct disk_list *list, int key, const char *value)
{
	struct disk *found = NULL;

	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->item[i].key[key], value) != 0)
			continue;
		if (found)
			return NULL;
		found = &list->item[i];
	}
	return found;
}

static void pair(struct disk_pairs *pairs, struct disk *a, struct disk *b)
{
	struct disk_pair *item = &pairs->item[pairs->count++];

	*item = (struct disk_pair){{a ? a->record : NULL, b ? b->record : NULL}};
	if (a)
		a->is_paired = true;
	if (b)
		b->is_paired = true;
}

static void pair_by_key(
	struct disk_list *left, struct disk_list *right, int key, struct disk_pairs *pairs)
{
	for (size_t i = 0; i < left->count; i++) {
		struct disk *a = &left->item[i], *b;

		if (a->is_paired || !*a->key[key])
			continue;
		b = only(right, key, a->key[key]);
		if (b && !b->is_paired && only(left, key, a->key[key]) == a)
			pair(pairs, a, b);
	}
}

/* The only disk that is left, or the next one of that size; size < 0: any. */
static struct disk *left_over(struct disk_list *list, int64_t size_bytes)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct disk *disk = &list->item[i];

		if (!disk->is_paired && (size_bytes < 0 || reader_integer(disk->record->members,
								   "size_bytes", 0) == size_bytes))
			return &list->item[i];
	}
	return NULL;
}

static size_t count_left(const struct disk_list *list)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++)
		count += !list->item[i].is_paired;
	return count;
}

static void pair_left(struct disk_list *left, struct disk_list *right, struct disk_pairs *pairs)
{
	bool is_one = count_left(left) == 1 && count_left(right) == 1;

	for (size_t i = 0; i < left->count; i++) {
		struct disk *a = &left->item[i], *b;

		if (a->is_paired)
			continue;
		b = left_over(
			right, is_one ? -1 : reader_integer(a->record->members, "size_bytes", 0));
		pair(pairs, a, b);
	}
	for (size_t i = 0; i < right->count; i++) {
		if (!right->item[i].is_paired)
			pair(pairs, NULL, &right->item[i]);
	}
}

void difference_pair_disks(const struct comparison *comparison, struct disk_pairs *pairs)
{
	static struct disk_list left, right;

	pairs->count = 0;
	list_disks(comparison->report[0], &left);
	list_disks(comparison->report[1], &right);
	pairs->is_cut = left.is_cut || right.is_cut;
	for (int key = 0; key < KEY_COUNT; key++)
		pair_by_key(&left, &right, key, pairs);
	pair_left(&left, &right, pairs);
}

const char *difference_pair_name_in(const struct disk_pair *pair, int side)
{
	return pair->disk[side] ? reader_string(pair->disk[side]->members, "name") : "";
}

void difference_pair_name(const struct disk_pair *pair, struct text *text)
{
	const char *a = difference_pair_name_in(pair, 0), *b = difference_pair_name_in(pair, 1);

	text_append(text, *a ? a : b);
	if (!*a || !*b || strcmp(a, b) == 0)
		return;
	text_append(text, "/");
	text_append(text, b);
}
