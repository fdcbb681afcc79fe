// SPDX-License-Identifier: GPL-2.0-only
/*
 * See device.h. Answers are written to memory of the length that the mailbox hands
 * out, so that a sanitizer sees a command that promises more room than it has.
 */
#include <stdlib.h>

#include "device.h"

#define OFFSET_OF(_type, _member) offsetof(struct _type, _member)

static size_t said(int lie, size_t truth)
{
	return lie ? (size_t)lie - 1 : truth;
}

static void answer_list(struct device *dev, struct cxl_fwctl_message *m)
{
	const __u8 *in = m->in;
	__u32 count = cxl_fwctl_le32(in);
	__u32 start = cxl_fwctl_le16(in + 4), supported = dev->nr_features, nr;
	__u8 *out = m->out;

	if (m->in_len != 8 || count < 8 || (start >= supported && start)) {
		m->retval = CXL_FWCTL_INVALID_INPUT;
		return;
	}
	nr = (count - 8) / 48;
	if (nr > supported - start)
		nr = supported - start;
	memset(out, 0, 8);
	memcpy(out + 8, &dev->features[start], nr * 48);
	m->out_len = 8 + nr * 48;

	nr = said(dev->lies.num_entries, nr);
	supported = said(dev->lies.supported, supported);
	if (start)
		supported = said(dev->lies.supported_later, supported);
	m->out_len = said(dev->lies.list_len, m->out_len);
	cxl_fwctl_put_le16(out, nr);
	cxl_fwctl_put_le16(out + 2, supported);
}

static void answer_get(struct device *dev, struct cxl_fwctl_message *m)
{
	const __u8 *in = m->in;
	size_t offset = cxl_fwctl_le16(in + 16), count = cxl_fwctl_le16(in + 18);

	if (m->in_len != 21 || offset > dev->value_len) {
		m->retval = CXL_FWCTL_INVALID_INPUT;
		return;
	}
	if (count > dev->value_len - offset)
		count = dev->value_len - offset;
	if (count)
		memcpy(m->out, dev->value + offset, count);
	m->out_len = said(dev->lies.get_len, count);
}

static void answer_set(struct device *dev, struct cxl_fwctl_message *m)
{
	const __u8 *in = m->in;
	__u32 action = cxl_fwctl_le32(in + 16) & 7;
	size_t offset = cxl_fwctl_le16(in + 20), len = m->in_len - 32;
	bool begins = action == CXL_SET_FEAT_FLAG_FULL_DATA_TRANSFER ||
		      action == CXL_SET_FEAT_FLAG_INITIATE_DATA_TRANSFER;

	m->out_len = 0;
	if (m->in_len < 32 || offset + len > dev->value_len) {
		m->retval = CXL_FWCTL_INVALID_INPUT;
		return;
	}
	if (action == CXL_SET_FEAT_FLAG_ABORT_DATA_TRANSFER) {
		dev->in_transfer = false;
		return;
	}
	if (begins)
		memcpy(dev->parts, dev->value, sizeof(dev->value));
	else if (!dev->in_transfer)
		m->retval = DEVICE_OUT_OF_ORDER;
	if (m->retval)
		return;
	memcpy(dev->parts + offset, in + 32, len);
	dev->in_transfer = action == CXL_SET_FEAT_FLAG_INITIATE_DATA_TRANSFER ||
			   action == CXL_SET_FEAT_FLAG_CONTINUE_DATA_TRANSFER;
	if (!dev->in_transfer)
		memcpy(dev->value, dev->parts, sizeof(dev->value));
}

static void write_log(struct device *dev, const struct cxl_fwctl_message *m)
{
	struct device_log *log = &dev->log[dev->nr_commands % DEVICE_LOG];
	const __u8 *in = m->in;

	*log = (struct device_log) { .opcode = m->opcode, .last = m->last };
	if (m->opcode == CXL_FWCTL_SET && m->in_len >= 32) {
		log->flags = cxl_fwctl_le32(in + 16);
		log->offset = cxl_fwctl_le16(in + 20);
		log->count = m->in_len - 32;
	} else if (m->opcode == CXL_FWCTL_GET && m->in_len >= 21) {
		log->offset = cxl_fwctl_le16(in + 16);
		log->count = cxl_fwctl_le16(in + 18);
	}
}

static int device_send(struct cxl_fwctl_channel *channel, struct cxl_fwctl_message *m)
{
	struct device *dev = (struct device *)((char *)channel -
					       OFFSET_OF(device, channel));
	size_t room = m->out_len;

	if (m->in_len > channel->payload_size || room > channel->payload_size)
		abort();
	write_log(dev, m);
	m->retval = 0;
	if (dev->lies.fault_at && dev->nr_commands == said(dev->lies.fault_at, 0)) {
		dev->nr_commands++;
		m->retval = dev->lies.fault_retval;
		/* The length means something only without a return code. */
		m->out_len = 100000;
		return -dev->lies.fault_errno;
	}
	dev->nr_commands++;

	switch (m->opcode) {
	case CXL_FWCTL_GET_SUPPORTED:
		answer_list(dev, m);
		break;
	case CXL_FWCTL_GET:
		answer_get(dev, m);
		break;
	case CXL_FWCTL_SET:
		answer_set(dev, m);
		break;
	default:
		m->retval = DEVICE_BAD_OPCODE;
	}
	return 0;
}

void device_init(struct device *dev, __u32 nr_features, size_t payload_size)
{
	struct cxl_feat_entry *entry;
	size_t i;

	memset(dev, 0, sizeof(*dev));
	dev->channel.payload_size = payload_size;
	dev->channel.send = device_send;
	dev->nr_features = nr_features;
	for (i = 0; i < nr_features; i++) {
		entry = &dev->features[i];
		memset(entry, 0, sizeof(*entry));
		entry->uuid[0] = i;
		entry->uuid[1] = i >> 8;
		entry->uuid[15] = 0xcc;
		cxl_fwctl_put_le16(&entry->id, i);
		cxl_fwctl_put_le16(&entry->get_feat_size, 4);
		cxl_fwctl_put_le16(&entry->set_feat_size, 2);
		cxl_fwctl_put_le32(&entry->flags, CXL_FEATURE_F_CHANGEABLE);
		cxl_fwctl_put_le16(&entry->effects, CXL_CMD_EFFECTS_VALID |
						    CXL_CMD_CONFIG_CHANGE_IMMEDIATE);
	}
	dev->value_len = sizeof(dev->value);
	for (i = 0; i < sizeof(dev->value); i++)
		dev->value[i] = i * 7 + (i >> 8);
}
