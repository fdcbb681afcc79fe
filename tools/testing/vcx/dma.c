// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "dma.h"

/* The index of the first region whose last byte is at or after @iova. */
static unsigned int dma_find(const struct dma *dma, u64 iova)
{
	unsigned int lo = 0, hi = dma->count;

	while (lo < hi) {
		unsigned int mid = lo + (hi - lo) / 2;
		const struct dma_region *r = &dma->regions[mid];

		/* Compares the last byte: the end may be 2^64. */
		if (r->iova + (r->size - 1) < iova)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static int dma_insert(struct dma *dma, const struct dma_region *new)
{
	unsigned int at;

	if (!new->size || new->size - 1 > UINT64_MAX - new->iova)
		return -EINVAL;
	if (!new->prot || (new->prot & ~(DMA_PROT_READ | DMA_PROT_WRITE)))
		return -EINVAL;
	if (dma->count == DMA_MAX_REGIONS)
		return -ENOSPC;
	at = dma_find(dma, new->iova);
	if (at < dma->count && dma->regions[at].iova - new->iova < new->size)
		return -EEXIST;
	if (at < dma->count && dma->regions[at].iova < new->iova)
		return -EEXIST;
	if (!dma->regions) {
		dma->regions = calloc(DMA_MAX_REGIONS, sizeof(*dma->regions));
		if (!dma->regions)
			return -ENOMEM;
	}
	memmove(&dma->regions[at + 1], &dma->regions[at],
		(dma->count - at) * sizeof(*dma->regions));
	dma->regions[at] = *new;
	dma->count++;
	return 0;
}

int dma_map_mem(struct dma *dma, u64 iova, u64 size, u32 prot, void *host)
{
	struct dma_region r = { .iova = iova, .size = size, .prot = prot, .host = host };

	return dma_insert(dma, &r);
}

int dma_map_fd(struct dma *dma, u64 iova, u64 size, u32 prot, int fd, u64 offset)
{
	struct dma_region r = { .iova = iova, .size = size, .prot = prot };
	struct stat st;
	int mode = 0;
	int ret;

	if (fd < 0)
		return dma_insert(dma, &r);
	if (iova % DMA_PAGE || size % DMA_PAGE || offset % DMA_PAGE || !size)
		return -EINVAL;
	if (size > SIZE_MAX || offset > INT64_MAX || size > INT64_MAX - offset)
		return -EINVAL;
	/* An access beyond the end of the file raises SIGBUS. */
	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size < 0 || (u64)st.st_size < offset + size)
		return -EINVAL;
	if (prot & DMA_PROT_READ)
		mode |= PROT_READ;
	if (prot & DMA_PROT_WRITE)
		mode |= PROT_WRITE;
	r.host = mmap(NULL, size, mode, MAP_SHARED, fd, (off_t)offset);
	if (r.host == MAP_FAILED)
		return -errno;
	r.owned = true;
	ret = dma_insert(dma, &r);
	if (ret)
		munmap(r.host, size);
	return ret;
}

static void dma_drop(struct dma_region *r)
{
	if (r->owned)
		munmap(r->host, r->size);
}

int dma_unmap(struct dma *dma, u64 iova, u64 size)
{
	unsigned int first, end;

	if (!size || size - 1 > UINT64_MAX - iova)
		return -EINVAL;
	first = dma_find(dma, iova);
	for (end = first; end < dma->count; end++) {
		const struct dma_region *r = &dma->regions[end];

		if (r->iova > iova + (size - 1))
			break;
		if (r->iova < iova || r->iova + (r->size - 1) > iova + (size - 1))
			return -EINVAL;
	}
	if (end == first)
		return -ENOENT;
	for (unsigned int i = first; i < end; i++)
		dma_drop(&dma->regions[i]);
	memmove(&dma->regions[first], &dma->regions[end],
		(dma->count - end) * sizeof(*dma->regions));
	dma->count -= end - first;
	return 0;
}

void dma_unmap_all(struct dma *dma)
{
	for (unsigned int i = 0; i < dma->count; i++)
		dma_drop(&dma->regions[i]);
	free(dma->regions);
	*dma = (struct dma){ 0 };
}

bool dma_reachable(const struct dma *dma, u64 iova, u64 len, u32 prot)
{
	unsigned int i = dma_find(dma, iova);

	if (!len || len - 1 > UINT64_MAX - iova)
		return false;
	for (; i < dma->count; i++) {
		const struct dma_region *r = &dma->regions[i];
		u64 in_region;

		if (r->iova > iova || !r->host || (r->prot & prot) != prot)
			return false;
		in_region = r->size - (iova - r->iova);
		if (len <= in_region)
			return true;
		iova += in_region;
		len -= in_region;
	}
	return false;
}

int dma_read(const struct dma *dma, u64 iova, void *buf, size_t len)
{
	unsigned int i = dma_find(dma, iova);
	u8 *to = buf;

	if (!dma_reachable(dma, iova, len, DMA_PROT_READ))
		return -EFAULT;
	for (; len; i++) {
		const struct dma_region *r = &dma->regions[i];
		size_t n = min_size(len, r->size - (iova - r->iova));

		memcpy(to, r->host + (iova - r->iova), n);
		iova += n;
		to += n;
		len -= n;
	}
	return 0;
}

int dma_write(const struct dma *dma, u64 iova, const void *buf, size_t len)
{
	unsigned int i = dma_find(dma, iova);
	const u8 *from = buf;

	if (!dma_reachable(dma, iova, len, DMA_PROT_WRITE))
		return -EFAULT;
	for (; len; i++) {
		const struct dma_region *r = &dma->regions[i];
		size_t n = min_size(len, r->size - (iova - r->iova));

		memcpy(r->host + (iova - r->iova), from, n);
		iova += n;
		from += n;
		len -= n;
	}
	return 0;
}

int dma_write_last(const struct dma *dma, u64 iova, u8 value)
{
	unsigned int i = dma_find(dma, iova);
	const struct dma_region *r;

	if (!dma_reachable(dma, iova, 1, DMA_PROT_WRITE))
		return -EFAULT;
	r = &dma->regions[i];
	__atomic_store_n(r->host + (iova - r->iova), value, __ATOMIC_RELEASE);
	return 0;
}
