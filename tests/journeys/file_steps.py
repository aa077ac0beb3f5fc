"""Files in a journey: fetched, heard by a named person; or locked, because a child and sexual abuse were named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from bot.database.states import FileState
from bot.database.tables import Attachment, AuditEntry, Report, Staff
from tests.journeys.stage import RESPONDER
from tests.journeys.telephones import FILES, wait_until

if TYPE_CHECKING:
    from tests.journeys.scene import Scene


@dataclass(frozen=True, kw_only=True)
class StaffOpenFile:
    """The responder opens the file of the case, and gets what was sent; that it was her stands in the trail."""

    kind: str
    shows: str = ""

    def play(self, scene: Scene) -> None:
        number = _case_with_a_file(scene)
        before = _opened(scene, number)
        given: list[bytes] = []

        def opens() -> None:
            scene.stage.staff().open_case(number)
            given.append(scene.stage.staff().open_file().content)

        scene.noticed(opens, self.shows)
        assert given == [FILES[self.kind]], "it is another file"
        assert _opened(scene, number) == before + 1, "nobody stands for it"


@dataclass(frozen=True, kw_only=True)
class StaffFindItLocked:
    """The file came and is kept, and no single person is offered to look into it."""

    shows: str = ""

    def play(self, scene: Scene) -> None:
        number = _case_with_a_file(scene)
        scene.noticed(lambda: scene.stage.staff().open_case(number), self.shows)
        assert not scene.stage.staff().is_offered_a_file(), "it can be opened"
        with scene.stage.database.transaction() as session:
            locked = session.scalars(
                select(Attachment.locked_at).where(Attachment.conversation_id.in_(scene.conversations))
            ).all()
        assert locked, "there is no file"
        assert None not in locked, "a file is not locked"


def _case_with_a_file(scene: Scene) -> int:
    """The newest case, once everything that was sent is here."""

    def here() -> bool:
        states = select(Attachment.state).where(Attachment.conversation_id.in_(scene.conversations))
        with scene.stage.database.transaction() as session:
            found = session.scalars(states).all()
        return bool(found) and set(found) == {FileState.HERE}

    wait_until("the file was fetched", here)
    case = scene.case()
    assert case is not None, "there is no case"
    return case.number


def _opened(scene: Scene, number: int) -> int:
    """How often the responder opened a file of this case."""
    rows = (
        select(func.count())
        .select_from(AuditEntry)
        .join(Staff, AuditEntry.staff_id == Staff.id)
        .join(Report, AuditEntry.report_id == Report.id)
        .where(AuditEntry.action == "file_opened", Staff.name == RESPONDER, Report.number == number)
    )
    with scene.stage.database.transaction() as session:
        return session.scalar(rows) or 0
