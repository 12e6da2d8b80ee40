# The comparison: the plumbline command and the tests of harness/.

HARNESS_INCLUDES = -I. -Isrc
HARNESS_FLAGS = -Wconversion $(HARNESS_INCLUDES) -MMD -MP
HARNESS_SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# What the fuzzers link too: everything but the command and the importer.
HARNESS_LIBRARY = abstract lockstep lockstep_call names operations operations_parse operations_print \
                  oracles records records_operation report shrink shrink_blocks shrink_pageblocks \
                  sizing state status subject_opt subject_ref subjects theorems words
HARNESS_COMMAND = main command command_print command_reproduce command_run command_state reproduce \
                  reproduce_frame reproduce_sizing reproduce_state
HARNESS_IMPORT = $(patsubst harness/%.c,%,$(wildcard harness/import*.c)) report_kernel
HARNESS_TESTS = main support liar operations operations_parse zone buddy pcp fallback fallback_more \
                fallback_6_15 fallback_6_15_more fallback_4_10 grouping thp tuning tuning_programs \
                pcp_disable pcp_disable_programs page_list page_list_programs highatomic \
                highatomic_4_10 exact exact_bad_calls refs refs_bad_calls isolate isolate_bad_calls isolate_page contig contig_order \
                contig_bad_calls watermark bad_calls round_trip lockstep oracles oracle_clauses \
                shrink command command_reproduce command_files sizing sizing_programs \
                $(patsubst harness/tests/%.c,%,$(wildcard harness/tests/import*.c))
HARNESS_SRC = $(patsubst %.c,%,$(wildcard src/ref/*.c src/opt/*.c))

# $(1): folder under build, $(2): more flags
define harness_variant
$(BUILD)/$(1)/%.o: %.c
	@mkdir -p $$(@D)
	$(V)$(CC) $(CFLAGS) $(HARNESS_FLAGS) $(2) -c $$< -o $$@
$(BUILD)/$(1)/src/%.o: src/%.c
	@mkdir -p $$(@D)
	$(V)$(CC) $(CFLAGS) $(HARNESS_INCLUDES) -MMD -MP $(2) -c $$< -o $$@
$(BUILD)/$(1)/plumbline: $$(HARNESS_LIBRARY:%=$(BUILD)/$(1)/harness/%.o) \
		$$(HARNESS_COMMAND:%=$(BUILD)/$(1)/harness/%.o) \
		$$(HARNESS_IMPORT:%=$(BUILD)/$(1)/harness/%.o) $$(HARNESS_SRC:%=$(BUILD)/$(1)/%.o)
	$(V)$(CC) $(2) $$^ -ldl -o $$@
$(BUILD)/$(1)/tests/harness: $$(HARNESS_LIBRARY:%=$(BUILD)/$(1)/harness/%.o) \
		$$(HARNESS_IMPORT:%=$(BUILD)/$(1)/harness/%.o) \
		$$(HARNESS_TESTS:%=$(BUILD)/$(1)/harness/tests/%.o) $$(HARNESS_SRC:%=$(BUILD)/$(1)/%.o)
	@mkdir -p $$(@D)
	$(V)$(CC) $(2) $$^ -ldl -lcmocka -o $$@
$(BUILD)/$(1)/tests/liar.so: harness/tests/liar_object.c harness/subject_opt.c \
		$$(wildcard src/opt/*.c) $$(wildcard harness/*.h src/*.h src/opt/*.h)
	@mkdir -p $$(@D)
	$(V)$(CC) $(CFLAGS) $(HARNESS_INCLUDES) $(2) -fPIC -shared $$(filter %.c,$$^) -o $$@
harness-$(1): $(BUILD)/$(1)/plumbline $(BUILD)/$(1)/tests/harness $(BUILD)/$(1)/tests/liar.so
.PHONY: harness-$(1)
-include $$(wildcard $(BUILD)/$(1)/harness/*.d $(BUILD)/$(1)/harness/tests/*.d \
	$(BUILD)/$(1)/src/ref/*.d $(BUILD)/$(1)/src/opt/*.d)
endef

$(eval $(call harness_variant,plain,))
$(eval $(call harness_variant,sanitize,$(HARNESS_SANITIZE)))

$(BUILD)/plumbline: $(BUILD)/plain/plumbline
	@cp $< $@.tmp && mv $@.tmp $@

.PHONY: plumbline check-harness
plumbline: $(BUILD)/plumbline

# Both builds; ends with one line of counts.
check-harness: harness-plain harness-sanitize $(BUILD)/plumbline $(STRESS)/tests/stress stress-canary
	@harness/tests/run.sh $(BUILD)/plain $(BUILD)/sanitize $(STRESS)
