# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ktap.sh - the KTAP writer of shell scripts: one result for each command
#
# The caller prints the version line and the plan.

number=0
failed=0

# shown COMMAND...: print the command's output as comments
shown()
{
	"$@" 2>&1 | sed 's/^/# /'
}

# in_guest STEP: run step_STEP with the packages' programs, not those of the lab
in_guest()
{
	PATH=${PATH#/lab/bin:}
	echo 'KTAP version 1'
	echo "# Debian $(cat /etc/debian_version), Linux $(uname -r), up for" \
		"$(cut -d ' ' -f 1 /proc/uptime) s"
	"step_$1"
	exit $failed
}

# soon COMMAND...: wait up to 30 s until the command succeeds
soon()
{
	for _ in {1..300}; do
		"$@" && return
		sleep 0.1
	done
	return 1
}

# verdict STATUS NAME: print the result of a test that ended with STATUS
verdict()
{
	number=$((number + 1))
	if [ "$1" = 0 ]; then
		echo "ok $number $2"
	else
		echo "not ok $number $2"
		failed=1
	fi
}

# nested NAME COMMAND...: run a program that prints KTAP; its results belong to one of ours
nested()
{
	local ktap_name=$1

	shift
	"$@" | sed -u 's/^/  /'
	verdict "${PIPESTATUS[0]}" "$ktap_name"
}

# result NAME COMMAND...: run a test; print its duration, and its output if it fails.
# A function that is tested sees the local variables of its callers, hence the prefix.
result()
{
	local ktap_name=$1 ktap_out ktap_status=0 ktap_start=${EPOCHREALTIME/./} tenths

	shift
	ktap_out=$(mktemp)
	"$@" > "$ktap_out" 2>&1 || ktap_status=$?
	tenths=$(((${EPOCHREALTIME/./} - ktap_start) / 100000))
	echo "# $((tenths / 10)).$((tenths % 10)) s"
	[ $ktap_status = 0 ] || sed 's/^/# /' "$ktap_out" | tail -n 30
	verdict $ktap_status "$ktap_name"
	rm -f "$ktap_out"
}

# run_tests FUNCTION...: run functions as tests, with version line and plan
run_tests()
{
	local ktap_test

	echo 'KTAP version 1'
	echo "1..$#"
	for ktap_test; do
		result "$ktap_test" "$ktap_test"
	done
}
