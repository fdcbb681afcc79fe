/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest memory: the regions that QEMU has mapped for the device. Each access is
 * checked against the map when it is made; no function keeps a pointer into guest
 * memory.
 */
#ifndef VCX_DMA_H
#define VCX_DMA_H

#include "util.h"

#define DMA_MAX_REGIONS	1024
#define DMA_PAGE	4096ull

/* As in the vfio-user specification's DMA_MAP flags. */
#define DMA_PROT_READ	BIT(0)
#define DMA_PROT_WRITE	BIT(1)

struct dma_region {
	u64 iova;
	u64 size;
	u32 prot;
	u8 *host;	/* NULL: mapped without a file, so not reachable */
	bool owned;	/* @host came from mmap() */
};

struct dma {
	struct dma_region *regions;	/* sorted by iova, without overlaps */
	unsigned int count;
};

/* Maps [@offset, @offset + @size) of @fd at @iova; if @fd < 0, an unreachable region. */
int dma_map_fd(struct dma *dma, u64 iova, u64 size, u32 prot, int fd, u64 offset);
/* Maps memory that the caller owns. */
int dma_map_mem(struct dma *dma, u64 iova, u64 size, u32 prot, void *host);
/* Removes the regions within [@iova, @iova + @size); -EINVAL if one extends beyond it. */
int dma_unmap(struct dma *dma, u64 iova, u64 size);
void dma_unmap_all(struct dma *dma);

/* Copy from and to guest memory; return 0, or -EFAULT with nothing copied. */
int dma_read(const struct dma *dma, u64 iova, void *buf, size_t len);
int dma_write(const struct dma *dma, u64 iova, const void *buf, size_t len);
/* Writes one byte that the guest sees after all earlier writes. */
int dma_write_last(const struct dma *dma, u64 iova, u8 value);
/* Whether all of [@iova, @iova + @len) can be accessed with @prot. */
bool dma_reachable(const struct dma *dma, u64 iova, u64 len, u32 prot);

#endif
