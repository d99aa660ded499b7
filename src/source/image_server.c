/* SPDX-License-Identifier: MIT */
#include "source/image_server.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#ifdef HAVE_LIBNBD
#include <libnbd.h>

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

/* For qemu-nbd alone: nothing else is started while they are open. */
static void pass_on(const struct image_source *image, bool is_passed)
{
	for (uint32_t i = 0; i < image->link_count; i++)
		(void)fcntl(image->link[i].fd, F_SETFD, is_passed ? 0 : FD_CLOEXEC);
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

static int connect_with_stderr(
	struct image_source *image, struct nbd_handle *nbd, char **command, int fd)
{
	_cleanup_close_ int own = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	int r;

	if (dup2(fd, STDERR_FILENO) < 0)
		return -errno;
	pass_on(image, true);
	r = nbd_connect_systemd_socket_activation(nbd, command) < 0 ? -EIO : 0;
	pass_on(image, false);
	if (own >= 0)
		(void)dup2(own, STDERR_FILENO);
	else
		(void)close(STDERR_FILENO);
	return r;
}

static void cleanup_nbd(struct nbd_handle *const *nbd)
{
	nbd_close(*nbd);
}

int image_server_start(struct image_source *image, struct text *why)
{
	_cleanup_close_ int complaints = memfd_create("qemu-nbd", MFD_CLOEXEC);
	_cleanup_(cleanup_nbd) struct nbd_handle *nbd = NULL;
	char description[256 * IMAGE_CHAIN_MAX];
	char program[] = "qemu-nbd", option[] = "--read-only";
	char *command[] = {program, option, description, NULL};
	struct text text;
	int64_t size;

	text_init(&text, description, sizeof(description));
	describe(image, &text);
	if (!is_in_path("qemu-nbd")) {
		text_append(why, "reading it takes qemu-nbd (Debian: apt install qemu-utils), or "
				 "'qemu-img convert -O raw' elsewhere");
		return -ENOPKG;
	}
	nbd = nbd_create();
	if (!nbd || complaints < 0)
		return -ENOMEM;
	if (connect_with_stderr(image, nbd, command, complaints) < 0 ||
		(size = nbd_get_size(nbd)) < 0) {
		text_append(why, "qemu-nbd cannot read it");
		append_complaint(complaints, why);
		return -EIO;
	}
	image->size_bytes = (uint64_t)size;
	image->server = nbd;
	nbd = NULL;
	return 0;
}

void image_server_stop(struct image_source *image)
{
	nbd_close(image->server);
	image->server = NULL;
}

int image_server_read(
	struct image_source *image, uint64_t offset_bytes, uint8_t *buffer, uint32_t length_bytes)
{
	if (nbd_pread(image->server, buffer, length_bytes, offset_bytes, 0) == 0)
		return 0;
	return nbd_get_errno() > 0 ? -nbd_get_errno() : -EIO;
}

#else

int image_server_start(struct image_source *image, struct text *why)
{
	(void)image;
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

#endif
