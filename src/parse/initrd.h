/* SPDX-License-Identifier: MIT */
/*
 * Which generator made the initrd that is running.
 */
#ifndef PARSE_INITRD_H
#define PARSE_INITRD_H

#include "bootprobe/facts.h"

#include <stdbool.h>
#include <stdint.h>

/* Paths whose presence tells; initrd_clues.marks has bit i set when INITRD_MARKS[i] exists. */
extern const char *const INITRD_MARKS[];
extern const unsigned INITRD_MARKS_COUNT;

struct initrd_clues {
	uint32_t marks;
	char root_fstype[24]; /* of / in /proc/mounts; empty: not known */
	bool has_os_release;  /* /etc/os-release, or that of /usr/lib: what a system has */
	bool is_root_wanted;  /* the command line asks for a root outside the initramfs */
	bool has_release;     /* /etc/initrd-release: what an initrd has (os-release(5)) */
	char release[2048];   /* its text */
	char init_link[160];  /* where /init points, empty for a plain file */
	char init_head[2048]; /* its first bytes, as text */
};

/* The type of the file system that is mounted on / last, out of /proc/mounts (which is changed).
 * False when there is none. */
bool initrd_root_fstype(char *mounts, char *fstype, size_t size);

/* Fills initrd, initrd_because and is_initramfs_system. */
void initrd_decide(const struct initrd_clues *clues, struct platform_fact *platform);

#endif
