/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The shared state of fwctl_stress's processes, and the checks of its invariants: during
 * calls, and at the end of a round.
 */
#ifndef __FWCTL_STRESS_UTILS_H
#define __FWCTL_STRESS_UTILS_H

#include "fwctl_ceiling_utils.h"
#include "fwctl_mlx5_utils.h"
#include "fwctl_netlink_utils.h"

#define NR_SIMS 4
#define NR_DEVS (NR_SIMS + 1)
#define MLX5 NR_SIMS
#define NR_SLOTS 48
#define NR_RECORDS 16384

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
 * struct record - results of all calls on one file, from all processes
 * @delivered: calls that were delivered, by effective scope
 * @refused: calls that were refused, for any reason
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
 * @sim: the simulated device
 * @mlx5: the virtual ConnectX
 * @number: N of its last fwctlN
 * @removals: how many removals are under way
 * @counting: lock of @removals and @going
 * @going: end time of its last removal, or 0; ~0 while a removal is under way. Calls
 *	on files that were opened before this time may fail.
 * @gone: a time after its last removal and before its return, or 0. Calls on files
 *	that were opened before this time must fail.
 * @asked: the lowest ceiling that a process has started to set
 * @floor: the lowest ceiling that a process has finished setting
 * @base: its state before the first call
 * @received: how many events were received, of calls admitted and refused
 * @records: of a simulated device, by number of the context
 */
struct dev {
	bool there;
	struct sim sim;
	struct mlx5_dev mlx5;
	int number;
	unsigned int removals;
	bool counting;
	__u64 going;
	__u64 gone;
	int asked;
	int floor;
	struct dev_state base;
	__u32 received[2];
	struct record records[NR_RECORDS];
};

/**
 * struct slot - a process that makes calls, and may be killed
 * @pid: the process; 0 if the slot is free, -1 while the process starts
 * @record: the record of the file that its call is on, or NULL
 */
struct slot {
	pid_t pid;
	struct record *record;
};

/**
 * struct file - an open file
 * @fd: the file
 * @dev: index of its device
 * @flags: flags of its open()
 * @uctx: number of its context
 * @before: a time before its open()
 * @after: a time after its open()
 */
struct file {
	int fd;
	unsigned int dev;
	int flags;
	__u32 uctx;
	__u64 before;
	__u64 after;
};

/**
 * struct request - a request
 * @declared: declared scope
 * @opcode: command of the simulated device
 * @reg: register
 * @effective: effective scope
 * @writes: it may change the device
 */
struct request {
	__u32 declared;
	__u32 opcode;
	__u32 reg;
	__u32 effective;
	bool writes;
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
	__u32 mlx5_removals;
	__u32 events;
	__u32 violated[NR_INVARIANTS];
	char text[NR_INVARIANTS][200];
	struct slot slots[NR_SLOTS];
	struct dev devs[NR_DEVS];
} *shared;

static __u64 random_state;
static bool removals_now;

static inline unsigned int pick(unsigned int below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 20) % below;
}

static inline void seed_random(unsigned int seed, unsigned int round, unsigned int stream)
{
	random_state = (((__u64)seed << 32 | round) ^ stream * 0xd1b54a32d192ed03) *
		0x9e3779b97f4a7c15 + 1;
	pick(1);
	pick(1);
}

/* Notes a violation. The report has the text of the first one of each kind. */
__printf(2, 3)
static inline void violate(enum invariant which, const char *format, ...)
{
	va_list args;

	if (count(&shared->violated[which]))
		return;
	va_start(args, format);
	vsnprintf(shared->text[which], sizeof(shared->text[which]), format, args);
	va_end(args);
}

static inline struct record *record_of(const struct file *file)
{
	if (file->dev == MLX5)
		return NULL;
	return &shared->devs[file->dev].records[file->uctx];
}

/* Checks of each call */

static inline bool is_bad(const struct request *req, const struct file *file)
{
	bool read_only = (file->flags & O_ACCMODE) == O_RDONLY;

	return req->effective > req->declared ||
	       (read_only &&
		(req->writes || req->declared >= FWCTL_RPC_DEBUG_WRITE));
}

/*
 * Whether a call may have this result. @gone and @floor are those of the device before
 * the call began.
 */
static inline void judge(const struct request *req, const struct file *file,
			 int err, __u64 gone, int floor)
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

/* The answer belongs to the request and to the device, whose register 0 has its id. */
static inline void check_answer(const struct request *req, const struct file *file,
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
	/* In a new device the register is 0 until mark_sim(). */
	if (req->opcode == FWCTL_SIM_READ && !req->reg && answer->value != id &&
	    (answer->value || !removals_now))
		violate(OWN_DEVICE, "device %u answered for %llu", id, answer->value);
}

/* Checks at the end of a round */

/**
 * struct listener - receives the events of all calls
 * @nl: its socket
 * @seq: sequence number of the last event, or 0
 * @lost: events were lost, which is allowed
 */
struct listener {
	struct fnl nl;
	__u64 seq;
	bool lost;
};

/* Reads events. Ends at @end, by now_us(): callers may be faster than the listener. */
static inline void read_events(struct listener *listener, __u64 end)
{
	struct fnl *nl = &listener->nl;
	unsigned int i, j;

	if (fnl_receive_until(nl, 0, 0, end))
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
				shared->devs[j].received[!!event->reason]++;
	}
	shared->events += nl->nr_events;
	if (nl->bad)
		violate(EVENTS, "an event that is not as specified");
	fnl_clear(nl);
}

/* The kernel may or may not have counted the calls of processes that were killed. */
static inline void compare(const char *what, __u64 kernel, __u32 seen, __u32 unknown)
{
	if (kernel < seen || kernel > seen + unknown)
		violate(COUNTERS, "%s: %llu, seen by callers: %u, and %u unknown",
			what, kernel, seen, unknown);
}

/* The counters of a file without calls in flight */
static inline void check_file(const struct file *file)
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

static inline void check_device(struct dev *dev, const struct listener *listener,
				unsigned int files)
{
	struct record sum = {};
	struct dev_state state = {};
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
	compare("commands counted by firmware", sim_count(&dev->sim, "rpcs"),
		admitted + dev->base.reasons[0], 0);
	compare("open files", state.files, files, 0);
	compare("in flight", state.in_flight, 0, 0);
	if (!listener->lost && (dev->received[0] != admitted || dev->received[1] != refused))
		violate(EVENTS, "%u and %u events of %llu and %llu calls",
			dev->received[0], dev->received[1], admitted, refused);
}

static inline unsigned int distinct(const struct file *files, unsigned int nr,
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

static inline void check_left(struct dev *dev)
{
	const struct sim *sim = &dev->sim;

	if (!wait_for(!sim_count(sim, "uctxs_now")) ||
	    sim_count(sim, "opens") != sim_count(sim, "closes") ||
	    sim_count(sim, "rpcs_now"))
		violate(NOTHING_LEFT, "device %u has %u contexts, %u calls",
			sim->id, sim_count(sim, "uctxs_now"),
			sim_count(sim, "rpcs_now"));
}

/* Looks for reports of the kernel about bugs in itself. */
static inline void check_log(int kmsg)
{
	static const char * const reports[] = {
		"BUG:", "WARNING:", "Oops", "KASAN", "KCSAN", "refcount_t:",
		"INFO: task", "possible circular", "corruption", "protection fault",
	};
	char line[2048];
	unsigned int i;

	while (kmsg_next(kmsg, line, sizeof(line)))
		for (i = 0; i < ARRAY_SIZE(reports); i++)
			if (strstr(line, reports[i]))
				violate(KERNEL_LOG, "%.150s", line);
}

#endif
