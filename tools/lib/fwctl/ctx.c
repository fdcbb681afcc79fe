// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Contexts, and the choice of the source that answers.
 */
#include <errno.h>
#include <stdlib.h>

#include "private.h"

struct fwctl_ctx *fwctl_ctx_new(void)
{
	struct fwctl_ctx *ctx = calloc(1, sizeof(*ctx));

	if (!ctx)
		return NULL;
	ctx->source = fwctl_source_new(&fwctl_transport_kernel);
	if (ctx->source)
		return ctx;
	free(ctx);
	return NULL;
}

void fwctl_ctx_free(struct fwctl_ctx *ctx)
{
	if (!ctx)
		return;
	fwctl_source_put(ctx->source);
	fwctl_nl_close(&ctx->nl);
	free(ctx);
}

const char *fwctl_ctx_error(const struct fwctl_ctx *ctx)
{
	return ctx->error;
}

static bool records(const struct fwctl_ctx *ctx)
{
	return ctx->source->transport == &fwctl_transport_recorder;
}

/* A recorder is thus never above a player, nor above another recorder. */
static int check_unused(struct fwctl_ctx *ctx, const char *path)
{
	if (!records(ctx) && !ctx->source->transport->replays)
		return 0;
	return fwctl_fail(ctx->error, -EALREADY,
			  "%s: this context records or replays already: use another",
			  path);
}

int fwctl_ctx_set_record(struct fwctl_ctx *ctx, const char *path)
{
	int ret = check_unused(ctx, path);

	return ret ? ret : fwctl_recorder_begin(&ctx->source, path, ctx->error);
}

int fwctl_ctx_end_record(struct fwctl_ctx *ctx)
{
	if (!records(ctx))
		return fwctl_fail(ctx->error, -EBADF,
				  "this context does not record: begin with fwctl_ctx_set_record()");
	return fwctl_recorder_end(&ctx->source, ctx->error);
}

int fwctl_ctx_set_replay(struct fwctl_ctx *ctx, const char *path)
{
	struct fwctl_player *player;
	int ret = check_unused(ctx, path);

	if (!ret)
		ret = fwctl_player_new(path, &player, ctx->error);
	if (ret)
		return ret;
	fwctl_source_put(ctx->source);
	ctx->source = &player->source;
	return 0;
}
