// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netlink family: state of devices, lowering of ceilings, and events about
 * devices. Taints the kernel.
 */
#include <sched.h>

#include "fwctl_auditlog_utils.h"
#include "fwctl_ceiling_utils.h"
#include "fwctl_netlink_utils.h"
#include "fwctl_thread_utils.h"

/* All but those of requests only, which are the last ones */
#define ALL_ATTRIBUTES ((2u << FWCTL_A_DEV_CARD) - 2)
#define NO_DEVICE "no such fwctl device"
#define ONE_OF_BOTH "the request must have either index or name"
#define ONE_CEILING "the request must have either ceiling or function-ceiling"
#define NEVER_RAISED "a ceiling cannot be raised"
#define NOT_ENDED "the ceiling is set; repeat to wait for requests above"
#define NEEDS_CAPABILITY "lowering a ceiling needs CAP_SYS_ADMIN"

FIXTURE(netlink) {
	struct sim sim;
	int fd;
	struct fnl nl;
};

FIXTURE_SETUP(netlink)
{
	if (capabilities_missing())
		SKIP(return, "%s", capabilities_missing());
	self->fd = setup_sim_once(_metadata, &self->sim, "", O_RDWR);
	if (self->fd < 0)
		return;
	ASSERT_EQ(0, fnl_open(&self->nl));
}

FIXTURE_TEARDOWN(netlink)
{
	EXPECT_FALSE(self->nl.bad);
	fnl_close(&self->nl);
	close(self->fd);
	sim_del(&self->sim);
}

/* Checks the state of a device that has not been used yet. */
static void check_fresh(struct __test_metadata *_metadata,
			const struct sim *sim, const struct dev_state *dev)
{
	char text[32];
	int i;

	EXPECT_EQ(ALL_ATTRIBUTES, dev->present);
	EXPECT_EQ(sim->number, dev->index);
	EXPECT_STREQ(sim->node + strlen("/dev/fwctl/"), dev->name);
	EXPECT_STREQ("fwctl_sim", dev->parent_bus);
	snprintf(text, sizeof(text), "fwctl_sim%u", sim->id);
	EXPECT_STREQ(text, dev->parent_name);
	/* The parent is the whole card. */
	EXPECT_STREQ(text, dev->card);
	EXPECT_STREQ("fwctl_sim", dev->driver);
	EXPECT_EQ(FWCTL_DEVICE_TYPE_SIM, dev->type);
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, dev->ceiling);
	EXPECT_EQ(0, dev->in_flight);
	EXPECT_EQ(0, dev->taints);
	for (i = 0; i < NR_REASONS; i++)
		EXPECT_EQ(0, dev->reasons[i]);
	for (i = 0; i < NR_SCOPES; i++)
		EXPECT_EQ(0, dev->scopes[i]);
}

TEST_F(netlink, get_by_index)
{
	ASSERT_EQ(0, fnl_dev_get(&self->nl, self->sim.number));
	ASSERT_EQ(1, self->nl.nr_devs);
	EXPECT_EQ(FWCTL_CMD_DEV_GET, self->nl.devs->cmd);
	check_fresh(_metadata, &self->sim, self->nl.devs);
	EXPECT_EQ(1, self->nl.devs->files);
}

TEST_F(netlink, get_by_name)
{
	char name[32];

	snprintf(name, sizeof(name), "fwctl%d", self->sim.number);
	ASSERT_EQ(0, fnl_dev_get_name(&self->nl, name));
	ASSERT_EQ(1, self->nl.nr_devs);
	check_fresh(_metadata, &self->sim, self->nl.devs);
}

TEST_F(netlink, get_by_both_or_none)
{
	struct nl_msg *msg = fnl_request(&self->nl, 0, FWCTL_CMD_DEV_GET);
	char name[32];

	snprintf(name, sizeof(name), "fwctl%d", self->sim.number);
	nla_put_u32(msg, FWCTL_A_DEV_INDEX, self->sim.number);
	nla_put_string(msg, FWCTL_A_DEV_NAME, name);
	EXPECT_EQ(EINVAL, fnl_transact(&self->nl, msg));
	EXPECT_STREQ(ONE_OF_BOTH, self->nl.text);
	EXPECT_EQ(0, self->nl.nr_devs);

	msg = fnl_request(&self->nl, 0, FWCTL_CMD_DEV_GET);
	EXPECT_EQ(EINVAL, fnl_transact(&self->nl, msg));
	EXPECT_STREQ(ONE_OF_BOTH, self->nl.text);
	EXPECT_EQ(0, self->nl.nr_devs);
}

/* The whole name is compared. */
TEST_F(netlink, get_unknown)
{
	static const char * const formats[] = {
		"", "fwctl", "fwctl-1", "fwctl4095", "fwctl4096", "fwctl5000000000",
		"fwctl%dx", "fwctl%d ", "fwctl0%d", "fwctl %d", " fwctl%d",
		"Fwctl%d", "%d", "fwctl%d/0",
	};
	char name[64];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		snprintf(name, sizeof(name), formats[i], self->sim.number);
		EXPECT_EQ(ENODEV, fnl_dev_get_name(&self->nl, name))
			TH_LOG("'%s'", name);
		EXPECT_STREQ(NO_DEVICE, self->nl.text);
	}
	EXPECT_EQ(ENODEV, fnl_dev_get(&self->nl, 4095));
	EXPECT_STREQ(NO_DEVICE, self->nl.text);
	EXPECT_EQ(ENODEV, fnl_dev_get(&self->nl, 4096));
	EXPECT_EQ(ENODEV, fnl_dev_get(&self->nl, ~0u));

	ASSERT_EQ(0, sim_del(&self->sim));
	EXPECT_EQ(ENODEV, fnl_dev_get(&self->nl, self->sim.number));
}

/* The netlink policy refuses requests that are not as specified. */
TEST_F(netlink, malformed)
{
	struct nl_msg *msg;
	__u8 cmd;

	msg = fnl_request(&self->nl, 0, FWCTL_CMD_DEV_GET);
	nla_put_u16(msg, FWCTL_A_DEV_INDEX, self->sim.number);
	EXPECT_NE(0, fnl_transact(&self->nl, msg));

	msg = fnl_request(&self->nl, 0, FWCTL_CMD_DEV_GET);
	nla_put(msg, FWCTL_A_DEV_NAME, 6, "fwctl0");
	EXPECT_EQ(EINVAL, fnl_transact(&self->nl, msg));

	msg = fnl_request(&self->nl, 0, FWCTL_CMD_DEV_GET);
	nla_put_u32(msg, FWCTL_A_DEV_INDEX, self->sim.number);
	nla_put_u32(msg, FWCTL_A_DEV_CEILING, 0);
	EXPECT_EQ(EINVAL, fnl_transact(&self->nl, msg));

	msg = fnl_request(&self->nl, 0, FWCTL_CMD_DEV_SET);
	nla_put_u32(msg, FWCTL_A_DEV_INDEX, self->sim.number);
	nla_put_u32(msg, FWCTL_A_DEV_CEILING, 0);
	nla_put_u32(msg, FWCTL_A_DEV_TAINTS, 0);
	EXPECT_EQ(EINVAL, fnl_transact(&self->nl, msg));

	for (cmd = FWCTL_CMD_DEV_ADDED_NTF; cmd < FWCTL_CMD_MAX + 10; cmd++) {
		msg = fnl_request(&self->nl, 0, cmd);
		nla_put_u32(msg, FWCTL_A_DEV_INDEX, self->sim.number);
		EXPECT_EQ(EOPNOTSUPP, fnl_transact(&self->nl, msg));
	}
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, sim_ceiling(&self->sim));
}

TEST_F(netlink, get_needs_no_privilege)
{
	set_all_capabilities(false);
	EXPECT_EQ(0, fnl_dev_get(&self->nl, self->sim.number));
	set_all_capabilities(true);
}

TEST_F(netlink, get_what_happens)
{
	struct dev_state *dev;
	struct call calls[3];
	int i, fds[2];

	for (i = 0; i < 2; i++)
		ASSERT_LE(0, fds[i] = sim_open(&self->sim, O_RDONLY));
	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", FOREVER_MS));
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, call_nop(&calls[i], self->fd));
	ASSERT_TRUE(wait_for(sim_count(&self->sim, "rpcs_now") == 3));

	ASSERT_EQ(0, fnl_dev_get(&self->nl, self->sim.number));
	dev = self->nl.devs;
	EXPECT_EQ(3, dev->files);
	EXPECT_EQ(3, dev->in_flight);
	/* RPCs are counted when they end. */
	EXPECT_EQ(0, dev->reasons[FWCTL_REASON_ADMITTED]);

	ASSERT_EQ(0, sim_unbind(&self->sim));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(ENODEV, call_end(&calls[i]));
	for (i = 0; i < 2; i++)
		close(fds[i]);
	close(self->fd);

	/* A device that comes back has a new state. */
	ASSERT_EQ(0, sim_bind(&self->sim));
	ASSERT_EQ(0, fnl_dev_get(&self->nl, self->sim.number));
	check_fresh(_metadata, &self->sim, self->nl.devs);
	EXPECT_EQ(0, self->nl.devs->files);
}

/* How often a device is in a dump; checks the order of the dump. */
static unsigned int find_in_dump(struct __test_metadata *_metadata,
				 const struct fnl *nl, const struct sim *sim)
{
	unsigned int i, found = 0;

	for (i = 0; i < nl->nr_devs; i++) {
		if (i)
			EXPECT_LT(nl->devs[i - 1].index, nl->devs[i].index);
		if (nl->devs[i].index == sim->number) {
			check_fresh(_metadata, sim, &nl->devs[i]);
			found++;
		}
	}
	return found;
}

#define DUMPED 100

TEST_F(netlink, dump)
{
	unsigned int i, len = 0;
	struct sim sims[DUMPED];

	for (i = 0; i < DUMPED; i++)
		ASSERT_EQ(0, sim_new(&sims[i], ""));
	ASSERT_EQ(0, fnl_dev_dump(&self->nl));
	for (i = 0; i < self->nl.nr_devs; i++)
		len += self->nl.devs[i].len;
	/* Longer than one part of a dump can be */
	EXPECT_LT(32768, len);
	for (i = 0; i < DUMPED; i++)
		EXPECT_EQ(1, find_in_dump(_metadata, &self->nl, &sims[i]));
	EXPECT_EQ(1, find_in_dump(_metadata, &self->nl, &self->sim));
	for (i = 0; i < DUMPED; i++)
		EXPECT_EQ(0, sim_del(&sims[i]));
}

/* A thread that unbinds and binds a device until @stop */
struct flapper {
	struct sim sim;
	bool stop;
	unsigned int times;
};

static void *flap(void *data)
{
	struct flapper *flapper = data;

	while (!get(&flapper->stop) && !sim_unbind(&flapper->sim) &&
	       !sim_bind(&flapper->sim))
		count(&flapper->times);
	return NULL;
}

/* A dump has all devices that stay, while others are removed and come back. */
TEST_F(netlink, dump_while_devices_change)
{
	struct flapper flapper = {};
	struct sim sims[20];
	pthread_t thread;
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(sims); i++) {
		ASSERT_EQ(0, sim_new(&sims[i], ""));
		if (i == ARRAY_SIZE(sims) / 2)
			ASSERT_EQ(0, sim_new(&flapper.sim, ""));
	}
	ASSERT_EQ(0, pthread_create(&thread, NULL, flap, &flapper));
	for (j = 0; j < 30 || !get(&flapper.times); j++) {
		ASSERT_EQ(0, fnl_dev_dump(&self->nl));
		for (i = 0; i < ARRAY_SIZE(sims); i++)
			EXPECT_EQ(1, find_in_dump(_metadata, &self->nl,
						  &sims[i]));
	}
	set(&flapper.stop, true);
	pthread_join(thread, NULL);
	for (i = 0; i < ARRAY_SIZE(sims); i++)
		sim_del(&sims[i]);
	sim_del(&flapper.sim);
}

TEST_F(netlink, set_ceiling)
{
	struct nl_msg *msg;
	char name[32];
	int from, to;

	for (from = NR_CEILINGS - 1; from >= 0; from--) {
		EXPECT_EQ(0, fnl_dev_set(&self->nl, self->sim.number, from));
		EXPECT_EQ(from, sim_ceiling(&self->sim));
		EXPECT_EQ(from ? 0 : EACCES, _test_nop(self->fd, 0));
		for (to = from; to < NR_CEILINGS; to++) {
			EXPECT_EQ(to == from ? 0 : EPERM,
				  fnl_dev_set(&self->nl, self->sim.number, to));
			EXPECT_STREQ(to == from ? "" : NEVER_RAISED,
				     self->nl.text);
			EXPECT_EQ(from, sim_ceiling(&self->sim));
		}
		ASSERT_EQ(0, fnl_dev_get(&self->nl, self->sim.number));
		EXPECT_EQ(from, self->nl.devs->ceiling);
	}

	snprintf(name, sizeof(name), "fwctl%d", self->sim.number);
	msg = fnl_request(&self->nl, 0, FWCTL_CMD_DEV_SET);
	nla_put_string(msg, FWCTL_A_DEV_NAME, name);
	nla_put_u32(msg, FWCTL_A_DEV_CEILING, FWCTL_CEILING_NONE);
	EXPECT_EQ(0, fnl_transact(&self->nl, msg));
}

TEST_F(netlink, set_nonsense)
{
	struct nl_msg *msg;

	EXPECT_EQ(ENODEV, fnl_dev_set(&self->nl, 4095, FWCTL_CEILING_NONE));
	EXPECT_STREQ(NO_DEVICE, self->nl.text);
	EXPECT_EQ(ERANGE, fnl_dev_set(&self->nl, self->sim.number, NR_CEILINGS));
	EXPECT_EQ(ERANGE, fnl_dev_set(&self->nl, self->sim.number, ~0u));

	msg = fnl_request(&self->nl, 0, FWCTL_CMD_DEV_SET);
	nla_put_u32(msg, FWCTL_A_DEV_CEILING, FWCTL_CEILING_NONE);
	EXPECT_EQ(EINVAL, fnl_transact(&self->nl, msg));
	EXPECT_STREQ(ONE_OF_BOTH, self->nl.text);

	msg = fnl_request(&self->nl, 0, FWCTL_CMD_DEV_SET);
	nla_put_u32(msg, FWCTL_A_DEV_INDEX, self->sim.number);
	EXPECT_EQ(EINVAL, fnl_transact(&self->nl, msg));
	EXPECT_STREQ(ONE_CEILING, self->nl.text);

	msg = fnl_request(&self->nl, 0, FWCTL_CMD_DEV_SET);
	nla_put_u32(msg, FWCTL_A_DEV_INDEX, self->sim.number);
	nla_put_u32(msg, FWCTL_A_DEV_CEILING, FWCTL_CEILING_NONE);
	nla_put_u32(msg, FWCTL_A_DEV_FUNCTION_CEILING, FWCTL_CEILING_NONE);
	EXPECT_EQ(EINVAL, fnl_transact(&self->nl, msg));
	EXPECT_STREQ(ONE_CEILING, self->nl.text);
	EXPECT_EQ(ERANGE, fnl_dev_set_by(&self->nl, self->sim.number,
					 FWCTL_A_DEV_FUNCTION_CEILING,
					 NR_CEILINGS));
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, sim_ceiling(&self->sim));
}

/* Two functions of a card, whose name is unique until the next boot */
static int make_card(const struct sim *unique, struct sim *functions)
{
	char option[32];

	snprintf(option, sizeof(option), "card=nl%u", unique->id);
	return sim_new_once(&functions[0], option) ?:
	       sim_new_once(&functions[1], option);
}

TEST_F(netlink, set_card_or_function)
{
	struct sim functions[2];
	char card[32];
	int i;

	ASSERT_EQ(0, make_card(&self->sim, functions));
	snprintf(card, sizeof(card), "nl%u", self->sim.id);
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, fnl_dev_get(&self->nl, functions[i].number));
		EXPECT_STREQ(card, self->nl.devs->card);
	}

	EXPECT_EQ(0, fnl_dev_set_by(&self->nl, functions[0].number,
				    FWCTL_A_DEV_FUNCTION_CEILING,
				    FWCTL_CEILING_CONFIGURATION));
	EXPECT_EQ(FWCTL_CEILING_CONFIGURATION, sim_ceiling(&functions[0]));
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, sim_ceiling(&functions[1]));
	EXPECT_EQ(EPERM, fnl_dev_set_by(&self->nl, functions[0].number,
					FWCTL_A_DEV_FUNCTION_CEILING,
					FWCTL_CEILING_DEBUG_READ_ONLY));
	EXPECT_STREQ(NEVER_RAISED, self->nl.text);

	EXPECT_EQ(0, fnl_dev_set(&self->nl, functions[1].number,
				 FWCTL_CEILING_NONE));
	EXPECT_EQ(FWCTL_CEILING_NONE, sim_ceiling(&functions[0]));
	EXPECT_EQ(FWCTL_CEILING_NONE, sim_ceiling(&functions[1]));
	EXPECT_EQ(0, sim_del(&functions[0]));
	EXPECT_EQ(0, sim_del(&functions[1]));
}

/* The wait for a call above the new ceiling holds up other families: it is short. */
TEST_F(netlink, set_during_a_call)
{
	pid_t holder = hold_slot(&self->sim, self->fd);

	ASSERT_LT(0, holder);
	EXPECT_EQ(EINPROGRESS,
		  EXPECT_QUICK("dev-set during a call",
			       fnl_dev_set(&self->nl, self->sim.number,
					   FWCTL_CEILING_NONE)));
	EXPECT_STREQ(NOT_ENDED, self->nl.text);
	EXPECT_EQ(FWCTL_CEILING_NONE, sim_ceiling(&self->sim));
	EXPECT_EQ(EINPROGRESS, fnl_dev_set(&self->nl, self->sim.number,
					   FWCTL_CEILING_NONE));
	ASSERT_TRUE(kill_and_wait(holder));
	EXPECT_EQ(0, fnl_dev_set(&self->nl, self->sim.number,
				 FWCTL_CEILING_NONE));
}

/* Opening a file sends a request to the firmware, too. */
TEST_F(netlink, set_during_an_open)
{
	pid_t pid;

	ASSERT_EQ(0, sim_set(&self->sim, "open_delay_ms", FOREVER_MS));
	pid = fork();
	if (!pid)
		_exit(sim_open(&self->sim, O_RDONLY) < 0);
	ASSERT_TRUE(wait_for(task_waits_in(pid, SYS_openat)));
	EXPECT_EQ(EINPROGRESS, fnl_dev_set(&self->nl, self->sim.number,
					   FWCTL_CEILING_NONE));
	ASSERT_TRUE(kill_and_wait(pid));
	EXPECT_EQ(0, fnl_dev_set(&self->nl, self->sim.number,
				 FWCTL_CEILING_NONE));
}

TEST_F(netlink, set_needs_capability)
{
	ASSERT_EQ(0, set_capability(CAP_SYS_ADMIN, false));
	EXPECT_EQ(EPERM, fnl_dev_set(&self->nl, self->sim.number,
				     FWCTL_CEILING_NONE));
	EXPECT_STREQ(NEEDS_CAPABILITY, self->nl.text);
	EXPECT_EQ(EPERM, fnl_dev_set(&self->nl, self->sim.number,
				     FWCTL_CEILING_DEBUG_WRITE_FULL));
	EXPECT_EQ(EPERM, fnl_dev_set_by(&self->nl, self->sim.number,
					FWCTL_A_DEV_FUNCTION_CEILING,
					FWCTL_CEILING_NONE));
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, sim_ceiling(&self->sim));

	/* CAP_SYS_ADMIN alone is enough. */
	set_only_capability(CAP_SYS_ADMIN);
	EXPECT_EQ(0, fnl_dev_set(&self->nl, self->sim.number,
				 FWCTL_CEILING_NONE));
	set_all_capabilities(true);
}

/* Sends a request by write(), as a program writes its output. */
static int write_dev_set(struct fnl *nl, __u32 index, __u32 ceiling)
{
	struct nl_msg *msg = fnl_request(nl, 0, FWCTL_CMD_DEV_SET);
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	int err;

	nla_put_u32(msg, FWCTL_A_DEV_INDEX, index);
	nla_put_u32(msg, FWCTL_A_DEV_CEILING, ceiling);
	nl_complete_msg(nl->sock, msg);
	err = write(nl_socket_get_fd(nl->sock), nlh, nlh->nlmsg_len) < 0 ?
		errno : 0;
	nlmsg_free(msg);
	return err ?: fnl_await(nl);
}

/*
 * A privileged program whose output goes to a socket that another program has opened:
 * both the opener of the socket and the writer need the capability.
 */
TEST_F(netlink, set_by_deputy)
{
	struct fnl weak;

	ASSERT_EQ(0, set_capability(CAP_SYS_ADMIN, false));
	ASSERT_EQ(0, fnl_open(&weak));
	ASSERT_EQ(0, set_capability(CAP_SYS_ADMIN, true));
	EXPECT_EQ(EPERM, write_dev_set(&weak, self->sim.number,
				       FWCTL_CEILING_NONE));
	EXPECT_STREQ(NEEDS_CAPABILITY, weak.text);
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, sim_ceiling(&self->sim));
	fnl_close(&weak);

	EXPECT_EQ(0, write_dev_set(&self->nl, self->sim.number,
				   FWCTL_CEILING_NONE));
	EXPECT_EQ(FWCTL_CEILING_NONE, sim_ceiling(&self->sim));
}

FIXTURE(events) {
	struct fnl nl;
	struct sim sim;
	int fd;
};

FIXTURE_SETUP(events)
{
	if (sim_missing())
		SKIP(return, "%s", sim_missing());
	if (capabilities_missing())
		SKIP(return, "%s", capabilities_missing());
	ASSERT_EQ(0, fnl_listen(&self->nl, FWCTL_MCGRP_DEVICE));
	self->fd = setup_sim_once(_metadata, &self->sim, "", O_RDWR);
}

FIXTURE_TEARDOWN(events)
{
	EXPECT_FALSE(self->nl.bad);
	EXPECT_EQ(0, self->nl.nr_events);
	fnl_close(&self->nl);
	close(self->fd);
	sim_del(&self->sim);
}

TEST_F(events, added)
{
	ASSERT_EQ(0, fnl_receive(&self->nl, 0, 1));
	ASSERT_EQ(1, self->nl.nr_devs);
	EXPECT_EQ(FWCTL_CMD_DEV_ADDED_NTF, self->nl.devs->cmd);
	check_fresh(_metadata, &self->sim, self->nl.devs);
}

TEST_F(events, removed)
{
	test_nop(self->fd, 0);
	ASSERT_EQ(0, sim_del(&self->sim));
	ASSERT_EQ(0, fnl_receive(&self->nl, 0, 2));
	ASSERT_EQ(2, self->nl.nr_devs);
	EXPECT_EQ(FWCTL_CMD_DEV_REMOVED_NTF, self->nl.devs[1].cmd);
	EXPECT_EQ(ALL_ATTRIBUTES, self->nl.devs[1].present);
	EXPECT_EQ(self->sim.number, self->nl.devs[1].index);
	/* The event has the parent's name and the final counters. */
	EXPECT_STREQ(self->nl.devs[0].parent_name,
		     self->nl.devs[1].parent_name);
	EXPECT_EQ(1, self->nl.devs[1].reasons[FWCTL_REASON_ADMITTED]);
}

/* The events have the order of additions and removals. */
TEST_F(events, in_order)
{
	int i;

	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, sim_unbind(&self->sim));
		ASSERT_EQ(0, sim_bind(&self->sim));
	}
	ASSERT_EQ(0, fnl_receive(&self->nl, 0, 41));
	ASSERT_EQ(41, self->nl.nr_devs);
	for (i = 0; i < 41; i++)
		EXPECT_EQ(i & 1 ? FWCTL_CMD_DEV_REMOVED_NTF :
				  FWCTL_CMD_DEV_ADDED_NTF,
			  self->nl.devs[i].cmd);
}

TEST_F(events, ceiling)
{
	struct fnl set;

	ASSERT_EQ(0, sim_lower(&self->sim, "debug-write"));
	ASSERT_EQ(0, fnl_open(&set));
	ASSERT_EQ(0, fnl_dev_set(&set, self->sim.number,
				 FWCTL_CEILING_CONFIGURATION));
	/* Requests that change nothing have no event. */
	EXPECT_EQ(0, sim_lower(&self->sim, "configuration"));
	EXPECT_EQ(0, fnl_dev_set(&set, self->sim.number,
				 FWCTL_CEILING_CONFIGURATION));
	EXPECT_EQ(EPERM, sim_lower(&self->sim, "debug-write"));
	fnl_close(&set);
	ASSERT_EQ(0, sim_lower(&self->sim, "none"));

	ASSERT_EQ(0, fnl_receive(&self->nl, 0, 4));
	ASSERT_EQ(4, self->nl.nr_devs);
	EXPECT_EQ(FWCTL_CMD_DEV_CEILING_NTF, self->nl.devs[1].cmd);
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE, self->nl.devs[1].ceiling);
	EXPECT_EQ(FWCTL_CMD_DEV_CEILING_NTF, self->nl.devs[2].cmd);
	EXPECT_EQ(FWCTL_CEILING_CONFIGURATION, self->nl.devs[2].ceiling);
	EXPECT_EQ(FWCTL_CMD_DEV_CEILING_NTF, self->nl.devs[3].cmd);
	EXPECT_EQ(FWCTL_CEILING_NONE, self->nl.devs[3].ceiling);
	EXPECT_EQ(self->sim.number, self->nl.devs[3].index);
}

/* A request that only the old ceiling admits, and that stays in the device */
static pid_t fork_write(const struct sim *sim, int fd)
{
	pid_t pid = fork();

	if (!pid)
		_exit(_test_sim(fd, FWCTL_RPC_DEBUG_WRITE_FULL, FWCTL_SIM_WRITE, 60, 0,
				NULL, NULL));
	return wait_for(sim_count(sim, "rpcs_now") == 1) ? pid : -1;
}

/* Event and record come while the writer of the ceiling waits for such a request. */
TEST_F(events, ceiling_before_the_wait)
{
	int sock = audit_open(), status;
	pid_t caller, writer;

	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", FOREVER_MS));
	caller = fork_write(&self->sim, self->fd);
	ASSERT_LT(0, caller);
	writer = fork();
	if (!writer)
		_exit(sim_lower(&self->sim, "configuration"));

	EXPECT_EQ(0, fnl_receive(&self->nl, 0, 2));
	ASSERT_EQ(2, self->nl.nr_devs);
	EXPECT_EQ(FWCTL_CMD_DEV_CEILING_NTF, self->nl.devs[1].cmd);
	if (sock >= 0)
		EXPECT_NE(NULL, strstr(audit_next(sock, self->sim.number, writer, 10000),
				       "op=ceiling"));
	EXPECT_EQ(0, waitpid(writer, &status, WNOHANG));
	EXPECT_TRUE(kill_and_wait(caller));
	EXPECT_EQ(0, exit_status(writer));
	close(sock);
}

/* An event for each function whose ceiling has changed */
TEST_F(events, ceiling_of_card)
{
	struct dev_state *devs;
	struct sim functions[2];

	ASSERT_EQ(0, make_card(&self->sim, functions));
	ASSERT_EQ(0, write_file("configuration",
				"/sys/class/fwctl/fwctl%d/scope_max_function",
				functions[1].number));
	ASSERT_EQ(0, sim_lower(&functions[0], "configuration"));
	ASSERT_EQ(0, sim_lower(&functions[0], "none"));

	/* Three devices were added. */
	ASSERT_EQ(0, fnl_receive(&self->nl, 0, 7));
	ASSERT_EQ(7, self->nl.nr_devs);
	devs = self->nl.devs + 3;
	EXPECT_EQ(FWCTL_CMD_DEV_CEILING_NTF, devs[0].cmd);
	EXPECT_EQ(functions[1].number, devs[0].index);
	EXPECT_EQ(functions[0].number, devs[1].index);
	EXPECT_EQ(FWCTL_CEILING_CONFIGURATION, devs[1].ceiling);
	EXPECT_EQ(functions[0].number + functions[1].number,
		  devs[2].index + devs[3].index);
	EXPECT_EQ(FWCTL_CEILING_NONE, devs[2].ceiling);
	EXPECT_EQ(FWCTL_CEILING_NONE, devs[3].ceiling);
	EXPECT_EQ(0, sim_del(&functions[0]));
	EXPECT_EQ(0, sim_del(&functions[1]));
}

/* One event for the first RPC of each scope that is admitted */
TEST_F(events, tainted)
{
	int i;

	for (i = 0; i < 3; i++) {
		EXPECT_EQ(EBADMSG, _test_sim(self->fd, FWCTL_RPC_DEBUG_WRITE,
					     FWCTL_SIM_RESET, 0, 0, NULL, NULL));
		test_nop(self->fd, FWCTL_RPC_CONFIGURATION);
		test_nop(self->fd, FWCTL_RPC_DEBUG_READ_ONLY);
	}
	ASSERT_EQ(0, fnl_receive(&self->nl, 0, 1));
	ASSERT_EQ(1, self->nl.nr_devs);

	for (i = 0; i < 3; i++)
		test_nop(self->fd, FWCTL_RPC_DEBUG_WRITE);
	for (i = 0; i < 3; i++)
		test_nop(self->fd, FWCTL_RPC_DEBUG_WRITE_FULL);
	ASSERT_EQ(0, fnl_receive(&self->nl, 0, 3));
	ASSERT_EQ(3, self->nl.nr_devs);
	EXPECT_EQ(FWCTL_CMD_DEV_TAINTED_NTF, self->nl.devs[1].cmd);
	EXPECT_EQ(1 << FWCTL_RPC_DEBUG_WRITE, self->nl.devs[1].taints);
	EXPECT_EQ(FWCTL_CMD_DEV_TAINTED_NTF, self->nl.devs[2].cmd);
	EXPECT_EQ(1 << FWCTL_RPC_DEBUG_WRITE | 1 << FWCTL_RPC_DEBUG_WRITE_FULL,
		  self->nl.devs[2].taints);
}

TEST_F(events, need_no_privilege)
{
	struct fnl weak;

	ASSERT_EQ(0, set_capability(CAP_SYS_ADMIN, false));
	EXPECT_EQ(0, fnl_listen(&weak, FWCTL_MCGRP_DEVICE));
	ASSERT_EQ(0, set_capability(CAP_SYS_ADMIN, true));
	ASSERT_EQ(0, sim_lower(&self->sim, "debug-write"));
	EXPECT_EQ(0, fnl_receive(&weak, 0, 1));
	fnl_close(&weak);
}

/* The family and its events exist in the initial network namespace only. */
TEST_F(events, network_namespace)
{
	const char * const groups[] = {
		FWCTL_MCGRP_DEVICE, FWCTL_MCGRP_AUDIT,
		FWCTL_MCGRP_AUDIT_REFUSED, FWCTL_MCGRP_AUDIT_WRITES,
	};
	int ids[ARRAY_SIZE(groups)];
	struct fnl audit, inside;
	struct nl_sock *sock;
	struct pollfd fd;
	unsigned int i;

	ASSERT_EQ(0, fnl_listen(&audit, FWCTL_MCGRP_AUDIT));
	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		ids[i] = genl_ctrl_resolve_grp(audit.sock, FWCTL_FAMILY_NAME,
					       groups[i]);
		ASSERT_LE(0, ids[i]);
	}

	if (unshare(CLONE_NEWNET))
		SKIP(return, "no network namespaces");
	EXPECT_EQ(ENOENT, fnl_open(&inside));

	/* A socket that joins the groups by their numbers receives no events either. */
	sock = nl_socket_alloc();
	ASSERT_NE(NULL, sock);
	ASSERT_EQ(0, genl_connect(sock));
	fd = (struct pollfd){ .fd = nl_socket_get_fd(sock), .events = POLLIN };
	for (i = 0; i < ARRAY_SIZE(groups); i++)
		setsockopt(fd.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &ids[i],
			   sizeof(ids[i]));
	EXPECT_EQ(EACCES, (sim_lower(&self->sim, "none"),
			   _test_nop(self->fd, FWCTL_RPC_CONFIGURATION)));
	EXPECT_EQ(0, fnl_receive(&self->nl, 0, 2));
	EXPECT_EQ(0, fnl_receive(&audit, 1, 0));
	EXPECT_EQ(0, poll(&fd, 1, 200));
	nl_socket_free(sock);
	fnl_close(&audit);
}

TEST_HARNESS_MAIN
