"""The dialogue engine that the Rasa process serves over loopback. FallbackEngine stands in for its failures."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import httpx

from bot.conversation.directives import parse_directive
from bot.conversation.engine import Entity, Say, TurnAnswer, TurnRequest, Understanding
from bot.errors import EngineError

TURN_TIMEOUT_SECONDS = 2.5
PROBE_TIMEOUT_SECONDS = 0.25
IN_FLIGHT = 2  # the process takes one turn at a time; a second one may wait at its door, more only grow old there


def loopback_client(port: int) -> httpx.AsyncClient:
    """A client for the Rasa process on this machine. It ignores proxies: no text may pass through one."""
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False)


class RasaEngine:
    """A DialogueEngine over HTTP. Whatever goes wrong is an EngineError, which says nothing of what was written."""

    def __init__(self, client: httpx.AsyncClient, *, timeout_seconds: float = TURN_TIMEOUT_SECONDS) -> None:
        self._client = client
        self._timeout_seconds = timeout_seconds
        self._in_flight = asyncio.Semaphore(IN_FLIGHT)

    async def take_turn(self, request: TurnRequest) -> TurnAnswer:
        """One turn, within the time limit, waiting for a place included. Raises EngineError."""
        body = {
            "state": request.state,
            "text": request.text,
            "language": request.language,
            "channel": request.channel,
            "situation": asdict(request.situation),
            "now": request.received_at.isoformat() if request.received_at else None,
        }
        return read_answer(await self._post("/turn", body))

    async def understand(self, text: str, language: str) -> Understanding:
        """What the model makes of one normalised text, without a conversation. Raises EngineError."""
        content = await self._post("/understand", {"text": text, "language": language})
        try:
            return _understanding(json.loads(content))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise EngineError("the model's answer cannot be read") from None

    async def _post(self, path: str, body: Mapping[str, Any]) -> bytes:
        try:
            async with asyncio.timeout(self._timeout_seconds), self._in_flight:
                response = await self._client.post(path, json=body, timeout=self._timeout_seconds)
        except TimeoutError:
            raise EngineError("the model was late") from None
        except httpx.HTTPError as error:
            raise EngineError(f"the model could not be reached ({type(error).__name__})") from None
        if response.status_code != httpx.codes.OK:
            raise EngineError(f"the model answered with status {response.status_code}")
        return response.content

    async def is_healthy(self) -> bool:
        """Whether the process says that its model is loaded. It never raises."""
        try:
            async with asyncio.timeout(PROBE_TIMEOUT_SECONDS):
                response = await self._client.get("/health")
            return response.status_code == httpx.codes.OK and response.json().get("status") == "ok"
        except (TimeoutError, httpx.HTTPError, ValueError, AttributeError):
            return False


def read_answer(content: bytes) -> TurnAnswer:
    """The answer in our types. EngineError when it is malformed, or says and does nothing."""
    try:
        raw = json.loads(content)
        answer = TurnAnswer(
            understanding=_understanding(raw["understanding"]),
            say=tuple(_say(each) for each in raw["say"]),
            do=tuple(parse_directive(each) for each in raw["do"]),
            state=_state(raw["state"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise EngineError("the model's answer cannot be read") from None
    if not answer.say and not answer.do:
        raise EngineError("the model's answer is empty")
    return answer


def _understanding(raw: Mapping[str, Any]) -> Understanding:
    return Understanding(
        intent=raw["intent"],
        confidence=float(raw["confidence"]),
        entities=tuple(
            Entity(entity=str(each["entity"]), value=str(each["value"]), text=str(each["text"]))
            for each in raw["entities"]
        ),
        themes=tuple((str(each["name"]), float(each["confidence"])) for each in raw["themes"]),
        perhaps_urgent=bool(raw["perhaps_urgent"]),
    )


def _say(raw: Mapping[str, Any]) -> Say:
    name = raw["response"]
    if not isinstance(name, str) or not name.startswith("utter_"):
        raise ValueError("not the name of a response")
    return Say(response=name, arguments={str(key): str(value) for key, value in raw["arguments"].items()})


def _state(raw: Any) -> Mapping[str, Any]:
    if not isinstance(raw, dict) or not isinstance(raw["slots"], dict):
        raise TypeError("not a state")
    return raw
