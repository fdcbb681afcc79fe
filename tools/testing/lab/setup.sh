# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# setup.sh - make the lab's root file system, in stages
#
# Each stage leaves a stamp in the root file system. Its name has a hash of the data
# that the stage depends on. A stage whose stamp exists is skipped, so that an
# interrupted set-up continues where it stopped, and a changed list costs only the
# additions. Stages never remove anything, so trees with different lists can share a lab.

RELEASE=trixie
KERNEL_RELEASE=bookworm
SID_PACKAGES=(mstflint libcxl1)
STAMPS=$ROOT/lab/stamps
IMAGE=$LAB/boot/root.erofs
SETUP_LOG=$LAB/setup.log
PUBLIC_MIRRORS=(http://deb.debian.org/debian http://deb.debian.org/debian-security)

# The data that a stage depends on, as a hash
stage_key()
{
	case $1 in
	base) echo "$RELEASE" ;;
	packages) data packages && data kernels && cat "$LAB_DIR/data/apt-preferences" ;;
	sources) data kernels && data source-parts ;;
	sid) echo "${SID_PACKAGES[*]}" ;;
	keys) cat "$LAB_DIR/mkkeys" ;;
	esac | sha256sum | cut -c 1-32
}

stage_done()
{
	if [ "$1" = image ]; then
		[ "$IMAGE" -nt "$STAMPS/installed" ]
	else
		[ -e "$STAMPS/$1-$(stage_key "$1")" ]
	fi
}

is_set_up()
{
	local stage

	for stage in base packages sources sid keys image; do
		stage_done "$stage" || return
	done
}

# Sets up the lab if necessary, and keeps `lab clean' from removing it until this shell
# ends. Guests may run while another process adds packages.
need_lab()
{
	need_root
	if is_set_up; then
		lock "$LAB" --shared
	else
		lab_setup
	fi
}

# lock FOLDER OPTION...: locks FOLDER; lock_fd is the file descriptor of the lock
lock()
{
	exec {lock_fd}< "$1"
	shift
	flock "$@" "$lock_fd" &
	wait "$!"
}

# need_foreign KERNEL...: unpacks what the architecture of guests takes, unless that was done
need_foreign()
{
	local kernel
	local -a packages

	exec {foreign_lock}> "$LAB/boot/$arch.lock"
	flock "$foreign_lock"
	mapfile -t packages < <(data guest-packages | xargs -n 1)
	read -ra tools < <(arch_field 7)
	foreign_part tools "cross compiler and QEMU for $arch" "${tools[@]}"
	foreign_part root "root file system for $arch" "${packages[@]}"
	for kernel; do
		foreign_part kernel "kernel $kernel for $arch" "$kernel" \
			"$(kernel_base "$kernel")" "$(foreign_kernel_field "$kernel" 4)"
	done
	exec {foreign_lock}>&-
}

# foreign_part WHAT TEXT ARGUMENT...: calls unpack-foreign, unless that was done with the same
# arguments
foreign_part()
{
	local status stamp what=$1 text=$2 start=$SECONDS log=$LAB/boot/$arch.log

	shift 2
	stamp=$LAB/boot/$arch/.$what-$(printf '%s\n' "$@" | sha256sum | cut -c 1-32)
	[ ! -e "$stamp" ] || return 0
	say "$text; log: $log"
	exec_in_root /src/tools/testing/lab/unpack-foreign "$arch" "/lab/boot/$arch" "$what" "$@" \
		> "$log" 2>&1 < /dev/null || {
		status=$?
		tail -n 12 "$log" >&2
		say "$text: failed; all of its output is in $log"
		[ "$status" = "$EXIT_OFFLINE" ] || status=$EXIT_LAB
		exit "$status"
	}
	touch "$stamp"
	say "$text: done ($((SECONDS - start)) s)"
}

lab_setup()
{
	need_root
	case ${1-} in
	'') ;;
	--update) rm -f "$STAMPS"/{packages,sources,sid}-* "$LAB"/boot/*/.{tools,root,kernel}-* ;;
	*) usage_error "setup: unknown option '$1'" ;;
	esac
	mkdir -p "$LAB/boot" || die "cannot make the cache folder $LAB"
	lock "$LAB" --shared
	if ! lock "$LAB/boot" --nonblock; then
		say "waiting for another set-up of $LAB"
		lock "$LAB/boot"
	fi
	run_stages
	flock --unlock "$lock_fd"
}

run_stages()
{
	if is_set_up; then
		say "set up in $LAB"
		return
	fi
	say "setting up in $LAB, 5 to 10 minutes; fetches about 1.1 GB; log: $SETUP_LOG"
	: > "$SETUP_LOG"
	stage base "Debian $RELEASE, minimal system"
	stage packages "packages and kernels"
	stage sources "parts of the kernel's source"
	stage sid "packages of Debian unstable, apart"
	stage keys "keys for Secure Boot"
	stage image "image for the guests"
	say "set up in ${SECONDS} s"
}

# stage NAME WHAT: runs stage_NAME unless that was done before
stage()
{
	local start=$SECONDS

	stage_done "$1" && return
	say "$2 ..."
	printf '\n== %s\n' "$1" >> "$SETUP_LOG"
	unfinished=$2
	show_progress &
	ticker=$!
	if ! "stage_$1" >> "$SETUP_LOG" 2>&1 < /dev/null; then
		stop_ticker
		unfinished=
		say "last lines of the log:"
		tail -n 12 "$SETUP_LOG" >&2
		die "set-up failed at: $2; see $SETUP_LOG; \`lab setup' continues there"
	fi
	stop_ticker
	unfinished=
	[ "$1" = image ] || touch "$STAMPS/$1-$(stage_key "$1")"
	say "$2: done ($((SECONDS - start)) s)"
}

# Prints the last line of the log every few seconds.
show_progress()
{
	local pause=10 line

	[ ! -t 2 ] || pause=2
	while sleep "$pause"; do
		line=$(tail -c 2000 "$SETUP_LOG" | tr '\r' '\n' | grep . | tail -n 1)
		say "  ${SECONDS} s: ${line:0:66}"
	done
}

stop_ticker()
{
	[ -z "$ticker" ] || kill "$ticker" 2>/dev/null
	ticker=
}

say_unfinished()
{
	[ -z "$unfinished" ] || say "interrupted at: $unfinished; \`lab setup' continues there"
}

# --- base

stage_base()
{
	local new=$LAB/root.new

	[ ! -e "$ROOT" ] || {
		echo "$ROOT was made by an incompatible version; remove it with \`lab clean'"
		return 1
	}
	host_tools && find_mirrors || return
	rm -rf "$new"
	make_base "$new" || return
	rm "$new"/etc/apt/sources.list.d/*
	apt_sources > "$new/etc/apt/sources.list"
	mkdir -p "$new"/{src,lab/{boot,root,tree,modules,bin,stamps},mnt/share} || return
	touch "$new/lab/stamps/base-$(stage_key base)"
	mv "$new" "$ROOT"
}

host_tools()
{
	local -a missing=()

	command -v mmdebstrap > /dev/null || missing+=(mmdebstrap)
	compgen -G "/usr/share/keyrings/debian-archive-$RELEASE-stable.*" > /dev/null ||
		missing+=(debian-archive-keyring)
	[ ${#missing[@]} -gt 0 ] || return 0
	command -v apt-get > /dev/null || {
		echo "install these first: ${missing[*]}"
		return 1
	}
	apt-get update &&
		DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
			"${missing[@]}"
}

# The mirrors of the host, if they have all suites, else the public ones
find_mirrors()
{
	local -a known

	mapfile -t known < <(apt-get indextargets --format '$(REPO_URI)' \
		'Created-By: Packages' | grep '^http' | sort -u)
	known+=("${PUBLIC_MIRRORS[@]}")
	mirror=$(first_with "$RELEASE" "$RELEASE-updates" "$RELEASE-backports" \
		"$KERNEL_RELEASE" -- "${known[@]}") &&
		security=$(first_with "$RELEASE-security" "$KERNEL_RELEASE-security" \
			-- "${known[@]}")
}

# first_with SUITE... -- MIRROR...
first_with()
{
	local mirror suite
	local -a suites=()

	while [ "$1" != -- ]; do
		suites+=("$1")
		shift
	done
	shift
	for mirror in "$@"; do
		for suite in "${suites[@]}"; do
			has_suite "${mirror%/}" "$suite" || continue 2
		done
		echo "${mirror%/}"
		return 0
	done
	echo "no mirror has all of ${suites[*]}; tried: $*" >&2
	return 1
}

has_suite()
{
	local file status

	file=$(mktemp) || return
	/usr/lib/apt/apt-helper download-file "$1/dists/$2/InRelease" "$file" > /dev/null 2>&1
	status=$?
	rm -f "$file"
	return "$status"
}

apt_sources()
{
	cat <<-END
	deb $mirror $RELEASE main
	deb $mirror $RELEASE-updates main
	deb $mirror $RELEASE-backports main
	deb $security $RELEASE-security main
	deb $mirror $KERNEL_RELEASE main
	deb $security $KERNEL_RELEASE-security main
	END
}

# Manual pages and translations are left out, since nobody reads them in there. dpkg
# need not sync: after a crash, a stage without a stamp runs again.
make_base()
{
	local -a cmd=(mmdebstrap --mode=root --format=directory --variant=minbase
		--include=ca-certificates
		--dpkgopt=force-unsafe-io
		--dpkgopt='path-exclude=/usr/share/man/*'
		--dpkgopt='path-exclude=/usr/share/doc/*'
		--dpkgopt='path-exclude=/usr/share/info/*'
		--dpkgopt='path-exclude=/usr/share/locale/*'
		--aptopt='APT::Install-Recommends "false"'
		--aptopt='Acquire::Retries "3"'
		--aptopt='Acquire::Languages "none"')
	local option

	while read -r option; do
		cmd+=(--aptopt="${option%;}")
	done < <(apt-config dump | grep -E '^Acquire::(https?::[^ ]*|Check-[^ ]*) "..*"')
	contained "${cmd[@]}" "$RELEASE" "$1" "$mirror"
}

# --- packages and sources

stage_packages()
{
	change_root install-packages && touch "$STAMPS/installed"
}

stage_sources()
{
	change_root unpack-sources
}

# Unstable changes by the hour, and a mirror may lack it. Then its tests are skipped.
stage_sid()
{
	if change_root unpack-sid "${SID_PACKAGES[@]}"; then
		touch "$STAMPS/installed"
	else
		say "cannot get ${SID_PACKAGES[*]} of Debian unstable: their tests will be" \
			"skipped; \`lab setup --update' tries again"
	fi
}

stage_keys()
{
	in_root -- /src/tools/testing/lab/mkkeys /lab/boot/secure-boot
}

# The root file system of guests. /usr/src is not in it: guests mount that by 9p. A
# running guest keeps the image with which it started.
stage_image()
{
	in_root -- sh -ec '
		rm -f /lab/boot/root.erofs.*
		mkfs.erofs --quiet --exclude-path=usr/src --exclude-path=var/lib/apt/lists \
			/lab/boot/root.erofs.new /lab/root
		mv /lab/boot/root.erofs.new /lab/boot/root.erofs'
}

change_root()
{
	local -a env

	mapfile -t env < <(root_env)
	in_root -w -- env -i "${env[@]}" DEBIAN_FRONTEND=noninteractive \
		"/src/tools/testing/lab/$1" "${@:2}"
}
