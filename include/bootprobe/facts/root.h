/* SPDX-License-Identifier: MIT */
/* File systems, the root of stage 2 and what stage 2 begins with; what enlarges partitions. */
#ifndef BOOTPROBE_FACTS_ROOT_H
#define BOOTPROBE_FACTS_ROOT_H

#include "bootprobe/facts/driver.h"

struct filesystem_fact {
	struct fact_once once;
	char device[32];
	char type[24], uuid[48], label[64], part_uuid[48], part_label[112];
	char uuid_sub[48];  /* of one device of a file system on many */
	char usage[16];     /* filesystem, raid, crypto, other */
	outcome_t probe;    /* -ENOENT: libblkid knows nothing there */
	bool is_ambivalent; /* libblkid found more than one type and will not choose */
	uint64_t started_us, duration_us; /* of libblkid's look, as in struct block_read_fact */
	enum driver_state module;         /* of the file system's kernel module */
	char module_name[32];
};

enum root_kind {
	ROOT_NONE = 0,
	ROOT_DEVICE,
	ROOT_UUID,
	ROOT_PARTUUID,
	ROOT_LABEL,
	ROOT_PARTLABEL,
	ROOT_FSTAB,
	ROOT_GPT_AUTO,
	ROOT_VIRTIOFS,
	ROOT_9P,
	ROOT_NFS,
	ROOT_LIVE,
	ROOT_OTHER,
	ROOT_KIND_COUNT
};

enum { ROOT_MATCHES_MAX = 4 };

struct root_fact {
	struct fact_once once;
	enum root_kind kind;
	char spec[160];  /* root= as given, redacted like all that follows */
	char value[128]; /* what it names */
	char rootfstype[24];
	char matches[ROOT_MATCHES_MAX][32]; /* devices that bear it; more than one is ambiguous */
	uint32_t match_count;
	bool is_one_filesystem; /* the matches are the devices of one file system (btrfs, zfs) */
	/* What the root file system is where no device bears it: "tmpfs", "ramfs", or "initramfs",
	 * out of which nothing leads. Empty: it is not in memory, or not known yet. */
	char in_memory[16];
	/* Since when: a device name since the kernel announced it; what only udev can find since it
	 * was through with it, and where there is no udev as a device name. 0: not resolved, not
	 * known, or there before anybody listened. */
	uint64_t resolved_us;
	bool is_settling; /* found before udev was through with it: resolved_us may still change */
	/* The idle time of all processors when it was found first, as in struct boot_fact. */
	uint64_t resolved_idle_us;
	bool has_idle;
	uint64_t mounted_us; /* when its mount was seen first; 0: not seen, or nobody watched */
};

/* A mount of PID 1's, as the collector saw it. The collector alone writes these. */
struct mount_fact {
	uint32_t id; /* mountinfo's, which stays when the mount is moved; 0: this place is free */
	uint64_t seen_us; /* 0: was there before the collector watched */
	char fstype[24], source[64];
};

enum { MOUNTS_MAX = 64 };

struct handoff_fact {
	struct fact_once once;
	char root_path[256]; /* --root; only shown, so that it may be cut */
	outcome_t root_open;
	char root_fstype[24], root_source[64];
	enum answer is_root_mounted; /* --root is a mount point */
	uint32_t root_mount_id;      /* mountinfo's; 0: not known */
	enum answer is_root_read_only;
	enum answer has_free_counts; /* the two below are known */
	uint64_t free_bytes, free_inodes;
	char init[160]; /* the one that will be started */
	bool is_init_from_cmdline;
	char requested_init[160]; /* the one that the command line asks for, where it is not that */
	outcome_t requested_stat; /* -EACCES: it is there, and not executable */
	outcome_t init_stat;
	char init_target[160]; /* after links */
	uint32_t init_mode;
	char init_type[16];         /* elf, script, other */
	char init_architecture[16]; /* ELF e_machine by name */
	enum answer is_architecture_right;
	char interpreter[4][160]; /* the chain: #! or PT_INTERP, each below the root */
	outcome_t interpreter_stat[4];
	uint32_t interpreter_count;
	outcome_t dev_console_stat; /* /dev/console in the new root or the /dev that moves along */
	enum answer is_dev_moved;   /* a devtmpfs is mounted that the switch of root will move */
};

/* Something that enlarges partitions during the boot: where it lies, and what it does when its own
 * output fails. */
struct grower_fact {
	char name[24];                  /* growroot, systemd-repart, growpart, cloud-init */
	char path[96];                  /* the file that gave it away, below its root */
	bool is_in_initrd;              /* else in the root of stage 2 */
	enum answer does_exit_on_error; /* a shell script under "set -e" */
	enum answer is_output_in_file;  /* the initrd was told to write its output to a file */
	/* The new root says that it was grown before, or that it must not be. */
	enum answer is_done;
};

enum { GROWERS_MAX = 8 };

#endif
