#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ynl_test.sh - test the netlink family with the kernel's own client, ynl
#
# The client knows only the specification: it fails on a message that is not as
# specified. KSRC is a kernel's source, 7.3 or later. Lowers a ceiling.

set -u

KSRC=${KSRC:-$(printf '%s\n' /usr/src/linux-source-*/ | tail -n 1)}
cli=$KSRC/tools/net/ynl/pyynl/cli.py
schema=$KSRC/Documentation/netlink/genetlink-legacy.yaml
spec=$(dirname "$(readlink -f "$0")")/fwctl.yaml
# The specification is beside this file if the tests are installed, else in the tree.
[ -e "$spec" ] || spec=${spec%/*}/../../../../Documentation/netlink/specs/fwctl.yaml
bus=/sys/bus/fwctl_sim
# Above the ids of other tests, and different in each run
id=$((2900000000 + $$))

tests=(
	specification
	state_of_one_device
	state_of_all_devices
	unknown_device
	policy_of_the_kernel
	ceiling_is_lowered
	ceiling_is_not_raised
	ceiling_needs_capability
	events_of_devices
	audit_events
)

ynl()
{
	timeout 60 python3 -B "$cli" --spec "$spec" --no-schema --output-json "$@"
}

# json EXPRESSION: evaluates a Python expression; d is the input, parsed as JSON
json()
{
	json_lines "(lambda d: $1)(d[0])"
}

# json_lines EXPRESSION: the same; d is the list of the lines, each parsed as JSON
json_lines()
{
	python3 -c 'import json, sys
d = [json.loads(line) for line in sys.stdin]
print(eval(sys.argv[1]))' "$1"
}

# expect NAME EXPECTED ACTUAL
expect()
{
	[ "$2" = "$3" ] && return
	echo "# $1: expected '$2', not '$3'"
	return 1
}

# expect_text NAME EXPECTED ACTUAL: ACTUAL has the text EXPECTED in it
expect_text()
{
	case $3 in
	*"$2"*) return 0 ;;
	esac
	echo "# $1: expected '...$2...', not '$3'"
	return 1
}

# The specification follows the schema of its protocol.
specification()
{
	timeout 60 python3 -B "$cli" --spec "$spec" --schema "$schema" --validate
}

sysfs()
{
	cat "/sys/class/fwctl/$dev/$1"
}

# An expression for the state of a new device
fresh="[d['name'], d['index'], d['parent-bus'], d['parent-name'], d['driver'], d['ceiling'],
	d['files'], d['in-flight'], d['taints'],
	sorted((r['id'], r['count']) for r in d['reasons']),
	sorted((r['id'], r['count']) for r in d['scopes'])]"
four="(0, 0), (1, 0), (2, 0), (3, 0)"
all_zero="[$four, (4, 0), (5, 0), (6, 0), (7, 0), (8, 0)], [$four]"

expect_fresh()
{
	expect "$1" "['$dev', ${dev#fwctl}, 'fwctl_sim', 'fwctl_sim$id', 'fwctl_sim',\
 'debug-write-full', 0, 0, 0, $all_zero]" "$2"
}

state_of_one_device()
{
	local by_name by_index

	by_name=$(ynl --do dev-get --json "{\"name\": \"$dev\"}")
	by_index=$(ynl --do dev-get --json "{\"index\": ${dev#fwctl}}")
	expect_fresh "by name" "$(json "$fresh" <<< "$by_name")" &&
		expect "by index" "$by_name" "$by_index" &&
		expect "device type" "$(sysfs type)" "$(json "d['type']" <<< "$by_name")"
}

state_of_all_devices()
{
	local all

	all=$(ynl --dump dev-get)
	expect "number of devices" "$(printf '%s\n' /sys/class/fwctl/* | wc -l)" \
		"$(json 'len(d)' <<< "$all")" &&
		expect_fresh "this device" \
			"$(json "[$fresh for d in d if d['name'] == '$dev'][0]" <<< "$all")"
}

unknown_device()
{
	expect_text "no such device" "no such fwctl device" \
		"$(ynl --do dev-get --json '{"name": "fwctl4095"}' 2>&1)" &&
		expect_text "no device" "the request must have either index or name" \
			"$(ynl --do dev-get 2>&1)"
}

policy_of_the_kernel()
{
	local policy

	policy=$(ynl --policy --do dev-set)
	expect "attributes" "['ceiling', 'function-ceiling', 'index', 'name']" \
		"$(json 'sorted(d)' <<< "$policy")" &&
		expect "highest ceiling" 4 "$(json "d['ceiling']['max-value']" <<< "$policy")"
}

ceiling_is_lowered()
{
	expect "answer" null "$(ynl --do dev-set \
		--json "{\"name\": \"$dev\", \"ceiling\": \"debug-write\"}")" &&
		expect "in sysfs" debug-write "$(sysfs scope_max)" &&
		expect "in netlink" debug-write "$(ynl --do dev-get \
			--json "{\"name\": \"$dev\"}" | json "d['ceiling']")"
}

ceiling_is_not_raised()
{
	local text

	text=$(ynl --do dev-set \
		--json "{\"name\": \"$dev\", \"ceiling\": \"debug-write-full\"}" 2>&1)
	expect "exit status" 1 $? &&
		expect_text errno "Operation not permitted" "$text" &&
		expect_text text "a ceiling cannot be raised" "$text" &&
		expect "in sysfs" debug-write "$(sysfs scope_max)"
}

ceiling_needs_capability()
{
	local text

	text=$(timeout 60 setpriv --bounding-set -sys_admin --inh-caps -sys_admin \
		python3 -B "$cli" --spec "$spec" --no-schema \
		--do dev-set --json "{\"name\": \"$dev\", \"ceiling\": \"none\"}" 2>&1)
	expect "exit status" 1 $? &&
		expect_text errno "Operation not permitted" "$text" &&
		expect_text text "lowering a ceiling needs CAP_SYS_ADMIN" "$text" &&
		expect "in sysfs" debug-write "$(sysfs scope_max)"
}

# listen GROUP COMMAND...: prints the events that a listener receives, one a line.
# Runs COMMAND, which causes two events about the device, again and again until the
# listener has received two of them.
listen()
{
	local group=$1 out listener

	shift
	out=$(mktemp)
	python3 -B -u "$cli" --spec "$spec" --no-schema --output-json \
		--subscribe "$group" --duration 60 > "$out" &
	listener=$!
	for _ in {1..100}; do
		"$@" > /dev/null
		sleep 0.3
		[ "$(grep -cE "\"(fwctl_sim$id|$dev)\"" "$out")" -ge 2 ] && break
	done
	kill "$listener"
	wait "$listener"
	cat "$out"
	rm -f "$out"
} 2> /dev/null

rebind()
{
	echo "fwctl_sim$id" > "$bus"/drivers/fwctl_sim/unbind
	echo "fwctl_sim$id" > "$bus"/drivers/fwctl_sim/bind
}

events_of_devices()
{
	expect "events" "['dev-added-ntf', 'dev-removed-ntf']" \
		"$(listen device rebind | json_lines "sorted(set(m['name'] for m in d
			if m['msg']['parent-name'] == 'fwctl_sim$id'))")"
}

# Reads register 20 of the simulated device under DEBUG_READ_ONLY, then under
# CONFIGURATION
two_requests()
{
	python3 - "/dev/fwctl/$dev" <<-END
	import ctypes, fcntl, struct, sys
	file = open(sys.argv[1], 'rb+', buffering=0)
	request = ctypes.create_string_buffer(struct.pack('=IIQ', 0x10, 20, 0), 16)
	for scope in 1, 0:
	    rpc = struct.pack('=IIIIQQ', 32, scope, 16, 16, ctypes.addressof(request),
	                      ctypes.addressof(request))
	    try:
	        fcntl.ioctl(file, 0x9a01, rpc)
	    except OSError:
	        pass
	    request.raw = struct.pack('=IIQ', 0x10, 20, 0)
	END
}

audit_events()
{
	local refused="('read', 16, 0, 1, 0, -74, 'scope', False)"
	local admitted="('read', 16, 1, 1, 0, 0, 'admitted', True)"

	expect "events" "[$refused, $admitted]" \
		"$(listen audit two_requests | json_lines "sorted(set((m['command-name'],
			m['command'], m['declared'], m['effective'], m['writes'],
			m['result'], m['reason'], 'duration' in m)
			for m in (m['msg'] for m in d) if m['name'] == '$dev'))")"
}

missing()
{
	[ -e "$cli" ] || echo "no $cli"
	[ -e "$spec" ] || echo "no $spec"
	python3 -c 'import yaml, jsonschema' 2> /dev/null ||
		echo "no python3 with yaml and jsonschema"
	[ -w $bus/new_device ] || modprobe -q fwctl_sim
	[ -w $bus/new_device ] || echo "no fwctl_sim, or not root"
}

tidy_up()
{
	echo "$id" > "$bus"/del_device
}

[ -n "${KSFT_TAP_LEVEL-}" ] || echo 'KTAP version 1'
reason=$(missing | head -n 1)
if [ -n "$reason" ]; then
	echo "1..0 # SKIP $reason"
	exit 4
fi

echo "1..${#tests[@]}"
echo "$id" > $bus/new_device || exit 1
trap tidy_up EXIT
status=0
number=0
for test in "${tests[@]}"; do
	number=$((number + 1))
	dev=$(basename $bus/devices/fwctl_sim$id/fwctl/fwctl*)
	if "$test"; then
		echo "ok $number $test"
	else
		echo "not ok $number $test"
		status=1
	fi
done
exit $status
