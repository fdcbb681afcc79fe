#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ausearch-kernel-other - records of a kernel subsystem that ausearch does not select
#
# Version    auditd 1:4.0.2-2+deb13u1 of Debian 13
# Guess      A record of type KERNEL_OTHER has the usual fields pid=, uid= and res=. So
#            ausearch selects it by process, user and result (-p, -ui, -sv), like records
#            of other types with these fields, and aureport counts its failures.
# Behaviour  ausearch finds none of them, and says that there are no matches. It does know
#            the fields: -i replaces uid and res by words, and the CSV has user and result.
#            aureport has 0 failed events. Only the type selects these records.
# Seen       -m KERNEL_OTHER: 3 records
#            -p 812: 0 records
#            -ui 0: 0 records
#            -sv no: 0 records
#            -sv yes: 0 records
#            -i: uid=root res=no
#            csv: root failed
#            aureport: Number of failed syscalls: 0

set -eu
self=$(readlink -f "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"

apt-get download -qq auditd=1:4.0.2-2+deb13u1 libaudit1=1:4.0.2-2+deb13u1 \
	libauparse0t64=1:4.0.2-2+deb13u1 2> /dev/null
for package in *.deb; do
	dpkg-deb -x "$package" root
done
export LD_LIBRARY_PATH=$work/root/usr/lib/x86_64-linux-gnu

i=0
for fields in "op=a pid=812 uid=0 res=0" "op=b pid=813 uid=0 res=1" "op=c pid=814 uid=1001 res=1"; do
	i=$((i + 1))
	echo "type=KERNEL_OTHER msg=audit(1764300000.00$i:$i): example $fields"
done > log

search()
{
	root/usr/sbin/ausearch -if log -m KERNEL_OTHER "$@" 2> /dev/null || true
}

{
	echo "-m KERNEL_OTHER: $(search | grep -c ^type=) records"
	for option in '-p 812' '-ui 0' '-sv no' '-sv yes'; do
		# shellcheck disable=SC2086 # words
		echo "$option: $(search $option | grep -c ^type=) records"
	done
	echo "-i: $(search -i | grep -o 'uid=root res=no')"
	echo "csv: $(search --format csv | awk -F, '$5 == 1 { print $9, $12 }')"
	echo "aureport: $(root/usr/sbin/aureport -if log --failed --summary | grep syscalls)"
} | tee seen
sed -n '/^# Seen/,/^$/s/^#\( Seen\)\? *//p' "$self" | diff - seen
