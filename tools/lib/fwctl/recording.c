// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Reading a recording, record by record.
 */
#include <errno.h>
#include <stdlib.h>

#include "private.h"

int fwctl_recording_open(struct fwctl_ctx *ctx, const char *path,
			 struct fwctl_recording **recording)
{
	struct fwctl_recording *new = calloc(1, sizeof(*new));
	int ret;

	if (!new)
		return fwctl_fail(ctx->error, -ENOMEM, "no memory");
	ret = fwctl_tape_load(&new->tape, path, ctx->error);
	if (!ret) {
		new->devs = calloc(new->tape.device_count + 1,
				   sizeof(*new->devs));
		if (!new->devs)
			ret = fwctl_fail(ctx->error, -ENOMEM, "no memory");
	}
	if (ret)
		fwctl_recording_free(new);
	else
		*recording = new;
	return ret;
}

void fwctl_recording_free(struct fwctl_recording *recording)
{
	if (!recording)
		return;
	fwctl_states_free(recording->states);
	fwctl_list_free(recording->devs);
	fwctl_tape_unload(&recording->tape);
	free(recording);
}

bool fwctl_recording_complete(const struct fwctl_recording *recording)
{
	return recording->tape.complete;
}

/* Fill the members that only records of this type have. */
static void fill_record(struct fwctl_record *to,
			const struct fwctl_tape_record *from)
{
	struct fwctl_view in = { from->request, from->request_len, false };
	struct fwctl_view out = { from->answer, from->answer_len, false };

	switch (from->type) {
	case FWCTL_RECORD_OPEN:
		to->write = fwctl_get_u32(&in);
		break;
	case FWCTL_RECORD_INFO:
		to->room = fwctl_get_u32(&in);
		if (!from->result) {
			to->device_type = fwctl_get_u32(&out);
			to->answer_len = fwctl_get_u32(&out);
			to->out = out.data;
			to->out_len = out.left;
		}
		break;
	case FWCTL_RECORD_RPC:
		to->scope = fwctl_get_u32(&in);
		to->room = fwctl_get_u32(&in);
		to->in = in.data;
		to->in_len = in.left;
		if (!from->result) {
			to->answer_len = fwctl_get_u32(&out);
			to->out = out.data;
			to->out_len = out.left;
		}
		break;
	case FWCTL_RECORD_ATTRIBUTE:
		to->in = from->request;
		to->in_len = from->request_len;
		to->out = from->answer;
		to->out_len = from->answer_len;
		break;
	case FWCTL_RECORD_LOWER:
	case FWCTL_RECORD_LOWER_FUNCTION:
		to->ceiling = fwctl_get_u32(&in);
		break;
	}
}

int fwctl_recording_next(struct fwctl_recording *recording,
			 const struct fwctl_record **record)
{
	struct fwctl_record *to = &recording->record;
	const struct fwctl_tape_record *from;
	struct fwctl_dev *dev = NULL;
	int ret;

	if (recording->at == recording->tape.count)
		return -ENODATA;
	from = &recording->tape.records[recording->at];
	fwctl_states_free(recording->states);
	recording->states = NULL;
	if (from->type == FWCTL_RECORD_DEVICE) {
		ret = fwctl_tape_device(&recording->tape, from->device,
					&recording->devs[from->device]);
		if (ret)
			return ret;
	}
	if (from->device != FWCTL_TAPE_NO_DEVICE)
		dev = recording->devs[from->device];
	*to = (struct fwctl_record){
		.type = from->type,
		.name = dev ? dev->name : NULL,
		.parent = dev ? dev->parent : NULL,
		.device_type = dev ? dev->type : FWCTL_DEVICE_TYPE_ERROR,
		.result = from->result,
		.start = from->start,
		.duration = from->duration,
	};
	fill_record(to, from);
	/* With Linux's own fwctl only FWCTL_INFO has the type. */
	if (dev)
		dev->type = to->device_type;
	if (from->type == FWCTL_RECORD_STATE ||
	    from->type == FWCTL_RECORD_STATES) {
		recording->states = fwctl_tape_states(&recording->tape, from);
		if (!recording->states)
			return -ENOMEM;
		to->states = (const struct fwctl_state *const *)recording->states;
	}
	recording->at++;
	*record = to;
	return 0;
}
