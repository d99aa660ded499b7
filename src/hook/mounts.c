/* SPDX-License-Identifier: MIT */
#include "hook/mounts.h"

#include "base/text.h"
#include "parse/mountinfo.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int mounts_open(const struct sysroot *root, const char *path)
{
	return sysroot_openat(root, path, O_RDONLY | O_CLOEXEC);
}

/* A table that is longer is that of a stage 2. */
static const char *table_read(int fd, char *text, size_t size)
{
	size_t length = 0;

	if (fd < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return NULL;
	while (length < size - 1) {
		ssize_t n = read(fd, text + length, size - 1 - length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		length += (size_t)n;
	}
	text[length] = '\0';
	return length ? text : NULL;
}

static struct mount_fact *mount_find(struct facts *facts, uint32_t id)
{
	fact_foreach (known, facts->mounts) {
		if (known->id == id)
			return known;
	}
	return NULL;
}

static void mount_note(struct facts *facts, const struct mountinfo *mount, uint64_t now_us)
{
	struct mount_fact *fresh = mount_find(facts, 0);
	bool is_reused = fresh;

	if (!fresh)
		fresh = fact_new(facts->mounts);
	if (!fresh)
		return;
	*fresh = (struct mount_fact){.id = mount->id, .seen_us = now_us};
	(void)text_copy(fresh->fstype, sizeof(fresh->fstype), mount->fstype);
	(void)text_copy(fresh->source, sizeof(fresh->source), mount->source);
	if (!is_reused)
		fact_done(facts->mounts);
}

void mounts_look(int fd, struct facts *facts, uint64_t now_us)
{
	static char text[65536];
	static uint32_t ids[4 * MOUNTS_MAX];
	struct mountinfo mount;
	char *cursor = text;
	size_t count = 0;

	if (!table_read(fd, text, sizeof(text)))
		return;
	while (count < ARRAY_SIZE(ids) && mountinfo_next(&cursor, &mount)) {
		ids[count++] = mount.id;
		if (mount.id && !mount_find(facts, mount.id))
			mount_note(facts, &mount, now_us);
	}
	/* The number of a mount that is gone may be given to another. */
	fact_foreach (known, facts->mounts) {
		bool is_there = false;

		for (size_t i = 0; i < count; i++)
			is_there |= ids[i] == known->id;
		if (!is_there)
			known->id = 0;
	}
}
