/* SPDX-License-Identifier: MIT */
#include "source/kmod.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "parse/elf.h"
#include "parse/module_list.h"
#include "source/cmdline.h"
#include "source/kmod_scope.h"

#include <errno.h>
#include <fcntl.h>
#include <libkmod.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CONFIG_FOLDERS = 5, DESCRIPTOR_PATH_SIZE = 32 };

/* As libkmod's own defaults, in their order. */
static const char *const CONFIG_PATHS[CONFIG_FOLDERS] = {
	"etc/modprobe.d",
	"run/modprobe.d",
	"usr/local/lib/modprobe.d",
	"usr/lib/modprobe.d",
	"lib/modprobe.d",
};

/* The second is where a running NixOS has them. */
static const char *const MODULE_FOLDERS[] = {
	"/lib/modules/",
	"/run/booted-system/kernel-modules/lib/modules/",
};

/* "install NAME COMMAND" with one of these says: do not load. */
static const char *const REFUSING_COMMANDS[] = {
	"/bin/true",
	"/bin/false",
	"/usr/bin/true",
	"/usr/bin/false",
	"true",
	"false",
	":",
};

static void descriptor_path(int fd, char *path, size_t size)
{
	struct text text;

	text_init(&text, path, size);
	text_append(&text, "/proc/self/fd/");
	text_append_u64(&text, (uint64_t)fd);
}

/* Opens the folder of the running kernel's modules and gives its absolute path. */
static int modules_open(const struct sysroot *root, char *path, size_t size)
{
	char release[80];
	int r = sysroot_attribute(
		root, release, sizeof(release), "proc/sys/kernel/osrelease", NULL);

	if (r < 0)
		return r;
	if (!*release || strchr(release, '/') || release[0] == '.')
		return -EINVAL;
	for (size_t i = 0; i < ARRAY_SIZE(MODULE_FOLDERS); i++) {
		if (!text_join(path, size, MODULE_FOLDERS[i], release, NULL))
			return -ENAMETOOLONG;
		r = sysroot_openat(root, path + 1, O_PATH | O_DIRECTORY);
		if (r >= 0)
			break;
	}
	return r;
}

/* libkmod takes paths only, so a captured machine's folders go by their descriptors. It looks at
 * this machine's /proc/cmdline all the same, for modprobe.blacklist= and module options. */
static struct kmod_ctx *context_of_fixture(const struct sysroot *root, int modules_fd)
{
	char modules[DESCRIPTOR_PATH_SIZE], folders[CONFIG_FOLDERS][DESCRIPTOR_PATH_SIZE];
	const char *paths[CONFIG_FOLDERS + 1] = {NULL};
	int fds[CONFIG_FOLDERS];
	size_t count = 0;
	struct kmod_ctx *context;

	for (size_t i = 0; i < CONFIG_FOLDERS; i++) {
		int fd = sysroot_openat(root, CONFIG_PATHS[i], O_PATH | O_DIRECTORY);

		if (fd < 0)
			continue;
		descriptor_path(fd, folders[count], sizeof(folders[count]));
		paths[count] = folders[count];
		fds[count++] = fd;
	}
	descriptor_path(modules_fd, modules, sizeof(modules));
	context = kmod_new(modules, paths);
	while (count > 0)
		cleanup_close(&fds[--count]);
	return context;
}

/* Read with the rest, since who asks may not be able to later on. */
static char cmdline[CMDLINE_SIZE];

int kmod_source_open(const struct sources *sources, struct kmod_source *ret_source)
{
	struct kmod_source source = {.sources = sources};
	char path[160];

	(void)cmdline_source_read(&sources->root, cmdline, sizeof(cmdline));
	source.modules_fd = modules_open(&sources->root, path, sizeof(path));
	if (source.modules_fd < 0) {
		source.modules_fd = -1;
		*ret_source = source;
		return 0;
	}

	source.context = sources->root.is_fixture
				 ? context_of_fixture(&sources->root, source.modules_fd)
				 : kmod_new(path, NULL);
	if (!source.context) {
		cleanup_close(&source.modules_fd);
		return -ENOMEM;
	}
	kmod_set_log_fn(source.context, kmod_log_nothing, NULL);
	/* Only a matter of speed: index files are read one by one where this fails. */
	(void)kmod_load_resources(source.context);
	*ret_source = source;
	return 0;
}

void kmod_source_close(struct kmod_source *source)
{
	if (source->context)
		(void)kmod_unref(source->context);
	cleanup_close(&source->modules_fd);
	*source = KMOD_SOURCE_CLOSED;
}

/* Whether the module was left over by libkmod's filter. */
static bool is_filtered(
	const struct kmod_source *source, struct kmod_list *entry, enum kmod_filter filter)
{
	_cleanup_(kmod_cleanup_module) struct kmod_module *wanted = kmod_module_get_module(entry);
	_cleanup_(kmod_cleanup_list) struct kmod_list *left = NULL;
	struct kmod_list *item;

	if (kmod_module_apply_filter(source->context, filter, entry, &left) < 0)
		return false;
	kmod_list_foreach (item, left) {
		_cleanup_(kmod_cleanup_module) struct kmod_module *module =
			kmod_module_get_module(item);

		if (strcmp(kmod_module_get_name(module), kmod_module_get_name(wanted)) == 0)
			return false;
	}
	return true;
}

static bool is_refused_by_command(const struct kmod_module *module)
{
	const char *command = kmod_module_get_install_commands(module);

	if (!command)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(REFUSING_COMMANDS); i++) {
		if (strcmp(command, REFUSING_COMMANDS[i]) == 0)
			return true;
	}
	return false;
}

/* modules.dep names files relative to its own folder. */
static int open_file(const struct kmod_source *source, const struct kmod_module *module)
{
	const struct sysroot modules = {.fd = source->modules_fd, .is_fixture = true};
	const char *path = kmod_module_get_path(module);
	const char *folder = kmod_get_dirname(source->context);
	size_t length = strlen(folder);
	struct stat st;
	int fd;

	if (!path)
		return -ENOENT;
	if (strncmp(path, folder, length) != 0 || path[length] != '/')
		return sysroot_openat(&source->sources->root, path, O_RDONLY | O_NONBLOCK);
	path += length + 1;
	fd = sysroot_openat(&modules, path, O_RDONLY | O_NONBLOCK);
	/* A link that leads out of the folder, or a kernel without openat2(). */
	if (fd >= 0 || fstatat(source->modules_fd, path, &st, 0) < 0)
		return fd;
	fd = openat(source->modules_fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

/* One that is compressed is left to whoever loads it. */
static bool is_file_damaged(int fd)
{
	uint8_t header[ELF_HEADER_SIZE];
	struct stat st;
	ssize_t n = pread(fd, header, sizeof(header), 0);

	if (n < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	return st.st_size == 0 || elf_is_cut_short(header, (size_t)n, (uint64_t)st.st_size);
}

static enum driver_state state_of_file(
	const struct kmod_source *source, const struct kmod_module *module)
{
	_cleanup_close_ int fd = open_file(source, module);

	if (fd < 0)
		return fd == -ENOENT || fd == -ENOTDIR ? DRIVER_MISSING : DRIVER_MODULE_FILE;
	/* A captured machine has the names alone. */
	return !source->sources->root.is_fixture && is_file_damaged(fd) ? DRIVER_FAILED
									: DRIVER_MODULE_FILE;
}

/* What the running kernel shows, whatever files there are. */
static enum driver_state state_in_kernel(const struct sysroot *root, const char *name)
{
	char path[128], state[16];

	if (!text_join(path, sizeof(path), "sys/module/", name, NULL) ||
		!sysroot_exists(root, path))
		return DRIVER_UNKNOWN;
	return sysroot_attribute(root, state, sizeof(state), path, "/initstate", NULL) == -ENOENT
		       ? DRIVER_BUILT_IN
		       : DRIVER_LOADED;
}

static enum driver_state state_of(const struct kmod_source *source, struct kmod_list *entry)
{
	_cleanup_(kmod_cleanup_module) struct kmod_module *module = kmod_module_get_module(entry);
	const char *name = kmod_module_get_name(module);
	enum driver_state state = state_in_kernel(&source->sources->root, name);

	if (state != DRIVER_UNKNOWN)
		return state;
	if (is_filtered(source, entry, KMOD_FILTER_BUILTIN))
		return DRIVER_BUILT_IN;
	if (module_list_is_blacklisted(cmdline, name) || is_refused_by_command(module) ||
		is_filtered(source, entry, KMOD_FILTER_BLACKLIST))
		return DRIVER_BLACKLISTED;
	return state_of_file(source, module);
}

/* A name that no index knows can still be one of the kernel's own. */
static enum driver_state state_without_match(
	const struct kmod_source *source, const char *name, char *module, size_t size)
{
	enum driver_state state;

	module[0] = '\0';
	if (strpbrk(name, ":/") || !text_copy(module, size, name))
		return DRIVER_MISSING;
	for (char *c = module; *c; c++)
		*c = *c == '-' ? '_' : *c;
	state = state_in_kernel(&source->sources->root, module);
	return state == DRIVER_UNKNOWN ? DRIVER_MISSING : state;
}

int kmod_source_look_up(const struct kmod_source *source, const char *alias_or_name, char *module,
	size_t size, enum driver_state *ret_state)
{
	_cleanup_(kmod_cleanup_list) struct kmod_list *matches = NULL;
	enum driver_state best = DRIVER_UNKNOWN;
	struct kmod_list *entry;

	/* Missing index files come as an error or as an empty list, depending on the version. */
	if (source->context &&
		kmod_module_new_from_lookup(source->context, alias_or_name, &matches) < 0)
		matches = NULL;

	kmod_list_foreach (entry, matches) {
		_cleanup_(kmod_cleanup_module) struct kmod_module *found =
			kmod_module_get_module(entry);
		enum driver_state state = state_of(source, entry);

		if (best != DRIVER_UNKNOWN && (best != DRIVER_MISSING || state == DRIVER_MISSING))
			continue;
		best = state;
		(void)text_copy(module, size, kmod_module_get_name(found));
	}
	*ret_state = best == DRIVER_UNKNOWN
			     ? state_without_match(source, alias_or_name, module, size)
			     : best;
	return 0;
}

int kmod_source_state(const struct sources *sources, const char *alias_or_name, char *module,
	size_t size, enum driver_state *ret_state)
{
	_cleanup_(kmod_source_close) struct kmod_source source = KMOD_SOURCE_CLOSED;
	int r = kmod_source_open(sources, &source);

	return r < 0 ? r : kmod_source_look_up(&source, alias_or_name, module, size, ret_state);
}

static int refuse_command(struct kmod_module *module, const char *command, void *data)
{
	(void)module;
	(void)command;
	(void)data;
	return -ECANCELED;
}

static int insert(struct kmod_module *module)
{
	int r = kmod_module_probe_insert_module(
		module, KMOD_PROBE_APPLY_BLACKLIST, NULL, refuse_command, NULL, NULL);

	return r > 0 ? -ECANCELED : r;
}

int kmod_source_load(const struct sources *sources, const char *name)
{
	_cleanup_(kmod_source_close) struct kmod_source source = KMOD_SOURCE_CLOSED;
	_cleanup_(kmod_cleanup_module) struct kmod_module *module = NULL;
	char resolved[64];
	enum driver_state state;
	int r;

	if (!sources->may_load_modules || sources->root.is_fixture)
		return -EPERM;
	r = kmod_source_open(sources, &source);
	if (r < 0)
		return r;
	r = kmod_source_look_up(&source, name, resolved, sizeof(resolved), &state);
	if (r < 0)
		return r;
	if (state == DRIVER_LOADED || state == DRIVER_BUILT_IN)
		return 0;
	if (state == DRIVER_MISSING)
		return -ENOENT;
	if (state == DRIVER_BLACKLISTED)
		return -ECANCELED;

	r = kmod_module_new_from_name(source.context, resolved, &module);
	return r < 0 ? r : insert(module);
}
