/* SPDX-License-Identifier: MIT */
/*
 * A root that is a folder of the host: virtiofs, or 9p over virtio.
 */
#include "rule/judge.h"

#include <string.h>

static bool is_9p(const struct facts *facts)
{
	return facts->root.kind == ROOT_9P;
}

bool is_root_share(const struct facts *facts)
{
	return facts->root.kind == ROOT_VIRTIOFS || is_9p(facts);
}

static bool is_sharing(const struct facts *facts, const struct virtio_device_fact *device)
{
	return device->type == (is_9p(facts) ? VIRTIO_TYPE_9P : VIRTIO_TYPE_FS);
}

/* 9p goes over networks and Xen's rings as well, and then root= is no tag. */
static bool is_transport_other(const struct facts *facts)
{
	char flags[256];
	const char *transport = kernel_parameter(facts, "rootflags", flags, sizeof(flags));

	transport = transport ? strstr(transport, "trans=") : NULL;
	return is_9p(facts) && transport && strncmp(transport, "trans=virtio", 12) != 0;
}

/* The kernel's own word that it looked for the tag and has no such device. */
static const struct kernel_event_fact *refusal_find(const struct facts *facts)
{
	fact_foreach (event, facts->kernel_events) {
		if (event->kind == KERNEL_EVENT_MOUNT_FAILURE && !is_text_empty(event->subject) &&
			is_equal(event->subject, facts->root.value, sizeof(event->subject)))
			return event;
	}
	return NULL;
}

enum answer is_share_missing(const struct facts *facts)
{
	if (facts->root.match_count || facts->root.mounted_us)
		return ANSWER_NO;
	if (is_transport_other(facts))
		return ANSWER_UNKNOWN;
	if (refusal_find(facts))
		return ANSWER_YES;
	/* The tag of a virtiofs device is known since Linux 6.9 only. */
	fact_foreach (device, facts->virtio_devices) {
		if (is_sharing(facts, device) && is_text_empty(device->tag) &&
			!is_text_empty(device->driver))
			return ANSWER_UNKNOWN;
	}
	return has_probed(facts, "virtio") ? ANSWER_YES : ANSWER_UNKNOWN;
}

/* What comes from the guest's command line and goes to a shell of the host holds nothing that means
 * something there. */
static bool is_plain(const char *tag)
{
	return *tag &&
	       tag[strspn(
		       tag, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")] ==
		       '\0';
}

static void fix_share(const struct facts *facts, struct finding *finding)
{
	COPY_OF(tag, facts->root.value);

	if (!is_qemu(&facts->platform) || !is_plain(tag))
		return;
	if (is_9p(facts)) {
		finding_fix(finding, "libvirt", "<filesystem type='mount'> with <target dir='", tag,
			"'/>", NULL);
		finding_fix(finding, "qemu", "-virtfs local,path=FOLDER,mount_tag=", tag,
			",security_model=none", NULL);
		return;
	}
	finding_fix(finding, "proxmox", "qm set VMID --virtiofs0 dirid=", tag, NULL);
	finding_fix(finding, "libvirt",
		"<filesystem> with <driver type='virtiofs'/> and <target dir='", tag, "'/>", NULL);
	finding_fix(finding, "qemu", "-device vhost-user-fs-pci,chardev=ID,tag=", tag, NULL);
}

/* The tags that are known, the first ones. Returns how many devices there are. */
static uint32_t say_tags(struct judgement *judgement, struct finding *finding,
	const struct virtio_device_fact **ret_tagged)
{
	const struct facts *facts = judgement->facts;
	uint32_t count = 0, tagged = 0;

	fact_foreach (device, facts->virtio_devices) {
		if (!is_sharing(facts, device))
			continue;
		count++;
		if (is_text_empty(device->tag) || tagged >= 3)
			continue;
		finding_say(finding, tagged++ ? ", " : "; what the host shares is ", NULL);
		finding_say_array(finding, device->tag);
		finding_because(judgement, finding, device);
		*ret_tagged = device;
	}
	return count;
}

void say_what_is_shared(struct judgement *judgement, struct finding *finding)
{
	const struct facts *facts = judgement->facts;
	const struct kernel_event_fact *refusal = refusal_find(facts);
	const struct virtio_device_fact *tagged = NULL;
	const char *kind = is_9p(facts) ? "9p" : "virtiofs";
	uint32_t count = say_tags(judgement, finding, &tagged);

	if (!count) {
		finding_say(finding, ": the host shares no folder by ", kind, " with this machine",
			NULL);
	} else if (!tagged) {
		finding_say(finding, ": the host shares a folder by ", kind,
			refusal ? ", and the kernel says that its tag is another one"
				: ", and nothing drives its device",
			NULL);
	}
	finding_because(judgement, finding, refusal);
	if (tagged && count == 1) {
		COPY_OF(tag, tagged->tag);

		finding_fix(finding, "kernel", "root=", tag, " rootfstype=", kind, NULL);
	}
	fix_share(facts, finding);
}

/* VIRTIO 1.2, 4.1.2: 0x1040 and the type; 9p has a transitional id as well. */
static bool is_share_device(const struct unbound_device_fact *device, bool is_9p)
{
	static const char *const IDS[][3] = {
		{"filesystem", "1af4:105a", "1af4:105a"}, {"9p", "1af4:1049", "1af4:1009"}};

	for (size_t i = 0; i < 3; i++) {
		if (is_equal(device->ids, IDS[is_9p][i], sizeof(device->ids)))
			return true;
	}
	return false;
}

bool can_hold_root(const struct facts *facts, const struct unbound_device_fact *device)
{
	if (is_root_share(facts))
		return is_share_device(device, is_9p(facts));
	return !is_share_device(device, false) && !is_share_device(device, true);
}
