// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ops of the CXL backend: they deliver requests to the mailbox of a memory
 * device that cxl_pci drives.
 *
 * The device does not tell its users apart. A file has no context there, and
 * what one file sets the others read.
 */
#include <linux/device.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "cxl.h"

static struct cxl_fwctl_dev *to_cfd(struct fwctl_device *fwctl)
{
	return container_of(fwctl, struct cxl_fwctl_dev, fwctl);
}

static int cxl_fwctl_open_uctx(struct fwctl_uctx *uctx)
{
	return cxl_fwctl_stalled(to_cfd(uctx->fwctl)) ? -ETIMEDOUT : 0;
}

static void cxl_fwctl_close_uctx(struct fwctl_uctx *uctx)
{
}

static void *cxl_fwctl_info(struct fwctl_uctx *uctx, size_t *length)
{
	void *info = kzalloc(sizeof(u32), GFP_KERNEL_ACCOUNT);

	if (!info)
		return ERR_PTR(-ENOMEM);
	*length = sizeof(u32);
	return info;
}

static int cxl_fwctl_classify_op(struct fwctl_uctx *uctx, const void *in,
				 size_t in_len, size_t out_len,
				 struct fwctl_command *cmd)
{
	struct cxl_fwctl_dev *cfd = to_cfd(uctx->fwctl);
	struct cxl_fwctl_verdict verdict;
	int err;

	spin_lock(&cfd->lock);
	err = cxl_fwctl_classify(&cfd->features, in, in_len, out_len, &verdict);
	spin_unlock(&cfd->lock);

	cmd->number = verdict.number;
	cmd->name = verdict.name;
	cmd->writes = verdict.writes;
	if (err)
		return err;
	cmd->scope = verdict.scope;
	return 0;
}

static void *cxl_fwctl_prepare(struct fwctl_uctx *uctx, const void *in,
			       size_t in_len, size_t out_len)
{
	if (cxl_fwctl_stalled(to_cfd(uctx->fwctl)))
		return ERR_PTR(-ETIMEDOUT);
	return cxl_fwctl_request_new(uctx, in, in_len, out_len);
}

static int cxl_fwctl_submit(void *request, enum fwctl_rpc_scope effective)
{
	cxl_fwctl_request_begin(request, effective);
	return 0;
}

static void *cxl_fwctl_collect(void *request, size_t *out_len)
{
	return cxl_fwctl_request_wait(request, out_len);
}

static void cxl_fwctl_discard(void *request)
{
	cxl_fwctl_request_free(request);
}

static bool cxl_fwctl_stalled_op(struct fwctl_device *fwctl)
{
	return cxl_fwctl_stalled(to_cfd(fwctl));
}

static void cxl_fwctl_abort(struct fwctl_device *fwctl)
{
	struct cxl_fwctl_dev *cfd = to_cfd(fwctl);

	WRITE_ONCE(cfd->leaving, true);
	wake_up_all(&cfd->waiters);
}

static int cxl_fwctl_fw_status(struct fwctl_uctx *uctx, const void *out,
			       size_t out_len, u32 *status)
{
	const struct fwctl_rpc_cxl_out_hdr *header = out;

	*status = header->retval;
	return 0;
}

static const struct fwctl_ops cxl_fwctl_ops = {
	.device_type = FWCTL_DEVICE_TYPE_CXL,
	.uctx_size = sizeof(struct fwctl_uctx),
	.open_uctx = cxl_fwctl_open_uctx,
	.close_uctx = cxl_fwctl_close_uctx,
	.info = cxl_fwctl_info,
};

static const struct fwctl_ext_ops cxl_fwctl_ext_ops = {
	.classify = cxl_fwctl_classify_op,
	.prepare = cxl_fwctl_prepare,
	.submit = cxl_fwctl_submit,
	.collect = cxl_fwctl_collect,
	.discard = cxl_fwctl_discard,
	.stalled = cxl_fwctl_stalled_op,
	.abort = cxl_fwctl_abort,
	.fw_status = cxl_fwctl_fw_status,
};

/* The serial number, as the memory device's attribute in sysfs shows it. */
static void name_card(struct cxl_fwctl_dev *cfd)
{
	u64 serial = pci_get_dsn(to_pci_dev(cfd->memdev->parent));

	if (!serial)
		return;
	snprintf(cfd->card, sizeof(cfd->card), "%#llx", serial);
	cfd->fwctl.card = cfd->card;
}

static int find_features(struct cxl_fwctl_dev *cfd)
{
	int err;

	err = cxl_fwctl_mailbox_find(cfd->memdev, &cfd->mailbox);
	if (err)
		return err;
	cfd->channel.payload_size = cfd->mailbox.payload_size;
	cfd->channel.send = cxl_fwctl_send;

	err = cxl_fwctl_refresh(cfd);
	if (err < 0)
		return err;
	if (err && err != CXL_FWCTL_UNSUPPORTED)
		return -EIO;
	return err || !cfd->features.nr ? -ENODEV : 0;
}

/**
 * cxl_fwctl_attach - register an fwctl device for a memory device
 * @memdev: the memory device, whose parent is bound to cxl_pci and locked
 *
 * Context: may sleep; executes commands of the mailbox.
 * Return: the device, for cxl_fwctl_detach(); or an ERR_PTR(): -ENODEV if the
 * device has no features.
 */
struct cxl_fwctl_dev *cxl_fwctl_attach(struct device *memdev)
{
	struct cxl_fwctl_dev *cfd;
	int err;

	cfd = fwctl_alloc_device(memdev, &cxl_fwctl_ops, struct cxl_fwctl_dev,
				 fwctl);
	if (!cfd)
		return ERR_PTR(-ENOMEM);
	cfd->fwctl.ext = &cxl_fwctl_ext_ops;
	cfd->fwctl.max_requests = 1;
	cfd->memdev = memdev;
	spin_lock_init(&cfd->lock);
	init_waitqueue_head(&cfd->waiters);

	err = find_features(cfd);
	if (err)
		goto err_put;
	name_card(cfd);
	cfd->wq = alloc_ordered_workqueue("cxl_fwctl-%s", 0, dev_name(memdev));
	if (!cfd->wq) {
		err = -ENOMEM;
		goto err_put;
	}
	err = fwctl_register(&cfd->fwctl);
	if (err)
		goto err_wq;
	return cfd;

err_wq:
	destroy_workqueue(cfd->wq);
err_put:
	fwctl_put(&cfd->fwctl);
	return ERR_PTR(err);
}

/**
 * cxl_fwctl_detach - unregister the fwctl device of a memory device
 * @cfd: the device, from cxl_fwctl_attach()
 *
 * When this function returns, no command of this module's is in the mailbox.
 *
 * Context: may sleep, as long as the mailbox takes for one command.
 */
void cxl_fwctl_detach(struct cxl_fwctl_dev *cfd)
{
	fwctl_unregister(&cfd->fwctl);
	/* Ends the requests that were begun: each finds the device leaving. */
	destroy_workqueue(cfd->wq);
	fwctl_put(&cfd->fwctl);
}
