"""The benchmarks and the kill soak: what is claimed in docs/benchmarks.md, measured by one command each."""
