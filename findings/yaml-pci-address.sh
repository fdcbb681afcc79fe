#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# yaml-pci-address - the PCI address of a card in an inventory of YAML
#
# Version    python3-yaml 6.0.2-1+b2 (Ansible's reader) and python3-ruamel.yaml 0.18.10+ds-1 of
#            Debian 13
# Guess      a PCI address has colons and a dot: it is text to every reader of YAML.
# Behaviour  PyYAML takes it for a floating-point number with digits to the base 60, with a
#            bus up to 59 of decimal digits only: one card of a machine is text, the next
#            one is 60.0. The number of the function is the fraction. The program gets no
#            hint of the lost text. ruamel.yaml gives text. PyYAML writes such text with
#            quotes.
# Seen       PyYAML 0000:01:00.0: float 60.0
#            PyYAML 0000:03:00.1: float 180.1
#            PyYAML 0001:10:00.0: float 4200.0
#            PyYAML 01:00.0: float 60.0
#            PyYAML 0000:0a:00.0: str 0000:0a:00.0
#            PyYAML 0000:61:00.0: str 0000:61:00.0
#            PyYAML 0000:10:1f.0: str 0000:10:1f.0
#            PyYAML writes: '0000:01:00.0'
#            ruamel.yaml: all are text

set -eu
self=$(readlink -f "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"

apt-get download -qq python3-yaml=6.0.2-1+b2 python3-ruamel.yaml=0.18.10+ds-1 2> /dev/null
for package in *.deb; do
	dpkg-deb -x "$package" root
done
export PYTHONPATH=$work/root/usr/lib/python3/dist-packages
addresses='0000:01:00.0 0000:03:00.1 0001:10:00.0 01:00.0 0000:0a:00.0 0000:61:00.0 0000:10:1f.0'

{
	# shellcheck disable=SC2086 # words
	python3 - $addresses <<-'END'
		import sys
		import yaml
		from ruamel.yaml import YAML
		for text in sys.argv[1:]:
		    value = yaml.safe_load(text)
		    print(f"PyYAML {text}: {type(value).__name__} {value}")
		print(f"PyYAML writes: {yaml.safe_dump(sys.argv[1]).strip()}")
		other = YAML(typ="safe", pure=True)
		if all(other.load(text) == text for text in sys.argv[1:]):
		    print("ruamel.yaml: all are text")
	END
} | tee seen
sed -n '/^# Seen/,/^$/s/^#\( Seen\)\? *//p' "$self" | diff - seen
