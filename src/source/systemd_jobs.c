/* SPDX-License-Identifier: MIT */
#include "source/systemd_jobs.h"

#include "parse/systemd_reply.h"
#include "source/systemd_link.h"

#include <string.h>

/* The jobs that are kept, running ones first. */
struct kept {
	uint32_t running, count, total;
	struct job_fact item[JOBS_MAX];
};

static void keep(struct kept *kept, const struct job_fact *job)
{
	bool is_running = strcmp(job->state, "running") == 0;
	uint32_t at = is_running ? kept->running : kept->count;

	kept->total++;
	if (at == JOBS_MAX)
		return;
	if (kept->count < JOBS_MAX)
		kept->count++;
	memmove(&kept->item[at + 1], &kept->item[at], (kept->count - at - 1) * sizeof(*job));
	kept->item[at] = *job;
	kept->running += is_running;
}

static int take(void *context, struct dbus_cursor *cursor)
{
	struct job_fact job;
	int r = systemd_job_take(cursor, &job);

	if (r == 0)
		keep(context, &job);
	return r;
}

static int ask(struct systemd_link *link, struct kept *kept)
{
	static const struct dbus_call LIST_JOBS = {.destination = SYSTEMD_DESTINATION,
		.path = SYSTEMD_MANAGER_PATH,
		.interface = SYSTEMD_MANAGER,
		.member = "ListJobs"};
	struct dbus_header header;
	int r = systemd_link_call(link, &LIST_JOBS);

	if (r == 0)
		r = systemd_link_answer(link, SYSTEMD_JOBS_SIGNATURE, &header);
	return r < 0 ? r : systemd_link_entries(link, &header, take, kept);
}

void systemd_jobs_read(const struct sysroot *proc, uint64_t deadline_us, struct stall_fact *stall)
{
	/* Too large for a stack. */
	static struct systemd_link link;
	static struct kept kept;
	int r = systemd_link_open(&link, proc, deadline_us);

	kept = (struct kept){0};
	if (r == 0) {
		r = ask(&link, &kept);
		systemd_link_close(&link);
	}
	fact_list_reset(&stall->jobs.list);
	for (uint32_t i = 0; i < kept.count; i++) {
		*fact_new(stall->jobs) = kept.item[i];
		fact_done(stall->jobs);
	}
	stall->job_count = kept.total;
	stall->jobs_read = outcome_from(r);
}
