"""One running world for all journeys of a module: the service, PostgreSQL, the trained model in a Rasa process of its
own under the supervisor's watch, and the providers. Each journey has phones nobody used before."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
from sqlalchemy import DateTime, select, text

from bot.conversation.engine import TurnAnswer, TurnRequest
from bot.conversation.fallback_engine import FallbackEngine
from bot.conversation.rasa_engine import RasaEngine, loopback_client
from bot.conversation.scripted_engine import ScriptedEngine
from bot.conversation.wording import Wording
from bot.database.migrate import upgrade
from bot.database.session import Database, wake
from bot.database.tables import Alarm, Page, Report, Table
from bot.operations.children import Child
from bot.operations.embedded_postgres import temporary_postgres
from bot.operations.pieces import rasa_plan
from bot.privacy.sealing import ServiceKeys
from bot.settings import Settings
from tests.journeys.response_names import ResponseNames
from tests.journeys.staff_browser import StaffBrowser
from tests.journeys.telephones import TELEGRAM, Exchange, wait_until
from tests.journeys.world import RESPONDER_CHAT, World, free_port, night
from tests.rasa_environment.served_model import model_path

RESPONDER = "Dara"
_MODEL_TIMEOUT_SECONDS = 30.0  # what a slow machine does to a turn is not what these stories are about


class Witness:
    """The model, and how many turns it has taken: so that a story can tell who answered."""

    def __init__(self, model: RasaEngine) -> None:
        self._model = model
        self.turns = 0

    async def take_turn(self, request: TurnRequest) -> TurnAnswer:
        """As the model does."""
        answer = await self._model.take_turn(request)
        self.turns += 1
        return answer

    async def is_healthy(self) -> bool:
        """As the model says."""
        return await self._model.is_healthy()


@dataclass(kw_only=True)
class Stage:
    """What all journeys share."""

    world: World
    exchange: Exchange
    names: ResponseNames
    witness: Witness
    rasa: Child
    rasa_url: str
    say: Callable[[str], None]  # prints a figure, whatever pytest captures
    wiped: list[UUID] = field(default_factory=list)  # by the journeys; their keys must be gone in the end
    model_is_dead: bool = False
    played: int = 0
    _staff: list[StaffBrowser] = field(default_factory=list)

    @property
    def database(self) -> Database:
        """The journeys' own."""
        return self.world.database

    def staff(self) -> StaffBrowser:
        """The responder's browser, signed in once."""
        if not self._staff:
            self._staff.append(StaffBrowser(self.world, RESPONDER))
        return self._staff[0]

    def model_dies(self) -> None:
        """kill -9, and nobody starts it again before `model_comes_back`."""
        self.model_is_dead = True
        assert self.rasa.pid is not None
        os.kill(self.rasa.pid, signal.SIGKILL)

    def model_comes_back(self) -> None:
        """The supervisor notices the death and starts the process again; true when the model takes turns again."""

        def ready() -> bool:
            self.rasa.watch()
            return _is_healthy(self.rasa_url)

        wait_until("the model came back", ready)
        self.wait_for_model()
        self.model_is_dead = False

    def wait_for_model(self) -> None:
        """Until a turn is the model's: after a failure it is left alone for some seconds."""
        seen, probe = self.witness.turns, self.exchange.telephone(TELEGRAM)

        def answered() -> bool:
            before = len(probe.shown())
            probe.writes("hello")
            wait_until("a probe was answered", lambda: len(probe.shown()) > before)
            return self.witness.turns > seen

        wait_until("the model answered", answered)

    def pass_time(self, conversations: Sequence[UUID], interval: timedelta) -> None:
        """Every instant in every row of these conversations moves back; nobody else's does."""
        values = {"ids": list(conversations), "seconds": interval.total_seconds()}
        with self.database.transaction() as session:
            reports = list(session.scalars(select(Report.id).where(Report.conversation_id.in_(conversations))))
            alarms = list(session.scalars(select(Alarm.id).where(Alarm.report_id.in_(reports))))
            for table in Table.metadata.sorted_tables:
                instants = [column.name for column in table.columns if isinstance(column.type, DateTime)]
                whose = _whose(table.name, set(table.columns.keys()))
                if instants and whose:
                    shifts = ", ".join(f'"{name}" = "{name}" - make_interval(secs => :seconds)' for name in instants)
                    statement = text(f'update "{table.name}" set {shifts} where {whose}')
                    session.execute(statement, values | {"reports": reports, "alarms": alarms})
            wake(session, "alarms")


def _whose(table: str, columns: set[str]) -> str | None:
    """The rows of a table that belong to the conversations; None for a table of the house."""
    if table == "conversation":
        return "id = any(:ids)"
    if table == Alarm.__tablename__:
        return "report_id = any(:reports)"
    if table == Page.__tablename__:
        return "alarm_id = any(:alarms)"
    return "conversation_id = any(:ids)" if "conversation_id" in columns else None


@contextmanager
def opened_stage(
    keys: ServiceKeys, wording: Wording, folder: Path, say: Callable[[str], None], **changed: object
) -> Iterator[Stage]:
    """Start everything; all of it is ended on leaving. `changed` replaces settings."""
    with ExitStack() as stack:
        server = stack.enter_context(temporary_postgres())
        upgrade(server.url)
        database = Database(server.url)
        stack.callback(database.dispose)
        settings = Settings(_env_file=None, data_dir=folder, rasa_port=free_port())
        model = model_path()
        rasa = Child(lambda: rasa_plan(settings, model))
        rasa.start()
        stack.callback(lambda: rasa.stop(timedelta(seconds=5)))
        client = loopback_client(settings.rasa_port)
        witness = Witness(RasaEngine(client, timeout_seconds=_MODEL_TIMEOUT_SECONDS))
        engine = FallbackEngine(witness, ScriptedEngine())
        url = f"http://127.0.0.1:{settings.rasa_port}/health"
        wait_until("the model was loaded", lambda: _is_healthy(url))
        world = stack.enter_context(night(database, keys, folder, engine, afterwards=client.aclose, **changed))
        world.on_call(RESPONDER, chat=RESPONDER_CHAT)
        yield Stage(
            world=world,
            exchange=Exchange(world),
            names=ResponseNames(wording),
            witness=witness,
            rasa=rasa,
            rasa_url=url,
            say=say,
        )


def _is_healthy(url: str) -> bool:
    try:
        return httpx.get(url, timeout=1.0, trust_env=False).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
