/* SPDX-License-Identifier: MIT */
/*
 * How "finish" reaches the collector: an abstract socket, which needs no file system and is gone
 * with its owner.
 */
#ifndef HOOK_CONTROL_H
#define HOOK_CONTROL_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

enum { CONTROL_MESSAGE_SIZE = PATH_MAX };
/* The message is the new root; this stands for none. */
#define CONTROL_NO_ROOT "-"
/* In front of it: stage 1 has given up, and shows a prompt instead of a handoff. */
#define CONTROL_GAVE_UP "!"

/* A listening socket, non-blocking; -EADDRINUSE: a collector runs already. */
int control_listen(void);
/* The next waiting client that belongs to root, or -EAGAIN. The caller closes it. */
int control_accept(int listening);
/* Reads the message of a client into buf, NUL-terminated. -EAGAIN: not there yet; -EMSGSIZE:
 * it is longer. */
int control_receive(int client, char *buf, size_t size);
void control_reply(int client);

/* Asks the collector to finish and waits for its answer, for at most timeout_us.
 * -ECONNREFUSED: there is no collector; -ETIMEDOUT. */
int control_request(const char *message, uint64_t timeout_us);

#endif
