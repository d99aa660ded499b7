/* SPDX-License-Identifier: MIT */
#include "probe/probe.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/test-timeline-XXXXXX";
static struct sources sources;
static struct facts *facts;

/* Appends to the log of the machine under test. */
static void log_append(const char *text)
{
	char path[64];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/dev/kmsg", folder);
	file = fopen(path, "a");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

static void start(void)
{
	char path[64];

	ck_assert_ptr_nonnull(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/dev", folder);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(sysroot_open(folder, &sources.root), 0);
	facts = calloc(1, sizeof(*facts));
	ck_assert_ptr_nonnull(facts);
}

static void end(void)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%s/dev/kmsg", folder);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s/dev", folder);
	(void)rmdir(path);
	(void)rmdir(folder);
	sysroot_close(&sources.root);
	free(facts);
}

START_TEST(a_second_look_goes_on)
{
	start();
	log_append("6,0,0,-;Linux version 6.1\n"
		   "6,1,10,-;printk: console [ttyS0] enabled\n SUBSYSTEM=x\n"
		   "6,2,20,-; vda: vda1\n");
	ck_assert_int_eq(timeline_run(&sources, facts, 0), 0);
	ck_assert_uint_eq(fact_count(facts->kernel_events), 2);
	ck_assert_uint_eq(facts->timeline.next_sequence, 3);
	log_append("6,3,30,-; vdb: vdb1\n12,4,40,-;bootprobe: ACPI Error: x\n");
	ck_assert_int_eq(timeline_run(&sources, facts, 0), 0);
	ck_assert_int_eq(timeline_run(&sources, facts, 0), 0);
	ck_assert_uint_eq(fact_count(facts->kernel_events), 3);
	ck_assert_str_eq(facts->kernel_events.item[2].subject, "vdb");
	ck_assert_uint_eq(facts->kernel_events.item[2].stamp_us, 30);
	ck_assert_uint_eq(facts->kernel_events.item[2].sequence, 3);
	ck_assert_uint_eq(facts->kernel_events.item[0].repeat_count, 0);
	ck_assert_int_eq(facts->timeline.read, OUTCOME_OK);
	ck_assert_uint_eq(facts->timeline.lost_count, 0);
	end();
}
END_TEST

START_TEST(the_same_again_is_counted)
{
	char line[96];

	start();
	for (int i = 0; i < 100; i++) {
		(void)snprintf(
			line, sizeof(line), "3,%d,%d,-;I/O error, dev sda, sector 0\n", i, i);
		log_append(line);
	}
	for (int i = 0; i < 100; i++) {
		(void)snprintf(line, sizeof(line), "3,%d,9,-;ACPI Error: %d\n", 100 + i, i);
		log_append(line);
	}
	ck_assert_int_eq(timeline_run(&sources, facts, 0), 0);
	ck_assert_uint_eq(fact_count(facts->kernel_events), 1 + KERNEL_EVENTS_OF_A_KIND_MAX);
	ck_assert_uint_eq(facts->kernel_events.item[0].repeat_count, 99);
	ck_assert_uint_eq(facts->timeline.omitted_count[KERNEL_EVENT_ACPI_ERROR],
		100 - KERNEL_EVENTS_OF_A_KIND_MAX);
	end();
}
END_TEST

START_TEST(what_is_missing_is_known)
{
	start();
	log_append("6,7,0,-;first that is left\nnonsense\n6,8,1,-; sda: sda1");
	ck_assert_int_eq(timeline_run(&sources, facts, 0), 0);
	ck_assert_uint_eq(facts->timeline.first_sequence, 7);
	ck_assert_uint_eq(facts->timeline.malformed_count, 1);
	ck_assert_uint_eq(fact_count(facts->kernel_events), 1);
	end();
}
END_TEST

START_TEST(a_ring_that_went_round_is_known)
{
	char path[64];

	start();
	log_append("6,0,0,-;a\n6,1,0,-;b\n");
	ck_assert_int_eq(timeline_run(&sources, facts, 0), 0);
	(void)snprintf(path, sizeof(path), "%s/dev/kmsg", folder);
	ck_assert_int_eq(truncate(path, 0), 0);
	log_append("6,10,0,-;c\n");
	ck_assert_int_eq(timeline_run(&sources, facts, 0), 0);
	ck_assert_uint_eq(facts->timeline.lost_count, 8);
	ck_assert_uint_eq(facts->timeline.next_sequence, 11);
	end();
}
END_TEST

START_TEST(a_record_without_end_is_refused)
{
	start();
	log_append("6,0,0,-;printk: console [ttyS0] enabled\n6,1,0,-;");
	for (int i = 0; i < 1000; i++)
		log_append("xxxxxxxxxxxxxxxx");
	ck_assert_int_eq(timeline_run(&sources, facts, 0), 0);
	ck_assert_int_eq(facts->timeline.read, -EBADMSG);
	ck_assert_uint_eq(fact_count(facts->kernel_events), 1);
	end();
}
END_TEST

START_TEST(no_log_is_an_error)
{
	start();
	ck_assert_int_eq(timeline_run(&sources, facts, 0), -ENOENT);
	ck_assert_int_eq(facts->timeline.read, -ENOENT);
	end();
}
END_TEST

UNIT_MAIN("timeline", a_second_look_goes_on, the_same_again_is_counted, what_is_missing_is_known,
	a_ring_that_went_round_is_known, a_record_without_end_is_refused, no_log_is_an_error)
