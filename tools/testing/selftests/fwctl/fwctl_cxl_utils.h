/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CXL memory devices: their fwctl devices, requests about their features, and the
 * kernel's own commands to them.
 *
 * Layouts: CXL specification 3.2, 8.2.10.6, "Features", and uapi/cxl/features.h.
 */
#ifndef __FWCTL_CXL_UTILS_H
#define __FWCTL_CXL_UTILS_H

#include <endian.h>
#include <limits.h>
#include <linux/cxl_mem.h>

#include <fwctl/cxl.h>

#include "fwctl_thread_utils.h"

#define CXL_PCI "/sys/bus/pci/drivers/cxl_pci/"

enum {
	OP_GET_SUPPORTED_FEATURES = 0x0500,
	OP_GET_FEATURE = 0x0501,
	OP_SET_FEATURE = 0x0502,

	/* The kernel has no fwctl for more memory devices than this in a test. */
	MAX_CXL_DEVS = 16,
	MAX_FEATURES = 64,
	MAX_VALUE = 256,

	/* Bytes of a request and of an answer before their payloads */
	CXL_IN_HEADER = 16,
	CXL_OUT_HEADER = 8,
	/* Bytes of the payload of an answer before its entries */
	CXL_LIST_HEADER = 8,
};

/* A flag of a feature. Linux's header has it by BIT(), which programs do not have. */
#define FEATURE_CHANGEABLE 1u

/* Return codes of mailbox commands: 8.2.9.4.5.1 */
enum {
	CXL_SUCCESS = 0,
	CXL_INVALID_INPUT = 2,
	CXL_UNSUPPORTED = 3,
};

/**
 * struct cxl_dev - a device under test
 * @number: N of fwctlN
 * @node: /dev/fwctl/fwctlN
 * @mem: N of memN, its parent
 * @pci: name of the PCI device, the parent of memN
 */
struct cxl_dev {
	int number;
	char node[32];
	int mem;
	char pci[32];
};

/* Fills in the device of a name in /sys/class/fwctl, if it is one of CXL memory. */
static inline bool cxl_fill(struct cxl_dev *dev, const char *name)
{
	char path[64], type[8], target[PATH_MAX], *slash;

	if (sscanf(name, "fwctl%d", &dev->number) != 1 ||
	    read_file(type, sizeof(type), "/sys/class/fwctl/fwctl%d/type", dev->number) ||
	    atoi(type) != FWCTL_DEVICE_TYPE_CXL)
		return false;
	snprintf(path, sizeof(path), "/sys/class/fwctl/fwctl%d/device", dev->number);
	if (!realpath(path, target))
		return false;
	slash = strrchr(target, '/');
	if (sscanf(slash, "/mem%d", &dev->mem) != 1)
		return false;
	*slash = 0;
	snprintf(dev->pci, sizeof(dev->pci), "%.31s", strrchr(target, '/') + 1);
	snprintf(dev->node, sizeof(dev->node), "/dev/fwctl/fwctl%d", dev->number);
	/* The node appears last. */
	return !access(dev->node, F_OK);
}

/* Finds all devices of the backend, in the order of their memN. Returns how many. */
static inline unsigned int cxl_find_all(struct cxl_dev *devs)
{
	DIR *dir = opendir("/sys/class/fwctl");
	struct dirent *entry;
	struct cxl_dev dev;
	unsigned int n = 0, i;

	while (dir && n < MAX_CXL_DEVS && (entry = readdir(dir))) {
		if (!cxl_fill(&dev, entry->d_name))
			continue;
		for (i = n++; i && devs[i - 1].mem > dev.mem; i--)
			devs[i] = devs[i - 1];
		devs[i] = dev;
	}
	if (dir)
		closedir(dir);
	return n;
}

/* Finds the first device. Returns 0 or ENOENT. */
static inline int cxl_find(struct cxl_dev *dev)
{
	struct cxl_dev devs[MAX_CXL_DEVS];
	unsigned int n = cxl_find_all(devs);

	if (n)
		*dev = devs[0];
	return n ? 0 : ENOENT;
}

/* Finds the device of a PCI device: memN has another number after each bind. */
static inline int cxl_find_pci(struct cxl_dev *dev, const char *pci)
{
	struct cxl_dev devs[MAX_CXL_DEVS];
	unsigned int i, n = cxl_find_all(devs);

	for (i = 0; i < n && strcmp(devs[i].pci, pci); i++)
		;
	if (i < n)
		*dev = devs[i];
	return i < n ? 0 : ENOENT;
}

/* The reason for a SKIP, or NULL */
static inline const char *cxl_missing(void)
{
	struct cxl_dev dev;
	char scopes[128];

	if (cxl_find(&dev))
		return "no fwctl device of CXL memory";
	if (access(dev.node, R_OK | W_OK))
		return "not root";
	read_file(scopes, sizeof(scopes), "/sys/class/fwctl/fwctl%d/scopes", dev.number);
	if (!strstr(scopes, "debug-write-full"))
		return "the device's ceiling is lowered";
	return NULL;
}

/* Tests neither change nor remove any other device. */
#define NOT_QEMU "not the CXL memory of QEMU"

static inline bool cxl_is_qemu(const struct cxl_dev *dev)
{
	char vendor[16];

	return !read_file(vendor, sizeof(vendor),
			  "/sys/bus/pci/devices/%s/subsystem_vendor", dev->pci) &&
	       !strcmp(vendor, "0x1af4");
}

/* Finds a device that tests may change. Returns the reason for a SKIP, or NULL. */
static inline const char *cxl_qemu_missing(struct cxl_dev *dev)
{
	const char *missing = cxl_missing();

	if (missing)
		return missing;
	return cxl_find(dev) || !cxl_is_qemu(dev) ? NOT_QEMU : NULL;
}

static inline int cxl_open(const struct cxl_dev *dev, int flags)
{
	return open(dev->node, flags | O_CLOEXEC);
}

/* Requests */

/* A request with room for a value */
union cxl_in {
	struct fwctl_rpc_cxl rpc;
	__u8 bytes[sizeof(struct fwctl_rpc_cxl) + MAX_VALUE];
};

union cxl_out {
	struct fwctl_rpc_cxl_out rpc;
	__u8 bytes[CXL_OUT_HEADER + CXL_LIST_HEADER +
		   MAX_FEATURES * sizeof(struct cxl_feat_entry)];
};

/* Each of these makes a request. Returns its length in bytes. */

static inline __u32 make_header(union cxl_in *in, __u32 opcode, __u32 op_size)
{
	memset(in, 0, sizeof(*in));
	in->rpc.opcode = opcode;
	in->rpc.op_size = op_size;
	return CXL_IN_HEADER + op_size;
}

/* @count: bytes of room for entries */
static inline __u32 make_list(union cxl_in *in, unsigned int count, unsigned int start)
{
	__u32 len = make_header(in, OP_GET_SUPPORTED_FEATURES,
				sizeof(in->rpc.get_sup_feats_in));

	in->rpc.get_sup_feats_in.count = htole32(count);
	in->rpc.get_sup_feats_in.start_idx = htole16(start);
	return len;
}

static inline __u32 make_get(union cxl_in *in, const __u8 *uuid, unsigned int offset,
			     unsigned int count, unsigned int selection)
{
	__u32 len = make_header(in, OP_GET_FEATURE, sizeof(in->rpc.get_feat_in));

	memcpy(in->rpc.get_feat_in.uuid, uuid, 16);
	in->rpc.get_feat_in.offset = htole16(offset);
	in->rpc.get_feat_in.count = htole16(count);
	in->rpc.get_feat_in.selection = selection;
	return len;
}

static inline __u32 make_set(union cxl_in *in, const __u8 *uuid, unsigned int flags,
			     unsigned int offset, unsigned int version, const void *data,
			     unsigned int data_len)
{
	__u32 len = make_header(in, OP_SET_FEATURE, sizeof(in->rpc.set_feat_in) + data_len);

	memcpy(in->rpc.set_feat_in.uuid, uuid, 16);
	in->rpc.set_feat_in.flags = htole32(flags);
	in->rpc.set_feat_in.offset = htole16(offset);
	in->rpc.set_feat_in.version = version;
	memcpy(in->bytes + sizeof(struct fwctl_rpc_cxl), data, data_len);
	return len;
}

/* Sends a request. Returns 0 or an errno; the device's return code is in the answer. */
static inline int cxl_send(int fd, __u32 scope, const union cxl_in *in, __u32 in_len,
			   union cxl_out *out, __u32 *out_len)
{
	*out_len = sizeof(*out);
	memset(out, 0x5a, sizeof(*out));
	return _test_rpc(fd, scope, in, in_len, out, out_len);
}

/* The same, for requests whose answer has no value of interest: -1 for a return code */
static inline int cxl_try(int fd, __u32 scope, const union cxl_in *in, __u32 in_len)
{
	union cxl_out out;
	__u32 out_len;
	int err = cxl_send(fd, scope, in, in_len, &out, &out_len);

	return err ?: out.rpc.retval ? -1 : 0;
}

/**
 * struct features - the features of a device
 * @nr: how many
 * @ents: their entries, as the device reports them
 */
struct features {
	unsigned int nr;
	struct cxl_feat_entry ents[MAX_FEATURES];
};

/* Reads all features. Returns 0 or an errno. */
static inline int cxl_list(int fd, struct features *features)
{
	const unsigned int size = sizeof(features->ents[0]);
	union cxl_out out;
	union cxl_in in;
	__u32 len, out_len;
	int err;

	len = make_list(&in, MAX_FEATURES * size, 0);
	err = cxl_send(fd, FWCTL_RPC_CONFIGURATION, &in, len, &out, &out_len);
	features->nr = le16toh(out.rpc.get_sup_feats_out.num_entries);
	if (!err && (out.rpc.retval || features->nr > MAX_FEATURES ||
		     out_len != CXL_OUT_HEADER + CXL_LIST_HEADER + features->nr * size))
		err = EIO;
	if (!err)
		memcpy(features->ents, out.rpc.get_sup_feats_out.ents, features->nr * size);
	return err;
}

/* Reads a part of a feature's value. Returns 0, an errno, or -1 for a return code. */
static inline int cxl_get(int fd, const __u8 *uuid, unsigned int offset,
			  unsigned int count, __u8 *value)
{
	union cxl_out out;
	union cxl_in in;
	__u32 len, out_len;
	int err;

	len = make_get(&in, uuid, offset, count, CXL_GET_FEAT_SEL_CURRENT_VALUE);
	err = cxl_send(fd, FWCTL_RPC_CONFIGURATION, &in, len, &out, &out_len);
	if (!err && out.rpc.retval)
		err = -1;
	if (!err && (out.rpc.size != count || out_len != CXL_OUT_HEADER + count))
		err = EIO;
	if (!err)
		memcpy(value, out.rpc.payload, count);
	return err;
}

/* A query that changes nothing. Returns 0, an errno, or -1 for a return code. */
static inline int cxl_query(int fd)
{
	union cxl_in in;
	__u32 len = make_list(&in, sizeof(struct cxl_feat_entry), 0);

	return cxl_try(fd, FWCTL_RPC_CONFIGURATION, &in, len);
}

/* Opens a file, sends a query, and closes it. Returns the same. */
static inline int cxl_open_and_query(const struct cxl_dev *dev)
{
	int fd = cxl_open(dev, O_RDONLY), err;

	if (fd < 0)
		return errno;
	err = cxl_query(fd);
	close(fd);
	return err;
}

static inline bool cxl_works(struct cxl_dev *dev, const char *pci)
{
	return !cxl_find_pci(dev, pci) && !cxl_open_and_query(dev);
}

/* Patrol scrub: table 8-223 */

static const __u8 patrol_scrub[16] = {
	0x96, 0xda, 0xd7, 0xd6, 0xfd, 0xe8, 0x48, 0x2b,
	0xa7, 0x33, 0x75, 0x77, 0x4e, 0x06, 0xdb, 0x8a,
};

enum {
	PATROL_GET_SIZE = 4,
	PATROL_SET_SIZE = 2,
	PATROL_VERSION = 1,
	PATROL_SCOPE = FWCTL_RPC_DEBUG_WRITE_FULL,
};

/**
 * struct patrol - value of the feature
 * @hours: hours for one pass over all memory
 * @enabled: the device scrubs
 */
struct patrol {
	unsigned int hours;
	bool enabled;
};

static inline int patrol_get(int fd, struct patrol *patrol)
{
	__u8 value[PATROL_GET_SIZE] = {};
	int err = cxl_get(fd, patrol_scrub, 0, sizeof(value), value);

	*patrol = (struct patrol){ value[1], value[3] & 1 };
	return err;
}

static inline __u32 make_patrol(union cxl_in *in, const struct patrol *patrol)
{
	__u8 value[PATROL_SET_SIZE] = { patrol->hours, patrol->enabled };

	return make_set(in, patrol_scrub, CXL_SET_FEAT_FLAG_FULL_DATA_TRANSFER, 0,
			PATROL_VERSION, value, sizeof(value));
}

static inline int patrol_set(int fd, __u32 scope, const struct patrol *patrol)
{
	union cxl_in in;
	__u32 len = make_patrol(&in, patrol);

	return cxl_try(fd, scope, &in, len);
}

/* The kernel's own command Identify. Returns 0, an errno, or -1 for a return code. */
static inline int kernel_identify(int mem)
{
	__u8 payload[0x80];
	struct cxl_send_command cmd = {
		.id = CXL_MEM_COMMAND_ID_IDENTIFY,
		.out = { .size = sizeof(payload), .payload = (uintptr_t)payload },
	};
	char path[32];
	int fd, err;

	snprintf(path, sizeof(path), "/dev/cxl/mem%d", mem);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return errno;
	err = ioctl(fd, CXL_MEM_SEND_COMMAND, &cmd) ? errno : cmd.retval ? -1 : 0;
	close(fd);
	return err;
}

static inline int unbind_pci(const char *pci)
{
	return write_file(pci, CXL_PCI "unbind");
}

static inline int bind_pci(const char *pci)
{
	return write_file(pci, CXL_PCI "bind");
}

#endif
