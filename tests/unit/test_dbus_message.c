/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "parse/dbus_message.h"
#include "parse/slow_part.h"
#include "parse/systemd_reply.h"
#include "systemd_replies.h"

#include "unit.h"

#include <errno.h>
#include <string.h>

#define BYTES(literal) ((const uint8_t *)(literal))
#define SIZE(literal) (sizeof(literal) - 1)

/* The cursor behind the length of an array that fills the body. */
static struct dbus_cursor into_array(const uint8_t *bytes, size_t size, const char *signature)
{
	struct dbus_header header;
	struct dbus_cursor cursor = {.bytes = bytes, .size = size};

	ck_assert_int_eq(dbus_header_parse(bytes, size, &header), 0);
	ck_assert_int_eq(header.type, DBUS_RETURN);
	ck_assert_str_eq(header.signature, signature);
	ck_assert_uint_eq(header.header_bytes + header.body_bytes, size);
	cursor.at = header.header_bytes;
	ck_assert_uint_eq(dbus_take_u32(&cursor), header.body_bytes - 8);
	dbus_align(&cursor, 8);
	return cursor;
}

static void check_jobs(const uint8_t *bytes, size_t size, const uint32_t *ids)
{
	static const char *const UNITS[] = {
		[1] = "bp.target", [5] = "bp-a.service", [6] = "bp-c.service"};
	struct dbus_cursor cursor = into_array(bytes, size, SYSTEMD_JOBS_SIGNATURE);

	for (size_t i = 0; i < 3; i++) {
		struct job_fact job;

		ck_assert_int_eq(systemd_job_take(&cursor, &job), 0);
		ck_assert_uint_eq(job.id, ids[i]);
		ck_assert_str_eq(job.type, "start");
		if (strcmp(job.unit, "bp-a.service") == 0)
			ck_assert_str_eq(job.state, "running");
		else
			ck_assert_str_eq(job.state, "waiting");
		if (bytes == BYTES(JOBS_252))
			ck_assert_str_eq(job.unit, UNITS[ids[i]]);
	}
	ck_assert_uint_eq(cursor.at, size);
}

START_TEST(jobs_of_real_systemds)
{
	check_jobs(BYTES(JOBS_252), SIZE(JOBS_252), (const uint32_t[]){5, 1, 6});
	check_jobs(BYTES(JOBS_257), SIZE(JOBS_257), (const uint32_t[]){5, 6, 1});
}
END_TEST

START_TEST(units_of_real_systemds)
{
	struct dbus_cursor cursor =
		into_array(BYTES(UNITS_252), SIZE(UNITS_252), SYSTEMD_UNITS_SIGNATURE);
	struct systemd_unit unit;

	ck_assert_int_eq(systemd_unit_take(&cursor, &unit), 0);
	ck_assert_str_eq(unit.name, "dracut-pre-udev.service");
	ck_assert_str_eq(unit.loaded, "loaded");
	ck_assert_str_eq(unit.active, "inactive");
	ck_assert_int_eq(systemd_unit_take(&cursor, &unit), 0);
	ck_assert_int_eq(systemd_unit_take(&cursor, &unit), 0);
	ck_assert_str_eq(unit.name, "dev-full.mount");
	ck_assert_str_eq(unit.active, "active");
	ck_assert_int_eq(systemd_unit_take(&cursor, &unit), -EAGAIN);

	cursor = into_array(BYTES(UNITS_257), SIZE(UNITS_257), SYSTEMD_UNITS_SIGNATURE);
	for (size_t i = 0; i < 3; i++)
		ck_assert_int_eq(systemd_unit_take(&cursor, &unit), 0);
	ck_assert_uint_eq(cursor.at, SIZE(UNITS_257));
}
END_TEST

START_TEST(a_number_of_a_real_systemd)
{
	struct dbus_header header;
	struct dbus_cursor cursor = {.bytes = BYTES(TIME_257), .size = SIZE(TIME_257)};

	ck_assert_int_eq(dbus_header_parse(cursor.bytes, cursor.size, &header), 0);
	ck_assert_str_eq(header.signature, "v");
	ck_assert_uint_eq(header.reply_serial, 3);
	cursor.at = header.header_bytes;
	ck_assert_uint_gt(dbus_take_variant(&cursor), 0);
	ck_assert_int_eq(cursor.error, 0);
}
END_TEST

/* Wherever a message ends, there is neither an entry nor a byte read behind it. */
START_TEST(what_has_not_come_yet)
{
	for (size_t size = 0; size < SIZE(JOBS_252); size++) {
		/* Exactly as large, so that the sanitizer sees the first byte behind it. */
		uint8_t *bytes = malloc(size ? size : 1);
		struct dbus_cursor cursor = {.bytes = bytes, .size = size, .at = 88};
		struct dbus_header header;
		struct job_fact job = {.id = 77};
		uint32_t count = 0;

		ck_assert_ptr_nonnull(bytes);
		memcpy(bytes, JOBS_252, size);
		if (size < 80) {
			ck_assert_int_eq(dbus_header_parse(bytes, size, &header), -EAGAIN);
		} else if (size >= cursor.at) {
			ck_assert_int_eq(dbus_header_parse(bytes, size, &header), 0);
			while (systemd_job_take(&cursor, &job) == 0)
				count++;
			ck_assert_int_eq(cursor.error, -EAGAIN);
			ck_assert_uint_lt(count, 3);
			ck_assert_uint_eq(job.id, count == 0 ? 77 : count == 1 ? 5 : 1);
		}
		free(bytes);
	}
}
END_TEST

static int parse_spoilt(size_t at, uint8_t value)
{
	uint8_t bytes[SIZE(JOBS_252)];
	struct dbus_header header;

	memcpy(bytes, JOBS_252, sizeof(bytes));
	bytes[at] = value;
	return dbus_header_parse(bytes, sizeof(bytes), &header);
}

START_TEST(headers_that_lie)
{
	ck_assert_int_eq(parse_spoilt(0, 'x'), -EPROTO);
	ck_assert_int_eq(parse_spoilt(3, 2), -EPROTO);     /* of another protocol */
	ck_assert_int_eq(parse_spoilt(7, 0x7f), -EPROTO);  /* a body of 2 GiB */
	ck_assert_int_eq(parse_spoilt(15, 0x7f), -EPROTO); /* fields of 2 GiB */
	ck_assert_int_eq(parse_spoilt(13, 0x7f), -EAGAIN); /* fields that may still come */
	ck_assert_int_eq(parse_spoilt(12, 0x3e), -EPROTO); /* that end within one */
	ck_assert_int_eq(parse_spoilt(18, 'a'), -EPROTO);  /* of a type that no field has */
	ck_assert_int_eq(parse_spoilt(19, 'x'), -EPROTO);  /* whose signature does not end */
	ck_assert_int_eq(parse_spoilt(28, 0xff), -EPROTO); /* a sender that is longer than all */
	ck_assert_int_eq(parse_spoilt(40, 0), -EPROTO);    /* with a NUL within */
	ck_assert_int_eq(parse_spoilt(16, 99), 0); /* fields of later versions are none of ours */
}
END_TEST

static int take_spoilt(size_t at, uint8_t value, struct job_fact *job)
{
	uint8_t bytes[SIZE(JOBS_252)];
	struct dbus_cursor cursor = {.bytes = bytes, .size = sizeof(bytes), .at = 88};

	memcpy(bytes, JOBS_252, sizeof(bytes));
	bytes[at] = value;
	return systemd_job_take(&cursor, job);
}

START_TEST(entries_that_lie)
{
	struct job_fact job = {.id = 77};

	ck_assert_int_eq(take_spoilt(95, 0xff, &job), -EPROTO); /* longer than a message may be */
	ck_assert_int_eq(take_spoilt(94, 1, &job), -EAGAIN);
	ck_assert_int_eq(take_spoilt(92, 11, &job), -EPROTO); /* no NUL where it should end */
	ck_assert_int_eq(take_spoilt(98, 0, &job), -EPROTO);
	ck_assert_uint_eq(job.id, 77);
	ck_assert_int_eq(take_spoilt(98, '\n', &job), 0);
}
END_TEST

/* Nothing moves a cursor that has failed. */
START_TEST(an_error_stays)
{
	struct dbus_cursor cursor = {.bytes = BYTES("\2\0\0\0ab\0\0\1u\0"), .size = 11};
	char text[8] = "before";

	(void)dbus_take_u64(&cursor);
	ck_assert_uint_eq(dbus_take_u64(&cursor), 0);
	ck_assert_int_eq(cursor.error, -EAGAIN);
	ck_assert_uint_eq(cursor.at, 8);
	dbus_take_text(&cursor, text, sizeof(text));
	ck_assert_str_eq(text, "");
	ck_assert_uint_eq(dbus_take_variant(&cursor), 0);
	ck_assert_int_eq(cursor.error, -EAGAIN);
	ck_assert_uint_eq(cursor.at, 8);
}
END_TEST

START_TEST(both_byte_orders)
{
	struct dbus_cursor little = {.bytes = BYTES("\1u\0\0\x78\x56\x34\x12"), .size = 8};
	struct dbus_cursor big = {.bytes = BYTES("\1t\0\0\0\0\0\0\0\0\0\1\0\0\0\2"),
		.size = 16,
		.is_big_endian = true};
	struct dbus_cursor other = {.bytes = BYTES("\1s\0\0\0\0\0\0\0"), .size = 9};

	ck_assert_uint_eq(dbus_take_variant(&little), 0x12345678);
	ck_assert_uint_eq(dbus_take_variant(&big), UINT64_C(0x100000002));
	ck_assert_uint_eq(dbus_take_variant(&other), 0);
	ck_assert_int_eq(other.error, -EPROTO);
}
END_TEST

/* What is written is what such a parser reads, byte for byte as systemctl writes it but for the
 * order of the fields, which is free. */
START_TEST(a_call)
{
	static const struct dbus_call GET = {.destination = "org.freedesktop.systemd1",
		.path = "/org/freedesktop/systemd1",
		.interface = "org.freedesktop.DBus.Properties",
		.member = "Get",
		.arguments = {"org.freedesktop.systemd1.Manager", "NJobs"}};
	uint8_t bytes[512];
	struct dbus_header header;
	size_t size = dbus_call_write(&GET, 7, bytes, sizeof(bytes));
	struct dbus_cursor cursor = {.bytes = bytes, .size = size};
	char text[64];

	ck_assert_uint_gt(size, 0);
	ck_assert_int_eq(dbus_header_parse(bytes, size, &header), 0);
	ck_assert_int_eq(header.type, DBUS_CALL);
	ck_assert_str_eq(header.signature, "ss");
	ck_assert_uint_eq(header.header_bytes + header.body_bytes, size);
	ck_assert_uint_eq(bytes[8], 7);
	cursor.at = header.header_bytes;
	dbus_take_text(&cursor, text, sizeof(text));
	ck_assert_str_eq(text, "org.freedesktop.systemd1.Manager");
	dbus_take_text(&cursor, text, sizeof(text));
	ck_assert_str_eq(text, "NJobs");
	ck_assert_uint_eq(cursor.at, size);
	for (size_t less = 0; less < size; less++)
		ck_assert_uint_eq(dbus_call_write(&GET, 7, bytes, less), 0);
}
END_TEST

START_TEST(objects_of_units)
{
	char path[96];

	ck_assert(systemd_unit_path("bp-a.service", path, sizeof(path)));
	ck_assert_str_eq(path, "/org/freedesktop/systemd1/unit/bp_2da_2eservice");
	/* A digit stands for itself but at the beginning; a letter of UTF-8 is two bytes. */
	ck_assert(systemd_unit_path("9p2_\xc3\xa4", path, sizeof(path)));
	ck_assert_str_eq(path, "/org/freedesktop/systemd1/unit/_39p2_5f_c3_a4");
	ck_assert(!systemd_unit_path(
		"a-very-long-name-of-a-mount-unit-that-does-not-fit.mount", path, 64));
}
END_TEST

static uint64_t duration(uint64_t began, uint64_t active, uint64_t stopped)
{
	struct systemd_unit_times times = {began, active, stopped};

	return systemd_unit_duration(&times, 100);
}

START_TEST(how_long_a_start_took)
{
	ck_assert_uint_eq(duration(0, 20, 30), 0);
	ck_assert_uint_eq(duration(10, 30, 0), 20);
	ck_assert_uint_eq(duration(10, 30, 90), 20);
	ck_assert_uint_eq(duration(10, 0, 40), 30);  /* was never active: oneshot */
	ck_assert_uint_eq(duration(50, 30, 40), 50); /* started again, and not through yet */
	ck_assert_uint_eq(duration(10, 0, 0), 90);
	ck_assert_uint_eq(duration(110, 0, 0), 0);
}
END_TEST

START_TEST(the_longest_parts_are_kept)
{
	static struct boot_end_fact end;
	static const uint64_t DURATIONS[] = {5, 0, 9, 1, 7, 3, 8, 2, 9}, KEPT[] = {9, 9, 8, 7, 5};
	char name[] = "a";

	for (size_t i = 0; i < ARRAY_SIZE(DURATIONS); i++, name[0]++)
		slow_part_note(&end, name, i, DURATIONS[i]);
	ck_assert_uint_eq(fact_count(end.slow), SLOW_PARTS_MAX);
	for (size_t i = 0; i < SLOW_PARTS_MAX; i++) {
		ck_assert_uint_eq(end.slow.item[i].duration_us, KEPT[i]);
		ck_assert_int_eq(end.slow.item[i].name[0], "cigea"[i]);
	}
	/* Of one name the longer one counts. */
	slow_part_note(&end, "e", 0, 6);
	ck_assert_uint_eq(end.slow.item[3].duration_us, 7);
	slow_part_note(&end, "e", 0, 10);
	ck_assert_str_eq(end.slow.item[0].name, "e");
	ck_assert_str_eq(end.slow.item[3].name, "g");
	ck_assert_str_eq(end.slow.item[4].name, "a");
	ck_assert_uint_eq(fact_count(end.slow), SLOW_PARTS_MAX);
}
END_TEST

UNIT_MAIN("dbus_message", jobs_of_real_systemds, units_of_real_systemds, a_number_of_a_real_systemd,
	what_has_not_come_yet, headers_that_lie, entries_that_lie, an_error_stays, both_byte_orders,
	a_call, objects_of_units, how_long_a_start_took, the_longest_parts_are_kept)
