/* SPDX-License-Identifier: MIT */
/*
 * Items of QEMU's firmware configuration device (docs/specs/fw_cfg.rst of QEMU).
 */
#ifndef PARSE_FWCFG_H
#define PARSE_FWCFG_H

#include "bootprobe/facts.h"

#include <stdbool.h>
#include <stddef.h>

/* Revision, bit 1: the DMA interface. */
#define FWCFG_REVISION_DMA 2U

/* Whether an item's content may be read: ours, the boot order, and how long the firmware waits.
 * Everything else belongs to others and is listed by name and size alone. */
bool fwcfg_may_show(const char *name);

/* Fills content and is_content_cut from the bytes of an item that may be shown; secrets in ours are
 * redacted. is_whole: the bytes are all of it. */
void fwcfg_content_parse(
	struct fwcfg_item_fact *item, const char *bytes, size_t length, bool is_whole);

#endif
