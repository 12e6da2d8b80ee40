# The proof: the gate, its canaries, the mutants it must stop.

.PHONY: prove prove-canary prove-mutants

# FUNCTION=name[,name..] or UNIT=file is the inner loop: cached, no verdict.
prove:
	$(V)python3 proofs/prove.py $(if $(FUNCTION),--function $(FUNCTION)) $(if $(UNIT),--unit $(UNIT))

prove-canary:
	$(V)python3 proofs/canary.py

prove-mutants:
	$(V)python3 proofs/mutants.py --count '$(COUNT)' --names '$(NAMES)' \
		$(if $(RESUME),--resume)

# Each mutant's substitution still applies to the sources, and their tools judge as they should.
.PHONY: check-mutants
check-mutants:
	$(V)python3 proofs/mutants.py --check
	$(V)python3 -B proofs/mutate.py --check
	$(V)python3 -B proofs/test_mutants.py

# Mutants that operators generate, spread over the functions; COUNT=20 tries only so many.
.PHONY: prove-generated
prove-generated:
	$(V)python3 -B proofs/mutate.py --count '$(or $(COUNT),0)' --names '$(NAMES)' \
		$(if $(RESUME),--resume)
