/* SPDX-License-Identifier: MIT */
#include "parse/fwcfg.h"

#include "unit.h"

#include <string.h>

static struct fwcfg_item_fact item;

static const char *content(const char *name, const char *bytes, size_t length, bool is_whole)
{
	memset(&item, 0, sizeof(item));
	strcpy(item.name, name);
	fwcfg_content_parse(&item, bytes, length, is_whole);
	return item.content;
}

START_TEST(only_some_items_are_shown)
{
	ck_assert(fwcfg_may_show("opt/org.bootprobe/cmdline"));
	ck_assert(fwcfg_may_show("bootorder"));
	ck_assert(fwcfg_may_show("etc/boot-fail-wait"));
	ck_assert(!fwcfg_may_show("opt/org.bootprobe"));
	ck_assert(!fwcfg_may_show("opt/org.bootprobe2/x"));
	ck_assert(!fwcfg_may_show("opt/com.coreos/config"));
	ck_assert(!fwcfg_may_show("opt/io.systemd.credentials/x"));
	ck_assert(!fwcfg_may_show("bootorder2"));
	ck_assert(!fwcfg_may_show("etc/bootorder"));
	ck_assert(!fwcfg_may_show(""));
}
END_TEST

START_TEST(the_wait_is_a_number)
{
	ck_assert_str_eq(content("etc/boot-fail-wait", "\x88\x13\0\0", 4, true), "5000");
	ck_assert_str_eq(content("etc/boot-fail-wait", "\xff\xff\xff\xff", 4, true), "-1");
	ck_assert_str_eq(content("etc/boot-fail-wait", "\x88\x13", 2, true), "5000");
	ck_assert_str_eq(content("etc/boot-fail-wait", "\x88\x13\0", 3, true), "");
	ck_assert_str_eq(content("etc/boot-fail-wait", "", 0, true), "");
	ck_assert_str_eq(content("etc/boot-fail-wait", "12345678", 8, false), "");
}
END_TEST

START_TEST(the_boot_order_is_text)
{
	static char many[1024];

	ck_assert_str_eq(content("bootorder", "/a@1\n/b@2", 10, true), "/a@1\n/b@2");
	ck_assert(!item.is_content_cut);
	ck_assert_str_eq(content("bootorder", "/a\0/b", 5, true), "/a");
	ck_assert_int_eq(item.content[3], '\0');
	ck_assert_str_eq(content("bootorder", "/a", 2, false), "/a");
	ck_assert(item.is_content_cut);
	memset(many, 'x', sizeof(many));
	ck_assert_uint_eq(
		strlen(content("bootorder", many, sizeof(many), true)), sizeof(item.content) - 1);
	ck_assert(item.is_content_cut);
}
END_TEST

START_TEST(our_items_hide_secrets)
{
	static const char TEXT[] = "bootprobe password=hunter2\n";
	static char many[2048];

	ck_assert_str_eq(content("opt/org.bootprobe/cmdline", TEXT, strlen(TEXT), true),
		"bootprobe password=***");
	ck_assert(!item.is_content_cut);
	memset(many, ' ', sizeof(many));
	many[0] = 'a';
	ck_assert_str_eq(content("opt/org.bootprobe/x", many, sizeof(many), true), "a");
	ck_assert(item.is_content_cut);
}
END_TEST

UNIT_MAIN("fwcfg", only_some_items_are_shown, the_wait_is_a_number, the_boot_order_is_text,
	our_items_hide_secrets)
