"""One person, one address: telephone numbers in E.164, and senders nobody can answer marked as such."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat

from bot.errors import MalformedRequestError

NAME_PREFIX = "name:"  # an alphanumeric sender such as a bank's; it cannot be answered
SHORT_CODE_PREFIX = "short:"  # a carrier's short number; it cannot be answered
LONGEST_SENDER = 64  # no network sends more; 11 characters is the limit of an alphanumeric sender (3GPP TS 23.040)
_E164 = PhoneNumberFormat.E164
_SHORT_CODE = re.compile(r"[0-9]{3,6}")


def telephone(sender: str, home_region: str) -> str:
    """The one spelling of a sender: "+66...", or a prefixed name or short code as it came.

    `home_region` (ISO 3166, "TH") is the country in which a number without "+" is read. Numbers need only be possible,
    not known to be in use: a person on a newly opened range must not be turned away. Raises MalformedRequestError when
    it is no sender at all.
    """
    written = unicodedata.normalize("NFKC", sender).strip()
    if not written or len(written) > LONGEST_SENDER or not written.isprintable():
        raise MalformedRequestError
    if any(character.isalpha() for character in written):
        return NAME_PREFIX + written
    digits = "".join(str(unicodedata.digit(c)) for c in written if c.isdigit())
    if _SHORT_CODE.fullmatch(digits) and not written.startswith("+"):
        return SHORT_CODE_PREFIX + digits
    address = _read(written, digits, home_region)
    if address is None:
        raise MalformedRequestError
    return address


def can_be_answered(address: str) -> bool:
    """Whether an SMS can be sent to this address: names and short codes take none."""
    return address.startswith("+")


def _read(written: str, digits: str, home_region: str) -> str | None:
    """The number meant: read as international, as one at home, or as international without "+"; known ones first.

    An unknown number written with "+" keeps its digits: the library would take its zeros for a prefix and drop them.
    """
    if written.startswith("+"):
        return _known("+" + digits, None) or ("+" + digits if _possible("+" + digits, None) else None)
    international = "+" + digits.removeprefix("00")
    known = _known(written, home_region) or _known(international, None)
    if known:
        return known
    at_home = _possible(written, home_region)
    return at_home or (international if _possible(international, None) else None)


def _known(written: str, region: str | None) -> str | None:
    """In E.164 if its range is in use."""
    number = _parsed(written, region)
    return phonenumbers.format_number(number, _E164) if number and phonenumbers.is_valid_number(number) else None


def _possible(written: str, region: str | None) -> str | None:
    """In E.164 if it has the length of a number."""
    number = _parsed(written, region)
    return phonenumbers.format_number(number, _E164) if number and phonenumbers.is_possible_number(number) else None


def _parsed(written: str, region: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None
