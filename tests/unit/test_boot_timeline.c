/* SPDX-License-Identifier: MIT */
#include "reader/timeline.h"

#include "unit.h"

#include "report_builder.h"

#include <stdlib.h>

#define END "\"end\",\"phase\":\"finish\",\"records\":9,\"errors\":0,\"warnings\":0"

/* Of a report, which is released. */
static struct timeline build_of(struct reader_report *report)
{
	struct timeline timeline;

	ck_assert_int_eq(timeline_build(report, &timeline), 0);
	reader_report_free(report);
	return timeline;
}
#define BUILD(...) build_of(READ(__VA_ARGS__))

static const struct timeline_lane *lane_called(const struct timeline *timeline, const char *name)
{
	for (size_t i = 0; i < timeline->lane_count; i++) {
		if (strcmp(timeline->lane[i].name, name) == 0)
			return &timeline->lane[i];
	}
	return NULL;
}

static const struct timeline_item *item_called(const struct timeline_lane *lane, const char *label)
{
	for (size_t i = 0; lane && i < lane->count; i++) {
		if (strcmp(lane->item[i].label, label) == 0)
			return &lane->item[i];
	}
	return NULL;
}

#define ck_assert_near(a, b) ck_assert_double_eq_tol(a, b, 1e-6)

START_TEST(phases_of_a_boot)
{
	struct timeline timeline = BUILD(BEGIN,
		"\"kernel.event\",\"kind\":\"initrd\",\"stamp\":0.8,\"subject\":\"/"
		"init\",\"text\":\"r\"",
		"\"root\",\"kind\":\"uuid\",\"spec\":\"UUID=1\",\"device_count\":1,\"since\":0.95",
		END);
	const struct timeline_lane *boot = lane_called(&timeline, "boot");

	ck_assert_near(item_called(boot, "kernel")->end, 0.8);
	ck_assert_near(item_called(boot, "stage 1")->start, 0.8);
	ck_assert_near(item_called(boot, "stage 1")->end, 1.04);
	ck_assert(!item_called(boot, "stage 1")->is_open);
	ck_assert_near(item_called(boot, "root is there")->start, 0.95);
	ck_assert_near(item_called(boot, "handoff")->start, 1.04);
	ck_assert_near(timeline.end, 1.04);
	timeline_release(&timeline);
}
END_TEST

START_TEST(a_boot_whose_end_was_not_seen)
{
	struct timeline timeline = BUILD(BEGIN, "\"uart\",\"ports\":1");
	const struct timeline_lane *boot = lane_called(&timeline, "boot");

	ck_assert(item_called(boot, "stage 1")->is_open);
	ck_assert_ptr_null(item_called(boot, "handoff"));
	timeline_release(&timeline);
}
END_TEST

/* A machine that was up for long: the axis is that of its boot. */
START_TEST(a_late_look)
{
	struct timeline timeline = BUILD("\"begin\",\"version\":\"0.1.0\",\"verb\":\"now\"",
		"\"kernel.event\",\"kind\":\"initrd\",\"stamp\":0.4,\"subject\":\"/"
		"init\",\"text\":\"r\"",
		"\"finding\",\"id\":\"acpi.off\",\"severity\":\"warning\",\"summary\":\"s\"",
		"\"end\",\"phase\":\"now\",\"errors\":0,\"warnings\":1,\"findings\":[3]");

	ck_assert_near(timeline.end, 0.4);
	timeline_release(&timeline);
}
END_TEST

#define READS                                                                            \
	"\"header_reads\":[{\"what\":\"mbr\",\"offset_bytes\":0,\"duration_us\":20000}," \
	"{\"what\":\"gpt-primary\",\"offset_bytes\":512,\"duration_us\":30000}]"

/* The reads are placed behind each other, and end where they were first written down. */
START_TEST(reads_of_a_disk)
{
	struct timeline timeline = BUILD(BEGIN,
		"\"block\",\"name\":\"sda\",\"transport\":\"ata\",\"size_bytes\":1073741824,"
		"\"arrived\":0.9,\"udev\":0.91," READS
		",\"partitions\":[{\"name\":\"sda1\",\"number\":1,\"arrived\":0.92}]",
		"\"kernel.event\",\"kind\":\"partitions\",\"stamp\":0.91,\"subject\":\"sda\","
		"\"text\":\"x\"",
		"\"block\",\"name\":\"sda\",\"transport\":\"ata\",\"size_bytes\":1073741824,"
		"\"arrived\":0.9," READS,
		END);
	const struct timeline_lane *disk = lane_called(&timeline, "sda");
	const struct timeline_item *item;

	ck_assert_str_eq(disk->detail, "1 GiB ata");
	item = item_called(disk, "read gpt-primary 30.0 ms");
	ck_assert_near(item->end, 1.02);
	ck_assert_near(item->start, 0.99);
	ck_assert(item->is_estimated);
	ck_assert_near(item_called(disk, "read mbr 20.0 ms")->start, 0.97);
	ck_assert_near(item_called(disk, "sda arrives")->start, 0.9);
	ck_assert_ptr_nonnull(item_called(disk, "partitions sda"));
	ck_assert_uint_eq(lane_called(&timeline, "kernel log")->count, 0);
	timeline_release(&timeline);
}
END_TEST

START_TEST(a_read_that_does_not_come_back)
{
	struct timeline timeline = BUILD(BEGIN,
		"\"block\",\"name\":\"sda\",\"size_bytes\":1,\"arrived\":0.9,\"header_reads\":"
		"[{\"what\":\"mbr\",\"offset_bytes\":0,\"open_since\":0.95}]",
		END);
	const struct timeline_item *item =
		item_called(lane_called(&timeline, "sda"), "read mbr has not come back");

	ck_assert_near(item->start, 0.95);
	ck_assert_near(item->end, 1.03);
	ck_assert(item->is_open);
	ck_assert_int_eq(item->severity, READER_ERROR);
	timeline_release(&timeline);
}
END_TEST

/* A disk, its partitions, and what only begins alike. */
START_TEST(findings_stand_with_their_disk)
{
	struct timeline timeline = BUILD(BEGIN, "\"block\",\"name\":\"nvme0n1\",\"size_bytes\":1",
		"\"block\",\"name\":\"sda\",\"size_bytes\":1",
		"\"finding\",\"id\":\"a\",\"severity\":\"error\",\"subject\":\"nvme0n1p2\","
		"\"summary\":\"s\"",
		"\"finding\",\"id\":\"b\",\"severity\":\"error\",\"subject\":\"nvme0n12\","
		"\"summary\":\"s\"",
		"\"finding\",\"id\":\"c\",\"severity\":\"error\",\"subject\":\"sda12\",\"summary\":"
		"\"s\"",
		"\"finding\",\"id\":\"d\",\"severity\":\"error\",\"subject\":\"sdaa\",\"summary\":"
		"\"s\"");

	ck_assert_uint_eq(lane_called(&timeline, "nvme0n1")->count, 1);
	ck_assert_uint_eq(lane_called(&timeline, "sda")->count, 1);
	ck_assert_ptr_nonnull(item_called(lane_called(&timeline, "sda"), "c sda12"));
	ck_assert_uint_eq(lane_called(&timeline, "findings")->count, 4);
	timeline_release(&timeline);
}
END_TEST

START_TEST(probes_early_and_late)
{
	struct timeline timeline = BUILD(BEGIN, "\"config\",\"budget_us\":1",
		"\"gpt\",\"disk\":\"sda\",\"kind\":\"gpt\"",
		"\"probe\",\"done\":[{\"name\":\"acpi\",\"duration_us\":100000},"
		"{\"name\":\"disk\",\"subject\":\"sda\",\"duration_us\":20000},"
		"{\"name\":\"acpi\",\"duration_us\":10000},{\"name\":\"own\",\"duration_us\":5000}"
		"]",
		"\"probe\",\"name\":\"root\",\"state\":\"timeout\",\"duration_us\":50000", END);
	const struct timeline_lane *acpi = lane_called(&timeline, "acpi");

	ck_assert_uint_eq(acpi->count, 2);
	ck_assert_near(acpi->item[0].start, 1.02);
	ck_assert_near(acpi->item[1].end, 1.04);
	ck_assert_near(lane_called(&timeline, "disk")->item[0].end, 1.03);
	ck_assert(lane_called(&timeline, "own")->item[0].is_unplaced);
	ck_assert_near(lane_called(&timeline, "root")->item[0].start, 1.0);
	ck_assert(lane_called(&timeline, "root")->item[0].is_open);
	timeline_release(&timeline);
}
END_TEST

/* Moments that the guest said are not estimated; "traffic" is of the disks that it names. */
START_TEST(what_the_guest_said)
{
	struct timeline timeline = BUILD(BEGIN,
		"\"block\",\"name\":\"sda\",\"size_bytes\":1,\"arrived\":0.9,\"look_started\":0."
		"95," READS ",\"partitions\":[{\"name\":\"sda1\",\"number\":1,\"arrived\":0.92}]",
		"\"probe\",\"done\":[{\"name\":\"acpi\",\"started\":0.5,\"duration_us\":100000,"
		"\"runs\":2}]",
		"\"traffic\",\"disks\":[{\"name\":\"sda\",\"udev\":0.98},"
		"{\"name\":\"sda1\",\"udev\":0.99},{\"name\":\"sdb\",\"udev\":7},{\"udev\":8},3]",
		END);
	const struct timeline_lane *disk = lane_called(&timeline, "sda");
	const struct timeline_lane *acpi = lane_called(&timeline, "acpi");

	ck_assert_near(item_called(disk, "read mbr 20.0 ms")->start, 0.95);
	ck_assert_near(item_called(disk, "read gpt-primary 30.0 ms")->start, 0.97);
	ck_assert_near(item_called(disk, "udev sda")->end, 0.98);
	ck_assert_near(item_called(disk, "udev sda1")->end, 0.99);
	ck_assert_near(acpi->item[0].start, 0.5);
	ck_assert(!acpi->item[0].is_estimated);
	timeline_release(&timeline);
}
END_TEST

/* ----------------------------------------------------------------------------------- many disks */

static void feed_disk(
	struct reader *reader, unsigned seq, const char *name, double arrived, unsigned duration_us)
{
	char data[512];

	(void)snprintf(data, sizeof(data),
		"\"block\",\"name\":\"%s\",\"transport\":\"virtio\",\"size_bytes\":1073741824,"
		"\"arrived\":%f,\"header_reads\":[{\"what\":\"mbr\",\"duration_us\":%u}]",
		name, arrived, duration_us);
	feed_line(reader, seq, data);
}

/* count disks, of which every odd_each-th takes a second for a read. */
static struct timeline build_disks(unsigned count, unsigned odd_each)
{
	struct reader *reader = reader_start();

	feed_line(reader, 1, BEGIN);
	for (unsigned i = 0; i < count; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "vd%u", i);
		feed_disk(reader, i + 2, name, 1 + 0.001 * i,
			odd_each && i % odd_each == odd_each - 1 ? 1000000 : 500 + i);
	}
	feed_line(reader, count + 2, END);
	return build_of(report_of(reader, NULL));
}

static size_t count_lanes(const struct timeline *timeline, enum timeline_lane_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < timeline->lane_count; i++)
		count += timeline->lane[i].kind == kind;
	return count;
}

START_TEST(few_disks_have_a_lane_each)
{
	struct timeline timeline = build_disks(6, 0);

	ck_assert_uint_eq(count_lanes(&timeline, TIMELINE_DISK), 6);
	ck_assert_uint_eq(count_lanes(&timeline, TIMELINE_GROUP), 0);
	timeline_release(&timeline);
}
END_TEST

START_TEST(many_disks_share_one)
{
	struct timeline timeline = build_disks(200, 0);
	const struct timeline_lane *group = lane_called(&timeline, "200 virtio disks");

	ck_assert_uint_eq(count_lanes(&timeline, TIMELINE_DISK), 0);
	ck_assert_ptr_nonnull(group);
	ck_assert_uint_eq(group->disk_count, 200);
	ck_assert_ptr_nonnull(item_called(group, "vd199 arrives"));
	ck_assert_near(item_called(group, "arrivals")->end, 1.199);
	timeline_release(&timeline);
}
END_TEST

START_TEST(outliers_stand_alone)
{
	struct timeline timeline = build_disks(200, 100);

	ck_assert_uint_eq(count_lanes(&timeline, TIMELINE_DISK), 2);
	ck_assert_ptr_nonnull(lane_called(&timeline, "vd99"));
	ck_assert_ptr_nonnull(lane_called(&timeline, "vd199"));
	ck_assert_ptr_nonnull(lane_called(&timeline, "198 virtio disks"));
	timeline_release(&timeline);
}
END_TEST

/* Each fifth is slow: no more lanes than there may be. */
START_TEST(outliers_are_bounded)
{
	struct timeline timeline = build_disks(400, 5);

	ck_assert_uint_eq(count_lanes(&timeline, TIMELINE_DISK), TIMELINE_ALONE_MAX);
	ck_assert_uint_eq(count_lanes(&timeline, TIMELINE_GROUP), 1);
	timeline_release(&timeline);
}
END_TEST

START_TEST(transports_are_bounded)
{
	struct reader *reader = reader_start();
	struct timeline timeline;
	char data[200];

	feed_line(reader, 1, BEGIN);
	for (unsigned i = 0; i < 200; i++) {
		(void)snprintf(data, sizeof(data),
			"\"block\",\"name\":\"d%u\",\"transport\":\"t%u\",\"size_bytes\":1", i,
			i / 5);
		feed_line(reader, i + 2, data);
	}
	timeline = build_of(report_of(reader, NULL));
	ck_assert_uint_le(count_lanes(&timeline, TIMELINE_GROUP), TIMELINE_GROUPS_MAX);
	ck_assert_uint_le(count_lanes(&timeline, TIMELINE_DISK), TIMELINE_ALONE_MAX);
	timeline_release(&timeline);
}
END_TEST

START_TEST(lies)
{
	struct timeline timeline = BUILD("\"begin\",\"verb\":5",
		"\"block\",\"name\":\"sda\",\"arrived\":1e300,\"udev\":-1,\"header_reads\":[1,{},"
		"{\"duration_us\":-1},{\"duration_us\":9223372036854775807},{\"open_since\":-3}],"
		"\"partitions\":7",
		"\"block\",\"name\":\"\",\"header_reads\":{}", "\"kernel.event\",\"stamp\":-1e308",
		"\"kernel.event\",\"stamp\":\"x\",\"kind\":[]",
		"\"probe\",\"done\":[0,{\"duration_us\":9223372036854775807,\"name\":\"acpi\"},{}]",
		"\"probe\",\"state\":1,\"duration_us\":-9", "\"root\",\"since\":1e17", END);

	for (size_t i = 0; i < timeline.lane_count; i++) {
		for (size_t k = 0; k < timeline.lane[i].count; k++) {
			ck_assert_double_ge(timeline.lane[i].item[k].start, 0);
			ck_assert_double_le(timeline.lane[i].item[k].end, 1e7);
		}
	}
	ck_assert_double_gt(timeline.end, 0);
	timeline_release(&timeline);
}
END_TEST

UNIT_MAIN("boot_timeline", phases_of_a_boot, a_boot_whose_end_was_not_seen, a_late_look,
	reads_of_a_disk, a_read_that_does_not_come_back, findings_stand_with_their_disk,
	probes_early_and_late, what_the_guest_said, few_disks_have_a_lane_each,
	many_disks_share_one, outliers_stand_alone, outliers_are_bounded, transports_are_bounded,
	lies)
