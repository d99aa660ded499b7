/* SPDX-License-Identifier: MIT */
#include "hook/collector_part.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void clients_answer_caller(struct collector *collector)
{
	if (collector->caller_fd >= 0)
		(void)!write(collector->caller_fd, "", 1);
	children_let_in(&collector->children, collector->caller_fd);
	cleanup_close(&collector->caller_fd);
	collector->caller_fd = -1;
}

static void drop_client(struct collector *collector)
{
	cleanup_close(&collector->client_fd);
	collector->client_fd = -1;
}

void clients_answer(struct collector *collector)
{
	if (collector->client_fd < 0)
		return;
	control_reply(collector->client_fd);
	drop_client(collector);
}

/* One that has asked gets its answer; one that says nothing gives way to the next. */
bool clients_may_accept(const struct collector *collector)
{
	return collector->client_fd < 0 || !collector->is_finish_wanted;
}

static void accept_client(struct collector *collector)
{
	int fd = clients_may_accept(collector) ? control_accept(collector->control_fd) : -EAGAIN;

	if (fd < 0)
		return;
	cleanup_close(&collector->client_fd);
	collector->client_fd = fd;
}

void clients_handle(struct collector *collector)
{
	char message[CONTROL_MESSAGE_SIZE];
	const char *root;
	int r;

	accept_client(collector);
	if (collector->client_fd < 0)
		return;
	r = control_receive(collector->client_fd, message, sizeof(message));
	if (r == -EAGAIN)
		return;
	if (r < 0) {
		drop_client(collector);
		return;
	}
	if (collector->state == STATE_LINGER) {
		clients_answer(collector);
		return;
	}
	collector->has_given_up = text_starts_with(message, CONTROL_GAVE_UP);
	root = message + (collector->has_given_up ? strlen(CONTROL_GAVE_UP) : 0);
	text_copy(collector->new_root, sizeof(collector->new_root), root);
	collector->sources.new_root =
		strcmp(root, CONTROL_NO_ROOT) == 0 ? NULL : collector->new_root;
	collector->is_finish_wanted = true;
}
