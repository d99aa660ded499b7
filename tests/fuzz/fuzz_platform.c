/* SPDX-License-Identifier: MIT */
/*
 * What a machine says of itself: DMI strings, CPUID leaves, the device tree, /proc/cpuinfo and
 * /proc/meminfo, the marks of an initrd. Sections of the input are separated by NULs.
 */
#include "fuzz_text.h"
#include "parse/hypervisor.h"
#include "parse/initrd.h"
#include "parse/machine.h"

struct input {
	char *at;
	size_t length;
};

/* The next section, or "". */
static char *take(struct input *input)
{
	char *section = input->at;
	size_t length = strlen(section);

	if (length < input->length) {
		input->at += length + 1;
		input->length -= length + 1;
	} else {
		input->at += length;
		input->length = 0;
	}
	return section;
}

#define TAKE(array) strncpy(array, take(&input), sizeof(array) - 1)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct platform_clues clues;
	static struct platform_fact platform;
	static struct initrd_clues initrd;
	char *text = fuzz_text(data, size), fstype[16];
	struct input input = {text, size};

	memset(&clues, 0, sizeof(clues));
	memset(&platform, 0, sizeof(platform));
	memset(&initrd, 0, sizeof(initrd));
	initrd.marks = size ? data[0] : 0;
	clues.is_xen_dom0 = size & 1;
	clues.has_device_tree = size & 2;
	platform.is_efi = size & 4 ? ANSWER_YES : ANSWER_NO;
	TAKE(platform.dmi_sys_vendor);
	TAKE(platform.dmi_product_name);
	TAKE(platform.dmi_product_version);
	TAKE(platform.dmi_bios_vendor);
	TAKE(platform.dmi_bios_version);
	TAKE(platform.dmi_board_name);
	TAKE(clues.xen_type);
	TAKE(clues.xen_guest_type);
	TAKE(clues.acpi_oem_id);
	TAKE(clues.tree_model);
	TAKE(clues.tree_compatible);
	TAKE(clues.tree_hypervisor);
	TAKE(initrd.release);
	TAKE(initrd.init_link);
	TAKE(initrd.init_head);
	(void)cpuid_parse(take(&input), &clues.cpuid);
	(void)cpuinfo_has_flag(take(&input), "hypervisor");
	(void)meminfo_total_kib(take(&input));
	(void)cpu_list_count(take(&input));
	(void)initrd_root_fstype(take(&input), fstype, sizeof(fstype));
	dmi_clean(platform.dmi_product_name);
	hypervisor_decide(&clues, &platform);
	hypervisor_decide_nesting(&clues, &platform);
	hypervisor_decide_machine(&clues, &platform);
	initrd_decide(&initrd, &platform);
	if (platform.hypervisor >= HYPERVISOR_COUNT || platform.firmware >= FIRMWARE_COUNT ||
		platform.initrd >= INITRD_COUNT)
		abort();
	FUZZ_ENDS(platform.machine);
	FUZZ_ENDS(platform.nested_because);
	FUZZ_ENDS(platform.cpuid_signature);
	FUZZ_ENDS(platform.initrd_because);
	free(text);
	return 0;
}
