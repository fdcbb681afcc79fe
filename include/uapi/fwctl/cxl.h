/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Requests and answers of FWCTL_RPC for the type FWCTL_DEVICE_TYPE_CXL. Device
 * data of FWCTL_INFO is 4 bytes, 0.
 *
 * Names, numbers and offsets are those of Linux 6.15 and later.
 */
#ifndef _UAPI_FWCTL_CXL_H_
#define _UAPI_FWCTL_CXL_H_

#include <linux/types.h>
#include <linux/stddef.h>
#include <cxl/features.h>

/**
 * struct fwctl_rpc_cxl - request
 * @opcode: 0x0500 Get Supported Features, 0x0501 Get Feature or 0x0502 Set
 *	Feature, in the byte order of the CPU as the next three members
 * @flags: 0
 * @op_size: bytes of the payload, which follows @reserved1
 * @reserved1: 0
 * @get_sup_feats_in: payload of Get Supported Features
 * @get_feat_in: payload of Get Feature
 * @set_feat_in: payload of Set Feature
 */
struct fwctl_rpc_cxl {
	__struct_group(fwctl_rpc_cxl_hdr, hdr, /* no attrs */,
		__u32 opcode;
		__u32 flags;
		__u32 op_size;
		__u32 reserved1;
	);
	union {
		struct cxl_mbox_get_sup_feats_in get_sup_feats_in;
		struct cxl_mbox_get_feat_in get_feat_in;
		struct cxl_mbox_set_feat_in set_feat_in;
	};
};

/**
 * struct fwctl_rpc_cxl_out - answer
 * @size: bytes of the payload, which follows @retval
 * @retval: return code of the mailbox command, 0 for success
 * @get_sup_feats_out: payload of Get Supported Features
 * @payload: payload of Get Feature: bytes of the value
 */
struct fwctl_rpc_cxl_out {
	__struct_group(fwctl_rpc_cxl_out_hdr, hdr, /* no attrs */,
		__u32 size;
		__u32 retval;
	);
	union {
		struct cxl_mbox_get_sup_feats_out get_sup_feats_out;
		__DECLARE_FLEX_ARRAY(__u8, payload);
	};
};

#endif
