#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# mstflint-adb-write-only - register fields that are write-only, and act in a read
#
# Version    mstflint 4.31.0+1-4 of Debian 13: its database of ConnectX registers
# Guess      access="WO" in the database marks a field that only a write uses. A program
#            that reads a register may put anything there, and a policy that admits reads
#            need not look at such a field.
# Behaviour  mpcnt.clr, which clears the PCIe counters, is write-only, and its description
#            says that it can be set for Get(), a read, too. The same bit of ppcnt, the
#            ports' counters, has access="OP". So the access of a field does not tell
#            whether it acts in a read.
# Seen       write-only fields: 82
#            of them with Get() in the description: 1
#            mpcnt_reg_ext.clr: WO
#            ppcnt_reg_ext.clr: OP

set -eu
self=$(readlink -f "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"

apt-get download -qq mstflint=4.31.0+1-4 2> /dev/null
dpkg-deb -x mstflint_*.deb root
database=root/usr/share/mstflint/prm_dbs/hca/ext/register_access_table.adb
# clr NODE: the access of the node's field clr
clr()
{
	sed -n "/<node name=\"$1\"/,/<\/node>/p" $database |
		sed -n 's/.*name="clr".*access="\([A-Z]*\)".*/\1/p'
}

{
	echo "write-only fields: $(grep -c '<field .*access="WO"' $database)"
	echo "of them with Get() in the description:" \
		"$(grep '<field .*access="WO"' $database | grep -c 'descr="[^"]*Get()')"
	echo "mpcnt_reg_ext.clr: $(clr mpcnt_reg_ext)"
	echo "ppcnt_reg_ext.clr: $(clr ppcnt_reg_ext)"
} | tee seen
sed -n '/^# Seen/,/^$/s/^#\( Seen\)\? *//p' "$self" | diff - seen
