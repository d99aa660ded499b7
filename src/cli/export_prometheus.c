/* SPDX-License-Identifier: MIT */
/*
 * A textfile for the collector of that name in node_exporter: the text exposition format 0.0.4.
 */
#include "base/cleanup.h"
#include "base/printable.h"
#include "base/text.h"
#include "cli/read.h"
#include "reader/course.h"

#include <errno.h>
#include <math.h>
#include <string.h>

struct exposition {
	const struct reader_report *report;
	double started;
	json_t *said; /* series: each may stand once */
};

/* A series under construction. */
enum { SERIES_SIZE = 8192 };

static void put_header(const char *name, const char *help)
{
	(void)printf("# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void series_begin(struct text *series, const char *name, const struct exposition *e)
{
	text_append(series, name);
	text_append(series, "{boot=\"");
	text_append(series, e->report->boot);
	text_append(series, "\"");
}

/* Within a label a backslash and a quote are escaped; what is not printable ASCII was before. */
static void series_label(struct text *series, const char *label, const char *value)
{
	char data[SERIES_SIZE / 2];
	struct text escaped;

	text_init(&escaped, data, sizeof(data));
	printable_append(&escaped, value, strlen(value));
	text_append(series, ",");
	text_append(series, label);
	text_append(series, "=\"");
	for (const char *c = escaped.data; *c; c++) {
		if (*c == '\\' || *c == '"')
			text_append_char(series, '\\');
		text_append_char(series, *c);
	}
	text_append(series, "\"");
}

static void series_end(struct text *series, const struct exposition *e, double value)
{
	text_append(series, "}");
	if (series->is_cut || json_object_get(e->said, series->data))
		return;
	(void)json_object_set_new(e->said, series->data, json_true());
	(void)printf("%s %.15g\n", series->data, value);
}

#define SERIES(name)                   \
	char name##_data[SERIES_SIZE]; \
	struct text name;              \
	text_init(&name, name##_data, sizeof(name##_data))

static void put_plain(const struct exposition *e, const char *name, const char *help, double value)
{
	SERIES(series);

	put_header(name, help);
	series_begin(&series, name, e);
	series_end(&series, e, value);
}

static void put_info(const struct exposition *e)
{
	static const char *const KEYS[] = {"hypervisor", "machine", "firmware", "kernel", "initrd"};
	const struct reader_record *platform =
		reader_report_find(e->report, "platform", NULL, NULL);
	SERIES(series);

	put_header("bootprobe_report_info", "The machine that the report is about.");
	series_begin(&series, "bootprobe_report_info", e);
	for (size_t i = 0; i < ARRAY_SIZE(KEYS); i++)
		series_label(&series, KEYS[i],
			platform ? reader_string(platform->members, KEYS[i]) : "");
	series_label(&series, "phase", e->report->phase ? e->report->phase : "");
	series_end(&series, e, 1);
}

static void put_verdict(const struct exposition *e)
{
	put_header("bootprobe_verdict", "1 for the verdict that holds, 0 for the others.");
	for (int i = READER_OK; i <= READER_FAIL; i++) {
		SERIES(series);

		series_begin(&series, "bootprobe_verdict", e);
		series_label(&series, "verdict", reader_verdict_name((enum reader_verdict)i));
		series_end(&series, e, (int)e->report->verdict == i);
	}
}

static void put_findings(const struct exposition *e)
{
	if (e->report->finding_count)
		put_header("bootprobe_finding", "A finding that holds.");
	for (size_t i = 0; i < e->report->finding_count; i++) {
		const struct reader_finding *finding = &e->report->findings[i];
		SERIES(series);

		series_begin(&series, "bootprobe_finding", e);
		series_label(&series, "id", finding->id);
		series_label(&series, "severity", reader_severity_name(finding->severity));
		series_label(&series, "subject", finding->subject);
		series_label(&series, "part_of", finding->part_of ? finding->part_of : "");
		series_end(&series, e, 1);
	}
}

static void put_counts(const struct exposition *e)
{
	const struct reader_report *report = e->report;
	double last = report->record_count ? report->records[report->record_count - 1].t : 0;

	put_plain(e, "bootprobe_errors", "Errors that lead their story.", (double)report->errors);
	put_plain(e, "bootprobe_warnings", "Warnings that lead their story.",
		(double)report->warnings);
	put_plain(e, "bootprobe_records_missing", "Lines of the report that are missing.",
		(double)report->missing_lines);
	put_plain(e, "bootprobe_records_damaged", "Lines of the report that are damaged.",
		(double)report->damage_count);
	put_plain(e, "bootprobe_report_ended", "1 if the report has its end.", !report->is_open);
	put_plain(e, "bootprobe_kernel_start_time_seconds",
		"When the kernel started, in seconds since 1970.", e->started);
	put_plain(e, "bootprobe_last_record_seconds",
		"When the last record was written, in seconds since the kernel started.", last);
}

static void put_known(const struct exposition *e, const char *name, const char *help, double value)
{
	if (!isnan(value))
		put_plain(e, name, help, value);
}

static void put_end(const struct exposition *e, const struct course *course)
{
	put_header("bootprobe_boot_end",
		"1 for what the recorder saw last of the boot, 0 for the others.");
	for (int i = COURSE_UNWATCHED; i < COURSE_END_COUNT; i++) {
		SERIES(series);

		series_begin(&series, "bootprobe_boot_end", e);
		series_label(&series, "end", course_end_name((enum course_end)i));
		series_end(&series, e, (int)course->end == i);
	}
}

static void put_slow_parts(const struct exposition *e, const struct course *course)
{
	const json_t *part;
	size_t i;

	if (!course->up || !json_array_size(json_object_get(course->up->members, "slow")))
		return;
	put_header("bootprobe_slow_part_seconds", "What took longest behind the handoff.");
	json_array_foreach(json_object_get(course->up->members, "slow"), i, part)
	{
		SERIES(series);

		series_begin(&series, "bootprobe_slow_part_seconds", e);
		series_label(&series, "name", reader_string(part, "name"));
		series_end(&series, e, (double)reader_integer(part, "duration_us", 0) / 1e6);
	}
}

/* Of a boot that nobody recorded there is no more to tell than when stage 1 was done. */
static void put_course(const struct exposition *e)
{
	struct course course;

	course_of(e->report, &course);
	put_end(e, &course);
	put_known(e, "bootprobe_handoff_seconds",
		"When stage 2 began, in seconds since the kernel started.", course.handoff);
	if (course.end == COURSE_UNWATCHED)
		return;
	put_known(e, "bootprobe_boot_end_seconds",
		"When what bootprobe_boot_end tells happened, in seconds since the kernel started.",
		course.ended);
	put_plain(e, "bootprobe_stalls", "How often nothing went on.", (double)course.stalls);
	put_plain(e, "bootprobe_stalled_seconds",
		"For how many seconds of the boot nothing went on.", course.stalled);
	if (course.exit)
		put_plain(e, "bootprobe_pid1_wait_status",
			"The exit code of the panic: how PID 1 ended.",
			(double)reader_integer(course.exit->members, "wait_status", 0));
	put_slow_parts(e, &course);
}

static double slowest_read(const struct reader_record *block)
{
	const json_t *read;
	int64_t slowest = 0;
	size_t i;

	json_array_foreach(json_object_get(block->members, "header_reads"), i, read)
	{
		int64_t duration = reader_integer(read, "duration_us", 0);

		slowest = duration > slowest ? duration : slowest;
	}
	return (double)slowest / 1e6;
}

static double arrival(const struct reader_record *block)
{
	return reader_number(block->members, "arrived", 0);
}

static double size_of(const struct reader_record *block)
{
	return (double)reader_integer(block->members, "size_bytes", 0);
}

static void put_disks(const struct exposition *e, const char *name, const char *help,
	double (*value)(const struct reader_record *block))
{
	const struct reader_record *block = NULL;

	if (!reader_report_next(e->report, "block", NULL))
		return;
	put_header(name, help);
	while ((block = reader_report_next(e->report, "block", block))) {
		SERIES(series);

		series_begin(&series, name, e);
		series_label(&series, "disk", reader_string(block->members, "name"));
		series_end(&series, e, value(block));
	}
}

int export_prometheus(const struct reader_report *report, double started)
{
	const struct exposition e = {report, started, json_object()};

	if (!e.said)
		return -ENOMEM;
	put_info(&e);
	put_verdict(&e);
	put_findings(&e);
	put_counts(&e);
	put_course(&e);
	put_disks(&e, "bootprobe_disk_size_bytes", "Size of a disk.", size_of);
	put_disks(&e, "bootprobe_disk_arrival_seconds",
		"When the kernel announced a disk, in seconds since it started; 0: before udev.",
		arrival);
	put_disks(&e, "bootprobe_disk_slowest_header_read_seconds",
		"The longest read of a header of a disk.", slowest_read);
	json_decref(e.said);
	return 0;
}
