// SPDX-License-Identifier: GPL-2.0-only
/*
 * The three requests of a CXL device. No other file of the tool builds them or parses
 * their answers.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "cxl.h"

/*
 * The answer of Get Supported Features has 8 bytes and 48 for each entry, and the
 * payload of a mailbox has at least 256 bytes (CXL 3.2, 8.2.8.4.3).
 */
#define ENTRIES 5
/* The header of an entry's answer, and of an answer without a payload. */
#define LIST_HEADER sizeof(struct cxl_mbox_get_sup_feats_out_hdr)
#define ANSWER_HEADER sizeof(struct fwctl_rpc_cxl_out_hdr)
#define REQUEST_HEADER sizeof(struct fwctl_rpc_cxl_hdr)

/* Return codes: CXL 3.2, table 8-34, as QEMU's include/hw/cxl/cxl_device.h has them. */
static const char * const status_names[] = {
	"SUCCESS", "BACKGROUND_STARTED", "INVALID_INPUT", "UNSUPPORTED",
	"INTERNAL_ERROR", "RETRY_REQUIRED", "BUSY", "MEDIA_DISABLED",
	"FW_TRANSFER_IN_PROGRESS", "FW_TRANSFER_OUT_OF_ORDER",
	"FW_AUTHENTICATION_FAILED", "FW_INVALID_SLOT", "FW_ROLLED_BACK",
	"FW_RESET_REQUIRED", "INVALID_HANDLE", "INVALID_PHYSICAL_ADDRESS",
	"POISON_LIMIT_REACHED", "MEDIA_FAILURE", "ABORTED",
	"INVALID_SECURITY_STATE", "INCORRECT_PASSPHRASE", "UNSUPPORTED_MAILBOX",
	"INVALID_PAYLOAD_LENGTH",
};

const char *cxl_status_name(__u32 status)
{
	return status < ARRAY_SIZE(status_names) ? status_names[status] : NULL;
}

/* A UUID has its bytes in the order in which it is printed. */
void cxl_uuid_text(const __u8 *uuid, char text[CXL_UUID_LEN])
{
	int i;

	for (i = 0; i < 16; i++)
		text += sprintf(text, "%s%02x", i == 4 || i == 6 || i == 8 ||
				i == 10 ? "-" : "", uuid[i]);
}

/*
 * Send a request whose answer has at most @room bytes of payload. With a report it is
 * sent like send_next_rpc() does; without one it is sent also under --dry-run, under
 * the scope configuration. *@payload is the payload in *@answer, which the caller
 * frees, and *@len its length; 0 under --dry-run. Returns an exit code.
 */
static int send(struct run *run, struct fwctl_dev *dev, __u32 opcode,
		const void *data, size_t size, size_t room, json_object *report,
		__u8 **answer, size_t *len)
{
	struct fwctl_rpc_cxl_hdr head = { .opcode = opcode, .op_size = size };
	struct buffer in = { malloc(REQUEST_HEADER + size), REQUEST_HEADER + size };
	struct buffer out = { calloc(1, ANSWER_HEADER + room), ANSWER_HEADER + room };
	struct fwctl_rpc_cxl_out_hdr result = {};
	struct firmware_status status = {};
	int ret;

	*answer = out.data;
	*len = 0;
	if (!in.data || !out.data) {
		free(in.data);
		return fail(run, FWCTL_EXIT_USAGE, "no memory");
	}
	memcpy(mempcpy(in.data, &head, REQUEST_HEADER), data, size);
	if (report) {
		send_next_rpc(run, dev, &in, &out, report);
	} else {
		ret = fwctl_dev_rpc(dev, FWCTL_RPC_CONFIGURATION, in.data, in.len,
				    out.data, &out.len);
		if (ret)
			fail_errno(run, ret, fwctl_dev_error(dev));
		else if (out.len > ANSWER_HEADER + room)
			out.len = ANSWER_HEADER + room;
	}
	free(in.data);
	if (run->code || (report && run->set.dry_run))
		return run->code;
	if (out.len < ANSWER_HEADER)
		return fail(run, FWCTL_EXIT_FIRMWARE,
			    "%s: the answer has %zu bytes instead of at least %zu: an error of the driver",
			    fwctl_dev_name(dev), out.len, ANSWER_HEADER);
	memcpy(&result, out.data, ANSWER_HEADER);
	status.status = result.retval;
	status.name = cxl_status_name(result.retval);
	if (result.retval)
		return fail_firmware(run, fwctl_dev_name(dev), &status);
	*len = out.len - ANSWER_HEADER;
	if (*len > result.size)
		*len = result.size;
	return 0;
}

/* Read the entries from @start on, of @total that the device claims to have. */
static int read_some(struct run *run, struct fwctl_dev *dev, __u16 start,
		     struct cxl_feat_entry *entries, size_t *count,
		     size_t *total, json_object *report)
{
	struct cxl_mbox_get_sup_feats_in in = {
		.count = htole32(ENTRIES * sizeof(*entries)),
		.start_idx = htole16(start),
	};
	struct cxl_mbox_get_sup_feats_out_hdr head;
	size_t len;
	__u8 *out;

	*count = 0;
	send(run, dev, CXL_GET_SUPPORTED_FEATURES, &in, sizeof(in),
	     LIST_HEADER + ENTRIES * sizeof(*entries), report, &out, &len);
	if (!run->code && len >= LIST_HEADER) {
		memcpy(&head, out + ANSWER_HEADER, sizeof(head));
		*total = le16toh(head.supported_feats);
		*count = le16toh(head.num_entries);
		if (*count > (len - LIST_HEADER) / sizeof(*entries))
			*count = (len - LIST_HEADER) / sizeof(*entries);
		memcpy(entries, out + ANSWER_HEADER + LIST_HEADER,
		       *count * sizeof(*entries));
	}
	free(out);
	return run->code;
}

/*
 * Read the entries of all features into *@entries, which the caller frees. The report
 * is that of send(). Returns an exit code.
 */
int cxl_read_entries(struct run *run, struct fwctl_dev *dev,
		     struct cxl_feat_entry **entries, size_t *count,
		     json_object *report)
{
	size_t more = ENTRIES, total = ENTRIES;

	*entries = NULL;
	for (*count = 0; more && *count < total; *count += more) {
		struct cxl_feat_entry *room;

		room = reallocarray(*entries, *count + ENTRIES, sizeof(*room));
		if (!room)
			return fail(run, FWCTL_EXIT_USAGE, "no memory");
		*entries = room;
		if (read_some(run, dev, *count, room + *count, &more, &total,
			      report))
			return run->code;
	}
	if (*count < total && !run->set.dry_run)
		return fail(run, FWCTL_EXIT_FIRMWARE,
			    "%s: the device has %zu features and listed %zu of them: an error of the firmware",
			    fwctl_dev_name(dev), total, *count);
	return 0;
}

/*
 * Read the value of a feature, whose entry is known, into value->data, which the
 * caller frees. The report is that of send(). Returns an exit code.
 */
int cxl_read_value(struct run *run, struct fwctl_dev *dev,
		   enum cxl_get_feat_selection selection,
		   struct cxl_value *value, json_object *report)
{
	struct cxl_mbox_get_feat_in in = {
		.count = value->entry.get_feat_size, .selection = selection,
	};
	size_t room = le16toh(value->entry.get_feat_size);
	__u8 *out;

	memcpy(&in.uuid, &value->entry.uuid, sizeof(in.uuid));
	send(run, dev, CXL_GET_FEATURE, &in, sizeof(in), room, report, &out,
	     &value->len);
	free(value->data);
	value->data = out;
	if (!run->code)
		memmove(out, out + ANSWER_HEADER, value->len);
	return run->code;
}

/* Write the value of a feature. Returns an exit code. */
int cxl_write_value(struct run *run, struct fwctl_dev *dev,
		    const struct cxl_value *value, __u32 flags, const __u8 *data,
		    size_t len, json_object *report)
{
	struct cxl_mbox_set_feat_hdr head = {
		.flags = htole32(flags), .version = value->entry.set_feat_ver,
	};
	__u8 *payload = malloc(sizeof(head) + len), *out;
	size_t none;

	if (!payload)
		return fail(run, FWCTL_EXIT_USAGE, "no memory");
	memcpy(&head.uuid, &value->entry.uuid, sizeof(head.uuid));
	memcpy(mempcpy(payload, &head, sizeof(head)), data, len);
	send(run, dev, CXL_SET_FEATURE, payload, sizeof(head) + len, 0, report,
	     &out, &none);
	free(payload);
	free(out);
	return run->code;
}
