# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# build.sh - lab build: the modules for each kernel, and the user programs
#
# A build is skipped when a list of its sources, with sizes and times, is the
# one that the last good build left in its stamp.

MODULE_SOURCES=(Makefile Kbuild drivers include)
USER_SOURCES=(Makefile include tools)

lab_build()
{
	local -a series=()

	while [ $# -gt 0 ]; do
		case $1 in
		--kernel)
			[ $# -ge 2 ] || usage_error "--kernel wants an argument"
			check_series "$2"
			series+=("$2")
			shift
			;;
		*) usage_error "build: unknown option '$1'" ;;
		esac
		shift
	done
	need_lab
	[ ${#series[@]} -gt 0 ] || mapfile -t series < <(kernel_series)
	build_all "${series[@]}"
}

# build_all SERIES...
build_all()
{
	local series release

	for series in "$@"; do
		release=$(kernel_release "$series") || exit
		build_once "$BUILD/$series" "$release" "${MODULE_SOURCES[@]}" -- \
			build_modules "$series" "$release"
	done
	build_once "$BUILD/user" "$(readlink -f "$ROOT")" "${USER_SOURCES[@]}" -- build_user
}

# build_once FOLDER KEY SOURCE... -- COMMAND...
# Runs COMMAND unless KEY and SOURCEs are those of its last success. One at a
# time for each FOLDER; COMMAND's output is shown only when it fails.
build_once()
{
	local folder=$1 key=$2 print lock
	local -a sources=()

	shift 2
	while [ "$1" != -- ]; do
		[ ! -e "$TREE/$1" ] || sources+=("$1")
		shift
	done
	shift
	mkdir -p "$folder"
	exec {lock}> "$folder/.lock"
	flock "$lock"
	print=$(fingerprint "$key" "${sources[@]}")
	if [ "$print" != "$(cat "$folder/.stamp" 2>/dev/null)" ]; then
		say "building ${folder#"$TREE/"}"
		rm -f "$folder/.stamp"
		if ! "$@" > "$folder/build.log" 2>&1 < /dev/null; then
			cat "$folder/build.log" >&2
			die "$1: failed; all of its output is in $folder/build.log"
		fi
		printf '%s\n' "$print" > "$folder/.stamp"
	fi
	exec {lock}>&-
}

# The lab itself is no source: changing it rebuilds nothing but what depends
# on the root file system's packages.
fingerprint()
{
	(
		cd "$TREE" || exit
		printf '%s\n' "$1"
		stage_key packages
		shift
		find "$@" -path tools/testing/lab -prune -o -type f -printf '%p %s %T@\n' | sort
	) | sha256sum
}

# Everything is built in the root file system, whatever the caller's folder.
build_user()
{
	cd "$TREE" && exec_in_root make -j"$(nproc)" user OUTPUT=/src/build/user
}

build_modules()
{
	local cc

	cc=$(kernel_compiler "$1")
	cd "$TREE" && exec_in_root /src/tools/testing/lab/mkmodules \
		"/src/build/$1" "$2" "$cc" "${MODULE_SOURCES[@]}"
}
