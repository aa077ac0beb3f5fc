"""What staff do about telling somebody outside: ask, agree, refuse, take back, say that it was done. The rule is pure
(bot/reports/release.py); here are the rows, the locks and the audit. Nothing is sent by any of it, nothing commits."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.conversation.handle_message import opener_of
from bot.database.states import ReleaseState, ReportKind
from bot.database.tables import AuditEntry, Conversation, Release, Report
from bot.deployment import Deployment
from bot.errors import SampanError
from bot.privacy.sealing import ServiceKeys, seal_to
from bot.reports.choices import LIVE, choice_that_counts
from bot.reports.queue_cards import CaseNotFoundError
from bot.reports.release import SENTENCES, Outcome, Standing, Why, Wish, Writer, may_release
from bot.reports.report_store import lock_conversation, read_facts
from bot.reports.told_rules import duties_in, rules_known, tips_in

LONGEST_REASON = 500  # characters
# What stops an act beside the rule; the rule's own reasons are in SENTENCES.
STOPPED = {
    "no_reason": "say why, in words",
    "reason_too_long": f"a reason has at most {LONGEST_REASON} characters",
    "asked_already": "this was asked for already, and stands",
    "same_person": "whoever asked cannot agree or refuse: it takes a second named person",
    "not_waiting": "it does not wait for that: it was agreed to, refused, taken back or done",
    "needs_second_now": "things changed since: it waits for a second named person now",
}


class ReleaseRefusedError(SampanError):
    """It may not be told, or not in this way. `code` is a Why or a key of STOPPED; the same again will not help."""

    def __init__(self, code: str) -> None:
        super().__init__(STOPPED.get(code) or SENTENCES[Why(code)])
        self.code = code


class ReleaseNotFoundError(SampanError):
    """There is no release with this number, or it is another case's."""


def standing_of(
    session: Session, report: Report, conversation: Conversation, keys: ServiceKeys, deployment: Deployment
) -> Standing:
    """All that the rule looks at, as it is at this moment."""
    chosen = choice_that_counts(session, report)
    official = report.official_named_at
    known = rules_known(session, conversation.id)
    return Standing(
        writer=_writer(report, conversation, keys),
        chosen=chosen.choice if chosen else None,
        official=official is not None,
        chosen_after_official=bool(chosen and official and chosen.at > official),
        duties_listed=frozenset((duty.trigger, duty.to) for duty in deployment.duties_to_report),
        duties_told=duties_in(known),
        tips_listed=frozenset(deployment.tips_may_go_to),
        tips_told=tips_in(known),
        erased=is_erased(conversation),
    )


def is_erased(conversation: Conversation) -> bool:
    """They erased everything, or it is about to be gone."""
    return conversation.private_key_wrapped is None or conversation.wipe_asked_at is not None


def _writer(report: Report, conversation: Conversation, keys: ServiceKeys) -> Writer:
    """Whoever has not said that it is about themselves is taken for somebody who speaks of another."""
    if report.kind is ReportKind.TIP:
        return Writer.TIP
    if is_erased(conversation):
        return Writer.FOR_ANOTHER
    whose = read_facts(report, opener_of(conversation, keys)).get("whose")
    return Writer.IN_NEED if whose == "self" else Writer.FOR_ANOTHER


def ask_release(
    session: Session,
    number: int,
    wish: Wish,
    reason: str,
    *,
    staff_id: int,
    keys: ServiceKeys,
    deployment: Deployment,
) -> Release:
    """Ask to tell somebody of a case, with the reason in words. What the person in need chose themselves is approved at
    once; all else waits for a second person. ReleaseRefusedError when the rule says no; nothing is kept of it then."""
    report, conversation = _locked(session, number)
    words = " ".join(reason.split())
    if not words or len(words) > LONGEST_REASON:
        raise ReleaseRefusedError("reason_too_long" if words else "no_reason")
    verdict = may_release(wish, standing_of(session, report, conversation, keys, deployment))
    if verdict.outcome is Outcome.REFUSED:
        raise ReleaseRefusedError(verdict.why)
    _refuse_a_second_one(session, report, wish)
    needs_second = verdict.outcome is Outcome.NEEDS_SECOND
    release = Release(
        report_id=report.id,
        party=wish.party,
        duty=wish.duty,
        other_authority=wish.other_authority,
        reason_sealed=seal_to(conversation.public_key, words),
        why=verdict.why.value,
        needs_second=needs_second,
        state=ReleaseState.ASKED if needs_second else ReleaseState.APPROVED,
        asked_by=staff_id,
        approved_at=None if needs_second else func.now(),
    )
    session.add(release)
    session.flush()
    _note(session, release, staff_id, "release_asked")
    return release


def _refuse_a_second_one(session: Session, report: Report, wish: Wish) -> None:
    same = (Release.report_id == report.id, Release.party == wish.party, Release.state.in_(LIVE))
    duty = Release.duty.is_(None) if wish.duty is None else Release.duty == wish.duty
    if session.scalar(select(Release.id).where(*same, duty).limit(1)) is not None:
        raise ReleaseRefusedError("asked_already")


def agree(
    session: Session, number: int, release_id: int, *, staff_id: int, keys: ServiceKeys, deployment: Deployment
) -> Release:
    """A second named person agrees. ReleaseRefusedError when it is the same person, when nothing waits, or when the
    rule says no by now: the reporter may have chosen otherwise since."""
    report, conversation, release = _locked_release(session, number, release_id)
    if release.state is not ReleaseState.ASKED:
        raise ReleaseRefusedError("not_waiting")
    if release.asked_by == staff_id:
        raise ReleaseRefusedError("same_person")
    standing = standing_of(session, report, conversation, keys, deployment)
    verdict = may_release(_wish(release), standing, second_agreed=True)
    if verdict.outcome is not Outcome.ALLOWED:
        raise ReleaseRefusedError(verdict.why)
    release.why = verdict.why.value
    release.approved_by, release.approved_at = staff_id, func.now()
    release.state = ReleaseState.APPROVED
    _note(session, release, staff_id, "release_agreed")
    return release


def refuse(session: Session, number: int, release_id: int, *, staff_id: int) -> None:
    """A second named person does not agree, and that ends it."""
    _, _, release = _locked_release(session, number, release_id)
    if release.state is not ReleaseState.ASKED:
        raise ReleaseRefusedError("not_waiting")
    if release.asked_by == staff_id:
        raise ReleaseRefusedError("same_person")
    _end(session, release, ReleaseState.DENIED, staff_id, "release_denied")


def withdraw(session: Session, number: int, release_id: int, *, staff_id: int) -> None:
    """Anybody may take back what was asked or agreed to, until it was done."""
    _, _, release = _locked_release(session, number, release_id)
    if release.state not in LIVE:
        raise ReleaseRefusedError("not_waiting")
    _end(session, release, ReleaseState.WITHDRAWN, staff_id, "release_withdrawn")


def mark_done(
    session: Session, number: int, release_id: int, *, staff_id: int, keys: ServiceKeys, deployment: Deployment
) -> Release:
    """A named person is about to tell, and says so: the rule is asked once more. ReleaseRefusedError when it says no by
    now. Where it asks for a second person by now, the release waits for one; look at its state."""
    report, conversation, release = _locked_release(session, number, release_id)
    if release.state is not ReleaseState.APPROVED:
        raise ReleaseRefusedError("not_waiting")
    standing = standing_of(session, report, conversation, keys, deployment)
    verdict = may_release(_wish(release), standing, second_agreed=release.approved_by is not None)
    if verdict.outcome is Outcome.REFUSED:
        raise ReleaseRefusedError(verdict.why)
    if verdict.outcome is Outcome.NEEDS_SECOND:
        release.state, release.needs_second, release.why = ReleaseState.ASKED, True, verdict.why.value
        release.approved_at = None
        _note(session, release, staff_id, "release_waits_again")
        return release
    _end(session, release, ReleaseState.DONE, staff_id, "release_done")
    return release


def mark_official(session: Session, number: int, *, staff_id: int) -> None:
    """A person has read that an official is part of it, where the machine did not hear it: choices made until now did
    not know it. Marked twice, the first time counts."""
    report, _ = _locked(session, number)
    if report.official_named_at is None:
        report.official_named_at = func.now()
        session.add(AuditEntry(staff_id=staff_id, action="official_marked", report_id=report.id))


def _wish(release: Release) -> Wish:
    return Wish(party=release.party, duty=release.duty, other_authority=release.other_authority)


def _end(session: Session, release: Release, state: ReleaseState, staff_id: int, action: str) -> None:
    release.state, release.ended_by, release.ended_at = state, staff_id, func.now()
    _note(session, release, staff_id, action)


def _note(session: Session, release: Release, staff_id: int, action: str) -> None:
    session.flush()
    session.add(AuditEntry(staff_id=staff_id, action=action, report_id=release.report_id, detail=release.party.value))


def _locked(session: Session, number: int) -> tuple[Report, Conversation]:
    report = session.scalar(select(Report).where(Report.number == number))
    if report is None:
        raise CaseNotFoundError("no such case")
    conversation = lock_conversation(session, report.conversation_id)
    session.refresh(report)
    return report, conversation


def _locked_release(session: Session, number: int, release_id: int) -> tuple[Report, Conversation, Release]:
    report, conversation = _locked(session, number)
    release = session.scalar(select(Release).where(Release.id == release_id, Release.report_id == report.id))
    if release is None:
        raise ReleaseNotFoundError("no such release of this case")
    session.refresh(release)
    return report, conversation, release
