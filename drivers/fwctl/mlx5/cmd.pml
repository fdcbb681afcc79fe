// SPDX-License-Identifier: GPL-2.0-only
/*
 * Model of the commands of a user context in cmd.c and ops.c, for the model
 * checker spin: COMMANDS commands whose callers may be killed, the callbacks of
 * mlx5_core, the file's close, the command that destroys the context, and the
 * removal of the device, in every possible order.
 *
 * The model checks: nothing hangs; a command and its context are freed once, and
 * not used afterwards; the context is destroyed once, after the last command of
 * it; when removal ends, nothing is left.
 *
 *	spin -a cmd.pml && cc -O2 -DSAFETY -DCOLLAPSE pan.c -o pan && ./pan -m1000000
 *
 * A section under mfd->lock is one step. mlx5_core calls back once for each
 * command that it has taken, at the latest at its own time limit.
 */
#define COMMANDS 2

mtype = { RUNNING, ENDED, ORPHANED };

mtype state[COMMANDS];
bool taken[COMMANDS], freed[COMMANDS];
mtype destroy_state;
bool queued, destroy_taken, destroyed, ctx_freed;
byte users = 1;			/* references to the context: one for the file */
byte nr_commands;
byte inflight;			/* mlx5_core's count */
byte calls;			/* ops that run */
bool leaving, closed, removed;

inline count_end()
{
	atomic {
		assert(nr_commands > 0 && !removed);
		nr_commands--
	}
}

/* A callback drops the reference of an orphan: ctx_put_later() */
inline put_later()
{
	atomic {
		assert(users > 0 && !ctx_freed);
		users--;
		if
		:: users == 0 ->
			assert(!queued);
			destroy_state = ORPHANED;
			nr_commands++;
			queued = true
		:: else
		fi
	}
}

proctype caller(byte i)
{
	bool ended;

	/* submit; mlx5_core may refuse the command */
	atomic {
		assert(!ctx_freed);
		users++;
		nr_commands++;
		state[i] = RUNNING
	};
	if
	:: atomic { inflight++; taken[i] = true }
	:: count_end();
	   atomic { users--; freed[i] = true };
	   goto done
	fi;

	/* collect: answered, killed, or the device is going away */
	if
	:: state[i] == ENDED
	:: true
	fi;
	atomic {
		assert(!freed[i]);
		ended = (state[i] == ENDED);
		if
		:: ended
		:: else -> state[i] = ORPHANED
		fi
	};
	if
	:: ended ->
		atomic {
			assert(!freed[i] && users > 1);
			freed[i] = true;
			users--
		}
	:: else
	fi;
done:
	atomic { calls-- }
}

proctype callback(byte i)
{
	bool orphan;

	if
	:: taken[i]
	:: removed -> goto done
	fi;
	atomic {
		assert(!freed[i] && !removed);
		orphan = (state[i] == ORPHANED);
		if
		:: orphan
		:: else -> state[i] = ENDED
		fi
	};
	if
	:: orphan ->
		atomic {
			assert(!freed[i]);
			freed[i] = true
		};
		put_later()
	:: else
	fi;
	count_end();
	atomic { assert(!removed); inflight-- };
done:
	skip
}

proctype destroyer()
{
	bool orphan;

	if
	:: queued
	:: removed -> goto done
	fi;
	atomic { inflight++ };
	atomic {
		assert(!ctx_freed);
		orphan = (destroy_state == ORPHANED);
		if
		:: orphan
		:: else -> destroy_state = ENDED
		fi
	};
	if
	:: orphan ->
		atomic {
			assert(!ctx_freed && !destroyed);
			destroyed = true;
			ctx_freed = true
		}
	:: else
	fi;
	count_end();
	atomic { assert(!removed); inflight-- };
done:
	skip
}

/* close_uctx, after all other ops of the file */
proctype close_file()
{
	bool last, ended;

	calls == 0;
	atomic {
		assert(users > 0 && !ctx_freed);
		users--;
		last = (users == 0);
		if
		:: last ->
			destroy_state = RUNNING;
			nr_commands++;
			queued = true
		:: else
		fi
	};
	if
	:: last ->
		if
		:: destroy_state == ENDED
		:: true
		fi;
		atomic {
			assert(!ctx_freed);
			ended = (destroy_state == ENDED);
			if
			:: ended -> destroyed = true; ctx_freed = true
			:: else -> destroy_state = ORPHANED
			fi
		}
	:: else
	fi;
	closed = true
}

/* mlx5_fwctl_detach() */
proctype detach()
{
	leaving = true;
	closed;
	nr_commands == 0;
	inflight == 0;
	removed = true
}

init {
	byte i;

	atomic {
		calls = COMMANDS;
		for (i : 0 .. COMMANDS - 1) {
			run caller(i);
			run callback(i)
		};
		run close_file();
		run destroyer();
		run detach()
	};
	/* Wait until all other processes have ended. */
	_nr_pr == 1;
	assert(destroyed && ctx_freed && users == 0);
	for (i : 0 .. COMMANDS - 1) {
		assert(freed[i])
	}
}
