/* SPDX-License-Identifier: MIT */
#include "source/image_server.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#ifdef HAVE_LIBNBD
#include "base/clock.h"

#include <libnbd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

struct image_server {
	struct nbd_handle *nbd;
	pid_t process;
	uint32_t patience_s; /* for one answer */
	bool is_late;        /* it did not answer in time, and is not asked again */
};

static bool is_program(const char *folder, size_t length, const char *name)
{
	char path[512];
	struct text text;

	text_init(&text, path, sizeof(path));
	text_append_bytes(&text, folder, length);
	text_append_char(&text, '/');
	text_append(&text, name);
	return length && !text.is_cut && access(path, X_OK) == 0;
}

static bool is_in_path(const char *name)
{
	const char *folders = getenv("PATH");

	while (folders && *folders) {
		size_t length = strcspn(folders, ":");

		if (is_program(folders, length, name))
			return true;
		folders += length + (folders[length] == ':');
	}
	return false;
}

/* The image for QEMU, in its own words (qapi/block-core.json, BlockdevOptions): with no backing
 * file but the one that was opened here, each in its format, and without locks, which a machine
 * that runs on the image holds. */
static void describe(const struct image_source *image, struct text *text)
{
	text_append(text, "json:");
	for (uint32_t i = 0; i < image->link_count; i++) {
		const struct image_link *link = &image->link[i];

		text_append(text, "{\"driver\":\"");
		text_append(text, link->format.driver);
		text_append(
			text, "\",\"read-only\":true,\"force-share\":true,\"file\":{\"driver\":\"");
		text_append(text, link->is_device ? "host_device" : "file");
		text_append(text, "\",\"read-only\":true,\"locking\":\"off\",\"filename\":"
				  "\"/proc/self/fd/");
		text_append_u64(text, (uint64_t)link->fd);
		text_append(text, "\"}");
		/* A driver without backing files has no such option. */
		if (strcmp(link->format.driver, "qcow2") == 0 ||
			strcmp(link->format.driver, "vmdk") == 0)
			text_append(text,
				i + 1 < image->link_count ? ",\"backing\":" : ",\"backing\":null");
	}
	for (uint32_t i = 0; i < image->link_count; i++)
		text_append_char(text, '}');
}

/* The last line of what qemu-nbd wrote, less the description that it repeats: it quotes the image,
 * which must not reach a terminal as it is. */
static void append_complaint(int fd, struct text *why)
{
	char text[1024], *cursor = text, *line, *last = NULL;
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return;
	text[n] = '\0';
	while ((line = text_next_line(&cursor))) {
		if (!text_is_empty(line))
			last = line;
	}
	if (last) {
		const char *end = strstr(last, "}': ");

		text_append(why, ": ");
		text_append(why, end ? end + strlen("}': ") : last);
	}
}

/* ------------------------------------------------------------------------------- the socket */

/* A socket that listens and one that is connected to it. Its name is gone before anybody else could
 * use it, so that nothing is left behind however this ends. */
static int open_sockets(int *ret_listening, int *ret_connected)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const struct sockaddr *name = (const struct sockaddr *)&address;
	_cleanup_close_ int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	_cleanup_close_ int connected = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char folder[] = "/tmp/bootprobe-nbd-XXXXXX";
	int r = 0;

	if (listening < 0 || connected < 0 || !mkdtemp(folder))
		return -errno;
	(void)text_join(address.sun_path, sizeof(address.sun_path), folder, "/nbd", NULL);
	if (bind(listening, name, sizeof(address)) < 0 || listen(listening, 1) < 0 ||
		connect(connected, name, sizeof(address)) < 0)
		r = -errno;
	(void)unlink(address.sun_path);
	(void)rmdir(folder);
	if (r < 0)
		return r;
	*ret_listening = take_fd(&listening);
	*ret_connected = take_fd(&connected);
	return 0;
}

/* With no signal in between that would leave the name behind. */
static int open_sockets_undisturbed(int *ret_listening, int *ret_connected)
{
	sigset_t all, before;
	int r;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &before);
	r = open_sockets(ret_listening, ret_connected);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}

/* ------------------------------------------------------------------------------ the process */

/* In the child. It has the socket as sd_listen_fds(3) says, and ends with its parent, whatever ends
 * that. */
static void become_server(const struct image_source *image, char **command, int listening,
	int complaints, pid_t parent)
{
	enum { LISTEN_FDS_START = 3, HIGH = 64 };
	int high = fcntl(listening, F_DUPFD_CLOEXEC, HIGH); /* where no dup2() closes it */
	char number[24];
	struct text text;

	text_init(&text, number, sizeof(number));
	text_append_u64(&text, (uint64_t)getpid());
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent ||
		setenv("LISTEN_PID", number, 1) < 0 || setenv("LISTEN_FDS", "1", 1) < 0 ||
		dup2(complaints, STDERR_FILENO) < 0 || dup2(high, LISTEN_FDS_START) < 0)
		_exit(1);
	for (uint32_t i = 0; i < image->link_count; i++)
		(void)fcntl(image->link[i].fd, F_SETFD, 0);
	(void)execvp(command[0], command);
	_exit(1);
}

/* Ends the process. One that hangs in a read of its storage cannot end: it is not waited for. */
static void end_process(pid_t process)
{
	const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};

	(void)kill(process, SIGKILL);
	for (unsigned i = 0; i < 100 && waitpid(process, NULL, WNOHANG) == 0; i++)
		(void)nanosleep(&pause, NULL);
}

static int start_process(struct image_server *server, const struct image_source *image,
	char **command, int complaints)
{
	_cleanup_close_ int listening = -1;
	_cleanup_close_ int connected = -1;
	pid_t parent = getpid();
	int r = open_sockets_undisturbed(&listening, &connected);

	if (r < 0)
		return r;
	server->process = fork();
	if (server->process < 0)
		return -errno;
	if (server->process == 0)
		become_server(image, command, listening, complaints, parent);
	return nbd_aio_connect_socket(server->nbd, take_fd(&connected)) < 0 ? -EIO : 0;
}

/* ------------------------------------------------------------------------------- asking it */

/* Lets libnbd work until something has happened, at most up to the deadline. */
static int wait_for_server(struct image_server *server, uint64_t deadline_us)
{
	uint64_t now = clock_now_us();
	int r = now < deadline_us
			? nbd_poll(server->nbd, (int)((deadline_us - now) / US_PER_MS + 1))
			: 0;

	if (r < 0)
		return -EIO;
	server->is_late |= r == 0;
	return r == 0 ? -ETIMEDOUT : 0;
}

static uint64_t deadline_of(const struct image_server *server)
{
	return clock_now_us() + server->patience_s * US_PER_S;
}

static int shake_hands(struct image_server *server)
{
	uint64_t deadline_us = deadline_of(server);
	int r = 0;

	while (r == 0 && nbd_aio_is_connecting(server->nbd) == 1)
		r = wait_for_server(server, deadline_us);
	return r < 0 || nbd_aio_is_ready(server->nbd) == 1 ? r : -EIO;
}

static void server_free(struct image_server *server)
{
	if (!server)
		return;
	if (server->process > 0)
		end_process(server->process);
	nbd_close(server->nbd);
	free(server);
}

static void cleanup_server(struct image_server *const *server)
{
	server_free(*server);
}

static int explain_failure(
	const struct image_server *server, int error, int complaints, struct text *why)
{
	if (error != -ETIMEDOUT && error != -EIO) {
		text_append(why, "qemu-nbd cannot be started: ");
		text_append(why, strerror(-error));
	} else if (error == -ETIMEDOUT) {
		text_append(why, "qemu-nbd has not answered for ");
		text_append_u64(why, server->patience_s);
		text_append(why, " s; the storage of the image may hang (--timeout waits longer)");
	} else {
		text_append(why, "qemu-nbd cannot read it");
		append_complaint(complaints, why);
	}
	return error;
}

int image_server_start(struct image_source *image, uint32_t patience_s, struct text *why)
{
	_cleanup_close_ int complaints = memfd_create("qemu-nbd", MFD_CLOEXEC);
	_cleanup_(cleanup_server) struct image_server *server = calloc(1, sizeof(*server));
	char description[256 * IMAGE_CHAIN_MAX];
	char program[] = "qemu-nbd", option[] = "--read-only";
	char *command[] = {program, option, description, NULL};
	struct text text;
	int64_t size;
	int r;

	text_init(&text, description, sizeof(description));
	describe(image, &text);
	if (!is_in_path("qemu-nbd")) {
		text_append(why, "reading it takes qemu-nbd (Debian: apt install qemu-utils), or "
				 "'qemu-img convert -O raw' elsewhere");
		return -ENOPKG;
	}
	if (!server || complaints < 0)
		return -ENOMEM;
	server->patience_s = patience_s;
	server->nbd = nbd_create();
	if (!server->nbd)
		return -ENOMEM;
	r = start_process(server, image, command, complaints);
	r = r < 0 ? r : shake_hands(server);
	size = r < 0 ? -1 : nbd_get_size(server->nbd);
	if (size < 0)
		return explain_failure(server, r < 0 ? r : -EIO, complaints, why);
	image->size_bytes = (uint64_t)size;
	image->server = server;
	server = NULL;
	return 0;
}

void image_server_stop(struct image_source *image)
{
	server_free(image->server);
	image->server = NULL;
}

int image_server_read(
	struct image_source *image, uint64_t offset_bytes, uint8_t *buffer, uint32_t length_bytes)
{
	struct image_server *server = image->server;
	uint64_t deadline_us = deadline_of(server);
	int64_t cookie;
	int r = 0;

	if (server->is_late)
		return -ETIMEDOUT;
	cookie = nbd_aio_pread(
		server->nbd, buffer, length_bytes, offset_bytes, NBD_NULL_COMPLETION, 0);
	if (cookie < 0)
		return -EIO;
	while (r == 0) {
		int done = nbd_aio_command_completed(server->nbd, (uint64_t)cookie);

		if (done > 0)
			return 0;
		if (done < 0)
			return nbd_get_errno() > 0 ? -nbd_get_errno() : -EIO;
		r = wait_for_server(server, deadline_us);
	}
	return r;
}

bool image_server_is_late(const struct image_source *image)
{
	const struct image_server *server = image->server;

	return server && server->is_late;
}

#else

int image_server_start(struct image_source *image, uint32_t patience_s, struct text *why)
{
	(void)image;
	(void)patience_s;
	text_append(why, "this bootprobe was built without libnbd and reads raw images only: "
			 "'qemu-img convert -O raw' makes one");
	return -ENOPKG;
}

void image_server_stop(struct image_source *image)
{
	(void)image;
}

int image_server_read(
	struct image_source *image, uint64_t offset_bytes, uint8_t *buffer, uint32_t length_bytes)
{
	(void)image;
	(void)offset_bytes;
	(void)buffer;
	(void)length_bytes;
	return -ENOTSUP;
}

bool image_server_is_late(const struct image_source *image)
{
	(void)image;
	return false;
}

#endif
