// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * States: the kernel's counters, taints and ceiling of a device.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "private.h"

#define FIELD(_attr, _kind, _member) \
	{ FWCTL_A_DEV_##_attr, FWCTL_FIELD_##_kind, \
	  offsetof(struct fwctl_state, _member), 0 }

static const struct fwctl_field state_fields[] = {
	FIELD(INDEX, U32, index),
	FIELD(NAME, STRING, name),
	FIELD(PARENT_BUS, STRING, bus),
	FIELD(PARENT_NAME, STRING, parent),
	FIELD(DRIVER, STRING, driver),
	FIELD(CARD, STRING, card),
	FIELD(TYPE, U32, type),
	FIELD(CEILING, U32, ceiling),
	FIELD(FILES, U32, files),
	FIELD(IN_FLIGHT, U32, in_flight),
	FIELD(TAINTS, U32, taints),
	FIELD(REASONS, COUNTERS, judged),
	FIELD(SCOPES, COUNTERS, delivered),
};

static const struct fwctl_hint hints[] = {
	{ ENODEV, "the device is gone or is being removed",
	  "list the devices again" },
	{ EPERM, "refused: needs CAP_SYS_ADMIN, and a ceiling is never raised",
	  "run as root, and name a lower ceiling than the device has" },
	{ ERANGE, "there is no such ceiling",
	  "name one of none, configuration, debug-read-only, debug-write" },
	{ EBADMSG, "this library does not understand the kernel's answer",
	  "use a library that is as new as the kernel" },
	{ EIO, "netlink failed", "see the kernel's log" },
	{ ENODATA, "the recording has no such request",
	  "record this request as well" },
};

/* The reason for which there is no netlink family. Only this project's core has the parameter. */
static struct fwctl_hint no_family(void)
{
	if (!access("/sys/module/fwctl/parameters/scope_max", F_OK))
		return (struct fwctl_hint){
			EOPNOTSUPP, "this network namespace has no netlink family fwctl",
			"use the initial network namespace" };
	if (!access("/sys/class/fwctl", F_OK))
		return (struct fwctl_hint){
			EOPNOTSUPP, "Linux's own fwctl has no netlink family",
			"use this project's fwctl in its place" };
	return (struct fwctl_hint){
		EOPNOTSUPP, "there is no netlink family: fwctl is not loaded",
		"load the device's module, which 'fwctl probe' names" };
}

/* Write a message about a state or ceiling to a handle, and return @err. */
int fwctl_state_fail(char *error, int err, const char *where)
{
	struct fwctl_hint hint = err == -EOPNOTSUPP ? no_family() :
				 fwctl_hint(hints, ARRAY_SIZE(hints), err);

	return fwctl_fail(error, err, "%s: %s: %s", where, hint.what,
			  hint.todo);
}

static bool copy_string(char **text)
{
	if (*text)
		*text = strdup(*text);
	return *text;
}

/* Make a state from the attributes of a message. */
int fwctl_state_parse(struct nlattr *attrs, int len, struct fwctl_state **state)
{
	struct fwctl_state *new = calloc(1, sizeof(*new));
	int err;

	if (!new)
		return -ENOMEM;
	err = fwctl_nl_fill(new, state_fields, ARRAY_SIZE(state_fields), attrs,
			    len);
	if (!err && (!new->name || !new->parent || !new->driver))
		err = -EBADMSG;
	if (err) {
		/* The strings are still those of the message. */
		free(new);
		return err;
	}
	/* copy_string() replaces each pointer into the message. */
	err = !copy_string(&new->name);
	err |= !copy_string(&new->parent);
	err |= !copy_string(&new->driver);
	err |= new->bus && !copy_string(&new->bus);
	err |= new->card && !copy_string(&new->card);
	if (err) {
		fwctl_state_free(new);
		return -ENOMEM;
	}
	*state = new;
	return 0;
}

/* The format of states in recordings. */

void fwctl_state_put(struct fwctl_buffer *buf, const struct fwctl_state *state)
{
	unsigned int i;

	fwctl_put_string(buf, state->name);
	fwctl_put_string(buf, state->bus);
	fwctl_put_string(buf, state->parent);
	fwctl_put_string(buf, state->driver);
	fwctl_put_string(buf, state->card);
	fwctl_put_u32(buf, state->index);
	fwctl_put_u32(buf, state->type);
	fwctl_put_u32(buf, state->ceiling);
	fwctl_put_u32(buf, state->files);
	fwctl_put_u32(buf, state->in_flight);
	fwctl_put_u32(buf, state->taints);
	for (i = 0; i < FWCTL_COUNTERS; i++)
		fwctl_put_u64(buf, state->judged[i]);
	for (i = 0; i < FWCTL_COUNTERS; i++)
		fwctl_put_u64(buf, state->delivered[i]);
}

struct fwctl_state *fwctl_state_get(struct fwctl_view *view, __u32 version)
{
	struct fwctl_state *state = calloc(1, sizeof(*state));
	unsigned int i;

	if (!state) {
		view->bad = true;
		return NULL;
	}
	state->name = fwctl_get_string(view);
	state->bus = fwctl_get_string(view);
	state->parent = fwctl_get_string(view);
	state->driver = fwctl_get_string(view);
	if (version >= 3)
		state->card = fwctl_get_string(view);
	state->index = fwctl_get_u32(view);
	state->type = fwctl_get_u32(view);
	state->ceiling = fwctl_get_u32(view);
	state->files = fwctl_get_u32(view);
	state->in_flight = fwctl_get_u32(view);
	state->taints = fwctl_get_u32(view);
	for (i = 0; i < FWCTL_COUNTERS; i++)
		state->judged[i] = fwctl_get_u64(view);
	for (i = 0; i < FWCTL_COUNTERS; i++)
		state->delivered[i] = fwctl_get_u64(view);
	view->bad |= !state->name || !state->parent || !state->driver;
	if (view->bad) {
		fwctl_state_free(state);
		return NULL;
	}
	return state;
}

int fwctl_dev_state(struct fwctl_dev *dev, struct fwctl_state **state)
{
	char where[64];
	int err = dev->source->transport->state(dev, state);

	if (!err)
		return 0;
	snprintf(where, sizeof(where), "%s: state", dev->name);
	return fwctl_state_fail(dev->error, err, where);
}

int fwctl_states(struct fwctl_ctx *ctx, struct fwctl_state ***states)
{
	int err = ctx->source->transport->states(ctx, states);
	int count = 0;

	if (err)
		return fwctl_state_fail(ctx->error, err,
					"states of all devices");
	while ((*states)[count])
		count++;
	return count;
}

/* Say which of the two causes of -EPERM applies: to root, only raising is refused. */
static struct fwctl_hint why_not_lowered(struct fwctl_dev *dev, enum fwctl_ceiling ceiling)
{
	struct fwctl_hint hint = fwctl_hint(hints, ARRAY_SIZE(hints), -EPERM);
	struct fwctl_state *state;

	if (dev->source->transport->state(dev, &state))
		return hint;
	if (ceiling > state->ceiling) {
		hint.what = "refused: a ceiling is never raised";
		hint.todo = "name a lower ceiling than the device has";
	} else {
		hint.what = "refused: needs CAP_SYS_ADMIN";
		hint.todo = "run as root of the host";
	}
	fwctl_state_free(state);
	return hint;
}

static int set_ceiling(struct fwctl_dev *dev, enum fwctl_ceiling ceiling, bool function)
{
	const char *name = fwctl_ceiling_name(ceiling);
	struct fwctl_hint hint;
	char where[96];
	int err = dev->source->transport->lower(dev, ceiling, function);

	if (!err)
		return 0;
	snprintf(where, sizeof(where), "%s: lower the ceiling%s to %s", dev->name,
		 function ? " of this function" : "", name ? name : "an unknown one");
	if (err != -EPERM)
		return fwctl_state_fail(dev->error, err, where);
	hint = why_not_lowered(dev, ceiling);
	return fwctl_fail(dev->error, err, "%s: %s: %s", where, hint.what, hint.todo);
}

int fwctl_dev_lower(struct fwctl_dev *dev, enum fwctl_ceiling ceiling)
{
	return set_ceiling(dev, ceiling, false);
}

int fwctl_dev_lower_function(struct fwctl_dev *dev, enum fwctl_ceiling ceiling)
{
	return set_ceiling(dev, ceiling, true);
}

void fwctl_states_free(struct fwctl_state **states)
{
	struct fwctl_state **state;

	for (state = states; states && *state; state++)
		fwctl_state_free(*state);
	free(states);
}

void fwctl_state_free(struct fwctl_state *state)
{
	if (!state)
		return;
	free(state->name);
	free(state->bus);
	free(state->parent);
	free(state->driver);
	free(state->card);
	free(state);
}

const char *fwctl_state_name(const struct fwctl_state *state)
{
	return state->name;
}

__u32 fwctl_state_index(const struct fwctl_state *state)
{
	return state->index;
}

const char *fwctl_state_bus(const struct fwctl_state *state)
{
	return state->bus;
}

const char *fwctl_state_parent(const struct fwctl_state *state)
{
	return state->parent;
}

const char *fwctl_state_driver(const struct fwctl_state *state)
{
	return state->driver;
}

const char *fwctl_state_card(const struct fwctl_state *state)
{
	return state->card;
}

__u32 fwctl_state_type(const struct fwctl_state *state)
{
	return state->type;
}

enum fwctl_ceiling fwctl_state_ceiling(const struct fwctl_state *state)
{
	return state->ceiling;
}

__u32 fwctl_state_files(const struct fwctl_state *state)
{
	return state->files;
}

__u32 fwctl_state_in_flight(const struct fwctl_state *state)
{
	return state->in_flight;
}

unsigned int fwctl_state_taints(const struct fwctl_state *state)
{
	return state->taints;
}

__u64 fwctl_state_delivered(const struct fwctl_state *state,
			    enum fwctl_rpc_scope scope)
{
	return (unsigned int)scope < FWCTL_COUNTERS ? state->delivered[scope] :
						      0;
}

__u64 fwctl_state_judged(const struct fwctl_state *state,
			 enum fwctl_reason reason)
{
	return (unsigned int)reason < FWCTL_COUNTERS ? state->judged[reason] :
						       0;
}
