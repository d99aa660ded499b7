/* SPDX-License-Identifier: MIT */
/*
 * Open descriptors from one process to another: what may block is opened by a child with a
 * deadline.
 */
#ifndef SOURCE_DESCRIPTORS_H
#define SOURCE_DESCRIPTORS_H

#include <stddef.h>

enum { DESCRIPTORS_MAX = 4 };

/* socket: one of a pair of unix sockets. Both return 0 or a negative errno, and never wait;
 * -EAGAIN: nothing was sent, -EBADMSG: another count. What was received is close-on-exec. */
int descriptors_send(int socket, const int *fds, size_t count);
int descriptors_receive(int socket, int *ret_fds, size_t count);

#endif
