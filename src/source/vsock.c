/* SPDX-License-Identifier: MIT */
#include "source/vsock.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>

/* linux/vm_sockets.h: IOCTL_VM_SOCKETS_GET_LOCAL_CID, VMADDR_CID_ANY. The header itself does not
 * go together with every libc. */
#define GET_LOCAL_CID _IO(7, 0xb9)
#define CID_ANY UINT32_MAX

int vsock_cid(const struct sources *sources, uint32_t *ret_cid)
{
	_cleanup_close_ int fd = -1;
	uint32_t cid = CID_ANY;

	if (sources->root.is_fixture) {
		unsigned long long value;
		int r = sysroot_number(&sources->root, 10, &value, ".devices/vsock", NULL);

		if (r == 0)
			*ret_cid = (uint32_t)value;
		return r;
	}

	fd = sysroot_openat(&sources->root, "dev/vsock", O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return fd;
	if (ioctl(fd, GET_LOCAL_CID, &cid) < 0)
		return -errno;
	if (cid == CID_ANY)
		return -ENODEV;
	*ret_cid = cid;
	return 0;
}
