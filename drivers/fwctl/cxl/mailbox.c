// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mailbox of a memory device: where it is, and the execution of a command.
 *
 * cxl_pci's function of the mailbox is called, as cxl_core does it. It takes
 * the lock of the mailbox, and gives up after two seconds if the device does
 * not answer.
 *
 *  - Linux 7.3 has all structures in <cxl/cxl.h>.
 *  - Linux 6.12 has that of the mailbox in <cxl/mailbox.h>. The way from a
 *    memory device to its mailbox is private: see layout.c.
 *  - Linux 6.1 has no public structure: see layout.c.
 */
#include <linux/device.h>
#include <linux/pci.h>
#ifndef CXL_FWCTL_LAYOUT
#include <cxl/cxl.h>
#elif !defined(CXL_FWCTL_OLD_MAILBOX)
#include <cxl/mailbox.h>
#endif

#include "cxl.h"

#if IS_ENABLED(CONFIG_CXL_FEATURES)
#error "A kernel with CONFIG_CXL_FEATURES has fwctl devices for CXL of its own."
#endif

#ifdef CXL_FWCTL_LAYOUT
/* Reads a pointer at an offset that layout.c has found. */
static void *pointer_at(const void *structure, u32 offset)
{
	return *(void * const *)(structure + offset);
}

/* Returns cxl_core's struct cxl_dev_state of a memory device. */
static void *find_state(struct device *memdev)
{
	const void *cxlmd = (void *)memdev - cxl_fwctl_layout.memdev_dev;
	void *cxlds = pointer_at(cxlmd, cxl_fwctl_layout.memdev_cxlds);

	if (!cxlds ||
	    pointer_at(cxlds, cxl_fwctl_layout.cxlds_dev) != memdev->parent)
		return NULL;
	return cxlds;
}
#endif

#ifndef CXL_FWCTL_OLD_MAILBOX
static struct cxl_mailbox *find_mailbox(struct device *memdev)
{
#ifdef CXL_FWCTL_LAYOUT
	void *cxlds = find_state(memdev);

	return cxlds ? cxlds + cxl_fwctl_layout.cxlds_mailbox : NULL;
#else
	struct cxl_dev_state *cxlds = dev_get_drvdata(memdev->parent);

	if (!cxlds || cxlds->dev != memdev->parent ||
	    cxlds->type != CXL_DEVTYPE_CLASSMEM)
		return NULL;
	return &cxlds->cxl_mbox;
#endif
}

static int find(struct device *memdev, struct cxl_fwctl_mailbox *mailbox)
{
	struct cxl_mailbox *cxl_mbox = find_mailbox(memdev);

	if (!cxl_mbox || cxl_mbox->host != memdev->parent ||
	    !cxl_mbox->mbox_send)
		return -ENODEV;
	mailbox->handle = cxl_mbox;
	mailbox->payload_size = cxl_mbox->payload_size;
#ifndef CXL_FWCTL_LAYOUT
	mailbox->feat_mutex = &cxl_mbox->feat_mutex;
#endif
	return 0;
}

static int send(const struct cxl_fwctl_mailbox *mailbox,
		struct cxl_mbox_cmd *cmd)
{
	struct cxl_mailbox *cxl_mbox = mailbox->handle;

	return cxl_mbox->mbox_send(cxl_mbox, cmd);
}
#else
static int find(struct device *memdev, struct cxl_fwctl_mailbox *mailbox)
{
	void *cxlds = find_state(memdev);

	if (!cxlds || !pointer_at(cxlds, cxl_fwctl_layout.cxlds_send))
		return -ENODEV;
	mailbox->handle = cxlds;
	mailbox->payload_size =
		*(size_t *)(cxlds + cxl_fwctl_layout.cxlds_payload_size);
	return 0;
}

static int send(const struct cxl_fwctl_mailbox *mailbox,
		struct cxl_mbox_cmd *cmd)
{
	int (*mbox_send)(struct cxl_dev_state *cxlds, struct cxl_mbox_cmd *cmd) =
		pointer_at(mailbox->handle, cxl_fwctl_layout.cxlds_send);

	return mbox_send(mailbox->handle, cmd);
}
#endif

/**
 * cxl_fwctl_mailbox_find - find the mailbox of a memory device
 * @memdev: the memory device, whose parent is bound to cxl_pci and locked
 * @mailbox: receives the mailbox
 *
 * Context: any.
 * Return: 0 or -ENODEV.
 */
int cxl_fwctl_mailbox_find(struct device *memdev,
			   struct cxl_fwctl_mailbox *mailbox)
{
	int err;

	err = find(memdev, mailbox);
	if (err || mailbox->payload_size < CXL_FWCTL_MIN_PAYLOAD)
		return -ENODEV;
	return 0;
}

/**
 * cxl_fwctl_mailbox_send - execute a command
 * @mailbox: the mailbox
 * @message: the command; receives the answer
 *
 * A command that the device continues in the background counts as failed:
 * nothing here waits for its end.
 *
 * Context: may sleep, and may wait for a command of cxl_core's.
 * Return: 0 with an answer; -EBUSY if the mailbox is in use or sanitizes;
 * -ETIMEDOUT if the device does not answer; or another errno of cxl_pci.
 */
int cxl_fwctl_mailbox_send(const struct cxl_fwctl_mailbox *mailbox,
			   struct cxl_fwctl_message *message)
{
	struct cxl_mbox_cmd cmd = {
		.opcode = message->opcode,
		.payload_in = (void *)message->in,
		.payload_out = message->out,
		.size_in = message->in_len,
		.size_out = message->out_len,
	};
	int err;

	if (cmd.size_in > mailbox->payload_size ||
	    cmd.size_out > mailbox->payload_size)
		return -E2BIG;
	err = send(mailbox, &cmd);
	message->retval = cmd.return_code;
	message->out_len = cmd.size_out;
	return err;
}
