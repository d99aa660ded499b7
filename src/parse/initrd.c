/* SPDX-License-Identifier: MIT */
#include "parse/initrd.h"

#include "base/text.h"

#include <string.h>

enum mark {
	MARK_INITRAMFS_CONF,
	MARK_SCRIPTS_INIT_TOP,
	MARK_INIT_FUNCTIONS,
	MARK_BUILDCONFIG,
	MARK_DRACUT_HOOKS,
	MARK_DRACUT_HOOKS_VAR,
	MARK_DRACUT_HOOKS_USR,
};

const char *const INITRD_MARKS[] = {
	[MARK_INITRAMFS_CONF] = "conf/initramfs.conf",
	[MARK_SCRIPTS_INIT_TOP] = "scripts/init-top",
	[MARK_INIT_FUNCTIONS] = "init_functions",
	[MARK_BUILDCONFIG] = "buildconfig",
	[MARK_DRACUT_HOOKS] = "lib/dracut/hooks",
	[MARK_DRACUT_HOOKS_VAR] = "var/lib/dracut/hooks",
	[MARK_DRACUT_HOOKS_USR] = "usr/lib/dracut/hooks",
};
const unsigned INITRD_MARKS_COUNT = ARRAY_SIZE(INITRD_MARKS);

bool initrd_root_fstype(char *mounts, char *fstype, size_t size)
{
	bool is_there = false;
	char *line;

	while ((line = text_next_line(&mounts))) {
		const char *source = text_next_field(&line);
		const char *point = text_next_field(&line);
		const char *type = text_next_field(&line);

		if (!source || !point || !type || strcmp(point, "/") != 0)
			continue;
		(void)text_copy(fstype, size, type);
		is_there = true;
	}
	return is_there;
}

static bool is_initramfs(const struct initrd_clues *clues)
{
	return strcmp(clues->root_fstype, "rootfs") == 0;
}

/* A tmpfs may be the root of a running system as well. */
static enum answer is_initrd(const struct initrd_clues *clues)
{
	const char *fstype = clues->root_fstype;

	if (clues->has_release || is_initramfs(clues))
		return ANSWER_YES;
	if (!fstype[0] || strcmp(fstype, "tmpfs") == 0 || strcmp(fstype, "ramfs") == 0)
		return ANSWER_UNKNOWN;
	return ANSWER_NO;
}

/* A whole system in memory: in the initramfs itself, out of which nothing leads, or in a tmpfs that
 * a stage 1 filled for it. It is told by the file that names a system, where that of an initrd is
 * missing. */
static bool is_system_in_memory(const struct initrd_clues *clues)
{
	return clues->has_os_release && !clues->has_release && clues->root_fstype[0] &&
	       !(is_initramfs(clues) && clues->is_root_wanted);
}

static bool has_mark(const struct initrd_clues *clues, enum mark mark)
{
	return clues->marks & 1U << mark;
}

static bool is_systemd(const struct initrd_clues *clues)
{
	return strstr(clues->init_link, "systemd") != NULL;
}

static const char *nixos_evidence(const struct initrd_clues *clues, bool *ret_is_systemd)
{
	*ret_is_systemd = is_systemd(clues);
	if (strstr(clues->init_head, "targetRoot=/mnt-root") ||
		strstr(clues->init_link, "-stage-1-init.sh"))
		return "/init is NixOS's stage 1 script";
	if (strstr(clues->release, "ID=nixos"))
		return "/etc/initrd-release";
	if (*ret_is_systemd && text_starts_with(clues->init_link, "/nix/store/"))
		return "/init is systemd in /nix/store";
	return NULL;
}

static const char *dracut_evidence(const struct initrd_clues *clues, bool *ret_is_systemd)
{
	*ret_is_systemd = is_systemd(clues);
	if (strstr(clues->release, "dracut"))
		return "/etc/initrd-release";
	if (has_mark(clues, MARK_DRACUT_HOOKS))
		return "/lib/dracut/hooks";
	if (has_mark(clues, MARK_DRACUT_HOOKS_VAR))
		return "/var/lib/dracut/hooks";
	return has_mark(clues, MARK_DRACUT_HOOKS_USR) ? "/usr/lib/dracut/hooks" : NULL;
}

static const char *mkinitcpio_evidence(const struct initrd_clues *clues, bool *ret_is_systemd)
{
	*ret_is_systemd = is_systemd(clues);
	if (has_mark(clues, MARK_INIT_FUNCTIONS))
		return "/init_functions";
	return has_mark(clues, MARK_BUILDCONFIG) ? "/buildconfig" : NULL;
}

static const char *initramfs_tools_evidence(const struct initrd_clues *clues, bool *ret_is_systemd)
{
	*ret_is_systemd = false;
	if (has_mark(clues, MARK_INITRAMFS_CONF))
		return "/conf/initramfs.conf";
	return has_mark(clues, MARK_SCRIPTS_INIT_TOP) ? "/scripts/init-top" : NULL;
}

/* In order: NixOS and dracut name themselves, the others are known by files of theirs. */
static const struct {
	const char *(*evidence)(const struct initrd_clues *clues, bool *ret_is_systemd);
	enum initrd_kind scripted, systemd;
} KINDS[] = {
	{nixos_evidence, INITRD_NIXOS_SCRIPTED, INITRD_NIXOS_SYSTEMD},
	{dracut_evidence, INITRD_DRACUT, INITRD_DRACUT_SYSTEMD},
	{initramfs_tools_evidence, INITRD_INITRAMFS_TOOLS, INITRD_INITRAMFS_TOOLS},
	{mkinitcpio_evidence, INITRD_MKINITCPIO, INITRD_MKINITCPIO_SYSTEMD},
};

void initrd_decide(const struct initrd_clues *clues, struct platform_fact *platform)
{
	enum answer is_there = is_initrd(clues);

	if (is_there == ANSWER_NO) {
		platform->initrd = INITRD_NONE;
		(void)text_join(platform->initrd_because, sizeof(platform->initrd_because),
			"the root is ", clues->root_fstype, NULL);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(KINDS); i++) {
		bool is_by_systemd;
		const char *evidence = KINDS[i].evidence(clues, &is_by_systemd);

		if (!evidence)
			continue;
		platform->initrd = is_by_systemd ? KINDS[i].systemd : KINDS[i].scripted;
		(void)text_copy(
			platform->initrd_because, sizeof(platform->initrd_because), evidence);
		return;
	}
	if (!is_system_in_memory(clues))
		return;
	platform->initrd = INITRD_NONE;
	platform->is_initramfs_system = is_initramfs(clues);
	(void)text_join(platform->initrd_because, sizeof(platform->initrd_because), "the root is ",
		is_initramfs(clues) ? "the initramfs" : clues->root_fstype, ", with an os-release",
		NULL);
}
