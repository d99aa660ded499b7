/* SPDX-License-Identifier: MIT */
#include "parse/kernel_message.h"

#include "unit.h"

#include <string.h>

static char message[64];

static const char *message_in(const char *log)
{
	static char text[1024];

	ck_assert_uint_lt(strlen(log), sizeof(text));
	strcpy(text, log);
	kernel_message_of_pid1(text, message, sizeof(message));
	return message;
}

START_TEST(the_last_complaint_counts)
{
	ck_assert_str_eq(
		message_in("2.974835] systemd[1]: Cut.\n"
			   "<27>[   12.974835] systemd[1]: Unit default.target not found.\n"
			   "<30>[   12.975161] systemd[1]: Falling back to rescue.target.\n"
			   "<27>[   12.976040] systemd[1]: Unit rescue.target not found.\n"
			   "<3>[   12.980000] virtio_blk vda: none of PID 1's\n"
			   "<27>[   12.981000] systemd[11]: nor of this one\n"
			   "<24>[   13.001165] systemd[1]: Freezing execution.\n"),
		"Unit rescue.target not found.");
	/* Without stamps (printk.time=0), and without an end of the line. */
	ck_assert_str_eq(message_in("<24>systemd[1]: Caught <ABRT>, dumped core as pid 210."),
		"Caught <ABRT>, dumped core as pid 210.");
}
END_TEST

START_TEST(what_is_none)
{
	static const char *const OTHERS[] = {"", "\n\n", "<27", "<>x[1]: y", "<27>[1]: y",
		"<27>[ 1.0] [1]: y", "<27>[ 1.0] words of a[1]: y", "<28>[ 1.0] systemd[1]: warns",
		"<99999999999999999999>a[1]: y", "systemd[1]: y", "<27>[ 1.0", "<27>"};

	for (size_t i = 0; i < sizeof(OTHERS) / sizeof(OTHERS[0]); i++)
		ck_assert_msg(!*message_in(OTHERS[i]), "%s: %s", OTHERS[i], message);
}
END_TEST

START_TEST(what_is_too_long_is_cut)
{
	char log[200] = "<27>systemd[1]: ";

	memset(log + strlen(log), 'a', 150);
	ck_assert_uint_eq(strlen(message_in(log)), sizeof(message) - 1);
}
END_TEST

UNIT_MAIN("kernel_message", the_last_complaint_counts, what_is_none, what_is_too_long_is_cut)
