/* SPDX-License-Identifier: MIT */
#include "probe/probe.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "parse/device_number.h"
#include "source/names.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CLASS "sys/class/block/"

/* Devices that are there by the dozen and hold nothing until somebody sets them up. */
static const char *const IDLE_WITHOUT_SIZE[] = {"loop", "ram", "zram"};

/* How a disk is attached: by the name that its driver gives, ... */
static const struct {
	const char *prefix;
	const char *transport;
} BY_NAME[] = {
	{"nvme", "nvme"},
	{"vd", "virtio"},
	{"xvd", "xen"},
	{"mmcblk", "mmc"},
	{"dm-", "dm"},
	{"md", "md"},
	{"loop", "loop"},
	{"zram", "zram"},
	{"ram", "ram"},
	{"nbd", "nbd"},
	{"rbd", "rbd"},
	{"pmem", "pmem"},
	{"fd", "floppy"},
};

/* ... or, for SCSI, by its place in sysfs. The first that fits: a USB controller may itself be
 * behind anything. */
static const struct {
	const char *part;
	const char *transport;
} BY_PATH[] = {
	{"/usb", "usb"},
	{"/ata", "ata"},
	{"/session", "iscsi"},
	{"/rport-", "fc"},
	{"/virtio", "virtio-scsi"},
	{"/vmbus", "hyperv"},
	{"/VMBUS", "hyperv"},
	{"/host", "scsi"},
};

static bool is_idle(const struct sources *sources, const char *name)
{
	unsigned long long size = 0;

	for (size_t i = 0; i < ARRAY_SIZE(IDLE_WITHOUT_SIZE); i++) {
		if (text_starts_with(name, IDLE_WITHOUT_SIZE[i]))
			return sysroot_number(
				       &sources->root, 10, &size, CLASS, name, "/size", NULL) < 0 ||
			       !size;
	}
	return false;
}

static bool is_partition(const struct sources *sources, const char *name)
{
	char path[96];

	return text_join(path, sizeof(path), CLASS, name, "/partition", NULL) &&
	       sysroot_exists(&sources->root, path);
}

/* One path of a multipath NVMe namespace: it has no device node. */
static bool is_hidden(const struct sources *sources, const char *name)
{
	unsigned long long value = 0;

	return sysroot_number(&sources->root, 10, &value, CLASS, name, "/hidden", NULL) == 0 &&
	       value;
}

/* Names of one kind, disks or partitions, in the order of the report. */
static int list_names(const struct sources *sources, bool are_partitions, struct names *names)
{
	_cleanup_closedir_ DIR *directory = sysroot_opendir(&sources->root, CLASS);
	const char *name;

	names_begin(names, strverscmp);
	if (!directory)
		return -errno;
	while ((name = sysroot_next_entry(directory))) {
		if (strlen(name) < sizeof(((struct block_fact *)0)->name) &&
			is_partition(sources, name) == are_partitions && !is_idle(sources, name) &&
			!is_hidden(sources, name))
			names_add(names, name);
	}
	return 0;
}

/* -------------------------------------------------------------------------- attributes */

static uint64_t number_of(const struct sources *sources, const char *name, const char *attribute)
{
	unsigned long long value = 0;

	(void)sysroot_number(&sources->root, 10, &value, CLASS, name, attribute, NULL);
	return value;
}

static enum answer answer_of(const struct sources *sources, const char *name, const char *attribute)
{
	unsigned long long value;
	int r = sysroot_number(&sources->root, 10, &value, CLASS, name, attribute, NULL);

	return r < 0 ? ANSWER_UNKNOWN : answer_from(value != 0);
}

/* The first attribute of the list that is there and not empty. */
static void text_of(const struct sources *sources, const char *name, const char *const *attributes,
	char *buf, size_t size)
{
	for (; *attributes; attributes++) {
		int r = sysroot_attribute(
			&sources->root, buf, size, CLASS, name, *attributes, NULL);
		if ((r == 0 || r == -EFBIG) && !text_is_empty(buf))
			return;
	}
	buf[0] = '\0';
}

static void fill_names(const struct sources *sources, struct block_fact *block)
{
	static const char *const VENDOR[] = {"/device/vendor", NULL};
	static const char *const MODEL[] = {
		"/device/model", "/dm/name", "/md/level", "/device/name", NULL};
	static const char *const SERIAL[] = {"/serial", "/device/serial", "/dm/uuid", NULL};
	static const char *const WWN[] = {"/wwid", "/device/wwid", NULL};

	text_of(sources, block->name, VENDOR, block->vendor, sizeof(block->vendor));
	text_of(sources, block->name, MODEL, block->model, sizeof(block->model));
	text_of(sources, block->name, SERIAL, block->serial, sizeof(block->serial));
	text_of(sources, block->name, WWN, block->wwn, sizeof(block->wwn));
	/* virtio has the PCI vendor's number there, which is nobody's name. */
	if (text_starts_with(block->vendor, "0x"))
		block->vendor[0] = '\0';
}

/* Page 0x80 as the kernel keeps it (SPC-4, 7.8.15): no command is sent. */
static void fill_scsi_serial(const struct sources *sources, struct block_fact *block)
{
	enum { HEADER = 4 };
	char path[96], page[HEADER + sizeof(block->serial)] = {0};
	ssize_t n;

	if (!text_is_empty(block->serial) ||
		!text_join(path, sizeof(path), CLASS, block->name, "/device/vpd_pg80", NULL))
		return;
	n = sysroot_read(&sources->root, path, page, sizeof(page));
	if (n == -EFBIG)
		n = sizeof(page) - 1;
	if (n <= HEADER)
		return;
	(void)text_copy_bytes(
		block->serial, sizeof(block->serial), page + HEADER, (size_t)n - HEADER);
	text_trim(block->serial);
}

static void fill_number(const struct sources *sources, struct block_fact *block)
{
	char text[24];

	if (sysroot_attribute(
		    &sources->root, text, sizeof(text), CLASS, block->name, "/dev", NULL) == 0)
		(void)device_number_parse(text, &block->major, &block->minor);
}

static void fill_holder(const struct sources *sources, struct block_fact *block)
{
	_cleanup_closedir_ DIR *directory = NULL;
	const char *name;
	char path[96];

	block->holder[0] = '\0';
	if (!text_join(path, sizeof(path), CLASS, block->name, "/holders", NULL))
		return;
	directory = sysroot_opendir(&sources->root, path);
	while (directory && (name = sysroot_next_entry(directory))) {
		if (text_is_empty(block->holder) || strverscmp(name, block->holder) < 0)
			(void)text_copy(block->holder, sizeof(block->holder), name);
	}
}

/* Documentation/block/stat.rst */
static void fill_counters(const struct sources *sources, struct block_fact *block)
{
	uint64_t value[9] = {0};
	char text[256], *cursor = text, *field;

	if (sysroot_attribute(
		    &sources->root, text, sizeof(text), CLASS, block->name, "/stat", NULL) < 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(value) && (field = text_next_field(&cursor)); i++)
		(void)text_parse_u64(field, 10, &value[i]);
	block->reads = value[0];
	block->read_sectors = value[2];
	block->read_ms = value[3];
	block->writes = value[4];
	block->in_flight = value[8];
}

/* ------------------------------------------------------------------------ where it hangs */

static const char *transport_of(const char *name, const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(BY_NAME); i++) {
		if (text_starts_with(name, BY_NAME[i].prefix))
			return BY_NAME[i].transport;
	}
	for (size_t i = 0; i < ARRAY_SIZE(BY_PATH); i++) {
		if (strstr(path, BY_PATH[i].part))
			return BY_PATH[i].transport;
	}
	return "";
}

/* The driver of the SCSI host, since that of the disk is always sd. */
static bool fill_host_driver(
	const struct sources *sources, const char *path, struct block_fact *block)
{
	const char *host = strstr(path, "/host");
	char name[24];

	if (!host || !text_copy_bytes(name, sizeof(name), host + 1, strcspn(host + 1, "/")))
		return false;
	if (sysroot_attribute(&sources->root, block->driver, sizeof(block->driver),
		    "sys/class/scsi_host/", name, "/proc_name", NULL) < 0)
		return false;
	return !text_is_empty(block->driver) && block->driver[0] != '<';
}

static void fill_driver(const struct sources *sources, const char *path, struct block_fact *block)
{
	static const char *const LINKS[] = {"/device/driver", "/device/device/driver"};

	if (fill_host_driver(sources, path, block))
		return;
	block->driver[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(LINKS); i++) {
		if (sysroot_link_name(&sources->root, block->driver, sizeof(block->driver), CLASS,
			    block->name, LINKS[i], NULL) == 0)
			return;
	}
}

/* The link of a device in sys/class/block: ../../devices/.../sda/sda1 */
static void place_of(const struct sources *sources, const char *name, char *buf, size_t size)
{
	char path[96];

	buf[0] = '\0';
	if (text_join(path, sizeof(path), CLASS, name, NULL) &&
		sysroot_readlink(&sources->root, path, buf, size) < 0)
		buf[0] = '\0';
}

static void fill_parent(char *place, struct block_fact *block)
{
	char *last = strrchr(place, '/'), *parent;

	if (!last)
		return;
	*last = '\0';
	parent = strrchr(place, '/');
	(void)text_copy(block->parent, sizeof(block->parent), parent ? parent + 1 : place);
}

/* -------------------------------------------------------------------------------- one device */

static void fill_disk(const struct sources *sources, struct block_fact *block)
{
	char place[512];

	place_of(sources, block->name, place, sizeof(place));
	(void)text_copy(
		block->transport, sizeof(block->transport), transport_of(block->name, place));
	fill_driver(sources, place, block);
	fill_names(sources, block);
	fill_scsi_serial(sources, block);
	block->logical_sector_bytes =
		(uint32_t)number_of(sources, block->name, "/queue/logical_block_size");
	block->physical_sector_bytes =
		(uint32_t)number_of(sources, block->name, "/queue/physical_block_size");
	block->is_rotational = answer_of(sources, block->name, "/queue/rotational");
	block->is_removable = answer_of(sources, block->name, "/removable");
}

static void fill_partition(const struct sources *sources, struct block_fact *block)
{
	char place[512];

	place_of(sources, block->name, place, sizeof(place));
	fill_parent(place, block);
	block->partition = (uint32_t)number_of(sources, block->name, "/partition");
	block->start_lba = number_of(sources, block->name, "/start");
}

/* What does not change while a name stands for the same device is read once. */
static void fill_once(const struct sources *sources, bool is_a_partition, struct block_fact *block)
{
	fill_number(sources, block);
	if (is_a_partition)
		fill_partition(sources, block);
	else
		fill_disk(sources, block);
	fill_counters(sources, block);
}

static void fill_always(
	const struct sources *sources, bool is_a_partition, struct block_fact *block)
{
	/* /size counts 512 bytes whatever the sector size. */
	block->size_bytes = number_of(sources, block->name, "/size") * 512;
	block->is_read_only = answer_of(sources, block->name, "/ro");
	fill_holder(sources, block);
	if (is_a_partition)
		block->start_lba = number_of(sources, block->name, "/start");
	/* The last look at a disk is the one that tells what the boot has read. */
	if (sources->new_root)
		fill_counters(sources, block);
	block->is_removed = false;
}

static struct block_fact *block_find(struct facts *facts, const char *name)
{
	fact_foreach (block, facts->blocks) {
		if (strncmp(block->name, name, sizeof(block->name)) == 0)
			return block;
	}
	return NULL;
}

/* An entry keeps its place for ever; a device that came back under an old name is read anew. */
static void update(
	const struct sources *sources, struct facts *facts, const char *name, bool is_a_partition)
{
	struct block_fact *block = block_find(facts, name);
	bool is_new = !block;

	if (is_new) {
		block = fact_new(facts->blocks);
		if (!block)
			return;
		memset(block, 0, sizeof(*block));
		(void)text_copy(block->name, sizeof(block->name), name);
	}
	if (is_new || block->is_removed) {
		block->listed_us = clock_now_us();
		fill_once(sources, is_a_partition, block);
	}
	fill_always(sources, is_a_partition, block);
	if (is_new)
		fact_done(facts->blocks);
}

static void mark_removed(const struct sources *sources, struct facts *facts)
{
	char path[96];

	fact_foreach (block, facts->blocks) {
		if (text_join(path, sizeof(path), CLASS, block->name, NULL) &&
			!sysroot_exists(&sources->root, path))
			block->is_removed = true;
	}
}

int block_run(const struct sources *sources, struct facts *facts, uint32_t subject)
{
	static struct names names;

	(void)subject;
	/* Disks first: where there are too many devices, partitions go without. */
	for (int are_partitions = 0; are_partitions <= 1; are_partitions++) {
		int r = list_names(sources, are_partitions, &names);
		if (r < 0)
			return r;
		for (uint32_t i = 0; i < names.count; i++)
			update(sources, facts, names_at(&names, i), are_partitions);
	}
	mark_removed(sources, facts);
	return 0;
}
