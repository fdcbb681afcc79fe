// SPDX-License-Identifier: GPL-2.0-only
/*
 * Access to registers and capabilities of a ConnectX. No other file of the tool
 * builds their requests or parses their answers.
 *
 * Layout of QUERY_HCA_CAP: Ethernet Adapters Programming Manual.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "be.h"

#define QUERY_HCA_CAP 0x100
/* The register by which firmware is updated. */
#define MCC 0x9062

static int fail_short(struct run *run, struct fwctl_dev *dev,
		      const struct fwctl_mlx5_reg *reg, size_t len)
{
	return fail(run, FWCTL_EXIT_FIRMWARE,
		    "%s: the answer for register 0x%04x has %zu bytes instead of %zu: an error of the driver",
		    fwctl_dev_name(dev), reg->id, len,
		    FWCTL_MLX5_REG_HEADER + reg->len);
}

/*
 * Access a register, as send_next_rpc() sends a request: @report gets the request
 * and the answer, and with --dry-run nothing is sent. A read fills reg->data. Returns
 * an exit code.
 */
int access_register(struct run *run, struct fwctl_dev *dev,
		    struct fwctl_mlx5_reg *reg, json_object *report)
{
	size_t len = FWCTL_MLX5_REG_HEADER + reg->len;
	struct buffer in = { malloc(len), len }, out = { calloc(1, len), len };

	if (!in.data || !out.data ||
	    fwctl_mlx5_reg_build(reg, in.data, len) < 0)
		fail(run, FWCTL_EXIT_USAGE, "no memory");
	else if (!send_next_rpc(run, dev, &in, &out, report) &&
		 !run->set.dry_run && !reg->write &&
		 (out.len < len || fwctl_mlx5_reg_parse(reg, out.data, len)))
		fail_short(run, dev, reg, out.len);
	free(in.data);
	free(out.data);
	return run->code;
}

/*
 * Read a register of a layout's length into @data, which holds its keys; otherwise
 * as access_register().
 */
int read_register(struct run *run, struct fwctl_dev *dev,
		  const struct fwctl_mlx5_layout *layout, void *data,
		  json_object *report)
{
	struct fwctl_mlx5_reg reg = {
		.id = layout->id, .data = data, .len = layout->size,
	};

	return access_register(run, dev, &reg, report);
}

/*
 * Access a register without a report, also under --dry-run: under the scope that
 * the user gave, else under the least that admits it. The caller has the user's
 * consent if accesses->write_max taints the kernel. Returns 0, an exit code, or -1
 * if the firmware refused: reg->status and reg->syndrome tell why, and the run has
 * no error.
 */
int access_quietly(struct run *run, struct fwctl_dev *dev,
		   struct accesses *accesses, struct fwctl_mlx5_reg *reg)
{
	enum fwctl_rpc_scope max = reg->write ? accesses->write_max :
						FWCTL_RPC_DEBUG_READ_ONLY;
	enum fwctl_rpc_scope *scope = reg->write ? &accesses->write :
						   &accesses->read;
	__u8 buf[FWCTL_MLX5_REG_HEADER + ACCESS_MAX];
	int ret, in, known;
	size_t len;

	for (;;) {
		in = fwctl_mlx5_reg_build(reg, buf, sizeof(buf));
		if (in < 0)
			return fail_errno(run, in, "the register is too long");
		/* Begin where the driver admits it, so that nothing is refused. */
		known = fwctl_mlx5_request_scope(buf, in);
		if (known > (int)*scope && known <= (int)max)
			*scope = known;
		len = in;
		accesses->rpcs++;
		ret = fwctl_dev_rpc(dev, run->set.has_scope ?
				    run->set.scope : *scope, buf, in, buf, &len);
		if (ret != -EBADMSG || run->set.has_scope || *scope >= max)
			break;
		(*scope)++;
	}
	if (ret)
		return fail_errno(run, ret, fwctl_dev_error(dev));
	if (reg->write && reg->id == MCC)
		describe_forget(dev);
	ret = fwctl_mlx5_reg_parse(reg, buf, len < (size_t)in ? len : (size_t)in);
	if (ret == -EMSGSIZE)
		return fail_short(run, dev, reg, len);
	return ret ? -1 : 0;
}

/* Note that the firmware refused an access; returns the exit code. */
int fail_access(struct run *run, struct fwctl_dev *dev,
		const struct fwctl_mlx5_reg *reg)
{
	struct firmware_status status = {
		reg->status, reg->syndrome, fwctl_mlx5_status_name(reg->status),
	};

	return fail_firmware(run, fwctl_dev_name(dev), &status);
}

/* Read a page; @out has room for CAPS_HEADER and CAPS_PAGE bytes. */
int read_caps(struct run *run, struct fwctl_dev *dev,
	      const struct fwctl_mlx5_layout *layout, enum caps_mode mode,
	      __u8 *out, json_object *report)
{
	__u8 request[CAPS_HEADER] = {};
	struct buffer in = { request, sizeof(request) };
	struct buffer answer = { out, CAPS_HEADER + CAPS_PAGE };

	put_unaligned_be16(QUERY_HCA_CAP, request);
	put_unaligned_be16(layout->id << 1 | mode, request + 6);
	memset(out, 0, answer.len);
	return send_rpc(run, dev, &in, &answer, report);
}
