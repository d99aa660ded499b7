/* SPDX-License-Identifier: MIT */
/*
 * bootprobe.heal=console: where /dev/console leads to a console that fails every write, what is
 * written to it goes to one that takes it. The one thing that the hook changes about a boot, and
 * only for who asks for it. Each step runs in a child, since a tty may hold on to who opens it.
 */
#include "hook/collector_part.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "rule/judge.h"
#include "source/console_redirect.h"
#include "source/descriptors.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define HEAL_US (300 * US_PER_MS)

static const struct console_fact *dev_console(const struct facts *facts)
{
	fact_foreach (console, facts->consoles) {
		if (console->is_dev_console == ANSWER_YES)
			return console;
	}
	return NULL;
}

static bool is_phantom_at_dev_console(const struct facts *facts)
{
	const struct console_fact *console = dev_console(facts);

	return console && is_phantom(console) && facts->dev_console.open == OUTCOME_OK &&
	       facts->dev_console.empty_write == -EIO;
}

/* ------------------------------------------------------------------------------------- children */

/* What the child is told, and the socket that it sends an open pty over. */
static struct {
	bool may_forward;
	int collector_fd, child_fd;
} offer = {.collector_fd = -1, .child_fd = -1};

/* Returns whether that was the end of the search: it is done, or cannot be done at all. */
static bool try_target(const struct sources *sources, struct console_redirect_fact *fact,
	const char *name, size_t size)
{
	int r;

	text_copy_bytes(fact->target, sizeof(fact->target), name, strnlen(name, size));
	r = console_redirect(sources, fact->target);
	fact->outcome = outcome_from(r);
	if (r < 0)
		fact->target[0] = '\0';
	return r == 0 || r == -EBUSY || r == -EPERM || r == -EROFS;
}

/* Proven to work, and somebody wants output there. */
static bool try_consoles(
	const struct sources *sources, struct facts *facts, struct console_redirect_fact *fact)
{
	fact_foreach (console, facts->consoles) {
		bool is_line = console->kind == CONSOLE_UART || console->kind == CONSOLE_HVC;

		if (is_line && console->is_live == ANSWER_YES &&
			console->is_registered == ANSWER_YES &&
			try_target(sources, fact, console->name, sizeof(console->name)))
			return true;
	}
	return false;
}

/* A port that is no console may be somebody else's: that of the hypervisor's agent, say. */
static bool try_other_uarts(
	const struct sources *sources, struct facts *facts, struct console_redirect_fact *fact)
{
	fact_foreach (uart, facts->uarts) {
		if (uart->is_live == ANSWER_YES && text_starts_with(uart->name, "ttyS") &&
			try_target(sources, fact, uart->name, sizeof(uart->name)))
			return true;
	}
	return false;
}

/* A screen, or what stands for one: its writes succeed. */
static const char *const SCREENS[] = {"tty1", "ttynull"};

static int open_fallback(const struct sources *sources, struct console_redirect_fact *fact)
{
	int fd = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(SCREENS) && fd < 0; i++) {
		fd = console_target_open(sources, SCREENS[i]);
		text_copy(fact->fallback, sizeof(fact->fallback), SCREENS[i]);
	}
	return fd;
}

/* The collector does the rest: it has to read before anybody writes. */
static bool offer_pty(const struct sources *sources, struct console_redirect_fact *fact)
{
	struct console_pty pty = CONSOLE_PTY_CLOSED;
	int fallback_fd = -1, console_fd = -1;

	if (offer.may_forward && console_pty_open(&pty) == 0) {
		fallback_fd = open_fallback(sources, fact);
		console_fd = console_device_open(sources);
	}
	if (fallback_fd < 0 || console_fd < 0) {
		fact->fallback[0] = '\0';
		return false;
	}
	return descriptors_send(offer.child_fd,
		       (int[CONSOLE_FORWARD_FDS]){pty.slave, pty.master, console_fd, fallback_fd},
		       CONSOLE_FORWARD_FDS) == 0;
}

/* Returns whether the collector has to complete it. */
static bool find_target(
	const struct sources *sources, struct facts *facts, struct console_redirect_fact *fact)
{
	if (try_consoles(sources, facts, fact) ||
		(console_has_screen(sources) &&
			try_target(sources, fact, SCREENS[0], strlen(SCREENS[0]))))
		return false;
	if (offer_pty(sources, fact))
		return true;
	if (try_other_uarts(sources, facts, fact))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(SCREENS); i++) {
		if (try_target(sources, fact, SCREENS[i], strlen(SCREENS[i])))
			break;
	}
	return false;
}

static int heal_run(const struct sources *sources, struct facts *facts, uint32_t subject)
{
	struct console_redirect_fact *fact = &facts->console_redirect;
	const struct console_fact *console = dev_console(facts);

	(void)subject;
	if (!console)
		return 0;
	text_copy(fact->console, sizeof(fact->console), console->name);
	if (find_target(sources, facts, fact))
		return 0;
	fact_publish(&fact->once);
	/* What PID 1 meets is another thing now. */
	return fact->outcome == OUTCOME_OK ? console_run(sources, facts, 0) : 0;
}

static int undo_run(const struct sources *sources, struct facts *facts, uint32_t subject)
{
	struct console_redirect_fact *fact = &facts->console_redirect;

	(void)subject;
	fact->undo = outcome_from(console_redirect_undo(sources));
	fact->is_undone = answer_from(fact->undo == OUTCOME_OK);
	return fact->undo == OUTCOME_OK ? console_run(sources, facts, 0) : 0;
}

/* ---------------------------------------------------------------------------------- the collector
 */

static bool start(struct collector *collector, const char *name,
	int (*run)(const struct sources *sources, struct facts *facts, uint32_t subject))
{
	static struct probe step[3];
	struct probe *probe = &step[run == undo_run ? 1 : run == console_run ? 2 : 0];

	/* To heal takes a mount of its own and a socket to the collector; no bytes of others are
	 * read. */
	*probe = (struct probe){
		name, PHASE_HEAL, HEAL_US, run, run == heal_run ? CONFINE_NONE : CONFINE_REDIRECT};
	return children_start(&collector->children, probe, PHASE_HEAL, &collector->sources,
		       collector->facts, 0, NULL) == 0;
}

static int open_offer(void)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
		return -errno;
	offer.collector_fd = pair[0];
	offer.child_fd = pair[1];
	return 0;
}

bool heal_start(struct collector *collector)
{
	if (!collector->config->may_heal_console || collector->is_single_pass ||
		fact_is_known(&collector->facts->console_redirect.once) ||
		!is_phantom_at_dev_console(collector->facts))
		return false;
	offer.may_forward = open_offer() == 0 && sinks_may_have_port(&collector->sinks, true);
	return start(collector, "console-heal", heal_run);
}

bool heal_complete(struct collector *collector)
{
	int r = -ENOENT;

	if (offer.collector_fd < 0)
		return false;
	cleanup_close(&offer.child_fd);
	r = console_forward_begin(collector, offer.collector_fd);
	cleanup_close(&offer.collector_fd);
	offer.collector_fd = offer.child_fd = -1;
	return r == 0 && start(collector, "console", console_run);
}

bool heal_undo(struct collector *collector)
{
	const struct console_redirect_fact *fact = &collector->facts->console_redirect;
	const struct console_fact *console = dev_console(collector->facts);

	if (!fact_is_known(&fact->once) || fact->outcome != OUTCOME_OK ||
		fact->is_undone == ANSWER_YES || !console || console->is_live != ANSWER_YES)
		return false;
	return start(collector, "console-unheal", undo_run);
}
