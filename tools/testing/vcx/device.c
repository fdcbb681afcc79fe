// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>

#include "vcx.h"

static const struct vcx_model models[] = {
	{
		.device_id = 0x101d,
		.hw_id = 0x212,
		.fw_major = 22,
		.part = "MCX623106AN-CDA_Ax",
		.psid = "MT_0000000359",
		.description = "ConnectX-6 Dx EN adapter card; 100GbE; Dual-port QSFP56",
	}, {
		.device_id = 0x101e,
		.hw_id = 0x212,
		.fw_major = 22,
		.part = "MCX623106AN-CDA_Ax",
		.psid = "MT_0000000359",
		.description = "ConnectX Family mlx5Gen Virtual Function",
	}, {
		.device_id = 0x1021,
		.hw_id = 0x218,
		.fw_major = 28,
		.part = "MCX75310AAS-NEA_Ax",
		.psid = "MT_0000000838",
		.description = "ConnectX-7 adapter card; 400Gb/s NDR; Single-port OSFP",
	},
};

const struct vcx_model *vcx_find_model(u16 device_id)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(models); i++) {
		if (models[i].device_id == device_id)
			return &models[i];
	}
	return NULL;
}

int vcx_init(struct vcx *vcx, const struct vcx_config *config, FILE *log, enum log_level level)
{
	int ret;

	vcx->config = *config;
	vcx->model = vcx_find_model(config->device_id);
	if (!vcx->model)
		return -ENODEV;
	vcx->start_ns = now_ns();
	log_init(&vcx->log, log, level);
	pci_init(vcx);
	caps_init(vcx);
	nv_init(&vcx->nv);
	ret = regs_init(vcx);
	if (ret)
		vcx_exit(vcx);
	return ret;
}

void vcx_reset(struct vcx *vcx, enum vcx_reset kind)
{
	log_msg(&vcx->log, LOG_INFO, "reset of the %s",
		kind == VCX_RESET_FIRMWARE ? "firmware" : "function");
	fw_reset(vcx);
	pci_reset(vcx);
	if (kind == VCX_RESET_FIRMWARE) {
		nv_load(&vcx->nv);
		regs_reset(vcx);
		vcx->stats.firmware_resets++;
	} else {
		vcx->stats.function_resets++;
	}
}

void vcx_exit(struct vcx *vcx)
{
	for (unsigned int i = 0; i < VCX_VECTORS; i++)
		pci_set_irq(vcx, i, -1);
	for (unsigned int i = 0; i < VCX_MAX_EQS; i++)
		eq_destroy(&vcx->fw.eqs[i]);
	free(vcx->fw.pages);
	free(vcx->fw.uctx);
	free(vcx->regs);
	dma_unmap_all(&vcx->dma);
}
