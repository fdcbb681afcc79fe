// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mailbox commands that carry a request out: one, or several if a list or a
 * value is longer than the mailbox. Each loop ends after a number of commands
 * that the lengths of the request and of the mailbox bound, whatever the device
 * answers.
 *
 * CXL 3.2, 8.2.9.6.
 */
#include "feature.h"

static int send(struct cxl_fwctl_channel *channel,
		struct cxl_fwctl_message *message)
{
	size_t room = message->out_len;
	int err;

	err = channel->send(channel, message);
	if (err)
		return err;
	if (message->retval)
		message->out_len = 0;
	return message->out_len > room ? -EPROTO : 0;
}

static int get_entries(struct cxl_fwctl_channel *channel, __u16 start,
		       void *page, size_t *len, __u16 *retval)
{
	struct cxl_mbox_get_sup_feats_in in = {};
	struct cxl_fwctl_message message = {
		.opcode = CXL_FWCTL_GET_SUPPORTED,
		.in = &in,
		.in_len = sizeof(in),
		.out = page,
		.out_len = *len,
	};
	int err;

	/* In the mailbox the count includes the header of the answer. */
	cxl_fwctl_put_le32(&in.count, (__u32)*len);
	cxl_fwctl_put_le16(&in.start_idx, start);
	err = send(channel, &message);
	*len = message.out_len;
	*retval = message.retval;
	return err;
}

/* Appends the entries of one answer, and checks it against those before. */
static int take_entries(struct cxl_fwctl_features *features, const void *page,
			size_t len, __u32 *supported)
{
	const struct cxl_mbox_get_sup_feats_out *list = page;
	__u32 nr, all;

	if (len < CXL_FWCTL_LIST_HEADER)
		return -EPROTO;
	nr = cxl_fwctl_le16(&list->num_entries);
	all = cxl_fwctl_le16(&list->supported_feats);
	if (features->nr && all != *supported)
		return -EPROTO;
	*supported = all;
	if (all > CXL_FWCTL_MAX_FEATURES || nr > all - features->nr ||
	    nr > (len - CXL_FWCTL_LIST_HEADER) / CXL_FWCTL_ENTRY)
		return -EPROTO;
	/* Each answer brings the end nearer. */
	if (!nr && features->nr < all)
		return -EPROTO;

	memcpy(&features->entries[features->nr], list->ents,
	       nr * CXL_FWCTL_ENTRY);
	features->nr += nr;
	return 0;
}

/**
 * cxl_fwctl_read_features - read the list of a device's features
 * @channel: the mailbox
 * @features: receives the list; empty unless the function returns 0
 * @page: memory for one answer
 * @page_size: bytes of @page, at least one entry and the list's header
 *
 * Context: as the channel's send; at most %CXL_FWCTL_MAX_FEATURES commands.
 * Return: 0; a positive return code of the device; -EPROTO if its answer makes
 * no sense, or lists more than %CXL_FWCTL_MAX_FEATURES features; or the errno
 * of send.
 */
int cxl_fwctl_read_features(struct cxl_fwctl_channel *channel,
			    struct cxl_fwctl_features *features, void *page,
			    size_t page_size)
{
	__u32 supported = 0;
	__u16 retval;
	size_t len;
	int err;

	if (page_size > channel->payload_size)
		page_size = channel->payload_size;
	features->nr = 0;
	do {
		len = page_size;
		err = get_entries(channel, (__u16)features->nr, page, &len,
				  &retval);
		if (!err)
			err = retval ?: take_entries(features, page, len,
						     &supported);
		if (err) {
			features->nr = 0;
			return err;
		}
	} while (features->nr < supported);
	return 0;
}

/**
 * cxl_fwctl_same_entries - ask the device whether a feature is as it was
 * @channel: the mailbox
 * @features: those that the device has reported
 * @in: a Set Feature request that cxl_fwctl_classify() admits
 *
 * Firmware may be another one since the list was read: after an update, a
 * reset.
 *
 * Context: as the channel's send; at most %CXL_FWCTL_MAX_FEATURES commands, and
 * one for a device that lists each feature once.
 * Return: true if each entry of the feature is the same.
 */
bool cxl_fwctl_same_entries(struct cxl_fwctl_channel *channel,
			    const struct cxl_fwctl_features *features,
			    const void *in)
{
	const void *uuid = (const __u8 *)in + CXL_FWCTL_IN_HEADER;
	__u8 page[CXL_FWCTL_LIST_HEADER + CXL_FWCTL_ENTRY];
	__u16 retval;
	size_t len;
	__u32 i;

	for (i = 0; i < features->nr; i++) {
		if (memcmp(&features->entries[i].uuid, uuid,
			   sizeof(features->entries[i].uuid)))
			continue;
		len = sizeof(page);
		if (get_entries(channel, (__u16)i, page, &len, &retval) ||
		    retval || len != sizeof(page) ||
		    memcmp(page + CXL_FWCTL_LIST_HEADER, &features->entries[i],
			   CXL_FWCTL_ENTRY))
			return false;
	}
	return true;
}

/**
 * cxl_fwctl_answer - write the header of an answer
 * @out: the answer, struct fwctl_rpc_cxl_out
 * @out_len: receives the length of the answer in bytes
 * @size: length of the payload in bytes
 * @retval: return code
 *
 * Context: any.
 */
void cxl_fwctl_answer(void *out, size_t *out_len, size_t size, __u32 retval)
{
	const struct fwctl_rpc_cxl_out_hdr header = {
		.size = (__u32)size,
		.retval = retval,
	};

	memcpy(out, &header, sizeof(header));
	*out_len = sizeof(header) + size;
}

/**
 * cxl_fwctl_list - answer Get Supported Features
 * @features: those that the device has reported
 * @in: a request that cxl_fwctl_classify() admits
 * @out: room for the answer, as long as the request asks for
 * @out_len: receives the length of the answer in bytes
 *
 * Context: any.
 */
void cxl_fwctl_list(const struct cxl_fwctl_features *features, const void *in,
		    void *out, size_t *out_len)
{
	const __u8 *op = (const __u8 *)in + CXL_FWCTL_IN_HEADER;
	__u8 *list = (__u8 *)out + CXL_FWCTL_OUT_HEADER;
	__u32 start, nr;

	nr = cxl_fwctl_le32(op + offsetof(struct cxl_mbox_get_sup_feats_in,
					  count)) / (__u32)CXL_FWCTL_ENTRY;
	start = cxl_fwctl_le16(op + offsetof(struct cxl_mbox_get_sup_feats_in,
					     start_idx));
	if (start && start >= features->nr) {
		cxl_fwctl_answer(out, out_len, 0, CXL_FWCTL_INVALID_INPUT);
		return;
	}
	if (nr > features->nr - start)
		nr = features->nr - start;

	memset(list, 0, CXL_FWCTL_LIST_HEADER);
	cxl_fwctl_put_le16(list + offsetof(struct cxl_mbox_get_sup_feats_out,
					   num_entries), (__u16)nr);
	cxl_fwctl_put_le16(list + offsetof(struct cxl_mbox_get_sup_feats_out,
					   supported_feats), (__u16)features->nr);
	memcpy(list + CXL_FWCTL_LIST_HEADER, &features->entries[start],
	       nr * CXL_FWCTL_ENTRY);
	cxl_fwctl_answer(out, out_len,
			 CXL_FWCTL_LIST_HEADER + nr * CXL_FWCTL_ENTRY, 0);
}

/**
 * cxl_fwctl_get - carry out Get Feature
 * @channel: the mailbox
 * @in: a request that cxl_fwctl_classify() admits
 * @out: room for the answer, as long as the request asks for
 * @out_len: receives the length of the answer in bytes
 *
 * Context: as the channel's send.
 * Return: 0 with an answer, or the errno of send.
 */
int cxl_fwctl_get(struct cxl_fwctl_channel *channel, const void *in, void *out,
		  size_t *out_len)
{
	__u8 *value = (__u8 *)out + CXL_FWCTL_OUT_HEADER;
	struct cxl_mbox_get_feat_in op;
	struct cxl_fwctl_message message = {
		.opcode = CXL_FWCTL_GET,
		.in = &op,
		.in_len = sizeof(op),
	};
	size_t count, offset, part, done = 0;
	int err;

	memcpy(&op, (const __u8 *)in + CXL_FWCTL_IN_HEADER, sizeof(op));
	count = cxl_fwctl_le16(&op.count);
	offset = cxl_fwctl_le16(&op.offset);
	do {
		part = count - done;
		if (part > channel->payload_size)
			part = channel->payload_size;
		cxl_fwctl_put_le16(&op.offset, (__u16)(offset + done));
		cxl_fwctl_put_le16(&op.count, (__u16)part);
		message.out = value + done;
		message.out_len = part;
		err = send(channel, &message);
		if (err)
			return err;
		if (message.retval) {
			cxl_fwctl_answer(out, out_len, 0, message.retval);
			return 0;
		}
		done += message.out_len;
		/* A short part is the end of the value. */
	} while (done < count && message.out_len == part);
	cxl_fwctl_answer(out, out_len, done, 0);
	return 0;
}

/* Makes the device forget the parts of a value that it has. */
static void abort_set(struct cxl_fwctl_channel *channel,
		      const struct cxl_mbox_set_feat_hdr *header)
{
	struct cxl_mbox_set_feat_hdr op = *header;
	struct cxl_fwctl_message message = {
		.opcode = CXL_FWCTL_SET,
		.in = &op,
		.in_len = sizeof(op),
		.last = true,
	};

	cxl_fwctl_put_le32(&op.flags, CXL_SET_FEAT_FLAG_ABORT_DATA_TRANSFER);
	channel->send(channel, &message);
}

static __u32 action_of(size_t done, size_t part, size_t len)
{
	if (!done)
		return part == len ? CXL_SET_FEAT_FLAG_FULL_DATA_TRANSFER :
				     CXL_SET_FEAT_FLAG_INITIATE_DATA_TRANSFER;
	return done + part == len ? CXL_SET_FEAT_FLAG_FINISH_DATA_TRANSFER :
				    CXL_SET_FEAT_FLAG_CONTINUE_DATA_TRANSFER;
}

/**
 * cxl_fwctl_set - carry out Set Feature
 * @channel: the mailbox
 * @in: a request that cxl_fwctl_classify() admits; overwritten
 * @out: room for the header of the answer
 * @out_len: receives the length of the answer in bytes
 *
 * If a part after the first one fails, the device is told to forget the value.
 *
 * Context: as the channel's send.
 * Return: 0 with an answer, or the errno of send.
 */
int cxl_fwctl_set(struct cxl_fwctl_channel *channel, void *in, void *out,
		  size_t *out_len)
{
	__u8 *value = (__u8 *)in + CXL_FWCTL_IN_HEADER + CXL_FWCTL_SET_HEADER;
	struct cxl_fwctl_message message = { .opcode = CXL_FWCTL_SET };
	struct fwctl_rpc_cxl_hdr request;
	struct cxl_mbox_set_feat_hdr op;
	size_t len, offset, part, done;
	__u32 flags;
	int err = 0;

	memcpy(&request, in, sizeof(request));
	memcpy(&op, (__u8 *)in + CXL_FWCTL_IN_HEADER, sizeof(op));
	len = request.op_size - CXL_FWCTL_SET_HEADER;
	offset = cxl_fwctl_le16(&op.offset);
	flags = cxl_fwctl_le32(&op.flags);

	for (done = 0; done < len; done += part) {
		part = len - done;
		if (part > channel->payload_size - CXL_FWCTL_SET_HEADER)
			part = channel->payload_size - CXL_FWCTL_SET_HEADER;
		cxl_fwctl_put_le32(&op.flags,
				   flags | action_of(done, part, len));
		cxl_fwctl_put_le16(&op.offset, (__u16)(offset + done));
		/* In front of the part, over bytes that were sent already. */
		memcpy(value + done - sizeof(op), &op, sizeof(op));
		message.in = value + done - sizeof(op);
		message.in_len = sizeof(op) + part;
		err = send(channel, &message);
		if (err || message.retval)
			break;
	}
	if (done && done < len)
		abort_set(channel, &op);
	if (!err)
		cxl_fwctl_answer(out, out_len, 0, message.retval);
	return err;
}
