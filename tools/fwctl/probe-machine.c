// SPDX-License-Identifier: GPL-2.0-only
/*
 * The checks of fwctl probe that need no fwctl: the modules that are installed, whether
 * the kernel would load them, and the PCI functions that they serve.
 */
#include <dirent.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "tool.h"

#define FWCTL_MODULE "/sys/module/fwctl"
#define PCI_DEVICES "/sys/bus/pci/devices"
#define CONFIRM "reboot, and choose Enroll MOK in the blue menu"
#define MOK_NEW "/sys/firmware/efi/efivars/MokNew-605dab50-e046-4300-abb6-3dd810dd8b23"

/* The hardware of the next plugin that has some, or NULL. */
static const struct hardware *next_hardware(const struct object **object)
{
	for (; *object; *object = (*object)->next)
		if ((*object)->vendor && (*object)->vendor->hardware) {
			const struct hardware *found = (*object)->vendor->hardware;

			*object = (*object)->next;
			return found;
		}
	return NULL;
}

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
				 "commands that need no netlink work; for ceilings, counters and audit records boot a kernel without CONFIG_FWCTL");
	return add_check(run, "kernel", "module", ok,
			 "the loaded module fwctl is the kernel's own, not this project's",
			 "commands that need no netlink work; for ceilings, counters and audit records boot a kernel without CONFIG_FWCTL, and install this project's modules for it");
}

static bool add_installed(struct run *run, const char *release, const char *modprobe)
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
			 "apt install fwctl-dkms linux-headers-%s, or make modules_install; %s",
			 release, modprobe);
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

/* Check whether a function has its driver and a fwctl device. */
static void probe_function(struct run *run, const char *name, const struct hardware *hardware)
{
	char path[512], link[512], why[128], help[128], *driver;
	glob_t files;
	ssize_t len;
	bool found;

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/driver", name);
	len = readlink(path, link, sizeof(link) - 1);
	link[len < 0 ? 0 : len] = 0;
	driver = len < 0 ? NULL : basename(link);
	if (driver) {
		snprintf(why, sizeof(why), "the driver is %.60s, not %s", driver, hardware->driver);
		snprintf(help, sizeof(help), "unbind the function from %.40s and bind it to %s",
			 driver, hardware->driver);
	} else {
		snprintf(why, sizeof(why), "no driver is bound; it needs %s", hardware->driver);
		snprintf(help, sizeof(help), "modprobe %s; if that does not help, see dmesg",
			 hardware->driver);
	}
	if (!add_check(run, name, "driver", driver && !strcmp(driver, hardware->driver), why, help))
		return;
	snprintf(path, sizeof(path), PCI_DEVICES "/%s/%s", name, hardware->node);
	found = !glob(path, 0, NULL, &files);
	if (found)
		globfree(&files);
	snprintf(path, sizeof(path), "/sys/module/%s", hardware->module);
	if (!found && access(path, F_OK)) {
		snprintf(why, sizeof(why), "the module %s is not loaded", hardware->module);
		snprintf(help, sizeof(help), "modprobe %s", hardware->module);
		add_check(run, name, "device", false, why, help);
		return;
	}
	add_check(run, name, "device", found, hardware->absent, hardware->help);
}

/* Does an attribute of a function begin with a text? NULL fits any. */
static bool begins(const char *name, const char *attribute, const char *text)
{
	char path[512], line[64];

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/%s", name, attribute);
	return !text || read_line(path, text, line, sizeof(line));
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* The number of functions of some hardware; checks each if there is a run. */
static int probe_hardware(struct run *run, const struct hardware *hardware)
{
	struct dirent **entries = NULL;
	int count = 0, i, n;

	n = scandir(PCI_DEVICES, &entries, is_visible, alphasort);
	for (i = 0; i < n; i++) {
		if (begins(entries[i]->d_name, "vendor", hardware->vendor) &&
		    begins(entries[i]->d_name, "class", hardware->class)) {
			if (run)
				probe_function(run, entries[i]->d_name, hardware);
			count++;
		}
		free(entries[i]);
	}
	free(entries);
	return count;
}

/* The certificate to be enrolled: that of shim-signed, where it made one, or that of dkms */
static const char *mok_file(void)
{
	static const char shim[] = "/var/lib/shim-signed/mok/MOK.der";

	return access(shim, F_OK) ? "/var/lib/dkms/mok.pub" : shim;
}

/* Check the signature of a module; it has a row if it is refused, or if it is @last. */
static bool add_module_signature(struct run *run, const char *module, bool last)
{
	char signer[256], why[512], help[384];

	if (!module_field(module, "signer", signer, sizeof(signer))) {
		snprintf(why, sizeof(why),
			 "the module %s is not signed, and this kernel loads signed modules only",
			 module);
		snprintf(help, sizeof(help),
			 "install the package fwctl-dkms, which signs the module, or sign it with sign-file; then enrol the key: mokutil --import %s, reboot",
			 mok_file());
		return add_check(run, "kernel", "signature", false, why, help);
	}
	if (has_key(signer))
		return !last || add_check(run, "kernel", "signature", true, NULL, NULL);
	snprintf(why, sizeof(why),
		 "the module %s is signed with the key '%s', which this machine does not know",
		 module, signer);
	if (access(MOK_NEW, F_OK))
		snprintf(help, sizeof(help), "enrol the key: mokutil --import %s, " CONFIRM,
			 mok_file());
	else
		snprintf(help, sizeof(help), "the enrolment waits for confirmation: " CONFIRM);
	return add_check(run, "kernel", "signature", false, why, help);
}

/*
 * Would the kernel accept the modules' signatures? Those of the machine's devices come
 * from the same package as fwctl, but another key may have signed them since.
 */
static bool add_signature(struct run *run)
{
	const struct object *object = objects();
	const struct hardware *hardware;
	char line[128], file[512];

	if ((!read_line("/sys/module/module/parameters/sig_enforce", "", line, sizeof(line)) ||
	     *line != 'Y') && !locked_down())
		return true;
	while ((hardware = next_hardware(&object)))
		if (probe_hardware(NULL, hardware) &&
		    module_field(hardware->module, "filename", file, sizeof(file)) &&
		    !add_module_signature(run, hardware->module, false))
			return false;
	return add_module_signature(run, "fwctl", true);
}

static void probe_modules(struct run *run, const char *modprobe)
{
	char line[512], path[256], help[256];
	struct utsname uts = {};
	bool builtin;

	uname(&uts);
	snprintf(path, sizeof(path), "/lib/modules/%s/modules.builtin", uts.release);
	builtin = read_line(path, "kernel/drivers/fwctl/fwctl.ko", line, sizeof(line));
	if (builtin || !access(FWCTL_MODULE, F_OK)) {
		add_own(run, builtin);
		return;
	}
	if (!add_installed(run, uts.release, modprobe) || !add_signature(run))
		return;
	snprintf(help, sizeof(help), "%s; if that fails, see dmesg", modprobe);
	add_check(run, "kernel", "loaded", false, "the module fwctl is not loaded", help);
}

/* The command that loads the modules of this machine's devices; the caller frees it. */
char *modprobe_command(void)
{
	const struct object *object = objects();
	const struct hardware *hardware;
	char *command = NULL, *more;

	while ((hardware = next_hardware(&object))) {
		if (!probe_hardware(NULL, hardware))
			continue;
		/* With -a each word is a module. */
		if (asprintf(&more, "%s %s", command ? command : "modprobe -a",
			     hardware->module) < 0)
			break;
		free(command);
		command = more;
	}
	return command ? command : strdup("modprobe fwctl_sim");
}

/* The check whether a plugin has any hardware here; it names all that there is. */
static void add_hardware(struct run *run, bool ok)
{
	const struct object *object = objects();
	const struct hardware *hardware;
	bool first = true;
	char *why = NULL;
	size_t size;
	FILE *file = open_memstream(&why, &size);

	if (!file)
		return;
	fputs("no device on this machine is supported", file);
	while ((hardware = next_hardware(&object))) {
		fprintf(file, "%s %s", first ? ": fwctl supports" : ",", hardware->name);
		first = false;
	}
	fclose(file);
	add_check(run, "machine", "hardware", ok, why,
		  "for a virtual machine, pass an adapter through; to try fwctl without one: modprobe fwctl_sim");
	free(why);
}

void probe_machine(struct run *run)
{
	const struct object *object = objects();
	const struct hardware *hardware;
	char *modprobe = modprobe_command();
	int count = 0;

	probe_modules(run, modprobe);
	while ((hardware = next_hardware(&object)))
		count += probe_hardware(run, hardware);
	free(modprobe);
	add_hardware(run, count);
}
