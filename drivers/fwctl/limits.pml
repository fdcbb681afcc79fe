// SPDX-License-Identifier: GPL-2.0-only
/*
 * Model of the slots in limits.c, for the model checker spin: callers of two users and
 * of root that get a slot and give it back, in every possible order. One caller may be
 * killed while it waits.
 *
 * The model checks: no caller waits for a slot that is free; no more callers than the
 * limit have one; in the end all counts are zero.
 *
 *	spin -a limits.pml && cc -O2 -DSAFETY -DCOLLAPSE pan.c -o pan && ./pan -m1000000
 *
 * A step of the model is an atomic operation of the code: the three counters change one
 * after the other, also in a section under limits_lock. The model's memory is
 * sequentially consistent; the code has a full barrier between the counters and the
 * look at the list, in fwctl_slot_put() and in fwctl_slot_get_slow(). The order of
 * waiters is not modelled: any of a user may be first. Nor is the wake-up of a waiter
 * each second, which takes no slot.
 */
#define SHARES 3		/* two users, and root */
#define ROOT 2
#define CALLERS 4

/* The limits of one user, of all users, and of the device */
#define MAX_SHARE 1
#define MAX_USERS 1
#define MAX_DEVICE 1

#define share_of(c) (c == 0 -> 0 : c - 1)
#define may_be_killed(c) (c == 1)

byte share_slots[SHARES], user_slots, slots;
byte having;			/* callers that have a slot */
bool locked;
bool waiting[CALLERS], granted[CALLERS];
bool timer;
byte running = CALLERS;

#define waits(s) (s == 0 -> waiting[0] || waiting[1] : waiting[s + 1])
#define nobody_waits() (!waiting[0] && !waiting[1] && !waiting[2] && !waiting[3])
#define others_wait(s) ((s != 0 && waits(0)) || (s != 1 && waits(1)) || (s != 2 && waits(2)))

inline lock() { atomic { !locked -> locked = true } }
inline unlock() { locked = false }

inline count_below(count, max, ok)
{
	atomic {
		ok = count < max;
		if
		:: ok -> count++
		:: else
		fi
	}
}

/* fwctl_slot_try() */
inline slot_try(s, ok)
{
	if
	:: s == ROOT ->
		count_below(slots, MAX_DEVICE, ok);
		if
		:: ok -> share_slots[s]++
		:: else
		fi
	:: else ->
		count_below(share_slots[s], MAX_SHARE, ok);
		if
		:: ok ->
			count_below(user_slots, MAX_USERS, ok);
			if
			:: ok ->
				count_below(slots, MAX_DEVICE, ok);
				if
				:: !ok -> user_slots--
				:: else
				fi
			:: else
			fi;
			if
			:: !ok -> share_slots[s]--
			:: else
			fi
		:: else
		fi
	fi
}

/* fwctl_slots_grant(): until no waiter gets a slot */
inline grant(s, ok)
{
	s = 0;
	do
	:: s < SHARES && waits(s) ->
		slot_try(s, ok);
		if
		:: ok ->
			atomic {
				if
				:: s == 0 && waiting[0] -> waiting[0] = false; granted[0] = true
				:: waiting[s + 1] -> waiting[s + 1] = false; granted[s + 1] = true
				fi;
				s = 0
			}
		:: else -> s++
		fi
	:: s < SHARES && !waits(s) -> s++
	:: s == SHARES -> break
	od
}

proctype caller(byte c)
{
	byte s, g;
	bool ok;

	s = share_of(c);
	if
	:: nobody_waits() -> slot_try(s, ok)
	:: else
	fi;
	if
	:: ok -> goto have
	:: else
	fi;

	lock();
	if
	:: !others_wait(s) -> slot_try(s, ok)
	:: else
	fi;
	if
	:: ok -> unlock(); goto have
	:: else
	fi;
	waiting[c] = true;
	grant(g, ok);
	unlock();

	if
	:: granted[c]
	:: may_be_killed(c)
	fi;
	lock();
	if
	:: granted[c] -> granted[c] = false; unlock()
	:: else -> waiting[c] = false; unlock(); goto end
	fi;
have:
	atomic {
		having++;
		assert(having <= MAX_DEVICE)
	};
	having--;
	/* fwctl_slot_put() */
	slots--;
	if
	:: s != ROOT -> user_slots--
	:: else
	fi;
	share_slots[s]--;
	if
	:: nobody_waits()
	:: else ->
		lock();
		if
		:: nobody_waits()
		:: else ->
			if
			:: true -> grant(g, ok)
			:: !others_wait(s) -> timer = true
			fi
		fi;
		unlock()
	fi;
end:
	running--
}

proctype turn_timer()
{
	byte g;
	bool ok;

	do
	:: timer ->
		timer = false;
		lock();
		grant(g, ok);
		unlock()
	:: running == 0 -> break
	od
}

init {
	atomic {
		run caller(0);
		run caller(1);
		run caller(2);
		run caller(3);
		run turn_timer()
	};
	_nr_pr == 1;
	assert(slots == 0 && user_slots == 0);
	assert(share_slots[0] == 0 && share_slots[1] == 0 && share_slots[ROOT] == 0)
}
