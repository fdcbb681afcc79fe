// SPDX-License-Identifier: GPL-2.0-only
/*
 * The control protocol: parses and executes request lines. `help` prints the table
 * at the end.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "vcx.h"

#define MAX_ARGS	6
#define MAX_LISTED_UIDS	256u
#define MAX_DELAY_MS	3600000u

struct request {
	struct vcx *vcx;
	int argc;
	char *argv[MAX_ARGS];
	char *answer;		/* CONTROL_ANSWER bytes */
};

/* Appends to the answer, truncated at CONTROL_ANSWER bytes. */
__attribute__((PRINTF_LIKE(2, 3)))
static void answer(struct request *r, const char *fmt, ...)
{
	size_t len = strlen(r->answer);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->answer + len, CONTROL_ANSWER - len, fmt, ap);
	va_end(ap);
}

static void fail(struct request *r, const char *why)
{
	r->answer[0] = '\0';
	answer(r, "error %s", why);
}

static bool parse(const char *text, int base, unsigned long max, u32 *value)
{
	unsigned long v;
	char *end;

	if (!isxdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	v = strtoul(text, &end, base);
	if (errno || *end || v > max)
		return false;
	*value = (u32)v;
	return true;
}

static bool parse_opcode(struct request *r, const char *text, bool any, u32 *opcode)
{
	if (any && !strcmp(text, "*")) {
		*opcode = VCX_ANY_OPCODE;
		return true;
	}
	if (parse(text, 16, 0xffff, opcode))
		return true;
	fail(r, "invalid opcode: not a hexadecimal number up to ffff");
	return false;
}

static bool parse_switch(struct request *r, const char *text, bool *on)
{
	*on = !strcmp(text, "on");
	if (*on || !strcmp(text, "off"))
		return true;
	fail(r, "invalid argument: neither on nor off");
	return false;
}

static struct vcx_fault *rule_for(struct request *r, u32 opcode)
{
	struct vcx_fault *rule = fault_get(r->vcx, opcode);

	if (!rule)
		fail(r, "too many opcodes with faults; clear removes all");
	return rule;
}

/* A number, or * for VCX_FOREVER. */
static bool parse_count(struct request *r, const char *text, u32 *count)
{
	*count = VCX_FOREVER;
	if (!strcmp(text, "*") || parse(text, 10, VCX_FOREVER - 1, count))
		return true;
	fail(r, "invalid count: neither a number nor *");
	return false;
}

/* Parses the optional arguments from @arg on: [COUNT|* [AFTER]] */
static bool parse_when(struct request *r, int arg, struct vcx_when *when)
{
	return (r->argc <= arg || parse_count(r, r->argv[arg], &when->count)) &&
	       (r->argc <= arg + 1 || parse_count(r, r->argv[arg + 1], &when->after));
}

static void do_delay(struct request *r)
{
	struct vcx_fault *rule;
	u32 opcode, ms;

	if (!parse_opcode(r, r->argv[1], true, &opcode))
		return;
	if (!parse(r->argv[2], 10, MAX_DELAY_MS, &ms)) {
		fail(r, "invalid delay: not a number of milliseconds up to 3600000");
		return;
	}
	rule = rule_for(r, opcode);
	if (rule)
		rule->delay_ms = ms;
}

static void do_status(struct request *r)
{
	struct vcx_when when = { .count = VCX_FOREVER };
	u32 opcode, status, syndrome;
	struct vcx_fault *rule;

	if (!parse_opcode(r, r->argv[1], true, &opcode))
		return;
	if (!parse(r->argv[2], 16, 0xff, &status) ||
	    !parse(r->argv[3], 16, 0xffffffff, &syndrome)) {
		fail(r, "invalid status or syndrome: not hexadecimal up to ff and ffffffff");
		return;
	}
	if (!parse_when(r, 4, &when))
		return;
	rule = rule_for(r, opcode);
	if (!rule)
		return;
	rule->status = (u8)status;
	rule->syndrome = syndrome;
	rule->refuse = when;
}

static void do_lose(struct request *r)
{
	struct vcx_when when = { .count = 1 };
	struct vcx_fault *rule;
	u32 opcode;

	if (!parse_opcode(r, r->argv[1], true, &opcode))
		return;
	if (!parse_when(r, 2, &when))
		return;
	rule = rule_for(r, opcode);
	if (rule)
		rule->lose = when;
}

static void do_stamp(struct request *r)
{
	struct vcx_fault *rule;
	u32 opcode;

	if (!parse_opcode(r, r->argv[1], true, &opcode))
		return;
	rule = rule_for(r, opcode);
	if (rule)
		rule->stamp = true;
}

/* The cause for which a port's link is down; the ports count from 1. */
static void do_link(struct request *r)
{
	static const char * const causes[] = {
		[LINK_UP] = "up",
		[LINK_NO_CABLE] = "no-cable",
		[LINK_SPEEDS] = "speeds",
		[LINK_FEC] = "fec",
		[LINK_ERRORS] = "errors",
	};
	u32 port;

	if (!parse(r->argv[1], 10, r->vcx->config.ports, &port) || !port) {
		fail(r, "no such port");
		return;
	}
	for (u8 i = 0; i < ARRAY_SIZE(causes); i++) {
		if (strcmp(r->argv[2], causes[i]))
			continue;
		r->vcx->faults.link[port - 1] = i;
		return;
	}
	fail(r, "invalid cause: not up, no-cable, speeds, fec or errors");
}

static void do_temperature(struct request *r)
{
	struct vcx_faults *f = &r->vcx->card->functions[0]->faults;
	bool hot = strcmp(r->argv[1], "off"), below = r->argv[1][0] == '-';
	u32 degrees = 0;

	if (hot && !parse(r->argv[1] + below, 10, 1000, &degrees)) {
		fail(r, "invalid temperature: not off, nor degrees from -1000 to 1000");
		return;
	}
	f->hot = hot;
	f->temperature = below ? -(int)degrees : (int)degrees;
}

static void do_peak(struct request *r)
{
	answer(r, " %u", r->vcx->stats.peak);
	r->vcx->stats.peak = fw_in_flight(r->vcx);
}

static void do_release(struct request *r)
{
	answer(r, " %u", fw_release_lost(r->vcx));
}

static void do_clear(struct request *r)
{
	bool was_dead = r->vcx->faults.dead;

	faults_clear(r->vcx);
	if (was_dead)
		vcx_reset(r->vcx, VCX_RESET_FUNCTION);
}

static void do_health(struct request *r)
{
	u32 syndrome;

	if (!parse(r->argv[1], 16, 0xff, &syndrome)) {
		fail(r, "invalid syndrome: not a hexadecimal number up to ff");
		return;
	}
	if (r->argc > 2 && strcmp(r->argv[2], "stay")) {
		fail(r, "invalid argument after the syndrome: only stay is allowed");
		return;
	}
	r->vcx->faults.health_syndrome = (u8)syndrome;
	r->vcx->faults.no_recovery = r->argc > 2;
}

static void do_stall(struct request *r)
{
	bool on;

	if (!parse_switch(r, r->argv[1], &on))
		return;
	r->vcx->faults.stalled_at = bar_health_counter(r->vcx);
	r->vcx->faults.stalled = on;
}

static void do_dead(struct request *r)
{
	struct vcx_faults *f = &r->vcx->faults;
	bool was_dead = f->dead;
	bool config = !strcmp(r->argv[1], "pci");
	struct vcx_when die = { 0 };
	bool on = config;

	if (!config && !parse_switch(r, r->argv[1], &on))
		return;
	if (r->argc > 2) {
		if (!on || !parse(r->argv[2], 10, VCX_FOREVER - 1, &die.after)) {
			fail(r, "invalid number of commands; only on and pci take one");
			return;
		}
		die.count = 1;
	}
	f->dead = on && !die.count;
	f->dead_config = config;
	f->die = die;
	/* The function revives in the state after a reset. */
	if (was_dead && !f->dead)
		vcx_reset(r->vcx, VCX_RESET_FUNCTION);
}

/* The capabilities change at the next teardown of the HCA, for the next driver. */
static void do_uctx_cap(struct request *r)
{
	u32 mask;

	if (parse(r->argv[1], 16, 0xffffffff, &mask))
		r->vcx->config.uctx_cap = mask;
	else
		fail(r, "invalid mask: not a hexadecimal number up to ffffffff");
}

/* The initialization segment changes at once; only the next driver reads it. */
static void do_fw_timeout(struct request *r)
{
	u32 seconds;

	if (parse(r->argv[1], 10, 0xfffff, &seconds))
		r->vcx->config.cmd_timeout_s = seconds;
	else
		fail(r, "invalid timeout: not a number of seconds up to 1048575");
}

static void do_uid0(struct request *r)
{
	u32 count = 1;

	if (r->argc == 1 || parse_count(r, r->argv[1], &count))
		r->vcx->faults.zero_uids = count;
}

static void do_pages(struct request *r)
{
	char *end;
	long n = strtol(r->argv[1], &end, 10);

	if (*end || end == r->argv[1] || n < -65536 || n > 65536) {
		fail(r, "invalid number of pages: not from -65536 to 65536");
		return;
	}
	fw_request_pages(r->vcx, (int)n);
}

static void do_count(struct request *r)
{
	u32 opcode;

	if (parse_opcode(r, r->argv[1], false, &opcode))
		answer(r, " %u", r->vcx->stats.commands[opcode]);
}

static void do_uids(struct request *r)
{
	const struct vcx_fw *fw = &r->vcx->fw;

	answer(r, " %u", fw->nuctx);
	for (u32 i = 0; i < fw->nuctx && i < MAX_LISTED_UIDS; i++)
		answer(r, " %u:%#x", fw->uctx[i].uid, fw->uctx[i].cap);
}

static void do_last(struct request *r)
{
	const struct vcx_last_input *last;
	char hex[2 * VCX_LAST_BYTES + 1];
	u32 opcode;

	if (!parse_opcode(r, r->argv[1], false, &opcode))
		return;
	last = fw_last_input(r->vcx, (u16)opcode);
	if (!last) {
		fail(r, "no command with this opcode has arrived");
		return;
	}
	hex_encode(last->data, min_size(last->len, VCX_LAST_BYTES), hex);
	answer(r, " %u %s", last->len, hex);
}

static void do_reg(struct request *r)
{
	char *slash = strchr(r->argv[1], '/');
	u8 data[VCX_REG_MAX];
	char hex[2 * VCX_REG_MAX + 1];
	u32 id, len, instance = 0;
	u8 *content;
	int n;

	if (slash)
		*slash++ = '\0';
	if (!parse(r->argv[1], 16, 0xffff, &id) ||
	    (slash && !parse(slash, 10, VCX_REG_INSTANCES - 1, &instance))) {
		fail(r, "invalid register: not ID or ID/INSTANCE, ID hexadecimal up to ffff");
		return;
	}
	content = regs_content(r->vcx, (u16)id, instance, &len);
	if (!content) {
		fail(r, "no such register, or a read-only one");
		return;
	}
	if (r->argc > 2) {
		n = hex_decode(r->argv[2], data, len);
		if (n < 0) {
			fail(r, "invalid content: not hexadecimal, or longer than the register");
			return;
		}
		memcpy(content, data, (size_t)n);
	}
	hex_encode(content, len, hex);
	answer(r, " %s", hex);
}

/* The type of a configuration item; it includes the number of the port or function. */
static bool parse_item(struct request *r, const char *text, int *item)
{
	u32 type;

	*item = -1;
	if (parse(text, 16, 0xffffffff, &type))
		*item = nv_find(type, -1);
	if (*item < 0)
		fail(r, "no configuration item of this type");
	return *item >= 0;
}

static bool parse_set(struct request *r, const char *text, enum nv_set *set)
{
	static const char * const names[] = {
		[NV_NEXT] = "next",
		[NV_CURRENT] = "current",
		[NV_FACTORY] = "default",
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		*set = (enum nv_set)i;
		if (!strcmp(text, names[i]))
			return true;
	}
	fail(r, "invalid argument: not next, current or default");
	return false;
}

static void do_nv(struct request *r)
{
	struct nv_config *nv = &r->vcx->card->nv;
	char hex[2 * NV_MAX_DATA + 1];
	enum nv_set set = NV_NEXT;
	u8 value[NV_MAX_DATA];
	int item;

	if (!parse_item(r, r->argv[1], &item))
		return;
	if (r->argc > 2 && !parse_set(r, r->argv[2], &set))
		return;
	nv_read(nv, item, set, value);
	hex_encode(value, nv_len(item), hex);
	answer(r, " %s %u %s", nv_name(item), nv_writer(nv, item, set), hex);
}

/* The items whose next value differs from the default. */
static void do_nv_changed(struct request *r)
{
	const struct nv_config *nv = &r->vcx->card->nv;
	u8 value[NV_MAX_DATA], factory[NV_MAX_DATA];
	char hex[2 * NV_MAX_DATA + 1];

	for (int i = nv_next(0); i >= 0; i = nv_next(i + 1)) {
		nv_read(nv, i, NV_NEXT, value);
		nv_read(nv, i, NV_FACTORY, factory);
		if (!memcmp(value, factory, nv_len(i)))
			continue;
		hex_encode(value, nv_len(i), hex);
		answer(r, " %08x:%s", nv_type(i), hex);
	}
}

/* Skips the checks of MNVDA: capabilities and read-only items. The writer is 0. */
static void do_nv_set(struct request *r)
{
	u8 value[NV_MAX_DATA];
	int item;

	if (!parse_item(r, r->argv[1], &item))
		return;
	if (hex_decode(r->argv[2], value, sizeof(value)) == nv_len(item))
		nv_write(&r->vcx->card->nv, item, value, 0);
	else
		fail(r, "invalid value: not hexadecimal text of the item's length");
}

/* The hosts whose items the first function can access. */
static void do_nv_hosts(struct request *r)
{
	u32 hosts;

	if (parse(r->argv[1], 10, NV_HOSTS, &hosts))
		r->vcx->card->nv.hosts = hosts;
	else
		fail(r, "invalid number of hosts: not from 0 to 2");
}

/* Makes an item behave as those of some cards do. */
static void do_nv_like(struct request *r)
{
	struct nv_config *nv = &r->vcx->card->nv;
	const char *like = r->argv[2];
	u32 version = 0, len = 0;
	u8 value[NV_MAX_DATA];
	int item;

	if (!parse_item(r, r->argv[1], &item))
		return;
	if (r->argc == 4 && hex_decode(r->argv[3], value, sizeof(value)) == nv_len(item) &&
	    !strcmp(like, "default")) {
		nv_set_default(nv, item, value);
	} else if (r->argc == 4 && hex_decode(r->argv[3], value, sizeof(value)) == nv_len(item) &&
		   !strcmp(like, "raced")) {
		memcpy(nv->items[item].race, value, nv_len(item));
		nv->items[item].raced = true;
	} else if (r->argc == 5 && !strcmp(like, "old") &&
		   parse(r->argv[3], 10, 15, &version) &&
		   parse(r->argv[4], 10, nv_len(item), &len) && len) {
		nv->items[item].old_version = (u8)version;
		nv->items[item].old_len = (u16)len;
	} else if (r->argc == 3 && !strcmp(like, "never")) {
		nv_forget(nv, item);
	} else if (r->argc == 3 && !strcmp(like, "locked")) {
		nv->items[item].locked = true;
	} else if (r->argc == 3 && !strcmp(like, "plain")) {
		nv_plain(nv, item);
	} else {
		fail(r, "invalid argument; help lists them");
	}
}

static void do_power_fail(struct request *r)
{
	struct update *u = &r->vcx->card->update;

	if (r->argc == 1) {
		vcx_reset(r->vcx, VCX_RESET_POWER);
		return;
	}
	u->fail_armed = parse(r->argv[1], 10, IMAGE_MAX, &u->fail_after);
	if (!u->fail_armed)
		fail(r, "invalid number of bytes: not up to 16777216");
}

static void do_components(struct request *r)
{
	const struct update *u = &r->vcx->card->update;

	for (u32 i = 0; i < COMPONENTS; i++)
		answer(r, " %u:%08x:%08x:%u", i, u->components[i].running,
		       u->components[i].stored, u->components[i].state);
	answer(r, " state=%u error=%u", u->state, u->error);
}

static void do_save(struct request *r)
{
	const struct vcx_card *card = r->vcx->card;
	int ret;

	if (!card->state_path) {
		fail(r, "no state file: vcx was started without --state");
		return;
	}
	ret = state_save(card, card->state_path);
	if (ret)
		fail(r, strerror(-ret));
}

/* Drivers learn the method when they load. */
static void do_resets(struct request *r)
{
	struct vcx_reset_state *reset = &r->vcx->card->reset;
	bool hot = !strcmp(r->argv[2], "hot");
	const char *listed = r->argc > 3 ? r->argv[3] : "drivers";
	bool alone = !strcmp(listed, "alone"), unlisted = !strcmp(listed, "unlisted");
	u32 triggers;

	if (!parse(r->argv[1], 16, TRIGGER_LINK | TRIGGER_PERST, &triggers) ||
	    triggers & ~(TRIGGER_LINK | TRIGGER_PERST) ||
	    (!hot && strcmp(r->argv[2], "link")) ||
	    (!alone && !unlisted && strcmp(listed, "drivers"))) {
		fail(r, "invalid argument; help lists them");
		return;
	}
	reset->triggers = (u8)triggers;
	reset->hot = hot;
	reset->alone = alone;
	reset->unlisted = unlisted;
}

static void do_reset(struct request *r)
{
	vcx_reset(r->vcx, VCX_RESET_FIRMWARE);
}

static void do_stats(struct request *r)
{
	static const char * const states[] = {
		[HCA_DISABLED] = "disabled",
		[HCA_ENABLED] = "enabled",
		[HCA_INITIALIZED] = "initialized",
	};
	const struct vcx_stats *s = &r->vcx->stats;
	const struct {
		const char *name;
		const u64 *value;
	} counters[] = {
		{ "total", &s->total },
		{ "refused", &s->refused },
		{ "undeliverable", &s->undeliverable },
		{ "lost", &s->lost },
		{ "events", &s->events },
		{ "events_dropped", &s->events_dropped },
		{ "interrupts", &s->interrupts },
		{ "function_resets", &s->function_resets },
		{ "firmware_resets", &s->firmware_resets },
		{ "uctx_leaked", &s->uctx_leaked },
		{ "bad_messages", &s->bad_messages },
	};
	unsigned int eqs = 0;

	for (unsigned int i = 0; i < VCX_MAX_EQS; i++)
		eqs += r->vcx->fw.eqs[i].used;
	answer(r, " state=%s uids=%u eqs=%u pages=%u in_flight=%u", states[r->vcx->fw.state],
	       r->vcx->fw.nuctx, eqs, r->vcx->fw.npages, fw_in_flight(r->vcx));
	for (unsigned int i = 0; i < ARRAY_SIZE(counters); i++)
		answer(r, " %s=%llu", counters[i].name, *counters[i].value);
}

static void do_help(struct request *r);

static const struct {
	const char *name;
	int min_args, max_args;
	void (*run)(struct request *r);
	const char *args;
} requests[] = {
	{ "delay", 2, 2, do_delay, "OPCODE|* MS" },
	{ "status", 3, 5, do_status, "OPCODE|* STATUS SYNDROME [COUNT|* [AFTER]]" },
	{ "lose", 1, 3, do_lose, "OPCODE|* [COUNT|* [AFTER]]" },
	{ "stamp", 1, 1, do_stamp, "OPCODE|*" },
	{ "link", 2, 2, do_link, "PORT up|no-cable|speeds|fec|errors" },
	{ "temperature", 1, 1, do_temperature, "DEGREES|off" },
	{ "peak", 0, 0, do_peak, "" },
	{ "release", 0, 0, do_release, "" },
	{ "clear", 0, 0, do_clear, "" },
	{ "health", 1, 2, do_health, "SYNDROME [stay]" },
	{ "stall", 1, 1, do_stall, "on|off" },
	{ "dead", 1, 2, do_dead, "on|off|pci [AFTER]" },
	{ "uctx-cap", 1, 1, do_uctx_cap, "MASK" },
	{ "fw-timeout", 1, 1, do_fw_timeout, "S" },
	{ "uid0", 0, 1, do_uid0, "[COUNT|*]" },
	{ "pages", 1, 1, do_pages, "N" },
	{ "count", 1, 1, do_count, "OPCODE" },
	{ "uids", 0, 0, do_uids, "" },
	{ "last", 1, 1, do_last, "OPCODE" },
	{ "reg", 1, 2, do_reg, "ID[/INSTANCE] [HEX]" },
	{ "nv", 1, 2, do_nv, "TYPE [next|current|default]" },
	{ "nv-changed", 0, 0, do_nv_changed, "" },
	{ "nv-set", 2, 2, do_nv_set, "TYPE HEX" },
	{ "nv-like", 2, 4, do_nv_like,
	  "TYPE never|locked|plain|old VERSION LENGTH|default HEX|raced HEX" },
	{ "nv-hosts", 1, 1, do_nv_hosts, "N" },
	{ "components", 0, 0, do_components, "" },
	{ "power-fail", 0, 1, do_power_fail, "[BYTES]" },
	{ "save", 0, 0, do_save, "" },
	{ "reset", 0, 0, do_reset, "" },
	{ "resets", 2, 3, do_resets, "TRIGGERS link|hot [drivers|alone|unlisted]" },
	{ "stats", 0, 0, do_stats, "" },
	{ "help", 0, 0, do_help, "" },
};

static void do_help(struct request *r)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(requests); i++)
		answer(r, "%s %s%s%s", i ? " |" : "", requests[i].name,
		       requests[i].args[0] ? " " : "", requests[i].args);
}

void control_line(struct vcx_card *card, const char *line, char answer_line[CONTROL_ANSWER])
{
	struct request r = { .vcx = card->functions[0], .answer = answer_line };
	char copy[CONTROL_LINE];
	u32 function;
	char *save, *word;

	answer_line[0] = '\0';
	if (snprintf(copy, sizeof(copy), "%s", line) >= (int)sizeof(copy)) {
		fail(&r, "the line is too long");
		return;
	}
	for (word = strtok_r(copy, " \t\r", &save); word; word = strtok_r(NULL, " \t\r", &save)) {
		if (r.argc == MAX_ARGS) {
			fail(&r, "too many arguments");
			return;
		}
		if (!r.argc && word[0] == '@') {
			if (!parse(word + 1, 10, card->nfunctions - 1, &function)) {
				fail(&r, "no such function");
				return;
			}
			r.vcx = card->functions[function];
			continue;
		}
		r.argv[r.argc++] = word;
	}
	for (unsigned int i = 0; r.argc && i < ARRAY_SIZE(requests); i++) {
		if (strcmp(r.argv[0], requests[i].name))
			continue;
		if (r.argc - 1 < requests[i].min_args || r.argc - 1 > requests[i].max_args) {
			answer(&r, "error usage: %s %s", requests[i].name, requests[i].args);
			return;
		}
		answer(&r, "ok");
		requests[i].run(&r);
		return;
	}
	fail(&r, "unknown request; help lists the requests");
}
