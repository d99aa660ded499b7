/* SPDX-License-Identifier: MIT */
#ifndef PROBE_ACPI_KERNEL_H
#define PROBE_ACPI_KERNEL_H

#include "bootprobe/facts.h"
#include "source/sources.h"

/* Is it one of the devices that are reported one by one (by _HID or _CID)? */
bool acpi_is_of_interest(const struct acpi_device_fact *fact);

/* Adds the kernel's view (sys/bus/acpi, sys/bus/pnp, the tty behind it) to the devices in
 * facts->acpi_devices, by path, and appends those of interest that only the kernel knows. */
void acpi_kernel_join(const struct sources *sources, struct facts *facts);

#endif
