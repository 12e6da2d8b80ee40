# The fuzzers: engines, replayer, campaign, seeded faults. The variant has coverage and sanitizers;
# the reference has neither, but in the MSan build, which must see every write.

FUZZ := $(BUILD)/fuzz

FUZZ_FLAGS := -std=c11 -O2 -g -Wall -Wextra -I. -fno-omit-frame-pointer
# Other folders' warnings are errors in their own builds.
$(FUZZ)/fuzz/%: FUZZ_FLAGS += -Werror
FUZZ_ASAN := -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_MSAN := -fsanitize=memory -fno-sanitize-recover=all
FUZZ_AFL_CC := env AFL_QUIET=1 afl-clang-fast

FUZZ_OPT := $(wildcard src/opt/*.c)
FUZZ_REF := $(wildcard src/ref/*.c)
# Called after each operation: its edges say nothing, and its sanitizers are left to the replays
# and the swarm, which watch it too.
FUZZ_INSPECT := $(filter %/inspect.c,$(FUZZ_OPT))
FUZZ_COVERED := $(filter-out $(FUZZ_INSPECT),$(FUZZ_OPT))
FUZZ_HARNESS := $(filter-out $(addprefix harness/,main.c $(notdir $(wildcard harness/command*.c \
	harness/import*.c harness/bench*.c harness/reproduce*.c harness/subjects.c))),$(wildcard harness/*.c))
FUZZ_COMMON := $(FUZZ_HARNESS) fuzz/target.c
FUZZ_RECORDS := $(wildcard harness/records*.c) harness/operations.c # what the mutator knows of programs

# objects of sources in a kind of build: $(call fuzz-objects,kind,sources)
fuzz-objects = $(patsubst %.c,$(FUZZ)/%.$(1).o,$(2))

# The comparison is trusted code, tested elsewhere: without sanitizers a run takes half the time.
# What touches the variant's memory, and the target itself, has them.
FUZZ_WATCHED := harness/subject_opt.c fuzz/target.c
FUZZ_ASAN_REST := $(call fuzz-objects,asan,$(FUZZ_WATCHED)) $(FUZZ)/trusted.o
# One module: most of a run is small functions of these that call each other across files.
FUZZ_TRUSTED := $(call fuzz-objects,module,$(filter-out $(FUZZ_WATCHED),$(FUZZ_COMMON)) $(FUZZ_REF))
FUZZ_ASAN_REPLAY := $(FUZZ_ASAN_REST) $(FUZZ)/fuzz/replay.asan.o
FUZZ_ASAN_SWARM := $(FUZZ_ASAN_REST) $(call fuzz-objects,asan,fuzz/swarm.c fuzz/swarm_main.c)
FUZZ_MUTATOR := fuzz/mutator.c fuzz/mutator_header.c fuzz/mutator_records.c
FUZZ_ASAN_MUTATOR := $(call fuzz-objects,asan,$(FUZZ_MUTATOR) fuzz/mutator_engines.c)
FUZZ_MSAN_REST := $(call fuzz-objects,msan,$(FUZZ_COMMON) $(FUZZ_REF))
FUZZ_MSAN_REPLAY := $(FUZZ_MSAN_REST) $(FUZZ)/fuzz/replay.msan.o
FUZZ_MSAN_SWARM := $(FUZZ_MSAN_REST) $(call fuzz-objects,msan,fuzz/swarm.c fuzz/swarm_main.c)

# A counter of an edge may wrap to zero: keeping it from that costs each edge two instructions.
FUZZ_AFL_COMPILE = env AFL_LLVM_SKIP_NEVERZERO=1 $(FUZZ_AFL_CC) $(FUZZ_FLAGS) $(FUZZ_ASAN)
FUZZ_AFL_LOOP := $(call fuzz-objects,plain,fuzz/afl_loop.c)
FUZZ_AFL_LINK = $(FUZZ_AFL_CC) -fsanitize=fuzzer -Wl,--wrap=raise,--wrap=waitpid $(FUZZ_ASAN) \
	$(FUZZ_ASAN_REST) $(FUZZ_AFL_LOOP)
# Tracing comparisons finds nothing more with this mutator, and halves the speed.
FUZZ_LIBFUZZER_COMPILE = $(CC) $(FUZZ_FLAGS) $(FUZZ_ASAN) -fsanitize=fuzzer-no-link \
	-fno-sanitize-coverage=trace-cmp
FUZZ_LIBFUZZER_LINK = $(CC) $(FUZZ_ASAN) -fsanitize=fuzzer $(FUZZ_ASAN_REST) $(FUZZ_ASAN_MUTATOR)
FUZZ_ASAN_COMPILE = $(CC) $(FUZZ_FLAGS) $(FUZZ_ASAN)
FUZZ_SWARM_LINK = $(CC) $(FUZZ_ASAN) $(FUZZ_ASAN_SWARM)
FUZZ_REPLAY_LINK = $(CC) $(FUZZ_ASAN) $(FUZZ_ASAN_REPLAY)

FUZZ_MSAN_COMPILE = $(CC) $(FUZZ_FLAGS) $(FUZZ_MSAN)
FUZZ_SWARM_MSAN_LINK = $(CC) $(FUZZ_MSAN) $(FUZZ_MSAN_SWARM)
FUZZ_REPLAY_MSAN_LINK = $(CC) $(FUZZ_MSAN) $(FUZZ_MSAN_REPLAY)

FUZZ_TOOLS := $(addprefix $(FUZZ)/,afl-target libfuzzer-target mutator.so replay swarm)
FUZZ_TOOLS_MSAN := $(FUZZ)/replay-msan $(FUZZ)/swarm-msan

# ASan checks what memset and memcpy touch, wherever they are called from.
$(FUZZ)/%.plain.o: %.c fuzz/fuzz.mk
	@mkdir -p $(@D)
	$(V)$(CC) $(FUZZ_FLAGS) -O3 -fno-builtin -MMD -MP -c $< -o $@

$(FUZZ)/%.module.o: %.c fuzz/fuzz.mk
	@mkdir -p $(@D)
	$(V)$(CC) $(FUZZ_FLAGS) -O3 -flto -MMD -MP -c $< -o $@

$(FUZZ)/trusted.o: $(FUZZ_TRUSTED)
	$(V)$(CC) -O3 -flto -fuse-ld=lld -nostdlib -r $^ -o $@

$(FUZZ)/%.asan.o: %.c fuzz/fuzz.mk
	@mkdir -p $(@D)
	$(V)$(FUZZ_ASAN_COMPILE) -MMD -MP -c $< -o $@

$(FUZZ)/%.msan.o: %.c fuzz/fuzz.mk
	@mkdir -p $(@D)
	$(V)$(FUZZ_MSAN_COMPILE) -MMD -MP -c $< -o $@

$(FUZZ)/%.afl.o: %.c fuzz/fuzz.mk
	@mkdir -p $(@D)
	$(V)$(FUZZ_AFL_COMPILE) -MMD -MP -c $< -o $@

$(FUZZ)/%.libfuzzer.o: %.c fuzz/fuzz.mk
	@mkdir -p $(@D)
	$(V)$(FUZZ_LIBFUZZER_COMPILE) -MMD -MP -c $< -o $@

$(FUZZ)/%.shared.o: %.c fuzz/fuzz.mk
	@mkdir -p $(@D)
	$(V)$(CC) $(FUZZ_FLAGS) -fPIC -MMD -MP -c $< -o $@

FUZZ_AFL_OPT := $(call fuzz-objects,afl,$(FUZZ_COVERED)) $(call fuzz-objects,plain,$(FUZZ_INSPECT))
$(FUZZ)/afl-target: $(FUZZ_ASAN_REST) $(FUZZ_AFL_LOOP) $(FUZZ_AFL_OPT)
	$(V)$(FUZZ_AFL_LINK) $(FUZZ_AFL_OPT) -o $@

FUZZ_LIBFUZZER_OPT := $(call fuzz-objects,libfuzzer,$(FUZZ_COVERED)) \
	$(call fuzz-objects,plain,$(FUZZ_INSPECT))
$(FUZZ)/libfuzzer-target: $(FUZZ_ASAN_REST) $(FUZZ_ASAN_MUTATOR) $(FUZZ_LIBFUZZER_OPT)
	$(V)$(FUZZ_LIBFUZZER_LINK) $(FUZZ_LIBFUZZER_OPT) -o $@

$(FUZZ)/mutator.so: $(call fuzz-objects,shared,$(FUZZ_MUTATOR) fuzz/mutator_engines.c \
		$(FUZZ_RECORDS))
	$(V)$(CC) -shared $^ -o $@

$(FUZZ)/replay: $(FUZZ_ASAN_REPLAY) $(call fuzz-objects,asan,$(FUZZ_OPT))
	$(V)$(FUZZ_REPLAY_LINK) $(call fuzz-objects,asan,$(FUZZ_OPT)) -o $@

$(FUZZ)/swarm: $(FUZZ_ASAN_SWARM) $(call fuzz-objects,asan,$(FUZZ_OPT))
	$(V)$(FUZZ_SWARM_LINK) $(call fuzz-objects,asan,$(FUZZ_OPT)) -o $@

$(FUZZ)/replay-msan: $(FUZZ_MSAN_REPLAY) $(call fuzz-objects,msan,$(FUZZ_OPT))
	$(V)$(FUZZ_REPLAY_MSAN_LINK) $(call fuzz-objects,msan,$(FUZZ_OPT)) -o $@

$(FUZZ)/swarm-msan: $(FUZZ_MSAN_SWARM) $(call fuzz-objects,msan,$(FUZZ_OPT))
	$(V)$(FUZZ_SWARM_MSAN_LINK) $(call fuzz-objects,msan,$(FUZZ_OPT)) -o $@

$(FUZZ)/mutator-test: $(call fuzz-objects,asan,$(wildcard fuzz/tests/*.c) $(FUZZ_MUTATOR) fuzz/swarm.c \
		$(FUZZ_RECORDS))
	$(V)$(CC) $(FUZZ_ASAN) $^ -lcmocka -o $@

-include $(shell find $(FUZZ) -name '*.d' 2>/dev/null)

FUZZ_CAMPAIGN = python3 -B fuzz/campaign.py --build $(FUZZ) --report $(BUILD)/report \
	--corpus fuzz/corpus --regressions fuzz/regressions --time $(or $(TIME),60) \
	--jobs $(or $(JOBS),2) --seed $(or $(SEED),1) --plumbline $(BUILD)/plumbline
FUZZ_FAULTS = python3 -B fuzz/faults.py --build $(FUZZ) --faults fuzz/faults \
	--afl-compile '$(FUZZ_AFL_COMPILE)' --afl-link '$(FUZZ_AFL_LINK)' \
	--libfuzzer-compile '$(FUZZ_LIBFUZZER_COMPILE)' --libfuzzer-link '$(FUZZ_LIBFUZZER_LINK)' \
	--swarm-compile '$(FUZZ_ASAN_COMPILE)' --swarm-link '$(FUZZ_SWARM_LINK)' \
	--swarm-msan-compile '$(FUZZ_MSAN_COMPILE)' --swarm-msan-link '$(FUZZ_SWARM_MSAN_LINK)' \
	--replay-msan-compile '$(FUZZ_MSAN_COMPILE)' --replay-msan-link '$(FUZZ_REPLAY_MSAN_LINK)' \
	--replay-compile '$(FUZZ_ASAN_COMPILE)' --replay-link '$(FUZZ_REPLAY_LINK)'

.PHONY: fuzz libfuzzer fuzz-faults fuzz-corpus check-fuzz

fuzz: $(addprefix $(FUZZ)/,afl-target mutator.so replay) $(BUILD)/plumbline
	$(V)$(FUZZ_CAMPAIGN)

libfuzzer: $(addprefix $(FUZZ)/,libfuzzer-target afl-target replay) $(BUILD)/plumbline
	$(V)$(FUZZ_CAMPAIGN) --engine libfuzzer

fuzz-faults: $(FUZZ_TOOLS)
	$(V)$(FUZZ_FAULTS) --engine '$(or $(ENGINES),afl)' --report $(BUILD)/report --names '$(NAMES)' --count $(or $(COUNT),0) \
		--trials $(or $(TRIALS),5) --limit $(or $(LIMIT),60) --jobs $(or $(JOBS),2) \
		$(if $(RESUME),--resume)

# What the campaigns kept, minimised by edges alone, becomes the corpus of the tree.
fuzz-corpus: $(addprefix $(FUZZ)/,afl-target swarm)
	$(V)sh fuzz/corpus.sh $(FUZZ) fuzz/corpus

check-fuzz: $(FUZZ_TOOLS) $(FUZZ_TOOLS_MSAN) $(FUZZ)/mutator-test $(BUILD)/plumbline
	$(V)python3 -B fuzz/check.py --build $(FUZZ) --root . -- $(FUZZ_FAULTS)

include fuzz/parsers/parsers.mk
