/* SPDX-License-Identifier: MIT */
#include "recorder/stop.h"

#include <sys/ptrace.h>
#include <sys/wait.h>

static bool is_job_control_stop(int signal)
{
	return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

struct stop stop_judge(int wait_status)
{
	int signal, event = wait_status >> 16;

	if (!WIFSTOPPED(wait_status))
		return (struct stop){.kind = STOP_NONE};
	signal = WSTOPSIG(wait_status);
	if (event == PTRACE_EVENT_EXIT)
		return (struct stop){.kind = STOP_EXIT, .signal = signal};
	if (event == PTRACE_EVENT_EXEC)
		return (struct stop){.kind = STOP_EXEC, .signal = signal};
	if (event == STOP_EVENT && is_job_control_stop(signal))
		return (struct stop){.kind = STOP_GROUP, .signal = signal};
	if (event)
		return (struct stop){.kind = STOP_OURS, .signal = signal};
	/* An init that is not traced never gets SIGSTOP. */
	return (struct stop){
		.kind = STOP_SIGNAL, .signal = signal, .passed_on = signal == SIGSTOP ? 0 : signal};
}

bool stop_is_fault(int signal)
{
	return signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE;
}

bool stop_is_crash(int signal)
{
	return stop_is_fault(signal) || signal == SIGABRT || signal == SIGQUIT;
}

bool stop_is_deadly(int signal, const siginfo_t *info, uint64_t caught)
{
	/* Greater than 0: from the kernel, about what PID 1 itself did, and does again when it goes
	 * on. */
	return stop_is_fault(signal) && info->si_code > 0 &&
	       !(signal == SIGBUS && info->si_code == BUS_MCEERR_AO) &&
	       !(caught >> (signal - 1) & 1);
}
