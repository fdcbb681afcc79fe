// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registers MCQS, MCQI, MCC and MCDA: the components and the state machine of
 * their update. Only ACTIVATE changes the stored version of a component, and only a
 * start of the firmware changes the running one.
 */
#include <stdio.h>
#include <stdlib.h>

#include "registers.h"

static const struct {
	u16 identifier;
	u32 size;
	u32 version;	/* 0: that of the model's firmware */
} components[COMPONENTS] = {
	{ 0x1, 4u << 20, 0 },			/* BOOT_IMG */
	{ 0xb, 64u << 10, 0x02030004 },		/* CC_ALGO */
};

/* component_update_state of MCQS */
enum {
	COMPONENT_IDLE			= 0,
	COMPONENT_IN_PROGRESS		= 1,
	COMPONENT_APPLIED		= 2,
	COMPONENT_PENDING_RESET		= 4,
	COMPONENT_FAILED		= 5,
	COMPONENT_CANCELED		= 6,
};

/* error_code of MCC */
enum {
	ERROR_OK			= 0x0,
	ERROR_ERROR			= 0x1,
	ERROR_DIGEST			= 0x2,
	ERROR_NOT_APPLICABLE		= 0x3,
	ERROR_BAD_FORMAT		= 0x8,
};

enum instruction {
	LOCK_UPDATE_HANDLE		= 0x1,
	RELEASE_UPDATE_HANDLE		= 0x2,
	UPDATE_COMPONENT		= 0x3,
	VERIFY_COMPONENT		= 0x4,
	ACTIVATE			= 0x6,
	READ_COMPONENT			= 0x7,
	CANCEL				= 0x8,
	CHECK_UPDATE_HANDLE		= 0x9,
	FORCE_HANDLE_RELEASE		= 0xa,
	READ_PENDING_COMPONENT		= 0xb,
};

#define HANDLE_MASK	0xffffffu
#define STATUS_PRESENT	1u
#define STATUS_IN_USE	2u
#define MCQS_LAST	BIT(31)
#define MCQI_PENDING	0x80
#define MCDA_DATA	16u
#define MCDA_MAX	128u
#define MCDA_LOG_WORD	2u
#define MCQI_RD_EN	BIT(31)
#define MCQI_MATCH_PSID	BIT(28)

#define HEAD_VERSION	0x10	/* of the format: 1 is FS4 */
#define HEAD_INFO	0x68	/* address of the section IMAGE_INFO */
#define IMAGE_INFO	0x200u
#define INFO_LEN	1024u
#define INFO_VERSION_AT	0x4
#define INFO_PSID	0x24
#define PSID_LEN	16

enum {
	INFO_CAPABILITIES	= 0,
	INFO_VERSION		= 1,
	INFO_ACTIVATION		= 5,
};

static u32 crc32(const u8 *data, u32 len)
{
	u32 crc = ~0u;

	while (len--) {
		crc ^= *data++;
		for (unsigned int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

static const u8 head_magic[16] = {
	0x4d, 0x54, 0x46, 0x57, 0xab, 0xcd, 0xef, 0x00,
	0xfa, 0xde, 0x12, 0x34, 0x56, 0x78, 0xde, 0xad
};

static void make_head(u8 *image, u32 version, const char *psid)
{
	u8 *info = image + IMAGE_INFO;

	memset(image, 0, IMAGE_HEAD);
	memcpy(image, head_magic, sizeof(head_magic));
	image[HEAD_VERSION] = 1;
	put_be32(image + HEAD_INFO, IMAGE_INFO);
	put_be16(info + INFO_VERSION_AT, (u16)(version >> 24));
	put_be16(info + INFO_VERSION_AT + 4, (u16)(version >> 16 & 0xff));
	put_be16(info + INFO_VERSION_AT + 6, (u16)version);
	put_text(info + INFO_PSID, PSID_LEN, psid);
}

void update_make_image(u8 *image, u32 len, u16 identifier, u32 version, const char *psid)
{
	u32 at = psid ? IMAGE_HEAD : 0;

	if (psid)
		make_head(image, version, psid);
	memset(image + at, 0, IMAGE_HEADER);
	memcpy(image + at, "VCXF", 4);
	put_be16(image + at + 4, identifier);
	put_be32(image + at + 8, version);
	put_be32(image + at + 12, len);
	for (u32 i = at + IMAGE_HEADER; i < len - 4; i++)
		image[i] = (u8)(i * 2654435761u >> 24);
	put_be32(image + len - 4, crc32(image, len - 4));
}

void update_init(struct update *u, u32 boot_version, const char *psid)
{
	u->psid = psid;
	for (u32 i = 0; i < COMPONENTS; i++) {
		u->components[i].running = components[i].version ?: boot_version;
		u->components[i].stored = u->components[i].running;
	}
}

static void drop_image(struct update *u)
{
	free(u->image);
	u->image = NULL;
	u->size = 0;
	u->received = 0;
	u->verified = false;
}

void update_restart(struct update *u)
{
	for (u32 i = 0; i < COMPONENTS; i++) {
		u->components[i].running = u->components[i].stored;
		u->components[i].state = COMPONENT_IDLE;
	}
	drop_image(u);
	u->state = UPDATE_IDLE;
	u->error = ERROR_OK;
	u->power_failed = false;
}

void update_exit(struct update *u)
{
	drop_image(u);
}

u32 vcx_fw_version(const struct vcx *vcx)
{
	return vcx->card->update.components[COMPONENT_BOOT].running;
}

struct cmd_result mcqs_read(struct vcx *vcx, struct reg_access *a)
{
	const struct update *u = &vcx->card->update;
	u32 index = get_be16(a->in + 2);
	const struct component *c = &u->components[index < COMPONENTS ? index : 0];
	u32 progress = 0;

	if (index >= COMPONENTS)
		return cmd_fail(ST_BAD_PARAM, SYND_REG_INDEX);
	put_be32(a->out, (index == COMPONENTS - 1 ? MCQS_LAST : 0) | index);
	put_be16(a->out + 6, components[index].identifier);
	if (c->state == COMPONENT_IN_PROGRESS && u->size)
		progress = (u32)((u64)u->received * 100 / u->size);
	put_be32(a->out + 8, (progress > 100 ? 100 : progress) << 9 |
		 (index == COMPONENT_BOOT ? STATUS_IN_USE : STATUS_PRESENT) << 4 | c->state);
	return cmd_ok();
}

static void put_version(u8 info[0x7c], u32 version)
{
	char text[32];

	snprintf(text, sizeof(text), "%u.%02u.%04u", version >> 24, version >> 16 & 0xff,
		 version & 0xffff);
	info[3] = (u8)(strlen(text) + 1);
	put_be32(info + 4, version);
	put_text(info + 0x20, 0x5c, text);
}

static void put_capabilities(u8 info[0x7c], u32 index)
{
	put_be32(info, BIT(INFO_CAPABILITIES) | BIT(INFO_VERSION) | BIT(INFO_ACTIVATION));
	put_be32(info + 4, components[index].size);
	put_be32(info + 8, IMAGE_MAX);
	put_be32(info + 12, MCDA_LOG_WORD << 28 | MCDA_MAX);
	put_be32(info + 16, MCQI_RD_EN | (index == COMPONENT_BOOT ? MCQI_MATCH_PSID : 0));
}

struct cmd_result mcqi_read(struct vcx *vcx, struct reg_access *a)
{
	u32 off = get_be32(a->in + 0x10), len = get_be16(a->in + 0x16);
	bool pending = a->in[0] & MCQI_PENDING;
	u32 index = get_be16(a->in + 2);
	const struct component *c;
	u8 info[0x7c] = { 0 };

	if (index >= COMPONENTS)
		return cmd_fail(ST_BAD_PARAM, SYND_REG_INDEX);
	c = &vcx->card->update.components[index];
	switch (a->in[0xb] & 0x1f) {
	case INFO_CAPABILITIES:
		put_capabilities(info, index);
		break;
	case INFO_VERSION:
		put_version(info, pending ? c->stored : c->running);
		break;
	case INFO_ACTIVATION:
		/* A reset of the firmware activates the component. */
		put_be32(info, BIT(0) | BIT(2) | BIT(6));
		break;
	default:
		return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
	}
	if (off > sizeof(info))
		return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
	len = (u32)min_size(len, sizeof(info) - off);
	memcpy(a->out, a->in, 0x18);
	put_be32(a->out + 0xc, sizeof(info));
	put_be16(a->out + 0x16, (u16)len);
	memcpy(a->out + 0x18, info + off, len);
	return cmd_ok();
}

static bool has_head(const u8 *image, u32 size)
{
	return size >= IMAGE_HEAD && !memcmp(image, head_magic, sizeof(head_magic));
}

/* The header of an image, with at least IMAGE_MIN bytes behind its start, or NULL. */
static const u8 *header_of(const u8 *image, u32 size)
{
	u32 at = has_head(image, size) ? IMAGE_HEAD : 0;

	if (size - at < IMAGE_MIN || memcmp(image + at, "VCXF", 4) ||
	    get_be32(image + at + 12) != size)
		return NULL;
	return image + at;
}

static bool is_for(const struct update *u)
{
	u32 info = get_be32(u->image + HEAD_INFO);
	char psid[PSID_LEN] = { 0 };

	put_text((u8 *)psid, sizeof(psid), u->psid);
	return info <= IMAGE_HEAD - INFO_LEN &&
	       !memcmp(u->image + info + INFO_PSID, psid, sizeof(psid));
}

static u8 verify_image(const struct update *u)
{
	const u8 *header = header_of(u->image, u->size);
	bool boot = u->target == COMPONENT_BOOT;

	if (!header)
		return ERROR_BAD_FORMAT;
	if (get_be32(u->image + u->size - 4) != crc32(u->image, u->size - 4))
		return ERROR_DIGEST;
	if (get_be16(header + 4) != components[u->target].identifier ||
	    has_head(u->image, u->size) != boot)
		return ERROR_NOT_APPLICABLE;
	return boot && !is_for(u) ? ERROR_NOT_APPLICABLE : ERROR_OK;
}

/* Starts a download to a new image, or an upload from the image of @version. */
static struct cmd_result begin(struct update *u, u32 index, u32 size, bool read, u32 version)
{
	if (u->state != UPDATE_LOCKED)
		return cmd_fail(ST_BAD_SYS_STATE, SYND_UPDATE_STATE);
	if (index >= COMPONENTS)
		return cmd_fail(ST_BAD_PARAM, SYND_REG_INDEX);
	if (size > IMAGE_MAX)
		return cmd_fail(ST_EXCEED_LIM, SYND_UPDATE_SIZE);
	drop_image(u);
	/* Size 0: the writer does not know the size yet. */
	u->image = calloc(1, size ? size : IMAGE_MAX);
	if (!u->image)
		return cmd_fail(ST_NO_RESOURCES, SYND_UPDATE_SIZE);
	u->size = size;
	u->target = index;
	u->error = ERROR_OK;
	u->state = read ? UPDATE_UPLOAD : UPDATE_DOWNLOAD;
	if (read)
		update_make_image(u->image, size, components[index].identifier, version,
				  index == COMPONENT_BOOT ? u->psid : NULL);
	else
		u->components[index].state = COMPONENT_IN_PROGRESS;
	return cmd_ok();
}

static struct cmd_result verify(struct update *u)
{
	if (u->state != UPDATE_DOWNLOAD)
		return cmd_fail(ST_BAD_SYS_STATE, SYND_UPDATE_STATE);
	if (!u->size)
		u->size = u->received;
	u->error = verify_image(u);
	u->verified = u->error == ERROR_OK;
	u->components[u->target].state = u->verified ? COMPONENT_APPLIED : COMPONENT_FAILED;
	u->state = UPDATE_LOCKED;
	return cmd_ok();
}

static struct cmd_result activate(struct update *u, u32 index)
{
	struct component *c = &u->components[u->target];

	if (u->state != UPDATE_LOCKED || !u->verified || index != u->target)
		return cmd_fail(ST_BAD_SYS_STATE, SYND_UPDATE_STATE);
	c->stored = get_be32(header_of(u->image, u->size) + 8);
	c->state = COMPONENT_PENDING_RESET;
	drop_image(u);
	return cmd_ok();
}

static void cancel(struct update *u)
{
	if (u->state == UPDATE_DOWNLOAD)
		u->components[u->target].state = COMPONENT_CANCELED;
	drop_image(u);
	u->error = ERROR_OK;
	u->state = UPDATE_LOCKED;
}

static struct cmd_result lock(struct update *u, u32 handle)
{
	if (u->state != UPDATE_IDLE)
		return cmd_fail(ST_BAD_SYS_STATE, SYND_UPDATE_STATE);
	if (handle != u->last_handle)
		return cmd_fail(ST_BAD_RESOURCE, SYND_UPDATE_HANDLE);
	u->handle = handle;
	u->state = UPDATE_LOCKED;
	u->error = ERROR_OK;
	return cmd_ok();
}

static struct cmd_result mcc_write(struct update *u, struct reg_access *a)
{
	u32 index = get_be16(a->in + 6), handle = get_be32(a->in + 8) & HANDLE_MASK;
	const struct component *c = &u->components[index < COMPONENTS ? index : 0];
	u8 instruction = a->in[3];

	if (instruction == LOCK_UPDATE_HANDLE)
		return lock(u, handle);
	if (u->state == UPDATE_IDLE)
		return cmd_fail(ST_BAD_SYS_STATE, SYND_UPDATE_STATE);
	if (handle != u->handle && instruction != FORCE_HANDLE_RELEASE)
		return cmd_fail(ST_BAD_RESOURCE, SYND_UPDATE_HANDLE);
	switch (instruction) {
	case FORCE_HANDLE_RELEASE:
	case RELEASE_UPDATE_HANDLE:
		cancel(u);
		u->state = UPDATE_IDLE;
		return cmd_ok();
	case UPDATE_COMPONENT:
		return begin(u, index, get_be32(a->in + 0x10), false, 0);
	case VERIFY_COMPONENT:
		return verify(u);
	case ACTIVATE:
		return activate(u, index);
	case READ_COMPONENT:
		return begin(u, index, components[index < COMPONENTS ? index : 0].size, true,
			     c->running);
	case READ_PENDING_COMPONENT:
		return begin(u, index, components[index < COMPONENTS ? index : 0].size, true,
			     c->stored);
	case CANCEL:
		cancel(u);
		return cmd_ok();
	case CHECK_UPDATE_HANDLE:
		return cmd_ok();
	default:
		return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
	}
}

/* A read of MCC in the state idle returns the handle for the next lock. */
static void mcc_read(struct update *u, struct reg_access *a)
{
	u64 elapsed_s = u->last_ns ? (now_ns() - u->last_ns) / 1000000000ull : 0;

	if (u->state == UPDATE_IDLE)
		u->last_handle = (u->last_handle + 1) & HANDLE_MASK;
	memcpy(a->out + 4, a->in + 4, 4);
	put_be16(a->out, (u16)min_size(elapsed_s, 0xfff));
	put_be32(a->out + 8, u->state == UPDATE_IDLE ? u->last_handle : u->handle);
	put_be32(a->out + 0xc, 5u << 28 | (u32)u->error << 8 | u->state);
	if (u->state == UPDATE_DOWNLOAD && u->size)
		a->out[0xd] = (u8)((u64)u->received * 100 / u->size & 0x7f);
}

struct cmd_result mcc_access(struct vcx *vcx, struct reg_access *a)
{
	struct update *u = &vcx->card->update;

	if (!a->write) {
		mcc_read(u, a);
		return cmd_ok();
	}
	u->last_ns = now_ns();
	return mcc_write(u, a);
}

/* The number of bytes of a write that are stored before an injected power failure. */
static u32 before_power_fails(struct update *u, u32 len)
{
	if (!u->fail_armed)
		return len;
	if (len < u->fail_after) {
		u->fail_after -= len;
		return len;
	}
	u->fail_armed = false;
	u->power_failed = true;
	return u->fail_after;
}

struct cmd_result mcda_access(struct vcx *vcx, struct reg_access *a)
{
	u32 off = get_be32(a->in + 4), len = get_be16(a->in + 10);
	struct update *u = &vcx->card->update;
	u32 room = u->size ? u->size : IMAGE_MAX;

	if (u->state != (a->write ? UPDATE_DOWNLOAD : UPDATE_UPLOAD))
		return cmd_fail(ST_BAD_SYS_STATE, SYND_UPDATE_STATE);
	if ((get_be32(a->in) & HANDLE_MASK) != u->handle)
		return cmd_fail(ST_BAD_RESOURCE, SYND_UPDATE_HANDLE);
	if (!len || len > MCDA_MAX || len % BIT(MCDA_LOG_WORD) || off % BIT(MCDA_LOG_WORD) ||
	    off > room || len > room - off)
		return cmd_fail(ST_BAD_PARAM, SYND_UPDATE_SIZE);
	if ((a->write ? a->in_len : a->out_len) < MCDA_DATA + len)
		return cmd_fail(a->write ? ST_BAD_INPUT_LEN : ST_BAD_OUTPUT_LEN, SYND_REG_LEN);
	memcpy(a->out, a->in, MCDA_DATA);
	if (!a->write) {
		memcpy(a->out + MCDA_DATA, u->image + off, len);
		return cmd_ok();
	}
	u->last_ns = now_ns();
	len = before_power_fails(u, len);
	memcpy(u->image + off, a->in + MCDA_DATA, len);
	u->received += len;
	return cmd_ok();
}
