/* SPDX-License-Identifier: MIT */
#ifndef PARSE_PNP_H
#define PARSE_PNP_H

#include "bootprobe/facts.h"

/* /sys/bus/pnp/devices/NAME/resources (drivers/pnp/interface.c, resources_show): "state = active",
 * "io 0x3f8-0x3ff", "irq 4", "io disabled". Fills the pnp_ members of the fact; what does not fit
 * its lists, and lines of no interest, are left out. The text is changed. */
void pnp_resources_parse(char *text, struct acpi_device_fact *fact);

#endif
