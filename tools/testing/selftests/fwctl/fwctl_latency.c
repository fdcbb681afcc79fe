// SPDX-License-Identifier: GPL-2.0-only
/*
 * The duration of operations while firmware works on a command for a minute, and while
 * many callers flood a device. The tests check only that an operation does not wait for
 * other callers' commands; the figures are for readers.
 *
 * They are printed, and appended to the file $FWCTL_REPORT as lines of name, value and
 * $FWCTL_COMMAND.
 */
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>

#include "fwctl_mlx5_utils.h"

#define SAMPLES 20
#define DEVLINKS 5
#define CALLERS 64

/* Far longer than a measured operation, and far shorter than that minute */
#define BOUND_US (6000000 + 4 * QUICK_US)

__printf(2, 3)
static void figure(__u64 us, const char *format, ...)
{
	const char *path = getenv("FWCTL_REPORT"), *command = getenv("FWCTL_COMMAND");
	char name[160];
	FILE *file;
	va_list args;

	va_start(args, format);
	vsnprintf(name, sizeof(name), format, args);
	va_end(args);
	print_us(name, us);
	file = path ? fopen(path, "a") : NULL;
	if (!file)
		return;
	fprintf(file, "%s\t%llu us\t%s\n", name, us, command ?: "fwctl_latency");
	fclose(file);
}

static int compare(const void *a, const void *b)
{
	__u64 x = *(const __u64 *)a, y = *(const __u64 *)b;

	return (x > y) - (x < y);
}

/* The operation that is measured: returns 0 or an errno. */
typedef int (*action_fn)(void *data);

/* Reports median and maximum. Returns the maximum, or ~0 if an operation failed. */
static __u64 measure(const char *situation, const char *what, unsigned int samples,
		     action_fn action, void *data)
{
	__u64 times[SAMPLES], start;
	unsigned int i;

	for (i = 0; i < samples; i++) {
		start = now_us();
		if (action(data))
			return ~0ull;
		times[i] = now_us() - start;
	}
	qsort(times, samples, sizeof(*times), compare);
	figure(times[samples / 2], "%s: %s, median", situation, what);
	figure(times[samples - 1], "%s: %s, longest", situation, what);
	return times[samples - 1];
}

static int open_and_close(void *data)
{
	int fd = open(data, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return errno;
	return close(fd) ? errno : 0;
}

static int sim_nop(void *data)
{
	return _test_nop(*(int *)data, 0);
}

static int any_info(void *data)
{
	__u32 len = 0;

	return _test_info(*(int *)data, NULL, &len);
}

/* Measures calls on @fd, and opening and closing of @node. */
static void measure_files(struct __test_metadata *_metadata, const char *situation,
			  action_fn call, int fd, char *node)
{
	EXPECT_GT(BOUND_US, measure(situation, "a call", SAMPLES, call, &fd));
	EXPECT_GT(BOUND_US, measure(situation, "INFO", SAMPLES, any_info, &fd));
	EXPECT_GT(BOUND_US, measure(situation, "open and close", SAMPLES, open_and_close,
				    node));
}

static void end_process(struct __test_metadata *_metadata, pid_t pid,
			const char *situation)
{
	__u64 start = now_us(), us;

	EXPECT_TRUE(kill_and_wait(pid));
	us = now_us() - start;
	figure(us, "%s: end of a process that is killed inside it", situation);
	EXPECT_GT(BOUND_US, us);
}

/* The simulated device: a backend whose abort op ends commands */

FIXTURE(sim) {
	struct sim sim;
	int fd;
	int other;
};

FIXTURE_SETUP(sim)
{
	self->fd = setup_sim(_metadata, &self->sim, "", O_RDWR);
	if (self->fd < 0)
		return;
	self->other = sim_open(&self->sim, O_RDWR);
	ASSERT_LE(0, self->other);
}

FIXTURE_TEARDOWN_PARENT(sim)
{
	sim_del(&self->sim);
}

TEST_F(sim, command_of_a_minute)
{
	static const char situation[] = "fwctl_sim, during a command of 60 s";
	__u64 start, us, idle;
	pid_t pid;

	measure_files(_metadata, "fwctl_sim, idle", sim_nop, self->other, self->sim.node);
	start = now_us();
	ASSERT_EQ(0, sim_unbind(&self->sim));
	idle = now_us() - start;
	figure(idle, "fwctl_sim, idle: removal");
	ASSERT_EQ(0, sim_bind(&self->sim));
	close(self->fd);
	close(self->other);
	self->fd = sim_open(&self->sim, O_RDWR);
	self->other = sim_open(&self->sim, O_RDWR);

	pid = hold_slot(&self->sim, self->fd);
	ASSERT_LT(0, pid);
	measure_files(_metadata, situation, sim_nop, self->other, self->sim.node);
	end_process(_metadata, pid, situation);

	pid = hold_slot(&self->sim, self->fd);
	ASSERT_LT(0, pid);
	start = now_us();
	EXPECT_EQ(0, sim_unbind(&self->sim));
	us = now_us() - start;
	figure(us, "%s: removal", situation);
	EXPECT_GT(BOUND_US, us);
	EXPECT_EQ(ENODEV, exit_status(pid));
}

/* The virtual ConnectX: a command that firmware does not answer until "release" */

FIXTURE(mlx5) {
	struct mlx5_dev dev;
	int fd;
	int other;
	unsigned int max_rpcs;
	bool removed;
};

FIXTURE_SETUP(mlx5)
{
	if (vcx_missing())
		SKIP(return, "%s", vcx_missing());
	self->fd = setup_mlx5(_metadata, &self->dev);
	self->other = mlx5_open(&self->dev, O_RDWR);
	ASSERT_LE(0, self->other);
	self->max_rpcs = param_get("max_rpcs");
}

FIXTURE_TEARDOWN_PARENT(mlx5)
{
	if (!self->max_rpcs)
		return;
	vcx("clear");
	vcx("release");
	param_set("max_rpcs", self->max_rpcs);
	load_module("mlx5_fwctl");
	EXPECT_TRUE(wait_for(works(&self->dev)));
}

static int firmware_nop(void *data)
{
	return mlx5_nop(*(int *)data);
}

static pid_t begin_endless(int fd)
{
	unsigned int before = vcx_count(OP_NOP);
	pid_t pid;

	if (vcx("lose %x 1", OP_NOP))
		return -1;
	pid = fork_mlx5_nop(fd);
	return wait_for(vcx_count(OP_NOP) == before + 1) ? pid : -1;
}

static int remove_backend(__always_unused void *data)
{
	return unload_module("mlx5_fwctl");
}

TEST_F(mlx5, command_without_answer)
{
	static const char situation[] = "mlx5, during a command that firmware does not answer";
	struct job removal;
	__u64 start, answered;
	pid_t pid;

	measure_files(_metadata, "mlx5, idle", firmware_nop, self->other, self->dev.node);
	pid = begin_endless(self->fd);
	ASSERT_LT(0, pid);
	measure_files(_metadata, situation, firmware_nop, self->other, self->dev.node);
	end_process(_metadata, pid, situation);
	ASSERT_EQ(0, vcx("release"));

	if (!is_module("mlx5_fwctl"))
		return;
	pid = begin_endless(self->fd);
	ASSERT_LT(0, pid);
	start = now_us();
	ASSERT_EQ(0, job_start(&removal, remove_backend, NULL));
	EXPECT_EQ(ENODEV, exit_status(pid));
	figure(now_us() - start, "%s: from removal to ENODEV for its caller", situation);
	EXPECT_GT(BOUND_US, now_us() - start);
	/* Removal keeps the memory for the answer until firmware has answered. */
	ASSERT_TRUE(wait_for(access(self->dev.node, F_OK)));
	answered = now_us();
	ASSERT_EQ(0, vcx("release"));
	EXPECT_EQ(0, job_end(&removal));
	figure(removal.end - answered, "%s: from its answer to the end of removal",
	       situation);
	EXPECT_GT(BOUND_US, removal.end - answered);
}

/* The kernel's own commands */

/* An ethtool request for which mlx5_core sends commands to firmware */
static int link_settings(void *data)
{
	struct {
		struct ethtool_link_settings settings;
		__u32 masks[3 * 127];
	} query = { .settings.cmd = ETHTOOL_GLINKSETTINGS };
	struct ifreq request = { .ifr_data = (void *)&query };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), err;

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", (char *)data);
	err = ioctl(fd, SIOCETHTOOL, &request) ? errno : 0;
	if (!err) {
		/* The kernel answers the first request with the number of words. */
		query.settings.link_mode_masks_nwords =
			-query.settings.link_mode_masks_nwords;
		err = ioctl(fd, SIOCETHTOOL, &request) ? errno : 0;
	}
	close(fd);
	return err;
}

static int run_command(void *data)
{
	return run_shell("%s", (char *)data) ? EIO : 0;
}

static bool find_netdev(const struct mlx5_dev *dev, char *name, size_t size)
{
	struct dirent *entry;
	char path[64];
	DIR *dir;

	*name = 0;
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/net", dev->pci);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			snprintf(name, size, "%.15s", entry->d_name);
	if (dir)
		closedir(dir);
	return *name;
}

struct caller {
	pthread_t thread;
	const struct mlx5_dev *dev;
	bool *stop;
	unsigned int calls;
	int err;
};

static void *flood(void *data)
{
	struct caller *caller = data;
	int fd = mlx5_open(caller->dev, O_RDWR);

	if (fd < 0)
		caller->err = errno;
	while (!caller->err && !__atomic_load_n(caller->stop, __ATOMIC_RELAXED)) {
		caller->err = mlx5_nop(fd);
		caller->calls++;
	}
	close(fd);
	return NULL;
}

static void measure_kernel(struct __test_metadata *_metadata, const char *situation,
			   const struct mlx5_dev *dev)
{
	char netdev[IFNAMSIZ], command[96];

	/* An Infiniband port has no network device. */
	if (find_netdev(dev, netdev, sizeof(netdev)))
		EXPECT_GT(BOUND_US, measure(situation, "ethtool link settings", SAMPLES,
					    link_settings, netdev));
	snprintf(command, sizeof(command), "devlink dev info pci/%s > /dev/null", dev->pci);
	EXPECT_GT(BOUND_US, measure(situation, "devlink dev info", DEVLINKS, run_command,
				    command));
}

static void measure_flooded(struct __test_metadata *_metadata, const struct mlx5_dev *dev,
			    unsigned int max_rpcs, unsigned int ms)
{
	static struct caller callers[CALLERS];
	unsigned int i, calls = 0;
	char situation[96];
	bool stop = false;

	snprintf(situation, sizeof(situation),
		 "mlx5, %u callers, %u at a time, commands of %u ms", CALLERS, max_rpcs, ms);
	ASSERT_EQ(0, param_set("max_rpcs", max_rpcs));
	ASSERT_EQ(0, vcx("delay %x %u", OP_NOP, ms));
	for (i = 0; i < CALLERS; i++) {
		callers[i] = (struct caller){ .dev = dev, .stop = &stop };
		ASSERT_EQ(0, pthread_create(&callers[i].thread, NULL, flood, &callers[i]));
	}
	EXPECT_TRUE(wait_for(vcx_uids() >= CALLERS));
	measure_kernel(_metadata, situation, dev);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < CALLERS; i++) {
		pthread_join(callers[i].thread, NULL);
		EXPECT_EQ(0, callers[i].err);
		calls += callers[i].calls;
	}
	EXPECT_LE(CALLERS, calls);
	TH_LOG("%s: %u calls", situation, calls);
}

/* With the limit max_rpcs, and with a limit that admits all callers at a time */
TEST_F(mlx5, the_kernels_own_commands)
{
	unsigned int commands = vcx_count(OP_ACCESS_REG);

	measure_kernel(_metadata, "mlx5, no callers", &self->dev);
	/* The kernel's commands reached firmware. */
	EXPECT_LE(commands + DEVLINKS, vcx_count(OP_ACCESS_REG));
	measure_flooded(_metadata, &self->dev, self->max_rpcs, 0);
	measure_flooded(_metadata, &self->dev, CALLERS, 0);
	measure_flooded(_metadata, &self->dev, self->max_rpcs, 20);
	measure_flooded(_metadata, &self->dev, CALLERS, 20);
}

TEST_HARNESS_MAIN
