/* SPDX-License-Identifier: MIT */
/*
 * What a device's modalias says about it (scripts/mod/file2alias.c has the formats):
 *
 *   pci:v00001AF4d00001004sv00001AF4sd00000008bc01sc00i00
 *   virtio:d00000008v00001AF4
 *   acpi:PNP0501:PNP0500:
 *   scsi:t-0x00
 *   vmbus:d96361baa104294db60572e2ffb1dc7f
 *   xen:vbd
 */
#ifndef PARSE_MODALIAS_H
#define PARSE_MODALIAS_H

#include "bootprobe/facts.h"

#include <stdbool.h>

struct modalias_identity {
	enum device_role role;
	char ids[32];      /* "1af4:1004", "PNP0501", "type 8", "vbd" */
	char class_id[12]; /* PCI only: "010000" */
};

/* True for a device of a kind that a boot may need: storage, serial ports, everything virtio,
 * fw_cfg, the bus of a hypervisor. A network card is one, too: whether this boot needs it, the
 * caller knows. */
bool modalias_identify(const char *modalias, struct modalias_identity *ret_identity);

/* The role of a virtio device by its type (VIRTIO 1.2, section 5), and the type's short name
 * ("block"), or NULL. */
enum device_role virtio_type_role(uint32_t type);
const char *virtio_type_name(uint32_t type);

#endif
