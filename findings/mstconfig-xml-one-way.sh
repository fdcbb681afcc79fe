#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# mstconfig-xml-one-way - XML that mstconfig writes, and does not read
#
# Version    mstflint 4.31.0+1-4 of Debian 13
# Guess      mstconfig converts settings from a raw file to XML and back, and makes an XML
#            template, all without a device, as its help says. So an administrator can edit
#            a raw file as XML on any Debian machine.
# Behaviour  It is a way in one direction: raw2xml and gen_xml_template write XML. The
#            commands that read XML end with status 3, also for XML that raw2xml wrote:
#            Debian builds the program without libxml2. The help lists them all the same.
# Seen       gen_xml_template: status 0, 2292 bytes
#            raw2xml: status 0, Done!
#            xml2raw: status 3, -E- Can not run the command, the tool was not compiled against libxml2
#            xml2bin: status 3, -E- Can not run the command, the tool was not compiled against libxml2
#            create_conf: status 3, -E- Can not run the command, the tool was not compiled against libxml2
#            commands in the help that need no device: 7

set -eu
self=$(readlink -f "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"

apt-get download -qq mstflint=4.31.0+1-4 libmuparser2v5 libsqlite3-0 libgomp1 2> /dev/null
for package in *.deb; do
	dpkg-deb -x "$package" root
done
export LD_LIBRARY_PATH=$work/root/usr/lib/x86_64-linux-gnu
mstconfig()
{
	root/usr/bin/mstconfig -b root/usr/share/mstflint/mlxconfig_dbs/mlxconfig_host.db "$@"
}

# try COMMAND ARGUMENT...: prints the status and the message
try()
{
	local status=0

	mstconfig "$@" > out 2>&1 || status=$?
	echo "$1: status $status, $(grep -o -e '-E-.*' -e 'Done!' out | tail -n 1)"
}

{
	mstconfig gen_tlvs_file tlvs > /dev/null
	sed -i 's/^\(nv_global_pci_conf *\)0$/\11/' tlvs
	mstconfig gen_xml_template tlvs template.xml > /dev/null
	echo "gen_xml_template: status $?, $(wc -c < template.xml) bytes"
	echo MLNX_RAW_TLV_FILE > file.raw
	echo 0x0300000c 0x00000080 0x00000000 0x00000010 0x00000002 0x00000000 >> file.raw
	try raw2xml file.raw out.xml
	try xml2raw out.xml again.raw
	try xml2bin out.xml out.bin
	try create_conf out.xml out.conf
	echo "commands in the help that need no device: $(mstconfig --help | grep -c '(\*)$')"
} | tee seen
sed -n '/^# Seen/,/^$/s/^#\( Seen\)\? *//p' "$self" | diff - seen
