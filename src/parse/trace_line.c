/* SPDX-License-Identifier: MIT */
#include "parse/trace_line.h"

#include "base/clock.h"
#include "base/text.h"

#include <string.h>
#include <sys/syscall.h>

/* Those by which a PID 1 gets into trouble. Older calls do not exist on every architecture. */
static const struct {
	uint32_t number;
	const char *name;
	bool takes_path;
} CALLS[] = {
	{SYS_read, "read", false},
	{SYS_write, "write", false},
	{SYS_writev, "writev", false},
	{SYS_pwrite64, "pwrite64", false},
	{SYS_fsync, "fsync", false},
	{SYS_ioctl, "ioctl", false},
	{SYS_fcntl, "fcntl", false},
	{SYS_dup, "dup", false},
	{SYS_dup3, "dup3", false},
	{SYS_close, "close", false},
	{SYS_fchdir, "fchdir", false},
	{SYS_openat, "openat", true},
	{SYS_execve, "execve", true},
	{SYS_execveat, "execveat", true},
	{SYS_mount, "mount", true},
	{SYS_umount2, "umount2", true},
	{SYS_pivot_root, "pivot_root", true},
	{SYS_chroot, "chroot", true},
	{SYS_chdir, "chdir", true},
	{SYS_faccessat, "faccessat", true},
	{SYS_readlinkat, "readlinkat", true},
	{SYS_unlinkat, "unlinkat", true},
	{SYS_mkdirat, "mkdirat", true},
	{SYS_symlinkat, "symlinkat", true},
	{SYS_statfs, "statfs", true},
	{SYS_statx, "statx", true},
	{SYS_mmap, "mmap", false},
	{SYS_brk, "brk", false},
	{SYS_clone, "clone", false},
	{SYS_socket, "socket", false},
	{SYS_connect, "connect", false},
	{SYS_kill, "kill", false},
#ifdef SYS_open
	{SYS_open, "open", true},
	{SYS_stat, "stat", true},
	{SYS_lstat, "lstat", true},
	{SYS_access, "access", true},
	{SYS_readlink, "readlink", true},
	{SYS_unlink, "unlink", true},
	{SYS_mkdir, "mkdir", true},
	{SYS_rmdir, "rmdir", true},
	{SYS_rename, "rename", true},
	{SYS_symlink, "symlink", true},
	{SYS_mknod, "mknod", true},
	{SYS_chmod, "chmod", true},
	{SYS_dup2, "dup2", false},
	{SYS_fork, "fork", false},
	{SYS_vfork, "vfork", false},
#endif
#ifdef SYS_newfstatat
	{SYS_newfstatat, "newfstatat", true},
#endif
#ifdef SYS_faccessat2
	{SYS_faccessat2, "faccessat2", true},
#endif
};

const char *trace_call_name(uint32_t number)
{
	for (size_t i = 0; i < ARRAY_SIZE(CALLS); i++) {
		if (CALLS[i].number == number)
			return CALLS[i].name;
	}
	return "";
}

bool trace_call_takes_path(uint32_t number)
{
	for (size_t i = 0; i < ARRAY_SIZE(CALLS); i++) {
		if (CALLS[i].number == number)
			return CALLS[i].takes_path;
	}
	return false;
}

/* ------------------------------------------------------------------------------------- one line */

/* "     sh -x-1   ": a command's name may hold anything but a NUL. */
static bool parse_task(char *task, struct trace_line *line)
{
	char *dash;

	task = text_trim(task);
	dash = strrchr(task, '-');
	if (!dash || text_parse_u32(dash + 1, 10, &line->pid) < 0)
		return false;
	*dash = '\0';
	text_copy(line->comm, sizeof(line->comm), task);
	return true;
}

/* "4.123456" */
static bool parse_stamp(char *stamp, uint64_t *ret_us)
{
	char *point = strchr(stamp, '.');
	uint64_t seconds, micros;

	if (!point || strlen(point + 1) != 6)
		return false;
	*point = '\0';
	if (text_parse_u64(stamp, 10, &seconds) < 0 || text_parse_u64(point + 1, 10, &micros) < 0)
		return false;
	return !__builtin_mul_overflow(seconds, US_PER_S, ret_us) &&
	       !__builtin_add_overflow(*ret_us, micros, ret_us);
}

/* "NR 1 = -5" */
static bool parse_exit(char *rest, struct trace_line *line)
{
	uint64_t result = 0;
	char *number, *sign, *value;

	if (!text_next_field(&rest) || !(number = text_next_field(&rest)) ||
		!(sign = text_next_field(&rest)) || strcmp(sign, "=") != 0 ||
		!(value = text_next_field(&rest)))
		return false;
	if (text_parse_u32(number, 10, &line->number) < 0 ||
		text_parse_u64(value + (*value == '-'), 10, &result) < 0 || result > INT64_MAX)
		return false;
	line->result = *value == '-' ? -(int64_t)result : (int64_t)result;
	return true;
}

/* "NR 1 (1, 55d0, …)": hexadecimal without a prefix. */
static bool parse_enter(char *rest, struct trace_line *line)
{
	char *number, *argument;

	if (!text_next_field(&rest) || !(number = text_next_field(&rest)) ||
		!(argument = text_next_field(&rest)) || *argument != '(')
		return false;
	argument++;
	argument[strcspn(argument, ",)")] = '\0';
	return text_parse_u32(number, 10, &line->number) == 0 &&
	       text_parse_u64(argument, 16, &line->argument) == 0;
}

/* "fd=2 writer=85": writer is who began a write on that processor last. */
static bool parse_write(char *rest, struct trace_line *line)
{
	static const char DESCRIPTOR[] = "fd=", WRITER[] = "writer=";
	char *descriptor = text_next_field(&rest), *writer = text_next_field(&rest);
	uint32_t pid;

	if (!descriptor || !writer || !text_starts_with(descriptor, DESCRIPTOR) ||
		!text_starts_with(writer, WRITER) ||
		text_parse_u64(descriptor + strlen(DESCRIPTOR), 10, &line->argument) < 0 ||
		text_parse_u32(writer + strlen(WRITER), 10, &pid) < 0)
		return false;
	if (pid != line->pid)
		line->argument = UINT64_MAX;
	return true;
}

/* "name=/dev/console" */
static bool parse_failed_path(char *rest, struct trace_line *line)
{
	static const char NAME[] = "name=";

	rest += strspn(rest, " ");
	if (!text_starts_with(rest, NAME))
		return false;
	text_copy(line->path, sizeof(line->path), rest + strlen(NAME));
	return true;
}

/* "(getname+0x0/0x20) name=\"/dev/console\"" */
static bool parse_path(char *rest, struct trace_line *line)
{
	static const char MARK[] = " name=\"";
	const char *begin = strstr(rest, MARK), *last;

	if (!begin)
		return false;
	begin += strlen(MARK);
	last = strrchr(begin, '"');
	if (!last)
		return false;
	text_copy_bytes(line->path, sizeof(line->path), begin, (size_t)(last - begin));
	return true;
}

/* Whether a command's name ends there: "-1       [000] .....     4.123456: ". The name itself may
 * hold " [", but is too short to hold all of this. */
static bool is_behind_task(const char *line, const char *bracket)
{
	const char *before = bracket, *at = bracket + strspn(bracket, " [");

	while (before > line && *before == ' ')
		before--;
	if (before == line || *before < '0' || *before > '9')
		return false;
	at += strspn(at, "0123456789");
	if (*at++ != ']' || *at++ != ' ')
		return false;
	at += strcspn(at, " ");
	at += strspn(at, " ");
	at += strspn(at, "0123456789");
	return *at++ == '.' && strspn(at, "0123456789") == 6 && at[6] == ':';
}

static char *find_processor(char *line)
{
	char *bracket = strstr(line, " [");

	while (bracket && !is_behind_task(line, bracket))
		bracket = strstr(bracket + 1, " [");
	return bracket;
}

static const struct event {
	const char *name;
	enum trace_kind kind;
	bool (*parse)(char *rest, struct trace_line *line);
} EVENTS[] = {
	{"sys_enter", TRACE_ENTER, parse_enter},
	{"sys_exit", TRACE_EXIT, parse_exit},
	{"path", TRACE_PATH, parse_path},
	{"bootprobe_write", TRACE_ENTER, parse_write},
	{"bootprobe_path", TRACE_PATH, parse_failed_path},
};

bool trace_line_parse(char *line, struct trace_line *ret)
{
	char *cpu = find_processor(line), *stamp, *event, *rest;

	memset(ret, 0, sizeof(*ret));
	if (line[0] == '#' || !cpu)
		return false;
	*cpu = '\0';
	rest = cpu + 1;
	/* The processor, flags, the time, the event. */
	if (!text_next_field(&rest) || !text_next_field(&rest) ||
		!(stamp = text_next_field(&rest)) || !(event = text_next_field(&rest)))
		return false;
	stamp[strcspn(stamp, ":")] = '\0';
	event[strcspn(event, ":")] = '\0';
	if (!parse_task(line, ret) || !parse_stamp(stamp, &ret->at_us))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(EVENTS); i++) {
		ret->kind = EVENTS[i].kind;
		if (strcmp(EVENTS[i].name, event) == 0)
			return EVENTS[i].parse(rest, ret);
	}
	return false;
}
