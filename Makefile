# Every job of Plumbline by one word; 'make help' lists them.

BUILD := build
CC := clang
CFLAGS := -std=c11 -O2 -g -Wall -Wextra -Werror
# V=1 shows every command.
ifeq ($(V),1)
override V :=
else
override V := @
endif
TIME ?= 60
export LC_ALL := C

PACKAGES := frama-c-base why3 z3 cvc4 afl++ clang clang-format lld llvm libclang-rt-14-dev \
	libcmocka-dev make python3 xz-utils gcc libc6-dev shellcheck gnuplot-nox valgrind

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run check deps build lint format evidence report clean check-evidence

help: ## lists the targets
	@echo "make TARGET, one of:"
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)$$/\1|\2/' \
		| while IFS='|' read -r name words; do \
		printf '  %-14s %s\n' "$$name" "$$words"; done

run: ## proves, builds, replays the traces, fuzzes a minute, sums up in build/report/summary.txt
	@$(MAKE) --no-print-directory deps
	@python3 harness/run.py --make '$(MAKE_COMMAND)' --report $(BUILD)/report --time $(TIME)

check: ## all tests, sanitizers included, corpus replay, gate canaries
	@$(MAKE) --no-print-directory deps
	@python3 harness/run.py --make '$(MAKE_COMMAND)' --report $(BUILD)/report --check

# Without root nothing can be installed: say what to run, and stop.
deps: ## installs what is missing from Debian (root), or says what to install
	@missing=$$(for name in $(PACKAGES); do \
		dpkg-query -W -f='$${Status}' $$name 2>/dev/null | grep -q ' installed$$' \
		|| echo $$name; done); \
	if [ -z "$$missing" ]; then exit 0; fi; \
	set -- $$missing; \
	if [ "$$(id -u)" -ne 0 ]; then \
		echo "deps: not installed: $$*" >&2; \
		echo "deps: run this, then the same make again:" >&2; \
		echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends $$*" >&2; \
		exit 1; \
	fi; \
	echo "deps: installing $$*"; \
	export DEBIAN_FRONTEND=noninteractive; \
	apt-get update -q && apt-get install -y -q --no-install-recommends "$$@"

build: plumbline $(BUILD)/bench ## builds the plumbline command and the benchmark

# spec/ is logic, which clang-format cannot read.
C_FILES = $(shell find src harness fuzz -name '*.[ch]')
lint: ## formatting, shell and Python syntax, words that must not be in the tree
	@bad=0; for file in $(C_FILES); do clang-format $$file | cmp -s - $$file \
		|| { echo "$$file: not formatted; 'make format' does it"; bad=1; }; done; exit $$bad
	@shellcheck .ci/run $$(find harness fuzz proofs -name '*.sh')
	@PYTHONPYCACHEPREFIX=$(BUILD)/pycache python3 -m py_compile \
		$$(find harness fuzz proofs -name '*.py')
	@python3 harness/lint.py
	@echo "lint: no objection"

format: ## formats all C files in place
	@clang-format -i $(C_FILES)

# Hours; QUICK=1 takes a few of each, minutes; RESUME=1 goes on with an interrupted run.
evidence: ## coverage, mutants, seeded faults by engine, campaign: tables and plots; QUICK=1, RESUME=1
	@python3 -B harness/evidence/evidence.py --make '$(MAKE_COMMAND)' \
		--report $(BUILD)/report $(if $(QUICK),--quick) $(if $(RESUME),--resume)

check-evidence:
	@python3 -B harness/evidence/test_evidence.py

report: ## writes build/report/summary.txt from the reports that are there
	@python3 harness/run.py --report $(BUILD)/report --only-report

clean: ## removes build/
	rm -rf $(BUILD)

include proofs/proofs.mk
include harness/stress.mk
include harness/harness.mk
include harness/bench.mk
include $(filter-out $(MAKEFILE_LIST),harness/replay.mk)
include fuzz/fuzz.mk
include harness/ci/ci.mk
include harness/coverage/coverage.mk

# ---- what the folders' rules are for, for 'make help'
prove: ## proves the reference through the gate; FUNCTION=name for the inner loop
prove-canary: ## feeds the gate what it must refuse
prove-mutants: ## mutants that must stop the proof; COUNT=3 or NAMES="a b"
fuzz: ## campaign in lockstep, TIME=60 seconds
fuzz-faults: ## finds the seeded faults; COUNT=3, ENGINES='afl afl-plain libfuzzer swarm'
libfuzzer: ## the same campaign with libFuzzer
bench: ## nanoseconds per operation beside a floor, a textbook and the reference, with plots
bench-growth: ## the same by size, up to 256 GiB of pages
bench-count: ## instructions of the paths that are to be fast
soak: ## threads on one zone, under ThreadSanitizer and at full speed; TIME=60 seconds
replay: ## replays the recorded kernel traces in lockstep
fuzz-parsers: ## fuzzes every parser, TIME=60 seconds each and engine
ci-build: ## builds what harness/ci/subject.py needs
ci-reports: ## JUnit XML and SARIF of the reports that are there
coverage: ## which branches the corpus and the tests reach, against a floor and a list
prove-generated: ## mutants that operators generate; COUNT=20
