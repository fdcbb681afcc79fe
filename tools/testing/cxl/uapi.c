// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints every offset, length and number of <fwctl/cxl.h> and <cxl/features.h>.
 * tools/testing/steps/uapi builds it with this tree's headers and with Linux's, and
 * compares.
 */
#include <stddef.h>
#include <stdio.h>

/* Linux's header uses these macros of the kernel, and in user space has none of them. */
#ifdef LINUX_HEADERS
#define BIT(_n)			(1UL << (_n))
#define GENMASK(_high, _low)	((1UL << ((_high) + 1)) - (1UL << (_low)))
#define __packed		__attribute__((__packed__))
#endif
#ifndef __counted_by_le
#define __counted_by_le(_member)
#endif
#include <fwctl/cxl.h>

#define STRUCT(_type) \
	printf("%s: %zu bytes, aligned to %zu\n", #_type, sizeof(struct _type), \
	       _Alignof(struct _type))
#define MEMBER(_type, _member) \
	printf("%s.%s: at %zu, %zu bytes\n", #_type, #_member, \
	       offsetof(struct _type, _member), sizeof(((struct _type *)0)->_member))
#define ARRAY(_type, _member) \
	printf("%s.%s: at %zu, elements of %zu bytes\n", #_type, #_member, \
	       offsetof(struct _type, _member), sizeof(((struct _type *)0)->_member[0]))
#define NUMBER(_name) printf("%s = 0x%llx\n", #_name, (unsigned long long)(_name))

int main(void)
{
	STRUCT(fwctl_rpc_cxl);
	STRUCT(fwctl_rpc_cxl_hdr);
	MEMBER(fwctl_rpc_cxl, opcode);
	MEMBER(fwctl_rpc_cxl, flags);
	MEMBER(fwctl_rpc_cxl, op_size);
	MEMBER(fwctl_rpc_cxl, reserved1);
	MEMBER(fwctl_rpc_cxl, hdr);
	MEMBER(fwctl_rpc_cxl, get_sup_feats_in);
	MEMBER(fwctl_rpc_cxl, get_feat_in);
	MEMBER(fwctl_rpc_cxl, set_feat_in);

	STRUCT(fwctl_rpc_cxl_out);
	STRUCT(fwctl_rpc_cxl_out_hdr);
	MEMBER(fwctl_rpc_cxl_out, size);
	MEMBER(fwctl_rpc_cxl_out, retval);
	MEMBER(fwctl_rpc_cxl_out, hdr);
	MEMBER(fwctl_rpc_cxl_out, get_sup_feats_out);
	ARRAY(fwctl_rpc_cxl_out, payload);

	STRUCT(cxl_mbox_get_sup_feats_in);
	MEMBER(cxl_mbox_get_sup_feats_in, count);
	MEMBER(cxl_mbox_get_sup_feats_in, start_idx);
	MEMBER(cxl_mbox_get_sup_feats_in, reserved);

	STRUCT(cxl_feat_entry);
	MEMBER(cxl_feat_entry, uuid);
	MEMBER(cxl_feat_entry, id);
	MEMBER(cxl_feat_entry, get_feat_size);
	MEMBER(cxl_feat_entry, set_feat_size);
	MEMBER(cxl_feat_entry, flags);
	MEMBER(cxl_feat_entry, get_feat_ver);
	MEMBER(cxl_feat_entry, set_feat_ver);
	MEMBER(cxl_feat_entry, effects);
	MEMBER(cxl_feat_entry, reserved);

	STRUCT(cxl_mbox_get_sup_feats_out);
	STRUCT(cxl_mbox_get_sup_feats_out_hdr);
	MEMBER(cxl_mbox_get_sup_feats_out, num_entries);
	MEMBER(cxl_mbox_get_sup_feats_out, supported_feats);
	MEMBER(cxl_mbox_get_sup_feats_out, reserved);
	MEMBER(cxl_mbox_get_sup_feats_out, hdr);
	ARRAY(cxl_mbox_get_sup_feats_out, ents);

	STRUCT(cxl_mbox_get_feat_in);
	MEMBER(cxl_mbox_get_feat_in, uuid);
	MEMBER(cxl_mbox_get_feat_in, offset);
	MEMBER(cxl_mbox_get_feat_in, count);
	MEMBER(cxl_mbox_get_feat_in, selection);

	STRUCT(cxl_mbox_set_feat_in);
	STRUCT(cxl_mbox_set_feat_hdr);
	MEMBER(cxl_mbox_set_feat_in, uuid);
	MEMBER(cxl_mbox_set_feat_in, flags);
	MEMBER(cxl_mbox_set_feat_in, offset);
	MEMBER(cxl_mbox_set_feat_in, version);
	MEMBER(cxl_mbox_set_feat_in, rsvd);
	MEMBER(cxl_mbox_set_feat_in, hdr);
	ARRAY(cxl_mbox_set_feat_in, feat_data);

	NUMBER(CXL_CMD_CONFIG_CHANGE_COLD_RESET);
	NUMBER(CXL_CMD_CONFIG_CHANGE_IMMEDIATE);
	NUMBER(CXL_CMD_DATA_CHANGE_IMMEDIATE);
	NUMBER(CXL_CMD_POLICY_CHANGE_IMMEDIATE);
	NUMBER(CXL_CMD_LOG_CHANGE_IMMEDIATE);
	NUMBER(CXL_CMD_SECURITY_STATE_CHANGE);
	NUMBER(CXL_CMD_BACKGROUND);
	NUMBER(CXL_CMD_BGCMD_ABORT_SUPPORTED);
	NUMBER(CXL_CMD_EFFECTS_VALID);
	NUMBER(CXL_CMD_CONFIG_CHANGE_CONV_RESET);
	NUMBER(CXL_CMD_CONFIG_CHANGE_CXL_RESET);
	NUMBER(CXL_CMD_EFFECTS_RESERVED);
	NUMBER(CXL_FEATURE_F_CHANGEABLE);
	NUMBER(CXL_FEATURE_F_PERSIST_FW_UPDATE);
	NUMBER(CXL_FEATURE_F_DEFAULT_SEL);
	NUMBER(CXL_FEATURE_F_SAVED_SEL);
	NUMBER(CXL_GET_FEAT_SEL_CURRENT_VALUE);
	NUMBER(CXL_GET_FEAT_SEL_DEFAULT_VALUE);
	NUMBER(CXL_GET_FEAT_SEL_SAVED_VALUE);
	NUMBER(CXL_GET_FEAT_SEL_MAX);
	NUMBER(CXL_SET_FEAT_FLAG_FULL_DATA_TRANSFER);
	NUMBER(CXL_SET_FEAT_FLAG_INITIATE_DATA_TRANSFER);
	NUMBER(CXL_SET_FEAT_FLAG_CONTINUE_DATA_TRANSFER);
	NUMBER(CXL_SET_FEAT_FLAG_FINISH_DATA_TRANSFER);
	NUMBER(CXL_SET_FEAT_FLAG_ABORT_DATA_TRANSFER);
	NUMBER(CXL_SET_FEAT_FLAG_DATA_TRANSFER_MAX);
	NUMBER(CXL_SET_FEAT_FLAG_DATA_TRANSFER_MASK);
	NUMBER(CXL_SET_FEAT_FLAG_DATA_SAVED_ACROSS_RESET);
	return 0;
}
