/* SPDX-License-Identifier: MIT */
#include "source/systemd_link.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET_PATH "run/systemd/private"

/* ------------------------------------------------------------------------------------ bytes */

static int wait_for(struct systemd_link *link, short events)
{
	struct pollfd fd = {.fd = link->fd, .events = events};
	uint64_t now = clock_now_us();
	int n;

	if (now >= link->deadline_us)
		return -ETIMEDOUT;
	n = poll(&fd, 1, (int)((link->deadline_us - now) / US_PER_MS + 1));
	return n < 0 && errno != EINTR ? -errno : 0;
}

static int send_all(struct systemd_link *link, const void *bytes, size_t count)
{
	const uint8_t *next = bytes;

	while (count) {
		ssize_t n = send(link->fd, next, count, MSG_NOSIGNAL);
		int r = 0;

		if (n < 0 && errno == EAGAIN)
			r = wait_for(link, POLLOUT);
		else if (n < 0 && errno != EINTR)
			r = -errno;
		if (r < 0)
			return r;
		next += n > 0 ? n : 0;
		count -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}

/* More bytes behind those that were not taken. */
static int fill(struct systemd_link *link)
{
	ssize_t n;

	/* Whole multiples of 8 only, so that what is kept stays aligned. */
	size_t taken = link->at & ~(size_t)7;

	memmove(link->buf, link->buf + taken, link->length - taken);
	link->length -= taken;
	link->at -= taken;
	if (link->length == sizeof(link->buf))
		return -EPROTO;
	for (;;) {
		int r = wait_for(link, POLLIN);

		if (r < 0)
			return r;
		n = recv(link->fd, link->buf + link->length, sizeof(link->buf) - link->length, 0);
		if (n > 0)
			break;
		if (n == 0)
			return -EPROTO;
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
	}
	link->length += (size_t)n;
	return 0;
}

/* ------------------------------------------------------------------------------------ beginning */

static int open_socket(const struct sysroot *proc)
{
	/* A magic link, which sysroot_openat() refuses to follow. */
	_cleanup_close_ int root = openat(proc->fd, "1/root", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root < 0)
		return -errno;
	return sysroot_openat(&(struct sysroot){.fd = root}, SOCKET_PATH, O_PATH | O_NOFOLLOW);
}

/* This process may have no /proc in its root, and PID 1's root is another one: both are reached by
 * descriptors, and connect(2) takes a path. So the way begins in /proc for a moment. */
static int connect_to(int fd, int socket_fd, const struct sysroot *proc)
{
	_cleanup_close_ int before = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct text text;
	int r;

	text_init(&text, address.sun_path, sizeof(address.sun_path));
	text_append(&text, "self/fd/");
	text_append_u64(&text, (uint64_t)socket_fd);
	if (fchdir(proc->fd) < 0)
		return -errno;
	r = connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
	if (before < 0 || fchdir(before) < 0)
		(void)!chdir("/");
	return r;
}

static int check_peer(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return -errno;
	return peer.pid == 1 ? 0 : -EPERM;
}

/* "Authentication Protocol": EXTERNAL, who is who being known to the kernel. 30: "0", the user. */
static int authenticate(struct systemd_link *link)
{
	static const char HELLO[] = "\0AUTH EXTERNAL 30\r\nBEGIN\r\n", OK[] = "OK ";
	const char *end;
	int r = send_all(link, HELLO, sizeof(HELLO) - 1);

	while (r == 0 && !(end = memchr(link->buf, '\n', link->length)))
		r = fill(link);
	if (r < 0)
		return r;
	if (memcmp(link->buf, OK, strlen(OK)) != 0)
		return -EPROTO;
	/* Nothing more has been asked for: this is all that there is. */
	if (end + 1 != (const char *)link->buf + link->length)
		return -EPROTO;
	link->length = 0;
	return 0;
}

int systemd_link_open(struct systemd_link *link, const struct sysroot *proc, uint64_t deadline_us)
{
	_cleanup_close_ int socket_fd = open_socket(proc);
	int r;

	*link = (struct systemd_link){.fd = -1, .deadline_us = deadline_us};
	if (socket_fd < 0)
		return socket_fd;
	link->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (link->fd < 0)
		return -errno;
	r = connect_to(link->fd, socket_fd, proc);
	/* What a captured machine is played by has another number. */
	if (r == 0 && !proc->is_fixture)
		r = check_peer(link->fd);
	if (r == 0)
		r = authenticate(link);
	if (r < 0)
		systemd_link_close(link);
	return r;
}

void systemd_link_close(struct systemd_link *link)
{
	cleanup_close(&link->fd);
	link->fd = -1;
}

/* --------------------------------------------------------------------------- calls and answers */

int systemd_link_call(struct systemd_link *link, const struct dbus_call *call)
{
	uint8_t message[1024];
	size_t length = dbus_call_write(call, link->serial + 1, message, sizeof(message));

	if (!length)
		return -EMSGSIZE;
	link->serial++;
	return send_all(link, message, length);
}

/* Behind the body of the message that is being read. */
static int pass_over_body(struct systemd_link *link)
{
	int r = 0;

	while (link->body_left && r == 0) {
		size_t there = link->length - link->at;
		size_t take = there < link->body_left ? there : link->body_left;

		link->at += take;
		link->body_left -= (uint32_t)take;
		if (link->body_left)
			r = fill(link);
	}
	return r;
}

static int next_header(struct systemd_link *link, struct dbus_header *header)
{
	int r = pass_over_body(link);

	if (r < 0)
		return r;
	/* A message begins anywhere: the multiples of 8 are counted from there. */
	memmove(link->buf, link->buf + link->at, link->length - link->at);
	link->length -= link->at;
	link->at = 0;
	while ((r = dbus_header_parse(link->buf, link->length, header)) == -EAGAIN) {
		r = fill(link);
		if (r < 0)
			return r;
	}
	if (r < 0)
		return r;
	link->at = header->header_bytes;
	link->body_left = header->body_bytes;
	return 0;
}

int systemd_link_answer(
	struct systemd_link *link, const char *signature, struct dbus_header *ret_header)
{
	int r;

	do
		r = next_header(link, ret_header);
	while (r == 0 && !ret_header->reply_serial);
	if (r < 0)
		return r;
	if (ret_header->type == DBUS_ERROR)
		return -EREMOTEIO;
	if (ret_header->type != DBUS_RETURN || strcmp(ret_header->signature, signature) != 0)
		return -EPROTO;
	return 0;
}

/* What of the body has come. */
static struct dbus_cursor cursor_at(const struct systemd_link *link, bool is_big_endian)
{
	size_t there = link->length - link->at;

	return (struct dbus_cursor){.bytes = link->buf,
		.at = link->at,
		.size = link->at + (there < link->body_left ? there : link->body_left),
		.is_big_endian = is_big_endian};
}

static void advance(struct systemd_link *link, const struct dbus_cursor *cursor)
{
	link->body_left -= (uint32_t)(cursor->at - link->at);
	link->at = cursor->at;
}

/* One piece of the body: take again with more bytes, as long as it needs more and there are some.
 */
static int take_piece(struct systemd_link *link, const struct dbus_header *header,
	int (*take)(void *context, struct dbus_cursor *cursor), void *context)
{
	for (;;) {
		struct dbus_cursor cursor = cursor_at(link, header->is_big_endian);
		bool is_all = link->length - link->at >= link->body_left;
		int r = take(context, &cursor);

		if (r == 0)
			advance(link, &cursor);
		if (r != -EAGAIN)
			return r;
		if (is_all)
			return -EPROTO;
		r = fill(link);
		if (r < 0)
			return r;
	}
}

static int take_length(void *context, struct dbus_cursor *cursor)
{
	uint32_t *length = context;

	*length = dbus_take_u32(cursor);
	dbus_align(cursor, 8);
	return cursor->error;
}

int systemd_link_entries(struct systemd_link *link, const struct dbus_header *header,
	int (*take)(void *context, struct dbus_cursor *cursor), void *context)
{
	uint32_t length = 0;
	int r = take_piece(link, header, take_length, &length);

	if (r == 0 && length != link->body_left)
		return -EPROTO;
	while (r == 0 && link->body_left)
		r = take_piece(link, header, take, context);
	return r;
}

int systemd_link_ask(
	struct systemd_link *link, const char *path, const char *interface, const char *property)
{
	return systemd_link_call(link, &(struct dbus_call){.destination = SYSTEMD_DESTINATION,
					       .path = path,
					       .interface = "org.freedesktop.DBus.Properties",
					       .member = "Get",
					       .arguments = {interface, property}});
}

static int take_number(void *context, struct dbus_cursor *cursor)
{
	uint64_t *value = context;

	*value = dbus_take_variant(cursor);
	return cursor->error;
}

int systemd_link_told(struct systemd_link *link, uint64_t *ret_value)
{
	struct dbus_header header;
	int r = systemd_link_answer(link, "v", &header);

	return r < 0 ? r : take_piece(link, &header, take_number, ret_value);
}
