// SPDX-License-Identifier: GPL-2.0-only
/*
 * The limit of refusals in the kernel's audit log. Taints the kernel.
 */
#include "fwctl_auditlog_utils.h"
#include "fwctl_sim_utils.h"

/* A user gets this number of records at once, and later one for each interval. */
#define BURST 5
#define INTERVAL_US 5000000
/* The users that are limited apart from each other; the others share a limit. */
#define USERS 8

FIXTURE(auditlog) {
	struct sim sim;
	int fd;
	int sock;
};

FIXTURE_SETUP(auditlog)
{
	self->sock = audit_open();
	if (self->sock < 0)
		SKIP(return, NO_AUDIT);
	self->fd = setup_sim(_metadata, &self->sim, "", O_RDWR);
	ASSERT_EQ(0, audit_become_new_user());
}

FIXTURE_TEARDOWN(auditlog)
{
	close(self->sock);
	close(self->fd);
	sim_del(&self->sim);
}

/**
 * struct found - the records of refusals of some users that were read
 * @uid: the first user
 * @users: how many users, by uid
 * @records: how many records
 * @refusals: how many refusals they report: their own and those left out
 * @whole: how many records say nothing of refusals left out
 */
struct found {
	unsigned int uid;
	unsigned int users;
	unsigned int records;
	unsigned int refusals;
	unsigned int whole;
};

/* Reads one record of a refusal for the missing capability. */
static bool read_record(struct __test_metadata *_metadata, int sock,
			const struct sim *sim, int timeout, struct found *found)
{
	const char *record = audit_next(sock, sim->number, 0, timeout);
	char expected[256], field[32] = "";
	unsigned int left_out = 0, pid, uid;

	if (sscanf(record, "fwctl op=rpc dev=fwctl%*u pid=%u uid=%u ", &pid,
		   &uid) != 2)
		return false;
	if (uid - found->uid >= found->users)
		return true;
	if (strstr(record, "left_out=")) {
		left_out = strtoul(strstr(record, "left_out=") + 9, NULL, 10);
		snprintf(field, sizeof(field), "left_out=%u ", left_out);
		EXPECT_LT(0, left_out);
	}
	snprintf(expected, sizeof(expected), "reason=1 %sres=0", field);
	EXPECT_NE(NULL, strstr(record, expected))
		TH_LOG("%s", record);
	found->records++;
	found->refusals += 1 + left_out;
	found->whole += !left_out;
	return true;
}

/* Reads records until they report that many refusals. */
static void read_records(struct __test_metadata *_metadata, int sock,
			 const struct sim *sim, unsigned int refusals,
			 struct found *found)
{
	while (found->refusals < refusals &&
	       read_record(_metadata, sock, sim, 20000, found))
		;
	EXPECT_EQ(refusals, found->refusals);
	TH_LOG("%u records of %u refusals", found->records, found->refusals);
}

static int refuse(int fd, unsigned int times)
{
	set_capability(CAP_SYS_RAWIO, false);
	while (times--)
		if (_test_nop(fd, FWCTL_RPC_DEBUG_WRITE_FULL) != EPERM)
			return 1;
	set_capability(CAP_SYS_RAWIO, true);
	return 0;
}

/* As another user, without any capability */
static int refuse_as(int fd, unsigned int uid, unsigned int times)
{
	return setuid(uid) ? 2 : refuse(fd, times);
}

/*
 * The records of one user are limited, and together they report every refusal. The last
 * one comes without another refusal.
 */
TEST_F(auditlog, limited_per_user)
{
	struct found found = { .uid = getuid(), .users = 1 };
	const unsigned int refusals = 1000;
	__u64 start = now_us();

	ASSERT_EQ(0, refuse(self->fd, refusals));
	read_records(_metadata, self->sock, &self->sim, refusals, &found);
	EXPECT_LE(BURST, found.records);
	EXPECT_GE(BURST + 1 + (now_us() - start) / INTERVAL_US, found.records);
}

/* The refusals of one user keep no record of another user out. */
TEST_F(auditlog, other_user)
{
	struct found found = { .uid = getuid() + 1, .users = 1 };

	ASSERT_EQ(0, refuse(self->fd, 1000));
	ASSERT_EQ(0, in_child(refuse_as(self->fd, found.uid, 1)));
	read_records(_metadata, self->sock, &self->sim, 1, &found);
	EXPECT_EQ(1, found.whole);
}

/*
 * The daemon does not read, and the backlog is as small as by default. First the test
 * looks for lost records. Only if there are none, it makes the kernel panic for one.
 */
TEST_F(auditlog, host_survives)
{
	struct audit_status before, after, panic = {
		.mask = AUDIT_STATUS_FAILURE,
		.failure = AUDIT_FAIL_PANIC,
	};
	struct stuck_daemon daemon;

	if (stuck_daemon_start(&daemon, 64, true))
		SKIP(return, NO_AUDIT_CONTROL);
	ASSERT_EQ(0, audit_get(&before));
	EXPECT_EQ(0, in_child(refuse_as(self->fd, getuid() + 1, 1000)));
	ASSERT_EQ(0, audit_get(&after));
	EXPECT_EQ(before.lost, after.lost);
	if (before.lost == after.lost && !audit_set(&panic))
		EXPECT_EQ(0, in_child(refuse_as(self->fd, getuid() + 1, 2000)));
	EXPECT_EQ(0, stuck_daemon_end(&daemon));
}

/*
 * Refusals for which the log has no room: a later record has their number. The log is
 * full because its daemon does not read, and nothing waits for room.
 */
TEST_F(auditlog, without_room)
{
	struct audit_status no_wait = { .mask = AUDIT_STATUS_BACKLOG_WAIT_TIME };
	struct found found = { .uid = getuid() + 1, .users = 1 };
	const unsigned int refusals = 100;
	struct stuck_daemon daemon;
	struct audit_status status;
	pid_t flooders[4];
	unsigned int i;

	if (stuck_daemon_start(&daemon, 1, true))
		SKIP(return, NO_AUDIT_CONTROL);
	ASSERT_EQ(0, audit_set(&no_wait));
	for (i = 0; i < ARRAY_SIZE(flooders); i++)
		flooders[i] = audit_flood();
	EXPECT_TRUE(wait_for(!audit_get(&status) && status.backlog > 1));
	EXPECT_EQ(0, in_child(refuse_as(self->fd, found.uid, refusals)));
	audit_flood_end(flooders, ARRAY_SIZE(flooders));
	EXPECT_EQ(0, stuck_daemon_end(&daemon));
	read_records(_metadata, self->sock, &self->sim, refusals, &found);
	EXPECT_GT(refusals, found.records);
}

/* The module does not take the number of refusals that were left out with it. */
TEST_F(auditlog, module_is_unloaded)
{
	const unsigned int refusals = 100;
	struct found found = { .uid = getuid(), .users = 1 };
	struct modules users;
	int err;

	ASSERT_EQ(0, refuse(self->fd, refusals));
	ASSERT_EQ(0, audit_become_root());
	if (modules_missing())
		SKIP(return, "%s", modules_missing());
	modules_find(&users);
	ASSERT_EQ(0, sim_del(&self->sim));
	close(self->fd);
	ASSERT_EQ(0, modules_unload(&users));
	err = unload_module("fwctl");
	EXPECT_EQ(0, load_module("fwctl"));
	EXPECT_EQ(0, modules_load(&users));
	if (err)
		SKIP(return, "a ceiling was lowered");
	read_records(_metadata, self->sock, &self->sim, refusals, &found);
}

static int refuse_as_many(int fd, unsigned int uid, unsigned int users)
{
	while (users--)
		if (in_child(refuse_as(fd, uid + users, 10)))
			return 1;
	return 0;
}

/* Whether a user that has had no refusal is limited apart from others */
static bool new_user_is_apart(struct __test_metadata *_metadata, int sock,
			      const struct sim *sim, int fd, unsigned int uid)
{
	struct found found = { .uid = uid, .users = 1 };

	ASSERT_EQ(0, in_child(refuse_as(fd, uid, BURST)));
	while (found.records < BURST && read_record(_metadata, sock, sim, 2000, &found))
		;
	return found.whole == BURST;
}

/*
 * The users together are limited, too: uids cost an attacker nothing. Some time after
 * the last refusal nothing remains of it.
 */
TEST_F(auditlog, limited_for_all_users)
{
	struct found found = { .uid = getuid(), .users = 64 };
	const unsigned int refusals = 10 * found.users;
	__u64 start = now_us();
	unsigned int i = 0;

	ASSERT_EQ(0, refuse_as_many(self->fd, found.uid, found.users));
	read_records(_metadata, self->sock, &self->sim, refusals, &found);
	EXPECT_GE(USERS * (BURST + 1 + (now_us() - start) / INTERVAL_US),
		  found.records);
	while (!new_user_is_apart(_metadata, self->sock, &self->sim, self->fd,
				  found.uid + found.users + i))
		ASSERT_GT(30, i++);
}

TEST_HARNESS_MAIN
