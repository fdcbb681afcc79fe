// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control_server.h"

void control_server_init(struct control_server *s, int listener)
{
	s->listener = listener;
	for (unsigned int i = 0; i < CONTROL_CONNECTIONS; i++)
		s->connections[i].fd = -1;
}

static void connection_close(struct control_connection *c)
{
	close(c->fd);
	c->fd = -1;
}

void control_server_exit(struct control_server *s)
{
	for (unsigned int i = 0; i < CONTROL_CONNECTIONS; i++) {
		if (s->connections[i].fd >= 0)
			connection_close(&s->connections[i]);
	}
	if (s->listener >= 0)
		close(s->listener);
	s->listener = -1;
}

unsigned int control_server_poll(const struct control_server *s, struct pollfd *p)
{
	p[0] = (struct pollfd){ .fd = s->listener, .events = POLLIN };
	for (unsigned int i = 0; i < CONTROL_CONNECTIONS; i++) {
		const struct control_connection *c = &s->connections[i];

		/* A connection takes no new request before its last answer is sent. */
		p[1 + i] = (struct pollfd){
			.fd = c->fd,
			.events = c->out_len ? POLLOUT : POLLIN,
		};
	}
	return 1 + CONTROL_CONNECTIONS;
}

static void connection_send(struct control_connection *c)
{
	ssize_t n = send(c->fd, c->out, c->out_len, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		connection_close(c);
	} else if (n > 0) {
		c->out_len -= (u32)n;
		memmove(c->out, c->out + n, c->out_len);
	}
}

/* Executes the next complete request; false if there is none. */
static bool connection_request(struct control_connection *c, struct vcx_card *card)
{
	char *end = memchr(c->in, '\n', c->in_len);
	u32 used;

	if (!end && c->in_len < CONTROL_LINE)
		return false;
	used = end ? (u32)(end - c->in) + 1 : c->in_len;
	if (!end) {
		c->skip = true;
	} else if (c->skip) {
		snprintf(c->out, sizeof(c->out), "error the line is too long");
		c->skip = false;
	} else {
		*end = '\0';
		/* An empty line ends a request that another client left unfinished. */
		if (c->in[strspn(c->in, " \t\r")])
			control_line(card, c->in, c->out);
	}
	c->in_len -= used;
	memmove(c->in, c->in + used, c->in_len);
	if (c->out[0]) {
		c->out_len = (u32)strlen(c->out);
		c->out[c->out_len++] = '\n';
		connection_send(c);
	}
	return true;
}

static void connection_input(struct control_connection *c)
{
	ssize_t n = recv(c->fd, c->in + c->in_len, CONTROL_LINE - c->in_len, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		connection_close(c);
		return;
	}
	c->in_len += (u32)n;
}

static void connection_accept(struct control_server *s)
{
	int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	for (unsigned int i = 0; i < CONTROL_CONNECTIONS; i++) {
		if (s->connections[i].fd < 0) {
			s->connections[i] = (struct control_connection){ .fd = fd };
			return;
		}
	}
	close(fd);
}

void control_server_run(struct control_server *s, struct vcx_card *card, const struct pollfd *p)
{
	for (unsigned int i = 0; i < CONTROL_CONNECTIONS; i++) {
		struct control_connection *c = &s->connections[i];

		if (c->fd < 0 || !p[1 + i].revents)
			continue;
		if (c->out_len)
			connection_send(c);
		else
			connection_input(c);
		while (c->fd >= 0 && !c->out_len) {
			c->out[0] = '\0';
			if (!connection_request(c, card))
				break;
		}
	}
	if (p[0].revents)
		connection_accept(s);
}
