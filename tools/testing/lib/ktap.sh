# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ktap.sh - results of tests, one a command, as KTAP

number=0
failed=0

# shown COMMAND...: what it prints, as comments
shown()
{
	"$@" 2>&1 | sed 's/^/# /'
}

# in_guest STEP: what is tested are the packages' programs, not the lab's
in_guest()
{
	PATH=${PATH#/lab/bin:}
	echo 'KTAP version 1'
	echo "# Debian $(cat /etc/debian_version), Linux $(uname -r), up for" \
		"$(cut -d ' ' -f 1 /proc/uptime) s"
	"step_$1"
	exit $failed
}

# soon COMMAND...: it succeeds within half a minute
soon()
{
	for _ in {1..300}; do
		"$@" && return
		sleep 0.1
	done
	return 1
}

# result NAME COMMAND...: what it prints is shown if it fails; how long it took always
result()
{
	local name=$1 out start=${EPOCHREALTIME/./}
	shift

	out=$(mktemp)
	number=$((number + 1))
	"$@" > "$out" 2>&1
	set -- $? $(((${EPOCHREALTIME/./} - start) / 100000))
	echo "# $(($2 / 10)).$(($2 % 10)) s"
	if [ "$1" = 0 ]; then
		echo "ok $number $name"
	else
		sed 's/^/# /' "$out" | tail -n 30
		echo "not ok $number $name"
		failed=1
	fi
	rm -f "$out"
}
