#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# cxl-header-flags - numbers of <cxl/features.h> that a program cannot use
#
# Version    linux-libc-dev 7.3.4-1~bpo13+1 of Debian 13's backports: the headers that
#            Linux 7.3 installs for programs
# Guess      a number that such a header defines is a number in a program that includes
#            the header alone: the kernel's build compiles each header by itself.
# Behaviour  CXL's effects and flags of features are written with BIT() and GENMASK(),
#            which no installed header defines. The header compiles, and so does a program
#            with its structures; each use of one of the numbers is an error, in C and in
#            C++. A program has to define the two macros itself.
# Seen       a structure of cxl/features.h: usable
#            CXL_* of cxl/features.h: 18
#            usable in C: 0
#            usable in C++: 0
#            with BIT() and GENMASK() of the program: 18
#            installed headers that define BIT(): 0

set -eu
self=$(readlink -f "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"

apt-get download -qq linux-libc-dev='7.3.4-1~bpo13+1' 2> /dev/null
dpkg-deb -x linux-libc-dev_*.deb root
include=root/usr/include
names=$(sed -n 's/^#define \(CXL_[A-Z_]*\)[[:space:]].*/\1/p' $include/cxl/features.h)

# usable COMPILER...: how many of the names are constants in a program
usable()
{
	local name count=0

	for name in $names; do
		printf '#include <cxl/features.h>\nunsigned long n = %s;\n' "$name" |
			"$@" -I$include -fsyntax-only - 2> /dev/null &&
			count=$((count + 1))
	done
	echo "$count"
}

{
	printf '#include <cxl/features.h>\nstruct cxl_feat_entry entry;\n' |
		gcc -x c -I$include -fsyntax-only - &&
		echo "a structure of cxl/features.h: usable"
	echo "CXL_* of cxl/features.h: $(wc -w <<< "$names")"
	echo "usable in C: $(usable gcc -x c)"
	echo "usable in C++: $(usable gcc -x c++)"
	echo "with BIT() and GENMASK() of the program:" \
		"$(usable gcc -x c '-DBIT(n)=(1UL << (n))' \
			'-DGENMASK(h, l)=((~0UL << (l)) & (~0UL >> (63 - (h))))')"
	echo "installed headers that define BIT():" \
		"$(grep -rlE '^#[[:space:]]*define[[:space:]]+BIT\(' $include | wc -l)"
} | tee seen
sed -n '/^# Seen/,/^$/s/^#\( Seen\)\? *//p' "$self" | diff - seen
