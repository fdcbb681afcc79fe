/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The control socket: one answer line for each request line, any number of requests
 * in a connection, and up to CONTROL_CONNECTIONS connections at once.
 */
#ifndef VCX_CONTROL_SERVER_H
#define VCX_CONTROL_SERVER_H

#include <poll.h>

#include "vcx.h"

#define CONTROL_CONNECTIONS 8

struct control_connection {
	int fd;
	bool skip;		/* discards the rest of a line that is too long */
	u32 in_len;
	u32 out_len;
	char in[CONTROL_LINE];
	char out[CONTROL_ANSWER + 1];	/* the answer and its end of line */
};

struct control_server {
	int listener;
	struct control_connection connections[CONTROL_CONNECTIONS];
};

/* @listener is a non-blocking socket, or -1: then no client can connect. */
void control_server_init(struct control_server *s, int listener);
void control_server_exit(struct control_server *s);
/* Fills in the entries to poll; returns their number, 1 + CONTROL_CONNECTIONS. */
unsigned int control_server_poll(const struct control_server *s, struct pollfd *p);
/* Serves the events of the entries that control_server_poll() has filled in. */
void control_server_run(struct control_server *s, struct vcx_card *card, const struct pollfd *p);

#endif
