# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# steps.sh - the steps of check: step_NAME [VARIANT] succeeds if nothing failed
#
# A step prints KTAP, or counts as one test. check calls it in the tree's top folder.

lab=tools/testing/lab/lab
logs=build/check
kernels=$(awk '/^[0-9]/ { print $1 }' tools/testing/lab/data/kernels)
arm_short='fwctl_abi fwctl_policy fwctl_limits fwctl_netlink fwctl_mlx5'
short_debug='fwctl_module fwctl_fault fwctl_remove'

sources()
{
	git ls-files --cached --others --exclude-standard -- "$@" | sort -u
}

# Lists shell scripts, which are known by name or by their first line.
shell_scripts()
{
	{
		sources '*.sh'
		sources | xargs -d '\n' grep -lIE -m 1 '^#!.*[/ ](ba|da)?sh( |$)'
	} | sort -u
}

# Every check runs, even if one before it fails.
step_style()
{
	local file status=0
	local -a files scripts

	mapfile -t files < <(sources '*.c' '*.h')
	mapfile -t scripts < <(shell_scripts)
	"$lab" exec -- tools/testing/steps/checkpatch /lab/boot/checkpatch "${files[@]}" ||
		status=1
	"$lab" exec -- shellcheck "${scripts[@]}" || status=1
	while read -r file; do
		head -n 3 "$file" | grep -q SPDX-License-Identifier && continue
		echo "$file: no SPDX line among the first three"
		status=1
	done < <(sources '*.c' '*.h' '*.sh' '*.py' '*.rst' '*.yaml' 'Makefile' \
		'*/Makefile' '*Kconfig' '*Kbuild')
	# The generator of this page writes an old name.
	if sources | grep -vx Documentation/userspace-api/fwctl/netlink-spec.rst |
		xargs -d '\n' grep -nIE 'SPDX-License-Identifier: L?GPL-[0-9.]+(\+.*| \*/)?$'; then
		echo 'old SPDX names: write GPL-2.0-only or GPL-2.0-or-later'
		status=1
	fi
	tools/testing/steps/words || status=1
	tools/testing/steps/circles || status=1
	return $status
}

# User programs are built with -Werror; warnings of the modules are in build.log.
step_build()
{
	local kernel status=0

	"$lab" build || return
	for kernel in $kernels; do
		echo "# $kernel: warnings of W=1"
		grep -E 'warning:|WARNING:' "build/$kernel/build.log" && status=1
	done
	"$lab" exec -- tools/testing/steps/fresh-output || status=1
	return $status
}

# Not a part of `check', because it fetches 50 MB that nothing else needs.
step_arm()
{
	"$lab" exec -- tools/testing/steps/arm /src/build/arm
}

# Not a part of `check', because it fetches packages that nothing else needs. Without network
# and with an empty cache it is skipped.
step_arm64()
{
	local status=0

	"$lab" build --arch arm64 --kernel 7.3 || status=$?
	if [ "$status" = 123 ]; then
		echo 'ok 1 arm64 # SKIP nothing is in the cache, and the archive cannot be reached'
		return
	fi
	[ "$status" = 0 ] || return
	echo '# arm64: warnings of W=1'
	! grep -E 'warning:|WARNING:' build/arm64/7.3/build.log || status=1
	# shellcheck disable=SC2086 # words
	"$lab" run --arch arm64 --kernel 7.3 --timeout 900 -- \
		/lab/tree/tools/testing/selftests/fwctl/run_all.sh $arm_short || status=1
	return $status
}

# quiet_build ARGS: runs make with ARGS, in which a shell in the lab expands $, and fails if
# make does or if it prints a warning.
quiet_build()
{
	local output status=0

	output=$("$lab" exec -- sh -c "make -s $(printf '"%s" ' "$@")" 2>&1) || status=1
	echo "$output"
	! grep -qE 'warning:|error:' <<< "$output" || status=1
	return $status
}

# Not with 7.3, whose headers do not suffice for sparse.
step_sparse()
{
	quiet_build -C build/6.12/src modules C=2 'KDIR=$(echo /lib/modules/6.12.*/build)'
}

# Generated files are up to date, and copies of a fact in several files agree.
step_generated()
{
	local status=0

	"$lab" exec -- Documentation/netlink/ynl-regen --check || status=1
	tools/testing/steps/copies || status=1
	"$lab" exec -- tools/testing/steps/adb || status=1
	tools/testing/steps/links || status=1
	tools/testing/fuzz/corpus/corpus check || status=1
	return $status
}

# The interfaces that programs are built against: UAPI headers, the library's ABI.
step_abi()
{
	local status=0

	"$lab" exec -- tools/testing/steps/uapi || status=1
	"$lab" exec -- tools/testing/steps/syzlang || status=1
	"$lab" exec -- make -s -C tools/lib/fwctl OUTPUT=/src/build/user/lib/ \
		check-abi || status=1
	tools/packaging/test-release || status=1
	tools/packaging/test-kept || status=1
	return $status
}

# Builds Debian packages, runs lintian on them, builds them again and compares.
step_deb()
{
	tools/packaging/deb build "$1" && tools/packaging/deb lintian "$1" &&
		tools/packaging/deb reproduce "$1"
}

# Installs the packages, upgrades them, uses them in a guest, removes them.
step_install()
{
	tools/packaging/deb install "$1"
}

# Installs the packages on a machine with Secure Boot and enrols the key in MokManager.
step_fresh()
{
	tools/packaging/deb secureboot "$1"
}

# Builds the documentation's example out of tree, like the backend of a third party.
step_samples()
{
	local kernel cc status=0

	for kernel in $kernels; do
		cc=gcc
		[ "$kernel" != 6.1 ] || cc=gcc-12
		quiet_build -C samples/fwctl CC="$cc" \
			"KDIR=\$(echo /lib/modules/$kernel.*/build)" \
			OUTPUT="\$PWD/build/$kernel-sample" \
			SYMVERS="\$PWD/build/$kernel/Module.symvers" || status=1
	done
	return $status
}

step_readme()
{
	"$lab" exec -- tools/testing/steps/readme
}

step_unit()
{
	"$lab" exec -- make -s check-user OUTPUT=/src/build/user
}

# Runs the model checker on removal, commands and ceilings.
step_model()
{
	"$lab" exec -- tools/testing/steps/model
}

step_guest()
{
	"$lab" run --kernel "$1" --timeout 3600 -- /lab/tree/tools/testing/guest/suite
}

# Runs the tarball for CI systems outside the tree, without access to the virtual
# ConnectX's control socket.
step_delivery()
{
	tools/testing/steps/ktap --test &&
		"$lab" build --kernel 7.3 &&
		"$lab" exec -- make -s -C tools/testing/selftests TARGETS=fwctl gen_tar \
			KSFT_INSTALL_PATH=/src/build/delivery OUTPUT=/src/build/user/ >&2 &&
		"$lab" run --kernel 7.3 -- env -u VCX_CTL \
			/lab/tree/tools/testing/guest/suite-delivery \
			/lab/tree/build/delivery/kselftest-packages/kselftest.tar.gz \
			fwctl_taint fwctl_policy fwctl_mlx5 fwctl_mlx5_remove fwctl_scopes
}

# On a busy host the CPUs of a guest may not run for seconds, hence the watchdog's limit.
debug_guest()
{
	"$lab" run --mem 2G --append watchdog_thresh=60 "$@"
}

# debug-short is a few programs on one debug kernel; `check' runs it.
step_debug()
{
	local share=$PWD/build/check/gcov-$1 status=0

	if [ "$1" = short ]; then
		# shellcheck disable=SC2086 # words
		debug_guest --kernel 6.12-kasan --timeout 3600 -- \
			/lab/tree/tools/testing/guest/suite-debug $short_debug
		return
	fi
	rm -rf "$share"
	mkdir -p "$share"
	debug_guest --kernel "$1" --timeout 5400 --share "$share" -- \
		/lab/tree/tools/testing/guest/suite-debug || status=1
	# Lockdown cannot be left, and hides kmemleak's file.
	debug_guest --kernel "$1" --timeout 600 -- \
		/lab/tree/tools/testing/selftests/fwctl/run_all.sh \
		fwctl_lockdown fwctl_mlx5_ceiling || status=1
	return $status
}

# The long form of a test in the suite.
step_stress()
{
	debug_guest --kernel 6.12-kasan --timeout 1200 -- \
		fwctl_stress --seconds "${STRESS_TIME:-600}" --seed "${STRESS_SEED:-$RANDOM}"
}

# Runs the tests that a kernel tree with fwctl packs, on its kernel: intree-7.3-y uses the
# kernel 7.3-intree-y. Not a part of `check', because building the kernel takes long. The
# modules of 7.3 have an fwctl of their own for CXL memory: intree-7.3-cxl.
step_intree()
{
	case $1 in
	*-cxl)
		"$lab" run --kernel "${1%-cxl}-intree-m" --no-vcx --no-modules --cxl 1 -- \
			/lab/tree/tools/testing/intree/in-guest
		;;
	*)
		"$lab" run --kernel "${1/-/-intree-}" --timeout 1500 -- sh -c 'exec \
			/lab/tree/tools/testing/guest/suite-delivery /lib/modules/*/kselftest.tar.gz'
		;;
	esac
}

# Not a part of `check': needs 2 GB more for a compiler and a kernel's source.
step_rust()
{
	"$lab" exec -- tools/testing/intree/rust /lab/boot/rust-7.3
}

# Checks, applies and builds fwctl as patches for the kernel series $1.
step_patches()
{
	"$lab" exec -- tools/testing/intree/patches "$1" "build/patches-$1"
}

# Measures latencies for REPORT.md. No other step may run at the same time.
step_latency()
{
	mkdir -p build/report
	rm -f build/report/latency.tsv
	"$lab" run --kernel 7.3 --share build/report -- env FWCTL_REPORT=/mnt/share/latency.tsv \
		FWCTL_COMMAND='tools/testing/check latency' fwctl_latency
}

# Needs the results of both kernels: each executes code that the other does not have.
step_coverage()
{
	"$lab" exec -- tools/testing/steps/coverage 6.12-kasan 7.3-kasan
}

# FUZZ_TIME is in seconds.
step_fuzz()
{
	local share=$PWD/build/fuzz

	rm -rf "$share"
	mkdir -p "$share"
	debug_guest --kernel 6.12-kasan --share "$share" \
		--timeout $((${FUZZ_TIME:-1800} + 400)) -- \
		/lab/tree/tools/testing/fuzz/kernel/in-guest "${FUZZ_TIME:-1800}" || return
	"$lab" exec -- tools/testing/steps/coverage --fuzz 6.12-kasan
}

# Each in a guest of its own: lockdown cannot be left, and a ceiling cannot be raised.
step_lockdown()
{
	local kernel programs status=0

	for kernel in $kernels; do
		for programs in "fwctl_lockdown fwctl_mlx5_ceiling" fwctl_hostile_ceiling; do
			# shellcheck disable=SC2086 # words
			"$lab" run --kernel "$kernel" --functions 2 -- \
				/lab/tree/tools/testing/selftests/fwctl/run_all.sh $programs ||
				status=1
		done
	done
	return $status
}

# Before Linux 6.9 each node has its own limit of work in progress.
step_numa()
{
	"$lab" run --kernel "$1" --numa 2 -- fwctl_hostile_silence -t commands_in_flight
}

# QEMU's CXL memory, with Debian's own drivers
step_cxl()
{
	"$lab" run --kernel "$1" --no-vcx --cxl 2 --timeout 1200 -- \
		/lab/tree/tools/testing/guest/suite-cxl
}

# README.md has a copy of the demo's output, except for the line that ends with the time.
step_secureboot()
{
	local kernel line status=0

	mkdir -p build/check
	tools/testing/secureboot/demo > build/check/secureboot.table || status=1
	cat build/check/secureboot.table
	while read -r line; do
		grep -qF -- "$line" README.md && continue
		echo "README.md lacks this line of the demo: $line"
		status=1
	done < <(grep -v ' s)\.$' build/check/secureboot.table)
	for kernel in 6.12 7.3; do
		"$lab" run --kernel "$kernel" --secure-boot --timeout 300 -- \
			/lab/tree/tools/testing/selftests/fwctl/run_all.sh \
			secure_boot_test.sh || status=1
	done
	"$lab" run --secure-boot --no-modules --vcx '--uctx-cap 0' --timeout 300 -- \
		/lab/tree/tools/fwctl/test/run states_probe || status=1
	return $status
}

step_fleet()
{
	tools/testing/fleet/run
}

# Not a part of `check', because it fetches packages that nothing else needs.
step_ansible()
{
	tools/ansible/test/run
}

# A card with two functions, on one bus and on two: the configuration of one affects the
# other, and a lock is for both.
step_functions()
{
	local status=0

	"$lab" run --kernel 7.3 --functions 2 --vcx "--ports 2" -- \
		/lab/tree/tools/fwctl/test/run guest_cards || status=1
	"$lab" run --kernel 7.3 --socket-direct -- \
		/lab/tree/tools/fwctl/test/run guest_cards || status=1
	return $status
}

# Two cards; the configuration of one survives a reboot.
step_cards()
{
	local state status=0

	state=$(mktemp -d) || return
	"$lab" run --kernel 6.12 --cards 2 --state "$state/card" -- \
		env BOOT=1 /lab/tree/tools/fwctl/test/run guest_cards || status=1
	"$lab" run --kernel 7.3 --cards 2 --state "$state/card" -- \
		env BOOT=2 /lab/tree/tools/fwctl/test/run guest_cards || status=1
	rm -r "$state"
	return $status
}

# Many pairs of programs that write settings at once, and many random configurations.
step_settings()
{
	"$lab" run --kernel 7.3 --timeout 3600 -- env PAIRS="${PAIRS:-200}" \
		ROUNDS="${ROUNDS:-40}" SEED="${SEED:-$RANDOM}" \
		/lab/tree/tools/fwctl/test/run guest_settings
}

step_demo()
{
	make -s demo
}

step_bench()
{
	make -s bench
}

# Linux's backends for other hardware, built against this tree's core
step_others()
{
	tools/testing/others/run
}

step_compare()
{
	tools/testing/bench/linux/run
}

# Sphinx drops a malformed table without an error, hence the count of rows.
step_docs()
{
	local rows

	make -s docs || return
	rows=$(grep -c '^   \* - ``0x' build/docs/generated/mlx5-tables.rst)
	[ "$rows" -gt 0 ] && [ "$rows" = "$(grep -cE '<td>.*<span class="pre">0x' \
		build/docs/html/mlx5-tables.html)" ] && return
	echo "mlx5-tables: not all $rows rows are in the page"
	return 1
}

