# SPDX-License-Identifier: GPL-2.0-only
#
# make help lists the targets.

KDIR ?= /lib/modules/$(shell uname -r)/build
OUTPUT ?= $(CURDIR)/build/user
KERNEL ?= 7.3
FUZZ_TIME ?= 60
RELEASES ?=
VERSION := $(shell cat VERSION)
DKMS_DIR = $(DESTDIR)/usr/src/fwctl-$(VERSION)

LAB := tools/testing/lab/lab
USER_DIRS := tools/lib/fwctl tools/fwctl tools/testing/vcx \
	tools/testing/selftests/fwctl tools/testing/fuzz/kernel
# Tests that need no kernel module.
USER_CHECKS := $(addprefix check-,tools/lib/fwctl tools/fwctl \
	tools/testing/vcx tools/testing/classifier tools/testing/cxl)
FUZZERS := $(addprefix fuzz-,tools/lib/fwctl tools/fwctl tools/testing/vcx \
	tools/testing/classifier tools/testing/cxl)
KMAKE = +$(MAKE) -C $(KDIR) M=$(CURDIR)

.PHONY: all help modules modules_install modules_clean dkms_install user install \
	check-user deb release demo demo-secureboot check check-debug bench \
	intree patches docs fuzz clean $(USER_DIRS) \
	$(USER_CHECKS) $(FUZZERS)

all: help

help:
	@echo 'make demo             show fwctl at work on a stock Debian kernel'
	@echo 'make demo-secureboot  compare fwctl and raw access, without and with Secure Boot'
	@echo 'make check            run every test on every supported kernel'
	@echo 'make check-debug      run debug kernels, fuzzers and mutants (half a day)'
	@echo 'make bench            count the instructions of each call'
	@echo 'make deb              build Debian packages in build/deb'
	@echo '     RELEASES=...     bookworm and trixie (default)'
	@echo 'make release          check everything, then tag a release'
	@echo '     NEXT=...         its version'
	@echo 'make docs             build the documentation in build/docs'
	@echo 'make fuzz             run each fuzzer for FUZZ_TIME seconds (60)'
	@echo 'make intree           build a kernel with fwctl in its tree'
	@echo 'make patches          write fwctl as patches for that kernel'
	@echo '     KERNEL=...       6.12 or 7.3 (default)'
	@echo ''
	@echo 'make modules          build fwctl, mlx5_fwctl, cxl_fwctl, fwctl_sim'
	@echo '     KDIR=...         for the kernel with these headers, instead of'
	@echo '                      $(KDIR)'
	@echo '     CC=...           with this compiler'
	@echo 'make modules_install  install them for that kernel'
	@echo 'make dkms_install     install their source for DKMS to build'
	@echo 'make user             build the library, the tool and the tests'
	@echo 'make install          install the library and the tool'
	@echo '     prefix=...       /usr/local (default), in DESTDIR=...'
	@echo 'make check-user       run the tests that need no kernel module'
	@echo 'make clean            remove the folder build'
	@echo ''
	@echo '$(LAB) help   lists the commands for guests'

modules:
	$(KMAKE) modules

# depmod prefers modules in updates/ to modules of the same name in the kernel's own tree.
# Not beside a kernel's own fwctl: its backends, and cxl_core, are built for its own core.
modules_install:
	@if grep -qs '^CONFIG_FWCTL=' $(KDIR)/.config $(KDIR)/include/config/auto.conf; then \
		echo 'modules_install: the kernel in $(KDIR) has its own fwctl (CONFIG_FWCTL):' >&2; \
		echo 'nothing is installed. Install only the tool (make install), or build for a' >&2; \
		echo 'kernel without CONFIG_FWCTL (KDIR=...).' >&2; \
		exit 1; \
	fi
	$(KMAKE) INSTALL_MOD_DIR=updates modules_install

modules_clean:
	$(KMAKE) clean

# DKMS gets only the sources of the modules.
dkms_install:
	install -d $(DKMS_DIR)
	sed 's/#MODULE_VERSION#/$(VERSION)/' dkms.conf.in > $(DKMS_DIR)/dkms.conf
	tar -c --exclude=*.md --exclude=*.pml Kbuild VERSION drivers/fwctl include | \
		tar -x --no-same-owner -C $(DKMS_DIR)

user: $(USER_DIRS)

tools/fwctl tools/testing/selftests/fwctl: tools/lib/fwctl

# The makefile of the tests appends bin/ itself, like others of kselftest.
tools/lib/fwctl: DEST = lib
tools/testing/selftests/fwctl: DEST = .
$(USER_DIRS): DEST ?= bin

$(USER_DIRS):
	@mkdir -p $(OUTPUT)/$(DEST)
	+$(MAKE) -C $@ OUTPUT=$(OUTPUT)/$(DEST)/ BIN=$(OUTPUT)/bin/

# KSRC=... names a kernel's source, which has the script for the library's man pages.
install:
	+$(MAKE) -C tools/lib/fwctl OUTPUT=$(OUTPUT)/lib/ install
	+$(MAKE) -C tools/fwctl OUTPUT=$(OUTPUT)/bin/ install

check-user: $(USER_CHECKS)

# Not at the same time: both build the library.
check-tools/fwctl: check-tools/lib/fwctl

$(USER_CHECKS):
	@mkdir -p $(OUTPUT)/unit
	+$(MAKE) -s -C $(@:check-%=%) OUTPUT=$(OUTPUT)/unit/ check

deb:
	tools/packaging/deb build $(RELEASES)

release:
	tools/packaging/release $(NEXT)

demo:
	$(LAB) run -- /lab/tree/tools/testing/demo/tour

demo-secureboot:
	tools/testing/secureboot/demo

check:
	tools/testing/check

# Runs all measurements in tools/testing/REPORT.md.
check-debug:
	status=0; \
	tools/testing/check debug-6.12-kasan debug-7.3-kasan debug-6.12-kcsan \
		debug-7.3-kcsan arm arm64 coverage stress settings latency compare fuzz ansible \
		patches-6.12 patches-7.3 rust \
		$(foreach k,6.12 7.3,intree-$(k)-m intree-$(k)-y) intree-7.3-cxl || status=1; \
	$(MAKE) fuzz FUZZ_TIME=1800 || status=1; \
	tools/testing/mutate/mutate run; \
	tools/testing/mutate/mutate run --kernel 6.12-kasan || status=1; \
	tools/testing/steps/report || status=1; \
	exit $$status

bench:
	tools/testing/bench/run

intree:
	$(LAB) kernel $(KERNEL)-intree-m $(KERNEL)-intree-y

patches:
	$(LAB) exec -- tools/testing/intree/patches $(KERNEL) build/patches-$(KERNEL)

docs:
	$(LAB) exec -- make -C Documentation OUTPUT=/src/build/docs
	@echo 'documentation: build/docs/html/index.html'

fuzz:
	$(LAB) exec -- make -s OUTPUT=/src/build/user FUZZ_TIME=$(FUZZ_TIME) $(FUZZERS)

$(FUZZERS):
	@mkdir -p $(OUTPUT)/unit
	+$(MAKE) -s -C $(@:fuzz-%=%) OUTPUT=$(OUTPUT)/unit/ FUZZ_TIME=$(FUZZ_TIME) fuzz

clean:
	rm -rf build
