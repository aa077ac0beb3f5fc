"""Sampan, the service: words come in at webhooks/, leave through the outbox; ARCHITECTURE.md tells the way between."""
