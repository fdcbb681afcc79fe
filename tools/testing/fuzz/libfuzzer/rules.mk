# SPDX-License-Identifier: GPL-2.0-only
#
# For Makefiles with libFuzzer targets. Before they include this file they set OUTPUT
# (empty or with a slash at its end), TOP, CC, and:
#
# FUZZERS		the names of the targets
# FUZZ_DIR		the folder of fuzz-NAME.c
# FUZZ_SOURCES		files that every target is built from, headers included
# FUZZ_SOURCES_NAME	files that only this one is built from
# FUZZ_OF_NAME		the files whose coverage is measured
# FUZZ_OPTIONS_NAME	options of libFuzzer
# FUZZ_CFLAGS, FUZZ_LIBS, FUZZ_LIBS_NAME

LIBFUZZER := $(TOP)/tools/testing/fuzz/libfuzzer
CORPUS := $(TOP)/tools/testing/fuzz/corpus
CLANG ?= clang
FUZZ_TIME ?= 30
SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=all

fuzz: $(FUZZERS:%=fuzz-%)

$(FUZZERS:%=fuzz-%): fuzz-%: $(OUTPUT)fuzz/% $(OUTPUT)fuzz/%-replay
	@$(LIBFUZZER)/run $(OUTPUT)fuzz/$* $(FUZZ_TIME) "$(FUZZ_OF_$*)" $(FUZZ_OPTIONS_$*)

check-corpus: $(FUZZERS:%=check-corpus-%)

$(FUZZERS:%=check-corpus-%): check-corpus-%: $(OUTPUT)fuzz/%-replay
	@if $< $(CORPUS)/$*.tar > $<.log 2>&1; then \
		grep -a '^# [0-9]* inputs$$' $<.log; echo "ok 1 corpus of $*"; \
	else \
		grep -a '^input: ' $<.log | tail -n 1; \
		grep -av '^input: ' $<.log | tail -n 30; \
		echo "not ok 1 corpus of $*"; exit 1; \
	fi

# Adds to the corpus the inputs that 'make fuzz' found and that reach new code.
$(FUZZERS:%=corpus-%): corpus-%: $(OUTPUT)fuzz/%
	@$(RM) -r $<.inputs
	@$(CORPUS)/corpus unpack $* $<.inputs
	@$< -merge=1 -max_len=2048 $<.inputs $<.corpus > $<.log 2>&1 || \
		{ tail -n 5 $<.log >&2; exit 1; }
	@$(CORPUS)/corpus add $* $<.inputs/*

REPLAY_CFLAGS = $(FUZZ_CFLAGS) $(SANITIZERS) --coverage -O1 -g -Wno-maybe-uninitialized

# One object, built once for the replays of all targets of the folder. Folders may share
# OUTPUT, but not the names of targets.
COMMON := $(OUTPUT)fuzz/$(firstword $(FUZZERS))-common.o
$(COMMON): $(FUZZ_SOURCES)
	@mkdir -p $(@D)
	@$(RM) $@-*.gcda
	$(CC) $(REPLAY_CFLAGS) -r -o $@ $(filter %.c,$^)

.SECONDEXPANSION:
$(OUTPUT)fuzz/%-replay: $(FUZZ_DIR)/fuzz-%.c $$(FUZZ_SOURCES_$$*) $(LIBFUZZER)/inputs.c \
		$(COMMON)
	@$(RM) $@-*.gcda
	$(CC) $(REPLAY_CFLAGS) -o $@ $(filter %.c %.o,$^) $(FUZZ_LIBS) $(FUZZ_LIBS_$*)

$(OUTPUT)fuzz/%: $(FUZZ_DIR)/fuzz-%.c $$(FUZZ_SOURCES_$$*) $(FUZZ_SOURCES)
	@mkdir -p $(@D)
	$(CLANG) $(FUZZ_CFLAGS) $(SANITIZERS) -fsanitize=fuzzer -O2 -g \
		-Dfuzz_one=LLVMFuzzerTestOneInput -o $@ $(filter %.c,$^) $(FUZZ_LIBS) \
		$(FUZZ_LIBS_$*)

.PHONY: fuzz check-corpus $(FUZZERS:%=fuzz-%) $(FUZZERS:%=check-corpus-%) \
	$(FUZZERS:%=corpus-%)
