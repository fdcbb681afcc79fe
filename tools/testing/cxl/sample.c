// SPDX-License-Identifier: GPL-2.0-only
/*
 * Structures whose description, BTF, a compiler writes for btf_test. The first ones
 * have the names and members of cxl_core's, at other offsets.
 */
typedef unsigned long size_type;

struct device {
	char bytes[700];
};

struct cxl_mailbox {
	const struct device *host;
	int numbers[20];
};

struct cxl_mbox_cmd {
	unsigned short opcode;
	void *payload_in;
};

/* Names for names, as many as the reader takes, and one more */
typedef int name1;
typedef name1 name2;
typedef name2 name3;
typedef name3 name4;
typedef name4 name5;
typedef name5 name6;
typedef name6 name7;
typedef name7 name8;
typedef name8 name9;
typedef name9 name10;
typedef name10 name11;
typedef name11 name12;
typedef name12 name13;
typedef name13 name14;
typedef name14 name15;
typedef name15 name16;
typedef name16 name17;

struct large {
	char before[4 << 20];
	name16 sixteen_names;
	name17 more_names;
};

struct cxl_dev_state {
	long before;
	struct device *dev;
	struct cxl_mailbox cxl_mbox;
	volatile size_type payload_size;
	int (*mbox_send)(struct cxl_dev_state *state, struct cxl_mbox_cmd *cmd);
	int (*one_parameter)(struct cxl_dev_state *state);
	long (*returns_long)(struct cxl_dev_state *state, struct cxl_mbox_cmd *cmd);
	int (*other_order)(struct cxl_mbox_cmd *cmd, struct cxl_dev_state *state);
	unsigned int bit:3;
	unsigned int more:13;
	unsigned int whole_byte:8;
	unsigned int after_bits;
};

struct cxl_memdev {
	char before[40];
	struct device dev;
	struct cxl_dev_state *cxlds;
	union {
		struct device *in_a_union;
	};
};

struct large large;
struct cxl_dev_state cxl_state;
struct cxl_memdev cxl_memdev;
