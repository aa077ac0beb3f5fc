"""The last net: what the engine must never let happen, looked for with plain SQL that shares nothing with the engine's
own code. Who is to be told then, and the rows that keep two auditors from telling the same thing twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.settings import Settings

AUDIT_TEMPLATES = {"case": "audit_case", "engine": "audit_engine"}
_QUARTER_SECONDS = 15 * 60


class FindingKind(StrEnum):
    """What can be wrong."""

    NEVER_PAGED = "never_paged"  # nobody's page was tried since it was raised, or since its policy started over
    SILENT = "silent"  # pages were tried, and then no more, for longer than its step waits
    OVERDUE = "overdue"  # its time came and nobody moved it
    ASLEEP = "asleep"  # its next time lies further ahead than any step or lease lasts
    EXHAUSTED = "exhausted"  # everybody was tried and nobody took it
    NO_OWNER = "no_owner"  # taken, and by nobody
    NO_ALARM = "no_alarm"  # an urgent report without any alarm
    NO_ENGINE = "no_engine"  # no process that may work has shown itself


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong, by the number of its report; `NO_ENGINE` has none."""

    kind: FindingKind
    number: int | None = None


@dataclass(frozen=True, kw_only=True)
class Reachable:
    """A verified way to somebody, as the auditor keeps it in memory for when the database is gone."""

    contact_id: int
    channel: str
    language: str
    address_sealed: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class AuditPage:
    """Something to be sent now; its row is leased to whoever got this."""

    outbox_id: int
    token: UUID
    to: Reachable
    template: str
    number: int | None


@dataclass(frozen=True, kw_only=True)
class Audit:
    """One look: what is wrong, everybody who can be reached, and what this auditor has to send."""

    findings: tuple[Finding, ...]
    everybody: tuple[Reachable, ...]
    pages: tuple[AuditPage, ...]


# `waits`: how long the step of an alarm may last before another page is due. The last resort's pause is five minutes.
_ALARMS = text("""
with looked_at as (
    select alarm.*, report.number, staff.id is not null as owned,
        case when step_no >= 1000 then interval '5 minutes' else make_interval(secs => coalesce(
            (policy.body -> 'waits' ->> alarm.urgency)::float8, (policy.body ->> 'wait')::float8, :wait)) end as waits,
        greatest(alarm.raised_at, (select max(at) from alarm_event event where event.alarm_id = alarm.id
            and event.kind in ('raised', 'rose', 'lapsed', 'escalated'))) as began_at,
        (select max(at) from alarm_event event join page on page.id = event.page_id
            where event.alarm_id = alarm.id and page.call_id is null and page.hand_over_id is null
            and event.kind in ('page_sending', 'page_sent', 'page_delivered', 'page_bundled')) as tried_at
    from alarm join report on report.id = alarm.report_id
        left join staff on staff.id = alarm.owner_id
        left join oncall_policy policy on policy.id = alarm.policy_id
    where alarm.state in ('waiting', 'paging', 'acknowledged')
)
select number,
    state = 'paging' and began_at < now() - :late and (tried_at is null or tried_at < began_at) as never_paged,
    state = 'paging' and tried_at >= began_at and tried_at < now() - waits - :late
        and not (drill and next_action_at > now()) as silent,
    next_action_at < now() - :late as overdue,
    not drill and next_action_at > now() + :late
        + case state when 'paging' then waits when 'waiting' then :question else interval '2 hours' end as asleep,
    state = 'paging' and exhausted_at is not null and not drill as exhausted,
    state = 'acknowledged' and not owned as no_owner
from looked_at
""")
_NO_ALARM = text("""
select number from report
where state = 'open' and urgency in ('URGENT', 'CRITICAL') and last_word_at < now() - :late
    and not exists (select from alarm where alarm.report_id = report.id)
""")
_NO_ENGINE = text("select not exists (select from engine_heartbeat where seen_at > now() - cast(:late as interval))")
_EVERYBODY = text("""
select contact.id, contact.channel, staff.language, contact.address_sealed
from staff_contact contact join staff on staff.id = contact.staff_id
where staff.active and contact.verified_at is not null and contact.address_sealed is not null
    and contact.broken_reason is distinct from 'opted_out'
order by contact.rank, contact.id
""")
_NEW_PAGE = text("""
insert into outbox (key, audience, channel, staff_contact_id, author, template, arguments, priority, state, attempts,
    lease_until, lease_token, erase_once_sent, receipt_rank)
values (:key, 'responder', :channel, :contact, 'system', :template, jsonb_strip_nulls(jsonb_build_object(
    'number', cast(:number as bigint))), 0, 'sending', 1, now() + :lease, :token, false, -1)
on conflict do nothing returning id
""")
_RECORD = text("""
update outbox set state = case when cast(:error as text) is null then 'sent' else 'pending' end,
    sent_at = case when cast(:error as text) is null then now() end,
    error_kind = :error, due_at = now(), lease_until = null, lease_token = null
where id = :id and lease_token = :token
""")
_PASSED = text("""
insert into auditor_pass (id, looked_at, passed_at, findings)
values (1, now(), case when :findings = 0 then now() end, :findings)
on conflict (id) do update set looked_at = excluded.looked_at, findings = excluded.findings,
    passed_at = coalesce(excluded.passed_at, auditor_pass.passed_at)
""")


def audit(session: Session, settings: Settings, suspected: Collection[Finding]) -> Audit:
    """Look again at what a look a moment ago had found: what the engine has mended meanwhile (after a restart, a clock
    that jumped, a database that came back) wakes nobody. What is found is leased, to be sent by the caller at once; if
    the caller dies the ordinary senders take over. Of several auditors one gets each thing to say, once in a quarter of
    an hour and to each contact."""
    findings = tuple(finding for finding in find(session, settings) if finding in suspected)
    everybody = load_everybody(session)
    pages = tuple(_write_pages(session, findings, everybody, settings))
    session.execute(_PASSED, {"findings": len(findings)})
    return Audit(findings=findings, everybody=everybody, pages=pages)


def find(session: Session, settings: Settings) -> tuple[Finding, ...]:
    """Everything that is wrong now."""
    late = settings.audit_patience
    values = {
        "late": late,
        "wait": settings.step_timeout.total_seconds(),
        "question": settings.unanswered_danger_question,
    }
    findings = [
        Finding(kind=kind, number=row.number)
        for row in session.execute(_ALARMS, values)
        for kind in FindingKind
        if row._mapping.get(kind.value)
    ]
    numbers = session.scalars(_NO_ALARM, {"late": late})
    findings += [Finding(kind=FindingKind.NO_ALARM, number=number) for number in numbers]
    if session.scalar(_NO_ENGINE, {"late": late}):
        findings.append(Finding(kind=FindingKind.NO_ENGINE))
    return tuple(findings)


def load_everybody(session: Session) -> tuple[Reachable, ...]:
    """Every verified way to every active account: also one that was called broken, for that may be the fault. Only who
    told the carrier to stop is left alone."""
    return tuple(
        Reachable(contact_id=contact_id, channel=channel, language=language, address_sealed=bytes(address_sealed))
        for contact_id, channel, language, address_sealed in session.execute(_EVERYBODY)
    )


def _write_pages(
    session: Session, findings: Iterable[Finding], everybody: Iterable[Reachable], settings: Settings
) -> Iterable[AuditPage]:
    now: datetime = session.execute(text("select now()")).scalar_one()
    quarter = quarter_of(now)
    numbers = dict.fromkeys(finding.number for finding in findings)
    for number in numbers:
        template = AUDIT_TEMPLATES["engine" if number is None else "case"]
        for each in everybody:
            token = uuid4()
            values = {
                "key": f"audit:{number or 'engine'}:{quarter}:{each.contact_id}",
                "channel": each.channel,
                "contact": each.contact_id,
                "template": template,
                "number": number,
                "lease": settings.lease,
                "token": token,
            }
            outbox_id = session.scalar(_NEW_PAGE, values)
            if outbox_id is not None:
                yield AuditPage(outbox_id=outbox_id, token=token, to=each, template=template, number=number)


def quarter_of(at: datetime) -> int:
    """The quarter of an hour an instant lies in."""
    return int(at.timestamp()) // _QUARTER_SECONDS


def record(session: Session, page: AuditPage, *, error_kind: str | None) -> None:
    """What became of a page of the auditor's, while its lease holds. One that failed is left to the ordinary senders,
    who try again."""
    session.execute(_RECORD, {"id": page.outbox_id, "token": page.token, "error": error_kind})


def record_ping(session: Session) -> None:
    """The dead-man address heard from us."""
    session.execute(text("update auditor_pass set pinged_at = now() where id = 1"))


def database_is_long_gone(down_for: timedelta, settings: Settings) -> bool:
    """Whether people are to be told that the database cannot be reached."""
    return down_for >= settings.audit_patience
