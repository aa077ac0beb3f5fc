"""Migrations: from nothing to the newest, harmless twice, kept apart when two run at once, and equal to tables.py."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from bot.database.migrate import expected_version, present_version, upgrade
from bot.database.session import Database
from bot.database.states import AlarmState
from bot.database.tables import Alarm, Page, RosterEntry, Staff, Table
from bot.escalation.sweeping import sweep
from bot.messages.holding import HoldRules
from bot.messages.message import Audience
from bot.messages.outbox_claims import claim
from bot.settings import Settings


@pytest.fixture
def empty_url(postgres_url: str) -> Iterator[str]:
    """A database of this server in which nothing is yet."""
    name = f"empty_{uuid4().hex}"
    server = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'create database "{name}"'))
    yield make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f'drop database "{name}" with (force)'))
    server.dispose()


def _tables(url: str) -> set[str]:
    engine = create_engine(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names


def test_from_nothing_to_the_newest_and_a_second_time_is_harmless(empty_url: str) -> None:
    database = Database(empty_url)
    assert present_version(database.engine) is None
    upgrade(empty_url)
    assert present_version(database.engine) == expected_version()
    upgrade(empty_url)
    assert present_version(database.engine) == expected_version()
    database.dispose()
    assert _tables(empty_url) == {table.name for table in Table.metadata.sorted_tables} | {"alembic_version"}


def test_two_processes_that_migrate_at_once_do_it_once(empty_url: str) -> None:
    code = "import os; from bot.database.migrate import upgrade; upgrade(os.environ['URL_OF_TEST'])"
    environment = {**os.environ, "URL_OF_TEST": empty_url}
    processes = [subprocess.Popen([sys.executable, "-c", code], env=environment) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert {table.name for table in Table.metadata.sorted_tables} <= _tables(empty_url)


def test_the_migrations_make_what_tables_py_says(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
        assert compare_metadata(context, Table.metadata) == []


_CATALOGUE = {
    "columns": """select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity::text,
        pg_get_expr(d.adbin, d.adrelid) from pg_attribute a join pg_class c on c.oid = a.attrelid
        left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped""",
    "constraints": """select conrelid::regclass::text, pg_get_constraintdef(oid) from pg_constraint
        where connamespace = 'public'::regnamespace and contype <> 'n'""",
    "indexes": "select tablename, indexdef from pg_indexes where schemaname = 'public'",
}
_ONLY_IN_MIGRATIONS = ("alembic_version", "one_place_at_a_time", "EXCLUDE USING gist")  # SQLAlchemy cannot write these


def _schema(url: str, part: str) -> set[tuple[object, ...]]:
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = {tuple(row) for row in connection.execute(text(_CATALOGUE[part]))}
    engine.dispose()
    return {row for row in rows if not any(name in str(each) for each in row for name in _ONLY_IN_MIGRATIONS)}


@pytest.mark.parametrize("part", _CATALOGUE)
def test_defaults_constraints_and_indexes_are_those_of_tables_py_too(
    database: Database, empty_url: str, part: str
) -> None:
    """compare_metadata looks at none of the checks, among them the two persons of a release, and not at defaults."""
    engine = create_engine(empty_url)
    Table.metadata.create_all(engine)
    engine.dispose()
    migrated, written = _schema(database.url, part), _schema(empty_url, part)
    assert len(written) > len(Table.metadata.sorted_tables)
    assert (migrated - written, written - migrated) == (set(), set())


_BEFORE = """
    insert into staff (name, language, role, active, failed_logins) values ('Noor', 'en', 'responder', true, 0);
    insert into conversation (id, pseudonym, public_key, version, safety)
        select gen_random_uuid(), 'river ' || n, 'k', 0, 'unknown' from generate_series(1, 3) n;
    insert into report (conversation_id, kind, state, urgency, urgency_reasons)
        select id, 'unclear', 'open', 'HIGH', '{}' from conversation;
    insert into inbox (channel, provider_key, conversation_id, kind, floor_reasons, priority, state, attempts)
        select 'sms', ('k' || n)::bytea, id, 'text', '{}', 5, 'pending', 0 from conversation, generate_series(1, 2) n
        on conflict do nothing;
    insert into chat_message (conversation_id, message_id_sealed, attempts) select id, 's', 0 from conversation;
    insert into hotline_verification (key, number, source, verified_on, verified_by, expires_on)
        select 'th', '1300', 'https://example.org', current_date, id, current_date from staff;
"""
_AFTER = {
    "conversation": ("signs = '{}' and safety = 'unknown'", 3),
    "report": ("official_named_at is null and urgency = 'HIGH'", 3),
    "inbox": ("place_at <= now() and state = 'pending'", 2),
    "chat_message": ("not at_once", 3),
    "hotline_verification": ("records is null and number = '1300'", 1),
    "staff": ("name = 'Noor'", 1),
}


def test_rows_of_an_earlier_version_are_kept_and_what_is_new_in_them_says_nothing_untrue(empty_url: str) -> None:
    upgrade(empty_url, "0005")
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(text(_BEFORE))
    upgrade(empty_url)
    with engine.connect() as connection:
        for table, (rule, rows) in _AFTER.items():
            found = connection.execute(text(f"select count(*), count(*) filter (where {rule}) from {table}")).one()
            assert tuple(found) == (rows, rows), table
    engine.dispose()


_RUNNING = """
    insert into staff (name, language, role, active, failed_logins)
        values ('Noor', 'en', 'responder', true, 0), ('Dara', 'en', 'responder', true, 0);
    insert into staff_contact (staff_id, channel, rank, address_hash, address_sealed, verified_at)
        select id, 'telegram_staff', 1, name::bytea, 's', now() from staff;
    insert into roster_entry (staff_id, step_no) select id, id from staff;
    insert into conversation (id, pseudonym, public_key, version, safety)
        select gen_random_uuid(), 'river ' || n, 'k', 0, 'unknown' from generate_series(1, 3) n;
    insert into contact_point (conversation_id, channel, address_hash) select id, 'sms', pseudonym::bytea
        from conversation;
    insert into report (conversation_id, kind, state, urgency, urgency_reasons)
        select id, 'unclear', 'open', 'URGENT', '{held}' from conversation;
    insert into alarm (report_id, epoch, state, urgency, reason, step_no, loop_no, next_action_at)
        select id, 1, 'paging', 'URGENT', 'held', 1, 0, now() - interval '1 minute' from report;
    update alarm set state = 'acknowledged', owner_id = 1, acknowledged_at = now() - interval '1 hour' where id = 2;
    update alarm set next_action_at = now() + interval '1 minute' where id = 3;
    insert into page (alarm_id, epoch, step_no, loop_no, staff_id, contact_id, wrong_codes)
        select id, 1, 1, 0, 1, 1, 0 from alarm;
    insert into outbox (key, audience, channel, staff_contact_id, page_id, author, template, arguments, priority, state,
            attempts, erase_once_sent, receipt_rank)
        select 'page:' || id, 'responder', 'telegram_staff', 1, id, 'system', 'page', '{}', 0,
            case id when 3 then 'pending' else 'sent' end, 0, false, -1 from page;
"""


def test_alarms_that_are_open_while_the_database_is_migrated_go_on_being_paged(
    empty_url: str, settings: Settings
) -> None:
    """One whose step is over, one that somebody took an hour ago and left, one whose first page waits to be sent."""
    upgrade(empty_url, "0010")
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(text(_RUNNING))
    engine.dispose()
    upgrade(empty_url)
    database = Database(empty_url)
    with database.transaction() as session:
        assert sweep(session, settings) == 2
    with database.transaction() as session:
        paged = select(Page.alarm_id, Page.staff_id).where(Page.id > 3).order_by(Page.alarm_id, Page.staff_id)
        assert [tuple(row) for row in session.execute(paged)] == [(1, 2), (2, 1)]
        assert set(session.scalars(select(Alarm.state))) == {AlarmState.PAGING}
        rules = HoldRules.of(settings)
        waiting = claim(session, Audience.RESPONDER, lease=timedelta(seconds=30), rules=rules)
        assert waiting is not None
    database.dispose()


def _at(hour: int | None) -> datetime | None:
    return None if hour is None else datetime(2026, 11, 22, hour, tzinfo=UTC)


PLACES = {
    "the same hours": ((1, 8, 12), True),
    "overlapping at the end": ((1, 11, 14), True),
    "inside": ((1, 9, 10), True),
    "open-ended": ((1, None, None), True),
    "right after": ((1, 12, 14), False),
    "right before": ((1, 6, 8), False),
    "at another step": ((2, 8, 12), False),
}


@pytest.mark.parametrize(("place", "refused"), PLACES.values(), ids=PLACES)
def test_one_person_has_one_place_at_one_step_at_a_time(
    database: Database, place: tuple[int, int | None, int | None], refused: bool
) -> None:
    step, starts, ends = place
    with database.transaction() as session:
        dara, vanna = Staff(name="Dara"), Staff(name="Vanna")
        session.add_all([dara, vanna])
        session.flush()
        session.add(RosterEntry(staff_id=dara.id, step_no=1, starts_at=_at(8), ends_at=_at(12)))
        session.add(RosterEntry(staff_id=vanna.id, step_no=1, starts_at=_at(8), ends_at=_at(12)))
    entry = RosterEntry(staff_id=dara.id, step_no=step, starts_at=_at(starts), ends_at=_at(ends))
    if refused:
        with pytest.raises(IntegrityError, match="one_place_at_a_time"), database.transaction() as session:
            session.add(entry)
    else:
        with database.transaction() as session:
            session.add(entry)
