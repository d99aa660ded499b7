/* SPDX-License-Identifier: MIT */
/*
 * Programs that enlarge partitions during the boot, by the files that give them away.
 */
#ifndef PARSE_GROWER_H
#define PARSE_GROWER_H

#include <stdbool.h>
#include <stddef.h>

struct grower_place {
	const char *name;
	const char *path;      /* a file, or a folder whose files are looked at; no leading slash */
	const char *file_part; /* in a folder: what the name of the file holds; NULL: any file */
	bool is_in_initrd;
};

extern const struct grower_place GROWER_PLACES[];
extern const size_t GROWER_PLACES_COUNT;

/* Files of the new root that tell Debian's growroot to do nothing. */
extern const char *const GROWROOT_MARKS[];
extern const size_t GROWROOT_MARKS_COUNT;

/* Whether a shell script ends at its first failing command: "set -e" (also among other letters, or
 * as "-o errexit") as a command of its own line, or "-e" behind its interpreter. */
bool grower_exits_on_error(const char *script);

#endif
