// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl mlx5 diag list, start, stop: diagnostic counters. The device samples them into
 * a ring, at a period of its own clock, or when they are read.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "be.h"
#include "diag.h"

#define SET_DIAGNOSTIC_PARAMS 0x820
/* Defaults: the period in microseconds, and log2 of the number of samples. */
#define PERIOD_US 1000
#define LOG_SAMPLES 4

const struct column_spec diag_list_columns[] = {
	{ "COUNTER", "counter", COLUMN_HEX },
	{ "NAME", "name", 0 },
	{ "SYNC", "sync", 0 },
	{ "SAMPLED", "sampled", 0 },
	{ "UNIT", "unit", 0 },
	{ "ABOUT", "about", 0 },
	{}
};

const struct option_spec diag_start_options[] = {
	{ "period", 'p', "MICROSECONDS", "least time between two samples" },
	{ "samples", 'S', "NUMBER", "number of samples that the device keeps" },
	{ "single", '1', NULL, "stop after that number of samples" },
	{ "on-demand", 'd', NULL, "take a sample only when it is read" },
	{ "sync", 'y', NULL, "take all counters at the same moment" },
	{ "clear", 'c', NULL, "reset the counters to 0 at the start" },
	{}
};

const struct column_spec diag_set_columns[] = {
	{ "DEVICE", "device", 0 },
	{ "CHANGED", "changed", 0 },
	{ "SAMPLING", "sampling", 0 },
	{}
};

const struct fwctl_mlx5_layout *diag_query(const char *name)
{
	return fwctl_mlx5_layout_find(FWCTL_MLX5_QUERY, name);
}

__u64 diag_param(const struct diag *diag, const char *name)
{
	return get_number(diag_query("diagnostic_params"), diag->params,
			  sizeof(diag->params), name);
}

static void set_param(struct diag *diag, const char *name, __u64 value)
{
	set_number(diag_query("diagnostic_params"), diag->params,
		   sizeof(diag->params), name, value);
}

/* The number of the nth sampled counter; the layout describes the first one. */
__u16 diag_param_counter(const struct diag *diag, size_t n)
{
	return get_number(diag_query("diagnostic_params"),
			  diag->params + 4 * n, sizeof(diag->params) - 4 * n,
			  "counter_id");
}

static size_t params_len(const struct diag *diag)
{
	return 32 + 4 * diag_param(diag, "num_of_counters");
}

const struct diag_name *diag_find_name(__u16 id)
{
	const struct diag_name *name = diag_names;

	while (name->name && name->id != id)
		name++;
	return name;
}

/* Send a command and receive its answer. Returns an exit code. */
int diag_ask(struct diag *diag, void *in, size_t in_len, void *out,
	     size_t *out_len, json_object *report)
{
	struct buffer request = { in, in_len }, answer = { out, *out_len };

	if (!send_next_rpc(diag->run, diag->dev, &request, &answer, report))
		*out_len = answer.len;
	return diag->run->code;
}

/* Read the counters and the limits of the device. */
static int read_limits(struct diag *diag)
{
	const struct fwctl_mlx5_layout *layout;
	__u8 page[CAPS_HEADER + CAPS_PAGE], *data = page + CAPS_HEADER;
	json_object *other = json_object_new_object();
	size_t i;

	layout = fwctl_mlx5_layout_find(FWCTL_MLX5_CAP, "general");
	if (read_caps(diag->run, diag->dev, layout, CAPS_CURRENT, page,
		      diag->report) || diag->run->set.dry_run)
		goto out;
	diag->khz = get_number(layout, data, CAPS_PAGE, "device_frequency_khz");
	diag->count = get_number(layout, data, CAPS_PAGE,
				 "num_of_diagnostic_counters");
	if (!get_number(layout, data, CAPS_PAGE, "debug") || !diag->count ||
	    diag->count > DIAG_MAX_COUNTERS) {
		diag->count = 0;
		fail(diag->run, FWCTL_EXIT_UNSUPPORTED,
		     "%s: the device has no diagnostic counters",
		     fwctl_dev_name(diag->dev));
		goto out;
	}
	layout = fwctl_mlx5_layout_find(FWCTL_MLX5_CAP, "debug");
	if (read_caps(diag->run, diag->dev, layout, CAPS_CURRENT, page, other))
		goto out;
	diag->log_max_samples = get_number(layout, data, CAPS_PAGE,
					   "log_max_samples");
	diag->log_min_period = get_number(layout, data, CAPS_PAGE,
					  "log_min_sample_period");
	diag->single = get_number(layout, data, CAPS_PAGE, "single");
	diag->repetitive = get_number(layout, data, CAPS_PAGE, "repetitive");
	/* The layout describes the first counter. */
	for (i = 0; i < diag->count; i++, data += 4) {
		diag->has[i].id = get_number(layout, data, CAPS_PAGE - 4 * i,
					     "counter_id");
		diag->has[i].sync = get_number(layout, data, CAPS_PAGE - 4 * i,
					       "sync");
	}
out:
	json_object_put(other);
	return diag->run->code;
}

/* Read how the counters are sampled. */
static int read_params(struct diag *diag)
{
	const struct fwctl_mlx5_layout *layout = diag_query("diagnostic_params");
	json_object *report = json_object_new_object();
	size_t len = sizeof(diag->params);
	__u8 in[16] = {};

	put_unaligned_be16(layout->id, in);
	memset(diag->params, 0, sizeof(diag->params));
	if (!diag_ask(diag, in, sizeof(in), diag->params, &len, report) &&
	    (len < 32 || params_len(diag) > len ||
	     diag_param(diag, "num_of_counters") > DIAG_MAX_COUNTERS ||
	     diag_param(diag, "log_num_of_samples") > 16 ||
	     diag_param(diag, "log_sample_period") > 63))
		fail(diag->run, FWCTL_EXIT_FIRMWARE,
		     "%s: the firmware reports invalid parameters of diagnostic counters: %u counters in %zu bytes",
		     fwctl_dev_name(diag->dev),
		     (unsigned int)diag_param(diag, "num_of_counters"), len);
	json_object_put(report);
	return diag->run->code;
}

int diag_open(struct run *run, struct diag *diag)
{
	diag->run = run;
	diag->report = json_object_new_object();
	if (vendor_open(run, &diag->dev) || read_limits(diag) ||
	    run->set.dry_run)
		return run->code;
	return read_params(diag);
}

void diag_close(struct diag *diag)
{
	json_object_put(diag->report);
	fwctl_dev_free(diag->dev);
	free(diag);
}

/* A number of clocks in nanoseconds, or null if the clock's frequency is unknown. */
static json_object *json_period(const struct diag *diag, unsigned int log)
{
	if (!diag->khz)
		return NULL;
	return json_object_new_uint64((__uint128_t)(1ULL << log) * 1000000 /
				      diag->khz);
}

static const char *mode(const struct diag *diag)
{
	if (!diag_param(diag, "enable"))
		return "off";
	if (diag_param(diag, "on_demand"))
		return "on-demand";
	return diag_param(diag, "single") ? "single" : "repetitive";
}

static json_object *json_sampling(const struct diag *diag)
{
	json_object *object = json_object_new_object();
	json_object *counters = json_object_new_array();
	size_t i;

	for (i = 0; i < diag_param(diag, "num_of_counters"); i++)
		json_object_array_add(counters,
				      json_object_new_int(diag_param_counter(diag, i)));
	json_add(object, "mode", json_text(mode(diag)));
	json_add(object, "sync",
		 json_object_new_boolean(diag_param(diag, "sync")));
	json_add(object, "clear",
		 json_object_new_boolean(diag_param(diag, "clear")));
	json_add(object, "samples",
		 json_object_new_int64(1LL << diag_param(diag,
							 "log_num_of_samples")));
	json_add(object, "period_ns",
		 json_period(diag, diag_param(diag, "log_sample_period")));
	json_add(object, "counters", counters);
	return object;
}

bool diag_is_sampled(const struct diag *diag, __u16 id)
{
	size_t i;

	for (i = 0; i < diag_param(diag, "num_of_counters"); i++)
		if (diag_param_counter(diag, i) == id)
			return diag_param(diag, "enable");
	return false;
}

int diag_list_run(struct run *run)
{
	struct diag *diag = calloc(1, sizeof(*diag));
	json_object *rows, *limits, *row;
	size_t i;

	if (!diag)
		return fail(run, FWCTL_EXIT_USAGE, "no memory");
	if (diag_open(run, diag))
		goto out;
	run->result = json_object_get(diag->report);
	if (run->set.dry_run)
		goto out;
	drop_request(run->result);
	limits = json_object_new_object();
	json_add(limits, "samples",
		 json_object_new_int64(1LL << (diag->log_max_samples & 63)));
	json_add(limits, "period_ns",
		 json_period(diag, diag->log_min_period & 63));
	json_add(limits, "single", json_object_new_boolean(diag->single));
	json_add(limits, "repetitive",
		 json_object_new_boolean(diag->repetitive));
	json_add(run->result, "limits", limits);
	json_add(run->result, "sampling", json_sampling(diag));
	rows = json_object_new_array();
	for (i = 0; i < diag->count; i++) {
		const struct diag_name *name = diag_find_name(diag->has[i].id);

		row = json_object_new_object();
		json_add(row, "counter", json_object_new_int(diag->has[i].id));
		json_add(row, "name", json_text(name->name));
		json_add(row, "sync",
			 json_object_new_boolean(diag->has[i].sync));
		json_add(row, "sampled",
			 json_object_new_boolean(diag_is_sampled(diag,
								 diag->has[i].id)));
		json_add(row, "unit", json_text(name->unit));
		json_add(row, "about", json_text(name->about));
		json_object_array_add(rows, row);
	}
	json_add(run->result, "fields", rows);
out:
	diag_close(diag);
	return run->code;
}

/* Print the counters as a table, and the limits in a line below. */
void diag_counters_text(struct run *run)
{
	json_object *limits = json_object_object_get(run->result, "limits");
	json_object *sampling = json_object_object_get(run->result, "sampling");

	fields_text(run);
	if (run->set.raw || run->set.columns)
		return;
	printf("\nAt most %llu samples are kept, %llu ns apart or more. Sampling: %s.\n",
	       (unsigned long long)number_of(limits, "samples"),
	       (unsigned long long)number_of(limits, "period_ns"),
	       string_of(sampling, "mode"));
}

/* The counter that a word names, or NULL. */
const struct counter *diag_find(struct diag *diag, const char *word)
{
	uint64_t id = UINT64_MAX;
	size_t i;

	if (*word >= '0' && *word <= '9' &&
	    parse_number(diag->run, "COUNTER", word, UINT16_MAX, &id))
		return NULL;
	for (i = 0; i < diag->count; i++) {
		const struct diag_name *name = diag_find_name(diag->has[i].id);

		if (diag->has[i].id == id ||
		    (name->name && !strcasecmp(name->name, word)))
			return &diag->has[i];
	}
	fail(diag->run, FWCTL_EXIT_USAGE,
	     "%s: the device has no such counter; see 'fwctl mlx5 diag list'",
	     word);
	return NULL;
}

static void add_counter(struct diag *diag, const struct counter *counter)
{
	size_t n = diag_param(diag, "num_of_counters");

	set_number(diag_query("diagnostic_params"), diag->params + 4 * n,
		   sizeof(diag->params) - 4 * n, "counter_id", counter->id);
	set_param(diag, "num_of_counters", n + 1);
}

/* Choose the counters that are named, or all that can be sampled in this way. */
static int choose_counters(struct diag *diag)
{
	const struct counter *counter;
	struct run *run = diag->run;
	bool sync = option(run, "sync");
	size_t i;

	for (i = 0; run->argc == 1 && i < diag->count; i++)
		if (!sync || diag->has[i].sync)
			add_counter(diag, &diag->has[i]);
	for (i = 1; i < (size_t)run->argc; i++) {
		counter = diag_find(diag, run->argv[i]);
		if (!counter)
			return run->code;
		if (sync && !counter->sync)
			return fail(run, FWCTL_EXIT_USAGE,
				    "%s: cannot be sampled at the same moment as others; leave out --sync",
				    run->argv[i]);
		if (diag_param(diag, "num_of_counters") == diag->count)
			return fail(run, FWCTL_EXIT_USAGE,
				    "diag start: duplicate counter: there are more names than counters");
		add_counter(diag, counter);
	}
	return 0;
}

/* The logarithm to base 2, rounded up. */
static unsigned int log2_up(__u64 value)
{
	unsigned int log = 0;

	while (log < 63 && 1ULL << log < value)
		log++;
	return log;
}

static int choose_period(struct diag *diag)
{
	unsigned long us = PERIOD_US;
	struct run *run = diag->run;
	unsigned int log;

	if (number_option(run, "period", 1, 1000000000, &us))
		return run->code;
	if (option(run, "on-demand"))
		return option(run, "period") ?
		       fail(run, FWCTL_EXIT_USAGE,
			    "--period and --on-demand: leave out one of the two") : 0;
	if (!diag->khz && option(run, "period"))
		return fail(run, FWCTL_EXIT_UNSUPPORTED,
			    "%s: the device does not report the frequency of its clock; leave out --period",
			    fwctl_dev_name(diag->dev));
	log = log2_up((__uint128_t)us * diag->khz / 1000);
	if (log < diag->log_min_period && option(run, "period"))
		return fail(run, FWCTL_EXIT_USAGE,
			    "--period %lu: the shortest period of this device is %llu microseconds",
			    us, (1ULL << diag->log_min_period) * 1000 /
				diag->khz);
	if (log < diag->log_min_period)
		log = diag->log_min_period;
	set_param(diag, "log_sample_period", log);
	return 0;
}

static int choose_samples(struct diag *diag)
{
	unsigned long samples, most = 1UL << (diag->log_max_samples & 31);
	struct run *run = diag->run;

	samples = 1 << LOG_SAMPLES < most ? 1 << LOG_SAMPLES : most;
	if (option(run, "on-demand"))
		samples = 1;
	if (number_option(run, "samples", 1, most, &samples))
		return run->code;
	set_param(diag, "log_num_of_samples", log2_up(samples));
	return 0;
}

/* Write the parameters and read them back. */
static int write_params(struct diag *diag, json_object *report)
{
	size_t len = params_len(diag), out_len = 16;
	__u8 written[sizeof(diag->params)], out[16];
	bool enable = diag_param(diag, "enable");

	put_unaligned_be16(SET_DIAGNOSTIC_PARAMS, diag->params);
	memcpy(written, diag->params, sizeof(written));
	if (diag_ask(diag, written, len, out, &out_len, report) || read_params(diag))
		return diag->run->code;
	/* The device may choose another period and another number of samples. */
	if (diag_param(diag, "enable") != enable ||
	    (enable && (params_len(diag) != len ||
			memcmp(diag->params + 32, written + 32, len - 32))))
		return fail(diag->run, FWCTL_EXIT_FIRMWARE,
			    "%s: the parameters read back different: the firmware did not accept them",
			    fwctl_dev_name(diag->dev));
	return 0;
}

static void set_result(struct diag *diag, json_object *report, bool changed)
{
	diag->run->result = json_object_get(report);
	drop_request(report);
	json_add(report, "changed", json_object_new_boolean(changed));
	json_add(report, "sampling", json_sampling(diag));
}

int diag_start_run(struct run *run)
{
	struct diag *diag = calloc(1, sizeof(*diag));
	json_object *report = NULL;

	if (!diag)
		return fail(run, FWCTL_EXIT_USAGE, "no memory");
	if (option(run, "single") && option(run, "on-demand")) {
		fail(run, FWCTL_EXIT_USAGE,
		     "--single and --on-demand: leave out one of the two");
		goto out;
	}
	if (diag_open(run, diag))
		goto out;
	if (run->set.dry_run) {
		run->result = json_object_get(diag->report);
		goto out;
	}
	memset(diag->params, 0, sizeof(diag->params));
	set_param(diag, "enable", 1);
	set_param(diag, "on_demand", !!option(run, "on-demand"));
	/* --on-demand works with single and repetitive; FreeBSD sets single. */
	set_param(diag, "single", option(run, "single") ||
		  option(run, "on-demand"));
	set_param(diag, "repetitive", !diag_param(diag, "single"));
	set_param(diag, "sync", !!option(run, "sync"));
	set_param(diag, "clear", !!option(run, "clear"));
	report = json_object_new_object();
	if (!choose_counters(diag) && !choose_period(diag) &&
	    !choose_samples(diag) && !write_params(diag, report))
		set_result(diag, report, true);
out:
	json_object_put(report);
	diag_close(diag);
	return run->code;
}

int diag_stop_run(struct run *run)
{
	struct diag *diag = calloc(1, sizeof(*diag));
	json_object *report = NULL;

	if (!diag)
		return fail(run, FWCTL_EXIT_USAGE, "no memory");
	if (diag_open(run, diag))
		goto out;
	if (run->set.dry_run || !diag_param(diag, "enable")) {
		if (run->set.dry_run)
			run->result = json_object_get(diag->report);
		else
			set_result(diag, diag->report, false);
		goto out;
	}
	memset(diag->params, 0, sizeof(diag->params));
	report = json_object_new_object();
	if (!write_params(diag, report))
		set_result(diag, report, true);
out:
	json_object_put(report);
	diag_close(diag);
	return run->code;
}
