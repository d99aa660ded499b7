/* SPDX-License-Identifier: MIT */
/* Small files of sysfs, procfs and debugfs, and the state of a tty as a captured machine keeps it.
 */
#include "fuzz_text.h"
#include "parse/appended.h"
#include "parse/device_number.h"
#include "parse/modalias.h"
#include "parse/pnp.h"
#include "parse/tty_capture.h"
#include "parse/uptime.h"
#include "parse/virtio_port.h"

static void read_names(const char *text)
{
	struct modalias_identity identity;
	uint32_t major, minor, number;

	if (modalias_identify(text, &identity)) {
		if (identity.role >= ROLE_COUNT)
			abort();
		FUZZ_ENDS(identity.ids);
		FUZZ_ENDS(identity.class_id);
	}
	if (device_number_parse(text, &major, &minor) == 0 &&
		(major > DEVICE_MAJOR_MAX || minor > DEVICE_MINOR_MAX))
		abort();
	(void)virtio_port_number(text, &number);
}

static void read_order(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *cursor = text;
	const char *file;
	size_t count = 0;

	while ((file = appended_next(&cursor))) {
		char name[APPENDED_NAME_SIZE];

		/* It becomes a path. */
		if (++count > size || strchr(file, '/') || strcmp(file, "..") == 0)
			abort();
		appended_module_name(file, name);
		FUZZ_ENDS(name);
	}
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct acpi_device_fact device = {0};
	struct virtio_port_state port;
	struct tty_state tty;
	uint64_t idle_us;
	char *text = fuzz_text(data, size);

	read_names(text);
	free(text);
	read_order(data, size);
	text = fuzz_text(data, size);
	pnp_resources_parse(text, &device);
	free(text);
	if (device.pnp_io_count > ACPI_RANGES_MAX || device.pnp_irq_count > ACPI_RANGES_MAX)
		abort();
	text = fuzz_text(data, size);
	virtio_port_parse(text, &port);
	free(text);
	text = fuzz_text(data, size);
	tty_capture_parse(text, &tty);
	free(text);
	text = fuzz_text(data, size);
	(void)uptime_idle_us(text, &idle_us);
	free(text);
	return 0;
}
