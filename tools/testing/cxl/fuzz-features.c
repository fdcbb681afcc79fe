// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target: a device whose answers are any bytes, and a request of any bytes.
 *
 * The first byte of the input is the number of bytes of the request, the next two the
 * room for the answer; then the request, then the device's answers one after the
 * other: a byte of return code, two bytes of length, the answer.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "feature.h"

#define REQUIRE(_condition)							\
do {										\
	if (!(_condition)) {							\
		fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #_condition);	\
		abort();							\
	}									\
} while (0)

#define PAYLOAD CXL_FWCTL_MIN_PAYLOAD

static const uint8_t *answers;
static size_t answers_len;
static unsigned int commands;
static bool was_set;

static int send(struct cxl_fwctl_channel *channel, struct cxl_fwctl_message *m)
{
	size_t len, room = m->out_len;

	REQUIRE(m->in_len <= channel->payload_size && room <= channel->payload_size);
	/* Reads all of the request and writes all of the room, under a sanitizer. */
	REQUIRE(!m->in_len || memcmp(m->in, m->in, m->in_len) == 0);
	if (room)
		memset(m->out, 0xa5, room);
	REQUIRE(++commands < 1000);
	was_set |= m->opcode == CXL_FWCTL_SET;
	if (answers_len < 3)
		return -ETIMEDOUT;
	m->retval = answers[0];
	len = cxl_fwctl_le16(answers + 1);
	answers += 3;
	answers_len -= 3;
	m->out_len = len;
	if (len > answers_len)
		len = answers_len;
	memcpy(m->out ?: &len, answers, m->out ? len < room ? len : room : 0);
	answers += len;
	answers_len -= len;
	return 0;
}

static void execute(struct cxl_fwctl_channel *channel, struct cxl_fwctl_features *features,
		    const uint8_t *request, size_t len, size_t room)
{
	size_t in_max, out_max, out_len = 0;
	struct cxl_fwctl_verdict verdict;
	uint8_t *in, *out;
	int err;

	cxl_fwctl_lengths(request, len, &in_max, &out_max);
	REQUIRE(in_max <= CXL_FWCTL_MAX_IN && out_max <= CXL_FWCTL_MAX_OUT);
	err = cxl_fwctl_classify(features, request, len, room, &verdict);
	REQUIRE(!err || err == -EMSGSIZE || err == -EBADMSG);
	if (err)
		return;
	REQUIRE(verdict.scope <= FWCTL_RPC_DEBUG_WRITE_FULL && verdict.name);
	REQUIRE(verdict.writes == (verdict.number == CXL_FWCTL_SET));
	REQUIRE(verdict.writes == (verdict.scope >= FWCTL_RPC_DEBUG_WRITE));
	REQUIRE(in_max <= len);

	/* As the module does: not longer than the bounds. */
	out_max = room < out_max ? room : out_max;
	in = malloc(in_max);
	out = malloc(out_max);
	REQUIRE(in && out);
	memcpy(in, request, in_max);
	was_set = false;
	if (verdict.number == CXL_FWCTL_GET_SUPPORTED) {
		cxl_fwctl_list(features, in, out, &out_len);
	} else if (verdict.number == CXL_FWCTL_GET) {
		err = cxl_fwctl_get(channel, in, out, &out_len);
	} else {
		cxl_fwctl_same_entries(channel, features, in);
		REQUIRE(!was_set);
		err = cxl_fwctl_set(channel, in, out, &out_len);
	}
	REQUIRE(was_set == verdict.writes);
	if (!err) {
		REQUIRE(out_len >= CXL_FWCTL_OUT_HEADER && out_len <= out_max);
		REQUIRE(cxl_fwctl_le32(out) == out_len - CXL_FWCTL_OUT_HEADER);
		REQUIRE(out_len <= CXL_FWCTL_OUT_HEADER || !cxl_fwctl_le32(out + 4));
	}
	free(in);
	free(out);
}

int fuzz_one(const uint8_t *data, size_t size);

int fuzz_one(const uint8_t *data, size_t size)
{
	struct cxl_fwctl_channel channel = { .payload_size = PAYLOAD, .send = send };
	struct cxl_fwctl_features *features = malloc(sizeof(*features));
	uint8_t *page = malloc(PAYLOAD), *request;
	size_t len, room;
	int err;

	REQUIRE(features && page);
	if (size < 3 || size - 3 < data[0])
		goto out;
	len = data[0];
	room = cxl_fwctl_le16(data + 1);
	answers = data + 3 + len;
	answers_len = size - 3 - len;
	commands = 0;

	err = cxl_fwctl_read_features(&channel, features, page, PAYLOAD);
	REQUIRE(features->nr <= CXL_FWCTL_MAX_FEATURES);
	REQUIRE(!err || !features->nr);
	request = malloc(len ?: 1);
	REQUIRE(request);
	memcpy(request, data + 3, len);
	execute(&channel, features, request, len, room);
	free(request);
out:
	free(features);
	free(page);
	return 0;
}
