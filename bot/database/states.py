"""The states rows can be in, one sentence beside each. No SQL here: pure parts of the house read them too."""

from __future__ import annotations

from enum import StrEnum


class Safety(StrEnum):
    """Whether words may reach the reporter's phone unasked; design 4.7."""

    UNKNOWN = "unknown"  # never asked yet: only the ten-minute rule holds words back
    SAFE = "safe"  # said yes, and has not been silent for long since
    UNSAFE = "unsafe"  # said no: nothing but direct replies until a yes
    RETURNED = "returned"  # wrote again after a gap, or said stop, and has not said yes since


class WriteBack(StrEnum):
    """When they let us write first, as they answered."""

    WHEN_I_WRITE = "when_i_write"  # only when they have just written
    AT_TIMES = "at_times"  # at the times they named, if we could read them
    ANY_TIME = "any_time"  # whenever there is something to tell


class InboxState(StrEnum):
    """Where a received message stands."""

    PENDING = "pending"  # stored, and perhaps leased by a worker right now
    HANDLED = "handled"  # everything it caused is committed
    DEAD = "dead"  # could not be handled after many tries; a human was alarmed


class OutboxState(StrEnum):
    """Where a message to be sent stands."""

    PENDING = "pending"  # to be sent when due
    SENDING = "sending"  # leased by a worker, perhaps on the wire
    SENT = "sent"  # the provider took it
    DELIVERED = "delivered"  # the provider says it arrived
    HELD = "held"  # kept back until it is safe
    UNCERTAIN = "uncertain"  # may have been delivered; a reporter's message is not repeated without a human
    FAILED = "failed"  # will never be delivered to this address
    CANCELLED = "cancelled"  # no longer wanted: a human took over, or the alarm was taken
    BUNDLED = "bundled"  # a page that is named in another page to the same phone, and stands or falls with it


class Author(StrEnum):
    """Who speaks in a message to a reporter."""

    BOT = "bot"  # the dialogue; cancelled when a human has taken over
    STAFF = "staff"  # a named responder
    SYSTEM = "system"  # a truth about the case: reached, read, nobody yet


class ClosedBy(StrEnum):
    """Why a conversation with a safe word says nothing but the neutral line, until that word is written. Silence is no
    state: that too much time has passed is seen when they write."""

    UNSAFE = "unsafe"  # they said that it is not safe
    STRANGER = "stranger"  # somebody asked who writes here
    DURESS = "duress"  # the duress word was written
    MISSED = "missed"  # an agreed word did not come


class Asking(StrEnum):
    """What the desk for words and times has asked, and waits for."""

    SAFE_WORD = "safe_word"  # a word of their own, by which they are known
    DURESS_WORD = "duress_word"  # a second one, for when somebody makes them write
    CHECK_IN_TIME = "check_in_time"  # when we shall expect a word
    CHECK_IN_WORD = "check_in_word"  # which word, where no safe word is chosen


class CheckInState(StrEnum):
    """Where an agreed check-in stands."""

    WAITING = "waiting"  # the word is expected
    KEPT = "kept"  # it came in time
    MISSED = "missed"  # it did not, and staff were alarmed
    LATE = "late"  # it came after that; the alarm stays
    CANCELLED = "cancelled"  # they want it no more


class ReportKind(StrEnum):
    """Two tracks with two rules of consent."""

    HELP_REQUEST = "help_request"  # somebody in need, self or other
    TIP = "tip"  # something seen or known
    QUESTION = "question"  # information asked for, nothing reported
    UNCLEAR = "unclear"  # nobody could tell yet
    DRILL = "drill"  # a test alarm; nobody stands behind it


class ReportState(StrEnum):
    """Whether staff still have work with it."""

    OPEN = "open"  # being told, or told
    CLOSED = "closed"  # ended by a named human


class Choice(StrEnum):
    """Whom we may tell, as the person said; each means us as well, and nobody else."""

    OURS = "ours"  # nobody outside
    NGO = "ngo"  # an aid group
    EMBASSY = "embassy"  # an embassy
    LABOUR = "labour"  # labour inspectors
    POLICE = "police"  # police; all others mean: never police


class ReleaseState(StrEnum):
    """Where the permission to tell somebody outside stands."""

    ASKED = "asked"  # one person asked; a second one has to agree
    APPROVED = "approved"  # may be told; nobody has said that it was
    DONE = "done"  # they were told, says a named person
    DENIED = "denied"  # a second person did not agree
    WITHDRAWN = "withdrawn"  # taken back: by staff, or because the person chose otherwise or erased everything


class AlarmState(StrEnum):
    """Where an alarm stands; reopening is a new epoch, never a step back."""

    WAITING = "waiting"  # the danger question is open; unanswered in time it becomes PAGING
    PAGING = "paging"  # nobody has acknowledged yet
    ACKNOWLEDGED = "acknowledged"  # a responder took it, for the time of a lease
    CLOSED = "closed"  # a named human ended it
    STOOD_DOWN = "stood_down"  # the danger question was answered with no before anybody was paged


class CallState(StrEnum):
    """Where the call for one named responder stands."""

    PAGING = "paging"  # they have not answered yet
    ANSWERED = "answered"  # they have
    ENDED = "ended"  # the alarm is over, or every try was used up


class HandOverState(StrEnum):
    """Where a hand-over stands; the case stays with its owner until it is accepted."""

    ASKED = "asked"  # the colleague has not said anything yet
    ACCEPTED = "accepted"  # it is theirs
    DECLINED = "declined"  # it stays where it was
    ENDED = "ended"  # taken back, or the alarm went another way meanwhile


class OnHolidays(StrEnum):
    """What a rotation does on a holiday."""

    AS_USUAL = "as_usual"  # a holiday is a day like any other
    OFF = "off"  # nobody of it is on call
    ONLY = "only"  # it stands on holidays and on no other day


class StaffRole(StrEnum):
    """What a staff account may do."""

    RESPONDER = "responder"  # takes alarms, reads and answers
    SUPERVISOR = "supervisor"  # the same, and sees the roster and the audit


class FileKind(StrEnum):
    """What a file is, as far as a person has to know before opening it."""

    VOICE = "voice"  # a voice note or another recording
    PICTURE = "picture"  # a photo, also one sent as a file
    VIDEO = "video"  # also the round ones of Telegram
    DOCUMENT = "document"  # text, PDF, office formats


class FileState(StrEnum):
    """Where a file stands. Whether it is locked is told apart: a file can be locked before it is here."""

    WAITING = "waiting"  # known, still at the provider, tried again and again
    HERE = "here"  # fetched and sealed
    FAILED = "failed"  # the provider does not have it any more, or did not give it in a week
    REFUSED = "refused"  # too large, or of a kind that is not taken; nothing of it is kept
    ERASED = "erased"  # its time is over, or the person erased everything
