// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds the offsets of a few members in private structures of cxl_core, on
 * kernels whose headers do not have them.
 *
 * The running kernel describes its types in BTF, which is part of its image. A
 * member counts as found only if its structure, its name and its type are those
 * that this module was written for. If anything else is found, or nothing, the
 * module does not load. It never guesses.
 *
 * The description is read through its entry in sysfs, but not from a path:
 * under lockdown a file that was mounted there must not decide on addresses.
 */
#include <linux/kernfs.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sysfs.h>
#include <linux/vmalloc.h>
#ifndef CXL_FWCTL_OLD_MAILBOX
#include <cxl/mailbox.h>
#endif

#include "btf.h"
#include "cxl.h"

/* A description is about 6 MiB long. */
#define MAX_BTF_SIZE (64 * 1024 * 1024)

struct cxl_fwctl_layout cxl_fwctl_layout;

static const struct wanted {
	struct cxl_fwctl_btf_member member;
	u32 *offset;
} wanted[] = {
	{ { "cxl_memdev", "dev", CXL_FWCTL_BTF_STRUCT, "device",
	    .size = sizeof(struct device) }, &cxl_fwctl_layout.memdev_dev },
	{ { "cxl_memdev", "cxlds", CXL_FWCTL_BTF_STRUCT_POINTER, "cxl_dev_state",
	    .size = sizeof(void *) }, &cxl_fwctl_layout.memdev_cxlds },
	{ { "cxl_dev_state", "dev", CXL_FWCTL_BTF_STRUCT_POINTER, "device",
	    .size = sizeof(void *) }, &cxl_fwctl_layout.cxlds_dev },
#ifndef CXL_FWCTL_OLD_MAILBOX
	{ { "cxl_dev_state", "cxl_mbox", CXL_FWCTL_BTF_STRUCT, "cxl_mailbox",
	    .size = sizeof(struct cxl_mailbox) }, &cxl_fwctl_layout.cxlds_mailbox },
#else
	{ { "cxl_dev_state", "payload_size", CXL_FWCTL_BTF_INTEGER,
	    .size = sizeof(size_t) }, &cxl_fwctl_layout.cxlds_payload_size },
	{ { "cxl_dev_state", "mbox_send", CXL_FWCTL_BTF_SEND, "cxl_dev_state",
	    "cxl_mbox_cmd", sizeof(void *) }, &cxl_fwctl_layout.cxlds_send },
#endif
};

/* Members whose offsets the sources have. */
static const struct fixed {
	struct cxl_fwctl_btf_member member;
	u32 offset;
} fixed[] = {
#ifdef CXL_FWCTL_OLD_MAILBOX
	{ { "cxl_mbox_cmd", "opcode", CXL_FWCTL_BTF_INTEGER, .size = sizeof(u16) },
	  offsetof(struct cxl_mbox_cmd, opcode) },
	{ { "cxl_mbox_cmd", "payload_in", CXL_FWCTL_BTF_POINTER,
	    .size = sizeof(void *) }, offsetof(struct cxl_mbox_cmd, payload_in) },
	{ { "cxl_mbox_cmd", "payload_out", CXL_FWCTL_BTF_POINTER,
	    .size = sizeof(void *) }, offsetof(struct cxl_mbox_cmd, payload_out) },
	{ { "cxl_mbox_cmd", "size_in", CXL_FWCTL_BTF_INTEGER,
	    .size = sizeof(size_t) }, offsetof(struct cxl_mbox_cmd, size_in) },
	{ { "cxl_mbox_cmd", "size_out", CXL_FWCTL_BTF_INTEGER,
	    .size = sizeof(size_t) }, offsetof(struct cxl_mbox_cmd, size_out) },
	{ { "cxl_mbox_cmd", "return_code", CXL_FWCTL_BTF_INTEGER,
	    .size = sizeof(u16) }, offsetof(struct cxl_mbox_cmd, return_code) },
#endif
};

static int refuse(const struct cxl_fwctl_btf_member *member, int err)
{
	pr_err("cxl_fwctl: this kernel's struct %s has not the expected member %s (error %d): not loaded; a version of fwctl for this kernel is needed\n",
	       member->structure, member->member, err);
	return -EOPNOTSUPP;
}

static int find_members(const struct cxl_fwctl_btf *btf)
{
	u32 offset;
	size_t i;
	int err;

	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		err = cxl_fwctl_btf_offset(btf, &wanted[i].member,
					   wanted[i].offset);
		if (err)
			return refuse(&wanted[i].member, err);
	}
	for (i = 0; i < ARRAY_SIZE(fixed); i++) {
		err = cxl_fwctl_btf_offset(btf, &fixed[i].member, &offset);
		if (!err && offset != fixed[i].offset)
			err = -EBADMSG;
		if (err)
			return refuse(&fixed[i].member, err);
	}
	return 0;
}

static int find_in_description(struct bin_attribute *attr)
{
	struct cxl_fwctl_btf btf;
	ssize_t len;
	void *data;
	int err;

	if (!attr->read || !attr->size || attr->size > MAX_BTF_SIZE)
		return -EINVAL;
	data = vmalloc(attr->size);
	if (!data)
		return -ENOMEM;
	len = attr->read(NULL, kernel_kobj, attr, data, 0, attr->size);
	err = len == attr->size ? cxl_fwctl_btf_open(&btf, data, len) : -EINVAL;
	if (!err)
		err = find_members(&btf);
	vfree(data);
	return err;
}

/**
 * cxl_fwctl_layout_init - find all offsets
 *
 * Context: may sleep.
 * Return: 0; -EOPNOTSUPP if the kernel has other structures than the expected
 * ones, or does not describe them; or another negative errno.
 */
int __init cxl_fwctl_layout_init(void)
{
	struct kernfs_node *folder, *file = NULL;
	int err = -EOPNOTSUPP;

	folder = sysfs_get_dirent(kernel_kobj->sd, "btf");
	if (folder)
		file = sysfs_get_dirent(folder, "vmlinux");
	if (file && kernfs_type(file) == KERNFS_FILE)
		err = find_in_description(file->priv);
	else
		pr_err("cxl_fwctl: not loaded: this kernel does not describe its types; it needs CONFIG_DEBUG_INFO_BTF\n");
	sysfs_put(file);
	sysfs_put(folder);
	return err;
}
