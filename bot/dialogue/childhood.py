"""Whether a child writes, as far as the words tell. It only chooses simpler words and tells staff: nobody is asked how
old they are. Pure; what the text is compared in is the canonical form (digits are 0-9)."""

import re
from collections.abc import Iterable

SURELY = "surely"  # the writer says it of themselves
PERHAPS = "perhaps"  # the whole message is an age; whose, the case tells
ADULT = 18
_YOUNGEST = 4  # below it nobody writes
_AGE = r"(\d{1,2})"
# What may stand behind an age, and not behind "13 km away".
_AND_GOES_ON = (
    r"(?:[ -]?(?:years?|yrs?|yo|y/o)\b|\s*(?:$|[.,!?;])"
    r"|\s+(?:and|but|so|help|please|pls|plz|now|old|girl|boy|they|he|she|we|my|can|i|don'?t)\b)"
)
# A Vietnamese clause begins with the writer: "em gái em 13 tuổi" is about a sister.
_VI = r"(?:^|[.,!?;:]\s*)(?:dạ |da |thưa )?(?:em|con|cháu|chau|mình|minh|tôi|toi|tui)"
# "I am 13", "I am a child": somebody else's age or child is never right behind the word for oneself.
_OF_THEMSELVES = (
    rf"\b(?:i am|i'?m|im)(?: still| only| just| a)* {_AGE}{_AND_GOES_ON}",
    rf"\bmy age is {_AGE}\b",
    r"\b(?:i am|i'?m|im)(?: still| only| just)*(?: a)?(?: little| small| young)? (?:child|kid|minor|under ?age)\b",
    rf"(?:^|[\s.,!?])(?:หนู|ผม|ฉัน|ดิฉัน|เรา|พวกเรา)\s?(?:เพิ่ง|แค่|ยัง|พึ่ง)?\s?อายุ(?:แค่|เพียง|เพิ่ง|ได้)?\s?{_AGE}(?!\d)",
    rf"(?:^|[\s.,!?])หนู\s?{_AGE}\s?(?:ขวบ|ปี)",
    r"(?:^|[\s.,!?])(?:หนู|ผม|ฉัน|ดิฉัน|เรา)\s?(?:ยัง)?(?:เป็น)?(?:แค่|ยัง)?(?:เป็น)?เด็ก(?:$|[\s.,!?]|อยู่|ค่ะ|คะ|ครับ)",
    rf"(?:^|[\s\u17d4.,!?])(?:ខ្ញុំ|នាងខ្ញុំ|ពួកខ្ញុំ)\s?(?:ទើប|ទើបតែ|មាន|នៅ)?\s?អាយុ(?:តែ|ទើប|ទើបតែ|បាន)?\s?{_AGE}(?!\d)",
    r"(?:^|[\s\u17d4.,!?])(?:ខ្ញុំ|នាងខ្ញុំ)\s?(?:នៅ)?(?:ជា|គឺជា)?(?:ក្មេង|កុមារ)(?:$|[\s\u17d4.,!?]|នៅឡើយ|ទេ)",
    rf"{_VI}(?: mới| moi| chỉ| chi| năm nay| nam nay| được| duoc)*"
    rf" {_AGE} ?(?:tuổi|tuoi)\b",
    rf"{_VI}(?: vẫn| van| còn| con| chỉ| chi| là| la)+"
    r" (?:trẻ em|tre em|trẻ con|tre con|con nít|con nit|vị thành niên|vi thanh nien)\b",
    rf"(?:^|[\s\u104a\u104b.,!?])(?:ကျွန်တော်|ကျွန်မ|ကျမ|ကျနော်|သမီး|သား|ငါ)(?:က|ရဲ့|ဟာ)?\s?အသက်\s?(?:က)?\s?{_AGE}(?!\d)",
    rf"(?:^|[\s\u104a\u104b.,!?])(?:ကျွန်တော်|ကျွန်မ|ကျမ|ကျနော်|သမီး|သား|ငါ)(?:က|ဟာ)?\s?{_AGE}\s?နှစ်\s?(?:သား|သမီး|အရွယ်|ပဲရှိ)",
    r"(?:^|[\s\u104a\u104b.,!?])(?:ကျွန်တော်|ကျွန်မ|ကျမ|ကျနော်|သမီး|သား|ငါ)(?:က|ဟာ)?\s?ကလေး(?:ပါ|ပဲ|ဘဲ|မို့)",
)
_NOTHING_BUT_AN_AGE = (
    rf"^(?:age |aged )?{_AGE} ?(?:years?|yrs?)(?: old)?[.!]?$",
    rf"^(?:age|aged) {_AGE}[.!]?$",
    rf"^(?:อายุ\s?{_AGE}(?:\s?(?:ปี|ขวบ))?|{_AGE}\s?(?:ปี|ขวบ))(?:ค่ะ|คะ|ครับ)?$",
    rf"^(?:អាយុ\s?{_AGE}(?:\s?ឆ្នាំ)?|{_AGE}\s?ឆ្នាំ)[\u17d4]?$",
    rf"^(?:mới |moi )?{_AGE} ?(?:tuổi|tuoi)[.!]?$",
    rf"^(?:အသက်\s?{_AGE}(?:\s?နှစ်)?|{_AGE}\s?နှစ်)(?:ပါ|ပဲ)?[\u104a\u104b]?$",
)


def child_who_writes(text: str) -> str | None:
    """SURELY, PERHAPS, or None when the words do not tell that a child writes them."""
    plain = " ".join(text.casefold().replace("\u2019", "'").split())
    if _any_young(_OF_THEMSELVES, plain):
        return SURELY
    return PERHAPS if _any_young(_NOTHING_BUT_AN_AGE, plain) else None


def is_under_18(value: str) -> bool:
    """An age as entities tell it: "16", "15-17", "14~" (about), "<18", "24+"."""
    years = [int(number) for number in re.findall(r"\d+", value)]
    if not years or value.endswith("+"):
        return False
    return max(years) <= ADULT if value.startswith("<") else max(years) < ADULT


def _any_young(patterns: Iterable[str], text: str) -> bool:
    for pattern in patterns:
        for match in re.finditer(pattern, text):
            groups = [int(years) for years in match.groups() if years]
            if not groups or any(_YOUNGEST <= years < ADULT for years in groups):
                return True
    return False
