// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A connection to the kernel's netlink family, and its attributes.
 */
#include <errno.h>
#include <string.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "private.h"

/* Connect, unless connected already. -EOPNOTSUPP without such a family. */
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

/* Fill one element of an array of counters; unknown counters are ignored. */
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

/* Fill a struct from attributes; attributes without a field are ignored. */
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
