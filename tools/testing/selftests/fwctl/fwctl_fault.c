// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sweeps in which every allocation and every copy from and to user space fails once. An
 * operation that fails has changed nothing, or has completed, and later operations
 * work.
 *
 * For kernels with FAULT_INJECTION, FAILSLAB, FAIL_PAGE_ALLOC and
 * FAULT_INJECTION_USERCOPY. kmemleak finds memory that is lost.
 */
#include "fwctl_ceiling_utils.h"
#include "fwctl_mlx5_utils.h"
#include "fwctl_netlink_utils.h"
#include "fwctl_sweep_utils.h"

/*
 * The kernel copies short, aligned data word by word, without fault injection. A command
 * and its data are therefore at a misaligned address, one after the other.
 */
#define MISALIGNED 4
#define ROOM 4096

FIXTURE(fault) {
	struct sim sim;
	int fd;
	__u8 *buffer;
};

FIXTURE_SETUP(fault)
{
	if (cannot_inject())
		SKIP(return, "%s", cannot_inject());
	self->fd = setup_sim_once(_metadata, &self->sim, "", O_RDWR);
	if (self->fd < 0)
		return;
	self->buffer = mmap(NULL, FWCTL_MAX_RPC_LEN + ROOM, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->buffer);
	/* Without page faults, whose allocations are not part of the test */
	ASSERT_EQ(0, mlockall(MCL_CURRENT | MCL_FUTURE));
}

FIXTURE_TEARDOWN(fault)
{
	if (!self->buffer)
		return;
	close(self->fd);
	sim_del(&self->sim);
}

static int open_sim(const struct sim *sim, int *fd)
{
	*fd = sim_open(sim, O_RDWR);
	return *fd < 0 ? errno : 0;
}

static void close_sim(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* There is no sweep of close(): it has no step that can fail. */
TEST_F_TIMEOUT(fault, open, 1800)
{
	int fd = -1;

	for_each_fault("open", open_sim(&self->sim, &fd), ENOMEM)
		close_sim(&fd);
	EXPECT_EQ(sim_count(&self->sim, "opens"),
		  sim_count(&self->sim, "closes") + 1);
	EXPECT_EQ(1, sim_count(&self->sim, "uctxs_now"));
}

static int info(int fd, __u8 *buffer)
{
	struct fwctl_info cmd = info_cmd(buffer + sizeof(cmd) + MISALIGNED, 64);

	memcpy(buffer + MISALIGNED, &cmd, sizeof(cmd));
	return _test_ioctl(fd, FWCTL_INFO, buffer + MISALIGNED);
}

TEST_F_TIMEOUT(fault, info, 1800)
{
	for_each_fault("info", info(self->fd, self->buffer), ENOMEM, EFAULT)
		;
}

/*
 * An RPC of @len bytes. The command is longer by @more bytes, as that of a later
 * version of the ABI.
 */
static int rpc_sim(int fd, __u8 *buffer, __u32 len, __u32 more)
{
	struct fwctl_sim_request in = { .opcode = FWCTL_SIM_ECHO };
	__u8 *data = buffer + sizeof(struct fwctl_rpc) + more + MISALIGNED;
	struct fwctl_rpc cmd = rpc_cmd(FWCTL_RPC_CONFIGURATION, data, len, data, len);

	cmd.size += more;
	memcpy(buffer + MISALIGNED, &cmd, sizeof(cmd));
	memset(buffer + MISALIGNED + sizeof(cmd), 0, more);
	memcpy(data, &in, sizeof(in));
	return _test_ioctl(fd, FWCTL_RPC, buffer + MISALIGNED);
}

TEST_F_TIMEOUT(fault, rpc, 1800)
{
	static const unsigned int lens[] = { 16, 4096, 65536, FWCTL_MAX_RPC_LEN };
	unsigned int i, separate;
	char what[64];
	int fd;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		for (separate = 0; separate < 2; separate++) {
			ASSERT_EQ(0, sim_set(&self->sim, "rpc_separate", separate));
			snprintf(what, sizeof(what), "rpc of %u bytes, %s", lens[i],
				 separate ? "a separate answer" : "in place");
			/* A new file for each, which has no buffer yet */
			ASSERT_EQ(0, open_sim(&self->sim, &fd));
			for_each_fault(what, rpc_sim(fd, self->buffer, lens[i], 0), EFAULT,
				       lens[i] <= 4096 ? ENOMEM : 0) {
				close_sim(&fd);
				ASSERT_EQ(0, open_sim(&self->sim, &fd));
			}
			close(fd);
		}
	}
	ASSERT_EQ(0, sim_set(&self->sim, "rpc_separate", 0));
	/* The file keeps a buffer, which later calls use. */
	ASSERT_EQ(0, rpc_sim(self->fd, self->buffer, 16, 0));
	for_each_fault("rpc of a later version", rpc_sim(self->fd, self->buffer, 16, 8),
		       EFAULT)
		EXPECT_NE(ENOMEM, sweep.err);
	EXPECT_EQ(0, sim_count(&self->sim, "rpcs_now"));
	EXPECT_EQ(1, sim_count(&self->sim, "uctxs_now"));
}

/* A call with two buffers of @len bytes, one to the device and one from it */
static int rpc_buffers(int fd, __u8 *buffer, __u32 len)
{
	struct fwctl_sim_request request = { .opcode = FWCTL_SIM_BUFFERS, .arg = 2 };
	__u8 in[sizeof(request) + 2 * sizeof(struct fwctl_sim_buffer)];
	struct fwctl_sim_buffer buffers[] = {
		{ (uintptr_t)buffer, len, FWCTL_SIM_TO_DEVICE },
		{ (uintptr_t)buffer + len, len, FWCTL_SIM_FROM_DEVICE },
	};
	struct fwctl_rpc cmd = rpc_cmd(FWCTL_RPC_CONFIGURATION, in, sizeof(in), NULL, 0);

	memcpy(in, &request, sizeof(request));
	memcpy(in + sizeof(request), buffers, sizeof(buffers));
	return _test_ioctl(fd, FWCTL_RPC, &cmd);
}

TEST_F_TIMEOUT(fault, nested, 1800)
{
	static const unsigned int lens[] = { 8, 4096, 65536, FWCTL_MAX_RPC_LEN / 2 };
	struct sim sim;
	unsigned int i;
	char what[64];
	int fd;

	ASSERT_EQ(0, sim_new_once(&sim, "nested"));
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		snprintf(what, sizeof(what), "rpc with nested buffers of %u bytes", lens[i]);
		ASSERT_EQ(0, open_sim(&sim, &fd));
		for_each_fault(what, rpc_buffers(fd, self->buffer, lens[i]), EFAULT,
			       lens[i] <= 4096 ? ENOMEM : 0) {
			close_sim(&fd);
			ASSERT_EQ(0, open_sim(&sim, &fd));
		}
		close(fd);
	}
	EXPECT_EQ(0, sim_count(&sim, "rpcs_now"));
	EXPECT_EQ(0, sim_count(&sim, "uctxs_now"));
	EXPECT_EQ(0, sim_del(&sim));
}

/* A device is made completely or not at all. */
TEST_F_TIMEOUT(fault, new_device, 1800)
{
	struct sim sim = { .id = self->sim.id + 1 };

	/* A device remains on the bus if the probe of its driver fails. */
	for_each_fault("new device", sim_write_bus("new_device", sim.id, ""), ENOMEM)
		EXPECT_EQ(!sweep.err, !sim_del(&sim));
}

TEST_F_TIMEOUT(fault, unbind_and_bind, 1800)
{
	int fd = sim_open(&self->sim, O_RDWR);
	struct sim found = self->sim;

	ASSERT_LE(0, fd);
	for_each_fault("unbind", sim_unbind(&self->sim)) {
		EXPECT_EQ(!sweep.err, !!sim_find(&found));
		if (!sweep.err)
			EXPECT_EQ(0, sim_bind(&self->sim));
	}
	test_err_nop(ENODEV, fd, FWCTL_RPC_CONFIGURATION);
	close(fd);

	ASSERT_EQ(0, sim_unbind(&self->sim));
	for_each_fault("bind", sim_write_driver(&self->sim, "bind"), ENOMEM) {
		EXPECT_EQ(!sweep.err, !sim_find(&found));
		if (!sweep.err)
			EXPECT_EQ(0, sim_unbind(&self->sim));
	}
	ASSERT_EQ(0, sim_bind(&self->sim));
	fd = sim_open(&self->sim, O_RDWR);
	ASSERT_LE(0, fd);
	test_nop(fd, FWCTL_RPC_CONFIGURATION);
	close(fd);
}

/**
 * struct early - a thread that opens a device as soon as its number has one
 * @node: a node that stays; the kernel's own one comes after the device
 * @fd: the file that was opened last and not yet taken, or -1
 * @stop: tells the thread to end
 */
struct early {
	char node[32];
	int fd;
	bool stop;
};

static void *open_early(void *data)
{
	struct early *early = data;
	int fd;

	while (!get(&early->stop)) {
		fd = get(&early->fd) < 0 ? open(early->node, O_RDWR | O_CLOEXEC) : -1;
		if (fd >= 0)
			set(&early->fd, fd);
	}
	return NULL;
}

/* A device whose registration fails takes no requests from files that are open by then. */
TEST_F_TIMEOUT(fault, opened_before_bind_fails, 1800)
{
	struct early early = { .node = "/dev/fwctl-early", .fd = -1 };
	unsigned int opened = 0;
	pthread_t thread;
	struct stat st;
	int fd;

	close(self->fd);
	ASSERT_EQ(0, stat(self->sim.node, &st));
	ASSERT_EQ(0, mknod(early.node, S_IFCHR | 0600, st.st_rdev));
	ASSERT_EQ(0, sim_unbind(&self->sim));
	ASSERT_EQ(0, pthread_create(&thread, NULL, open_early, &early));
	for_each_fault("bind with an early open", sim_write_driver(&self->sim, "bind"), ENOMEM) {
		fd = get(&early.fd);
		if (fd >= 0 && sweep.err) {
			test_err_nop(ENODEV, fd, FWCTL_RPC_CONFIGURATION);
			opened++;
		}
		if (!sweep.err)
			EXPECT_EQ(0, sim_unbind(&self->sim));
		if (fd >= 0) {
			close(fd);
			set(&early.fd, -1);
		}
	}
	set(&early.stop, true);
	pthread_join(thread, NULL);
	unlink(early.node);
	close(early.fd);
	EXPECT_EQ(0, sim_bind(&self->sim));
	EXPECT_EQ(0, sim_count(&self->sim, "uctxs_now"));
	fprintf(stderr, "# %u files were open when bind failed\n", opened);
	if (!opened)
		SKIP(return, "no file was opened in time");
}

/* A ceiling can be lowered four times at most: each fault has a new device. */
TEST_F_TIMEOUT(fault, ceiling, 1800)
{
	struct sim sim;

	ASSERT_EQ(0, sim_new_once(&sim, ""));
	for_each_fault("ceiling by sysfs", sim_lower(&sim, "debug-write"), ENOMEM) {
		EXPECT_EQ(sweep.err ? FWCTL_CEILING_DEBUG_WRITE_FULL :
				  FWCTL_CEILING_DEBUG_WRITE, sim_ceiling(&sim));
		sim_del(&sim);
		ASSERT_EQ(0, sim_new_once(&sim, ""));
	}
	sim_del(&sim);
}

/* With a timeout, for answers that are lost */
static int nl_open(struct fnl *nl)
{
	struct timeval time = { .tv_sec = 2 };
	int err = fnl_open(nl);

	return err ?: setsockopt(nl_socket_get_fd(nl->sock), SOL_SOCKET,
				 SO_RCVTIMEO, &time, sizeof(time)) ? EIO : 0;
}

/* A request or its answer may be lost. */
static bool netlink_may_be(int err)
{
	return err == ENOBUFS || err == EIO || err == EAGAIN || nth_may_be(err);
}

static const struct sweep_kind netlink_kind = {
	.arm = nth_arm,
	.disarm = nth_disarm,
	.may_be = netlink_may_be,
	.passes = 3,
};

static int nl_join(struct fnl *nl, int group)
{
	return setsockopt(nl_socket_get_fd(nl->sock), SOL_NETLINK,
			  NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) ?
	       errno : 0;
}

TEST_F_TIMEOUT(fault, netlink, 1800)
{
	struct sim sim = self->sim;
	struct fnl nl;
	int group;

	ASSERT_EQ(0, nl_open(&nl));
	group = genl_ctrl_resolve_grp(nl.sock, FWCTL_FAMILY_NAME, "audit");
	ASSERT_LE(0, group);
	for_each_in_sweep(netlink_kind, "netlink dev-get", fnl_dev_get(&nl, sim.number)) {
		fnl_close(&nl);
		ASSERT_EQ(0, nl_open(&nl));
	}
	for_each_in_sweep(netlink_kind, "netlink dump", fnl_dev_dump(&nl)) {
		fnl_close(&nl);
		ASSERT_EQ(0, nl_open(&nl));
	}
	for_each_in_sweep(netlink_kind, "netlink subscribe", nl_join(&nl, group)) {
		fnl_close(&nl);
		ASSERT_EQ(0, nl_open(&nl));
	}

	ASSERT_EQ(0, sim_new_once(&sim, ""));
	for_each_in_sweep(netlink_kind, "netlink dev-set",
			  fnl_dev_set(&nl, sim.number, FWCTL_CEILING_DEBUG_WRITE)) {
		/* The answer may be lost after the ceiling was set. */
		if (!sweep.err)
			EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE, sim_ceiling(&sim));
		fnl_close(&nl);
		ASSERT_EQ(0, nl_open(&nl));
		sim_del(&sim);
		ASSERT_EQ(0, sim_new_once(&sim, ""));
	}
	sim_del(&sim);
	fnl_close(&nl);
}

/* With a listener: an event that cannot be sent is lost, and the RPC succeeds. */
TEST_F_TIMEOUT(fault, audit, 1800)
{
	struct fnl nl;

	ASSERT_EQ(0, fnl_listen(&nl, "audit"));
	for_each_fault("rpc with a listener",
		       rpc_sim(self->fd, self->buffer, 16, 0))
		fnl_receive(&nl, 0, 0);
	fnl_close(&nl);
}

FIXTURE(mlx5_fault) {
	struct mlx5_dev dev;
};

FIXTURE_SETUP(mlx5_fault)
{
	if (vcx_missing())
		SKIP(return, "%s", vcx_missing());
	if (cannot_inject())
		SKIP(return, "%s", cannot_inject());
	ASSERT_EQ(0, mlx5_find(&self->dev));
	ASSERT_EQ(0, mlockall(MCL_CURRENT | MCL_FUTURE));
}

FIXTURE_TEARDOWN(mlx5_fault)
{
	if (!*self->dev.pci)
		return;
	EXPECT_EQ(0, mlx5_try(&self->dev));
	/* Firmware has no user contexts of files that are closed. */
	EXPECT_TRUE(wait_for(!vcx_uids()));
}

static int open_mlx5(const struct mlx5_dev *dev, int *fd)
{
	*fd = mlx5_open(dev, O_RDWR);
	return *fd < 0 ? errno : 0;
}

TEST_F_TIMEOUT(mlx5_fault, calls, 1800)
{
	__u8 buffer[256];
	int fd = -1;

	for_each_fault("mlx5 open", open_mlx5(&self->dev, &fd), ENOMEM)
		close_sim(&fd);
	ASSERT_EQ(0, open_mlx5(&self->dev, &fd));
	for_each_fault("mlx5 rpc", mlx5_nop(fd)) {
		close_sim(&fd);
		ASSERT_EQ(0, open_mlx5(&self->dev, &fd));
	}
	for_each_fault("mlx5 info", info(fd, buffer), ENOMEM, EFAULT)
		;
	close(fd);
}

/*
 * Workers of mlx5_core execute commands. Faults in them are random: at most one for each
 * command.
 */
static const char * const chances[] = { "failslab", "fail_page_alloc" };

static void chance_arm(__always_unused struct sweep *sweep)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(chances); i++)
		if (write_file("1", DEBUGFS "%s/times", chances[i]) ||
		    write_file("25", DEBUGFS "%s/probability", chances[i]))
			abort();
}

static bool chance_disarm(__always_unused struct sweep *sweep)
{
	char left[16];
	bool hit = false;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(chances); i++) {
		if (write_file("0", DEBUGFS "%s/probability", chances[i]) ||
		    read_file(left, sizeof(left), DEBUGFS "%s/times", chances[i]))
			abort();
		hit |= !atoi(left);
	}
	return hit;
}

static const struct sweep_kind chance_kind = {
	.arm = chance_arm,
	.disarm = chance_disarm,
	.may_be = nth_may_be,
	.passes = 20,
};

TEST_F_TIMEOUT(mlx5_fault, commands, 1800)
{
	int fd = -1;

	if (faults_below("cmd_work", NULL))
		SKIP(return, "%s", faults_below("cmd_work", NULL));
	for_each_in_sweep(chance_kind, "mlx5 open, its command",
			  open_mlx5(&self->dev, &fd), ENOMEM)
		close_sim(&fd);
	ASSERT_EQ(0, open_mlx5(&self->dev, &fd));
	for_each_in_sweep(chance_kind, "mlx5 rpc, its command", mlx5_nop(fd), ENOMEM)
		;
	close(fd);
	EXPECT_EQ(NULL, faults_below(NULL, NULL));
}

TEST_F_TIMEOUT(mlx5_fault, attach_and_detach, 1800)
{
	struct mlx5_dev dev;
	const char *why;

	if (!is_module("mlx5_fwctl"))
		SKIP(return, BUILT_IN);
	for_each_fault("mlx5 detach", unload_module("mlx5_fwctl")) {
		if (!sweep.err)
			ASSERT_EQ(0, load_module("mlx5_fwctl"));
		ASSERT_TRUE(wait_for(!mlx5_find(&dev)))
			TH_LOG("none after fault %u, %s", sweep.nth,
			       strerror(sweep.err));
	}
	why = cannot_inject_load() ?: faults_below(MODULE_INIT, NULL);
	if (why)
		SKIP(return, "%s", why);
	ASSERT_EQ(0, unload_module("mlx5_fwctl"));
	/* The module stays loaded if it cannot attach to a device. */
	for_each_load("mlx5 attach", load_module("mlx5_fwctl")) {
		if (!sweep.err)
			ASSERT_EQ(0, unload_module("mlx5_fwctl"));
	}
	EXPECT_EQ(NULL, faults_below(NULL, NULL));
	ASSERT_EQ(0, load_module("mlx5_fwctl"));
	ASSERT_TRUE(wait_for(!mlx5_find(&self->dev)));
}

TEST_HARNESS_MAIN
