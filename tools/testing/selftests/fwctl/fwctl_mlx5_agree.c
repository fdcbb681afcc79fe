// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends generated requests, and compares the kernel's results with those of the mlx5
 * backend's classifier, which is linked into this program. Firmware refuses all requests
 * that reach it, so that none changes the device: this needs the virtual ConnectX.
 * Taints the kernel.
 *
 * FWCTL_SEED selects other requests, FWCTL_REQUESTS another number of them.
 */
#include "fwctl_mlx5_utils.h"
#include "fwctl_netlink_utils.h"
#include "mlx5_requests.h"

#define REQUESTS 10000
#define BATCH 250
#define FW_STATUS 0x3

/**
 * struct expected - result of a request by the classifier and the core's rules
 * @err: errno of the ioctl
 * @reason: reason of a refusal
 * @effective: effective scope
 * @writes: it may change the device
 * @verdict: the classifier's verdict; its number and name are valid for refusals, too
 */
struct expected {
	int err;
	enum fwctl_reason reason;
	__u32 effective;
	bool writes;
	struct mlx5_fwctl_verdict verdict;
};

static enum fwctl_reason judge(const struct mlx5_request *r, __u32 caps,
			       struct expected *e)
{
	bool taints = r->scope >= FWCTL_RPC_DEBUG_WRITE;
	int err;

	err = mlx5_fwctl_classify(r->in, r->in_len, r->out_len, caps, &e->verdict);
	e->effective = err ? r->scope : e->verdict.scope;
	e->writes = err ? taints : e->verdict.writes;
	if (r->no_rawio && r->scope == FWCTL_RPC_DEBUG_WRITE_FULL)
		return FWCTL_REASON_CAPABILITY;
	if (err)
		return err == -EMSGSIZE ? FWCTL_REASON_MALFORMED :
					  FWCTL_REASON_UNKNOWN;

	if (e->effective > r->scope)
		return FWCTL_REASON_SCOPE;
	if (e->writes && r->scope == FWCTL_RPC_DEBUG_READ_ONLY)
		return FWCTL_REASON_READ_ONLY_SCOPE;
	if ((e->writes || (!err && e->verdict.secret) || taints) && r->read_only)
		return FWCTL_REASON_READ_ONLY_FILE;
	return FWCTL_REASON_ADMITTED;
}

static struct expected expect(const struct mlx5_request *r, __u32 caps)
{
	struct expected e = {};

	e.reason = judge(r, caps, &e);
	switch (e.reason) {
	case FWCTL_REASON_ADMITTED:
		break;
	case FWCTL_REASON_CAPABILITY:
		e.err = EPERM;
		break;
	case FWCTL_REASON_MALFORMED:
		e.err = EMSGSIZE;
		break;
	default:
		e.err = EBADMSG;
	}
	return e;
}

FIXTURE(agree) {
	struct mlx5_dev dev;
	struct fnl nl;
	int rw;
	int ro;
	__u32 caps;
	unsigned long long seed;
	unsigned int requests;
	unsigned int reasons[NR_REASONS];
};

FIXTURE_SETUP(agree)
{
	const char *seed = getenv("FWCTL_SEED"), *requests = getenv("FWCTL_REQUESTS");
	struct fwctl_info_mlx5 info = {};
	__u32 len = sizeof(info);

	if (vcx_missing())
		SKIP(return, "%s", vcx_missing());
	if (capabilities_missing())
		SKIP(return, "%s", capabilities_missing());
	self->rw = setup_mlx5(_metadata, &self->dev);
	self->ro = mlx5_open(&self->dev, O_RDONLY);
	ASSERT_LE(0, self->ro);
	test_info(self->rw, &info, &len);
	self->caps = info.uctx_caps;
	self->seed = seed ? strtoull(seed, NULL, 0) : 1;
	self->requests = requests ? strtoul(requests, NULL, 0) : REQUESTS;
	ASSERT_EQ(0, fnl_listen(&self->nl, FWCTL_MCGRP_AUDIT));
	ASSERT_EQ(0, fnl_set_buffer(&self->nl, 8 << 20));
	ASSERT_EQ(0, vcx("status * %x 1 *", FW_STATUS));
}

/* First ends the refusals, which would affect the commands that close the files. */
FIXTURE_TEARDOWN(agree)
{
	EXPECT_EQ(0, vcx("clear"));
	fnl_close(&self->nl);
	close(self->rw);
	close(self->ro);
}

static void send_request(struct __test_metadata *_metadata, int fd,
			 const struct mlx5_request *r, const struct expected *e)
{
	__u8 out[2 * MLX5_REQUEST_MAX];
	__u32 out_len = r->out_len;
	int err;

	if (r->no_rawio)
		set_capability(CAP_SYS_RAWIO, false);
	err = _test_rpc(fd, r->scope, r->in, r->in_len, out, &out_len);
	if (r->no_rawio)
		set_capability(CAP_SYS_RAWIO, true);
	EXPECT_EQ(e->err, err);
	EXPECT_EQ(r->out_len, out_len);
	if (!err)
		EXPECT_EQ(FW_STATUS, status_of(out));
}

static void check_event(struct __test_metadata *_metadata,
			const struct audit_event *event, const struct mlx5_request *r,
			const struct expected *e)
{
	EXPECT_EQ(r->scope, event->declared);
	EXPECT_EQ(e->effective, event->effective);
	EXPECT_EQ(e->writes, event->writes);
	EXPECT_EQ(e->verdict.number, event->command);
	EXPECT_STREQ(e->verdict.name ?: "", event->command_name);
	EXPECT_EQ(r->in_len, event->in_len);
	EXPECT_EQ(r->out_len, event->out_len);
	EXPECT_EQ(-e->err, event->result);
	EXPECT_EQ(e->reason, event->reason);
	EXPECT_EQ(!e->err, !!(event->present & 1u << FWCTL_A_AUDIT_FW_STATUS));
	EXPECT_EQ(e->err ? 0 : FW_STATUS, event->fw_status);
}

TEST_F(agree, generated_requests)
{
	static struct mlx5_request requests[BATCH];
	static struct expected expected[BATCH];
	__u64 seed = self->seed, start = now_us();
	unsigned int done, i;

	for (done = 0; done < self->requests; done += BATCH) {
		for (i = 0; i < BATCH; i++) {
			mlx5_make_request(&seed, &requests[i]);
			expected[i] = expect(&requests[i], self->caps);
			send_request(_metadata, requests[i].read_only ? self->ro :
				     self->rw, &requests[i], &expected[i]);
			self->reasons[expected[i].reason]++;
		}
		ASSERT_EQ(0, fnl_receive(&self->nl, BATCH, 0));
		ASSERT_EQ(BATCH, self->nl.nr_events);
		for (i = 0; i < BATCH; i++)
			check_event(_metadata, &self->nl.events[i], &requests[i],
				    &expected[i]);
		EXPECT_FALSE(self->nl.bad);
		fnl_clear(&self->nl);
		ASSERT_TRUE(__test_passed(_metadata))
			TH_LOG("one of requests %u to %u of seed %llu", done,
			       done + BATCH - 1, self->seed);
	}
	print_us("requests", now_us() - start);

	/* At least one request in 500 for each reason */
	for (i = 0; i < NR_REASONS; i++) {
		TH_LOG("reason %u: %u of %u", i, self->reasons[i], done);
		if (i != FWCTL_REASON_LOCKDOWN && i != FWCTL_REASON_CEILING)
			EXPECT_LT(done / 500, self->reasons[i]);
	}
}

TEST_HARNESS_MAIN
