/* SPDX-License-Identifier: MIT */
#ifndef BASE_SIGNAL_NAME_H
#define BASE_SIGNAL_NAME_H

/* "SIGSEGV": of signals that end programs. NULL: another one. */
const char *signal_name(int number);

#endif
