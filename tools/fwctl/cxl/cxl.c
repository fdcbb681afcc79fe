// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl cxl: CXL memory devices.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cxl.h"

static bool cxl_status(const void *in, size_t in_len, const void *out,
		       size_t out_len, struct firmware_status *status)
{
	struct fwctl_rpc_cxl_out_hdr answer;

	(void)in;
	(void)in_len;
	if (out_len < sizeof(answer))
		return false;
	memcpy(&answer, out, sizeof(answer));
	status->status = answer.retval;
	status->name = cxl_status_name(answer.retval);
	return true;
}

/* The scope of Set Feature is in the device: by the effects on the feature. */
static int cxl_request_scope(const void *in, size_t in_len)
{
	struct fwctl_rpc_cxl_hdr head;

	if (in_len < sizeof(head))
		return -1;
	memcpy(&head, in, sizeof(head));
	return head.opcode == CXL_GET_SUPPORTED_FEATURES ||
	       head.opcode == CXL_GET_FEATURE ? FWCTL_RPC_CONFIGURATION : -1;
}

static const char *cxl_command(const void *in, size_t in_len)
{
	static const struct {
		__u32 opcode;
		const char *name;
	} names[] = {
		{ CXL_GET_SUPPORTED_FEATURES, "get_supported_features" },
		{ CXL_GET_FEATURE, "get_feature" },
		{ CXL_SET_FEATURE, "set_feature" },
	};
	struct fwctl_rpc_cxl_hdr head;
	size_t i;

	if (in_len < sizeof(head))
		return NULL;
	memcpy(&head, in, sizeof(head));
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].opcode == head.opcode)
			return names[i].name;
	return NULL;
}

/* Get Supported Features, with room for one. */
static size_t cxl_hello(void *in, size_t room)
{
	struct {
		struct fwctl_rpc_cxl_hdr head;
		struct cxl_mbox_get_sup_feats_in payload;
	} request = {
		.head = {
			.opcode = CXL_GET_SUPPORTED_FEATURES,
			.op_size = sizeof(request.payload),
		},
		.payload.count = htole32(sizeof(struct cxl_feat_entry)),
	};

	if (room < sizeof(request))
		return 0;
	memcpy(in, &request, sizeof(request));
	return sizeof(request);
}

static const char *cxl_word(const char *argument, size_t number)
{
	return strcmp(argument, "FEATURE") ? NULL : cxl_features[number].name;
}

/* An attribute of the memdev, or null if it has none. */
static json_object *attribute(struct fwctl_dev *dev, const char *name)
{
	char text[256];

	if (fwctl_dev_attribute(dev, name, text, sizeof(text)))
		return NULL;
	return json_text(text);
}

/* Likewise, as a number. */
static json_object *number(struct fwctl_dev *dev, const char *name)
{
	char text[256], *end;
	long long value;

	if (fwctl_dev_attribute(dev, name, text, sizeof(text)))
		return NULL;
	errno = 0;
	value = strtoll(text, &end, 0);
	return errno || *end || end == text ? NULL : json_object_new_int64(value);
}

/* The kernel has read these at the device's attachment. */
static void cxl_describe(struct run *run, json_object *object,
			 struct fwctl_dev *dev)
{
	(void)run;
	json_add(object, "serial", attribute(dev, "serial"));
	json_add(object, "firmware", attribute(dev, "firmware_version"));
}

/* Attributes of the memdev: Documentation/ABI/testing/sysfs-bus-cxl of Linux. */
static int identity_run(struct run *run)
{
	struct fwctl_dev *dev;

	if (!vendor_open(run, &dev)) {
		run->result = json_object_new_object();
		json_add(run->result, "device", json_text(fwctl_dev_name(dev)));
		json_add(run->result, "memdev", json_text(fwctl_dev_parent(dev)));
		cxl_describe(run, run->result, dev);
		json_add(run->result, "ram_bytes", number(dev, "ram/size"));
		json_add(run->result, "pmem_bytes", number(dev, "pmem/size"));
		json_add(run->result, "numa_node", number(dev, "numa_node"));
		json_add(run->result, "payload_max", number(dev, "payload_max"));
		json_add(run->result, "label_bytes",
			 number(dev, "label_storage_size"));
		json_add(run->result, "security", attribute(dev, "security/state"));
	}
	fwctl_dev_free(dev);
	return run->code;
}

static const struct column_spec columns[] = {
	{ "DEVICE", "device", 0 },
	{ "MEMDEV", "memdev", 0 },
	{ "SERIAL", "serial", 0 },
	{ "FIRMWARE", "firmware", 0 },
	{ "RAM-BYTES", "ram_bytes", 0 },
	{ "PMEM-BYTES", "pmem_bytes", 0 },
	{ "NUMA-NODE", "numa_node", 0 },
	{ "PAYLOAD-MAX", "payload_max", 0 },
	{ "LABEL-BYTES", "label_bytes", 0 },
	{ "SECURITY", "security", 0 },
	{}
};

static const struct command commands[] = {
	{ .name = "identity", .args = "DEV",
	  .help = "show the memory device: serial number, firmware, sizes",
	  .columns = columns, .run = identity_run },
	{ .name = "feature list", .args = "DEV",
	  .help = "list the features, and when a new value takes effect",
	  .columns = cxl_list_columns, .scope = SCOPE_CONFIGURATION,
	  .run = cxl_list_run, .text = cxl_list_text },
	{ .name = "feature get", .args = "DEV FEATURE [FIELD...]",
	  .help = "show the value of a feature, by field",
	  .options = cxl_get_options, .columns = cxl_get_columns,
	  .scope = SCOPE_CONFIGURATION, .run = cxl_get_run,
	  .text = cxl_get_text },
	{ .name = "feature set", .args = "DEV FEATURE FIELD=VALUE...",
	  .help = "write fields of a feature, and read them back",
	  .options = cxl_set_options, .columns = cxl_set_columns,
	  .scope = SCOPE_LEAST, .run = cxl_set_run, .text = cxl_set_text },
	{}
};

static const char * const bundle[] = {
	"cxl identity %s", "cxl feature list %s", "cxl feature get %s patrol-scrub",
	"cxl feature get %s ecs", "cxl feature get %s soft-ppr",
	"cxl feature get %s hard-ppr", "cxl feature get %s cacheline-sparing",
	"cxl feature get %s row-sparing", "cxl feature get %s bank-sparing",
	"cxl feature get %s rank-sparing", NULL
};

/* The node is below the memdev, a child of the function. */
static const struct hardware hardware = {
	.name = "CXL memory devices with the driver cxl_pci",
	.class = "0x050210",
	.driver = "cxl_pci",
	.module = "cxl_fwctl",
	.node = "mem*/fwctl/fwctl*",
	.absent = "the device has no command for features, or cxl_fwctl failed; see dmesg",
	.help = "check with 'modprobe -a cxl_acpi cxl_port cxl_mem' that a memdev is there",
};

static const struct vendor vendor = {
	.type = FWCTL_DEVICE_TYPE_CXL,
	.status = cxl_status,
	.scope = cxl_request_scope,
	.command = cxl_command,
	.hello = cxl_hello,
	.word = cxl_word,
	.describe = cxl_describe,
	.bundle = bundle,
	.hardware = &hardware,
};

static struct object cxl_object = {
	.name = "cxl", .help = "CXL memory devices", .commands = commands,
	.vendor = &vendor,
};

FWCTL_PLUGIN(cxl_object);
