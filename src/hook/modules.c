/* SPDX-License-Identifier: MIT */
#include "hook/modules.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "parse/appended.h"
#include "parse/module_list.h"
#include "source/appended.h"
#include "source/cmdline.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>

bool modules_are_appended(const struct sysroot *root)
{
	return sysroot_exists(root, APPENDED_MODULES);
}

_Static_assert(sizeof(MODULES_PROBE) <= sizeof(((struct probe_fact *)NULL)->name),
	"a name that is cut is not found again");

/* The fact of the child that asks. */
static struct probe_fact *own_fact(struct facts *facts)
{
	struct probe_fact *own = NULL;

	fact_foreach (probe, facts->probes) {
		if (strcmp(probe->name, MODULES_PROBE) == 0)
			own = probe;
	}
	return own;
}

static void name_module(struct probe_fact *own, const char *name)
{
	if (own)
		(void)text_copy(own->subject, sizeof(own->subject), name);
}

static int load_one(const struct sysroot *folder, const char *file, const char *cmdline)
{
	char name[APPENDED_NAME_SIZE];

	appended_module_name(file, name);
	return module_list_is_blacklisted(cmdline, name) ? -ECANCELED : appended_load(folder, file);
}

int modules_run(const struct sources *sources, struct facts *facts, uint32_t subject)
{
	static char order[APPENDED_ORDER_SIZE], cmdline[CMDLINE_SIZE];
	_cleanup_(sysroot_close) struct sysroot folder = SYSROOT_CLOSED;
	struct probe_fact *own = own_fact(facts);
	char failed[APPENDED_NAME_SIZE] = "", *cursor = order;
	int r = appended_open(&sources->root, &folder), first = 0;
	const char *file;

	(void)subject;
	if (r == 0)
		r = appended_order(&folder, order, sizeof(order));
	if (r == -ENOEXEC && own)
		appended_kernel(&sources->root, own->subject, sizeof(own->subject));
	if (r < 0)
		return r;
	(void)cmdline_source_read(&sources->root, cmdline, sizeof(cmdline));
	for (unsigned i = 0; i < APPENDED_MODULES_MAX && (file = appended_next(&cursor)); i++) {
		/* If it hangs, this says where. */
		name_module(own, file);
		r = load_one(&folder, file, cmdline);
		if (r < 0 && first == 0) {
			first = r;
			(void)text_copy(failed, sizeof(failed), file);
		}
	}
	name_module(own, failed);
	return first;
}

/* ---------------------------------------------------------------------------------- as PID 1 */

/* A module's init function that hangs costs a child. */
static bool load_in_child(const struct sysroot *folder, uint64_t timeout_us)
{
	struct pollfd word = {.events = POLLIN};
	int ends[2], status = -1;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	word.fd = ends[0];
	pid = fork();
	if (pid == 0)
		_exit(appended_load(folder, APPENDED_FWCFG) < 0);
	(void)close(ends[1]);
	/* Its end closes the pipe. */
	if (pid > 0 && poll(&word, 1, (int)(timeout_us / US_PER_MS)) > 0 &&
		waitpid(pid, &status, 0) != pid)
		status = -1;
	(void)close(ends[0]);
	return status == 0;
}

bool modules_load_fwcfg(const struct sysroot *root, uint64_t timeout_us)
{
	_cleanup_(sysroot_close) struct sysroot folder = SYSROOT_CLOSED;

	if (appended_open(root, &folder) < 0 || !sysroot_exists(&folder, APPENDED_FWCFG))
		return false;
	return load_in_child(&folder, timeout_us);
}
