/* SPDX-License-Identifier: MIT */
#include "source/module_order.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "source/kmod_scope.h"

#include <errno.h>
#include <libkmod.h>
#include <string.h>

int module_index_open(const char *folder, struct module_index *ret_index)
{
	static const char *const NO_CONFIG[] = {NULL};
	char path[PATH_MAX];
	struct kmod_ctx *context;

	if (access(folder, X_OK) < 0)
		return -errno;
	if (!text_join(path, sizeof(path), folder, "/modules.dep.bin", NULL))
		return -ENAMETOOLONG;
	if (access(path, R_OK) < 0)
		return errno == ENOENT ? -ENODATA : -errno;
	context = kmod_new(folder, NO_CONFIG);
	if (!context)
		return -ENOMEM;
	kmod_set_log_fn(context, kmod_log_nothing, NULL);
	ret_index->context = context;
	return 0;
}

void module_index_close(struct module_index *index)
{
	if (index->context)
		(void)kmod_unref(index->context);
	index->context = NULL;
}

static bool has(const struct module_order *order, const char *name)
{
	for (uint32_t i = 0; i < order->count; i++) {
		if (strcmp(order->item[i].name, name) == 0)
			return true;
	}
	return false;
}

static int add_file(struct module_order *order, const struct kmod_module *module)
{
	const char *name = kmod_module_get_name(module), *path = kmod_module_get_path(module);
	struct module_file *file = &order->item[order->count];

	if (!path)
		return -ENOENT;
	if (has(order, name))
		return 0;
	if (order->count == MODULE_ORDER_MAX)
		return -ENOSPC;
	if (!text_copy(file->name, sizeof(file->name), name) ||
		!text_copy(file->path, sizeof(file->path), path))
		return -ENAMETOOLONG;
	order->count++;
	return 0;
}

/* libkmod gives all that a module needs, directly or not, in the order of loading. */
static int add_with_dependencies(struct module_order *order, struct kmod_module *module)
{
	_cleanup_(kmod_cleanup_list) struct kmod_list *needed =
		kmod_module_get_dependencies(module);
	struct kmod_list *entry;

	kmod_list_foreach (entry, needed) {
		_cleanup_(kmod_cleanup_module) struct kmod_module *one =
			kmod_module_get_module(entry);
		int r = add_file(order, one);

		if (r < 0)
			return r;
	}
	return add_file(order, module);
}

int module_order_add(const struct module_index *index, const char *name, struct module_order *order,
	enum module_found *ret_found)
{
	_cleanup_(kmod_cleanup_list) struct kmod_list *matches = NULL;
	_cleanup_(kmod_cleanup_module) struct kmod_module *module = NULL;
	int r = kmod_module_new_from_lookup(index->context, name, &matches);

	if (r < 0)
		return r;
	*ret_found = MODULE_FOUND_NOT;
	if (!matches)
		return 0;
	module = kmod_module_get_module(matches);
	*ret_found = kmod_module_get_path(module) ? MODULE_FOUND_FILES : MODULE_FOUND_BUILT_IN;
	return *ret_found == MODULE_FOUND_FILES ? add_with_dependencies(order, module) : 0;
}
