// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target: a description of types that consists of any bytes. A member that
 * is found lies inside of its structure, whatever the description says.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "btf.h"

#define ARRAY_SIZE(_array)	(sizeof(_array) / sizeof((_array)[0]))

static const struct cxl_fwctl_btf_member members[] = {
	{ "cxl_memdev", "dev", CXL_FWCTL_BTF_STRUCT, "device", NULL, 700 },
	{ "cxl_memdev", "cxlds", CXL_FWCTL_BTF_STRUCT_POINTER, "cxl_dev_state", NULL,
	  8 },
	{ "cxl_dev_state", "payload_size", CXL_FWCTL_BTF_INTEGER, NULL, NULL, 8 },
	{ "cxl_dev_state", "mbox_send", CXL_FWCTL_BTF_SEND, "cxl_dev_state",
	  "cxl_mbox_cmd", 8 },
	{ "cxl_mbox_cmd", "payload_in", CXL_FWCTL_BTF_POINTER, NULL, NULL, 8 },
};

static void find_members(const struct cxl_fwctl_btf *btf)
{
	__u32 offset;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(members); i++) {
		offset = UINT32_MAX;
		if (!cxl_fwctl_btf_offset(btf, &members[i], &offset) &&
		    offset > UINT32_MAX / 8 + 1) {
			fprintf(stderr, "member %zu: offset %u\n", i, offset);
			abort();
		}
	}
}

int fuzz_one(const uint8_t *data, size_t size);

int fuzz_one(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct cxl_fwctl_btf btf;

	if (!copy)
		abort();
	memcpy(copy, data, size);
	if (!cxl_fwctl_btf_open(&btf, copy, size))
		find_members(&btf);
	free(copy);
	return 0;
}
