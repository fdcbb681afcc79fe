/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest memory: what the guest's machine has let the device reach. Every access
 * is checked against the map at the moment it is made; nothing keeps a pointer
 * into guest memory.
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
	u8 *host;	/* NULL: known, but not reachable (mapped without a file) */
	bool owned;	/* @host came from mmap() */
};

struct dma {
	struct dma_region *regions;	/* sorted by iova, never overlapping */
	unsigned int count;
};

/* Maps [@offset, @offset + @size) of @fd, or, with @fd < 0, nothing, at @iova. */
int dma_map_fd(struct dma *dma, u64 iova, u64 size, u32 prot, int fd, u64 offset);
/* The same with memory that the caller owns. */
int dma_map_mem(struct dma *dma, u64 iova, u64 size, u32 prot, void *host);
/* Removes the regions that lie in [@iova, @iova + @size), which must not cut any. */
int dma_unmap(struct dma *dma, u64 iova, u64 size);
void dma_unmap_all(struct dma *dma);

/* Copy from and to guest memory; 0, or -EFAULT with nothing copied. */
int dma_read(const struct dma *dma, u64 iova, void *buf, size_t len);
int dma_write(const struct dma *dma, u64 iova, const void *buf, size_t len);
/* Writes one byte after everything written before it. */
int dma_write_last(const struct dma *dma, u64 iova, u8 value);
/* Whether all of [@iova, @iova + @len) can be accessed that way. */
bool dma_reachable(const struct dma *dma, u64 iova, u64 len, u32 prot);

#endif
