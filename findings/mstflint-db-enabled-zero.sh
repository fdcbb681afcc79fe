#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# mstflint-db-enabled-zero - which number means "enabled" in a ConnectX's settings
#
# Version    mstflint 4.31.0+1-4 of Debian 13: its database of settings for mstconfig
# Guess      Among values with the names ENABLE(D) and DISABLE(D), the greater number is
#            ENABLE(D), as in mstconfig's own False(0) and True(1). A script that writes 0 to
#            switch something off, and 1 to switch it on, does so with each setting.
# Behaviour  That order is the rarest. All four orders of these two words exist: the number 1
#            is ENABLE(D) for some settings and DISABLE(D) for others, and three settings
#            are switched on by 0.
# Seen       DISABLE(D) 0, ENABLE(D) 1: 1
#            ENABLE(D) 0, DISABLE(D) 1: 3
#            DISABLE(D) 1, ENABLE(D) 2: 2
#            ENABLE(D) 1, DISABLE(D) 2: 11
#            ENABLED is 0: boot_to_target offload_engine rshim_pf

set -eu
self=$(readlink -f "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"

apt-get download -qq mstflint=4.31.0+1-4 2> /dev/null
dpkg-deb -x mstflint_*.deb root
python3 - > seen <<'END'
import collections
import re
import sqlite3

folder = "root/usr/share/mstflint/mlxconfig_dbs"
params = sqlite3.connect(folder + "/mlxconfig_host.db").execute(
    "SELECT name, textual_values FROM params WHERE type = 'ENUM'").fetchall()
orders = collections.Counter()
zero = set()
for name, text in params:
    values = {word: int(number, 0) for word, number in
              re.findall(r"(\w+)=(0x[0-9a-fA-F]+|\d+)", text)}
    on = values.get("ENABLED", values.get("ENABLE"))
    off = values.get("DISABLED", values.get("DISABLE"))
    if on is None or off is None:
        continue
    words = sorted([(on, "ENABLE(D)"), (off, "DISABLE(D)")])
    orders[", ".join(f"{word} {number}" for number, word in words)] += 1
    if on == 0:
        zero.add(name)
for order in sorted(orders, key=lambda o: (o.split()[-1], o)):
    print(f"{order}: {orders[order]}")
print("ENABLED is 0:", *sorted(zero))
END
cat seen
sed -n '/^# Seen/,/^$/s/^#\( Seen\)\? *//p' "$self" | diff - seen
