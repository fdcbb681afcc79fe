// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl stats: the kernel's counters, and the latencies of requests, from the
 * audit stream.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tool.h"

/* Bucket i counts requests of at most 4^i microseconds, the last one all others. */
#define NR_BUCKETS 14
#define bucket_limit(i) (1000ULL << (2 * (i)))

struct histogram {
	char *name;
	uint64_t buckets[NR_BUCKETS];
	uint64_t count;
	uint64_t sum;
	uint64_t max;
	struct histogram *next;
};

/**
 * struct stats - data that are collected during a run
 * @monitor: source of @histograms, NULL if they are not wanted
 * @histograms: one for each device that had requests
 * @lost: number of events that were dropped before the tool received them
 */
struct stats {
	struct fwctl_monitor *monitor;
	struct histogram *histograms;
	uint64_t lost;
};

static struct histogram *find_histogram(const struct stats *stats,
					const char *name)
{
	struct histogram *hist;

	for (hist = stats->histograms; hist; hist = hist->next)
		if (!strcmp(hist->name, name))
			return hist;
	return NULL;
}

static void count_event(struct stats *stats, const struct fwctl_event *event)
{
	const struct fwctl_audit *audit = event->audit;
	struct histogram *hist;
	int i = 0;

	stats->lost += event->lost;
	if (!audit || !audit->has_time)
		return;
	hist = find_histogram(stats, audit->name);
	if (!hist) {
		hist = calloc(1, sizeof(*hist));
		if (!hist)
			return;
		hist->name = strdup(audit->name);
		if (!hist->name) {
			free(hist);
			return;
		}
		hist->next = stats->histograms;
		stats->histograms = hist;
	}
	while (i < NR_BUCKETS - 1 && audit->duration > bucket_limit(i))
		i++;
	hist->buckets[i]++;
	hist->count++;
	hist->sum += audit->duration;
	if (audit->duration > hist->max)
		hist->max = audit->duration;
}

static void free_stats(struct stats *stats)
{
	struct histogram *hist;

	while ((hist = stats->histograms)) {
		stats->histograms = hist->next;
		free(hist->name);
		free(hist);
	}
	fwctl_monitor_free(stats->monitor);
}

/* Collect events until a time; returns false if the run is to end. */
static bool listen_until(struct run *run, struct stats *stats, int64_t until)
{
	const struct fwctl_event *event;
	int ret;

	while ((ret = wait_event(stats->monitor, until)) > 0) {
		while (!(ret = next_event(run, stats->monitor, &event)))
			count_event(stats, event);
		if (ret != -EAGAIN)
			return false;
		/* Events may arrive without a pause. */
		if (clock_ns(CLOCK_MONOTONIC) >= until)
			return true;
	}
	return !ret;
}

/* The limit of the bucket that contains a percentile. */
static json_object *quantile(const struct histogram *hist, int percent)
{
	uint64_t below = 0;
	int i;

	for (i = 0; i < NR_BUCKETS - 1; i++) {
		below += hist->buckets[i];
		if (below * 100 >= hist->count * percent)
			return json_object_new_uint64(bucket_limit(i));
	}
	return json_object_new_uint64(hist->max);
}

static json_object *json_latency(const struct stats *stats, const char *name)
{
	const struct histogram *hist = find_histogram(stats, name);
	static const struct histogram none;
	json_object *object, *buckets, *bucket;
	int i;

	if (!stats->monitor)
		return NULL;
	if (!hist)
		hist = &none;
	object = json_object_new_object();
	buckets = json_object_new_array();
	for (i = 0; i < NR_BUCKETS; i++) {
		bucket = json_object_new_object();
		json_add(bucket, "limit_ns",
			 i < NR_BUCKETS - 1 ?
			 json_object_new_uint64(bucket_limit(i)) : NULL);
		json_add(bucket, "count",
			 json_object_new_uint64(hist->buckets[i]));
		json_object_array_add(buckets, bucket);
	}
	json_add(object, "count", json_object_new_uint64(hist->count));
	json_add(object, "sum_ns", json_object_new_uint64(hist->sum));
	json_add(object, "p50_ns", hist->count ? quantile(hist, 50) : NULL);
	json_add(object, "p99_ns", hist->count ? quantile(hist, 99) : NULL);
	json_add(object, "max_ns",
		 hist->count ? json_object_new_uint64(hist->max) : NULL);
	json_add(object, "lost", json_object_new_uint64(stats->lost));
	json_add(object, "buckets", buckets);
	return object;
}

static json_object *json_stats(const struct stats *stats,
			       const struct fwctl_state *state)
{
	json_object *object = json_object_new_object();
	json_object *delivered = json_object_new_object();
	json_object *judged = json_object_new_object();
	uint64_t count, refused = 0;
	const char *name;
	int i;

	for (i = 0; (name = fwctl_scope_name(i)); i++)
		json_add(delivered, name,
			 json_object_new_uint64(fwctl_state_delivered(state,
								      i)));
	for (i = 0; (name = fwctl_reason_name(i)); i++) {
		count = fwctl_state_judged(state, i);
		json_add(judged, name, json_object_new_uint64(count));
		refused += i == FWCTL_REASON_ADMITTED ? 0 : count;
	}
	json_add(object, "name", json_text(fwctl_state_name(state)));
	json_add(object, "parent", json_text(fwctl_state_parent(state)));
	json_add(object, "driver", json_text(fwctl_state_driver(state)));
	json_add(object, "files",
		 json_object_new_int64(fwctl_state_files(state)));
	json_add(object, "in_flight",
		 json_object_new_int64(fwctl_state_in_flight(state)));
	json_add(object, "delivered", delivered);
	json_add(object, "judged", judged);
	json_add(object, "refused", json_object_new_uint64(refused));
	json_add(object, "latency",
		 json_latency(stats, fwctl_state_name(state)));
	return object;
}

/* Make the current statistics the run's result; returns an exit code. */
static int take_stats(struct run *run, const struct stats *stats)
{
	struct fwctl_state **states;
	struct fwctl_dev *dev = NULL;
	int ret, i;

	if (run->argc && find_device(run, run->argv[0], &dev))
		return run->code;
	ret = fwctl_states(run->ctx, &states);
	/* A kernel with its own fwctl has no counters, but metrics of its cards. */
	if (ret == -EOPNOTSUPP && option(run, "prometheus") &&
	    !access("/sys/class/fwctl", F_OK)) {
		states = NULL;
		ret = 0;
	}
	if (ret < 0) {
		fwctl_dev_free(dev);
		return fail_errno(run, ret, fwctl_ctx_error(run->ctx));
	}
	json_object_put(run->result);
	run->result = json_object_new_array();
	for (i = 0; i < ret; i++)
		if (!dev || !strcmp(fwctl_state_name(states[i]),
				    fwctl_dev_name(dev)))
			json_object_array_add(run->result,
					      json_stats(stats, states[i]));
	fwctl_states_free(states);
	fwctl_dev_free(dev);
	return 0;
}

static void show_live(struct run *run)
{
	/* Cursor home, clear the screen below it. */
	if (isatty(STDOUT_FILENO))
		fputs("\033[H\033[J", stdout);
	print_table(run, stdout);
	fputs(isatty(STDOUT_FILENO) ? "\n^C ends.\n" : "\n", stdout);
	fflush(stdout);
	run->printed = true;
}

static int check_options(struct run *run, unsigned long interval)
{
	const char *out = option(run, "out");

	if (option(run, "health") && !option(run, "prometheus"))
		return fail(run, FWCTL_EXIT_USAGE,
			    "stats: --health needs --prometheus; see 'fwctl mlx5 link' and the like");
	if (out && !option(run, "prometheus"))
		return fail(run, FWCTL_EXIT_USAGE,
			    "stats: --out needs --prometheus; redirect standard output instead");
	if (option(run, "prometheus") && run->set.json)
		return fail(run, FWCTL_EXIT_USAGE,
			    "stats: --prometheus and --json: leave out one of the two");
	if (interval && option(run, "prometheus") && (!out || !strcmp(out, "-")))
		return fail(run, FWCTL_EXIT_USAGE,
			    "stats: --prometheus with --interval needs --out FILE, which is replaced each time");
	if (interval && run->set.json)
		return fail(run, FWCTL_EXIT_USAGE,
			    "stats: --interval and --json: leave out one of the two; --seconds measures latencies");
	return 0;
}

/* Collect events and print the statistics, repeatedly. */
static int repeat(struct run *run, struct stats *stats, int64_t interval,
		  unsigned long count)
{
	int64_t next = clock_ns(CLOCK_MONOTONIC);
	unsigned long i;

	catch_end();
	for (i = 0; !count || i < count; i++) {
		next += i ? interval : 0;
		if (i && !listen_until(run, stats, next))
			break;
		if (take_stats(run, stats))
			break;
		if (!option(run, "prometheus"))
			show_live(run);
		else if (write_prometheus(run, true))
			break;
	}
	run->printed = true;
	return run->code;
}

static int show_run(struct run *run)
{
	bool prometheus = option(run, "prometheus");
	unsigned long seconds = 0, interval = 0, count = 0;
	struct stats stats = {};
	int ret = 0;

	if (number_option(run, "seconds", 0, 1000000, &seconds) ||
	    number_option(run, "interval", 1, 1000000, &interval) ||
	    number_option(run, "count", 1, 1000000000, &count) ||
	    check_options(run, interval))
		return run->code;
	/* A terminal is refreshed every two seconds. */
	if (!interval && !seconds && !option(run, "once") && !run->set.json &&
	    !run->set.raw && !prometheus && isatty(STDOUT_FILENO))
		interval = 2;
	if (seconds || interval)
		ret = fwctl_monitor_open(run->ctx, FWCTL_MONITOR_AUDIT,
					 &stats.monitor);
	/* Counters need no privilege; latencies do, if an option asks for them. */
	if (ret && (seconds || option(run, "interval")))
		return fail_errno(run, ret, fwctl_ctx_error(run->ctx));
	if (interval) {
		repeat(run, &stats, interval * 1000000000LL, count);
	} else {
		if (seconds)
			listen_until(run, &stats, clock_ns(CLOCK_MONOTONIC) +
				     seconds * 1000000000LL);
		if (!run->code && !take_stats(run, &stats) && prometheus)
			write_prometheus(run, stats.monitor);
	}
	free_stats(&stats);
	return run->code;
}

static const struct option_spec options[] = {
	{ "once", '1', NULL, "print once also on a terminal" },
	{ "interval", 'i', "SECONDS", "print again after this time" },
	{ "count", 'c', "NUMBER", "end after printing this number of times" },
	{ "seconds", 't', "SECONDS", "measure latencies for this time, then print once" },
	{ "prometheus", 'p', NULL, "print Prometheus' text format" },
	{ "health", 'H', NULL, "with that, read links, sensors and PCI Express of each card" },
	{ "out", 'O', "FILE", "write that to a file, which is replaced when it is complete" },
	{}
};

static const struct column_spec columns[] = {
	{ "NAME", "/name", 0 },
	{ "PARENT", "/parent", 0 },
	{ "FILES", "/files", COLUMN_RIGHT },
	{ "IN-FLIGHT", "/in_flight", COLUMN_RIGHT },
	{ "CONF", "/delivered/configuration", COLUMN_RIGHT },
	{ "READ", "/delivered/debug-read-only", COLUMN_RIGHT },
	{ "WRITE", "/delivered/debug-write", COLUMN_RIGHT },
	{ "FULL", "/delivered/debug-write-full", COLUMN_RIGHT },
	{ "REFUSED", "/refused", COLUMN_RIGHT },
	{ "P50-NS", "/latency/p50_ns", COLUMN_RIGHT },
	{ "P99-NS", "/latency/p99_ns", COLUMN_RIGHT },
	{ "MAX-NS", "/latency/max_ns", COLUMN_RIGHT },
	{ "DRIVER", "/driver", COLUMN_EXTRA },
	{ "LOST", "/latency/lost", COLUMN_RIGHT | COLUMN_EXTRA },
	{}
};

static const struct command commands[] = {
	{ .name = "show", .args = "[DEV]",
	  .help = "show counters and latencies",
	  .options = options, .columns = columns, .flags = COMMAND_DEFAULT,
	  .run = show_run },
	{}
};

struct object stats_object = {
	.name = "stats", .help = "counters and latencies", .commands = commands,
};
