/* SPDX-License-Identifier: MIT */
#include "parse/root_param.h"

#include "base/text.h"
#include "probe/probe.h"
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
	const char *spec, *rootfstype, *nfsroot;
	enum root_kind kind;
	const char *value;
} FORMS[] = {
	{NULL, NULL, NULL, ROOT_NONE, ""},
	{"", NULL, NULL, ROOT_NONE, ""},
	{"none", NULL, NULL, ROOT_NONE, ""},
	{"/dev/sda1", NULL, NULL, ROOT_DEVICE, "/dev/sda1"},
	{"/dev/mapper/vg-root", NULL, NULL, ROOT_DEVICE, "/dev/mapper/vg-root"},
	{"/dev/disk/by-id/ata-x", NULL, NULL, ROOT_DEVICE, "/dev/disk/by-id/ata-x"},
	{"block:/dev/vda2", NULL, NULL, ROOT_DEVICE, "/dev/vda2"},
	{"259:2", NULL, NULL, ROOT_DEVICE, "259:2"},
	{"fe01", NULL, NULL, ROOT_DEVICE, "fe01"},
	{"UUID=1-2", NULL, NULL, ROOT_UUID, "1-2"},
	{"UUID=\"1-2\"", NULL, NULL, ROOT_UUID, "1-2"},
	{"block:UUID=1-2", NULL, NULL, ROOT_UUID, "1-2"},
	{"PARTUUID=cafe-01", NULL, NULL, ROOT_PARTUUID, "cafe-01"},
	{"LABEL=my root", NULL, NULL, ROOT_LABEL, "my root"},
	{"PARTLABEL=root", NULL, NULL, ROOT_PARTLABEL, "root"},
	{"/dev/disk/by-uuid/1-2", NULL, NULL, ROOT_UUID, "1-2"},
	{"/dev/disk/by-label/my\\x20root", NULL, NULL, ROOT_LABEL, "my root"},
	{"/dev/disk/by-partuuid/1-2", NULL, NULL, ROOT_PARTUUID, "1-2"},
	{"/dev/disk/by-partlabel/a\\x2", NULL, NULL, ROOT_PARTLABEL, "a\\x2"},
	{"fstab", NULL, NULL, ROOT_FSTAB, ""},
	{"gpt-auto", NULL, NULL, ROOT_GPT_AUTO, ""},
	{"gpt-auto-force", NULL, NULL, ROOT_GPT_AUTO, ""},
	{"virtiofs:share", NULL, NULL, ROOT_VIRTIOFS, "share"},
	{"share", "virtiofs", NULL, ROOT_VIRTIOFS, "share"},
	{"share", "9p", NULL, ROOT_9P, "share"},
	{"9p:share", NULL, NULL, ROOT_9P, "share"},
	{"nfs:10.0.2.2:/srv", NULL, NULL, ROOT_NFS, "10.0.2.2:/srv"},
	{"10.0.2.2:/srv", "nfs", NULL, ROOT_NFS, "10.0.2.2:/srv"},
	{"/dev/nfs", NULL, "10.0.2.2:/srv", ROOT_NFS, "10.0.2.2:/srv"},
	{NULL, NULL, "10.0.2.2:/srv", ROOT_NFS, "10.0.2.2:/srv"},
	{"live:CDLABEL=iso", NULL, NULL, ROOT_LIVE, "CDLABEL=iso"},
	{"CDLABEL=iso", NULL, NULL, ROOT_LIVE, "iso"},
	{"dhcp", NULL, NULL, ROOT_OTHER, "dhcp"},
	{"iscsi:x", "ext4", NULL, ROOT_OTHER, "iscsi:x"},
	{"zfs:AUTO", NULL, NULL, ROOT_OTHER, "zfs:AUTO"},
};

START_TEST(forms)
{
	struct root_param root;

	root_param_parse(FORMS[_i].spec, FORMS[_i].rootfstype, FORMS[_i].nfsroot, &root);
	ck_assert_int_eq(root.kind, FORMS[_i].kind);
	ck_assert_str_eq(root.value, FORMS[_i].value);
}
END_TEST

START_TEST(numbers)
{
	uint32_t major, minor;
	char value[64] = "1-2/PARTNROFF=3";

	ck_assert(root_param_device_number("259:12", &major, &minor));
	ck_assert_uint_eq(major, 259);
	ck_assert_uint_eq(minor, 12);
	ck_assert(root_param_device_number("0801", &major, &minor));
	ck_assert_uint_eq(major, 8);
	ck_assert_uint_eq(minor, 1);
	ck_assert(!root_param_device_number("8:", &major, &minor));
	ck_assert(!root_param_device_number("a:b", &major, &minor));
	ck_assert(!root_param_device_number("", &major, &minor));
	ck_assert(!root_param_device_number("99999999999", &major, &minor));
	ck_assert_uint_eq(root_param_take_offset(value), 3);
	ck_assert_str_eq(value, "1-2");
	ck_assert_uint_eq(root_param_take_offset(value), 0);
}
END_TEST

/* ----------------------------------------------------------------------------- resolution */

static struct facts facts;
static struct sources sources;
static char directory[] = "/tmp/bootprobe-root-XXXXXX";

static void setup(void)
{
	char path[64];

	ck_assert_ptr_nonnull(mkdtemp(directory));
	ck_assert_int_eq(sysroot_open(directory, &sources.root), 0);
	(void)snprintf(path, sizeof(path), "%s/proc", directory);
	ck_assert_int_eq(mkdir(path, 0700), 0);
}

static void teardown(void)
{
	char path[64];

	sysroot_close(&sources.root);
	(void)snprintf(path, sizeof(path), "%s/proc/cmdline", directory);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s/proc", directory);
	(void)rmdir(path);
	(void)rmdir(directory);
}

static void run(const char *cmdline)
{
	char path[64];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/proc/cmdline", directory);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	(void)fprintf(file, "%s\n", cmdline);
	(void)fclose(file);
	ck_assert_int_eq(root_run(&sources, &facts, 0), 0);
	ck_assert(fact_is_known(&facts.root.once));
}

static struct block_fact *add(const char *name, const char *parent, uint32_t partition,
	const char *uuid, const char *label)
{
	struct block_fact *block = fact_new(facts.blocks);
	struct filesystem_fact *filesystem = &facts.filesystems[fact_count(facts.blocks)];
	struct device_event_fact *event = fact_new(facts.device_events);

	(void)text_copy(block->name, sizeof(block->name), name);
	(void)text_copy(block->parent, sizeof(block->parent), parent);
	block->partition = partition;
	block->major = 8;
	block->minor = fact_count(facts.blocks);
	(void)text_copy(filesystem->uuid, sizeof(filesystem->uuid), uuid);
	(void)text_copy(filesystem->label, sizeof(filesystem->label), label);
	fact_publish(&filesystem->once);
	(void)text_copy(event->name, sizeof(event->name), name);
	event->arrived_us = 1000 * (fact_count(facts.blocks) + 1);
	event->udev_us = event->arrived_us + 500;
	fact_done(facts.blocks);
	fact_done(facts.device_events);
	return block;
}

static struct filesystem_fact *filesystem_at(uint32_t index)
{
	return &facts.filesystems[index];
}

static void machine(void)
{
	(void)add("sda", "", 0, "", "");
	(void)add("sda1", "sda", 1, "AA-1", "boot");
	(void)add("sda2", "sda", 2, "AA-2", "root");
	(void)text_copy(filesystem_at(1)->part_uuid, 48, "0000cafe-01");
	(void)text_copy(filesystem_at(2)->part_uuid, 48, "0000cafe-02");
	(void)text_copy(filesystem_at(2)->part_label, 112, "the root");
}

static void assert_resolves(const char *cmdline, const char *device, uint64_t since_us)
{
	run(cmdline);
	ck_assert_uint_eq(facts.root.match_count, device ? 1 : 0);
	ck_assert_str_eq(facts.root.matches[0], device ? device : "");
	ck_assert_uint_eq(facts.root.resolved_us, since_us);
}

START_TEST(every_form_finds_its_device)
{
	machine();
	assert_resolves("root=/dev/sda2", "sda2", 3000);
	assert_resolves("root=UUID=aa-2 quiet", "sda2", 3500);
	assert_resolves("root=LABEL=root", "sda2", 3500);
	assert_resolves("root=PARTUUID=0000CAFE-02", "sda2", 3500);
	assert_resolves("root=PARTUUID=0000cafe-01/PARTNROFF=1", "sda2", 3500);
	assert_resolves("\"root=PARTLABEL=the root\"", "sda2", 3500);
	assert_resolves("root=8:2", "sda2", 3000);
	assert_resolves("root=0802", "sda2", 3000);
	assert_resolves("root=live:LABEL=root", "sda2", 3500);
	assert_resolves("root=/dev/sdb", NULL, 0);
	assert_resolves("root=UUID=", NULL, 0);
	assert_resolves("quiet", NULL, 0);
	ck_assert_int_eq(facts.root.kind, ROOT_NONE);
}
END_TEST

/* Before udev is through with a device, after that, and where there is none. */
START_TEST(since_has_one_meaning)
{
	struct device_event_fact *event;

	machine();
	event = &facts.device_events.item[2];
	event->udev_us = 0;
	assert_resolves("root=UUID=AA-2", "sda2", 0);
	ck_assert(facts.root.is_settling);
	assert_resolves("root=/dev/sda2", "sda2", event->arrived_us);
	ck_assert(!facts.root.is_settling);
	event->udev_us = 9999;
	assert_resolves("root=UUID=AA-2", "sda2", 9999);
	ck_assert(!facts.root.is_settling);
	fact_foreach (other, facts.device_events)
		other->udev_us = 0;
	assert_resolves("root=UUID=AA-2", "sda2", event->arrived_us);
	ck_assert(facts.root.is_settling);
	assert_resolves("root=UUID=AA-9", NULL, 0);
	ck_assert(!facts.root.is_settling);
}
END_TEST

START_TEST(the_last_one_wins)
{
	machine();
	assert_resolves("root=/dev/sda1 ro root=UUID=AA-2 rootfstype=ext4", "sda2", 3500);
	ck_assert_str_eq(facts.root.spec, "UUID=AA-2");
	ck_assert_str_eq(facts.root.rootfstype, "ext4");
}
END_TEST

START_TEST(duplicates_stay_visible)
{
	machine();
	for (int i = 0; i < 5; i++)
		(void)add("sdb2", "sdb", 2, "AA-2", "root");
	run("root=UUID=AA-2");
	ck_assert_uint_eq(facts.root.match_count, 6);
	ck_assert_str_eq(facts.root.matches[0], "sda2");
	ck_assert_str_eq(facts.root.matches[3], "sdb2");
	ck_assert(!facts.root.is_one_filesystem);
}
END_TEST

START_TEST(one_filesystem_on_many_devices)
{
	machine();
	(void)add("sdb2", "sdb", 2, "AA-2", "root");
	(void)text_copy(filesystem_at(2)->uuid_sub, 48, "x");
	(void)text_copy(filesystem_at(3)->uuid_sub, 48, "y");
	run("root=UUID=AA-2");
	ck_assert_uint_eq(facts.root.match_count, 2);
	ck_assert(facts.root.is_one_filesystem);
	/* A copy of the disk has the same UUID_SUB. */
	(void)text_copy(filesystem_at(3)->uuid_sub, 48, "x");
	run("root=UUID=AA-2");
	ck_assert(!facts.root.is_one_filesystem);
}
END_TEST

START_TEST(parts_of_something_larger_do_not_count)
{
	struct block_fact *dm;

	machine();
	(void)text_copy(facts.blocks.item[0].holder, 32, "dm-0");
	dm = add("dm-1", "", 0, "AA-2", "root");
	(void)text_copy(dm->transport, sizeof(dm->transport), "dm");
	(void)text_copy(dm->model, sizeof(dm->model), "mpatha-part2");
	assert_resolves("root=UUID=AA-2", "dm-1", 4500);
	assert_resolves("root=/dev/mapper/mpatha-part2", "dm-1", 4000);
	/* What is gone does not count either. */
	dm->is_removed = true;
	assert_resolves("root=UUID=AA-2", "sda2", 3500);
}
END_TEST

START_TEST(tags)
{
	struct virtio_device_fact *device = fact_new(facts.virtio_devices);

	(void)text_copy(device->name, sizeof(device->name), "virtio4");
	(void)text_copy(device->tag, sizeof(device->tag), "share");
	device->type = VIRTIO_TYPE_FS;
	fact_done(facts.virtio_devices);
	assert_resolves("root=share rootfstype=virtiofs", "virtio4", 0);
	assert_resolves("root=virtiofs:share", "virtio4", 0);
	assert_resolves("root=other rootfstype=virtiofs", NULL, 0);
	/* The same tag, and the device of another protocol. */
	assert_resolves("root=share rootfstype=9p", NULL, 0);
	device->type = VIRTIO_TYPE_9P;
	assert_resolves("root=share rootfstype=9p rootflags=trans=virtio", "virtio4", 0);
}
END_TEST

static struct mount_fact *add_mount(
	uint32_t id, const char *fstype, const char *source, uint64_t seen_us)
{
	struct mount_fact *mount = fact_new(facts.mounts);

	*mount = (struct mount_fact){.id = id, .seen_us = seen_us};
	(void)text_copy(mount->fstype, sizeof(mount->fstype), fstype);
	(void)text_copy(mount->source, sizeof(mount->source), source);
	fact_done(facts.mounts);
	return mount;
}

/* Linux before 6.9: no file tells the tag. */
START_TEST(a_mount_tells_the_device_of_a_tag)
{
	struct virtio_device_fact *device = fact_new(facts.virtio_devices);
	struct device_event_fact *event = fact_new(facts.device_events);
	struct mount_fact *mount;

	(void)text_copy(device->name, sizeof(device->name), "virtio4");
	device->type = VIRTIO_TYPE_FS;
	fact_done(facts.virtio_devices);
	(void)text_copy(event->name, sizeof(event->name), "virtio4");
	event->arrived_us = 7000;
	fact_done(facts.device_events);
	mount = add_mount(40, "virtiofs", "other", 9000);
	assert_resolves("root=share rootfstype=virtiofs", NULL, 0);
	ck_assert_uint_eq(facts.root.mounted_us, 0);
	(void)text_copy(mount->source, sizeof(mount->source), "share");
	assert_resolves("root=share rootfstype=virtiofs", "virtio4", 7000);
	ck_assert_uint_eq(facts.root.mounted_us, 9000);
	/* What was unmounted tells nothing. */
	mount->id = 0;
	assert_resolves("root=share rootfstype=virtiofs", NULL, 0);
	mount->id = 40;
	/* With two of them it may be either. */
	device = fact_new(facts.virtio_devices);
	(void)text_copy(device->name, sizeof(device->name), "virtio5");
	device->type = VIRTIO_TYPE_FS;
	fact_done(facts.virtio_devices);
	assert_resolves("root=share rootfstype=virtiofs", NULL, 0);
	ck_assert_uint_eq(facts.root.mounted_us, 9000);
}
END_TEST

START_TEST(the_mount_of_the_new_root_counts)
{
	machine();
	(void)add_mount(20, "proc", "proc", 1000);
	(void)add_mount(41, "ext4", "/dev/sda2", 8000);
	facts.handoff.root_mount_id = 41;
	run("root=/dev/sda2");
	ck_assert_uint_eq(facts.root.mounted_us, 8000);
	facts.handoff.root_mount_id = 42;
	run("root=/dev/sda2");
	ck_assert_uint_eq(facts.root.mounted_us, 0);
	facts.handoff.root_mount_id = 0;
	run("root=/dev/sda2");
	ck_assert_uint_eq(facts.root.mounted_us, 0);
}
END_TEST

START_TEST(root_by_type)
{
	struct gpt_fact *gpt = fact_new(facts.gpts);

	machine();
	(void)text_copy(gpt->disk, sizeof(gpt->disk), "sda");
	gpt->partition_count = 2;
	gpt->partition[1].number = 2;
	(void)text_copy(gpt->partition[1].type_name, 32, "linux-root-x86-64");
	fact_done(facts.gpts);
	(void)text_copy(facts.platform.architecture, 24, "x86_64");
	assert_resolves("root=gpt-auto", "sda2", 3500);
	(void)text_copy(facts.platform.architecture, 24, "aarch64");
	assert_resolves("root=gpt-auto", NULL, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("root");
	TCase *tcase = tcase_create("root");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 120);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, forms, 0, (int)ARRAY_SIZE(FORMS));
	tcase_add_test(tcase, numbers);
	tcase_add_test(tcase, every_form_finds_its_device);
	tcase_add_test(tcase, since_has_one_meaning);
	tcase_add_test(tcase, the_last_one_wins);
	tcase_add_test(tcase, duplicates_stay_visible);
	tcase_add_test(tcase, one_filesystem_on_many_devices);
	tcase_add_test(tcase, parts_of_something_larger_do_not_count);
	tcase_add_test(tcase, tags);
	tcase_add_test(tcase, a_mount_tells_the_device_of_a_tag);
	tcase_add_test(tcase, the_mount_of_the_new_root_counts);
	tcase_add_test(tcase, root_by_type);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
