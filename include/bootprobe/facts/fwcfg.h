/* SPDX-License-Identifier: MIT */
/* QEMU's firmware configuration device. */
#ifndef BOOTPROBE_FACTS_FWCFG_H
#define BOOTPROBE_FACTS_FWCFG_H

#include "bootprobe/facts/driver.h"

struct fwcfg_item_fact {
	char name[64];
	uint32_t size_bytes;
	/* Only of items that may be shown: text as it is, a number in decimal. */
	char content[160];
	outcome_t content_read;
	bool is_content_cut;
};

struct fwcfg_fact {
	struct fact_once once;
	enum answer is_declared; /* ACPI QEMU0002 or device tree */
	char acpi_path[64];
	enum driver_state driver;
	bool was_loaded_by_us;
	outcome_t load;
	/* "QEMU" once the driver has bound, which it does only after reading it; the device itself
	 * is never touched by us. */
	char signature[8];
	outcome_t revision_read;
	uint32_t revision; /* bit 0 the traditional interface, bit 1 DMA */
	enum answer has_dma;
	bool is_list_cut;    /* more items or deeper names than we go into */
	uint32_t item_count; /* all of them; the list keeps the first ones */
};

#endif
