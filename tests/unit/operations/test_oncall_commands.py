"""`sampan oncall` and what `sampan staff` says of people's languages and conflicts, as an operator types them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from bot.console.accounts import AccountError
from bot.database.session import Database
from bot.database.tables import AuditEntry, OncallPolicy, RosterEntry, Staff, StaffContact
from bot.errors import ConfigurationError, SampanError
from bot.escalation.roster import who_is_on_call
from bot.escalation.roster_store import load_roster, load_ways
from bot.escalation.wall_time import RosterError
from bot.operations.oncall_commands import oncall_app
from bot.operations.staff_commands import staff_app
from bot.privacy.keys_file import write_private_file
from bot.privacy.sealing import ServiceKeys

Command = Callable[..., Result]
BANGKOK = ZoneInfo("Asia/Bangkok")
NOON = datetime.now(BANGKOK).replace(hour=12, minute=0, second=0, microsecond=0, tzinfo=None) + timedelta(days=3)
NOW_ON = ("--from", f"{datetime.now(BANGKOK) - timedelta(hours=1):%Y-%m-%dT%H:%M}")


@pytest.fixture
def run(database: Database, keys: ServiceKeys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run one command on this installation, where Noor and Dara can be reached and Sok cannot."""
    write_private_file(tmp_path / "keys" / "service.json", keys.to_json())
    monkeypatch.setenv("SAMPAN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SAMPAN_DATABASE_URL", database.url)
    monkeypatch.setenv("COLUMNS", "200")
    with database.transaction() as session:
        for name in ("Noor", "Dara", "Sok"):
            staff = Staff(name=name)
            session.add(staff)
            session.flush()
            if name != "Sok":
                now = datetime.now(UTC)
                session.add(StaffContact(staff_id=staff.id, channel="sms", address_sealed=b"x", verified_at=now))
    runner = CliRunner()

    def command(*words: str, typed: str = "") -> Result:
        group, *rest = words
        result = runner.invoke({"staff": staff_app, "oncall": oncall_app}[group], rest, input=typed)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return command


def _at(hours: int) -> str:
    return f"{NOON + timedelta(hours=hours):%Y-%m-%dT%H:%M}"


def _plain(result: Result) -> str:
    return " ".join(result.output.split())


def _on_call(database: Database, hours: int) -> set[tuple[int, str]]:
    """Who could be woken, that many hours after the noon of the tests."""
    with database.transaction() as session:
        names = {staff.id: staff.name for staff in session.scalars(select(Staff))}
        at = (NOON + timedelta(hours=hours)).replace(tzinfo=BANGKOK).astimezone(UTC)
        found = who_is_on_call(at, load_roster(session), load_ways(session))
        return {(each.step_no, names[each.staff_id]) for each in found}


def test_a_rotation_is_added_shown_and_removed(run: Command, database: Database) -> None:
    added = run("oncall", "rotation", "add", "Days", "Noor", "Dara", "--days", "1", "--at", "09:00", "--by", "Noor")
    assert "at 09:00 (Asia/Bangkok)" in _plain(added)
    assert "Noor → Dara" in run("oncall", "rotation", "list").output
    week = _plain(run("oncall", "week", "--days", "3"))
    assert "Noor" in week
    assert "Dara" in week
    assert len(_on_call(database, 0)) == 1
    run("oncall", "rotation", "remove", "Days")
    assert _on_call(database, 0) == set()
    with database.transaction() as session:
        audit = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        noor = session.scalars(select(Staff.id).where(Staff.name == "Noor")).one()
    assert [(entry.action, entry.staff_id) for entry in audit] == [("roster_changed", noor), ("roster_changed", None)]


def test_a_rotation_of_nights_says_so(run: Command) -> None:
    run(
        *("oncall", "rotation", "add", "Nights", "Noor", "--between", "20:00-08:00", "--zone", "Europe/London"),
        *("--weekdays", "fri,sat", "--holidays", "off", "--from", "2026-11-22", "--until", "2027-01-01"),
    )
    listed = _plain(run("oncall", "rotation", "list"))
    assert "7 d from 2026-11-22 20:00 until 2027-01-01, fri,sat, 20:00-08:00, holidays: off (Europe/London)" in listed


def test_who_cannot_be_reached_is_named_when_put_on_the_roster(run: Command) -> None:
    assert "nothing reaches Sok yet" in run("oncall", "rotation", "add", "Days", "Sok").output
    assert "nothing reaches Sok yet" in run("oncall", "add", "Sok").output
    assert (
        "nothing reaches Sok yet" in run("oncall", "override", "add", "Sok", "--from", _at(0), "--until", _at(1)).output
    )
    now = run("oncall", "now")
    assert "NOT REACHABLE" in now.output
    assert now.exit_code == 1


def test_now_says_who_is_woken_how_and_until_when(run: Command) -> None:
    assert run("oncall", "now").exit_code == 1
    run("oncall", "add", "Noor", *NOW_ON, "--until", _at(0))
    run("oncall", "add", "Dara", "--step", "2")
    shown = run("oncall", "now")
    assert shown.exit_code == 0
    assert f"{NOON:%Y-%m-%d} 12:00" in _plain(shown)
    assert "more than 14 days" in _plain(shown)


def test_gaps_of_the_next_day_are_an_error_and_later_ones_are_shown(run: Command) -> None:
    empty = run("oncall", "gaps")
    assert empty.exit_code == 1
    assert "NOBODY" in empty.output
    run("oncall", "add", "Noor")
    assert run("oncall", "gaps").exit_code == 1, "nobody reads the other languages"
    run("staff", "reads", "Noor", "th", "km", "vi", "my")
    full = run("oncall", "gaps")
    assert (full.exit_code, _plain(full)) == (0, "no gap in the next 14 days")
    run("oncall", "override", "away", "Noor", "--from", _at(0), "--until", _at(6))
    later = run("oncall", "gaps")
    assert later.exit_code == 0
    assert f"{NOON:%Y-%m-%d} 12:00" in _plain(later)
    assert "6.0" in later.output


def test_overrides_are_added_listed_and_removed(run: Command, database: Database) -> None:
    run("oncall", "add", "Noor")
    run("oncall", "override", "add", "Dara", "--for", "Noor", "--from", _at(0), "--until", _at(2))
    run("oncall", "override", "add", "Noor", "--step", "3", "--from", _at(3), "--until", _at(4))
    listed = _plain(run("oncall", "override", "list"))
    assert "for Noor" in listed
    assert "in addition, step 3" in listed
    assert [_on_call(database, hour) for hour in (1, 2, 3)] == [
        {(1, "Dara")},
        {(1, "Noor")},
        {(1, "Noor"), (3, "Noor")},
    ]
    with pytest.raises(RosterError, match="override number 1"):
        run("oncall", "override", "away", "Noor", "--from", _at(1), "--until", _at(5))
    assert "removed" in run("oncall", "override", "remove", "1").output
    assert _on_call(database, 1) == {(1, "Noor")}


def test_a_swap_is_both_halves_or_none(run: Command, database: Database) -> None:
    run("oncall", "add", "Noor")
    run("oncall", "add", "Dara", "--step", "2")
    hours = ("--from", _at(0), "--until", _at(2))
    with pytest.raises(RosterError, match="in return"):
        run("oncall", "swap", "Noor", "Dara", *hours, "--back-from", _at(5))
    assert "overrides number 1 and 2" in run("oncall", "swap", "Noor", "Dara", *hours).output
    assert _on_call(database, 1) == {(1, "Dara"), (2, "Noor")}
    assert "other half" in run("oncall", "override", "remove", "2").output
    assert _on_call(database, 1) == {(1, "Noor"), (2, "Dara")}


def test_typed_times_are_local_refused_when_they_do_not_exist_and_the_first_of_two(
    run: Command, database: Database
) -> None:
    with pytest.raises(RosterError, match="does not exist"):
        run("oncall", "add", "Noor", "--from", "2026-03-29T01:30", "--zone", "Europe/London")
    twice = run("oncall", "add", "Noor", "--from", "2026-10-25T01:30", "--zone", "Europe/London")
    assert "comes twice in Europe/London" in twice.output
    run("oncall", "add", "Dara", "--from", "2026-11-22T20:00")
    with database.transaction() as session:
        starts = session.scalars(select(RosterEntry.starts_at).order_by(RosterEntry.id)).all()
    assert starts == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 11, 22, 13, tzinfo=UTC)]


def test_holidays_are_added_listed_and_removed(run: Command) -> None:
    day = f"{NOON:%Y-%m-%d}"
    run("oncall", "holiday", "add", day, "Water Festival")
    assert f"{day} │ Water Festival" in _plain(run("oncall", "holiday", "list"))
    run("oncall", "holiday", "remove", day)
    assert _plain(run("oncall", "holiday", "list")) == "no holidays"


def test_a_policy_is_a_new_version_and_keeps_what_was_not_named(run: Command, database: Database) -> None:
    assert "built in" in run("oncall", "policy", "show").output
    run("oncall", "policy", "set", "--wait", "45s", "--wait-for", "critical=30s", "--last-resort", "Dara")
    run("oncall", "policy", "set", "--loops", "5")
    shown = _plain(run("oncall", "policy", "show"))
    for said in (
        "version │ 2",
        "a step waits │ 45 s",
        "a step waits, CRITICAL │ 30 s",
        "5 times",
        "last resort │ Dara",
    ):
        assert said in shown
    run("oncall", "policy", "set", "--everybody")
    with database.transaction() as session:
        versions = session.scalars(select(OncallPolicy).order_by(OncallPolicy.id)).all()
    assert [version.body["last_resort"] == [] for version in versions] == [False, False, True]


@pytest.mark.parametrize(
    "words",
    [("--wait", "soon"), ("--wait", "1s"), ("--loops", "0"), ("--wait-for", "terrible=30s"), ("--wait-for", "urgent")],
)
def test_a_policy_that_makes_no_sense_is_refused(run: Command, database: Database, words: tuple[str, ...]) -> None:
    with pytest.raises((RosterError, ConfigurationError)):
        run("oncall", "policy", "set", *words)
    with database.transaction() as session:
        assert session.scalars(select(OncallPolicy)).all() == []


@pytest.mark.parametrize("code", ["country:KH", "official", "minor_exploited"])
def test_a_conflict_keeps_somebody_from_a_case(run: Command, database: Database, code: str) -> None:
    assert code in run("staff", "conflict", "Noor", code).output
    with database.transaction() as session:
        assert session.scalars(select(Staff.conflicts).where(Staff.name == "Noor")).one() == [code]
    assert "none" in run("staff", "conflict", "Noor").output


@pytest.mark.parametrize("code", ["country:Kh", "country:XX", "kh", "officials", "country"])
def test_a_mistyped_conflict_is_refused(run: Command, code: str) -> None:
    with pytest.raises(AccountError, match="is not known"):
        run("staff", "conflict", "Noor", "official", code)


def test_the_roster_goes_out_as_a_calendar_and_comes_back(run: Command, database: Database, tmp_path: Path) -> None:
    run("oncall", "override", "add", "Noor", "--step", "2", "--from", _at(0), "--until", _at(2))
    out = tmp_path / "team.ics"
    run("oncall", "export", "--out", str(out))
    run("oncall", "override", "remove", "1")
    assert "1 overrides made, 0 stood already" in run("oncall", "import", str(out)).output
    assert "0 overrides made, 1 stood already" in run("oncall", "import", "-", typed=out.read_text()).output
    assert _on_call(database, 1) == {(2, "Noor")}
    assert "BEGIN:VEVENT" not in run("oncall", "export", "Dara").output


def test_a_calendar_that_is_not_understood_leaves_nothing(run: Command, database: Database, tmp_path: Path) -> None:
    run("oncall", "override", "add", "Noor", "--from", _at(0), "--until", _at(2))
    out = tmp_path / "team.ics"
    run("oncall", "export", "--out", str(out))
    run("oncall", "override", "remove", "1")
    event = out.read_text().partition("BEGIN:VEVENT")[2].partition("END:VCALENDAR")[0]
    other = "BEGIN:VEVENT" + event.replace("Noor", "Bob").replace("UID:", "UID:2")
    out.write_text(out.read_text().replace("END:VCALENDAR", other + "END:VCALENDAR"))
    with pytest.raises(RosterError, match=r"line \d+: "):
        run("oncall", "import", str(out))
    assert _on_call(database, 1) == set()
    with pytest.raises(RosterError, match="cannot be read"):
        run("oncall", "import", str(tmp_path / "none.ics"))


def test_a_feed_has_an_address_once_and_can_be_withdrawn(run: Command, database: Database) -> None:
    address = _plain(run("oncall", "feed", "Noor"))
    assert address.startswith("http://127.0.0.1:8001/oncall/")
    assert len(address.split("/")[-1]) == 47
    with database.transaction() as session:
        [kept] = session.scalars(select(Staff.feed_token_hash).where(Staff.feed_token_hash.is_not(None)))
        assert kept is not None
    assert kept not in address.encode()
    run("oncall", "feed", "Noor", "--revoke")
    with pytest.raises(SampanError, match="no calendar address"):
        run("oncall", "feed", "Noor", "--revoke")
