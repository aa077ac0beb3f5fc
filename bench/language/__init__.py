"""Measures of understanding: language, encoding, intents, urgency, false alarms; docs/benchmarks.md explains them."""
