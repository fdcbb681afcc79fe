# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# build.sh - build the modules for each kernel, the user programs, and kernels
#
# A build is skipped if its stamp holds a hash of the same list of sources, with
# their sizes and times. Only a build that succeeded writes a stamp.

MODULE_SOURCES=(Makefile Kbuild VERSION drivers include)
USER_SOURCES=(Makefile VERSION include tools)

lab_build()
{
	local kernel
	local -a series=()

	while [ $# -gt 0 ]; do
		case $1 in
		--kernel | --arch)
			[ $# -ge 2 ] || usage_error "$1: no argument"
			if [ "$1" = --arch ]; then
				use_arch "$2"
			else
				series+=("$2")
			fi
			shift
			;;
		*) usage_error "build: unknown option '$1'" ;;
		esac
		shift
	done
	for kernel in "${series[@]}"; do
		check_kernel "$kernel"
	done
	need_lab
	[ ${#series[@]} -gt 0 ] || mapfile -t series < <(debian_kernels)
	build_all "${series[@]}"
}

# build_all KERNEL...
build_all()
{
	local kernel release

	! is_foreign || need_foreign "$@"
	for kernel in "$@"; do
		is_foreign || ! is_own_kernel "$kernel" || build_kernel "$kernel"
		[ "$(own_kernel_field "$kernel" 3)" != intree ] || continue
		release=$(kernel_release "$kernel") || exit
		build_once "$BUILD/$kernel" "$release" "${MODULE_SOURCES[@]}" -- \
			build_modules "$kernel" "$release"
	done
	build_user_once
	! is_foreign || build_vcx
}

build_user_once()
{
	build_once "$BUILD/user" "$(readlink -f "$ROOT")" "${USER_SOURCES[@]}" -- build_user
}

# The virtual ConnectX runs beside QEMU, on the host.
build_vcx()
{
	local arch=$NATIVE BUILD=$TREE/build

	build_user_once
}

# build_once FOLDER KEY SOURCE... -- COMMAND...
# Runs COMMAND unless KEY and SOURCEs are those of its last success. A lock on FOLDER
# lets one build run at a time. COMMAND's output is shown only if COMMAND fails.
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

# A change of the lab's own scripts causes no build; a change of its list of packages
# does.
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

# The build runs inside the root file system, whatever the current folder is.
build_user()
{
	local root=/lab/boot/$arch/root prefix
	local -a cross=()

	if is_foreign; then
		prefix=$(arch_field 6)
		cross=(env PKG_CONFIG_SYSROOT_DIR="$root"
			PKG_CONFIG_LIBDIR="$root/usr/lib/${prefix%-}/pkgconfig:$root/usr/share/pkgconfig"
			CROSS_COMPILE="$prefix")
		set -- CC="ccache ${prefix}gcc --sysroot=$root" AR="${prefix}ar"
	fi
	cd "$TREE" && exec_in_root "${cross[@]}" make -j"$(nproc)" user \
		OUTPUT="/src${BUILD#"$TREE"}/user" "$@"
}

build_modules()
{
	local cc folder kdir=/lib/modules/$2/build

	folder=$(kernel_folder "$1")
	[ -z "$folder" ] || kdir=/lab/boot/$folder/build
	cc=$(kernel_field "$(kernel_base "$1")" 2)
	! is_foreign || cc="ccache $(arch_field 6)$cc"
	cd "$TREE" && exec_in_root /src/tools/testing/lab/mkmodules \
		"/src${BUILD#"$TREE"}/$1" "$kdir" "$cc" "${MODULE_SOURCES[@]}"
}

# Own kernels are kept in the lab's cache folder, for all trees. One is built again
# when its source or its configuration has changed.
build_kernel()
{
	local name=$1 folder=$LAB/boot/$1 lock print
	local -a parts

	mapfile -t parts < <(kernel_parts "$name")
	mkdir -p "$folder"
	exec {lock}> "$folder/.lock"
	flock "$lock"
	print=$(kernel_fingerprint "$(kernel_base "$name")" "$(own_kernel_field "$name" 3)" \
		"${parts[@]}")
	if [ "$print" != "$(cat "$folder/.stamp" 2>/dev/null)" ]; then
		say "building kernel $name: this takes a quarter of an hour; log: $folder/log"
		rm -f "$folder/.stamp"
		cd "$TREE" && exec_in_root /src/tools/testing/lab/mkkernel "/lab/boot/$name" \
			"$(kernel_field "$(kernel_base "$name")" 3)" \
			"$(own_kernel_field "$name" 3)" "${parts[@]}" \
			> "$folder/log" 2>&1 < /dev/null || {
			tail -n 20 "$folder/log" >&2
			die "kernel $name: failed; all of its output is in $folder/log"
		}
		printf '%s\n' "$print" > "$folder/.stamp"
	fi
	exec {lock}>&-
}

kernel_parts()
{
	own_kernel_field "$1" 4 | xargs -n 1 printf '%s.config\n'
}

# kernel_fingerprint SERIES INTREE PART...
# A changed comment causes no build. "# CONFIG_X is not set" is an option, no comment.
kernel_fingerprint()
{
	(
		cd "$LAB_DIR/config" || exit
		kernel_release "$1"
		[ "$2" = - ] || fingerprint "$1" drivers include \
			tools/testing/selftests/fwctl tools/testing/intree/intree
		shift 2
		cat ../mkkernel "$@" | grep -v -e '^# [^C]' -e '^#$'
	) | sha256sum
}
