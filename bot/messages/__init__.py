"""Messages as data, and the two durable queues: inbox and outbox."""
