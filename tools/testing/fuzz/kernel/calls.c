// SPDX-License-Identifier: GPL-2.0-only
/*
 * The calls that programs are made of, on two simulated devices, and on a virtual
 * ConnectX if there is one.
 *
 * Delays are limited to MAX_DELAY_MS. Only the ceilings of simulated devices are
 * lowered, because calls_reset() can replace those devices. So no effect of a program
 * outlasts calls_reset(), except data written to devices that it keeps.
 */
#include <poll.h>
#include <sys/mman.h>

#include "fuzz.h"
#include "fwctl_mlx5_bus_utils.h"
#include "fwctl_netlink_utils.h"
#include "mlx5_requests.h"

#define NR_SIMS 2
#define MAX_DELAY_MS 20
#define BUFFER (FWCTL_MAX_RPC_LEN + 65536)

static struct sim sims[NR_SIMS];
static struct mlx5_dev mlx5;
static bool has_mlx5;
static int files[SLOTS];
static struct fnl nl;
static __u8 *buffer;
static unsigned int max_files, max_rpcs;

/* The changes that calls_reset() has to undo */
static bool changed_params, changed_mlx5;
static unsigned int changed_sims;

#define ALL_SIMS (~0u)

/* The name is new, so that no ceiling is remembered for it. */
static int make_sim(struct sim *sim)
{
	static unsigned int count;

	return sim_new_id(sim, getpid() * 100000u + count++, "");
}

static const char *node(__u32 device)
{
	device %= NR_SIMS + 1;
	return device < NR_SIMS ? sims[device].node : mlx5.node;
}

static const struct sim *to_sim(__u32 device)
{
	return &sims[device % NR_SIMS];
}

/* Calls may run concurrently. */
static struct sim *change_sim(__u32 device)
{
	__atomic_or_fetch(&changed_sims, 1u << device % NR_SIMS, __ATOMIC_RELAXED);
	return &sims[device % NR_SIMS];
}

static int file(const struct step *call)
{
	return __atomic_load_n(&files[call->slot % SLOTS], __ATOMIC_RELAXED);
}

static void set_file(__u32 slot, int fd)
{
	int old = __atomic_exchange_n(&files[slot % SLOTS], fd, __ATOMIC_RELAXED);

	if (old >= 0)
		close(old);
}

static int run_open(const struct step *call)
{
	static const int flags[] = { O_RDONLY, O_WRONLY, O_RDWR, O_RDWR | O_NONBLOCK };
	int fd = open(node(call->args[0]), flags[call->args[1] % ARRAY_SIZE(flags)] | O_CLOEXEC);

	if (fd < 0)
		return errno;
	set_file(call->slot, fd);
	return 0;
}

static int run_close(const struct step *call)
{
	set_file(call->slot, -1);
	return 0;
}

static int run_dup(const struct step *call)
{
	int fd = dup(file(call));

	if (fd < 0)
		return errno;
	set_file(call->args[0], fd);
	return 0;
}

/* Returns an address: valid, misaligned, of the kernel, or with an end that faults */
static void *memory(__u32 kind)
{
	switch (kind % 8) {
	case 1:
		return NULL;
	case 2:
		return (void *)0x10;
	case 3:
		return (void *)0xffff888000000000;
	case 4:
		return buffer + BUFFER - 24;
	case 5:
		return buffer + 3;
	case 6:
		return (void *)node;
	case 7:
		return buffer + BUFFER / 2;
	default:
		return buffer;
	}
}

static void put(void *to, const struct step *call)
{
	if (to >= (void *)buffer && (__u8 *)to + call->len <= buffer + BUFFER)
		memcpy(to, call->data, call->len);
}

static int run_info(const struct step *call)
{
	union {
		struct fwctl_info info;
		__u8 space[256];
	} arg = {
		.info = info_cmd(memory(call->args[3]), call->args[2]),
	};

	arg.info.size = call->args[0];
	arg.info.flags = call->args[1];
	return _test_ioctl(file(call), FWCTL_INFO, &arg);
}

static int run_rpc(const struct step *call)
{
	union {
		struct fwctl_rpc rpc;
		__u8 space[256];
	} arg = {
		.rpc = rpc_cmd(call->args[1], memory(call->args[4]), call->args[2],
			       memory(call->args[5]), call->args[3]),
	};

	arg.rpc.size = call->args[0];
	put(memory(call->args[4]), call);
	return _test_ioctl(file(call), FWCTL_RPC, &arg);
}

/* Up to nine buffers behind the request, one more than the kernel admits */
static void add_buffers(__u64 *seed, struct step *call)
{
	struct fwctl_sim_request *request = (void *)call->data;
	struct fwctl_sim_buffer buffer;
	unsigned int i;

	request->arg = mlx5_random_below(seed, 10);
	for (i = 0; i < request->arg; i++) {
		buffer = (struct fwctl_sim_buffer){
			.address = (uintptr_t)memory(mlx5_random(seed)),
			.len = mlx5_one_in(seed, 8) ? mlx5_random(seed) :
			       mlx5_random_below(seed, 8192),
			.direction = mlx5_random_below(seed, 5),
		};
		memcpy(call->data + call->len, &buffer, sizeof(buffer));
		call->len += sizeof(buffer);
	}
}

static void fill_rpc(__u64 *seed, struct step *call)
{
	static const __u32 opcodes[] = { 1, 2, 3, 4, 0x10, 0x11, 0x12, 0x20, 0, 5 };
	static const __u32 registers[] = { 0, 15, 16, 47, 48, 63, 64, ~0u };
	struct fwctl_sim_request request = {
		.opcode = opcodes[mlx5_random_below(seed, ARRAY_SIZE(opcodes))],
		.arg = registers[mlx5_random_below(seed, ARRAY_SIZE(registers))],
		.value = mlx5_random(seed),
	};
	struct mlx5_request r;

	if (mlx5_one_in(seed, 2)) {
		call->len = sizeof(request);
		memcpy(call->data, &request, sizeof(request));
		if (request.opcode == FWCTL_SIM_BUFFERS)
			add_buffers(seed, call);
		return;
	}
	mlx5_make_request(seed, &r);
	call->len = r.in_len < MAX_DATA ? r.in_len : MAX_DATA;
	memcpy(call->data, r.in, call->len);
	call->args[1] = r.scope;
	call->args[2] = r.in_len;
	call->args[3] = r.out_len;
}

static int run_ioctl(const struct step *call)
{
	put(memory(call->args[1]), call);
	return _test_ioctl(file(call), call->args[0], memory(call->args[1]));
}

static void fill_bytes(__u64 *seed, struct step *call)
{
	unsigned int i;

	call->len = mlx5_random_below(seed, 64);
	for (i = 0; i < call->len; i++)
		call->data[i] = mlx5_one_in(seed, 4) ? mlx5_random(seed) : 0;
	call->data[0] = 8 * mlx5_random_below(seed, 8);
}

/* An RPC in a child, through its copy of the file. */
static int run_fork(const struct step *call)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		run_rpc(call);
		_exit(0);
	}
	return waitpid(pid, &status, 0) == pid ? 0 : ECHILD;
}

static int run_read(const struct step *call)
{
	char c, text[512];

	if (call->args[0] % 2)
		return read_file(text, sizeof(text), "/proc/self/fdinfo/%d", file(call));
	return read(file(call), &c, 1) < 0 ? errno : 0;
}

/* Returns whether the message may name the ConnectX, whose ceiling cannot be raised. */
static bool names_mlx5(const struct step *call)
{
	struct nlattr *attr;
	int rest;

	if (!has_mlx5)
		return false;
	nla_for_each_attr(attr, (struct nlattr *)call->data, (int)call->len, rest) {
		if (nla_type(attr) == FWCTL_A_DEV_NAME)
			return true;
		if (nla_type(attr) == FWCTL_A_DEV_INDEX && nla_len(attr) >= 4 &&
		    nla_get_u32(attr) == (__u32)mlx5.number)
			return true;
	}
	return false;
}

static void fill_netlink(__u64 *seed, struct step *call)
{
	const struct sim *sim = to_sim(mlx5_random(seed));
	struct nl_msg *msg = nlmsg_alloc();
	struct nlmsghdr *nlh;

	if (!msg)
		abort();
	nlh = nlmsg_put(msg, 0, 0, 0, 0, 0);
	if (mlx5_one_in(seed, 4))
		nla_put_string(msg, FWCTL_A_DEV_NAME, strrchr(sim->node, '/') + 1);
	else
		nla_put_u32(msg, FWCTL_A_DEV_INDEX, sim->number);
	if (mlx5_one_in(seed, 4))
		nla_put_u32(msg, FWCTL_A_DEV_CEILING, mlx5_random_below(seed, 6));
	call->len = nlmsg_datalen(nlh);
	memcpy(call->data, nlmsg_data(nlh), call->len);
	nlmsg_free(msg);
}

static int run_netlink(const struct step *call)
{
	struct genlmsghdr *hdr;
	char text[8192];
	int err = 0, fd = nl_socket_get_fd(nl.sock);
	struct nl_msg *msg = nlmsg_alloc();

	if (call->args[0] == FWCTL_CMD_DEV_SET) {
		changed_sims = ALL_SIMS;
		if (names_mlx5(call)) {
			nlmsg_free(msg);
			return 0;
		}
	}
	if (!msg || !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, nl.family, 0,
				 call->args[1] & 0xffff, call->args[0],
				 FWCTL_FAMILY_VERSION) ||
	    nlmsg_append(msg, (void *)call->data, call->len, 0))
		abort();
	hdr = genlmsg_hdr(nlmsg_hdr(msg));
	hdr->reserved = call->args[2];
	if (nl_send_auto(nl.sock, msg) < 0)
		err = errno;
	nlmsg_free(msg);
	while (recv(fd, text, sizeof(text), MSG_DONTWAIT) > 0)
		;
	return err;
}

static int run_join(const struct step *call)
{
	static const char * const groups[] = {
		"device", "audit", "audit-refused", "audit-writes",
	};

	return fnl_join(&nl, groups[call->args[0] % ARRAY_SIZE(groups)]);
}

static void fill_text(__u64 *seed, struct step *call)
{
	static const char * const texts[] = {
		"none", "configuration", "debug-read-only", "debug-write", "debug-write-full",
		"noclassify", "noabort", "nested", "type=7", "noclassify noabort", "\n",
		"debug",
	};
	const char *text = texts[mlx5_random_below(seed, ARRAY_SIZE(texts))];

	call->len = strlen(text);
	memcpy(call->data, text, call->len);
}

static int run_ceiling(const struct step *call)
{
	char text[MAX_DATA + 1] = "";

	memcpy(text, call->data, call->len);
	return write_file(text, "/sys/class/fwctl/fwctl%d/scope_max",
			  change_sim(call->args[0])->number);
}

static int run_attribute(const struct step *call)
{
	static const char * const names[] = { "type", "driver", "scopes", "scope_max", "dev" };
	char text[128];

	return read_file(text, sizeof(text), "/sys/class/fwctl/%s/%s",
			 strrchr(node(call->args[0]), '/') + 1,
			 names[call->args[1] % ARRAY_SIZE(names)]);
}

static int run_param(const struct step *call)
{
	changed_params = true;
	return param_set(call->args[0] % 2 ? "max_rpcs" : "max_files", call->args[1]);
}

static int run_knob(const struct step *call)
{
	static const char * const knobs[] = {
		"rpc_separate", "rpc_errno", "rpc_out_len", "info_errno", "info_len",
		"open_errno", "fw_status", "unkillable", "abort_ignored",
		"open_delay_ms", "close_delay_ms", "info_delay_ms", "rpc_delay_ms",
	};
	const char *knob = knobs[call->args[1] % ARRAY_SIZE(knobs)];
	int value = call->args[2];

	if (strstr(knob, "delay"))
		value &= MAX_DELAY_MS;
	return sim_set(change_sim(call->args[0]), knob, value);
}

static int run_bind(const struct step *call)
{
	struct sim *sim = change_sim(call->args[0]);

	return call->args[1] % 2 ? sim_unbind(sim) : sim_bind(sim);
}

static int run_make(const struct step *call)
{
	struct sim *sim = change_sim(call->args[0]);
	char text[MAX_DATA + 1] = "";

	memcpy(text, call->data, call->len);
	sim_del(sim);
	return sim_write_bus("new_device", sim->id, text) ?: sim_find(sim);
}

static int run_fault(const struct step *call)
{
	static const unsigned int opcodes[] = {
		OP_CREATE_UCTX, OP_DESTROY_UCTX, OP_NOP, OP_ACCESS_REG,
	};
	unsigned int opcode = opcodes[call->args[1] % ARRAY_SIZE(opcodes)];

	if (!has_mlx5)
		return 0;
	changed_mlx5 = true;
	switch (call->args[0] % 4) {
	case 0:
		return vcx("status %x %x 1234 1", opcode, call->args[2] & 0xff);
	case 1:
		return vcx("delay %x %u", opcode, call->args[2] % MAX_DELAY_MS);
	case 2:
		return vcx("uid0");
	default:
		return vcx("clear");
	}
}

/* The ConnectX is unbound and bound: in one of eight calls, because it is slow. */
static int run_rebind(const struct step *call)
{
	if (!has_mlx5 || call->args[0] % 8)
		return 0;
	changed_mlx5 = true;
	return unbind_pci(&mlx5) ?: bind_pci(&mlx5);
}

#define SIZES { 24, 32, 16, 40, 256, 20, 1 }
#define LENS { 16, 64, 24, 4096, FWCTL_MAX_RPC_LEN, FWCTL_MAX_RPC_LEN + 1, 15, 8 }
#define MEMORY { 0, 5, 7, 4, 1, 2, 3, 6 }
#define DEVICES { 0, 1, 2 }

const struct call_kind call_kinds[] = {
	{ "open", 8, run_open, { DEVICES, { 0, 1, 2, 3 } } },
	{ "close", 3, run_close },
	{ "dup", 1, run_dup, { { 0, 1, 2, 3 } } },
	{ "info", 4, run_info, { SIZES, { 0, 0 }, { 0, 8, 16, 4, 64 }, MEMORY } },
	{ "rpc", 24, run_rpc, { { 32, 32, 32, 24, 40, 256, 31 }, { 0, 1, 2, 3, 4 }, LENS, LENS,
				MEMORY, MEMORY }, fill_rpc },
	{ "ioctl", 2, run_ioctl, { { FWCTL_INFO, FWCTL_RPC, FWCTL_RPC + 1, 0x9a02 }, MEMORY },
	  fill_bytes },
	{ "fork", 1, run_fork, { { 32, 32 }, { 0, 1, 2, 3 }, LENS, LENS, MEMORY, MEMORY },
	  fill_rpc },
	{ "read", 1, run_read, { { 0, 1 } } },
	{ "netlink", 8, run_netlink, { { FWCTL_CMD_DEV_GET, FWCTL_CMD_DEV_SET, 3, 4 },
				       { 1, 5, 0x301, 0x305 } }, fill_netlink },
	{ "join", 1, run_join, { { 0, 1, 2, 3 } } },
	{ "ceiling", 1, run_ceiling, { DEVICES }, fill_text },
	{ "attribute", 1, run_attribute, { DEVICES, { 0, 1, 2, 3, 4 } } },
	{ "param", 2, run_param, { { 0, 1 }, { 256, 8, 1, 0, ~0u, 2 } } },
	{ "knob", 4, run_knob, { DEVICES, { 0, 1, 2, 3, 4, 5, 6, 7 },
				 { 0, 1, 5, ~0u, 14, 4096 } } },
	{ "bind", 2, run_bind, { DEVICES, { 0, 1 } } },
	{ "make", 2, run_make, { DEVICES }, fill_text },
	{ "fault", 1, run_fault, { { 0, 1, 2, 3 }, { 0, 1, 2, 3 }, { 1, 5, 8, 0xff } } },
	{ "rebind", 1, run_rebind, { { 0, 1, 2, 3, 4, 5, 6, 7 } } },
};

const unsigned int nr_call_kinds = ARRAY_SIZE(call_kinds);

/**
 * calls_init - open and create everything that calls use, once in each worker
 *
 * Return: 0 or an errno.
 */
int calls_init(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < SLOTS; i++)
		files[i] = -1;
	buffer = mmap(NULL, BUFFER + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		      -1, 0);
	if (buffer == MAP_FAILED || mprotect(buffer + BUFFER, 4096, PROT_NONE))
		return errno;
	max_files = param_get("max_files");
	max_rpcs = param_get("max_rpcs");
	has_mlx5 = vcx_there() && !mlx5_find(&mlx5);
	for (i = 0; i < NR_SIMS; i++) {
		err = make_sim(&sims[i]);
		if (err)
			return err;
	}
	return fnl_open(&nl);
}

/**
 * calls_reset - undo the changes of a program
 */
void calls_reset(void)
{
	struct mlx5_dev found;
	unsigned int i;

	for (i = 0; i < SLOTS; i++)
		set_file(i, -1);
	if (changed_params) {
		param_set("max_files", max_files);
		param_set("max_rpcs", max_rpcs);
	}
	for (i = 0; i < NR_SIMS; i++) {
		if (!(changed_sims & 1 << i))
			continue;
		sim_del(&sims[i]);
		make_sim(&sims[i]);
	}
	if (changed_mlx5)
		vcx("clear");
	/* Another worker may have rebound it, and its number may be another one now. */
	if (has_mlx5 && !mlx5_find(&found))
		mlx5 = found;
	changed_params = false;
	changed_sims = 0;
	changed_mlx5 = false;
}

/**
 * calls_check - look for leaked contexts and RPCs after the last program
 *
 * Return: 0, or 1 after a message.
 */
int calls_check(void)
{
	unsigned int i;
	int bad = 0;

	calls_reset();
	for (i = 0; i < NR_SIMS; i++) {
		if (sim_count(&sims[i], "uctxs_now") || sim_count(&sims[i], "rpcs_now")) {
			printf("# fwctl_sim%u has leaked contexts or RPCs\n", sims[i].id);
			bad = 1;
		}
		sim_del(&sims[i]);
	}
	if (has_mlx5 && !wait_for(!mlx5_find(&mlx5) && !mlx5_try(&mlx5))) {
		printf("# the ConnectX does not answer after the last program\n");
		bad = 1;
	}
	return bad;
}
