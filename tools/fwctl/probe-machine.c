// SPDX-License-Identifier: GPL-2.0-only
/*
 * The checks of fwctl probe that need no fwctl: the modules that are installed, whether
 * the kernel would load them, and the PCI functions that they serve.
 */
#include <glob.h>
#include <libudev.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "tool.h"

#define FWCTL_MODULE "/sys/module/fwctl"
#define CONFIRM "reboot, and choose Enroll MOK in the blue menu"
#define MOK_NEW "/sys/firmware/efi/efivars/MokNew-605dab50-e046-4300-abb6-3dd810dd8b23"

/* Modules that register fwctl devices, and the PCI functions that they serve. */
static const struct backend {
	const char *module;
	const char *driver;
	const char *vendor;
	const char *class;
	const char *absent;
} backends[] = {
	{ "mlx5_fwctl", "mlx5_core", "0x15b3", "0x02",
	  "the firmware offers no user contexts (UCTX), or mlx5_fwctl failed; see dmesg" },
};

/* A field of the module that modprobe would load; false if there is none. */
static bool module_field(const char *module, const char *field, char *value, size_t size)
{
	char command[128];
	bool found;
	FILE *pipe;

	snprintf(command, sizeof(command),
		 "PATH=$PATH:/usr/sbin:/sbin modinfo -F %s %s 2> /dev/null", field, module);
	pipe = popen(command, "re");
	if (!pipe)
		return false;
	found = fgets(value, size, pipe);
	pclose(pipe);
	if (found)
		value[strcspn(value, "\n")] = 0;
	return found && *value;
}

/* The release of another kernel with the module, or NULL; the caller frees it. */
static char *other_kernel(const char *module)
{
	char name[64], line[512], *kernel = NULL;
	glob_t files;
	size_t i;

	snprintf(name, sizeof(name), "/%s.ko", module);
	if (glob("/lib/modules/*/modules.dep", 0, NULL, &files))
		return NULL;
	for (i = 0; i < files.gl_pathc && !kernel; i++) {
		FILE *file = fopen(files.gl_pathv[i], "re");

		while (file && !kernel && fgets(line, sizeof(line), file)) {
			line[strcspn(line, ":")] = 0;
			if (strstr(line, name))
				kernel = strdup(files.gl_pathv[i] + strlen("/lib/modules/"));
		}
		if (file)
			fclose(file);
	}
	globfree(&files);
	if (kernel)
		kernel[strcspn(kernel, "/")] = 0;
	return kernel;
}

/* This project's module has a parameter that Linux's own does not have. */
static bool add_own(struct run *run, bool builtin)
{
	bool ok = !access(FWCTL_MODULE "/parameters/scope_max", F_OK);

	if (builtin)
		return add_check(run, "kernel", "module", ok,
				 "fwctl is built into this kernel (CONFIG_FWCTL=y), so this project's module cannot be loaded",
				 "commands that need no netlink work; for ceilings, counters and audit records boot a kernel with CONFIG_FWCTL=m or without it");
	return add_check(run, "kernel", "module", ok,
			 "the loaded module fwctl is the kernel's own, not this project's",
			 "commands that need no netlink work; for ceilings, counters and audit records: make modules_install in this project's tree (modules in updates/ take precedence), modprobe -r the modules that use fwctl, modprobe mlx5_fwctl");
}

static bool add_installed(struct run *run, const char *release)
{
	char *other = other_kernel("fwctl"), why[256], help[256], file[512];

	snprintf(why, sizeof(why), "there is no module fwctl for this kernel, %s%s%s%s",
		 release, other ? ", but for " : "", other ? other : "",
		 other ? "" : ", nor for another");
	if (other)
		snprintf(help, sizeof(help),
			 "boot %s, or: apt install linux-headers-%s; dkms autoinstall", other,
			 release);
	else
		snprintf(help, sizeof(help),
			 "apt install fwctl-dkms linux-headers-%s, or make modules_install; modprobe mlx5_fwctl",
			 release);
	free(other);
	return add_check(run, "kernel", "module",
			 module_field("fwctl", "filename", file, sizeof(file)), why, help);
}

/* Does the kernel have a key of this name? True as well if this user sees no keys. */
static bool has_key(const char *name)
{
	bool found = false, seen = false;
	FILE *file = fopen("/proc/keys", "re");
	char line[512];
	char *key;

	while (file && !found && fgets(line, sizeof(line), file)) {
		key = strstr(line, " asymmetri ");
		seen |= !!key;
		key = key ? key + strlen(" asymmetri ") : line;
		found = !strncmp(key, name, strlen(name)) && key[strlen(name)] == ':';
	}
	if (file)
		fclose(file);
	return found || !seen;
}

/* Would the kernel accept the module's signature? */
static bool add_signature(struct run *run)
{
	char line[128], signer[256], why[512];

	if ((!read_line("/sys/module/module/parameters/sig_enforce", "", line, sizeof(line)) ||
	     *line != 'Y') && !locked_down())
		return true;
	if (!module_field("fwctl", "signer", signer, sizeof(signer)))
		return add_check(run, "kernel", "signature", false,
				 "the module fwctl is not signed, and this kernel loads signed modules only",
				 "install the package fwctl-dkms, which signs the module, or sign it with sign-file; then enrol the key: mokutil --import /var/lib/dkms/mok.pub, reboot");
	snprintf(why, sizeof(why),
		 "the module fwctl is signed with the key '%s', which this machine does not know",
		 signer);
	return add_check(run, "kernel", "signature", has_key(signer), why,
			 access(MOK_NEW, F_OK) ?
			 "enrol the key: mokutil --import /var/lib/dkms/mok.pub, " CONFIRM :
			 "the enrolment waits for confirmation: " CONFIRM);
}

static void probe_modules(struct run *run)
{
	char line[512], path[256];
	struct utsname uts = {};
	bool builtin;

	uname(&uts);
	snprintf(path, sizeof(path), "/lib/modules/%s/modules.builtin", uts.release);
	builtin = read_line(path, "kernel/drivers/fwctl/fwctl.ko", line, sizeof(line));
	if (builtin || !access(FWCTL_MODULE, F_OK)) {
		add_own(run, builtin);
		return;
	}
	if (!add_installed(run, uts.release) || !add_signature(run))
		return;
	add_check(run, "kernel", "loaded", false, "the module fwctl is not loaded",
		  "modprobe mlx5_fwctl; if that fails, see dmesg");
}

/* Check whether a function has its driver and a fwctl device. */
static void probe_function(struct run *run, struct udev_device *dev, const struct backend *backend)
{
	const char *name = udev_device_get_sysname(dev), *driver = udev_device_get_driver(dev);
	char path[512], why[128], help[128];
	glob_t files;
	bool found;

	if (driver) {
		snprintf(why, sizeof(why), "the driver is %s, not %s", driver, backend->driver);
		snprintf(help, sizeof(help), "unbind the function from %s and bind it to %s",
			 driver, backend->driver);
	} else {
		snprintf(why, sizeof(why), "no driver is bound; it needs %s", backend->driver);
		snprintf(help, sizeof(help), "modprobe %s; if that does not help, see dmesg",
			 backend->driver);
	}
	if (!add_check(run, name, "driver", driver && !strcmp(driver, backend->driver), why, help))
		return;
	snprintf(path, sizeof(path), "%s/fwctl/fwctl*", udev_device_get_syspath(dev));
	found = !glob(path, 0, NULL, &files);
	if (found)
		globfree(&files);
	snprintf(path, sizeof(path), "/sys/module/%s", backend->module);
	if (!found && access(path, F_OK)) {
		snprintf(why, sizeof(why), "the module %s is not loaded", backend->module);
		snprintf(help, sizeof(help), "modprobe %s", backend->module);
		add_check(run, name, "device", false, why, help);
		return;
	}
	add_check(run, name, "device", found, backend->absent,
		  "update the firmware, or set UCTX_EN with mstconfig if the card has it");
}

/* Returns the number of functions that a backend serves. */
static int probe_backend(struct run *run, struct udev *udev, const struct backend *backend)
{
	struct udev_enumerate *found = udev_enumerate_new(udev);
	struct udev_list_entry *entry;
	int count = 0;

	udev_enumerate_add_match_subsystem(found, "pci");
	udev_enumerate_add_match_sysattr(found, "vendor", backend->vendor);
	udev_enumerate_scan_devices(found);
	udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(found)) {
		struct udev_device *dev;
		const char *class;

		dev = udev_device_new_from_syspath(udev, udev_list_entry_get_name(entry));
		class = dev ? udev_device_get_sysattr_value(dev, "class") : NULL;
		if (class && !strncmp(class, backend->class, strlen(backend->class))) {
			probe_function(run, dev, backend);
			count++;
		}
		udev_device_unref(dev);
	}
	udev_enumerate_unref(found);
	return count;
}

void probe_machine(struct run *run)
{
	struct udev *udev = udev_new();
	int count = 0;
	size_t i;

	probe_modules(run);
	for (i = 0; udev && i < ARRAY_SIZE(backends); i++)
		count += probe_backend(run, udev, &backends[i]);
	udev_unref(udev);
	add_check(run, "machine", "hardware", count,
		  "no device on this machine is supported: fwctl supports NVIDIA network adapters (PCI vendor 15b3) with the driver mlx5_core",
		  "for a virtual machine, pass an adapter through; to try fwctl without one: modprobe fwctl_sim");
}
