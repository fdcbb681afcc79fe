// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The transport that answers from a recording.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"

#define NO_RECORD UINT32_MAX

static struct fwctl_player *player_of(struct fwctl_source *source)
{
	return (struct fwctl_player *)source;
}

/* Requests are the same if all of these are; compare find_link(). */
static __u32 hash(__u32 type, __u32 device, const void *request, size_t len)
{
	return fwctl_crc32(type ^ device << 8, request, len);
}

static __u32 device_of(const struct fwctl_player *player,
		       const struct fwctl_tape_record *record)
{
	return record->device == FWCTL_TAPE_NO_DEVICE ?
	       record->device : player->canonical[record->device];
}

/* Devices of the same name are one, even if their descriptions differ. */
static int find_canonical(struct fwctl_player *player)
{
	const struct fwctl_tape *tape = &player->tape;
	struct fwctl_dev **devs = calloc(tape->device_count + 1,
					 sizeof(*devs));
	int ret = devs ? 0 : -ENOMEM;
	__u32 i, first;

	for (i = 0; !ret && i < tape->device_count; i++) {
		ret = fwctl_tape_device(tape, i, &devs[i]);
		for (first = 0; !ret && first < i &&
		     strcmp(devs[first]->name, devs[i]->name); first++)
			;
		player->canonical[i] = first;
	}
	fwctl_list_free(devs);
	return ret;
}

static int index_tape(struct fwctl_player *player)
{
	const struct fwctl_tape *tape = &player->tape;
	const struct fwctl_tape_record *record;
	__u32 i, *head;

	while (player->mask < tape->count)
		player->mask = player->mask << 1 | 1;
	player->canonical = calloc(tape->device_count + 1, sizeof(__u32));
	player->heads = calloc((size_t)player->mask + 1, sizeof(__u32));
	player->next = calloc((size_t)tape->count + 1, sizeof(__u32));
	player->used = calloc((size_t)tape->count + 1, sizeof(bool));
	if (!player->canonical || !player->heads || !player->next ||
	    !player->used || find_canonical(player))
		return -ENOMEM;
	memset(player->heads, 0xff, ((size_t)player->mask + 1) * sizeof(__u32));
	for (i = tape->count; i-- > 0;) {
		record = &tape->records[i];
		head = &player->heads[hash(record->type,
					   device_of(player, record),
					   record->request,
					   record->request_len) & player->mask];
		player->next[i] = *head;
		*head = i;
	}
	return 0;
}

/* A player that takes over a checked recording; NULL without memory. */
struct fwctl_player *fwctl_player_from(struct fwctl_tape *tape)
{
	struct fwctl_player *new = calloc(1, sizeof(*new));

	if (!new)
		return NULL;
	fwctl_source_init(&new->source, &fwctl_transport_player);
	new->tape = *tape;
	*tape = (struct fwctl_tape){};
	if (!index_tape(new))
		return new;
	fwctl_source_put(&new->source);
	return NULL;
}

int fwctl_player_new(const char *path, struct fwctl_player **player,
		     char *error)
{
	struct fwctl_tape tape = {};
	int ret = fwctl_tape_load(&tape, path, error);

	if (ret)
		return ret;
	*player = fwctl_player_from(&tape);
	if (*player)
		return 0;
	fwctl_tape_unload(&tape);
	return fwctl_fail(error, -ENOMEM, "no memory");
}

static void release(struct fwctl_source *source)
{
	struct fwctl_player *player = player_of(source);

	fwctl_tape_unload(&player->tape);
	free(player->canonical);
	free(player->heads);
	free(player->next);
	free(player->used);
}

/* The first link from @link on that leads to a record of the request. */
static __u32 *find_link(struct fwctl_player *player, __u32 *link, __u32 type,
			__u32 device, const struct fwctl_buffer *request)
{
	const struct fwctl_tape_record *record;

	for (; *link != NO_RECORD; link = &player->next[*link]) {
		record = &player->tape.records[*link];
		if (record->type == type &&
		    device_of(player, record) == device &&
		    record->request_len == request->len &&
		    (!request->len ||
		     !memcmp(record->request, request->data, request->len)))
			break;
	}
	return link;
}

/* Find the answer to a request, and free the request; -ENODATA without one. */
static int answer(struct fwctl_source *source, __u32 type, __u32 device,
		  struct fwctl_buffer *request,
		  const struct fwctl_tape_record **record)
{
	struct fwctl_player *player = player_of(source);
	__u32 *first, *second, found;

	if (request->bad) {
		free(request->data);
		return -ENOMEM;
	}
	pthread_mutex_lock(&player->source.lock);
	first = &player->heads[hash(type, device, request->data,
				    request->len) & player->mask];
	first = find_link(player, first, type, device, request);
	found = *first;
	if (found != NO_RECORD && player->used[found]) {
		second = find_link(player, &player->next[found], type, device,
				   request);
		if (*second != NO_RECORD) {
			*first = player->next[found];
			found = *second;
		}
	}
	if (found != NO_RECORD)
		player->used[found] = true;
	pthread_mutex_unlock(&player->source.lock);
	free(request->data);
	if (found == NO_RECORD)
		return -ENODATA;
	*record = &player->tape.records[found];
	return (*record)->result;
}

/* Of a device that was found several times, the last description is used. */
static int player_list(struct fwctl_ctx *ctx, const char *name,
		       struct fwctl_dev ***devs)
{
	const struct fwctl_player *player = player_of(ctx->source);
	const struct fwctl_tape *tape = &player->tape;
	struct fwctl_dev **list = calloc(tape->device_count + 1,
					 sizeof(*list));
	int ret = list ? 0 : -ENOMEM;
	__u32 count = 0, i, last;

	for (i = 0; !ret && i < tape->device_count; i++) {
		if (player->canonical[i] != i)
			continue;
		for (last = tape->device_count - 1;
		     player->canonical[last] != i; last--)
			;
		ret = fwctl_tape_device(tape, last, &list[count]);
		if (ret)
			break;
		list[count]->id = i;
		if (name && strcmp(list[count]->name, name)) {
			fwctl_dev_free(list[count]);
			list[count] = NULL;
		} else {
			count++;
		}
	}
	if (ret) {
		fwctl_list_free(list);
		return fwctl_fail(ctx->error, ret, "no memory");
	}
	*devs = list;
	return 0;
}

static int player_states(struct fwctl_ctx *ctx, struct fwctl_state ***states)
{
	const struct fwctl_tape_record *record;
	struct fwctl_buffer request = {};
	int ret = answer(ctx->source, FWCTL_RECORD_STATES,
			 FWCTL_TAPE_NO_DEVICE, &request, &record);

	if (ret)
		return ret;
	*states = fwctl_tape_states(&player_of(ctx->source)->tape, record);
	return *states ? 0 : -ENOMEM;
}

static int player_open(struct fwctl_dev *dev, bool write)
{
	const struct fwctl_tape_record *record;
	struct fwctl_buffer request = {};

	fwctl_put_u32(&request, write);
	return answer(dev->source, FWCTL_RECORD_OPEN, dev->id, &request,
		      &record);
}

static void player_close(struct fwctl_dev *dev)
{
	(void)dev;
}

static int player_info(struct fwctl_dev *dev, struct fwctl_info *info)
{
	const struct fwctl_tape_record *record;
	struct fwctl_buffer request = {};
	struct fwctl_view view;
	__u32 room = info->device_data_len;
	int ret;

	fwctl_put_u32(&request, room);
	ret = answer(dev->source, FWCTL_RECORD_INFO, dev->id, &request,
		     &record);
	if (ret)
		return ret;
	view = (struct fwctl_view){ record->answer, record->answer_len, false };
	info->out_device_type = fwctl_get_u32(&view);
	info->device_data_len = fwctl_get_u32(&view);
	if (room)
		memcpy((void *)(uintptr_t)info->out_device_data,
		       fwctl_get(&view, room), room);
	return 0;
}

static int player_rpc(struct fwctl_dev *dev, struct fwctl_rpc *rpc)
{
	const struct fwctl_tape_record *record;
	struct fwctl_buffer request = {};
	struct fwctl_view view;
	int ret;

	/* As the recorder, whose recordings have no such requests. */
	if (rpc->in_len > FWCTL_RPC_MAX || rpc->out_len > FWCTL_RPC_MAX)
		return -EMSGSIZE;
	if ((rpc->in_len && !rpc->in) || (rpc->out_len && !rpc->out))
		return -EFAULT;
	fwctl_put_u32(&request, rpc->scope);
	fwctl_put_u32(&request, rpc->out_len);
	fwctl_put(&request, (const void *)(uintptr_t)rpc->in, rpc->in_len);
	ret = answer(dev->source, FWCTL_RECORD_RPC, dev->id, &request, &record);
	if (ret)
		return ret;
	view = (struct fwctl_view){ record->answer, record->answer_len, false };
	rpc->out_len = fwctl_get_u32(&view);
	if (view.left)
		memcpy((void *)(uintptr_t)rpc->out, view.data, view.left);
	return 0;
}

static int player_state(struct fwctl_dev *dev, struct fwctl_state **state)
{
	const struct fwctl_tape_record *record;
	struct fwctl_buffer request = {};
	struct fwctl_state **states;
	int ret = answer(dev->source, FWCTL_RECORD_STATE, dev->id, &request,
			 &record);

	if (ret)
		return ret;
	states = fwctl_tape_states(&player_of(dev->source)->tape, record);
	if (!states)
		return -ENOMEM;
	*state = states[0];
	free(states);
	return 0;
}

static int player_lower(struct fwctl_dev *dev, enum fwctl_ceiling ceiling, bool function)
{
	const struct fwctl_tape_record *record;
	struct fwctl_buffer request = {};

	fwctl_put_u32(&request, ceiling);
	return answer(dev->source,
		      function ? FWCTL_RECORD_LOWER_FUNCTION : FWCTL_RECORD_LOWER,
		      dev->id, &request, &record);
}

static int player_attribute(struct fwctl_dev *dev, const char *name,
			    char text[FWCTL_ATTRIBUTE_MAX])
{
	const struct fwctl_tape_record *record;
	struct fwctl_buffer request = {};
	int ret;

	fwctl_put(&request, name, strlen(name));
	ret = answer(dev->source, FWCTL_RECORD_ATTRIBUTE, dev->id, &request,
		     &record);
	if (ret)
		return ret;
	/* The tape has checked that the text fits. */
	memcpy(text, record->answer, record->answer_len);
	text[record->answer_len] = 0;
	return 0;
}

const struct fwctl_transport fwctl_transport_player = {
	.list = player_list,
	.states = player_states,
	.open = player_open,
	.close = player_close,
	.info = player_info,
	.rpc = player_rpc,
	.state = player_state,
	.lower = player_lower,
	.attribute = player_attribute,
	.release = release,
	.replays = true,
};
