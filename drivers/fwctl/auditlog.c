// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's audit log: refusals, as many as each user may cause, and records
 * of single events, which are tried again until the log takes them.
 *
 * Programs parse the records: fields keep their names, order and meaning. A new
 * field goes directly before res=, another kind of record has another op=.
 *
 * A caller that writes a record waits until the audit daemon makes room, as in
 * every audited system call. A record without room is lost, and the machine may
 * be configured to panic then. So the caller must hold nothing that an RPC or the
 * removal of a device needs.
 */
#include <linux/audit.h>
#include <linux/cred.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uidgid.h>
#include <linux/workqueue.h>

#include "core.h"

/*
 * Each user gets records of some refusals at once, and later of one in each
 * interval. The table has a fixed number of users: one process may have many
 * uids in a user namespace. Users for which it has no room share its last entry.
 * So the refusals of all users take at most 40 records at once, fewer than the 64
 * that the kernel's log has room for by default.
 */
#define FWCTL_AUDIT_BURST	5
#define FWCTL_AUDIT_INTERVAL	(5 * HZ)
#define FWCTL_AUDIT_USERS	8

/* How long a record of a single event is tried again, an interval apart. */
#define FWCTL_AUDIT_PATIENCE	(60 * HZ)

/* Bytes for the text of such a record, with its NUL. */
#define FWCTL_AUDIT_TEXT	128

/* The fields of the record of a refusal; without a call, that of an open(). */
struct fwctl_refusal {
	unsigned int index;
	pid_t pid;
	kuid_t uid;
	bool rpc;
	enum fwctl_rpc_scope declared;
	enum fwctl_rpc_scope effective;
	u32 command;
	enum fwctl_reason reason;
};

/*
 * A user whose refusals are limited. Each record moves @due by one interval,
 * from now on or from the last @due. While @due is less than a burst of intervals
 * ahead, the next refusal has a record. The user needs no entry any more when
 * @due is past and nothing is left out.
 */
struct fwctl_audit_user {
	kuid_t uid;
	u64 due;
	unsigned int left_out;
	struct fwctl_refusal last;	/* the last refusal that was left out */
};

/* A record that the audit log did not take. */
struct fwctl_audit_late {
	struct list_head entry;
	u64 until;
	char text[FWCTL_AUDIT_TEXT];
};

/* Protects the table and the list. */
static DEFINE_SPINLOCK(fwctl_audit_lock);
static struct fwctl_audit_user fwctl_audit_users[FWCTL_AUDIT_USERS];
static LIST_HEAD(fwctl_audit_late);

static void fwctl_audit_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(fwctl_audit_later, fwctl_audit_work);

/* The work may wait for the audit daemon. */
static void fwctl_audit_schedule(unsigned long delay)
{
	if (delay)
		queue_delayed_work(system_long_wq, &fwctl_audit_later, delay);
	else
		mod_delayed_work(system_long_wq, &fwctl_audit_later, 0);
}

/* Returns false if the audit log does not take the record. */
static bool fwctl_audit_write_refusal(const struct fwctl_refusal *refusal,
				      unsigned int left_out)
{
	struct audit_buffer *ab;

	ab = audit_log_start(audit_context(), GFP_KERNEL, AUDIT_KERNEL_OTHER);
	if (!ab)
		return false;
	audit_log_format(ab, "fwctl op=%s dev=fwctl%u pid=%d uid=%u",
			 refusal->rpc ? "rpc" : "open", refusal->index,
			 refusal->pid, from_kuid(&init_user_ns, refusal->uid));
	if (refusal->rpc)
		audit_log_format(ab, " declared=%u effective=%u command=0x%x",
				 refusal->declared, refusal->effective,
				 refusal->command);
	audit_log_format(ab, " reason=%u", refusal->reason);
	if (left_out)
		audit_log_format(ab, " left_out=%u", left_out);
	audit_log_format(ab, " res=0");
	audit_log_end(ab);
	return true;
}

static struct fwctl_audit_user *fwctl_audit_find(kuid_t uid, u64 now)
{
	struct fwctl_audit_user *last = &fwctl_audit_users[FWCTL_AUDIT_USERS - 1];
	struct fwctl_audit_user *user, *unused = last;

	for (user = fwctl_audit_users; user < last; user++) {
		if (user->due <= now && !user->left_out)
			unused = user;
		else if (uid_eq(user->uid, uid))
			return user;
	}
	unused->uid = uid;
	return unused;
}

static bool fwctl_audit_may_write(const struct fwctl_audit_user *user, u64 now)
{
	u64 ahead = (FWCTL_AUDIT_BURST - 1) * FWCTL_AUDIT_INTERVAL;

	return user->due <= now + ahead;
}

/* Returns how many refusals have no record of their own. */
static unsigned int fwctl_audit_take(struct fwctl_audit_user *user, u64 now)
{
	unsigned int left_out = user->left_out;

	user->due = max(user->due, now) + FWCTL_AUDIT_INTERVAL;
	user->left_out = 0;
	return left_out;
}

/* The log had no room for the record of @count refusals: the next one tells them. */
static void fwctl_audit_return(const struct fwctl_refusal *last, unsigned int count)
{
	struct fwctl_audit_user *user;

	if (!audit_enabled)
		return;
	spin_lock(&fwctl_audit_lock);
	user = fwctl_audit_find(last->uid, get_jiffies_64());
	if (!user->left_out)
		user->last = *last;
	user->left_out += count;
	spin_unlock(&fwctl_audit_lock);
	fwctl_audit_schedule(FWCTL_AUDIT_INTERVAL);
}

/**
 * fwctl_audit_refused - write a refusal to the kernel's audit log
 * @fwctl: the device
 * @call: the refused RPC; or NULL for a refused open()
 * @reason: reason of the refusal
 *
 * If its user has had too many records, the refusal is only counted. The next
 * record of the user has their number. If the user has no further refusals, the
 * last one gets a record after some time, with the number of those before it.
 *
 * Context: process, may sleep. The caller has not entered the device, and holds
 * no slot.
 */
void fwctl_audit_refused(struct fwctl_device *fwctl,
			 const struct fwctl_call *call,
			 enum fwctl_reason reason)
{
	struct fwctl_refusal refusal = {
		.index = fwctl->index,
		.pid = task_tgid_nr(current),
		.uid = current_uid(),
		.rpc = call,
		.reason = reason,
	};
	struct fwctl_audit_user *user;
	u64 now = get_jiffies_64();
	unsigned int left_out = 0;
	bool may_write;

	if (call) {
		refusal.declared = call->scope;
		refusal.effective = call->cmd.scope;
		refusal.command = call->cmd.number;
	}

	spin_lock(&fwctl_audit_lock);
	user = fwctl_audit_find(refusal.uid, now);
	may_write = fwctl_audit_may_write(user, now);
	if (may_write) {
		left_out = fwctl_audit_take(user, now);
	} else {
		user->left_out++;
		user->last = refusal;
	}
	spin_unlock(&fwctl_audit_lock);

	if (!may_write)
		fwctl_audit_schedule(FWCTL_AUDIT_INTERVAL);
	else if (!fwctl_audit_write_refusal(&refusal, left_out))
		fwctl_audit_return(&refusal, left_out + 1);
}

/* Writes the last refusals of users; the limit does not apply to @all. */
static bool fwctl_audit_write_last(bool all)
{
	struct fwctl_refusal last;
	unsigned int i, left_out;
	bool more = false;
	u64 now;

	for (i = 0; i < FWCTL_AUDIT_USERS; i++) {
		struct fwctl_audit_user *user = &fwctl_audit_users[i];

		left_out = 0;
		now = get_jiffies_64();
		spin_lock(&fwctl_audit_lock);
		if (!user->left_out) {
			/* Nothing to write. */
		} else if (all || fwctl_audit_may_write(user, now)) {
			last = user->last;
			left_out = fwctl_audit_take(user, now);
		} else {
			more = true;
		}
		spin_unlock(&fwctl_audit_lock);
		if (left_out && !fwctl_audit_write_refusal(&last, left_out - 1) && !all) {
			fwctl_audit_return(&last, left_out);
			more = true;
		}
	}
	return more;
}

static bool fwctl_audit_write_text(const char *text)
{
	struct audit_buffer *ab;

	ab = audit_log_start(audit_context(), GFP_KERNEL, AUDIT_KERNEL_OTHER);
	if (!ab)
		return false;
	audit_log_format(ab, "%s", text);
	audit_log_end(ab);
	return true;
}

static void fwctl_audit_give_up(const char *text)
{
	pr_warn("fwctl: the audit log has no room for: %s\n", text);
}

static void fwctl_audit_put_off(const char *text, unsigned long delay)
{
	struct fwctl_audit_late *late = kmalloc(sizeof(*late), GFP_KERNEL);

	if (!late) {
		fwctl_audit_give_up(text);
		return;
	}
	late->until = get_jiffies_64() + FWCTL_AUDIT_PATIENCE;
	strscpy(late->text, text, sizeof(late->text));
	spin_lock(&fwctl_audit_lock);
	list_add_tail(&late->entry, &fwctl_audit_late);
	spin_unlock(&fwctl_audit_lock);
	fwctl_audit_schedule(delay);
}

/**
 * fwctl_audit_once - write the record of a single event to the audit log
 * @held: the caller has entered a device, or holds something else that an RPC
 *	or a removal needs: another thread writes the record
 * @format: the record
 *
 * A record that the log does not take is tried again for a minute. Then it goes
 * to the kernel's log.
 *
 * Context: process, may sleep.
 */
void fwctl_audit_once(bool held, const char *format, ...)
{
	char text[FWCTL_AUDIT_TEXT];
	va_list args;

	va_start(args, format);
	vscnprintf(text, sizeof(text), format, args);
	va_end(args);

	if (held)
		fwctl_audit_put_off(text, 0);
	else if (!fwctl_audit_write_text(text) && audit_enabled)
		fwctl_audit_put_off(text, FWCTL_AUDIT_INTERVAL);
}

static bool fwctl_audit_write_late(bool all)
{
	struct fwctl_audit_late *late, *next;
	LIST_HEAD(list);
	bool more;

	spin_lock(&fwctl_audit_lock);
	list_splice_init(&fwctl_audit_late, &list);
	spin_unlock(&fwctl_audit_lock);

	list_for_each_entry_safe(late, next, &list, entry) {
		if (!fwctl_audit_write_text(late->text) && audit_enabled) {
			if (!all &&
			    time_before64(get_jiffies_64(), late->until))
				continue;
			fwctl_audit_give_up(late->text);
		}
		list_del(&late->entry);
		kfree(late);
	}

	spin_lock(&fwctl_audit_lock);
	list_splice(&list, &fwctl_audit_late);
	more = !list_empty(&fwctl_audit_late);
	spin_unlock(&fwctl_audit_lock);
	return more;
}

static void fwctl_audit_work(struct work_struct *work)
{
	bool more = fwctl_audit_write_late(false);

	if (fwctl_audit_write_last(false) || more)
		fwctl_audit_schedule(FWCTL_AUDIT_INTERVAL);
}

/**
 * fwctl_audit_exit - write the records that have been put off
 *
 * No device is left then, and no caller.
 *
 * Context: may sleep.
 */
void fwctl_audit_exit(void)
{
	cancel_delayed_work_sync(&fwctl_audit_later);
	fwctl_audit_write_late(true);
	fwctl_audit_write_last(true);
}
