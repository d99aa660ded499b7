/* SPDX-License-Identifier: MIT */
#include "probe/probe.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "parse/cmdline.h"
#include "parse/elf.h"
#include "parse/mountinfo.h"
#include "parse/redact.h"
#include "source/cmdline.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>

/* What starts when init= says nothing, in this order; up to NULL. */
static const char *const KERNEL_INITS[] = {"/sbin/init", "/etc/init", "/bin/init", "/bin/sh", NULL};
static const char *const SYSTEMD_INITS[] = {
	"/usr/lib/systemd/systemd", "/lib/systemd/systemd", "/sbin/init", "/bin/sh", NULL};
static const char *const SBIN_INIT[] = {"/sbin/init", NULL};
static const char *const NIXOS_INITS[] = {"/init", NULL};

/* Who switches roots, and whether an init= that cannot be started is passed over. Sources: the
 * kernel's init/main.c; dracut's 99base/init.sh; initramfs-tools' init (validate_init); systemd's
 * method_switch_root(), which refuses, and do_reexecute(); NixOS's stage-1-init.sh; mkinitcpio's
 * init. Those that are not named look where the kernel does. */
static const struct switcher {
	bool is_tolerant;
	const char *const *inits;
} SWITCHERS[INITRD_COUNT] = {
	[INITRD_DRACUT] = {true, SBIN_INIT},
	[INITRD_INITRAMFS_TOOLS] = {true, KERNEL_INITS},
	[INITRD_DRACUT_SYSTEMD] = {false, SYSTEMD_INITS},
	[INITRD_MKINITCPIO_SYSTEMD] = {false, SYSTEMD_INITS},
	[INITRD_NIXOS_SYSTEMD] = {false, SYSTEMD_INITS},
	[INITRD_NIXOS_SCRIPTED] = {false, NIXOS_INITS},
	[INITRD_MKINITCPIO] = {false, SBIN_INIT},
};

/* fs/binfmt_script.c reads that much of a script. */
enum { HEAD_SIZE = 256 };

/* A file of the new root that the kernel would be asked to run. */
struct program {
	_Alignas(8) uint8_t head[HEAD_SIZE];
	size_t head_length;
	bool is_elf, is_script;
	struct elf elf;
	char interpreter[sizeof(((struct handoff_fact *)0)->interpreter[0])]; /* empty: none */
};

static const char *below_root(const char *path)
{
	while (*path == '/')
		path++;
	return path;
}

/* ------------------------------------------------------------------------------- the mount */

/* --root as it stands in mountinfo: one slash in front, none behind. */
static void normalise(const char *new_root, char *buf, size_t size)
{
	size_t length;

	(void)text_join(buf, size, "/", below_root(new_root), NULL);
	for (length = strlen(buf); length > 1 && buf[length - 1] == '/'; length--)
		buf[length - 1] = '\0';
}

static void look_at_mounts(
	const struct sources *sources, const char *new_root, struct handoff_fact *handoff)
{
	static char text[65536], copy[sizeof(text)];
	struct mountinfo mount;
	struct text source;
	ssize_t n = sysroot_read(&sources->root, "proc/self/mountinfo", text, sizeof(text));

	if (n < 0 && n != -EFBIG)
		return;
	memcpy(copy, text, sizeof(text));
	handoff->is_root_mounted = answer_from(mountinfo_find(text, new_root, &mount));
	if (handoff->is_root_mounted == ANSWER_YES) {
		handoff->root_mount_id = mount.id;
		(void)text_copy(handoff->root_fstype, sizeof(handoff->root_fstype), mount.fstype);
		text_init(&source, handoff->root_source, sizeof(handoff->root_source));
		(void)redact_text(mount.source, strlen(mount.source), NULL, &source);
		handoff->is_root_read_only =
			answer_from(mountinfo_has_option(mount.options, "ro") ||
				    mountinfo_has_option(mount.super_options, "ro"));
	}
	handoff->is_dev_moved = answer_from(
		mountinfo_find(copy, "/dev", &mount) && strcmp(mount.fstype, "devtmpfs") == 0);
}

static void look_at_space(const struct sysroot *root, struct handoff_fact *handoff)
{
	struct statvfs st;

	if (root->is_fixture || fstatvfs(root->fd, &st) < 0)
		return;
	handoff->has_free_counts = ANSWER_YES;
	handoff->free_bytes = (uint64_t)st.f_bavail * st.f_frsize;
	handoff->free_inodes = (uint64_t)st.f_favail;
}

/* The node that PID 1's descriptors come from: in the /dev that moves along, or the new root's. */
static void look_at_console(
	const struct sources *sources, const struct sysroot *new_root, struct handoff_fact *handoff)
{
	const struct sysroot *root =
		handoff->is_dev_moved == ANSWER_YES ? &sources->root : new_root;
	struct stat st;

	handoff->dev_console_stat = outcome_from(sysroot_stat(root, "dev/console", &st));
}

/* ------------------------------------------------------------------------------- programs */

static ssize_t read_at(int fd, void *bytes, size_t size, uint64_t offset)
{
	ssize_t n;

	if (offset > INT64_MAX)
		return -EINVAL;
	do
		n = pread(fd, bytes, size, (off_t)offset);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

static void read_elf_interpreter(int fd, struct program *program)
{
	uint8_t segments[ELF_SEGMENTS_MAX * ELF_SEGMENT_SIZE];
	uint64_t offset, length;
	size_t size = (size_t)program->elf.segment_count * program->elf.segment_size;
	ssize_t n = read_at(fd, segments, size, program->elf.segments_offset);

	if (n <= 0 || !elf_find_interpreter(&program->elf, segments, (size_t)n, &offset, &length))
		return;
	if (length >= sizeof(program->interpreter))
		length = sizeof(program->interpreter) - 1;
	n = read_at(fd, program->interpreter, (size_t)length, offset);
	program->interpreter[n < 0 ? 0 : n] = '\0';
}

static int program_read(const struct sysroot *root, const char *path, struct program *ret_program)
{
	_cleanup_close_ int fd = sysroot_openat(root, below_root(path), O_RDONLY | O_NONBLOCK);
	ssize_t n;

	*ret_program = (struct program){0};
	if (fd < 0)
		return fd;
	n = read_at(fd, ret_program->head, sizeof(ret_program->head), 0);
	if (n < 0)
		return (int)n;
	ret_program->head_length = (size_t)n;
	ret_program->is_script = script_interpreter((const char *)ret_program->head, (size_t)n,
		ret_program->interpreter, sizeof(ret_program->interpreter));
	ret_program->is_elf = elf_parse(ret_program->head, (size_t)n, &ret_program->elf) == 0;
	if (ret_program->is_elf)
		read_elf_interpreter(fd, ret_program);
	return 0;
}

static const char *machine_of(
	const struct sources *sources, const struct facts *facts, struct utsname *name)
{
	if (!text_is_empty(facts->platform.architecture))
		return facts->platform.architecture;
	return !sources->root.is_fixture && uname(name) == 0 ? name->machine : "";
}

/* The last ELF file of the chain decides what the kernel must be able to run. */
static void judge_architecture(
	const struct program *program, const char *machine, struct handoff_fact *handoff)
{
	const char *name = elf_machine_name(&program->elf);
	int runs = elf_runs_on(&program->elf, machine);

	(void)text_copy(handoff->init_architecture, sizeof(handoff->init_architecture),
		name ? name : "other");
	if (runs >= 0)
		handoff->is_architecture_right = answer_from(runs);
}

/* #! may name another script, up to four times; an ELF file's interpreter is the end. */
static void follow_interpreters(const struct sysroot *root, struct program *program,
	const char *machine, struct handoff_fact *handoff)
{
	uint32_t count = 0;

	for (;;) {
		bool is_elf = program->is_elf;
		struct stat st;

		if (is_elf)
			judge_architecture(program, machine, handoff);
		if (text_is_empty(program->interpreter) ||
			count >= ARRAY_SIZE(handoff->interpreter))
			break;
		(void)text_copy(handoff->interpreter[count], sizeof(handoff->interpreter[0]),
			program->interpreter);
		handoff->interpreter_stat[count] =
			outcome_from(sysroot_stat(root, below_root(program->interpreter), &st));
		count++;
		if (is_elf || program_read(root, handoff->interpreter[count - 1], program) < 0)
			break;
	}
	handoff->interpreter_count = count;
}

static const char *type_of(const struct program *program)
{
	return program->is_elf ? "elf" : program->is_script ? "script" : "other";
}

/* ---------------------------------------------------------------------------------- init= */

enum { CANDIDATES_MAX = 8 };

struct candidate {
	char init[160], shown[160]; /* as it is, and as it may be shown */
	bool is_requested;
};

struct candidates {
	struct candidate item[CANDIDATES_MAX];
	uint32_t count;
};

/* Whether dracut's script is one of those that look at real_init= and rd.distroinit= (before 060).
 */
static bool has_real_init(const struct sysroot *root)
{
	static char script[32768];

	(void)sysroot_read(root, "init", script, sizeof(script));
	return strstr(script, "real_init=") != NULL;
}

static void add_requested(
	const struct sources *sources, enum initrd_kind initrd, struct candidates *candidates)
{
	static const char *const NAMES[] = {"real_init", "init", "rd.distroinit"};
	static char cmdline[CMDLINE_SIZE], shown[2 * CMDLINE_SIZE];
	bool has_others = initrd == INITRD_DRACUT && has_real_init(&sources->root);
	unsigned redacted;

	(void)cmdline_source_read(&sources->root, cmdline, sizeof(cmdline));
	text_trim(cmdline);
	(void)cmdline_redact(cmdline, shown, sizeof(shown), &redacted);
	for (size_t i = 0; i < ARRAY_SIZE(NAMES); i++) {
		struct candidate *fresh = &candidates->item[candidates->count];

		if ((!has_others && strcmp(NAMES[i], "init") != 0) ||
			!cmdline_get(cmdline, NAMES[i], fresh->init, sizeof(fresh->init)) ||
			text_is_empty(fresh->init))
			continue;
		(void)cmdline_get(shown, NAMES[i], fresh->shown, sizeof(fresh->shown));
		fresh->is_requested = true;
		candidates->count++;
	}
}

static void add_defaults(const struct switcher *switcher, struct candidates *candidates)
{
	const char *const *init = switcher->inits ? switcher->inits : KERNEL_INITS;

	for (; *init && candidates->count < CANDIDATES_MAX; init++) {
		struct candidate *fresh = &candidates->item[candidates->count++];

		(void)text_copy(fresh->init, sizeof(fresh->init), *init);
		(void)text_copy(fresh->shown, sizeof(fresh->shown), *init);
	}
}

/* 0, -EACCES for a file that is not executable, or why it cannot be looked at. */
static int check_init(const struct sysroot *root, const char *path)
{
	struct stat st;
	int r = sysroot_stat(root, below_root(path), &st);

	return r < 0 ? r : st.st_mode & 0111 ? 0 : -EACCES;
}

/* The first one that can be started. None can: the one that is missed. */
static const struct candidate *choose_init(const struct switcher *switcher,
	const struct sysroot *root, const struct candidates *candidates)
{
	const struct candidate *first = &candidates->item[0];

	if (first->is_requested && !switcher->is_tolerant)
		return first;
	for (uint32_t i = 0; i < candidates->count; i++) {
		const char *init = candidates->item[i].init;

		/* Of an initrd that is not known, only that it takes what is there. */
		if (switcher->inits ? check_init(root, init) == 0
				    : sysroot_exists(root, below_root(init)))
			return &candidates->item[i];
	}
	/* Of those that nobody asked for, people know this one. */
	return first->is_requested || switcher->inits != SYSTEMD_INITS ? first : &first[2];
}

/* Returns the path of the init that will be started, which handoff->init may not show. */
static const char *find_init(const struct sources *sources, const struct sysroot *root,
	enum initrd_kind initrd, struct handoff_fact *handoff)
{
	static struct candidates candidates;
	const struct switcher *switcher = &SWITCHERS[initrd % INITRD_COUNT];
	const struct candidate *first = &candidates.item[0], *chosen;

	add_requested(sources, initrd, &candidates);
	add_defaults(switcher, &candidates);
	chosen = choose_init(switcher, root, &candidates);
	(void)text_copy(handoff->init, sizeof(handoff->init), chosen->shown);
	handoff->is_init_from_cmdline = chosen->is_requested;
	if (first->is_requested && chosen != first) {
		(void)text_copy(
			handoff->requested_init, sizeof(handoff->requested_init), first->shown);
		handoff->requested_stat = outcome_from(check_init(root, first->init));
	}
	return chosen->init;
}

static void look_at_init(const struct sysroot *root, const char *init, const char *machine,
	struct handoff_fact *handoff)
{
	static struct program program;
	struct stat st;
	int r = sysroot_stat(root, below_root(init), &st);

	handoff->init_stat = outcome_from(r);
	if (r < 0)
		return;
	handoff->init_mode = st.st_mode;
	handoff->init_target[0] = '/';
	/* The target of a name that may not be shown may not be shown either. */
	if (strcmp(init, handoff->init) != 0 ||
		sysroot_resolve(root, below_root(init), handoff->init_target + 1,
			sizeof(handoff->init_target) - 1) < 0)
		handoff->init_target[0] = '\0';
	if (!S_ISREG(st.st_mode) || program_read(root, init, &program) < 0)
		return;
	(void)text_copy(handoff->init_type, sizeof(handoff->init_type), type_of(&program));
	follow_interpreters(root, &program, machine, handoff);
}

int handoff_run(const struct sources *sources, struct facts *facts, uint32_t subject)
{
	_cleanup_(sysroot_close) struct sysroot root = SYSROOT_CLOSED;
	struct handoff_fact *handoff = &facts->handoff;
	static char new_root[PATH_MAX];
	struct utsname name = {0};
	int r;

	(void)subject;
	if (!sources->new_root)
		return 0;
	memset(handoff, 0, sizeof(*handoff));
	normalise(sources->new_root, new_root, sizeof(new_root));
	(void)text_copy(handoff->root_path, sizeof(handoff->root_path), new_root);
	look_at_mounts(sources, new_root, handoff);
	r = sysroot_open_below(&sources->root, below_root(new_root), &root);
	handoff->root_open = outcome_from(r);
	if (r == 0) {
		look_at_space(&root, handoff);
		look_at_console(sources, &root, handoff);
		look_at_init(&root, find_init(sources, &root, facts->platform.initrd, handoff),
			machine_of(sources, facts, &name), handoff);
	}
	fact_publish(&handoff->once);
	return 0;
}
