/* SPDX-License-Identifier: MIT */
#include "parse/modalias.h"

#include "base/text.h"

#include <stdint.h>
#include <string.h>

enum {
	PCI_VENDOR_VIRTIO = 0x1af4,
	/* VIRTIO 1.2, 4.1.2: transitional ids, then 0x1040 + type. */
	PCI_VIRTIO_FIRST = 0x1000,
	PCI_VIRTIO_MODERN = 0x1040,
	PCI_VIRTIO_LAST = 0x107f,
	PCI_CLASS_STORAGE = 0x01,
	PCI_SUBCLASS_NVM = 0x08,
	PCI_CLASS_NETWORK = 0x02,
	PCI_CLASS_COMMUNICATION = 0x07,
	PCI_SUBCLASS_SERIAL = 0x00,
	PCI_SUBCLASS_MULTIPORT = 0x02,
};

static const struct {
	uint32_t type;
	const char *name;
	enum device_role role;
} VIRTIO_TYPES[] = {
	{1, "network", ROLE_NETWORK},
	{2, "block", ROLE_STORAGE},
	{3, "console", ROLE_SERIAL},
	{4, "entropy", ROLE_VIRTIO},
	{5, "balloon", ROLE_VIRTIO},
	{8, "scsi", ROLE_STORAGE},
	{9, "9p", ROLE_STORAGE},
	{16, "gpu", ROLE_VIRTIO},
	{18, "input", ROLE_VIRTIO},
	{19, "vsock", ROLE_VIRTIO},
	{20, "crypto", ROLE_VIRTIO},
	{23, "iommu", ROLE_VIRTIO},
	{24, "memory", ROLE_VIRTIO},
	{25, "sound", ROLE_VIRTIO},
	{26, "filesystem", ROLE_STORAGE},
	{27, "pmem", ROLE_STORAGE},
};

/* The types of the transitional PCI ids 0x1000 to 0x1009. */
static const uint8_t TRANSITIONAL_TYPES[] = {1, 2, 5, 3, 8, 4, 0, 0, 0, 9};

/* ACPI ids, compatible ones included. */
static const struct {
	const char *id;
	enum device_role role;
} ACPI_IDS[] = {
	{"PNP0500", ROLE_SERIAL}, {"PNP0501", ROLE_SERIAL}, {"ARMH0011", ROLE_SERIAL}, /* PL011 */
	{"ARMHB000", ROLE_SERIAL},                           /* generic UART of the SBSA */
	{"RSCV0003", ROLE_SERIAL},                           /* 16550 on RISC-V */
	{"QEMU0002", ROLE_FWCFG}, {"LNRO0005", ROLE_VIRTIO}, /* virtio-mmio */
	{"VMBUS", ROLE_OTHER},                               /* everything of Hyper-V hangs on it */
	{"VMBus", ROLE_OTHER}, {"PNP0600", ROLE_STORAGE},    /* IDE */
	{"LNRO001E", ROLE_STORAGE},                          /* AHCI */
	{"PNP0D40", ROLE_STORAGE},                           /* SD and eMMC hosts */
	{"80860F14", ROLE_STORAGE}, {"ACPI0012", ROLE_STORAGE}, /* NVDIMM root */
};

static const struct {
	const char *modalias;
	const char *name;
	enum device_role role;
} EXACT[] = {
	{"scsi:t-0x00", "disk", ROLE_STORAGE},
	{"scsi:t-0x04", "worm", ROLE_STORAGE},
	{"scsi:t-0x05", "cd", ROLE_STORAGE},
	{"scsi:t-0x07", "optical", ROLE_STORAGE},
	{"scsi:t-0x0e", "rbc", ROLE_STORAGE},
	{"xen:vbd", "vbd", ROLE_STORAGE},
	{"xen:vif", "vif", ROLE_NETWORK},
	/* linux/hyperv.h HV_SCSI_GUID, HV_IDE_GUID, HV_SYNTHFC_GUID, HV_NIC_GUID */
	{"vmbus:d96361baa104294db60572e2ffb1dc7f", "scsi", ROLE_STORAGE},
	{"vmbus:32264132cb86a2449b5c50d1417354f5", "ide", ROLE_STORAGE},
	{"vmbus:4acc9b2f6900f34ab76b6fd0be528cda", "fc", ROLE_STORAGE},
	{"vmbus:635161f83edfc546913ff2d2f965ed0e", "net", ROLE_NETWORK},
};

const char *virtio_type_name(uint32_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(VIRTIO_TYPES); i++) {
		if (VIRTIO_TYPES[i].type == type)
			return VIRTIO_TYPES[i].name;
	}
	return NULL;
}

enum device_role virtio_type_role(uint32_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(VIRTIO_TYPES); i++) {
		if (VIRTIO_TYPES[i].type == type)
			return VIRTIO_TYPES[i].role;
	}
	return ROLE_VIRTIO;
}

/* Takes "<key><hexadecimal digits>" off *cursor, without a prefix of the digits. */
static bool take_hex(const char **cursor, const char *key, size_t digits, uint32_t *ret_value)
{
	char text[9];

	if (!text_starts_with(*cursor, key))
		return false;
	*cursor += strlen(key);
	if (strnlen(*cursor, digits) < digits ||
		!text_copy_bytes(text, sizeof(text), *cursor, digits) || text[1] == 'x' ||
		text[1] == 'X' || text_parse_u32(text, 16, ret_value) < 0)
		return false;
	*cursor += digits;
	return true;
}

static enum device_role pci_virtio_role(uint32_t device)
{
	uint32_t at = device - PCI_VIRTIO_FIRST;

	if (device >= PCI_VIRTIO_MODERN)
		return virtio_type_role(device - PCI_VIRTIO_MODERN);
	return at < sizeof(TRANSITIONAL_TYPES) ? virtio_type_role(TRANSITIONAL_TYPES[at])
					       : ROLE_VIRTIO;
}

static bool pci_class_role(uint32_t class, uint32_t subclass, enum device_role *ret_role)
{
	if (class == PCI_CLASS_STORAGE)
		*ret_role = subclass == PCI_SUBCLASS_NVM ? ROLE_NVME : ROLE_STORAGE;
	else if (class == PCI_CLASS_NETWORK)
		*ret_role = ROLE_NETWORK;
	else if (class == PCI_CLASS_COMMUNICATION &&
		 (subclass == PCI_SUBCLASS_SERIAL || subclass == PCI_SUBCLASS_MULTIPORT))
		*ret_role = ROLE_SERIAL;
	else
		return false;
	return true;
}

static bool pci_identify(const char *text, struct modalias_identity *identity)
{
	uint32_t vendor, device, skipped, class, subclass, interface;
	struct text ids, class_id;

	if (!take_hex(&text, "v", 8, &vendor) || !take_hex(&text, "d", 8, &device) ||
		!take_hex(&text, "sv", 8, &skipped) || !take_hex(&text, "sd", 8, &skipped) ||
		!take_hex(&text, "bc", 2, &class) || !take_hex(&text, "sc", 2, &subclass) ||
		!take_hex(&text, "i", 2, &interface))
		return false;
	text_init(&ids, identity->ids, sizeof(identity->ids));
	text_append_hex(&ids, vendor, 4);
	text_append_char(&ids, ':');
	text_append_hex(&ids, device, 4);
	text_init(&class_id, identity->class_id, sizeof(identity->class_id));
	text_append_hex(&class_id, class << 16 | subclass << 8 | interface, 6);

	if (vendor == PCI_VENDOR_VIRTIO && device >= PCI_VIRTIO_FIRST &&
		device <= PCI_VIRTIO_LAST) {
		identity->role = pci_virtio_role(device);
		return true;
	}
	return pci_class_role(class, subclass, &identity->role);
}

static bool virtio_identify(const char *text, struct modalias_identity *identity)
{
	struct text ids;
	uint32_t type;

	if (!take_hex(&text, "d", 8, &type))
		return false;
	text_init(&ids, identity->ids, sizeof(identity->ids));
	if (virtio_type_name(type)) {
		text_append(&ids, virtio_type_name(type));
	} else {
		text_append(&ids, "type ");
		text_append_u64(&ids, type);
	}
	identity->role = virtio_type_role(type);
	return true;
}

static bool acpi_identify(const char *text, struct modalias_identity *identity)
{
	while (*text) {
		size_t length = strcspn(text, ":");

		for (size_t i = 0; i < ARRAY_SIZE(ACPI_IDS); i++) {
			if (strlen(ACPI_IDS[i].id) != length ||
				memcmp(ACPI_IDS[i].id, text, length) != 0)
				continue;
			identity->role = ACPI_IDS[i].role;
			return text_copy(identity->ids, sizeof(identity->ids), ACPI_IDS[i].id);
		}
		text += length + (text[length] == ':');
	}
	return false;
}

static bool exact_identify(const char *modalias, struct modalias_identity *identity)
{
	for (size_t i = 0; i < ARRAY_SIZE(EXACT); i++) {
		if (strcmp(EXACT[i].modalias, modalias) != 0)
			continue;
		identity->role = EXACT[i].role;
		return text_copy(identity->ids, sizeof(identity->ids), EXACT[i].name);
	}
	return false;
}

bool modalias_identify(const char *modalias, struct modalias_identity *ret_identity)
{
	static const struct {
		const char *prefix;
		bool (*identify)(const char *text, struct modalias_identity *identity);
	} FORMATS[] = {
		{"pci:", pci_identify},
		{"virtio:", virtio_identify},
		{"acpi:", acpi_identify},
		{"", exact_identify},
	};
	struct modalias_identity identity = {.role = ROLE_OTHER};

	for (size_t i = 0; i < ARRAY_SIZE(FORMATS); i++) {
		if (!text_starts_with(modalias, FORMATS[i].prefix))
			continue;
		if (!FORMATS[i].identify(modalias + strlen(FORMATS[i].prefix), &identity))
			return false;
		*ret_identity = identity;
		return true;
	}
	return false;
}
