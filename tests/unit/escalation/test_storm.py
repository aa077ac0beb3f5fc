"""Five hundred false alarms and a real one, in ten minutes, and nobody acknowledges anything: the real one is named in
the first page that leaves after it came."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from bot.database.tables import Alarm, Conversation, Page, Report
from bot.escalation.alarms import raise_alarm
from bot.messages.paging_limits import FIRST_PAGES_APART, REPEATED_PAGES_APART
from bot.reports.urgency import Urgency
from tests.unit.escalation.crowd import numbers_in
from tests.unit.house import CRY, OTHER_REPORTER, House

FALSE_ALARMS, REAL_CAME_AFTER = 500, 290
TICK = timedelta(seconds=20)
TICKS = 30


def _raise(session: Session, house: House, count: int) -> None:
    """False alarms of the same urgency as the real one: nothing but their being first-paged tells them apart."""
    for _ in range(count):
        conversation = session.execute(
            insert(Conversation)
            .values(id=text("gen_random_uuid()"), pseudonym=text("gen_random_uuid()::text"), public_key=b"x" * 32)
            .returning(Conversation)
        ).scalar_one()
        report = Report(conversation_id=conversation.id, urgency="CRITICAL", urgency_reasons=["weapon"], language="en")
        session.add(report)
        session.flush()
        raise_alarm(session, report, Urgency.CRITICAL, "weapon", house.settings)


def _let_it_storm(house: House) -> tuple[int, list[tuple[int, str, str]]]:
    """The real case's number, and every page as (tick, address, words)."""
    real, seen, raised = 0, [], 0
    house.arrives(CRY, sender=OTHER_REPORTER)  # the first message ever loads the urgency floor, which takes real time
    for tick in range(TICKS):
        due = (tick + 1) * FALSE_ALARMS // TICKS
        with house.database.transaction() as session:
            _raise(session, house, due - raised)
        if real == 0 and due >= REAL_CAME_AFTER:
            house.arrives(CRY)
            real = house.report().number
        raised = due
        for _ in range(2):
            house.pass_time(TICK / 2)
            house.sweep()
            before = len(house.staff_bot.sent)
            house.send()
            seen += [(tick, each.address, each.text) for each in house.staff_bot.sent[before:]]
    return real, seen


@pytest.mark.timeout(400)
def test_rule_25_the_real_alarm_among_five_hundred_is_named_in_the_first_page_after_it_came(house: House) -> None:
    house = replace(house, settings=house.settings.model_copy(update={"step_timeout": timedelta(minutes=3)}))
    house.on_call("Dara")
    house.on_call("Vanna", step=2)
    real, seen = _let_it_storm(house)
    with house.database.transaction() as session:
        raised_in = next(tick for tick in range(TICKS) if (tick + 1) * FALSE_ALARMS // TICKS >= REAL_CAME_AFTER)
        unpaged = session.scalars(select(Alarm.id).where(Alarm.first_paged_at.is_(None))).all()
        named_late = session.scalars(select(Alarm.id).where(Alarm.first_paged_at - Alarm.raised_at > 2 * TICK)).all()
    assert unpaged == [], "none of the others was lost for it"
    assert named_late == []
    to_dara = [(tick, words) for tick, address, words in seen if address == "chat of Dara"]
    tick, words = next((tick, words) for tick, words in to_dara if tick >= raised_in)
    assert real in numbers_in(words)
    assert tick == raised_in
    assert all(len(words) <= 900 for _, _, words in seen)
    per_minute = Counter((address, tick * TICK // timedelta(minutes=1)) for tick, address, _ in seen)
    first, again = (timedelta(minutes=1) / apart for apart in (FIRST_PAGES_APART, REPEATED_PAGES_APART))
    assert max(per_minute.values()) <= first + again
    vanna = [count for (address, _), count in per_minute.items() if address == "chat of Vanna"]
    assert max(vanna) <= again + 1, "who is paged only for what others did not take is paged twice a minute"
    assert len(seen) < FALSE_ALARMS < house.rows(Page), "many pages were written, few made a sound"


def test_two_hundred_first_pages_at_once_are_one_page_that_names_every_one(house: House) -> None:
    """By SMS it keeps its three parts, because numbers in a row are told as one range."""
    house.on_call("Dara", ways=(("sms", "+12025550122"),))
    with house.database.transaction() as session:
        _raise(session, house, 200)
    house.send()
    [page] = house.pages()
    assert numbers_in(page.text.rsplit("Open the console", 1)[0]) - {200} >= set(range(101, 300)) - {200}
    assert "200 urgent cases waiting" in page.text
