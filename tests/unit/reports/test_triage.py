"""How urgent a message makes its report: the table, and that nothing lowers."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import yaml

from bench.language.messages import ROOT
from bot.console.labels import labels
from bot.database.states import ReportKind
from bot.database.tables import Report
from bot.messages.message import MessageKind
from bot.reports.phrase_book import LANGUAGES, PUBLIC_PACK
from bot.reports.report_store import raise_urgency
from bot.reports.triage import TRIGGERS, judge
from bot.reports.urgency import Urgency, higher_of

_PLAIN: dict[str, Any] = {
    "floor": None,
    "floor_reasons": (),
    "raised": (),
    "kind": ReportKind.UNCLEAR,
    "message_kind": MessageKind.TEXT,
    "language_known": True,
}
VERDICTS: dict[str, tuple[dict[str, Any], str, tuple[str, ...]]] = {
    "nothing known": ({}, "STANDARD", ("kind_unclear",)),
    "a question": ({"kind": ReportKind.QUESTION}, "INFO", ("kind_question",)),
    "a tip": ({"kind": ReportKind.TIP}, "STANDARD", ("kind_tip",)),
    "a help request": ({"kind": ReportKind.HELP_REQUEST}, "HIGH", ("kind_help_request",)),
    "voice": ({"message_kind": MessageKind.VOICE}, "HIGH", ("unreadable_voice",)),
    "a picture": ({"message_kind": MessageKind.PHOTO}, "HIGH", ("unreadable_photo",)),
    "a sticker tells nothing": ({"message_kind": MessageKind.STICKER}, "STANDARD", ("kind_unclear",)),
    "an unknown language": ({"language_known": False}, "HIGH", ("unknown_language",)),
    "the floor": (
        {"floor": Urgency.URGENT, "floor_reasons": ("confined", "no_way_out")},
        "URGENT",
        ("confined", "no_way_out"),
    ),
    "the model above the floor": (
        {"floor": Urgency.URGENT, "floor_reasons": ("confined",), "raised": [(Urgency.CRITICAL, "danger_now")]},
        "CRITICAL",
        ("danger_now",),
    ),
    "the floor above the model": (
        {"floor": Urgency.CRITICAL, "floor_reasons": ("weapon",), "raised": [(Urgency.HIGH, "person_wanted")]},
        "CRITICAL",
        ("weapon",),
    ),
    "both the same": (
        {"floor": Urgency.CRITICAL, "floor_reasons": ("weapon",), "raised": [(Urgency.CRITICAL, "danger_now")]},
        "CRITICAL",
        ("weapon", "danger_now"),
    ),
    "a theme the model heard": ({"themes": ["pregnant", "confined"]}, "URGENT", ("pregnant", "confined")),
    "a critical theme above an urgent floor": (
        {"floor": Urgency.URGENT, "floor_reasons": ("confined",), "themes": ["weapon"]},
        "CRITICAL",
        ("weapon",),
    ),
    "the model's doubt": ({"kind": None, "perhaps_urgent": True}, "HIGH", ("perhaps_urgent",)),
    "a theme that no table knows": ({"themes": ["their_own"]}, "URGENT", ("their_own",)),
    "a greeting": ({"kind": None}, "INFO", ("nothing_told",)),
    "an urgent question is urgent": (
        {"kind": ReportKind.QUESTION, "floor": Urgency.URGENT, "floor_reasons": ("confined",)},
        "URGENT",
        ("confined",),
    ),
}


@pytest.mark.parametrize(("changed", "urgency", "reasons"), VERDICTS.values(), ids=VERDICTS)
def test_the_verdict(changed: dict[str, Any], urgency: str, reasons: tuple[str, ...]) -> None:
    verdict = judge(**{**_PLAIN, **changed})
    assert (verdict.urgency.value, verdict.reasons) == (urgency, reasons)


@pytest.mark.parametrize(("floor", "model"), list(product([None, *Urgency], [None, *Urgency])), ids=str)
def test_floor_and_model_never_outvote_each_other_downwards(floor: Urgency | None, model: Urgency | None) -> None:
    verdict = judge(
        **{
            **_PLAIN,
            "floor": floor,
            "floor_reasons": ("floor",) if floor else (),
            "raised": [(model, "model")] if model else [],
        }
    )
    for each in (floor, model):
        assert each is None or verdict.urgency.rank >= each.rank


@pytest.mark.parametrize(("before", "after"), list(product(Urgency, Urgency)), ids=str)
def test_a_reports_urgency_is_raised_and_never_lowered(before: Urgency, after: Urgency) -> None:
    report = Report(urgency=before.value, urgency_reasons=["first"])
    assert raise_urgency(report, after, ["second", "first"]) is (after.rank > before.rank)
    assert report.urgency == higher_of(before, after).value
    assert report.urgency_reasons == ["first", "second"]


def test_only_the_two_highest_wake_somebody() -> None:
    assert [urgency.value for urgency in Urgency if urgency.pages] == ["URGENT", "CRITICAL"]


def test_every_reason_of_the_floor_is_a_trigger_of_the_same_level() -> None:
    for language in LANGUAGES:
        book = yaml.safe_load((PUBLIC_PACK / f"{language}.yml").read_text(encoding="utf-8"))
        levels = {reason: level.upper() for level in ("critical", "urgent") for reason in book[level]}
        assert levels == {reason: urgency.value for reason, urgency in TRIGGERS.items()}, language


def test_staff_read_every_trigger_in_words() -> None:
    assert set(TRIGGERS) <= set(labels("reason"))


def test_the_model_is_told_which_themes_are_the_deadliest() -> None:
    pipeline = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    (critical,) = (each["critical"] for each in pipeline if "critical" in each)
    assert set(critical) == {name for name, urgency in TRIGGERS.items() if urgency is Urgency.CRITICAL}
