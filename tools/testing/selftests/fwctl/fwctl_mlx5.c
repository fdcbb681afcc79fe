// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mlx5 backend: user contexts of files, which commands reach firmware, and its
 * answers. To a real ConnectX the tests send only commands that do not change it; tests
 * that need the virtual ConnectX are skipped there.
 */
#include "fwctl_mlx5_utils.h"

FIXTURE(mlx5) {
	struct mlx5_dev dev;
	int fd;
	unsigned int uid;
	bool vcx;
};

FIXTURE_SETUP(mlx5)
{
	if (mlx5_missing())
		SKIP(return, "%s", mlx5_missing());
	self->vcx = vcx_there();
	self->fd = setup_mlx5(_metadata, &self->dev);
	/* Firmware may still be destroying user contexts of earlier tests. */
	if (self->vcx)
		ASSERT_TRUE(wait_for(vcx_uids() == 1));
	self->uid = mlx5_uid(self->fd);
}

FIXTURE_TEARDOWN_PARENT(mlx5)
{
	if (!self->vcx)
		return;
	/* In this order: commands that get a slot after "release" must not be lost. */
	vcx("clear");
	vcx("release");
}

static bool is_link_to(const char *path, const char *start, const char *end)
{
	char target[PATH_MAX];
	size_t len;

	if (!realpath(path, target))
		return false;
	len = strlen(target);
	return !strncmp(target, start, strlen(start)) && len > strlen(end) &&
	       !strcmp(target + len - strlen(end), end);
}

TEST_F(mlx5, info)
{
	struct fwctl_info_mlx5 data = {};
	struct fwctl_info cmd = info_cmd(&data, sizeof(data));

	ASSERT_EQ(0, _test_ioctl(self->fd, FWCTL_INFO, &cmd));
	EXPECT_EQ(FWCTL_DEVICE_TYPE_MLX5, cmd.out_device_type);
	EXPECT_EQ(1, cmd.out_device_type);
	EXPECT_EQ(8, cmd.device_data_len);
	EXPECT_NE(0, data.uid);
	EXPECT_GE(0xffff, data.uid);
	EXPECT_EQ(0, data.uctx_caps & ~UCTX_CAP_TOOLS_RESOURCES);
	if (self->vcx) {
		EXPECT_EQ(UCTX_CAP_TOOLS_RESOURCES, data.uctx_caps);
		EXPECT_TRUE(vcx_has_uid(data.uid, data.uctx_caps));
	}
}

/* mstflint finds the PCI device by these links. */
TEST_F(mlx5, sysfs)
{
	char path[96], text[32];

	snprintf(path, sizeof(path), "/sys/class/fwctl/fwctl%d/device",
		 self->dev.number);
	EXPECT_TRUE(is_link_to(path, "/sys/devices/", self->dev.pci));
	EXPECT_EQ(12, strlen(self->dev.pci));
	strcat(path, "/driver");
	EXPECT_TRUE(is_link_to(path, "/sys/bus/pci/", "/mlx5_core"));

	EXPECT_EQ(0, read_file(text, sizeof(text),
			       "/sys/class/fwctl/fwctl%d/driver",
			       self->dev.number));
	EXPECT_STREQ("mlx5_fwctl", text);
}

TEST_F(mlx5, own_uid)
{
	int other = mlx5_open(&self->dev, O_RDONLY);

	ASSERT_LE(0, other);
	EXPECT_NE(0, mlx5_uid(other));
	EXPECT_NE(self->uid, mlx5_uid(other));
	EXPECT_EQ(self->uid, mlx5_uid(self->fd));
}

/* A user context exists as long as its file, also if the process is killed. */
TEST_F(mlx5, uids_of_files)
{
	unsigned int before, uids[3];
	int fds[3], i;
	pid_t pid;

	if (!self->vcx)
		SKIP(return, NO_VCX);
	before = vcx_uids();
	EXPECT_LE(1, before);
	for (i = 0; i < 3; i++) {
		fds[i] = mlx5_open(&self->dev, i ? O_RDONLY : O_RDWR);
		ASSERT_LE(0, fds[i]);
		uids[i] = mlx5_uid(fds[i]);
		EXPECT_TRUE(vcx_has_uid(uids[i], UCTX_CAP_TOOLS_RESOURCES));
	}
	EXPECT_EQ(before + 3, vcx_uids());
	/* close() may return before firmware has destroyed the user context. */
	close(fds[1]);
	EXPECT_TRUE(wait_for(vcx_uids() == before + 2));
	EXPECT_FALSE(vcx_has_uid(uids[1], UCTX_CAP_TOOLS_RESOURCES));
	EXPECT_TRUE(vcx_has_uid(uids[0], UCTX_CAP_TOOLS_RESOURCES));
	close(fds[0]);
	close(fds[2]);
	EXPECT_TRUE(wait_for(vcx_uids() == before));

	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		mlx5_open(&self->dev, O_RDWR);
		mlx5_open(&self->dev, O_RDONLY);
		pause();
		_exit(0);
	}
	EXPECT_TRUE(wait_for(vcx_uids() == before + 2));
	EXPECT_TRUE(kill_and_wait(pid));
	EXPECT_TRUE(wait_for(vcx_uids() == before));

	close(self->fd);
	EXPECT_TRUE(wait_for(vcx_uids() == before - 1));
}

TEST_F(mlx5, uid_is_stamped)
{
	static const unsigned int opcodes[] = {
		OP_NOP, OP_QUERY_HCA_CAP, OP_ACCESS_REG, OP_ACCESS_REGISTER_USER,
	};
	__u8 in[MLX5_HEADER + MGIR_LEN], out[sizeof(in)], seen[sizeof(in)];
	unsigned int claimed[3];
	__u32 out_len;
	size_t i, j;

	if (!self->vcx)
		SKIP(return, NO_VCX);
	claimed[0] = 0;
	claimed[1] = 0xffff;
	claimed[2] = mlx5_uid(mlx5_open(&self->dev, O_RDWR));
	for (i = 0; i < ARRAY_SIZE(opcodes); i++) {
		for (j = 0; j < ARRAY_SIZE(claimed); j++) {
			make_command(in, sizeof(in), opcodes[i], 1);
			if (i >= 2)
				make_reg(in, sizeof(in), opcodes[i], REG_MGIR,
					 REG_READ);
			set_uid(in, claimed[j]);
			out_len = sizeof(out);
			test_rpc(self->fd, FWCTL_RPC_DEBUG_READ_ONLY, in,
				 sizeof(in), out, &out_len);
			EXPECT_EQ(0, status_of(out));
			EXPECT_EQ(sizeof(in), vcx_last(opcodes[i], seen,
						       sizeof(seen)));
			EXPECT_EQ(self->uid, uid_of(seen));
			/* The backend changed nothing else. */
			set_uid(in, self->uid);
			EXPECT_EQ(0, memcmp(in, seen, sizeof(in)));
		}
	}
}

/* The scopes that admit a request, as a mask */
enum {
	NEVER = 0,
	READ_CONF = 0xf,
	READ_DEBUG = 0xe,
	READ_FULL = 0x8,
	/* DEBUG_READ_ONLY is not for writing. */
	WRITE_CONF = 0xd,
	WRITE_DEBUG = 0xc,
	WRITE_FULL = 0x8,
	/* On a file opened for reading none of these admits anything. */
	TAINTING = 0xc,
};

/**
 * struct request - a command, and the scopes that admit it
 * @name: name for messages
 * @scopes: mask of scopes
 * @writes: it may change the device
 * @secret: its answer may have secrets: a file opened for reading does not admit it
 * @opcode: be16 at offset 0
 * @tunnel: be16 at offset 4
 * @op_mod: be16 at offset 6
 * @reg: be16 at offset 10
 * @at: offset of @dword, or 0
 * @dword: be32 at this offset; the rest of the command is 0
 * @len: length of the command in bytes, unless @header_only
 * @header_only: the command is a header without data
 */
struct request {
	const char *name;
	unsigned int scopes;
	bool writes;
	bool secret;
	__u16 opcode;
	__u16 tunnel;
	__u16 op_mod;
	__u16 reg;
	__u16 at;
	__u32 dword;
	__u32 len;
	bool header_only;
};

#define COMMAND(_name, _opcode, _scopes, ...) \
	{ .name = (_name), .opcode = (_opcode), .scopes = (_scopes), \
	  .len = 64, __VA_ARGS__ }

/* Each register access is also sent as ACCESS_REGISTER_USER. */
#define READ(_name, _id, _scopes, ...) \
	{ .name = "read of " _name, .opcode = OP_ACCESS_REG, .reg = (_id), \
	  .op_mod = REG_READ, .scopes = (_scopes), .len = 320, __VA_ARGS__ }

#define WRITE(_name, _id, _scopes, ...) \
	{ .name = "write of " _name, .opcode = OP_ACCESS_REG, .reg = (_id), \
	  .op_mod = REG_WRITE, .scopes = (_scopes), .len = 320, \
	  .writes = true, __VA_ARGS__ }

/* With an offset from the end of the header, as in descriptions of registers */
#define DWORD(_at, _dword) .at = MLX5_HEADER + (_at), .dword = (_dword)

static size_t make_request(__u8 *in, const struct request *r)
{
	size_t len = r->header_only ? MLX5_HEADER : r->len;

	make_reg(in, len, r->opcode, r->reg, r->op_mod);
	put_be16(in + 4, r->tunnel);
	if (r->at)
		put_be32(in + r->at, r->dword);
	return len;
}

static void check_request(struct __test_metadata *_metadata,
			  const struct request *r, int fd, unsigned int scopes)
{
	unsigned int scope, uid = mlx5_uid(fd), count = 0;
	bool admitted, with_vcx = vcx_there();
	__u8 in[320], out[320], seen[320];
	__u32 out_len;
	size_t len;

	if (r->writes && !with_vcx)
		return;
	for (scope = 0; scope < 4; scope++) {
		admitted = scopes & 1 << scope;
		len = make_request(in, r);
		if (with_vcx)
			count = vcx_count(r->opcode);
		out_len = sizeof(out);
		EXPECT_EQ(admitted ? 0 : EBADMSG,
			  _test_rpc(fd, scope, in, len, out, &out_len))
			TH_LOG("%s (%#x, register %#x) under scope %u", r->name,
			       r->opcode, r->reg, scope);
		if (!with_vcx)
			continue;
		EXPECT_EQ(count + admitted, vcx_count(r->opcode))
			TH_LOG("%s under scope %u: commands at firmware", r->name,
			       scope);
		if (!admitted)
			continue;
		EXPECT_EQ(len, vcx_last(r->opcode, seen, len));
		set_uid(in, uid);
		EXPECT_EQ(0, memcmp(in, seen, len))
			TH_LOG("%s: firmware received a different command", r->name);
	}
}

static void check_requests(struct __test_metadata *_metadata,
			   const struct mlx5_dev *dev,
			   const struct request *requests, size_t count)
{
	int read_only = mlx5_open(dev, O_RDONLY);
	int fd = mlx5_open(dev, O_RDWR);
	size_t i;

	ASSERT_LE(0, read_only);
	ASSERT_LE(0, fd);
	for (i = 0; i < count; i++) {
		struct request r = requests[i];

		check_request(_metadata, &r, fd, r.scopes);
		check_request(_metadata, &r, read_only,
			      r.writes || r.secret ? NEVER : r.scopes & ~TAINTING);
		if (r.opcode != OP_ACCESS_REG)
			continue;
		r.opcode = OP_ACCESS_REGISTER_USER;
		check_request(_metadata, &r, fd, r.scopes);
	}
}

/* Commands for drivers, which the backend never admits */
static const struct request refused[] = {
	COMMAND("INIT_HCA", 0x102, NEVER, .writes = true),
	COMMAND("TEARDOWN_HCA", 0x103, NEVER, .writes = true),
	COMMAND("MANAGE_PAGES", 0x108, NEVER, .writes = true),
	COMMAND("CREATE_MKEY", 0x200, NEVER),
	COMMAND("CREATE_EQ", 0x301, NEVER),
	COMMAND("CREATE_CQ", 0x400, NEVER),
	COMMAND("CREATE_QP", 0x500, NEVER),
	COMMAND("MAD_IFC", 0x50d, NEVER, .writes = true),
	COMMAND("ALLOC_PD", 0x800, NEVER),
	COMMAND("ALLOC_UAR", 0x802, NEVER),
	COMMAND("CREATE_TIR", 0x900, NEVER),
	COMMAND("CREATE_FLOW_TABLE", 0x930, NEVER),
	COMMAND("CREATE_GENERAL_OBJECT", 0xa00, NEVER),
	COMMAND("CREATE_UCTX", OP_CREATE_UCTX, NEVER),
	COMMAND("DESTROY_UCTX", OP_DESTROY_UCTX, NEVER, .writes = true),
	COMMAND("opcode 0", 0, NEVER),
	COMMAND("opcode ffff", 0xffff, NEVER),
	COMMAND("tunnelled NOP", OP_NOP, NEVER, .tunnel = 1),
	COMMAND("tunnelled QUERY_HCA_CAP", OP_QUERY_HCA_CAP, NEVER,
		.tunnel = 0x8000),
	COMMAND("tunnelled SET_HCA_CAP", OP_SET_HCA_CAP, NEVER, .tunnel = 0xff,
		.writes = true),
	READ("MGIR, tunnelled", REG_MGIR, NEVER, .tunnel = 1),
	COMMAND("ACCESS_REG with op_mod 2", OP_ACCESS_REG, NEVER,
		.reg = REG_MGIR, .op_mod = 2),
	COMMAND("ACCESS_REG with op_mod 100", OP_ACCESS_REG, NEVER,
		.reg = REG_MGIR, .op_mod = 0x100),
	COMMAND("ACCESS_REG with op_mod 8001", OP_ACCESS_REG, NEVER,
		.reg = REG_MGIR, .op_mod = 0x8001),
	/* They write to host memory, reach other devices, or carry other commands. */
	READ("MCDD", 0x905c, NEVER),
	WRITE("MCDD", 0x905c, NEVER),
	READ("MDDT", 0x9160, NEVER),
	WRITE("HCA_CMD_ENCAP", 0xc009, NEVER),
	WRITE("MTDC", 0x911d, NEVER),
	WRITE("HOST_ENDIANNESS", 0x7004, NEVER),
};

TEST_F(mlx5, refused_commands)
{
	check_requests(_metadata, &self->dev, refused, ARRAY_SIZE(refused));
}

static const struct request admitted[] = {
	COMMAND("QUERY_HCA_CAP", OP_QUERY_HCA_CAP, READ_CONF),
	COMMAND("QUERY_ADAPTER", 0x101, READ_CONF),
	COMMAND("QUERY_ESW_FUNCTIONS", 0x740, READ_CONF),
	COMMAND("QUERY_VUID", 0xb22, READ_CONF),
	COMMAND("QUERY_ISSI", 0x10a, READ_DEBUG),
	COMMAND("QUERY_EQ", 0x303, READ_DEBUG),
	COMMAND("NOP", OP_NOP, READ_DEBUG),
	COMMAND("NOP of 16 bytes", OP_NOP, READ_DEBUG, .header_only = true),
	COMMAND("QUERY_DIAGNOSTIC_PARAMS", 0x819, READ_DEBUG),
	COMMAND("QUERY_DIAGNOSTIC_COUNTERS", 0x821, READ_DEBUG),
	COMMAND("SET_HCA_CAP", OP_SET_HCA_CAP, WRITE_CONF, .writes = true,
		.header_only = true),
	COMMAND("DELEGATE_VHCA_MANAGEMENT", 0x731, WRITE_CONF, .writes = true),
	COMMAND("MODIFY_CONG_STATUS", 0x823, WRITE_CONF, .writes = true),
	COMMAND("POSTPONE_CONNECTED_QP_TIMEOUT", 0xb2e, WRITE_CONF,
		.writes = true),
	COMMAND("SET_DIAGNOSTIC_PARAMS", 0x820, WRITE_DEBUG, .writes = true),
};

TEST_F(mlx5, admitted_commands)
{
	check_requests(_metadata, &self->dev, admitted, ARRAY_SIZE(admitted));
}

/* Queries that reset the counters that they report if a bit is set */
static const struct request clear_bits[] = {
	COMMAND("QUERY_VPORT_COUNTER", 0x770, READ_DEBUG),
	COMMAND("QUERY_VPORT_COUNTER.clear", 0x770, WRITE_DEBUG,
		.writes = true, DWORD(0x8, 1u << 31)),
	COMMAND("QUERY_Q_COUNTER", 0x773, READ_DEBUG),
	COMMAND("QUERY_Q_COUNTER of 16 bytes", 0x773, READ_DEBUG,
		.header_only = true),
	COMMAND("QUERY_Q_COUNTER.clear", 0x773, WRITE_DEBUG, .writes = true,
		DWORD(0x8, 1u << 31)),
	COMMAND("QUERY_CONG_STATISTICS", 0x826, READ_DEBUG),
	COMMAND("QUERY_CONG_STATISTICS.clear", 0x826, WRITE_DEBUG,
		.writes = true, .at = 0x8, .dword = 1u << 31),
	COMMAND("QUERY_FLOW_COUNTER", 0x93b, READ_DEBUG),
	COMMAND("QUERY_FLOW_COUNTER.clear", 0x93b, WRITE_FULL, .writes = true,
		DWORD(0x8, 1u << 31)),
	COMMAND("QUERY_FLOW_COUNTER.dump_to_memory", 0x93b, WRITE_FULL,
		.writes = true, DWORD(0x8, 1u << 30)),
	READ("PPCNT", 0x5008, READ_DEBUG),
	READ("PPCNT.clr", 0x5008, WRITE_DEBUG, .writes = true,
	     DWORD(0x4, 1u << 31)),
};

TEST_F(mlx5, clear_bits)
{
	check_requests(_metadata, &self->dev, clear_bits, ARRAY_SIZE(clear_bits));
}

static const struct request registers[] = {
	READ("MGIR", REG_MGIR, READ_CONF),
	READ("MNVDA", 0x9024, READ_CONF),
	READ("MFRL", 0x9028, READ_CONF),
	READ("MNVQC", 0x9030, READ_CONF),
	READ("MNVGC", 0x9034, READ_CONF),
	READ("MNVGN", 0x9035, READ_CONF, .secret = true),
	READ("MNVDA, the password for iSCSI", 0x9024, READ_CONF, .secret = true,
	     DWORD(4, 0x03000239)),
	READ("MCQS", 0x9060, READ_CONF),
	READ("MCQI", 0x9061, READ_CONF),
	READ("MQIS", 0x9064, READ_CONF),
	READ("MCAM", 0x907f, READ_CONF),
	READ("PAOS", 0x5006, READ_DEBUG),
	READ("MTMP", 0x900a, READ_DEBUG),
	READ("an unlisted register", 0x0042, READ_DEBUG),
	READ("another unlisted register", 0xfff0, READ_DEBUG),
	READ("the flash", 0x9011, READ_FULL),
	WRITE("MNVDA", 0x9024, WRITE_CONF),
	WRITE("MNVDI", 0x9025, WRITE_CONF),
	WRITE("MNVIA", 0x9033, WRITE_CONF, DWORD(0, 7)),
	WRITE("PPCNT", 0x5008, WRITE_DEBUG),
	WRITE("PAOS", 0x5006, WRITE_FULL),
	WRITE("MCC", 0x9062, WRITE_FULL),
	WRITE("MCDA", 0x9063, WRITE_FULL),
	WRITE("MGIR", REG_MGIR, WRITE_FULL),
	WRITE("an unlisted register", 0x0042, WRITE_FULL),
	WRITE("another unlisted register", 0xfff0, WRITE_FULL),
	/* A reset at a later event, as mstconfig requests it, and a reset now */
	WRITE("MFRL, PERST or link toggle", 0x9028, WRITE_CONF, DWORD(4, 0x48)),
	WRITE("MFRL, no trigger", 0x9028, WRITE_CONF),
	WRITE("MFRL, reset now", 0x9028, WRITE_FULL, DWORD(4, 0x01)),
	WRITE("MFRL, reset type", 0x9028, WRITE_FULL, DWORD(4, 0x4048)),
	READ("resource dump, inline", 0xc000, READ_DEBUG, DWORD(0, 1u << 30)),
	READ("resource dump, to memory", 0xc000, WRITE_FULL, .writes = true),
};

TEST_F(mlx5, registers)
{
	check_requests(_metadata, &self->dev, registers, ARRAY_SIZE(registers));
}

/* Requests that are too short to classify */
TEST_F(mlx5, too_short)
{
	static const struct {
		__u32 in_len, out_len;
		__u16 opcode, op_mod, reg;
	} requests[] = {
		{ 0, 16, OP_NOP, 0, 0 },
		{ 15, 16, OP_NOP, 0, 0 },
		{ 16, 0, OP_NOP, 0, 0 },
		{ 16, 15, OP_NOP, 0, 0 },
		{ 15, 15, OP_ACCESS_REG, REG_READ, REG_MGIR },
		{ 16, 15, OP_ACCESS_REG, REG_READ, REG_MGIR },
		{ 15, 176, OP_ACCESS_REGISTER_USER, REG_READ, REG_MGIR },
		/* The length is checked before the opcode. */
		{ 15, 64, 0x800, 0, 0 },
		/* The dword with the clear bit, in part or not at all */
		{ 17, 64, 0x770, 0, 0 },
		{ 0x1b, 64, 0x773, 0, 0 },
		{ 0x18, 64, 0x93b, 0, 0 },
		/* MFRL without its triggers, or with a part of them */
		{ 23, 24, OP_ACCESS_REG, REG_WRITE, 0x9028 },
		{ 20, 24, OP_ACCESS_REG, REG_WRITE, 0x9028 },
	};
	unsigned int scope, count = 0;
	__u8 in[64], out[256];
	__u32 out_len;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		for (scope = 0; scope < 4; scope++) {
			make_reg(in, sizeof(in), requests[i].opcode,
				 requests[i].reg, requests[i].op_mod);
			if (self->vcx)
				count = vcx_count(requests[i].opcode);
			out_len = requests[i].out_len;
			test_err_rpc(EMSGSIZE, self->fd, scope, in,
				     requests[i].in_len, out, &out_len)
				TH_LOG("%u and %u bytes of %#x, scope %u",
				       requests[i].in_len, requests[i].out_len,
				       requests[i].opcode, scope);
			if (self->vcx)
				EXPECT_EQ(count, vcx_count(requests[i].opcode));
		}
	}
}

/*
 * A request has at most 4112 bytes. There may be any room for an answer; firmware is
 * told of 4112 bytes of it, or of 65552 if the answer has a list.
 */
TEST_F(mlx5, longest)
{
	static const struct {
		__u16 opcode;
		__u32 longest;
	} answers[] = {
		{ OP_NOP, 4112 }, { OP_ACCESS_REG, 4112 }, { 0xa02, 65552 },
	};
	static __u8 in[4113], out[1 << 20];
	__u32 out_len = 64;
	size_t i;

	make_reg(in, sizeof(in), OP_NOP, 0, 0);
	test_err_rpc(EMSGSIZE, self->fd, FWCTL_RPC_DEBUG_WRITE_FULL, in, 4113, out,
		     &out_len);
	test_rpc(self->fd, FWCTL_RPC_DEBUG_READ_ONLY, in, 4112, out, &out_len);
	if (self->vcx)
		EXPECT_EQ(4112, vcx_last(OP_NOP, out, sizeof(out)));

	for (i = 0; i < ARRAY_SIZE(answers); i++) {
		make_reg(in, sizeof(in), answers[i].opcode, REG_MGIR, REG_READ);
		memset(out, 0xff, sizeof(out));
		out_len = sizeof(out);
		test_rpc(self->fd, FWCTL_RPC_DEBUG_READ_ONLY, in, 64, out, &out_len);
		EXPECT_EQ(answers[i].longest, out_len);
		EXPECT_EQ(0, get_be32(out + answers[i].longest - 4));
		EXPECT_EQ(~0u, get_be32(out + answers[i].longest));
	}
}

/*
 * The first command of mstflint's tools: 1040 bytes in and out for a register of 160
 * bytes. mstflint up to 4.31 declares CONFIGURATION, 4.32 DEBUG_WRITE_FULL, and later
 * versions DEBUG_READ_ONLY.
 */
TEST_F(mlx5, first_command_of_mstflint)
{
	__u8 in[1040], out[1040], seen[1040];
	unsigned int scope;
	__u32 out_len;

	for (scope = 0; scope < 4; scope++) {
		make_reg(in, sizeof(in), OP_ACCESS_REG, REG_MGIR, REG_READ);
		memset(out, 0xff, sizeof(out));
		out_len = sizeof(out);
		test_rpc(self->fd, scope, in, sizeof(in), out, &out_len);
		EXPECT_EQ(sizeof(out), out_len);
		EXPECT_EQ(0, get_be32(out));
		EXPECT_EQ(0, syndrome_of(out));
		EXPECT_NE(0, get_be32(out + MLX5_HEADER + 8));
		if (!self->vcx)
			continue;
		EXPECT_EQ(sizeof(in), vcx_last(OP_ACCESS_REG, seen, sizeof(seen)));
		/* ConnectX-6 Dx; the answer overwrites all of the buffer. */
		EXPECT_EQ(0x212, get_be32(out + MLX5_HEADER + 8));
		EXPECT_EQ(0x101d, get_be16(out + MLX5_HEADER + 2));
		EXPECT_EQ(0, get_be32(out + sizeof(out) - 4));
	}
}

/* The answer has firmware's error: a status and, if firmware sets it, a syndrome. */
TEST_F(mlx5, firmware_error)
{
	__u8 in[64], out[64];
	__u32 out_len;

	make_reg(in, sizeof(in), OP_ACCESS_REG, 0x0042, REG_READ);
	memset(out, 0xff, sizeof(out));
	out_len = sizeof(out);
	test_rpc(self->fd, FWCTL_RPC_DEBUG_READ_ONLY, in, sizeof(in), out,
		 &out_len);
	EXPECT_EQ(sizeof(out), out_len);
	/* BAD_PARAM, firmware's status for a register that it does not have */
	EXPECT_EQ(0x3, status_of(out));

	if (!self->vcx)
		SKIP(return, NO_VCX);
	ASSERT_EQ(0, vcx("status %x f deadbeef 1", OP_ACCESS_REG));
	test_rpc(self->fd, FWCTL_RPC_DEBUG_READ_ONLY, in, sizeof(in), out,
		 &out_len);
	EXPECT_EQ(sizeof(out), out_len);
	EXPECT_EQ(0x0f000000, get_be32(out));
	EXPECT_EQ(0xdeadbeef, syndrome_of(out));
	EXPECT_EQ(0, get_be32(out + 8));

	/* The shortest answer has it, too. */
	ASSERT_EQ(0, vcx("status %x 50 1 1", OP_ACCESS_REG));
	out_len = MLX5_HEADER;
	test_rpc(self->fd, FWCTL_RPC_DEBUG_READ_ONLY, in, sizeof(in), out,
		 &out_len);
	EXPECT_EQ(MLX5_HEADER, out_len);
	EXPECT_EQ(0x50, status_of(out));
	EXPECT_EQ(1, syndrome_of(out));
	EXPECT_EQ(0, mlx5_nop(self->fd));
}

/* Firmware refuses to create a user context. */
TEST_F(mlx5, open_refused)
{
	static const struct {
		unsigned int status;
		int err;
	} refusals[] = {
		{ 0x01, EIO },		/* INTERNAL_ERR */
		{ 0x03, EINVAL },	/* BAD_PARAM */
		{ 0x06, EBUSY },	/* RES_BUSY */
		{ 0x08, ENOMEM },	/* EXCEED_LIM */
		{ 0x0f, EAGAIN },	/* NO_RESOURCES */
	};
	unsigned int uids, creates;
	size_t i;

	if (!self->vcx)
		SKIP(return, NO_VCX);
	uids = vcx_uids();
	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		creates = vcx_count(OP_CREATE_UCTX);
		ASSERT_EQ(0, vcx("status %x %x 1234 1", OP_CREATE_UCTX,
				 refusals[i].status));
		EXPECT_EQ(refusals[i].err, mlx5_try(&self->dev));
		EXPECT_EQ(creates + 1, vcx_count(OP_CREATE_UCTX));
		EXPECT_TRUE(wait_for(vcx_uids() == uids));
		EXPECT_EQ(0, mlx5_try(&self->dev));
	}
	EXPECT_EQ(0, mlx5_nop(self->fd));
}

/* Firmware returns the uid 0, which is the kernel's. */
TEST_F(mlx5, uid_0_refused)
{
	unsigned int creates, destroys;
	int kmsg, i;

	if (!self->vcx)
		SKIP(return, NO_VCX);
	kmsg = kmsg_open();
	creates = vcx_count(OP_CREATE_UCTX);
	destroys = vcx_count(OP_DESTROY_UCTX);
	ASSERT_EQ(0, vcx("uid0 2"));
	for (i = 0; i < 2; i++)
		EXPECT_EQ(EIO, mlx5_try(&self->dev));
	EXPECT_EQ(creates + 2, vcx_count(OP_CREATE_UCTX));
	/* The backend does not destroy the user context 0. */
	EXPECT_EQ(destroys, vcx_count(OP_DESTROY_UCTX));
	EXPECT_TRUE(kmsg_find(kmsg, "firmware returned the kernel's number, 0, "));
	EXPECT_EQ(0, mlx5_try(&self->dev));
}

/* Firmware has 32 command slots, of which mlx5_core needs some. */
TEST_F(mlx5, places_for_the_kernel)
{
	unsigned int i, max = param_get("max_rpcs");
	struct mlx5_call calls[24];
	int fd;

	if (!self->vcx)
		SKIP(return, NO_VCX);
	ASSERT_EQ(0, vcx("lose %x *", OP_NOP));
	for (i = 0; i < ARRAY_SIZE(calls); i++)
		ASSERT_EQ(0, mlx5_call_nop(&calls[i], self->fd));
	EXPECT_TRUE(wait_for(vcx_stat("in_flight") == max));
	for (i = 0; i < ARRAY_SIZE(calls); i++)
		EXPECT_TRUE(wait_for(call_waits(&calls[i].call)));

	/* mlx5_core's own commands, which create a user context and destroy it */
	fd = EXPECT_QUICK("open while 24 RPCs are waiting",
			  mlx5_open(&self->dev, O_RDWR));
	EXPECT_LE(0, fd);
	EXPECT_EQ(0, EXPECT_QUICK("close meanwhile", close(fd)));
	EXPECT_EQ(max, vcx_stat("in_flight"));

	ASSERT_EQ(0, vcx("lose %x 0", OP_NOP));
	ASSERT_EQ(0, vcx("release"));
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		EXPECT_EQ(0, call_end(&calls[i].call));
		EXPECT_EQ(0, status_of(calls[i].out));
	}
	EXPECT_EQ(0, vcx_stat("in_flight"));
}

/* A caller can be killed; its user context stays until firmware has answered. */
TEST_F(mlx5, killed_caller)
{
	unsigned int uids;
	pid_t pid;

	if (!self->vcx)
		SKIP(return, NO_VCX);
	uids = vcx_uids();
	ASSERT_EQ(0, vcx("lose %x", OP_NOP));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(mlx5_nop(mlx5_open(&self->dev, O_RDWR)));
	ASSERT_TRUE(wait_for(vcx_stat("in_flight") == 1));
	ASSERT_TRUE(wait_for(task_waits_in_ioctl(pid)));
	EXPECT_TRUE(EXPECT_QUICK("kill of a caller", kill_and_wait(pid)));

	EXPECT_EQ(1, vcx_stat("in_flight"));
	EXPECT_EQ(uids + 1, vcx_uids());
	EXPECT_EQ(0, mlx5_nop(self->fd));
	ASSERT_EQ(0, vcx("release"));
	EXPECT_TRUE(wait_for(vcx_uids() == uids));
	EXPECT_EQ(0, vcx_stat("in_flight"));
}

/* close() does not wait for slow firmware; the context is destroyed later. */
TEST_F(mlx5, slow_close)
{
	unsigned int uids, i;
	int fds[20];

	if (!self->vcx)
		SKIP(return, NO_VCX);
	uids = vcx_uids();
	for (i = 0; i < ARRAY_SIZE(fds); i++) {
		fds[i] = mlx5_open(&self->dev, O_RDWR);
		ASSERT_LE(0, fds[i]);
	}
	ASSERT_EQ(0, vcx("lose %x *", OP_DESTROY_UCTX));
	EXPECT_EQ(0, EXPECT_QUICK("close", close(fds[0])));
	EXPECT_EQ(0, EXPECT_QUICK("another close", close(fds[1])));
	for (i = 2; i < ARRAY_SIZE(fds); i++)
		close(fds[i]);
	EXPECT_EQ(0, EXPECT_QUICK("RPC meanwhile", mlx5_nop(self->fd)));
	EXPECT_EQ(0, EXPECT_QUICK("open and close meanwhile",
				  mlx5_try(&self->dev)));
	ASSERT_EQ(0, vcx("lose %x 0", OP_DESTROY_UCTX));
	ASSERT_EQ(0, vcx("release"));
	EXPECT_TRUE(wait_for(vcx_uids() == uids));
	EXPECT_TRUE(wait_for(vcx_stat("in_flight") == 0));
	EXPECT_EQ(0, mlx5_nop(self->fd));
}

TEST_HARNESS_MAIN
