# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# run.sh - lab run, lab shell: prepare one guest, hand it to vm, tidy up

kernel=6.12
use_vcx=1
vcx_args=
load=1
build=1
share=
append=
qemu_args=
timeout=300
smp=2
mem=1G
cpu=max
guest_command=()

parse_run_options()
{
	while [ $# -gt 0 ]; do
		case $1 in
		--no-vcx) use_vcx= ;;
		--no-modules) load= ;;
		--no-build) build= ;;
		--)
			shift
			guest_command=("$@")
			return
			;;
		--kernel | --vcx | --share | --append | --qemu | --timeout | --smp | --mem | --cpu)
			[ $# -ge 2 ] || usage_error "$1 wants an argument"
			set_run_option "$1" "$2"
			shift
			;;
		*) usage_error "unknown option '$1'" ;;
		esac
		shift
	done
}

set_run_option()
{
	case $1 in
	--kernel) kernel=$2; check_series "$2" ;;
	--vcx) vcx_args="$vcx_args $2" ;;
	--share)
		share=$(realpath -e -- "$2") && [ -d "$share" ] ||
			usage_error "--share: '$2' is not a folder"
		;;
	--append) append="$append $2" ;;
	--qemu) qemu_args="$qemu_args $2" ;;
	--timeout) timeout=$2; check_number "$1" "$2" ;;
	--smp) smp=$2; check_number "$1" "$2" ;;
	--mem) mem=$2 ;;
	--cpu) cpu=$2 ;;
	esac
}

check_number()
{
	[[ $2 =~ ^[1-9][0-9]*$ ]] || usage_error "$1: '$2' is not a positive number"
}

# Words as one line of shell.
quote()
{
	local word

	for word in "$@"; do
		printf "'%s' " "${word//\'/\'\\\'\'}"
	done
	echo
}

# The initramfs depends on the kernel and on what makes it: named after both.
make_initrd()
{
	local key

	key=$(cat "$LAB_DIR/mkinitrd" "$LAB_DIR/guest/early-init" | sha256sum | cut -c1-16)
	initrd=initrd-$release-$key
	[ -e "$LAB/boot/$initrd" ] && return
	mkdir -p "$LAB/boot"
	rm -f "$LAB/boot/initrd-$release-"*
	in_root -b "$LAB/boot:/lab/boot" -- \
		/src/tools/testing/lab/mkinitrd "$release" "/lab/boot/$initrd" ||
		die "making the initramfs failed"
}

# What guest/init reads, and copies of what was built, so that a build that
# comes later does not change what this guest runs.
fill_exchange_folder()
{
	cat > "$scratch/config" <<-END
	kernel=$kernel
	load_modules=$load
	with_vcx=$use_vcx
	with_share=${share:+1}
	END
	{
		printf 'exec '
		quote "${guest_command[@]}"
	} > "$scratch/command"
	mkdir "$scratch/modules" "$scratch/bin"
	copy_built "$BUILD/$kernel" modules
	copy_built "$BUILD/user" bin
}

# copy_built FROM SUBFOLDER: not while it is being built
copy_built()
{
	[ ! -d "$1/$2" ] || flock "$1/.lock" cp -a "$1/$2" "$scratch/"
}

run_guest()
{
	local -a env vm

	scratch=$(mktemp -d "${TMPDIR:-/tmp}/fwctl-lab.XXXXXX") || exit "$EXIT_LAB"
	fill_exchange_folder
	mapfile -t env < <(root_env)
	vm=(
		"VM_NAME=$(date +%Y%m%d-%H%M%S)-$kernel-$$" "VM_TREE=$TREE"
		"VM_RELEASE=$release" "VM_INITRD=$initrd" "VM_APPEND=$append"
		"VM_SMP=$smp" "VM_MEM=$mem" "VM_CPU=$cpu" "VM_ACCEL=$accel"
		"VM_QEMU=$qemu_args" "VM_TIMEOUT=$timeout" "VM_SHARE=$share"
		"VM_VCX=$use_vcx" "VM_VCX_ARGS=$vcx_args"
	)
	in_root -b "$LAB/boot:/lab/boot" \
		-b "$scratch:/run/lab" ${share:+-b "$share:/mnt/share"} -- \
		env -i "${env[@]}" "${vm[@]}" /src/tools/testing/lab/vm
}

lab_run()
{
	parse_run_options "$@"
	[ ${#guest_command[@]} -gt 0 ] || usage_error "run: no command: lab run [OPTIONS] -- COMMAND..."
	need_lab
	release=$(kernel_release "$kernel") || exit
	[ -z "$build" ] || build_all "$kernel"
	make_initrd
	accel=tcg
	run_guest
}
