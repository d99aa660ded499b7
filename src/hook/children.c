/* SPDX-License-Identifier: MIT */
#include "hook/children.h"

#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The exit status of a child carries its errno, which fits into a byte for all we may see. */
enum { STATUS_MASK = 0xff };

static struct probe_fact *fact_open(
	struct facts *facts, const struct probe *probe, const char *subject_name)
{
	struct probe_fact *fact = fact_new(facts->probes);

	if (!fact)
		return NULL;
	memset(fact, 0, sizeof(*fact));
	text_copy(fact->name, sizeof(fact->name), probe->name);
	if (subject_name)
		text_copy_bytes(fact->subject, sizeof(fact->subject), subject_name,
			strnlen(subject_name, sizeof(fact->subject) - 1));
	fact->budget_us = probe->budget_us;
	fact->started_us = clock_now_us();
	fact->state = PROBE_RUNNING;
	fact_done(facts->probes);
	return fact;
}

/* Returns 0, or why it goes on with more than it needs. */
static int child_confine(const struct children *children, const struct probe *probe,
	const struct sources *sources, pid_t parent)
{
	static const int HANDLED[] = {SIGCHLD, SIGTERM, SIGHUP, SIGPIPE};
	struct rlimit no_core = {0, 0};
	sigset_t none;
	int dropped, sealed;

	for (size_t i = 0; i < ARRAY_SIZE(HANDLED); i++)
		(void)signal(HANDLED[i], SIG_DFL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)setrlimit(RLIMIT_CORE, &no_core);
	for (size_t i = 0; i < ARRAY_SIZE(children->keep_out) && children->keep_out[i] >= 0; i++)
		(void)close(children->keep_out[i]);
	if (probe->confine != CONFINE_NONE)
		children_close_others(&sources->root.fd, 1);
	dropped = confine_drop(probe->confine, probe->budget_us);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* The collector may have died before it could be said. */
	if (getppid() != parent)
		_exit(0);
	sealed = confine_seal(probe->confine);
	return dropped < 0 ? dropped : sealed;
}

void children_keep_out(struct children *children, int fd)
{
	size_t kept = 0;

	while (kept < ARRAY_SIZE(children->keep_out) && children->keep_out[kept] >= 0)
		kept++;
	if (kept + 1 >= ARRAY_SIZE(children->keep_out))
		return;
	children->keep_out[kept] = fd;
	children->keep_out[kept + 1] = -1;
}

void children_let_in(struct children *children, int fd)
{
	size_t kept = 0;

	for (size_t i = 0; i < ARRAY_SIZE(children->keep_out) && children->keep_out[i] >= 0; i++) {
		if (children->keep_out[i] != fd)
			children->keep_out[kept++] = children->keep_out[i];
	}
	children->keep_out[kept] = -1;
}

static void close_between(int first, int last)
{
	if (first > last || syscall(SYS_close_range, first, last, 0) == 0)
		return;
	/* Before Linux 5.9. */
	for (int fd = first; fd <= last && fd < 1024; fd++)
		(void)close(fd);
}

/* The lowest of them from there on, or INT_MAX. */
static int next_kept(const int *kept, size_t count, int from)
{
	int lowest = INT_MAX;

	for (size_t i = 0; i < count; i++)
		lowest = kept[i] >= from && kept[i] < lowest ? kept[i] : lowest;
	return lowest;
}

void children_close_others(const int *kept, size_t count)
{
	int from = STDERR_FILENO + 1, next;

	while ((next = next_kept(kept, count, from)) < INT_MAX) {
		close_between(from, next - 1);
		from = next + 1;
	}
	close_between(from, INT_MAX);
}

int children_start(struct children *children, const struct probe *probe, uint32_t phase,
	const struct sources *sources, struct facts *facts, uint32_t subject,
	const char *subject_name)
{
	struct probe_fact *fact = fact_open(facts, probe, subject_name);
	bool is_full = children->count >= CHILDREN_MAX;
	pid_t parent = getpid();
	pid_t pid = is_full ? -1 : fork();

	if (pid < 0) {
		int r = is_full ? -EAGAIN : -errno;

		if (fact) {
			fact->error = r;
			fact->state = PROBE_NO_CHILD;
		}
		return r;
	}
	atomic_fetch_add(&facts->own_processes, 1);
	if (pid == 0) {
		int r;

		r = child_confine(children, probe, sources, parent);
		if (fact && children->may_confine)
			fact->unconfined = r;
		/* Of this child, and not what the collector lacked once. */
		sysroot_forget_shortage();
		r = probe->run(sources, facts, subject);
		_exit(-(r ? r : sysroot_shortage()) & STATUS_MASK);
	}
	children->item[children->count++] = (struct child){
		.pid = pid,
		.probe = probe,
		.phase = phase,
		.subject = subject,
		.deadline_us = clock_now_us() + probe->budget_us,
		.fact = fact,
	};
	return 0;
}

static void child_note_end(struct child *child, int status)
{
	struct probe_fact *fact = child->fact;

	/* One that was given up stays a timeout, however it ended in the end. */
	if (!fact || child->is_left_behind)
		return;
	fact->duration_us = clock_now_us() - fact->started_us;
	if (WIFSIGNALED(status)) {
		fact->signal = WTERMSIG(status);
		fact->state = PROBE_CRASHED;
		return;
	}
	fact->error = -WEXITSTATUS(status);
	fact->state = fact->error ? PROBE_FAILED : PROBE_DONE;
}

uint32_t children_reap(struct children *children)
{
	uint32_t reaped = 0;

	for (uint32_t i = 0; i < children->count;) {
		int status;
		pid_t pid = waitpid(children->item[i].pid, &status, WNOHANG);

		if (pid == 0 || (pid < 0 && errno == EINTR)) {
			i++;
			continue;
		}
		if (pid > 0)
			child_note_end(&children->item[i], status);
		children->item[i] = children->item[--children->count];
		reaped++;
	}
	return reaped;
}

/* What a child that does not answer is doing: its state and where in the kernel it waits. */
static void note_where(const struct child *child, const struct sources *sources)
{
	struct probe_fact *fact = child->fact;
	char path[48], stat[512];
	const char *state;
	struct text text;

	if (!fact)
		return;
	fact->duration_us = clock_now_us() - fact->started_us;
	text_init(&text, path, sizeof(path));
	text_append(&text, "proc/");
	text_append_u64(&text, (uint64_t)child->pid);
	(void)sysroot_attribute(&sources->root, fact->wait_channel, sizeof(fact->wait_channel),
		path, "/wchan", NULL);
	if (strcmp(fact->wait_channel, "0") == 0)
		fact->wait_channel[0] = '\0';
	if (sysroot_attribute(&sources->root, stat, sizeof(stat), path, "/stat", NULL) < 0)
		return;
	/* proc(5): "pid (comm) state …"; comm may hold a parenthesis itself. */
	state = strrchr(stat, ')');
	if (state && state[1] == ' ')
		fact->process_state = state[2];
}

static void child_give_up(struct child *child, const struct sources *sources)
{
	if (child->is_left_behind)
		return;
	note_where(child, sources);
	if (child->fact)
		child->fact->state = PROBE_TIMEOUT;
	child->is_left_behind = true;
	(void)kill(child->pid, SIGKILL);
}

uint32_t children_expire(struct children *children, const struct sources *sources, uint64_t now_us)
{
	uint32_t expired = 0;

	for (uint32_t i = 0; i < children->count; i++) {
		struct child *child = &children->item[i];
		if (child->is_left_behind || child->deadline_us > now_us)
			continue;
		child_give_up(child, sources);
		expired++;
	}
	return expired;
}

void children_give_up(struct children *children, const struct sources *sources, uint32_t phases)
{
	for (uint32_t i = 0; i < children->count; i++) {
		if (children->item[i].phase & phases)
			child_give_up(&children->item[i], sources);
	}
}

uint32_t children_running(const struct children *children, uint32_t phases)
{
	uint32_t running = 0;

	for (uint32_t i = 0; i < children->count; i++) {
		const struct child *child = &children->item[i];
		running += !child->is_left_behind && child->phase & phases;
	}
	return running;
}

uint64_t children_next_deadline(const struct children *children)
{
	uint64_t next = UINT64_MAX;

	for (uint32_t i = 0; i < children->count; i++) {
		const struct child *child = &children->item[i];
		if (!child->is_left_behind && child->deadline_us < next)
			next = child->deadline_us;
	}
	return next;
}
