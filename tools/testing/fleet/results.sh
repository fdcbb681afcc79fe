# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# results.sh - KTAP of a list of functions, which print what went wrong

# run_tests FUNCTION...: each is a test; returns whether all went well
run_tests()
{
	local test number=0 failed=0

	echo "KTAP version 1"
	echo "1..$#"
	for test; do
		number=$((number + 1))
		if "$test" > "$dir/said" 2>&1; then
			echo "ok $number $test"
		else
			tail -n 20 "$dir/said" | sed 's/^/# /'
			echo "not ok $number $test"
			failed=1
		fi
	done
	return $failed
}
