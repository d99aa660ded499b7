/* SPDX-License-Identifier: MIT */
/* What bootprobe.record=full sees behind stage 1: how far the boot gets, what it waits for, and
 * what runs in circles meanwhile. The observer alone writes these. */
#ifndef BOOTPROBE_FACTS_PROGRESS_H
#define BOOTPROBE_FACTS_PROGRESS_H

#include "bootprobe/facts/fact.h"

/* Whether somebody watches how far the boot gets. */
enum observer_state {
	OBSERVER_UNKNOWN = 0,
	OBSERVER_NOT_WANTED,
	OBSERVER_WATCHING,
	OBSERVER_ENDED, /* with the recording */
	OBSERVER_LOST,  /* gone without a word */
};

struct observer_fact {
	struct fact_once once;
	enum observer_state state;
};

/* What there is to count while a boot gets on, since the kernel started. Ours is not among it. */
struct progress_counters {
	uint64_t processes;     /* that were started: "processes" of /proc/stat */
	uint64_t messages;      /* that programs wrote to the kernel log */
	uint64_t mounts;        /* of PID 1, now */
	uint64_t uevents;       /* /sys/kernel/uevent_seqnum */
	uint64_t units;         /* of systemd, that run: entries of /run/systemd/units */
	uint64_t console_bytes; /* that UARTs have sent */
};

/* One of the processes that had most to do since the last heartbeat. */
struct busy_process_fact {
	uint32_t pid;
	char comm[16];
	uint64_t cpu_us, read_bytes, written_bytes; /* since the last heartbeat */
	uint32_t descriptors;                       /* that it has open */
};

enum { BUSY_PROCESSES_MAX = 3 };

struct heartbeat_fact {
	struct fact_once once;
	uint32_t number; /* from 1 */
	/* The same is said soon again: for outputs that take everything (record_is_quiet()). */
	bool is_quiet;
	uint64_t at_us, interval_us;
	bool is_stage2; /* PID 1 has another root than that of the initrd */
	/* When something was there last that had not been there before: a program, a message in
	 * other words, a mount, a unit, a device event. */
	uint64_t progress_us;
	struct progress_counters counters;
	uint64_t available_bytes; /* MemAvailable */
	FACT_LIST(busy_process_fact, BUSY_PROCESSES_MAX) busy;
};

/* A process that waits for something that is no event: in state D, or for an answer of a file
 * system that a server gives. */
struct waiting_process_fact {
	uint32_t pid;
	char comm[16];
	char state;        /* of /proc/PID/stat */
	bool is_kernel;    /* a thread of the kernel's, some of which always wait like this */
	uint64_t since_us; /* when it was seen to wait first */
	char wait_channel[48];
	char stack[192];    /* kernel functions, innermost first, separated by blanks */
	char call[16];      /* the system call that it is in */
	int32_t descriptor; /* its argument where that is one, else -1 */
	char file[112];     /* what the descriptor leads to */
	char device[32];    /* the block device of that file: vda1 */
};

/* A job of systemd's. */
struct job_fact {
	uint32_t id;
	char unit[112];
	char type[16];  /* start, stop, ... */
	char state[12]; /* running, waiting */
};

/* /proc/pressure: shares of the last 10 s in hundredths of a percent. */
struct pressure_fact {
	outcome_t read;
	uint32_t cpu_some, memory_some, memory_full, io_some, io_full;
};

enum { WAITING_PROCESSES_MAX = 8, JOBS_MAX = 16 };

/* What the machine does while nothing goes on. */
enum stall_work {
	STALL_WORK_UNKNOWN = 0,
	STALL_IDLE,
	STALL_COMPUTES,     /* a processor is busy for most of the time */
	STALL_READS_WRITES, /* bytes come from disks or go there, steadily */
};

/* Nothing has gone on for bootprobe.stall, and somebody cannot log in yet. Written anew each time.
 */
struct stall_fact {
	struct fact_once once;
	uint32_t number; /* from 1 */
	uint64_t at_us;
	uint64_t since_us; /* when something went on last */
	uint64_t ended_us; /* something has gone on again; 0: not yet */
	enum stall_work work;
	/* Of the last part of it: how long that was, what processors and disks did. */
	uint64_t window_us, cpu_us, disk_bytes;
	/* A disk that has had requests under way all that time and ended none. */
	char stuck_disk[32];
	uint32_t stuck_requests;
	FACT_LIST(waiting_process_fact, WAITING_PROCESSES_MAX) waiting;
	uint32_t waiting_count;             /* all of them */
	outcome_t jobs_read;                /* -ENOENT: PID 1 is no systemd, or does not answer */
	FACT_LIST(job_fact, JOBS_MAX) jobs; /* running ones first */
	uint32_t job_count;                 /* all of them */
	struct pressure_fact pressure;
	uint64_t available_bytes;
};

/* One system call of a process. */
struct call_count_fact {
	uint32_t number;
	char name[16];  /* "" where it is not known by name */
	uint64_t calls; /* in the interval */
};

struct call_path_fact {
	char path[80];
	uint32_t share; /* of the look-ups of the sample, in hundredths of a percent */
};

/* A file, pipe, socket or device that a process uses through a descriptor, in the sample. */
struct call_file_fact {
	int32_t descriptor;
	char file[80]; /* where it leads */
	uint32_t calls, writes, syncs;
	uint64_t bytes;       /* that were read and written */
	uint64_t fresh_bytes; /* of them, those that were not of the same part of it again */
};

enum { CALLER_CALLS_MAX = 4, CALL_PATHS_MAX = 4, CALL_FILES_MAX = 2, CALLERS_MAX = 3 };

/* A process that calls much: what it calls, counted in the kernel, and what about: of short
 * samples, which add up while nothing goes on. */
struct caller_fact {
	uint32_t pid; /* of the thread, where there are several */
	char comm[16];
	uint64_t calls;                                      /* in the interval */
	FACT_LIST(call_count_fact, CALLER_CALLS_MAX) counts; /* most frequent first */
	outcome_t sample;                                    /* events of tracefs */
	outcome_t paths_read;                                /* the kprobe that tells of paths */
	/* What follows is of so many samples, seconds apart, and of all calls that they held. */
	uint32_t samples;
	uint64_t sample_us, cpu_us; /* how long they took, and what it got of a processor then */
	uint64_t seen_us;           /* from the first call to the last that found room */
	uint64_t waited_us;         /* of that: for time to pass, or for an event */
	uint32_t sampled;           /* calls */
	uint32_t failed;            /* of them */
	uint32_t empty;   /* failed, found nothing to read, or did not have to wait for an event */
	uint32_t others;  /* whose effect cannot be told from here: ioctl, mmap, ... */
	uint32_t lookups; /* paths that they looked up */
	uint32_t main_lookups; /* of these: of the eight paths that are looked up most */
	uint32_t different_paths;
	FACT_LIST(call_path_fact, CALL_PATHS_MAX) paths; /* most frequent first */
	uint32_t different_files;
	FACT_LIST(call_file_fact, CALL_FILES_MAX) files; /* most frequent first */
	uint64_t bytes;                                  /* that were read and written */
	uint64_t fresh_bytes;  /* of them, those that were not of the same part of a file again */
	uint64_t opened_bytes; /* of these, those of files that it opened in the samples */
};

/* System calls of all processes but ours, of one interval. */
struct call_rates_fact {
	struct fact_once once;
	outcome_t read; /* histograms of tracefs */
	uint64_t at_us, interval_us;
	uint64_t calls;                              /* of all */
	FACT_LIST(caller_fact, CALLERS_MAX) callers; /* busiest first */
};

/* How the boot ended, and what took long. */
struct slow_part_fact {
	char name[112]; /* a unit, a program */
	uint64_t started_us, duration_us;
};

enum { SLOW_PARTS_MAX = 5 };

struct boot_end_fact {
	struct fact_once once;
	uint64_t up_us;      /* since the kernel started */
	char because[48];    /* "agetty runs" */
	uint64_t handoff_us; /* PID 1 got the root of stage 2; 0: not seen */
	/* What systemd said of its units. -ENOENT: PID 1 is none; slow are then programs that were
	 * there when it was looked every 2 s and ended before, each for as long as it was seen at
	 * least. */
	outcome_t units_read;
	FACT_LIST(slow_part_fact, SLOW_PARTS_MAX) slow; /* longest first */
};

#endif
