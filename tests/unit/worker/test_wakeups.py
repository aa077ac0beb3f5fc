"""A notification wakes at once, a lost one costs a second, and a line that is dead without saying so is noticed. These
tests measure waiting, so that they wait: for a second or two."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import monotonic

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from bot.database.session import Database, conninfo_of, database_now, wake
from bot.errors import DatabaseDownError
from bot.worker.wakeups import Wakeups
from tests.fakes.swallowing_proxy import SwallowingProxy

Work = Callable[[Wakeups, SwallowingProxy], Awaitable[None]]
_MOST_SECONDS = 10.0


def _behind_proxy(database: Database, work: Work) -> None:
    """Somebody listens through a proxy, checking twice a second, while `work` is done."""

    async def run() -> None:
        async with _proxy(database).running() as proxy:
            url = make_url(database.url).set(host="127.0.0.1", port=proxy.port, query={})
            wakeups = Wakeups(
                conninfo_of(url.render_as_string(hide_password=False)), check_seconds=0.2, answer_seconds=0.3
            )
            listening = asyncio.create_task(wakeups.listen())
            try:
                await _until(lambda: _notified(database, wakeups))
                await work(wakeups, proxy)
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)

    asyncio.run(run())


def _proxy(database: Database) -> SwallowingProxy:
    with database.transaction() as session:
        folder, port = session.scalar(text("show unix_socket_directories")), session.scalar(text("show port"))
    return SwallowingProxy(f"{folder}/.s.PGSQL.{port}")


async def _seconds_to_wake(database: Database, wakeups: Wakeups, *, notify: bool) -> float:
    """How long a waiter waits when somebody notifies, or nobody does."""
    began = monotonic()
    waiting = asyncio.create_task(wakeups.wait("alarms"))
    await asyncio.sleep(0)
    if notify:
        await database.run(lambda session: wake(session, "alarms"))
    await waiting
    return monotonic() - began


async def _notified(database: Database, wakeups: Wakeups) -> bool:
    return await _seconds_to_wake(database, wakeups, notify=True) < 0.8


async def _until(holds: Callable[[], Awaitable[bool]]) -> float:
    """Seconds until it holds."""
    began = monotonic()
    while not await holds():
        assert monotonic() - began < _MOST_SECONDS
    return monotonic() - began


def test_a_lost_notification_costs_a_second_at_most(database: Database) -> None:
    async def work(wakeups: Wakeups, _proxy: SwallowingProxy) -> None:
        assert 0.9 < await _seconds_to_wake(database, wakeups, notify=False) < 1.5

    _behind_proxy(database, work)


def test_a_half_open_connection_is_noticed_in_seconds_and_listened_to_anew(database: Database) -> None:
    async def work(wakeups: Wakeups, proxy: SwallowingProxy) -> None:
        proxy.swallow()
        seconds = await _until(lambda: _notified(database, wakeups))
        assert seconds < 5
        assert proxy.connections == 2

    _behind_proxy(database, work)


def test_while_it_is_dead_the_loops_look_once_a_second_all_the_same(database: Database) -> None:
    async def work(wakeups: Wakeups, proxy: SwallowingProxy) -> None:
        proxy.swallow(for_all=True)
        assert 0.9 < await _seconds_to_wake(database, wakeups, notify=True) < 1.5

    _behind_proxy(database, work)


@pytest.mark.parametrize("hung_before", [True, False], ids=["an idle connection", "a new one"])
def test_a_statement_on_a_line_that_swallows_ends_by_itself(database: Database, hung_before: bool) -> None:
    """Were it not for the connection's own patience this would wait until the test run is killed."""

    async def run() -> None:
        async with _proxy(database).running() as proxy:
            url = make_url(database.url).set(host="127.0.0.1", port=proxy.port, query={})
            address = url.render_as_string(hide_password=False)
            behind = Database(address, pool_size=1, most_beyond=0, statement_timeout=timedelta(seconds=0.5))
            if hung_before:
                await behind.run(database_now)
            proxy.swallow(for_all=True)
            began = monotonic()
            with pytest.raises(DatabaseDownError):
                await asyncio.wait_for(behind.run(database_now), _MOST_SECONDS)
            assert monotonic() - began < _MOST_SECONDS
            behind.dispose()

    asyncio.run(run())


def _woken(wakeups: Wakeups, waiters: list[tuple[str, str | None]], then: Callable[[], None]) -> list[int]:
    """Which of these waiters (queue, team) are woken by what is done then; all others are left to their second."""

    async def run() -> list[int]:
        tasks = [asyncio.create_task(wakeups.wait(queue, team=team)) for queue, team in waiters]
        await asyncio.sleep(0)
        then()
        for _ in range(5):
            await asyncio.sleep(0)
        woken = [number for number, task in enumerate(tasks) if task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return woken

    return asyncio.run(run())


TEAM = [("outbox", "senders"), ("outbox", "senders"), ("outbox", None), ("outbox", "others"), ("inbox", "senders")]


def test_a_notification_wakes_one_of_each_team_and_whoever_waits_alone() -> None:
    wakeups = Wakeups("")
    assert _woken(wakeups, TEAM, lambda: wakeups._wake("outbox")) == [0, 2, 3]


def test_who_found_something_wakes_the_next_of_the_team() -> None:
    wakeups = Wakeups("")
    assert _woken(wakeups, TEAM, lambda: wakeups.found("outbox", "senders")) == [0]


def test_everybody_is_woken_when_a_notification_may_have_been_lost() -> None:
    wakeups = Wakeups("")
    assert _woken(wakeups, TEAM, wakeups.wake_all) == [0, 1, 2, 3, 4]


def test_who_comes_back_from_work_after_a_notification_looks_once_more() -> None:
    wakeups = Wakeups("")
    assert _woken(wakeups, TEAM[:1], lambda: wakeups._wake("outbox")) == [0]
    wakeups._wake("outbox")  # while the only one of the team is at work
    assert _woken(wakeups, TEAM[:2], lambda: None) == [0], "one look is enough, the other waits"
    assert _woken(wakeups, TEAM[:2], lambda: None) == []
