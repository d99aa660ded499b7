/* SPDX-License-Identifier: MIT */
/*
 * A connection to systemd as PID 1: /run/systemd/private, the socket that systemctl uses as root.
 *
 * It needs no dbus-daemon: PID 1 itself answers, as soon as it has set itself up, in the initrd
 * too. A library would do this as well, but Debian has no static one of libsystemd, libdbus or any
 * other, and each is larger than what is asked for here: some calls with strings, and three kinds
 * of answers.
 *
 * What it costs PID 1 (src/core/dbus.c, bus_on_connection, versions 252 to 257): one accept, some
 * allocations, and a line in the log only at the level "debug"; while the connection is there, PID
 * 1 also writes its signals to it. Nothing of it counts as a job, a unit or a change of either.
 * With SELinux, an answer may be refused (AccessDenied), and the audit log then tells of it.
 */
#ifndef SOURCE_SYSTEMD_LINK_H
#define SOURCE_SYSTEMD_LINK_H

#include "parse/dbus_message.h"
#include "source/sysroot.h"

struct systemd_link {
	int fd;
	uint64_t deadline_us; /* CLOCK_MONOTONIC: behind it everything is -ETIMEDOUT */
	uint32_t serial;      /* of the last call */
	uint32_t body_left;   /* of the message that is being read, behind what is in buf */
	/* What has come and was not taken yet, from a multiple of 8 of its message. An entry of an
	 * answer must fit. */
	size_t length, at;
	uint8_t buf[8192];
};

/* proc: /proc itself; the socket is that of PID 1's root, wherever this process has its own.
 * Returns 0 or a negative errno: -ENOENT where there is no such socket, -ECONNREFUSED where nobody
 * is behind it, -EPERM where that is not PID 1, -ETIMEDOUT where it does not answer. */
int systemd_link_open(struct systemd_link *link, const struct sysroot *proc, uint64_t deadline_us);
void systemd_link_close(struct systemd_link *link);

/* Calls a method of systemd's; the answers come in the order of the calls. */
int systemd_link_call(struct systemd_link *link, const struct dbus_call *call);

/* To the body of the answer that comes next, which must have that signature; what PID 1 tells
 * besides is passed over. -EREMOTEIO: the answer is an error. */
int systemd_link_answer(
	struct systemd_link *link, const char *signature, struct dbus_header *ret_header);
/* All entries of a body that is an array of structs. take returns the error of the cursor; with
 * -EAGAIN it is called once more for the same entry. */
int systemd_link_entries(struct systemd_link *link, const struct dbus_header *header,
	int (*take)(void *context, struct dbus_cursor *cursor), void *context);

/* Properties.Get of a number; _ask and _told, so that several can be on their way. */
int systemd_link_ask(
	struct systemd_link *link, const char *path, const char *interface, const char *property);
int systemd_link_told(struct systemd_link *link, uint64_t *ret_value);

#define SYSTEMD_DESTINATION "org.freedesktop.systemd1"
#define SYSTEMD_MANAGER_PATH "/org/freedesktop/systemd1"
#define SYSTEMD_MANAGER "org.freedesktop.systemd1.Manager"
#define SYSTEMD_UNIT "org.freedesktop.systemd1.Unit"

#endif
