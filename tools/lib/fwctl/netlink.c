// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The kernel's netlink family: state of devices, and their ceilings.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "private.h"

/* Connect, unless that has been done. -EOPNOTSUPP if there is no such family. */
int fwctl_nl_open(struct fwctl_nl *nl)
{
	int err = -ENOMEM;

	if (nl->sock)
		return 0;
	nl->sock = nl_socket_alloc();
	if (!nl->sock)
		return err;
	err = genl_connect(nl->sock);
	if (!err) {
		nl->family = genl_ctrl_resolve(nl->sock, FWCTL_FAMILY_NAME);
		if (nl->family >= 0)
			return 0;
		err = nl->family;
	}
	fwctl_nl_close(nl);
	switch (-err) {
	case NLE_OBJ_NOTFOUND:
		return -EOPNOTSUPP;
	case NLE_NOMEM:
		return -ENOMEM;
	default:
		return -EIO;
	}
}

void fwctl_nl_close(struct fwctl_nl *nl)
{
	nl_socket_free(nl->sock);
	nl->sock = NULL;
}

/* One element of an array of counters; of unknown ones nothing is kept. */
static int fill_counter(__u64 *counters, struct nlattr *nest)
{
	struct nla_policy policy[FWCTL_A_COUNTER_MAX + 1] = {
		[FWCTL_A_COUNTER_ID] = { .type = NLA_U32 },
		[FWCTL_A_COUNTER_COUNT] = { .type = NLA_U64 },
	};
	struct nlattr *attrs[FWCTL_A_COUNTER_MAX + 1];
	__u32 id;

	if (nla_parse_nested(attrs, FWCTL_A_COUNTER_MAX, nest, policy) ||
	    !attrs[FWCTL_A_COUNTER_ID] || !attrs[FWCTL_A_COUNTER_COUNT])
		return -EBADMSG;
	id = nla_get_u32(attrs[FWCTL_A_COUNTER_ID]);
	if (id < FWCTL_COUNTERS)
		counters[id] = nla_get_u64(attrs[FWCTL_A_COUNTER_COUNT]);
	return 0;
}

static int fill_field(char *member, enum fwctl_field_kind kind,
		      struct nlattr *attr)
{
	static const int lengths[] = {
		[FWCTL_FIELD_U8] = sizeof(__u8),
		[FWCTL_FIELD_U32] = sizeof(__u32),
		[FWCTL_FIELD_U64] = sizeof(__u64),
		[FWCTL_FIELD_STRING] = 1,
		[FWCTL_FIELD_COUNTERS] = 0,
	};
	const char *data = nla_data(attr);
	int len = nla_len(attr);

	if (len < lengths[kind])
		return -EBADMSG;
	switch (kind) {
	case FWCTL_FIELD_U8:
		*(bool *)member = *data;
		return 0;
	case FWCTL_FIELD_U32:
	case FWCTL_FIELD_U64:
		memcpy(member, data, lengths[kind]);
		return 0;
	case FWCTL_FIELD_STRING:
		if (data[len - 1])
			return -EBADMSG;
		*(const char **)member = data;
		return 0;
	case FWCTL_FIELD_COUNTERS:
		return fill_counter((__u64 *)member, attr);
	}
	return -EBADMSG;
}

/* Fill a struct from attributes; those that no field is for are passed over. */
int fwctl_nl_fill(void *object, const struct fwctl_field *fields, size_t count,
		  struct nlattr *attrs, int len)
{
	struct nlattr *attr;
	int rest, err;
	size_t i;

	nla_for_each_attr(attr, attrs, len, rest) {
		for (i = 0; i < count && fields[i].attr != nla_type(attr); i++)
			;
		if (i == count)
			continue;
		err = fill_field((char *)object + fields[i].offset,
				 fields[i].kind, attr);
		if (err)
			return err;
		if (fields[i].flag)
			*((bool *)object + fields[i].flag) = true;
	}
	return 0;
}

/* What a request has brought so far. */
struct answer {
	bool done;
	int err;
	struct fwctl_state **states;
	size_t count;
};

static int add_state(struct nl_msg *msg, void *arg)
{
	struct genlmsghdr *genl = genlmsg_hdr(nlmsg_hdr(msg));
	struct answer *answer = arg;
	struct fwctl_state **states;
	int err;

	if (answer->err)
		return NL_OK;
	/* Doubled whenever the number of states is a power of two. */
	if (!(answer->count & (answer->count - 1))) {
		states = reallocarray(answer->states, 2 * answer->count + 2,
				      sizeof(*states));
		if (!states) {
			answer->err = -ENOMEM;
			return NL_OK;
		}
		answer->states = states;
		states[answer->count] = NULL;
	}
	err = fwctl_state_parse(genlmsg_attrdata(genl, 0),
				genlmsg_attrlen(genl, 0),
				&answer->states[answer->count]);
	if (err)
		answer->err = err;
	else
		answer->states[++answer->count] = NULL;
	return NL_OK;
}

static int end_answer(struct nl_msg *msg, void *arg)
{
	struct answer *answer = arg;

	(void)msg;
	answer->done = true;
	return NL_STOP;
}

/* libnl's own numbers would lose which errno it was. */
static int fail_answer(struct sockaddr_nl *from, struct nlmsgerr *error,
		       void *arg)
{
	struct answer *answer = arg;

	(void)from;
	answer->err = error->error;
	answer->done = true;
	return NL_STOP;
}

static int ask(struct fwctl_nl *nl, int cmd, const char *name,
	       const enum fwctl_ceiling *ceiling, struct answer *answer)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	struct nl_msg *msg = nlmsg_alloc();
	int err = -ENOMEM;

	if (!cb || !msg ||
	    !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, nl->family, 0,
			 name ? 0 : NLM_F_DUMP, cmd, FWCTL_FAMILY_VERSION) ||
	    (name && nla_put_string(msg, FWCTL_A_DEV_NAME, name)) ||
	    (ceiling && nla_put_u32(msg, FWCTL_A_DEV_CEILING, *ceiling)))
		goto out;
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, add_state, answer);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, end_answer, answer);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, end_answer, answer);
	nl_cb_err(cb, NL_CB_CUSTOM, fail_answer, answer);

	err = nl_send_auto(nl->sock, msg) < 0 ? -EIO : 0;
	while (!err && !answer->done)
		if (nl_recvmsgs(nl->sock, cb) < 0 && !answer->done)
			err = -EIO;
	/* What is left of an answer must not be taken for the next one's. */
	if (err)
		fwctl_nl_close(nl);
	else
		err = answer->err;
out:
	nlmsg_free(msg);
	nl_cb_put(cb);
	return err;
}

/* Ask, also if the module was loaded anew since the last time. */
static int request(struct fwctl_nl *nl, int cmd, const char *name,
		   const enum fwctl_ceiling *ceiling, struct answer *answer)
{
	int tries, err;

	for (tries = 0; tries < 2; tries++) {
		*answer = (struct answer){};
		err = fwctl_nl_open(nl);
		if (err)
			return err;
		err = ask(nl, cmd, name, ceiling, answer);
		/* There is no family of this number, nobody saw the request. */
		if (err != -ENOENT)
			return err;
		fwctl_nl_close(nl);
	}
	return -EOPNOTSUPP;
}

/* The state of one device. */
int fwctl_nl_state(struct fwctl_nl *nl, const char *name,
		   struct fwctl_state **state)
{
	struct answer answer = {};
	int err = request(nl, FWCTL_CMD_DEV_GET, name, NULL, &answer);

	if (!err && answer.count != 1)
		err = -EBADMSG;
	if (!err) {
		*state = answer.states[0];
		answer.states[0] = NULL;
	}
	fwctl_states_free(answer.states);
	return err;
}

/* The states of all devices. */
int fwctl_nl_states(struct fwctl_nl *nl, struct fwctl_state ***states)
{
	struct answer answer = {};
	int err = request(nl, FWCTL_CMD_DEV_GET, NULL, NULL, &answer);

	if (!err && !answer.states) {
		answer.states = calloc(1, sizeof(*answer.states));
		err = answer.states ? 0 : -ENOMEM;
	}
	if (err)
		fwctl_states_free(answer.states);
	else
		*states = answer.states;
	return err;
}

int fwctl_nl_lower(struct fwctl_nl *nl, const char *name,
		   enum fwctl_ceiling ceiling)
{
	struct answer answer = {};

	return request(nl, FWCTL_CMD_DEV_SET, name, &ceiling, &answer);
}
