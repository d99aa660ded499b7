/* SPDX-License-Identifier: MIT */
#include "source/image.h"

#include "base/cleanup.h"
#include "source/image_server.h"
#include "source/ioctl.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { SECTOR_BYTES = 512, VHD_FOOTER_BYTES = 512 };

static int explain(struct text *why, int error, const char *sentence)
{
	text_append(why, sentence);
	return error;
}

/* --------------------------------------------------------------------------------- the files */

static int link_size(int fd, const struct stat *st, uint64_t *ret_bytes)
{
	*ret_bytes = (uint64_t)st->st_size;
	if (S_ISBLK(st->st_mode) && ioctl(fd, IOCTL_REQUEST(BLKGETSIZE64), ret_bytes) < 0)
		return -errno;
	return 0;
}

/* A fixed VHD is a raw disk with a footer behind it (Virtual Hard Disk Image Format, 2006). */
static void leave_out_footer(struct image_link *link)
{
	char magic[8];
	uint64_t at = link->file_bytes - VHD_FOOTER_BYTES;

	if (link->is_device || link->file_bytes < 2 * VHD_FOOTER_BYTES ||
		strcmp(link->format.driver, "raw") != 0)
		return;
	if (pread(link->fd, magic, sizeof(magic), (off_t)at) == sizeof(magic) &&
		memcmp(magic, "conectix", sizeof(magic)) == 0)
		link->file_bytes = at;
}

static int link_identify(struct image_link *link, struct text *why)
{
	static uint8_t head[IMAGE_HEAD_SIZE];
	ssize_t n = pread(link->fd, head, sizeof(head), 0);

	if (n < 0)
		return explain(why, -errno, strerror(errno));
	image_format_parse(head, (size_t)n, &link->format);
	if (!link->format.driver) {
		text_append(why, link->format.refusal);
		if (strncmp(link->format.refusal, "is compressed", 13) != 0)
			text_append(why, ". 'qemu-img convert -O raw' may help, if you trust it");
		return -ENOTSUP;
	}
	if (link->file_bytes < link->format.least_bytes)
		return explain(why, -ENODATA, "is cut off: copy it again");
	leave_out_footer(link);
	return 0;
}

/* O_NONBLOCK: a FIFO would wait for a writer, an optical drive for a disc. The descriptor is a high
 * one, because qemu-nbd inherits it beside the socket that it finds at 3 (sd_listen_fds(3)). */
static int open_high(const char *path)
{
	enum { HIGH = 64 };
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int high;

	if (fd < 0)
		return -errno;
	high = fcntl(fd, F_DUPFD_CLOEXEC, HIGH);
	return high < 0 ? -errno : high;
}

static int link_open(const char *path, struct image_link *link, struct text *why)
{
	struct stat st;
	int r;

	if (!text_copy(link->path, sizeof(link->path), path))
		return explain(why, -ENAMETOOLONG, strerror(ENAMETOOLONG));
	link->fd = open_high(path);
	if (link->fd < 0)
		return explain(why, link->fd, strerror(-link->fd));
	if (fstat(link->fd, &st) < 0)
		return explain(why, -errno, strerror(errno));
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return explain(why, -ENOTBLK, "is neither a disk image nor a block device");
	link->is_device = S_ISBLK(st.st_mode);
	r = link_size(link->fd, &st, &link->file_bytes);
	if (r < 0)
		return explain(why, r, strerror(-r));
	return 0;
}

/* The format of a backing file is what the one above it says; what nobody names is looked at. */
static int backing_identify(
	const struct image_format *above, struct image_link *link, struct text *why)
{
	if (strcmp(above->backing_driver, "raw") == 0) {
		link->format = (struct image_format){.driver = "raw"};
		leave_out_footer(link);
		return 0;
	}
	return link_identify(link, why);
}

/* Where a backing file is: beside the file that names it, unless its name is absolute. */
static bool backing_path(const struct image_link *above, char *path, size_t size)
{
	const char *slash = strrchr(above->path, '/');
	struct text text;

	text_init(&text, path, size);
	if (above->format.backing[0] != '/' && slash)
		text_append_bytes(&text, above->path, (size_t)(slash - above->path) + 1);
	text_append(&text, above->format.backing);
	return !text.is_cut;
}

/* What QEMU would take for a protocol: json:, nbd:, ssh: (block.c: path_has_protocol). */
static bool has_protocol(const char *name)
{
	return name[strcspn(name, ":/")] == ':';
}

static int refuse_backing(const struct image_link *above, const char *reason, struct text *why)
{
	text_append(why, "holds only what differs from its backing file \"");
	text_append(why, above->format.backing);
	text_append(why, "\", ");
	text_append(why, reason);
	return -EXDEV;
}

static int backing_open(struct image_source *image, bool may_follow, struct text *why)
{
	const struct image_link *above = &image->link[image->link_count - 1];
	struct image_link *link = &image->link[image->link_count];
	const char *name = above->format.backing;
	char path[sizeof(link->path)];
	int r;

	if (image->link_count == IMAGE_CHAIN_MAX)
		return explain(why, -ELOOP, "has more backing files behind it than are followed");
	if (has_protocol(name))
		return refuse_backing(above, "which is no plain file and is not followed", why);
	if (!may_follow && strchr(name, '/'))
		return refuse_backing(above,
			"which lies elsewhere: --backing follows it, if you trust the image", why);
	if (!backing_path(above, path, sizeof(path)))
		return explain(why, -ENAMETOOLONG, "has a backing file with too long a name");
	r = link_open(path, link, why);
	if (link->fd >= 0)
		image->link_count++;
	if (r == 0 && link->is_device && !may_follow)
		r = explain(why, -EXDEV, "is a device: --backing follows it");
	if (r == 0)
		r = backing_identify(&above->format, link, why);
	if (r < 0) {
		text_append(why, " (backing file \"");
		text_append(why, path);
		text_append(why, "\")");
	}
	return r;
}

static int chain_open(
	struct image_source *image, const char *path, bool may_follow, struct text *why)
{
	int r = link_open(path, &image->link[0], why);

	image->link_count = image->link[0].fd >= 0;
	if (r == 0)
		r = link_identify(&image->link[0], why);
	while (r == 0 && !text_is_empty(image->link[image->link_count - 1].format.backing))
		r = backing_open(image, may_follow, why);
	return r;
}

/* ------------------------------------------------------------------------------------ opening */

static uint32_t sector_bytes_of(const struct image_link *link, uint32_t wanted)
{
	int bytes = 0;

	if (wanted)
		return wanted;
	if (link->is_device && ioctl(link->fd, BLKSSZGET, &bytes) == 0 && bytes > 0)
		return (uint32_t)bytes;
	return SECTOR_BYTES;
}

/* Memory in place of the disk: as long as that, and empty until something is fetched. */
static int memory_open(struct image_source *image)
{
	image->disk.fd = memfd_create("disk", MFD_CLOEXEC);
	if (image->disk.fd < 0 || ftruncate(image->disk.fd, (off_t)image->size_bytes) < 0)
		return -errno;
	return 0;
}

static int content_open(struct image_source *image, uint32_t patience_s, struct text *why)
{
	int r;

	if (strcmp(image->link[0].format.driver, "raw") == 0) {
		image->size_bytes = image->link[0].file_bytes;
		image->disk.fd = fcntl(image->link[0].fd, F_DUPFD_CLOEXEC, 3);
		return image->disk.fd < 0 ? -errno : 0;
	}
	r = image_server_start(image, patience_s, why);
	return r < 0 ? r : memory_open(image);
}

int image_source_open(const char *path, const struct image_options *options,
	struct block_fact *block, struct image_source *ret_image, struct text *why)
{
	int r;

	memset(ret_image, 0, sizeof(*ret_image));
	ret_image->root = SYSROOT_CLOSED;
	ret_image->disk = (struct disk_source){.root = &ret_image->root, .block = block, .fd = -1};
	r = chain_open(ret_image, path, options->may_follow, why);
	if (r == 0)
		r = content_open(ret_image, options->patience_s, why);
	if (r < 0) {
		if (!why->length)
			text_append(why, strerror(-r));
		image_source_close(ret_image);
		return r;
	}
	ret_image->sector_bytes = sector_bytes_of(&ret_image->link[0], options->sector_bytes);
	block->open = OUTCOME_OK;
	block->size_bytes = ret_image->size_bytes;
	block->logical_sector_bytes = ret_image->sector_bytes;
	return 0;
}

void image_source_close(struct image_source *image)
{
	if (image->server)
		image_server_stop(image);
	disk_source_close(&image->disk);
	for (uint32_t i = 0; i < image->link_count; i++)
		(void)close(image->link[i].fd);
	image->link_count = 0;
}

/* ------------------------------------------------------------------------------------ reading */

static int fetch(
	struct image_source *image, uint64_t offset_bytes, uint8_t *buffer, uint32_t length_bytes)
{
	int r = image_server_read(image, offset_bytes, buffer, length_bytes);

	if (r < 0)
		return r;
	return pwrite(image->disk.fd, buffer, length_bytes, (off_t)offset_bytes) ==
			       (ssize_t)length_bytes
		       ? 0
		       : -ENOMEM;
}

int image_source_read(struct image_source *image, const char *what, uint64_t offset_bytes,
	uint8_t *buffer, uint32_t length_bytes)
{
	int r = 0;

	if (image->server)
		r = fetch(image, offset_bytes, buffer, length_bytes);
	return r < 0 ? r : disk_source_read(&image->disk, what, offset_bytes, buffer, length_bytes);
}

bool image_source_is_late(const struct image_source *image)
{
	return image_server_is_late(image);
}

static uint8_t piece[65536] __attribute__((aligned(DISK_ALIGNMENT)));

/* What follows a piece at an offset: the superblocks that libblkid knows lie in the first 2 MiB, or
 * in the last one (RAID, ZFS). */
static uint64_t next_piece(const struct image_source *image, uint64_t at)
{
	enum { HEAD = 2 << 20, TAIL = 1 << 20 };
	uint64_t size = image->size_bytes;

	at += sizeof(piece);
	return at == HEAD && size > HEAD + TAIL ? (size - TAIL) / sizeof(piece) * sizeof(piece)
						: at;
}

static uint32_t piece_length(const struct image_source *image, uint64_t at)
{
	uint64_t left = image->size_bytes - at;

	return (uint32_t)(left < sizeof(piece) ? left : sizeof(piece));
}

int image_source_prefetch(struct image_source *image)
{
	int r = 0;

	for (uint64_t at = 0; image->server && at < image->size_bytes && r == 0;
		at = next_piece(image, at))
		r = fetch(image, at, piece, piece_length(image, at));
	return r;
}

static bool are_zeros(const uint8_t *bytes, uint32_t length)
{
	for (uint32_t i = 0; i < length; i++) {
		if (bytes[i])
			return false;
	}
	return true;
}

static bool has_empty_mbr(const struct image_source *image)
{
	enum { TABLE = 446, SIGNATURE = 510 };

	return pread(image->disk.fd, piece, SECTOR_BYTES, 0) == SECTOR_BYTES &&
	       piece[SIGNATURE] == 0x55 && piece[SIGNATURE + 1] == 0xaa &&
	       are_zeros(piece + TABLE, SIGNATURE - TABLE);
}

static bool is_blank(const struct image_source *image)
{
	for (uint64_t at = 0; at < image->size_bytes; at = next_piece(image, at)) {
		uint32_t length = piece_length(image, at);

		if (pread(image->disk.fd, piece, length, (off_t)at) != (ssize_t)length ||
			!are_zeros(piece, length))
			return false;
	}
	return true;
}

enum image_content image_source_content(const struct image_source *image)
{
	if (is_blank(image))
		return IMAGE_BLANK;
	return has_empty_mbr(image) ? IMAGE_EMPTY_MBR : IMAGE_CONTENT_UNKNOWN;
}
