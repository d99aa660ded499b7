/* SPDX-License-Identifier: MIT */
#include "source/confine_filter.h"

#include "base/text.h"
#include "source/confine_calls.h"
#include "source/sysroot_how.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#if CONFINE_HAS_LISTS

/* Since Linux 4.14; before, its bits say "kill the thread", which is the same for one alone. */
#ifndef SECCOMP_RET_KILL_PROCESS
#define SECCOMP_RET_KILL_PROCESS 0x80000000U
#endif

/* What is done about a call. */
enum action { ALLOW, KILL, REFUSE, UNKNOWN, ACTION_COUNT };
static const uint32_t ACTIONS[ACTION_COUNT] = {
	[ALLOW] = SECCOMP_RET_ALLOW,
	[KILL] = SECCOMP_RET_KILL_PROCESS,
	[REFUSE] = SECCOMP_RET_ERRNO | EPERM,
	[UNKNOWN] = SECCOMP_RET_ERRNO | ENOSYS,
};

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

/* Of x32's calls, which an x86-64 kernel may take as well. */
#define X32_BIT 0x40000000U

#define LOWER(n) ((uint32_t)(offsetof(struct seccomp_data, args) + 8 * (size_t)(n)))
#define UPPER(n) (LOWER(n) + 4)

/* -------------------------------------------------------------------------------- instructions */

static void emit(struct confine_filter *filter, unsigned code, uint32_t k)
{
	if (filter->length >= CONFINE_FILTER_MAX)
		filter->is_too_long = true;
	else
		filter->code[filter->length++] = (struct sock_filter){(uint16_t)code, 0, 0, k};
}

static void emit_load(struct confine_filter *filter, uint32_t offset)
{
	emit(filter, BPF_LD | BPF_W | BPF_ABS, offset);
}

static void emit_return(struct confine_filter *filter, enum action action)
{
	emit(filter, BPF_RET | BPF_K, ACTIONS[action]);
}

/* What stands up to emit_end() is for when the comparison holds. */
static uint16_t emit_if(struct confine_filter *filter, unsigned comparison, uint32_t k)
{
	emit(filter, BPF_JMP | comparison | BPF_K, k);
	return filter->length;
}

static void emit_end(struct confine_filter *filter, uint16_t begin)
{
	filter->code[begin - 1].jf = (uint8_t)(filter->length - begin);
}

/* All of a list share one return, which stands behind them: see emit_action(). */
static void emit_case(struct confine_filter *filter, unsigned comparison, uint32_t k)
{
	(void)emit_if(filter, comparison, k);
}

/* What the cases since begin have in common; who has none of them goes on behind it. */
static void emit_action(struct confine_filter *filter, uint16_t begin, enum action action)
{
	for (uint16_t i = begin; i < filter->length; i++)
		filter->code[i].jt = (uint8_t)(filter->length - i - 1);
	if (filter->length > begin)
		filter->code[filter->length - 1].jf = 1;
	emit_return(filter, action);
}

static void emit_return_if(
	struct confine_filter *filter, unsigned comparison, uint32_t k, enum action action)
{
	uint16_t begin = filter->length;

	emit_case(filter, comparison, k);
	emit_action(filter, begin, action);
}

/* Another architecture's numbers mean other calls. Leaves the number in the accumulator. */
static void emit_architecture(struct confine_filter *filter)
{
	filter->length = 0;
	filter->is_too_long = false;
	/* Of no use, but for this: filters that begin with what the kernel can foretell are run
	 * once for each number that there is, which takes longer than all calls of a probe. */
	emit(filter, BPF_MISC | BPF_TAX, 0);
	emit_load(filter, offsetof(struct seccomp_data, arch));
	emit(filter, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE);
	filter->code[filter->length - 1].jt = 1;
	emit_return(filter, KILL);
	emit_load(filter, offsetof(struct seccomp_data, nr));
	/* A tracer has made it no call at all, but a failure: strace(1) can. */
	emit_return_if(filter, BPF_JEQ, UINT32_MAX, UNKNOWN);
#ifdef __x86_64__
	emit_return_if(filter, BPF_JGE, X32_BIT, KILL);
#endif
}

/* -------------------------------------------------------------------------- calls that depend */

/* openat2(2) takes its flags from memory, which a filter cannot see: it may point to these only,
 * which nobody can write to. */
static void emit_openat2(struct confine_filter *filter, bool may_write)
{
	uint16_t call = emit_if(filter, BPF_JEQ, SYS_openat2), upper, first;
	size_t count = may_write ? SYSROOT_HOWS_COUNT : SYSROOT_HOWS_READING;
	uint64_t how = (uintptr_t)SYSROOT_HOWS;

	emit_load(filter, UPPER(2));
	upper = emit_if(filter, BPF_JEQ, (uint32_t)(how >> 32));
	emit_load(filter, LOWER(2));
	first = filter->length;
	for (size_t i = 0; i < count; i++)
		emit_case(filter, BPF_JEQ, (uint32_t)(uintptr_t)&SYSROOT_HOWS[i]);
	emit_action(filter, first, ALLOW);
	emit_end(filter, upper);
	emit_return(filter, KILL);
	emit_end(filter, call);
}

static void emit_open(struct confine_filter *filter, long number, unsigned flags, bool may_write)
{
	uint32_t changing = O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY);
	uint16_t call = emit_if(filter, BPF_JEQ, (uint32_t)number);

	emit_load(filter, LOWER(flags));
	emit_return_if(filter, BPF_JSET, may_write ? changing : changing | O_ACCMODE, KILL);
	emit_return(filter, ALLOW);
	emit_end(filter, call);
}

/* What a libc says when it gives up goes nowhere; the signal that follows tells of it. */
static void emit_refuse_stderr(struct confine_filter *filter)
{
	emit_load(filter, LOWER(0));
	emit_return_if(filter, BPF_JEQ, STDERR_FILENO, REFUSE);
	emit_return(filter, KILL);
}

static void emit_write(struct confine_filter *filter, const struct confine_rights *rights)
{
	uint16_t call = emit_if(filter, BPF_JEQ, SYS_write), upper;

	if (rights->may_write_nothing) {
		emit_load(filter, UPPER(2));
		upper = emit_if(filter, BPF_JEQ, 0);
		emit_load(filter, LOWER(2));
		emit_return_if(filter, BPF_JEQ, 0, ALLOW);
		emit_end(filter, upper);
	}
	if (rights->may_write)
		emit_return(filter, ALLOW);
	else
		emit_refuse_stderr(filter);
	emit_end(filter, call);

	call = emit_if(filter, BPF_JEQ, SYS_writev);
	emit_refuse_stderr(filter);
	emit_end(filter, call);
}

static void emit_ioctl(struct confine_filter *filter, const uint32_t *questions)
{
	uint16_t call, first;

	if (!questions)
		return;
	call = emit_if(filter, BPF_JEQ, SYS_ioctl);
	emit_load(filter, LOWER(1));
	first = filter->length;
	for (; *questions; questions++)
		emit_case(filter, BPF_JEQ, *questions);
	emit_action(filter, first, ALLOW);
	emit_return(filter, REFUSE);
	emit_end(filter, call);
}

/* Memory is nobody else's, holds no program, and takes nothing's place: not that of SYSROOT_HOWS.
 */
static void emit_memory(struct confine_filter *filter)
{
	uint16_t call = emit_if(filter, BPF_JEQ, SYS_mmap);

	emit_load(filter, LOWER(2));
	emit_return_if(filter, BPF_JSET, PROT_EXEC, KILL);
	emit_load(filter, LOWER(3));
	emit_return_if(filter, BPF_JSET, MAP_FIXED, KILL);
	emit_return(filter, ALLOW);
	emit_end(filter, call);
#ifndef __GLIBC__
	/* musl's malloc() opens pages that it has set aside. Somebody who can make a child do that
	 * can open SYSROOT_HOWS as well, and then files as the child's user may. */
	call = emit_if(filter, BPF_JEQ, SYS_mprotect);
	emit_load(filter, LOWER(2));
	emit_return_if(filter, BPF_JSET, PROT_EXEC, KILL);
	emit_return(filter, ALLOW);
	emit_end(filter, call);
#endif
}

/* No locks, no leases, no signals on events. */
static void emit_fcntl(struct confine_filter *filter)
{
	uint16_t call = emit_if(filter, BPF_JEQ, SYS_fcntl), first;

	emit_load(filter, LOWER(1));
	emit_return_if(filter, BPF_JEQ, F_DUPFD_CLOEXEC, ALLOW);
	first = emit_if(filter, BPF_JGT, F_SETFL);
	emit_return(filter, REFUSE);
	emit_end(filter, first);
	emit_return(filter, ALLOW);
	emit_end(filter, call);
}

/* abort(3) sends a signal to itself. */
static void emit_signal(struct confine_filter *filter)
{
	uint16_t call = emit_if(filter, BPF_JEQ, SYS_tgkill);

	emit_load(filter, LOWER(0));
	emit_return_if(filter, BPF_JEQ, (uint32_t)getpid(), ALLOW);
	emit_return(filter, KILL);
	emit_end(filter, call);
}

static void emit_modules(struct confine_filter *filter, enum action action)
{
	uint16_t first = filter->length;

	emit_case(filter, BPF_JEQ, SYS_finit_module);
	emit_case(filter, BPF_JEQ, SYS_init_module);
	emit_action(filter, first, action);
}

static void emit_list(
	struct confine_filter *filter, const uint16_t *calls, size_t count, enum action action)
{
	uint16_t first = filter->length;

	for (size_t i = 0; i < count; i++)
		emit_case(filter, BPF_JEQ, calls[i]);
	emit_action(filter, first, action);
}

/* ------------------------------------------------------------------------------------- filters */

static int finish(const struct confine_filter *filter)
{
	return filter->is_too_long ? -E2BIG : 0;
}

int confine_filter_make(struct confine_filter *filter, const struct confine_rights *rights)
{
	bool may_write = rights->may_open_for_writing;

	emit_architecture(filter);
	emit_openat2(filter, may_write);
	emit_list(filter, CONFINE_ALLOWED, CONFINE_ALLOWED_COUNT, ALLOW);
	emit_open(filter, SYS_openat, 2, may_write);
#ifdef SYS_open
	emit_open(filter, SYS_open, 1, may_write);
#endif
	emit_fcntl(filter);
	emit_memory(filter);
	emit_ioctl(filter, rights->questions);
	emit_write(filter, rights);
	emit_signal(filter);
	emit_modules(filter, rights->may_load_modules ? ALLOW : KILL);
	emit_list(filter, CONFINE_FORBIDDEN, CONFINE_FORBIDDEN_COUNT, KILL);
	emit_return(filter, UNKNOWN);
	return finish(filter);
}

int confine_filter_make_reader(struct confine_filter *filter)
{
	static const uint16_t OPENING[] = {
		SYS_openat,
		SYS_openat2,
#ifdef SYS_open
		SYS_open,
#endif
	};

	emit_architecture(filter);
	emit_list(filter, CONFINE_ALLOWED, CONFINE_ALLOWED_COUNT, ALLOW);
	emit_list(filter, CONFINE_ALLOWED_READER, CONFINE_ALLOWED_READER_COUNT, ALLOW);
	/* A libc may want a file of its own, and goes on without. */
	emit_list(filter, OPENING, ARRAY_SIZE(OPENING), REFUSE);
	emit_fcntl(filter);
	emit_memory(filter);
	emit_ioctl(filter, CONFINE_COMMAND);
	emit_signal(filter);
	emit_modules(filter, KILL);
	emit_list(filter, CONFINE_FORBIDDEN, CONFINE_FORBIDDEN_COUNT, KILL);
	emit_return(filter, UNKNOWN);
	return finish(filter);
}

int confine_filter_make_narrow(struct confine_filter *filter, const int *folders, size_t count)
{
	uint16_t call, first;

	emit_architecture(filter);
	call = emit_if(filter, BPF_JEQ, SYS_openat2);
	emit_load(filter, LOWER(0));
	first = filter->length;
	for (size_t i = 0; i < count; i++)
		emit_case(filter, BPF_JEQ, (uint32_t)folders[i]);
	emit_action(filter, first, ALLOW);
	emit_return(filter, REFUSE);
	emit_end(filter, call);
	first = filter->length;
	emit_case(filter, BPF_JEQ, SYS_openat);
#ifdef SYS_open
	emit_case(filter, BPF_JEQ, SYS_open);
#endif
	emit_action(filter, first, REFUSE);
	emit_modules(filter, KILL);
	emit_return(filter, ALLOW);
	return finish(filter);
}

#else

int confine_filter_make(struct confine_filter *filter, const struct confine_rights *rights)
{
	(void)filter;
	(void)rights;
	return -EOPNOTSUPP;
}

int confine_filter_make_reader(struct confine_filter *filter)
{
	(void)filter;
	return -EOPNOTSUPP;
}

int confine_filter_make_narrow(struct confine_filter *filter, const int *folders, size_t count)
{
	(void)filter;
	(void)folders;
	(void)count;
	return -EOPNOTSUPP;
}

#endif

int confine_filter_install(const struct confine_filter *filter)
{
	struct sock_fprog program = {filter->length, (struct sock_filter *)filter->code};

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0 ? -errno : 0;
}
