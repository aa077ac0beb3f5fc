"""Burmese in Unicode: the signs of a cluster in one order (Unicode Technical Note 11) and one spelling. Clusters with
a letter of Shan, Mon or Karen are left as they are: their order is another one."""

from __future__ import annotations

import re

_SIGN = "\u102b-\u1030\u1032\u1036-\u1038\u103a-\u103e"
_CLUSTER = re.compile(f"(?<=[\u1000-\u1021\u1025\u1029\u103f])[{_SIGN}]{{2,}}(?![\u1039\u105a-\u108f\uaa60-\uaa7f])")
_SIGNS_IN_ORDER = "\u103b\u103c\u103d\u103e\u1031\u102d\u102e\u1032\u102f\u1030\u102b\u102c\u1036\u1037\u103a\u1038"
_ORDER = {sign: rank for rank, sign in enumerate(_SIGNS_IN_ORDER)}
_ASAT, _E, _MEDIALS, _AA = "\u103a", "\u1031", "\u103b\u103c\u103d\u103e", "\u102b\u102c"
_NYA_WITH_ASAT = re.compile("\u1025(?=[\u1037]?\u103a)")
_CA_WITH_YA = "\u1005\u103b"  # typed for the letter jha, in "market" above all
_I_WITH_VOWEL = re.compile("\u1025\u102e")
# The digits nought and seven are drawn like the letters wa and ra, and typed for them.
_NO_ONSET = f"[{_SIGN}]|[\u1000-\u1021]\u1037?\u103a"  # what cannot stand after a number
_NOUGHT_FOR_WA = re.compile(f"\u1040(?={_NO_ONSET})|(?<![0-9\u1040-\u1049])\u1040(?=[\u1000-\u1021])")
_SEVEN_FOR_RA = re.compile(f"\u1047(?={_NO_ONSET})")
_FOUR_FOR_LAGAUNG = re.compile("\u1044(?=\u1004\u103a\u1038)")


def burmese(text: str) -> str:
    """One spelling: letters where look-alike digits were typed, signs of a cluster in order and once each."""
    text = _FOUR_FOR_LAGAUNG.sub("\u104e", _SEVEN_FOR_RA.sub("\u101b", _NOUGHT_FOR_WA.sub("\u101d", text)))
    text = _NYA_WITH_ASAT.sub("\u1009", _I_WITH_VOWEL.sub("\u1026", text))
    text = text.replace(_CA_WITH_YA, "\u1008")
    return _CLUSTER.sub(lambda cluster: _in_order(cluster[0]), text)


def _in_order(signs: str) -> str:
    once = sorted(set(signs), key=lambda sign: _ORDER[sign])
    if _ASAT in once and _is_contracted(once):
        once.remove(_ASAT)
        once.insert(0, _ASAT)
    return "".join(once)


def _is_contracted(signs: list[str]) -> bool:
    """As in "man" and in the formal "I": the asat belongs to the consonant, and a vowel follows all the same."""
    if any(sign in "\u102f\u1030" for sign in signs):
        return "\u102d" not in signs
    return signs[0] in _MEDIALS and _E not in signs and any(sign in _AA for sign in signs)
