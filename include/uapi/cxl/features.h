/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Features of CXL devices: payloads of the mailbox commands Get Supported
 * Features (0x0500), Get Feature (0x0501) and Set Feature (0x0502).
 *
 * Names, numbers and offsets are those of Linux 6.15 and later, sections and
 * tables those of the CXL specification, revision 3.2. All integers are
 * little-endian.
 */
#ifndef _UAPI_CXL_FEATURES_H_
#define _UAPI_CXL_FEATURES_H_

#include <linux/types.h>
#include <linux/stddef.h>

/* A UUID as on the wire: 16 bytes in the order in which a UUID is printed. */
typedef unsigned char __uapi_uuid_t[16];

#ifdef __KERNEL__
#include <linux/uuid.h>
/* Linux's kernel code passes the members of this type as uuid_t. */
static_assert(sizeof(uuid_t) == sizeof(__uapi_uuid_t));
#define __uapi_uuid_t uuid_t
#endif

/**
 * struct cxl_mbox_get_sup_feats_in - request of Get Supported Features
 * @count: bytes of entries that the caller has room for. In the payload of a
 *	mailbox command this includes the header of the answer, 8 bytes; in
 *	FWCTL_RPC it does not
 * @start_idx: index of the first entry of the answer, from 0
 * @reserved: 0
 */
struct cxl_mbox_get_sup_feats_in {
	__le32 count;
	__le16 start_idx;
	__u8 reserved[2];
} __attribute__((__packed__));

/*
 * Bits of cxl_feat_entry.effects: the effects of Set Feature on this feature
 * (table 8-87, "Command Effects").
 */
#define CXL_CMD_CONFIG_CHANGE_COLD_RESET	0x0001
#define CXL_CMD_CONFIG_CHANGE_IMMEDIATE		0x0002
#define CXL_CMD_DATA_CHANGE_IMMEDIATE		0x0004
#define CXL_CMD_POLICY_CHANGE_IMMEDIATE		0x0008
#define CXL_CMD_LOG_CHANGE_IMMEDIATE		0x0010
#define CXL_CMD_SECURITY_STATE_CHANGE		0x0020
#define CXL_CMD_BACKGROUND			0x0040
#define CXL_CMD_BGCMD_ABORT_SUPPORTED		0x0080
/* The two bits below it are meaningful. */
#define CXL_CMD_EFFECTS_VALID			0x0200
#define CXL_CMD_CONFIG_CHANGE_CONV_RESET	0x0400
#define CXL_CMD_CONFIG_CHANGE_CXL_RESET		0x0800
#define CXL_CMD_EFFECTS_RESERVED		0xf000

/**
 * struct cxl_feat_entry - one entry of the answer of Get Supported Features
 * @uuid: the feature
 * @id: index of this entry, from 0
 * @get_feat_size: bytes of the feature's value as Get Feature returns it
 * @set_feat_size: bytes of the feature's value as Set Feature takes it, at most
 * @flags: %CXL_FEATURE_F_CHANGEABLE and the like
 * @get_feat_ver: version of the value that Get Feature returns
 * @set_feat_ver: version of the value that Set Feature takes
 * @effects: %CXL_CMD_CONFIG_CHANGE_COLD_RESET and the like
 * @reserved: 0
 */
struct cxl_feat_entry {
	__uapi_uuid_t uuid;
	__le16 id;
	__le16 get_feat_size;
	__le16 set_feat_size;
	__le32 flags;
	__u8 get_feat_ver;
	__u8 set_feat_ver;
	__le16 effects;
	__u8 reserved[18];
} __attribute__((__packed__));

/* Bits of cxl_feat_entry.flags */
/* Set Feature may change the value. */
#define CXL_FEATURE_F_CHANGEABLE	0x00000001
/* The value survives an update of the firmware. */
#define CXL_FEATURE_F_PERSIST_FW_UPDATE	0x00000010
/* Get Feature knows %CXL_GET_FEAT_SEL_DEFAULT_VALUE. */
#define CXL_FEATURE_F_DEFAULT_SEL	0x00000020
/* Get Feature knows %CXL_GET_FEAT_SEL_SAVED_VALUE. */
#define CXL_FEATURE_F_SAVED_SEL		0x00000040

/**
 * struct cxl_mbox_get_sup_feats_out - answer of Get Supported Features
 * @num_entries: entries in this answer
 * @supported_feats: features of the device
 * @reserved: 0
 * @ents: the entries
 */
struct cxl_mbox_get_sup_feats_out {
	__struct_group(cxl_mbox_get_sup_feats_out_hdr, hdr, /* no attrs */,
		__le16 num_entries;
		__le16 supported_feats;
		__u8 reserved[4];
	);
	struct cxl_feat_entry ents[];
} __attribute__((__packed__));

/**
 * struct cxl_mbox_get_feat_in - request of Get Feature
 * @uuid: the feature
 * @offset: first byte of the value that the answer has
 * @count: bytes of the value that the answer has
 * @selection: &enum cxl_get_feat_selection
 */
struct cxl_mbox_get_feat_in {
	__uapi_uuid_t uuid;
	__le16 offset;
	__le16 count;
	__u8 selection;
} __attribute__((__packed__));

/**
 * enum cxl_get_feat_selection - the value of a feature that Get Feature reads
 * @CXL_GET_FEAT_SEL_CURRENT_VALUE: the value in force
 * @CXL_GET_FEAT_SEL_DEFAULT_VALUE: the value that the device was made with
 * @CXL_GET_FEAT_SEL_SAVED_VALUE: the value after the next reset
 * @CXL_GET_FEAT_SEL_MAX: number of values
 */
enum cxl_get_feat_selection {
	CXL_GET_FEAT_SEL_CURRENT_VALUE,
	CXL_GET_FEAT_SEL_DEFAULT_VALUE,
	CXL_GET_FEAT_SEL_SAVED_VALUE,
	CXL_GET_FEAT_SEL_MAX
};

/**
 * struct cxl_mbox_set_feat_in - request of Set Feature
 * @uuid: the feature
 * @flags: in bits 0 to 2 &enum cxl_set_feat_flag_data_transfer, and
 *	%CXL_SET_FEAT_FLAG_DATA_SAVED_ACROSS_RESET
 * @offset: first byte of the value that @feat_data has
 * @version: version of the value, as in cxl_feat_entry.set_feat_ver
 * @rsvd: 0
 * @feat_data: the value or a part of it
 */
struct cxl_mbox_set_feat_in {
	__struct_group(cxl_mbox_set_feat_hdr, hdr, /* no attrs */,
		__uapi_uuid_t uuid;
		__le32 flags;
		__le16 offset;
		__u8 version;
		__u8 rsvd[9];
	);
	__u8 feat_data[];
} __attribute__((__packed__));

/**
 * enum cxl_set_feat_flag_data_transfer - the part of a value in a Set Feature
 * @CXL_SET_FEAT_FLAG_FULL_DATA_TRANSFER: the whole value
 * @CXL_SET_FEAT_FLAG_INITIATE_DATA_TRANSFER: the first of several parts
 * @CXL_SET_FEAT_FLAG_CONTINUE_DATA_TRANSFER: neither the first nor the last part
 * @CXL_SET_FEAT_FLAG_FINISH_DATA_TRANSFER: the last part; the value takes effect
 * @CXL_SET_FEAT_FLAG_ABORT_DATA_TRANSFER: no part; forget those sent before
 * @CXL_SET_FEAT_FLAG_DATA_TRANSFER_MAX: number of values
 */
enum cxl_set_feat_flag_data_transfer {
	CXL_SET_FEAT_FLAG_FULL_DATA_TRANSFER = 0,
	CXL_SET_FEAT_FLAG_INITIATE_DATA_TRANSFER,
	CXL_SET_FEAT_FLAG_CONTINUE_DATA_TRANSFER,
	CXL_SET_FEAT_FLAG_FINISH_DATA_TRANSFER,
	CXL_SET_FEAT_FLAG_ABORT_DATA_TRANSFER,
	CXL_SET_FEAT_FLAG_DATA_TRANSFER_MAX
};

#define CXL_SET_FEAT_FLAG_DATA_TRANSFER_MASK		0x00000007
#define CXL_SET_FEAT_FLAG_DATA_SAVED_ACROSS_RESET	0x00000008

#endif
