"""`sampan explain`: what is understood of a message, and how urgent that makes it. One line in, one JSON object out.

The same parts decide here that decide for a person who writes: reading, language, floor, model, triage. Nothing is
stored."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TextIO

from bot.console.labels import labels
from bot.conversation.engine import Understanding
from bot.conversation.languages import hear
from bot.conversation.rasa_engine import RasaEngine, loopback_client
from bot.database.states import ReportKind
from bot.errors import EngineError
from bot.messages.message import MessageKind
from bot.messages.normalising import read
from bot.operations.installation import load_settings
from bot.operations.model_process import running_model
from bot.reports import urgency_floor
from bot.reports.triage import Verdict, judge
from bot.reports.urgency import Urgency
from bot.reports.urgency_floor import FloorVerdict, assess

CHANNELS = ("telegram", "sms")
UNKNOWN = "und"  # ISO 639-2: the language could not be told
_LONGEST_FOR_THE_MODEL = 2000  # characters, as in a conversation
_KINDS = {
    "help_self": ReportKind.HELP_REQUEST,
    "help_other": ReportKind.HELP_REQUEST,
    "report_tip": ReportKind.TIP,
    "ask_information": ReportKind.QUESTION,
    "nlu_fallback": ReportKind.UNCLEAR,
}
_HIGH_INTENTS = {"talk_to_person": "person_wanted"}
Understand = Callable[[str, str], Awaitable[Understanding]]


async def explain(raw: str, understand: Understand | None, *, channel: str = "telegram") -> dict[str, Any]:
    """Everything that is understood of one message. Without `understand` it is the floor's view alone; when the model
    fails, too, and `error` says so."""
    reading = read(raw)
    floor = assess(reading)
    heard = hear(reading.text, floor_languages=floor.languages)
    understanding, error = None, None
    if understand is not None and reading.text.strip("/ "):
        try:
            understanding = await understand(_for_the_model(reading.text, channel), heard.language or "en")
        except EngineError as failure:
            error = str(failure)
    verdict = _verdict(floor, understanding, language_known=not heard.foreign)
    reasons = labels("reason")
    return {
        "text": raw,
        "language": heard.code or UNKNOWN,
        "languages": list(heard.languages),
        "script": heard.script,
        "encoding": reading.encoding,
        "normalised": reading.text,
        "intent": understanding.intent if understanding else None,
        "confidence": round(understanding.confidence, 4) if understanding else None,
        "entities": [
            {"entity": each.entity, "value": each.value, "text": each.text}
            for each in (understanding.entities if understanding else ())
        ],
        "urgency": verdict.urgency.value.lower(),
        "floor": floor.urgency.value.lower() if floor.urgency else "none",
        "reasons": [reasons.get(reason, reason.replace("_", " ")) for reason in verdict.reasons],
        **({"error": error} if error else {}),
    }


def _for_the_model(text: str, channel: str) -> str:
    """On Telegram a leading slash is a command's; what people type is heard without it. In an SMS it is a character."""
    return (text.lstrip("/ ") if channel == "telegram" else text)[:_LONGEST_FOR_THE_MODEL]


def _verdict(floor: FloorVerdict, understanding: Understanding | None, *, language_known: bool) -> Verdict:
    intent = understanding.intent if understanding else "nlu_fallback"
    high = _HIGH_INTENTS.get(intent or "")
    return judge(
        floor=floor.urgency,
        floor_reasons=floor.reasons,
        raised=[(Urgency.HIGH, high)] if high else (),
        kind=_KINDS.get(intent or "nlu_fallback"),
        message_kind=MessageKind.TEXT,
        language_known=language_known,
        themes=[theme for theme, _ in understanding.themes] if understanding else (),
        perhaps_urgent=understanding.perhaps_urgent if understanding else False,
    )


def explain_lines(lines: Iterable[bytes], out: TextIO, *, with_model: bool, channel: str) -> None:
    """Explain every line of bytes, in order; one that cannot be read gives an object with an error, and on it goes."""
    settings = load_settings()
    urgency_floor.warm_up(settings.floor_pack)
    if not with_model:
        asyncio.run(_explain_all(lines, out, None, channel))
        return
    with running_model(settings) as port:
        asyncio.run(_with_engine(lines, out, port, channel))


async def _with_engine(lines: Iterable[bytes], out: TextIO, port: int, channel: str) -> None:
    async with loopback_client(port) as client:
        await _explain_all(lines, out, RasaEngine(client).understand, channel)


async def _explain_all(lines: Iterable[bytes], out: TextIO, understand: Understand | None, channel: str) -> None:
    for number, line in enumerate(lines, start=1):
        try:
            text = line.rstrip(b"\r\n").decode("utf-8")
        except UnicodeDecodeError as error:
            answer: dict[str, Any] = {"line": number, "error": f"byte {error.start + 1} is not UTF-8"}
        else:
            answer = await explain(text, understand, channel=channel)
        out.write(json.dumps(answer, ensure_ascii=False) + "\n")
        out.flush()
