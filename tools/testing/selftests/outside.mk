# SPDX-License-Identifier: GPL-2.0-only
#
# Outside a kernel tree: finds the kernel source with lib.mk, the harness and
# run_kselftest.sh. A kernel tree does not have this file.

KSFT ?= $(lastword $(wildcard /usr/src/linux-source-*/tools/testing/selftests))
ifeq ($(wildcard $(KSFT)/lib.mk),)
$(error no lib.mk in '$(KSFT)': set KSFT to tools/testing/selftests of a kernel's source)
endif
KHDR_INCLUDES := -I$(abspath $(dir $(lastword $(MAKEFILE_LIST)))../../../include/uapi)

# Not in a kernel tree, whose harness may be older and have warnings. All harnesses
# compare signed literals with unsigned values.
CFLAGS += -Wextra -Wno-sign-compare
