"""Two engines as one: the model while it works, the scripted one at once when it does not, and back by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

import structlog

from bot.conversation.engine import DialogueEngine, TurnAnswer, TurnRequest
from bot.errors import EngineError

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 5.0
_log = structlog.get_logger()


class ProbedEngine(DialogueEngine, Protocol):
    """An engine that can be asked, cheaply, whether it would take a turn."""

    async def is_healthy(self) -> bool:
        """Never raises."""
        ...


class FallbackEngine:
    """Takes every turn. After a failure the model is left alone for a pause that grows, then asked whether it is well.

    No person waits for a model that is known to be down: only the first of them meets its timeout.
    """

    def __init__(
        self, model: ProbedEngine, scripted: DialogueEngine, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._model = model
        self._scripted = scripted
        self._monotonic = monotonic
        self._pause_seconds = 0.0  # 0 while the model is trusted
        self._ask_again_at = 0.0

    async def take_turn(self, request: TurnRequest) -> TurnAnswer:
        """One turn by the model, or by the scripted engine while that fails. Raises only what the latter raises."""
        if await self._model_may_try():
            try:
                answer = await self._model.take_turn(request)
            except EngineError as error:
                self._pause(str(error))
            else:
                self._trust()
                return answer
        return await self._scripted.take_turn(request)

    async def _model_may_try(self) -> bool:
        if not self._pause_seconds:
            return True
        if self._monotonic() < self._ask_again_at:
            return False
        # The next ones do not ask while this one waits for the answer.
        self._ask_again_at = self._monotonic() + self._pause_seconds
        if await self._model.is_healthy():
            return True
        self._pause("still not healthy")
        return False

    def _pause(self, reason: str) -> None:
        self._pause_seconds = min(self._pause_seconds * 2 or FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS)
        self._ask_again_at = self._monotonic() + self._pause_seconds
        _log.warning("dialogue_model_paused", reason=reason, pause_seconds=self._pause_seconds)

    def _trust(self) -> None:
        if self._pause_seconds:
            _log.info("dialogue_model_back")
        self._pause_seconds = 0.0
