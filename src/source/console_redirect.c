/* SPDX-License-Identifier: MIT */
#include "source/console_redirect.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "source/descriptors.h"
#include "source/ioctl.h"
#include "source/private_mount.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/serial.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>

/* asm-generic/ioctls.h; not in every libc's headers. */
#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41)
#endif

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

int console_target_open(const struct sources *sources, const char *name)
{
	_cleanup_close_ int fd = open_tty(sources, name);

	if (fd < 0)
		return fd;
	if (write(fd, "", 0) < 0)
		return -errno;
	/* The flags of this descriptor hold for all who write to the console from now on, and a
	 * script takes EAGAIN for an error. */
	if (fcntl(fd, F_SETFL, O_RDWR) < 0)
		return -errno;
	return take_fd(&fd);
}

int console_device_open(const struct sources *sources)
{
	return open_tty(sources, "console");
}

int console_redirect_to(int target_fd)
{
	return ioctl(target_fd, IOCTL_REQUEST(TIOCCONS)) < 0 ? -errno : 0;
}

int console_redirect(const struct sources *sources, const char *name)
{
	_cleanup_close_ int fd = console_target_open(sources, name);

	return fd < 0 ? fd : console_redirect_to(fd);
}

int console_redirect_move(int console_fd, int target_fd)
{
	const struct sched_param first = {.sched_priority = 1}, ordinary = {.sched_priority = 0};
	/* On this processor nobody else runs in between. */
	bool is_first = sched_setscheduler(0, SCHED_FIFO, &first) == 0;
	int r;

	(void)ioctl(console_fd, IOCTL_REQUEST(TIOCCONS));
	r = console_redirect_to(target_fd);
	if (is_first)
		(void)sched_setscheduler(0, SCHED_OTHER, &ordinary);
	return r;
}

int console_redirect_undo(const struct sources *sources)
{
	_cleanup_close_ int fd = console_device_open(sources);

	if (fd < 0)
		return fd;
	return ioctl(fd, IOCTL_REQUEST(TIOCCONS)) < 0 ? -errno : 0;
}

/* --------------------------------------------------------------------------------------- the pty
 */

int console_pty_open(struct console_pty *ret_pty)
{
	_cleanup_close_ int mounted = private_mount("devpts"), master = -1, slave = -1;
	struct termios termios;
	int is_locked = 0;

	if (mounted < 0)
		return mounted;
	master = openat(mounted, "ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (master < 0 || ioctl(master, IOCTL_REQUEST(TIOCSPTLCK), &is_locked) < 0)
		return -errno;
	slave = ioctl(master, IOCTL_REQUEST(TIOCGPTPEER), O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		return -errno;
	/* Bytes as they are written. */
	if (tcgetattr(slave, &termios) == 0) {
		termios.c_oflag &= ~(tcflag_t)OPOST;
		termios.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
		(void)tcsetattr(slave, TCSANOW, &termios);
	}
	*ret_pty = (struct console_pty){take_fd(&master), take_fd(&slave)};
	return 0;
}

/* --------------------------------------------------------------------- for closed descriptors */

static bool is_phantom_uart(int fd)
{
	struct serial_struct serial = {.type = 0};

	return ioctl(fd, IOCTL_REQUEST(TIOCGSERIAL), &serial) < 0 || serial.type == PORT_UNKNOWN;
}

static int find_live(void)
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

static int find_live_for(int socket)
{
	int fd = find_live();

	return fd < 0 ? fd : descriptors_send(socket, &fd, 1);
}

int console_open_live(uint64_t timeout_us)
{
	int pair[2], fd = -1, r;
	struct pollfd answer;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		(void)close(pair[0]);
		_exit(find_live_for(pair[1]) < 0);
	}
	(void)close(pair[1]);
	answer = (struct pollfd){.fd = pair[0], .events = POLLIN};
	r = pid < 0 ? -errno : poll(&answer, 1, (int)(timeout_us / 1000)) > 0 ? 0 : -ETIME;
	if (r == 0)
		r = descriptors_receive(pair[0], &fd, 1);
	(void)close(pair[0]);
	if (pid > 0) {
		(void)kill(pid, SIGKILL);
		/* One that the kernel holds on to is left behind. */
		(void)waitpid(pid, NULL, r == -ETIME ? WNOHANG : 0);
	}
	/* The standard descriptors are handed on. */
	return r < 0 || fcntl(fd, F_SETFD, 0) < 0 ? (r < 0 ? r : -errno) : fd;
}
