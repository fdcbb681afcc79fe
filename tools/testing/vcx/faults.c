// SPDX-License-Identifier: GPL-2.0-only
#include "vcx.h"

struct vcx_fault *fault_find(struct vcx *vcx, u32 opcode)
{
	struct vcx_fault *any = NULL;

	for (unsigned int i = 0; i < VCX_MAX_FAULTS; i++) {
		struct vcx_fault *rule = &vcx->faults.rules[i];

		if (rule->used && rule->opcode == opcode)
			return rule;
		if (rule->used && rule->opcode == VCX_ANY_OPCODE)
			any = rule;
	}
	return any;
}

struct vcx_fault *fault_get(struct vcx *vcx, u32 opcode)
{
	struct vcx_fault *free_rule = NULL;

	for (unsigned int i = 0; i < VCX_MAX_FAULTS; i++) {
		struct vcx_fault *rule = &vcx->faults.rules[i];

		if (rule->used && rule->opcode == opcode)
			return rule;
		if (!rule->used && !free_rule)
			free_rule = rule;
	}
	if (free_rule)
		*free_rule = (struct vcx_fault){ .used = true, .opcode = opcode };
	return free_rule;
}

bool fault_hits(struct vcx_when *when)
{
	if (!when->count)
		return false;
	if (when->after) {
		when->after--;
		return false;
	}
	if (when->count != VCX_FOREVER)
		when->count--;
	return true;
}

void faults_clear(struct vcx *vcx)
{
	vcx->faults = (struct vcx_faults){ 0 };
}
