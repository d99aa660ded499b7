/* SPDX-License-Identifier: MIT */
#include "source/confine.h"

#include "base/clock.h"
#include "base/text.h"
#include "source/confine_filter.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A sanitizer maps, writes and opens what no probe does. */
#if defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define IS_SANITIZED true
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED false
#endif

#define BIT(capability) (UINT64_C(1) << (capability))
#define READ_ALL BIT(CAP_DAC_READ_SEARCH)
/* A terminal may be another user's, be open exclusively, or be open in a PID 1 that may do more. */
#define TERMINALS (BIT(CAP_DAC_OVERRIDE) | BIT(CAP_SYS_ADMIN) | BIT(CAP_SYS_PTRACE))

static const struct kind {
	uint64_t capabilities;
	bool is_nobody; /* for files: what is root's alone cannot even be opened for writing */
	struct confine_rights rights;
} KINDS[CONFINE_KIND_COUNT] = {
	[CONFINE_FILES] = {READ_ALL, true, {.questions = CONFINE_VSOCK}},
	[CONFINE_NEW_ROOT] = {READ_ALL, false, {0}},
	[CONFINE_LOG] = {READ_ALL | BIT(CAP_SYSLOG), true, {0}},
	[CONFINE_PORTS] = {READ_ALL | BIT(CAP_SYS_ADMIN), true, {0}},
	[CONFINE_DISK] = {READ_ALL, true, {.questions = CONFINE_DISKS}},
	[CONFINE_TTY] = {READ_ALL | TERMINALS, false,
		{.questions = CONFINE_TERMINALS,
			.may_open_for_writing = true,
			.may_write_nothing = true}},
	[CONFINE_REDIRECT] = {READ_ALL | TERMINALS, false,
		{.questions = CONFINE_TIOCCONS,
			.may_open_for_writing = true,
			.may_write_nothing = true}},
	[CONFINE_CONSOLE] = {READ_ALL | TERMINALS, false,
		{.may_open_for_writing = true, .may_write = true}},
	[CONFINE_MODULES] = {READ_ALL | BIT(CAP_SYS_MODULE), true, {.may_load_modules = true}},
};

enum { NOBODY = 65534 };

static bool is_confined;

/* --------------------------------------------------------------------------------- the parts */

/* Memory for the indexes of modules, an ACPI pool of 24 MiB and whatever a disk makes libblkid
 * want; processor time as the deadline has it, should nobody be there to watch that. NPROC holds
 * nobody back who is root: the filter does. */
static void limit(uint64_t budget_us)
{
	const rlim_t seconds = budget_us / US_PER_S + 1;
	const struct rlimit none = {0, 0}, descriptors = {64, 64}, memory = {256 << 20, 256 << 20},
			    processor = {seconds, seconds + 1};

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)setrlimit(RLIMIT_FSIZE, &none);
	(void)setrlimit(RLIMIT_NOFILE, &descriptors);
	(void)setrlimit(RLIMIT_AS, &memory);
	(void)setrlimit(RLIMIT_CPU, &processor);
}

static int keep_capabilities(uint64_t kept)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	for (size_t i = 0; i < ARRAY_SIZE(data); i++) {
		data[i].permitted &= (uint32_t)(kept >> 32 * i);
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

/* To the kernel's files; all else that root is stays. */
static void become_nobody(void)
{
	if (geteuid() != 0)
		return;
	(void)setfsgid(NOBODY);
	(void)setfsuid(NOBODY);
}

/* -------------------------------------------------------------------------------------- all */

int confine_drop(enum confine_kind kind, uint64_t budget_us)
{
	const struct kind *what = &KINDS[kind % CONFINE_KIND_COUNT];
	int r;

	if (kind == CONFINE_NONE || IS_SANITIZED)
		return 0;
	limit(budget_us);
	if (what->is_nobody)
		become_nobody();
	r = keep_capabilities(what->capabilities);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 && r == 0)
		r = -errno;
	return r;
}

/* musl's malloc() takes its first page with MAP_FIXED, which the filter does not let through. */
static void touch_heap(void)
{
	void *volatile block = malloc(1);

	free(block);
}

int confine_seal(enum confine_kind kind)
{
	static struct confine_filter filter;
	int r;

	if (kind == CONFINE_NONE || IS_SANITIZED)
		return 0;
	touch_heap();
	r = confine_filter_make(&filter, &KINDS[kind % CONFINE_KIND_COUNT].rights);
	if (r == 0)
		r = confine_filter_install(&filter);
	is_confined = r == 0;
	return r;
}

void confine_to_sys(struct sysroot *root, int folder)
{
	static struct confine_filter filter;
	int folders[2];

	if (!is_confined || sysroot_narrow(root) < 0)
		return;
	folders[0] = root->sys_fd;
	folders[1] = folder;
	if (confine_filter_make_narrow(&filter, folders, folder < 0 ? 1 : 2) == 0)
		(void)confine_filter_install(&filter);
}

void confine_reader(void)
{
	static struct confine_filter filter;
	/* The largest report that is kept takes a small part of it (reader/store.h). */
	const struct rlimit memory = {UINT64_C(1) << 30, UINT64_C(1) << 30};

	if (IS_SANITIZED || is_confined)
		return;
	(void)setrlimit(RLIMIT_AS, &memory);
	(void)keep_capabilities(0);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	is_confined =
		confine_filter_make_reader(&filter) == 0 && confine_filter_install(&filter) == 0;
}

/* A filter that is nowhere: EFAULT where there could be one. */
static int ask_seccomp(void)
{
	if (!CONFINE_HAS_LISTS)
		return -EOPNOTSUPP;
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL) < 0 && errno != EFAULT)
		return -errno;
	return 0;
}

const char *confine_ask(int *ret_error)
{
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) < 0) {
		*ret_error = -errno;
		return "no_new_privs";
	}
	*ret_error = ask_seccomp();
	return *ret_error < 0 ? "seccomp" : NULL;
}
