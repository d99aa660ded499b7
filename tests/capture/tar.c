/* SPDX-License-Identifier: MIT */
#include "capture/tar.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 512, NAME_SIZE = 100, PREFIX_SIZE = 155 };

/* POSIX.1-2017, pax, "ustar Interchange Format". */
struct header {
	char name[NAME_SIZE];
	char mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8];
	char type;
	char linkname[NAME_SIZE];
	char magic[6], version[2];
	char uname[32], gname[32], devmajor[8], devminor[8];
	char prefix[PREFIX_SIZE];
	char pad[12];
};

_Static_assert(sizeof(struct header) == BLOCK, "a tar header is one block");

/* Where the archive goes may be a virtio port with a slow reader. */
static void put(struct tar *tar, const void *data, size_t size)
{
	const char *bytes = data;

	tar->bytes += size;
	while (size && !tar->is_failed) {
		ssize_t n = write(tar->fd, bytes, size);

		if (n < 0 && errno == EAGAIN) {
			struct pollfd poller = {.fd = tar->fd, .events = POLLOUT};
			(void)poll(&poller, 1, 1000);
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			perror("write");
			tar->is_failed = true;
			return;
		}
		bytes += n;
		size -= (size_t)n;
	}
}

bool tar_has(const struct tar *tar, const char *path)
{
	for (size_t i = 0; i < tar->name_count; i++) {
		if (strcmp(tar->names[i], path) == 0)
			return true;
	}
	return false;
}

/* Splits a path that is too long for one field at a slash. */
static bool set_name(struct header *header, const char *path)
{
	size_t length = strlen(path);
	const char *slash = path;

	if (length <= NAME_SIZE) {
		memcpy(header->name, path, length);
		return true;
	}
	while ((slash = strchr(slash + 1, '/'))) {
		size_t prefix = (size_t)(slash - path);

		if (prefix <= PREFIX_SIZE && length - prefix - 1 <= NAME_SIZE) {
			memcpy(header->prefix, path, prefix);
			memcpy(header->name, slash + 1, length - prefix - 1);
			return true;
		}
	}
	return false;
}

static void set_checksum(struct header *header)
{
	const unsigned char *byte = (const unsigned char *)header;
	unsigned sum = 0;

	memset(header->checksum, ' ', sizeof(header->checksum));
	for (size_t i = 0; i < sizeof(*header); i++)
		sum += byte[i];
	(void)snprintf(header->checksum, sizeof(header->checksum), "%06o", sum);
}

static bool start(struct tar *tar, const char *path, char type, size_t size, const char *target)
{
	struct header header = {.type = type, .magic = "ustar", .version = {'0', '0'}};

	if (tar_has(tar, path))
		return false;
	if (tar->name_count >= TAR_ENTRIES_MAX || strlen(target) > NAME_SIZE ||
		!set_name(&header, path)) {
		fprintf(stderr, "%s: left out: too long a name, or too many\n", path);
		tar->is_failed = true;
		return false;
	}
	tar->names[tar->name_count++] = strdup(path);
	(void)snprintf(header.mode, sizeof(header.mode), "%07o", type == '2' ? 0777U : 0644U);
	(void)snprintf(header.uid, sizeof(header.uid), "%07o", 0U);
	(void)snprintf(header.gid, sizeof(header.gid), "%07o", 0U);
	(void)snprintf(header.size, sizeof(header.size), "%011llo", (unsigned long long)size);
	(void)snprintf(header.mtime, sizeof(header.mtime), "%011o", 0U);
	memcpy(header.linkname, target, strlen(target));
	set_checksum(&header);
	put(tar, &header, sizeof(header));
	return true;
}

void tar_add_file(struct tar *tar, const char *path, const void *data, size_t size)
{
	static const char ZEROS[BLOCK];

	if (!start(tar, path, '0', size, ""))
		return;
	put(tar, data, size);
	put(tar, ZEROS, (BLOCK - size % BLOCK) % BLOCK);
}

void tar_add_link(struct tar *tar, const char *path, const char *target)
{
	(void)start(tar, path, '2', 0, target);
}

void tar_finish(struct tar *tar)
{
	static const char ZEROS[2 * BLOCK];

	put(tar, ZEROS, sizeof(ZEROS));
	while (tar->name_count)
		free(tar->names[--tar->name_count]);
}
