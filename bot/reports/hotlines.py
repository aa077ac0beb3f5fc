"""Telephone lines of others that a reporter may be told of: the seed data (`hotlines.yml`, nobody has called them), and
which of them the people of this deployment have called and vouch for, until when. How they are worded is not here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import phonenumbers
import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError, field_validator
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.database.tables import AuditEntry, HotlineVerification
from bot.deployment import CountryCode, describe
from bot.errors import ConfigurationError, SampanError

SEED = Path(__file__).parent / "hotlines.yml"
USUAL_DAYS, MOST_DAYS = 90, 366
_LONGEST_NAME = 24  # with its number and the words around it, a line still fits one SMS of two parts
_LONGEST_SOURCE = 300
_NATIONAL = re.compile(r"[0-9](?:[ -]?[0-9]){2,14}")  # 3 digits for a short code; 15 is the most of ITU-T E.164
_ADDRESS = re.compile(r"https?://[^\s/]+\.[^\s]+")


class HotlineError(SampanError):
    """A line cannot be verified or expired as asked; another key, number or source helps."""


class Mark(StrEnum):
    """How good the source of a seed entry is."""

    OFFICIAL = "A"  # the operator's own page, a statute
    REPORTED = "B"  # a named news outlet, an aid group's or UN report
    LEAD = "C"  # third party or undated: a lead, no more
    REMEMBERED = "M"  # no source was found
    WRONG = "X"  # found, and judged wrong or unsafe


# None of these reaches a reporter on the word of the seed data, whoever vouches for it.
NEEDS_A_SOURCE = frozenset({Mark.LEAD, Mark.REMEMBERED, Mark.WRONG})


class Reach(StrEnum):
    """How a line is reached."""

    VOICE = "voice"
    SMS = "sms"
    VOICE_OR_SMS = "voice_or_sms"
    APP = "app"
    WEB = "web"


class Records(StrEnum):
    """Whether the line records its calls: a reporter is told before they call."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class RunBy(StrEnum):
    """Who answers."""

    POLICE = "police"  # never named first: in some places those who hold people have friends there
    GOVERNMENT = "government"
    EMBASSY = "embassy"
    NGO = "ngo"
    EMERGENCY = "emergency"  # ambulance, fire brigade


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=_LONGEST_SOURCE)]


class Hotline(BaseModel):
    """One seed entry. Its number is unverified, always: what was verified is a row of HotlineVerification."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    country: CountryCode
    name: Annotated[str, StringConstraints(min_length=1, max_length=_LONGEST_NAME)]
    number: str | None
    channel: Reach
    languages: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")], ...]
    hours: Text | None
    records: Records
    run_by: RunBy
    whom: Text
    source: Text
    mark: Mark
    notes: str

    @field_validator("source")
    @classmethod
    def _is_ours(cls, source: str) -> str:
        """An operator's source is a whole address, ours never is: the one cannot be taken for the other."""
        if source.startswith("http"):
            raise ValueError("ours is written without http")
        return source


@dataclass(frozen=True, kw_only=True)
class HotlineLine:
    """A verified line, as it may be told to a reporter; never without its country. That it may not answer is said of
    every line."""

    verification_id: int
    key: str
    country: str
    name: str
    number: str
    records: Records
    run_by: RunBy


def parse_hotlines(text: str, origin: str) -> Mapping[str, Hotline]:
    """Read a file of seed data. Raises ConfigurationError that names the entry and the field that is wrong."""
    try:
        content: Any = yaml.safe_load(text)
        return TypeAdapter(dict[str, Hotline]).validate_python(content)
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{origin} is not YAML: {error}") from None
    except ValidationError as error:
        raise ConfigurationError(f"{origin}: {describe(error)}") from None


@cache
def hotlines() -> Mapping[str, Hotline]:
    """The seed data of this version, by key."""
    return parse_hotlines(SEED.read_text(encoding="utf-8"), SEED.name)


def numbers_for(
    session: Session, country: str | None, language: str, today: date, *, known: Mapping[str, Hotline] | None = None
) -> list[HotlineLine]:
    """What may be told today: verified and not expired, of one country or (None) of all. First who speaks the
    language; the police last, so that nobody is sent there before they see another choice."""
    entries = hotlines() if known is None else known
    live = session.scalars(
        select(HotlineVerification).where(
            HotlineVerification.expired_at.is_(None), HotlineVerification.expires_on >= today
        )
    )
    found = [
        (entries[row.key], row)
        for row in live
        if row.key in entries and country in (None, entries[row.key].country) and _vouched_for(entries[row.key], row)
    ]
    found.sort(key=lambda each: (each[0].run_by is RunBy.POLICE, language not in each[0].languages, each[1].key))
    return [_line(hotline, row) for hotline, row in found]


def lines_of(
    session: Session, verification_ids: list[int], *, known: Mapping[str, Hotline] | None = None
) -> list[HotlineLine]:
    """The lines that were told once, in that order, though they may have expired since."""
    entries = hotlines() if known is None else known
    rows = session.scalars(select(HotlineVerification).where(HotlineVerification.id.in_(verification_ids)))
    told = {row.id: _line(entries[row.key], row) for row in rows if row.key in entries}
    return [told[each] for each in verification_ids if each in told]


def _vouched_for(hotline: Hotline, row: HotlineVerification) -> bool:
    """An entry without a good source of ours is told only on a source that the operator gave."""
    return hotline.mark not in NEEDS_A_SOURCE or _ADDRESS.fullmatch(row.source) is not None


def _line(hotline: Hotline, row: HotlineVerification) -> HotlineLine:
    return HotlineLine(
        verification_id=row.id,
        key=row.key,
        country=hotline.country,
        name=hotline.name,
        number=row.number,
        records=Records(row.records) if row.records else hotline.records,
        run_by=hotline.run_by,
    )


def find_hotline(key: str, *, known: Mapping[str, Hotline] | None = None) -> Hotline:
    """The seed entry of this key. HotlineError when there is none."""
    entries = hotlines() if known is None else known
    if key not in entries:
        raise HotlineError(f"there is no hotline {key!r}: sampan hotlines list --all")
    return entries[key]


def verify(
    session: Session,
    key: str,
    *,
    staff_id: int,
    today: date,
    days: int = USUAL_DAYS,
    number: str | None = None,
    source: str | None = None,
    records: Records | None = None,
    known: Mapping[str, Hotline] | None = None,
) -> HotlineVerification:
    """Somebody has called the line and vouches for it, for so many days; what was verified before ends with it.
    `records` is what was heard about recording; without it, what the list says.
    HotlineError when the number, its source or the days are not good enough to show it to a reporter."""
    hotline = find_hotline(key, known=known)
    if not 1 <= days <= MOST_DAYS:
        raise HotlineError(f"a number is verified for 1 to {MOST_DAYS} days")
    called = read_number(number) if number is not None else hotline.number
    if called is None:
        raise HotlineError(f"no number of {key} is known: give the one you called with --number")
    given = _read_source(source) if source is not None else None
    if given is None and hotline.mark in NEEDS_A_SOURCE:
        raise HotlineError(f"{key} is marked {hotline.mark.value}, no good source: give your own with --source")
    if given is None and called != hotline.number:
        raise HotlineError(f"this is not the number that {key} has a source for: give your own with --source")
    _end(session, key)
    row = HotlineVerification(
        key=key,
        number=called,
        source=given or hotline.source,
        records=records.value if records else None,
        verified_on=today,
        verified_by=staff_id,
        expires_on=today + timedelta(days=days),
    )
    session.add(row)
    session.flush()
    session.add(AuditEntry(staff_id=staff_id, action="hotline_verified", detail=key))
    return row


def expire(session: Session, key: str, *, staff_id: int, known: Mapping[str, Hotline] | None = None) -> None:
    """Show it to nobody any more, from now on. HotlineError when it was not shown."""
    if not _end(session, key):
        find_hotline(key, known=known)
        raise HotlineError(f"{key} is not verified, so there is nothing to expire")
    session.add(AuditEntry(staff_id=staff_id, action="hotline_expired", detail=key))


def _end(session: Session, key: str) -> bool:
    ended = session.execute(
        update(HotlineVerification)
        .where(HotlineVerification.key == key, HotlineVerification.expired_at.is_(None))
        .values(expired_at=func.now())
        .returning(HotlineVerification.id)
    ).all()
    return bool(ended)


def newest_verifications(session: Session) -> dict[str, HotlineVerification]:
    """The last word on each line that was ever verified, by key."""
    rows = session.scalars(select(HotlineVerification).order_by(HotlineVerification.id))
    return {row.key: row for row in rows}


def read_number(written: str) -> str:
    """The one spelling of a telephone number or short code: digits, single spaces or dashes, perhaps "+" before them.
    HotlineError when nobody could dial it."""
    number = " ".join(unicodedata.normalize("NFKC", written).split())
    number = "".join(str(unicodedata.digit(each)) if each.isdigit() else each for each in number)
    if not _NATIONAL.fullmatch(number.removeprefix("+")) or (number.startswith("+") and not _possible(number)):
        raise HotlineError("that is no telephone number: digits, perhaps with + before and single spaces or - between")
    return number


def _possible(number: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def _read_source(written: str) -> str:
    source = written.strip()
    if not _ADDRESS.fullmatch(source) or len(source) > _LONGEST_SOURCE:
        raise HotlineError("a source is the address of a page: https://...")
    return source
