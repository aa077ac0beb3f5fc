"""Everything that goes wrong in a simulated night, one sentence each (oncall.md C4)."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """What can strike a world."""

    KILLED_BEFORE_SEND = "killed before send"  # a worker dies between its claim and the request
    KILLED_AFTER_SEND = "killed after send"  # the provider took it, the worker dies before it writes that down
    KILLED_ANYWHERE = "killed anywhere"  # a whole process dies at any moment and is started again
    ALL_WORKERS_DEAD = "all workers dead"  # both processes are gone for half a minute
    DATABASE_DOWN = "database down"  # nobody reaches it for 5 to 20 seconds
    DATABASE_SLOW = "database slow"  # every transaction takes a second and a half
    COMMIT_LOST = "commit lost"  # the connection breaks at the commit, which is rolled back
    TOO_MANY_LONG = "429 longer than a step"  # the provider asks to wait for five minutes
    TOO_MANY_SHORT = "429 for a moment"  # for three seconds
    SERVER_ERRORS = "5xx"  # the provider takes nothing for a while
    TAKEN_THEN_SILENT = "accepts, then times out"  # it rings, and we are not told that it did
    SLOW_PROVIDER = "slow provider"  # three seconds for each message
    NEVER_RINGS = "taken, never rings"  # the receipt never comes and the phone stays silent
    RECEIPT_FAILED = "receipt: failed"  # taken, and a minute later it says that it could not deliver
    RECEIPTS_DISORDERED = "receipts twice, out of order"  # delivered, then sent, then delivered again
    DUPLICATE_TAP = "webhook twice"  # the same acknowledgement is posted three times
    TAPS_DISORDERED = "webhooks out of order"  # the ready answer comes before the acknowledgement
    TWO_ACKERS = "two ackers at once"  # somebody else's tap in the same moment
    TAP_AFTER_CLOSE = "ack after close"  # a tap on a page of a case that is over
    OLD_EPOCH_TAP = "tap of an old epoch"  # the case came up again, the tap is on the first page
    WRONG_CODE = "wrong code"  # six guesses, then the right one
    BLOCKED = "blocked mid-escalation"  # somebody blocks the bot while being paged
    LEFT = "account ended mid-escalation"  # somebody's account is closed while being paged
    POLICY_CHANGED = "policy changed"  # shorter steps, fewer loops, in the middle of it
    ROSTER_EMPTIED = "roster emptied"  # nobody is on call for two minutes
    NOBODY_REACHABLE = "nobody reachable"  # no contact of anybody works for a minute
    AWAY = "override: away"  # the first person is away and nobody stands in
    STAND_IN = "override: stand-in"  # somebody else stands at the first step
    OVERLAPPING_OVERRIDES = "overlapping overrides"  # the database must refuse the second
    DST_FORWARD = "DST forward"  # the hour of the hand-over does not exist tonight
    DST_BACK = "DST back"  # it exists twice
    CLOCK_HOUR_FORWARD = "clock +1 h"  # somebody set the database's clock
    CLOCK_DAY_FORWARD = "clock +1 day"  # by a day
    CLOCK_HOUR_BACK = "clock -1 h"  # back by an hour
    CLOCK_DAY_BACK = "clock -1 day"  # back by a day
    NOTIFY_LOST = "NOTIFY lost"  # no wake-up arrives for a minute
    STORM = "storm"  # 60 alarms in a few seconds

    @property
    def sets_clock(self) -> bool:
        """Whether the database's time is not to be compared with ours any more."""
        return self.value.startswith("clock")

    @property
    def is_of_the_night(self) -> bool:
        """Whether it is decided before the world begins, by its date."""
        return self in (Fault.DST_FORWARD, Fault.DST_BACK)

    @property
    def strikes_once(self) -> bool:
        """Whether a night has it once, not several times."""
        return self.sets_clock or self.is_of_the_night or self is Fault.STORM
