/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Private interfaces between the files of the CXL backend.
 */
#ifndef __CXL_FWCTL_H
#define __CXL_FWCTL_H

#include <linux/fwctl.h>
#include <linux/pci.h>

#include "feature.h"

struct cxl_fwctl_request;

/**
 * struct cxl_fwctl_mailbox - the mailbox of a memory device
 * @payload_size: bytes of its payload
 * @feat_mutex: cxl_core's lock for values that are transferred in parts, or
 *	NULL
 * @handle: structure of cxl_core's that leads to it
 */
struct cxl_fwctl_mailbox {
	size_t payload_size;
	struct mutex *feat_mutex;	/* serializes transfers in parts */
	void *handle;
};

/**
 * struct cxl_fwctl_dev - a memory device that takes requests
 * @fwctl: the fwctl device
 * @memdev: the memory device, memN; its mailbox works until cxl_fwctl_detach()
 *	has returned
 * @entry: for attach.c's list of attached devices
 * @card: the serial number
 * @mailbox: the mailbox
 * @channel: the same, for transfer.c
 * @wq: executes requests, one at a time
 * @waiters: callers that wait for their requests
 * @executing: the request that is executed; for the worker only
 * @started: time at which the request that is executed was begun, in jiffies,
 *	or 0
 * @leaving: the device is going away; callers must not wait any longer
 * @lock: protects the members below, and the state of requests
 * @features: the features that the device has reported
 */
struct cxl_fwctl_dev {
	struct fwctl_device fwctl;
	struct device *memdev;
	struct list_head entry;
	char card[24];
	struct cxl_fwctl_mailbox mailbox;
	struct cxl_fwctl_channel channel;
	struct workqueue_struct *wq;
	wait_queue_head_t waiters;
	struct cxl_fwctl_request *executing;
	unsigned long started;
	bool leaving;

	spinlock_t lock;	/* protects all members below */
	struct cxl_fwctl_features features;
};

/*
 * Declared by Linux in drivers/cxl only. The bus has the type that the kernel's
 * version gives to buses.
 */
extern typeof(pci_bus_type) cxl_bus_type;
bool is_cxl_memdev(const struct device *dev);

/* attach.c: finds memory devices */
int cxl_fwctl_attach_init(void);
void cxl_fwctl_attach_exit(void);

/* ops.c: the ops of an fwctl device, and attaching one to a memory device */
struct cxl_fwctl_dev *cxl_fwctl_attach(struct device *memdev);
void cxl_fwctl_detach(struct cxl_fwctl_dev *cfd);

/* request.c: executes requests, so that a caller that waits can be killed */
struct cxl_fwctl_request *cxl_fwctl_request_new(struct fwctl_uctx *uctx,
						const void *in, size_t in_len,
						size_t out_len);
void cxl_fwctl_request_free(struct cxl_fwctl_request *request);
void cxl_fwctl_request_begin(struct cxl_fwctl_request *request,
			     enum fwctl_rpc_scope effective);
void *cxl_fwctl_request_wait(struct cxl_fwctl_request *request,
			     size_t *out_len);
bool cxl_fwctl_stalled(struct cxl_fwctl_dev *cfd);
int cxl_fwctl_refresh(struct cxl_fwctl_dev *cfd);
int cxl_fwctl_send(struct cxl_fwctl_channel *channel,
		   struct cxl_fwctl_message *message);

/* mailbox.c: finds the mailbox of a memory device, and executes commands */
int cxl_fwctl_mailbox_find(struct device *memdev,
			   struct cxl_fwctl_mailbox *mailbox);
int cxl_fwctl_mailbox_send(const struct cxl_fwctl_mailbox *mailbox,
			   struct cxl_fwctl_message *message);

/* layout.c: offsets in private structures of cxl_core, on kernels before 7.3 */
#ifdef CXL_FWCTL_LAYOUT
/**
 * struct cxl_fwctl_layout - offsets in bytes
 * @memdev_dev: of dev in struct cxl_memdev
 * @memdev_cxlds: of cxlds in struct cxl_memdev
 * @cxlds_dev: of dev in struct cxl_dev_state
 * @cxlds_mailbox: of cxl_mbox in struct cxl_dev_state, from Linux 6.12 on
 * @cxlds_payload_size: of payload_size in struct cxl_dev_state, before
 * @cxlds_send: of mbox_send in struct cxl_dev_state, before
 */
struct cxl_fwctl_layout {
	u32 memdev_dev;
	u32 memdev_cxlds;
	u32 cxlds_dev;
	u32 cxlds_mailbox;
	u32 cxlds_payload_size;
	u32 cxlds_send;
};

extern struct cxl_fwctl_layout cxl_fwctl_layout;
int cxl_fwctl_layout_init(void);
#else
static inline int cxl_fwctl_layout_init(void)
{
	return 0;
}
#endif

/*
 * Linux 6.1 has no <cxl/mailbox.h>, and its own private structure of a command;
 * layout.c compares this one with it.
 */
#ifdef CXL_FWCTL_OLD_MAILBOX
struct cxl_dev_state;

struct cxl_mbox_cmd {
	u16 opcode;
	void *payload_in;
	void *payload_out;
	size_t size_in;
	size_t size_out;
	u16 return_code;
};
#endif

#endif
