# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kept.sh - packages of earlier builds, each under a hash of all that went into it
#
# $KEPT/KEY holds the files of one build, their checksums in SUMS, and an empty file for
# each check that these files have passed. Two builds of one KEY have the same bytes, which
# `deb reproduce' shows. A folder whose files do not match SUMS is not used.

KEPT_NUMBER=8

# pack_sources ARCHIVE: writes the sources of the tree, tracked or not, without their times
# and owners
pack_sources()
{
	(cd "$TREE" && git ls-files -z --cached --others --exclude-standard | sort -zu |
		xargs -0 ls -d 2>/dev/null |
		tar -cf "$1" --no-recursion --mtime=@0 --owner=0 --group=0 --numeric-owner \
			--mode=u=rwX,go=rX -T -)
}

# packages_key ARCHIVE SETTING...: prints a hash of the inputs of a build: sources, among
# them these scripts; the packages that are installed in the root file system; settings
packages_key()
{
	local sources root

	sources=$(sha256sum < "$1") &&
		root=$(sha256sum < "$RELEASE_DIR/build/upper/var/lib/dpkg/status") || return
	shift
	printf '%s\n' "$RELEASE" "$sources" "$root" "$@" | sha256sum | cut -c 1-32
}

# is_whole FOLDER: all files of a build are in FOLDER, as they were built
is_whole()
{
	[ -s "$1/SUMS" ] && (cd "$1" && sha256sum --status --strict --check SUMS)
}

# take_kept KEY FOLDER: copies kept files to FOLDER, if there are any
take_kept()
{
	local kept=$KEPT/$1

	is_whole "$kept" || {
		rm -rf "$kept"
		return 1
	}
	rm -rf "$2"
	mkdir -p "$2" && awk -v dir="$kept/" '{ print dir $2 }' "$kept/SUMS" | xargs cp -t "$2" &&
		cp "$kept/SUMS" "$2" && touch "$kept"
}

# keep KEY FOLDER: keeps the files in FOLDER, and forgets the builds that were not used for
# the longest time
keep()
{
	local new

	mkdir -p "$KEPT" && new=$(mktemp -d "$KEPT/new.XXXXXX") || return
	(cd "$2" && find . -maxdepth 1 -type f ! -name SUMS -printf '%P\n' | sort |
		xargs sha256sum > "$new/SUMS") &&
		cp "$2"/* "$new" && cp "$new/SUMS" "$2" && rm -rf "${KEPT:?}/$1" &&
		mv -T "$new" "$KEPT/$1" || return
	find "$KEPT" -mindepth 1 -maxdepth 1 -printf '%T@ %p\n' | sort -rn |
		tail -n "+$((KEPT_NUMBER + 1))" | cut -d ' ' -f 2- | xargs -r rm -rf
}

# note_passed KEY CHECK, has_passed KEY CHECK: that the kept files have passed a check
note_passed()
{
	[ ! -e "$KEPT/$1/SUMS" ] || touch "$KEPT/$1/$2.passed"
}

has_passed()
{
	[ -e "$KEPT/$1/$2.passed" ]
}
