"""The arithmetic and the fakes of the measurement beside GoAlert; GoAlert itself is not needed here."""

from __future__ import annotations

import io
import threading
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from bench.oncall.goalert import main
from bench.oncall.goalert_scenarios import Hook
from bench.oncall.goalert_service import Setting
from bench.oncall.our_scenarios import named_in
from bench.oncall.peers import OURS, PEERS, SCENARIOS, Scenario, worst_wait
from bench.oncall.same_scenarios import Measured, Trouble, seconds, table, waits_of


def shown(ours: Measured, *others: Measured) -> dict[str, list[str]]:
    """The cells of the table, by what stands in their first column."""
    columns = [list(column.cells) for column in table(ours, others).columns]
    return {str(row[0]): [str(cell) for cell in row[1:]] for row in zip(*columns, strict=True)}


def test_without_a_goalert_it_tells_how_one_is_built_and_ends_with_2(tmp_path: Path) -> None:
    not_a_program = tmp_path / "goalert"
    not_a_program.write_text("no program")
    for binary in (None, tmp_path / "nothing", not_a_program):
        said = io.StringIO()
        assert main(binary, 1, Console(file=said, width=120), print) == 2
        assert "go build -o goalert ./cmd/goalert" in said.getvalue()
        assert "2458b9d" in said.getvalue()


def test_a_case_without_a_page_waits_for_ever_and_is_not_left_out() -> None:
    assert waits_of({7: 1.0, 8: 2.0, 9: 3.0}, {7: 1.5, 9: 2.9}) == [0.5, None, 0.0]
    assert seconds([0.5, None]) == "0.5 to 0.5 s, 1 never"
    assert seconds([None]) == "never"
    assert seconds([]) == ""


def test_no_percentile_is_shown_while_a_case_has_no_page() -> None:
    ours, theirs = Measured(name="ours"), Measured(name="theirs")
    ours.raised, ours.first_page = 2, [0.1, 0.2]
    theirs.raised, theirs.first_page = 2, [5.0]
    rows = shown(ours, theirs)
    assert rows["first page, one alarm a second, max"] == ["0.20 s", "a case has none", ""]


def test_the_ratio_is_of_the_first_of_the_others() -> None:
    ours, default, fast = Measured(name="ours"), Measured(name="default"), Measured(name="fast")
    for each, wait in ((ours, 0.1), (default, 4.0), (fast, 1.0)):
        each.raised, each.first_page = 1, [wait]
        each.troubles[Trouble.NOBODY] = [wait, wait]
    rows = shown(ours, default, fast)
    assert rows["first page, one alarm a second, p50"] == ["0.10 s", "4.00 s", "1.00 s", "40.0"]
    assert rows["nobody on call at step 1 → a page elsewhere"][-1] == "40.0"
    assert rows["first way answers 500 → a page elsewhere"] == ["", "", "", ""]


def test_a_page_names_cases_by_number_and_not_by_how_many_or_how_long() -> None:
    words = (
        "3 urgent cases waiting, oldest 12 min.\nACK 201 7QX4: CRITICAL, my, 0 min\nACK 1198 4F7K: URGENT; also 304."
    )
    assert named_in(words) == {201, 1198, 304}


@pytest.mark.parametrize(("trouble", "status"), [(None, 200), (Trouble.ERROR, 500)])
def test_a_hook_keeps_what_came_and_answers_as_its_path_is_told(trouble: Trouble | None, status: int) -> None:
    with Hook() as hook:
        if trouble is not None:
            hook.failing["/person/1"] = trouble
        answer = httpx.post(f"{hook.url}/person/1", json={"Type": "AlertBundle", "Count": 4}, trust_env=False)
        assert answer.status_code == status
        assert [(each.path, each.kind, each.alert) for each in hook.arrivals] == [("/person/1", "AlertBundle", None)]


def test_a_hook_that_hangs_answers_nobody_until_it_goes_down() -> None:
    ended = threading.Event()

    def ask(url: str) -> None:
        with pytest.raises(httpx.HTTPError):
            httpx.post(url, json={"Type": "Alert", "AlertID": 3}, timeout=20, trust_env=False)
        ended.set()

    with Hook() as hook:
        hook.failing["/person/2"] = Trouble.HANGS
        asking = threading.Thread(target=ask, args=(f"{hook.url}/person/2",))
        asking.start()
        assert hook.wait_until(1, hook.arrivals)
        assert not ended.is_set()
    asking.join(10)
    assert ended.is_set()


def test_the_newest_code_of_a_path_verifies_it() -> None:
    with Hook() as hook:
        for path, code in (("/person/1", 111), ("/person/2", 222), ("/person/1", 333)):
            httpx.post(hook.url + path, json={"Type": "Verification", "Code": str(code)}, trust_env=False)
        assert hook.code_of("/person/1") == 333
        assert hook.code_of("/person/3") is None


def test_a_setting_is_named_by_what_differs_from_the_default() -> None:
    names = [each.name for each in (Setting(), Setting(cycle_seconds=1), Setting(bundles=False))]
    assert names == ["GoAlert, cycle 5 s", "GoAlert, cycle 1 s", "GoAlert, cycle 5 s, bundles off"]


def test_a_column_is_told_in_a_line_as_soon_as_it_is_known() -> None:
    ours = Measured(name="ours", raised=2, first_page=[0.1, 0.2], pages=2, cases_named=2)
    ours.troubles[Trouble.ERROR] = [38.2, None]
    assert ours.told() == (
        "ours: first page 0.10 / 0.20 / 0.20 s; 2 of 2 on 2 pages, 2 named; "
        "first way answers 500 38.2 to 38.2 s, 1 never"
    )


def test_the_models_say_no_less_than_was_measured() -> None:
    goalert = next(rules for rules in PEERS if rules.name == "GoAlert")
    waits = {scenario.name: worst_wait(goalert, scenario) or 0.0 for scenario in SCENARIOS}
    assert waits["first step empty"] >= 60
    assert waits["first way fails again and again"] >= 65
    assert worst_wait(OURS, Scenario(name="a way that fails", failing=True)) == 60


def test_what_was_not_read_is_not_shown_as_a_figure() -> None:
    grafana = next(rules for rules in PEERS if rules.name == "Grafana OnCall")
    assert worst_wait(grafana, Scenario(name="a way that fails", failing=True)) is None
