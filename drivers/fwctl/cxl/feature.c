// SPDX-License-Identifier: GPL-2.0-only
/*
 * The classifier: finds the effect of a request from its bytes and from what
 * the device has reported about its features.
 *
 * Get Supported Features and Get Feature read. The effect of Set Feature is a
 * property of the feature, CXL 3.2, 8.2.9.6.1: an effect at once, on the
 * configuration, data, policy, log or security state; or one at the next reset.
 * A feature that works in the background would occupy the mailbox for a time
 * without a bound, and one whose effects are reserved or missing may do
 * anything.
 */
#include "feature.h"

enum {
	IMMEDIATE = CXL_CMD_CONFIG_CHANGE_IMMEDIATE |
		    CXL_CMD_DATA_CHANGE_IMMEDIATE |
		    CXL_CMD_POLICY_CHANGE_IMMEDIATE |
		    CXL_CMD_LOG_CHANGE_IMMEDIATE |
		    CXL_CMD_SECURITY_STATE_CHANGE,
	AT_RESET = CXL_CMD_CONFIG_CHANGE_COLD_RESET,
	/* Without CXL_CMD_EFFECTS_VALID these say nothing. */
	AT_OTHER_RESET = CXL_CMD_CONFIG_CHANGE_CONV_RESET |
			 CXL_CMD_CONFIG_CHANGE_CXL_RESET,
	NEVER = CXL_CMD_BACKGROUND | CXL_CMD_EFFECTS_RESERVED,
};

static bool is_zero(const __u8 *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (bytes[i])
			return false;
	return true;
}

/*
 * Returns the effects of a feature. All its entries count: a device might list
 * one twice. A feature that is not listed has none.
 */
static __u16 effects_of(const struct cxl_fwctl_features *features,
			const void *uuid, __u16 *set_size)
{
	const struct cxl_feat_entry *entry;
	__u16 effects = 0;
	__u32 i;

	*set_size = CXL_FWCTL_MAX_VALUE;
	for (i = 0; i < features->nr; i++) {
		entry = &features->entries[i];
		if (memcmp(&entry->uuid, uuid, sizeof(entry->uuid)))
			continue;
		effects |= cxl_fwctl_le16(&entry->effects);
		if (!(cxl_fwctl_le32(&entry->flags) & CXL_FEATURE_F_CHANGEABLE))
			effects |= NEVER;
		if (*set_size > cxl_fwctl_le16(&entry->set_feat_size))
			*set_size = cxl_fwctl_le16(&entry->set_feat_size);
	}
	return effects;
}

/* Returns whether a scope admits these effects. */
static bool find_scope(__u16 effects, __u32 *scope)
{
	__u16 at_reset = AT_RESET;

	if (effects & CXL_CMD_EFFECTS_VALID)
		at_reset |= AT_OTHER_RESET;

	if (effects & NEVER)
		return false;
	if (effects & IMMEDIATE)
		*scope = FWCTL_RPC_DEBUG_WRITE_FULL;
	else if (effects & at_reset)
		*scope = FWCTL_RPC_DEBUG_WRITE;
	else
		return false;
	return true;
}

static int classify_list(const __u8 *op, size_t op_size, size_t room)
{
	size_t count;

	if (op_size != sizeof(struct cxl_mbox_get_sup_feats_in))
		return -EMSGSIZE;
	count = cxl_fwctl_le32(op + offsetof(struct cxl_mbox_get_sup_feats_in,
					     count));
	if (room < CXL_FWCTL_LIST_HEADER ||
	    count > room - CXL_FWCTL_LIST_HEADER)
		return -EMSGSIZE;
	return 0;
}

static int classify_get(const __u8 *op, size_t op_size, size_t room)
{
	size_t count, offset;

	if (op_size != sizeof(struct cxl_mbox_get_feat_in))
		return -EMSGSIZE;
	count = cxl_fwctl_le16(op + offsetof(struct cxl_mbox_get_feat_in,
					     count));
	offset = cxl_fwctl_le16(op + offsetof(struct cxl_mbox_get_feat_in,
					      offset));
	if (count > room || offset + count > CXL_FWCTL_MAX_VALUE)
		return -EMSGSIZE;
	return 0;
}

/*
 * The kernel cuts a long value into parts itself. Parts that a caller cuts are
 * refused: other callers' requests would come between them.
 */
static int classify_set(const struct cxl_fwctl_features *features,
			const __u8 *op, size_t op_size,
			struct cxl_fwctl_verdict *verdict)
{
	__u16 set_size;
	size_t offset;
	__u32 flags;

	verdict->writes = true;
	if (op_size <= CXL_FWCTL_SET_HEADER)
		return -EMSGSIZE;

	flags = cxl_fwctl_le32(op + offsetof(struct cxl_mbox_set_feat_in,
					     flags));
	if (flags & ~CXL_SET_FEAT_FLAG_DATA_SAVED_ACROSS_RESET ||
	    !is_zero(op + offsetof(struct cxl_mbox_set_feat_in, rsvd),
		     sizeof(((struct cxl_mbox_set_feat_in *)NULL)->rsvd)))
		return -EBADMSG;

	if (!find_scope(effects_of(features, op, &set_size), &verdict->scope))
		return -EBADMSG;

	offset = cxl_fwctl_le16(op + offsetof(struct cxl_mbox_set_feat_in,
					      offset));
	if (offset + op_size - CXL_FWCTL_SET_HEADER > set_size)
		return -EMSGSIZE;
	return 0;
}

/**
 * cxl_fwctl_classify - find the effect of a request
 * @features: those that the device has reported
 * @in: the request, struct fwctl_rpc_cxl, unchecked
 * @in_len: length of the request in bytes; bytes after the payload are ignored
 * @out_len: room for the answer in bytes
 * @verdict: receives the effect; its scope is set only if the function returns
 *	0
 *
 * Does not read beyond @in_len. Of an admitted request the members flags and
 * reserved1 are 0, and @in_len covers op_size.
 *
 * Context: any.
 * Return: 0; -EMSGSIZE if a length is wrong; -EBADMSG if no scope admits the
 * request.
 */
int cxl_fwctl_classify(const struct cxl_fwctl_features *features,
		       const void *in, size_t in_len, size_t out_len,
		       struct cxl_fwctl_verdict *verdict)
{
	const __u8 *op = (const __u8 *)in + CXL_FWCTL_IN_HEADER;
	struct fwctl_rpc_cxl_hdr header;
	size_t room;

	*verdict = (struct cxl_fwctl_verdict) {};
	if (in_len < CXL_FWCTL_IN_HEADER || out_len < CXL_FWCTL_OUT_HEADER)
		return -EMSGSIZE;
	memcpy(&header, in, sizeof(header));
	room = out_len - CXL_FWCTL_OUT_HEADER;

	verdict->number = header.opcode;
	switch (header.opcode) {
	case CXL_FWCTL_GET_SUPPORTED:
		verdict->name = "get_supported_features";
		break;
	case CXL_FWCTL_GET:
		verdict->name = "get_feature";
		break;
	case CXL_FWCTL_SET:
		verdict->name = "set_feature";
		break;
	default:
		return -EBADMSG;
	}
	if (header.flags || header.reserved1)
		return -EBADMSG;
	if (header.op_size > in_len - CXL_FWCTL_IN_HEADER)
		return -EMSGSIZE;

	switch (header.opcode) {
	case CXL_FWCTL_GET_SUPPORTED:
		return classify_list(op, header.op_size, room);
	case CXL_FWCTL_GET:
		return classify_get(op, header.op_size, room);
	default:
		return classify_set(features, op, header.op_size, verdict);
	}
}

/**
 * cxl_fwctl_lengths - find how much memory a request and its answer can need
 * @in: the request, unchecked
 * @in_len: length of the request in bytes
 * @in_max: receives bytes of the request that have an effect
 * @out_max: receives bytes of the longest answer
 *
 * For a request that cxl_fwctl_classify() admits, both are exact bounds; others
 * are not sent.
 *
 * Context: any.
 */
void cxl_fwctl_lengths(const void *in, size_t in_len, size_t *in_max,
		       size_t *out_max)
{
	struct fwctl_rpc_cxl_hdr header;

	*in_max = CXL_FWCTL_IN_HEADER;
	*out_max = CXL_FWCTL_OUT_HEADER;
	if (in_len < CXL_FWCTL_IN_HEADER)
		return;
	memcpy(&header, in, sizeof(header));
	if (header.op_size > in_len - CXL_FWCTL_IN_HEADER ||
	    header.op_size > CXL_FWCTL_MAX_IN - CXL_FWCTL_IN_HEADER)
		return;

	*in_max += header.op_size;
	if (header.opcode == CXL_FWCTL_GET_SUPPORTED)
		*out_max += CXL_FWCTL_LIST_HEADER +
			    CXL_FWCTL_MAX_FEATURES * CXL_FWCTL_ENTRY;
	else if (header.opcode == CXL_FWCTL_GET)
		*out_max += CXL_FWCTL_MAX_VALUE;
}
