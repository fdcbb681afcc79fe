// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bits that change the effect of a request of its opcode or register: queries
 * that clear the reported counters, reads that have an effect, writes that change
 * only part of a register. Sorted by &enum mlx5_fwctl_where, then by opcode or
 * register.
 *
 * Positions are from include/linux/mlx5/mlx5_ifc.h and mlx5_ifc_fpga.h of Linux
 * (IFC), from drivers/common/mlx5/mlx5_prm.h of DPDK (DPDK), and for registers
 * from register_access_table.adb of NVIDIA's mstflint (ADB). It marks fields that
 * act in a read as in a write (OP), and fields that are written only (WO), although
 * one of these clears counters in a read, too. So a read needs as much as a write if
 * it sets an OP field that acts, or a WO field that starts, stops, resets or clears
 * anything. tools/testing/classifier/adb-decided lists all of these fields.
 */
#include "allowlist.h"

#define IN_COMMAND(_number, _offset, _mask, _access, _why) \
	{ .where = MLX5_FWCTL_IN_COMMAND, .number = _number, .offset = _offset, \
	  .mask = _mask, .access = _access, MLX5_FWCTL_WHY(_why) }

#define IN_READ(_number, _offset, _mask, _access, _why) \
	{ .where = MLX5_FWCTL_IN_READ, .number = _number, .offset = _offset, \
	  .mask = _mask, .access = _access, MLX5_FWCTL_WHY(_why) }

#define IN_READ_UNLESS(_number, _offset, _mask, _harmless, _access, _why) \
	{ .where = MLX5_FWCTL_IN_READ, .number = _number, .offset = _offset, \
	  .mask = _mask, .harmless = _harmless, .access = _access, \
	  MLX5_FWCTL_WHY(_why) }

#define IN_WRITE(_number, _offset, _mask, _access, _why) \
	{ .where = MLX5_FWCTL_IN_WRITE, .number = _number, .offset = _offset, \
	  .mask = _mask, .access = _access, MLX5_FWCTL_WHY(_why) }

const struct mlx5_fwctl_content mlx5_fwctl_contents[] = {
	IN_COMMAND(0x770, 0x18, 0x80000000, W_DEBUG,
		   "query_vport_counter.clear: resets the counters (IFC)"),
	IN_COMMAND(0x773, 0x18, 0x80000000, W_DEBUG,
		   "query_q_counter.clear: resets the counters (IFC)"),
	IN_COMMAND(0x826, 0x08, 0x80000000, W_DEBUG,
		   "query_cong_statistics.clear: resets the counters (IFC)"),
	IN_COMMAND(0x93b, 0x18, 0x80000000, W_FULL,
		   "query_flow_counter.clear: mlx5_core relies on the counters (IFC)"),
	IN_COMMAND(0x93b, 0x18, 0x40000000, W_FULL,
		   "query_flow_counter.dump_to_memory: writes to a memory key (DPDK)"),
	IN_COMMAND(0x964, 0x08, 0x80000000, W_DEBUG,
		   "fpga_query_qp_counters.clear: resets the counters (IFC)"),

	IN_READ(0x5007, 0x00, 0x03000000, W_FULL,
		"pfcc.set_buf_ownership: resets the buffers' configuration (ADB)"),
	IN_READ(0x5008, 0x04, 0x80000000, W_DEBUG,
		"ppcnt.clr: resets the counters, in a read too (ADB)"),
	IN_READ(0x5012, 0x00, 0x80000000, W_FULL,
		"pmaos.rst: resets the module (ADB)"),
	IN_READ(0x5023, 0x00, 0x0e000000, W_FULL,
		"pplm.*_override_to_default: reset settings of a link (ADB)"),
	IN_READ(0x5037, 0x00, 0x40000000, W_FULL,
		"pprt.s: starts tuning of the receiver (ADB)"),
	IN_READ(0x5038, 0x04, 0x000003ff, W_DEBUG,
		"pbsr.clear_wm_buff_mask: resets watermarks (ADB)"),
	IN_READ(0x5038, 0x08, 0x80000000, W_DEBUG,
		"pbsr.clear_wm: resets watermarks (ADB)"),
	IN_READ(0x5044, 0x00, 0x0000000c, W_FULL,
		"pmmp.els_trigger_mode: raises an event (ADB)"),
	IN_READ(0x5044, 0x20, 0xe0000000, W_FULL,
		"pmmp.set_laser_operation: switches or tunes the laser (ADB)"),
	IN_READ(0x5052, 0x04, 0x20000200, W_DEBUG,
		"ppbmc.clr_stat, ievent: reset statistics, raise an event (ADB)"),
	IN_READ(0x5059, 0x00, 0x08000000, W_FULL,
		"pprm.recovery_go_once: starts recovery of the link (ADB)"),
	IN_READ(0x505a, 0x04, 0x80004000, W_FULL,
		"slred.en, abort: start and stop an eye scan (ADB)"),
	IN_READ(0x505b, 0x00, 0x00000001, W_FULL,
		"sllm.c_db: copies settings to firmware's database (ADB)"),
	IN_READ(0x5065, 0x00, 0x00000010, W_DEBUG,
		"pmpd.cl: resets the counters (ADB)"),
	IN_READ(0x507b, 0x00, 0xc0000000, W_FULL,
		"slprr.start_measure, stop_measure: the link is lost (ADB)"),
	IN_READ(0x507e, 0x08, 0x80000000, W_FULL,
		"pmac.restart_training_host: restarts training (ADB)"),
	IN_READ(0x507e, 0x0c, 0x80000000, W_FULL,
		"pmac.restart_training_line: restarts training (ADB)"),
	IN_READ(0x5083, 0x04, 0x02000000, W_FULL,
		"pfldc.disable_debug_mode_admin: may take the link down (ADB)"),
	IN_READ(0x5086, 0x08, 0x80000000, W_DEBUG,
		"pcct.clr: clears the latched values, in a read too (ADB)"),
	IN_READ(0x900a, 0x08, 0x40000000, W_DEBUG,
		"mtmp.mtr: resets the highest temperature seen (ADB)"),
	IN_READ(0x9014, 0x00, 0x80000000, W_FULL,
		"mcia.l: locks the module's page (ADB)"),
	IN_READ(0x9014, 0x08, 0x18000000, W_FULL,
		"mcia.passwd_length, bg_mode: writes a password; answers by an event (ADB)"),
	IN_READ(0x9014, 0x0c, 0xffffffff, W_FULL,
		"mcia.password: is written to the module (ADB)"),
	IN_READ(0x9017, 0x00, 0x00000007, W_FULL,
		"mmdio.operation: accesses the bus, writes included (ADB)"),
	IN_READ(0x9028, 0x04, 0x18000000, W_FULL,
		"mfrl.pci_sync_for_fw_update_resp: answers a reset request (ADB)"),
	IN_READ(0x9036, 0x04, 0x00000001, W_DEBUG,
		"mgnle.clr: clears the log entry (ADB)"),
	IN_READ(0x903a, 0x0c, 0xffffffff, W_FULL,
		"mgcr.GPIO_set: drives pins (ADB)"),
	IN_READ(0x903a, 0x10, 0xffffffff, W_FULL,
		"mgcr.GPIO_clear: drives pins (ADB)"),
	IN_READ(0x9043, 0x00, 0x08030000, W_DEBUG,
		"mtrc_ctrl.slcg_cmd, arm_event: switch clocks, request an event (ADB)"),
	IN_READ(0x9051, 0x04, 0x80000000, W_DEBUG,
		"mpcnt.clr: resets the counters, in a read too (ADB)"),
	IN_READ(0x9055, 0x00, 0x0000000f, W_FULL,
		"mtutc.operation: sets or adjusts the clock (ADB)"),
	IN_READ(0x910e, 0x04, 0x00000003, W_DEBUG,
		"mtmr.op: resets the counters (ADB)"),
	IN_READ(0x9110, 0x04, 0xc0000000, W_FULL,
		"mdsr.end, revoke_version: end a debug session (ADB)"),
	IN_READ(0x911b, 0x00, 0x00000003, W_DEBUG,
		"mtie.enable_all: switches the tracers (ADB)"),
	IN_READ(0xb001, 0x10, 0x80000000, W_DEBUG,
		"sbpr.clr: resets the highest occupancy seen (ADB)"),
	IN_READ(0xb002, 0x14, 0x80000000, W_DEBUG,
		"sbcm.clr: resets the highest occupancy seen (ADB)"),
	IN_READ(0xb003, 0x14, 0x80000000, W_DEBUG,
		"sbpm.clr: resets the highest occupancy seen (ADB)"),
	IN_READ_UNLESS(0xc000, 0x00, 0x40000000, 0x40000000, W_FULL,
		       "resource_dump without inline_dump: writes to a memory key (IFC)"),
	IN_READ(0xc010, 0x04, 0x20000000, W_DEBUG,
		"vhca_icm_ctrl.rst_max_reached_alloc_icm: resets a maximum (ADB)"),
	IN_READ(0xc01f, 0x04, 0xff000000, W_FULL,
		"nic_dpa_self_host_app_mgmt.app_action: starts and stops programs (ADB)"),
	IN_READ(0xc020, 0x00, 0x40000000, W_FULL,
		"host_os_init_ctrl.delay_host_os_init_clr: lets the host start (ADB)"),
	IN_READ(0xc021, 0x04, 0x20000000, W_DEBUG,
		"vhca_group_icm_ctrl.rst_max_reached_alloc_icm: resets a maximum (ADB)"),

	/*
	 * "mstconfig set" and "mstconfig reset" end with a write of this field
	 * alone, which arms a firmware reset for the next time that the PCIe
	 * link goes down. The two triggers reset nothing at once. The other
	 * bits of this register do, or belong to the driver's own resets.
	 */
	IN_WRITE(0x9028, 0x04, ~0x48u, W_FULL,
		 "mfrl, except reset_trigger PERST and link toggle: resets at once (ADB)"),
	IN_WRITE(0x9041, 0x00, 0x0000000f, W_FULL,
		 "mtrc_conf.trace_mode: traces to a memory key (ADB)"),
};

const size_t mlx5_fwctl_nr_contents = ARRAY_SIZE(mlx5_fwctl_contents);

#define ITEM(_mask, _type, _why) \
	{ .mask = _mask, .type = _type, MLX5_FWCTL_WHY(_why) }

/*
 * Types and their fields are those of mstflint's database mlxconfig_host.db (CDB) and
 * of config_item_ext in register_access_table.adb: items of a host's function, class
 * 3, have the function in the middle of their type.
 */
const struct mlx5_fwctl_secret mlx5_fwctl_secrets[] = {
	ITEM(0xffffffff, 0x0000019b,
	     "nv_secure_host: key of the lock for access by the host (CDB)"),
	ITEM(0xff0003ff, 0x03000239,
	     "nv_rom_iscsi_initiator_chap_pwd: password (CDB)"),
	ITEM(0xff0003ff, 0x03000247,
	     "nv_rom_iscsi_first_target_chap_pwd: password (CDB)"),
	ITEM(0xff0003ff, 0x03000257,
	     "nv_rom_iscsi_second_target_chap_pwd: password (CDB)"),
};

const size_t mlx5_fwctl_nr_secrets = ARRAY_SIZE(mlx5_fwctl_secrets);
