// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware components and the state machine of their update.
 */
#include "guest.h"
#include "ktap.h"

#define SIZE	2048u
#define PSID	"MT_0000000359"

/* Reads MCC; returns the state. */
static u8 state(struct guest *g, u32 *handle, u8 *error)
{
	u8 data[32] = { 0 }, answer[32];

	expect(!access_reg(g, 0x9062, READ, data, answer, 32));
	*handle = get_be32(answer + 8);
	*error = answer[0xe];
	return answer[0xf] & 0xf;
}

static int instruct(struct guest *g, u8 instruction, u32 handle, u16 component, u32 size)
{
	u8 data[32] = { 0 }, answer[32];

	data[3] = instruction;
	put_be16(data + 6, component);
	put_be32(data + 8, handle);
	put_be32(data + 16, size);
	return access_reg(g, 0x9062, WRITE, data, answer, 32);
}

static int transfer(struct guest *g, u16 op_mod, u32 handle, u32 off, u8 *bytes, u16 len)
{
	u8 data[144] = { 0 }, answer[144];
	int status;

	put_be32(data, handle);
	put_be32(data + 4, off);
	put_be16(data + 10, len);
	if (op_mod == WRITE)
		memcpy(data + 16, bytes, len > 128 ? 128 : len);
	status = access_reg(g, 0x9063, op_mod, data, answer, 144);
	if (op_mod == READ && !status)
		memcpy(bytes, answer + 16, len);
	return status;
}

static u32 version(struct guest *g, u16 component, bool pending)
{
	u8 data[148] = { 0 }, answer[148];

	data[0] = pending ? 0x80 : 0;
	put_be16(data + 2, component);
	data[0xb] = 1;
	put_be16(data + 0x16, 0x7c);
	expect(!access_reg(g, 0x9061, READ, data, answer, 148));
	return get_be32(answer + 0x18 + 4);
}

static u32 lock(struct guest *g)
{
	u32 handle;
	u8 error;

	expect(state(g, &handle, &error) == UPDATE_IDLE);
	expect(!instruct(g, 1, handle, 0, 0));
	return handle;
}

static int download(struct guest *g, u32 handle, u16 component, u8 *image)
{
	int status = instruct(g, 3, handle, component, SIZE);

	for (u32 off = 0; off < SIZE && !status; off += 128)
		status = transfer(g, WRITE, handle, off, image + off, 128);
	return status;
}

static void components(void)
{
	u8 data[16] = { 0 }, answer[16];
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	expect(!access_reg(&g, 0x9060, READ, data, answer, 16));
	expect(answer[7] == 1 && !(answer[0] & 0x80) && answer[11] == 0x20);
	data[3] = COMPONENTS - 1;
	expect(!access_reg(&g, 0x9060, READ, data, answer, 16) && answer[0] & 0x80);
	data[3] = COMPONENTS;
	expect(access_reg(&g, 0x9060, READ, data, answer, 16) == ST_BAD_PARAM);
	expect(version(&g, 0, false) == 0x162903e8 && version(&g, 1, false) == 0x02030004);
	guest_exit(&g);
}

static void update(void)
{
	u8 image[SIZE], error, iseg[8];
	struct guest g;
	u32 handle;

	guest_init(&g);
	guest_bring_up(&g);
	update_make_image(image, SIZE, 1, 0x162a0001, g.card->update.psid);
	handle = lock(&g);
	expect(!download(&g, handle, 0, image));
	expect(version(&g, 0, true) == 0x162903e8);
	expect(!instruct(&g, 4, handle, 0, 0));
	expect(state(&g, &handle, &error) == UPDATE_LOCKED && !error);
	expect(version(&g, 0, true) == 0x162903e8);
	expect(!instruct(&g, 6, handle, 0, 0));
	/* The new version is stored, and does not run yet. */
	expect(version(&g, 0, true) == 0x162a0001 && version(&g, 0, false) == 0x162903e8);
	expect(!instruct(&g, 2, handle, 0, 0));
	expect(state(&g, &handle, &error) == UPDATE_IDLE);
	vcx_reset(g.vcx, VCX_RESET_FIRMWARE);
	fw_set_cmdq(g.vcx, GUEST_CMDQ);
	guest_bring_up(&g);
	expect(version(&g, 0, false) == 0x162a0001);
	bar_read(g.vcx, 0, iseg, 8);
	expect(get_be32(iseg) == 0x002a0016 && get_be16(iseg + 6) == 1);
	guest_exit(&g);
}

static void bad_images(void)
{
	static const struct {
		u32 at;
		u8 change;
		u16 identifier;
		const char *psid;
		u8 error;
	} cases[] = {
		{ 0, 1, 1, PSID, 8 }, { IMAGE_HEAD, 1, 1, PSID, 8 },
		{ IMAGE_HEAD + 15, 4, 1, PSID, 8 }, { 100, 1, 1, PSID, 2 },
		{ SIZE - 1, 1, 1, PSID, 2 }, { 0, 0, 0xb, NULL, 3 }, { 0, 0, 0xb, PSID, 3 },
		{ 0, 0, 1, NULL, 3 }, { 0, 0, 1, "MT_0000000838", 3 },
	};
	u8 image[SIZE], error;
	struct guest g;
	u32 handle;

	guest_init(&g);
	guest_bring_up(&g);
	handle = lock(&g);
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		update_make_image(image, SIZE, cases[i].identifier, 0x162a0001, cases[i].psid);
		image[cases[i].at] ^= cases[i].change;
		expect(!download(&g, handle, 0, image));
		expect(!instruct(&g, 4, handle, 0, 0));
		expect(state(&g, &handle, &error) == UPDATE_LOCKED && error == cases[i].error);
		expect(instruct(&g, 6, handle, 0, 0) == ST_BAD_SYS_STATE);
	}
	expect(version(&g, 0, true) == 0x162903e8);
	guest_exit(&g);
}

static void out_of_order(void)
{
	u8 bytes[128] = { 0 }, error;
	struct guest g;
	u32 handle;

	guest_init(&g);
	guest_bring_up(&g);
	expect(instruct(&g, 3, 1, 0, SIZE) == ST_BAD_SYS_STATE);
	expect(transfer(&g, WRITE, 1, 0, bytes, 128) == ST_BAD_SYS_STATE);
	expect(state(&g, &handle, &error) == UPDATE_IDLE);
	expect(instruct(&g, 1, handle + 1, 0, 0) == ST_BAD_RESOURCE);
	handle = lock(&g);
	expect(instruct(&g, 1, handle, 0, 0) == ST_BAD_SYS_STATE);
	expect(instruct(&g, 3, handle + 1, 0, SIZE) == ST_BAD_RESOURCE);
	expect(instruct(&g, 3, handle, COMPONENTS, SIZE) == ST_BAD_PARAM);
	expect(instruct(&g, 3, handle, 0, IMAGE_MAX + 1) == ST_EXCEED_LIM);
	expect(instruct(&g, 4, handle, 0, 0) == ST_BAD_SYS_STATE);
	expect(instruct(&g, 0x55, handle, 0, 0) == ST_BAD_PARAM);
	expect(!instruct(&g, 3, handle, 0, SIZE));
	expect(transfer(&g, WRITE, handle + 1, 0, bytes, 128) == ST_BAD_RESOURCE);
	expect(transfer(&g, WRITE, handle, SIZE - 124, bytes, 128) == ST_BAD_PARAM);
	expect(transfer(&g, WRITE, handle, 0xfffffffc, bytes, 128) == ST_BAD_PARAM);
	expect(transfer(&g, WRITE, handle, 2, bytes, 128) == ST_BAD_PARAM);
	expect(transfer(&g, WRITE, handle, 0, bytes, 132) == ST_BAD_PARAM);
	expect(transfer(&g, WRITE, handle, 0, bytes, 0) == ST_BAD_PARAM);
	expect(transfer(&g, READ, handle, 0, bytes, 128) == ST_BAD_SYS_STATE);
	/* FORCE_HANDLE_RELEASE ends the lock without its handle. */
	expect(!instruct(&g, 0xa, 0, 0, 0));
	expect(state(&g, &handle, &error) == UPDATE_IDLE);
	guest_exit(&g);
}

/* A power failure during a download leaves the stored version unchanged. */
static void power_failure(void)
{
	u8 image[SIZE], error;
	struct guest g;
	u32 handle;

	guest_init(&g);
	guest_bring_up(&g);
	update_make_image(image, SIZE, 1, 0x162a0001, g.card->update.psid);
	handle = lock(&g);
	g.card->update.fail_after = 500;
	g.card->update.fail_armed = true;
	expect(download(&g, handle, 0, image) == -1);
	expect(!g.vcx->fw.cmdq && g.vcx->stats.firmware_resets == 1);
	fw_set_cmdq(g.vcx, GUEST_CMDQ);
	guest_bring_up(&g);
	expect(state(&g, &handle, &error) == UPDATE_IDLE);
	expect(version(&g, 0, false) == 0x162903e8 && version(&g, 0, true) == 0x162903e8);
	handle = lock(&g);
	expect(!download(&g, handle, 0, image) && !instruct(&g, 4, handle, 0, 0));
	expect(!instruct(&g, 6, handle, 0, 0));
	expect(version(&g, 0, true) == 0x162a0001);
	guest_exit(&g);
}

static void reading(void)
{
	u8 image[64 << 10], expected[64 << 10];
	struct guest g;
	u32 handle;

	guest_init(&g);
	guest_bring_up(&g);
	handle = lock(&g);
	expect(!instruct(&g, 7, handle, 1, 0));
	for (u32 off = 0; off < sizeof(image); off += 128)
		expect(!transfer(&g, READ, handle, off, image + off, 128));
	expect(transfer(&g, READ, handle, sizeof(image), image, 128) == ST_BAD_PARAM);
	update_make_image(expected, sizeof(expected), 0xb, 0x02030004, NULL);
	expect(!memcmp(image, expected, sizeof(image)));
	guest_exit(&g);
}

static const struct ktap_test tests[] = {
	{ "components", components },
	{ "update", update },
	{ "bad_images", bad_images },
	{ "out_of_order", out_of_order },
	{ "power_failure", power_failure },
	{ "reading", reading },
};

int main(void)
{
	return ktap_run(tests, ARRAY_SIZE(tests));
}
