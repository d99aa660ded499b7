/* SPDX-License-Identifier: MIT */
/*
 * A kernel command line, and all that reads one. What is shown of it must hold no byte of what was
 * found to be a secret's place, and parameters lie within the text.
 */
#include "fuzz_text.h"
#include "parse/boot_origin.h"
#include "parse/cmdline.h"
#include "parse/config.h"
#include "parse/console_option.h"
#include "parse/module_list.h"
#include "parse/redact.h"
#include "parse/root_param.h"

static void read_parameters(const char *text, size_t size)
{
	struct cmdline_parameter parameter;
	const char *cursor = text;
	size_t count = 0;

	while (cmdline_next(&cursor, &parameter)) {
		struct console_option option;

		if (++count > size || parameter.token < text ||
			parameter.token + parameter.token_length > text + size)
			abort();
		if (!parameter.value || !cmdline_is_name(&parameter, "console"))
			continue;
		console_option_parse(parameter.value, parameter.value_length, &option);
		FUZZ_ENDS(option.name);
		FUZZ_ENDS(option.options);
	}
}

static void read_root(const char *text)
{
	char spec[256], type[64], nfsroot[128];
	bool has_spec = cmdline_get(text, "root", spec, sizeof(spec));
	bool has_type = cmdline_get(text, "rootfstype", type, sizeof(type));
	bool has_nfs = cmdline_get(text, "nfsroot", nfsroot, sizeof(nfsroot));
	struct root_param root;
	uint32_t major, minor;

	root_param_parse(
		has_spec ? spec : NULL, has_type ? type : NULL, has_nfs ? nfsroot : NULL, &root);
	FUZZ_ENDS(root.value);
	(void)root_param_device_number(root.value, &major, &minor);
	(void)root_param_take_offset(root.value);
	(void)root_param_is_wanted(text);
}

static void read_redacted(const char *text, size_t size)
{
	struct redacted redacted = {0};
	char shown[4096];

	(void)cmdline_redact_parts(text, shown, sizeof(shown), &redacted);
	FUZZ_ENDS(shown);
	for (unsigned i = 0; i < redacted.count && i < REDACTED_PARTS_MAX; i++) {
		const struct redacted_part *part = &redacted.part[i];

		if (part->at < text || part->at + part->length > text + size)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	size_t length = strlen(text);
	struct platform_fact platform = {0};
	struct boot_clues clues = {.cmdline = text};
	struct config config;

	read_parameters(text, length);
	read_root(text);
	read_redacted(text, length);
	(void)module_list_is_blacklisted(text, "virtio_blk");
	boot_origin_decide(&clues, &platform);
	FUZZ_ENDS(platform.network_boot_because);
	config_init(&config);
	config_parse(&config, text);
	for (unsigned i = 0; i < CONFIG_PROBLEMS_MAX; i++)
		FUZZ_ENDS(config.problem[i]);
	free(text);
	return 0;
}
