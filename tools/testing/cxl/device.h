/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A memory device with a mailbox, for the tests: it keeps the rules of CXL 3.2,
 * 8.2.9.6, unless it is told to break one.
 */
#ifndef TESTING_CXL_DEVICE_H
#define TESTING_CXL_DEVICE_H

#include "feature.h"

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(_array)	(sizeof(_array) / sizeof((_array)[0]))
#endif

enum {
	/* Return codes that the device uses, in the order of CXL's table */
	DEVICE_BAD_OPCODE = 3,
	DEVICE_OUT_OF_ORDER = 28,

	DEVICE_FEATURES = 300,
	DEVICE_LOG = 512,
};

/* One command that the device has received */
struct device_log {
	__u16 opcode;
	__u32 flags;
	__u16 offset;
	__u16 count;
	bool last;
};

#define LIE(_value)	((_value) + 1)

/* Each member is 0, or LIE() of a value that replaces the right one. */
struct device_lies {
	int num_entries;
	int supported;
	int supported_later;
	int list_len;
	int get_len;
	/* The command with LIE() of this number, from 0, has this answer or fails. */
	int fault_at;
	int fault_retval;
	int fault_errno;
};

struct device {
	struct cxl_fwctl_channel channel;
	struct device_lies lies;
	__u32 nr_features;
	struct cxl_feat_entry features[DEVICE_FEATURES];
	__u8 value[CXL_FWCTL_MAX_VALUE];
	size_t value_len;
	__u8 parts[CXL_FWCTL_MAX_VALUE];
	bool in_transfer;
	size_t nr_commands;
	struct device_log log[DEVICE_LOG];
};

void device_init(struct device *dev, __u32 nr_features, size_t payload_size);

#endif
