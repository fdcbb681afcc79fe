/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libfwctl: find devices that take firmware RPCs, and send them some.
 *
 * The library never prints, never exits and keeps no global state. A function
 * that can fail returns a negative errno and leaves a message in the handle it
 * was given, which tells what failed, where, and what to do about it.
 *
 * A handle is for one thread at a time. Handles are independent of one another:
 * a device outlives the context that found it, and two devices, or two handles
 * of the same device, may be used by two threads.
 */
#ifndef _LIBFWCTL_H
#define _LIBFWCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <fwctl/fwctl.h>

#ifdef __cplusplus
extern "C" {
#endif

struct fwctl_ctx;
struct fwctl_dev;

/* Contexts: where to look for devices. */

struct fwctl_ctx *fwctl_ctx_new(void);
void fwctl_ctx_free(struct fwctl_ctx *ctx);
const char *fwctl_ctx_error(const struct fwctl_ctx *ctx);
int fwctl_ctx_set_root(struct fwctl_ctx *ctx, const char *root);

/* Finding devices. */

int fwctl_list(struct fwctl_ctx *ctx, struct fwctl_dev ***devs);
void fwctl_list_free(struct fwctl_dev **devs);
int fwctl_find(struct fwctl_ctx *ctx, const char *what, struct fwctl_dev **dev);
void fwctl_dev_free(struct fwctl_dev *dev);

/* What is known about a device without opening it. */

const char *fwctl_dev_name(const struct fwctl_dev *dev);
const char *fwctl_dev_path(const struct fwctl_dev *dev);
__u32 fwctl_dev_type(const struct fwctl_dev *dev);
const char *fwctl_dev_driver(const struct fwctl_dev *dev);
const char *fwctl_dev_parent(const struct fwctl_dev *dev);
const char *fwctl_dev_bus(const struct fwctl_dev *dev);
unsigned int fwctl_dev_scopes(const struct fwctl_dev *dev);
const char *fwctl_dev_error(const struct fwctl_dev *dev);

/* Talking to a device. */

/**
 * enum fwctl_open_flags - how fwctl_dev_open() opens a device
 * @FWCTL_OPEN_READ_ONLY_OK: if permission to write is lacking, open for reading
 *	only; requests that write are then refused
 */
enum fwctl_open_flags {
	FWCTL_OPEN_READ_ONLY_OK = 1 << 0,
};

int fwctl_dev_open(struct fwctl_dev *dev, unsigned int flags);
bool fwctl_dev_writable(const struct fwctl_dev *dev);
void fwctl_dev_close(struct fwctl_dev *dev);
int fwctl_dev_info(struct fwctl_dev *dev, void *data, size_t *len);
int fwctl_dev_rpc(struct fwctl_dev *dev, enum fwctl_rpc_scope scope,
		  const void *in, size_t in_len, void *out, size_t *out_len);

/* Names of the interface's numbers. */

const char *fwctl_type_name(__u32 type);
const char *fwctl_scope_name(enum fwctl_rpc_scope scope);
int fwctl_scope_parse(const char *text, enum fwctl_rpc_scope *scope);

/* Devices of type FWCTL_DEVICE_TYPE_MLX5. */

int fwctl_mlx5_status(const void *out, size_t len, __u8 *status,
		      __u32 *syndrome);
const char *fwctl_mlx5_status_name(__u8 status);

#ifdef __cplusplus
}
#endif

#endif
