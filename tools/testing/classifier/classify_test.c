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
		"IFC", "BSD", "L73", "PRM", "ADB", "MST", "DPDK",
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

		expect(op->name[0]);
		expect_source(op->name, op->why);
		for (j = 0; j < i; j++)
			expect(strcmp(op->name, mlx5_fwctl_opcodes[j].name));
	}
	for (i = 0; i < mlx5_fwctl_nr_registers; i++) {
		const struct mlx5_fwctl_register *reg = &mlx5_fwctl_registers[i];

		expect(reg->name[0]);
		expect_source(reg->name, reg->why);
		for (j = 0; j < i; j++)
			expect(strcmp(reg->name, mlx5_fwctl_registers[j].name));
	}
	for (i = 0; i < mlx5_fwctl_nr_contents; i++)
		expect_source("content", mlx5_fwctl_contents[i].why);
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
		0x107, 0x10a, 0x111, 0x117, 0x201, 0x203, 0x303, 0x402, 0x50b,
		0x702, 0x707, 0x713, 0x719, 0x725, 0x727, 0x732, 0x750, 0x752,
		0x754, 0x764, 0x765, 0x76f, 0x770, 0x773, 0x781, 0x784, 0x80b,
		0x80d, 0x813, 0x819, 0x821, 0x822, 0x824, 0x826, 0x82a, 0x831, 0x842,
		0x903, 0x907, 0x90b, 0x90f, 0x911, 0x915, 0x919, 0x932, 0x935,
		0x937, 0x93b, 0x93f, 0x942, 0x962, 0x964, 0xa02, 0xb0d,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(conf_reads); i++)
		expect_op(conf_reads[i], CONF, false);
	for (i = 0; i < ARRAY_SIZE(conf_writes); i++)
		expect_op(conf_writes[i], CONF, true);
	for (i = 0; i < ARRAY_SIZE(debug_reads); i++)
		expect_op(debug_reads[i], DEBUG, false);
	expect_op(0x820, WRITE_ONE, true);
	/* And 0x805 and 0xb0c, whose scope is that of the register. */
	if (mlx5_fwctl_nr_opcodes != ARRAY_SIZE(conf_reads) +
	    ARRAY_SIZE(conf_writes) + ARRAY_SIZE(debug_reads) + 1 + 2)
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
			bool clear = bit == 31;
			bool dump = clears[i].opcode == 0x93b && bit == 30;

			memset(cmd, 0, sizeof(cmd));
			put16(cmd, clears[i].opcode);
			put32(cmd + clears[i].offset, 1u << bit);
			expect_scope("clear bit", cmd, sizeof(cmd),
				     clear ? WRITE_ONE : dump ? WRITE_ALL : DEBUG,
				     clear || dump);
		}
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
		0x9020, 0x9021, 0x9024, 0x9025, 0x9026, 0x9027, 0x9028, 0x902f,
		0x9030, 0x9033, 0x9034, 0x9035, 0x9060, 0x9061, 0x9064, 0x907f,
		0x911a, 0x402d, 0x507f, 0x4019, 0xb01f, 0xc00d, 0xc00e, 0xc011,
	};
	static const __u16 writes[] = { 0x9024, 0x9025, 0x9033 };
	static const __u16 full[] = { 0x9020, 0x9030, 0x9034, 0x9064, 0x907f };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(reads); i++)
		expect_reg(reads[i], READ_REG, 0, 0, CONF, false);
	for (i = 0; i < ARRAY_SIZE(writes); i++)
		expect_reg(writes[i], WRITE_REG, 0, ~0u, CONF, true);
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
	expect_reg(0x9011, READ_REG, 0, 0, WRITE_ALL, false);
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
		{ 0x900a, 8, 0x40000000, WRITE_ONE },
		{ 0x9014, 12, 0x00000001, WRITE_ALL },
		{ 0x9036, 4, 0x00000001, WRITE_ONE },
		{ 0x9051, 4, 0x80000000, WRITE_ONE },
		{ 0xb001, 16, 0x80000000, WRITE_ONE },
		{ 0xb002, 20, 0x80000000, WRITE_ONE },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(acts); i++) {
		expect_reg(acts[i].id, READ_REG, acts[i].offset, acts[i].value,
			   acts[i].scope, true);
		expect_reg(acts[i].id, READ_REG, acts[i].offset, 0, DEBUG, false);
	}
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
	expect(page->cells[page->table == 1 ? 4 : page->table == 2 ? 5 : 8][0]);
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
