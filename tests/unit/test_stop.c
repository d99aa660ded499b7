/* SPDX-License-Identifier: MIT */
#include "recorder/stop.h"

#include "unit.h"

#include <sys/ptrace.h>

/* What waitpid(2) gives: a stop by that signal, and the event of ptrace(2) with it. */
static int stopped(int signal, int event)
{
	return event << 16 | signal << 8 | 0x7f;
}

START_TEST(kinds)
{
	static const struct {
		int signal, event;
		enum stop_kind kind;
		int passed_on;
	} CASES[] = {
		{SIGTRAP, PTRACE_EVENT_EXIT, STOP_EXIT, 0},
		/* Signals go where they were going, those that ptrace uses itself as well. */
		{SIGCHLD, 0, STOP_SIGNAL, SIGCHLD},
		{SIGTRAP, 0, STOP_SIGNAL, SIGTRAP},
		{SIGTSTP, 0, STOP_SIGNAL, SIGTSTP},
		{SIGSEGV, 0, STOP_SIGNAL, SIGSEGV},
		{64, 0, STOP_SIGNAL, 64},
		/* All but this one, which an init never gets. */
		{SIGSTOP, 0, STOP_SIGNAL, 0},
		/* It is stopped, and stays so. */
		{SIGSTOP, STOP_EVENT, STOP_GROUP, 0},
		{SIGTSTP, STOP_EVENT, STOP_GROUP, 0},
		{SIGTTIN, STOP_EVENT, STOP_GROUP, 0},
		{SIGTTOU, STOP_EVENT, STOP_GROUP, 0},
		/* PTRACE_INTERRUPT, or the end of a stop: nothing is passed on. */
		{SIGTRAP, STOP_EVENT, STOP_OURS, 0},
		{SIGTRAP, PTRACE_EVENT_EXEC, STOP_EXEC, 0},
		{SIGTRAP, PTRACE_EVENT_FORK, STOP_OURS, 0},
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct stop stop = stop_judge(stopped(CASES[i].signal, CASES[i].event));

		ck_assert_int_eq(stop.kind, CASES[i].kind);
		ck_assert_int_eq(stop.signal, CASES[i].signal);
		ck_assert_int_eq(stop.passed_on, CASES[i].passed_on);
	}
}
END_TEST

START_TEST(ends)
{
	/* exit(0), exit(2), killed by SIGKILL, by SIGSEGV with a core, and continued. */
	static const int STATUSES[] = {0, 2 << 8, SIGKILL, SIGSEGV | 0x80, 0xffff};

	for (size_t i = 0; i < sizeof(STATUSES) / sizeof(STATUSES[0]); i++)
		ck_assert_int_eq(stop_judge(STATUSES[i]).kind, STOP_NONE);
}
END_TEST

START_TEST(what_kills)
{
	static const struct {
		int signal, code;
		uint64_t caught;
		bool is_deadly;
	} CASES[] = {
		{SIGSEGV, SEGV_MAPERR, 0, true},
		{SIGBUS, BUS_ADRERR, 0, true},
		{SIGILL, ILL_ILLOPN, 0, true},
		{SIGFPE, FPE_INTDIV, 0, true},
		/* Of these it knows what to do. */
		{SIGSEGV, SEGV_MAPERR, 1ULL << (SIGSEGV - 1), false},
		{SIGSEGV, SEGV_MAPERR, ~(1ULL << (SIGSEGV - 1)), true},
		/* Somebody has sent it, and an init does not get it: kill(2), sigqueue(3),
		 * tkill(2).
		 */
		{SIGSEGV, SI_USER, 0, false},
		{SIGSEGV, SI_QUEUE, 0, false},
		{SIGSEGV, SI_TKILL, 0, false},
		/* A page is broken that it may never look at. */
		{SIGBUS, BUS_MCEERR_AO, 0, false},
		{SIGBUS, BUS_MCEERR_AR, 0, true},
		/* No fault. */
		{SIGCHLD, CLD_EXITED, 0, false},
		{SIGTRAP, TRAP_BRKPT, 0, false},
		{SIGABRT, SI_TKILL, 0, false},
		{64, 1, 0, false},
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		siginfo_t info = {.si_code = CASES[i].code};

		ck_assert_msg(stop_is_deadly(CASES[i].signal, &info, CASES[i].caught) ==
				      CASES[i].is_deadly,
			"case %zu", i);
	}
}
END_TEST

UNIT_MAIN("stop", kinds, ends, what_kills)
