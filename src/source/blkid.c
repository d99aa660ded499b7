/* SPDX-License-Identifier: MIT */
#include "source/blkid.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"

#include <blkid.h>
#include <errno.h>
#include <string.h>

static void cleanup_probe(const blkid_probe *probe)
{
	if (*probe)
		blkid_free_probe(*probe);
}

#define FIELD(member) \
	offsetof(struct filesystem_fact, member), sizeof(((struct filesystem_fact *)0)->member)

/* libblkid's names, which the text of a captured machine uses as well. */
static const struct {
	const char *name;
	size_t offset, size;
} FIELDS[] = {
	{"TYPE", FIELD(type)},
	{"UUID", FIELD(uuid)},
	{"UUID_SUB", FIELD(uuid_sub)},
	{"LABEL", FIELD(label)},
	{"USAGE", FIELD(usage)},
};

static void set_field(struct filesystem_fact *filesystem, size_t i, const char *value)
{
	(void)text_copy((char *)filesystem + FIELDS[i].offset, FIELDS[i].size, value);
}

/* -------------------------------------------------------------------------------- the library */

static blkid_probe probe_new(
	struct disk_source *disk, uint64_t offset, uint64_t length, int *ret_error)
{
	int fd = disk_source_buffered_fd(disk);
	blkid_probe probe;

	if (fd < 0) {
		*ret_error = fd;
		return NULL;
	}
	errno = 0;
	probe = blkid_new_probe();
	if (probe &&
		blkid_probe_set_device(probe, fd, (blkid_loff_t)offset, (blkid_loff_t)length) == 0)
		return probe;
	*ret_error = errno ? -errno : -EIO;
	if (probe)
		blkid_free_probe(probe);
	return NULL;
}

static void take_values(blkid_probe probe, struct filesystem_fact *filesystem)
{
	const char *value;

	for (size_t i = 0; i < ARRAY_SIZE(FIELDS); i++) {
		if (blkid_probe_lookup_value(probe, FIELDS[i].name, &value, NULL) == 0)
			set_field(filesystem, i, value);
	}
}

/* blkid_do_safeprobe: 0 found, 1 nothing, -2 more than one type, -1 failed. */
static int look(struct disk_source *disk, uint64_t offset, uint64_t length,
	struct filesystem_fact *filesystem)
{
	int r = -EIO;
	_cleanup_(cleanup_probe) blkid_probe probe = probe_new(disk, offset, length, &r);

	if (!probe)
		return r;
	(void)blkid_probe_enable_superblocks(probe, 1);
	(void)blkid_probe_set_superblocks_flags(probe,
		BLKID_SUBLKS_TYPE | BLKID_SUBLKS_UUID | BLKID_SUBLKS_LABEL | BLKID_SUBLKS_USAGE);
	errno = 0;
	r = blkid_do_safeprobe(probe);
	filesystem->is_ambivalent = r == -2;
	if (r == 0)
		take_values(probe, filesystem);
	if (r == 1)
		return -ENOENT;
	/* Where reads fail, it says that it found something and has nothing to tell. */
	if (r == -1 || (r == 0 && text_is_empty(filesystem->type)))
		return errno ? -errno : -EIO;
	return 0;
}

int blkid_source_partitions(struct disk_source *disk, struct extent *partitions, uint32_t max)
{
	int r = -EIO, count;
	_cleanup_(cleanup_probe) blkid_probe probe = probe_new(disk, 0, 0, &r);
	blkid_partlist list;

	if (!probe)
		return r;
	(void)blkid_probe_enable_superblocks(probe, 0);
	(void)blkid_probe_enable_partitions(probe, 1);
	/* No list: libblkid knows no table there. */
	list = blkid_probe_get_partitions(probe);
	count = list ? blkid_partlist_numof_partitions(list) : 0;
	if (count > (int)max)
		count = (int)max;
	for (int i = 0; i < count; i++) {
		blkid_partition partition = blkid_partlist_get_partition(list, i);
		partitions[i] = (struct extent){
			.number = (uint32_t)blkid_partition_get_partno(partition),
			.start = (uint64_t)blkid_partition_get_start(partition),
			.count = (uint64_t)blkid_partition_get_size(partition),
		};
	}
	return count;
}

/* ---------------------------------------------------------------------------- captured machine */

/* Lines as blkid -p -o export writes them; "AMBIVALENT=1" for what it will not decide. */
static void captured_parse(char *text, struct filesystem_fact *filesystem)
{
	char *line;

	while ((line = text_next_line(&text))) {
		char *value = strchr(line, '=');

		if (!value)
			continue;
		*value++ = '\0';
		for (size_t i = 0; i < ARRAY_SIZE(FIELDS); i++) {
			if (strcmp(line, FIELDS[i].name) == 0)
				set_field(filesystem, i, value);
		}
		if (strcmp(line, "AMBIVALENT") == 0)
			filesystem->is_ambivalent = true;
	}
}

static int captured_look(
	const struct sysroot *root, const char *name, struct filesystem_fact *filesystem)
{
	char path[64], text[1024];
	ssize_t n;

	(void)text_join(path, sizeof(path), ".devices/blkid/", name, NULL);
	n = sysroot_read(root, path, text, sizeof(text));
	if (n < 0)
		return (int)n;
	captured_parse(text, filesystem);
	return 0;
}

void blkid_source_filesystem(const struct sysroot *root, struct disk_source *disk, const char *name,
	uint64_t offset_bytes, uint64_t length_bytes, struct filesystem_fact *filesystem)
{
	int r;

	filesystem->started_us = clock_now_us();
	if (root->is_fixture)
		r = captured_look(root, name, filesystem);
	else
		r = look(disk, offset_bytes, length_bytes, filesystem);
	filesystem->duration_us = clock_now_us() - filesystem->started_us;
	filesystem->probe = outcome_from(r);
}
