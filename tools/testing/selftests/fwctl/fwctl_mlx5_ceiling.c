// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ceiling of a ConnectX after each way to remove its fwctl device and bring it back,
 * and that of the card's other function, if the card has two. In the end the device admits
 * nothing until the next boot: to be run last, in a guest with a virtual ConnectX.
 */
#include "fwctl_ceiling_utils.h"
#include "fwctl_mlx5_bus_utils.h"

FIXTURE(mlx5_ceiling) {
	struct mlx5_dev dev;
};

FIXTURE_VARIANT(mlx5_ceiling) {
	const char *ceiling;
	int err;
};

/* In this order: a ceiling cannot be raised. */
/* clang-format off */
FIXTURE_VARIANT_ADD(mlx5_ceiling, configuration) {
	.ceiling = "configuration",
	.err = 0,
};

FIXTURE_VARIANT_ADD(mlx5_ceiling, none) {
	.ceiling = "none",
	.err = EACCES,
};

/* clang-format on */

FIXTURE_SETUP(mlx5_ceiling)
{
	if (!vcx_there())
		SKIP(return, NO_VCX);
	if (mlx5_find(&self->dev))
		SKIP(return, "no fwctl device of mlx5");
}

FIXTURE_TEARDOWN(mlx5_ceiling)
{
}

/* Finds the device of the function at the address in @dev. Returns 0 or ENOENT. */
static int find_again(struct mlx5_dev *dev)
{
	struct dirent *entry;
	char path[96];
	int err = ENOENT;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/fwctl", dev->pci);
	dir = opendir(path);
	while (dir && err && (entry = readdir(dir)))
		if (sscanf(entry->d_name, "fwctl%d", &dev->number) == 1)
			err = 0;
	if (dir)
		closedir(dir);
	snprintf(dev->node, sizeof(dev->node), "/dev/fwctl/fwctl%d",
		 dev->number);
	/* The node appears last. */
	return err ?: access(dev->node, F_OK) ? ENOENT : 0;
}

/* Reads the device's identity, a configuration read. */
static int read_identity(int fd)
{
	__u8 in[MLX5_HEADER + MGIR_LEN], out[sizeof(in)];
	__u32 len = sizeof(out);

	make_reg(in, sizeof(in), OP_ACCESS_REG, REG_MGIR, REG_READ);
	return _test_rpc(fd, FWCTL_RPC_DEBUG_READ_ONLY, in, sizeof(in), out, &len);
}

/* Checks that the current device has the ceiling. */
static void check(struct __test_metadata *_metadata, const char *after,
		  struct mlx5_dev *dev, const char *ceiling, int err)
{
	char text[64];
	int fd;

	ASSERT_TRUE(wait_for(!find_again(dev)))
		TH_LOG("no device after %s", after);
	ASSERT_EQ(0, read_file(text, sizeof(text),
			       "/sys/class/fwctl/fwctl%d/scope_max",
			       dev->number));
	EXPECT_STREQ(ceiling, text)
		TH_LOG("after %s", after);
	fd = mlx5_open(dev, O_RDWR);
	EXPECT_EQ(err, fd < 0 ? errno : 0)
		TH_LOG("after %s", after);
	if (fd >= 0) {
		EXPECT_EQ(0, read_identity(fd));
		EXPECT_EQ(EACCES, mlx5_nop(fd));
		close(fd);
	}
	EXPECT_EQ(EPERM, lower_ceiling(dev->number, "debug-read-only"));
}

/* Checks that the other function of the card is bounded, now and when it comes back. */
static void check_other(struct __test_metadata *_metadata,
			const struct mlx5_dev *dev, const char *ceiling, int err)
{
	char card[2][64], text[64];
	struct mlx5_dev other = *dev;
	char *digit = other.pci + strlen(other.pci) - 1;
	int i, fd;

	/* 0000:01:00.0 or 0000:01:00.1 */
	*digit = *digit == '0' ? '1' : '0';
	if (find_again(&other))
		return;
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, read_file(text, sizeof(text),
				       "/sys/class/fwctl/fwctl%d/scope_max",
				       other.number));
		EXPECT_STREQ(ceiling, text);
		fd = mlx5_open(&other, O_RDWR);
		EXPECT_EQ(err, fd < 0 ? errno : 0);
		close(fd);
		if (!i) {
			ASSERT_EQ(0, unbind_pci(&other));
			ASSERT_EQ(0, bind_pci(&other));
			ASSERT_TRUE(wait_for(!find_again(&other)));
		}
	}
	EXPECT_EQ(0, read_file(card[0], sizeof(card[0]),
			       "/sys/class/fwctl/fwctl%d/card", dev->number));
	EXPECT_EQ(0, read_file(card[1], sizeof(card[1]),
			       "/sys/class/fwctl/fwctl%d/card", other.number));
	/* The system image GUID of the virtual card */
	EXPECT_STREQ("b859:9f03:0000:0010", card[0]);
	EXPECT_STREQ(card[0], card[1]);
}

TEST_F(mlx5_ceiling, stays)
{
	int fd;

	fd = mlx5_open(&self->dev, O_RDWR);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, lower_ceiling(self->dev.number, variant->ceiling));
	/* The ceiling takes effect at once on a file that is already open. */
	EXPECT_EQ(variant->err, read_identity(fd));
	EXPECT_EQ(EACCES, mlx5_nop(fd));
	check(_metadata, "lowering", &self->dev, variant->ceiling,
	      variant->err);
	check_other(_metadata, &self->dev, variant->ceiling, variant->err);

	EXPECT_EQ(0, devlink_reload(&self->dev));
	check(_metadata, "devlink dev reload", &self->dev, variant->ceiling,
	      variant->err);
	EXPECT_EQ(ENODEV, read_identity(fd));
	close(fd);

	ASSERT_EQ(0, unbind_pci(&self->dev));
	EXPECT_EQ(ENOENT, find_again(&self->dev));
	ASSERT_EQ(0, bind_pci(&self->dev));
	check(_metadata, "unbind and bind", &self->dev, variant->ceiling,
	      variant->err);
}

TEST_HARNESS_MAIN
