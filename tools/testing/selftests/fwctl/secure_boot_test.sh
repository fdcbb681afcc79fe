#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# secure_boot_test.sh - test that Secure Boot forbids raw access, and permits fwctl
#
# The modules are those in the folder FWCTL_MODULES, or those of modprobe. Tests that
# unbind the device's driver need the virtual ConnectX, whose control channel is VCX_CTL.

set -u

tests=(
	secure_boot_is_on
	kernel_is_locked_down
	lockdown_stays
	signatures_are_enforced
	signed_module_loads
	unsigned_module_is_refused
	unknown_key_is_refused
	tampered_module_is_refused
	memory_and_ports_are_closed
	pci_configuration_is_read_only
	mstflint_by_address_is_dead
	resources_cannot_be_mapped
	fwctl_queries_configuration
	fwctl_sets_configuration
	mstconfig_queries
	mstreg_reads
	write_of_anything_is_refused
	probe_tells_of_lockdown
)

SKIP=4
EFI=/sys/firmware/efi/efivars
EFI_GLOBAL=8be4df61-93ca-11d2-aa0d-00e098032b8c
LOCKDOWN=/sys/kernel/security/lockdown
ENFORCE=/sys/module/module/parameters/sig_enforce

skip()
{
	reason=$1
	return "$SKIP"
}

# says REGEX COMMAND...: a line of the command's output matches
says()
{
	local regex=$1 output

	shift
	output=$(timeout 60 "$@" 2>&1 < /dev/null)
	grep -Eq -- "$regex" <<< "$output" && return
	echo "# $*: no line like '$regex' in:"
	sed 's/^/#   /' <<< "$output"
	return 1
}

# Prints a firmware variable of one byte, which comes after four bytes of attributes.
efi_byte()
{
	od -An -tu1 -j 4 -N 1 "$EFI/$1-$EFI_GLOBAL" | tr -d ' '
}

secure_boot_is_on()
{
	[ "$(efi_byte SecureBoot)" = 1 ] && [ "$(efi_byte SetupMode)" = 0 ]
}

kernel_is_locked_down()
{
	says '\[(integrity|confidentiality)\]' cat "$LOCKDOWN"
}

# Not even root can end lockdown.
lockdown_stays()
{
	! echo none 2> /dev/null > "$LOCKDOWN" && kernel_is_locked_down
}

signatures_are_enforced()
{
	says '^Y$' cat "$ENFORCE" && ! echo N 2> /dev/null > "$ENFORCE" && says '^Y$' cat "$ENFORCE"
}

# Copies fwctl_sim.ko, as it was built and signed; no other module depends on it.
copy_module()
{
	local file=${FWCTL_MODULES-}/fwctl_sim.ko

	[ -e "$file" ] || file=$(modinfo -n fwctl_sim 2> /dev/null) ||
		skip "no module fwctl_sim" || return
	case $file in
	*.xz) xz -dc "$file" ;;
	*.zst) zstd -qdc "$file" ;;
	*) cat "$file" ;;
	esac > "$dir/signed.ko"
}

# Prints a module without its signature. After the signature there are 12 bytes, of
# which the last four are its length, and a magic string of 28 bytes.
strip_signature()
{
	local size length

	size=$(stat -c %s "$1")
	[ "$(tail -c 28 "$1")" = '~Module signature appended~' ] || {
		echo "# $1 is not signed"
		return 1
	}
	length=$(tail -c 32 "$1" | od -An -tu4 --endian=big -N 4)
	head -c $((size - 40 - length)) "$1"
}

# refused FILE: the kernel refuses to load it because of its signature
refused()
{
	! grep -q '^fwctl_sim ' /proc/modules || rmmod fwctl_sim || return
	says 'Key was rejected by service' insmod "$1" && ! grep -q '^fwctl_sim ' /proc/modules
}

signed_module_loads()
{
	copy_module || return
	! grep -q '^fwctl_sim ' /proc/modules || rmmod fwctl_sim || return
	insmod "$dir/signed.ko" && grep -q '^fwctl_sim ' /proc/modules
}

unsigned_module_is_refused()
{
	copy_module && strip_signature "$dir/signed.ko" > "$dir/unsigned.ko" &&
		refused "$dir/unsigned.ko"
}

unknown_key_is_refused()
{
	local sign_file

	sign_file=/lib/modules/$(uname -r)/build/scripts/sign-file
	command -v openssl > /dev/null && [ -x "$sign_file" ] ||
		skip "no openssl, or no headers of this kernel" || return
	copy_module && strip_signature "$dir/signed.ko" > "$dir/unknown.ko" &&
		openssl req -x509 -newkey rsa:2048 -noenc -sha256 -subj /CN=unknown/ \
			-keyout "$dir/key.pem" -out "$dir/cert.pem" 2> /dev/null &&
		"$sign_file" sha256 "$dir/key.pem" "$dir/cert.pem" "$dir/unknown.ko" &&
		refused "$dir/unknown.ko"
}

tampered_module_is_refused()
{
	copy_module || return
	sed 's/vermagic=/vermagiC=/' "$dir/signed.ko" > "$dir/tampered.ko"
	! cmp -s "$dir/signed.ko" "$dir/tampered.ko" && refused "$dir/tampered.ko"
}

memory_and_ports_are_closed()
{
	local file

	for file in /dev/mem /dev/port; do
		[ -e "$file" ] || continue
		says 'Operation not permitted' head -c 1 "$file" || return
	done
}

has_connectx()
{
	[ -n "$dev" ] || skip "no fwctl device of mlx5"
}

# Writes a byte that the configuration space has already.
pci_configuration_is_read_only()
{
	has_connectx || return
	says 'Operation not permitted' dd "if=$pci/config" "of=$pci/config" bs=1 \
		skip=12 seek=12 count=1 conv=notrunc
}

mstflint_by_address_is_dead()
{
	has_connectx || return
	command -v mstmcra > /dev/null || skip "no mstmcra" || return
	says 'Operation not permitted' mstmcra "$parent" 0
}

# The driver is unbound first: Debian's kernels never map a resource of a bound device.
resources_cannot_be_mapped()
{
	local status

	has_connectx || return
	[ -w "${VCX_CTL-}" ] || skip "no virtual ConnectX" || return
	command -v python3 > /dev/null || skip "no python3" || return
	echo "$parent" > /sys/bus/pci/drivers/mlx5_core/unbind &&
		says '\[Errno 1\] Operation not permitted' python3 -c '
import mmap, sys
with open(sys.argv[1], "r+b", buffering=0) as file:
    mmap.mmap(file.fileno(), 4096)' "$pci/resource0"
	status=$?
	echo "$parent" > /sys/bus/pci/drivers/mlx5_core/bind
	for _ in {1..100}; do
		find_device && return "$status"
		sleep 0.1
	done
	echo "# the device did not come back"
	return 1
}

has_tool()
{
	has_connectx || return
	command -v fwctl > /dev/null || skip "no fwctl"
}

fwctl_queries_configuration()
{
	has_tool || return
	says '^SRIOV_EN ' fwctl mlx5 config query "$dev" SRIOV_EN
}

fwctl_sets_configuration()
{
	has_tool || return
	[ -w "${VCX_CTL-}" ] || skip "no virtual ConnectX" || return
	fwctl mlx5 config set "$dev" NUM_OF_VFS=6 > /dev/null &&
		says '^NUM_OF_VFS +6 *$' fwctl mlx5 config query "$dev" NUM_OF_VFS -o NAME,NEXT
}

has_mstflint()
{
	has_connectx || return
	command -v mstreg > /dev/null || skip "no mstflint"
}

mstconfig_queries()
{
	has_mstflint && says '^ *SRIOV_EN +(True|False)' mstconfig -d "$dev" q SRIOV_EN
}

mstreg_reads()
{
	has_mstflint && says '^device_id +\| 0x0000[1-9a-f]' mstreg -d "$dev" --reg_name MGIR --get
}

# A write of a register that is in no table. The refusal is counted, and audited.
write_of_anything_is_refused()
{
	has_tool || return
	printf '%b' '\x08\x05\0\0\0\0\0\0\0\0\xff\xf0\0\0\0\0' > "$dir/request"
	auditctl -e 1 > /dev/null 2>&1
	says 'refused: the kernel is locked down' fwctl rpc send "$dev" --scope debug-write-full --taint \
		--in "$dir/request" --out "$dir/answer" || return
	says "^fwctl_rpcs_judged_total.*device=\"$dev\".*reason=\"lockdown\"} [1-9]" \
		fwctl stats --once --prometheus || return
	command -v auditctl > /dev/null || return 0
	pidof auditd > /dev/null ||
		says "fwctl op=rpc dev=$dev .* effective=3 .* reason=7 .*res=0" dmesg
}

probe_tells_of_lockdown()
{
	has_tool || return
	says "^$dev +debug-write-full +no .*locked down" fwctl probe
}

# The first device of type 1, which is mlx5
find_device()
{
	local type

	type=$(grep -lx 1 /sys/class/fwctl/fwctl*/type 2> /dev/null | head -n 1)
	[ -n "$type" ] || return
	dev=$(basename "$(dirname "$type")")
	pci=$(readlink -f "/sys/class/fwctl/$dev/device")
	parent=$(basename "$pci")
}

[ -n "${KSFT_TAP_LEVEL-}" ] || echo 'KTAP version 1'
if [ "$(id -u)" != 0 ] || [ "$(efi_byte SecureBoot 2> /dev/null)" != 1 ]; then
	echo "1..0 # SKIP not root, or no Secure Boot"
	exit $SKIP
fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
dev=
find_device
status=0
number=0
echo "1..${#tests[@]}"
for test in "${tests[@]}"; do
	number=$((number + 1))
	"$test"
	case $? in
	0) echo "ok $number $test" ;;
	"$SKIP") echo "ok $number $test # SKIP $reason" ;;
	*)
		echo "not ok $number $test"
		status=1
		;;
	esac
done
exit $status
