/* SPDX-License-Identifier: MIT */
/*
 * What will enlarge partitions in this boot: in the initrd before it runs, in the new root at the
 * handoff.
 */
#include "probe/probe.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "parse/cmdline.h"
#include "parse/grower.h"
#include "source/cmdline.h"

#include <errno.h>
#include <string.h>

/* Longer scripts are judged by their beginning, where "set -e" stands. */
enum { SCRIPT_SIZE = 16384 };

/* "debug" makes initramfs-tools write all output to a file; nothing else is known to. */
static bool is_output_in_file(const struct sysroot *root)
{
	static char cmdline[CMDLINE_SIZE];
	char value[8];

	return cmdline_source_read(root, cmdline, sizeof(cmdline)) >= 0 &&
	       cmdline_get(cmdline, "debug", value, sizeof(value)) &&
	       sysroot_exists(root, "conf/initramfs.conf");
}

static bool is_marked(const struct sysroot *new_root)
{
	for (size_t i = 0; i < GROWROOT_MARKS_COUNT; i++) {
		if (sysroot_exists(new_root, GROWROOT_MARKS[i]))
			return true;
	}
	return false;
}

/* The path of the file that gives this grower away. */
static bool find_file(
	const struct sysroot *root, const struct grower_place *place, char *path, size_t size)
{
	_cleanup_closedir_ DIR *folder = NULL;
	const char *entry;

	if (!place->file_part)
		return sysroot_exists(root, place->path) && text_copy(path, size, place->path);
	folder = sysroot_opendir(root, place->path);
	while (folder && (entry = sysroot_next_entry(folder))) {
		if (strstr(entry, place->file_part))
			return text_join(path, size, place->path, "/", entry, NULL);
	}
	return false;
}

static bool is_listed(const struct facts *facts, const struct grower_place *place)
{
	fact_foreach (grower, facts->growers) {
		if (grower->is_in_initrd == place->is_in_initrd &&
			strcmp(grower->name, place->name) == 0)
			return true;
	}
	return false;
}

static void look_for(const struct sources *sources, const struct sysroot *root, struct facts *facts,
	const struct grower_place *place)
{
	static char script[SCRIPT_SIZE];
	struct grower_fact *grower;
	char path[sizeof(grower->path)];
	ssize_t n;

	if (is_listed(facts, place) || !find_file(root, place, path, sizeof(path)))
		return;
	grower = fact_new(facts->growers);
	if (!grower)
		return;
	*grower = (struct grower_fact){.is_in_initrd = place->is_in_initrd};
	(void)text_copy(grower->name, sizeof(grower->name), place->name);
	(void)text_copy(grower->path, sizeof(grower->path), path);
	n = place->is_in_initrd ? sysroot_read(root, path, script, sizeof(script)) : -1;
	if (n >= 0 || n == -EFBIG)
		grower->does_exit_on_error = answer_from(grower_exits_on_error(script));
	if (place->is_in_initrd)
		grower->is_output_in_file = answer_from(is_output_in_file(&sources->root));
	fact_done(facts->growers);
}

static void look_into(const struct sources *sources, const struct sysroot *root,
	struct facts *facts, bool is_initrd)
{
	for (size_t i = 0; i < GROWER_PLACES_COUNT; i++) {
		if (GROWER_PLACES[i].is_in_initrd == is_initrd)
			look_for(sources, root, facts, &GROWER_PLACES[i]);
	}
}

int grower_run(const struct sources *sources, struct facts *facts, uint32_t subject)
{
	_cleanup_(sysroot_close) struct sysroot new_root = SYSROOT_CLOSED;
	const char *path = sources->new_root;

	(void)subject;
	if (sources->is_switched) {
		look_into(sources, &sources->root, facts, false);
		return 0;
	}
	fact_list_reset(&facts->growers.list);
	/* A machine that runs has no initrd to look into any more: what lies there is stage 2. */
	look_into(sources, &sources->root, facts, facts->platform.initrd != INITRD_NONE);
	while (path && *path == '/')
		path++;
	if (!path || sysroot_open_below(&sources->root, path, &new_root) < 0)
		return 0;
	look_into(sources, &new_root, facts, false);
	fact_foreach (grower, facts->growers) {
		if (grower->is_in_initrd && strcmp(grower->name, "growroot") == 0)
			grower->is_done = answer_from(is_marked(&new_root));
	}
	return 0;
}
