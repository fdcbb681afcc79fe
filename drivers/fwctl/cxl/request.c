// SPDX-License-Identifier: GPL-2.0-only
/*
 * Execution of requests, with callers that can be killed.
 *
 * cxl_pci executes a command while its caller waits, up to two seconds for the
 * device, and for as long as another command occupies the mailbox. So a worker
 * executes requests. The caller waits for the worker until it is killed or the
 * device is going away. If the caller leaves first, the request is an orphan:
 * it belongs to the worker, which frees it.
 *
 * One request is executed at a time, and in it one command: between two
 * commands cxl_core's own get their turn. A request that is cut into many
 * commands ends at the next one when the device is going away, so that removal
 * waits for one command of this module's; and when its caller has left, so that
 * killed callers do not keep the device from others.
 *
 * Locks: cfd->lock protects the state of requests and the list of features.
 * Only the worker changes that list, and reads it without the lock.
 */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "cxl.h"

/* A request that takes this long means that the mailbox does not work. */
#define STALLED (10 * HZ)

/**
 * enum cxl_fwctl_state - progress of a request
 * @RUNNING: the caller waits for it
 * @ENDED: it has an answer or an error, for the caller
 * @ORPHANED: the caller has left
 */
enum cxl_fwctl_state {
	RUNNING,
	ENDED,
	ORPHANED,
};

/**
 * struct cxl_fwctl_request - a request of an RPC
 * @work: executes the request
 * @cfd: the device
 * @share: share of the core's slots that the request counts for
 * @scope: effective scope, by which the request was admitted
 * @state: see there
 * @err: result: 0 or a negative errno
 * @out: the answer
 * @out_len: length of the answer in bytes
 * @room: room for the answer in bytes, as the caller said
 * @in_len: length of @in in bytes
 * @in: copy of the request
 */
struct cxl_fwctl_request {
	struct work_struct work;
	struct cxl_fwctl_dev *cfd;
	struct fwctl_share *share;
	enum fwctl_rpc_scope scope;
	enum cxl_fwctl_state state;
	int err;
	void *out;
	size_t out_len;
	size_t room;
	size_t in_len;
	u8 in[];
};

static bool is_abandoned(const struct cxl_fwctl_request *request)
{
	return request && READ_ONCE(request->state) == ORPHANED;
}

/**
 * cxl_fwctl_send - execute a mailbox command, if its caller still waits for it
 * @channel: that of a struct cxl_fwctl_dev
 * @message: the command; receives the answer
 *
 * Context: may sleep.
 * Return: 0; -ENODEV if the device is going away; -EINTR if the caller was killed;
 * or as cxl_fwctl_mailbox_send().
 */
int cxl_fwctl_send(struct cxl_fwctl_channel *channel,
		   struct cxl_fwctl_message *message)
{
	struct cxl_fwctl_dev *cfd =
		container_of(channel, struct cxl_fwctl_dev, channel);

	if (!message->last && READ_ONCE(cfd->leaving))
		return -ENODEV;
	if (!message->last && is_abandoned(cfd->executing))
		return -EINTR;
	return cxl_fwctl_mailbox_send(&cfd->mailbox, message);
}

/**
 * cxl_fwctl_refresh - read the list of a device's features again
 * @cfd: the device; no other caller of this function at the same time
 *
 * If that fails the old list remains: Set Feature compares with the device
 * anyway.
 *
 * Context: may sleep.
 * Return: as cxl_fwctl_read_features(), or -ENOMEM.
 */
int cxl_fwctl_refresh(struct cxl_fwctl_dev *cfd)
{
	struct {
		struct cxl_fwctl_features features;
		u8 page[CXL_FWCTL_LIST_HEADER +
			CXL_FWCTL_MAX_FEATURES * CXL_FWCTL_ENTRY];
	} *new;
	int err;

	new = kvmalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	err = cxl_fwctl_read_features(&cfd->channel, &new->features, new->page,
				      sizeof(new->page));
	if (!err) {
		spin_lock(&cfd->lock);
		cfd->features = new->features;
		spin_unlock(&cfd->lock);
	}
	kvfree(new);
	return err;
}

static int execute_list(struct cxl_fwctl_request *request)
{
	struct cxl_fwctl_dev *cfd = request->cfd;
	int err;

	err = cxl_fwctl_refresh(cfd);
	if (err < 0)
		return err;
	if (err)
		cxl_fwctl_answer(request->out, &request->out_len, 0, err);
	else
		cxl_fwctl_list(&cfd->features, request->in, request->out,
			       &request->out_len);
	return 0;
}

/*
 * The request was judged by a list that the device may have outlived. If the
 * device now reports another effect the request is judged again.
 */
static int execute_set(struct cxl_fwctl_request *request)
{
	struct cxl_fwctl_dev *cfd = request->cfd;
	struct cxl_fwctl_verdict verdict;
	int err;

	if (!cxl_fwctl_same_entries(&cfd->channel, &cfd->features,
				    request->in)) {
		err = cxl_fwctl_refresh(cfd);
		if (err)
			return err < 0 ? err : -EIO;
	}
	if (cxl_fwctl_classify(&cfd->features, request->in, request->in_len,
			       request->room, &verdict) ||
	    verdict.scope > request->scope)
		return -EBADMSG;
	return cxl_fwctl_set(&cfd->channel, request->in, request->out,
			     &request->out_len);
}

static int execute(struct cxl_fwctl_request *request)
{
	const struct fwctl_rpc_cxl_hdr *header = (void *)request->in;
	struct cxl_fwctl_dev *cfd = request->cfd;

	switch (header->opcode) {
	case CXL_FWCTL_GET_SUPPORTED:
		return execute_list(request);
	case CXL_FWCTL_GET:
		return cxl_fwctl_get(&cfd->channel, request->in, request->out,
				     &request->out_len);
	default:
		return execute_set(request);
	}
}

/* The request has ended: gives it to its caller, or frees it. */
static void end(struct cxl_fwctl_request *request, int err)
{
	struct cxl_fwctl_dev *cfd = request->cfd;
	struct fwctl_share *share = request->share;
	bool orphan;

	fwctl_request_end(&cfd->fwctl, request->scope);

	spin_lock(&cfd->lock);
	request->err = err;
	orphan = request->state == ORPHANED;
	if (!orphan) {
		/* When the lock is released the caller may free the request. */
		WRITE_ONCE(request->state, ENDED);
		wake_up_all(&cfd->waiters);
	}
	spin_unlock(&cfd->lock);

	if (orphan) {
		cxl_fwctl_request_free(request);
		fwctl_slot_release(share, FWCTL_SLOT_RPC);
	}
}

static void request_work(struct work_struct *work)
{
	struct cxl_fwctl_request *request =
		container_of(work, struct cxl_fwctl_request, work);
	struct cxl_fwctl_dev *cfd = request->cfd;
	struct mutex *feat_mutex = cfd->mailbox.feat_mutex;
	int err = -ENODEV;

	cfd->executing = request;
	WRITE_ONCE(cfd->started, jiffies ?: 1);
	if (feat_mutex)
		mutex_lock(feat_mutex);
	if (!READ_ONCE(cfd->leaving))
		err = execute(request);
	if (feat_mutex)
		mutex_unlock(feat_mutex);
	WRITE_ONCE(cfd->started, 0);
	cfd->executing = NULL;

	if (err == -EPROTO)
		dev_warn_ratelimited(&cfd->fwctl.dev,
				     "an answer of the device contradicts itself: the request fails with EPROTO\n");
	end(request, err);
}

/**
 * cxl_fwctl_stalled - whether the device's mailbox does not work
 * @cfd: the device
 *
 * Context: any.
 * Return: true if a request is executed for more than ten seconds.
 */
bool cxl_fwctl_stalled(struct cxl_fwctl_dev *cfd)
{
	unsigned long started = READ_ONCE(cfd->started);

	return started && time_after(jiffies, started + STALLED);
}

/**
 * cxl_fwctl_request_new - copy a request, and allocate memory for the answer
 * @uctx: context of the caller's file
 * @in: the request, unchecked
 * @in_len: length of the request in bytes
 * @out_len: room for the answer in bytes
 *
 * Context: may sleep.
 * Return: the request, for cxl_fwctl_request_free() or _begin(); or an
 * ERR_PTR().
 */
struct cxl_fwctl_request *cxl_fwctl_request_new(struct fwctl_uctx *uctx,
						const void *in, size_t in_len,
						size_t out_len)
{
	struct cxl_fwctl_request *request;
	size_t in_max, out_max;
	void *out;

	cxl_fwctl_lengths(in, in_len, &in_max, &out_max);
	request = kvzalloc(struct_size(request, in, in_max),
			   GFP_KERNEL_ACCOUNT);
	out = kvzalloc(clamp(out_len, CXL_FWCTL_OUT_HEADER, out_max),
		       GFP_KERNEL_ACCOUNT);
	if (!request || !out) {
		kvfree(request);
		kvfree(out);
		return ERR_PTR(-ENOMEM);
	}
	INIT_WORK(&request->work, request_work);
	request->cfd = container_of(uctx->fwctl, struct cxl_fwctl_dev, fwctl);
	request->share = uctx->share;
	request->out = out;
	request->room = out_len;
	request->in_len = min(in_len, in_max);
	memcpy(request->in, in, request->in_len);
	return request;
}

/**
 * cxl_fwctl_request_free - free a request that no worker has
 * @request: the request
 *
 * Context: may sleep.
 */
void cxl_fwctl_request_free(struct cxl_fwctl_request *request)
{
	kvfree(request->out);
	kvfree(request);
}

/**
 * cxl_fwctl_request_begin - have a worker execute a request
 * @request: the request, which cxl_fwctl_classify() admits
 * @effective: its effective scope
 *
 * Context: any; does not sleep.
 */
void cxl_fwctl_request_begin(struct cxl_fwctl_request *request,
			     enum fwctl_rpc_scope effective)
{
	request->scope = effective;
	queue_work(request->cfd->wq, &request->work);
}

/**
 * cxl_fwctl_request_wait - wait for the end of a request, and free it
 * @request: the request, begun
 * @out_len: receives the length of the answer in bytes
 *
 * Context: may sleep.
 * Return: the answer; or an ERR_PTR(): the errno of the request, -EINTR if the
 * caller was killed, -ENODEV if the device is going away.
 */
void *cxl_fwctl_request_wait(struct cxl_fwctl_request *request,
			     size_t *out_len)
{
	struct cxl_fwctl_dev *cfd = request->cfd;
	void *out = request->out;
	bool ended;
	int err;

	/* A system that goes to sleep does not wait for the caller. */
	wait_event_state(cfd->waiters,
			 READ_ONCE(request->state) == ENDED || READ_ONCE(cfd->leaving),
			 (TASK_KILLABLE | TASK_FREEZABLE));

	spin_lock(&cfd->lock);
	ended = request->state == ENDED;
	if (!ended) {
		WRITE_ONCE(request->state, ORPHANED);
		fwctl_slot_hold(request->share, FWCTL_SLOT_RPC);
	}
	spin_unlock(&cfd->lock);
	if (!ended)
		return ERR_PTR(READ_ONCE(cfd->leaving) ? -ENODEV : -EINTR);

	err = request->err;
	*out_len = request->out_len;
	if (err)
		kvfree(out);
	kvfree(request);
	return err ? ERR_PTR(err) : out;
}
