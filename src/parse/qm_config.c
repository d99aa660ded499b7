/* SPDX-License-Identifier: MIT */
#include "parse/qm_config.h"

#include "base/text.h"

#include <string.h>

static const char SERIAL[] = "serial";

enum section { SECTION_MAIN, SECTION_PENDING, SECTION_OTHER };

/* A snapshot, or anything else in brackets, is a configuration of its own. */
static enum section section_of(const char *line)
{
	return strcasecmp(line, "[PENDING]") == 0 ? SECTION_PENDING : SECTION_OTHER;
}

/* -1 for any other key. */
static int serial_number(const char *key)
{
	const char *digit = key + sizeof(SERIAL) - 1;

	if (!text_starts_with(key, SERIAL) || digit[0] < '0' || digit[1])
		return -1;
	return *digit < '0' + QM_SERIAL_PORTS ? *digit - '0' : -1;
}

/* What stands in the configuration of a VM and hardly anywhere else, numbers left out: no "name".
 */
static const char *const KEYS[] = {"acpi", "affinity", "agent", "args", "audio", "autostart",
	"balloon", "bios", "boot", "bootdisk", "cicustom", "citype", "ciuser", "cores", "cpu",
	"cpulimit", "cpuunits", "efidisk", "hookscript", "hostpci", "hotplug", "hugepages", "ide",
	"ipconfig", "ivshmem", "kvm", "machine", "memory", "meta", "net", "numa", "onboot",
	"ostype", "parallel", "protection", "rng", "sata", "scsi", "scsihw", "serial", "smbios",
	"sockets", "sshkeys", "startdate", "tablet", "template", "tpmstate", "unused", "usb",
	"vcpus", "vga", "virtio", "virtiofs", "vmgenid", "vmstatestorage", "watchdog"};

/* Of a container (PVE::LXC::Config), which has much in common with a VM. */
static bool is_of_container(const char *key)
{
	return strcmp(key, "rootfs") == 0 || strcmp(key, "unprivileged") == 0 ||
	       text_starts_with(key, "lxc.");
}

static bool is_known(const char *key)
{
	size_t length = strcspn(key, "0123456789");

	if (key[length + strspn(key + length, "0123456789")])
		return false;
	for (size_t i = 0; i < sizeof(KEYS) / sizeof(*KEYS); i++) {
		if (strlen(KEYS[i]) == length && memcmp(KEYS[i], key, length) == 0)
			return true;
	}
	return false;
}

/* value NULL: the key is removed. */
static void apply(
	struct qm_config *config, enum section section, const char *key, const char *value)
{
	int serial = serial_number(key);

	if (strcmp(key, "name") == 0)
		(void)text_copy(config->name, sizeof(config->name), value ? value : "");
	if (strcmp(key, "args") == 0)
		config->is_args_cut =
			!text_copy(config->args, sizeof(config->args), value ? value : "");
	if (serial >= 0 && value)
		config->serial_ports |= 1U << serial;
	if (serial >= 0 && !value)
		config->serial_ports &= ~(1U << serial);
	if (section == SECTION_PENDING && (serial >= 0 || strcmp(key, "args") == 0))
		config->is_pending = true;
}

/* "delete: args,serial1", with "!" before a key where it is removed by force. */
static void apply_delete(struct qm_config *config, char *keys)
{
	while (*keys) {
		size_t length = strcspn(keys, ",; ");
		char *next = keys + length + (keys[length] != '\0');

		keys[length] = '\0';
		apply(config, SECTION_PENDING, keys + (*keys == '!'), NULL);
		keys = next;
	}
}

static void line_parse(struct qm_config *config, enum section section, char *line)
{
	char *value = strchr(line, ':');

	if (!value || *line == '#')
		return;
	*value++ = '\0';
	value = text_trim(value);
	if (!*value)
		return;
	config->has_known_key = config->has_known_key || is_known(line);
	config->is_container = config->is_container || is_of_container(line);
	if (section == SECTION_OTHER)
		return;
	if (section == SECTION_PENDING && strcmp(line, "delete") == 0)
		apply_delete(config, value);
	else
		apply(config, section, line, value);
}

void qm_config_parse(char *text, size_t length, struct qm_config *ret_config)
{
	enum section section = SECTION_MAIN;
	char *cursor = text, *line;

	*ret_config = (struct qm_config){0};
	/* What stands behind a NUL is no text. */
	text[length] = '\0';
	while ((line = text_next_line(&cursor))) {
		if (*line == '[') {
			section = section_of(text_trim(line));
			continue;
		}
		line_parse(ret_config, section, line);
	}
}
