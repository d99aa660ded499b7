/* SPDX-License-Identifier: MIT */
#include "source/appended.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "parse/appended.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

int appended_open(const struct sysroot *root, struct sysroot *ret_folder)
{
	struct utsname name;
	char path[160];
	int r;

	if (root->is_fixture)
		return -EPERM;
	/* Not from /proc, which PID 1 may not have. */
	if (uname(&name) < 0)
		return -errno;
	if (!text_join(path, sizeof(path), APPENDED_MODULES "/", name.release, NULL))
		return -ENAMETOOLONG;
	r = sysroot_open_below(root, path, ret_folder);
	return r == -ENOENT && sysroot_exists(root, APPENDED_MODULES) ? -ENOEXEC : r;
}

void appended_kernel(const struct sysroot *root, char *buf, size_t size)
{
	_cleanup_closedir_ DIR *directory = sysroot_opendir(root, APPENDED_MODULES);
	const char *name = directory ? sysroot_next_entry(directory) : NULL;

	(void)text_copy(buf, size, name ? name : "");
}

int appended_order(const struct sysroot *folder, char *buf, size_t size)
{
	ssize_t n = sysroot_read(folder, APPENDED_ORDER, buf, size);

	return n < 0 ? (int)n : 0;
}

int appended_load(const struct sysroot *folder, const char *file)
{
	_cleanup_close_ int fd = sysroot_openat(folder, file, O_RDONLY);

	if (fd < 0)
		return fd;
	if (syscall(SYS_finit_module, fd, "", 0) == 0 || errno == EEXIST)
		return 0;
	return -errno;
}
