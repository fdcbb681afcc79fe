// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records about requests: tracepoints, /proc/PID/fdinfo, the kernel's audit log, and the
 * kernel's log. Taints the kernel and lowers ceilings.
 */
#include "fwctl_auditlog_utils.h"
#include "fwctl_ceiling_utils.h"

FIXTURE(trace) {
	struct sim sim;
	int fd;
	char instance[64];
	char text[65536];
};

/* Uses a trace instance of its own, which does not affect other traces. */
FIXTURE_SETUP(trace)
{
	if (access(TRACING "/instances", W_OK))
		SKIP(return, "no " TRACING "/instances");
	self->fd = setup_sim_once(_metadata, &self->sim, "", O_RDWR);
	if (self->fd < 0)
		return;
	snprintf(self->instance, sizeof(self->instance),
		 TRACING "/instances/fwctl_%d", getpid());
	ASSERT_EQ(0, mkdir(self->instance, 0700));
	EXPECT_EQ(0, write_file("1", "%s/events/fwctl/enable", self->instance));
}

FIXTURE_TEARDOWN(trace)
{
	write_file("0", "%s/events/fwctl/enable", self->instance);
	EXPECT_EQ(0, rmdir(self->instance));
	close(self->fd);
	EXPECT_EQ(0, sim_del(&self->sim));
}

/* Returns the next event of the device, or "none". */
static const char *next_event(char **text, const struct sim *sim)
{
	char device[32], *line, *event;

	snprintf(device, sizeof(device), ": device=%d ", sim->number);
	while ((line = strsep(text, "\n"))) {
		/* The line begins with the name of the task. */
		event = strstr(line, ": fwctl_");
		if (line[0] != '#' && event && strstr(event, device))
			return event + 2;
	}
	return "none";
}

static char *read_trace(const char *instance, char *text, size_t size)
{
	read_file(text, size, "%s/trace", instance);
	return text;
}

#define EXPECT_EVENT(_event, _format, ...)				\
do {									\
	char __expected[256];						\
									\
	snprintf(__expected, sizeof(__expected), _format, __VA_ARGS__);	\
	EXPECT_STREQ(__expected, _event);				\
} while (0)

TEST_F(trace, finished)
{
	struct fwctl_sim_request in = { .opcode = FWCTL_SIM_WRITE, .arg = 20 };
	struct fwctl_sim_answer out;
	__u32 len = 123;
	const char *event;
	unsigned long long duration;
	char *text;

	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", 300));
	test_rpc(self->fd, FWCTL_RPC_DEBUG_WRITE_FULL, &in, sizeof(in), &out,
		 &len);
	text = read_trace(self->instance, self->text, sizeof(self->text));
	EXPECT_EVENT(next_event(&text, &self->sim),
		     "fwctl_admitted: device=%d declared=3 effective=2 writes=1 command=0x11 in_len=16 out_len=123 reason=0 result=0 duration=0",
		     self->sim.number);
	event = next_event(&text, &self->sim);
	ASSERT_NE(NULL, strstr(event, "duration="));
	duration = strtoull(strstr(event, "duration=") + strlen("duration="),
			    NULL, 10);
	EXPECT_EVENT(event,
		     "fwctl_finished: device=%d declared=3 effective=2 writes=1 command=0x11 in_len=16 out_len=16 reason=0 result=0 duration=%llu",
		     self->sim.number, duration);
	/* The delay is shorter if the guest's timer ticks are late. */
	EXPECT_LE(100000000, duration);
	EXPECT_GT(20000000000, duration);
	EXPECT_STREQ("none", next_event(&text, &self->sim));
}

TEST_F(trace, failed)
{
	char expected[128], *text;

	ASSERT_EQ(0, sim_set(&self->sim, "rpc_errno", EIO));
	test_err_nop(EIO, self->fd, 0);
	text = read_trace(self->instance, self->text, sizeof(self->text));
	snprintf(expected, sizeof(expected),
		 "fwctl_admitted: device=%d declared=0 effective=0 writes=0 command=0x1 ",
		 self->sim.number);
	EXPECT_EQ(0, strncmp(expected, next_event(&text, &self->sim),
			     strlen(expected)));
	snprintf(expected, sizeof(expected),
		 "fwctl_finished: device=%d declared=0 effective=0 writes=0 command=0x1 in_len=16 out_len=16 reason=0 result=-5 ",
		 self->sim.number);
	EXPECT_EQ(0, strncmp(expected, next_event(&text, &self->sim),
			     strlen(expected)));
	EXPECT_STREQ("none", next_event(&text, &self->sim));
}

/* One event for each reason that a test can cause here */
static const char * const refused_events[] = {
	"declared=3 effective=0 writes=0 command=0x1 in_len=16 out_len=16 reason=1 result=-1",
	"declared=1 effective=1 writes=0 command=0x0 in_len=8 out_len=0 reason=2 result=-90",
	"declared=0 effective=0 writes=0 command=0x0 in_len=16 out_len=16 reason=3 result=-74",
	"declared=0 effective=1 writes=0 command=0x10 in_len=16 out_len=16 reason=4 result=-74",
	"declared=1 effective=0 writes=1 command=0x11 in_len=16 out_len=16 reason=5 result=-74",
	"declared=0 effective=0 writes=1 command=0x11 in_len=16 out_len=16 reason=6 result=-74",
	"declared=3 effective=3 writes=1 command=0x20 in_len=16 out_len=16 reason=8 result=-13",
};

TEST_F(trace, refused)
{
	struct fwctl_sim_request in = { .opcode = FWCTL_SIM_NOP };
	int ro = sim_open(&self->sim, O_RDONLY);
	__u32 len = 0;
	char *text;
	int i;

	ASSERT_LE(0, ro);
	set_capability(CAP_SYS_RAWIO, false);
	test_err_nop(EPERM, self->fd, FWCTL_RPC_DEBUG_WRITE_FULL);
	set_capability(CAP_SYS_RAWIO, true);
	test_err_rpc(EMSGSIZE, self->fd, 1, &in, 8, NULL, &len);
	EXPECT_EQ(EBADMSG, _test_sim(self->fd, 0, 0x999, 0, 0, NULL, NULL));
	EXPECT_EQ(EBADMSG, _test_sim(self->fd, 0, FWCTL_SIM_READ, 20, 0, NULL,
				     NULL));
	EXPECT_EQ(EBADMSG, _test_sim(self->fd, 1, FWCTL_SIM_WRITE, 0, 0, NULL,
				     NULL));
	EXPECT_EQ(EBADMSG, _test_sim(ro, 0, FWCTL_SIM_WRITE, 0, 0, NULL, NULL));
	ASSERT_EQ(0, sim_lower(&self->sim, "debug-write"));
	EXPECT_EQ(EACCES, _test_sim(self->fd, 3, FWCTL_SIM_RESET, 0, 0, NULL,
				    NULL));

	text = read_trace(self->instance, self->text, sizeof(self->text));
	for (i = 0; i < ARRAY_SIZE(refused_events); i++)
		EXPECT_EVENT(next_event(&text, &self->sim),
			     "fwctl_refused: device=%d %s duration=0",
			     self->sim.number, refused_events[i]);
	EXPECT_STREQ("none", next_event(&text, &self->sim));
	close(ro);
}

FIXTURE(fdinfo) {
	struct sim sim;
	int fd;
	int other;
	char text[1024];
};

FIXTURE_SETUP(fdinfo)
{
	self->fd = setup_sim_once(_metadata, &self->sim, "", O_RDWR);
	if (self->fd < 0)
		return;
	self->other = sim_open(&self->sim, O_RDONLY);
	ASSERT_LE(0, self->other);
}

FIXTURE_TEARDOWN(fdinfo)
{
	close(self->fd);
	close(self->other);
	sim_del(&self->sim);
}

/* The core's lines in fdinfo, which come after those of the kernel */
static const char *read_fdinfo(int fd, char *text, size_t size)
{
	read_file(text, size, "/proc/self/fdinfo/%d", fd);
	return strstr(text, "fwctl-") ?: "nothing";
}

#define EXPECT_FDINFO(_fd, _config, _read, _write, _full, _refused)	\
do {									\
	char __expected[512];						\
									\
	snprintf(__expected, sizeof(__expected), fdinfo_format,		\
		 self->sim.number, _config, _read, _write, _full,	\
		 _refused);						\
	EXPECT_STREQ(__expected, read_fdinfo(_fd, self->text,		\
					     sizeof(self->text)));	\
} while (0)

static const char fdinfo_format[] =
	"fwctl-driver:\tfwctl_sim\n"
	"fwctl-device:\tfwctl%d\n"
	"fwctl-delivered-configuration:\t%d\n"
	"fwctl-delivered-debug-read-only:\t%d\n"
	"fwctl-delivered-debug-write:\t%d\n"
	"fwctl-delivered-debug-write-full:\t%d\n"
	"fwctl-refused:\t%d";

/* Each file has its own counters, by effective scope. */
TEST_F(fdinfo, counters)
{
	int i;

	EXPECT_FDINFO(self->fd, 0, 0, 0, 0, 0);
	for (i = 0; i < 5; i++)
		test_nop(self->fd, FWCTL_RPC_DEBUG_WRITE_FULL);
	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, _test_sim(self->fd, FWCTL_RPC_DEBUG_WRITE,
				       FWCTL_SIM_READ, 20, 0, NULL, NULL));
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, _test_sim(self->fd, FWCTL_RPC_DEBUG_WRITE,
				       FWCTL_SIM_WRITE, 20, 0, NULL, NULL));
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, _test_sim(self->fd, FWCTL_RPC_DEBUG_WRITE_FULL,
				       FWCTL_SIM_RESET, 0, 0, NULL, NULL));
	EXPECT_EQ(EBADMSG, _test_sim(self->fd, 0, FWCTL_SIM_RESET, 0, 0, NULL,
				     NULL));
	EXPECT_FDINFO(self->fd, 5, 4, 3, 2, 1);
	EXPECT_FDINFO(self->other, 0, 0, 0, 0, 0);

	/* A request that fails in the backend was delivered. */
	ASSERT_EQ(0, sim_set(&self->sim, "rpc_errno", EIO));
	test_err_nop(EIO, self->other, 0);
	EXPECT_FDINFO(self->other, 1, 0, 0, 0, 0);
}

/* The counters of a file remain after the device, or its module, is removed. */
TEST_F(fdinfo, device_is_gone)
{
	test_nop(self->fd, 0);
	ASSERT_EQ(0, sim_unbind(&self->sim));
	EXPECT_FDINFO(self->fd, 1, 0, 0, 0, 0);
	/* A call after removal is neither delivered nor refused. */
	test_err_nop(ENODEV, self->fd, 0);
	EXPECT_FDINFO(self->fd, 1, 0, 0, 0, 0);
}

TEST_F(fdinfo, module_is_gone)
{
	if (modules_missing())
		SKIP(return, "%s", modules_missing());
	test_nop(self->fd, 0);
	ASSERT_EQ(0, unload_module("fwctl_sim"));
	EXPECT_FDINFO(self->fd, 1, 0, 0, 0, 0);
	EXPECT_EQ(0, load_module("fwctl_sim"));
	EXPECT_FDINFO(self->fd, 1, 0, 0, 0, 0);
}

FIXTURE(audit) {
	struct sim sim;
	int fd;
	int sock;
};

FIXTURE_SETUP(audit)
{
	self->sock = audit_open();
	if (self->sock < 0)
		SKIP(return, NO_AUDIT);
	self->fd = setup_sim_once(_metadata, &self->sim, "", O_RDWR);
	ASSERT_EQ(0, audit_become_new_user());
}

FIXTURE_TEARDOWN(audit)
{
	close(self->sock);
	close(self->fd);
	EXPECT_EQ(0, sim_del(&self->sim));
}

#define EXPECT_RECORD(_op, _rest)					\
do {									\
	char __expected[256];						\
									\
	snprintf(__expected, sizeof(__expected),			\
		 "fwctl op=%s dev=fwctl%d pid=%d uid=%u %s", _op,	\
		 self->sim.number, getpid(), getuid(), _rest);		\
	EXPECT_STREQ(__expected, audit_next(self->sock, self->sim.number,	\
					    getpid(), 10000));		\
} while (0)

#define EXPECT_NO_RECORD() \
	EXPECT_STREQ("none", audit_next(self->sock, self->sim.number, getpid(), 300))

/* Refusals by policy have a record; requests that are not valid have none. */
TEST_F(audit, refusals)
{
	struct fwctl_sim_request in = { .opcode = FWCTL_SIM_NOP };
	__u32 len = 0;

	test_err_rpc(EMSGSIZE, self->fd, 1, &in, 8, NULL, &len);
	EXPECT_EQ(EBADMSG, _test_sim(self->fd, 0, 0x999, 0, 0, NULL, NULL));
	EXPECT_EQ(EBADMSG, _test_sim(self->fd, 0, FWCTL_SIM_READ, 20, 0, NULL,
				     NULL));
	EXPECT_EQ(EBADMSG, _test_sim(self->fd, 1, FWCTL_SIM_WRITE, 0, 0, NULL,
				     NULL));
	test_nop(self->fd, 0);
	set_capability(CAP_SYS_RAWIO, false);
	test_err_nop(EPERM, self->fd, FWCTL_RPC_DEBUG_WRITE_FULL);
	set_capability(CAP_SYS_RAWIO, true);
	EXPECT_RECORD("rpc",
		      "declared=3 effective=0 command=0x1 reason=1 res=0");

	ASSERT_EQ(0, sim_lower(&self->sim, "configuration"));
	EXPECT_RECORD("ceiling", "old=4 new=1 res=1");
	EXPECT_EQ(EACCES, _test_sim(self->fd, 2, FWCTL_SIM_READ, 20, 0, NULL,
				    NULL));
	EXPECT_RECORD("rpc",
		      "declared=2 effective=1 command=0x10 reason=8 res=0");
	EXPECT_NO_RECORD();
}

/* Changes of the ceiling have a record; failed attempts have none. */
TEST_F(audit, ceiling)
{
	ASSERT_EQ(0, sim_lower(&self->sim, "debug-write-full"));
	ASSERT_EQ(0, sim_lower(&self->sim, "debug-write"));
	ASSERT_EQ(0, sim_lower(&self->sim, "debug-write"));
	ASSERT_EQ(EPERM, sim_lower(&self->sim, "debug-write-full"));
	ASSERT_EQ(0, sim_lower(&self->sim, "none"));
	EXPECT_RECORD("ceiling", "old=4 new=3 res=1");
	EXPECT_RECORD("ceiling", "old=3 new=0 res=1");
	EXPECT_NO_RECORD();
	EXPECT_GT(0, sim_open(&self->sim, O_RDONLY));
	EXPECT_EQ(EACCES, errno);
	EXPECT_RECORD("open", "reason=8 res=0");
}

TEST_F(audit, first_taint)
{
	int i;

	for (i = 0; i < 3; i++)
		test_nop(self->fd, FWCTL_RPC_DEBUG_WRITE);
	for (i = 0; i < 3; i++)
		test_nop(self->fd, FWCTL_RPC_DEBUG_WRITE_FULL);
	EXPECT_RECORD("taint", "declared=2 res=1");
	EXPECT_RECORD("taint", "declared=3 res=1");
	EXPECT_NO_RECORD();
}

static int refuse_many(int fd)
{
	int i;

	set_capability(CAP_SYS_RAWIO, false);
	for (i = 0; i < 500; i++)
		if (_test_nop(fd, FWCTL_RPC_DEBUG_WRITE_FULL) != EPERM)
			return 1;
	set_capability(CAP_SYS_RAWIO, true);
	return _test_nop(fd, FWCTL_RPC_DEBUG_WRITE);
}

/*
 * An audit daemon that does not read, until the kernel's backlog is full: neither
 * refusals nor the first taint wait for it. The kernel never makes the daemon itself
 * wait, so that a child sends the requests.
 */
TEST_F(audit, daemon_is_stuck)
{
	struct stuck_daemon daemon;

	if (stuck_daemon_start(&daemon, 64, true))
		SKIP(return, NO_AUDIT_CONTROL);
	EXPECT_EQ(0, EXPECT_QUICK("500 refusals with a full audit backlog",
				  in_child(refuse_many(self->fd))));
	EXPECT_EQ(0, stuck_daemon_end(&daemon));
}

#define FLOODERS 3
#define ATTEMPTS 5

static int lower(const struct sim *sim)
{
	return sim_lower(sim, "configuration");
}

static int taint(const struct sim *sim)
{
	int fd = sim_open(sim, O_RDWR);

	return _test_nop(fd, FWCTL_RPC_DEBUG_WRITE);
}

/*
 * Fills the backlog until @action is done, on several devices, and looks for the record
 * of each. The daemon does not read, so that the backlog is full nearly all the time.
 */
static void check_never_lost(struct __test_metadata *_metadata, int sock, const char *op,
			     int (*action)(const struct sim *sim), int wait_time)
{
	struct audit_status status = {
		.mask = AUDIT_STATUS_BACKLOG_WAIT_TIME,
		.backlog_wait_time = wait_time,
	};
	struct sim sims[ATTEMPTS];
	struct stuck_daemon daemon;
	pid_t flooders[FLOODERS];
	char expected[32];
	const char *record;
	int i;

	for (i = 0; i < ATTEMPTS; i++)
		ASSERT_EQ(0, sim_new_once(&sims[i], ""));
	if (stuck_daemon_start(&daemon, 1, !wait_time))
		SKIP(return, NO_AUDIT_CONTROL);
	if (!wait_time)
		ASSERT_EQ(0, audit_set(&status));
	for (i = 0; i < FLOODERS; i++)
		flooders[i] = audit_flood();
	for (i = 0; i < ATTEMPTS; i++) {
		/* The kernel empties the backlog at intervals: not all at once. */
		usleep(150000);
		/* A sender that waits shows that it is full; so does its length. */
		ASSERT_TRUE(wait_for(wait_time ? task_waits_in(flooders[0], SYS_sendto) :
				     !audit_get(&status) && status.backlog > 1));
		EXPECT_EQ(0, in_child(action(&sims[i])));
	}
	audit_flood_end(flooders, FLOODERS);
	EXPECT_EQ(0, stuck_daemon_end(&daemon));

	snprintf(expected, sizeof(expected), "fwctl op=%s ", op);
	for (i = 0; i < ATTEMPTS; i++) {
		record = audit_next(sock, sims[i].number, 0, 20000);
		EXPECT_EQ(0, strncmp(expected, record, strlen(expected)))
			TH_LOG("device %d: %s", sims[i].number, record);
		EXPECT_EQ(0, sim_del(&sims[i]));
	}
}

/* Records of single events wait until the backlog has room. */
TEST_F(audit, taint_is_never_lost)
{
	check_never_lost(_metadata, self->sock, "taint", taint, -1);
}

TEST_F(audit, ceiling_is_never_lost)
{
	check_never_lost(_metadata, self->sock, "ceiling", lower, -1);
}

/* Where the administrator permits no wait, they are tried again later. */
TEST_F(audit, taint_is_never_lost_without_wait)
{
	check_never_lost(_metadata, self->sock, "taint", taint, 0);
}

TEST_F(audit, ceiling_is_never_lost_without_wait)
{
	check_never_lost(_metadata, self->sock, "ceiling", lower, 0);
}

/* Attempts to open a device that admits nothing are limited like refused RPCs. */
TEST_F(audit, open_is_limited)
{
	unsigned int records = 0, refusals = 0, left_out;
	__u64 start = now_us();
	const char *record;
	int i;

	ASSERT_EQ(0, sim_lower(&self->sim, "none"));
	for (i = 0; i < 100; i++)
		EXPECT_GT(0, sim_open(&self->sim, O_RDONLY));
	while (refusals < 100) {
		record = audit_next(self->sock, self->sim.number, getpid(), 20000);
		if (!strncmp(record, "fwctl op=ceiling ", 17))
			continue;
		ASSERT_EQ(0, strncmp(record, "fwctl op=open ", 14));
		left_out = 0;
		if (strstr(record, "left_out="))
			ASSERT_EQ(1, sscanf(strstr(record, " reason="),
					    " reason=8 left_out=%u res=0", &left_out));
		records++;
		refusals += 1 + left_out;
	}
	EXPECT_EQ(100, refusals);
	EXPECT_GE(6 + (now_us() - start) / 5000000, records);
}

/* Each device has its own limit of lines in the log. */
TEST(log_limit_is_per_device)
{
	char text[1024], device[2][32];
	unsigned int i, lines[2] = {};
	struct sim sims[2];
	int fd, log;

	if (sim_missing())
		SKIP(return, "%s", sim_missing());
	log = kmsg_open();
	if (log < 0)
		SKIP(return, NO_KMSG);
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, sim_new(&sims[i], ""));
		snprintf(device[i], sizeof(device[i]), "fwctl fwctl%d: ",
			 sims[i].number);
	}
	/* Each new file makes its RPC a first use, which is logged. */
	for (i = 0; i < 103; i++) {
		fd = sim_open(&sims[i >= 100], O_RDWR);
		ASSERT_LE(0, fd);
		test_nop(fd, FWCTL_RPC_DEBUG_WRITE);
		close(fd);
	}
	while (kmsg_next(log, text, sizeof(text)))
		for (i = 0; i < 2; i++)
			lines[i] += !!strstr(text, device[i]);
	EXPECT_LE(1, lines[0]);
	EXPECT_GE(50, lines[0]);
	EXPECT_EQ(3, lines[1]);
	for (i = 0; i < 2; i++)
		EXPECT_EQ(0, sim_del(&sims[i]));
	close(log);
}

TEST_HARNESS_MAIN
