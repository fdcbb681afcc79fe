// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bits that change the effect of a request of its opcode or register: queries
 * that clear the reported counters, reads that have an effect, writes that change
 * only part of a register. Sorted by &enum mlx5_fwctl_where, then by opcode or
 * register.
 *
 * Positions are from include/linux/mlx5/mlx5_ifc.h and mlx5_ifc_fpga.h of Linux
 * (IFC), from drivers/common/mlx5/mlx5_prm.h of DPDK (DPDK), and for registers
 * from register_access_table.adb of NVIDIA's mstflint (ADB), which also marks
 * the fields that have the same effect in a read as in a write.
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
	IN_COMMAND(0x93b, 0x18, 0x80000000, W_DEBUG,
		   "query_flow_counter.clear: resets the counters (IFC)"),
	IN_COMMAND(0x93b, 0x18, 0x40000000, W_FULL,
		   "query_flow_counter.dump_to_memory: writes to a memory key (DPDK)"),
	IN_COMMAND(0x964, 0x08, 0x80000000, W_DEBUG,
		   "fpga_query_qp_counters.clear: resets the counters (IFC)"),

	IN_READ(0x5008, 0x04, 0x80000000, W_DEBUG,
		"ppcnt.clr: resets the counters, in a read too (ADB)"),
	IN_READ(0x5012, 0x00, 0x80000000, W_FULL,
		"pmaos.rst: resets the module (ADB)"),
	IN_READ(0x5037, 0x00, 0x40000000, W_FULL,
		"pprt.s: starts tuning of the receiver (ADB)"),
	IN_READ(0x5038, 0x04, 0x000003ff, W_DEBUG,
		"pbsr.clear_wm_buff_mask: resets watermarks (ADB)"),
	IN_READ(0x5038, 0x08, 0x80000000, W_DEBUG,
		"pbsr.clear_wm: resets watermarks (ADB)"),
	IN_READ(0x5052, 0x04, 0x20000200, W_DEBUG,
		"ppbmc.clr_stat, ievent: reset statistics, raise an event (ADB)"),
	IN_READ(0x5065, 0x00, 0x00000010, W_DEBUG,
		"pmpd.cl: resets the counters (ADB)"),
	IN_READ(0x900a, 0x08, 0x40000000, W_DEBUG,
		"mtmp.mtr: resets the highest temperature seen (ADB)"),
	IN_READ(0x9014, 0x00, 0x80000000, W_FULL,
		"mcia.l: locks the module's page (ADB)"),
	IN_READ(0x9014, 0x0c, 0xffffffff, W_FULL,
		"mcia.password: is written to the module (ADB)"),
	IN_READ(0x9036, 0x04, 0x00000001, W_DEBUG,
		"mgnle.clr: clears the log entry (ADB)"),
	IN_READ(0x9043, 0x00, 0x00030000, W_DEBUG,
		"mtrc_ctrl.slcg_cmd: switches the tracers' clocks (ADB)"),
	IN_READ(0x9051, 0x04, 0x80000000, W_DEBUG,
		"mpcnt.clr: resets the counters, in a read too (ADB)"),
	IN_READ(0x9055, 0x00, 0x0000000f, W_FULL,
		"mtutc.operation: sets or adjusts the clock (ADB)"),
	IN_READ(0x910e, 0x04, 0x00000003, W_DEBUG,
		"mtmr.op: resets the counters (ADB)"),
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
