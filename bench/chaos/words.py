"""What the soak's reporters write, in five languages; written by the project, no line is a real message."""

from __future__ import annotations

import random
from dataclasses import dataclass

from bot.messages.normalising import read
from bot.reports.urgency_floor import assess

GREETINGS = {"th": "สวัสดีครับ", "km": "ជម្រាបសួរ", "vi": "xin chào", "my": "မင်္ဂလာပါ", "en": "hello"}
TIPS = {
    "th": "โรงงานกุ้งแถวนี้ใช้แรงงานเด็ก",
    "km": "រោងចក្រនេះប្រើពលកម្មកុមារ",
    "vi": "xưởng may gần nhà tôi giữ hộ chiếu của công nhân",
    "my": "ဒီစက်ရုံမှာ ကလေးတွေကို ခိုင်းနေတယ်",
    "en": "the agent in my town sends girls to china to marry",
}
CRIES = {
    "th": "ช่วยด้วย เขาล็อกประตูขังเราไว้",
    "km": "សូមជួយផង គេចាក់សោទ្វារ",
    "vi": "cứu em với, họ khóa cửa nhốt em rồi",
    "my": "ကူညီပါ တံခါးသော့ခတ်ထားတယ် ထွက်မရဘူး",
    "en": "help me, they locked the door",
}
PLACES = {"th": "ปอยเปต", "km": "ប៉ោយប៉ែត", "vi": "Mộc Bài", "my": "မြဝတီ", "en": "near the casino in Poipet"}
THANKS = {"th": "ขอบคุณครับ", "km": "អរគុណបង", "vi": "cảm ơn", "my": "ကျေးဇူးတင်ပါတယ်", "en": "thank you"}
LANGUAGES = tuple(GREETINGS)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One message to be written, and whether it must wake somebody."""

    text: str
    urgent: bool


def conversation(chance: random.Random, language: str, count: int) -> list[Line]:
    """What one person writes, in order: about one in five of them cries for help at some moment."""
    opening = [GREETINGS[language], chance.choice(["1", "1", "1", "2"]), TIPS[language]]
    rest = ["2", PLACES[language], TIPS[language], THANKS[language], "1", GREETINGS[language], "2", PLACES[language]]
    texts = [*opening, *rest][:count]
    while len(texts) < count:
        texts.append(chance.choice([TIPS, PLACES, THANKS])[language])
    if chance.random() < 0.22:
        texts[chance.randrange(count)] = CRIES[language]
    return [line(text) for text in texts]


def line(text: str) -> Line:
    """The floor, which is not what is tested here, says whether it is urgent."""
    urgency = assess(read(text)).urgency
    return Line(text=text, urgent=urgency is not None and urgency.pages)
