/* SPDX-License-Identifier: MIT */
/*
 * Names of programs and files that whoever has written a script has chosen: secrets of the kernel's
 * command line may be among them, and what looks like one.
 */
#ifndef RECORDER_SHOWN_NAME_H
#define RECORDER_SHOWN_NAME_H

#include "parse/redact.h"
#include "source/sysroot.h"

#include <stddef.h>

/* Those of the command line; borrowed, until the next call. proc: /proc itself. */
const struct redacted *shown_secrets(const struct sysroot *proc);
/* Of a path, each part is shown or not. */
void shown_copy(char *buf, size_t size, const char *name, const struct redacted *secrets);
/* The same in place, of a path; and of the name of a program, of which only what is known to be a
 * secret goes. */
void shown_hide_path(char *path, size_t size, const struct redacted *secrets);
void shown_hide_name(char *name, size_t size, const struct redacted *secrets);

#endif
