// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ceilings lowered at run time: which requests each one admits, that it cannot be
 * raised, and how long it lasts. Afterwards the core cannot be unloaded. Taints the
 * kernel.
 */
#include <sched.h>

#include "fwctl_ceiling_utils.h"
#include "fwctl_module_utils.h"

/* A command for each effective scope */
static const struct {
	__u32 opcode;
	__u32 reg;
} commands[] = {
	[FWCTL_RPC_CONFIGURATION] = { FWCTL_SIM_WRITE, 3 },
	[FWCTL_RPC_DEBUG_READ_ONLY] = { FWCTL_SIM_READ, 20 },
	[FWCTL_RPC_DEBUG_WRITE] = { FWCTL_SIM_WRITE, 20 },
	[FWCTL_RPC_DEBUG_WRITE_FULL] = { FWCTL_SIM_WRITE, 60 },
};

#define NR_SCOPES ARRAY_SIZE(commands)

static int send_command(int fd, __u32 declared, __u32 effective)
{
	return _test_sim(fd, declared, commands[effective].opcode,
			 commands[effective].reg, 1, NULL, NULL);
}

/* The effective scopes that each ceiling admits, independent of the kernel's code */
static const bool admitted[NR_CEILINGS][NR_SCOPES] = {
	[FWCTL_CEILING_NONE] = { false, false, false, false },
	[FWCTL_CEILING_CONFIGURATION] = { true, false, false, false },
	[FWCTL_CEILING_DEBUG_READ_ONLY] = { true, true, false, false },
	[FWCTL_CEILING_DEBUG_WRITE] = { true, true, true, false },
	[FWCTL_CEILING_DEBUG_WRITE_FULL] = { true, true, true, true },
};

FIXTURE(ceiling) {
	struct sim sim;
	int rw;
	int ro;
};

FIXTURE_VARIANT(ceiling) {
	enum fwctl_ceiling ceiling;
	const char *scopes;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(ceiling, none) {
	.ceiling = FWCTL_CEILING_NONE,
	.scopes = "",
};

FIXTURE_VARIANT_ADD(ceiling, configuration) {
	.ceiling = FWCTL_CEILING_CONFIGURATION,
	.scopes = "configuration",
};

FIXTURE_VARIANT_ADD(ceiling, debug_read_only) {
	.ceiling = FWCTL_CEILING_DEBUG_READ_ONLY,
	.scopes = "configuration debug-read-only",
};

FIXTURE_VARIANT_ADD(ceiling, debug_write) {
	.ceiling = FWCTL_CEILING_DEBUG_WRITE,
	.scopes = "configuration debug-read-only debug-write",
};

FIXTURE_VARIANT_ADD(ceiling, debug_write_full) {
	.ceiling = FWCTL_CEILING_DEBUG_WRITE_FULL,
	.scopes = "configuration debug-read-only debug-write debug-write-full",
};

/* clang-format on */

FIXTURE_SETUP(ceiling)
{
	if (capabilities_missing())
		SKIP(return, "%s", capabilities_missing());
	self->rw = setup_sim_once(_metadata, &self->sim, "", O_RDWR);
	if (self->rw < 0)
		return;
	ASSERT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, sim_ceiling(&self->sim))
		TH_LOG("the core was loaded with scope_max");
	self->ro = sim_open(&self->sim, O_RDONLY);
	ASSERT_LE(0, self->ro);
}

FIXTURE_TEARDOWN(ceiling)
{
	close(self->ro);
	close(self->rw);
	sim_del(&self->sim);
}

/* Returns 0 or the errno of open(). */
static int try_open(const struct sim *sim, int flags)
{
	int fd = sim_open(sim, flags);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static void check_admission(struct __test_metadata *_metadata, int fd,
			    enum fwctl_ceiling ceiling)
{
	__u32 declared, effective;

	for (effective = 0; effective < NR_SCOPES; effective++) {
		for (declared = effective; declared < NR_SCOPES; declared++) {
			/* DEBUG_READ_ONLY does not admit the write of this command. */
			if (effective == FWCTL_RPC_CONFIGURATION &&
			    declared == FWCTL_RPC_DEBUG_READ_ONLY)
				continue;
			EXPECT_EQ(admitted[ceiling][effective] ? 0 : EACCES,
				  send_command(fd, declared, effective))
				TH_LOG("ceiling %s, declared %u, effective %u",
				       ceiling_names[ceiling], declared,
				       effective);
		}
	}
}

/* Checks sysfs, open() and requests of a device with this ceiling. */
static void check_device(struct __test_metadata *_metadata,
			 const struct sim *sim, enum fwctl_ceiling ceiling,
			 const char *scopes)
{
	int err = ceiling == FWCTL_CEILING_NONE ? EACCES : 0;
	char text[128];
	int fd;

	EXPECT_EQ(ceiling, sim_ceiling(sim));
	EXPECT_EQ(0, sim_read(sim, "scopes", text, sizeof(text)));
	EXPECT_STREQ(scopes, text);
	EXPECT_EQ(err, try_open(sim, O_RDWR));
	EXPECT_EQ(err, try_open(sim, O_RDONLY));
	EXPECT_EQ(err, try_open(sim, O_WRONLY | O_NONBLOCK));
	fd = sim_open(sim, O_RDWR);
	if (fd >= 0)
		check_admission(_metadata, fd, ceiling);
	close(fd);
}

/* The ceiling takes effect at once on files that are already open. */
TEST_F(ceiling, open_file)
{
	struct fwctl_info_sim info = {};
	unsigned int delivered;
	__u32 len = sizeof(info);

	check_admission(_metadata, self->rw, FWCTL_CEILING_DEBUG_WRITE_FULL);
	ASSERT_EQ(0, sim_lower(&self->sim, ceiling_names[variant->ceiling]));
	check_admission(_metadata, self->rw, variant->ceiling);

	/* A read-only file is admitted the same reads. */
	EXPECT_EQ(admitted[variant->ceiling][FWCTL_RPC_CONFIGURATION] ?
		  0 : EACCES, _test_nop(self->ro, FWCTL_RPC_CONFIGURATION));
	EXPECT_EQ(admitted[variant->ceiling][FWCTL_RPC_DEBUG_READ_ONLY] ?
		  0 : EACCES,
		  send_command(self->ro, FWCTL_RPC_DEBUG_READ_ONLY,
			       FWCTL_RPC_DEBUG_READ_ONLY));

	/* A refused request does not reach the device. FWCTL_INFO has no ceiling. */
	delivered = sim_count(&self->sim, "rpcs");
	if (variant->ceiling == FWCTL_CEILING_NONE) {
		test_err_nop(EACCES, self->rw, FWCTL_RPC_CONFIGURATION);
		EXPECT_EQ(delivered, sim_count(&self->sim, "rpcs"));
	}
	test_info(self->rw, &info, &len);
	EXPECT_EQ(self->sim.id, info.id);
}

TEST_F(ceiling, new_file)
{
	ASSERT_EQ(0, sim_lower(&self->sim, ceiling_names[variant->ceiling]));
	check_device(_metadata, &self->sim, variant->ceiling, variant->scopes);
}

/* Without classification the declared scope counts. */
TEST_F(ceiling, unclassified)
{
	struct sim sim;
	__u32 scope;
	int fd;

	ASSERT_EQ(0, sim_new_once(&sim, "noclassify"));
	fd = sim_open(&sim, O_RDWR);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, sim_lower(&sim, ceiling_names[variant->ceiling]));
	for (scope = 0; scope < NR_SCOPES; scope++)
		EXPECT_EQ(admitted[variant->ceiling][scope] ? 0 : EACCES,
			  _test_nop(fd, scope));
	close(fd);
	EXPECT_EQ(0, sim_del(&sim));
}

TEST_F(ceiling, lasts_over_unbind)
{
	ASSERT_EQ(0, sim_lower(&self->sim, ceiling_names[variant->ceiling]));
	ASSERT_EQ(0, sim_unbind(&self->sim));
	EXPECT_EQ(ENODEV, send_command(self->rw, 0, 0));
	ASSERT_EQ(0, sim_bind(&self->sim));
	check_device(_metadata, &self->sim, variant->ceiling, variant->scopes);
	EXPECT_EQ(variant->ceiling == FWCTL_CEILING_DEBUG_WRITE_FULL ? 0 : EPERM,
		  sim_lower(&self->sim, "debug-write-full"));
}

TEST_F(ceiling, lasts_over_removal)
{
	unsigned int id = self->sim.id;

	ASSERT_EQ(0, sim_lower(&self->sim, ceiling_names[variant->ceiling]));
	ASSERT_EQ(0, sim_del(&self->sim));
	ASSERT_EQ(0, sim_new_id(&self->sim, id, ""));
	check_device(_metadata, &self->sim, variant->ceiling, variant->scopes);
}

TEST_F(ceiling, lasts_over_rmmod)
{
	unsigned int id = self->sim.id;

	if (modules_missing())
		SKIP(return, "%s", modules_missing());
	ASSERT_EQ(0, sim_lower(&self->sim, ceiling_names[variant->ceiling]));
	ASSERT_EQ(0, unload_module("fwctl_sim"));
	ASSERT_EQ(0, load_module("fwctl_sim"));
	ASSERT_EQ(0, sim_new_id(&self->sim, id, ""));
	check_device(_metadata, &self->sim, variant->ceiling, variant->scopes);
}

/* A ceiling holds for one device, whose whole name is compared. */
TEST_F(ceiling, of_one_device)
{
	struct sim other, longer;

	ASSERT_EQ(0, sim_new_once(&other, ""));
	ASSERT_EQ(0, sim_lower(&self->sim, ceiling_names[variant->ceiling]));
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, sim_ceiling(&other));
	EXPECT_EQ(0, sim_del(&other));

	ASSERT_EQ(0, sim_new_id(&longer, self->sim.id / 10, ""));
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, sim_ceiling(&longer));
	EXPECT_EQ(0, sim_del(&longer));
}

FIXTURE(ratchet) {
	struct sim sim;
};

FIXTURE_SETUP(ratchet)
{
	if (sim_missing())
		SKIP(return, "%s", sim_missing());
	if (set_capability(CAP_SYS_ADMIN, true))
		SKIP(return, "no CAP_SYS_ADMIN");
	ASSERT_EQ(0, sim_new_once(&self->sim, ""));
}

FIXTURE_TEARDOWN(ratchet)
{
	set_capability(CAP_SYS_ADMIN, true);
	sim_del(&self->sim);
}

TEST_F(ratchet, only_down)
{
	int from, to;

	for (from = NR_CEILINGS - 1; from >= 0; from--) {
		ASSERT_EQ(0, sim_lower(&self->sim, ceiling_names[from]));
		for (to = from; to < NR_CEILINGS; to++) {
			EXPECT_EQ(to == from ? 0 : EPERM,
				  sim_lower(&self->sim, ceiling_names[to]))
				TH_LOG("from %s to %s", ceiling_names[from],
				       ceiling_names[to]);
			EXPECT_EQ(from, sim_ceiling(&self->sim));
		}
	}
}

static const char * const bad_names[] = {
	"\n", " ", "bogus", "None", "NONE", "non", "nonee", "none ", " none",
	"none\n\n", "none none", "configuration,", "0", "4", "-1",
	"debug-write-fully", "debug-read-onl", "debug_write",
};

TEST_F(ratchet, unknown_names)
{
	const char *name;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad_names); i++) {
		name = bad_names[i];
		EXPECT_EQ(EINVAL, sim_lower(&self->sim, name))
			TH_LOG("'%s'", name);
	}
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, sim_ceiling(&self->sim));
	EXPECT_EQ(0, sim_lower(&self->sim, "debug-write\n"));
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE, sim_ceiling(&self->sim));
}

TEST_F(ratchet, capability)
{
	ASSERT_EQ(0, set_capability(CAP_SYS_ADMIN, false));
	EXPECT_EQ(EPERM, sim_lower(&self->sim, "none"));
	EXPECT_EQ(EPERM, sim_lower(&self->sim, "debug-write-full"));
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, sim_ceiling(&self->sim));

	/* CAP_SYS_ADMIN alone is enough. */
	ASSERT_EQ(0, set_only_capability(CAP_SYS_ADMIN));
	EXPECT_EQ(0, sim_lower(&self->sim, "configuration"));
	EXPECT_EQ(FWCTL_CEILING_CONFIGURATION, sim_ceiling(&self->sim));
	/* No capability allows raising it. */
	set_all_capabilities(true);
	EXPECT_EQ(EPERM, sim_lower(&self->sim, "debug-write"));
}

/* The capability counts, not the mode of the file. */
TEST_F(ratchet, file_mode)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/fwctl/fwctl%d/scope_max",
		 self->sim.number);
	ASSERT_EQ(0, chmod(path, 0666));
	EXPECT_EQ(EPERM, in_child(setgid(65534) || setuid(65534) ? 255 :
				  sim_lower(&self->sim, "none")));
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, sim_ceiling(&self->sim));
}

/* Capabilities in a user namespace do not count. */
TEST_F(ratchet, user_namespace)
{
	int status = in_child(unshare(CLONE_NEWUSER) ? NO_NAMESPACE :
			      sim_lower(&self->sim, "none"));

	if (status == NO_NAMESPACE)
		SKIP(return, "no user namespaces");
	EXPECT_EQ(EPERM, status);
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, sim_ceiling(&self->sim));
}

TEST_F(ratchet, device_is_gone)
{
	unsigned int id = self->sim.id;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/sys/class/fwctl/fwctl%d/scope_max",
		 self->sim.number);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, sim_del(&self->sim));
	EXPECT_EQ(-1, write(fd, "none", 4));
	EXPECT_EQ(ENODEV, errno);
	close(fd);
	ASSERT_EQ(0, sim_new_id(&self->sim, id, ""));
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, sim_ceiling(&self->sim));
}

FIXTURE(core) {
	struct modules mods;
};

FIXTURE_SETUP(core)
{
	if (modules_missing())
		SKIP(return, "%s", modules_missing());
	modules_find(&self->mods);
}

FIXTURE_TEARDOWN_PARENT(core)
{
	EXPECT_EQ(0, load_module("fwctl"));
	EXPECT_EQ(0, modules_load(&self->mods));
}

/* The core holds the lowered ceilings: it cannot be unloaded, even without users. */
TEST_F(core, stays)
{
	struct modules left;
	struct sim sim;
	unsigned int id;

	ASSERT_EQ(0, sim_new_once(&sim, ""));
	id = sim.id;
	ASSERT_EQ(0, sim_lower(&sim, "debug-write"));
	ASSERT_EQ(0, modules_unload(&self->mods));
	modules_find(&left);
	ASSERT_EQ(0, left.count);
	EXPECT_EQ(EWOULDBLOCK, unload_module("fwctl"));

	ASSERT_EQ(0, modules_load(&self->mods));
	ASSERT_EQ(0, sim_new_id(&sim, id, ""));
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE, sim_ceiling(&sim));
	EXPECT_EQ(0, sim_del(&sim));
}

TEST_HARNESS_MAIN
