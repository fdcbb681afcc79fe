// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finding and opening devices, and sending requests. All commands use these
 * functions, so that all of them follow the rules on scopes and taint.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

/* A device type's name, or its number, or null if it is not known. */
json_object *json_devtype(__u32 type)
{
	const char *name = fwctl_type_name(type);
	char number[16];

	if (!name && type == FWCTL_DEVICE_TYPE_ERROR)
		return NULL;
	snprintf(number, sizeof(number), "%u", type);
	return json_text(name ? name : number);
}

/* A JSON array of names, from an array with NULL at its end. */
static json_object *json_names(const char *const *names)
{
	json_object *array;
	int count = 0;

	while (names[count])
		count++;
	/* An array of json-c has room for 32 values unless it is told. */
	array = json_object_new_array_ext(count);
	for (; *names; names++)
		json_object_array_add(array, json_text(*names));
	return array;
}

/* Keys whose values only a plugin can tell, in the order of the columns. */
static const char * const described[] = {
	"model", "part", "serial", "psid", "firmware", "pending", "card",
};

/* Does -o name nothing that a plugin tells? Then the device need not be opened. */
static bool is_undescribed(const struct run *run)
{
	const char *list = run->set.columns;
	const struct column_spec *column;
	size_t i;

	if (!list || run->set.json)
		return false;
	for (; *list; list += *list == ',') {
		column = find_column(run->command, list);
		for (i = 0; column && i < ARRAY_SIZE(described); i++)
			if (!strcmp(column->key, described[i]))
				return false;
		list += strcspn(list, ",");
	}
	return true;
}

/* The highest scope that a device admits, where the kernel reports its scopes. */
static json_object *json_ceiling(const struct fwctl_dev *dev)
{
	unsigned int scopes = fwctl_dev_scopes(dev);
	int ceiling = FWCTL_CEILING_NONE;

	/* Linux's own fwctl reports neither the driver nor scopes. */
	if (!scopes && !fwctl_dev_driver(dev))
		return NULL;
	for (; scopes; scopes >>= 1)
		ceiling++;
	return json_text(fwctl_ceiling_name((enum fwctl_ceiling)ceiling));
}

/*
 * The properties of a device, as far as they can be had: model, part number, serial
 * number, board (psid), running firmware and, if it is another one, that of the next
 * start (pending), and the name that the functions of a card share.
 */
json_object *json_device(struct run *run, struct fwctl_dev *dev)
{
	const struct vendor *vendor = find_vendor(fwctl_dev_type(dev));
	unsigned int scopes = fwctl_dev_scopes(dev);
	json_object *object = json_object_new_object();
	size_t i;

	json_add(object, "name", json_text(fwctl_dev_name(dev)));
	json_add(object, "path", json_text(fwctl_dev_path(dev)));
	json_add(object, "type", json_devtype(fwctl_dev_type(dev)));
	json_add(object, "driver", json_text(fwctl_dev_driver(dev)));
	json_add(object, "parent", json_text(fwctl_dev_parent(dev)));
	json_add(object, "bus", json_text(fwctl_dev_bus(dev)));
	json_add(object, "netdevs", json_names(fwctl_dev_netdevs(dev)));
	json_add(object, "rdma_devs", json_names(fwctl_dev_rdma_devs(dev)));
	for (i = 0; i < ARRAY_SIZE(described); i++)
		json_add(object, described[i], NULL);
	if (vendor && vendor->describe && !run->set.dry_run && !is_undescribed(run))
		vendor->describe(run, object, dev);
	json_add(object, "ceiling", json_ceiling(dev));
	json_add(object, "scopes", scopes ? json_scopes(scopes) : NULL);
	return object;
}

/* Set the run's error: no device was found. */
int fail_find(struct run *run, int err)
{
	int code = FWCTL_EXIT_USAGE;

	if (err == -ENODEV || err == -ENOENT)
		code = FWCTL_EXIT_NO_DEVICE;
	else if (err == -ETIMEDOUT)
		code = FWCTL_EXIT_GONE;
	if (!run->code)
		run->err = err;
	return fail(run, code, "%s", fwctl_ctx_error(run->ctx));
}

/* Find a device; returns an exit code. */
int find_device(struct run *run, const char *what, struct fwctl_dev **dev)
{
	int ret = fwctl_find(run->ctx, what, dev);

	if (!ret)
		return 0;
	*dev = NULL;
	return fail_find(run, ret);
}

/* Find and open a device; returns an exit code. */
int open_device(struct run *run, const char *what, unsigned int flags,
		struct fwctl_dev **dev)
{
	size_t none = 0;
	int ret;

	if (find_device(run, what, dev))
		return run->code;
	ret = fwctl_dev_open(*dev, flags);
	/* Linux's own fwctl reports the type only in FWCTL_INFO. */
	if (!ret && fwctl_dev_type(*dev) == FWCTL_DEVICE_TYPE_ERROR)
		ret = fwctl_dev_info(*dev, NULL, &none);
	if (ret)
		return fail_errno(run, ret, fwctl_dev_error(*dev));
	return 0;
}

/*
 * Get the user's consent to a request that taints the kernel, by --taint or on the
 * terminal. @why is a clause that ends with "taints the kernel". Returns an exit
 * code.
 */
static int agree_to_taint(struct run *run, const char *dev, const char *why)
{
	if (run->set.taint ||
	    confirm("%s: %s until a reboot. Send it?", dev, why))
		return 0;
	if (can_ask())
		return fail(run, FWCTL_EXIT_REFUSED,
			    "%s: the request is not sent, as you did not agree",
			    dev);
	return fail(run, FWCTL_EXIT_REFUSED, "%s: %s; add --taint", dev, why);
}

/* Consent to the scope that --scope gives. */
static int agree_to_scope(struct run *run, const char *dev)
{
	char why[64];

	if (run->set.scope < FWCTL_RPC_DEBUG_WRITE)
		return 0;
	snprintf(why, sizeof(why), "scope %s taints the kernel",
		 fwctl_scope_name(run->set.scope));
	return agree_to_taint(run, dev, why);
}

/* Consent to the scopes above debug-read-only, as far as they are needed. */
static int agree_to_higher(struct run *run, const struct fwctl_dev *dev, int least)
{
	char why[128];

	if (least >= FWCTL_RPC_DEBUG_WRITE)
		snprintf(why, sizeof(why),
			 "this request needs scope %s, which taints the kernel",
			 fwctl_scope_name((enum fwctl_rpc_scope)least));
	else
		snprintf(why, sizeof(why),
			 "refused under scope debug-read-only, and a higher scope taints the kernel");
	return agree_to_taint(run, fwctl_dev_name(dev), why);
}

/*
 * Send a request under the scope that the driver's tables name, and while it is refused
 * under the next ones up to @max. A request whose scope is not known is tried from the
 * lowest scope on. *used becomes the last scope. Returns the library's result.
 */
static int send_from(struct fwctl_dev *dev, int least, enum fwctl_rpc_scope max,
		     const struct buffer *in, void *out, size_t *len,
		     enum fwctl_rpc_scope *used)
{
	int ret;

	if (least > 0) {
		*used = least < (int)max ? (enum fwctl_rpc_scope)least : max;
		while ((ret = fwctl_dev_rpc(dev, *used, in->data, in->len, out,
					    len)) == -EBADMSG && *used < max)
			(*used)++;
		return ret;
	}
	*used = FWCTL_RPC_CONFIGURATION;
	ret = fwctl_dev_rpc_least(dev, max, in->data, in->len, out, len, used);
	/* A type for which trying is not safe gets the lowest scope only. */
	if (ret == -EOPNOTSUPP)
		ret = fwctl_dev_rpc(dev, *used, in->data, in->len, out, len);
	return ret;
}

/*
 * Send a request under the scope that is given, or under the least one that admits
 * it. No request taints the kernel without the user's consent, and none is sent that
 * is known to be refused before the consent. Returns an exit code.
 */
static int send_scoped(struct run *run, struct fwctl_dev *dev,
		       const struct buffer *in, void *out, size_t *len,
		       enum fwctl_rpc_scope *used)
{
	const struct vendor *vendor = find_vendor(fwctl_dev_type(dev));
	enum fwctl_rpc_scope max = FWCTL_RPC_DEBUG_READ_ONLY;
	size_t room = *len;
	int ret = -EBADMSG, least = -1;

	if (run->set.has_scope) {
		*used = run->set.scope;
		if (agree_to_scope(run, fwctl_dev_name(dev)))
			return run->code;
		ret = fwctl_dev_rpc(dev, *used, in->data, in->len, out, len);
		return ret ? fail_errno(run, ret, fwctl_dev_error(dev)) : 0;
	}

	if (vendor && vendor->scope)
		least = vendor->scope(in->data, in->len);
	if (run->set.taint)
		max = FWCTL_RPC_DEBUG_WRITE_FULL;
	if (least <= (int)max || !fwctl_dev_writable(dev))
		ret = send_from(dev, least, max, in, out, len, used);
	/* A request that writes needs a writable file first, then a higher scope. */
	if (ret != -EBADMSG || !fwctl_dev_writable(dev) ||
	    max == FWCTL_RPC_DEBUG_WRITE_FULL)
		return ret ? fail_errno(run, ret, fwctl_dev_error(dev)) : 0;
	if (agree_to_higher(run, dev, least))
		return run->code;
	*len = room;
	ret = send_from(dev, least, FWCTL_RPC_DEBUG_WRITE_FULL, in, out, len, used);
	return ret ? fail_errno(run, ret, fwctl_dev_error(dev)) : 0;
}

/* Check the firmware's status in an answer, where a plugin can find it. */
static void check_status(struct run *run, struct fwctl_dev *dev,
			 const struct buffer *in, const struct buffer *out)
{
	const struct vendor *vendor = find_vendor(fwctl_dev_type(dev));
	struct firmware_status status = {};

	if (vendor && vendor->status &&
	    vendor->status(in->data, in->len, out->data, out->len, &status) &&
	    status.status)
		fail_firmware(run, fwctl_dev_name(dev), &status);
}

/*
 * Send a request and receive an answer of at most out->len bytes at out->data;
 * out->len becomes the number of bytes received. With --dry-run nothing is sent,
 * and out->len becomes 0. @report, an object, gets the request, its scope and the
 * answer. Returns an exit code; if that is the firmware's error there is an answer
 * as well.
 */
int send_rpc(struct run *run, struct fwctl_dev *dev, const struct buffer *in,
	     struct buffer *out, json_object *report)
{
	enum fwctl_rpc_scope used = run->set.scope;
	const char *scope = NULL;
	size_t len = out->len;
	int code = 0;

	json_add(report, "device", json_text(fwctl_dev_name(dev)));
	json_add(report, "type", json_devtype(fwctl_dev_type(dev)));
	json_add(report, "dry_run", json_object_new_boolean(run->set.dry_run));
	if (run->set.dry_run)
		len = 0;
	else
		code = send_scoped(run, dev, in, out->data, &len, &used);
	if (code)
		return code;
	if (run->set.has_scope || !run->set.dry_run)
		scope = fwctl_scope_name(used);
	json_add(report, "scope", json_text(scope));
	json_add(report, "request", json_hex(in->data, in->len));
	json_add(report, "room", json_object_new_uint64(out->len));
	if (len < out->len)
		out->len = len;
	if (run->set.dry_run)
		return 0;
	json_add(report, "answer", json_hex(out->data, out->len));
	json_add(report, "answer_len", json_object_new_uint64(len));
	check_status(run, dev, in, out);
	if (len > out->len)
		fail(run, FWCTL_EXIT_PARTIAL,
		     "%s: the answer has %zu bytes, of which %zu were received",
		     fwctl_dev_name(dev), len, out->len);
	return run->code;
}

/*
 * Send one of many requests of the same kind, like send_rpc(). Only the first one
 * determines the scope and is part of the report, until drop_request() removes its
 * bytes.
 */
int send_next_rpc(struct run *run, struct fwctl_dev *dev,
		  const struct buffer *in, struct buffer *out,
		  json_object *report)
{
	enum fwctl_rpc_scope scope;
	size_t len = out->len;
	int ret;

	if (run->set.dry_run || !string_of(report, "scope"))
		return send_rpc(run, dev, in, out, report);
	ret = fwctl_scope_parse(string_of(report, "scope"), &scope) ?:
	      fwctl_dev_rpc(dev, scope, in->data, in->len, out->data, &len);
	if (ret)
		return fail_errno(run, ret, fwctl_dev_error(dev));
	if (len < out->len)
		out->len = len;
	check_status(run, dev, in, out);
	return run->code;
}

/* Remove the bytes of the first one of many requests from the report. */
void drop_request(json_object *report)
{
	static const char * const keys[] = {
		"request", "room", "answer", "answer_len",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		json_object_object_del(report, keys[i]);
}

/*
 * Open the device that the first argument of a vendor's command names; it must be
 * of the vendor's type. Returns an exit code; the caller frees *dev in any case.
 */
int vendor_open(struct run *run, struct fwctl_dev **dev)
{
	return vendor_open_named(run, run->argv[0], dev);
}

/* The same for a device that another argument names. */
int vendor_open_named(struct run *run, const char *what, struct fwctl_dev **dev)
{
	const char *type = fwctl_type_name(run->object->vendor->type);

	*dev = NULL;
	if (open_device(run, what, FWCTL_OPEN_READ_ONLY_OK, dev))
		return run->code;
	if (fwctl_dev_type(*dev) == run->object->vendor->type)
		return 0;
	return fail(run, FWCTL_EXIT_UNSUPPORTED,
		    "%s: not of type %s, which 'fwctl %s' needs; see 'fwctl dev list'",
		    fwctl_dev_name(*dev), type ? type : run->object->name,
		    run->object->name);
}

/*
 * Open the device like vendor_open(), then send a request like send_rpc(). The
 * report is the run's result, to which the command adds the decoded answer.
 * Returns an exit code. With --dry-run there is no answer: out->len is 0.
 */
int vendor_rpc(struct run *run, const struct buffer *in, struct buffer *out)
{
	struct fwctl_dev *dev;

	if (vendor_open(run, &dev))
		goto out;
	run->result = json_object_new_object();
	send_rpc(run, dev, in, out, run->result);
	/* Without an answer there is no result, only the error. */
	if (run->code && !json_object_object_get(run->result, "answer")) {
		json_object_put(run->result);
		run->result = NULL;
	}
out:
	fwctl_dev_free(dev);
	return run->code;
}

/* Parse an argument that is a number up to max; returns an exit code. */
int parse_number(struct run *run, const char *what, const char *text,
		 uint64_t max, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	if (errno || *end || end == text || strchr(text, '-') || *value > max)
		return fail(run, FWCTL_EXIT_USAGE,
			    "%s: %s must be a number from 0 to %llu", text, what,
			    (unsigned long long)max);
	return 0;
}
