"""The languages that share the Myanmar block with Burmese, told by letters as only they use them in Unicode.

Zawgyi uses the same code points for other signs, so a letter alone proves nothing; where it stands in the word does:
Zawgyi never has U+103A after U+105A, nor a tone of Shan after an asat."""

from __future__ import annotations

import re

_SHAN = re.compile(
    "[\u1022\u1075-\u1081]\u103a"  # a Shan consonant that ends a syllable
    "|[\u1083\u1084](?![\u1000-\u1021\u1031])"  # in Zawgyi a medial ra, which stands before its consonant
    "|(?<!\u101c)\u1085|\u1086(?![\u102b-\u103e])"
    "|[\u1030\u1035\u102e\u103a\u1083\u1086][\u1087-\u108a]"  # a tone after a vowel or an asat
    "|\u1022|[\uaa60-\uaa7a\uaa7c-\uaa7f]"
)
_MON = re.compile("\u105a[\u1037\u103a]|[\u105b-\u105f]|[\u1001-\u1021]\u1060|\u1028|[ဂဟ]ွံ|ပ္ဍ")
_SGAW_KAREN = re.compile(
    "[\u1062-\u1064]\u103a|\u103e\u1064|\u1064(?![\u1000-\u109f])|[\u1000\u1001\u1003-\u1021]\u1062|\u1061\u1062|\uaa7b"
)
_PWO_KAREN = re.compile("(?<!\u1005)\u1065|(?<![\u1005\u1006])[\u1066\u1067]")
_SIGNS = {"shn": _SHAN, "mnw": _MON, "ksw": _SGAW_KAREN, "kjp": _PWO_KAREN}
# What only Zawgyi has: a visible virama, an e that stands before its consonant, kinzi after it.
_ONLY_IN_ZAWGYI = re.compile("\u1039(?![\u1000-\u1021])|(?:^|[^\u1000-\u109f\uaa60-\uaa7f])\u1031|\u1038\u1031")


_MYANMAR = re.compile("[\u1000-\u109f\uaa60-\uaa7f]")
_FEWEST_SIGNS = 1 / 25  # of the letters; a Burmese text may name a Mon place


def minority_language(text: str, *, mostly: bool = False) -> str | None:
    """shn, mnw, ksw or kjp (BCP 47) where the text has signs as only they use them, and more of these than of Zawgyi's
    own; None for Burmese. With `mostly`, only where the signs are as many as in a text wholly in that language."""
    counts = {language: len(pattern.findall(text)) for language, pattern in _SIGNS.items()}
    language = max(counts, key=lambda each: counts[each])
    fewest = len(_MYANMAR.findall(text)) * _FEWEST_SIGNS if mostly else 0
    if counts[language] <= max(fewest, len(_ONLY_IN_ZAWGYI.findall(text))):
        return None
    return language
