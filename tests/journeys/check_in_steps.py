"""What becomes of an agreed check-in, in a journey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.database.states import CheckInState
from bot.database.tables import CheckIn

if TYPE_CHECKING:
    from tests.journeys.scene import Scene


@dataclass(frozen=True, kw_only=True)
class CheckInIs:
    """The newest one of this conversation comes to stand so; meanwhile nothing is shown on any phone."""

    state: CheckInState

    def play(self, scene: Scene) -> None:
        scene.noticed(lambda: None, "", lambda: _state(scene) is self.state)


def _state(scene: Scene) -> CheckInState | None:
    rows = select(CheckIn.state).where(CheckIn.conversation_id.in_(scene.conversations)).order_by(CheckIn.id.desc())
    with scene.stage.database.transaction() as session:
        return session.scalars(rows.limit(1)).first()
