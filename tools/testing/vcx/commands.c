// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of commands, at the end, and their handlers. Layouts: "Command
 * Reference" in the Ethernet Adapters PRM.
 */
#include <errno.h>
#include <stdlib.h>

#include "vcx.h"

#define IN_UID		2
#define IN_OP_MOD	6

/* The uid that the driver uses for event queues that all user contexts may use */
#define UID_SHARED	0xffff

#define TEARDOWN_FAST	2	/* profile; the driver then disables the function */

#define MAX_PAGES	65536u
#define MAX_LOG_EQ	17
#define BOOT_PAGES	8u
#define INIT_PAGES	24u

enum cmd_flags {
	F_KERNEL	= BIT(0),	/* for the driver only: refused with a uid */
	F_TOOLS		= BIT(1),	/* a uid needs the capability TOOLS_RESOURCES */
	F_ENABLED	= BIT(2),	/* needs ENABLE_HCA before */
	F_INITIALIZED	= BIT(3),	/* needs INIT_HCA before */
};

#define F_DRIVER	(F_KERNEL | F_INITIALIZED)

#define UCTX_CAP_TOOLS	BIT(2)

struct cmd_type {
	u16 opcode;
	u8 flags;
	u16 in_min;
	u16 out_min;
	const char *name;
	/* NULL: the command succeeds with an output of zeros. */
	struct cmd_result (*execute)(struct vcx *vcx, struct cmdq_cmd *cmd);
};

static struct cmd_result enable_hca(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	if (get_be16(cmd->in + 10))
		return cmd_fail(ST_BAD_PARAM, SYND_FUNCTION);
	if (vcx->fw.state != HCA_DISABLED)
		return cmd_fail(ST_BAD_SYS_STATE, SYND_HCA_STATE);
	vcx->fw.state = HCA_ENABLED;
	return cmd_ok();
}

static struct cmd_result init_hca(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	(void)cmd;
	if (vcx->fw.state != HCA_ENABLED)
		return cmd_fail(ST_BAD_SYS_STATE, SYND_HCA_STATE);
	if (objects_init(&vcx->fw.objects))
		return cmd_fail(ST_NO_RESOURCES, SYND_OBJECT_COUNT);
	caps_place_uars(vcx);
	vcx->fw.state = HCA_INITIALIZED;
	return cmd_ok();
}

/* Destroys everything that was created since INIT_HCA. */
static void hca_teardown(struct vcx *vcx)
{
	struct vcx_fw *fw = &vcx->fw;

	if (fw->nuctx)
		log_msg(&vcx->log, LOG_GUEST, "teardown with %u open user contexts", fw->nuctx);
	vcx->stats.uctx_leaked += fw->nuctx;
	fw->nuctx = 0;
	fw->last_uid = 0;
	for (unsigned int i = 0; i < VCX_MAX_EQS; i++)
		eq_destroy(&fw->eqs[i]);
	objects_free(&fw->objects);
	memset(fw->uars, 0, sizeof(fw->uars));
	caps_init(vcx);
}

static struct cmd_result teardown_hca(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	/*
	 * Before a fast teardown the driver destroys nothing, and it gets the completion
	 * by an event.
	 */
	if (get_be16(cmd->in + 10) == TEARDOWN_FAST)
		vcx->fw.nuctx = 0;
	else
		hca_teardown(vcx);
	vcx->fw.state = HCA_ENABLED;
	return cmd_ok();
}

static struct cmd_result disable_hca(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	if (get_be16(cmd->in + 10))
		return cmd_fail(ST_BAD_PARAM, SYND_FUNCTION);
	hca_teardown(vcx);
	vcx->fw.state = HCA_DISABLED;
	return cmd_ok();
}

static struct cmd_result query_adapter(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	put_be32(cmd->out + 16 + 24, 0x02c9);
	put_be16(cmd->out + 16 + 30, 0x15b3);
	memcpy(cmd->out + 16 + 32 + 208, vcx->model->psid, strlen(vcx->model->psid));
	return cmd_ok();
}

static struct cmd_result query_pages(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	static const u32 wanted[] = { [1] = BOOT_PAGES, [2] = BOOT_PAGES + INIT_PAGES };
	u16 kind = get_be16(cmd->in + IN_OP_MOD);

	if (!kind || kind > 3)
		return cmd_fail(ST_BAD_PARAM, SYND_BAD_OP_MOD);
	if (kind < ARRAY_SIZE(wanted) && wanted[kind] > vcx->fw.npages)
		put_be32(cmd->out + 12, wanted[kind] - vcx->fw.npages);
	return cmd_ok();
}

static struct cmd_result give_pages(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	struct vcx_fw *fw = &vcx->fw;
	u32 n = get_be32(cmd->in + 12);
	u64 *pages;

	if (n > (cmd->in_len - 16) / 8)
		return cmd_fail(ST_BAD_INPUT_LEN, SYND_BAD_INPUT_LEN);
	if (n > MAX_PAGES - fw->npages)
		return cmd_fail(ST_EXCEED_LIM, SYND_PAGE_COUNT);
	if (!n)
		return cmd_ok();
	for (u32 i = 0; i < n; i++) {
		u64 addr = get_be64(cmd->in + 16 + 8 * i);

		if (addr % DMA_PAGE ||
		    !dma_reachable(&vcx->dma, addr, DMA_PAGE, DMA_PROT_READ | DMA_PROT_WRITE))
			return cmd_fail(ST_BAD_PARAM, SYND_PAGE_ADDRESS);
	}
	pages = realloc(fw->pages, (fw->npages + n) * sizeof(*pages));
	if (!pages)
		return cmd_fail(ST_NO_RESOURCES, SYND_PAGE_COUNT);
	fw->pages = pages;
	for (u32 i = 0; i < n; i++)
		pages[fw->npages++] = get_be64(cmd->in + 16 + 8 * i);
	return cmd_ok();
}

static struct cmd_result take_pages(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	struct vcx_fw *fw = &vcx->fw;
	u32 n = (u32)min_size(get_be32(cmd->in + 12), fw->npages);

	if (n > (cmd->out_len - 16) / 8)
		return cmd_fail(ST_BAD_OUTPUT_LEN, SYND_BAD_OUTPUT_LEN);
	for (u32 i = 0; i < n; i++)
		put_be64(cmd->out + 16 + 8 * i, fw->pages[--fw->npages]);
	put_be32(cmd->out + 8, n);
	return cmd_ok();
}

static struct cmd_result manage_pages(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	if (get_be16(cmd->in + 10))
		return cmd_fail(ST_BAD_PARAM, SYND_FUNCTION);
	switch (get_be16(cmd->in + IN_OP_MOD)) {
	case 0:
		log_msg(&vcx->log, LOG_INFO, "the driver cannot give pages");
		return cmd_ok();
	case 1:
		return give_pages(vcx, cmd);
	case 2:
		return take_pages(vcx, cmd);
	default:
		return cmd_fail(ST_BAD_PARAM, SYND_BAD_OP_MOD);
	}
}

static struct cmd_result query_issi(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	put_be16(cmd->out + 10, vcx->fw.issi);
	put_be32(cmd->out + 108, BIT(0) | BIT(1));
	return cmd_ok();
}

static struct cmd_result set_issi(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	u16 issi = get_be16(cmd->in + 10);

	if (issi > 1)
		return cmd_fail(ST_BAD_PARAM, SYND_BAD_OP_MOD);
	vcx->fw.issi = (u8)issi;
	return cmd_ok();
}

/* The number of the first UAR in a page of the driver */
static u32 uar_first(const struct vcx *vcx, u32 page)
{
	return (VCX_UAR_FIRST + (page << vcx->fw.uar_span)) >> vcx->fw.uar_unit;
}

/*
 * The driver's page that a UAR is in, or VCX_UAR_COUNT if that is not allocated. The first
 * UAR has a page boundary for pages of all sizes.
 */
static u32 uar_page(const struct vcx *vcx, u32 uar)
{
	u32 at = uar << vcx->fw.uar_unit;
	u32 page = (at - VCX_UAR_FIRST) >> vcx->fw.uar_span;

	if (at < VCX_UAR_FIRST || page >= VCX_UAR_COUNT || !vcx->fw.uars[page])
		return VCX_UAR_COUNT;
	return page;
}

/* Allocates a page of the driver: it cannot map less. */
static struct cmd_result alloc_uar(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	u32 size = BIT(VCX_UAR_SHIFT + vcx->fw.uar_span);

	for (u32 i = 0; i < VCX_UAR_COUNT && (i + 1) * size <= VCX_UAR_BYTES; i++) {
		if (vcx->fw.uars[i])
			continue;
		vcx->fw.uars[i] = 1;
		put_be32(cmd->out + 8, uar_first(vcx, i));
		return cmd_ok();
	}
	return cmd_fail(ST_NO_RESOURCES, SYND_UAR_NUMBER);
}

static struct cmd_result dealloc_uar(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	u32 uar = get_be32(cmd->in + 8) & 0xffffff;
	u32 page = uar_page(vcx, uar);

	if (page == VCX_UAR_COUNT || uar != uar_first(vcx, page))
		return cmd_fail(ST_BAD_RESOURCE, SYND_UAR_NUMBER);
	vcx->fw.uars[page] = 0;
	return cmd_ok();
}

#define EQ_IN_CONTEXT	0x10
#define EQ_IN_EVENTS	0x58
#define EQ_IN_PAGES	0x110

static struct cmd_result create_eq(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	const u8 *context = cmd->in + EQ_IN_CONTEXT;
	struct vcx_eq eq = {
		.log_size = context[12] & 0x1f,
		.uar = get_be32(context + 12) & 0xffffff,
		.log_page = (u8)((context[24] & 0x1f) + 12),
		.events = get_be64(cmd->in + EQ_IN_EVENTS),
	};
	u32 vector = get_be32(context + 20) & 0xfff;
	u64 bytes;
	int eqn;

	if (eq.log_size > MAX_LOG_EQ || eq.log_page > 31 || vector >= VCX_VECTORS)
		return cmd_fail(ST_BAD_PARAM, SYND_EQ_CONTEXT);
	if (uar_page(vcx, eq.uar) == VCX_UAR_COUNT)
		return cmd_fail(ST_BAD_RESOURCE, SYND_UAR_NUMBER);
	eq.vector = (u8)vector;
	bytes = 64ull << eq.log_size;
	eq.npages = (u32)((bytes + BIT(eq.log_page) - 1) >> eq.log_page);
	if (eq.npages > (cmd->in_len - EQ_IN_PAGES) / 8)
		return cmd_fail(ST_BAD_INPUT_LEN, SYND_BAD_INPUT_LEN);
	eqn = eq_create(vcx, &eq, cmd->in + EQ_IN_PAGES);
	if (eqn < 0)
		return cmd_fail(ST_NO_RESOURCES, SYND_EQ_NUMBER);
	cmd->out[11] = (u8)eqn;
	return cmd_ok();
}

static struct cmd_result destroy_eq(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	struct vcx_eq *eq = eq_get(vcx, cmd->in[11]);

	if (!eq)
		return cmd_fail(ST_BAD_RESOURCE, SYND_EQ_NUMBER);
	eq_destroy(eq);
	return cmd_ok();
}

static struct cmd_result query_eq(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	struct vcx_eq *eq = eq_get(vcx, cmd->in[11]);

	if (!eq)
		return cmd_fail(ST_BAD_RESOURCE, SYND_EQ_NUMBER);
	eq_context(eq, cmd->out + EQ_IN_CONTEXT);
	put_be64(cmd->out + EQ_IN_EVENTS, eq->events);
	return cmd_ok();
}

static struct vcx_uctx *find_uctx(struct vcx *vcx, u16 uid)
{
	for (u32 i = 0; i < vcx->fw.nuctx; i++) {
		if (vcx->fw.uctx[i].uid == uid)
			return &vcx->fw.uctx[i];
	}
	return NULL;
}

static struct cmd_result create_uctx(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	u32 cap = get_be32(cmd->in + 16);
	struct vcx_fw *fw = &vcx->fw;
	struct vcx_uctx *uctx;

	if (cap & ~vcx->config.uctx_cap)
		return cmd_fail(ST_BAD_PARAM, SYND_UCTX_CAP);
	if (vcx->faults.zero_uids) {
		if (vcx->faults.zero_uids != VCX_FOREVER)
			vcx->faults.zero_uids--;
		return cmd_ok();
	}
	if (fw->nuctx >= vcx->config.max_uctx)
		return cmd_fail(ST_EXCEED_LIM, SYND_UCTX_LIMIT);
	uctx = realloc(fw->uctx, (fw->nuctx + 1) * sizeof(*uctx));
	if (!uctx)
		return cmd_fail(ST_NO_RESOURCES, SYND_UCTX_LIMIT);
	fw->uctx = uctx;
	/* Counts upwards so that a uid is reused as late as possible. */
	do {
		fw->last_uid++;
	} while (!fw->last_uid || fw->last_uid == UID_SHARED || find_uctx(vcx, fw->last_uid));
	fw->uctx[fw->nuctx++] = (struct vcx_uctx){ .uid = fw->last_uid, .cap = cap };
	put_be16(cmd->out + 10, fw->last_uid);
	return cmd_ok();
}

static struct cmd_result destroy_uctx(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	struct vcx_uctx *uctx = find_uctx(vcx, get_be16(cmd->in + 10));

	if (!uctx)
		return cmd_fail(ST_BAD_RESOURCE, SYND_UNKNOWN_UID);
	*uctx = vcx->fw.uctx[--vcx->fw.nuctx];
	return cmd_ok();
}

static struct cmd_result query_vuid(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	(void)vcx;
	if (cmd->in[12] || get_be16(cmd->in + 14))
		return cmd_fail(ST_BAD_PARAM, SYND_FUNCTION);
	put_be16(cmd->out + 62, 1);
	memcpy(cmd->out + 64, "MT2118X00001MLNXS0D0F0", 22);
	return cmd_ok();
}

/* Sorted by opcode. */
static const struct cmd_type commands[] = {
	{ 0x100, F_ENABLED, 16, 16, "QUERY_HCA_CAP", caps_query },
	{ 0x101, F_ENABLED, 16, 16 + 256, "QUERY_ADAPTER", query_adapter },
	{ 0x102, F_KERNEL, 16, 8, "INIT_HCA", init_hca },
	{ 0x103, F_KERNEL | F_INITIALIZED, 16, 8, "TEARDOWN_HCA", teardown_hca },
	{ 0x104, F_KERNEL, 16, 8, "ENABLE_HCA", enable_hca },
	{ 0x105, F_KERNEL, 16, 8, "DISABLE_HCA", disable_hca },
	{ 0x107, F_KERNEL, 16, 16, "QUERY_PAGES", query_pages },
	{ 0x108, F_KERNEL, 16, 16, "MANAGE_PAGES", manage_pages },
	{ 0x109, F_TOOLS | F_ENABLED, 16, 8, "SET_HCA_CAP", caps_set },
	{ 0x10a, 0, 16, 112, "QUERY_ISSI", query_issi },
	{ 0x10b, F_KERNEL, 16, 8, "SET_ISSI", set_issi },
	{ 0x10d, F_KERNEL, 16, 8, "SET_DRIVER_VERSION", NULL },
	{ 0x200, F_DRIVER, 0x50, 16, "CREATE_MKEY", object_create },
	{ 0x201, F_INITIALIZED, 16, 16, "QUERY_MKEY", object_query },
	{ 0x202, F_DRIVER, 16, 8, "DESTROY_MKEY", object_destroy },
	{ 0x203, F_INITIALIZED, 16, 16, "QUERY_SPECIAL_CONTEXTS", query_fields },
	{ 0x301, F_KERNEL | F_INITIALIZED, EQ_IN_PAGES, 16, "CREATE_EQ", create_eq },
	{ 0x302, F_KERNEL | F_INITIALIZED, 16, 8, "DESTROY_EQ", destroy_eq },
	{ 0x303, F_INITIALIZED, 16, EQ_IN_PAGES, "QUERY_EQ", query_eq },
	{ 0x400, F_DRIVER, 0x50, 16, "CREATE_CQ", object_create },
	{ 0x401, F_DRIVER, 16, 8, "DESTROY_CQ", object_destroy },
	{ 0x402, F_INITIALIZED, 16, 16, "QUERY_CQ", object_query },
	{ 0x500, F_DRIVER, 0x100, 16, "CREATE_QP", object_create },
	{ 0x501, F_DRIVER, 16, 8, "DESTROY_QP", object_destroy },
	{ 0x50b, F_INITIALIZED, 16, 16, "QUERY_QP", object_query },
	{ 0x740, F_INITIALIZED, 16, 16, "QUERY_ESW_FUNCTIONS", NULL },
	{ 0x750, F_INITIALIZED, 16, 16, "QUERY_VPORT_STATE", query_fields },
	{ 0x754, F_INITIALIZED, 16, 16, "QUERY_NIC_VPORT_CONTEXT", query_fields },
	{ 0x762, F_INITIALIZED, 16, 16, "QUERY_HCA_VPORT_CONTEXT", query_fields },
	{ 0x76f, F_INITIALIZED, 16, 16, "QUERY_VNIC_ENV", query_fields },
	{ 0x770, F_INITIALIZED, 16, 16, "QUERY_VPORT_COUNTER", query_fields },
	{ 0x771, F_DRIVER, 16, 16, "ALLOC_Q_COUNTER", object_create },
	{ 0x772, F_DRIVER, 16, 8, "DEALLOC_Q_COUNTER", object_destroy },
	{ 0x773, F_INITIALIZED, 16, 16, "QUERY_Q_COUNTER", query_fields },
	{ 0x800, F_DRIVER, 16, 16, "ALLOC_PD", object_create },
	{ 0x801, F_DRIVER, 16, 8, "DEALLOC_PD", object_destroy },
	{ 0x802, F_INITIALIZED, 16, 16, "ALLOC_UAR", alloc_uar },
	{ 0x803, F_INITIALIZED, 16, 8, "DEALLOC_UAR", dealloc_uar },
	{ 0x805, F_ENABLED, 16, 16, "ACCESS_REG", regs_access },
	{ 0x80d, F_ENABLED, 16, 8, "NOP", NULL },
	{ 0x816, F_DRIVER, 16, 16, "ALLOC_TRANSPORT_DOMAIN", object_create },
	{ 0x817, F_DRIVER, 16, 8, "DEALLOC_TRANSPORT_DOMAIN", object_destroy },
	{ 0x819, F_INITIALIZED, 16, 32, "QUERY_DIAGNOSTIC_PARAMS", diag_query_params },
	{ 0x820, F_INITIALIZED, 32, 16, "SET_DIAGNOSTIC_PARAMS", diag_set },
	{ 0x821, F_INITIALIZED, 16, 16, "QUERY_DIAGNOSTIC_COUNTERS", diag_query },
	{ 0x822, F_INITIALIZED, 16, 16, "QUERY_CONG_STATUS", query_fields },
	{ 0x826, F_INITIALIZED, 16, 16, "QUERY_CONG_STATISTICS", query_fields },
	{ 0x831, F_INITIALIZED, 16, 16, "QUERY_WOL_ROL", query_fields },
	{ 0x842, F_INITIALIZED, 16, 16, "QUERY_LAG", query_fields },
	{ 0x912, F_DRIVER, 0xc0, 16, "CREATE_TIS", object_create },
	{ 0x914, F_DRIVER, 16, 8, "DESTROY_TIS", object_destroy },
	{ 0x915, F_INITIALIZED, 16, 16, "QUERY_TIS", object_query },
	{ 0xa04, F_KERNEL | F_INITIALIZED, 64, 16, "CREATE_UCTX", create_uctx },
	{ 0xa06, F_KERNEL | F_INITIALIZED, 16, 8, "DESTROY_UCTX", destroy_uctx },
	{ 0xb0c, F_ENABLED, 16, 16, "ACCESS_REGISTER_USER", regs_access },
	{ 0xb22, F_INITIALIZED, 16, 64 + 128, "QUERY_VUID", query_vuid },
};

static int cmd_compare(const void *key, const void *element)
{
	return *(const u16 *)key - ((const struct cmd_type *)element)->opcode;
}

static const struct cmd_type *cmd_find(u16 opcode)
{
	return bsearch(&opcode, commands, ARRAY_SIZE(commands), sizeof(commands[0]),
		       cmd_compare);
}

const char *cmd_name(u16 opcode)
{
	const struct cmd_type *type = cmd_find(opcode);

	return type ? type->name : "unknown command";
}

/*
 * A uid that no CREATE_UCTX returned is an unallocated resource: BAD_RESOURCE
 * ("access to reserved or unallocated resource").
 */
static struct cmd_result cmd_check_uid(struct vcx *vcx, const struct cmd_type *type, u16 uid)
{
	const struct vcx_uctx *uctx;

	if (!uid || (uid == UID_SHARED && type->opcode == 0x301))
		return cmd_ok();
	uctx = find_uctx(vcx, uid);
	if (!uctx)
		return cmd_fail(ST_BAD_RESOURCE, SYND_UNKNOWN_UID);
	if (type->flags & F_KERNEL)
		return cmd_fail(ST_BAD_PARAM, SYND_UID_FORBIDDEN);
	if ((type->flags & F_TOOLS) && !(uctx->cap & UCTX_CAP_TOOLS))
		return cmd_fail(ST_BAD_PARAM, SYND_UCTX_CAP);
	return cmd_ok();
}

struct cmd_result cmd_execute(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	const struct cmd_type *type = cmd_find(get_be16(cmd->in));
	struct cmd_result result;

	if (!type)
		return cmd_fail(ST_BAD_OP, SYND_BAD_OPCODE);
	if (cmd->in_len < type->in_min)
		return cmd_fail(ST_BAD_INPUT_LEN, SYND_BAD_INPUT_LEN);
	if (cmd->out_len < type->out_min)
		return cmd_fail(ST_BAD_OUTPUT_LEN, SYND_BAD_OUTPUT_LEN);
	if ((type->flags & F_INITIALIZED) && vcx->fw.state != HCA_INITIALIZED)
		return cmd_fail(ST_BAD_SYS_STATE, SYND_HCA_STATE);
	if ((type->flags & F_ENABLED) && vcx->fw.state == HCA_DISABLED)
		return cmd_fail(ST_BAD_SYS_STATE, SYND_HCA_STATE);
	result = cmd_check_uid(vcx, type, get_be16(cmd->in + IN_UID));
	if (result.status != ST_OK || !type->execute)
		return result;
	return type->execute(vcx, cmd);
}
