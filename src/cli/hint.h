/* SPDX-License-Identifier: MIT */
/*
 * What to type instead, for somebody who does not know the command yet.
 */
#ifndef CLI_HINT_H
#define CLI_HINT_H

#include <stdbool.h>

/* A file instead of a command: says on standard error which command takes it. False: there is no
 * such file. */
bool hint_at_file(const char *path);

#endif
