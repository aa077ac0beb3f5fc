"""Who may do what in the console: one table. Every page names its action; a test reads both."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bot.database.states import StaffRole


class Action(StrEnum):
    """What a page does."""

    SIGN_OUT = "sign_out"  # end one's own session
    SEE_QUEUE = "see_queue"  # numbers, urgency and waiting times; no words
    READ_CASE = "read_case"  # open the words of a case; written to the audit
    ACKNOWLEDGE = "acknowledge"  # take an alarm
    BRING_IN = "bring_in"  # call a colleague, ask one to take over, wake the next step, say that one works on it
    ANSWER = "answer"  # write to a reporter; the bot falls silent
    RESEND = "resend"  # send again what may not have arrived
    GIVE_BACK = "give_back"  # let the bot speak again
    LIFT_COVER = "lift_cover"  # let somebody in who forgot the safe word
    CLOSE = "close"  # end a case
    RELEASE = "release"  # ask to tell somebody outside, agree, refuse, take back, say it was done; mark an official
    OPEN_FILE = "open_file"  # open or save one file; written to the audit
    RELEASE_FILE = "release_file"  # ask for the release of a locked file, or agree to it as the second person
    LOCK_FILES = "lock_files"  # lock all files of a case
    SEE_AUDIT = "see_audit"  # who did what, without words


_EVERYBODY = frozenset(StaffRole)
_SUPERVISORS = frozenset({StaffRole.SUPERVISOR})

PERMISSIONS: Mapping[Action, frozenset[StaffRole]] = {
    Action.SIGN_OUT: _EVERYBODY,
    Action.SEE_QUEUE: _EVERYBODY,
    Action.READ_CASE: _EVERYBODY,
    Action.ACKNOWLEDGE: _EVERYBODY,
    Action.BRING_IN: _EVERYBODY,
    Action.ANSWER: _EVERYBODY,
    Action.RESEND: _EVERYBODY,
    Action.GIVE_BACK: _EVERYBODY,
    Action.LIFT_COVER: _EVERYBODY,
    Action.CLOSE: _EVERYBODY,
    Action.RELEASE: _EVERYBODY,
    Action.OPEN_FILE: _EVERYBODY,
    Action.RELEASE_FILE: _EVERYBODY,
    Action.LOCK_FILES: _EVERYBODY,
    Action.SEE_AUDIT: _SUPERVISORS,
}


def may(role: StaffRole, action: Action) -> bool:
    """Whether this role may do it."""
    return role in PERMISSIONS[action]
