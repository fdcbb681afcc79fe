// SPDX-License-Identifier: GPL-2.0-only
/*
 * The non-volatile state of a card, and the state that two functions share.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "guest.h"
#include "ktap.h"

static char path[64];

static int parse(struct guest *g, const char *text)
{
	FILE *file = fmemopen((char *)text, strlen(text), "r");
	int ret;

	if (!file)
		abort();
	ret = state_parse(g->card, file);
	fclose(file);
	return ret;
}

static void kept(void)
{
	u8 value[NV_MAX_DATA] = { 0, 0, 2, 0 }, read[NV_MAX_DATA];
	int item = nv_find(0x6, -1);
	struct guest g;

	snprintf(path, sizeof(path), "/tmp/vcx-state.%d", (int)getpid());
	guest_init(&g);
	nv_write(&g.card->nv, item, value, 9);
	g.card->update.components[0].stored = 0x162a0001;
	expect(!state_save(g.card, path));
	guest_exit(&g);

	guest_init(&g);
	expect(!state_load(g.card, path));
	/* The loaded values are the current ones, too. */
	nv_read(&g.card->nv, item, NV_CURRENT, read);
	expect(!memcmp(read, value, 4) && nv_writer(&g.card->nv, item, NV_CURRENT) == 9);
	expect(vcx_fw_version(g.vcx) == 0x162a0001);
	guest_exit(&g);
	unlink(path);

	guest_init(&g);
	expect(!state_load(g.card, path));
	expect(state_load(g.card, "/proc/self/mem") == 1);
	expect(state_save(g.card, "/nowhere/at/all") < 0);
	guest_exit(&g);
}

static void refused(void)
{
	static const struct {
		const char *text;
		int line;
	} cases[] = {
		{ "\n", 1 },
		{ "vcx-state 2\nend\n", 1 },
		{ "vcx-state 1\n", 2 },
		{ "vcx-state 1\nend\nmore\n", 3 },
		{ "vcx-state 1\nnv 00000006 9 00000200 x\nend\n", 2 },
		{ "vcx-state 1\nnv 00000006 9 000002\nend\n", 2 },
		{ "vcx-state 1\nnv 00007777 9 00000200\nend\n", 2 },
		{ "vcx-state 1\nnv 00000007 9 00000200\nend\n", 2 },
		{ "vcx-state 1\nnv 00000006 99 00000200\nend\n", 2 },
		{ "vcx-state 1\nnv 00000006 9 00000f00\nend\n", 2 },
		{ "vcx-state 1\ncomponent 9 1\nend\n", 2 },
		{ "vcx-state 1\nnv 00000006 9 00000200\nrubbish\nend\n", 3 },
	};
	u8 value[NV_MAX_DATA];
	struct guest g;

	guest_init(&g);
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		int ret = parse(&g, cases[i].text);

		if (ret != cases[i].line)
			ktap_fail("case %u: %d", i, ret);
	}
	/* A refused file changes nothing. */
	nv_read(&g.card->nv, nv_find(0x6, -1), NV_NEXT, value);
	expect(get_be32(value) == 0x00000100);
	expect(!parse(&g, "vcx-state 1\nnv 00000006 9 00000200\nend\n"));
	guest_exit(&g);
}

static u32 item_of(struct guest *g, u32 dw0, u32 type, int *status)
{
	u8 data[268] = { 0 }, answer[268];

	put_be32(data, dw0);
	put_be32(data + 4, type);
	*status = access_reg(g, 0x9024, 1, data, answer, sizeof(data));
	return get_be32(answer + 12);
}

static int write_item(struct guest *g, u32 dw0, u32 type, u32 value)
{
	u8 data[268] = { 0 }, answer[268];

	put_be32(data, dw0);
	put_be32(data + 4, type);
	put_be32(data + 12, value);
	return access_reg(g, 0x9024, 0, data, answer, sizeof(data));
}

static void two_functions(void)
{
	u8 data[32] = { 0 }, answer[32], mac[2][160], zero[160] = { 0 };
	struct guest first, second;
	struct vcx third = { 0 };
	int status;

	guest_init(&first);
	guest_bring_up(&first);
	guest_join(&second, &first);
	expect(vcx_init(&third, first.card, &first.vcx->config, NULL, LOG_ERROR) == -ENOSPC);
	/* Both functions have the same items of the classes global and host. */
	expect(!write_item(&first, 0x02090004, 0x6, 0x200));
	expect(item_of(&second, 0x02090000, 0x6, &status) == 0x200 && !status);
	expect(!write_item(&second, 0x02090004, 0x07000080, 0));
	expect(!item_of(&first, 0x02090000, 0x07000080, &status) && !status);
	/* Each function has its own items of the class function, despite the number in the type. */
	expect(!write_item(&second, 0x02090004, 0x03000112, 1 << 26));
	expect(!item_of(&first, 0x02090000, 0x03000112, &status) && !status);
	expect(item_of(&second, 0x02090000, 0x03000112, &status) == 1 << 26);
	/* Only the first function may access items of another one. */
	expect(item_of(&first, 0x02090200, 0x03000512, &status) == 1 << 26 && !status);
	item_of(&second, 0x02090200, 0x03000112, &status);
	expect(status == ST_BAD_PARAM);
	/* A sensor's threshold is shared; a port's state is not. */
	put_be32(data + 0xc, 0x320);
	expect(!access_reg(&first, 0x900a, 0, data, answer, 32));
	put_be32(data + 0xc, 0);
	expect(!access_reg(&second, 0x900a, 1, data, answer, 32));
	expect(get_be16(answer + 0xe) == 0x320);
	data[1] = 1;
	data[2] = 2;
	data[4] = 0x80;
	expect(!access_reg(&first, 0x5006, 0, data, answer, 16));
	expect(!access_reg(&second, 0x5006, 1, data, answer, 16) && answer[2] == 1);
	expect(!access_reg(&first, 0x9020, 1, zero, mac[0], 160));
	expect(!access_reg(&second, 0x9020, 1, zero, mac[1], 160));
	expect(get_be32(mac[1] + 0x14) == get_be32(mac[0] + 0x14) + 1);
	/* A restart of the firmware resets both functions. */
	vcx_reset(second.vcx, VCX_RESET_FIRMWARE);
	expect(!first.vcx->fw.cmdq && first.vcx->stats.firmware_resets == 1);
	vcx_exit(second.vcx);
	free(second.vcx);
	free(second.ram);
	guest_exit(&first);
}

static const struct ktap_test tests[] = {
	{ "kept_without_power", kept },
	{ "files_refused", refused },
	{ "two_functions", two_functions },
};

int main(void)
{
	return ktap_run(tests, ARRAY_SIZE(tests));
}
