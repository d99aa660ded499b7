/* SPDX-License-Identifier: MIT */
#include "source/confine_filter.h"

#include "base/text.h"
#include "source/confine_calls.h"
#include "source/sysroot_how.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Since Linux 4.14; before, its bits say "kill the thread", which is the same for one alone. */
#ifndef SECCOMP_RET_KILL_PROCESS
#define SECCOMP_RET_KILL_PROCESS 0x80000000U
#endif
#define KILL SECCOMP_RET_KILL_PROCESS
#define ALLOW SECCOMP_RET_ALLOW
#define FAIL(error) (SECCOMP_RET_ERRNO | (uint32_t)(error))

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#define ARCHITECTURE 0
#endif

/* Of x32's calls, which an x86-64 kernel may take as well. */
#define X32_BIT 0x40000000U

#define NUMBER ((uint32_t)offsetof(struct seccomp_data, nr))
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

static void emit_return(struct confine_filter *filter, uint32_t action)
{
	emit(filter, BPF_RET | BPF_K, action);
}

/* What stands up to emit_end() is for when the comparison holds. */
static uint16_t emit_if(struct confine_filter *filter, unsigned comparison, uint32_t k)
{
	emit(filter, BPF_JMP | comparison | BPF_K, k);
	return filter->length;
}

static uint8_t distance_from(struct confine_filter *filter, uint16_t begin)
{
	int distance = filter->length - begin;

	filter->is_too_long |= distance > UINT8_MAX;
	return (uint8_t)distance;
}

static void emit_end(struct confine_filter *filter, uint16_t begin)
{
	filter->code[begin - 1].jf = distance_from(filter, begin);
}

static void emit_return_if(
	struct confine_filter *filter, unsigned comparison, uint32_t k, uint32_t action)
{
	uint16_t begin = emit_if(filter, comparison, k);

	emit_return(filter, action);
	emit_end(filter, begin);
}

/* Another architecture's numbers mean other calls. Leaves the number in the accumulator. */
static void emit_architecture(struct confine_filter *filter)
{
	emit_load(filter, offsetof(struct seccomp_data, arch));
	emit(filter, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE);
	filter->code[filter->length - 1].jt = 1;
	emit_return(filter, KILL);
	emit_load(filter, NUMBER);
#ifdef __x86_64__
	emit_return_if(filter, BPF_JGE, X32_BIT, KILL);
#endif
}

/* -------------------------------------------------------------------------- calls that depend */

/* openat2() takes its flags from memory, which a filter cannot see: it may point to these only,
 * which nobody can write to. */
static void emit_openat2(struct confine_filter *filter, bool may_write)
{
	uint16_t call = emit_if(filter, BPF_JEQ, SYS_openat2), upper;
	uint64_t first = (uintptr_t)&SYSROOT_HOWS[0];
	size_t count = may_write ? SYSROOT_HOWS_COUNT : SYSROOT_HOWS_READING;

	emit_load(filter, UPPER(2));
	upper = emit_if(filter, BPF_JEQ, (uint32_t)(first >> 32));
	emit_load(filter, LOWER(2));
	for (size_t i = 0; i < count; i++)
		emit_return_if(filter, BPF_JEQ, (uint32_t)(uintptr_t)&SYSROOT_HOWS[i], ALLOW);
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

/* What a libc says of itself when it gives up goes nowhere, and its own signal tells of it. */
static void emit_write(struct confine_filter *filter, const struct confine_rights *rights)
{
	uint16_t call = emit_if(filter, BPF_JEQ, SYS_write), upper;

	if (rights->may_write)
		emit_return(filter, ALLOW);
	if (rights->may_write_nothing) {
		emit_load(filter, UPPER(2));
		upper = emit_if(filter, BPF_JEQ, 0);
		emit_load(filter, LOWER(2));
		emit_return_if(filter, BPF_JEQ, 0, ALLOW);
		emit_end(filter, upper);
	}
	emit_load(filter, LOWER(0));
	emit_return_if(filter, BPF_JEQ, STDERR_FILENO, FAIL(EPERM));
	emit_return(filter, KILL);
	emit_end(filter, call);

	call = emit_if(filter, BPF_JEQ, SYS_writev);
	emit_load(filter, LOWER(0));
	emit_return_if(filter, BPF_JEQ, STDERR_FILENO, FAIL(EPERM));
	emit_return(filter, KILL);
	emit_end(filter, call);
}

static void emit_ioctl(struct confine_filter *filter, const struct confine_rights *rights)
{
	uint16_t call = emit_if(filter, BPF_JEQ, SYS_ioctl);

	emit_load(filter, LOWER(1));
	for (size_t i = 0; i < CONFINE_QUESTIONS_COUNT; i++)
		emit_return_if(filter, BPF_JEQ, CONFINE_QUESTIONS[i], ALLOW);
	for (size_t i = 0; i < CONFINE_ORDERS_COUNT; i++)
		emit_return_if(filter, BPF_JEQ, CONFINE_ORDERS[i], KILL);
	if (rights->may_redirect_console)
		emit_return_if(filter, BPF_JEQ, TIOCCONS, ALLOW);
	/* As a device that does not know it. */
	emit_return(filter, FAIL(ENOTTY));
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
	emit_return_if(filter, BPF_JSET, MAP_FIXED | MAP_FIXED_NOREPLACE, KILL);
	emit_return(filter, ALLOW);
	emit_end(filter, call);
#ifndef __GLIBC__
	/* musl's malloc() opens pages that it has set aside. */
	call = emit_if(filter, BPF_JEQ, SYS_mprotect);
	emit_load(filter, LOWER(2));
	emit_return_if(filter, BPF_JSET, PROT_EXEC, KILL);
	emit_return(filter, ALLOW);
	emit_end(filter, call);
#endif
}

static void emit_fcntl(struct confine_filter *filter)
{
	uint16_t call = emit_if(filter, BPF_JEQ, SYS_fcntl);

	emit_load(filter, LOWER(1));
	emit_return_if(filter, BPF_JEQ, F_DUPFD_CLOEXEC, ALLOW);
	/* Locks, leases, signals on events. */
	emit_return_if(filter, BPF_JGT, F_SETFL, FAIL(EPERM));
	emit_return(filter, ALLOW);
	emit_end(filter, call);
}

/* abort() sends a signal to itself. */
static void emit_signal(struct confine_filter *filter)
{
	uint16_t call = emit_if(filter, BPF_JEQ, SYS_tgkill);

	emit_load(filter, LOWER(0));
	emit_return_if(filter, BPF_JEQ, (uint32_t)getpid(), ALLOW);
	emit_return(filter, KILL);
	emit_end(filter, call);
}

static void emit_modules(struct confine_filter *filter, uint32_t action)
{
	emit_return_if(filter, BPF_JEQ, SYS_finit_module, action);
	emit_return_if(filter, BPF_JEQ, SYS_init_module, action);
}

/* ---------------------------------------------------------------------------- calls that do not */

/* Beyond: calls of later kernels. */
enum { CALLS = 512 };

struct range {
	uint32_t first, action;
};

static size_t find_ranges(struct range *ranges)
{
	static uint32_t action[CALLS];
	size_t count = 0;

	for (size_t i = 0; i < CALLS; i++)
		action[i] = FAIL(ENOSYS);
	for (size_t i = 0; i < CONFINE_ALLOWED_COUNT; i++)
		action[CONFINE_ALLOWED[i] % CALLS] = ALLOW;
	for (size_t i = 0; i < CONFINE_FORBIDDEN_COUNT; i++)
		action[CONFINE_FORBIDDEN[i] % CALLS] = KILL;
	for (uint32_t i = 0; i < CALLS; i++) {
		if (i == 0 || action[i] != action[i - 1])
			ranges[count++] = (struct range){i, action[i]};
	}
	return count;
}

/* A search by halves: the kernel runs a new filter once for each number that there is. */
static void emit_ranges(struct confine_filter *filter, const struct range *ranges, size_t count)
{
	size_t half = count / 2;
	uint16_t begin;

	if (count == 1) {
		emit_return(filter, ranges[0].action);
		return;
	}
	begin = emit_if(filter, BPF_JGE, ranges[half].first);
	emit_ranges(filter, ranges + half, count - half);
	emit_end(filter, begin);
	emit_ranges(filter, ranges, half);
}

/* ------------------------------------------------------------------------------------- filters */

static int finish(const struct confine_filter *filter)
{
	if (!ARCHITECTURE)
		return -EOPNOTSUPP;
	return filter->is_too_long ? -E2BIG : 0;
}

int confine_filter_make(struct confine_filter *filter, const struct confine_rights *rights)
{
	static struct range ranges[CALLS];
	bool may_write = rights->may_open_for_writing;

	filter->length = 0;
	filter->is_too_long = false;
	emit_architecture(filter);
	emit_openat2(filter, may_write);
	emit_open(filter, SYS_openat, 2, may_write);
#ifdef SYS_open
	emit_open(filter, SYS_open, 1, may_write);
#endif
	emit_write(filter, rights);
	emit_ioctl(filter, rights);
	emit_memory(filter);
	emit_fcntl(filter);
	emit_signal(filter);
	emit_modules(filter, rights->may_load_modules ? ALLOW : KILL);
	emit_ranges(filter, ranges, find_ranges(ranges));
	return finish(filter);
}

int confine_filter_make_narrow(struct confine_filter *filter, const int *folders, size_t count)
{
	uint16_t call;

	filter->length = 0;
	filter->is_too_long = false;
	emit_architecture(filter);
	call = emit_if(filter, BPF_JEQ, SYS_openat2);
	emit_load(filter, LOWER(0));
	for (size_t i = 0; i < count; i++)
		emit_return_if(filter, BPF_JEQ, (uint32_t)folders[i], ALLOW);
	emit_return(filter, FAIL(EPERM));
	emit_end(filter, call);
	emit_return_if(filter, BPF_JEQ, SYS_openat, FAIL(EPERM));
#ifdef SYS_open
	emit_return_if(filter, BPF_JEQ, SYS_open, FAIL(EPERM));
#endif
	emit_modules(filter, KILL);
	emit_return(filter, ALLOW);
	return finish(filter);
}

int confine_filter_install(const struct confine_filter *filter)
{
	struct sock_fprog program = {filter->length, (struct sock_filter *)filter->code};

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0 ? -errno : 0;
}
