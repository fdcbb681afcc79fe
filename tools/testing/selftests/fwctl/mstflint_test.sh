#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# mstflint_test.sh - a ConnectX's own tools, as distributions have them, on fwctl
#
# mstflint up to 4.31 declares CONFIGURATION for all that it sends. What changes
# the device is only tried on the virtual one, which VCX_CTL leads to.

set -u

tests=(
	mstfwctrl_finds_the_device
	mstreg_reads_the_identity
	mstconfig_queries
	mstconfig_sets
	mstconfig_resets
	mstflint_queries
	mstmget_temp_reads
	mstreg_cannot_close_a_port
	nothing_taints_the_kernel
)

# Status of a test that can't be done; the reason is in $reason.
SKIP=4

skip()
{
	reason=$1
	return $SKIP
}

# try COMMAND...: what it prints is in $output
try()
{
	local status

	output=$(timeout 60 "$@" 2>&1 < /dev/null)
	status=$?
	[ $status = 0 ] || echo "# $*: exit status $status"
	return $status
}

# said REGEX: a line of what the last command printed
said()
{
	grep -Eq -- "$1" <<< "$output" && return
	echo "# no line like '$1' in:"
	sed 's/^/#   /' <<< "$output"
	return 1
}

# vcx REQUEST: of the virtual ConnectX, prints its answer
vcx()
{
	local answer

	exec 3<> "$VCX_CTL" || return
	echo "$1" >&3
	read -r -u 3 answer
	exec 3>&-
	echo "${answer#ok }"
}

has_vcx()
{
	[ -w "${VCX_CTL-}" ] || skip "no virtual ConnectX"
}

# Versions that declare CONFIGURATION for everything
declares_configuration()
{
	[ "$(printf '%s\n4.32\n' "$version" | sort -V | head -n 1)" != 4.32 ]
}

tainted()
{
	echo $(($(cat /proc/sys/kernel/tainted) >> 19 & 1))
}

# What the kernel has logged of programs by this name
taint_records()
{
	dmesg | grep -c 'fwctl[0-9]*: mst.*: kernel tainted$'
}

mstfwctrl_finds_the_device()
{
	try mstfwctrl "$dev" &&
		said "^ctldev: /dev/fwctl/$dev$" &&
		said "^Parent dev: .*/$parent$" &&
		said '^device ID: 0x[1-9a-f]' &&
		said '^UCTX UID: [1-9]' &&
		said '^UCTX CAP: 0x4$'
}

mstreg_reads_the_identity()
{
	local id

	id=$(cat "/sys/bus/pci/devices/$parent/device")
	try mstreg -d "$dev" --reg_name MGIR --get &&
		said "^device_id +\| 0x0000${id#0x}$" &&
		said '^hw_dev_id +\| 0x00000[1-9a-f]' &&
		said '^manufacturing_base_mac_31_0 +\| 0x'
}

mstconfig_queries()
{
	try mstconfig -d "$dev" q &&
		said '^ *SRIOV_EN +(True\(1\)|False\(0\))' &&
		said '^ *NUM_OF_VFS +[0-9]+' || return
	echo "# $(grep -c '^ *[A-Z][A-Z0-9_]* ' <<< "$output") parameters"
}

mstconfig_sets()
{
	has_vcx || return
	try mstconfig -y -d "$dev" set SRIOV_EN=1 NUM_OF_VFS=5 &&
		try mstconfig -d "$dev" q SRIOV_EN NUM_OF_VFS &&
		said '^ *SRIOV_EN +True\(1\) *$' &&
		said '^ *NUM_OF_VFS +5 *$'
}

mstconfig_resets()
{
	has_vcx || return
	try mstconfig -y -d "$dev" reset &&
		try mstconfig -d "$dev" q SRIOV_EN NUM_OF_VFS &&
		said '^ *SRIOV_EN +False\(0\) *$' &&
		said '^ *NUM_OF_VFS +8 *$'
}

mstflint_queries()
{
	try mstflint -d "$dev" q &&
		said '^FW Version: +[0-9]+\.[0-9]+\.[0-9]+$' &&
		said '^PSID: +[A-Z]'
}

# Temperatures neither identify nor configure a device.
mstmget_temp_reads()
{
	if declares_configuration; then
		! try mstmget_temp -d "$dev" > /dev/null && said 'failed'
	else
		try mstmget_temp -d "$dev" && said '^[0-9]+ *$'
	fi
}

# The register PAOS takes ports down: not under CONFIGURATION.
mstreg_cannot_close_a_port()
{
	local before after

	declares_configuration || { skip "mstflint $version declares more"; return; }
	has_vcx || return
	before=$(vcx "reg 5006") && [ -n "$before" ] || return
	! try mstreg -d "$dev" --reg_name PAOS --yes --set admin_status=2,ase=1 \
		--indexes local_port=1,swid=0 > /dev/null || return
	after=$(vcx "reg 5006")
	[ "$before" = "$after" ] && return
	echo "# PAOS: '$before' before, '$after' after"
	return 1
}

nothing_taints_the_kernel()
{
	declares_configuration || { skip "mstflint $version declares more"; return; }
	[ "$(tainted)" = "$tainted_before" ] &&
		[ "$(taint_records)" = "$records_before" ] && return
	dmesg | grep 'kernel tainted$' | sed 's/^/# /'
	return 1
}

missing()
{
	local tool

	for tool in mstfwctrl mstreg mstconfig mstflint mstmget_temp; do
		command -v $tool > /dev/null || echo "no $tool"
	done
	[ "$(id -u)" = 0 ] || echo "not root"
	[ -n "$dev" ] || echo "no fwctl device of mlx5"
}

# The first device of type 1, which is mlx5
find_device()
{
	local type

	type=$(grep -lx 1 /sys/class/fwctl/fwctl*/type 2> /dev/null | head -n 1)
	[ -z "$type" ] || basename "$(dirname "$type")"
}

[ -n "${KSFT_TAP_LEVEL-}" ] || echo 'KTAP version 1'
dev=$(find_device)
reason=$(missing | head -n 1)
if [ -n "$reason" ]; then
	echo "1..0 # SKIP $reason"
	exit $SKIP
fi

parent=$(basename "$(readlink -f "/sys/class/fwctl/$dev/device")")
version=$(mstflint --version | sed -nE '1s/.*mstflint ([0-9.]+).*/\1/p')
tainted_before=$(tainted)
records_before=$(taint_records)
status=0
number=0
echo "1..${#tests[@]}"
echo "# mstflint $version"
for test in "${tests[@]}"; do
	number=$((number + 1))
	started=$SECONDS
	"$test"
	case $? in
	0) echo "ok $number $test" ;;
	"$SKIP") echo "ok $number $test # SKIP $reason" ;;
	*)
		echo "not ok $number $test"
		status=1
		;;
	esac
	echo "# time: $test: $((SECONDS - started)) s"
done
exit $status
