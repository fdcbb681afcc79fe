// SPDX-License-Identifier: GPL-2.0-only
/*
 * The highest number of devices that the core supports.
 */
#include "fwctl_sim_utils.h"

#define MAX_DEVICES 4096

FIXTURE(many) {
	int made;
};

FIXTURE_SETUP(many)
{
	if (sim_missing())
		SKIP(return, "%s", sim_missing());
}

static unsigned int id_of(int i)
{
	return 500000000u + i;
}

FIXTURE_TEARDOWN_PARENT(many)
{
	struct stopwatch watch;
	int i;

	stopwatch_start(&watch);
	for (i = 0; i < self->made; i++)
		EXPECT_EQ(0, sim_write_bus("del_device", id_of(i), ""));
	stopwatch_end(&watch, "removal of all devices");
}

static void check_device(struct __test_metadata *_metadata, int i)
{
	struct sim sim = { .id = id_of(i) };
	struct fwctl_info_sim data;
	__u32 len = sizeof(data);
	int fd;

	ASSERT_EQ(0, sim_find(&sim));
	fd = sim_open(&sim, O_RDWR);
	ASSERT_LE(0, fd);
	test_info(fd, &data, &len);
	EXPECT_EQ(sim.id, data.id);
	test_nop(fd, 0);
	close(fd);
}

TEST_F_TIMEOUT(many, devices, 1800)
{
	int room = MAX_DEVICES - nr_class_devices(), err = 0;
	struct stopwatch watch;

	stopwatch_start(&watch);
	while (self->made <= MAX_DEVICES) {
		err = sim_write_bus("new_device", id_of(self->made), "");
		if (err)
			break;
		self->made++;
	}
	stopwatch_end(&watch, "making of all devices");
	EXPECT_EQ(room, self->made);
	EXPECT_EQ(ENOMEM, err);
	EXPECT_EQ(MAX_DEVICES, nr_class_devices());

	check_device(_metadata, 0);
	check_device(_metadata, self->made / 2);
	check_device(_metadata, self->made - 1);

	/* The number of a removed device can be used again, once. */
	EXPECT_EQ(0, sim_write_bus("del_device", id_of(0), ""));
	EXPECT_EQ(0, sim_write_bus("new_device", id_of(0), ""));
	EXPECT_EQ(ENOMEM, sim_write_bus("new_device", id_of(self->made), ""));
	check_device(_metadata, 0);
}

TEST_HARNESS_MAIN
