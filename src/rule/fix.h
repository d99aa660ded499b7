/* SPDX-License-Identifier: MIT */
/*
 * Changes that several findings advise, in the tools of the machine at hand.
 */
#ifndef RULE_FIX_H
#define RULE_FIX_H

#include "rule/judge.h"

/* Gives the machine a serial port. */
void fix_add_serial_port(struct finding *finding, const struct facts *facts);
/* Makes tty0, which every PC has, the console that PID 1 writes to. */
void fix_console_to_tty0(struct finding *finding, const struct facts *facts);
/* Puts a kernel module into the initrd. */
void fix_add_module(struct finding *finding, const struct facts *facts, const char *module);

#endif
