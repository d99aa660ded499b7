/* SPDX-License-Identifier: MIT */
#include "hook/settings.h"

#include "base/text.h"
#include "parse/config.h"
#include "parse/smbios.h"
#include "source/cmdline.h"

#include <errno.h>

/* QEMU's table has less than one KiB; those of large servers have some dozens. */
enum { SMBIOS_SIZE = 128 * 1024 };

static void read_cmdline(const struct sysroot *root, struct config *config)
{
	static char text[CMDLINE_SIZE];

	if (cmdline_source_read(root, text, sizeof(text)) >= 0)
		config_parse(config, text_trim(text));
}

/* The kernel itself has the table: no module is needed for it. */
static void read_smbios(const struct sysroot *root, struct config *config)
{
	static char table[SMBIOS_SIZE];
	struct smbios_walk walk;
	const char *string;
	ssize_t n = sysroot_read(root, "sys/firmware/dmi/tables/DMI", table, sizeof(table));

	/* One that is longer is read as far as it goes. */
	if (n == -EFBIG)
		n = sizeof(table) - 1;
	if (n < 0)
		return;
	smbios_begin(&walk, (const uint8_t *)table, (size_t)n);
	while ((string = smbios_next_oem_string(&walk))) {
		if (!config_is_ours(string))
			continue;
		config->is_from_smbios = true;
		config_parse(config, string);
	}
}

void settings_read_fwcfg(const struct sysroot *root, struct config *config)
{
	static char text[CMDLINE_SIZE];

	if (sysroot_read(root, "sys/firmware/qemu_fw_cfg/by_name/opt/org.bootprobe/cmdline/raw",
		    text, sizeof(text)) <= 0)
		return;
	config->is_from_fwcfg = true;
	config_parse(config, text_trim(text));
}

void settings_read(const struct sysroot *root, struct config *config)
{
	config_init(config);
	read_cmdline(root, config);
	read_smbios(root, config);
	settings_read_fwcfg(root, config);
}
