// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything at once: processes that open, call, close, fork, pass files on and
 * are killed, while others remove devices and bring them back, lower ceilings,
 * change limits, listen, and suspend the system. Taints the kernel and lowers
 * ceilings.
 *
 *	fwctl_stress [--seed N] [--seconds N] [--workers N]
 *
 * What each process does follows from the seed; in which order they come to do it
 * does not. Goes in rounds, each with new simulated devices: in every other one
 * devices come and go, and in the others none does, so that counters must add up
 * exactly. A virtual ConnectX, if there is one, takes part.
 */
#include <getopt.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "fwctl_ceiling_utils.h"
#include "fwctl_netlink_utils.h"
#include "fwctl_sleep_utils.h"

#define NR_SIMS 4
#define NR_DEVS (NR_SIMS + 1)
#define MLX5 NR_SIMS
#define NR_SLOTS 48
#define NR_RECORDS 16384
#define FILES 12
#define ROUND_MS 3500
#define MLX5_CORE "/sys/bus/pci/drivers/mlx5_core/"

enum invariant {
	OWN_DEVICE,
	OWN_ANSWER,
	ERRORS,
	REMOVED,
	CEILING,
	COUNTERS,
	EVENTS,
	NOTHING_LEFT,
	NO_HANG,
	KERNEL_LOG,
	NR_INVARIANTS
};

static const char * const invariant_names[NR_INVARIANTS] = {
	[OWN_DEVICE] = "a_file_speaks_for_its_own_device",
	[OWN_ANSWER] = "an_answer_belongs_to_its_request",
	[ERRORS] = "errors_are_those_that_the_state_allows",
	[REMOVED] = "no_call_succeeds_after_removal",
	[CEILING] = "no_call_succeeds_above_the_ceiling",
	[COUNTERS] = "counters_add_up_to_what_callers_saw",
	[EVENTS] = "listeners_hear_of_every_call_once",
	[NOTHING_LEFT] = "no_context_or_device_is_left",
	[NO_HANG] = "everything_ends",
	[KERNEL_LOG] = "the_kernel_has_nothing_to_report",
};

/**
 * struct record - what callers saw of one file, whoever had it
 * @delivered: calls, by effective scope
 * @refused: calls, for whatever reason
 * @unknown: callers that were killed inside a call
 */
struct record {
	__u32 delivered[NR_SCOPES];
	__u32 refused;
	__u32 unknown;
};

/**
 * struct dev - a device
 * @there: it takes part
 * @sim: of a simulated one: also its number
 * @mlx5: of a virtual ConnectX
 * @number: N of the fwctlN that it was last
 * @going: when its last removal had ended, or 0; the end of time while one is
 *	under way: calls on files that were opened before may fail
 * @gone: when its last removal had ended and it was not back yet, or 0: calls on
 *	files that were open by then must fail
 * @asked: the lowest ceiling that somebody has begun to set
 * @floor: the lowest ceiling that somebody has finished to set
 * @base: its state before anybody calls
 * @heard: events that came, of calls admitted and refused
 * @records: of simulated devices: by number of the context
 */
struct dev {
	bool there;
	struct sim sim;
	struct mlx5_dev mlx5;
	int number;
	__u64 going;
	__u64 gone;
	int asked;
	int floor;
	struct dev_state base;
	__u32 heard[2];
	struct record records[NR_RECORDS];
};

/**
 * struct slot - a process that calls, and may be killed
 * @pid: the process, or 0
 * @record: of the file that it is calling, or NULL
 */
struct slot {
	pid_t pid;
	struct record *record;
};

/**
 * struct file - an open file, and all that is known of it
 * @fd: the file
 * @dev: index of its device
 * @flags: it was opened with
 * @uctx: number of its context
 * @before: when open() began
 * @after: when open() had ended
 */
struct file {
	int fd;
	unsigned int dev;
	int flags;
	__u32 uctx;
	__u64 before;
	__u64 after;
};

static struct {
	bool stop;
	__u32 calls;
	__u32 opens;
	__u32 kills;
	__u32 forks;
	__u32 passed;
	__u32 removals;
	__u32 lowered;
	__u32 sleeps;
	__u32 events;
	__u32 violated[NR_INVARIANTS];
	char text[NR_INVARIANTS][200];
	struct slot slots[NR_SLOTS];
	struct dev devs[NR_DEVS];
} *shared;

static int pool[2];
static unsigned int workers = 12;
static bool removals_now;
static bool may_sleep;

#define get(_var) __atomic_load_n(_var, __ATOMIC_SEQ_CST)
#define set(_var, _value) __atomic_store_n(_var, _value, __ATOMIC_SEQ_CST)
#define count(_var) __atomic_fetch_add(_var, 1, __ATOMIC_SEQ_CST)

static __u64 random_state;

static unsigned int pick(unsigned int below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 20) % below;
}

static void seed_random(unsigned int seed, unsigned int round, unsigned int who)
{
	random_state = ((__u64)seed << 32 | round) * 0x9e3779b97f4a7c15 + who + 1;
	pick(1);
	pick(1);
}

/* Only the first of each kind is told. */
__printf(2, 3)
static void violate(enum invariant which, const char *format, ...)
{
	va_list args;

	if (count(&shared->violated[which]))
		return;
	va_start(args, format);
	vsnprintf(shared->text[which], sizeof(shared->text[which]), format, args);
	va_end(args);
}

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
	violate(OWN_DEVICE, "a file of device %u, which is not there", data.id);
	return false;
}

/* Whose node it is may have changed: the file says what was opened. */
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
	    err != EBUSY)
		violate(ERRORS, "open of %s: %d", node, err);
	return false;
}

static struct record *record_of(const struct file *file)
{
	if (file->dev == MLX5)
		return NULL;
	return &shared->devs[file->dev].records[file->uctx];
}

/* Calls */

/**
 * struct request - a request and what comes of it if nothing is in its way
 * @declared: scope
 * @opcode: of the simulated device
 * @reg: register
 * @effective: scope
 * @writes: it does
 */
struct request {
	__u32 declared;
	__u32 opcode;
	__u32 reg;
	__u32 effective;
	bool writes;
};

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

static bool is_bad(const struct request *req, const struct file *file)
{
	return req->effective > req->declared ||
	       (req->writes && (file->flags & O_ACCMODE) == O_RDONLY);
}

/* What a call may end with follows from what had begun and ended when. */
static void judge(const struct request *req, const struct file *file, int err,
		  __u64 gone, int floor)
{
	struct dev *dev = &shared->devs[file->dev];
	bool bad = is_bad(req, file);
	bool allowed;

	if (file->after <= gone && err != ENODEV)
		violate(REMOVED, "device %u, context %u: %d", file->dev,
			file->uctx, err);
	if (!err && (int)req->effective >= floor)
		violate(CEILING, "device %u: scope %u, ceiling %d", file->dev,
			req->effective, floor);
	switch (err) {
	case 0:
		allowed = !bad;
		break;
	case EBADMSG:
		allowed = bad;
		break;
	case EACCES:
		allowed = !bad && (int)req->effective >= get(&dev->asked);
		break;
	case ENODEV:
		allowed = get(&dev->going) >= file->before;
		break;
	case EAGAIN:
		allowed = file->flags & O_NONBLOCK;
		break;
	default:
		allowed = false;
	}
	if (!allowed)
		violate(ERRORS, "device %u, scope %u as %u, opcode %#x: %d",
			file->dev, req->effective, req->declared, req->opcode, err);
}

/* Is it what was asked for, from whom? A register of each device has its number. */
static void check_answer(const struct request *req, const struct file *file,
			 const struct fwctl_sim_request *in, __u32 in_len,
			 const void *out, __u32 out_len)
{
	const struct fwctl_sim_answer *answer = out;
	unsigned int id = shared->devs[file->dev].sim.id;

	if (req->opcode == FWCTL_SIM_ECHO) {
		if (out_len != in_len || memcmp(in, out, in_len))
			violate(OWN_ANSWER, "%u bytes came back as %u others",
				in_len, out_len);
		return;
	}
	if (out_len != sizeof(*answer) || answer->status || answer->opcode != req->opcode)
		violate(OWN_ANSWER, "opcode %#x: %u bytes, opcode %#x, status %u",
			req->opcode, out_len, answer->opcode, answer->status);
	/* A new device does not have it from the beginning. */
	if (req->opcode == FWCTL_SIM_READ && !req->reg && answer->value != id &&
	    (answer->value || !removals_now))
		violate(OWN_DEVICE, "device %u answered for %llu", id, answer->value);
}

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

static void ask_who(const struct file *file)
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

/* Passing on */

static void pass_on(struct file *files, unsigned int *nr)
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

static bool take_over(struct file *file)
{
	int fd = receive_fd(pool[1], file, sizeof(*file));

	file->fd = fd;
	return fd >= 0;
}

/* Processes that call */

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

/* The child is not waited for here: in the end it comes to the first process. */
static void fork_with(struct file *files, unsigned int nr)
{
	struct slot *slot = slot_take();
	unsigned int seed = pick(1 << 30);
	pid_t pid;

	if (!slot)
		return;
	pid = fork();
	if (!pid) {
		set(&slot->pid, getpid());
		random_state ^= seed;
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
	unsigned int what;

	while (steps-- && !get(&shared->stop)) {
		what = pick(100);
		if (what < 25 || !nr) {
			if (nr < FILES && open_any(&files[nr]))
				nr++;
		} else if (what < 35) {
			close(files[--nr].fd);
		} else if (what < 40) {
			pass_on(files, &nr);
		} else if (what < 45) {
			if (nr < FILES && take_over(&files[nr]))
				nr++;
		} else if (what < 47) {
			fork_with(files, nr);
		} else if (what < 55) {
			ask_who(&files[pick(nr)]);
		} else {
			call_device(slot, &files[pick(nr)]);
		}
	}
	set(&slot->pid, 0);
	_exit(0);
}

static void start_worker(unsigned int who)
{
	struct slot *slot = slot_take();
	struct file files[FILES];
	unsigned int seed = pick(1 << 30);
	pid_t pid;

	if (!slot)
		return;
	pid = fork();
	if (pid) {
		set(&slot->pid, pid > 0 ? pid : 0);
		return;
	}
	set(&slot->pid, getpid());
	seed_random(seed, 0, who);
	work(slot, files, 0, ~0u);
}

/* What a process was about when it was killed nobody knows. */
static bool reap(int flags)
{
	unsigned int i;
	int status;
	pid_t pid;

	pid = waitpid(-1, &status, flags);
	for (i = 0; pid > 0 && i < NR_SLOTS; i++) {
		struct slot *slot = &shared->slots[i];

		if (get(&slot->pid) != pid)
			continue;
		if (slot->record)
			count(&slot->record->unknown);
		slot->record = NULL;
		set(&slot->pid, 0);
	}
	return pid > 0;
}

static void kill_one(void)
{
	pid_t pid = get(&shared->slots[pick(NR_SLOTS)].pid);

	if (pid > 0 && !kill(pid, SIGKILL))
		count(&shared->kills);
}

/* Processes that make their lives hard: each runs until the round is over. */

static void start_helper(void (*help)(void))
{
	unsigned int seed = pick(1 << 30);

	if (fork())
		return;
	seed_random(seed, 0, 0);
	while (!get(&shared->stop))
		help();
	_exit(0);
}

/* Its number in its register 0; where others open files at once in vain. */
static void mark_sim(struct dev *dev)
{
	int fd = sim_open(&dev->sim, O_RDWR);

	_test_sim(fd, 0, FWCTL_SIM_WRITE, 0, dev->sim.id, NULL, NULL);
	close(fd);
	set(&dev->number, dev->sim.number);
}

static void removal_begins(struct dev *dev)
{
	set(&dev->going, ~0ull);
}

static void removal_ended(struct dev *dev, bool is_back)
{
	if (!is_back)
		set(&dev->gone, now_us());
	set(&dev->going, now_us());
	count(&shared->removals);
}

static void remove_sim(void)
{
	struct dev *dev = &shared->devs[pick(NR_SIMS)];
	struct sim *sim = &dev->sim;
	bool away = pick(3) == 0;
	int err;

	removal_begins(dev);
	err = away ? sim_del(sim) : sim_unbind(sim);
	removal_ended(dev, false);
	usleep(pick(20000));
	if (!err)
		err = away ? sim_new_id(sim, sim->id, "") : sim_bind(sim);
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

static void remove_mlx5(void)
{
	struct dev *dev = &shared->devs[MLX5];
	const char *pci = dev->mlx5.pci;
	char handle[64];
	char *const reload[] = { "devlink", "dev", "reload", handle, NULL };
	int err;

	removal_begins(dev);
	switch (pick(3)) {
	case 0:
		err = write_file(pci, MLX5_CORE "unbind");
		removal_ended(dev, false);
		err = err ?: write_file(pci, MLX5_CORE "bind");
		break;
	case 1:
		err = unload_module("mlx5_fwctl");
		removal_ended(dev, err);
		err = err ?: load_module("mlx5_fwctl");
		break;
	default:
		snprintf(handle, sizeof(handle), "pci/%s", pci);
		err = run_program(reload);
		removal_ended(dev, true);
	}
	if (err)
		violate(ERRORS, "removal or return of mlx5: %d", err);
	await_mlx5(dev);
	usleep(500000 + pick(500000));
}

/* Only mlx5 hears of it, and nobody sleeps unless all processes can be stopped. */
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
	/* Only the first of them comes down to where nothing is left to do. */
	if (ceiling < (dev == shared->devs ? 0 : 2))
		return;
	set(&dev->asked, ceiling);
	if (pick(2)) {
		err = sim_lower(&dev->sim, ceiling_names[ceiling]);
	} else {
		err = fnl_open(&nl);
		if (!err)
			err = fnl_dev_set(&nl, dev->sim.number, ceiling);
		fnl_close(&nl);
	}
	if (err)
		violate(ERRORS, "ceiling: %d", err);
	set(&dev->floor, ceiling);
	count(&shared->lowered);
}

/* Also in between: whoever waits for his turn must not be forgotten. */
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
	/* A multicast may come between the parts of the answer. */
	if (err && err != EIO)
		violate(ERRORS, "netlink: %d", err);
}

/* What must be true afterwards */

static unsigned int nr_class_devices(void)
{
	DIR *dir = opendir("/sys/class/fwctl");
	struct dirent *entry;
	unsigned int nr = 0;

	while (dir && (entry = readdir(dir)))
		nr += entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return nr;
}

/**
 * struct listener - hears of all calls
 * @nl: its socket
 * @seq: of the last event, or 0
 * @lost: some were, which is no fault
 */
struct listener {
	struct fnl nl;
	__u64 seq;
	bool lost;
};

static void hear(struct listener *listener)
{
	struct fnl *nl = &listener->nl;
	unsigned int i, j;

	if (fnl_receive(nl, 0, 0))
		listener->lost = true;
	for (i = 0; i < nl->nr_events; i++) {
		struct audit_event *event = &nl->events[i];

		if (listener->seq && event->seq != listener->seq + 1 &&
		    !listener->lost)
			violate(EVENTS, "event %llu comes after %llu",
				event->seq, listener->seq);
		listener->seq = event->seq;
		for (j = 0; j < NR_SIMS; j++)
			if (shared->devs[j].number == (int)event->index)
				shared->devs[j].heard[!!event->reason]++;
	}
	shared->events += nl->nr_events;
	if (nl->bad)
		violate(EVENTS, "an event that is not as specified");
	fnl_clear(nl);
}

/* The kernel's number lies between what is certain and what may be. */
static void compare(const char *what, __u64 kernel, __u32 seen, __u32 unknown)
{
	if (kernel < seen || kernel > seen + unknown)
		violate(COUNTERS, "%s: %llu, seen by callers: %u, and %u unknown",
			what, kernel, seen, unknown);
}

/* The counters of one file, which nobody calls any more */
static void check_file(const struct file *file)
{
	const struct record *record = record_of(file);
	unsigned long long delivered;
	char text[1024], *at, name[64];
	unsigned int i;

	if (!record)
		return;
	read_file(text, sizeof(text), "/proc/self/fdinfo/%d", file->fd);
	snprintf(name, sizeof(name), "fwctl-device:\tfwctl%d\n",
		 shared->devs[file->dev].number);
	if (!strstr(text, name))
		violate(OWN_DEVICE, "fdinfo of device %u:\n%s", file->dev, text);
	for (i = 0; i < NR_SCOPES; i++) {
		snprintf(name, sizeof(name), "fwctl-delivered-%s:", ceiling_names[i + 1]);
		at = strstr(text, name);
		delivered = at ? strtoull(at + strlen(name), NULL, 10) : 0;
		compare(name, delivered, record->delivered[i], record->unknown);
	}
	at = strstr(text, "fwctl-refused:");
	compare("fwctl-refused", at ? strtoull(at + 14, NULL, 10) : ~0ull,
		record->refused, record->unknown);
}

static void check_device(struct dev *dev, const struct listener *listener,
			 unsigned int files)
{
	struct record sum = {};
	struct dev_state state;
	__u64 refused = 0, admitted = 0;
	__u32 delivered = 0;
	unsigned int i, j;

	if (fnl_sim_state(&dev->sim, &state)) {
		violate(COUNTERS, "no state of device %u", dev->sim.id);
		return;
	}
	for (i = 0; i < NR_RECORDS; i++) {
		for (j = 0; j < NR_SCOPES; j++)
			sum.delivered[j] += dev->records[i].delivered[j];
		sum.refused += dev->records[i].refused;
		sum.unknown += dev->records[i].unknown;
	}
	for (i = 0; i < NR_SCOPES; i++) {
		state.scopes[i] -= dev->base.scopes[i];
		compare("delivered", state.scopes[i], sum.delivered[i], sum.unknown);
		admitted += state.scopes[i];
		delivered += sum.delivered[i];
	}
	for (i = 1; i < NR_REASONS; i++)
		refused += state.reasons[i] - dev->base.reasons[i];
	compare("delivered in all", admitted, delivered, sum.unknown);
	compare("refused", refused, sum.refused, sum.unknown);
	compare("reasons", state.reasons[0] - dev->base.reasons[0], admitted, 0);
	compare("what firmware counts", sim_count(&dev->sim, "rpcs"),
		admitted + dev->base.reasons[0], 0);
	compare("open files", state.files, files, 0);
	compare("in flight", state.in_flight, 0, 0);
	if (!listener->lost && (dev->heard[0] != admitted || dev->heard[1] != refused))
		violate(EVENTS, "%u and %u events of %llu and %llu calls",
			dev->heard[0], dev->heard[1], admitted, refused);
}

/* Takes all that is left out of the pool. Each message may be of the same file. */
static unsigned int drain_pool(struct file *files, unsigned int max)
{
	unsigned int nr = 0;

	while (nr < max && take_over(&files[nr]))
		nr++;
	return nr;
}

static unsigned int distinct(const struct file *files, unsigned int nr,
			     unsigned int dev)
{
	unsigned int i, j, found = 0;

	for (i = 0; i < nr; i++) {
		for (j = 0; j < i; j++)
			if (files[j].dev == files[i].dev &&
			    files[j].uctx == files[i].uctx)
				break;
		found += j == i && files[i].dev == dev;
	}
	return found;
}

static void check_left(struct dev *dev)
{
	const struct sim *sim = &dev->sim;

	if (!wait_for(!sim_count(sim, "uctxs_now")) ||
	    sim_count(sim, "opens") != sim_count(sim, "closes") ||
	    sim_count(sim, "rpcs_now"))
		violate(NOTHING_LEFT, "device %u has %u contexts, %u calls",
			sim->id, sim_count(sim, "uctxs_now"),
			sim_count(sim, "rpcs_now"));
}

/* The kernel's own words; as elsewhere a report means that something is wrong. */
static void check_log(int kmsg)
{
	static const char * const reports[] = {
		"BUG:", "WARNING:", "Oops", "KASAN", "KCSAN", "refcount_t:",
		"INFO: task", "possible circular", "corruption", "protection fault",
	};
	char line[2048];
	unsigned int i;
	ssize_t len;

	while ((len = read(kmsg, line, sizeof(line) - 1)) > 0 || errno == EPIPE) {
		line[len > 0 ? len : 0] = 0;
		errno = 0;
		for (i = 0; i < ARRAY_SIZE(reports); i++)
			if (strstr(line, reports[i]))
				violate(KERNEL_LOG, "%.150s", line);
	}
}

/* Rounds */

static bool round_begin(struct listener *listener, unsigned int round)
{
	unsigned int i;

	set(&shared->stop, false);
	memset(shared->slots, 0, sizeof(shared->slots));
	memset(shared->devs, 0, sizeof(shared->devs));
	removals_now = round & 1;
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

static void start_helpers(unsigned int round)
{
	start_helper(turn_knobs);
	start_helper(subscribe);
	if (!removals_now)
		start_helper(lower_one);
	if (removals_now) {
		start_helper(remove_sim);
		start_helper(remove_sim);
	}
	if (!shared->devs[MLX5].there)
		return;
	if (removals_now)
		start_helper(remove_mlx5);
	else if (may_sleep && (round & 2))
		start_helper(sleep_and_wake);
}

static void storm(struct listener *listener, unsigned int round)
{
	__u64 end = now_us() + ROUND_MS * 1000ull;
	unsigned int i, busy, who = 0;

	start_helpers(round);
	while (now_us() < end) {
		for (i = busy = 0; i < NR_SLOTS; i++)
			busy += !!get(&shared->slots[i].pid);
		if (busy < workers)
			start_worker(who++);
		else if (!pick(4))
			kill_one();
		while (reap(WNOHANG))
			;
		hear(listener);
		usleep(2000);
	}
	set(&shared->stop, true);
}

/* What does not end on its own is killed, and what is not killed by that stays. */
static void await_all(struct listener *listener)
{
	__u64 end = now_us() + 60 * 1000000ull;

	while (now_us() < end) {
		while (reap(WNOHANG))
			;
		if (waitpid(-1, NULL, WNOHANG | WNOWAIT) < 0 && errno == ECHILD)
			return;
		hear(listener);
		usleep(2000);
	}
	violate(NO_HANG, "processes do not end");
}

static void round_end(struct listener *listener, unsigned int round,
		      unsigned int class_devices)
{
	static struct file files[1024];
	unsigned int i, nr;

	await_all(listener);
	hear(listener);
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

	/* Some backends go while files are open. */
	if ((round & 3) == 3 && !unload_module("fwctl_sim")) {
		for (i = 0; i < nr; i++)
			if (files[i].dev != MLX5 && _test_nop(files[i].fd, 0) != ENODEV)
				violate(REMOVED, "the backend is not even loaded");
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
	unsigned int i;

	ksft_print_msg("%u calls, %u opens, %u processes killed, %u forked, %u files passed on\n",
		       shared->calls, shared->opens, shared->kills,
		       shared->forks, shared->passed);
	ksft_print_msg("%u removals, %u ceilings lowered, %u sleeps, %u events\n",
		       shared->removals, shared->lowered, shared->sleeps,
		       shared->events);
	for (i = 0; i < NR_INVARIANTS; i++) {
		if (shared->violated[i])
			ksft_print_msg("%u times: %s\n", shared->violated[i],
				       shared->text[i]);
		ksft_test_result(!shared->violated[i], "%s\n", invariant_names[i]);
	}
}

static void usage(void)
{
	fprintf(stderr, "usage: fwctl_stress [--seed N] [--seconds N] [--workers N]\n");
	exit(KSFT_FAIL);
}

static unsigned int number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 0);

	if (end == text || *end || value > 1000000000)
		usage();
	return value;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "seconds", required_argument, NULL, 't' },
		{ "workers", required_argument, NULL, 'w' },
		{}
	};
	unsigned int seed = 1, seconds = 14, round = 0, max_rpcs, class_devices;
	struct listener listener;
	char delay[16];
	__u64 end;
	int opt, kmsg;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 's')
			seed = number(optarg);
		else if (opt == 't')
			seconds = number(optarg);
		else if (opt == 'w')
			workers = number(optarg);
		else
			usage();
	}
	if (optind < argc || !workers || workers > NR_SLOTS / 2)
		usage();

	ksft_print_header();
	if (sim_missing())
		ksft_exit_skip("%s\n", sim_missing());
	ksft_set_plan(NR_INVARIANTS);
	ksft_print_msg("--seed %u --seconds %u --workers %u\n", seed, seconds, workers);

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED || prctl(PR_SET_CHILD_SUBREAPER, 1) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pool))
		ksft_exit_fail_msg("cannot begin: %s\n", strerror(errno));
	kmsg = kmsg_open();
	max_rpcs = param_get("max_rpcs");
	may_sleep = !cannot_sleep() && !read_file(delay, sizeof(delay), PM_TEST_DELAY) &&
		!write_file("0", PM_TEST_DELAY) &&
		!write_file("devices", "/sys/power/pm_test");

	class_devices = nr_class_devices();
	end = now_us() + seconds * 1000000ull;
	do {
		seed_random(seed, round, NR_SLOTS);
		if (!round_begin(&listener, round))
			ksft_exit_fail_msg("no devices\n");
		storm(&listener, round);
		round_end(&listener, round++, class_devices);
	} while (now_us() < end);

	param_set("max_rpcs", max_rpcs);
	if (may_sleep) {
		write_file("none", "/sys/power/pm_test");
		write_file(delay, PM_TEST_DELAY);
	}
	check_log(kmsg);
	ksft_print_msg("%u rounds\n", round);
	report();
	ksft_finished();
}
