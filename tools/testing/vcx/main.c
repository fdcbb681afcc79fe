// SPDX-License-Identifier: GPL-2.0-only
/*
 * vcx: serves the PCI functions of a ConnectX to one virtual machine, in a single
 * thread. Slow firmware delays the completion of a command, never a reply on the
 * vfio-user socket.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "control_server.h"
#include "vfu.h"

#define DEFAULT_CMD_TIMEOUT_S	5
#define DEFAULT_HEALTH_POLL_MS	1000
#define DEFAULT_MAX_UCTX	1024
#define UCTX_CAP_RAW_TX		0x1u
#define UCTX_CAP_TOOLS		0x4u

struct options {
	const char *sockets[VCX_FUNCTIONS];
	unsigned int nsockets;
	const char *control;
	const char *log;
	const char *state;
	bool verbose;
	struct vcx_config config;
};

static const char usage[] =
"usage: vcx --socket PATH [options]\n"
"Serves a virtual ConnectX over vfio-user until the peer closes the connection.\n"
"\n"
"  --socket PATH         create the vfio-user socket; a second --socket adds a\n"
"                        second function of the same card\n"
"  --control PATH        create the control socket\n"
"  --state FILE          non-volatile state of the card: read at the start if the\n"
"                        file exists, written at the end and on request\n"
"  --log FILE            write the log to FILE instead of stderr\n"
"  --verbose             log every command\n"
"  --device-id ID        PCI device ID: 101d (default), 101e or 1021\n"
"  --ports N             number of ports, 1 (default) or 2\n"
"  --no-tools-cap        user contexts cannot have TOOLS_RESOURCES\n"
"  --uctx-cap MASK       capabilities that user contexts can have (hex; 0: none)\n"
"  --max-uctx N          number of user contexts at a time (default 1024)\n"
"  --fw-timeout S        the driver's command timeout in seconds (default 5;\n"
"                        0: the driver's own, 60)\n"
"  --health-poll MS      interval of the driver's health poll (default 1000; 0: the\n"
"                        driver's own; no effect with --fw-timeout 0)\n";

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
	OPT_STATE,
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
		if (o->nsockets == VCX_FUNCTIONS)
			return false;
		o->sockets[o->nsockets++] = arg;
		return true;
	case OPT_CONTROL:
		o->control = arg;
		return true;
	case OPT_LOG:
		o->log = arg;
		return true;
	case OPT_STATE:
		o->state = arg;
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

/* Returns 0 to continue, or else the exit status plus one. */
static int parse_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "socket", required_argument, NULL, OPT_SOCKET },
		{ "control", required_argument, NULL, OPT_CONTROL },
		{ "log", required_argument, NULL, OPT_LOG },
		{ "state", required_argument, NULL, OPT_STATE },
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
			fprintf(stderr, "vcx: --%s: invalid value: %s\n", longs[index].name,
				optarg);
			return 3;
		}
	}
	if (!o->nsockets || optind < argc) {
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
		fprintf(stderr, "vcx: %s: path too long for a socket\n", path);
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

/* One function and its socket */
struct endpoint {
	struct vcx *vcx;
	const char *path;
	int listener;
	struct transport transport;
};

struct server {
	struct vcx_card *card;
	struct endpoint endpoints[VCX_FUNCTIONS];
	unsigned int nendpoints;
	struct control_server control;
};

/* Completes due commands of all functions; returns the ms until the next, or -1. */
static int run_timers(struct server *s)
{
	int next = -1;

	for (unsigned int i = 0; i < s->nendpoints; i++) {
		int ms = fw_run_timers(s->endpoints[i].vcx);

		if (ms >= 0 && (next < 0 || ms < next))
			next = ms;
	}
	return next;
}

/* Returns as transport_input(). */
static int endpoint_input(struct endpoint *e)
{
	int fd;

	if (e->transport.fd >= 0)
		return transport_input(&e->transport, e->vcx);
	fd = accept4(e->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	return fd >= 0 ? transport_init(&e->transport, fd) : 0;
}

/* Serves until a peer closes its connection, or a connection fails. */
static int serve(struct server *s)
{
	struct pollfd p[VCX_FUNCTIONS + 1 + CONTROL_CONNECTIONS];
	int ret = 0;

	while (!ret) {
		unsigned int n = s->nendpoints;

		for (unsigned int i = 0; i < n; i++) {
			struct endpoint *e = &s->endpoints[i];

			p[i] = (struct pollfd){
				.fd = e->transport.fd >= 0 ? e->transport.fd : e->listener,
				.events = POLLIN,
			};
		}
		n += control_server_poll(&s->control, p + n);
		if (poll(p, n, run_timers(s)) < 0) {
			if (errno != EINTR)
				ret = -errno;
			continue;
		}
		control_server_run(&s->control, s->card, p + s->nendpoints);
		for (unsigned int i = 0; i < s->nendpoints && !ret; i++) {
			if (p[i].revents)
				ret = endpoint_input(&s->endpoints[i]);
		}
	}
	return ret > 0 ? 0 : ret;
}

static int add_endpoint(struct server *s, const struct options *o, FILE *log, const char *path)
{
	struct endpoint *e = &s->endpoints[s->nendpoints];
	int ret;

	e->vcx = calloc(1, sizeof(*e->vcx));
	if (!e->vcx)
		return -ENOMEM;
	ret = vcx_init(e->vcx, s->card, &o->config, log, o->verbose ? LOG_DEBUG : LOG_INFO);
	if (ret) {
		free(e->vcx);
		return ret;
	}
	e->path = path;
	e->transport.fd = -1;
	e->listener = listen_on(path);
	s->nendpoints++;
	return e->listener < 0 ? -EINVAL : 0;
}

static void remove_endpoint(struct endpoint *e)
{
	transport_exit(&e->transport);
	vcx_exit(e->vcx);
	free(e->vcx);
	if (e->listener >= 0) {
		close(e->listener);
		unlink(e->path);
	}
}

static int load(struct vcx_card *card, const char *path)
{
	int ret = state_load(card, path);

	if (ret > 0) {
		fprintf(stderr, "vcx: %s:%d: not a line of a state file\n", path, ret);
		return -EINVAL;
	}
	card->state_path = path;
	return ret;
}

static int run(const struct options *o, FILE *log)
{
	struct server *s = calloc(1, sizeof(*s));
	int listener = -1, ret = 0;

	if (s)
		s->card = calloc(1, sizeof(*s->card));
	if (!s || !s->card) {
		free(s);
		fprintf(stderr, "vcx: %s\n", strerror(ENOMEM));
		return EXIT_FAILURE;
	}
	if (o->control)
		listener = listen_on(o->control);
	control_server_init(&s->control, listener);
	if (o->control && listener < 0)
		ret = -EINVAL;
	for (unsigned int i = 0; i < o->nsockets && !ret; i++)
		ret = add_endpoint(s, o, log, o->sockets[i]);
	if (!ret && o->state)
		ret = load(s->card, o->state);
	if (!ret)
		ret = serve(s);
	if (!ret && o->state)
		ret = state_save(s->card, o->state);
	if (ret)
		fprintf(stderr, "vcx: %s\n", strerror(-ret));
	for (unsigned int i = 0; i < s->nendpoints; i++)
		remove_endpoint(&s->endpoints[i]);
	control_server_exit(&s->control);
	if (listener >= 0)
		unlink(o->control);
	free(s->card);
	free(s);
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
