// SPDX-License-Identifier: GPL-2.0-only
/*
 * Model of the removal of a device in device.c and chardev.c, for the model
 * checker spin: FILES files that are opened, called and closed at any time, and
 * fwctl_unregister(), in every possible order.
 *
 * The model checks: nothing hangs; after fwctl_unregister() has returned no op
 * of the backend runs; every context that was opened is closed once, not during
 * another op of it, and freed once, by then or with its file.
 *
 *	spin -a removal.pml && cc -O2 -DSAFETY -DCOLLAPSE pan.c -o pan && ./pan -m1000000
 *
 * A step of the model is an atomic operation of the code. A section under
 * fwctl->lock is one step, because nothing in it waits. The model's memory is
 * sequentially consistent; the code has the barrier for that in fwctl_enter().
 */
#define FILES 2

bool gone, unregistered;
int users = 1;			/* one for the registration */
bool unused;			/* the completion */
byte inside;			/* number of ops that run */

bool listed[FILES];		/* in fwctl->uctxs */
byte owners[FILES];
byte busy[FILES];		/* number of ops of this context that run */
byte opened[FILES], closed[FILES], freed[FILES];
bool queued[FILES];		/* close_work */

inline op_begin(i)
{
	atomic {
		assert(!unregistered);
		assert(!closed[i] && !freed[i]);
		inside++;
		busy[i]++
	}
}

inline op_end(i)
{
	atomic {
		assert(!unregistered);
		inside--;
		busy[i]--
	}
}

inline leave()
{
	atomic {
		assert(users > 0);
		users--;
		if
		:: users == 0 -> unused = true
		:: else
		fi
	}
}

/* fwctl_enter() in two steps, between which other processes may run */
inline enter(in)
{
	atomic {
		if
		:: users > 0 -> users++; in = true
		:: else -> in = false
		fi
	};
	if
	:: in && gone -> leave(); in = false
	:: else
	fi
}

inline free_ctx(i)
{
	atomic {
		assert(!freed[i] && !busy[i]);
		freed[i]++
	}
}

inline put_ctx(i)
{
	atomic {
		assert(owners[i] > 0);
		owners[i]--;
		if
		:: owners[i] == 0 -> free_ctx(i)
		:: else
		fi
	}
}

/* close_uctx: while no other op of the context runs */
inline close_ctx(i)
{
	atomic {
		assert(!busy[i]);
		assert(!closed[i])
	};
	op_begin(i);
	op_end(i);
	closed[i]++
}

proctype file(byte i)
{
	bool in;

	/* open() */
	enter(in);
	if
	:: !in -> goto done
	:: else
	fi;
	owners[i] = 2;
	op_begin(i);
	op_end(i);
	opened[i]++;
	listed[i] = true;
	leave();

	/* ioctl(), any number of them */
	do
	:: enter(in);
	   if
	   :: in -> op_begin(i); op_end(i); leave()
	   :: else
	   fi
	:: break
	od;

	/* release() */
	enter(in);
	if
	:: in ->
		listed[i] = false;
		close_ctx(i);
		leave();
		free_ctx(i)
	:: else ->
		put_ctx(i)
	fi;
done:
	skip
}

proctype worker(byte i)
{
	atomic {
		if
		:: queued[i] -> queued[i] = false
		:: else -> goto done
		fi
	};
	close_ctx(i);
	leave();
done:
	skip
}

proctype unregister()
{
	byte i;

	gone = true;
	leave();
	unused -> unused = false;

	/* fwctl_close_all() */
	assert(users == 0 && inside == 0);
	users = 1;
	for (i : 0 .. FILES - 1) {
		if
		:: listed[i] ->
			atomic { users++ };
			queued[i] = true;
			run worker(i)
		:: else
		fi
	};
	for (i : 0 .. FILES - 1) {
		if
		:: listed[i] ->
			atomic {
				if
				:: queued[i] -> queued[i] = false
				:: else -> goto next
				fi
			};
			close_ctx(i);
			leave()
		:: else
		fi;
next:		skip
	};
	leave();
	unused;
	for (i : 0 .. FILES - 1) {
		if
		:: listed[i] ->
			listed[i] = false;
			put_ctx(i)
		:: else
		fi
	};
	assert(inside == 0);
	unregistered = true
}

init {
	byte i;

	atomic {
		for (i : 0 .. FILES - 1) {
			run file(i)
		};
		run unregister()
	};
	/* Wait until all other processes have ended. */
	_nr_pr == 1;
	for (i : 0 .. FILES - 1) {
		assert(closed[i] == opened[i]);
		assert(freed[i] == opened[i])
	}
}
