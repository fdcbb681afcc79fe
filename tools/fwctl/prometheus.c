// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl stats --prometheus: counters, and the state of cards, in Prometheus' text format.
 */
#include <stdlib.h>
#include <string.h>

#include "tool.h"

/* Prometheus' text format: the samples of a metric follow one another. */

static void put_label(FILE *file, const char *label, const char *value)
{
	fprintf(file, "%s=\"", label);
	for (; value && *value; value++) {
		if (*value == '"' || *value == '\\')
			fputc('\\', file);
		fputc(*value == '\n' ? ' ' : *value, file);
	}
	fputc('"', file);
}

static void put_labels(FILE *file, json_object *row)
{
	put_label(file, "device", string_of(row, "name"));
	put_label(file, ",parent", string_of(row, "parent"));
	put_label(file, ",driver", string_of(row, "driver"));
}

static void put_head(FILE *file, const char *name, const char *type,
		     const char *help)
{
	fprintf(file, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_gauge(FILE *file, json_object *rows, const char *metric,
		      const char *key, const char *help)
{
	size_t i;

	put_head(file, metric, "gauge", help);
	for (i = 0; i < json_object_array_length(rows); i++) {
		json_object *row = json_object_array_get_idx(rows, i);

		fprintf(file, "%s{", metric);
		put_labels(file, row);
		fprintf(file, "} %llu\n",
			(unsigned long long)number_of(row, key));
	}
}

static void put_counters(FILE *file, json_object *rows, const char *metric,
			 const char *key, const char *label, const char *help)
{
	size_t i;

	put_head(file, metric, "counter", help);
	for (i = 0; i < json_object_array_length(rows); i++) {
		json_object *row = json_object_array_get_idx(rows, i);

		json_object_object_foreach(json_object_object_get(row, key),
					   name, value) {
			fprintf(file, "%s{", metric);
			put_labels(file, row);
			fprintf(file, ",%s=\"%s\"} %llu\n", label, name,
				(unsigned long long)
				json_object_get_uint64(value));
		}
	}
}

static void put_histogram(FILE *file, json_object *row)
{
	json_object *latency = json_object_object_get(row, "latency");
	json_object *buckets = json_object_object_get(latency, "buckets");
	uint64_t below = 0, limit;
	char text[32] = "+Inf";
	size_t i;

	for (i = 0; i < json_object_array_length(buckets); i++) {
		json_object *bucket = json_object_array_get_idx(buckets, i);

		limit = number_of(bucket, "limit_ns");
		below += number_of(bucket, "count");
		if (limit)
			snprintf(text, sizeof(text), "%llu.%09llu",
				 (unsigned long long)limit / 1000000000,
				 (unsigned long long)limit % 1000000000);
		else
			strcpy(text, "+Inf");
		fputs("fwctl_rpc_duration_seconds_bucket{", file);
		put_labels(file, row);
		fprintf(file, ",le=\"%s\"} %llu\n", text,
			(unsigned long long)below);
	}
	fputs("fwctl_rpc_duration_seconds_sum{", file);
	put_labels(file, row);
	fprintf(file, "} %.9f\n", number_of(latency, "sum_ns") / 1e9);
	fputs("fwctl_rpc_duration_seconds_count{", file);
	put_labels(file, row);
	fprintf(file, "} %llu\n",
		(unsigned long long)number_of(latency, "count"));
}

static void put_prometheus(FILE *file, json_object *rows, bool histograms)
{
	size_t i;

	put_gauge(file, rows, "fwctl_open_files", "files",
		  "Open files of a device.");
	put_gauge(file, rows, "fwctl_rpcs_in_flight", "in_flight",
		  "Requests in flight.");
	put_counters(file, rows, "fwctl_rpcs_delivered_total", "delivered",
		     "scope", "Requests that reached a device, by effective scope.");
	put_counters(file, rows, "fwctl_rpcs_judged_total", "judged", "reason",
		     "Requests, by reason of their refusal, or admitted.");
	if (!histograms)
		return;
	put_head(file, "fwctl_rpc_duration_seconds", "histogram",
		 "Duration of requests, since this exporter was started.");
	for (i = 0; i < json_object_array_length(rows); i++)
		put_histogram(file, json_object_array_get_idx(rows, i));
}

/* A label that names a part of a device, if the result has it. */
static void put_part(FILE *file, json_object *row, const char *key)
{
	json_object *value = json_object_object_get(row, key);

	if (value)
		fprintf(file, ",%s=\"%s\"", key, json_object_get_string(value));
}

/* One sample of a metric, if @row has its value. Without a label's value it is 0. */
static void put_health(FILE *file, json_object *dev, const struct metric_spec *spec,
		       json_object *row)
{
	json_object *value = json_object_object_get(row, spec->key);
	const char *text = value ? json_object_get_string(value) : NULL;

	if (!text && !(row && spec->label))
		return;
	fprintf(file, "%s{", spec->metric);
	put_labels(file, dev);
	put_part(file, row, "port");
	put_part(file, row, "name");
	put_part(file, row, "level");
	if (!text) {
		fputs("} 0\n", file);
	} else if (spec->label) {
		fputs(",", file);
		put_label(file, spec->label, text);
		fputs("} 1\n", file);
	} else if (spec->equals) {
		fprintf(file, "} %d\n", !strcmp(text, spec->equals));
	} else if (json_object_is_type(value, json_type_array)) {
		fprintf(file, "} %zu\n", json_object_array_length(value));
	} else {
		fprintf(file, "} %.12g\n", json_object_get_double(value) *
			(spec->factor ? spec->factor : 1));
	}
}

/* Run a command of a plugin about a device or a port; returns its result, or NULL. */
static json_object *ask(struct run *run, const char *command, const char *dev,
			unsigned int port)
{
	struct run outer = { .ctx = run->ctx, .set = { .json = true } };
	json_object *docs = json_object_new_array(), *result;
	char line[128], *argv[8], *word, *rest;
	int argc = 1;

	snprintf(line, sizeof(line), command, dev, port);
	argv[0] = (char *)"fwctl";
	for (word = strtok_r(line, " ", &rest); word && argc < 7;
	     word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	argv[argc] = NULL;
	outer.set.collect = docs;
	outer.set.recorded = run->set.recorded;
	run_line(run->ctx, &outer, argc, argv);
	result = json_object_object_get(json_object_array_get_idx(docs, 0), "result");
	result = json_object_get(result);
	json_object_put(docs);
	return result;
}

/* The rows of a result: those of a table, or the result itself. */
static void add_rows(json_object *all, json_object *result)
{
	json_object *rows = json_object_object_get(result, "fields");
	size_t i;

	if (!rows)
		rows = json_object_object_get(result, "levels");
	if (!rows && result)
		json_object_array_add(all, json_object_get(result));
	for (i = 0; rows && i < json_object_array_length(rows); i++)
		json_object_array_add(all, json_object_get(json_object_array_get_idx(rows, i)));
}

/* The number of ports of a device; 1 if it is not known. */
static unsigned int ports_of(struct run *run, const struct vendor *vendor, const char *dev)
{
	json_object *result = vendor->ports ? ask(run, vendor->ports, dev, 0) : NULL;
	json_object *rows = json_object_new_array();
	unsigned int ports;

	add_rows(rows, result);
	ports = number_of(json_object_array_get_idx(rows, 0), "current");
	json_object_put(rows);
	json_object_put(result);
	return ports ? ports : 1;
}

/* The rows of a command about a device, or about each of its ports. */
static json_object *ask_all(struct run *run, const struct vendor *vendor, const char *command,
			    const char *dev)
{
	unsigned int ports = strstr(command, "%u") ? ports_of(run, vendor, dev) : 1, port;
	json_object *rows = json_object_new_array(), *result;

	for (port = 1; port <= ports; port++) {
		result = ask(run, command, dev, port);
		add_rows(rows, result);
		json_object_put(result);
	}
	return rows;
}

/*
 * The metrics of a plugin, of all its devices. A command is run once for each device or
 * port; one that fails leaves its metrics out.
 */
static void put_vendor(struct run *run, FILE *file, json_object *devs,
		       const struct vendor *vendor)
{
	const struct metric_spec *spec = vendor->metrics;
	const char *type = fwctl_type_name(vendor->type), *before = NULL;
	json_object *results = NULL, *dev, *rows;
	size_t i, n;

	for (; spec->command; spec++) {
		if (!before || strcmp(before, spec->command)) {
			json_object_put(results);
			results = json_object_new_array();
			for (i = 0; i < json_object_array_length(devs); i++) {
				dev = json_object_array_get_idx(devs, i);
				rows = !strcmp(string_of(dev, "type") ?: "", type) ?
				       ask_all(run, vendor, spec->command,
					       string_of(dev, "name")) :
				       json_object_new_array();
				json_object_array_add(results, rows);
			}
		}
		before = spec->command;
		put_head(file, spec->metric, spec->type, spec->help);
		for (i = 0; i < json_object_array_length(devs); i++) {
			dev = json_object_array_get_idx(devs, i);
			rows = json_object_array_get_idx(results, i);
			for (n = 0; n < json_object_array_length(rows); n++)
				put_health(file, dev, spec,
					   json_object_array_get_idx(rows, n));
		}
	}
	json_object_put(results);
}

/* Names that other exporters have for a device, in their label: to join with them. */
static void put_names(FILE *file, json_object *devs, const char *metric,
		      const char *key, const char *help)
{
	json_object *dev, *names, *name;
	size_t i, n;

	put_head(file, metric, "gauge", help);
	for (i = 0; i < json_object_array_length(devs); i++) {
		dev = json_object_array_get_idx(devs, i);
		names = json_object_object_get(dev, key);
		for (n = 0; n < json_object_array_length(names); n++) {
			name = json_object_array_get_idx(names, n);
			fprintf(file, "%s{", metric);
			put_label(file, "device", json_object_get_string(name));
			put_label(file, ",fwctl", string_of(dev, "name"));
			put_label(file, ",parent", string_of(dev, "parent"));
			fputs("} 1\n", file);
		}
	}
}

static void put_devices(struct run *run, FILE *file, json_object *devs)
{
	static const char * const labels[] = {
		",type", ",model", ",part", ",psid", ",firmware", ",pending",
	};
	const struct object *object;
	json_object *dev;
	size_t i, n;

	put_head(file, "fwctl_device_info", "gauge",
		 "The card and its firmware, as labels.");
	for (i = 0; i < json_object_array_length(devs); i++) {
		dev = json_object_array_get_idx(devs, i);
		fputs("fwctl_device_info{", file);
		put_labels(file, dev);
		for (n = 0; n < ARRAY_SIZE(labels); n++)
			put_label(file, labels[n], string_of(dev, labels[n] + 1));
		fputs("} 1\n", file);
	}
	put_names(file, devs, "fwctl_netdev_info", "netdevs",
		  "Network devices of a device, by the label of node_network_*.");
	put_names(file, devs, "fwctl_rdma_info", "rdma_devs",
		  "RDMA devices of a device, by the label of node_infiniband_*.");
	for (object = objects(); object && option(run, "health"); object = object->next)
		if (object->vendor && object->vendor->metrics)
			put_vendor(run, file, devs, object->vendor);
}

/* The devices that the statistics are about. */
static json_object *list_devices(struct run *run)
{
	json_object *rows = json_object_new_array();
	struct fwctl_dev **devs, *only = NULL;
	int count, i;

	if (run->argc && fwctl_find(run->ctx, run->argv[0], &only))
		return rows;
	count = only ? 0 : fwctl_list(run->ctx, &devs);
	if (only)
		json_object_array_add(rows, json_device(run, only));
	for (i = 0; i < count; i++)
		json_object_array_add(rows, json_device(run, devs[i]));
	if (!only && count >= 0)
		fwctl_list_free(devs);
	fwctl_dev_free(only);
	return rows;
}

/* Write the result, which are statistics, and the devices' metrics. */
int write_prometheus(struct run *run, bool histograms)
{
	json_object *devs = list_devices(run);
	const char *name = option(run, "out");
	char *text = NULL;
	size_t size = 0;
	FILE *file;
	int code;

	file = open_memstream(&text, &size);
	if (!file) {
		json_object_put(devs);
		return fail(run, FWCTL_EXIT_USAGE, "no memory");
	}
	put_prometheus(file, run->result, histograms);
	put_devices(run, file, devs);
	json_object_put(devs);
	fclose(file);
	code = write_bytes(run, name ? name : "-", text, size);
	free(text);
	run->printed = true;
	return code;
}
