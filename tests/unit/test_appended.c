/* SPDX-License-Identifier: MIT */
#include "parse/appended.h"

#include "base/text.h"
#include "source/appended.h"
#include "unit.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

START_TEST(the_order_of_a_list)
{
	char text[] = "virtio.ko\nvirtio_ring.ko\nvirtio-pci.ko";
	char *cursor = text;

	ck_assert_str_eq(appended_next(&cursor), "virtio.ko");
	ck_assert_str_eq(appended_next(&cursor), "virtio_ring.ko");
	ck_assert_str_eq(appended_next(&cursor), "virtio-pci.ko");
	ck_assert_ptr_null(appended_next(&cursor));
	ck_assert_ptr_null(appended_next(&cursor));
}
END_TEST

START_TEST(what_is_no_name_is_passed_over)
{
	char text[] = "\n../../etc/x.ko\n.ko\n..\n/lib/x.ko\nx\nx.ko.xz\nx.ko \n"
		      "0123456789012345678901234567890123456789012345678901234567890123.ko\n"
		      "last.ko\n\n";
	char *cursor = text;

	ck_assert_str_eq(appended_next(&cursor), "last.ko");
	ck_assert_ptr_null(appended_next(&cursor));
}
END_TEST

START_TEST(a_module_is_named_with_underscores)
{
	static const struct {
		const char *file, *name;
	} CASES[] = {
		{"virtio-pci.ko", "virtio_pci"}, {"virtio.ko", "virtio"}, {"a-b_c.ko", "a_b_c"}};
	char name[APPENDED_NAME_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
		appended_module_name(CASES[i].file, name);
		ck_assert_str_eq(name, CASES[i].name);
	}
}
END_TEST

/* Modules of another kernel are no use, and whoever appended them wants to know of which. */
START_TEST(the_kernel_that_they_are_for)
{
	static const char *const PARTS[] = {
		"/usr", "/lib", "/bootprobe", "/modules", "/0.0.1-other"};
	char folder[256] = "/tmp/bootprobe-appended-XXXXXX", name[32] = "x";
	size_t ends[ARRAY_SIZE(PARTS)];
	struct sysroot root, modules;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(sysroot_open(folder, &root), 0);
	root.is_fixture = false;
	appended_kernel(&root, name, sizeof(name));
	ck_assert_str_eq(name, "");
	ck_assert_int_eq(appended_open(&root, &modules), -ENOENT);
	for (size_t i = 0; i < ARRAY_SIZE(PARTS); i++) {
		ends[i] = strlen(folder);
		(void)strcat(folder, PARTS[i]);
		ck_assert_int_eq(mkdir(folder, 0700), 0);
	}
	ck_assert_int_eq(appended_open(&root, &modules), -ENOEXEC);
	appended_kernel(&root, name, sizeof(name));
	ck_assert_str_eq(name, "0.0.1-other");
	for (size_t i = ARRAY_SIZE(PARTS); i-- > 0; folder[ends[i]] = '\0')
		(void)rmdir(folder);
	(void)rmdir(folder);
	sysroot_close(&root);
}
END_TEST

UNIT_MAIN("appended", the_order_of_a_list, what_is_no_name_is_passed_over,
	a_module_is_named_with_underscores, the_kernel_that_they_are_for)
