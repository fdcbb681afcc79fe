// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every configuration item that mstflint 4.31 and 4.33 have a name for, except
 * class 6, whose items are headers of configuration files and on no device.
 * Names, numbers, lengths, versions and fields: mstflint's mlxconfig_host.db.
 * Values: capabilities and defaults of a ConnectX-6 Dx Ethernet adapter. A field
 * that is not listed is zero: the items of other devices (BlueField's emulation)
 * exist, and their capabilities are zero, that is not supported.
 */
#include "nvconfig.h"

#define ITEM(_class, _index, _len, _version, _kind, _name, ...)			\
	{ .class = NV_##_class, .index = _index, .len = _len,			\
	  .version = _version, .kind = _kind, .name = _name,			\
	  .values = (const struct nv_value[]){ __VA_ARGS__ { 0 } } }
#define CONF(_class, _index, _len, _version, ...) \
	ITEM(_class, _index, _len, _version, NV_PLAIN, __VA_ARGS__)
#define COLD(_class, _index, _len, _version, ...) \
	ITEM(_class, _index, _len, _version, NV_COLD, __VA_ARGS__)
#define CAP(_class, _index, _len, _version, ...) \
	ITEM(_class, _index, _len, _version, NV_READ_ONLY, __VA_ARGS__)

/* By class and index. Fields: dword, lowest bit, width, value. */
const struct nv_tlv nv_types[] = {
	/* Global */
	CONF(GLOBAL, 0x2, 16, 0, "nv_base_mac_guid"),
	CAP(GLOBAL, 0x3, 8, 0, "nv_base_mac_guid_cap",
	    { 0x4, 0, 16, 16 },	/* num_of_allocated_macs */
	    { 0x4, 16, 16, 16 },	/* num_of_allocated_guids */
	),
	CONF(GLOBAL, 0x4, 144, 0, "nv_forbidden_versions"),
	CONF(GLOBAL, 0x6, 4, 0, "nv_memic_conf",
	     { 0x0, 8, 4, 1 },		/* memic_size_limit */
	),
	CAP(GLOBAL, 0x7, 4, 0, "nv_memic_cap",
	    { 0x0, 0, 8, 8 },		/* max_log_memic_bar_size */
	    { 0x0, 8, 4, 3 },		/* max_memic_size_limit */
	    { 0x0, 15, 1, 1 },		/* memic_atomic_supported */
	    { 0x0, 16, 1, 1 },		/* memic_atomic_endianness */
	),
	CONF(GLOBAL, 0x8, 20, 0, "nv_host_chaining_conf"),
	CAP(GLOBAL, 0x9, 8, 0, "nv_host_chaining_cap",
	    { 0x0, 30, 1, 1 },		/* cache_disable_supported */
	    { 0x0, 31, 1, 1 },		/* chain_mode_basic_supported */
	    { 0x4, 0, 8, 18 },		/* log_max_data_size_per_prio */
	    { 0x4, 8, 8, 12 },		/* log_max_num_descriptor_per_prio */
	    { 0x4, 16, 8, 20 },	/* log_max_total_data_size */
	    { 0x4, 24, 8, 14 },	/* log_max_total_num_descriptors */
	),
	CONF(GLOBAL, 0xa, 4, 0, "nv_fpga_conf"),
	CAP(GLOBAL, 0xb, 4, 0, "nv_fpga_cap"),
	COLD(GLOBAL, 0xc, 16, 0, "nv_internal_cpu_conf"),
	CAP(GLOBAL, 0xd, 16, 0, "nv_internal_cpu_cap"),
	CONF(GLOBAL, 0xe, 20, 0, "nv_flex_parser_conf"),
	CAP(GLOBAL, 0xf, 16, 0, "nv_flex_parser_cap",
	    { 0x0, 0, 1, 1 },		/* prog_parse_graph_supported */
	    { 0x0, 21, 1, 1 },		/* flex_parser_profile_10_supported */
	    { 0x0, 22, 1, 1 },		/* flex_parser_profile_9_supported */
	    { 0x0, 23, 1, 1 },		/* flex_parser_profile_8_supported */
	    { 0x0, 24, 1, 1 },		/* flex_parser_profile_7_supported */
	    { 0x0, 25, 1, 1 },		/* flex_parser_profile_6_supported */
	    { 0x0, 26, 1, 1 },		/* flex_parser_profile_5_supported */
	    { 0x0, 27, 1, 1 },		/* flex_parser_profile_4_supported */
	    { 0x0, 28, 1, 1 },		/* flex_parser_profile_3_supported */
	    { 0x0, 29, 1, 1 },		/* flex_parser_profile_2_supported */
	    { 0x0, 30, 1, 1 },		/* flex_parser_profile_1_supported */
	    { 0x0, 31, 1, 1 },		/* flex_parser_profile_0_supported */
	),
	CONF(GLOBAL, 0x10, 4, 0, "nv_roce_1_5_conf",
	     { 0x0, 0, 8, 254 },	/* roce_over_ip_next_protocol */
	),
	CONF(GLOBAL, 0x11, 4, 0, "nv_host_to_bmc"),
	CONF(GLOBAL, 0x13, 16, 0, "nv_internal_hairpin_conf"),
	CAP(GLOBAL, 0x14, 4, 0, "nv_internal_hairpin_cap",
	    { 0x0, 0, 8, 18 },		/* log_max_hpin_data_size_per_prio */
	    { 0x0, 8, 8, 12 },		/* log_max_hpin_num_descriptor_per_prio */
	    { 0x0, 16, 8, 20 },	/* log_max_hpin_total_data_size */
	    { 0x0, 24, 8, 14 },	/* log_max_hpin_total_num_descriptors */
	),
	CONF(GLOBAL, 0x15, 4, 0, "nv_dpa_auth"),
	CONF(GLOBAL, 0x80, 12, 0, "nv_global_pci_conf",
	     { 0x4, 0, 16, 8 },		/* total_vfs */
	     { 0x4, 16, 8, 1 },		/* num_pfs */
	     { 0x8, 0, 6, 5 },		/* log_pf_uar_bar_size */
	     { 0x8, 6, 6, 6 },		/* log_vf_uar_bar_size */
	     { 0x8, 12, 10, 63 },	/* num_pf_msix */
	     { 0x8, 22, 10, 11 },	/* num_vf_msix */
	),
	CAP(GLOBAL, 0x81, 20, 0, "nv_global_pci_cap",
	    { 0x0, 7, 1, 1 },		/* pci_mode_pci_switch_supported */
	    { 0x0, 8, 1, 1 },		/* per_pf_device_id_supported */
	    { 0x0, 11, 1, 1 },		/* per_pf_total_vf_supported */
	    { 0x0, 12, 1, 1 },		/* per_pf_num_vf_msix_supported */
	    { 0x0, 13, 1, 1 },		/* per_pf_num_msix_supported */
	    { 0x0, 14, 1, 1 },		/* per_pf_num_sf_supported */
	    { 0x0, 15, 1, 1 },		/* partial_wr_cache_mode_address */
	    { 0x0, 16, 1, 1 },		/* partial_wr_cache_mode_function */
	    { 0x0, 17, 1, 1 },		/* max_acc_outstanding_read_byte_supported */
	    { 0x0, 18, 1, 1 },		/* vf_vpd_supported */
	    { 0x0, 19, 1, 1 },		/* pcie_credit_token_timeout_supported */
	    { 0x0, 21, 1, 1 },		/* strict_vf_msix_num_supported */
	    { 0x0, 22, 1, 1 },		/* vf_nodnic_supported */
	    { 0x0, 23, 1, 1 },		/* non_prefetchable_pf_bar_supported */
	    { 0x0, 24, 1, 1 },		/* pf_bar_size_supported */
	    { 0x0, 25, 1, 1 },		/* vf_bar_size_supported */
	    { 0x0, 26, 1, 1 },		/* num_pf_msix_supported */
	    { 0x0, 27, 1, 1 },		/* num_vf_msix_supported */
	    { 0x0, 28, 1, 1 },		/* num_pfs_supported */
	    { 0x0, 29, 1, 1 },		/* max_total_bar_valid */
	    { 0x0, 30, 1, 1 },		/* max_total_msix_valid */
	    { 0x0, 31, 1, 1 },		/* max_vfs_per_pf_valid */
	    { 0x4, 0, 16, 127 },	/* max_vfs_per_pf */
	    { 0x4, 16, 8, 2 },		/* max_num_pfs */
	    { 0x4, 26, 1, 1 },		/* pf_vf_bar2_supported */
	    { 0x4, 27, 1, 1 },		/* pf_bar2_supported */
	    { 0x4, 28, 1, 1 },		/* hide_port2_pf_supported */
	    { 0x4, 29, 1, 1 },		/* fpp_support */
	    { 0x4, 30, 1, 1 },		/* vf_qos_control_support */
	    { 0x4, 31, 1, 1 },		/* sriov_support */
	    { 0x8, 0, 6, 15 },		/* max_log_pf_uar_bar_size */
	    { 0x8, 6, 6, 12 },		/* max_log_vf_uar_bar_size */
	    { 0x8, 12, 10, 63 },	/* max_num_pf_msix */
	    { 0x8, 22, 10, 64 },	/* max_num_vf_msix */
	    { 0xc, 0, 32, 16384 },	/* max_total_msix */
	    { 0x10, 0, 32, 16384 },	/* max_total_bar */
	),
	CONF(GLOBAL, 0x82, 4, 0, "nv_tpt_conf"),
	CONF(GLOBAL, 0x84, 4, 0, "nv_global_pci_conf_2"),
	CONF(GLOBAL, 0x85, 4, 0, "nv_kdnet_data"),
	CONF(GLOBAL, 0x88, 4, 0, "nv_power_conf"),
	CAP(GLOBAL, 0x89, 4, 0, "nv_power_cap",
	    { 0x0, 0, 4, 2 },		/* max_num_port */
	    { 0x0, 19, 1, 1 },		/* rt_pps_out_default_supported */
	    { 0x0, 21, 1, 1 },		/* lag_allocation_pre */
	    { 0x0, 23, 1, 1 },		/* phy_cnt_delay_supported */
	    { 0x0, 24, 1, 1 },		/* accurate_scheduler_supported */
	    { 0x0, 25, 1, 1 },		/* partial_reset_supported */
	    { 0x0, 27, 1, 1 },		/* continuous_link_tuning_supported */
	    { 0x0, 28, 1, 1 },		/* sw_recovery_on_error_supported */
	    { 0x0, 29, 1, 1 },		/* reset_with_host_on_errors_supported */
	),
	CONF(GLOBAL, 0x8a, 32, 0, "nv_host_sync_conf"),
	CONF(GLOBAL, 0x8b, 24, 0, "nv_emulation_nvme_conf"),
	CAP(GLOBAL, 0x8c, 8, 0, "nv_emulation_nvme_cap"),
	CONF(GLOBAL, 0x8d, 4, 0, "nv_emulation_pci_switch_conf"),
	CAP(GLOBAL, 0x8e, 8, 0, "nv_emulation_pci_switch_cap"),
	CONF(GLOBAL, 0x90, 32, 0, "nv_emulation_virtio_net_conf"),
	CAP(GLOBAL, 0x91, 16, 0, "nv_emulation_virtio_net_cap"),
	CONF(GLOBAL, 0x92, 32, 0, "nv_emulation_virtio_blk_conf"),
	CAP(GLOBAL, 0x93, 16, 0, "nv_emulation_virtio_blk_cap"),
	CONF(GLOBAL, 0x94, 48, 0, "nv_global_pci_conf_3"),
	CONF(GLOBAL, 0x95, 32, 0, "nv_emulation_virtio_fs_conf"),
	CAP(GLOBAL, 0x96, 16, 0, "nv_emulation_virtio_fs_cap"),
	CONF(GLOBAL, 0x97, 128, 0, "nv_global_pci_conf_4"),
	CONF(GLOBAL, 0x98, 4, 0, "nv_external_host_priv_fast_conf"),
	CONF(GLOBAL, 0x9a, 256, 0, "nv_global_pci_gpio_conf"),
	CONF(GLOBAL, 0x9b, 16, 0, "nv_customization_number"),
	CONF(GLOBAL, 0x9c, 16, 0, "nv_global_pci_conf_5"),
	CAP(GLOBAL, 0x100, 16, 0, "nv_rom_ini",
	    { 0x0, 25, 1, 1 },		/* port_enum */
	    { 0x0, 26, 1, 1 },		/* flash_en */
	    { 0x0, 27, 1, 1 },		/* fmp_en */
	    { 0x0, 30, 1, 1 },		/* hii_en */
	    { 0x0, 31, 1, 1 },		/* undi_en */
	    { 0xc, 26, 4, 4 },		/* uri_boot_retry */
	),
	CAP(GLOBAL, 0x101, 4, 0, "nv_rom_cap",
	    { 0x0, 21, 1, 1 },		/* uefi_proto_over_ctrl */
	    { 0x0, 22, 1, 1 },		/* boot_legacy_interrupt_disable_supported */
	    { 0x0, 23, 1, 1 },		/* legacy_boot_wo_failover_supported */
	    { 0x0, 25, 1, 1 },		/* uefi_undi_config_en */
	    { 0x0, 26, 1, 1 },		/* hii_config_en */
	    { 0x0, 27, 1, 1 },		/* lacp_config_en */
	    { 0x0, 28, 1, 1 },		/* uefi_logs_en */
	    { 0x0, 29, 1, 1 },		/* flexboot_debug_en */
	    { 0x0, 30, 1, 1 },		/* boot_debug_log_en */
	    { 0x0, 31, 1, 1 },		/* boot_ip_ver */
	),
	CONF(GLOBAL, 0x10a, 8, 1, "nv_sw_offload_conf",
	     { 0x0, 8, 1, 1 },		/* uctx_en */
	     { 0x0, 16, 16, 4789 },	/* ip_over_vxlan_port */
	     { 0x4, 0, 4, 6 },		/* lro_log_timeout0 */
	     { 0x4, 4, 4, 7 },		/* lro_log_timeout1 */
	     { 0x4, 8, 4, 8 },		/* lro_log_timeout2 */
	     { 0x4, 12, 4, 12 },	/* lro_log_timeout3 */
	),
	CAP(GLOBAL, 0x10b, 4, 0, "nv_sw_offload_cap",
	    { 0x0, 6, 1, 1 },		/* swp_l4_csum_mode_l4_only */
	    { 0x0, 7, 1, 1 },		/* prio_tag_required_supported */
	    { 0x0, 8, 1, 1 },		/* uctx_supported */
	    { 0x0, 10, 1, 1 },		/* mp_in_dscp_supported */
	    { 0x0, 11, 1, 1 },		/* log_max_outstanding_read_atomic_supported */
	    { 0x0, 12, 1, 1 },		/* dbr_less_sqp_supported */
	    { 0x0, 13, 1, 1 },		/* ar_enable_supported */
	    { 0x0, 14, 1, 1 },		/* vf_migration_supported */
	    { 0x0, 15, 1, 1 },		/* tunnel_udp_entropy_proto_supported */
	    { 0x0, 16, 1, 1 },		/* roce_ctrl_supported */
	    { 0x0, 17, 1, 1 },		/* tx_psn_win_supported */
	    { 0x0, 18, 1, 1 },		/* sr_enable_supported */
	    { 0x0, 19, 1, 1 },		/* ptp_cyc2realtime_supported */
	    { 0x0, 20, 1, 1 },		/* max_outstanding_wqe_supported */
	    { 0x0, 21, 1, 1 },		/* vector_calc_disable_supported */
	    { 0x0, 22, 1, 1 },		/* tunnel_ecn_copy_offload_disable_supported */
	    { 0x0, 23, 1, 1 },		/* esw_fdb_ipv4_ttl_modify_supported */
	    { 0x0, 24, 1, 1 },		/* pci_atomics_disabled_ext_atomics_enabled */
	    { 0x0, 25, 1, 1 },		/* pci_atomics_enabled_ext_atomics_enabled_serialized */
	    { 0x0, 26, 1, 1 },		/* pci_atomics_enabled_ext_atomics_disabled */
	    { 0x0, 27, 1, 1 },		/* pci_atomics_enabled_ext_atomics_enabled_nocoherent */
	    { 0x0, 28, 1, 1 },		/* pci_atomics_enabled_ext_atomics_enabled */
	    { 0x0, 30, 1, 1 },		/* mkey_by_name_supported */
	    { 0x0, 31, 1, 1 },		/* ip_over_vxlan_supported */
	),
	CONF(GLOBAL, 0x10c, 4, 0, "nv_packet_pacing"),
	CONF(GLOBAL, 0x10e, 16, 0, "nv_file_id_mlnx"),
	CONF(GLOBAL, 0x10f, 16, 0, "nv_file_id_vendor"),
	CONF(GLOBAL, 0x110, 4, 0, "nv_fpga_data"),
	CONF(GLOBAL, 0x111, 4, 0, "nv_prog_cc"),
	CAP(GLOBAL, 0x113, 48, 0, "nv_global_pci_cap_3",
	    { 0x0, 8, 3, 4 },		/* bus1_speed_max */
	    { 0x0, 11, 1, 1 },		/* bus1_aspm_en */
	    { 0x0, 12, 3, 5 },		/* bus1_width_max */
	    { 0x0, 15, 1, 1 },		/* bus1_restrict_en */
	    { 0x0, 24, 3, 4 },		/* bus0_speed_max */
	    { 0x0, 27, 1, 1 },		/* bus0_aspm_en */
	    { 0x0, 28, 3, 5 },		/* bus0_width_max */
	    { 0x0, 31, 1, 1 },		/* bus0_restrict_en */
	),
	CONF(GLOBAL, 0x114, 16, 0, "nv_pcc_int"),
	CAP(GLOBAL, 0x115, 16, 0, "nv_pcc_int_cap",
	    { 0x0, 17, 1, 1 },		/* np_rtt_int_data_rtt_v1_ingress_byte_rx_buff */
	    { 0x0, 18, 1, 1 },		/* pcc_np_handle_resource_supported */
	    { 0x0, 19, 1, 1 },		/* pcc_handle_resource_supported */
	    { 0x0, 20, 1, 1 },		/* roce_cc_shaper_coalese_5_tuple */
	    { 0x0, 21, 1, 1 },		/* roce_cc_shaper_coalese_source_qp */
	    { 0x0, 22, 1, 1 },		/* roce_cc_shaper_coalese_dest_ip */
	    { 0x0, 23, 1, 1 },		/* ib_cc_shaper_coalese_remote_lid */
	    { 0x0, 24, 1, 1 },		/* np_rtt_int_data_rtt_v1_ingress_byte */
	    { 0x0, 25, 1, 1 },		/* np_rtt_int_data_rtt_v1_no_data */
	    { 0x0, 26, 1, 1 },		/* np_rtt_int_data_rtt_v0 */
	    { 0x0, 27, 1, 1 },		/* np_rtt_int_data_nv_int_0 */
	    { 0x0, 28, 1, 1 },		/* system_rtt_supported */
	    { 0x0, 29, 1, 1 },		/* np_rtt_response_dscp_supported */
	    { 0x0, 30, 1, 1 },		/* np_rtt_int_data_mode_most_congested */
	    { 0x0, 31, 1, 1 },		/* np_rtt_int_data_mode_last_hop */
	),
	CONF(GLOBAL, 0x116, 32, 0, "nv_global_mask"),
	CONF(GLOBAL, 0x117, 16, 0, "nv_performance_tuning_conf"),
	CAP(GLOBAL, 0x118, 16, 0, "nv_performance_tuning_cap",
	    { 0x0, 15, 1, 1 },		/* sched_locality_factor_supported */
	    { 0x0, 16, 1, 1 },		/* pcie_congestion_monitor_supported */
	    { 0x0, 17, 1, 1 },		/* tx_pci_df_latency_supported */
	    { 0x0, 18, 1, 1 },		/* sched_locality_mode_disabled */
	    { 0x0, 19, 1, 1 },		/* sched_fws_reactivity_supported */
	    { 0x0, 20, 1, 1 },		/* sched_locality_mode_accumulative */
	    { 0x0, 21, 1, 1 },		/* sched_locality_mode_static */
	    { 0x0, 22, 1, 1 },		/* steering_cache_refresh_rate_supported */
	    { 0x0, 23, 1, 1 },		/* hairpin_wqe_num_supported */
	    { 0x0, 24, 1, 1 },		/* hairpin_data_lock_supported */
	    { 0x0, 25, 1, 1 },		/* multi_pci_resource_share_blocking_shared */
	    { 0x0, 26, 1, 1 },		/* multi_pci_resource_share_non_block_shared */
	    { 0x0, 27, 1, 1 },		/* multi_pci_resource_share_non_block_fair */
	    { 0x0, 28, 1, 1 },		/* icm_cache_mode_large_scale_steering */
	    { 0x0, 29, 1, 1 },		/* tls_optimize_supported */
	    { 0x0, 30, 1, 1 },		/* sched_burst_supported */
	    { 0x0, 31, 1, 1 },		/* ztt_supported */
	),
	CONF(GLOBAL, 0x119, 16, 0, "nv_global_roce_cc_conf"),
	CAP(GLOBAL, 0x11a, 4, 0, "nv_global_roce_cc_cap",
	    { 0x0, 21, 1, 1 },		/* roce_cc_ecn_32b_rate */
	    { 0x0, 22, 1, 1 },		/* cc_tx_event_ack_supported */
	    { 0x0, 23, 1, 1 },		/* ifa2_turn_around_supported */
	    { 0x0, 24, 1, 1 },		/* cwnd_np_count_supported */
	    { 0x0, 26, 1, 1 },		/* cc_compatibility_mode_gen7 */
	    { 0x0, 27, 1, 1 },		/* cc_steering_extension_enabled */
	    { 0x0, 28, 1, 1 },		/* dcqcn_compatibility_mode_gen5 */
	    { 0x0, 29, 1, 1 },		/* dcqcn_compatibility_mode_gen6 */
	    { 0x0, 30, 1, 1 },		/* legacy_cc_dcqcn_sw_supported */
	    { 0x0, 31, 1, 1 },		/* legacy_cc_dcqcn_supported */
	),
	CONF(GLOBAL, 0x11b, 8, 0, "nv_nvmf_target_conf"),
	CAP(GLOBAL, 0x11c, 4, 0, "nv_nvmf_target_cap",
	    { 0x0, 31, 1, 1 },		/* nvmf_pacer_supported */
	),
	CONF(GLOBAL, 0x11d, 8, 0, "nv_sw_accelerate_conf"),
	CONF(GLOBAL, 0x11e, 4, 0, "nv_emulation_upt_conf"),
	CONF(GLOBAL, 0x120, 8, 0, "nv_crypto_conf"),
	CONF(GLOBAL, 0x121, 4, 0, "nv_host_mng_conf"),
	CONF(GLOBAL, 0x122, 4, 0, "nv_host_sm_conf"),
	CONF(GLOBAL, 0x123, 16, 0, "nv_external_host_priv_conf"),
	CONF(GLOBAL, 0x124, 4, 0, "nv_advanced_testability"),
	CONF(GLOBAL, 0x125, 24, 0, "nv_config_profile"),
	CONF(GLOBAL, 0x190, 8, 1, "nv_ib_dc_conf",
	     { 0x0, 0, 5, 11 },		/* log_dcr_hash_table_size */
	     { 0x4, 0, 24, 16384 },	/* dcr_lifo_size */
	),
	CAP(GLOBAL, 0x191, 24, 0, "nv_ib_dc_cap",
	    { 0x0, 0, 32, 6 },		/* min_log_dcr_hash_table_size */
	    { 0x4, 0, 32, 18 },	/* max_log_dcr_hash_table_size */
	    { 0x8, 0, 32, 1024 },	/* min_dcr_lifo_size */
	    { 0xc, 0, 32, 65536 },	/* max_dcr_lifo_size */
	    { 0x10, 0, 32, 8192 },	/* min_dcr_cnak_buffer_size */
	    { 0x14, 0, 32, 1048576 },	/* max_dcr_cnak_buffer_size */
	),
	CONF(GLOBAL, 0x192, 8, 0, "nv_enclosure_info"),
	CONF(GLOBAL, 0x194, 4, 0, "nv_current_configurator"),
	CONF(GLOBAL, 0x19b, 32, 0, "nv_secure_host"),
	CONF(GLOBAL, 0x19c, 32, 0, "nv_ls_nv_public_key_0"),
	CONF(GLOBAL, 0x19d, 256, 0, "nv_ls_nv_public_key_1"),
	CONF(GLOBAL, 0x19e, 256, 0, "nv_ls_nv_public_key_2"),
	CONF(GLOBAL, 0x1a0, 64, 0, "nv_dpa_app_0"),
	CONF(GLOBAL, 0x1a1, 64, 0, "nv_dpa_app_1"),
	CONF(GLOBAL, 0x1a2, 64, 0, "nv_dpa_app_2"),
	CONF(GLOBAL, 0x1a3, 64, 0, "nv_dpa_app_3"),
	CONF(GLOBAL, 0x1a4, 64, 0, "nv_dpa_app_4"),
	CONF(GLOBAL, 0x1a5, 64, 0, "nv_dpa_app_5"),
	CONF(GLOBAL, 0x1a6, 64, 0, "nv_dpa_app_6"),
	CONF(GLOBAL, 0x1a7, 64, 0, "nv_dpa_app_7"),
	CONF(GLOBAL, 0x211, 4, 0, "nv_rom_ocsd_ocbb"),
	CONF(GLOBAL, 0x400, 20, 0, "nv_vts_bank_a"),
	CONF(GLOBAL, 0x401, 20, 0, "nv_vts_bank_b"),

	/* Port */
	CONF(PORT, 0x12, 4, 0, "nv_vpi_link_type",
	     { 0x0, 2, 2, 2 },		/* default_link_type */
	),
	CONF(PORT, 0x81, 8, 0, "nv_multiplane_conf"),
	CONF(PORT, 0x82, 8, 0, "nv_ib_link_phy_conf"),
	CONF(PORT, 0x107, 4, 0, "nv_roce_cc",
	     { 0x0, 0, 8, 255 },	/* roce_cc_enable_pri */
	),
	CONF(PORT, 0x108, 68, 0, "nv_roce_cc_ecn",
	     { 0x0, 30, 1, 1 },		/* clamp_tgt_rate_after_time_inc */
	     { 0x4, 0, 17, 300 },	/* rpg_time_reset */
	     { 0x8, 0, 32, 32767 },	/* rpg_byte_reset */
	     { 0xc, 0, 5, 1 },		/* rpg_threshold */
	     { 0x14, 0, 32, 5 },	/* rpg_ai_rate */
	     { 0x18, 0, 32, 50 },	/* rpg_hai_rate */
	     { 0x1c, 0, 4, 11 },	/* rpg_gd */
	     { 0x20, 0, 8, 50 },	/* rpg_min_dec_fac */
	     { 0x24, 0, 32, 1 },	/* rpg_min_rate */
	     { 0x2c, 0, 10, 1019 },	/* dce_tcp_g */
	     { 0x30, 0, 17, 1 },	/* dce_tcp_rtt */
	     { 0x34, 0, 17, 4 },	/* rate_reduce_monitor_period */
	     { 0x38, 0, 10, 1023 },	/* initial_alpha_value */
	     { 0x3c, 0, 17, 4 },	/* min_time_between_cnps */
	     { 0x40, 0, 3, 6 },		/* cnp_802p_prio */
	     { 0x40, 8, 6, 48 },	/* cnp_dscp */
	),
	CONF(PORT, 0x109, 40, 0, "nv_roce_cc_qcn"),
	CONF(PORT, 0x10a, 12, 1, "nv_lldp_nb_conf"),
	CAP(PORT, 0x10b, 12, 1, "nv_lldp_nb_cap",
	    { 0x0, 27, 1, 1 },		/* lldp_nb_dcbx_en */
	    { 0x0, 28, 2, 2 },		/* lldp_nb_rx_cap */
	    { 0x0, 30, 2, 2 },		/* lldp_nb_tx_cap */
	    { 0x8, 0, 7, 6 },		/* max_num_of_tx_optional_lldp_tlv */
	),
	CONF(PORT, 0x11b, 16, 0, "nv_roce_conf"),
	CONF(PORT, 0x18e, 4, 0, "nv_lldp_nb_dcbx",
	     { 0x0, 0, 1, 1 },		/* ieee_dcbx_en */
	     { 0x0, 1, 1, 1 },		/* cee_dcbx_en */
	     { 0x0, 2, 1, 1 },		/* dcbx_willing */
	),
	CONF(PORT, 0x190, 4, 3, "nv_keep_link_up",
	     { 0x0, 0, 1, 1 },		/* keep_eth_link_up */
	),
	CONF(PORT, 0x192, 12, 0, "nv_qos_conf",
	     { 0x0, 0, 4, 3 },		/* num_of_vl */
	     { 0x0, 8, 4, 4 },		/* num_of_pfc */
	     { 0x0, 16, 3, 1 },		/* qos_trust_state */
	),
	CAP(PORT, 0x193, 4, 0, "nv_qos_cap",
	    { 0x0, 0, 4, 4 },		/* max_num_of_vl */
	    { 0x0, 4, 4, 7 },		/* max_num_of_tc */
	    { 0x0, 8, 4, 8 },		/* max_num_pfc */
	    { 0x0, 12, 4, 6 },		/* log_max_vl15_buffer_size */
	    { 0x0, 16, 4, 15 },	/* qos_trust_state_supported */
	    { 0x0, 20, 2, 1 },		/* ets_sched_supported */
	    { 0x0, 28, 3, 1 },		/* tx_pb_vl_alloc_mode_supported */
	),
	CONF(PORT, 0x196, 4, 0, "nv_mpfs_conf"),
	CAP(PORT, 0x197, 4, 0, "nv_mpfs_cap",
	    { 0x0, 27, 1, 1 },		/* loopback_disable_supported */
	    { 0x0, 28, 1, 1 },		/* unknown_uplink_mac_flood_supported */
	    { 0x0, 29, 1, 1 },		/* sriov_ib_routing_mode_supported */
	    { 0x0, 31, 1, 1 },		/* ib_routing_mode_supported */
	),
	CONF(PORT, 0x201, 8, 0, "nv_link_phy_conf"),
	CAP(PORT, 0x202, 4, 0, "nv_link_phy_cap",
	    { 0x0, 26, 1, 1 },		/* phy_eth_recovery_supported */
	    { 0x0, 27, 1, 1 },		/* phy_ib_recovery_supported */
	    { 0x0, 29, 1, 1 },		/* phy_auto_neg_mode_supported */
	    { 0x0, 30, 1, 1 },		/* phy_rate_mask_override_supported */
	    { 0x0, 31, 1, 1 },		/* phy_fec_override_supported */
	),

	/* Function */
	CONF(FUNCTION, 0x10, 4, 0, "nv_wol_conf"),
	CAP(FUNCTION, 0x1f, 4, 0, "nv_wol_cap",
	    { 0x0, 10, 1, 1 },		/* en_wol_magic */
	),
	CONF(FUNCTION, 0x80, 16, 0, "nv_pf_pci_conf"),
	CONF(FUNCTION, 0x8b, 24, 0, "nv_emulation_mng_nvme_conf"),
	CAP(FUNCTION, 0x8c, 8, 0, "nv_emulation_mng_nvme_cap"),
	CONF(FUNCTION, 0x8d, 4, 0, "nv_emulation_mng_pci_switch_conf"),
	CAP(FUNCTION, 0x8e, 8, 0, "nv_emulation_mng_pci_switch_cap"),
	CONF(FUNCTION, 0x90, 32, 0, "nv_emulation_mng_virtio_net_conf"),
	CAP(FUNCTION, 0x91, 16, 0, "nv_emulation_mng_virtio_net_cap"),
	CONF(FUNCTION, 0x92, 32, 0, "nv_emulation_mng_virtio_blk_conf"),
	CAP(FUNCTION, 0x93, 16, 0, "nv_emulation_mng_virtio_blk_cap"),
	CONF(FUNCTION, 0x95, 32, 0, "nv_emulation_mng_virtio_fs_conf"),
	CAP(FUNCTION, 0x96, 16, 0, "nv_emulation_mng_virtio_fs_cap"),
	CONF(FUNCTION, 0x110, 12, 0, "nv_virt_net_addr"),
	CONF(FUNCTION, 0x111, 12, 0, "nv_virt_guid_addr"),
	CONF(FUNCTION, 0x112, 4, 0, "nv_hca_conf"),
	CAP(FUNCTION, 0x113, 4, 0, "nv_hca_cap",
	    { 0x0, 25, 1, 1 },		/* silent_mode_supported */
	    { 0x0, 26, 1, 1 },		/* mkey_by_name_reserve_supported */
	    { 0x0, 27, 1, 1 },		/* roce_ctrl_supported */
	    { 0x0, 28, 1, 1 },		/* pci_data_wr_ordering_supported */
	    { 0x0, 31, 1, 1 },		/* multi_port_vhca_supported */
	),
	CONF(FUNCTION, 0x114, 16, 0, "nv_ecpf_conf"),
	CAP(FUNCTION, 0x115, 16, 0, "nv_ecpf_cap"),
	CONF(FUNCTION, 0x192, 4, 0, "nv_external_port_ctrl"),
	CONF(FUNCTION, 0x195, 4, 2, "nv_rom_boot_conf2"),
	CONF(FUNCTION, 0x196, 4, 0, "nv_rom_uefi_conf",
	     { 0x0, 31, 1, 1 },		/* hii_en */
	),
	CONF(FUNCTION, 0x197, 32, 0, "NV_ROM_ROOT_CA_FINGERPRINT"),
	CONF(FUNCTION, 0x202, 12, 0, "nv_rom_debug_level"),
	CONF(FUNCTION, 0x204, 4, 0, "nv_rom_flexboot_debug"),
	CONF(FUNCTION, 0x206, 4, 0, "nv_rom_uefi_debug_level"),
	CONF(FUNCTION, 0x210, 4, 0, "nv_rom_banner_timeout",
	     { 0x0, 0, 4, 4 },		/* flexboot_banner_timeout */
	),
	CONF(FUNCTION, 0x221, 4, 1, "nv_rom_boot_conf1",
	     { 0x0, 0, 12, 1 },		/* boot_vlan */
	     { 0x0, 16, 8, 1 },		/* legacy_boot_protocol */
	),
	CONF(FUNCTION, 0x222, 4, 0, "nv_rom_ib_boot_conf"),
	CONF(FUNCTION, 0x223, 4, 0, "nv_rom_ib_dhcp_conf"),
	CONF(FUNCTION, 0x230, 12, 2, "nv_rom_iscsi_general_conf"),
	CONF(FUNCTION, 0x231, 256, 0, "nv_rom_dhcp_vendor_id"),
	CONF(FUNCTION, 0x232, 16, 0, "nv_rom_iscsi_initiator_ip_addr"),
	CONF(FUNCTION, 0x233, 16, 0, "nv_rom_iscsi_initiator_subnet_mask"),
	CONF(FUNCTION, 0x234, 16, 0, "nv_rom_iscsi_initiator_gateway"),
	CONF(FUNCTION, 0x235, 16, 0, "nv_rom_iscsi_initiator_primary_dns_addr"),
	CONF(FUNCTION, 0x236, 16, 0, "nv_rom_iscsi_initiator_secondary_dns_addr"),
	CONF(FUNCTION, 0x237, 224, 0, "nv_rom_iscsi_initiator_name"),
	CONF(FUNCTION, 0x238, 128, 0, "nv_rom_iscsi_initiator_chap_id"),
	CONF(FUNCTION, 0x239, 16, 0, "nv_rom_iscsi_initiator_chap_pwd"),
	CONF(FUNCTION, 0x23a, 4, 0, "nv_rom_iscsi_dhcp"),
	CONF(FUNCTION, 0x240, 8, 0, "nv_rom_iscsi_connect_to_first_target"),
	CONF(FUNCTION, 0x241, 16, 0, "nv_rom_iscsi_first_target_addr"),
	CONF(FUNCTION, 0x242, 8, 0, "nv_rom_iscsi_first_target_port"),
	CONF(FUNCTION, 0x243, 20, 0, "nv_rom_iscsi_first_target_lun"),
	CONF(FUNCTION, 0x244, 224, 0, "nv_rom_iscsi_first_target_name"),
	CONF(FUNCTION, 0x245, 128, 0, "nv_rom_iscsi_first_target_chap_id"),
	CONF(FUNCTION, 0x247, 16, 0, "nv_rom_iscsi_first_target_chap_pwd"),
	CONF(FUNCTION, 0x250, 8, 0, "nv_rom_iscsi_connect_to_second_target"),
	CONF(FUNCTION, 0x251, 16, 0, "nv_rom_iscsi_second_target_addr"),
	CONF(FUNCTION, 0x252, 8, 0, "nv_rom_iscsi_second_target_port"),
	CONF(FUNCTION, 0x253, 20, 0, "nv_rom_iscsi_second_target_lun"),
	CONF(FUNCTION, 0x254, 224, 0, "nv_rom_iscsi_second_target_name"),
	CONF(FUNCTION, 0x255, 128, 0, "nv_rom_iscsi_second_target_chap_id"),
	CONF(FUNCTION, 0x257, 16, 0, "nv_rom_iscsi_second_target_chap_pwd"),

	/* Host */
	CONF(HOST, 0x80, 4, 0, "nv_pci_conf",
	     { 0x0, 25, 1, 1 },		/* exp_rom_uefi_x86_enable */
	     { 0x0, 26, 1, 1 },		/* exp_rom_pxe_enable */
	),
	CAP(HOST, 0x81, 4, 0, "nv_pci_cap",
	    { 0x0, 12, 1, 1 },		/* bar_page_alignment_64kb */
	    { 0x0, 14, 1, 1 },		/* p2p_ordering_mode_supported */
	    { 0x0, 22, 1, 1 },		/* ats_supported */
	    { 0x0, 23, 1, 1 },		/* dynamic_vf_msix_supported */
	    { 0x0, 24, 1, 1 },		/* exp_rom_uefi_arm_supported */
	    { 0x0, 25, 1, 1 },		/* exp_rom_uefi_x86_supported */
	    { 0x0, 26, 1, 1 },		/* exp_rom_pxe_supported */
	    { 0x0, 29, 1, 1 },		/* force_eth_subclass_supported */
	    { 0x0, 31, 1, 1 },		/* advanced_pci_settings_supported */
	),
	CONF(HOST, 0x82, 4, 0, "safe_mode_conf",
	     { 0x0, 0, 8, 10 },		/* safe_mode_threshold */
	     { 0x0, 30, 1, 1 },		/* safe_mode_enable */
	),
	CONF(HOST, 0x83, 4, 0, "nv_host_priv_conf"),
	CAP(HOST, 0x100, 4, 0, "nv_host_priv_cap",
	    { 0x0, 0, 1, 1 },		/* disable_port_owner_supported */
	    { 0x0, 1, 1, 1 },		/* disable_counter_rd_supported */
	    { 0x0, 2, 1, 1 },		/* disable_tracer_supported */
	    { 0x0, 3, 1, 1 },		/* disable_rshim_supported */
	    { 0x0, 28, 1, 1 },		/* priv_level_privileged */
	    { 0x0, 29, 1, 1 },		/* priv_level_limited */
	),

	/* Module */
	CAP(MODULE, 0x2, 4, 0, "nv_module_feature_cap",
	    { 0x0, 30, 1, 1 },		/* nv_module_power_cap */
	    { 0x0, 31, 1, 1 },		/* nv_module_split_cap */
	),
	CONF(MODULE, 0x4, 16, 0, "nv_module_split"),
	CONF(MODULE, 0x80, 8, 0, "nv_module_power"),
};

const unsigned int nv_ntypes = ARRAY_SIZE(nv_types);

#define LIMIT(_class, _index, _at, _bit, _width, _cap_class, _cap, _cap_at, _cap_bit, _cap_width) \
	{ NV_##_class, _index, { _at, _bit, _width },				\
	  NV_##_cap_class, _cap, { _cap_at, _cap_bit, _cap_width } }

/*
 * The maximum of a field of an item is the field of a capability; for a switch, that
 * is whether the device supports it. Source: dependencies and bounds in
 * mlxconfig_host.db.
 */
const struct nv_limit nv_limits[] = {
	LIMIT(GLOBAL, 0x6, 0, 0, 8, GLOBAL, 0x7, 0, 0, 8), /* log_memic_bar_size */
	LIMIT(GLOBAL, 0x6, 0, 8, 4, GLOBAL, 0x7, 0, 8, 4), /* memic_size_limit */
	LIMIT(GLOBAL, 0x8, 0, 3, 1, GLOBAL, 0x9, 0, 30, 1), /* cache_disable */
	LIMIT(GLOBAL, 0xa, 0, 31, 1, GLOBAL, 0xb, 0, 31, 1), /* auto_reload */
	LIMIT(GLOBAL, 0xe, 0, 31, 1, GLOBAL, 0xf, 0, 0, 1), /* prog_parse_graph */
	LIMIT(GLOBAL, 0x80, 0, 14, 1, GLOBAL, 0x81, 0, 11, 1), /* per_pf_total_vf */
	LIMIT(GLOBAL, 0x80, 0, 17, 1, GLOBAL, 0x81, 0, 23, 1), /* non_prefetchable_pf_bar */
	LIMIT(GLOBAL, 0x80, 0, 18, 1, GLOBAL, 0x81, 0, 18, 1), /* vf_vpd_enable */
	LIMIT(GLOBAL, 0x80, 0, 19, 1, GLOBAL, 0x81, 0, 13, 1), /* per_pf_num_msix */
	LIMIT(GLOBAL, 0x80, 0, 20, 1, GLOBAL, 0x81, 0, 14, 1), /* per_pf_num_sf */
	LIMIT(GLOBAL, 0x80, 0, 21, 1, GLOBAL, 0x81, 0, 21, 1), /* strict_vf_msix_num_enabled */
	LIMIT(GLOBAL, 0x80, 0, 22, 1, GLOBAL, 0x81, 0, 22, 1), /* vf_nodnic_enable */
	LIMIT(GLOBAL, 0x80, 0, 26, 1, GLOBAL, 0x81, 0, 26, 1), /* num_pf_msix_valid */
	LIMIT(GLOBAL, 0x80, 4, 0, 16, GLOBAL, 0x81, 4, 0, 16), /* total_vfs */
	LIMIT(GLOBAL, 0x80, 4, 16, 8, GLOBAL, 0x81, 4, 16, 8), /* num_pfs */
	LIMIT(GLOBAL, 0x80, 4, 27, 1, GLOBAL, 0x81, 4, 27, 1), /* pf_bar2_en */
	LIMIT(GLOBAL, 0x80, 4, 28, 1, GLOBAL, 0x81, 4, 28, 1), /* hide_port2_pf */
	LIMIT(GLOBAL, 0x80, 4, 29, 1, GLOBAL, 0x81, 4, 29, 1), /* fpp_en */
	LIMIT(GLOBAL, 0x80, 4, 31, 1, GLOBAL, 0x81, 4, 31, 1), /* sriov_en */
	LIMIT(GLOBAL, 0x80, 8, 0, 6, GLOBAL, 0x81, 8, 0, 6), /* log_pf_uar_bar_size */
	LIMIT(GLOBAL, 0x80, 8, 6, 6, GLOBAL, 0x81, 8, 6, 6), /* log_vf_uar_bar_size */
	LIMIT(GLOBAL, 0x80, 8, 12, 10, GLOBAL, 0x81, 8, 12, 10), /* num_pf_msix */
	LIMIT(GLOBAL, 0x80, 8, 22, 10, GLOBAL, 0x81, 8, 22, 10), /* num_vf_msix */
	LIMIT(GLOBAL, 0x88, 0, 0, 4, GLOBAL, 0x89, 0, 0, 4), /* num_port */
	LIMIT(GLOBAL, 0x88, 0, 19, 1, GLOBAL, 0x89, 0, 19, 1), /* rt_pps_out_default */
	LIMIT(GLOBAL, 0x88, 0, 24, 1, GLOBAL, 0x89, 0, 24, 1), /* accurate_scheduler */
	LIMIT(GLOBAL, 0x88, 0, 25, 1, GLOBAL, 0x89, 0, 25, 1), /* partial_reset */
	LIMIT(GLOBAL, 0x88, 0, 28, 1, GLOBAL, 0x89, 0, 28, 1), /* sw_recovery_on_error */
	LIMIT(GLOBAL, 0x88, 0, 29, 1, GLOBAL, 0x89, 0, 29, 1), /* reset_with_host_on_errors */
	LIMIT(GLOBAL, 0x88, 0, 31, 1, GLOBAL, 0x89, 0, 30, 1), /* advanced_power_settings_en */
	LIMIT(GLOBAL, 0x8d, 0, 0, 8, GLOBAL, 0x8e, 0, 0, 8), /* num_switch_port */
	LIMIT(GLOBAL, 0x8d, 0, 30, 1, GLOBAL, 0x8e, 0, 30, 1), /* hotplug_virtio_transitional */
	LIMIT(GLOBAL, 0x8d, 0, 31, 1, GLOBAL, 0x8e, 0, 31, 1), /* pci_switch */
	LIMIT(GLOBAL, 0x94, 0, 24, 3, GLOBAL, 0x113, 0, 24, 3), /* bus0_speed */
	LIMIT(GLOBAL, 0x94, 0, 28, 3, GLOBAL, 0x113, 0, 28, 3), /* bus0_width */
	LIMIT(GLOBAL, 0x94, 0, 31, 1, GLOBAL, 0x113, 0, 31, 1), /* bus0_restrict */
	LIMIT(GLOBAL, 0x10a, 0, 4, 1, GLOBAL, 0x10b, 0, 31, 1), /* ip_over_vxlan_en */
	LIMIT(GLOBAL, 0x10a, 0, 5, 1, GLOBAL, 0x10b, 0, 30, 1), /* mkey_by_name */
	LIMIT(GLOBAL, 0x10a, 0, 6, 1, GLOBAL, 0x10b, 0, 23, 1), /* esw_fdb_ipv4_ttl_modify_enable */
	LIMIT(GLOBAL, 0x10a, 0, 7, 1, GLOBAL, 0x10b, 0, 7, 1), /* prio_tag_required_en */
	LIMIT(GLOBAL, 0x10a, 0, 8, 1, GLOBAL, 0x10b, 0, 8, 1), /* uctx_en */
	LIMIT(GLOBAL, 0x10a, 0, 10, 1, GLOBAL, 0x10b, 0, 19, 1), /* ptp_cyc2realtime */
	LIMIT(GLOBAL, 0x10a, 0, 11, 1, GLOBAL, 0x10b, 0, 18, 1), /* sr_enable */
	/* tunnel_ecn_copy_offload_disable */
	LIMIT(GLOBAL, 0x10a, 0, 15, 1, GLOBAL, 0x10b, 0, 22, 1),
	LIMIT(GLOBAL, 0x10a, 4, 29, 1, GLOBAL, 0x10b, 0, 13, 1), /* ar_enable */
	/* tunnel_udp_entropy_proto_disable */
	LIMIT(GLOBAL, 0x10a, 4, 31, 1, GLOBAL, 0x10b, 0, 15, 1),
	LIMIT(GLOBAL, 0x117, 0, 22, 1, GLOBAL, 0x118, 0, 24, 1), /* hairpin_data_lock */
	LIMIT(GLOBAL, 0x117, 0, 23, 1, GLOBAL, 0x118, 0, 29, 1), /* tls_optimize */
	LIMIT(GLOBAL, 0x117, 0, 31, 1, GLOBAL, 0x118, 0, 31, 1), /* ztt_enable */
	LIMIT(GLOBAL, 0x119, 0, 30, 1, GLOBAL, 0x11a, 0, 30, 1), /* legacy_cc_dcqcn_sw */
	LIMIT(GLOBAL, 0x119, 0, 31, 1, GLOBAL, 0x11a, 0, 31, 1), /* legacy_cc_dcqcn */
	LIMIT(GLOBAL, 0x190, 0, 0, 5, GLOBAL, 0x191, 4, 0, 32), /* log_dcr_hash_table_size */
	LIMIT(GLOBAL, 0x190, 4, 0, 24, GLOBAL, 0x191, 12, 0, 32), /* dcr_lifo_size */
	LIMIT(PORT, 0x10a, 0, 27, 1, PORT, 0x10b, 0, 27, 1), /* lldp_nb_dcbx */
	LIMIT(PORT, 0x10a, 0, 28, 2, PORT, 0x10b, 0, 28, 2), /* lldp_nb_rx_mode */
	LIMIT(PORT, 0x10a, 0, 30, 2, PORT, 0x10b, 0, 30, 2), /* lldp_nb_tx_mode */
	LIMIT(PORT, 0x192, 0, 0, 4, PORT, 0x193, 0, 0, 4), /* num_of_vl */
	LIMIT(PORT, 0x192, 0, 8, 4, PORT, 0x193, 0, 8, 4), /* num_of_pfc */
	LIMIT(PORT, 0x192, 0, 12, 4, PORT, 0x193, 0, 12, 4), /* log_vl15_buffer_size */
	LIMIT(PORT, 0x196, 0, 5, 1, PORT, 0x197, 0, 27, 1), /* loopback_disable_mc */
	LIMIT(PORT, 0x196, 0, 6, 1, PORT, 0x197, 0, 27, 1), /* loopback_disable_uc */
	LIMIT(PORT, 0x196, 0, 7, 1, PORT, 0x197, 0, 28, 1), /* unknown_uplink_mac_flood */
	LIMIT(PORT, 0x201, 0, 26, 1, PORT, 0x202, 0, 30, 1), /* phy_rate_mask_override */
	LIMIT(FUNCTION, 0x10, 0, 10, 1, FUNCTION, 0x1f, 0, 10, 1), /* en_wol_magic */
	LIMIT(FUNCTION, 0x80, 0, 21, 1, GLOBAL, 0x81, 0, 8, 1), /* pf_device_id_en */
	LIMIT(FUNCTION, 0x8d, 0, 0, 8, FUNCTION, 0x8e, 0, 0, 8), /* num_switch_port */
	LIMIT(FUNCTION, 0x8d, 0, 31, 1, FUNCTION, 0x8e, 0, 31, 1), /* pci_switch */
	LIMIT(FUNCTION, 0x112, 0, 23, 1, FUNCTION, 0x113, 0, 25, 1), /* silent_mode */
	LIMIT(FUNCTION, 0x112, 0, 31, 1, FUNCTION, 0x113, 0, 31, 1), /* multi_port_vhca_en */
	LIMIT(FUNCTION, 0x196, 0, 31, 1, GLOBAL, 0x101, 0, 26, 1), /* hii_en */
	LIMIT(FUNCTION, 0x202, 0, 0, 1, GLOBAL, 0x101, 0, 29, 1), /* debug_log_en */
	/* boot_legacy_interrupt_disable */
	LIMIT(FUNCTION, 0x221, 0, 27, 1, GLOBAL, 0x101, 0, 22, 1),
	LIMIT(FUNCTION, 0x221, 0, 29, 1, GLOBAL, 0x101, 0, 27, 1), /* lacp_dis */
	LIMIT(HOST, 0x80, 0, 15, 1, HOST, 0x81, 0, 15, 1), /* exp_rom_virtio_net_pxe_enable */
	LIMIT(HOST, 0x80, 0, 16, 1, HOST, 0x81, 0, 16, 1), /* exp_rom_virtio_net_uefi_arm_enable */
	LIMIT(HOST, 0x80, 0, 17, 1, HOST, 0x81, 0, 17, 1), /* exp_rom_virtio_net_uefi_x86_enable */
	LIMIT(HOST, 0x80, 0, 18, 1, HOST, 0x81, 0, 18, 1), /* exp_rom_virtio_blk_uefi_arm_enable */
	LIMIT(HOST, 0x80, 0, 19, 1, HOST, 0x81, 0, 19, 1), /* exp_rom_virtio_blk_uefi_x86_enable */
	LIMIT(HOST, 0x80, 0, 20, 1, HOST, 0x81, 0, 20, 1), /* exp_rom_nvme_uefi_arm_enable */
	LIMIT(HOST, 0x80, 0, 21, 1, HOST, 0x81, 0, 21, 1), /* exp_rom_nvme_uefi_x86_enable */
	LIMIT(HOST, 0x80, 0, 22, 1, HOST, 0x81, 0, 22, 1), /* ats_enabled */
	LIMIT(HOST, 0x80, 0, 23, 1, HOST, 0x81, 0, 23, 1), /* dynamic_vf_msix */
	LIMIT(HOST, 0x80, 0, 24, 1, HOST, 0x81, 0, 24, 1), /* exp_rom_uefi_arm_enable */
	LIMIT(HOST, 0x80, 0, 25, 1, HOST, 0x81, 0, 25, 1), /* exp_rom_uefi_x86_enable */
	LIMIT(HOST, 0x80, 0, 26, 1, HOST, 0x81, 0, 26, 1), /* exp_rom_pxe_enable */
	LIMIT(HOST, 0x80, 0, 27, 1, HOST, 0x81, 0, 27, 1), /* ibm_tunneled_atomic_en */
	LIMIT(HOST, 0x80, 0, 28, 1, HOST, 0x81, 0, 28, 1), /* ibm_as_notify_en */
	LIMIT(HOST, 0x80, 0, 31, 1, HOST, 0x81, 0, 31, 1), /* advanced_pci_settings */
};

const unsigned int nv_nlimits = ARRAY_SIZE(nv_limits);
