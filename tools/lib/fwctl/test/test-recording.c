// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Unit tests of recording and replaying, with simulated devices. They need no
 * kernel module and no privilege. Output: KTAP.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <fwctl/sim.h>

#include "../private.h"
#include "ktap.h"

static char folder[32];

static const char *file(const char *name)
{
	static char paths[4][128];
	static unsigned int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static __u8 *get_file(const char *path, size_t *len)
{
	FILE *in = fopen(path, "r");
	__u8 *data = malloc(1 << 20);

	*len = in && data ? fread(data, 1, 1 << 20, in) : 0;
	if (in)
		fclose(in);
	return data;
}

/*
 * The simulated devices. The answer to an RPC is the number of RPCs so far and
 * the request; the first byte of a request is the scope that it needs.
 */

static unsigned int answered;
static const char *netdev_name = "eth5";

static char **make_names(const char *name)
{
	char **names = calloc(2, sizeof(*names));

	if (names && name)
		names[0] = strdup(name);
	return names;
}

static struct fwctl_dev *make_device(const char *name, bool full)
{
	struct fwctl_dev *dev = calloc(1, sizeof(*dev));

	if (!dev)
		return NULL;
	dev->name = strdup(name);
	dev->path = malloc(64);
	if (dev->path)
		snprintf(dev->path, 64, "/dev/fwctl/%s", name);
	dev->netdevs = make_names(full ? netdev_name : NULL);
	dev->rdma_devs = make_names(full ? "mlx5_7" : NULL);
	if (full) {
		dev->driver = strdup("fwctl_sim");
		dev->parent = strdup("0000:03:00.0");
		dev->bus = strdup("pci");
		dev->type = FWCTL_DEVICE_TYPE_SIM;
		dev->scopes = 0xf;
	}
	return dev;
}

static int made_up_list(struct fwctl_ctx *ctx, const char *name,
			struct fwctl_dev ***devs)
{
	struct fwctl_dev **list = calloc(3, sizeof(*list));
	size_t count = 0;

	(void)ctx;
	if (!list)
		return -ENOMEM;
	if (!name || !strcmp(name, "fwctl0"))
		list[count++] = make_device("fwctl0", true);
	if (!name || !strcmp(name, "fwctl12"))
		list[count++] = make_device("fwctl12", false);
	*devs = list;
	return 0;
}

static struct fwctl_state *make_state(const char *name)
{
	struct fwctl_state *state = calloc(1, sizeof(*state));

	if (!state)
		return NULL;
	state->name = strdup(name);
	state->parent = strdup("0000:03:00.0");
	state->driver = strdup("fwctl_sim");
	state->card = strdup("0000:03:00");
	state->index = 12;
	state->type = FWCTL_DEVICE_TYPE_SIM;
	state->ceiling = FWCTL_CEILING_DEBUG_WRITE;
	state->files = 3;
	state->in_flight = 2;
	state->taints = 1 << FWCTL_RPC_DEBUG_WRITE;
	state->judged[FWCTL_REASON_SCOPE] = 1ULL << 40;
	state->delivered[FWCTL_RPC_DEBUG_WRITE] =
		__atomic_load_n(&answered, __ATOMIC_RELAXED);
	return state;
}

static int made_up_states(struct fwctl_ctx *ctx, struct fwctl_state ***states)
{
	struct fwctl_state **list = calloc(3, sizeof(*list));

	(void)ctx;
	if (!list)
		return -ENOMEM;
	list[0] = make_state("fwctl0");
	list[1] = make_state("fwctl12");
	*states = list;
	return 0;
}

static int made_up_open(struct fwctl_dev *dev, bool write)
{
	(void)dev;
	return write ? -EACCES : 0;
}

static void made_up_close(struct fwctl_dev *dev)
{
	(void)dev;
}

static int made_up_info(struct fwctl_dev *dev, struct fwctl_info *info)
{
	__u8 *data = (__u8 *)(uintptr_t)info->out_device_data;
	__u32 i;

	(void)dev;
	for (i = 0; i < info->device_data_len; i++)
		data[i] = i < 8 ? 0x10 + i : 0;
	info->out_device_type = FWCTL_DEVICE_TYPE_SIM;
	info->device_data_len = 8;
	return 0;
}

static int made_up_rpc(struct fwctl_dev *dev, struct fwctl_rpc *rpc)
{
	const __u8 *in = (const __u8 *)(uintptr_t)rpc->in;
	__u8 *out = (__u8 *)(uintptr_t)rpc->out;
	unsigned int number;
	__u32 room = rpc->out_len;
	__u8 answer[65] = {};

	(void)dev;
	if (!rpc->in_len || rpc->in_len > 64)
		return -EMSGSIZE;
	if (in[0] > rpc->scope)
		return -EBADMSG;
	number = __atomic_add_fetch(&answered, 1, __ATOMIC_RELAXED);
	answer[0] = number;
	memcpy(answer + 1, in, rpc->in_len);
	rpc->out_len = rpc->in_len + 1;
	if (room)
		memcpy(out, answer, rpc->out_len < room ? rpc->out_len : room);
	return 0;
}

static int made_up_state(struct fwctl_dev *dev, struct fwctl_state **state)
{
	*state = make_state(dev->name);
	return *state ? 0 : -ENOMEM;
}

static int made_up_lower(struct fwctl_dev *dev, enum fwctl_ceiling ceiling, bool function)
{
	(void)dev;
	return ceiling == (function ? FWCTL_CEILING_DEBUG_WRITE :
				      FWCTL_CEILING_DEBUG_WRITE_FULL) ? -EPERM : 0;
}

static int made_up_attribute(struct fwctl_dev *dev, const char *name,
			     char text[FWCTL_ATTRIBUTE_MAX])
{
	if (strcmp(name, "ram/size"))
		return -ENOENT;
	snprintf(text, FWCTL_ATTRIBUTE_MAX, "0x10000000 of %s", dev->name);
	return 0;
}

static const struct fwctl_transport made_up = {
	.list = made_up_list,
	.states = made_up_states,
	.open = made_up_open,
	.close = made_up_close,
	.info = made_up_info,
	.rpc = made_up_rpc,
	.state = made_up_state,
	.lower = made_up_lower,
	.attribute = made_up_attribute,
};

/* A context that records the simulated devices, or one that replays. */
static struct fwctl_ctx *recording_ctx(const char *path)
{
	struct fwctl_ctx *ctx = fwctl_ctx_new();

	unlink(path);
	answered = 0;
	if (ctx)
		ctx->source->transport = &made_up;
	CHECK(ctx && !fwctl_ctx_set_record(ctx, path));
	return ctx;
}

static struct fwctl_ctx *replaying_ctx(const char *path)
{
	struct fwctl_ctx *ctx = fwctl_ctx_new();

	CHECK(ctx && !fwctl_ctx_set_replay(ctx, path));
	return ctx;
}

static const struct fwctl_tape *tape_of(const struct fwctl_ctx *ctx)
{
	return &((const struct fwctl_player *)ctx->source)->tape;
}

/* Append to the log of a session; the logs of two sessions are compared. */
static void __printf(2, 3) note(char *log, const char *fmt, ...)
{
	va_list args;

	log += strlen(log);
	va_start(args, fmt);
	vsprintf(log, fmt, args);
	va_end(args);
}

static void note_state(char *log, const struct fwctl_state *state)
{
	const char *bus = fwctl_state_bus(state);

	note(log, "%s %s %u %s %s %s %x %u %u %u %x %llu %llu\n",
	     fwctl_state_name(state), fwctl_state_card(state), fwctl_state_index(state),
	     bus ? bus : "-", fwctl_state_parent(state),
	     fwctl_state_driver(state), fwctl_state_type(state),
	     fwctl_state_ceiling(state), fwctl_state_files(state),
	     fwctl_state_in_flight(state), fwctl_state_taints(state),
	     (unsigned long long)fwctl_state_judged(state, FWCTL_REASON_SCOPE),
	     (unsigned long long)fwctl_state_delivered(state,
						       FWCTL_RPC_DEBUG_WRITE));
}

static void note_rpc(char *log, struct fwctl_dev *dev, unsigned int scope,
		     const void *in, size_t in_len, void *out, size_t len)
{
	size_t room = len, i;
	int ret = fwctl_dev_rpc(dev, scope, in, in_len, out, &len);

	note(log, "rpc %d %zu %s:", ret, len, ret ? fwctl_dev_error(dev) : "");
	for (i = 0; !ret && i < len && i < room; i++)
		note(log, " %02x", ((__u8 *)out)[i]);
	note(log, "\n");
}

/* Send all kinds of requests that a recording has. */
static void session(struct fwctl_ctx *ctx, char *log)
{
	__u8 in[3] = { FWCTL_RPC_DEBUG_WRITE, 2, 3 }, out[64] = {};
	char text[64] = "";
	struct fwctl_state *state, **states;
	struct fwctl_dev **devs, *dev;
	enum fwctl_rpc_scope used;
	size_t len;
	int i;

	note(log, "list %d\n", fwctl_list(ctx, &devs));
	for (i = 0; devs[i]; i++)
		note(log, "%s %s %x %s %s\n", fwctl_dev_name(devs[i]),
		     fwctl_dev_path(devs[i]), fwctl_dev_type(devs[i]),
		     fwctl_dev_driver(devs[i]) ? "driver" : "-",
		     fwctl_dev_netdevs(devs[i])[0] ? "netdev" : "-");
	fwctl_list_free(devs);
	CHECK(!fwctl_find(ctx, "03:00.0", &dev));
	/* The message is not compared: it may have this machine's file mode. */
	note(log, "open %d\n", fwctl_dev_open(dev, 0));
	CHECK(!fwctl_dev_open(dev, FWCTL_OPEN_READ_ONLY_OK));
	CHECK(!fwctl_dev_writable(dev));
	len = 12;
	note(log, "info %d", fwctl_dev_info(dev, out, &len));
	note(log, " %zu %x %02x %02x\n", len, fwctl_dev_type(dev), out[7],
	     out[8]);
	note(log, "info %d", fwctl_dev_info(dev, NULL, &len));
	note(log, " %zu\n", len);

	note_rpc(log, dev, FWCTL_RPC_CONFIGURATION, in, 3, out, 64);
	note_rpc(log, dev, FWCTL_RPC_DEBUG_WRITE, in, 3, out, 64);
	note_rpc(log, dev, FWCTL_RPC_DEBUG_WRITE, in, 3, out, 64);
	note_rpc(log, dev, FWCTL_RPC_DEBUG_WRITE, in, 3, out, 2);
	note_rpc(log, dev, FWCTL_RPC_DEBUG_WRITE, in, 3, NULL, 0);
	note_rpc(log, dev, FWCTL_RPC_DEBUG_WRITE, in, 0, out, 64);
	note_rpc(log, dev, FWCTL_RPC_DEBUG_WRITE, in, 3, out, 3 << 20);
	note_rpc(log, dev, FWCTL_RPC_DEBUG_WRITE, NULL, 3, out, 64);
	memcpy(out, in, 3);
	note_rpc(log, dev, FWCTL_RPC_DEBUG_WRITE, out, 3, out, 64);
	in[1] = 9;
	len = 64;
	note(log, "least %d", fwctl_dev_rpc_least(dev, 3, in, 3, out, &len,
						  &used));
	note(log, " %d %02x\n", used, out[0]);

	CHECK(!fwctl_dev_state(dev, &state));
	note_state(log, state);
	fwctl_state_free(state);
	note(log, "states %d\n", fwctl_states(ctx, &states));
	note_state(log, states[1]);
	fwctl_states_free(states);
	note(log, "lower %d", fwctl_dev_lower(dev, FWCTL_CEILING_NONE));
	note(log, " %d", fwctl_dev_lower(dev, FWCTL_CEILING_DEBUG_WRITE_FULL));
	note(log, " %s\n", fwctl_dev_error(dev));
	note(log, "function %d", fwctl_dev_lower_function(dev, FWCTL_CEILING_NONE));
	note(log, " %d", fwctl_dev_lower_function(dev, FWCTL_CEILING_DEBUG_WRITE));
	note(log, " %s\n", fwctl_dev_error(dev));
	note(log, "attribute %d", fwctl_dev_attribute(dev, "ram/size", text,
						      sizeof(text)));
	note(log, " %s", text);
	note(log, " %d", fwctl_dev_attribute(dev, "ram/size", text, 4));
	note(log, " %d", fwctl_dev_attribute(dev, "serial", text, 4));
	note(log, " %s\n", fwctl_dev_error(dev));
	fwctl_dev_free(dev);
}

static char recorded[8192];

/* The tests after this one use its recording. */
static void test_identical(void)
{
	char replayed[sizeof(recorded)] = "";
	struct fwctl_ctx *ctx = recording_ctx(file("session"));
	struct stat st;

	session(ctx, recorded);
	CHECK(!fwctl_ctx_end_record(ctx));
	fwctl_ctx_free(ctx);
	CHECK(!stat(file("session"), &st) && (st.st_mode & 0777) == 0600);
	ctx = replaying_ctx(file("session"));
	session(ctx, replayed);
	fwctl_ctx_free(ctx);
	CHECK_HAS(replayed, "rpc 0 4 : 01 02 02 03");
	if (strcmp(recorded, replayed))
		printf("# recorded:\n%s# replayed:\n%s", recorded, replayed);
	CHECK(!strcmp(recorded, replayed));
}

static void test_unknown(void)
{
	struct fwctl_ctx *ctx = replaying_ctx(file("session"));
	__u8 in[3] = { FWCTL_RPC_DEBUG_WRITE, 2, 3 }, out[65];
	struct fwctl_dev *dev, *other;
	struct fwctl_state *state;
	size_t len = 64;

	CHECK(!fwctl_find(ctx, "fwctl0", &dev));
	CHECK(!fwctl_find(ctx, "fwctl12", &other));
	CHECK(fwctl_dev_open(other, 0) == -ENODATA);
	CHECK_HAS(fwctl_dev_error(other), "fwctl12: cannot open");
	CHECK_HAS(fwctl_dev_error(other), "recording has no such request");
	CHECK(fwctl_dev_state(other, &state) == -ENODATA);
	CHECK(fwctl_dev_lower(dev, FWCTL_CEILING_DEBUG_WRITE) == -ENODATA);
	CHECK(fwctl_dev_lower_function(dev, FWCTL_CEILING_CONFIGURATION) == -ENODATA);
	CHECK(!fwctl_dev_open(dev, FWCTL_OPEN_READ_ONLY));
	CHECK(!fwctl_dev_rpc(dev, FWCTL_RPC_DEBUG_WRITE, in, 3, out, &len));
	len = 64;
	CHECK(fwctl_dev_rpc(dev, FWCTL_RPC_DEBUG_WRITE_FULL, in, 3, out,
			    &len) == -ENODATA);
	CHECK_HAS(fwctl_dev_error(dev), "rpc of 3 bytes (020203)");
	CHECK_HAS(fwctl_dev_error(dev), "recording has no such request");
	CHECK(fwctl_dev_rpc(dev, FWCTL_RPC_DEBUG_WRITE, in, 2, out, &len) ==
	      -ENODATA);
	len = 65;
	CHECK(fwctl_dev_rpc(dev, FWCTL_RPC_DEBUG_WRITE, in, 3, out, &len) ==
	      -ENODATA && len == 65);
	len = 64;
	in[2] = 4;
	CHECK(fwctl_dev_rpc(dev, FWCTL_RPC_DEBUG_WRITE, in, 3, out, &len) ==
	      -ENODATA);
	len = 11;
	CHECK(fwctl_dev_info(dev, out, &len) == -ENODATA);
	CHECK_HAS(fwctl_dev_error(dev), "fwctl0: info: ");
	fwctl_dev_free(dev);
	fwctl_dev_free(other);
	fwctl_ctx_free(ctx);
}

/* Same requests, of two handles: answers in order, then the last one again. */
static void test_order(void)
{
	struct fwctl_ctx *ctx = replaying_ctx(file("session"));
	static const __u8 expected[] = { 1, 2, 5, 5, 5 };
	__u8 in[3] = { FWCTL_RPC_DEBUG_WRITE, 2, 3 }, out[64];
	struct fwctl_dev *devs[2];
	size_t len, i;

	for (i = 0; i < 2; i++) {
		CHECK(!fwctl_find(ctx, "fwctl0", &devs[i]));
		CHECK(!fwctl_dev_open(devs[i], FWCTL_OPEN_READ_ONLY));
	}
	fwctl_ctx_free(ctx);
	for (i = 0; i < ARRAY_SIZE(expected); i++) {
		len = sizeof(out);
		CHECK(!fwctl_dev_rpc(devs[i & 1], FWCTL_RPC_DEBUG_WRITE, in, 3,
				     out, &len));
		CHECK(len == 4 && out[0] == expected[i]);
	}
	fwctl_dev_free(devs[0]);
	fwctl_dev_free(devs[1]);
}

static void test_find(void)
{
	static const char * const good[] = {
		"fwctl0", "/dev/fwctl/fwctl0", "0000:03:00.0", "03:00.0",
		"eth5", "mlx5_7",
	};
	struct fwctl_ctx *ctx = replaying_ctx(file("session"));
	struct fwctl_monitor *monitor;
	struct fwctl_dev *dev;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		CHECK(!fwctl_find(ctx, good[i], &dev));
		CHECK(!strcmp(fwctl_dev_name(dev), "fwctl0"));
		fwctl_dev_free(dev);
	}
	CHECK(fwctl_find(ctx, "fwctl1", &dev) == -ENODEV);
	CHECK(fwctl_find(ctx, "/dev/null", &dev) == -ENODEV);
	CHECK(fwctl_wait(ctx, "lo", -1, &dev) == -ENODEV);
	CHECK(fwctl_monitor_open(ctx, FWCTL_MONITOR_DEVICES, &monitor) ==
	      -EOPNOTSUPP);
	CHECK_HAS(fwctl_ctx_error(ctx), "recording has no events");
	fwctl_ctx_free(ctx);
}

/* A device that was found changed is one device, with its last attributes. */
static void test_found_again(void)
{
	struct fwctl_ctx *ctx = recording_ctx(file("again"));
	__u8 in[3] = { 0, 2, 3 }, out[64];
	struct fwctl_dev **devs, *dev;
	size_t len;
	int i;

	for (i = 0; i < 4; i++) {
		netdev_name = i & 1 ? "eth6" : "eth5";
		CHECK(!fwctl_find(ctx, i == 3 ? "fwctl0" : netdev_name, &dev));
		CHECK(!fwctl_dev_open(dev, FWCTL_OPEN_READ_ONLY));
		len = sizeof(out);
		CHECK(!fwctl_dev_rpc(dev, 0, in, 3, out, &len));
		fwctl_dev_free(dev);
	}
	netdev_name = "eth5";
	CHECK(!fwctl_ctx_end_record(ctx));
	fwctl_ctx_free(ctx);
	ctx = replaying_ctx(file("again"));
	CHECK(tape_of(ctx)->device_count == 2);
	CHECK(fwctl_list(ctx, &devs) == 1);
	CHECK(!strcmp(fwctl_dev_netdevs(devs[0])[0], "eth6"));
	CHECK(!fwctl_dev_open(devs[0], FWCTL_OPEN_READ_ONLY));
	for (i = 0; i < 4; i++) {
		len = sizeof(out);
		CHECK(!fwctl_dev_rpc(devs[0], 0, in, 3, out, &len));
		CHECK(out[0] == i + 1);
	}
	fwctl_list_free(devs);
	fwctl_ctx_free(ctx);
}

/* Devices that fwctl_find() has not returned are not in the recording. */
static void test_found_only(void)
{
	struct fwctl_ctx *ctx = recording_ctx(file("found"));
	struct fwctl_dev **devs, *dev;
	int i;

	for (i = 0; i < 3; i++) {
		CHECK(!fwctl_find(ctx, "eth5", &dev));
		fwctl_dev_free(dev);
	}
	CHECK(!fwctl_ctx_end_record(ctx));
	fwctl_ctx_free(ctx);
	ctx = replaying_ctx(file("found"));
	CHECK(fwctl_list(ctx, &devs) == 1);
	CHECK(!strcmp(fwctl_dev_name(devs[0]), "fwctl0"));
	fwctl_list_free(devs);
	fwctl_ctx_free(ctx);
}

static void test_iterate(void)
{
	static const struct {
		enum fwctl_record_type type;
		int result;
	} expected[] = {
		{ FWCTL_RECORD_DEVICE, 0 }, { FWCTL_RECORD_DEVICE, 0 },
		{ FWCTL_RECORD_OPEN, -EACCES }, { FWCTL_RECORD_OPEN, -EACCES },
		{ FWCTL_RECORD_OPEN, 0 }, { FWCTL_RECORD_INFO, 0 },
		{ FWCTL_RECORD_INFO, 0 }, { FWCTL_RECORD_RPC, -EBADMSG },
		{ FWCTL_RECORD_RPC, 0 }, { FWCTL_RECORD_RPC, 0 },
		{ FWCTL_RECORD_RPC, 0 }, { FWCTL_RECORD_RPC, 0 },
		{ FWCTL_RECORD_RPC, -EMSGSIZE }, { FWCTL_RECORD_RPC, 0 },
		{ FWCTL_RECORD_RPC, -EBADMSG }, { FWCTL_RECORD_RPC, -EBADMSG },
		{ FWCTL_RECORD_RPC, 0 }, { FWCTL_RECORD_STATE, 0 },
		{ FWCTL_RECORD_STATES, 0 }, { FWCTL_RECORD_LOWER, 0 },
		/* The message about -EPERM depends on the device's state. */
		{ FWCTL_RECORD_LOWER, -EPERM }, { FWCTL_RECORD_STATE, 0 },
		{ FWCTL_RECORD_LOWER_FUNCTION, 0 },
		{ FWCTL_RECORD_LOWER_FUNCTION, -EPERM }, { FWCTL_RECORD_STATE, 0 },
		{ FWCTL_RECORD_ATTRIBUTE, 0 }, { FWCTL_RECORD_ATTRIBUTE, 0 },
		{ FWCTL_RECORD_ATTRIBUTE, -ENOENT }, { FWCTL_RECORD_END, 0 },
	};
	struct fwctl_ctx *ctx = fwctl_ctx_new();
	struct fwctl_recording *recording;
	const struct fwctl_record *record;
	__u64 last = 0;
	size_t i;

	CHECK(ctx && !fwctl_recording_open(ctx, file("session"), &recording));
	CHECK(fwctl_recording_complete(recording));
	for (i = 0; i < ARRAY_SIZE(expected); i++) {
		CHECK(!fwctl_recording_next(recording, &record));
		CHECK(record->type == expected[i].type);
		CHECK(record->result == expected[i].result);
		CHECK(record->start >= last && record->duration < 10000000000);
		last = record->start;
		if (record->type < FWCTL_RECORD_STATES && i != 1)
			CHECK(!strcmp(record->name, "fwctl0") &&
			      !strcmp(record->parent, "0000:03:00.0") &&
			      record->device_type == FWCTL_DEVICE_TYPE_SIM);
		if (i == 3)
			CHECK(record->write);
		if (i == 5)
			CHECK(record->room == 12 && record->out_len == 12 &&
			      record->answer_len == 8);
		if (i == 10)
			CHECK(record->scope == FWCTL_RPC_DEBUG_WRITE &&
			      record->in_len == 3 && record->room == 2 &&
			      record->out_len == 2 && record->answer_len == 4 &&
			      !memcmp(record->in, "\2\2\3", 3) &&
			      !memcmp(record->out, "\3\2", 2));
		if (i == 18)
			CHECK(!record->name && record->states[1] &&
			      !record->states[2]);
		else if (i == 20)
			CHECK(record->ceiling == FWCTL_CEILING_DEBUG_WRITE_FULL);
		else if (i == 23)
			CHECK(record->ceiling == FWCTL_CEILING_DEBUG_WRITE);
		else if (i == 25)
			CHECK(record->in_len == 8 && record->out_len == 20 &&
			      !memcmp(record->in, "ram/size", 8) &&
			      !memcmp(record->out, "0x10000000 of fwctl0", 20));
	}
	CHECK(fwctl_recording_next(recording, &record) == -ENODATA);
	fwctl_recording_free(recording);
	fwctl_recording_free(NULL);
	fwctl_ctx_free(ctx);
}

static void test_empty(void)
{
	struct fwctl_ctx *ctx = recording_ctx(file("empty"));
	struct fwctl_recording *recording;
	const struct fwctl_record *record;
	struct fwctl_dev **devs;

	fwctl_ctx_free(ctx);
	ctx = replaying_ctx(file("empty"));
	CHECK(!fwctl_list(ctx, &devs) && !devs[0]);
	fwctl_list_free(devs);
	CHECK(!fwctl_recording_open(ctx, file("empty"), &recording));
	CHECK(fwctl_recording_next(recording, &record) == -ENODATA);
	CHECK(!fwctl_recording_complete(recording));
	fwctl_recording_free(recording);
	fwctl_ctx_free(ctx);
}

static void test_begin_fails(void)
{
	struct fwctl_ctx *ctx = fwctl_ctx_new();

	CHECK(ctx && fwctl_ctx_set_record(ctx, file("session")) == -EEXIST);
	CHECK_HAS(fwctl_ctx_error(ctx), "/session: ");
	CHECK_HAS(fwctl_ctx_error(ctx), "remove it");
	CHECK(fwctl_ctx_set_record(ctx, "/nonexistent/x") == -ENOENT);
	CHECK(fwctl_ctx_end_record(ctx) == -EBADF);
	CHECK(fwctl_ctx_set_replay(ctx, "/nonexistent/x") == -ENOENT);
	CHECK(fwctl_ctx_set_replay(ctx, folder) == -EUCLEAN);
	CHECK(fwctl_ctx_set_replay(ctx, "/dev/null") == -EUCLEAN);
	CHECK_HAS(fwctl_ctx_error(ctx), "not a regular file");
	CHECK(!fwctl_ctx_set_replay(ctx, file("session")));
	CHECK(fwctl_ctx_set_replay(ctx, file("session")) == -EALREADY);
	CHECK(fwctl_ctx_set_record(ctx, file("new")) == -EALREADY);
	fwctl_ctx_free(ctx);
}

/* Addresses of buffers do not get into a recording, and their device gets no request. */
static void test_addresses(void)
{
	struct fwctl_sim_request in = { .opcode = FWCTL_SIM_BUFFERS };
	struct fwctl_ctx *ctx = recording_ctx(file("addresses"));
	__u32 types[] = { FWCTL_DEVICE_TYPE_PDS, FWCTL_DEVICE_TYPE_BNXT };
	size_t size, len = 0, i;
	struct fwctl_dev *dev;
	__u8 *data;

	CHECK(!fwctl_find(ctx, "03:00.0", &dev));
	CHECK(!fwctl_dev_open(dev, FWCTL_OPEN_READ_ONLY_OK));
	in.value = 0x1122334455667788;
	CHECK(fwctl_dev_rpc(dev, 3, &in, sizeof(in), NULL, &len) == -EPROTONOSUPPORT);
	CHECK_HAS(fwctl_dev_error(dev), "addresses");
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		dev->type = types[i];
		in.opcode = FWCTL_SIM_NOP;
		CHECK(fwctl_dev_rpc(dev, 3, &in, sizeof(in), NULL, &len) ==
		      -EPROTONOSUPPORT);
	}
	CHECK(!answered);
	/* The made-up device says that it is a simulated one. */
	dev->type = FWCTL_DEVICE_TYPE_ERROR;
	in.opcode = FWCTL_SIM_BUFFERS;
	CHECK(fwctl_dev_rpc(dev, 3, &in, sizeof(in), NULL, &len) == -EPROTONOSUPPORT);
	in.value = 0;
	in.opcode = FWCTL_SIM_NOP;
	CHECK(!fwctl_dev_rpc(dev, 3, &in, sizeof(in), NULL, &len) && answered == 1);
	fwctl_dev_free(dev);
	CHECK(!fwctl_ctx_end_record(ctx));
	fwctl_ctx_free(ctx);
	data = get_file(file("addresses"), &size);
	CHECK(data && size && !memmem(data, size, "\x88\x77\x66\x55", 4));
	free(data);
}

/* Cut off at each byte: the tape has the complete records, and no end. */
static void test_cut_off(void)
{
	struct fwctl_tape tape;
	char error[FWCTL_ERROR_LEN];
	size_t size, len;
	__u8 *data = get_file(file("session"), &size), *part;
	__u32 last = 0;

	CHECK(data && size > 1000);
	for (len = 0; len <= size; len++) {
		part = malloc(len + 1);
		CHECK(part);
		memcpy(part, data, len);
		part[len] = 0;
		if (len < FWCTL_TAPE_HEADER) {
			CHECK(fwctl_tape_parse(&tape, part, len, error) ==
			      -EUCLEAN);
			continue;
		}
		CHECK(!fwctl_tape_parse(&tape, part, len, error));
		CHECK(tape.complete == (len == size));
		CHECK(tape.count - last <= 1);
		last = tape.count;
		fwctl_tape_unload(&tape);
	}
	CHECK(last == 29);
	free(data);
}

/* Neither a record nor a part of one may follow the end. */
static void test_behind_end(void)
{
	/* The records of an open and of the end have this length. */
	const size_t len = FWCTL_TAPE_FRAME + FWCTL_TAPE_FIXED + 4;
	struct fwctl_tape tape;
	char error[FWCTL_ERROR_LEN];
	__u8 *data, *at;
	size_t size;
	int i;

	for (i = 0; i < 3; i++) {
		data = get_file(file("session"), &size);
		CHECK(data && size > 1000);
		at = data + size - len;
		if (i == 2)
			for (at = data + FWCTL_TAPE_HEADER; at[8] != 2;)
				at += 8 + at[0] + 256 * at[1];
		memcpy(data + size, at, len);
		CHECK(fwctl_tape_parse(&tape, data, size + (i ? len : 1),
				       error) == -EUCLEAN);
		CHECK_HAS(error, "damaged");
	}
}

/* A changed bit in any byte is noticed. */
static void test_damaged(void)
{
	struct fwctl_tape tape;
	char error[FWCTL_ERROR_LEN];
	size_t size, at, bit;
	__u8 *data = get_file(file("session"), &size), *copy;
	unsigned int cut = 0;
	int ret;

	CHECK(data && size > 1000);
	for (at = 0; at < size; at++) {
		bit = at % 8;
		copy = malloc(size);
		CHECK(copy);
		memcpy(copy, data, size);
		copy[at] ^= 1 << bit;
		ret = fwctl_tape_parse(&tape, copy, size, error);
		if (at < FWCTL_TAPE_HEADER) {
			/* At byte 8, version 3 becomes version 2, which has no cards. */
			CHECK(ret == (at <= 8 ? -EUCLEAN : -EPROTONOSUPPORT));
			if (at > 8)
				CHECK_HAS(error, "this library reads versions 1 to 3: use");
			continue;
		}
		if (ret) {
			CHECK(ret == -EUCLEAN);
			CHECK_HAS(error, "damaged at byte");
			continue;
		}
		/* The length is now beyond the end of the file. */
		CHECK(!tape.complete);
		cut++;
		fwctl_tape_unload(&tape);
	}
	/* That can happen in two bytes of each record's length at most. */
	CHECK(cut <= 54);
	free(data);
}

/* Records that are valid or not, all with the right checksum. */
static void test_unsound(void)
{
	static const struct {
		const char *what;
		__u32 type, device;
		int result;
		const char *request;
		__u32 request_len;
		const char *answer;
		__u32 answer_len;
		bool good;
	} records[] = {
		{ "end", 8, ~0U, 0, "\1\0\0\0", 4, "", 0, true },
		{ "end counts", 8, ~0U, 0, "\2\0\0\0", 4, "", 0, false },
		{ "end of device", 8, 0, 0, "\1\0\0\0", 4, "", 0, false },
		{ "type 0", 0, 0, 0, "", 0, "", 0, false },
		{ "type 10", 10, 0, 0, "", 0, "", 0, false },
		{ "attribute", 9, 0, 0, "serial", 6, "0x1", 3, true },
		{ "no attribute", 9, 0, -2, "serial", 6, "", 0, true },
		{ "attribute fails", 9, 0, -2, "serial", 6, "0", 1, false },
		{ "attribute of none", 9, ~0U, 0, "serial", 6, "", 0, false },
		{ "attribute without name", 9, 0, 0, "", 0, "0", 1, false },
		{ "attribute's NUL", 9, 0, 0, "a\0b", 3, "0", 1, false },
		{ "text's NUL", 9, 0, 0, "a", 1, "0\0", 2, false },
		{ "open", 2, 0, -13, "\1\0\0\0", 4, "", 0, true },
		{ "open 2", 2, 0, 0, "\2\0\0\0", 4, "", 0, false },
		{ "open answers", 2, 0, 0, "\1\0\0\0", 4, "x", 1, false },
		{ "no errno", 2, 0, -4096, "\1\0\0\0", 4, "", 0, false },
		{ "last errno", 2, 0, -4095, "\1\0\0\0", 4, "", 0, true },
		{ "positive", 2, 0, 13, "\1\0\0\0", 4, "", 0, false },
		{ "no such device", 2, 1, 0, "\1\0\0\0", 4, "", 0, false },
		{ "no device", 2, ~0U, 0, "\1\0\0\0", 4, "", 0, false },
		{ "open short", 2, 0, 0, "\1\0\0", 3, "", 0, false },
		{ "rpc", 4, 0, 0, "\0\0\0\0\2\0\0\0x", 9, "\3\0\0\0yz", 6, true },
		{ "rpc fails", 4, 0, -5, "\0\0\0\0\2\0\0\0", 8, "", 0, true },
		{ "rpc short", 4, 0, 0, "\0\0\0\0\2\0\0", 7, "\0\0\0\0", 4, false },
		{ "rpc above room", 4, 0, 0, "\0\0\0\0\1\0\0\0x", 9,
		  "\2\0\0\0yz", 6, false },
		{ "rpc below length", 4, 0, 0, "\0\0\0\0\2\0\0\0x", 9,
		  "\2\0\0\0y", 5, false },
		{ "rpc fails, answers", 4, 0, -5, "\0\0\0\0\2\0\0\0", 8,
		  "\0\0\0\0", 4, false },
		{ "rpc without answer", 4, 0, 0, "\0\0\0\0\2\0\0\0", 8, "", 0,
		  false },
		{ "info", 3, 0, 0, "\1\0\0\0", 4, "\1\0\0\0\7\0\0\0x", 9, true },
		{ "info fails", 3, 0, -19, "\1\0\0\0", 4, "", 0, true },
		{ "info short", 3, 0, 0, "\1\0\0\0", 4, "\1\0\0\0\7\0\0\0", 8,
		  false },
		{ "info huge", 3, 0, 0, "\xff\xff\xff\xff", 4,
		  "\1\0\0\0\7\0\0", 7, false },
		{ "no states", 6, ~0U, 0, "", 0, "\0\0\0\0", 4, true },
		{ "states fail", 6, ~0U, -95, "", 0, "", 0, true },
		{ "states huge", 6, ~0U, 0, "", 0, "\xff\xff\xff\xff", 4, false },
		{ "states cut", 6, ~0U, 0, "", 0, "\1\0\0\0\1\0\0\0a", 9, false },
		{ "no state", 5, 0, 0, "", 0, "\0\0\0\0", 4, false },
		{ "state of none", 5, ~0U, -95, "", 0, "", 0, false },
		{ "lower", 7, 0, -1, "\1\0\0\0", 4, "", 0, true },
		{ "lower long", 7, 0, 0, "\1\0\0\0\0", 5, "", 0, false },
		{ "function", 10, 0, -1, "\1\0\0\0", 4, "", 0, true },
		{ "function short", 10, 0, 0, "\1\0\0", 3, "", 0, false },
		{ "device empty", 1, 1, 0, "", 0, "", 0, false },
	};
	struct fwctl_ctx *ctx = recording_ctx(file("unsound"));
	struct fwctl_buffer buf;
	char error[FWCTL_ERROR_LEN];
	struct fwctl_tape tape;
	struct fwctl_dev *dev;
	size_t size, i, from;
	__u8 *data;
	__u32 crc;
	int ret;

	CHECK(!fwctl_find(ctx, "fwctl0", &dev));
	fwctl_dev_free(dev);
	fwctl_ctx_free(ctx);
	data = get_file(file("unsound"), &size);
	for (i = 0; i < ARRAY_SIZE(records); i++) {
		buf = (struct fwctl_buffer){};
		fwctl_put(&buf, data, size);
		fwctl_put_u32(&buf, FWCTL_TAPE_FIXED + records[i].request_len +
				    records[i].answer_len);
		fwctl_put_u32(&buf, 0);
		from = buf.len;
		fwctl_put_u32(&buf, records[i].type);
		fwctl_put_u32(&buf, records[i].device);
		fwctl_put_u32(&buf, records[i].result);
		fwctl_put_u32(&buf, records[i].request_len);
		fwctl_put_u32(&buf, records[i].answer_len);
		fwctl_put_u32(&buf, 0);
		fwctl_put_u64(&buf, 0);
		fwctl_put_u64(&buf, 0);
		fwctl_put(&buf, records[i].request, records[i].request_len);
		fwctl_put(&buf, records[i].answer, records[i].answer_len);
		CHECK(!buf.bad);
		crc = fwctl_crc32(fwctl_crc32(0, buf.data + from - 8, 4),
				  buf.data + from, buf.len - from);
		fwctl_store_le32(buf.data + from - 4, crc);
		ret = fwctl_tape_parse(&tape, buf.data, buf.len, error);
		if (ret != (records[i].good ? 0 : -EUCLEAN))
			printf("# %s: %d\n", records[i].what, ret);
		CHECK(ret == (records[i].good ? 0 : -EUCLEAN));
		if (!ret)
			fwctl_tape_unload(&tape);
	}
	CHECK(fwctl_crc32(0, "123456789", 9) == 0xcbf43926);
	free(data);
}

/* A recording without its end, as of a killed program, can be replayed. */
static void test_without_end(void)
{
	struct fwctl_ctx *ctx = recording_ctx(file("killed"));
	__u8 in[3] = { 0, 2, 3 }, out[64];
	struct fwctl_recording *recording;
	size_t len = sizeof(out);
	struct fwctl_dev *dev;

	CHECK(!fwctl_find(ctx, "fwctl0", &dev));
	CHECK(!fwctl_dev_open(dev, FWCTL_OPEN_READ_ONLY_OK));
	fwctl_ctx_free(ctx);
	/* A device outlives its context, and still records. */
	CHECK(!fwctl_dev_rpc(dev, 0, in, 3, out, &len));
	fwctl_dev_free(dev);

	ctx = replaying_ctx(file("killed"));
	CHECK(!fwctl_recording_open(ctx, file("killed"), &recording));
	CHECK(!fwctl_recording_complete(recording));
	fwctl_recording_free(recording);
	CHECK(!fwctl_find(ctx, "fwctl0", &dev));
	CHECK(!fwctl_dev_open(dev, FWCTL_OPEN_READ_ONLY_OK));
	memset(out, 0, sizeof(out));
	CHECK(!fwctl_dev_rpc(dev, 0, in, 3, out, &(size_t){ 64 }));
	CHECK(out[0] == 1);
	fwctl_dev_free(dev);
	fwctl_ctx_free(ctx);
}

/* The disk is full: requests still succeed, and the recording is cut off. */
static void test_no_space(void)
{
	struct rlimit limit, small = { 700, 700 };
	struct fwctl_ctx *ctx = recording_ctx(file("full"));
	__u8 in[64] = { 0, 2, 3 }, out[65];
	struct fwctl_recording *recording;
	struct fwctl_dev *dev;
	size_t len;
	int i, ret;

	CHECK(!fwctl_find(ctx, "fwctl0", &dev));
	CHECK(!fwctl_dev_open(dev, FWCTL_OPEN_READ_ONLY_OK));
	signal(SIGXFSZ, SIG_IGN);
	CHECK(!getrlimit(RLIMIT_FSIZE, &limit));
	small.rlim_max = limit.rlim_max;
	CHECK(!setrlimit(RLIMIT_FSIZE, &small));
	for (i = 0; i < 10; i++) {
		len = sizeof(out);
		ret = fwctl_dev_rpc(dev, 0, in, 64, out, &len);
		if (ret || out[0] != i + 1)
			break;
	}
	setrlimit(RLIMIT_FSIZE, &limit);
	CHECK(i == 10);
	CHECK(fwctl_ctx_end_record(ctx) == -EFBIG);
	CHECK_HAS(fwctl_ctx_error(ctx), "/full: the recording is cut off");
	/* After the end, a request succeeds and is not recorded. */
	CHECK(!fwctl_dev_rpc(dev, 0, in, 64, out, &len));
	fwctl_dev_free(dev);
	CHECK(!fwctl_recording_open(ctx, file("full"), &recording));
	CHECK(!fwctl_recording_complete(recording));
	CHECK(recording->tape.count > 3 && recording->tape.size <= 700);
	fwctl_recording_free(recording);
	fwctl_ctx_free(ctx);
}

#define MANY 100000

static void test_many(void)
{
	struct fwctl_ctx *ctx = recording_ctx(file("many"));
	__u8 in[3] = { 0, 2, 3 }, out[64];
	struct fwctl_dev *dev;
	size_t len;
	int i;

	CHECK(!fwctl_find(ctx, "fwctl0", &dev));
	CHECK(!fwctl_dev_open(dev, FWCTL_OPEN_READ_ONLY_OK));
	for (i = 0; i < MANY; i++) {
		len = sizeof(out);
		CHECK(!fwctl_dev_rpc(dev, 0, in, 3, out, &len));
	}
	fwctl_dev_free(dev);
	CHECK(!fwctl_ctx_end_record(ctx));
	fwctl_ctx_free(ctx);

	ctx = replaying_ctx(file("many"));
	CHECK(!fwctl_find(ctx, "fwctl0", &dev));
	CHECK(!fwctl_dev_open(dev, FWCTL_OPEN_READ_ONLY_OK));
	for (i = 0; i < MANY; i++) {
		len = sizeof(out);
		CHECK(!fwctl_dev_rpc(dev, 0, in, 3, out, &len));
		CHECK(out[0] == (__u8)(i + 1));
	}
	fwctl_dev_free(dev);
	fwctl_ctx_free(ctx);
}

/* Each thread has a device of its own; all are from one context. */

#define THREADS 4
#define ROUNDS 2000

static void *use_device(void *arg)
{
	struct fwctl_dev *dev = arg;
	__u8 in[64] = { 0, 2, 3 }, out[65];
	struct fwctl_state *state;
	size_t len = sizeof(out);
	intptr_t bad = 0;
	int i;

	bad += fwctl_dev_open(dev, FWCTL_OPEN_READ_ONLY_OK) != 0;
	for (i = 0; i < ROUNDS; i++) {
		in[1] = i;
		len = sizeof(out);
		bad += fwctl_dev_rpc(dev, 0, in, 64, out, &len) != 0 ||
		       len != 65 || memcmp(out + 1, in, 64);
		bad += i % 50 == 0 &&
		       fwctl_dev_rpc(dev, 0, in, 0, out, &len) != -EMSGSIZE;
	}
	bad += fwctl_dev_state(dev, &state) != 0;
	if (!bad)
		fwctl_state_free(state);
	fwctl_dev_free(dev);
	return (void *)bad;
}

static void run_threads(struct fwctl_ctx *ctx)
{
	struct fwctl_dev *devs[THREADS];
	pthread_t threads[THREADS];
	void *bad;
	int i;

	for (i = 0; i < THREADS; i++)
		CHECK(!fwctl_find(ctx, "fwctl0", &devs[i]));
	for (i = 0; i < THREADS; i++)
		CHECK(!pthread_create(&threads[i], NULL, use_device, devs[i]));
	for (i = 0; i < THREADS; i++)
		CHECK(!pthread_join(threads[i], &bad) && !bad);
}

static void test_threads(void)
{
	struct fwctl_ctx *ctx = recording_ctx(file("threads"));

	run_threads(ctx);
	CHECK(!fwctl_ctx_end_record(ctx));
	fwctl_ctx_free(ctx);
	ctx = replaying_ctx(file("threads"));
	run_threads(ctx);
	CHECK(tape_of(ctx)->complete);
	/* A device, the end, and for each thread two opens, the RPCs and a state. */
	CHECK(tape_of(ctx)->count ==
	      2 + THREADS * (3 + ROUNDS + ROUNDS / 50));
	fwctl_ctx_free(ctx);
}

static const struct ktap_test tests[] = {
	{ "replayed as recorded", test_identical },
	{ "unknown requests", test_unknown },
	{ "order of answers", test_order },
	{ "find", test_find },
	{ "only what was found", test_found_only },
	{ "found again, changed", test_found_again },
	{ "iterate", test_iterate },
	{ "empty", test_empty },
	{ "begin fails", test_begin_fails },
	{ "addresses", test_addresses },
	{ "cut off", test_cut_off },
	{ "behind the end", test_behind_end },
	{ "damaged", test_damaged },
	{ "unsound", test_unsound },
	{ "without end", test_without_end },
	{ "no space", test_no_space },
	{ "many same requests", test_many },
	{ "threads", test_threads },
};

static bool leave_recording(const char *path)
{
	size_t len;
	__u8 *data = get_file(file("session"), &len);
	FILE *out = fopen(path, "w");
	bool ok = out && data && fwrite(data, 1, len, out) == len;

	free(data);
	return out && !fclose(out) && ok;
}

/* With an argument: copy the recording of the first test there. */
int main(int argc, char **argv)
{
	static const char * const files[] = {
		"session", "found", "unsound", "killed", "full", "many",
		"threads", "new", "empty", "again", "addresses",
	};
	int status;
	size_t i;

	snprintf(folder, sizeof(folder), "/tmp/test-recording.XXXXXX");
	if (!mkdtemp(folder)) {
		printf("Bail out! cannot make %s\n", folder);
		return 1;
	}
	status = ktap_run(tests, ARRAY_SIZE(tests));
	if (argc > 1 && !leave_recording(argv[1]))
		status = 1;
	for (i = 0; i < ARRAY_SIZE(files); i++)
		unlink(file(files[i]));
	rmdir(folder);
	return status;
}
