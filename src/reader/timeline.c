/* SPDX-License-Identifier: MIT */
#include "reader/timeline.h"

#include "base/cleanup.h"
#include "reader/timeline_part.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const double MOMENT_MAX = 1e7;

const char *timeline_kind_name(enum timeline_item_kind kind)
{
	static const char *const NAMES[TIMELINE_ITEM_KINDS] = {
		[TIMELINE_ITEM_PHASE] = "phase",
		[TIMELINE_ITEM_MOMENT] = "moment",
		[TIMELINE_ITEM_EVENT] = "kernel",
		[TIMELINE_ITEM_ARRIVAL] = "arrival",
		[TIMELINE_ITEM_UDEV] = "udev",
		[TIMELINE_ITEM_READ] = "read",
		[TIMELINE_ITEM_PARTITION] = "partition",
		[TIMELINE_ITEM_PROBE] = "probe",
		[TIMELINE_ITEM_FINDING] = "finding",
		[TIMELINE_ITEM_PROGRESS] = "progress",
		[TIMELINE_ITEM_STALL] = "stall",
		[TIMELINE_ITEM_CALLS] = "calls",
		[TIMELINE_ITEM_SLOW] = "slow",
		[TIMELINE_ITEM_HOST] = "host",
		[TIMELINE_ITEM_REQUESTS] = "requests",
	};

	return NAMES[kind % TIMELINE_ITEM_KINDS];
}

/* ---------------------------------------------------------------------------------------- adding
 */

bool timeline_is_moment(double seconds)
{
	return isfinite(seconds) && seconds >= 0 && seconds <= MOMENT_MAX;
}

static char *copy(struct timeline_builder *builder, const char *text)
{
	char *result = strdup(text);

	if (!result)
		builder->error = -ENOMEM;
	return result;
}

size_t timeline_add_lane(struct timeline_builder *builder, enum timeline_lane_kind kind,
	const char *name, const char *detail)
{
	struct timeline *timeline = builder->timeline;
	struct timeline_lane *lane =
		reallocarray(timeline->lane, timeline->lane_count + 1, sizeof(*lane));

	if (!lane) {
		builder->error = -ENOMEM;
		return SIZE_MAX;
	}
	timeline->lane = lane;
	timeline->lane[timeline->lane_count++] = (struct timeline_lane){
		.kind = kind, .name = copy(builder, name), .detail = copy(builder, detail)};
	return timeline->lane_count - 1;
}

static char *join(struct timeline_builder *builder, va_list pieces)
{
	char data[TIMELINE_TEXT_SIZE];
	const char *piece;
	struct text text;

	text_init(&text, data, sizeof(data));
	while ((piece = va_arg(pieces, const char *)))
		text_append(&text, piece);
	return copy(builder, data);
}

static struct timeline_item *new_item(struct timeline_builder *builder, size_t index)
{
	struct timeline *timeline = builder->timeline;
	struct timeline_lane *lane;
	struct timeline_item *item;

	if (builder->error || index >= timeline->lane_count)
		return NULL;
	if (timeline->item_count >= TIMELINE_ITEMS_MAX) {
		timeline->left_out++;
		return NULL;
	}
	lane = &timeline->lane[index];
	item = reallocarray(lane->item, lane->count + 1, sizeof(*item));
	if (!item) {
		builder->error = -ENOMEM;
		return NULL;
	}
	lane->item = item;
	timeline->item_count++;
	item += lane->count++;
	*item = (struct timeline_item){0};
	return item;
}

struct timeline_item *timeline_add(struct timeline_builder *builder, size_t lane,
	enum timeline_item_kind kind, double start, double end, ...)
{
	struct timeline_item *item;
	va_list pieces;

	if (!timeline_is_moment(start) || !timeline_is_moment(end) || end < start)
		return NULL;
	item = new_item(builder, lane);
	if (!item)
		return NULL;
	*item = (struct timeline_item){.kind = kind, .start = start, .end = end};
	va_start(pieces, end);
	item->label = join(builder, pieces);
	va_end(pieces);
	item->text = copy(builder, item->label ? item->label : "");
	return item;
}

void timeline_explain(struct timeline_builder *builder, struct timeline_item *item, ...)
{
	va_list pieces;

	if (!item)
		return;
	free(item->text);
	va_start(pieces, item);
	item->text = join(builder, pieces);
	va_end(pieces);
}

/* ----------------------------------------------------------------------------------- kernel events
 */

bool timeline_is_on_disk(const char *device, const char *disk)
{
	size_t length = strlen(disk);
	const char *rest = device + length;
	size_t digits;

	if (!length || strncmp(device, disk, length) != 0)
		return false;
	if (!*rest)
		return true;
	if (disk[length - 1] >= '0' && disk[length - 1] <= '9' && *rest++ != 'p')
		return false;
	digits = strspn(rest, "0123456789");
	return digits && !rest[digits];
}

bool timeline_is_trouble(const struct reader_record *event)
{
	static const char *const KINDS[] = {"io-error", "mount-failure", "module-failure",
		"acpi-error", "oom", "hung", "panic", "no-initial-console"};

	for (size_t i = 0; i < ARRAY_SIZE(KINDS); i++) {
		if (reader_is(event->members, "kind", KINDS[i]))
			return true;
	}
	return false;
}

void timeline_add_event(
	struct timeline_builder *builder, size_t lane, const struct reader_record *record)
{
	double stamp = reader_number(record->members, "stamp", NAN);
	const char *subject = reader_string(record->members, "subject");
	const char *kind = reader_string(record->members, "kind");
	struct timeline_item *item;

	item = timeline_add(builder, lane, TIMELINE_ITEM_EVENT, stamp, stamp, kind,
		*subject ? " " : "", subject, NULL);
	if (!item)
		return;
	timeline_explain(builder, item, reader_string(record->members, "text"), NULL);
	if (timeline_is_trouble(record))
		item->severity = READER_ERROR;
	else if (strcmp(kind, "gpt-complaint") == 0)
		item->severity = READER_WARNING;
}

static void add_events(struct timeline_builder *builder, size_t lane)
{
	const struct reader_record *record = NULL;

	while ((record = reader_report_next(builder->report, "kernel.event", record))) {
		if (!builder->is_taken[record - builder->report->records])
			timeline_add_event(builder, lane, record);
	}
}

/* ---------------------------------------------------------------------------------------- findings
 */

/* What was said of it first: later it may have come true. */
static const struct reader_record *first_told(
	const struct reader_report *report, const struct reader_finding *finding)
{
	for (size_t i = 0; i < report->record_count; i++) {
		const struct reader_record *record = &report->records[i];

		if (strcmp(record->type, "finding") == 0 &&
			reader_is(record->members, "id", finding->id) &&
			reader_is(record->members, "subject", finding->subject))
			return record;
	}
	return finding->record;
}

double timeline_finding_time(
	const struct reader_report *report, const struct reader_finding *finding)
{
	return first_told(report, finding)->t;
}

void timeline_add_finding(struct timeline_builder *builder, size_t lane, size_t index)
{
	const struct reader_finding *finding = &builder->report->findings[index];
	const struct reader_record *first = first_told(builder->report, finding);
	double t = first->t;
	struct timeline_item *item;

	item = timeline_add(builder, lane, TIMELINE_ITEM_FINDING, t, t, finding->id,
		*finding->subject ? " " : "", finding->subject, NULL);
	if (!item)
		return;
	timeline_explain(builder, item, reader_string(first->members, "summary"), NULL);
	item->severity = finding->severity;
	item->number = (unsigned)index + 1;
}

static void add_findings(struct timeline_builder *builder)
{
	size_t lane, count = builder->report->finding_count;

	if (!count)
		return;
	lane = timeline_add_lane(builder, TIMELINE_FINDINGS, "findings", "");
	for (size_t i = 0; i < count && i < TIMELINE_FINDINGS_MAX; i++)
		timeline_add_finding(builder, lane, i);
	if (count > TIMELINE_FINDINGS_MAX)
		builder->timeline->left_out += count - TIMELINE_FINDINGS_MAX;
}

/* ----------------------------------------------------------------------------------------- machine
 */

static void append_part(struct text *text, const char *before, const char *part)
{
	if (!*part)
		return;
	text_append(text, text->length ? before : "");
	text_append(text, part);
}

static void describe_machine(struct timeline_builder *builder)
{
	const struct reader_record *record =
		reader_report_find(builder->report, "platform", NULL, NULL);
	char data[TIMELINE_TEXT_SIZE];
	struct text text;

	text_init(&text, data, sizeof(data));
	if (record) {
		append_part(&text, ", ", reader_string(record->members, "hypervisor"));
		append_part(&text, ", ", reader_string(record->members, "machine"));
		append_part(&text, ", ", reader_string(record->members, "firmware"));
		append_part(&text, ", Linux ", reader_string(record->members, "kernel"));
	}
	builder->timeline->machine = copy(builder, data);
}

/* --------------------------------------------------------------------------------------------- all
 */

static int compare_items(const void *left, const void *right)
{
	const struct timeline_item *a = left, *b = right;

	if (a->is_unplaced != b->is_unplaced)
		return a->is_unplaced ? 1 : -1;
	if (isless(a->start, b->start) || isgreater(a->start, b->start))
		return a->start < b->start ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return strcmp(a->label, b->label);
}

void timeline_sort_lane(struct timeline_lane *lane)
{
	if (lane->count)
		qsort(lane->item, lane->count, sizeof(lane->item[0]), compare_items);
}

static void sort(struct timeline *timeline)
{
	for (size_t i = 0; i < timeline->lane_count; i++)
		timeline_sort_lane(&timeline->lane[i]);
}

/* Of a late report what the boot itself left: its own moments would squeeze the boot to nothing. */
static void find_axis(struct timeline_builder *builder)
{
	struct timeline *timeline = builder->timeline;
	const struct reader_record *begin = timeline_begin_of(builder->report);
	double limit = timeline_is_late(builder->report) && begin ? begin->t : INFINITY;

	for (size_t i = 0; i < timeline->lane_count; i++) {
		for (size_t k = 0; k < timeline->lane[i].count; k++) {
			const struct timeline_item *item = &timeline->lane[i].item[k];

			if (!item->is_unplaced && item->end < limit)
				timeline->end = fmax(timeline->end, item->end);
		}
	}
	if (timeline->end <= 0)
		timeline->end = fmax(timeline_last_time(builder->report), 1);
}

int timeline_build(const struct reader_report *report, struct timeline *timeline)
{
	struct timeline_builder builder = {.report = report, .timeline = timeline};
	_cleanup_free_ bool *is_taken = calloc(report->record_count + 1, sizeof(*is_taken));
	size_t boot, kernel;

	*timeline = (struct timeline){0};
	if (!is_taken)
		return -ENOMEM;
	builder.is_taken = is_taken;
	boot = timeline_add_lane(&builder, TIMELINE_BOOT, "boot", "");
	kernel = timeline_add_lane(&builder, TIMELINE_KERNEL, "kernel log", "");
	timeline_add_boot(&builder, boot);
	timeline_add_course(&builder);
	timeline_add_disks(&builder);
	add_events(&builder, kernel);
	timeline_add_probes(&builder);
	add_findings(&builder);
	describe_machine(&builder);
	if (builder.error) {
		timeline_release(timeline);
		return builder.error;
	}
	find_axis(&builder);
	sort(timeline);
	return 0;
}

void timeline_release(struct timeline *timeline)
{
	for (size_t i = 0; i < timeline->lane_count; i++) {
		struct timeline_lane *lane = &timeline->lane[i];

		for (size_t k = 0; k < lane->count; k++) {
			free(lane->item[k].label);
			free(lane->item[k].text);
		}
		free(lane->item);
		free(lane->name);
		free(lane->detail);
	}
	free(timeline->lane);
	free(timeline->machine);
	free(timeline->note);
	*timeline = (struct timeline){0};
}
