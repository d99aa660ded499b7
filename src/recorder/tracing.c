/* SPDX-License-Identifier: MIT */
#include "recorder/tracing.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

void tracing_begin(struct recorder *recorder)
{
	struct recorder_fact *fact = &recorder->facts->recorder;

	fact->trace = outcome_from(-EINPROGRESS);
	recorder->tracing_pid = fork();
	if (recorder->tracing_pid == 0) {
		/* It holds the collector's socket, so that the collector cleans up behind both. */
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		fact->trace = outcome_from(trace_source_open(&recorder->trace, &fact->paths));
		_exit(0);
	}
	if (recorder->tracing_pid < 0)
		fact->trace = outcome_from(-errno);
}

static void take(struct recorder *recorder)
{
	struct recorder_fact *fact = &recorder->facts->recorder;

	recorder->tracing_pid = 0;
	if (fact->trace == OUTCOME_OK)
		fact->trace = outcome_from(trace_source_find(&recorder->trace));
	fact_publish(&fact->once);
}

bool tracing_take(struct recorder *recorder)
{
	if (recorder->tracing_pid == 0 ||
		(recorder->tracing_pid > 0 && waitpid(recorder->tracing_pid, NULL, WNOHANG) == 0))
		return false;
	take(recorder);
	return true;
}

void tracing_take_now(struct recorder *recorder)
{
	if (tracing_take(recorder) || recorder->tracing_pid == 0)
		return;
	(void)kill(recorder->tracing_pid, SIGKILL);
	take(recorder);
}
