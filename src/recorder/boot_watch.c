/* SPDX-License-Identifier: MIT */
#include "recorder/boot_watch.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "parse/slow_part.h"

#include <errno.h>
#include <string.h>

/* One that is not started by hand, but by a boot that is through. */
static bool is_login(const char *comm)
{
	static const char *const PROGRAMS[] = {"agetty", "getty", "mingetty", "login", "sshd"};

	for (size_t i = 0; i < ARRAY_SIZE(PROGRAMS); i++) {
		if (strcmp(comm, PROGRAMS[i]) == 0)
			return true;
	}
	return false;
}

/* A thread of the kernel's has no program. */
static bool has_program(const struct sysroot *proc, const char *pid)
{
	char path[32], target[8];

	return text_join(path, sizeof(path), pid, "/exe", NULL) &&
	       sysroot_readlink(proc, path, target, sizeof(target)) != -ENOENT;
}

static struct boot_program *find(struct boot_watch *watch, uint32_t pid, const char *comm)
{
	for (uint32_t i = 0; i < watch->count; i++) {
		struct boot_program *program = &watch->program[i];

		if (program->pid == pid && strcmp(program->comm, comm) == 0)
			return program;
	}
	return NULL;
}

static void note(struct boot_watch *watch, const struct sysroot *proc, const char *entry,
	const char *comm, uint64_t now_us)
{
	struct boot_program *program;
	uint32_t pid;

	if (text_parse_u32(entry, 10, &pid) < 0)
		return;
	program = find(watch, pid, comm);
	if (program) {
		program->last_us = now_us;
		return;
	}
	if (watch->count == BOOT_PROGRAMS_MAX || pid == 1 || !has_program(proc, entry))
		return;
	program = &watch->program[watch->count++];
	*program = (struct boot_program){.pid = pid, .first_us = now_us, .last_us = now_us};
	(void)text_copy(program->comm, sizeof(program->comm), comm);
}

/* What runs on is a service, and none that a boot waits for. */
static void let_ended_go(struct boot_watch *watch, uint64_t now_us)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < watch->count; i++) {
		struct boot_program *program = &watch->program[i];

		if (program->last_us == now_us)
			watch->program[kept++] = *program;
		else
			slow_part_note(&watch->ended, program->comm, program->first_us,
				program->last_us - program->first_us);
	}
	watch->count = kept;
}

/* "0.00 0.01 0.05 1/80 4711": the last field is the newest process. */
static void note_newest(struct boot_watch *watch, const struct sysroot *proc)
{
	char line[128], *cursor = line, *field, *last = NULL;

	if (sysroot_attribute(proc, line, sizeof(line), "loadavg", NULL) < 0)
		return;
	while ((field = text_next_field(&cursor)))
		last = field;
	if (!last)
		return;
	watch->is_quiet = strcmp(last, watch->newest_pid) == 0;
	(void)text_copy(watch->newest_pid, sizeof(watch->newest_pid), last);
}

void boot_watch_look(struct boot_watch *watch, const struct sysroot *proc, uint64_t now_us)
{
	_cleanup_closedir_ DIR *directory = sysroot_opendir(proc, ".");
	const char *entry;
	char comm[32];

	watch->root_us = watch->root_us ? watch->root_us : now_us;
	note_newest(watch, proc);
	while (directory && (entry = sysroot_next_entry(directory))) {
		if (*entry < '1' || *entry > '9' ||
			sysroot_attribute(proc, comm, sizeof(comm), entry, "/comm", NULL) < 0)
			continue;
		if (!watch->login[0] && is_login(comm)) {
			(void)text_copy(watch->login, sizeof(watch->login), comm);
			watch->login_us = now_us;
		}
		note(watch, proc, entry, comm, now_us);
	}
	let_ended_go(watch, now_us);
}
