"""The on-call engine under faults: a simulator, a state machine, a run with real processes, and models of others."""
