"""Lines of others: the seed data is a list of leads, and a reporter is told only of what somebody here vouches for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.database.session import Database
from bot.database.tables import AuditEntry, HotlineVerification, Staff
from bot.errors import ConfigurationError
from bot.reports.hotlines import (
    MOST_DAYS,
    NEEDS_A_SOURCE,
    SEED,
    Hotline,
    HotlineError,
    HotlineLine,
    Mark,
    Records,
    expire,
    find_hotline,
    hotlines,
    lines_of,
    newest_verifications,
    numbers_for,
    parse_hotlines,
    read_number,
    verify,
)

TODAY = date(2026, 11, 22)
OWN = "https://example.org/our-lines"
NUMBER, OTHER_NUMBER = "+1 202 555 0100", "+1 202 555 0101"
# What a stranger who looks at the phone must not read in a line's name.
DANGER = ("traffick", "slave", "abuse", "rescue", "scam", "victim", "sex", "violence")


def entry(**changes: object) -> Hotline:
    """A line that does not exist."""
    values: dict[str, object] = {
        "country": "TH",
        "name": "Quiet River",
        "number": NUMBER,
        "channel": "voice",
        "languages": [],
        "hours": None,
        "records": "no",
        "run_by": "ngo",
        "whom": "anybody",
        "source": "example.org (2026)",
        "mark": "A",
        "notes": "",
    }
    return Hotline.model_validate(values | changes)


KNOWN = {
    "river": entry(),
    "hill": entry(name="Hill", country="KH", number=OTHER_NUMBER, records="yes"),
    "khmer_speakers": entry(name="Field", languages=["km"]),
    "station": entry(name="Police", run_by="police", languages=["km"]),
    "lead": entry(name="Lead", mark="C"),
    "memory": entry(name="Memory", mark="M"),
    "wrong": entry(name="Wrong", mark="X"),
    "silent": entry(name="Silent", number=None),
}


@pytest.fixture
def noor(database: Database) -> int:
    """A staff account."""
    with database.transaction() as session:
        staff = Staff(name="Noor")
        session.add(staff)
        session.flush()
        return staff.id


def check(session: Session, key: str, noor: int, **more: object) -> HotlineVerification:
    return verify(session, key, staff_id=noor, today=TODAY, known=KNOWN, **more)  # type: ignore[arg-type]


def told(session: Session, country: str | None, language: str = "en", today: date = TODAY) -> list[HotlineLine]:
    return numbers_for(session, country, language, today, known=KNOWN)


def keys_told(session: Session, country: str | None, language: str = "en", today: date = TODAY) -> list[str]:
    return [line.key for line in told(session, country, language, today)]


# --- The seed data ---


def test_the_seed_data_can_be_read_and_says_that_it_is_unverified() -> None:
    assert len(hotlines()) > 60
    assert "ALL OF IT UNVERIFIED" in SEED.read_text(encoding="utf-8")[:300]


def test_every_number_of_the_seed_data_is_one_and_is_spelled_as_we_spell_it() -> None:
    wrong = [key for key, line in hotlines().items() if line.number and read_number(line.number) != line.number]
    assert wrong == []


def test_no_name_of_the_seed_data_tells_a_stranger_what_it_is_about() -> None:
    assert [key for key, line in hotlines().items() if any(word in line.name.lower() for word in DANGER)] == []


def test_a_number_that_lists_contradict_each_other_about_is_not_shipped() -> None:
    assert [key for key, line in hotlines().items() if line.country == "MM" and line.mark is Mark.REMEMBERED] != []
    assert all(
        line.number is None for line in hotlines().values() if line.country == "MM" and line.mark is Mark.REMEMBERED
    )


def test_the_line_known_to_record_says_so_and_no_other_claims_to_know() -> None:
    assert {key for key, line in hotlines().items() if line.records is not Records.UNKNOWN} == {"vn_national_hotline"}


@pytest.mark.parametrize(
    "change",
    [
        {"country": "Thailand"},
        {"mark": "D"},
        {"records": "perhaps"},
        {"run_by": "nobody"},
        {"languages": ["Thai"]},
        {"name": "A name that is far too long for one SMS"},
        {"source": "https://example.org"},
        {"source": ""},
        {"verified": True},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_wrong_entry_is_refused_by_its_key_and_field(change: dict[str, object]) -> None:
    lines = [f"  {name}: {value!r}" for name, value in ({**entry().model_dump(mode="json"), **change}).items()]
    text = "\n".join(["river:", *lines]).replace("None", "null").replace("True", "true")
    with pytest.raises(ConfigurationError, match=f"hotlines: river.{next(iter(change))}"):
        parse_hotlines(text, "hotlines")


def test_a_file_that_is_no_yaml_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="not YAML"):
        parse_hotlines("river: {", "hotlines")


# --- Numbers ---


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+1 202 555 0100", "+1 202 555 0100"),
        ("  +1  202-555-0100 ", "+1 202-555-0100"),
        ("555", "555"),
        ("๕๕๕", "555"),
        ("1-800-555-0100", "1-800-555-0100"),
    ],
)
def test_a_number_has_one_spelling(written: str, number: str) -> None:
    assert read_number(written) == number


@pytest.mark.parametrize(
    "written",
    ["", "55", "hello", "+1 202", "+0 202 555 0100", "555 or 556", "555--0100", "5" * 16, "https://a.example"],
)
def test_what_nobody_could_dial_is_no_number(written: str) -> None:
    with pytest.raises(HotlineError, match="no telephone number"):
        read_number(written)


# --- Vouching for a line ---


def test_nothing_is_told_before_somebody_vouches_for_it(database: Database) -> None:
    with database.transaction() as session:
        assert told(session, None) == []
        assert numbers_for(session, None, "en", TODAY) == []


def test_what_was_verified_is_told_with_its_country_and_what_it_records(database: Database, noor: int) -> None:
    with database.transaction() as session:
        check(session, "hill", noor)
        (line,) = told(session, "KH")
    assert (line.country, line.name, line.number, line.records) == ("KH", "Hill", OTHER_NUMBER, Records.YES)


def test_a_verification_keeps_who_when_what_and_by_which_source(database: Database, noor: int) -> None:
    with database.transaction() as session:
        check(session, "river", noor)
        row = session.scalars(select(HotlineVerification)).one()
        audit = session.scalars(select(AuditEntry)).one()
    assert (row.key, row.number, row.source) == ("river", NUMBER, "example.org (2026)")
    assert (row.verified_on, row.verified_by, row.expires_on) == (TODAY, noor, TODAY + timedelta(days=90))
    assert (audit.staff_id, audit.action, audit.detail) == (noor, "hotline_verified", "river")


def test_a_line_is_told_on_its_last_day_and_not_after_it(database: Database, noor: int) -> None:
    with database.transaction() as session:
        check(session, "river", noor, days=2)
        assert keys_told(session, "TH", today=TODAY + timedelta(days=2)) == ["river"]
        assert keys_told(session, "TH", today=TODAY + timedelta(days=3)) == []


def test_lines_of_another_country_are_not_told(database: Database, noor: int) -> None:
    with database.transaction() as session:
        check(session, "river", noor)
        assert keys_told(session, "KH") == []
        assert keys_told(session, None) == ["river"]


def test_who_speaks_the_language_comes_first_and_the_police_last(database: Database, noor: int) -> None:
    with database.transaction() as session:
        for key in ("river", "station", "khmer_speakers"):
            check(session, key, noor)
        assert keys_told(session, "TH", "km") == ["khmer_speakers", "river", "station"]
        assert keys_told(session, "TH", "th") == ["khmer_speakers", "river", "station"]


def test_verified_anew_the_last_word_counts(database: Database, noor: int) -> None:
    with database.transaction() as session:
        check(session, "river", noor)
        check(session, "river", noor, number=OTHER_NUMBER, source=OWN, days=5)
        assert [line.number for line in told(session, "TH")] == [OTHER_NUMBER]
        newest = newest_verifications(session)["river"]
        assert (newest.number, newest.source, newest.expires_on) == (OTHER_NUMBER, OWN, TODAY + timedelta(days=5))


def test_two_at_once_cannot_both_be_live(database: Database, noor: int) -> None:
    row = {"key": "river", "number": NUMBER, "source": OWN, "verified_on": TODAY, "verified_by": noor}
    with pytest.raises(IntegrityError, match="one_live_verification"), database.transaction() as session:
        session.add_all([HotlineVerification(**row, expires_on=TODAY) for _ in range(2)])


def test_expired_by_hand_it_is_told_to_nobody(database: Database, noor: int) -> None:
    with database.transaction() as session:
        check(session, "river", noor)
        expire(session, "river", staff_id=noor, known=KNOWN)
        assert keys_told(session, "TH") == []
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["hotline_verified", "hotline_expired"]


@pytest.mark.parametrize("key", ["lead", "memory", "wrong"])
def test_a_line_without_a_good_source_needs_one_of_the_operators(database: Database, noor: int, key: str) -> None:
    with database.transaction() as session:
        for source in (None, "example.org (2026)", "a friend", "https://"):
            with pytest.raises(HotlineError, match="source"):
                check(session, key, noor, source=source)
        assert session.scalars(select(HotlineVerification)).all() == []
        assert session.scalars(select(AuditEntry)).all() == []
        check(session, key, noor, source=OWN)
        assert keys_told(session, "TH") == [key]


@pytest.mark.parametrize("key", ["lead", "memory", "wrong"])
def test_verified_by_mistake_on_our_source_a_lead_is_told_to_nobody(database: Database, noor: int, key: str) -> None:
    assert KNOWN[key].mark in NEEDS_A_SOURCE
    with database.transaction() as session:
        session.add(
            HotlineVerification(
                key=key,
                number=NUMBER,
                source=KNOWN[key].source,
                verified_on=TODAY,
                verified_by=noor,
                expires_on=TODAY + timedelta(days=90),
            )
        )
        assert told(session, None) == []


def test_a_line_whose_entry_is_gone_is_told_to_nobody(database: Database, noor: int) -> None:
    with database.transaction() as session:
        row = check(session, "river", noor)
        assert numbers_for(session, None, "en", TODAY, known={}) == []
        assert lines_of(session, [row.id], known={}) == []


def test_what_was_told_once_can_be_shown_again_in_its_order(database: Database, noor: int) -> None:
    with database.transaction() as session:
        ids = [check(session, key, noor).id for key in ("river", "hill")]
        expire(session, "river", staff_id=noor, known=KNOWN)
        assert [line.key for line in lines_of(session, [*reversed(ids), 999], known=KNOWN)] == ["hill", "river"]


REFUSED = {
    "unknown key": ("nothing", {}, "there is no hotline 'nothing'"),
    "no number known": ("silent", {"source": OWN}, "give the one you called with --number"),
    "no number at all": ("river", {"number": "call them", "source": OWN}, "no telephone number"),
    "another number without a source": ("river", {"number": OTHER_NUMBER}, "give your own with --source"),
    "a source that is no address": ("river", {"source": "they told us"}, "the address of a page"),
    "a source without end": ("river", {"source": f"{OWN}/{'a' * 300}"}, "the address of a page"),
    "no day": ("river", {"days": 0}, f"1 to {MOST_DAYS} days"),
    "for ever": ("river", {"days": MOST_DAYS + 1}, f"1 to {MOST_DAYS} days"),
}


@pytest.mark.parametrize(("key", "more", "why"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_good_enough_is_refused_and_changes_nothing(
    database: Database, noor: int, key: str, more: dict[str, object], why: str
) -> None:
    with database.transaction() as session:
        with pytest.raises(HotlineError, match=why):
            check(session, key, noor, **more)
        assert session.scalars(select(HotlineVerification)).all() == []


def test_a_line_without_a_number_takes_the_operators(database: Database, noor: int) -> None:
    with database.transaction() as session:
        check(session, "silent", noor, number=OTHER_NUMBER, source=OWN)
        assert [line.number for line in told(session, "TH")] == [OTHER_NUMBER]


def test_expiring_what_is_unknown_or_not_verified_is_an_error(database: Database, noor: int) -> None:
    with database.transaction() as session:
        with pytest.raises(HotlineError, match="no hotline"):
            expire(session, "nothing", staff_id=noor, known=KNOWN)
        with pytest.raises(HotlineError, match="is not verified"):
            expire(session, "river", staff_id=noor, known=KNOWN)
    with pytest.raises(HotlineError):
        find_hotline("nothing")
