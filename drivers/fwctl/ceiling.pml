// SPDX-License-Identifier: GPL-2.0-only
/*
 * Model of fwctl_pass_ceiling() and fwctl_settle() in policy.c, for the model
 * checker spin: requests of two callers, while a third one lowers the ceiling.
 *
 * The model checks: when fwctl_settle() has returned, the device receives no
 * request above the new ceiling.
 *
 *	spin -a ceiling.pml && cc -O2 -DSAFETY pan.c -o pan && ./pan
 *
 * A CPU of 64-bit Arm may execute two accesses to different memory in any order,
 * unless a barrier is between them; all other CPUs see that order. So in here the
 * two accesses of each side have no order, except by the barrier. With
 * -DNO_BARRIER=1 or 2, which leaves out the barrier of one side, spin has to find
 * an error.
 */
#ifndef NO_BARRIER
#define NO_BARRIER 0
#endif
#define REQUESTS 2

bool lowered, settled;
byte pending;

proctype request()
{
	bool counted, looked, admitted;

	do
	:: !counted -> atomic { pending++; counted = true }
	:: !looked && (counted || NO_BARRIER == 1) ->
		atomic { admitted = !lowered; looked = true }
	:: counted && looked -> break
	od;
	/* The device receives the request, and answers it. */
	assert(!admitted || !settled);
	pending--
}

proctype settle()
{
	bool wrote, looked;

	do
	:: !wrote -> atomic { lowered = true; wrote = true }
	:: !looked && (wrote || NO_BARRIER == 2) ->
		atomic { pending == 0 -> looked = true }
	:: wrote && looked -> break
	od;
	settled = true
}

init {
	byte i;

	atomic {
		for (i : 1 .. REQUESTS) {
			run request()
		};
		run settle()
	}
}
