#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run_all.sh [PROGRAM...] - run all tests in one go, or those of the named programs
#
# Prints KTAP; the exit status is 0 if nothing failed. The programs are looked
# for in PATH and in this folder. Their order is that of the Makefile: what
# needs a kernel that is not tainted comes first. FWCTL_TIMEOUT gives each of them
# more seconds than the file settings does.
#
# A program that leaves a ConnectX without its device has failed: all that come after
# it would skip.

cd "$(dirname "$(readlink -f "$0")")" || exit 1

# shellcheck disable=SC2046 # words
[ $# -gt 0 ] || set -- $(sed -nE 's/^TEST_(GEN_)?PROGS \+= //p' Makefile)
timeout=${FWCTL_TIMEOUT:-$(sed -n 's/^timeout=//p' settings)}
PATH=$PATH:$PWD
number=0
failed=0

has_connectx()
{
	grep -qxs 1 /sys/class/fwctl/*/type
}

# The header of what is nested here comes from here.
export KSFT_TAP_LEVEL=1

echo 'KTAP version 1'
echo "1..$#"
for program; do
	number=$((number + 1))
	started=$SECONDS
	connectx=
	! has_connectx || connectx=yes
	printf '  KTAP version 1\n  # Subtest: %s\n' "$program"
	timeout -k 5 "$timeout" "$program" 2>&1 | sed -u 's/^/  /'
	status=${PIPESTATUS[0]}
	if [ -n "$connectx" ] && ! has_connectx; then
		echo "# $program: the ConnectX is gone"
		status=1
	fi
	result="ok $number $program"
	case $program:$status in
	*:0) ;;
	*:4) result="$result # SKIP" ;;
	*_32:12[67]) result="$result # SKIP no programs of 32 bits here" ;;
	*)
		result="not $result"
		failed=$((failed + 1))
		;;
	esac
	[ "$status" != 124 ] || echo "# $program: no end after $timeout s"
	echo "# $program: $((SECONDS - started)) s"
	echo "$result"
done
[ "$failed" -eq 0 ]
