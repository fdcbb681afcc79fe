// SPDX-License-Identifier: GPL-2.0-only
/*
 * Queries that need no object: the function's virtual port, its counters, its
 * environment. Their outputs are fields like those of registers. Layouts:
 * mlx5_ifc.h of Linux.
 */
#include <stdlib.h>

#include "registers.h"

static const struct reg_field special_contexts[] = {
	CONST(0x08, 0, 32, 0x00000700),		/* dump_fill_mkey */
	CONST(0x0c, 0, 32, 0x00000200),		/* resd_lkey */
	CONST(0x10, 0, 32, 0x00000100),		/* null_mkey */
	END
};

static const struct reg_field vport_state[] = {
	CONST(0x0c, 16, 16, 1000),		/* max_tx_speed: 100 Gb/s */
	CONST(0x0c, 4, 4, 1),			/* admin_state: up */
	CONST(0x0c, 0, 4, 1),			/* state: up */
	END
};

static const struct reg_field nic_vport[] = {
	CONST(0x34, 0, 16, 1522),		/* mtu */
	CONST(0x38, 0, 32, 0xb8599f03), CONST(0x3c, 0, 32, 0x00000010),	/* system_image_guid */
	CONST(0x40, 0, 32, 0xb8599f03), CONST(0x44, 0, 32, 0x00000010),	/* port_guid */
	CONST(0x48, 0, 32, 0xb8599f03), CONST(0x4c, 0, 32, 0x00000010),	/* node_guid */
	END
};

static const struct reg_field hca_vport[] = {
	CONST(0x30, 4, 4, 4),			/* port_state: active */
	CONST(0x38, 0, 32, 0xb8599f03), CONST(0x3c, 0, 32, 0x00000010),	/* system_image_guid */
	CONST(0x40, 0, 32, 0xb8599f03), CONST(0x44, 0, 32, 0x00000010),	/* port_guid */
	CONST(0x48, 0, 32, 0xb8599f03), CONST(0x4c, 0, 32, 0x00000010),	/* node_guid */
	END
};

static const struct reg_field vnic_env[] = {
	COUNT32(0x10, 0, 0),			/* counter_error_queues */
	COUNT32(0x14, 2, 0),			/* total_error_queues */
	COUNT32(0x18, 9, 0),			/* send_queue_priority_update_flow */
	COUNT(0x20, 17, 0),			/* nic_receive_steering_discard */
	COUNT(0x28, 4, 0),			/* receive_discard_vport_down */
	COUNT(0x30, 1, 0),			/* transmit_discard_vport_down */
	COUNT32(0x44, 3, 0),			/* invalid_command */
	COUNT32(0x4c, 31, 1),			/* internal_rq_out_of_buffer */
	END
};

static const struct reg_field vport_counter[] = {
	COUNT(0x10, 5, 0), COUNT(0x18, 320, 0),			/* received_errors */
	COUNT(0x30, 2183365, 4000), COUNT(0x38, 900123456, 4500000),	/* received_ib_unicast */
	COUNT(0x40, 1842376, 3000), COUNT(0x48, 800123456, 3100000),
	COUNT(0x70, 431, 1), COUNT(0x78, 27584, 64),		/* received_eth_broadcast */
	COUNT(0x80, 19, 0), COUNT(0x88, 1216, 0),
	COUNT(0x90, 1183365, 7000), COUNT(0x98, 1491992257, 8000000), /* received_eth_unicast */
	COUNT(0xa0, 1042376, 6000), COUNT(0xa8, 1124979656, 6300000),
	COUNT(0xb0, 9315, 2), COUNT(0xb8, 1192320, 256),	/* received_eth_multicast */
	COUNT(0xc0, 812, 1), COUNT(0xc8, 103936, 128),
	END
};

static const struct reg_field q_counter[] = {
	COUNT32(0x10, 80012, 900),		/* rx_write_requests */
	COUNT32(0x18, 1201, 30),		/* rx_read_requests */
	COUNT32(0x20, 12, 0),			/* rx_atomic_requests */
	COUNT32(0x30, 41, 1),			/* out_of_buffer */
	COUNT32(0x38, 7, 0),			/* out_of_sequence */
	COUNT32(0x40, 3, 0),			/* duplicate_request */
	COUNT32(0x48, 2, 0),			/* rnr_nak_retry_err */
	COUNT32(0x50, 5, 0),			/* packet_seq_err */
	COUNT32(0x60, 1, 0),			/* local_ack_timeout_err */
	END
};

static const struct reg_field cong_status[] = {
	CONST(0x0c, 30, 2, 3),			/* enable, tag_enable */
	END
};

static const struct reg_field cong_statistics[] = {
	CONST(0x10, 0, 32, 3),			/* rp_cur_flows */
	CONST(0x14, 0, 32, 12),			/* sum_flows */
	COUNT(0x18, 0, 0),			/* rp_cnp_ignored */
	COUNT(0x20, 4101, 11),			/* rp_cnp_handled */
	COUNT(0x48, 0, 1000000),		/* time_stamp */
	COUNT(0x54, 77, 1),			/* np_ecn_marked_roce_packets, unaligned */
	COUNT(0x5c, 66, 1),			/* np_cnp_sent */
	END
};

static const struct reg_field wol_rol[] = {
	CONST(0x08, 0, 8, 0x20),		/* wol_mode: magic packet */
	END
};

static const struct reg_field lag[] = {
	CONST(0x08, 0, 32, 0),
	END
};

enum query_flags {
	Q_VPORT	= BIT(0),	/* of a virtual port: only the function's own exists */
};

static const struct query {
	u16 opcode;
	u8 flags;
	u8 clear;		/* input byte whose highest bit clears the counters; 0: none */
	u16 out_len;
	const struct reg_field *fields;
} queries[VCX_QUERIES] = {
	{ 0x203, 0, 0, 24, special_contexts },
	{ 0x750, Q_VPORT, 0, 16, vport_state },
	{ 0x754, Q_VPORT, 0, 16 + 240, nic_vport },
	{ 0x762, Q_VPORT, 0, 16 + 64, hca_vport },
	{ 0x76f, Q_VPORT, 0, 16 + 128, vnic_env },
	{ 0x770, Q_VPORT, 0x18, 16 + 208, vport_counter },
	{ 0x773, Q_VPORT, 0x18, 0x100, q_counter },
	{ 0x822, 0, 0, 16, cong_status },
	{ 0x826, 0, 0x08, 0x64, cong_statistics },
	{ 0x831, 0, 0, 16, wol_rol },
	{ 0x842, 0, 0, 16, lag },
};

struct cmd_result query_fields(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	u16 opcode = get_be16(cmd->in);
	const struct query *q = queries;
	u64 *cleared_ns;

	while (q->opcode != opcode)
		q++;
	cleared_ns = &vcx->query_cleared_ns[q - queries];
	if (cmd->out_len < q->out_len)
		return cmd_fail(ST_BAD_OUTPUT_LEN, SYND_BAD_OUTPUT_LEN);
	if ((q->flags & Q_VPORT) && ((cmd->in[8] & 0x80) || get_be16(cmd->in + 10)))
		return cmd_fail(ST_BAD_PARAM, SYND_FUNCTION);
	/* The queue counters number 0 are the firmware's own. */
	if (opcode == 0x773 && cmd->in_len >= 0x20 && cmd->in[0x1f] &&
	    !objects_find(&vcx->fw.objects, OBJECT_Q_COUNTER, cmd->in[0x1f]))
		return cmd_fail(ST_BAD_RESOURCE, SYND_OBJECT_NUMBER);
	fields_fill(vcx, q->fields, &(struct reg_access){ .out = cmd->out }, *cleared_ns);
	if (q->clear && cmd->in_len > q->clear && (cmd->in[q->clear] & 0x80))
		*cleared_ns = now_ns();
	return cmd_ok();
}
