# SPDX-License-Identifier: GPL-2.0-only
#
# For Makefiles with libFuzzer targets:
#
# FUZZERS		their names
# FUZZ_DIR		where fuzz-NAME.c and corpus/ are
# FUZZ_SOURCES_NAME	what else a target is made of
# FUZZ_OF_NAME		files whose coverage counts
# FUZZ_OPTIONS_NAME	of libFuzzer
# FUZZ_CFLAGS, FUZZ_LIBS, FUZZ_LIBS_NAME
#
# Of OUTPUT and TOP the including file takes care.

LIBFUZZER := $(TOP)/tools/testing/libfuzzer
CLANG ?= clang
FUZZ_TIME ?= 30
SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=all

fuzz: $(FUZZERS:%=fuzz-%)

$(FUZZERS:%=fuzz-%): fuzz-%: $(OUTPUT)fuzz/% $(OUTPUT)fuzz/%-replay
	@$(LIBFUZZER)/run $(OUTPUT)fuzz/$* $(FUZZ_TIME) $(FUZZ_DIR)/corpus/$* \
		"$(FUZZ_OF_$*)" $(FUZZ_OPTIONS_$*)

check-corpus: $(FUZZERS:%=check-corpus-%)

$(FUZZERS:%=check-corpus-%): check-corpus-%: $(OUTPUT)fuzz/%-replay
	@$< $(FUZZ_DIR)/corpus/$*/* > $<.log 2>&1 && \
		echo "ok 1 corpus of $*" || \
		{ tail -n 30 $<.log; echo "not ok 1 corpus of $*"; exit 1; }

$(FUZZERS:%=corpus-%): corpus-%: $(OUTPUT)fuzz/%
	@$< -merge=1 -max_len=2048 $(FUZZ_DIR)/corpus/$* $<.corpus > $<.log 2>&1

.SECONDEXPANSION:
$(OUTPUT)fuzz/%-replay: $(FUZZ_DIR)/fuzz-%.c $$(FUZZ_SOURCES_$$*) $(LIBFUZZER)/replay.c
	@mkdir -p $(@D)
	$(CC) $(FUZZ_CFLAGS) $(SANITIZERS) --coverage -O1 -g -Wno-maybe-uninitialized \
		-o $@ $(filter %.c,$^) $(FUZZ_LIBS) $(FUZZ_LIBS_$*)

$(OUTPUT)fuzz/%: $(FUZZ_DIR)/fuzz-%.c $$(FUZZ_SOURCES_$$*)
	@mkdir -p $(@D)
	$(CLANG) $(FUZZ_CFLAGS) $(SANITIZERS) -fsanitize=fuzzer -O2 -g \
		-Dfuzz_one=LLVMFuzzerTestOneInput -o $@ $(filter %.c,$^) $(FUZZ_LIBS) \
		$(FUZZ_LIBS_$*)

.PHONY: fuzz check-corpus $(FUZZERS:%=fuzz-%) $(FUZZERS:%=check-corpus-%) \
	$(FUZZERS:%=corpus-%)
