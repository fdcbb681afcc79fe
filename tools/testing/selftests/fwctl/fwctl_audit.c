// SPDX-License-Identifier: GPL-2.0-only
/*
 * The audit stream: an event for each RPC that finished or was refused. Taints
 * the kernel.
 */
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "fwctl_netlink_utils.h"
#include "fwctl_thread_utils.h"

#define BIT(_nr) (1u << (_nr))
#define TIMES (BIT(FWCTL_A_AUDIT_START) | BIT(FWCTL_A_AUDIT_DURATION))
/* The attributes that every event has */
#define ALWAYS ((2u << FWCTL_A_AUDIT_MAX) - 2 - TIMES - \
		BIT(FWCTL_A_AUDIT_COMMAND_NAME) - BIT(FWCTL_A_AUDIT_FW_STATUS))

/* Holds all events of a test. */
#define LARGE_BUFFER (64 << 20)

FIXTURE(audit) {
	struct sim sim;
	int fd;
	struct fnl nl;
};

static void listen_to(struct __test_metadata *_metadata, struct fnl *nl, const char *group)
{
	ASSERT_EQ(0, fnl_listen(nl, group));
	ASSERT_EQ(0, fnl_set_buffer(nl, LARGE_BUFFER));
}

FIXTURE_SETUP(audit)
{
	if (capabilities_missing())
		SKIP(return, "%s", capabilities_missing());
	self->fd = setup_sim(_metadata, &self->sim, "", O_RDWR);
	if (self->fd < 0)
		return;
	listen_to(_metadata, &self->nl, FWCTL_MCGRP_AUDIT);
}

FIXTURE_TEARDOWN(audit)
{
	EXPECT_FALSE(self->nl.bad);
	EXPECT_EQ(0, self->nl.nr_devs);
	fnl_close(&self->nl);
	close(self->fd);
	EXPECT_EQ(0, sim_del(&self->sim));
}

/* Checks the attributes that do not depend on the RPC. */
static void check_caller(struct __test_metadata *_metadata,
			 const struct sim *sim, const struct audit_event *event)
{
	char comm[32] = "";

	prctl(PR_GET_NAME, comm);
	EXPECT_EQ(sim->number, event->index);
	EXPECT_STREQ(sim->node + strlen("/dev/fwctl/"), event->name);
	EXPECT_EQ(getpid(), event->pid);
	EXPECT_EQ(getuid(), event->uid);
	EXPECT_EQ(getgid(), event->gid);
	EXPECT_STREQ(comm, event->comm);
}

TEST_F(audit, admitted)
{
	struct fwctl_sim_request in = {
		.opcode = FWCTL_SIM_WRITE,
		.arg = 20,
	};
	const struct audit_event *event;
	struct fwctl_sim_answer out;
	__u32 len = sizeof(out);
	__u64 before, after;

	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", 300));
	before = now_ns();
	test_rpc(self->fd, FWCTL_RPC_DEBUG_WRITE_FULL, &in, sizeof(in), &out,
		 &len);
	after = now_ns();
	ASSERT_EQ(0, fnl_receive(&self->nl, 1, 0));
	ASSERT_EQ(1, self->nl.nr_events);
	event = self->nl.events;

	EXPECT_EQ(ALWAYS | BIT(FWCTL_A_AUDIT_COMMAND_NAME) | TIMES,
		  event->present);
	check_caller(_metadata, &self->sim, event);
	EXPECT_EQ(FWCTL_RPC_DEBUG_WRITE_FULL, event->declared);
	EXPECT_EQ(FWCTL_RPC_DEBUG_WRITE, event->effective);
	EXPECT_EQ(1, event->writes);
	EXPECT_EQ(FWCTL_SIM_WRITE, event->command);
	EXPECT_STREQ("write", event->command_name);
	EXPECT_EQ(sizeof(in), event->in_len);
	EXPECT_EQ(sizeof(out), event->out_len);
	EXPECT_EQ(0, event->result);
	EXPECT_EQ(FWCTL_REASON_ADMITTED, event->reason);
	EXPECT_LE(before, event->start);
	/* The delay is shorter if the guest's timer ticks are late. */
	EXPECT_LE(100000000, event->duration);
	EXPECT_GE(after, event->start + event->duration);
}

TEST_F(audit, reads_and_lengths)
{
	struct fwctl_sim_request in = { .opcode = FWCTL_SIM_FILL, .arg = 1000 };
	const struct audit_event *event;
	__u8 buffer[5000] = {};
	__u32 len = 100;

	test_rpc(self->fd, FWCTL_RPC_DEBUG_READ_ONLY, &in, sizeof(in), buffer,
		 &len);
	len = 0;
	memcpy(buffer, &in, sizeof(in));
	test_rpc(self->fd, FWCTL_RPC_CONFIGURATION, buffer, sizeof(buffer),
		 NULL, &len);
	ASSERT_EQ(0, fnl_receive(&self->nl, 2, 0));
	event = self->nl.events;
	EXPECT_EQ(FWCTL_RPC_DEBUG_READ_ONLY, event->declared);
	EXPECT_EQ(FWCTL_RPC_CONFIGURATION, event->effective);
	EXPECT_EQ(0, event->writes);
	EXPECT_EQ(FWCTL_SIM_FILL, event->command);
	EXPECT_STREQ("fill", event->command_name);
	EXPECT_EQ(sizeof(in), event->in_len);
	/* The length of the answer, not of the buffer */
	EXPECT_EQ(1000, event->out_len);
	event++;
	EXPECT_EQ(FWCTL_RPC_CONFIGURATION, event->declared);
	EXPECT_EQ(sizeof(buffer), event->in_len);
	EXPECT_EQ(1000, event->out_len);
}

TEST_F(audit, refused)
{
	struct fwctl_sim_request in = { .opcode = FWCTL_SIM_READ, .arg = 20 };
	const struct audit_event *event;
	__u32 len = 123;

	test_err_rpc(EBADMSG, self->fd, FWCTL_RPC_CONFIGURATION, &in,
		     sizeof(in), NULL, &len);
	ASSERT_EQ(0, fnl_receive(&self->nl, 1, 0));
	ASSERT_EQ(1, self->nl.nr_events);
	event = self->nl.events;
	/* A refused RPC never starts: it has no times. */
	EXPECT_EQ(ALWAYS | BIT(FWCTL_A_AUDIT_COMMAND_NAME), event->present);
	check_caller(_metadata, &self->sim, event);
	EXPECT_EQ(FWCTL_RPC_CONFIGURATION, event->declared);
	EXPECT_EQ(FWCTL_RPC_DEBUG_READ_ONLY, event->effective);
	EXPECT_EQ(0, event->writes);
	EXPECT_EQ(FWCTL_SIM_READ, event->command);
	EXPECT_STREQ("read", event->command_name);
	EXPECT_EQ(sizeof(in), event->in_len);
	EXPECT_EQ(123, event->out_len);
	EXPECT_EQ(-EBADMSG, event->result);
	EXPECT_EQ(FWCTL_REASON_SCOPE, event->reason);
}

TEST_F(audit, each_reason)
{
	struct fwctl_sim_request in = { .opcode = FWCTL_SIM_NOP };
	struct audit_event *event;
	__u32 len = 0;
	int ro;

	ro = sim_open(&self->sim, O_RDONLY);
	ASSERT_LE(0, ro);
	set_capability(CAP_SYS_RAWIO, false);
	test_err_nop(EPERM, self->fd, FWCTL_RPC_DEBUG_WRITE_FULL);
	set_capability(CAP_SYS_RAWIO, true);
	test_err_rpc(EMSGSIZE, self->fd, 0, &in, 15, NULL, &len);
	EXPECT_EQ(EBADMSG, _test_sim(self->fd, 0, 0x999, 0, 0, NULL, NULL));
	EXPECT_EQ(EBADMSG, _test_sim(self->fd, FWCTL_RPC_DEBUG_WRITE,
				     FWCTL_SIM_RESET, 0, 0, NULL, NULL));
	EXPECT_EQ(EBADMSG, _test_sim(self->fd, FWCTL_RPC_DEBUG_READ_ONLY,
				     FWCTL_SIM_WRITE, 0, 0, NULL, NULL));
	EXPECT_EQ(EBADMSG, _test_sim(ro, FWCTL_RPC_CONFIGURATION,
				     FWCTL_SIM_WRITE, 0, 0, NULL, NULL));
	ASSERT_EQ(0, fnl_receive(&self->nl, 6, 0));
	ASSERT_EQ(6, self->nl.nr_events);

	event = self->nl.events;
	EXPECT_EQ(FWCTL_REASON_CAPABILITY, event->reason);
	EXPECT_EQ(-EPERM, event->result);
	EXPECT_EQ(ALWAYS | BIT(FWCTL_A_AUDIT_COMMAND_NAME), event->present);
	EXPECT_EQ(FWCTL_SIM_NOP, event->command);
	EXPECT_EQ(FWCTL_RPC_CONFIGURATION, event->effective);
	event++;
	EXPECT_EQ(FWCTL_REASON_MALFORMED, event->reason);
	EXPECT_EQ(-EMSGSIZE, event->result);
	EXPECT_EQ(ALWAYS, event->present);
	event++;
	EXPECT_EQ(FWCTL_REASON_UNKNOWN, event->reason);
	EXPECT_EQ(-EBADMSG, event->result);
	EXPECT_EQ(ALWAYS, event->present);
	event++;
	EXPECT_EQ(FWCTL_REASON_SCOPE, event->reason);
	EXPECT_EQ(-EBADMSG, event->result);
	EXPECT_EQ(1, event->writes);
	EXPECT_EQ(FWCTL_RPC_DEBUG_WRITE_FULL, event->effective);
	event++;
	EXPECT_EQ(FWCTL_REASON_READ_ONLY_SCOPE, event->reason);
	EXPECT_EQ(-EBADMSG, event->result);
	event++;
	EXPECT_EQ(FWCTL_REASON_READ_ONLY_FILE, event->reason);
	EXPECT_EQ(-EBADMSG, event->result);
	close(ro);
}

TEST_F(audit, failed)
{
	const struct audit_event *event;

	ASSERT_EQ(0, sim_set(&self->sim, "rpc_errno", EIO));
	ASSERT_EQ(0, sim_set(&self->sim, "fw_status", 5));
	test_err_nop(EIO, self->fd, 0);
	ASSERT_EQ(0, fnl_receive(&self->nl, 1, 0));
	event = self->nl.events;
	EXPECT_EQ(-EIO, event->result);
	EXPECT_EQ(FWCTL_REASON_ADMITTED, event->reason);
	/* Without an answer there is no status. */
	EXPECT_EQ(ALWAYS | BIT(FWCTL_A_AUDIT_COMMAND_NAME) | TIMES,
		  event->present);
}

TEST_F(audit, firmware_status)
{
	ASSERT_EQ(0, sim_set(&self->sim, "fw_status", 0x1234));
	test_nop(self->fd, 0);
	ASSERT_EQ(0, sim_set(&self->sim, "fw_status", 0));
	test_nop(self->fd, 0);
	ASSERT_EQ(0, fnl_receive(&self->nl, 2, 0));
	EXPECT_EQ(ALWAYS | BIT(FWCTL_A_AUDIT_COMMAND_NAME) | TIMES |
		  BIT(FWCTL_A_AUDIT_FW_STATUS), self->nl.events[0].present);
	EXPECT_EQ(0x1234, self->nl.events[0].fw_status);
	EXPECT_EQ(0, self->nl.events[0].result);
	EXPECT_EQ(BIT(FWCTL_A_AUDIT_FW_STATUS), self->nl.events[1].present &
		  BIT(FWCTL_A_AUDIT_FW_STATUS));
	EXPECT_EQ(0, self->nl.events[1].fw_status);
}

TEST_F(audit, unclassified)
{
	const struct audit_event *event;
	struct sim sim;
	int fd;

	ASSERT_EQ(0, sim_new(&sim, "noclassify"));
	fd = sim_open(&sim, O_RDWR);
	ASSERT_LE(0, fd);
	test_nop(fd, FWCTL_RPC_DEBUG_WRITE);
	ASSERT_EQ(0, fnl_receive(&self->nl, 1, 0));
	event = self->nl.events;
	EXPECT_EQ(ALWAYS | TIMES, event->present);
	EXPECT_EQ(FWCTL_RPC_DEBUG_WRITE, event->declared);
	EXPECT_EQ(FWCTL_RPC_DEBUG_WRITE, event->effective);
	EXPECT_EQ(1, event->writes);
	EXPECT_EQ(0, event->command);
	close(fd);
	EXPECT_EQ(0, sim_del(&sim));
}

/* The caller's IDs are those in the initial namespaces. */
TEST_F(audit, caller)
{
	const struct audit_event *event;
	pid_t pid;

	if (unshare(CLONE_NEWPID))
		SKIP(return, "no pid namespaces");
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		prctl(PR_SET_NAME, "15 bytes long !");
		if (setgid(4321) || setuid(1234))
			_exit(255);
		_exit(getpid() == 1 ? _test_nop(self->fd, 0) : 254);
	}
	ASSERT_EQ(0, exit_status(pid));
	ASSERT_EQ(0, fnl_receive(&self->nl, 1, 0));
	event = self->nl.events;
	EXPECT_EQ(pid, event->pid);
	EXPECT_EQ(1234, event->uid);
	EXPECT_EQ(4321, event->gid);
	EXPECT_STREQ("15 bytes long !", event->comm);
}

/* The namespace has no mappings: inside it the uid is the overflow uid. */
static int call_in_user_namespace(int fd)
{
	if (setgid(4321) || setuid(1234) || unshare(CLONE_NEWUSER))
		return NO_NAMESPACE;
	return getuid() == 1234 ? 254 : _test_nop(fd, 0);
}

TEST_F(audit, caller_in_user_namespace)
{
	int status = in_child(call_in_user_namespace(self->fd));

	if (status == NO_NAMESPACE)
		SKIP(return, "no user namespaces");
	ASSERT_EQ(0, status);
	ASSERT_EQ(0, fnl_receive(&self->nl, 1, 0));
	EXPECT_EQ(1234, self->nl.events->uid);
	EXPECT_EQ(4321, self->nl.events->gid);
}

/* The pid of a thread's call is that of its process. */
TEST_F(audit, thread)
{
	struct call call;

	ASSERT_EQ(0, call_nop(&call, self->fd));
	ASSERT_EQ(0, call_end(&call));
	ASSERT_EQ(0, fnl_receive(&self->nl, 1, 0));
	EXPECT_EQ(getpid(), self->nl.events->pid);
	EXPECT_NE(getpid(), call.tid);
}

#define CALLERS 4
#define CALLS 1000

/* Makes calls of three kinds in turn; every third one is refused. */
static int make_calls(int fd)
{
	static const __u32 opcodes[] = {
		FWCTL_SIM_NOP, FWCTL_SIM_WRITE, FWCTL_SIM_RESET,
	};
	struct fwctl_sim_request in = {};
	__u32 len;
	int i, err;

	for (i = 0; i < CALLS; i++) {
		in.opcode = opcodes[i % 3];
		len = 0;
		err = _test_rpc(fd, FWCTL_RPC_CONFIGURATION, &in, sizeof(in),
				&in, &len);
		if (err != (i % 3 == 2 ? EBADMSG : 0))
			return 1;
	}
	return 0;
}

static void check_numbers(struct __test_metadata *_metadata,
			  const struct fnl *nl)
{
	unsigned int i;

	for (i = 1; i < nl->nr_events; i++)
		EXPECT_EQ(nl->events[i - 1].seq + 1, nl->events[i].seq);
}

/* Receives all events of a listener: exactly @events. */
static void receive_all(struct __test_metadata *_metadata, struct fnl *nl,
			unsigned int events)
{
	ASSERT_EQ(0, fnl_receive(nl, events, 0));
	ASSERT_EQ(events, nl->nr_events);
	EXPECT_FALSE(nl->bad);
	check_numbers(_metadata, nl);
}

/* The events of each caller have the order of its calls. */
static void check_callers(struct __test_metadata *_metadata, const struct fnl *nl,
			  const pid_t *pids)
{
	unsigned int i, calls[CALLERS] = {};
	const struct audit_event *event;
	int caller;

	for (i = 0; i < nl->nr_events; i++) {
		event = &nl->events[i];
		for (caller = 0; caller < CALLERS - 1; caller++)
			if (event->pid == pids[caller])
				break;
		ASSERT_EQ(pids[caller], event->pid);
		EXPECT_EQ(calls[caller] % 3 == 2 ? FWCTL_REASON_SCOPE :
						   FWCTL_REASON_ADMITTED,
			  event->reason);
		EXPECT_EQ(calls[caller] % 3 != 0, event->writes);
		calls[caller]++;
	}
	for (i = 0; i < CALLERS; i++)
		EXPECT_EQ(CALLS, calls[i]);
}

/* Each group receives one event for each call that belongs to it. */
TEST_F(audit, complete)
{
	const unsigned int refused = CALLERS * (CALLS / 3);
	const unsigned int writes = CALLERS * (2 * CALLS / 3);
	struct fnl nl_refused, nl_writes, second;
	pid_t pids[CALLERS];
	unsigned int i;

	listen_to(_metadata, &nl_refused, FWCTL_MCGRP_AUDIT_REFUSED);
	listen_to(_metadata, &nl_writes, FWCTL_MCGRP_AUDIT_WRITES);
	listen_to(_metadata, &second, FWCTL_MCGRP_AUDIT);
	for (i = 0; i < CALLERS; i++) {
		pids[i] = fork();
		ASSERT_LE(0, pids[i]);
		if (!pids[i])
			_exit(make_calls(self->fd));
	}
	for (i = 0; i < CALLERS; i++)
		EXPECT_EQ(0, exit_status(pids[i]));

	receive_all(_metadata, &self->nl, CALLERS * CALLS);
	check_callers(_metadata, &self->nl, pids);
	receive_all(_metadata, &second, CALLERS * CALLS);
	for (i = 0; i < second.nr_events; i++)
		EXPECT_EQ(self->nl.events[i].seq, second.events[i].seq);
	receive_all(_metadata, &nl_refused, refused);
	for (i = 0; i < refused; i++)
		EXPECT_EQ(FWCTL_REASON_SCOPE, nl_refused.events[i].reason);
	receive_all(_metadata, &nl_writes, writes);
	for (i = 0; i < writes; i++)
		EXPECT_EQ(1, nl_writes.events[i].writes);

	fnl_close(&nl_refused);
	fnl_close(&nl_writes);
	fnl_close(&second);
}

/* One of the groups has a listener, the others have none. */
TEST_F(audit, only_listener)
{
	static const struct {
		const char *group;
		unsigned int reads, writes, refused_reads, refused_writes;
	} groups[] = {
		{ FWCTL_MCGRP_AUDIT, 1, 1, 1, 1 },
		{ FWCTL_MCGRP_AUDIT_REFUSED, 0, 0, 1, 1 },
		{ FWCTL_MCGRP_AUDIT_WRITES, 0, 1, 0, 1 },
	};
	unsigned int i, j, seen[2][2], expected;
	const struct audit_event *event;

	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		fnl_close(&self->nl);
		ASSERT_EQ(0, fnl_listen(&self->nl, groups[i].group));
		ASSERT_EQ(0, _test_sim(self->fd, 0, FWCTL_SIM_READ, 0, 0, NULL, NULL));
		ASSERT_EQ(0, _test_sim(self->fd, 0, FWCTL_SIM_WRITE, 0, 0, NULL, NULL));
		EXPECT_EQ(EBADMSG, _test_sim(self->fd, 0, FWCTL_SIM_READ, 20, 0, NULL,
					     NULL));
		EXPECT_EQ(EBADMSG, _test_sim(self->fd, 0, FWCTL_SIM_WRITE, 20, 0, NULL,
					     NULL));
		expected = groups[i].reads + groups[i].writes +
			   groups[i].refused_reads + groups[i].refused_writes;
		ASSERT_EQ(0, fnl_receive(&self->nl, expected, 0));
		EXPECT_EQ(expected, self->nl.nr_events);
		memset(seen, 0, sizeof(seen));
		for (j = 0; j < self->nl.nr_events; j++) {
			event = &self->nl.events[j];
			seen[event->reason != FWCTL_REASON_ADMITTED][event->writes]++;
		}
		EXPECT_EQ(groups[i].reads, seen[0][0]);
		EXPECT_EQ(groups[i].writes, seen[0][1]);
		EXPECT_EQ(groups[i].refused_reads, seen[1][0]);
		EXPECT_EQ(groups[i].refused_writes, seen[1][1]);
	}
}

static const char * const audit_groups[] = {
	FWCTL_MCGRP_AUDIT, FWCTL_MCGRP_AUDIT_REFUSED, FWCTL_MCGRP_AUDIT_WRITES,
};

TEST_F(audit, needs_capability)
{
	unsigned int i;
	struct fnl nl;

	for (i = 0; i < ARRAY_SIZE(audit_groups); i++) {
		ASSERT_EQ(0, set_capability(CAP_SYS_ADMIN, false));
		ASSERT_EQ(0, fnl_open(&nl));
		EXPECT_EQ(EPERM, fnl_join(&nl, audit_groups[i]));
		ASSERT_EQ(0, set_capability(CAP_SYS_ADMIN, true));
		test_nop(self->fd, 0);
		EXPECT_EQ(0, fnl_receive(&nl, 0, 0));
		EXPECT_EQ(0, nl.nr_events);

		set_only_capability(CAP_SYS_ADMIN);
		EXPECT_EQ(0, fnl_join(&nl, audit_groups[i]));
		set_all_capabilities(true);
		fnl_close(&nl);
	}
}

/* Capabilities in a user namespace do not count. */
TEST_F(audit, user_namespace)
{
	struct fnl nl;
	int status;

	status = in_child(unshare(CLONE_NEWUSER) ? NO_NAMESPACE :
			  fnl_listen(&nl, FWCTL_MCGRP_AUDIT));
	if (status == NO_NAMESPACE)
		SKIP(return, "no user namespaces");
	EXPECT_EQ(EPERM, status);
}

static __u64 time_calls(int fd, unsigned int calls)
{
	__u64 start = now_us();
	unsigned int i;

	for (i = 0; i < calls; i++)
		if (_test_nop(fd, FWCTL_RPC_CONFIGURATION))
			return 0;
	return now_us() - start;
}

/*
 * Joins a group by its number, as any process can in a user and a network namespace of
 * its own, and stays.
 */
static void listen_from_elsewhere(int group, int ready)
{
	char status = 1;
	int sock;

	if (!setgid(4321) && !setuid(1234) && !unshare(CLONE_NEWUSER | CLONE_NEWNET)) {
		sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
		status = setsockopt(sock, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
				    sizeof(group)) ? 2 : 0;
	}
	if (write(ready, &status, 1) == 1)
		pause();
	_exit(1);
}

/* Returns a process that listens so to the group audit, or -1 after a SKIP. */
static pid_t start_foreign_listener(struct __test_metadata *_metadata, struct fnl *nl)
{
	int group = genl_ctrl_resolve_grp(nl->sock, FWCTL_FAMILY_NAME, FWCTL_MCGRP_AUDIT);
	char status = -1;
	int ready[2];
	pid_t pid;

	ASSERT_LE(0, group);
	ASSERT_EQ(0, pipe(ready));
	pid = fork();
	if (!pid) {
		close(nl_socket_get_fd(nl->sock));
		listen_from_elsewhere(group, ready[1]);
	}
	ASSERT_EQ(1, read(ready[0], &status, 1));
	close(ready[0]);
	close(ready[1]);
	if (!status)
		return pid;
	kill_and_wait(pid);
	if (status == 1)
		SKIP(return -1, "no user namespaces");
	SKIP(return -1, "this kernel refuses other network namespaces");
}

/* How many lines of a trace have this text */
static unsigned int count_in_trace(const char *instance, const char *text)
{
	unsigned int lines = 0;
	char path[128], line[512];
	FILE *trace;

	snprintf(path, sizeof(path), "%s/trace", instance);
	trace = fopen(path, "r");
	while (trace && fgets(line, sizeof(line), trace))
		lines += line[0] != '#' && strstr(line, text);
	if (trace)
		fclose(trace);
	return lines;
}

#define COSTLY_CALLS 1000

/*
 * A listener in another network namespace receives nothing, so that no event is built
 * for it; once in 100 ms the core looks whether that is still so. The kernel has an event
 * for each message that it has sent and releases.
 */
TEST_F(audit, foreign_listener_costs_nothing)
{
	char instance[64], filter[32];
	unsigned int built, i;
	__u64 start;
	pid_t pid;

	if (access(TRACING "/events/skb/consume_skb/enable", W_OK))
		SKIP(return, "no " TRACING "/events/skb/consume_skb");
	pid = start_foreign_listener(_metadata, &self->nl);
	if (pid < 0)
		return;
	fnl_close(&self->nl);

	snprintf(instance, sizeof(instance), TRACING "/instances/fwctl_%d", getpid());
	ASSERT_EQ(0, mkdir(instance, 0700));
	snprintf(filter, sizeof(filter), "common_pid == %d", getpid());
	EXPECT_EQ(0, write_file("8192", "%s/buffer_size_kb", instance));
	EXPECT_EQ(0, write_file(filter, "%s/events/skb/consume_skb/filter", instance));
	EXPECT_EQ(0, write_file("1", "%s/events/skb/consume_skb/enable", instance));
	start = now_us();
	for (i = 0; i < COSTLY_CALLS; i++)
		test_nop(self->fd, 0);
	start = now_us() - start;
	EXPECT_EQ(0, write_file("0", "%s/events/skb/consume_skb/enable", instance));
	built = count_in_trace(instance, "consume_skb:");
	EXPECT_EQ(0, rmdir(instance));
	TH_LOG("%u events built in %llu us", built, start);
	EXPECT_LE(1, built);
	EXPECT_GE(2 * (2 + start / 100000), built);
	EXPECT_TRUE(kill_and_wait(pid));
	/* Until then a new listener may miss events. */
	usleep(200000);
	ASSERT_EQ(0, fnl_listen(&self->nl, FWCTL_MCGRP_AUDIT));
}

/* Nor does it advance the numbers. Later a listener receives events in spite of it. */
TEST_F(audit, foreign_listener_and_listener)
{
	__u64 last;
	pid_t pid;

	test_nop(self->fd, 0);
	ASSERT_EQ(0, fnl_receive(&self->nl, 1, 0));
	last = self->nl.events->seq;
	pid = start_foreign_listener(_metadata, &self->nl);
	if (pid < 0)
		return;
	test_nop(self->fd, 0);
	ASSERT_EQ(0, fnl_receive(&self->nl, 2, 0));
	EXPECT_EQ(last + 1, self->nl.events[1].seq);

	fnl_close(&self->nl);
	ASSERT_LT(0, time_calls(self->fd, 100));
	ASSERT_EQ(0, fnl_listen(&self->nl, FWCTL_MCGRP_AUDIT));
	ASSERT_EQ(0, fnl_set_buffer(&self->nl, LARGE_BUFFER));
	ASSERT_TRUE(wait_for(!_test_nop(self->fd, 0) &&
			     (fnl_receive(&self->nl, 0, 0), self->nl.nr_events)));
	EXPECT_EQ(last + 2, self->nl.events->seq);
	ASSERT_LT(0, time_calls(self->fd, 100));
	ASSERT_EQ(0, fnl_receive(&self->nl, self->nl.nr_events + 100, 0));
	check_numbers(_metadata, &self->nl);
	EXPECT_TRUE(kill_and_wait(pid));
}

static long nr_sleeps(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_THREAD, &usage) ? -1 : usage.ru_nvcsw;
}

/*
 * A listener that does not read loses events; the sequence numbers say how many. Callers
 * do not wait for it.
 */
TEST_F(audit, slow_listener)
{
	const unsigned int calls = 5000;
	__u64 fast, slow, first;
	unsigned int received, i;
	long sleeps;

	/* First the time without a listener */
	fnl_close(&self->nl);
	fast = time_calls(self->fd, calls);
	ASSERT_LT(0, fast);

	ASSERT_EQ(0, fnl_listen(&self->nl, FWCTL_MCGRP_AUDIT));
	ASSERT_EQ(0, fnl_set_buffer(&self->nl, 8192));
	sleeps = nr_sleeps();
	slow = time_calls(self->fd, calls);
	sleeps = nr_sleeps() - sleeps;
	ASSERT_LT(0, slow);
	print_us("5000 RPCs without a listener", fast);
	print_us("5000 RPCs with a listener that does not read", slow);
	/* The caller does not sleep when the listener's buffer is full. */
	EXPECT_GT((long)calls / 100, sleeps);

	/* The listener keeps the oldest events, and then gets ENOBUFS for the loss. */
	EXPECT_EQ(ENOBUFS, fnl_receive(&self->nl, calls, 0));
	fnl_receive(&self->nl, 0, 0);
	received = self->nl.nr_events;
	ASSERT_LT(0, received);
	ASSERT_LT(received, calls);
	check_numbers(_metadata, &self->nl);
	first = self->nl.events[0].seq;

	/* Afterwards it receives events again. */
	for (i = 0; i < 3; i++)
		test_nop(self->fd, FWCTL_RPC_CONFIGURATION);
	ASSERT_EQ(0, fnl_receive(&self->nl, received + 3, 0));
	ASSERT_EQ(received + 3, self->nl.nr_events);
	for (i = 0; i < 3; i++)
		EXPECT_EQ(first + calls + i, self->nl.events[received + i].seq);
	TH_LOG("%u of %u events received", received, calls);
}

/* A slow listener does not affect other listeners. */
TEST_F(audit, slow_and_fast_listener)
{
	const unsigned int calls = 2000;
	struct fnl slow;

	ASSERT_EQ(0, fnl_listen(&slow, FWCTL_MCGRP_AUDIT));
	ASSERT_EQ(0, fnl_set_buffer(&slow, 8192));
	ASSERT_LT(0, time_calls(self->fd, calls));
	EXPECT_EQ(0, fnl_receive(&self->nl, calls, 0));
	EXPECT_EQ(calls, self->nl.nr_events);
	check_numbers(_metadata, &self->nl);
	EXPECT_EQ(ENOBUFS, fnl_receive(&slow, calls, 0));
	fnl_close(&slow);
}

/* Without a listener the sequence number does not advance. */
TEST_F(audit, late_listener)
{
	__u64 last;

	test_nop(self->fd, 0);
	ASSERT_EQ(0, fnl_receive(&self->nl, 1, 0));
	last = self->nl.events->seq;
	fnl_close(&self->nl);
	ASSERT_LT(0, time_calls(self->fd, 10));
	ASSERT_EQ(0, fnl_listen(&self->nl, FWCTL_MCGRP_AUDIT));
	test_nop(self->fd, 0);
	ASSERT_EQ(0, fnl_receive(&self->nl, 1, 0));
	ASSERT_EQ(1, self->nl.nr_events);
	EXPECT_EQ(last + 1, self->nl.events->seq);
}

/* A listener that joins during a call receives at least the event of the next call. */
TEST_F(audit, joined_during_call)
{
	const struct audit_event *last;
	struct call call;

	fnl_close(&self->nl);
	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", 1000));
	ASSERT_EQ(0, call_nop(&call, self->fd));
	ASSERT_TRUE(wait_for(sim_count(&self->sim, "rpcs_now") == 1));
	ASSERT_EQ(0, fnl_listen(&self->nl, FWCTL_MCGRP_AUDIT));
	ASSERT_EQ(0, call_end(&call));
	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", 0));
	ASSERT_EQ(0, _test_sim(self->fd, 0, FWCTL_SIM_READ, 0, 0, NULL, NULL));
	ASSERT_EQ(0, fnl_receive(&self->nl, 1, 0));
	check_numbers(_metadata, &self->nl);
	last = &self->nl.events[self->nl.nr_events - 1];
	EXPECT_EQ(ALWAYS | BIT(FWCTL_A_AUDIT_COMMAND_NAME) | TIMES,
		  last->present);
	EXPECT_EQ(FWCTL_SIM_READ, last->command);
}

/* A call that removal aborts has an event, too. */
TEST_F(audit, ended_by_removal)
{
	struct call call;

	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", FOREVER_MS));
	ASSERT_EQ(0, call_nop(&call, self->fd));
	ASSERT_TRUE(wait_for(sim_count(&self->sim, "rpcs_now") == 1));
	ASSERT_EQ(0, sim_unbind(&self->sim));
	EXPECT_EQ(ENODEV, call_end(&call));
	/* Calls after removal have no events. */
	test_err_nop(ENODEV, self->fd, 0);
	ASSERT_EQ(0, fnl_receive(&self->nl, 1, 0));
	ASSERT_EQ(1, self->nl.nr_events);
	EXPECT_EQ(-ENODEV, self->nl.events->result);
	EXPECT_STREQ("nop", self->nl.events->command_name);
	ASSERT_EQ(0, sim_bind(&self->sim));
}

TEST_HARNESS_MAIN
