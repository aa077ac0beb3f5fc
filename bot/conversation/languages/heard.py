"""What is heard in one message about its language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Heard:
    """The language of one message.

    `language` is one of the five, or None without a sign. `foreign` says that it is very likely none of them.
    `code` is what it is, of the five or not (BCP 47; "und" without a sign). `languages` are all that are in a mixed
    message, most first; where `language` is None they are those it could be. `script` is the one of most letters
    (ISO 15924, "Zyyy" without a letter). `sure` says that the sign is strong enough to leave another language."""

    language: str | None
    foreign: bool = False
    code: str = "und"
    languages: tuple[str, ...] = ()
    script: str = "Zyyy"
    sure: bool = False
