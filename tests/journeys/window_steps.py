"""The clock of somebody who named a window, in a journey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from bot.database.session import wake
from bot.database.states import Author, OutboxState
from bot.database.tables import ContactPoint, OutboxMessage
from bot.messages.holding import HoldRules
from bot.messages.what_was_held import release_in_a_window
from tests.unit.conversation_turns.windows import zone_where_it_is

if TYPE_CHECKING:
    from tests.journeys.scene import Scene


@dataclass(frozen=True, kw_only=True)
class TheirClockShows:
    """It becomes this hour where the writer is; whoever watches the windows has looked, and these come to the phone."""

    hour: int
    shows: str = ""

    def play(self, scene: Scene) -> None:
        scene.noticed(lambda: self._move(scene), self.shows, lambda: self._watched(scene))

    def _move(self, scene: Scene) -> None:
        zone = zone_where_it_is(scene.stage.database, self.hour)
        theirs = update(ContactPoint).where(ContactPoint.conversation_id.in_(scene.conversations))
        with scene.stage.database.transaction() as session:
            session.execute(theirs.where(ContactPoint.safe_zone.is_not(None)).values(safe_zone=zone))
            wake(session, "alarms")

    def _watched(self, scene: Scene) -> bool:
        """One more watcher finds nothing to let go; and what a person wrote is held no more, where it is to be read."""
        held = select(OutboxMessage.id).where(
            OutboxMessage.conversation_id.in_(scene.conversations),
            OutboxMessage.author == Author.STAFF,
            OutboxMessage.state == OutboxState.HELD,
        )
        with scene.stage.database.transaction() as session:
            released = release_in_a_window(session, HoldRules.of(scene.stage.world.settings))
            return not released and (not self.shows or session.scalars(held.limit(1)).first() is None)
