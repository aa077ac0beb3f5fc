"""The loops that move rows: inbox, outbox, alarms, polling, spool."""
