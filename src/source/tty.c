/* SPDX-License-Identifier: MIT */
#include "source/tty.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "source/ioctl.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/serial.h>
#include <poll.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <termios.h>

/* asm-generic/ioctls.h; not in every libc's headers. */
#ifndef TIOCGDEV
#define TIOCGDEV _IOR('T', 0x32, unsigned int)
#endif

enum { CAPTURE_SIZE = 1024, BAUD_CLOCK = 16, PORT_HIGH_SHIFT = 32 };

static outcome_t outcome_of(long result)
{
	return outcome_from(result < 0 ? -(long)errno : 0);
}

static void ask_device(int fd, struct tty_state *state)
{
	unsigned int device;

	if (ioctl(fd, IOCTL_REQUEST(TIOCGDEV), &device) < 0)
		return;
	state->major = major(device);
	state->minor = minor(device);
	state->has_device = true;
}

/* The upper half of a 64-bit I/O port stands in port_high; iomem_base is a kernel pointer or an
 * address, depending on the driver. */
static void ask_serial(int fd, struct tty_state *state)
{
	struct serial_struct serial = {.type = 0};

	state->serial = outcome_of(ioctl(fd, TIOCGSERIAL, &serial));
	if (state->serial != OUTCOME_OK)
		return;
	state->type = serial.type;
	state->port = serial.port | (uint64_t)serial.port_high << PORT_HIGH_SHIFT;
	state->iomem = (uint64_t)(uintptr_t)serial.iomem_base;
	state->irq = serial.irq < 0 ? 0 : (uint32_t)serial.irq;
	state->clock_hz = serial.baud_base < 0 ? 0 : (uint32_t)serial.baud_base * BAUD_CLOCK;
}

static enum answer ask_writable(int fd)
{
	struct pollfd poller = {.fd = fd, .events = POLLOUT};
	int n = poll(&poller, 1, 0);

	return n < 0 ? ANSWER_UNKNOWN : answer_from(n > 0 && poller.revents & POLLOUT);
}

static void examine_descriptor(int fd, struct tty_state *state)
{
	struct termios termios;

	state->tcgetattr = outcome_of(tcgetattr(fd, &termios));
	state->is_writable_now = ask_writable(fd);
	state->empty_write = outcome_of(write(fd, "", 0));
	ask_device(fd, state);
	ask_serial(fd, state);
}

static void examine_capture(
	const struct sysroot *root, const char *path, struct tty_state *ret_state)
{
	char text[CAPTURE_SIZE];
	ssize_t n = sysroot_read(root, path, text, sizeof(text));

	if (n < 0)
		ret_state->open = outcome_from(n);
	else
		tty_capture_parse(text, ret_state);
}

/* console= may name anything, and opening for writing is no matter of course: a disk makes udev
 * look at it again when it is closed, a watchdog starts. */
static int check_tty(const struct sysroot *root, const char *name, const char *node)
{
	char path[64];
	struct stat st;
	int r = sysroot_stat(root, node, &st);

	if (r < 0)
		return r;
	if (!S_ISCHR(st.st_mode) || !text_join(path, sizeof(path), "sys/class/tty/", name, NULL))
		return -ENOTTY;
	/* Without sysfs nothing but the node can tell. */
	return sysroot_exists(root, path) || !sysroot_exists(root, "sys/class/tty") ? 0 : -ENOTTY;
}

void tty_examine(const struct sources *sources, const char *name, struct tty_state *ret_state)
{
	const struct sysroot *root = &sources->root;
	_cleanup_close_ int fd = -1;
	char path[64];

	*ret_state = TTY_STATE_UNKNOWN;
	if (!text_join(
		    path, sizeof(path), root->is_fixture ? ".devices/tty/" : "dev/", name, NULL)) {
		ret_state->open = -ENAMETOOLONG;
		return;
	}
	if (root->is_fixture) {
		examine_capture(root, path, ret_state);
		return;
	}
	fd = check_tty(root, name, path);
	if (fd == 0)
		fd = sysroot_openat(root, path, O_RDWR | O_NONBLOCK);
	ret_state->open = outcome_from(fd);
	if (fd >= 0)
		examine_descriptor(fd, ret_state);
}

static void captured_device(
	const struct sources *sources, const char *target, struct tty_descriptor *descriptor)
{
	struct tty_state state;

	if (!text_starts_with(target, "/dev/"))
		return;
	tty_examine(sources, target + strlen("/dev/"), &state);
	if (state.has_device) {
		descriptor->major = state.major;
		descriptor->minor = state.minor;
	}
}

int tty_pid1_descriptor(
	const struct sources *sources, unsigned number, struct tty_descriptor *ret_descriptor)
{
	_cleanup_close_ int folder =
		sysroot_openat(&sources->root, "proc/1/fd", O_RDONLY | O_DIRECTORY);
	struct tty_descriptor descriptor = {.target = ""};
	char name[12];
	struct stat status;
	struct text text;
	ssize_t n;

	if (folder < 0)
		return folder == -ENOENT ? -ESRCH : folder;
	text_init(&text, name, sizeof(name));
	text_append_u64(&text, number);
	n = readlinkat(folder, name, descriptor.target, sizeof(descriptor.target) - 1);
	if (n < 0)
		return -errno;

	if (sources->root.is_fixture)
		captured_device(sources, descriptor.target, &descriptor);
	else if (fstatat(folder, name, &status, 0) == 0 && S_ISCHR(status.st_mode)) {
		descriptor.major = major(status.st_rdev);
		descriptor.minor = minor(status.st_rdev);
	}
	*ret_descriptor = descriptor;
	return 0;
}
