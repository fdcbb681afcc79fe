// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ktap.h"
#include "vcx.h"

#define RW (DMA_PROT_READ | DMA_PROT_WRITE)

static void bounds(void)
{
	struct dma dma = { 0 };
	u8 ram[256], buf[256];

	expect(!dma_map_mem(&dma, 0x1000, sizeof(ram), RW, ram));
	expect(!dma_write(&dma, 0x1000, "x", 1));
	expect(!dma_read(&dma, 0x10ff, buf, 1));
	expect(dma_read(&dma, 0x10ff, buf, 2) == -EFAULT);
	expect(dma_read(&dma, 0xfff, buf, 1) == -EFAULT);
	expect(dma_read(&dma, 0x1100, buf, 1) == -EFAULT);
	expect(dma_read(&dma, 0x1000, buf, 0) == -EFAULT);
	expect(dma_read(&dma, UINT64_MAX, buf, 2) == -EFAULT);
	expect(!dma_reachable(&dma, 0x1000, UINT64_MAX, DMA_PROT_READ));
	expect(dma_write_last(&dma, 0x1100, 1) == -EFAULT);
	dma_unmap_all(&dma);
}

static void across_regions(void)
{
	struct dma dma = { 0 };
	u8 a[16] = { 0 }, b[16] = { 0 }, buf[8];

	expect(!dma_map_mem(&dma, 0x110, sizeof(b), RW, b));
	expect(!dma_map_mem(&dma, 0x100, sizeof(a), RW, a));
	expect(!dma_write(&dma, 0x10c, "abcdefgh", 8));
	expect(!memcmp(a + 12, "abcd", 4) && !memcmp(b, "efgh", 4));
	expect(!dma_read(&dma, 0x10c, buf, 8) && !memcmp(buf, "abcdefgh", 8));
	expect(!dma_unmap(&dma, 0x110, 16));
	expect(dma_read(&dma, 0x10c, buf, 8) == -EFAULT);
	dma_unmap_all(&dma);
}

static void protection(void)
{
	struct dma dma = { 0 };
	u8 ram[16] = { 0 }, byte;

	expect(!dma_map_mem(&dma, 0, sizeof(ram), DMA_PROT_READ, ram));
	expect(!dma_read(&dma, 0, &byte, 1));
	expect(dma_write(&dma, 0, &byte, 1) == -EFAULT);
	expect(dma_write_last(&dma, 0, 1) == -EFAULT);
	expect(dma_map_mem(&dma, 0x100, 16, 0, ram) == -EINVAL);
	expect(dma_map_mem(&dma, 0x100, 16, 4, ram) == -EINVAL);
	dma_unmap_all(&dma);
}

static void overlaps(void)
{
	struct dma dma = { 0 };
	u8 ram[64];

	expect(!dma_map_mem(&dma, 0x100, 0x20, RW, ram));
	expect(dma_map_mem(&dma, 0x100, 0x20, RW, ram) == -EEXIST);
	expect(dma_map_mem(&dma, 0xf0, 0x11, RW, ram) == -EEXIST);
	expect(dma_map_mem(&dma, 0x11f, 1, RW, ram) == -EEXIST);
	expect(dma_map_mem(&dma, 0x0, UINT64_MAX, RW, ram) == -EEXIST);
	expect(!dma_map_mem(&dma, 0xf0, 0x10, RW, ram));
	expect(!dma_map_mem(&dma, 0x120, 1, RW, ram));
	expect(dma_map_mem(&dma, 0x200, 0, RW, ram) == -EINVAL);
	expect(dma_map_mem(&dma, UINT64_MAX, 2, RW, ram) == -EINVAL);
	expect(!dma_map_mem(&dma, UINT64_MAX, 1, RW, ram));
	expect(dma.count == 4);
	dma_unmap_all(&dma);
}

static void unmapping(void)
{
	struct dma dma = { 0 };
	u8 ram[64];

	expect(!dma_map_mem(&dma, 0x100, 0x10, RW, ram));
	expect(!dma_map_mem(&dma, 0x110, 0x10, RW, ram));
	expect(dma_unmap(&dma, 0x100, 0x8) == -EINVAL);
	expect(dma_unmap(&dma, 0x108, 0x18) == -EINVAL);
	expect(dma_unmap(&dma, 0x200, 0x10) == -ENOENT);
	expect(dma_unmap(&dma, 0x100, 0) == -EINVAL);
	expect(!dma_unmap(&dma, 0, 0x1000));
	expect(!dma.count);
	dma_unmap_all(&dma);
}

static void files(void)
{
	struct dma dma = { 0 };
	int fd = memfd_create("ram", 0);
	u8 byte = 7;

	expect(fd >= 0 && !ftruncate(fd, 2 * DMA_PAGE));
	expect(dma_map_fd(&dma, 0, 3 * DMA_PAGE, RW, fd, 0) == -EINVAL);
	expect(dma_map_fd(&dma, 0, DMA_PAGE, RW, fd, 2 * DMA_PAGE) == -EINVAL);
	expect(dma_map_fd(&dma, 0, DMA_PAGE, RW, fd, UINT64_MAX - DMA_PAGE + 1) == -EINVAL);
	expect(dma_map_fd(&dma, 1, DMA_PAGE, RW, fd, 0) == -EINVAL);
	expect(dma_map_fd(&dma, 0, 0, RW, fd, 0) == -EINVAL);
	expect(!dma_map_fd(&dma, 0, DMA_PAGE, RW, fd, DMA_PAGE));
	expect(!dma_write(&dma, 5, &byte, 1));
	byte = 0;
	expect(pread(fd, &byte, 1, DMA_PAGE + 5) == 1 && byte == 7);
	/* A region without a file is not reachable. */
	expect(!dma_map_fd(&dma, DMA_PAGE, DMA_PAGE, RW, -1, 0));
	expect(dma_read(&dma, DMA_PAGE, &byte, 1) == -EFAULT);
	close(fd);
	dma_unmap_all(&dma);
}

static void many_regions(void)
{
	struct dma dma = { 0 };
	u8 ram[16], byte;
	u64 i;

	for (i = 0; i < DMA_MAX_REGIONS; i++)
		expect(!dma_map_mem(&dma, (i * 7 % DMA_MAX_REGIONS) * 32, 16, RW, ram));
	expect(dma_map_mem(&dma, i * 32, 16, RW, ram) == -ENOSPC);
	for (i = 0; i < DMA_MAX_REGIONS; i++)
		expect(!dma_read(&dma, i * 32 + 15, &byte, 1) &&
		       dma_read(&dma, i * 32 + 16, &byte, 1));
	dma_unmap_all(&dma);
}

static const struct ktap_test tests[] = {
	{ "nothing_outside_a_region", bounds },
	{ "access_across_regions", across_regions },
	{ "protection", protection },
	{ "no_overlaps", overlaps },
	{ "unmap_whole_regions_only", unmapping },
	{ "files_no_longer_than_they_are", files },
	{ "many_regions", many_regions },
};

int main(void)
{
	return ktap_run(tests, ARRAY_SIZE(tests));
}
