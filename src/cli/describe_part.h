/* SPDX-License-Identifier: MIT */
/*
 * One function a type of record, by subject: each adds one clause.
 */
#ifndef CLI_DESCRIBE_PART_H
#define CLI_DESCRIBE_PART_H

#include "base/text.h"

#include <jansson.h>

/* describe_machine.c */
void describe_platform(struct text *text, const json_t *members);
void describe_cmdline(struct text *text, const json_t *members);
void describe_console(struct text *text, const json_t *members);
void describe_uart(struct text *text, const json_t *members);
void describe_redirect(struct text *text, const json_t *members);
void describe_device(struct text *text, const json_t *members);
void describe_port(struct text *text, const json_t *members);
void describe_tables(struct text *text, const json_t *members);
void describe_acpi_device(struct text *text, const json_t *members);
void describe_fwcfg(struct text *text, const json_t *members);

/* describe_disk.c */
void describe_block(struct text *text, const json_t *members);
void describe_gpt(struct text *text, const json_t *members);
void describe_partition(struct text *text, const json_t *members);
void describe_filesystem(struct text *text, const json_t *members);
void describe_root(struct text *text, const json_t *members);
void describe_grower(struct text *text, const json_t *members);

/* describe_boot.c */
void describe_begin(struct text *text, const json_t *members);
void describe_config(struct text *text, const json_t *members);
void describe_handoff(struct text *text, const json_t *members);
void describe_event(struct text *text, const json_t *members);
void describe_probe(struct text *text, const json_t *members);
void describe_sink(struct text *text, const json_t *members);
void describe_finding(struct text *text, const json_t *members);
void describe_end(struct text *text, const json_t *members);

/* describe_course.c */
void describe_recorder(struct text *text, const json_t *members);
void describe_exit(struct text *text, const json_t *members);
void describe_heartbeat(struct text *text, const json_t *members);
void describe_stall(struct text *text, const json_t *members);
void describe_syscalls(struct text *text, const json_t *members);
void describe_up(struct text *text, const json_t *members);

#endif
