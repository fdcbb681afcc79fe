# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh - lab run, lab shell: prepare one guest, then call vm

kernel=6.12
boot=
secure_boot=
vars=
type=
use_vcx=1
functions=1
direct=
cards=1
cxl=0
state=
vcx_args=
load=1
build=1
share=
append=
qemu_args=
timeout=300
smp=2
mem=1G
numa=1
cpu=
guest_command=()

parse_run_options()
{
	while [ $# -gt 0 ]; do
		case $1 in
		--secure-boot) secure_boot=1 ;;
		--no-vcx) use_vcx= ;;
		--socket-direct) functions=2 direct=1 ;;
		--no-modules) load= ;;
		--no-build) build= ;;
		--)
			shift
			guest_command=("$@")
			return
			;;
		--arch | --kernel | --boot | --vars | --type | --vcx | --share | --append | --qemu | \
			--timeout | --smp | --mem | --numa | --cpu | --functions | --cards | --cxl | \
			--state)
			[ $# -ge 2 ] || usage_error "$1: no argument"
			set_run_option "$1" "$2"
			shift
			;;
		*) usage_error "unknown option '$1' (COMMAND comes after --)" ;;
		esac
		shift
	done
}

set_run_option()
{
	case $1 in
	--arch) use_arch "$2" ;;
	--kernel) kernel=$2 ;;
	--share)
		share=$(realpath -e -- "$2" 2>/dev/null) && [ -d "$share" ] ||
			usage_error "--share: '$2' is not a folder"
		;;
	--boot)
		boot=$(realpath -e -- "$2" 2>/dev/null) && [ -e "$boot/root.erofs" ] ||
			usage_error "--boot: no root.erofs in '$2'"
		;;
	--type)
		type=$(realpath -e -- "$2" 2>/dev/null) ||
			usage_error "--type: no file '$2'"
		;;
	--timeout)
		check_number "$1" "$2"
		timeout=$2
		;;
	--smp)
		check_number "$1" "$2"
		smp=$2
		;;
	--mem)
		[[ $2 =~ ^[1-9][0-9]*[MG]$ ]] || usage_error "--mem: '$2' is not a size such as 512M or 2G"
		mem=$2
		;;
	--numa)
		[[ $2 == [12] ]] || usage_error "--numa: '$2' is neither 1 nor 2"
		numa=$2
		;;
	--functions)
		[[ $2 == [12] ]] || usage_error "--functions: '$2' is neither 1 nor 2"
		functions=$2
		;;
	--cards)
		[[ $2 == [12] ]] || usage_error "--cards: '$2' is neither 1 nor 2"
		cards=$2
		;;
	--cxl)
		[[ $2 == [12] ]] || usage_error "--cxl: '$2' is neither 1 nor 2"
		cxl=$2
		;;
	--state) state=$(file_to_be "$1" "$2") || exit ;;
	--vars) vars=$(file_to_be "$1" "$2") || exit ;;
	--vcx) vcx_args="$vcx_args $2" ;;
	--append) append="$append $2" ;;
	--qemu) qemu_args="$qemu_args $2" ;;
	--cpu) cpu=$2 ;;
	esac
}

check_machine()
{
	check_kernel "$kernel"
	! is_foreign || [ -z "$secure_boot$boot${cxl#0}" ] ||
		usage_error "--secure-boot, --boot and --cxl: not with --arch $arch"
	[ $((smp % numa)) = 0 ] || usage_error "--numa: the nodes cannot have equally many CPUs"
}

# file_to_be OPTION FILE: the full name of FILE, which may not exist yet
file_to_be()
{
	local file

	file=$(realpath -- "$2" 2>/dev/null) && [ ! -d "$file" ] && [ -d "${file%/*}" ] ||
		usage_error "$1: '$2' is not a file"
	echo "$file"
}

check_number()
{
	[[ $2 =~ ^[1-9][0-9]*$ ]] || usage_error "$1: '$2' is not a positive number"
}

# Quotes words as one line of shell.
quote()
{
	local word

	for word in "$@"; do
		printf "'%s' " "${word//\'/\'\\\'\'}"
	done
	echo
}

# The name of the initramfs has the kernel and a hash of the programs that make it.
make_initrd()
{
	local key name

	key=$(cat "$LAB_DIR/mkinitrd" "$LAB_DIR/guest/early-init" | sha256sum | cut -c 1-16)
	name=initrd-$release-$key
	initrd=/lab/boot/$name
	[ ! -e "$LAB/boot/$name" ] || return 0
	find "$LAB/boot" -maxdepth 1 -name "initrd-$release-*" -mtime +7 -delete
	in_root -- /src/tools/testing/lab/mkinitrd "$release" "$initrd" "$@" ||
		die "cannot make the initramfs"
}

# KVM is used only if a guest has run with it, since /dev/kvm may exist without working.
# The answer is kept for a day, or until the host is booted again.
choose_accel()
{
	local answer=$LAB/kvm boot

	accel=tcg
	! is_foreign && [ -c /dev/kvm ] && [[ $qemu_args != *-icount* ]] || return 0
	boot=$(cat /proc/sys/kernel/random/boot_id)
	if ! grep -qs "^$boot" "$answer" || [ -z "$(find "$answer" -mtime -1)" ]; then
		echo "$boot $(probe_kvm)" > "$answer.$$"
		mv "$answer.$$" "$answer"
	fi
	accel=$(cut -d ' ' -f 2 "$answer")
}

probe_kvm()
{
	in_root -- timeout -k 1 20 qemu-system-x86_64 \
		-nodefaults -no-user-config -no-reboot -display none -machine q35 \
		-accel kvm -cpu max -smp 2 -m 512M -serial stdio \
		-kernel "$image" -initrd "$initrd" \
		-append "console=ttyS0 quiet panic=-1 lab.probe" < /dev/null 2>&1 |
		grep -q "lab: this guest runs" && echo kvm || echo tcg
}

# Writes the files that guest/init reads, and copies the built programs, so that a later
# build does not change this guest's.
fill_exchange_folder()
{
	local rows=24 columns=80

	[ -z "$tty" ] || read -r rows columns < <(stty size)
	[ "$rows" -gt 0 ] || rows=24 columns=80
	cat > "$scratch/config" <<-END
	kernel=$(kernel_base "$kernel")
	load_modules=$load
	with_vcx=$use_vcx
	with_cxl=${cxl#0}
	with_share=${share:+1}
	with_efi=$secure_boot
	with_kernel_modules=${kernel_modules:+1}
	with_intree=$(own_kernel_field "$kernel" 3 | grep -x intree)
	rows=$rows columns=$columns TERM=$(quote "${TERM:-dumb}")
	END
	if [ -z "$tty" ]; then
		printf 'exec '
		quote "${guest_command[@]}"
	fi > "$scratch/command"
	[ -z "$type" ] || cp "$type" "$scratch/type" || exit "$EXIT_LAB"
	mkdir "$scratch/modules" "$scratch/bin"
	copy_built "$BUILD/$kernel" modules
	copy_built "$BUILD/user" bin
	! is_foreign || cp "$TREE/build/user/bin/vcx" "$scratch/bin/" || exit "$EXIT_LAB"
	[ ! -e "$state" ] || cp "$state" "$scratch/state"
	[ ! -e "$vars" ] || cp "$vars" "$scratch/vars.fd"
	[ -z "$use_vcx" ] || [ -x "$scratch/bin/vcx" ] ||
		die "no virtual ConnectX in $BUILD/user/bin; run \`lab build', or use --no-vcx"
}

# copy_built FROM SUBFOLDER: copies it while no build is writing to it
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
		"VM_NAME=$(date +%Y%m%d-%H%M%S)-$kernel-$$" "VM_LOGS=$BUILD/log"
		"VM_BINARY=$(arch_field 2)" "VM_MACHINE=$(arch_field 3)" "VM_ARGUMENTS=$(arch_field 5)"
		"VM_IMAGE=$image" "VM_KERNEL_MODULES=$kernel_modules" "VM_INITRD=$initrd" "VM_ROOT=$disk" "VM_APPEND=$append"
		"VM_SMP=$smp" "VM_MEM=$mem" "VM_NUMA=$numa" "VM_CPU=$cpu" "VM_ACCEL=$accel"
		"VM_QEMU=$qemu_args" "VM_TIMEOUT=$timeout" "VM_SHARE=$share"
		"VM_BIN=$BUILD/user/bin" "VM_SECURE_BOOT=$secure_boot" "VM_RELEASE=$release"
		"VM_VCX=$use_vcx" "VM_VCX_ARGS=$vcx_args" "VM_FUNCTIONS=$functions" "VM_DIRECT=$direct"
		"VM_CARDS=$cards" "VM_CXL=${cxl#0}" "VM_STATE=${state:+1}" "VM_TTY=$tty"
	)
	in_root -b "$scratch:/run/lab" ${boot:+-b "$boot:/run/boot"} \
		${share:+-b "$share:/mnt/share"} -- \
		env -i "${env[@]}" "${vm[@]}" /src/tools/testing/lab/vm
	set -- $?
	[ ! -e "$scratch/state" ] || cp "$scratch/state" "$state" || exit "$EXIT_LAB"
	[ -z "$vars" ] || cp "$scratch/vars.fd" "$vars" || exit "$EXIT_LAB"
	return "$1"
}

start_guest()
{
	local folder

	check_machine
	need_lab
	cpu=${cpu:-$(arch_field 4)}
	[ -z "$build" ] || build_all "$kernel"
	release=$(kernel_release "$kernel") || exit
	image=/boot/vmlinuz-$release
	kernel_modules=
	folder=$(kernel_folder "$kernel")
	if [ -n "$folder" ]; then
		image=/lab/boot/$folder/vmlinuz
		kernel_modules=/lab/boot/$folder/root/lib/modules
	fi
	disk=/lab/boot/root.erofs
	if is_foreign; then
		disk=/lab/boot/$arch/root.erofs
		set -- "/lab/boot/$folder/root" "/lab/boot/$arch/root/usr/bin/busybox"
	fi
	make_initrd "$@"
	choose_accel
	if [ -n "$boot" ]; then
		image=/run/boot/vmlinuz
		initrd=/run/boot/initrd
		disk=/run/boot/root.erofs
	fi
	run_guest
}

lab_run()
{
	tty=
	parse_run_options "$@"
	[ ${#guest_command[@]} -gt 0 ] ||
		usage_error "run: no command: lab run [OPTIONS] -- COMMAND..."
	start_guest
}

lab_shell()
{
	local settings

	[ -t 0 ] && [ -t 1 ] || usage_error "shell: needs a terminal; use \`lab run'"
	tty=1
	timeout=0
	parse_run_options "$@"
	[ ${#guest_command[@]} -eq 0 ] || usage_error "shell: takes no command"
	say "in the guest in a moment; leave it with exit, or with Ctrl-A X at any time"
	settings=$(stty -g)
	start_guest
	stty "$settings"
}
