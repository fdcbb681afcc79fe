// SPDX-License-Identifier: GPL-2.0-only
/*
 * Capabilities; "HCA Capabilities" in the Ethernet Adapters PRM, mlx5_ifc.h of Linux.
 * A field that is not in the table is zero: the device lacks the capability. The
 * capabilities of a ConnectX-6 Dx with Ethernet ports are only in the maximum set,
 * so that the driver creates no network device.
 */
#include "vcx.h"

#define CAP_PAGE	4096u
#define OUT_CAP		16u
#define IN_FUNCTION	8
#define IN_OTHER	BIT(7)
#define IN_CAP		16u

/* Capabilities by which SET_HCA_CAP places UARs */
#define BIT_UAR_4K		0x240
#define BIT_LOG_UAR_PAGE	0x490
#define BIT_UARS_PER_PAGE	0x520
#define MAX_LOG_UAR_PAGE	4u	/* 64 KiB: the first UAR is at a multiple of it */

enum cap_type {
	CAP_GENERAL		= 0x00,
	CAP_ETHERNET		= 0x01,
	CAP_ODP			= 0x02,
	CAP_ATOMIC		= 0x03,
	CAP_ROCE		= 0x04,
	CAP_FLOW_TABLE		= 0x07,
	CAP_ESWITCH		= 0x09,
	CAP_QOS			= 0x0c,
	CAP_DEBUG		= 0x0d,
	CAP_DEVICE_MEMORY	= 0x0f,
	CAP_TLS			= 0x11,
	CAP_DEVICE_EVENT	= 0x14,
	CAP_CRYPTO		= 0x1a,
	CAP_GENERAL_2		= 0x20,
};

#define CAP_MODE_CURRENT BIT(0)

/* The groups that this family has; a query of another one fails. */
#define CAP_TYPES_KNOWN	(0x0fffffffffull | BIT_ULL(0x25) | BIT_ULL(0x26) | BIT_ULL(0x28))

struct cap_field {
	u8 type;
	bool maximum;	/* not in the current set */
	u16 bit;	/* counted from the most significant bit of the page */
	u8 width;
	u32 value;
};

static const struct cap_field fields[] = {
	{ CAP_GENERAL, false, 0x020, 1, 1 },	/* hca_cap_2 */
	{ CAP_GENERAL, false, 0x080, 8, 15 },	/* log_max_srq_sz */
	{ CAP_GENERAL, false, 0x088, 8, 15 },	/* log_max_qp_sz */
	{ CAP_GENERAL, false, 0x09b, 5, 18 },	/* log_max_qp */
	{ CAP_GENERAL, false, 0x0ab, 5, 17 },	/* log_max_srq */
	{ CAP_GENERAL, false, 0x0c8, 8, 22 },	/* log_max_cq_sz */
	{ CAP_GENERAL, false, 0x0db, 5, 16 },	/* log_max_cq */
	{ CAP_GENERAL, false, 0x0e0, 8, 22 },	/* log_max_eq_sz */
	{ CAP_GENERAL, false, 0x0ea, 6, 24 },	/* log_max_mkey */
	{ CAP_GENERAL, false, 0x0fb, 1, 1 },	/* fast_teardown */
	{ CAP_GENERAL, false, 0x0fc, 4, 7 },	/* log_max_eq */
	{ CAP_GENERAL, false, 0x161, 1, 1 },	/* cc_query_allowed */
	{ CAP_GENERAL, false, 0x16d, 1, 1 },	/* sbcam_reg */
	{ CAP_GENERAL, false, 0x16f, 1, 1 },	/* qcam_reg */
	{ CAP_GENERAL, false, 0x180, 1, 1 },	/* out_of_seq_cnt */
	{ CAP_GENERAL, false, 0x181, 1, 1 },	/* vport_counters */
	{ CAP_GENERAL, false, 0x183, 1, 1 },	/* debug */
	{ CAP_GENERAL, false, 0x186, 10, 256 },	/* max_qp_cnt */
	{ CAP_GENERAL, true, 0x1a3, 1, 1 },	/* eth_virt */
	{ CAP_GENERAL, true, 0x1a5, 1, 1 },	/* ets */
	{ CAP_GENERAL, true, 0x1a6, 1, 1 },	/* nic_flow_table */
	{ CAP_GENERAL, true, 0x1a7, 1, 1 },	/* eswitch_manager */
	{ CAP_GENERAL, true, 0x1a8, 1, 1 },	/* device_memory */
	{ CAP_GENERAL, false, 0x1a9, 1, 1 },	/* mcam_reg */
	{ CAP_GENERAL, false, 0x1aa, 1, 1 },	/* pcam_reg */
	{ CAP_GENERAL, true, 0x1b5, 1, 1 },	/* beacon_led */
	{ CAP_GENERAL, false, 0x1c3, 5, 30 },	/* log_max_msg */
	{ CAP_GENERAL, true, 0x1cc, 4, 8 },	/* max_tc */
	{ CAP_GENERAL, true, 0x1d0, 1, 1 },	/* temp_warn_event */
	{ CAP_GENERAL, true, 0x1d1, 1, 1 },	/* dcbx */
	{ CAP_GENERAL, false, 0x1d2, 1, 1 },	/* general_notification_event */
	{ CAP_GENERAL, true, 0x1da, 1, 1 },	/* wol_g */
	{ CAP_GENERAL, true, 0x1dc, 1, 1 },	/* wol_b */
	{ CAP_GENERAL, false, 0x1f1, 1, 1 },	/* pci_sync_for_fw_update_event */
	{ CAP_GENERAL, true, 0x201, 1, 1 },	/* striding_rq */
	{ CAP_GENERAL, true, 0x21b, 1, 1 },	/* qos */
	{ CAP_GENERAL, true, 0x21c, 1, 1 },	/* eth_net_offloads */
	{ CAP_GENERAL, true, 0x21d, 1, 1 },	/* roce */
	{ CAP_GENERAL, true, 0x21e, 1, 1 },	/* atomic */
	{ CAP_GENERAL, true, 0x227, 1, 1 },	/* pg: paging on demand */
	{ CAP_GENERAL, false, 0x23c, 4, 0xf },	/* xrc, ud, uc, rc */
	{ CAP_GENERAL, true, BIT_UAR_4K, 1, 1 },	/* uar_4k */
	{ CAP_GENERAL, false, 0x24a, 6, 5 },	/* uar_sz: 32 MiB */
	{ CAP_GENERAL, false, 0x258, 8, 12 },	/* log_pg_sz */
	{ CAP_GENERAL, false, 0x280, 16, DIAG_COUNTERS },	/* num_of_diagnostic_counters */
	{ CAP_GENERAL, false, 0x290, 16, 512 },	/* max_wqe_sz_sq */
	{ CAP_GENERAL, false, 0x2b0, 16, 512 },	/* max_wqe_sz_rq */
	{ CAP_GENERAL, false, 0x323, 5, 16 },	/* log_max_transport_domain */
	{ CAP_GENERAL, false, 0x32b, 5, 16 },	/* log_max_pd */
	{ CAP_GENERAL, false, 0x363, 5, 17 },	/* log_max_rq */
	{ CAP_GENERAL, false, 0x36b, 5, 17 },	/* log_max_sq */
	{ CAP_GENERAL, false, 0x373, 5, 17 },	/* log_max_tir */
	{ CAP_GENERAL, false, 0x37b, 5, 16 },	/* log_max_tis */
	{ CAP_GENERAL, false, 0x470, 16, VCX_MAX_EQS - 1 },	/* max_num_eqs */
	{ CAP_GENERAL, true, 0x481, 1, 1 },	/* tls_tx */
	/* The timer counts nanoseconds. */
	{ CAP_GENERAL, false, 0x4c0, 32, 1000 },	/* device_frequency_mhz */
	{ CAP_GENERAL, false, 0x4e0, 32, 1000000 },	/* device_frequency_khz */

	{ CAP_ETHERNET, false, 0x000, 3, 7 },	/* csum, vlan, lro */
	{ CAP_ETHERNET, false, 0x007, 1, 1 },	/* wqe_vlan_insert */
	{ CAP_ETHERNET, false, 0x00b, 5, 18 },	/* max_lso_cap */
	{ CAP_ETHERNET, false, 0x010, 2, 1 },	/* multi_pkt_send_wqe */
	{ CAP_ETHERNET, false, 0x014, 4, 11 },	/* rss_ind_tbl_cap */
	{ CAP_ETHERNET, false, 0x019, 2, 3 },	/* scatter_fcs, enhanced multi-packet send */
	{ CAP_ETHERNET, false, 0x01e, 2, 3 },	/* tunnels: GRE, VXLAN */
	{ CAP_ETHERNET, false, 0x020, 3, 7 },	/* swp, swp_csum, swp_lso */
	{ CAP_ETHERNET, false, 0x030, 8, 16 },	/* max_vxlan_udp_ports */
	{ CAP_ETHERNET, false, 0x050, 16, 1300 },	/* lro_min_mss_size */
	{ CAP_ETHERNET, false, 0x180, 32, 6 },	/* lro_timer_supported_periods */
	{ CAP_ETHERNET, false, 0x1a0, 32, 7 },
	{ CAP_ETHERNET, false, 0x1c0, 32, 8 },
	{ CAP_ETHERNET, false, 0x1e0, 32, 12 },
	{ CAP_ODP, false, 0x040, 32, 0xf8000000 },	/* rc_odp_caps */
	{ CAP_ODP, false, 0x080, 32, 0x90000000 },	/* ud_odp_caps */
	{ CAP_ATOMIC, false, 0x090, 16, 0x3 },	/* atomic_operations */
	{ CAP_ATOMIC, false, 0x0b0, 16, 0x8 },	/* atomic_size_qp */
	{ CAP_ATOMIC, false, 0x0d0, 16, 0x8 },	/* atomic_size_dc */
	{ CAP_ROCE, false, 0x000, 1, 0 },	/* roce_apm */
	{ CAP_ROCE, false, 0x004, 1, 1 },	/* sw_r_roce_src_udp_port */
	{ CAP_ROCE, false, 0x08c, 4, 3 },	/* l3_type */
	{ CAP_ROCE, false, 0x098, 8, 7 },	/* roce_version */
	{ CAP_ROCE, false, 0x0b0, 16, 4791 },	/* r_roce_dest_udp_port */
	{ CAP_ROCE, false, 0x0c0, 16, 0xffff },	/* r_roce_max_src_udp_port */
	{ CAP_ROCE, false, 0x0d0, 16, 0xc000 },	/* r_roce_min_src_udp_port */
	{ CAP_ROCE, false, 0x0f0, 16, 255 },	/* roce_address_table_size */
	{ CAP_FLOW_TABLE, false, 0x000, 1, 1 },	/* nic_rx_multi_path_tirs */
	{ CAP_FLOW_TABLE, false, 0x200, 1, 1 },	/* receive: ft_support */
	{ CAP_FLOW_TABLE, false, 0x230, 8, 20 },	/* log_max_ft_size */
	{ CAP_FLOW_TABLE, false, 0x258, 8, 64 },	/* max_ft_level */
	{ CAP_ESWITCH, false, 0x000, 4, 0xf },	/* vport_svlan_strip and the like */
	{ CAP_QOS, false, 0x000, 4, 0xf },	/* packet_pacing, esw_... */
	{ CAP_QOS, false, 0x005, 2, 3 },	/* packet_pacing_burst_bound, _typical_size */
	{ CAP_QOS, false, 0x008, 4, 0xf },	/* nic_..., packet_pacing_uid */
	{ CAP_QOS, false, 0x040, 32, 100000000 },	/* packet_pacing_max_rate, kb/s */
	{ CAP_QOS, false, 0x060, 32, 1 },	/* packet_pacing_min_rate */
	{ CAP_QOS, false, 0x090, 16, 127 },	/* packet_pacing_rate_table_size */
	{ CAP_QOS, false, 0x0a0, 16, 0xf },	/* esw_element_type */
	{ CAP_QOS, false, 0x0b0, 16, 0x3 },	/* esw_tsar_type */
	{ CAP_QOS, false, 0x0e0, 32, 100 },	/* max_tsar_bw_share */
	{ CAP_DEVICE_MEMORY, false, 0x000, 1, 1 },	/* memic */
	{ CAP_DEVICE_MEMORY, false, 0x02b, 5, 6 },	/* log_min_memic_alloc_size */
	{ CAP_TLS, false, 0x000, 1, 1 },	/* tls_1_2_aes_gcm_128 */
	{ CAP_TLS, false, 0x002, 1, 1 },	/* tls_1_2_aes_gcm_256 */
	{ CAP_DEVICE_EVENT, false, 0x100, 32, 0 },
	{ CAP_DEVICE_EVENT, false, 0x1e0, 32, 0x00000c00 },	/* commands, page requests */
	{ CAP_CRYPTO, false, 0x000, 1, 1 },	/* wrapped_crypto_operational */
	{ CAP_GENERAL_2, false, 0x092, 1, 1 },	/* query_vuid */
	{ CAP_GENERAL_2, false, 0x0a0, 8, 127 },	/* max_reformat_insert_size */
	{ CAP_GENERAL_2, false, 0x0b0, 8, 127 },	/* max_reformat_remove_size */
	{ CAP_GENERAL_2, false, 0x448, 24, VCX_MAX_EQS - 1 },	/* max_num_eqs_24b */
};

static void cap_set(u8 *page, u16 bit, u8 width, u32 value)
{
	for (u8 i = 0; i < width; i++) {
		u16 at = (u16)(bit + width - 1 - i);
		u8 mask = (u8)(0x80 >> (at % 8));

		if (value >> i & 1)
			page[at / 8] |= mask;
		else
			page[at / 8] &= (u8)~mask;
	}
}

static u8 log2_ceil(u32 v)
{
	u8 log = 0;

	while (log < 31 && BIT(log) < v)
		log++;
	return log;
}

static void caps_fill(const struct vcx *vcx, u16 type, bool maximum, u8 page[CAP_PAGE])
{
	memset(page, 0, CAP_PAGE);
	for (unsigned int i = 0; i < ARRAY_SIZE(fields); i++) {
		if (fields[i].type == type && (maximum || !fields[i].maximum))
			cap_set(page, fields[i].bit, fields[i].width, fields[i].value);
	}
	if (type == CAP_DEBUG)
		diag_caps(page);
	if (type != CAP_GENERAL)
		return;
	cap_set(page, 0x030, 16, vcx->function);	/* vhca_id */
	cap_set(page, 0x1b8, 8, vcx->config.ports);
	cap_set(page, 0x335, 1, vcx->card->reset.hot);	/* pcie_reset_using_hotreset_method */
	cap_set(page, 0x463, 5, log2_ceil(vcx->config.max_uctx));
	cap_set(page, 0x6a0, 32, vcx->config.uctx_cap);
}

void caps_init(struct vcx *vcx)
{
	caps_fill(vcx, CAP_GENERAL, false, vcx->fw.cap_current);
}

static bool caps_own_function(const struct cmdq_cmd *cmd)
{
	return !(cmd->in[IN_FUNCTION] & IN_OTHER) && !get_be16(cmd->in + IN_FUNCTION + 2);
}

struct cmd_result caps_query(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	u16 op_mod = get_be16(cmd->in + 6);
	u16 type = op_mod >> 1;
	u8 page[CAP_PAGE] = { 0 };

	if (!caps_own_function(cmd))
		return cmd_fail(ST_BAD_PARAM, SYND_FUNCTION);
	if (type >= 64 || !(CAP_TYPES_KNOWN & BIT_ULL(type)))
		return cmd_fail(ST_BAD_PARAM, SYND_CAP_TYPE);
	if (type == CAP_GENERAL && (op_mod & CAP_MODE_CURRENT))
		memcpy(page, vcx->fw.cap_current, CAP_PAGE);
	else
		caps_fill(vcx, type, !(op_mod & CAP_MODE_CURRENT), page);
	memcpy(cmd->out + OUT_CAP, page, min_size(cmd->out_len - OUT_CAP, CAP_PAGE));
	return cmd_ok();
}

static bool caps_uar_4k(const u8 *page)
{
	return page[BIT_UAR_4K / 8] & 0x80;
}

void caps_place_uars(struct vcx *vcx)
{
	struct vcx_fw *fw = &vcx->fw;

	fw->uar_span = (u8)get_be16(fw->cap_current + BIT_LOG_UAR_PAGE / 8);
	fw->uar_unit = caps_uar_4k(fw->cap_current) ? 0 : fw->uar_span;
}

struct cmd_result caps_set(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	u16 type = get_be16(cmd->in + 6) >> 1;
	u8 page[CAP_PAGE];
	u16 log;

	if (!caps_own_function(cmd))
		return cmd_fail(ST_BAD_PARAM, SYND_FUNCTION);
	if (type != CAP_GENERAL)
		return cmd_fail(ST_BAD_PARAM, SYND_CAP_TYPE);
	memcpy(page, vcx->fw.cap_current, CAP_PAGE);
	memcpy(page, cmd->in + IN_CAP, min_size(cmd->in_len - IN_CAP, CAP_PAGE));
	log = get_be16(page + BIT_LOG_UAR_PAGE / 8);
	if (log > MAX_LOG_UAR_PAGE)
		return cmd_fail(ST_BAD_PARAM, SYND_CAP_VALUE);
	cap_set(page, BIT_UARS_PER_PAGE, 32, caps_uar_4k(page) ? BIT(log) : 0);
	memcpy(vcx->fw.cap_current, page, CAP_PAGE);
	return cmd_ok();
}
