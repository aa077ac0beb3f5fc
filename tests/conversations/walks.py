"""Random walks: somebody writes anything at all, in any order, and every turn must keep the promises (promises.py).

A walk is told by the names of its moves; whoever knows its seed can take it again, and no text has to be kept."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml

from bench.chaos.words import CRIES, GREETINGS, LANGUAGES, PLACES, THANKS, TIPS
from bot.conversation.command_words import FOLDER, find_command
from bot.conversation.directives import parse_directive
from bot.conversation.engine import DialogueEngine, Say, Situation, TurnAnswer, TurnRequest, Understanding
from bot.conversation.scripted_engine import ScriptedEngine
from bot.conversation.scripted_turn import ScriptedTurn
from bot.dialogue.commands import INTENT_OF_KEY
from bot.dialogue.message import NOT_UNDERSTOOD, Message
from bot.dialogue.state import begin, check_state

LONGEST_WALK = 40
ORDINARY = Situation()
HELP = {
    "en": "they keep my passport and I cannot go home",
    "th": "เขายึดพาสปอร์ตผมไว้ กลับบ้านไม่ได้",
    "km": "គេដកលិខិតឆ្លងដែនខ្ញុំ ខ្ញុំទៅផ្ទះមិនបានទេ",
    "vi": "họ giữ hộ chiếu của tôi, tôi không về nhà được",
    "my": "ပတ်စပို့ သိမ်းထားလို့ အိမ်ပြန်မရဘူး",
}
HELP_OTHER = {
    "en": "my sister went there for a job and they do not let her leave",
    "th": "น้องสาวไปทำงานที่นั่นแล้วเขาไม่ให้ออกมา",
    "km": "ប្អូនស្រីខ្ញុំទៅធ្វើការនៅទីនោះ គេមិនឲ្យចេញ",
    "vi": "em gái tôi sang đó làm việc rồi họ không cho về",
    "my": "ညီမလေး အဲဒီမှာ အလုပ်သွားလုပ်တာ ပြန်မလွှတ်ဘူး",
}
ASKS = {
    "en": "is this job offer in Thailand real?",
    "th": "งานนี้จริงหรือหลอกครับ",
    "km": "តើការងារនេះពិតឬបោក?",
    "vi": "việc làm này có thật không?",
    "my": "ဒီအလုပ်က တကယ်ဟုတ်လား",
}
WANTS_TO_DIE = {
    "en": "I do not want to live any more",
    "th": "ไม่อยากมีชีวิตอยู่แล้ว",
    "km": "ខ្ញុំមិនចង់រស់ទៀតទេ",
    "vi": "tôi không muốn sống nữa",
    "my": "အသက်မရှင်ချင်တော့ဘူး",
}
INSULTS = {
    "en": "you stupid machine",
    "th": "ไอ้บอทโง่",
    "km": "ម៉ាស៊ីនឆ្កួត",
    "vi": "con bot ngu ngốc",
    "my": "စက်ရုပ် အသုံးမကျဘူး",
}
MAYBE_YES = {"en": "well yes I think so", "th": "ก็คงใช่มั้ง", "km": "ប្រហែលជាបាទ", "vi": "chắc là có đấy", "my": "ဟုတ်မယ်ထင်တယ်"}
MAYBE_NO = {
    "en": "well no, not really",
    "th": "ก็ไม่เชิงนะ",
    "km": "មិនប្រាកដទេ",
    "vi": "chắc là không đâu",
    "my": "မဟုတ်လောက်ဘူး",
}
ERASE = {
    "en": "could you make all I wrote go away",
    "th": "ช่วยเอาที่เขียนไปออกให้หมดได้ไหม",
    "km": "សូមយកអ្វីដែលខ្ញុំសរសេរចេញ",
    "vi": "làm ơn bỏ hết những gì tôi viết đi",
    "my": "ရေးထားတာတွေ အကုန်ဖယ်ပေးပါ",
}
NONSENSE = dict.fromkeys(LANGUAGES, "zzkq xqz vvk")

# What is written → what a model would take it for. A guess is never an exact word.
SENTENCES: Mapping[str, tuple[Mapping[str, str], str]] = {
    "help in words": (HELP, "help_self"),
    "help for another": (HELP_OTHER, "help_other"),
    "a tip in words": (TIPS, "report_tip"),
    "a question in words": (ASKS, "ask_information"),
    "greeting": (GREETINGS, "greet"),
    "thanks": (THANKS, "thanks"),
    "a place": (PLACES, NOT_UNDERSTOOD),
    "insult": (INSULTS, NOT_UNDERSTOOD),
    "nonsense": (NONSENSE, NOT_UNDERSTOOD),
    "perhaps yes": (MAYBE_YES, "affirm"),
    "perhaps no": (MAYBE_NO, "deny"),
    "erase, in words": (ERASE, "wipe"),
}
_GUESSES = {text: intent for sentences, intent in SENTENCES.values() for text in sentences.values()}
_GUESSES.update(dict.fromkeys(CRIES.values(), "help_self"))
_ZERO = {"th": 0x0E50, "km": 0x17E0, "my": 0x1040}


@dataclass(frozen=True, kw_only=True)
class Move:
    """One message of a walk. Its name tells what it is; its text may be long and is never shown."""

    name: str
    language: str
    text: str = field(repr=False)
    situation: Situation = ORDINARY

    @property
    def exact(self) -> bool:
        """True when the whole of it is a command word or a number."""
        return self.situation.kind == "text" and find_command(self.text.lstrip("/"), self.language) is not None

    def __str__(self) -> str:
        marks = [name for name in ("gap", "urgent", "suicidal") if getattr(self.situation, name)]
        return " ".join([f"{self.name} ({self.language})", *marks])


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A move, the state it found, and what came of it."""

    move: Move
    before: Mapping[str, Any] = field(repr=False)
    answer: TurnAnswer
    after: dict[str, Any] = field(repr=False)

    @property
    def said(self) -> tuple[str, ...]:
        """The names of the responses, without "utter_"."""
        return tuple(each.response.removeprefix("utter_") for each in self.answer.say)

    def __str__(self) -> str:
        return f"{self.move} -> {', '.join(self.said) or 'nothing'}"


def random_walk(chance: random.Random, longest: int = LONGEST_WALK) -> list[Move]:
    """Up to so many moves, mostly in one language. The same chance gives the same walk."""
    language, calm = chance.choice(LANGUAGES), chance.random() < 0.6
    length = chance.randint(1, longest)
    moves = opening(chance, language) if calm else []
    while len(moves) < length:
        if chance.random() < 0.05:
            language = chance.choice(LANGUAGES)
        moves.append(random_move(chance, language, calm=calm))
    return moves[:length]


def opening(chance: random.Random, language: str) -> list[Move]:
    """What it is about, and that it is safe: chance alone would rarely come so far."""
    topic = chance.choice(("help", "tip", "question"))
    return [
        _written(topic, chance.choice(command_lists(language)[topic]), language, ORDINARY),
        _written("1", "1", language, ORDINARY),
    ]


_KINDS = ("number", "command", "sentence", "urgent", "other")


def random_move(chance: random.Random, language: str, *, calm: bool) -> Move:
    """Any one message. Who is calm mostly answers, or nothing would ever be told to its end."""
    gap = chance.random() < (0.01 if calm else 0.08)
    kind = chance.choices(_KINDS, (55, 9, 30, 3, 3) if calm else (30, 30, 25, 7, 8))[0]
    if kind == "number":
        number = chance.choices(range(1, 10), (30, 25, 9, 9, 9, 9, 3, 3, 3))[0]
        return _written(str(number), _in_digits(chance, number, language), language, Situation(gap=gap))
    if kind == "command":
        key = chance.choice([*sorted(command_lists(language)), "skip", "skip"])
        slash = "/" if chance.random() < 0.1 else ""
        return _written(key, slash + chance.choice(command_lists(language)[key]), language, Situation(gap=gap))
    if kind == "sentence":
        name = chance.choice(list(SENTENCES))
        text = SENTENCES[name][0][language]
        if chance.random() < 0.05:
            name, text = "long text", " ".join([HELP[language]] * 60)[:2000]
        return _written(name, text, language, Situation(gap=gap))
    if kind == "urgent":
        suicidal = chance.random() < 0.3
        text = (WANTS_TO_DIE if suicidal else CRIES)[language]
        return _written("cry", text, language, Situation(gap=gap, urgent=True, suicidal=suicidal))
    silent = chance.choice(("start", "unreadable", "location"))
    text = "14.1, 100.2" if silent == "location" else ""
    return _written(silent, text, language, Situation(gap=gap, kind=silent))


def _written(name: str, text: str, language: str, situation: Situation) -> Move:
    return Move(name=name, text=text, language=language, situation=situation)


def _in_digits(chance: random.Random, number: int, language: str) -> str:
    zero = _ZERO.get(language) if chance.random() < 0.5 else None
    return (chr(zero + number) if zero else str(number)) + chance.choice(("", "", ".", ")"))


@cache
def command_lists(language: str) -> Mapping[str, list[str]]:
    """Every command word of a language, by the key of its list."""
    lists = yaml.safe_load((FOLDER / f"{language}.yml").read_text(encoding="utf-8"))
    named = [name for names in (lists.get("language_names") or {}).values() for name in names]
    return {**{key: lists[key] for key in INTENT_OF_KEY if lists.get(key)}, "a language": named}


class GuessingEngine:
    """The scripted dialogue as if a model had understood the sentences above: what only a guess brings about is
    walked without a model, a thousand times faster."""

    async def take_turn(self, request: TurnRequest) -> TurnAnswer:
        """One turn; whatever is no sentence of ours is the scripted engine's own."""
        text = request.text.strip().lstrip("/").strip()
        intent = _GUESSES.get(text, NOT_UNDERSTOOD)
        if request.situation.kind != "text" or intent == NOT_UNDERSTOOD or find_command(text, request.language):
            return await ScriptedEngine().take_turn(request)
        situation = request.situation
        whose = {"help_self": "self", "help_other": "other"}.get(intent)
        message = Message(
            intent=intent,
            text=text,
            early={"whose": whose} if whose else {},
            urgent=situation.urgent,
            suicidal=situation.suicidal,
            gap=situation.gap,
        )
        turn = ScriptedTurn(begin(check_state(request.state), gap=situation.gap, kind="text"), message)
        turn.take()
        return TurnAnswer(
            understanding=Understanding(intent=intent, confidence=0.9),
            say=tuple(Say(response=name) for name in turn.say),
            do=tuple(parse_directive(each) for each in turn.do),
            state=turn.state,
        )


async def take(engine: DialogueEngine, state: Mapping[str, Any] | None, move: Move) -> Turn:
    """One move from a state; the state after it is what the bot would store."""
    request = TurnRequest(state=state, text=move.text, language=move.language, channel="sms", situation=move.situation)
    answer = await engine.take_turn(request)
    after: dict[str, Any] = json.loads(json.dumps(dict(answer.state)))
    return Turn(move=move, before=check_state(state), answer=answer, after=after)


def word(text: str, language: str = "en") -> Move:
    """A move that is one word."""
    return _written(text, text, language, Situation())


def without_one(walk: Sequence[Move]) -> Iterator[list[Move]]:
    """Every walk that leaves one of the moves out."""
    return ([*walk[:place], *walk[place + 1 :]] for place in range(len(walk)))
