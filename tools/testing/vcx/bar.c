// SPDX-License-Identifier: GPL-2.0-only
/*
 * BAR 0: the initialization segment with its health buffer ("Initialization
 * Segment" in the Ethernet Adapters PRM), followed by the pages of the UARs.
 */
#include "vcx.h"

#define ISEG_FW_REV		0x0
#define ISEG_CMDIF_REV		0x4
#define ISEG_CMDQ_HIGH		0x10
#define ISEG_CMDQ_LOW		0x14
#define ISEG_DOORBELL		0x18
#define ISEG_INITIALIZING	0x1fc
#define ISEG_HEALTH_FW_VER	0x230
#define ISEG_HEALTH_HW_ID	0x234
#define ISEG_HEALTH_SEVERITY	0x238
#define ISEG_HEALTH_SYNDROME	0x23c
#define ISEG_CMD_TIMEOUT	0xff8
#define ISEG_INIT_TIMEOUT	0xffc
#define ISEG_TIMER_HIGH		0x1000
#define ISEG_TIMER_LOW		0x1004
#define ISEG_HEALTH_COUNTER	0x1010

#define CMDIF_REV		5
#define INITIALIZING_CAN_RESET	BIT(30)
#define SEVERITY_RESET		BIT(31)
#define SEVERITY_VALID		BIT(27)
#define SEVERITY_CRITICAL	(2u << 24)
#define TIMEOUT_SECONDS		BIT(29)
#define INIT_TIMEOUT_S		10u

#define NIC_STATE_SHIFT		8
#define NIC_STATE_MASK		0x7u
#define SW_RESET_NS		(100 * MS_TO_NS)

#define UAR_EQ_ARM		0x40
#define UAR_EQ_NO_ARM		0x48

u32 bar_health_counter(const struct vcx *vcx)
{
	if (vcx->faults.stalled)
		return vcx->faults.stalled_at;
	return (u32)((now_ns() - vcx->start_ns) / (10 * MS_TO_NS)) & 0xffffff;
}

static u8 nic_state(struct vcx *vcx)
{
	struct vcx_fw *fw = &vcx->fw;

	if (fw->nic_state == NIC_SW_RESET && now_ns() >= fw->nic_disabled_ns) {
		vcx->faults.health_syndrome = 0;
		fw->nic_state = NIC_DISABLED;
	}
	return fw->nic_state;
}

static u32 iseg_health(const struct vcx *vcx, u32 off)
{
	const struct vcx_faults *f = &vcx->faults;

	switch (off) {
	case ISEG_HEALTH_FW_VER:
		return vcx_fw_version(vcx);
	case ISEG_HEALTH_HW_ID:
		return vcx->model->hw_id;
	case ISEG_HEALTH_SEVERITY:
		if (!f->health_syndrome)
			return 0;
		return SEVERITY_VALID | SEVERITY_CRITICAL |
		       (f->no_recovery ? 0 : SEVERITY_RESET);
	case ISEG_HEALTH_SYNDROME:
		return (u32)f->health_syndrome << 16;
	default:
		return 0;
	}
}

static u32 iseg_read(struct vcx *vcx, u32 off)
{
	switch (off) {
	case ISEG_FW_REV:
		return (vcx_fw_version(vcx) >> 16 & 0xff) << 16 | vcx_fw_version(vcx) >> 24;
	case ISEG_CMDIF_REV:
		return CMDIF_REV << 16 | (vcx_fw_version(vcx) & 0xffff);
	case ISEG_CMDQ_HIGH:
		return vcx->fw.cmdq_high;
	case ISEG_CMDQ_LOW:
		return ((u32)vcx->fw.cmdq & ~0xfffu) | (u32)nic_state(vcx) << NIC_STATE_SHIFT |
		       CMDQ_LOG_SLOTS << 4 | CMDQ_LOG_STRIDE;
	case ISEG_INITIALIZING:
		return INITIALIZING_CAN_RESET;
	case ISEG_CMD_TIMEOUT:
		return vcx->config.cmd_timeout_s ? TIMEOUT_SECONDS | vcx->config.cmd_timeout_s : 0;
	case ISEG_INIT_TIMEOUT:
		/* Zero means that the device has no timeouts and no register DTOR. */
		return vcx->config.cmd_timeout_s ? TIMEOUT_SECONDS | INIT_TIMEOUT_S : 0;
	case ISEG_TIMER_HIGH:
		return (u32)((now_ns() - vcx->start_ns) >> 32);
	case ISEG_TIMER_LOW:
		return (u32)(now_ns() - vcx->start_ns);
	case ISEG_HEALTH_COUNTER:
		return bar_health_counter(vcx);
	default:
		return iseg_health(vcx, off);
	}
}

void bar_read(struct vcx *vcx, u64 off, u8 *buf, u32 len)
{
	if (vcx->faults.dead) {
		memset(buf, 0xff, len);
		return;
	}
	while (len) {
		u32 in_dword = off & 3;
		u32 n = (u32)min_size(len, 4 - in_dword);
		u8 dword[4];

		put_be32(dword, iseg_read(vcx, (u32)(off & ~3ull)));
		memcpy(buf, dword + in_dword, n);
		buf += n;
		off += n;
		len -= n;
	}
}

static void iseg_write_cmdq_low(struct vcx *vcx, u32 value)
{
	u8 state = (value >> NIC_STATE_SHIFT) & NIC_STATE_MASK;

	if (state == NIC_SW_RESET) {
		log_msg(&vcx->log, LOG_INFO, "reset requested by the driver");
		vcx_reset(vcx, VCX_RESET_FUNCTION);
		vcx->fw.nic_disabled_ns = now_ns() + SW_RESET_NS;
		vcx->fw.nic_state = state;
		return;
	}
	fw_set_cmdq(vcx, (u64)vcx->fw.cmdq_high << 32 | (value & ~0xfffu));
	vcx->fw.nic_state = state;
	if (state == NIC_DISABLED) {
		/* A driver may enable it again, also if no reset comes. */
		vcx->fw.state = HCA_DISABLED;
		reset_function_down(vcx);
	}
}

static void bar_write_dword(struct vcx *vcx, u32 off, u32 value)
{
	u32 shift = VCX_UAR_SHIFT + vcx->fw.uar_unit;
	u32 reg = off & (BIT(shift) - 1);

	switch (off) {
	case ISEG_CMDQ_HIGH:
		vcx->fw.cmdq_high = value;
		return;
	case ISEG_CMDQ_LOW:
		iseg_write_cmdq_low(vcx, value);
		return;
	case ISEG_DOORBELL:
		fw_doorbell(vcx, value);
		return;
	}
	if (off >> VCX_UAR_SHIFT >= VCX_UAR_FIRST &&
	    (reg == UAR_EQ_ARM || reg == UAR_EQ_NO_ARM))
		eq_doorbell(vcx, off >> shift, value, reg == UAR_EQ_ARM);
	else
		log_msg(&vcx->log, LOG_GUEST, "BAR 0: write of %#x at %#x ignored", value, off);
}

void bar_write(struct vcx *vcx, u64 off, const u8 *buf, u32 len)
{
	if (vcx->faults.dead)
		return;
	if (off % 4 || len % 4) {
		log_msg(&vcx->log, LOG_GUEST, "BAR 0: write of %u bytes at %#llx ignored", len,
			off);
		return;
	}
	for (; len; off += 4, buf += 4, len -= 4)
		bar_write_dword(vcx, (u32)off, get_be32(buf));
}
