// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control_server.h"
#include "guest.h"
#include "ktap.h"

static const char *ask(struct guest *g, const char *line)
{
	static char answer[CONTROL_ANSWER];

	control_line(g->card, line, answer);
	return answer;
}

static void requests(void)
{
	static const char * const good[] = {
		"delay 805 100", "delay * 0", "status a04 3 deadbeef", "status 805 3 1 2",
		"status 805 3 1 * 7",
		"lose 805", "lose * 3", "lose 805 *", "lose * 1 5", "stamp 80d", "stamp *",
		"peak", "release", "link 1 no-cable", "link 1 up", "temperature -40",
		"temperature off", "clear", "health 7",
		"health 7 stay",
		"stall on", "stall off", "dead on", "dead off", "dead on 3", "dead pci 0",
		"dead off", "pages -8", "pages 3",
		"uctx-cap 1", "fw-timeout 1", "fw-timeout 0", "uid0", "uid0 2", "uid0 *",
		"count 805", "uids", "reg 7004", "reg 7004 80", "reset", "stats", "help",
		"reg 5004/1", "nv 80", "nv 80 current", "nv 01020012 default", "components",
		"nv-set 6 00000200", "nv-like 80 never", "nv-like 80 locked",
		"nv-like 80 old 0 8", "nv-like 80 default 000000000001000900000000",
		"nv-like 80 raced 000000000001000900000000", "nv-like 80 plain",
		"nv-hosts 0", "nv-hosts 2", "nv-changed",
		"power-fail 100", "power-fail", "@0 uids",
		" help\t", "help\r",
	};
	struct guest g;

	guest_init(&g);
	for (unsigned int i = 0; i < ARRAY_SIZE(good); i++)
		expect(!strncmp(ask(&g, good[i]), "ok", 2));
	guest_exit(&g);
}

static void refusals(void)
{
	static const char * const bad[] = {
		"frobnicate", "delay", "delay 805", "delay 10000 1", "delay xyz 1", "delay 805 -1",
		"delay 805 99999999", "status 805 100 0", "status 805 1", "lose -1",
		"lose 805 x", "lose 805 1 x", "stamp", "stamp x", "peak 1",
		"link 1", "link 1 x", "link 0 up", "link 2 up", "temperature",
		"temperature x", "temperature --1", "temperature 1001",
		"status 805 1 1 -1", "status 805 1 1 1 x",
		"health 100", "health 1 x", "stall maybe", "dead", "dead on x", "dead off 3",
		"pages x", "pages 99999999", "count *",
		"uctx-cap", "uctx-cap x", "uid0 x", "fw-timeout", "fw-timeout -1",
		"fw-timeout 1048576",
		"last 805", "reg 9020", "reg 1", "reg 7004 8", "reg 7004 zz", "uids 1",
		"a b c d e f g h i j", "nv", "nv 7777", "nv 80 later", "nv-set 80 00", "save",
		"nv-like 80", "nv-like 7777 never", "nv-like 80 x", "nv-like 80 default 00",
		"nv-like 80 old 0 0", "nv-like 80 old 16 8", "nv-like 80 old 0 16",
		"nv-like 80 old 0", "nv-like 80 never 1", "nv-like 80 raced",
		"nv-hosts", "nv-hosts 3", "nv-hosts x", "nv-changed 80",
		"power-fail x", "power-fail 99999999", "@1 uids", "@x uids", "@0", "reg 7004/8",
		"reg 7004 000000000000000000000000000000000000000000",
	};
	struct guest g;

	guest_init(&g);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		expect(!strncmp(ask(&g, bad[i]), "error ", 6));
	guest_exit(&g);
}

static void effects(void)
{
	u8 in[20] = { 0x08, 0x0d, 0, 0, 0, 0, 0, 0, 0xaa }, out[16];
	u8 create_uctx[64] = { 0x0a, 0x04 };
	struct guest g;

	guest_init(&g);
	expect(!strcmp(ask(&g, "nv-changed"), "ok"));
	ask(&g, "nv-set 15 00000001");
	expect(!strcmp(ask(&g, "nv-changed"), "ok 00000015:00000001"));
	ask(&g, "nv-set 15 00000000");
	guest_bring_up(&g);
	ask(&g, "status 80d 9 1234 1");
	expect(!guest_send(&g, in, sizeof(in), out, 16) && out[0] == 9);
	expect(get_be32(out + 4) == 0x1234);
	expect(!guest_send(&g, in, sizeof(in), out, 16) && !out[0]);
	expect(!strcmp(ask(&g, "count 80d"), "ok 2"));
	ask(&g, "status 80d 9 1234 1 2");
	for (unsigned int i = 0; i < 4; i++)
		expect(!guest_send(&g, in, sizeof(in), out, 16) && out[0] == (i == 2 ? 9 : 0));
	expect(!strcmp(ask(&g, "last 80d"), "ok 20 080d000000000000aa0000000000000000000000"));
	ask(&g, "lose 80d");
	expect(guest_send(&g, in, sizeof(in), out, 16) == -1);
	expect(!strcmp(ask(&g, "release"), "ok 1"));
	ask(&g, "lose 80d 2 1");
	for (unsigned int i = 0; i < 4; i++) {
		expect(guest_send(&g, in, sizeof(in), out, 16) == (i == 1 || i == 2 ? -1 : 0));
		ask(&g, "release");
	}
	ask(&g, "uid0");
	expect(!guest_send(&g, create_uctx, sizeof(create_uctx), out, 16) && !out[0]);
	expect(!get_be16(out + 10));
	expect(!strcmp(ask(&g, "uids"), "ok 0"));
	expect(!guest_send(&g, create_uctx, sizeof(create_uctx), out, 16) && get_be16(out + 10));
	expect(!strcmp(ask(&g, "uids"), "ok 1 1:0"));
	ask(&g, "uctx-cap 1");
	create_uctx[19] = 4;
	expect(!guest_send(&g, create_uctx, sizeof(create_uctx), out, 16));
	expect(out[0] == ST_BAD_PARAM);
	ask(&g, "fw-timeout 3");
	bar_read(g.vcx, 0xff8, out, 4);
	expect(get_be32(out) == (1u << 29 | 3));
	for (unsigned int i = 0; i < VCX_MAX_FAULTS; i++) {
		char line[32];

		snprintf(line, sizeof(line), "delay %x 1", i + 1);
		ask(&g, line);
	}
	expect(!strncmp(ask(&g, "delay 7777 1"), "error", 5));
	guest_exit(&g);
}

/* Answers to user contexts only are stamped. A lost completion counts as in flight. */
static void stamps_and_peak(void)
{
	u8 create_uctx[64] = { 0x0a, 0x04 }, in[16] = { 0x08, 0x0d }, out[24];
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	expect(!guest_send(&g, create_uctx, sizeof(create_uctx), out, 16) && !out[0]);
	ask(&g, "stamp 80d");
	expect(!guest_send(&g, in, sizeof(in), out, sizeof(out)) && !get_be32(out + 8));
	in[3] = 1;
	for (u32 i = 1; i <= 2; i++) {
		expect(!guest_send(&g, in, sizeof(in), out, sizeof(out)) && !out[0]);
		expect(get_be32(out + 8) == i && get_be32(out + 20) == i);
		expect(!get_be32(out + 4));
	}
	ask(&g, "clear");
	expect(!guest_send(&g, in, sizeof(in), out, sizeof(out)) && !get_be32(out + 8));

	expect(!strcmp(ask(&g, "peak"), "ok 1"));
	expect(!strcmp(ask(&g, "peak"), "ok 0"));
	ask(&g, "lose 80d");
	expect(guest_send(&g, in, sizeof(in), out, 16) == -1);
	expect(!strcmp(ask(&g, "peak"), "ok 1"));
	expect(!strcmp(ask(&g, "peak"), "ok 1"));
	ask(&g, "release");
	expect(!strcmp(ask(&g, "peak"), "ok 1"));
	expect(!strcmp(ask(&g, "peak"), "ok 0"));
	guest_exit(&g);
}

/* The device executes two commands and dies at the third. */
static void death(void)
{
	u8 in[16] = { 0x08, 0x0d }, create_uctx[64] = { 0x0a, 0x04 }, out[16];
	static const u8 doorbell[4] = { 0, 0, 0, 1 };
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	expect(!strcmp(ask(&g, "dead pci 2"), "ok"));
	for (unsigned int i = 0; i < 2; i++)
		expect(!guest_send(&g, in, sizeof(in), out, 16) && !out[0]);
	pci_read(g.vcx, 0, out, 2);
	expect(out[0] == 0xb3);
	expect(guest_send(&g, create_uctx, sizeof(create_uctx), out, 16) == -1);
	expect(!strcmp(ask(&g, "uids"), "ok 0"));
	expect(!strcmp(ask(&g, "count a04"), "ok 1"));
	guest_lay_out(&g, in, sizeof(in), 16);
	bar_write(g.vcx, 0x18, doorbell, 4);
	expect(!strcmp(ask(&g, "count 80d"), "ok 2"));
	bar_read(g.vcx, 0, out, 4);
	expect(get_be32(out) == 0xffffffff);
	pci_read(g.vcx, 0, out, 2);
	expect(out[0] == 0xff);
	expect(fw_run_timers(g.vcx) == -1 && *guest_at(&g, GUEST_CMDQ + 63) == 1);
	/* The function revives in the state after a reset, without the fault. */
	ask(&g, "dead off");
	expect(g.vcx->stats.function_resets == 1);
	fw_set_cmdq(g.vcx, GUEST_CMDQ);
	guest_bring_up(&g);
	ask(&g, "dead on 0");
	ask(&g, "dead off");
	expect(g.vcx->stats.function_resets == 1);
	expect(!guest_send(&g, in, sizeof(in), out, 16) && !out[0]);
	/* Two commands with one doorbell: the device dies at the first. */
	ask(&g, "dead on 0");
	guest_lay_out(&g, in, sizeof(in), 16);
	memcpy(guest_at(&g, GUEST_CMDQ + CMDQ_STRIDE), guest_at(&g, GUEST_CMDQ), CMDQ_STRIDE);
	fw_doorbell(g.vcx, 3);
	expect(g.vcx->faults.dead && !strcmp(ask(&g, "count 80d"), "ok 4"));
	ask(&g, "clear");
	expect(!g.vcx->faults.dead && g.vcx->stats.function_resets == 2);
	guest_exit(&g);
}

/* Sends @text to a server and collects its answers over 200 turns of the event loop. */
static size_t exchange(struct guest *g, const char *text, size_t len, char *answer, size_t room)
{
	static struct control_server s;
	struct pollfd p[1 + CONTROL_CONNECTIONS];
	size_t got = 0;
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds))
		abort();
	control_server_init(&s, -1);
	s.connections[0] = (struct control_connection){ .fd = fds[1] };
	for (unsigned int i = 0; i < 200; i++) {
		ssize_t n = write(fds[0], text, len);

		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
		control_server_poll(&s, p);
		poll(p, ARRAY_SIZE(p), 0);
		control_server_run(&s, g->card, p);
		n = read(fds[0], answer + got, room - 1 - got);
		if (n > 0)
			got += (size_t)n;
	}
	answer[got] = '\0';
	close(fds[0]);
	control_server_exit(&s);
	return got;
}

static void lines(void)
{
	static char text[3 * CONTROL_LINE], answer[16384];
	struct guest g;

	guest_init(&g);
	exchange(&g, "uids\n\n \r\nuids\ncount 1\nuid", 26, answer, sizeof(answer));
	expect(!strcmp(answer, "ok 0\nok 0\nok 0\n"));
	/* A line that is too long has one answer; the next line is executed. */
	memset(text, 'x', sizeof(text));
	memcpy(text + sizeof(text) - 6, "\nuids\n", 6);
	exchange(&g, text, sizeof(text), answer, sizeof(answer));
	expect(!strcmp(answer, "error the line is too long\nok 0\n"));
	guest_exit(&g);
}

static const struct ktap_test tests[] = {
	{ "requests", requests },
	{ "refusals", refusals },
	{ "effects", effects },
	{ "stamps_and_peak", stamps_and_peak },
	{ "death", death },
	{ "lines", lines },
};

int main(void)
{
	return ktap_run(tests, ARRAY_SIZE(tests));
}
