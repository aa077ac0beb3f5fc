"""The rules about telling others, as whoever runs an installation reads them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from bot.__main__ import app
from bot.deployment import DEMO_DEPLOYMENT, Deployment
from bot.operations.doctor import examine
from bot.operations.rules_told import rules
from bot.settings import Settings

BOUND = Deployment.model_validate(
    {
        **DEMO_DEPLOYMENT.model_dump(mode="json"),
        "duties_to_report": [{"trigger": "child_in_danger", "to": "police", "law": "Child Act, section 41"}],
        "no_duty_to_report_checked": False,
        "tips_may_go_to": ["labour"],
    }
)


def test_every_rule_is_a_sentence() -> None:
    assert list(rules(BOUND)) == [
        "by itself nobody outside is told; a case is told to whom the person chose",
        "duty: child in danger to police (Child Act, section 41); told beforehand, released by two people, "
        "also against the person's choice",
        "tips may go to: labour (two people agree)",
        "where an official is named: two people for everybody; police only if chosen after that",
    ]
    free = list(rules(DEMO_DEPLOYMENT))
    assert "duty: none; no_duty_to_report_checked says that a lawyer looked" in free
    assert "tips may go to: nobody" in free


def test_config_show_prints_the_rules_and_what_reporters_read(tmp_path: Path) -> None:
    path = tmp_path / "deployment.yml"
    path.write_text(BOUND.to_yaml(), encoding="utf-8")
    told = CliRunner().invoke(app, ["config", "show", "--file", str(path)]).output
    assert f"{path}: ngo in TH" in told
    assert "- duty: child in danger to police" in told
    assert "\na child in danger: police\n" in told
    assert "\nlabour inspectors, police\n" in told
    thai = CliRunner().invoke(app, ["config", "show", "--file", str(path), "--language", "th"]).output
    assert "เด็กอยู่ในอันตราย: ตำรวจ" in thai


def test_the_doctor_prints_the_rules(settings: Settings) -> None:
    settings.deployment_path.write_text(BOUND.to_yaml(), encoding="utf-8")
    findings = [verdict.finding for verdict in examine(settings) if verdict.name == "who may be told"]
    assert findings == list(rules(BOUND))


@pytest.mark.parametrize("duty", [{"who": "police", "what": "a child", "law": "x"}])
def test_the_doctor_says_what_is_wrong_with_an_old_duty(settings: Settings, duty: dict[str, str]) -> None:
    content = {**yaml.safe_load(BOUND.to_yaml()), "duties_to_report": [duty]}
    settings.deployment_path.write_text(yaml.safe_dump(content), encoding="utf-8")
    verdict = next(verdict for verdict in examine(settings) if verdict.name == "deployment")
    assert not verdict.ok
    assert "`what` is now `trigger`" in verdict.finding
