/* SPDX-License-Identifier: MIT */
#include "parse/qm_config.h"

#include "base/text.h"
#include "unit.h"

#include <string.h>

static struct qm_config config;

static void parse_bytes(const char *bytes, size_t length)
{
	char *copy = malloc(length + 1);

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, bytes, length);
	qm_config_parse(copy, length, &config);
	free(copy);
}

static void parse(const char *text)
{
	parse_bytes(text, strlen(text));
}

START_TEST(an_ordinary_machine)
{
	parse("#a note\nagent: 1\nargs: -cpu host,+aes\nboot: order=scsi0\nname: web\n"
	      "scsi0: local:vm-100-disk-0,size=2G\nserial0: socket\nserial2: /dev/ttyS1\n");
	ck_assert_str_eq(config.args, "-cpu host,+aes");
	ck_assert_str_eq(config.name, "web");
	ck_assert_uint_eq(config.serial_ports, 5);
	ck_assert(!config.is_pending && !config.is_args_cut);
}
END_TEST

START_TEST(nothing_is_set)
{
	static const char *const TEXTS[] = {"", "\n\n", "args:", "args: \n", "args", "#args: -x\n",
		"Args: -x\n", " args: -x\n", "argsx: -x", "serial: socket", "serial4: socket",
		"serial10: socket", "serialx: socket", "serial/: socket",
		"[snap]\nargs: -x\nserial0: socket\n", "[special:cloudinit]\nargs: -x\n",
		"[\nargs: -x\n"};

	for (size_t i = 0; i < ARRAY_SIZE(TEXTS); i++) {
		parse(TEXTS[i]);
		ck_assert_msg(!config.args[0] && !config.serial_ports && !config.is_pending, "%s",
			TEXTS[i]);
	}
}
END_TEST

START_TEST(what_the_next_start_uses)
{
	parse("args: -old\nserial0: socket\n\n[PENDING]\nargs: -new\nserial1: socket\n"
	      "\n[before]\nargs: -snapshot\nserial3: socket\n");
	ck_assert_str_eq(config.args, "-new");
	ck_assert_uint_eq(config.serial_ports, 3);
	ck_assert(config.is_pending);
	parse("args: -old\nserial0: socket\nserial1: socket\n[pending]\ndelete: "
	      "memory,!args,serial1\n");
	ck_assert_str_eq(config.args, "");
	ck_assert_uint_eq(config.serial_ports, 1);
	ck_assert(config.is_pending);
	parse("args: -old\n[PENDING]\nmemory: 2048\n");
	ck_assert_str_eq(config.args, "-old");
	ck_assert(!config.is_pending);
	/* no key of the machine itself */
	parse("args: -old\ndelete: args\n");
	ck_assert_str_eq(config.args, "-old");
}
END_TEST

START_TEST(args_are_kept_as_they_are)
{
	parse("args:   -a 'x y' \"$HOME\" \\; -smbios type=11,value=a:b  \t\r");
	ck_assert_str_eq(config.args, "-a 'x y' \"$HOME\" \\; -smbios type=11,value=a:b");
	parse("args: -one\nargs: -two");
	ck_assert_str_eq(config.args, "-two");
	parse_bytes("args: -a\0 -b\nserial0: socket\n", 29);
	ck_assert_str_eq(config.args, "-a");
	ck_assert_uint_eq(config.serial_ports, 0);
}
END_TEST

START_TEST(args_that_are_too_long)
{
	static char text[QM_ARGS_SIZE + 16] = "args: ";

	memset(text + 6, 'x', QM_ARGS_SIZE - 1);
	parse(text);
	ck_assert(!config.is_args_cut);
	ck_assert_uint_eq(strlen(config.args), QM_ARGS_SIZE - 1);
	text[6 + QM_ARGS_SIZE - 1] = 'x';
	parse(text);
	ck_assert(config.is_args_cut);
}
END_TEST

UNIT_MAIN("qm_config", an_ordinary_machine, nothing_is_set, what_the_next_start_uses,
	args_are_kept_as_they_are, args_that_are_too_long)
