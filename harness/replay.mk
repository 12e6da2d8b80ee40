# make replay: every recorded trace of harness/traces/NAME, reference against variant in lockstep,
# from free memory and from the recorded state.

REPLAY := $(BUILD)/replay
REPLAY_NAMES := $(patsubst harness/traces/%/trace.txt.xz,%,$(wildcard harness/traces/*/trace.txt.xz))
REPLAY_SOURCES := harness/traces/replay.c $(wildcard src/ref/*.c src/opt/*.c) \
	$(filter-out harness/main.c harness/subjects.c $(wildcard harness/command*.c harness/bench*.c harness/reproduce*.c),\
	$(wildcard harness/*.c))
REPLAY_OBJECTS := $(REPLAY_SOURCES:%.c=$(REPLAY)/%.o)

$(REPLAY)/%.o: %.c
	@mkdir -p $(@D)
	$(V)$(CC) $(CFLAGS) -I. -MMD -MP -c $< -o $@

$(REPLAY)/replay: $(REPLAY_OBJECTS)
	$(V)$(CC) $(CFLAGS) $^ -o $@

$(REPLAY)/%.trace.txt: harness/traces/%/trace.txt.xz
	@mkdir -p $(@D)
	$(V)xz -dc $< > $@.tmp && mv $@.tmp $@

.PHONY: replay
replay: $(REPLAY)/replay $(REPLAY_NAMES:%=$(REPLAY)/%.trace.txt)
	@mkdir -p $(BUILD)/report
	$(V)$(REPLAY)/replay $(BUILD)/report/replay $(REPLAY) \
		$(foreach name,$(REPLAY_NAMES),\
		$(name) $(patsubst %,harness/traces/$(name)/%.before,buddyinfo pagetypeinfo zoneinfo) \
		$(REPLAY)/$(name).trace.txt)

-include $(REPLAY_OBJECTS:.o=.d)
