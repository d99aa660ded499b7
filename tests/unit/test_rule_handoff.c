/* SPDX-License-Identifier: MIT */
#include "rule_case.h"

static void init_stat(outcome_t stat)
{
	facts.handoff.init_stat = stat;
	facts.handoff.init_mode = 0;
	facts.handoff.init_type[0] = '\0';
	facts.handoff.is_architecture_right = ANSWER_UNKNOWN;
	facts.handoff.interpreter_count = 0;
}

static void missing(void)
{
	init_stat(-ENOENT);
}

static void missing_from_cmdline(void)
{
	missing();
	set_text(facts.handoff.init, "/nix/store/gone/init");
	facts.handoff.is_init_from_cmdline = true;
}

static void passed_over(void)
{
	set_text(facts.handoff.requested_init, "/nonexistent");
	facts.handoff.requested_stat = -ENOENT;
}

static void passed_over_for_its_mode(void)
{
	passed_over();
	facts.handoff.requested_stat = -EACCES;
}

static void link_in_circles(void)
{
	init_stat(-ELOOP);
}

static void unreadable(void)
{
	init_stat(-EIO);
}

static void damaged(void)
{
	init_stat(-EUCLEAN);
}

static void nothing_mounted(void)
{
	missing();
	facts.handoff.is_root_mounted = ANSWER_NO;
}

static void root_not_opened(void)
{
	missing();
	facts.handoff.root_open = -ENOENT;
}

static void init_not_looked_at(void)
{
	init_stat(OUTCOME_UNKNOWN);
}

static void not_executable(void)
{
	facts.handoff.init_mode = S_IFREG | 0644;
}

static void a_folder(void)
{
	facts.handoff.init_mode = S_IFDIR | 0755;
}

static void foreign(void)
{
	facts.handoff.is_architecture_right = ANSWER_NO;
	set_text(facts.handoff.init_architecture, "aarch64");
}

static void without_loader(void)
{
	facts.handoff.interpreter_stat[0] = -ENOENT;
}

static void script_without_shell(void)
{
	set_text(facts.handoff.init_type, "script");
	set_text(facts.handoff.interpreter[0], "/bin/bash");
	without_loader();
	facts.handoff.is_architecture_right = ANSWER_UNKNOWN;
}

static void empty(void)
{
	set_text(facts.handoff.init_type, "other");
	facts.handoff.is_architecture_right = ANSWER_UNKNOWN;
	facts.handoff.interpreter_count = 0;
}

static void architecture_unknown(void)
{
	facts.handoff.is_architecture_right = ANSWER_UNKNOWN;
}

static void too_many_interpreters(void)
{
	facts.handoff.interpreter_count = 4000000000;
	for (uint32_t i = 0; i < 4; i++)
		facts.handoff.interpreter_stat[i] = OUTCOME_OK;
}

static void no_handoff_yet(void)
{
	stall();
}

RULE_CASES(HANDOFF_CASES, {"handoff.init-missing", NULL, VERDICT_GOOD},
	{"handoff.init-missing", missing, VERDICT_BAD, SEVERITY_ERROR, "/sbin/init",
		"is not in the root file system on /dev/vda1", "guest", "install an init"},
	{"handoff.init-missing", missing_from_cmdline, VERDICT_BAD, SEVERITY_ERROR,
		"/nix/store/gone/init", "init= of the kernel command line", "kernel", "init="},
	{"handoff.init-missing", passed_over, VERDICT_BAD, SEVERITY_WARNING, "/nonexistent",
		"init=/nonexistent is not there; /sbin/init is started instead", "kernel", "init="},
	{"handoff.init-missing", passed_over_for_its_mode, VERDICT_BAD, SEVERITY_WARNING, NULL,
		"init=/nonexistent is not executable; /sbin/init is started instead"},
	{"handoff.init-missing", link_in_circles, VERDICT_BAD, SEVERITY_ERROR},
	{"handoff.init-missing", unreadable, VERDICT_UNKNOWN},
	{"handoff.init-missing", nothing_mounted, VERDICT_UNKNOWN},
	{"handoff.init-missing", root_not_opened, VERDICT_UNKNOWN},
	{"handoff.init-missing", init_not_looked_at, VERDICT_UNKNOWN},
	{"handoff.init-missing", no_handoff_yet, VERDICT_UNKNOWN},
	{"handoff.init-missing", in_initramfs, VERDICT_GOOD},
	{"handoff.init-missing", in_tmpfs_without_handoff, VERDICT_UNKNOWN},

	{"handoff.init-unusable", NULL, VERDICT_GOOD},
	{"handoff.init-unusable", not_executable, VERDICT_BAD, SEVERITY_ERROR, "/sbin/init",
		"not executable", "guest", "chmod 755"},
	{"handoff.init-unusable", a_folder, VERDICT_BAD, SEVERITY_ERROR, NULL, "it is no file"},
	{"handoff.init-unusable", foreign, VERDICT_BAD, SEVERITY_ERROR, NULL,
		"it is for aarch64, and this machine is x86_64"},
	{"handoff.init-unusable", without_loader, VERDICT_BAD, SEVERITY_ERROR, NULL,
		"/lib64/ld-linux-x86-64.so.2 is missing", "guest", "/lib64/ld-linux-x86-64.so.2"},
	{"handoff.init-unusable", script_without_shell, VERDICT_BAD, SEVERITY_ERROR, NULL,
		"/bin/bash is missing"},
	{"handoff.init-unusable", empty, VERDICT_BAD, SEVERITY_ERROR, NULL,
		"neither a program nor a script"},
	{"handoff.init-unusable", unreadable, VERDICT_BAD, SEVERITY_ERROR, NULL,
		"input/output error"},
	{"handoff.init-unusable", damaged, VERDICT_BAD, SEVERITY_ERROR, NULL, "error 117"},
	{"handoff.init-unusable", too_many_interpreters, VERDICT_GOOD},
	{"handoff.init-unusable", architecture_unknown, VERDICT_UNKNOWN},
	{"handoff.init-unusable", missing, VERDICT_UNKNOWN},
	{"handoff.init-unusable", no_handoff_yet, VERDICT_UNKNOWN},
	{"handoff.init-unusable", in_initramfs, VERDICT_GOOD},
	{"handoff.init-unusable", in_tmpfs_without_handoff, VERDICT_UNKNOWN});
