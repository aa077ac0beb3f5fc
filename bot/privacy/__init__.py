"""Sealing, pseudonyms, redaction: pure, without SQL or HTTP."""
