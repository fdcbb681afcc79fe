// SPDX-License-Identifier: LGPL-2.1-or-later
/* What is declared and not written yet. */
#include <errno.h>

#include "private.h"

static const char *const none[] = { NULL };

int fwctl_ctx_set_record(struct fwctl_ctx *ctx, const char *path) { return fwctl_fail(ctx->error, -ENOSYS, "%s: not written yet", path); }
int fwctl_ctx_end_record(struct fwctl_ctx *ctx) { return fwctl_fail(ctx->error, -ENOSYS, "not written yet"); }
int fwctl_ctx_set_replay(struct fwctl_ctx *ctx, const char *path) { return fwctl_fail(ctx->error, -ENOSYS, "%s: not written yet", path); }
int fwctl_wait(struct fwctl_ctx *ctx, const char *what, int timeout, struct fwctl_dev **dev) { (void)timeout; return fwctl_find(ctx, what, dev); }
const char *const *fwctl_dev_netdevs(const struct fwctl_dev *dev) { (void)dev; return none; }
const char *const *fwctl_dev_rdma_devs(const struct fwctl_dev *dev) { (void)dev; return none; }
int fwctl_dev_rpc_least(struct fwctl_dev *dev, enum fwctl_rpc_scope max, const void *in, size_t in_len, void *out, size_t *out_len, enum fwctl_rpc_scope *used) { if (used) *used = max; return fwctl_dev_rpc(dev, max, in, in_len, out, out_len); }
int fwctl_dev_state(struct fwctl_dev *dev, struct fwctl_state **state) { (void)state; return fwctl_fail(dev->error, -ENOSYS, "not written yet"); }
int fwctl_states(struct fwctl_ctx *ctx, struct fwctl_state ***states) { (void)states; return fwctl_fail(ctx->error, -ENOSYS, "not written yet"); }
void fwctl_states_free(struct fwctl_state **states) { (void)states; }
void fwctl_state_free(struct fwctl_state *state) { (void)state; }
const char *fwctl_state_name(const struct fwctl_state *state) { (void)state; return ""; }
__u32 fwctl_state_index(const struct fwctl_state *state) { (void)state; return 0; }
const char *fwctl_state_bus(const struct fwctl_state *state) { (void)state; return NULL; }
const char *fwctl_state_parent(const struct fwctl_state *state) { (void)state; return ""; }
const char *fwctl_state_driver(const struct fwctl_state *state) { (void)state; return ""; }
__u32 fwctl_state_type(const struct fwctl_state *state) { (void)state; return 0; }
enum fwctl_ceiling fwctl_state_ceiling(const struct fwctl_state *state) { (void)state; return 0; }
__u32 fwctl_state_files(const struct fwctl_state *state) { (void)state; return 0; }
__u32 fwctl_state_in_flight(const struct fwctl_state *state) { (void)state; return 0; }
unsigned int fwctl_state_taints(const struct fwctl_state *state) { (void)state; return 0; }
__u64 fwctl_state_delivered(const struct fwctl_state *state, enum fwctl_rpc_scope scope) { (void)state; (void)scope; return 0; }
__u64 fwctl_state_judged(const struct fwctl_state *state, enum fwctl_reason reason) { (void)state; (void)reason; return 0; }
int fwctl_dev_lower(struct fwctl_dev *dev, enum fwctl_ceiling ceiling) { (void)ceiling; return fwctl_fail(dev->error, -ENOSYS, "not written yet"); }
int fwctl_monitor_open(struct fwctl_ctx *ctx, unsigned int groups, struct fwctl_monitor **monitor) { (void)groups; (void)monitor; return fwctl_fail(ctx->error, -ENOSYS, "not written yet"); }
void fwctl_monitor_free(struct fwctl_monitor *monitor) { (void)monitor; }
int fwctl_monitor_fd(const struct fwctl_monitor *monitor) { (void)monitor; return -1; }
int fwctl_monitor_next(struct fwctl_monitor *monitor, const struct fwctl_event **event) { (void)monitor; (void)event; return -ENOSYS; }
const char *fwctl_monitor_error(const struct fwctl_monitor *monitor) { (void)monitor; return ""; }
int fwctl_recording_open(struct fwctl_ctx *ctx, const char *path, struct fwctl_recording **recording) { (void)recording; return fwctl_fail(ctx->error, -ENOSYS, "%s: not written yet", path); }
void fwctl_recording_free(struct fwctl_recording *recording) { (void)recording; }
int fwctl_recording_next(struct fwctl_recording *recording, const struct fwctl_record **record) { (void)recording; (void)record; return -ENOSYS; }
bool fwctl_recording_complete(const struct fwctl_recording *recording) { (void)recording; return false; }
const char *fwctl_ceiling_name(enum fwctl_ceiling ceiling) { (void)ceiling; return NULL; }
int fwctl_ceiling_parse(const char *text, enum fwctl_ceiling *ceiling) { (void)text; (void)ceiling; return -ENOSYS; }
const char *fwctl_reason_name(enum fwctl_reason reason) { (void)reason; return NULL; }
const char *fwctl_mlx5_opcode_name(__u16 opcode) { (void)opcode; return NULL; }
const char *fwctl_mlx5_reg_name(__u16 id) { (void)id; return NULL; }
int fwctl_mlx5_reg_find(const char *name, __u16 *id) { (void)name; (void)id; return -ENOSYS; }
int fwctl_mlx5_reg_build(const struct fwctl_mlx5_reg *reg, void *in, size_t room) { (void)reg; (void)in; (void)room; return -ENOSYS; }
int fwctl_mlx5_reg_parse(struct fwctl_mlx5_reg *reg, const void *out, size_t len) { (void)reg; (void)out; (void)len; return -ENOSYS; }
int fwctl_mlx5_reg_access(struct fwctl_dev *dev, enum fwctl_rpc_scope max, struct fwctl_mlx5_reg *reg) { (void)max; (void)reg; return fwctl_fail(dev->error, -ENOSYS, "not written yet"); }
