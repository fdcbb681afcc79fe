// SPDX-License-Identifier: GPL-2.0-only
/*
 * Types, lengths and fields: mstflint's mlxconfig_host.db.
 */
#include <assert.h>

#include "nvconfig.h"

enum nv_class {
	NV_GLOBAL = 0,	/* index 23:0 */
	NV_PORT = 1,	/* port 23:16, index 15:0 */
	NV_PF = 3,	/* host 23:18, function 17:10, index 9:0 */
	NV_HOST = 7,	/* host 23:18, index 17:0 */
};

struct nv_type {
	u8 class;
	u8 port;
	u16 index;
	u8 len;
	bool read_only;
	u32 factory[8];	/* the rest is zero */
};

static const struct nv_type types[] = {
	/* nv_memic_conf, nv_memic_cap */
	{ NV_GLOBAL, 0, 0x6, 4, false, { 0 } },
	{ NV_GLOBAL, 0, 0x7, 4, true, { 0 } },
	/* nv_internal_cpu_conf: the embedded CPU is a separate host */
	{ NV_GLOBAL, 0, 0xc, 16, false, { 0 } },
	{ NV_GLOBAL, 0, 0xd, 16, true, { 0 } },
	/* nv_roce_1_5_conf: next protocol 254 */
	{ NV_GLOBAL, 0, 0x10, 4, false, { 0x000000fe } },
	/* nv_global_pci_conf: 8 VFs, SR-IOV off, 1 PF, 63 MSI-X per PF, 11 per VF */
	{ NV_GLOBAL, 0, 0x80, 12, false, { 0, 0x00010008, 0x02c3f185 } },
	/* nv_global_pci_cap: 127 VFs per PF, 2 PFs, SFs; NV_PF 0x80 depends on it */
	{ NV_GLOBAL, 0, 0x81, 20, true, { 0xdf005800, 0x8002007f, 0x1003f30f, 0x400, 0x4000 } },
	/* nv_tpt_conf */
	{ NV_GLOBAL, 0, 0x82, 4, false, { 0 } },
	/* nv_sw_offload_conf: UCTX_EN; LRO timeouts */
	{ NV_GLOBAL, 0, 0x10a, 8, false, { 0x12b50100, 0x000c8643 } },
	/* nv_sw_offload_cap: prio_tag, uctx, real-time clock, IP over VXLAN */
	{ NV_GLOBAL, 0, 0x10b, 4, true, { 0x80080180 } },
	/* nv_rom_cap */
	{ NV_GLOBAL, 0, 0x101, 4, true, { 0 } },
	/* nv_ib_dc_conf */
	{ NV_GLOBAL, 0, 0x190, 8, false, { 0 } },
	/* nv_vpi_link_type: Ethernet */
	{ NV_PORT, 1, 0x12, 4, false, { 0x00000008 } },
	{ NV_PORT, 2, 0x12, 4, false, { 0x00000008 } },
	/* nv_roce_cc_ecn */
	{ NV_PORT, 1, 0x108, 68, false, { 0 } },
	{ NV_PORT, 2, 0x108, 68, false, { 0 } },
	/* nv_keep_link_up: while Ethernet */
	{ NV_PORT, 1, 0x190, 4, false, { 0x00000001 } },
	{ NV_PORT, 2, 0x190, 4, false, { 0x00000001 } },
	/* nv_qos_conf, nv_qos_cap */
	{ NV_PORT, 1, 0x192, 12, false, { 0 } },
	{ NV_PORT, 2, 0x192, 12, false, { 0 } },
	{ NV_PORT, 1, 0x193, 4, true, { 0 } },
	{ NV_PORT, 2, 0x193, 4, true, { 0 } },
	/* nv_pf_pci_conf: no SFs */
	{ NV_PF, 0, 0x80, 16, false, { 0 } },
	/* nv_hca_conf, nv_hca_cap: RoCE control, write ordering, multi-port */
	{ NV_PF, 0, 0x112, 4, false, { 0 } },
	{ NV_PF, 0, 0x113, 4, true, { 0xb0000000 } },
	/* nv_rom_boot_conf1, nv_rom_boot_conf2 */
	{ NV_PF, 0, 0x221, 4, false, { 0 } },
	{ NV_PF, 0, 0x195, 4, false, { 0 } },
	/* nv_pci_conf: PXE and UEFI ROMs on; nv_pci_cap */
	{ NV_HOST, 0, 0x80, 4, false, { 0x06000000 } },
	{ NV_HOST, 0, 0x81, 4, true, { 0x87800000 } },
};

static_assert(ARRAY_SIZE(types) <= NV_MAX_ITEMS, "NV_MAX_ITEMS");

int nv_find(u32 type)
{
	u8 class = (u8)(type >> 24);
	u32 index = type & 0xffffff;
	u8 port = 0;

	/* One host and one function: their numbers don't tell items apart. */
	switch (class) {
	case NV_PORT:
		port = (u8)(type >> 16);
		index &= 0xffff;
		break;
	case NV_PF:
		index &= 0x3ff;
		break;
	case NV_HOST:
		index &= 0x3ffff;
		break;
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(types); i++) {
		if (types[i].class == class && types[i].index == index && types[i].port == port)
			return (int)i;
	}
	return -1;
}

unsigned int nv_count(void)
{
	return ARRAY_SIZE(types);
}

u32 nv_type(int item)
{
	const struct nv_type *t = &types[item];

	return (u32)t->class << 24 | (u32)t->port << 16 | t->index;
}

u8 nv_len(int item)
{
	return types[item].len;
}

bool nv_writable(int item)
{
	return !types[item].read_only;
}

static void nv_factory(int item, u8 *out)
{
	u8 value[sizeof(types[0].factory)];

	for (unsigned int i = 0; i < ARRAY_SIZE(types[0].factory); i++)
		put_be32(value + 4 * i, types[item].factory[i]);
	memset(out, 0, types[item].len);
	memcpy(out, value, min_size(types[item].len, sizeof(value)));
}

void nv_init(struct nv_config *nv)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(types); i++)
		nv_invalidate(nv, (int)i);
	nv_load(nv);
}

void nv_load(struct nv_config *nv)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(types); i++)
		memcpy(nv->items[i].current, nv->items[i].next, NV_MAX_DATA);
}

void nv_read(const struct nv_config *nv, int item, enum nv_set set, u8 *out)
{
	switch (set) {
	case NV_NEXT:
		memcpy(out, nv->items[item].next, types[item].len);
		break;
	case NV_CURRENT:
		memcpy(out, nv->items[item].current, types[item].len);
		break;
	case NV_FACTORY:
		nv_factory(item, out);
		break;
	}
}

void nv_write(struct nv_config *nv, int item, const u8 *data)
{
	memcpy(nv->items[item].next, data, types[item].len);
}

void nv_invalidate(struct nv_config *nv, int item)
{
	nv_factory(item, nv->items[item].next);
}
