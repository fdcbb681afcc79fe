// SPDX-License-Identifier: GPL-2.0-only
/*
 * Message layouts: the vfio-user specification (docs/interop/vfio-user.rst of
 * QEMU); structures and flags of the same name: <linux/vfio.h>. Both ends run on
 * one host, and the protocol uses its byte order.
 */
#include <errno.h>
#include <linux/vfio.h>
#include <unistd.h>

#include "vfu.h"

enum vfu_command {
	VFU_VERSION = 1,
	VFU_DMA_MAP,
	VFU_DMA_UNMAP,
	VFU_GET_INFO,
	VFU_GET_REGION_INFO,
	VFU_GET_REGION_IO_FDS,
	VFU_GET_IRQ_INFO,
	VFU_SET_IRQS,
	VFU_REGION_READ,
	VFU_REGION_WRITE,
	VFU_DMA_READ,
	VFU_DMA_WRITE,
	VFU_RESET,
};

#define VFU_MAJOR	0
#define VFU_MINOR	0
#define VFU_CAPS	"{\"capabilities\":{\"max_msg_fds\":8,\"max_data_xfer_size\":1048576," \
			"\"pgsizes\":4096,\"max_dma_maps\":1024}}"

#define UNMAP_ALL	BIT(1)
#define CONFIG_SIZE	4096u

struct vfu_version {
	u16 major;
	u16 minor;
};

struct vfu_dma_map {
	u32 argsz;
	u32 flags;
	u64 offset;
	u64 addr;
	u64 size;
};

struct vfu_dma_unmap {
	u32 argsz;
	u32 flags;
	u64 addr;
	u64 size;
};

struct vfu_device_info {
	u32 argsz;
	u32 flags;
	u32 regions;
	u32 irqs;
};

struct vfu_region_access {
	u64 offset;
	u32 region;
	u32 count;
};

void vfu_get_header(const u8 raw[VFU_HEADER], struct vfu_header *header)
{
	memcpy(&header->id, raw, 2);
	memcpy(&header->command, raw + 2, 2);
	memcpy(&header->size, raw + 4, 4);
	memcpy(&header->flags, raw + 8, 4);
	memcpy(&header->error, raw + 12, 4);
}

void vfu_put_header(u8 raw[VFU_HEADER], const struct vfu_header *header)
{
	memcpy(raw, &header->id, 2);
	memcpy(raw + 2, &header->command, 2);
	memcpy(raw + 4, &header->size, 4);
	memcpy(raw + 8, &header->flags, 4);
	memcpy(raw + 12, &header->error, 4);
}

bool vfu_header_valid(const struct vfu_header *header)
{
	return header->size >= VFU_HEADER && header->size <= VFU_MAX_MESSAGE &&
	       (header->flags & VFU_TYPE_MASK) == VFU_COMMAND;
}

/* Copies the fixed part of a message; false if the message is shorter. */
static bool vfu_fixed(const struct vfu_message *msg, void *to, size_t len)
{
	if (msg->len < len)
		return false;
	memcpy(to, msg->body, len);
	return true;
}

static int vfu_answer(u8 *out, const void *from, size_t len)
{
	memcpy(out, from, len);
	return (int)len;
}

static int vfu_version(struct vcx *vcx, struct vfu_message *msg, u8 *out)
{
	const struct vfu_version ours = { VFU_MAJOR, VFU_MINOR };
	struct vfu_version theirs;

	if (!vfu_fixed(msg, &theirs, sizeof(theirs)))
		return -EINVAL;
	if (theirs.major != VFU_MAJOR) {
		log_msg(&vcx->log, LOG_ERROR, "the peer requests vfio-user %u.%u, not 0.x",
			theirs.major, theirs.minor);
		return -EINVAL;
	}
	memcpy(out, &ours, sizeof(ours));
	memcpy(out + sizeof(ours), VFU_CAPS, sizeof(VFU_CAPS));
	return (int)(sizeof(ours) + sizeof(VFU_CAPS));
}

static int vfu_dma_map(struct vcx *vcx, struct vfu_message *msg, u8 *out)
{
	struct vfu_dma_map map;
	int ret;

	(void)out;
	if (!vfu_fixed(msg, &map, sizeof(map)) || msg->nfds > 1)
		return -EINVAL;
	ret = dma_map_fd(&vcx->dma, map.addr, map.size, map.flags,
			 msg->nfds ? msg->fds[0] : -1, map.offset);
	if (ret)
		log_msg(&vcx->log, LOG_ERROR, "DMA_MAP %#llx+%#llx: %s",
			map.addr, map.size, strerror(-ret));
	return ret;
}

static int vfu_dma_unmap(struct vcx *vcx, struct vfu_message *msg, u8 *out)
{
	struct vfu_dma_unmap unmap;
	int ret = 0;

	if (!vfu_fixed(msg, &unmap, sizeof(unmap)))
		return -EINVAL;
	if (unmap.flags & ~UNMAP_ALL)
		return -EOPNOTSUPP;
	if (unmap.flags & UNMAP_ALL)
		dma_unmap_all(&vcx->dma);
	else
		ret = dma_unmap(&vcx->dma, unmap.addr, unmap.size);
	return ret ? ret : vfu_answer(out, &unmap, sizeof(unmap));
}

static int vfu_get_info(struct vcx *vcx, struct vfu_message *msg, u8 *out)
{
	struct vfu_device_info info;

	(void)vcx;
	if (!vfu_fixed(msg, &info, sizeof(info)) || info.argsz < sizeof(info))
		return -EINVAL;
	info = (struct vfu_device_info){
		.argsz = sizeof(info),
		.flags = VFIO_DEVICE_FLAGS_RESET | VFIO_DEVICE_FLAGS_PCI,
		.regions = VFIO_PCI_NUM_REGIONS,
		.irqs = VFIO_PCI_NUM_IRQS,
	};
	return vfu_answer(out, &info, sizeof(info));
}

static u64 vfu_region_size(u32 region)
{
	switch (region) {
	case VFIO_PCI_BAR0_REGION_INDEX:
		return VCX_BAR_SIZE;
	case VFIO_PCI_CONFIG_REGION_INDEX:
		return CONFIG_SIZE;
	default:
		return 0;
	}
}

static int vfu_get_region_info(struct vcx *vcx, struct vfu_message *msg, u8 *out)
{
	struct vfio_region_info info;

	(void)vcx;
	if (!vfu_fixed(msg, &info, sizeof(info)) || info.argsz < sizeof(info) ||
	    info.index >= VFIO_PCI_NUM_REGIONS)
		return -EINVAL;
	info = (struct vfio_region_info){
		.argsz = sizeof(info),
		.index = info.index,
		.size = vfu_region_size(info.index),
	};
	if (info.size)
		info.flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	return vfu_answer(out, &info, sizeof(info));
}

static int vfu_get_irq_info(struct vcx *vcx, struct vfu_message *msg, u8 *out)
{
	struct vfio_irq_info info;

	(void)vcx;
	if (!vfu_fixed(msg, &info, sizeof(info)) || info.argsz < sizeof(info) ||
	    info.index > VFIO_PCI_MSIX_IRQ_INDEX)
		return -EINVAL;
	info = (struct vfio_irq_info){
		.argsz = sizeof(info),
		.index = info.index,
	};
	if (info.index == VFIO_PCI_MSIX_IRQ_INDEX) {
		info.flags = VFIO_IRQ_INFO_EVENTFD;
		info.count = VCX_VECTORS;
	}
	return vfu_answer(out, &info, sizeof(info));
}

static int vfu_set_irqs(struct vcx *vcx, struct vfu_message *msg, u8 *out)
{
	struct vfio_irq_set set;
	u32 data, i;

	(void)out;
	if (!vfu_fixed(msg, &set, sizeof(set)))
		return -EINVAL;
	if (set.index != VFIO_PCI_MSIX_IRQ_INDEX ||
	    (set.flags & VFIO_IRQ_SET_ACTION_TYPE_MASK) != VFIO_IRQ_SET_ACTION_TRIGGER)
		return set.count ? -EINVAL : 0;
	if (set.start > VCX_VECTORS || set.count > VCX_VECTORS - set.start)
		return -EINVAL;
	data = set.flags & VFIO_IRQ_SET_DATA_TYPE_MASK;
	if (data == VFIO_IRQ_SET_DATA_NONE && !set.count) {
		for (i = 0; i < VCX_VECTORS; i++)
			pci_set_irq(vcx, i, -1);
		return 0;
	}
	if (data == VFIO_IRQ_SET_DATA_NONE) {
		for (i = 0; i < set.count; i++)
			pci_fire(vcx, set.start + i);
		return 0;
	}
	/* Without descriptors the vectors are enabled but not connected. */
	if (data != VFIO_IRQ_SET_DATA_EVENTFD || (msg->nfds && msg->nfds != set.count))
		return -EINVAL;
	for (i = 0; i < set.count; i++) {
		pci_set_irq(vcx, set.start + i, msg->nfds ? msg->fds[i] : -1);
		if (msg->nfds)
			msg->fds[i] = -1;
	}
	return 0;
}

static int vfu_region_access(struct vfu_message *msg, struct vfu_region_access *access)
{
	u64 size;

	if (!vfu_fixed(msg, access, sizeof(*access)))
		return -EINVAL;
	size = vfu_region_size(access->region);
	if (access->count > VFU_MAX_XFER || access->count > size ||
	    access->offset > size - access->count)
		return -EINVAL;
	return 0;
}

static int vfu_region_read(struct vcx *vcx, struct vfu_message *msg, u8 *out)
{
	struct vfu_region_access access;
	int ret;

	ret = vfu_region_access(msg, &access);
	if (ret)
		return ret;
	memcpy(out, &access, sizeof(access));
	out += sizeof(access);
	if (access.region == VFIO_PCI_CONFIG_REGION_INDEX)
		pci_read(vcx, (u32)access.offset, out, access.count);
	else
		bar_read(vcx, access.offset, out, access.count);
	return (int)(sizeof(access) + access.count);
}

static int vfu_region_write(struct vcx *vcx, struct vfu_message *msg, u8 *out)
{
	struct vfu_region_access access;
	const u8 *data;
	int ret;

	ret = vfu_region_access(msg, &access);
	if (ret)
		return ret;
	if (msg->len - sizeof(access) < access.count)
		return -EINVAL;
	data = msg->body + sizeof(access);
	if (access.region == VFIO_PCI_CONFIG_REGION_INDEX)
		pci_write(vcx, (u32)access.offset, data, access.count);
	else
		bar_write(vcx, access.offset, data, access.count);
	return vfu_answer(out, &access, sizeof(access));
}

static int vfu_reset(struct vcx *vcx, struct vfu_message *msg, u8 *out)
{
	(void)msg;
	(void)out;
	vcx_reset(vcx, VCX_RESET_FIRMWARE);
	return 0;
}

int vfu_handle(struct vcx *vcx, struct vfu_message *msg, u8 *out)
{
	static int (* const handlers[])(struct vcx *vcx, struct vfu_message *msg, u8 *out) = {
		[VFU_VERSION] = vfu_version,
		[VFU_DMA_MAP] = vfu_dma_map,
		[VFU_DMA_UNMAP] = vfu_dma_unmap,
		[VFU_GET_INFO] = vfu_get_info,
		[VFU_GET_REGION_INFO] = vfu_get_region_info,
		[VFU_GET_IRQ_INFO] = vfu_get_irq_info,
		[VFU_SET_IRQS] = vfu_set_irqs,
		[VFU_REGION_READ] = vfu_region_read,
		[VFU_REGION_WRITE] = vfu_region_write,
		[VFU_RESET] = vfu_reset,
	};
	u16 command = msg->header.command;
	int ret;

	if (command >= ARRAY_SIZE(handlers) || !handlers[command])
		ret = -EOPNOTSUPP;
	else
		ret = handlers[command](vcx, msg, out);
	if (ret < 0) {
		vcx->stats.bad_messages++;
		log_msg(&vcx->log, LOG_INFO, "message %u of %u bytes: %s", command,
			msg->header.size, strerror(-ret));
	}
	return ret;
}
