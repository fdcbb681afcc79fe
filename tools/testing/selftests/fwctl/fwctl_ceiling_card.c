// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ceilings of cards and of single functions: a ceiling lowered through one function
 * bounds all functions of its card, those that come later, too, and a function may have
 * a lower one of its own. The programs that opened a file of sysfs and that write to it
 * both need the privilege. Afterwards the core cannot be unloaded.
 */
#include <linux/limits.h>

#include "fwctl_auditlog_utils.h"
#include "fwctl_ceiling_utils.h"
#include "fwctl_thread_utils.h"

/**
 * struct card - functions of a card, and a device that is not on it
 * @option: option of fwctl_sim for functions of the card
 * @name: name of the card, unique until the next boot
 * @a: a function
 * @b: another function
 * @other: a device that is a card of its own
 */
struct card {
	char option[32];
	char name[16];
	struct sim a;
	struct sim b;
	struct sim other;
};

FIXTURE(card) {
	struct card card;
	int fd;
};

FIXTURE_SETUP(card)
{
	struct card *card = &self->card;

	if (sim_missing())
		SKIP(return, "%s", sim_missing());
	if (capabilities_missing())
		SKIP(return, "%s", capabilities_missing());
	ASSERT_EQ(0, sim_new_once(&card->other, ""));
	snprintf(card->name, sizeof(card->name), "card%u", card->other.id);
	snprintf(card->option, sizeof(card->option), "card=%s", card->name);
	ASSERT_EQ(0, sim_new_once(&card->a, card->option));
	ASSERT_EQ(0, sim_new_once(&card->b, card->option));
	self->fd = sim_open(&card->b, O_RDWR);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(card)
{
	set_all_capabilities(true);
	close(self->fd);
	sim_del(&self->card.a);
	sim_del(&self->card.b);
	sim_del(&self->card.other);
}

static int lower_function(const struct sim *sim, const char *name)
{
	return write_file(name, "/sys/class/fwctl/fwctl%d/scope_max_function",
			  sim->number);
}

/* Sends a request that writes configuration. */
static int write_configuration(int fd)
{
	return _test_sim(fd, FWCTL_RPC_CONFIGURATION, FWCTL_SIM_WRITE, 3, 1,
			 NULL, NULL);
}

TEST_F(card, name)
{
	char text[64], parent[32];

	EXPECT_EQ(0, sim_read(&self->card.a, "card", text, sizeof(text)));
	EXPECT_STREQ(self->card.name, text);
	EXPECT_EQ(0, sim_read(&self->card.b, "card", text, sizeof(text)));
	EXPECT_STREQ(self->card.name, text);
	/* Without a card of its own a device has the name of its parent. */
	EXPECT_EQ(0, sim_read(&self->card.other, "card", text, sizeof(text)));
	snprintf(parent, sizeof(parent), "fwctl_sim%u", self->card.other.id);
	EXPECT_STREQ(parent, text);
}

/* A card whose one function admits nothing is not writable through another one. */
TEST_F(card, all_functions)
{
	struct card *card = &self->card;

	ASSERT_EQ(0, write_configuration(self->fd));
	ASSERT_EQ(0, sim_lower(&card->b, "configuration"));
	EXPECT_EQ(0, write_configuration(self->fd));
	EXPECT_EQ(FWCTL_CEILING_CONFIGURATION, sim_ceiling(&card->a));

	ASSERT_EQ(0, sim_lower(&card->a, "none"));
	EXPECT_EQ(EACCES, write_configuration(self->fd));
	EXPECT_EQ(-1, sim_open(&card->b, O_RDWR));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(FWCTL_CEILING_NONE, sim_ceiling(&card->b));
	EXPECT_EQ(EPERM, sim_lower(&card->b, "configuration"));
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, sim_ceiling(&card->other));
}

/* Functions that are made, or get their driver, afterwards */
TEST_F(card, later_functions)
{
	struct card *card = &self->card;
	struct sim later;

	ASSERT_EQ(0, sim_unbind(&card->b));
	ASSERT_EQ(0, sim_lower(&card->a, "configuration"));
	ASSERT_EQ(0, sim_bind(&card->b));
	EXPECT_EQ(FWCTL_CEILING_CONFIGURATION, sim_ceiling(&card->b));

	ASSERT_EQ(0, sim_new_once(&later, card->option));
	EXPECT_EQ(FWCTL_CEILING_CONFIGURATION, sim_ceiling(&later));
	EXPECT_EQ(0, sim_del(&later));

	/* The card's ceiling outlives all of its functions. */
	ASSERT_EQ(0, sim_del(&card->a));
	ASSERT_EQ(0, sim_del(&card->b));
	ASSERT_EQ(0, sim_new_once(&card->a, card->option));
	EXPECT_EQ(FWCTL_CEILING_CONFIGURATION, sim_ceiling(&card->a));
}

/* The functions of a card stay bounded when the card gets another name. */
TEST_F(card, another_name)
{
	struct card *card = &self->card;
	unsigned int id = card->b.id;

	ASSERT_EQ(0, sim_lower(&card->a, "configuration"));
	ASSERT_EQ(0, sim_del(&card->b));
	ASSERT_EQ(0, sim_new_id(&card->b, id, ""));
	EXPECT_EQ(FWCTL_CEILING_CONFIGURATION, sim_ceiling(&card->b));
}

/* A function has the lower one of the card's ceiling and of its own. */
TEST_F(card, single_function)
{
	struct card *card = &self->card;
	unsigned int id = card->b.id;

	ASSERT_EQ(0, lower_function(&card->b, "configuration\n"));
	EXPECT_EQ(FWCTL_CEILING_CONFIGURATION, sim_ceiling(&card->b));
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, sim_ceiling(&card->a));
	EXPECT_EQ(EPERM, lower_function(&card->b, "debug-write"));
	EXPECT_EQ(EPERM, sim_lower(&card->b, "debug-write"));
	EXPECT_EQ(EINVAL, lower_function(&card->b, "nothing"));

	ASSERT_EQ(0, sim_lower(&card->a, "debug-write"));
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE, sim_ceiling(&card->a));
	EXPECT_EQ(FWCTL_CEILING_CONFIGURATION, sim_ceiling(&card->b));

	/* The function's own ceiling stays with its name. */
	ASSERT_EQ(0, sim_del(&card->b));
	ASSERT_EQ(0, sim_new_id(&card->b, id, card->option));
	EXPECT_EQ(FWCTL_CEILING_CONFIGURATION, sim_ceiling(&card->b));

	ASSERT_EQ(0, sim_lower(&card->a, "none"));
	EXPECT_EQ(FWCTL_CEILING_NONE, sim_ceiling(&card->b));
}

/* Lowering the card to the ceiling that one function has already lowers the others. */
TEST_F(card, equal_to_single_function)
{
	struct card *card = &self->card;

	ASSERT_EQ(0, lower_function(&card->a, "none"));
	ASSERT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, sim_ceiling(&card->b));
	ASSERT_EQ(0, sim_lower(&card->a, "none"));
	EXPECT_EQ(FWCTL_CEILING_NONE, sim_ceiling(&card->b));
}

/* Reading needs no privilege. The size of a read is the reader's choice. */
TEST_F(card, reading)
{
	char path[64], text[64];
	int fd, len = 0;

	snprintf(path, sizeof(path), "/sys/class/fwctl/fwctl%d/scope_max",
		 self->card.a.number);
	ASSERT_EQ(0, set_all_capabilities(false));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	while (len < sizeof(text) - 1 && read(fd, text + len, 1) == 1)
		len++;
	text[len] = 0;
	close(fd);
	EXPECT_STREQ("debug-write-full\n", text);
}

/* The numbers of all fwctl devices of a parent, at most two */
static unsigned int devices_of(const struct sim *sim, int *numbers)
{
	unsigned int count = 0;
	struct dirent *entry;
	char path[PATH_MAX];
	DIR *dir;

	snprintf(path, sizeof(path), SIM_BUS "/devices/fwctl_sim%u/fwctl",
		 sim->id);
	dir = opendir(path);
	while (dir && count < 2 && (entry = readdir(dir)))
		if (sscanf(entry->d_name, "fwctl%d", &numbers[count]) == 1)
			count++;
	if (dir)
		closedir(dir);
	return count;
}

/* Both fwctl devices of one parent follow, whichever is lowered. */
TEST_F(card, devices_of_one_parent)
{
	struct sim both[2];
	int numbers[2];
	struct sim twin;
	unsigned int i;

	ASSERT_EQ(0, sim_new_once(&twin, "twice"));
	ASSERT_EQ(2, devices_of(&twin, numbers));
	for (i = 0; i < 2; i++) {
		both[i] = twin;
		both[i].number = numbers[i];
	}

	EXPECT_EQ(0, lower_function(&both[0], "debug-write"));
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE, sim_ceiling(&both[0]));
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE, sim_ceiling(&both[1]));
	EXPECT_EQ(0, sim_lower(&both[1], "none"));
	EXPECT_EQ(FWCTL_CEILING_NONE, sim_ceiling(&both[0]));
	EXPECT_EQ(FWCTL_CEILING_NONE, sim_ceiling(&both[1]));
	EXPECT_EQ(0, sim_del(&twin));
}

/* The audit log has a record for each device whose ceiling has changed. */
TEST_F(card, records)
{
	struct card *card = &self->card;
	const struct {
		int device;
		const char *change;
	} records[] = {
		{ card->b.number, " old=4 new=3 " },
		{ card->a.number, " old=4 new=1 " },
		{ card->b.number, " old=3 new=1 " },
		{ card->a.number, " old=1 new=0 " },
		{ card->b.number, " old=1 new=0 " },
	};
	int sock = audit_open();
	const char *record;
	size_t i;

	if (sock < 0)
		SKIP(return, NO_AUDIT);
	EXPECT_EQ(0, lower_function(&card->b, "debug-write"));
	EXPECT_EQ(0, sim_lower(&card->a, "configuration"));
	EXPECT_EQ(0, sim_lower(&card->a, "none"));
	EXPECT_EQ(0, sim_lower(&card->a, "none"));
	for (i = 0; i < ARRAY_SIZE(records); i++) {
		record = audit_next(sock, records[i].device, getpid(), 10000);
		EXPECT_NE(NULL, strstr(record, "op=ceiling"))
			TH_LOG("%s", record);
		EXPECT_NE(NULL, strstr(record, records[i].change))
			TH_LOG("%zu: %s", i, record);
	}
	EXPECT_STREQ("none", audit_next(sock, card->a.number, getpid(), 300));
	close(sock);
}

/* Lowering a ceiling returns after the end of a call that was admitted before. */
TEST_F(card, waits_for_admitted)
{
	struct card *card = &self->card;
	struct call call;

	ASSERT_EQ(0, sim_set(&card->b, "rpc_delay_ms", 1000));
	ASSERT_EQ(0, call_nop(&call, self->fd));
	ASSERT_TRUE(wait_for(in_flight(&card->b, 1)));
	EXPECT_EQ(0, sim_lower(&card->a, "none"));
	EXPECT_TRUE(in_flight(&card->b, 0));
	EXPECT_EQ(0, call_end(&call));
}

static pid_t fork_lower(const struct sim *sim, const char *name)
{
	pid_t pid = fork();

	if (!pid)
		_exit(sim_lower(sim, name));
	return pid;
}

/*
 * The ceiling applies while the writer waits, and stays if the writer is killed. Another
 * writer of the same ceiling waits, too. Removal of the device does not wait for it.
 */
TEST_F(card, waiting_writer)
{
	struct card *card = &self->card;
	struct call call;
	pid_t pid;

	ASSERT_EQ(0, sim_set(&card->b, "rpc_delay_ms", FOREVER_MS));
	ASSERT_EQ(0, call_nop(&call, self->fd));
	ASSERT_TRUE(wait_for(in_flight(&card->b, 1)));

	pid = fork_lower(&card->a, "none");
	EXPECT_TRUE(wait_for(sim_ceiling(&card->b) == FWCTL_CEILING_NONE &&
			     task_waits_in(pid, SYS_write)));
	EXPECT_EQ(EACCES, write_configuration(self->fd));
	EXPECT_TRUE(kill_and_wait(pid));
	EXPECT_EQ(FWCTL_CEILING_NONE, sim_ceiling(&card->b));

	pid = fork_lower(&card->a, "none");
	EXPECT_TRUE(wait_for(task_waits_in(pid, SYS_write)));
	EXPECT_EQ(0, sim_del(&card->a));
	EXPECT_TRUE(task_waits_in(pid, SYS_write));
	EXPECT_EQ(0, sim_unbind(&card->b));
	EXPECT_EQ(ENODEV, call_end(&call));
	EXPECT_EQ(0, exit_status(pid));
	ASSERT_EQ(0, sim_new_once(&card->a, card->option));
}

FIXTURE(opener) {
	struct sim sim;
	char path[64];
};

FIXTURE_VARIANT(opener) {
	const char *file;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(opener, scope_max) {
	.file = "scope_max",
};

FIXTURE_VARIANT_ADD(opener, scope_max_function) {
	.file = "scope_max_function",
};

/* clang-format on */

FIXTURE_SETUP(opener)
{
	if (sim_missing())
		SKIP(return, "%s", sim_missing());
	if (capabilities_missing())
		SKIP(return, "%s", capabilities_missing());
	ASSERT_EQ(0, sim_new_once(&self->sim, ""));
	snprintf(self->path, sizeof(self->path), "/sys/class/fwctl/fwctl%d/%s",
		 self->sim.number, variant->file);
	ASSERT_EQ(0, chmod(self->path, 0666));
}

FIXTURE_TEARDOWN(opener)
{
	if (seteuid(0))
		return;
	set_all_capabilities(true);
	sim_del(&self->sim);
}

static int write_none(int fd)
{
	return write(fd, "none", 4) == 4 ? 0 : errno;
}

/*
 * An unprivileged program opens the file and hands it to a privileged one as standard
 * output, or the other way round. With the effective user id the process takes the part
 * of both, as a program that is set-user-ID root.
 */
TEST_F(opener, both_need_privilege)
{
	int fd;

	ASSERT_EQ(0, seteuid(65534));
	fd = open(self->path, O_WRONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	EXPECT_EQ(EPERM, write_none(fd));
	ASSERT_EQ(0, seteuid(0));
	EXPECT_EQ(EPERM, write_none(fd));
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, sim_ceiling(&self->sim));
	close(fd);

	fd = open(self->path, O_WRONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, seteuid(65534));
	EXPECT_EQ(EPERM, write_none(fd));
	ASSERT_EQ(0, seteuid(0));
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, sim_ceiling(&self->sim));
	EXPECT_EQ(0, write_none(fd));
	EXPECT_EQ(FWCTL_CEILING_NONE, sim_ceiling(&self->sim));
	close(fd);
}

/* CAP_SYS_ADMIN is the privilege, of root as well. */
TEST_F(opener, capability)
{
	int fd;

	ASSERT_EQ(0, set_capability(CAP_SYS_ADMIN, false));
	fd = open(self->path, O_WRONLY | O_CLOEXEC);
	ASSERT_EQ(0, set_capability(CAP_SYS_ADMIN, true));
	ASSERT_LE(0, fd);
	EXPECT_EQ(EPERM, write_none(fd));
	EXPECT_EQ(FWCTL_CEILING_DEBUG_WRITE_FULL, sim_ceiling(&self->sim));
	close(fd);
}

TEST_HARNESS_MAIN
