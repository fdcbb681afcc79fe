// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints the tables of the mlx5 backend's classifier as reStructuredText.
 *
 * Compiled together with them when the documentation is built, so that the page
 * always matches the tables. Exits with 1 if the tables contradict themselves.
 */
#include <stdio.h>

#include "allowlist.h"

static const char * const scopes[] = {
	[FWCTL_RPC_CONFIGURATION] = "configuration",
	[FWCTL_RPC_DEBUG_READ_ONLY] = "debug-read-only",
	[FWCTL_RPC_DEBUG_WRITE] = "debug-write",
	[FWCTL_RPC_DEBUG_WRITE_FULL] = "debug-write-full",
};

static const char * const requests[] = {
	[MLX5_FWCTL_IN_COMMAND] = "command",
	[MLX5_FWCTL_IN_READ] = "read",
	[MLX5_FWCTL_IN_WRITE] = "write",
};

static void heading(const char *text)
{
	const char *c;

	printf("\n%s\n", text);
	for (c = text; *c; c++)
		putchar('=');
	printf("\n\n");
}

static void begin_table(const char *widths, const char * const *columns)
{
	printf(".. list-table::\n   :header-rows: 1\n   :widths: %s\n\n", widths);
	printf("   * - %s\n", *columns);
	while (*++columns)
		printf("     - %s\n", *columns);
}

static void first_cell(unsigned int number)
{
	printf("   * - ``0x%x``\n", number);
}

static void cell(const char *text)
{
	printf("     -%s%s\n", *text ? " " : "", text);
}

/* Escapes the characters that are markup in reStructuredText. */
static void text_cell(const char *text)
{
	printf("     - ");
	for (; *text; text++) {
		if (*text == '*' || *text == '_' || *text == '`' ||
		    *text == '|' || *text == '\\')
			putchar('\\');
		putchar(*text);
	}
	putchar('\n');
}

static const char *scope_of(__u8 access)
{
	if (access & MLX5_FWCTL_NEVER)
		return "never";
	if (access & MLX5_FWCTL_BY_REGISTER)
		return "by register";
	return scopes[access & MLX5_FWCTL_SCOPE];
}

static const char *writes(__u8 access)
{
	if (access & (MLX5_FWCTL_NEVER | MLX5_FWCTL_BY_REGISTER))
		return "";
	return access & MLX5_FWCTL_WRITES ? "yes" : "no";
}

static const char *name_of(const struct mlx5_fwctl_content *c)
{
	size_t i;

	if (c->where == MLX5_FWCTL_IN_COMMAND) {
		for (i = 0; i < mlx5_fwctl_nr_opcodes; i++)
			if (mlx5_fwctl_opcodes[i].opcode == c->number)
				return mlx5_fwctl_opcodes[i].name;
	} else {
		for (i = 0; i < mlx5_fwctl_nr_registers; i++)
			if (mlx5_fwctl_registers[i].id == c->number)
				return mlx5_fwctl_registers[i].name;
	}
	return "";
}

static void print_opcodes(void)
{
	static const char * const columns[] = {
		"Opcode", "Name", "Scope", "Writes", "Answer", "Why", NULL,
	};
	const struct mlx5_fwctl_opcode *op = mlx5_fwctl_opcodes;
	const struct mlx5_fwctl_opcode *end = op + mlx5_fwctl_nr_opcodes;

	heading("Opcodes");
	begin_table("10 30 18 8 8 42", columns);
	for (; op < end; op++) {
		first_cell(op->opcode);
		printf("     - ``%s``\n", op->name);
		cell(scope_of(op->access));
		cell(writes(op->access));
		printf("     - %u\n", op->out_max);
		text_cell(op->why);
		if (op->access & MLX5_FWCTL_TOOLS)
			printf("\n       Only in a context with TOOLS_RESOURCES.\n");
	}
}

static void print_registers(void)
{
	static const char * const columns[] = {
		"Register", "Name", "Read scope", "Read writes", "Write scope",
		"Why", NULL,
	};
	const struct mlx5_fwctl_register *reg = mlx5_fwctl_registers;
	const struct mlx5_fwctl_register *end = reg + mlx5_fwctl_nr_registers;

	heading("Registers");
	begin_table("10 20 18 8 18 42", columns);
	for (; reg < end; reg++) {
		first_cell(reg->id);
		printf("     - ``%s``\n", reg->name);
		cell(scope_of(reg->read));
		cell(writes(reg->read));
		cell(scope_of(reg->write));
		text_cell(reg->why);
	}
}

static void print_contents(void)
{
	static const char * const columns[] = {
		"Number", "Name", "Request", "Dword at", "Bits", "Harmless as",
		"Scope", "Writes", "Why", NULL,
	};
	const struct mlx5_fwctl_content *c = mlx5_fwctl_contents;
	const struct mlx5_fwctl_content *end = c + mlx5_fwctl_nr_contents;

	heading("Contents");
	begin_table("8 22 9 8 12 12 16 7 40", columns);
	for (; c < end; c++) {
		first_cell(c->number);
		printf("     - ``%s``\n", name_of(c));
		cell(requests[c->where]);
		printf("     - 0x%x\n", c->offset);
		printf("     - 0x%x\n", c->mask);
		printf("     - 0x%x\n", c->harmless);
		cell(scope_of(c->access));
		cell(writes(c->access));
		text_cell(c->why);
	}
}

int main(void)
{
	const char *fault = mlx5_fwctl_tables_fault();

	if (fault) {
		fprintf(stderr, "mlx5-tables: %s: out of order or contradicts itself\n",
			fault);
		return 1;
	}
	print_opcodes();
	print_registers();
	print_contents();
	return ferror(stdout) || fflush(stdout);
}
