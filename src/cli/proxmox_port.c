/* SPDX-License-Identifier: MIT */
#include "cli/proxmox_port.h"

#include "base/text.h"
#include "bootprobe/config.h"

#include <string.h>

/* Copies the value of "key=" in a word as "virtserialport,chardev=a,name=b". False where it has
 * none, or one with a comma, which QEMU wants twice, or a quote. */
static bool find_value(const char *word, size_t length, const char *key, char *value, size_t size)
{
	size_t key_length = strlen(key);

	for (size_t at = 0; at < length; at += strcspn(word + at, ",") + 1) {
		const char *start = word + at + key_length;
		size_t end;

		if (length - at <= key_length || memcmp(word + at, key, key_length) != 0)
			continue;
		end = strcspn(start, ", ");
		return end > 0 && end < size && !(start[end] == ',' && start[end + 1] == ',') &&
		       strcspn(start, "'\"\\") >= end && text_copy_bytes(value, size, start, end);
	}
	return false;
}

/* The next word; NULL: there is none. */
static const char *next_word(const char *at, size_t *ret_length)
{
	at += strspn(at, " ");
	*ret_length = strcspn(at, " ");
	return *ret_length ? at : NULL;
}

static bool is_port(const char *word, size_t length)
{
	char name[sizeof(REPORT_PORT_NAME)];

	return text_starts_with(word, "virtserialport,") &&
	       find_value(word, length, "name=", name, sizeof(name)) &&
	       strcmp(name, REPORT_PORT_NAME) == 0;
}

static bool is_chardev(const char *word, size_t length, const struct proxmox_port *port)
{
	char id[sizeof(port->chardev)];

	return (text_starts_with(word, "file,") || text_starts_with(word, "socket,")) &&
	       find_value(word, length, "id=", id, sizeof(id)) && strcmp(id, port->chardev) == 0;
}

bool proxmox_port_find(const char *args, struct proxmox_port *ret_port)
{
	const char *word;
	size_t length;
	bool is_found = false;

	*ret_port = (struct proxmox_port){0};
	for (const char *at = args; !is_found && (word = next_word(at, &length));
		at = word + length)
		is_found = is_port(word, length) &&
			   find_value(word, length, "chardev=", ret_port->chardev,
				   sizeof(ret_port->chardev));
	for (const char *at = args; is_found && (word = next_word(at, &length));
		at = word + length) {
		if (!is_chardev(word, length, ret_port))
			continue;
		ret_port->is_socket = *word == 's';
		return find_value(word, length, "path=", ret_port->path, sizeof(ret_port->path));
	}
	return false;
}

static size_t count_of(const char *args, const char *part)
{
	size_t count = 0;

	for (const char *at = args; (at = strstr(at, part)); at += strlen(part))
		count++;
	return count;
}

static bool belongs(const char *word, size_t length, const struct proxmox_port *port)
{
	return is_port(word, length) || is_chardev(word, length, port) ||
	       text_starts_with(word, "virtio-serial");
}

bool proxmox_port_remove(char *args, const struct proxmox_port *port)
{
	const char *word, *option = NULL;
	size_t length;

	if (strpbrk(args, "'\"\\") || count_of(args, "virtserialport") != 1 ||
		count_of(args, "virtio-serial") != 1 || count_of(args, "virtconsole"))
		return false;
	for (const char *at = args; (word = next_word(at, &length));) {
		bool is_pair = option && (text_starts_with(option, "-device ") ||
						 text_starts_with(option, "-chardev "));

		at = word + length;
		if (is_pair && belongs(word, length, port)) {
			memmove(args + (option - args), at + strspn(at, " "),
				strlen(at + strspn(at, " ")) + 1);
			at = option;
			option = NULL;
			continue;
		}
		option = word;
	}
	for (length = strlen(args); length && args[length - 1] == ' ';)
		args[--length] = '\0';
	return true;
}
