"""`sampan alarms`, `sampan oncall test` and `sampan oncall review`, as they are typed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.console.accounts import AccountError
from bot.database.tables import StaffContact
from bot.escalation.drills import DrillError
from bot.operations.alarm_commands import AlarmNotFoundError, alarms_app
from bot.operations.oncall_commands import oncall_app
from bot.privacy.keys_file import write_private_file
from tests.unit.escalation.seen import STEP, acknowledge_as
from tests.unit.house import CRY, House

Command = Callable[..., Result]


@pytest.fixture
def run(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run one command on this house."""
    write_private_file(tmp_path / "keys" / "service.json", house.keys.to_json())
    monkeypatch.setenv("SAMPAN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SAMPAN_DATABASE_URL", house.database.url)
    monkeypatch.setenv("COLUMNS", "200")

    def command(*words: str) -> Result:
        app = alarms_app if words[0] == "alarms" else oncall_app
        result = CliRunner().invoke(app, list(words[1:]))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return command


def test_show_tells_who_was_paged_how_each_state_and_why(house: House, run: Command) -> None:
    house.on_call("Dara")
    vanna = house.on_call("Vanna", step=2)
    house.arrives(CRY)
    house.send()
    house.pass_time(STEP)
    house.sweep()
    acknowledge_as(house, vanna)
    shown = run("alarms", "show", "101").output
    lines = [line for line in shown.splitlines() if "UTC" in line]
    assert sum("page sent" in line and "Dara" in line and "channel telegram_staff" in line for line in lines) == 1
    assert sum("page cancelled" in line and "Vanna" in line for line in lines) == 1
    assert lines[0].count("raised") == 1
    assert CRY not in shown


def test_a_case_without_an_alarm_is_said_to_have_none(run: Command) -> None:
    with pytest.raises(AlarmNotFoundError):
        run("alarms", "show", "101")


def test_list_tells_the_newest_first_who_took_it_and_marks_tests(house: House, run: Command) -> None:
    dara = house.on_call("Dara")
    house.arrives(CRY)
    acknowledge_as(house, dara)
    assert "102" in run("oncall", "test", "--no-wait").output
    lines = [line for line in run("alarms", "list").output.splitlines() if "UTC" in line]
    assert ("102" in lines[0], "TEST" in lines[0], "nobody" in lines[0]) == (True, True, True)
    assert ("101" in lines[1], "TEST" in lines[1], "Dara" in lines[1]) == (True, False, True)
    assert len([line for line in run("alarms", "list", "--last", "1").output.splitlines() if "UTC" in line]) == 1


def test_a_test_tells_its_hops_as_far_as_they_went(house: House, run: Command) -> None:
    house.on_call("Dara")
    told = run("oncall", "test", "--no-wait")
    assert told.exit_code == 0
    assert "raised" in told.output
    assert "page pending Dara by telegram_staff" in told.output


def test_a_test_for_somebody_unknown_or_unreachable_is_refused(house: House, run: Command) -> None:
    with pytest.raises(AccountError):
        run("oncall", "test", "Nobody")
    house.on_call("Dara", ways=())
    house.change(StaffContact, verified_at=None)
    with pytest.raises(DrillError):
        run("oncall", "test", "Dara")


def test_the_review_names_everybody(house: House, run: Command) -> None:
    house.on_call("Dara")
    house.arrives(CRY)
    house.send()
    shown = run("oncall", "review").output
    assert "Dara" in shown
    assert " 1 " in shown
