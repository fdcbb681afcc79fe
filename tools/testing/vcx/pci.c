// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuration space: a type 0 header with one 64-bit BAR and the PCI Express,
 * MSI-X and power management capabilities. QEMU emulates the MSI-X table.
 */
#include <linux/pci_regs.h>
#include <unistd.h>

#include "vcx.h"

#define CAP_PM			0x40
#define CAP_MSIX		0x48
#define CAP_PCIE		0x60

#define MSIX_TABLE		0x2000
#define MSIX_PBA		0x3000

static void put_le16(u8 *p, u16 v)
{
	p[0] = v & 0xff;
	p[1] = (v >> 8) & 0xff;
}

static void put_le32(u8 *p, u32 v)
{
	put_le16(p, v & 0xffff);
	put_le16(p + 2, (v >> 16) & 0xffff);
}

static void pci_header(struct vcx *vcx)
{
	u8 *c = vcx->pci.config;
	u8 *w = vcx->pci.writable;

	put_le16(c + PCI_VENDOR_ID, 0x15b3);
	put_le16(c + PCI_DEVICE_ID, vcx->config.device_id);
	put_le16(c + PCI_STATUS, PCI_STATUS_CAP_LIST);
	put_le16(c + PCI_CLASS_DEVICE, 0x0200);
	put_le32(c + PCI_BASE_ADDRESS_0,
		 PCI_BASE_ADDRESS_MEM_TYPE_64 | PCI_BASE_ADDRESS_MEM_PREFETCH);
	put_le16(c + PCI_SUBSYSTEM_VENDOR_ID, 0x15b3);
	put_le16(c + PCI_SUBSYSTEM_ID, 0x0001);
	c[PCI_CAPABILITY_LIST] = CAP_PM;

	put_le16(w + PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_PARITY |
		 PCI_COMMAND_SERR | PCI_COMMAND_INTX_DISABLE);
	w[PCI_CACHE_LINE_SIZE] = 0xff;
	w[PCI_INTERRUPT_LINE] = 0xff;
	put_le32(w + PCI_BASE_ADDRESS_0, ~(u32)(VCX_BAR_SIZE - 1));
	put_le32(w + PCI_BASE_ADDRESS_1, 0xffffffff);
}

static void pci_capabilities(struct vcx *vcx)
{
	u8 *c = vcx->pci.config;
	u8 *w = vcx->pci.writable;

	c[CAP_PM] = PCI_CAP_ID_PM;
	c[CAP_PM + PCI_CAP_LIST_NEXT] = CAP_MSIX;
	put_le16(c + CAP_PM + PCI_PM_PMC, 3);
	put_le16(c + CAP_PM + PCI_PM_CTRL, PCI_PM_CTRL_NO_SOFT_RESET);
	put_le16(w + CAP_PM + PCI_PM_CTRL, PCI_PM_CTRL_STATE_MASK);

	c[CAP_MSIX] = PCI_CAP_ID_MSIX;
	c[CAP_MSIX + PCI_CAP_LIST_NEXT] = CAP_PCIE;
	put_le16(c + CAP_MSIX + PCI_MSIX_FLAGS, VCX_VECTORS - 1);
	put_le32(c + CAP_MSIX + PCI_MSIX_TABLE, MSIX_TABLE);
	put_le32(c + CAP_MSIX + PCI_MSIX_PBA, MSIX_PBA);
	put_le16(w + CAP_MSIX + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);

	vcx->pci.pcie_cap = CAP_PCIE;
	c[CAP_PCIE] = PCI_CAP_ID_EXP;
	put_le16(c + CAP_PCIE + PCI_EXP_FLAGS, 2);
	put_le32(c + CAP_PCIE + PCI_EXP_DEVCAP, PCI_EXP_DEVCAP_FLR | PCI_EXP_DEVCAP_RBER);
	put_le16(w + CAP_PCIE + PCI_EXP_DEVCTL, 0x7fff);
	/* Capable of and running at 16 GT/s with 16 lanes. */
	put_le32(c + CAP_PCIE + PCI_EXP_LNKCAP, 0x104);
	put_le16(c + CAP_PCIE + PCI_EXP_LNKSTA, 0x104);
	put_le32(c + CAP_PCIE + PCI_EXP_LNKCAP2, 0x1e);
}

void pci_init(struct vcx *vcx)
{
	for (unsigned int i = 0; i < VCX_VECTORS; i++)
		vcx->pci.irq_fd[i] = -1;
	pci_header(vcx);
	pci_capabilities(vcx);
}

void pci_reset(struct vcx *vcx)
{
	struct vcx_pci *pci = &vcx->pci;

	for (unsigned int i = 0; i < sizeof(pci->config); i++)
		pci->config[i] &= (u8)~pci->writable[i];
	for (unsigned int i = 0; i < VCX_VECTORS; i++)
		pci->irq_pending[i] = false;
}

void pci_read(struct vcx *vcx, u32 off, u8 *buf, u32 len)
{
	if (vcx->faults.dead && vcx->faults.dead_config)
		memset(buf, 0xff, len);
	else
		memcpy(buf, vcx->pci.config + off, len);
}

void pci_write(struct vcx *vcx, u32 off, const u8 *buf, u32 len)
{
	/* Initiate FLR reads as zero: the write of a one is the reset. */
	u32 flr = vcx->pci.pcie_cap + PCI_EXP_DEVCTL + 1;

	if (vcx->faults.dead && vcx->faults.dead_config)
		return;
	for (u32 i = 0; i < len; i++) {
		u8 mask = vcx->pci.writable[off + i];
		u8 *p = &vcx->pci.config[off + i];

		*p = (u8)((*p & ~mask) | (buf[i] & mask));
	}
	if (off <= flr && flr - off < len && (buf[flr - off] & (PCI_EXP_DEVCTL_BCR_FLR >> 8)))
		vcx_reset(vcx, VCX_RESET_FUNCTION);
}

void pci_set_irq(struct vcx *vcx, unsigned int vector, int fd)
{
	struct vcx_pci *pci = &vcx->pci;

	if (pci->irq_fd[vector] >= 0)
		close(pci->irq_fd[vector]);
	pci->irq_fd[vector] = fd;
	if (fd >= 0 && pci->irq_pending[vector])
		pci_fire(vcx, vector);
}

void pci_fire(struct vcx *vcx, unsigned int vector)
{
	struct vcx_pci *pci = &vcx->pci;
	const u64 one = 1;

	/* QEMU replaces the eventfd of a vector in use: an event in between stays pending. */
	pci->irq_pending[vector] = pci->irq_fd[vector] < 0;
	if (pci->irq_pending[vector])
		return;
	if (write(pci->irq_fd[vector], &one, sizeof(one)) != sizeof(one))
		log_msg(&vcx->log, LOG_ERROR, "vector %u: write to the eventfd failed", vector);
	vcx->stats.interrupts++;
}
