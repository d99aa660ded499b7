/* SPDX-License-Identifier: MIT */
#include "hook/collector.h"

#include "base/text.h"
#include "hook/collector_part.h"
#include "hook/mounts.h"
#include "parse/uptime.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Too large for a stack. */
static struct collector the;

/* ---------------------------------------------------------------------------- disks and events */

static void follow_disks(struct collector *collector)
{
	static const struct probe *scan, *disk;

	for (size_t i = 0; i < PROBES_COUNT; i++) {
		scan = PROBES[i].phases & PHASE_FOLLOW ? &PROBES[i] : scan;
		disk = PROBES[i].phases & PHASE_DISK ? &PROBES[i] : disk;
	}
	/* One process at a time writes the list of disks. */
	if (collector->is_rescan_wanted && collector->state != STATE_START &&
		!children_running(&collector->children, PHASE_FOLLOW | PHASE_START) &&
		children_start(&collector->children, scan, PHASE_FOLLOW, &collector->sources,
			collector->facts, 0, NULL) == 0)
		collector->is_rescan_wanted = false;
	disks_start(&collector->disks, &collector->children, disk, &collector->sources,
		collector->facts);
}

/* Between two waves of disks, so that what will go wrong is known before it does. */
static void resolve_early(struct collector *collector)
{
	uint32_t phases = PHASE_RESOLVE | (collector->sources.new_root ? PHASE_ROOT : 0);

	if (!collector->is_resolve_wanted || collector->state != STATE_FOLLOW ||
		collector->is_leaving || !disks_are_idle(&collector->disks) ||
		children_running(
			&collector->children, PHASE_DISK | PHASE_FOLLOW | PHASE_EARLY_RESOLVE))
		return;
	collector->is_resolve_wanted = false;
	for (size_t i = 0; i < PROBES_COUNT; i++) {
		if (PROBES[i].phases & phases)
			(void)children_start(&collector->children, &PROBES[i], PHASE_EARLY_RESOLVE,
				&collector->sources, collector->facts, 0, NULL);
	}
}

/* Returns whether any ended. */
static bool handle_children(struct collector *collector)
{
	struct signalfd_siginfo info;
	uint32_t scans, disks, resolving;

	while (read(collector->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGTERM)
			collector->is_terminated = true;
	}
	scans = children_running(&collector->children, PHASE_FOLLOW);
	disks = children_running(&collector->children, PHASE_DISK);
	resolving = children_running(&collector->children, PHASE_EARLY_RESOLVE);
	if (!children_reap(&collector->children))
		return false;
	if (children_running(&collector->children, PHASE_FOLLOW) < scans)
		disks_note(&collector->disks, collector->facts);
	if (children_running(&collector->children, PHASE_DISK) < disks)
		collector->is_encoding_wanted = collector->is_resolve_wanted = true;
	if (children_running(&collector->children, PHASE_EARLY_RESOLVE) < resolving)
		collector->is_encoding_wanted = true;
	sinks_pump(&collector->sinks);
	return true;
}

static void handle_udev(struct collector *collector)
{
	struct udev_event event;

	while (udev_source_next(&collector->udev, &event)) {
		if (event.is_block || event.is_virtio)
			disks_event(&collector->disks, collector->facts, &event);
		if (!event.is_block) {
			sinks_pump(&collector->sinks);
			continue;
		}
		collector->is_rescan_wanted |= !event.is_processed && event.action != UDEV_OTHER;
	}
}

static void handle_mounts(struct collector *collector)
{
	uint64_t now = clock_now_us();

	if (!collector->has_mounts_changed)
		return;
	collector->has_mounts_changed = false;
	mounts_look(collector->mounts_fd, collector->facts, now);
	if (collector->is_first_program)
		home_look(collector, now, true);
}

/* ----------------------------------------------------------------------------------- the loop */

static void handle_timers(struct collector *collector)
{
	uint64_t now = clock_now_us();

	if (now >= collector->look_us)
		home_look(collector, now, false);

	if (children_expire(&collector->children, &collector->sources, now))
		collector->is_encoding_wanted = true;
	if (collector->state == STATE_START && !collector->is_single_pass &&
		now >= collector->partial_us) {
		collector->partial_us = UINT64_MAX;
		output_facts(collector);
	}
	if (now >= collector->retry_us) {
		collector->retry_us = now + RETRY_US;
		sinks_pump(&collector->sinks);
	}
}

static uint64_t next_wakeup(struct collector *collector)
{
	uint64_t next = children_next_deadline(&collector->children);
	uint64_t more[] = {
		collector->state == STATE_START && !collector->is_single_pass
			? collector->partial_us
			: UINT64_MAX,
		collector->state == STATE_FINAL || collector->state == STATE_RESOLVE ||
				collector->state == STATE_OUTPUT
			? collector->final_deadline_us
			: UINT64_MAX,
		collector->state == STATE_FINAL ? collector->disk_deadline_us : UINT64_MAX,
		collector->state == STATE_FOLLOW ? collector->stall_us : UINT64_MAX,
		/* A recording has an end of its own. */
		collector->state == STATE_LINGER && !recording_is_on(collector) &&
				!observing_is_on(collector)
			? collector->linger_end_us
			: UINT64_MAX,
		sinks_are_waiting(&collector->sinks) || sinks_is_aside_waiting(&collector->sinks)
			? collector->retry_us
			: UINT64_MAX,
		home_next_look(collector),
		recording_next_look(collector),
		console_forward_next(),
	};

	for (size_t i = 0; i < ARRAY_SIZE(more); i++)
		next = more[i] < next ? more[i] : next;
	return next;
}

static void wait_for_events(struct collector *collector)
{
	struct console_forward_fds forward = console_forward_fds();
	struct pollfd fds[] = {
		{.fd = collector->signal_fd, .events = POLLIN},
		{.fd = clients_may_accept(collector) ? collector->control_fd : -1,
			.events = POLLIN},
		{.fd = collector->client_fd, .events = POLLIN},
		{.fd = udev_source_kernel_fd(&collector->udev), .events = POLLIN},
		{.fd = udev_source_processed_fd(&collector->udev), .events = POLLIN},
		{.fd = collector->recorder_fd, .events = POLLIN},
		{.fd = collector->observer_fd, .events = POLLIN},
		{.fd = forward.console, .events = POLLIN},
		{.fd = forward.keeper, .events = POLLIN},
		{.fd = collector->mounts_fd, .events = POLLPRI},
	};
	const struct pollfd *mounts = &fds[ARRAY_SIZE(fds) - 1];
	uint64_t now = clock_now_us();
	uint64_t next = next_wakeup(collector);
	int timeout_ms = -1;

	/* Rounded up: a deadline must have passed when we look. */
	if (next != UINT64_MAX)
		timeout_ms = next <= now ? 0 : (int)((next - now) / US_PER_MS + 1);
	if (poll(fds, ARRAY_SIZE(fds), timeout_ms) > 0)
		collector->has_mounts_changed = mounts->revents != 0;
}

/* While probes run again their facts are half filled; all is said behind them. */
bool collector_may_encode(const struct collector *collector)
{
	/* The last pass takes back what an earlier one did not find because it was moved away. */
	if (collector->is_first_program && collector->state == STATE_FOLLOW &&
		(collector->is_leaving || collector->is_finish_wanted))
		return false;
	return (collector->state == STATE_FOLLOW &&
		       !children_running(&collector->children, PHASE_EARLY_RESOLVE)) ||
	       collector->state == STATE_LINGER ||
	       (collector->is_single_pass && collector->state == STATE_FINAL);
}

static void loop(struct collector *collector)
{
	enum state before;

	while (collector->state != STATE_DONE) {
		wait_for_events(collector);
		handle_mounts(collector);
		handle_udev(collector);
		/* What children found counts only where stage 1 still is as they saw it. */
		if (handle_children(collector))
			home_look(collector, clock_now_us(), true);
		recording_handle(collector);
		observing_handle(collector);
		console_forward_handle(collector);
		clients_handle(collector);
		handle_timers(collector);
		follow_disks(collector);
		resolve_early(collector);
		if (collector->is_encoding_wanted && collector_may_encode(collector)) {
			output_facts(collector);
			output_early_warning(collector);
		}
		/* A step that has nothing to wait for is over at once. */
		do {
			before = collector->state;
			pass_advance(collector);
		} while (collector->state != before);
	}
}

/* ------------------------------------------------------------------------------------- set-up */

static int open_signals(struct collector *collector)
{
	sigset_t handled;

	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	/* Ignored by who started us, the end of a child would not be told. */
	(void)signal(SIGCHLD, SIG_DFL);
	sigemptyset(&handled);
	sigaddset(&handled, SIGCHLD);
	sigaddset(&handled, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &handled, NULL) < 0)
		return -errno;
	collector->signal_fd = signalfd(-1, &handled, SFD_CLOEXEC | SFD_NONBLOCK);
	return collector->signal_fd < 0 ? -errno : 0;
}

static int open_facts(struct collector *collector)
{
	/* Shared, so that what a child publishes is here, whatever becomes of it. */
	void *memory = mmap(NULL, sizeof(struct facts), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return -errno;
	collector->facts = memory;
	return 0;
}

/* Said as a probe that could not be: the others run without. */
static void note_confinement(struct collector *collector)
{
	struct facts *facts = collector->facts;
	struct probe_fact *fact;
	const char *lacking;
	int error;

	lacking = confine_ask(&error);
	collector->children.may_confine = !lacking;
	fact = lacking ? fact_new(facts->probes) : NULL;
	if (!fact)
		return;
	*fact = (struct probe_fact){.state = PROBE_FAILED, .error = error};
	text_copy(fact->name, sizeof(fact->name), "confinement");
	text_copy(fact->subject, sizeof(fact->subject), lacking);
	fact_done(facts->probes);
}

static void open_outputs(struct collector *collector, const struct collector_options *options)
{
	char boot_id[40];

	if (sysroot_attribute(&collector->sources.root, boot_id, sizeof(boot_id),
		    "proc/sys/kernel/random/boot_id", NULL) < 0)
		text_copy(boot_id, sizeof(boot_id), "00000000");
	report_init(&collector->report, boot_id, sinks_emit, &collector->sinks, clock_now_us);
	collector->report.has_room = sinks_have_room;
	if (options->report_fd >= 0)
		sinks_add_file(&collector->sinks, options->report_fd);
	if (!collector->sources.root.is_fixture)
		sinks_open(&collector->sinks, &collector->sources, collector->config->sinks);
	encode_begin(&collector->record, &collector->report, options->verb);
	encode_config(&collector->record, &collector->report, collector->config);
}

static void open_inputs(struct collector *collector)
{
	int *keep_out = collector->children.keep_out;

	if (!collector->sources.root.is_fixture && udev_source_open(&collector->udev) < 0)
		udev_source_close(&collector->udev);
	/* What was there before we listened. */
	collector->is_rescan_wanted = false;
	/* What is mounted now was so before we watched. */
	collector->mounts_fd = -1;
	if (!collector->is_single_pass)
		collector->mounts_fd =
			collector->is_first_program
				? mounts_open(&collector->proc, "1/mountinfo")
				: mounts_open(&collector->sources.root, "proc/1/mountinfo");
	mounts_look(collector->mounts_fd, collector->facts, 0);
	*keep_out++ = collector->signal_fd;
	if (collector->control_fd >= 0)
		*keep_out++ = collector->control_fd;
	if (collector->caller_fd >= 0)
		*keep_out++ = collector->caller_fd;
	if (collector->mounts_fd >= 0)
		*keep_out++ = collector->mounts_fd;
	*keep_out = -1;
}

static void note_start(struct collector *collector)
{
	struct boot_fact *boot = &collector->facts->boot;
	char text[64];

	boot->started_us = clock_now_us();
	boot->has_idle =
		sysroot_read(&collector->sources.root, "proc/uptime", text, sizeof(text)) > 0 &&
		uptime_idle_us(text, &boot->started_idle_us);
}

int collector_run(const struct collector_options *options, struct collector_results *ret_results)
{
	int r;

	the.config = options->config;
	the.sources = options->sources;
	the.is_single_pass = options->is_single_pass;
	the.may_linger = options->may_linger;
	the.control_fd = options->control_fd;
	the.caller_fd = options->caller_fd;
	the.summary_fd = options->summary_fd;
	the.client_fd = -1;
	the.phase = options->is_single_pass ? options->verb : "finish";
	the.stall_step_us = the.config->stall_us;
	the.stall_us = clock_now_us() + the.stall_step_us;
	the.retry_us = clock_now_us() + RETRY_US;

	r = open_signals(&the);
	if (r < 0)
		return r;
	r = open_facts(&the);
	if (r < 0)
		return r;
	the.is_first_program = options->is_first_program;
	home_begin(&the);
	note_start(&the);
	note_confinement(&the);
	the.facts->boot.is_root_user = !the.sources.root.is_fixture && geteuid() == 0;
	the.facts->boot.is_virtio_wanted = the.config->sinks & 1U << SINK_VIRTIO;
	open_outputs(&the, options);
	open_inputs(&the);
	recording_start(&the);
	observing_start(&the);
	pass_begin(&the);
	loop(&the);
	observing_stop(&the);
	console_forward_end(&the);
	recording_stop(&the);
	udev_source_close(&the.udev);
	if (ret_results) {
		ret_results->sinks_count = sinks_account(&the.sinks, ret_results->sinks);
		ret_results->summary = the.summary_written;
	}
	return 0;
}
