# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# common.sh - messages, paths, and commands inside the lab's root file system

LAB_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
TREE=$(cd "$LAB_DIR/../../.." && pwd -P)
LAB=${FWCTL_LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/fwctl-lab}
ROOT=$LAB/root
BUILD=$TREE/build
NATIVE=amd64
ROOT_PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# Exit statuses of the lab itself. COMMAND's exit status is returned unchanged.
EXIT_USAGE=2
EXIT_OFFLINE=123
EXIT_TIMEOUT=124
EXIT_LAB=125
EXIT_REPORT=126

# The architecture of the guest, and of the modules and programs
arch=$NATIVE

# Used by tidy_up(): a process to end, a process to end, a folder to remove, a stage
# to report.
child=
ticker=
scratch=
unfinished=

# A trap may run while standard error is redirected, so messages use a copy of it.
exec {messages}>&2

say()
{
	printf 'lab: %s\n' "$*" >&"$messages"
}

die()
{
	say "$*"
	exit "$EXIT_LAB"
}

usage_error()
{
	say "$* (try \`lab help')"
	exit "$EXIT_USAGE"
}

# Data files without their comments
data()
{
	sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$LAB_DIR/data/$1"
}

# All series of data/kernels, in the order of that file
kernel_series()
{
	data kernels | cut -f 1
}

own_kernels()
{
	data own-kernels | cut -f 1
}

foreign_kernels()
{
	data foreign-kernels | awk -v a="$arch" '$3 == a { print $1 }'
}

is_foreign()
{
	[ "$arch" != "$NATIVE" ]
}

# All kernels that Debian has for the architecture
debian_kernels()
{
	if is_foreign; then
		foreign_kernels
	else
		kernel_series
	fi
}

# use_arch NAME: modules and programs of another architecture have a folder of their own.
use_arch()
{
	[ -n "$(data architectures | awk -v a="$1" '$1 == a')" ] ||
		usage_error "--arch: no architecture '$1' here: choose one of" \
			"$(data architectures | cut -f 1 | xargs)"
	arch=$1
	! is_foreign || BUILD=$TREE/build/$arch
}

# arch_field N: QEMU (2), machine (3), CPU (4), kernel's arguments (5), compiler (6), packages (7)
arch_field()
{
	data architectures | awk -F '\t' -v a="$arch" -v n="$1" '$1 == a { print $n }'
}

# The folder in boot/ of a kernel that is not installed in the root file system
kernel_folder()
{
	if is_foreign; then
		echo "$arch/$1"
	elif is_own_kernel "$1"; then
		echo "$1"
	fi
}

is_own_kernel()
{
	own_kernels | grep -qxF -- "$1"
}

# own_kernel_field NAME N
own_kernel_field()
{
	awk -F '\t' -v k="$1" -v n="$2" '$1 == k { print $n }' "$LAB_DIR/data/own-kernels"
}

# foreign_kernel_field NAME N
foreign_kernel_field()
{
	data foreign-kernels | awk -v k="$1" -v a="$arch" -v n="$2" '$1 == k && $3 == a { print $n }'
}

# The series that a kernel belongs to: 6.12-kasan -> 6.12
kernel_base()
{
	if is_foreign; then
		foreign_kernel_field "$1" 2
	elif is_own_kernel "$1"; then
		own_kernel_field "$1" 2
	else
		echo "$1"
	fi
}

# kernel_field SERIES N: compiler that goes with the headers (2), source (3)
kernel_field()
{
	awk -v k="$1" -v n="$2" '$1 == k { print $n }' "$LAB_DIR/data/kernels"
}

# The release of a kernel: 6.12 -> 6.12.117+deb13-amd64
kernel_release()
{
	local folder release

	folder=$(kernel_folder "$1")
	if [ -n "$folder" ]; then
		cat "$LAB/boot/$folder/release"
		return
	fi
	release=$(cd "$ROOT/lib/modules" && printf '%s\n' "$1".* | sort -V | tail -n 1)
	[ -e "$ROOT/boot/vmlinuz-$release" ] ||
		die "no kernel $1 in $ROOT: run \`lab setup'"
	printf '%s\n' "$release"
}

check_kernel()
{
	local known

	known=$(debian_kernels; is_foreign || own_kernels)
	grep -qxF -- "$1" <<< "$known" ||
		usage_error "no kernel '$1' here: choose one of" "$(xargs <<< "$known")"
}

need_root()
{
	[ "$(id -u)" = 0 ] ||
		die "needs root, for mount namespaces and chroot; use sudo"
}

# Runs a command in mount and process namespaces of its own. The kernel unmounts
# everything and ends all processes in them, even if this shell is killed. The shell
# uses wait, which a signal interrupts, so that a trap runs at once.
contained()
{
	local status

	setpriv --pdeathsig KILL \
		unshare --mount --propagation private --pid --mount-proc --fork --kill-child \
		-- "$LAB_DIR/supervise" "$@" <&0 &
	child=$!
	wait "$child"
	status=$?
	child=
	return "$status"
}

# in_root [-w] [-b SRC:DST]... -- COMMAND...
# Runs COMMAND in the root file system; the tree is at /src, kernels are at
# /lab/boot.
in_root()
{
	local -a mode=()

	[ "$1" = -w ] && { mode=(-w); shift; }
	contained "$LAB_DIR/enter" "$ROOT" "${mode[@]}" -b "$TREE:/src" \
		-b "$LAB/boot:/lab/boot" "$@"
}

# Ends the process that contained() waits for: by SIGTERM, after 3 s by SIGKILL
stop_child()
{
	local inner

	[ -n "$child" ] || return
	if read -r inner < "/proc/$child/task/$child/children" && [ -n "$inner" ]; then
		kill -TERM "${inner%% *}"
		for _ in {1..30}; do
			kill -0 "$child" || return
			sleep 0.1
		done
	fi
	kill -KILL "$child"
	wait "$child"
} 2>/dev/null

# The environment of a command in the root file system. The caller's variables are
# dropped, except for a few whose meaning is the same inside. ccache keeps the output of
# compilers for all trees: each tree is /src in there.
root_env()
{
	local name path=$ROOT_PATH tools=/lab/boot/$arch/tools/usr

	if is_foreign; then
		path=$tools/bin:$path
		echo LD_LIBRARY_PATH="$tools/lib/x86_64-linux-gnu"
	fi
	printf '%s\n' PATH="/usr/lib/ccache:$path" \
		CCACHE_DIR=/lab/boot/ccache CCACHE_MAXSIZE=3G \
		HOME=/tmp LANG=C.UTF-8 GIT_CONFIG_COUNT=1 \
		GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=/src
	for name in TERM COLUMNS V SOURCE_DATE_EPOCH http_proxy https_proxy no_proxy; do
		[ -z "${!name-}" ] || printf '%s=%s\n' "$name" "${!name}"
	done
}

# Runs a command in the root file system, in the folder that corresponds to the current
# folder, or in /src.
exec_in_root()
{
	local dir=/src
	local -a env

	case $PWD/ in
	"$TREE"/*) dir=/src${PWD#"$TREE"} ;;
	esac
	mapfile -t env < <(root_env)
	in_root -- env -i -C "$dir" "${env[@]}" "$@"
}
