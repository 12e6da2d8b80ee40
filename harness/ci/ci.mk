# Plumbline in CI: what subject.py needs, reports for machines, and their tests.

.PHONY: ci-build ci-reports check-ci

ci-build: $(BUILD)/plumbline $(FUZZ)/swarm

ci-reports:
	$(V)python3 -B harness/ci/reports.py --report $(BUILD)/report

check-ci: ci-build $(BUILD)/plain/tests/liar.so
	$(V)python3 -B harness/ci/test_ci.py --build $(BUILD)
