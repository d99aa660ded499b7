/* SPDX-License-Identifier: MIT */
#include "hook/collector_part.h"
#include "hook/modules.h"

#include "base/cleanup.h"
#include "hook/finished.h"

#include <string.h>

/* How long records wait for a reader after the handoff. */
#define LINGER_MAX_US (600 * US_PER_S)
/* Records that are late go out while the slowest early probe still runs. */
#define PARTIAL_REPORT_US (200 * US_PER_MS)
/* What is kept of the final pass for encoding and answering, and what each step behind the first
 * has for itself, however long that one took. */
#define FINISH_RESERVE_US (200 * US_PER_MS)
#define RESOLVE_US (200 * US_PER_MS)
#define OUTPUT_US (200 * US_PER_MS)
/* A disk that is still being read when stage 2 is ready gets this much more time. */
#define DISK_GRACE_US (300 * US_PER_MS)

static void start_probes(struct collector *collector, uint32_t wanted, uint32_t unwanted)
{
	for (size_t i = 0; i < PROBES_COUNT; i++) {
		if (PROBES[i].phases & wanted && !(PROBES[i].phases & unwanted))
			(void)children_start(&collector->children, &PROBES[i], wanted,
				&collector->sources, collector->facts, 0, NULL);
	}
}

static void start_modules(struct collector *collector)
{
	static const struct probe APPENDED = {
		MODULES_PROBE, PHASE_MODULES, 5 * US_PER_S, modules_run, CONFINE_MODULES};
	static const struct probe LOADER = {
		"virtio-modules", PHASE_MODULES, 5 * US_PER_S, virtio_modules_run, CONFINE_MODULES};

	if (collector->is_first_program && modules_are_appended(&collector->sources.root))
		(void)children_start(&collector->children, &APPENDED, PHASE_MODULES,
			&collector->sources, collector->facts, 0, NULL);
	if (collector->config->sinks & 1U << SINK_VIRTIO && collector->sources.may_load_modules)
		(void)children_start(&collector->children, &LOADER, PHASE_MODULES,
			&collector->sources, collector->facts, 0, NULL);
}

void pass_begin(struct collector *collector)
{
	collector->state = STATE_START;
	collector->partial_us = clock_now_us() + PARTIAL_REPORT_US;
	start_modules(collector);
	start_probes(collector, PHASE_START, 0);
}

static void begin_final(struct collector *collector, const char *phase)
{
	uint64_t now = clock_now_us();

	collector->state = STATE_FINAL;
	collector->phase = phase;
	collector->final_end_us = now + FINISH_MAX_US - FINISH_RESERVE_US;
	collector->final_deadline_us = collector->final_end_us - RESOLVE_US - OUTPUT_US;
	/* Nobody waits for a single pass but the one who asked for it. */
	collector->disk_deadline_us =
		collector->is_single_pass ? collector->final_deadline_us : now + DISK_GRACE_US;
	collector->is_rescan_wanted = !collector->is_single_pass;
	disks_refresh(&collector->disks);
	/* In a single pass, what the early phase found is fresh. */
	start_probes(collector, PHASE_FINISH, collector->is_single_pass ? PHASE_START : 0);
}

static void begin_follow(struct collector *collector)
{
	collector->state = STATE_FOLLOW;
	if (collector->is_single_pass)
		begin_final(collector, collector->phase);
}

static uint64_t later(uint64_t one, uint64_t other)
{
	return one > other ? one : other;
}

static void begin_resolve(struct collector *collector)
{
	collector->state = STATE_RESOLVE;
	collector->final_deadline_us =
		later(collector->final_end_us - OUTPUT_US, clock_now_us() + RESOLVE_US);
	start_probes(collector, PHASE_RESOLVE, 0);
	(void)heal_undo(collector);
}

static void begin_output(struct collector *collector)
{
	collector->state = STATE_OUTPUT;
	collector->final_deadline_us = collector->final_end_us;
	output_facts(collector);
	/* A console gets a whole report or is told of, so the end comes first there. */
	if (console_output_has_records(collector->config))
		output_end(collector);
	(void)console_output_account(collector->facts, &collector->consoles_before);
	output_summary(collector);
}

static bool is_overdue(uint64_t at_us)
{
	return clock_now_us() >= at_us;
}

/* A console that has not got all of it: known only behind the end that was written to it. */
static void tell_consoles(struct collector *collector, const struct sink_fact *before)
{
	const char *phase = collector->phase;
	struct sink_fact account;

	if (!console_output_account(collector->facts, &account) ||
		account.dropped == before->dropped)
		return;
	output_facts(collector);
	collector->phase = "delivered";
	output_end(collector);
	collector->phase = phase;
}

static void after_output(struct collector *collector)
{
	/* The port's driver came, and none of the ports is ours. */
	if (!sinks_may_have_port(&collector->sinks, false))
		console_forward_end(collector);
	output_note_shown(collector);
	if (console_output_has_records(collector->config)) {
		tell_consoles(collector, &collector->consoles_before);
	} else {
		output_facts(collector);
		output_end(collector);
	}
	if (strcmp(collector->phase, "stall") == 0) {
		collector->stall_step_us *= 2;
		collector->stall_us = clock_now_us() + collector->stall_step_us;
		collector->state = STATE_FOLLOW;
		return;
	}
	if (strcmp(collector->phase, "finish") == 0) {
		collector->is_handed_off = true;
		(void)finished_note(&collector->sources.root);
	}
	clients_answer(collector);
	clients_answer_caller(collector);
	children_let_in(&collector->children, collector->mounts_fd);
	cleanup_close(&collector->mounts_fd);
	collector->mounts_fd = -1;
	collector->state = STATE_LINGER;
	collector->is_late = sinks_are_waiting(&collector->sinks);
	collector->linger_end_us = clock_now_us() + (collector->may_linger ? LINGER_MAX_US : 0);
	collector->retry_us = clock_now_us() + RETRY_US;
}

/* The last word on what was delivered late, or not at all. */
static void tell_delivered(struct collector *collector)
{
	if (sinks_are_waiting(&collector->sinks))
		sinks_give_up(&collector->sinks);
	if (collector->is_late && collector->may_linger) {
		output_findings(collector);
		collector->phase = "delivered";
		output_end(collector);
	}
	collector->is_late = false;
}

/* Returns whether the collector stays to forward the console. */
static bool is_forwarding(struct collector *collector)
{
	if (collector->is_terminated || !console_forward_is_wanted(collector))
		return false;
	if (collector->is_late && !sinks_are_waiting(&collector->sinks))
		tell_delivered(collector);
	if (is_overdue(collector->linger_end_us))
		collector->linger_end_us = clock_now_us() + LINGER_MAX_US;
	return true;
}

static void end_linger(struct collector *collector)
{
	if (console_forward_is_on()) {
		console_forward_end(collector);
		output_facts(collector);
		collector->is_late = true;
	}
	tell_delivered(collector);
	collector->state = STATE_DONE;
}

/* The final pass waits for its probes and for disks that are being read, until its deadline. */
static bool is_final_step_over(struct collector *collector, uint32_t phases)
{
	if (is_overdue(collector->final_deadline_us)) {
		children_give_up(&collector->children, &collector->sources, phases);
		return true;
	}
	return children_running(&collector->children, phases) == 0;
}

static bool are_disks_done(struct collector *collector)
{
	bool is_idle = !collector->is_rescan_wanted && disks_are_idle(&collector->disks) &&
		       !children_running(&collector->children, PHASE_DISK);

	return is_idle || is_overdue(collector->disk_deadline_us);
}

static void end_start(struct collector *collector)
{
	/* A single pass says everything at its end. */
	if (!collector->is_single_pass) {
		output_facts(collector);
		clients_answer_caller(collector);
		output_early_warning(collector);
	}
	disks_note(&collector->disks, collector->facts);
	begin_follow(collector);
}

/* The boot is through, and was watched to its end. */
static void end_recording(struct collector *collector)
{
	enum recorder_state state = collector->facts->recorder.state;
	bool is_shutdown = state == RECORDER_SAW_SHUTDOWN;

	collector->is_up = false;
	collector->phase = is_shutdown                   ? "shutdown"
			   : state == RECORDER_TIME_OVER ? "time-over"
							 : "up";
	output_facts(collector);
	output_end(collector);
	output_last_page(collector);
	collector->is_late = sinks_are_waiting(&collector->sinks);
	/* A machine that goes down waits for nobody. */
	collector->linger_end_us = clock_now_us() + (is_shutdown ? 0 : LINGER_MAX_US);
}

static void begin_heal(struct collector *collector)
{
	if (heal_start(collector))
		collector->state = STATE_HEAL;
	else
		end_start(collector);
}

void pass_advance(struct collector *collector)
{
	switch (collector->state) {
	case STATE_START:
		if (!children_running(&collector->children, PHASE_START))
			begin_heal(collector);
		break;
	case STATE_HEAL:
		if (!children_running(&collector->children, PHASE_HEAL) &&
			!heal_complete(collector))
			end_start(collector);
		break;
	case STATE_FOLLOW:
		/* As the first program it may be looking at the same things already. */
		if (collector->is_finish_wanted && collector->is_first_program &&
			children_running(&collector->children, PHASE_EARLY_RESOLVE))
			break;
		if (collector->is_finish_wanted) {
			recording_step_aside(collector);
			begin_final(collector, "finish");
		} else if (collector->is_terminated) {
			collector->is_single_pass = true;
			begin_final(collector, "terminated");
		} else if (is_overdue(collector->stall_us)) {
			/* What nothing follows has not stalled. */
			begin_final(collector,
				collector->facts->platform.is_initramfs_system ? "now" : "stall");
		}
		break;
	case STATE_FINAL:
		if (are_disks_done(collector) &&
			is_final_step_over(
				collector, PHASE_FINISH | PHASE_FOLLOW | PHASE_EARLY_RESOLVE))
			begin_resolve(collector);
		break;
	case STATE_RESOLVE:
		if (is_final_step_over(collector, PHASE_RESOLVE | PHASE_HEAL))
			begin_output(collector);
		break;
	case STATE_OUTPUT:
		if (is_final_step_over(collector, PHASE_CONSOLE_SINK))
			after_output(collector);
		break;
	case STATE_LINGER:
		if (collector->is_up)
			end_recording(collector);
		if ((recording_is_on(collector) || observing_is_on(collector)) &&
			!collector->is_terminated)
			break;
		if (is_forwarding(collector))
			break;
		if (!sinks_are_waiting(&collector->sinks) || is_overdue(collector->linger_end_us) ||
			collector->is_terminated)
			end_linger(collector);
		break;
	case STATE_DONE:
		break;
	}
}
