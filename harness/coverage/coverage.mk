# make coverage: which functions and branches of both variants the corpus and the tests reach.

COVERAGE_FLAGS = -fprofile-instr-generate -fcoverage-mapping -O1
$(eval $(call harness_variant,coverage,$(COVERAGE_FLAGS)))

.PHONY: coverage
coverage: harness-coverage
	$(V)python3 -B harness/coverage/coverage.py --build $(BUILD)/coverage --report $(BUILD)/report

.PHONY: check-coverage
check-coverage: harness-coverage
	$(V)python3 -B harness/coverage/test_coverage.py --build $(BUILD)/coverage
