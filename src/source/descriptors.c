/* SPDX-License-Identifier: MIT */
#include "source/descriptors.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union control {
	char bytes[CMSG_SPACE(DESCRIPTORS_MAX * sizeof(int))];
	struct cmsghdr header;
};

int descriptors_send(int socket, const int *fds, size_t count)
{
	union control control = {.bytes = ""};
	struct iovec word = {.iov_base = &(char){0}, .iov_len = 1};
	struct msghdr message = {.msg_iov = &word, .msg_iovlen = 1, .msg_control = control.bytes};
	struct cmsghdr *header;

	if (count > DESCRIPTORS_MAX)
		return -EINVAL;
	message.msg_controllen = CMSG_SPACE(count * sizeof(*fds));
	header = CMSG_FIRSTHDR(&message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(count * sizeof(*fds));
	memcpy(CMSG_DATA(header), fds, count * sizeof(*fds));
	return sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int descriptors_receive(int socket, int *ret_fds, size_t count)
{
	union control control = {.bytes = ""};
	char byte;
	struct iovec word = {.iov_base = &byte, .iov_len = 1};
	struct msghdr message = {.msg_iov = &word,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes)};
	struct cmsghdr *header;
	int fds[DESCRIPTORS_MAX];
	size_t received;
	ssize_t n = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (n < 0)
		return -errno;
	header = n ? CMSG_FIRSTHDR(&message) : NULL;
	if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
		return n ? -EBADMSG : -EAGAIN;
	received = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	received = received < DESCRIPTORS_MAX ? received : DESCRIPTORS_MAX;
	memcpy(fds, CMSG_DATA(header), received * sizeof(int));
	if (received == count) {
		memcpy(ret_fds, fds, count * sizeof(int));
		return 0;
	}
	for (size_t i = 0; i < received; i++)
		(void)close(fds[i]);
	return -EBADMSG;
}
