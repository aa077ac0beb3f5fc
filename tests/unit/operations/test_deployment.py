"""`deployment.yml`: what is accepted, and what is said about the rest."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.deployment import DEMO_DEPLOYMENT, Deployment, OfferedLanguage, load_deployment, parse_deployment
from bot.errors import ConfigurationError
from bot.operations.neutral_lines import check_lines, problems_with_lines

DUTY = {"trigger": "child_in_danger", "to": "police", "law": "Child Protection Act, section 41"}
OLD_DUTY = {"who": "police", "what": "a child in danger", "law": "Child Protection Act, section 41"}
BOUND = {"no_duty_to_report_checked": False}  # and then the duties


def content(**changes: Any) -> dict[str, Any]:
    """The demo's deployment with some fields changed; None removes one."""
    changed = {**yaml.safe_load(DEMO_DEPLOYMENT.to_yaml()), **changes}
    return {name: value for name, value in changed.items() if value is not None}


def test_what_is_written_is_read_back() -> None:
    assert parse_deployment(DEMO_DEPLOYMENT.to_yaml(), "a file") == DEMO_DEPLOYMENT


def test_without_a_file_it_is_the_demo(tmp_path: Path) -> None:
    assert load_deployment(tmp_path / "deployment.yml") is DEMO_DEPLOYMENT


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"kind": "police", "duties_to_report": [DUTY], **BOUND}, id="police that state a duty"),
        pytest.param({"kind": "police", "no_duty_to_report_checked": True}, id="police without one, checked"),
        pytest.param({"kind": "ngo", "duties_to_report": [DUTY], **BOUND}, id="an NGO that has one"),
        pytest.param(
            {"duties_to_report": [DUTY, {**DUTY, "trigger": "danger_to_life"}], **BOUND}, id="two duties to one party"
        ),
        pytest.param({"tips_may_go_to": ["police", "labour"]}, id="what somebody saw may be passed on"),
        pytest.param({"languages": ["km", "en"], "default_language": "km"}, id="two languages"),
    ],
)
def test_is_accepted(changes: dict[str, Any]) -> None:
    assert isinstance(parse_deployment(yaml.safe_dump(content(**changes)), "a file"), Deployment)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        *(
            pytest.param({"kind": kind, **BOUND}, "duties_to_report: empty, so no_duty", id=f"{kind}, silent")
            for kind in ("police", "government", "ngo")
        ),
        pytest.param(
            {"country": "VN", **BOUND}, "reporters are told either way", id="an NGO inside Viet Nam that is silent"
        ),
        pytest.param(
            {"duties_to_report": [DUTY], "no_duty_to_report_checked": True}, "contradicts", id="duty and no duty"
        ),
        pytest.param({"operator_name": {"en": "x" * 25}}, "operator_name.en", id="name too long"),
        pytest.param({"operator_name": {"en": "Us"}}, "operator_name: none in th", id="name missing in a language"),
        pytest.param({"neutral_line": {"en": "Hi"}}, "neutral_line: none in km", id="neutral line missing"),
        pytest.param({"cover_line": {"en": "Hi"}}, "cover_name, cover_line: none in km", id="cover line missing"),
        pytest.param({"cover_name": {"en": "x" * 25}}, "cover_name.en", id="cover name too long"),
        pytest.param(
            {"cover_line": dict.fromkeys(("th", "km", "vi", "my", "en"), "{name} " + "x" * 60)},
            "cover_line: longer than one SMS in th",
            id="cover line too long with the name in it",
        ),
        pytest.param({"time_zone": "Asia/Atlantis"}, "time_zone: this machine", id="no such zone"),
        pytest.param(
            {"languages": ["th", "en"], "default_language": "vi"}, "default_language", id="default not offered"
        ),
        pytest.param({"languages": []}, "languages", id="no language"),
        pytest.param({"languages": ["en", "en"]}, "languages: one is named twice", id="language twice"),
        pytest.param({"languages": ["en", "la"]}, "languages.1", id="language without a catalogue"),
        pytest.param({"country": "XX"}, "country: XX is no country", id="no such country"),
        pytest.param({"home_region": "th"}, "home_region", id="region in small letters"),
        pytest.param({"gateways": ["pigeon"]}, "gateways.0", id="unknown gateway"),
        pytest.param({"operator": "me"}, "operator: Extra inputs", id="unknown field"),
        pytest.param({"kind": None}, "kind: Field required", id="field missing"),
        pytest.param({"duties_to_report": [{"to": "police"}], **BOUND}, "duties_to_report.0.trigger", id="half a duty"),
        pytest.param(
            {"duties_to_report": [OLD_DUTY], **BOUND}, "`what` is now `trigger` (one of: child_in", id="duty in words"
        ),
        pytest.param(
            {"duties_to_report": [{**DUTY, "to": "army"}], **BOUND}, "duties_to_report.0.to", id="no such party"
        ),
        pytest.param(
            {"duties_to_report": [DUTY, {**DUTY, "law": "Another"}], **BOUND}, "the same trigger and party", id="twice"
        ),
        pytest.param(
            {"duties_to_report": [DUTY, {**DUTY, "trigger": "every_report"}], **BOUND},
            "every_report to police says child_in_danger already",
            id="a duty within a wider one",
        ),
        pytest.param(
            {"duties_to_report": [{**DUTY, "to": party} for party in ("police", "ngo", "labour")], **BOUND},
            "duties_to_report: Tuple should have at most 2 items",
            id="more duties than one message tells",
        ),
        pytest.param({"tips_may_go_to": ["ngo", "ngo"]}, "tips_may_go_to: one is named twice", id="tip party twice"),
        pytest.param(
            {"tips_may_go_to": ["ngo", "police", "labour"]}, "tips_may_go_to: 2 at most", id="many tip parties"
        ),
    ],
)
def test_is_refused_with_the_field_named(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^a file: ") as refusal:
        parse_deployment(yaml.safe_dump(content(**changes)), "a file")
    assert complaint in str(refusal.value)


def test_a_file_that_is_not_yaml_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="is not YAML"):
        parse_deployment("kind: [", "a file")


@pytest.mark.parametrize(
    ("country", "time_zone", "offset"), [("KH", None, "+0700"), ("MM", None, "+0630"), ("TH", "Asia/Yangon", "+0630")]
)
def test_local_time_is_the_countrys_or_the_one_named(country: str, time_zone: str | None, offset: str) -> None:
    changed = content(country=country, time_zone=time_zone)
    deployment = parse_deployment(yaml.safe_dump(changed), "a file")
    assert f"{datetime(2026, 11, 22, tzinfo=deployment.zone):%z}" == offset


def test_what_strangers_are_told_names_the_cover_and_nothing_else() -> None:
    deployment = DEMO_DEPLOYMENT.model_copy(update={"cover_name": dict.fromkeys(OfferedLanguage, "Weather")})
    for language in OfferedLanguage:
        told = deployment.told_to_strangers(language)
        assert "Weather" in told
        assert "{" not in told
        assert deployment.operator_name[language] not in told


def test_the_default_lines_keep_the_rules_of_every_other_word() -> None:
    assert problems_with_lines(DEMO_DEPLOYMENT) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"neutral_line": dict.fromkeys(OfferedLanguage, "The police is told.")}, "neutral_line (en): danger_in_first"),
        ({"cover_name": dict.fromkeys(OfferedLanguage, "Help line")}, "cover_line (en): danger_in_first_line"),
        ({"cover_line": dict.fromkeys(OfferedLanguage, "Hi\nThis is the police")}, "cover_line (en): danger_in_first"),
        ({"neutral_line": dict.fromkeys(OfferedLanguage, "What is your name?")}, "neutral_line (en): asks_for_name"),
    ],
)
def test_a_line_that_gives_somebody_away_is_refused(changes: dict[str, Any], problem: str) -> None:
    deployment = DEMO_DEPLOYMENT.model_copy(update=changes)
    with pytest.raises(ConfigurationError, match=re.escape(problem)):
        check_lines(deployment)
