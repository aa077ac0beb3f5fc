"""Where the measured messages come from: the training data, the held-out set, and text written by other people."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
TRAINING = ROOT / "nlu" / "data"
HELDOUT = ROOT / "nlu" / "heldout"
SHARED = ROOT.parent / "shared" / "data"
LANGUAGES = ("th", "km", "vi", "my", "en")
_INTENT_OF_WHO = {"self": "help_self", "other": "help_other", "tip": "report_tip"}
_ANNOTATION = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """One message with what it should be taken for. `theme` is set when it must wake somebody; `near_miss` names the
    kind of a message that must not; `typing` says how it is typed."""

    text: str = field(repr=False)
    language: str
    intent: str | None = None
    theme: str | None = None
    near_miss: str | None = None
    typing: str = "plain"


def training(language: str) -> Iterator[Labelled]:
    """The examples of `nlu/data/<language>`, entity annotations removed."""
    for path in sorted((TRAINING / language).glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            theme = (block.get("metadata") or {}).get("theme")
            near_miss = (block.get("metadata") or {}).get("near_miss")
            for line in block.get("examples", "").splitlines():
                text = _ANNOTATION.sub(r"\1", line.removeprefix("- ").strip())
                if text:
                    yield Labelled(
                        text=text, language=language, intent=block["intent"], theme=theme, near_miss=near_miss
                    )


def heldout(language: str) -> Iterator[Labelled]:
    """The held-out messages of `nlu/heldout/<language>` (see its README). ValueError on a malformed line."""
    for path in sorted((HELDOUT / language).rglob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                yield _heldout_line(path, language, [part.strip() for part in line.split(" | ")])


def _heldout_line(path: Path, language: str, parts: list[str]) -> Labelled:
    if path.parent.name == "intents":
        typing, text = parts
        return Labelled(text=text, language=language, intent=path.stem, typing=typing)
    label, typing, text = parts
    if path.parent.name == "urgent":
        return Labelled(text=text, language=language, intent=_INTENT_OF_WHO[label], theme=path.stem, typing=typing)
    return Labelled(text=text, language=language, near_miss=label, typing=typing)


SHARED_FALSE_ALARMS = (
    "social.th.txt",
    *(f"talpco.{code}.txt" for code in ("th", "vi", "my", "en", "id", "ms")),
    *(f"tatoeba.{code}.txt" for code in ("km", "vi", "th", "tl", "id")),
    "opinion.km.jsonl",
    "zawgyi_forums.my.txt",
    "disaster_direct_nonrequests_en.jsonl",
)


def shared(name: str) -> list[str]:
    """The lines of one file of text written by other people. FileNotFoundError where the machine has none."""
    lines = (SHARED / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines] if name.endswith(".jsonl") else lines
