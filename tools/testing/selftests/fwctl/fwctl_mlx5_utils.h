/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mlx5 backend's device, commands of its firmware, and the control channel of the
 * virtual ConnectX, with which a test reads the commands that firmware has received and
 * makes firmware fail.
 *
 * Layouts of commands: Ethernet Adapters Programming Manual.
 */
#ifndef __FWCTL_MLX5_UTILS_H
#define __FWCTL_MLX5_UTILS_H

#include <limits.h>

#include <fwctl/mlx5.h>

#include "fwctl_thread_utils.h"
#include "mlx5_bytes.h"

#define MLX5_HEADER 16

enum {
	OP_QUERY_HCA_CAP = 0x100,
	OP_SET_HCA_CAP = 0x109,
	OP_ACCESS_REG = 0x805,
	OP_NOP = 0x80d,
	OP_CREATE_UCTX = 0xa04,
	OP_DESTROY_UCTX = 0xa06,
	OP_ACCESS_REGISTER_USER = 0xb0c,

	REG_WRITE = 0,
	REG_READ = 1,

	REG_MGIR = 0x9020,
	MGIR_LEN = 160,

	UCTX_CAP_RAW_TX = 0x1,
	UCTX_CAP_TOOLS_RESOURCES = 0x4,
};

/**
 * struct mlx5_dev - the device under test
 * @number: N of fwctlN
 * @node: /dev/fwctl/fwctlN
 * @pci: name of its parent, a PCI device
 */
struct mlx5_dev {
	int number;
	char node[32];
	char pci[32];
};

/* Finds the first device of the backend. Returns 0 or ENOENT. */
static inline int mlx5_find(struct mlx5_dev *dev)
{
	DIR *dir = opendir("/sys/class/fwctl");
	char path[64], type[8], target[PATH_MAX];
	struct dirent *entry;
	int err = ENOENT;

	while (dir && err && (entry = readdir(dir))) {
		if (sscanf(entry->d_name, "fwctl%d", &dev->number) != 1 ||
		    read_file(type, sizeof(type), "/sys/class/fwctl/fwctl%d/type",
			      dev->number) ||
		    atoi(type) != FWCTL_DEVICE_TYPE_MLX5)
			continue;
		snprintf(path, sizeof(path), "/sys/class/fwctl/fwctl%d/device",
			 dev->number);
		if (!realpath(path, target))
			continue;
		snprintf(dev->node, sizeof(dev->node), "/dev/fwctl/fwctl%d",
			 dev->number);
		snprintf(dev->pci, sizeof(dev->pci), "%.31s",
			 strrchr(target, '/') + 1);
		/* The node appears last. */
		if (!access(dev->node, F_OK))
			err = 0;
	}
	if (dir)
		closedir(dir);
	return err;
}

/* The reason for a SKIP, or NULL */
static inline const char *mlx5_missing(void)
{
	struct mlx5_dev dev;
	char scopes[128];

	if (mlx5_find(&dev))
		return "no fwctl device of mlx5";
	if (access(dev.node, R_OK | W_OK))
		return "not root";
	read_file(scopes, sizeof(scopes), "/sys/class/fwctl/fwctl%d/scopes",
		  dev.number);
	if (!strstr(scopes, "debug-write-full"))
		return "the device's ceiling is lowered";
	return NULL;
}

static inline int mlx5_open(const struct mlx5_dev *dev, int flags)
{
	return open(dev->node, flags | O_CLOEXEC);
}

/* Commands */

static inline void make_command(__u8 *in, size_t len, unsigned int opcode,
				unsigned int op_mod)
{
	memset(in, 0, len);
	put_be16(in, opcode);
	put_be16(in + 6, op_mod);
}

static inline void make_reg(__u8 *in, size_t len, unsigned int opcode,
			    unsigned int id, unsigned int op_mod)
{
	make_command(in, len, opcode, op_mod);
	put_be16(in + 10, id);
}

static inline void set_uid(__u8 *in, unsigned int uid)
{
	put_be16(in + 2, uid);
}

static inline unsigned int uid_of(const __u8 *in)
{
	return get_be16(in + 2);
}

static inline unsigned int status_of(const __u8 *out)
{
	return out[0];
}

static inline __u32 syndrome_of(const __u8 *out)
{
	return get_be32(out + 4);
}

/* The number of a file's user context, or 0 */
static inline unsigned int mlx5_uid(int fd)
{
	struct fwctl_info_mlx5 info = {};
	__u32 len = sizeof(info);

	return _test_info(fd, &info, &len) ? 0 : info.uid;
}

/* Sends NOP. Returns 0, an errno, or -1 if firmware refuses it. */
static inline int mlx5_nop(int fd)
{
	__u8 in[MLX5_HEADER], out[MLX5_HEADER];
	__u32 out_len = sizeof(out);
	int err;

	make_command(in, sizeof(in), OP_NOP, 0);
	err = _test_rpc(fd, FWCTL_RPC_DEBUG_READ_ONLY, in, sizeof(in), out,
			&out_len);
	return err ?: status_of(out) ? -1 : 0;
}

/* Sends NOP in a process of its own, which exits with the result. */
static inline pid_t fork_mlx5_nop(int fd)
{
	pid_t pid = fork();

	if (!pid)
		_exit(mlx5_nop(fd));
	return pid;
}

/* Opens a file, sends NOP, and closes it. Returns the same as mlx5_nop(). */
static inline int mlx5_try(const struct mlx5_dev *dev)
{
	int fd = mlx5_open(dev, O_RDWR), err;

	if (fd < 0)
		return errno;
	err = mlx5_nop(fd);
	close(fd);
	return err;
}

static inline bool works(struct mlx5_dev *dev)
{
	return !mlx5_find(dev) && !mlx5_try(dev);
}

/**
 * struct mlx5_call - a command in a thread of its own
 * @call: for call_waits() and call_end()
 * @in: the command
 * @out: the answer
 */
struct mlx5_call {
	struct call call;
	__u8 in[MLX5_HEADER];
	__u8 out[MLX5_HEADER];
};

static inline int mlx5_call_nop(struct mlx5_call *call, int fd)
{
	make_command(call->in, sizeof(call->in), OP_NOP, 0);
	call->call.rpc = rpc_cmd(FWCTL_RPC_DEBUG_READ_ONLY, call->in,
				 sizeof(call->in), call->out,
				 sizeof(call->out));
	return call_start(&call->call, fd, FWCTL_RPC, &call->call.rpc);
}

/* The virtual ConnectX */

#define NO_VCX "no virtual ConnectX: VCX_CTL names no control channel"

static inline bool vcx_there(void)
{
	const char *path = getenv("VCX_CTL");

	return path && !access(path, R_OK | W_OK);
}

/* For a test that needs the virtual ConnectX: the reason for a SKIP, or NULL */
static inline const char *vcx_missing(void)
{
	if (mlx5_missing())
		return mlx5_missing();
	return vcx_there() ? NULL : NO_VCX;
}

/*
 * Sends a request line. Returns the rest of the answer after "ok", which is valid until
 * the next request, or NULL.
 */
__printf(1, 2)
static inline const char *vcx_ask(const char *request, ...)
{
	static char answer[8200];
	int fd, tries = 1000;
	size_t len = 0;
	va_list args;
	ssize_t n;

	/* EBUSY: a child of the test has the channel open until it calls exec(). */
	while ((fd = open(getenv("VCX_CTL"), O_RDWR | O_CLOEXEC)) < 0 &&
	       errno == EBUSY && tries--)
		usleep(1000);
	if (fd < 0) {
		perror("# control channel of the virtual ConnectX");
		return NULL;
	}
	va_start(args, request);
	vdprintf(fd, request, args);
	va_end(args);
	dprintf(fd, "\n");
	do {
		n = read(fd, answer + len, sizeof(answer) - 1 - len);
		if (n > 0)
			len += n;
	} while (n > 0 && answer[len - 1] != '\n');
	close(fd);
	if (len && answer[len - 1] == '\n')
		len--;
	answer[len] = 0;
	if (!strncmp(answer, "ok", 2))
		return answer + 2;
	fprintf(stderr, "# virtual ConnectX: %s: %s\n", request, answer);
	return NULL;
}

/* For requests that are answered by "ok" alone: 0 or EIO */
#define vcx(...) (vcx_ask(__VA_ARGS__) ? 0 : EIO)

/* How many commands of this opcode firmware has received. */
static inline unsigned int vcx_count(unsigned int opcode)
{
	const char *answer = vcx_ask("count %x", opcode);

	return answer ? strtoul(answer, NULL, 10) : ~0u;
}

static inline unsigned int vcx_stat(const char *name)
{
	const char *at = vcx_ask("stats");
	size_t len = strlen(name);

	while (at && (at = strchr(at, ' ')))
		if (!strncmp(++at, name, len) && at[len] == '=')
			return strtoul(at + len + 1, NULL, 10);
	return ~0u;
}

/* The most commands that were in flight at a time since the last call */
static inline unsigned int vcx_peak(void)
{
	const char *answer = vcx_ask("peak");

	return answer ? strtoul(answer, NULL, 10) : ~0u;
}

/* Reads the last command of this opcode. Returns its length in bytes, or 0. */
static inline size_t vcx_last(unsigned int opcode, __u8 *in, size_t size)
{
	const char *hex = vcx_ask("last %x", opcode);
	unsigned int byte;
	size_t len = 0, i;
	int used = 0;

	memset(in, 0, size);
	if (!hex || sscanf(hex, "%zu %n", &len, &used) != 1)
		return 0;
	hex += used;
	for (i = 0; i < size && sscanf(hex + 2 * i, "%2x", &byte) == 1; i++)
		in[i] = byte;
	return len;
}

/* How many user contexts firmware has */
static inline unsigned int vcx_uids(void)
{
	const char *answer = vcx_ask("uids");

	return answer ? strtoul(answer, NULL, 10) : ~0u;
}

/* Whether firmware has this user context, with these capabilities */
static inline bool vcx_has_uid(unsigned int uid, unsigned int caps)
{
	const char *answer = vcx_ask("uids");
	char entry[32];
	size_t len;

	len = snprintf(entry, sizeof(entry), " %u:%#x", uid, caps);
	while (answer && (answer = strstr(answer, entry))) {
		answer += len;
		if (!*answer || *answer == ' ')
			return true;
	}
	return false;
}

/* The set-up of most fixtures: clears faults of a virtual device; opens a file. */
static inline int setup_mlx5(struct __test_metadata *_metadata, struct mlx5_dev *dev)
{
	int fd;

	if (vcx_there())
		ASSERT_EQ(0, vcx("clear"));
	ASSERT_EQ(0, mlx5_find(dev));
	fd = mlx5_open(dev, O_RDWR);
	ASSERT_LE(0, fd);
	return fd;
}

#endif
