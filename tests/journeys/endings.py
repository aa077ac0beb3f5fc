"""What holds at the end of every journey, whatever happened in it; last of all it is erased."""

from __future__ import annotations

from sqlalchemy import func, select

from bot.database.states import OutboxState
from bot.database.tables import Alarm, ChatMessage, ContactPoint, Conversation, InboxMessage, OutboxMessage, Report
from bot.reports.urgency import Urgency
from tests.journeys.response_names import spoken
from tests.journeys.scene import MOST_OF_THE_BOT, Scene
from tests.journeys.stage import Stage
from tests.journeys.telephones import Telephone, wait_until

WIPE = {"en": "wipe", "th": "ลบ", "km": "លុប", "vi": "xoa", "my": "ဖျက်"}
YES = {"en": "1", "th": "๑", "km": "១", "vi": "1", "my": "၁"}
ARRIVED = (OutboxState.SENT, OutboxState.DELIVERED)


def ends_well(scene: Scene) -> None:
    """Two messages a turn at most; nothing sent twice; every urgent message has its alarm, whose page tells no word;
    and it can be erased."""
    assert scene.most_said_at_once() <= MOST_OF_THE_BOT, "more than two messages in one turn"
    _nothing_was_sent_twice(scene)
    _every_urgent_message_has_its_alarm(scene)
    _no_page_tells_what_was_written(scene)
    _can_be_erased(scene)


def _nothing_was_sent_twice(scene: Scene) -> None:
    """As many messages stand on the screens as rows say that they were sent."""
    rows = select(func.count()).where(OutboxMessage.conversation_id.in_(scene.of_all), OutboxMessage.state.in_(ARRIVED))
    with scene.stage.database.transaction() as session:
        sent = session.scalar(rows)
    assert sum(len(phone.shown()) for phone in scene.cast.values()) == sent, "screens and outbox differ"


def _every_urgent_message_has_its_alarm(scene: Scene) -> None:
    with scene.stage.database.transaction() as session:
        urgent = [
            message.conversation_id
            for message in session.scalars(
                select(InboxMessage).where(
                    InboxMessage.conversation_id.in_(scene.conversations), InboxMessage.floor_urgency.is_not(None)
                )
            )
            if message.floor_urgency and Urgency(message.floor_urgency).pages
        ]
        numbers = [
            session.scalars(select(Report.number).join(Alarm).where(Report.conversation_id == each)).first()
            for each in urgent
        ]
    assert None not in numbers, "an urgent message has no alarm"
    wait_until("the pages of urgent messages", lambda: all(scene.pages(number) for number in numbers))


def _no_page_tells_what_was_written(scene: Scene) -> None:
    addresses = [phone.address for phone in scene.cast.values()]
    for page in scene.pages():
        assert not any(secret in page for secret in [*addresses, *(text for _, text in scene.told)])


def _can_be_erased(scene: Scene) -> None:
    """From whatever state it is in: the word and a yes. The alarm stays."""
    phone = _who_can_erase(scene)
    before = _alarms(scene)
    _write(scene, phone, WIPE[spoken(scene.journey.language)])
    ids = list(filter(None, [phone.conversation()]))
    assert ids, "the phone has no conversation to erase"
    _write(scene, phone, YES[spoken(scene.journey.language)])
    scene.stage.wiped += ids
    with scene.stage.database.transaction() as session:
        kept = select(func.count()).where(InboxMessage.conversation_id.in_(ids), InboxMessage.text_sealed.is_not(None))
        assert session.scalar(kept) == 0, "words are left"
        facts = select(func.count()).where(Report.conversation_id.in_(ids), Report.facts_sealed.is_not(None))
        assert session.scalar(facts) == 0, "facts are left"
        found = select(func.count()).where(
            ContactPoint.conversation_id.in_(ids), ContactPoint.address_hash.is_not(None)
        )
        assert session.scalar(found) == 0, "the phone is still known"
    assert _alarms(scene) == before, "an alarm changed"


def _who_can_erase(scene: Scene) -> Telephone:
    """The phone that has the writer's conversation now."""
    having = [phone for phone in scene.cast.values() if phone.conversation() in scene.conversations]
    return having[-1] if having else scene.cast["the writer"]


def _write(scene: Scene, phone: Telephone, text: str) -> None:
    seen = len(phone.shown())
    scene.handled(phone, lambda: phone.writes(text))
    assert len(phone.shown()) > seen, "erasing is answered with silence"


def _alarms(scene: Scene) -> list[tuple[int, str, str]]:
    with scene.stage.database.transaction() as session:
        rows = (
            select(Alarm.id, Alarm.reason, Report.urgency)
            .join(Report)
            .where(Report.conversation_id.in_(scene.conversations), Alarm.closed_at.is_(None))
            .order_by(Alarm.id)
        )
        return [(number, reason, urgency) for number, reason, urgency in session.execute(rows)]


def all_keys_are_gone(stage: Stage) -> None:
    """Of every journey that was erased: keys and address are destroyed, and no chat is still to be emptied."""

    def gone() -> bool:
        with stage.database.transaction() as session:
            keys = select(Conversation.id).where(
                Conversation.id.in_(stage.wiped), Conversation.private_key_wrapped.is_not(None)
            )
            left = select(ChatMessage.id).where(ChatMessage.conversation_id.in_(stage.wiped))
            points = select(ContactPoint.id).where(
                ContactPoint.conversation_id.in_(stage.wiped), ContactPoint.address_sealed.is_not(None)
            )
            return not any(session.scalars(each.limit(1)).first() for each in (keys, left, points))

    wait_until("keys, addresses and chats of what was erased are gone", gone)
