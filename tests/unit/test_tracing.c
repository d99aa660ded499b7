/* SPDX-License-Identifier: MIT */
/*
 * How tracing begins, with a tracefs of the test's own.
 */
#include "recorder/tracing.h"

#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct recorder recorder;
static int open_result;
static bool is_slow;
static uint32_t found;

int trace_source_open(struct trace_source *source, outcome_t *ret_paths)
{
	(void)source;
	if (is_slow)
		(void)sleep(60);
	*ret_paths = outcome_from(-ENODEV);
	return open_result;
}

int trace_source_find(struct trace_source *source)
{
	(void)source;
	found++;
	return 0;
}

static const struct recorder_fact *begin(void)
{
	void *memory = mmap(NULL, sizeof(struct facts), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(memory, MAP_FAILED);
	recorder.facts = memory;
	tracing_begin(&recorder);
	ck_assert(!fact_is_known(&recorder.facts->recorder.once));
	return &recorder.facts->recorder;
}

/* It has ended, and was not taken in. */
static void wait_for_it(void)
{
	siginfo_t info;

	ck_assert_int_eq(waitid(P_PID, (id_t)recorder.tracing_pid, &info, WEXITED | WNOWAIT), 0);
}

START_TEST(what_has_begun_is_taken_over)
{
	const struct recorder_fact *fact = begin();

	wait_for_it();
	ck_assert(tracing_take(&recorder));
	ck_assert(fact_is_known(&fact->once));
	ck_assert_int_eq(fact->trace, OUTCOME_OK);
	ck_assert_int_eq(fact->paths, -ENODEV);
	ck_assert_uint_eq(found, 1);
	/* Once. */
	ck_assert(!tracing_take(&recorder));
	tracing_take_now(&recorder);
	ck_assert_uint_eq(found, 1);
}
END_TEST

START_TEST(what_was_refused_is_said)
{
	const struct recorder_fact *fact;

	open_result = -EPERM;
	fact = begin();
	wait_for_it();
	ck_assert(tracing_take(&recorder));
	ck_assert(fact_is_known(&fact->once));
	ck_assert_int_eq(fact->trace, -EPERM);
	ck_assert_uint_eq(found, 0);
}
END_TEST

/* PID 1 stands still, and is not held for that. */
START_TEST(what_takes_too_long_is_given_up)
{
	const struct recorder_fact *fact;
	pid_t pid;
	int status;

	is_slow = true;
	fact = begin();
	pid = recorder.tracing_pid;
	ck_assert(!tracing_take(&recorder));
	ck_assert(!fact_is_known(&fact->once));
	tracing_take_now(&recorder);
	ck_assert(fact_is_known(&fact->once));
	ck_assert_int_eq(fact->trace, -EINPROGRESS);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}
END_TEST

UNIT_MAIN("tracing", what_has_begun_is_taken_over, what_was_refused_is_said,
	what_takes_too_long_is_given_up)
