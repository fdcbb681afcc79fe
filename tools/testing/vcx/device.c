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

static void card_init(struct vcx_card *card, const struct vcx_model *model)
{
	card->start_ns = now_ns();
	nv_init(&card->nv);
	reset_init(card);
	update_init(&card->update, (u32)model->fw_major << 24 | FW_MINOR << 16 | FW_SUBMINOR,
		    model->psid);
}

int vcx_init(struct vcx *vcx, struct vcx_card *card, const struct vcx_config *config, FILE *log,
	     enum log_level level)
{
	int ret;

	vcx->config = *config;
	vcx->model = vcx_find_model(config->device_id);
	if (!vcx->model)
		return -ENODEV;
	if (card->nfunctions == VCX_FUNCTIONS)
		return -ENOSPC;
	if (!card->nfunctions)
		card_init(card, vcx->model);
	vcx->card = card;
	vcx->function = (u8)card->nfunctions;
	card->functions[card->nfunctions++] = vcx;
	vcx->start_ns = now_ns();
	log_init(&vcx->log, log, level);
	pci_init(vcx);
	caps_init(vcx);
	ret = regs_init(vcx);
	if (ret)
		vcx_exit(vcx);
	return ret;
}

static void reset_function(struct vcx *vcx, enum vcx_reset kind)
{
	fw_reset(vcx);
	if (kind != VCX_RESET_LINK)
		pci_reset(vcx);
}

void vcx_reset(struct vcx *vcx, enum vcx_reset kind)
{
	struct vcx_card *card = vcx->card;

	log_msg(&vcx->log, LOG_INFO, "reset of the %s",
		kind == VCX_RESET_FUNCTION ? "function" : "firmware");
	if (kind == VCX_RESET_FUNCTION) {
		reset_function(vcx, kind);
		vcx->stats.function_resets++;
		return;
	}
	for (unsigned int i = 0; i < card->nfunctions; i++) {
		reset_function(card->functions[i], kind);
		regs_reset(card->functions[i]);
		card->functions[i]->stats.firmware_resets++;
	}
	reset_done(card);
	nv_load(&card->nv, kind == VCX_RESET_POWER);
	update_restart(&card->update);
}

void vcx_exit(struct vcx *vcx)
{
	for (unsigned int i = 0; i < VCX_VECTORS; i++)
		pci_set_irq(vcx, i, -1);
	for (unsigned int i = 0; i < VCX_MAX_EQS; i++)
		eq_destroy(&vcx->fw.eqs[i]);
	objects_free(&vcx->fw.objects);
	free(vcx->fw.pages);
	free(vcx->fw.uctx);
	free(vcx->regs);
	vcx->regs = NULL;
	/* All functions of a card exit together: the first one frees the state of the card. */
	update_exit(&vcx->card->update);
	dma_unmap_all(&vcx->dma);
}
