# SPDX-License-Identifier: GPL-2.0-only
#
# Outside the kernel tree, which does not have this file: where lib.mk, the harness
# and run_kselftest.sh come from.

KSFT ?= $(lastword $(wildcard /usr/src/linux-source-*/tools/testing/selftests))
ifeq ($(wildcard $(KSFT)/lib.mk),)
$(error no lib.mk in '$(KSFT)': set KSFT to tools/testing/selftests of a kernel's source)
endif
KHDR_INCLUDES := -I$(abspath $(dir $(lastword $(MAKEFILE_LIST)))../../../include/uapi)

# Not so strict in the kernel tree, whose harness may be an older one. All of them
# compare what they are given as it is, literals included.
CFLAGS += -Wextra -Wno-sign-compare
