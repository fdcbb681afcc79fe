// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ceilings by parameters of the core: scope_max and scope_max_devices. With a value that
 * is not valid the core must not load, because it would load without the ceiling.
 */
#include "fwctl_auditlog_utils.h"
#include "fwctl_ceiling_utils.h"
#include "fwctl_module_utils.h"

FIXTURE(params) {
	struct modules mods;
};

FIXTURE_SETUP(params)
{
	if (modules_missing())
		SKIP(return, "%s", modules_missing());
	modules_find(&self->mods);
	ASSERT_EQ(0, modules_unload(&self->mods));
	if (unload_module("fwctl")) {
		modules_load(&self->mods);
		SKIP(return, "a ceiling was lowered: fwctl cannot be unloaded");
	}
}

/* Loads the same modules again, without parameters. */
FIXTURE_TEARDOWN_PARENT(params)
{
	if (!self->mods.count)
		return;
	unload_module("fwctl_sim");
	unload_module("fwctl");
	EXPECT_EQ(0, load_module("fwctl"));
	EXPECT_EQ(0, modules_load(&self->mods));
}

static const char * const good_params[] = {
	"scope_max=none",
	"scope_max=configuration",
	"scope_max=debug-read-only",
	"scope_max=debug-write",
	"scope_max=debug-write-full",
	"scope_max_devices=",
	"scope_max_devices=fwctl_sim7=none",
	"scope_max_devices=fwctl_sim7=none,fwctl_sim8=debug-write-full",
	"scope_max_devices=0000:03:00.0=none,mlx5_core.sf.4=configuration",
	"scope_max=debug-write scope_max_devices=fwctl_sim7=none",
	"scope_max_devices=b859:9f03:0000:0010=none",
	"scope_max_functions=fwctl_sim7=none,fwctl_sim8=configuration",
};

TEST_F(params, good)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(good_params); i++) {
		EXPECT_EQ(0, load_with("fwctl", good_params[i]))
			TH_LOG("%s", good_params[i]);
		EXPECT_EQ(0, unload_module("fwctl"));
	}
}

static const char * const bad_params[] = {
	"scope_max=",
	"scope_max=bogus",
	"scope_max=None",
	"scope_max=non",
	"scope_max=nonee",
	"scope_max=none,none",
	"scope_max=0",
	"scope_max=debug_write",
	"scope_max=debug-write-fulldebug-write-fulldebug-write-full",
	"scope_max_devices=none",
	"scope_max_devices=,",
	"scope_max_devices=fwctl_sim7",
	"scope_max_devices=fwctl_sim7=",
	"scope_max_devices=fwctl_sim7=bogus",
	"scope_max_devices=fwctl_sim7=none=none",
	"scope_max_devices=fwctl_sim7=none,fwctl_sim8",
	"scope_max_devices=fwctl_sim7=none,,fwctl_sim8=none",
	"scope_max_devices=,fwctl_sim7=none",
	"scope_max_devices=fwctl_sim7:none",
	"scope_max_devices==none",
	"scope_max_devices=fwctl_sim7=none,=none",
	"scope_max_devices=fwctl_sim7=nonenonenonenonenonenonenonenonenone",
	"scope_max=none scope_max_devices=fwctl_sim7=all",
	"scope_max_functions=none",
	"scope_max_functions=fwctl_sim7=all",
	"scope_max_devices=fwctl_sim7=none scope_max_functions=,",
	"scope_max=all scope_max_devices=fwctl_sim7=none",
};

/* The core is not loaded: there is no module, class or device. */
TEST_F(params, bad)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad_params); i++) {
		EXPECT_EQ(EINVAL, load_with("fwctl", bad_params[i])) {
			TH_LOG("%s", bad_params[i]);
			unload_module("fwctl");
		}
		EXPECT_NE(0, access("/sys/module/fwctl", F_OK));
		EXPECT_NE(0, access("/sys/class/fwctl", F_OK));
	}
}

TEST_F(params, read_only)
{
	ASSERT_EQ(0, load_with("fwctl", "scope_max=debug-write"));
	EXPECT_EQ(EACCES, write_file("none",
				     "/sys/module/fwctl/parameters/scope_max"));
	EXPECT_EQ(EACCES, write_file("x=none",
				     "/sys/module/fwctl/parameters/scope_max_devices"));
}

static int ceiling_of(unsigned int id)
{
	struct sim sim;

	return sim_new_id(&sim, id, "") ? -1 : sim_ceiling(&sim);
}

/* For each device, before a file of it can be opened */
TEST_F(params, default_of_all)
{
	char param[64];
	struct sim sim;
	int i, fd;

	for (i = 0; i < NR_CEILINGS; i++) {
		snprintf(param, sizeof(param), "scope_max=%s", ceiling_names[i]);
		ASSERT_EQ(0, load_with("fwctl", param));
		ASSERT_EQ(0, load_module("fwctl_sim"));
		ASSERT_EQ(0, sim_new_id(&sim, 7, ""));
		EXPECT_EQ(i, sim_ceiling(&sim));
		EXPECT_EQ(i, ceiling_of(8));

		fd = sim_open(&sim, O_RDWR);
		if (i == FWCTL_CEILING_NONE) {
			EXPECT_EQ(-1, fd);
			EXPECT_EQ(EACCES, errno);
		} else {
			ASSERT_LE(0, fd);
			test_nop(fd, FWCTL_RPC_CONFIGURATION);
			EXPECT_EQ(i > FWCTL_CEILING_DEBUG_WRITE ? 0 : EACCES,
				  _test_sim(fd, FWCTL_RPC_DEBUG_WRITE_FULL,
					    FWCTL_SIM_RESET, 0, 0, NULL, NULL));
			close(fd);
		}
		/* A ceiling by parameter does not keep the core loaded. */
		ASSERT_EQ(0, unload_module("fwctl_sim"));
		ASSERT_EQ(0, unload_module("fwctl"));
	}
}

TEST_F(params, single_devices)
{
	static const char several[] =
		"scope_max_devices=fwctl_sim7=none,fwctl_sim8=debug-write,fwctl_sim79=none";

	ASSERT_EQ(0, load_with("fwctl", several));
	ASSERT_EQ(0, load_module("fwctl_sim"));
	EXPECT_EQ(FWCTL_CEILING_NONE, ceiling_of(7));
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE, ceiling_of(8));
	EXPECT_EQ(FWCTL_CEILING_NONE, ceiling_of(79));
	/* Names that begin or end like the listed ones */
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, ceiling_of(70));
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, ceiling_of(87));
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, ceiling_of(9));
}

TEST_F(params, single_devices_only_lower)
{
	static const char both[] =
		"scope_max=configuration scope_max_devices=fwctl_sim7=debug-write,fwctl_sim9=none";

	ASSERT_EQ(0, load_with("fwctl", both));
	ASSERT_EQ(0, load_module("fwctl_sim"));
	EXPECT_EQ(FWCTL_CEILING_CONFIGURATION, ceiling_of(7));
	EXPECT_EQ(FWCTL_CEILING_CONFIGURATION, ceiling_of(8));
	EXPECT_EQ(FWCTL_CEILING_NONE, ceiling_of(9));
}

/* A device that is listed twice has the lower ceiling. */
TEST_F(params, single_device_twice)
{
	static const char * const twice[] = {
		"scope_max_devices=fwctl_sim7=none,fwctl_sim7=debug-write",
		"scope_max_devices=fwctl_sim7=debug-write,fwctl_sim7=none",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(twice); i++) {
		ASSERT_EQ(0, load_with("fwctl", twice[i]));
		ASSERT_EQ(0, load_module("fwctl_sim"));
		EXPECT_EQ(FWCTL_CEILING_NONE, ceiling_of(7));
		ASSERT_EQ(0, unload_module("fwctl_sim"));
		ASSERT_EQ(0, unload_module("fwctl"));
	}
}

/* An entry with the card's name is for all functions, from the first one on. */
TEST_F(params, card_by_its_name)
{
	struct sim sims[2];

	ASSERT_EQ(0, load_with("fwctl", "scope_max_devices=k=configuration"));
	ASSERT_EQ(0, load_module("fwctl_sim"));
	ASSERT_EQ(0, sim_new_id(&sims[0], 7, "card=k"));
	EXPECT_EQ(FWCTL_CEILING_CONFIGURATION, sim_ceiling(&sims[0]));
	ASSERT_EQ(0, sim_new_id(&sims[1], 8, "card=kk"));
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, sim_ceiling(&sims[1]));
}

/*
 * An entry with a function's name is for its card: for functions that were there before
 * and for those that come later, also if the named function is gone.
 */
TEST_F(params, card_by_a_function)
{
	struct sim sims[3];

	ASSERT_EQ(0, load_with("fwctl",
			       "scope_max_devices=fwctl_sim8=configuration"));
	ASSERT_EQ(0, load_module("fwctl_sim"));
	ASSERT_EQ(0, sim_new_id(&sims[0], 7, "card=k"));
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, sim_ceiling(&sims[0]));
	ASSERT_EQ(0, sim_new_id(&sims[1], 8, "card=k"));
	EXPECT_EQ(FWCTL_CEILING_CONFIGURATION, sim_ceiling(&sims[0]));
	EXPECT_EQ(FWCTL_CEILING_CONFIGURATION, sim_ceiling(&sims[1]));
	ASSERT_EQ(0, sim_del(&sims[1]));
	ASSERT_EQ(0, sim_new_id(&sims[2], 9, "card=k"));
	EXPECT_EQ(FWCTL_CEILING_CONFIGURATION, sim_ceiling(&sims[2]));
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, ceiling_of(10));

	/* A ceiling by parameter does not keep the core loaded, nor outlast it. */
	ASSERT_EQ(0, unload_module("fwctl_sim"));
	ASSERT_EQ(0, unload_module("fwctl"));
	ASSERT_EQ(0, load_module("fwctl"));
	ASSERT_EQ(0, load_module("fwctl_sim"));
	ASSERT_EQ(0, sim_new_id(&sims[0], 7, "card=k"));
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, sim_ceiling(&sims[0]));
}

TEST_F(params, single_functions)
{
#define FUNCTIONS "fwctl_sim7=none,fwctl_sim8=debug-write-full"
	struct sim sims[3];

	ASSERT_EQ(0, load_with("fwctl", "scope_max_devices=k=debug-write scope_max_functions="
					FUNCTIONS));
#undef FUNCTIONS
	ASSERT_EQ(0, load_module("fwctl_sim"));
	ASSERT_EQ(0, sim_new_id(&sims[0], 7, "card=k"));
	EXPECT_EQ(FWCTL_CEILING_NONE, sim_ceiling(&sims[0]));
	ASSERT_EQ(0, sim_new_id(&sims[1], 8, "card=k"));
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE, sim_ceiling(&sims[1]));
	/* The name of a function, not of a card */
	ASSERT_EQ(0, sim_new_id(&sims[2], 9, "card=fwctl_sim7"));
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, sim_ceiling(&sims[2]));
}

/*
 * A function of a card comes later than another one, and a parameter has the name of the
 * later one: the ceiling of the first comes down, and the audit log has a record of that.
 */
TEST_F(params, record_of_a_card)
{
	struct sim first, later;
	char expected[64];
	int sock;

	sock = audit_open();
	if (sock < 0)
		SKIP(return, NO_AUDIT);
	ASSERT_EQ(0, load_with("fwctl", "scope_max_devices=fwctl_sim8=configuration"));
	ASSERT_EQ(0, load_module("fwctl_sim"));
	ASSERT_EQ(0, sim_new_id(&first, 7, "card=k"));
	ASSERT_EQ(0, sim_new_id(&later, 8, "card=k"));
	EXPECT_EQ(FWCTL_CEILING_CONFIGURATION, sim_ceiling(&first));
	snprintf(expected, sizeof(expected), "fwctl op=ceiling dev=fwctl%d pid=%d ",
		 first.number, getpid());
	EXPECT_EQ(0, strncmp(audit_next(sock, first.number, getpid(), 2000), expected,
			     strlen(expected)));
	/* The later device has had no other ceiling. */
	EXPECT_EQ(0, strcmp("none", audit_next(sock, later.number, getpid(), 100)));
	close(sock);
}

TEST_F(params, not_raised)
{
	struct sim sim;

	ASSERT_EQ(0, load_with("fwctl", "scope_max=configuration"));
	ASSERT_EQ(0, load_module("fwctl_sim"));
	ASSERT_EQ(0, sim_new_id(&sim, 7, ""));
	EXPECT_EQ(EPERM, sim_lower(&sim, "debug-read-only"));
	EXPECT_EQ(EPERM, sim_lower(&sim, "debug-write-full"));
	EXPECT_EQ(0, sim_lower(&sim, "configuration"));
	EXPECT_EQ(FWCTL_CEILING_CONFIGURATION, sim_ceiling(&sim));
}

TEST_HARNESS_MAIN
