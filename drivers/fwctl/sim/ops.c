// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fwctl ops of the simulated device: contexts, FWCTL_INFO, and the commands
 * of uapi/fwctl/sim.h. A backend for hardware has the same structure, with its
 * firmware's commands in place of the simulated ones.
 */
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "sim.h"

/**
 * struct sim_uctx - one open file
 * @uctx: the core's context
 * @number: number of the context, unique on its device
 */
struct sim_uctx {
	struct fwctl_uctx uctx;
	u32 number;
};

static struct sim_fwctl *to_sim_fwctl(struct fwctl_device *fwctl)
{
	return container_of(fwctl, struct sim_fwctl, fwctl);
}

static struct sim_device *to_sim(struct fwctl_uctx *uctx)
{
	return to_sim_fwctl(uctx->fwctl)->sim;
}

static void sim_count(struct sim_device *sim, enum sim_count_id id)
{
	spin_lock(&sim->lock);
	sim->counts[id]++;
	spin_unlock(&sim->lock);
}

/*
 * Waits as long as the knob says. Firmware does not stop working on a command
 * when its caller is killed, but the caller can leave, as it does here if
 * @killable.
 */
static int sim_delay(struct fwctl_uctx *uctx, enum sim_knob_id knob,
		     bool killable)
{
	struct sim_fwctl *sf = to_sim_fwctl(uctx->fwctl);
	unsigned long timeout = msecs_to_jiffies(sim_knob(sf->sim, knob));
	long left;

	if (!timeout)
		return 0;
	if (killable)
		left = wait_event_killable_timeout(sf->waiters,
						   READ_ONCE(sf->aborted),
						   timeout);
	else
		left = wait_event_timeout(sf->waiters, READ_ONCE(sf->aborted),
					  timeout);
	if (left < 0)
		return -EINTR;
	return left ? -ENODEV : 0;
}

/* Common part of all ops but close_uctx: wait, then fail if the knob says so. */
static int sim_call(struct fwctl_uctx *uctx, enum sim_knob_id delay,
		    enum sim_knob_id error)
{
	struct sim_device *sim = to_sim(uctx);
	int err;

	err = sim_delay(uctx, delay, !sim_knob(sim, SIM_UNKILLABLE));
	return err ?: -sim_knob(sim, error);
}

static int sim_open_uctx(struct fwctl_uctx *uctx)
{
	struct sim_uctx *su = container_of(uctx, struct sim_uctx, uctx);
	struct sim_device *sim = to_sim(uctx);
	int err;

	sim_count(sim, SIM_OPENS_NOW);
	err = sim_call(uctx, SIM_OPEN_DELAY_MS, SIM_OPEN_ERRNO);

	spin_lock(&sim->lock);
	sim->counts[SIM_OPENS_NOW]--;
	if (!err) {
		su->number = ++sim->last_uctx;
		sim->counts[SIM_OPENS]++;
		sim->counts[SIM_UCTXS_NOW]++;
	}
	spin_unlock(&sim->lock);
	return err;
}

static void sim_close_uctx(struct fwctl_uctx *uctx)
{
	struct sim_device *sim = to_sim(uctx);

	/* The context must be closed even if its process was killed. */
	sim_delay(uctx, SIM_CLOSE_DELAY_MS, false);

	spin_lock(&sim->lock);
	sim->counts[SIM_CLOSES]++;
	sim->counts[SIM_UCTXS_NOW]--;
	spin_unlock(&sim->lock);
}

static void *sim_info(struct fwctl_uctx *uctx, size_t *length)
{
	struct sim_uctx *su = container_of(uctx, struct sim_uctx, uctx);
	struct sim_device *sim = to_sim(uctx);
	struct fwctl_info_sim *info;
	s32 len;
	int err;

	sim_count(sim, SIM_INFOS);
	if (sim_knob(sim, SIM_INFO_YIELDS))
		fwctl_yield(uctx->fwctl);
	err = sim_call(uctx, SIM_INFO_DELAY_MS, SIM_INFO_ERRNO);
	if (err)
		return ERR_PTR(err);

	len = sim_knob(sim, SIM_INFO_LEN);
	*length = len < 0 ? sizeof(*info) : len;
	info = kzalloc(max(*length, sizeof(*info)), GFP_KERNEL_ACCOUNT);
	if (!info)
		return ERR_PTR(-ENOMEM);
	info->id = sim->id;
	info->uctx = su->number;
	return info;
}

/*
 * The scopes of registers below @end. The last entry is for registers that do not
 * exist, too: a request for one is delivered, and the firmware reports the error.
 */
static const struct sim_bank {
	u32 end;
	enum fwctl_rpc_scope read;
	enum fwctl_rpc_scope write;
} sim_banks[] = {
	{ 16, FWCTL_RPC_CONFIGURATION, FWCTL_RPC_CONFIGURATION },
	{ 48, FWCTL_RPC_DEBUG_READ_ONLY, FWCTL_RPC_DEBUG_WRITE },
	{ U32_MAX, FWCTL_RPC_DEBUG_READ_ONLY, FWCTL_RPC_DEBUG_WRITE_FULL },
};

static const struct sim_bank *sim_bank(u32 reg)
{
	const struct sim_bank *bank = sim_banks;

	while (bank < &sim_banks[ARRAY_SIZE(sim_banks) - 1] && reg >= bank->end)
		bank++;
	return bank;
}

/* The commands. With @by_register the scope is that of the register. */
static const struct sim_command {
	u32 opcode;
	const char *name;
	enum fwctl_rpc_scope scope;
	bool by_register;
	bool writes;
} sim_commands[] = {
	{ FWCTL_SIM_NOP, "nop", FWCTL_RPC_CONFIGURATION },
	{ FWCTL_SIM_ECHO, "echo", FWCTL_RPC_CONFIGURATION },
	{ FWCTL_SIM_FILL, "fill", FWCTL_RPC_CONFIGURATION },
	{ FWCTL_SIM_BUFFERS, "buffers", FWCTL_RPC_CONFIGURATION },
	{ FWCTL_SIM_READ, "read", .by_register = true },
	{ FWCTL_SIM_WRITE, "write", .by_register = true, .writes = true },
	{ FWCTL_SIM_READ_CLEAR, "read_clear", .by_register = true,
	  .writes = true },
	{ FWCTL_SIM_RESET, "reset", FWCTL_RPC_DEBUG_WRITE_FULL,
	  .writes = true },
};

static int sim_classify(struct fwctl_uctx *uctx, const void *rpc_in,
			size_t in_len, size_t out_len,
			struct fwctl_command *cmd)
{
	const struct fwctl_sim_request *req = rpc_in;
	const struct sim_bank *bank;
	unsigned int i;

	if (in_len < sizeof(*req))
		return -EMSGSIZE;

	for (i = 0; i < ARRAY_SIZE(sim_commands); i++)
		if (sim_commands[i].opcode == req->opcode)
			break;
	if (i == ARRAY_SIZE(sim_commands))
		return -EBADMSG;

	cmd->number = req->opcode;
	cmd->name = sim_commands[i].name;
	cmd->scope = sim_commands[i].scope;
	cmd->writes = sim_commands[i].writes;
	if (sim_commands[i].by_register) {
		bank = sim_bank(req->arg);
		cmd->scope = cmd->writes ? bank->write : bank->read;
	}
	if (req->opcode == FWCTL_SIM_BUFFERS && uctx->fwctl->ext->nested)
		return sim_classify_buffers(rpc_in, in_len, out_len, cmd);
	return 0;
}

static u32 sim_access(struct sim_device *sim,
		      const struct fwctl_sim_request *req, u64 *value)
{
	u64 *reg;

	if (req->arg >= FWCTL_SIM_NR_REGISTERS)
		return FWCTL_SIM_BAD_REGISTER;
	reg = &sim->registers[req->arg];

	spin_lock(&sim->lock);
	if (req->opcode == FWCTL_SIM_WRITE)
		*reg = req->value;
	*value = *reg;
	if (req->opcode == FWCTL_SIM_READ_CLEAR)
		*reg = 0;
	spin_unlock(&sim->lock);
	return FWCTL_SIM_OK;
}

/*
 * The firmware. Executes the request @in, writes at most @room bytes of the answer
 * to @out, and returns the length of the whole answer. @out may be @in. @sum is the
 * result of the command's buffers.
 */
static size_t sim_execute(struct sim_device *sim, const void *in, size_t in_len,
			  u64 sum, void *out, size_t room)
{
	const struct fwctl_sim_request req =
		*(const struct fwctl_sim_request *)in;
	struct fwctl_sim_answer answer = { .opcode = req.opcode };
	u8 *bytes = out;
	size_t i;

	switch (req.opcode) {
	case FWCTL_SIM_ECHO:
		memmove(out, in, min(in_len, room));
		return in_len;
	case FWCTL_SIM_FILL:
		for (i = 0; i < min_t(size_t, req.arg, room); i++)
			bytes[i] = req.value + i;
		return req.arg;
	case FWCTL_SIM_NOP:
		break;
	case FWCTL_SIM_BUFFERS:
		answer.value = sum;
		break;
	case FWCTL_SIM_READ:
	case FWCTL_SIM_WRITE:
	case FWCTL_SIM_READ_CLEAR:
		answer.status = sim_access(sim, &req, &answer.value);
		break;
	case FWCTL_SIM_RESET:
		spin_lock(&sim->lock);
		memset(sim->registers, 0, sizeof(sim->registers));
		spin_unlock(&sim->lock);
		break;
	default:
		answer.status = FWCTL_SIM_BAD_OPCODE;
	}
	memcpy(out, &answer, min(sizeof(answer), room));
	return sizeof(answer);
}

static void *sim_answer(struct fwctl_uctx *uctx, void *rpc_in, size_t in_len,
			size_t *out_len)
{
	struct sim_device *sim = to_sim(uctx);
	void *out = rpc_in;
	size_t room = *out_len;
	s32 len;
	u64 sum;
	int err;

	err = sim_call(uctx, SIM_RPC_DELAY_MS, SIM_RPC_ERRNO);
	if (err)
		return ERR_PTR(err);
	err = sim_use_buffers(uctx, rpc_in, in_len, room, &sum);
	if (err)
		return ERR_PTR(err);

	if (sim_knob(sim, SIM_RPC_SEPARATE)) {
		/* Cleared: the knob rpc_out_len may claim a longer answer. */
		out = kvzalloc(room, GFP_KERNEL_ACCOUNT);
		if (!out)
			return ERR_PTR(-ENOMEM);
	}
	*out_len = sim_execute(sim, rpc_in, in_len, sum, out, room);

	len = sim_knob(sim, SIM_RPC_OUT_LEN);
	if (len >= 0)
		*out_len = len;
	return out;
}

static void *sim_fw_rpc(struct fwctl_uctx *uctx, enum fwctl_rpc_scope scope,
			void *rpc_in, size_t in_len, size_t *out_len)
{
	struct sim_device *sim = to_sim(uctx);
	void *out;

	/* A device without the op classify has not checked the length yet. */
	if (in_len < sizeof(struct fwctl_sim_request))
		return ERR_PTR(-EMSGSIZE);

	spin_lock(&sim->lock);
	sim->counts[SIM_RPCS]++;
	sim->counts[SIM_RPCS_NOW]++;
	sim->counts[SIM_RPCS_MAX] = max(sim->counts[SIM_RPCS_MAX],
					sim->counts[SIM_RPCS_NOW]);
	spin_unlock(&sim->lock);

	out = sim_answer(uctx, rpc_in, in_len, out_len);

	spin_lock(&sim->lock);
	sim->counts[SIM_RPCS_NOW]--;
	spin_unlock(&sim->lock);
	return out;
}

/* The knob has the status: not every answer contains one. */
static int sim_fw_status(struct fwctl_uctx *uctx, const void *out,
			 size_t out_len, u32 *status)
{
	s32 value = sim_knob(to_sim(uctx), SIM_FW_STATUS);

	if (value < 0)
		return -ENODATA;
	*status = value;
	return 0;
}

static void sim_abort(struct fwctl_device *fwctl)
{
	struct sim_fwctl *sf = to_sim_fwctl(fwctl);

	sim_count(sf->sim, SIM_ABORTS);
	if (sim_knob(sf->sim, SIM_ABORT_IGNORED))
		return;
	/* Stays set, so that no later delay waits. */
	WRITE_ONCE(sf->aborted, true);
	wake_up_all(&sf->waiters);
}

const struct sim_options sim_default_options = {
	.ops = {
		/* The enumerated types are those of real devices. */
		.device_type = (enum fwctl_device_type)FWCTL_DEVICE_TYPE_SIM,
		.uctx_size = sizeof(struct sim_uctx),
		.open_uctx = sim_open_uctx,
		.close_uctx = sim_close_uctx,
		.info = sim_info,
		.fw_rpc = sim_fw_rpc,
	},
	.ext = {
		.classify = sim_classify,
		.abort = sim_abort,
		.fw_status = sim_fw_status,
	},
};
