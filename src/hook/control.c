/* SPDX-License-Identifier: MIT */
#include "hook/control.h"

#include "base/cleanup.h"
#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

/* The leading NUL makes it abstract. */
static const char NAME[] = "\0org.bootprobe.collector";

static socklen_t control_address(struct sockaddr_un *ret_address)
{
	*ret_address = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(ret_address->sun_path, NAME, sizeof(NAME) - 1);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + sizeof(NAME) - 1);
}

int control_listen(void)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un address;
	socklen_t length = control_address(&address);

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&address, length) < 0 || listen(fd, 4) < 0)
		return -errno;
	return take_fd(&fd);
}

int control_accept(int listening)
{
	_cleanup_close_ int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct ucred peer = {.uid = (uid_t)-1};
	socklen_t length = sizeof(peer);

	if (fd < 0)
		return -errno;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0 || peer.uid != 0)
		return -EPERM;
	return take_fd(&fd);
}

int control_receive(int client, char *buf, size_t size)
{
	ssize_t n = recv(client, buf, size - 1, MSG_DONTWAIT | MSG_TRUNC);

	if (n < 0)
		return -errno;
	if ((size_t)n > size - 1)
		return -EMSGSIZE;
	buf[n] = '\0';
	return n == 0 ? -EPIPE : 0;
}

void control_reply(int client)
{
	(void)send(client, "done", 4, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static int wait_for_answer(int fd, uint64_t timeout_us)
{
	struct pollfd answer = {.fd = fd, .events = POLLIN};
	int n = poll(&answer, 1, (int)(timeout_us / US_PER_MS));

	if (n < 0)
		return -errno;
	return n ? 0 : -ETIMEDOUT;
}

int control_request(const char *message, uint64_t timeout_us)
{
	/* Non-blocking: a collector that was stopped must not hold up its caller either. */
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un address;
	socklen_t length = control_address(&address);

	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, length) < 0)
		return -errno;
	if (send(fd, message, strlen(message), MSG_NOSIGNAL) < 0)
		return -errno;
	return wait_for_answer(fd, timeout_us);
}
