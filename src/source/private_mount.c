/* SPDX-License-Identifier: MIT */
#include "source/private_mount.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux/mount.h, which older libcs do not go together with. */
enum { FSOPEN_CLOEXEC_ = 1, FSCONFIG_CMD_CREATE_ = 6, FSMOUNT_CLOEXEC_ = 1 };

int private_mount(const char *type)
{
	_cleanup_close_ int fs = (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC_);
	long mounted;

	if (fs < 0)
		return -errno;
	if (syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE_, NULL, NULL, 0) < 0)
		return -errno;
	mounted = syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC_, 0);
	return mounted < 0 ? -errno : (int)mounted;
}
