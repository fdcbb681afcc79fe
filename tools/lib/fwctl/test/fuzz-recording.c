// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * libFuzzer target (the Makefile renames fuzz_one()): reading and replaying a
 * recording of any content reads no byte beyond it. mend() corrects the checksums,
 * because otherwise hardly any input would pass them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../private.h"

static void mend(__u8 *data, size_t size)
{
	size_t at = FWCTL_TAPE_HEADER, len;
	__u32 crc;

	if (size < at)
		return;
	memcpy(data, FWCTL_TAPE_MAGIC, strlen(FWCTL_TAPE_MAGIC));
	fwctl_store_le32(data + 8, FWCTL_TAPE_VERSION);
	fwctl_store_le32(data + 12, 0);
	for (; size - at >= FWCTL_TAPE_FRAME; at += FWCTL_TAPE_FRAME + len) {
		len = fwctl_load_le32(data + at);
		if (len > size - at - FWCTL_TAPE_FRAME)
			break;
		crc = fwctl_crc32(0, data + at, 4);
		crc = fwctl_crc32(crc, data + at + FWCTL_TAPE_FRAME, len);
		fwctl_store_le32(data + at + 4, crc);
	}
}

/* Send all requests of the recording, and some that it lacks. */
static void replay(struct fwctl_ctx *ctx, const struct fwctl_tape *tape)
{
	static __u8 out[4096];
	struct fwctl_state *state, **states;
	struct fwctl_dev **devs;
	char text[FWCTL_ATTRIBUTE_MAX], name[FWCTL_ATTRIBUTE_MAX];
	__u32 i, n;

	if (fwctl_states(ctx, &states) >= 0)
		fwctl_states_free(states);
	if (fwctl_list(ctx, &devs) < 0)
		return;
	for (n = 0; devs[n]; n++) {
		fwctl_dev_open(devs[n], FWCTL_OPEN_READ_ONLY_OK);
		/* A device whose opening is not in the recording. */
		devs[n]->is_open = true;
		if (!fwctl_dev_state(devs[n], &state))
			fwctl_state_free(state);
		for (i = 0; i < tape->count; i++) {
			const struct fwctl_tape_record *r = &tape->records[i];
			size_t room = r->type == FWCTL_RECORD_INFO ?
				      fwctl_load_le32(r->request) :
				      r->type == FWCTL_RECORD_RPC ?
				      fwctl_load_le32(r->request + 4) : 0;

			if (room > sizeof(out))
				continue;
			switch (r->type) {
			case FWCTL_RECORD_INFO:
				fwctl_dev_info(devs[n], out, &room);
				break;
			case FWCTL_RECORD_RPC:
				fwctl_dev_rpc(devs[n], fwctl_load_le32(r->request),
					      r->request + 8,
					      r->request_len - 8, out, &room);
				break;
			case FWCTL_RECORD_ATTRIBUTE:
				snprintf(name, sizeof(name), "%.*s",
					 (int)r->request_len, r->request);
				fwctl_dev_attribute(devs[n], name, text,
						    sizeof(text));
				break;
			}
		}
	}
	fwctl_list_free(devs);
}

int fuzz_one(const __u8 *data, size_t size);

int fuzz_one(const __u8 *data, size_t size)
{
	struct fwctl_recording *recording = calloc(1, sizeof(*recording));
	struct fwctl_ctx *ctx = fwctl_ctx_new();
	const struct fwctl_record *record;
	struct fwctl_player *player = NULL;
	char error[FWCTL_ERROR_LEN];
	__u8 *copy = malloc(size + 1);
	struct fwctl_tape tape;
	int i;

	memcpy(copy, data, size);
	mend(copy, size);
	if (!fwctl_tape_parse(&tape, copy, size, error))
		player = fwctl_player_from(&tape);
	if (player) {
		fwctl_source_put(ctx->source);
		ctx->source = &player->source;
		for (i = 0; i < 2; i++)
			replay(ctx, &player->tape);
		recording->tape = player->tape;
		recording->devs = calloc(recording->tape.device_count + 1,
					 sizeof(*recording->devs));
		while (!fwctl_recording_next(recording, &record))
			;
		recording->tape = (struct fwctl_tape){};
	}
	fwctl_recording_free(recording);
	fwctl_ctx_free(ctx);
	return 0;
}
