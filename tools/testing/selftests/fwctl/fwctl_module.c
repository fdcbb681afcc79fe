// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modules that are unloaded while files of their devices are open, and their parameters.
 * Afterwards the same modules are loaded as before.
 */
#include "fwctl_module_utils.h"
#include "fwctl_sweep_utils.h"
#include "fwctl_thread_utils.h"

#define QUEUES "/sys/kernel/slab/pool_workqueue"

FIXTURE(module) {
	struct sim sim;
	int fd;
	struct modules mods;
};

FIXTURE_SETUP(module)
{
	unsigned int i;

	if (modules_missing())
		SKIP(return, "%s", modules_missing());
	modules_find(&self->mods);
	for (i = 0; i < self->mods.count; i++)
		if (strcmp(self->mods.names[i], "fwctl_sim"))
			ASSERT_EQ(0, unload_module(self->mods.names[i]))
				TH_LOG("%s", self->mods.names[i]);
	self->fd = setup_sim(_metadata, &self->sim, "", O_RDWR);
}

FIXTURE_TEARDOWN_PARENT(module)
{
	EXPECT_EQ(0, load_module("fwctl"));
	EXPECT_EQ(0, load_module("fwctl_sim"));
	EXPECT_EQ(0, modules_load(&self->mods));
	sim_del(&self->sim);
}

TEST_F(module, backend_with_files_open)
{
	__u32 len = 0;

	/* A backend that is loaded keeps the core loaded. */
	EXPECT_EQ(EWOULDBLOCK, unload_module("fwctl"));

	EXPECT_EQ(0, EXPECT_QUICK("rmmod fwctl_sim with a file open",
				  unload_module("fwctl_sim")));
	EXPECT_NE(0, access("/sys/module/fwctl_sim", F_OK));
	test_err_nop(ENODEV, self->fd, 0);
	test_err_info(ENODEV, self->fd, NULL, &len);

	/* An open file keeps the core loaded, too. */
	EXPECT_EQ(EWOULDBLOCK, unload_module("fwctl"));
	close(self->fd);
	EXPECT_EQ(0, EXPECT_QUICK("rmmod fwctl", unload_module("fwctl")));
	EXPECT_NE(0, access("/sys/class/fwctl", F_OK));
	EXPECT_NE(0, access("/sys/module/fwctl", F_OK));
}

TEST_F(module, default_limits)
{
	close(self->fd);
	ASSERT_EQ(0, unload_module("fwctl_sim"));
	ASSERT_EQ(0, unload_module("fwctl"));
	ASSERT_EQ(0, load_module("fwctl"));
	EXPECT_EQ(256, param_get("max_files"));
	EXPECT_EQ(12, param_get("max_rpcs"));
	ASSERT_EQ(0, load_module("fwctl_sim"));
	ASSERT_EQ(0, sim_new(&self->sim, ""));
	EXPECT_EQ(0, self->sim.number);
	self->fd = sim_open(&self->sim, O_RDWR);
	ASSERT_LE(0, self->fd);
	test_nop(self->fd, 0);
}

TEST_F(module, backend_with_calls)
{
	struct slow_memory mem;
	struct call rpc, slow;

	if (slow_memory_init(&mem, sysconf(_SC_PAGESIZE)))
		SKIP(return, NO_SLOW_MEMORY);
	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", FOREVER_MS));
	ASSERT_EQ(0, sim_set(&self->sim, "unkillable", 1));
	ASSERT_EQ(0, call_nop(&rpc, self->fd));
	ASSERT_TRUE(wait_for(sim_count(&self->sim, "rpcs_now") == 1));
	slow.rpc = rpc_cmd(0, mem.start, 16, NULL, 0);
	ASSERT_EQ(0, call_start(&slow, self->fd, FWCTL_RPC, &slow.rpc));
	ASSERT_TRUE(slow_memory_wait(&mem, mem.start));

	EXPECT_EQ(0, EXPECT_QUICK("rmmod fwctl_sim with calls under way",
				  unload_module("fwctl_sim")));
	EXPECT_EQ(ENODEV, call_end(&rpc));
	EXPECT_EQ(EWOULDBLOCK, unload_module("fwctl"));
	slow_memory_end(&mem);
	EXPECT_EQ(ENODEV, call_end(&slow));
	close(self->fd);
	EXPECT_EQ(0, unload_module("fwctl"));
}

/* The module is not unloaded before its code has closed all contexts. */
TEST_F(module, backend_with_slow_closes)
{
	int i;

	ASSERT_EQ(0, sim_set(&self->sim, "close_delay_ms", 100));
	ASSERT_EQ(0, sim_set(&self->sim, "abort_ignored", 1));
	for (i = 0; i < 20; i++)
		ASSERT_LE(0, sim_open(&self->sim, O_RDONLY));
	EXPECT_EQ(0, EXPECT_QUICK("rmmod fwctl_sim with slow closes",
				  unload_module("fwctl_sim")));
	test_err_nop(ENODEV, self->fd, 0);
}

/* How many objects the kernel has for the queues of its workqueues, or -1 */
static int queues_now(void)
{
	char text[64];

	if (write_file("1", QUEUES "/shrink") ||
	    read_file(text, sizeof(text), QUEUES "/objects"))
		return -1;
	return atoi(text);
}

/* A workqueue that is not destroyed is still referenced: kmemleak does not report it. */
TEST_F(module, no_queues_left_behind)
{
	const int reloads = 16;
	int before, after, i;

	if (queues_now() < 0)
		SKIP(return, "no " QUEUES);
	close(self->fd);
	ASSERT_EQ(0, unload_module("fwctl_sim"));
	before = queues_now();
	for (i = 0; i < reloads; i++) {
		ASSERT_EQ(0, unload_module("fwctl"));
		ASSERT_EQ(0, load_module("fwctl"));
	}
	/*
	 * Each workqueue has one object on old kernels, and more on others. The kernel
	 * frees them with a delay: some of those counted before may be free now.
	 */
	EXPECT_TRUE(wait_for((after = queues_now()) - before < reloads / 2));
	EXPECT_LE(0, after);
	TH_LOG("%d before, %d after", before, after);
}

/* Devices that the module makes when it is loaded, in their initial state */
TEST_F(module, devices)
{
	struct sim sim = { .id = 2 };
	struct sim after = { .id = 3 };
	char text[16];

	close(self->fd);
	ASSERT_EQ(0, unload_module("fwctl_sim"));
	ASSERT_EQ(0, load_with("fwctl_sim", "devices=3"));
	EXPECT_EQ(0, sim_find(&sim));
	EXPECT_NE(0, sim_find(&after));
	EXPECT_EQ(0, read_file(text, sizeof(text), SIM_DEBUGFS "/fwctl_sim2/info_len"));
	EXPECT_STREQ("-1", text);
	EXPECT_EQ(EEXIST, sim_write_bus("new_device", 2, ""));
	EXPECT_EQ(0, unload_module("fwctl_sim"));
}

/* Options and values of knobs that are not valid are refused. */
TEST_F(module, bad_options_and_knobs)
{
	static const char * const options[] = {
		"unheard-of", "noclassify unheard-of", "type=", "type=x", "type=0",
		"type=4294967296",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(options); i++)
		EXPECT_EQ(EINVAL, sim_write_bus("new_device", self->sim.id + 1, options[i]))
			TH_LOG("option %zu", i);
	EXPECT_NE(0, sim_write_bus("del_device", self->sim.id + 1, ""));
	EXPECT_EQ(ERANGE, sim_set(&self->sim, "rpc_separate", 2));
	EXPECT_EQ(ERANGE, sim_set(&self->sim, "rpc_separate", -1));
	EXPECT_EQ(ERANGE, sim_set(&self->sim, "info_len", -2));
	EXPECT_EQ(0, sim_set(&self->sim, "info_len", -1));
	test_nop(self->fd, 0);
}

/* A module is loaded completely or not at all. */
TEST_F_TIMEOUT(module, faults, 1800)
{
	const char *why = cannot_inject() ?: cannot_inject_load() ?:
			  faults_below(MODULE_INIT, NULL);
	struct sweep first = { .nth = 1 };
	int err = 0, i;

	if (why)
		SKIP(return, "%s", why);
	close(self->fd);
	ASSERT_EQ(0, unload_module("fwctl_sim"));
	ASSERT_EQ(0, unload_module("fwctl"));
	for_each_load("load fwctl", load_module("fwctl")) {
		if (!sweep.err)
			ASSERT_EQ(0, unload_module("fwctl"));
	}
	/*
	 * A netlink family gets the next free number. The kernel allocates memory for
	 * that at least once in 64 times.
	 */
	ASSERT_EQ(NULL, faults_below("genl_register_family", NULL));
	for (i = 0; i < 64 && !err; i++) {
		nth_arm(&first);
		err = load_module("fwctl");
		nth_disarm(&first);
		if (!err)
			ASSERT_EQ(0, unload_module("fwctl"));
	}
	EXPECT_EQ(ENOMEM, err);
	ASSERT_EQ(NULL, faults_below(MODULE_INIT, NULL));
	ASSERT_EQ(0, load_module("fwctl"));
	/* Without bus_register(), whose error path unregisters an unknown lockdep key. */
	ASSERT_EQ(NULL, faults_below(MODULE_INIT, "bus_register"));
	for_each_load("load fwctl_sim", load_module("fwctl_sim")) {
		if (!sweep.err)
			ASSERT_EQ(0, unload_module("fwctl_sim"));
	}
	ASSERT_EQ(NULL, faults_below("fwctl_register", NULL));
	for_each_load("load fwctl_sim with devices",
		      load_with("fwctl_sim", "devices=2")) {
		if (!sweep.err)
			ASSERT_EQ(0, unload_module("fwctl_sim"));
	}
	EXPECT_EQ(NULL, faults_below(NULL, NULL));
}

TEST_HARNESS_MAIN
