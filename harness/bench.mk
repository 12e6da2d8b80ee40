# make bench: the benchmark, its plots, and the comparison with the committed table.

BENCH := $(BUILD)/benchmark
BENCH_SOURCES := $(filter-out harness/bench_count.c,$(wildcard harness/bench*.c)) \
	$(wildcard src/ref/*.c src/opt/*.c) $(patsubst %,harness/%.c, subject_ref subject_opt \
	subjects operations operations_parse words names status)
BENCH_OBJECTS := $(BENCH_SOURCES:%.c=$(BENCH)/%.o)

$(BENCH)/%.o: %.c
	@mkdir -p $(@D)
	$(V)$(CC) $(CFLAGS) -O3 -I. -Isrc -MMD -MP -c $< -o $@

$(BUILD)/bench: $(BENCH_OBJECTS)
	$(V)$(CC) $(CFLAGS) $^ -pthread -ldl -o $@

# Metadata in huge pages where the system has them; SUBJECTS="./mine.so ./other.so" adds rows.
# On a machine that does other things too: make bench PREFIX="chrt -f 10".
BENCH_RUN = GLIBC_TUNABLES=glibc.malloc.hugetlb=1 $(PREFIX) $(BUILD)/bench --report $(BUILD)/report \
	--rounds $(or $(ROUNDS),7)
BENCH_TRACES := $(patsubst harness/traces/%/trace.txt.xz,$(BUILD)/replay/%.0-Normal.program,\
	$(wildcard harness/traces/*/trace.txt.xz))

$(BENCH_TRACES): ; $(V)$(MAKE) --no-print-directory replay > /dev/null

.PHONY: bench bench-growth bench-plot bench-baseline bench-count
bench: $(BUILD)/bench $(BENCH_TRACES)
	@mkdir -p $(BUILD)/report
	$(V)$(BENCH_RUN) --baseline harness/bench-baseline.csv $(BENCH_TRACES:%=--trace %) $(SUBJECTS)
	@$(MAKE) --no-print-directory bench-count bench-plot

# Minutes, and 6 GiB of memory.
bench-growth: $(BUILD)/bench
	@mkdir -p $(BUILD)/report
	$(V)$(BENCH_RUN) --only growth
	@$(MAKE) --no-print-directory bench-plot

# Draws what there is.
bench-plot:
	@command -v gnuplot > /dev/null || { echo "bench: gnuplot is missing; 'make deps' installs it, \
	'make bench-plot' draws" >&2; exit 1; }
	@for kind in png svg; do \
		gnuplot -e "folder='$(BUILD)/report'; kind='$$kind'" harness/bench.gp || exit 1; done
	@echo "plots: $(BUILD)/report/bench*.png and .svg"

# Older debuggers' information: what valgrind can read.
$(BUILD)/bench-count: harness/bench_count.c harness/bench_zone.c $(wildcard src/opt/*.c src/opt/*.h harness/bench.h)
	@mkdir -p $(@D)
	$(V)$(CC) $(CFLAGS) -gdwarf-4 -O3 -I. -Isrc $(filter %.c,$^) -o $@

bench-count: $(BUILD)/bench-count
	@mkdir -p $(BUILD)/report
	$(V)python3 harness/bench_count.py $< $(BUILD)/report

bench-baseline:
	@cp $(BUILD)/report/bench.csv harness/bench-baseline.csv
	@cp $(BUILD)/report/bench.svg harness/bench.svg
	@for name in bench-growth.svg bench-growth.csv; do \
		if [ -f $(BUILD)/report/$$name ]; then cp $(BUILD)/report/$$name harness/; fi; done

-include $(BENCH_OBJECTS:.o=.d)
