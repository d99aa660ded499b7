/* SPDX-License-Identifier: MIT */
/*
 * Files that may be compressed, and archives for an initrd, by libarchive. For `bootprobe` alone.
 */
#ifndef SOURCE_PACKED_H
#define SOURCE_PACKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Reads a whole file, unpacked where it is compressed with xz, zstd or gzip. free() *ret_bytes.
 * -EFBIG: there is more than size_max in it; -EBADMSG: it is damaged; -EINVAL: no regular file. */
int packed_read(const char *path, size_t size_max, uint8_t **ret_bytes, size_t *ret_length);

/* A cpio archive in the kernel's "newc" format (Documentation/driver-api/early-userspace/
 * buffer-format.rst): owned by root, without times, so that the same files make the same archive.
 * It is a multiple of four bytes long, and begins with zeros: a kernel takes what follows an initrd
 * in the old format of lz4 directly for more of it. */
struct cpio_writer {
	struct archive *archive;
	int64_t count;
};

/* fd is borrowed until the archive is closed. is_zstd: compressed. Returns 0 or a negative errno.
 */
int cpio_open(int fd, bool is_zstd, struct cpio_writer *ret_writer);
/* Paths have no leading slash. Each folder is to be added before what lies in it. */
int cpio_add_folder(struct cpio_writer *writer, const char *path);
int cpio_add_file(struct cpio_writer *writer, const char *path, mode_t permissions,
	const void *bytes, size_t length);
/* Writes what is left; the archive is good when this returns 0. */
int cpio_close(struct cpio_writer *writer);

#endif
