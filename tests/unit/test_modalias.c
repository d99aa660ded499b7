/* SPDX-License-Identifier: MIT */
#include "parse/modalias.h"

#include "base/text.h"
#include "unit.h"

#include <string.h>

static struct modalias_identity identity;

struct identification {
	const char *modalias;
	enum device_role role;
	const char *ids, *class_id;
};

static void identify_all(const struct identification *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *modalias = cases[i].modalias;

		ck_assert_msg(modalias_identify(modalias, &identity), "%s", modalias);
		ck_assert_msg(identity.role == cases[i].role, "%s: role %d", modalias,
			(int)identity.role);
		ck_assert_str_eq(identity.ids, cases[i].ids);
		ck_assert_str_eq(identity.class_id, cases[i].class_id);
	}
}

START_TEST(devices_of_pci)
{
	static const struct identification CASES[] = {
		/* virtio by its PCI id, whatever the class says: transitional, then modern ones */
		{"pci:v00001AF4d00001000sv00001AF4sd00000001bc02sc00i00", ROLE_NETWORK, "1af4:1000",
			"020000"},
		{"pci:v00001AF4d00001001sv00001AF4sd00000002bc01sc00i00", ROLE_STORAGE, "1af4:1001",
			"010000"},
		{"pci:v00001AF4d00001002sv00001AF4sd00000005bc00scFFi00", ROLE_VIRTIO, "1af4:1002",
			"00ff00"},
		{"pci:v00001AF4d00001003sv00001AF4sd00000003bc07sc80i00", ROLE_SERIAL, "1af4:1003",
			"078000"},
		{"pci:v00001AF4d00001004sv00001AF4sd00000008bc01sc00i00", ROLE_STORAGE, "1af4:1004",
			"010000"},
		{"pci:v00001AF4d00001009sv00001AF4sd00000009bc00sc02i00", ROLE_STORAGE, "1af4:1009",
			"000200"},
		{"pci:v00001AF4d00001042sv00001AF4sd00001100bc01sc80i00", ROLE_STORAGE, "1af4:1042",
			"018000"},
		{"pci:v00001AF4d00001043sv00001AF4sd00001100bc07sc80i00", ROLE_SERIAL, "1af4:1043",
			"078000"},
		{"pci:v00001AF4d0000105Asv00001AF4sd00001100bc01sc80i00", ROLE_STORAGE, "1af4:105a",
			"018000"},
		{"pci:v00001AF4d0000107Fsv00001AF4sd00001100bcFFsc00i00", ROLE_VIRTIO, "1af4:107f",
			"ff0000"},
		/* others by their class */
		{"pci:v00008086d00007010sv00001AF4sd00001100bc01sc01i80", ROLE_STORAGE, "8086:7010",
			"010180"},
		{"pci:v00008086d00002922sv00001AF4sd00001100bc01sc06i01", ROLE_STORAGE, "8086:2922",
			"010601"},
		{"pci:v00001B36d00000010sv00001AF4sd00001100bc01sc08i02", ROLE_NVME, "1b36:0010",
			"010802"},
		{"pci:v00008086d0000100Esv00008086sd0000001Ebc02sc00i00", ROLE_NETWORK, "8086:100e",
			"020000"},
		{"pci:v00001B36d00000002sv00001AF4sd00001100bc07sc00i02", ROLE_SERIAL, "1b36:0002",
			"070002"},
		{"pci:v00001B36d00000003sv00001AF4sd00001100bc07sc02i00", ROLE_SERIAL, "1b36:0003",
			"070200"},
	};

	identify_all(CASES, ARRAY_SIZE(CASES));
}
END_TEST

START_TEST(devices_of_other_buses)
{
	static const struct identification CASES[] = {
		{"virtio:d00000001v00001AF4", ROLE_NETWORK, "network", ""},
		{"virtio:d00000002v00001AF4", ROLE_STORAGE, "block", ""},
		{"virtio:d00000003v00001AF4", ROLE_SERIAL, "console", ""},
		{"virtio:d00000008v00001AF4", ROLE_STORAGE, "scsi", ""},
		{"virtio:d0000001Av00001AF4", ROLE_STORAGE, "filesystem", ""},
		{"virtio:d0000002Av00001AF4", ROLE_VIRTIO, "type 42", ""},
		{"virtio:dFFFFFFFFvFFFFFFFF", ROLE_VIRTIO, "type 4294967295", ""},
		{"acpi:PNP0501:", ROLE_SERIAL, "PNP0501", ""},
		{"acpi:PNP0501:PNP0500:", ROLE_SERIAL, "PNP0501", ""},
		{"acpi:WACF004:PNP0501:", ROLE_SERIAL, "PNP0501", ""},
		{"acpi:QEMU0002:", ROLE_FWCFG, "QEMU0002", ""},
		{"acpi:LNRO0005:", ROLE_VIRTIO, "LNRO0005", ""},
		{"acpi:VMBUS:", ROLE_OTHER, "VMBUS", ""},
		{"acpi:ARMH0011", ROLE_SERIAL, "ARMH0011", ""},
		{"scsi:t-0x00", ROLE_STORAGE, "disk", ""},
		{"scsi:t-0x05", ROLE_STORAGE, "cd", ""},
		{"vmbus:d96361baa104294db60572e2ffb1dc7f", ROLE_STORAGE, "scsi", ""},
		{"vmbus:635161f83edfc546913ff2d2f965ed0e", ROLE_NETWORK, "net", ""},
		{"xen:vbd", ROLE_STORAGE, "vbd", ""},
		{"xen:vif", ROLE_NETWORK, "vif", ""},
	};

	identify_all(CASES, ARRAY_SIZE(CASES));
}
END_TEST

START_TEST(devices_of_none)
{
	static const char *const MODALIASES[] = {
		/* bridges, graphics, SMBus, a modem, a class that is none */
		"pci:v00008086d00001237sv00001AF4sd00001100bc06sc00i00",
		"pci:v00008086d00007000sv00001AF4sd00001100bc06sc01i00",
		"pci:v00001234d00001111sv00001AF4sd00001100bc03sc00i00",
		"pci:v00008086d00002930sv00001AF4sd00001100bc0Csc05i00",
		"pci:v00001B36d00000004sv00001AF4sd00001100bc07sc03i00",
		"pci:v00005853d00000001sv00005853sd00000001bcFFsc80i00",
		/* Red Hat's vendor id, and no virtio device */
		"pci:v00001AF4d00001110sv00001AF4sd00001100bc05sc00i00",
		"pci:v00001AF4d00000FFFsv00001AF4sd00001100bc06sc00i00",
		"acpi:PNP0303:",
		"acpi:LNXCPU:",
		"acpi:PNP05010:",
		"acpi:PNP050:",
		"acpi::",
		"scsi:t-0x01",
		"scsi:t-0x000",
		"xen:vkbd",
		"vmbus:d96361baa104294db60572e2ffb1dc7",
		"platform:serial8250",
		"dmi:bvnSeaBIOS:",
		"usb:v0781p5567d0100dc00dsc00dp00ic08isc06ip50in00",
	};

	for (size_t i = 0; i < ARRAY_SIZE(MODALIASES); i++)
		ck_assert_msg(!modalias_identify(MODALIASES[i], &identity), "%s", MODALIASES[i]);
}
END_TEST

START_TEST(cut_ones_are_nothing)
{
	static const char *const WHOLE[] = {"pci:v00001AF4d00001004sv00001AF4sd00000008bc01sc00i00",
		"virtio:d00000008", "acpi:PNP0501", "scsi:t-0x00",
		"vmbus:d96361baa104294db60572e2ffb1dc7f", "xen:vbd"};
	char cut[64];

	for (size_t i = 0; i < ARRAY_SIZE(WHOLE); i++) {
		ck_assert(modalias_identify(WHOLE[i], &identity));
		for (size_t length = 0; length < strlen(WHOLE[i]); length++) {
			(void)text_copy_bytes(cut, sizeof(cut), WHOLE[i], length);
			ck_assert_msg(!modalias_identify(cut, &identity), "%s", cut);
		}
	}
}
END_TEST

/* What is refused leaves the result as it was. */
START_TEST(lying_ones_are_nothing)
{
	static const char *const MODALIASES[] = {
		"pci:v0000G000d00001004sv00001AF4sd00000008bc01sc00i00",
		"pci:d00001004v00001AF4sv00001AF4sd00000008bc01sc00i00",
		"pci:v 0001AF4d00001004sv00001AF4sd00000008bc01sc00i00",
		"pci:v-0001AF4d00001004sv00001AF4sd00000008bc01sc00i00",
		"pci:v0x001AF4d00001004sv00001AF4sd00000008bc01sc00i00",
		"virtio:d0000000G",
		"virtio:v00001AF4d00000008",
		"PCI:v00001AF4d00001004sv00001AF4sd00000008bc01sc00i00",
	};

	for (size_t i = 0; i < ARRAY_SIZE(MODALIASES); i++) {
		identity = (struct modalias_identity){.role = ROLE_NVME, .ids = "before"};
		ck_assert_msg(!modalias_identify(MODALIASES[i], &identity), "%s", MODALIASES[i]);
		ck_assert_int_eq(identity.role, ROLE_NVME);
		ck_assert_str_eq(identity.ids, "before");
	}
}
END_TEST

START_TEST(wide_ids_are_not_cut)
{
	ck_assert(modalias_identify(
		"pci:vFFFFFFFFdFFFFFFFFsvFFFFFFFFsdFFFFFFFFbc01scFFiFF", &identity));
	ck_assert_str_eq(identity.ids, "ffffffff:ffffffff");
	ck_assert_str_eq(identity.class_id, "01ffff");
}
END_TEST

START_TEST(virtio_types)
{
	ck_assert_str_eq(virtio_type_name(2), "block");
	ck_assert_str_eq(virtio_type_name(19), "vsock");
	ck_assert_ptr_null(virtio_type_name(0));
	ck_assert_ptr_null(virtio_type_name(UINT32_MAX));
	ck_assert_int_eq(virtio_type_role(9), ROLE_STORAGE);
	ck_assert_int_eq(virtio_type_role(19), ROLE_VIRTIO);
	ck_assert_int_eq(virtio_type_role(UINT32_MAX), ROLE_VIRTIO);
}
END_TEST

UNIT_MAIN("modalias", devices_of_pci, devices_of_other_buses, devices_of_none, cut_ones_are_nothing,
	lying_ones_are_nothing, wide_ids_are_not_cut, virtio_types)
