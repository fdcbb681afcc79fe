// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl mlx5 diag read: samples of diagnostic counters.
 */
#include <stdlib.h>
#include <string.h>

#include "be.h"
#include "diag.h"

/* Limits in bytes: of the counters in an answer, and of the samples for --all. */
#define ANSWER_MAX (64 << 10)
#define ALL_MAX (4 << 20)

const struct option_spec diag_read_options[] = {
	{ "interval", 'i', "MILLISECONDS", "read again after this time" },
	{ "count", 'c', "NUMBER", "end after this number of reads" },
	{ "all", 'a', NULL, "print all samples that were not read yet, instead of the last one" },
	{ "csv", 'C', NULL, "print comma-separated values" },
	{}
};

const struct column_spec diag_read_columns[] = {
	{ "TIME-NS", "time_ns", COLUMN_RIGHT },
	{ "COUNTER", "counter", COLUMN_HEX },
	{ "NAME", "name", 0 },
	{ "SAMPLE", "sample", COLUMN_RIGHT },
	{ "CLOCK", "clock", COLUMN_RIGHT },
	{ "VALUE", "value", COLUMN_RIGHT },
	{}
};

/* A value of a counter, as the device reports it. */
struct sample {
	__u16 id;
	__u16 number;
	__u32 clock;
	__u64 value;
};

/**
 * struct reading - the samples of one read of the ring
 * @diag: the device
 * @sampled: the counters to be printed
 * @count: number of @sampled
 * @samples: the samples to be printed
 * @used: number of @samples
 * @report: see send_next_rpc()
 * @all: true for all new samples, false for the last one of each counter
 * @last: time of the previous read, CLOCK_MONOTONIC in nanoseconds
 */
struct reading {
	struct diag *diag;
	struct counter sampled[DIAG_MAX_COUNTERS];
	size_t count;
	struct sample *samples;
	size_t used;
	json_object *report;
	bool all;
	int64_t last;
};

static struct sample get_sample(const __u8 *data)
{
	const struct fwctl_mlx5_layout *layout =
		diag_query("diagnostic_counters");
#define GET(name) get_number(layout, data, layout->size, name)
	struct sample sample = {
		.id = GET("counter_id"), .number = GET("sample_id"),
		.clock = GET("time_stamp_31_0"), .value = GET("counter_value"),
	};

#undef GET
	return sample;
}

/* Compare sample numbers, which wrap around at 16 bits. */
static bool is_newer(__u16 one, __u16 other)
{
	return (__s16)(one - other) > 0;
}

/* Keep a sample if it belongs to a chosen counter and was not printed before. */
static void keep(struct reading *reading, struct sample sample)
{
	bool on_demand = diag_param(reading->diag, "on_demand");
	struct counter *counter = reading->sampled;
	size_t i = 0;

	while (i < reading->count && counter->id != sample.id) {
		counter++;
		i++;
	}
	if (i == reading->count || (counter->seen && !on_demand &&
				    !is_newer(sample.number, counter->sample)))
		return;
	for (i = 0; !reading->all && i < reading->used; i++) {
		if (reading->samples[i].id != sample.id)
			continue;
		if (is_newer(sample.number, reading->samples[i].number))
			reading->samples[i] = sample;
		return;
	}
	reading->samples[reading->used++] = sample;
}

/*
 * Sample numbers wrap around within seconds. When the device has filled the ring twice
 * since the last read, all samples in it are new, and their numbers mean nothing.
 */
static void forget(struct reading *reading)
{
	const struct diag *diag = reading->diag;
	int64_t now = clock_ns(CLOCK_MONOTONIC);
	double ring, clocks;
	size_t i;

	ring = 1UL << diag_param(diag, "log_num_of_samples");
	clocks = (now - reading->last) / 1e6 * diag->khz;
	reading->last = now;
	if (!diag_param(diag, "repetitive") ||
	    clocks < 2 * ring * (1ULL << diag_param(diag, "log_sample_period")))
		return;
	for (i = 0; i < reading->count; i++)
		reading->sampled[i].seen = false;
}

/* Read the whole ring: the newest sample can be anywhere in it. */
static int read_ring(struct reading *reading)
{
	const struct fwctl_mlx5_layout *layout =
		diag_query("diagnostic_counters");
	struct diag *diag = reading->diag;
	size_t each = 16 * diag_param(diag, "num_of_counters"), ring, part, at, n;
	size_t len;
	__u8 *out, in[16];

	ring = 1UL << diag_param(diag, "log_num_of_samples");
	if (diag_param(diag, "on_demand"))
		ring = 1;
	part = each < ANSWER_MAX ? ANSWER_MAX / each : 1;
	if (part > ring)
		part = ring;
	out = malloc(16 + part * each);
	if (!out)
		return fail(diag->run, FWCTL_EXIT_USAGE, "no memory");
	reading->used = 0;
	forget(reading);
	for (at = 0; at < ring && !diag->run->code; at += n) {
		n = ring - at < part ? ring - at : part;
		len = 16 + n * each;
		memset(in, 0, sizeof(in));
		memset(out, 0, len);
		put_unaligned_be16(layout->id, in);
		set_number(layout, in, sizeof(in), "num_of_samples", n);
		set_number(layout, in, sizeof(in), "sample_index", at);
		if (diag_ask(diag, in, sizeof(in), out, &len, reading->report))
			break;
		for (size_t i = 16; i + 16 <= len; i += 16)
			keep(reading, get_sample(out + i - 16));
	}
	free(out);
	return diag->run->code;
}

static int by_age(const void *one, const void *other)
{
	const struct sample *a = one, *b = other;

	if (a->number != b->number)
		return is_newer(a->number, b->number) ? 1 : -1;
	return a->id - b->id;
}

/* The samples of a read, a row for each value. */
static json_object *json_samples(struct reading *reading)
{
	json_object *rows = json_object_new_array();
	int64_t now = clock_ns(CLOCK_REALTIME);
	size_t i, n;

	qsort(reading->samples, reading->used, sizeof(*reading->samples),
	      by_age);
	for (i = 0; i < reading->used; i++) {
		const struct sample *sample = &reading->samples[i];
		json_object *row = json_object_new_object();

		json_add(row, "time_ns", json_object_new_int64(now));
		json_add(row, "counter", json_object_new_int(sample->id));
		json_add(row, "name", json_text(diag_find_name(sample->id)->name));
		json_add(row, "sample", json_object_new_int(sample->number));
		json_add(row, "clock", json_object_new_int64(sample->clock));
		json_add(row, "value", json_object_new_uint64(sample->value));
		json_object_array_add(rows, row);
		for (n = 0; n < reading->count; n++)
			if (reading->sampled[n].id == sample->id) {
				reading->sampled[n].seen = true;
				reading->sampled[n].sample = sample->number;
			}
	}
	return rows;
}

static void print_csv(struct run *run, json_object *rows)
{
	const struct column_spec *column;
	const char *text;
	size_t i;

	for (i = 0; i < json_object_array_length(rows); i++) {
		json_object *row = json_object_array_get_idx(rows, i);

		for (column = run->command->columns; column->name; column++) {
			text = json_object_get_string(json_object_object_get(row,
									     column->key));
			printf("%s%s", column == run->command->columns ? "" : ",",
			       text ? text : "");
		}
		putchar('\n');
	}
}

static void print_samples(struct run *run, json_object *rows)
{
	size_t i;

	for (i = 0; run->set.json && i < json_object_array_length(rows); i++)
		print_event(run, json_object_array_get_idx(rows, i), NULL);
	if (option(run, "csv")) {
		print_csv(run, rows);
	} else if (!run->set.json) {
		run->result = rows;
		print_table(run, stdout);
		run->result = NULL;
	}
	if (fflush(stdout))
		fail(run, FWCTL_EXIT_USAGE,
		     "cannot write to standard output: %m");
}

/* Choose the sampled counters that are named, or all of them. */
static int choose_sampled(struct reading *reading)
{
	struct diag *diag = reading->diag;
	struct run *run = diag->run;
	const struct counter *counter;
	size_t i, size;

	if (!diag_param(diag, "enable") || !diag_param(diag, "num_of_counters"))
		return fail(run, FWCTL_EXIT_FIRMWARE,
			    "%s: no counter is sampled; start with 'fwctl mlx5 diag start'",
			    fwctl_dev_name(diag->dev));
	for (i = 0; run->argc == 1 && i < diag_param(diag, "num_of_counters"); i++)
		reading->sampled[reading->count++].id = diag_param_counter(diag, i);
	for (i = 1; i < (size_t)run->argc; i++) {
		counter = diag_find(diag, run->argv[i]);
		if (!counter)
			return run->code;
		if (!diag_is_sampled(diag, counter->id) ||
		    reading->count == DIAG_MAX_COUNTERS)
			return fail(run, FWCTL_EXIT_USAGE,
				    "%s: the counter is not sampled; see 'fwctl mlx5 diag list'",
				    run->argv[i]);
		reading->sampled[reading->count++].id = counter->id;
	}
	size = reading->count * sizeof(struct sample);
	if (reading->all)
		size <<= diag_param(diag, "log_num_of_samples");
	if (size > ALL_MAX)
		return fail(run, FWCTL_EXIT_USAGE,
			    "diag read: --all needs %zu bytes of memory; name fewer counters, or start with fewer samples",
			    size);
	reading->samples = malloc(size);
	return reading->samples ? 0 : fail(run, FWCTL_EXIT_USAGE, "no memory");
}

static int read_samples(struct reading *reading)
{
	unsigned long interval = 1000, count = 0, i;
	struct run *run = reading->diag->run;
	const struct column_spec *column;
	json_object *rows;
	int64_t next;

	if (number_option(run, "interval", 1, 1000000000, &interval) ||
	    number_option(run, "count", 1, 1000000000, &count) ||
	    choose_sampled(reading))
		return run->code;
	if (!option(run, "interval") && !option(run, "count"))
		count = 1;
	/* A single read keeps the default action of ^C, which ends it at once. */
	if (count != 1)
		catch_end();
	for (column = run->command->columns; option(run, "csv") && column->name;
	     column++)
		printf("%s%c", column->key, column[1].name ? ',' : '\n');
	next = clock_ns(CLOCK_MONOTONIC);
	for (i = 0; !run->code && (!count || i < count); i++) {
		if (i && wait_event(NULL, next))
			break;
		next += interval * 1000000LL;
		if (read_ring(reading))
			break;
		rows = json_samples(reading);
		print_samples(run, rows);
		json_object_put(rows);
	}
	return run->code;
}

int diag_read_run(struct run *run)
{
	struct reading *reading = calloc(1, sizeof(*reading));
	struct diag *diag = calloc(1, sizeof(*diag));

	if (!diag || !reading) {
		free(reading);
		free(diag);
		return fail(run, FWCTL_EXIT_USAGE, "no memory");
	}
	reading->diag = diag;
	reading->all = option(run, "all");
	reading->report = json_object_new_object();
	if (run->set.json && option(run, "csv"))
		fail(run, FWCTL_EXIT_USAGE,
		     "--json and --csv: leave out one of the two");
	else if (!diag_open(run, diag) && !run->set.dry_run)
		read_samples(reading);
	else if (run->set.dry_run && !run->code)
		run->result = json_object_get(diag->report);
	json_object_put(reading->report);
	free(reading->samples);
	free(reading);
	diag_close(diag);
	return run->code;
}
