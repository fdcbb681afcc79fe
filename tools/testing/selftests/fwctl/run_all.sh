#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run_all.sh [PROGRAM...] - run all tests, or those of the named programs
#
# Prints KTAP; the exit status is 0 if no program failed. The programs are in PATH
# or in this folder. Without arguments their order is that of the Makefile: fwctl_taint
# skips tests if a program before it has tainted the kernel. FWCTL_TIMEOUT is the limit for
# each program in seconds, in place of the one in the file settings.
#
# A program that leaves a ConnectX or CXL memory without its fwctl device has failed: the
# programs after it would skip their tests.

cd "$(dirname "$(readlink -f "$0")")" || exit 1

# shellcheck disable=SC2046 # words
[ $# -gt 0 ] || set -- $(sed -nE 's/^TEST_(GEN_)?PROGS \+= //p' Makefile)
timeout=${FWCTL_TIMEOUT:-$(sed -n 's/^timeout=//p' settings)}
PATH=$PATH:$PWD
number=0
failed=0

# Types of devices that are hardware, real or virtual: 1 is ConnectX, 2 is CXL memory.
hardware()
{
	grep -hxs '[12]' /sys/class/fwctl/*/type | sort -u
}

# Tells of a machine that was stopped, or has more to do than it can: a test that reaches its
# time limit then may be right.
watch_clock()
{
	local last now

	read -r last _ < /proc/uptime
	while sleep 5 > /dev/null 2>&1 && read -r now _ < /proc/uptime; do
		[ $((${now%.*} - ${last%.*})) -lt 15 ] ||
			echo "  # the machine stood still: 5 s took $((${now%.*} - ${last%.*})) s"
		last=$now
	done
}

watch_clock &
trap 'kill $!' EXIT

# The programs leave out their KTAP header: this script prints it, with indentation.
export KSFT_TAP_LEVEL=1

echo 'KTAP version 1'
echo "1..$#"
for program; do
	number=$((number + 1))
	started=$SECONDS
	before=$(hardware)
	printf '  KTAP version 1\n  # Subtest: %s\n' "$program"
	timeout -k 5 "$timeout" "$program" 2>&1 | sed -u 's/^/  /'
	status=${PIPESTATUS[0]}
	for type in $before; do
		hardware | grep -qx "$type" && continue
		echo "# $program: no device of type $type is there any more"
		status=1
	done
	result="ok $number $program"
	case $program:$status in
	*:0) ;;
	*:4) result="$result # SKIP" ;;
	*_32:12[67]) result="$result # SKIP the kernel does not run 32-bit programs" ;;
	*)
		result="not $result"
		failed=$((failed + 1))
		;;
	esac
	[ "$status" != 124 ] || echo "# $program: timed out after $timeout s"
	echo "# $program: $((SECONDS - started)) s"
	echo "$result"
done
[ "$failed" -eq 0 ]
