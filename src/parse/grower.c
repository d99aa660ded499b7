/* SPDX-License-Identifier: MIT */
#include "parse/grower.h"

#include "base/text.h"

#include <string.h>

const struct grower_place GROWER_PLACES[] = {
	/* cloud-initramfs-growroot of Debian and Ubuntu */
	{"growroot", "scripts/local-bottom/growroot", NULL, true},
	/* the same project's dracut module, wherever this dracut keeps its hooks */
	{"growroot", "usr/lib/dracut/hooks/pre-pivot", "growroot", true},
	{"growroot", "var/lib/dracut/hooks/pre-pivot", "growroot", true},
	{"growroot", "lib/dracut/hooks/pre-pivot", "growroot", true},
	{"kiwi-repart", "usr/lib/dracut/hooks/pre-mount", "kiwi-repart", true},
	{"kiwi-repart", "var/lib/dracut/hooks/pre-mount", "kiwi-repart", true},
	{"systemd-repart", "etc/repart.d", ".conf", true},
	{"systemd-repart", "usr/lib/repart.d", ".conf", true},
	{"systemd-repart", "etc/repart.d", ".conf", false},
	{"systemd-repart", "usr/lib/repart.d", ".conf", false},
	/* NixOS: boot.growPartition */
	{"growpart", "etc/systemd/system/growpart.service", NULL, false},
	{"cloud-init", "usr/bin/cloud-init", NULL, false},
};
const size_t GROWER_PLACES_COUNT = ARRAY_SIZE(GROWER_PLACES);

const char *const GROWROOT_MARKS[] = {
	"var/lib/cloud/instance/root-grown",
	"etc/growroot-disabled",
	"etc/growroot-grown",
};
const size_t GROWROOT_MARKS_COUNT = ARRAY_SIZE(GROWROOT_MARKS);

/* "-e", "-eu", "-o errexit" at the start of options; other words may stand between. */
static bool has_errexit(const char *options, const char *end)
{
	while (options < end) {
		const char *word;

		options += strspn(options, " \t");
		word = options;
		while (options < end && *options != ' ' && *options != '\t' && *options != ';')
			options++;
		if (word == options)
			return false;
		if (word[0] == '-' && word[1] != '-' && word[1] != 'o' &&
			memchr(word, 'e', (size_t)(options - word)))
			return true;
		if ((size_t)(options - word) == 7 && strncmp(word, "errexit", 7) == 0)
			return true;
	}
	return false;
}

bool grower_exits_on_error(const char *script)
{
	for (const char *line = script; *line;) {
		const char *end = strchr(line, '\n');
		const char *start = line + strspn(line, " \t");
		const char *space;

		end = end ? end : line + strlen(line);
		if (strncmp(start, "set ", 4) == 0 && has_errexit(start + 4, end))
			return true;
		space = strchr(start, ' ');
		if (line == script && strncmp(line, "#!", 2) == 0 && space && space < end &&
			has_errexit(space, end))
			return true;
		line = *end ? end + 1 : end;
	}
	return false;
}
