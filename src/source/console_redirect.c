/* SPDX-License-Identifier: MIT */
#include "source/console_redirect.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "source/ioctl.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/serial.h>

static int open_tty(const struct sources *sources, const char *name)
{
	char path[64];

	if (sources->root.is_fixture)
		return -EROFS;
	if (!text_join(path, sizeof(path), "dev/", name, NULL))
		return -ENAMETOOLONG;
	/* Never waits for a modem's carrier. */
	return sysroot_openat(&sources->root, path, O_RDWR | O_NONBLOCK);
}

int console_redirect(const struct sources *sources, const char *name)
{
	_cleanup_close_ int fd = open_tty(sources, name);

	if (fd < 0)
		return fd;
	if (write(fd, "", 0) < 0)
		return -errno;
	/* The flags of this descriptor hold for all who write to the console from now on, and a
	 * script takes EAGAIN for an error. */
	if (fcntl(fd, F_SETFL, O_RDWR) < 0 || ioctl(fd, IOCTL_REQUEST(TIOCCONS)) < 0)
		return -errno;
	return 0;
}

static bool is_phantom_uart(int fd)
{
	struct serial_struct serial = {.type = 0};

	return ioctl(fd, IOCTL_REQUEST(TIOCGSERIAL), &serial) < 0 || serial.type == PORT_UNKNOWN;
}

int console_open_live(void)
{
	static const char *const NAMES[] = {
		"/dev/ttyS0", "/dev/ttyS1", "/dev/ttyS2", "/dev/ttyS3", "/dev/tty1"};

	for (size_t i = 0; i < ARRAY_SIZE(NAMES); i++) {
		bool is_uart = text_starts_with(NAMES[i], "/dev/ttyS");
		int fd = open(NAMES[i], O_RDWR | O_NOCTTY | O_NONBLOCK);

		if (fd < 0)
			continue;
		if (!(is_uart && is_phantom_uart(fd)) && write(fd, "", 0) == 0 &&
			fcntl(fd, F_SETFL, O_RDWR) == 0)
			return fd;
		(void)close(fd);
	}
	return -ENODEV;
}

int console_redirect_undo(const struct sources *sources)
{
	_cleanup_close_ int fd = open_tty(sources, "console");

	if (fd < 0)
		return fd;
	return ioctl(fd, IOCTL_REQUEST(TIOCCONS)) < 0 ? -errno : 0;
}
