/* SPDX-License-Identifier: MIT */
#include "capture/kernel_log.h"
#include "unit.h"

#include <string.h>

static struct kernel_log kernel_log;
static char record[2 * KMSG_RECORD_MAX];

static const char *redacted(const char *text)
{
	ck_assert(text_copy(record, sizeof(record), text));
	ck_assert_uint_eq(kernel_log_redact(&kernel_log, record, sizeof(record)), strlen(record));
	return record;
}

static void begin(void)
{
	kernel_log_begin(
		&kernel_log, "quiet site.pass=tr0ub4dor&3 ci_token=\"a b\" root=/dev/vda1\n");
}

START_TEST(command_lines_are_redacted)
{
	begin();
	ck_assert_str_eq(redacted("6,1,0,-;Command line: quiet ci_token=abc root=/dev/vda1\n"),
		"6,1,0,-;Command line: quiet ci_token=*** root=/dev/vda1\n");
	ck_assert_str_eq(redacted("5,62,0,-;Kernel command line: ci_token=abc quiet\n"),
		"5,62,0,-;Kernel command line: ci_token=*** quiet\n");
}

START_TEST(unknown_parameters_are_redacted)
{
	begin();
	ck_assert_str_eq(redacted("5,63,62058,-;Unknown kernel command line parameters \"bootprobe "
				  "ci_token=abc\", will be passed to user space.\n"),
		"5,63,62058,-;Unknown kernel command line parameters \"bootprobe ci_token=***\", "
		"will be passed to user space.\n");
}

START_TEST(the_environment_of_init_is_redacted)
{
	begin();
	ck_assert_str_eq(
		redacted("7,256,1,-;  with environment:\n"), "7,256,1,-;  with environment:\n");
	ck_assert_str_eq(redacted("7,257,1,-;    HOME=/\n"), "7,257,1,-;    HOME=/\n");
	ck_assert_str_eq(
		redacted("7,258,1,-;    db_password=x y z\n"), "7,258,1,-;    db_password=***\n");
	ck_assert_str_eq(redacted("7,259,1,-;    ci_token=abc\n SUBSYSTEM=a\n"),
		"7,259,1,-;    ci_token=***\n SUBSYSTEM=a\n");
	ck_assert_str_eq(redacted("6,260,1,-;Run /init as init process\n"),
		"6,260,1,-;Run /init as init process\n");
	ck_assert(!kernel_log.is_in_list);
}

START_TEST(what_the_command_line_hides_is_hidden_everywhere)
{
	begin();
	ck_assert_str_eq(redacted("4,70,1,-;foo: bad value tr0ub4dor&3 given\n"),
		"4,70,1,-;foo: bad value *** given\n");
}

START_TEST(other_records_stay_as_they_are)
{
	static const char *const RECORDS[] = {
		"6,251,2624340,-;x86/mm: Checked W+X mappings: passed, no W+X pages found.\n",
		("6,259,3091331,-;virtio_blk virtio1: 1/0/0 default/read/poll queues\n"
		 " SUBSYSTEM=virtio\n DEVICE=+virtio:virtio1\n"),
		"6,5,0,-;    text : 0xffff - 0xfffe\n",
	};

	begin();
	for (size_t i = 0; i < ARRAY_SIZE(RECORDS); i++)
		ck_assert_str_eq(redacted(RECORDS[i]), RECORDS[i]);
}

UNIT_MAIN("capture", command_lines_are_redacted, unknown_parameters_are_redacted,
	the_environment_of_init_is_redacted, what_the_command_line_hides_is_hidden_everywhere,
	other_records_stay_as_they_are)
