// SPDX-License-Identifier: GPL-2.0-only
/*
 * Error messages and exit codes.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

const struct exit_spec exit_specs[] = {
	{ FWCTL_EXIT_OK, "ok", "done" },
	{ FWCTL_EXIT_USAGE, "usage",
	  "wrong usage, or an error that is none of the following" },
	{ FWCTL_EXIT_NO_DEVICE, "no-device",
	  "there is no such device, or the kernel has no fwctl" },
	{ FWCTL_EXIT_REFUSED, "refused",
	  "refused: permission, scope, policy, or a limit that is used up" },
	{ FWCTL_EXIT_UNSUPPORTED, "unsupported",
	  "not supported by the kernel or the device" },
	{ FWCTL_EXIT_FIRMWARE, "firmware", "the firmware reported an error" },
	{ FWCTL_EXIT_GONE, "gone",
	  "the device went away, or did not answer in time" },
	{ FWCTL_EXIT_PARTIAL, "partial",
	  "done in part, or what was done could not be verified" },
	{ FWCTL_EXIT_CHANGED, "changed",
	  "no error: with --detailed-exitcode, something differs or was changed" },
	{}
};

/* The exit code for an errno of the kernel or of a device. */
static const struct {
	int err;
	int code;
} exit_codes[] = {
	{ EPERM, FWCTL_EXIT_REFUSED },
	{ EACCES, FWCTL_EXIT_REFUSED },
	{ EROFS, FWCTL_EXIT_REFUSED },
	{ EBADMSG, FWCTL_EXIT_REFUSED },
	{ EBUSY, FWCTL_EXIT_REFUSED },
	{ EAGAIN, FWCTL_EXIT_REFUSED },
	{ EOPNOTSUPP, FWCTL_EXIT_UNSUPPORTED },
	{ ENOTTY, FWCTL_EXIT_UNSUPPORTED },
	{ EPROTONOSUPPORT, FWCTL_EXIT_UNSUPPORTED },
	{ EIO, FWCTL_EXIT_FIRMWARE },
	{ EREMOTEIO, FWCTL_EXIT_FIRMWARE },
	{ EPROTO, FWCTL_EXIT_FIRMWARE },
	{ ENODEV, FWCTL_EXIT_GONE },
	{ ENXIO, FWCTL_EXIT_GONE },
	{ ETIMEDOUT, FWCTL_EXIT_GONE },
};

int exit_code(int err)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(exit_codes); i++)
		if (exit_codes[i].err == -err)
			return exit_codes[i].code;
	return FWCTL_EXIT_USAGE;
}

/* Set the run's error, unless it has one already; returns the exit code. */
int fail(struct run *run, int code, const char *fmt, ...)
{
	va_list args;

	if (run->code)
		return run->code;
	run->code = code;
	va_start(args, fmt);
	if (vasprintf(&run->error, fmt, args) < 0)
		run->error = NULL;
	va_end(args);
	return code;
}

/* Go on as if there had been no error. */
void forget_error(struct run *run)
{
	free(run->error);
	run->error = NULL;
	run->code = 0;
	run->err = 0;
	run->has_firmware = false;
}

/* Combine a run's error with another text, in the order that the format gives. */
static int extend_error(struct run *run, const char *how, const char *fmt,
			va_list args)
{
	char *before = run->error, *more = NULL;

	if (vasprintf(&more, fmt, args) < 0)
		more = NULL;
	if (before && more && asprintf(&run->error, how, before, more) < 0)
		run->error = before;
	else if (before && more)
		free(before);
	free(more);
	return run->code;
}

/* Put the failed operation in front of a run's error; returns the exit code. */
int fail_front(struct run *run, const char *fmt, ...)
{
	va_list args;
	int code;

	va_start(args, fmt);
	code = extend_error(run, "%2$s: %1$s", fmt, args);
	va_end(args);
	return code;
}

/* Append a text to a run's error; returns the exit code. */
int fail_more(struct run *run, const char *fmt, ...)
{
	va_list args;
	int code;

	va_start(args, fmt);
	code = extend_error(run, "%1$s; %2$s", fmt, args);
	va_end(args);
	return code;
}

/* Set the run's error to an error of libfwctl, with the library's message. */
int fail_errno(struct run *run, int err, const char *message)
{
	if (!run->code)
		run->err = err;
	return fail(run, exit_code(err), "%s", message);
}

/* Set the run's error to the firmware's status. */
int fail_firmware(struct run *run, const char *dev,
		  const struct firmware_status *status)
{
	if (!run->code) {
		run->firmware = *status;
		run->has_firmware = true;
	}
	return fail(run, FWCTL_EXIT_FIRMWARE,
		    "%s: the firmware reports status 0x%x (%s), syndrome 0x%x",
		    dev, status->status,
		    status->name ? status->name : "unknown", status->syndrome);
}

/* A run's error, for JSON. */
json_object *error_json(const struct run *run)
{
	json_object *error = json_object_new_object();
	const char *name = run->err ? strerrorname_np(-run->err) : NULL;
	json_object *firmware = NULL;

	json_add(error, "code", json_object_new_int(run->code));
	json_add(error, "name", json_text(exit_specs[run->code].name));
	json_add(error, "message",
		 json_text(run->error ? run->error : "no memory"));
	json_add(error, "errno", json_text(name));
	if (run->has_firmware) {
		firmware = json_object_new_object();
		json_add(firmware, "status",
			 json_object_new_int64(run->firmware.status));
		json_add(firmware, "name", json_text(run->firmware.name));
		json_add(firmware, "syndrome",
			 json_object_new_int64(run->firmware.syndrome));
	}
	json_add(error, "firmware", firmware);
	return error;
}

void free_run(struct run *run)
{
	json_object_put(run->result);
	free(run->error);
}
