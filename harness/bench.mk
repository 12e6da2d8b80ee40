# make bench: the benchmark, its plots, and the comparison with the committed table.

BENCH := $(BUILD)/benchmark
BENCH_SOURCES := $(wildcard harness/bench*.c src/ref/*.c src/opt/*.c) $(patsubst %,harness/%.c, \
	subject_ref subject_opt subjects operations operations_parse words names status)
BENCH_OBJECTS := $(BENCH_SOURCES:%.c=$(BENCH)/%.o)

$(BENCH)/%.o: %.c
	@mkdir -p $(@D)
	$(V)$(CC) $(CFLAGS) -O3 -I. -Isrc -MMD -MP -c $< -o $@

$(BUILD)/bench: $(BENCH_OBJECTS)
	$(V)$(CC) $(CFLAGS) $^ -pthread -ldl -o $@

-include $(BENCH_OBJECTS:.o=.d)
