/* SPDX-License-Identifier: MIT */
#include "source/disk.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h> /* linux/cdrom.h needs it */
#include <linux/cdrom.h>
#include <linux/major.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

/* ------------------------------------------------------------------------------------ opening */

/* A slash in the name of a device is an exclamation mark in sysfs: cciss!c0d0. */
static void node_path(const char *name, char *path, size_t size)
{
	(void)text_join(path, size, "dev/", name, NULL);
	for (char *c = path; *c; c++) {
		if (*c == '!')
			*c = '/';
	}
}

static int check_node(int fd, const struct block_fact *block)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISBLK(st.st_mode))
		return -ENOTBLK;
	return st.st_rdev == makedev(block->major, block->minor) ? 0 : -ENODEV;
}

static bool is_without_disc(int fd, const struct block_fact *block)
{
	int status;

	if (block->major != SCSI_CDROM_MAJOR)
		return false;
	status = ioctl(fd, CDROM_DRIVE_STATUS, CDSL_CURRENT);
	return status == CDS_NO_DISC || status == CDS_TRAY_OPEN || status == CDS_DRIVE_NOT_READY;
}

static int open_device(
	const struct sysroot *root, const struct block_fact *block, bool *ret_is_direct)
{
	_cleanup_close_ int fd = -1;
	char path[48];
	int r;

	/* Looking for a floppy that is not there takes seconds and fills the kernel log. */
	if (block->major == FLOPPY_MAJOR)
		return -EOPNOTSUPP;
	node_path(block->name, path, sizeof(path));
	/* Without O_NONBLOCK an optical drive would close its tray and wait for a disc. */
	fd = sysroot_openat(root, path, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return fd;
	r = check_node(fd, block);
	if (r < 0)
		return r;
	if (is_without_disc(fd, block))
		return -ENOMEDIUM;
	*ret_is_direct = fcntl(fd, F_SETFL, O_DIRECT) == 0;
	return take_fd(&fd);
}

static int open_captured(const struct sysroot *root, const struct block_fact *block)
{
	char path[64];

	(void)text_join(path, sizeof(path), ".devices/block/", block->name, NULL);
	return sysroot_openat(root, path, O_RDONLY | O_DIRECTORY);
}

int disk_source_open(
	const struct sysroot *root, struct block_fact *block, struct disk_source *ret_disk)
{
	bool is_direct = false;
	int fd = root->is_fixture ? open_captured(root, block)
				  : open_device(root, block, &is_direct);

	if (fd < 0)
		return fd;
	*ret_disk = (struct disk_source){
		.root = root, .block = block, .fd = fd, .is_direct = is_direct};
	return 0;
}

void disk_source_close(struct disk_source *disk)
{
	cleanup_close(&disk->fd);
	disk->fd = -1;
}

int disk_source_buffered_fd(struct disk_source *disk)
{
	if (disk->root->is_fixture)
		return -ENOTSUP;
	if (disk->is_direct && fcntl(disk->fd, F_SETFL, 0) < 0)
		return -errno;
	disk->is_direct = false;
	return disk->fd;
}

/* ---------------------------------------------------------------------------- captured machine */

struct range {
	uint64_t offset, length;
	uint8_t *buffer;
};

/* One file of the folder: bytes that stand at the offset that is its name. */
static int captured_overlay(int directory, const char *name, const struct range *range)
{
	_cleanup_close_ int fd = -1;
	uint64_t at, from;
	struct stat st;
	ssize_t n;

	if (text_parse_u64(name, 10, &at) < 0 || at >= range->offset + range->length)
		return 0;
	fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (at + (uint64_t)st.st_size <= range->offset)
		return 0;
	from = at > range->offset ? at : range->offset;
	n = pread(fd, range->buffer + (from - range->offset),
		(size_t)(range->offset + range->length - from), (off_t)(from - at));
	return n < 0 ? -errno : 0;
}

/* The line of .devices/block/NAME/error ("offset length errno") that touches the range, as a
 * negative errno, or 0. */
static int captured_error(const struct disk_source *disk, const struct range *range)
{
	char text[1024], *cursor = text, *line;
	char path[64];

	(void)text_join(path, sizeof(path), ".devices/block/", disk->block->name, "/error", NULL);
	if (sysroot_read(disk->root, path, text, sizeof(text)) < 0)
		return 0;
	while ((line = text_next_line(&cursor))) {
		uint64_t value[3];
		unsigned count = 0;
		for (char *field; count < 3 && (field = text_next_field(&line)); count++) {
			if (text_parse_u64(field, 10, &value[count]) < 0)
				break;
		}
		if (count == 3 && value[0] < range->offset + range->length &&
			value[0] + value[1] > range->offset)
			return -(int)(value[2] & 0xfff);
	}
	return 0;
}

static int captured_read(const struct disk_source *disk, const struct range *range)
{
	_cleanup_closedir_ DIR *directory = NULL;
	char path[64];
	const char *name;
	int r = captured_error(disk, range);

	if (r < 0)
		return r;
	(void)text_join(path, sizeof(path), ".devices/block/", disk->block->name, NULL);
	directory = sysroot_opendir(disk->root, path);
	if (!directory)
		return -errno;
	memset(range->buffer, 0, range->length);
	while ((name = sysroot_next_entry(directory))) {
		r = captured_overlay(dirfd(directory), name, range);
		if (r < 0)
			return r;
	}
	/* A list that was cut short left something out. */
	return sysroot_shortage();
}

/* ------------------------------------------------------------------------------------ reading */

static int read_whole(int fd, const struct range *range)
{
	uint64_t done = 0;

	while (done < range->length) {
		ssize_t n = pread(fd, range->buffer + done, (size_t)(range->length - done),
			(off_t)(range->offset + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -ENODATA;
		done += (uint64_t)n;
	}
	return 0;
}

/* A device or a file system that refuses O_DIRECT for this read gets a buffered one, past the page
 * cache where that is possible, so that the time is the disk's. */
static int device_read(struct disk_source *disk, const struct range *range)
{
	int r = disk->is_direct ? read_whole(disk->fd, range) : -EINVAL;

	if (r != -EINVAL)
		return r;
	if (disk->is_direct && disk_source_buffered_fd(disk) < 0)
		return r;
	(void)posix_fadvise(
		disk->fd, (off_t)range->offset, (off_t)range->length, POSIX_FADV_DONTNEED);
	return read_whole(disk->fd, range);
}

/* The place of the next read in the disk's list. The last place is used again when all are taken:
 * what hangs is always the last one. */
static struct block_read_fact *read_begin(
	struct block_fact *block, const char *what, const struct range *range)
{
	uint32_t count = atomic_load(&block->read_count);
	bool is_full = count >= BLOCK_READS_MAX;
	struct block_read_fact *fact = &block->read[is_full ? BLOCK_READS_MAX - 1 : count];

	memset(fact, 0, sizeof(*fact));
	(void)text_copy(fact->what, sizeof(fact->what), what);
	fact->offset_bytes = range->offset;
	fact->length_bytes = (uint32_t)range->length;
	fact->started_us = clock_now_us();
	if (!is_full)
		atomic_store(&block->read_count, count + 1);
	return fact;
}

int disk_source_read(struct disk_source *disk, const char *what, uint64_t offset_bytes,
	uint8_t *buffer, uint32_t length_bytes)
{
	const struct range range = {offset_bytes, length_bytes, buffer};
	struct block_read_fact *fact = read_begin(disk->block, what, &range);
	int r = disk->root->is_fixture ? captured_read(disk, &range) : device_read(disk, &range);

	fact->duration_us = clock_now_us() - fact->started_us;
	fact->is_direct = disk->is_direct;
	fact->result = outcome_from(r);
	return r;
}
