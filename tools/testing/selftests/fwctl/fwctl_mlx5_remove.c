// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ConnectX that is removed and comes back, or fails, while it is in use. For the
 * virtual ConnectX only: the machine would lose its network. In the end the device is
 * there and works, as before.
 */
#include "fwctl_mlx5_bus_utils.h"

#define FILES 100
#define CLOSE_MS 100

/* The capabilities that the virtual ConnectX offers user contexts */
#define UCTX_CAPS (UCTX_CAP_RAW_TX | UCTX_CAP_TOOLS_RESOURCES)

/* Ways to remove the device and bring it back */
enum way {
	UNBIND,
	PCI_REMOVE,
	DEVLINK_RELOAD,
	RMMOD,
	WAYS,
};

static const char * const way_names[] = {
	[UNBIND] = "unbind",
	[PCI_REMOVE] = "PCI remove",
	[DEVLINK_RELOAD] = "devlink reload",
	[RMMOD] = "rmmod mlx5_fwctl",
};

static int remove_by(enum way way, const struct mlx5_dev *dev)
{
	switch (way) {
	case UNBIND:
		return unbind_pci(dev);
	case PCI_REMOVE:
		return pci_write(dev, "remove");
	case DEVLINK_RELOAD:
		return devlink_reload(dev);
	default:
		return unload_module("mlx5_fwctl");
	}
}

static int restore_by(enum way way, const struct mlx5_dev *dev)
{
	switch (way) {
	case UNBIND:
		return bind_pci(dev);
	case PCI_REMOVE:
		return pci_rescan();
	case RMMOD:
		return load_module("mlx5_fwctl");
	default:
		return 0;
	}
}

/* Every call on a file of a removed device fails, except close(). */
static void check_gone(struct __test_metadata *_metadata, int fd)
{
	__u32 len = 0;

	EXPECT_EQ(ENODEV, mlx5_nop(fd));
	test_err_info(ENODEV, fd, NULL, &len);
	EXPECT_EQ(ENODEV, _test_ioctl(fd, FWCTL_RPC, NULL));
	EXPECT_EQ(ENOTTY, _test_ioctl(fd, FWCTL_RPC + 1, NULL));
}

/**
 * struct remover - removal in a thread of its own
 * @job: the thread
 * @dev: the device
 * @way: the way to remove it
 */
struct remover {
	struct job job;
	const struct mlx5_dev *dev;
	enum way way;
};

static int remove_now(void *data)
{
	const struct remover *remover = data;

	return remove_by(remover->way, remover->dev);
}

/* The time that each way takes without open files; shared with all later tests. */
static unsigned int *idle_us;

/* The time is not known if only one test runs. */
static unsigned int usual_us(enum way way)
{
	return idle_us[way] ?: QUICK_US;
}

static int measure_idle(enum way way, struct mlx5_dev *dev)
{
	struct stopwatch watch;
	char what[64];
	int err;

	stopwatch_start(&watch);
	err = remove_by(way, dev);
	snprintf(what, sizeof(what), "%s with no file open", way_names[way]);
	idle_us[way] = stopwatch_end(&watch, what);
	return err ?: restore_by(way, dev) ?: wait_for(works(dev)) ? 0 : EIO;
}

FIXTURE(removal) {
	struct mlx5_dev dev;
	int fd;
	int other;
};

FIXTURE_VARIANT(removal) {
	enum way way;
};

FIXTURE_VARIANT_ADD(removal, unbind) {
	.way = UNBIND,
};

FIXTURE_VARIANT_ADD(removal, pci_remove) {
	.way = PCI_REMOVE,
};

FIXTURE_VARIANT_ADD(removal, devlink_reload) {
	.way = DEVLINK_RELOAD,
};

FIXTURE_VARIANT_ADD(removal, rmmod) {
	.way = RMMOD,
};

FIXTURE_SETUP(removal)
{
	enum way way = variant->way;

	if (cannot_remove())
		SKIP(return, "%s", cannot_remove());
	if (way == RMMOD && !is_module("mlx5_fwctl"))
		SKIP(return, BUILT_IN);
	ASSERT_EQ(0, vcx("clear"));
	ASSERT_EQ(0, mlx5_find(&self->dev));
	if (!idle_us[way] && measure_idle(way, &self->dev)) {
		ASSERT_EQ(DEVLINK_RELOAD, way)
			TH_LOG("%s or the way back failed", way_names[way]);
		SKIP(return, "no devlink, or it cannot reload the device");
	}
	self->fd = setup_mlx5(_metadata, &self->dev);
	self->other = mlx5_open(&self->dev, O_RDONLY);
	ASSERT_LE(0, self->other);
	/* Firmware may still be destroying user contexts of earlier tests. */
	ASSERT_TRUE(wait_for(vcx_uids() == 2));
}

FIXTURE_TEARDOWN_PARENT(removal)
{
	if (*self->dev.pci)
		EXPECT_TRUE(put_back(&self->dev));
}

/*
 * Waits for the end of removal, which may take QUICK_US from now on. fwctl's part of it
 * ends with the last user context; mlx5_core's part takes as long as without open files.
 */
static void end_removal(struct __test_metadata *_metadata,
			struct remover *remover, const char *situation)
{
	struct stopwatch part, whole;
	char what[96];

	stopwatch_start(&part);
	stopwatch_start(&whole);
	EXPECT_TRUE(wait_for(!vcx_uids()));
	snprintf(what, sizeof(what), "%s %s, fwctl's part",
		 way_names[remover->way], situation);
	EXPECT_GT(QUICK_US, stopwatch_end(&part, what));

	EXPECT_EQ(0, job_end(&remover->job));
	snprintf(what, sizeof(what), "%s %s, all of it",
		 way_names[remover->way], situation);
	EXPECT_GT(usual_us(remover->way) + QUICK_US,
		  stopwatch_end(&whole, what));
}

static void check_back(struct __test_metadata *_metadata, struct mlx5_dev *dev,
		       enum way way)
{
	__u64 start = now_us();

	EXPECT_EQ(0, restore_by(way, dev));
	EXPECT_TRUE(wait_for(works(dev)));
	print_us("until it works again", now_us() - start);
}

/* Starts a command whose completion firmware loses. */
static void lose_nop(struct __test_metadata *_metadata, struct mlx5_call *call,
		     int fd)
{
	ASSERT_EQ(0, vcx("lose %x", OP_NOP));
	ASSERT_EQ(0, mlx5_call_nop(call, fd));
	ASSERT_TRUE(wait_for(vcx_stat("in_flight") == 1));
}

TEST_F(removal, open_files)
{
	struct remover remover = { .dev = &self->dev, .way = variant->way };
	unsigned int leaked = vcx_stat("uctx_leaked");
	unsigned int destroyed = vcx_count(OP_DESTROY_UCTX);

	ASSERT_EQ(0, job_start(&remover.job, remove_now, &remover));
	end_removal(_metadata, &remover, "with 2 files open");
	check_gone(_metadata, self->fd);
	check_gone(_metadata, self->other);
	/* The backend destroyed each user context by a command, before the reset. */
	EXPECT_EQ(destroyed + 2, vcx_count(OP_DESTROY_UCTX));
	EXPECT_EQ(leaked, vcx_stat("uctx_leaked"));

	check_back(_metadata, &self->dev, variant->way);
	check_gone(_metadata, self->fd);
	EXPECT_EQ(0, EXPECT_QUICK("close of a file from before",
				  close(self->fd)));
	EXPECT_EQ(leaked, vcx_stat("uctx_leaked"));
}

/* Firmware would need ten seconds for the user contexts one after another. */
TEST_F(removal, many_files)
{
	struct remover remover = { .dev = &self->dev, .way = variant->way };
	unsigned int leaked = vcx_stat("uctx_leaked"), i;

	if (variant->way == PCI_REMOVE || variant->way == DEVLINK_RELOAD)
		SKIP(return, "the same as unbind");
	for (i = 2; i < FILES; i++)
		ASSERT_LE(0, mlx5_open(&self->dev, O_RDONLY));
	EXPECT_EQ(FILES, vcx_uids());
	ASSERT_EQ(0, vcx("delay %x %u", OP_DESTROY_UCTX, CLOSE_MS));
	ASSERT_EQ(0, job_start(&remover.job, remove_now, &remover));
	end_removal(_metadata, &remover, "with 100 files open");
	check_gone(_metadata, self->fd);
	EXPECT_EQ(leaked, vcx_stat("uctx_leaked"));
}

/*
 * Removal waits for a command that firmware may still be executing for its caller. All
 * calls and the caller itself return at once.
 */
TEST_F(removal, command_in_flight)
{
	struct remover remover = { .dev = &self->dev, .way = variant->way };
	unsigned int leaked = vcx_stat("uctx_leaked");
	struct mlx5_call call;
	int third;

	third = mlx5_open(&self->dev, O_RDWR);
	ASSERT_LE(0, third);
	lose_nop(_metadata, &call, self->fd);
	ASSERT_EQ(0, job_start(&remover.job, remove_now, &remover));

	EXPECT_TRUE(wait_for(!mlx5_uid(self->other)));
	EXPECT_EQ(ENODEV, EXPECT_QUICK("end of the RPC in flight",
				       call_end(&call.call)));
	EXPECT_EQ(ENODEV, EXPECT_QUICK("RPC during removal",
				       mlx5_nop(self->other)));
	EXPECT_EQ(ENODEV, EXPECT_QUICK("RPC through the busy file",
				       mlx5_nop(self->fd)));
	EXPECT_TRUE(is_gone(EXPECT_QUICK("open during removal",
					 mlx5_try(&self->dev))));
	EXPECT_EQ(0, EXPECT_QUICK("close during removal", close(third)));
	usleep(200000);
	EXPECT_EQ(1, vcx_stat("in_flight"));
	EXPECT_TRUE(vcx_uids());
	EXPECT_FALSE(get(&remover.job.ended));

	ASSERT_EQ(0, vcx("release"));
	end_removal(_metadata, &remover, "after the last command");
	check_gone(_metadata, self->fd);
	EXPECT_EQ(leaked, vcx_stat("uctx_leaked"));
}

/* A device that fails, and mlx5_core's recovery */
FIXTURE(failing) {
	struct mlx5_dev dev;
	int fd;
	int other;
};

FIXTURE_SETUP(failing)
{
	if (cannot_remove())
		SKIP(return, "%s", cannot_remove());
	self->fd = setup_mlx5(_metadata, &self->dev);
	self->other = mlx5_open(&self->dev, O_RDWR);
	ASSERT_LE(0, self->other);
}

FIXTURE_TEARDOWN_PARENT(failing)
{
	if (*self->dev.pci)
		EXPECT_TRUE(put_back(&self->dev));
}

/*
 * mlx5_core's errnos once it has noticed the failure, until removal: ENXIO for a
 * command, ENOLINK for one that open() needs.
 */
static bool is_failing(int err)
{
	return err == ENXIO || err == ENOLINK;
}

/* From failure to removal no call succeeds, and none hangs. */
static void check_failure(struct __test_metadata *_metadata,
			  const struct mlx5_dev *dev, int fd, __u64 start)
{
	int err;

	err = mlx5_nop(fd);
	print_us("first RPC after the failure", now_us() - start);
	EXPECT_TRUE(is_failing(err) || err == ENODEV)
		TH_LOG("the RPC: %d", err);
	err = EXPECT_QUICK("open", mlx5_try(dev));
	EXPECT_TRUE(is_failing(err) || is_gone(err))
		TH_LOG("the open: %d", err);
	EXPECT_TRUE(wait_for((err = mlx5_nop(fd)) == ENODEV || !err));
	EXPECT_EQ(ENODEV, err);
	print_us("until calls return ENODEV", now_us() - start);
	check_gone(_metadata, fd);
}

/*
 * mlx5_core limits how often it recovers a function. Unbinding ends that, so that it
 * recovers the function in the next test.
 */
static void check_recovery(struct __test_metadata *_metadata,
			   struct mlx5_dev *dev, int fd, __u64 start)
{
	EXPECT_TRUE(wait_for(works(dev)));
	print_us("until it works again", now_us() - start);
	check_gone(_metadata, fd);
	EXPECT_EQ(0, unbind_pci(dev));
	EXPECT_EQ(0, bind_pci(dev));
}

/* The call that was in flight while the function failed */
static void check_lost(struct __test_metadata *_metadata, struct mlx5_call *call)
{
	int err = call_end(&call->call);

	EXPECT_TRUE(is_failing(err) || err == ENODEV);
}

/* A function level reset that the driver is not told of; the next call notices it. */
TEST_F(failing, function_level_reset)
{
	struct mlx5_call call;
	__u64 start;

	lose_nop(_metadata, &call, self->fd);
	start = now_us();
	ASSERT_EQ(0, pci_write(&self->dev, "reset"));
	print_us("the reset", now_us() - start);
	check_failure(_metadata, &self->dev, self->other, start);
	check_lost(_metadata, &call);
	check_recovery(_metadata, &self->dev, self->fd, start);
}

/* Firmware requests a reset. It works until the driver notices. */
TEST_F(failing, health_syndrome)
{
	struct mlx5_call call;
	__u64 start;

	lose_nop(_metadata, &call, self->fd);
	start = now_us();
	ASSERT_EQ(0, vcx("health 1"));
	check_lost(_metadata, &call);
	print_us("end of the command in flight", now_us() - start);
	check_failure(_metadata, &self->dev, self->other, start);
	check_recovery(_metadata, &self->dev, self->fd, start);
}

/* Firmware stops answering until the device is replaced. */
TEST_F(failing, dead)
{
	struct mlx5_call call;
	__u64 start;
	int err;

	ASSERT_EQ(0, vcx("dead on"));
	start = now_us();
	ASSERT_EQ(0, mlx5_call_nop(&call, self->fd));
	check_failure(_metadata, &self->dev, self->other, start);
	err = call_end(&call.call);
	EXPECT_TRUE(is_failing(err) || err == ENODEV);
	EXPECT_EQ(0, EXPECT_QUICK("close", close(self->other)));
	start = now_us();
	EXPECT_EQ(0, pci_write(&self->dev, "remove"));
	print_us("PCI remove", now_us() - start);
	ASSERT_EQ(0, vcx("dead off"));
	EXPECT_EQ(0, pci_rescan());
	EXPECT_TRUE(wait_for(works(&self->dev)));
	print_us("until it works again", now_us() - start);
	check_gone(_metadata, self->fd);
}

/*
 * The device is pulled out, which the kernel does not notice: the command in flight
 * times out, and removal waits only for that.
 */
TEST_F(failing, surprise_removal)
{
	struct mlx5_call call;
	struct stopwatch watch;

	ASSERT_EQ(0, vcx("dead pci"));
	ASSERT_EQ(0, mlx5_call_nop(&call, self->fd));
	ASSERT_TRUE(wait_for(call_waits(&call.call)));
	stopwatch_start(&watch);
	EXPECT_EQ(0, pci_write(&self->dev, "remove"));
	EXPECT_GT(GIVE_UP_US + usual_us(PCI_REMOVE) + QUICK_US,
		  stopwatch_end(&watch, "PCI remove"));
	EXPECT_EQ(ENODEV, call_end(&call.call));
	check_gone(_metadata, self->other);
	EXPECT_EQ(0, EXPECT_QUICK("close", close(self->other)));
	ASSERT_EQ(0, vcx("dead off"));
	EXPECT_EQ(0, pci_rescan());
	EXPECT_TRUE(wait_for(works(&self->dev)));
	check_gone(_metadata, self->fd);
}

/* A completion is lost; other calls go on. */
TEST_F(failing, late_completion)
{
	struct mlx5_call call;

	lose_nop(_metadata, &call, self->fd);
	ASSERT_TRUE(wait_for(vcx_stat("lost")));
	EXPECT_EQ(0, EXPECT_QUICK("RPC meanwhile", mlx5_nop(self->fd)));
	EXPECT_EQ(0, EXPECT_QUICK("open, RPC, close meanwhile",
				  mlx5_try(&self->dev)));
	EXPECT_EQ(1, vcx_stat("in_flight"));
	ASSERT_EQ(0, vcx("release"));
	EXPECT_EQ(0, EXPECT_QUICK("end of the command", call_end(&call.call)));
	EXPECT_EQ(0, status_of(call.out));
}

TEST_F(failing, killed_caller)
{
	pid_t pid;

	if (cannot_trace_ioctl())
		SKIP(return, "%s", cannot_trace_ioctl());
	ASSERT_EQ(0, vcx("lose %x", OP_NOP));
	pid = fork_mlx5_nop(self->fd);
	ASSERT_LE(0, pid);
	ASSERT_TRUE(wait_for(vcx_stat("lost")));
	ASSERT_TRUE(wait_for(task_waits_in_ioctl(pid)));
	EXPECT_EQ(EINTR, kill_in_ioctl(pid));
	ASSERT_EQ(0, vcx("release"));
	EXPECT_EQ(0, mlx5_nop(self->fd));
}

/* The completion comes after mlx5_core has given up the command. */
TEST_F(failing, lost_completion)
{
	struct stopwatch watch;
	struct mlx5_call call;

	ASSERT_EQ(0, vcx("lose %x", OP_NOP));
	stopwatch_start(&watch);
	ASSERT_EQ(0, mlx5_call_nop(&call, self->fd));
	EXPECT_EQ(ETIMEDOUT, call_end(&call.call));
	EXPECT_GT(GIVE_UP_US + QUICK_US,
		  stopwatch_end(&watch, "end of the command"));
	EXPECT_EQ(1, vcx_stat("in_flight"));
	EXPECT_EQ(0, mlx5_nop(self->fd));
	ASSERT_EQ(0, vcx("release"));
	EXPECT_EQ(0, vcx_stat("in_flight"));
	EXPECT_EQ(0, mlx5_nop(self->fd));
	/* mlx5_core does not wait for the command that it gave up. */
	stopwatch_start(&watch);
	EXPECT_EQ(0, unbind_pci(&self->dev));
	EXPECT_GT(usual_us(UNBIND) + QUICK_US,
		  stopwatch_end(&watch, "unbind afterwards"));
}

/* close() succeeds although firmware does not destroy the user context. */
TEST_F(failing, kept_user_context)
{
	unsigned int uid = mlx5_uid(self->fd), leaked = vcx_stat("uctx_leaked");
	int kmsg = kmsg_open();
	char text[64];

	ASSERT_EQ(0, vcx("status %x 5 1234 1", OP_DESTROY_UCTX));
	EXPECT_EQ(0, EXPECT_QUICK("close", close(self->fd)));
	snprintf(text, sizeof(text), "cannot destroy user context %u: ", uid);
	EXPECT_TRUE(wait_for(kmsg_find(kmsg, text)));
	EXPECT_TRUE(vcx_has_uid(uid, UCTX_CAP_TOOLS_RESOURCES));
	EXPECT_EQ(0, mlx5_try(&self->dev));
	EXPECT_EQ(0, unbind_pci(&self->dev));
	EXPECT_EQ(leaked + 1, vcx_stat("uctx_leaked"));
}

/* Firmware's capabilities, which mlx5_core reads when it sets up the function */
FIXTURE(offer) {
	struct mlx5_dev dev;
};

FIXTURE_SETUP(offer)
{
	if (cannot_remove())
		SKIP(return, "%s", cannot_remove());
	ASSERT_EQ(0, mlx5_find(&self->dev));
}

static int offer_caps(const struct mlx5_dev *dev, unsigned int caps)
{
	return vcx("uctx-cap %x", caps) ?: unbind_pci(dev) ?: bind_pci(dev);
}

FIXTURE_TEARDOWN_PARENT(offer)
{
	if (!*self->dev.pci)
		return;
	EXPECT_EQ(0, offer_caps(&self->dev, UCTX_CAPS));
	EXPECT_TRUE(put_back(&self->dev));
}

TEST_F(offer, no_tools_resources)
{
	__u8 in[MLX5_HEADER], out[MLX5_HEADER];
	struct fwctl_info_mlx5 info = {};
	__u32 len = sizeof(info), out_len;
	unsigned int count, scope;
	int fd;

	ASSERT_EQ(0, offer_caps(&self->dev, UCTX_CAP_RAW_TX));
	ASSERT_TRUE(wait_for(works(&self->dev)));
	fd = mlx5_open(&self->dev, O_RDWR);
	ASSERT_LE(0, fd);
	test_info(fd, &info, &len);
	EXPECT_NE(0, info.uid);
	EXPECT_EQ(0, info.uctx_caps);
	EXPECT_TRUE(vcx_has_uid(info.uid, 0));

	count = vcx_count(OP_SET_HCA_CAP);
	for (scope = 0; scope < 4; scope++) {
		make_command(in, sizeof(in), OP_SET_HCA_CAP, 0);
		out_len = sizeof(out);
		test_err_rpc(EBADMSG, fd, scope, in, sizeof(in), out, &out_len);
		make_command(in, sizeof(in), OP_QUERY_HCA_CAP, 1);
		out_len = sizeof(out);
		test_rpc(fd, scope, in, sizeof(in), out, &out_len);
		EXPECT_EQ(0, status_of(out));
	}
	EXPECT_EQ(count, vcx_count(OP_SET_HCA_CAP));
}

/* The backend does not attach, and logs no error. */
TEST_F(offer, no_user_contexts)
{
	int kmsg = kmsg_open();
	struct mlx5_dev dev;

	ASSERT_LE(0, kmsg);
	ASSERT_EQ(0, offer_caps(&self->dev, 0));
	EXPECT_TRUE(is_bound(&self->dev));
	usleep(200000);
	EXPECT_EQ(ENOENT, mlx5_find(&dev));
	EXPECT_FALSE(kmsg_find(kmsg, "cannot create an fwctl device"));
	close(kmsg);
}

/* Modules, in unusual orders */
FIXTURE(modules) {
	struct mlx5_dev dev;
	int fd;
};

FIXTURE_SETUP(modules)
{
	if (cannot_remove())
		SKIP(return, "%s", cannot_remove());
	if (!is_module("mlx5_fwctl") || !is_module("mlx5_core"))
		SKIP(return, BUILT_IN);
	self->fd = setup_mlx5(_metadata, &self->dev);
}

FIXTURE_TEARDOWN_PARENT(modules)
{
	if (*self->dev.pci)
		EXPECT_TRUE(put_back(&self->dev));
}

TEST_F(modules, before_the_device)
{
	struct mlx5_dev dev;

	ASSERT_EQ(0, unload_module("mlx5_fwctl"));
	check_gone(_metadata, self->fd);
	ASSERT_EQ(0, unbind_pci(&self->dev));
	ASSERT_EQ(0, load_module("mlx5_fwctl"));
	EXPECT_EQ(ENOENT, mlx5_find(&dev));
	ASSERT_EQ(0, bind_pci(&self->dev));
	EXPECT_TRUE(wait_for(works(&dev)));
	check_gone(_metadata, self->fd);
}

TEST_F(modules, mlx5_core_too)
{
	struct mlx5_dev dev;

	EXPECT_EQ(EWOULDBLOCK, unload_module("mlx5_core"));
	EXPECT_EQ(0, mlx5_nop(self->fd));
	ASSERT_EQ(0, unload_module("mlx5_fwctl"));
	if (unload_module("mlx5_core"))
		SKIP(return, "mlx5_core has other users");
	check_gone(_metadata, self->fd);
	ASSERT_EQ(0, load_mlx5_core());
	EXPECT_TRUE(wait_for(is_bound(&self->dev)));
	EXPECT_EQ(ENOENT, mlx5_find(&dev));
	ASSERT_EQ(0, load_module("mlx5_fwctl"));
	EXPECT_TRUE(wait_for(works(&dev)));
	check_gone(_metadata, self->fd);
}

/* A thread that uses the device, or loads and unloads the module, until @stop */
struct storm {
	pthread_t thread;
	bool *stop;
	int bad;
};

static void *use_thread(void *data)
{
	struct storm *storm = data;
	struct mlx5_dev dev;
	int err;

	while (!get(storm->stop)) {
		err = mlx5_find(&dev) ?: mlx5_try(&dev);
		if (err && !is_gone(err))
			storm->bad = err;
		usleep(1000);
	}
	return NULL;
}

static void *module_thread(void *data)
{
	struct storm *storm = data;
	int err;

	while (!get(storm->stop)) {
		err = unload_module("mlx5_fwctl") ?: load_module("mlx5_fwctl");
		if (err)
			storm->bad = err;
		usleep(20000);
	}
	return NULL;
}

TEST_F(modules, storm)
{
	unsigned int leaked = vcx_stat("uctx_leaked");
	struct storm storms[4] = {};
	bool stop = false;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(storms); i++) {
		storms[i].stop = &stop;
		ASSERT_EQ(0, pthread_create(&storms[i].thread, NULL,
					    i ? use_thread : module_thread,
					    &storms[i]));
	}
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(0, unbind_pci(&self->dev));
		EXPECT_EQ(0, bind_pci(&self->dev));
		usleep(100000);
	}
	set(&stop, true);
	for (i = 0; i < ARRAY_SIZE(storms); i++) {
		pthread_join(storms[i].thread, NULL);
		EXPECT_EQ(0, storms[i].bad);
	}
	check_gone(_metadata, self->fd);
	EXPECT_TRUE(wait_for(works(&self->dev)));
	EXPECT_EQ(leaked, vcx_stat("uctx_leaked"));
	EXPECT_TRUE(wait_for(!vcx_uids()));
}

int main(int argc, char **argv)
{
	idle_us = mmap(NULL, WAYS * sizeof(*idle_us), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (idle_us == MAP_FAILED)
		return KSFT_FAIL;
	return test_harness_run(argc, argv);
}
