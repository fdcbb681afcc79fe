// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Tests of libfwctl on a real kernel, for a guest and as root: with simulated
 * devices, which the tests make, and a ConnectX if there is one. Output: KTAP.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <fwctl/sim.h>

#include "../private.h"
#include "ktap.h"

#define BUS "/sys/bus/fwctl_sim/"
/* An id that no other test is likely to use, as text. */
#define ID "8800"
#define PARENT "fwctl_sim" ID
#define KNOBS "/sys/kernel/debug/fwctl_sim/" PARENT "/"

static struct fwctl_ctx *ctx;

static bool put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) > 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

static void remove_sim(void)
{
	put(BUS "del_device", ID);
}

/* Remove the simulated device of an earlier test and make a new one. */
static struct fwctl_dev *make_sim(bool open_it)
{
	struct fwctl_dev *dev;

	if (access(BUS "new_device", W_OK))
		ktap_skip("no fwctl_sim, or not root");
	remove_sim();
	CHECK(put(BUS "new_device", ID));
	CHECK(!fwctl_find(ctx, PARENT, &dev));
	CHECK(!open_it || !fwctl_dev_open(dev, 0));
	return dev;
}

/* Make one with an unused id: a lowered ceiling stays with the id. */
static struct fwctl_dev *make_lowered_sim(enum fwctl_ceiling ceiling,
					  char id[16])
{
	static unsigned int count;
	struct fwctl_dev *dev;
	char parent[32];

	if (access(BUS "new_device", W_OK))
		ktap_skip("no fwctl_sim, or not root");
	snprintf(id, 16, "%u", getpid() * 100u + count++);
	snprintf(parent, sizeof(parent), "fwctl_sim%s", id);
	CHECK(put(BUS "new_device", id));
	CHECK(!fwctl_find(ctx, parent, &dev));
	CHECK(!fwctl_dev_open(dev, 0));
	CHECK(!fwctl_dev_lower(dev, ceiling));
	return dev;
}

static int sim_rpc(struct fwctl_dev *dev, enum fwctl_rpc_scope scope,
		   __u32 opcode, __u32 arg, __u64 value)
{
	struct fwctl_sim_request request = { opcode, arg, value };
	struct fwctl_sim_answer answer;
	size_t len = sizeof(answer);

	return fwctl_dev_rpc(dev, scope, &request, sizeof(request), &answer,
			     &len);
}

static void test_find(void)
{
	struct fwctl_dev *dev = make_sim(false), *again;
	struct fwctl_dev **devs;
	bool listed = false;
	size_t i;

	for (i = 0; i < 2; i++) {
		CHECK(!fwctl_find(ctx, i ? fwctl_dev_path(dev) :
				  fwctl_dev_name(dev), &again));
		CHECK(!strcmp(fwctl_dev_name(again), fwctl_dev_name(dev)));
		CHECK(!strcmp(fwctl_dev_parent(again), PARENT));
		CHECK(!strcmp(fwctl_dev_bus(again), "fwctl_sim"));
		CHECK(fwctl_dev_type(again) == FWCTL_DEVICE_TYPE_SIM);
		CHECK(!strcmp(fwctl_dev_driver(again), "fwctl_sim"));
		CHECK(fwctl_dev_scopes(again) == 0xf);
		fwctl_dev_free(again);
	}
	CHECK(fwctl_find(ctx, "/dev/null", &again) == -ENODEV);
	CHECK(fwctl_find(ctx, "lo", &again) == -ENODEV);
	CHECK(fwctl_list(ctx, &devs) > 0);
	for (i = 0; devs[i]; i++)
		listed |= !strcmp(fwctl_dev_name(devs[i]), fwctl_dev_name(dev));
	CHECK(listed);
	fwctl_list_free(devs);
	fwctl_dev_free(dev);
}

static void *make_later(void *arg)
{
	usleep(300000);
	put(BUS "new_device", ID);
	return arg;
}

static void test_wait(void)
{
	struct fwctl_dev *dev = make_sim(false);
	pthread_t maker;
	int ret;

	fwctl_dev_free(dev);
	remove_sim();
	CHECK(fwctl_wait(ctx, PARENT, 50, &dev) == -ETIMEDOUT);
	CHECK(!pthread_create(&maker, NULL, make_later, NULL));
	ret = fwctl_wait(ctx, PARENT, 20000, &dev);
	pthread_join(maker, NULL);
	if (ret)
		printf("# %s\n", fwctl_ctx_error(ctx));
	CHECK(!ret);
	CHECK(!fwctl_dev_open(dev, 0));
	fwctl_dev_free(dev);
}

static struct fwctl_state *get_state(struct fwctl_dev *dev)
{
	struct fwctl_state *state = NULL;

	if (fwctl_dev_state(dev, &state))
		printf("# %s\n", fwctl_dev_error(dev));
	CHECK(state);
	return state;
}

static void test_state(void)
{
	struct fwctl_dev *dev = make_sim(true);
	struct fwctl_state *state = get_state(dev), **states;
	int i, count;

	CHECK(!strcmp(fwctl_state_name(state), fwctl_dev_name(dev)));
	CHECK(fwctl_state_index(state) ==
	      (__u32)atoi(fwctl_dev_name(dev) + 5));
	CHECK(!strcmp(fwctl_state_parent(state), PARENT));
	CHECK(!strcmp(fwctl_state_bus(state), "fwctl_sim"));
	CHECK(!strcmp(fwctl_state_driver(state), "fwctl_sim"));
	CHECK(!strcmp(fwctl_state_card(state), PARENT));
	CHECK(fwctl_state_type(state) == FWCTL_DEVICE_TYPE_SIM);
	CHECK(fwctl_state_ceiling(state) == FWCTL_CEILING_DEBUG_WRITE_FULL);
	CHECK(fwctl_state_files(state) == 1);
	CHECK(!fwctl_state_in_flight(state) && !fwctl_state_taints(state));
	CHECK(!fwctl_state_judged(state, FWCTL_REASON_ADMITTED));
	fwctl_state_free(state);

	for (i = 0; i < 3; i++)
		CHECK(!sim_rpc(dev, FWCTL_RPC_DEBUG_WRITE, FWCTL_SIM_READ, 20,
			       0));
	CHECK(sim_rpc(dev, FWCTL_RPC_CONFIGURATION, FWCTL_SIM_READ, 20, 0) ==
	      -EBADMSG);
	fwctl_dev_close(dev);
	state = get_state(dev);
	CHECK(!fwctl_state_files(state));
	CHECK(fwctl_state_judged(state, FWCTL_REASON_ADMITTED) == 3);
	CHECK(fwctl_state_judged(state, FWCTL_REASON_SCOPE) == 1);
	CHECK(fwctl_state_delivered(state, FWCTL_RPC_DEBUG_READ_ONLY) == 3);
	CHECK(!fwctl_state_delivered(state, FWCTL_RPC_DEBUG_WRITE));
	CHECK(fwctl_state_taints(state) == 1 << FWCTL_RPC_DEBUG_WRITE);
	fwctl_state_free(state);

	count = fwctl_states(ctx, &states);
	CHECK(count > 0);
	for (i = 0; i < count; i++)
		if (!strcmp(fwctl_state_name(states[i]), fwctl_dev_name(dev)))
			break;
	CHECK(i < count && !states[count]);
	CHECK(fwctl_state_judged(states[i], FWCTL_REASON_SCOPE) == 1);
	fwctl_states_free(states);

	/* As after the module was reloaded: no family has this number. */
	dev->nl.family = 0x3fff;
	fwctl_state_free(get_state(dev));
	CHECK(dev->nl.family != 0x3fff);

	remove_sim();
	CHECK(fwctl_dev_state(dev, &state) == -ENODEV);
	CHECK_HAS(fwctl_dev_error(dev), "gone");
	CHECK(fwctl_dev_lower(dev, FWCTL_CEILING_NONE) == -ENODEV);
	fwctl_dev_free(dev);
}

static void test_lower(void)
{
	struct fwctl_state *state;
	struct fwctl_dev *dev;
	char id[16];

	dev = make_lowered_sim(FWCTL_CEILING_CONFIGURATION, id);
	state = get_state(dev);
	CHECK(fwctl_state_ceiling(state) == FWCTL_CEILING_CONFIGURATION);
	fwctl_state_free(state);
	CHECK(fwctl_dev_lower(dev, FWCTL_CEILING_DEBUG_WRITE) == -EPERM);
	CHECK_HAS(fwctl_dev_error(dev), "never raised");
	CHECK(fwctl_dev_lower(dev, (enum fwctl_ceiling)77) == -ERANGE);
	CHECK(sim_rpc(dev, FWCTL_RPC_DEBUG_READ_ONLY, FWCTL_SIM_READ, 20, 0) ==
	      -EACCES);
	CHECK(!sim_rpc(dev, FWCTL_RPC_DEBUG_READ_ONLY, FWCTL_SIM_READ, 1, 0));
	/* A function never gets more than its card. */
	CHECK(fwctl_dev_lower_function(dev, FWCTL_CEILING_DEBUG_WRITE) == -EPERM);
	CHECK_HAS(fwctl_dev_error(dev), "of this function");
	CHECK(!fwctl_dev_lower_function(dev, FWCTL_CEILING_NONE));
	fwctl_dev_close(dev);
	CHECK(fwctl_dev_open(dev, 0) == -EACCES);
	CHECK_HAS(fwctl_dev_error(dev), "ceiling is none");
	fwctl_dev_free(dev);
	put(BUS "del_device", id);
}

#define ANY_KNOBS "/sys/kernel/debug/fwctl_sim/fwctl_sim%s/"

/* How many RPCs the simulated device executes. */
static unsigned long sim_rpcs_now(const char *id)
{
	char path[128], text[512] = "", *counter;
	int fd;

	snprintf(path, sizeof(path), ANY_KNOBS "counters", id);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	counter = strstr(text, "rpcs_now ");
	CHECK(counter);
	return strtoul(counter + strlen("rpcs_now "), NULL, 10);
}

/* fwctl_dev_lower() returns when a call above the ceiling has ended, and not before. */
static void test_lower_waits(void)
{
	struct fwctl_dev *dev;
	char id[16], path[128];
	int status;
	pid_t pid;

	dev = make_lowered_sim(FWCTL_CEILING_DEBUG_WRITE_FULL, id);
	snprintf(path, sizeof(path), ANY_KNOBS "rpc_delay_ms", id);
	CHECK(put(path, "1000"));
	pid = fork();
	if (!pid)
		_exit(-sim_rpc(dev, FWCTL_RPC_CONFIGURATION, FWCTL_SIM_NOP, 0, 0));
	while (!sim_rpcs_now(id))
		usleep(1000);
	CHECK(!fwctl_dev_lower(dev, FWCTL_CEILING_NONE));
	CHECK(!sim_rpcs_now(id));
	CHECK(waitpid(pid, &status, 0) == pid && !status);
	fwctl_dev_free(dev);
	put(BUS "del_device", id);
}

static void test_least(void)
{
	static const struct {
		__u32 opcode;
		__u32 arg;
		enum fwctl_rpc_scope max;
		int result;
		enum fwctl_rpc_scope used;
		unsigned int taints;
	} cases[] = {
		{ FWCTL_SIM_READ, 1, 3, 0, 0, 0 },
		{ FWCTL_SIM_READ, 20, 3, 0, 1, 0 },
		{ FWCTL_SIM_READ, 20, 0, -EBADMSG, 0, 0 },
		{ FWCTL_SIM_WRITE, 20, 1, -EBADMSG, 1, 0 },
		{ FWCTL_SIM_RESET, 0, 2, -EBADMSG, 2, 0 },
		{ 0x99, 0, 3, -EBADMSG, 3, 0 },
		{ FWCTL_SIM_WRITE, 20, 3, 0, 2, 4 },
		{ FWCTL_SIM_RESET, 0, 3, 0, 3, 12 },
	};
	struct fwctl_dev *dev = make_sim(true);
	struct fwctl_sim_request request = {};
	struct fwctl_sim_answer answer;
	struct fwctl_state *state;
	enum fwctl_rpc_scope used;
	unsigned int delivered = 0;
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		request.opcode = cases[i].opcode;
		request.arg = cases[i].arg;
		len = sizeof(answer);
		CHECK(fwctl_dev_rpc_least(dev, cases[i].max, &request,
					  sizeof(request), &answer, &len,
					  &used) == cases[i].result);
		CHECK(used == cases[i].used);
		delivered += !cases[i].result;
		state = get_state(dev);
		CHECK(fwctl_state_taints(state) == cases[i].taints);
		CHECK(fwctl_state_judged(state, FWCTL_REASON_ADMITTED) ==
		      delivered);
		fwctl_state_free(state);
	}
	fwctl_dev_free(dev);
}

/* Wait for the next event of the device. */
static const struct fwctl_event *next_event(struct fwctl_monitor *monitor,
					    const char *name)
{
	struct pollfd pfd = { fwctl_monitor_fd(monitor), POLLIN, 0 };
	const struct fwctl_event *event;
	int ret;

	for (;;) {
		ret = fwctl_monitor_next(monitor, &event);
		if (ret == -EAGAIN) {
			CHECK(poll(&pfd, 1, 10000) == 1);
			continue;
		}
		if (ret)
			printf("# %s\n", fwctl_monitor_error(monitor));
		CHECK(!ret);
		if (event->type == FWCTL_EVENT_LOST)
			return event;
		if (!strcmp(event->state ? fwctl_state_name(event->state) :
			    event->audit->name, name))
			return event;
	}
}

static void test_device_events(void)
{
	struct fwctl_dev *dev = make_sim(true);
	const struct fwctl_event *event;
	struct fwctl_monitor *monitor;
	char name[32], id[16];

	CHECK(!fwctl_monitor_open(ctx, FWCTL_MONITOR_DEVICES, &monitor));
	CHECK(fwctl_monitor_next(monitor, &event) == -EAGAIN);
	snprintf(name, sizeof(name), "%s", fwctl_dev_name(dev));
	CHECK(!sim_rpc(dev, FWCTL_RPC_DEBUG_WRITE, FWCTL_SIM_NOP, 0, 0));
	event = next_event(monitor, name);
	CHECK(event->type == FWCTL_EVENT_TAINTED && !event->audit);
	CHECK(event->group == FWCTL_MONITOR_DEVICES);
	CHECK(fwctl_state_taints(event->state) == 4);
	CHECK(fwctl_state_files(event->state) == 1);
	/* The ceiling is already this one: no event. */
	CHECK(!fwctl_dev_lower(dev, FWCTL_CEILING_DEBUG_WRITE_FULL));
	fwctl_dev_free(dev);
	remove_sim();
	event = next_event(monitor, name);
	CHECK(event->type == FWCTL_EVENT_REMOVED);
	CHECK(put(BUS "new_device", ID));
	CHECK(!fwctl_find(ctx, PARENT, &dev));
	event = next_event(monitor, fwctl_dev_name(dev));
	CHECK(event->type == FWCTL_EVENT_ADDED);
	CHECK(!strcmp(fwctl_state_parent(event->state), PARENT));
	CHECK(fwctl_monitor_next(monitor, &event) == -EAGAIN);
	fwctl_monitor_free(monitor);

	CHECK(!fwctl_monitor_open(ctx, FWCTL_MONITOR_DEVICES, &monitor));
	fwctl_dev_free(dev);
	dev = make_lowered_sim(FWCTL_CEILING_DEBUG_WRITE, id);
	event = next_event(monitor, fwctl_dev_name(dev));
	CHECK(event->type == FWCTL_EVENT_ADDED);
	event = next_event(monitor, fwctl_dev_name(dev));
	CHECK(event->type == FWCTL_EVENT_CEILING);
	CHECK(fwctl_state_ceiling(event->state) == FWCTL_CEILING_DEBUG_WRITE);
	fwctl_dev_free(dev);
	put(BUS "del_device", id);
	fwctl_monitor_free(monitor);
}

static void test_audit(void)
{
	struct fwctl_dev *dev = make_sim(true);
	const struct fwctl_event *event;
	const struct fwctl_audit *audit;
	struct fwctl_monitor *monitor;
	unsigned int seen[9] = {}, i;
	__u64 seq;

	CHECK(put(KNOBS "fw_status", "77"));
	CHECK(!fwctl_monitor_open(ctx, FWCTL_MONITOR_AUDIT, &monitor));
	CHECK(!sim_rpc(dev, FWCTL_RPC_DEBUG_WRITE_FULL, FWCTL_SIM_WRITE, 20,
		       5));
	CHECK(put(KNOBS "fw_status", "-1"));
	CHECK(sim_rpc(dev, FWCTL_RPC_CONFIGURATION, FWCTL_SIM_READ, 20, 0) ==
	      -EBADMSG);
	CHECK(!sim_rpc(dev, FWCTL_RPC_DEBUG_READ_ONLY, FWCTL_SIM_READ, 777,
		       0));

	event = next_event(monitor, fwctl_dev_name(dev));
	CHECK(event->type == FWCTL_EVENT_RPC && !event->state);
	CHECK(event->group == FWCTL_MONITOR_AUDIT);
	audit = event->audit;
	seq = audit->seq;
	CHECK(audit->index == (__u32)atoi(fwctl_dev_name(dev) + 5));
	CHECK(audit->pid == (__u32)getpid() && !audit->uid && !audit->gid);
	CHECK_HAS("test-libfwctl-guest", audit->comm);
	CHECK(strlen(audit->comm) == 15);
	CHECK(audit->declared == FWCTL_RPC_DEBUG_WRITE_FULL);
	CHECK(audit->effective == FWCTL_RPC_DEBUG_WRITE && audit->writes);
	CHECK(audit->command == FWCTL_SIM_WRITE && audit->command_name);
	CHECK_HAS(audit->command_name, "write");
	CHECK(audit->in_len == 16 && audit->out_len == 16 && !audit->result);
	CHECK(audit->reason == FWCTL_REASON_ADMITTED && audit->has_time);
	CHECK(audit->start && audit->has_fw_status && audit->fw_status == 77);

	audit = next_event(monitor, fwctl_dev_name(dev))->audit;
	CHECK(audit->seq == seq + 1 && audit->result == -EBADMSG);
	CHECK(audit->reason == FWCTL_REASON_SCOPE && !audit->writes);
	CHECK(!audit->has_time && !audit->has_fw_status);
	audit = next_event(monitor, fwctl_dev_name(dev))->audit;
	CHECK(audit->has_time && !audit->has_fw_status && !audit->result);
	CHECK(fwctl_monitor_next(monitor, &event) == -EAGAIN);
	fwctl_monitor_free(monitor);

	CHECK(!fwctl_monitor_open(ctx, FWCTL_MONITOR_REFUSED |
				  FWCTL_MONITOR_WRITES, &monitor));
	CHECK(!sim_rpc(dev, FWCTL_RPC_CONFIGURATION, FWCTL_SIM_READ, 1, 0));
	CHECK(!sim_rpc(dev, FWCTL_RPC_CONFIGURATION, FWCTL_SIM_WRITE, 1, 0));
	CHECK(sim_rpc(dev, FWCTL_RPC_DEBUG_READ_ONLY, FWCTL_SIM_WRITE, 1, 0) ==
	      -EBADMSG);
	for (i = 0; i < 3; i++) {
		event = next_event(monitor, fwctl_dev_name(dev));
		CHECK(event->audit->writes);
		CHECK(event->group == FWCTL_MONITOR_WRITES ||
		      event->audit->reason == FWCTL_REASON_READ_ONLY_SCOPE);
		seen[event->group]++;
	}
	CHECK(seen[FWCTL_MONITOR_REFUSED] == 1);
	CHECK(seen[FWCTL_MONITOR_WRITES] == 2);
	CHECK(fwctl_monitor_next(monitor, &event) == -EAGAIN);
	fwctl_monitor_free(monitor);
	fwctl_dev_free(dev);
}

/* More events than the socket holds: each is fetched or counted as lost. */
static void test_lost(void)
{
	struct fwctl_dev *dev = make_sim(true);
	const struct fwctl_event *event;
	struct fwctl_monitor *monitor;
	unsigned int sent = 0, fetched = 0, unknown = 0, i;
	__u64 lost = 0, last = 0;

	CHECK(!fwctl_monitor_open(ctx, FWCTL_MONITOR_AUDIT, &monitor));
	for (i = 0; i < 12000; i++, sent++)
		CHECK(!sim_rpc(dev, FWCTL_RPC_CONFIGURATION, FWCTL_SIM_NOP, 0,
			       0));
	for (i = 0; i < 2; i++) {
		while (!fwctl_monitor_next(monitor, &event)) {
			CHECK(event->group == FWCTL_MONITOR_AUDIT);
			if (event->type == FWCTL_EVENT_LOST) {
				unknown += !event->lost;
				lost += event->lost;
				continue;
			}
			CHECK(event->audit->seq > last);
			last = event->audit->seq;
			fetched++;
		}
		/* The number of this event shows how many were lost. */
		if (!i) {
			printf("# %u fetched, then %u unknown\n", fetched,
			       unknown);
			CHECK(unknown == 1 && fetched < sent);
			CHECK(!sim_rpc(dev, FWCTL_RPC_CONFIGURATION,
				       FWCTL_SIM_NOP, 0, 0));
			sent++;
		}
	}
	printf("# of %u events, %u fetched, %llu lost\n", sent, fetched,
	       (unsigned long long)lost);
	CHECK(lost && fetched + lost == sent && unknown == 1);
	fwctl_monitor_free(monitor);
	fwctl_dev_free(dev);
}

/* Runs as another user, in a child process. */
static int as_nobody(struct fwctl_dev *dev)
{
	struct fwctl_monitor *monitor;
	struct fwctl_state *state;
	struct fwctl_dev *again;
	struct fwctl_ctx *own = fwctl_ctx_new();

	if (!own || setgid(65534) || setuid(65534))
		return 1;
	if (fwctl_find(own, PARENT, &again) ||
	    fwctl_dev_state(again, &state))
		return 2;
	fwctl_state_free(state);
	if (fwctl_dev_lower(again, FWCTL_CEILING_NONE) != -EPERM)
		return 3;
	if (fwctl_monitor_open(own, FWCTL_MONITOR_DEVICES, &monitor))
		return 4;
	fwctl_monitor_free(monitor);
	if (fwctl_monitor_open(own, FWCTL_MONITOR_AUDIT, &monitor) != -EPERM ||
	    !strstr(fwctl_ctx_error(own), "CAP_SYS_ADMIN"))
		return 5;
	if (fwctl_dev_open(again, 0) != -EACCES ||
	    !strstr(fwctl_dev_error(again), "permission denied: it belongs to root:"))
		return 6;
	fwctl_dev_free(again);
	fwctl_ctx_free(own);
	fwctl_dev_free(dev);
	return 0;
}

/*
 * Runs in a child process, in a network namespace that lacks the family, as
 * every one does with Linux's own fwctl.
 */
static int in_other_network(struct fwctl_dev *dev)
{
	struct fwctl_monitor *monitor;
	struct fwctl_state *state, **states;
	struct fwctl_ctx *own = fwctl_ctx_new();

	if (!own || unshare(CLONE_NEWNET))
		return 1;
	if (fwctl_dev_state(dev, &state) != -EOPNOTSUPP ||
	    !strstr(fwctl_dev_error(dev), "this network namespace has no netlink family"))
		return 2;
	if (fwctl_states(own, &states) != -EOPNOTSUPP)
		return 3;
	if (fwctl_dev_lower(dev, FWCTL_CEILING_NONE) != -EOPNOTSUPP)
		return 4;
	if (fwctl_monitor_open(own, FWCTL_MONITOR_DEVICES, &monitor) !=
	    -EOPNOTSUPP)
		return 5;
	fwctl_ctx_free(own);
	fwctl_dev_free(dev);
	return 0;
}

static void run_child(int (*run)(struct fwctl_dev *dev))
{
	struct fwctl_dev *dev = make_sim(false);
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(run(dev));
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	if (status)
		printf("# child: status 0x%x\n", status);
	CHECK(!status);
	fwctl_dev_free(dev);
}

static void test_nobody(void)
{
	run_child(as_nobody);
}

static void test_other_network(void)
{
	run_child(in_other_network);
}

/* Send requests to a simulated device, and log the results. */
static void sim_session(struct fwctl_ctx *own, FILE *log)
{
	struct fwctl_sim_request request = { FWCTL_SIM_WRITE, 3, 99 };
	struct fwctl_sim_answer answer = {};
	struct fwctl_info_sim info;
	struct fwctl_state *state;
	enum fwctl_rpc_scope used;
	size_t len = sizeof(info);
	struct fwctl_dev *dev;
	unsigned int i;
	int ret;

	CHECK(!fwctl_find(own, PARENT, &dev));
	CHECK(!fwctl_dev_open(dev, 0));
	CHECK(!fwctl_dev_info(dev, &info, &len));
	fprintf(log, "%s %x %zu %u %u\n", fwctl_dev_name(dev),
		fwctl_dev_type(dev), len, info.id, info.uctx);
	for (i = 0; i < 64; i += 7) {
		request.opcode = i & 1 ? FWCTL_SIM_WRITE : FWCTL_SIM_READ;
		request.arg = i;
		len = sizeof(answer);
		ret = fwctl_dev_rpc_least(dev, 1, &request, sizeof(request),
					  &answer, &len, &used);
		fprintf(log, "%d %d %zu %u %llu %s\n", ret, used, len,
			answer.status, (unsigned long long)answer.value,
			ret ? fwctl_dev_error(dev) : "");
	}
	CHECK(!fwctl_dev_state(dev, &state));
	fprintf(log, "%llu %llu\n",
		(unsigned long long)fwctl_state_judged(state, 0),
		(unsigned long long)fwctl_state_judged(state, 5));
	fwctl_state_free(state);
	fprintf(log, "%d %s\n", fwctl_dev_lower(dev, 77), fwctl_dev_error(dev));
	fwctl_dev_free(dev);
}

static void mlx5_session(struct fwctl_ctx *own, FILE *log)
{
	static const __u16 ids[] = { 0x9020, 0x907f, 0x9061, 0x1234, 0x402d };
	struct fwctl_mlx5_reg reg = {};
	struct fwctl_dev **devs;
	__u8 data[160];
	size_t i, n;
	int ret;

	CHECK(fwctl_list(own, &devs) >= 0);
	for (n = 0; devs[n]; n++)
		if (fwctl_dev_type(devs[n]) == FWCTL_DEVICE_TYPE_MLX5)
			break;
	if (!devs[n]) {
		fwctl_list_free(devs);
		return;
	}
	fprintf(log, "%s %s\n", fwctl_dev_name(devs[n]),
		fwctl_dev_parent(devs[n]));
	CHECK(!fwctl_dev_open(devs[n], 0));
	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		memset(data, 0, sizeof(data));
		reg.id = ids[i];
		reg.data = data;
		reg.len = ids[i] == 0x9020 ? 160 : 16;
		ret = fwctl_mlx5_reg_access(devs[n], 1, &reg);
		fprintf(log, "%d %d %x %x %s\n", ret, reg.scope, reg.status,
			reg.syndrome, ret ? fwctl_dev_error(devs[n]) : "");
		if (!ret)
			fwrite(data, 1, reg.len, log);
	}
	fwctl_list_free(devs);
}

static void record_and_replay(void (*session)(struct fwctl_ctx *, FILE *))
{
	char path[] = "/tmp/test-libfwctl-guest.XXXXXX", file[64];
	struct fwctl_ctx *recorder = fwctl_ctx_new();
	struct fwctl_ctx *player = fwctl_ctx_new();
	char *logs[2] = {};
	size_t lens[2], i;
	FILE *log;

	CHECK(recorder && player && mkdtemp(path));
	snprintf(file, sizeof(file), "%s/recording", path);
	CHECK(!fwctl_ctx_set_record(recorder, file));
	for (i = 0; i < 2; i++) {
		log = open_memstream(&logs[i], &lens[i]);
		CHECK(log);
		session(i ? player : recorder, log);
		fclose(log);
		/* The device is removed before the second session. */
		if (i)
			continue;
		CHECK(!fwctl_ctx_end_record(recorder));
		CHECK(!fwctl_ctx_set_replay(player, file));
		remove_sim();
	}
	printf("# %zu bytes seen\n", lens[0]);
	if (lens[0] != lens[1] || memcmp(logs[0], logs[1], lens[0]))
		printf("# recorded:\n%s# replayed:\n%s", logs[0], logs[1]);
	CHECK(lens[0] == lens[1] && !memcmp(logs[0], logs[1], lens[0]));
	CHECK(lens[0] > 100);
	free(logs[0]);
	free(logs[1]);
	fwctl_ctx_free(recorder);
	fwctl_ctx_free(player);
	unlink(file);
	rmdir(path);
}

static void test_record_sim(void)
{
	fwctl_dev_free(make_sim(false));
	record_and_replay(sim_session);
}

static struct fwctl_dev *find_mlx5(void)
{
	struct fwctl_dev **devs, *dev = NULL;
	int i, count = fwctl_list(ctx, &devs);

	for (i = 0; i < count; i++) {
		if (!dev && fwctl_dev_type(devs[i]) == FWCTL_DEVICE_TYPE_MLX5)
			dev = devs[i];
		else
			fwctl_dev_free(devs[i]);
	}
	if (count >= 0)
		free(devs);
	if (!dev)
		ktap_skip("no ConnectX");
	return dev;
}

static void test_record_mlx5(void)
{
	fwctl_dev_free(find_mlx5());
	record_and_replay(mlx5_session);
}

static void test_mlx5(void)
{
	struct fwctl_dev *dev = find_mlx5(), *again;
	__u8 data[160] = {};
	struct fwctl_mlx5_reg reg = {
		.id = 0x9020, .data = data, .len = sizeof(data),
	};
	const char *const *names;
	int i;

	CHECK(!fwctl_dev_open(dev, FWCTL_OPEN_READ_ONLY));
	CHECK(!fwctl_mlx5_reg_access(dev, FWCTL_RPC_DEBUG_READ_ONLY, &reg));
	CHECK(data[10] == 0x02 && data[11] >= 0x10);
	reg.id = 0x1234;
	CHECK(fwctl_mlx5_reg_access(dev, FWCTL_RPC_DEBUG_READ_ONLY, &reg) ==
	      -EREMOTEIO);
	CHECK_HAS(fwctl_dev_error(dev), "BAD_PARAM");
	CHECK(reg.status == 3);

	/* Find it by all its other names. */
	CHECK(!fwctl_find(ctx, fwctl_dev_parent(dev), &again));
	fwctl_dev_free(again);
	CHECK(!fwctl_find(ctx, fwctl_dev_parent(dev) + 5, &again));
	fwctl_dev_free(again);
	for (i = 0; i < 2; i++) {
		names = i ? fwctl_dev_rdma_devs(dev) : fwctl_dev_netdevs(dev);
		printf("# %s: %s\n", i ? "RDMA device" : "network device",
		       names[0] ? names[0] : "none");
		for (; *names; names++) {
			CHECK(!fwctl_find(ctx, *names, &again));
			CHECK(!strcmp(fwctl_dev_name(again),
				      fwctl_dev_name(dev)));
			fwctl_dev_free(again);
		}
	}
	fwctl_dev_free(dev);
}

/* Threads with contexts and devices of their own. */

static void *use_library(void *arg)
{
	struct fwctl_ctx *own = fwctl_ctx_new();
	struct fwctl_state *state, **states;
	struct fwctl_dev *dev, **devs;
	intptr_t bad = !own;
	int i;

	(void)arg;
	for (i = 0; i < 30 && !bad; i++) {
		bad |= fwctl_list(own, &devs) <= 0;
		if (bad)
			break;
		fwctl_list_free(devs);
		bad |= fwctl_states(own, &states) <= 0;
		if (!bad)
			fwctl_states_free(states);
		bad |= fwctl_find(own, PARENT, &dev);
		if (bad)
			break;
		bad |= fwctl_dev_open(dev, 0);
		bad |= sim_rpc(dev, 0, FWCTL_SIM_NOP, 0, 0);
		bad |= sim_rpc(dev, 0, FWCTL_SIM_READ, 20, 0) != -EBADMSG;
		bad |= fwctl_dev_state(dev, &state);
		if (!bad)
			fwctl_state_free(state);
		fwctl_dev_free(dev);
	}
	fwctl_ctx_free(own);
	return (void *)bad;
}

static void test_threads(void)
{
	struct fwctl_dev *dev = make_sim(false);
	struct fwctl_state *state;
	pthread_t threads[4];
	void *bad;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(threads); i++)
		CHECK(!pthread_create(&threads[i], NULL, use_library, NULL));
	for (i = 0; i < ARRAY_SIZE(threads); i++)
		CHECK(!pthread_join(threads[i], &bad) && !bad);
	state = get_state(dev);
	CHECK(!fwctl_state_files(state));
	CHECK(fwctl_state_judged(state, FWCTL_REASON_ADMITTED) == 120);
	CHECK(fwctl_state_judged(state, FWCTL_REASON_SCOPE) == 120);
	fwctl_state_free(state);
	fwctl_dev_free(dev);
}

static const struct ktap_test tests[] = {
	{ "find", test_find },
	{ "wait", test_wait },
	{ "state", test_state },
	{ "lower", test_lower },
	{ "lower waits", test_lower_waits },
	{ "least scope", test_least },
	{ "device events", test_device_events },
	{ "audit", test_audit },
	{ "lost events", test_lost },
	{ "threads", test_threads },
	{ "another user", test_nobody },
	{ "another network namespace", test_other_network },
	{ "record and replay: sim", test_record_sim },
	{ "record and replay: mlx5", test_record_mlx5 },
	{ "mlx5", test_mlx5 },
};

int main(void)
{
	int status;

	ctx = fwctl_ctx_new();
	if (!ctx)
		return 1;
	status = ktap_run(tests, ARRAY_SIZE(tests));
	remove_sim();
	fwctl_ctx_free(ctx);
	return status;
}
