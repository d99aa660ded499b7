/* SPDX-License-Identifier: MIT */
/*
 * What the collector's files share: its state, and what each of them does for the others.
 *
 *   collector.c       sets up, and waits for events
 *   pass.c            the steps of a pass over the machine, from the first probe to the answer
 *   output.c          what is known becomes records and the page
 *   console_output.c  the page on consoles, each written to by a child
 *   recording.c       the flight recorder, and what it saw
 *   observing.c       the observer, and what it sees of a boot that does not get on
 *   clients.c         who waits for the collector: "start", "finish"
 *   heal.c            what is written to a phantom console goes elsewhere, for who asks for it
 *   console_forward.c that elsewhere, where it is the report port
 *   home.c            beside a stage 1 that knows nothing of us
 */
#ifndef HOOK_COLLECTOR_PART_H
#define HOOK_COLLECTOR_PART_H

#include "base/clock.h"
#include "hook/children.h"
#include "hook/collector.h"
#include "hook/control.h"
#include "hook/disks.h"
#include "hook/stage1.h"
#include "report/encode.h"
#include "report/encode_hook.h"
#include "report/summary.h"
#include "sink/sink.h"
#include "source/udev.h"

/* How often a port that nobody reads, or that is not there yet, is looked at again. */
#define RETRY_US (1 * US_PER_S)

/* Phases of children that are no probes. */
enum {
	PHASE_MODULES = 1 << 16,
	PHASE_CONSOLE_SINK = 1 << 17,
	PHASE_EARLY_RESOLVE = 1 << 18,
	PHASE_HEAL = 1 << 19
};

enum state {
	STATE_START,   /* early probes are running */
	STATE_HEAL,    /* the console is being redirected */
	STATE_FOLLOW,  /* waiting for devices, "finish" or the stall timer */
	STATE_FINAL,   /* final probes are running */
	STATE_RESOLVE, /* the probes that build on the others */
	STATE_OUTPUT,  /* the summary is going to the consoles */
	STATE_LINGER,  /* handed off; something may still be delivered */
	STATE_DONE,
};

struct collector {
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
	int mounts_fd;   /* tells of changes of PID 1's mounts; -1: nothing does */
	bool has_mounts_changed;
	enum state state;
	const char *phase; /* of the final pass under way */
	/* The flight recorder; -1: none, or no longer. */
	int recorder_fd;
	pid_t recorder_pid;
	uint64_t recorder_stopped_us; /* since then it is stopped; UINT64_MAX: it runs */
	/* The observer; -1: none, or no longer. */
	int observer_fd;
	pid_t observer_pid;
	char stalled_of[64];  /* the finding of the page that was told last; "": none holds */
	uint32_t stall_pages; /* that were told */
	bool is_handed_off;   /* the report of "finish" is written */
	bool is_up;           /* it saw the boot come to its end */
	int signal_fd, control_fd, client_fd, caller_fd, summary_fd;
	bool is_rescan_wanted, is_encoding_wanted, is_resolve_wanted;
	uint32_t warnings;  /* early pages */
	char warned_of[64]; /* the last one's first finding */
	char new_root[CONTROL_MESSAGE_SIZE];
	char summary[SUMMARY_SIZE];
	outcome_t summary_written;
	/* CLOCK_MONOTONIC; UINT64_MAX: never */
	uint64_t partial_us, final_end_us, final_deadline_us, disk_deadline_us, stall_us,
		stall_step_us, retry_us, linger_end_us, look_us, look_step_us;
};

/* collector.c: not while probes run again, whose facts are half filled then. */
bool collector_may_encode(const struct collector *collector);

/* pass.c */
void pass_begin(struct collector *collector);
/* To the next step, where what this one waits for is over. */
void pass_advance(struct collector *collector);

/* output.c */
void output_findings(struct collector *collector);
void output_facts(struct collector *collector);
/* What the recorder saw, however far the other facts are. */
void output_recording(struct collector *collector);
/* How far the boot is, which changes no judgement. */
void output_progress(struct collector *collector);
void output_end(struct collector *collector);
/* The page: into /run, to who asked for it, and to the consoles. */
void output_summary(struct collector *collector);
/* The page into /run alone: somebody works on the consoles by then. */
void output_last_page(struct collector *collector);
/* Tells scripts that would print the page whether it stands on their console: run/shown names it.
 */
void output_note_shown(struct collector *collector);
void output_early_warning(struct collector *collector);

/* console_output.c */
void console_output_start(struct collector *collector);
/* What became of the writers so far: whole texts, where the other outputs count records. Returns
 * whether there were any. */
bool console_output_account(const struct facts *facts, struct sink_fact *ret_account);
/* Whether the last page stands on the console that is /dev/console. */
bool console_output_is_shown(const struct facts *facts);
bool console_output_has_records(const struct config *config);

/* recording.c */
void recording_start(struct collector *collector);
bool recording_is_on(const struct collector *collector);
/* Stage 1 says that it is about to change the root. */
void recording_step_aside(struct collector *collector);
void recording_stop(struct collector *collector);
void recording_handle(struct collector *collector);
/* CLOCK_MONOTONIC; UINT64_MAX: never */
uint64_t recording_next_look(const struct collector *collector);

/* observing.c */
void observing_start(struct collector *collector);
bool observing_is_on(const struct collector *collector);
void observing_stop(struct collector *collector);
void observing_handle(struct collector *collector);

/* clients.c */
bool clients_may_accept(const struct collector *collector);
void clients_handle(struct collector *collector);
/* The one whose "finish" is done. */
void clients_answer(struct collector *collector);
/* The one that started the collector. */
void clients_answer_caller(struct collector *collector);

/* heal.c: all return whether a child was started, of PHASE_HEAL. */
bool heal_start(struct collector *collector);
/* Behind that child. */
bool heal_complete(struct collector *collector);
/* A live console came later, and /dev/console leads to it. */
bool heal_undo(struct collector *collector);

/* console_forward.c: the descriptors that it is given, in this order: the pty's two ends,
 * /dev/console, and the tty that takes its place when nobody forwards any more. */
enum { CONSOLE_FORWARD_FDS = 4 };
/* Takes them off a socket, and redirects the console to the pty, or else to that tty. Returns 0, or
 * a negative errno where nothing was sent. */
int console_forward_begin(struct collector *collector, int socket);
bool console_forward_is_on(void);
/* What to poll; -1: there is none. */
struct console_forward_fds {
	int console, keeper;
} console_forward_fds(void);
/* When to be called without having been told; UINT64_MAX: never. */
uint64_t console_forward_next(void);
void console_forward_handle(struct collector *collector);
/* Whether the collector is to stay for it, behind the handoff. */
bool console_forward_is_wanted(struct collector *collector);
/* To the tty that comes next. */
void console_forward_end(struct collector *collector);
/* Returns whether there was anything to deliver. */
bool console_forward_account(const struct collector *collector, struct sink_fact *ret_account);

/* home.c */
void home_begin(struct collector *collector);
/* Where PID 1 is now. */
/* has_news: its mounts have changed. */
void home_look(struct collector *collector, uint64_t now, bool has_news);
/* When to look without having been told; UINT64_MAX: not any more. */
uint64_t home_next_look(const struct collector *collector);

#endif
