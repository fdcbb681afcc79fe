/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Features of CXL devices: the effect of a request, and the mailbox commands
 * that carry it out.
 *
 * Plain C without kernel functions, so that the same files are built into the
 * module, unit tests and fuzzers. Nothing in here trusts the device: lengths
 * and counts in its answers are checked like those of a caller.
 */
#ifndef __CXL_FWCTL_FEATURES_H
#define __CXL_FWCTL_FEATURES_H

#include <linux/types.h>

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <uapi/fwctl/fwctl.h>
#include <uapi/fwctl/cxl.h>
#else
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <fwctl/fwctl.h>
#include <fwctl/cxl.h>
#endif

/**
 * enum cxl_fwctl_numbers - opcodes, return codes and bounds
 * @CXL_FWCTL_GET_SUPPORTED: opcode of Get Supported Features
 * @CXL_FWCTL_GET: opcode of Get Feature
 * @CXL_FWCTL_SET: opcode of Set Feature
 * @CXL_FWCTL_INVALID_INPUT: return code of the mailbox, CXL 2.0, 8.2.8.4.5.1
 * @CXL_FWCTL_UNSUPPORTED: return code of the mailbox, as above
 * @CXL_FWCTL_MIN_PAYLOAD: bytes of the smallest mailbox, CXL 3.1, 8.2.8.4.3
 * @CXL_FWCTL_MAX_FEATURES: number of features of one device. CXL 3.2 defines
 *	fewer than 20; the field in the device's answer admits 65535.
 * @CXL_FWCTL_MAX_VALUE: bytes of the longest value: offsets have 16 bits
 */
enum cxl_fwctl_numbers {
	CXL_FWCTL_GET_SUPPORTED = 0x0500,
	CXL_FWCTL_GET = 0x0501,
	CXL_FWCTL_SET = 0x0502,
	CXL_FWCTL_INVALID_INPUT = 2,
	CXL_FWCTL_UNSUPPORTED = 3,
	CXL_FWCTL_MIN_PAYLOAD = 256,
	CXL_FWCTL_MAX_FEATURES = 256,
	CXL_FWCTL_MAX_VALUE = 65535,
};

/* Bytes of the parts of requests and answers */
#define CXL_FWCTL_IN_HEADER	sizeof(struct fwctl_rpc_cxl_hdr)
#define CXL_FWCTL_OUT_HEADER	sizeof(struct fwctl_rpc_cxl_out_hdr)
#define CXL_FWCTL_ENTRY		sizeof(struct cxl_feat_entry)
#define CXL_FWCTL_LIST_HEADER	sizeof(struct cxl_mbox_get_sup_feats_out_hdr)
#define CXL_FWCTL_SET_HEADER	sizeof(struct cxl_mbox_set_feat_hdr)

/* Bytes of the longest request that has an effect, and of the longest answer */
#define CXL_FWCTL_MAX_IN	(CXL_FWCTL_IN_HEADER + CXL_FWCTL_SET_HEADER + \
				 CXL_FWCTL_MAX_VALUE)
#define CXL_FWCTL_MAX_OUT	(CXL_FWCTL_OUT_HEADER + CXL_FWCTL_MAX_VALUE)

/**
 * struct cxl_fwctl_features - the features that a device has reported
 * @nr: used entries of @entries
 * @entries: as the device has sent them
 */
struct cxl_fwctl_features {
	__u32 nr;
	struct cxl_feat_entry entries[CXL_FWCTL_MAX_FEATURES];
};

/**
 * struct cxl_fwctl_verdict - the effect of a request
 * @scope: lowest scope that admits the request, an enum fwctl_rpc_scope
 * @writes: the request changes something on the device
 * @number: opcode of the request
 * @name: name of the opcode, or NULL if it is not one that is known
 */
struct cxl_fwctl_verdict {
	__u32 scope;
	bool writes;
	__u32 number;
	const char *name;
};

/**
 * struct cxl_fwctl_message - one mailbox command
 * @opcode: the command
 * @in: payload
 * @in_len: length of the payload in bytes, at most that of the mailbox
 * @out: room for the answer, or NULL
 * @out_len: room in bytes, at most that of the mailbox; send replaces it with
 *	the length of the answer
 * @retval: return code, set by send
 * @last: the device may be going away: send it all the same
 */
struct cxl_fwctl_message {
	__u16 opcode;
	const void *in;
	size_t in_len;
	void *out;
	size_t out_len;
	__u16 retval;
	bool last;
};

/**
 * struct cxl_fwctl_channel - way to a device's mailbox
 * @payload_size: bytes of the mailbox's payload, at least
 *	%CXL_FWCTL_MIN_PAYLOAD
 * @send: execute a command. Returns 0 if the device has answered, or a negative
 *	errno.
 */
struct cxl_fwctl_channel {
	size_t payload_size;
	int (*send)(struct cxl_fwctl_channel *channel,
		    struct cxl_fwctl_message *message);
};

/* feature.c: the effect of a request */
int cxl_fwctl_classify(const struct cxl_fwctl_features *features,
		       const void *in, size_t in_len, size_t out_len,
		       struct cxl_fwctl_verdict *verdict);
void cxl_fwctl_lengths(const void *in, size_t in_len, size_t *in_max,
		       size_t *out_max);

/* transfer.c: the commands that carry a request out */
int cxl_fwctl_read_features(struct cxl_fwctl_channel *channel,
			    struct cxl_fwctl_features *features, void *page,
			    size_t page_size);
bool cxl_fwctl_same_entries(struct cxl_fwctl_channel *channel,
			    const struct cxl_fwctl_features *features,
			    const void *in);
void cxl_fwctl_answer(void *out, size_t *out_len, size_t size, __u32 retval);
void cxl_fwctl_list(const struct cxl_fwctl_features *features, const void *in,
		    void *out, size_t *out_len);
int cxl_fwctl_get(struct cxl_fwctl_channel *channel, const void *in, void *out,
		  size_t *out_len);
int cxl_fwctl_set(struct cxl_fwctl_channel *channel, void *in, void *out,
		  size_t *out_len);

/* Integers are little-endian on the wire, and at odd addresses. */
static inline __u16 cxl_fwctl_le16(const void *at)
{
	const __u8 *p = at;

	return (__u16)(p[0] | p[1] << 8);
}

static inline __u32 cxl_fwctl_le32(const void *at)
{
	const __u8 *p = at;

	return cxl_fwctl_le16(p) | (__u32)cxl_fwctl_le16(p + 2) << 16;
}

static inline void cxl_fwctl_put_le16(void *at, __u16 value)
{
	__u8 *p = at;

	p[0] = (__u8)value;
	p[1] = (__u8)(value >> 8);
}

static inline void cxl_fwctl_put_le32(void *at, __u32 value)
{
	__u8 *p = at;

	cxl_fwctl_put_le16(p, (__u16)value);
	cxl_fwctl_put_le16(p + 2, (__u16)(value >> 16));
}

#endif
