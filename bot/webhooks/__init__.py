"""The public door: receives messages and receipts, and tells whether the service is healthy."""
