#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# abidw-load-all-types - a library's flags that no prototype names, and libabigail
#
# Version    abigail-tools 2.2-2 and libabigail0 2.2-2 of Debian 12; gcc of the machine
# Guess      `abidw --load-all-types --exported-interfaces-only' writes the exported
#            interfaces together with all types of the debug information, so that an enum
#            of flags that is passed as unsigned int is part of the recorded ABI; and
#            abidiff fails if the value of such a flag changes.
# Behaviour  --exported-interfaces-only cancels --load-all-types without a message: the
#            enum is missing. abidiff exits with 0 after a flag's value has changed; only
#            --non-reachable-types makes it see that (12: changed, perhaps incompatible).
# Seen       enum with --load-all-types: 1
#            enum with --load-all-types --exported-interfaces-only: 0
#            abidiff: 0
#            abidiff --non-reachable-types: 12

set -eu
self=$(readlink -f "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"

apt-get download -qq abigail-tools=2.2-2 libabigail0=2.2-2 2> /dev/null
for package in *.deb; do
	dpkg-deb -x "$package" root
done
PATH=$work/root/usr/bin:$PATH
export LD_LIBRARY_PATH=$work/root/usr/lib/x86_64-linux-gnu

# library NAME VALUE: a function that takes flags, one of which has this value
library()
{
	cat > "$1.c" <<-END
	enum lib_flags { LIB_READ = 1, LIB_WRITE = $2 };
	int lib_open(unsigned int flags) { return flags & LIB_WRITE ? 1 : 0; }
	END
	gcc -g -fno-eliminate-unused-debug-types -fPIC -shared -o "$1.so" "$1.c"
}

enums()
{
	abidw "$@" old.so | grep -c "enum-decl name='lib_flags'" || true
}

status()
{
	local status=0

	abidiff "$@" old.so new.so > /dev/null || status=$?
	echo $status
}

library old 2
library new 4
{
	echo "enum with --load-all-types: $(enums --load-all-types)"
	echo "enum with --load-all-types --exported-interfaces-only:" \
		"$(enums --load-all-types --exported-interfaces-only)"
	echo "abidiff: $(status)"
	echo "abidiff --non-reachable-types: $(status --non-reachable-types)"
} | tee seen
sed -n '/^# Seen/,/^$/s/^#\( Seen\)\? *//p' "$self" | diff - seen
