// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ceilings lowered while requests are in flight, by several threads at once, and while
 * the device is removed and comes back. Taints the kernel.
 */
#include "fwctl_ceiling_utils.h"

#define NR_THREADS 8

/**
 * struct race - shared state of the threads of a test
 * @sim: the device
 * @asked: the lowest ceiling that a thread has started to set
 * @floor: the lowest ceiling that a thread has finished setting
 * @stop: tells the threads to end
 * @calls: how many calls were made
 * @admitted: how many of them were admitted
 * @refused: how many of them were refused
 * @wrong: how many calls had a result that is not allowed
 * @fds: a file for each thread
 */
struct race {
	struct sim sim;
	int asked;
	int floor;
	bool stop;
	unsigned int calls;
	unsigned int admitted;
	unsigned int refused;
	unsigned int wrong;
	int fds[NR_THREADS];
};

static void set_lower(int *var, int value)
{
	int old = get(var);

	while (value < old &&
	       !__atomic_compare_exchange_n(var, &old, value, false,
					    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		;
}

FIXTURE(race) {
	struct race race;
	pthread_t threads[NR_THREADS];
};

static int race_start(struct race *race)
{
	int i, err;

	*race = (struct race){
		.asked = FWCTL_CEILING_DEBUG_WRITE_FULL,
		.floor = FWCTL_CEILING_DEBUG_WRITE_FULL,
	};
	err = sim_new_once(&race->sim, "");
	/* Two threads share each file. */
	for (i = 0; i < NR_THREADS && !err; i++) {
		race->fds[i] = i & 1 ? race->fds[i - 1] :
				       sim_open(&race->sim, O_RDWR);
		if (race->fds[i] < 0)
			err = errno;
	}
	return err;
}

static void race_end(struct race *race)
{
	int i;

	for (i = 0; i < NR_THREADS; i += 2)
		close(race->fds[i]);
	sim_del(&race->sim);
}

FIXTURE_SETUP(race)
{
	if (sim_missing())
		SKIP(return, "%s", sim_missing());
	if (capabilities_missing())
		SKIP(return, "%s", capabilities_missing());
}

FIXTURE_TEARDOWN(race)
{
}

/*
 * Checks the result of a call, whose effective scope is @scope: the ceiling was between
 * @asked_after and @floor_before.
 */
static void judge(struct race *race, int scope, int floor_before, int err,
		  int asked_after)
{
	if (err == EACCES && scope < asked_after)
		count(&race->wrong);
	else if (!err && scope >= floor_before)
		count(&race->wrong);
	else if (err && err != EACCES)
		count(&race->wrong);
	count(err ? &race->refused : &race->admitted);
	count(&race->calls);
}

struct caller {
	struct race *race;
	unsigned int number;
};

static void *send_requests(void *data)
{
	static const __u32 requests[][2] = {
		{ FWCTL_SIM_NOP, 0 },
		{ FWCTL_SIM_READ, 20 },
		{ FWCTL_SIM_WRITE, 20 },
		{ FWCTL_SIM_WRITE, 60 },
	};
	struct caller *caller = data;
	struct race *race = caller->race;
	unsigned int scope = caller->number % 4;
	int floor, err, fd;

	while (!get(&race->stop)) {
		floor = get(&race->floor);
		err = _test_sim(race->fds[caller->number],
				FWCTL_RPC_DEBUG_WRITE_FULL, requests[scope][0],
				requests[scope][1], 0, NULL, NULL);
		judge(race, scope, floor, err, get(&race->asked));
		scope = (scope + 1) % 4;
		if (scope)
			continue;

		floor = get(&race->floor);
		fd = sim_open(&race->sim, O_RDWR);
		judge(race, 0, floor, fd < 0 ? errno : 0, get(&race->asked));
		if (fd >= 0)
			close(fd);
	}
	return NULL;
}

/* A call that begins after a ceiling was set is not admitted above that ceiling. */
TEST_F(race, requests)
{
	struct race *race = &self->race;
	struct caller callers[NR_THREADS];
	unsigned int admitted = 0, refused = 0, calls;
	int round, i, ceiling;

	for (round = 0; round < 20; round++) {
		ASSERT_EQ(0, race_start(race));
		for (i = 0; i < NR_THREADS; i++) {
			callers[i] = (struct caller){ race, i };
			ASSERT_EQ(0, pthread_create(&self->threads[i], NULL,
						    send_requests, &callers[i]));
		}
		for (ceiling = FWCTL_CEILING_DEBUG_WRITE; ceiling >= 0;
		     ceiling--) {
			calls = get(&race->calls);
			ASSERT_TRUE(wait_for(get(&race->calls) - calls >=
					     4 * NR_THREADS));
			set(&race->asked, ceiling);
			EXPECT_EQ(0, sim_lower(&race->sim,
					       ceiling_names[ceiling]));
			set(&race->floor, ceiling);
		}
		calls = get(&race->calls);
		EXPECT_TRUE(wait_for(get(&race->calls) - calls >=
				     4 * NR_THREADS));
		set(&race->stop, true);
		for (i = 0; i < NR_THREADS; i++)
			pthread_join(self->threads[i], NULL);
		EXPECT_EQ(0, race->wrong);
		admitted += race->admitted;
		refused += race->refused;
		race_end(race);
	}
	EXPECT_LT(0, admitted);
	EXPECT_LT(0, refused);
	TH_LOG("%u admitted, %u refused", admitted, refused);
}

/* Lowers the ceiling again and again. At any time it is between asked and floor. */
static void *lower_at_random(void *data)
{
	struct caller *caller = data;
	struct race *race = caller->race;
	unsigned int seed = now_us() + caller->number;
	int ceiling, floor, err;

	while (!get(&race->stop)) {
		/* Mostly the current value, or one above it: NONE is reached late. */
		ceiling = rand_r(&seed) % 64;
		if (ceiling >= NR_CEILINGS)
			ceiling = get(&race->asked) + (ceiling & 1);
		if (ceiling >= NR_CEILINGS)
			continue;
		floor = get(&race->floor);
		set_lower(&race->asked, ceiling);
		err = sim_lower(&race->sim, ceiling_names[ceiling]);
		if (!err)
			set_lower(&race->floor, ceiling);
		/* The same bounds as for requests */
		if ((err != 0 && err != EPERM) || (!err && ceiling > floor) ||
		    (err == EPERM && ceiling <= get(&race->asked)))
			count(&race->wrong);
		count(&race->calls);
	}
	return NULL;
}

static void *watch(void *data)
{
	struct caller *caller = data;
	struct race *race = caller->race;
	int last = FWCTL_CEILING_DEBUG_WRITE_FULL;
	int now, floor;

	while (!get(&race->stop)) {
		floor = get(&race->floor);
		now = sim_ceiling(&race->sim);
		if (now < 0 || now > last || now > floor ||
		    now < get(&race->asked))
			count(&race->wrong);
		last = now;
	}
	return NULL;
}

TEST_F(race, several_at_once)
{
	struct race *race = &self->race;
	struct caller callers[NR_THREADS];
	int round, i;

	for (round = 0; round < 20; round++) {
		ASSERT_EQ(0, race_start(race));
		for (i = 0; i < NR_THREADS; i++) {
			callers[i] = (struct caller){ race, i };
			ASSERT_EQ(0, pthread_create(&self->threads[i], NULL,
						    i ? lower_at_random : watch,
						    &callers[i]));
		}
		EXPECT_TRUE(wait_for(get(&race->floor) == FWCTL_CEILING_NONE ||
				     get(&race->calls) > 1000));
		set(&race->stop, true);
		for (i = 0; i < NR_THREADS; i++)
			pthread_join(self->threads[i], NULL);
		EXPECT_EQ(0, race->wrong);
		EXPECT_EQ(race->floor, sim_ceiling(&race->sim));
		race_end(race);
	}
}

/* Unbinds and binds the driver: the device keeps its ceiling. */
static void *rebind(void *data)
{
	struct caller *caller = data;
	struct race *race = caller->race;
	struct sim sim = race->sim;
	int floor, now;

	while (!get(&race->stop)) {
		floor = get(&race->floor);
		if (sim_unbind(&sim) || sim_bind(&sim)) {
			count(&race->wrong);
			break;
		}
		now = sim_ceiling(&sim);
		if (now > floor || now < get(&race->asked))
			count(&race->wrong);
		count(&race->calls);
	}
	return NULL;
}

TEST_F(race, device_comes_and_goes)
{
	struct race *race = &self->race;
	unsigned int round, calls, missed = 0;
	struct caller caller = { race, 0 };
	pthread_t thread;
	struct sim sim;
	int ceiling, err;

	for (round = 0; round < 10; round++) {
		ASSERT_EQ(0, race_start(race));
		sim = race->sim;
		ASSERT_EQ(0, pthread_create(&thread, NULL, rebind, &caller));
		for (ceiling = FWCTL_CEILING_DEBUG_WRITE; ceiling >= 0;
		     ceiling--) {
			set(&race->asked, ceiling);
			/* The device may be missing at the moment. */
			do {
				err = sim_find(&sim) ?:
				      sim_lower(&sim, ceiling_names[ceiling]);
				missed += err == ENODEV;
			} while (err == ENOENT || err == ENODEV);
			EXPECT_EQ(0, err);
			set(&race->floor, ceiling);
			calls = get(&race->calls);
			ASSERT_TRUE(wait_for(get(&race->calls) - calls >= 3 ||
					     get(&race->wrong)));
		}
		set(&race->stop, true);
		pthread_join(thread, NULL);
		EXPECT_EQ(0, race->wrong);
		race_end(race);
	}
	TH_LOG("%u writes to a device that was removed meanwhile", missed);
}

TEST_HARNESS_MAIN
