/* SPDX-License-Identifier: MIT */
#include "probe/probe.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "parse/fwcfg.h"
#include "source/confine.h"
#include "source/kmod.h"

#include <errno.h>
#include <string.h>

static const char SYSFS[] = "sys/firmware/qemu_fw_cfg";
static const char BY_NAME[] = "sys/firmware/qemu_fw_cfg/by_name";
static const char MODULE[] = "qemu_fw_cfg";

/* QEMU names items with 55 bytes at most, and has room for some dozens. */
enum { DEPTH_MAX = 8, ENTRIES_MAX = 1024, PATH_SIZE = 256, CONTENT_READ_MAX = 1024 };

/* ------------------------------------------------------------------------------------ declared */

/* The name of the first entry of a directory that starts with prefix. -ENOENT when there is none,
 * another errno when the directory cannot be read. */
static int entry_find(
	const struct sysroot *root, const char *path, const char *prefix, char *name, size_t size)
{
	_cleanup_closedir_ DIR *directory = sysroot_opendir(root, path);
	const char *entry;

	if (!directory)
		return errno == ENOENT ? -ENOTDIR : -errno;
	for (unsigned i = 0; i < 65536 && (entry = sysroot_next_entry(directory)); i++) {
		if (text_starts_with(entry, prefix))
			return text_copy(name, size, entry) ? 0 : -ENAMETOOLONG;
	}
	return -ENOENT;
}

static void find_declared(const struct sources *sources, struct fwcfg_fact *fwcfg)
{
	static const char ACPI[] = "sys/bus/acpi/devices";
	static const char TREE[] = "proc/device-tree";
	const struct sysroot *root = &sources->root;
	char name[64];
	int by_acpi = entry_find(root, ACPI, "QEMU0002:", name, sizeof(name));
	int by_tree;

	if (by_acpi == 0) {
		fwcfg->is_declared = ANSWER_YES;
		(void)sysroot_attribute(root, fwcfg->acpi_path, sizeof(fwcfg->acpi_path), ACPI, "/",
			name, "/path", NULL);
		return;
	}
	by_tree = entry_find(root, TREE, "fw-cfg", name, sizeof(name));
	if (by_tree == 0) {
		fwcfg->is_declared = ANSWER_YES;
		(void)text_join(fwcfg->acpi_path, sizeof(fwcfg->acpi_path), "/", name, NULL);
		return;
	}
	/* Without either of them nobody could have declared it. */
	if (by_acpi == -ENOENT || by_tree == -ENOENT)
		fwcfg->is_declared = ANSWER_NO;
}

/* -------------------------------------------------------------------------------------- driver */

/* The driver keeps by_key only when its probe went well. */
static bool is_bound(const struct sources *sources)
{
	return sysroot_exists(&sources->root, "sys/firmware/qemu_fw_cfg/by_key") ||
	       sysroot_exists(&sources->root, BY_NAME);
}

static void driver_load(const struct sources *sources, struct fwcfg_fact *fwcfg)
{
	int r = kmod_source_load(sources, MODULE);

	fwcfg->load = outcome_from(r);
	fwcfg->was_loaded_by_us = r == 0;
	if (is_bound(sources))
		fwcfg->driver = DRIVER_BOUND;
	else
		fwcfg->driver = r < 0 ? DRIVER_FAILED : DRIVER_LOADED;
}

static void find_driver(const struct sources *sources, struct fwcfg_fact *fwcfg)
{
	enum driver_state state;
	char module[48];

	if (is_bound(sources)) {
		fwcfg->driver = DRIVER_BOUND;
		return;
	}
	if (fwcfg->is_declared != ANSWER_YES)
		return;
	if (kmod_source_state(sources, MODULE, module, sizeof(module), &state) == 0)
		fwcfg->driver = state;
	if (fwcfg->driver == DRIVER_MODULE_FILE && sources->may_load_modules)
		driver_load(sources, fwcfg);
}

/* Linux, drivers/firmware/qemu_fw_cfg.c: the driver reads the signature itself (key 0 is not
 * exposed) and binds to nothing but "QEMU". */
static void find_revision(const struct sources *sources, struct fwcfg_fact *fwcfg)
{
	unsigned long long revision;
	int r = sysroot_number(&sources->root, 10, &revision, SYSFS, "/rev", NULL);

	(void)text_copy(fwcfg->signature, sizeof(fwcfg->signature), "QEMU");
	fwcfg->revision_read = outcome_from(r);
	if (r < 0)
		return;
	fwcfg->revision = (uint32_t)revision;
	fwcfg->has_dma = answer_from(fwcfg->revision & FWCFG_REVISION_DMA);
}

/* --------------------------------------------------------------------------------------- items */

/* One walk over by_name: names with slashes are directories there, each item a link to a directory
 * with "size" and "raw". */
struct walk {
	const struct sysroot *root;
	struct facts *facts;
	char path[PATH_SIZE];
	unsigned entries;
	uint32_t kept; /* filled, not yet published: they are sorted first */
};

static void item_read(const struct walk *walk, struct fwcfg_item_fact *item)
{
	char path[PATH_SIZE], bytes[CONTENT_READ_MAX + 1];
	ssize_t n;

	if (!fwcfg_may_show(item->name) || !text_join(path, sizeof(path), walk->path, "/raw", NULL))
		return;
	n = sysroot_read(walk->root, path, bytes, sizeof(bytes));
	item->content_read = n == -EFBIG ? OUTCOME_OK : outcome_from(n);
	if (item->content_read == OUTCOME_OK)
		fwcfg_content_parse(
			item, bytes, n == -EFBIG ? CONTENT_READ_MAX : (size_t)n, n != -EFBIG);
}

static void item_add(struct walk *walk, unsigned long long size_bytes)
{
	struct fwcfg_item_fact *item = walk->facts->fwcfg_items.item;

	walk->facts->fwcfg.item_count++;
	if (walk->kept == ARRAY_SIZE(walk->facts->fwcfg_items.item)) {
		walk->facts->fwcfg.is_list_cut = true;
		return;
	}
	item += walk->kept++;
	*item = (struct fwcfg_item_fact){.size_bytes = (uint32_t)size_bytes};
	(void)text_copy(item->name, sizeof(item->name), walk->path + sizeof(BY_NAME));
	item_read(walk, item);
}

static void walk_directory(struct walk *walk, unsigned depth)
{
	_cleanup_closedir_ DIR *directory = sysroot_opendir(walk->root, walk->path);
	size_t length = strlen(walk->path);
	const char *entry;

	while (directory && (entry = sysroot_next_entry(directory))) {
		unsigned long long size_bytes;
		struct stat st;

		if (++walk->entries > ENTRIES_MAX ||
			!text_join(walk->path + length, PATH_SIZE - length, "/", entry, NULL)) {
			walk->facts->fwcfg.is_list_cut = true;
			break;
		}
		if (sysroot_number(walk->root, 10, &size_bytes, walk->path, "/size", NULL) == 0)
			item_add(walk, size_bytes);
		else if (depth == DEPTH_MAX)
			walk->facts->fwcfg.is_list_cut = true;
		else if (sysroot_stat(walk->root, walk->path, &st) == 0 && S_ISDIR(st.st_mode))
			walk_directory(walk, depth + 1);
		walk->path[length] = '\0';
	}
	walk->path[length] = '\0';
}

/* By name: sysfs lists in no order. */
static void items_sort(struct fwcfg_item_fact *item, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++) {
		struct fwcfg_item_fact moved = item[i];
		uint32_t to = i;

		for (; to && strcmp(item[to - 1].name, moved.name) > 0; to--)
			item[to] = item[to - 1];
		item[to] = moved;
	}
}

static void find_items(const struct sources *sources, struct facts *facts)
{
	struct walk walk = {.root = &sources->root, .facts = facts};

	(void)text_copy(walk.path, sizeof(walk.path), BY_NAME);
	walk_directory(&walk, 0);
	items_sort(facts->fwcfg_items.item, walk.kept);
	for (uint32_t i = 0; i < walk.kept; i++)
		fact_done(facts->fwcfg_items);
}

int fwcfg_run(const struct sources *sources, struct facts *facts, uint32_t subject)
{
	struct fwcfg_fact *fwcfg = &facts->fwcfg;
	struct sources below = *sources;
	bool was_loaded_by_us = fwcfg->was_loaded_by_us;

	(void)subject;
	fact_list_reset(&facts->fwcfg_items.list);
	*fwcfg = (struct fwcfg_fact){.was_loaded_by_us = was_loaded_by_us};
	find_declared(sources, fwcfg);
	find_driver(sources, fwcfg);
	if (fwcfg->driver == DRIVER_BOUND) {
		confine_to_sys(&below.root, -1);
		find_revision(&below, fwcfg);
		find_items(&below, facts);
	}
	fact_publish(&fwcfg->once);
	return 0;
}
