"""In which order rows leave the outbox, smaller first. Reporters and responders have senders of their own, so the
numbers of the two are never compared; equal ones leave in the order in which they were written (oncall.md rule 25)."""

FIRST_PAGE = 0  # of an alarm for which no page has left yet
REPEATED_PAGE = 1  # the next step, or the same person again; also the answer to a responder who wrote
BUNDLE = 2  # a page again to somebody who was paged within the last half minute: they are awake already
URGENT_REPLY = 2  # to a reporter whose message was urgent
REPLY = 3
STATUS = 4  # what nobody needs to be woken for
NOTICE = 5  # what is told at the beginning and end of a shift
