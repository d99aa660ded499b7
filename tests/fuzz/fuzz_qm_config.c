/* SPDX-License-Identifier: MIT */
/*
 * The configuration of a VM, to the lines for a shell: whatever it holds, they are one line each,
 * in printable ASCII, and end no quote that they did not begin.
 */
#include "cli/proxmox_lines.h"
#include "parse/qm_config.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_line(const char *line)
{
	for (const char *c = line; c && *c; c++) {
		if (*c < ' ' || *c > '~')
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct qm_config config;
	struct proxmox_lines lines;
	char *text = malloc(size + 1);

	if (!text)
		abort();
	memcpy(text, data, size);
	qm_config_parse(text, size, &config);
	free(text);
	if (!memchr(config.args, 0, sizeof(config.args)) ||
		!memchr(config.name, 0, sizeof(config.name)) || config.serial_ports > 15)
		abort();
	if (proxmox_lines_make("100", &config, size % 2 ? "" : "bootprobe.sinks=kmsg,run", &lines) <
		0)
		abort();
	for (size_t i = 0; i < SWITCH_COUNT; i++)
		check_line(lines.give[i]);
	check_line(lines.take_away);
	check_line(lines.follow);
	check_line(lines.read);
	proxmox_lines_free(&lines);
	return 0;
}
