// SPDX-License-Identifier: GPL-2.0-only
/*
 * All operations at the same time: worker processes open, call, close, fork, send files
 * to each other and are killed, while helper processes remove devices and bring them
 * back, lower ceilings, change limits, listen to events, and suspend the system. Taints
 * the kernel and lowers ceilings.
 *
 *	fwctl_stress [--seed N] [--seconds N] [--workers N]
 *
 * The seed determines the operations of each process, but not how they interleave. Each
 * round has new simulated devices. In every other round devices are removed and come
 * back; in the others they stay, so that counters must add up exactly. In two rounds of
 * four the system sleeps. A virtual ConnectX takes part if there is one.
 */
#include <getopt.h>
#include <sys/prctl.h>

#include "fwctl_mlx5_bus_utils.h"
#include "fwctl_sleep_utils.h"
#include "fwctl_stress_utils.h"

#define FILES 12
#define ROUND_MS 3500
/* Rounds differ in removals, suspends and the unloading of fwctl_sim: one of each kind */
#define KINDS_OF_ROUNDS 4
#define NR_PARTS 11

/* Streams of random numbers; the lower ones are those of workers, in their order. */
#define STREAM_KILLS 1000000
#define STREAM_HELPERS 2000000

static int pool[2];
static unsigned int seed = 1, round_nr, workers = 12;
static bool may_sleep, may_unload;

/* Files */

static bool all_stay(void)
{
	unsigned int i;

	for (i = 0; i < NR_DEVS; i++)
		if (get(&shared->devs[i].going))
			return false;
	return true;
}

static bool identify(struct file *file)
{
	struct fwctl_info_sim data = {};
	struct fwctl_info cmd = info_cmd(&data, sizeof(data));
	unsigned int i;
	int err;

	err = _test_ioctl(file->fd, FWCTL_INFO, &cmd);
	if (err) {
		if (err != ENODEV || all_stay())
			violate(ERRORS, "INFO of a new file: %d", err);
		return false;
	}
	if (cmd.out_device_type == FWCTL_DEVICE_TYPE_MLX5) {
		file->dev = MLX5;
		file->uctx = data.id;
		return shared->devs[MLX5].there;
	}
	for (i = 0; i < NR_SIMS; i++) {
		file->dev = i;
		file->uctx = data.uctx;
		if (shared->devs[i].sim.id == data.id)
			return data.uctx < NR_RECORDS;
	}
	violate(OWN_DEVICE, "a file of device %u, which does not exist", data.id);
	return false;
}

/* The node may belong to another device by now: INFO on the file says which one it is. */
static bool open_any(struct file *file)
{
	static const int flags[] = { O_RDWR, O_RDWR, O_RDONLY, O_RDWR | O_NONBLOCK };
	struct dev *dev = &shared->devs[pick(NR_DEVS)];
	char node[32];
	int err, floor = get(&dev->floor);

	if (!dev->there)
		return false;
	file->flags = flags[pick(ARRAY_SIZE(flags))];
	snprintf(node, sizeof(node), "/dev/fwctl/fwctl%d", get(&dev->number));
	file->before = now_us();
	file->fd = open(node, file->flags | O_CLOEXEC);
	file->after = now_us();
	count(&shared->opens);
	if (file->fd >= 0) {
		if (!identify(file)) {
			close(file->fd);
			return false;
		}
		if (dev == &shared->devs[file->dev] && !floor)
			violate(CEILING, "%s opened below the ceiling none", node);
		return true;
	}
	err = errno;
	if (err == EACCES ? get(&dev->asked) :
	    err == ENOENT || err == ENXIO || err == ENODEV ? !get(&dev->going) :
	    err == EAGAIN ? !(file->flags & O_NONBLOCK) : err != EBUSY)
		violate(ERRORS, "open of %s: %d", node, err);
	return false;
}

/* Calls */

static const struct request requests[] = {
	{ 0, FWCTL_SIM_NOP, 0, 0, false },
	{ 0, FWCTL_SIM_ECHO, 0, 0, false },
	{ 0, FWCTL_SIM_READ, 0, 0, false },
	{ 0, FWCTL_SIM_WRITE, 1, 0, true },
	{ 0, FWCTL_SIM_READ, 20, 1, false },
	{ 1, FWCTL_SIM_READ, 20, 1, false },
	{ 2, FWCTL_SIM_WRITE, 20, 2, true },
	{ 2, FWCTL_SIM_WRITE, 60, 3, true },
	{ 3, FWCTL_SIM_ECHO, 0, 0, false },
	{ 3, FWCTL_SIM_WRITE, 60, 3, true },
};

static void call_sim_device(struct slot *slot, const struct file *file)
{
	static __u8 in[70000], out[70000];
	static const __u32 lengths[] = { 16, 32, 300, 5000, sizeof(in) };
	const struct request *req = &requests[pick(ARRAY_SIZE(requests))];
	struct fwctl_sim_request *sim_in = (void *)in;
	struct dev *dev = &shared->devs[file->dev];
	struct record *record = record_of(file);
	int floor = get(&dev->floor), err;
	__u64 gone = get(&dev->gone);
	__u32 in_len = sizeof(*sim_in), out_len = sizeof(out);

	if (req->opcode == FWCTL_SIM_ECHO) {
		in_len = lengths[pick(ARRAY_SIZE(lengths))];
		memset(in, pick(256), in_len);
	}
	*sim_in = (struct fwctl_sim_request){
		.opcode = req->opcode,
		.arg = req->reg,
		.value = pick(1000),
	};
	set(&slot->record, record);
	err = _test_rpc(file->fd, req->declared, in, in_len, out, &out_len);
	if (record && !err)
		count(&record->delivered[req->effective]);
	else if (record && (err == EBADMSG || err == EACCES))
		count(&record->refused);
	set(&slot->record, NULL);

	judge(req, file, err, gone, floor);
	if (!err)
		check_answer(req, file, sim_in, in_len, out, out_len);
}

static void call_mlx5_device(const struct file *file)
{
	static const struct request nop = { 1, OP_NOP, 0, 1, false };
	struct dev *dev = &shared->devs[file->dev];
	__u64 gone = get(&dev->gone);
	int err = mlx5_nop(file->fd);

	judge(&nop, file, err, gone, get(&dev->floor));
}

static void call_device(struct slot *slot, const struct file *file)
{
	count(&shared->calls);
	if (file->dev == MLX5)
		call_mlx5_device(file);
	else
		call_sim_device(slot, file);
}

static void check_info(const struct file *file)
{
	struct dev *dev = &shared->devs[file->dev];
	struct fwctl_info_sim data = {};
	__u32 len = sizeof(data);
	__u64 gone = get(&dev->gone);
	int err = _test_info(file->fd, &data, &len);

	if (err && (err != ENODEV || get(&dev->going) < file->before))
		violate(ERRORS, "INFO: %d", err);
	if (!err && file->after <= gone)
		violate(REMOVED, "INFO of device %u", file->dev);
	if (err || file->dev == MLX5 ? !err && data.id != file->uctx :
	    data.id != dev->sim.id || data.uctx != file->uctx)
		violate(OWN_DEVICE, "context %u of device %u was %u", data.uctx,
			data.id, file->uctx);
}

/* Files in messages */

static void send_file(struct file *files, unsigned int *nr)
{
	struct file *file = &files[pick(*nr)];

	if (send_fd(pool[0], file->fd, file, sizeof(*file)))
		return;
	count(&shared->passed);
	if (pick(2)) {
		close(file->fd);
		*file = files[--*nr];
	}
}

static bool receive_file(struct file *file)
{
	int fd = receive_fd(pool[1], file, sizeof(*file));

	file->fd = fd;
	return fd >= 0;
}

/* Workers: processes that make calls */

static void work(struct slot *slot, struct file *files, unsigned int nr,
		 unsigned int steps);

static struct slot *slot_take(void)
{
	unsigned int i;

	for (i = 0; i < NR_SLOTS; i++) {
		pid_t none = 0;

		if (__atomic_compare_exchange_n(&shared->slots[i].pid, &none, -1,
						false, __ATOMIC_SEQ_CST,
						__ATOMIC_SEQ_CST))
			return &shared->slots[i];
	}
	return NULL;
}

/* The first process, a subreaper, waits for the child later. */
static void fork_with(struct file *files, unsigned int nr)
{
	struct slot *slot = slot_take();
	unsigned int own = pick(1 << 30);
	pid_t pid;

	if (!slot)
		return;
	pid = fork();
	if (!pid) {
		set(&slot->pid, getpid());
		random_state ^= own;
		work(slot, files, nr, 20);
	}
	if (pid < 0)
		set(&slot->pid, 0);
	else
		count(&shared->forks);
}

static void work(struct slot *slot, struct file *files, unsigned int nr,
		 unsigned int steps)
{
	unsigned int chance;

	while (steps-- && !get(&shared->stop)) {
		chance = pick(100);
		if (chance < 25 || !nr) {
			if (nr < FILES && open_any(&files[nr]))
				nr++;
		} else if (chance < 35) {
			close(files[--nr].fd);
		} else if (chance < 40) {
			send_file(files, &nr);
		} else if (chance < 45) {
			if (nr < FILES && receive_file(&files[nr]))
				nr++;
		} else if (chance < 47) {
			fork_with(files, nr);
		} else if (chance < 55) {
			check_info(&files[pick(nr)]);
		} else {
			call_device(slot, &files[pick(nr)]);
		}
	}
	set(&slot->pid, 0);
	_exit(0);
}

static void start_worker(unsigned int stream)
{
	struct slot *slot = slot_take();
	struct file files[FILES];
	pid_t pid;

	if (!slot)
		return;
	pid = fork();
	if (pid) {
		set(&slot->pid, pid > 0 ? pid : 0);
		return;
	}
	set(&slot->pid, getpid());
	seed_random(seed, round_nr, stream);
	work(slot, files, 0, ~0u);
}

/* Waits for a process that has ended. The result of a call inside it is unknown. */
static pid_t reap(void)
{
	unsigned int i;
	int status;
	pid_t pid;

	pid = waitpid(-1, &status, WNOHANG);
	for (i = 0; pid > 0 && i < NR_SLOTS; i++) {
		struct slot *slot = &shared->slots[i];

		if (get(&slot->pid) != pid)
			continue;
		if (slot->record)
			count(&slot->record->unknown);
		slot->record = NULL;
		set(&slot->pid, 0);
	}
	return pid;
}

static void kill_one(void)
{
	unsigned int first = pick(NR_SLOTS), i;
	pid_t pid;

	for (i = 0; i < NR_SLOTS; i++) {
		pid = get(&shared->slots[(first + i) % NR_SLOTS].pid);
		if (pid > 0 && !kill(pid, SIGKILL)) {
			count(&shared->kills);
			return;
		}
	}
}

/* Helpers: processes that change the devices and the system until the round ends */

static void start_helper(unsigned int number, void (*help)(void))
{
	if (fork())
		return;
	seed_random(seed, round_nr, STREAM_HELPERS + number);
	while (!get(&shared->stop))
		help();
	_exit(0);
}

/* Writes the device's id to its register 0, and announces its node to the workers. */
static void mark_sim(struct dev *dev)
{
	int fd = sim_open(&dev->sim, O_RDWR);

	_test_sim(fd, 0, FWCTL_SIM_WRITE, 0, dev->sim.id, NULL, NULL);
	close(fd);
	set(&dev->number, dev->sim.number);
}

/* Two helpers may remove a ConnectX at the same time: one of them suspends the system. */
static void count_removals(struct dev *dev, int by)
{
	while (__atomic_test_and_set(&dev->counting, __ATOMIC_SEQ_CST))
		usleep(10);
	dev->removals += by;
	set(&dev->going, dev->removals ? ~0ull : now_us());
	__atomic_clear(&dev->counting, __ATOMIC_SEQ_CST);
}

static void removal_begins(struct dev *dev)
{
	count_removals(dev, 1);
}

static void removal_ended(struct dev *dev, bool is_back)
{
	if (!is_back)
		set(&dev->gone, now_us());
	count_removals(dev, -1);
	count(&shared->removals);
}

static void remove_sim(unsigned int first)
{
	struct dev *dev = &shared->devs[first + pick(NR_SIMS / 2)];
	struct sim *sim = &dev->sim;
	bool del = pick(3) == 0;
	int err;

	removal_begins(dev);
	err = del ? sim_del(sim) : sim_unbind(sim);
	removal_ended(dev, false);
	usleep(pick(20000));
	if (!err)
		err = del ? sim_new_id(sim, sim->id, "") : sim_bind(sim);
	if (err)
		violate(ERRORS, "removal or return of %u: %d", sim->id, err);
	mark_sim(dev);
	usleep(pick(100000));
}

static void await_mlx5(struct dev *dev)
{
	if (!wait_for(!mlx5_find(&dev->mlx5)))
		violate(ERRORS, "mlx5 did not come back");
	set(&dev->number, dev->mlx5.number);
}

/* Two helpers remove simulated devices; each has devices of its own. */
static void remove_one_half(void)
{
	remove_sim(0);
}

static void remove_other_half(void)
{
	remove_sim(NR_SIMS / 2);
}

static void remove_mlx5(void)
{
	struct dev *dev = &shared->devs[MLX5];
	int err;

	removal_begins(dev);
	switch (pick(may_unload ? 3 : 2)) {
	case 0:
		err = unbind_pci(&dev->mlx5);
		removal_ended(dev, false);
		err = err ?: bind_pci(&dev->mlx5);
		break;
	case 1:
		err = devlink_reload(&dev->mlx5);
		removal_ended(dev, true);
		break;
	default:
		err = unload_module("mlx5_fwctl");
		removal_ended(dev, err);
		err = err ?: load_module("mlx5_fwctl");
	}
	count(&shared->mlx5_removals);
	if (err)
		violate(ERRORS, "removal or return of mlx5: %d", err);
	await_mlx5(dev);
	usleep(500000 + pick(500000));
}

/* A removal for mlx5 only. EBUSY: some processes could not be frozen. */
static void sleep_and_wake(void)
{
	struct dev *dev = &shared->devs[MLX5];
	int err;

	removal_begins(dev);
	err = write_file("freeze", "/sys/power/state");
	removal_ended(dev, true);
	if (err && err != EBUSY)
		violate(ERRORS, "suspend: %d", err);
	await_mlx5(dev);
	count(&shared->sleeps);
	usleep(1000000);
}

static void lower_one(void)
{
	struct dev *dev = &shared->devs[pick(NR_SIMS)];
	int ceiling = get(&dev->asked) - 1;
	struct fnl nl;
	int err;

	usleep(100000 + pick(400000));
	/* Only the first device is lowered below DEBUG_READ_ONLY. */
	if (ceiling < (dev == shared->devs ? 0 : 2))
		return;
	set(&dev->asked, ceiling);
	if (pick(2)) {
		err = sim_lower(&dev->sim, ceiling_names[ceiling]);
	} else {
		err = fnl_open(&nl);
		/* The kernel waits for calls above the ceiling, a while each time. */
		if (!err)
			while ((err = fnl_dev_set(&nl, dev->sim.number, ceiling)) == EINPROGRESS)
				;
		fnl_close(&nl);
	}
	if (err)
		violate(ERRORS, "ceiling: %d", err);
	set(&dev->floor, ceiling);
	count(&shared->lowered);
}

/* Changes limits and knobs also during calls: waiting calls must still get a slot. */
static void turn_knobs(void)
{
	struct dev *dev = &shared->devs[pick(NR_SIMS)];

	param_set("max_rpcs", 1 + pick(12));
	sim_set(&dev->sim, "rpc_delay_ms", pick(4) ? 0 : pick(30));
	sim_set(&dev->sim, "rpc_separate", pick(2));
	sim_set(&dev->sim, "close_delay_ms", pick(4) ? 0 : pick(10));
	usleep(pick(100000));
}

static void subscribe(void)
{
	static const char * const groups[] = {
		FWCTL_MCGRP_DEVICE, FWCTL_MCGRP_AUDIT,
		FWCTL_MCGRP_AUDIT_REFUSED, FWCTL_MCGRP_AUDIT_WRITES,
	};
	struct fnl nl;
	int err;

	err = fnl_listen(&nl, groups[pick(ARRAY_SIZE(groups))]);
	if (!err) {
		usleep(pick(30000));
		err = fnl_dev_dump(&nl);
		fnl_close(&nl);
	}
	/* Events may come between the parts of the answer, and overflow the buffer. */
	if (err && err != EIO && err != ENOBUFS)
		violate(ERRORS, "netlink: %d", err);
}

/* Receives all files that are left in the pool. Several messages may have one file. */
static unsigned int drain_pool(struct file *files, unsigned int max)
{
	unsigned int nr = 0;

	while (nr < max && receive_file(&files[nr]))
		nr++;
	return nr;
}

/* Rounds */

static bool round_begin(struct listener *listener)
{
	unsigned int i;

	set(&shared->stop, false);
	memset(shared->slots, 0, sizeof(shared->slots));
	memset(shared->devs, 0, sizeof(shared->devs));
	removals_now = round_nr & 1;
	for (i = 0; i < NR_DEVS; i++) {
		struct dev *dev = &shared->devs[i];

		dev->asked = FWCTL_CEILING_DEBUG_WRITE_FULL;
		dev->floor = FWCTL_CEILING_DEBUG_WRITE_FULL;
		if (i == MLX5) {
			dev->there = vcx_there() && !mlx5_find(&dev->mlx5);
			dev->number = dev->mlx5.number;
			continue;
		}
		dev->there = true;
		if (sim_new_once(&dev->sim, ""))
			return false;
		mark_sim(dev);
		if (fnl_sim_state(&dev->sim, &dev->base))
			return false;
	}
	*listener = (struct listener){};
	return !fnl_listen(&listener->nl, FWCTL_MCGRP_AUDIT) &&
	       !fnl_set_buffer(&listener->nl, 32 << 20);
}

static void start_helpers(void)
{
	start_helper(0, turn_knobs);
	start_helper(1, subscribe);
	if (!removals_now)
		start_helper(2, lower_one);
	if (removals_now) {
		start_helper(3, remove_one_half);
		start_helper(4, remove_other_half);
	}
	if (!shared->devs[MLX5].there)
		return;
	if (removals_now)
		start_helper(5, remove_mlx5);
	if (may_sleep && !(round_nr & 2))
		start_helper(6, sleep_and_wake);
}

static void storm(struct listener *listener)
{
	__u64 end = now_us() + ROUND_MS * 1000ull;
	unsigned int i, busy, stream = 0;

	start_helpers();
	while (now_us() < end) {
		for (i = busy = 0; i < NR_SLOTS; i++)
			busy += !!get(&shared->slots[i].pid);
		if (busy < workers)
			start_worker(stream++);
		if (!pick(4))
			kill_one();
		while (reap() > 0)
			;
		read_events(listener, end);
		usleep(2000);
	}
	set(&shared->stop, true);
}

/* Waits until all processes have ended. */
static void await_all(struct listener *listener)
{
	__u64 end = now_us() + 60 * 1000000ull;

	while (now_us() < end) {
		pid_t pid = reap();

		if (pid < 0 && errno == ECHILD)
			return;
		if (pid > 0)
			continue;
		read_events(listener, end);
		usleep(2000);
	}
	violate(NO_HANG, "processes have not ended after 60 s");
}

static void round_end(struct listener *listener, unsigned int class_devices)
{
	static struct file files[1024];
	unsigned int i, nr;

	await_all(listener);
	read_events(listener, ~0ull);
	nr = drain_pool(files, ARRAY_SIZE(files));
	for (i = 0; i < NR_SIMS; i++)
		sim_set(&shared->devs[i].sim, "close_delay_ms", 0);
	if (!removals_now) {
		for (i = 0; i < nr; i++)
			check_file(&files[i]);
		for (i = 0; i < NR_SIMS; i++)
			check_device(&shared->devs[i], listener,
				     distinct(files, nr, i));
	}
	fnl_close(&listener->nl);

	/* In one round of four the backend is unloaded while files are open. */
	if ((round_nr & 3) == 3 && !unload_module("fwctl_sim")) {
		for (i = 0; i < nr; i++)
			if (files[i].dev != MLX5 && _test_nop(files[i].fd, 0) != ENODEV)
				violate(REMOVED, "a call after the backend was unloaded");
		load_module("fwctl_sim");
		while (nr)
			close(files[--nr].fd);
	} else {
		while (nr)
			close(files[--nr].fd);
		for (i = 0; i < NR_SIMS; i++) {
			check_left(&shared->devs[i]);
			sim_del(&shared->devs[i].sim);
		}
	}
	if (shared->devs[MLX5].there && !wait_for(!vcx_uids()))
		violate(NOTHING_LEFT, "firmware has %u contexts", vcx_uids());
	if (nr_class_devices() != class_devices)
		violate(NOTHING_LEFT, "%u devices, and before %u",
			nr_class_devices(), class_devices);
}

static void report(void)
{
	const struct {
		const char *what;
		__u32 count;
		bool can;
	} parts[NR_PARTS] = {
		{ "rounds", round_nr, true },
		{ "calls", shared->calls, true },
		{ "opens", shared->opens, true },
		{ "forks", shared->forks, true },
		{ "kills", shared->kills, true },
		{ "files_passed_on", shared->passed, true },
		{ "events", shared->events, true },
		{ "ceilings_lowered", shared->lowered, true },
		{ "removals", shared->removals, round_nr > 1 },
		{ "mlx5_removals", shared->mlx5_removals,
		  round_nr > 1 && shared->devs[MLX5].there },
		{ "sleeps", shared->sleeps, may_sleep && shared->devs[MLX5].there },
	};
	char name[64];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		ksft_print_msg("stress: %s: %u\n", parts[i].what, parts[i].count);
		snprintf(name, sizeof(name), "takes_part.%s", parts[i].what);
		if (parts[i].can)
			ksft_test_result(parts[i].count, "%s\n", name);
		else
			ksft_test_result_code(KSFT_SKIP, name, "not available");
	}
	for (i = 0; i < NR_INVARIANTS; i++) {
		if (shared->violated[i])
			ksft_print_msg("%u times: %s\n", shared->violated[i],
				       shared->text[i]);
		ksft_test_result(!shared->violated[i], "%s\n", invariant_names[i]);
	}
}

static void complain(void)
{
	fprintf(stderr, "usage: fwctl_stress [--seed N] [--seconds N] [--workers N]\n");
	exit(KSFT_FAIL);
}

static unsigned int number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 0);

	if (end == text || *end || value > 1000000000)
		complain();
	return value;
}

/* Returns for how many seconds to run, after a round of each kind. */
static unsigned int parse_options(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "seconds", required_argument, NULL, 't' },
		{ "workers", required_argument, NULL, 'w' },
		{}
	};
	unsigned int seconds = 0;
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 's')
			seed = number(optarg);
		else if (opt == 't')
			seconds = number(optarg);
		else if (opt == 'w')
			workers = number(optarg);
		else
			complain();
	}
	if (optind < argc || !workers || workers > NR_SLOTS / 2)
		complain();
	return seconds;
}

int main(int argc, char **argv)
{
	unsigned int seconds = parse_options(argc, argv), max_rpcs, class_devices;
	struct listener listener;
	char delay[16];
	__u64 end;
	int kmsg;

	/* This program does not use the harness, which has options of its own. */
	(void)test_harness_run;
	ksft_print_header();
	if (sim_missing())
		ksft_exit_skip("%s\n", sim_missing());
	ksft_set_plan(NR_PARTS + NR_INVARIANTS);
	ksft_print_msg("--seed %u --seconds %u --workers %u\n", seed, seconds, workers);

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED || prctl(PR_SET_CHILD_SUBREAPER, 1) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pool))
		ksft_exit_fail_msg("cannot set up shared memory and sockets: %s\n",
				   strerror(errno));
	kmsg = kmsg_open();
	max_rpcs = param_get("max_rpcs");
	may_sleep = !cannot_sleep() && !read_file(delay, sizeof(delay), PM_TEST_DELAY) &&
		!write_file("0", PM_TEST_DELAY) &&
		!write_file("devices", "/sys/power/pm_test");

	may_unload = is_module("mlx5_fwctl");

	class_devices = nr_class_devices();
	end = now_us() + seconds * 1000000ull;
	do {
		seed_random(seed, round_nr, STREAM_KILLS);
		if (!round_begin(&listener))
			ksft_exit_fail_msg("cannot make devices or listen to events\n");
		storm(&listener);
		round_end(&listener, class_devices);
		round_nr++;
	} while (round_nr < KINDS_OF_ROUNDS || now_us() < end);

	param_set("max_rpcs", max_rpcs);
	if (may_sleep) {
		write_file("none", "/sys/power/pm_test");
		write_file(delay, PM_TEST_DELAY);
	}
	check_log(kmsg);
	report();
	ksft_finished();
}
