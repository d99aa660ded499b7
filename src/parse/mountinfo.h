/* SPDX-License-Identifier: MIT */
/*
 * /proc/self/mountinfo (proc(5); Documentation/filesystems/proc.rst, section 3.5).
 */
#ifndef PARSE_MOUNTINFO_H
#define PARSE_MOUNTINFO_H

#include <stdbool.h>
#include <stdint.h>

/* Borrowed from the text, which was changed: fields end with NUL, octal escapes are undone. */
struct mountinfo {
	uint32_t id;        /* 0: none that makes sense */
	const char *device; /* "254:1" */
	const char *mount_point;
	const char *options; /* of this mount */
	const char *fstype;
	const char *source;
	const char *super_options; /* of the file system */
};

/* Takes the next mount off *cursor; lines that make no sense are passed over. False at the end. */
bool mountinfo_next(char **cursor, struct mountinfo *ret_mount);
/* What is mounted last, and so visible, at mount_point ("/sysroot"). Uses the text up. */
bool mountinfo_find(char *text, const char *mount_point, struct mountinfo *ret_mount);
/* Whether a comma-separated list holds that option. */
bool mountinfo_has_option(const char *options, const char *option);

#endif
