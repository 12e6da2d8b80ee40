# Fuzz targets for every parser of foreign input, with ASan and UBSan, by libFuzzer or AFL++.

PARSERS := $(FUZZ)/parsers
PARSER_NAMES := program records zoneinfo trace state
PARSER_SOURCES := $(patsubst %,harness/%.c,names operations operations_parse operations_print records \
	records_operation words import_event import_layout import_line import_pagetypeinfo \
	import_program import_state_program import_state_read import_table import_trace import_zoneinfo \
	report_kernel) \
	fuzz/parsers/parser.c
# Comparisons are traced: each value that comes nearer is kept.
PARSER_COMPILE = $(CC) $(FUZZ_FLAGS) -Werror $(FUZZ_ASAN) -fsanitize=fuzzer-no-link
PARSER_LINK = $(CC) $(FUZZ_ASAN) -fsanitize=fuzzer
PARSER_AFL_COMPILE = $(FUZZ_AFL_CC) $(FUZZ_FLAGS) -Werror $(FUZZ_ASAN)
PARSER_AFL_LINK = $(FUZZ_AFL_CC) $(FUZZ_ASAN) -fsanitize=fuzzer

$(PARSERS)/%.o: %.c fuzz/parsers/parsers.mk
	@mkdir -p $(@D)
	$(V)$(PARSER_COMPILE) -MMD -MP -c $< -o $@

$(PARSERS)/%.afl.o: %.c fuzz/parsers/parsers.mk
	@mkdir -p $(@D)
	$(V)$(PARSER_AFL_COMPILE) -MMD -MP -c $< -o $@

$(PARSERS)/%-target: $(PARSERS)/fuzz/parsers/%.o $(PARSER_SOURCES:%.c=$(PARSERS)/%.o)
	$(V)$(PARSER_LINK) $^ -o $@

$(PARSERS)/%-afl-target: $(PARSERS)/fuzz/parsers/%.afl.o $(PARSER_SOURCES:%.c=$(PARSERS)/%.afl.o)
	$(V)$(PARSER_AFL_LINK) $^ -o $@

PARSER_TARGETS := $(PARSER_NAMES:%=$(PARSERS)/%-target)
PARSER_AFL_TARGETS := $(PARSER_NAMES:%=$(PARSERS)/%-afl-target)
PARSER_CHECK = python3 -B fuzz/parsers/check.py --build $(PARSERS) --compile '$(PARSER_COMPILE)' \
	--link '$(PARSER_LINK)' --sources '$(PARSER_SOURCES)'

.PHONY: fuzz-parsers check-parsers
.SECONDARY:

# TIME seconds for each parser and engine.
fuzz-parsers: $(PARSER_TARGETS) $(PARSER_AFL_TARGETS)
	$(V)$(PARSER_CHECK) --report $(BUILD)/report --time $(or $(TIME),60)

# A fixed number of runs from a fixed seed, and a seeded bug of each parser that must be found.
check-parsers: $(PARSER_TARGETS)
	$(V)$(PARSER_CHECK)
