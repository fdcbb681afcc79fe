// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Contexts.
 */
#include <errno.h>
#include <stdlib.h>

#include "private.h"

struct fwctl_ctx *fwctl_ctx_new(void)
{
	struct fwctl_ctx *ctx = calloc(1, sizeof(*ctx));

	if (ctx)
		ctx->transport = &fwctl_transport_kernel;
	return ctx;
}

void fwctl_ctx_free(struct fwctl_ctx *ctx)
{
	if (!ctx)
		return;
	fwctl_recorder_put(ctx->recorder);
	fwctl_player_put(ctx->player);
	fwctl_nl_close(&ctx->nl);
	free(ctx);
}

const char *fwctl_ctx_error(const struct fwctl_ctx *ctx)
{
	return ctx->error;
}

static int is_free(struct fwctl_ctx *ctx, const char *path)
{
	if (!ctx->recorder && !ctx->player)
		return 0;
	return fwctl_fail(ctx->error, -EALREADY,
			  "%s: this context records or replays already: use another",
			  path);
}

int fwctl_ctx_set_record(struct fwctl_ctx *ctx, const char *path)
{
	int ret = is_free(ctx, path);

	if (!ret)
		ret = fwctl_recorder_new(ctx->transport, path, &ctx->recorder,
					 ctx->error);
	if (!ret)
		ctx->transport = &fwctl_transport_recorder;
	return ret;
}

int fwctl_ctx_end_record(struct fwctl_ctx *ctx)
{
	const struct fwctl_transport *below;
	int ret;

	if (!ctx->recorder)
		return fwctl_fail(ctx->error, -EBADF,
				  "this context does not record: begin with fwctl_ctx_set_record()");
	below = fwctl_recorder_below(ctx->recorder);
	ret = fwctl_recorder_end(ctx->recorder, ctx->error);
	fwctl_recorder_put(ctx->recorder);
	ctx->recorder = NULL;
	ctx->transport = below;
	return ret;
}

int fwctl_ctx_set_replay(struct fwctl_ctx *ctx, const char *path)
{
	int ret = is_free(ctx, path);

	if (!ret)
		ret = fwctl_player_new(path, &ctx->player, ctx->error);
	if (!ret)
		ctx->transport = &fwctl_transport_player;
	return ret;
}
