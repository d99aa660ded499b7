/* SPDX-License-Identifier: MIT */
/* Consoles: what was asked for, what is registered, what works. */
#ifndef BOOTPROBE_FACTS_CONSOLE_H
#define BOOTPROBE_FACTS_CONSOLE_H

#include "bootprobe/facts/fact.h"

enum console_kind {
	CONSOLE_KIND_UNKNOWN = 0,
	CONSOLE_UART,
	CONSOLE_VT,
	CONSOLE_HVC,
	CONSOLE_NULL,
	CONSOLE_OTHER,
	CONSOLE_KIND_COUNT
};

/* One console: named by console=, registered by the kernel, or both. */
struct console_fact {
	char name[24]; /* ttyS0 */
	enum console_kind kind;
	/* console= */
	bool is_requested;
	uint32_t position; /* 1 for the first console=, 0 when not requested */
	bool is_last;      /* the last console= of the command line */
	char options[32];  /* as written, behind the comma */
	uint32_t baud;     /* 0: not given */
	char parity;       /* n, o, e or 0 */
	uint32_t bits;
	bool has_flow_control;
	bool is_option_malformed;
	/* /proc/consoles, /sys/class/tty/console/active */
	enum answer is_registered;
	char flags[16]; /* as in /proc/consoles: "EC p a" */
	enum answer is_enabled;
	enum answer is_active;      /* named in console/active */
	enum answer is_dev_console; /* /dev/console leads here */
	uint32_t major, minor;
	/* tried on /dev/NAME with O_NONBLOCK | O_NOCTTY */
	outcome_t open, tcgetattr, empty_write;
	enum answer is_writable_now; /* poll says POLLOUT */
	uint64_t refused_us;         /* since when the empty write gives EAGAIN; 0: it does not */
	outcome_t serial_ioctl;      /* TIOCGSERIAL */
	int32_t uart_type;           /* TIOCGSERIAL: -1 unknown, 0 no hardware */
	char backend[40];            /* what a VT is drawn on: "VGA+", "dummy device" */
	enum answer is_live;         /* proven by the above */
};

struct dev_console_fact {
	struct fact_once once;
	outcome_t open, tcgetattr, empty_write;
	uint32_t major, minor; /* of the tty behind it (TIOCGDEV) */
	char device[24];       /* its name */
	char active[96];       /* /sys/class/tty/console/active */
	char earlycon[64];     /* earlycon= or earlyprintk= as given */
	enum answer has_earlycon;
};

/* The target that is no tty's name: a pty, whose other end goes to the report port. */
#define CONSOLE_FORWARDED "report-port"

/* bootprobe.heal=console: where writes to /dev/console go instead of a console that fails them.
 * Known once it was tried. */
struct console_redirect_fact {
	struct fact_once once;
	char console[24]; /* the phantom that /dev/console leads to */
	char target[24];  /* the tty that takes its place; "": none was found; or CONSOLE_FORWARDED
			   */
	/* Of a console that is forwarded: where it goes once that is over. */
	char fallback[24];
	enum answer is_fallen_back;
	outcome_t outcome;
	enum answer is_undone; /* a live console came later: /dev/console leads there */
	outcome_t undo;
	/* Both ends of the pty's other side look whether the other one still reads. */
	_Atomic uint64_t read_count, discarded_bytes;
};

struct pid1_descriptor_fact {
	uint32_t number;
	outcome_t link; /* -ENOENT: closed; -ESRCH: no PID 1 to be seen */
	char target[64];
	uint32_t major, minor;
};

#endif
