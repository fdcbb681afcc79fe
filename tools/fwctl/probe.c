// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl probe: the operations that the kernel, the drivers and their firmware admit
 * for this user. Harmless operations are tried.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

#define CAP_DAC_OVERRIDE_BIT 1
#define CAP_SYS_RAWIO_BIT 17
#define CAP_SYS_ADMIN_BIT 21
#define TAINT_FWCTL_BIT 19

#define JOIN_GROUP							\
	"join the group that owns the file (ls -l /dev/fwctl), "	\
	"e.g. fwctl by the udev rule 60-fwctl.rules, or run as root"
#define AS_ROOT "run as root, or give the program the capability"
#define UNLOCK								\
	"update firmware with 'devlink dev flash', or reboot without lockdown; " \
	"configuration is not affected; see kernel_lockdown(7)"

static void probe_kernel(struct run *run)
{
	struct fwctl_monitor *monitor = NULL;
	struct fwctl_state **states = NULL;
	const char *subject = "kernel";
	char line[128];
	int ret;

	ret = fwctl_states(run->ctx, &states);
	add_check(run, subject, "netlink", ret >= 0, fwctl_ctx_error(run->ctx), NULL);
	fwctl_states_free(states);

	ret = fwctl_monitor_open(run->ctx, FWCTL_MONITOR_AUDIT, &monitor);
	add_check(run, subject, "audit", !ret, fwctl_ctx_error(run->ctx),
		  ret == -EPERM ? AS_ROOT " CAP_SYS_ADMIN" : NULL);
	fwctl_monitor_free(monitor);

	add_check(run, subject, "lower-ceilings", capable(CAP_SYS_ADMIN_BIT),
		  "the capability CAP_SYS_ADMIN is missing",
		  AS_ROOT " CAP_SYS_ADMIN");
	add_check(run, subject, "not-locked-down", !locked_down(),
		  "the kernel is locked down and refuses requests under debug-write-full",
		  UNLOCK);
	add_check(run, subject, "not-tainted-by-fwctl",
		  !read_line("/proc/sys/kernel/tainted", "", line, sizeof(line)) ||
		  !(strtoull(line, NULL, 10) >> TAINT_FWCTL_BIT & 1),
		  "a request under debug-write or debug-write-full has tainted the kernel",
		  "the taint lasts until the next reboot");
}

/* The reason for which this user cannot use a scope of a device, or NULL. */
static const char *scope_obstacle(const struct fwctl_dev *dev,
				  enum fwctl_rpc_scope scope, const char **help)
{
	unsigned int scopes = fwctl_dev_scopes(dev);

	*help = "get write access, e.g. by mode 0660 in 60-fwctl.rules, or run as root";
	if (!fwctl_dev_writable(dev) && scope >= FWCTL_RPC_DEBUG_WRITE)
		return "the device file is not writable";
	*help = "it holds until the machine reboots, and longer if a parameter scope_max sets it";
	if (scopes && !(scopes & (1U << scope)))
		return "the scope is above the device's ceiling";
	if (scope < FWCTL_RPC_DEBUG_WRITE_FULL)
		return NULL;
	*help = AS_ROOT " CAP_SYS_RAWIO";
	if (!capable(CAP_SYS_RAWIO_BIT))
		return "the capability CAP_SYS_RAWIO is missing";
	*help = UNLOCK;
	return locked_down() ? "the kernel is locked down" : NULL;
}

/* Does the firmware answer? */
static void probe_firmware(struct run *run, struct fwctl_dev *dev,
			   const struct vendor *vendor)
{
	struct firmware_status status = {};
	unsigned char in[64], out[4096];
	size_t len = sizeof(out), in_len;
	char why[128] = "";
	int ret;

	if (!vendor || !vendor->hello) {
		add_check(run, fwctl_dev_name(dev), "firmware", false,
			  "the tool knows no harmless request for this type of device",
			  "write a plugin; see the documentation of fwctl");
		return;
	}
	memset(in, 0, sizeof(in));
	in_len = vendor->hello(in, sizeof(in));
	ret = fwctl_dev_rpc(dev, FWCTL_RPC_CONFIGURATION, in, in_len, out,
			    &len);
	if (!ret && vendor->status &&
	    vendor->status(in, in_len, out, len < sizeof(out) ? len :
			   sizeof(out), &status) && status.status)
		snprintf(why, sizeof(why),
			 "the firmware reports status 0x%x, syndrome 0x%x",
			 status.status, status.syndrome);
	add_check(run, fwctl_dev_name(dev), "firmware", !ret && !*why,
		  ret ? fwctl_dev_error(dev) : why, NULL);
}

static void probe_device(struct run *run, struct fwctl_dev *dev)
{
	const char *name = fwctl_dev_name(dev), *why, *help;
	const struct vendor *vendor;
	size_t none = 0;
	int scope, ret;

	/* An attempt to open it would count as a refusal. */
	if (fwctl_dev_driver(dev) && !fwctl_dev_scopes(dev)) {
		add_check(run, name, "open", false, "the device's ceiling is none",
			  "it stays so until the machine reboots");
		return;
	}
	ret = fwctl_dev_open(dev, FWCTL_OPEN_READ_ONLY_OK);
	/* No group helps a user who may open any file: the ceiling is none. */
	if (!add_check(run, name, "open", !ret, fwctl_dev_error(dev),
		       (ret == -EACCES || ret == -EPERM) &&
		       !capable(CAP_DAC_OVERRIDE_BIT) ? JOIN_GROUP : NULL))
		return;
	add_check(run, name, "write", fwctl_dev_writable(dev),
		  "the device file is not writable, so requests that write are refused",
		  "get write access, or run as root");
	ret = fwctl_dev_info(dev, NULL, &none);
	add_check(run, name, "info", !ret, fwctl_dev_error(dev), NULL);
	vendor = find_vendor(fwctl_dev_type(dev));
	add_check(run, name, "plugin", vendor,
		  "the tool has no plugin for this type of device, only fwctl rpc",
		  "use the vendor's own tool, or write a plugin");
	for (scope = 0; fwctl_scope_name(scope); scope++) {
		why = scope_obstacle(dev, scope, &help);
		add_check(run, name, fwctl_scope_name(scope), !why, why, help);
	}
	probe_firmware(run, dev, vendor);
}

static int show_run(struct run *run)
{
	struct fwctl_dev **devs = NULL, *dev = NULL;
	char *modprobe;
	int ret = 0, i;

	if (run->argc && find_device(run, run->argv[0], &dev))
		return run->code;
	run->result = json_object_new_array();
	if (!dev)
		ret = fwctl_list(run->ctx, &devs);
	modprobe = modprobe_command();
	add_check(run, "kernel", "fwctl", ret >= 0, fwctl_ctx_error(run->ctx),
		  modprobe);
	free(modprobe);
	probe_machine(run);
	probe_kernel(run);
	for (i = 0; i < ret; i++)
		probe_device(run, devs[i]);
	if (dev)
		probe_device(run, dev);
	fwctl_list_free(devs);
	fwctl_dev_free(dev);
	return 0;
}

static const struct column_spec columns[] = {
	{ "SUBJECT", "subject", 0 },
	{ "CHECK", "check", 0 },
	{ "OK", "ok", 0 },
	{ "WHY", "why", COLUMN_WRAP },
	{ "HELP", "help", COLUMN_WRAP },
	{}
};

static const struct command commands[] = {
	{ .name = "show", .args = "[DEV]",
	  .help = "check which operations are possible; for each no, print why and a remedy",
	  .columns = columns, .scope = SCOPE_CONFIGURATION,
	  .flags = COMMAND_DEFAULT, .run = show_run },
	{}
};

struct object probe_object = {
	.name = "probe", .help = "check which uses of fwctl are possible on this machine",
	.commands = commands,
};
