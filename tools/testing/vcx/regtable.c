// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of registers: size, fields and the source of their values. Layouts:
 * register_access_table.adb of mstflint, include/linux/mlx5/mlx5_ifc.h of Linux.
 * Values: a dual-port 100GbE adapter on PCIe Gen4 x16 with moderate traffic, whose
 * links are up over two metres of copper.
 */
#include "registers.h"

#define KEPT(_at, _bit, _width, _value) \
	{ .at = _at, .bit = _bit, .width = _width, .source = SRC_KEPT, .value = _value }
#define ECHOED(_at, _bit, _width) \
	{ .at = _at, .bit = _bit, .width = _width, .source = SRC_ECHO }
#define WAVE(_at, _bit, _width, _middle, _amplitude) \
	{ .at = _at, .bit = _bit, .width = _width, .source = SRC_WAVE, .value = _middle, \
	  .rate = _amplitude }
#define TEXT(_at, _len, _text) \
	{ .at = _at, .width = _len, .source = SRC_TEXT, .text = _text }

/* Traffic per second */
#define RX_BYTES	12500000
#define TX_BYTES	9400000
#define RX_FRAMES	11000
#define TX_FRAMES	9000

/* PTYS: Ethernet protocols, capable and in operation (100GBASE-CR4), extended and legacy */
#define ETH_EXT_CAP	0x000007f2
#define ETH_EXT_OPER	0x00000200
#define ETH_CAP		0xf8f0b0c0
#define ETH_OPER	0x00100000

static const struct reg_field qpts[] = {
	KEPT(0x4, 0, 3, 1),		/* trust_state: PCP */
	END
};

static const struct reg_field qetcr[] = {
	/* Of each traffic class: group, bw_allocation, max_bw_units, max_bw_value. */
	KEPT(0x8, 16, 4, 0), KEPT(0x8, 0, 7, 13),
	KEPT(0xc, 16, 4, 0), KEPT(0xc, 0, 16, 0),
	KEPT(0x10, 16, 4, 1), KEPT(0x10, 0, 7, 13),
	KEPT(0x14, 16, 4, 0), KEPT(0x14, 0, 16, 0),
	KEPT(0x18, 16, 4, 2), KEPT(0x18, 0, 7, 13),
	KEPT(0x1c, 16, 4, 0), KEPT(0x1c, 0, 16, 0),
	KEPT(0x20, 16, 4, 3), KEPT(0x20, 0, 7, 13),
	KEPT(0x24, 16, 4, 0), KEPT(0x24, 0, 16, 0),
	KEPT(0x28, 16, 4, 4), KEPT(0x28, 0, 7, 12),
	KEPT(0x2c, 16, 4, 0), KEPT(0x2c, 0, 16, 0),
	KEPT(0x30, 16, 4, 5), KEPT(0x30, 0, 7, 12),
	KEPT(0x34, 16, 4, 0), KEPT(0x34, 0, 16, 0),
	KEPT(0x38, 16, 4, 6), KEPT(0x38, 0, 7, 12),
	KEPT(0x3c, 16, 4, 0), KEPT(0x3c, 0, 16, 0),
	KEPT(0x40, 16, 4, 7), KEPT(0x40, 0, 7, 12),
	KEPT(0x44, 16, 4, 0), KEPT(0x44, 0, 16, 0),
	END
};

static const struct reg_field qtct[] = {
	ECHOED(0x0, 16, 8),
	KEPT(0x4, 0, 4, 0),		/* tclass */
	END
};

static const struct reg_field pcap[] = {
	KEPT(0x4, 0, 32, 0), KEPT(0x8, 0, 32, 0), KEPT(0xc, 0, 32, 0),
	KEPT(0x10, 0, 32, 0x00000800),	/* port_capability_mask */
	END
};

static const struct reg_field pmlp[] = {
	CONST(0x0, 0, 8, 4),		/* width */
	/* Of each lane: module, tx_lane, rx_lane. */
	CONST(0x4, 0, 8, 0), CONST(0x4, 16, 4, 0), CONST(0x4, 24, 4, 0),
	CONST(0x8, 0, 8, 0), CONST(0x8, 16, 4, 1), CONST(0x8, 24, 4, 1),
	CONST(0xc, 0, 8, 0), CONST(0xc, 16, 4, 2), CONST(0xc, 24, 4, 2),
	CONST(0x10, 0, 8, 0), CONST(0x10, 16, 4, 3), CONST(0x10, 24, 4, 3),
	END
};

static const struct reg_field pmtu[] = {
	CONST(0x4, 16, 16, 10240),	/* max_mtu */
	KEPT(0x8, 16, 16, 1522),	/* admin_mtu */
	CONST(0xc, 16, 16, 1522),	/* oper_mtu */
	END
};

static const struct reg_field ptys[] = {
	ECHOED(0x0, 0, 3),		/* proto_mask */
	CONST(0x0, 29, 1, 1),		/* an_disable_cap */
	KEPT(0x0, 30, 1, 0),		/* an_disable_admin */
	CONST(0x4, 0, 16, 1000),	/* data_rate_oper: 100 Gb/s */
	CONST(0x4, 16, 12, 100),	/* max_port_rate */
	CONST(0x4, 28, 4, 1),		/* an_status: completed */
	CONST(0x8, 0, 32, ETH_EXT_CAP),
	CONST(0xc, 0, 32, ETH_CAP),
	KEPT(0x14, 0, 32, ETH_EXT_CAP),
	KEPT(0x18, 0, 32, ETH_CAP),
	CONST(0x20, 0, 32, ETH_EXT_OPER),
	CONST(0x24, 0, 32, ETH_OPER),
	CONST(0x2c, 0, 4, 7),		/* connector_type: direct attach copper */
	CONST(0x2c, 4, 20, 2578),	/* lane_rate_oper */
	END
};

static const struct reg_field ppad[] = {
	KEPT(0x0, 0, 16, 0xb859),	/* mac_47_32 */
	KEPT(0x4, 0, 32, 0x9f000010),	/* mac_31_0 */
	END
};

static const struct reg_field pfcc[] = {
	CONST(0x8, 30, 1, 1),		/* aptx */
	KEPT(0x8, 31, 1, 1),		/* pptx */
	KEPT(0x8, 16, 8, 0),		/* pfctx */
	CONST(0xc, 30, 1, 1),		/* aprx */
	KEPT(0xc, 31, 1, 1),		/* pprx */
	KEPT(0xc, 16, 8, 0),		/* pfcrx */
	KEPT(0x10, 0, 16, 8000),	/* device_stall_critical_watermark */
	KEPT(0x10, 16, 16, 200),	/* device_stall_minor_watermark */
	END
};

static const struct reg_field ppcnt[] = {
	ECHOED(0x0, 24, 8),		/* swid */
	ECHOED(0x0, 14, 2),		/* pnat */
	ECHOED(0x4, 0, 5),		/* prio_tc */
	END
};

/* Counters of PPCNT and MPCNT begin at byte 8. */
static const struct reg_field ppcnt_802_3[] = {
	COUNT(0x08, 1843207, TX_FRAMES),	/* a_frames_transmitted_ok */
	COUNT(0x10, 2193111, RX_FRAMES),	/* a_frames_received_ok */
	COUNT(0x18, 3, 0),			/* a_frame_check_sequence_errors */
	COUNT(0x28, 1925103112, TX_BYTES),	/* a_octets_transmitted_ok */
	COUNT(0x30, 2492115713, RX_BYTES),	/* a_octets_received_ok */
	COUNT(0x38, 812, 1),			/* a_multicast_frames_xmitted_ok */
	COUNT(0x40, 19, 0),			/* a_broadcast_frames_xmitted_ok */
	COUNT(0x48, 9315, 2),			/* a_multicast_frames_received_ok */
	COUNT(0x50, 431, 1),			/* a_broadcast_frames_received_ok */
	COUNT(0x70, 2, 0),			/* a_symbol_error_during_carrier */
	COUNT(0x78, 4411, 3),			/* a_mac_control_frames_transmitted */
	COUNT(0x80, 1207, 1),			/* a_mac_control_frames_received */
	COUNT(0x90, 1207, 1),			/* a_pause_mac_ctrl_frames_received */
	COUNT(0x98, 4411, 3),			/* a_pause_mac_ctrl_frames_transmitted */
	END
};

static const struct reg_field ppcnt_2863[] = {
	COUNT(0x08, 2492115713, RX_BYTES),	/* if_in_octets */
	COUNT(0x10, 2183365, RX_FRAMES - 3),	/* if_in_ucast_pkts */
	COUNT(0x18, 112, 0),			/* if_in_discards */
	COUNT(0x20, 5, 0),			/* if_in_errors */
	COUNT(0x30, 1925103112, TX_BYTES),	/* if_out_octets */
	COUNT(0x38, 1842376, TX_FRAMES - 1),	/* if_out_ucast_pkts */
	COUNT(0x40, 0, 0),			/* if_out_discards */
	COUNT(0x50, 9315, 2),			/* if_in_multicast_pkts */
	COUNT(0x58, 431, 1),			/* if_in_broadcast_pkts */
	COUNT(0x60, 812, 1),			/* if_out_multicast_pkts */
	COUNT(0x68, 19, 0),			/* if_out_broadcast_pkts */
	END
};

static const struct reg_field ppcnt_2819[] = {
	COUNT(0x08, 112, 0),			/* ether_stats_drop_events */
	COUNT(0x10, 2492115713, RX_BYTES),	/* ether_stats_octets */
	COUNT(0x18, 2193111, RX_FRAMES),	/* ether_stats_pkts */
	COUNT(0x20, 431, 1),			/* ether_stats_broadcast_pkts */
	COUNT(0x28, 9315, 2),			/* ether_stats_multicast_pkts */
	COUNT(0x30, 3, 0),			/* ether_stats_crc_align_errors */
	COUNT(0x60, 200113, 1000),		/* ether_stats_pkts64octets */
	COUNT(0x68, 309112, 1500),		/* ether_stats_pkts65to127octets */
	COUNT(0x70, 120100, 600),		/* ether_stats_pkts128to255octets */
	COUNT(0x78, 80043, 400),		/* ether_stats_pkts256to511octets */
	COUNT(0x80, 60011, 300),		/* ether_stats_pkts512to1023octets */
	COUNT(0x88, 1423732, 7200),		/* ether_stats_pkts1024to1518octets */
	END
};

static const struct reg_field ppcnt_3635[] = {
	COUNT(0x10, 3, 0),			/* dot3stats_fcs_errors */
	COUNT(0x68, 2, 0),			/* dot3stats_symbol_errors */
	COUNT(0x78, 1207, 1),			/* dot3in_pause_frames */
	COUNT(0x80, 4411, 3),			/* dot3out_pause_frames */
	END
};

static const struct reg_field ppcnt_extended[] = {
	COUNT(0x08, 901, 4),			/* port_transmit_wait */
	COUNT(0x10, 77, 1),			/* ecn_marked */
	COUNT(0x30, 13, 0),			/* rx_buffer_almost_full */
	COUNT(0x38, 1, 0),			/* rx_buffer_full */
	COUNT(0x58, 100113, 800),		/* tx_stats_pkts64octets */
	COUNT(0x60, 209112, 1300),		/* tx_stats_pkts65to127octets */
	COUNT(0x80, 1323982, 6900),		/* tx_stats_pkts1024to1518octets */
	END
};

static const struct reg_field ppcnt_discard[] = {
	COUNT(0x08, 112, 0),			/* ingress_general */
	COUNT(0x18, 40, 0),			/* ingress_vlan_membership */
	COUNT(0x30, 6, 0),			/* loopback_filter */
	END
};

/* Every priority returns these counters: all traffic has one priority. */
static const struct reg_field ppcnt_priority[] = {
	COUNT(0x08, 2492115713, RX_BYTES),	/* rx_octets */
	COUNT(0x28, 2193111, RX_FRAMES),	/* rx_frames */
	COUNT(0x30, 1925103112, TX_BYTES),	/* tx_octets */
	COUNT(0x50, 1843207, TX_FRAMES),	/* tx_frames */
	COUNT(0x58, 1207, 1),			/* rx_pause */
	COUNT(0x60, 90312, 70),			/* rx_pause_duration */
	COUNT(0x68, 4411, 3),			/* tx_pause */
	COUNT(0x80, 112, 0),			/* rx_discards */
	END
};

static const struct reg_field ppcnt_tc[] = {
	CONST(0x08, 0, 32, 0), CONST(0x0c, 0, 32, 2048),	/* tc_transmit_queue */
	COUNT(0x10, 0, 0),			/* tc_no_buffer_discard_uc */
	END
};

static const struct reg_field ppcnt_phy[] = {
	COUNT(0x08, 0, 1000),			/* time_since_last_clear, ms */
	COUNT(0x10, 2, 0),			/* symbol_errors */
	COUNT(0x80, 9120, 12),			/* rs_fec_corrected_blocks */
	COUNT(0x88, 0, 0),			/* rs_fec_uncorrectable_blocks */
	COUNT(0x90, 400000000, 19531250),	/* rs_fec_no_errors_blocks */
	COUNT(0xa0, 9733, 13),			/* rs_fec_corrected_symbols_total */
	COUNT(0xa8, 2411, 4),			/* rs_fec_corrected_symbols_lane0 */
	COUNT(0xb0, 2502, 3),
	COUNT(0xb8, 2390, 3),
	COUNT(0xc0, 2430, 3),
	CONST(0xc8, 0, 32, 1),			/* link_down_events */
	END
};

static const struct reg_field ppcnt_phy_statistics[] = {
	COUNT(0x08, 0, 1000),			/* time_since_last_clear, ms */
	COUNT(0x10, 4000000000, 4294967295),	/* phy_received_bits */
	COUNT(0x18, 2, 0),			/* phy_symbol_errors */
	COUNT(0x20, 9733, 13),			/* phy_corrected_bits */
	COUNT(0x28, 2411, 4),			/* phy_raw_errors_lane0 */
	COUNT(0x30, 2502, 3),
	COUNT(0x38, 2390, 3),
	COUNT(0x40, 2430, 3),
	CONST(0x68, 0, 4, 15),			/* raw_ber: 15e-11 */
	CONST(0x68, 8, 8, 11),
	CONST(0x6c, 0, 4, 15),			/* effective_ber: 15e-255, none */
	CONST(0x6c, 8, 8, 255),
	CONST(0x70, 0, 4, 15),			/* symbol_ber */
	CONST(0x70, 8, 8, 255),
	END
};

static const struct reg_field ppcnt_ib[] = {
	CONST(0x08, 16, 16, 2),			/* symbol_error_counter */
	CONST(0x08, 0, 8, 1),			/* link_downed_counter */
	COUNT32(0x1c, 481275778, TX_BYTES / 4),	/* port_xmit_data */
	COUNT32(0x20, 623028928, RX_BYTES / 4),	/* port_rcv_data */
	COUNT32(0x24, 1843207, TX_FRAMES),	/* port_xmit_pkts */
	COUNT32(0x28, 2193111, RX_FRAMES),	/* port_rcv_pkts */
	COUNT32(0x2c, 901, 4),			/* port_xmit_wait */
	END
};

static const struct reg_page ppcnt_groups[] = {
	{ 0x00, ppcnt_802_3 },
	{ 0x01, ppcnt_2863 },
	{ 0x02, ppcnt_2819 },
	{ 0x03, ppcnt_3635 },
	{ 0x05, ppcnt_extended },
	{ 0x06, ppcnt_discard },
	{ 0x10, ppcnt_priority },
	{ 0x11, ppcnt_tc },
	{ 0x12, ppcnt_phy },
	{ 0x16, ppcnt_phy_statistics },
	{ 0x20, ppcnt_ib },
	{ 0 }
};

static const struct reg_field pbmc[] = {
	KEPT(0x4, 16, 16, 65535),	/* xoff_timer_value */
	KEPT(0x4, 0, 16, 32767),	/* xoff_refresh */
	CONST(0x8, 0, 16, 4096),	/* port_buffer_size */
	/* Of each buffer: size in cells, xon_threshold, xoff_threshold. */
	KEPT(0xc, 0, 16, 4096), KEPT(0x10, 0, 16, 1024), KEPT(0x10, 16, 16, 2048),
	KEPT(0x14, 0, 16, 0), KEPT(0x18, 0, 16, 0), KEPT(0x18, 16, 16, 0),
	KEPT(0x1c, 0, 16, 0), KEPT(0x20, 0, 16, 0), KEPT(0x20, 16, 16, 0),
	KEPT(0x24, 0, 16, 0), KEPT(0x28, 0, 16, 0), KEPT(0x28, 16, 16, 0),
	END
};

static const struct reg_field ppsc[] = {
	KEPT(0x10, 0, 4, 0),		/* wrps_admin */
	CONST(0x14, 0, 4, 0),
	KEPT(0x20, 0, 4, 0),		/* srps_admin */
	END
};

static const struct reg_field pmaos[] = {
	CONST(0x0, 0, 4, 1),		/* oper_status: plugged and enabled */
	KEPT(0x0, 8, 4, 1),		/* admin_status */
	KEPT(0x4, 0, 2, 0),		/* e */
	END
};

static const struct reg_field pplr[] = {
	KEPT(0x4, 0, 12, 0),		/* lb_en */
	CONST(0x4, 16, 12, 7),		/* lb_cap */
	END
};

static const struct reg_field pplm[] = {
	CONST(0xc, 0, 24, 4),		/* fec_mode_active: RS-FEC (528,514) */
	CONST(0x10, 0, 4, 3), CONST(0x10, 4, 4, 7), CONST(0x10, 8, 4, 7), CONST(0x10, 12, 4, 5),
	KEPT(0x14, 0, 4, 0), KEPT(0x14, 4, 4, 0), KEPT(0x14, 8, 4, 0), KEPT(0x14, 12, 4, 0),
	CONST(0x1c, 0, 16, 0x0080), CONST(0x1c, 16, 16, 0x0080),
	KEPT(0x24, 0, 16, 0), KEPT(0x24, 16, 16, 0),
	END
};

/* Transmitter of a lane: the page for 16 nm is at byte 4. */
static const struct reg_field sltp[] = {
	ECHOED(0x0, 1, 3), ECHOED(0x0, 14, 2), ECHOED(0x0, 16, 8),	/* port_type, pnat, port */
	KEPT(0x0, 4, 4, 5),		/* lane_speed */
	CONST(0x0, 24, 4, 3),		/* version: 16 nm */
	CONST(0x0, 28, 1, 1),		/* status */
	KEPT(0x8, 0, 8, 0x05),		/* post_tap */
	KEPT(0x8, 8, 8, 0x3c),		/* main_tap */
	KEPT(0x8, 16, 8, 0xf4),		/* pre_tap */
	KEPT(0x8, 24, 8, 0x00),		/* pre_2_tap */
	KEPT(0xc, 0, 5, 0x10),		/* ob_alev_out */
	KEPT(0xc, 8, 7, 0x3f),		/* ob_amp */
	END
};

/* The port's lanes: those of module 0, in order */
static const struct reg_field pmdr[] = {
	ECHOED(0x0, 0, 2), ECHOED(0x0, 4, 4), ECHOED(0x0, 14, 2),
	CONST(0x0, 24, 4, 3),		/* version: 16 nm */
	CONST(0x0, 28, 4, 1),		/* status */
	CONST(0x4, 16, 8, 0),		/* module */
	CONST(0x8, 8, 8, 0x0f),		/* module_lane_mask */
	CONST(0xc, 16, 8, 1),		/* local_port_query */
	CONST(0xc, 24, 8, 1),		/* label_port_query */
	CONST(0x14, 0, 12, 03210),	/* lane0..3_physical_rx */
	CONST(0x18, 0, 12, 03210),	/* lane0..3_physical_tx */
	END
};

static const struct reg_field slrg[] = {
	ECHOED(0x0, 8, 4),		/* lane */
	CONST(0x0, 24, 4, 3),		/* version: 16 nm */
	CONST(0x0, 28, 4, 1),		/* status */
	CONST(0x4, 0, 4, 5),		/* grade_lane_speed */
	WAVE(0x8, 0, 24, 11800, 60),	/* grade */
	CONST(0x8, 24, 8, 2),		/* grade_version */
	WAVE(0x20, 0, 16, 92, 3),	/* up_eye_grade */
	WAVE(0x20, 16, 16, 104, 3),	/* mid_eye_grade */
	WAVE(0x24, 0, 16, 95, 3),	/* dn_eye_grade */
	END
};

static const struct reg_field pddr[] = {
	ECHOED(0x0, 14, 2),		/* pnat */
	ECHOED(0x0, 4, 4),		/* port_type */
	END
};

static const struct reg_field pddr_operational[] = {
	CONST(0x08, 16, 4, 2),		/* neg_mode_active: clause 73 */
	CONST(0x08, 20, 4, 4),		/* proto_active: Ethernet */
	CONST(0x0c, 24, 8, 3),		/* phy_mngr_fsm_state: active */
	CONST(0x0c, 16, 8, 6),		/* eth_an_fsm_state: complete */
	CONST(0x10, 0, 32, ETH_EXT_CAP),	/* phy_manager_link_eth_enabled */
	CONST(0x14, 0, 32, ETH_EXT_CAP),	/* core_to_phy_link_eth_enabled */
	CONST(0x18, 0, 32, 0x000002f2),	/* cable_ext_eth_proto_cap */
	CONST(0x1c, 0, 32, ETH_EXT_OPER),	/* link_eth_active */
	CONST(0x24, 16, 16, 2),		/* fec_mode_active: RS-FEC */
	CONST(0x24, 0, 16, 2),		/* fec_mode_request */
	END
};

static const struct reg_field pddr_troubleshooting[] = {
	CONST(0x08, 0, 16, 0),		/* group_opcode */
	CONST(0x0c, 0, 16, 0),		/* monitor_opcode */
	TEXT(0x14, 0xec, "No issue was observed"),
	END
};

static const struct reg_field pddr_phy[] = {
	CONST(0x0c, 16, 16, 3),		/* num_of_negotiation_attempts */
	CONST(0x14, 0, 32, 1),		/* pcs_phy_state */
	WAVE(0x30, 0, 24, 7400, 40),	/* degrade_grade_lane0 */
	WAVE(0x34, 0, 24, 7550, 40),
	WAVE(0x38, 0, 24, 7380, 40),
	WAVE(0x3c, 0, 24, 7490, 40),
	CONST(0x70, 24, 8, 0x0f),	/* signal_detected */
	END
};

static const struct reg_field pddr_module[] = {
	CONST(0x08, 24, 8, 0xa0),	/* cable_technology: copper, unequalized */
	CONST(0x08, 8, 8, 11),		/* ext_ethernet_compliance_code: 100GBASE-CR4 */
	CONST(0x0c, 28, 4, 3),		/* cable_type: passive copper */
	CONST(0x0c, 24, 4, 1),		/* cable_vendor: Mellanox */
	CONST(0x0c, 16, 8, 2),		/* cable_length, metres */
	CONST(0x0c, 8, 8, 0),		/* cable_identifier: QSFP28 */
	CONST(0x14, 24, 8, 9), CONST(0x14, 16, 8, 6),	/* cable_attenuation_25g, 12g */
	CONST(0x14, 8, 8, 5), CONST(0x14, 0, 8, 4),	/* 7g, 5g */
	TEXT(0x1c, 16, "Mellanox        "),
	TEXT(0x2c, 16, "MCP1600-C002E30N"),
	TEXT(0x3c, 4, "A2  "),
	TEXT(0x44, 16, "MT2118VS00417   "),
	WAVE(0x54, 16, 16, 38 * 256, 512),	/* temperature, 1/256 degrees */
	CONST(0x54, 0, 16, 33000),		/* voltage, 100 uV */
	CONST(0x88, 16, 16, 75 * 256),		/* temperature_high_th, temperature_low_th: -5 */
	CONST(0x88, 0, 16, 0xfb00),
	CONST(0x9c, 29, 3, 3),			/* module_st: ready */
	CONST(0xa4, 8, 8, 3),			/* monitor_cap_mask: temperature, voltage */
	END
};

static const struct reg_page pddr_pages[] = {
	{ 0, pddr_operational },
	{ 1, pddr_troubleshooting },
	{ 2, pddr_phy },
	{ 3, pddr_module },
	{ 0 }
};

static const struct reg_field pcmr[] = {
	CONST(0x4, 1, 1, 1),		/* fcs_cap */
	CONST(0x4, 30, 1, 1),		/* entropy_calc_cap */
	CONST(0x4, 29, 1, 1),
	KEPT(0x8, 1, 1, 1),		/* fcs_chk */
	KEPT(0x8, 29, 3, 0),
	END
};

static const struct reg_field ppcr[] = {
	CONST(0xc, 0, 8, 0),		/* num_of_planes */
	KEPT(0x8, 0, 8, 0),
	END
};

static const struct reg_field pguid[] = {
	CONST(0x0c, 0, 32, 0xb8599f03), CONST(0x10, 0, 32, 0x00000010),	/* sys_guid */
	CONST(0x1c, 0, 32, 0xb8599f03), CONST(0x20, 0, 32, 0x00000010),	/* node_guid */
	CONST(0x2c, 0, 32, 0xb8599f03), CONST(0x30, 0, 32, 0x00000010),	/* port_guid */
	END
};

static const struct reg_field pmtm[] = {
	KEPT(0x4, 0, 5, 1),		/* module_type: QSFP */
	KEPT(0x4, 8, 5, 4),		/* module_width */
	END
};

static const struct reg_field mtcap[] = {
	CONST(0x0, 0, 7, 2),		/* sensor_count */
	CONST(0x4, 0, 8, 1),		/* internal_sensor_count */
	CONST(0xc, 0, 32, 1),		/* sensor_map */
	END
};

/* Thresholds and settings of all sensors; temperatures are in 0.125 degrees. */
static const struct reg_field mtmp[] = {
	KEPT(0x8, 31, 1, 1),		/* mte */
	KEPT(0xc, 0, 16, 105 * 8),	/* temperature_threshold_hi */
	KEPT(0xc, 30, 2, 0),		/* tee */
	KEPT(0x10, 0, 16, 95 * 8),	/* temperature_threshold_lo */
	END
};

static const struct reg_field mtmp_asic[] = {
	WAVE(0x4, 0, 16, 42 * 8, 3 * 8),
	CONST(0x8, 0, 16, 55 * 8),	/* max_temperature */
	TEXT(0x18, 8, "asic"),
	END
};

static const struct reg_field mtmp_module0[] = {
	WAVE(0x4, 0, 16, 38 * 8, 2 * 8),
	CONST(0x8, 0, 16, 44 * 8),
	TEXT(0x18, 8, "module0"),
	END
};

static const struct reg_page mtmp_sensors[] = {
	{ 0, mtmp_asic },
	{ 64, mtmp_module0 },
	{ 0 }
};

static const struct reg_field mvcap[] = {
	CONST(0x4, 0, 32, 0x3),		/* sensor_map */
	ECHOED(0x8, 28, 2),
	END
};

static const struct reg_field mvcr_core[] = {
	CONST(0x0, 30, 1, 1), CONST(0x0, 29, 1, 1), CONST(0x0, 28, 1, 1),
	WAVE(0x4, 0, 16, 85, 2),	/* 0.01 V */
	WAVE(0x8, 0, 16, 1420, 90),	/* 0.01 A */
	WAVE(0xc, 0, 16, 121, 8),	/* 0.1 W */
	TEXT(0x10, 8, "vcore"),
	END
};

static const struct reg_field mvcr_12v[] = {
	CONST(0x0, 30, 1, 1),
	WAVE(0x4, 0, 16, 1204, 4),
	TEXT(0x10, 8, "pcie12v"),
	END
};

static const struct reg_page mvcr_sensors[] = {
	{ 0, mvcr_core },
	{ 1, mvcr_12v },
	{ 0 }
};

static const struct reg_field mfpa[] = {
	ECHOED(0x0, 4, 2),		/* fs */
	CONST(0x10, 0, 4, 1),		/* flash_num */
	CONST(0x10, 29, 1, 1),		/* bulk_64kb_erase_en */
	CONST(0x14, 0, 24, 0x1840ef),	/* jedec_id: W25Q128 */
	CONST(0x18, 0, 10, 4),		/* sector_size, KiB */
	CONST(0x18, 24, 8, 4),		/* block_size */
	END
};

static const struct reg_field msgi[] = {
	TEXT(0x00, 24, "MT2118X00001"),
	TEXT(0x20, 20, "MCX623106AN-CDAT"),
	TEXT(0x38, 4, "AB"),
	TEXT(0x40, 64, "ConnectX-6 Dx EN adapter card"),
	END
};

static const struct reg_field msci_cpld[] = {
	CONST(0x4, 0, 32, 5),		/* version */
	END
};

static const struct reg_page msci_parts[] = {
	{ 0, msci_cpld },
	{ 0 }
};

static const struct reg_field mlcr[] = {
	ECHOED(0x0, 0, 4),		/* led_type */
	CONST(0x0, 5, 1, 1),		/* operation_cap */
	KEPT(0x4, 0, 16, 0),		/* beacon_duration */
	KEPT(0x0, 12, 4, 0),		/* operation */
	END
};

static const struct reg_field mrtc[] = {
	CONST(0x0, 31, 1, 0),		/* time_synced */
	KEPT(0x8, 0, 32, 0), KEPT(0xc, 0, 32, 0),
	END
};

static const struct reg_field mgcr[] = {
	CONST(0x0, 8, 8, 1),		/* segments_count */
	CONST(0x4, 0, 32, 0x00a0),	/* GPIO_data_in */
	CONST(0x8, 0, 32, 0x0011),	/* GPIO_data_out */
	CONST(0x18, 0, 32, 0x0013),	/* direction */
	END
};

static const struct reg_field mmhi[] = {
	CONST(0x4, 0, 8, 0),		/* host_number */
	CONST(0x8, 0, 16, 1),		/* host_en */
	END
};

static const struct reg_field mpein[] = {
	ECHOED(0x0, 8, 8), ECHOED(0x0, 16, 8), ECHOED(0x0, 24, 6), ECHOED(0x0, 30, 1),
	CONST(0x8, 0, 16, 0x17),	/* link_speed_enabled: up to Gen4 */
	CONST(0x8, 16, 8, 16),		/* link_width_enabled */
	CONST(0xc, 0, 16, 0x10),	/* link_speed_active */
	CONST(0xc, 16, 8, 16),		/* link_width_active */
	CONST(0x10, 16, 16, 1),		/* num_of_pfs */
	CONST(0x14, 16, 16, 0x0100),	/* bdf0 */
	CONST(0x18, 16, 3, 1),		/* pwr_status: sufficient */
	CONST(0x18, 24, 4, 1),		/* max_payload_size: 256 */
	CONST(0x18, 28, 4, 2),		/* max_read_request_size: 512 */
	CONST(0x1c, 0, 12, 75),		/* pci_power, W */
	CONST(0x1c, 16, 16, 0x17),	/* link_peer_max_speed */
	END
};

static const struct reg_field mpcnt[] = {
	ECHOED(0x0, 8, 8), ECHOED(0x0, 16, 8), ECHOED(0x0, 24, 6), ECHOED(0x0, 30, 1),
	END
};

static const struct reg_field mpcnt_performance[] = {
	COUNT32(0x10, 0, 0),		/* rx_errors */
	COUNT32(0x14, 3, 0),		/* tx_errors */
	COUNT32(0x28, 1, 0),		/* crc_error_dllp */
	COUNT32(0x2c, 0, 0),		/* crc_error_tlp */
	COUNT(0x30, 120, 1),		/* tx_overflow_buffer_pkt */
	COUNT32(0x38, 12, 0),		/* outbound_stalled_reads */
	COUNT32(0x3c, 31, 0),		/* outbound_stalled_writes */
	COUNT32(0x40, 2, 0),		/* outbound_stalled_reads_events */
	COUNT32(0x44, 5, 0),		/* outbound_stalled_writes_events */
	COUNT32(0x64, 4, 0),		/* l0_to_recovery */
	END
};

static const struct reg_field mpcnt_performance2[] = {
	COUNT32(0x08, 100000, TX_BYTES / 4),	/* total_dwords_transmitted */
	COUNT32(0x0c, 100000, RX_BYTES / 4),	/* total_dwords_received */
	COUNT32(0x14, 5000, 900),		/* outbound_read_tlps_count */
	COUNT32(0x20, 9000, 1100),		/* outbound_write_tlps_count */
	COUNT32(0x2c, 7000, 1000),		/* outbound_completion_tlps_count */
	COUNT32(0x54, 1, 0),			/* AER_correctable_errors_count */
	END
};

static const struct reg_field mpcnt_physical[] = {
	CONST(0x08, 0, 4, 0),
	END
};

static const struct reg_page mpcnt_groups[] = {
	{ 0, mpcnt_performance },
	{ 3, mpcnt_physical },
	{ 4, mpcnt_performance2 },
	{ 0 }
};

static const struct reg_field mtpps[] = {
	CONST(0x0, 0, 4, 1),		/* cap_max_num_of_pps_out_pins */
	CONST(0x0, 8, 4, 1),		/* cap_max_num_of_pps_in_pins */
	CONST(0x0, 16, 4, 2),		/* cap_number_of_pps_pins */
	CONST(0x4, 0, 5, 24),		/* cap_log_min_out_pulse_duration_ns */
	CONST(0x8, 0, 4, 1), CONST(0x8, 8, 4, 2),	/* cap_pin_0_mode, cap_pin_1_mode */
	KEPT(0x20, 8, 4, 0),		/* pin_mode */
	KEPT(0x20, 16, 4, 0),		/* pattern */
	KEPT(0x20, 31, 1, 0),		/* enable */
	KEPT(0x24, 0, 30, 0),		/* out_pulse_duration_ns */
	KEPT(0x28, 0, 32, 0), KEPT(0x2c, 0, 32, 0),	/* time_stamp */
	END
};

static const struct reg_field mtutc[] = {
	CONST(0x0, 5, 6, 20),		/* log_max_phase_adjustment */
	CONST(0x0, 16, 5, 15),		/* log_max_freq_adjustment */
	KEPT(0x4, 0, 32, 0),		/* freq_adjustment */
	END
};

static const struct reg_field mpegc[] = {
	ECHOED(0x0, 8, 8), ECHOED(0x0, 16, 8), ECHOED(0x0, 24, 6), ECHOED(0x0, 30, 1),
	KEPT(0x8, 0, 2, 0),		/* tx_lossy_overflow_oper */
	KEPT(0x8, 29, 3, 0),		/* tx_overflow_sense, mark_cqe, mark_cnp */
	KEPT(0xc, 0, 7, 0),		/* outbound_stalled_writes_th */
	KEPT(0xc, 8, 7, 0),		/* outbound_stalled_reads_th */
	END
};

static const struct reg_field mpir[] = {
	ECHOED(0x0, 8, 8), ECHOED(0x0, 16, 8), ECHOED(0x0, 24, 6), ECHOED(0x0, 30, 1),
	CONST(0x0, 0, 4, 1),		/* host_buses */
	CONST(0x8, 16, 8, 1),		/* bus */
	CONST(0x8, 24, 8, 1),		/* local_port */
	CONST(0xc, 0, 13, 1),		/* slot_number */
	CONST(0xc, 31, 1, 1),		/* slot_cap */
	END
};

static const struct reg_field mdir[] = {
	CONST(0x00, 0, 32, 0x4d54aa11), CONST(0x04, 0, 32, 0x3121c107),
	CONST(0x08, 0, 32, 0x00b0174e), CONST(0x0c, 0, 32, 0x92d11e5f),
	CONST(0x10, 0, 32, 0x66104ab3), CONST(0x14, 0, 32, 0x07c3d1f8),
	CONST(0x18, 0, 32, 0x2b90ee46), CONST(0x1c, 0, 32, 0x5d8a3c02),
	END
};

static const struct reg_field mrsi_main[] = {
	CONST(0x4, 0, 4, 1),		/* reset_reason: cold */
	COUNT(0x8, 0, 1000000),		/* crts */
	END
};

static const struct reg_page mrsi_devices[] = {
	{ 0, mrsi_main },
	{ 0 }
};

static const struct reg_field mrsv[] = {
	CONST(0x0, 31, 1, 0),		/* v: no valid data */
	ECHOED(0x0, 0, 8),
	END
};

static const struct reg_field mtctr[] = {
	ECHOED(0x0, 16, 8), ECHOED(0x0, 24, 8),
	CONST(0x4, 30, 2, 3),		/* both clocks are valid */
	COUNT(0x8, 0, 1000000000), COUNT(0x10, 0, 1000000000),
	END
};

static const struct reg_field mrtcq[] = {
	CONST(0x8, 0, 32, 0xb8599fff), CONST(0xc, 0, 32, 0xfe000010),
	END
};

static const struct reg_field ncfg[] = {
	KEPT(0x0, 0, 32, 0), KEPT(0x4, 0, 32, 1),	/* field_select */
	KEPT(0x8, 0, 1, 0),		/* roce_offload_disable */
	END
};

static const struct reg_field trust_level[] = {
	ECHOED(0x0, 0, 16), ECHOED(0x0, 31, 1),
	KEPT(0x4, 0, 32, 1),		/* trust_level: full */
	END
};

#define PORT_INDEX	.index = { 0x0, 16, 8, 1, 2 }
#define PAGES(_at, _bit, _width, _pages) \
	.selector = { .at = _at, .bit = _bit, .width = _width }, .pages = _pages
#define CLEARED_BY(_at, _bit)	.clear = { .at = _at, .bit = _bit, .width = 1 }
#define REG(_id, _size, _flags, _name, ...) \
	{ .id = _id, .size = _size, .flags = _flags, .name = _name, __VA_ARGS__ }
#define PORT	REG_PORT

const struct reg_type reg_types[] = {
	REG(0x4002, 8, PORT, "QPTS", PORT_INDEX, .fields = qpts),
	REG(0x4005, 80, PORT, "QETCR", PORT_INDEX, .fields = qetcr),
	REG(0x400a, 8, 0, "QTCT", .index = { 0x0, 0, 3, 0, 8 }, .fields = qtct),
	REG(0x4013, 132, PORT, "QPDPM", PORT_INDEX),
	REG(0x4019, 72, REG_RO, "QCAM", .access = cap_map_read),
	REG(0x402d, 16, REG_RO, "MLOCK"),
	REG(0x5001, 20, PORT, "PCAP", PORT_INDEX, .fields = pcap),
	REG(0x5002, 64, PORT, "PMLP", PORT_INDEX, .fields = pmlp),
	REG(0x5003, 16, PORT, "PMTU", PORT_INDEX, .fields = pmtu),
	REG(0x5004, 68, PORT, "PTYS", PORT_INDEX, .fields = ptys, .alter = link_alter),
	REG(0x5005, 16, PORT, "PPAD", PORT_INDEX, .fields = ppad),
	REG(0x5006, 16, PORT, "PAOS", PORT_INDEX, .access = paos_access),
	REG(0x5007, 32, PORT, "PFCC", PORT_INDEX, .fields = pfcc),
	REG(0x5008, 256, PORT, "PPCNT", PORT_INDEX, CLEARED_BY(0x4, 31), .fields = ppcnt,
	    PAGES(0x0, 0, 6, ppcnt_groups), .alter = link_alter),
	REG(0x500c, 108, PORT, "PBMC", PORT_INDEX, .fields = pbmc),
	REG(0x5011, 48, PORT, "PPSC", PORT_INDEX, .fields = ppsc),
	REG(0x5012, 16, REG_CARD, "PMAOS", .index = { 0x0, 16, 8, 0, 2 }, .fields = pmaos,
	    .alter = pmaos_alter),
	REG(0x5018, 8, PORT, "PPLR", PORT_INDEX, .fields = pplr),
	REG(0x5023, 120, PORT, "PPLM", PORT_INDEX, .fields = pplm, .alter = link_alter),
	REG(0x5027, 76, 0, "SLTP", .index = { 0x0, 8, 4, 0, 4 }, .fields = sltp),
	REG(0x5028, 40, PORT | REG_RO, "SLRG", PORT_INDEX, .fields = slrg),
	REG(0x5031, 256, PORT | REG_RO, "PDDR", PORT_INDEX, .fields = pddr,
	    PAGES(0x4, 0, 8, pddr_pages), .alter = link_alter),
	REG(0x503c, 72, PORT | REG_RO, "PMDR", PORT_INDEX, .fields = pmdr),
	REG(0x5041, 12, PORT, "PCMR", PORT_INDEX, .fields = pcmr),
	REG(0x504c, 16, PORT, "PPCR", PORT_INDEX, .fields = ppcr),
	REG(0x5066, 96, PORT | REG_RO, "PGUID", PORT_INDEX, .fields = pguid),
	REG(0x5067, 16, REG_CARD, "PMTM", .index = { 0x0, 16, 8, 0, 2 }, .fields = pmtm),
	REG(0x507f, 80, REG_RO, "PCAM", .access = cap_map_read),
	REG(0x7004, 16, 0, "HOST_ENDIANNESS"),
	REG(0x9009, 16, REG_RO, "MTCAP", .fields = mtcap),
	REG(0x900a, 32, REG_CARD, "MTMP", .fields = mtmp, PAGES(0x0, 0, 12, mtmp_sensors),
	    .alter = mtmp_alter),
	REG(0x900c, 24, REG_RO, "MVCR", PAGES(0x0, 0, 8, mvcr_sensors)),
	REG(0x9010, 32, REG_RO, "MFPA", .fields = mfpa),
	REG(0x9014, 148, REG_RO, "MCIA", .index = { 0x0, 16, 8, 0, 2 }, .access = mcia_read),
	REG(0x9020, 160, REG_RO, "MGIR", .access = mgir_read),
	REG(0x9021, 128, REG_RO, "MSGI", .fields = msgi),
	REG(0x9024, NV_HEADER, 0, "MNVDA", .access = mnvda_access),
	REG(0x9025, NV_HEADER, 0, "MNVDI", .access = mnvdi_access),
	REG(0x9028, 8, REG_CARD, "MFRL", .access = mfrl_access),
	REG(0x902a, 12, REG_RO, "MSCI", PAGES(0x0, 0, 4, msci_parts)),
	REG(0x902b, 12, PORT, "MLCR", PORT_INDEX, .fields = mlcr),
	REG(0x902d, 16, REG_CARD, "MRTC", .fields = mrtc),
	REG(0x902e, 16, REG_RO, "MVCAP", .fields = mvcap),
	REG(0x902f, 32, REG_RO, "MROQ", .access = mroq_read),
	REG(0x9030, 8, REG_RO, "MNVQC", .access = mnvqc_read),
	REG(0x9033, 8, 0, "MNVIA", .access = mnvia_access),
	REG(0x9034, 16, REG_RO, "MNVGC", .access = mnvgc_read),
	REG(0x9035, 32, REG_RO, "MNVGN", .access = mnvgn_read),
	REG(0x903a, 32, REG_RO, "MGCR", .fields = mgcr),
	REG(0x904a, 128, REG_RO, "MMHI", .fields = mmhi),
	REG(0x9050, 48, REG_RO, "MPEIN", .fields = mpein),
	REG(0x9051, 256, REG_CARD, "MPCNT", CLEARED_BY(0x4, 31), .fields = mpcnt,
	    PAGES(0x0, 0, 6, mpcnt_groups)),
	REG(0x9053, 56, REG_CARD, "MTPPS", .index = { 0x20, 0, 8, 0, 2 }, .fields = mtpps),
	REG(0x9055, 28, REG_CARD, "MTUTC", .fields = mtutc),
	REG(0x9056, 44, REG_CARD, "MPEGC", .fields = mpegc),
	REG(0x9059, 16, REG_RO, "MPIR", .fields = mpir),
	REG(0x9060, 16, REG_RO, "MCQS", .access = mcqs_read),
	/* mlx5_core sends only the header. */
	REG(0x9061, 148, REG_RO, "MCQI", .access = mcqi_read, .read_in = 24),
	REG(0x9062, 32, 0, "MCC", .access = mcc_access),
	REG(0x9063, 16, 0, "MCDA", .access = mcda_access),
	REG(0x9064, 24, REG_RO, "MQIS", .access = mqis_read),
	REG(0x907f, 72, REG_RO, "MCAM", .access = cap_map_read),
	REG(0x911a, 64, REG_RO, "MDIR", .fields = mdir),
	REG(0x912a, 64, REG_RO, "MRSI", PAGES(0x0, 0, 4, mrsi_devices)),
	REG(0x9164, 64, REG_RO, "MRSV", .fields = mrsv),
	REG(0x9181, 24, REG_RO, "MTCTR", .fields = mtctr),
	REG(0x9182, 64, REG_RO, "MRTCQ", .fields = mrtcq),
	REG(0xb01f, 76, REG_RO, "SBCAM", .access = cap_map_read),
	REG(0xc000, 256, 0, "RESOURCE_DUMP", .access = resource_dump_access),
	REG(0xc001, 64, REG_CARD, "NCFG", .fields = ncfg),
	REG(0xc007, 16, 0, "VHCA_TRUST_LEVEL", .fields = trust_level),
	REG(0xc00e, 60, REG_RO, "DTOR", .access = dtor_read),
};

const unsigned int reg_ntypes = ARRAY_SIZE(reg_types);
