#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# mstflint-adb-fec-mask - two fields of one name and one enum, a number and a mask
#
# Version    mstflint 4.31.0+1-4 of Debian 13: its database of ConnectX registers
# Guess      fec_mode_active of the register PPLM and of the operational page of PDDR have
#            the same enum in the database, so 2 is RS-FEC (528,514) in both of them, and
#            a program can name both values by it.
# Behaviour  Only PDDR has the number. PPLM has a mask, in which RS-FEC (528,514) is bit 2,
#            that is 4, and 2 is Firecode; Linux's mlx5e driver takes it as a mask. The
#            description alone says so, with one word in parentheses.
# Seen       pplm_reg_ext: No_FEC=0x0,Firecode_FEC=0x1,Standard_RS_FEC=0x2
#            pplm_reg_ext: Active FEC (bitmask)
#            pddr_operation_info_page_ext: No_FEC=0x0,Firecode_FEC=0x1,Standard_RS_FEC=0x2
#            pddr_operation_info_page_ext: FEC mode active

set -eu
self=$(readlink -f "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"

apt-get download -qq mstflint=4.31.0+1-4 2> /dev/null
dpkg-deb -x mstflint_*.deb root
database=root/usr/share/mstflint/prm_dbs/hca/ext/register_access_table.adb

for node in pplm_reg_ext pddr_operation_info_page_ext; do
	field=$(sed -n "/<node name=\"$node\"/,/<\/node>/p" $database |
		grep 'name="fec_mode_active"')
	echo "$node: $(sed 's/.*enum="\(\([^,]*,\)\{2\}[^,]*\),.*/\1/' <<< "$field")"
	echo "$node: $(sed 's/.*descr="\([^\\]*\)\\;.*/\1/' <<< "$field")"
done | tee seen
sed -n '/^# Seen/,/^$/s/^#\( Seen\)\? *//p' "$self" | diff - seen
