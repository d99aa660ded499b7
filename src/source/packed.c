/* SPDX-License-Identifier: MIT */
#include "source/packed.h"

#include "base/cleanup.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { ALIGNMENT = 4, READ_BLOCK = 64 * 1024, READ_STEP = 256 * 1024 };

static void cleanup_reader(struct archive *const *archive)
{
	if (*archive)
		(void)archive_read_free(*archive);
}

static void cleanup_entry(struct archive_entry *const *entry)
{
	if (*entry)
		archive_entry_free(*entry);
}

/* libarchive gives an errno where a system call failed, and numbers of its own elsewhere. */
static int error_of(struct archive *archive)
{
	int error = archive_errno(archive);

	return error > 0 && error < 4096 ? -error : -EBADMSG;
}

/* ------------------------------------------------------------------------------------ reading */

/* A filter that libarchive would leave to another program is none here. */
static struct archive *reader_new(void)
{
	struct archive *archive = archive_read_new();

	if (archive && archive_read_support_filter_gzip(archive) == ARCHIVE_OK &&
		archive_read_support_filter_xz(archive) == ARCHIVE_OK &&
		archive_read_support_filter_zstd(archive) == ARCHIVE_OK &&
		archive_read_support_format_raw(archive) == ARCHIVE_OK &&
		archive_read_support_format_empty(archive) == ARCHIVE_OK)
		return archive;
	(void)archive_read_free(archive);
	return NULL;
}

/* One byte more than may be there is room enough to see that there is more. */
static int read_data(
	struct archive *archive, size_t size_max, uint8_t **ret_bytes, size_t *ret_length)
{
	_cleanup_free_ uint8_t *bytes = NULL;
	size_t length = 0;
	la_ssize_t n;

	do {
		uint8_t *more = realloc(bytes, length + READ_STEP);

		if (!more)
			return -ENOMEM;
		bytes = more;
		n = archive_read_data(archive, bytes + length, READ_STEP);
		if (n < 0)
			return -EBADMSG;
		length += (size_t)n;
		if (length > size_max)
			return -EFBIG;
	} while (n > 0);
	*ret_bytes = bytes;
	*ret_length = length;
	bytes = NULL;
	return 0;
}

static int open_regular(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat info;

	if (fd < 0 || fstat(fd, &info) < 0)
		return -errno;
	return S_ISREG(info.st_mode) ? take_fd(&fd) : -EINVAL;
}

int packed_read(const char *path, size_t size_max, uint8_t **ret_bytes, size_t *ret_length)
{
	_cleanup_(cleanup_reader) struct archive *archive = NULL;
	_cleanup_close_ int fd = open_regular(path);
	struct archive_entry *entry;
	int r;

	if (fd < 0)
		return fd;
	archive = reader_new();
	if (!archive)
		return -ENOTSUP;
	if (archive_read_open_fd(archive, fd, READ_BLOCK) != ARCHIVE_OK)
		return error_of(archive);
	r = archive_read_next_header(archive, &entry);
	if (r == ARCHIVE_EOF) {
		*ret_bytes = NULL;
		*ret_length = 0;
		return 0;
	}
	return r == ARCHIVE_OK ? read_data(archive, size_max, ret_bytes, ret_length) : -EBADMSG;
}

/* ------------------------------------------------------------------------------------ writing */

static int write_zeros(int fd)
{
	static const char ZEROS[ALIGNMENT];
	ssize_t n = write(fd, ZEROS, sizeof(ZEROS));

	if (n < 0)
		return -errno;
	return n == sizeof(ZEROS) ? 0 : -EIO;
}

int cpio_open(int fd, bool is_zstd, struct cpio_writer *ret_writer)
{
	struct archive *archive = archive_write_new();
	int r = archive ? write_zeros(fd) : -ENOMEM;

	if (r == 0 &&
		(archive_write_set_format_cpio_newc(archive) != ARCHIVE_OK ||
			(is_zstd && archive_write_add_filter_zstd(archive) != ARCHIVE_OK) ||
			archive_write_set_bytes_in_last_block(archive, ALIGNMENT) != ARCHIVE_OK))
		r = -ENOTSUP;
	if (r == 0 && archive_write_open_fd(archive, fd) != ARCHIVE_OK)
		r = error_of(archive);
	if (r < 0) {
		(void)archive_write_free(archive);
		return r;
	}
	*ret_writer = (struct cpio_writer){.archive = archive};
	return 0;
}

static int add(
	struct cpio_writer *writer, const char *path, mode_t mode, const void *bytes, size_t length)
{
	_cleanup_(cleanup_entry) struct archive_entry *entry = archive_entry_new();

	if (!entry)
		return -ENOMEM;
	archive_entry_set_pathname(entry, path);
	archive_entry_set_mode(entry, mode);
	archive_entry_set_nlink(entry, 1);
	archive_entry_set_ino64(entry, ++writer->count);
	archive_entry_set_mtime(entry, 0, 0);
	archive_entry_set_size(entry, (la_int64_t)length);
	if (archive_write_header(writer->archive, entry) != ARCHIVE_OK)
		return error_of(writer->archive);
	if (length && archive_write_data(writer->archive, bytes, length) != (la_ssize_t)length)
		return error_of(writer->archive);
	return 0;
}

int cpio_add_folder(struct cpio_writer *writer, const char *path)
{
	return add(writer, path, S_IFDIR | 0755, NULL, 0);
}

int cpio_add_file(struct cpio_writer *writer, const char *path, mode_t permissions,
	const void *bytes, size_t length)
{
	return add(writer, path, S_IFREG | permissions, bytes, length);
}

int cpio_close(struct cpio_writer *writer)
{
	int r = 0;

	if (!writer->archive)
		return 0;
	if (archive_write_close(writer->archive) != ARCHIVE_OK)
		r = error_of(writer->archive);
	(void)archive_write_free(writer->archive);
	writer->archive = NULL;
	return r;
}
