// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mlx5 backend and system sleep. Firmware loses its user contexts in this, and gives
 * their numbers to new ones: a file must not continue with an old number.
 *
 * The system is suspended by way of /sys/power/pm_test: all devices suspend, and resume
 * at once.
 */
#include "fwctl_sleep_utils.h"

FIXTURE(sleep) {
	struct mlx5_dev dev;
	int fd;
	bool changed;
	char delay[16];
};

FIXTURE_VARIANT(sleep) {
	const char *state;
};

FIXTURE_VARIANT_ADD(sleep, mem) {
	.state = "mem",
};

FIXTURE_VARIANT_ADD(sleep, freeze) {
	.state = "freeze",
};

FIXTURE_SETUP(sleep)
{
	char states[64];

	if (cannot_sleep())
		SKIP(return, "%s", cannot_sleep());
	read_file(states, sizeof(states), "/sys/power/state");
	if (!strstr(states, variant->state))
		SKIP(return, "no such state: %s", variant->state);
	self->fd = setup_mlx5(_metadata, &self->dev);
	ASSERT_EQ(0, read_file(self->delay, sizeof(self->delay), PM_TEST_DELAY));
	self->changed = true;
	ASSERT_EQ(0, write_file("0", PM_TEST_DELAY));
	ASSERT_EQ(0, write_file("devices", "/sys/power/pm_test"));
}

FIXTURE_TEARDOWN_PARENT(sleep)
{
	if (!self->changed)
		return;
	vcx("clear");
	write_file("none", "/sys/power/pm_test");
	write_file(self->delay, PM_TEST_DELAY);
}

static int go_to_sleep(const char *state)
{
	__u64 start = now_us();
	int err = write_file(state, "/sys/power/state");

	print_us("sleep and return", now_us() - start);
	return err;
}

TEST_F(sleep, files)
{
	unsigned int uid = mlx5_uid(self->fd), leaked = vcx_stat("uctx_leaked");
	__u32 len = 0;
	int fd = -1;

	ASSERT_EQ(0, go_to_sleep(variant->state));
	EXPECT_TRUE(wait_for(works(&self->dev)));
	/* The backend destroyed all user contexts before the sleep. */
	EXPECT_EQ(leaked, vcx_stat("uctx_leaked"));
	EXPECT_TRUE(wait_for(!vcx_uids()));

	/* Firmware starts again with the first number: a file gets the old one. */
	do {
		close(fd);
		fd = mlx5_open(&self->dev, O_RDWR);
		ASSERT_LE(0, fd);
	} while (mlx5_uid(fd) < uid);
	EXPECT_EQ(ENODEV, mlx5_nop(self->fd));
	test_err_info(ENODEV, self->fd, NULL, &len);
	uid = mlx5_uid(fd);
	close(self->fd);
	EXPECT_TRUE(vcx_has_uid(uid, UCTX_CAP_TOOLS_RESOURCES));
	EXPECT_EQ(0, mlx5_nop(fd));
}

TEST_F(sleep, command_in_flight)
{
	unsigned int leaked = vcx_stat("uctx_leaked"), nops = vcx_count(OP_NOP);
	struct mlx5_call call;
	int err;

	ASSERT_EQ(0, vcx("delay %x 1500", OP_NOP));
	ASSERT_EQ(0, mlx5_call_nop(&call, self->fd));
	ASSERT_TRUE(wait_for(vcx_count(OP_NOP) == nops + 1));
	ASSERT_EQ(0, vcx("delay %x 0", OP_NOP));
	ASSERT_EQ(0, go_to_sleep(variant->state));
	/*
	 * If fwctl is told of the sleep before processes are frozen, it ends the call.
	 * Otherwise the caller is frozen after it has its answer.
	 */
	err = call_end(&call.call);
	EXPECT_TRUE(!err || err == ENODEV)
		TH_LOG("the command: %d", err);
	EXPECT_EQ(0, vcx_stat("in_flight"));
	EXPECT_TRUE(wait_for(works(&self->dev)));
	EXPECT_EQ(ENODEV, mlx5_nop(self->fd));
	EXPECT_EQ(leaked, vcx_stat("uctx_leaked"));
}

/* Processes are frozen although one waits for firmware that does not answer. */
TEST_F(sleep, silent_firmware)
{
	unsigned int nops = vcx_count(OP_NOP);
	struct mlx5_call call;

	if (linux_release() < 615)
		SKIP(return, "before Linux 6.15 the device is removed: command_in_flight");
	ASSERT_EQ(0, vcx("lose %x *", OP_NOP));
	ASSERT_EQ(0, mlx5_call_nop(&call, self->fd));
	ASSERT_TRUE(wait_for(vcx_count(OP_NOP) == nops + 1));
	ASSERT_EQ(0, write_file("freezer", "/sys/power/pm_test"));
	EXPECT_EQ(0, go_to_sleep(variant->state));
	EXPECT_EQ(EINTR, call_end(&call.call));

	/* Afterwards callers wait as long as before. */
	ASSERT_EQ(0, mlx5_call_nop(&call, self->fd));
	ASSERT_TRUE(wait_for(vcx_count(OP_NOP) == nops + 2));
	sleep(3);
	EXPECT_TRUE(call_waits(&call.call));
	ASSERT_EQ(0, vcx("clear"));
	ASSERT_EQ(0, vcx("release"));
	EXPECT_EQ(0, call_end(&call.call));
	EXPECT_EQ(0, mlx5_nop(self->fd));
}

TEST_HARNESS_MAIN
