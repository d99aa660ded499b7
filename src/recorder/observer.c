/* SPDX-License-Identifier: MIT */
#include "recorder/observer.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "recorder/careful.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/stat.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#define BEAT_US (5 * US_PER_S)
/* How often it is asked whether something goes on: a few times in what makes a stall. */
#define TICK_MIN_US (250 * US_PER_MS)
#define TICK_MAX_US BEAT_US
enum { TICKS_OF_STALL = 4, DESCRIPTORS_MAX = 1024 };

/* ------------------------------------------------------------------------------- the collector */

static void tell(struct observer *observer, enum observer_word word)
{
	char byte = (char)word;

	observer->words_out += write(observer->collector_fd, &byte, 1) == 1;
}

/* Takes in the words that come back. False: the recording is over. */
static bool hear(struct observer *observer)
{
	char words[64];
	ssize_t n;

	while ((n = read(observer->collector_fd, words, sizeof(words))) > 0)
		observer->words_out -=
			(uint32_t)n < observer->words_out ? (uint32_t)n : observer->words_out;
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

/* What was told is written down. */
static bool may_tell(const struct observer *observer)
{
	return !observer->words_out;
}

/* ----------------------------------------------------------------------------- where PID 1 is */

/* By a magic link, which sysroot_openat() refuses to follow; without asking a server. */
static bool has_other_root(const struct observer *observer, struct statx *first)
{
	struct statx now;

	/* statx(2); musl has had it since 1.2.4 only. */
	if (syscall(SYS_statx, observer->proc.fd, "1/root/", AT_STATX_DONT_SYNC, STATX_INO, &now) <
		0)
		return false;
	if (!first->stx_ino)
		*first = now;
	return now.stx_ino != first->stx_ino || now.stx_dev_major != first->stx_dev_major ||
	       now.stx_dev_minor != first->stx_dev_minor;
}

static bool comes_to_stage2(struct observer *observer)
{
	static struct statx first;

	if (observer->is_stage2 || !has_other_root(observer, &first))
		return false;
	observer->is_stage2 = true;
	return true;
}

/* ----------------------------------------------------------------------------------- heartbeat */

static bool is_power_of_two(uint32_t number)
{
	return !(number & (number - 1));
}

/* What is new in kind goes to all outputs; else, to those with little room, fewer and fewer. */
static void beat(struct observer *observer, uint64_t now_us, bool has_changed)
{
	struct heartbeat_fact *heartbeat = &observer->facts->heartbeat;

	if (!may_tell(observer))
		return;
	heartbeat->number++;
	heartbeat->is_quiet = !has_changed && !is_power_of_two(heartbeat->number);
	heartbeat->interval_us = now_us - observer->last_beat_us;
	heartbeat->at_us = observer->last_beat_us = now_us;
	heartbeat->is_stage2 = observer->is_stage2;
	heartbeat->progress_us = observer->progress.last_us;
	heartbeat->counters = observer->progress.counters;
	heartbeat->available_bytes = waiting_available_bytes(&observer->proc);
	busy_tell(observer->busy, &observer->proc, heartbeat, &observer->facts->own_processes);
	fact_publish(&heartbeat->once);
	tell(observer, OBSERVER_BEATS);
}

/* --------------------------------------------------------------------------------------- stall */

static void end_stall(struct observer *observer, uint64_t now_us)
{
	struct stall_watch *stall = &observer->stall;
	bool is_told = stall->is_told;

	if (is_told && !may_tell(observer))
		return;
	*stall = (struct stall_watch){.since_us = observer->progress.last_us,
		.next_us = observer->progress.last_us + observer->stall_us,
		.hung = stall->hung};
	if (!is_told)
		return;
	call_rates_close(&observer->rates);
	observer->facts->stall.ended_us = observer->progress.last_us;
	tell(observer, OBSERVER_GOES_ON);
	beat(observer, now_us, true);
}

static void tell_stall(struct observer *observer, uint64_t now_us)
{
	struct stall_watch *watch = &observer->stall;
	struct stall_fact *stall = &observer->facts->stall;

	if (!may_tell(observer))
		return;
	waiting_gather(
		watch, observer->busy, &observer->proc, &observer->sys, observer->facts, now_us);
	stall->number += !watch->is_told;
	stall->since_us = watch->since_us;
	stall->ended_us = 0;
	watch->is_told = true;
	watch->next_us = now_us + (now_us - watch->since_us);
	fact_publish(&stall->once);
	tell(observer, OBSERVER_STALLED);
	call_rates_begin(&observer->rates, clock_now_us());
}

/* Stage 1 has a look of its own at what does not go on. */
static void watch_stall(struct observer *observer, uint64_t now_us)
{
	struct stall_watch *stall = &observer->stall;

	if (!observer->is_stage2)
		return;
	if (stall->since_us != observer->progress.last_us) {
		end_stall(observer, now_us);
		return;
	}
	/* What is done in the second half says what is being done. */
	if (!stall->is_marked && now_us >= stall->since_us + observer->stall_us / 2) {
		machine_work_look(&observer->proc, &stall->before, now_us);
		stall->is_marked = true;
		/* One that comes late, since nothing ran here either, has to be long enough. */
		if (stall->next_us < now_us + observer->stall_us / 2)
			stall->next_us = now_us + observer->stall_us / 2;
	}
	if (now_us >= stall->next_us)
		tell_stall(observer, now_us);
}

/* ------------------------------------------------------------------------------------ the loop */

static uint64_t tick_length(const struct observer *observer)
{
	uint64_t length = observer->stall_us / TICKS_OF_STALL;

	if (length < TICK_MIN_US)
		return TICK_MIN_US;
	return length < TICK_MAX_US ? length : TICK_MAX_US;
}

/* What lies on a disk is not kept open. */
static void find_run(struct observer *observer, uint64_t now_us)
{
	struct sysroot *run = &observer->run;
	struct statfs fs;

	if (run->fd >= 0 || now_us >= observer->progress.last_us + observer->stall_us)
		return;
	run->fd = openat(observer->proc.fd, "1/root/run", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (run->fd >= 0 && (fstatfs(run->fd, &fs) < 0 || fs.f_type != TMPFS_MAGIC))
		sysroot_close(run);
}

static void look(struct observer *observer, uint64_t now_us)
{
	struct progress *progress = &observer->progress;

	find_run(observer, now_us);
	busy_list(observer->busy, &observer->proc, getppid(), now_us);
	for (uint32_t i = 0; i < observer->busy->count; i++) {
		const struct process *process = &observer->busy->item[i];

		if (!process->is_kernel)
			progress_note(progress, "program", process->comm, now_us);
	}
	progress_look(progress,
		&(struct progress_sources){
			&observer->proc, &observer->sys, &observer->run, observer->kmsg_fd},
		atomic_load(&observer->facts->own_processes), now_us);
}

static void tick(struct observer *observer, uint64_t now_us)
{
	bool is_behind_handoff;

	look(observer, now_us);
	is_behind_handoff = comes_to_stage2(observer);
	if (is_behind_handoff) {
		observer->progress.last_us = now_us;
		sysroot_close(&observer->run);
	}
	watch_stall(observer, now_us);
	if (is_behind_handoff || now_us >= observer->beat_us) {
		beat(observer, now_us, is_behind_handoff);
		observer->beat_us = now_us + BEAT_US;
	}
}

static void wait_for(const struct observer *observer, uint64_t until_us)
{
	struct pollfd collector = {.fd = observer->collector_fd, .events = POLLIN};
	uint64_t now_us = clock_now_us();
	uint64_t left_us = until_us > now_us ? until_us - now_us : 0;

	(void)poll(&collector, 1, (int)((left_us + US_PER_MS - 1) / US_PER_MS));
}

static uint64_t earlier(uint64_t one, uint64_t other)
{
	return one < other ? one : other;
}

static void watch(struct observer *observer)
{
	while (hear(observer)) {
		uint64_t now_us = clock_now_us();

		if (now_us >= observer->end_us)
			break;
		if (may_tell(observer) && call_rates_go_on(&observer->rates, now_us))
			tell(observer, OBSERVER_COUNTED);
		if (now_us >= observer->tick_us) {
			tick(observer, now_us);
			observer->tick_us = clock_now_us() + tick_length(observer);
		}
		wait_for(
			observer, earlier(observer->tick_us, call_rates_next_us(&observer->rates)));
	}
	call_rates_close(&observer->rates);
}

/* ----------------------------------------------------------------------------------- beginning */

/* Disks, ports and consoles of the collector's among them. */
static void close_others(const struct observer *observer)
{
	const int kept[] = {
		observer->proc.fd, observer->sys.fd, observer->kmsg_fd, observer->collector_fd};

	for (int fd = STDERR_FILENO + 1; fd < DESCRIPTORS_MAX; fd++) {
		bool is_kept = false;

		for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
			is_kept |= kept[i] == fd;
		if (!is_kept)
			(void)close(fd);
	}
}

/* The end of a child is asked for, and SIGTERM, which a shutdown sends, ends this at once. */
static void open_signals(void)
{
	sigset_t none;

	(void)signal(SIGCHLD, SIG_DFL);
	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

void observer_run(struct observer *observer)
{
	uint64_t now_us = clock_now_us();

	open_signals();
	close_others(observer);
	careful_keep_out(observer->collector_fd);
	observer->run = SYSROOT_CLOSED;
	observer->busy = busy_new();
	if (!observer->busy)
		return;
	/* What was said before belongs to what was there before. */
	if (observer->kmsg_fd >= 0)
		(void)lseek(observer->kmsg_fd, 0, SEEK_END);
	call_rates_init(&observer->rates, &observer->proc, observer->facts);
	observer->progress.last_us = observer->last_beat_us = observer->tick_us = now_us;
	observer->beat_us = now_us + BEAT_US;
	watch(observer);
}
