/* SPDX-License-Identifier: MIT */
/*
 * What a child may do, kind by kind: each test starts one, which tries.
 */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "hook/children.h"
#include "source/confine_filter.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static struct children children;
static struct facts *facts;
static struct sources sources;
static int inherited;

/* Runs one in a child of that kind. Returns its end as of waitpid(): the exit status is the errno
 * that run() returned. */
static int outcome(enum confine_kind kind,
	int (*run)(const struct sources *all, struct facts *shared, uint32_t subject))
{
	const struct probe probe = {"try", PHASE_START, 20 * US_PER_S, run, kind};
	siginfo_t info = {0};

	facts = mmap(
		NULL, sizeof(*facts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(facts, MAP_FAILED);
	ck_assert_int_eq(sysroot_open(NULL, &sources.root), 0);
	inherited = open("/dev/null", O_RDWR | O_CLOEXEC);
	children = (struct children){.keep_out = {-1}, .may_confine = true};
	ck_assert_int_eq(
		children_start(&children, &probe, PHASE_START, &sources, facts, 0, NULL), 0);
	ck_assert_int_eq(waitid(P_PID, (id_t)children.item[0].pid, &info, WEXITED | WNOWAIT), 0);
	(void)children_reap(&children);
	sysroot_close(&sources.root);
	(void)close(inherited);
	return info.si_code == CLD_EXITED ? info.si_status : 256 + info.si_status;
}

#define STOPPED (256 + SIGSYS)

/* A child that tries: the body returns 0, or the negative errno of what it tried. */
#define CHILD(name)                                                        \
	static int name(const struct sources *all __attribute__((unused)), \
		struct facts *shared __attribute__((unused)),              \
		uint32_t subject __attribute__((unused)))

static int result_of(long result)
{
	return result < 0 ? -errno : 0;
}

CHILD(reads)
{
	char text[4096];

	if (sysroot_read(&all->root, "proc/self/status", text, sizeof(text)) <= 0)
		return -EIO;
	if (!strstr(text, "\nNoNewPrivs:\t1\n") || !strstr(text, "\nSeccomp:\t2\n"))
		return -EPROTO;
	/* All but CAP_DAC_READ_SEARCH, which who is not root has not. */
	return strstr(text, "\nCapEff:\t0000000000000000\n") ||
			       strstr(text, "\nCapEff:\t0000000000000004\n")
		       ? 0
		       : -EACCES;
}
CHILD(opens_by_libc)
{
	_cleanup_close_ int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);

	return result_of(fd);
}
CHILD(opens_for_writing)
{
	return result_of(open("/dev/null", O_WRONLY | O_CLOEXEC));
}
CHILD(opens_a_tty)
{
	_cleanup_close_ int fd = sysroot_openat(&all->root, "dev/null", O_RDWR | O_NONBLOCK);

	return fd < 0 ? fd : 0;
}
CHILD(opens_with_flags_of_its_own)
{
	struct open_how how = {.flags = O_RDONLY | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};

	return result_of(syscall(SYS_openat2, all->root.fd, "proc", &how, sizeof(how)));
}
CHILD(creates)
{
	return result_of(openat(all->root.fd, "tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
}
CHILD(writes_a_disk)
{
	return result_of(pwrite(0, "x", 1, 0));
}
CHILD(writes)
{
	_cleanup_close_ int fd = sysroot_openat(&all->root, "dev/null", O_RDWR | O_NONBLOCK);

	return result_of(write(fd, "x", 1));
}
CHILD(writes_nothing)
{
	_cleanup_close_ int fd = sysroot_openat(&all->root, "dev/null", O_RDWR | O_NONBLOCK);

	return result_of(write(fd, "", 0));
}
CHILD(complains)
{
	return result_of(write(STDERR_FILENO, "x", 1));
}
CHILD(executes)
{
	char *argv[] = {"true", NULL};

	return result_of(execv("/bin/true", argv));
}
CHILD(forks)
{
	return result_of(fork());
}
CHILD(connects)
{
	return result_of(socket(AF_UNIX, SOCK_STREAM, 0));
}
CHILD(kills)
{
	return result_of(syscall(SYS_tgkill, getppid(), getppid(), 0));
}
CHILD(aborts)
{
	abort();
}
CHILD(maps_a_program)
{
	void *memory = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? -errno : 0;
}
CHILD(takes_much_memory)
{
	void *memory = mmap(NULL, (size_t)1 << 30, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory == MAP_FAILED ? -errno : 0;
}
CHILD(loads_a_module)
{
	return result_of(syscall(SYS_finit_module, -1, "", 0));
}
CHILD(orders_a_disk)
{
	return result_of(ioctl(0, BLKRRPART));
}
CHILD(asks_a_disk)
{
	int bytes;

	return result_of(ioctl(all->root.fd, BLKSSZGET, &bytes));
}
CHILD(uses_what_it_inherited)
{
	return result_of(fcntl(inherited, F_GETFD));
}
CHILD(calls_by_x32)
{
	return result_of(syscall(0x40000000L + SYS_getpid));
}
CHILD(calls_nothing)
{
	return result_of(syscall(-1));
}
CHILD(calls_what_is_new)
{
	return result_of(syscall(SYS_membarrier, 0, 0, 0));
}

START_TEST(what_reads_goes_on)
{
	ck_assert_int_eq(outcome(CONFINE_FILES, reads), 0);
	ck_assert_int_eq(outcome(CONFINE_FILES, opens_by_libc), 0);
	/* An O_PATH descriptor answers to no device's question: it got there. */
	ck_assert_int_eq(outcome(CONFINE_DISK, asks_a_disk), EBADF);
	ck_assert_int_eq(outcome(CONFINE_FILES, calls_what_is_new), ENOSYS);
	ck_assert_int_eq(outcome(CONFINE_FILES, calls_nothing), ENOSYS);
#ifdef __x86_64__
	ck_assert_int_eq(outcome(CONFINE_FILES, calls_by_x32), STOPPED);
#endif
}

START_TEST(what_changes_something_is_stopped)
{
	static int (*const DEEDS[])(const struct sources *, struct facts *, uint32_t) = {
		opens_for_writing, opens_a_tty, opens_with_flags_of_its_own, creates, writes_a_disk,
		executes, forks, connects, kills, maps_a_program, loads_a_module};
	static const enum confine_kind KINDS[] = {
		CONFINE_FILES, CONFINE_NEW_ROOT, CONFINE_LOG, CONFINE_PORTS, CONFINE_DISK};

	for (size_t i = 0; i < ARRAY_SIZE(DEEDS); i++)
		for (size_t k = 0; k < ARRAY_SIZE(KINDS); k++)
			ck_assert_msg(
				outcome(KINDS[k], DEEDS[i]) == STOPPED, "deed %zu, kind %zu", i, k);
	ck_assert_int_eq(facts->probes.item[0].state, PROBE_CRASHED);
	ck_assert_int_eq(facts->probes.item[0].signal, SIGSYS);
}

START_TEST(what_is_of_no_use_fails)
{
	ck_assert_int_eq(outcome(CONFINE_DISK, orders_a_disk), EPERM);
	ck_assert_int_eq(outcome(CONFINE_DISK, takes_much_memory), ENOMEM);
	ck_assert_int_eq(outcome(CONFINE_DISK, uses_what_it_inherited), EBADF);
	ck_assert_int_eq(outcome(CONFINE_DISK, complains), EPERM);
	/* Its own signal, whatever it says before. */
	ck_assert_int_eq(outcome(CONFINE_DISK, aborts), 256 + SIGABRT);
}

START_TEST(others_may_what_they_are_for)
{
	ck_assert_int_eq(outcome(CONFINE_TTY, opens_a_tty), 0);
	ck_assert_int_eq(outcome(CONFINE_TTY, writes_nothing), 0);
	ck_assert_int_eq(outcome(CONFINE_TTY, writes), STOPPED);
	ck_assert_int_eq(outcome(CONFINE_CONSOLE, writes), 0);
	ck_assert_int_eq(outcome(CONFINE_CONSOLE, creates), STOPPED);
	ck_assert_int_eq(outcome(CONFINE_CONSOLE, executes), STOPPED);
	ck_assert_int_ne(outcome(CONFINE_MODULES, loads_a_module), STOPPED);
	ck_assert_int_eq(outcome(CONFINE_MODULES, opens_for_writing), STOPPED);
	ck_assert_int_eq(outcome(CONFINE_NONE, forks), 0);
}

/* ------------------------------------------------------------------------- one step further */

CHILD(reads_sys_alone)
{
	struct sysroot root = all->root;
	char text[64];
	int before = open("/proc/version", O_RDONLY | O_CLOEXEC);

	confine_to_sys(&root, -1);
	/* What was opened before is read. */
	if (before < 0 || read(before, text, sizeof(text)) <= 0 ||
		!sysroot_exists(&root, "sys/kernel") ||
		sysroot_attribute(
			&root, text, sizeof(text), "sys/kernel/mm/../uevent_seqnum", NULL) < 0)
		return -EIO;
	if (sysroot_exists(&root, "proc/version") || sysroot_exists(&root, "sys/../proc/version") ||
		sysroot_exists(&all->root, "proc/version") || open("/proc/version", O_RDONLY) >= 0)
		return -EACCES;
	return 0;
}
CHILD(loads_a_module_too_late)
{
	struct sysroot root = all->root;

	confine_to_sys(&root, -1);
	return loads_a_module(all, shared, subject);
}

START_TEST(one_that_parses_reads_sys_alone)
{
	ck_assert_int_eq(outcome(CONFINE_FILES, reads_sys_alone), 0);
	ck_assert_int_eq(outcome(CONFINE_MODULES, loads_a_module_too_late), STOPPED);
}

/* ------------------------------------------------------------------------ the command on the host
 */

/* The first thing that went wrong, as a number of its own. */
CHILD(works_as_a_reader)
{
	char text[64];
	int input = open("/proc/version", O_RDONLY | O_CLOEXEC);
	int output = open("/dev/null", O_WRONLY | O_CLOEXEC);
	char *memory;

	confine_reader();
	if (read(input, text, sizeof(text)) <= 0 || write(output, "x", 1) != 1)
		return -1;
	memory = realloc(malloc(1 << 20), 64 << 20);
	if (!memory)
		return -2;
	memory[(64 << 20) - 1] = 1;
	free(memory);
	if (open("/proc/version", O_RDONLY | O_CLOEXEC) >= 0 || errno != EPERM)
		return -3;
	if (sysroot_exists(&all->root, "proc/version"))
		return -4;
	return takes_much_memory(all, shared, subject) == -ENOMEM ? 0 : -5;
}
CHILD(executes_as_a_reader)
{
	confine_reader();
	return executes(all, shared, subject);
}
CHILD(connects_as_a_reader)
{
	confine_reader();
	return connects(all, shared, subject);
}

START_TEST(a_reader_has_what_is_open)
{
	ck_assert_int_eq(outcome(CONFINE_NONE, works_as_a_reader), 0);
	ck_assert_int_eq(outcome(CONFINE_NONE, executes_as_a_reader), STOPPED);
	ck_assert_int_eq(outcome(CONFINE_NONE, connects_as_a_reader), STOPPED);
}

/* In a process where seccomp(2) fails, as the kernel may for want of memory. */
static int unconfined_where_it_fails(void)
{
	struct sock_filter code[] = {{BPF_LD | BPF_W | BPF_ABS, 0, 0, 0},
		{BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_seccomp},
		{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | ENOMEM},
		{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
	struct sock_fprog program = {ARRAY_SIZE(code), code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		return 1;
	(void)outcome(CONFINE_FILES, opens_by_libc);
	return facts->probes.item[0].state == PROBE_DONE &&
			       facts->probes.item[0].unconfined == -ENOMEM
		       ? 0
		       : 2;
}

START_TEST(one_that_cannot_be_confined_goes_on_and_says_so)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(unconfined_where_it_fails());
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	(void)outcome(CONFINE_FILES, opens_by_libc);
	ck_assert_int_eq(facts->probes.item[0].unconfined, 0);
}

/* A jump of classic BPF is a byte long. */
START_TEST(filters_are_short)
{
	static struct confine_filter filter;
	const struct confine_rights rights = {.questions = CONFINE_DISKS,
		.may_open_for_writing = true,
		.may_write_nothing = true};

	ck_assert_int_eq(confine_filter_make(&filter, &rights), 0);
	ck_assert_uint_lt(filter.length, 256);
}

UNIT_MAIN("confine", what_reads_goes_on, what_changes_something_is_stopped, what_is_of_no_use_fails,
	others_may_what_they_are_for, one_that_parses_reads_sys_alone, a_reader_has_what_is_open,
	one_that_cannot_be_confined_goes_on_and_says_so, filters_are_short)
