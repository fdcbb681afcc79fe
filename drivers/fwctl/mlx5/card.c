// SPDX-License-Identifier: GPL-2.0-only
/*
 * The name of the card that a function is on, to which ceilings belong.
 */
#include <linux/mlx5/vport.h>
#include <linux/pci.h>

#include "mlx5.h"

/* The physical function's address without the number of the function. */
static void name_by_address(struct mlx5_fwctl_dev *mfd)
{
	struct pci_dev *pdev = pci_physfn(mfd->mdev->pdev);

	/* With ARI the bits of the device belong to the function's number. */
	snprintf(mfd->card, sizeof(mfd->card), "%04x:%02x:%02x",
		 pci_domain_nr(pdev->bus), pdev->bus->number,
		 pci_ari_enabled(pdev->bus) ? 0 : PCI_SLOT(pdev->devfn));
}

/**
 * mlx5_fwctl_name_card - tell the core the card of a function
 * @mfd: the device, not yet registered
 *
 * The name is the system image GUID, in the form that sysfs shows for RDMA devices.
 * Firmware reports the same one to all functions of a card, also virtual ones, and
 * those on the second bus of a socket-direct card; mlx5_core tells by it which
 * functions belong together. An address tells less: a hypervisor may show the
 * functions of a card at any addresses. If firmware reports no GUID the address has
 * to do.
 *
 * Context: may sleep; sends a command to the firmware unless mlx5_core has.
 */
void mlx5_fwctl_name_card(struct mlx5_fwctl_dev *mfd)
{
	u64 guid = mlx5_query_nic_system_image_guid(mfd->mdev);

	if (guid)
		snprintf(mfd->card, sizeof(mfd->card), "%04x:%04x:%04x:%04x",
			 (u16)(guid >> 48), (u16)(guid >> 32),
			 (u16)(guid >> 16), (u16)guid);
	else
		name_by_address(mfd);
	mfd->fwctl.card = mfd->card;
}
