// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The transport that records requests and answers of the source below it.
 *
 * Each record is written behind the last complete one. If the program dies, the
 * file has complete records and at most one that is cut off.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <fwctl/sim.h>

#include "private.h"

/**
 * struct fwctl_recorder - a recording that is being made
 * @source: the part that all sources have; its lock protects @fd and all
 *	members after it
 * @below: the source that answers; does not change, counts this reference
 * @fd: the file, or -1 after the end of the recording
 * @path: name of the file, for messages
 * @err: the first error, after which nothing is written; or 0
 * @size: length of the complete records and the header
 * @count: number of records
 * @begin: start of the recording, CLOCK_MONOTONIC in nanoseconds
 * @devices: descriptions of devices that were written, by their numbers
 * @device_count: their number
 */
struct fwctl_recorder {
	struct fwctl_source source;
	struct fwctl_source *below;
	int fd;
	char *path;
	int err;
	off_t size;
	__u32 count;
	__u64 begin;
	struct fwctl_buffer *devices;
	__u32 device_count;
};

static struct fwctl_recorder *recorder_of(struct fwctl_source *source)
{
	return (struct fwctl_recorder *)source;
}

/* The transport that answers a device's requests. */
static const struct fwctl_transport *below(const struct fwctl_dev *dev)
{
	return recorder_of(dev->source)->below->transport;
}

static __u64 now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* Write bytes to the end of the file; the caller holds the lock. */
static void append(struct fwctl_recorder *recorder, const __u8 *data,
		   size_t len)
{
	size_t done = 0;
	ssize_t n;

	while (done < len && !recorder->err) {
		n = pwrite(recorder->fd, data + done, len - done,
			   recorder->size + done);
		if (n > 0)
			done += n;
		else if (n == 0 || errno != EINTR)
			recorder->err = n ? -errno : -ENOSPC;
	}
	/* After an error nothing follows the record that is cut off. */
	if (!recorder->err)
		recorder->size += len;
}

/* The frame and fixed part of a record, to which the request is appended. */
static struct fwctl_buffer begin_record(void)
{
	struct fwctl_buffer buf = {};
	__u8 *head = fwctl_put(&buf, NULL,
			       FWCTL_TAPE_FRAME + FWCTL_TAPE_FIXED);

	if (head)
		memset(head, 0, FWCTL_TAPE_FRAME + FWCTL_TAPE_FIXED);
	return buf;
}

/* Complete a record and write it; the caller holds the lock. */
static void write_record(struct fwctl_recorder *recorder,
			 struct fwctl_buffer *buf, __u32 type, __u32 device,
			 int result, size_t request_len, __u64 start)
{
	__u8 *frame = buf->data, *fixed;
	size_t len = buf->len - FWCTL_TAPE_FRAME;
	__u64 end = now();
	__u32 crc;

	if (buf->bad && !recorder->err)
		recorder->err = -ENOMEM;
	if (len > FWCTL_TAPE_MAX && !recorder->err)
		recorder->err = -EFBIG;
	if (recorder->fd < 0 || recorder->err)
		return;
	fixed = frame + FWCTL_TAPE_FRAME;
	fwctl_store_le32(fixed, type);
	fwctl_store_le32(fixed + 4, device);
	fwctl_store_le32(fixed + 8, result);
	fwctl_store_le32(fixed + 12, request_len);
	fwctl_store_le32(fixed + 16, len - FWCTL_TAPE_FIXED - request_len);
	fwctl_store_le64(fixed + 24, start > recorder->begin ?
				     start - recorder->begin : 0);
	fwctl_store_le64(fixed + 32, end - start);
	fwctl_store_le32(frame, len);
	crc = fwctl_crc32(fwctl_crc32(0, frame, 4), fixed, len);
	fwctl_store_le32(frame + 4, crc);
	append(recorder, buf->data, buf->len);
	if (!recorder->err)
		recorder->count++;
}

/**
 * struct entry - a record whose request is in flight
 * @recorder: the recorder that writes it
 * @buf: the bytes of the record so far
 * @type: &enum fwctl_record_type
 * @device: number of the device
 * @request_len: length of the request
 * @start: time of sending, CLOCK_MONOTONIC in nanoseconds
 */
struct entry {
	struct fwctl_recorder *recorder;
	struct fwctl_buffer buf;
	__u32 type;
	__u32 device;
	size_t request_len;
	__u64 start;
};

static struct entry begin_entry(struct fwctl_source *source, __u32 device,
				enum fwctl_record_type type)
{
	return (struct entry){
		.recorder = recorder_of(source),
		.buf = begin_record(),
		.type = type,
		.device = device,
	};
}

/* The request has been appended and is sent next. */
static void send_entry(struct entry *entry)
{
	entry->request_len = entry->buf.len - FWCTL_TAPE_FRAME -
			     FWCTL_TAPE_FIXED;
	entry->start = now();
}

/* The answer has been appended. */
static void end_entry(struct entry *entry, int result)
{
	struct fwctl_recorder *recorder = entry->recorder;

	pthread_mutex_lock(&recorder->source.lock);
	write_record(recorder, &entry->buf, entry->type, entry->device, result,
		     entry->request_len, entry->start);
	pthread_mutex_unlock(&recorder->source.lock);
	free(entry->buf.data);
}

static void release(struct fwctl_source *source)
{
	struct fwctl_recorder *recorder = recorder_of(source);
	__u32 i;

	if (recorder->fd >= 0)
		close(recorder->fd);
	for (i = 0; i < recorder->device_count; i++)
		free(recorder->devices[i].data);
	free(recorder->devices);
	free(recorder->path);
	fwctl_source_put(recorder->below);
}

/* Make the file and write its header. */
static int create(struct fwctl_recorder *recorder, const char *path)
{
	__u8 header[FWCTL_TAPE_HEADER] = FWCTL_TAPE_MAGIC;

	recorder->path = strdup(path);
	if (!recorder->path)
		return -ENOMEM;
	recorder->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (recorder->fd < 0)
		return -errno;
	fwctl_store_le32(header + strlen(FWCTL_TAPE_MAGIC), FWCTL_TAPE_VERSION);
	append(recorder, header, sizeof(header));
	if (recorder->err)
		unlink(path);
	return recorder->err;
}

/* Replace a source by a recorder that gets its answers from that source. */
int fwctl_recorder_begin(struct fwctl_source **source, const char *path,
			 char *error)
{
	struct fwctl_recorder *new = calloc(1, sizeof(*new));
	int err;

	if (!new)
		return fwctl_fail(error, -ENOMEM, "no memory");
	fwctl_source_init(&new->source, &fwctl_transport_recorder);
	new->begin = now();
	new->fd = -1;
	err = create(new, path);
	if (!err) {
		new->below = *source;
		*source = &new->source;
		return 0;
	}
	fwctl_source_put(&new->source);
	return fwctl_fail(error, err, "%s: cannot make the recording: %s%s",
			  path, strerrordesc_np(-err),
			  err == -EEXIST ? ": remove it, or name another" : "");
}

/*
 * Write the end, close the file, and replace the recorder by the source below
 * it. 0 if everything is in the file.
 */
int fwctl_recorder_end(struct fwctl_source **source, char *error)
{
	struct fwctl_recorder *recorder = recorder_of(*source);
	struct fwctl_buffer buf = begin_record();
	int err;

	pthread_mutex_lock(&recorder->source.lock);
	fwctl_put_u32(&buf, recorder->count);
	write_record(recorder, &buf, FWCTL_RECORD_END, FWCTL_TAPE_NO_DEVICE, 0,
		     sizeof(__u32), now());
	if (!recorder->err && fsync(recorder->fd) && errno != EINVAL)
		recorder->err = -errno;
	close(recorder->fd);
	recorder->fd = -1;
	err = recorder->err;
	pthread_mutex_unlock(&recorder->source.lock);
	free(buf.data);
	if (err)
		fwctl_fail(error, err,
			   "%s: the recording is cut off: %s: check the free space of the disk",
			   recorder->path, strerrordesc_np(-err));
	*source = fwctl_source_get(recorder->below);
	fwctl_source_put(&recorder->source);
	return err;
}

static void put_strings(struct fwctl_buffer *buf, char **strings)
{
	__u32 count = 0, i;

	while (strings[count])
		count++;
	fwctl_put_u32(buf, count);
	for (i = 0; i < count; i++)
		fwctl_put_string(buf, strings[i]);
}

/* Give a device its number; devices of the same description share one. */
static void record_found(struct fwctl_dev *dev)
{
	struct fwctl_recorder *recorder = recorder_of(dev->source);
	struct fwctl_buffer buf = begin_record();
	size_t head = FWCTL_TAPE_FRAME + FWCTL_TAPE_FIXED;
	struct fwctl_buffer *devices;

	fwctl_put_string(&buf, dev->name);
	fwctl_put_string(&buf, dev->path);
	fwctl_put_string(&buf, dev->driver);
	fwctl_put_string(&buf, dev->parent);
	fwctl_put_string(&buf, dev->bus);
	fwctl_put_u32(&buf, dev->type);
	fwctl_put_u32(&buf, dev->scopes);
	put_strings(&buf, dev->netdevs);
	put_strings(&buf, dev->rdma_devs);

	pthread_mutex_lock(&recorder->source.lock);
	devices = recorder->devices;
	for (dev->id = 0; dev->id < recorder->device_count; dev->id++)
		if (!buf.bad && devices[dev->id].len == buf.len &&
		    !memcmp(devices[dev->id].data + head, buf.data + head,
			    buf.len - head))
			goto out;
	devices = reallocarray(devices, recorder->device_count + 1,
			       sizeof(*devices));
	if (devices)
		recorder->devices = devices;
	else
		buf.bad = true;
	write_record(recorder, &buf, FWCTL_RECORD_DEVICE, dev->id, 0,
		     buf.len - head, now());
	if (devices) {
		devices[recorder->device_count++] = buf;
		buf.data = NULL;
	}
out:
	pthread_mutex_unlock(&recorder->source.lock);
	free(buf.data);
}

static int record_list(struct fwctl_ctx *ctx, const char *name,
		       struct fwctl_dev ***devs)
{
	return recorder_of(ctx->source)->below->transport->list(ctx, name, devs);
}

static void put_states(struct fwctl_buffer *buf, struct fwctl_state **states)
{
	__u32 count = 0, i;

	while (states[count])
		count++;
	fwctl_put_u32(buf, count);
	for (i = 0; i < count; i++)
		fwctl_state_put(buf, states[i]);
}

static int record_states(struct fwctl_ctx *ctx, struct fwctl_state ***states)
{
	struct entry entry = begin_entry(ctx->source, FWCTL_TAPE_NO_DEVICE,
					 FWCTL_RECORD_STATES);
	int ret;

	send_entry(&entry);
	ret = recorder_of(ctx->source)->below->transport->states(ctx, states);
	if (!ret)
		put_states(&entry.buf, *states);
	end_entry(&entry, ret);
	return ret;
}

static int record_open(struct fwctl_dev *dev, bool write)
{
	struct entry entry = begin_entry(dev->source, dev->id,
					 FWCTL_RECORD_OPEN);
	int ret;

	fwctl_put_u32(&entry.buf, write);
	send_entry(&entry);
	ret = below(dev)->open(dev, write);
	end_entry(&entry, ret);
	return ret;
}

static void record_close(struct fwctl_dev *dev)
{
	below(dev)->close(dev);
}

static int record_info(struct fwctl_dev *dev, struct fwctl_info *info)
{
	struct entry entry = begin_entry(dev->source, dev->id,
					 FWCTL_RECORD_INFO);
	__u32 room = info->device_data_len;
	int ret;

	fwctl_put_u32(&entry.buf, room);
	send_entry(&entry);
	ret = below(dev)->info(dev, info);
	if (!ret) {
		fwctl_put_u32(&entry.buf, info->out_device_type);
		fwctl_put_u32(&entry.buf, info->device_data_len);
		fwctl_put(&entry.buf,
			  (const void *)(uintptr_t)info->out_device_data, room);
	}
	end_entry(&entry, ret);
	return ret;
}

/*
 * Requests with addresses of buffers: uapi/fwctl/pds.h, and the commands of bnxt with
 * DMA. The buffers' content is not in the request, and in the next run of a program the
 * addresses are others.
 */
static bool has_addresses(const struct fwctl_dev *dev, const struct fwctl_rpc *rpc)
{
	struct fwctl_sim_request sim;

	switch (dev->type) {
	case FWCTL_DEVICE_TYPE_BNXT:
	case FWCTL_DEVICE_TYPE_PDS:
		return true;
	case FWCTL_DEVICE_TYPE_SIM:
		if (rpc->in_len < sizeof(sim))
			return false;
		memcpy(&sim, (const void *)(uintptr_t)rpc->in, sizeof(sim));
		return sim.opcode == FWCTL_SIM_BUFFERS;
	default:
		return false;
	}
}

static int record_rpc(struct fwctl_dev *dev, struct fwctl_rpc *rpc)
{
	struct entry entry;
	size_t none = 0;
	__u32 room = rpc->out_len;
	int ret;

	/* The kernel's errnos for a request that it does not read. */
	if (rpc->in_len > FWCTL_RPC_MAX || room > FWCTL_RPC_MAX)
		return -EMSGSIZE;
	if ((rpc->in_len && !rpc->in) || (room && !rpc->out))
		return -EFAULT;
	/* Linux's own fwctl has no attribute for the type, only FWCTL_INFO. */
	if (dev->type == FWCTL_DEVICE_TYPE_ERROR)
		fwctl_dev_info(dev, NULL, &none);
	if (has_addresses(dev, rpc))
		return -EPROTONOSUPPORT;
	entry = begin_entry(dev->source, dev->id, FWCTL_RECORD_RPC);
	fwctl_put_u32(&entry.buf, rpc->scope);
	fwctl_put_u32(&entry.buf, room);
	/* Copy the request before sending: the answer may overwrite it. */
	fwctl_put(&entry.buf, (const void *)(uintptr_t)rpc->in, rpc->in_len);
	send_entry(&entry);
	ret = below(dev)->rpc(dev, rpc);
	if (!ret) {
		fwctl_put_u32(&entry.buf, rpc->out_len);
		fwctl_put(&entry.buf, (const void *)(uintptr_t)rpc->out,
			  rpc->out_len < room ? rpc->out_len : room);
	}
	end_entry(&entry, ret);
	return ret;
}

static int record_state(struct fwctl_dev *dev, struct fwctl_state **state)
{
	struct entry entry = begin_entry(dev->source, dev->id,
					 FWCTL_RECORD_STATE);
	int ret;

	send_entry(&entry);
	ret = below(dev)->state(dev, state);
	if (!ret)
		put_states(&entry.buf, (struct fwctl_state *[]){ *state, NULL });
	end_entry(&entry, ret);
	return ret;
}

static int record_lower(struct fwctl_dev *dev, enum fwctl_ceiling ceiling, bool function)
{
	struct entry entry = begin_entry(dev->source, dev->id,
					 function ? FWCTL_RECORD_LOWER_FUNCTION :
						    FWCTL_RECORD_LOWER);
	int ret;

	fwctl_put_u32(&entry.buf, ceiling);
	send_entry(&entry);
	ret = below(dev)->lower(dev, ceiling, function);
	end_entry(&entry, ret);
	return ret;
}

static int record_attribute(struct fwctl_dev *dev, const char *name,
			    char text[FWCTL_ATTRIBUTE_MAX])
{
	struct entry entry = begin_entry(dev->source, dev->id,
					 FWCTL_RECORD_ATTRIBUTE);
	int ret = -ENOENT;

	fwctl_put(&entry.buf, name, strlen(name));
	send_entry(&entry);
	if (below(dev)->attribute)
		ret = below(dev)->attribute(dev, name, text);
	if (!ret)
		fwctl_put(&entry.buf, text, strlen(text));
	end_entry(&entry, ret);
	return ret;
}

/* A lock is no request: a recording has none. */
static int record_lock(struct fwctl_dev *dev, unsigned int timeout_ms)
{
	return below(dev)->lock ? below(dev)->lock(dev, timeout_ms) : 0;
}

static void record_unlock(struct fwctl_dev *dev)
{
	if (below(dev)->unlock)
		below(dev)->unlock(dev);
}

/* Nor is a restart one. */
static int record_reload(struct fwctl_dev *dev, enum fwctl_reload what, char *text,
			 size_t size)
{
	return below(dev)->reload ? below(dev)->reload(dev, what, text, size) :
				    -ENODATA;
}

const struct fwctl_transport fwctl_transport_recorder = {
	.list = record_list,
	.states = record_states,
	.found = record_found,
	.open = record_open,
	.close = record_close,
	.info = record_info,
	.rpc = record_rpc,
	.state = record_state,
	.lower = record_lower,
	.attribute = record_attribute,
	.lock = record_lock,
	.unlock = record_unlock,
	.reload = record_reload,
	.release = release,
};
