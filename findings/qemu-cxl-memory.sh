#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# qemu-cxl-memory - features of QEMU's CXL memory, and its registers when they are off
#
# Version    qemu-system-x86 1:11.1.3+ds-1~bpo13+1 of Debian 13's backports: cxl-type3, by
#            QEMU's qtest, without a kernel
# Guess      1. The default value of a feature can be read if the flags of its entry say so
#            (bit 5). 2. A Set Feature of the first byte of a value leaves the others as
#            they are, or is refused. 3. When a driver of a device clears Memory Space
#            Enable, all its registers read as ones, as on real machines: a mailbox seems
#            to be busy.
# Behaviour  1. Six of eight features say so, and all answer with "unsupported" (3). 2. The
#            bytes that are missing become 0: to set the hours of patrol scrub alone
#            disables it. 3. They read as zeroes: the mailbox seems to be idle, and a
#            command succeeds at once, with an empty answer.
# Seen       features: 8
#            of them with a default value that can be read: 6
#            return codes of Get Feature of default values: 3 3 3 3 3 3 3 3
#            patrol scrub before: 03 18 01 01
#            Set Feature of one byte: return code 0
#            patrol scrub after: 03 30 01 00
#            mailbox capabilities: 0x3cb
#            the same without Memory Space Enable: 0x0

set -eu
self=$(readlink -f "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"

mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' |
	grep -m 1 'debian/*$')
mmdebstrap --quiet --variant=extract --aptopt='APT::Install-Recommends "false"' \
	--aptopt='APT::Default-Release "trixie-backports"' \
	--include='qemu-system-x86=1:11.1.3+ds-1~bpo13+1' trixie root \
	"deb $mirror trixie main" "deb $mirror trixie-backports main" 2> /dev/null
ln -s usr/lib usr/lib64 root/

coproc qemu {
	exec chroot root qemu-system-x86_64 -nodefaults -display none -m 128M \
		-machine q35,accel=qtest,cxl=on,cxl-fmw.0.targets.0=bridge,cxl-fmw.0.size=4G \
		-device pxb-cxl,bus=pcie.0,id=bridge,bus_nr=64 \
		-object memory-backend-memfd,id=memory,size=256M,share=on \
		-device cxl-rp,id=rp,bus=bridge,port=0,chassis=1,slot=0 \
		-device cxl-type3,bus=rp,volatile-memdev=memory,sn=1 \
		-qtest stdio -qtest-log none
}
# Bash closes the coprocess's own descriptors in subshells.
exec {requests}>&"${qemu[1]}" {answers}<&"${qemu[0]}"

# qtest COMMAND: prints the value that it answers with
qtest()
{
	local ok value

	echo "$*" >&"$requests"
	read -r ok value <&"$answers"
	[ "$ok" = OK ]
	echo "$value"
}

# config BUS REGISTER VALUE: write to the configuration of the first device of a bus
config()
{
	qtest outl 0xcf8 $((0x80000000 | $1 << 16 | $2)) > /dev/null
	qtest outl 0xcfc "$3" > /dev/null
}

# command OPCODE BYTE...: sets code to the return code, answer to the bytes as hexadecimal
command()
{
	local opcode=$1 byte at=$((mailbox + 0x20)) len

	shift
	for byte; do
		qtest writeb $((at++)) "0x$byte" > /dev/null
	done
	qtest writeq $((mailbox + 8)) $((opcode | $# << 16)) > /dev/null
	qtest writel $((mailbox + 4)) 1 > /dev/null
	code=$(($(qtest readq $((mailbox + 0x10))) >> 32 & 0xffff))
	len=$(($(qtest readq $((mailbox + 8))) >> 16 & 0x1fffff))
	answer=
	[ $len = 0 ] || answer=$(qtest read $((mailbox + 0x20)) $len)
	answer=${answer#0x}
}

# words HEX: prints it as bytes
words()
{
	sed 's/../& /g; s/ $//' <<< "$1"
}

# The bridge's buses and memory; the BARs of the memory device; its mailbox
config 64 0x18 0x00414140
config 64 0x20 0xd0f0d000
config 64 0x04 6
config 65 0x10 0xd0200000
config 65 0x18 0xd0100000
config 65 0x04 6
mailbox=0xd0100088

{
	command 0x0500 88 01 00 00 00 00 00 00
	count=$((0x${answer:2:2}${answer:0:2}))
	echo "features: $count"
	entries=${answer:16} defaults=0 codes=
	for ((i = 0; i < count; i++)); do
		entry=${entries:i * 96:96}
		defaults=$((defaults + (0x${entry:44:2} >> 5 & 1)))
		# shellcheck disable=SC2046 # words
		command 0x0501 $(words "${entry:0:32}") 00 00 04 00 01
		codes="$codes $code"
	done
	echo "of them with a default value that can be read: $defaults"
	echo "return codes of Get Feature of default values:$codes"

	read -ra patrol <<< "$(words "${entries:0:32}")"
	header=("${patrol[@]}" 00 00 00 00 00 00 01 00 00 00 00 00 00 00 00 00)
	command 0x0502 "${header[@]}" 18 01
	command 0x0501 "${patrol[@]}" 00 00 04 00 00
	echo "patrol scrub before: $(words "$answer")"
	command 0x0502 "${header[@]}" 30
	echo "Set Feature of one byte: return code $code"
	command 0x0501 "${patrol[@]}" 00 00 04 00 00
	echo "patrol scrub after: $(words "$answer")"

	printf 'mailbox capabilities: %#x\n' "$(qtest readl $mailbox)"
	config 65 0x04 0
	printf 'the same without Memory Space Enable: 0x%x\n' "$(qtest readl $mailbox)"
} | tee seen
kill "$qemu_PID"
sed -n '/^# Seen/,/^$/s/^#\( Seen\)\? *//p' "$self" | diff - seen
