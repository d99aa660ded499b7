/* SPDX-License-Identifier: MIT */
/*
 * Lists of kernel modules on the kernel command line. Names are compared as the kernel does: dash
 * and underscore are the same.
 */
#ifndef PARSE_MODULE_LIST_H
#define PARSE_MODULE_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* Whether two module names, the second of the given length, mean the same module. */
bool module_name_is(const char *name, const char *other, size_t other_length);

/* Whether the command line keeps a module from being loaded: modprobe.blacklist= (libkmod),
 * module_blacklist= (the kernel itself), rd.driver.blacklist= (dracut). */
bool module_list_is_blacklisted(const char *cmdline, const char *module);

#endif
