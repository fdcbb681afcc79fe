// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mlx5 backend's classifier, in user space: the tables themselves, every
 * opcode and every register, and the commands of programs in use.
 *
 * The expected scopes are written here a second time, and not taken from the
 * tables, so that a wrong entry makes a test fail. The argument is the part of the
 * documentation that is generated from the tables, mlx5-tables.rst; its rows are
 * compared with the classifier's verdicts.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allowlist.h"
#include "ktap.h"

#define TOOLS	MLX5_FWCTL_TOOLS_RESOURCES

/* The number of commands that Linux 7.3 admits */
#define LINUX_OPCODES 94

/* FWCTL_COMMAND_NAME_LEN of the core: longer names are cut in events. */
#define NAME_LEN 40

enum {
	CONF = FWCTL_RPC_CONFIGURATION,
	DEBUG = FWCTL_RPC_DEBUG_READ_ONLY,
	WRITE_ONE = FWCTL_RPC_DEBUG_WRITE,
	WRITE_ALL = FWCTL_RPC_DEBUG_WRITE_FULL,

	READ_REG = 1,
	WRITE_REG = 0,
};

static void put16(__u8 *at, unsigned int value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static void put32(__u8 *at, __u32 value)
{
	put16(at, value >> 16);
	put16(at + 2, value & 0xffff);
}

/* The copy ends where its memory ends, so that a sanitizer sees an overrun. */
static int classify(const __u8 *cmd, size_t len, size_t out_len, __u32 caps,
		    struct mlx5_fwctl_verdict *v)
{
	__u8 *copy = malloc(len ? len : 1);
	int err;

	if (!copy)
		exit(1);
	memcpy(copy, cmd, len);
	err = mlx5_fwctl_classify(copy, len, out_len, caps, v);
	free(copy);
	return err;
}

static void expect_error(const char *what, const __u8 *cmd, size_t len, int want)
{
	struct mlx5_fwctl_verdict v;
	int err = classify(cmd, len, 64, TOOLS, &v);

	if (err != want)
		ktap_fail("%s: error %d, not %d", what, err, want);
}

static void expect_scope(const char *what, const __u8 *cmd, size_t len,
			 unsigned int scope, bool writes)
{
	struct mlx5_fwctl_verdict v;
	int err = classify(cmd, len, 64, TOOLS, &v);

	if (err || v.scope != scope || v.writes != writes)
		ktap_fail("%s: error %d scope %u writes %d, not scope %u writes %d",
			  what, err, v.scope, v.writes, scope, writes);
}

static void expect_op(unsigned int opcode, unsigned int scope, bool writes)
{
	__u8 cmd[64] = {};
	char what[32];

	put16(cmd, opcode);
	snprintf(what, sizeof(what), "opcode %#x", opcode);
	expect_scope(what, cmd, sizeof(cmd), scope, writes);
	expect_scope(what, cmd, MLX5_FWCTL_HEADER, scope, writes);
}

static void make_reg(__u8 *cmd, size_t size, unsigned int opcode,
		     unsigned int id, unsigned int op_mod)
{
	memset(cmd, 0, size);
	put16(cmd, opcode);
	put16(cmd + MLX5_FWCTL_OP_MOD, op_mod);
	put16(cmd + MLX5_FWCTL_REGISTER_ID, id);
}

/* One dword of the register is @value, the others are 0. */
static void expect_reg(unsigned int id, unsigned int op_mod, size_t offset,
		       __u32 value, unsigned int scope, bool writes)
{
	static const unsigned int opcodes[] = { 0x805, 0xb0c };
	__u8 cmd[1040];
	char what[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(opcodes); i++) {
		make_reg(cmd, sizeof(cmd), opcodes[i], id, op_mod);
		put32(cmd + MLX5_FWCTL_HEADER + offset, value);
		snprintf(what, sizeof(what), "%s of register %#x by %#x, %#x",
			 op_mod ? "read" : "write", id, opcodes[i], value);
		expect_scope(what, cmd, sizeof(cmd), scope, writes);
	}
}

static void refuse_reg(unsigned int id, unsigned int op_mod)
{
	__u8 cmd[64];
	char what[32];

	make_reg(cmd, sizeof(cmd), 0x805, id, op_mod);
	snprintf(what, sizeof(what), "register %#x op_mod %u", id, op_mod);
	expect_error(what, cmd, sizeof(cmd), -EBADMSG);
}

/* A reason ends with its sources: " (IFC, ADB)". */
static bool has_source(const char *why)
{
	static const char * const sources[] = {
		"IFC", "BSD", "OFED", "L73", "PRM", "ADB", "MST", "DPDK", "CDB",
	};
	const char *at = strrchr(why, '(');
	size_t i, len;

	if (!at || at - why < 5 || at[-1] != ' ')
		return false;
	do {
		at += at[1] == ' ' ? 2 : 1;
		len = strcspn(at, ",)");
		for (i = 0; i < ARRAY_SIZE(sources); i++)
			if (len == strlen(sources[i]) && !strncmp(at, sources[i], len))
				break;
		if (i == ARRAY_SIZE(sources))
			return false;
		at += len;
	} while (*at == ',');
	return !strcmp(at, ")");
}

static void expect_source(const char *name, const char *why)
{
	if (!has_source(why))
		ktap_fail("%s: no source in '%s'", name, why);
}

static void test_tables(void)
{
	const char *fault = mlx5_fwctl_tables_fault();
	size_t i, j;

	if (fault)
		ktap_fail("%s", fault);
	for (i = 0; i < mlx5_fwctl_nr_opcodes; i++) {
		const struct mlx5_fwctl_opcode *op = &mlx5_fwctl_opcodes[i];

		expect(op->name[0] && strlen(op->name) < NAME_LEN);
		expect_source(op->name, op->why);
		for (j = 0; j < i; j++)
			expect(strcmp(op->name, mlx5_fwctl_opcodes[j].name));
	}
	for (i = 0; i < mlx5_fwctl_nr_registers; i++) {
		const struct mlx5_fwctl_register *reg = &mlx5_fwctl_registers[i];

		expect(reg->name[0] && strlen(reg->name) < NAME_LEN);
		expect_source(reg->name, reg->why);
		for (j = 0; j < i; j++)
			expect(strcmp(reg->name, mlx5_fwctl_registers[j].name));
	}
	for (i = 0; i < mlx5_fwctl_nr_contents; i++)
		expect_source("content", mlx5_fwctl_contents[i].why);
	for (i = 0; i < mlx5_fwctl_nr_secrets; i++)
		expect_source("secret", mlx5_fwctl_secrets[i].why);
	if (mlx5_fwctl_nr_registers < 80)
		ktap_fail("%zu registers", mlx5_fwctl_nr_registers);
}

/* All opcodes of the table. A new one needs a number here. */
static void test_published_opcodes(void)
{
	static const __u16 conf_reads[] = {
		0x100, 0x101, 0x10e, 0x740, 0x760, 0x762, 0xb22,
	};
	static const __u16 conf_writes[] = { 0x109, 0x731, 0x823, 0xb2e };
	static const __u16 debug_reads[] = {
		0x107, 0x10a, 0x10c, 0x111, 0x117, 0x201, 0x203, 0x303, 0x402, 0x50b,
		0x602, 0x702, 0x707, 0x713, 0x716, 0x719, 0x722, 0x725, 0x727,
		0x728, 0x730, 0x732, 0x750, 0x752, 0x754, 0x764, 0x765, 0x76f, 0x770,
		0x773, 0x781, 0x784, 0x80b, 0x80d, 0x813, 0x819, 0x821, 0x822, 0x824,
		0x826, 0x82a, 0x831, 0x842, 0x903, 0x907, 0x90b, 0x90f, 0x911, 0x915,
		0x919, 0x932, 0x935, 0x937, 0x93b, 0x93f, 0x942, 0x962, 0x964, 0x971,
		0x981, 0xa02, 0xa05, 0xa09, 0xb03, 0xb05, 0xb07, 0xb08, 0xb0a,
		0xb0d, 0xb0f, 0xb13, 0xb14, 0xb28, 0xb2a, 0xb2f, 0x8000, 0x8001,
		0x8006,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(conf_reads); i++)
		expect_op(conf_reads[i], CONF, false);
	for (i = 0; i < ARRAY_SIZE(conf_writes); i++)
		expect_op(conf_writes[i], CONF, true);
	for (i = 0; i < ARRAY_SIZE(debug_reads); i++)
		expect_op(debug_reads[i], DEBUG, false);
	expect_op(0x820, WRITE_ONE, true);
	/* Linux admits these two from DEBUG_READ_ONLY on. */
	expect_op(0x512, WRITE_ALL, false);
	expect_op(0xb02, WRITE_ALL, false);
	/* And 0x805 and 0xb0c, whose scope is that of the register. */
	if (mlx5_fwctl_nr_opcodes != ARRAY_SIZE(conf_reads) +
	    ARRAY_SIZE(conf_writes) + ARRAY_SIZE(debug_reads) + 3 + 2 ||
	    mlx5_fwctl_nr_opcodes != LINUX_OPCODES)
		ktap_fail("%zu opcodes in the table", mlx5_fwctl_nr_opcodes);
}

static void test_other_opcodes(void)
{
	/* ALLOC_PD, CREATE_MKEY, CREATE_UCTX, MAD_IFC, MANAGE_PAGES, TEARDOWN */
	static const __u16 examples[] = {
		0x800, 0x200, 0xa04, 0x50d, 0x108, 0x103, 0x80a, 0xb17,
	};
	struct mlx5_fwctl_verdict v;
	unsigned int opcode, admitted = 0;
	__u8 cmd[64] = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(examples); i++) {
		put16(cmd, examples[i]);
		expect_error("refused opcode", cmd, sizeof(cmd), -EBADMSG);
	}
	for (opcode = 0; opcode <= 0xffff; opcode++) {
		int err;

		put16(cmd, opcode);
		err = classify(cmd, sizeof(cmd), 64, TOOLS, &v);
		if (!err)
			admitted++;
		expect(!err || err == -EBADMSG);
		expect(v.number == opcode || v.number >> 16 == opcode);
		expect(err || v.scope != DEBUG || !v.writes);
	}
	if (admitted != mlx5_fwctl_nr_opcodes)
		ktap_fail("%u opcodes admitted", admitted);
}

static void test_lengths(void)
{
	struct mlx5_fwctl_verdict v;
	__u8 cmd[64] = {};
	size_t len;

	put16(cmd, 0x100);
	for (len = 0; len < MLX5_FWCTL_HEADER; len++) {
		expect_error("short command", cmd, len, -EMSGSIZE);
		expect(classify(cmd, sizeof(cmd), len, 0, &v) == -EMSGSIZE);
	}
	expect(!classify(cmd, MLX5_FWCTL_HEADER, MLX5_FWCTL_HEADER, 0, &v));
	make_reg(cmd, sizeof(cmd), 0x805, 0x9020, READ_REG);
	expect_error("register access of 15 bytes", cmd, 15, -EMSGSIZE);
	expect_scope("register access of 16 bytes", cmd, 16, CONF, false);
}

/* A request of 1040 bytes for each register is the first one of mstflint's tools. */
static void test_long_requests(void)
{
	static __u8 cmd[MLX5_FWCTL_PAGE + 1];
	struct mlx5_fwctl_verdict v;

	put16(cmd, 0x100);
	expect_scope("query_hca_cap of 4112 bytes", cmd, 4112, CONF, false);
	expect_error("query_hca_cap of 4113 bytes", cmd, 4113, -EMSGSIZE);
	put16(cmd, 0x800);
	expect_error("alloc_pd of 4113 bytes", cmd, 4113, -EBADMSG);
	make_reg(cmd, sizeof(cmd), 0x805, 0x9020, READ_REG);
	expect_scope("mgir of 1024 bytes", cmd, 1040, CONF, false);
	expect_error("mgir of 4097 bytes", cmd, 4113, -EMSGSIZE);
	expect(!classify(cmd, 1040, 2 << 20, 0, &v));
}

static void expect_lengths(const __u8 *cmd, size_t len, size_t want)
{
	__u8 *copy = malloc(len ? len : 1);
	size_t in_max = 0, out_max = 0;

	if (!copy)
		exit(1);
	memcpy(copy, cmd, len);
	mlx5_fwctl_lengths(copy, len, &in_max, &out_max);
	free(copy);
	if (in_max != 4112 || out_max != want)
		ktap_fail("opcode %#x: at most %zu and %zu bytes, not 4112 and %zu",
			  cmd[0] << 8 | cmd[1], in_max, out_max, want);
}

/*
 * The commands whose answer has a list, and the memory of as many commands as
 * mlx5_core has slots. It sends what follows the first 16 bytes in blocks of 512
 * bytes, each in 1024 bytes of its pool.
 */
static void test_longest_answers(void)
{
	static const __u16 lists[] = {
		0x303, 0x402, 0x50b, 0x512, 0x702, 0x707, 0x719, 0x722, 0x730, 0x732,
		0x740, 0x754, 0x764, 0x765, 0x821, 0x907, 0x90b, 0x90f, 0x919, 0x937,
		0x93b, 0xa02, 0xa09, 0xb03, 0xb22, 0xb2a, 0xb2f, 0x8000, 0x8001,
	};
	size_t i, longest = 0, blocks;
	unsigned int opcode;
	__u8 cmd[64] = {};

	for (opcode = 0, i = 0; opcode <= 0xffff; opcode++) {
		bool list = i < ARRAY_SIZE(lists) && lists[i] == opcode;

		put16(cmd, opcode);
		expect_lengths(cmd, sizeof(cmd), list ? 65552 : 4112);
		i += list;
	}
	expect(i == ARRAY_SIZE(lists));
	put16(cmd, 0x303);
	expect_lengths(cmd, MLX5_FWCTL_HEADER, 65552);
	for (i = 0; i < MLX5_FWCTL_HEADER; i++)
		expect_lengths(cmd, i, 4112);

	for (i = 0; i < mlx5_fwctl_nr_opcodes; i++)
		if (mlx5_fwctl_opcodes[i].out_max > longest)
			longest = mlx5_fwctl_opcodes[i].out_max;
	blocks = (MLX5_FWCTL_PAGE - MLX5_FWCTL_HEADER + 511) / 512 +
		 (longest - MLX5_FWCTL_HEADER + 511) / 512;
	printf("# a command and its answer: at most %zu bytes, %zu KiB of the pool; 31: %zu KiB\n",
	       MLX5_FWCTL_PAGE + longest, blocks, 31 * blocks);
	expect(blocks == 136);
}

static void test_cut_content(void)
{
	__u8 cmd[64] = {};
	size_t len;

	put16(cmd, 0x773);
	for (len = 17; len < 0x1c; len++)
		expect_error("query_q_counter cut", cmd, len, -EMSGSIZE);
	expect_scope("query_q_counter of 28 bytes", cmd, 0x1c, DEBUG, false);
	make_reg(cmd, sizeof(cmd), 0x805, 0x5008, READ_REG);
	for (len = 17; len < 24; len++)
		expect_error("ppcnt cut", cmd, len, -EMSGSIZE);
	expect_scope("ppcnt of 8 bytes", cmd, 24, DEBUG, false);
	make_reg(cmd, sizeof(cmd), 0x805, 0xc000, READ_REG);
	expect_scope("resource_dump of no bytes", cmd, 16, WRITE_ALL, true);
}

static void test_tunnel(void)
{
	__u8 cmd[64] = {};
	unsigned int bit;

	for (bit = 0; bit < 16; bit++) {
		put16(cmd, 0x100);
		put16(cmd + MLX5_FWCTL_TUNNEL, 1u << bit);
		expect_error("tunnelled query", cmd, sizeof(cmd), -EBADMSG);
		make_reg(cmd, sizeof(cmd), 0x805, 0x9020, READ_REG);
		put16(cmd + MLX5_FWCTL_TUNNEL, 1u << bit);
		expect_error("tunnelled register", cmd, sizeof(cmd), -EBADMSG);
	}
	put16(cmd, 0x100);
	put16(cmd + MLX5_FWCTL_TUNNEL, 0);
	put16(cmd + MLX5_FWCTL_UID, 0xffff);
	expect_scope("foreign uid", cmd, sizeof(cmd), CONF, false);
}

static void test_clear_bits(void)
{
	static const struct {
		__u16 opcode;
		__u8 offset;
	} clears[] = {
		{ 0x770, 24 }, { 0x773, 24 }, { 0x93b, 24 }, { 0x826, 8 },
		{ 0x964, 8 },
	};
	__u8 cmd[64];
	size_t i, bit;

	for (i = 0; i < ARRAY_SIZE(clears); i++) {
		for (bit = 0; bit < 32; bit++) {
			bool flow = clears[i].opcode == 0x93b;
			bool clear = bit == 31;
			bool dump = flow && bit == 30;

			memset(cmd, 0, sizeof(cmd));
			put16(cmd, clears[i].opcode);
			put32(cmd + clears[i].offset, 1u << bit);
			expect_scope("clear bit", cmd, sizeof(cmd),
				     dump || (clear && flow) ? WRITE_ALL :
				     clear ? WRITE_ONE : DEBUG, clear || dump);
		}
	}
}

static void expect_secret(unsigned int id, unsigned int op_mod, __u32 type, bool secret)
{
	struct mlx5_fwctl_verdict v;
	__u8 cmd[64];

	make_reg(cmd, sizeof(cmd), 0x805, id, op_mod);
	put32(cmd + MLX5_FWCTL_HEADER + 4, type);
	expect(!classify(cmd, sizeof(cmd), 64, 0, &v));
	if (v.secret != secret || v.scope != CONF)
		ktap_fail("register %#x, item %#x: secret %d scope %u", id, type, v.secret,
			  v.scope);
}

/* Items of the configuration with passwords, of any function of any host */
static void test_secrets(void)
{
	static const __u32 secrets[] = {
		0x0000019b, 0x03000239, 0x03000247, 0x03000257, 0x03fffe39, 0x03000647,
	};
	static const __u32 others[] = {
		0, 0x01000239, 0x03000238, 0x03000246, 0x0301019b, 0x0000019a, 0x0700019b,
	};
	struct mlx5_fwctl_verdict v;
	__u8 cmd[64];
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(secrets); i++) {
		expect_secret(0x9024, READ_REG, secrets[i], true);
		expect_secret(0x9024, WRITE_REG, secrets[i], false);
		expect_secret(0x9030, READ_REG, secrets[i], false);
	}
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		expect_secret(0x9024, READ_REG, others[i], false);
		expect_secret(0x9035, READ_REG, others[i], true);
	}
	/* Without the whole type of the item */
	make_reg(cmd, sizeof(cmd), 0x805, 0x9024, READ_REG);
	for (len = MLX5_FWCTL_HEADER; len < sizeof(cmd); len++) {
		expect(!classify(cmd, len, 64, 0, &v));
		expect(v.secret == (len < MLX5_FWCTL_HEADER + 8));
	}
}

static void test_capability(void)
{
	struct mlx5_fwctl_verdict v;
	__u8 cmd[64] = {};

	put16(cmd, 0x109);
	expect(classify(cmd, sizeof(cmd), 64, 0, &v) == -EBADMSG);
	expect(classify(cmd, sizeof(cmd), 64, ~TOOLS, &v) == -EBADMSG);
	expect(!classify(cmd, sizeof(cmd), 64, TOOLS, &v));
	expect(v.scope == CONF && v.writes);
}

static void test_configuration_registers(void)
{
	static const __u16 reads[] = {
		0x9020, 0x9021, 0x9024, 0x9026, 0x9027, 0x9028, 0x902f, 0x9030,
		0x9034, 0x9035, 0x9060, 0x9061, 0x9064, 0x907f,
		0x911a, 0x402d, 0x507f, 0x4019, 0xb01f, 0xc00d, 0xc00e, 0xc011,
	};
	static const __u16 writes[] = { 0x9024, 0x9025, 0x9033 };
	static const __u16 full[] = { 0x9020, 0x9030, 0x9034, 0x9064, 0x907f };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(reads); i++)
		expect_reg(reads[i], READ_REG, 0, 0, CONF, false);
	for (i = 0; i < ARRAY_SIZE(writes); i++)
		expect_reg(writes[i], WRITE_REG, 0, ~0u, CONF, true);
	/* These only act, also with zeros, and a read has nothing to tell. */
	for (i = 1; i < ARRAY_SIZE(writes); i++)
		expect_reg(writes[i], READ_REG, 0, 0, CONF, true);
	expect_reg(0xc006, READ_REG, 0, 0, WRITE_ALL, true);
	for (i = 0; i < ARRAY_SIZE(full); i++)
		expect_reg(full[i], WRITE_REG, 0, 0, WRITE_ALL, true);
}

/*
 * Registers that are read for debugging; those that act at once when they are
 * written; those that no scope admits.
 */
static void test_debug_registers(void)
{
	static const __u16 reads[] = {
		0x5003, 0x5004, 0x5006, 0x5008, 0x5031, 0x504c, 0x9009, 0x900a,
		0x9014, 0x9040, 0x9062, 0x9063, 0x9110, 0xb002,
	};
	static const __u16 full[] = {
		0x5006, 0x9014, 0x9023, 0x9062, 0x9063, 0x9012, 0x9057, 0xc007,
	};
	static const __u16 nevers[] = { 0x38f0, 0x905c, 0x9160, 0xc009 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(reads); i++)
		expect_reg(reads[i], READ_REG, 0, 0, DEBUG, false);
	for (i = 0; i < ARRAY_SIZE(full); i++)
		expect_reg(full[i], WRITE_REG, 0, 0, WRITE_ALL, true);
	for (i = 0; i < ARRAY_SIZE(nevers); i++) {
		refuse_reg(nevers[i], READ_REG);
		refuse_reg(nevers[i], WRITE_REG);
	}
	refuse_reg(0x7004, WRITE_REG);
	/* The flash, and packets of the PCIe bus with their data */
	expect_reg(0x9011, READ_REG, 0, 0, WRITE_ALL, false);
	expect_reg(0x9704, READ_REG, 0, 0, WRITE_ALL, false);
}

static void test_register_content(void)
{
	static const struct {
		__u16 id;
		__u8 offset;
		__u32 value;
		__u8 scope;
	} acts[] = {
		{ 0x5008, 4, 0x80000000, WRITE_ONE },
		{ 0x5012, 0, 0x80000000, WRITE_ALL },
		{ 0x5038, 4, 0x00000200, WRITE_ONE },
		{ 0x5038, 8, 0x80000000, WRITE_ONE },
		{ 0x5044, 0, 0x00000004, WRITE_ALL },
		{ 0x5044, 0x20, 0x20000000, WRITE_ALL },
		{ 0x5059, 0, 0x08000000, WRITE_ALL },
		{ 0x505a, 4, 0x80000000, WRITE_ALL },
		{ 0x507b, 0, 0x80000000, WRITE_ALL },
		{ 0x507e, 8, 0x80000000, WRITE_ALL },
		{ 0x507e, 12, 0x80000000, WRITE_ALL },
		{ 0x5083, 4, 0x02000000, WRITE_ALL },
		{ 0x5086, 8, 0x80000000, WRITE_ONE },
		{ 0x900a, 8, 0x40000000, WRITE_ONE },
		{ 0x9014, 8, 0x10000000, WRITE_ALL },
		{ 0x9014, 12, 0x00000001, WRITE_ALL },
		{ 0x9036, 4, 0x00000001, WRITE_ONE },
		{ 0x9051, 4, 0x80000000, WRITE_ONE },
		{ 0x9110, 4, 0x40000000, WRITE_ALL },
		{ 0xb001, 16, 0x80000000, WRITE_ONE },
		{ 0xb002, 20, 0x80000000, WRITE_ONE },
		{ 0xc01f, 4, 0x01000000, WRITE_ALL },
		{ 0xc020, 0, 0x40000000, WRITE_ALL },
		{ 0xc021, 4, 0x20000000, WRITE_ONE },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(acts); i++) {
		expect_reg(acts[i].id, READ_REG, acts[i].offset, acts[i].value,
			   acts[i].scope, true);
		expect_reg(acts[i].id, READ_REG, acts[i].offset, 0, DEBUG, false);
	}
	/* Registers that only act */
	expect_reg(0x100, READ_REG, 0, 0, WRITE_ONE, true);
	expect_reg(0x9012, READ_REG, 0, 0, WRITE_ALL, true);
	expect_reg(0x901f, READ_REG, 0, 0, WRITE_ALL, true);
	expect_reg(0xc000, READ_REG, 0, 0x4000ffff, DEBUG, false);
	expect_reg(0xc000, READ_REG, 0, 0x0000ffff, WRITE_ALL, true);
	expect_reg(0x9041, WRITE_REG, 0, 0, WRITE_ONE, true);
	expect_reg(0x9041, WRITE_REG, 0, 1, WRITE_ALL, true);
}

static void test_reset(void)
{
	unsigned int bit;

	/* MFRL as old and new versions of mstconfig write it after "set" and "reset" */
	expect_reg(0x9028, WRITE_REG, 4, 0x40, CONF, true);
	expect_reg(0x9028, WRITE_REG, 4, 0x48, CONF, true);
	for (bit = 0; bit < 32; bit++)
		if (bit != 3 && bit != 6)
			expect_reg(0x9028, WRITE_REG, 4, 1u << bit | 0x40,
				   WRITE_ALL, true);
}

static void test_all_registers(void)
{
	struct mlx5_fwctl_verdict v;
	unsigned int id, op_mod;
	__u8 cmd[64];

	for (id = 0; id <= 0xffff; id++) {
		const struct mlx5_fwctl_register *reg = NULL;
		size_t i;

		for (i = 0; i < mlx5_fwctl_nr_registers; i++)
			if (mlx5_fwctl_registers[i].id == id)
				reg = &mlx5_fwctl_registers[i];
		for (op_mod = 0; op_mod < 2; op_mod++) {
			int err;

			make_reg(cmd, sizeof(cmd), 0x805, id, op_mod);
			err = classify(cmd, sizeof(cmd), 64, 0, &v);
			expect(v.number == (0x8050000 | id));
			expect(!reg || !strcmp(v.name, reg->name));
			expect(err || op_mod == READ_REG || v.writes);
			expect(reg || (!err && v.writes == !op_mod &&
				       v.scope == (op_mod ? DEBUG : WRITE_ALL)));
		}
		/* An op_mod that is neither, another one for nearly every register */
		make_reg(cmd, sizeof(cmd), 0x805, id, 2 + id % 0xfff0);
		expect(classify(cmd, sizeof(cmd), 64, 0, &v) == -EBADMSG);
	}
}

#define MAX_CELLS 9

/**
 * struct page - the documentation's page, and the row that was read last
 * @file: the page, read up to the end of that row
 * @table: the table of the row, 1: opcodes, 2: registers, 3: contents
 * @rows: number of rows read of each table
 * @cells: the text of the row's cells
 */
struct page {
	FILE *file;
	unsigned int table;
	size_t rows[4];
	char cells[MAX_CELLS][160];
};

/* Copies the text of a cell without the backquotes of literals. */
static void copy_cell(char *cell, size_t size, const char *text)
{
	size_t len = 0;

	for (; *text && *text != '\n' && len < size - 1; text++)
		if (*text != '`')
			cell[len++] = *text;
	cell[len] = 0;
}

/* Reads the next row that begins with a number. Returns false at the end. */
static bool read_row(struct page *page)
{
	char line[256];
	long at = ftell(page->file);
	int cell = -1;

	for (; fgets(line, sizeof(line), page->file); at = ftell(page->file)) {
		if (!strncmp(line, "====", 4)) {
			if (cell >= 0)
				break;
			page->table++;
		} else if (!strncmp(line, "   * - ``", 9)) {
			if (cell >= 0)
				break;
			copy_cell(page->cells[++cell], sizeof(*page->cells), line + 7);
		} else if (cell >= 0 && cell < MAX_CELLS - 1 && !strncmp(line, "     -", 6)) {
			/* An empty cell has no blank after its dash. */
			copy_cell(page->cells[++cell], sizeof(*page->cells),
				  line + 6 + (line[6] == ' '));
		}
	}
	if (cell < 0)
		return false;
	fseek(page->file, at, SEEK_SET);
	page->rows[page->table <= 3 ? page->table : 0]++;
	return true;
}

/* @writes is NULL where the page does not say whether the command writes. */
static void expect_row(const struct page *page, const __u8 *cmd, const char *scope,
		       const char *writes)
{
	static const char * const scopes[] = {
		[CONF] = "configuration", [DEBUG] = "debug-read-only",
		[WRITE_ONE] = "debug-write", [WRITE_ALL] = "debug-write-full",
	};
	struct mlx5_fwctl_verdict v;
	int err = classify(cmd, 64, 64, TOOLS, &v);

	if (err ? strcmp(scope, "never") || err != -EBADMSG :
		  strcmp(scope, scopes[v.scope]) ||
		  (writes && strcmp(writes, v.writes ? "yes" : "no")))
		ktap_fail("%s %s: error %d, scope %u, writes %d; the page has %s, %s",
			  page->cells[0], page->cells[1], err, v.scope, v.writes,
			  scope, writes ?: "?");
	if (v.name && strcmp(page->cells[1], v.name))
		ktap_fail("%s: %s, the page has %s", page->cells[0], v.name,
			  page->cells[1]);
}

/* Sets each field that decides on the scope to its harmless value. */
static void make_harmless(__u8 *cmd, unsigned int number, unsigned int where)
{
	const struct mlx5_fwctl_content *c = mlx5_fwctl_contents;
	const struct mlx5_fwctl_content *end = c + mlx5_fwctl_nr_contents;

	for (; c < end; c++)
		if (c->number == number && c->where == where)
			put32(cmd + c->offset +
			      (where == MLX5_FWCTL_IN_COMMAND ? 0 : MLX5_FWCTL_HEADER),
			      c->harmless);
}

static void check_row(const struct page *page)
{
	unsigned int number = strtoul(page->cells[0], NULL, 16), where, bit;
	__u8 cmd[64] = {}, *at = cmd;
	__u32 mask, harmless;

	switch (page->table) {
	case 1:
		put16(cmd, number);
		expect_lengths(cmd, sizeof(cmd), strtoul(page->cells[4], NULL, 10));
		make_harmless(cmd, number, MLX5_FWCTL_IN_COMMAND);
		if (strcmp(page->cells[2], "by register"))
			expect_row(page, cmd, page->cells[2], page->cells[3][0] ?
				   page->cells[3] : NULL);
		else
			expect(number == 0x805 || number == 0xb0c);
		break;
	case 2:
		make_reg(cmd, sizeof(cmd), 0x805, number, READ_REG);
		make_harmless(cmd, number, MLX5_FWCTL_IN_READ);
		expect_row(page, cmd, page->cells[2], page->cells[3]);
		make_reg(cmd, sizeof(cmd), 0x805, number, WRITE_REG);
		make_harmless(cmd, number, MLX5_FWCTL_IN_WRITE);
		expect_row(page, cmd, page->cells[4], "yes");
		break;
	case 3:
		if (!strcmp(page->cells[2], "command")) {
			where = MLX5_FWCTL_IN_COMMAND;
			put16(cmd, number);
		} else {
			where = strcmp(page->cells[2], "read") ? MLX5_FWCTL_IN_WRITE :
								 MLX5_FWCTL_IN_READ;
			make_reg(cmd, sizeof(cmd), 0x805, number,
				 where == MLX5_FWCTL_IN_READ);
			at += MLX5_FWCTL_HEADER;
		}
		at += strtoul(page->cells[3], NULL, 16);
		mask = strtoul(page->cells[4], NULL, 16);
		harmless = strtoul(page->cells[5], NULL, 16);
		for (bit = 0; bit < 32; bit++) {
			if (!(mask & 1u << bit))
				continue;
			make_harmless(cmd, number, where);
			put32(at, harmless ^ 1u << bit);
			expect_row(page, cmd, page->cells[6], page->cells[7]);
		}
		break;
	default:
		ktap_fail("%s: row in table %u", page->cells[0], page->table);
	}
	expect(page->cells[page->table == 3 ? 8 : 5][0]);
}

static const char *page_path;

static void test_page(void)
{
	struct page page = { .file = fopen(page_path, "r") };

	if (!page.file) {
		ktap_fail("%s: %s", page_path, strerror(errno));
		return;
	}
	while (read_row(&page)) {
		check_row(&page);
		memset(page.cells, 0, sizeof(page.cells));
	}
	fclose(page.file);
	if (page.rows[1] != mlx5_fwctl_nr_opcodes ||
	    page.rows[2] != mlx5_fwctl_nr_registers ||
	    page.rows[3] != mlx5_fwctl_nr_contents || page.rows[0])
		ktap_fail("%zu opcodes, %zu registers, %zu contents and %zu others in the page",
			  page.rows[1], page.rows[2], page.rows[3], page.rows[0]);
}

static const struct ktap_test tests[] = {
	{ "tables are in order, complete and free of contradictions",
	  test_tables },
	{ "listed opcodes have the scope that was published",
	  test_published_opcodes },
	{ "all other opcodes are refused, and known by number",
	  test_other_opcodes },
	{ "a command or an answer of less than 16 bytes is too short",
	  test_lengths },
	{ "a command of more than 4112 bytes is too long, 1040 are not",
	  test_long_requests },
	{ "the room of an answer is bounded, of one with a list further up",
	  test_longest_answers },
	{ "a command that ends before the bit that decides is too short",
	  test_cut_content },
	{ "a command for another function is refused, a uid is ignored",
	  test_tunnel },
	{ "a query that clears is a write",
	  test_clear_bits },
	{ "set_hca_cap needs TOOLS_RESOURCES",
	  test_capability },
	{ "registers of identity and configuration",
	  test_configuration_registers },
	{ "registers of debugging, of danger, and of no concern",
	  test_debug_registers },
	{ "items with passwords, and the search for items, are secret",
	  test_secrets },
	{ "a register read that acts is a write",
	  test_register_content },
	{ "arming a reset is configuration, resetting is not",
	  test_reset },
	{ "unlisted registers, numbers and names, and other op_mods",
	  test_all_registers },
	{ "the documentation's page says what the classifier does",
	  test_page },
};

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: classify_test PAGE (that Documentation/mlx5-tables.c prints)\n",
		      stderr);
		return 2;
	}
	page_path = argv[1];
	return ktap_run(tests, ARRAY_SIZE(tests));
}
