// SPDX-License-Identifier: GPL-2.0-only
/*
 * vcx: serves one ConnectX PCI function to one virtual machine. A single thread:
 * firmware that is slow is a completion that comes late, never an answer on the
 * vfio-user socket that comes late.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "control_server.h"
#include "transport.h"

#define DEFAULT_CMD_TIMEOUT_S	5
#define DEFAULT_HEALTH_POLL_MS	1000
#define DEFAULT_MAX_UCTX	1024
#define UCTX_CAP_RAW_TX		0x1u
#define UCTX_CAP_TOOLS		0x4u

struct options {
	const char *socket;
	const char *control;
	const char *log;
	bool verbose;
	struct vcx_config config;
};

static const char usage[] =
"usage: vcx --socket PATH [options]\n"
"Serves a virtual ConnectX over vfio-user until the peer closes.\n"
"\n"
"  --socket PATH         the vfio-user socket, made here\n"
"  --control PATH        the control socket, made here\n"
"  --log FILE            the log, instead of stderr\n"
"  --verbose             log every command\n"
"  --device-id ID        PCI device: 101d (default), 101e or 1021\n"
"  --ports N             ports, 1 (default) or 2\n"
"  --no-tools-cap        user contexts can't have TOOLS_RESOURCES\n"
"  --uctx-cap MASK       capabilities that user contexts can have (hex; 0: none)\n"
"  --max-uctx N          user contexts at a time (default 1024)\n"
"  --fw-timeout S        seconds a command may take, for the driver (default 5;\n"
"                        0: its own 60)\n"
"  --health-poll MS      interval of the driver's health poll (default 1000;\n"
"                        0: its own; only with a --fw-timeout)\n";

static bool parse_number(const char *text, int base, unsigned long max, u32 *value)
{
	unsigned long v;
	char *end;

	errno = 0;
	v = strtoul(text, &end, base);
	if (errno || end == text || *end || text[0] == '-' || v > max)
		return false;
	*value = (u32)v;
	return true;
}

enum {
	OPT_SOCKET = 1,
	OPT_CONTROL,
	OPT_LOG,
	OPT_VERBOSE,
	OPT_DEVICE_ID,
	OPT_PORTS,
	OPT_NO_TOOLS_CAP,
	OPT_UCTX_CAP,
	OPT_MAX_UCTX,
	OPT_FW_TIMEOUT,
	OPT_HEALTH_POLL,
	OPT_HELP,
};

static bool parse_option(struct options *o, int option, const char *arg)
{
	struct vcx_config *c = &o->config;
	u32 v = 0;

	switch (option) {
	case OPT_SOCKET:
		o->socket = arg;
		return true;
	case OPT_CONTROL:
		o->control = arg;
		return true;
	case OPT_LOG:
		o->log = arg;
		return true;
	case OPT_VERBOSE:
		o->verbose = true;
		return true;
	case OPT_DEVICE_ID:
		if (!parse_number(arg, 16, 0xffff, &v) || !vcx_find_model((u16)v))
			return false;
		c->device_id = (u16)v;
		return true;
	case OPT_PORTS:
		if (!parse_number(arg, 10, 2, &v) || !v)
			return false;
		c->ports = (u8)v;
		return true;
	case OPT_NO_TOOLS_CAP:
		c->uctx_cap &= ~UCTX_CAP_TOOLS;
		return true;
	case OPT_UCTX_CAP:
		return parse_number(arg, 16, 0xffffffff, &c->uctx_cap);
	case OPT_MAX_UCTX:
		return parse_number(arg, 10, 65000, &c->max_uctx);
	case OPT_FW_TIMEOUT:
		return parse_number(arg, 10, 0xfffff, &c->cmd_timeout_s);
	case OPT_HEALTH_POLL:
		return parse_number(arg, 10, 0xfffff, &c->health_poll_ms);
	}
	return false;
}

/* 0: go on; otherwise the exit status, plus one. */
static int parse_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "socket", required_argument, NULL, OPT_SOCKET },
		{ "control", required_argument, NULL, OPT_CONTROL },
		{ "log", required_argument, NULL, OPT_LOG },
		{ "verbose", no_argument, NULL, OPT_VERBOSE },
		{ "device-id", required_argument, NULL, OPT_DEVICE_ID },
		{ "ports", required_argument, NULL, OPT_PORTS },
		{ "no-tools-cap", no_argument, NULL, OPT_NO_TOOLS_CAP },
		{ "uctx-cap", required_argument, NULL, OPT_UCTX_CAP },
		{ "max-uctx", required_argument, NULL, OPT_MAX_UCTX },
		{ "fw-timeout", required_argument, NULL, OPT_FW_TIMEOUT },
		{ "health-poll", required_argument, NULL, OPT_HEALTH_POLL },
		{ "help", no_argument, NULL, OPT_HELP },
		{ 0 },
	};
	int option, index = 0;

	while ((option = getopt_long(argc, argv, "", longs, &index)) != -1) {
		if (option == OPT_HELP) {
			fputs(usage, stdout);
			return 1;
		}
		if (option == '?')
			return 3;
		if (!parse_option(o, option, optarg)) {
			fprintf(stderr, "vcx: --%s: bad value: %s\n", longs[index].name, optarg);
			return 3;
		}
	}
	if (!o->socket || optind < argc) {
		fputs(usage, stderr);
		return 3;
	}
	return 0;
}

static int listen_on(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd;

	if (snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path) >=
	    (int)sizeof(addr.sun_path)) {
		fprintf(stderr, "vcx: %s: the path is too long for a socket\n", path);
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0) {
		unlink(path);
		if (!bind(fd, (struct sockaddr *)&addr, sizeof(addr)) && !listen(fd, 8))
			return fd;
		close(fd);
	}
	fprintf(stderr, "vcx: %s: %s\n", path, strerror(errno));
	return -1;
}

/* Until the peer closes, or nothing more can be had from it. */
static int serve(struct vcx *vcx, int listener, struct control_server *control)
{
	struct transport transport = { .fd = -1 };
	struct pollfd p[2 + CONTROL_CONNECTIONS];
	int ret = 0;

	while (!ret) {
		bool connected = transport.fd >= 0;
		unsigned int n;

		p[0] = (struct pollfd){
			.fd = connected ? transport.fd : listener,
			.events = POLLIN,
		};
		n = 1 + control_server_poll(control, p + 1);
		if (poll(p, n, fw_run_timers(vcx)) < 0) {
			if (errno == EINTR)
				continue;
			ret = -errno;
			break;
		}
		control_server_run(control, vcx, p + 1);
		if (!p[0].revents)
			continue;
		if (connected) {
			ret = transport_input(&transport, vcx);
		} else {
			int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

			if (fd >= 0)
				ret = transport_init(&transport, fd);
		}
	}
	transport_exit(&transport);
	return ret > 0 ? 0 : ret;
}

static int run(const struct options *o, FILE *log)
{
	struct control_server control;
	struct vcx *vcx = calloc(1, sizeof(*vcx));
	int listener, control_listener = -1;
	int ret = -ENOMEM;

	listener = listen_on(o->socket);
	if (o->control)
		control_listener = listen_on(o->control);
	control_server_init(&control, control_listener);
	if (listener < 0 || (o->control && control_listener < 0)) {
		ret = -EINVAL;
		goto out;
	}
	if (vcx)
		ret = vcx_init(vcx, &o->config, log, o->verbose ? LOG_DEBUG : LOG_INFO);
	if (!ret) {
		ret = serve(vcx, listener, &control);
		vcx_exit(vcx);
	}
	if (ret)
		fprintf(stderr, "vcx: %s\n", strerror(-ret));
	unlink(o->socket);
	if (o->control)
		unlink(o->control);
out:
	control_server_exit(&control);
	if (listener >= 0)
		close(listener);
	free(vcx);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct options o = {
		.config = {
			.device_id = 0x101d,
			.uctx_cap = UCTX_CAP_RAW_TX | UCTX_CAP_TOOLS,
			.max_uctx = DEFAULT_MAX_UCTX,
			.cmd_timeout_s = DEFAULT_CMD_TIMEOUT_S,
			.health_poll_ms = DEFAULT_HEALTH_POLL_MS,
			.ports = 1,
		},
	};
	FILE *log = stderr;
	int ret;

	ret = parse_options(argc, argv, &o);
	if (ret)
		return ret - 1;
	signal(SIGPIPE, SIG_IGN);
	if (o.log) {
		log = fopen(o.log, "w");
		if (!log) {
			fprintf(stderr, "vcx: %s: %s\n", o.log, strerror(errno));
			return EXIT_FAILURE;
		}
	}
	ret = run(&o, log);
	if (o.log)
		fclose(log);
	return ret;
}
