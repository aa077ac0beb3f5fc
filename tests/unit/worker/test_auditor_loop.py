"""The last net, tested by breaking what it watches: nothing below calls the engine where it says that it is broken."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from bot.database.schema_gate import known_version
from bot.database.tables import Alarm, AlarmEvent, AuditorPass, EngineHeartbeat, OutboxMessage, Report
from bot.errors import BlockedError
from bot.worker.auditor_loop import Auditor, auditors_database
from tests.unit.escalation.seen import acknowledge_as
from tests.unit.house import CRY, House

LATE = timedelta(seconds=95)
TWO_WAYS = (("telegram_staff", "chat of Dara"), ("sms", "+12025550199"))
Make = Callable[..., Auditor]


class Ticks:
    """A clock that moves when it is told to."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def make(house: House) -> Iterator[Make]:
    """Auditors of this house, each with a connection of its own."""
    made: list[Auditor] = []

    def auditor(url: str = house.database.url, clock: Callable[[], float] = Ticks()) -> Auditor:
        made.append(Auditor(auditors_database(url), house.channels, house.composer, clock, timedelta(0)))
        return made[-1]

    yield auditor
    for each in made:
        asyncio.run(each.close())


def _beats(house: House) -> None:
    """Some process's loops run."""
    with house.database.transaction() as session:
        session.execute(text("delete from engine_heartbeat"))
        session.execute(
            text("insert into engine_heartbeat (process_id, schema_version) values (gen_random_uuid(), :version)"),
            {"version": known_version()},
        )


def _look(house: House, make: Make) -> list[str]:
    """One audit of a house whose processes live; what responders were sent by it."""
    _beats(house)
    before = len(house.staff_bot.sent)
    asyncio.run(make().work())
    return [message.text for message in house.staff_bot.sent[before:]]


def _findings(house: House) -> int:
    with house.database.transaction() as session:
        return session.get_one(AuditorPass, 1).findings


def test_what_is_well_is_left_alone_and_the_look_is_written_down(house: House, make: Make) -> None:
    house.on_call("Dara")
    house.arrives(CRY)
    house.send()
    assert _look(house, make) == []
    with house.database.transaction() as session:
        looked = session.get_one(AuditorPass, 1)
    assert (looked.findings, looked.passed_at) == (0, looked.looked_at)


def test_the_senders_stand_still_and_everybody_is_told_by_every_way_at_once(house: House, make: Make) -> None:
    house.on_call("Dara", ways=TWO_WAYS)
    house.on_call("Vanna", step=None)
    house.arrives(CRY)
    house.pass_time(LATE)
    house.sweep()
    told = _look(house, make)
    assert (
        told
        == [
            "Case 101 is urgent, and paging for it does not work as it should. Take it now: "
            f"{house.settings.console_url}/cases/101"
        ]
        * 2
    )
    assert [each.address for each in house.sms.sent if "paging" in each.text] == ["+12025550199"]
    assert _findings(house) >= 1


def test_the_sweep_stands_still_and_it_is_seen(house: House, make: Make) -> None:
    house.on_call("Dara")
    house.arrives(CRY)
    house.send()
    house.pass_time(timedelta(seconds=60 + 95))
    assert len(_look(house, make)) == 1


def test_a_step_that_has_not_lasted_its_time_is_not_taken_for_silence(house: House, make: Make) -> None:
    house.on_call("Dara")
    house.on_call("Vanna", step=2)
    house.arrives(CRY)
    house.send()
    house.pass_time(timedelta(seconds=61))
    house.sweep()
    house.send()
    house.pass_time(timedelta(seconds=50))
    assert _look(house, make) == []


@pytest.mark.parametrize(
    "tampering",
    [
        pytest.param("update alarm set next_action_at = now() + interval '1 year'", id="put to sleep for a year"),
        pytest.param(
            "update alarm set state = 'acknowledged', next_action_at = now() + interval '5 minutes'",
            id="taken by nobody",
        ),
        pytest.param("delete from alarm_event; delete from page; delete from alarm", id="gone"),
    ],
)
def test_an_alarm_whose_row_was_tampered_with_is_seen(house: House, make: Make, tampering: str) -> None:
    house.on_call("Dara")
    house.arrives(CRY)
    house.send()
    with house.database.transaction() as session:
        session.execute(text("update outbox set page_id = null"))
        session.execute(text(tampering))
        session.execute(text("update report set last_word_at = now() - interval '2 minutes'"))
    assert len(_look(house, make)) == 1


def test_an_alarm_everybody_was_tried_for_is_said_to_everybody(house: House, make: Make) -> None:
    house.on_call("Dara", step=None)
    house.arrives(CRY)
    house.send()
    assert house.alarm().exhausted_at is not None
    assert len(_look(house, make)) == 1


def test_a_taken_alarm_is_nobodys_worry(house: House, make: Make) -> None:
    dara = house.on_call("Dara")
    house.arrives(CRY)
    assert acknowledge_as(house, dara) == "taken by Dara"
    house.pass_time(timedelta(minutes=5))
    assert _look(house, make) == []


def test_two_auditors_say_it_once_and_again_a_quarter_of_an_hour_later(house: House, make: Make) -> None:
    house.on_call("Dara")
    house.arrives(CRY)
    house.pass_time(LATE)
    assert len(_look(house, make)) == 1
    assert _look(house, make) == []
    with house.database.transaction() as session:
        session.execute(text("update outbox set key = replace(key, 'audit:', 'older:')"))
    assert len(_look(house, make)) == 1


def test_no_process_that_may_work_and_everybody_is_told_to_look_at_the_queue(house: House, make: Make) -> None:
    house.on_call("Dara")
    asyncio.run(make().work())
    assert "stands still" in house.staff_bot.sent[-1].text
    with house.database.transaction() as session:
        row = session.query(OutboxMessage).filter(OutboxMessage.key.like("audit:engine:%")).one()
    assert row.state.value == "sent"


def test_a_way_that_fails_is_left_to_the_senders_and_does_not_stop_the_others(house: House, make: Make) -> None:
    house.on_call("Dara", ways=TWO_WAYS)
    house.arrives(CRY)
    house.pass_time(LATE)
    house.staff_bot.failures.append(BlockedError())
    assert _look(house, make) == []
    assert [each.address for each in house.sms.sent] == ["+12025550199"]
    house.send()
    assert any("paging for it" in each.text for each in house.staff_bot.sent)


def test_the_database_is_gone_and_the_people_it_remembers_are_told_once(house: House, make: Make) -> None:
    house.on_call("Dara", ways=TWO_WAYS)
    ticks = Ticks()
    auditor = make(clock=ticks)
    _beats(house)
    asyncio.run(auditor.work())
    auditor._database.dispose()
    auditor._database = auditors_database("postgresql+psycopg://nobody:nothing@127.0.0.1:1/none")
    for seconds in (0, 60, 95, 110):
        ticks.seconds = seconds
        asyncio.run(auditor.work())
    said = [each.text for each in house.staff_bot.sent + house.sms.sent]
    assert said == ["The database cannot be reached. Nobody is paged now. Call whoever runs the machine."] * 2


def test_an_auditor_that_never_saw_the_database_reaches_nobody_and_does_not_fail(house: House, make: Make) -> None:
    ticks = Ticks()
    auditor = make("postgresql+psycopg://nobody:nothing@127.0.0.1:1/none", ticks)
    asyncio.run(auditor.work())
    ticks.seconds = 1000
    asyncio.run(auditor.work())
    assert house.staff_bot.sent == []


async def _with_dead_man(status: int, work: Callable[[str], Awaitable[object]]) -> list[bytes]:
    """Runs `work` beside an address outside; the first lines it was asked."""
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0])
        elsewhere = b"location: http://127.0.0.1:1/elsewhere\r\n" if status == 302 else b""
        writer.write(b"HTTP/1.1 %d X\r\n%scontent-length: 0\r\nconnection: close\r\n\r\n" % (status, elsewhere))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        await work(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/alive/9b2e")
    return asked


@pytest.mark.parametrize(("status", "heard"), [(200, True), (500, False), (302, False)])
def test_the_dead_man_address_is_asked_after_an_audit_that_found_nothing(
    house: House, make: Make, status: int, heard: bool
) -> None:
    _beats(house)

    async def work(url: str) -> None:
        house.settings.dead_man_url = SecretStr(url)
        await make().work()

    assert asyncio.run(_with_dead_man(status, work)) == [b"GET /alive/9b2e HTTP/1.1"]
    with house.database.transaction() as session:
        assert (session.get_one(AuditorPass, 1).pinged_at is not None) is heard


def test_the_dead_man_address_hears_nothing_after_a_finding(house: House, make: Make) -> None:
    house.arrives(CRY)
    house.pass_time(LATE)
    _beats(house)

    async def work(url: str) -> None:
        house.settings.dead_man_url = SecretStr(url)
        await make().work()

    assert asyncio.run(_with_dead_man(200, work)) == []


def test_an_address_nobody_answers_at_is_no_failure_of_the_audit(house: House, make: Make) -> None:
    _beats(house)
    house.settings.dead_man_url = SecretStr("http://127.0.0.1:1/alive")
    asyncio.run(make().work())
    with house.database.transaction() as session:
        looked = session.get_one(AuditorPass, 1)
    assert (looked.findings, looked.pinged_at) == (0, None)
    assert (house.rows(Alarm), house.rows(Report), house.rows(AlarmEvent), house.rows(EngineHeartbeat)) == (0, 0, 0, 1)
