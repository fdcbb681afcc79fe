# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# roots.sh - root file systems of the releases that packages are built for
#
# $LAB/release/NAME/root is a Debian NAME with a kernel, its headers and DKMS. Its apt
# cache has a later kernel and all dependencies of that and of our packages, so that
# tests need no network. $LAB/release/NAME/build is the overlay in which packages are
# built. The lab's setup.sh runs the stages below, which make both.

PACKAGING=$TREE/tools/packaging

releases()
{
	sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$PACKAGING/releases" | awk '{ print $1 }'
}

# release_field NAME N
release_field()
{
	awk -v r="$1" -v n="$2" '$1 == r { print $n }' "$PACKAGING/releases"
}

# The functions below, and the functions of the lab that they call, use this release.
use_release()
{
	RELEASE=$1
	FIRST_KERNEL=$(release_field "$1" 3)
	LATER_KERNEL=$(release_field "$1" 4)
	MORE_SUITES=$(release_field "$1" 5)
	RELEASE_DIR=$LAB/release/$1
	KEPT=$RELEASE_DIR/packages
	ROOT=$RELEASE_DIR/root
	STAMPS=$RELEASE_DIR/stamps
	SETUP_LOG=$RELEASE_DIR/setup.log
}

# Prints a hash of a stage's inputs: a stage runs again when its hash has changed.
stage_key()
{
	case $1 in
	base) echo "$RELEASE" ;;
	kernel) cat "$PACKAGING/root-packages" && grep "^$RELEASE" "$PACKAGING/releases" ;;
	build) stage_key kernel && grep apt-get "$PACKAGING/install-build" && sed -n '/^Build-Depends/,/^[^ ]/p' "$TREE/debian/control" ;;
	esac | sha256sum | cut -c 1-32
}

stage_done()
{
	[ -e "$STAMPS/$1-$(stage_key "$1")" ]
}

need_release()
{
	use_release "$1"
	mkdir -p "$STAMPS" || die "cannot make $STAMPS"
	lock "$RELEASE_DIR"
	stage base "Debian $RELEASE, minimal system"
	stage kernel "Debian $RELEASE: kernel $FIRST_KERNEL and DKMS"
	stage build "Debian $RELEASE: build dependencies of the packages"
	flock --unlock "$lock_fd"
}

find_mirrors()
{
	local -a known

	mapfile -t known < <(apt-get indextargets --format '$(REPO_URI)' \
		'Created-By: Packages' | grep '^http' | sort -u)
	known+=("${PUBLIC_MIRRORS[@]}")
	# shellcheck disable=SC2086 # words
	mirror=$(first_with "$RELEASE" "$RELEASE-updates" $MORE_SUITES -- "${known[@]}") &&
		security=$(first_with "$RELEASE-security" -- "${known[@]}")
}

stage_base()
{
	local new=$RELEASE_DIR/root.new suite

	host_tools && find_mirrors || return
	rm -rf "$new" "$ROOT" "$RELEASE_DIR/build"
	make_base "$new" || return
	rm "$new"/etc/apt/sources.list.d/* "$new/etc/dpkg/dpkg.cfg.d/99mmdebstrap"
	for suite in "$RELEASE" "$RELEASE-updates" $MORE_SUITES; do
		echo "deb $mirror $suite main"
	done > "$new/etc/apt/sources.list"
	echo "deb $security $RELEASE-security main" >> "$new/etc/apt/sources.list"
	echo force-unsafe-io > "$new/etc/dpkg/dpkg.cfg.d/lab"
	mkdir -p "$new"/{src,lab/{boot,root,tree,modules,bin},mnt/share} || return
	mv "$new" "$ROOT"
}

stage_kernel()
{
	rm -rf "$RELEASE_DIR/build"
	# shellcheck disable=SC2086 # words
	in_release -w -- /src/tools/packaging/install-base \
		"$FIRST_KERNEL" "$LATER_KERNEL" $MORE_SUITES
}

stage_build()
{
	rm -rf "$RELEASE_DIR/build"
	mkdir -p "$RELEASE_DIR/build" &&
		in_release -u "$RELEASE_DIR/build" -- /src/tools/packaging/install-build
}

# in_release -w|[-l LAYER]... -u UPPER [-b SRC:DST]... -- COMMAND...
# Runs COMMAND in the release's root file system, with the tree at /src. With -w COMMAND
# writes to that file system, else to UPPER, an overlay above it and the LAYERs.
in_release()
{
	local upper="" lower=$ROOT
	local -a env binds=()

	while [ "$1" != -- ]; do
		case $1 in
		-w) ;;
		-u) upper=$2; shift ;;
		-l) lower=$2/upper:$lower; shift ;;
		-b) binds+=(-b "$2"); shift ;;
		esac
		shift
	done
	shift
	mapfile -t env < <(root_env)
	contained "$PACKAGING/layered" "$ROOT" "$lower" "$upper" "$ROOT" -w -b "$TREE:/src" \
		"${binds[@]}" -- env -i "${env[@]}" DEBIAN_FRONTEND=noninteractive "$@"
}
