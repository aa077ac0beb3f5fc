"""Rotations, overrides and holidays; versions of the policy; what became of every alarm and page; calls by name,
hand-overs, heartbeats, and the auditor's last look."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision: str | None = "0010"
branch_labels = None
depends_on = None

_TEXTS = postgresql.ARRAY(sa.Text())

# An alarm that is over stays over, whatever a late tap or an old process writes; what comes anew is a new epoch.
_NO_WAY_BACK = """
create function alarm_has_no_way_back() returns trigger language plpgsql as $$
begin
    if old.state in ('closed', 'stood_down') and new.state is distinct from old.state then
        raise exception 'alarm % is over', old.id using errcode = 'check_violation';
    end if;
    if new.epoch <> old.epoch or new.report_id <> old.report_id then
        raise exception 'alarm % keeps its epoch', old.id using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger alarm_has_no_way_back before update on alarm
for each row execute function alarm_has_no_way_back();
"""

# Every state of every page, with its time and reason, whoever wrote it: no code path can forget to.
_PAGE_HISTORY = """
create function note_page_state() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and new.state is not distinct from old.state then
        return null;
    end if;
    insert into alarm_event (alarm_id, epoch, page_id, kind, staff_id, detail)
    select page.alarm_id, page.epoch, page.id, 'page_' || new.state, page.staff_id,
           jsonb_strip_nulls(jsonb_build_object(
               'channel', new.channel, 'attempt', new.attempts, 'error', new.error_kind, 'within', new.bundled_into))
    from page where page.id = new.page_id;
    return null;
end $$;
create trigger page_history after insert or update of state on outbox
for each row when (new.page_id is not null) execute function note_page_state();
"""


def upgrade() -> None:
    """Apply."""
    _people()
    _rotations()
    _overrides()
    _alarms()
    _calls()
    op.create_table(
        "engine_heartbeat",
        sa.Column("process_id", sa.Uuid(), primary_key=True),
        sa.Column("schema_version", sa.Text(), nullable=False),
        _moment("started_at"),
        _moment("seen_at"),
    )
    op.execute(_NO_WAY_BACK)
    op.execute(_PAGE_HISTORY)
    op.create_table(
        "auditor_pass",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("passed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("findings", sa.Integer(), server_default="0", nullable=False),
        sa.Column("pinged_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("id = 1", name="one_row"),
    )


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True)


def _staff(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), sa.ForeignKey("staff.id"), nullable=nullable)


def _alarm() -> sa.Column[int]:
    return sa.Column("alarm_id", sa.BigInteger(), sa.ForeignKey("alarm.id"), nullable=False)


def _people() -> None:
    op.add_column("staff", sa.Column("reads", _TEXTS, server_default="{}", nullable=False))
    op.add_column("staff", sa.Column("conflicts", _TEXTS, server_default="{}", nullable=False))
    op.add_column("staff_contact", sa.Column("code_sent_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("staff_contact", sa.Column("code_tries", sa.Integer(), server_default="0", nullable=False))


def _rotations() -> None:
    op.create_table(
        "rotation",
        _id(),
        sa.Column("name", sa.Text(), unique=True, nullable=False),
        sa.Column("step_no", sa.Integer(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("hands_over_at", sa.Time(), nullable=False),
        sa.Column("turn_days", sa.Integer(), nullable=False),
        sa.Column("weekdays", postgresql.ARRAY(sa.SmallInteger()), server_default="{}", nullable=False),
        sa.Column("from_time", sa.Time(), nullable=True),
        sa.Column("until_time", sa.Time(), nullable=True),
        sa.Column("on_holidays", sa.String(24), server_default="as_usual", nullable=False),
        sa.CheckConstraint("turn_days between 1 and 366", name="turn_days_sane"),
    )
    op.create_table(
        "rotation_member",
        sa.Column("rotation_id", sa.BigInteger(), sa.ForeignKey("rotation.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True),
        _staff("staff_id"),
    )
    op.create_table(
        "holiday", sa.Column("day", sa.Date(), primary_key=True), sa.Column("name", sa.Text(), nullable=False)
    )


def _overrides() -> None:
    op.create_table(
        "roster_override",
        _id(),
        _staff("absent_id", nullable=True),
        _staff("present_id", nullable=True),
        sa.Column("step_no", sa.Integer(), nullable=True),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("swap_of", sa.BigInteger(), sa.ForeignKey("roster_override.id", ondelete="CASCADE"), nullable=True),
        _staff("made_by", nullable=True),
        _moment("made_at"),
        sa.CheckConstraint("absent_id is not null or present_id is not null", name="override_names_somebody"),
        sa.CheckConstraint("absent_id is distinct from present_id", name="nobody_for_themselves"),
        sa.CheckConstraint("absent_id is not null or step_no is not null", name="addition_has_a_step"),
        postgresql.ExcludeConstraint(
            (sa.literal_column("int8range(absent_id, absent_id, '[]')"), "&&"),
            (sa.literal_column("during"), "&&"),
            name="one_override_at_a_time",
            where=sa.text("absent_id is not null"),
        ),
    )
    op.create_table(
        "oncall_policy",
        _id(),
        _staff("made_by", nullable=True),
        _moment("made_at"),
        sa.Column("body", postgresql.JSONB(), nullable=False),
    )


def _alarms() -> None:
    op.add_column("alarm", sa.Column("about", _TEXTS, server_default="{}", nullable=False))
    op.add_column("alarm", sa.Column("drill", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("alarm", sa.Column("policy_id", sa.BigInteger(), sa.ForeignKey("oncall_policy.id"), nullable=True))
    op.add_column("alarm", sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("outbox", sa.Column("bundled_into", sa.BigInteger(), sa.ForeignKey("outbox.id"), nullable=True))


def _calls() -> None:
    op.create_table(
        "responder_call",
        _id(),
        _alarm(),
        sa.Column("epoch", sa.Integer(), nullable=False),
        _staff("staff_id"),
        _staff("called_by"),
        _moment("called_at"),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        _moment("next_action_at"),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
    )
    paging = sa.text("state = 'paging'")
    call = "responder_call"
    op.create_index("one_call_at_a_time", call, ["alarm_id", "staff_id"], unique=True, postgresql_where=paging)
    op.create_index("responder_call_due", call, ["next_action_at"], postgresql_where=paging)
    op.add_column("page", sa.Column("call_id", sa.BigInteger(), sa.ForeignKey("responder_call.id"), nullable=True))
    op.create_table(
        "hand_over",
        _id(),
        _alarm(),
        sa.Column("epoch", sa.Integer(), nullable=False),
        _staff("from_id"),
        _staff("to_id"),
        sa.Column("state", sa.String(24), nullable=False),
        _moment("asked_at"),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
    )
    asked = sa.text("state = 'asked'")
    op.create_index("one_hand_over_open", "hand_over", ["alarm_id"], unique=True, postgresql_where=asked)
    op.create_table(
        "alarm_event",
        _id(),
        _alarm(),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.BigInteger(), sa.ForeignKey("page.id"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.clock_timestamp(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        _staff("staff_id", nullable=True),
        sa.Column("detail", postgresql.JSONB(), nullable=True),
    )
    op.create_index("alarm_event_of_alarm", "alarm_event", ["alarm_id", "id"])
