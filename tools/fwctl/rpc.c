// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl rpc
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "fwctl.h"

/* The most that the kernel takes either way. */
#define MAX_LEN (2UL << 20)
#define DEFAULT_OUT_LEN 4096UL

struct rpc_args {
	const char *dev;
	const char *in;
	const char *out;
	size_t out_len;
	enum fwctl_rpc_scope scope;
};

static int parse_scope(const char *text, enum fwctl_rpc_scope *scope)
{
	int ret = fwctl_scope_parse(text, scope);

	if (!ret)
		return FWCTL_EXIT_OK;
	return fail(FWCTL_EXIT_USAGE,
		    "rpc: --scope %s: %s: say configuration, debug-read-only, debug-write or debug-write-full",
		    text, ret == -ENOTUNIQ ? "fits several" : "no such scope");
}

static int parse_length(const char *text, size_t *len)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 0);
	if (errno || *end || end == text || *text == '-' || value > MAX_LEN)
		return fail(FWCTL_EXIT_USAGE,
			    "rpc: --out-len %s: is not a number from 0 to %lu",
			    text, MAX_LEN);
	*len = value;
	return FWCTL_EXIT_OK;
}

static int parse_args(int argc, char **argv, struct rpc_args *args)
{
	static const struct option options[] = {
		{ "scope", required_argument, NULL, 's' },
		{ "in", required_argument, NULL, 'i' },
		{ "out", required_argument, NULL, 'o' },
		{ "out-len", required_argument, NULL, 'l' },
		{}
	};
	int option, code = FWCTL_EXIT_OK;

	opterr = 0;
	while (!code && (option = getopt_long(argc, argv, ":s:i:o:l:", options,
					      NULL)) != -1) {
		switch (option) {
		case 's':
			code = parse_scope(optarg, &args->scope);
			break;
		case 'i':
			args->in = optarg;
			break;
		case 'o':
			args->out = optarg;
			break;
		case 'l':
			code = parse_length(optarg, &args->out_len);
			break;
		case ':':
			code = fail(FWCTL_EXIT_USAGE,
				    "rpc: %s: needs a value", argv[optind - 1]);
			break;
		default:
			code = fail(FWCTL_EXIT_USAGE, "rpc: %s: no such option",
				    argv[optind - 1]);
			break;
		}
	}
	if (code)
		return code;
	if (optind != argc - 1)
		return fail(FWCTL_EXIT_USAGE,
			    "rpc: takes one device: see fwctl help");
	if (!args->in || !args->out)
		return fail(FWCTL_EXIT_USAGE,
			    "rpc: --in FILE and --out FILE are needed");
	args->dev = argv[optind];
	return FWCTL_EXIT_OK;
}

/* What the firmware itself says of the request, where that can be told. */
static int check_status(struct fwctl_dev *dev, const struct buffer *out)
{
	__u32 syndrome;
	__u8 status;
	const char *name;

	if (fwctl_dev_type(dev) != FWCTL_DEVICE_TYPE_MLX5 ||
	    fwctl_mlx5_status(out->data, out->len, &status, &syndrome) !=
	    -EREMOTEIO)
		return FWCTL_EXIT_OK;
	name = fwctl_mlx5_status_name(status);
	return fail(FWCTL_EXIT_FIRMWARE,
		    "%s: the firmware reports status 0x%x (%s), syndrome 0x%x",
		    fwctl_dev_name(dev), status, name ? name : "unknown",
		    syndrome);
}

/* Open the device, for writing where the scope is one that writes. */
static int open_device(struct fwctl_dev *dev, enum fwctl_rpc_scope scope)
{
	unsigned int flags = 0;
	size_t none = 0;
	int ret;

	if (scope < FWCTL_RPC_DEBUG_WRITE)
		flags = FWCTL_OPEN_READ_ONLY_OK;
	ret = fwctl_dev_open(dev, flags);
	/* Linux's own fwctl tells the type only this way. */
	if (!ret && fwctl_dev_type(dev) == FWCTL_DEVICE_TYPE_ERROR)
		ret = fwctl_dev_info(dev, NULL, &none);
	if (ret)
		return fail(exit_code(ret), "%s", fwctl_dev_error(dev));
	return FWCTL_EXIT_OK;
}

static int send_request(struct fwctl_dev *dev, const struct rpc_args *args,
			const struct buffer *in, struct buffer *out)
{
	size_t len = args->out_len;
	int ret, code;

	ret = fwctl_dev_rpc(dev, args->scope, in->data, in->len, out->data,
			    &len);
	if (ret)
		return fail(exit_code(ret), "%s", fwctl_dev_error(dev));

	out->len = len < args->out_len ? len : args->out_len;
	code = write_file(args->out, out);
	if (!code)
		code = check_status(dev, out);
	if (!code && len > out->len)
		code = fail(FWCTL_EXIT_PARTIAL,
			    "%s: the answer has %zu bytes, of which %zu were received: say --out-len %zu",
			    fwctl_dev_name(dev), len, out->len, len);
	return code;
}

int fwctl_cmd_rpc(int argc, char **argv)
{
	struct rpc_args args = {
		.scope = FWCTL_RPC_CONFIGURATION,
		.out_len = DEFAULT_OUT_LEN,
	};
	struct buffer in = {}, out = {};
	struct fwctl_dev *dev = NULL;
	int code;

	code = parse_args(argc, argv, &args);
	if (!code)
		code = find_device(args.dev, &dev);
	if (!code)
		code = open_device(dev, args.scope);
	if (!code)
		code = read_file(args.in, MAX_LEN, &in);
	if (!code) {
		out.data = calloc(1, args.out_len + 1);
		if (!out.data)
			code = fail(FWCTL_EXIT_USAGE, "no memory");
	}
	if (!code)
		code = send_request(dev, &args, &in, &out);
	free(in.data);
	free(out.data);
	fwctl_dev_free(dev);
	return code;
}
