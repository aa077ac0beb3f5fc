"""The return code as digits: drawn, checked, shown, and found again in what somebody wrote. Pure; whose code it is, is
not known here, and a text has been normalised (digits are 0 to 9) before it comes here."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator

CODE_DIGITS, LAST_DIGITS = 16, 4
_DRAWN_DIGITS, _GROUP = 14, 4
_MODULUS = 97  # ISO/IEC 7064, MOD 97-10: finds every single wrong digit and every two neighbours that changed places
_SIGNS = re.compile(r"[\W_]+")
_RUN = re.compile(rf"[0-9](?:[\W_]{{0,3}}[0-9]){{{CODE_DIGITS - 1},}}")
# On a Burmese keyboard the letters wa and ra look like the digits 0 and 7, and are typed for them.
_LETTERS_FOR_DIGITS = str.maketrans({"\u101d": "0", "\u101b": "7"})


def draw_code() -> str:
    """A new code: fourteen digits at random, two check digits. That nobody else has it is the database's to enforce."""
    drawn = secrets.randbelow(10**_DRAWN_DIGITS)
    return f"{drawn:0{_DRAWN_DIGITS}}{98 - drawn * 100 % _MODULUS:02}"


def is_well_formed(code: str) -> bool:
    """Whether the check digits are right: what is not well-formed was never a code."""
    return _has_digits(code, CODE_DIGITS) and int(code) % _MODULUS == 1


def grouped(code: str) -> str:
    """As it is shown: in groups of four, like a telephone number."""
    return " ".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def last_four(code: str) -> str:
    """What is asked for, to be sure that the code was kept."""
    return code[-LAST_DIGITS:]


def lone_digits(text: str, count: int) -> str | None:
    """The digits of a message that is nothing but that many digits, whatever signs stand between them; else None."""
    digits = _SIGNS.sub("", text).translate(_LETTERS_FOR_DIGITS)
    return digits if _has_digits(digits, count) else None


def codes_within(text: str) -> Iterator[str]:
    """Every well-formed code in a text, overlapping ones too: where a code begins in a row of digits, nobody knows."""
    for run in _RUN.finditer(text):
        digits = _SIGNS.sub("", run[0])
        for start in range(len(digits) - CODE_DIGITS + 1):
            if is_well_formed(code := digits[start : start + CODE_DIGITS]):
                yield code


def _has_digits(text: str, count: int) -> bool:
    return len(text) == count and text.isascii() and text.isdecimal()
