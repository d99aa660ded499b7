/* SPDX-License-Identifier: MIT */
#include "hook/collector.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "hook/children.h"
#include "hook/control.h"
#include "hook/disks.h"
#include "hook/finished.h"
#include "hook/modules.h"
#include "hook/stage1.h"
#include "parse/uptime.h"
#include "report/encode.h"
#include "report/encode_hook.h"
#include "report/summary.h"
#include "sink/sink.h"
#include "source/udev.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* How long records wait for a reader after the handoff. */
#define LINGER_MAX_US (600 * US_PER_S)
/* How often a port that nobody reads, or that is not there yet, is looked at again. */
#define RETRY_US (1 * US_PER_S)
/* Records that are late go out while the slowest early probe still runs. */
#define PARTIAL_REPORT_US (200 * US_PER_MS)
/* What is kept of the final pass for encoding and answering, and what each step behind the first
 * has for itself, however long that one took. */
#define FINISH_RESERVE_US (200 * US_PER_MS)
#define RESOLVE_US (200 * US_PER_MS)
#define OUTPUT_US (200 * US_PER_MS)
/* A disk that is still being read when stage 2 is ready gets this much more time. */
#define DISK_GRACE_US (300 * US_PER_MS)
/* How often the mounts of PID 1 are looked at, where nobody tells of the switch of root. */
#define STAGE1_LOOK_US (50 * US_PER_MS)
/* One console write, in its own child. */
#define CONSOLE_WRITE_US (500 * US_PER_MS)
#define CONSOLE_SINK "console-sink"

/* Phases of children that are no probes. */
enum { PHASE_MODULES = 1 << 16, PHASE_CONSOLE_SINK = 1 << 17, PHASE_EARLY_RESOLVE = 1 << 18 };

enum state {
	STATE_START,   /* early probes are running */
	STATE_FOLLOW,  /* waiting for devices, "finish" or the stall timer */
	STATE_FINAL,   /* final probes are running */
	STATE_RESOLVE, /* the probes that build on the others */
	STATE_OUTPUT,  /* the summary is going to the consoles */
	STATE_LINGER,  /* handed off; something may still be delivered */
	STATE_DONE,
};

static struct collector {
	const struct config *config;
	struct sources sources;
	struct facts *facts;
	struct report report;
	struct record record;
	struct said_facts said;
	struct findings findings; /* as they were judged last */
	uint32_t finding_sequences[FINDINGS_MAX];
	struct sinks sinks;
	struct sink_fact consoles_before; /* the account of the passes before this one */
	struct children children;
	struct disks disks;
	struct udev_source udev;
	bool is_single_pass, may_linger, is_finish_wanted, is_terminated, is_late;
	/* Beside a stage 1 that knows nothing of us. */
	bool is_first_program;
	struct sysroot proc;
	enum stage1_place place;
	bool is_leaving; /* stage 1 moves its mounts away: what is looked at now is half gone */
	enum state state;
	const char *phase; /* of the final pass under way */
	int signal_fd, control_fd, client_fd, caller_fd, summary_fd;
	bool is_rescan_wanted, is_encoding_wanted, is_resolve_wanted, is_warned;
	char new_root[CONTROL_MESSAGE_SIZE];
	char summary[SUMMARY_SIZE];
	outcome_t summary_written;
	/* CLOCK_MONOTONIC; UINT64_MAX: never */
	uint64_t partial_us, final_end_us, final_deadline_us, disk_deadline_us, stall_us,
		stall_step_us, retry_us, linger_end_us, look_us;
} the;

/* ------------------------------------------------------------------------------------ output */

static struct encoding encoding(void)
{
	return (struct encoding){.report = &the.report,
		.record = &the.record,
		.facts = the.facts,
		.said = &the.said};
}

/* What the outputs know is a fact as well. */
static void note_sinks(void)
{
	struct sink *port = sinks_find(&the.sinks, SINK_VIRTIO);
	struct sink_fact accounts[SINKS_MAX];
	uint32_t count = sinks_account(&the.sinks, accounts);

	fact_list_reset(&the.facts->sinks.list);
	for (uint32_t i = 0; i < count; i++) {
		the.facts->sinks.item[i] = accounts[i];
		fact_done(the.facts->sinks);
	}
	/* Only the sink opens our port, so only it knows whether the host reads it. */
	fact_foreach (entry, the.facts->virtio_ports) {
		if (port && entry->is_ours)
			entry->is_read_by_host = port->account.is_read;
	}
}

static enum boot_phase boot_phase(void)
{
	if (the.state == STATE_START || the.state == STATE_FOLLOW)
		return BOOT_PHASE_EARLY;
	if (strcmp(the.phase, "now") != 0)
		return strcmp(the.phase, "finish") == 0 ? BOOT_PHASE_HANDOFF : BOOT_PHASE_STALLED;
	if (the.sources.new_root)
		return BOOT_PHASE_HANDOFF;
	/* Somebody who asks in the shell of an initrd asks why it does not go on. */
	return the.facts->platform.initrd == INITRD_NONE ? BOOT_PHASE_RUNNING : BOOT_PHASE_STALLED;
}

static void note_phase(void)
{
	the.facts->boot.phase = boot_phase();
	the.facts->boot.is_root_there = the.is_first_program && the.sources.new_root;
	the.facts->boot.now_us = clock_now_us();
}

static void emit_findings(void)
{
	struct encoding to = encoding();

	note_sinks();
	note_phase();
	rules_judge(the.facts, &the.findings);
	encode_findings(&to, &the.findings, the.finding_sequences);
}

static void emit_facts(void)
{
	struct encoding to = encoding();

	note_sinks();
	note_phase();
	encode_facts(&to);
	emit_findings();
	the.is_encoding_wanted = false;
}

/* What became of the writers so far: whole texts, where the other outputs count records. Returns
 * whether there were any. */
static bool account_consoles(struct sink_fact *ret_account)
{
	struct sink_fact account = {.name = "console", .state = OUTCOME_OK};

	fact_foreach (probe, the.facts->probes) {
		if (strcmp(probe->name, CONSOLE_SINK) != 0)
			continue;
		account.delivered += probe->state == PROBE_DONE;
		account.waiting += probe->state == PROBE_RUNNING;
		if (probe->state <= PROBE_DONE)
			continue;
		/* What one that was left behind has written nobody knows. */
		account.dropped += probe->state != PROBE_TIMEOUT;
		account.state = probe->error ? probe->error : -ETIME;
		text_copy_bytes(account.target, sizeof(account.target), probe->subject,
			strnlen(probe->subject, sizeof(probe->subject)));
	}
	account.bytes = atomic_load(&the.facts->console_sink_bytes);
	*ret_account = account;
	return account.delivered || account.waiting || account.dropped ||
	       account.state != OUTCOME_OK;
}

static void emit_end(void)
{
	struct encoding to = encoding();
	struct sink_fact accounts[SINKS_MAX + 1];
	uint32_t count;

	encode_probe_durations(&to);
	report_tell_omitted(&the.report, &the.record);
	sinks_pump(&the.sinks);
	count = sinks_account(&the.sinks, accounts);
	count += account_consoles(&accounts[count]);
	encode_sinks(&the.record, &the.report, accounts, count);
	encode_end(&the.record, &the.report, the.phase, &the.findings, the.finding_sequences);
}

static void answer_caller(int *fd)
{
	if (*fd >= 0)
		(void)!write(*fd, "", 1);
	children_let_in(&the.children, *fd);
	cleanup_close(fd);
	*fd = -1;
}

static void drop_client(void)
{
	cleanup_close(&the.client_fd);
	the.client_fd = -1;
}

static void answer_client(void)
{
	if (the.client_fd < 0)
		return;
	control_reply(the.client_fd);
	drop_client();
}

static bool are_records_on_consoles(void)
{
	return the.config->sinks & 1U << SINK_CONSOLE_RECORDS;
}

/* Runs in a child: a tty may hold on to whoever writes to it or closes it. */
static int console_sink_run(const struct sources *sources, struct facts *facts, uint32_t subject)
{
	const char *console = facts->consoles.item[subject].name;
	size_t written;
	int r = console_write(sources, console, the.summary, strlen(the.summary),
		clock_now_us() + CONSOLE_WRITE_US, &written);

	atomic_fetch_add(&facts->console_sink_bytes, written);
	if (r < 0 || !are_records_on_consoles())
		return r;
	r = console_write(sources, console, the.sinks.log.data, the.sinks.log.length,
		clock_now_us() + 2 * CONSOLE_WRITE_US, &written);
	atomic_fetch_add(&facts->console_sink_bytes, written);
	return r;
}

static void start_console_sinks(void)
{
	static const struct probe WRITER = {
		CONSOLE_SINK, PHASE_CONSOLE_SINK, 4 * CONSOLE_WRITE_US, console_sink_run};
	uint32_t wanted = 1U << SINK_CONSOLE | 1U << SINK_CONSOLE_RECORDS;
	uint32_t index = 0;

	if (the.sources.root.is_fixture || !(the.config->sinks & wanted))
		return;
	fact_foreach (console, the.facts->consoles) {
		if (console->is_live == ANSWER_YES && console->is_registered == ANSWER_YES)
			(void)children_start(&the.children, &WRITER, PHASE_CONSOLE_SINK,
				&the.sources, the.facts, index, console->name);
		index++;
	}
}

static void write_summary(void)
{
	struct sink *run = sinks_find(&the.sinks, SINK_RUN);

	summary_write(the.facts, &the.findings, the.phase, the.report.boot, the.summary,
		sizeof(the.summary));
	if (run)
		(void)run_write_file(run, "summary.txt", the.summary);
	if (the.summary_fd >= 0)
		the.summary_written = outcome_from(
			write(the.summary_fd, the.summary, strlen(the.summary)) < 0 ? -errno : 0);
	start_console_sinks();
}

/* A boot that is about to fail may not come to its end: what was found goes out at once, to those
 * who look at a console. */
static void warn_early(void)
{
	if (the.is_warned || the.is_single_pass || findings_worst(&the.findings) != SEVERITY_ERROR)
		return;
	the.is_warned = true;
	summary_write(the.facts, &the.findings, "early", the.report.boot, the.summary,
		sizeof(the.summary));
	start_console_sinks();
}

/* ------------------------------------------------------------------------------------ phases */

static void start_probes(uint32_t wanted, uint32_t unwanted)
{
	for (size_t i = 0; i < PROBES_COUNT; i++) {
		if (PROBES[i].phases & wanted && !(PROBES[i].phases & unwanted))
			(void)children_start(&the.children, &PROBES[i], wanted, &the.sources,
				the.facts, 0, NULL);
	}
}

static void start_modules(void)
{
	static const struct probe APPENDED = {
		MODULES_PROBE, PHASE_MODULES, 5 * US_PER_S, modules_run};
	static const struct probe LOADER = {
		"virtio-modules", PHASE_MODULES, 5 * US_PER_S, virtio_modules_run};

	if (the.is_first_program && modules_are_appended(&the.sources.root))
		(void)children_start(
			&the.children, &APPENDED, PHASE_MODULES, &the.sources, the.facts, 0, NULL);
	if (the.config->sinks & 1U << SINK_VIRTIO && the.sources.may_load_modules)
		(void)children_start(
			&the.children, &LOADER, PHASE_MODULES, &the.sources, the.facts, 0, NULL);
}

static void begin_start(void)
{
	the.state = STATE_START;
	the.partial_us = clock_now_us() + PARTIAL_REPORT_US;
	start_modules();
	start_probes(PHASE_START, 0);
}

static void begin_final(const char *phase)
{
	uint64_t now = clock_now_us();

	the.state = STATE_FINAL;
	the.phase = phase;
	the.final_end_us = now + FINISH_MAX_US - FINISH_RESERVE_US;
	the.final_deadline_us = the.final_end_us - RESOLVE_US - OUTPUT_US;
	/* Nobody waits for a single pass but the one who asked for it. */
	the.disk_deadline_us = the.is_single_pass ? the.final_deadline_us : now + DISK_GRACE_US;
	the.is_rescan_wanted = !the.is_single_pass;
	disks_refresh(&the.disks);
	/* In a single pass, what the early phase found is fresh. */
	start_probes(PHASE_FINISH, the.is_single_pass ? PHASE_START : 0);
}

static void begin_follow(void)
{
	the.state = STATE_FOLLOW;
	if (the.is_single_pass)
		begin_final(the.phase);
}

static uint64_t later(uint64_t one, uint64_t other)
{
	return one > other ? one : other;
}

static void begin_resolve(void)
{
	the.state = STATE_RESOLVE;
	the.final_deadline_us = later(the.final_end_us - OUTPUT_US, clock_now_us() + RESOLVE_US);
	start_probes(PHASE_RESOLVE, 0);
}

static void begin_output(void)
{
	the.state = STATE_OUTPUT;
	the.final_deadline_us = the.final_end_us;
	emit_facts();
	/* A console gets a whole report or is told of, so the end comes first there. */
	if (are_records_on_consoles())
		emit_end();
	(void)account_consoles(&the.consoles_before);
	write_summary();
}

static bool is_overdue(uint64_t at_us)
{
	return clock_now_us() >= at_us;
}

/* A console that has not got all of it: known only behind the end that was written to it. */
static void tell_consoles(const struct sink_fact *before)
{
	const char *phase = the.phase;
	struct sink_fact account;

	if (!account_consoles(&account) || account.dropped == before->dropped)
		return;
	emit_facts();
	the.phase = "delivered";
	emit_end();
	the.phase = phase;
}

static void after_output(void)
{
	if (are_records_on_consoles()) {
		tell_consoles(&the.consoles_before);
	} else {
		emit_facts();
		emit_end();
	}
	if (strcmp(the.phase, "stall") == 0) {
		the.stall_step_us *= 2;
		the.stall_us = clock_now_us() + the.stall_step_us;
		the.state = STATE_FOLLOW;
		return;
	}
	if (strcmp(the.phase, "finish") == 0)
		(void)finished_note(&the.sources.root);
	answer_client();
	answer_caller(&the.caller_fd);
	the.state = STATE_LINGER;
	the.is_late = sinks_are_waiting(&the.sinks);
	the.linger_end_us = clock_now_us() + (the.may_linger ? LINGER_MAX_US : 0);
	the.retry_us = clock_now_us() + RETRY_US;
}

/* The last word on what was delivered late, or not at all. */
static void end_linger(void)
{
	bool is_dropping = sinks_are_waiting(&the.sinks);

	if (is_dropping)
		sinks_give_up(&the.sinks);
	if (the.is_late && the.may_linger) {
		emit_findings();
		the.phase = "delivered";
		emit_end();
	}
	the.state = STATE_DONE;
}

/* The final pass waits for its probes and for disks that are being read, until its deadline. */
static bool is_final_step_over(uint32_t phases)
{
	if (is_overdue(the.final_deadline_us)) {
		children_give_up(&the.children, &the.sources, phases);
		return true;
	}
	return children_running(&the.children, phases) == 0;
}

static bool are_disks_done(void)
{
	bool is_idle = !the.is_rescan_wanted && disks_are_idle(&the.disks) &&
		       !children_running(&the.children, PHASE_DISK);

	return is_idle || is_overdue(the.disk_deadline_us);
}

static void end_start(void)
{
	/* A single pass says everything at its end. */
	if (!the.is_single_pass) {
		emit_facts();
		answer_caller(&the.caller_fd);
		warn_early();
	}
	disks_note(&the.disks, the.facts);
	begin_follow();
}

static void advance(void)
{
	switch (the.state) {
	case STATE_START:
		if (!children_running(&the.children, PHASE_START))
			end_start();
		break;
	case STATE_FOLLOW:
		/* As the first program it may be looking at the same things already. */
		if (the.is_finish_wanted && the.is_first_program &&
			children_running(&the.children, PHASE_EARLY_RESOLVE))
			break;
		if (the.is_finish_wanted) {
			begin_final("finish");
		} else if (the.is_terminated) {
			the.is_single_pass = true;
			begin_final("terminated");
		} else if (is_overdue(the.stall_us)) {
			begin_final("stall");
		}
		break;
	case STATE_FINAL:
		if (are_disks_done() &&
			is_final_step_over(PHASE_FINISH | PHASE_FOLLOW | PHASE_EARLY_RESOLVE))
			begin_resolve();
		break;
	case STATE_RESOLVE:
		if (is_final_step_over(PHASE_RESOLVE))
			begin_output();
		break;
	case STATE_OUTPUT:
		if (is_final_step_over(PHASE_CONSOLE_SINK))
			after_output();
		break;
	case STATE_LINGER:
		if (!sinks_are_waiting(&the.sinks) || is_overdue(the.linger_end_us) ||
			the.is_terminated)
			end_linger();
		break;
	case STATE_DONE:
		break;
	}
}

/* ---------------------------------------------------------------------------- disks and events */

static void follow_disks(void)
{
	static const struct probe *scan, *disk;

	for (size_t i = 0; i < PROBES_COUNT; i++) {
		scan = PROBES[i].phases & PHASE_FOLLOW ? &PROBES[i] : scan;
		disk = PROBES[i].phases & PHASE_DISK ? &PROBES[i] : disk;
	}
	/* One process at a time writes the list of disks. */
	if (the.is_rescan_wanted && the.state != STATE_START &&
		!children_running(&the.children, PHASE_FOLLOW | PHASE_START) &&
		children_start(
			&the.children, scan, PHASE_FOLLOW, &the.sources, the.facts, 0, NULL) == 0)
		the.is_rescan_wanted = false;
	disks_start(&the.disks, &the.children, disk, &the.sources, the.facts);
}

/* Between two waves of disks, so that what will go wrong is known before it does. */
static void resolve_early(void)
{
	uint32_t phases = PHASE_RESOLVE | (the.sources.new_root ? PHASE_ROOT : 0);

	if (!the.is_resolve_wanted || the.state != STATE_FOLLOW || the.is_leaving ||
		!disks_are_idle(&the.disks) ||
		children_running(&the.children, PHASE_DISK | PHASE_FOLLOW | PHASE_EARLY_RESOLVE))
		return;
	the.is_resolve_wanted = false;
	for (size_t i = 0; i < PROBES_COUNT; i++) {
		if (PROBES[i].phases & phases)
			(void)children_start(&the.children, &PROBES[i], PHASE_EARLY_RESOLVE,
				&the.sources, the.facts, 0, NULL);
	}
}

/* Returns whether any ended. */
static bool handle_children(void)
{
	struct signalfd_siginfo info;
	uint32_t scans, disks, resolving;

	while (read(the.signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGTERM)
			the.is_terminated = true;
	}
	scans = children_running(&the.children, PHASE_FOLLOW);
	disks = children_running(&the.children, PHASE_DISK);
	resolving = children_running(&the.children, PHASE_EARLY_RESOLVE);
	if (!children_reap(&the.children))
		return false;
	if (children_running(&the.children, PHASE_FOLLOW) < scans)
		disks_note(&the.disks, the.facts);
	if (children_running(&the.children, PHASE_DISK) < disks)
		the.is_encoding_wanted = the.is_resolve_wanted = true;
	if (children_running(&the.children, PHASE_EARLY_RESOLVE) < resolving)
		the.is_encoding_wanted = true;
	sinks_pump(&the.sinks);
	return true;
}

static void handle_udev(void)
{
	struct udev_event event;

	while (udev_source_next(&the.udev, &event)) {
		if (!event.is_block) {
			sinks_pump(&the.sinks);
			continue;
		}
		disks_event(&the.disks, the.facts, &event);
		the.is_rescan_wanted |= !event.is_processed && event.action != UDEV_OTHER;
	}
}

/* One that has asked gets its answer; one that says nothing gives way to the next. */
static bool may_accept(void)
{
	return the.client_fd < 0 || !the.is_finish_wanted;
}

static void accept_client(void)
{
	int fd = may_accept() ? control_accept(the.control_fd) : -EAGAIN;

	if (fd < 0)
		return;
	cleanup_close(&the.client_fd);
	the.client_fd = fd;
}

static void handle_control(void)
{
	char message[CONTROL_MESSAGE_SIZE];
	int r;

	accept_client();
	if (the.client_fd < 0)
		return;
	r = control_receive(the.client_fd, message, sizeof(message));
	if (r == -EAGAIN)
		return;
	if (r < 0) {
		drop_client();
		return;
	}
	if (the.state == STATE_LINGER) {
		answer_client();
		return;
	}
	text_copy(the.new_root, sizeof(the.new_root), message);
	the.sources.new_root = strcmp(message, CONTROL_NO_ROOT) == 0 ? NULL : the.new_root;
	the.is_finish_wanted = true;
}

/* Home into PID 1's namespace, and once more when its root is another one. */
static void move_home(enum stage1_place place)
{
	struct sysroot root;

	if (stage1_go_home(&the.proc) < 0 || sysroot_open(NULL, &root) < 0) {
		/* What is known is told, and the collector comes to its end. */
		if (place == STAGE1_SWITCHED) {
			the.place = place;
			the.sources.new_root = NULL;
			the.is_finish_wanted = true;
		}
		return;
	}
	sysroot_close(&the.sources.root);
	the.sources.root = root;
	the.place = place;
	sinks_move(&the.sinks, &the.sources);
	if (place != STAGE1_SWITCHED)
		return;
	the.sources.new_root = "/";
	the.sources.is_switched = true;
	the.is_finish_wanted = true;
}

/* What stage 2 begins with is judged before it does: its first program may be the last. */
static void note_new_root(const char *new_root)
{
	if (the.place != STAGE1_MOUNTED || the.sources.new_root == new_root)
		return;
	the.sources.new_root = new_root;
	the.is_resolve_wanted = the.is_resolve_wanted || new_root;
}

/* Nobody says "finish" here: the switch of root is what says it. */
static void look_at_stage1(uint64_t now)
{
	enum stage1_place place;
	const char *new_root;

	if (!the.is_first_program || the.place == STAGE1_SWITCHED || the.state == STATE_LINGER)
		return;
	the.look_us = now + STAGE1_LOOK_US;
	place = stage1_look(&the.proc, &new_root);
	the.is_leaving = place == STAGE1_BARE && the.place == STAGE1_MOUNTED;
	if (place != STAGE1_BARE && place != the.place)
		move_home(place);
	note_new_root(new_root);
}

static void handle_timers(void)
{
	uint64_t now = clock_now_us();

	if (now >= the.look_us)
		look_at_stage1(now);

	if (children_expire(&the.children, &the.sources, now))
		the.is_encoding_wanted = true;
	if (the.state == STATE_START && !the.is_single_pass && now >= the.partial_us) {
		the.partial_us = UINT64_MAX;
		emit_facts();
	}
	if (now >= the.retry_us) {
		the.retry_us = now + RETRY_US;
		sinks_pump(&the.sinks);
	}
}

static uint64_t next_wakeup(void)
{
	uint64_t next = children_next_deadline(&the.children);
	uint64_t more[] = {
		the.state == STATE_START && !the.is_single_pass ? the.partial_us : UINT64_MAX,
		the.state == STATE_FINAL || the.state == STATE_RESOLVE || the.state == STATE_OUTPUT
			? the.final_deadline_us
			: UINT64_MAX,
		the.state == STATE_FINAL ? the.disk_deadline_us : UINT64_MAX,
		the.state == STATE_FOLLOW ? the.stall_us : UINT64_MAX,
		the.state == STATE_LINGER ? the.linger_end_us : UINT64_MAX,
		sinks_are_waiting(&the.sinks) ? the.retry_us : UINT64_MAX,
		the.is_first_program && the.place != STAGE1_SWITCHED && the.state != STATE_LINGER
			? the.look_us
			: UINT64_MAX,
	};

	for (size_t i = 0; i < ARRAY_SIZE(more); i++)
		next = more[i] < next ? more[i] : next;
	return next;
}

static void wait_for_events(void)
{
	struct pollfd fds[] = {
		{.fd = the.signal_fd, .events = POLLIN},
		{.fd = may_accept() ? the.control_fd : -1, .events = POLLIN},
		{.fd = the.client_fd, .events = POLLIN},
		{.fd = udev_source_kernel_fd(&the.udev), .events = POLLIN},
		{.fd = udev_source_processed_fd(&the.udev), .events = POLLIN},
	};
	uint64_t now = clock_now_us();
	uint64_t next = next_wakeup();
	int timeout_ms = -1;

	/* Rounded up: a deadline must have passed when we look. */
	if (next != UINT64_MAX)
		timeout_ms = next <= now ? 0 : (int)((next - now) / US_PER_MS + 1);
	(void)poll(fds, ARRAY_SIZE(fds), timeout_ms);
}

/* While probes run again their facts are half filled; all is said behind them. */
static bool may_encode(void)
{
	/* The last pass takes back what an earlier one did not find because it was moved away. */
	if (the.is_first_program && (the.is_leaving || the.is_finish_wanted) &&
		the.state == STATE_FOLLOW)
		return false;
	return (the.state == STATE_FOLLOW &&
		       !children_running(&the.children, PHASE_EARLY_RESOLVE)) ||
	       the.state == STATE_LINGER || (the.is_single_pass && the.state == STATE_FINAL);
}

static void loop(void)
{
	enum state before;

	while (the.state != STATE_DONE) {
		wait_for_events();
		handle_udev();
		/* What children found counts only where stage 1 still is as they saw it. */
		if (handle_children() && the.is_first_program)
			the.look_us = 0;
		handle_control();
		handle_timers();
		follow_disks();
		resolve_early();
		if (the.is_encoding_wanted && may_encode()) {
			emit_facts();
			warn_early();
		}
		/* A step that has nothing to wait for is over at once. */
		do {
			before = the.state;
			advance();
		} while (the.state != before);
	}
}

/* ------------------------------------------------------------------------------------- set-up */

static int open_signals(void)
{
	sigset_t handled;

	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	sigemptyset(&handled);
	sigaddset(&handled, SIGCHLD);
	sigaddset(&handled, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &handled, NULL) < 0)
		return -errno;
	the.signal_fd = signalfd(-1, &handled, SFD_CLOEXEC | SFD_NONBLOCK);
	return the.signal_fd < 0 ? -errno : 0;
}

static int open_facts(void)
{
	/* Shared, so that what a child publishes is here, whatever becomes of it. */
	void *memory = mmap(NULL, sizeof(struct facts), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return -errno;
	the.facts = memory;
	return 0;
}

static void open_outputs(const struct collector_options *options)
{
	char boot_id[40];

	if (sysroot_attribute(&the.sources.root, boot_id, sizeof(boot_id),
		    "proc/sys/kernel/random/boot_id", NULL) < 0)
		text_copy(boot_id, sizeof(boot_id), "00000000");
	report_init(&the.report, boot_id, sinks_emit, &the.sinks, clock_now_us);
	the.report.has_room = sinks_have_room;
	if (options->report_fd >= 0)
		sinks_add_file(&the.sinks, options->report_fd);
	if (!the.sources.root.is_fixture)
		sinks_open(&the.sinks, &the.sources, the.config->sinks);
	encode_begin(&the.record, &the.report, options->verb);
	encode_config(&the.record, &the.report, the.config);
}

static void open_inputs(void)
{
	int *keep_out = the.children.keep_out;

	if (!the.sources.root.is_fixture && udev_source_open(&the.udev) < 0)
		udev_source_close(&the.udev);
	/* What was there before we listened. */
	the.is_rescan_wanted = false;
	*keep_out++ = the.signal_fd;
	if (the.control_fd >= 0)
		*keep_out++ = the.control_fd;
	if (the.caller_fd >= 0)
		*keep_out++ = the.caller_fd;
	*keep_out = -1;
}

static void note_start(void)
{
	struct boot_fact *boot = &the.facts->boot;
	char text[64];

	boot->started_us = clock_now_us();
	boot->has_idle = sysroot_read(&the.sources.root, "proc/uptime", text, sizeof(text)) > 0 &&
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

	r = open_signals();
	if (r < 0)
		return r;
	r = open_facts();
	if (r < 0)
		return r;
	the.is_first_program = options->is_first_program;
	the.look_us = the.is_first_program ? clock_now_us() : UINT64_MAX;
	if (the.is_first_program)
		(void)sysroot_open_below(&the.sources.root, "proc", &the.proc);
	note_start();
	the.facts->boot.is_virtio_wanted = the.config->sinks & 1U << SINK_VIRTIO;
	open_outputs(options);
	open_inputs();
	begin_start();
	loop();
	udev_source_close(&the.udev);
	if (ret_results) {
		ret_results->sinks_count = sinks_account(&the.sinks, ret_results->sinks);
		ret_results->summary = the.summary_written;
	}
	return 0;
}
