/* SPDX-License-Identifier: MIT */
#include "parse/module_list.h"

#include "base/text.h"
#include "parse/cmdline.h"

#include <string.h>

static const char *const BLACKLIST_PARAMETERS[] = {
	"modprobe.blacklist",
	"module_blacklist",
	"rd.driver.blacklist",
};

static char name_char(char c)
{
	return c == '-' ? '_' : c;
}

bool module_name_is(const char *name, const char *other, size_t other_length)
{
	size_t i = 0;

	while (i < other_length && name[i] && name_char(name[i]) == name_char(other[i]))
		i++;
	return i == other_length && !name[i];
}

static bool list_contains(const char *list, size_t length, const char *module)
{
	const char *end = list + length;

	while (list < end) {
		const char *comma = memchr(list, ',', (size_t)(end - list));
		const char *stop = comma ? comma : end;

		if (module_name_is(module, list, (size_t)(stop - list)))
			return true;
		list = stop + 1;
	}
	return false;
}

static bool is_blacklist(const struct cmdline_parameter *parameter)
{
	for (size_t i = 0; i < ARRAY_SIZE(BLACKLIST_PARAMETERS); i++) {
		if (cmdline_is_name(parameter, BLACKLIST_PARAMETERS[i]))
			return true;
	}
	return false;
}

bool module_list_is_blacklisted(const char *cmdline, const char *module)
{
	struct cmdline_parameter parameter;

	if (!*module)
		return false;
	while (cmdline_next(&cmdline, &parameter)) {
		if (parameter.value && is_blacklist(&parameter) &&
			list_contains(parameter.value, parameter.value_length, module))
			return true;
	}
	return false;
}
