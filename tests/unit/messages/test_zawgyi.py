"""Burmese in Zawgyi and in Unicode, told apart and converted; its neighbours in the Myanmar block left alone."""

from __future__ import annotations

import pytest

from bot.messages.normalising import Encoding, canonical, minority_language, read, to_zawgyi

ZAWGYI = {
    "a sentence": ("ေရေဘးကယ္ဆယ္ေရးစခန္းမ်ားသို႔ သြားေရာက္ၿပီး", "ရေဘေးကယ်ဆယ်ရေးစခန်းများသို့ သွားရောက်ပြီး"),
    "one word": ("ကူညီပါ ခင္ဗ်ာ", "ကူညီပါ ခင်ဗျာ"),
    "among latin letters and emoji": ("KK Park မွာ ပိတ္ထားတယ္ 😭 help", "KK Park မှာ ပိတ်ထားတယ် 😭 help"),
    "medial ra before its consonant": ("ေၾကာက္တယ္ ၾကာၿပီ", "ကြောက်တယ် ကြာပြီ"),
    "an impossible stack gives it away": ("မေက်နပ္ဘူးကြာ", "မကျေနပ်ဘူးကွာ"),
}


@pytest.mark.parametrize(("typed", "meant"), ZAWGYI.values(), ids=ZAWGYI)
def test_zawgyi_is_found_and_converted(typed: str, meant: str) -> None:
    assert (read(typed).text, read(typed).encoding) == (meant, Encoding.ZAWGYI)


UNICODE = {
    "burmese, one word": "ကူညီပါ",
    "burmese with a stack": "တက္ကသိုလ်က ဆရာမပါ",
    "burmese with kinzi": "အင်္ဂလိပ်စာ",
    "burmese with an english word": "passport သိမ်းထားတယ်",
    "shan": "ၸွႆႈၵဝ်ၶႃႈ ၶဝ်ၵႄးၵဝ်",
    "shan, one word": "မႂ်ႇသုင်",
    "mon": "ကလိဂွံ ဗွဲမဂၠိုၚ်",
    "s'gaw karen": "လၢအတၢ်ဖံးတၢ်မၤ",
    "s'gaw karen, a vowel at the end": "သးခုဒီးနၤ",
    "rakhine": "ကျွန်တော်ရို့ မဟိပါ",
    "digits only": "၀၉ ၁၂၃",
}


@pytest.mark.parametrize("text", UNICODE.values(), ids=UNICODE)
def test_unicode_is_never_converted(text: str) -> None:
    assert read(text).encoding is not Encoding.ZAWGYI
    assert read(text).text == canonical(text)


MINORITIES = {
    "shan": ("ႁဝ်းၶႃႈမႃးတီႈဝဵင်း", "shn"),
    "mon": ("ညးဒုၚ်တၠုၚ်", "mnw"),
    "s'gaw karen": ("တၢ်ဘျုး", "ksw"),
    "burmese": ("ကူညီပါ တံခါးသော့ခတ်ထားတယ်", None),
    "burmese in zawgyi, with stacked signs": ("ႏိုင္ငံေတာ္၏ ပုဂၢိဳလ္ အဂၤလိပ္", None),
}


@pytest.mark.parametrize(("text", "code"), MINORITIES.values(), ids=MINORITIES)
def test_the_neighbours_of_burmese_are_known_by_their_letters(text: str, code: str | None) -> None:
    assert minority_language(text) == code


ANSWERS = (
    "ကျွန်တော်တို့ ကူညီပေးပါမယ်။ အခု အန္တရာယ်ရှိလား။ ရှိရင် 1 လို့ ပို့ပါ။",
    "ဒါဟာ စက်က ပြန်ဖြေတာပါ။ လူတစ်ယောက် မကြာခင် ဖတ်ပါမယ်။",
    "လှပြင်ဆိုင် မှဖြစ်သည် ရှိခြင်း ဖွေခြင်း",
    "၎င်းတို့၏ ပုဂ္ဂိုလ် အင်္ဂလိပ် ဥက္ကဋ္ဌ သန္ဓေတား",
    "George ဂျော့ချ် ယောက်ျား ကျွန်ုပ်",
)


@pytest.mark.parametrize("text", ANSWERS)
def test_an_answer_in_zawgyi_reads_back_as_it_was(text: str) -> None:
    assert read(to_zawgyi(text)).text == canonical(text)


@pytest.mark.parametrize("text", ["help", "ช่วยด้วย", "", "မႂ်ႇသုင်ၶႃႈ", "123"])
def test_what_zawgyi_has_no_form_for_is_left_alone(text: str) -> None:
    assert to_zawgyi(text) == text
