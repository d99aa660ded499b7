/* SPDX-License-Identifier: MIT */
#include "hook/finished.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>

int finished_note(const struct sysroot *root)
{
	_cleanup_(sysroot_close) struct sysroot run = SYSROOT_CLOSED, folder = SYSROOT_CLOSED;
	_cleanup_close_ int fd = -1;
	int r = sysroot_open_below(root, "run", &run);

	if (r < 0)
		return r;
	if (mkdirat(run.fd, "bootprobe", 0700) < 0 && errno != EEXIST)
		return -errno;
	r = sysroot_open_below(&run, "bootprobe", &folder);
	if (r < 0)
		return r;
	fd = openat(folder.fd, "finished", O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : 0;
}

bool finished_is_noted(const struct sysroot *root)
{
	return sysroot_exists(root, "run/bootprobe/finished");
}
