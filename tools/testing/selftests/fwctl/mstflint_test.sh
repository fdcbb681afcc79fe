#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# mstflint_test.sh - a ConnectX's own tools, as distributions have them, on fwctl
#
# mstflint up to 4.31 declares CONFIGURATION for all that it sends, so that state
# (links, sensors, dumps) is refused; 4.32 to 4.35 declare DEBUG_WRITE_FULL, so
# that everything works and everything taints. What changes the device is only
# tried on the virtual one, which VCX_CTL leads to; its answers are compared with
# what that says. MSTFLINT_DIR is a folder into which another version's package
# was unpacked (dpkg -x), to be used in place of the installed one.

set -u

tests=(
	mstfwctrl_finds_the_device
	mstreg_reads_the_identity
	mstreg_reads_a_port
	mstreg_sets
	mstconfig_queries
	mstconfig_sets
	mstconfig_shows_three_views
	mstconfig_backs_up
	mstconfig_is_refused_too_much
	mstconfig_resets
	mstflint_queries
	mstlink_shows_the_link
	mstresourcedump_queries
	mstresourcedump_dumps
	mstmget_temp_reads
	mstregdump_cannot_reach_addresses
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

	was_refused=
	output=$(timeout 60 "$@" 2>&1 < /dev/null)
	status=$?
	# Some print colours to whatever they print to.
	output=$(sed 's/\x1b\[[0-9;]*m//g' <<< "$output")
	[ $status = 0 ] || echo "# $*: exit status $status"
	return $status
}

# said REGEX: a line of what the last command printed
said()
{
	[ -z "$was_refused" ] || return 0
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

# What the kernel has logged of programs that tainted it
taint_records()
{
	dmesg | grep -c 'fwctl[0-9]*: .*: kernel tainted$'
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

# refused COMMAND...: it fails and leaves the kernel as it was
refused()
{
	local before

	before=$(tainted)
	! try "$@" > /dev/null && [ "$(tainted)" = "$before" ] && return
	echo "# $*: not refused"
	return 1
}

# reads_state COMMAND...: what goes beyond CONFIGURATION; if the tool declares no more,
# it must be refused, and says nothing that could be compared
reads_state()
{
	if declares_configuration; then
		refused "$@" && was_refused=1 && echo "# refused, as it must be: $1"
	else
		try "$@"
	fi
}

# device_value TYPE VIEW WORD BIT WIDTH: a field of an item of configuration
device_value()
{
	local hex

	hex=$(vcx "nv $1 $2")
	hex=${hex##* }
	echo $((0x${hex:$3 * 8:8} >> $4 & (1 << $5) - 1))
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

port_indexes=local_port=1,proto_mask=4,plane_ind=0,lp_msb=0,port_type=0

mstreg_reads_a_port()
{
	reads_state mstreg -d "$dev" --reg_name PTYS --get --indexes $port_indexes &&
		said '^eth_proto_oper +\| 0x00100000' &&
		said '^eth_proto_capability +\| 0xf8f0b0c0'
}

# A threshold of the sensor, and what the device then keeps.
mstreg_sets()
{
	local kept

	has_vcx || return
	reads_state mstreg -d "$dev" --reg_name MTMP --yes --set temperature_threshold_hi=0x320 \
		--indexes sensor_index=0,i=0,slot_index=0,ig=0,asic_index=0 || return
	[ -z "$was_refused" ] || return 0
	kept=$(vcx "reg 900a") && [ "$((0x${kept:24:8} & 0xffff))" = $((0x320)) ] && return
	echo "# MTMP: $kept"
	return 1
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

# Parameters of several classes: item, word, lowest bit, width
fields='NUM_OF_VFS 80 1 0 16
NUM_PF_MSIX 80 2 12 10
LOG_DCR_HASH_TABLE_SIZE 190 0 0 5
RPG_TIME_RESET_P1 01010108 1 0 17
CNP_DSCP_P1 01010108 16 8 6
BOOT_VLAN 03000221 0 0 12
SAFE_MODE_THRESHOLD 07000082 0 0 8'

# Of each what mstconfig says and what the device has.
mstconfig_shows_three_views()
{
	local name type word bit width shown

	has_vcx || return
	# shellcheck disable=SC2046 # words
	try mstconfig -d "$dev" -e q $(cut -d ' ' -f 1 <<< "$fields") || return
	while read -r name type word bit width; do
		# What differs has a star.
		shown=$(sed -nE "s/^[* ] +$name +([0-9]+) +([0-9]+) +([0-9]+) *$/\1 \2 \3/p" \
			<<< "$output")
		[ "$shown" = "$(for view in default current next; do
			device_value "$type" $view "$word" "$bit" "$width"
		done | xargs)" ] && continue
		echo "# $name: mstconfig shows '$shown', which the device doesn't have"
		return 1
	done <<< "$fields"
	said '^[* ] *NUM_OF_VFS +8 +8 +5 *$'
}

# The file has the item as it was just set, in hexadecimal.
mstconfig_backs_up()
{
	local file item

	has_vcx && file=$(mktemp) || return
	rm "$file"
	try mstconfig -y -d "$dev" -f "$file" backup && item=$(vcx "nv 80") || return
	output=$(grep -A 1 'Type: *0x00000080' "$file" | sed 's/0x//g' | tr -d ' \n')
	rm "$file"
	said "${item##* }$"
}

# The tool's own bounds come from the device's capabilities; the device has them too.
mstconfig_is_refused_too_much()
{
	has_vcx && ! try mstconfig -y -d "$dev" set NUM_OF_VFS=128 > /dev/null &&
		[ "$(device_value 80 next 1 0 16)" = 5 ]
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

mstlink_shows_the_link()
{
	reads_state mstlink -d "$dev" -p 1 && said 'State +: +Active' &&
		said 'Speed +: +100G' && said 'Width +: +4x'
}

mstresourcedump_queries()
{
	reads_state mstresourcedump query -d "$dev" && said 'PRM_QUERY_QP' && said 'SX_SLICE'
}

# Firmware's own queue pair, in the state ready to send.
mstresourcedump_dumps()
{
	reads_state mstresourcedump dump -d "$dev" --segment 0x1000 --index1 0x40 &&
		said '0x30001800'
}

# Of the device between 39 and 45 degrees
mstmget_temp_reads()
{
	reads_state mstmget_temp -d "$dev" && has_vcx && said '^(39|4[0-5]) *$'
}

# They read the chip by address, which no command of fwctl's carries.
mstregdump_cannot_reach_addresses()
{
	refused mstregdump "$dev" && refused mstvpd "$dev"
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

# Another version's programs and data, for this process and its children only
use_mstflint_dir()
{
	local folder

	for folder in usr/share/mstflint usr/lib/x86_64-linux-gnu/mstflint; do
		[ ! -d "$MSTFLINT_DIR/$folder" ] ||
			mount --bind "$MSTFLINT_DIR/$folder" "/$folder" || return
	done
	PATH=$MSTFLINT_DIR/usr/bin:$PATH
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

if [ -n "${MSTFLINT_DIR-}" ]; then
	[ -n "${MSTFLINT_APART-}" ] || MSTFLINT_APART=1 exec unshare -m "$0" "$@"
	use_mstflint_dir || exit 1
fi

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
	records=$(taint_records)
	"$test"
	case $? in
	0) echo "ok $number $test" ;;
	"$SKIP") echo "ok $number $test # SKIP $reason" ;;
	*)
		echo "not ok $number $test"
		status=1
		;;
	esac
	echo "# time: $test: $((SECONDS - started)) s, tainting: $(($(taint_records) - records))"
done
exit $status
