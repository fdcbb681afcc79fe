/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Diagnostic counters of a ConnectX and how they are sampled.
 */
#ifndef _FWCTL_TOOL_MLX5_DIAG_H
#define _FWCTL_TOOL_MLX5_DIAG_H

#include "fields.h"

/* The number that fits the page of capabilities behind its first fields. */
#define DIAG_MAX_COUNTERS 1008

/**
 * struct diag_name - name and description of a counter
 * @id: its number
 * @name: its name
 * @unit: unit of its value, or NULL
 * @about: description, or NULL
 */
struct diag_name {
	__u16 id;
	const char *name;
	const char *unit;
	const char *about;
};

/**
 * struct counter - a counter that the device has, or that is sampled
 * @id: its number
 * @sync: true if it can be sampled at the same moment as others
 * @seen: true if a sample of it was printed
 * @sample: number of the last sample that was printed
 */
struct counter {
	__u16 id;
	bool sync;
	bool seen;
	__u16 sample;
};

/**
 * struct diag - a device's diagnostic counters
 * @run: gets errors
 * @dev: the device
 * @report: report of the first request
 * @khz: frequency of the device's clock in kHz, 0 if the device does not report it
 * @log_max_samples: log2 of the number of samples that the device keeps at most
 * @log_min_period: log2 of the shortest period between samples, in clocks
 * @single: true if sampling can end after a number of samples
 * @repetitive: true if sampling can go on until it is stopped
 * @has: counters of the device
 * @count: number of @has
 * @params: how they are sampled, in the layout of QUERY_DIAGNOSTIC_PARAMS
 */
struct diag {
	struct run *run;
	struct fwctl_dev *dev;
	json_object *report;
	__u64 khz;
	unsigned int log_max_samples;
	unsigned int log_min_period;
	bool single;
	bool repetitive;
	struct counter has[DIAG_MAX_COUNTERS];
	size_t count;
	__u8 params[32 + 4 * DIAG_MAX_COUNTERS + 4];
};

/* diag.c */
const struct fwctl_mlx5_layout *diag_query(const char *name);
__u64 diag_param(const struct diag *diag, const char *name);
__u16 diag_param_counter(const struct diag *diag, size_t n);
const struct diag_name *diag_find_name(__u16 id);
int diag_ask(struct diag *diag, void *in, size_t in_len, void *out,
	     size_t *out_len, json_object *report);
int diag_open(struct run *run, struct diag *diag);
void diag_close(struct diag *diag);
bool diag_is_sampled(const struct diag *diag, __u16 id);
const struct counter *diag_find(struct diag *diag, const char *word);

/* diag-names.c; by number, the last one has no name */
extern const struct diag_name diag_names[];

#endif
